import { SegmentedControl, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '../../../../api/client';
import { type Column, DataTable, EmptyState, ErrorState, KeyValue, LoadingState, Time } from '../../../kit';
import type { Row } from '../engine/rows';

type Rate = Schemas['RulePeriodRate'];
const PERIODS = ['day', 'week', 'month'] as const;

/** How often agents found a rule right. */
export default function RuleHits({ row }: { row: Row }) {
  const { t, i18n } = useTranslation('admin');
  const [period, setPeriod] = useState<(typeof PERIODS)[number]>('week');
  const rate = useQuery({
    queryKey: ['rules', row.id, 'hits', period],
    queryFn: ({ signal }) =>
      body(
        api.GET('/api/v1/rules/{id}/hit-rate', {
          params: { path: { id: row.id }, query: { period } },
          signal,
        }),
      ),
    placeholderData: (before) => before,
  });
  const percent = (share: number | null | undefined) =>
    share === null || share === undefined
      ? '–'
      : new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 0 }).format(share);
  const columns: Column<Rate>[] = [
    { key: 'start', title: t('hits.from'), cell: (one) => <Time ms={one.start_at / 1000} as="date" /> },
    { key: 'hits', title: t('hits.hits'), cell: (one) => one.hits, end: true },
    { key: 'misses', title: t('hits.misses'), cell: (one) => one.misses, end: true },
    { key: 'rate', title: t('hits.rate'), cell: (one) => percent(one.hit_rate), end: true },
    { key: 'reliable', title: t('hits.reliable'), cell: (one) => percent(one.reliable), end: true },
  ];
  if (rate.data === undefined)
    return rate.isPending ? (
      <LoadingState />
    ) : (
      <ErrorState error={rate.error} retry={() => void rate.refetch()} />
    );
  const { all, periods } = rate.data;
  return (
    <>
      <SegmentedControl
        size="xs"
        mb="sm"
        aria-label={t('hits.period')}
        data={PERIODS.map((value) => ({ value, label: t(`hits.${value}`) }))}
        value={period}
        onChange={(next) => setPeriod(next as (typeof PERIODS)[number])}
      />
      <KeyValue
        rows={[
          [t('hits.rate'), percent(all.hit_rate)],
          [t('hits.hits'), all.hits],
          [t('hits.misses'), all.misses],
          [t('hits.reliable'), percent(all.reliable)],
        ]}
      />
      <Text size="xs" c="dimmed" my="sm">
        {t('hits.hint')}
      </Text>
      <DataTable
        label={t('hits.title')}
        columns={columns}
        rows={periods}
        rowKey={(one) => String(one.start_at)}
        empty={<EmptyState title={t('hits.none')} />}
      />
    </>
  );
}
