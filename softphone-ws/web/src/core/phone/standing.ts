/**
 * The standing audio connection of this page: opened once while the agent is signed in with the browser, made anew whenever it or the
 * page's socket was lost, given up when another page takes it. Calls come and go in it without this module.
 */
import type { AudioView } from '../../api/protocol';
import { CommandError, type Link } from '../link';
import type { Clock } from '../ports';
import { offerAfterMs, planOf } from './plan';
import {
  type Media,
  type Microphone,
  MicrophoneError,
  type MicrophoneTrouble,
  type Peer,
  type PeerState,
} from './ports';

export type Standing =
  | { readonly is: 'off' | 'starting' | 'here' | 'returning' }
  | { readonly is: 'elsewhere'; readonly label: string }
  | { readonly is: 'blocked'; readonly why: MicrophoneTrouble }
  /** Nothing helps but what the text says: `bad_value`, `device_cannot`. */
  | { readonly is: 'refused'; readonly why: 'bad_value' | 'device_cannot' };

/** Another page that reloads comes back within this time and goes first. */
const LET_OTHERS_MS = 1_500;
/** ICE may come back by itself for so long. */
const DISCONNECTED_MS = 1_000;
const NO_ROOM_MS = 2_000;

interface Options {
  readonly link: Link;
  readonly clock: Clock;
  readonly media: Media;
  readonly client: string;
  readonly label: () => string;
  /** The microphone the person chose. */
  readonly microphone: () => string | null;
}

export class StandingAudio {
  readonly #options: Options;
  #standing: Standing = { is: 'off' };
  #microphone: Microphone | null = null;
  #peer: { peer: Peer; state: PeerState; session: number | null } | null = null;
  #offering = false;
  /** This page asked for the audio itself: it does not let others go first. */
  #eager = false;
  #failed = 0;
  #offeredAt = Number.NEGATIVE_INFINITY;
  #stuck = false;
  /** The socket that was last seen open. */
  #session: number | null = null;
  /** Grows with each offer and each giving up; what belongs to an older one is dropped. */
  #round = 0;
  #cancelTimer: () => void = () => {};
  #silenced = false;
  readonly #watchers = new Set<() => void>();

