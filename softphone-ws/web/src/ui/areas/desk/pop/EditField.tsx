import { Alert, Badge, Button, Group, Loader, Select, Textarea, TextInput } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../../../../api/client';
import { same } from '../../../../core/desk/edit';
import { useErrorText } from '../../../hooks/useErrorText';
import css from '../desk.module.css';

interface Props {
  label: string;
  /** What is shown and edited, as text. */
  value: string;
  kind?: 'line' | 'lines' | 'date' | 'number' | 'choice';
  choices?: readonly { value: string; label: string }[];
  readOnly?: boolean;
  /** A colleague changed it while it was before this person. */
  changed?: boolean;
  hint?: string;
  /** The server's name of the field, for its errors. */
  field: string;
  /** Saves; resolves with what a colleague wrote meanwhile. */
  onSave: (base: string, mine: string) => Promise<{ theirs: string } | null>;
}

/** A value that is edited where it stands: Enter or leaving saves, Escape takes back. */
export function EditField(props: Props) {
  const {
    label,
    value,
    kind = 'line',
    choices = [],
    readOnly = false,
    changed = false,
    hint,
    field,
    onSave,
  } = props;
  const { t } = useTranslation(['pop', 'common']);
  const textOf = useErrorText();
  const [draft, setDraft] = useState<{ base: string; text: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const [clash, setClash] = useState<{ theirs: string; mine: string } | null>(null);
  const shown =
    kind === 'choice' ? (choices.find((choice) => choice.value === value)?.label ?? value) : value;
  const save = async (base: string, mine: string) => {
    if (busy) return;
    if (same(base, mine)) return setDraft(null);
    setBusy(true);
    try {
      const other = await onSave(base, mine);
      setClash(other && { theirs: other.theirs, mine });
      setWrong(null);
      setDraft(null);
    } catch (error) {
      const said = error instanceof Problem ? error.field(field) : undefined;
      setWrong(said ?? textOf(error));
    } finally {
      setBusy(false);
    }
  };
  const keys = (event: KeyboardEvent) => {
    // Keys that end the writing of a character.
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') {
      setDraft(null);
      setWrong(null);
    } else if (event.key === 'Enter' && (kind !== 'lines' || event.ctrlKey || event.metaKey) && draft) {
      event.preventDefault();
      void save(draft.base, draft.text);
    }
  };
  const input = {
    'aria-label': label,
    autoFocus: true,
    error: wrong,
    disabled: busy,
    onKeyDown: keys,
    onBlur: () => draft && void save(draft.base, draft.text),
    rightSection: busy ? <Loader size={12} /> : null,
  };
  return (
    <>
      <span className={css.label}>{label}</span>
      <div>
        {clash !== null ? (
          <Alert color="orange" title={t('edit.clash', { label })}>
            {t('edit.theirs')} <strong>{clash.theirs || t('edit.empty')}</strong>
            <br />
            {t('edit.mine')} <strong>{clash.mine || t('edit.empty')}</strong>
            <Group mt="xs">
              <Button variant="default" onClick={() => setClash(null)}>
                {t('edit.keepTheirs')}
              </Button>
              <Button loading={busy} onClick={() => void save(clash.theirs, clash.mine)}>
                {t('edit.keepMine')}
              </Button>
            </Group>
          </Alert>
        ) : draft === null ? (
          readOnly ? (
            <span className={css.text}>{shown || '–'}</span>
          ) : (
            <button
              type="button"
              className={css.value}
              aria-label={t('edit.edit', { label, value: shown })}
              onClick={() => setDraft({ base: value, text: value })}
            >
              {shown || <span className={css.label}>{hint ?? t('edit.add')}</span>}{' '}
              {changed && (
                <Badge variant="light" tt="none">
                  {t('edit.changed')}
                </Badge>
              )}
            </button>
          )
        ) : kind === 'choice' ? (
          <Select
            {...input}
            defaultDropdownOpened
            data={[...choices]}
            value={draft.text}
            clearable
            onBlur={() => setDraft(null)}
            onChange={(next) => void save(draft.base, next ?? '')}
          />
        ) : kind === 'lines' ? (
          <Textarea
            {...input}
            autosize
            minRows={2}
            maxRows={10}
            value={draft.text}
            onChange={(event) => setDraft({ ...draft, text: event.currentTarget.value })}
          />
        ) : (
          <TextInput
            {...input}
            type={kind === 'date' ? 'date' : 'text'}
            inputMode={kind === 'number' ? 'decimal' : 'text'}
            placeholder={hint}
            value={draft.text}
            onChange={(event) => setDraft({ ...draft, text: event.currentTarget.value })}
          />
        )}
      </div>
    </>
  );
}
