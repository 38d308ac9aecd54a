/**
 * Every page is there, in both languages, both schemes and both widths: without an error in the console, without sideways scrolling, without
 * a serious finding of axe. `SCREENS=1` visits all combinations and keeps a picture of each in docs/screens; else one of them is visited.
 */
import { mkdir } from 'node:fs/promises';
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

interface Look {
  readonly width: 1440 | 1024;
  readonly scheme: 'light' | 'dark';
  readonly language: 'en' | 'zh';
}

const ALL: readonly Look[] = ([1440, 1024] as const).flatMap((width) =>
  (['light', 'dark'] as const).flatMap((scheme) =>
    (['en', 'zh'] as const).map((language) => ({ width, scheme, language })),
  ),
);
/** The narrow one shows what does not fit, the dark one what cannot be read. */
const ONE: Look = { width: 1024, scheme: 'dark', language: 'zh' };
const LOOKS = SCREENS ? ALL : [ONE];

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

/** Faults of the page as it is shown now, each in a line; its picture is kept where that is wanted. */
async function faultsOf(
  page: Page,
  complaints: Complaints,
  name: string,
  look: Look,
): Promise<readonly string[]> {
  await settled(page);
  const faults = complaints.take().map((text) => `console: ${text}`);
  const wide = await page.evaluate(() =>
    [document.documentElement, document.querySelector('main')].some(
      (element) => element !== null && element.scrollWidth > element.clientWidth + 1,
    ),
  );
  if (wide) faults.push('it scrolls sideways');
  const { violations } = await new AxeBuilder({ page }).analyze();
  for (const { id, impact, nodes } of violations)
    if (impact === 'serious' || impact === 'critical')
      faults.push(`axe ${id} (${impact}): ${nodes.map(({ target }) => target.join(' ')).join('; ')}`);
  if (SCREENS) {
    const file = `${name}-${look.width}-${look.scheme}-${look.language}.png`;
    await page.screenshot({ path: join(FOLDER, file), animations: 'disabled' });
  }
  return faults.map((fault) => `${name}: ${fault}`);
}

async function visit(person: Person, places: readonly Place[], look: Look): Promise<readonly string[]> {
  const complaints = new Complaints(person.page);
  const faults: string[] = [];
  for (const { name, path } of places) {
    await person.goto(path);
    faults.push(...(await faultsOf(person.page, complaints, name, look)));
  }
  return faults;
}

for (const look of LOOKS) {
  const { width, scheme, language } = look;
  const options = { viewport: { width, height: 900 }, colorScheme: scheme } as const;
  const speak = (person: Person) =>
    person.context.addInitScript((chosen) => localStorage.setItem('cordboard.language', chosen), language);

  test(`${width}, ${scheme}, ${language}: an agent's pages`, async ({ server, outside, person }) => {
    test.setTimeout(900_000);
    if (SCREENS) await mkdir(FOLDER, { recursive: true });
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
    const faults = [...(await faultsOf(you.page, complaints, 'desk-call', look))];
    await call.hangUp();
    // The countdown of the wrap-up.
    await expect(you.page.getByRole('timer').first()).toBeVisible();
    faults.push(...(await faultsOf(you.page, complaints, 'desk-wrap-up', look)));
    faults.push(...(await visit(you, await agentPlaces(server), look)));
    expect(faults).toEqual([]);
  });

  test(`${width}, ${scheme}, ${language}: the pages of supervisors and administrators`, async ({
    server,
    outside,
    person,
  }) => {
    test.setTimeout(1_800_000);
    if (SCREENS) await mkdir(FOLDER, { recursive: true });
    // Somebody talks and somebody waits, so that the floor has something to show.
    const you = await person('you', AGENT);
    await you.works();
    await you.isReady();
    await talking(server, outside, you);
    await outside.call({ from: '+442079460012', to: server.queueNumber, tone: CALLER });
    const adam = await person('admin', SECOND, options);
    await speak(adam);
    const complaints = new Complaints(adam.page);
    await adam.goto();
    const faults = [...(await faultsOf(adam.page, complaints, 'sign-in', look))];
    // Nobody is signed in there: the browser notes the answer 401 as an error of its own.
    const meant = faults.filter((fault) => !fault.includes('401'));
    await adam.hasSession();
    meant.push(...(await visit(adam, await chiefPlaces(server), look)));
    expect(meant).toEqual([]);
  });
}
