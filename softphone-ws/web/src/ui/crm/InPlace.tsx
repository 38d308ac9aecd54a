import { ActionIcon, Text, UnstyledButton } from '@mantine/core';
import { IconCheck, IconPencil, IconX } from '@tabler/icons-react';
import { type FocusEvent, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { same } from '../../core/crm/edit';
import css from './crm.module.css';

interface Props<V> {
  label: string;
  value: V;
  shown: ReactNode;
  /** The input, focused; `label` is its accessible name. */
  editor: (value: V, onChange: (value: V) => void, label: string) => ReactNode;
  save: (value: V) => Promise<boolean>;
  /** What the server said of this field. */
  error?: string | undefined;
  readOnly?: boolean;
  /** Enter makes a new line; the text is saved with Ctrl+Enter or on leaving. */
  lines?: boolean;
}

interface Draft<V> {
  value: V;
  was: V;
  save: (value: V) => Promise<boolean>;
}

/** A value that is edited where it stands and saved on Enter or on leaving; Escape leaves it as it was. */
export function InPlace<V>({
  label,
  value,
  shown,
  editor,
  save,
  error,
  readOnly = false,
  lines = false,
}: Props<V>) {
  const { t } = useTranslation('crm');
  // With how it is saved as of its beginning: the row may be read anew, with what others wrote, while it is edited.
  const [draft, setDraft] = useState<Draft<V> | null>(null);
  const [busy, setBusy] = useState(false);
  const saveNow = useRef(save);
  saveNow.current = save;
  useEffect(() => {
    if (error) setDraft((was) => was ?? { value, was: value, save: saveNow.current });
  }, [error, value]);
  const finish = async () => {
    if (draft === null || busy) return;
    if (same(draft.value, draft.was)) return setDraft(null);
    setBusy(true);
    const kept = await draft.save(draft.value);
    setBusy(false);
    if (kept) setDraft(null);
  };
  if (draft === null) {
    const empty = shown === '' || shown === null || shown === undefined;
    if (readOnly) return <span>{empty ? '—' : shown}</span>;
    return (
      <UnstyledButton
        className={css.inPlace}
        aria-label={t('edit.field', { field: label })}
        onClick={() => setDraft({ value, was: value, save })}
      >
        <span className={css.grow}>{empty ? <span className={css.dim}>{t('edit.none')}</span> : shown}</span>
        <IconPencil size={14} aria-hidden className={css.pencil} />
      </UnstyledButton>
    );
  }
  const keys = (event: KeyboardEvent) => {
    // Keys that end the writing of a character.
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') setDraft(null);
    else if (event.key === 'Enter' && (!lines || event.ctrlKey || event.metaKey) && !event.defaultPrevented)
      void finish();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const leave = (event: FocusEvent<HTMLDivElement>) => {
    const to = event.relatedTarget;
    if (event.currentTarget.contains(to) || to?.closest('[data-portal]')) return;
    if (!error) void finish();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys and focus of the input within
    <div className={css.inPlaceEdit} onKeyDown={keys} onBlur={leave}>
      <div className={css.grow}>
        {editor(draft.value, (next) => setDraft({ ...draft, value: next }), label)}
        {error && (
          <Text size="xs" c="red" role="alert">
            {error}
          </Text>
        )}
      </div>
      <ActionIcon loading={busy} onClick={() => void finish()} aria-label={t('edit.save', { field: label })}>
        <IconCheck size={16} />
      </ActionIcon>
      <ActionIcon color="gray" onClick={() => setDraft(null)} aria-label={t('edit.leave', { field: label })}>
        <IconX size={16} />
      </ActionIcon>
    </div>
  );
}

/** Names beside values that may be edited. */
export function Fields({ children }: { children: ReactNode }) {
  return <dl className={css.fields}>{children}</dl>;
}

export function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}
