import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '../../../../api/client';
import {
  type Column,
  DataTable,
  Dialog,
  EmptyState,
  ErrorState,
  KeyValue,
  LoadingState,
  SectionCard,
  Time,
} from '../../../kit';
import { AdminPage } from '../AdminFrame';
import css from '../admin.module.css';
import { useNames } from '../engine/rows';
import { useWords } from '../engine/words';

type Away = Schemas['SipTurnedAway'];
type Source = Schemas['Source'];

export function useRefused() {
  return useQuery({
    queryKey: ['sip-refused'],
    queryFn: ({ signal }) => body(api.GET('/api/v1/sip/refused', { signal })),
    refetchInterval: 5_000,
  });
}

/** Requests turned away; a row opens the last message. */
export function RefusedRequests({ requests }: { requests: readonly Away[] }) {
  const { t } = useTranslation('admin');
  const phones = useNames('phones');
  const trunks = useNames('trunks');
  const [open, setOpen] = useState<Away | null>(null);
  const say = t as unknown as (key: string, options: object) => string;
  const why = (row: Away) => say(`refused.reason.${row.reason}`, { defaultValue: row.reason });
  const columns: Column<Away>[] = [
    { key: 'last', title: t('refused.last'), cell: (row) => <Time ms={row.last_at / 1000} />, width: 170 },
    { key: 'remote', title: t('refused.from'), cell: (row) => `${row.remote} (${row.transport})` },
    {
      key: 'who',
      title: t('refused.account'),
      cell: (row) =>
        row.trunk
          ? (trunks.name(row.trunk) ?? '–')
          : row.phone
            ? (phones.name(row.phone) ?? '–')
            : t('refused.stranger'),
    },
    {
      key: 'what',
      title: t('refused.request'),
      cell: (row) => `${row.method}${row.code ? ` → ${row.code} ${row.phrase}` : ''}`,
    },
    { key: 'why', title: t('refused.why'), cell: why },
    {
      key: 'count',
      title: t('refused.count'),
      cell: (row) => row.count,
      sort: (row) => row.count,
      end: true,
    },
  ];
  return (
    <>
      <DataTable
        label={t('refused.requests')}
        columns={columns}
        rows={requests}
        rowKey={(row) => `${row.remote}/${row.method}/${row.reason}/${row.first_at}`}
        onOpen={setOpen}
        empty={<EmptyState title={t('refused.none')} />}
      />
      {open && (
        <Dialog title={why(open)} onClose={() => setOpen(null)} size="lg">
          <Text mb="sm">{say(`refused.mend.${open.reason}`, { defaultValue: '' })}</Text>
          <pre className={css.pre}>{open.text}</pre>
        </Dialog>
      )}
    </>
  );
}

/** Whom the server turned away: why a telephone or a trunk does not get in. */
export default function RefusedPage() {
  const { t } = useTranslation('admin');
  const words = useWords();
  const refused = useRefused();
  const sources: Column<Source>[] = [
    { key: 'last', title: t('refused.last'), cell: (row) => <Time ms={row.last_at / 1000} />, width: 170 },
    { key: 'source', title: t('refused.from'), cell: (row) => row.source },
    { key: 'why', title: t('refused.why'), cell: (row) => t(`refused.drop.${row.why}`) },
    {
      key: 'count',
      title: t('refused.count'),
      cell: (row) => row.count,
      sort: (row) => row.count,
      end: true,
    },
  ];
  return (
    <AdminPage title={words.resource('refused', 'many')} about={words.resource('refused', 'about')}>
      {refused.data === undefined ? (
        refused.isPending ? (
          <LoadingState />
        ) : (
          <ErrorState error={refused.error} retry={() => void refused.refetch()} />
        )
      ) : (
        <>
          <KeyValue
            rows={[
              [t('refused.wrongCredentials'), refused.data.wrong_credentials],
              [t('refused.slowed'), refused.data.slowed],
              [t('refused.others'), refused.data.refused],
              [t('refused.scanners'), refused.data.scanners],
              [t('refused.limited'), refused.data.limited],
            ]}
          />
          <SectionCard title={t('refused.requests')}>
            <RefusedRequests requests={refused.data.requests} />
          </SectionCard>
          <SectionCard title={t('refused.dropped')}>
            <DataTable
              label={t('refused.dropped')}
              columns={sources}
              rows={refused.data.dropped}
              rowKey={(row) => row.source}
              empty={<EmptyState title={t('refused.none')} />}
            />
          </SectionCard>
        </>
      )}
    </AdminPage>
  );
}
