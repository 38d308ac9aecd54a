import './ui/styles.css';
import i18n from 'i18next';
import { createRoot } from 'react-dom/client';
import { Link } from './core/link';
import { languageOf, startTexts } from './i18n';
import { systemClock } from './platform/clock';
import { browserMedia } from './platform/media';
import { openSocket } from './platform/socket';
import { localStore } from './platform/storage';
import { App, queryClient } from './ui/App';
import { adoptTheme } from './ui/theme';

const link = new Link(openSocket, systemClock);
for (const change of ['online', 'offline']) window.addEventListener(change, () => link.renew());
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && link.hurry());
adoptTheme();
i18n.on('languageChanged', (language) => {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : language;
});
await startTexts(languageOf(localStore.get('language') ?? navigator.language));
const root = document.getElementById('root');
if (root !== null)
  createRoot(root).render(
    <App
      world={{ link, clock: systemClock, store: localStore, media: browserMedia }}
      queries={queryClient()}
    />,
  );
