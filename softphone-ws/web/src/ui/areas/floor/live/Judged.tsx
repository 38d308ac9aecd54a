import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { judge, type Level, type Limit } from '../../../../core/floor/thresholds';
import { useNow } from '../../../hooks/useNow';
import { Duration } from '../../../kit';
import css from './live.module.css';

/** A figure with what is to be thought of it: by colour and by word. */
export function Judged({ level, children }: { level: Level; children: ReactNode }) {
  const { t } = useTranslation('floor');
  return (
    <span className={css.judged} data-level={level}>
      {level !== 'ok' && <small>{t(`level.${level}`)}</small>}
      {children}
    </span>
  );
}

/** Counts up from `ms`, judged by the seconds of the limit. */
export function JudgedSince({ ms, limit }: { ms: number | null; limit: Limit | undefined }) {
  const now = useNow();
  if (ms === null) return <span className={css.quiet}>–</span>;
  const level = limit === undefined ? 'ok' : judge((now - ms) / 1000, limit);
  return (
    <Judged level={level}>
      <Duration ms={now - ms} />
    </Judged>
  );
}

/** Thousandths as percent; a dash where there is nothing to tell. */
export function Percent({ permille }: { permille: number | null | undefined }) {
  if (permille === null || permille === undefined) return <span className={css.quiet}>–</span>;
  return <span>{Math.round(permille / 10)} %</span>;
}
