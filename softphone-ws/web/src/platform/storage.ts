import type { KeyValueStore } from '../core/ports';

/** The browser's storage; where it is denied or full, nothing is kept. */
export const localStore: KeyValueStore = {
  get(key) {
    try {
      return localStorage.getItem(`cordboard.${key}`);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(`cordboard.${key}`, value);
    } catch {
      // Kept for this page only.
    }
  },
};
