import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { renderApp } from '../../testing/render';
import { Shell } from './Shell';

it('shows the navigation and the state told by the socket, without a <style> of its own', async () => {
  const { server } = await renderApp(<Shell />);
  expect(await screen.findByRole('link', { name: 'Desk' })).toBeTruthy();
  const agent = {
    state: 'ready',
    since_ms: 0,
    presence: 'ready',
    reason: null,
    pending: null,
    device: null,
    owner_session: null,
  };
  act(() => server.say({ type: 'snapshot', topic: 'me', epoch: 1, version: 1, state: { agent } }));
  expect((await screen.findAllByText('Ready')).length).toBeGreaterThan(0);
  expect(document.querySelectorAll('style').length).toBe(0);
});

it('keeps what is half written on the desk while another page is looked at, as long as there is work', async () => {
  vi.stubGlobal('fetch', async () => new Response(null, { status: 404 }));
  const user = userEvent.setup();
  const { server } = await renderApp(<Shell />);
  const id = (n: number) => `00000000-0000-7000-8000-00000000000${n}`;
  const wrapUp = {
    assignment: id(2),
    interaction: id(3),
    until_ms: null,
    required: false,
    codes: [],
    code: null,
  };
  const say = (version: number, state: Record<string, unknown>) =>
    act(() => server.say({ type: 'snapshot', topic: 'me', epoch: 1, version, state }));
  say(1, { 'wrap_up/1': wrapUp });
  await user.click(await screen.findByRole('tab', { name: 'Notes' }));
  const note = await screen.findByRole('textbox', { name: 'Note on this contact' });
  await user.type(note, 'Wants it in blue');
  await user.click(screen.getByRole('link', { name: 'Tickets' }));
  expect(await screen.findByRole('heading', { level: 1, name: 'Tickets' })).toBeTruthy();
  expect(screen.queryByRole('heading', { level: 1, name: 'Desk' })).toBeNull();
  await user.click(screen.getByRole('link', { name: 'Desk' }));
  expect(await screen.findByDisplayValue('Wants it in blue')).toBeTruthy();

  await user.click(screen.getByRole('link', { name: 'Tickets' }));
  say(2, {});
  expect(screen.queryByDisplayValue('Wants it in blue')).toBeNull();
});
