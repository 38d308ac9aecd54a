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

/** A moment in the person's language and zone. Of REST, which tells microseconds: `<Time ms={row.created_at / 1000} />`. */
export function Time({ ms, as = 'both' }: { ms: number; as?: 'both' | 'date' | 'time' }) {
  const { i18n } = useTranslation();
  const options: Intl.DateTimeFormatOptions = {
    ...(as !== 'time' && { dateStyle: 'medium' }),
    ...(as !== 'date' && { timeStyle: 'short' }),
  };
  const moment = new Date(ms);
  return (
    <time dateTime={moment.toISOString()}>
      {new Intl.DateTimeFormat(i18n.language, options).format(moment)}
    </time>
  );
}
