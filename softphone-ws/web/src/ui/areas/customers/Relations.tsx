import { ActionIcon, Anchor, Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { api, body, idempotencyKey, type Schemas } from '../../../api/client';
import { usePages } from '../../../api/pages';
import css from '../../crm/crm.module.css';
import { CustomerPick } from '../../crm/pickers';
import { useAct } from '../../hooks/useAct';
import { DataTable, Dialog, EmptyState, FormError, fieldErrors } from '../../kit';

const WORDS = [
  'works_for',
  'employs',
  'household',
  'parent_company',
  'subsidiary',
  'upstream_supplier',
  'downstream_customer',
] as const;

/** Whom they belong together with. */
export function Relations({ id }: { id: string }) {
  const { t } = useTranslation('customers');
  const queries = useQueryClient();
  const act = useAct();
  const [adding, setAdding] = useState(false);
  const key = ['customers', id, 'relations'];
  const rows = usePages(key, (cursor, signal) =>
    body(api.GET('/api/v1/customers/{id}/relations', { params: { path: { id }, query: cursor }, signal })),
  );
  const fresh = () => void queries.invalidateQueries({ queryKey: key });
  const drop = (relation: string) =>
    void act(() =>
      api.DELETE('/api/v1/customers/{id}/relations/{relation}', { params: { path: { id, relation } } }),
    ).then(fresh);
  return (
    <>
      <DataTable
        label={t('tab.relations')}
        rows={rows}
        rowKey={(row) => row.id}
        empty={<EmptyState title={t('noRelations')} />}
        columns={[
          { key: 'relation', title: t('relation'), cell: (row) => t(`relations.${row.relation}`) },
          {
            key: 'name',
            title: t('field.name'),
            cell: (row) =>
              row.name ? (
                <Anchor component={Link} href={`/customers/${row.customer_id}`} inherit>
                  <bdi>{row.name}</bdi>
                </Anchor>
              ) : (
                <span className={css.dim}>{t('notYours')}</span>
              ),
          },
          { key: 'note', title: t('note'), cell: (row) => row.note },
          {
            key: 'drop',
            title: '',
            width: '3rem',
            cell: (row) => (
              <ActionIcon color="gray" aria-label={t('dropRelation')} onClick={() => drop(row.id)}>
                <IconTrash size={16} />
              </ActionIcon>
            ),
          },
        ]}
      />
      <Button variant="light" mt="sm" onClick={() => setAdding(true)}>
        {t('addRelation')}
      </Button>
      {adding && (
        <NewRelation
          id={id}
          onClose={() => {
            setAdding(false);
            fresh();
          }}
        />
      )}
    </>
  );
}

function NewRelation({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation(['customers', 'common']);
  const [other, setOther] = useState<string | null>(null);
  const [relation, setRelation] = useState<Schemas['RelationWord']>('works_for');
  const [note, setNote] = useState('');
  const make = useMutation({
    mutationFn: () =>
      api.POST('/api/v1/customers/{id}/relations', {
        params: { path: { id }, header: idempotencyKey() },
        body: { customer_id: other ?? '', relation, note },
      }),
    onSuccess: onClose,
  });
  const wrong = fieldErrors(make.error);
  return (
    <Dialog title={t('customers:addRelation')} onClose={onClose}>
      <div className={css.stack}>
        <NativeSelect
          size="xs"
          label={t('customers:relation')}
          value={relation}
          onChange={(event) => setRelation(event.currentTarget.value as Schemas['RelationWord'])}
          data={WORDS.map((word) => ({ value: word, label: t(`customers:relations.${word}`) }))}
        />
        <CustomerPick
          label={t('customers:other')}
          value={other}
          onChange={setOther}
          except={id}
          error={wrong('customer_id')}
        />
        <TextInput
          label={t('customers:note')}
          maxLength={200}
          value={note}
          error={wrong('note')}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <FormError error={make.error} fields={['customer_id', 'note']} />
        <Group justify="end">
          <Button disabled={other === null} loading={make.isPending} onClick={() => make.mutate()}>
            {t('common:action.save')}
          </Button>
        </Group>
      </div>
    </Dialog>
  );
}
