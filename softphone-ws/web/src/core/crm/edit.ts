/** What becomes of an edit when somebody else changed the row meanwhile. */

export type Changes = Readonly<Record<string, unknown>>;

/** A field that both changed. */
export interface Clash {
  /** As in the row; one below `fields` or `attributes` as `fields.key`. */
  readonly field: string;
  readonly theirs: unknown;
  readonly mine: unknown;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Nothing said and empty are the same to a person. */
export function same(a: unknown, b: unknown): boolean {
  const plain = (value: unknown) => (value === undefined || value === '' ? null : value);
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

/** The fields that both wrote, differently. None: my changes may simply be written on theirs. */
export function clashes(base: object, changes: Changes, theirs: object): Clash[] {
  const found: Clash[] = [];
  const [was, is] = [base as Record<string, unknown>, theirs as Record<string, unknown>];
  for (const [field, mine] of Object.entries(changes)) {
    if (isMap(mine) && (isMap(was[field]) || isMap(is[field]))) {
      for (const clash of clashes(was[field] ?? {}, mine, is[field] ?? {}))
        found.push({ ...clash, field: `${field}.${clash.field}` });
    } else if (!same(was[field], is[field]) && !same(is[field], mine)) {
      found.push({ field, theirs: is[field] ?? null, mine });
    }
  }
  return found;
}

/** My changes without those fields in which theirs stay. */
export function without(changes: Changes, fields: readonly string[]): Record<string, unknown> {
  const left: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(changes)) {
    if (fields.includes(field)) continue;
    if (!isMap(value)) {
      left[field] = value;
      continue;
    }
    const below = fields
      .filter((one) => one.startsWith(`${field}.`))
      .map((one) => one.slice(field.length + 1));
    const inner = without(value, below);
    if (Object.keys(inner).length > 0) left[field] = inner;
  }
  return left;
}

/** Only what differs from the row. */
export function changed<T extends object>(row: T, form: Partial<T>): Partial<T> {
  const entries = Object.entries(form).filter(([field, value]) => !same((row as Changes)[field], value));
  return Object.fromEntries(entries) as Partial<T>;
}

/** A list of which each only added and took out: what I did to `before`, done to `theirs`. */
export function merged(
  before: readonly string[],
  mine: readonly string[],
  theirs: readonly string[],
): string[] {
  const kept = theirs.filter((one) => mine.includes(one) || !before.includes(one));
  return [...kept, ...mine.filter((one) => !before.includes(one) && !kept.includes(one))];
}
