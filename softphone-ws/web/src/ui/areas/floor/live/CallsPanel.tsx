import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { FloorCallView } from '../../../../api/protocol';
import { limitsOf, type Thresholds } from '../../../../core/floor/thresholds';
import { SectionCard, Since } from '../../../kit';
import { CallMenu } from '../actions/CallMenu';
import { Judged, JudgedSince } from './Judged';
import { type LiveColumn, LiveTable } from './LiveTable';
import css from './live.module.css';
import { Customer } from './People';

interface Props {
  calls: readonly FloorCallView[];
  thresholds: Thresholds;
  onOpen: (call: FloorCallView) => void;
}

const queueColumn = (title: string): LiveColumn<FloorCallView> => ({
  key: 'queue',
  title,
  width: 8,
  sort: (call) => call.queue_name,
  cell: (call) => call.queue_name ?? <span className={css.quiet}>–</span>,
});

/** Calls that wait, in the order of their turn. */
export function WaitingPanel({ calls, thresholds, onOpen }: Props) {
  const { t } = useTranslation('floor');
  const columns = useMemo(() => waitingColumns(t, thresholds, calls), [t, thresholds, calls]);
  return (
    <SectionCard title={t('call.waiting', { count: calls.length })}>
      <LiveTable
        name="waiting"
        label={t('call.waitingList')}
        columns={columns}
        rows={calls}
        rowKey={(call) => call.interaction}
        onOpen={onOpen}
        empty={t('call.noneWaiting')}
      />
    </SectionCard>
  );
}

function waitingColumns(
  t: TFunction<'floor'>,
  thresholds: Thresholds,
  calls: readonly FloorCallView[],
): readonly LiveColumn<FloorCallView>[] {
  const turns = new Map<string, number>();
  const places = new Map<string, number>();
  for (const call of calls.filter((one) => !one.offered)) {
    const place = (turns.get(call.queue ?? '') ?? 0) + 1;
    turns.set(call.queue ?? '', place);
    places.set(call.interaction, place);
  }
  return [
    {
      key: 'place',
      title: t('call.place'),
      width: 5.5,
      cell: (call) => (call.offered ? t('call.offered') : (places.get(call.interaction) ?? '–')),
    },
    {
      key: 'caller',
      title: t('call.caller'),
      width: 11,
      cell: (call) => <Customer id={call.customer} caller={call.caller} />,
    },
    queueColumn(t('call.queue')),
    {
      key: 'since',
      title: t('call.waits'),
      width: 8,
      end: true,
      sort: (call) => -call.since_ms,
      cell: (call) => (
        <JudgedSince ms={call.since_ms} limit={limitsOf(thresholds, call.queue ?? '').wait_s} />
      ),
    },
    {
      key: 'priority',
      title: t('call.priority'),
      width: 5,
      end: true,
      sort: (call) => call.priority,
      cell: (call) => call.priority ?? '–',
    },
    {
      key: 'act',
      title: t('action.title'),
      width: 5,
      end: true,
      cell: (call) => <CallMenu call={call} />,
    },
  ];
}

/** Calls in progress: who is in them, for how long, how they sound. */
export function ProgressPanel({ calls, onOpen }: Omit<Props, 'thresholds'>) {
  const { t } = useTranslation('floor');
  const columns = useMemo(() => progressColumns(t), [t]);
  return (
    <SectionCard title={t('call.progress', { count: calls.length })}>
      <LiveTable
        name="calls"
        label={t('call.progressList')}
        columns={columns}
        rows={calls}
        rowKey={(call) => call.interaction}
        onOpen={onOpen}
        empty={t('call.none')}
      />
    </SectionCard>
  );
}

function progressColumns(t: TFunction<'floor'>): readonly LiveColumn<FloorCallView>[] {
  return [
    {
      key: 'caller',
      title: t('call.caller'),
      width: 11,
      sort: (call) => call.caller.display ?? call.caller.number,
      cell: (call) => <Customer id={call.customer} caller={call.caller} />,
    },
    {
      key: 'direction',
      title: t('call.direction'),
      width: 6,
      sort: (call) => call.direction,
      cell: (call) =>
        call.message
          ? t('call.message')
          : call.direction === null
            ? '–'
            : t(`direction.${call.direction as 'inbound'}`, { defaultValue: call.direction }),
    },
    queueColumn(t('call.queue')),
    {
      key: 'parties',
      title: t('call.parties'),
      width: 15,
      cell: (call) => <Parties call={call} />,
    },
    {
      key: 'since',
      title: t('call.since'),
      width: 5.5,
      end: true,
      sort: (call) => -call.since_ms,
      cell: (call) => <Since ms={call.since_ms} />,
    },
    {
      key: 'sound',
      title: t('call.sound'),
      width: 7,
      end: true,
      sort: (call) => call.score_tenths,
      cell: (call) => <Sound tenths={call.score_tenths} />,
    },
    {
      key: 'recording',
      title: t('call.recording'),
      width: 5,
      sort: (call) => Number(call.recording),
      cell: (call) => (call.recording ? t('call.recorded') : <span className={css.quiet}>–</span>),
    },
    {
      key: 'act',
      title: t('action.title'),
      width: 5,
      end: true,
      cell: (call) => <CallMenu call={call} />,
    },
  ];
}

/** Everybody of ours and further outside parties, each with what they do. */
function Parties({ call }: { call: FloorCallView }) {
  const { t } = useTranslation('floor');
  const others = call.parties.filter((party) => party.role !== 'customer');
  const shown = others.length === 0 ? call.parties : others;
  const text = shown
    .map(
      ({ name, role, state }) =>
        `${name ?? t(`role.${role as 'customer'}`, { defaultValue: role })}: ${t(`segment.${state as 'talking'}`, { defaultValue: state })}`,
    )
    .join(', ');
  return <bdi title={text}>{text || '–'}</bdi>;
}

/** A mean opinion score with its word. */
export function Sound({ tenths }: { tenths: number | null }) {
  if (tenths === null) return <span className={css.quiet}>–</span>;
  const level = tenths < 30 ? 'bad' : tenths < 35 ? 'warn' : 'ok';
  return <Judged level={level}>{(tenths / 10).toFixed(1)}</Judged>;
}
