import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CHOICES } from '../choices';
import { type Field, fieldsOf } from '../spec';
import { SPECS, specOfAudit } from '.';
import { SCRIPT_DOCUMENT } from './scriptDocument';

interface Schema {
  $ref?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: string[];
  readOnly?: boolean;
}

const description = JSON.parse(readFileSync('../../cti-server/openapi.json', 'utf8'));
const schemas: Record<string, Schema> = description.components.schemas;

const follow = (schema: Schema | undefined): Schema =>
  schema?.$ref ? follow(schemas[schema.$ref.split('/').at(-1) ?? '']) : (schema ?? {});

function bodyOf(path: string): Schema {
  const content = description.paths[`/api/v1/${path}`].post.requestBody.content;
  return follow(content['application/json'].schema);
}

/** What the server takes and no form gives. */
function lacking(schema: Schema, fields: readonly Field[], at = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = `${at}${name}`;
    const field = fields.find((one) => one.name === name);
    if (field === undefined) return [path];
    const options = property.oneOf?.filter((option) => option.$ref) ?? [];
    const inner = follow(options.length === 1 ? options[0] : property);
    if (field.kind === 'group') return lacking(inner, field.fields, `${path}.`);
    if (field.kind === 'list' && field.variants === undefined)
      return lacking(follow(inner.items), field.fields, `${path}[].`);
    return [];
  });
}

it.each(SPECS.map((spec) => [spec.path, spec] as const))(
  'the form of %s has every field of the server',
  (path, spec) => {
    // The columns of an import are given when its file is there.
    const elsewhere = path === 'imports' ? ['mapping'] : [];
    expect(lacking(bodyOf(path), fieldsOf(spec))).toEqual(elsewhere);
  },
);

it('the form of a script has every field of the server', () => {
  expect(lacking(follow({ $ref: '#/components/schemas/ScriptDocument' }), SCRIPT_DOCUMENT)).toEqual([]);
});

it('every resource that is configured has a form', () => {
  // Rows that agents write in the course of work, each with pages of its own.
  const work = [
    'callbacks',
    'contracts',
    'knowledge/articles',
    'knowledge/requests',
    'notes',
    'orders',
    'products-owned',
    'reminders',
    'tasks',
  ];
  const changed = Object.entries<Record<string, unknown>>(description.paths)
    .filter(([path, verbs]) => path.endsWith('/{id}') && verbs.patch && verbs.delete)
    .map(([path]) => path.replace('/api/v1/', '').replace('/{id}', ''));
  const known = SPECS.map((spec) => spec.path);
  expect(changed.filter((path) => !known.includes(path) && !work.includes(path))).toEqual([]);
});

it('offers the values the server knows', () => {
  const enums: Partial<Record<keyof typeof CHOICES, string>> = {
    role: 'UserRole',
    transport: 'Transport',
    srtp: 'SrtpRule',
    identity: 'TrunkIdentity',
    fieldType: 'FieldType',
    priority: 'TicketPriority',
    status: 'TicketStatus',
    pick: 'AgentPick',
    clock: 'SlaClock',
    ruleKind: 'RuleKind',
    retention: 'RetentionKind',
    importPolicy: 'ImportPolicy',
    encoding: 'ImportEncoding',
    input: 'ScriptInputKind',
    writeTo: 'ScriptWriteTo',
  };
  for (const [choice, name] of Object.entries(enums)) {
    const values = [...(schemas[name]?.enum ?? [])].sort();
    expect([...CHOICES[choice as keyof typeof CHOICES]].sort(), name).toEqual(values);
  }
});

it('columns of lists are fields of forms', () => {
  for (const spec of SPECS) {
    const names = fieldsOf(spec).map((field) => field.name);
    expect(
      spec.columns.filter((column) => !names.includes(column)),
      spec.path,
    ).toEqual([]);
  }
});

it('finds the list a refusal names', () => {
  expect(specOfAudit('wrap up code')?.path).toBe('wrap-up-codes');
  expect(specOfAudit('user')?.path).toBe('users');
});
