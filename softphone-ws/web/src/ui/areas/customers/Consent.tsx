import { Badge, Button, Checkbox, Group, Radio, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, idempotencyKey, type Schemas } from '../../../api/client';
import { usePages } from '../../../api/pages';
import { fromLocalInput } from '../../../core/crm/text';
import css from '../../crm/crm.module.css';
import { usePersonName } from '../../crm/lookups';
import {
  DataTable,
  Dialog,
  ErrorState,
  FormError,
  fieldErrors,
  LoadingState,
  SectionCard,
  Time,
} from '../../kit';

type Channel = Schemas['ContactChannel'];

const CHANNELS: readonly Channel[] = ['voice', 'sms', 'email', 'chat', 'post'];

/** Whether we may contact them of our own accord, channel by channel. */
export function Consent({ id }: { id: string }) {
  const { t } = useTranslation(['customers', 'common']);
  const [open, setOpen] = useState<'record' | 'history' | null>(null);
  const may = useQuery({
    queryKey: ['customers', id, 'consent'],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/customers/{id}/consent', { params: { path: { id } }, signal })),
  });
  return (
    <SectionCard
      title={t('customers:consent.title')}
      actions={
        <>
          <Button variant="subtle" size="compact-xs" onClick={() => setOpen('history')}>
            {t('customers:consent.history')}
          </Button>
          <Button variant="light" size="compact-xs" onClick={() => setOpen('record')}>
            {t('customers:consent.record')}
          </Button>
        </>
      }
    >
      {may.isPending && <LoadingState />}
      {may.error && <ErrorState error={may.error} retry={() => void may.refetch()} />}
      <div className={css.row}>
        {may.data?.map(({ channel, allowed, reason }) => (
          <Badge key={channel} color={allowed ? 'green' : 'red'} variant="light" tt="none">
            {t(`customers:channel.${channel}`)}: {t(`customers:consent.reason.${reason}`)}
          </Badge>
        ))}
      </div>
      {open === 'record' && <Recording id={id} onClose={() => setOpen(null)} />}
      {open === 'history' && <History id={id} onClose={() => setOpen(null)} />}
    </SectionCard>
  );
}

function Recording({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation(['customers', 'common']);
  const queries = useQueryClient();
  const [channels, setChannels] = useState<string[]>(['voice']);
  const [state, setState] = useState('denied');
  const [source, setSource] = useState('');
  const [basis, setBasis] = useState('');
  const [until, setUntil] = useState('');
  const write = useMutation({
    mutationFn: () =>
      api.POST('/api/v1/customers/{id}/consent', {
        params: { path: { id }, header: idempotencyKey() },
        body: {
          channels: CHANNELS.filter((one) => channels.includes(one)),
          state: state as Schemas['ConsentState'],
          source,
          basis,
          until: state === 'granted' && until !== '' ? fromLocalInput(`${until}T00:00`) : null,
        },
      }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['customers', id] });
      void queries.invalidateQueries({ queryKey: ['timeline', id] });
      onClose();
    },
  });
  const wrong = fieldErrors(write.error);
  return (
    <Dialog title={t('customers:consent.record')} onClose={onClose}>
      <form
        className={css.stack}
        onSubmit={(event) => {
          event.preventDefault();
          write.mutate();
        }}
      >
        <Checkbox.Group label={t('customers:consent.channels')} value={channels} onChange={setChannels}>
          <div className={css.row}>
            {CHANNELS.map((channel) => (
              <Checkbox key={channel} size="xs" value={channel} label={t(`customers:channel.${channel}`)} />
            ))}
            <Button variant="subtle" size="compact-xs" onClick={() => setChannels([...CHANNELS])}>
              {t('customers:consent.all')}
            </Button>
          </div>
        </Checkbox.Group>
        <Radio.Group label={t('customers:consent.said')} value={state} onChange={setState}>
          <div className={css.row}>
            {(['granted', 'denied', 'unknown'] as const).map((one) => (
              <Radio key={one} size="xs" value={one} label={t(`customers:consent.state.${one}`)} />
            ))}
          </div>
        </Radio.Group>
        {state === 'granted' && (
          <TextInput
            label={t('customers:consent.until')}
            type="date"
            value={until}
            error={wrong('until')}
            onChange={(event) => setUntil(event.currentTarget.value)}
          />
        )}
        <TextInput
          label={t('customers:consent.source')}
          placeholder={t('customers:consent.sourceHint')}
          maxLength={200}
          value={source}
          error={wrong('source')}
          onChange={(event) => setSource(event.currentTarget.value)}
        />
        <TextInput
          label={t('customers:consent.basis')}
          maxLength={100}
          value={basis}
          error={wrong('basis')}
          onChange={(event) => setBasis(event.currentTarget.value)}
        />
        <FormError error={write.error} fields={['until', 'source', 'basis']} />
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button type="submit" disabled={channels.length === 0} loading={write.isPending}>
            {t('common:action.save')}
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}

function History({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation('customers');
  const person = usePersonName();
  const rows = usePages(['customers', id, 'consent', 'history'], (cursor, signal) =>
    body(
      api.GET('/api/v1/customers/{id}/consent/history', { params: { path: { id }, query: cursor }, signal }),
    ),
  );
  return (
    <Dialog title={t('consent.history')} onClose={onClose} size="xl">
      <DataTable
        label={t('consent.history')}
        rows={rows}
        rowKey={(row) => row.id}
        columns={[
          { key: 'at', title: t('consent.at'), cell: (row) => <Time ms={row.at / 1000} /> },
          { key: 'channel', title: t('consent.channels'), cell: (row) => t(`channel.${row.channel}`) },
          { key: 'state', title: t('consent.said'), cell: (row) => t(`consent.state.${row.state}`) },
          {
            key: 'until',
            title: t('consent.until'),
            cell: (row) => row.until && <Time ms={row.until / 1000} as="date" />,
          },
          { key: 'source', title: t('consent.source'), cell: (row) => row.source },
          { key: 'basis', title: t('consent.basis'), cell: (row) => row.basis },
          { key: 'user', title: t('consent.by'), cell: (row) => person(row.user_id) },
        ]}
      />
    </Dialog>
  );
}
