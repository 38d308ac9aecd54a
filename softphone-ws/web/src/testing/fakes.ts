/** A world for tests: time that passes when told to, and a server that says what it is told to. */
import type { ClientMessage, ServerMessage } from '../api/protocol';
import type { Clock, KeyValueStore, OpenSocket, SocketEvents } from '../core/ports';

export class FakeClock implements Clock {
  #now = 1_000_000;
  #timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  random(): number {
    return 0.5;
  }

  /** Runs what falls due on the way, in order. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = next.at;
      next.run();
    }
    this.#now = end;
  }
}

export class FakeServer {
  /** Everything clients sent, over all connections. */
  readonly sent: ClientMessage[] = [];
  /** How many sockets were opened. */
  opened = 0;
  #events: SocketEvents | null = null;

  readonly open: OpenSocket = (events) => {
    this.opened++;
    this.#events = events;
    return { send: (text) => this.sent.push(JSON.parse(text) as ClientMessage), close: () => {} };
  };

  accept(): void {
    this.#events?.opened();
  }

  say(message: ServerMessage): void {
    this.#events?.text(JSON.stringify(message));
  }

  welcome(user = '00000000-0000-7000-8000-000000000001'): void {
    this.say({
      type: 'welcome',
      session: 1,
      user,
      name: 'Ann',
      roles: ['agent'],
      protocol: 'cordboard.v1',
      server_time: 1_000_000,
      ping_every_ms: 15_000,
    });
  }

  drop(code: number): void {
    this.#events?.closed(code);
  }
}

export class FakeStore implements KeyValueStore {
  readonly #values = new Map<string, string>();
  get(key: string): string | null {
    return this.#values.get(key) ?? null;
  }
  set(key: string, value: string): void {
    this.#values.set(key, value);
  }
}
