import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../../core/duration';
import { type Floor, totalsOf } from '../../../core/floor/model';
import {
  judgeAgent,
  judgeQueue,
  type Level,
  limitsOf,
  type Thresholds,
  worst,
} from '../../../core/floor/thresholds';
import { useNow } from '../../hooks/useNow';
import css from './floor.module.css';

const NAMED_MAX = 6;

/** The floor in one line, and below it who wants looking at, the worst first. */
export function Summary({ floor, thresholds }: { floor: Floor; thresholds: Thresholds }) {
  const { t } = useTranslation('floor');
  const now = useNow();
  const totals = totalsOf(floor);
  const figures = [
    [t('total.waiting'), totals.waiting],
    [t('total.longest'), totals.oldest_ms === null ? '–' : formatDuration(now - totals.oldest_ms)],
    [t('total.calls'), totals.calls],
    [t('total.ready'), totals.ready],
    [t('total.busy'), totals.busy],
    [t('total.notReady'), totals.not_ready],
    [t('total.signedOut'), totals.signed_out],
  ] as const;
  return (
    <>
      <dl className={css.totals}>
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Attention floor={floor} thresholds={thresholds} now={now} />
    </>
  );
}

function Attention({ floor, thresholds, now }: { floor: Floor; thresholds: Thresholds; now: number }) {
  const { t } = useTranslation(['floor', 'common']);
  const found: { key: string; text: string; level: Level }[] = [];
  for (const queue of floor.queues) {
    const judged = judgeQueue(queue, limitsOf(thresholds, queue.queue), now);
    const level = worst(Object.values(judged));
    const what = (
      ['wait_s', 'waiting', 'level', 'expected_s', 'ready', 'abandoned', 'level_today'] as const
    ).find((name) => judged[name] === level);
    if (level !== 'ok' && what !== undefined)
      found.push({ key: queue.queue, text: `${queue.name}: ${t(`limit.${what}`)}`, level });
  }
  for (const agent of floor.agents) {
    const level = judgeAgent(agent, thresholds.agent, now);
    if (level !== 'ok')
      found.push({ key: agent.agent, text: `${agent.name}: ${t(`common:state.${agent.state}`)}`, level });
  }
  found.sort((a, b) => Number(b.level === 'bad') - Number(a.level === 'bad'));
  return (
    <p className={css.attention}>
      {found.length === 0 ? t('attention.none') : t('attention.some', { count: found.length })}
      {found.slice(0, NAMED_MAX).map(({ key, text, level }) => (
        <span key={key} data-level={level}>
          <b>{t(`level.${level as 'warn'}`)}</b> {text}
        </span>
      ))}
      {found.length > NAMED_MAX && t('attention.more', { count: found.length - NAMED_MAX })}
    </p>
  );
}
