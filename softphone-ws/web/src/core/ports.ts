/** What the core needs of the world. Made real in `platform`, faked in `testing`. */

/** Time and chance. */
export interface Clock {
  /** Milliseconds since the Unix epoch, by this computer. */
  now(): number;
  /** Runs once after so many milliseconds, unless the returned function was called before. */
  after(ms: number, run: () => void): () => void;
  /** From 0 up to, but not including, 1. */
  random(): number;
}

/** An open or opening WebSocket. */
export interface SocketPort {
  send(text: string): void;
  close(): void;
}

export interface SocketEvents {
  opened(): void;
  text(text: string): void;
  /** The last event; with the close code (RFC 6455 7.4), also when it never opened. */
  closed(code: number): void;
}

export type OpenSocket = (events: SocketEvents) => SocketPort;

/** Small things kept on this computer. Never throws: where storage is denied, nothing is kept. */
export interface KeyValueStore {
  get(key: string): string | null;
  set(key: string, value: string): void;
}
