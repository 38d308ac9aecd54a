import { describe, expect, it } from 'vitest';
import type { ActionsView, AgentView, CallView, OfferView, QualityView } from '../../api/protocol';
import { FakeClock } from '../../testing/fakes';
import { levelOf } from './level';
import { dialable, digitsOf } from './number';
import { offerAfterMs } from './plan';
import { soundOf } from './quality';
import { claimClient, type TabMessage } from './tab';
import { agentVerbs, canDial, canDrop, verbsOf } from './verbs';

const NOTHING: ActionsView = {
  hold: false,
  retrieve: false,
  transfer: false,
  consult: false,
  consulting: false,
  return: false,
  mute: false,
  record: false,
  supervising: false,
};
const call = (changes: Partial<CallView>, actions: Partial<ActionsView> = {}) =>
  ({
    leg: 'leg',
    state: 'talking',
    recording: false,
    recording_paused: false,
    muted: false,
    parties: [],
    actions: { ...NOTHING, ...actions },
    ...changes,
  }) as unknown as CallView;
const agent = (changes: Partial<AgentView>) =>
  ({
    state: 'ready',
    presence: 'ready',
    pending: null,
    device: { device: { kind: 'browser' }, name: '', reachable: true, can_answer: true },
    ...changes,
  }) as AgentView;

describe('verbs of a call', () => {
  it('answers only what rings for an answer, on a telephone that can', () => {
    const ringing = call({ state: 'ringing' });
    expect([...verbsOf(ringing, { device_note: 'answer_here' } as OfferView, true)]).toEqual(['answer']);
    expect([...verbsOf(ringing, { device_note: 'answer_here' } as OfferView, false)]).toEqual([]);
    expect([...verbsOf(ringing, { device_note: 'auto_answer' } as OfferView, true)]).toEqual([]);
  });

  it('follows what the server says is possible', () => {
    expect([...verbsOf(call({}, { hold: true, mute: true, record: true }), null, true)]).toEqual([
      'hang_up',
      'hold',
      'mute',
      'digits',
      'record',
    ]);
    const consulting = call(
      { state: 'consulting', muted: true },
      { consulting: true, return: true, mute: true },
    );
    expect([...verbsOf(consulting, null, true)]).toEqual([
      'hang_up',
      'complete',
      'swap',
      'conference',
      'return',
      'unmute',
      'digits',
    ]);
  });

  it('pauses what is recorded and resumes what is paused', () => {
    expect(verbsOf(call({ recording: true }, { record: true }), null, true)).toContain('pause');
    const paused = call({ recording: true, recording_paused: true }, { record: true });
    expect(verbsOf(paused, null, true)).toContain('resume');
  });

  it('drops one of several, never a supervisor', () => {
    const party = (role: string) => ({ participant: role, role }) as CallView['parties'][number];
    const parties = [party('customer'), party('agent'), party('supervisor')];
    const conference = call({ parties });
    expect(parties.map((one) => canDrop(conference, one))).toEqual([true, true, false]);
    expect(canDrop(call({ parties: [party('customer'), party('supervisor')] }), party('customer'))).toBe(
      false,
    );
  });
});

it('offers the states that may be asked for', () => {
  expect([...agentVerbs(agent({}))]).toEqual(['not_ready', 'sign_out']);
  expect([...agentVerbs(agent({ state: 'talking' }))]).toEqual(['not_ready']);
  const pending = agent({ state: 'talking', pending: { presence: 'not_ready', reason: null } });
  expect([...agentVerbs(pending)]).toEqual(['not_ready', 'ready']);
  expect([...agentVerbs(agent({ presence: 'logged_out', state: 'logged_out' }))]).toEqual(['sign_in']);
});

it('dials only from a telephone that is there and free', () => {
  expect(canDial(agent({}), [])).toBe(true);
  expect(canDial(agent({}), [call({})])).toBe(false);
  expect(canDial(agent({ device: null }), [])).toBe(false);
  expect(canDial(null, [])).toBe(false);
});

it.each([
  ['+49 (30) 123-456', '+4930123456'],
  ['tel:110', '110'],
  ['Ann', null],
  ['', null],
  ['+', null],
])('%s is dialled as %s', (text, number) => expect(dialable(text)).toBe(number));

it('sends only what is on a dial pad', () => expect(digitsOf('12 a-b #*x')).toBe('12AB#*'));

it('hears with the worse ear', () => {
  const quality = (heard: number | null, far: number | null) =>
    ({ heard_tenths: heard, far_tenths: far }) as QualityView;
  expect(soundOf(quality(43, 42))).toBe('good');
  expect(soundOf(quality(43, 34))).toBe('fair');
  expect(soundOf(quality(29, null))).toBe('bad');
  expect(soundOf(quality(null, null))).toBe('unknown');
});

it('measures loudness between silence and full scale', () => {
  expect(levelOf(new Float32Array(100))).toBe(0);
  expect(levelOf(new Float32Array(100).fill(1))).toBe(1);
  expect(levelOf(new Float32Array(100).fill(0.0316))).toBeCloseTo(0.5, 1);
});

it('waits longer from offer to offer', () => {
  expect([0, 1, 2, 3, 9].map(offerAfterMs)).toEqual([0, 1_000, 2_000, 4_000, 10_000]);
});

describe('the name of a page', () => {
  function pages() {
    const listeners: ((message: TabMessage) => void)[] = [];
    return () => {
      let own: ((message: TabMessage) => void) | null = null;
      return {
        post: (message: TabMessage) => {
          for (const hear of listeners) if (hear !== own) hear(message);
        },
        hear: (listener: (message: TabMessage) => void) => {
          own = listener;
          listeners.push(listener);
        },
      };
    };
  }

  it('is kept over a reload, and new in a duplicated page', async () => {
    const clock = new FakeClock();
    const open = pages();
    const first = claimClient(open(), clock, 'kept', 'one');
    clock.pass(100);
    expect(await first).toBe('kept');
    const second = claimClient(open(), clock, 'kept', 'two');
    clock.pass(100);
    expect(await second).toBe('two');
    expect(await claimClient(open(), clock, null, 'three')).toBe('three');
  });
});
