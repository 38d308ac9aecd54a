import { Button, Group, TagsInput, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '../../../../api/client';
import { usePages } from '../../../../api/pages';
import { type Column, DataTable, EmptyState, SectionCard, Time } from '../../../kit';
import { AdminPage } from '../AdminFrame';
import { useAll, useNames } from '../engine/rows';
import { useWords } from '../engine/words';

type Export = Schemas['ExportView'];

const COLUMNS = [
  'id',
  'external_id',
  'kind',
  'name',
  'given_name',
  'family_name',
  'company',
  'language',
  'languages',
  'tier',
  'birthday',
  'notes',
  'owner_id',
  'team_id',
  'visibility',
  'phone_1',
  'phone_2',
  'phone_3',
  'email_1',
  'email_2',
  'address_1',
  'chat_1',
  'other_1',
  'created_at',
  'updated_at',
];

/** Customers as a file, and who took which. */
export default function ExportsPage() {
  const { t } = useTranslation('admin');
  const words = useWords();
  const users = useNames('users');
  const custom = useAll<Schemas['StoredCustomField']>('custom-fields');
  const [columns, setColumns] = useState<string[]>([]);
  const [search, setSearch] = useState('');
  const pages = usePages<Export>(['exports'], (cursor, signal) =>
    body(api.GET('/api/v1/exports', { params: { query: { ...cursor } }, signal })),
  );
  const own = (custom.data ?? [])
    .filter((one) => (one.resource ?? 'customer') === 'customer')
    .map((one) => `fields.${one.key}`);
  const query = new URLSearchParams({
    ...(columns.length > 0 && { columns: columns.join(',') }),
    ...(search.trim() && { search: search.trim() }),
  });
  const list: Column<Export>[] = [
    { key: 'at', title: t('audit.when'), cell: (one) => <Time ms={one.at / 1000} /> },
    { key: 'by', title: t('audit.who'), cell: (one) => (one.by ? (users.name(one.by) ?? '–') : '–') },
    { key: 'rows', title: t('export.rows'), cell: (one) => one.rows, end: true },
    {
      key: 'what',
      title: t('export.what'),
      cell: (one) => t(one.searched ? 'export.searched' : 'export.all'),
    },
    { key: 'columns', title: t('export.columns'), cell: (one) => one.columns.join(', ') },
    {
      key: 'state',
      title: t('export.state'),
      cell: (one) => t(one.ended_at ? 'export.done' : 'export.open'),
    },
  ];
  return (
    <AdminPage title={words.resource('exports', 'many')} about={words.resource('exports', 'about')}>
      <SectionCard title={t('export.new')}>
        <Group align="start" mb="sm">
          <TagsInput
            size="xs"
            flex={1}
            label={t('export.columns')}
            description={t('export.columnsHint')}
            data={[...COLUMNS, ...own]}
            maxDropdownHeight={260}
            value={columns}
            onChange={setColumns}
            clearable
          />
          <TextInput
            w={260}
            label={t('export.search')}
            description={t('export.searchHint')}
            value={search}
            onChange={(e) => setSearch(e.currentTarget.value)}
          />
        </Group>
        <Group>
          <Button component="a" href={`/api/v1/exports/customers.csv?${query}`} download="customers.csv">
            {t('export.download')}
          </Button>
          <Text size="sm" c="dimmed">
            {t('export.noted')}
          </Text>
        </Group>
      </SectionCard>
      <SectionCard title={t('export.list')}>
        <DataTable
          label={t('export.list')}
          columns={list}
          rows={pages}
          rowKey={(one) => one.id}
          empty={<EmptyState title={t('export.none')} />}
        />
      </SectionCard>
    </AdminPage>
  );
}
