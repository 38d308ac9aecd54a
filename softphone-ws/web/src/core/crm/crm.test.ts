import { describe, expect, it } from 'vitest';
import type { components } from '../../api/rest';
import { changed, clashes, merged, without } from './edit';
import { labelOf, missing, optionsOf, set, wordOf } from './fields';
import { inline, markdown } from './markdown';
import { foremost, resolution, response } from './sla';
import { fromLocalInput, given, localInput, mention, mentionAt, mentions, minorOf, money } from './text';

type Schemas = components['schemas'];

describe('an edit meets another', () => {
  const base = { name: 'Ann', tier: 'gold', fields: { plan: 'a', seats: 1 } };

  it('clashes only where both wrote differently', () => {
    const theirs = { ...base, name: 'Anna', tier: 'silver' };
    expect(clashes(base, { tier: 'bronze', notes: 'x' }, theirs)).toEqual([
      { field: 'tier', theirs: 'silver', mine: 'bronze' },
    ]);
    expect(clashes(base, { name: 'Anna' }, theirs)).toEqual([]);
  });

  it('looks into the fields defined at run time', () => {
    const theirs = { ...base, fields: { plan: 'b', seats: 1 } };
    expect(clashes(base, { fields: { seats: 2 } }, theirs)).toEqual([]);
    expect(clashes(base, { fields: { plan: 'c', seats: 2 } }, theirs)).toEqual([
      { field: 'fields.plan', theirs: 'b', mine: 'c' },
    ]);
  });

  it('leaves theirs where one chose them', () => {
    expect(without({ name: 'x', fields: { plan: 'c', seats: 2 } }, ['name', 'fields.plan'])).toEqual({
      fields: { seats: 2 },
    });
    expect(without({ fields: { plan: 'c' } }, ['fields.plan'])).toEqual({});
  });

  it('sends only what differs; empty is as good as nothing', () => {
    expect(changed({ a: 'x', b: null as string | null }, { a: 'y', b: '' })).toEqual({ a: 'y' });
  });
});

describe('fields defined at run time', () => {
  const field = (one: Partial<Schemas['CustomField']> & { key: string }): Schemas['CustomField'] => ({
    type: 'list',
    ...one,
  });
  const maker = field({ key: 'maker', required: true, options: [{ value: 'a' }, { value: 'b' }] });
  const model = field({
    key: 'model',
    required: true,
    depends_on: 'maker',
    options: [
      { value: 'a1', when: ['a'] },
      { value: 'b1', when: ['b'], labels: { en: 'Bee', zh: '蜂' } },
    ],
  });
  const both = [maker, model];

  it('offers what fits the other list', () => {
    expect(optionsOf(model, { maker: 'b' }).map((option) => option.value)).toEqual(['b1']);
    expect(optionsOf(model, {})).toEqual([]);
  });

  it('clears what cannot stand any more', () => {
    expect(set(both, { maker: 'a', model: 'a1' }, 'maker', 'b')).toEqual({ maker: 'b', model: null });
  });

  it('misses nothing where nothing can be chosen', () => {
    expect(missing(both, {})).toEqual(['maker']);
    expect(missing(both, { maker: 'b' })).toEqual(['model']);
  });

  it('speaks the language of the person', () => {
    expect(wordOf(model, 'b1', 'zh')).toBe('蜂');
    expect(labelOf({ de: 'Biene' }, 'en', 'b1')).toBe('Biene');
    expect(labelOf(undefined, 'en', 'b1')).toBe('b1');
  });
});

