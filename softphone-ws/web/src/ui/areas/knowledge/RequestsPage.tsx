import { Anchor, Button, Group, NativeSelect } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { api, body, ifMatch, patch, type Schemas } from '../../../api/client';
import { usePages } from '../../../api/pages';
import css from '../../crm/crm.module.css';
import { usePersonName } from '../../crm/lookups';
import { useAct } from '../../hooks/useAct';
import { DataTable, EmptyState, ErrorState, Page, SectionCard, Time } from '../../kit';
import { useSession } from '../../world';
import { MissingDialog } from './MissingDialog';
import { useWrites } from './useKnowledge';

type Request = Schemas['StoredArticleRequest'];

const STATES = ['open', 'taken', 'done', 'declined'] as const;

/** Articles that people asked for, and what was searched for in vain. */
export default function RequestsPage() {
  const { t } = useTranslation('knowledge');
  const { user } = useSession();
  const writes = useWrites();
  const person = usePersonName();
  const act = useAct();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const rows = usePages(['article-requests'], (cursor, signal) =>
    body(api.GET('/api/v1/knowledge/requests', { params: { query: cursor }, signal })),
  );
  const change = (row: Request, changes: Partial<Schemas['ArticleRequest']>) =>
    void act(() =>
      api.PATCH('/api/v1/knowledge/requests/{id}', {
        params: { path: { id: row.id }, header: ifMatch(row.version) },
        body: patch<Schemas['ArticleRequest']>(changes),
      }),
    ).then(() => queries.invalidateQueries({ queryKey: ['article-requests'] }));
  return (
    <Page
      title={t('requests.title')}
      actions={<Button onClick={() => setAsking(true)}>{t('missing.title')}</Button>}
    >
      <DataTable
        label={t('requests.title')}
        rows={rows}
        rowKey={(row) => row.id}
        empty={<EmptyState title={t('requests.none')} />}
        columns={[
          {
            key: 'title',
            title: t('articleTitle'),
            cell: (row) => (
              <div className={css.cell}>
                <strong>
                  <bdi>{row.title}</bdi>
                </strong>
                {row.details && <span className={`${css.dim} ${css.said}`}>{row.details}</span>}
                {row.article_id && (
                  <Anchor component={Link} href={`/knowledge/${row.article_id}`} inherit>
                    {t('requests.answer')}
                  </Anchor>
                )}
              </div>
            ),
          },
          { key: 'language', title: t('language'), width: '6rem', cell: (row) => row.language },
          { key: 'who', title: t('requests.who'), cell: (row) => person(row.assignee_id) },
          {
            key: 'at',
            title: t('requests.at'),
            width: '10rem',
            cell: (row) => <Time ms={row.created_at / 1000} as="date" />,
          },
          {
            key: 'state',
            title: t('state.title'),
            cell: (row) =>
              writes ? (
                <NativeSelect
                  size="xs"
                  aria-label={t('state.title')}
                  value={row.state ?? 'open'}
                  onChange={(event) => {
                    const state = STATES.find((one) => one === event.currentTarget.value) ?? 'open';
                    change(row, { state, ...(state === 'taken' && { assignee_id: user.id }) });
                  }}
                  data={STATES.map((value) => ({ value, label: t(`requests.state.${value}`) }))}
                />
              ) : (
                t(`requests.state.${row.state ?? 'open'}`)
              ),
          },
          ...(writes
            ? [
                {
                  key: 'write',
                  title: '',
                  cell: (row: Request) => (
                    <Group justify="end">
                      <Button
                        component={Link}
                        size="compact-xs"
                        variant="light"
                        href={`/knowledge/new?${new URLSearchParams({ title: row.title, language: row.language ?? '' })}`}
                      >
                        {t('requests.write')}
                      </Button>
                    </Group>
                  ),
                },
              ]
            : []),
        ]}
      />
      {writes && <Unsolved />}
      {asking && <MissingDialog text="" language="" onClose={() => setAsking(false)} />}
    </Page>
  );
}

function Unsolved() {
  const { t } = useTranslation('knowledge');
  const searches = useQuery({
    queryKey: ['knowledge-searches', 'without'],
    queryFn: ({ signal }) =>
      body(
        api.GET('/api/v1/knowledge/searches', {
          params: { query: { without_result: 'true', limit: '20' } },
          signal,
        }),
      ),
  });
  if (searches.error) return <ErrorState error={searches.error} retry={() => void searches.refetch()} />;
  if (!searches.data || searches.data.length === 0) return null;
  return (
    <div style={{ paddingTop: '1rem' }}>
      <SectionCard title={t('requests.searches')}>
        <DataTable
          label={t('requests.searches')}
          rows={searches.data}
          rowKey={(row) => `${row.language}${row.text}`}
          columns={[
            { key: 'text', title: t('requests.searched'), cell: (row) => <bdi>{row.text}</bdi> },
            { key: 'language', title: t('language'), cell: (row) => row.language },
            { key: 'asked', title: t('requests.asked'), end: true, cell: (row) => row.asked },
            { key: 'none', title: t('requests.without'), end: true, cell: (row) => row.without_result },
            { key: 'unsolved', title: t('requests.unsolved'), end: true, cell: (row) => row.unsolved },
          ]}
        />
      </SectionCard>
    </div>
  );
}
