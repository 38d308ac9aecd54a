import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { usePages } from '../../../../api/pages';
import { fieldsOf, type Json, type Spec, slugOf } from '../../../../core/admin/spec';
import { mayEnter } from '../../../../core/roles';
import { useShortcut } from '../../../hooks/useShortcut';
import { type Column, DataTable, EmptyState, Filters } from '../../../kit';
import { useSession } from '../../../world';
import { AdminPage } from '../AdminFrame';
import { type Row, readPage } from './rows';
import { ValueText } from './ValueText';
import { useWords } from './words';

interface Props {
  spec: Spec;
  /** Columns beside those of the description. */
  more?: readonly Column<Row>[];
  note?: ReactNode;
  /** The tab a row opens with, where that is not its form. */
  open?: string;
}

/** The rows of a resource. */
export function ListPage({ spec, more = [], note, open }: Props) {
  const { t } = useTranslation(['admin', 'common']);
  const words = useWords();
  const { roles } = useSession();
  const [, go] = useLocation();
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), 200);
  const box = useRef<HTMLInputElement>(null);
  const may = mayEnter(roles, spec.write);
  const fields = fieldsOf(spec);
  const create = () => go(`/admin/${slugOf(spec)}/new`);
  useShortcut('/', t('common:shortcut.search'), () => box.current?.focus(), spec.search ?? false);
  useShortcut('Alt+n', t('list.new'), create, may);
  const pages = usePages<Row>([spec.path, 'list', search], (cursor, signal) =>
    readPage<Row>(spec.path, { limit: 100, ...(search && { search }), ...cursor }, signal),
  );
  const columns: Column<Row>[] = spec.columns.flatMap((name) => {
    const field = fields.find((one) => one.name === name);
    if (field === undefined) return [];
    return [
      {
        key: name,
        title: words.field(field.label),
        cell: (row) => <ValueText field={field} value={row[name] as Json} />,
        end: field.kind === 'number',
      },
    ];
  });
  const title = words.resource(spec.word, 'many');
  const add = may && (
    <Button leftSection={<IconPlus size={14} />} onClick={create}>
      {t('list.new')}
    </Button>
  );
  return (
    <AdminPage title={title} about={words.resource(spec.word, 'about')} actions={add}>
      {note}
      {spec.search && (
        <Filters>
          <TextInput
            ref={box}
            type="search"
            w={280}
            placeholder={t('list.search')}
            aria-label={t('common:action.search')}
            value={typed}
            onChange={(e) => setTyped(e.currentTarget.value)}
          />
        </Filters>
      )}
      <DataTable
        label={title}
        columns={[...columns, ...more]}
        rows={pages}
        rowKey={(row) => row.id}
        onOpen={(row) => go(`/admin/${slugOf(spec)}/${row.id}${open ? `/${open}` : ''}`)}
        empty={
          search === '' ? (
            <EmptyState title={t('list.none', { list: title })} action={add} />
          ) : (
            <EmptyState title={t('list.notFound', { search })} />
          )
        }
      />
    </AdminPage>
  );
}
