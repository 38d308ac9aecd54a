import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, body } from '../../../api/client';
import { EmptyState, ErrorState, LoadingState } from '../states';
import { RecordingPlayer } from './RecordingPlayer';

/** All recordings of an interaction, each with its player. */
export function InteractionRecordings({ interaction }: { interaction: string }) {
  const { t } = useTranslation('player');
  const detail = useQuery({
    queryKey: ['interactions', interaction],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/interactions/{id}', { params: { path: { id: interaction } }, signal })),
  });
  if (detail.isPending) return <LoadingState />;
  if (detail.error) return <ErrorState error={detail.error} retry={() => void detail.refetch()} />;
  const { recordings, message } = detail.data;
  // A message was recorded in the call it was left in.
  if (message) return <RecordingPlayer id={message.recording_id} />;
  if (recordings.length === 0) return <EmptyState title={t('none')} />;
  return recordings.map(({ id }) => <RecordingPlayer key={id} id={id} />);
}
