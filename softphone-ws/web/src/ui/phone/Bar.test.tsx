import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import type { AgentView, CallView } from '../../api/protocol';
import { renderApp } from '../../testing/render';
import { Bar } from './Bar';
import { PhoneProvider } from './PhoneProvider';
import { WorksProvider } from './WorksProvider';

const AGENT: AgentView = {
  state: 'talking',
  presence: 'ready',
  reason: null,
  pending: null,
  since_ms: 0,
  device: { device: { kind: 'phone', id: 'p' }, name: 'Desk 12', reachable: true, can_answer: true },
  owner_session: 1,
};
const CALL = {
  interaction: 'i1',
  leg: 'l1',
  assignment: 'a1',
  state: 'talking',
  since_ms: 0,
  answered_ms: 0,
  queue_name: 'Support',
  caller: { number: '+4930123', display: '<b>x</b>' },
  cards: [],
  collected: [],
  recording: false,
  recording_paused: false,
  muted: false,
  purpose: null,
  parties: [],
  actions: {
    hold: true,
    retrieve: false,
    transfer: true,
    consult: true,
    consulting: false,
    return: false,
    mute: true,
    record: false,
    supervising: false,
  },
  quality: null,
  answerer: null,
  code: null,
  note: null,
} as CallView;

async function bar(entries: Record<string, unknown>) {
  const all = await renderApp(
    <PhoneProvider>
      <WorksProvider>
        <Bar />
      </WorksProvider>
    </PhoneProvider>,
  );
  act(() => all.server.say({ type: 'snapshot', topic: 'me', epoch: 1, version: 1, state: entries }));
  const commands = () =>
    all.server.sent.flatMap((message) => (message.type === 'command' ? [message.command] : []));
  return { ...all, commands };
}

it('shows only what is possible, and does it by button and by key', async () => {
  const { commands } = await bar({ agent: AGENT, 'call/l1': CALL });
  await userEvent.click(await screen.findByRole('button', { name: 'Hold' }));
  expect(commands().at(-1)).toEqual({ do: 'hold', call: 'l1' });
  expect(screen.queryByRole('button', { name: 'Retrieve' })).toBeNull();
  expect(screen.queryByRole('textbox', { name: 'Number to call' })).toBeNull();
  await userEvent.keyboard('{Alt>}m{/Alt}');
  expect(commands().at(-1)).toEqual({ do: 'mute', call: 'l1', muted: true });
});

it('shows what callers send as text', async () => {
  await bar({ agent: AGENT, 'call/l1': CALL });
  expect(await screen.findByText(/<b>x<\/b>/)).toBeTruthy();
});

it('asks before it takes the telephone from elsewhere', async () => {
  const { commands, server } = await bar({
    agent: { ...AGENT, state: 'logged_out', presence: 'logged_out', device: null },
  });
  await userEvent.click(await screen.findByRole('button', { name: 'Sign in: this browser' }));
  expect(commands().at(-1)).toEqual({ do: 'sign_in', device: { kind: 'browser' }, take_over: false });
  act(() =>
    server.say({
      type: 'reply',
      id: 1,
      result: { status: 'error', code: 'taken', message: 'elsewhere', field: 'device' },
    }),
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Take over' }));
  expect(commands().at(-1)).toEqual({ do: 'sign_in', device: { kind: 'browser' }, take_over: true });
});

it('transfers to whom the text names, though Enter is faster than the list', async () => {
  const entry = (name: string) => ({
    kind: 'agent',
    to: { kind: 'agent', id: name },
    name,
    presence: 'ready',
    reachable: true,
    can_consult: true,
    voicemail: false,
  });
  const answers: (() => void)[] = [];
  vi.stubGlobal('fetch', (request: Request) => {
    const q = new URL(request.url).searchParams.get('q') ?? '';
    const items = ['Amy', 'Zoe'].filter((name) => name.toLowerCase().startsWith(q)).map(entry);
    return new Promise((resolve) => answers.push(() => resolve(Response.json({ items, more: false }))));
  });
  const { commands } = await bar({ agent: AGENT, 'call/l1': CALL });
  await userEvent.click(await screen.findByRole('button', { name: 'Transfer' }));
  const search = await screen.findByRole('textbox', { name: 'Name or number' });
  await waitFor(() => expect(answers).toHaveLength(1));
  act(() => answers[0]?.());
  await screen.findByText('Amy');
  await userEvent.type(search, 'zo{Enter}');
  expect(commands().some((command) => command.do === 'transfer')).toBe(false);
  await waitFor(() => expect(answers.length).toBeGreaterThan(1));
  act(() => {
    for (const answer of answers) answer();
  });
  await waitFor(() =>
    expect(commands().at(-1)).toEqual({ do: 'transfer', call: 'l1', to: { kind: 'agent', id: 'Zoe' } }),
  );
});
