import { expect, it } from 'vitest';
import { backoffMs } from './backoff';
import { formatDuration } from './duration';
import { readMe } from './me';
import { mayEnter, SUPERVISORS } from './roles';

it.each([
  [0, '0:00'],
  [7_999, '0:07'],
  [750_000, '12:30'],
  [3_723_000, '1:02:03'],
  [-5, '0:00'],
])('%d ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

it('waits longer from attempt to attempt, within bounds', () => {
  expect(backoffMs(0, 0)).toBe(125);
  expect(backoffMs(3, 0.5)).toBe(1_500);
  expect(backoffMs(99, 0.999)).toBeLessThanOrEqual(10_000);
});

it('sorts the entries of me by kind', () => {
  const me = readMe({ 'call/2': { leg: '2' }, 'call/1': { leg: '1' }, other: 1 });
  expect(me.calls.map((call) => call.leg)).toEqual(['1', '2']);
  expect(me.agent).toBeNull();
});

it('lets a person in by any of their roles', () => {
  expect(mayEnter(['agent'], SUPERVISORS)).toBe(false);
  expect(mayEnter(['agent', 'supervisor'], SUPERVISORS)).toBe(true);
});
