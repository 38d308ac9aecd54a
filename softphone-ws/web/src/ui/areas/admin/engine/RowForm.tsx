import { Button, Group, Stack, Text } from '@mantine/core';
import { type FormEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../../../../api/client';
import { changesOf, clean, covers, missing, paths } from '../../../../core/admin/draft';
import { type Draft, fieldsOf, type Spec } from '../../../../core/admin/spec';
import { useShortcut } from '../../../hooks/useShortcut';
import { useUnsaved } from '../../../hooks/useUnsaved';
import { FormError, SectionCard } from '../../../kit';
import { Fields } from '../inputs/Nested';
import css from './engine.module.css';
import { FormContext, type FormState } from './form';
import { useWords } from './words';

interface Props {
  spec: Spec;
  /** What was read, or what a new row begins with. */
  base: Draft;
  draft: Draft;
  onDraft: (draft: Draft) => void;
  made: boolean;
  readOnly: boolean;
  busy: boolean;
  error: unknown;
  /** The whole new row, or the changes. */
  onSave: (body: Draft) => void;
}

/** The form of a row: its sections, what is wrong where, and what is not saved yet. */
export function RowForm({ spec, base, draft, onDraft, made, readOnly, busy, error, onSave }: Props) {
  const { t } = useTranslation(['admin', 'common']);
  const words = useWords();
  const [tried, setTried] = useState(false);
  const fields = fieldsOf(spec);
  const changes = useMemo(() => changesOf(base, draft, spec.merged), [base, draft, spec.merged]);
  const dirty = Object.keys(changes).length > 0;
  const lacking = tried ? missing(fields, draft) : [];
  const errors = error instanceof Problem ? (error.body.errors ?? []) : [];
  const here = paths(fields, draft);
  const shown = errors.filter((one) => here.some((path) => covers(path, one.field))).map((one) => one.field);
  const state: FormState = {
    wrong: (path, inside = false) => {
      if (lacking.includes(path)) return t('form.required');
      const found = errors.find((one) => one.field === path || (inside && covers(path, one.field)));
      return found?.message;
    },
    readOnly,
    made,
  };
  const save = (event?: FormEvent) => {
    event?.preventDefault();
    setTried(true);
    if (missing(fields, draft).length > 0) return;
    onSave(made ? changes : (clean(draft) as Draft));
  };
  useShortcut('Ctrl+s', t('common:action.save'), save, !readOnly && (dirty || !made) && !busy);
  useUnsaved(dirty);
  return (
    <FormContext value={state}>
      <form onSubmit={save} noValidate>
        <Stack gap="md">
          {readOnly && <Text c="dimmed">{t('form.readOnly')}</Text>}
          {spec.sections.map((section) => (
            <SectionCard key={section.title} title={words.section(section.title)}>
              <Fields fields={section.fields} value={draft} onChange={onDraft} at="" />
            </SectionCard>
          ))}
        </Stack>
        {!readOnly && (
          <div className={css.saveBar}>
            {lacking.length > 0 ? (
              <Text c="red" role="alert">
                {t('form.fillIn', { count: lacking.length })}
              </Text>
            ) : (
              error !== null && error !== undefined && <FormError error={error} fields={shown} />
            )}
            {shown.length > 0 && lacking.length === 0 && (
              <Text c="red" role="alert">
                {t('form.mend', { count: shown.length })}
              </Text>
            )}
            <div className={css.grow} />
            {made && <Text c="dimmed">{dirty ? t('form.unsaved') : t('form.saved')}</Text>}
            <Group gap="xs">
              {made && (
                <Button variant="default" disabled={!dirty || busy} onClick={() => onDraft(base)}>
                  {t('form.discard')}
                </Button>
              )}
              <Button type="submit" loading={busy} disabled={made && !dirty}>
                {made ? t('common:action.save') : t('form.create')}
              </Button>
            </Group>
          </div>
        )}
      </form>
    </FormContext>
  );
}
