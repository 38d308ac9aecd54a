/** Quarter hours of queues as series of a day. Pure. */
import type { Schemas } from '../../api/client';

type Interval = Schemas['Interval'];
type IntervalSums = Schemas['IntervalSums'];
type QueueFigures = Schemas['QueueFigures'];

export const QUARTER_MS = 15 * 60_000;

export interface Slot {
  /** In ms. */
  at: number;
  offered: number;
  answered: number;
  abandoned: number;
  /** In percent; `null`: nothing to divide by. */
  level: number | null;
  /** In seconds. */
  asa_s: number | null;
  aht_s: number | null;
}

const SUMS: readonly (keyof IntervalSums)[] = [
  'offered',
  'answered',
  'abandoned',
  'overflowed',
  'lost',
  'answered_in_level',
  'abandoned_in_level',
  'wait_answered_ms',
  'wait_abandoned_ms',
  'talk_ms',
  'hold_ms',
  'wrap_up_ms',
];

export function sumsOf(items: readonly IntervalSums[]): IntervalSums {
  const sums = Object.fromEntries(
    SUMS.map((name) => [name, items.reduce((sum, item) => sum + item[name], 0)]),
  );
  return sums as unknown as IntervalSums;
}

const ratio = (part: number, whole: number) => (whole <= 0 ? null : part / whole);
const permille = (part: number, whole: number) => {
  const share = ratio(part, whole);
  return share === null ? null : Math.floor(share * 1000);
};

/** The formulas of `GET /statistics/intervals` (`service-level/1`). */
export function figuresOf(sums: IntervalSums): QueueFigures {
  const ms = (sum: number) => {
    const mean = ratio(sum, sums.answered);
    return mean === null ? null : Math.floor(mean);
  };
  return {
    level_permille: permille(sums.answered_in_level, sums.offered - sums.abandoned_in_level),
    level_all_permille: permille(sums.answered_in_level, sums.offered),
    level_answered_permille: permille(sums.answered_in_level, sums.answered),
    abandoned_permille: permille(sums.abandoned, sums.offered),
    asa_ms: ms(sums.wait_answered_ms),
    aht_ms: ms(sums.talk_ms + sums.hold_ms + sums.wrap_up_ms),
  };
}

/** Every quarter hour of the span, also those in which nothing came. `step` quarter hours make a slot. */
export function slotsOf(
  items: readonly Interval[],
  from_ms: number,
  to_ms: number,
  step = 1,
): readonly Slot[] {
  const width = QUARTER_MS * step;
  const start = Math.floor(from_ms / width) * width;
  const found = new Map<number, Interval[]>();
  for (const item of items) {
    const at = Math.floor(item.start_at / 1000 / width) * width;
    found.set(at, [...(found.get(at) ?? []), item]);
  }
  const count = Math.max(0, Math.ceil((to_ms - start) / width));
  return Array.from({ length: count }, (_, n) => slot(start + n * width, found.get(start + n * width) ?? []));
}

function slot(at: number, items: readonly Interval[]): Slot {
  const sums = sumsOf(items);
  const figures = figuresOf(sums);
  const seconds = (ms: number | null | undefined) => (ms == null ? null : Math.round(ms / 1000));
  return {
    at,
    offered: sums.offered,
    answered: sums.answered,
    abandoned: sums.abandoned,
    level: figures.level_permille == null ? null : figures.level_permille / 10,
    asa_s: seconds(figures.asa_ms),
    aht_s: seconds(figures.aht_ms),
  };
}
