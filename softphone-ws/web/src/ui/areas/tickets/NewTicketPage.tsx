import { Button, NativeSelect, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useSearchParams } from 'wouter';
import { api, body, idempotencyKey, type Schemas } from '../../../api/client';
import { CustomFieldsForm } from '../../crm/CustomFields';
import css from '../../crm/crm.module.css';
import { useFieldDefinitions, useTicketTypes } from '../../crm/lookups';
import { CustomerPick, PersonPick, QueuePick } from '../../crm/pickers';
import { FormError, fieldErrors, Page } from '../../kit';
import { PRIORITIES } from './words';

const FIELDS = [
  'title',
  'description',
  'type_id',
  'customer_id',
  'priority',
  'queue_id',
  'assignee_id',
  'tags',
];

/** A new ticket. `?customer=`, `?parent=`, `?interaction=` say what it belongs to. What is left out comes from its type. */
export default function NewTicketPage() {
  const { t } = useTranslation(['tickets', 'crm', 'common']);
  const [, go] = useLocation();
  const [params] = useSearchParams();
  const queries = useQueryClient();
  const types = useTicketTypes().data?.filter((type) => type.active !== false) ?? [];
  const definitions = useFieldDefinitions('ticket').data ?? [];
  const [row, setRow] = useState<Partial<Schemas['Ticket']>>({
    customer_id: params.get('customer'),
    parent_id: params.get('parent'),
    title: params.get('title') ?? '',
  });
  const [fields, setFields] = useState<Record<string, unknown>>({});
  const [key, setKey] = useState(idempotencyKey);
  const put = (changes: Partial<Schemas['Ticket']>) => {
    setRow((was) => ({ ...was, ...changes }));
    setKey(idempotencyKey());
  };
  const type_id = row.type_id ?? types[0]?.id ?? '';
  const make = useMutation({
    mutationFn: async () => {
      const said = Object.fromEntries(
        Object.entries(row).filter(([, value]) => value !== '' && value !== null && value !== undefined),
      );
      const made = await body(
        api.POST('/api/v1/tickets', { params: { header: key }, body: { ...said, type_id, fields } }),
      );
      const interaction = params.get('interaction');
      if (interaction)
        await api
          .POST('/api/v1/tickets/{id}/interactions', {
            params: { path: { id: made.id } },
            body: { interaction_id: interaction },
          })
          // A contact that has just begun is not in the log yet; it is linked from the ticket later.
          .catch(() => {});
      return made;
    },
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ['tickets'] });
      void queries.invalidateQueries({ queryKey: ['timeline'] });
      go(`/tickets/${made.id}`, { replace: true });
    },
  });
  const wrong = fieldErrors(make.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Page title={t('tickets:new.title')}>
      <form onSubmit={submit} className={css.stack} style={{ maxWidth: '48rem' }}>
        <div className={css.halves}>
          <NativeSelect
            size="xs"
            label={t('tickets:field.type_id')}
            required
            value={type_id}
            error={wrong('type_id')}
            onChange={(event) => put({ type_id: event.currentTarget.value })}
            data={types.map(({ id, name }) => ({ value: id, label: name }))}
          />
          <CustomerPick
            label={t('tickets:field.customer_id')}
            value={row.customer_id ?? null}
            onChange={(customer_id) => put({ customer_id })}
            error={wrong('customer_id')}
          />
        </div>
        <TextInput
          label={t('tickets:field.title')}
          description={t('tickets:new.titleHint')}
          autoFocus
          maxLength={200}
          value={row.title ?? ''}
          error={wrong('title')}
          onChange={(event) => put({ title: event.currentTarget.value })}
        />
        <Textarea
          label={t('tickets:field.description')}
          autosize
          minRows={4}
          value={row.description ?? ''}
          error={wrong('description')}
          onChange={(event) => put({ description: event.currentTarget.value })}
        />
        <div className={css.halves}>
          <NativeSelect
            size="xs"
            label={t('tickets:field.priority')}
            value={row.priority ?? ''}
            error={wrong('priority')}
            onChange={(event) =>
              put({ priority: PRIORITIES.find((one) => one === event.currentTarget.value) ?? null })
            }
            data={[
              { value: '', label: t('tickets:byType') },
              ...PRIORITIES.map((value) => ({ value, label: t(`crm:ticket.priority.${value}`) })),
            ]}
          />
          <TagsInput
            size="xs"
            label={t('tickets:field.tags')}
            value={row.tags ?? []}
            error={wrong('tags')}
            onChange={(tags) => put({ tags })}
          />
          <QueuePick
            label={t('tickets:field.queue_id')}
            value={row.queue_id ?? null}
            onChange={(queue_id) => put({ queue_id })}
            error={wrong('queue_id')}
          />
          <PersonPick
            label={t('tickets:field.assignee_id')}
            value={row.assignee_id ?? null}
            onChange={(assignee_id) => put({ assignee_id })}
            error={wrong('assignee_id')}
          />
          <CustomFieldsForm
            definitions={definitions}
            values={fields}
            onChange={(next) => {
              setFields(next);
              setKey(idempotencyKey());
            }}
            errorOf={wrong}
          />
        </div>
        <FormError
          error={make.error}
          fields={[...FIELDS, ...definitions.map((field) => `fields.${field.key}`)]}
        />
        <div className={css.row}>
          <Button type="submit" loading={make.isPending} disabled={type_id === ''}>
            {t('tickets:new.submit')}
          </Button>
          <Button component={Link} href="/tickets" variant="default">
            {t('common:action.cancel')}
          </Button>
        </div>
      </form>
    </Page>
  );
}
