import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcut } from '../hooks/useShortcut';

interface Props {
  label: string;
  value: string;
  onChange: (text: string) => void;
  width?: string;
}

const WAIT_MS = 250;

/** Searches a moment after the last letter, at once with Enter; `/` leads here. */
export function SearchInput({ label, value, onChange, width = '18rem' }: Props) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value);
  const told = useRef(value);
  const latest = useRef(onChange);
  latest.current = onChange;
  useShortcut('/', t('shortcut.search'), () => input.current?.focus());
  useEffect(() => {
    if (value !== told.current) setText(value);
    told.current = value;
  }, [value]);
  const tell = (next: string) => {
    if (next === told.current) return;
    told.current = next;
    latest.current(next);
  };
  const tellNow = useRef(tell);
  tellNow.current = tell;
  useEffect(() => {
    const timer = setTimeout(() => tellNow.current(text.trim()), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <TextInput
      ref={input}
      type="search"
      label={label}
      style={{ width }}
      leftSection={<IconSearch size={14} />}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Enter' && !event.nativeEvent.isComposing && tell(text.trim())}
    />
  );
}
