/** How long to wait before the next attempt to connect. */

const FIRST_MS = 250;
const MOST_MS = 10_000;

/** Doubles from attempt to attempt; between half and all of it by chance, so that a restarted server is not met by all at once. */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(full / 2 + (full / 2) * random);
}
