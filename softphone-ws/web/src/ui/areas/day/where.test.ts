import { expect, it } from 'vitest';
import { pageOf } from './where';

it.each([
  [{ kind: 'mention', resource: 'ticket', resource_id: 't' }, '/tickets/t'],
  [{ kind: 'task', customer_id: 'c' }, '/customers/c'],
  [{ kind: 'task', ticket_id: 't', customer_id: 'c' }, '/tickets/t'],
  [{ kind: 'callback' }, '/day/callbacks'],
  [{ kind: 'message' }, null],
])('%o leads to %s', (thing, path) => expect(pageOf(thing)).toBe(path));
