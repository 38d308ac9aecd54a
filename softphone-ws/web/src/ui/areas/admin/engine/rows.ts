/** Reading and writing rows of any resource: the paths are data here, so their types are the rows' common ones. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, body, idempotencyKey, ifMatch } from '../../../../api/client';
import type { PageOf } from '../../../../api/pages';
import type { Draft, RefName, Spec } from '../../../../core/admin/spec';
import { nameOf } from '../../../../core/admin/specs';

export interface Row {
  id: string;
  version: number;
  created_at: number;
  updated_at: number;
  [field: string]: unknown;
}

interface Init {
  params?: { query?: Record<string, unknown>; header?: Record<string, string> };
  body?: unknown;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}
type Call = (path: string, init: Init) => Promise<{ data?: unknown }>;

/** The client for paths that are put together here. */
const any = api as unknown as Record<'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', Call>;

const at = (path: string, id?: string) =>
  `/api/v1/${path}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;

export function readPage<T = Row>(
  path: string,
  query: Record<string, unknown>,
  signal?: AbortSignal,
): Promise<PageOf<T>> {
  return body(any.GET(at(path), { params: { query }, ...(signal && { signal }) })) as Promise<PageOf<T>>;
}

/** Every row of a resource, of which there are some hundreds at most. */
export async function readAll<T = Row>(path: string, signal?: AbortSignal): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await readPage<T>(path, { limit: 500, ...(cursor && { cursor }) }, signal);
    rows.push(...page.items);
    cursor = page.next;
  } while (cursor && rows.length < 5_000);
  return rows;
}

export function readRow(path: string, id: string, signal?: AbortSignal): Promise<Row> {
  return body(any.GET(at(path, id), signal ? { signal } : {})) as Promise<Row>;
}

export function createRow(path: string, row: Draft, key: Record<string, string>): Promise<Row> {
  return body(any.POST(at(path), { params: { header: key }, body: row })) as Promise<Row>;
}

export function changeRow(path: string, row: { id: string; version: number }, changes: Draft): Promise<Row> {
  const init = {
    params: { header: ifMatch(row.version) },
    headers: { 'Content-Type': 'application/merge-patch+json' },
    body: changes,
  };
  return body(any.PATCH(at(path, row.id), init)) as Promise<Row>;
}

export function deleteRow(path: string, row: { id: string; version: number }): Promise<unknown> {
  return any.DELETE(at(path, row.id), { params: { header: ifMatch(row.version) } });
}

export function useRow(path: string, id: string) {
  return useQuery({ queryKey: [path, id], queryFn: ({ signal }) => readRow(path, id, signal) });
}

export function useAll<T = Row>(path: string, enabled = true) {
  return useQuery({
    queryKey: [path, 'all'],
    queryFn: ({ signal }) => readAll<T>(path, signal),
    enabled,
    staleTime: 30_000,
  });
}

/** Writes of one resource; each makes its lists be read again. */
export function useWrites(spec: Spec) {
  const queries = useQueryClient();
  const again = () => void queries.invalidateQueries({ queryKey: [spec.path] });
  const change = useMutation({
    mutationFn: ({ row, changes }: { row: Row; changes: Draft }) => changeRow(spec.path, row, changes),
    onSuccess: (row) => {
      queries.setQueryData([spec.path, row.id], row);
      again();
    },
  });
  const create = useMutation({
    mutationFn: ({ row, key }: { row: Draft; key: Record<string, string> }) => createRow(spec.path, row, key),
    onSuccess: again,
  });
  const remove = useMutation({ mutationFn: (row: Row) => deleteRow(spec.path, row), onSuccess: again });
  return { change, create, remove };
}

export { idempotencyKey };

export interface Names {
  /** What a row is called; undefined while it is not known. */
  name: (id: string) => string | undefined;
  options: { value: string; label: string }[];
  loading: boolean;
}

/** What the rows of a list are called. `null` asks for nothing. */
export function useNames(to: RefName | null): Names {
  const all = useAll(to ?? '', to !== null);
  return useMemo(() => {
    const rows = all.data ?? [];
    const names = new Map(rows.map((row) => [row.id, to === null ? '' : nameOf(to, row)]));
    const options = [...names]
      .map(([value, label]) => ({ value, label }))
      .sort((a, b) => a.label.localeCompare(b.label));
    return { name: (id) => names.get(id), options, loading: all.isPending && to !== null };
  }, [all.data, all.isPending, to]);
}
