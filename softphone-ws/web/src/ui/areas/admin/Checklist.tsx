import { Anchor, Button, Text } from '@mantine/core';
import { IconCircleCheck, IconCircleDashed } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { api, body, Problem, type Schemas } from '../../../api/client';
import { checklist, type Found, type StepName } from '../../../core/admin/checklist';
import { ErrorState, SectionCard } from '../../kit';
import { useWorld } from '../../world';
import css from './admin.module.css';
import { readAll } from './engine/rows';

const PLACES: Record<StepName, string> = {
  trunk: 'trunks',
  queue: 'queues',
  flow: 'flows',
  number: 'numbers',
  agents: 'users',
};

async function healthOf(id: string, signal: AbortSignal): Promise<string | null> {
  try {
    return (await body(api.GET('/api/v1/trunks/{id}/status', { params: { path: { id } }, signal }))).health;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

async function isLive(id: string, signal: AbortSignal): Promise<boolean> {
  const versions = await body(api.GET('/api/v1/flows/{id}/versions', { params: { path: { id } }, signal }));
  return versions.some((version) => version.state === 'live');
}

/** Looks at no more than this many of a kind: the question is whether there is one. */
const LOOKED_AT = 20;

async function look(signal: AbortSignal): Promise<Found> {
  const [trunks, numbers, flows, queues, users] = await Promise.all([
    readAll<Schemas['StoredTrunk']>('trunks', signal),
    readAll<Schemas['StoredNumber']>('numbers', signal),
    readAll<Schemas['StoredFlow']>('flows', signal),
    readAll<Schemas['StoredQueue']>('queues', signal),
    readAll<Schemas['StoredUser']>('users', signal),
  ]);
  const active = trunks.filter((trunk) => trunk.active !== false).slice(0, LOOKED_AT);
  const healths = new Map(
    await Promise.all(active.map(async ({ id }) => [id, await healthOf(id, signal)] as const)),
  );
  // Those that numbers lead to come first.
  const entered = new Set(numbers.map(({ entry }) => ('flow' in entry ? entry.flow : null)));
  const sorted = [...flows]
    .sort((a, b) => Number(entered.has(b.id)) - Number(entered.has(a.id)))
    .slice(0, LOOKED_AT);
  return {
    trunks: trunks.map((trunk) => ({ active: trunk.active, health: healths.get(trunk.id) ?? null })),
    numbers,
    flows: await Promise.all(sorted.map(async ({ id }) => ({ id, live: await isLive(id, signal) }))),
    queues,
    users,
  };
}

const HIDDEN = 'admin.checklist.hidden';

/** What a new installation still needs, from the trunk to the agents. Gone by itself from the top when all is there. */
export function Checklist() {
  const { t } = useTranslation('admin');
  const { store } = useWorld();
  const [hidden, setHidden] = useState(() => store.get(HIDDEN) === 'yes');
  const found = useQuery({
    queryKey: ['checklist'],
    queryFn: ({ signal }) => look(signal),
    enabled: !hidden,
  });
  const hide = (yes: boolean) => {
    store.set(HIDDEN, yes ? 'yes' : 'no');
    setHidden(yes);
  };
  if (hidden)
    return (
      <Anchor component="button" type="button" size="sm" onClick={() => hide(false)}>
        {t('checklist.show')}
      </Anchor>
    );
  if (found.isPending) return null;
  if (found.error) return <ErrorState error={found.error} retry={() => void found.refetch()} />;
  const steps = checklist(found.data);
  const open = steps.filter((step) => step.lack !== null).length;
  return (
    <SectionCard
      title={open === 0 ? t('checklist.ready') : t('checklist.title', { count: open })}
      actions={
        <Button variant="subtle" onClick={() => hide(true)}>
          {t('checklist.hide')}
        </Button>
      }
    >
      <ol className={css.steps}>
        {steps.map(({ name, lack }) => (
          <li key={name}>
            {lack === null ? (
              <IconCircleCheck size={20} color="var(--mantine-color-green-7)" aria-hidden />
            ) : (
              <IconCircleDashed size={20} color="var(--mantine-color-orange-7)" aria-hidden />
            )}
            <div>
              <Anchor component={Link} href={`/admin/${PLACES[name]}`} fw={500}>
                {t(`checklist.step.${name}`)}
              </Anchor>
              <Text size="sm" {...(lack === null && { c: 'dimmed' })}>
                {lack === null ? t('checklist.done') : t(`checklist.missing.${lack}`)}
              </Text>
            </div>
          </li>
        ))}
      </ol>
    </SectionCard>
  );
}
