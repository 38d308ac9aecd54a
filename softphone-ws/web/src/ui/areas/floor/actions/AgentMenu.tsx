import { Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { FloorAgentView } from '../../../../api/protocol';
import { type AgentAction, agentActions } from '../../../../core/floor/actions';
import { useMe } from '../../../hooks/useTopic';
import { useSession } from '../../../world';
import { useFloorActions } from './FloorActions';
import { Entry, RowMenu } from './menu';

const GROUPS: readonly (readonly AgentAction[])[] = [
  ['listen', 'whisper', 'barge', 'intercept'],
  ['ready', 'not_ready', 'message'],
  ['release', 'sign_out'],
];
const DANGER: readonly AgentAction[] = ['intercept', 'release', 'sign_out'];

/** Everything that can be done with an agent. */
export function AgentMenu({ agent }: { agent: FloorAgentView }) {
  const { t } = useTranslation('floor');
  return (
    <RowMenu label={t('action.of', { name: agent.name })}>
      <AgentEntries agent={agent} />
    </RowMenu>
  );
}

function AgentEntries({ agent }: { agent: FloorAgentView }) {
  const { t } = useTranslation('floor');
  const me = useMe();
  const { user } = useSession();
  const actions = useFloorActions();
  const possible = agentActions(agent, me, user.id);
  return (
    <>
      {GROUPS.map((group, index) => [
        index > 0 && <Menu.Divider key={`${group[0]}:line`} />,
        ...group.map((action) => (
          <Entry
            key={action}
            label={t(`action.${action}`)}
            obstacle={possible[action]}
            danger={DANGER.includes(action)}
            onClick={() => actions.onAgent(action, agent)}
          />
        )),
      ])}
      {agent.interaction !== null && (
        <>
          <Menu.Divider />
          <Menu.Item onClick={() => actions.why(agent.interaction ?? '')}>{t('action.why')}</Menu.Item>
          <Menu.Item component={Link} href={`/interactions/${agent.interaction}`}>
            {t('action.open')}
          </Menu.Item>
        </>
      )}
    </>
  );
}
