import { IconTicket } from '@tabler/icons-react';
import { lazy } from 'react';
import { AGENTS } from '../../../core/roles';
import type { Area } from '../area';

export const tickets: Area = {
  nav: [{ path: '/tickets', label: 'tickets', icon: IconTicket, roles: AGENTS }],
  routes: [
    { path: '/tickets', page: lazy(() => import('./TicketsPage')), roles: AGENTS },
    { path: '/tickets/new', page: lazy(() => import('./NewTicketPage')), roles: AGENTS },
    { path: '/tickets/:id/*?', page: lazy(() => import('./TicketPage')), roles: AGENTS },
  ],
};
