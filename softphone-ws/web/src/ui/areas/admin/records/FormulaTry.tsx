import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body } from '../../../../api/client';
import { ErrorState, KeyValue, LoadingState, SectionCard, Time } from '../../../kit';
import { CustomerPicker } from '../engine/CustomerPicker';

/** What the published version gives for a customer, and from what. */
export function FormulaTry({ name }: { name: string }) {
  const { t, i18n } = useTranslation('admin');
  const [customer, setCustomer] = useState<string | null>(null);
  const values = useQuery({
    queryKey: ['customers', customer, 'values'],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/customers/{id}/values', { params: { path: { id: customer ?? '' } }, signal })),
    enabled: customer !== null,
  });
  const number = (value: number | null | undefined) =>
    value === null || value === undefined
      ? t('formula.unknown')
      : new Intl.NumberFormat(i18n.language).format(value);
  const own = values.data?.find((value) => value.name === name);
  return (
    <SectionCard title={t('formula.try')}>
      <CustomerPicker label={t('tryRule.customer')} value={customer} onChange={setCustomer} />
      {customer === null ? (
        <Text c="dimmed" mt="sm">
          {t('formula.tryHint')}
        </Text>
      ) : values.data === undefined ? (
        values.isPending ? (
          <LoadingState />
        ) : (
          <ErrorState error={values.error} retry={() => void values.refetch()} />
        )
      ) : own === undefined ? (
        <Text mt="sm">{t('formula.noValue')}</Text>
      ) : (
        <KeyValue
          rows={[
            [t('formula.value'), `${number(own.value)} ${own.unit}`],
            [t('versions.number'), own.number],
            [t('formula.computed'), <Time key="at" ms={own.computed_at / 1000} />],
            ...Object.entries(own.inputs).map(([variable, value]) => [variable, number(value)] as const),
          ]}
        />
      )}
    </SectionCard>
  );
}
