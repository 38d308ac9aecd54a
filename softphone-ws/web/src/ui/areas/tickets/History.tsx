import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, body } from '../../../api/client';
import { usePersonName } from '../../crm/lookups';
import { TicketStatus } from '../../crm/TicketTable';
import { DataTable, ErrorState, LoadingState, SectionCard, Time } from '../../kit';

/** How a ticket came to where it is. */
export function History({ id }: { id: string }) {
  const { t } = useTranslation('tickets');
  const person = usePersonName();
  const history = useQuery({
    queryKey: ['tickets', id, 'history'],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/tickets/{id}/history', { params: { path: { id } }, signal })),
  });
  if (history.isPending) return <LoadingState />;
  if (history.error) return <ErrorState error={history.error} retry={() => void history.refetch()} />;
  const { statuses, escalations } = history.data;
  return (
    <>
      <DataTable
        label={t('tab.history')}
        rows={statuses}
        rowKey={(one) => `${one.at}${one.status}`}
        columns={[
          { key: 'at', title: t('when'), width: '12rem', cell: (one) => <Time ms={one.at / 1000} /> },
          { key: 'status', title: t('field.status'), cell: (one) => <TicketStatus status={one.status} /> },
          { key: 'who', title: t('who'), cell: (one) => (one.user_id ? person(one.user_id) : t('program')) },
          { key: 'note', title: t('statusNote'), cell: (one) => one.note },
        ]}
      />
      {escalations.length > 0 && (
        <SectionCard title={t('escalations')}>
          {escalations.map(({ trigger_id, at }) => (
            <div key={`${trigger_id}${at}`}>
              <Time ms={at / 1000} />
            </div>
          ))}
        </SectionCard>
      )}
    </>
  );
}
