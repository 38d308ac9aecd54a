/** Lists that are read page by page with a cursor. */
import { type InfiniteData, type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query';

export interface PageOf<T> {
  items: T[];
  next?: string | null;
}

export interface Pages<T> {
  items: T[];
  /** True until the first page is there. */
  loading: boolean;
  error: Error | null;
  hasMore: boolean;
  loadingMore: boolean;
  more: () => void;
  retry: () => void;
}

/**
 * `usePages(['teams', { search }], (cursor, signal) => body(api.GET('/api/v1/teams', { params: { query: { search, ...cursor } }, signal })))`.
 * Goes on by itself past pages that came empty, as filters of the server may leave them.
 */
export function usePages<T>(
  key: readonly unknown[],
  read: (cursor: { cursor?: string }, signal: AbortSignal) => Promise<PageOf<T>>,
  options: { enabled?: boolean } = {},
): Pages<T> {
  const query: UseInfiniteQueryResult<InfiniteData<PageOf<T>>> = useInfiniteQuery({
    queryKey: [...key, 'pages'],
    queryFn: async ({ pageParam, signal }) => {
      let page = await read(pageParam === null ? {} : { cursor: pageParam }, signal);
      for (let n = 0; n < 20 && page.items.length === 0 && page.next; n++)
        page = await read({ cursor: page.next }, signal);
      return page;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
    enabled: options.enabled ?? true,
  });
  return {
    items: query.data?.pages.flatMap((page) => page.items) ?? [],
    loading: query.isPending,
    error: query.error,
    hasMore: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    more: () => void query.fetchNextPage(),
    retry: () => void query.refetch(),
  };
}
