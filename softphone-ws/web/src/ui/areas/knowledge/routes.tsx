import { IconBook2 } from '@tabler/icons-react';
import { lazy } from 'react';
import { EVERYBODY } from '../../../core/roles';
import type { Area } from '../area';

export const knowledge: Area = {
  nav: [{ path: '/knowledge', label: 'knowledge', icon: IconBook2, roles: EVERYBODY }],
  routes: [
    { path: '/knowledge', page: lazy(() => import('./KnowledgePage')), roles: EVERYBODY },
    { path: '/knowledge/requests', page: lazy(() => import('./RequestsPage')), roles: EVERYBODY },
    { path: '/knowledge/new', page: lazy(() => import('./NewArticlePage')), roles: ['supervisor', 'admin'] },
    { path: '/knowledge/:id/*?', page: lazy(() => import('./ArticlePage')), roles: EVERYBODY },
  ],
};
