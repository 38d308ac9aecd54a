/** Tasks and callbacks in lists, with what may be done with them. */
import { Badge, Button, Group, Menu, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, patch, type Schemas } from '../../api/client';
import type { Pages } from '../../api/pages';
import { useAct } from '../hooks/useAct';
import { useNow } from '../hooks/useNow';
import { DataTable, EmptyState, Time } from '../kit';
import css from './crm.module.css';
import { DialNumber } from './DialNumber';
import { useOwnerName } from './lookups';

type Task = Schemas['StoredTask'];
type Callback = Schemas['StoredCallback'];

export function Due({ at, done = false }: { at: number | null | undefined; done?: boolean }) {
  const { t } = useTranslation('crm');
  const now = useNow();
  if (!at) return null;
  const late = !done && at / 1000 < now;
  return (
    <span className={css.row}>
      <Time ms={at / 1000} />
      {late && (
        <Badge size="xs" color="red" variant="light" tt="none">
          {t('work.late')}
        </Badge>
      )}
    </span>
  );
}

export function WorkPriority({ priority }: { priority: number | undefined }) {
  const { t } = useTranslation('crm');
  if (!priority) return null;
  return (
    <Badge size="xs" color={priority > 1 ? 'red' : 'orange'} variant="light" tt="none">
      {t(`work.priorities.${String(priority) as '1' | '2' | '3'}`)}
    </Badge>
  );
}

/** Sets a task's state; others' changes meanwhile are told as a conflict. */
export function useTaskState() {
  const queries = useQueryClient();
  const act = useAct();
  const change = useMutation({
    mutationFn: ({ task, state }: { task: Pick<Task, 'id' | 'version'>; state: Schemas['TaskState'] }) =>
      api.PATCH('/api/v1/tasks/{id}', {
        params: { path: { id: task.id }, header: ifMatch(task.version) },
        body: patch<Schemas['Task']>({ state }),
      }),
    onSettled: () => {
      for (const key of ['tasks', 'my-work', 'timeline']) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
  return (task: Pick<Task, 'id' | 'version'>, state: Schemas['TaskState']) =>
    void act(() => change.mutateAsync({ task, state }));
}

const OPEN: readonly string[] = ['open', 'in_progress'];

export function TaskTable({ rows }: { rows: Pages<Task> }) {
  const { t } = useTranslation('crm');
  const owner = useOwnerName();
  const set = useTaskState();
  return (
    <DataTable
      label={t('work.tasks')}
      rows={rows}
      rowKey={(row) => row.id}
      empty={<EmptyState title={t('work.noTasks')} />}
      columns={[
        {
          key: 'title',
          title: t('work.title'),
          cell: (row) => (
            <div className={css.cell}>
              <Text fw={600}>
                <bdi>{row.title}</bdi> <WorkPriority priority={row.priority} />
              </Text>
              {row.text && <span className={`${css.dim} ${css.said}`}>{row.text}</span>}
            </div>
          ),
        },
        {
          key: 'due',
          title: t('work.due'),
          width: '14rem',
          cell: (row) => <Due at={row.due_at} done={!OPEN.includes(row.state ?? 'open')} />,
        },
        { key: 'owner', title: t('work.owner'), cell: (row) => owner(row.owner) },
        {
          key: 'state',
          title: t('work.state'),
          width: '8rem',
          cell: (row) => t(`work.states.${row.state ?? 'open'}`),
        },
        {
          key: 'act',
          title: t('work.actions'),
          width: '13rem',
          cell: (row) =>
            OPEN.includes(row.state ?? 'open') ? (
              <Group gap="xs" wrap="nowrap">
                {row.state !== 'in_progress' && (
                  <Button size="compact-xs" variant="default" onClick={() => set(row, 'in_progress')}>
                    {t('work.begin')}
                  </Button>
                )}
                <Button size="compact-xs" variant="light" onClick={() => set(row, 'done')}>
                  {t('work.done')}
                </Button>
                <Button size="compact-xs" variant="subtle" color="gray" onClick={() => set(row, 'cancelled')}>
                  {t('work.cancel')}
                </Button>
              </Group>
            ) : (
              <Button size="compact-xs" variant="subtle" onClick={() => set(row, 'open')}>
                {t('work.reopen')}
              </Button>
            ),
        },
      ]}
    />
  );
}

const OUTCOMES = ['reached', 'no_answer', 'busy', 'machine', 'failed', 'wrong_number', 'returned'] as const;
const WAITING: readonly string[] = ['scheduled', 'due', 'offered', 'attempted'];

export function CallbackTable({ rows }: { rows: Pages<Callback> }) {
  const { t } = useTranslation('crm');
  const owner = useOwnerName();
  const act = useAct();
  const queries = useQueryClient();
  const fresh = () => {
    for (const key of ['callbacks', 'my-work', 'timeline'])
      void queries.invalidateQueries({ queryKey: [key] });
  };
  const run = (what: () => Promise<unknown>) => void act(what).then(fresh);
  const of = (id: string) => ({ params: { path: { id } } });
  return (
    <DataTable
      label={t('work.callbacks')}
      rows={rows}
      rowKey={(row) => row.id}
      empty={<EmptyState title={t('work.noCallbacks')} />}
      columns={[
        {
          key: 'number',
          title: t('work.number'),
          cell: (row) => (
            <div className={css.cell}>
              <span className={css.row}>
                <bdi>{row.number}</bdi>
                <DialNumber number={row.number} />
                <WorkPriority priority={row.priority} />
              </span>
              {row.reason && <span className={`${css.dim} ${css.said}`}>{row.reason}</span>}
            </div>
          ),
        },
        {
          key: 'next',
          title: t('work.next'),
          width: '14rem',
          cell: (row) => (
            <Due at={row.next_at ?? row.from_at} done={!WAITING.includes(row.state ?? 'scheduled')} />
          ),
        },
        { key: 'owner', title: t('work.owner'), cell: (row) => owner(row.owner) },
        {
          key: 'state',
          title: t('work.state'),
          cell: (row) =>
            `${t(`work.callbackStates.${row.state ?? 'scheduled'}`)} · ${t('work.tries', {
              count: row.attempts ?? 0,
              max: row.attempts_max ?? 3,
            })}`,
        },
        {
          key: 'act',
          title: t('work.actions'),
          width: '15rem',
          cell: (row) =>
            WAITING.includes(row.state ?? 'scheduled') && (
              <Group gap="xs" wrap="nowrap">
                <Button
                  size="compact-xs"
                  variant="light"
                  onClick={() => run(() => api.POST('/api/v1/callbacks/{id}/take', of(row.id)))}
                >
                  {t('work.take')}
                </Button>
                <Menu withinPortal>
                  <Menu.Target>
                    <Button size="compact-xs" variant="default">
                      {t('work.outcome')}
                    </Button>
                  </Menu.Target>
                  <Menu.Dropdown>
                    {OUTCOMES.map((outcome) => (
                      <Menu.Item
                        key={outcome}
                        onClick={() =>
                          run(() =>
                            api.POST('/api/v1/callbacks/{id}/attempts', { ...of(row.id), body: { outcome } }),
                          )
                        }
                      >
                        {t(`work.outcomes.${outcome}`)}
                      </Menu.Item>
                    ))}
                  </Menu.Dropdown>
                </Menu>
                <Button
                  size="compact-xs"
                  variant="subtle"
                  color="gray"
                  onClick={() => run(() => api.POST('/api/v1/callbacks/{id}/cancel', of(row.id)))}
                >
                  {t('work.cancel')}
                </Button>
              </Group>
            ),
        },
      ]}
    />
  );
}
