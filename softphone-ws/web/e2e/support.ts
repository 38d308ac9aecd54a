/** What the specs stand on: a server of its own for each test, people with browsers, callers outside. All of it is gone afterwards. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, test as base, expect } from '@playwright/test';
import { listenTo, type Recording } from './ears';
import { Outside, type OutsideCall } from './outside';
import { openBrowser, Person } from './person';
import { Server, type ServerOptions } from './server';

/** Voices that are told apart at any end: none is a multiple of another. */
export const CALLER = 600;
export const AGENT = 1500;
export const SECOND = 1050;

/** A customer of the demo, and somebody nobody knows. */
export const EMMA = { number: '+442079460011', name: 'Emma Thompson' } as const;
export const STRANGER = '+12025550177';

interface Fixtures {
  /** How this test's server is set up; `test.use({ setup: … })`. */
  readonly setup: ServerOptions;
  readonly server: Server;
  readonly outside: Outside;
  readonly folder: string;
  /** Opens a browser with this voice, and a window in it. */
  readonly person: (login: string, voice?: number, options?: BrowserContextOptions) => Promise<Person>;
}

export const test = base.extend<Fixtures>({
  setup: [{}, { option: true }],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern what a fixture needs.
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'cordboard-browser-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
  server: async ({ setup }, use, info) => {
    const server = await Server.start(setup);
    await use(server);
    if (info.status !== info.expectedStatus)
      await info.attach('server.log', { body: await server.log(), contentType: 'text/plain' });
    await server.stop();
  },
  outside: async ({ server }, use) => {
    const outside = new Outside(server.sip);
    await use(outside);
    await outside.close();
  },
  person: async ({ server, folder }, use) => {
    const browsers: Browser[] = [];
    await use(async (login, voice = AGENT, options = {}) => {
      const browser = await openBrowser({ voice, folder });
      browsers.push(browser);
      return Person.at(server, browser, login, voice, options);
    });
    for (const browser of browsers) await browser.close();
  },
});

export { expect };

/** Somebody calls the sales queue, and this agent answers; both are heard. */
export async function talking(
  server: Server,
  outside: Outside,
  agent: Person,
  from: string = EMMA.number,
): Promise<OutsideCall> {
  const call = await outside.call({ from, to: server.queueNumber, tone: CALLER });
  await agent.answers();
  return call;
}

interface Detail {
  readonly id: string;
  readonly recordings: readonly {
    readonly id: string;
    readonly ended_at: number | null;
    readonly parts: readonly { readonly part: number }[];
  }[];
}

/** The latest interaction of this number. */
export async function interactionOf(server: Server, number: string): Promise<string> {
  const path = `/interactions?number=${encodeURIComponent(number)}&limit=1`;
  let id: string | undefined;
  // The log reaches the database a moment after what happened.
  await expect
    .poll(async () => {
      id = (await server.items<{ id: string }>(path))[0]?.id;
      return id;
    }, `an interaction of ${number}`)
    .toBeDefined();
  return String(id);
}

/** Every part of the customer's recording, once it is sealed. */
export async function recordingOf(
  server: Server,
  interaction: string,
  tones: readonly number[],
): Promise<readonly Recording[]> {
  const read = async () => (await server.read<Detail>(`/interactions/${interaction}`)).recordings[0];
  await expect.poll(async () => (await read())?.ended_at ?? null, 'the recording is sealed').not.toBeNull();
  const recording = await read();
  const parts: Recording[] = [];
  for (const { part } of recording?.parts ?? []) {
    const answer = await server.request('GET', `/recordings/${recording?.id}/parts/${part}`);
    expect(answer.status, 'the recording').toBe(200);
    parts.push(listenTo(await answer.arrayBuffer(), tones));
  }
  return parts;
}
