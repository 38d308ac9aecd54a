/** Differences: of two values, name by name, and of two texts, line by line. */
import { equal } from './draft';
import type { Draft, Json } from './spec';

export interface Change {
  path: string;
  before: Json | undefined;
  after: Json | undefined;
}

/** What the store itself writes into a row; no change that somebody made. */
const OWN = new Set(['id', 'version', 'created_at', 'updated_at']);

/** What became of a row: each field that is other than before, objects part by part. */
export function changesBetween(before: unknown, after: unknown): Change[] {
  const found: Change[] = [];
  const walk = (path: string, was: Json | undefined, is: Json | undefined) => {
    if (equal(was ?? null, is ?? null)) return;
    const parts = [was, is].filter((value) => typeof value === 'object' && value !== null);
    const plain =
      parts.some(Array.isArray) ||
      [was, is].some((v) => v !== undefined && v !== null && typeof v !== 'object');
    if (parts.length === 0 || plain) {
      found.push({ path, before: was ?? undefined, after: is ?? undefined });
      return;
    }
    const [a, b] = [(was ?? {}) as Draft, (is ?? {}) as Draft];
    for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
      if (path === '' && OWN.has(name)) continue;
      walk(path === '' ? name : `${path}.${name}`, a[name], b[name]);
    }
  };
  walk('', before as Json | undefined, after as Json | undefined);
  return found;
}

export interface DiffLine {
  sign: ' ' | '-' | '+';
  text: string;
  /** Line numbers on either side. */
  old: number | null;
  new: number | null;
}

/** Lines beyond which only the changed middle as a whole is shown: the table below grows with the square. */
const LINES_MAX = 2_000;

/** Two texts as one: lines that stayed, went and came (longest common subsequence). */
export function lineDiff(before: string, after: string): DiffLine[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const lines: DiffLine[] = [];
  const keep = (i: number, j: number) => lines.push({ sign: ' ', text: a[i] ?? '', old: i + 1, new: j + 1 });
  const drop = (i: number) => lines.push({ sign: '-', text: a[i] ?? '', old: i + 1, new: null });
  const add = (j: number) => lines.push({ sign: '+', text: b[j] ?? '', old: null, new: j + 1 });
  for (let n = 0; n < head; n++) keep(n, n);
  const [rows, columns] = [a.length - head - tail, b.length - head - tail];
  if (rows > LINES_MAX || columns > LINES_MAX) {
    for (let i = 0; i < rows; i++) drop(head + i);
    for (let j = 0; j < columns; j++) add(head + j);
  } else {
    const table = Array.from({ length: rows + 1 }, () => new Uint32Array(columns + 1));
    const at = (i: number, j: number) => table[i]?.[j] ?? 0;
    for (let i = rows - 1; i >= 0; i--) {
      const row = table[i] as Uint32Array;
      for (let j = columns - 1; j >= 0; j--) {
        row[j] = a[head + i] === b[head + j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
      }
    }
    let [i, j] = [0, 0];
    while (i < rows || j < columns) {
      if (i < rows && j < columns && a[head + i] === b[head + j]) keep(head + i++, head + j++);
      else if (i < rows && (j >= columns || at(i + 1, j) >= at(i, j + 1))) drop(head + i++);
      else add(head + j++);
    }
  }
  for (let n = tail; n > 0; n--) keep(a.length - n, b.length - n);
  return lines;
}

/** The lines around changes; `null` stands for lines left out. */
export function hunks(lines: readonly DiffLine[], around = 3): (DiffLine | null)[] {
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - around), at + around + 1).some((line) => line.sign !== ' '),
  );
  const shown: (DiffLine | null)[] = [];
  lines.forEach((line, at) => {
    if (near[at]) shown.push(line);
    else if (shown.at(-1) !== null) shown.push(null);
  });
  return shown;
}
