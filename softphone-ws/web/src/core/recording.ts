/** Where one is in a recording: its parts lie on one timeline, and may leave gaps or lie beside each other. */

export interface Part {
  readonly part: number;
  readonly offset_ms: number;
  readonly duration_ms: number;
}

/** The length of the timeline. */
export function lengthMs(parts: readonly Part[]): number {
  return parts.reduce((end, part) => Math.max(end, part.offset_ms + part.duration_ms), 0);
}

/** What is heard at a moment: the part that is playing if it covers it, else the first that does, else the next one to come. */
export function placeAt(
  parts: readonly Part[],
  ms: number,
  playing: number | null = null,
): { part: Part; at_ms: number } | null {
  const covers = (part: Part) => part.offset_ms <= ms && ms < part.offset_ms + part.duration_ms;
  const part =
    parts.find((one) => one.part === playing && covers(one)) ??
    parts.find(covers) ??
    [...parts].sort((a, b) => a.offset_ms - b.offset_ms).find((one) => one.offset_ms > ms);
  return part === undefined ? null : { part, at_ms: Math.max(0, ms - part.offset_ms) };
}

/** What is played when a part is over. */
export function partAfter<P extends Part>(parts: readonly P[], part: number): P | null {
  const inOrder = [...parts].sort((a, b) => a.offset_ms - b.offset_ms || a.part - b.part);
  return inOrder[inOrder.findIndex((one) => one.part === part) + 1] ?? null;
}

/** How many columns of peaks a part is drawn with, of `columns` for the whole. */
export function peakColumns(parts: readonly Part[], part: Part, columns: number): number {
  const all = lengthMs(parts);
  const share = all === 0 ? columns : Math.round((part.duration_ms / all) * columns);
  return Math.min(4000, Math.max(100, share));
}
