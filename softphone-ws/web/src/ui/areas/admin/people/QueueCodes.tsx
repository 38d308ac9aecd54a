import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { Schemas } from '../../../../api/client';
import { type Column, DataTable, EmptyState, ErrorState, LoadingState } from '../../../kit';
import { type Row, useAll } from '../engine/rows';

type Code = Schemas['StoredWrapUpCode'];

/** The wrap-up codes that calls of a queue end with: its own, and those of all queues. */
export default function QueueCodes({ row }: { row: Row }) {
  const { t } = useTranslation('admin');
  const [, go] = useLocation();
  const codes = useAll<Code>('wrap-up-codes');
  if (codes.data === undefined)
    return codes.isPending ? (
      <LoadingState />
    ) : (
      <ErrorState error={codes.error} retry={() => void codes.refetch()} />
    );
  const own = codes.data.filter((code) => code.queue_id === row.id || !code.queue_id);
  const columns: Column<Code>[] = [
    { key: 'name', title: t('field.name'), cell: (code) => code.name, sort: (code) => code.name },
    { key: 'of', title: t('codes.of'), cell: (code) => t(code.queue_id ? 'codes.own' : 'codes.all') },
    {
      key: 'active',
      title: t('field.active'),
      cell: (code) => t(code.active === false ? 'value.no' : 'value.yes'),
    },
  ];
  return (
    <DataTable
      label={t('codes.title')}
      columns={columns}
      rows={own}
      rowKey={(code) => code.id}
      onOpen={(code) => go(`/admin/wrap-up-codes/${code.id}`)}
      empty={
        <EmptyState
          title={t('codes.none')}
          action={<Button onClick={() => go('/admin/wrap-up-codes/new')}>{t('list.new')}</Button>}
        />
      }
    />
  );
}
