/** Debian's Chromium against the real binary; one test at a time, because each is several browsers and a server with real audio. */
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { target } from './paths';

export default defineConfig({
  testDir: '.',
  // What measures is asked for: its figures mean nothing beside other work.
  testIgnore: process.env.FIGURES === '1' ? [] : ['figures.spec.ts'],
  outputDir: join(target, 'browser-results'),
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  timeout: process.env.STANDS_STILL === '1' ? 1_200_000 : 300_000,
  expect: { timeout: process.env.STANDS_STILL === '1' ? 60_000 : 20_000 },
  reporter: [['list']],
});
