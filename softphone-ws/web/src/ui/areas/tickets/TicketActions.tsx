import { Button, Group, Menu, TextInput } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { api, body, type Schemas } from '../../../api/client';
import css from '../../crm/crm.module.css';
import { useTicketTypes } from '../../crm/lookups';
import { TicketPick } from '../../crm/pickers';
import { TaskDialog } from '../../crm/work';
import { Confirm, Dialog, ErrorState, LoadingState } from '../../kit';
import { useSession } from '../../world';
import { at, type Ticket, useTicketAct } from './useTicket';
import { STATUSES } from './words';

/** What is done with a ticket as a whole. */
export function TicketActions({ row }: { row: Ticket }) {
  const { t } = useTranslation(['tickets', 'crm']);
  const { user } = useSession();
  const [, go] = useLocation();
  const act = useTicketAct();
  const [open, setOpen] = useState<'merge' | 'unmerge' | 'task' | null>(null);
  const [status, setStatus] = useState<Schemas['TicketStatus'] | null>(null);
  const type = useTicketTypes().data?.find((one) => one.id === row.type_id);
  const allowed = type?.statuses ?? [];
  const next = STATUSES.filter(
    (one) =>
      one !== row.status &&
      one !== 'new' &&
      (one === 'closed' || allowed.length === 0 || allowed.includes(one)),
  );
  const watching = row.watchers.includes(user.id);
  const watch = () =>
    act(() =>
      watching
        ? api.DELETE('/api/v1/tickets/{id}/watchers/{user}', {
            params: { path: { id: row.id, user: user.id } },
          })
        : api.POST('/api/v1/tickets/{id}/watchers', {
            params: { path: { id: row.id } },
            body: { user_id: user.id },
          }),
    );
  const paper = `/api/v1/tickets/${row.id}/service-order.pdf`;
  return (
    <>
      <Menu withinPortal>
        <Menu.Target>
          <Button disabled={row.merged_into != null}>{t('tickets:setStatus')}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {next.map((one) => (
            <Menu.Item key={one} onClick={() => setStatus(one)}>
              {t(`crm:ticket.status.${one}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Button variant="default" onClick={() => void watch()} aria-pressed={watching}>
        {watching ? t('tickets:unwatch') : t('tickets:watch')}
      </Button>
      <Menu withinPortal position="bottom-end">
        <Menu.Target>
          <Button variant="default" aria-label={t('tickets:more')}>
            <IconDots size={16} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component="a" href={paper} target="_blank" rel="noopener">
            {t('tickets:serviceOrder')}
          </Menu.Item>
          <Menu.Item onClick={() => setOpen('task')}>{t('crm:work.newTask')}</Menu.Item>
          <Menu.Item
            onClick={() =>
              go(`/tickets/new?parent=${row.id}${row.customer_id ? `&customer=${row.customer_id}` : ''}`)
            }
          >
            {t('tickets:newChild')}
          </Menu.Item>
          {row.merged_into ? (
            <Menu.Item onClick={() => setOpen('unmerge')}>{t('tickets:unmerge')}</Menu.Item>
          ) : (
            <Menu.Item onClick={() => setOpen('merge')}>{t('tickets:merge')}</Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {status !== null && <StatusDialog row={row} status={status} onClose={() => setStatus(null)} />}
      {open === 'merge' && <MergeDialog row={row} onClose={() => setOpen(null)} />}
      {open === 'unmerge' && <Unmerge row={row} onClose={() => setOpen(null)} />}
      {open === 'task' && (
        <TaskDialog
          about={{ ticket: row.id, customer: row.customer_id ?? null }}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

function StatusDialog({
  row,
  status,
  onClose,
}: {
  row: Ticket;
  status: Schemas['TicketStatus'];
  onClose: () => void;
}) {
  const { t } = useTranslation(['tickets', 'crm', 'common']);
  const act = useTicketAct();
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const set = async () => {
    const said = note.trim() === '' ? {} : { note: note.trim() };
    setBusy(true);
    const done = await act(() =>
      api.POST('/api/v1/tickets/{id}/status', { params: at(row), body: { status, ...said } }),
    );
    setBusy(false);
    if (done) onClose();
  };
  return (
    <Dialog
      title={`${t('tickets:setStatus')}: ${t(`crm:ticket.status.${status}`)}`}
      onClose={onClose}
      size="sm"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void set();
        }}
      >
        <TextInput
          label={t('tickets:statusNote')}
          data-autofocus
          maxLength={500}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Group justify="end" mt="md">
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button type="submit" loading={busy}>
            {t('common:action.confirm')}
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}

function MergeDialog({ row, onClose }: { row: Ticket; onClose: () => void }) {
  const { t } = useTranslation(['tickets', 'common']);
  const [, go] = useLocation();
  const act = useTicketAct();
  const [into, setInto] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const merge = async () => {
    if (into === null) return;
    setBusy(true);
    const done = await act(() => api.POST('/api/v1/tickets/{id}/merge', { params: at(row), body: { into } }));
    setBusy(false);
    if (!done) return;
    onClose();
    go(`/tickets/${into}`);
  };
  return (
    <Dialog title={t('tickets:merge')} onClose={onClose}>
      <div className={css.stack}>
        <span>{t('tickets:mergeText', { number: row.number })}</span>
        <TicketPick
          label={t('tickets:mergeTarget')}
          value={into}
          onChange={setInto}
          except={row.id}
          autoFocus
        />
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button disabled={into === null} loading={busy} onClick={() => void merge()}>
            {t('tickets:mergeDo')}
          </Button>
        </Group>
      </div>
    </Dialog>
  );
}

function Unmerge({ row, onClose }: { row: Ticket; onClose: () => void }) {
  const { t } = useTranslation(['tickets', 'common']);
  const act = useTicketAct();
  const merge = useQuery({
    queryKey: ['tickets', row.id, 'merge'],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/tickets/{id}/merge', { params: { path: { id: row.id } }, signal })),
  });
  if (merge.isPending) return <LoadingState />;
  const { data } = merge;
  if (data === undefined || data.blocked)
    return (
      <Dialog title={t('tickets:unmerge')} onClose={onClose}>
        {data?.blocked ?? <ErrorState error={merge.error} retry={() => void merge.refetch()} />}
      </Dialog>
    );
  const back = [
    [t('tickets:children'), data.children.length],
    [t('tickets:interactions'), data.interactions.length],
    [t('tickets:customers'), data.customers.length],
    [t('tickets:watchers'), data.watchers.length],
  ] as const;
  const goes = back.filter(([, count]) => count > 0).map(([name, count]) => `${name} ${count}`);
  return (
    <Confirm
      title={t('tickets:unmerge')}
      text={t('tickets:unmergeText', { number: data.into_number, goes: goes.join(', ') || '—' })}
      action={t('tickets:unmerge')}
      onConfirm={() =>
        void act(() => api.POST('/api/v1/tickets/{id}/unmerge', { params: at(row) })).then(onClose)
      }
      onClose={onClose}
    />
  );
}
