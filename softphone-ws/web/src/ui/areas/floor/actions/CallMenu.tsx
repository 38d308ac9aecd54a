import { Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { FloorAgentView, FloorCallView } from '../../../../api/protocol';
import { agentActions, agentsIn, waitingActions } from '../../../../core/floor/actions';
import { useEntries, useMe } from '../../../hooks/useTopic';
import { useSession } from '../../../world';
import { useFloorActions } from './FloorActions';
import { Entry, RowMenu } from './menu';

const HEARING = ['listen', 'whisper', 'barge', 'intercept', 'release'] as const;

/** Everything that can be done with a call: with who waits, or with the agents in it. */
export function CallMenu({ call }: { call: FloorCallView }) {
  const { t } = useTranslation('floor');
  const who = call.caller.display ?? call.caller.number ?? t('caller.withheld');
  return (
    <RowMenu label={t('action.of', { name: who })}>
      <CallEntries call={call} />
    </RowMenu>
  );
}

function CallEntries({ call }: { call: FloorCallView }) {
  const { t } = useTranslation('floor');
  const me = useMe();
  const { user } = useSession();
  const entries = useEntries('floor');
  const actions = useFloorActions();
  const waiting = waitingActions(call, me);
  const agents = agentsIn(call).flatMap(({ agent }) => {
    const view = entries[`agent/${agent}`] as FloorAgentView | undefined;
    return view === undefined ? [] : [view];
  });
  return (
    <>
      {call.waiting && (
        <>
          <Entry
            label={t('action.take')}
            obstacle={waiting.take}
            onClick={() => actions.onWaiting('take', call)}
          />
          <Entry
            label={t('action.moveOrRank')}
            obstacle={waiting.move}
            onClick={() => actions.onWaiting('move', call)}
          />
          <Menu.Divider />
        </>
      )}
      {!call.waiting &&
        agents.map((agent) => {
          const possible = agentActions(agent, me, user.id);
          return [
            <Menu.Label key={agent.agent}>{agent.name}</Menu.Label>,
            ...HEARING.map((action) => (
              <Entry
                key={`${agent.agent}:${action}`}
                label={t(`action.${action}`)}
                obstacle={possible[action]}
                danger={action === 'intercept' || action === 'release'}
                onClick={() => actions.onAgent(action, agent)}
              />
            )),
            <Menu.Divider key={`${agent.agent}:line`} />,
          ];
        })}
      <Menu.Item onClick={() => actions.why(call.interaction)}>{t('action.why')}</Menu.Item>
      <Menu.Item component={Link} href={`/interactions/${call.interaction}`}>
        {t('action.open')}
      </Menu.Item>
      <Entry label={t('action.end')} obstacle={null} danger onClick={() => actions.end(call)} />
    </>
  );
}
