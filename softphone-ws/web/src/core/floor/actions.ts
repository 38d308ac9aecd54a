/** What a supervisor may do with an agent or a call just now, and why something is not possible. The server judges again. Pure. */
import type { CallView, FloorAgentView, FloorCallView, FloorPartyView, ShownState } from '../../api/protocol';
import type { Me } from '../me';

export const AGENT_ACTIONS = [
  'listen',
  'whisper',
  'barge',
  'intercept',
  'release',
  'ready',
  'not_ready',
  'sign_out',
  'message',
] as const;
export type AgentAction = (typeof AGENT_ACTIONS)[number];

export const WAITING_ACTIONS = ['take', 'move', 'end'] as const;
export type WaitingAction = (typeof WAITING_ACTIONS)[number];

/** Why it is not possible: said beside the button. */
export type Obstacle =
  | 'self'
  | 'no_telephone'
  | 'you_are_busy'
  | 'no_call'
  | 'not_talking'
  | 'signed_out'
  | 'already'
  | 'held_out';

export type Possible<A extends string> = Record<A, Obstacle | null>;

/** The supervision that is under way, if any. */
export function supervisionOf(me: Me): CallView | null {
  return me.calls.find((call) => call.actions.supervising) ?? null;
}

const IN_CALL: readonly ShownState[] = ['talking', 'hold'];
const FREE: readonly ShownState[] = ['ready', 'not_ready'];

/** Whether one's own telephone could ring for this now. */
function ownObstacle(me: Me): Obstacle | null {
  if (me.agent === null || me.agent.device === null) return 'no_telephone';
  return FREE.includes(me.agent.state) && me.calls.length === 0 && me.offers.length === 0
    ? null
    : 'you_are_busy';
}

const MODES = { listen: 'listening', whisper: 'whispering', barge: 'barging' } as const;

export function agentActions(agent: FloorAgentView, me: Me, own: string): Possible<AgentAction> {
  const supervision = supervisionOf(me);
  const mine = supervision !== null && supervision.interaction === agent.interaction ? supervision : null;
  const self: Obstacle | null = agent.agent === own ? 'self' : null;
  const inCall: Obstacle | null =
    agent.interaction === null ? 'no_call' : IN_CALL.includes(agent.state) ? null : 'not_talking';
  const hear = (mode: keyof typeof MODES): Obstacle | null => {
    if (mine !== null) return mine.state === MODES[mode] ? 'already' : null;
    return self ?? inCall ?? ownObstacle(me);
  };
  const signedOut: Obstacle | null = agent.state === 'logged_out' ? 'signed_out' : null;
  const asked = agent.pending?.presence ?? (agent.state === 'ready' ? 'ready' : null);
  return {
    listen: hear('listen'),
    whisper: hear('whisper'),
    barge: hear('barge'),
    intercept: self ?? inCall ?? (mine === null ? ownObstacle(me) : null),
    release: agent.interaction === null ? 'no_call' : null,
    ready: signedOut ?? (asked === 'ready' ? 'already' : null),
    not_ready: signedOut,
    sign_out: signedOut,
    message: null,
  };
}

export function waitingActions(call: FloorCallView, me: Me): Possible<WaitingAction> {
  const heldOut: Obstacle | null = call.offered ? 'held_out' : null;
  return { take: heldOut ?? ownObstacle(me), move: heldOut, end: null };
}

/** The agents of a call who speak with the customer or do something for them. */
export function agentsIn(call: FloorCallView): (FloorPartyView & { agent: string })[] {
  return call.parties.filter(
    (party): party is FloorPartyView & { agent: string } => party.role === 'agent' && party.agent !== null,
  );
}
