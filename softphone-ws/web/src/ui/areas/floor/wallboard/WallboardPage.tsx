import { ActionIcon, Anchor, MultiSelect, Popover } from '@mantine/core';
import { IconAdjustments, IconMaximize } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import type { QueueView } from '../../../../api/protocol';
import { formatDuration } from '../../../../core/duration';
import { type Floor, totalsOf } from '../../../../core/floor/model';
import { judgeQueue, type Level, limitsOf, type Thresholds, worst } from '../../../../core/floor/thresholds';
import { useNow } from '../../../hooks/useNow';
import { useShortcut } from '../../../hooks/useShortcut';
import { usePageTitle } from '../../../hooks/useTitle';
import { useLinkState } from '../../../hooks/useTopic';
import { EmptyState, ErrorState, LoadingState, Time } from '../../../kit';
import { useFloor, useKept, useThresholds } from '../useFloor';
import css from './wallboard.module.css';

const ON_A_PAGE = 8;
const TURN_MS = 15_000;

const readQueues = (text: string | null): readonly string[] => {
  try {
    const read: unknown = text === null ? [] : JSON.parse(text);
    return Array.isArray(read) ? read.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
};

/** Queues in letters that are read across a room; on a telephone one below the other. Covers everything else. */
export default function WallboardPage() {
  const { t } = useTranslation(['floor', 'common']);
  const [, go] = useLocation();
  const state = useFloor();
  const [choosing, setChoosing] = useState(false);
  // While queues are chosen, Escape ends that.
  useShortcut('Escape', t('wallboard.close'), () => go('/floor'), !choosing);
  usePageTitle(t('wallboard.title'));
  return (
    <div className={css.board}>
      {state.status !== 'live' && <h1>{t('wallboard.title')}</h1>}
      {state.status === 'live' ? (
        <Board floor={state.floor} choosing={choosing} onChoosing={setChoosing} />
      ) : state.status === 'loading' ? (
        <LoadingState />
      ) : (
        <ErrorState error={state.error} />
      )}
    </div>
  );
}

interface Choosing {
  choosing: boolean;
  onChoosing: (open: boolean) => void;
}

function Board({ floor, ...choosing }: { floor: Floor } & Choosing) {
  const { t } = useTranslation(['floor', 'common']);
  const now = useNow();
  const link = useLinkState();
  const [thresholds] = useThresholds();
  const [chosen, setChosen] = useKept('wallboard.queues', readQueues);
  const queues = floor.queues.filter((one) => chosen.length === 0 || chosen.includes(one.queue));
  const totals = totalsOf({ ...floor, queues });
  const { page, pages } = usePage(queues.length);
  return (
    <>
      <header className={css.head}>
        <h1>{t('wallboard.title')}</h1>
        <Figure name={t('total.waiting')} value={totals.waiting} />
        <Figure
          name={t('total.longest')}
          value={totals.oldest_ms === null ? '–' : formatDuration(now - totals.oldest_ms)}
        />
        <Figure name={t('total.ready')} value={totals.ready} />
        <Figure name={t('total.busy')} value={totals.busy} />
        <Figure name={t('total.notReady')} value={totals.not_ready} />
        <span className={css.clock}>
          <Time ms={now} as="time" />
        </span>
        <Choice floor={floor} chosen={chosen} onChange={setChosen} {...choosing} />
      </header>
      {link.is !== 'open' && (
        <p role="alert" className={css.old}>
          {t('wallboard.old')}
        </p>
      )}
      {queues.length === 0 ? (
        <EmptyState title={t('queue.none')} />
      ) : (
        <div className={css.cards} data-count={Math.min(queues.length, ON_A_PAGE)}>
          {queues.map((queue, index) => (
            <Card
              key={queue.queue}
              queue={queue}
              thresholds={thresholds}
              now={now}
              turned={Math.floor(index / ON_A_PAGE) !== page}
            />
          ))}
        </div>
      )}
      {pages > 1 && <p className={css.pages}>{t('wallboard.page', { page: page + 1, pages })}</p>}
    </>
  );
}

/** More queues than there is room for are shown in turn. */
function usePage(count: number) {
  const pages = Math.max(1, Math.ceil(count / ON_A_PAGE));
  const [page, setPage] = useState(0);
  useEffect(() => {
    if (pages === 1) return;
    const timer = setInterval(() => setPage((was) => was + 1), TURN_MS);
    return () => clearInterval(timer);
  }, [pages]);
  return { page: page % pages, pages };
}

function Card({
  queue,
  thresholds,
  now,
  turned,
}: {
  queue: QueueView;
  thresholds: Thresholds;
  now: number;
  turned: boolean;
}) {
  const { t } = useTranslation('floor');
  const judged = judgeQueue(queue, limitsOf(thresholds, queue.queue), now);
  const level = worst(Object.values(judged));
  const percent = (permille: number | null | undefined) =>
    permille === null || permille === undefined ? '–' : `${Math.round(permille / 10)} %`;
  return (
    <section className={css.card} data-level={level} data-turned={turned} aria-label={queue.name}>
      <h2>
        {queue.name}
        <small>{queue.open ? t(`level.${level}`) : t('queue.closed')}</small>
      </h2>
      <div className={css.big}>
        <Figure name={t('queue.waiting')} value={queue.waiting} level={judged.waiting} />
        <Figure
          name={t('queue.longest')}
          value={queue.oldest_ms === null ? '–' : formatDuration(now - queue.oldest_ms)}
          level={judged.wait_s}
        />
      </div>
      <div className={css.small}>
        <Figure
          name={t('queue.levelNow')}
          value={percent(queue.lately?.level_permille)}
          level={judged.level}
        />
        <Figure
          name={t('queue.levelToday')}
          value={percent(queue.today?.level_permille)}
          level={judged.level_today}
        />
        <Figure name={t('queue.answered')} value={queue.today?.answered ?? '–'} />
        <Figure name={t('queue.abandoned')} value={queue.today?.abandoned ?? '–'} level={judged.abandoned} />
        <Figure
          name={t('queue.expected')}
          value={queue.expected_wait_ms === null ? '–' : formatDuration(queue.expected_wait_ms)}
          level={judged.expected_s}
        />
        <Figure name={t('queue.readyBusy')} value={`${queue.ready} / ${queue.busy}`} level={judged.ready} />
      </div>
    </section>
  );
}

function Figure({ name, value, level = 'ok' }: { name: string; value: number | string; level?: Level }) {
  const { t } = useTranslation('floor');
  return (
    <div className={css.figure} data-level={level}>
      <span>
        {name}
        {level !== 'ok' && <b> · {t(`level.${level}`)}</b>}
      </span>
      <strong>{value}</strong>
    </div>
  );
}

function Choice({
  floor,
  chosen,
  onChange,
  choosing,
  onChoosing,
}: {
  floor: Floor;
  chosen: readonly string[];
  onChange: (queues: readonly string[]) => void;
} & Choosing) {
  const { t } = useTranslation('floor');
  return (
    <span className={css.controls}>
      <Popover opened={choosing} onChange={onChoosing} position="bottom-end" width={300} trapFocus>
        <Popover.Target>
          <ActionIcon
            color="gray"
            aria-label={t('wallboard.choose')}
            aria-expanded={choosing}
            size="lg"
            onClick={() => onChoosing(!choosing)}
          >
            <IconAdjustments size={20} />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown>
          <MultiSelect
            label={t('wallboard.queues')}
            placeholder={t('filter.all')}
            data={floor.queues.map((queue) => ({ value: queue.queue, label: queue.name }))}
            value={[...chosen]}
            onChange={onChange}
            comboboxProps={{ withinPortal: false }}
            searchable
            clearable
          />
        </Popover.Dropdown>
      </Popover>
      {document.fullscreenEnabled && (
        <ActionIcon
          color="gray"
          size="lg"
          aria-label={t('wallboard.full')}
          onClick={() => void document.documentElement.requestFullscreen().catch(() => {})}
        >
          <IconMaximize size={20} />
        </ActionIcon>
      )}
      <Anchor component={Link} href="/floor">
        {t('wallboard.close')}
      </Anchor>
    </span>
  );
}
