/** What a person chose for their telephone on this computer. */
import type { KeyValueStore } from '../ports';

export interface PhonePreferences {
  readonly microphone: string | null;
  readonly speaker: string | null;
  /** Where it rings; `null`: where one hears. */
  readonly ring: string | null;
  /** It rings there, too, so that it is heard with the headset on the desk. */
  readonly ringAlso: string | null;
  /** 0 to 1. */
  readonly volume: number;
  readonly notify: boolean;
  /** The queue whose number calls of one's own show. */
  readonly queue: string | null;
  /** The telephone signed in with last. */
  readonly device: 'browser' | 'phone';
}

export const DEFAULTS: PhonePreferences = {
  microphone: null,
  speaker: null,
  ring: null,
  ringAlso: null,
  volume: 0.7,
  notify: true,
  queue: null,
  device: 'browser',
};

const KEY = 'phone';

export function readPreferences(store: KeyValueStore): PhonePreferences {
  try {
    const kept: unknown = JSON.parse(store.get(KEY) ?? '{}');
    return typeof kept === 'object' ? { ...DEFAULTS, ...kept } : DEFAULTS;
  } catch {
    return DEFAULTS;
  }
}

export function writePreferences(store: KeyValueStore, preferences: PhonePreferences): void {
  store.set(KEY, JSON.stringify(preferences));
}

/** Every speaker it rings on, once each; `null` is the system's. */
export function ringSpeakers({ ring, ringAlso }: PhonePreferences): (string | null)[] {
  return ringAlso === null || ringAlso === ring ? [ring] : [ring, ringAlso];
}
