/** Editing one field in place while others may edit it, too. Pure. */

/**
 * What to do with an edit of a field, by what is in the row now. `again`: nobody else changed this field, the change may be sent; `done`: they wrote the same; `ask`: they wrote something else, and the person decides.
 */
export type Clash<T> = { readonly is: 'again' | 'done' } | { readonly is: 'ask'; readonly theirs: T };

export function clashOf<T>(base: T, mine: T, theirs: T): Clash<T> {
  if (same(theirs, mine)) return { is: 'done' };
  return same(theirs, base) ? { is: 'again' } : { is: 'ask', theirs };
}

export function same(a: unknown, b: unknown): boolean {
  const empty = (value: unknown) => value === null || value === undefined || value === '';
  return (empty(a) && empty(b)) || JSON.stringify(a) === JSON.stringify(b);
}
