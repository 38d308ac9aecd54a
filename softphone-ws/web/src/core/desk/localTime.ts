/** Moments as an input of type `datetime-local` has them: in the person's zone, to the minute. */

export function toLocal(ms: number): string {
  const zone = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - zone).toISOString().slice(0, 16);
}

/** In ms since the Unix epoch; NaN where the text is no moment. */
export function fromLocal(text: string): number {
  return new Date(text).getTime();
}
