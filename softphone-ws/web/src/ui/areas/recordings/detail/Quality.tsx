import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../../../api/client';
import { type Column, DataTable, SectionCard } from '../../../kit';
import { Judged } from '../../floor/live/Judged';

type Participant = Schemas['ParticipantView'];

/** What came of the media of each leg. */
export function Quality({
  participants,
  nameOf,
}: {
  participants: readonly Participant[];
  nameOf: (id: string) => string | null;
}) {
  const { t } = useTranslation('recordings');
  const measured = participants.filter((one) => one.media !== null && one.media !== undefined);
  if (measured.length === 0) return null;
  const figure = (one: Participant, name: string) => {
    const value = (one.media as Record<string, unknown> | null)?.[name];
    return typeof value === 'number' ? value : null;
  };
  const score = (value: number | null) => {
    if (value === null || value === 0) return '–';
    return <Judged level={value < 3 ? 'bad' : value < 3.5 ? 'warn' : 'ok'}>{value.toFixed(1)}</Judged>;
  };
  const ms = (value: number | null) => (value === null ? '–' : `${Math.round(value)} ms`);
  const lost = (one: Participant) => {
    const [gone, came] = [figure(one, 'packets_lost'), figure(one, 'packets_received')];
    if (gone === null || came === null || gone + came === 0) return '–';
    return `${gone} (${((gone / (gone + came)) * 100).toFixed(1)} %)`;
  };
  const columns: Column<Participant>[] = [
    { key: 'who', title: t('quality.who'), cell: (one) => nameOf(one.id) },
    {
      key: 'codec',
      title: t('quality.codec'),
      cell: (one) => String((one.media as Record<string, unknown> | null)?.codec ?? '–'),
    },
    { key: 'heard', title: t('quality.heard'), end: true, cell: (one) => score(figure(one, 'score_heard')) },
    { key: 'far', title: t('quality.far'), end: true, cell: (one) => score(figure(one, 'score_far')) },
    { key: 'lost', title: t('quality.lost'), end: true, cell: lost },
    { key: 'jitter', title: t('quality.jitter'), end: true, cell: (one) => ms(figure(one, 'jitter_ms')) },
    { key: 'trip', title: t('quality.trip'), end: true, cell: (one) => ms(figure(one, 'round_trip_ms')) },
    {
      key: 'answerer',
      title: t('quality.answerer'),
      cell: (one) =>
        one.answerer ? t(`answerer.${one.answerer as 'person'}`, { defaultValue: one.answerer }) : '–',
    },
  ];
  return (
    <SectionCard title={t('quality.title')}>
      <DataTable label={t('quality.title')} columns={columns} rows={measured} rowKey={(one) => one.id} />
    </SectionCard>
  );
}
