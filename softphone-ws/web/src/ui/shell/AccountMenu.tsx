import { Button, Menu, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { LANGUAGES } from '../../i18n';
import { useAct } from '../hooks/useAct';
import { useLanguage } from '../hooks/useLanguage';
import { useSignOut } from '../session/useSignOut';
import { THEMES } from '../theme';
import { useSession } from '../world';

export function AccountMenu() {
  const { t } = useTranslation();
  const [current, speak] = useLanguage();
  const { user } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const act = useAct();
  const signOut = useSignOut();
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
            lang={language === 'zh' ? 'zh-CN' : language}
            aria-current={current === language}
            onClick={() => speak(language)}
            rightSection={current === language && '✓'}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Label>{t('me.theme')}</Menu.Label>
        {THEMES.map((name) => (
          <Menu.Item
            key={name}
            aria-current={colorScheme === name}
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
