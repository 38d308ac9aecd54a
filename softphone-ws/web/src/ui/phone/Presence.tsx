import { useTranslation } from 'react-i18next';
import type { DirectoryEntry } from '../../api/directory';
import { formatDuration } from '../../core/duration';
import { StateBadge } from '../kit';

/** Whether somebody can take a call, in a word. */
export function Presence({ entry }: { entry: DirectoryEntry }) {
  const { t } = useTranslation('phone');
  if (entry.kind === 'agent' && entry.state) return <StateBadge state={entry.state} />;
  if (entry.kind !== 'queue') return null;
  if (entry.open === false) return <span>{t('to.closed')}</span>;
  const wait = entry.expected_wait_ms;
  return (
    <span>
      {t('to.queue', { waiting: entry.waiting ?? 0, ready: entry.ready ?? 0, staffed: entry.staffed ?? 0 })}
      {typeof wait === 'number' && ` · ${t('to.wait', { time: formatDuration(wait) })}`}
    </span>
  );
}
