import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { ANN, renderApp } from '../../../testing/render';
import InteractionsPage from './InteractionsPage';

let asked: URL[] = [];

beforeEach(() => {
  asked = [];
  window.history.replaceState(null, '', '/interactions');
  vi.stubGlobal('fetch', (request: Request) => {
    asked.push(new URL(request.url));
    return Promise.resolve(Response.json({ items: [], next: null }));
  });
});

it('keeps the search in the address, and asks the server once it has settled', async () => {
  const user = userEvent.setup();
  await renderApp(<InteractionsPage />, { ...ANN, roles: ['supervisor'] });
  await user.type(await screen.findByLabelText('Number'), '030 1');
  expect(window.location.search).toBe('?number=030+1');
  await waitFor(
    () => {
      const last = asked.findLast((url) => url.pathname === '/api/v1/interactions');
      expect(last?.searchParams.get('number')).toBe('030 1');
    },
    { timeout: 3000 },
  );
});

it('says what is wrong with a filter, and asks nothing', async () => {
  const user = userEvent.setup();
  await renderApp(<InteractionsPage />, { ...ANN, roles: ['supervisor'] });
  await user.click(await screen.findByRole('button', { name: 'More filters' }));
  await user.type(await screen.findByLabelText('Talked at least (s)'), 'x');
  expect(await screen.findByText('Whole seconds, please')).toBeTruthy();
  expect(await screen.findByText('Mend the marked filters to search.')).toBeTruthy();
});
