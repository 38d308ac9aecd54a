/** Loudness of samples (-1 to 1) on a scale that fits the ear: 0 is -60 dB and below, 1 full scale. */
const QUIET_DB = -60;

export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  if (rms <= 0) return 0;
  const db = 20 * Math.log10(rms);
  return Math.min(1, Math.max(0, 1 - db / QUIET_DB));
}
