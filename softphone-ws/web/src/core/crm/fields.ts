/** Fields defined at run time: what may be chosen, what is missing, how a value reads. */
import type { components } from '../../api/rest';

type Field = components['schemas']['CustomField'];
type Option = components['schemas']['FieldOption'];
export type FieldValues = Readonly<Record<string, unknown>>;

/** A label in the person's language, else in English, else in any, else the word itself. */
export function labelOf(
  labels: Readonly<Record<string, string>> | undefined,
  language: string,
  word: string,
): string {
  const known = labels ?? {};
  return known[language] ?? known[language.slice(0, 2)] ?? known.en ?? Object.values(known)[0] ?? word;
}

/** The fields in their order on the screen. */
export function inOrder<T extends Field>(fields: readonly T[]): T[] {
  return fields.filter((field) => field.active !== false).sort((a, b) => (a.sort ?? 0) - (b.sort ?? 0));
}

/** What can be chosen, as the list it depends on stands. */
export function optionsOf(field: Field, values: FieldValues): Option[] {
  const on = field.depends_on;
  const all = field.options ?? [];
  if (on === null || on === undefined) return all;
  const chosen = values[on];
  const held = Array.isArray(chosen) ? chosen : [chosen];
  return all.filter(({ when }) => (when ?? []).length === 0 || when?.some((word) => held.includes(word)));
}

/** The values after one was set: those that depend on it and cannot be chosen any more are cleared. */
export function set(
  fields: readonly Field[],
  values: FieldValues,
  key: string,
  value: unknown,
): Record<string, unknown> {
  let next: Record<string, unknown> = { ...values, [key]: value };
  for (const field of fields) {
    if (field.depends_on !== key) continue;
    const open = optionsOf(field, next).map((option) => option.value);
    const held = next[field.key];
    if (Array.isArray(held)) {
      const left = held.filter((word) => open.includes(word as string));
      if (left.length < held.length) next = set(fields, next, field.key, left.length > 0 ? left : null);
    } else if (held !== null && held !== undefined && !open.includes(held as string)) {
      next = set(fields, next, field.key, null);
    }
  }
  return next;
}

const empty = (value: unknown) =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** Keys of what must be there and is not; where nothing can be chosen, nothing is missing. */
export function missing(fields: readonly Field[], values: FieldValues): string[] {
  const listed = (field: Field) => field.type === 'list' || field.type === 'multi_list';
  return fields
    .filter((field) => field.required === true && field.active !== false && empty(values[field.key]))
    .filter((field) => !listed(field) || optionsOf(field, values).length > 0)
    .map((field) => field.key);
}

/** A value in words, without yes and no, which the screen knows. */
export function wordOf(field: Field, value: unknown, language: string): string {
  const option = (word: unknown) => {
    const found = field.options?.find((one) => one.value === word);
    return labelOf(found?.labels, language, String(word));
  };
  if (empty(value)) return '';
  if (Array.isArray(value)) return value.map(option).join(', ');
  if (field.type === 'list') return option(value);
  if (field.type === 'number' && typeof value === 'number')
    return new Intl.NumberFormat(language).format(value);
  return String(value);
}
