/** An interaction drawn over time: a lane for each participant, a bar for each segment. Pure; moments in ms. */
import type { components } from '../../api/rest';

type Schemas = components['schemas'];
type Detail = Schemas['InteractionDetail'];

export interface Bar {
  kind: string;
  queue: string | null;
  from_ms: number;
  /** `null`: it goes on. */
  to_ms: number | null;
  /** Place and width, in percent of the whole. */
  left: number;
  width: number;
}

export interface Lane {
  participant: Schemas['ParticipantView'];
  bars: readonly Bar[];
}

export interface Timeline {
  from_ms: number;
  to_ms: number;
  lanes: readonly Lane[];
  /** Moments to write below it, in ms since its beginning. */
  ticks: readonly { at_ms: number; left: number }[];
}

/** Even a bar of no length can be seen and pointed at. */
const WIDTH_MIN = 0.4;
const STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400].map((s) => s * 1000);

export function timelineOf(
  detail: Pick<Detail, 'opened_at' | 'closed_at' | 'participants'>,
  now_ms: number,
): Timeline {
  const from_ms = detail.opened_at / 1000;
  const ends = detail.participants.flatMap(({ left_at, segments }) => [
    left_at,
    ...segments.map((segment) => segment.ended_at),
  ]);
  const known = ends.flatMap((end) => (end === null || end === undefined ? [] : [end / 1000]));
  const closed = detail.closed_at ?? null;
  const to_ms = Math.max(from_ms + 1000, closed === null ? now_ms : closed / 1000, ...known);
  const all = to_ms - from_ms;
  const lanes = detail.participants.map((participant) => ({
    participant,
    bars: participant.segments.map((segment) => {
      const start = segment.started_at / 1000;
      const ended = segment.ended_at ?? null;
      const end = ended === null ? to_ms : ended / 1000;
      const width = Math.max(((end - start) / all) * 100, WIDTH_MIN);
      return {
        kind: segment.kind,
        queue: segment.queue_id ?? null,
        from_ms: start,
        to_ms: ended === null ? null : end,
        left: Math.min(((start - from_ms) / all) * 100, 100 - width),
        width,
      };
    }),
  }));
  const step = STEPS_MS.find((ms) => all / ms <= 8) ?? all / 8;
  const ticks = Array.from({ length: Math.floor(all / step) + 1 }, (_, n) => ({
    at_ms: n * step,
    left: ((n * step) / all) * 100,
  }));
  return { from_ms, to_ms, lanes, ticks };
}
