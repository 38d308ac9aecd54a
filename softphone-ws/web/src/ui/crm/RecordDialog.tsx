/** A row as a form in a dialog, made by a description of its fields: to make one, or to change what differs. */
import {
  Button,
  Checkbox,
  Group,
  NativeSelect,
  NumberInput,
  Select,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { idempotencyKey } from '../../api/client';
import { changed } from '../../core/crm/edit';
import { fromLocalInput, localInput, majorText, minorOf } from '../../core/crm/text';
import { Dialog, FormError, fieldErrors } from '../kit';
import { ConflictDialog } from './ConflictDialog';
import css from './crm.module.css';
import { useProducts } from './lookups';
import { PersonPick } from './pickers';
import { useRowEdit } from './useRowEdit';

export interface Spec {
  name: string;
  label: string;
  as: 'text' | 'lines' | 'moment' | 'day' | 'money' | 'number' | 'choice' | 'check' | 'person' | 'product';
  required?: boolean;
  /** Of a choice: value and word. */
  options?: readonly { value: string; label: string }[];
  wide?: boolean;
}

type Values = Record<string, unknown>;

interface Props {
  title: string;
  specs: readonly Spec[];
  /** None: a new one is made, beginning with `initial`. */
  row: { version: number } | null;
  initial?: Values;
  create: (values: Values, key: ReturnType<typeof idempotencyKey>) => Promise<unknown>;
  write: (changes: Values, version: number) => Promise<{ version: number }>;
  read: () => Promise<{ version: number }>;
  onDone: () => void;
  onClose: () => void;
}

const NEW = { version: 0 };

export function RecordDialog({
  title,
  specs,
  row,
  initial = {},
  create,
  write,
  read,
  onDone,
  onClose,
}: Props) {
  const { t } = useTranslation('common');
  const [values, setValues] = useState<Values>(() => ({ ...initial, ...row }));
  const [key, setKey] = useState(idempotencyKey);
  // What the changes are based on, whatever others write while this is open.
  const [base] = useState(row);
  const edit = useRowEdit<{ version: number }, Values>({
    row: row ?? NEW,
    write,
    read,
    done: onDone,
  });
  const make = useMutation({
    mutationFn: () => create(values, key),
    onSuccess: () => {
      onDone();
      onClose();
    },
  });
  const error = edit.error ?? make.error;
  const wrong = fieldErrors(error);
  const names = specs.map((spec) => spec.name);
  const currency = typeof values.currency === 'string' ? values.currency : 'EUR';
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (row === null || base === null) return make.mutate();
    const own = Object.fromEntries(names.map((name) => [name, values[name] ?? null]));
    const changes = changed<Values>({ ...base }, own);
    if (Object.keys(changes).length === 0 || (await edit.save(changes, base))) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose} size="lg">
      <form onSubmit={submit} className={css.stack}>
        <div className={css.halves}>
          {specs.map((spec) => (
            <div key={spec.name} style={spec.wide ? { gridColumn: '1 / -1' } : undefined}>
              <SpecInput
                spec={spec}
                value={values[spec.name]}
                currency={currency}
                error={wrong(spec.name)}
                onChange={(value) => {
                  setValues((was) => ({ ...was, [spec.name]: value }));
                  setKey(idempotencyKey());
                }}
              />
            </div>
          ))}
        </div>
        <FormError error={error} fields={names} />
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={edit.busy || make.isPending}>
            {t('action.save')}
          </Button>
        </Group>
      </form>
      {edit.conflict && (
        <ConflictDialog
          conflict={{
            ...edit.conflict,
            resolve: (theirs) => {
              edit.conflict?.resolve(theirs);
              onClose();
            },
          }}
          nameOf={(field) => specs.find((spec) => spec.name === field)?.label ?? field}
          wordFor={(field, value) => {
            const spec = specs.find((one) => one.name === field);
            if (spec?.as === 'money' && typeof value === 'number') return majorText(value, currency);
            if ((spec?.as === 'moment' || spec?.as === 'day') && typeof value === 'number')
              return localInput(value).replace('T', ' ');
            return spec?.options?.find((option) => option.value === value)?.label ?? String(value ?? '');
          }}
        />
      )}
    </Dialog>
  );
}

interface InputProps {
  spec: Spec;
  value: unknown;
  currency: string;
  error: string | undefined;
  onChange: (value: unknown) => void;
}

function SpecInput({ spec, value, currency, error, onChange }: InputProps) {
  const products = useProducts();
  const common = { label: spec.label, required: spec.required === true, error: error ?? null };
  const text = typeof value === 'string' ? value : '';
  const moment = typeof value === 'number' ? value : null;
  switch (spec.as) {
    case 'text':
      return (
        <TextInput
          {...common}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value || null)}
        />
      );
    case 'lines':
      return (
        <Textarea
          {...common}
          autosize
          minRows={2}
          maxRows={8}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'moment':
      return (
        <TextInput
          {...common}
          type="datetime-local"
          value={localInput(moment)}
          onChange={(event) => onChange(fromLocalInput(event.currentTarget.value))}
        />
      );
    case 'day':
      return (
        <TextInput
          {...common}
          type="date"
          value={localInput(moment).slice(0, 10)}
          onChange={(event) => {
            const day = event.currentTarget.value;
            onChange(day === '' ? null : fromLocalInput(`${day}T00:00`));
          }}
        />
      );
    case 'money':
      return <MoneyInput {...common} minor={moment} currency={currency} onChange={onChange} />;
    case 'number':
      return (
        <NumberInput
          {...common}
          size="xs"
          min={0}
          value={moment ?? ''}
          onChange={(next) => onChange(typeof next === 'number' ? next : null)}
        />
      );
    case 'choice':
      return (
        <NativeSelect
          {...common}
          size="xs"
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
          data={[...(spec.options ?? [])]}
        />
      );
    case 'check':
      return (
        <Checkbox
          size="xs"
          mt="lg"
          label={spec.label}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'person':
      return <PersonPick label={spec.label} value={text || null} onChange={onChange} error={error} />;
    case 'product':
      return (
        <Select
          {...common}
          searchable
          clearable
          data={(products.data ?? []).map(({ id, name, sku }) => ({ value: id, label: `${name} (${sku})` }))}
          value={text || null}
          onChange={onChange}
        />
      );
  }
}

interface MoneyProps {
  label: string;
  required: boolean;
  error: string | null;
  minor: number | null;
  currency: string;
  onChange: (minor: number | null) => void;
}

/** Keeps what is typed; what it is in minor units is told as soon as it is an amount. */
function MoneyInput({ minor, currency, onChange, ...common }: MoneyProps) {
  const [text, setText] = useState(minor === null ? '' : majorText(minor, currency));
  return (
    <TextInput
      {...common}
      inputMode="decimal"
      value={text}
      rightSection={<span className={css.dim}>{currency}</span>}
      rightSectionWidth={44}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(minorOf(event.currentTarget.value, currency));
      }}
    />
  );
}
