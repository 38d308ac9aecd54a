import { describe, expect, it } from 'vitest';
import type { CallView, CardView, OfferView, WrapUpView } from '../../api/protocol';
import { blocksOf, inlineOf } from '../markdown';
import type { Me } from '../me';
import { draftOf, inLanguage, matchOf } from './customer';
import { clashOf } from './edit';
import { shownWork, type Work, worksOf } from './works';

const NOBODY: Me = { agent: null, audio: null, offers: [], calls: [], messages: [], wrapUps: [] };
const card = (changes: Partial<CardView>) =>
  ({ customer: 'c1', hidden: false, matched: 'exact', name: 'Bo', ...changes }) as CardView;
const offer = {
  offer: 'o1',
  interaction: 'i1',
  queue: 'q1',
  queue_name: 'Support',
  purpose: null,
  caller: { number: '+4930123', display: null },
  cards: [card({})],
  card_pending: false,
  collected: [{ key: 'account', value: '42' }],
  path: ['Main menu'],
  waiting_since_ms: 5,
} as unknown as OfferView;
const call = {
  interaction: 'i1',
  leg: 'l1',
  assignment: 'a1',
  state: 'talking',
  queue_name: 'Support',
  purpose: null,
  caller: { number: '+4930123', display: null },
  cards: [],
  collected: [],
} as unknown as CallView;

describe('works', () => {
  it('keep what the offer told until the end of the wrap-up', () => {
    const offered = worksOf({ ...NOBODY, offers: [offer] }, []);
    expect(offered[0]).toMatchObject({ stage: 'offered', queue: 'q1', path: ['Main menu'] });
    const live = worksOf({ ...NOBODY, calls: [call] }, offered);
    expect(live[0]).toMatchObject({ stage: 'live', queue: 'q1', path: ['Main menu'], assignment: 'a1' });
    expect(live[0]?.cards).toHaveLength(1);
    const wrapUp = { assignment: 'a1', interaction: 'i1' } as WrapUpView;
    const after = worksOf({ ...NOBODY, wrapUps: [wrapUp] }, live);
    expect(after[0]).toMatchObject({
      stage: 'wrap_up',
      caller: { number: '+4930123' },
      queueName: 'Support',
    });
    expect(worksOf(NOBODY, after)).toEqual([]);
  });

  it('show what just came over what was chosen', () => {
    const works = [
      { interaction: 'i2', stage: 'offered' },
      { interaction: 'i1', stage: 'wrap_up' },
    ] as Work[];
    expect(shownWork(works, new Set(['i1']), 'i1')?.interaction).toBe('i2');
    expect(shownWork(works, new Set(['i1', 'i2']), 'i1')?.interaction).toBe('i1');
    expect(shownWork(works, new Set(['i1', 'i2']), null)?.interaction).toBe('i2');
  });
});

describe('who calls', () => {
  const work = (changes: Partial<Work>) =>
    ({ cards: [], cardPending: false, collected: [], ...changes }) as unknown as Work;

  it('is sure only of one exact match', () => {
    expect(matchOf(work({ cards: [card({})] })).is).toBe('one');
    expect(matchOf(work({ cards: [card({ matched: 'last_digits' })] })).is).toBe('several');
    expect(matchOf(work({ cards: [card({ matched: 'asked' }), card({ customer: 'c2' })] })).is).toBe('one');
    expect(matchOf(work({ cards: [card({ matched: 'asked', hidden: true }), card({})] })).is).toBe('hidden');
    expect(matchOf(work({ cards: [card({}), card({ customer: 'c2' })] })).is).toBe('several');
    expect(matchOf(work({ cards: [card({ hidden: true })] })).is).toBe('hidden');
    expect(matchOf(work({ cardPending: true })).is).toBe('looking');
    expect(matchOf(work({})).is).toBe('none');
  });

  it('fills the form of a new one from the call', () => {
    const draft = draftOf(
      work({
        caller: { number: '+4930123', display: 'Ann Mary Bell' },
        collected: [
          { key: 'email', value: 'ann@bell.example' },
          { key: 'pin', value: null },
        ],
      }),
    );
    expect(draft).toMatchObject({
      kind: 'person',
      given_name: 'Ann Mary',
      family_name: 'Bell',
      phone: '+4930123',
      email: 'ann@bell.example',
    });
    expect(draftOf(work({ caller: { number: null, display: '+49 30 123' } })).given_name).toBe('');
  });
});

it('asks only when both changed the same field', () => {
  expect(clashOf('a', 'b', 'a')).toEqual({ is: 'again' });
  expect(clashOf('a', 'b', 'b')).toEqual({ is: 'done' });
  expect(clashOf('a', 'b', 'c')).toEqual({ is: 'ask', theirs: 'c' });
  expect(clashOf(null, 'b', '')).toEqual({ is: 'again' });
});

it('takes a text in the language of the person, or any', () => {
  expect(inLanguage({ en: 'a', zh: 'b' }, 'zh-CN')).toBe('b');
  expect(inLanguage({ de: 'c' }, 'en')).toBe('c');
  expect(inLanguage({}, 'en')).toBeUndefined();
});

describe('markdown', () => {
  it('knows the marks people use, and makes no HTML', () => {
    expect(blocksOf('# Hello\n\nSay **this** \\*now\\*\n- a\n- b')).toEqual([
      { is: 'heading', level: 1, inline: [{ is: 'text', text: 'Hello' }] },
      {
        is: 'paragraph',
        inline: [
          { is: 'text', text: 'Say ' },
          { is: 'strong', text: 'this' },
          { is: 'text', text: ' *now*' },
        ],
      },
      { is: 'list', ordered: false, items: [[{ is: 'text', text: 'a' }], [{ is: 'text', text: 'b' }]] },
    ]);
    expect(inlineOf('<b>x</b>')).toEqual([{ is: 'text', text: '<b>x</b>' }]);
  });

  it('leads nowhere but to the web, mail and telephone', () => {
    expect(inlineOf('[a](https://a.example)')).toEqual([
      { is: 'link', text: 'a', href: 'https://a.example' },
    ]);
    expect(inlineOf('[a](javascript:alert(1))')[0]).toMatchObject({ is: 'text' });
  });
});
