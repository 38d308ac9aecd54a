import { Button, Drawer, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { FloorAgentView, FloorCallView } from '../../../api/protocol';
import { AGENT_ACTIONS, agentActions, waitingActions } from '../../../core/floor/actions';
import { useMe } from '../../hooks/useTopic';
import { KeyValue, Since, StateBadge, Time } from '../../kit';
import { useSession } from '../../world';
import { useFloorActions } from './actions/FloorActions';
import { DecisionPanel } from './decision/DecisionPanel';
import { Supervised, Why } from './live/AgentsPanel';
import { Sound } from './live/CallsPanel';
import { Customer } from './live/People';
import type { Names } from './names';

function Side({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened
      onClose={onClose}
      title={title}
      position="right"
      size="lg"
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack>{children}</Stack>
    </Drawer>
  );
}

/** Everything about one agent, and every action as a button. */
export function AgentDetails({
  agent,
  names,
  onClose,
}: {
  agent: FloorAgentView;
  names: Names;
  onClose: () => void;
}) {
  const { t } = useTranslation('floor');
  const { user } = useSession();
  const actions = useFloorActions();
  const possible = agentActions(agent, useMe(), user.id);
  return (
    <Side title={agent.name} onClose={onClose}>
      <KeyValue
        rows={[
          [t('agent.state'), <StateBadge key="state" state={agent.state} />],
          [t('agent.since'), <Since key="since" ms={agent.since_ms} />],
          [t('agent.reason'), <Why key="why" agent={agent} />],
          [t('agent.team'), names.of(agent.team)],
          [t('agent.queue'), agent.queue_name],
          [
            t('agent.customer'),
            agent.interaction && <Customer key="customer" id={agent.customer} caller={agent.caller} />,
          ],
          [t('call.sound'), agent.score_tenths && <Sound key="sound" tenths={agent.score_tenths} />],
          [
            t('agent.supervised'),
            agent.supervised_by.length > 0 ? <Supervised key="supervised" agent={agent} /> : null,
          ],
        ]}
      />
      <Group gap="xs">
        {AGENT_ACTIONS.map((action) => (
          <Button
            key={action}
            variant="default"
            disabled={possible[action] !== null}
            title={possible[action] === null ? undefined : t(`obstacle.${possible[action]}`)}
            onClick={() => actions.onAgent(action, agent)}
          >
            {t(`action.${action}`)}
          </Button>
        ))}
      </Group>
      {agent.interaction !== null && possible.listen !== null && (
        <Text size="sm" c="dimmed">
          {t('action.listen')}: {t(`obstacle.${possible.listen}`)}
        </Text>
      )}
      {agent.interaction !== null && (
        <>
          <Group>
            <Button component={Link} href={`/interactions/${agent.interaction}`} variant="light">
              {t('action.open')}
            </Button>
          </Group>
          <DecisionPanel interaction={agent.interaction} />
        </>
      )}
    </Side>
  );
}

/** Everything about one call, and why it went to whom it went. */
export function CallDetails({ call, onClose }: { call: FloorCallView; onClose: () => void }) {
  const { t } = useTranslation('floor');
  const actions = useFloorActions();
  const possible = waitingActions(call, useMe());
  const title = call.caller.display ?? call.caller.number ?? t('caller.withheld');
  return (
    <Side title={title} onClose={onClose}>
      <KeyValue
        rows={[
          [t('call.caller'), <Customer key="caller" id={call.customer} caller={call.caller} />],
          [t('call.number'), call.caller.number],
          [t('call.queue'), call.queue_name],
          [call.waiting ? t('call.waits') : t('call.since'), <Since key="since" ms={call.since_ms} />],
          [t('call.began'), <Time key="began" ms={call.since_ms} />],
          [t('call.priority'), call.priority],
          [t('call.sound'), call.score_tenths && <Sound key="sound" tenths={call.score_tenths} />],
          [t('call.recording'), call.recording ? t('call.recorded') : null],
          ...call.parties.map(
            ({ participant, name, role, state, since_ms }) =>
              [
                name ?? t(`role.${role as 'customer'}`, { defaultValue: role }),
                <span key={participant}>
                  {t(`segment.${state as 'talking'}`, { defaultValue: state })} <Since ms={since_ms} />
                </span>,
              ] as const,
          ),
        ]}
      />
      <Group gap="xs">
        {call.waiting && possible.take !== null && (
          <Text size="sm" c="dimmed">
            {t('action.take')}: {t(`obstacle.${possible.take}`)}
          </Text>
        )}
        {call.waiting && (
          <>
            <Button
              disabled={possible.take !== null}
              title={possible.take === null ? undefined : t(`obstacle.${possible.take}`)}
              onClick={() => actions.onWaiting('take', call)}
            >
              {t('action.take')}
            </Button>
            <Button
              variant="default"
              disabled={possible.move !== null}
              title={possible.move === null ? undefined : t(`obstacle.${possible.move}`)}
              onClick={() => actions.onWaiting('move', call)}
            >
              {t('action.moveOrRank')}
            </Button>
          </>
        )}
        <Button component={Link} href={`/interactions/${call.interaction}`} variant="default">
          {t('action.open')}
        </Button>
        <Button color="red" variant="light" onClick={() => actions.end(call)}>
          {t('action.end')}
        </Button>
      </Group>
      <DecisionPanel interaction={call.interaction} />
    </Side>
  );
}
