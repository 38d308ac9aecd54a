import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import i18n from 'i18next';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ANN, renderApp } from '../../testing/render';
import { useSession } from '../world';
import { SessionGate } from './SessionGate';

let signedIn: boolean;

beforeEach(() => {
  signedIn = true;
  vi.stubGlobal('fetch', async (request: Request) => {
    if (request.method === 'POST') signedIn = true;
    return signedIn ? Response.json(ANN) : Response.json({ title: 'Unauthorized' }, { status: 401 });
  });
});
afterEach(async () => {
  await i18n.changeLanguage('en');
});

it('asks again over the page when the session ends, and only signing in ends that', async () => {
  const { server } = await renderApp(
    <SessionGate>
      <p>half-written</p>
    </SessionGate>,
  );
  await screen.findByText('half-written');
  act(() => server.drop(4401));
  await screen.findByRole('dialog', { name: 'Sign in' });
  expect(screen.queryByRole('button', { name: 'Close' })).toBeNull();
  await userEvent.keyboard('{Escape}');
  await userEvent.type(screen.getByLabelText(/^Password/), 'a long password');
  await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  expect(await screen.findByText('half-written')).toBeTruthy();
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

it('lets somebody else in, who starts from an empty page', async () => {
  const { server } = await renderApp(
    <SessionGate>
      <p>half-written</p>
    </SessionGate>,
  );
  await screen.findByText('half-written');
  act(() => server.drop(4401));
  await userEvent.click(await screen.findByRole('button', { name: 'Sign in as somebody else' }));
  await screen.findByRole('heading', { name: 'Sign in' });
  expect(screen.queryByText('half-written')).toBeNull();
});

it('offers both languages before anybody is signed in', async () => {
  signedIn = false;
  await renderApp(
    <SessionGate>
      <p>inside</p>
    </SessionGate>,
  );
  await screen.findByRole('heading', { name: 'Sign in' });
  await userEvent.click(screen.getByRole('radio', { name: '简体中文' }));
  expect(await screen.findByRole('heading', { name: '登录' })).toBeTruthy();
});

it('becomes the login that the browser has now', async () => {
  const bob = { ...ANN, user: { ...ANN.user, id: '00000000-0000-7000-8000-000000000002', name: 'Bob' } };
  let session = ANN;
  vi.stubGlobal('fetch', async () => Response.json(session));
  const Name = () => useSession().user.name;
  const { server, clock } = await renderApp(
    <SessionGate>
      <Name />
    </SessionGate>,
  );
  await screen.findByText('Ann');
  session = bob;
  act(() => {
    server.drop(1006);
    clock.pass(5_000);
    server.accept();
    server.welcome(bob.user.id);
  });
  await screen.findByText('Bob');
  await waitFor(() => expect(server.opened).toBe(3));
});
