import { expect, it } from 'vitest';

const files = import.meta.glob<Record<string, unknown>>('./*/*.json', { eager: true, import: 'default' });

/** Every key with the names of what is put into its text. */
function shape(value: unknown, at = ''): string[] {
  if (typeof value === 'string') {
    // Chinese has one form where English has `_one`, which may say it without a figure, and `_other`.
    if (at.endsWith('_one')) return [];
    const inserted = [...value.matchAll(/{{\s*(\w+)/g)].map((match) => match[1]).sort();
    return [`${at} ${inserted.join(',')}`];
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

const sources = import.meta.glob<string>(['../{core,platform,ui}/**/*.{ts,tsx}', '!../**/*.test.*'], {
  eager: true,
  import: 'default',
  query: '?raw',
});

/** What the sources say of keys: those written down, and the beginnings of those put together: `state.${state}`. */
function written() {
  const whole = new Set<string>();
  const begun = new Set<string>();
  for (const text of Object.values(sources)) {
    for (const [, key = ''] of text.matchAll(/['"`](?:\w+:)?([\w-]+(?:\.[\w-]+)*)['"`]/g)) whole.add(key);
    for (const [, start = ''] of text.matchAll(/`(?:\w+:)?((?:[\w-]+\.)+)\$\{/g)) begun.add(start);
    // `${name}.yes`: the end alone says little, so all that end so count.
    for (const [, end = ''] of text.matchAll(/`\$\{\w+\}(\.[\w-]+)`/g)) begun.add(end);
  }
  return { whole, begun: [...begun] };
}

const keysOf = (value: unknown, at = ''): string[] =>
  typeof value === 'string'
    ? [at.slice(1).replace(/_(one|other)$/, '')]
    : Object.entries(value as object).flatMap(([key, inner]) => keysOf(inner, `${at}.${key}`));

// That every key used exists is tsc's to say: keys are types.
it('has no text that nothing shows', () => {
  const { whole, begun } = written();
  const idle = Object.keys(files)
    .filter((name) => name.startsWith('./en/'))
    .flatMap((name) => keysOf(files[name]).map((key) => ({ name, key })))
    .filter(
      ({ key }) =>
        !whole.has(key) &&
        !begun.some((part) => (part[0] === '.' ? key.endsWith(part) : key.startsWith(part))),
    );
  expect(idle).toEqual([]);
});
