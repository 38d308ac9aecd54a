/** The floor as topic `floor` tells it: read, put in order, narrowed. Pure. */
import type { FloorAgentView, FloorCallView, QueueView, ShownState } from '../../api/protocol';
import { entriesOf } from '../me';
import type { Entries } from '../topics';

export interface Floor {
  readonly queues: readonly QueueView[];
  readonly agents: readonly FloorAgentView[];
  /** In the order in which they will be served: higher priority first, then who waited longer. Those held out to an agent stand first. */
  readonly waiting: readonly FloorCallView[];
  /** Calls in progress, the oldest first. */
  readonly calls: readonly FloorCallView[];
}

const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);

export function readFloor(entries: Entries): Floor {
  const calls = entriesOf<FloorCallView>(entries, 'call/');
  return {
    queues: entriesOf<QueueView>(entries, 'queue/').sort(byName),
    agents: entriesOf<FloorAgentView>(entries, 'agent/').sort(byName),
    waiting: calls.filter((call) => call.waiting).sort(byTurn),
    calls: calls.filter((call) => !call.waiting).sort((a, b) => a.since_ms - b.since_ms),
  };
}

function byTurn(a: FloorCallView, b: FloorCallView): number {
  if (a.offered !== b.offered) return a.offered ? -1 : 1;
  return (b.priority ?? 0) - (a.priority ?? 0) || a.since_ms - b.since_ms;
}

/** What the floor is narrowed to; an empty text is no filter. */
export interface FloorFilter {
  /** Words in a name, a queue, a number. */
  text: string;
  queue: string;
  team: string;
  state: ShownState | '';
}

export const NO_FILTER: FloorFilter = { text: '', queue: '', team: '', state: '' };

/** `serves`: who serves which queue, where that is known. */
export function narrow(
  floor: Floor,
  filter: FloorFilter,
  serves: (agent: string, queue: string) => boolean | null,
): Floor {
  const queue = floor.queues.find((one) => one.queue === filter.queue);
  const words = filter.text.trim().toLowerCase();
  const says = (...texts: (string | null | undefined)[]) =>
    words === '' || texts.some((text) => text?.toLowerCase().includes(words));
  const team = new Set(
    floor.agents.filter((agent) => agent.team === filter.team).map((agent) => agent.agent),
  );
  const ofQueue = (agent: FloorAgentView) =>
    filter.queue === '' ||
    (serves(agent.agent, filter.queue) ?? true) ||
    agent.queue_name === (queue?.name ?? '');
  const callFits = (call: FloorCallView) =>
    (filter.queue === '' || call.queue === filter.queue) &&
    (filter.team === '' ||
      call.waiting ||
      call.parties.some((party) => party.agent !== null && team.has(party.agent))) &&
    says(
      call.caller.number,
      call.caller.display,
      call.queue_name,
      ...call.parties.map((party) => party.name),
    );
  return {
    queues: floor.queues.filter(
      (one) => (filter.queue === '' || one.queue === filter.queue) && says(one.name),
    ),
    agents: floor.agents.filter(
      (agent) =>
        ofQueue(agent) &&
        (filter.team === '' || agent.team === filter.team) &&
        (filter.state === '' || agent.state === filter.state) &&
        says(agent.name, agent.queue_name, agent.caller?.number, agent.caller?.display),
    ),
    waiting: floor.waiting.filter(callFits),
    calls: floor.calls.filter(callFits),
  };
}

export interface Totals {
  waiting: number;
  /** When the longest-waiting began. */
  oldest_ms: number | null;
  ready: number;
  busy: number;
  not_ready: number;
  signed_out: number;
  calls: number;
}

const BUSY: readonly ShownState[] = ['reserved', 'talking', 'hold', 'handling', 'wrap_up'];

export function totalsOf(floor: Floor): Totals {
  const count = (fits: (state: ShownState) => boolean) =>
    floor.agents.filter((agent) => fits(agent.state)).length;
  const oldest = floor.queues.flatMap((queue) => (queue.oldest_ms === null ? [] : [queue.oldest_ms]));
  return {
    waiting: floor.queues.reduce((sum, queue) => sum + queue.waiting, 0),
    oldest_ms: oldest.length === 0 ? null : Math.min(...oldest),
    ready: count((state) => state === 'ready'),
    busy: count((state) => BUSY.includes(state)),
    not_ready: count((state) => state === 'not_ready'),
    signed_out: count((state) => state === 'logged_out'),
    calls: floor.calls.length,
  };
}
