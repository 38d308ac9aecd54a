import { IconHeadset } from '@tabler/icons-react';
import { lazy } from 'react';
import { EVERYBODY } from '../../../core/roles';
import type { Area } from '../area';

const DeskPage = lazy(() => import('./DeskPage'));

export const desk: Area = {
  nav: [{ path: '/', label: 'desk', icon: IconHeadset, roles: EVERYBODY }],
  routes: [
    { path: '/', page: DeskPage, roles: EVERYBODY },
    { path: '/desk', page: DeskPage, roles: EVERYBODY },
  ],
};
