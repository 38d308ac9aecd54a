/** All areas, in the order of the navigation. */
import { admin } from './admin/routes';
import type { Area } from './area';
import { customers } from './customers/routes';
import { day } from './day/routes';
import { desk } from './desk/routes';
import { floor } from './floor/routes';
import { knowledge } from './knowledge/routes';
import { recordings } from './recordings/routes';
import { tickets } from './tickets/routes';

export const AREAS: readonly Area[] = [desk, day, customers, tickets, knowledge, floor, recordings, admin];
