/** One customer: the row, its edits, and what others do with it meanwhile. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api, body, ifMatch, type Schemas } from '../../../api/client';
import type { ChangeView } from '../../../api/protocol';
import { mayEnter } from '../../../core/roles';
import { useRowEdit } from '../../crm/useRowEdit';
import { useTopic } from '../../hooks/useTopic';
import { useSession, useWorld } from '../../world';

export type Customer = Schemas['CustomerView'];

const read = (id: string, signal?: AbortSignal) =>
  body(api.GET('/api/v1/customers/{id}', { params: { path: { id } }, ...(signal && { signal }) }));

export function useCustomer(id: string) {
  return useQuery({ queryKey: ['customers', id], queryFn: ({ signal }) => read(id, signal) });
}

export function useCustomerEdit(row: Customer) {
  const queries = useQueryClient();
  return useRowEdit({
    row,
    write: (changes: Partial<Schemas['Customer']>, version) =>
      body(
        api.PATCH('/api/v1/customers/{id}', {
          params: { path: { id: row.id }, header: ifMatch(version) },
          // A merge patch: what is not named stays, `null` clears.
          body: changes as Schemas['Customer'],
        }),
      ),
    read: () => read(row.id),
    done: () => {
      void queries.invalidateQueries({ queryKey: ['customers'] });
      void queries.invalidateQueries({ queryKey: ['timeline', row.id] });
    },
  });
}

/** What is read again when a row of some kind changed. */
const READ_AGAIN: Record<string, readonly string[]> = {
  customer: ['customers'],
  contact_point: ['customers'],
  consent: ['customers'],
  ticket: ['tickets', 'customers'],
  order: ['orders', 'customers'],
  contract: ['contracts', 'customers'],
  product_owned: ['products-owned', 'customers'],
  note: ['notes'],
  task: ['tasks'],
  callback: ['callbacks'],
};

/** Reads again what others change; tells who changed what last. */
export function useLiveCustomer(id: string): { change: ChangeView; at_ms: number } | null {
  const state = useTopic(`customer/${id}`);
  const { user } = useSession();
  const { link } = useWorld();
  const queries = useQueryClient();
  const seen = useRef<ReadonlySet<unknown> | null>(null);
  const [last, setLast] = useState<{ change: ChangeView; at_ms: number } | null>(null);
  useEffect(() => {
    if (state.status !== 'live') return;
    const changes = Object.values(state.entries) as ChangeView[];
    const known = seen.current;
    seen.current = new Set(changes);
    // The first snapshot comes with the page, which has just read everything.
    if (known === null) return;
    const fresh = changes.filter((change) => !known.has(change));
    if (fresh.length === 0) return;
    const keys = new Set(fresh.flatMap((change) => READ_AGAIN[change.kind] ?? ['customers']));
    for (const key of keys) void queries.invalidateQueries({ queryKey: [key] });
    void queries.invalidateQueries({ queryKey: ['timeline', id] });
    const other = fresh.find((change) => change.by !== null && change.by !== user.id);
    if (other !== undefined) setLast({ change: other, at_ms: link.serverNow() });
  }, [state, id, user.id, link, queries]);
  return last;
}

/** What this person may do with a customer; the server has the last word. */
export function useMay(row: Customer): { tier: boolean; responsibility: boolean; merge: boolean } {
  const { roles, user } = useSession();
  const above = mayEnter(roles, ['supervisor', 'admin']);
  return { tier: above, responsibility: above || row.owner_id === user.id, merge: above };
}
