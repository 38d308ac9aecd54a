import { Alert, Anchor, Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useSearchParams } from 'wouter';
import { api, body, idempotencyKey, type Schemas } from '../../../api/client';
import { CustomFieldsForm } from '../../crm/CustomFields';
import css from '../../crm/crm.module.css';
import { useFieldDefinitions } from '../../crm/lookups';
import { FormError, fieldErrors, Page, SectionCard } from '../../kit';
import { asInput, ContactInputs, useContactDrafts } from './Contacts';

const TEXTS = ['given_name', 'family_name', 'company', 'language', 'tier', 'birthday'] as const;

/** A new customer. `?number=` and `?name=` fill the form, as from a call. */
export default function NewCustomerPage() {
  const { t } = useTranslation(['customers', 'common']);
  const [, go] = useLocation();
  const [params] = useSearchParams();
  const queries = useQueryClient();
  const number = params.get('number') ?? '';
  const definitions = useFieldDefinitions('customer').data ?? [];
  const [row, setRow] = useState<Schemas['Customer']>({ kind: 'person', name: params.get('name') ?? '' });
  const [fields, setFields] = useState<Record<string, unknown>>({});
  const [contacts, setContacts] = useContactDrafts(
    number === ''
      ? []
      : [{ id: '', kind: 'phone', label: '', preferred: true, raw: number, valid: true, value: number }],
  );
  const [key, setKey] = useState(idempotencyKey);
  const put = (changes: Schemas['Customer']) => {
    setRow((was) => ({ ...was, ...changes }));
    setKey(idempotencyKey());
  };
  const make = useMutation({
    mutationFn: () => {
      const said = Object.fromEntries(
        Object.entries(row).filter(([, value]) => value !== ''),
      ) as Schemas['Customer'];
      return body(
        api.POST('/api/v1/customers', {
          params: { header: key },
          body: {
            ...said,
            fields,
            contacts: contacts.filter((one) => one.kind === 'address' || one.value !== '').map(asInput),
          },
        }),
      );
    },
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ['customers'] });
      go(`/customers/${made.id}`, { replace: true });
    },
  });
  const wrong = fieldErrors(make.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Page title={t('customers:new.title')}>
      <form onSubmit={submit} className={css.stack} style={{ maxWidth: '60rem' }}>
        <SectionCard title={t('customers:summary')}>
          <div className={css.halves}>
            <NativeSelect
              size="xs"
              label={t('customers:field.kind')}
              value={row.kind ?? 'person'}
              onChange={(event) =>
                put({ kind: event.currentTarget.value === 'company' ? 'company' : 'person' })
              }
              data={(['person', 'company'] as const).map((kind) => ({
                value: kind,
                label: t(`customers:kind.${kind}`),
              }))}
            />
            <TextInput
              label={t('customers:field.name')}
              description={t('customers:new.nameHint')}
              value={row.name ?? ''}
              error={wrong('name')}
              autoFocus
              onChange={(event) => put({ name: event.currentTarget.value })}
            />
            {TEXTS.map((field) => (
              <TextInput
                key={field}
                label={t(`customers:field.${field}`)}
                value={row[field] ?? ''}
                error={wrong(field)}
                {...(field === 'birthday' && { placeholder: '1980-12-31' })}
                onChange={(event) => put({ [field]: event.currentTarget.value })}
              />
            ))}
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
          <Textarea
            label={t('customers:field.notes')}
            mt="sm"
            autosize
            minRows={2}
            value={row.notes ?? ''}
            error={wrong('notes')}
            onChange={(event) => put({ notes: event.currentTarget.value })}
          />
        </SectionCard>
        <SectionCard title={t('customers:contacts')}>
          <ContactInputs
            list={contacts}
            onChange={(next) => {
              setContacts(next);
              setKey(idempotencyKey());
            }}
            error={onlyContacts(make.error, wrong) ? make.error : null}
          />
          <Known number={contacts.find((one) => one.kind === 'phone')?.value ?? ''} />
        </SectionCard>
        <FormError
          error={make.error}
          fields={[
            'name',
            'notes',
            ...TEXTS,
            ...definitions.map((field) => `fields.${field.key}`),
            ...contacts.flatMap((_, at) =>
              ['', '.value', '.address'].map((name) => `contacts[${at}]${name}`),
            ),
          ]}
        />
        <div className={css.row}>
          <Button type="submit" loading={make.isPending}>
            {t('customers:new.submit')}
          </Button>
          <Button component={Link} href="/customers" variant="default">
            {t('common:action.cancel')}
          </Button>
        </div>
      </form>
    </Page>
  );
}

/** Whether the contact points have something to show of a refusal; the rest is said below the form. */
function onlyContacts(error: unknown, wrong: (field: string) => string | undefined): boolean {
  return (
    error !== null && [0, 1, 2, 3, 4].some((at) => wrong(`contacts[${at}].value`) ?? wrong(`contacts[${at}]`))
  );
}

/** Somebody has this number already: better said before than merged after. */
function Known({ number }: { number: string }) {
  const { t } = useTranslation('customers');
  const asked = number.replace(/[^\d+]/g, '');
  const found = useQuery({
    queryKey: ['customers', 'lookup', asked],
    enabled: asked.length >= 6,
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/lookup', { params: { query: { number: asked } }, signal })),
  });
  const cards = (found.data ?? []).filter((card) => !card.hidden);
  if (cards.length === 0) return null;
  return (
    <Alert color="orange" mt="sm" title={t('new.known')}>
      {cards.map((card) => (
        <div key={card.customer}>
          <Anchor component={Link} href={`/customers/${card.customer}`} inherit>
            <bdi>{card.name}</bdi>
          </Anchor>
        </div>
      ))}
    </Alert>
  );
}
