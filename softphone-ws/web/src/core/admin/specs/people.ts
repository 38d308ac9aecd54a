/** Who works here. */
import type { Spec } from '../spec';
import { active, name, PRIVATE, SHARED, skills } from './common';

export const users: Spec = {
  path: 'users',
  word: 'users',
  audit: 'user',
  group: 'people',
  ...SHARED,
  search: true,
  columns: ['name', 'login', 'roles', 'team_id', 'active'],
  sections: [
    {
      title: 'person',
      fields: [
        { kind: 'text', name: 'login', label: 'login', hint: 'login', required: true },
        name,
        {
          kind: 'choices',
          of: 'role',
          name: 'roles',
          label: 'roles',
          hint: 'roles',
          required: true,
          initial: ['agent'],
        },
        { kind: 'ref', to: 'teams', name: 'team_id', label: 'team' },
        { kind: 'language', name: 'language', label: 'language', initial: 'en' },
        { ...active, hint: 'userActive' },
      ],
    },
    {
      title: 'signIn',
      fields: [
        { kind: 'secret', name: 'password', label: 'password', hint: 'password' },
        {
          kind: 'switch',
          name: 'must_change_password',
          label: 'mustChangePassword',
          hint: 'mustChangePassword',
          initial: true,
        },
      ],
    },
    {
      title: 'work',
      fields: [
        {
          kind: 'refs',
          to: 'queues',
          name: 'queues',
          label: 'queuesServed',
          hint: 'queuesServed',
          wide: true,
        },
        skills('skillsOfUser'),
        { kind: 'ref', to: 'phones', name: 'phone_id', label: 'phone', hint: 'userPhone' },
        { kind: 'switch', name: 'voicemail', label: 'voicemail', hint: 'userVoicemail' },
      ],
    },
  ],
};

export const apiTokens: Spec = {
  path: 'api-tokens',
  word: 'apiTokens',
  audit: 'api_token',
  group: 'people',
  ...PRIVATE,
  search: true,
  columns: ['name', 'user_id', 'roles', 'expires_at'],
  sections: [
    {
      title: 'basics',
      fields: [
        name,
        {
          kind: 'ref',
          to: 'users',
          name: 'user_id',
          label: 'actsAs',
          hint: 'actsAs',
          required: true,
          fixed: true,
        },
        { kind: 'choices', of: 'role', name: 'roles', label: 'roles', hint: 'tokenRoles', required: true },
        { kind: 'moment', name: 'expires_at', label: 'expiresAt', hint: 'expiresAt' },
      ],
    },
  ],
};

export const teams: Spec = {
  path: 'teams',
  word: 'teams',
  audit: 'team',
  group: 'people',
  ...SHARED,
  search: true,
  columns: ['name', 'site_id'],
  sections: [
    { title: 'basics', fields: [name, { kind: 'ref', to: 'sites', name: 'site_id', label: 'site' }] },
  ],
};

export const sites: Spec = {
  path: 'sites',
  word: 'sites',
  audit: 'site',
  group: 'people',
  ...SHARED,
  search: true,
  columns: ['name', 'zone'],
  sections: [
    { title: 'basics', fields: [name, { kind: 'zone', name: 'zone', label: 'zone', required: true }] },
    {
      title: 'dialling',
      fields: [
        {
          kind: 'group',
          name: 'dialling',
          label: 'dialling',
          hint: 'dialling',
          optional: true,
          wide: true,
          fields: [
            { kind: 'country', name: 'country', label: 'country', hint: 'siteCountry', required: true },
            { kind: 'strings', shape: '+4420', name: 'local', label: 'localPrefixes', hint: 'localPrefixes' },
          ],
        },
      ],
    },
  ],
};

export const skillsSpec: Spec = {
  path: 'skills',
  word: 'skills',
  audit: 'skill',
  group: 'people',
  ...SHARED,
  search: true,
  columns: ['name'],
  sections: [{ title: 'basics', fields: [name] }],
};

export const reasons: Spec = {
  path: 'reasons',
  word: 'reasons',
  audit: 'reason',
  group: 'people',
  ...SHARED,
  search: true,
  columns: ['name', 'sort', 'active'],
  sections: [
    {
      title: 'basics',
      fields: [name, { kind: 'number', name: 'sort', label: 'sort', hint: 'sort', initial: 0 }, active],
    },
  ],
};
