import { describe, expect, it } from 'vitest';
import { checklist, type Found } from './checklist';
import { parseValue, readCondition, withOp } from './condition';
import { changesBetween, hunks, lineDiff } from './diff';
import { guess } from './mapping';
import { passwordFrom } from './password';

describe('audit', () => {
  it('shows each field that is other, objects part by part', () => {
    const before = { id: '1', version: 1, name: 'a', outbound: { plus: true, domain: 'x' }, skills: [1] };
    const after = { id: '1', version: 2, name: 'b', outbound: { plus: true, domain: 'y' }, skills: [1] };
    expect(changesBetween(before, after)).toEqual([
      { path: 'name', before: 'a', after: 'b' },
      { path: 'outbound.domain', before: 'x', after: 'y' },
    ]);
  });

  it('shows a new row whole', () => {
    expect(changesBetween(null, { id: '1', name: 'a', open: true })).toEqual([
      { path: 'name', before: undefined, after: 'a' },
      { path: 'open', before: undefined, after: true },
    ]);
  });
});

describe('texts', () => {
  const signs = (a: string, b: string) => lineDiff(a, b).map((line) => line.sign + line.text);

  it('are compared line by line', () => {
    expect(signs('a\nb\nc', 'a\nx\nc\nd')).toEqual([' a', '-b', '+x', ' c', '+d']);
    expect(signs('same', 'same')).toEqual([' same']);
  });

  it('numbers lines on both sides', () => {
    expect(lineDiff('a\nb', 'b')).toEqual([
      { sign: '-', text: 'a', old: 1, new: null },
      { sign: ' ', text: 'b', old: 2, new: 1 },
    ]);
  });

  it('leaves out what is far from any change', () => {
    const lines = Array.from({ length: 20 }, (_, n) => `line ${n}`);
    const after = [...lines];
    after[10] = 'other';
    const shown = hunks(lineDiff(lines.join('\n'), after.join('\n')), 1);
    expect(shown.map((line) => line?.sign)).toEqual([undefined, ' ', '-', '+', ' ', undefined]);
  });
});

describe('conditions', () => {
  it('are read as they stand, unknown operators as equal', () => {
    expect(
      readCondition({ any: [{ field: 'a', op: 'ge', value: 1 }, { not: { field: 'b', op: 'exists' } }] }),
    ).toEqual({
      any: [{ field: 'a', op: 'ge', value: 1 }, { not: { field: 'b', op: 'exists' } }],
    });
    expect(readCondition({ field: 'a', op: '?', value: 'x' })).toEqual({ field: 'a', op: 'eq', value: 'x' });
    expect(readCondition(undefined)).toEqual({ all: [] });
  });

  it('take numbers, truth, texts and lists', () => {
    expect(parseValue('ge', '12')).toBe(12);
    expect(parseValue('eq', 'true')).toBe(true);
    expect(parseValue('eq', 'gold')).toBe('gold');
    expect(parseValue('in', 'gold, 2')).toEqual(['gold', 2]);
  });

  it('lose their value with operators that take none', () => {
    expect(withOp({ field: 'a', op: 'eq', value: 'x' }, 'exists')).toEqual({ field: 'a', op: 'exists' });
    expect(withOp({ field: 'a', op: 'eq', value: 'x' }, 'in')).toEqual({
      field: 'a',
      op: 'in',
      value: ['x'],
    });
  });
});

describe('first steps', () => {
  const nothing: Found = { trunks: [], numbers: [], flows: [], queues: [], users: [] };
  const lacks = (found: Partial<Found>) =>
    Object.fromEntries(checklist({ ...nothing, ...found }).map((step) => [step.name, step.lack]));

  it('name what is missing on a new server', () => {
    expect(lacks({})).toEqual({
      trunk: 'noTrunk',
      queue: 'noQueue',
      flow: 'noFlow',
      number: 'noNumber',
      agents: 'noAgents',
    });
  });

  it('need no flow when a number leads into a queue', () => {
    const found = lacks({ numbers: [{ entry: { to: 'queue', queue: 'q' } }] });
    expect([found.flow, found.number]).toEqual([null, null]);
  });

  it('see a number whose flow is not published, and agents in no queue', () => {
    const found = lacks({
      trunks: [{ health: 'down' }],
      numbers: [{ entry: { to: 'flow', flow: 'f' } }],
      flows: [{ id: 'f', live: false }],
      queues: [{ id: 'q' }],
      users: [{ roles: ['agent'], queues: [] }],
    });
    expect(found).toEqual({
      trunk: 'trunkDown',
      queue: null,
      flow: 'notPublished',
      number: 'leadsNowhere',
      agents: 'agentsWithoutQueue',
    });
  });
});

it('guesses columns by their names', () => {
  expect(['First Name', 'E-Mail', 'phone_1', '手机', 'Postal code', 'shoe size'].map(guess)).toEqual([
    'given_name',
    'email',
    'phone',
    'phone',
    'address.postal_code',
    '',
  ]);
});

it('makes one-time passwords that can be read aloud', () => {
  const password = passwordFrom(Uint8Array.from({ length: 64 }, (_, n) => n * 4));
  expect(password).toMatch(/^([a-zA-Z2-9]{4}-){3}[a-zA-Z2-9]{4}$/);
});
