import { Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'wouter';
import { Attachments } from '../../crm/Attachments';
import css from '../../crm/crm.module.css';
import { Notes } from '../../crm/Notes';
import { SlaClock } from '../../crm/SlaClock';
import { TicketPriority, TicketStatus } from '../../crm/TicketTable';
import { ErrorState, KeyValue, LoadingState, Page, RouteTabs, SectionCard, Time } from '../../kit';
import { Assignment } from './Assignment';
import { Complaint } from './Complaint';
import { Conversation } from './Conversation';
import { History } from './History';
import { Links } from './Links';
import { Satisfaction } from './Satisfaction';
import { TicketActions } from './TicketActions';
import { TicketFields } from './TicketFields';
import { type Ticket, useTicket } from './useTicket';

export default function TicketPage() {
  const { t } = useTranslation('tickets');
  const { id = '' } = useParams<{ id: string }>();
  const ticket = useTicket(id);
  if (ticket.isPending)
    return (
      <Page title={t('title')}>
        <LoadingState />
      </Page>
    );
  if (ticket.data === undefined)
    return (
      <Page title={t('title')}>
        <ErrorState error={ticket.error} retry={() => void ticket.refetch()} />
      </Page>
    );
  return <Shown key={id} row={ticket.data} />;
}

function Shown({ row }: { row: Ticket }) {
  const { t } = useTranslation('tickets');
  const base = `/tickets/${row.id}`;
  return (
    <Page
      title={`#${row.number} ${row.title ?? ''}`}
      actions={
        <>
          <TicketStatus status={row.status} />
          <TicketPriority priority={row.priority} />
          <TicketActions row={row} />
        </>
      }
    >
      {row.merged_into && (
        <Text mb="sm" role="status">
          {t('mergedInto')}{' '}
          <Anchor component={Link} href={`/tickets/${row.merged_into}`}>
            {t('openSurvivor')}
          </Anchor>
        </Text>
      )}
      <div className={css.columns}>
        <div className={css.stack}>
          <Promises row={row} />
          <Assignment row={row} />
          <TicketFields row={row} />
        </div>
        <div style={{ minWidth: 0 }}>
          <RouteTabs
            tabs={[
              { path: base, label: t('tab.conversation') },
              { path: `${base}/files`, label: t('tab.files') },
              { path: `${base}/links`, label: t('tab.links') },
              { path: `${base}/notes`, label: t('tab.notes') },
              ...(row.complaint ? [{ path: `${base}/complaint`, label: t('tab.complaint') }] : []),
              { path: `${base}/satisfaction`, label: t('tab.satisfaction') },
              { path: `${base}/history`, label: t('tab.history') },
            ]}
          />
          <Tab row={row} />
        </div>
      </div>
    </Page>
  );
}

function Tab({ row }: { row: Ticket }) {
  const { '*': tab } = useParams<{ '*': string }>();
  switch (tab) {
    case 'files':
      return <Attachments of="tickets" id={row.id} />;
    case 'links':
      return <Links row={row} />;
    case 'notes':
      return <Notes subject="ticket" id={row.id} />;
    case 'complaint':
      return <Complaint row={row} />;
    case 'satisfaction':
      return <Satisfaction row={row} />;
    case 'history':
      return <History id={row.id} />;
    default:
      return <Conversation row={row} />;
  }
}

/** What was promised, and how the clocks stand. */
function Promises({ row }: { row: Ticket }) {
  const { t } = useTranslation('tickets');
  const when = (us: number | null | undefined) => us && <Time ms={us / 1000} />;
  const none = row.response_target_ms == null && row.resolution_target_ms == null;
  return (
    <SectionCard title={t('promises')}>
      {none && <Text c="dimmed">{t('noPromise')}</Text>}
      <KeyValue
        rows={[
          [t('firstAnswer'), row.response_target_ms != null && <SlaClock ticket={row} which="response" />],
          [t('answerBy'), when(row.response_due_at)],
          [t('answered'), when(row.responded_at)],
          [t('solution'), row.resolution_target_ms != null && <SlaClock ticket={row} which="resolution" />],
          [t('solveBy'), when(row.resolution_due_at)],
          [t('resolved'), when(row.resolved_at)],
          [t('statusSince'), when(row.status_at)],
          [t('made'), when(row.created_at)],
          [t('reopened'), row.reopened_count > 0 ? row.reopened_count : null],
        ].map(([name, value]) => [String(name), value === false ? null : value] as const)}
      />
    </SectionCard>
  );
}
