/** How a call sounds, in words: by mean opinion scores (ITU-T G.107). */
import type { QualityView } from '../../api/protocol';

export type Sound = 'unknown' | 'good' | 'fair' | 'bad';

const FAIR_BELOW = 35;
const BAD_BELOW = 30;

/** The worse of both directions. */
export function scoreOf(quality: QualityView | null): number | null {
  const known = [quality?.heard_tenths, quality?.far_tenths].filter((score) => typeof score === 'number');
  return known.length === 0 ? null : Math.min(...known);
}

export function soundOf(quality: QualityView | null): Sound {
  const score = scoreOf(quality);
  if (score === null) return 'unknown';
  return score < BAD_BELOW ? 'bad' : score < FAIR_BELOW ? 'fair' : 'good';
}

/** Which direction is the worse one: `heard`: the customer hears the agent badly; `far`: the agent the customer. */
export function worseSide(quality: QualityView): 'heard' | 'far' {
  return (quality.heard_tenths ?? 45) <= (quality.far_tenths ?? 45) ? 'heard' : 'far';
}
