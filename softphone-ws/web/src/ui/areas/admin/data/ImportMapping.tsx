import { Autocomplete, Button, Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../../../api/client';
import { guess, TARGETS } from '../../../../core/admin/mapping';
import type { Draft } from '../../../../core/admin/spec';
import { imports } from '../../../../core/admin/specs/records';
import { FormError } from '../../../kit';
import css from '../engine/engine.module.css';
import { type Row, useAll, useWrites } from '../engine/rows';

type ColumnMap = Schemas['ColumnMap'];

/** Where each column of the file goes; what is left empty is left out. */
export function ImportMapping({
  row,
  columns,
  locked,
}: {
  row: Row;
  columns: readonly string[];
  locked: boolean;
}) {
  const { t } = useTranslation('admin');
  const saved = (row.mapping ?? []) as ColumnMap[];
  const [draft, setDraft] = useState<Record<string, { to: string; label: string }>>(() =>
    Object.fromEntries(
      columns.map((column) => {
        const known = saved.find((one) => one.column === column);
        return [
          column,
          { to: known?.to ?? (saved.length === 0 ? guess(column) : ''), label: known?.label ?? '' },
        ];
      }),
    ),
  );
  const custom = useAll<Schemas['StoredCustomField']>('custom-fields');
  const { change } = useWrites(imports);
  const own = (custom.data ?? [])
    .filter((field) => (field.resource ?? 'customer') === 'customer')
    .map((field) => `fields.${field.key}`);
  const set = (column: string, part: Partial<{ to: string; label: string }>) =>
    setDraft({ ...draft, [column]: { to: '', label: '', ...draft[column], ...part } });
  const mapping = columns.flatMap((column) => {
    const { to = '', label = '' } = draft[column] ?? {};
    return to.trim() === '' ? [] : [{ column, to: to.trim(), ...(label && { label }) }];
  });
  const dirty =
    JSON.stringify(mapping) !==
    JSON.stringify(saved.map(({ column, to, label }) => ({ column, to, ...(label && { label }) })));
  const contact = (to: string) => ['phone', 'email', 'other'].includes(to) || to.startsWith('address.');
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {t('import.mappingHint')}
      </Text>
      <table className={css.conflict}>
        <thead>
          <tr>
            <th scope="col">{t('import.column')}</th>
            <th scope="col">{t('import.to')}</th>
            <th scope="col">{t('import.label')}</th>
          </tr>
        </thead>
        <tbody>
          {columns.map((column) => (
            <tr key={column}>
              <th scope="row">{column}</th>
              <td>
                <Autocomplete
                  size="xs"
                  aria-label={`${column}: ${t('import.to')}`}
                  placeholder={t('import.leftOut')}
                  data={[...TARGETS, ...own]}
                  limit={60}
                  readOnly={locked}
                  value={draft[column]?.to ?? ''}
                  onChange={(to) => set(column, { to })}
                />
              </td>
              <td>
                {contact(draft[column]?.to ?? '') && (
                  <TextInput
                    aria-label={`${column}: ${t('import.label')}`}
                    placeholder={t('import.labelHint')}
                    readOnly={locked}
                    value={draft[column]?.label ?? ''}
                    onChange={(e) => set(column, { label: e.currentTarget.value })}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <FormError error={change.error} />
      {!locked && (
        <Group justify="end" mt="sm">
          <Button
            disabled={!dirty || mapping.length === 0}
            loading={change.isPending}
            onClick={() => change.mutate({ row, changes: { mapping: mapping as unknown as Draft[] } })}
          >
            {t('import.saveMapping')}
          </Button>
        </Group>
      )}
    </>
  );
}
