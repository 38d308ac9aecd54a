/** Choosing people, teams, queues, customers and tickets. */
import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '../../api/client';
import { given } from '../../core/crm/text';
import { useErrorText } from '../hooks/useErrorText';
import { useCustomerName, usePeople, useQueues, useTeams } from './lookups';

export interface PickProps {
  label: string;
  value: string | null;
  onChange: (id: string | null) => void;
  error?: string | undefined;
  clearable?: boolean;
  disabled?: boolean;
  autoFocus?: boolean;
  required?: boolean;
}

/** Who may be chosen, and who is. */
const whoMayBe = (people: readonly Schemas['UserName'][] | undefined, value: string | null) =>
  people?.filter(({ id, active }) => active || value?.endsWith(id));

interface Named {
  id: string;
  name: string;
}

function Pick({
  rows,
  clearable = true,
  error,
  ...props
}: PickProps & { rows: readonly Named[] | undefined }) {
  const { t } = useTranslation('crm');
  return (
    <Select
      {...props}
      error={error ?? null}
      data={(rows ?? []).map(({ id, name }) => ({ value: id, label: name }))}
      searchable
      clearable={clearable}
      nothingFoundMessage={t('pick.nothing')}
      comboboxProps={{ withinPortal: true }}
      clearButtonProps={{ 'aria-label': t('pick.clear') }}
    />
  );
}

export function PersonPick(props: PickProps) {
  return <Pick rows={whoMayBe(usePeople().data, props.value)} {...props} />;
}

export function TeamPick(props: PickProps) {
  return <Pick rows={useTeams().data} {...props} />;
}

export function QueuePick(props: PickProps) {
  return <Pick rows={useQueues().data} {...props} />;
}

/** Who is to do something: `user:<id>`, `team:<id>`, `queue:<id>`. */
export function OwnerPick(props: PickProps) {
  const { t } = useTranslation('crm');
  const [people, teams, queues] = [usePeople(), useTeams(), useQueues()];
  const group = (kind: string, name: string, rows: readonly Named[] | undefined) => ({
    group: name,
    items: (rows ?? []).map((row) => ({ value: `${kind}:${row.id}`, label: row.name })),
  });
  return (
    <Select
      {...props}
      error={props.error ?? null}
      searchable
      clearable={props.clearable ?? true}
      data={[
        group('user', t('pick.people'), whoMayBe(people.data, props.value)),
        group('team', t('pick.teams'), teams.data),
        group('queue', t('pick.queues'), queues.data),
      ]}
      nothingFoundMessage={t('pick.nothing')}
      clearButtonProps={{ 'aria-label': t('pick.clear') }}
    />
  );
}

/** Found as one types: by name, number or mail address. */
export function CustomerPick({ value, onChange, except, error, ...props }: PickProps & { except?: string }) {
  const { t } = useTranslation('crm');
  const textOf = useErrorText();
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text.trim(), 200);
  const [picked, setPicked] = useState('');
  const known = useCustomerName(value);
  const found = useQuery({
    queryKey: ['customers', 'pick', asked],
    enabled: asked.length > 0,
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/customers', { params: { query: { search: asked, limit: '20' } }, signal })),
  });
  const rows = (found.data?.items ?? [])
    .filter((row) => row.id !== except)
    .map((row) => ({ value: row.id, label: [row.name, row.company].filter(Boolean).join(' · ') || row.id }));
  const own = value !== null && !rows.some((row) => row.value === value);
  return (
    <Select
      {...props}
      value={value}
      error={error ?? null}
      data={own ? [{ value, label: picked || known || '…' }, ...rows] : rows}
      onChange={(id, option) => {
        setPicked(option?.label ?? '');
        onChange(id);
      }}
      searchable
      clearable={props.clearable ?? true}
      onSearchChange={setText}
      // The server found them, also by what their name does not show.
      filter={({ options }) => options}
      placeholder={t('pick.customer')}
      nothingFoundMessage={
        asked === ''
          ? t('pick.type')
          : found.isFetching
            ? t('pick.searching')
            : found.error
              ? textOf(found.error)
              : t('pick.nothing')
      }
      clearButtonProps={{ 'aria-label': t('pick.clear') }}
    />
  );
}

/** Found by number or the beginning of the title. */
export function TicketPick({ value, onChange, except, error, ...props }: PickProps & { except?: string }) {
  const { t } = useTranslation('crm');
  const textOf = useErrorText();
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text.trim(), 200);
  const [picked, setPicked] = useState('');
  // What is chosen stands in the field as `#12 · Title`: looked for by its number.
  const search = /^#\d+ · /.test(asked) ? (asked.split(' ')[0] ?? '') : asked;
  const found = useQuery({
    queryKey: ['tickets', 'pick', search],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/tickets', { params: { query: { limit: '20', ...given({ search }) } }, signal })),
  });
  const rows = (found.data?.items ?? [])
    .filter((row) => row.id !== except)
    .map((row) => ({ value: row.id, label: `#${row.number} · ${row.title ?? ''}` }));
  const own = value !== null && !rows.some((row) => row.value === value);
  return (
    <Select
      {...props}
      value={value}
      error={error ?? null}
      data={own ? [{ value, label: picked || '…' }, ...rows] : rows}
      onChange={(id, option) => {
        setPicked(option?.label ?? '');
        onChange(id);
      }}
      searchable
      clearable={props.clearable ?? true}
      onSearchChange={setText}
      filter={({ options }) => options}
      placeholder={t('pick.ticket')}
      nothingFoundMessage={
        found.isFetching ? t('pick.searching') : found.error ? textOf(found.error) : t('pick.nothing')
      }
      clearButtonProps={{ 'aria-label': t('pick.clear') }}
    />
  );
}
