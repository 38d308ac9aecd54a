/** One ticket: the row, its edits, and what is done with it. */
import { type QueryKey, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api, body, ifMatch, type Schemas } from '../../../api/client';
import { useRowEdit } from '../../crm/useRowEdit';
import { useAct } from '../../hooks/useAct';

export type Ticket = Schemas['TicketDetail'];

/** A ticket has no topic of its own: what others do with it is seen within this time. */
const READ_AGAIN_MS = 15_000;

const read = (id: string, signal?: AbortSignal) =>
  body(api.GET('/api/v1/tickets/{id}', { params: { path: { id } }, ...(signal && { signal }) }));

export function useTicket(id: string) {
  return useQuery({
    queryKey: ['tickets', id],
    queryFn: ({ signal }) => read(id, signal),
    refetchInterval: READ_AGAIN_MS,
  });
}

/** `#12 Title` of another ticket; empty for one that may not be seen. */
export function useTicketTitle(id: string | null | undefined): string {
  const { data } = useQuery({
    queryKey: ['tickets', id],
    enabled: Boolean(id),
    retry: false,
    queryFn: ({ signal }) => read(id ?? '', signal),
  });
  return data === undefined ? '' : `#${data.number} ${data.title ?? ''}`;
}

export function useFresh(): (...more: QueryKey[]) => void {
  const queries = useQueryClient();
  return useCallback(
    (...more) => {
      for (const queryKey of [['tickets'], ['timeline'], ...more])
        void queries.invalidateQueries({ queryKey });
    },
    [queries],
  );
}

export function useTicketEdit(row: Ticket) {
  const fresh = useFresh();
  return useRowEdit({
    row,
    write: (changes: Partial<Schemas['Ticket']>, version) =>
      body(
        api.PATCH('/api/v1/tickets/{id}', {
          params: { path: { id: row.id }, header: ifMatch(version) },
          // A merge patch: what is not named stays, `null` clears.
          body: changes as Schemas['Ticket'],
        }),
      ),
    read: () => read(row.id),
    done: fresh,
  });
}

/** The path of a ticket and the version it was read in, for what is done with it as a whole. */
export const at = (row: Ticket) => ({ path: { id: row.id }, header: ifMatch(row.version) });

/** Does something with the ticket, tells what was refused, reads it again. */
export function useTicketAct(): (run: () => Promise<unknown>) => Promise<boolean> {
  const act = useAct();
  const fresh = useFresh();
  return useCallback(
    async (run) => {
      const done = await act(run);
      fresh();
      return done;
    },
    [act, fresh],
  );
}
