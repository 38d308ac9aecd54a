import { ActionIcon, Badge, Button, Checkbox, Group, NativeSelect, TextInput } from '@mantine/core';
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, ifMatch, Problem, type Schemas } from '../../../api/client';
import { fromLocalInput, localInput } from '../../../core/crm/text';
import css from '../../crm/crm.module.css';
import { DialNumber } from '../../crm/DialNumber';
import { Dialog, EmptyState, FormError, fieldErrors, SectionCard, Time } from '../../kit';
import { useWorld } from '../../world';
import type { Customer } from './useCustomer';

type Contact = Schemas['Contact'];
type Draft = Schemas['ContactInput'] & { key: number };

const KINDS = ['phone', 'email', 'address', 'chat', 'other'] as const;

/** How they are reached. */
export function Contacts({ row }: { row: Customer }) {
  const { t } = useTranslation(['customers', 'common']);
  const [editing, setEditing] = useState(false);
  const contacts = row.contacts ?? [];
  return (
    <SectionCard
      title={t('customers:contacts')}
      actions={
        <ActionIcon aria-label={t('customers:editContacts')} onClick={() => setEditing(true)}>
          <IconPencil size={16} />
        </ActionIcon>
      }
    >
      {contacts.length === 0 && <EmptyState title={t('customers:noContacts')} />}
      <ul className={css.list}>
        {contacts.map((contact) => (
          <Line key={contact.id} contact={contact} />
        ))}
      </ul>
      {editing && <Editor row={row} onClose={() => setEditing(false)} />}
    </SectionCard>
  );
}

function Line({ contact }: { contact: Contact }) {
  const { t } = useTranslation('customers');
  const { link } = useWorld();
  const now = link.serverNow() * 1000;
  const { valid_from, valid_until } = contact;
  const holds = contact.valid && (valid_from ?? 0) <= now && now < (valid_until ?? Number.POSITIVE_INFINITY);
  return (
    <li className={css.row}>
      <span className={css.dim}>{contact.label || t(`contact.${contact.kind}`)}</span>
      <bdi className={css.said} style={holds ? undefined : { textDecoration: 'line-through' }}>
        {contact.kind === 'phone' ? contact.value : contact.raw || contact.value}
      </bdi>
      {contact.preferred && <Badge size="xs">{t('preferred')}</Badge>}
      {!holds && (
        <Badge size="xs" color="red" variant="light">
          {t('invalid')}
        </Badge>
      )}
      {(valid_from || valid_until) && (
        <span className={css.meta}>
          {valid_from && <Time ms={valid_from / 1000} as="date" />}–
          {valid_until && <Time ms={valid_until / 1000} as="date" />}
        </span>
      )}
      {contact.kind === 'phone' && holds && <DialNumber number={contact.value} />}
    </li>
  );
}

let drafts = 0;

function draftOf(contact: Contact): Draft {
  return {
    key: drafts++,
    kind: contact.kind,
    value: contact.raw || contact.value,
    label: contact.label,
    preferred: contact.preferred,
    valid: contact.valid,
    ...(contact.address && { address: contact.address }),
    ...(contact.valid_from && { valid_from: contact.valid_from }),
    ...(contact.valid_until && { valid_until: contact.valid_until }),
  };
}

const emptyDraft = (): Draft => ({
  key: drafts++,
  kind: 'phone',
  value: '',
  label: '',
  preferred: false,
  valid: true,
});

/** What is written of a contact point: of an address its parts, of the others their value. */
export function asInput({ key: _, ...contact }: Draft): Schemas['ContactInput'] {
  if (contact.kind !== 'address') return { ...contact, address: null };
  const { value: __, ...rest } = contact;
  return contact.address ? rest : contact;
}

export function useContactDrafts(contacts: readonly Contact[]) {
  return useState<readonly Draft[]>(() => (contacts.length > 0 ? contacts.map(draftOf) : [emptyDraft()]));
}

function Editor({ row, onClose }: { row: Customer; onClose: () => void }) {
  const { t } = useTranslation(['customers', 'crm', 'common']);
  const queries = useQueryClient();
  const [list, setList] = useContactDrafts(row.contacts ?? []);
  const [base, setBase] = useState(row);
  const write = useMutation({
    mutationFn: (version: number) =>
      body(
        api.PUT('/api/v1/customers/{id}/contacts', {
          params: { path: { id: row.id }, header: ifMatch(version) },
          body: { contacts: list.map(asInput) },
        }),
      ),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['customers'] });
      onClose();
    },
  });
  const conflict = write.error instanceof Problem && write.error.status === 412;
  const readAgain = async () => {
    const theirs = await queries.fetchQuery({
      queryKey: ['customers', row.id],
      queryFn: () => body(api.GET('/api/v1/customers/{id}', { params: { path: { id: row.id } } })),
      staleTime: 0,
    });
    setBase(theirs);
    return theirs;
  };
  const words = (contacts: readonly Contact[]) =>
    contacts.map((one) => one.raw || one.value).join(', ') || '—';
  return (
    <Dialog title={t('customers:contacts')} onClose={onClose} size="xl">
      <form
        className={css.stack}
        onSubmit={(event) => {
          event.preventDefault();
          write.mutate(base.version);
        }}
      >
        <ContactInputs list={list} onChange={setList} error={conflict ? null : write.error} />
        {conflict && (
          <div role="alert" className={css.stack}>
            <span>{t('crm:conflict.title')}</span>
            <span>
              {t('crm:conflict.theirs')}: {words(row.contacts ?? [])}
            </span>
            <Group>
              <Button
                variant="default"
                onClick={() =>
                  void readAgain().then((theirs) => setList((theirs.contacts ?? []).map(draftOf)))
                }
              >
                {t('customers:takeTheirs')}
              </Button>
              <Button onClick={() => void readAgain().then((theirs) => write.mutate(theirs.version))}>
                {t('customers:writeMine')}
              </Button>
            </Group>
          </div>
        )}
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button type="submit" loading={write.isPending} disabled={conflict}>
            {t('common:action.save')}
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}

