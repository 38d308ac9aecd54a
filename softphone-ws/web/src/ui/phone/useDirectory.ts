import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type DirectoryEntry, readDirectory } from '../../api/directory';

const LOOK_AFTER_MS = 150;

/** Whom a call may go to, by what was typed; read anew while it is looked at, as presence moves. `settled`: they are those of this text. */
export function useDirectory(text: string, kind: DirectoryEntry['kind'] | null, enabled: boolean) {
  const [q] = useDebouncedValue(text.trim(), LOOK_AFTER_MS);
  const found = useQuery({
    queryKey: ['directory', q, kind],
    queryFn: ({ signal }) => readDirectory(q, kind, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 3_000,
    staleTime: 0,
    enabled,
  });
  return { ...found, settled: q === text.trim() && !found.isPlaceholderData && !found.isPending };
}
