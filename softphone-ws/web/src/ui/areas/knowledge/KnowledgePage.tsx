import { Button, NativeSelect, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { api, body, type Schemas } from '../../../api/client';
import { usePages } from '../../../api/pages';
import { marked } from '../../../core/crm/marked';
import { given } from '../../../core/crm/text';
import css from '../../crm/crm.module.css';
import { useNames } from '../../crm/lookups';
import { SearchInput } from '../../crm/SearchInput';
import { useFilters } from '../../crm/useFilters';
import { DataTable, EmptyState, ErrorState, Filters, LoadingState, Page, Time } from '../../kit';
import { Categories } from './Categories';
import { MissingDialog } from './MissingDialog';
import { LANGUAGES, STATES, useCategories, useCategoryOptions, useWrites } from './useKnowledge';

/** Finding articles: by search, or shelf by shelf. */
export default function KnowledgePage() {
  const { t } = useTranslation(['knowledge', 'common']);
  const { get, set, any, replace } = useFilters();
  const writes = useWrites();
  const categories = useCategoryOptions();
  const [shelves, setShelves] = useState(false);
  const any_ = { value: '', label: t('knowledge:any') };
  const q = get('q');
  return (
    <Page
      title={t('knowledge:title')}
      actions={
        <>
          <Button component={Link} href="/knowledge/requests" variant="default">
            {t('knowledge:requests.title')}
          </Button>
          {writes && (
            <>
              <Button variant="default" onClick={() => setShelves(true)}>
                {t('knowledge:categories')}
              </Button>
              <Button component={Link} href="/knowledge/new" leftSection={<IconPlus size={14} />}>
                {t('knowledge:new')}
              </Button>
            </>
          )}
        </>
      }
    >
      <Filters>
        <SearchInput
          label={t('knowledge:search')}
          value={q}
          onChange={(next) => set({ q: next })}
          width="22rem"
        />
        <NativeSelect
          size="xs"
          label={t('knowledge:language')}
          value={get('language')}
          onChange={(event) => set({ language: event.currentTarget.value })}
          data={[any_, ...LANGUAGES]}
        />
        <NativeSelect
          size="xs"
          label={t('knowledge:category')}
          value={get('category')}
          onChange={(event) => set({ category: event.currentTarget.value })}
          data={[any_, ...categories]}
        />
        {writes && q === '' && (
          <NativeSelect
            size="xs"
            label={t('knowledge:state.title')}
            value={get('state')}
            onChange={(event) => set({ state: event.currentTarget.value })}
            data={[any_, ...STATES.map((value) => ({ value, label: t(`knowledge:state.${value}`) }))]}
          />
        )}
        {any && (
          <Button variant="subtle" onClick={() => replace({})}>
            {t('common:action.clear')}
          </Button>
        )}
      </Filters>
      {q === '' ? (
        <List language={get('language')} category={get('category')} state={writes ? get('state') : ''} />
      ) : (
        <Found q={q} language={get('language')} category={get('category')} />
      )}
      {shelves && <Categories onClose={() => setShelves(false)} />}
    </Page>
  );
}

function List(filters: { language: string; category: string; state: string }) {
  const { t } = useTranslation('knowledge');
  const [, go] = useLocation();
  const category = useNames(useCategories().query);
  const rows = usePages(['articles', 'list', filters], (cursor, signal) =>
    body(
      api.GET('/api/v1/knowledge/articles', { params: { query: { ...given(filters), ...cursor } }, signal }),
    ),
  );
  return (
    <DataTable
      label={t('title')}
      rows={rows}
      rowKey={(row) => row.id}
      onOpen={(row) => go(`/knowledge/${row.id}`)}
      empty={<EmptyState title={t('none')} />}
      columns={[
        { key: 'title', title: t('articleTitle'), cell: (row) => <bdi>{row.title}</bdi> },
        { key: 'category', title: t('category'), cell: (row) => category(row.category_id) },
        { key: 'language', title: t('language'), width: '6rem', cell: (row) => row.language },
        { key: 'state', title: t('state.title'), width: '8rem', cell: (row) => t(`state.${row.state}`) },
        {
          key: 'updated',
          title: t('updated'),
          width: '11rem',
          cell: (row) => <Time ms={row.updated_at / 1000} as="date" />,
        },
      ]}
    />
  );
}

function Found({ q, language, category }: { q: string; language: string; category: string }) {
  const { t } = useTranslation('knowledge');
  const [missing, setMissing] = useState(false);
  const found = useQuery({
    queryKey: ['articles', 'search', q, language, category],
    queryFn: ({ signal }) =>
      body(
        api.GET('/api/v1/knowledge/search', {
          params: { query: { q: q.slice(0, 200), limit: '30', ...given({ language, category }) } },
          signal,
        }),
      ),
    placeholderData: (before) => before,
  });
  if (found.isPending) return <LoadingState />;
  if (found.error) return <ErrorState error={found.error} retry={() => void found.refetch()} />;
  const { hits } = found.data;
  const ask = (
    <Button variant="light" onClick={() => setMissing(true)}>
      {t('missing.title')}
    </Button>
  );
  return (
    <>
      {hits.length === 0 && <EmptyState title={t('noneFound')} action={ask} />}
      <ol className={css.list}>
        {hits.map((hit) => (
          <Hit key={hit.id} hit={hit} />
        ))}
      </ol>
      {hits.length > 0 && ask}
      {missing && <MissingDialog text={q} language={language} onClose={() => setMissing(false)} />}
    </>
  );
}

function Hit({ hit }: { hit: Schemas['ArticleHit'] }) {
  const { t } = useTranslation('knowledge');
  const category = useNames(useCategories().query);
  return (
    <li className={css.entry}>
      <Link href={`/knowledge/${hit.id}`}>
        <strong>
          <Marked text={hit.title} />
        </strong>
      </Link>
      <span className={css.said}>
        <Marked text={hit.snippet} />
      </span>
      <Text size="sm" c="dimmed">
        {[
          category(hit.category_id),
          hit.language,
          hit.why.used > 0 && t('usedSolved', { used: hit.why.used, solved: hit.why.solved }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </Text>
    </li>
  );
}

function Marked({ text }: { text: Schemas['MarkedText'] }) {
  return (
    <span>
      {text.cut_before && '…'}
      {marked(text).map((piece) =>
        piece.mark ? <mark key={piece.from}>{piece.text}</mark> : <span key={piece.from}>{piece.text}</span>,
      )}
      {text.cut_after && '…'}
    </span>
  );
}
