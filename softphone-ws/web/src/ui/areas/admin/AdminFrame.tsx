import { Anchor, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { type GroupName, type Spec, slugOf } from '../../../core/admin/spec';
import { GROUPS, SPECS } from '../../../core/admin/specs';
import { mayEnter } from '../../../core/roles';
import { Page } from '../../kit';
import { useSession } from '../../world';
import css from './admin.module.css';
import { useWords } from './engine/words';
import { PAGES } from './pages';

interface Entry {
  path: string;
  label: string;
  about: string;
}

/** What somebody may open, group by group. */
export function useEntries(): { group: GroupName; label: string; entries: Entry[] }[] {
  const words = useWords();
  const { roles } = useSession();
  return GROUPS.map((group) => ({
    group,
    label: words.group(group),
    entries: [...SPECS.map((spec) => ({ ...spec, slug: slugOf(spec) })), ...PAGES]
      .filter((one) => one.group === group && mayEnter(roles, one.read))
      .map((one) => ({
        path: `/admin/${one.slug}`,
        label: words.resource(one.word, 'many'),
        about: words.resource(one.word, 'about'),
      })),
  })).filter(({ entries }) => entries.length > 0);
}

interface Props {
  title: string;
  about?: string;
  /** The list the page belongs to. */
  up?: Spec;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page of the administration: the way back above it, and on wide screens all areas beside it. */
export function AdminPage({ title, about, up, actions, children }: Props) {
  const { t } = useTranslation(['admin', 'common']);
  const words = useWords();
  const [path] = useLocation();
  return (
    <Page title={title} actions={actions}>
      <div className={css.frame}>
        <nav className={css.side} aria-label={t('frame.areas')}>
          {useEntries().map(({ group, label, entries }) => (
            <div key={group}>
              <Text size="xs" fw={600} c="dimmed">
                {label}
              </Text>
              {entries.map((entry) => (
                <Link
                  key={entry.path}
                  href={entry.path}
                  className={path === entry.path || path.startsWith(`${entry.path}/`) ? css.here : css.entry}
                  aria-current={path === entry.path ? 'page' : undefined}
                >
                  {entry.label}
                </Link>
              ))}
            </div>
          ))}
        </nav>
        <div className={css.content}>
          <nav aria-label={t('frame.way')} className={css.way}>
            <Anchor component={Link} href="/admin" size="sm">
              {t('common:nav.admin')}
            </Anchor>
            {up && (
              <>
                {' / '}
                <Anchor component={Link} href={`/admin/${slugOf(up)}`} size="sm">
                  {words.resource(up.word, 'many')}
                </Anchor>
              </>
            )}
          </nav>
          {about && (
            <Text c="dimmed" mb="sm">
              {about}
            </Text>
          )}
          {children}
        </div>
      </div>
    </Page>
  );
}
