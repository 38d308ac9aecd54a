import { Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '../../../../api/client';
import { usePages } from '../../../../api/pages';
import { changesBetween } from '../../../../core/admin/diff';
import { fieldsOf, type Json, slugOf } from '../../../../core/admin/spec';
import { specOfAudit } from '../../../../core/admin/specs';
import { type Column, DataTable, Dialog, EmptyState, KeyValue, Time } from '../../../kit';
import css from '../engine/engine.module.css';
import { useNames } from '../engine/rows';
import { useWords } from '../engine/words';

type Entry = Schemas['AuditEntry'];

export interface AuditFilter {
  resource?: string;
  resource_id?: string;
  user?: string;
  action?: string;
}

/** What an action or a kind of row is called, or its own word with blanks. */
export function useAuditWords() {
  const { t } = useTranslation('admin');
  const words = useWords();
  const say = t as unknown as (key: string, options: object) => string;
  return {
    action: (word: string) => say(`audit.actions.${word}`, { defaultValue: word.replaceAll('_', ' ') }),
    resource: (word: string) => {
      const spec = specOfAudit(word);
      return spec ? words.resource(spec.word, 'one') : word.replaceAll('_', ' ');
    },
  };
}

/** The name in what was kept of a row. */
function rowName(entry: Entry): string {
  const row = (entry.after ?? entry.before) as Record<string, unknown> | null | undefined;
  const name = ['name', 'number', 'username', 'key', 'login', 'title']
    .map((field) => row?.[field])
    .find((value) => typeof value === 'string' && value !== '');
  return typeof name === 'string' ? name : entry.resource_id.slice(0, 8);
}

/** Who did what, the latest first; a row opens what it was before and after. */
export function AuditList({ filter }: { filter: AuditFilter }) {
  const { t } = useTranslation('admin');
  const words = useAuditWords();
  const users = useNames('users');
  const [open, setOpen] = useState<Entry | null>(null);
  const pages = usePages<Entry>(['audit', filter], (cursor, signal) =>
    body(api.GET('/api/v1/audit', { params: { query: { limit: '100', ...filter, ...cursor } }, signal })),
  );
  const who = (entry: Entry) =>
    entry.user ? (
      (users.name(entry.user) ?? t('form.unknown'))
    ) : (
      <Text span c="dimmed">
        {t('audit.server')}
      </Text>
    );
  const columns: Column<Entry>[] = [
    { key: 'at', title: t('audit.when'), cell: (entry) => <Time ms={entry.at / 1000} />, width: 170 },
    { key: 'user', title: t('audit.who'), cell: who },
    { key: 'action', title: t('audit.action'), cell: (entry) => words.action(entry.action) },
    ...(filter.resource_id === undefined
      ? [
          {
            key: 'resource',
            title: t('audit.what'),
            cell: (entry: Entry) => `${words.resource(entry.resource)}: ${rowName(entry)}`,
          },
        ]
      : []),
    {
      key: 'changes',
      title: t('audit.changes'),
      cell: (entry) =>
        entry.action === 'update'
          ? changesBetween(entry.before, entry.after)
              .map((change) => change.path)
              .slice(0, 4)
              .join(', ')
          : '',
    },
    { key: 'via', title: t('audit.via'), cell: (entry) => entry.via },
  ];
  return (
    <>
      <DataTable
        label={t('audit.title')}
        columns={columns}
        rows={pages}
        rowKey={(entry) => entry.id}
        onOpen={setOpen}
        empty={<EmptyState title={t('audit.none')} />}
      />
      {open && <AuditDetail entry={open} who={who(open)} onClose={() => setOpen(null)} />}
    </>
  );
}

function AuditDetail({ entry, who, onClose }: { entry: Entry; who: ReactNode; onClose: () => void }) {
  const { t } = useTranslation('admin');
  const words = useWords();
  const audit = useAuditWords();
  const spec = specOfAudit(entry.resource);
  const changes = changesBetween(entry.before, entry.after);
  const label = (path: string) => {
    const field = spec && fieldsOf(spec).find((one) => one.name === path);
    return field ? words.field(field.label) : path;
  };
  return (
    <Dialog title={`${audit.action(entry.action)}: ${rowName(entry)}`} onClose={onClose} size="xl">
      <KeyValue
        rows={[
          [t('audit.when'), <Time key="at" ms={entry.at / 1000} />],
          [t('audit.who'), who],
          [t('audit.via'), entry.via],
          [
            t('audit.what'),
            spec && entry.action !== 'delete' ? (
              <a key="row" href={`/admin/${slugOf(spec)}/${entry.resource_id}`}>
                {audit.resource(entry.resource)}
              </a>
            ) : (
              `${audit.resource(entry.resource)} ${entry.resource_id}`
            ),
          ],
        ]}
      />
      {changes.length === 0 ? (
        <Text mt="md" c="dimmed">
          {t('audit.noChanges')}
        </Text>
      ) : (
        <table className={css.conflict}>
          <thead>
            <tr>
              <th scope="col">{t('conflict.field')}</th>
              <th scope="col">{t('audit.before')}</th>
              <th scope="col">{t('audit.after')}</th>
            </tr>
          </thead>
          <tbody>
            {changes.map(({ path, before, after }) => (
              <tr key={path}>
                <th scope="row">{label(path)}</th>
                <td>{plain(before)}</td>
                <td>{plain(after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Dialog>
  );
}

const plain = (value: Json | undefined): string =>
  value === undefined || value === null ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
