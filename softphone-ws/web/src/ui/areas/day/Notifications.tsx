import { Button, Checkbox } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { api, body, type Schemas } from '../../../api/client';
import { usePages } from '../../../api/pages';
import { usePersonName } from '../../crm/lookups';
import { useAct } from '../../hooks/useAct';
import { DataTable, EmptyState, Filters, SectionCard, Time } from '../../kit';
import own from './day.module.css';
import { pageOf } from './where';

/** What one was told, and what one should know of tickets. */
export function Notifications() {
  const { t } = useTranslation('day');
  const [, go] = useLocation();
  const act = useAct();
  const queries = useQueryClient();
  const person = usePersonName();
  const [unread, setUnread] = useState(true);
  const query = unread ? { unread: 'true' } : {};
  const told = usePages(['notifications', unread], (cursor, signal) =>
    body(api.GET('/api/v1/notifications', { params: { query: { ...query, ...cursor } }, signal })),
  );
  const notices = usePages(['notices', unread], (cursor, signal) =>
    body(api.GET('/api/v1/notices', { params: { query: { ...query, ...cursor } }, signal })),
  );
  const fresh = () => {
    for (const key of ['notifications', 'notices', 'my-work'])
      void queries.invalidateQueries({ queryKey: [key] });
  };
  const read = (ids: string[]) =>
    void act(() => api.POST('/api/v1/notifications/read', { body: { ids } })).then(fresh);
  const open = (row: Schemas['Notification']) => {
    if (!row.read_at) read([row.id]);
    const page = pageOf(row);
    if (page !== null) go(page);
  };
  const openTicket = (row: Schemas['TicketNotice']) => {
    if (!row.read_at)
      void act(() => api.POST('/api/v1/notices/{id}/read', { params: { path: { id: row.id } } })).then(fresh);
    go(`/tickets/${row.ticket_id}`);
  };
  const mark = (row: { read_at?: number | null }) => (row.read_at ? undefined : own.unread);
  return (
    <>
      <Filters>
        <Checkbox
          size="xs"
          label={t('unreadOnly')}
          checked={unread}
          onChange={(event) => setUnread(event.currentTarget.checked)}
        />
        <Button variant="light" disabled={!told.items.some((row) => !row.read_at)} onClick={() => read([])}>
          {t('readAll')}
        </Button>
      </Filters>
      <SectionCard title={t('tab.notifications')}>
        <DataTable
          label={t('tab.notifications')}
          rows={told}
          rowKey={(row) => row.id}
          onOpen={open}
          empty={<EmptyState title={t('noNotifications')} />}
          columns={[
            {
              key: 'kind',
              title: t('kind'),
              width: '9rem',
              cell: (row) => (
                <span className={mark(row)}>
                  {t(`told.${row.kind as 'mention'}`, { defaultValue: row.kind })}
                </span>
              ),
            },
            { key: 'title', title: t('what'), cell: (row) => <bdi className={mark(row)}>{row.title}</bdi> },
            { key: 'by', title: t('by'), cell: (row) => person(row.by) },
            { key: 'at', title: t('when'), width: '12rem', cell: (row) => <Time ms={row.at / 1000} /> },
          ]}
        />
      </SectionCard>
      <div style={{ paddingTop: '1rem' }}>
        <SectionCard title={t('ofTickets')}>
          <DataTable
            label={t('ofTickets')}
            rows={notices}
            rowKey={(row) => row.id}
            onOpen={openTicket}
            empty={<EmptyState title={t('noNotifications')} />}
            columns={[
              {
                key: 'kind',
                title: t('kind'),
                width: '9rem',
                cell: (row) => <span className={mark(row)}>{t(`notice.${row.kind}`)}</span>,
              },
              {
                key: 'title',
                title: t('what'),
                cell: (row) => (
                  <bdi className={mark(row)}>
                    #{row.number} {row.title}
                  </bdi>
                ),
              },
              { key: 'at', title: t('when'), width: '12rem', cell: (row) => <Time ms={row.at / 1000} /> },
            ]}
          />
        </SectionCard>
      </div>
    </>
  );
}
