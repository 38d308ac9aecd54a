import { useTranslation } from 'react-i18next';
import { api, body, ifMatch, type Schemas } from '../../../api/client';
import { usePages } from '../../../api/pages';
import { usePersonName } from '../../crm/lookups';
import { Time } from '../../kit';
import { useWorld } from '../../world';
import { OwnedRows } from './OwnedRows';

const STATES = ['draft', 'active', 'suspended', 'ended', 'cancelled'] as const;

export function Contracts({ id }: { id: string }) {
  const { t } = useTranslation('customers');
  const { link } = useWorld();
  const person = usePersonName();
  const rows = usePages(['contracts', 'customer', id], (cursor, signal) =>
    body(api.GET('/api/v1/customers/{id}/contracts', { params: { path: { id }, query: cursor }, signal })),
  );
  return (
    <OwnedRows
      resource="contracts"
      rows={rows}
      label={t('tab.contracts')}
      empty={t('contract.none')}
      addLabel={t('contract.add')}
      initial={{ kind: 'support', state: 'active', starts_at: Math.floor(link.serverNow()) * 1000 }}
      columns={[
        { key: 'number', title: t('contract.number'), cell: (row) => <bdi>{row.number}</bdi> },
        { key: 'kind', title: t('contract.kind'), cell: (row) => row.kind },
        {
          key: 'state',
          title: t('contract.state'),
          cell: (row) =>
            `${t(`contract.states.${row.state ?? 'active'}`)}${row.holds ? ` · ${t('contract.holds')}` : ''}`,
        },
        {
          key: 'from',
          title: t('contract.starts_at'),
          cell: (row) => <Time ms={row.starts_at / 1000} as="date" />,
        },
        {
          key: 'to',
          title: t('contract.ends_at'),
          cell: (row) => row.ends_at && <Time ms={row.ends_at / 1000} as="date" />,
        },
        {
          key: 'gives',
          title: t('contract.entitlements'),
          cell: (row) =>
            (row.entitlements ?? [])
              .map(
                (one) =>
                  `${one.name || one.key}${one.quantity == null ? '' : ` ${one.used ?? 0}/${one.quantity}`}`,
              )
              .join(', '),
        },
        { key: 'owner', title: t('field.owner_id'), cell: (row) => person(row.owner_id) },
      ]}
      specs={[
        { name: 'number', label: t('contract.number'), as: 'text', required: true },
        { name: 'kind', label: t('contract.kind'), as: 'text', required: true },
        {
          name: 'state',
          label: t('contract.state'),
          as: 'choice',
          options: STATES.map((value) => ({ value, label: t(`contract.states.${value}`) })),
        },
        { name: 'product_id', label: t('owned.product'), as: 'product' },
        { name: 'starts_at', label: t('contract.starts_at'), as: 'day', required: true },
        { name: 'ends_at', label: t('contract.ends_at'), as: 'day' },
        { name: 'remind_at', label: t('contract.remind_at'), as: 'day' },
        { name: 'renewal_months', label: t('contract.renewal_months'), as: 'number' },
        { name: 'auto_renewal', label: t('contract.auto_renewal'), as: 'check' },
        { name: 'owner_id', label: t('field.owner_id'), as: 'person' },
        { name: 'notes', label: t('field.notes'), as: 'lines', wide: true },
      ]}
      create={(values, header) =>
        api.POST('/api/v1/contracts', {
          params: { header },
          body: { ...values, customer_id: id } as Schemas['Contract'],
        })
      }
      write={(row, changes, version) =>
        body(
          api.PATCH('/api/v1/contracts/{id}', {
            params: { path: { id: row }, header: ifMatch(version) },
            body: changes as Schemas['Contract'],
          }),
        )
      }
      read={async (row) => ({
        ...(await body(api.GET('/api/v1/contracts/{id}', { params: { path: { id: row } } }))),
        holds: true,
      })}
      remove={(row) =>
        api.DELETE('/api/v1/contracts/{id}', {
          params: { path: { id: row.id }, header: ifMatch(row.version) },
        })
      }
    />
  );
}
