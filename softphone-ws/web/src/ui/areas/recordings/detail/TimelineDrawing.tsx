import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../../../api/client';
import { formatDuration } from '../../../../core/duration';
import { type Bar, timelineOf } from '../../../../core/interactions/timeline';
import { useNow } from '../../../hooks/useNow';
import { EmptyState } from '../../../kit';
import css from './timeline.module.css';

/** A lane for each participant; a bar for what they did, as long as they did it. Bars say in words what they are. */
export function TimelineDrawing({
  detail,
  nameOf,
  queueOf,
}: {
  detail: Schemas['InteractionDetail'];
  nameOf: (id: string) => string | null;
  queueOf: (id: string | null) => string | null;
}) {
  const { t } = useTranslation('recordings');
  const now = useNow();
  const timeline = timelineOf(detail, now);
  if (timeline.lanes.length === 0) return <EmptyState title={t('timeline.none')} />;
  const kinds = [...new Set(timeline.lanes.flatMap(({ bars }) => bars.map((bar) => bar.kind)))];
  const wordOf = (kind: string) => t(`segment.${kind as 'talking'}`, { defaultValue: kind });
  const textOf = (bar: Bar) => {
    const queue = queueOf(bar.queue);
    const what = queue === null ? wordOf(bar.kind) : `${wordOf(bar.kind)} (${queue})`;
    const start = formatDuration(bar.from_ms - timeline.from_ms);
    const length = formatDuration((bar.to_ms ?? timeline.to_ms) - bar.from_ms);
    return t('timeline.bar', { what, start, length });
  };
  return (
    <div className={css.timeline}>
      {timeline.lanes.map(({ participant, bars }) => (
        <div key={participant.id} className={css.lane}>
          <div className={css.who}>
            <b>{nameOf(participant.id)}</b>
            <Text size="xs" c="dimmed">
              {t(`role.${participant.role as 'customer'}`, { defaultValue: participant.role })}
              {participant.leave_reason &&
                ` · ${t(`leave.${participant.leave_reason as 'hung_up'}`, { defaultValue: participant.leave_reason })}`}
            </Text>
          </div>
          <ol className={css.bars}>
            {bars.map((bar) => (
              <li
                key={`${bar.kind}${bar.from_ms}`}
                className={css.bar}
                data-kind={bar.kind}
                style={{ left: `${bar.left}%`, width: `${bar.width}%` }}
                title={textOf(bar)}
              >
                <span aria-hidden>{bar.width > 8 ? wordOf(bar.kind) : ''}</span>
                <span className={css.said}>{textOf(bar)}</span>
              </li>
            ))}
          </ol>
        </div>
      ))}
      <div className={css.lane} aria-hidden>
        <div className={css.who} />
        <div className={css.ticks}>
          {timeline.ticks.map(({ at_ms, left }) => (
            <span key={at_ms} style={{ left: `${left}%` }}>
              {formatDuration(at_ms)}
            </span>
          ))}
        </div>
      </div>
      <div className={css.legend} aria-hidden>
        {kinds.map((kind) => (
          <span key={kind}>
            <i className={css.swatch} data-kind={kind} /> {wordOf(kind)}
          </span>
        ))}
      </div>
    </div>
  );
}
