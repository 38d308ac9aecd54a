import { IconHeadset } from '@tabler/icons-react';
import { lazy } from 'react';
import { EVERYBODY } from '../../../core/roles';
import type { Area } from '../area';

export const desk: Area = {
  nav: [{ path: '/', label: 'desk', icon: IconHeadset, roles: EVERYBODY }],
  routes: [{ path: '/', page: lazy(() => import('./DeskPage')), roles: EVERYBODY }],
};
