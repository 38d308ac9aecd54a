import { notifications } from '@mantine/notifications';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Command } from '../../../../api/protocol';
import { CommandError } from '../../../../core/link';
import { useErrorText } from '../../../hooks/useErrorText';
import { useCommand } from '../../../hooks/useTopic';

/** Runs a command, and tells what was done or why not. */
export function useFloorCommand(): (command: Command, done: string) => Promise<boolean> {
  const { t } = useTranslation('floor');
  const command = useCommand();
  const textOf = useErrorText();
  return useCallback(
    async (asked, done) => {
      try {
        await command(asked);
        notifications.show({ color: 'green', message: done });
        return true;
      } catch (error) {
        const key = refusalOf(error);
        notifications.show({ color: 'red', message: key === null ? textOf(error) : t(key) });
        return false;
      }
    },
    [command, textOf, t],
  );
}

/** What a refusal means on the floor, where that is more than elsewhere. */
function refusalOf(error: unknown) {
  if (!(error instanceof CommandError)) return null;
  if (error.code === 'forbidden') return 'refused.notYours' as const;
  if (error.field !== 'agent') return null;
  if (error.code === 'not_signed_in') return 'refused.agentSignedOut' as const;
  return error.code === 'wrong_state' ? ('refused.agentInNoCall' as const) : null;
}
