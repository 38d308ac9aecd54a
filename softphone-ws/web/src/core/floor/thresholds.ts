/** From when on a figure wants looking at, and from when on somebody must act. Kept for each person on their computer. Pure. */
import type { FloorAgentView, QueueView, ShownState } from '../../api/protocol';

/** `warn`: look at it; `bad`: act. */
export type Level = 'ok' | 'warn' | 'bad';

/** `null`: never. Durations in seconds. */
export interface Limit {
  warn: number | null;
  bad: number | null;
}

/** `ready` and `level` are judged downwards: the less the worse. `level` and `abandoned` in percent. */
export const QUEUE_LIMITS = ['waiting', 'wait_s', 'expected_s', 'level', 'abandoned', 'ready'] as const;
export type QueueLimit = (typeof QUEUE_LIMITS)[number];

/** How long an agent may be in a state. */
export const AGENT_LIMITS = ['talking', 'hold', 'wrap_up', 'not_ready'] as const;
export type AgentLimit = (typeof AGENT_LIMITS)[number];

export interface Thresholds {
  queue: Record<QueueLimit, Limit>;
  agent: Record<AgentLimit, Limit>;
  /** Queues for which other limits hold. */
  queues: Record<string, Record<QueueLimit, Limit>>;
}

export const DEFAULTS: Thresholds = {
  queue: {
    waiting: { warn: 5, bad: 10 },
    wait_s: { warn: 60, bad: 180 },
    expected_s: { warn: 120, bad: 300 },
    level: { warn: 80, bad: 60 },
    abandoned: { warn: 5, bad: 10 },
    ready: { warn: null, bad: null },
  },
  agent: {
    talking: { warn: 600, bad: 1200 },
    hold: { warn: 60, bad: 180 },
    wrap_up: { warn: 60, bad: 180 },
    not_ready: { warn: 900, bad: 1800 },
  },
  queues: {},
};

/** `lower`: the less the worse. */
export function judge(value: number | null, limit: Limit, lower = false): Level {
  if (value === null) return 'ok';
  const over = (at: number | null) => at !== null && (lower ? value <= at : value >= at);
  return over(limit.bad) ? 'bad' : over(limit.warn) ? 'warn' : 'ok';
}

export function limitsOf(thresholds: Thresholds, queue: string): Record<QueueLimit, Limit> {
  return thresholds.queues[queue] ?? thresholds.queue;
}

/** A level below its limit is bad, one that just meets it is not. */
function judgeLevel(percent: number | null, { warn, bad }: Limit): Level {
  if (percent === null) return 'ok';
  if (bad !== null && percent < bad) return 'bad';
  return warn !== null && percent < warn ? 'warn' : 'ok';
}

export type QueueJudged = Record<QueueLimit | 'level_today', Level>;

const seconds = (ms: number | null) => (ms === null ? null : ms / 1000);
const percent = (permille: number | null | undefined) =>
  permille === null || permille === undefined ? null : permille / 10;

export function abandonedPermille(queue: QueueView): number | null {
  const { today } = queue;
  return today === null || today.offered === 0 ? null : Math.round((today.abandoned * 1000) / today.offered);
}

export function judgeQueue(queue: QueueView, limits: Record<QueueLimit, Limit>, now_ms: number): QueueJudged {
  return {
    waiting: judge(queue.waiting, limits.waiting),
    wait_s: judge(seconds(queue.oldest_ms === null ? null : now_ms - queue.oldest_ms), limits.wait_s),
    expected_s: judge(seconds(queue.expected_wait_ms), limits.expected_s),
    level: judgeLevel(percent(queue.lately?.level_permille), limits.level),
    level_today: judgeLevel(percent(queue.today?.level_permille), limits.level),
    abandoned: judge(percent(abandonedPermille(queue)), limits.abandoned),
    ready: judge(queue.open ? queue.ready : null, limits.ready, true),
  };
}

export function worst(levels: readonly Level[]): Level {
  return levels.includes('bad') ? 'bad' : levels.includes('warn') ? 'warn' : 'ok';
}

export function judgeAgent(
  { state, since_ms }: Pick<FloorAgentView, 'state' | 'since_ms'>,
  limits: Thresholds['agent'],
  now_ms: number,
): Level {
  const limit = (limits as Partial<Record<ShownState, Limit>>)[state];
  return limit === undefined ? 'ok' : judge((now_ms - since_ms) / 1000, limit);
}

/** What is wrong with a limit; `null`: nothing. */
export function limitProblem({ warn, bad }: Limit, lower: boolean): 'order' | null {
  if (warn === null || bad === null) return null;
  return (lower ? bad <= warn : bad >= warn) ? null : 'order';
}

export const isLower = (limit: QueueLimit): boolean => limit === 'level' || limit === 'ready';

/** Whatever of the text cannot be read is as it is by default. */
export function parseThresholds(text: string | null): Thresholds {
  const read = asRecord(parse(text));
  const queues = Object.entries(asRecord(read.queues)).map(
    ([id, limits]) => [id, readLimits(QUEUE_LIMITS, limits, DEFAULTS.queue)] as const,
  );
  return {
    queue: readLimits(QUEUE_LIMITS, read.queue, DEFAULTS.queue),
    agent: readLimits(AGENT_LIMITS, read.agent, DEFAULTS.agent),
    queues: Object.fromEntries(queues),
  };
}

function parse(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function readLimits<K extends string>(
  names: readonly K[],
  value: unknown,
  other: Record<K, Limit>,
): Record<K, Limit> {
  const read = asRecord(value);
  const number = (x: unknown) => x === null || (typeof x === 'number' && Number.isFinite(x) && x >= 0);
  const limits = names.map((name) => {
    const { warn, bad } = asRecord(read[name]);
    return [name, number(warn) && number(bad) ? { warn, bad } : other[name]] as const;
  });
  return Object.fromEntries(limits) as unknown as Record<K, Limit>;
}
