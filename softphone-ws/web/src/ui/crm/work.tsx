/** Making tasks, callbacks and reminders, wherever one thinks of them. */
import { Button, Group, NativeSelect, NumberInput, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, idempotencyKey } from '../../api/client';
import { fromLocalInput, localInput } from '../../core/crm/text';
import { Dialog, FormError, fieldErrors } from '../kit';
import { useSession, useWorld } from '../world';
import css from './crm.module.css';
import { CustomerPick, OwnerPick } from './pickers';

/** What the new thing is about. */
export interface About {
  customer?: string | null;
  ticket?: string | null;
  interaction?: string | null;
  number?: string | null;
}

const PRIORITIES = ['0', '1', '2', '3'] as const;
const zoneHere = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
const HOUR_US = 3_600_000_000;

function WorkForm(props: {
  title: string;
  error: unknown;
  fields: readonly string[];
  busy: boolean;
  ready: boolean;
  submit: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation('common');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (props.ready) props.submit();
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form onSubmit={submit} className={css.stack}>
        {props.children}
        <FormError error={props.error} fields={props.fields} />
        <Group justify="end">
          <Button variant="default" onClick={props.onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={props.busy} disabled={!props.ready}>
            {t('action.save')}
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}

function usePrioritySelect(value: string, onChange: (value: string) => void) {
  const { t } = useTranslation('crm');
  return (
    <NativeSelect
      size="xs"
      label={t('work.priority')}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={PRIORITIES.map((step) => ({ value: step, label: t(`work.priorities.${step}`) }))}
    />
  );
}

function useMake(
  make: (key: ReturnType<typeof idempotencyKey>) => Promise<unknown>,
  kind: string,
  onClose: () => void,
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => make(idempotencyKey()),
    onSuccess: () => {
      for (const key of [kind, 'my-work', 'timeline']) void queries.invalidateQueries({ queryKey: [key] });
      onClose();
    },
  });
}

export function TaskDialog({ about = {}, onClose }: { about?: About; onClose: () => void }) {
  const { t } = useTranslation('crm');
  const { user } = useSession();
  const [title, setTitle] = useState('');
  const [text, setText] = useState('');
  const [due, setDue] = useState('');
  const [owner, setOwner] = useState<string | null>(`user:${user.id}`);
  const [customer, setCustomer] = useState(about.customer ?? null);
  const [priority, setPriority] = useState('0');
  const select = usePrioritySelect(priority, setPriority);
  const make = useMake(
    (header) =>
      api.POST('/api/v1/tasks', {
        params: { header },
        body: {
          title: title.trim(),
          text,
          due_at: fromLocalInput(due),
          owner,
          priority: Number(priority),
          customer_id: customer,
          ticket_id: about.ticket ?? null,
          interaction_id: about.interaction ?? null,
        },
      }),
    'tasks',
    onClose,
  );
  const wrong = fieldErrors(make.error);
  return (
    <WorkForm
      title={t('work.newTask')}
      error={make.error}
      fields={['title', 'text', 'due_at', 'owner', 'customer_id']}
      busy={make.isPending}
      ready={title.trim() !== ''}
      submit={() => make.mutate()}
      onClose={onClose}
    >
      <TextInput
        label={t('work.title')}
        required
        data-autofocus
        value={title}
        error={wrong('title')}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <Textarea
        label={t('work.text')}
        autosize
        minRows={2}
        value={text}
        error={wrong('text')}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className={css.halves}>
        <TextInput
          label={t('work.due')}
          type="datetime-local"
          value={due}
          error={wrong('due_at')}
          onChange={(event) => setDue(event.currentTarget.value)}
        />
        {select}
        <OwnerPick label={t('work.owner')} value={owner} onChange={setOwner} error={wrong('owner')} />
        {about.customer === undefined && about.ticket === undefined && (
          <CustomerPick
            label={t('work.customer')}
            value={customer}
            onChange={setCustomer}
            error={wrong('customer_id')}
          />
        )}
      </div>
    </WorkForm>
  );
}

