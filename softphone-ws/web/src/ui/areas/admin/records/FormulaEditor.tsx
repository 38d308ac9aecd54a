import { Button, Group, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, idempotencyKey, type Schemas } from '../../../../api/client';
import { ADMINISTRATORS, mayEnter } from '../../../../core/roles';
import { ErrorState, FormError, LoadingState, SectionCard } from '../../../kit';
import { useSession } from '../../../world';
import css from '../admin.module.css';
import type { Row } from '../engine/rows';
import { CodeEditor } from '../flows/CodeEditor';
import code from '../flows/code.module.css';
import { Versions } from '../flows/Versions';
import { FormulaTry } from './FormulaTry';

type FormulaVersion = Schemas['FormulaVersion'];

/** Line and column of a character, all counted from 1. */
export function placeOf(text: string, position: number): { line: number; column: number } {
  const before = [...text]
    .slice(0, position - 1)
    .join('')
    .split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** A formula's text, checked while it is typed, with what it may ask for and its versions. */
export default function FormulaEditor({ row }: { row: Row }) {
  const versions = useQuery({
    queryKey: ['formulas', row.id, 'versions'],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/formulas/{id}/versions', { params: { path: { id: row.id } }, signal })),
  });
  if (versions.data === undefined)
    return versions.isPending ? (
      <LoadingState />
    ) : (
      <ErrorState error={versions.error} retry={() => void versions.refetch()} />
    );
  return <Editor row={row} versions={versions.data} />;
}

function Editor({ row, versions }: { row: Row; versions: readonly FormulaVersion[] }) {
  const { t } = useTranslation('admin');
  const { roles } = useSession();
  const queries = useQueryClient();
  const may = mayEnter(roles, ADMINISTRATORS);
  const first = versions.find((version) => version.published) ?? versions[0];
  const [text, setText] = useState(first?.source ?? '');
  const [base, setBase] = useState(text);
  const [goTo, setGoTo] = useState<{ line: number; column: number } | null>(null);
  const [settled] = useDebouncedValue(text, 300);
  const currency = typeof row.currency === 'string' ? row.currency : null;
  const checked = useQuery({
    queryKey: ['formulas', 'check', settled, currency],
    queryFn: ({ signal }) =>
      body(api.POST('/api/v1/formulas/check', { body: { source: settled, currency }, signal })),
    enabled: may && settled.trim() !== '',
    staleTime: 60_000,
    placeholderData: (before) => before,
  });
  const variables = useQuery({
    queryKey: ['formulas', 'variables'],
    queryFn: ({ signal }) => body(api.GET('/api/v1/formulas/variables', { signal })),
    staleTime: 600_000,
  });
  const again = () => queries.invalidateQueries({ queryKey: ['formulas', row.id] });
  const key = useRef({ of: '', header: idempotencyKey() });
  const save = useMutation({
    mutationFn: (source: string) => {
      if (key.current.of !== source) key.current = { of: source, header: idempotencyKey() };
      const params = { path: { id: row.id }, header: key.current.header };
      return body(api.POST('/api/v1/formulas/{id}/versions', { params, body: { source } }));
    },
    onSuccess: (version) => {
      setBase(version.source);
      notifications.show({ message: t('versions.savedAs', { number: version.number }) });
      return again();
    },
  });
  const publish = (version: { number: number }) =>
    body(
      api.POST('/api/v1/formulas/{id}/versions/{number}/publish', {
        params: { path: { id: row.id, number: String(version.number) } },
      }),
    ).then(again);
  const problem = text.trim() === '' ? null : (checked.data?.problem ?? null);
  const place = problem && placeOf(settled, problem.position);
  return (
    <div className={css.split}>
      <div>
        <CodeEditor
          label={t('formula.text')}
          rows={10}
          value={text}
          onChange={setText}
          readOnly={!may}
          marks={problem && place ? [{ line: place.line, message: problem.message }] : []}
          goTo={goTo}
        />
        {problem && place && (
          <button type="button" className={code.problem} onClick={() => setGoTo(place)}>
            <Text size="xs" c="dimmed">
              {t('formula.place', place)}
            </Text>
            <Text size="sm">{problem.message}</Text>
          </button>
        )}
        {checked.data?.usable && text === settled && text.trim() !== '' && (
          <Text size="sm" c="dimmed">
            {t('formula.asks', { variables: checked.data.variables.join(', ') || '–' })}
          </Text>
        )}
        <FormError error={save.error ?? checked.error} />
        {may && (
          <Group mt="sm" mb="md">
            <Button
              loading={save.isPending}
              disabled={text === base || text.trim() === '' || problem !== null}
              onClick={() => save.mutate(text)}
            >
              {t('versions.save')}
            </Button>
          </Group>
        )}
        <SectionCard title={t('versions.title')}>
          <Versions
            versions={versions.map((version) => ({
              ...version,
              state: version.published ? 'live' : 'draft',
            }))}
            textOf={(version) => version.source}
            onOpen={(version) => {
              setText(version.source);
              setBase(version.source);
            }}
            {...(may && { onPublish: publish })}
          />
        </SectionCard>
        <FormulaTry name={String(row.name)} />
      </div>
      <SectionCard title={t('formula.variables')}>
        {variables.data === undefined ? (
          variables.isPending ? (
            <LoadingState />
          ) : (
            <ErrorState error={variables.error} retry={() => void variables.refetch()} />
          )
        ) : (
          <div className={code.problems}>
            {variables.data.map((variable) => (
              <div key={variable.name}>
                <code>{variable.name}</code>
                <Text size="xs" c="dimmed">
                  {variable.about}
                </Text>
              </div>
            ))}
          </div>
        )}
      </SectionCard>
    </div>
  );
}
