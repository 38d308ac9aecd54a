/** A day's calls in the page, with the audio measured at every end and in the recording. */
import { hears, hearsMusic, hearsNone } from './ears';
import { AGENT, CALLER, EMMA, expect, interactionOf, recordingOf, SECOND, talking, test } from './support';

test('a call pops before it rings, is answered, heard both ways, held, wrapped up and recorded', async ({
  server,
  outside,
  person,
}) => {
  await server.change(`/queues/${await server.idOf('/queues', 'name', 'sales')}`, {
    wrap_up_required: true,
    wrap_up_max_ms: 120_000,
  });
  const you = await person('you');
  await you.signsIn();
  await you.hasTelephone();
  await you.isReady();
  await you.page.evaluate((name) => {
    window.markFirst('pop', 'section h2', name);
    window.markFirst('ring', '[role="toolbar"] button', 'Answer');
  }, EMMA.name);

  const call = await outside.call({
    from: EMMA.number,
    to: server.queueNumber,
    tone: CALLER,
    display: 'Emma T.',
  });
  await expect(you.page.getByRole('heading', { name: EMMA.name })).toBeVisible();
  await expect(you.page.getByRole('region', { name: 'The call' })).toContainText(EMMA.number);
  await expect(you.verb('Answer')).toBeVisible();
  await expect.poll(() => you.page.evaluate(() => Object.keys(window.marks).sort())).toEqual(['pop', 'ring']);
  const { pop, ring } = await you.page.evaluate(() => window.marks);
  expect(pop?.made, 'the card is there before it rings').toBeLessThanOrEqual(ring?.made ?? 0);

  await you.answers();
  await hears(you.ear, [CALLER], [AGENT]);
  await hears(call, [AGENT], [CALLER]);

  await you.verb('Hold').click();
  await you.callIs('On hold');
  await hearsMusic(call, [AGENT, CALLER]);
  await hearsNone(you.ear, [CALLER]);
  await you.verb('Retrieve').click();
  await you.callIs('Talking');
  await hears(call, [AGENT], [CALLER]);
  await hears(you.ear, [CALLER], [AGENT]);

  await you.verb('Mute').click();
  await hearsNone(call, [AGENT]);
  await hears(you.ear, [CALLER], [AGENT]);
  await you.verb('Unmute').click();
  await hears(call, [AGENT], [CALLER]);

  await you.page.getByRole('tab', { name: 'Tickets' }).click();
  await you.page.getByRole('button', { name: 'New ticket' }).click();
  const title = you.page.getByRole('textbox', { name: 'Title' });
  await title.fill('Wrong invoice');
  await you.page.getByRole('link', { name: 'Customers', exact: true }).click();
  await expect(you.page.getByRole('heading', { level: 1, name: 'Customers' })).toBeVisible();
  await you.page.getByRole('link', { name: 'Desk', exact: true }).click();
  await expect(title, 'what is half written outlives a look at another page').toHaveValue('Wrong invoice');

  await you.verb('Dial pad').click();
  await you.page.getByRole('button', { name: '5', exact: true }).click();
  await expect.poll(async () => (await call.state()).digits, 'the key reaches the caller').toBe('5');
  await you.page.keyboard.press('Escape');

  await you.verb('Hang up').click();
  await call.is('ended');
  expect((await call.state()).why).toBe('remote_hung_up');
  await you.hasNoCall();
  await you.shows('Wrap-up');
  const finish = you.page.getByRole('button', { name: 'Finish the wrap-up' });
  await expect(finish, 'the queue wants a code').toBeDisabled();
  await you.page.getByLabel('What came of it').first().click();
  await you.page.getByRole('option', { name: 'Resolved' }).click();
  await you.page.getByRole('textbox', { name: 'Note', exact: true }).fill('Explained the invoice.');
  await finish.click();
  await you.shows('Ready');

  const interaction = await interactionOf(server, EMMA.number);
  const [part, ...more] = await recordingOf(server, interaction, [CALLER, AGENT]);
  expect(more).toEqual([]);
  // Ten windows are a second; the sound begins and ends somewhere within one.
  expect(part?.customer.tones[CALLER], 'the caller is on the left').toBeGreaterThan(20);
  expect(part?.customer.tones[AGENT]).toBe(0);
  expect(part?.ours.tones[AGENT], 'the agent is on the right').toBeGreaterThan(20);
  expect(part?.ours.tones[CALLER]).toBe(0);
  const code = await server.idOf('/wrap-up-codes', 'name', 'Resolved');
  const wrapUps = async () => {
    const read = await server.read<{ assignments: { note: string; wrap_up_code_id: string }[] }>(
      `/interactions/${interaction}`,
    );
    return read.assignments.map(({ note, wrap_up_code_id }) => [note, wrap_up_code_id]);
  };
  await expect.poll(wrapUps, 'what came of it is in the log').toEqual([['Explained the invoice.', code]]);
});

