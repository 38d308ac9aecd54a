import type { Area } from '../area';

export const recordings: Area = { nav: [], routes: [] };
