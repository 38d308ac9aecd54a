import { Button, Group, SegmentedControl, Select, TextInput } from '@mantine/core';
import { IconAdjustments, IconDeviceTv, IconMessage } from '@tabler/icons-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { FloorAgentView, FloorCallView, ShownState } from '../../../api/protocol';
import { type Floor, type FloorFilter, NO_FILTER, narrow } from '../../../core/floor/model';
import { useShortcut } from '../../hooks/useShortcut';
import { ErrorState, Filters, LoadingState, Page } from '../../kit';
import { FloorActionsProvider, useFloorActions } from './actions/FloorActions';
import { SupervisionBar } from './actions/SupervisionBar';
import { AgentDetails, CallDetails } from './Details';
import { FloorTabs } from './FloorTabs';
import css from './floor.module.css';
import { AgentsPanel } from './live/AgentsPanel';
import { ProgressPanel, WaitingPanel } from './live/CallsPanel';
import { QueuesPanel } from './live/QueuesPanel';
import { choices, useNames } from './names';
import { Summary } from './Summary';
import { ThresholdsDialog } from './ThresholdsDialog';
import { useFloor, useKept, useThresholds } from './useFloor';

const DENSITIES = ['comfortable', 'compact'] as const;
type Density = (typeof DENSITIES)[number];
const readDensity = (text: string | null): Density => (text === '"compact"' ? 'compact' : 'comfortable');

const STATES: readonly ShownState[] = [
  'ready',
  'reserved',
  'talking',
  'hold',
  'handling',
  'wrap_up',
  'not_ready',
  'logged_out',
];

/** The live floor: queues, agents, calls that wait and calls in progress, and what may be done with them. */
export default function FloorPage() {
  const { t } = useTranslation(['floor', 'common']);
  const state = useFloor();
  if (state.status !== 'live')
    return (
      <Page title={t('common:nav.floor')}>
        {state.status === 'loading' ? <LoadingState /> : <ErrorState error={state.error} />}
      </Page>
    );
  return (
    <FloorActionsProvider calls={state.floor.calls}>
      <LiveFloor floor={state.floor} />
    </FloorActionsProvider>
  );
}

function LiveFloor({ floor }: { floor: Floor }) {
  const { t } = useTranslation(['floor', 'common']);
  const names = useNames();
  const actions = useFloorActions();
  const [filter, setFilter] = useState<FloorFilter>(NO_FILTER);
  const [density, setDensity] = useKept('floor.density', readDensity);
  const [thresholds, setThresholds] = useThresholds();
  const [limitsOpen, setLimitsOpen] = useState(false);
  const [open, setOpen] = useState<{ agent: string } | { call: string } | null>(null);
  const serves = useServes(names.users);
  const shown = useMemo(() => narrow(floor, filter, serves), [floor, filter, serves]);
  const openCall = (call: FloorCallView) => setOpen({ call: call.interaction });
  const search = useRef<HTMLInputElement>(null);
  useShortcut('/', t('common:shortcut.search'), () => search.current?.focus());
  const agentOpen =
    open && 'agent' in open ? floor.agents.find((one) => one.agent === open.agent) : undefined;
  const callOpen =
    open && 'call' in open
      ? [...floor.waiting, ...floor.calls].find((one) => one.interaction === open.call)
      : undefined;
  return (
    <Page
      title={t('common:nav.floor')}
      actions={
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label={t('density.label')}
            value={density}
            onChange={(next) => setDensity(next as Density)}
            data={DENSITIES.map((value) => ({ value, label: t(`density.${value}`) }))}
          />
          <Button
            variant="default"
            leftSection={<IconAdjustments size={14} />}
            onClick={() => setLimitsOpen(true)}
          >
            {t('limits.open')}
          </Button>
          <Button
            variant="default"
            leftSection={<IconMessage size={14} />}
            onClick={() =>
              actions.message({
                ...(filter.team ? { team: filter.team } : filter.queue ? { queue: filter.queue } : {}),
              })
            }
          >
            {t('message.open')}
          </Button>
          <Button
            component={Link}
            href="/wallboard"
            variant="default"
            leftSection={<IconDeviceTv size={14} />}
          >
            {t('wallboard.open')}
          </Button>
        </Group>
      }
    >
      <FloorTabs />
      <SupervisionBar agents={floor.agents} />
      <Summary floor={shown} thresholds={thresholds} />
      <Filters>
        <TextInput
          ref={search}
          label={t('filter.text')}
          placeholder={t('filter.textHint')}
          value={filter.text}
          onChange={(event) => setFilter({ ...filter, text: event.currentTarget.value })}
        />
        <Select
          label={t('filter.queue')}
          placeholder={t('filter.all')}
          clearable
          searchable
          data={floor.queues.map((queue) => ({ value: queue.queue, label: queue.name }))}
          value={filter.queue || null}
          onChange={(queue) => setFilter({ ...filter, queue: queue ?? '' })}
        />
        <Select
          label={t('filter.team')}
          placeholder={t('filter.all')}
          clearable
          searchable
          data={choices(names.teams)}
          value={filter.team || null}
          onChange={(team) => setFilter({ ...filter, team: team ?? '' })}
        />
        <Select
          label={t('filter.state')}
          placeholder={t('filter.all')}
          clearable
          data={STATES.map((state) => ({ value: state, label: t(`common:state.${state}`) }))}
          value={filter.state || null}
          onChange={(state) => setFilter({ ...filter, state: (state ?? '') as ShownState | '' })}
        />
        <Button variant="subtle" disabled={filter === NO_FILTER} onClick={() => setFilter(NO_FILTER)}>
          {t('common:action.clear')}
        </Button>
      </Filters>
      <div className={css.panels} data-density={density}>
        <QueuesPanel
          queues={shown.queues}
          thresholds={thresholds}
          onOpen={(queue) => setFilter({ ...filter, queue: filter.queue === queue.queue ? '' : queue.queue })}
        />
        <div className={css.halves}>
          <AgentsPanel
            agents={shown.agents}
            thresholds={thresholds}
            names={names}
            onOpen={(agent: FloorAgentView) => setOpen({ agent: agent.agent })}
          />
          <div className={css.column}>
            <WaitingPanel calls={shown.waiting} thresholds={thresholds} onOpen={openCall} />
            <ProgressPanel calls={shown.calls} onOpen={openCall} />
          </div>
        </div>
      </div>
      {limitsOpen && (
        <ThresholdsDialog
          thresholds={thresholds}
          queues={floor.queues}
          onSave={setThresholds}
          onClose={() => setLimitsOpen(false)}
        />
      )}
      {agentOpen !== undefined && (
        <AgentDetails agent={agentOpen} names={names} onClose={() => setOpen(null)} />
      )}
      {callOpen !== undefined && <CallDetails call={callOpen} onClose={() => setOpen(null)} />}
    </Page>
  );
}

/** Who serves which queue; `null`: not known. */
function useServes(users: ReturnType<typeof useNames>['users']) {
  const queues = useMemo(() => new Map(users.map((user) => [user.id, user.queues ?? []])), [users]);
  return useCallback((agent: string, queue: string) => queues.get(agent)?.includes(queue) ?? null, [queues]);
}
