import { expect, it } from 'vitest';

const files = import.meta.glob<Record<string, unknown>>('./*/*.json', { eager: true, import: 'default' });

/** Every key with the names of what is put into its text. */
function shape(value: unknown, at = ''): string[] {
  if (typeof value === 'string') {
    const inserted = [...value.matchAll(/{{\s*(\w+)/g)].map((match) => match[1]).sort();
    // Chinese has one form where English has `_one` and `_other`.
    return [`${at.replace(/_one$/, '_other')} ${inserted.join(',')}`];
  }
  return Object.entries(value as object).flatMap(([key, inner]) => shape(inner, `${at}.${key}`));
}

it.each(Object.keys(files).filter((name) => name.startsWith('./en/')))(
  '%s says the same in Chinese',
  (name) => {
    const sorted = (text: unknown) => [...new Set(shape(text))].sort();
    expect(sorted(files[name.replace('/en/', '/zh/')])).toEqual(sorted(files[name]));
  },
);
