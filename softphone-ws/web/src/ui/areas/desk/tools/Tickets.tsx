import { Badge, Button, Group, Select, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { api, body, idempotencyKey, ifMatch, type Schemas } from '../../../../api/client';
import { usePages } from '../../../../api/pages';
import type { Work } from '../../../../core/desk/works';
import { useTicketTypes } from '../../../crm/lookups';
import { useAct } from '../../../hooks/useAct';
import { EmptyState, ErrorState, FormError, LoadingState, Time } from '../../../kit';
import css from '../desk.module.css';
import { TicketForm } from './TicketForm';

type Row = Schemas['TicketRow'];
type Status = Row['status'];
const STATUSES: readonly Status[] = ['new', 'open', 'pending', 'on_hold', 'resolved', 'closed'];

/** The customer's open tickets, updated and linked where they stand, and a new one filled from the call. */
export function Tickets({ work, customer }: { work: Work; customer: string | null }) {
  const { t } = useTranslation(['pop', 'common']);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Row | null>(null);
  const tickets = usePages(
    ['tickets', 'customer', customer],
    (cursor, signal) =>
      body(
        api.GET('/api/v1/customers/{id}/tickets', {
          params: { path: { id: customer ?? '' }, query: { live: 'true', limit: '20', ...cursor } },
          signal,
        }),
      ),
    { enabled: customer !== null },
  );
  const linked = useQuery({
    queryKey: ['tickets', 'interaction', work.interaction],
    queryFn: ({ signal }) =>
      body(
        api.GET('/api/v1/tickets', {
          params: { query: { interaction: work.interaction, limit: '50' } },
          signal,
        }),
      ),
  });
  if (making)
    return (
      <TicketForm
        work={work}
        customer={customer}
        onMade={(row) => {
          setMade(row);
          setMaking(false);
        }}
        onClose={() => setMaking(false)}
      />
    );
  const ours = new Set((linked.data?.items ?? []).map(({ id }) => id));
  const others = (linked.data?.items ?? []).filter(({ id }) => !tickets.items.some((row) => row.id === id));
  const rows = [...others, ...tickets.items];
  return (
    <>
      <Group mb="sm">
        <Button onClick={() => setMaking(true)}>{t('ticket.new')}</Button>
        {made !== null && <span role="status">{t('ticket.made', { number: made.number })}</span>}
      </Group>
      {customer !== null && tickets.loading ? (
        <LoadingState />
      ) : tickets.error && rows.length === 0 ? (
        <ErrorState error={tickets.error} retry={tickets.retry} />
      ) : rows.length === 0 ? (
        <EmptyState title={customer === null ? t('ticket.noCustomer') : t('ticket.none')} />
      ) : (
        <ul className={css.list}>
          {rows.map((row) => (
            <TicketLine key={row.id} row={row} interaction={work.interaction} linked={ours.has(row.id)} />
          ))}
        </ul>
      )}
      {tickets.hasMore && (
        <Button variant="subtle" fullWidth loading={tickets.loadingMore} onClick={tickets.more}>
          {t('common:list.more')}
        </Button>
      )}
    </>
  );
}

function TicketLine({ row, interaction, linked }: { row: Row; interaction: string; linked: boolean }) {
  const { t } = useTranslation('pop');
  const act = useAct();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const link = async () => {
    const done = await act(() =>
      api.POST('/api/v1/tickets/{id}/interactions', {
        params: { path: { id: row.id } },
        body: { interaction_id: interaction },
      }),
    );
    if (done) void queries.invalidateQueries({ queryKey: ['tickets'] });
  };
  return (
    <li>
      <div className={css.row}>
        <span className={css.grow}>
          <Link href={`/tickets/${row.id}`}>#{row.number}</Link> {row.title}
        </span>
        <Badge variant="default" tt="none">
          {t(`status.${row.status}`)}
        </Badge>
      </div>
      <div className={css.row}>
        <span className={`${css.small} ${css.grow}`}>
          {row.priority != null && t(`priority.${row.priority}`)}
          {row.due_at != null && (
            <span className={row.breached ? css.urgent : undefined}>
              {' · '}
              {row.breached ? t('ticket.late') : t('ticket.due')} <Time ms={row.due_at / 1000} />
            </span>
          )}
        </span>
        {linked ? (
          <span className={css.small}>{t('ticket.linked')}</span>
        ) : (
          <Button variant="default" onClick={() => void link()}>
            {t('ticket.link')}
          </Button>
        )}
        <Button variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t('ticket.update')}
        </Button>
      </div>
      {open && <Update row={row} onDone={() => setOpen(false)} />}
    </li>
  );
}

/** A comment, and where the ticket goes with it. */
function Update({ row, onDone }: { row: Row; onDone: () => void }) {
  const { t } = useTranslation(['pop', 'common']);
  const queries = useQueryClient();
  const types = useTicketTypes();
  const [text, setText] = useState('');
  const [isPublic, setPublic] = useState('internal');
  // None: it stays where it is, wherever somebody moves it meanwhile.
  const [chosen, setStatus] = useState<Status | null>(null);
  const status = chosen ?? row.status;
  const [key] = useState(idempotencyKey);
  const type = types.data?.find(({ id }) => id === row.type_id);
  const allowed = STATUSES.filter(
    (one) => one === row.status || one === 'closed' || !type?.statuses?.length || type.statuses.includes(one),
  );
  const save = useMutation({
    mutationFn: async () => {
      if (text.trim() !== '')
        await api.POST('/api/v1/tickets/{id}/comments', {
          params: { path: { id: row.id }, header: key },
          body: { text: text.trim(), public: isPublic === 'public' },
        });
      if (chosen === null) return;
      // The comment may have moved the ticket's version.
      const now = await body(api.GET('/api/v1/tickets/{id}', { params: { path: { id: row.id } } }));
      if (now.status === chosen) return;
      await api.POST('/api/v1/tickets/{id}/status', {
        params: { path: { id: row.id }, header: ifMatch(now.version) },
        body: { status: chosen },
      });
    },
    onSuccess: onDone,
    onSettled: () => queries.invalidateQueries({ queryKey: ['tickets'] }),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Textarea
        autoFocus
        label={t('ticket.comment')}
        autosize
        minRows={2}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group my="xs" align="end">
        <Select
          label={t('ticket.forWhom')}
          value={isPublic}
          allowDeselect={false}
          data={(['internal', 'public'] as const).map((value) => ({ value, label: t(`ticket.${value}`) }))}
          onChange={(value) => setPublic(value ?? 'internal')}
        />
        <Select
          label={t('ticket.status')}
          value={status}
          allowDeselect={false}
          data={allowed.map((value) => ({ value, label: t(`status.${value}`) }))}
          onChange={(value) => setStatus(value as Status)}
        />
        <Button type="submit" loading={save.isPending} disabled={text.trim() === '' && status === row.status}>
          {t('common:action.save')}
        </Button>
      </Group>
      <FormError error={save.error} />
    </form>
  );
}
