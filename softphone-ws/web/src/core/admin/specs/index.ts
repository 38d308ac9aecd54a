/** All resources that are configured by forms, in the order they are offered. */
import { type GroupName, type RefName, type Spec, slugOf } from '../spec';
import { apiTokens, reasons, sites, skillsSpec, teams, users } from './people';
import {
  categories,
  customFields,
  formulas,
  imports,
  products,
  retention,
  rules,
  scripts,
  webhooks,
} from './records';
import { flows, hours, queues, wrapUpCodes } from './routing';
import { dialRules, numbers, phones, trunks } from './telephony';
import { slaPolicies, ticketRules, ticketTemplates, ticketTriggers, ticketTypes } from './tickets';

export const SPECS: readonly Spec[] = [
  users,
  teams,
  skillsSpec,
  reasons,
  sites,
  apiTokens,
  queues,
  flows,
  hours,
  wrapUpCodes,
  trunks,
  numbers,
  phones,
  dialRules,
  rules,
  scripts,
  categories,
  ticketTypes,
  slaPolicies,
  ticketRules,
  ticketTriggers,
  ticketTemplates,
  customFields,
  formulas,
  products,
  imports,
  retention,
  webhooks,
];

export const GROUPS: readonly GroupName[] = [
  'people',
  'routing',
  'telephony',
  'guidance',
  'tickets',
  'records',
  'data',
  'system',
];

export const specOf = (slug: string): Spec | undefined => SPECS.find((spec) => slugOf(spec) === slug);

/** By what the audit, and a refusal "still used by", call a kind of row. */
export const specOfAudit = (word: string): Spec | undefined =>
  SPECS.find((spec) => spec.audit === word || spec.audit.replaceAll('_', ' ') === word);

/** The field that names a row of this list to people. */
const NAMED_BY: Partial<Record<RefName, string>> = { numbers: 'number', phones: 'username' };

/** What a row is called in pickers and lists. */
export function nameOf(to: RefName, row: Record<string, unknown>): string {
  const text = (field: string) => (typeof row[field] === 'string' ? (row[field] as string) : '');
  const own = text(NAMED_BY[to] ?? 'name');
  const beside = to === 'users' ? text('login') : NAMED_BY[to] === undefined ? '' : text('name');
  return beside === '' ? own : `${own} (${beside})`;
}
