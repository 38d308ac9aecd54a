import type { ComponentType, LazyExoticComponent } from 'react';
import type { UserRole } from '../../core/roles';
import type common from '../../i18n/en/common.json';

type AnyPage = LazyExoticComponent<ComponentType>;

export interface Route {
  /** As wouter reads it: `/customers/:id`. */
  path: string;
  /** `lazy(() => import('./CustomersPage'))`: a page is its file's default export. */
  page: AnyPage;
  /** While there is work it stays as it is when one looks at another page: what is half written there is not lost. */
  kept?: true;
  roles: readonly UserRole[];
}

export interface NavItem {
  path: string;
  /** Its word is `nav.<label>` of common.json. */
  label: Exclude<keyof typeof common.nav, 'label' | 'skip'>;
  icon: ComponentType<{ size?: number | string }>;
  roles: readonly UserRole[];
}

/** A part of the app: what it adds to the navigation, and its pages. */
export interface Area {
  nav: readonly NavItem[];
  routes: readonly Route[];
}
