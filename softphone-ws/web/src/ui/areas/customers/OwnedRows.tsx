import { Button, Group } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pages } from '../../../api/pages';
import { mayEnter } from '../../../core/roles';
import { RecordDialog, type Spec } from '../../crm/RecordDialog';
import { useAct } from '../../hooks/useAct';
import { type Column, Confirm, DataTable, EmptyState } from '../../kit';
import { useSession } from '../../world';

interface Row {
  id: string;
  version: number;
}

interface Props<R extends Row> {
  /** The resource's name in query keys. */
  resource: string;
  label: string;
  empty: string;
  addLabel: string;
  rows: Pages<R>;
  columns: readonly Column<R>[];
  specs: readonly Spec[];
  initial: Record<string, unknown>;
  create: (values: Record<string, unknown>, key: { 'Idempotency-Key': string }) => Promise<unknown>;
  write: (id: string, changes: Record<string, unknown>, version: number) => Promise<Row>;
  read: (id: string) => Promise<R>;
  remove: (row: R) => Promise<unknown>;
}

/** Rows that belong to a customer: shown, made, edited, and deleted by whoever may. */
export function OwnedRows<R extends Row>(props: Props<R>) {
  const { t } = useTranslation(['customers', 'common']);
  const { roles } = useSession();
  const queries = useQueryClient();
  const act = useAct();
  const [open, setOpen] = useState<R | 'new' | null>(null);
  const [gone, setGone] = useState<R | null>(null);
  const fresh = () => {
    for (const key of [props.resource, 'timeline', 'customers'])
      void queries.invalidateQueries({ queryKey: [key] });
  };
  const deletes = mayEnter(roles, ['supervisor', 'admin']);
  const columns: Column<R>[] = deletes
    ? [
        ...props.columns,
        {
          key: 'delete',
          title: '',
          width: '5rem',
          cell: (row) => (
            <Button
              size="compact-xs"
              variant="subtle"
              color="red"
              onClick={(event) => {
                event.stopPropagation();
                setGone(row);
              }}
            >
              {t('common:action.delete')}
            </Button>
          ),
        },
      ]
    : [...props.columns];
  return (
    <>
      <DataTable
        label={props.label}
        rows={props.rows}
        rowKey={(row) => row.id}
        onOpen={setOpen}
        columns={columns}
        empty={<EmptyState title={props.empty} />}
      />
      <Group mt="sm">
        <Button variant="light" onClick={() => setOpen('new')}>
          {props.addLabel}
        </Button>
      </Group>
      {open !== null && (
        <RecordDialog
          title={open === 'new' ? props.addLabel : props.label}
          specs={props.specs}
          row={open === 'new' ? null : open}
          initial={props.initial}
          create={props.create}
          write={(changes, version) => props.write(open === 'new' ? '' : open.id, changes, version)}
          read={() => props.read(open === 'new' ? '' : open.id)}
          onDone={fresh}
          onClose={() => setOpen(null)}
        />
      )}
      {gone && (
        <Confirm
          title={t('customers:deleteRow')}
          text={t('customers:deleteRowText')}
          action={t('common:action.delete')}
          danger
          onConfirm={() => {
            setGone(null);
            void act(() => props.remove(gone)).then(fresh);
          }}
          onClose={() => setGone(null)}
        />
      )}
    </>
  );
}
