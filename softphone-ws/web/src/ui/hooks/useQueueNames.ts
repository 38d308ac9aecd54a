import { useMemo } from 'react';
import { useQueues } from '../crm/lookups';

/** Names of all queues by id; empty until they are there. */
export function useQueueNames(): ReadonlyMap<string, string> {
  const { data } = useQueues();
  return useMemo(() => new Map(data?.map(({ id, name }) => [id, name])), [data]);
}
