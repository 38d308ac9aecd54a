import { act, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
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
