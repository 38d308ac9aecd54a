import { Badge, Button, Group, NativeSelect, SegmentedControl } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, idempotencyKey, type Schemas } from '../../../api/client';
import { usePages } from '../../../api/pages';
import css from '../../crm/crm.module.css';
import { usePersonName, useTemplates } from '../../crm/lookups';
import { MentionArea, Said } from '../../crm/Mentions';
import { useAct } from '../../hooks/useAct';
import { EmptyState, ErrorState, FormError, fieldErrors, LoadingState, Time } from '../../kit';
import { type Ticket, useFresh } from './useTicket';

/** What was said of a ticket, to the customer and among ourselves, and an answer below it. */
export function Conversation({ row }: { row: Ticket }) {
  const { t } = useTranslation(['tickets', 'common']);
  const comments = usePages(['tickets', row.id, 'comments'], (cursor, signal) =>
    body(
      api.GET('/api/v1/tickets/{id}/comments', {
        params: { path: { id: row.id }, query: { limit: '200', ...cursor } },
        signal,
      }),
    ),
  );
  return (
    <div className={css.stack}>
      {comments.loading && <LoadingState />}
      {comments.error && comments.items.length === 0 && (
        <ErrorState error={comments.error} retry={comments.retry} />
      )}
      {!comments.loading && !comments.error && comments.items.length === 0 && (
        <EmptyState title={t('tickets:noComments')} />
      )}
      <ol className={css.list}>
        {comments.items.map((comment) => (
          <Comment key={comment.id} comment={comment} />
        ))}
      </ol>
      {comments.hasMore && (
        <Button variant="subtle" loading={comments.loadingMore} onClick={comments.more}>
          {t('common:list.more')}
        </Button>
      )}
      <Answer row={row} />
    </div>
  );
}

function Comment({ comment }: { comment: Schemas['TicketComment'] }) {
  const { t } = useTranslation('tickets');
  const person = usePersonName();
  return (
    <li className={css.entry}>
      <div className={css.meta}>
        <strong>{comment.user_id ? person(comment.user_id) : t('program')}</strong>
        <Time ms={comment.at / 1000} />
        <Badge size="xs" variant="light" color={comment.public ? 'green' : 'gray'} tt="none">
          {comment.public ? t('public') : t('internal')}
        </Badge>
      </div>
      <Said text={comment.text} />
    </li>
  );
}

function Answer({ row }: { row: Ticket }) {
  const { t } = useTranslation('tickets');
  const fresh = useFresh();
  const queries = useQueryClient();
  const act = useAct();
  const templates = useTemplates();
  const [text, setText] = useState('');
  const [to, setTo] = useState('internal');
  const [key, setKey] = useState(idempotencyKey);
  const put = (next: string) => {
    setText(next);
    setKey(idempotencyKey());
  };
  const send = useMutation({
    mutationFn: () =>
      api.POST('/api/v1/tickets/{id}/comments', {
        params: { path: { id: row.id }, header: key },
        body: { text: text.trim(), public: to === 'public' },
      }),
    onSuccess: () => {
      put('');
      fresh();
      void queries.invalidateQueries({ queryKey: ['notices'] });
    },
  });
  const fill = (template: string) =>
    void act(async () => {
      const filled = await body(
        api.GET('/api/v1/tickets/{id}/texts/{template}', { params: { path: { id: row.id, template } } }),
      );
      put(text === '' ? filled.text : `${text}\n${filled.text}`);
      setTo('public');
    });
  const say = () => {
    if (text.trim() !== '' && !send.isPending) send.mutate();
  };
  return (
    <section aria-label={t('answer')}>
      <Group mb="xs" justify="space-between">
        <SegmentedControl
          size="xs"
          aria-label={t('forWhom')}
          value={to}
          onChange={setTo}
          data={[
            { value: 'internal', label: t('internal') },
            { value: 'public', label: t('public') },
          ]}
        />
        {(templates.data ?? []).length > 0 && (
          <NativeSelect
            size="xs"
            aria-label={t('template')}
            value=""
            onChange={(event) => event.currentTarget.value !== '' && fill(event.currentTarget.value)}
            data={[
              { value: '', label: t('template') },
              ...(templates.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
        )}
      </Group>
      <MentionArea
        label={to === 'public' ? t('answerCustomer') : t('commentInternal')}
        value={text}
        onChange={put}
        onSubmit={say}
        rows={4}
        error={fieldErrors(send.error)('text')}
      />
      <FormError error={send.error} fields={['text']} />
      <Group justify="end" mt="xs">
        <Button disabled={text.trim() === ''} loading={send.isPending} onClick={say}>
          {to === 'public' ? t('sendPublic') : t('sendInternal')}
        </Button>
      </Group>
    </section>
  );
}
