import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { api, body, ifMatch, Problem, type Schemas } from '../../../../api/client';
import type { ChangeView } from '../../../../api/protocol';
import { clashOf } from '../../../../core/desk/edit';
import { useEntries } from '../../../hooks/useTopic';
import { useSession } from '../../../world';

export type CustomerRecord = Schemas['CustomerView'];

const readCustomer = (id: string, signal?: AbortSignal) =>
  body(api.GET('/api/v1/customers/{id}', { params: { path: { id } }, ...(signal && { signal }) }));

/** A customer's record, read anew when somebody else changes it; `changedBy`: a colleague did so just now, and which fields. */
export function useCustomer(id: string) {
  const queries = useQueryClient();
  const { user } = useSession();
  const changes = useEntries(`customer/${id}`);
  const change = changes.customer as ChangeView | undefined;
  const query = useQuery({
    queryKey: ['customers', id],
    queryFn: ({ signal }) => readCustomer(id, signal),
  });
  const known = query.data?.version;
  const count = change?.count;
  useEffect(() => {
    if (count === undefined) return;
    if (change?.version != null && known !== undefined && change.version <= known) return;
    void queries.invalidateQueries({ queryKey: ['customers', id], exact: true });
  }, [count, change?.version, known, id, queries]);
  const others = change?.by !== undefined && change.by !== null && change.by !== user.id;
  const changed = useChangedFields(query.data, others);
  return { query, changed };
}

/** Which fields are other than they were when this page first read them, through somebody else. */
function useChangedFields(row: CustomerRecord | undefined, others: boolean): ReadonlySet<string> {
  const before = useRef<CustomerRecord | null>(null);
  const changed = useRef<ReadonlySet<string>>(new Set());
  return useMemo(() => {
    const was = before.current;
    if (row === undefined) return changed.current;
    if (was !== null && was.version !== row.version && others) {
      const fields = Object.keys(row).filter(
        (key) => JSON.stringify(readField(row, key)) !== JSON.stringify(readField(was, key)),
      );
      changed.current = new Set(fields);
    }
    before.current = row;
    return changed.current;
  }, [row, others]);
}

/** `field` or `fields.KEY` of one defined at run time. */
export function readField(row: CustomerRecord, field: string): unknown {
  const [outer, inner] = field.split('.', 2) as [keyof CustomerRecord, string?];
  const value: unknown = row[outer];
  return inner === undefined ? value : ((value as Record<string, unknown> | undefined)?.[inner] ?? null);
}

function changesOf(field: string, value: unknown): Schemas['Customer'] {
  const [outer, inner] = field.split('.', 2) as [string, string?];
  const changes: Record<string, unknown> = { [outer]: inner === undefined ? value : { [inner]: value } };
  return changes as Schemas['Customer'];
}

/** Saves one field at once. Resolves with what somebody else wrote there meanwhile, or nothing when it was saved. */
export function useSaveField(id: string) {
  const queries = useQueryClient();
  return useCallback(
    async (field: string, base: unknown, mine: unknown): Promise<{ theirs: unknown } | null> => {
      const key = ['customers', id];
      let row = queries.getQueryData<CustomerRecord>(key) ?? (await readCustomer(id));
      for (let attempt = 0; ; attempt++) {
        // The row may have been read anew, with what somebody else wrote, while this was being edited.
        const clash = clashOf(base, mine, readField(row, field));
        if (clash.is === 'done') return null;
        if (clash.is === 'ask') return { theirs: clash.theirs };
        try {
          const saved = await body(
            api.PATCH('/api/v1/customers/{id}', {
              params: { path: { id }, header: ifMatch(row.version) },
              body: changesOf(field, mine),
            }),
          );
          queries.setQueryData(key, saved);
          return null;
        } catch (error) {
          if (!(error instanceof Problem) || error.status !== 412 || attempt === 3) throw error;
          row = await readCustomer(id);
          queries.setQueryData(key, row);
        }
      }
    },
    [id, queries],
  );
}

/** Puts other contact points in place; what somebody else changed meanwhile stays. */
export function useSaveContacts(id: string) {
  const queries = useQueryClient();
  return useCallback(
    async (change: (contacts: Schemas['ContactInput'][]) => Schemas['ContactInput'][]) => {
      for (let attempt = 0; ; attempt++) {
        const row = await readCustomer(id);
        const contacts = change((row.contacts ?? []).map(inputOf));
        try {
          const saved = await body(
            api.PUT('/api/v1/customers/{id}/contacts', {
              params: { path: { id }, header: ifMatch(row.version) },
              body: { contacts },
            }),
          );
          queries.setQueryData(['customers', id], saved);
          return;
        } catch (error) {
          if (!(error instanceof Problem) || error.status !== 412 || attempt === 3) throw error;
        }
      }
    },
    [id, queries],
  );
}

function inputOf({ id: _, raw, ...contact }: Schemas['Contact']): Schemas['ContactInput'] {
  return { ...contact, value: raw };
}
