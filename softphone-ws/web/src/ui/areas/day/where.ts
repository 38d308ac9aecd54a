/** Where something that a list tells of is opened; `null`: it has no page. */
export function pageOf(thing: {
  kind: string;
  resource?: string | null;
  resource_id?: string | null;
  ticket_id?: string | null;
  customer_id?: string | null;
}): string | null {
  if (thing.resource === 'ticket' && thing.resource_id) return `/tickets/${thing.resource_id}`;
  if (thing.resource === 'knowledge_article' && thing.resource_id) return `/knowledge/${thing.resource_id}`;
  if (thing.ticket_id) return `/tickets/${thing.ticket_id}`;
  if (thing.customer_id) return `/customers/${thing.customer_id}`;
  if (thing.kind === 'task' || thing.resource === 'task') return '/day/tasks';
  if (thing.kind === 'callback' || thing.resource === 'callback') return '/day/callbacks';
  return null;
}
