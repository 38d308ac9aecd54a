import { ActionIcon, Switch } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, body, ifMatch, patch, type Schemas } from '../../../api/client';
import { usePages } from '../../../api/pages';
import { useOwnerName } from '../../crm/lookups';
import { useAct } from '../../hooks/useAct';
import { DataTable, EmptyState, Time } from '../../kit';

/** What one is reminded of. */
export function Reminders() {
  const { t } = useTranslation(['day', 'crm', 'common']);
  const owner = useOwnerName();
  const act = useAct();
  const queries = useQueryClient();
  const rows = usePages(['reminders'], (cursor, signal) =>
    body(api.GET('/api/v1/reminders', { params: { query: cursor }, signal })),
  );
  const run = (what: () => Promise<unknown>) =>
    void act(what).then(() => queries.invalidateQueries({ queryKey: ['reminders'] }));
  const params = (row: Schemas['StoredReminder']) => ({
    params: { path: { id: row.id }, header: ifMatch(row.version) },
  });
  return (
    <DataTable
      label={t('day:tab.reminders')}
      rows={rows}
      rowKey={(row) => row.id}
      empty={<EmptyState title={t('day:noReminders')} />}
      columns={[
        { key: 'title', title: t('crm:work.title'), cell: (row) => <bdi>{row.title}</bdi> },
        { key: 'kind', title: t('crm:work.kind'), cell: (row) => t(`crm:work.kinds.${row.kind}`) },
        {
          key: 'next',
          title: t('day:nextTime'),
          cell: (row) => row.next_at && <Time ms={row.next_at / 1000} />,
        },
        { key: 'owner', title: t('day:whom'), cell: (row) => owner(row.owner) },
        {
          key: 'active',
          title: t('day:active'),
          cell: (row) => (
            <Switch
              size="xs"
              aria-label={t('day:active')}
              checked={row.active ?? true}
              onChange={(event) => {
                const active = event.currentTarget.checked;
                run(() =>
                  api.PATCH('/api/v1/reminders/{id}', {
                    ...params(row),
                    body: patch<Schemas['Reminder']>({ active }),
                  }),
                );
              }}
            />
          ),
        },
        {
          key: 'delete',
          title: '',
          cell: (row) => (
            <ActionIcon
              color="gray"
              aria-label={t('common:action.delete')}
              onClick={() => run(() => api.DELETE('/api/v1/reminders/{id}', params(row)))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          ),
        },
      ]}
    />
  );
}
