import { expect, it } from 'vitest';
import type { components } from '../../api/rest';
import { keepList, readLists, sameFilters } from './lists';
import { marked, tree } from './marked';

type Category = components['schemas']['StoredKnowledgeCategory'];

it('marks by characters, not by code units', () => {
  const text = { text: '😀退款 now', marks: [{ from: 1, to: 3 }], cut_after: false, cut_before: false };
  expect(marked(text).map((piece) => [piece.text, piece.mark])).toEqual([
    ['😀', false],
    ['退款', true],
    [' now', false],
  ]);
});

it('shows every category, also where the tree is broken', () => {
  const of = (id: string, parent_id: string | null, sort = 0) =>
    ({ id, name: id, parent_id, sort }) as Category;
  const rows = [
    of('b', null, 2),
    of('a', null, 1),
    of('a1', 'a'),
    of('x', 'y'),
    of('y', 'x'),
    of('z', 'gone'),
  ];
  const shown = tree(rows).map((one) => `${one.depth}${one.id}`);
  expect(shown.slice(0, 4)).toEqual(['0z', '0a', '1a1', '0b']);
  expect(shown.slice(4).sort()).toEqual(['0x', '0y']);
});

it('keeps lists with a name, and reads back only what is one', () => {
  const lists = keepList([{ name: 'a', filters: {} }], { name: 'a', filters: { tier: 'gold' } });
  expect(readLists(JSON.stringify(lists))).toEqual([{ name: 'a', filters: { tier: 'gold' } }]);
  expect(readLists('{"x":1}')).toEqual([]);
  expect(readLists('[null, {"name":1}, {"name":"b","filters":{"q":2}}]')).toEqual([
    { name: 'b', filters: {} },
  ]);
  expect(sameFilters({ a: '1', b: '' }, { a: '1' })).toBe(true);
});
