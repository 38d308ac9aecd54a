/** How the rows of a resource are described: one description drives its list, its form and its conflicts. */
import type admin from '../../i18n/en/admin.json';
import type { UserRole } from '../roles';
import type { ChoiceName } from './choices';

/** A key of `field` in admin.json. */
export type FieldWord = keyof typeof admin.field;
/** A key of `hint` in admin.json. */
export type HintWord = keyof typeof admin.hint;
/** A key of `resource` in admin.json. */
export type ResourceWord = keyof typeof admin.resource;
/** A key of `section` in admin.json. */
export type SectionWord = keyof typeof admin.section;

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json | undefined };
/** A row while it is edited: its JSON form, with what was not given left out. */
export type Draft = { [name: string]: Json | undefined };

/** Lists that others refer to. */
export type RefName =
  | 'users'
  | 'teams'
  | 'sites'
  | 'queues'
  | 'skills'
  | 'numbers'
  | 'trunks'
  | 'phones'
  | 'hours'
  | 'flows'
  | 'sla-policies'
  | 'ticket-types'
  | 'ticket-templates'
  | 'knowledge/categories';

export interface Variants {
  tag: string;
  of: ChoiceName;
  variants: Record<string, readonly Field[]>;
}

interface Common {
  /** Its name in the JSON form. */
  name: string;
  label: FieldWord;
  hint?: HintWord;
  required?: boolean;
  /** Given when the row is made, never changed afterwards. */
  fixed?: boolean;
  /** What a new row has; the server's default. */
  initial?: Json;
  /** Shown only while this holds of the object it stands in. */
  when?: (around: Draft) => boolean;
  /** As wide as the form. */
  wide?: boolean;
}

export type Field = Common &
  (
    | { kind: 'text' | 'long' | 'secret' | 'zone' | 'country' | 'language' | 'moment' | 'date' | 'switch' }
    | { kind: 'number'; min?: number; max?: number; decimals?: number }
    /** A span of time; `unit` is what the server counts in. */
    | { kind: 'duration'; unit: 'ms' | 's' }
    | { kind: 'choice' | 'choices'; of: ChoiceName }
    | { kind: 'ref' | 'refs'; to: RefName }
    /** Texts of one kind, such as networks or tiers. `shape` is shown as an example. */
    | { kind: 'strings' | 'countries' | 'languages'; shape?: string }
    /** Texts by language. */
    | { kind: 'texts'; long?: boolean }
    /** An object of its own; `optional`: it may be missing as a whole. */
    | { kind: 'group'; fields: readonly Field[]; optional?: boolean }
    /** Objects of the same fields, or, with `variants`, each a union. */
    | { kind: 'list'; fields: readonly Field[]; fresh: Draft; max?: number; variants?: Variants }
    /** An object whose field `tag` says which other fields it has. */
    | ({ kind: 'union' } & Variants)
    /** Spans of the days of the week. */
    | { kind: 'week' }
    /** A condition as in rules. */
    | { kind: 'condition' }
  );

export interface Section {
  title: SectionWord;
  fields: readonly Field[];
}

export interface Spec {
  /** Below `/api/v1`, and below `/admin`; a `/` of it becomes `-` there. */
  path: string;
  word: ResourceWord;
  /** What the audit calls it. */
  audit: string;
  group: GroupName;
  /** Who may open it; who may change it. */
  read: readonly UserRole[];
  write: readonly UserRole[];
  sections: readonly Section[];
  /** Fields of the list, the first is the row's name. */
  columns: readonly string[];
  /** Whether names can be searched for. */
  search?: boolean;
  /** Objects of which the server merges changes part by part. */
  merged?: readonly string[];
}

export type GroupName = keyof typeof admin.group;

export const fieldsOf = (spec: Spec): readonly Field[] => spec.sections.flatMap((section) => section.fields);

/** Its address in the app. */
export const slugOf = (spec: Spec): string => spec.path.replace('/', '-');

export type FieldOf<K extends Field['kind']> = Extract<Field, { kind: K }>;

/** Fields of one entry of a list. */
export function itemFields(list: FieldOf<'list'>, item: Draft): readonly Field[] {
  return list.variants === undefined
    ? list.fields
    : (list.variants.variants[String(item[list.variants.tag])] ?? []);
}
