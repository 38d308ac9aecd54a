/** Figures, only with `FIGURES=1`: from the INVITE to the card on the screen, to a page that can be worked with, and what that loads. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { target } from './paths';
import { CALLER, EMMA, expect, test } from './support';

const CALLS = 100;
/** What an agent's first page may load, compressed. */
const BYTES_MAX = 350_000;

/** The value at a rank is one that occurred (nearest rank). */
function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

const keep = async (name: string, figures: Record<string, unknown>) => {
  console.log(`${name}: ${JSON.stringify(figures)}`);
  await writeFile(join(target, `browser-${name}.json`), `${JSON.stringify(figures, null, 2)}\n`);
};

test('from the INVITE to the card drawn, over a hundred calls', async ({ server, outside, person }) => {
  test.setTimeout(1_200_000);
  const you = await person('you');
  await you.works();
  await you.isReady();
  const [made, drawn]: [number[], number[]] = [[], []];
  for (let n = 0; n < CALLS; n += 1) {
    await you.page.evaluate((name) => window.markFirst('card', 'section h2', name), EMMA.name);
    const call = await outside.call({ from: EMMA.number, to: server.queueNumber, tone: CALLER });
    await expect.poll(() => you.page.evaluate(() => 'card' in window.marks), { intervals: [50] }).toBe(true);
    const { card } = await you.page.evaluate(() => window.marks);
    made.push((card?.made ?? Number.NaN) - call.atMs);
    drawn.push((card?.drawn ?? Number.NaN) - call.atMs);
    await call.hangUp();
    // Given up before the answer: nothing is left of it, and the agent is ready for the next.
    await you.hasNoCall();
    await expect(you.page.getByRole('heading', { name: EMMA.name })).toHaveCount(0);
    await you.shows('Ready');
  }
  const both = (values: readonly number[]) => ({
    p50: percentile(values, 0.5),
    p95: percentile(values, 0.95),
  });
  await keep('card', { calls: CALLS, invite_to_dom_ms: both(made), invite_to_drawn_ms: both(drawn) });
  expect(made.every((ms) => Number.isFinite(ms) && ms > 0)).toBe(true);
});

test('the agent’s page: time to interactive, and the bytes of the first load', async ({ person }) => {
  const you = await person('you');
  await you.hasSession();
  await you.context.addInitScript(() =>
    window.markFirst('interactive', 'section button', 'Sign in: this browser'),
  );
  await you.goto();
  await expect.poll(() => you.page.evaluate(() => 'interactive' in window.marks)).toBe(true);
  await you.page.waitForLoadState('networkidle');
  const found = await you.page.evaluate(() => {
    const entries = [
      ...performance.getEntriesByType('navigation'),
      ...performance.getEntriesByType('resource'),
    ] as PerformanceResourceTiming[];
    const own = entries.filter(({ name }) => !name.includes('/api/'));
    return {
      interactive_ms: (window.marks.interactive?.drawn ?? Number.NaN) - performance.timeOrigin,
      bytes: own.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
      files: own.length,
      api_bytes: entries.reduce((sum, one) => sum + (own.includes(one) ? 0 : one.encodedBodySize), 0),
    };
  });
  await keep('load', found);
  expect(found.bytes).toBeGreaterThan(0);
  expect(found.bytes, 'compressed bytes of the first load').toBeLessThanOrEqual(BYTES_MAX);
  expect(Number.isFinite(found.interactive_ms)).toBe(true);
});
