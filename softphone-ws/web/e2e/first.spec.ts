/** The README's first command, then a browser: who has read nothing else answers a call within a minute of opening the page. */
import { instrument } from './instrument';
import { openBrowser, PageEar } from './person';
import { end, firstLine, launch } from './server';
import { AGENT, expect, test } from './support';

/** On a machine that stands still a minute proves nothing: what it took is said all the same. */
const MINUTE_MS = process.env.STANDS_STILL === '1' ? 300_000 : 60_000;
/** Quieter than any voice of the demo's callers. */
const SOUND_DB = -45;

test('a newcomer answers a call of the demo within a minute', async ({ folder }, info) => {
  // What the README says, on free ports: others may be taken on a machine that runs tests.
  const { child, folder: data } = await launch({}, ['--http', '127.0.0.1:0', '--sip', '127.0.0.1:0']);
  const browser = await openBrowser({ voice: AGENT, folder });
  try {
    // All a newcomer has are the lines on the terminal: where to look, and as whom to sign in.
    const lines: string[] = [];
    await firstLine(child, (line) => lines.push(line) > 0 && /^\s+data\s/.test(line));
    const after = (label: string) =>
      lines
        .map((line) => new RegExp(`^\\s+${label}\\s+(.*)$`).exec(line)?.[1])
        .find((text) => text !== undefined);
    const address = after('look') ?? '';
    const [login = '', password = ''] = (after('sign in') ?? '').split(/\s+/);
    expect([address, login], lines.join('\n')).toEqual([expect.stringMatching(/^http:\/\//), 'you']);

    const context = await browser.newContext({ locale: 'en-US', permissions: ['microphone'] });
    await context.addInitScript(instrument);
    const page = await context.newPage();
    const began = Date.now();
    await page.goto(address);
    // The page itself says as whom one may sign in, and where the password stands.
    const help = page.getByRole('note', { name: 'Demo' });
    await expect(help).toContainText('terminal');
    await help.getByRole('button', { name: login, exact: true }).click();
    await expect(page.getByLabel('Name')).toHaveValue(login);
    await page.getByRole('textbox', { name: 'Password' }).fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    // The page goes on saying what to do next.
    await expect(page.getByText('Sign in to your telephone above to take calls.')).toBeVisible();
    await page.getByRole('button', { name: 'Sign in: this browser' }).click();
    await expect(page.getByText('You are not ready. Set yourself ready above to take calls.')).toBeVisible();
    await page.getByTitle('Change your state').click();
    await page.getByRole('menuitem', { name: 'Ready', exact: true }).click();
    await page.getByRole('button', { name: 'Answer', exact: true }).click({ timeout: MINUTE_MS });
    const call = page.getByRole('region', { name: /^Call with / });
    await expect(call).toContainText('Talking');
    const ear = new PageEar(page, 'the newcomer');
    await expect.poll(async () => (await ear.look([])).db, 'the caller is heard').toBeGreaterThan(SOUND_DB);
    const took = Date.now() - began;
    info.annotations.push({ type: 'a call answered after', description: `${took} ms` });
    expect(took).toBeLessThan(MINUTE_MS);
  } finally {
    await browser.close();
    await end(child, data);
  }
});
