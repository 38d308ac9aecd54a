import { NativeSelect, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { labelOf, wordOf } from '../../../core/crm/fields';
import { fromLocalInput, localInput } from '../../../core/crm/text';
import { ConflictDialog } from '../../crm/ConflictDialog';
import { CustomFieldsInPlace } from '../../crm/CustomFields';
import { Field, Fields, InPlace } from '../../crm/InPlace';
import { useCustomerName, useFieldDefinitions, useNames, useTicketTypes } from '../../crm/lookups';
import { CustomerPick, TicketPick } from '../../crm/pickers';
import { FormError, fieldErrors, SectionCard, Time } from '../../kit';
import { type Ticket, useTicketEdit, useTicketTitle } from './useTicket';
import { PRIORITIES } from './words';

const LINES = ['description', 'contact', 'address', 'work'] as const;

/** What people write of a ticket, edited where it stands. */
export function TicketFields({ row }: { row: Ticket }) {
  const { t, i18n } = useTranslation(['tickets', 'crm']);
  const edit = useTicketEdit(row);
  const wrong = fieldErrors(edit.error);
  const types = useTicketTypes();
  const typeName = useNames(types);
  const parent = useTicketTitle(row.parent_id);
  const contact = useCustomerName(row.contact_id);
  const definitions = useFieldDefinitions('ticket').data ?? [];
  const shown = [
    'title',
    'type_id',
    'priority',
    'tags',
    'contact_id',
    'parent_id',
    'appointment_at',
    'external_id',
    ...LINES,
  ];
  const priority = row.priority ?? 'normal';
  return (
    <SectionCard title={t('tickets:details')}>
      <Fields>
        <Field label={t('tickets:field.title')}>
          <InPlace
            label={t('tickets:field.title')}
            value={row.title ?? ''}
            shown={row.title ?? ''}
            error={wrong('title')}
            save={(title) => edit.save({ title })}
            editor={(value, onChange, label) => (
              <TextInput
                autoFocus
                aria-label={label}
                maxLength={200}
                value={value}
                onChange={(event) => onChange(event.currentTarget.value)}
              />
            )}
          />
        </Field>
        <Field label={t('tickets:field.type_id')}>
          <InPlace
            label={t('tickets:field.type_id')}
            value={row.type_id}
            shown={typeName(row.type_id)}
            error={wrong('type_id')}
            save={(type_id) => edit.save({ type_id })}
            editor={(value, onChange, label) => (
              <NativeSelect
                size="xs"
                autoFocus
                aria-label={label}
                value={value}
                onChange={(event) => onChange(event.currentTarget.value)}
                data={(types.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              />
            )}
          />
        </Field>
        <Field label={t('tickets:field.priority')}>
          <InPlace
            label={t('tickets:field.priority')}
            value={priority}
            shown={t(`crm:ticket.priority.${priority}`)}
            error={wrong('priority')}
            save={(next) => edit.save({ priority: next })}
            editor={(value, onChange, label) => (
              <NativeSelect
                size="xs"
                autoFocus
                aria-label={label}
                value={value}
                onChange={(event) =>
                  onChange(PRIORITIES.find((one) => one === event.currentTarget.value) ?? 'normal')
                }
                data={PRIORITIES.map((one) => ({ value: one, label: t(`crm:ticket.priority.${one}`) }))}
              />
            )}
          />
        </Field>
        {LINES.map((field) => (
          <Field key={field} label={t(`tickets:field.${field}`)}>
            <InPlace
              label={t(`tickets:field.${field}`)}
              value={row[field] ?? ''}
              shown={row[field] ?? ''}
              lines
              error={wrong(field)}
              save={(value) => edit.save({ [field]: value })}
              editor={(value, onChange, label) => (
                <Textarea
                  autoFocus
                  autosize
                  minRows={field === 'contact' ? 1 : 3}
                  maxRows={14}
                  aria-label={label}
                  value={value}
                  onChange={(event) => onChange(event.currentTarget.value)}
                />
              )}
            />
          </Field>
        ))}
        <Field label={t('tickets:field.contact_id')}>
          <InPlace
            label={t('tickets:field.contact_id')}
            value={row.contact_id ?? null}
            shown={contact}
            error={wrong('contact_id')}
            save={(contact_id) => edit.save({ contact_id })}
            editor={(value, onChange, label) => (
              <CustomerPick label={label} value={value} onChange={onChange} autoFocus />
            )}
          />
        </Field>
        <Field label={t('tickets:field.appointment_at')}>
          <InPlace
            label={t('tickets:field.appointment_at')}
            value={localInput(row.appointment_at)}
            shown={row.appointment_at ? <Time ms={row.appointment_at / 1000} /> : ''}
            error={wrong('appointment_at')}
            save={(value) => edit.save({ appointment_at: fromLocalInput(value) })}
            editor={(value, onChange, label) => (
              <TextInput
                autoFocus
                type="datetime-local"
                aria-label={label}
                value={value}
                onChange={(event) => onChange(event.currentTarget.value)}
              />
            )}
          />
        </Field>
        <Field label={t('tickets:field.tags')}>
          <InPlace
            label={t('tickets:field.tags')}
            value={row.tags ?? []}
            shown={(row.tags ?? []).join(', ')}
            error={wrong('tags')}
            save={(tags) => edit.save({ tags })}
            editor={(value, onChange, label) => (
              <TagsInput
                size="xs"
                autoFocus
                aria-label={label}
                value={value}
                onChange={onChange}
                maxTags={50}
              />
            )}
          />
        </Field>
        <Field label={t('tickets:field.parent_id')}>
          <InPlace
            label={t('tickets:field.parent_id')}
            value={row.parent_id ?? null}
            shown={parent}
            error={wrong('parent_id')}
            save={(parent_id) => edit.save({ parent_id })}
            editor={(value, onChange, label) => (
              <TicketPick label={label} value={value} onChange={onChange} except={row.id} autoFocus />
            )}
          />
          {row.parent_id && <Link href={`/tickets/${row.parent_id}`}>{t('tickets:openParent')}</Link>}
        </Field>
        <Field label={t('tickets:field.external_id')}>
          <InPlace
            label={t('tickets:field.external_id')}
            value={row.external_id ?? ''}
            shown={row.external_id ?? ''}
            error={wrong('external_id')}
            save={(value) => edit.save({ external_id: value === '' ? null : value })}
            editor={(value, onChange, label) => (
              <TextInput
                autoFocus
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
        {Object.entries(row.custom ?? {}).map(([key, value]) => (
          <Field key={key} label={key}>
            <span>{String(value)}</span>
          </Field>
        ))}
      </Fields>
      <FormError
        error={edit.error}
        fields={[...shown, ...definitions.map((field) => `fields.${field.key}`)]}
      />
      {edit.conflict && (
        <ConflictDialog
          conflict={edit.conflict}
          nameOf={(field) => {
            const own = definitions.find((one) => `fields.${one.key}` === field);
            if (own !== undefined) return labelOf(own.labels, i18n.language, own.key);
            return t(`tickets:field.${field as 'title'}`, { defaultValue: field });
          }}
          wordFor={(field, value) => {
            const own = definitions.find((one) => `fields.${one.key}` === field);
            if (own !== undefined) return wordOf(own, value, i18n.language);
            if (field === 'type_id') return typeName(String(value));
            if (field === 'appointment_at') return localInput(value as number | null).replace('T', ' ');
            return Array.isArray(value) ? value.join(', ') : String(value ?? '');
          }}
        />
      )}
    </SectionCard>
  );
}
