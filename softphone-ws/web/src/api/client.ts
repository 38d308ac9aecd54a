/** REST: typed by the server's description, refusals as `Problem`. */
import createClient, { type Middleware } from 'openapi-fetch';
import { randomKey } from '../platform/random';
import type { components, paths } from './rest';

export type Schemas = components['schemas'];

/** A refusal (RFC 9457), or `status` 0 and kind `unreachable`: no answer came. */
export class Problem extends Error {
  readonly status: number;
  /** The last word of the problem's type, e.g. `version-conflict`, `invalid`. */
  readonly kind: string;
  readonly body: Partial<Schemas['ProblemBody']>;
  /** What the server asks to wait, in seconds. */
  readonly retryAfterS: number | null;

  constructor(status: number, body: Partial<Schemas['ProblemBody']>, retryAfterS: number | null = null) {
    super(body.detail ?? body.title ?? `status ${status}`);
    this.name = 'Problem';
    this.status = status;
    this.kind = body.type?.split(':').at(-1) ?? (status === 0 ? 'unreachable' : 'unknown');
    this.body = body;
    this.retryAfterS = retryAfterS;
  }

  /** What is wrong with a field, as the server words it. */
  field(name: string): string | undefined {
    return this.body.errors?.find((error) => error.field === name)?.message;
  }
}

let onSignedOut: () => void = () => {};

/** Says whom to tell when the server does not know the session any more. */
export function whenSignedOut(run: () => void): void {
  onSignedOut = run;
}

async function problemOf(response: Response): Promise<Problem> {
  const retry = Number(response.headers.get('retry-after') ?? Number.NaN);
  const body = (await response.json().catch(() => ({}))) as Partial<Schemas['ProblemBody']>;
  return new Problem(response.status, body, Number.isFinite(retry) ? retry : null);
}

/** What every answer goes through: a refusal is thrown as a `Problem`. */
export const refusals: Middleware = {
  onRequest({ request }) {
    // Writes are JSON even without a body: what makes them safe from other pages' forms.
    if (request.method !== 'GET' && !request.headers.has('content-type')) {
      request.headers.set('content-type', 'application/json');
    }
    return request;
  },
  async onResponse({ request, response }) {
    if (response.ok || response.status === 304) return;
    const problem = await problemOf(response);
    const signingIn = request.method === 'POST' && new URL(request.url).pathname === '/api/v1/session';
    if (problem.status === 401 && !signingIn) onSignedOut();
    throw problem;
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === 'AbortError') return error;
    return new Problem(0, {});
  },
};

/** `api.GET('/api/v1/teams', { params: { query: { search } }, signal })`; every refusal is thrown as a `Problem`. */
export const api = createClient<paths>({
  baseUrl: location.origin,
  // Looked up at each call, so that tests may put their own in its place.
  fetch: (request) => globalThis.fetch(request),
});
api.use(refusals);

/** The body of an answer: `const team = await body(api.GET(…))`. Whatever was refused has been thrown. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

/** The header for a write based on what was read: `header: ifMatch(row.version)`. */
export function ifMatch(version: number): { 'If-Match': string } {
  return { 'If-Match': `"${version}"` };
}

/** A new key for one thing to be made. Keep it over retries of the same submission; take a new one when the input changed. */
export function idempotencyKey(): { 'Idempotency-Key': string } {
  return { 'Idempotency-Key': randomKey() };
}

/** The changes of a merge patch (RFC 7396), where the description asks for the whole row. `null` clears. */
export function patch<T>(changes: { [K in keyof T]?: T[K] | null | undefined }): T {
  return changes as T;
}
