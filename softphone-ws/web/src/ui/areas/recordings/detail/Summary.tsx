import { Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Schemas } from '../../../../api/client';
import { Duration, EmptyState, KeyValue, SectionCard, Time } from '../../../kit';
import { Customer } from '../../floor/live/People';
import type { Names } from '../../floor/names';

type Detail = Schemas['InteractionDetail'];

export function Summary({ detail, names }: { detail: Detail; names: Names }) {
  const { t } = useTranslation('recordings');
  const customers = detail.customers.map((id) => (
    <div key={id}>
      <Customer id={id} caller={null} />
    </div>
  ));
  return (
    <SectionCard title={t('one.summary')}>
      <KeyValue
        rows={[
          [
            t('row.direction'),
            `${t(`channel.${detail.channel as 'voice'}`, { defaultValue: detail.channel })} · ${t(`direction.${detail.direction as 'inbound'}`, { defaultValue: detail.direction })}`,
          ],
          [t('row.from'), detail.from ?? t('one.withheld')],
          [t('row.to'), detail.to],
          [t('one.customers'), customers.length > 0 ? customers : null],
          [t('row.queue'), names.of(detail.queue_id)],
          [t('row.agent'), names.of(detail.agent_id)],
          [t('row.opened'), <Time key="opened" ms={detail.opened_at / 1000} />],
          [t('one.closed'), detail.closed_at && <Time key="closed" ms={detail.closed_at / 1000} />],
          [
            t('row.outcome'),
            detail.close_reason
              ? t(`reason.${detail.close_reason as 'completed'}`, { defaultValue: detail.close_reason })
              : t('state.open'),
          ],
          // What is under way counts when it is over.
          ...(
            [
              [t('row.wait'), detail.wait_ms],
              [t('row.talk'), detail.talk_ms],
              [t('one.hold'), detail.hold_ms],
              [t('one.wrapUp'), detail.wrap_up_ms],
            ] as const
          )
            .filter(([, ms]) => ms > 0 || detail.closed_at)
            .map(([name, ms]) => [name, <Duration key={name} ms={ms} />] as const),
          [
            t('one.origin'),
            detail.origin_id && (
              <Anchor key="origin" component={Link} href={`/interactions/${detail.origin_id}`} inherit>
                {t('one.originLink')}
              </Anchor>
            ),
          ],
          [
            t('one.message'),
            detail.message &&
              `${names.of(detail.message.queue_id ?? detail.message.agent_id) ?? ''} (${Math.round(detail.message.duration_ms / 1000)} s)`,
          ],
          [t('one.callId'), detail.call_id && <bdi key="call">{detail.call_id}</bdi>],
          [t('one.id'), <code key="id">{detail.id}</code>],
        ]}
      />
    </SectionCard>
  );
}

/** What each agent wrote of it. */
export function WrapUps({ detail, names }: { detail: Detail; names: Names }) {
  const { t } = useTranslation('recordings');
  return (
    <SectionCard title={t('one.wrapUps')}>
      {detail.assignments.length === 0 ? (
        <EmptyState title={t('one.noWrapUp')} />
      ) : (
        detail.assignments.map((one) => (
          <div key={one.id}>
            <Text fw={600}>{names.of(one.agent_id) ?? t('one.unknown')}</Text>
            <KeyValue
              rows={[
                [t('row.code'), names.of(one.wrap_up_code_id)],
                [t('one.note'), one.note && <bdi key="note">{one.note}</bdi>],
                [
                  t('one.wrapUp'),
                  one.wrap_up_at && one.ended_at && (
                    <Duration key="took" ms={(one.ended_at - one.wrap_up_at) / 1000} />
                  ),
                ],
                [
                  t('one.end'),
                  one.outcome &&
                    t(`assignmentEnd.${one.outcome as 'finished'}`, { defaultValue: one.outcome }),
                ],
              ]}
            />
          </div>
        ))
      )}
    </SectionCard>
  );
}

/** What the flow collected, as text. */
export function Collected({ data }: { data: Detail['data'] }) {
  const { t } = useTranslation('recordings');
  const rows = Object.entries(data);
  return (
    <SectionCard title={t('one.collected')}>
      {rows.length === 0 ? (
        <EmptyState title={t('one.nothingCollected')} />
      ) : (
        <KeyValue
          rows={rows.map(
            ([key, value]) =>
              [
                key,
                value === null ? (
                  t('one.erased')
                ) : value === '***' ? (
                  t('one.masked')
                ) : (
                  <bdi key={key}>{value}</bdi>
                ),
              ] as const,
          )}
        />
      )}
    </SectionCard>
  );
}
