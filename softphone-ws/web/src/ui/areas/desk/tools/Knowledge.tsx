import { Button, Group, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { api, body, type Schemas } from '../../../../api/client';
import { useAct } from '../../../hooks/useAct';
import { useShortcut } from '../../../hooks/useShortcut';
import { EmptyState, ErrorState, LoadingState } from '../../../kit';
import css from '../desk.module.css';
import { Markdown } from './Markdown';

/** Finds articles while one speaks, and notes whether they solved the case. */
export function Knowledge({ interaction }: { interaction: string }) {
  const { t } = useTranslation(['pop', 'common']);
  const [text, setText] = useState('');
  const [open, setOpen] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const [q] = useDebouncedValue(text.trim(), 200);
  const found = useQuery({
    queryKey: ['knowledge', 'search', q],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/knowledge/search', { params: { query: { q, limit: '10' } }, signal })),
    enabled: q !== '',
    placeholderData: (before) => before,
  });
  useShortcut('/', t('common:shortcut.search'), () => input.current?.focus());
  if (open !== null) return <Article id={open} interaction={interaction} onClose={() => setOpen(null)} />;
  const hits = found.data?.hits ?? [];
  return (
    <>
      <TextInput
        ref={input}
        mb="sm"
        label={t('knowledge.search')}
        maxLength={200}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {q === '' ? (
        <Text c="dimmed">{t('knowledge.hint')}</Text>
      ) : found.isPending ? (
        <LoadingState />
      ) : found.isError ? (
        <ErrorState error={found.error} retry={() => void found.refetch()} />
      ) : hits.length === 0 ? (
        <EmptyState
          title={t('knowledge.none')}
          action={<Link href="/knowledge">{t('knowledge.all')}</Link>}
        />
      ) : (
        <ul className={css.list}>
          {hits.map((hit) => (
            <li key={hit.id}>
              <button type="button" className={css.value} onClick={() => setOpen(hit.id)}>
                <strong>
                  <Marked of={hit.title} />
                </strong>
                <br />
                <span className={css.small}>
                  <Marked of={hit.snippet} />
                </span>
                <br />
                <span className={css.small}>
                  {t('knowledge.solved', { solved: hit.why.solved, used: hit.why.used })}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Marks count characters, not the halves JavaScript counts. */
function Marked({ of }: { of: Schemas['MarkedText'] }) {
  const letters = [...of.text];
  const slice = (from: number, to?: number) => letters.slice(from, to).join('');
  let at = 0;
  const parts = of.marks.map(({ from, to }) => {
    const before = slice(at, from);
    at = to;
    return (
      <span key={from}>
        {before}
        <mark>{slice(from, to)}</mark>
      </span>
    );
  });
  return (
    <>
      {of.cut_before && '…'}
      {parts}
      {slice(at)}
      {of.cut_after && '…'}
    </>
  );
}

function Article({ id, interaction, onClose }: { id: string; interaction: string; onClose: () => void }) {
  const { t } = useTranslation('pop');
  const act = useAct();
  const queries = useQueryClient();
  const [used, setUsed] = useState<boolean | null>(null);
  const article = useQuery({
    queryKey: ['knowledge', 'articles', id],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/knowledge/articles/{id}', { params: { path: { id } }, signal })),
  });
  const say = async (solved: boolean) => {
    const done = await act(() =>
      api.POST('/api/v1/knowledge/articles/{id}/used', {
        params: { path: { id } },
        body: { interaction_id: interaction, solved },
      }),
    );
    if (!done) return;
    setUsed(solved);
    void queries.invalidateQueries({ queryKey: ['knowledge'] });
  };
  return (
    <>
      <Group mb="sm">
        <Button variant="default" onClick={onClose}>
          {t('knowledge.back')}
        </Button>
        <Link href={`/knowledge/${id}`}>{t('knowledge.open')}</Link>
      </Group>
      {article.isPending ? (
        <LoadingState />
      ) : article.isError ? (
        <ErrorState error={article.error} retry={() => void article.refetch()} />
      ) : (
        <>
          <h3>{article.data.version.title}</h3>
          <Markdown text={article.data.version.body} />
          <Group mt="md" role="group" aria-label={t('knowledge.used')}>
            <Text>{t('knowledge.used')}</Text>
            <Button variant={used === true ? 'filled' : 'default'} onClick={() => void say(true)}>
              {t('knowledge.didSolve')}
            </Button>
            <Button variant={used === false ? 'filled' : 'default'} onClick={() => void say(false)}>
              {t('knowledge.didNot')}
            </Button>
            {used !== null && <Text c="dimmed">{t('knowledge.noted')}</Text>}
          </Group>
        </>
      )}
    </>
  );
}
