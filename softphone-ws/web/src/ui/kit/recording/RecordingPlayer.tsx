import { ActionIcon, Anchor, Button, NativeSelect, Text } from '@mantine/core';
import { IconDownload, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useQueries, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '../../../api/client';
import { formatDuration } from '../../../core/duration';
import { lengthMs, peakColumns } from '../../../core/recording';
import { EmptyState, ErrorState, LoadingState } from '../states';
import css from './recording.module.css';
import { usePlayback } from './usePlayback';
import { Waveform } from './Waveform';

type Recording = Schemas['RecordingView'];

const SPEEDS = [0.75, 1, 1.25, 1.5, 2] as const;
const STEP_MS = 5_000;
/** More are played, but not drawn. */
const PARTS_DRAWN_MAX = 40;

const partUrl = (recording: string, part: number, download = false) =>
  `/api/v1/recordings/${recording}/parts/${part}${download ? '?download=true' : ''}`;

/** Plays a recording by its id: waveform of both voices, markers, speed, download. */
export function RecordingPlayer({ id }: { id: string }) {
  const { t } = useTranslation('player');
  const recording = useQuery({
    queryKey: ['recordings', id],
    queryFn: ({ signal }) => body(api.GET('/api/v1/recordings/{id}', { params: { path: { id } }, signal })),
  });
  if (recording.isPending) return <LoadingState />;
  if (recording.error) return <ErrorState error={recording.error} retry={() => void recording.refetch()} />;
  if (recording.data.parts.length === 0) return <EmptyState title={t('noSound')} />;
  return <Player recording={recording.data} key={recording.data.parts.length} />;
}

function Player({ recording }: { recording: Recording }) {
  const { t } = useTranslation('player');
  const { id, parts, gaps, markers } = recording;
  const all = lengthMs(parts);
  const playback = usePlayback(parts, (part) => partUrl(id, part));
  const peaks = usePeaks(recording);
  const seekBy = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -STEP_MS, ArrowRight: STEP_MS }[event.key];
    if (event.key === ' ') playback.toggle();
    else if (by !== undefined) playback.seek(playback.at_ms + by);
    else return;
    event.preventDefault();
  };
  return (
    <div className={css.player}>
      <div className={css.stage}>
        <Waveform parts={parts} gaps={gaps} peaks={peaks} />
        <span className={`${css.voice} ${css.upper}`}>{t('customer')}</span>
        <span className={`${css.voice} ${css.lower}`}>{t('ourSide')}</span>
        {markers.map(({ mark, offset_ms }) => (
          <span
            key={`${mark}${offset_ms}`}
            className={css.mark}
            style={{ left: `${(offset_ms / all) * 100}%` }}
          />
        ))}
        <span className={css.head} style={{ left: `${(playback.at_ms / all) * 100}%` }} />
        <input
          type="range"
          className={css.range}
          min={0}
          max={all}
          step={100}
          value={playback.at_ms}
          onChange={(event) => playback.seek(Number(event.currentTarget.value))}
          onKeyDown={seekBy}
          aria-label={t('position')}
          aria-valuetext={`${formatDuration(playback.at_ms)} / ${formatDuration(all)}`}
        />
      </div>
      <div className={css.controls}>
        <ActionIcon
          variant="filled"
          size="lg"
          onClick={playback.toggle}
          aria-label={playback.playing ? t('pause') : t('play')}
        >
          {playback.playing ? <IconPlayerPause size={18} /> : <IconPlayerPlay size={18} />}
        </ActionIcon>
        <Text>
          {formatDuration(playback.at_ms)} / {formatDuration(all)}
        </Text>
        <NativeSelect
          size="xs"
          aria-label={t('speed')}
          value={String(playback.speed)}
          onChange={(event) => playback.setSpeed(Number(event.currentTarget.value))}
          data={SPEEDS.map((speed) => ({ value: String(speed), label: `${speed}×` }))}
        />
        <div className={css.grow} />
        {parts.map(({ part }) => (
          <Button
            key={part}
            component="a"
            href={partUrl(id, part, true)}
            download
            variant="default"
            leftSection={<IconDownload size={14} />}
          >
            {parts.length === 1 ? t('download') : t('downloadPart', { part })}
          </Button>
        ))}
      </div>
      {playback.failed && (
        <Text c="red" role="alert">
          {t('failed')}
        </Text>
      )}
      {markers.length > 0 && (
        <div className={css.controls}>
          <Text c="dimmed">{t('markers')}</Text>
          {markers.map(({ mark, offset_ms }) => (
            <Anchor
              key={`${mark}${offset_ms}`}
              component="button"
              type="button"
              inherit
              onClick={() => playback.seek(offset_ms)}
            >
              {formatDuration(offset_ms)} {t(`mark.${mark as 'held'}`, { defaultValue: mark })}
            </Anchor>
          ))}
        </div>
      )}
      {gaps.length > 0 && (
        <Text size="sm" c="dimmed">
          {t('gaps', { count: gaps.length, seconds: Math.ceil(recording.lost_ms / 1000) })}
        </Text>
      )}
    </div>
  );
}

function usePeaks({ id, parts }: Recording): ReadonlyMap<number, Schemas['RecordingPeaks']> {
  const drawn = parts.slice(0, PARTS_DRAWN_MAX);
  const read = useQueries({
    queries: drawn.map((part) => ({
      queryKey: ['recordings', id, 'peaks', part.part, part.sha256],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        body(
          api.GET('/api/v1/recordings/{id}/peaks', {
            params: {
              path: { id },
              query: { part: String(part.part), width: String(peakColumns(parts, part, 1200)) },
            },
            signal,
          }),
        ),
      staleTime: Number.POSITIVE_INFINITY,
    })),
    combine: (results) => results.flatMap(({ data }) => (data === undefined ? [] : [data])),
  });
  return useMemo(() => new Map(read.map((peaks) => [peaks.part, peaks])), [read]);
}
