/** Lists with a name: filters that a person keeps. */

export type FilterValues = Readonly<Record<string, string>>;

export interface SavedList {
  readonly name: string;
  readonly filters: FilterValues;
}

const LISTS_MAX = 30;

/** Out of what was kept; anything odd is left out. */
export function readLists(text: string | null): SavedList[] {
  try {
    const lists: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(lists)) return [];
    return lists.flatMap((one) => {
      const { name, filters } = (one ?? {}) as { name?: unknown; filters?: unknown };
      if (typeof name !== 'string' || typeof filters !== 'object' || filters === null) return [];
      const said = Object.entries(filters).filter(([, value]) => typeof value === 'string');
      return [{ name, filters: Object.fromEntries(said) as FilterValues }];
    });
  } catch {
    return [];
  }
}

/** With one more, or the one of that name replaced; the oldest goes when there are too many. */
export function keepList(lists: readonly SavedList[], list: SavedList): SavedList[] {
  return [...lists.filter((one) => one.name !== list.name), list].slice(-LISTS_MAX);
}

export function sameFilters(a: FilterValues, b: FilterValues): boolean {
  const said = (filters: FilterValues) =>
    JSON.stringify(
      Object.entries(filters)
        .filter(([, value]) => value !== '')
        .sort(),
    );
  return said(a) === said(b);
}
