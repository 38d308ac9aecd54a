import { IconEar } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { FloorAgentView } from '../../../../api/protocol';
import type { Thresholds } from '../../../../core/floor/thresholds';
import { SectionCard, StateBadge } from '../../../kit';
import { AgentMenu } from '../actions/AgentMenu';
import type { Names } from '../names';
import { JudgedSince } from './Judged';
import { type LiveColumn, LiveTable } from './LiveTable';
import css from './live.module.css';
import { Customer } from './People';

/** Agents with their state, since when and why, with whom, and who listens. */
export function AgentsPanel({
  agents,
  thresholds,
  names,
  onOpen,
}: {
  agents: readonly FloorAgentView[];
  thresholds: Thresholds;
  names: Names;
  onOpen: (agent: FloorAgentView) => void;
}) {
  const { t } = useTranslation('floor');
  const columns = useMemo(() => columnsOf(t, thresholds, names), [t, thresholds, names]);
  return (
    <SectionCard title={t('agent.title', { count: agents.length })}>
      <LiveTable
        name="agents"
        label={t('agent.list')}
        columns={columns}
        rows={agents}
        rowKey={(agent) => agent.agent}
        onOpen={onOpen}
        empty={t('agent.none')}
      />
    </SectionCard>
  );
}

function columnsOf(
  t: TFunction<'floor'>,
  thresholds: Thresholds,
  names: Names,
): readonly LiveColumn<FloorAgentView>[] {
  return [
    {
      key: 'name',
      title: t('agent.name'),
      width: 10,
      sort: (agent) => agent.name,
      cell: (agent) => <span title={names.of(agent.team) ?? undefined}>{agent.name}</span>,
    },
    {
      key: 'state',
      title: t('agent.state'),
      width: 10,
      sort: (agent) => agent.state,
      cell: (agent) => <StateBadge state={agent.state} />,
    },
    {
      key: 'since',
      title: t('agent.since'),
      width: 6,
      end: true,
      sort: (agent) => -agent.since_ms,
      cell: (agent) =>
        agent.state === 'logged_out' ? (
          <span className={css.quiet}>–</span>
        ) : (
          <JudgedSince
            ms={agent.since_ms}
            limit={(thresholds.agent as Partial<Thresholds['agent']>)[agent.state as 'talking']}
          />
        ),
    },
    {
      key: 'why',
      title: t('agent.reason'),
      width: 8,
      sort: (agent) => agent.reason?.name ?? agent.reason?.kind ?? null,
      cell: (agent) => <Why agent={agent} />,
    },
    {
      key: 'queue',
      title: t('agent.queue'),
      width: 7,
      sort: (agent) => agent.queue_name,
      cell: (agent) => agent.queue_name ?? <span className={css.quiet}>–</span>,
    },
    {
      key: 'customer',
      title: t('agent.customer'),
      width: 10.5,
      sort: (agent) => agent.caller?.display ?? agent.caller?.number ?? null,
      cell: (agent) => <Customer id={agent.customer} caller={agent.caller} />,
    },
    {
      key: 'supervised',
      title: t('agent.supervised'),
      width: 8,
      sort: (agent) => agent.supervised_by[0]?.name ?? null,
      cell: (agent) => <Supervised agent={agent} />,
    },
    {
      key: 'act',
      title: t('action.title'),
      width: 5,
      end: true,
      cell: (agent) => <AgentMenu agent={agent} />,
    },
  ];
}

/** The reason for not being ready, what is asked for next, and a telephone that cannot be reached. */
export function Why({ agent }: { agent: FloorAgentView }) {
  const { t } = useTranslation(['floor', 'common']);
  const texts = [
    agent.state === 'not_ready' && agent.reason !== null
      ? (agent.reason.name ?? t(`reason.${agent.reason.kind}`))
      : null,
    agent.pending === null
      ? null
      : t('agent.pending', {
          state:
            agent.pending.presence === 'not_ready' && agent.pending.reason?.name
              ? agent.pending.reason.name
              : t(`common:state.${agent.pending.presence}`),
        }),
    agent.device_reachable || agent.state === 'logged_out' ? null : t('agent.unreachable'),
  ].filter((text) => text !== null);
  if (texts.length === 0) return <span className={css.quiet}>–</span>;
  return <span title={texts.join(', ')}>{texts.join(', ')}</span>;
}

/** Who listens to them or speaks with them. */
export function Supervised({ agent }: { agent: FloorAgentView }) {
  const { t } = useTranslation('floor');
  if (agent.supervised_by.length === 0) return <span className={css.quiet}>–</span>;
  const text = agent.supervised_by
    .map(
      ({ name, mode }) =>
        `${name ?? t('caller.unknown')}: ${t(`mode.${mode as 'listening'}`, { defaultValue: mode })}`,
    )
    .join(', ');
  return (
    <span className={css.supervised} title={text}>
      <IconEar size={14} aria-hidden /> {text}
    </span>
  );
}
