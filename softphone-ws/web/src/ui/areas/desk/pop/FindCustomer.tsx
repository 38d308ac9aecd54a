import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body } from '../../../../api/client';
import { usePages } from '../../../../api/pages';
import { DataTable, SectionCard, Time } from '../../../kit';

/** Looks for the customer by whatever they say: name, number, mail address, customer number. */
export function FindCustomer({ onChoose, onClose }: { onChoose: (id: string) => void; onClose: () => void }) {
  const { t } = useTranslation(['pop', 'common']);
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), 200);
  const found = usePages(
    ['customers', 'find', search],
    (cursor, signal) =>
      body(api.GET('/api/v1/customers', { params: { query: { search, limit: '20', ...cursor } }, signal })),
    { enabled: search.length >= 2 },
  );
  return (
    <SectionCard
      title={t('customer.find')}
      actions={
        <Button variant="default" onClick={onClose}>
          {t('common:action.cancel')}
        </Button>
      }
    >
      <TextInput
        autoFocus
        mb="sm"
        label={t('customer.findBy')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {search.length >= 2 && (
        <DataTable
          label={t('customer.find')}
          rows={found}
          rowKey={(row) => row.id}
          onOpen={(row) => onChoose(row.id)}
          columns={[
            { key: 'name', title: t('customer.name'), cell: (row) => row.name || '–' },
            { key: 'company', title: t('field.company'), cell: (row) => row.company ?? '' },
            {
              key: 'last',
              title: t('choose.last'),
              cell: (row) =>
                row.last_contact_at != null && <Time ms={row.last_contact_at / 1000} as="date" />,
            },
          ]}
        />
      )}
    </SectionCard>
  );
}
