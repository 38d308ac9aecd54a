import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { api, body } from '../../../api/client';
import { usePages } from '../../../api/pages';
import css from '../../crm/crm.module.css';
import { useCustomerName, useOwnerName } from '../../crm/lookups';
import { Due, WorkPriority } from '../../crm/WorkTables';
import { DataTable, EmptyState } from '../../kit';
import { pageOf } from './where';

/** What one has to do, the most urgent first. */
export function WorkList() {
  const { t } = useTranslation('day');
  const [, go] = useLocation();
  const owner = useOwnerName();
  const rows = usePages(['my-work'], (cursor, signal) =>
    body(api.GET('/api/v1/my-work', { params: { query: cursor }, signal })),
  );
  return (
    <DataTable
      label={t('tab.work')}
      rows={rows}
      rowKey={(row) => `${row.kind}${row.id}`}
      onOpen={(row) => go(pageOf(row) ?? '/day/notifications')}
      empty={<EmptyState title={t('allDone')} />}
      columns={[
        {
          key: 'kind',
          title: t('kind'),
          width: '8rem',
          cell: (row) => (
            <Badge variant="light" tt="none">
              {t(`kinds.${row.kind as 'task'}`, { defaultValue: row.kind })}
            </Badge>
          ),
        },
        {
          key: 'title',
          title: t('what'),
          cell: (row) => (
            <span className={css.row}>
              <bdi>{row.title}</bdi>
              <WorkPriority priority={row.priority} />
            </span>
          ),
        },
        { key: 'customer', title: t('customer'), cell: (row) => <Customer id={row.customer_id} /> },
        { key: 'due', title: t('due'), width: '14rem', cell: (row) => <Due at={row.due_at} /> },
        { key: 'owner', title: t('whose'), cell: (row) => owner(row.owner) || t('mine') },
      ]}
    />
  );
}

function Customer({ id }: { id: string | null | undefined }) {
  return <bdi>{useCustomerName(id)}</bdi>;
}
