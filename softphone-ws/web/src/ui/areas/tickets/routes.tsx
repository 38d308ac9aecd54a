import type { Area } from '../area';

export const tickets: Area = { nav: [], routes: [] };
