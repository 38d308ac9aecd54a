/** The one connection to the server: greeting, topics, commands, coming back. No WebSocket and no clock of its own. */
import type { At, ClientMessage, Command, ErrorCode, ServerMessage, Topic } from '../api/protocol';
import { backoffMs } from './backoff';
import type { Clock, OpenSocket, SocketPort } from './ports';
import { delta, LOADING, snapshot, type TopicState } from './topics';

/** `ended`: the login is over; `start` after signing in again. */
export type LinkState =
  | { readonly is: 'off' | 'connecting' | 'open' | 'ended' }
  | { readonly is: 'waiting'; readonly until_ms: number; readonly attempt: number };

/** Why a command was not done. `offline`: never sent; `lost`, `timeout`: sent, and nobody knows what came of it. */
export class CommandError extends Error {
  readonly code: ErrorCode | 'offline' | 'lost' | 'timeout';
  readonly field: string | null;
  constructor(code: CommandError['code'], message: string, field: string | null = null) {
    super(message);
    this.name = 'CommandError';
    this.code = code;
    this.field = field;
  }
}

const LOGIN_ENDED = 4401;
const REPLY_WITHIN_MS = 10_000;
const WELCOME_WITHIN_MS = 10_000;
/** A page that is left and entered again within this time keeps its topics. */
const LINGER_MS = 2_000;
/** After so long a topic is asked for again that the server had no time for. */
const BUSY_MS = 2_000;

interface Followed {
  state: TopicState;
  followers: Set<() => void>;
  /** Takes back the leaving that is under way. */
  stay: (() => void) | null;
}

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: CommandError) => void;
  forget: () => void;
}

export class Link {
  #state: LinkState = { is: 'off' };
  #socket: SocketPort | null = null;
  /** Grows with every socket, so that a late event of an old one is known. */
  #generation = 0;
  #attempt = 0;
  #cancelTimer: () => void = () => {};
  #pingEveryMs = 15_000;
  #heardAt = 0;
  #offsetMs = 0;
  #session: number | null = null;
  #user: string | null = null;
  #nextId = 1;
  readonly #topics = new Map<Topic, Followed>();
  readonly #pending = new Map<number, Pending>();
  readonly #watchers = new Set<() => void>();
  readonly #listeners = new Set<(message: ServerMessage) => void>();
  readonly #open: OpenSocket;
  readonly #clock: Clock;

  constructor(open: OpenSocket, clock: Clock) {
    this.#open = open;
    this.#clock = clock;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** The number of the open socket, as in `AgentView.owner_session`. */
  get session(): number | null {
    return this.#session;
  }

  /** Whom the server greeted last; `null`: nobody yet. Another login of this browser may have taken the place of the page's. */
  get user(): string | null {
    return this.#user;
  }

  /** Now, in ms since the Unix epoch, by the server's clock. */
  serverNow(): number {
    return this.#clock.now() + this.#offsetMs;
  }

  /** Tells of every change of `state`. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  /** Hears every message of the server, after topics and commands took theirs. */
  listen(listener: (message: ServerMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    if (this.#state.is === 'off' || this.#state.is === 'ended') this.#connect();
  }

  /** Signing out: forgets everything that was followed. */
  stop(): void {
    this.#drop('off');
    for (const [topic, followed] of this.#topics) {
      if (followed.followers.size === 0) this.#topics.delete(topic);
      else this.#settle(followed, LOADING);
    }
  }

  /** The network came back, or the person asks: does not wait any longer. */
  hurry(): void {
    if (this.#state.is === 'waiting') this.#connect();
  }

  /** The network was another one a moment ago: whatever stood over it may be silent without knowing. */
  renew(): void {
    if (this.#state.is === 'open' || this.#state.is === 'connecting') this.#closed(1006);
    this.#attempt = 0;
    this.hurry();
  }

  /** What is known of a topic; the same object until it changes. */
  topic(topic: Topic): TopicState {
    return this.#topics.get(topic)?.state ?? LOADING;
  }

  follow(topic: Topic, changed: () => void): () => void {
    let followed = this.#topics.get(topic);
    if (followed === undefined) {
      followed = { state: LOADING, followers: new Set(), stay: null };
      this.#topics.set(topic, followed);
      if (this.#state.is === 'open') this.send({ type: 'subscribe', topics: [topic] });
    }
    followed.stay?.();
    followed.stay = null;
    followed.followers.add(changed);
    return () => this.#leave(topic, changed);
  }

  /** Resolves with the reply's value; rejects with a `CommandError`. */
  command(command: Command): Promise<unknown> {
    if (this.#state.is !== 'open') return Promise.reject(new CommandError('offline', 'not connected'));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const sentAt = this.#clock.now();
      const forget = this.#clock.after(REPLY_WITHIN_MS, () => {
        this.#pending.delete(id);
        reject(new CommandError('timeout', 'no reply'));
        // Not a word since: the far side is gone, and what is sent after this would be done late or never.
        if (this.#state.is === 'open' && this.#heardAt < sentAt) this.#closed(1006);
      });
      this.#pending.set(id, { resolve, reject, forget });
      this.send({ type: 'command', id, command });
    });
  }

  /** False: not connected, and nothing was sent. */
  send(message: ClientMessage): boolean {
    if (this.#socket === null || this.#state.is !== 'open') return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #leave(topic: Topic, changed: () => void): void {
    const followed = this.#topics.get(topic);
    if (followed === undefined || !followed.followers.delete(changed) || followed.followers.size > 0) return;
    followed.stay = this.#clock.after(LINGER_MS, () => {
      this.#topics.delete(topic);
      this.send({ type: 'unsubscribe', topics: [topic] });
    });
  }

  #connect(): void {
    this.#cancelTimer();
    const generation = ++this.#generation;
    const current = () => generation === this.#generation;
    this.#become({ is: 'connecting' });
    this.#socket = this.#open({
      opened: () => current() && this.#greet(),
      text: (text) => current() && this.#hear(text),
      closed: (code) => current() && this.#closed(code),
    });
    this.#cancelTimer = this.#clock.after(WELCOME_WITHIN_MS, () => this.#closed(1006));
  }

