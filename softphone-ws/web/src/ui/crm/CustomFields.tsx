/** Fields that an administrator defined: shown and edited by their definitions. */
import { Checkbox, MultiSelect, NumberInput, Select, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client';
import { type FieldValues, inOrder, labelOf, optionsOf, set, wordOf } from '../../core/crm/fields';
import { mayEnter } from '../../core/roles';
import { useSession } from '../world';
import { Field, InPlace } from './InPlace';

type Definition = Schemas['StoredCustomField'];

interface InputProps {
  field: Definition;
  values: FieldValues;
  value: unknown;
  onChange: (value: unknown) => void;
  label: string;
  /** Within a form the label is seen, in place it stands beside. */
  labelled?: boolean;
  error?: string | undefined;
}

export function FieldInput({ field, values, value, onChange, label, labelled = false, error }: InputProps) {
  const { t, i18n } = useTranslation('crm');
  const named = labelled ? { label, required: field.required === true } : { 'aria-label': label };
  const common = { ...named, error: error ?? null, autoFocus: !labelled };
  const options = optionsOf(field, values).map((option) => ({
    value: option.value,
    label: labelOf(option.labels, i18n.language, option.value),
  }));
  switch (field.type) {
    case 'number':
      return (
        <NumberInput
          {...common}
          size="xs"
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => onChange(typeof next === 'number' ? next : null)}
        />
      );
    case 'date':
      return (
        <TextInput
          {...common}
          type="date"
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.currentTarget.value || null)}
        />
      );
    case 'boolean':
      return (
        <Checkbox
          {...common}
          size="xs"
          label={labelled ? label : t('field.yes')}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'list':
      return (
        <Select
          {...common}
          data={options}
          value={typeof value === 'string' ? value : null}
          onChange={onChange}
          clearable={field.required !== true}
          searchable
          nothingFoundMessage={t('field.noOption')}
          clearButtonProps={{ 'aria-label': t('pick.clear') }}
        />
      );
    case 'multi_list':
      return (
        <MultiSelect
          {...common}
          size="xs"
          data={options}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={(next) => onChange(next.length > 0 ? next : null)}
          searchable
          nothingFoundMessage={t('field.noOption')}
        />
      );
    case 'text':
      return (
        <TextInput
          {...common}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}

function useWord(): (field: Definition, value: unknown) => string {
  const { t, i18n } = useTranslation('crm');
  return (field, value) => {
    if (field.type !== 'boolean') return wordOf(field, value, i18n.language);
    return value === true ? t('field.yes') : value === false ? t('field.no') : '';
  };
}

interface InPlaceProps {
  definitions: readonly Definition[];
  values: FieldValues;
  save: (fields: Record<string, unknown>) => Promise<boolean>;
  errorOf: (field: string) => string | undefined;
  readOnly?: boolean;
}

/** Each value edited where it stands, inside of `Fields`. What depends on it is cleared with it. */
export function CustomFieldsInPlace({ definitions, values, save, errorOf, readOnly = false }: InPlaceProps) {
  const { i18n } = useTranslation('crm');
  const { roles } = useSession();
  const word = useWord();
  return inOrder(definitions).map((field) => {
    const label = labelOf(field.labels, i18n.language, field.key);
    const mine = (field.editable_by ?? []).length === 0 || mayEnter(roles, field.editable_by ?? []);
    return (
      <Field key={field.key} label={field.required ? `${label} *` : label}>
        <InPlace<unknown>
          label={label}
          value={values[field.key] ?? null}
          shown={word(field, values[field.key])}
          readOnly={readOnly || !mine}
          error={errorOf(`fields.${field.key}`)}
          editor={(value, onChange) => (
            <FieldInput field={field} values={values} value={value} onChange={onChange} label={label} />
          )}
          save={(value) => {
            const next = set(definitions, values, field.key, value === '' ? null : value);
            const keys = Object.keys(next).filter((key) => next[key] !== values[key]);
            return save(Object.fromEntries(keys.map((key) => [key, next[key]])));
          }}
        />
      </Field>
    );
  });
}

interface FormProps {
  definitions: readonly Definition[];
  values: FieldValues;
  onChange: (values: Record<string, unknown>) => void;
  errorOf: (field: string) => string | undefined;
}

/** All of them as inputs of a form. */
export function CustomFieldsForm({ definitions, values, onChange, errorOf }: FormProps) {
  const { i18n } = useTranslation('crm');
  const { roles } = useSession();
  return inOrder(definitions)
    .filter((field) => (field.editable_by ?? []).length === 0 || mayEnter(roles, field.editable_by ?? []))
    .map((field) => (
      <FieldInput
        key={field.key}
        labelled
        field={field}
        values={values}
        value={values[field.key]}
        onChange={(value) => onChange(set(definitions, values, field.key, value))}
        label={labelOf(field.labels, i18n.language, field.key)}
        error={errorOf(`fields.${field.key}`)}
      />
    ));
}
