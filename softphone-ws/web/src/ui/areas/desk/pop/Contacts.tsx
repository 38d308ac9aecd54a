import { ActionIcon, Button, Group, Select, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem, type Schemas } from '../../../../api/client';
import { useAct } from '../../../hooks/useAct';
import { useErrorText } from '../../../hooks/useErrorText';
import { Confirm } from '../../../kit';
import { DialLink } from '../../../phone/DialLink';
import css from '../desk.module.css';
import { useSaveContacts } from './useCustomer';

type Kind = 'phone' | 'email' | 'chat' | 'other';

/** How the customer is reached: numbers to call by a click; further ones are added, old ones taken away. */
export function Contacts(props: { id: string; contacts: readonly Schemas['Contact'][]; readOnly: boolean }) {
  const { id, contacts, readOnly } = props;
  const { t } = useTranslation(['pop', 'common']);
  const act = useAct();
  const saveContacts = useSaveContacts(id);
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<Schemas['Contact'] | null>(null);
  const [busy, setBusy] = useState(false);
  const remove = async (gone: Schemas['Contact']) => {
    setBusy(true);
    await act(() =>
      saveContacts((all) => all.filter(({ kind, value }) => kind !== gone.kind || value !== gone.raw)),
    );
    setBusy(false);
    setLeaving(null);
  };
  return (
    <>
      <span className={css.label}>{t('contact.title')}</span>
      <div>
        {contacts.map((contact) => (
          <div key={contact.id} className={css.row}>
            {contact.kind === 'phone' ? (
              <DialLink number={contact.value} text={contact.raw || contact.value} />
            ) : (
              <span>{contact.raw || contact.value}</span>
            )}
            <span className={css.small}>
              {[
                t(`contact.${contact.kind}`),
                contact.label,
                contact.preferred && t('contact.preferred'),
                !contact.valid && t('contact.invalid'),
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
            {!readOnly && (
              <ActionIcon
                size="sm"
                color="gray"
                aria-label={t('contact.remove', { value: contact.raw || contact.value })}
                onClick={() => setLeaving(contact)}
              >
                <IconX size={14} />
              </ActionIcon>
            )}
          </div>
        ))}
        {!readOnly &&
          (adding ? (
            <AddContact save={saveContacts} onDone={() => setAdding(false)} />
          ) : (
            <Button
              variant="transparent"
              px={0}
              leftSection={<IconPlus size={14} />}
              onClick={() => setAdding(true)}
            >
              {t('contact.add')}
            </Button>
          ))}
      </div>
      {leaving !== null && (
        <Confirm
          title={t('contact.removeTitle')}
          text={leaving.raw || leaving.value}
          action={t('common:action.delete')}
          danger
          busy={busy}
          onConfirm={() => void remove(leaving)}
          onClose={() => setLeaving(null)}
        />
      )}
    </>
  );
}

function AddContact(props: { save: ReturnType<typeof useSaveContacts>; onDone: () => void }) {
  const { save, onDone } = props;
  const { t } = useTranslation(['pop', 'common']);
  const textOf = useErrorText();
  const [kind, setKind] = useState<Kind>('phone');
  const [value, setValue] = useState('');
  const [wrong, setWrong] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await save((all) => [...all, { kind, value: value.trim() }]);
      onDone();
    } catch (error) {
      const said = error instanceof Problem ? error.body.errors?.[0]?.message : undefined;
      setWrong(said ?? textOf(error));
    }
    setBusy(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Group align="start" gap="xs">
        <Select
          w="7rem"
          aria-label={t('contact.kind')}
          value={kind}
          allowDeselect={false}
          data={(['phone', 'email', 'chat', 'other'] as const).map((one) => ({
            value: one,
            label: t(`contact.${one}`),
          }))}
          onChange={(next) => setKind(next as Kind)}
        />
        <TextInput
          autoFocus
          required
          aria-label={t('contact.value')}
          error={wrong}
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Escape' && onDone()}
        />
        <Button type="submit" loading={busy}>
          {t('common:action.save')}
        </Button>
        <Button variant="default" onClick={onDone}>
          {t('common:action.cancel')}
        </Button>
      </Group>
    </form>
  );
}
