import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, body } from '../../../api/client';
import { tree } from '../../../core/crm/marked';
import { mayEnter } from '../../../core/roles';
import { readAll } from '../../crm/lookups';
import { useSession } from '../../world';

/** Whether this person writes, reviews and publishes articles. */
export function useWrites(): boolean {
  return mayEnter(useSession().roles, ['supervisor', 'admin']);
}

export function useCategories() {
  const query = useQuery({
    queryKey: ['knowledge-categories'],
    staleTime: 60_000,
    queryFn: ({ signal }) =>
      readAll((cursor) =>
        body(
          api.GET('/api/v1/knowledge/categories', { params: { query: { limit: '500', ...cursor } }, signal }),
        ),
      ),
  });
  const shown = useMemo(() => tree(query.data ?? []), [query.data]);
  return { query, shown };
}

/** For a select: deeper ones moved in. */
export function useCategoryOptions(): { value: string; label: string }[] {
  const { shown } = useCategories();
  return shown.map(({ id, name, depth }) => ({ value: id, label: `${'  '.repeat(depth)}${name}` }));
}

export const LANGUAGES = [
  { value: 'en', label: 'English' },
  { value: 'zh', label: '中文' },
] as const;
export const AUDIENCES = ['public', 'agents', 'supervisors', 'admins'] as const;
export const STATES = ['draft', 'review', 'published', 'retired'] as const;
