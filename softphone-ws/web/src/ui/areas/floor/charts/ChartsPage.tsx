import {
  Anchor,
  Button,
  NativeSelect,
  Select,
  Switch,
  Text,
  TextInput,
  useComputedColorScheme,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { api, body, type Schemas } from '../../../../api/client';

import { formatDuration } from '../../../../core/duration';
import { QUARTER_MS, type Slot, slotsOf } from '../../../../core/floor/charts';
import { localInput, NO_SEARCH, searchAddress } from '../../../../core/interactions/search';
import { mayEnter, SUPERVISORS } from '../../../../core/roles';
import {
  type Column,
  DataTable,
  EmptyState,
  ErrorState,
  Filters,
  KeyValue,
  LoadingState,
  Page,
  SectionCard,
} from '../../../kit';
import { useSession } from '../../../world';
import { FloorTabs } from '../FloorTabs';
import { Percent } from '../live/Judged';
import { choices, useNames } from '../names';
import css from './charts.module.css';
import { LOOKS, optionOf } from './options';

const Chart = lazy(() => import('./Chart'));

const STEPS = [1, 2, 4] as const;

const today = () => localInput(Date.now()).slice(0, 10);

/** Midnight of the day and of the next, in this computer's zone. */
function dayOf(day: string): { from: number; to: number } {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
  return {
    from: new Date(year, month - 1, date).getTime(),
    to: new Date(year, month - 1, date + 1).getTime(),
  };
}

/** The day in quarter hours; each leads to the interactions behind it. */
export default function ChartsPage() {
  const { t } = useTranslation(['floor', 'common']);
  const { roles } = useSession();
  const names = useNames();
  const [day, setDay] = useState(today);
  const [queue, setQueue] = useState('');
  const [step, setStep] = useState<number>(1);
  const [asTable, setAsTable] = useState(false);
  const { from, to } = dayOf(day);
  const isToday = day === today();
  const figures = useQuery({
    queryKey: ['statistics', 'intervals', day, queue],
    queryFn: ({ signal }) =>
      body(
        api.GET('/api/v1/statistics/intervals', {
          params: {
            query: {
              from: String(from * 1000),
              to: String(to * 1000),
              ...(queue ? { queue } : { by: 'total' as const }),
            },
          },
          signal,
        }),
      ),
    refetchInterval: isToday ? 60_000 : false,
  });
  return (
    <Page title={t('tab.charts')}>
      {mayEnter(roles, SUPERVISORS) && <FloorTabs />}
      <Filters>
        <TextInput
          type="date"
          label={t('chart.day')}
          value={day}
          max={today()}
          required
          onChange={(event) => event.currentTarget.value && setDay(event.currentTarget.value)}
        />
        <Select
          label={t('filter.queue')}
          placeholder={t('filter.all')}
          clearable
          searchable
          data={choices(names.queues)}
          value={queue || null}
          onChange={(next) => setQueue(next ?? '')}
        />
        <NativeSelect
          size="xs"
          label={t('chart.step')}
          value={String(step)}
          onChange={(event) => setStep(Number(event.currentTarget.value))}
          data={STEPS.map((n) => ({ value: String(n), label: t('chart.minutes', { count: n * 15 }) }))}
        />
        <Switch
          label={t('chart.asTable')}
          checked={asTable}
          onChange={(event) => setAsTable(event.currentTarget.checked)}
        />
        {!isToday && (
          <Button variant="subtle" onClick={() => setDay(today())}>
            {t('chart.today')}
          </Button>
        )}
      </Filters>
      {figures.isPending ? (
        <LoadingState />
      ) : figures.error ? (
        <ErrorState error={figures.error} retry={() => void figures.refetch()} />
      ) : figures.data.items.length === 0 ? (
        <EmptyState title={t('chart.none')} />
      ) : (
        <>
          <SectionCard title={t('chart.total')}>
            <Totals total={figures.data.total} level_ms={figures.data.level_ms} />
          </SectionCard>
          <Day
            slots={slotsOf(figures.data.items, from, isToday ? Math.min(Date.now(), to) : to, step)}
            step={step}
            queue={queue}
            asTable={asTable}
          />
        </>
      )}
    </Page>
  );
}

function Totals({ total, level_ms }: Pick<Schemas['Intervals'], 'total' | 'level_ms'>) {
  const { t } = useTranslation('floor');
  const { figures } = total;
  const time = (ms: number | null | undefined) => (ms == null ? '–' : formatDuration(ms));
  return (
    <KeyValue
      rows={[
        [t('chart.offered'), total.offered],
        [t('chart.answered'), total.answered],
        [t('chart.abandoned'), total.abandoned],
        [t('chart.overflowed'), total.overflowed > 0 ? total.overflowed : null],
        [
          t('chart.levelWithin', { seconds: level_ms / 1000 }),
          <Percent key="level" permille={figures.level_permille} />,
        ],
        [t('chart.asa'), time(figures.asa_ms)],
        [t('chart.aht'), time(figures.aht_ms)],
      ]}
    />
  );
}

/** The interactions that began in a slot. */
function addressOf(
  slot: Slot,
  step: number,
  queue: string,
  more: { answered?: string; reason?: string } = {},
) {
  const span = { from: localInput(slot.at), to: localInput(slot.at + QUARTER_MS * step) };
  return `/interactions?${searchAddress({ ...NO_SEARCH, preset: 'own', ...span, queue, ...more })}`;
}

function Day({
  slots,
  step,
  queue,
  asTable,
}: {
  slots: readonly Slot[];
  step: number;
  queue: string;
  asTable: boolean;
}) {
  const { t, i18n } = useTranslation('floor');
  const [, go] = useLocation();
  const look = LOOKS[useComputedColorScheme('light')];
  const time = useMemo(() => {
    const format = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'short' });
    return (ms: number) => format.format(ms);
  }, [i18n.language]);
  const options = useMemo(() => {
    const bar = (name: string, colour: string, values: (number | null)[]) =>
      ({ kind: 'bar', name, colour, values }) as const;
    const line = (name: string, colour: string, values: (number | null)[]) =>
      ({ kind: 'line', name, colour, values }) as const;
    const counts = [
      bar(
        t('chart.offered'),
        look.offered,
        slots.map((slot) => slot.offered),
      ),
      bar(
        t('chart.answered'),
        look.answered,
        slots.map((slot) => slot.answered),
      ),
      bar(
        t('chart.abandoned'),
        look.abandoned,
        slots.map((slot) => slot.abandoned),
      ),
    ];
    const level = [
      line(
        t('chart.level'),
        look.line,
        slots.map((slot) => slot.level),
      ),
    ];
    const times = [
      line(
        t('chart.asa'),
        look.abandoned,
        slots.map((slot) => slot.asa_s),
      ),
      line(
        t('chart.aht'),
        look.answered,
        slots.map((slot) => slot.aht_s),
      ),
    ];
    return {
      counts: optionOf(slots, time, counts, '', look),
      level: optionOf(slots, time, level, '%', look, 100),
      times: optionOf(slots, time, times, 's', look),
    };
  }, [slots, time, t, look]);
  if (asTable) return <SlotTable slots={slots} step={step} queue={queue} time={time} />;
  const behind = (index: number, more: Parameters<typeof addressOf>[3] = {}) => {
    const slot = slots[index];
    if (slot !== undefined) go(addressOf(slot, step, queue, more));
  };
  const ofCounts = [{}, { answered: 'true' }, { reason: 'abandoned' }];
  return (
    <Suspense fallback={<LoadingState />}>
      <div className={css.charts}>
        <SectionCard title={t('chart.counts')}>
          <Chart
            label={t('chart.counts')}
            option={options.counts}
            onChoose={(index, series) => behind(index, ofCounts[series])}
          />
        </SectionCard>
        <SectionCard title={t('chart.level')}>
          <Chart label={t('chart.level')} option={options.level} onChoose={(index) => behind(index)} />
        </SectionCard>
        <SectionCard title={t('chart.times')}>
          <Chart
            label={t('chart.times')}
            option={options.times}
            onChoose={(index) => behind(index, { answered: 'true' })}
          />
        </SectionCard>
        <Text size="sm" c="dimmed">
          {t('chart.hint')}
        </Text>
      </div>
    </Suspense>
  );
}

