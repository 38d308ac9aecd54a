import { Button, Group } from '@mantine/core';
import { IconRoute } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'wouter';
import { api, body, type Schemas } from '../../../api/client';
import { mayEnter } from '../../../core/roles';
import { ErrorState, LoadingState, Page, SectionCard } from '../../kit';
import { RecordingPlayer } from '../../kit/recording';
import { useSession } from '../../world';
import { DecisionPanel } from '../floor/decision/DecisionPanel';
import { type Names, useNames } from '../floor/names';
import { Events } from './detail/Events';
import { Quality } from './detail/Quality';
import { Collected, Summary, WrapUps } from './detail/Summary';
import { TimelineDrawing } from './detail/TimelineDrawing';
import css from './recordings.module.css';

type Detail = Schemas['InteractionDetail'];

/** Open ones are read again so often. */
const FRESH_MS = 5_000;

/** One interaction with everything: who did what when, why it went to whom, what was said. */
export default function InteractionPage() {
  const { t } = useTranslation('recordings');
  const { id = '' } = useParams();
  const names = useNames();
  const detail = useQuery({
    queryKey: ['interactions', id],
    queryFn: ({ signal }) => body(api.GET('/api/v1/interactions/{id}', { params: { path: { id } }, signal })),
    refetchInterval: (query) => (query.state.data?.state === 'open' ? FRESH_MS : false),
  });
  if (detail.isPending || detail.error)
    return (
      <Page title={t('one.title')}>
        {detail.isPending ? (
          <LoadingState />
        ) : (
          <ErrorState error={detail.error} retry={() => void detail.refetch()} />
        )}
      </Page>
    );
  return <Interaction detail={detail.data} names={names} />;
}

function Interaction({ detail, names }: { detail: Detail; names: Names }) {
  const { t } = useTranslation('recordings');
  const { roles } = useSession();
  const nameOf = useMemo(() => participantNames(detail, names, t), [detail, names, t]);
  return (
    <Page
      title={t('one.title')}
      actions={
        <Group gap="xs">
          {mayEnter(roles, ['supervisor', 'admin']) && (
            <Button
              component={Link}
              href={`/interactions/${detail.id}/sip`}
              variant="default"
              leftSection={<IconRoute size={14} />}
            >
              {t('sip.open')}
            </Button>
          )}
        </Group>
      }
    >
      <div className={css.sections}>
        <Summary detail={detail} names={names} />
        <SectionCard title={t('timeline.title')}>
          <TimelineDrawing detail={detail} nameOf={nameOf} queueOf={names.of} />
        </SectionCard>
        <SectionCard title={t('one.recordings')}>
          {detail.recordings.length === 0
            ? t('recorded.no')
            : detail.recordings.map(({ id }) => <RecordingPlayer key={id} id={id} />)}
        </SectionCard>
        <div className={css.pair}>
          <WrapUps detail={detail} names={names} />
          <Collected data={detail.data} />
        </div>
        <SectionCard title={t('one.decisions')}>
          <DecisionPanel interaction={detail.id} />
        </SectionCard>
        <Quality participants={detail.participants} nameOf={nameOf} />
        <Events detail={detail} nameOf={nameOf} />
      </div>
    </Page>
  );
}

/** What an id is called: participants by their agent or role, and everything that has a name of its own. */
function participantNames(
  detail: Detail,
  names: Names,
  t: TFunction<'recordings'>,
): (id: string | null | undefined) => string | null {
  const found = new Map<string, string>();
  for (const { id, role, agent_id } of detail.participants) {
    found.set(id, names.of(agent_id) ?? t(`role.${role as 'customer'}`, { defaultValue: role }));
  }
  return (id) => (id ? (found.get(id) ?? names.of(id)) : null);
}
