/** `GET /directory`: whom a call may go to. */
import { api, body, type Schemas } from './client';
import type { PresenceView, ShownState, TargetAsked } from './protocol';

type Target = Schemas['TransferTarget'];

/** As the server describes it; its words are those of the WebSocket. */
export type DirectoryEntry = Omit<Target, 'kind' | 'to' | 'presence' | 'state'> & {
  kind: 'agent' | 'queue' | 'flow' | 'number';
  /** As `transfer` and `consult` take it. */
  to: TargetAsked;
  presence?: PresenceView | null;
  state?: ShownState | null;
};

/** `q`: part of a name, a login or a number; empty: all. */
export async function readDirectory(
  q: string,
  kind: DirectoryEntry['kind'] | null,
  signal: AbortSignal,
  limit = 100,
) {
  const query = { ...(q !== '' && { q }), ...(kind !== null && { kind }), limit: String(limit) };
  const { items, more } = await body(api.GET('/api/v1/directory', { params: { query }, signal }));
  return { items: items as DirectoryEntry[], more };
}
