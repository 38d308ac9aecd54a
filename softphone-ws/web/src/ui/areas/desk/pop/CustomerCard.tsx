import { Badge, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { CardView } from '../../../../api/protocol';
import { ErrorState, LoadingState, SectionCard } from '../../../kit';
import { useSession } from '../../../world';
import css from '../desk.module.css';
import { CardFacts } from './CardFacts';
import { Contacts } from './Contacts';
import { CustomFields } from './CustomFields';
import { EditField } from './EditField';
import { readField, useCustomer, useSaveField } from './useCustomer';

const PERSON = ['given_name', 'family_name', 'company'] as const;
const COMPANY = ['company'] as const;
const COMMON = ['language', 'birthday', 'tier', 'notes'] as const;

/** The customer's record, edited where it stands; what colleagues change appears by itself. */
export function CustomerCard({
  id,
  card,
  actions,
}: {
  id: string;
  card: CardView | null;
  actions?: ReactNode;
}) {
  const { t } = useTranslation('pop');
  const { roles } = useSession();
  const { query, changed } = useCustomer(id);
  const save = useSaveField(id);
  const row = query.data;
  const readOnly = !roles.some((role) => role !== 'analyst');
  const name = row?.name || card?.name || '…';
  if (row === undefined) {
    return (
      <SectionCard title={name} actions={actions}>
        {query.isError ? (
          <ErrorState error={query.error} retry={() => void query.refetch()} />
        ) : card !== null ? (
          <CardFacts card={card} />
        ) : (
          <LoadingState />
        )}
      </SectionCard>
    );
  }
  const fields = [...(row.kind === 'company' ? COMPANY : PERSON), ...COMMON].filter(
    (field) => field !== 'birthday' || row.kind !== 'company',
  );
  return (
    <SectionCard
      title={name}
      actions={
        <>
          {row.tier && row.tier !== 'none' && <Badge variant="light">{row.tier}</Badge>}
          <Link href={`/customers/${id}`}>{t('customer.open')}</Link>
          {actions}
        </>
      }
    >
      {changed.size > 0 && (
        <Text size="xs" c="dimmed" role="status">
          {t('customer.changedByOther')}
        </Text>
      )}
      <div className={css.record}>
        <div className={css.fields}>
          {fields.map((field) => (
            <EditField
              key={field}
              field={field}
              label={t(`field.${field}`)}
              value={String(readField(row, field) ?? '')}
              kind={field === 'notes' ? 'lines' : 'line'}
              readOnly={readOnly}
              changed={changed.has(field)}
              {...(field === 'birthday' && { hint: t('field.birthdayHint') })}
              onSave={async (base, mine) => {
                const clash = await save(
                  field,
                  base,
                  field === 'notes' || field === 'tier' ? mine : mine || null,
                );
                return clash && { theirs: String(clash.theirs ?? '') };
              }}
            />
          ))}
          <Contacts id={id} contacts={row.contacts ?? []} readOnly={readOnly} />
          <CustomFields row={row} readOnly={readOnly} changed={changed.has('fields')} save={save} />
        </div>
        {card !== null && <CardFacts card={card} />}
      </div>
    </SectionCard>
  );
}