/** The same figures for who cannot see or point. */
function SlotTable({
  slots,
  step,
  queue,
  time,
}: {
  slots: readonly Slot[];
  step: number;
  queue: string;
  time: (ms: number) => string;
}) {
  const { t } = useTranslation('floor');
  const link = (slot: Slot, count: number, more: Parameters<typeof addressOf>[3]) =>
    count === 0 ? (
      0
    ) : (
      <Anchor component={Link} href={addressOf(slot, step, queue, more)} inherit>
        {count}
      </Anchor>
    );
  const seconds = (value: number | null) => (value === null ? '–' : formatDuration(value * 1000));
  const columns: Column<Slot>[] = [
    { key: 'at', title: t('chart.time'), cell: (slot) => time(slot.at), sort: (slot) => slot.at },
    {
      key: 'offered',
      title: t('chart.offered'),
      end: true,
      sort: (slot) => slot.offered,
      cell: (slot) => link(slot, slot.offered, {}),
    },
    {
      key: 'answered',
      title: t('chart.answered'),
      end: true,
      sort: (slot) => slot.answered,
      cell: (slot) => link(slot, slot.answered, { answered: 'true' }),
    },
    {
      key: 'abandoned',
      title: t('chart.abandoned'),
      end: true,
      sort: (slot) => slot.abandoned,
      cell: (slot) => link(slot, slot.abandoned, { reason: 'abandoned' }),
    },
    {
      key: 'level',
      title: t('chart.level'),
      end: true,
      sort: (slot) => slot.level ?? -1,
      cell: (slot) => <Percent permille={slot.level === null ? null : slot.level * 10} />,
    },
    {
      key: 'asa',
      title: t('chart.asa'),
      end: true,
      sort: (slot) => slot.asa_s ?? -1,
      cell: (slot) => seconds(slot.asa_s),
    },
    {
      key: 'aht',
      title: t('chart.aht'),
      end: true,
      sort: (slot) => slot.aht_s ?? -1,
      cell: (slot) => seconds(slot.aht_s),
    },
  ];
  return (
    <div className={css.charts}>
      <DataTable
        label={t('chart.counts')}
        columns={columns}
        rows={slots}
        rowKey={(slot) => String(slot.at)}
      />
    </div>
  );
}
