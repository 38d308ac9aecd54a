import { IconAddressBook } from '@tabler/icons-react';
import { lazy } from 'react';
import { AGENTS, SUPERVISORS } from '../../../core/roles';
import type { Area } from '../area';

export const customers: Area = {
  nav: [{ path: '/customers', label: 'customers', icon: IconAddressBook, roles: AGENTS }],
  routes: [
    { path: '/customers', page: lazy(() => import('./CustomersPage')), roles: AGENTS },
    { path: '/customers/new', page: lazy(() => import('./NewCustomerPage')), roles: AGENTS },
    { path: '/customers/duplicates', page: lazy(() => import('./DuplicatesPage')), roles: SUPERVISORS },
    { path: '/customers/:id/*?', page: lazy(() => import('./CustomerPage')), roles: AGENTS },
  ],
};
