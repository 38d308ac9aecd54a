import { Badge, Button, Group, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, idempotencyKey, Problem, type Schemas } from '../../../../api/client';
import { ADMINISTRATORS, mayEnter } from '../../../../core/roles';
import { useShortcut } from '../../../hooks/useShortcut';
import { useUnsaved } from '../../../hooks/useUnsaved';
import { ErrorState, FormError, LoadingState, SectionCard } from '../../../kit';
import { useSession } from '../../../world';
import css from '../admin.module.css';
import type { Row } from '../engine/rows';
import { CodeEditor } from './CodeEditor';
import code from './code.module.css';
import { Versions } from './Versions';

type FlowVersion = Schemas['FlowVersion'];
type FlowProblem = Schemas['FlowProblem'];

/** Answers and hangs up: a beginning that the server accepts as it is. */
const BEGINNING = `name = "New flow"
language = "en"
start = "pick-up"

[nodes.pick-up]
type = "answer"
next = "welcome"

[nodes.welcome]
type = "play"
prompts = ["welcome"]
next = "end"

[nodes.end]
type = "hang_up"
`;

/** A flow's text, checked by the server while it is typed, with its versions. */
export default function FlowEditor({ row }: { row: Row }) {
  const versions = useQuery({
    queryKey: ['flows', row.id, 'versions'],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/flows/{id}/versions', { params: { path: { id: row.id } }, signal })),
  });
  if (versions.data === undefined)
    return versions.isPending ? (
      <LoadingState />
    ) : (
      <ErrorState error={versions.error} retry={() => void versions.refetch()} />
    );
  return <Editor id={row.id} versions={versions.data} />;
}

