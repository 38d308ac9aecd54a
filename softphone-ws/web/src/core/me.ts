/** The signed-in person's own state, read out of topic `me`. */
import type { AgentView, AudioView, CallView, MessageView, OfferView, WrapUpView } from '../api/protocol';
import type { Entries } from './topics';

export interface Me {
  readonly agent: AgentView | null;
  /** While signed in with the browser. */
  readonly audio: AudioView | null;
  readonly offers: readonly OfferView[];
  readonly calls: readonly CallView[];
  readonly messages: readonly MessageView[];
  readonly wrapUps: readonly WrapUpView[];
}

/** Values of the entries whose name begins with `prefix`, in the order of their names. */
export function entriesOf<T>(entries: Entries, prefix: string): T[] {
  return Object.keys(entries)
    .filter((name) => name.startsWith(prefix))
    .sort()
    .map((name) => entries[name] as T);
}

export function readMe(entries: Entries): Me {
  return {
    agent: (entries.agent as AgentView | undefined) ?? null,
    audio: (entries.audio as AudioView | undefined) ?? null,
    offers: entriesOf(entries, 'offer/'),
    calls: entriesOf(entries, 'call/'),
    messages: entriesOf(entries, 'message/'),
    wrapUps: entriesOf(entries, 'wrap_up/'),
  };
}
