/** Forms without a screen: what a new row begins with, what is missing, what changed, and where two people changed the same. */
import { type Draft, type Field, itemFields, type Json, type Variants } from './spec';

const isObject = (value: Json | undefined): value is Draft =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Without what is empty: nulls, empty texts, and names that have none. */
export function clean(value: Json | undefined): Json | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (Array.isArray(value)) return value.map(clean).filter((item) => item !== undefined);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).flatMap(([name, inner]) => {
    const left = clean(inner);
    return left === undefined ? [] : [[name, left] as const];
  });
  return Object.fromEntries(kept);
}

export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, at) => equal(item, b[at]));
  if (!isObject(a) || !isObject(b)) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => equal(a[name], b[name]));
}

/** What a new row begins with. */
export function fresh(fields: readonly Field[]): Draft {
  const draft: Draft = {};
  for (const field of fields) {
    if (field.initial !== undefined) draft[field.name] = field.initial;
    else if (field.kind === 'group' && !field.optional) draft[field.name] = fresh(field.fields);
    else if (field.kind === 'union')
      draft[field.name] = freshVariant(field, Object.keys(field.variants)[0] ?? '');
  }
  return draft;
}

/** What a union begins with when its tag is chosen. */
export function freshVariant(union: Variants, tag: string): Draft {
  return { [union.tag]: tag, ...fresh(union.variants[tag] ?? []) };
}

/** The fields of a row that its form shows. */
export function draftOf(row: object, fields: readonly Field[]): Draft {
  const from = row as Draft;
  return Object.fromEntries(fields.map(({ name }) => [name, from[name] ?? undefined]));
}

/** The parts of `after` that are other than in `before`; `null` for those that are gone. */
function partial(before: Draft, after: Draft): Draft {
  const changes: Draft = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[name], after[name]];
    if (equal(was, is)) continue;
    changes[name] = is === undefined ? null : isObject(was) && isObject(is) ? partial(was, is) : is;
  }
  return changes;
}

/** The merge patch that leads from a row to its draft. Objects are sent whole, those of `merged` part by part. */
export function changesOf(before: Draft, after: Draft, merged: readonly string[] = []): Draft {
  const [was, is] = [clean(before) as Draft, clean(after) as Draft];
  const changes = partial(was, is);
  for (const name of Object.keys(changes)) {
    if (changes[name] !== null && !merged.includes(name)) changes[name] = is[name];
  }
  return changes;
}

/** Fields of a form that are seen just now. */
export const seen = (fields: readonly Field[], around: Draft): readonly Field[] =>
  fields.filter((field) => field.when?.(around) ?? true);

/** Visits every input of a form with its path: `skills[2].proficiency`. */
function visit(
  fields: readonly Field[],
  draft: Draft,
  see: (path: string, field: Field, value: Json | undefined) => void,
  at = '',
): void {
  for (const field of seen(fields, draft)) {
    const path = `${at}${field.name}`;
    const value = draft[field.name];
    if (field.kind === 'group') {
      if (isObject(value)) visit(field.fields, value, see, `${path}.`);
    } else if (field.kind === 'union') {
      const inner = isObject(value) ? value : {};
      visit(field.variants[String(inner[field.tag])] ?? [], inner, see, `${path}.`);
    } else if (field.kind === 'list') {
      if (Array.isArray(value))
        value.forEach((item, n) => {
          const inner = isObject(item) ? item : {};
          visit(itemFields(field, inner), inner, see, `${path}[${n}].`);
        });
    }
    see(path, field, value);
  }
}

/** Paths of the inputs that must be filled in and are not. */
export function missing(fields: readonly Field[], draft: Draft): string[] {
  const paths: string[] = [];
  visit(fields, draft, (path, field, value) => {
    if (!field.required || field.kind === 'union' || field.kind === 'condition') return;
    const left = clean(value);
    const empty = Array.isArray(left) ? left.length === 0 : isObject(left) && Object.keys(left).length === 0;
    if (left === undefined || empty) paths.push(path);
  });
  return paths;
}

/** Paths of all inputs shown, so that a form knows which errors have no place in it. */
export function paths(fields: readonly Field[], draft: Draft): string[] {
  const all: string[] = [];
  visit(fields, draft, (path) => all.push(path));
  return all;
}

/** Whether the input at `path` is the place for an error at `at`: its own, or inside of something it draws itself. */
export function covers(path: string, at: string): boolean {
  return at === path || at.startsWith(`${path}.`) || at.startsWith(`${path}[`);
}

export interface Conflict {
  /** Fields that both changed, each in its own way. */
  both: string[];
  /** Fields that only the other one changed. */
  theirs: string[];
}

/** What two people did to the same row. */
export function conflictOf(base: Draft, mine: Draft, theirs: Draft): Conflict {
  const [was, my, their] = [base, mine, theirs].map((draft) => clean(draft) as Draft) as [
    Draft,
    Draft,
    Draft,
  ];
  const names = [...new Set([was, my, their].flatMap((draft) => Object.keys(draft)))];
  const theirChanges = names.filter((name) => !equal(was[name], their[name]));
  return {
    both: theirChanges.filter((name) => !equal(was[name], my[name]) && !equal(my[name], their[name])),
    theirs: theirChanges.filter((name) => equal(was[name], my[name])),
  };
}

/** Their row with my changes on it; of what both changed, theirs where `keepTheirs` names it. */
export function resolve(base: Draft, mine: Draft, theirs: Draft, keepTheirs: ReadonlySet<string>): Draft {
  const merged: Draft = { ...theirs };
  for (const name of Object.keys({ ...base, ...mine })) {
    if (!equal(clean(base[name]), clean(mine[name])) && !keepTheirs.has(name)) merged[name] = mine[name];
  }
  return merged;
}
