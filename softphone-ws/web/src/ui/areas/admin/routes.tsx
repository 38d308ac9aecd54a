import type { Area } from '../area';

export const admin: Area = { nav: [], routes: [] };
