import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { renderApp } from '../../../testing/render';
import { Links } from './Links';
import type { Ticket } from './useTicket';

const [TICKET, CUSTOMER, LINKED, CALL, OTHER] = [1, 2, 3, 4, 5].map(
  (n) => `00000000-0000-7000-8000-00000000000${n}`,
) as [string, string, string, string, string];

let linked: unknown[] = [];

beforeEach(() => {
  linked = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (request.method === 'POST') {
      linked.push(await request.json());
      return new Response(null, { status: 204 });
    }
    if (pathname.includes('/interactions/')) return new Response(null, { status: 404 });
    if (!pathname.endsWith(`/customers/${CUSTOMER}/timeline`))
      return Response.json({ items: [], next: null });
    const call = { kind: 'interaction', at: 1_700_000_000_000_000, changes: [], detail: 'voice inbound' };
    const items = [
      { ...call, id: LINKED, user: 'Bob' },
      { ...call, id: CALL, user: 'Alice' },
    ];
    return Response.json({ items, next: null });
  });
});

const ticket = { id: TICKET, customer_id: CUSTOMER, interactions: [LINKED], children: [], merged: [] };

it('offers the customer’s contacts that are not linked yet, and takes any by its id', async () => {
  const user = userEvent.setup();
  await renderApp(<Links row={ticket as unknown as Ticket} />);
  const field = await screen.findByRole('combobox', { name: 'Link a contact' });
  await user.click(field);
  const option = await screen.findByRole('option', { name: /Call · inbound · Alice$/ });
  expect(screen.queryByRole('option', { name: /Bob/ })).toBeNull();
  await user.click(option);
  await user.click(screen.getByRole('button', { name: 'Link' }));
  await waitFor(() => expect(linked).toEqual([{ interaction_id: CALL }]));

  await user.click(field);
  await user.paste(OTHER.toUpperCase());
  await user.click(await screen.findByRole('option', { name: OTHER }));
  await user.click(screen.getByRole('button', { name: 'Link' }));
  await waitFor(() => expect(linked.at(-1)).toEqual({ interaction_id: OTHER }));
});
