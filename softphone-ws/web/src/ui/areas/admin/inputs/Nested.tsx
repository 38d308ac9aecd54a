import { ActionIcon, Button, Group, Select, Switch, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { fresh, freshVariant, seen } from '../../../../core/admin/draft';
import { type Draft, type Field, type FieldOf, itemFields } from '../../../../core/admin/spec';
import { type InputProps, useForm } from '../engine/form';
import { useWords } from '../engine/words';
import { FieldInput, objectOf, useCommon } from './FieldInput';
import css from './inputs.module.css';

/** The inputs of an object's fields. `at`: the path before their names. */
export function Fields({
  fields,
  value,
  onChange,
  at,
}: {
  fields: readonly Field[];
  value: Draft;
  onChange: (value: Draft) => void;
  at: string;
}) {
  return (
    <div className={css.fields}>
      {seen(fields, value).map((field) => (
        <div key={field.name} className={field.wide ? css.wide : css.field}>
          <FieldInput
            field={field}
            value={value[field.name]}
            onChange={(next) => onChange({ ...value, [field.name]: next })}
            path={`${at}${field.name}`}
          />
        </div>
      ))}
    </div>
  );
}

export function GroupInput({ field, value, onChange, path }: InputProps<FieldOf<'group'>>) {
  const words = useWords();
  const { readOnly, wrong } = useForm();
  const there = !field.optional || (value !== undefined && value !== null);
  return (
    <fieldset className={css.group}>
      <legend>
        {field.optional ? (
          <Switch
            size="xs"
            label={words.field(field.label)}
            disabled={readOnly}
            checked={there}
            onChange={(e) => onChange(e.currentTarget.checked ? fresh(field.fields) : undefined)}
          />
        ) : (
          words.field(field.label)
        )}
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
      {there && <Fields fields={field.fields} value={objectOf(value)} onChange={onChange} at={`${path}.`} />}
    </fieldset>
  );
}

export function UnionInput({ field, value, onChange, path }: InputProps<FieldOf<'union'>>) {
  const words = useWords();
  const { wrong } = useForm();
  const common = useCommon(field, path);
  const inner = objectOf(value);
  const tag = String(inner[field.tag] ?? '');
  const fields = field.variants[tag] ?? [];
  return (
    <div className={css.union}>
      <Select
        {...common}
        error={wrong(path) ?? wrong(`${path}.${field.tag}`)}
        data={words.choices(field.of)}
        value={tag === '' ? null : tag}
        allowDeselect={false}
        onChange={(next) => next !== null && onChange(freshVariant(field, next))}
      />
      {fields.length > 0 && <Fields fields={fields} value={inner} onChange={onChange} at={`${path}.`} />}
    </div>
  );
}

const NONE: Draft[] = [];

/** Objects one after the other, added, taken away and moved. */
export function ListInput({ field, value, onChange, path }: InputProps<FieldOf<'list'>>) {
  const { t } = useTranslation('admin');
  const words = useWords();
  const { readOnly, wrong } = useForm();
  const items = Array.isArray(value) ? (value as Draft[]) : NONE;
  // Entries have no ids of their own: keys follow them while they are moved.
  const keys = useRef<number[]>([]);
  const next = useRef(0);
  while (keys.current.length < items.length) keys.current.push(next.current++);
  keys.current.length = items.length;
  const put = (order: readonly number[], added: readonly Draft[] = []) => {
    keys.current = order.map((n) => keys.current[n] as number);
    onChange([...order.map((n) => items[n] as Draft), ...added]);
  };
  const all = items.map((_, n) => n);
  const swap = (n: number, by: number) => put(all.map((m) => (m === n ? n + by : m === n + by ? n : m)));
  const full = field.max !== undefined && items.length >= field.max;
  const label = words.field(field.label);
  return (
    <fieldset className={css.group}>
      <legend>{label}</legend>
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
      {items.length === 0 && (
        <Text size="xs" c="dimmed" fs="italic">
          {t('form.none')}
        </Text>
      )}
      {items.map((item, n) => (
        <div key={keys.current[n]} className={css.item}>
          <div className={css.grow}>
            {field.variants ? (
              <UnionInput
                field={{ kind: 'union', name: '', label: 'action', ...field.variants }}
                value={item}
                onChange={(changed) => onChange(items.map((old, m) => (m === n ? (changed as Draft) : old)))}
                path={`${path}[${n}]`}
              />
            ) : (
              <Fields
                fields={itemFields(field, item)}
                value={item}
                onChange={(changed) => onChange(items.map((old, m) => (m === n ? changed : old)))}
                at={`${path}[${n}].`}
              />
            )}
          </div>
          {!readOnly && (
            <Group gap={0} wrap="nowrap">
              <ActionIcon
                aria-label={t('form.up', { label, place: n + 1 })}
                disabled={n === 0}
                onClick={() => swap(n, -1)}
              >
                <IconArrowUp size={16} />
              </ActionIcon>
              <ActionIcon
                aria-label={t('form.down', { label, place: n + 1 })}
                disabled={n === items.length - 1}
                onClick={() => swap(n, 1)}
              >
                <IconArrowDown size={16} />
              </ActionIcon>
              <ActionIcon
                color="red"
                aria-label={t('form.remove', { label, place: n + 1 })}
                onClick={() => put(all.filter((m) => m !== n))}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </Group>
          )}
        </div>
      ))}
      {!readOnly && !full && (
        <Button
          variant="subtle"
          leftSection={<IconPlus size={14} />}
          onClick={() => put(all, [{ ...fresh(field.fields), ...field.fresh }])}
        >
          {t('form.add')}
        </Button>
      )}
    </fieldset>
  );
}
