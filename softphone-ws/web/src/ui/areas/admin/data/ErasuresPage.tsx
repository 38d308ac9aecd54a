import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '../../../../api/client';
import { usePages } from '../../../../api/pages';
import {
  type Column,
  DataTable,
  Dialog,
  EmptyState,
  Filters,
  KeyValue,
  SectionCard,
  Time,
} from '../../../kit';
import { AdminPage } from '../AdminFrame';
import { useNames } from '../engine/rows';
import { useWords } from '../engine/words';

type Erasure = Schemas['ErasureView'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Certificates of customers erased. */
export default function ErasuresPage() {
  const { t } = useTranslation('admin');
  const words = useWords();
  const users = useNames('users');
  const [customer, setCustomer] = useState('');
  const [open, setOpen] = useState<Erasure | null>(null);
  const asked = UUID.test(customer.trim()) ? customer.trim() : null;
  const pages = usePages<Erasure>(['erasures', asked], (cursor, signal) =>
    body(
      api.GET('/api/v1/erasures', {
        params: { query: { ...(asked && { customer_id: asked }), ...cursor } },
        signal,
      }),
    ),
  );
  const by = ({ certificate }: Erasure) =>
    certificate.by ? (users.name(certificate.by) ?? '–') : t('erasure.policy');
  const columns: Column<Erasure>[] = [
    { key: 'at', title: t('audit.when'), cell: (one) => <Time ms={one.certificate.at / 1000} /> },
    { key: 'customer', title: t('hold.customer'), cell: (one) => <code>{one.certificate.customer_id}</code> },
    { key: 'mode', title: t('erasure.mode'), cell: (one) => t(`erasure.modes.${one.certificate.mode}`) },
    { key: 'reason', title: t('hold.reason'), cell: (one) => one.certificate.reason },
    { key: 'by', title: t('audit.who'), cell: by },
    { key: 'state', title: t('export.state'), cell: (one) => t(`erasure.states.${one.state}`) },
  ];
  return (
    <AdminPage title={words.resource('erasures', 'many')} about={words.resource('erasures', 'about')}>
      <Filters>
        <TextInput
          w={320}
          label={t('erasure.customer')}
          value={customer}
          error={customer.trim() !== '' && asked === null ? t('erasure.idOnly') : null}
          onChange={(e) => setCustomer(e.currentTarget.value)}
        />
      </Filters>
      <DataTable
        label={words.resource('erasures', 'many')}
        columns={columns}
        rows={pages}
        rowKey={(one) => one.id}
        onOpen={setOpen}
        empty={<EmptyState title={t('erasure.none')} />}
      />
      {open && <Certificate erasure={open} by={by(open)} onClose={() => setOpen(null)} />}
    </AdminPage>
  );
}

function Certificate({ erasure, by, onClose }: { erasure: Erasure; by: string; onClose: () => void }) {
  const { t } = useTranslation('admin');
  const { certificate } = erasure;
  const say = t as unknown as (key: string, options: object) => string;
  const erased: Column<Schemas['Erased']>[] = [
    { key: 'what', title: t('erasure.what'), cell: (one) => one.what.replaceAll('_', ' ') },
    {
      key: 'how',
      title: t('erasure.how'),
      cell: (one) => say(`erasure.hows.${one.how}`, { defaultValue: one.how }),
    },
    { key: 'rows', title: t('export.rows'), cell: (one) => one.rows, end: true },
  ];
  const remains: Column<Schemas['ErasureRemains']>[] = [
    { key: 'what', title: t('erasure.what'), cell: (one) => one.what.replaceAll('_', ' ') },
    { key: 'why', title: t('erasure.why'), cell: (one) => one.why },
    { key: 'count', title: t('export.rows'), cell: (one) => one.count ?? '–', end: true },
  ];
  return (
    <Dialog title={t('erasure.certificate')} onClose={onClose} size="lg">
      <KeyValue
        rows={[
          [t('erasure.number'), certificate.id],
          [t('audit.when'), <Time key="at" ms={certificate.at / 1000} />],
          [t('audit.who'), by],
          [t('hold.customer'), certificate.customer_id],
          [t('erasure.mode'), t(`erasure.modes.${certificate.mode}`)],
          [t('hold.reason'), certificate.reason],
          [t('export.state'), t(`erasure.states.${erasure.state}`)],
          ['SHA-256', erasure.sha256],
        ]}
      />
      <SectionCard title={t('erasure.erased')}>
        <DataTable
          label={t('erasure.erased')}
          columns={erased}
          rows={certificate.erased}
          rowKey={(one) => `${one.what}/${one.how}`}
        />
      </SectionCard>
      <SectionCard title={t('erasure.remains')}>
        <DataTable
          label={t('erasure.remains')}
          columns={remains}
          rows={certificate.remains}
          rowKey={(one) => one.what}
          empty={<EmptyState title={t('erasure.nothing')} />}
        />
      </SectionCard>
      <Group justify="end" mt="md">
        <Button
          component="a"
          variant="default"
          href={`/api/v1/erasures/${erasure.id}`}
          download={`erasure-${erasure.id}.json`}
        >
          {t('erasure.download')}
        </Button>
      </Group>
    </Dialog>
  );
}
