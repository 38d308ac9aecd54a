import { Button, Textarea } from '@mantine/core';
import { type KeyboardEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { mention, mentionAt, mentions } from '../../core/crm/text';
import css from './crm.module.css';
import { usePeople } from './lookups';

interface Props {
  label: string;
  value: string;
  onChange: (text: string) => void;
  onSubmit?: () => void;
  error?: string | undefined;
  rows?: number;
}

const SHOWN_MAX = 6;

/** A text in which colleagues are named by `@`: they are offered below as one types, the first with Tab. */
export function MentionArea({ label, value, onChange, onSubmit, error, rows = 2 }: Props) {
  const { t } = useTranslation('crm');
  const people = usePeople();
  const input = useRef<HTMLTextAreaElement>(null);
  const [cursor, setCursor] = useState(0);
  const begun = mentionAt(value, cursor);
  const fits = ({ name, login }: { name: string; login: string }, word: string) =>
    login.startsWith(word) ||
    name
      .toLowerCase()
      .split(/\s+/)
      .some((part) => part.startsWith(word));
  const offered =
    begun === null
      ? []
      : (people.data ?? []).filter((one) => one.active && fits(one, begun.word)).slice(0, SHOWN_MAX);
  const choose = (login: string) => {
    if (begun === null) return;
    const next = mention(value, begun.from, cursor, login);
    onChange(next.text);
    setCursor(next.cursor);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(next.cursor, next.cursor);
    });
  };
  const keys = (event: KeyboardEvent) => {
    const first = offered[0];
    if (event.key === 'Tab' && !event.shiftKey && begun !== null && begun.word !== '' && first)
      choose(first.login);
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && onSubmit) onSubmit();
    else return;
    event.preventDefault();
  };
  return (
    <div>
      <Textarea
        ref={input}
        aria-label={label}
        placeholder={label}
        description={t('mention.hint')}
        inputWrapperOrder={['input', 'description', 'error']}
        value={value}
        error={error ?? null}
        autosize
        minRows={rows}
        maxRows={12}
        onChange={(event) => {
          onChange(event.currentTarget.value);
          setCursor(event.currentTarget.selectionStart);
        }}
        onSelect={(event) => setCursor(event.currentTarget.selectionStart)}
        onKeyDown={keys}
      />
      {offered.length > 0 && (
        <fieldset className={css.people} aria-label={t('mention.offered')} style={{ border: 0, margin: 0 }}>
          {offered.map(({ id, name, login }) => (
            <Button key={id} size="compact-xs" variant="light" onClick={() => choose(login)}>
              {name} @{login}
            </Button>
          ))}
        </fieldset>
      )}
    </div>
  );
}

/** Text as it was written, with whom it names in bold. */
export function Said({ text }: { text: string }) {
  let at = 0;
  return (
    <div className={css.said} dir="auto">
      {mentions(text).map((piece) => {
        const key = at;
        at += piece.text.length;
        return piece.login ? <strong key={key}>{piece.text}</strong> : <span key={key}>{piece.text}</span>;
      })}
    </div>
  );
}
