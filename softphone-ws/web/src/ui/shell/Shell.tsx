import { Kbd, NavLink } from '@mantine/core';
import { Activity, type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { AGENTS, mayEnter } from '../../core/roles';
import { AREAS } from '../areas';
import { useShortcut, useShortcuts } from '../hooks/useShortcut';
import { Dialog, EmptyState, KeyValue, LoadingState, Page } from '../kit';
import { PhoneProvider } from '../phone/PhoneProvider';
import { useWorks, WorksProvider } from '../phone/WorksProvider';
import { useSession } from '../world';
import { AccountMenu } from './AccountMenu';
import { ConnectionBanner } from './ConnectionBanner';
import { PageBoundary } from './PageBoundary';
import { PhoneBar } from './PhoneBar';
import css from './Shell.module.css';

/** What stays while pages change: the softphone bar, the navigation, the state of the connection. */
export function Shell() {
  const { t } = useTranslation();
  const { roles } = useSession();
  const [path] = useLocation();
  const [help, setHelp] = useState(false);
  useShortcut('?', t('shortcut.help'), () => setHelp(true));
  const routes = AREAS.flatMap((area) => area.routes);
  const kept = routes.filter((route) => route.kept && mayEnter(roles, route.roles));
  return (
    <PhoneProvider>
      <WorksProvider>
        <div className={css.shell}>
          <a href="#content" className={css.skip}>
            {t('nav.skip')}
          </a>
          <header className={css.top}>
            <div className={css.bar}>
              <PhoneBar />
            </div>
            <AccountMenu />
          </header>
          <Navigation path={path} />
          <main id="content" tabIndex={-1} className={css.main}>
            <ConnectionBanner />
            <PageBoundary path={path}>
              <Suspense fallback={<LoadingState />}>
                {kept.map(({ path: at, page: Content }) => (
                  <WhileWork key={at} here={path === at}>
                    <Content />
                  </WhileWork>
                ))}
                <Switch>
                  {!mayEnter(roles, AGENTS) && (
                    <Route path="/">
                      <Redirect to="/interactions" replace />
                    </Route>
                  )}
                  {routes.map(({ path: at, page: Content, roles: theirs, kept: isKept }) => (
                    <Route key={at} path={at}>
                      {mayEnter(roles, theirs) ? (
                        !isKept && <Content />
                      ) : (
                        <Page title={t('error.forbidden')}>
                          <EmptyState action={<Link href="/">{t('error.toStart')}</Link>} />
                        </Page>
                      )}
                    </Route>
                  ))}
                  <Route>
                    <Page title={t('error.noPage')}>
                      <EmptyState action={<Link href="/">{t('error.toStart')}</Link>} />
                    </Page>
                  </Route>
                </Switch>
              </Suspense>
            </PageBoundary>
          </main>
          {help && <Help onClose={() => setHelp(false)} />}
        </div>
      </WorksProvider>
    </PhoneProvider>
  );
}

/** A page that is out of sight on others, and gone only when there is no work any more. */
function WhileWork({ here, children }: { here: boolean; children: ReactNode }) {
  const { works } = useWorks();
  const [seen, setSeen] = useState(here);
  const stays = here || (seen && works.length > 0);
  if (stays !== seen) setSeen(stays);
  return stays && <Activity mode={here ? 'visible' : 'hidden'}>{children}</Activity>;
}

function Navigation({ path }: { path: string }) {
  const { t } = useTranslation();
  const { roles } = useSession();
  const items = AREAS.flatMap((area) => area.nav).filter((item) => mayEnter(roles, item.roles));
  const here = (at: string) => path === at || (at !== '/' && path.startsWith(`${at}/`));
  return (
    <nav className={css.nav} aria-label={t('nav.label')}>
      {items.map(({ path: at, label, icon: Icon }) => (
        <NavLink
          key={at}
          component={Link}
          href={at}
          label={t(`nav.${label}`)}
          leftSection={<Icon size={18} />}
          active={here(at)}
          aria-current={here(at) ? 'page' : undefined}
        />
      ))}
    </nav>
  );
}

function Help({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const shortcuts = useShortcuts();
  return (
    <Dialog title={t('shortcut.title')} onClose={onClose}>
      <KeyValue rows={shortcuts.map(({ keys, label }) => [label, <Kbd key={keys}>{keys}</Kbd>] as const)} />
    </Dialog>
  );
}
