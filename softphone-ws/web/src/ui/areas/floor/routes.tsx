import type { Area } from '../area';

export const floor: Area = { nav: [], routes: [] };
