/** A supervisor in a browser of their own, with an agent in another one: who hears whom, at all three ends. */
import { hears, hearsNone } from './ears';
import type { Person } from './person';
import { AGENT, CALLER, EMMA, expect, SECOND, talking, test } from './support';

/** The entry of the menu in the agent's row of the floor. */
async function does(sara: Person, agent: string, action: string): Promise<void> {
  const agents = sara.page.getByRole('table', { name: 'Agents' });
  await agents.getByRole('button', { name: `Actions: ${agent}`, exact: true }).click();
  await sara.page.getByRole('menuitem', { name: action, exact: true }).click();
}

test('a supervisor listens, whispers, barges in and takes the call over', async ({
  server,
  outside,
  person,
}) => {
  const [you, sara] = [await person('you', AGENT), await person('supervisor', SECOND)];
  await you.works();
  await sara.works();
  await you.isReady();
  const call = await talking(server, outside, you);
  await hears(call, [AGENT]);
  await sara.page.getByRole('link', { name: 'Floor', exact: true }).click();
  const row = sara.page.getByRole('table', { name: 'Agents' }).getByRole('row', { name: /^You / });
  await expect(row).toContainText('Talking');

  await does(sara, 'You', 'Listen');
  const bar = sara.page.getByRole('region', { name: 'Your supervision' });
  await expect(bar).toContainText('You listen to You');
  await hears(sara.ear, [CALLER, AGENT], [SECOND]);
  await hears(call, [AGENT], [SECOND]);
  await hears(you.ear, [CALLER], [SECOND]);
  await expect(row, 'supervisors see who supervises').toContainText('Sara Supervisor: listens');

  await bar.getByText('Whisper', { exact: true }).click();
  await hears(you.ear, [CALLER, SECOND], [AGENT]);
  await hears(call, [AGENT], [SECOND]);
  await hears(sara.ear, [CALLER, AGENT], [SECOND]);

  await bar.getByText('Barge in', { exact: true }).click();
  await hears(call, [AGENT, SECOND], [CALLER]);
  await hears(you.ear, [CALLER, SECOND], [AGENT]);
  await hears(sara.ear, [CALLER, AGENT], [SECOND]);

  await bar.getByRole('button', { name: 'Take over' }).click();
  const sure = sara.page.getByRole('dialog', { name: 'Take over from You?' });
  await sure.getByRole('button', { name: 'Take over' }).click();
  await you.hasNoCall();
  await hears(call, [SECOND], [AGENT]);
  await hears(sara.ear, [CALLER], [AGENT]);
  await hearsNone(you.ear, [CALLER, SECOND]);
  await call.hangUp();
  await sara.hasNoCall();
});

test('a waiting call is shown with its place and taken from the floor', async ({
  server,
  outside,
  person,
}) => {
  const sara = await person('supervisor', SECOND);
  await sara.works();
  await sara.goto('/floor');
  await sara.hasAudio();
  const call = await outside.call({ from: EMMA.number, to: server.queueNumber, tone: CALLER });
  const waiting = sara.page.getByRole('table', { name: 'Calls that wait' });
  const row = waiting.getByRole('row').filter({ hasText: /Emma Thompson|\+442079460011/ });
  await expect(row).toContainText('sales');
  await row.getByRole('button', { name: /^Actions: / }).click();
  await sara.page.getByRole('menuitem', { name: 'Take', exact: true }).click();
  await sara.callIs('Talking');
  await hears(call, [SECOND], [CALLER]);
  await hears(sara.ear, [CALLER], [SECOND]);
  await expect(row).toHaveCount(0);
  await call.hangUp();
});

test('an agent is made ready, not ready and signed out from the floor', async ({ person }) => {
  const [you, sara] = [await person('you', AGENT), await person('supervisor', SECOND)];
  await you.works();
  await sara.works();
  await sara.goto('/floor');
  await does(sara, 'You', 'Make ready');
  await you.shows('Ready');
  await does(sara, 'You', 'Make not ready');
  const why = sara.page.getByRole('dialog', { name: 'Make You not ready' });
  await why.getByRole('button', { name: 'Make not ready' }).click();
  await you.shows('Not ready');
  await does(sara, 'You', 'Sign out');
  const sure = sara.page.getByRole('dialog', { name: 'Sign You out?' });
  await sure.getByRole('button', { name: 'Sign out' }).click();
  await expect(you.page.getByRole('button', { name: 'Sign in: this browser' })).toBeVisible();
});
