/** The page goes away in mid-call and comes back, is opened a second time, or does not come back. */
import { hears, hearsMusic } from './ears';
import { AGENT, CALLER, EMMA, expect, interactionOf, SECOND, talking, test } from './support';

test('a page that is loaded anew is back in the call by itself', async ({
  server,
  outside,
  person,
}, info) => {
  const you = await person('you');
  await you.works();
  await you.isReady();
  const call = await talking(server, outside, you);
  await hears(call, [AGENT], [CALLER]);
  const note = you.page.getByRole('textbox', { name: 'Note', exact: true });
  await note.fill('Asked for the invoice.');
  await note.blur();
  const interaction = await interactionOf(server, EMMA.number);
  const said = async () => {
    type Said = { assignments: { note: string | null }[] };
    return (await server.read<Said>(`/interactions/${interaction}`)).assignments.map(({ note }) => note);
  };
  await expect.poll(said).toEqual(['Asked for the invoice.']);

  await you.page.reload({ waitUntil: 'commit' });
  const began = Date.now();
  await you.callIs('Talking');
  await you.hasAudio();
  info.annotations.push({ type: 'back in the call after', description: `${Date.now() - began} ms` });
  await hears(you.ear, [CALLER], [AGENT]);
  await hears(call, [AGENT], [CALLER]);
  await expect(you.page.getByRole('heading', { name: EMMA.name }), 'the card is back, too').toBeVisible();
  await expect(note, 'so is what was written').toHaveValue('Asked for the invoice.');
  // What is not touched is not written over.
  await you.verb('Hang up').click();
  await call.is('ended');
  await you.page.getByLabel('What came of it').first().click();
  await you.page.getByRole('option', { name: 'Resolved' }).click();
  await you.page.getByRole('button', { name: 'Finish the wrap-up' }).click();
  await you.shows('Ready');
  expect(await said()).toEqual(['Asked for the invoice.']);
});

test('who talks hears music while the page is away, and the agent when it is back', async ({
  server,
  outside,
  person,
}) => {
  const you = await person('you');
  await you.works();
  await you.isReady();
  const call = await talking(server, outside, you);
  await hears(call, [AGENT], [CALLER]);

  await you.page.goto('about:blank');
  await hearsMusic(call, [AGENT, CALLER]);
  await you.goto();
  await you.callIs('Talking');
  await hears(call, [AGENT], [CALLER]);
  await hears(you.ear, [CALLER], [AGENT]);
});

test('a second tab says where the audio is, and takes it with the call when asked to', async ({
  server,
  outside,
  person,
}) => {
  const you = await person('you');
  await you.works();
  await you.isReady();
  const call = await talking(server, outside, you);
  await hears(you.ear, [CALLER]);

  const second = await you.secondTab();
  await second.goto();
  await second.callIs('Talking');
  await expect(second.page.getByText('Your audio is in another page: Chrome, Linux.')).toBeVisible();
  await hears(you.ear, [CALLER]);

  await second.page.getByRole('button', { name: 'Use it here' }).click();
  const sure = second.page.getByRole('dialog', { name: 'Use it here' });
  await sure.getByRole('button', { name: 'Use it here' }).click();
  await hears(second.ear, [CALLER], [AGENT]);
  await hears(call, [AGENT], [CALLER]);
  await expect(you.page.getByText('Your audio is in another page: Chrome, Linux.')).toBeVisible();
  await second.verb('Hang up').click();
  await call.is('ended');
});

test.describe('a page that does not come back', () => {
  test.use({ setup: { settings: { LIMITS__PAGE_WAIT_S: '3' } } });

  test('gives the call back to the queue, where a colleague takes it', async ({
    server,
    outside,
    person,
  }) => {
    const [you, alice] = [await person('you', AGENT), await person('alice', SECOND)];
    await you.works();
    await alice.works();
    await you.isReady();
    const call = await talking(server, outside, you);
    await hears(call, [AGENT], [CALLER]);
    await alice.isReady();

    await you.page.goto('about:blank');
    await hearsMusic(call, [AGENT, SECOND, CALLER]);
    await expect(alice.page.getByRole('heading', { name: EMMA.name })).toBeVisible();
    await alice.answers();
    await hears(call, [SECOND], [AGENT]);
    await hears(alice.ear, [CALLER], [AGENT]);

    await you.goto();
    await you.hasNoCall();
    // After the time for wrap-up, which the demo's queues give.
    await expect(you.page.getByText('The connection was lost')).toBeVisible({ timeout: 45_000 });
  });
});
