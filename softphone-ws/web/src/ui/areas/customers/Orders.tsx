import { useTranslation } from 'react-i18next';
import { api, body, ifMatch, type Schemas } from '../../../api/client';
import { usePages } from '../../../api/pages';
import { money } from '../../../core/crm/text';
import { Time } from '../../kit';
import { useWorld } from '../../world';
import { OwnedRows } from './OwnedRows';

const STATES = ['open', 'processing', 'shipped', 'delivered', 'cancelled', 'returned'] as const;
const DELIVERIES = ['none', 'preparing', 'on_the_way', 'pick_up', 'delivered', 'failed'] as const;

export function Orders({ id }: { id: string }) {
  const { t, i18n } = useTranslation('customers');
  const { link } = useWorld();
  const rows = usePages(['orders', 'customer', id], (cursor, signal) =>
    body(api.GET('/api/v1/customers/{id}/orders', { params: { path: { id }, query: cursor }, signal })),
  );
  return (
    <OwnedRows
      resource="orders"
      rows={rows}
      label={t('tab.orders')}
      empty={t('order.none')}
      addLabel={t('order.add')}
      initial={{
        currency: 'EUR',
        state: 'open',
        delivery: 'none',
        placed_at: Math.floor(link.serverNow()) * 1000,
      }}
      columns={[
        { key: 'number', title: t('order.number'), cell: (row) => <bdi>{row.number}</bdi> },
        {
          key: 'placed',
          title: t('order.placed_at'),
          cell: (row) => <Time ms={row.placed_at / 1000} as="date" />,
        },
        { key: 'state', title: t('order.state'), cell: (row) => t(`order.states.${row.state ?? 'open'}`) },
        {
          key: 'delivery',
          title: t('order.delivery'),
          cell: (row) => t(`order.deliveries.${row.delivery ?? 'none'}`),
        },
        {
          key: 'lines',
          title: t('order.lines'),
          cell: (row) => (row.lines ?? []).map((line) => line.name).join(', '),
        },
        {
          key: 'total',
          title: t('order.total_minor'),
          end: true,
          cell: (row) => money(row.total_minor ?? 0, row.currency, i18n.language),
        },
        {
          key: 'due',
          title: t('order.due_minor'),
          end: true,
          cell: (row) => (row.due_minor ? money(row.due_minor, row.currency, i18n.language) : ''),
        },
      ]}
      specs={[
        { name: 'number', label: t('order.number'), as: 'text', required: true },
        { name: 'placed_at', label: t('order.placed_at'), as: 'moment', required: true },
        {
          name: 'state',
          label: t('order.state'),
          as: 'choice',
          options: STATES.map((value) => ({ value, label: t(`order.states.${value}`) })),
        },
        {
          name: 'delivery',
          label: t('order.delivery'),
          as: 'choice',
          options: DELIVERIES.map((value) => ({ value, label: t(`order.deliveries.${value}`) })),
        },
        { name: 'currency', label: t('order.currency'), as: 'text', required: true },
        { name: 'total_minor', label: t('order.total_minor'), as: 'money' },
        { name: 'due_minor', label: t('order.due_minor'), as: 'money' },
        { name: 'due_at', label: t('order.due_at'), as: 'day' },
        { name: 'delivery_at', label: t('order.delivery_at'), as: 'day' },
        { name: 'carrier', label: t('order.carrier'), as: 'text' },
        { name: 'tracking', label: t('order.tracking'), as: 'text' },
        { name: 'notes', label: t('field.notes'), as: 'lines', wide: true },
      ]}
      create={(values, header) =>
        api.POST('/api/v1/orders', {
          params: { header },
          body: { ...values, customer_id: id } as Schemas['Order'],
        })
      }
      write={(row, changes, version) =>
        body(
          api.PATCH('/api/v1/orders/{id}', {
            params: { path: { id: row }, header: ifMatch(version) },
            body: changes as Schemas['Order'],
          }),
        )
      }
      read={async (row) => ({
        ...(await body(api.GET('/api/v1/orders/{id}', { params: { path: { id: row } } }))),
      })}
      remove={(row) =>
        api.DELETE('/api/v1/orders/{id}', { params: { path: { id: row.id }, header: ifMatch(row.version) } })
      }
    />
  );
}
