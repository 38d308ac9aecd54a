import { Badge, Button, Menu, Text } from '@mantine/core';
import { IconDots, IconPlus } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useParams } from 'wouter';
import { Problem } from '../../../api/client';
import css from '../../crm/crm.module.css';
import { usePersonName } from '../../crm/lookups';
import { Notes } from '../../crm/Notes';
import { CallbackDialog, ReminderDialog, TaskDialog } from '../../crm/work';
import { ErrorState, LoadingState, Page, RouteTabs, Since } from '../../kit';
import { Consent } from './Consent';
import { Contacts } from './Contacts';
import { Contracts } from './Contracts';
import { TierBadge } from './CustomersPage';
import { Identity } from './Identity';
import { Orders } from './Orders';
import { Owned } from './Owned';
import { Relations } from './Relations';
import { Sharing } from './Sharing';
import { Summary } from './Summary';
import { Tasks } from './Tasks';
import { CustomerTickets } from './Tickets';
import { Timeline } from './Timeline';
import { type Customer, useCustomer, useLiveCustomer } from './useCustomer';
import { Values } from './Values';

export default function CustomerPage() {
  const { t } = useTranslation('customers');
  const { id = '' } = useParams<{ id: string }>();
  const [, go] = useLocation();
  const customer = useCustomer(id);
  const merged = customer.error instanceof Problem ? customer.error.body.merged_into : null;
  useEffect(() => {
    if (merged) go(`/customers/${merged}`, { replace: true });
  }, [merged, go]);
  if (customer.isPending || merged)
    return (
      <Page title={t('title')}>
        <LoadingState />
      </Page>
    );
  if (customer.data === undefined)
    return (
      <Page title={t('title')}>
        <ErrorState error={customer.error} retry={() => void customer.refetch()} />
      </Page>
    );
  return <Shown key={id} row={customer.data} />;
}

type Making = 'task' | 'callback' | 'reminder';

function Shown({ row }: { row: Customer }) {
  const { t } = useTranslation(['customers', 'crm']);
  const [, go] = useLocation();
  const [making, setMaking] = useState<Making | null>(null);
  const about = {
    customer: row.id,
    number: row.contacts?.find((one) => one.kind === 'phone' && one.valid)?.value ?? '',
  };
  const close = () => setMaking(null);
  const base = `/customers/${row.id}`;
  return (
    <Page
      title={row.name || t('customers:nameless')}
      actions={
        <>
          <TierBadge tier={row.tier} />
          <Badge variant="default" tt="none">
            {t(`customers:kind.${row.kind ?? 'person'}`)}
          </Badge>
          <ChangedBy id={row.id} />
          <Button leftSection={<IconPlus size={14} />} onClick={() => go(`/tickets/new?customer=${row.id}`)}>
            {t('customers:newTicket')}
          </Button>
          <Menu withinPortal position="bottom-end">
            <Menu.Target>
              <Button variant="default" aria-label={t('customers:more')}>
                <IconDots size={16} />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => setMaking('task')}>{t('crm:work.newTask')}</Menu.Item>
              <Menu.Item onClick={() => setMaking('callback')}>{t('crm:work.newCallback')}</Menu.Item>
              <Menu.Item onClick={() => setMaking('reminder')}>{t('crm:work.newReminder')}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </>
      }
    >
      <div className={css.columns}>
        <div className={css.stack}>
          <Summary row={row} />
          <Contacts row={row} />
          <Consent id={row.id} />
          <Sharing row={row} />
        </div>
        <div style={{ minWidth: 0 }}>
          <Values id={row.id} />
          <RouteTabs
            tabs={[
              { path: base, label: t('customers:tab.timeline') },
              { path: `${base}/notes`, label: t('customers:tab.notes') },
              { path: `${base}/tickets`, label: t('customers:tab.tickets') },
              { path: `${base}/work`, label: t('customers:tab.work') },
              { path: `${base}/orders`, label: t('customers:tab.orders') },
              { path: `${base}/contracts`, label: t('customers:tab.contracts') },
              { path: `${base}/products`, label: t('customers:tab.products') },
              { path: `${base}/relations`, label: t('customers:tab.relations') },
              { path: `${base}/identity`, label: t('customers:tab.identity') },
            ]}
          />
          <Tab row={row} />
        </div>
      </div>
      {making === 'task' && <TaskDialog about={about} onClose={close} />}
      {making === 'callback' && <CallbackDialog about={about} onClose={close} />}
      {making === 'reminder' && <ReminderDialog about={about} onClose={close} />}
    </Page>
  );
}

function Tab({ row }: { row: Customer }) {
  const { '*': tab } = useParams<{ '*': string }>();
  switch (tab) {
    case 'notes':
      return <Notes subject="customer" id={row.id} />;
    case 'tickets':
      return <CustomerTickets id={row.id} />;
    case 'work':
      return <Tasks id={row.id} />;
    case 'orders':
      return <Orders id={row.id} />;
    case 'contracts':
      return <Contracts id={row.id} />;
    case 'products':
      return <Owned id={row.id} />;
    case 'relations':
      return <Relations id={row.id} />;
    case 'identity':
      return <Identity row={row} />;
    default:
      return <Timeline id={row.id} />;
  }
}

/** Who else works on this record: said quietly, and without moving anything below. */
function ChangedBy({ id }: { id: string }) {
  const { t } = useTranslation('customers');
  const last = useLiveCustomer(id);
  const person = usePersonName();
  if (last === null) return null;
  return (
    <Text size="sm" c="dimmed" role="status">
      {t('changedBy', { name: person(last.change.by) || t('somebody') })} <Since ms={last.at_ms} />
    </Text>
  );
}
