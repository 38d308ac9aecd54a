/** Who is signed in decides what is shown; a session that ends leaves the page as it is, under a dialog to sign in again. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Schemas, whenSignedOut } from '../../api/client';
import { languageOf } from '../../i18n';
import { useLinkState } from '../hooks/useTopic';
import { Dialog, ErrorState, LoadingState } from '../kit';
import { SessionProvider, useWorld } from '../world';
import { Door } from './Door';
import { NewPassword } from './NewPassword';
import { SignIn } from './SignIn';
import { readSession, SESSION } from './session';

/** Rows that the server tells changes of. */
const ROWS = new Set([
  'customers',
  'timeline',
  'tickets',
  'orders',
  'contracts',
  'products-owned',
  'notes',
  'tasks',
  'callbacks',
]);

const AGAIN_MS = 2_000;

export function SessionGate({ children }: { children: ReactNode }) {
  const { t, i18n } = useTranslation();
  const { link, store, clock } = useWorld();
  const queries = useQueryClient();
  const linkState = useLinkState();
  const [expired, setExpired] = useState(false);
  const session = useQuery({
    queryKey: SESSION,
    queryFn: readSession,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
  const here = session.data ?? null;
  const ready = here !== null && !here.must_change_password && !expired;
  useEffect(() => whenSignedOut(() => setExpired(true)), []);
  useEffect(() => {
    if (ready) link.start();
  }, [link, ready]);
  useEffect(() => {
    if (linkState.is === 'ended') setExpired(true);
    // A refused upgrade tells a page nothing but that it failed: the session may have ended while it was away.
    if (linkState.is === 'waiting' && linkState.attempt === 3) readSession().catch(() => {});
  }, [linkState]);
  // What others did while the page heard nothing is not told again.
  const heard = useRef(false);
  useEffect(() => {
    if (linkState.is !== 'open') return;
    if (heard.current)
      void queries.invalidateQueries({ predicate: ({ queryKey }) => ROWS.has(String(queryKey[0])) });
    heard.current = true;
  }, [linkState, queries]);
  const somebodyElse = () => {
    link.stop();
    queries.clear();
    queries.setQueryData(SESSION, null);
    setExpired(false);
  };
  const signedIn = (next: Schemas['SessionView']) => {
    const other = here !== null && here.user.id !== next.user.id;
    if (other) queries.clear();
    queries.setQueryData(SESSION, next);
    setExpired(false);
    if (store.get('language') === null) void i18n.changeLanguage(languageOf(next.user.language));
    void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });
  };
  const taken = linkState.is === 'open' && here !== null && link.user !== here.user.id;
  const becomes = useRef(signedIn);
  becomes.current = signedIn;
  // Another page of this browser signed in as somebody else: this one is theirs now, as all it asks for is.
  useEffect(() => {
    if (!taken) return;
    link.stop();
    readSession().then(
      (next) => {
        if (next === null) return setExpired(true);
        becomes.current(next);
        link.start();
      },
      // The server is busy or away: the link finds out again.
      () => void clock.after(AGAIN_MS, () => link.start()),
    );
  }, [taken, link, clock]);
  if (session.isPending) return <LoadingState />;
  if (session.error) return <ErrorState error={session.error} retry={() => void session.refetch()} />;
  if (here === null)
    return (
      <Door title={t('signIn.title')}>
        <SignIn onSignedIn={signedIn} />
      </Door>
    );
  if (here.must_change_password)
    return (
      <Door title={t('password.title')}>
        <NewPassword onChanged={signedIn} />
      </Door>
    );
  return (
    <SessionProvider key={here.user.id} session={here}>
      {children}
      {expired && (
        <Dialog title={t('signIn.title')} size="sm">
          <SignIn again={{ login: here.user.login, somebodyElse }} onSignedIn={signedIn} />
        </Dialog>
      )}
    </SessionProvider>
  );
}