test('who is consulted is heard aside, and the call is completed to them', async ({
  server,
  outside,
  person,
}) => {
  const [you, alice] = [await person('you', AGENT), await person('alice', SECOND)];
  await you.works();
  await alice.works();
  await you.isReady();
  const call = await talking(server, outside, you);
  await alice.isReady();
  await hears(call, [AGENT]);

  await you.turnsTo('Consult', 'Alice Carter');
  await hearsMusic(call, [AGENT, SECOND, CALLER]);
  await expect(alice.page.getByRole('heading', { name: EMMA.name })).toBeVisible();
  await alice.verb('Answer').click();
  await hears(you.ear, [SECOND], [CALLER, AGENT]);
  await hears(alice.ear, [AGENT], [CALLER, SECOND]);
  await hearsNone(call, [AGENT, SECOND]);

  await you.verb('Swap').click();
  await hears(call, [AGENT], [SECOND]);
  await hears(you.ear, [CALLER], [SECOND]);
  await you.verb('Swap').click();
  await hears(you.ear, [SECOND], [CALLER]);

  await you.verb('Complete the transfer').click();
  await you.hasNoCall();
  await hears(call, [SECOND], [AGENT]);
  await hears(alice.ear, [CALLER], [AGENT]);
  await call.hangUp();
  await alice.hasNoCall();
});

test('a call is transferred to a colleague at once', async ({ server, outside, person }) => {
  const [you, alice] = [await person('you', AGENT), await person('alice', SECOND)];
  await you.works();
  await alice.works();
  await you.isReady();
  const call = await talking(server, outside, you);
  await alice.isReady();
  await you.turnsTo('Transfer', 'Alice Carter');
  await you.hasNoCall();
  await you.shows('Wrap-up');
  await hearsMusic(call, [AGENT, SECOND, CALLER]);
  await alice.answers();
  await hears(call, [SECOND], [AGENT]);
  await hears(alice.ear, [CALLER], [AGENT]);
  await call.hangUp();
  await alice.hasNoCall();
});

test('three hear each other in a conference, which goes on when one leaves', async ({
  server,
  outside,
  person,
}) => {
  const [you, alice] = [await person('you', AGENT), await person('alice', SECOND)];
  await you.works();
  await alice.works();
  await you.isReady();
  const call = await talking(server, outside, you);
  await alice.isReady();
  await you.turnsTo('Consult', 'Alice Carter');
  await alice.verb('Answer').click();
  await hears(you.ear, [SECOND]);
  await you.verb('Conference').click();
  await hears(call, [AGENT, SECOND], [CALLER]);
  await hears(you.ear, [CALLER, SECOND], [AGENT]);
  await hears(alice.ear, [CALLER, AGENT], [SECOND]);
  await you.call.getByRole('button', { name: /^Who is in the call/ }).click();
  await expect(you.page.getByRole('button', { name: /^Put Alice Carter out of the call$/ })).toBeVisible();
  await you.page.keyboard.press('Escape');

  await you.verb('Hang up').click();
  await you.hasNoCall();
  await hears(call, [SECOND], [AGENT]);
  await hears(alice.ear, [CALLER], [AGENT]);
  await call.hangUp();
  await alice.hasNoCall();
});

test('all of it goes by the keyboard alone', async ({ server, outside, person }) => {
  const you = await person('you');
  await you.hasSession();
  await you.goto();
  const keys = you.page.keyboard;
  await expect(you.page.getByRole('button', { name: 'Sign in: this browser' })).toBeVisible();
  await keys.press('Alt+r');
  await you.hasAudio();
  await keys.press('Alt+r');
  await you.shows('Ready');

  const call = await outside.call({ from: EMMA.number, to: server.queueNumber, tone: CALLER });
  await expect(you.verb('Answer')).toBeVisible();
  await keys.press('Alt+a');
  await you.callIs('Talking');
  await hears(call, [AGENT]);
  await keys.press('Alt+h');
  await hearsMusic(call, [AGENT]);
  await keys.press('Alt+h');
  await hears(call, [AGENT]);
  await keys.press('Alt+m');
  await hearsNone(call, [AGENT]);
  await keys.press('Alt+m');
  await hears(call, [AGENT]);
  await keys.press('Alt+x');
  await call.is('ended');
  await you.shows('Wrap-up');
  await keys.press('Alt+w');
  await you.shows('Ready');

  await keys.press('?');
  const help = you.page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(help).toBeVisible();
  await keys.press('Escape');
  await expect(help).toHaveCount(0);
});
