import { useTranslation } from 'react-i18next';
import type { Command, FloorAgentView, FloorCallView } from '../../../../api/protocol';
import { supervisionOf } from '../../../../core/floor/actions';
import { useMe } from '../../../hooks/useTopic';
import { Confirm, Dialog } from '../../../kit';
import { DecisionPanel } from '../decision/DecisionPanel';
import { MessageDialog, type MessageTo } from './MessageDialog';
import { MoveDialog } from './MoveDialog';
import { NotReadyDialog } from './NotReadyDialog';
import { useFloorCommand } from './useFloorCommand';

/** What is asked before something is done. */
export type Asked =
  | { ask: 'intercept' | 'not_ready' | 'sign_out'; agent: FloorAgentView }
  | { ask: 'release'; agent: FloorAgentView; participant: string }
  | { ask: 'move' | 'end'; call: FloorCallView }
  | { ask: 'message'; to: MessageTo }
  | { ask: 'why'; interaction: string };

export function Dialogs({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  const { t } = useTranslation('floor');
  switch (asked.ask) {
    case 'intercept':
      return <Intercept agent={asked.agent} onClose={onClose} />;
    case 'not_ready':
      return <NotReadyDialog agent={asked.agent} onClose={onClose} />;
    case 'sign_out':
      return (
        <Sure
          title={t('sure.signOut', { name: asked.agent.name })}
          text={asked.agent.interaction === null ? t('sure.signOutFree') : t('sure.signOutBusy')}
          action={t('action.sign_out')}
          command={{ do: 'set_presence_of', agent: asked.agent.agent, presence: 'logged_out', reason: null }}
          done={t('done.sign_out', { name: asked.agent.name })}
          onClose={onClose}
        />
      );
    case 'release':
      return (
        <Sure
          title={t('sure.release', { name: asked.agent.name })}
          text={t('sure.releaseText')}
          action={t('action.release')}
          command={{
            do: 'force_release',
            interaction: asked.agent.interaction ?? '',
            participant: asked.participant,
          }}
          done={t('done.release', { name: asked.agent.name })}
          onClose={onClose}
        />
      );
    case 'end':
      return (
        <Sure
          title={t('sure.end')}
          text={asked.call.waiting ? t('sure.endWaiting') : t('sure.endText')}
          action={t('action.end')}
          command={{ do: 'force_release', interaction: asked.call.interaction, participant: null }}
          done={t('done.end')}
          onClose={onClose}
        />
      );
    case 'move':
      return <MoveDialog call={asked.call} onClose={onClose} />;
    case 'message':
      return <MessageDialog to={asked.to} onClose={onClose} />;
    case 'why':
      return (
        <Dialog title={t('decision.title')} onClose={onClose} size="xl">
          <DecisionPanel interaction={asked.interaction} />
        </Dialog>
      );
  }
}

interface SureProps {
  title: string;
  text: string;
  action: string;
  command: Command;
  done: string;
  onClose: () => void;
}

function Sure({ title, text, action, command, done, onClose }: SureProps) {
  const run = useFloorCommand();
  return (
    <Confirm
      title={title}
      text={text}
      action={action}
      danger
      onConfirm={() => {
        onClose();
        void run(command, done);
      }}
      onClose={onClose}
    />
  );
}

function Intercept({ agent, onClose }: { agent: FloorAgentView; onClose: () => void }) {
  const { t } = useTranslation('floor');
  const mine = supervisionOf(useMe());
  const command: Command =
    mine !== null && mine.interaction === agent.interaction
      ? { do: 'intercept', call: mine.leg }
      : { do: 'supervise', agent: agent.agent, mode: 'listen', intercept: true };
  return (
    <Sure
      title={t('sure.intercept', { name: agent.name })}
      text={t('sure.interceptText', { name: agent.name })}
      action={t('action.intercept')}
      command={command}
      done={t('done.intercept', { name: agent.name })}
      onClose={onClose}
    />
  );
}
