/** Pages of the administration that are no forms of rows. */
import type { GroupName, ResourceWord } from '../../../core/admin/spec';
import { ADMINISTRATORS, SUPERVISORS, type UserRole } from '../../../core/roles';

interface OwnPage {
  slug: string;
  word: ResourceWord;
  group: GroupName;
  read: readonly UserRole[];
}

export const PAGES: readonly OwnPage[] = [
  { slug: 'exports', word: 'exports', group: 'data', read: ADMINISTRATORS },
  { slug: 'legal-holds', word: 'holds', group: 'data', read: ADMINISTRATORS },
  { slug: 'erasures', word: 'erasures', group: 'data', read: ADMINISTRATORS },
  { slug: 'audit', word: 'audit', group: 'system', read: ADMINISTRATORS },
  { slug: 'refused', word: 'refused', group: 'system', read: ADMINISTRATORS },
  { slug: 'server', word: 'server', group: 'system', read: SUPERVISORS },
];
