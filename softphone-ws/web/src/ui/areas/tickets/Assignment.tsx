import { Anchor, Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { api, type Schemas } from '../../../api/client';
import css from '../../crm/crm.module.css';
import { useCustomerName, usePersonName, useQueueName, useTeamName } from '../../crm/lookups';
import { CustomerPick, PersonPick, QueuePick, TeamPick } from '../../crm/pickers';
import { Dialog, KeyValue, SectionCard } from '../../kit';
import { useSession } from '../../world';
import { at, type Ticket, useTicketAct } from './useTicket';

/** Who does it, for whom, and who watches. */
export function Assignment({ row }: { row: Ticket }) {
  const { t } = useTranslation('tickets');
  const { user } = useSession();
  const act = useTicketAct();
  const [person, team, queue] = [usePersonName(), useTeamName(), useQueueName()];
  const [open, setOpen] = useState<'assign' | 'watchers' | 'customers' | null>(null);
  const give = (to: Schemas['TicketAssign']) =>
    act(() => api.POST('/api/v1/tickets/{id}/assign', { params: at(row), body: to }));
  const watchers = row.watchers.map(person).filter(Boolean).join(', ');
  return (
    <SectionCard
      title={t('assignment')}
      actions={
        <>
          {row.assignee_id !== user.id && (
            <Button
              size="compact-xs"
              variant="light"
              onClick={() =>
                void give({
                  assignee_id: user.id,
                  queue_id: row.queue_id ?? null,
                  team_id: row.team_id ?? null,
                })
              }
            >
              {t('takeIt')}
            </Button>
          )}
          <Button size="compact-xs" variant="subtle" onClick={() => setOpen('assign')}>
            {t('assign')}
          </Button>
        </>
      }
    >
      <KeyValue
        rows={[
          [t('field.assignee_id'), person(row.assignee_id)],
          [t('field.queue_id'), queue(row.queue_id)],
          [t('field.team_id'), team(row.team_id)],
          [t('responsible'), person(row.responsible_id)],
          [
            t('customers'),
            <div key="customers" className={css.row}>
              {row.customers.map((id) => (
                <CustomerLink key={id} id={id} />
              ))}
              <Button size="compact-xs" variant="subtle" onClick={() => setOpen('customers')}>
                {t('change')}
              </Button>
            </div>,
          ],
          [
            t('watchers'),
            <div key="watchers" className={css.row}>
              {watchers || '—'}
              <Button size="compact-xs" variant="subtle" onClick={() => setOpen('watchers')}>
                {t('change')}
              </Button>
            </div>,
          ],
        ]}
      />
      {open === 'assign' && <AssignDialog row={row} give={give} onClose={() => setOpen(null)} />}
      {open === 'watchers' && <WatchersDialog row={row} onClose={() => setOpen(null)} />}
      {open === 'customers' && <CustomersDialog row={row} onClose={() => setOpen(null)} />}
    </SectionCard>
  );
}

function CustomerLink({ id }: { id: string }) {
  const name = useCustomerName(id);
  return (
    <Anchor component={Link} href={`/customers/${id}`} inherit>
      <bdi>{name || id.slice(-8)}</bdi>
    </Anchor>
  );
}

interface AssignProps {
  row: Ticket;
  give: (to: Schemas['TicketAssign']) => Promise<boolean>;
  onClose: () => void;
}

function AssignDialog({ row, give, onClose }: AssignProps) {
  const { t } = useTranslation(['tickets', 'common']);
  const [assignee_id, setAssignee] = useState(row.assignee_id ?? null);
  const [queue_id, setQueue] = useState(row.queue_id ?? null);
  const [team_id, setTeam] = useState(row.team_id ?? null);
  const to = (whom: Schemas['TicketAssign']) => void give(whom).then((done) => done && onClose());
  return (
    <Dialog title={t('tickets:assign')} onClose={onClose}>
      <div className={css.stack}>
        <PersonPick
          label={t('tickets:field.assignee_id')}
          value={assignee_id}
          onChange={setAssignee}
          autoFocus
        />
        <QueuePick label={t('tickets:field.queue_id')} value={queue_id} onChange={setQueue} />
        <TeamPick label={t('tickets:field.team_id')} value={team_id} onChange={setTeam} />
        <Group justify="end">
          <Button variant="default" onClick={() => to({ by_rule: true })}>
            {t('tickets:byRule')}
          </Button>
          <Button onClick={() => to({ assignee_id, queue_id, team_id })}>{t('tickets:assign')}</Button>
        </Group>
      </div>
    </Dialog>
  );
}

function WatchersDialog({ row, onClose }: { row: Ticket; onClose: () => void }) {
  const { t } = useTranslation('tickets');
  const act = useTicketAct();
  const person = usePersonName();
  const [added, setAdded] = useState<string | null>(null);
  const add = (user_id: string | null) => {
    setAdded(null);
    if (user_id === null) return;
    void act(() =>
      api.POST('/api/v1/tickets/{id}/watchers', { params: { path: { id: row.id } }, body: { user_id } }),
    );
  };
  const drop = (user: string) =>
    void act(() =>
      api.DELETE('/api/v1/tickets/{id}/watchers/{user}', { params: { path: { id: row.id, user } } }),
    );
  return (
    <Dialog title={t('watchers')} onClose={onClose}>
      <ul className={css.list}>
        {row.watchers.map((id) => (
          <li key={id} className={css.row}>
            <span className={css.grow}>{person(id) || id.slice(-8)}</span>
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => drop(id)}>
              {t('remove')}
            </Button>
          </li>
        ))}
      </ul>
      <PersonPick label={t('addWatcher')} value={added} onChange={add} autoFocus />
    </Dialog>
  );
}

function CustomersDialog({ row, onClose }: { row: Ticket; onClose: () => void }) {
  const { t } = useTranslation(['tickets', 'common']);
  const act = useTicketAct();
  const [customers, setCustomers] = useState(row.customers);
  const [main, setMain] = useState(row.customer_id ?? null);
  const write = () =>
    void act(() =>
      api.PUT('/api/v1/tickets/{id}/customers', {
        params: at(row),
        body: { customers, main: customers.length === 0 ? null : (main ?? customers[0] ?? null) },
      }),
    ).then((done) => done && onClose());
  return (
    <Dialog title={t('tickets:customers')} onClose={onClose}>
      <div className={css.stack}>
        <ul className={css.list}>
          {customers.map((id) => (
            <li key={id} className={css.row}>
              <span className={css.grow}>
                <CustomerLink id={id} />
              </span>
              <Button
                size="compact-xs"
                variant={id === main ? 'light' : 'subtle'}
                aria-pressed={id === main}
                onClick={() => setMain(id)}
              >
                {t('tickets:mainCustomer')}
              </Button>
              <Button
                size="compact-xs"
                variant="subtle"
                color="gray"
                onClick={() => {
                  setCustomers(customers.filter((one) => one !== id));
                  if (main === id) setMain(null);
                }}
              >
                {t('tickets:remove')}
              </Button>
            </li>
          ))}
        </ul>
        <CustomerPick
          label={t('tickets:addCustomer')}
          value={null}
          onChange={(id) => id !== null && !customers.includes(id) && setCustomers([...customers, id])}
        />
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button onClick={write}>{t('common:action.save')}</Button>
        </Group>
      </div>
    </Dialog>
  );
}
