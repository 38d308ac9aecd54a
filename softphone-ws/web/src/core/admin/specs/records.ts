/** What is kept of customers, and what the app says of them. */
import { SUPERVISORS } from '../../roles';
import type { Draft, Spec } from '../spec';
import { active, name, PRIVATE, SHARED, sort } from './common';

const ofList = (around: Draft) => around.type === 'list' || around.type === 'multi_list';

export const customFields: Spec = {
  path: 'custom-fields',
  word: 'customFields',
  audit: 'custom_field',
  group: 'records',
  ...SHARED,
  columns: ['key', 'labels', 'resource', 'type', 'active'],
  sections: [
    {
      title: 'basics',
      fields: [
        { kind: 'text', name: 'key', label: 'key', hint: 'fieldKey', required: true, fixed: true },
        {
          kind: 'choice',
          of: 'fieldOwner',
          name: 'resource',
          label: 'fieldOwner',
          required: true,
          fixed: true,
          initial: 'customer',
        },
        {
          kind: 'choice',
          of: 'fieldType',
          name: 'type',
          label: 'fieldType',
          hint: 'fieldType',
          required: true,
          fixed: true,
          initial: 'text',
        },
        { kind: 'texts', name: 'labels', label: 'labels', hint: 'labels' },
        sort,
        { kind: 'switch', name: 'required', label: 'required', hint: 'fieldRequired' },
        { kind: 'switch', name: 'on_card', label: 'onCard', hint: 'onCard' },
        active,
      ],
    },
    {
      title: 'options',
      fields: [
        { kind: 'text', name: 'depends_on', label: 'dependsOn', hint: 'dependsOn', when: ofList },
        {
          kind: 'list',
          name: 'options',
          label: 'options',
          hint: 'options',
          wide: true,
          fresh: {},
          when: ofList,
          fields: [
            { kind: 'text', name: 'value', label: 'value', required: true },
            { kind: 'texts', name: 'labels', label: 'labels' },
            { kind: 'strings', name: 'when', label: 'optionWhen', hint: 'optionWhen' },
          ],
        },
      ],
    },
    {
      title: 'rights',
      fields: [
        { kind: 'choices', of: 'role', name: 'visible_to', label: 'visibleTo', hint: 'visibleTo' },
        { kind: 'choices', of: 'role', name: 'editable_by', label: 'editableBy', hint: 'editableBy' },
      ],
    },
  ],
};

export const formulas: Spec = {
  path: 'formulas',
  word: 'formulas',
  audit: 'formula',
  group: 'records',
  ...SHARED,
  search: true,
  columns: ['name', 'labels', 'unit', 'on_card', 'active'],
  sections: [
    {
      title: 'basics',
      fields: [
        { kind: 'text', name: 'name', label: 'name', hint: 'formulaName', required: true },
        { kind: 'texts', name: 'labels', label: 'labels', hint: 'labels' },
        { kind: 'text', name: 'unit', label: 'unit', hint: 'unit' },
        { kind: 'text', name: 'currency', label: 'currency', hint: 'currency' },
        { kind: 'switch', name: 'on_card', label: 'onCard', hint: 'onCard' },
        sort,
        active,
      ],
    },
  ],
};

export const products: Spec = {
  path: 'products',
  word: 'products',
  audit: 'product',
  group: 'records',
  ...SHARED,
  search: true,
  columns: ['name', 'sku', 'warranty_months', 'active'],
  sections: [
    {
      title: 'basics',
      fields: [
        name,
        { kind: 'text', name: 'sku', label: 'sku', hint: 'sku', required: true },
        { kind: 'text', name: 'external_id', label: 'externalId', hint: 'externalId' },
        { kind: 'number', name: 'warranty_months', label: 'warrantyMonths', min: 0, max: 600, initial: 0 },
        active,
      ],
    },
  ],
};

