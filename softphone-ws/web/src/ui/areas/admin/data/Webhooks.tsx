import { Button, Group, SegmentedControl, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { api, body, type Schemas } from '../../../../api/client';
import { usePages } from '../../../../api/pages';
import { webhooks } from '../../../../core/admin/specs/records';
import { useAct } from '../../../hooks/useAct';
import {
  type Column,
  Confirm,
  DataTable,
  Dialog,
  EmptyState,
  Filters,
  KeyValue,
  SectionCard,
  Time,
} from '../../../kit';
import { NewPage } from '../engine/EditPage';
import { Once } from '../engine/Once';
import type { Row } from '../engine/rows';

type Delivery = Schemas['DeliveryView'];
const STATES = ['all', 'pending', 'delivered', 'failed'] as const;

/** A new webhook, and the secret it is signed with, once. */
export function NewWebhook() {
  const { t } = useTranslation('admin');
  const [, go] = useLocation();
  const [made, setMade] = useState<Row | null>(null);
  return (
    <>
      <NewPage spec={webhooks} onMade={setMade} />
      {made && (
        <Once
          title={t('webhook.secret')}
          text={t('webhook.secretTell')}
          secret={String(made.secret)}
          onClose={() => go(`/admin/webhooks/${made.id}/deliveries`)}
        />
      )}
    </>
  );
}

/** A new secret in place of the present one. */
export function WebhookActions({ row }: { row: Row }) {
  const { t } = useTranslation('admin');
  const act = useAct();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const params = { path: { id: row.id } };
  const change = async () => {
    setAsking(false);
    await act(async () => {
      const made = await body(api.POST('/api/v1/webhooks/{id}/secret', { params }));
      setSecret(made.secret);
      await queries.invalidateQueries({ queryKey: ['webhooks'] });
    });
  };
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        {t('webhook.newSecret')}
      </Button>
      {asking && (
        <Confirm
          title={t('webhook.newSecret')}
          text={t('webhook.newSecretAsk')}
          action={t('webhook.newSecret')}
          danger
          onConfirm={() => void change()}
          onClose={() => setAsking(false)}
        />
      )}
      {secret !== null && (
        <Once
          title={t('webhook.secret')}
          text={t('webhook.secretTell')}
          secret={secret}
          onClose={() => setSecret(null)}
        />
      )}
    </>
  );
}

