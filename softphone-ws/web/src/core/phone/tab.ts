/** The name by which a page is known to the server: kept over a reload, never shared by two pages. */
import type { Clock } from '../ports';

export type TabMessage =
  | { readonly is: 'asking'; readonly client: string; readonly from: string }
  | { readonly is: 'mine'; readonly client: string; readonly to: string };

export interface TabChannel {
  post(message: TabMessage): void;
  hear(listener: (message: TabMessage) => void): void;
}

const ANSWER_WITHIN_MS = 100;

/**
 * A duplicated page comes with a copy of the name: whoever holds it already says so, and the copy takes `fresh`. Resolves with the
 * page's name, and answers for it from then on.
 */
export function claimClient(
  channel: TabChannel,
  clock: Clock,
  kept: string | null,
  fresh: string,
): Promise<string> {
  let client: string | null = kept === null ? fresh : null;
  return new Promise((resolve) => {
    const settle = (name: string) => {
      client = name;
      resolve(name);
    };
    channel.hear((message) => {
      if (message.is === 'asking') {
        if (message.client === client && message.from !== fresh)
          channel.post({ is: 'mine', client: message.client, to: message.from });
      } else if (message.to === fresh && client === null) settle(fresh);
    });
    if (kept === null) return resolve(fresh);
    channel.post({ is: 'asking', client: kept, from: fresh });
    clock.after(ANSWER_WITHIN_MS, () => client === null && settle(kept));
  });
}
