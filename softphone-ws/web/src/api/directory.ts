/** `GET /directory`: whom a call may go to. */
import { api, body } from './client';
import type { PresenceView, ShownState, TargetAsked } from './protocol';

export interface DirectoryEntry {
  kind: 'agent' | 'queue' | 'flow' | 'number';
  /** As `transfer` and `consult` take it. */
  to: TargetAsked;
  name: string;
  can_consult: boolean;
  login?: string;
  presence?: PresenceView;
  state?: ShownState;
  /** Of the state, µs since 1970. */
  since?: number;
  reachable?: boolean;
  /** May also be reached as `agent_voicemail` or `queue_voicemail`. */
  voicemail?: boolean;
  waiting?: number;
  staffed?: number;
  ready?: number;
  open?: boolean;
  expected_wait_ms?: number | null;
}

export interface Directory {
  items: DirectoryEntry[];
  more: boolean;
}

type Get = (
  path: string,
  options: { params: { query: Record<string, string | number> }; signal: AbortSignal },
) => Promise<{ data?: Directory }>;

/** `q`: part of a name, a login or a number; empty: all. */
export function readDirectory(q: string, kind: DirectoryEntry['kind'] | null, signal: AbortSignal) {
  const query = { ...(q !== '' && { q }), ...(kind !== null && { kind }), limit: 100 };
  return body((api.GET as unknown as Get)('/api/v1/directory', { params: { query }, signal }));
}
