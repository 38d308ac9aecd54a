import { Button, SegmentedControl, Text } from '@mantine/core';
import { IconEar } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { FloorAgentView, ModeAsked } from '../../../../api/protocol';
import { supervisionOf } from '../../../../core/floor/actions';
import { useMe } from '../../../hooks/useTopic';
import { Since } from '../../../kit';
import { useSession } from '../../../world';
import css from '../floor.module.css';
import { Caller } from '../live/People';
import { useFloorActions } from './FloorActions';
import { useFloorCommand } from './useFloorCommand';

const MODES: Record<string, ModeAsked> = { listening: 'listen', whispering: 'whisper', barging: 'barge' };

/** One's own supervision: whom one hears and who hears one; another mode, the agent's place, or the end of it. */
export function SupervisionBar({ agents }: { agents: readonly FloorAgentView[] }) {
  const { t } = useTranslation('floor');
  const { user } = useSession();
  const call = supervisionOf(useMe());
  const run = useFloorCommand();
  const actions = useFloorActions();
  if (call === null) return null;
  const agent = agents.find((one) => one.supervised_by.some((by) => by.agent === user.id));
  const name = agent?.name ?? t('caller.unknown');
  const mode = MODES[call.state] ?? 'listen';
  return (
    <section className={css.supervision} aria-label={t('supervision.title')}>
      <IconEar size={18} aria-hidden />
      <Text fw={600}>{t(`supervision.${mode}`, { name })}</Text>
      <Caller caller={call.caller} />
      <Since ms={call.since_ms} />
      <div className={css.grow} />
      <SegmentedControl
        size="xs"
        aria-label={t('supervision.mode')}
        value={mode}
        onChange={(next) =>
          void run(
            { do: 'set_mode', call: call.leg, mode: next as ModeAsked },
            t(`done.mode.${next as ModeAsked}`, { name }),
          )
        }
        data={(['listen', 'whisper', 'barge'] as const).map((value) => ({
          value,
          label: t(`action.${value}`),
        }))}
      />
      {agent !== undefined && (
        <Button variant="default" onClick={() => actions.onAgent('intercept', agent)}>
          {t('action.intercept')}
        </Button>
      )}
      <Button
        color="red"
        variant="light"
        onClick={() => void run({ do: 'hang_up', call: call.leg }, t('done.stop', { name }))}
      >
        {t('supervision.stop')}
      </Button>
    </section>
  );
}
