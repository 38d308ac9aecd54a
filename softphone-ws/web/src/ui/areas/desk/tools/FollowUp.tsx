import { Button, Group, SegmentedControl, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, idempotencyKey } from '../../../../api/client';
import { fromLocal, toLocal } from '../../../../core/desk/localTime';
import type { Work } from '../../../../core/desk/works';
import { useQueueNames } from '../../../hooks/useQueueNames';
import { FormError, fieldErrors } from '../../../kit';
import { useSession, useWorld } from '../../../world';
import css from '../desk.module.css';

const HOUR_MS = 3_600_000;

/** What is promised to the customer: a call at a time they chose, or something to be done. */
export function FollowUp({ work, customer }: { work: Work; customer: string | null }) {
  const { t } = useTranslation('pop');
  const [kind, setKind] = useState<'callback' | 'task'>('callback');
  const [made, setMade] = useState<'callback' | 'task' | null>(null);
  const props = { work, customer, onMade: () => setMade(kind) };
  return (
    <Stack gap="sm">
      <SegmentedControl
        size="xs"
        aria-label={t('tools.followUp')}
        value={kind}
        data={(['callback', 'task'] as const).map((value) => ({ value, label: t(`work.${value}`) }))}
        onChange={(next) => {
          setKind(next as typeof kind);
          setMade(null);
        }}
      />
      {made !== null && <Text role="status">{t(`followUp.made.${made}`)}</Text>}
      {kind === 'callback' ? <CallbackForm {...props} /> : <TaskForm {...props} />}
    </Stack>
  );
}

interface Props {
  work: Work;
  customer: string | null;
  onMade: () => void;
}

/** Oneself, or a queue one serves. */
function useOwners() {
  const { t } = useTranslation('pop');
  const { user } = useSession();
  const names = useQueueNames();
  return [
    { value: `user:${user.id}`, label: t('followUp.me') },
    ...user.queues.map((id) => ({ value: `queue:${id}`, label: names.get(id) ?? '…' })),
  ];
}

function CallbackForm({ work, customer, onMade }: Props) {
  const { t } = useTranslation('pop');
  const { link } = useWorld();
  const queries = useQueryClient();
  const owners = useOwners();
  const [key, setKey] = useState(idempotencyKey);
  const [form, setForm] = useState(() => ({
    number: work.caller?.number ?? '',
    from: toLocal(link.serverNow() + HOUR_MS),
    until: toLocal(link.serverNow() + 2 * HOUR_MS),
    reason: '',
    owner: owners[0]?.value ?? '',
  }));
  const set = (changes: Partial<typeof form>) => {
    setForm({ ...form, ...changes });
    setKey(idempotencyKey());
  };
  const make = useMutation({
    mutationFn: () =>
      body(
        api.POST('/api/v1/callbacks', {
          params: { header: key },
          body: {
            number: form.number.trim(),
            from_at: fromLocal(form.from) * 1000,
            until_at: fromLocal(form.until) * 1000,
            zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
            owner: form.owner,
            reason: form.reason.trim(),
            interaction_id: work.interaction,
            ...(customer !== null && { customer_id: customer }),
          },
        }),
      ),
    onSuccess: () => {
      setKey(idempotencyKey());
      set({ reason: '' });
      void queries.invalidateQueries({ queryKey: ['callbacks'] });
      onMade();
    },
  });
  const wrong = fieldErrors(make.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label={t('followUp.number')}
          required
          inputMode="tel"
          value={form.number}
          error={wrong('number')}
          onChange={(event) => set({ number: event.currentTarget.value })}
        />
        <div className={css.two}>
          <TextInput
            label={t('followUp.from')}
            required
            type="datetime-local"
            value={form.from}
            error={wrong('from_at')}
            onChange={(event) => {
              const from = event.currentTarget.value;
              const later = from !== '' && fromLocal(from) >= fromLocal(form.until);
              set({ from, ...(later && { until: toLocal(fromLocal(from) + HOUR_MS) }) });
            }}
          />
          <TextInput
            label={t('followUp.until')}
            required
            type="datetime-local"
            min={form.from}
            value={form.until}
            error={wrong('until_at')}
            onChange={(event) => set({ until: event.currentTarget.value })}
          />
        </div>
        <Select
          label={t('followUp.owner')}
          allowDeselect={false}
          data={owners}
          value={form.owner}
          error={wrong('owner')}
          onChange={(owner) => set({ owner: owner ?? form.owner })}
        />
        <Textarea
          label={t('followUp.reason')}
          autosize
          minRows={2}
          value={form.reason}
          error={wrong('reason')}
          onChange={(event) => set({ reason: event.currentTarget.value })}
        />
        <FormError error={make.error} fields={['number', 'from_at', 'until_at', 'owner', 'reason']} />
        <Group>
          <Button type="submit" loading={make.isPending}>
            {t('followUp.promise')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const PRIORITIES = ['0', '1', '2', '3'] as const;

function TaskForm({ work, customer, onMade }: Props) {
  const { t } = useTranslation('pop');
  const queries = useQueryClient();
  const owners = useOwners();
  const [key, setKey] = useState(idempotencyKey);
  const [form, setForm] = useState({
    title: '',
    text: '',
    due: '',
    priority: '0',
    owner: owners[0]?.value ?? '',
  });
  const set = (changes: Partial<typeof form>) => {
    setForm((was) => ({ ...was, ...changes }));
    setKey(idempotencyKey());
  };
  const make = useMutation({
    mutationFn: () =>
      body(
        api.POST('/api/v1/tasks', {
          params: { header: key },
          body: {
            title: form.title.trim(),
            text: form.text.trim(),
            priority: Number(form.priority),
            owner: form.owner,
            interaction_id: work.interaction,
            ...(form.due !== '' && { due_at: fromLocal(form.due) * 1000 }),
            ...(customer !== null && { customer_id: customer }),
          },
        }),
      ),
    onSuccess: () => {
      set({ title: '', text: '', due: '' });
      void queries.invalidateQueries({ queryKey: ['tasks'] });
      onMade();
    },
  });
  const wrong = fieldErrors(make.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label={t('followUp.title')}
          required
          value={form.title}
          error={wrong('title')}
          onChange={(event) => set({ title: event.currentTarget.value })}
        />
        <div className={css.two}>
          <TextInput
            label={t('followUp.due')}
            type="datetime-local"
            value={form.due}
            error={wrong('due_at')}
            onChange={(event) => set({ due: event.currentTarget.value })}
          />
          <Select
            label={t('ticket.priority')}
            allowDeselect={false}
            data={PRIORITIES.map((value) => ({ value, label: t(`taskPriority.${value}`) }))}
            value={form.priority}
            error={wrong('priority')}
            onChange={(priority) => set({ priority: priority ?? '0' })}
          />
        </div>
        <Select
          label={t('followUp.owner')}
          allowDeselect={false}
          data={owners}
          value={form.owner}
          error={wrong('owner')}
          onChange={(owner) => set({ owner: owner ?? form.owner })}
        />
        <Textarea
          label={t('followUp.text')}
          autosize
          minRows={2}
          value={form.text}
          error={wrong('text')}
          onChange={(event) => set({ text: event.currentTarget.value })}
        />
        <FormError error={make.error} fields={['title', 'due_at', 'priority', 'owner', 'text']} />
        <Group>
          <Button type="submit" loading={make.isPending}>
            {t('followUp.makeTask')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
