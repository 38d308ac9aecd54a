import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '../../../../api/client';
import { useErrorText } from '../../../hooks/useErrorText';

const nameOf = (customer: Schemas['Customer'] & { id: string }): string =>
  customer.name || customer.company || customer.id.slice(0, 8);

/** One customer, searched for by name, number or mail address. */
export function CustomerPicker({
  label,
  value,
  onChange,
  error,
}: {
  label: string;
  value: string | null;
  onChange: (id: string | null) => void;
  error?: string | undefined;
}) {
  const { t } = useTranslation('admin');
  const textOf = useErrorText();
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), 200);
  // Of what was found before, the chosen one keeps its name.
  const [chosen, setChosen] = useState<{ value: string; label: string } | null>(null);
  const found = useQuery({
    queryKey: ['customers', 'pick', search],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/customers', { params: { query: { search, limit: '20' } }, signal })),
    enabled: search.length > 1,
  });
  const options = (found.data?.items ?? []).map((row) => ({
    value: row.id,
    label: nameOf(row),
  }));
  const data = chosen && !options.some((one) => one.value === chosen.value) ? [chosen, ...options] : options;
  return (
    <Select
      label={label}
      w={280}
      searchable
      clearable
      placeholder={t('form.customerHint')}
      // What the server found stands: it also searches numbers and mail addresses.
      filter={({ options: all }) => all}
      nothingFoundMessage={
        search.length < 2
          ? t('form.typeMore')
          : found.isPending
            ? t('form.loading')
            : found.error
              ? textOf(found.error)
              : t('form.nothingFound')
      }
      data={data}
      value={value}
      error={error}
      onSearchChange={setTyped}
      onChange={(id) => {
        setChosen(options.find((one) => one.value === id) ?? null);
        onChange(id);
      }}
    />
  );
}