export const rules: Spec = {
  path: 'rules',
  word: 'rules',
  audit: 'rule',
  group: 'guidance',
  ...SHARED,
  search: true,
  columns: ['name', 'kind', 'score', 'queues', 'active'],
  sections: [
    {
      title: 'basics',
      fields: [
        name,
        {
          kind: 'choice',
          of: 'ruleKind',
          name: 'kind',
          label: 'ruleKind',
          required: true,
          initial: 'reason',
        },
        { kind: 'number', name: 'score', label: 'score', hint: 'score', min: 1, max: 1000, initial: 500 },
        { kind: 'refs', to: 'queues', name: 'queues', label: 'onlyQueues', hint: 'onlyQueues' },
        { kind: 'moment', name: 'valid_from', label: 'validFrom' },
        { kind: 'moment', name: 'valid_until', label: 'validUntil' },
        active,
      ],
    },
    {
      title: 'says',
      fields: [
        { kind: 'texts', name: 'texts', label: 'texts', hint: 'ruleTexts', required: true, wide: true },
      ],
    },
    {
      title: 'when',
      fields: [
        {
          kind: 'condition',
          name: 'conditions',
          label: 'conditions',
          hint: 'conditions',
          required: true,
          wide: true,
          initial: { all: [] },
        },
      ],
    },
  ],
};

export const scripts: Spec = {
  path: 'scripts',
  word: 'scripts',
  audit: 'script',
  group: 'guidance',
  ...SHARED,
  search: true,
  columns: ['name', 'queue_id', 'active'],
  sections: [
    {
      title: 'basics',
      fields: [
        name,
        { kind: 'ref', to: 'queues', name: 'queue_id', label: 'queue', hint: 'scriptQueue' },
        active,
      ],
    },
  ],
};

export const categories: Spec = {
  path: 'knowledge/categories',
  word: 'categories',
  audit: 'knowledge_category',
  group: 'guidance',
  read: SUPERVISORS,
  write: SUPERVISORS,
  search: true,
  columns: ['name', 'parent_id', 'sort'],
  sections: [
    {
      title: 'basics',
      fields: [
        name,
        { kind: 'ref', to: 'knowledge/categories', name: 'parent_id', label: 'parent', hint: 'parent' },
        sort,
      ],
    },
  ],
};

export const imports: Spec = {
  path: 'imports',
  word: 'imports',
  audit: 'import',
  group: 'data',
  ...PRIVATE,
  search: true,
  columns: ['name', 'policy'],
  sections: [
    {
      title: 'basics',
      fields: [
        name,
        {
          kind: 'choice',
          of: 'importPolicy',
          name: 'policy',
          label: 'importPolicy',
          hint: 'importPolicy',
          initial: 'update',
        },
        {
          kind: 'choice',
          of: 'encoding',
          name: 'encoding',
          label: 'encoding',
          hint: 'encoding',
          initial: 'utf8',
        },
        { kind: 'choice', of: 'delimiter', name: 'delimiter', label: 'delimiter', initial: ',' },
      ],
    },
  ],
};

export const retention: Spec = {
  path: 'retention-policies',
  word: 'retention',
  audit: 'retention_policy',
  group: 'data',
  ...PRIVATE,
  columns: ['kind', 'days', 'active'],
  sections: [
    {
      title: 'basics',
      fields: [
        {
          kind: 'choice',
          of: 'retention',
          name: 'kind',
          label: 'retentionKind',
          hint: 'retentionKind',
          required: true,
          fixed: true,
          initial: 'recordings',
        },
        {
          kind: 'number',
          name: 'days',
          label: 'days',
          hint: 'retentionDays',
          min: 1,
          max: 36525,
          required: true,
          initial: 365,
        },
        { kind: 'switch', name: 'active', label: 'active', hint: 'retentionActive', initial: false },
      ],
    },
  ],
};

export const webhooks: Spec = {
  path: 'webhooks',
  word: 'webhooks',
  audit: 'webhook',
  group: 'data',
  ...PRIVATE,
  search: true,
  columns: ['name', 'url', 'kinds', 'active'],
  sections: [
    {
      title: 'basics',
      fields: [
        name,
        { kind: 'text', name: 'url', label: 'url', hint: 'webhookUrl', required: true },
        {
          kind: 'strings',
          shape: 'ticket.*',
          name: 'kinds',
          label: 'eventKinds',
          hint: 'eventKinds',
          required: true,
          wide: true,
        },
        active,
      ],
    },
  ],
};
