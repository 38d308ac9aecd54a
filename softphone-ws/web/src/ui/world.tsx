/** What every part of the screen may use: the link, the clock, storage, and who is signed in. */
import { createContext, type ReactNode, useContext } from 'react';
import type { Schemas } from '../api/client';
import type { Link } from '../core/link';
import type { Media } from '../core/phone/ports';
import type { Clock, KeyValueStore } from '../core/ports';

export interface World {
  readonly link: Link;
  readonly clock: Clock;
  readonly store: KeyValueStore;
  /** `null`: no telephone in this page. */
  readonly media: Media | null;
}

const WorldContext = createContext<World | null>(null);
const SessionContext = createContext<Schemas['SessionView'] | null>(null);

export function WorldProvider({ world, children }: { world: World; children: ReactNode }) {
  return <WorldContext value={world}>{children}</WorldContext>;
}

export function SessionProvider({
  session,
  children,
}: {
  session: Schemas['SessionView'];
  children: ReactNode;
}) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

function given<T>(value: T | null): T {
  if (value === null) throw new Error('used outside of its provider');
  return value;
}

export const useWorld = (): World => given(useContext(WorldContext));
/** Who is signed in; only inside the shell. */
export const useSession = (): Schemas['SessionView'] => given(useContext(SessionContext));
