import { describe, expect, it } from 'vitest';
import { changesOf, clean, conflictOf, covers, fresh, missing, paths, resolve } from './draft';
import { fieldsOf } from './spec';
import { queues } from './specs/routing';
import { trunks } from './specs/telephony';
import { ticketTriggers } from './specs/tickets';

describe('changes', () => {
  it('names only what is other, and clears with null', () => {
    const before = { name: 'Support', size_max: 10, skills: [], music: 'a' };
    expect(changesOf(before, { ...before, name: 'Help', size_max: undefined })).toEqual({
      name: 'Help',
      size_max: null,
    });
  });

  it('sends objects whole, merged ones part by part', () => {
    const before = {
      overflow: { to: 'queue', queue: 'q' },
      outbound: { plus: true, domain: 'a', account: { user: 'u', realm: 'r' } },
    };
    const after = {
      overflow: { to: 'flow' },
      outbound: { plus: true, domain: '', account: { user: 'v', realm: 'r' } },
    };
    expect(changesOf(before, after, ['outbound'])).toEqual({
      overflow: { to: 'flow' },
      outbound: { domain: null, account: { user: 'v' } },
    });
  });

  it('takes an optional group away as a whole', () => {
    expect(
      changesOf({ outbound: { account: { user: 'u' } } }, { outbound: { account: undefined } }, ['outbound']),
    ).toEqual({
      outbound: { account: null },
    });
  });

  it('does not call empty what was never there a change', () => {
    expect(changesOf({ name: 'x' }, { name: 'x', password: '', texts: undefined })).toEqual({});
  });
});

describe('new rows', () => {
  it('begin with the defaults of the server, nested ones too', () => {
    const queue = fresh(fieldsOf(queues));
    expect(queue.overflow).toEqual({ to: 'flow' });
    expect(queue.offer_timeout_ms).toBe(20000);
    const trunk = fresh(fieldsOf(trunks));
    expect(trunk.outbound).toMatchObject({ plus: true, identity: 'asserted', probe_fall: 3 });
    expect(trunk.outbound as object).not.toHaveProperty('account');
  });

  it('keep empty lists and leave out empty texts', () => {
    expect(clean({ sources: [], name: '', texts: { en: 'a', zh: '' } })).toEqual({
      sources: [],
      texts: { en: 'a' },
    });
  });
});

describe('what must be filled in', () => {
  it('is named by its path, within unions and lists', () => {
    const fields = fieldsOf(queues);
    const draft = { ...fresh(fields), skills: [{ proficiency: 5 }], overflow: { to: 'queue' } };
    expect(missing(fields, draft)).toEqual(['name', 'skills[0].skill', 'overflow.queue']);
  });

  it('looks into entries that are unions', () => {
    const fields = fieldsOf(ticketTriggers);
    const draft = { ...fresh(fields), name: 'x', actions: [{ do: 'raise_priority' }, { do: 'note' }] };
    expect(missing(fields, draft)).toEqual(['actions[1].text']);
    expect(missing(fields, { ...draft, actions: [] })).toEqual(['actions']);
  });

  it('is not asked of what is not shown', () => {
    const fields = fieldsOf(trunks);
    expect(paths(fields, { transport: 'udp' })).not.toContain('tls_name');
    expect(paths(fields, { transport: 'tls' })).toContain('tls_name');
  });
});

it('finds the input an error belongs to', () => {
  expect(covers('sources', 'sources[2]')).toBe(true);
  expect(covers('source', 'sources[2]')).toBe(false);
  expect(covers('texts', 'texts.en')).toBe(true);
});

describe('conflicts', () => {
  const base = { name: 'a', size: 1, note: 'n' };
  const mine = { name: 'b', size: 1, note: 'm' };
  const theirs = { name: 'c', size: 2, note: 'n' };

  it('are what both changed differently', () => {
    expect(conflictOf(base, mine, theirs)).toEqual({ both: ['name'], theirs: ['size'] });
    expect(conflictOf(base, mine, { ...base, name: 'b' })).toEqual({ both: [], theirs: [] });
  });

  it('end with what was chosen, on top of their row', () => {
    expect(resolve(base, mine, theirs, new Set())).toEqual({ name: 'b', size: 2, note: 'm' });
    expect(resolve(base, mine, theirs, new Set(['name']))).toEqual({ name: 'c', size: 2, note: 'm' });
  });
});
