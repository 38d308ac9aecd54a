import type { Area } from '../area';

export const day: Area = { nav: [], routes: [] };
