import { useCallback } from 'react';
import { dialable } from '../../core/phone/number';
import { canDial } from '../../core/phone/verbs';
import { useAct } from '../hooks/useAct';
import { useCommand, useMe } from '../hooks/useTopic';
import { useSession } from '../world';
import { usePhone } from './PhoneProvider';

interface Dial {
  /** Signed in on a telephone that is there, and in no call. */
  readonly possible: boolean;
  /** The queue whose number is shown; `null`: to be chosen first. */
  readonly queue: string | null;
  /** True: the call is on its way. */
  readonly dial: (number: string, queue?: string) => Promise<boolean>;
}

/** Calls a number in the name of one of one's queues: the one chosen last, or the only one. */
export function useDial(): Dial {
  const { user } = useSession();
  const { agent, calls } = useMe();
  const { preferences, prefer } = usePhone();
  const act = useAct();
  const command = useCommand();
  const known = user.queues.find((queue) => queue === preferences.queue);
  const queue = known ?? (user.queues.length === 1 ? (user.queues[0] ?? null) : null);
  const dial = useCallback(
    async (text: string, of = queue) => {
      const number = dialable(text);
      if (number === null || of === null || of === undefined) return false;
      prefer({ queue: of });
      return act(() => command({ do: 'dial', number, queue: of }));
    },
    [queue, prefer, act, command],
  );
  return { possible: canDial(agent, calls), queue, dial };
}
