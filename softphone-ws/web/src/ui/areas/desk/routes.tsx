import { IconHeadset } from '@tabler/icons-react';
import { lazy } from 'react';
import { AGENTS } from '../../../core/roles';
import type { Area } from '../area';

const DeskPage = lazy(() => import('./DeskPage'));

export const desk: Area = {
  nav: [{ path: '/', label: 'desk', icon: IconHeadset, roles: AGENTS }],
  routes: [{ path: '/', page: DeskPage, roles: AGENTS, kept: true }],
};