export function CallbackDialog({ about = {}, onClose }: { about?: About; onClose: () => void }) {
  const { t } = useTranslation('crm');
  const { user } = useSession();
  const { link } = useWorld();
  const [number, setNumber] = useState(about.number ?? '');
  const [reason, setReason] = useState('');
  const [from, setFrom] = useState(() => localInput(link.serverNow() * 1000 + HOUR_US));
  const [until, setUntil] = useState(() => localInput(link.serverNow() * 1000 + 2 * HOUR_US));
  const [owner, setOwner] = useState<string | null>(`user:${user.id}`);
  const [priority, setPriority] = useState('0');
  const select = usePrioritySelect(priority, setPriority);
  const [from_at, until_at] = [fromLocalInput(from), fromLocalInput(until)];
  const make = useMake(
    (header) =>
      api.POST('/api/v1/callbacks', {
        params: { header },
        body: {
          number: number.trim(),
          reason,
          from_at: from_at ?? 0,
          until_at: until_at ?? 0,
          owner: owner ?? '',
          priority: Number(priority),
          zone: zoneHere(),
          customer_id: about.customer ?? null,
          ticket_id: about.ticket ?? null,
          interaction_id: about.interaction ?? null,
        },
      }),
    'callbacks',
    onClose,
  );
  const wrong = fieldErrors(make.error);
  return (
    <WorkForm
      title={t('work.newCallback')}
      error={make.error}
      fields={['number', 'reason', 'from_at', 'until_at', 'owner']}
      busy={make.isPending}
      ready={number.trim() !== '' && from_at !== null && until_at !== null && owner !== null}
      submit={() => make.mutate()}
      onClose={onClose}
    >
      <TextInput
        label={t('work.number')}
        type="tel"
        required
        data-autofocus
        value={number}
        error={wrong('number')}
        onChange={(event) => setNumber(event.currentTarget.value)}
      />
      <div className={css.halves}>
        <TextInput
          label={t('work.from')}
          type="datetime-local"
          required
          value={from}
          error={wrong('from_at')}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          label={t('work.until')}
          type="datetime-local"
          required
          value={until}
          error={wrong('until_at')}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
        <OwnerPick
          label={t('work.owner')}
          clearable={false}
          value={owner}
          onChange={setOwner}
          error={wrong('owner')}
        />
        {select}
      </div>
      <TextInput
        label={t('work.reason')}
        value={reason}
        error={wrong('reason')}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </WorkForm>
  );
}

export function ReminderDialog({ about = {}, onClose }: { about?: About; onClose: () => void }) {
  const { t } = useTranslation('crm');
  const [kind, setKind] = useState<'once' | 'yearly' | 'birthday'>('once');
  const [title, setTitle] = useState('');
  const [date, setDate] = useState('');
  const [time, setTime] = useState('09:00');
  const [before, setBefore] = useState<number | string>(0);
  const [customer, setCustomer] = useState(about.customer ?? null);
  const make = useMake(
    (header) =>
      api.POST('/api/v1/reminders', {
        params: { header },
        body: {
          kind,
          title: title.trim(),
          time,
          zone: zoneHere(),
          days_before: Number(before) || 0,
          customer_id: customer,
          ...(date !== '' && { date }),
        },
      }),
    'reminders',
    onClose,
  );
  const wrong = fieldErrors(make.error);
  const birthday = kind === 'birthday';
  return (
    <WorkForm
      title={t('work.newReminder')}
      error={make.error}
      fields={['title', 'date', 'time', 'days_before', 'customer_id']}
      busy={make.isPending}
      ready={title.trim() !== '' && (birthday ? customer !== null : date !== '')}
      submit={() => make.mutate()}
      onClose={onClose}
    >
      <TextInput
        label={t('work.title')}
        required
        data-autofocus
        value={title}
        error={wrong('title')}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <div className={css.halves}>
        <NativeSelect
          size="xs"
          label={t('work.kind')}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as typeof kind)}
          data={(['once', 'yearly', 'birthday'] as const).map((value) => ({
            value,
            label: t(`work.kinds.${value}`),
          }))}
        />
        <TextInput
          label={t('work.date')}
          type="date"
          required={!birthday}
          value={date}
          error={wrong('date')}
          onChange={(event) => setDate(event.currentTarget.value)}
        />
        <TextInput
          label={t('work.time')}
          type="time"
          value={time}
          error={wrong('time')}
          onChange={(event) => setTime(event.currentTarget.value)}
        />
        <NumberInput
          size="xs"
          label={t('work.daysBefore')}
          min={0}
          max={365}
          value={before}
          error={wrong('days_before')}
          onChange={setBefore}
        />
      </div>
      {about.customer === undefined && (
        <CustomerPick
          label={t('work.customer')}
          required={birthday}
          value={customer}
          onChange={setCustomer}
          error={wrong('customer_id')}
        />
      )}
    </WorkForm>
  );
}
