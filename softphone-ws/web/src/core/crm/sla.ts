/** A promise on a ticket: how its clock stands. All moments in µs, as REST tells them. */
import type { components } from '../../api/rest';

type Ticket = components['schemas']['TicketRow'];

export type Promised =
  | { readonly is: 'none' }
  | { readonly is: 'met'; readonly at: number }
  | { readonly is: 'broken'; readonly at: number; readonly done_at: number | null }
  | { readonly is: 'paused'; readonly left_ms: number }
  | { readonly is: 'running'; readonly due_at: number; readonly soon: boolean };

/** The share of the time promised from which on it is said that it ends soon. */
const SOON_SHARE = 0.25;

function promised(
  {
    target_ms,
    due_at,
    left_ms,
    breached_at,
    done_at,
  }: Record<'target_ms' | 'due_at' | 'left_ms' | 'breached_at' | 'done_at', number | null>,
  now_ms: number,
): Promised {
  if (target_ms === null) return { is: 'none' };
  if (breached_at !== null) return { is: 'broken', at: breached_at, done_at };
  if (done_at !== null) return { is: 'met', at: done_at };
  if (due_at === null) return left_ms === null ? { is: 'none' } : { is: 'paused', left_ms };
  const left = due_at / 1000 - now_ms;
  // The server says so a moment later; what is over is over.
  if (left <= 0) return { is: 'broken', at: due_at, done_at: null };
  return { is: 'running', due_at, soon: left < target_ms * SOON_SHARE };
}

/** The first answer. */
export function response(ticket: Ticket, now_ms: number): Promised {
  return promised(
    {
      target_ms: ticket.response_target_ms ?? null,
      due_at: ticket.response_due_at ?? null,
      left_ms: ticket.response_left_ms ?? null,
      breached_at: ticket.response_breached_at ?? null,
      done_at: ticket.responded_at ?? null,
    },
    now_ms,
  );
}

/** The solution. */
export function resolution(ticket: Ticket, now_ms: number): Promised {
  return promised(
    {
      target_ms: ticket.resolution_target_ms ?? null,
      due_at: ticket.resolution_due_at ?? null,
      left_ms: ticket.resolution_left_ms ?? null,
      breached_at: ticket.resolution_breached_at ?? null,
      done_at: ticket.resolved_at ?? null,
    },
    now_ms,
  );
}

/** The clock that matters in a list: what is broken first, then what runs out first. */
export function foremost(ticket: Ticket, now_ms: number): Promised {
  const both = [response(ticket, now_ms), resolution(ticket, now_ms)];
  const running = both.filter((one) => one.is === 'running').sort((a, b) => a.due_at - b.due_at);
  return (
    both.find((one) => one.is === 'broken' && one.done_at === null) ??
    running[0] ??
    both.find((one) => one.is === 'paused') ??
    both.find((one) => one.is === 'broken') ??
    both.find((one) => one.is === 'met') ?? { is: 'none' }
  );
}
