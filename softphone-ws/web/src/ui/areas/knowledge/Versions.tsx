import { Badge, Button, Group, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, idempotencyKey, type Schemas } from '../../../api/client';
import { mayEnter } from '../../../core/roles';
import css from '../../crm/crm.module.css';
import { usePersonName } from '../../crm/lookups';
import { useAct } from '../../hooks/useAct';
import { Dialog, ErrorState, FormError, fieldErrors, LoadingState, Time } from '../../kit';
import { useSession } from '../../world';
import { Article } from './Article';
import { ArticleTextInputs } from './ArticleText';

type Version = Schemas['ArticleVersion'];

/** An article's texts, from draft through review to what readers see. */
export function Versions({ article }: { article: Schemas['StoredKnowledgeArticle'] }) {
  const { t } = useTranslation('knowledge');
  const [writing, setWriting] = useState(false);
  const versions = useQuery({
    queryKey: ['articles', article.id, 'versions'],
    queryFn: ({ signal }) =>
      body(
        api.GET('/api/v1/knowledge/articles/{id}/versions', { params: { path: { id: article.id } }, signal }),
      ),
  });
  if (versions.isPending) return <LoadingState />;
  if (versions.error) return <ErrorState error={versions.error} retry={() => void versions.refetch()} />;
  const latest = versions.data[0];
  return (
    <>
      <Button variant="light" onClick={() => setWriting(true)}>
        {t('newVersion')}
      </Button>
      <ol className={css.list}>
        {versions.data.map((version) => (
          <Line key={version.number} version={version} shown={article.published === version.number} />
        ))}
      </ol>
      {writing && latest && <Editor article={article.id} latest={latest} onClose={() => setWriting(false)} />}
    </>
  );
}

function Line({ version, shown }: { version: Version; shown: boolean }) {
  const { t } = useTranslation(['knowledge', 'common']);
  const { user, roles } = useSession();
  const person = usePersonName();
  const act = useAct();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [note, setNote] = useState<string | null>(null);
  const path = { path: { id: version.article_id, number: String(version.number) } };
  const run = (what: () => Promise<unknown>) =>
    act(what).then((done) => {
      void queries.invalidateQueries({ queryKey: ['articles'] });
      return done;
    });
  const review = async (approved: boolean, said: string | null) => {
    const done = await run(() =>
      api.POST('/api/v1/knowledge/articles/{id}/versions/{number}/review', {
        params: path,
        body: { approved, ...(said !== null && said !== '' && { note: said }) },
      }),
    );
    // What was refused keeps what was written.
    if (done) setNote(null);
  };
  // Nobody reviews what they wrote themselves, but an administrator.
  const reviews = version.state === 'review' && (version.author_id !== user.id || mayEnter(roles, ['admin']));
  const reviewed = version.reviewed_at != null;
  return (
    <li className={css.entry}>
      <div className={css.meta}>
        <strong>{t('knowledge:versionNo', { number: version.number })}</strong>
        <Badge size="sm" variant="light" color={shown ? 'green' : 'gray'} tt="none">
          {shown ? t('knowledge:shown') : t(`knowledge:state.${version.state}`)}
        </Badge>
        <Time ms={version.created_at / 1000} />
        <span>{person(version.author_id)}</span>
        {reviewed && (
          <span>
            {t('knowledge:reviewedBy')} {person(version.reviewer_id)}
          </span>
        )}
        <span className={css.grow} />
        <Button size="compact-xs" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t('knowledge:read')}
        </Button>
        {version.state === 'draft' && (
          <Button
            size="compact-xs"
            variant="light"
            onClick={() =>
              void run(() =>
                api.POST('/api/v1/knowledge/articles/{id}/versions/{number}/submit', { params: path }),
              )
            }
          >
            {t('knowledge:submit')}
          </Button>
        )}
        {reviews && !reviewed && (
          <>
            <Button size="compact-xs" variant="light" onClick={() => void review(true, null)}>
              {t('knowledge:approve')}
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => setNote('')}>
              {t('knowledge:sendBack')}
            </Button>
          </>
        )}
        {reviewed && !shown && (
          <Button
            size="compact-xs"
            variant="light"
            onClick={() =>
              void run(() =>
                api.POST('/api/v1/knowledge/articles/{id}/versions/{number}/publish', { params: path }),
              )
            }
          >
            {t('knowledge:publish')}
          </Button>
        )}
      </div>
      {version.note && <div className={css.said}>{version.note}</div>}
      {open && <Article text={version.body} />}
      {note !== null && (
        <Dialog title={t('knowledge:sendBack')} onClose={() => setNote(null)}>
          <Textarea
            label={t('knowledge:reviewNote')}
            autosize
            minRows={3}
            maxLength={2000}
            data-autofocus
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <Group justify="end" mt="md">
            <Button onClick={() => void review(false, note)}>{t('knowledge:sendBack')}</Button>
          </Group>
        </Dialog>
      )}
    </li>
  );
}

function Editor({ article, latest, onClose }: { article: string; latest: Version; onClose: () => void }) {
  const { t } = useTranslation('knowledge');
  const queries = useQueryClient();
  const [text, setText] = useState<Schemas['ArticleText']>({
    title: latest.title,
    body: latest.body,
    keywords: latest.keywords ?? [],
  });
  const make = useMutation({
    mutationFn: () =>
      api.POST('/api/v1/knowledge/articles/{id}/versions', {
        params: { path: { id: article }, header: idempotencyKey() },
        body: text,
      }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['articles'] });
      onClose();
    },
  });
  return (
    <Dialog title={t('newVersion')} onClose={onClose} size="90%">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <ArticleTextInputs text={text} onChange={setText} wrong={fieldErrors(make.error)} />
        <FormError error={make.error} fields={['title', 'body', 'keywords']} />
        <Group justify="end" mt="md">
          <Button
            type="submit"
            loading={make.isPending}
            disabled={text.title.trim() === '' || text.body.trim() === ''}
          >
            {t('saveDraft')}
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}
