import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Suspense } from 'react';
import { Problem } from '../api/client';
import { LeaveGuard } from './hooks/useUnsaved';
import { LoadingState } from './kit';
import { SessionGate } from './session/SessionGate';
import { Shell } from './shell/Shell';
import { theme } from './theme';
import { type World, WorldProvider } from './world';

/** What the server refused will be refused again; only what did not arrive is tried once more. */
export function queryClient(): QueryClient {
  const again = (n: number, error: Error) =>
    n < 2 && (!(error instanceof Problem) || error.status === 0 || error.status >= 500);
  return new QueryClient({
    defaultOptions: { queries: { retry: again, staleTime: 10_000, refetchOnWindowFocus: false } },
  });
}

export function App({ world, queries }: { world: World; queries: QueryClient }) {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queries}>
        <WorldProvider world={world}>
          <Notifications position="bottom-right" limit={4} />
          <Suspense fallback={<LoadingState />}>
            <SessionGate>
              <LeaveGuard>
                <Shell />
              </LeaveGuard>
            </SessionGate>
          </Suspense>
        </WorldProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
