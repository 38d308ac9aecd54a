import { Anchor, Button, Group, NativeSelect } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { api, body, type Schemas } from '../../../api/client';
import { usePages } from '../../../api/pages';
import { useAct } from '../../hooks/useAct';
import { DataTable, EmptyState, Filters, Page, Time } from '../../kit';
import { Reasons } from './Identity';
import { MergeDialog } from './MergeDialog';

/** Pairs who may be one, to be decided. */
export default function DuplicatesPage() {
  const { t } = useTranslation('customers');
  const queries = useQueryClient();
  const act = useAct();
  const [state, setState] = useState('open');
  const [merging, setMerging] = useState<Schemas['DuplicatePair'] | null>(null);
  const rows = usePages(['duplicates', state], (cursor, signal) =>
    body(api.GET('/api/v1/duplicates', { params: { query: { state, ...cursor } }, signal })),
  );
  const dismiss = (id: string) =>
    void act(() => api.POST('/api/v1/duplicates/{id}/dismiss', { params: { path: { id } } })).then(() =>
      queries.invalidateQueries({ queryKey: ['duplicates'] }),
    );
  const side = ({ customer_id, name }: Schemas['DuplicateSide']) => (
    <Anchor component={Link} href={`/customers/${customer_id}`} inherit>
      <bdi>{name}</bdi>
    </Anchor>
  );
  return (
    <Page title={t('duplicates.title')}>
      <Filters>
        <NativeSelect
          size="xs"
          label={t('duplicates.state')}
          value={state}
          onChange={(event) => setState(event.currentTarget.value)}
          data={(['open', 'dismissed', 'merged'] as const).map((value) => ({
            value,
            label: t(`duplicates.states.${value}`),
          }))}
        />
      </Filters>
      <DataTable
        label={t('duplicates.title')}
        rows={rows}
        rowKey={(row) => row.id}
        empty={<EmptyState title={t('duplicates.none')} />}
        columns={[
          { key: 'a', title: t('duplicates.one'), cell: (row) => side(row.a) },
          { key: 'b', title: t('duplicates.two'), cell: (row) => side(row.b) },
          { key: 'score', title: t('duplicates.score'), end: true, width: '5rem', cell: (row) => row.score },
          { key: 'why', title: t('duplicates.why'), cell: (row) => <Reasons reasons={row.reasons} /> },
          {
            key: 'found',
            title: t('duplicates.found'),
            cell: (row) => <Time ms={row.found_at / 1000} as="date" />,
          },
          {
            key: 'act',
            title: '',
            cell: (row) =>
              row.state === 'open' && (
                <Group gap="xs" wrap="nowrap">
                  <Button size="compact-xs" variant="light" onClick={() => setMerging(row)}>
                    {t('merge.begin')}
                  </Button>
                  <Button size="compact-xs" variant="default" onClick={() => dismiss(row.id)}>
                    {t('duplicates.dismiss')}
                  </Button>
                </Group>
              ),
          },
        ]}
      />
      {merging && (
        <MergeDialog
          survivor={{ id: merging.a.customer_id, name: merging.a.name }}
          merged={merging.b.customer_id}
          onClose={() => setMerging(null)}
        />
      )}
    </Page>
  );
}
