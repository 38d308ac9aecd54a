import { Button, Group, SegmentedControl, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { api, body, ifMatch, type Schemas } from '../../../api/client';
import css from '../../crm/crm.module.css';
import { useCustomerName } from '../../crm/lookups';
import { Dialog, ErrorState, FormError, LoadingState } from '../../kit';
import own from './customers.module.css';

type Choice = Schemas['MergeChoice'];

interface Props {
  survivor: { id: string; name?: string };
  merged: string;
  onClose: () => void;
}

/** What a merge would do, field by field, before it is done. It can be undone. */
export function MergeDialog({ survivor, merged, onClose }: Props) {
  const { t } = useTranslation(['customers', 'common']);
  const [, go] = useLocation();
  const queries = useQueryClient();
  const [choices, setChoices] = useState<Record<string, Choice>>({});
  const name = useCustomerName(merged);
  const preview = useQuery({
    queryKey: ['merge-preview', survivor.id, merged, choices],
    queryFn: () =>
      body(
        api.POST('/api/v1/customers/{id}/merge/preview', {
          params: { path: { id: survivor.id } },
          body: { merged_id: merged, choices },
        }),
      ),
    placeholderData: (before) => before,
    staleTime: 0,
  });
  const merge = useMutation({
    mutationFn: (seen: Schemas['MergePreview']) =>
      api.POST('/api/v1/customers/{id}/merge', {
        params: { path: { id: survivor.id }, header: ifMatch(seen.survivor_version) },
        body: { merged_id: merged, merged_version: seen.merged_version, choices },
      }),
    onSuccess: () => {
      void queries.invalidateQueries();
      onClose();
      go(`/customers/${survivor.id}`);
    },
    // Somebody changed one of them: what is shown is read anew before it is done.
    onError: () => void preview.refetch(),
  });
  const { data } = preview;
  const shown =
    data?.fields.filter((field) => word(field.merged) !== '' || word(field.survivor) !== '') ?? [];
  return (
    <Dialog title={t('customers:merge.title')} onClose={onClose} size="xl">
      {preview.isPending && <LoadingState />}
      {preview.error && <ErrorState error={preview.error} retry={() => void preview.refetch()} />}
      {data && (
        <div className={css.stack}>
          <Text>{t('customers:merge.text', { survivor: survivor.name ?? '', merged: name })}</Text>
          <table className={own.compare}>
            <thead>
              <tr>
                <th scope="col">{t('customers:merge.field')}</th>
                <th scope="col">{t('customers:merge.stays')}</th>
                <th scope="col">{t('customers:merge.goes')}</th>
                <th scope="col">{t('customers:merge.choice')}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((field) => (
                <tr key={field.field} className={field.conflict ? own.differs : undefined}>
                  <th scope="row">
                    {t(`customers:field.${field.field as 'name'}`, { defaultValue: field.field })}
                    {field.conflict && <span className={css.dim}> · {t('customers:merge.differs')}</span>}
                  </th>
                  <td>{word(field.survivor) || '—'}</td>
                  <td>{word(field.merged) || '—'}</td>
                  <td>
                    <SegmentedControl
                      size="xs"
                      aria-label={t('customers:merge.choice')}
                      value={choices[field.field] ?? field.choice}
                      onChange={(choice) => setChoices({ ...choices, [field.field]: choice as Choice })}
                      data={[
                        { value: 'survivor', label: t('customers:merge.stays') },
                        { value: 'merged', label: t('customers:merge.goes') },
                        ...(field.field === 'notes'
                          ? [{ value: 'both', label: t('customers:merge.both') }]
                          : []),
                      ]}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <Text size="sm">
            {t('customers:merge.contacts')}:{' '}
            {data.contacts.map((one) => one.raw || one.value).join(', ') || '—'}
          </Text>
          <Text size="sm" c="dimmed">
            {t('customers:merge.moves')}:{' '}
            {Object.entries(data.moves)
              .filter(([, count]) => count > 0)
              .map(
                ([table, count]) =>
                  `${t(`customers:merge.table.${table as 'ticket'}`, { defaultValue: table })} ${count}`,
              )
              .join(', ') || '—'}
          </Text>
          <FormError error={merge.error} />
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {t('common:action.cancel')}
            </Button>
            <Button
              loading={merge.isPending}
              disabled={preview.isFetching}
              onClick={() => merge.mutate(data)}
            >
              {t('customers:merge.do')}
            </Button>
          </Group>
        </div>
      )}
    </Dialog>
  );
}

function word(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(word).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