/** What was sent to a webhook; each may be sent once more, or all from a time on. */
export default function WebhookDeliveries({ row }: { row: Row }) {
  const { t } = useTranslation('admin');
  const act = useAct();
  const queries = useQueryClient();
  const [state, setState] = useState<(typeof STATES)[number]>('all');
  const [since, setSince] = useState('');
  const [open, setOpen] = useState<Delivery | null>(null);
  const path = { id: row.id };
  const status = useQuery({
    queryKey: ['webhooks', row.id, 'status'],
    queryFn: ({ signal }) => body(api.GET('/api/v1/webhooks/{id}/status', { params: { path }, signal })),
    refetchInterval: 5_000,
  });
  const pages = usePages<Delivery>(['webhooks', row.id, 'deliveries', state], (cursor, signal) =>
    body(
      api.GET('/api/v1/webhooks/{id}/deliveries', {
        params: { path, query: { ...(state !== 'all' && { state }), ...cursor } },
        signal,
      }),
    ),
  );
  const again = () => queries.invalidateQueries({ queryKey: ['webhooks', row.id] });
  const replayAll = useMutation({
    mutationFn: async (from: string) => {
      let queued = 0;
      let after: number | null | undefined;
      do {
        const query = { since: new Date(from).toISOString(), ...(after && { after: String(after) }) };
        const answer = await body(api.POST('/api/v1/webhooks/{id}/replay', { params: { path, query } }));
        queued += answer.queued;
        after = answer.next;
      } while (after);
      return queued;
    },
    onSettled: again,
  });
  const send = (run: () => Promise<unknown>) =>
    void act(async () => {
      await run();
      await again();
      notifications.show({ message: t('webhook.queued', { count: 1 }) });
    });
  const say = t as unknown as (key: string, options: object) => string;
  const stateWord = (word: string) => say(`webhook.state.${word}`, { defaultValue: word });
  const result = (one: Delivery) =>
    one.last_error
      ? say(`webhook.error.${one.last_error}`, { defaultValue: one.last_error })
      : (one.last_status ?? '');
  const columns: Column<Delivery>[] = [
    { key: 'at', title: t('audit.when'), cell: (one) => <Time ms={one.created_at / 1000} /> },
    { key: 'kind', title: t('webhook.event'), cell: (one) => one.kind },
    { key: 'state', title: t('export.state'), cell: (one) => stateWord(one.state) },
    { key: 'attempts', title: t('webhook.attempts'), cell: (one) => one.attempts, end: true },
    { key: 'result', title: t('webhook.result'), cell: result },
    {
      key: 'next',
      title: t('webhook.next'),
      cell: (one) => (one.next_at ? <Time ms={one.next_at / 1000} /> : ''),
    },
    {
      key: 'again',
      title: '',
      end: true,
      cell: (one) => (
        <Button
          variant="subtle"
          onClick={(event) => {
            event.stopPropagation();
            send(() =>
              api.POST('/api/v1/webhooks/{id}/deliveries/{delivery}/replay', {
                params: { path: { ...path, delivery: String(one.id) } },
              }),
            );
          }}
        >
          {t('webhook.again')}
        </Button>
      ),
    },
  ];
  return (
    <>
      <SectionCard
        title={t('webhook.now')}
        actions={
          <Button
            variant="default"
            onClick={() => send(() => api.POST('/api/v1/webhooks/{id}/test', { params: { path } }))}
          >
            {t('webhook.test')}
          </Button>
        }
      >
        {status.data && (
          <KeyValue
            rows={[
              [t('field.active'), t(status.data.active ? 'value.yes' : 'value.no')],
              [t('webhook.pending'), status.data.pending],
              [
                t('webhook.failing'),
                status.data.failing_since ? (
                  <Time key="f" ms={status.data.failing_since / 1000} />
                ) : (
                  t('value.no')
                ),
              ],
              [
                t('webhook.disabled'),
                status.data.disabled_at ? <Time key="d" ms={status.data.disabled_at / 1000} /> : null,
              ],
            ]}
          />
        )}
        <Group align="end" mt="sm">
          <TextInput
            type="datetime-local"
            label={t('webhook.since')}
            value={since}
            onChange={(e) => setSince(e.currentTarget.value)}
          />
          <Button
            variant="default"
            disabled={since === ''}
            loading={replayAll.isPending}
            onClick={() =>
              void act(async () => {
                const count = await replayAll.mutateAsync(since);
                notifications.show({ message: t('webhook.queued', { count }) });
              })
            }
          >
            {t('webhook.replayAll')}
          </Button>
          <Text size="xs" c="dimmed">
            {t('webhook.kept')}
          </Text>
        </Group>
      </SectionCard>
      <Filters>
        <SegmentedControl
          size="xs"
          mt="sm"
          aria-label={t('export.state')}
          data={STATES.map((value) => ({
            value,
            label: value === 'all' ? t('webhook.all') : stateWord(value),
          }))}
          value={state}
          onChange={(next) => setState(next as (typeof STATES)[number])}
        />
      </Filters>
      <DataTable
        label={t('webhook.deliveries')}
        columns={columns}
        rows={pages}
        rowKey={(one) => String(one.id)}
        onOpen={setOpen}
        empty={<EmptyState title={t('webhook.none')} />}
      />
      {open && (
        <Dialog title={open.kind} onClose={() => setOpen(null)}>
          <KeyValue
            rows={[
              [t('webhook.eventId'), open.event_id],
              [t('webhook.row'), open.resource_id],
              [t('export.state'), stateWord(open.state)],
              [t('webhook.attempts'), open.attempts],
              [t('webhook.result'), result(open)],
              [t('webhook.last'), open.last_at ? <Time key="last" ms={open.last_at / 1000} /> : null],
              [t('webhook.took'), open.duration_ms ? `${open.duration_ms} ms` : null],
              [t('webhook.replayOf'), open.replay_of],
            ]}
          />
        </Dialog>
      )}
    </>
  );
}
