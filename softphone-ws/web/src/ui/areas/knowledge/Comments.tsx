import { Button, Group, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, idempotencyKey } from '../../../api/client';
import { usePages } from '../../../api/pages';
import css from '../../crm/crm.module.css';
import { EmptyState, ErrorState, FormError, LoadingState, Time } from '../../kit';

/** What readers wrote about an article. */
export function Comments({ id }: { id: string }) {
  const { t } = useTranslation(['knowledge', 'common']);
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const key = ['articles', id, 'comments'];
  const comments = usePages(key, (cursor, signal) =>
    body(
      api.GET('/api/v1/knowledge/articles/{id}/comments', {
        params: { path: { id }, query: cursor },
        signal,
      }),
    ),
  );
  const write = useMutation({
    mutationFn: () =>
      api.POST('/api/v1/knowledge/articles/{id}/comments', {
        params: { path: { id }, header: idempotencyKey() },
        body: { text: text.trim() },
      }),
    onSuccess: () => {
      setText('');
      return queries.invalidateQueries({ queryKey: key });
    },
  });
  return (
    <div className={css.stack}>
      <Textarea
        aria-label={t('knowledge:comment')}
        placeholder={t('knowledge:comment')}
        autosize
        minRows={2}
        maxLength={2000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group justify="end">
        <Button disabled={text.trim() === ''} loading={write.isPending} onClick={() => write.mutate()}>
          {t('knowledge:sendComment')}
        </Button>
      </Group>
      <FormError error={write.error} />
      {comments.loading && <LoadingState />}
      {comments.error && comments.items.length === 0 && (
        <ErrorState error={comments.error} retry={comments.retry} />
      )}
      {!comments.loading && !comments.error && comments.items.length === 0 && (
        <EmptyState title={t('knowledge:noComments')} />
      )}
      <ol className={css.list}>
        {comments.items.map((comment) => (
          <li key={comment.id} className={css.entry}>
            <div className={css.meta}>
              <strong>{comment.user}</strong>
              <Time ms={comment.at / 1000} />
            </div>
            <div className={css.said} dir="auto">
              {comment.text}
            </div>
          </li>
        ))}
      </ol>
      {comments.hasMore && (
        <Button variant="subtle" loading={comments.loadingMore} onClick={comments.more}>
          {t('common:list.more')}
        </Button>
      )}
    </div>
  );
}
