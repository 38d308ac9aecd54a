import { useTranslation } from 'react-i18next';
import { api, body, ifMatch, type Schemas } from '../../../api/client';
import { usePages } from '../../../api/pages';
import { useNames, useProducts } from '../../crm/lookups';
import { Time } from '../../kit';
import { useWorld } from '../../world';
import { OwnedRows } from './OwnedRows';

export function Owned({ id }: { id: string }) {
  const { t } = useTranslation('customers');
  const { link } = useWorld();
  const product = useNames(useProducts());
  const rows = usePages(['products-owned', 'customer', id], (cursor, signal) =>
    body(api.GET('/api/v1/customers/{id}/products', { params: { path: { id }, query: cursor }, signal })),
  );
  return (
    <OwnedRows
      resource="products-owned"
      rows={rows}
      label={t('tab.products')}
      empty={t('owned.none')}
      addLabel={t('owned.add')}
      initial={{ bought_at: Math.floor(link.serverNow()) * 1000 }}
      columns={[
        { key: 'name', title: t('owned.name'), cell: (row) => <bdi>{row.name}</bdi> },
        { key: 'product', title: t('owned.product'), cell: (row) => product(row.product_id) },
        { key: 'serial', title: t('owned.serial'), cell: (row) => <bdi>{row.serial}</bdi> },
        {
          key: 'bought',
          title: t('owned.bought_at'),
          cell: (row) => <Time ms={row.bought_at / 1000} as="date" />,
        },
        {
          key: 'warranty',
          title: t('warranty'),
          cell: (row) =>
            row.warranty_until ? (
              <>
                <Time ms={row.warranty_until / 1000} as="date" />{' '}
                {row.in_warranty ? t('owned.in') : t('owned.out')}
              </>
            ) : (
              ''
            ),
        },
        { key: 'registered', title: t('owned.registered'), cell: (row) => (row.registered ? '✓' : '') },
      ]}
      specs={[
        { name: 'name', label: t('owned.name'), as: 'text', required: true },
        { name: 'product_id', label: t('owned.product'), as: 'product' },
        { name: 'serial', label: t('owned.serial'), as: 'text' },
        { name: 'bought_at', label: t('owned.bought_at'), as: 'day', required: true },
        { name: 'warranty_until', label: t('warranty'), as: 'day' },
        { name: 'registered', label: t('owned.registered'), as: 'check' },
        { name: 'notes', label: t('field.notes'), as: 'lines', wide: true },
      ]}
      create={(values, header) =>
        api.POST('/api/v1/products-owned', {
          params: { header },
          body: { ...values, customer_id: id } as Schemas['ProductOwned'],
        })
      }
      write={(row, changes, version) =>
        body(
          api.PATCH('/api/v1/products-owned/{id}', {
            params: { path: { id: row }, header: ifMatch(version) },
            body: changes as Schemas['ProductOwned'],
          }),
        )
      }
      read={async (row) => ({
        ...(await body(api.GET('/api/v1/products-owned/{id}', { params: { path: { id: row } } }))),
        in_warranty: true,
      })}
      remove={(row) =>
        api.DELETE('/api/v1/products-owned/{id}', {
          params: { path: { id: row.id }, header: ifMatch(row.version) },
        })
      }
    />
  );
}
