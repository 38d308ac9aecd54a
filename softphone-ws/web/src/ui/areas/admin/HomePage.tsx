import { Text, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useShortcut } from '../../hooks/useShortcut';
import { EmptyState, Filters, Page, SectionCard } from '../../kit';
import { useEntries } from './AdminFrame';
import css from './admin.module.css';
import { Checklist } from './Checklist';

/** Where everything of the administration is, and what a new installation still needs. */
export default function HomePage() {
  const { t } = useTranslation(['admin', 'common']);
  const [typed, setTyped] = useState('');
  const box = useRef<HTMLInputElement>(null);
  useShortcut('/', t('common:shortcut.search'), () => box.current?.focus());
  const wanted = typed.trim().toLowerCase();
  const groups = useEntries()
    .map((group) => ({
      ...group,
      entries: group.entries.filter((entry) =>
        `${entry.label} ${entry.about}`.toLowerCase().includes(wanted),
      ),
    }))
    .filter(({ entries }) => entries.length > 0);
  return (
    <Page title={t('common:nav.admin')}>
      <Checklist />
      <Filters>
        <TextInput
          ref={box}
          type="search"
          mt="md"
          w={280}
          placeholder={t('home.search')}
          aria-label={t('common:action.search')}
          value={typed}
          onChange={(e) => setTyped(e.currentTarget.value)}
        />
      </Filters>
      {groups.length === 0 && <EmptyState title={t('list.notFound', { search: typed })} />}
      <div className={css.groups}>
        {groups.map(({ group, label, entries }) => (
          <SectionCard key={group} title={label}>
            {entries.map((entry) => (
              <Link key={entry.path} href={entry.path} className={css.card}>
                <Text fw={500}>{entry.label}</Text>
                <Text size="xs" c="dimmed">
                  {entry.about}
                </Text>
              </Link>
            ))}
          </SectionCard>
        ))}
      </div>
    </Page>
  );
}
