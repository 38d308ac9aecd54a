import { Button, Group, NativeSelect, Rating, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '../../../api/client';
import { fromLocalInput } from '../../../core/crm/text';
import css from '../../crm/crm.module.css';
import { usePersonName } from '../../crm/lookups';
import { PersonPick } from '../../crm/pickers';
import { ErrorState, FormError, fieldErrors, KeyValue, LoadingState, SectionCard, Time } from '../../kit';
import { at, type Ticket, useFresh } from './useTicket';

type Step = Schemas['ComplaintStep'];

/** How far a complaint has come, and its next step. */
export function Complaint({ row }: { row: Ticket }) {
  const { t } = useTranslation('tickets');
  const [chosen, setChosen] = useState<Exclude<Step, 'record'> | null>(null);
  const complaint = useQuery({
    queryKey: ['tickets', row.id, 'complaint'],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/tickets/{id}/complaint', { params: { path: { id: row.id } }, signal })),
  });
  if (complaint.isPending) return <LoadingState />;
  if (complaint.error) return <ErrorState error={complaint.error} retry={() => void complaint.refetch()} />;
  const { steps, next } = complaint.data;
  const open = next.filter((step) => step !== 'record');
  const step = chosen !== null && open.includes(chosen) ? chosen : open[0];
  return (
    <div className={css.stack}>
      <ol className={css.list}>
        {steps.map((taken) => (
          <Taken key={`${taken.at}${taken.done.step}`} taken={taken} />
        ))}
      </ol>
      {step === undefined ? (
        <Text c="dimmed">{t('complaint.over')}</Text>
      ) : (
        <SectionCard
          title={t('complaint.next')}
          actions={
            open.length > 1 && (
              <NativeSelect
                size="xs"
                aria-label={t('complaint.next')}
                value={step}
                onChange={(event) => setChosen(open.find((one) => one === event.currentTarget.value) ?? null)}
                data={open.map((one) => ({ value: one, label: t(`complaint.step.${one}`) }))}
              />
            )
          }
        >
          <StepForm key={step} row={row} step={step} />
        </SectionCard>
      )}
    </div>
  );
}

function Taken({ taken }: { taken: Schemas['ComplaintStepTaken'] }) {
  const { t } = useTranslation('tickets');
  const person = usePersonName();
  const { done } = taken;
  const rows = (): (readonly [string, ReactNode])[] => {
    switch (done.step) {
      case 'record':
        return [];
      case 'assign':
        return [
          [t('responsible'), person(done.responsible_id)],
          [t('complaint.note'), done.note],
        ];
      case 'schedule':
        return [
          [t('complaint.answerBy'), <Time key="by" ms={done.answer_by / 1000} />],
          [t('complaint.plan'), done.plan],
        ];
      case 'answer':
        return [
          [t('complaint.channel'), done.channel],
          [t('complaint.text'), done.text],
        ];
      case 'follow_up':
        return [
          [t('complaint.outcome'), done.outcome],
          [t('complaint.settled'), done.settled ? t('yes') : t('no')],
        ];
      case 'evaluation':
        return [
          [t('complaint.justified'), done.justified ? t('yes') : t('no')],
          [t('complaint.cause'), done.cause],
          [t('complaint.measures'), done.measures],
          [t('complaint.satisfaction'), t('stars', { count: done.satisfaction })],
        ];
    }
  };
  return (
    <li className={css.entry}>
      <div className={css.meta}>
        <strong>{t(`complaint.step.${done.step}`)}</strong>
        <Time ms={taken.at / 1000} />
        <span>{person(taken.user_id)}</span>
      </div>
      <KeyValue rows={rows()} />
    </li>
  );
}

function StepForm({ row, step }: { row: Ticket; step: Step }) {
  const { t } = useTranslation('tickets');
  const fresh = useFresh();
  const [person, setPerson] = useState<string | null>(row.responsible_id ?? null);
  const [texts, setTexts] = useState<Record<string, string>>({ channel: 'voice' });
  const [yes, setYes] = useState(true);
  const [stars, setStars] = useState(3);
  const said = (name: string) => (texts[name] ?? '').trim();
  const take = useMutation({
    mutationFn: async (): Promise<unknown> => {
      const params = at(row);
      switch (step) {
        case 'assign':
          return api.POST('/api/v1/tickets/{id}/complaint/assign', {
            params,
            body: { responsible_id: person ?? '', note: said('note') },
          });
        case 'schedule':
          return api.POST('/api/v1/tickets/{id}/complaint/schedule', {
            params,
            body: { answer_by: fromLocalInput(said('answer_by')) ?? 0, plan: said('plan') },
          });
        case 'answer':
          return api.POST('/api/v1/tickets/{id}/complaint/answer', {
            params,
            body: { channel: said('channel'), text: said('text') },
          });
        case 'follow_up':
          return api.POST('/api/v1/tickets/{id}/complaint/follow-up', {
            params,
            body: { outcome: said('outcome'), settled: yes },
          });
        case 'evaluation':
          return api.POST('/api/v1/tickets/{id}/complaint/evaluation', {
            params,
            body: { justified: yes, cause: said('cause'), measures: said('measures'), satisfaction: stars },
          });
        case 'record':
          return undefined;
      }
    },
    onSettled: () => fresh(),
  });
  const wrong = fieldErrors(take.error);
  const text = (name: 'note' | 'plan' | 'text' | 'outcome' | 'cause' | 'measures', required = true) => (
    <Textarea
      label={t(`complaint.${name}`)}
      required={required}
      autosize
      minRows={2}
      value={texts[name] ?? ''}
      error={wrong(name)}
      onChange={(event) => setTexts({ ...texts, [name]: event.currentTarget.value })}
    />
  );
  const line = (name: 'answer_by' | 'channel', label: string, type: string) => (
    <TextInput
      label={label}
      required
      type={type}
      value={texts[name] ?? ''}
      error={wrong(name)}
      onChange={(event) => setTexts({ ...texts, [name]: event.currentTarget.value })}
    />
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    take.mutate();
  };
  return (
    <form onSubmit={submit} className={css.stack}>
      <Text fw={600}>{t(`complaint.step.${step}`)}</Text>
      {step === 'assign' && (
        <>
          <PersonPick
            label={t('responsible')}
            required
            value={person}
            onChange={setPerson}
            error={wrong('responsible_id')}
          />
          {text('note', false)}
        </>
      )}
      {step === 'schedule' && (
        <>
          {line('answer_by', t('complaint.answerBy'), 'datetime-local')}
          {text('plan')}
        </>
      )}
      {step === 'answer' && (
        <>
          {line('channel', t('complaint.channel'), 'text')}
          {text('text')}
        </>
      )}
      {step === 'follow_up' && (
        <>
          {text('outcome')}
          <Switch
            label={t('complaint.settled')}
            checked={yes}
            onChange={(event) => setYes(event.currentTarget.checked)}
          />
        </>
      )}
      {step === 'evaluation' && (
        <>
          <Switch
            label={t('complaint.justified')}
            checked={yes}
            onChange={(event) => setYes(event.currentTarget.checked)}
          />
          {text('cause')}
          {text('measures', yes)}
          <div className={css.row}>
            <span>{t('complaint.satisfaction')}</span>
            <Rating
              value={stars}
              onChange={setStars}
              getSymbolLabel={(value) => t('stars', { count: value })}
            />
          </div>
        </>
      )}
      <FormError
        error={take.error}
        fields={[
          'responsible_id',
          'note',
          'answer_by',
          'plan',
          'channel',
          'text',
          'outcome',
          'cause',
          'measures',
        ]}
      />
      <Group justify="end">
        <Button type="submit" loading={take.isPending} disabled={step === 'assign' && person === null}>
          {t('complaint.take')}
        </Button>
      </Group>
    </form>
  );
}
