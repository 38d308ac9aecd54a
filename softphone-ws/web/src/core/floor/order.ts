/** Rows that do not jump under the hand: while somebody points at a table its order stays, and what is gone keeps its place. Pure. */

export interface Row<T> {
  readonly key: string;
  readonly row: T;
  /** Not there any more; shown until the hand is away. */
  readonly gone: boolean;
}

/** `before`: the rows shown last. Held, these keep their places and what is new stands behind them. */
export function arrange<T>(
  before: readonly Row<T>[],
  now: readonly T[],
  keyOf: (row: T) => string,
  held: boolean,
): readonly Row<T>[] {
  if (!held) return now.map((row) => ({ key: keyOf(row), row, gone: false }));
  const left = new Map(now.map((row) => [keyOf(row), row]));
  const kept = before.map(({ key, row }) => {
    const found = left.get(key);
    left.delete(key);
    return { key, row: found ?? row, gone: found === undefined };
  });
  return [...kept, ...[...left].map(([key, row]) => ({ key, row, gone: false }))];
}

/** Which column a table is sorted by. */
export interface Sort {
  readonly key: string;
  readonly down: boolean;
}

/** Up, down, as it was. */
export function nextSort(sort: Sort | null, key: string): Sort | null {
  if (sort?.key !== key) return { key, down: false };
  return sort.down ? null : { key, down: true };
}

/** Rows without a value stand at the end in both directions. Equal ones stay as they were. */
export function sorted<T>(
  rows: readonly T[],
  by: ((row: T) => string | number | null) | undefined,
  down: boolean,
): readonly T[] {
  if (by === undefined) return rows;
  const sign = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [by(a), by(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    if (typeof x === 'number' && typeof y === 'number') return sign * (x - y);
    return sign * String(x).localeCompare(String(y));
  });
}
