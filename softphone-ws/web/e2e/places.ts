/** Every page of the app, by whom it is seen and what it is called in `docs/screens`. */
import { slugOf } from '../src/core/admin/spec';
import { SPECS } from '../src/core/admin/specs/index';
import type { Server } from './server';

export interface Place {
  readonly name: string;
  readonly path: string;
}

/** Pages of the administration that are no lists of rows; `areas/admin/pages.ts`. */
const OWN = ['exports', 'legal-holds', 'erasures', 'audit', 'refused', 'server'];

const first = async (server: Server, list: string): Promise<string | undefined> =>
  (await server.items<{ id: string }>(`${list}?limit=1`))[0]?.id;

/** What an agent sees, the desk with a call left out: that is a place of its own. */
export async function agentPlaces(server: Server): Promise<readonly Place[]> {
  const customer = await server.idOf('/customers', 'name', 'Emma Thompson');
  const [ticket, article] = [await first(server, '/tickets'), await first(server, '/knowledge/articles')];
  const tabs = (name: string, base: string, all: readonly string[]): Place[] => [
    { name, path: base },
    ...all.map((tab) => ({ name: `${name}-${tab}`, path: `${base}/${tab}` })),
  ];
  return [
    { name: 'desk', path: '/' },
    ...tabs('day', '/day', ['calls', 'tasks', 'callbacks', 'reminders', 'notifications']),
    { name: 'customers', path: '/customers' },
    { name: 'customer-new', path: '/customers/new' },
    ...tabs('customer', `/customers/${customer}`, [
      'notes',
      'tickets',
      'work',
      'orders',
      'contracts',
      'products',
      'relations',
      'identity',
    ]),
    { name: 'tickets', path: '/tickets' },
    { name: 'ticket-new', path: '/tickets/new' },
    ...(ticket === undefined
      ? []
      : tabs('ticket', `/tickets/${ticket}`, ['files', 'links', 'notes', 'satisfaction', 'history'])),
    { name: 'knowledge', path: '/knowledge' },
    ...(article === undefined ? [] : tabs('article', `/knowledge/${article}`, ['comments'])),
  ];
}

/** What supervisors and administrators see besides. */
export async function chiefPlaces(server: Server): Promise<readonly Place[]> {
  const interaction = await first(server, '/interactions');
  const article = await first(server, '/knowledge/articles');
  const lists = SPECS.map((spec) => ({ name: `admin-${slugOf(spec)}`, path: `/admin/${slugOf(spec)}` }));
  return [
    { name: 'floor', path: '/floor' },
    { name: 'floor-charts', path: '/floor/charts' },
    { name: 'wallboard', path: '/wallboard' },
    { name: 'interactions', path: '/interactions' },
    ...(interaction === undefined
      ? []
      : [
          { name: 'interaction', path: `/interactions/${interaction}` },
          { name: 'interaction-sip', path: `/interactions/${interaction}/sip` },
        ]),
    { name: 'recordings', path: '/recordings' },
    { name: 'duplicates', path: '/customers/duplicates' },
    { name: 'knowledge-new', path: '/knowledge/new' },
    { name: 'knowledge-requests', path: '/knowledge/requests' },
    ...(article === undefined
      ? []
      : [
          { name: 'article-versions', path: `/knowledge/${article}/versions` },
          { name: 'article-settings', path: `/knowledge/${article}/settings` },
        ]),
    { name: 'admin', path: '/admin' },
    ...lists,
    { name: 'admin-user-new', path: '/admin/users/new' },
    { name: 'admin-queue', path: `/admin/queues/${await server.idOf('/queues', 'name', 'sales')}` },
    { name: 'admin-flow', path: `/admin/flows/${await first(server, '/flows')}/editor` },
    { name: 'admin-trunk', path: `/admin/trunks/${await first(server, '/trunks')}/health` },
    ...OWN.map((slug) => ({ name: `admin-${slug}`, path: `/admin/${slug}` })),
  ];
}
