/** Lines, telephones, and who may dial what. */
import type { Draft, Spec } from '../spec';
import { active, detect, name, SHARED, sort } from './common';

const overTls = (around: Draft) => around.transport === 'tls';

export const trunks: Spec = {
  path: 'trunks',
  word: 'trunks',
  audit: 'trunk',
  group: 'telephony',
  ...SHARED,
  search: true,
  merged: ['outbound'],
  columns: ['name', 'peer', 'transport', 'active'],
  sections: [
    {
      title: 'basics',
      fields: [
        name,
        { kind: 'country', name: 'country', label: 'country', hint: 'trunkCountry', required: true },
        { kind: 'number', name: 'calls_max', label: 'callsMax', hint: 'callsMax', min: 1, initial: 1000 },
        active,
      ],
    },
    {
      title: 'network',
      fields: [
        { kind: 'choice', of: 'transport', name: 'transport', label: 'transport', initial: 'udp' },
        { kind: 'text', name: 'peer', label: 'peer', hint: 'peer' },
        {
          kind: 'strings',
          shape: '192.0.2.0/24',
          name: 'sources',
          label: 'sources',
          hint: 'sources',
          wide: true,
          initial: [],
        },
        { kind: 'number', name: 'source_port', label: 'sourcePort', hint: 'sourcePort', min: 1, max: 65535 },
        { kind: 'text', name: 'tls_name', label: 'tlsName', hint: 'tlsName', when: overTls },
        { kind: 'choice', of: 'srtp', name: 'srtp', label: 'srtp', hint: 'srtp' },
        { kind: 'switch', name: 'trusted', label: 'trusted', hint: 'trusted' },
      ],
    },
    {
      title: 'outbound',
      fields: [
        {
          kind: 'group',
          name: 'outbound',
          label: 'trunkOutbound',
          wide: true,
          fields: [
            {
              kind: 'group',
              name: 'account',
              label: 'account',
              hint: 'account',
              optional: true,
              wide: true,
              fields: [
                { kind: 'text', name: 'user', label: 'accountUser', required: true },
                { kind: 'text', name: 'realm', label: 'realm', hint: 'realm', required: true },
                { kind: 'secret', name: 'password', label: 'password', hint: 'accountPassword' },
              ],
            },
            { kind: 'duration', unit: 's', name: 'register_s', label: 'register', hint: 'register' },
            { kind: 'duration', unit: 's', name: 'probe_s', label: 'probe', hint: 'probe' },
            {
              kind: 'number',
              name: 'probe_fall',
              label: 'probeFall',
              hint: 'probeFall',
              min: 1,
              max: 20,
              initial: 3,
            },
            {
              kind: 'number',
              name: 'probe_rise',
              label: 'probeRise',
              hint: 'probeRise',
              min: 1,
              max: 20,
              initial: 2,
            },
            {
              kind: 'number',
              name: 'priority',
              label: 'priority',
              hint: 'trunkPriority',
              min: 0,
              initial: 100,
            },
            { kind: 'number', name: 'weight', label: 'weight', hint: 'trunkWeight', min: 0, initial: 100 },
            { kind: 'number', name: 'cps_max', label: 'cpsMax', hint: 'cpsMax', min: 1 },
            { kind: 'countries', name: 'countries', label: 'countries', hint: 'trunkCountries' },
            { kind: 'strings', shape: '+44', name: 'prefixes', label: 'prefixes', hint: 'prefixes' },
            {
              kind: 'choice',
              of: 'identity',
              name: 'identity',
              label: 'identity',
              hint: 'identity',
              initial: 'asserted',
            },
            { kind: 'text', name: 'domain', label: 'domain', hint: 'domain' },
            { kind: 'switch', name: 'plus', label: 'plus', hint: 'plus', initial: true },
            { kind: 'switch', name: 'sips', label: 'sips', hint: 'sips' },
            detect,
          ],
        },
      ],
    },
  ],
};

export const numbers: Spec = {
  path: 'numbers',
  word: 'numbers',
  audit: 'number',
  group: 'telephony',
  ...SHARED,
  search: true,
  columns: ['number', 'name', 'entry', 'trunk_id', 'active'],
  sections: [
    {
      title: 'basics',
      fields: [
        { kind: 'text', name: 'number', label: 'number', hint: 'number', required: true },
        { kind: 'text', name: 'name', label: 'name', hint: 'numberName' },
        {
          kind: 'union',
          tag: 'to',
          of: 'entry',
          name: 'entry',
          label: 'entry',
          hint: 'entry',
          required: true,
          variants: {
            flow: [{ kind: 'ref', to: 'flows', name: 'flow', label: 'flow', required: true }],
            queue: [{ kind: 'ref', to: 'queues', name: 'queue', label: 'queue', required: true }],
          },
        },
        { kind: 'language', name: 'language', label: 'language', hint: 'numberLanguage', initial: 'en' },
        { kind: 'ref', to: 'trunks', name: 'trunk_id', label: 'onlyTrunk', hint: 'onlyTrunk' },
        active,
      ],
    },
  ],
};

export const phones: Spec = {
  path: 'phones',
  word: 'phones',
  audit: 'phone',
  group: 'telephony',
  ...SHARED,
  search: true,
  columns: ['username', 'name', 'owner_id', 'active'],
  sections: [
    {
      title: 'basics',
      fields: [
        { kind: 'text', name: 'username', label: 'username', hint: 'username', required: true },
        { kind: 'secret', name: 'password', label: 'password', hint: 'phonePassword' },
        { kind: 'text', name: 'name', label: 'name', hint: 'phoneName' },
        { kind: 'ref', to: 'users', name: 'owner_id', label: 'owner' },
        { kind: 'choice', of: 'srtp', name: 'srtp', label: 'srtp', hint: 'srtp' },
        active,
      ],
    },
  ],
};

export const dialRules: Spec = {
  path: 'dial-rules',
  word: 'dialRules',
  audit: 'dial_rule',
  group: 'telephony',
  ...SHARED,
  search: true,
  columns: ['name', 'sort', 'allow', 'roles', 'classes', 'active'],
  sections: [
    {
      title: 'basics',
      fields: [
        name,
        sort,
        { kind: 'switch', name: 'allow', label: 'allow', hint: 'allow', initial: true },
        active,
      ],
    },
    {
      title: 'appliesTo',
      fields: [
        { kind: 'choices', of: 'role', name: 'roles', label: 'roles', hint: 'ruleRoles' },
        { kind: 'choices', of: 'numberClass', name: 'classes', label: 'classes', hint: 'classes' },
        { kind: 'countries', name: 'countries', label: 'countries', hint: 'ruleCountries' },
        { kind: 'ref', to: 'hours', name: 'hours_id', label: 'hours', hint: 'ruleHours' },
      ],
    },
    {
      title: 'cost',
      fields: [
        { kind: 'number', name: 'minute_cost', label: 'minuteCost', hint: 'minuteCost', min: 0, initial: 0 },
        { kind: 'number', name: 'day_cost_max', label: 'dayCostMax', hint: 'dayCostMax', min: 0 },
        detect,
      ],
    },
  ],
};
