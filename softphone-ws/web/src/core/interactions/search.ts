/** What interactions are searched by: kept in the page's address, asked of the server. Pure. */
import type { paths } from '../../api/rest';

type InteractionQuery = NonNullable<paths['/api/v1/interactions']['get']['parameters']['query']>;

export const PRESETS = ['hour', 'today', 'yesterday', 'week', 'month', 'all', 'own'] as const;
export type Preset = (typeof PRESETS)[number];

/** Empty texts are no filter. `from`, `to` as an input of type `datetime-local` writes them; only with preset `own`. */
export interface Search {
  preset: Preset;
  from: string;
  to: string;
  agent: string;
  team: string;
  queue: string;
  number: string;
  customer: string;
  direction: string;
  channel: string;
  code: string;
  reason: string;
  state: string;
  recorded: string;
  answered: string;
  talkMin: string;
  talkMax: string;
  text: string;
}

export const NO_SEARCH: Search = {
  preset: 'today',
  from: '',
  to: '',
  agent: '',
  team: '',
  queue: '',
  number: '',
  customer: '',
  direction: '',
  channel: '',
  code: '',
  reason: '',
  state: '',
  recorded: '',
  answered: '',
  talkMin: '',
  talkMax: '',
  text: '',
};

const NAMES = Object.keys(NO_SEARCH) as (keyof Search)[];

/** Reads the part of an address behind `?`; what is not known there is left out. */
export function parseSearch(address: string, other: Partial<Search> = {}): Search {
  const given = new URLSearchParams(address);
  const search: Search = { ...NO_SEARCH, ...other };
  for (const name of NAMES) {
    const value = given.get(name);
    if (value === null) continue;
    if (name !== 'preset') search[name] = value.slice(0, 200);
    else if ((PRESETS as readonly string[]).includes(value)) search.preset = value as Preset;
  }
  return search;
}

/** Only what differs from the search it began with. */
export function searchAddress(search: Search, other: Partial<Search> = {}): string {
  const base: Search = { ...NO_SEARCH, ...other };
  const given = new URLSearchParams();
  for (const name of NAMES) if (search[name] !== base[name]) given.set(name, search[name]);
  return given.toString();
}

const DAY_MS = 86_400_000;

function midnight(now: Date, daysBefore: number): number {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysBefore).getTime();
}

/** In ms; days are those of this computer's zone. */
export function spanOf(
  { preset, from, to }: Pick<Search, 'preset' | 'from' | 'to'>,
  now_ms: number,
): { from?: number; to?: number } {
  const now = new Date(now_ms);
  const own = (text: string) => {
    const ms = new Date(text).getTime();
    return Number.isNaN(ms) ? undefined : ms;
  };
  switch (preset) {
    case 'hour':
      return { from: now_ms - 3_600_000 };
    case 'today':
      return { from: midnight(now, 0) };
    case 'yesterday':
      return { from: midnight(now, 1), to: midnight(now, 0) };
    case 'week':
      return { from: midnight(now, 6) };
    case 'month':
      return { from: midnight(now, 29) };
    case 'all':
      return {};
    case 'own': {
      const [begin, end] = [own(from), own(to)];
      return { ...(begin !== undefined && { from: begin }), ...(end !== undefined && { to: end }) };
    }
  }
}

/** What is wrong with the search, by field. */
export function searchProblems(
  search: Search,
): Partial<Record<keyof Search, 'span' | 'seconds' | 'letters'>> {
  const { from, to } = spanOf(search, DAY_MS);
  const whole = (text: string) => text === '' || /^\d{1,6}$/.test(text);
  const short = search.text.split(/\s+/).some((word) => word.length === 1);
  return {
    ...(search.preset === 'own' &&
      from !== undefined &&
      to !== undefined &&
      from >= to && { to: 'span' as const }),
    ...(!whole(search.talkMin) && { talkMin: 'seconds' as const }),
    ...(!whole(search.talkMax) && { talkMax: 'seconds' as const }),
    ...(short && { text: 'letters' as const }),
  };
}

export function queryOf(search: Search, now_ms: number): InteractionQuery {
  const span = spanOf(search, now_ms);
  const asked: Record<string, string | undefined> = {
    from: span.from === undefined ? '' : String(span.from * 1000),
    to: span.to === undefined ? '' : String(span.to * 1000),
    agent: search.agent,
    team: search.team,
    queue: search.queue,
    number: search.number.trim(),
    customer: search.customer,
    direction: search.direction,
    channel: search.channel,
    wrap_up_code: search.code,
    reason: search.reason,
    state: search.state,
    recorded: search.recorded,
    answered: search.answered,
    talk_min_s: search.talkMin,
    talk_max_s: search.talkMax,
    text: search.text.trim(),
  };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== '')) as InteractionQuery;
}

/** A moment as `datetime-local` writes it, in this computer's zone. */
export function localInput(ms: number): string {
  const at = new Date(ms);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
