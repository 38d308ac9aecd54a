import { Badge, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { Schemas } from '../../api/client';
import type { Pages } from '../../api/pages';
import { DataTable, EmptyState, Time } from '../kit';
import css from './crm.module.css';
import { usePersonName, useQueueName, useTeamName } from './lookups';
import { SlaClock } from './SlaClock';

const STATUS = {
  new: 'cyan',
  open: 'indigo',
  pending: 'orange',
  on_hold: 'gray',
  resolved: 'green',
  closed: 'gray',
} as const;
const PRIORITY = { low: 'gray', normal: 'gray', high: 'orange', urgent: 'red' } as const;

export function TicketStatus({ status }: { status: Schemas['TicketStatus'] }) {
  const { t } = useTranslation('crm');
  return (
    <Badge color={STATUS[status]} variant="light" tt="none">
      {t(`ticket.status.${status}`)}
    </Badge>
  );
}

export function TicketPriority({ priority }: { priority: Schemas['TicketPriority'] | null | undefined }) {
  const { t } = useTranslation('crm');
  if (!priority || priority === 'normal') return null;
  return (
    <Badge color={PRIORITY[priority]} variant="dot" tt="none">
      {t(`ticket.priority.${priority}`)}
    </Badge>
  );
}

type Row = Schemas['TicketRow'];

/** Tickets; a row opens the ticket. */
export function TicketTable({ rows, empty }: { rows: Pages<Row> | readonly Row[]; empty?: string }) {
  const { t } = useTranslation('crm');
  const [, go] = useLocation();
  const [person, team, queue] = [usePersonName(), useTeamName(), useQueueName()];
  return (
    <DataTable
      label={t('ticket.list')}
      rows={rows}
      rowKey={(row) => row.id}
      onOpen={(row) => go(`/tickets/${row.id}`)}
      empty={<EmptyState {...(empty !== undefined && { title: empty })} />}
      columns={[
        { key: 'number', title: '#', width: '4rem', cell: (row) => row.number },
        {
          key: 'title',
          title: t('ticket.title'),
          cell: (row) => (
            <Text fw={600} className={css.clip} title={row.title ?? ''}>
              <bdi>{row.title}</bdi>
            </Text>
          ),
        },
        {
          key: 'status',
          title: t('ticket.statusName'),
          width: '13rem',
          cell: (row) => (
            <div className={css.row}>
              <TicketStatus status={row.status} />
              <TicketPriority priority={row.priority} />
            </div>
          ),
        },
        {
          key: 'sla',
          title: t('ticket.sla'),
          width: '11rem',
          cell: (row) => <SlaClock ticket={row} which="foremost" />,
        },
        {
          key: 'who',
          title: t('ticket.who'),
          cell: (row) => person(row.assignee_id) || team(row.team_id) || queue(row.queue_id),
        },
        {
          key: 'updated',
          title: t('ticket.updated'),
          width: '11rem',
          cell: (row) => <Time ms={row.updated_at / 1000} />,
        },
      ]}
    />
  );
}
