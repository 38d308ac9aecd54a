import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body } from '../../../api/client';
import { useCustomerName } from '../../crm/lookups';
import { useErrorText } from '../../hooks/useErrorText';

const SETTLE_MS = 200;

/** Finds a customer by name, number or mail address. */
export function CustomerSelect({
  value,
  onChange,
}: {
  value: string;
  onChange: (id: string | null) => void;
}) {
  const { t } = useTranslation(['recordings', 'common']);
  const textOf = useErrorText();
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const found = useQuery({
    queryKey: ['customers', 'choice', asked],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/customers', { params: { query: { search: asked, limit: '20' } }, signal })),
    enabled: asked.length >= 2,
  });
  const chosen = useCustomerName(value);
  const rows = new Map((found.data?.items ?? []).map((row) => [row.id, row.name ?? row.id]));
  if (value !== '') rows.set(value, chosen || (rows.get(value) ?? value));
  return (
    <Select
      label={t('filter.customer')}
      placeholder={t('filter.customerHint')}
      data={[...rows].map(([id, label]) => ({ value: id, label }))}
      value={value || null}
      onChange={onChange}
      searchable
      clearable
      searchValue={text}
      onSearchChange={setText}
      filter={({ options }) => options}
      nothingFoundMessage={
        asked.length < 2
          ? t('filter.customerMore')
          : found.isFetching
            ? t('common:list.loading')
            : found.error
              ? textOf(found.error)
              : t('common:list.empty')
      }
    />
  );
}
