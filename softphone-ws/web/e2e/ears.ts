/** Who hears what: levels of known tones at any end of a call, looked at until they are so for long enough, never after a fixed time. */
import { expect } from '@playwright/test';

/** What an ear hears just now, in dB of full scale. */
export interface Look {
  /** Everything (RMS). */
  readonly db: number;
  /** The peak of each frequency asked for, by its Hz. */
  readonly tones: Readonly<Record<string, number>>;
  /** Grows as long as something comes in at all: packets, or time. */
  readonly heard: number;
}

export interface Ear {
  readonly name: string;
  look(tones: readonly number[]): Promise<Look>;
}

/** A tone is heard from this level up, and nobody else is, who is so much quieter. */
const HEARD_DB = -40;
const APART_DB = 15;
/** Looks that show it, and how far they lie apart: about a second in all. */
const LOOKS = 8;
const LOOK_EVERY_MS = 100;
/** On a machine that stands still at times the voices do, too: a look that hears nothing proves neither. `tests/run` says so. */
const STANDS_STILL = process.env.STANDS_STILL === '1';
const PATIENCE_MS = STANDS_STILL ? 120_000 : 30_000;

const level = (look: Look, hz: number): number => look.tones[hz] ?? -200;

/** Waits until the ear hears all of `wanted`, and nobody of `others`, for a second without a break. */
export async function hears(
  ear: Ear,
  wanted: readonly number[],
  others: readonly number[] = [],
): Promise<void> {
  const clear = (look: Look) => {
    const quietest = Math.min(...wanted.map((hz) => level(look, hz)));
    return quietest >= HEARD_DB && others.every((hz) => level(look, hz) + APART_DB <= quietest);
  };
  await steadily(ear, [...wanted, ...others], clear, `${wanted.join(' and ')} Hz, not ${others.join(', ')}`);
}

/** Waits until the ear has heard something for a second in all, that is none of these voices: music has pauses. */
export async function hearsMusic(ear: Ear, voices: readonly number[]): Promise<void> {
  const music = (look: Look) => look.db >= HEARD_DB && voices.every((hz) => level(look, hz) < look.db - 6);
  await steadily(ear, voices, music, 'music', true);
}

/** Waits until none of these voices is heard for a second, whatever else is; nothing coming in at all is silence. */
export async function hearsNone(ear: Ear, voices: readonly number[]): Promise<void> {
  let before: number | null = null;
  const none = (look: Look) => {
    const still = look.heard === before;
    before = look.heard;
    return still || voices.every((hz) => level(look, hz) < HEARD_DB - APART_DB);
  };
  await steadily(ear, voices, none, `none of ${voices.join(', ')} Hz`, false, false);
}

async function steadily(
  ear: Ear,
  tones: readonly number[],
  fits: (look: Look) => boolean,
  what: string,
  withPauses = false,
  fresh = true,
): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  const last: Look[] = [];
  let good: Look[] = [];
  while (Date.now() < until) {
    const look = await ear.look(tones);
    last.push(look);
    if (last.length > LOOKS) last.shift();
    if (fits(look)) good.push(look);
    else if (!withPauses && !(STANDS_STILL && look.db < HEARD_DB - APART_DB)) good = [];
    const [first] = good;
    // The last that came may be old: something must have come since.
    const flows = !fresh || (first !== undefined && look.heard > first.heard);
    if (good.length >= LOOKS && flows) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`${ear.name} never heard ${what}; the last looks: ${JSON.stringify(last)}`);
}

/** The peak of one frequency in these samples (-1 to 1), in dB of full scale (Goertzel). */
export function toneDb(samples: ArrayLike<number>, rate: number, hz: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / rate);
  let [one, two] = [0, 0];
  for (let n = 0; n < samples.length; n += 1) [one, two] = [turn * one - two + (samples[n] ?? 0), one];
  const power = Math.max(0, one * one + two * two - turn * one * two);
  return 20 * Math.log10(Math.max(1e-6, (2 * Math.sqrt(power)) / Math.max(1, samples.length)));
}

/** How many windows of 100 ms of a channel hold each tone alone, are silent, or hold anything else. */
export interface Heard {
  readonly tones: Readonly<Record<string, number>>;
  readonly silent: number;
  readonly other: number;
}

export interface Recording {
  readonly seconds: number;
  readonly customer: Heard;
  readonly ours: Heard;
}

/** Listens to a stereo WAV of 16 bits: left the customer, right our side. */
export function listenTo(wav: ArrayBuffer, tones: readonly number[]): Recording {
  const view = new DataView(wav);
  const text = (at: number) => String.fromCharCode(...new Uint8Array(wav, at, 4));
  expect([text(0), text(8)], 'a WAV file').toEqual(['RIFF', 'WAVE']);
  let [at, rate, data] = [12, 0, { from: 0, bytes: 0 }];
  while (at + 8 <= wav.byteLength) {
    const [name, bytes] = [text(at), view.getUint32(at + 4, true)];
    if (name === 'fmt ') {
      expect([view.getUint16(at + 10, true), view.getUint16(at + 22, true)], 'stereo, 16 bits').toEqual([
        2, 16,
      ]);
      rate = view.getUint32(at + 12, true);
    } else if (name === 'data') data = { from: at + 8, bytes: Math.min(bytes, wav.byteLength - at - 8) };
    at += 8 + bytes + (bytes % 2);
  }
  const frames = Math.floor(data.bytes / 4);
  const channel = (offset: number) =>
    Float32Array.from({ length: frames }, (_, n) => view.getInt16(data.from + 4 * n + offset, true) / 32_768);
  return {
    seconds: frames / rate,
    customer: heardIn(channel(0), rate, tones),
    ours: heardIn(channel(2), rate, tones),
  };
}

function heardIn(samples: Float32Array, rate: number, tones: readonly number[]): Heard {
  const window = rate / 10;
  const found: Record<string, number> = Object.fromEntries(tones.map((hz) => [hz, 0]));
  let [silent, other] = [0, 0];
  for (let at = 0; at + window <= samples.length; at += window) {
    const part = samples.subarray(at, at + window);
    const [loudest, second] = tones
      .map((hz) => ({ hz, db: toneDb(part, rate, hz) }))
      .sort((a, b) => b.db - a.db);
    const rms = 10 * Math.log10(Math.max(1e-12, part.reduce((sum, one) => sum + one * one, 0) / window));
    if (loudest !== undefined && loudest.db >= HEARD_DB && loudest.db - (second?.db ?? -200) >= APART_DB)
      found[loudest.hz] = (found[loudest.hz] ?? 0) + 1;
    else if (rms < -50) silent += 1;
    else other += 1;
  }
  return { tones: found, silent, other };
}
