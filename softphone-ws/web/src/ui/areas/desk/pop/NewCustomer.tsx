import { Button, Group, SegmentedControl, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, idempotencyKey, type Schemas } from '../../../../api/client';
import { draftOf, type NewCustomerDraft } from '../../../../core/desk/customer';
import type { Work } from '../../../../core/desk/works';
import { FormError, fieldErrors, SectionCard } from '../../../kit';
import css from '../desk.module.css';

const SHOWN = ['given_name', 'family_name', 'company', 'language', 'notes'];

function inputOf(draft: NewCustomerDraft): Schemas['NewCustomer'] {
  const { kind, phone, email } = draft;
  const given = (text: string) => (text.trim() === '' ? null : text.trim());
  return {
    kind,
    given_name: kind === 'person' ? given(draft.given_name) : null,
    family_name: kind === 'person' ? given(draft.family_name) : null,
    company: given(draft.company),
    language: given(draft.language),
    notes: draft.notes.trim(),
    contacts: [
      ...(phone.trim() === '' ? [] : [{ kind: 'phone' as const, value: phone.trim(), preferred: true }]),
      ...(email.trim() === '' ? [] : [{ kind: 'email' as const, value: email.trim() }]),
    ],
  };
}

interface Props {
  work: Work;
  onMade: (id: string) => void;
  onFind: () => void;
  onClose?: () => void;
}

/** Nobody is known by this number: a form filled from the call, or a search for somebody with another number. */
export function NewCustomer({ work, onMade, onFind, onClose }: Props) {
  const { t } = useTranslation(['pop', 'common']);
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(work));
  const [key, setKey] = useState(idempotencyKey);
  const make = useMutation({
    mutationFn: () => body(api.POST('/api/v1/customers', { params: { header: key }, body: inputOf(draft) })),
    onSuccess: (made) => {
      queries.setQueryData(['customers', made.id], made);
      void queries.invalidateQueries({ queryKey: ['customers'] });
      onMade(made.id);
    },
  });
  const wrong = fieldErrors(make.error);
  const contacts = inputOf(draft).contacts ?? [];
  const wrongContact = (kind: 'phone' | 'email') => {
    const at = contacts.findIndex((contact) => contact.kind === kind);
    return at < 0
      ? undefined
      : (wrong(`contacts[${at}].value`) ?? wrong(`contacts.${at}.value`) ?? wrong(`contacts[${at}]`));
  };
  const set = (changes: Partial<NewCustomerDraft>) => {
    setDraft({ ...draft, ...changes });
    setKey(idempotencyKey());
  };
  const line = (field: 'given_name' | 'family_name' | 'company' | 'language') => (
    <TextInput
      label={t(`field.${field}`)}
      value={draft[field]}
      error={wrong(field)}
      onChange={(event) => set({ [field]: event.currentTarget.value })}
    />
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <SectionCard
      title={t('customer.newTitle')}
      actions={
        <Button variant="default" onClick={onFind}>
          {t('customer.find')}
        </Button>
      }
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text c="dimmed">{t('customer.newHint')}</Text>
          <SegmentedControl
            aria-label={t('customer.kind')}
            size="xs"
            value={draft.kind}
            data={(['person', 'company'] as const).map((value) => ({ value, label: t(`customer.${value}`) }))}
            onChange={(kind) => set({ kind: kind as NewCustomerDraft['kind'] })}
          />
          {draft.kind === 'person' && (
            <div className={css.two}>
              {line('given_name')}
              {line('family_name')}
            </div>
          )}
          <div className={css.two}>
            {line('company')}
            {line('language')}
          </div>
          <div className={css.two}>
            <TextInput
              label={t('contact.phone')}
              inputMode="tel"
              value={draft.phone}
              error={wrongContact('phone')}
              onChange={(event) => set({ phone: event.currentTarget.value })}
            />
            <TextInput
              label={t('contact.email')}
              inputMode="email"
              value={draft.email}
              error={wrongContact('email')}
              onChange={(event) => set({ email: event.currentTarget.value })}
            />
          </div>
          <Textarea
            label={t('field.notes')}
            autosize
            minRows={2}
            value={draft.notes}
            error={wrong('notes')}
            onChange={(event) => set({ notes: event.currentTarget.value })}
          />
          <FormError error={make.error} fields={SHOWN} />
          <Group>
            <Button type="submit" loading={make.isPending}>
              {t('customer.make')}
            </Button>
            {onClose && (
              <Button variant="default" onClick={onClose}>
                {t('common:action.cancel')}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </SectionCard>
  );
}
