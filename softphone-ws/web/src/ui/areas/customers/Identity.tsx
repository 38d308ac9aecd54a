import { Anchor, Badge, Button, Group } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { api, body, type Schemas } from '../../../api/client';
import css from '../../crm/crm.module.css';
import { useCustomerName, usePersonName } from '../../crm/lookups';
import { CustomerPick } from '../../crm/pickers';
import { useAct } from '../../hooks/useAct';
import {
  Confirm,
  DataTable,
  Dialog,
  EmptyState,
  ErrorState,
  LoadingState,
  SectionCard,
  Time,
} from '../../kit';
import { MergeDialog } from './MergeDialog';
import { type Customer, useMay } from './useCustomer';

/** Whether they are somebody we know already, and what was made one. */
export function Identity({ row }: { row: Customer }) {
  const { t } = useTranslation('customers');
  const may = useMay(row);
  const [other, setOther] = useState<string | null>(null);
  const [merging, setMerging] = useState<string | null>(null);
  const path = { params: { path: { id: row.id } } };
  const alike = useQuery({
    queryKey: ['customers', row.id, 'duplicates'],
    queryFn: ({ signal }) => body(api.GET('/api/v1/customers/{id}/duplicates', { ...path, signal })),
  });
  return (
    <div className={css.stack}>
      <SectionCard title={t('duplicates.alike')}>
        {alike.isPending && <LoadingState />}
        {alike.error && <ErrorState error={alike.error} retry={() => void alike.refetch()} />}
        {alike.data && (
          <DataTable
            label={t('duplicates.alike')}
            rows={alike.data}
            rowKey={(one) => one.customer_id}
            empty={<EmptyState title={t('duplicates.noneAlike')} />}
            columns={[
              {
                key: 'name',
                title: t('field.name'),
                cell: (one) => (
                  <Anchor component={Link} href={`/customers/${one.customer_id}`} inherit>
                    <bdi>{one.name}</bdi>
                  </Anchor>
                ),
              },
              {
                key: 'score',
                title: t('duplicates.score'),
                end: true,
                width: '5rem',
                cell: (one) => one.score,
              },
              { key: 'why', title: t('duplicates.why'), cell: (one) => <Reasons reasons={one.reasons} /> },
              {
                key: 'act',
                title: '',
                cell: (one) =>
                  one.dismissed ? (
                    <span className={css.dim}>{t('duplicates.dismissed')}</span>
                  ) : (
                    may.merge && (
                      <Button size="compact-xs" variant="light" onClick={() => setMerging(one.customer_id)}>
                        {t('merge.begin')}
                      </Button>
                    )
                  ),
              },
            ]}
          />
        )}
        {may.merge && (
          <Group align="end" mt="sm">
            <CustomerPick label={t('merge.other')} value={other} onChange={setOther} except={row.id} />
            <Button variant="light" disabled={other === null} onClick={() => setMerging(other)}>
              {t('merge.begin')}
            </Button>
          </Group>
        )}
      </SectionCard>
      <Merges id={row.id} undoes={may.merge} />
      {merging !== null && <MergeDialog survivor={row} merged={merging} onClose={() => setMerging(null)} />}
    </div>
  );
}

export function Reasons({ reasons }: { reasons: readonly Schemas['DuplicateReason'][] }) {
  const { t } = useTranslation('customers');
  return (
    <div className={css.row}>
      {reasons.map(({ field, points, rule }) => (
        <Badge key={rule} size="sm" variant="light" color={points < 0 ? 'red' : 'blue'} tt="none">
          {t(`duplicates.field.${field as 'name'}`, { defaultValue: field })} {points > 0 ? '+' : ''}
          {points}
        </Badge>
      ))}
    </div>
  );
}

function Merges({ id, undoes }: { id: string; undoes: boolean }) {
  const { t } = useTranslation('customers');
  const person = usePersonName();
  const queries = useQueryClient();
  const act = useAct();
  const [asked, setAsked] = useState<string | null>(null);
  const [undone, setUndone] = useState<Schemas['MergeUndone'] | null>(null);
  const merges = useQuery({
    queryKey: ['customers', id, 'merges'],
    enabled: undoes,
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/customers/{id}/merges', { params: { path: { id } }, signal })),
  });
  const undo = (merge: string) =>
    void act(async () => {
      setAsked(null);
      setUndone(await body(api.POST('/api/v1/merges/{id}/undo', { params: { path: { id: merge } } })));
    }).then(() => queries.invalidateQueries());
  if (merges.error) return <ErrorState error={merges.error} retry={() => void merges.refetch()} />;
  if (!undoes || !merges.data || merges.data.length === 0) return null;
  return (
    <SectionCard title={t('merge.done')}>
      <DataTable
        label={t('merge.done')}
        rows={merges.data}
        rowKey={(one) => one.id}
        columns={[
          { key: 'at', title: t('merge.at'), cell: (one) => <Time ms={one.at / 1000} /> },
          { key: 'who', title: t('merge.who'), cell: (one) => <Name id={one.merged_id} /> },
          { key: 'by', title: t('merge.by'), cell: (one) => person(one.by) },
          { key: 'state', title: t('merge.stateName'), cell: (one) => t(`merge.state.${one.state}`) },
          {
            key: 'undo',
            title: '',
            cell: (one) =>
              one.state === 'done' && (
                <Button size="compact-xs" variant="default" onClick={() => setAsked(one.id)}>
                  {t('merge.undo')}
                </Button>
              ),
          },
        ]}
      />
      {asked !== null && (
        <Confirm
          title={t('merge.undo')}
          text={t('merge.undoText')}
          action={t('merge.undo')}
          onConfirm={() => undo(asked)}
          onClose={() => setAsked(null)}
        />
      )}
      {undone && (
        <Dialog title={t('merge.undone')} onClose={() => setUndone(null)}>
          <p>
            {undone.kept.length > 0 && t('merge.kept', { fields: undone.kept.join(', ') })}{' '}
            {undone.lost.length > 0 && t('merge.lost', { fields: undone.lost.join(', ') })}
          </p>
          <Anchor component={Link} href={`/customers/${undone.merge.merged_id}`}>
            {t('merge.openOther')}
          </Anchor>
        </Dialog>
      )}
    </SectionCard>
  );
}

function Name({ id }: { id: string }) {
  const name = useCustomerName(id);
  return <bdi>{name || id.slice(-8)}</bdi>;
}
