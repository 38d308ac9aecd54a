import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { slugOf } from '../../../core/admin/spec';
import { specOf } from '../../../core/admin/specs';
import { mayEnter } from '../../../core/roles';
import { EmptyState, LoadingState, Page } from '../../kit';
import { useSession } from '../../world';
import { EditPage, NewPage } from './engine/EditPage';
import { ListPage } from './engine/ListPage';
import { useExtras } from './extras';
import HomePage from './HomePage';
import { PAGES } from './pages';

const OWN = {
  exports: lazy(() => import('./data/ExportsPage')),
  'legal-holds': lazy(() => import('./data/HoldsPage')),
  erasures: lazy(() => import('./data/ErasuresPage')),
  audit: lazy(() => import('./audit/AuditPage')),
  refused: lazy(() => import('./telephony/RefusedPage')),
  server: lazy(() => import('./ServerPage')),
} as const;

/** Everything below `/admin`: which page an address means. */
export default function AdminArea() {
  const [path] = useLocation();
  return (
    <Suspense fallback={<LoadingState />}>
      <Place path={path} />
    </Suspense>
  );
}

/** An address somebody broke is that of no page. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '%';
  }
}

/** A page that is not there for this person. */
function Nothing({ title }: { title: string }) {
  const { t } = useTranslation('common');
  return (
    <Page title={t('nav.admin')}>
      <EmptyState title={title} />
    </Page>
  );
}

function Place({ path }: { path: string }) {
  const { t } = useTranslation(['admin', 'common']);
  const { roles } = useSession();
  const [slug = '', id, tab = ''] = path.split('/').slice(2).map(decoded);
  const spec = specOf(slug);
  const extras = useExtras(slug);
  const own = PAGES.find((page) => page.slug === slug);
  if (slug === '') return <HomePage />;
  const read = spec?.read ?? own?.read;
  if (read === undefined) return <Nothing title={t('common:error.noPage')} />;
  if (!mayEnter(roles, read)) return <Nothing title={t('common:error.forbidden')} />;
  if (own) {
    const Content = OWN[slug as keyof typeof OWN];
    return <Content />;
  }
  if (spec === undefined) return null;
  if (id === undefined || id === '')
    return (
      <ListPage
        key={slug}
        spec={spec}
        {...(extras.columns && { more: extras.columns })}
        {...(extras.note && { note: extras.note })}
        {...(extras.open && { open: extras.open })}
      />
    );
  if (id === 'new') {
    if (!mayEnter(roles, spec.write)) return <Nothing title={t('common:error.forbidden')} />;
    const Made = extras.New;
    return Made ? (
      <Made key={slug} />
    ) : (
      <NewPage key={slug} spec={spec} {...(extras.open && { open: extras.open })} />
    );
  }
  return (
    <EditPage
      key={`${slugOf(spec)}/${id}`}
      spec={spec}
      id={id}
      tab={tab}
      {...(extras.tabs && { tabs: extras.tabs })}
      {...(extras.actions && { actions: extras.actions })}
    />
  );
}
