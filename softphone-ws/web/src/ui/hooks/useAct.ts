import { notifications } from '@mantine/notifications';
import { useCallback } from 'react';
import { useErrorText } from './useErrorText';

/** Runs something that may be refused, and tells the person what went wrong. True: it was done. */
export function useAct(): (run: () => Promise<unknown>) => Promise<boolean> {
  const textOf = useErrorText();
  return useCallback(
    async (run) => {
      try {
        await run();
        return true;
      } catch (error) {
        notifications.show({ color: 'red', message: textOf(error) });
        return false;
      }
    },
    [textOf],
  );
}
