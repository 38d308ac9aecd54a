import { IconActivity, IconChartBar } from '@tabler/icons-react';
import { lazy } from 'react';
import { SUPERVISORS, type UserRole } from '../../../core/roles';
import type { Area } from '../area';

const READERS: readonly UserRole[] = [...SUPERVISORS, 'analyst'];

export const floor: Area = {
  nav: [
    { path: '/floor', label: 'floor', icon: IconActivity, roles: SUPERVISORS },
    { path: '/floor/charts', label: 'figures', icon: IconChartBar, roles: ['analyst'] },
  ],
  routes: [
    { path: '/floor', page: lazy(() => import('./FloorPage')), roles: SUPERVISORS },
    { path: '/floor/charts', page: lazy(() => import('./charts/ChartsPage')), roles: READERS },
    { path: '/wallboard', page: lazy(() => import('./wallboard/WallboardPage')), roles: SUPERVISORS },
  ],
};
