import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, body } from '../../../api/client';
import { formatDuration } from '../../../core/duration';
import { ErrorState, Time } from '../../kit';
import { useSession } from '../../world';
import own from './day.module.css';

const READ_AGAIN_MS = 60_000;

/** One's own figures of today. */
export function Figures() {
  const { t } = useTranslation('day');
  const { user } = useSession();
  const figures = useQuery({
    queryKey: ['statistics', 'agents', user.id],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/statistics/agents', { params: { query: { agent: user.id } }, signal })),
    refetchInterval: READ_AGAIN_MS,
  });
  if (figures.error && figures.data === undefined)
    return <ErrorState error={figures.error} retry={() => void figures.refetch()} />;
  const mine = figures.data?.items.find((one) => one.agent_id === user.id);
  const count = (value: number | undefined) => value ?? (figures.isPending ? '…' : 0);
  const time = (ms: number | null | undefined) =>
    figures.isPending ? '…' : ms == null ? '—' : formatDuration(ms);
  const shown = [
    ['handled', count(mine?.handled)],
    ['notAnswered', count((mine?.not_answered ?? 0) + (mine?.declined ?? 0))],
    ['talk', time(mine?.talk_ms ?? 0)],
    ['hold', time(mine?.hold_ms ?? 0)],
    ['wrapUp', time(mine?.wrap_up_ms ?? 0)],
    ['aht', time(mine?.aht_ms)],
    ['ready', time(mine?.ready_ms ?? 0)],
    ['notReady', time(mine?.not_ready_ms ?? 0)],
    ['signedIn', time(mine?.signed_in_ms ?? 0)],
    ['since', mine?.first_at ? <Time key="since" ms={mine.first_at / 1000} as="time" /> : '—'],
  ] as const;
  return (
    <dl className={own.figures} aria-label={t('figures.title')}>
      {shown.map(([name, value]) => (
        <div key={name} className={own.figure}>
          <dt>
            <Text size="xs" c="dimmed">
              {t(`figures.${name}`)}
            </Text>
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
