import { ActionIcon, Button, Group, Text, TextInput } from '@mantine/core';
import { IconCopy, IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Draft, FieldOf } from '../../../../core/admin/spec';
import { type InputProps, useForm } from '../engine/form';
import { useWords } from '../engine/words';
import css from './inputs.module.css';

interface Span {
  day: number;
  from: string;
  to: string;
}

/** 2024-01-01 was a Monday. */
export function dayName(day: number, language: string): string {
  return new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' }).format(
    Date.UTC(2024, 0, day),
  );
}

/** Spans of each day of the week; one day's may be copied to the working days. */
export function WeekInput({ field, value, onChange, path }: InputProps<FieldOf<'week'>>) {
  const { t, i18n } = useTranslation('admin');
  const words = useWords();
  const { wrong, readOnly } = useForm();
  const spans = (Array.isArray(value) ? value : []) as unknown as Span[];
  const put = (next: Span[]) => {
    const sorted = [...next].sort((a, b) => a.day - b.day);
    onChange(sorted as unknown as Draft[]);
  };
  const set = (at: number, change: Partial<Span>) =>
    // In place: an entry that moved while it is typed would lose the cursor.
    onChange(spans.map((span, n) => (n === at ? { ...span, ...change } : span)) as unknown as Draft[]);
  return (
    <fieldset className={css.group}>
      <legend>{words.field(field.label)}</legend>
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
      {[1, 2, 3, 4, 5, 6, 7].map((day) => {
        const name = dayName(day, i18n.language);
        const own = spans.map((span, at) => ({ span, at })).filter(({ span }) => span.day === day);
        return (
          <div key={day} className={css.day}>
            <Text size="sm" w={110}>
              {name}
            </Text>
            <Group gap="xs" className={css.grow}>
              {own.length === 0 && (
                <Text size="sm" c="dimmed">
                  {t('form.closed')}
                </Text>
              )}
              {own.map(({ span, at }) => (
                <Group key={at} gap={4} wrap="nowrap">
                  <TextInput
                    aria-label={`${name} ${words.field('from')}`}
                    w={64}
                    placeholder="09:00"
                    readOnly={readOnly}
                    error={wrong(`${path}[${at}]`, true)}
                    value={span.from}
                    onChange={(e) => set(at, { from: e.currentTarget.value })}
                  />
                  –
                  <TextInput
                    aria-label={`${name} ${words.field('to')}`}
                    w={64}
                    placeholder="18:00"
                    readOnly={readOnly}
                    value={span.to}
                    onChange={(e) => set(at, { to: e.currentTarget.value })}
                  />
                  {!readOnly && (
                    <ActionIcon
                      color="red"
                      aria-label={t('form.removeSpan', { day: name, span: `${span.from}–${span.to}` })}
                      onClick={() => put(spans.filter((_, n) => n !== at))}
                    >
                      <IconTrash size={14} />
                    </ActionIcon>
                  )}
                </Group>
              ))}
            </Group>
            {!readOnly && (
              <>
                <Button
                  variant="subtle"
                  leftSection={<IconPlus size={14} />}
                  aria-label={t('form.addSpan', { day: name })}
                  onClick={() =>
                    put([...spans, { day, from: own.length === 0 ? '09:00' : '13:00', to: '18:00' }])
                  }
                >
                  {t('form.add')}
                </Button>
                {own.length > 0 && (
                  <Button
                    variant="subtle"
                    leftSection={<IconCopy size={14} />}
                    aria-label={t('form.copyDay', { day: name })}
                    onClick={() =>
                      put([
                        ...spans.filter((span) => span.day > 5 || span.day === day),
                        ...[1, 2, 3, 4, 5]
                          .filter((other) => other !== day)
                          .flatMap((other) => own.map(({ span }) => ({ ...span, day: other }))),
                      ])
                    }
                  >
                    {t('form.toWorkdays')}
                  </Button>
                )}
              </>
            )}
          </div>
        );
      })}
    </fieldset>
  );
}
