import { IconCalendarEvent } from '@tabler/icons-react';
import { lazy } from 'react';
import { AGENTS } from '../../../core/roles';
import type { Area } from '../area';

const page = lazy(() => import('./DayPage'));

export const day: Area = {
  nav: [{ path: '/day', label: 'day', icon: IconCalendarEvent, roles: AGENTS }],
  routes: [
    { path: '/day', page, roles: AGENTS },
    { path: '/day/*', page, roles: AGENTS },
  ],
};
