/** What a supervisor does on the floor: asks first where it may do harm, does it, and says what came of it. */
import { notifications } from '@mantine/notifications';
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FloorAgentView, FloorCallView } from '../../../../api/protocol';
import { type AgentAction, supervisionOf, type WaitingAction } from '../../../../core/floor/actions';
import { useMe } from '../../../hooks/useTopic';
import { type Asked, Dialogs } from './Dialogs';
import type { MessageTo } from './MessageDialog';
import { useFloorCommand } from './useFloorCommand';

export interface FloorActions {
  onAgent: (action: AgentAction, agent: FloorAgentView) => void;
  onWaiting: (action: WaitingAction, call: FloorCallView) => void;
  /** Ends the whole call. */
  end: (call: FloorCallView) => void;
  why: (interaction: string) => void;
  message: (to: MessageTo) => void;
}

const ActionsContext = createContext<FloorActions | null>(null);

export function useFloorActions(): FloorActions {
  const actions = useContext(ActionsContext);
  if (actions === null) throw new Error('used outside of FloorActionsProvider');
  return actions;
}

/** `calls`: the calls of the floor, for whom an agent is in. */
export function FloorActionsProvider({
  calls,
  children,
}: {
  calls: readonly FloorCallView[];
  children: ReactNode;
}) {
  const { t } = useTranslation('floor');
  const me = useMe();
  const run = useFloorCommand();
  const [asked, setAsked] = useState<Asked | null>(null);
  const actions = useMemo<FloorActions>(() => {
    const supervise = (mode: 'listen' | 'whisper' | 'barge', agent: FloorAgentView) => {
      const mine = supervisionOf(me);
      void (mine !== null && mine.interaction === agent.interaction
        ? run({ do: 'set_mode', call: mine.leg, mode }, t(`done.mode.${mode}`, { name: agent.name }))
        : run({ do: 'supervise', agent: agent.agent, mode }, t(`done.${mode}`, { name: agent.name })));
    };
    return {
      onAgent(action, agent) {
        if (action === 'listen' || action === 'whisper' || action === 'barge') supervise(action, agent);
        else if (action === 'ready')
          void run(
            { do: 'set_presence_of', agent: agent.agent, presence: 'ready', reason: null },
            t('done.ready', { name: agent.name }),
          );
        else if (action === 'message') setAsked({ ask: 'message', to: { agents: [agent] } });
        else if (action === 'release') {
          const call = calls.find((one) => one.interaction === agent.interaction);
          const party = call?.parties.find((one) => one.agent === agent.agent && one.role === 'agent');
          if (party === undefined) notifications.show({ color: 'red', message: t('refused.agentInNoCall') });
          else setAsked({ ask: 'release', agent, participant: party.participant });
        } else setAsked({ ask: action, agent });
      },
      onWaiting(action, call) {
        if (action === 'take')
          void run({ do: 'take_waiting', interaction: call.interaction }, t('done.take'));
        else setAsked({ ask: action, call });
      },
      end: (call) => setAsked({ ask: 'end', call }),
      why: (interaction) => setAsked({ ask: 'why', interaction }),
      message: (to) => setAsked({ ask: 'message', to }),
    };
  }, [me, run, t, calls]);
  return (
    <ActionsContext value={actions}>
      {children}
      {asked !== null && <Dialogs asked={asked} onClose={() => setAsked(null)} />}
    </ActionsContext>
  );
}
