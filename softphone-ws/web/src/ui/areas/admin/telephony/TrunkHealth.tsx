import { Badge, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '../../../../api/client';
import { ErrorState, KeyValue, LoadingState, SectionCard } from '../../../kit';
import css from '../admin.module.css';
import type { Row } from '../engine/rows';
import { SipLadder } from './SipLadder';

const COLOURS: Record<string, string> = { up: 'green', degraded: 'yellow', down: 'red', unknown: 'gray' };

function useStatus(id: string, active: boolean, everyMs: number) {
  return useQuery({
    queryKey: ['trunks', id, 'status'],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/trunks/{id}/status', { params: { path: { id } }, signal })),
    enabled: active,
    refetchInterval: everyMs,
  });
}

type Status = Schemas['Status'];

function Health({ status }: { status: Status }) {
  const { t } = useTranslation('admin');
  const say = t as unknown as (key: string, options: object) => string;
  return (
    <Badge variant="light" color={COLOURS[status.health] ?? 'gray'} tt="none">
      {say(`trunk.health.${status.health}`, { defaultValue: status.health })}
    </Badge>
  );
}

/** A trunk's health in one word, kept up to date. */
export function TrunkBadge({ row }: { row: Row }) {
  const { t } = useTranslation('admin');
  const active = row.active !== false;
  const status = useStatus(row.id, active, 5_000);
  if (!active)
    return (
      <Text span c="dimmed">
        {t('trunk.off')}
      </Text>
    );
  if (status.data === undefined)
    return (
      <Text span c="dimmed">
        {status.isPending ? '…' : t('trunk.unknown')}
      </Text>
    );
  return (
    <>
      <Health status={status.data} />{' '}
      {status.data.registered === 'refused' && (
        <Badge variant="light" color="red" tt="none">
          {t('trunk.registered.refused')}
        </Badge>
      )}
    </>
  );
}

/** How a trunk does now, and the SIP messages it is judged by. */
export default function TrunkHealth({ row }: { row: Row }) {
  const { t } = useTranslation('admin');
  const active = row.active !== false;
  const status = useStatus(row.id, active, 2_000);
  const sip = useQuery({
    queryKey: ['trunks', row.id, 'sip'],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/trunks/{id}/sip', { params: { path: { id: row.id } }, signal })),
    enabled: active,
    refetchInterval: 5_000,
  });
  if (!active) return <Text c="dimmed">{t('trunk.offHint')}</Text>;
  const say = t as unknown as (key: string, options: object) => string;
  return (
    <div className={css.split}>
      <SectionCard title={t('trunk.sip')}>
        {sip.data ? (
          <SipLadder ladder={sip.data} />
        ) : sip.isPending ? (
          <LoadingState />
        ) : (
          <ErrorState error={sip.error} retry={() => void sip.refetch()} />
        )}
      </SectionCard>
      <SectionCard title={t('trunk.now')}>
        {status.data ? (
          <KeyValue
            rows={[
              [t('trunk.healthLabel'), <Health key="health" status={status.data} />],
              [t('trunk.calls'), `${status.data.calls} / ${String(row.calls_max ?? '–')}`],
              [
                t('trunk.registration'),
                `${say(`trunk.registered.${status.data.registered}`, { defaultValue: status.data.registered })}${
                  status.data.registration_refused ? ` (${status.data.registration_refused})` : ''
                }`,
              ],
              [t('trunk.resting'), status.data.resting ? t('trunk.restingYes') : t('value.no')],
            ]}
          />
        ) : status.isPending ? (
          <LoadingState />
        ) : (
          <ErrorState error={status.error} retry={() => void status.refetch()} />
        )}
        {status.data?.health === 'unknown' && (
          <Text mt="sm" size="sm" c="dimmed">
            {t('trunk.notProbed')}
          </Text>
        )}
        {status.data?.health === 'down' && (
          <Text mt="sm" size="sm">
            {t('trunk.downHint')}
          </Text>
        )}
      </SectionCard>
    </div>
  );
}
