/** The network is lost in mid-call, for real: Chromium's machine has one link, and that goes down. */
import { hears, hearsMusic } from './ears';
import { FarMachine } from './network';
import { Outside } from './outside';
import { openBrowser, Person } from './person';
import { Server } from './server';
import { AGENT, CALLER, EMMA, expect, talking, test } from './support';

test('who loses the network in a call is back in it by themselves, and the caller hears music', async ({
  folder,
}, info) => {
  const ends: (() => Promise<void>)[] = [];
  try {
    const far = await FarMachine.open();
    ends.push(() => far.close());
    // Longer than a slow machine takes to see all that is looked at meanwhile.
    const server = await Server.start({ ip: far.address, settings: { LIMITS__PAGE_WAIT_S: '90' } });
    ends.push(() => server.stop());
    const outside = new Outside(server.sip);
    ends.push(() => outside.close());
    const browser = await openBrowser({
      voice: AGENT,
      folder,
      program: await far.chromium(folder),
      // The test has no certificate that a browser trusts, and microphones are for secure pages.
      more: [`--unsafely-treat-insecure-origin-as-secure=${server.http}`],
    });
    ends.push(() => browser.close());
    const you = await Person.at(server, browser, 'you', AGENT);
    await you.signsIn();
    await you.hasTelephone();
    await you.isReady();
    const call = await talking(server, outside, you);
    await hears(call, [AGENT], [CALLER]);
    await hears(you.ear, [CALLER], [AGENT]);

    await far.down();
    await hearsMusic(call, [AGENT, CALLER]);
    const lost = you.page.getByRole('button', { name: /^Audio: (Reconnecting…|No connection)\. Settings$/ });
    await expect(lost, 'the page says so').toBeVisible({ timeout: 60_000 });

    await far.up();
    const began = Date.now();
    await hears(call, [AGENT], [CALLER]);
    info.annotations.push({ type: 'voice back after', description: `${Date.now() - began} ms` });
    await hears(you.ear, [CALLER], [AGENT]);
    await you.callIs('Talking');
    await you.hasAudio();
    await expect(you.page.getByRole('heading', { name: EMMA.name })).toBeVisible();
    await you.verb('Hang up').click();
    await call.is('ended');
  } finally {
    for (const end of ends.reverse()) await end();
  }
});
