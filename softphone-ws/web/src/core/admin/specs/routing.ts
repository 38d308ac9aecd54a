/** Where calls wait and when somebody is there. */
import type { Spec } from '../spec';
import { active, detect, name, SHARED, skills } from './common';

export const queues: Spec = {
  path: 'queues',
  word: 'queues',
  audit: 'queue',
  group: 'routing',
  ...SHARED,
  search: true,
  merged: ['outbound'],
  columns: ['name', 'open', 'hours_id', 'priority', 'overflow'],
  sections: [
    {
      title: 'basics',
      fields: [
        name,
        { kind: 'switch', name: 'open', label: 'open', hint: 'queueOpen', initial: true },
        { kind: 'ref', to: 'hours', name: 'hours_id', label: 'hours', hint: 'queueHours' },
        { kind: 'ref', to: 'sites', name: 'site_id', label: 'site' },
        { kind: 'zone', name: 'zone', label: 'zone', hint: 'queueZone', initial: 'UTC' },
      ],
    },
    {
      title: 'distribution',
      fields: [
        skills('skillsOfQueue'),
        {
          kind: 'number',
          name: 'priority',
          label: 'priority',
          hint: 'queuePriority',
          min: 0,
          max: 9,
          initial: 0,
        },
        {
          kind: 'union',
          tag: 'by',
          of: 'ordering',
          name: 'ordering',
          label: 'ordering',
          hint: 'ordering',
          variants: {
            priority: [],
            score: [
              {
                kind: 'number',
                name: 'weight_s',
                label: 'weightSeconds',
                hint: 'weightSeconds',
                min: 0,
                max: 86400,
                initial: 60,
                required: true,
              },
            ],
          },
        },
        {
          kind: 'duration',
          unit: 'ms',
          name: 'offer_timeout_ms',
          label: 'offerTimeout',
          hint: 'offerTimeout',
          initial: 20000,
        },
      ],
    },
    {
      title: 'limits',
      fields: [
        { kind: 'duration', unit: 'ms', name: 'wait_max_ms', label: 'waitMax', hint: 'waitMax' },
        { kind: 'number', name: 'size_max', label: 'sizeMax', hint: 'sizeMax', min: 1 },
        {
          kind: 'switch',
          name: 'leave_when_unstaffed',
          label: 'leaveWhenUnstaffed',
          hint: 'leaveWhenUnstaffed',
        },
        {
          kind: 'union',
          tag: 'to',
          of: 'overflow',
          name: 'overflow',
          label: 'overflow',
          hint: 'overflow',
          variants: {
            flow: [],
            queue: [{ kind: 'ref', to: 'queues', name: 'queue', label: 'queue', required: true }],
            voicemail: [],
            agent_voicemail: [{ kind: 'ref', to: 'users', name: 'agent', label: 'agent', required: true }],
          },
        },
      ],
    },
    {
      title: 'afterCall',
      fields: [
        {
          kind: 'duration',
          unit: 'ms',
          name: 'wrap_up_max_ms',
          label: 'wrapUpMax',
          hint: 'wrapUpMax',
          initial: 60000,
        },
        { kind: 'switch', name: 'wrap_up_required', label: 'wrapUpRequired', hint: 'wrapUpRequired' },
        {
          kind: 'union',
          tag: 'policy',
          of: 'recording',
          name: 'recording',
          label: 'recording',
          variants: {
            always: [],
            never: [],
            on_demand: [],
            percent: [
              {
                kind: 'number',
                name: 'percent',
                label: 'percent',
                min: 0,
                max: 100,
                initial: 10,
                required: true,
              },
            ],
          },
        },
      ],
    },
    {
      title: 'announcements',
      fields: [
        { kind: 'text', name: 'music', label: 'music', hint: 'clip', initial: 'music/default' },
        {
          kind: 'group',
          name: 'voicemail',
          label: 'voicemailBox',
          hint: 'voicemailBox',
          wide: true,
          fields: [
            {
              kind: 'text',
              name: 'greeting',
              label: 'greeting',
              hint: 'clip',
              initial: 'voicemail-greeting',
            },
            { kind: 'duration', unit: 's', name: 'max_seconds', label: 'messageMax', initial: 120 },
            {
              kind: 'duration',
              unit: 's',
              name: 'silence_seconds',
              label: 'messageSilence',
              hint: 'messageSilence',
              initial: 5,
            },
          ],
        },
      ],
    },
    {
      title: 'outbound',
      fields: [
        {
          kind: 'group',
          name: 'outbound',
          label: 'queueOutbound',
          wide: true,
          fields: [
            { kind: 'text', name: 'caller_id', label: 'callerId', hint: 'callerId' },
            { kind: 'text', name: 'caller_name', label: 'callerName', hint: 'callerName' },
            { kind: 'switch', name: 'withheld', label: 'withheld', hint: 'withheld' },
            detect,
          ],
        },
      ],
    },
  ],
};

export const hours: Spec = {
  path: 'hours',
  word: 'hours',
  audit: 'hours',
  group: 'routing',
  ...SHARED,
  search: true,
  columns: ['name', 'zone', 'weekly'],
  sections: [
    { title: 'basics', fields: [name, { kind: 'zone', name: 'zone', label: 'zone', required: true }] },
    {
      title: 'week',
      fields: [{ kind: 'week', name: 'weekly', label: 'weekly', hint: 'weekly', wide: true, initial: [] }],
    },
    {
      title: 'holidays',
      fields: [
        {
          kind: 'list',
          name: 'holidays',
          label: 'holidays',
          hint: 'holidays',
          wide: true,
          fresh: {},
          fields: [
            { kind: 'date', name: 'date', label: 'date', required: true },
            { kind: 'text', name: 'name', label: 'name' },
            {
              kind: 'list',
              name: 'open',
              label: 'openSpans',
              hint: 'openSpans',
              fresh: { from: '09:00', to: '12:00' },
              fields: [
                { kind: 'text', name: 'from', label: 'from', required: true },
                { kind: 'text', name: 'to', label: 'to', required: true },
              ],
            },
          ],
        },
      ],
    },
  ],
};

export const wrapUpCodes: Spec = {
  path: 'wrap-up-codes',
  word: 'wrapUpCodes',
  audit: 'wrap_up_code',
  group: 'routing',
  ...SHARED,
  search: true,
  columns: ['name', 'queue_id', 'active'],
  sections: [
    {
      title: 'basics',
      fields: [
        name,
        { kind: 'ref', to: 'queues', name: 'queue_id', label: 'onlyQueue', hint: 'onlyQueue' },
        active,
      ],
    },
  ],
};

export const flows: Spec = {
  path: 'flows',
  word: 'flows',
  audit: 'flow',
  group: 'routing',
  ...SHARED,
  search: true,
  columns: ['name'],
  sections: [{ title: 'basics', fields: [name] }],
};
