/** Names that many pages need, read once: people, teams, queues, kinds of ticket. */
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, body, type Schemas } from '../../api/client';
import type { PageOf } from '../../api/pages';
import { AGENTS, mayEnter } from '../../core/roles';
import { useSession } from '../world';

const STALE_MS = 5 * 60_000;
/** Of a list for choosing; more than this nobody scrolls through. */
const ALL_MAX = 2_000;

export async function readAll<T>(read: (cursor: { cursor?: string }) => Promise<PageOf<T>>): Promise<T[]> {
  const all: T[] = [];
  let cursor: { cursor?: string } = {};
  while (all.length < ALL_MAX) {
    const page = await read(cursor);
    all.push(...page.items);
    if (!page.next) break;
    cursor = { cursor: page.next };
  }
  return all;
}

/** Everybody, also who may not sign in any more: their name stands at what they wrote. */
export function usePeople(): UseQueryResult<Schemas['UserName'][]> {
  return useQuery({
    queryKey: ['users', 'names'],
    staleTime: STALE_MS,
    queryFn: ({ signal }) =>
      readAll((cursor) =>
        body(api.GET('/api/v1/users/names', { params: { query: { limit: '500', ...cursor } }, signal })),
      ),
  });
}

export function useTeams(): UseQueryResult<Schemas['StoredTeam'][]> {
  return useQuery({
    queryKey: ['teams', 'names'],
    staleTime: STALE_MS,
    queryFn: ({ signal }) =>
      readAll((cursor) =>
        body(api.GET('/api/v1/teams', { params: { query: { limit: '500', ...cursor } }, signal })),
      ),
  });
}

export function useQueues(): UseQueryResult<Schemas['StoredQueue'][]> {
  return useQuery({
    queryKey: ['queues', 'names'],
    staleTime: STALE_MS,
    queryFn: ({ signal }) =>
      readAll((cursor) =>
        body(api.GET('/api/v1/queues', { params: { query: { limit: '500', ...cursor } }, signal })),
      ),
  });
}

export function useWrapUpCodes(): UseQueryResult<Schemas['StoredWrapUpCode'][]> {
  return useQuery({
    queryKey: ['wrap-up-codes', 'names'],
    staleTime: STALE_MS,
    queryFn: ({ signal }) =>
      readAll((cursor) =>
        body(api.GET('/api/v1/wrap-up-codes', { params: { query: { limit: '500', ...cursor } }, signal })),
      ),
  });
}

export function useTicketTypes(): UseQueryResult<Schemas['StoredTicketType'][]> {
  return useQuery({
    queryKey: ['ticket-types', 'names'],
    staleTime: STALE_MS,
    queryFn: ({ signal }) =>
      readAll((cursor) =>
        body(api.GET('/api/v1/ticket-types', { params: { query: { limit: '500', ...cursor } }, signal })),
      ),
  });
}

export function useTemplates(): UseQueryResult<Schemas['StoredTicketTemplate'][]> {
  return useQuery({
    queryKey: ['ticket-templates', 'names'],
    staleTime: STALE_MS,
    queryFn: ({ signal }) =>
      readAll((cursor) =>
        body(api.GET('/api/v1/ticket-templates', { params: { query: { limit: '500', ...cursor } }, signal })),
      ),
  });
}

export function useProducts(): UseQueryResult<Schemas['StoredProduct'][]> {
  return useQuery({
    queryKey: ['products', 'names'],
    staleTime: STALE_MS,
    queryFn: ({ signal }) =>
      readAll((cursor) =>
        body(api.GET('/api/v1/products', { params: { query: { limit: '500', ...cursor } }, signal })),
      ),
  });
}

export function useFieldDefinitions(
  resource: 'customer' | 'ticket',
): UseQueryResult<Schemas['StoredCustomField'][]> {
  return useQuery({
    queryKey: ['custom-fields', 'all'],
    staleTime: STALE_MS,
    queryFn: ({ signal }) =>
      readAll((cursor) =>
        body(api.GET('/api/v1/custom-fields', { params: { query: { limit: '500', ...cursor } }, signal })),
      ),
    select: (fields) => fields.filter((field) => (field.resource ?? 'customer') === resource),
  });
}

/** A name for each id; unknown ids give nothing. */
export function useNames(
  query: UseQueryResult<{ id: string; name: string }[]>,
): (id: string | null | undefined) => string {
  const { data } = query;
  const names = useMemo(() => new Map(data?.map((row) => [row.id, row.name])), [data]);
  return (id) => (id ? (names.get(id) ?? '') : '');
}

export const usePersonName = () => useNames(usePeople());
export const useTeamName = () => useNames(useTeams());
export const useQueueName = () => useNames(useQueues());

/** `user:<id>`, `team:<id>` or `queue:<id>` in words. */
export function useOwnerName(): (owner: string | null | undefined) => string {
  const [person, team, queue] = [usePersonName(), useTeamName(), useQueueName()];
  return (owner) => {
    const [kind, id] = (owner ?? '').split(':');
    if (kind === 'user') return person(id);
    return kind === 'team' ? team(id) : kind === 'queue' ? queue(id) : '';
  };
}

/** A customer's name by id; empty for one whom the reader may not see. */
export function useCustomerName(id: string | null | undefined): string {
  const { roles } = useSession();
  const { data } = useQuery({
    queryKey: ['customers', id, 'name'],
    // Analysts see no customers.
    enabled: Boolean(id) && mayEnter(roles, AGENTS),
    staleTime: STALE_MS,
    retry: false,
    queryFn: async ({ signal }) => {
      const row = await body(
        api.GET('/api/v1/customers/{id}', { params: { path: { id: id ?? '' } }, signal }),
      );
      return row.name ?? '';
    },
  });
  return data ?? '';
}
