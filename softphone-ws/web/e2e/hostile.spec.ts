/** What comes from outside is text and nothing else; who may not do a thing is refused by the server, whatever the page shows. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import type { Person } from './person';
import type { Server } from './server';
import { AGENT, CALLER, expect, interactionOf, SECOND, STRANGER, test } from './support';

const MARKUP = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';
/** What is looked for on the screen: the part no page shortens. */
const SHOWN = '<img src=x onerror=';
/** Turns the writing round, rings the terminal's bell, ends a C1 command. */
const CONTROL = '\u202e\u0007\u009b31m';

/** Fails as soon as markup does anything. */
function watch(page: Page): () => Promise<void> {
  const seen: string[] = [];
  page.on('dialog', (dialog) => {
    seen.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (asked) => {
    if (new URL(asked.url()).pathname.endsWith('/x')) seen.push(`a request for ${asked.url()}`);
  });
  return async () => {
    expect(seen).toEqual([]);
    expect(await page.evaluate(() => 'pwned' in window), 'a script of the outside ran').toBe(false);
    expect(await page.locator('img[src="x"], [onerror]').count(), 'markup became elements').toBe(0);
  };
}

/** Commands over a socket of the page's own, whose cookie it bears; what each is answered. */
async function over(person: Person, commands: readonly unknown[]): Promise<readonly string[]> {
  return person.page.evaluate(
    async (all) =>
      new Promise<string[]>((resolve, reject) => {
        const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/ws/v1`, 'cordboard.v1');
        const answers = new Map<number, string>();
        socket.onerror = () => reject(new Error('the socket does not open'));
        socket.onopen = () => {
          socket.send(JSON.stringify({ type: 'hello' }));
          for (const [n, command] of all.entries())
            socket.send(JSON.stringify({ type: 'command', id: n + 1, command }));
        };
        socket.onmessage = ({ data }) => {
          const message = JSON.parse(String(data)) as {
            type: string;
            id: number;
            result?: { status: string; code?: string };
          };
          if (message.type !== 'reply') return;
          answers.set(message.id, message.result?.code ?? message.result?.status ?? '');
          if (answers.size < all.length) return;
          socket.close();
          resolve(all.map((_, n) => answers.get(n + 1) ?? ''));
        };
      }),
    [...commands],
  );
}

test('markup and control characters of a caller are text on every screen', async ({
  server,
  outside,
  person,
}) => {
  const [you, sara] = [await person('you', AGENT), await person('supervisor', SECOND)];
  const clean = [watch(you.page), watch(sara.page)];
  await you.works();
  await you.isReady();
  await sara.hasSession();
  await sara.goto('/floor');
  const call = await outside.call({
    from: STRANGER,
    to: server.queueNumber,
    tone: CALLER,
    display: `${MARKUP}${CONTROL}`,
    headers: [['User-Agent', MARKUP]],
  });
  await expect(you.page.getByRole('region', { name: 'The call' })).toContainText(SHOWN);
  await you.answers();
  await expect(sara.page.getByRole('table', { name: 'Calls in progress' })).toContainText(SHOWN);
  for (const check of clean) await check();

  await you.page.getByRole('textbox', { name: 'Note', exact: true }).fill(MARKUP);
  await you.verb('Hang up').click();
  await call.is('ended');
  await you.page.getByRole('button', { name: 'Finish the wrap-up' }).click();
  const interaction = await interactionOf(server, STRANGER);
  await sara.goto(`/interactions/${interaction}`);
  await expect(sara.page.getByText(MARKUP).first()).toBeVisible();
  await clean[1]?.();
  await sara.goto(`/interactions/${interaction}/sip`);
  await expect(sara.page.getByRole('main'), 'the INVITE is shown').toContainText(SHOWN);
  await clean[1]?.();
  await you.goto('/day/calls');
  await expect(you.page.getByText(STRANGER).first()).toBeVisible();
  await clean[0]?.();
});

test('markup in customers, tickets, notes and articles is text on their pages', async ({
  server,
  person,
}) => {
  const you = await person('you');
  const clean = watch(you.page);
  const customer = await server.make('/customers', {
    kind: 'company',
    name: MARKUP,
    notes: MARKUP,
    contacts: [{ kind: 'phone', value: STRANGER }],
  });
  const text = `${MARKUP} [x](javascript:window.pwned=1)`;
  await server.make('/notes', { subject: 'customer', subject_id: customer, text });
  const type = (await server.items<{ id: string }>('/ticket-types?limit=1'))[0]?.id;
  const written = { title: MARKUP, description: MARKUP, customer_id: customer };
  const ticket = await server.make('/tickets', { type_id: type, ...written });
  await you.hasSession();
  const pages = [
    [`/customers/${customer}`, SHOWN],
    [`/customers/${customer}/notes`, SHOWN],
    [`/customers/${customer}/tickets`, SHOWN],
    [`/tickets/${ticket}`, SHOWN],
    ['/tickets', null],
    ['/customers', null],
  ] as const;
  for (const [path, shown] of pages) {
    await you.goto(path);
    await expect(you.page.getByRole('heading', { level: 1 }), path).toBeVisible();
    if (shown !== null) await expect(you.page.getByRole('main'), path).toContainText(shown);
    await clean();
  }
  expect(await you.page.locator('a[href^="javascript:"]').count()).toBe(0);
});

test('a page of another origin opens no socket and writes nothing, though its cookie comes along', async ({
  server,
  person,
}) => {
  const you = await person('you');
  await you.hasSession();
  const cookie = await server.cookieOf('you');
  expect(await upgrade(server, cookie, server.http)).toBe(101);
  expect(await upgrade(server, cookie, 'http://evil.example')).toBe(403);
  expect(await upgrade(server, cookie, 'null')).toBe(403);
  const write = (origin: string) =>
    server.request('POST', '/notes', { subject: 'customer', subject_id: 'x', text: 'y' }, { cookie, origin });
  expect((await write('http://evil.example')).status).toBe(403);
  expect((await write(server.http)).status, 'its own page gets as far as the content').not.toBe(403);

  const foreign = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/html').end('<title>evil</title>');
  });
  await new Promise<void>((done) => foreign.listen(0, '127.0.0.1', done));
  try {
    await you.page.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`);
    const opened = await you.page.evaluate(
      (url) =>
        new Promise<boolean>((resolve) => {
          const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/v1`, 'cordboard.v1');
          socket.onopen = () => resolve(true);
          socket.onerror = () => resolve(false);
        }),
      server.http,
    );
    expect(opened, 'a foreign page opened a socket').toBe(false);
    // Without CORS a page may send only what forms send: GET, HEAD and POST.
    await you.page.evaluate(async (url) => {
      const body = JSON.stringify({ subject: 'customer', subject_id: 'x', text: 'y' });
      await fetch(`${url}/api/v1/notes`, {
        method: 'POST',
        mode: 'no-cors',
        credentials: 'include',
        body,
      }).catch(() => {});
      await fetch(`${url}/api/v1/session`, { method: 'DELETE', credentials: 'include' }).catch(() => {});
    }, server.http);
    const still = await you.context.request.get(`${server.http}/api/v1/session`);
    expect(still.status(), 'the session was not ended from outside').toBe(200);
  } finally {
    foreign.close();
  }
});

test('who may only read commands nothing', async ({ server, person }) => {
  const password = 'a long enough password';
  const rita = { login: 'reader', name: 'Rita Reader', roles: ['analyst'] };
  await server.make('/users', { ...rita, password, must_change_password: false });
  const reader = await person('reader');
  await reader.hasSession(password);
  await reader.goto('/interactions');
  await expect(reader.page.getByRole('heading', { level: 1 })).toBeVisible();
  const you = await server.idOf('/users', 'login', 'you');
  const asked = [
    { do: 'sign_in', device: { kind: 'browser' } },
    { do: 'set_presence_of', agent: you, presence: 'not_ready', reason: null },
    { do: 'supervise', agent: you, mode: 'listen' },
    { do: 'dial', number: '+12025550111', queue: null },
  ];
  const answers = await over(reader, asked);
  for (const [n, answer] of answers.entries())
    expect(['forbidden', 'not_signed_in', 'bad_value'], JSON.stringify(asked[n])).toContain(answer);
  expect(answers[0]).toBe('forbidden');
  const cookie = await server.cookieOf('reader', password);
  for (const [path, row] of [
    ['/customers', { name: 'Nobody' }],
    ['/queues', { name: 'mine' }],
    [`/users/${you}/presence`, { presence: 'logged_out', reason: null }],
  ] as const)
    expect((await server.request('POST', path, row, { cookie })).status, path).toBe(403);
  await reader.goto('/admin');
  await expect(
    reader.page.getByRole('heading', {
      level: 1,
      name: 'You are not allowed to do this. Ask your administrator for the right.',
    }),
  ).toBeVisible();
});

test('a call that is not one’s own, or is none, cannot be touched', async ({ server, outside, person }) => {
  const [you, alice] = [await person('you', AGENT), await person('alice', SECOND)];
  await you.works();
  await you.isReady();
  await alice.works();
  const call = await outside.call({ from: STRANGER, to: server.queueNumber, tone: CALLER });
  await you.answers();
  const interaction = await interactionOf(server, STRANGER);
  const forged = '00000000-0000-7000-8000-00000000beef';
  const cookie = await server.cookieOf('alice');
  for (const id of [interaction, forged])
    for (const verb of ['hang-up', 'hold', 'force-release', 'intercept']) {
      const { status } = await server.request('POST', `/calls/${id}/${verb}`, {}, { cookie });
      expect([400, 403, 404, 409, 422], `${verb} of ${id}: ${status}`).toContain(status);
    }
  const answers = await over(alice, [
    ...[interaction, forged].flatMap((id) => [
      { do: 'hang_up', call: id },
      { do: 'hold', call: id },
    ]),
    { do: 'force_release', interaction, participant: null },
    { do: 'take_waiting', interaction },
  ]);
  expect(answers).not.toContain('ok');
  await you.callIs('Talking');
  expect((await call.state()).state).toBe('answered');
  await call.hangUp();
});

/** The status with which the WebSocket's request is answered. */
function upgrade(server: Server, cookie: string, origin: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${server.http}/ws/v1`, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-protocol': 'cordboard.v1',
        cookie,
        origin,
      },
    });
    asked.on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('upgrade', (answer, socket) => {
      socket.destroy();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end();
  });
}
