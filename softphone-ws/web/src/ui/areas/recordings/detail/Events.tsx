import { Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../../../api/client';
import { type Column, DataTable, SectionCard, Time } from '../../../kit';
import css from '../recordings.module.css';

type Event = Schemas['EventView'];

/** Told elsewhere on the page already, or of no meaning to most. */
const FINE = new Set([
  'segment_started',
  'recording_part',
  'media_report',
  'recording_marker',
  'assigned',
  'work_aimed',
  'offered',
]);
const SHOWN_MAX = 300;

/** The log of the interaction, in words. */
export function Events({
  detail,
  nameOf,
}: {
  detail: Schemas['InteractionDetail'];
  nameOf: (id: string) => string | null;
}) {
  const { t } = useTranslation('recordings');
  const [all, setAll] = useState(false);
  const fitting = detail.events.filter((event) => all || !FINE.has(event.kind));
  const shown = fitting.slice(0, SHOWN_MAX);
  const columns: Column<Event>[] = [
    {
      key: 'after',
      title: t('event.after'),
      end: true,
      width: '6rem',
      cell: (event) => `${((event.at - detail.opened_at) / 1_000_000).toFixed(2)} s`,
    },
    {
      key: 'at',
      title: t('event.at'),
      width: '7rem',
      cell: (event) => <Time ms={event.at / 1000} as="time" />,
    },
    {
      key: 'kind',
      title: t('event.what'),
      width: '16rem',
      cell: (event) => t(`kind.${event.kind as 'opened'}`, { defaultValue: event.kind }),
    },
    {
      key: 'body',
      title: t('event.more'),
      cell: (event) => <bdi className={css.wrap}>{bodyText(event.body, nameOf)}</bdi>,
    },
  ];
  return (
    <SectionCard
      title={t('event.title')}
      actions={
        <Switch
          label={t('event.all')}
          checked={all}
          onChange={(event) => setAll(event.currentTarget.checked)}
        />
      }
    >
      <DataTable
        label={t('event.title')}
        columns={columns}
        rows={shown}
        rowKey={(event) => String(event.seq)}
      />
      {(detail.events_more || fitting.length > SHOWN_MAX) && (
        <Text size="sm" c="dimmed" mt="xs">
          {t('event.cut', { count: shown.length })}
        </Text>
      )}
    </SectionCard>
  );
}

/** Fields one after the other, ids as names; what is nested is only hinted at. */
function bodyText(body: unknown, nameOf: (id: string) => string | null): string {
  if (typeof body !== 'object' || body === null) return '';
  const text = (value: unknown): string | null => {
    if (typeof value === 'string') return nameOf(value) ?? value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    if (Array.isArray(value))
      return (
        value
          .map(text)
          .filter((one) => one !== null)
          .join(', ') || null
      );
    if (typeof value === 'object' && value !== null) {
      const inner = Object.values(value)
        .map(text)
        .filter((one) => one !== null);
      return inner.length > 0 && inner.length <= 4 ? inner.join(' ') : null;
    }
    return null;
  };
  return Object.entries(body)
    .filter(([name]) => name !== 'kind')
    .map(([name, value]) => [name, text(value)] as const)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name.replaceAll('_', ' ')}: ${value}`)
    .join(' · ');
}
