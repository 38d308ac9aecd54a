import { useCallback, useMemo, useSyncExternalStore } from 'react';
import type { Command, Topic } from '../../api/protocol';
import type { LinkState } from '../../core/link';
import { entriesOf, type Me, readMe } from '../../core/me';
import { type Entries, LOADING, type TopicState } from '../../core/topics';
import { useWorld } from '../world';

/** Follows a topic while mounted; `null` follows nothing. */
export function useTopic(topic: Topic | null): TopicState {
  const { link } = useWorld();
  const subscribe = useCallback(
    (changed: () => void) => (topic === null ? () => {} : link.follow(topic, changed)),
    [link, topic],
  );
  return useSyncExternalStore(subscribe, () => (topic === null ? LOADING : link.topic(topic)));
}

const NOTHING: Entries = {};

/** Entries of a topic, none while it loads. */
export function useEntries(topic: Topic | null): Entries {
  const state = useTopic(topic);
  return state.status === 'live' ? state.entries : NOTHING;
}

/** `useViews<FloorAgentView>('floor', 'agent/')` */
export function useViews<T>(topic: Topic | null, prefix: string): T[] {
  const entries = useEntries(topic);
  return useMemo(() => entriesOf<T>(entries, prefix), [entries, prefix]);
}

/** The signed-in person's own state. */
export function useMe(): Me {
  const entries = useEntries('me');
  return useMemo(() => readMe(entries), [entries]);
}

export function useLinkState(): LinkState {
  const { link } = useWorld();
  return useSyncExternalStore(
    useCallback((changed) => link.watch(changed), [link]),
    () => link.state,
  );
}

/** Sends a command; rejects with a `CommandError`. To show what went wrong use `useAct`. */
export function useCommand(): (command: Command) => Promise<unknown> {
  const { link } = useWorld();
  return useCallback((command) => link.command(command), [link]);
}
