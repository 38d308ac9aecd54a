import { expect, it } from 'vitest';
import type { components } from '../../api/rest';
import { ladderOf, ladderText, printable } from './ladder';
import { localInput, NO_SEARCH, parseSearch, queryOf, searchAddress, searchProblems, spanOf } from './search';
import { timelineOf } from './timeline';

type Message = components['schemas']['SipMessage'];

const NOW = new Date(2026, 0, 31, 9, 5).getTime();

it('keeps a search in the address, and only what differs', () => {
  const search = { ...NO_SEARCH, preset: 'week' as const, queue: 'q', talkMin: '30' };
  expect(searchAddress(search)).toBe('preset=week&queue=q&talkMin=30');
  expect(parseSearch(searchAddress(search))).toEqual(search);
  expect(parseSearch('preset=never&other=1')).toEqual(NO_SEARCH);
  expect(parseSearch('', { recorded: 'true' }).recorded).toBe('true');
  expect(parseSearch(searchAddress(NO_SEARCH, { recorded: 'true' }), { recorded: 'true' }).recorded).toBe('');
});

it('knows what today and yesterday are', () => {
  expect(spanOf({ ...NO_SEARCH, preset: 'today' }, NOW)).toEqual({ from: new Date(2026, 0, 31).getTime() });
  expect(spanOf({ ...NO_SEARCH, preset: 'yesterday' }, NOW)).toEqual({
    from: new Date(2026, 0, 30).getTime(),
    to: new Date(2026, 0, 31).getTime(),
  });
  expect(spanOf({ ...NO_SEARCH, preset: 'own', from: localInput(NOW) }, 0)).toEqual({ from: NOW });
  expect(spanOf({ ...NO_SEARCH, preset: 'all' }, NOW)).toEqual({});
});

it('asks the server for what was filled in', () => {
  const search = {
    ...NO_SEARCH,
    preset: 'hour' as const,
    number: ' 030 1 ',
    answered: 'false',
    text: 'a lot',
  };
  expect(queryOf(search, NOW)).toEqual({
    from: String((NOW - 3_600_000) * 1000),
    number: '030 1',
    answered: 'false',
    text: 'a lot',
  });
  expect(searchProblems({ ...search, talkMax: '1.5' })).toEqual({ talkMax: 'seconds', text: 'letters' });
});

it('draws segments where and as long as they were', () => {
  const participant = {
    id: 'p',
    role: 'customer',
    joined_at: 0,
    segments: [
      { kind: 'ivr', started_at: 0, ended_at: 2_500_000 },
      { kind: 'waiting', started_at: 2_500_000, ended_at: 2_500_000 },
      { kind: 'talking', started_at: 2_500_000, ended_at: null },
    ],
  };
  const timeline = timelineOf({ opened_at: 0, closed_at: null, participants: [participant] }, 10_000);
  const bars = timeline.lanes[0]?.bars ?? [];
  expect(bars.map(({ left, width }) => [left, width])).toEqual([
    [0, 25],
    [25, 0.4],
    [25, 75],
  ]);
  expect(bars[2]?.to_ms).toBeNull();
  expect(timeline.ticks.map((tick) => tick.at_ms)).toEqual([0, 2000, 4000, 6000, 8000, 10_000]);
});

const message = (at: number, way: string, remote: string, text: string): Message => ({
  at,
  way,
  transport: 'UDP',
  local: '198.51.100.1:5060',
  remote,
  first_line: text.split('\r\n')[0] ?? '',
  text,
  bytes: text.length,
  repeats: 0,
  last_at: at,
});

it('draws who called on the left, the server beside them, whom we called on the right', () => {
  const [caller, phone] = ['192.0.2.10:5060', '203.0.113.7:5060'];
  const ringing = message(3_000_000, 'out', caller, 'SIP/2.0 180 Ringing\r\nCSeq: 1 INVITE\r\n\r\n');
  const sip = {
    legs: [
      {
        kind: 'leg',
        left_out: 2,
        messages: [
          message(1_000_000, 'in', caller, 'INVITE sip:a SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\n'),
          { ...ringing, repeats: 2 },
        ],
      },
      {
        kind: 'leg',
        left_out: 0,
        messages: [message(2_000_000, 'out', phone, 'INVITE sip:b SIP/2.0\r\n\r\n')],
      },
    ],
  };
  const ladder = ladderOf(sip);
  expect(ladder.columns).toEqual([caller, null, phone]);
  expect(ladder.arrows.map(({ from, to, label, status }) => [from, to, label, status])).toEqual([
    [0, 1, 'INVITE (SDP)', 0],
    [1, 2, 'INVITE', 0],
    [1, 0, '180 Ringing INVITE ×3', 1],
  ]);
  expect([ladder.leftOut, ladderOf(sip, new Set([1])).arrows.length]).toEqual([2, 1]);
  expect(ladderText(ladder)).toContain(
    '---- 2  1970-01-01T00:00:02.000Z  UDP 198.51.100.1:5060 > 203.0.113.7:5060',
  );
});

it('copies nothing that commands a terminal', () =>
  expect(printable('a\u001b[2J\u0007\tb\r\nc')).toBe('a�[2J�\tb\nc'));
