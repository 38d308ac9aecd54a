import { Button, Group, NumberInput, Select, Stack, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { QueueView } from '../../../api/protocol';
import {
  AGENT_LIMITS,
  DEFAULTS,
  isLower,
  type Limit,
  limitProblem,
  limitsOf,
  QUEUE_LIMITS,
  type Thresholds,
} from '../../../core/floor/thresholds';
import { Dialog } from '../../kit';
import css from './floor.module.css';

const ALL = 'all';

/** One's own limits, for all queues or one of them, and for agents' states. */
export function ThresholdsDialog({
  thresholds,
  queues,
  onSave,
  onClose,
}: {
  thresholds: Thresholds;
  queues: readonly QueueView[];
  onSave: (thresholds: Thresholds) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation(['floor', 'common']);
  const [draft, setDraft] = useState(thresholds);
  const [queue, setQueue] = useState(ALL);
  const own = draft.queues[queue] !== undefined;
  const shown = queue === ALL ? draft.queue : limitsOf(draft, queue);
  const setOwn = (on: boolean) => {
    const { [queue]: _, ...others } = draft.queues;
    setDraft({ ...draft, queues: on ? { ...others, [queue]: draft.queue } : others });
  };
  const setQueueLimit = (name: (typeof QUEUE_LIMITS)[number], limit: Limit) =>
    setDraft(
      queue === ALL
        ? { ...draft, queue: { ...draft.queue, [name]: limit } }
        : { ...draft, queues: { ...draft.queues, [queue]: { ...shown, [name]: limit } } },
    );
  const wrong = [draft.queue, ...Object.values(draft.queues)].some((limits) =>
    QUEUE_LIMITS.some((name) => limitProblem(limits[name], isLower(name)) !== null),
  );
  const agentsWrong = AGENT_LIMITS.some((name) => limitProblem(draft.agent[name], false) !== null);
  return (
    <Dialog title={t('limits.title')} onClose={onClose} size="lg">
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t('limits.hint')}
        </Text>
        <Group align="end">
          <Select
            label={t('limits.for')}
            data={[
              { value: ALL, label: t('limits.allQueues') },
              ...queues.map((one) => ({ value: one.queue, label: one.name })),
            ]}
            value={queue}
            onChange={(next) => setQueue(next ?? ALL)}
            allowDeselect={false}
            searchable
          />
          {queue !== ALL && (
            <Switch
              label={t('limits.own')}
              checked={own}
              onChange={(event) => setOwn(event.currentTarget.checked)}
            />
          )}
        </Group>
        <div className={css.limits}>
          <span />
          <b>{t('level.warn')}</b>
          <b>{t('level.bad')}</b>
          {QUEUE_LIMITS.map((name) => (
            <LimitRow
              key={name}
              name={t(`limits.${name}`)}
              limit={shown[name]}
              lower={isLower(name)}
              disabled={queue !== ALL && !own}
              onChange={(limit) => setQueueLimit(name, limit)}
            />
          ))}
          {AGENT_LIMITS.map((name) => (
            <LimitRow
              key={name}
              name={t('limits.state', { state: t(`common:state.${name}`) })}
              limit={draft.agent[name]}
              lower={false}
              onChange={(limit) => setDraft({ ...draft, agent: { ...draft.agent, [name]: limit } })}
            />
          ))}
        </div>
        <Group justify="space-between">
          <Button variant="subtle" onClick={() => setDraft(DEFAULTS)}>
            {t('limits.defaults')}
          </Button>
          <Group>
            <Button variant="default" onClick={onClose}>
              {t('common:action.cancel')}
            </Button>
            <Button
              disabled={wrong || agentsWrong}
              onClick={() => {
                onSave(draft);
                onClose();
              }}
            >
              {t('common:action.save')}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Dialog>
  );
}

function LimitRow({
  name,
  limit,
  lower,
  disabled = false,
  onChange,
}: {
  name: string;
  limit: Limit;
  lower: boolean;
  disabled?: boolean;
  onChange: (limit: Limit) => void;
}) {
  const { t } = useTranslation('floor');
  const problem = limitProblem(limit, lower);
  const input = (which: keyof Limit) => (
    <NumberInput
      size="xs"
      min={0}
      max={100_000}
      allowDecimal={false}
      disabled={disabled}
      aria-label={`${name}: ${t(`level.${which}`)}`}
      placeholder={t('limits.never')}
      value={limit[which] ?? ''}
      onChange={(value) => onChange({ ...limit, [which]: typeof value === 'number' ? value : null })}
      error={which === 'bad' && problem !== null && t(lower ? 'limits.orderLower' : 'limits.order')}
    />
  );
  return (
    <>
      <span>{name}</span>
      {input('warn')}
      {input('bad')}
    </>
  );
}
