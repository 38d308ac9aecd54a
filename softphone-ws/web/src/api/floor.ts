/** What the supervisor's console reads besides `rest.ts`: figures, decisions, messages to people, the wider search. Moments in µs. */
import createClient from 'openapi-fetch';
import { refusals, type Schemas } from './client';
import type { PageOf } from './pages';

/** Counted in quarter hours, by when calls entered the queue. */
export interface IntervalSums {
  offered: number;
  answered: number;
  abandoned: number;
  /** Sent on to another queue or back to the flow. */
  overflowed: number;
  /** Ended by a failure of the server. */
  lost: number;
  answered_in_level: number;
  abandoned_in_level: number;
  wait_answered_ms: number;
  wait_abandoned_ms: number;
  talk_ms: number;
  hold_ms: number;
  wrap_up_ms: number;
}

/** Null where there is nothing to divide by. */
export interface QueueFigures {
  level_permille: number | null;
  level_all_permille: number | null;
  level_answered_permille: number | null;
  abandoned_permille: number | null;
  asa_ms: number | null;
  aht_ms: number | null;
}

export interface Interval extends IntervalSums {
  /** Null: all queues together. */
  queue_id: string | null;
  start_at: number;
  figures: QueueFigures;
}

export interface Intervals {
  from: number;
  to: number;
  /** Within how long an answer counts for the service level. */
  level_ms: number;
  items: Interval[];
  total: IntervalSums & { figures: QueueFigures };
}

/** Why an agent was not chosen; `null` for the chosen one. */
export type Rejected =
  | { why: 'not_ready'; detail: { kind: string; id?: string } }
  | { why: 'missing_skill' | 'proficiency_too_low'; detail: string }
  | {
      why:
        | 'logged_out'
        | 'busy'
        | 'reserved'
        | 'wrap_up'
        | 'device_unreachable'
        | 'declined_this'
        | 'less_idle'
        | 'less_proficient';
    };

export interface Candidate {
  agent: string;
  /** Sum of proficiencies over the skills needed. */
  proficiency: number;
  idle_ms: number;
  rejected: Rejected | null;
}

export interface Decision {
  rule: string;
  age_ms: number;
  priority: number;
  credit_ms: number;
  score_ms?: number | null;
  /** The chosen one first. */
  candidates: Candidate[];
  not_shown: number;
}

export interface OfferWhy {
  offer: string;
  queue: string | null;
  agent: string;
  offered_at: number;
  ended_at: number | null;
  outcome: string | null;
  decision: Decision;
}

export interface WaitingWhy {
  queue: string;
  queue_name: string | null;
  /** 1 is next; null while it is held out to an agent. */
  position: number | null;
  priority: number;
  since: number;
  expected_wait_ms: number | null;
  decision: Decision;
}

export interface Decisions {
  interaction: string;
  waiting: WaitingWhy | null;
  offers: OfferWhy[];
  /** Names of agents, queues, skills and reasons by their ids. */
  names: Record<string, string>;
}

/** Filters of `GET /interactions`. Moments in µs, as text. */
export interface InteractionQuery {
  from?: string;
  to?: string;
  queue?: string;
  agent?: string;
  team?: string;
  customer?: string;
  number?: string;
  direction?: string;
  channel?: string;
  state?: string;
  reason?: string;
  wrap_up_code?: string;
  recorded?: string;
  answered?: string;
  talk_min_s?: string;
  talk_max_s?: string;
  text?: string;
  cursor?: string;
  limit?: string;
}

/** One of users (at most 100), team, queue, everybody. */
export interface NewMessage {
  users?: string[];
  team?: string;
  queue?: string;
  everybody?: boolean;
  text: string;
}

interface Get<Query, Answer> {
  get: {
    parameters: { query?: Query; path?: Record<string, string> };
    responses: { 200: { content: { 'application/json': Answer } } };
  };
}

interface FloorPaths {
  '/api/v1/statistics/intervals': Get<
    { from?: string; to?: string; queue?: string; by?: 'total' },
    Intervals
  >;
  '/api/v1/calls/{id}/decision': Get<never, Decisions>;
  '/api/v1/interactions': Get<InteractionQuery, PageOf<Schemas['InteractionSummary']>>;
  '/api/v1/notifications': {
    post: {
      parameters: { query?: never };
      requestBody: { content: { 'application/json': NewMessage } };
      responses: { 201: { content: { 'application/json': { told: number } } } };
    };
  };
}

/** As `api`, for the endpoints above. */
export const floorApi = createClient<FloorPaths>({
  baseUrl: location.origin,
  fetch: (request) => globalThis.fetch(request),
});
floorApi.use(refusals);
