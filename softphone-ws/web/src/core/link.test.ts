import { describe, expect, it, vi } from 'vitest';
import { FakeClock, FakeServer } from '../testing/fakes';
import { CommandError, Link } from './link';

function house() {
  const clock = new FakeClock();
  const server = new FakeServer();
  const link = new Link(server.open, clock);
  return { clock, server, link };
}

function connected() {
  const all = house();
  all.link.start();
  all.server.accept();
  all.server.welcome();
  return all;
}

describe('link', () => {
  it('greets, and is open when welcomed', () => {
    const { server, link } = house();
    link.start();
    expect(link.state.is).toBe('connecting');
    server.accept();
    expect(server.sent).toEqual([{ type: 'hello', resume: {} }]);
    server.welcome();
    expect(link.state.is).toBe('open');
    expect(link.session).toBe(1);
  });

  it('comes back by itself and resumes where it was', () => {
    const { clock, server, link } = connected();
    link.follow('floor', () => {});
    server.say({ type: 'snapshot', topic: 'floor', epoch: 5, version: 2, state: { a: 1 } });
    server.say({ type: 'delta', topic: 'floor', epoch: 5, version: 3, set: { b: 2 }, del: ['a'] });
    server.drop(1006);
    expect(link.state.is).toBe('waiting');
    expect(link.topic('floor')).toMatchObject({ status: 'live', entries: { b: 2 } });
    clock.pass(300);
    server.accept();
    expect(server.sent.at(-1)).toEqual({ type: 'hello', resume: { floor: { epoch: 5, version: 3 } } });
  });

  it('reads a topic anew when a delta is missing', () => {
    const { server, link } = connected();
    link.follow('floor', () => {});
    server.say({ type: 'snapshot', topic: 'floor', epoch: 5, version: 2, state: {} });
    server.say({ type: 'delta', topic: 'floor', epoch: 5, version: 4, set: {}, del: [] });
    expect(link.topic('floor').status).toBe('loading');
    expect(server.sent.slice(-2)).toEqual([
      { type: 'unsubscribe', topics: ['floor'] },
      { type: 'subscribe', topics: ['floor'] },
    ]);
  });

  it('keeps a topic for a moment after the last follower left', () => {
    const { clock, server, link } = connected();
    link.follow('floor', () => {})();
    clock.pass(1_000);
    const leave = link.follow('floor', () => {});
    clock.pass(5_000);
    expect(server.sent.at(-1)).toEqual({ type: 'subscribe', topics: ['floor'] });
    leave();
    clock.pass(2_001);
    expect(server.sent.at(-1)).toEqual({ type: 'unsubscribe', topics: ['floor'] });
  });

  it('answers a command by its id', async () => {
    const { server, link } = connected();
    const done = link.command({ do: 'sign_out' });
    server.say({ type: 'reply', id: 1, result: { status: 'ok', value: 7 } });
    await expect(done).resolves.toBe(7);
    const refused = link.command({ do: 'sign_out' });
    server.say({
      type: 'reply',
      id: 2,
      result: { status: 'error', code: 'wrong_state', message: 'no', field: null },
    });
    await expect(refused).rejects.toMatchObject({ code: 'wrong_state' });
  });

  it('says that a command was lost, late or never sent', async () => {
    const { clock, server, link } = connected();
    const late = link.command({ do: 'sign_out' });
    clock.pass(10_000);
    await expect(late).rejects.toMatchObject({ code: 'timeout' });
    const lost = link.command({ do: 'sign_out' });
    server.drop(1006);
    await expect(lost).rejects.toMatchObject({ code: 'lost' });
    await expect(link.command({ do: 'sign_out' })).rejects.toBeInstanceOf(CommandError);
  });

  it('gives a silent connection up', () => {
    const { clock, link } = connected();
    clock.pass(100_000);
    expect(link.state.is).not.toBe('open');
  });

  it('waits for a new login when the old one ended', () => {
    const { clock, server, link } = connected();
    const changed = vi.fn();
    link.watch(changed);
    server.drop(4401);
    clock.pass(60_000);
    expect(link.state.is).toBe('ended');
    link.start();
    expect(link.state.is).toBe('connecting');
  });
});
