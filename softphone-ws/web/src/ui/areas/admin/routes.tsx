import { IconSettings } from '@tabler/icons-react';
import { lazy } from 'react';
import { SUPERVISORS } from '../../../core/roles';
import type { Area } from '../area';

export const admin: Area = {
  nav: [{ path: '/admin', label: 'admin', icon: IconSettings, roles: SUPERVISORS }],
  routes: [{ path: '/admin/*?', page: lazy(() => import('./AdminPage')), roles: SUPERVISORS }],
};
