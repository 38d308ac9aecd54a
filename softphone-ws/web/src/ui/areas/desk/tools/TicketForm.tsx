import { Button, Checkbox, Group, MultiSelect, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, idempotencyKey, type Schemas } from '../../../../api/client';
import { inLanguage } from '../../../../core/desk/customer';
import type { Work } from '../../../../core/desk/works';
import { useTicketTypes } from '../../../crm/lookups';
import { ErrorState, FormError, fieldErrors, LoadingState } from '../../../kit';
import { type FieldDefinition, fieldValue, optionsOf, useFieldDefinitions } from '../pop/CustomFields';

const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;

interface Props {
  work: Work;
  customer: string | null;
  onMade: (row: Schemas['TicketRow']) => void;
  onClose: () => void;
}

/** A new ticket of the customer, linked with this contact. What is left empty comes from its type. */
export function TicketForm({ work, customer, onMade, onClose }: Props) {
  const { t, i18n } = useTranslation(['pop', 'common']);
  const queries = useQueryClient();
  const types = useTicketTypes();
  const fields = useFieldDefinitions('ticket');
  const [type, setType] = useState<string | null>(null);
  const [title, setTitle] = useState('');
  const [priority, setPriority] = useState<string | null>(null);
  const [description, setDescription] = useState('');
  const [values, setValues] = useState<Record<string, unknown>>({});
  const [key, setKey] = useState(idempotencyKey);
  const active = (types.data ?? []).filter((one) => one.active !== false);
  const chosen = type ?? (active.length === 1 ? (active[0]?.id ?? null) : null);
  const make = useMutation({
    mutationFn: async () => {
      const row = await body(
        api.POST('/api/v1/tickets', {
          params: { header: key },
          body: {
            type_id: chosen ?? '',
            ...(customer !== null && { customer_id: customer }),
            ...(title.trim() !== '' && { title: title.trim() }),
            ...(description.trim() !== '' && { description: description.trim() }),
            ...(priority !== null && { priority: priority as (typeof PRIORITIES)[number] }),
            fields: Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)),
          },
        }),
      );
      await api.POST('/api/v1/tickets/{id}/interactions', {
        params: { path: { id: row.id } },
        body: { interaction_id: work.interaction },
      });
      return row;
    },
    onSuccess: (row) => {
      void queries.invalidateQueries({ queryKey: ['tickets'] });
      onMade(row);
    },
    // The ticket may be there although linking it was refused.
    onError: () => queries.invalidateQueries({ queryKey: ['tickets'] }),
  });
  const wrong = fieldErrors(make.error);
  const changed = () => setKey(idempotencyKey());
  const shown = ['type_id', 'title', 'priority', 'description', ...fields.map(({ key }) => `fields.${key}`)];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  if (types.isPending) return <LoadingState />;
  if (types.isError) return <ErrorState error={types.error} retry={() => void types.refetch()} />;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Select
          label={t('ticket.type')}
          withAsterisk
          data={active.map(({ id, name }) => ({ value: id, label: name }))}
          value={chosen}
          error={wrong('type_id')}
          allowDeselect={false}
          onChange={(next) => {
            setType(next);
            changed();
          }}
        />
        <TextInput
          label={t('ticket.title')}
          placeholder={t('ticket.byType')}
          maxLength={200}
          value={title}
          error={wrong('title')}
          onChange={(event) => {
            setTitle(event.currentTarget.value);
            changed();
          }}
        />
        <Select
          label={t('ticket.priority')}
          placeholder={t('ticket.byType')}
          clearable
          data={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) }))}
          value={priority}
          error={wrong('priority')}
          onChange={(next) => {
            setPriority(next);
            changed();
          }}
        />
        <Textarea
          label={t('ticket.description')}
          placeholder={t('ticket.byType')}
          autosize
          minRows={3}
          maxLength={20_000}
          value={description}
          error={wrong('description')}
          onChange={(event) => {
            setDescription(event.currentTarget.value);
            changed();
          }}
        />
        {fields.map((field) => (
          <FieldInput
            key={field.key}
            field={field}
            label={inLanguage(field.labels ?? {}, i18n.language) ?? field.key}
            options={optionsOf(field, values, i18n.language)}
            value={values[field.key]}
            error={wrong(`fields.${field.key}`)}
            onChange={(value) => {
              setValues({ ...values, [field.key]: value });
              changed();
            }}
          />
        ))}
        <FormError error={make.error} fields={shown} />
        <Group>
          <Button type="submit" loading={make.isPending} disabled={chosen === null}>
            {t('ticket.make')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface FieldInputProps {
  field: FieldDefinition;
  label: string;
  options: { value: string; label: string }[];
  value: unknown;
  error: string | undefined;
  onChange: (value: unknown) => void;
}

function FieldInput({ field, label, options, value, error, onChange }: FieldInputProps) {
  const common = { label, error, withAsterisk: field.required === true };
  const text = value === null || value === undefined ? '' : String(value);
  switch (field.type) {
    case 'boolean':
      return (
        <Checkbox
          label={label}
          error={error}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'list':
      return (
        <Select {...common} clearable searchable data={options} value={text || null} onChange={onChange} />
      );
    case 'multi_list':
      return (
        <MultiSelect
          {...common}
          size="xs"
          searchable
          data={options}
          value={Array.isArray(value) ? (value as string[]) : []}
          onChange={(next) => onChange(next.length === 0 ? null : next)}
        />
      );
    case 'number':
    case 'date':
    case 'text':
      return (
        <TextInput
          {...common}
          type={field.type === 'date' ? 'date' : 'text'}
          inputMode={field.type === 'number' ? 'decimal' : 'text'}
          defaultValue={text}
          onChange={(event) => onChange(fieldValue(field, event.currentTarget.value))}
        />
      );
  }
}
