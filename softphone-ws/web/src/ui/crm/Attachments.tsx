import { ActionIcon, Anchor, Button, FileButton, Text } from '@mantine/core';
import { IconPaperclip, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type DragEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '../../api/client';
import { bytes } from '../../core/crm/text';
import { Confirm, ErrorState, FormError, Time } from '../kit';
import css from './crm.module.css';
import { usePersonName } from './lookups';

const BYTES_MAX = 10 * 1024 * 1024;

type Of = 'tickets' | 'notes';

/** Files of a ticket or a note: to save, to send, to delete. */
export function Attachments({ of, id, readOnly = false }: { of: Of; id: string; readOnly?: boolean }) {
  const { t, i18n } = useTranslation(['crm', 'common']);
  const person = usePersonName();
  const queries = useQueryClient();
  const [gone, setGone] = useState<Schemas['Attachment'] | null>(null);
  const [tooBig, setTooBig] = useState('');
  const key = [of, id, 'attachments'];
  const fresh = () => queries.invalidateQueries({ queryKey: key });
  const files = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => {
      const params = { params: { path: { id } }, signal };
      return of === 'tickets'
        ? body(api.GET('/api/v1/tickets/{id}/attachments', params))
        : body(api.GET('/api/v1/notes/{id}/attachments', params));
    },
  });
  const send = useMutation({
    mutationFn: async (chosen: File[]) => {
      for (const file of chosen) {
        const options = {
          params: { path: { id }, header: { 'File-Name': encodeURIComponent(file.name) } },
          headers: { 'content-type': file.type || 'application/octet-stream' },
          // The file itself is the body; its type says nothing of that.
          body: file as unknown as string,
          bodySerializer: (raw: unknown) => raw as File,
        };
        if (of === 'tickets') await api.POST('/api/v1/tickets/{id}/attachments', options);
        else await api.POST('/api/v1/notes/{id}/attachments', options);
      }
    },
    onSettled: fresh,
  });
  const remove = useMutation({
    mutationFn: (attachment: string) => {
      const params = { params: { path: { id, attachment } } };
      return of === 'tickets'
        ? api.DELETE('/api/v1/tickets/{id}/attachments/{attachment}', params)
        : api.DELETE('/api/v1/notes/{id}/attachments/{attachment}', params);
    },
    onSuccess: () => {
      setGone(null);
      return fresh();
    },
  });
  const take = (chosen: File[]) => {
    const fit = chosen.filter((file) => file.size <= BYTES_MAX);
    setTooBig(
      chosen
        .filter((file) => file.size > BYTES_MAX)
        .map((file) => file.name)
        .join(', '),
    );
    if (fit.length > 0) send.mutate(fit);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    take([...event.dataTransfer.files]);
  };
  if (files.error) return <ErrorState error={files.error} retry={() => void files.refetch()} />;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: files may also be dropped here; the button does the same
    <div onDragOver={(event) => event.preventDefault()} {...(!readOnly && { onDrop: drop })}>
      <ul className={css.list}>
        {(files.data ?? []).map((file) => (
          <li key={file.id} className={css.row}>
            <IconPaperclip size={14} aria-hidden />
            <Anchor inherit href={`/api/v1/${of}/${id}/attachments/${file.id}`} download={file.name}>
              <bdi>{file.name}</bdi>
            </Anchor>
            <span className={css.meta}>
              {bytes(file.bytes, i18n.language)} · {person(file.user_id)} <Time ms={file.at / 1000} />
            </span>
            {!readOnly && (
              <ActionIcon
                size="sm"
                color="gray"
                onClick={() => setGone(file)}
                aria-label={t('crm:files.delete', { name: file.name })}
              >
                <IconTrash size={14} />
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
      {!readOnly && (
        <FileButton onChange={take} multiple>
          {(props) => (
            <Button
              {...props}
              variant="subtle"
              size="compact-xs"
              loading={send.isPending}
              leftSection={<IconPaperclip size={14} />}
            >
              {t('crm:files.add')}
            </Button>
          )}
        </FileButton>
      )}
      {tooBig !== '' && (
        <Text size="sm" c="red" role="alert">
          {t('crm:files.tooBig', { names: tooBig })}
        </Text>
      )}
      <FormError error={send.error ?? remove.error} />
      {gone && (
        <Confirm
          title={t('crm:files.deleteTitle')}
          text={gone.name}
          action={t('common:action.delete')}
          danger
          busy={remove.isPending}
          onConfirm={() => remove.mutate(gone.id)}
          onClose={() => setGone(null)}
        />
      )}
    </div>
  );
}
