/** Conditions of rules and scripts: `{"all": […]}`, `{"any": […]}`, `{"not": …}` or a test of one fact. */
import type { Draft, Json } from './spec';

export type Op = (typeof OPS)[number];
export const OPS = [
  'eq',
  'ne',
  'gt',
  'ge',
  'lt',
  'le',
  'in',
  'contains',
  'starts_with',
  'exists',
  'missing',
] as const;

export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | { field: string; op: Op; value?: Json };

export const ALWAYS: Condition = { all: [] };
export const NEW_TEST: Condition = { field: '', op: 'eq', value: '' };

/** Facts the server knows of every contact; `ivr.KEY`, `card.fields.KEY` and the like come besides. */
export const FACTS = [
  'card.name',
  'card.tier',
  'card.kind',
  'card.language',
  'card.notes',
  'card.birthday',
  'card.birthday_in_days',
  'customer.amount_due',
  'customer.contract',
  'customer.contract_ends',
  'customer.order_last_delivery',
  'customer.order_last_number',
  'customer.order_last_state',
  'customer.orders_open',
  'customer.warranty',
  'customer.warranty_until',
  'items.count',
  'items.callback.count',
  'items.callback.due_in_hours',
  'items.callback.overdue',
  'items.order.count',
  'items.order.due_in_hours',
  'items.order.overdue',
  'items.order.title',
  'items.ticket.count',
  'items.ticket.due_in_hours',
  'items.ticket.overdue',
  'items.ticket.title',
  'queue.name',
  'queue.open',
  'queue.opens_in_hours',
  'recent.agent',
  'recent.count',
  'recent.days_ago',
  'recent.in_7_days',
  'recent.queue',
  'recent.wrap_up',
  'time.hour',
  'time.weekday',
] as const;

export const takesValue = (op: Op): boolean => op !== 'exists' && op !== 'missing';

/** Reads what stands in a row; what cannot be read is no condition at all. */
export function readCondition(value: Json | undefined): Condition {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return ALWAYS;
  if (Array.isArray(value.all)) return { all: value.all.map(readCondition) };
  if (Array.isArray(value.any)) return { any: value.any.map(readCondition) };
  if (value.not !== undefined) return { not: readCondition(value.not) };
  const op = OPS.find((known) => known === value.op) ?? 'eq';
  return { field: String(value.field ?? ''), op, ...(takesValue(op) && { value: value.value ?? '' }) };
}

/** What is typed as a value: numbers and truth as such, of `in` a list parted by commas. */
export function parseValue(op: Op, text: string): Json {
  if (op === 'in') return text.split(',').map((part) => parseValue('eq', part.trim()));
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && text.trim() === text && Number.isFinite(Number(text)) ? Number(text) : text;
}

export function valueText(value: Json | undefined): string {
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  return value === null || value === undefined ? '' : String(value);
}

/** The test with another operator; its value becomes what that one takes. */
export function withOp(test: Extract<Condition, { op: Op }>, op: Op): Condition {
  const { field, value } = test;
  return takesValue(op) ? { field, op, value: parseValue(op, valueText(value)) } : { field, op };
}

export const asDraft = (condition: Condition): Draft => condition as unknown as Draft;
