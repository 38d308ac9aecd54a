import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, body } from '../../api/client';

/** Names of all queues by id; empty until they are there. */
export function useQueueNames(): ReadonlyMap<string, string> {
  const { data } = useQuery({
    queryKey: ['queues', 'names'],
    queryFn: ({ signal }) => body(api.GET('/api/v1/queues', { params: { query: { limit: '500' } }, signal })),
    staleTime: 300_000,
  });
  return useMemo(() => new Map((data?.items ?? []).map(({ id, name }) => [id, name])), [data]);
}