describe('promises on a ticket', () => {
  const ticket = (one: object) => one as Schemas['TicketRow'];
  const HOUR = 3_600_000;

  it('runs, and says when it ends soon', () => {
    const due_at = 10 * HOUR * 1000;
    const of = (now: number) =>
      resolution(ticket({ resolution_target_ms: 8 * HOUR, resolution_due_at: due_at }), now);
    expect(of(3 * HOUR)).toMatchObject({ is: 'running', soon: false });
    expect(of(9 * HOUR)).toMatchObject({ is: 'running', soon: true });
    expect(of(11 * HOUR)).toMatchObject({ is: 'broken', done_at: null });
  });

  it('stands still, is met, or was never made', () => {
    expect(response(ticket({ response_target_ms: HOUR, response_left_ms: 5 }), 0)).toEqual({
      is: 'paused',
      left_ms: 5,
    });
    expect(response(ticket({ response_target_ms: HOUR, responded_at: 7 }), 0)).toEqual({ is: 'met', at: 7 });
    expect(response(ticket({}), 0)).toEqual({ is: 'none' });
  });

  it('shows what is broken and still open before what runs', () => {
    const both = ticket({
      response_target_ms: HOUR,
      response_due_at: HOUR * 1000,
      resolution_target_ms: HOUR,
      resolution_due_at: 9 * HOUR * 1000,
    });
    expect(foremost(both, 2 * HOUR)).toMatchObject({ is: 'broken' });
    expect(foremost(both, 0)).toMatchObject({ is: 'running', due_at: HOUR * 1000 });
  });
});

describe('texts', () => {
  it('finds the colleague being named, and no mail address', () => {
    expect(mentionAt('ask @an', 7)).toEqual({ from: 4, word: 'an' });
    expect(mentionAt('mail me@an', 10)).toBeNull();
    expect(mention('ask @an please', 4, 7, 'ann')).toEqual({ text: 'ask @ann please', cursor: 9 });
    expect(mentions('ask @ann, a@b.c').filter((piece) => piece.login)).toEqual([
      { text: '@ann', login: true },
    ]);
  });

  it('reads and writes money by its currency', () => {
    expect(money(12_345, 'EUR', 'en')).toBe('€123.45');
    expect(money(500, 'JPY', 'en')).toBe('¥500');
    expect(minorOf('12,5', 'EUR')).toBe(1_250);
    expect(minorOf('12', 'JPY')).toBe(12);
    expect(minorOf('twelve', 'EUR')).toBeNull();
  });

  it('keeps a moment over its input', () => {
    const at = fromLocalInput('2026-03-04T05:06');
    expect(localInput(at)).toBe('2026-03-04T05:06');
    expect(fromLocalInput('')).toBeNull();
  });

  it('asks only for what is said', () => {
    expect(given({ search: 'a', tier: '', live: true, breached: false })).toEqual({
      search: 'a',
      live: 'true',
    });
  });
});

describe('an article', () => {
  it('is read into blocks', () => {
    const blocks = markdown('# Title\n\nOne **two**\nthree\n\n1. a\n2. b\n\n> said\n\n```\n<b>\n```\n---');
    expect(blocks.map((block) => block.is)).toEqual(['heading', 'text', 'list', 'quote', 'code', 'line']);
    expect(blocks[2]).toMatchObject({ ordered: true, items: [[{ text: 'a' }], [{ text: 'b' }]] });
    expect(blocks[4]).toEqual({ is: 'code', text: '<b>' });
  });

  it('keeps HTML and harmful links as text', () => {
    expect(inline('<script>x</script>')).toEqual([{ is: 'text', text: '<script>x</script>' }]);
    expect(inline('[x](javascript:alert)')).toEqual([{ is: 'text', text: '[x](javascript:alert)' }]);
    expect(inline('see [x](https://a.b)')[1]).toEqual({ is: 'link', text: 'x', href: 'https://a.b' });
  });

  it('ends, whatever is written', () => {
    for (const odd of ['>', '# ', '-', '- ', '```', '####### x', '  * ', '1)'])
      expect(markdown(odd)).toBeDefined();
  });
});

describe('a list of which each only added and took out', () => {
  it('has what either did', () => {
    expect(merged(['a', 'b'], ['b', 'c'], ['a', 'b', 'd'])).toEqual(['b', 'd', 'c']);
    expect(merged(['a'], ['a'], [])).toEqual([]);
    expect(merged([], ['a'], ['a'])).toEqual(['a']);
  });
});
