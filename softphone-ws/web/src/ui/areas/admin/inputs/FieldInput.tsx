import {
  Autocomplete,
  Checkbox,
  MultiSelect,
  NumberInput,
  PasswordInput,
  Select,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Draft, Field, FieldOf, Json } from '../../../../core/admin/spec';
import { type InputProps, useForm } from '../engine/form';
import { useNames } from '../engine/rows';
import { useCountries, useLanguages, useWords, ZONES } from '../engine/words';
import { ConditionInput } from './ConditionInput';
import { DurationInput } from './DurationInput';
import { GroupInput, ListInput, UnionInput } from './Nested';
import { TextsInput } from './TextsInput';
import { WeekInput } from './WeekInput';

/** The input that fits a field. */
export function FieldInput({ field, value, onChange, path }: InputProps) {
  const props = { value, onChange, path };
  switch (field.kind) {
    case 'group':
      return <GroupInput field={field} {...props} />;
    case 'union':
      return <UnionInput field={field} {...props} />;
    case 'list':
      return <ListInput field={field} {...props} />;
    case 'texts':
      return <TextsInput field={field} {...props} />;
    case 'week':
      return <WeekInput field={field} {...props} />;
    case 'condition':
      return <ConditionInput field={field} {...props} />;
    case 'duration':
      return <DurationInput field={field} {...props} />;
    case 'ref':
    case 'refs':
      return <RefInput field={field} {...props} />;
    default:
      return <PlainInput field={field} {...props} />;
  }
}

/** Label, help, error and state of an input. */
export function useCommon(field: Field, path: string) {
  const words = useWords();
  const { wrong, readOnly, made } = useForm();
  return {
    label: words.field(field.label),
    description: field.hint && words.hint(field.hint),
    error: wrong(path, true),
    required: field.required ?? false,
    readOnly: readOnly || (made && (field.fixed ?? false)),
    size: 'xs' as const,
  };
}

const texts = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(String) : []);
const text = (value: Json | undefined): string =>
  value === undefined || value === null ? '' : String(value);

type Plain = Exclude<
  Field,
  { kind: 'group' | 'union' | 'list' | 'texts' | 'week' | 'condition' | 'duration' | 'ref' | 'refs' }
>;

function PlainInput({ field, value, onChange, path }: InputProps<Plain>) {
  const { t } = useTranslation('admin');
  const words = useWords();
  const countries = useCountries();
  const languages = useLanguages();
  const common = useCommon(field, path);
  const pick = { ...common, searchable: true, nothingFoundMessage: t('form.nothingFound') };
  const choose = (next: string | null) => onChange(next ?? undefined);
  switch (field.kind) {
    case 'text':
      return <TextInput {...common} value={text(value)} onChange={(e) => onChange(e.currentTarget.value)} />;
    case 'long':
      return (
        <Textarea
          {...common}
          autosize
          minRows={4}
          maxRows={16}
          value={text(value)}
          onChange={(e) => onChange(e.currentTarget.value)}
        />
      );
    case 'secret':
      return (
        <PasswordInput
          {...common}
          autoComplete="new-password"
          value={text(value)}
          onChange={(e) => onChange(e.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('form.showPassword') }}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...common}
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => onChange(next === '' ? undefined : Number(next))}
          {...(field.min !== undefined && { min: field.min })}
          {...(field.max !== undefined && { max: field.max })}
          decimalScale={field.decimals ?? 0}
          allowNegative={field.min === undefined || field.min < 0}
          clampBehavior="none"
        />
      );
    case 'switch': {
      const { required: _, readOnly, ...rest } = common;
      return (
        <Switch
          {...rest}
          disabled={readOnly}
          checked={(value ?? field.initial) === true}
          onChange={(e) => onChange(e.currentTarget.checked)}
        />
      );
    }
    case 'choice':
      return (
        <Select
          {...pick}
          data={words.choices(field.of)}
          clearable={!field.required && field.initial === undefined}
          allowDeselect={false}
          value={text(value) || null}
          onChange={choose}
        />
      );
    case 'choices': {
      const { readOnly, ...rest } = common;
      return (
        <Checkbox.Group {...rest} value={texts(value)} onChange={(next) => onChange(next)}>
          {words.choices(field.of).map((choice) => (
            <Checkbox
              key={choice.value}
              size="xs"
              mt={4}
              value={choice.value}
              label={choice.label}
              disabled={readOnly}
            />
          ))}
        </Checkbox.Group>
      );
    }
    case 'strings':
      return (
        <TagsInput
          {...common}
          value={texts(value)}
          onChange={onChange}
          placeholder={field.shape ?? ''}
          splitChars={[',', ';', ' ']}
          clearable
          acceptValueOnBlur
        />
      );
    case 'countries':
      return <MultiSelect {...pick} data={countries} value={texts(value)} onChange={onChange} clearable />;
    case 'languages':
      return (
        <TagsInput
          {...common}
          data={languages.map(({ value: code }) => code)}
          value={texts(value)}
          onChange={onChange}
          clearable
        />
      );
    case 'country':
      return (
        <Select
          {...pick}
          data={countries}
          value={text(value) || null}
          onChange={choose}
          clearable={!field.required}
        />
      );
    case 'language':
      return (
        <Autocomplete
          {...common}
          data={languages.map(({ value: code }) => code)}
          value={text(value)}
          onChange={onChange}
        />
      );
    case 'zone':
      return <Select {...pick} data={ZONES} limit={60} value={text(value) || null} onChange={choose} />;
    case 'date':
      return (
        <TextInput
          {...common}
          type="date"
          value={text(value)}
          onChange={(e) => onChange(e.currentTarget.value)}
        />
      );
    case 'moment':
      return (
        <TextInput
          {...common}
          type="datetime-local"
          value={typeof value === 'number' ? localTime(value) : ''}
          onChange={(e) => {
            const ms = new Date(e.currentTarget.value).getTime();
            onChange(Number.isNaN(ms) ? undefined : ms * 1000);
          }}
        />
      );
  }
}

/** Microseconds as a browser's input writes local time. */
function localTime(us: number): string {
  const moment = new Date(us / 1000);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** A row of another list, or several. */
function RefInput({ field, value, onChange, path }: InputProps<FieldOf<'ref' | 'refs'>>) {
  const { t } = useTranslation('admin');
  const common = useCommon(field, path);
  const names = useNames(field.to);
  const chosen = field.kind === 'refs' ? texts(value) : text(value) === '' ? [] : [text(value)];
  // What is referred to and not in the list is shown all the same: it must not be lost by saving.
  const strangers = chosen
    .filter((id) => names.name(id) === undefined)
    .map((id) => ({ value: id, label: t('form.unknown') }));
  const pick = {
    ...common,
    data: [...names.options, ...strangers],
    searchable: true,
    limit: 100,
    nothingFoundMessage: names.loading ? t('form.loading') : t('form.nothingFound'),
  };
  return field.kind === 'refs' ? (
    <MultiSelect {...pick} value={chosen} onChange={onChange} clearable hidePickedOptions />
  ) : (
    <Select
      {...pick}
      value={chosen[0] ?? null}
      onChange={(next) => onChange(next ?? undefined)}
      clearable={!field.required}
    />
  );
}

export const objectOf = (value: Json | undefined): Draft =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
