import { Button, Group, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, idempotencyKey } from '../../../../api/client';
import { usePages } from '../../../../api/pages';
import { EmptyState, ErrorState, FormError, fieldErrors, LoadingState, Time } from '../../../kit';
import css from '../desk.module.css';

/** Notes on this contact; they stay with it and stand in the customer's timeline. */
export function Notes({ interaction }: { interaction: string }) {
  const { t } = useTranslation('pop');
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const [key, setKey] = useState(idempotencyKey);
  const notes = usePages(['notes', { interaction }], (cursor, signal) =>
    body(api.GET('/api/v1/notes', { params: { query: { interaction, ...cursor } }, signal })),
  );
  const make = useMutation({
    mutationFn: () =>
      body(
        api.POST('/api/v1/notes', {
          params: { header: key },
          body: { subject: 'interaction', subject_id: interaction, text: text.trim() },
        }),
      ),
    onSuccess: () => {
      setText('');
      setKey(idempotencyKey());
      void queries.invalidateQueries({ queryKey: ['notes'] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') make.mutate();
  };
  return (
    <>
      <form onSubmit={submit}>
        <Textarea
          label={t('notes.new')}
          description={t('notes.mention')}
          autosize
          minRows={2}
          value={text}
          error={fieldErrors(make.error)('text')}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setKey(idempotencyKey());
          }}
        />
        <FormError error={make.error} fields={['text']} />
        <Group my="sm">
          <Button type="submit" loading={make.isPending} disabled={text.trim() === ''}>
            {t('notes.add')}
          </Button>
        </Group>
      </form>
      {notes.loading ? (
        <LoadingState />
      ) : notes.error ? (
        <ErrorState error={notes.error} retry={notes.retry} />
      ) : notes.items.length === 0 ? (
        <EmptyState title={t('notes.none')} />
      ) : (
        <ul className={css.list}>
          {notes.items.map((note) => (
            <li key={note.id}>
              <span className={css.small}>
                <Time ms={note.created_at / 1000} />
              </span>
              <p className={css.text}>{note.text}</p>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
