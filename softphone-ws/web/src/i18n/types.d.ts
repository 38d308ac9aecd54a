import 'i18next';
import type admin from './en/admin.json';
import type common from './en/common.json';
import type crm from './en/crm.json';
import type customers from './en/customers.json';
import type day from './en/day.json';
import type floor from './en/floor.json';
import type knowledge from './en/knowledge.json';
import type phone from './en/phone.json';
import type player from './en/player.json';
import type pop from './en/pop.json';
import type recordings from './en/recordings.json';
import type tickets from './en/tickets.json';

// Makes every key a type: a key that does not exist is an error of `npm run types`.
declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: {
      admin: typeof admin;
      common: typeof common;
      crm: typeof crm;
      customers: typeof customers;
      day: typeof day;
      floor: typeof floor;
      knowledge: typeof knowledge;
      phone: typeof phone;
      player: typeof player;
      pop: typeof pop;
      recordings: typeof recordings;
      tickets: typeof tickets;
    };
  }
}