function Editor({ id, versions }: { id: string; versions: readonly FlowVersion[] }) {
  const { t } = useTranslation(['admin', 'common']);
  const { roles } = useSession();
  const queries = useQueryClient();
  const may = mayEnter(roles, ADMINISTRATORS);
  const first = versions.find((version) => version.state === 'live') ?? versions[0];
  const [base, setBase] = useState(first?.source ?? BEGINNING);
  const [opened, setOpened] = useState<number | null>(first?.number ?? null);
  const [text, setText] = useState(base);
  const [goTo, setGoTo] = useState<{ line: number } | null>(null);
  const [settled] = useDebouncedValue(text, 300);
  const checked = useQuery({
    queryKey: ['flows', 'check', settled],
    queryFn: ({ signal }) => body(api.POST('/api/v1/flows/check', { body: { source: settled }, signal })),
    enabled: may,
    staleTime: 60_000,
    gcTime: 60_000,
    placeholderData: (before) => before,
  });
  const again = () => queries.invalidateQueries({ queryKey: ['flows', id] });
  const key = useRef({ of: '', header: idempotencyKey() });
  const save = useMutation({
    mutationFn: (source: string) => {
      if (key.current.of !== source) key.current = { of: source, header: idempotencyKey() };
      return body(
        api.POST('/api/v1/flows/{id}/versions', {
          params: { path: { id }, header: key.current.header },
          body: { source },
        }),
      );
    },
    onSuccess: (version) => {
      setBase(version.source);
      setOpened(version.number);
      notifications.show({ message: t('versions.savedAs', { number: version.number }) });
      return again();
    },
  });
  const publish = useMutation({
    mutationFn: (number: number) =>
      body(
        api.POST('/api/v1/flows/{id}/versions/{number}/publish', {
          params: { path: { id, number: String(number) } },
        }),
      ),
    onSuccess: (version) => {
      notifications.show({ message: t('versions.published', { number: version.number }) });
      void queries.invalidateQueries({ queryKey: ['checklist'] });
      return again();
    },
  });
  const dirty = text !== base;
  useUnsaved(dirty);
  const refused = save.error instanceof Problem ? (save.error.body.problems ?? []) : [];
  const problems: readonly FlowProblem[] = checked.data?.problems ?? refused;
  const marks = problems.flatMap((one) =>
    one.line ? [{ line: one.line, message: `${one.message} ${one.mend}` }] : [],
  );
  const fresh = settled === text && !checked.isFetching;
  const canSave = may && (dirty || versions.length === 0) && !save.isPending;
  useShortcut('Ctrl+s', t('versions.save'), () => save.mutate(text), canSave);
  const publishNow = async () => {
    const number = dirty || opened === null ? (await save.mutateAsync(text)).number : opened;
    await publish.mutateAsync(number);
  };
  const live = versions.find((version) => version.state === 'live')?.number;
  return (
    <div className={css.split}>
      <div>
        <Group mb="xs">
          <Text fw={600}>{opened === null ? t('versions.new') : t('versions.one', { number: opened })}</Text>
          {dirty && <Text c="dimmed">{t('form.unsaved')}</Text>}
          <div style={{ flex: 1 }} />
          {may && (
            <>
              {dirty && (
                <Button variant="default" onClick={() => setText(base)}>
                  {t('form.discard')}
                </Button>
              )}
              <Button
                variant="default"
                disabled={!canSave}
                loading={save.isPending}
                onClick={() => save.mutate(text)}
              >
                {t('versions.save')}
              </Button>
              <Button
                disabled={!fresh || checked.data?.usable !== true || (!dirty && opened === live)}
                loading={publish.isPending}
                onClick={() => void publishNow().catch(() => {})}
              >
                {dirty ? t('versions.saveAndPublish') : t('versions.publish')}
              </Button>
            </>
          )}
        </Group>
        <CodeEditor
          label={t('flow.text')}
          value={text}
          onChange={setText}
          marks={marks}
          readOnly={!may}
          goTo={goTo}
        />
        <FormError error={save.error && refused.length === 0 ? save.error : publish.error} />
      </div>
      <div>
        {may && (
          <SectionCard
            title={t('flow.check')}
            actions={
              <Badge
                variant="light"
                tt="none"
                color={!fresh ? 'gray' : checked.data?.usable ? 'green' : 'red'}
                aria-live="polite"
              >
                {!fresh
                  ? t('flow.checking')
                  : checked.data?.usable
                    ? t('flow.usable')
                    : t('flow.problems', { count: problems.length })}
              </Badge>
            }
          >
            {checked.error ? (
              <ErrorState error={checked.error} retry={() => void checked.refetch()} />
            ) : problems.length === 0 ? (
              <Text c="dimmed">{t('flow.none')}</Text>
            ) : (
              <div className={code.problems}>
                {problems.map((one) => (
                  <ProblemRow
                    key={`${one.line}/${one.node}/${one.message}`}
                    problem={one}
                    onGo={(line) => setGoTo({ line })}
                  />
                ))}
              </div>
            )}
          </SectionCard>
        )}
        <SectionCard title={t('versions.title')}>
          <Versions
            versions={versions}
            textOf={(version) => version.source}
            onOpen={(version) => {
              setBase(version.source);
              setText(version.source);
              setOpened(version.number);
            }}
            {...(may && { onPublish: (version: FlowVersion) => publish.mutateAsync(version.number) })}
          />
        </SectionCard>
      </div>
    </div>
  );
}

function ProblemRow({ problem, onGo }: { problem: FlowProblem; onGo: (line: number) => void }) {
  const { t } = useTranslation('admin');
  const { line, node, message, mend } = problem;
  const where = [line ? t('flow.line', { line }) : null, node].filter(Boolean).join(' · ');
  const content = (
    <>
      {where && (
        <Text size="xs" c="dimmed">
          {where}
        </Text>
      )}
      <Text size="sm">{message}</Text>
      <Text size="xs">{mend}</Text>
    </>
  );
  return line ? (
    <button type="button" className={code.problem} onClick={() => onGo(line)}>
      {content}
    </button>
  ) : (
    <div className={code.problem}>{content}</div>
  );
}
