import { useTranslation } from 'react-i18next';
import { useWorld } from '../world';

/** The language of the texts, and how to choose another, which this computer keeps. */
export function useLanguage(): readonly [string, (language: string) => void] {
  const { i18n } = useTranslation();
  const { store } = useWorld();
  const speak = (language: string) => {
    store.set('language', language);
    void i18n.changeLanguage(language);
  };
  return [i18n.language, speak];
}