  constructor(options: Options) {
    this.#options = options;
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** The far end would be heard, but the browser waits for a click. */
  get silenced(): boolean {
    return this.#silenced;
  }

  get client(): string {
    return this.#options.client;
  }

  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  /** Follows the link until the returned function is called. */
  start(): () => void {
    const { link, media } = this.#options;
    const look = () => this.#look();
    const stops = [link.follow('me', look), link.watch(look), media.watch(() => this.#devicesChanged())];
    this.#look();
    return () => {
      for (const stop of stops) stop();
      this.#giveUp({ is: 'off' });
    };
  }

  /** The person signs in here: this page is to be the telephone. */
  expect(): void {
    this.#eager = true;
  }

  /** Takes the audio, and the pop with it, from another page. */
  async takeHere(): Promise<void> {
    this.#cancelTimer();
    this.#stuck = false;
    this.#failed = 0;
    await this.#offer(true);
    await this.#options.link.command({ do: 'take_over' });
  }

  /** Tries again what was blocked or refused. */
  retry(): void {
    this.#stuck = false;
    this.#failed = 0;
    this.#eager = true;
    this.#look();
  }

  /** The person chose another microphone. */
  async changeMicrophone(): Promise<void> {
    const before = this.#microphone;
    if (before === null) {
      if (this.#standing.is === 'blocked') this.retry();
      return;
    }
    const next = await this.#options.media.microphone(this.#options.microphone());
    if (this.#microphone !== before) {
      next.close();
      return;
    }
    await this.#peer?.peer.use(next);
    this.#microphone = next;
    before.close();
    this.#tell();
  }

  #devicesChanged(): void {
    if (this.#standing.is === 'blocked') this.retry();
    // It was unplugged: whatever is left, or came in its place, is taken; without any the screen tells that it is silent.
    else if (this.#microphone?.ended) this.changeMicrophone().catch(() => {});
  }

  /** How loud the microphone and the far end are, 0 to 1; 0 without a connection. */
  levels(): { microphone: number; far: number } {
    return { microphone: this.#microphone?.level() ?? 0, far: this.#peer?.peer.level() ?? 0 };
  }

  get microphoneLabel(): string | null {
    return this.#microphone?.label ?? null;
  }

  #audio(): AudioView | null {
    const me = this.#options.link.topic('me');
    return me.status === 'live' ? ((me.entries.audio as AudioView | undefined) ?? null) : null;
  }

  #look(): void {
    const { link, client } = this.#options;
    const me = link.topic('me');
    // Without a socket nothing can be negotiated; what stands goes on.
    if (link.state.is !== 'open') {
      // A login that ended takes no call away: who signs in again goes on with it.
      if (link.state.is === 'off') this.#giveUp({ is: 'off' });
      else this.#cancelTimer();
      return;
    }
    if (link.session !== this.#session) {
      // What came to nothing was over another socket.
      this.#session = link.session;
      this.#failed = 0;
      this.#offeredAt = Number.NEGATIVE_INFINITY;
    }
    if (me.status !== 'live') return;
    const audio = this.#audio();
    const peer = this.#peer;
    const up = peer !== null && (peer.state === 'connecting' || peer.state === 'connected');
    const plan = planOf(audio, {
      client,
      session: link.session,
      peer: peer && { up, session: peer.session },
      offering: this.#offering,
    });
    switch (plan) {
      case 'off':
        this.#stuck = false;
        this.#giveUp({ is: 'off' });
        break;
      case 'elsewhere':
        this.#eager = false;
        this.#giveUp({ is: 'elsewhere', label: audio?.label ?? '' });
        break;
      case 'keep':
        if (!this.#offering) this.#settled(audio);
        break;
      case 'offer':
        this.#offerIn(0);
        break;
      case 'offer_later':
        this.#offerIn(this.#eager ? 0 : LET_OTHERS_MS);
        break;
    }
  }

  #settled(audio: AudioView | null): void {
    this.#cancelTimer();
    if (audio?.state === 'connected') {
      this.#failed = 0;
      this.#become({ is: 'here' });
    } else this.#onTheWay();
  }

  #onTheWay(): void {
    const before = this.#standing.is === 'here' || this.#standing.is === 'returning';
    this.#become({ is: before ? 'returning' : 'starting' });
  }

  #offerIn(least: number): void {
    if (this.#stuck) return;
    const { clock } = this.#options;
    this.#onTheWay();
    const due = Math.max(clock.now() + least, this.#offeredAt + offerAfterMs(this.#failed));
    this.#cancelTimer();
    const wait = due - clock.now();
    if (wait <= 0) void this.#offer(false);
    else this.#cancelTimer = clock.after(wait, () => void this.#offer(false));
  }

  async #offer(takeOver: boolean): Promise<void> {
    const { link, media, clock, client, label } = this.#options;
    const round = ++this.#round;
    const current = () => round === this.#round;
    this.#offering = true;
    this.#offeredAt = clock.now();
    this.#failed++;
    let peer: Peer | null = null;
    const wanted = this.#options.microphone();
    let unchanged = false;
    try {
      const microphone = this.#microphone ?? (await media.microphone(wanted));
      if (!current()) {
        if (microphone !== this.#microphone) microphone.close();
        return;
      }
      this.#microphone = microphone;
      const made = media.peer(microphone, {
        state: (state) => this.#peerIs(made, state),
        silenced: (silenced) => current() && this.#silence(silenced),
      });
      peer = made;
      const sdp = await made.offer();
      const asked = { do: 'audio_offer', sdp, client, label: label(), take_over: takeOver } as const;
      const session = link.session;
      const answer = (await link.command(asked)) as { sdp: string };
      if (!current()) return made.close();
      this.#peer?.peer.close();
      this.#peer = { peer: made, state: 'connecting', session };
      // Another one was chosen, or plugged in, while this was offered.
      unchanged = this.#microphone === microphone;
      if (!unchanged) await made.use(this.#microphone);
      await made.accept(answer.sdp);
      this.#eager = false;
    } catch (error) {
      peer?.close();
      if (this.#peer?.peer === peer) this.#peer = null;
      if (!current()) return;
      this.#offering = false;
      this.#failedBy(error);
      if (takeOver) throw error;
      return;
    }
    if (!current()) return;
    this.#offering = false;
    this.#look();
    // Or before there was any.
    if (unchanged && this.#options.microphone() !== wanted) this.changeMicrophone().catch(() => {});
  }

  #failedBy(error: unknown): void {
    const { clock } = this.#options;
    if (error instanceof MicrophoneError) {
      this.#stuck = true;
      this.#giveUp({ is: 'blocked', why: error.why });
      return;
    }
    const code = error instanceof CommandError ? error.code : null;
    if (code === 'bad_value' || code === 'device_cannot') {
      this.#stuck = true;
      this.#giveUp({ is: 'refused', why: code });
    } else if (code === 'taken') {
      this.#eager = false;
      this.#giveUp({ is: 'elsewhere', label: this.#audio()?.label ?? '' });
    } else if (code !== 'not_signed_in') {
      const wait = Math.max(code === 'device_unreachable' ? NO_ROOM_MS : 0, offerAfterMs(this.#failed));
      this.#cancelTimer();
      this.#cancelTimer = clock.after(wait, () => this.#look());
    }
  }

  #peerIs(peer: Peer, state: PeerState): void {
    const mine = this.#peer;
    if (mine === null || mine.peer !== peer) return;
    if (state === 'disconnected') {
      this.#options.clock.after(DISCONNECTED_MS, () => {
        if (this.#peer === mine && mine.state === 'disconnected') this.#look();
      });
      mine.state = state;
      return;
    }
    mine.state = state;
    this.#look();
  }

  #silence(silenced: boolean): void {
    this.#silenced = silenced;
    this.#tell();
  }

  #giveUp(next: Standing): void {
    this.#cancelTimer();
    this.#round++;
    this.#offering = false;
    this.#failed = next.is === 'blocked' || next.is === 'refused' ? this.#failed : 0;
    this.#peer?.peer.close();
    this.#peer = null;
    this.#microphone?.close();
    this.#microphone = null;
    this.#silenced = false;
    this.#become(next);
  }

  #become(next: Standing): void {
    const was = this.#standing;
    if (JSON.stringify(was) === JSON.stringify(next)) return;
    this.#standing = next;
    this.#tell();
  }

  #tell(): void {
    for (const changed of [...this.#watchers]) changed();
  }
}
