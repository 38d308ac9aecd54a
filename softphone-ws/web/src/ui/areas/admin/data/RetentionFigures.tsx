import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, body } from '../../../../api/client';
import { ErrorState, KeyValue, LoadingState, SectionCard, Time } from '../../../kit';
import type { Row } from '../engine/rows';

/** What a policy would erase now, and what it did; to be looked at before it is made active. */
export default function RetentionFigures({ row }: { row: Row }) {
  const { t } = useTranslation('admin');
  const status = useQuery({
    queryKey: ['retention-policies', row.id, 'status', row.version],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/retention-policies/{id}/status', { params: { path: { id: row.id } }, signal })),
  });
  if (status.data === undefined)
    return status.isPending ? (
      <LoadingState />
    ) : (
      <ErrorState error={status.error} retry={() => void status.refetch()} />
    );
  const { active, due, held, swept, swept_at } = status.data;
  return (
    <SectionCard title={t('retain.title')}>
      <Text mb="sm" {...(active && { fw: 600 })}>
        {t(active ? 'retain.active' : 'retain.inactive')}
      </Text>
      <KeyValue
        rows={[
          [t('retain.due'), due.more ? t('retain.atLeast', { count: due.count }) : due.count],
          [t('retain.oldest'), due.oldest_at ? <Time key="oldest" ms={due.oldest_at / 1000} /> : null],
          [t('retain.held'), held],
          [t('retain.swept'), swept],
          [t('retain.sweptAt'), swept_at ? <Time key="swept" ms={swept_at / 1000} /> : t('retain.never')],
        ]}
      />
    </SectionCard>
  );
}
