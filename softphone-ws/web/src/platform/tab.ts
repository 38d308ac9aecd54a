/** Which page this is, among those of the same browser. */
import { claimClient, type TabChannel, type TabMessage } from '../core/phone/tab';
import { systemClock } from './clock';
import { randomKey } from './random';

const KEY = 'cordboard.client';

function kept(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function openChannel(): TabChannel {
  if (typeof BroadcastChannel === 'undefined') return { post() {}, hear() {} };
  const channel = new BroadcastChannel('cordboard.pages');
  return {
    post: (message) => channel.postMessage(message),
    hear: (listener) => {
      channel.onmessage = ({ data }) => listener(data as TabMessage);
    },
  };
}

let claimed: Promise<string> | null = null;

/** The page's name, the same after a reload. */
export function pageClient(): Promise<string> {
  claimed ??= claim();
  return claimed;
}

async function claim(): Promise<string> {
  const client = await claimClient(openChannel(), systemClock, kept(), randomKey());
  try {
    sessionStorage.setItem(KEY, client);
  } catch {
    // A reload will be another page then.
  }
  return client;
}

const BROWSERS = [
  ['Edg/', 'Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;
const SYSTEMS = [
  ['Windows', 'Windows'],
  ['Android', 'Android'],
  ['iPhone', 'iOS'],
  ['Mac OS', 'macOS'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
] as const;

/** How people tell this page from another: `Firefox, Linux`. */
export function pageLabel(agent: string = navigator.userAgent): string {
  const of = (table: readonly (readonly [string, string])[]) =>
    table.find(([mark]) => agent.includes(mark))?.[1];
  return [of(BROWSERS), of(SYSTEMS)].filter(Boolean).join(', ') || 'Browser';
}
