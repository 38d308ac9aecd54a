/** What a page is to do about the agent's audio, by what the server tells of it. Pure. */
import type { AudioView } from '../../api/protocol';

export interface Page {
  readonly client: string;
  /** Its socket just now. */
  readonly session: number | null;
  /** The connection it has, and over which socket that was negotiated. */
  readonly peer: { readonly up: boolean; readonly session: number | null } | null;
  /** An offer is under way. */
  readonly offering: boolean;
}

/**
 * `off`: give everything up. `keep`: as it is. `offer`: negotiate anew now. `offer_later`: the same, but let the page that had the
 * audio come first. `elsewhere`: another page has it.
 */
export type Plan = 'off' | 'keep' | 'offer' | 'offer_later' | 'elsewhere';

export function planOf(audio: AudioView | null, page: Page): Plan {
  if (audio === null) return 'off';
  if (page.offering) return 'keep';
  if (audio.client === page.client) {
    const good = page.peer?.up === true && page.peer.session === page.session && audio.state !== 'lost';
    return good ? 'keep' : 'offer';
  }
  if (audio.client === null || audio.state === 'none') return 'offer_later';
  return audio.state === 'lost' && audio.session === null ? 'offer_later' : 'elsewhere';
}

const FIRST_MS = 1_000;
const MOST_MS = 10_000;

/** How long to wait before the offer after `failed` that came to nothing. */
export function offerAfterMs(failed: number): number {
  return failed === 0 ? 0 : Math.min(MOST_MS, FIRST_MS * 2 ** (failed - 1));
}
