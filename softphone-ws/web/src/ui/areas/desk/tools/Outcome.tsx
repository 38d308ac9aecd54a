import { Alert, Button, Group, Select, Stack, Text, Textarea } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Work } from '../../../../core/desk/works';
import { useWrapUpCodes } from '../../../crm/lookups';
import { useAct } from '../../../hooks/useAct';
import { useQueueNames } from '../../../hooks/useQueueNames';
import { useShortcut } from '../../../hooks/useShortcut';
import { useCommand } from '../../../hooks/useTopic';
import { SectionCard, Until } from '../../../kit';
import css from '../desk.module.css';

const SAVE_AFTER_MS = 800;
const NOTE_MAX = 4_000;
const UNREACHED = {
  busy: 0,
  no_answer: 0,
  invalid: 0,
  rejected: 0,
  congestion: 0,
  forbidden: 0,
  failed: 0,
} as const;

/** What was chosen or written here, and the server has not told yet; the rest is as it tells. */
interface Touched {
  code?: string;
  note?: string;
}

/** By assignment: whoever looks at another page and comes back finds it. */
const drafts = new Map<string, Touched>();
const DRAFTS_MAX = 50;

function keep(assignment: string, draft: Touched): void {
  drafts.delete(assignment);
  drafts.set(assignment, draft);
  const oldest = drafts.keys().next().value;
  if (drafts.size > DRAFTS_MAX && oldest !== undefined) drafts.delete(oldest);
}

/** Only what was touched: what somebody saved elsewhere, or before the page was loaded anew, stays. */
const setting = (
  assignment: string,
  { code = null, note = null }: { code?: string | null; note?: string | null },
) => ({ do: 'set_wrap_up', assignment, code, note }) as const;

/** What came of the contact, from the first word on; in wrap-up with what is left of its time. */
export function Outcome({ work, assignment }: { work: Work; assignment: string }) {
  const { t } = useTranslation('pop');
  const act = useAct();
  const command = useCommand();
  const { wrapUp } = work;
  const told = wrapUp ?? work.call;
  const said = { code: told?.code ?? null, note: told?.note ?? '' };
  const [touched, setTouched] = useState<Touched>(() => drafts.get(assignment) ?? {});
  const draft = { ...said, ...touched };
  const [busy, setBusy] = useState(false);
  const unsaved = useRef(Object.keys(touched).length > 0);
  const latest = useRef(touched);
  latest.current = touched;
  const codes = useWrapUpCodes();
  const names = useQueueNames();
  const queue = work.queue ?? [...names].find(([, name]) => name === work.queueName)?.[0];
  const choices =
    wrapUp?.codes ??
    (codes.data ?? []).filter(
      ({ active, queue_id }) => active !== false && (queue_id == null || queue_id === queue),
    );
  const save = async () => {
    if (!unsaved.current) return true;
    unsaved.current = false;
    const done = await act(() => command(setting(assignment, latest.current)));
    if (!done) unsaved.current = true;
    return done;
  };
  const saveNow = useRef(save);
  saveNow.current = save;
  const { note } = draft;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a while after the last letter.
  useEffect(() => {
    const timer = setTimeout(() => void saveNow.current(), SAVE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [note]);
  // Whoever leaves at the end of the time is too late, and need not be told.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, at the end.
  useEffect(
    () => () => {
      if (unsaved.current) command(setting(assignment, latest.current)).catch(() => {});
    },
    [],
  );
  const change = (changes: Touched) => {
    const next = { ...latest.current, ...changes };
    unsaved.current = true;
    latest.current = next;
    keep(assignment, next);
    setTouched(next);
  };
  // What the server tells as it was written here is its own from now on: another page of the same person may change it.
  useEffect(() => {
    const { code, note } = touched;
    if (unsaved.current || (code === undefined && note === undefined)) return;
    if ((code ?? said.code) !== said.code || (note ?? said.note) !== said.note) return;
    latest.current = {};
    drafts.delete(assignment);
    setTouched({});
  }, [touched, said.code, said.note, assignment]);
  const missing = wrapUp?.required === true && draft.code === null;
  const finish = async () => {
    setBusy(true);
    if (await save()) await act(() => command({ do: 'finish_wrap_up', assignment }));
    setBusy(false);
  };
  useShortcut('Alt+w', t('outcome.finish'), () => void finish(), wrapUp !== null && !missing && !busy);
  return (
    <SectionCard
      title={wrapUp === null ? t('outcome.title') : t('outcome.wrapUp')}
      actions={
        wrapUp?.until_ms != null && (
          <span className={css.figures} role="timer">
            {t('outcome.left')}{' '}
            <strong>
              <Until ms={wrapUp.until_ms} />
            </strong>
          </span>
        )
      }
    >
      <Stack gap="sm">
        {wrapUp?.line_lost && <Alert color="orange">{t('outcome.lineLost')}</Alert>}
        {wrapUp?.outcome != null && wrapUp.outcome in UNREACHED && (
          <Alert color="gray">{t(`unreached.${wrapUp.outcome as keyof typeof UNREACHED}`)}</Alert>
        )}
        <Select
          label={t('outcome.code')}
          placeholder={t('outcome.choose')}
          nothingFoundMessage={t('outcome.noCodes')}
          searchable
          allowDeselect={false}
          withAsterisk={wrapUp?.required === true}
          data={choices.map(({ id, name }) => ({ value: id, label: name }))}
          value={draft.code}
          onChange={(code) => {
            if (code === null) return;
            change({ code });
            void save();
          }}
        />
        <Textarea
          label={t('outcome.note')}
          autosize
          minRows={3}
          maxRows={10}
          maxLength={NOTE_MAX}
          value={draft.note}
          onChange={(event) => change({ note: event.currentTarget.value })}
          onBlur={() => void save()}
        />
        {wrapUp !== null && (
          <Group>
            <Button loading={busy} disabled={missing} onClick={() => void finish()}>
              {t('outcome.finish')}
            </Button>
            {missing && <Text c="dimmed">{t('outcome.required')}</Text>}
          </Group>
        )}
      </Stack>
    </SectionCard>
  );
}
