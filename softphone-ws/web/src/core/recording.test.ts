import { expect, it } from 'vitest';
import { lengthMs, partAfter, peakColumns, placeAt } from './recording';

const first = { part: 1, offset_ms: 0, duration_ms: 10_000 };
const later = { part: 2, offset_ms: 12_000, duration_ms: 8_000 };
// A consultation beside the customer's own part.
const beside = { part: 3, offset_ms: 13_000, duration_ms: 2_000 };
const parts = [first, later, beside];

it('is as long as its last part reaches', () => {
  expect(lengthMs(parts)).toBe(20_000);
  expect(lengthMs([])).toBe(0);
});

it.each([
  [0, null, 1, 0],
  [9_999, null, 1, 9_999],
  [11_000, null, 2, 0],
  [14_000, null, 2, 2_000],
  [14_000, 3, 3, 1_000],
])('at %d ms, playing %s, part %d is heard from %d ms', (ms, playing, part, at_ms) => {
  const place = placeAt(parts, ms, playing);
  expect([place?.part.part, place?.at_ms]).toEqual([part, at_ms]);
});

it('has nothing behind its end', () => expect(placeAt(parts, 20_000)).toBeNull());

it('goes on with the next part on the timeline', () => {
  expect(partAfter(parts, 1)?.part).toBe(2);
  expect(partAfter(parts, 2)?.part).toBe(3);
  expect(partAfter(parts, 3)).toBeNull();
});

it('draws each part as wide as it is long, within what the server gives', () => {
  expect(peakColumns(parts, first, 1_200)).toBe(600);
  expect(peakColumns(parts, beside, 400)).toBe(100);
});
