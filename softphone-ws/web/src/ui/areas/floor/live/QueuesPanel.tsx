import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { QueueView } from '../../../../api/protocol';
import { formatDuration } from '../../../../core/duration';
import { abandonedPermille, judgeQueue, limitsOf, type Thresholds } from '../../../../core/floor/thresholds';
import { SectionCard } from '../../../kit';
import { Judged, JudgedSince, Percent } from './Judged';
import { type LiveColumn, LiveTable } from './LiveTable';
import css from './live.module.css';

/** Queues with who waits, for how long, and how they do now and today. */
export function QueuesPanel({
  queues,
  thresholds,
  onOpen,
}: {
  queues: readonly QueueView[];
  thresholds: Thresholds;
  onOpen: (queue: QueueView) => void;
}) {
  const { t } = useTranslation('floor');
  const columns = useMemo(() => columnsOf(t, thresholds), [t, thresholds]);
  return (
    <SectionCard title={t('queue.title')}>
      <LiveTable
        name="queues"
        label={t('queue.title')}
        columns={columns}
        rows={queues}
        rowKey={(queue) => queue.queue}
        onOpen={onOpen}
        empty={t('queue.none')}
      />
    </SectionCard>
  );
}

function columnsOf(t: TFunction<'floor'>, thresholds: Thresholds): readonly LiveColumn<QueueView>[] {
  const levels = (queue: QueueView) => judgeQueue(queue, limitsOf(thresholds, queue.queue), 0);
  return [
    {
      key: 'name',
      title: t('queue.name'),
      width: 9.5,
      sort: (queue) => queue.name,
      cell: (queue) => (
        <span title={queue.name}>
          {queue.name} {!queue.open && <small className={css.quiet}>{t('queue.closed')}</small>}
        </span>
      ),
    },
    {
      key: 'waiting',
      title: t('queue.waiting'),
      width: 5.5,
      end: true,
      sort: (queue) => queue.waiting,
      cell: (queue) => (
        <Judged level={levels(queue).waiting}>
          <span title={queue.messages > 0 ? t('queue.messages', { count: queue.messages }) : undefined}>
            {queue.waiting}
            {queue.messages > 0 && ` (${queue.messages}✉)`}
          </span>
        </Judged>
      ),
    },
    {
      key: 'longest',
      title: t('queue.longest'),
      width: 7,
      end: true,
      sort: (queue) => (queue.oldest_ms === null ? null : -queue.oldest_ms),
      cell: (queue) => <JudgedSince ms={queue.oldest_ms} limit={limitsOf(thresholds, queue.queue).wait_s} />,
    },
    {
      key: 'expected',
      title: t('queue.expected'),
      width: 7.5,
      end: true,
      sort: (queue) => queue.expected_wait_ms,
      cell: (queue) => <Expected queue={queue} level={levels(queue).expected_s} />,
    },
    {
      key: 'level',
      title: t('queue.levelNow'),
      width: 8,
      end: true,
      sort: (queue) => queue.lately?.level_permille ?? null,
      cell: (queue) => (
        <Judged level={levels(queue).level}>
          <Percent permille={queue.lately?.level_permille} />
        </Judged>
      ),
    },
    {
      key: 'levelToday',
      title: t('queue.levelToday'),
      width: 8,
      end: true,
      sort: (queue) => queue.today?.level_permille ?? null,
      cell: (queue) => (
        <Judged level={levels(queue).level_today}>
          <Percent permille={queue.today?.level_permille} />
        </Judged>
      ),
    },
    {
      key: 'answered',
      title: t('queue.answered'),
      width: 6.5,
      end: true,
      sort: (queue) => queue.today?.answered ?? null,
      cell: (queue) => queue.today?.answered ?? '–',
    },
    {
      key: 'abandoned',
      title: t('queue.abandoned'),
      width: 7,
      end: true,
      sort: (queue) => queue.today?.abandoned ?? null,
      cell: (queue) => (
        <Judged level={levels(queue).abandoned}>
          <span>
            {queue.today?.abandoned ?? '–'}
            {abandonedPermille(queue) !== null && (
              <small className={css.quiet}> {Math.round((abandonedPermille(queue) ?? 0) / 10)} %</small>
            )}
          </span>
        </Judged>
      ),
    },
    {
      key: 'staff',
      title: t('queue.staff'),
      width: 6.5,
      end: true,
      sort: (queue) => queue.ready,
      cell: (queue) => (
        <Judged level={levels(queue).ready}>
          <span
            title={t('queue.staffLong', { staffed: queue.staffed, ready: queue.ready, busy: queue.busy })}
          >
            {queue.staffed} / {queue.ready} / {queue.busy}
          </span>
        </Judged>
      ),
    },
  ];
}

function Expected({ queue, level }: { queue: QueueView; level: 'ok' | 'warn' | 'bad' }) {
  const { t } = useTranslation('floor');
  if (queue.expected_wait_ms === null)
    return (
      <span className={css.quiet} title={t('queue.expectedUnknown')}>
        –
      </span>
    );
  const error = queue.expected_error_ms;
  return (
    <Judged level={level}>
      <span title={error === null ? undefined : t('queue.expectedError', { error: formatDuration(error) })}>
        {formatDuration(queue.expected_wait_ms)}
        {error !== null && <small className={css.quiet}> ±{formatDuration(error)}</small>}
      </span>
    </Judged>
  );
}
