/** Callers outside, with real SIP and RTP: `tests/e2e/src/bin/caller.rs` steered by lines of JSON. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect } from '@playwright/test';
import type { Ear, Look } from './ears';
import { callerTool } from './paths';

export interface Placed {
  readonly from: string;
  readonly to: string;
  /** The frequency they speak in, Hz. */
  readonly tone: number;
  /** The name their network sends. */
  readonly display?: string;
  /** Further lines of the INVITE. */
  readonly headers?: readonly (readonly [string, string])[];
}

export interface CallState {
  readonly state: 'calling' | 'ringing' | 'answered' | 'ended';
  readonly code: number | null;
  readonly why: string | null;
  /** Keys heard as telephone events. */
  readonly digits: string;
  readonly received: number;
  readonly lost: number;
}

interface Waiting {
  readonly done: (value: unknown) => void;
  readonly failed: (error: Error) => void;
}

export class Outside {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #gone: Error | null = null;

  /** `sip`: where the server speaks it. */
  constructor(sip: string) {
    this.#child = spawn(callerTool, [sip], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.on('error', (error) => this.#fail(error));
    this.#child.on('exit', () => this.#fail(new Error('the callers are gone')));
    // What cannot be written to is gone, and that is told above.
    this.#child.stdin?.on('error', () => {});
    if (this.#child.stdout !== null)
      createInterface({ input: this.#child.stdout }).on('line', (line) => this.#answered(line));
  }

  async call(placed: Placed): Promise<OutsideCall> {
    const made = await this.ask<{ call: number; at_ms: number }>({ do: 'call', ...placed });
    return new OutsideCall(this, made.call, made.at_ms);
  }

  ask<T>(what: Record<string, unknown>): Promise<T> {
    if (this.#gone !== null) return Promise.reject(this.#gone);
    this.#last += 1;
    const id = this.#last;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { done: (value) => resolve(value as T), failed: reject });
      this.#child.stdin?.write(`${JSON.stringify({ id, ...what })}\n`);
    });
  }

  /** Ends all calls. */
  async close(): Promise<void> {
    if (this.#gone !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await gone;
  }

  #answered(line: string): void {
    const answer = JSON.parse(line) as { id: number; ok?: unknown; error?: string };
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.error === undefined) waiting?.done(answer.ok);
    else waiting?.failed(new Error(`the caller: ${answer.error}`));
  }

  #fail(error: Error): void {
    this.#gone ??= error;
    for (const { failed } of this.#waiting.values()) failed(error);
    this.#waiting.clear();
  }
}

/** One call of somebody outside. */
export class OutsideCall implements Ear {
  readonly name = 'the caller';
  /** When the INVITE was sent, ms since 1970. */
  readonly atMs: number;
  readonly #outside: Outside;
  readonly #call: number;

  constructor(outside: Outside, call: number, atMs: number) {
    this.#outside = outside;
    this.#call = call;
    this.atMs = atMs;
  }

  async look(tones: readonly number[]): Promise<Look> {
    const { db, received, tones: levels } = await this.#ask<RawLook>('look', { tones });
    return { db, heard: received, tones: levels };
  }

  state(): Promise<CallState> {
    return this.#ask('state');
  }

  /** Waits until the call came so far. */
  async is(state: CallState['state']): Promise<void> {
    await expect
      .poll(async () => (await this.state()).state, { message: `the call is ${state}` })
      .toBe(state);
  }

  async hangUp(): Promise<void> {
    await this.#ask('hang_up');
  }

  async press(digits: string): Promise<void> {
    await this.#ask('digits', { digits });
  }

  /** Speaks in another tone, or not at all. */
  async say(tone: number | null): Promise<void> {
    await this.#ask('say', { tone });
  }

  #ask<T>(what: string, more: Record<string, unknown> = {}): Promise<T> {
    return this.#outside.ask<T>({ do: what, call: this.#call, ...more });
  }
}

interface RawLook {
  readonly db: number;
  readonly received: number;
  readonly tones: Readonly<Record<string, number>>;
}
