import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../../../api/client';
import { inLanguage } from '../../../../core/desk/customer';
import { mayEnter } from '../../../../core/roles';
import { useFieldDefinitions as useDefinitions } from '../../../crm/lookups';
import { useSession } from '../../../world';
import { EditField } from './EditField';
import { type CustomerRecord, readField } from './useCustomer';

export type FieldDefinition = Schemas['StoredCustomField'];

/** The fields an administrator defined, in their order; those this person may read. */
export function useFieldDefinitions(resource: 'customer' | 'ticket'): FieldDefinition[] {
  const { roles } = useSession();
  const { data = [] } = useDefinitions(resource);
  return data
    .filter((field) => field.active !== false)
    .filter(({ visible_to = [] }) => visible_to.length === 0 || mayEnter(roles, visible_to))
    .sort((a, b) => (a.sort ?? 0) - (b.sort ?? 0));
}

/** What can be chosen, given the value of the field it depends on. */
export function optionsOf(
  field: FieldDefinition,
  values: Readonly<Record<string, unknown>>,
  language: string,
) {
  const parent = field.depends_on == null ? null : values[field.depends_on];
  return (field.options ?? [])
    .filter(({ when = [] }) => when.length === 0 || (typeof parent === 'string' && when.includes(parent)))
    .map(({ value, labels }) => ({ value, label: inLanguage(labels ?? {}, language) ?? value }));
}

/** A text of an input as the server wants it; `null` clears. */
export function fieldValue(field: FieldDefinition, text: string): unknown {
  if (text.trim() === '') return null;
  if (field.type === 'number') return Number.isFinite(Number(text)) ? Number(text) : text;
  if (field.type === 'boolean') return text === 'true';
  if (field.type === 'multi_list') return text.split(',').map((one) => one.trim());
  return text;
}

const textOf = (value: unknown): string =>
  value === null || value === undefined ? '' : Array.isArray(value) ? value.join(', ') : String(value);

interface Props {
  row: CustomerRecord;
  readOnly: boolean;
  changed: boolean;
  save: (field: string, base: unknown, mine: unknown) => Promise<{ theirs: unknown } | null>;
}

export function CustomFields({ row, readOnly, changed, save }: Props) {
  const { t, i18n } = useTranslation('pop');
  const { roles } = useSession();
  const fields = useFieldDefinitions('customer');
  const values = (row.fields ?? {}) as Record<string, unknown>;
  return fields.map((field) => {
    const path = `fields.${field.key}`;
    const before = readField(row, path);
    const locked = (field.editable_by ?? []).length > 0 && !mayEnter(roles, field.editable_by ?? []);
    const yesNo = [
      { value: 'true', label: t('field.yes') },
      { value: 'false', label: t('field.no') },
    ];
    const kinds = {
      text: 'line',
      number: 'number',
      date: 'date',
      boolean: 'choice',
      list: 'choice',
      multi_list: 'line',
    } as const;
    return (
      <EditField
        key={field.key}
        field={path}
        label={inLanguage(field.labels ?? {}, i18n.language) ?? field.key}
        value={textOf(before)}
        kind={kinds[field.type]}
        choices={field.type === 'boolean' ? yesNo : optionsOf(field, values, i18n.language)}
        readOnly={readOnly || locked}
        changed={changed}
        {...(field.type === 'multi_list' && {
          hint: optionsOf(field, values, i18n.language)
            .map(({ value }) => value)
            .join(', '),
        })}
        onSave={async (base, mine) => {
          const clash = await save(path, fieldValue(field, base), fieldValue(field, mine));
          return clash && { theirs: textOf(clash.theirs) };
        }}
      />
    );
  });
}
