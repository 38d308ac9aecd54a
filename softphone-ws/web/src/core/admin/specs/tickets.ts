/** What tickets are, who gets them, and what is promised. */
import type { Field, Spec } from '../spec';
import { active, name, SHARED, sort } from './common';

const types: Field = { kind: 'refs', to: 'ticket-types', name: 'types', label: 'ticketTypes', hint: 'ofAny' };
const priorities: Field = {
  kind: 'choices',
  of: 'priority',
  name: 'priorities',
  label: 'priorities',
  hint: 'ofAny',
};
const tiers: Field = { kind: 'strings', shape: 'gold', name: 'tiers', label: 'tiers', hint: 'tiers' };
const clock: Field = {
  kind: 'choice',
  of: 'clock',
  name: 'clock',
  label: 'clock',
  required: true,
  initial: 'response',
};

export const ticketTypes: Spec = {
  path: 'ticket-types',
  word: 'ticketTypes',
  audit: 'ticket_type',
  group: 'tickets',
  ...SHARED,
  search: true,
  columns: ['name', 'priority', 'sla_policy_id', 'complaint', 'active'],
  sections: [
    {
      title: 'basics',
      fields: [
        name,
        {
          kind: 'choice',
          of: 'priority',
          name: 'priority',
          label: 'ticketPriority',
          hint: 'ticketPriority',
          initial: 'normal',
        },
        { kind: 'ref', to: 'sla-policies', name: 'sla_policy_id', label: 'slaPolicy' },
        { kind: 'ref', to: 'ticket-templates', name: 'template_id', label: 'template', hint: 'typeTemplate' },
        { kind: 'choices', of: 'status', name: 'statuses', label: 'statuses', hint: 'statuses' },
        { kind: 'switch', name: 'complaint', label: 'complaint', hint: 'complaint' },
        active,
      ],
    },
    {
      title: 'assignment',
      fields: [
        { kind: 'ref', to: 'queues', name: 'queue_id', label: 'queue', hint: 'typeQueue' },
        { kind: 'ref', to: 'teams', name: 'team_id', label: 'team' },
      ],
    },
  ],
};

export const ticketTemplates: Spec = {
  path: 'ticket-templates',
  word: 'ticketTemplates',
  audit: 'ticket_template',
  group: 'tickets',
  ...SHARED,
  search: true,
  columns: ['name', 'language', 'title'],
  sections: [
    {
      title: 'basics',
      fields: [
        name,
        { kind: 'language', name: 'language', label: 'language' },
        { kind: 'text', name: 'title', label: 'title', hint: 'placeholders', wide: true },
        { kind: 'long', name: 'text', label: 'text', hint: 'placeholders', wide: true },
      ],
    },
  ],
};

export const slaPolicies: Spec = {
  path: 'sla-policies',
  word: 'slaPolicies',
  audit: 'sla_policy',
  group: 'tickets',
  ...SHARED,
  search: true,
  columns: ['name', 'hours_id', 'targets'],
  sections: [
    {
      title: 'basics',
      fields: [
        name,
        { kind: 'ref', to: 'hours', name: 'hours_id', label: 'hours', hint: 'slaHours' },
        {
          kind: 'switch',
          name: 'pause_while_pending',
          label: 'pauseWhilePending',
          hint: 'pauseWhilePending',
          initial: true,
        },
      ],
    },
    {
      title: 'targets',
      fields: [
        {
          kind: 'list',
          name: 'targets',
          label: 'targets',
          hint: 'targets',
          wide: true,
          max: 50,
          fresh: {},
          fields: [
            { kind: 'choice', of: 'priority', name: 'priority', label: 'ticketPriority', hint: 'ofAny' },
            { kind: 'text', name: 'tier', label: 'tier', hint: 'ofAny' },
            {
              kind: 'duration',
              unit: 'ms',
              name: 'first_response_ms',
              label: 'firstResponse',
              hint: 'notPromised',
            },
            { kind: 'duration', unit: 'ms', name: 'resolution_ms', label: 'resolution', hint: 'notPromised' },
          ],
        },
      ],
    },
  ],
};

export const ticketRules: Spec = {
  path: 'ticket-rules',
  word: 'ticketRules',
  audit: 'ticket_rule',
  group: 'tickets',
  ...SHARED,
  search: true,
  columns: ['name', 'sort', 'team_id', 'pick', 'active'],
  sections: [
    { title: 'basics', fields: [name, sort, active] },
    {
      title: 'appliesTo',
      fields: [
        types,
        priorities,
        tiers,
        { kind: 'languages', name: 'languages', label: 'languages', hint: 'ofAny' },
      ],
    },
    {
      title: 'assignment',
      fields: [
        { kind: 'ref', to: 'queues', name: 'queue_id', label: 'queue' },
        { kind: 'ref', to: 'teams', name: 'team_id', label: 'team' },
        { kind: 'choice', of: 'pick', name: 'pick', label: 'pick', initial: 'nobody' },
        { kind: 'refs', to: 'users', name: 'agents', label: 'agents', hint: 'ruleAgents' },
      ],
    },
  ],
};

export const ticketTriggers: Spec = {
  path: 'ticket-triggers',
  word: 'ticketTriggers',
  audit: 'ticket_trigger',
  group: 'tickets',
  ...SHARED,
  search: true,
  columns: ['name', 'sort', 'moment', 'active'],
  sections: [
    { title: 'basics', fields: [name, sort, active] },
    { title: 'appliesTo', fields: [types, priorities, tiers] },
    {
      title: 'moment',
      fields: [
        {
          kind: 'union',
          tag: 'when',
          of: 'moment',
          name: 'moment',
          label: 'moment',
          required: true,
          wide: true,
          variants: {
            before_breach: [
              clock,
              { kind: 'duration', unit: 'ms', name: 'ms', label: 'before', initial: 1800000, required: true },
            ],
            after_breach: [clock, { kind: 'duration', unit: 'ms', name: 'ms', label: 'after', initial: 0 }],
            unchanged: [
              {
                kind: 'choice',
                of: 'status',
                name: 'status',
                label: 'status',
                required: true,
                initial: 'open',
              },
              {
                kind: 'duration',
                unit: 'ms',
                name: 'ms',
                label: 'forLong',
                initial: 86400000,
                required: true,
              },
            ],
            reopened: [{ kind: 'number', name: 'times', label: 'times', min: 1, initial: 2, required: true }],
          },
        },
        {
          kind: 'switch',
          name: 'business_hours',
          label: 'businessHours',
          hint: 'businessHours',
          initial: false,
        },
      ],
    },
    {
      title: 'actions',
      fields: [
        {
          kind: 'list',
          name: 'actions',
          label: 'actions',
          hint: 'actions',
          required: true,
          wide: true,
          max: 10,
          fresh: { do: 'raise_priority' },
          fields: [],
          variants: {
            tag: 'do',
            of: 'action',
            variants: {
              raise_priority: [],
              reassign: [
                { kind: 'ref', to: 'users', name: 'assignee_id', label: 'assignee' },
                { kind: 'ref', to: 'teams', name: 'team_id', label: 'team' },
                { kind: 'ref', to: 'queues', name: 'queue_id', label: 'queue' },
              ],
              notify: [
                { kind: 'switch', name: 'assignee', label: 'tellAssignee' },
                { kind: 'switch', name: 'watchers', label: 'tellWatchers' },
                { kind: 'refs', to: 'users', name: 'users', label: 'tellUsers' },
              ],
              note: [{ kind: 'long', name: 'text', label: 'text', required: true, wide: true }],
            },
          },
        },
      ],
    },
  ],
};
