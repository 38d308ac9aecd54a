/** `GET /calls/{id}/decision`: why this agent and not the others. Moments in µs. */
import { api, body, type Schemas } from './client';

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

export type OfferWhy = Omit<Schemas['OfferWhy'], 'decision'> & { decision: Decision };

export type WaitingWhy = Omit<Schemas['WaitingWhy'], 'decision'> & { decision: Decision };

/** `names`: of agents, queues, skills and reasons by their ids. */
export type Decisions = Omit<Schemas['Decisions'], 'offers' | 'waiting'> & {
  waiting?: WaitingWhy | null;
  offers: OfferWhy[];
};

/** The description leaves open what a decision holds. */
export async function readDecisions(interaction: string, signal: AbortSignal): Promise<Decisions> {
  const path = { id: interaction };
  return (await body(
    api.GET('/api/v1/calls/{id}/decision', { params: { path }, signal }),
  )) as unknown as Decisions;
}
