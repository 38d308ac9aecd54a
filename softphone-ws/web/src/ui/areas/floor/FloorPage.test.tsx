import { Notifications } from '@mantine/notifications';
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import type { AgentView, FloorAgentView, FloorCallView } from '../../../api/protocol';
import { ANN, renderApp } from '../../../testing/render';
import FloorPage from './FloorPage';

const SUPERVISOR = { ...ANN, roles: ['supervisor' as const] };

const own: AgentView = {
  state: 'not_ready',
  presence: 'not_ready',
  reason: null,
  pending: null,
  since_ms: 0,
  device: { device: { kind: 'browser' }, name: '', reachable: true, can_answer: true },
  owner_session: null,
};

const bo: FloorAgentView = {
  agent: 'bo',
  name: 'Bo',
  team: null,
  state: 'talking',
  reason: null,
  pending: null,
  since_ms: 1_000_000,
  device_reachable: true,
  interaction: 'i1',
  queue_name: 'Support',
  score_tenths: 28,
  caller: { number: '+4930123456', display: '<b>Eve</b>' },
  customer: null,
  supervised_by: [{ agent: 'x', name: 'Cy', mode: 'listening' }],
};

const waiting = (interaction: string, more: Partial<FloorCallView> = {}): FloorCallView => ({
  interaction,
  direction: 'inbound',
  caller: { number: `+49${interaction}`, display: null },
  customer: null,
  queue: 'q1',
  queue_name: 'Support',
  since_ms: 0,
  waiting: true,
  offered: false,
  message: false,
  priority: 5,
  recording: false,
  score_tenths: null,
  parties: [],
  ...more,
});

beforeEach(() => {
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ items: [], next: null })));
});

async function openFloor(entries: Record<string, unknown>) {
  const view = await renderApp(
    <>
      <Notifications />
      <FloorPage />
    </>,
    SUPERVISOR,
  );
  await waitFor(() => expect(view.server.sent.some((one) => one.type === 'subscribe')).toBe(true));
  act(() => {
    view.server.say({ type: 'snapshot', topic: 'me', epoch: 1, version: 1, state: { agent: own } });
    view.server.say({ type: 'snapshot', topic: 'floor', epoch: 1, version: 1, state: entries });
  });
  return view;
}

it('listens to an agent, and says why not when that is refused', async () => {
  const user = userEvent.setup();
  const { server } = await openFloor({ 'agent/bo': bo });
  expect(await screen.findByText('<b>Eve</b> · +4930123456')).toBeTruthy();
  expect(screen.getAllByText('Cy: listens').length).toBeGreaterThan(0);
  await user.click(await screen.findByRole('button', { name: 'Actions: Bo' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Listen' }));
  const sent = server.sent.findLast((one) => one.type === 'command');
  expect(sent).toMatchObject({ command: { do: 'supervise', agent: 'bo', mode: 'listen' } });
  act(() =>
    server.say({
      type: 'reply',
      id: sent?.type === 'command' ? sent.id : 0,
      result: { status: 'error', code: 'wrong_state', message: 'no', field: 'agent' },
    }),
  );
  expect(await screen.findByText(/in no such call any more/)).toBeTruthy();
});

it('asks before it ends a call', async () => {
  const user = userEvent.setup();
  const { server } = await openFloor({ 'call/1': waiting('1') });
  await user.click(await screen.findByRole('button', { name: 'Actions: +491' }));
  await user.click(await screen.findByRole('menuitem', { name: 'End the call' }));
  expect(server.sent.some((one) => one.type === 'command')).toBe(false);
  const dialog = await screen.findByRole('dialog', { name: 'End this call?' });
  await user.click(within(dialog).getByRole('button', { name: 'End the call' }));
  expect(server.sent.findLast((one) => one.type === 'command')).toMatchObject({
    command: { do: 'force_release', interaction: '1', participant: null },
  });
});

it('keeps rows in their places while somebody points at them', async () => {
  const user = userEvent.setup();
  const { server } = await openFloor({ 'call/1': waiting('1'), 'call/2': waiting('2', { since_ms: 1 }) });
  const table = await screen.findByRole('table', { name: 'Calls that wait' });
  const rows = () => within(table).getAllByRole('row').slice(1);
  await user.hover(table);
  act(() => server.say({ type: 'delta', topic: 'floor', epoch: 1, version: 2, set: {}, del: ['call/1'] }));
  expect(rows().map((row) => row.getAttribute('aria-disabled'))).toEqual(['true', null]);
  await user.unhover(table);
  await waitFor(() => expect(rows().length).toBe(1));
});
