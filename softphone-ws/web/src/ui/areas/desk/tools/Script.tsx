import {
  Button,
  Checkbox,
  Group,
  Radio,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, ifMatch, Problem, type Schemas } from '../../../../api/client';
import type { Work } from '../../../../core/desk/works';
import { useQueueNames } from '../../../hooks/useQueueNames';
import { EmptyState, ErrorState, FormError, fieldErrors, LoadingState } from '../../../kit';
import { useSession } from '../../../world';
import { Markdown } from './Markdown';

type Run = Schemas['ScriptRun'];
type Answers = Record<string, unknown>;

/** The queue's script: what to say and to ask, step by step, with branches by what was answered. */
export function Script({ work, customer }: { work: Work; customer: string | null }) {
  const { t, i18n } = useTranslation('pop');
  const { user } = useSession();
  const queries = useQueryClient();
  const names = useQueueNames();
  const queue = work.queue ?? [...names].find(([, name]) => name === work.queueName)?.[0] ?? null;
  const key = ['script-runs', work.interaction];
  const runs = useQuery({
    queryKey: key,
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/script-runs', { params: { query: { interaction: work.interaction } }, signal })),
  });
  const script = useQuery({
    queryKey: ['queues', queue, 'script'],
    queryFn: async ({ signal }) => {
      try {
        return await body(
          api.GET('/api/v1/queues/{id}/script', { params: { path: { id: queue ?? '' } }, signal }),
        );
      } catch (error) {
        if (error instanceof Problem && error.status === 404) return null;
        throw error;
      }
    },
    enabled: queue !== null,
    staleTime: 60_000,
  });
  const settle = (run: Run) =>
    queries.setQueryData<Run[]>(key, (all = []) => [run, ...all.filter(({ id }) => id !== run.id)]);
  const begin = useMutation({
    // With a script: the run there is goes on, for the customer who is named now.
    mutationFn: (script: string | null) =>
      body(
        api.POST('/api/v1/script-runs', {
          body: {
            interaction_id: work.interaction,
            ...(script === null ? { queue_id: queue } : { script_id: script }),
            customer_id: customer,
            language: i18n.language,
            data: Object.fromEntries(
              work.collected.flatMap(({ key, value }) => (value === null ? [] : [[key, value]])).slice(0, 50),
            ),
          },
        }),
      ),
    onSuccess: settle,
  });
  const run = runs.data?.find(({ agent_id }) => agent_id === user.id);
  // Somebody else was chosen since: what is answered from now on is theirs.
  const other =
    run !== undefined && run.state === 'running' && customer !== null && run.customer_id !== customer
      ? run.script_id
      : null;
  const { mutate: go } = begin;
  useEffect(() => {
    if (other !== null && customer !== null) go(other);
  }, [other, customer, go]);
  if (runs.isPending || (queue !== null && script.isPending)) return <LoadingState />;
  if (run !== undefined)
    return (
      <>
        <FormError error={begin.error} />
        {/* What is typed stays while the run becomes another customer's. */}
        <Step key={`${run.id}:${run.step.id}`} run={run} waits={begin.isPending} onRun={settle} />
      </>
    );
  if (runs.isError) return <ErrorState error={runs.error} retry={() => void runs.refetch()} />;
  if (script.isError) return <ErrorState error={script.error} retry={() => void script.refetch()} />;
  if (script.data == null) return <EmptyState title={t('script.none')} />;
  return (
    <>
      <FormError error={begin.error} />
      <EmptyState
        title={t('script.ready')}
        action={
          <Button
            loading={begin.isPending}
            disabled={work.stage === 'offered'}
            onClick={() => begin.mutate(null)}
          >
            {t('script.begin')}
          </Button>
        }
      />
    </>
  );
}

function Step({ run, waits, onRun }: { run: Run; waits: boolean; onRun: (run: Run) => void }) {
  const { t } = useTranslation('pop');
  const { step } = run;
  const [answers, setAnswers] = useState<Answers>(() =>
    Object.fromEntries(step.inputs.map(({ name, value }) => [name, (value as unknown) ?? null])),
  );
  const params = { path: { id: run.id }, header: ifMatch(run.version) };
  const move = useMutation({
    mutationFn: async (back: boolean) => {
      try {
        return back
          ? await body(api.POST('/api/v1/script-runs/{id}/back', { params }))
          : await body(
              api.POST('/api/v1/script-runs/{id}/answer', {
                params,
                body: { answers: answersOf(answers) },
              }),
            );
      } catch (error) {
        // Another page of the same person went on: this one follows.
        if (!(error instanceof Problem) || error.status !== 412) throw error;
        return body(api.GET('/api/v1/script-runs/{id}', { params: { path: { id: run.id } } }));
      }
    },
    onSuccess: onRun,
  });
  const wrong = fieldErrors(move.error);
  const errorOf = (name: string) => wrong(name) ?? wrong(`answers.${name}`);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    move.mutate(false);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {step.title && <Title order={3}>{step.title}</Title>}
        <div>
          <Markdown text={step.text} />
        </div>
        {step.inputs.map((input) => (
          <Input
            key={input.name}
            input={input}
            value={answers[input.name]}
            error={errorOf(input.name)}
            onChange={(value) => setAnswers({ ...answers, [input.name]: value })}
          />
        ))}
        <FormError error={move.error} fields={step.inputs.flatMap(({ name }) => [name, `answers.${name}`])} />
        <Group>
          {step.back && (
            <Button variant="default" disabled={move.isPending || waits} onClick={() => move.mutate(true)}>
              {t('script.back')}
            </Button>
          )}
          {run.state === 'running' && (
            <Button type="submit" loading={move.isPending} disabled={waits}>
              {step.end ? t('script.end') : t('script.next')}
            </Button>
          )}
          {run.state === 'over' && <Text c="dimmed">{t('script.over')}</Text>}
        </Group>
      </Stack>
    </form>
  );
}

/** Empty inputs are left out. */
function answersOf(answers: Answers): Answers {
  return Object.fromEntries(Object.entries(answers).filter(([, value]) => value !== null && value !== ''));
}

interface InputProps {
  input: Schemas['ScriptInputView'];
  value: unknown;
  error: string | undefined;
  onChange: (value: unknown) => void;
}

/** Choices up to this many stand side by side. */
const RADIOS_MAX = 5;

function Input({ input, value, error, onChange }: InputProps) {
  const text = value === null || value === undefined ? '' : String(value);
  const common = { label: input.label, error, withAsterisk: input.required };
  switch (input.kind) {
    case 'boolean':
      return (
        <Checkbox
          label={input.label}
          error={error}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'choice':
      return input.choices.length <= RADIOS_MAX ? (
        <Radio.Group {...common} value={text} onChange={onChange}>
          <Group mt={4}>
            {input.choices.map((choice) => (
              <Radio key={choice.value} value={choice.value} label={choice.label} />
            ))}
          </Group>
        </Radio.Group>
      ) : (
        <Select {...common} searchable data={input.choices} value={text || null} onChange={onChange} />
      );
    case 'number':
      return (
        <TextInput
          {...common}
          inputMode="decimal"
          value={text}
          onChange={(event) => {
            const typed = event.currentTarget.value;
            onChange(typed !== '' && /^-?\d+(\.\d+)?$/.test(typed) ? Number(typed) : typed);
          }}
        />
      );
    case 'date':
      return (
        <TextInput
          {...common}
          type="date"
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'text':
      return (
        <Textarea
          {...common}
          autosize
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}
