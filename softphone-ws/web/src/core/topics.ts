/** What a topic holds, by snapshots and deltas. Pure; who follows it is the link's matter. */
import type { At, ServerMessage, WireError } from '../api/protocol';

export type Entries = Readonly<Record<string, unknown>>;

/** `loading`: no snapshot yet. `live`: as the server last told it, also while the connection is away. */
export type TopicState =
  | { readonly status: 'loading' }
  | { readonly status: 'live'; readonly at: At; readonly entries: Entries }
  | { readonly status: 'refused'; readonly error: WireError };

export const LOADING: TopicState = { status: 'loading' };

type Snapshot = Extract<ServerMessage, { type: 'snapshot' }>;
type Delta = Extract<ServerMessage, { type: 'delta' }>;

export function snapshot({ epoch, version, state }: Snapshot): TopicState {
  return { status: 'live', at: { epoch, version }, entries: state };
}

/** `null`: a delta is missing between; the topic must be read anew. Entries that did not change stay the same objects. */
export function delta(topic: TopicState, { epoch, version, set, del }: Delta): TopicState | null {
  if (topic.status !== 'live' || topic.at.epoch !== epoch) return null;
  if (version <= topic.at.version) return topic;
  if (version !== topic.at.version + 1) return null;
  const entries: Record<string, unknown> = { ...topic.entries, ...set };
  for (const name of del) delete entries[name];
  return { status: 'live', at: { epoch, version }, entries };
}
