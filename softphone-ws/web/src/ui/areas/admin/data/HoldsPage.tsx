import { Button, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { api, body, idempotencyKey, type Schemas } from '../../../../api/client';
import { usePages } from '../../../../api/pages';
import {
  type Column,
  DataTable,
  Dialog,
  EmptyState,
  Filters,
  FormError,
  fieldErrors,
  Time,
} from '../../../kit';
import { AdminPage } from '../AdminFrame';
import { CustomerPicker } from '../engine/CustomerPicker';
import { useNames } from '../engine/rows';
import { useWords } from '../engine/words';

type Hold = Schemas['LegalHold'];
type Standing = 'true' | 'false' | 'all';

/** What nothing may erase while a matter is open. */
export default function HoldsPage() {
  const { t } = useTranslation('admin');
  const words = useWords();
  const users = useNames('users');
  const [standing, setStanding] = useState<Standing>('true');
  const [setting, setSetting] = useState(false);
  const [lifting, setLifting] = useState<Hold | null>(null);
  const pages = usePages<Hold>(['legal-holds', standing], (cursor, signal) =>
    body(
      api.GET('/api/v1/legal-holds', {
        params: { query: { ...(standing !== 'all' && { standing }), ...cursor } },
        signal,
      }),
    ),
  );
  const subject = (hold: Hold) =>
    hold.subject === 'customer' ? (
      <Link href={`/customers/${hold.subject_id}`}>{t('hold.customer')}</Link>
    ) : (
      <Link href={`/interactions/${hold.subject_id}`}>{t('hold.interaction')}</Link>
    );
  const columns: Column<Hold>[] = [
    { key: 'subject', title: t('hold.subject'), cell: subject },
    { key: 'id', title: t('hold.id'), cell: (hold) => <code>{hold.subject_id}</code> },
    { key: 'reason', title: t('hold.reason'), cell: (hold) => hold.reason },
    { key: 'set', title: t('hold.set'), cell: (hold) => <Time ms={hold.set_at / 1000} /> },
    {
      key: 'by',
      title: t('audit.who'),
      cell: (hold) => (hold.set_by ? (users.name(hold.set_by) ?? '–') : '–'),
    },
    {
      key: 'lift',
      title: t('hold.lifted'),
      cell: (hold) =>
        hold.lifted_at ? (
          <>
            <Time ms={hold.lifted_at / 1000} /> · {hold.lift_reason}
          </>
        ) : (
          <Button variant="subtle" onClick={() => setLifting(hold)}>
            {t('hold.lift')}
          </Button>
        ),
    },
  ];
  return (
    <AdminPage
      title={words.resource('holds', 'many')}
      about={words.resource('holds', 'about')}
      actions={<Button onClick={() => setSetting(true)}>{t('hold.new')}</Button>}
    >
      <Filters>
        <SegmentedControl
          size="xs"
          aria-label={t('hold.filter')}
          data={(['true', 'false', 'all'] as const).map((value) => ({
            value,
            label: t(`hold.standing.${value}`),
          }))}
          value={standing}
          onChange={(next) => setStanding(next as Standing)}
        />
      </Filters>
      <DataTable
        label={words.resource('holds', 'many')}
        columns={columns}
        rows={pages}
        rowKey={(hold) => hold.id}
        empty={<EmptyState title={t('hold.none')} />}
      />
      {setting && <SetHold onClose={() => setSetting(false)} />}
      {lifting && <LiftHold hold={lifting} onClose={() => setLifting(null)} />}
    </AdminPage>
  );
}

function useAgain() {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ['legal-holds'] });
}

function SetHold({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['admin', 'common']);
  const again = useAgain();
  const [subject, setSubject] = useState<Schemas['HoldSubject']>('customer');
  const [id, setId] = useState('');
  const [reason, setReason] = useState('');
  const [header] = useState(idempotencyKey);
  const set = useMutation({
    mutationFn: () =>
      body(
        api.POST('/api/v1/legal-holds', {
          params: { header },
          body: { subject, subject_id: id.trim(), reason },
        }),
      ),
    onSuccess: () => again().then(onClose),
  });
  const wrong = fieldErrors(set.error);
  return (
    <Dialog title={t('hold.new')} onClose={onClose}>
      <Stack
        component="form"
        onSubmit={(event) => {
          event.preventDefault();
          set.mutate();
        }}
      >
        <SegmentedControl
          size="xs"
          aria-label={t('hold.subject')}
          data={(['customer', 'interaction'] as const).map((value) => ({ value, label: t(`hold.${value}`) }))}
          value={subject}
          onChange={(next) => {
            setSubject(next as Schemas['HoldSubject']);
            setId('');
          }}
        />
        {subject === 'customer' ? (
          <CustomerPicker
            label={t('hold.customer')}
            value={id || null}
            onChange={(next) => setId(next ?? '')}
            error={wrong('subject_id')}
          />
        ) : (
          <TextInput
            label={t('hold.id')}
            description={t('hold.idHint')}
            error={wrong('subject_id')}
            value={id}
            onChange={(e) => setId(e.currentTarget.value)}
          />
        )}
        <TextInput
          label={t('hold.reason')}
          description={t('hold.reasonHint')}
          error={wrong('reason')}
          value={reason}
          onChange={(e) => setReason(e.currentTarget.value)}
        />
        <FormError error={set.error} fields={['subject_id', 'reason']} />
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button type="submit" disabled={id.trim() === '' || reason.trim() === ''} loading={set.isPending}>
            {t('hold.new')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function LiftHold({ hold, onClose }: { hold: Hold; onClose: () => void }) {
  const { t } = useTranslation(['admin', 'common']);
  const again = useAgain();
  const [reason, setReason] = useState('');
  const lift = useMutation({
    mutationFn: () =>
      body(
        api.POST('/api/v1/legal-holds/{id}/lift', { params: { path: { id: hold.id } }, body: { reason } }),
      ),
    onSuccess: () => again().then(onClose),
  });
  return (
    <Dialog title={t('hold.lift')} onClose={onClose}>
      <Stack
        component="form"
        onSubmit={(event) => {
          event.preventDefault();
          lift.mutate();
        }}
      >
        <Text>{t('hold.liftAsk')}</Text>
        <TextInput
          label={t('hold.reason')}
          error={fieldErrors(lift.error)('reason')}
          value={reason}
          onChange={(e) => setReason(e.currentTarget.value)}
        />
        <FormError error={lift.error} fields={['reason']} />
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button type="submit" color="red" disabled={reason.trim() === ''} loading={lift.isPending}>
            {t('hold.lift')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
