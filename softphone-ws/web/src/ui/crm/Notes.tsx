import { ActionIcon, Button, Group } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, idempotencyKey, ifMatch, patch, type Schemas } from '../../api/client';
import { usePages } from '../../api/pages';
import { Confirm, EmptyState, ErrorState, FormError, fieldErrors, LoadingState, Time } from '../kit';
import { useSession } from '../world';
import { Attachments } from './Attachments';
import css from './crm.module.css';
import { usePersonName } from './lookups';
import { MentionArea, Said } from './Mentions';

type Subject = Schemas['NoteSubject'];

/** Notes on something, the latest first, and a new one above them. Of a customer also those on what belongs to them. */
export function Notes({ subject, id }: { subject: Subject; id: string }) {
  const { t } = useTranslation(['crm', 'common']);
  const notes = usePages(['notes', subject, id], (cursor, signal) =>
    body(api.GET('/api/v1/notes', { params: { query: { [subject]: id, ...cursor } }, signal })),
  );
  return (
    <div className={css.stack}>
      <NewNote subject={subject} id={id} />
      {notes.loading && <LoadingState />}
      {notes.error && notes.items.length === 0 && <ErrorState error={notes.error} retry={notes.retry} />}
      {!notes.loading && !notes.error && notes.items.length === 0 && (
        <EmptyState title={t('crm:note.none')} />
      )}
      <ul className={css.list}>
        {notes.items.map((note) => (
          <Note key={note.id} note={note} about={note.subject === subject ? null : note.subject} />
        ))}
      </ul>
      {notes.hasMore && (
        <Button variant="subtle" loading={notes.loadingMore} onClick={notes.more}>
          {t('common:list.more')}
        </Button>
      )}
    </div>
  );
}

function NewNote({ subject, id }: { subject: Subject; id: string }) {
  const { t } = useTranslation('crm');
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const [key, setKey] = useState(idempotencyKey);
  const make = useMutation({
    mutationFn: () =>
      api.POST('/api/v1/notes', {
        params: { header: key },
        body: { subject, subject_id: id, text: text.trim() },
      }),
    onSuccess: () => {
      setText('');
      setKey(idempotencyKey());
      void queries.invalidateQueries({ queryKey: ['notes'] });
      return queries.invalidateQueries({ queryKey: ['timeline'] });
    },
  });
  const write = () => {
    if (text.trim() !== '' && !make.isPending) make.mutate();
  };
  return (
    <div>
      <MentionArea
        label={t('note.new')}
        value={text}
        onChange={(next) => {
          setText(next);
          setKey(idempotencyKey());
        }}
        onSubmit={write}
        error={fieldErrors(make.error)('text')}
      />
      <Group justify="end" mt="xs">
        <Button disabled={text.trim() === ''} loading={make.isPending} onClick={write}>
          {t('note.save')}
        </Button>
      </Group>
      <FormError error={make.error} fields={['text']} />
    </div>
  );
}

function Note({ note, about }: { note: Schemas['StoredNote']; about: Subject | null }) {
  const { t } = useTranslation(['crm', 'common']);
  const { user } = useSession();
  const person = usePersonName();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<string | null>(null);
  const [deleting, setDeleting] = useState(false);
  const fresh = () => queries.invalidateQueries({ queryKey: ['notes'] });
  const params = { params: { path: { id: note.id }, header: ifMatch(note.version) } };
  const change = useMutation({
    mutationFn: (text: string) =>
      api.PATCH('/api/v1/notes/{id}', { ...params, body: patch<Schemas['Note']>({ text }) }),
    onSuccess: () => {
      setDraft(null);
      return fresh();
    },
  });
  const remove = useMutation({
    mutationFn: () => api.DELETE('/api/v1/notes/{id}', params),
    onSuccess: fresh,
  });
  const mine = note.author_id === user.id;
  return (
    <li className={css.entry}>
      <div className={css.meta}>
        <strong>{person(note.author_id)}</strong>
        <Time ms={note.created_at / 1000} />
        {note.updated_at > note.created_at && <span>{t('crm:note.changed')}</span>}
        {about && <span>{t(`crm:note.on.${about}`)}</span>}
        <span className={css.grow} />
        {mine && draft === null && (
          <>
            <ActionIcon
              size="sm"
              color="gray"
              aria-label={t('common:action.edit')}
              onClick={() => setDraft(note.text)}
            >
              <IconPencil size={14} />
            </ActionIcon>
            <ActionIcon
              size="sm"
              color="gray"
              aria-label={t('common:action.delete')}
              onClick={() => setDeleting(true)}
            >
              <IconTrash size={14} />
            </ActionIcon>
          </>
        )}
      </div>
      {draft === null ? (
        <Said text={note.text} />
      ) : (
        <>
          <MentionArea
            label={t('crm:note.text')}
            value={draft}
            onChange={setDraft}
            onSubmit={() => change.mutate(draft)}
          />
          <Group justify="end">
            <Button variant="default" onClick={() => setDraft(null)}>
              {t('common:action.cancel')}
            </Button>
            <Button
              disabled={draft.trim() === ''}
              loading={change.isPending}
              onClick={() => change.mutate(draft.trim())}
            >
              {t('common:action.save')}
            </Button>
          </Group>
          <FormError error={change.error} />
        </>
      )}
      <Attachments of="notes" id={note.id} readOnly={!mine} />
      {deleting && (
        <Confirm
          title={t('crm:note.deleteTitle')}
          text={t('crm:note.deleteText')}
          action={t('common:action.delete')}
          danger
          busy={remove.isPending}
          onConfirm={() => remove.mutate()}
          onClose={() => setDeleting(false)}
        />
      )}
      <FormError error={remove.error} />
    </li>
  );
}
