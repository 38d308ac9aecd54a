import { Badge, Button, Group, Select, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '../../../../api/client';
import { EmptyState, FormError, SectionCard } from '../../../kit';
import { CustomerPicker } from '../engine/CustomerPicker';
import { type Row, useNames } from '../engine/rows';

/** Asks all rules about a customer as if they called now; this one is marked. */
export default function RuleTry({ row }: { row: Row }) {
  const { t } = useTranslation('admin');
  const queues = useNames('queues');
  const [customer, setCustomer] = useState<string | null>(null);
  const [queue, setQueue] = useState<string | null>(null);
  const ask = useMutation({
    mutationFn: () =>
      body(api.POST('/api/v1/rules/evaluate', { body: { customer_id: customer, queue_id: queue } })),
  });
  return (
    <>
      <Text c="dimmed" mb="sm">
        {t('tryRule.hint')}
      </Text>
      <Group align="end" mb="md">
        <CustomerPicker label={t('tryRule.customer')} value={customer} onChange={setCustomer} />
        <Select
          label={t('field.queue')}
          data={queues.options}
          searchable
          clearable
          value={queue}
          onChange={setQueue}
        />
        <Button loading={ask.isPending} disabled={customer === null} onClick={() => ask.mutate()}>
          {t('tryRule.ask')}
        </Button>
      </Group>
      <FormError error={ask.error} />
      {ask.data && (
        <>
          <Said title={t('tryRule.reasons')} said={ask.data.reasons} own={row.id} />
          <Said title={t('tryRule.offers')} said={ask.data.offers} own={row.id} />
          {![...ask.data.reasons, ...ask.data.offers].some((one) => one.rule === row.id) && (
            <Text mt="sm">{t('tryRule.silent')}</Text>
          )}
        </>
      )}
    </>
  );
}

function Said({ title, said, own }: { title: string; said: readonly Schemas['RuleSaid'][]; own: string }) {
  const { t, i18n } = useTranslation('admin');
  const text = (texts: Record<string, string>) => texts[i18n.language] ?? texts.en ?? Object.values(texts)[0];
  return (
    <SectionCard title={title}>
      {said.length === 0 && <EmptyState title={t('tryRule.nothing')} />}
      {said.map((one) => (
        <div key={one.rule}>
          <Text fw={500}>
            {text(one.texts)}{' '}
            {one.rule === own && (
              <Badge tt="none" variant="light">
                {t('tryRule.this')}
              </Badge>
            )}
          </Text>
          <Text size="xs" c="dimmed">
            {t('field.score')} {one.score} · {(one.why[i18n.language] ?? one.why.en ?? []).join(' · ')}
          </Text>
        </div>
      ))}
    </SectionCard>
  );
}
