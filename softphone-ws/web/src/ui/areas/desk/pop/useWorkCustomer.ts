import { useQuery } from '@tanstack/react-query';
import { api, body } from '../../../../api/client';
import { matchOf } from '../../../../core/desk/customer';
import type { Work } from '../../../../core/desk/works';
import { useWorks } from '../../../phone/WorksProvider';

/** Whose record belongs to the work: chosen by the person, else the one exact match; of work after a reload what the log says. */
export function useWorkCustomer(work: Work): string | null {
  const { customerOf } = useWorks();
  const match = matchOf(work);
  const chosen = customerOf(work.interaction);
  const unknown = work.caller === null && chosen === null && match.is === 'none';
  const logged = useQuery({
    queryKey: ['interactions', work.interaction],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/interactions/{id}', { params: { path: { id: work.interaction } }, signal })),
    enabled: unknown,
  });
  return chosen ?? (match.is === 'one' ? match.card.customer : (unknown && logged.data?.customer_id) || null);
}
