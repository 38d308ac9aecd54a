import { IconDisc, IconListSearch } from '@tabler/icons-react';
import { lazy } from 'react';
import { EVERYBODY, type UserRole } from '../../../core/roles';
import type { Area } from '../area';

/** Who sees everybody's; agents come here from their own day, and find their own. */
const READERS: readonly UserRole[] = ['supervisor', 'admin', 'analyst'];

export const recordings: Area = {
  nav: [
    { path: '/interactions', label: 'interactions', icon: IconListSearch, roles: READERS },
    { path: '/recordings', label: 'recordings', icon: IconDisc, roles: READERS },
  ],
  routes: [
    { path: '/interactions', page: lazy(() => import('./InteractionsPage')), roles: EVERYBODY },
    { path: '/recordings', page: lazy(() => import('./RecordingsPage')), roles: EVERYBODY },
    {
      path: '/interactions/:id/sip',
      page: lazy(() => import('./sip/SipPage')),
      roles: ['supervisor', 'admin'],
    },
    { path: '/interactions/:id', page: lazy(() => import('./InteractionPage')), roles: EVERYBODY },
  ],
};
