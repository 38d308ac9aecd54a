import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LANGUAGES } from '../../i18n';
import { useLanguage } from '../hooks/useLanguage';
import { usePageTitle } from '../hooks/useTitle';
import { THEMES } from '../theme';
import css from './session.module.css';

/** A form in the middle of an empty page, with what somebody may choose before anybody is signed in. */
export function Door({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useTranslation();
  const [language, speak] = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  usePageTitle(title);
  return (
    <main className={css.door}>
      <div className={css.form}>{children}</div>
      <footer className={css.choices}>
        <SegmentedControl
          size="xs"
          aria-label={t('me.language')}
          data={Object.entries(LANGUAGES).map(([value, label]) => ({
            value,
            label: <span lang={value === 'zh' ? 'zh-CN' : value}>{label}</span>,
          }))}
          value={language}
          onChange={speak}
        />
        <SegmentedControl
          size="xs"
          aria-label={t('me.theme')}
          data={THEMES.map((value) => ({ value, label: t(`me.themes.${value}`) }))}
          value={colorScheme}
          onChange={setColorScheme}
        />
      </footer>
    </main>
  );
}
