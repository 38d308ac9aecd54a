/** Names of what has an id: read once, kept for some minutes. */
import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, body, type Schemas } from '../../../api/client';
import type { PageOf } from '../../../api/pages';
import { mayEnter } from '../../../core/roles';
import { useSession } from '../../world';

const PAGES_MAX = 20;

async function all<T>(read: (query: { cursor?: string; limit: string }) => Promise<PageOf<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null | undefined;
  for (let n = 0; n < PAGES_MAX; n++) {
    const page = await read({ limit: '500', ...(cursor && { cursor }) });
    items.push(...page.items);
    cursor = page.next;
    if (!cursor) break;
  }
  return items;
}

export interface Names {
  loading: boolean;
  queues: readonly Schemas['StoredQueue'][];
  teams: readonly Schemas['StoredTeam'][];
  reasons: readonly Schemas['StoredReason'][];
  codes: readonly Schemas['StoredWrapUpCode'][];
  /** Empty where one may not read the people. */
  users: readonly Schemas['StoredUser'][];
  /** The name of any of them; `null`: not known. */
  of: (id: string | null | undefined) => string | null;
}

const NONE: never[] = [];

export function useNames(): Names {
  const { roles, user } = useSession();
  const people = mayEnter(roles, ['supervisor', 'admin', 'analyst']);
  const staleTime = 300_000;
  const [queues, teams, reasons, codes, users] = useQueries({
    queries: [
      {
        queryKey: ['queues', 'all'],
        queryFn: () => all((query) => body(api.GET('/api/v1/queues', { params: { query } }))),
        staleTime,
      },
      {
        queryKey: ['teams', 'all'],
        queryFn: () => all((query) => body(api.GET('/api/v1/teams', { params: { query } }))),
        staleTime,
      },
      {
        queryKey: ['reasons', 'all'],
        queryFn: () => all((query) => body(api.GET('/api/v1/reasons', { params: { query } }))),
        staleTime,
      },
      {
        queryKey: ['wrap-up-codes', 'all'],
        queryFn: () => all((query) => body(api.GET('/api/v1/wrap-up-codes', { params: { query } }))),
        staleTime,
      },
      {
        queryKey: ['users', 'all'],
        queryFn: () => all((query) => body(api.GET('/api/v1/users', { params: { query } }))),
        staleTime,
        enabled: people,
      },
    ],
  });
  // Results are new objects at each render; what they hold is not.
  const [q, t, r, c, u] = [queues.data, teams.data, reasons.data, codes.data, users.data];
  const loading = queues.isPending || codes.isPending || (people && users.isPending);
  return useMemo(() => {
    const found = {
      queues: q ?? NONE,
      teams: t ?? NONE,
      reasons: r ?? NONE,
      codes: c ?? NONE,
      users: u ?? NONE,
    };
    const names = new Map([[user.id, user.name]]);
    for (const rows of Object.values(found)) for (const { id, name } of rows) names.set(id, name);
    return {
      ...found,
      loading,
      of: (id) => (id ? (names.get(id) ?? null) : null),
    };
  }, [q, t, r, c, u, loading, user]);
}

/** Rows as a `Select` takes them. */
export const choices = (rows: readonly { id: string; name: string }[]) =>
  [...rows].sort((a, b) => a.name.localeCompare(b.name)).map(({ id, name }) => ({ value: id, label: name }));
