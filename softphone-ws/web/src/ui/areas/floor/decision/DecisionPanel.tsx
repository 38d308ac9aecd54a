import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type Decisions, readDecisions, type WaitingWhy } from '../../../../api/decisions';
import { formatDuration } from '../../../../core/duration';
import { EmptyState, ErrorState, LoadingState, SectionCard, Time } from '../../../kit';
import { DecisionView } from './DecisionView';

/** Why this agent and not the others; for who waits, why nobody yet. */
export function DecisionPanel({ interaction }: { interaction: string }) {
  const { t } = useTranslation('floor');
  const decisions = useQuery({
    queryKey: ['decisions', interaction],
    queryFn: ({ signal }) => readDecisions(interaction, signal),
    refetchInterval: (query) => (query.state.data?.waiting ? 5_000 : false),
  });
  if (decisions.isPending) return <LoadingState />;
  if (decisions.error) return <ErrorState error={decisions.error} retry={() => void decisions.refetch()} />;
  const { waiting, offers } = decisions.data;
  if (!waiting && offers.length === 0) return <EmptyState title={t('decision.none')} />;
  return (
    <Stack>
      {waiting && <Waiting waiting={waiting} names={decisions.data.names} />}
      <Offers decisions={decisions.data} />
    </Stack>
  );
}

function Waiting({ waiting, names }: { waiting: WaitingWhy; names: Decisions['names'] }) {
  const { t } = useTranslation('floor');
  const { position, expected_wait_ms: expected } = waiting;
  return (
    <SectionCard title={t('decision.waits', { queue: waiting.queue_name ?? names[waiting.queue] ?? '' })}>
      <Text mb="xs">
        {position == null ? t('decision.heldOut') : t('decision.position', { position })}{' '}
        {expected != null && t('decision.expected', { wait: formatDuration(expected) })}
      </Text>
      <DecisionView decision={waiting.decision} names={names} />
    </SectionCard>
  );
}

function Offers({ decisions }: { decisions: Decisions }) {
  const { t } = useTranslation('floor');
  const { offers, names } = decisions;
  return [...offers].reverse().map((offer) => (
    <SectionCard
      key={offer.offer}
      title={t('decision.offered', {
        name: names[offer.agent] ?? t('caller.unknown'),
        outcome:
          offer.outcome === null
            ? t('decision.open')
            : t(`outcome.${offer.outcome as 'accepted'}`, { defaultValue: offer.outcome }),
      })}
      actions={
        <Text size="sm" c="dimmed">
          <Time ms={offer.offered_at / 1000} />
          {offer.queue !== null && ` · ${names[offer.queue] ?? ''}`}
        </Text>
      }
    >
      <DecisionView decision={offer.decision} names={names} chosen={offer.agent} />
    </SectionCard>
  ));
}
