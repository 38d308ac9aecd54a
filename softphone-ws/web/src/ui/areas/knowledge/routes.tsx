import type { Area } from '../area';

export const knowledge: Area = { nav: [], routes: [] };
