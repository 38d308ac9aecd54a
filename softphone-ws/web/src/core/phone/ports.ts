/** What the telephone needs of the browser. Made real in `platform/media.ts`, faked in tests. */

/** Why there is no microphone. `insecure`: the page is neither https nor localhost; `denied`: the person or a policy said no. */
export type MicrophoneTrouble = 'insecure' | 'denied' | 'missing' | 'in_use' | 'unknown';

export class MicrophoneError extends Error {
  readonly why: MicrophoneTrouble;
  constructor(why: MicrophoneTrouble) {
    super(`no microphone: ${why}`);
    this.name = 'MicrophoneError';
    this.why = why;
  }
}

export interface Microphone {
  readonly label: string;
  /** It was unplugged, or taken away. */
  readonly ended: boolean;
  /** How loud it is just now, 0 to 1. */
  level(): number;
  close(): void;
}

export type PeerState = 'connecting' | 'connected' | 'disconnected' | 'failed';

/** One standing connection. */
export interface Peer {
  /** The offer, set as the local description; without candidates: the server's are enough. */
  offer(): Promise<string>;
  accept(answer: string): Promise<void>;
  /** Another microphone, without a gap that the server could take for a lost page. */
  use(microphone: Microphone): Promise<void>;
  /** How loud the far end is just now, 0 to 1. */
  level(): number;
  close(): void;
}

export interface PeerEvents {
  state(state: PeerState): void;
  /** The browser plays nothing before somebody has clicked into the page. */
  silenced(silenced: boolean): void;
}

export interface AudioDevice {
  readonly id: string;
  readonly kind: 'microphone' | 'speaker';
  readonly label: string;
}

export interface RingTone {
  stop(): void;
}

export interface Media {
  /** Opens the microphone with this id, or another where it is not there; rejects with a `MicrophoneError`. */
  microphone(id: string | null): Promise<Microphone>;
  peer(microphone: Microphone, events: PeerEvents): Peer;
  /** Where the far end is heard; `null`: where the system plays. */
  speaker(id: string | null): void;
  /** Plays what was silenced; called by a click. */
  unlock(): void;
  /** Speakers can be chosen in this browser. */
  readonly choosesSpeakers: boolean;
  devices(): Promise<AudioDevice[]>;
  /** Tells when a device came or went, or the right to the microphone changed. */
  watch(changed: () => void): () => void;
  /** Rings on each of these speakers, `null` being the system's. */
  ring(speakers: readonly (string | null)[], volume: number): RingTone;
}
