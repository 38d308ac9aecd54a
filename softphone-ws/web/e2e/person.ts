/** Somebody who works with Cordboard: a Chromium of their own that speaks a tone for a microphone, and what they do in the page. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  expect,
  type Locator,
  type Page,
} from '@playwright/test';
import type { Ear, Look } from './ears';
import { instrument } from './instrument';
import { chromiumPath } from './paths';
import type { Server } from './server';

const RATE_HZ = 48_000;
const VOICE_S = 10;

/** A tone of `hz` at -12 dB as a WAV file, of whole periods, so that played over and over it has no seam. */
async function speak(file: string, hz: number): Promise<void> {
  const frames = RATE_HZ * VOICE_S;
  const wav = Buffer.alloc(44 + 2 * frames);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + 2 * frames, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(RATE_HZ, 24);
  wav.writeUInt32LE(2 * RATE_HZ, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(2 * frames, 40);
  for (let n = 0; n < frames; n += 1)
    wav.writeInt16LE(Math.round(Math.sin((2 * Math.PI * hz * n) / RATE_HZ) * 8_000), 44 + 2 * n);
  await writeFile(file, wav);
}

export interface BrowserOptions {
  /** The frequency their microphone takes, Hz. */
  readonly voice: number;
  /** Where files may be put. */
  readonly folder: string;
  /** A program that starts Chromium elsewhere, in place of Chromium. */
  readonly program?: string;
  readonly more?: readonly string[];
}

/** A browser is one microphone, so everybody has their own. */
export async function openBrowser({
  voice,
  folder,
  program = chromiumPath,
  more = [],
}: BrowserOptions): Promise<Browser> {
  const file = join(folder, `voice-${voice}.wav`);
  await speak(file, voice);
  return chromium.launch({
    executablePath: program,
    // The page's sound is measured, and played to nobody.
    ignoreDefaultArgs: ['--mute-audio'],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-proxy-server',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${file}`,
      '--allow-loopback-in-peer-connection',
      // In place of Playwright's own list, of which the last two are.
      '--disable-features=WebRtcHideLocalIpsWithMdns,MediaRouter,OptimizationHints,HttpsUpgrades,Translate',
      ...more,
    ],
  });
}

export class PageEar implements Ear {
  readonly name: string;
  readonly #page: Page;

  constructor(page: Page, name: string) {
    this.#page = page;
    this.name = name;
  }

  async look(tones: readonly number[]): Promise<Look> {
    // While a page is loaded anew there is nothing to be heard with.
    return this.#page
      .evaluate((asked) => window.heardNow(asked), [...tones])
      .catch(() => ({ db: -120, tones: {}, heard: 0 }));
  }
}

export class Person {
  readonly login: string;
  readonly voice: number;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly ear: PageEar;
  readonly #server: Server;

  private constructor(server: Server, login: string, voice: number, context: BrowserContext, page: Page) {
    this.#server = server;
    this.login = login;
    this.voice = voice;
    this.context = context;
    this.page = page;
    this.ear = new PageEar(page, login);
  }

  /** A window in which nobody is signed in yet. */
  static async at(
    server: Server,
    browser: Browser,
    login: string,
    voice: number,
    options: BrowserContextOptions = {},
  ): Promise<Person> {
    const context = await browser.newContext({
      locale: 'en-US',
      viewport: { width: 1440, height: 900 },
      permissions: ['microphone'],
      ...options,
    });
    // What a step waits for in vain is said long before the test's own time is up.
    context.setDefaultTimeout(process.env.STANDS_STILL === '1' ? 180_000 : 30_000);
    await context.addInitScript(instrument);
    return new Person(server, login, voice, context, await context.newPage());
  }

  /** Another tab of the same browser. */
  async secondTab(): Promise<Person> {
    return new Person(this.#server, this.login, this.voice, this.context, await this.context.newPage());
  }

  /** Signs in without the form; `page.goto` shows the app. */
  async hasSession(password = this.#server.account(this.login).password): Promise<void> {
    const answer = await this.context.request.post(`${this.#server.http}/api/v1/session`, {
      data: { login: this.login, password },
    });
    expect(answer.status(), `${this.login} signs in`).toBe(200);
  }

  async goto(path = '/'): Promise<void> {
    await this.page.goto(`${this.#server.http}${path}`);
  }

  /** By the form, as people do. */
  async signsIn(): Promise<void> {
    await this.goto();
    await this.page.getByLabel('Name').fill(this.login);
    await this.page
      .getByRole('textbox', { name: 'Password' })
      .fill(this.#server.account(this.login).password);
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  /** Telephones in this page from now on. */
  async hasTelephone(): Promise<void> {
    await this.page.getByRole('button', { name: 'Sign in: this browser' }).click();
    await this.hasAudio();
  }

  async hasAudio(): Promise<void> {
    await expect(this.page.getByRole('button', { name: 'Audio: Audio on. Settings' })).toBeVisible();
  }

  /** Signed in, with a telephone, not ready. */
  async works(): Promise<void> {
    await this.hasSession();
    await this.goto();
    await this.hasTelephone();
  }

  async isReady(): Promise<void> {
    await this.state.click();
    await this.page.getByRole('menuitem', { name: 'Ready', exact: true }).click();
    await this.shows('Ready');
  }

  /** The button that shows the agent's state. */
  get state(): Locator {
    return this.page.getByTitle('Change your state');
  }

  async shows(state: string): Promise<void> {
    await expect(this.state).toContainText(state);
  }

  /** The strip of a call in the softphone bar. */
  get call(): Locator {
    return this.page.getByRole('region', { name: /^Call with / });
  }

  async callIs(state: string): Promise<void> {
    await expect(this.call).toContainText(state);
  }

  async hasNoCall(): Promise<void> {
    await expect(this.call).toHaveCount(0);
  }

  /** One of the call's buttons, by its name. */
  verb(name: string): Locator {
    return this.call.getByRole('button', { name, exact: true });
  }

  async answers(): Promise<void> {
    await this.verb('Answer').click();
    await this.callIs('Talking');
  }

  /** Asks a colleague aside, or gives them the call. */
  async turnsTo(what: 'Consult' | 'Transfer', colleague: string): Promise<void> {
    await this.verb(what).click();
    const dialog = this.page.getByRole('dialog', { name: what });
    await dialog.getByLabel('Name or number').fill(colleague);
    // The list follows what is typed: until only the one asked for is left.
    const choice = dialog.getByRole('button', { name: what, exact: true });
    await expect(choice).toHaveCount(1);
    await expect(dialog.getByText(colleague, { exact: true })).toBeVisible();
    await choice.click();
    await expect(dialog).toHaveCount(0);
  }
}
