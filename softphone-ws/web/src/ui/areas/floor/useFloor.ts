import { useCallback, useMemo, useState } from 'react';
import type { WireError } from '../../../api/protocol';
import { type Floor, readFloor } from '../../../core/floor/model';
import { parseThresholds, type Thresholds } from '../../../core/floor/thresholds';
import { CommandError } from '../../../core/link';
import { useTopic } from '../../hooks/useTopic';
import { useSession, useWorld } from '../../world';

export type FloorState =
  | { status: 'loading' }
  | { status: 'refused'; error: CommandError }
  | { status: 'live'; floor: Floor };

export function useFloor(): FloorState {
  const topic = useTopic('floor');
  return useMemo(() => {
    if (topic.status === 'loading') return { status: 'loading' };
    if (topic.status === 'refused') return { status: 'refused', error: asError(topic.error) };
    return { status: 'live', floor: readFloor(topic.entries) };
  }, [topic]);
}

const asError = ({ code, message, field }: WireError) => new CommandError(code, message, field);

/** Something of one's own that is kept on this computer, each person's apart. */
export function useKept<T>(name: string, read: (text: string | null) => T): readonly [T, (value: T) => void] {
  const { store } = useWorld();
  const { user } = useSession();
  const key = `${name}.${user.id}`;
  const [value, setValue] = useState<T>(() => read(store.get(key)));
  const keep = useCallback(
    (next: T) => {
      store.set(key, JSON.stringify(next));
      setValue(next);
    },
    [store, key],
  );
  return [value, keep];
}

export const useThresholds = (): readonly [Thresholds, (value: Thresholds) => void] =>
  useKept('floor.thresholds', parseThresholds);
