/** What the person can do with the telephone just now. Pure. */
import type { AgentView, AudioView, CallView, OfferView, PartyView, ShownState } from '../../api/protocol';

export type CallVerb =
  | 'answer'
  | 'hang_up'
  | 'hold'
  | 'retrieve'
  | 'transfer'
  | 'consult'
  | 'complete'
  | 'swap'
  | 'conference'
  | 'return'
  | 'mute'
  | 'unmute'
  | 'digits'
  | 'record'
  | 'pause'
  | 'resume'
  | 'set_mode'
  | 'intercept';

/** The leg is up: somebody is or may be heard in it. */
export function isUp(call: CallView): boolean {
  return call.state !== 'ringing' && call.state !== 'dialling';
}

export function isSupervision(call: CallView): boolean {
  return call.state === 'listening' || call.state === 'whispering' || call.state === 'barging';
}

/** `canAnswer`: the telephone in use is answered by command, and is there. */
export function verbsOf(call: CallView, offer: OfferView | null, canAnswer: boolean): ReadonlySet<CallVerb> {
  const { actions } = call;
  const verbs = new Set<CallVerb>();
  const ringsHere = call.state === 'ringing' && offer?.device_note !== 'auto_answer';
  if (ringsHere && canAnswer) verbs.add('answer');
  if (call.state !== 'ringing') verbs.add('hang_up');
  if (actions.hold) verbs.add('hold');
  if (actions.retrieve) verbs.add('retrieve');
  if (actions.transfer) verbs.add('transfer');
  if (actions.consult) verbs.add('consult');
  if (actions.consulting) for (const verb of ['complete', 'swap', 'conference'] as const) verbs.add(verb);
  if (actions.return) verbs.add('return');
  if (actions.mute) verbs.add(call.muted ? 'unmute' : 'mute');
  if (isUp(call) && !isSupervision(call)) verbs.add('digits');
  if (actions.record) verbs.add(!call.recording ? 'record' : call.recording_paused ? 'resume' : 'pause');
  if (actions.supervising) verbs.add('set_mode').add('intercept');
  return verbs;
}

/** One of several may be put out by whoever speaks with them; a supervisor by nobody. */
export function canDrop(call: CallView, party: PartyView): boolean {
  if (call.state !== 'talking' && call.state !== 'consulting') return false;
  return party.role !== 'supervisor' && call.parties.filter(({ role }) => role !== 'supervisor').length > 1;
}

export type AgentVerb = 'sign_in' | 'sign_out' | 'ready' | 'not_ready';

const WORKING: ReadonlySet<ShownState> = new Set(['reserved', 'talking', 'hold', 'handling', 'wrap_up']);

export const isWorking = (agent: AgentView): boolean => WORKING.has(agent.state);

export function agentVerbs(agent: AgentView): ReadonlySet<AgentVerb> {
  if (agent.presence === 'logged_out') return new Set(['sign_in']);
  const verbs = new Set<AgentVerb>(['not_ready']);
  const wanted = agent.pending?.presence ?? agent.presence;
  if (wanted !== 'ready') verbs.add('ready');
  if (!isWorking(agent)) verbs.add('sign_out');
  return verbs;
}

/** A number may be dialled: signed in, on a telephone that is there, and in no call that forbids it. */
export function canDial(agent: AgentView | null, calls: readonly CallView[]): boolean {
  if (agent === null || agent.presence === 'logged_out') return false;
  return agent.device?.reachable === true && calls.length === 0 && agent.state !== 'reserved';
}

/** What a ready agent is to be told: offers come only where there is audio. */
export function readyWithoutAudio(agent: AgentView | null): boolean {
  return agent?.presence === 'ready' && agent.device?.reachable === false;
}

/** This page rings: the call waits to be answered here, and this page is the telephone. */
export function ringing(
  calls: readonly CallView[],
  offers: readonly OfferView[],
  audio: AudioView | null,
  client: string,
): CallView | null {
  if (audio?.client !== client) return null;
  const offerOf = (call: CallView) => offers.find((offer) => offer.interaction === call.interaction);
  return (
    calls.find((call) => call.state === 'ringing' && offerOf(call)?.device_note !== 'auto_answer') ?? null
  );
}