  #greet(): void {
    const resume: Record<string, At> = {};
    for (const [topic, { state }] of this.#topics) if (state.status === 'live') resume[topic] = state.at;
    this.#socket?.send(JSON.stringify({ type: 'hello', resume } satisfies ClientMessage));
  }

  #hear(text: string): void {
    this.#heardAt = this.#clock.now();
    const message = JSON.parse(text) as ServerMessage;
    switch (message.type) {
      case 'welcome':
        this.#welcome(message);
        break;
      case 'snapshot':
        this.#put(message.topic, snapshot(message));
        break;
      case 'delta': {
        const followed = this.#topics.get(message.topic);
        if (followed === undefined) break;
        const next = delta(followed.state, message);
        if (next === null) this.#readAnew(message.topic, followed);
        else this.#settle(followed, next);
        break;
      }
      case 'reply':
        this.#reply(message);
        break;
      case 'refused':
        this.#put(message.topic, { status: 'refused', error: message.error });
        if (message.error.code === 'busy') this.#askAgain(message.topic);
        break;
      case 'pong':
        this.#offsetMs = message.server_time - this.#clock.now();
        break;
    }
    for (const listener of this.#listeners) listener(message);
  }

  #welcome(message: Extract<ServerMessage, { type: 'welcome' }>): void {
    this.#attempt = 0;
    this.#offsetMs = message.server_time - this.#clock.now();
    this.#pingEveryMs = message.ping_every_ms;
    this.#session = message.session;
    this.#user = message.user;
    this.#cancelTimer();
    this.#become({ is: 'open' });
    // What had been live is followed again by the hello; `me` always is.
    const fresh = [...this.#topics].filter(([topic, { state }]) => state.status !== 'live' && topic !== 'me');
    if (fresh.length > 0) this.send({ type: 'subscribe', topics: fresh.map(([topic]) => topic) });
    this.#pingLater();
  }

  /** A browser does not show the server's pings: silence is found by our own. */
  #pingLater(): void {
    this.#cancelTimer = this.#clock.after(this.#pingEveryMs, () => {
      if (this.#clock.now() - this.#heardAt > 2 * this.#pingEveryMs) return this.#closed(1006);
      this.send({ type: 'ping' });
      this.#pingLater();
    });
  }

  #reply({ id, result }: Extract<ServerMessage, { type: 'reply' }>): void {
    const pending = id === null ? undefined : this.#pending.get(id);
    if (id === null || pending === undefined) return;
    this.#pending.delete(id);
    pending.forget();
    if (result.status === 'ok') pending.resolve(result.value);
    else pending.reject(new CommandError(result.code, result.message, result.field));
  }

  #readAnew(topic: Topic, followed: Followed): void {
    this.#settle(followed, LOADING);
    this.send({ type: 'unsubscribe', topics: [topic] });
    this.send({ type: 'subscribe', topics: [topic] });
  }

  /** `busy` means later, not never. */
  #askAgain(topic: Topic): void {
    const generation = this.#generation;
    this.#clock.after(BUSY_MS, () => {
      const asked = this.#topics.get(topic);
      if (generation !== this.#generation || asked?.state.status !== 'refused') return;
      this.send({ type: 'subscribe', topics: [topic] });
    });
  }

  #put(topic: Topic, state: TopicState): void {
    let followed = this.#topics.get(topic);
    if (followed === undefined) {
      // `me` comes unasked, and is kept for whoever wants it.
      if (topic !== 'me') return;
      followed = { state: LOADING, followers: new Set(), stay: null };
      this.#topics.set(topic, followed);
    }
    this.#settle(followed, state);
  }

  #settle(followed: Followed, state: TopicState): void {
    if (followed.state === state) return;
    followed.state = state;
    for (const changed of [...followed.followers]) changed();
  }

  #closed(code: number): void {
    if (code === LOGIN_ENDED) {
      this.#drop('ended');
      return;
    }
    this.#drop('connecting');
    const attempt = this.#attempt++;
    const wait = backoffMs(attempt, this.#clock.random());
    this.#become({ is: 'waiting', until_ms: this.#clock.now() + wait, attempt: attempt + 1 });
    this.#cancelTimer = this.#clock.after(wait, () => this.#connect());
  }

  #drop(next: 'off' | 'ended' | 'connecting'): void {
    this.#cancelTimer();
    this.#generation++;
    this.#socket?.close();
    this.#socket = null;
    this.#session = null;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    this.#become({ is: next });
    for (const { forget, reject } of pending) {
      forget();
      reject(new CommandError('lost', 'the connection was lost'));
    }
  }

  #become(state: LinkState): void {
    this.#state = state;
    for (const changed of [...this.#watchers]) changed();
  }
}
