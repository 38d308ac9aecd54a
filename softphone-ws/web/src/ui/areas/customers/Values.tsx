import { Badge, Text, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body } from '../../../api/client';
import { money } from '../../../core/crm/text';
import css from '../../crm/crm.module.css';
import { Time } from '../../kit';
import own from './customers.module.css';

/** In one line what matters before all else: what is due, what formulas say, what they are entitled to. */
export function Values({ id }: { id: string }) {
  const { t, i18n } = useTranslation('customers');
  const path = { params: { path: { id } } };
  const card = useQuery({
    queryKey: ['customers', id, 'card'],
    queryFn: ({ signal }) => body(api.GET('/api/v1/customers/{id}/card', { ...path, signal })),
  });
  const values = useQuery({
    queryKey: ['customers', id, 'values'],
    queryFn: ({ signal }) => body(api.GET('/api/v1/customers/{id}/values', { ...path, signal })),
  });
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  const { activity, warranty_until } = card.data ?? { activity: null, warranty_until: null };
  const [due, open_items, do_not_contact] = [
    card.data?.due ?? [],
    card.data?.open_items ?? [],
    card.data?.do_not_contact ?? [],
  ];
  return (
    <div className={own.values}>
      {do_not_contact.length > 0 && (
        <Badge color="red" tt="none">
          {t('doNotContact')}: {do_not_contact.map((channel) => t(`channel.${channel}`)).join(', ')}
        </Badge>
      )}
      <Figure name={t('lastContact')}>
        {activity?.last_contact_at ? <Time ms={activity.last_contact_at / 1000} /> : t('never')}
      </Figure>
      <Figure name={t('openItems')}>{open_items.length}</Figure>
      {due.length > 0 && (
        <Figure name={t('due')}>
          {due.map(({ minor, currency }) => money(minor, currency, i18n.language)).join(', ')}
        </Figure>
      )}
      {warranty_until && (
        <Figure name={t('warranty')}>
          <Time ms={warranty_until / 1000} as="date" />
        </Figure>
      )}
      {values.data?.map((value) => (
        <Tooltip
          key={value.formula_id}
          multiline
          maw={420}
          label={`${value.source}\n${Object.entries(value.inputs)
            .map(([name, input]) => `${name} = ${input ?? '—'}`)
            .join('\n')}`}
          style={{ whiteSpace: 'pre-line' }}
        >
          <div>
            <Figure name={t(`formula.${value.name as 'churn'}`, { defaultValue: value.name })}>
              {value.value === null || value.value === undefined
                ? '—'
                : `${number.format(value.value)} ${value.unit}`}
            </Figure>
          </div>
        </Tooltip>
      ))}
    </div>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={css.cell}>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <span>{children}</span>
    </div>
  );
}
