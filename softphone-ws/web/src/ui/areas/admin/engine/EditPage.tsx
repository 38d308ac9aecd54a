import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconTrash } from '@tabler/icons-react';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { Problem } from '../../../../api/client';
import { draftOf, fresh } from '../../../../core/admin/draft';
import { type Draft, fieldsOf, type Spec, slugOf } from '../../../../core/admin/spec';
import { mayEnter } from '../../../../core/roles';
import { leaveFreely } from '../../../hooks/useUnsaved';
import { ErrorState, LoadingState, RouteTabs } from '../../../kit';
import { useSession } from '../../../world';
import { AdminPage } from '../AdminFrame';
import { AuditList } from '../audit/AuditList';
import { ConflictDialog } from './ConflictDialog';
import { DeleteRow } from './DeleteRow';
import { RowForm } from './RowForm';
import { idempotencyKey, type Row, readRow, useRow, useWrites } from './rows';
import { useWords } from './words';

export interface Tab {
  path: string;
  label: string;
  content: (row: Row) => ReactNode;
}

interface EditProps {
  spec: Spec;
  id: string;
  /** The part of the path behind the id. */
  tab: string;
  tabs?: readonly Tab[];
  actions?: (row: Row) => ReactNode;
}

const titleOf = (spec: Spec, row: Draft): string => {
  const text = row[spec.columns[0] ?? 'name'];
  return typeof text === 'string' && text !== '' ? text : '';
};

/** One row: its form, its own tabs, and what became of it. */
export function EditPage({ spec, id, tab, tabs = [], actions }: EditProps) {
  const { t } = useTranslation(['admin', 'common']);
  const words = useWords();
  const { roles } = useSession();
  const read = useRow(spec.path, id);
  const [deleting, setDeleting] = useState(false);
  const may = mayEnter(roles, spec.write);
  const one = words.resource(spec.word, 'one');
  const at = `/admin/${slugOf(spec)}/${id}`;
  if (read.data === undefined)
    return (
      <AdminPage title={one} up={spec}>
        {read.isPending ? (
          <LoadingState />
        ) : (
          <ErrorState error={read.error} retry={() => void read.refetch()} />
        )}
      </AdminPage>
    );
  const row = read.data;
  const name = titleOf(spec, row as unknown as Draft) || one;
  const isAdmin = roles.includes('admin');
  const all = [
    { path: at, label: t('tab.settings') },
    ...tabs.map((own) => ({ path: `${at}/${own.path}`, label: own.label })),
    ...(isAdmin ? [{ path: `${at}/history`, label: t('tab.history') }] : []),
  ];
  const own = tabs.find((one) => one.path === tab);
  return (
    <AdminPage
      title={name}
      up={spec}
      actions={
        <>
          {actions?.(row)}
          {may && (
            <Button variant="default" leftSection={<IconTrash size={14} />} onClick={() => setDeleting(true)}>
              {t('common:action.delete')}
            </Button>
          )}
        </>
      }
    >
      {all.length > 1 && <RouteTabs tabs={all} />}
      {tab === 'history' && isAdmin ? (
        <AuditList filter={{ resource: spec.audit, resource_id: id }} />
      ) : own ? (
        own.content(row)
      ) : (
        <EditForm key={id} spec={spec} row={row} readOnly={!may} />
      )}
      {deleting && <DeleteRow spec={spec} row={row} name={name} onClose={() => setDeleting(false)} />}
    </AdminPage>
  );
}

export function EditForm({ spec, row, readOnly }: { spec: Spec; row: Row; readOnly: boolean }) {
  const { t } = useTranslation('admin');
  const fields = fieldsOf(spec);
  // The version the draft is based on; what is read again meanwhile must not change it under somebody's hands.
  const [based, setBased] = useState(row);
  const [draft, setDraft] = useState(() => draftOf(row, fields));
  const [theirs, setTheirs] = useState<Row | null>(null);
  const { change } = useWrites(spec);
  const start = (from: Row, next: Draft) => {
    setBased(from);
    setDraft(next);
    setTheirs(null);
    change.reset();
  };
  const save = (changes: Draft) =>
    change.mutate(
      { row: based, changes },
      {
        onSuccess: (saved) => {
          start(saved, draftOf(saved, fields));
          notifications.show({ message: t('form.savedNow') });
        },
        onError: (error) => {
          if (error instanceof Problem && error.status === 412)
            readRow(spec.path, row.id).then(setTheirs, () => {});
        },
      },
    );
  const base = draftOf(based, fields);
  return (
    <>
      <RowForm
        spec={spec}
        base={base}
        draft={draft}
        onDraft={setDraft}
        made
        readOnly={readOnly}
        busy={change.isPending}
        error={change.error}
        onSave={save}
      />
      {theirs && (
        <ConflictDialog
          spec={spec}
          base={base}
          mine={draft}
          theirs={draftOf(theirs, fields)}
          onResolved={(resolved) => start(theirs, resolved)}
          onClose={() => setTheirs(null)}
        />
      )}
    </>
  );
}

/** The form of a new row. */
export function NewPage({ spec, onMade, open }: { spec: Spec; onMade?: (row: Row) => void; open?: string }) {
  const { t } = useTranslation('admin');
  const words = useWords();
  const [, go] = useLocation();
  const [base] = useState(() => fresh(fieldsOf(spec)));
  const [draft, setDraft] = useState(base);
  const { create } = useWrites(spec);
  // One key for one content: sent again after a lost answer it makes no second row.
  const key = useRef({ of: '', header: idempotencyKey() });
  const save = (row: Draft) => {
    const of = JSON.stringify(row);
    if (key.current.of !== of) key.current = { of, header: idempotencyKey() };
    create.mutate(
      { row, key: key.current.header },
      {
        onSuccess: (made) => {
          leaveFreely();
          if (onMade) onMade(made);
          else go(`/admin/${slugOf(spec)}/${made.id}${open ? `/${open}` : ''}`);
        },
      },
    );
  };
  return (
    <AdminPage title={t('list.newOf', { what: words.resource(spec.word, 'one') })} up={spec}>
      <RowForm
        spec={spec}
        base={base}
        draft={draft}
        onDraft={setDraft}
        made={false}
        readOnly={false}
        busy={create.isPending}
        error={create.error}
        onSave={save}
      />
    </AdminPage>
  );
}
