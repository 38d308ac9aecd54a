import { Button, Group, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, idempotencyKey, ifMatch, type Schemas } from '../../../api/client';
import css from '../../crm/crm.module.css';
import { Dialog, ErrorState, FormError, fieldErrors, LoadingState } from '../../kit';
import { useCategories } from './useKnowledge';

type Category = Schemas['StoredKnowledgeCategory'];

/** The shelves: made, named, moved, taken away. */
export function Categories({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('knowledge');
  const { query, shown } = useCategories();
  const [open, setOpen] = useState<string | null>(null);
  const chosen = query.data?.find((one) => one.id === open);
  return (
    <Dialog title={t('categories')} onClose={onClose} size="lg">
      {query.isPending && <LoadingState />}
      {query.error && <ErrorState error={query.error} retry={() => void query.refetch()} />}
      <ul className={css.list}>
        {shown.map(({ id, name, depth }) => (
          <li key={id} style={{ paddingLeft: `${depth * 1.25}rem` }}>
            <Button variant={id === open ? 'light' : 'subtle'} size="compact-sm" onClick={() => setOpen(id)}>
              {name}
            </Button>
          </li>
        ))}
      </ul>
      <Button mt="xs" variant="light" onClick={() => setOpen('new')}>
        {t('newCategory')}
      </Button>
      {open !== null && (open === 'new' || chosen) && (
        <Form key={`${open}${chosen?.version}`} row={chosen ?? null} onDone={() => setOpen(null)} />
      )}
    </Dialog>
  );
}

function Form({ row, onDone }: { row: Category | null; onDone: () => void }) {
  const { t } = useTranslation(['knowledge', 'common']);
  const queries = useQueryClient();
  const { shown } = useCategories();
  const [name, setName] = useState(row?.name ?? '');
  const [parent, setParent] = useState(row?.parent_id ?? '');
  const [sort, setSort] = useState<number | string>(row?.sort ?? 0);
  const options = {
    onSuccess: onDone,
    onSettled: () => void queries.invalidateQueries({ queryKey: ['knowledge-categories'] }),
  };
  const write = useMutation({
    mutationFn: async (): Promise<unknown> => {
      const values = { name: name.trim(), parent_id: parent === '' ? null : parent, sort: Number(sort) || 0 };
      return row === null
        ? api.POST('/api/v1/knowledge/categories', { params: { header: idempotencyKey() }, body: values })
        : api.PATCH('/api/v1/knowledge/categories/{id}', {
            params: { path: { id: row.id }, header: ifMatch(row.version) },
            body: values,
          });
    },
    ...options,
  });
  const remove = useMutation({
    mutationFn: async (): Promise<unknown> =>
      row &&
      api.DELETE('/api/v1/knowledge/categories/{id}', {
        params: { path: { id: row.id }, header: ifMatch(row.version) },
      }),
    ...options,
  });
  const wrong = fieldErrors(write.error);
  return (
    <form
      className={css.stack}
      style={{ paddingTop: '1rem' }}
      onSubmit={(event) => {
        event.preventDefault();
        write.mutate();
      }}
    >
      <div className={css.row} style={{ alignItems: 'end' }}>
        <TextInput
          label={t('knowledge:categoryName')}
          required
          autoFocus
          value={name}
          error={wrong('name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NativeSelect
          size="xs"
          label={t('knowledge:below')}
          value={parent}
          error={wrong('parent_id')}
          onChange={(event) => setParent(event.currentTarget.value)}
          data={[
            { value: '', label: '—' },
            ...shown.filter((one) => one.id !== row?.id).map(({ id, name: label }) => ({ value: id, label })),
          ]}
        />
        <NumberInput
          size="xs"
          style={{ width: '6rem' }}
          label={t('knowledge:sort')}
          value={sort}
          error={wrong('sort')}
          onChange={setSort}
        />
      </div>
      <FormError error={write.error ?? remove.error} fields={['name', 'parent_id', 'sort']} />
      <Group>
        <Button type="submit" disabled={name.trim() === ''} loading={write.isPending}>
          {t('common:action.save')}
        </Button>
        {row && (
          <Button variant="subtle" color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            {t('common:action.delete')}
          </Button>
        )}
      </Group>
    </form>
  );
}
