import { expect, it } from 'vitest';
import type { Schemas } from '../../api/client';
import type { AgentView, FloorAgentView, FloorCallView, QueueView } from '../../api/protocol';
import type { Me } from '../me';
import { agentActions, waitingActions } from './actions';
import { figuresOf, QUARTER_MS, slotsOf, sumsOf } from './charts';
import { NO_FILTER, narrow, readFloor, totalsOf } from './model';
import { arrange, nextSort, sorted } from './order';
import {
  DEFAULTS,
  judge,
  judgeAgent,
  judgeQueue,
  limitProblem,
  limitsOf,
  parseThresholds,
} from './thresholds';

const call = (interaction: string, more: Partial<FloorCallView> = {}): FloorCallView => ({
  interaction,
  direction: 'inbound',
  caller: { number: '+4930123456', display: null },
  customer: null,
  queue: 'q1',
  queue_name: 'Support',
  since_ms: 0,
  waiting: true,
  offered: false,
  message: false,
  priority: 5,
  recording: false,
  score_tenths: null,
  parties: [],
  ...more,
});

const agent = (id: string, more: Partial<FloorAgentView> = {}): FloorAgentView => ({
  agent: id,
  name: id,
  team: null,
  state: 'ready',
  reason: null,
  pending: null,
  since_ms: 0,
  device_reachable: true,
  interaction: null,
  queue_name: null,
  score_tenths: null,
  caller: null,
  customer: null,
  supervised_by: [],
  ...more,
});

const queue = (id: string, more: Partial<QueueView> = {}): QueueView => ({
  queue: id,
  name: id,
  waiting: 0,
  messages: 0,
  offered: 0,
  oldest_ms: null,
  staffed: 1,
  ready: 1,
  busy: 0,
  open: true,
  expected_wait_ms: null,
  expected_error_ms: null,
  today: null,
  lately: null,
  ...more,
});

const ownAgent = (more: Partial<AgentView> = {}): AgentView => ({
  state: 'not_ready',
  presence: 'not_ready',
  reason: null,
  pending: null,
  since_ms: 0,
  device: { device: { kind: 'browser' }, name: '', reachable: true, can_answer: true },
  owner_session: null,
  ...more,
});

const me = (more: Partial<Me> = {}): Me =>
  ({ agent: ownAgent(), offers: [], calls: [], messages: [], wrapUps: [], ...more }) as Me;

it('puts who waits in the order of their turn', () => {
  const floor = readFloor({
    'call/a': call('a', { since_ms: 5 }),
    'call/b': call('b', { since_ms: 9, priority: 7 }),
    'call/c': call('c', { since_ms: 1 }),
    'call/d': call('d', { since_ms: 20, offered: true, priority: null }),
    'call/e': call('e', { waiting: false }),
  });
  expect(floor.waiting.map((one) => one.interaction)).toEqual(['d', 'b', 'c', 'a']);
  expect(floor.calls.map((one) => one.interaction)).toEqual(['e']);
});

it('narrows agents by team, state, queue and words, and keeps calls that wait', () => {
  const floor = readFloor({
    'queue/q1': queue('q1', { waiting: 2, oldest_ms: 7 }),
    'queue/q2': queue('q2', { waiting: 1, oldest_ms: 3 }),
    'agent/1': agent('Ann', { team: 't' }),
    'agent/2': agent('Bo', { state: 'talking', queue_name: 'q2' }),
    'call/a': call('a'),
  });
  const serves = (one: string, id: string) => one === 'Ann' && id === 'q1';
  expect(narrow(floor, { ...NO_FILTER, team: 't' }, serves).agents.map((one) => one.name)).toEqual(['Ann']);
  expect(narrow(floor, { ...NO_FILTER, team: 't' }, serves).waiting.length).toBe(1);
  expect(narrow(floor, { ...NO_FILTER, state: 'talking' }, serves).agents.map((one) => one.name)).toEqual([
    'Bo',
  ]);
  expect(narrow(floor, { ...NO_FILTER, queue: 'q1' }, serves).agents.map((one) => one.name)).toEqual(['Ann']);
  expect(narrow(floor, { ...NO_FILTER, queue: 'q2' }, serves).agents.map((one) => one.name)).toEqual(['Bo']);
  expect(narrow(floor, { ...NO_FILTER, text: '30123' }, serves).waiting.length).toBe(1);
  expect(totalsOf(floor)).toMatchObject({ waiting: 3, oldest_ms: 3, ready: 1, busy: 1 });
});

it('keeps rows in their places while they are pointed at', () => {
  const key = (row: string) => row.slice(0, 1);
  const first = arrange([], ['a1', 'b1', 'c1'], key, false);
  const held = arrange(first, ['c2', 'd1', 'a2'], key, true);
  expect(held.map(({ row, gone }) => `${row}${gone ? ' gone' : ''}`)).toEqual(['a2', 'b1 gone', 'c2', 'd1']);
  expect(arrange(held, ['c2', 'd1', 'a2'], key, false).map(({ row }) => row)).toEqual(['c2', 'd1', 'a2']);
});

