import { ActionIcon, Autocomplete, Group, Text, Textarea, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FieldOf } from '../../../../core/admin/spec';
import { type InputProps, useForm } from '../engine/form';
import { useLanguages, useWords } from '../engine/words';
import { objectOf } from './FieldInput';
import css from './inputs.module.css';

/** The app's own languages, always offered. */
const OFFERED = ['en', 'zh'];
const TAG = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;

/** A text in several languages. */
export function TextsInput({ field, value, onChange, path }: InputProps<FieldOf<'texts'>>) {
  const { t } = useTranslation('admin');
  const words = useWords();
  const languages = useLanguages();
  const { wrong, readOnly } = useForm();
  const [asked, setAsked] = useState('');
  const texts = objectOf(value);
  const shown = [...new Set([...OFFERED, ...Object.keys(texts)])];
  const others = languages.filter(({ value: code }) => !shown.includes(code));
  const named = (code: string) => languages.find((known) => known.value === code)?.label ?? code;
  const add = (code: string) => {
    setAsked('');
    if (TAG.test(code)) onChange({ ...texts, [code]: '' });
  };
  const Input = field.long ? Textarea : TextInput;
  return (
    <fieldset className={css.group}>
      <legend>
        {words.field(field.label)}
        {field.required && ' *'}
      </legend>
      {field.hint && (
        <Text size="xs" c="dimmed">
          {words.hint(field.hint)}
        </Text>
      )}
      {wrong(path) && (
        <Text size="xs" c="red" role="alert">
          {wrong(path)}
        </Text>
      )}
      {shown.map((code) => (
        <Group key={code} gap={4} wrap="nowrap" align="end" mt={4}>
          <Input
            flex={1}
            size="xs"
            label={named(code)}
            {...(field.long && { autosize: true, minRows: 3, maxRows: 14 })}
            readOnly={readOnly}
            error={wrong(`${path}.${code}`)}
            value={String(texts[code] ?? '')}
            onChange={(e) => onChange({ ...texts, [code]: e.currentTarget.value })}
          />
          {!readOnly && !OFFERED.includes(code) && (
            <ActionIcon
              color="red"
              aria-label={t('form.removeLanguage', { language: named(code) })}
              onClick={() =>
                onChange(Object.fromEntries(Object.entries(texts).filter(([name]) => name !== code)))
              }
            >
              <IconTrash size={16} />
            </ActionIcon>
          )}
        </Group>
      ))}
      {!readOnly && (
        <Autocomplete
          mt={4}
          size="xs"
          w={220}
          placeholder={t('form.addLanguage')}
          aria-label={t('form.addLanguage')}
          data={others.map(({ value: code }) => code)}
          value={asked}
          onChange={setAsked}
          onOptionSubmit={add}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
            event.preventDefault();
            add(asked.trim());
          }}
        />
      )}
    </fieldset>
  );
}
