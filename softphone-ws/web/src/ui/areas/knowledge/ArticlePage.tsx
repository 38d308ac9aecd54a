import { Anchor, Badge, Button, Rating, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useParams } from 'wouter';
import { api, body, ifMatch, type Schemas } from '../../../api/client';
import css from '../../crm/crm.module.css';
import { useNames, usePersonName } from '../../crm/lookups';
import { useAct } from '../../hooks/useAct';
import { useMe } from '../../hooks/useTopic';
import { Confirm, ErrorState, KeyValue, LoadingState, Page, RouteTabs, SectionCard, Time } from '../../kit';
import { Article } from './Article';
import { ArticleSettings } from './ArticleSettings';
import { Comments } from './Comments';
import { useCategories, useWrites } from './useKnowledge';
import { Versions } from './Versions';

type View = Schemas['ArticleView'];

export default function ArticlePage() {
  const { t } = useTranslation('knowledge');
  const { id = '' } = useParams<{ id: string }>();
  const article = useQuery({
    queryKey: ['articles', id],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/knowledge/articles/{id}', { params: { path: { id } }, signal })),
  });
  if (article.isPending)
    return (
      <Page title={t('title')}>
        <LoadingState />
      </Page>
    );
  if (article.data === undefined)
    return (
      <Page title={t('title')}>
        <ErrorState error={article.error} retry={() => void article.refetch()} />
      </Page>
    );
  return <Shown key={id} view={article.data} />;
}

function Shown({ view }: { view: View }) {
  const { t } = useTranslation('knowledge');
  const { '*': tab } = useParams<{ '*': string }>();
  const writes = useWrites();
  const base = `/knowledge/${view.article.id}`;
  return (
    <Page title={view.version.title} actions={<Actions view={view} />}>
      <div className={css.columns}>
        <About view={view} />
        <div style={{ minWidth: 0 }}>
          <RouteTabs
            tabs={[
              { path: base, label: t('tab.text') },
              { path: `${base}/comments`, label: t('tab.comments') },
              ...(writes
                ? [
                    { path: `${base}/versions`, label: t('tab.versions') },
                    { path: `${base}/settings`, label: t('tab.settings') },
                  ]
                : []),
            ]}
          />
          {tab === 'comments' ? (
            <Comments id={view.article.id} />
          ) : tab === 'versions' && writes ? (
            <Versions article={view.article} />
          ) : tab === 'settings' && writes ? (
            <ArticleSettings key={view.article.version} article={view.article} />
          ) : (
            <Article text={view.version.body} />
          )}
        </div>
      </div>
    </Page>
  );
}

function Actions({ view: { article } }: { view: View }) {
  const { t } = useTranslation(['knowledge', 'common']);
  const writes = useWrites();
  const [, go] = useLocation();
  const act = useAct();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<'retire' | 'delete' | null>(null);
  if (!writes) return null;
  const params = { params: { path: { id: article.id }, header: ifMatch(article.version) } };
  const run = async (what: () => Promise<unknown>, gone: boolean) => {
    setAsked(null);
    const done = await act(what);
    void queries.invalidateQueries({ queryKey: ['articles'] });
    if (done && gone) go('/knowledge');
  };
  const other = article.language === 'zh' ? 'en' : 'zh';
  return (
    <>
      <Button
        component={Link}
        href={`/knowledge/new?translation_of=${article.id}&language=${other}`}
        variant="default"
      >
        {t('knowledge:translate')}
      </Button>
      {article.state === 'published' && (
        <Button variant="default" onClick={() => setAsked('retire')}>
          {t('knowledge:retire')}
        </Button>
      )}
      {article.published == null && article.state !== 'retired' && (
        <Button variant="default" color="red" onClick={() => setAsked('delete')}>
          {t('common:action.delete')}
        </Button>
      )}
      {asked === 'retire' && (
        <Confirm
          title={t('knowledge:retire')}
          text={t('knowledge:retireText')}
          action={t('knowledge:retire')}
          onConfirm={() => void run(() => api.POST('/api/v1/knowledge/articles/{id}/retire', params), false)}
          onClose={() => setAsked(null)}
        />
      )}
      {asked === 'delete' && (
        <Confirm
          title={t('common:action.delete')}
          text={t('knowledge:deleteText')}
          action={t('common:action.delete')}
          danger
          onConfirm={() => void run(() => api.DELETE('/api/v1/knowledge/articles/{id}', params), true)}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}

/** What is known of an article, and what its readers say. */
function About({ view: { article, tally, translations, version } }: { view: View }) {
  const { t } = useTranslation('knowledge');
  const person = usePersonName();
  const category = useNames(useCategories().query);
  const queries = useQueryClient();
  const act = useAct();
  const { calls } = useMe();
  const fresh = () => void queries.invalidateQueries({ queryKey: ['articles', article.id] });
  const path = { path: { id: article.id } };
  const rate = (rating: number) =>
    void act(() =>
      api.PUT('/api/v1/knowledge/articles/{id}/rating', { params: path, body: { rating } }),
    ).then(fresh);
  const call = calls[0];
  const used = (solved: boolean) =>
    call &&
    void act(() =>
      api.POST('/api/v1/knowledge/articles/{id}/used', {
        params: path,
        body: { interaction_id: call.interaction, solved },
      }),
    ).then(fresh);
  const when = (us: number | null | undefined) => us && <Time ms={us / 1000} as="date" />;
  return (
    <SectionCard title={t('about')}>
      <div className={css.stack}>
        <Badge variant="light" tt="none">
          {t(`state.${version.state}`)}
        </Badge>
        <KeyValue
          rows={[
            [t('category'), category(article.category_id)],
            [t('language'), article.language],
            [t('audience.title'), t(`audience.${article.audience ?? 'agents'}`)],
            [t('version'), version.number],
            [t('author'), person(version.author_id)],
            [t('publishedAt'), when(version.published_at)],
            [t('reviewDue'), when(article.review_due_at)],
            [t('validUntil'), when(article.valid_until)],
            [t('keywords'), (version.keywords ?? []).join(', ')],
            [t('used'), t('usedSolved', { used: tally.used, solved: tally.solved })],
          ]}
        />
        <div className={css.row}>
          <Rating
            value={Math.round(tally.rating_mean ?? 0)}
            onChange={rate}
            getSymbolLabel={(value) => t('stars', { count: value })}
          />
          <Text size="sm" c="dimmed">
            {tally.rating_mean == null
              ? t('notRated')
              : t('rated', { mean: tally.rating_mean.toFixed(1), count: tally.ratings })}
          </Text>
        </div>
        {call && (
          <div className={css.row}>
            <span>{t('inCall')}</span>
            <Button size="compact-xs" variant="light" onClick={() => used(true)}>
              {t('solvedIt')}
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => used(false)}>
              {t('solvedNot')}
            </Button>
          </div>
        )}
        {translations.map((one) => (
          <Anchor key={one.id} component={Link} href={`/knowledge/${one.id}`} inherit>
            {one.language}: {one.title}
          </Anchor>
        ))}
      </div>
    </SectionCard>
  );
}
