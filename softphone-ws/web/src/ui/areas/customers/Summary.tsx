import { NativeSelect, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { labelOf, wordOf } from '../../../core/crm/fields';
import { ConflictDialog } from '../../crm/ConflictDialog';
import { CustomFieldsInPlace } from '../../crm/CustomFields';
import { Field, Fields, InPlace } from '../../crm/InPlace';
import { useFieldDefinitions } from '../../crm/lookups';
import { FormError, fieldErrors, SectionCard } from '../../kit';
import { type Customer, useCustomerEdit, useMay } from './useCustomer';

const TEXTS = [
  'name',
  'given_name',
  'family_name',
  'company',
  'tier',
  'language',
  'birthday',
  'external_id',
] as const;

/** Who they are, edited where it stands. */
export function Summary({ row }: { row: Customer }) {
  const { t, i18n } = useTranslation('customers');
  const edit = useCustomerEdit(row);
  const may = useMay(row);
  const definitions = useFieldDefinitions('customer').data ?? [];
  const wrong = fieldErrors(edit.error);
  const shown = [
    ...TEXTS,
    'kind',
    'languages',
    'notes',
    ...definitions.map((field) => `fields.${field.key}`),
  ];
  const locked = (field: string) => (field === 'tier' || field === 'external_id') && !may.tier;
  const defined = (field: string) => definitions.find((one) => `fields.${one.key}` === field);
  const nameOf = (field: string) => {
    const own = defined(field);
    if (own !== undefined) return labelOf(own.labels, i18n.language, own.key);
    return t(`field.${field as 'name'}`, { defaultValue: field });
  };
  const wordFor = (field: string, value: unknown) => {
    const own = defined(field);
    return own === undefined ? String(value ?? '') : wordOf(own, value, i18n.language);
  };
  return (
    <SectionCard title={t('summary')}>
      <Fields>
        <Field label={t('field.kind')}>
          <InPlace
            label={t('field.kind')}
            value={row.kind ?? 'person'}
            shown={t(`kind.${row.kind ?? 'person'}`)}
            error={wrong('kind')}
            save={(kind) => edit.save({ kind })}
            editor={(value, onChange, label) => (
              <NativeSelect
                size="xs"
                autoFocus
                aria-label={label}
                value={value}
                onChange={(event) => onChange(event.currentTarget.value === 'company' ? 'company' : 'person')}
                data={(['person', 'company'] as const).map((kind) => ({
                  value: kind,
                  label: t(`kind.${kind}`),
                }))}
              />
            )}
          />
        </Field>
        {TEXTS.map((field) => (
          <Field key={field} label={t(`field.${field}`)}>
            <InPlace
              label={t(`field.${field}`)}
              value={row[field] ?? ''}
              shown={row[field] ?? ''}
              readOnly={locked(field)}
              error={wrong(field)}
              save={(value) =>
                edit.save({ [field]: value === '' && field !== 'tier' && field !== 'name' ? null : value })
              }
              editor={(value, onChange, label) => (
                <TextInput
                  autoFocus
                  aria-label={label}
                  value={value}
                  {...(field === 'birthday' && { placeholder: '1980-12-31' })}
                  onChange={(event) => onChange(event.currentTarget.value)}
                />
              )}
            />
          </Field>
        ))}
        <Field label={t('field.languages')}>
          <InPlace
            label={t('field.languages')}
            value={row.languages ?? []}
            shown={(row.languages ?? []).join(', ')}
            error={wrong('languages')}
            save={(languages) => edit.save({ languages })}
            editor={(value, onChange, label) => (
              <TagsInput
                size="xs"
                autoFocus
                aria-label={label}
                value={value}
                onChange={onChange}
                maxTags={10}
              />
            )}
          />
        </Field>
        <Field label={t('field.notes')}>
          <InPlace
            label={t('field.notes')}
            value={row.notes ?? ''}
            shown={row.notes ?? ''}
            lines
            error={wrong('notes')}
            save={(notes) => edit.save({ notes })}
            editor={(value, onChange, label) => (
              <Textarea
                autoFocus
                autosize
                minRows={2}
                maxRows={10}
                aria-label={label}
                value={value}
                onChange={(event) => onChange(event.currentTarget.value)}
              />
            )}
          />
        </Field>
        <CustomFieldsInPlace
          definitions={definitions}
          values={row.fields ?? {}}
          save={(fields) => edit.save({ fields })}
          errorOf={wrong}
        />
        {Object.entries(row.attributes ?? {}).map(([key, value]) => (
          <Field key={key} label={key}>
            <InPlace
              label={key}
              value={value}
              shown={value}
              error={wrong(`attributes.${key}`)}
              save={(next) =>
                edit.save({ attributes: { [key]: next === '' ? null : next } as Record<string, string> })
              }
              editor={(draft, onChange, label) => (
                <TextInput
                  autoFocus
                  aria-label={label}
                  value={draft}
                  onChange={(event) => onChange(event.currentTarget.value)}
                />
              )}
            />
          </Field>
        ))}
      </Fields>
      <FormError error={edit.error} fields={shown} />
      {edit.conflict && <ConflictDialog conflict={edit.conflict} nameOf={nameOf} wordFor={wordFor} />}
    </SectionCard>
  );
}
