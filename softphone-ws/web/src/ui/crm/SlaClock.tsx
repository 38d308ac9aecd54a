import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client';
import { foremost, type Promised, resolution, response } from '../../core/crm/sla';
import { formatDuration } from '../../core/duration';
import { useNow } from '../hooks/useNow';

type Which = 'response' | 'resolution' | 'foremost';
const OF = { response, resolution, foremost };
const DAY_MS = 86_400_000;

function look(promised: Promised): string {
  if (promised.is === 'broken') return 'red';
  if (promised.is === 'running') return promised.soon ? 'orange' : 'blue';
  return promised.is === 'met' ? 'green' : 'gray';
}

/** How a promise on a ticket stands, by colour and word; counts while it runs. */
export function SlaClock({ ticket, which }: { ticket: Schemas['TicketRow']; which: Which }) {
  const { t } = useTranslation('crm');
  const now = useNow();
  const promised = OF[which](ticket, now);
  if (promised.is === 'none') return null;
  const time = (ms: number) =>
    ms >= DAY_MS ? t('sla.days', { count: Math.floor(ms / DAY_MS) }) : formatDuration(ms);
  const word = () => {
    switch (promised.is) {
      case 'met':
        return t('sla.met');
      case 'broken':
        return promised.done_at === null
          ? t('sla.over', { time: time(now - promised.at / 1000) })
          : t('sla.brokenDone');
      case 'paused':
        return promised.left_ms < 0 ? t('sla.pausedOver') : t('sla.paused', { time: time(promised.left_ms) });
      case 'running':
        return t(promised.soon ? 'sla.soon' : 'sla.left', { time: time(promised.due_at / 1000 - now) });
    }
  };
  return (
    <Badge color={look(promised)} variant="light" tt="none" miw="max-content">
      {word()}
    </Badge>
  );
}
