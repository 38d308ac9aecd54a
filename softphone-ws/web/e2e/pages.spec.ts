/**
 * Every page is there, in both languages, both schemes and both widths: without an error in the console, without sideways scrolling, without
 * a serious finding of axe. `SCREENS=1` looks at all combinations and keeps a picture of each in docs/screens; else one of them is looked at.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { hears } from './ears';
import { repository } from './paths';
import type { Person } from './person';
import { agentPlaces, chiefPlaces, type Place } from './places';
import { AGENT, CALLER, EMMA, expect, SECOND, talking, test } from './support';

const SCREENS = process.env.SCREENS === '1';
const FOLDER = join(repository, 'docs/screens');

type Language = 'en' | 'zh';

interface View {
  readonly width: 1440 | 1024;
  readonly scheme: 'light' | 'dark';
}

/** The narrow one shows what does not fit, the dark one what cannot be read. */
const ONE: View = { width: 1024, scheme: 'dark' };
const VIEWS: readonly View[] = SCREENS
  ? [ONE, { width: 1440, scheme: 'dark' }, { width: 1440, scheme: 'light' }, { width: 1024, scheme: 'light' }]
  : [ONE];
const LANGUAGES: readonly Language[] = SCREENS ? ['en', 'zh'] : ['zh'];
/** The quality of WebP, of 1. */
const QUALITY = 0.8;

/** What the browser complains of while a page is looked at. */
class Complaints {
  #said: string[] = [];

  constructor(page: Page) {
    page.on('pageerror', (error) => this.#said.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.#said.push(message.text());
    });
  }

  take(): readonly string[] {
    const said = this.#said;
    this.#said = [];
    return said;
  }
}

const settled = async (page: Page) => {
  await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible();
  // `LoadingState` of the kit.
  await expect(page.locator('main [role="status"]:has(.mantine-Loader-root)')).toHaveCount(0);
};

/** The page as a picture a third of the size of a PNG. */
async function picture(page: Page, file: string): Promise<void> {
  const png = await page.screenshot({ animations: 'disabled' });
  const webp = await page.evaluate(
    async ([base64, quality]) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality });
      const out = new Uint8Array(await blob.arrayBuffer());
      return btoa(Array.from(out, (byte) => String.fromCharCode(byte)).join(''));
    },
    [png.toString('base64'), QUALITY] as const,
  );
  await writeFile(file, Buffer.from(webp, 'base64'));
}

/** Shows the page so, once its colours have settled. */
async function turn(page: Page, { width, scheme }: View): Promise<void> {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: scheme });
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', scheme);
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((one) => one instanceof CSSTransition)
        .map((one) => one.finished),
    ),
  );
}

/** Faults of the page as it is shown now, each in a line; its pictures are kept where they are wanted. */
async function faultsOf(
  page: Page,
  complaints: Complaints,
  name: string,
  language: Language,
): Promise<readonly string[]> {
  await settled(page);
  const faults: string[] = [];
  for (const view of VIEWS) {
    const { width, scheme } = view;
    await turn(page, view);
    const wide = await page.evaluate(() =>
      [document.documentElement, document.querySelector('main')].some(
        (element) => element !== null && element.scrollWidth > element.clientWidth + 1,
      ),
    );
    if (wide) faults.push(`${width}: it scrolls sideways`);
    // Its colours are the same in another width.
    const { violations } =
      view === VIEWS.find((other) => other.scheme === scheme)
        ? await new AxeBuilder({ page }).analyze()
        : { violations: [] };
    for (const { id, impact, nodes } of violations)
      if (impact === 'serious' || impact === 'critical')
        faults.push(
          `axe ${scheme} ${id} (${impact}): ${nodes.map(({ target }) => target.join(' ')).join('; ')}`,
        );
    if (SCREENS) await picture(page, join(FOLDER, `${name}-${width}-${scheme}-${language}.webp`));
  }
  faults.push(...complaints.take().map((text) => `console: ${text}`));
  return faults.map((fault) => `${name}: ${fault}`);
}

async function visit(
  person: Person,
  places: readonly Place[],
  language: Language,
): Promise<readonly string[]> {
  const complaints = new Complaints(person.page);
  const faults: string[] = [];
  for (const { name, path } of places) {
    await person.goto(path);
    faults.push(...(await faultsOf(person.page, complaints, name, language)));
  }
  return faults;
}

for (const language of LANGUAGES) {
  const options = { viewport: { width: ONE.width, height: 900 }, colorScheme: ONE.scheme } as const;
  const speak = (person: Person) =>
    person.context.addInitScript((chosen) => localStorage.setItem('cordboard.language', chosen), language);

  test(`${language}: an agent's pages`, async ({ server, outside, person }) => {
    test.setTimeout(1_800_000);
    if (SCREENS) await mkdir(FOLDER, { recursive: true });
    // Long enough to look at what is done after a call.
    await server.change(`/queues/${await server.idOf('/queues', 'name', 'sales')}`, {
      wrap_up_max_ms: 300_000,
    });
    // A working telephone is signed in to in English: the names of its buttons are those of the other specs.
    const you = await person('you', AGENT, options);
    await you.works();
    await you.isReady();
    const call = await talking(server, outside, you);
    await hears(call, [AGENT]);
    await speak(you);
    const complaints = new Complaints(you.page);
    await you.goto();
    await expect(you.page.getByRole('heading', { name: EMMA.name })).toBeVisible();
    const faults = [...(await faultsOf(you.page, complaints, 'desk-call', language))];
    await call.hangUp();
    // The countdown of the wrap-up.
    await expect(you.page.getByRole('timer').first()).toBeVisible();
    faults.push(...(await faultsOf(you.page, complaints, 'desk-wrap-up', language)));
    faults.push(...(await visit(you, await agentPlaces(server), language)));
    expect(faults).toEqual([]);
  });

  test(`${language}: the pages of supervisors and administrators`, async ({ server, outside, person }) => {
    test.setTimeout(3_600_000);
    if (SCREENS) await mkdir(FOLDER, { recursive: true });
    // Somebody talks and somebody waits, so that the floor has something to show.
    const you = await person('you', AGENT);
    await you.works();
    await you.isReady();
    const call = await talking(server, outside, you);
    await outside.call({ from: '+442079460012', to: server.queueNumber, tone: CALLER });
    const adam = await person('admin', SECOND, options);
    await speak(adam);
    const complaints = new Complaints(adam.page);
    await adam.goto();
    const faults = [...(await faultsOf(adam.page, complaints, 'sign-in', language))];
    // Nobody is signed in there: the browser notes the answer 401 as an error of its own.
    const meant = faults.filter((fault) => !fault.includes('401'));
    await adam.hasSession();
    const places = await chiefPlaces(server);
    const isLive = ({ path }: Place) => /^\/(floor|wallboard)/.test(path);
    meant.push(...(await visit(adam, places.filter(isLive), language)));
    // A second browser that speaks and listens makes everything slow.
    await call.hangUp();
    await you.context.close();
    const others = places.filter((place) => !isLive(place));
    meant.push(...(await visit(adam, others, language)));
    expect(meant).toEqual([]);
  });
}
