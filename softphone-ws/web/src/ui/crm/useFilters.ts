/** Filters of a list, kept in the address so that going back and sharing a link work, and lists with a name. */
import { useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import { type FilterValues, keepList, readLists, type SavedList } from '../../core/crm/lists';
import { useSession, useWorld } from '../world';

export interface FilterState {
  values: FilterValues;
  get: (name: string) => string;
  set: (changes: Record<string, string | null>) => void;
  replace: (values: FilterValues) => void;
  any: boolean;
}

export function useFilters(): FilterState {
  const [params, setParams] = useSearchParams();
  const values = useMemo(() => Object.fromEntries(params), [params]);
  const write = (next: FilterValues) =>
    setParams(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== '')), {
      replace: true,
    });
  return {
    values,
    get: (name) => values[name] ?? '',
    set: (changes) =>
      write({
        ...values,
        ...Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, value ?? ''])),
      }),
    replace: write,
    any: Object.keys(values).length > 0,
  };
}

export interface SavedLists {
  lists: readonly SavedList[];
  keep: (list: SavedList) => void;
  drop: (name: string) => void;
}

/** Kept on this computer for this person. */
export function useSavedLists(of: string): SavedLists {
  const { store } = useWorld();
  const { user } = useSession();
  const key = `lists.${of}.${user.id}`;
  const [lists, setLists] = useState(() => readLists(store.get(key)));
  const write = (next: SavedList[]) => {
    store.set(key, JSON.stringify(next));
    setLists(next);
  };
  return {
    lists,
    keep: (list) => write(keepList(lists, list)),
    drop: (name) => write(lists.filter((list) => list.name !== name)),
  };
}
