import { Button, Menu, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { LANGUAGES } from '../../i18n';
import { useAct } from '../hooks/useAct';
import { useSignOut } from '../session/useSignOut';
import { useSession, useWorld } from '../world';

const THEMES = ['auto', 'light', 'dark'] as const;

export function AccountMenu() {
  const { t, i18n } = useTranslation();
  const { store } = useWorld();
  const { user } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const act = useAct();
  const signOut = useSignOut();
  const speak = (language: string) => {
    store.set('language', language);
    void i18n.changeLanguage(language);
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="subtle" color="gray" aria-label={`${t('me.menu')}: ${user.name}`}>
          {user.name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('me.language')}</Menu.Label>
        {Object.entries(LANGUAGES).map(([language, name]) => (
          <Menu.Item
            key={language}
            lang={language}
            onClick={() => speak(language)}
            rightSection={i18n.language === language && '✓'}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Label>{t('me.theme')}</Menu.Label>
        {THEMES.map((name) => (
          <Menu.Item
            key={name}
            onClick={() => setColorScheme(name)}
            rightSection={colorScheme === name && '✓'}
          >
            {t(`me.themes.${name}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => act(signOut)}>{t('me.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
