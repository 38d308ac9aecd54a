import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import i18n from 'i18next';
import { type ReactNode, Suspense } from 'react';
import type { Schemas } from '../api/client';
import { Link } from '../core/link';
import { startTexts } from '../i18n';
import { queryClient } from '../ui/App';
import { SessionProvider, WorldProvider } from '../ui/world';
import { FakeClock, FakeServer, FakeStore } from './fakes';

export const ANN: Schemas['SessionView'] = {
  user: { id: '00000000-0000-7000-8000-000000000001', login: 'ann', name: 'Ann', language: 'en', queues: [] },
  roles: ['agent'],
  must_change_password: false,
};

/** Draws something as Ann sees it, connected to a server that says what the test tells it to. */
export async function renderApp(content: ReactNode, session: Schemas['SessionView'] = ANN) {
  if (!i18n.isInitialized) await startTexts('en');
  const clock = new FakeClock();
  const server = new FakeServer();
  const link = new Link(server.open, clock);
  link.start();
  server.accept();
  server.welcome();
  const view = render(
    <MantineProvider env="test" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={queryClient()}>
        <WorldProvider world={{ link, clock, store: new FakeStore(), media: null }}>
          <SessionProvider session={session}>
            <Suspense>{content}</Suspense>
          </SessionProvider>
        </WorldProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { ...view, clock, server, link };
}
