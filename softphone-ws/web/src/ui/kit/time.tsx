import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../core/duration';
import { useNow } from '../hooks/useNow';

export function Duration({ ms }: { ms: number }) {
  return <span>{formatDuration(ms)}</span>;
}

/** Counts up from `ms` (since the epoch), once a second. */
export function Since({ ms }: { ms: number }) {
  return <Duration ms={useNow() - ms} />;
}

/** Counts down to `ms` (since the epoch), and stays at 0:00. */
export function Until({ ms }: { ms: number }) {
  return <Duration ms={ms - useNow()} />;
}

/** A moment in the person's language and zone; of this year without the year. Of REST, which tells microseconds: `<Time ms={row.created_at / 1000} />`. */
export function Time({ ms, as = 'both' }: { ms: number; as?: 'both' | 'date' | 'time' }) {
  const { i18n } = useTranslation();
  return <time dateTime={new Date(ms).toISOString()}>{timeText(ms, i18n.language, as)}</time>;
}

/** The same where only text can stand. */
export function timeText(ms: number, language: string, as: 'both' | 'date' | 'time' = 'both'): string {
  const moment = new Date(ms);
  const options: Intl.DateTimeFormatOptions = {
    ...(as !== 'time' && { month: 'short', day: 'numeric' }),
    ...(as !== 'time' && moment.getFullYear() !== new Date().getFullYear() && { year: 'numeric' }),
    ...(as !== 'date' && { hour: 'numeric', minute: '2-digit' }),
  };
  return new Intl.DateTimeFormat(language, options).format(moment);
}