it('sorts up, down and not at all, with unknown values at the end', () => {
  const up = nextSort(null, 'x');
  expect(nextSort(nextSort(up, 'x'), 'x')).toBeNull();
  const by = (row: { x: number | null }) => row.x;
  const rows = [{ x: 2 }, { x: null }, { x: 1 }];
  expect(sorted(rows, by, false).map(by)).toEqual([1, 2, null]);
  expect(sorted(rows, by, true).map(by)).toEqual([2, 1, null]);
});

it.each([
  [null, 'ok'],
  [4, 'ok'],
  [5, 'warn'],
  [10, 'bad'],
])('%s waiting is %s', (value, level) => expect(judge(value, { warn: 5, bad: 10 })).toBe(level));

it('judges a queue by its own limits where it has some', () => {
  const thresholds = { ...DEFAULTS, queues: { q2: { ...DEFAULTS.queue, ready: { warn: 1, bad: 0 } } } };
  const figures = {
    offered: 100,
    answered: 80,
    abandoned: 12,
    level_permille: 799,
    asa_ms: null,
    aht_ms: null,
  };
  const view = queue('q', {
    oldest_ms: 0,
    today: figures,
    lately: { ...figures, level_permille: 800 },
    ready: 0,
  });
  expect(judgeQueue(view, limitsOf(thresholds, 'q1'), 180_000)).toMatchObject({
    wait_s: 'bad',
    level: 'ok',
    level_today: 'warn',
    abandoned: 'bad',
    ready: 'ok',
  });
  expect(judgeQueue(view, limitsOf(thresholds, 'q2'), 0).ready).toBe('bad');
  expect(judgeAgent(agent('a', { state: 'wrap_up' }), DEFAULTS.agent, 60_000)).toBe('warn');
  expect(judgeAgent(agent('a'), DEFAULTS.agent, 9_999_999)).toBe('ok');
});

it('reads thresholds that were kept, and takes the defaults for what makes no sense', () => {
  const text = JSON.stringify({ queue: { waiting: { warn: 1, bad: null }, level: { warn: 'x' } } });
  const read = parseThresholds(text);
  expect(read.queue.waiting).toEqual({ warn: 1, bad: null });
  expect(read.queue.level).toEqual(DEFAULTS.queue.level);
  expect(parseThresholds('{')).toEqual(DEFAULTS);
  expect(limitProblem({ warn: 5, bad: 3 }, false)).toBe('order');
  expect(limitProblem({ warn: 80, bad: 60 }, true)).toBeNull();
});

it('offers to listen only where one can', () => {
  const talking = agent('Bo', { state: 'talking', interaction: 'i' });
  expect(agentActions(talking, me(), 'own').listen).toBeNull();
  expect(agentActions(talking, me({ agent: null }), 'own').listen).toBe('no_telephone');
  expect(agentActions(talking, me({ agent: ownAgent({ state: 'talking' }) }), 'own').listen).toBe(
    'you_are_busy',
  );
  expect(agentActions(agent('Bo'), me(), 'own').listen).toBe('no_call');
  expect(agentActions(talking, me(), 'Bo').intercept).toBe('self');
  const mine = {
    interaction: 'i',
    state: 'listening',
    actions: { supervising: true },
  } as Me['calls'][number];
  const supervising = agentActions(talking, me({ calls: [mine] }), 'own');
  expect([supervising.listen, supervising.whisper, supervising.intercept]).toEqual(['already', null, null]);
  expect(agentActions(agent('Bo', { state: 'logged_out' }), me(), 'own').sign_out).toBe('signed_out');
  expect(waitingActions(call('a', { offered: true }), me()).take).toBe('held_out');
});

it('makes slots of quarter hours, also where nothing came', () => {
  const sums = sumsOf([]);
  const item = (quarter: number, more: Partial<Schemas['Interval']>): Schemas['Interval'] => ({
    ...sums,
    queue_id: null,
    start_at: quarter * QUARTER_MS * 1000,
    figures: figuresOf(sums),
    ...more,
  });
  const items = [
    item(1, {
      offered: 10,
      answered: 8,
      abandoned: 2,
      answered_in_level: 6,
      abandoned_in_level: 1,
      wait_answered_ms: 80_000,
    }),
    item(1, { offered: 2, answered: 2, answered_in_level: 2 }),
  ];
  const slots = slotsOf(items, 0, 3 * QUARTER_MS);
  expect(slots.map((slot) => slot.offered)).toEqual([0, 12, 0]);
  expect(slots[1]).toMatchObject({ level: 72.7, asa_s: 8 });
  expect(slots[0]?.level).toBeNull();
  expect(slotsOf(items, 0, 3 * QUARTER_MS, 4).map((slot) => slot.offered)).toEqual([12]);
});