interface InputsProps {
  list: readonly Draft[];
  onChange: (list: readonly Draft[]) => void;
  error: unknown;
}

/** All contact points as inputs, the most important first. */
export function ContactInputs({ list, onChange, error }: InputsProps) {
  const { t } = useTranslation('customers');
  const wrong = fieldErrors(error);
  const put = (key: number, changes: Partial<Draft>) =>
    onChange(list.map((one) => (one.key === key ? { ...one, ...changes } : one)));
  return (
    <>
      {list.map((one, at) => {
        const wrongOf = (name: string) => wrong(`contacts[${at}].${name}`);
        return (
          <fieldset
            key={one.key}
            className={css.row}
            style={{ border: 0, padding: 0, margin: 0, alignItems: 'end' }}
          >
            <NativeSelect
              size="xs"
              label={t('contactKind')}
              value={one.kind}
              onChange={(event) => put(one.key, { kind: event.currentTarget.value as Draft['kind'] })}
              data={KINDS.map((kind) => ({ value: kind, label: t(`contact.${kind}`) }))}
            />
            {one.kind === 'address' ? (
              <Address
                draft={one}
                onChange={(address) => put(one.key, { address })}
                error={wrongOf('address')}
              />
            ) : (
              <TextInput
                label={t(`contact.${one.kind}`)}
                style={{ flex: 1, minWidth: '12rem' }}
                type={one.kind === 'phone' ? 'tel' : 'text'}
                value={one.value ?? ''}
                error={wrongOf('value') ?? wrong(`contacts[${at}]`)}
                onChange={(event) => put(one.key, { value: event.currentTarget.value })}
              />
            )}
            <TextInput
              label={t('contactLabel')}
              style={{ width: '7rem' }}
              value={one.label ?? ''}
              error={wrongOf('label')}
              onChange={(event) => put(one.key, { label: event.currentTarget.value })}
            />
            <TextInput
              label={t('validFrom')}
              type="date"
              value={localInput(one.valid_from).slice(0, 10)}
              error={wrongOf('valid_from')}
              onChange={(event) => put(one.key, { valid_from: dayOf(event.currentTarget.value) })}
            />
            <TextInput
              label={t('validUntil')}
              type="date"
              value={localInput(one.valid_until).slice(0, 10)}
              error={wrongOf('valid_until')}
              onChange={(event) => put(one.key, { valid_until: dayOf(event.currentTarget.value) })}
            />
            <Checkbox
              size="xs"
              label={t('preferred')}
              checked={one.preferred ?? false}
              onChange={(event) => put(one.key, { preferred: event.currentTarget.checked })}
            />
            <Checkbox
              size="xs"
              label={t('valid')}
              checked={one.valid ?? true}
              onChange={(event) => put(one.key, { valid: event.currentTarget.checked })}
            />
            <ActionIcon
              color="gray"
              aria-label={t('dropContact')}
              onClick={() => onChange(list.filter((other) => other.key !== one.key))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </fieldset>
        );
      })}
      <Group>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange([...list, emptyDraft()])}
        >
          {t('addContact')}
        </Button>
      </Group>
      <FormError
        error={error}
        fields={list.flatMap((_, at) =>
          ['', '.value', '.label', '.address', '.valid_from', '.valid_until'].map(
            (name) => `contacts[${at}]${name}`,
          ),
        )}
      />
    </>
  );
}

const dayOf = (text: string) => (text === '' ? null : fromLocalInput(`${text}T00:00`));

const PARTS = ['street', 'postal_code', 'city', 'region', 'country'] as const;

function Address({
  draft,
  onChange,
  error,
}: {
  draft: Draft;
  onChange: (address: Schemas['Address']) => void;
  error: string | undefined;
}) {
  const { t } = useTranslation('customers');
  const address = draft.address ?? {};
  return PARTS.map((part) => (
    <TextInput
      key={part}
      label={t(`address.${part}`)}
      style={{ width: part === 'street' ? '12rem' : '7rem' }}
      value={address[part] ?? ''}
      error={part === 'street' ? error : undefined}
      onChange={(event) => onChange({ ...address, [part]: event.currentTarget.value })}
    />
  ));
}
