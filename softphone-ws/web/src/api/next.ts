/** Endpoints that the description of the server (`rest.ts`) does not tell of yet, typed by hand. */
import createClient from 'openapi-fetch';
import { refusals } from './client';

/** The loudest samples of one part of a recording, column by column, 0 to 32767. */
export interface PeaksView {
  part: number;
  rate: number;
  duration_ms: number;
  customer: number[];
  agent: number[];
}

/** Figures of one agent over a time. Durations in ms, moments in µs. */
export interface AgentFigures {
  agent_id: string;
  name: string;
  handled: number;
  talk_ms: number;
  hold_ms: number;
  wrap_up_ms: number;
  aht_ms: number | null;
  offers: number;
  not_answered: number;
  declined: number;
  ready_ms: number;
  not_ready_ms: number;
  signed_in_ms: number;
  first_sign_in: number | null;
}

/** To whom a call may be given, with how they do now. */
export type DirectoryEntry =
  | { kind: 'agent'; to: { kind: 'agent'; id: string }; name: string; login?: string; team?: string | null }
  | { kind: 'queue' | 'flow'; to: { kind: 'queue' | 'flow'; id: string }; name: string }
  | { kind: 'number'; to: { kind: 'number'; number: string }; name: string };

interface Get<Query, Answer> {
  get: {
    parameters: { query?: Query; path?: Record<string, string> };
    responses: { 200: { content: { 'application/json': Answer } } };
  };
}

export interface NextPaths {
  '/api/v1/directory': Get<
    { q?: string; kind?: string; limit?: string },
    { items: DirectoryEntry[]; more: boolean }
  >;
  '/api/v1/recordings/{id}/peaks': Get<{ width?: number; part?: number }, PeaksView>;
  '/api/v1/statistics/agents': Get<
    { from?: string; to?: string; agent?: string },
    { from: number; to: number; items: AgentFigures[] }
  >;
}

/** As `api`, for the endpoints above. */
export const nextApi = createClient<NextPaths>({
  baseUrl: location.origin,
  fetch: (request) => globalThis.fetch(request),
});
nextApi.use(refusals);
