/** Texts in English and Simplified Chinese, one file for each area, loaded when the area is entered. */
import i18n, { type BackendModule } from 'i18next';
import { initReactI18next } from 'react-i18next';

export const LANGUAGES = { en: 'English', zh: '简体中文' } as const;
export type Language = keyof typeof LANGUAGES;

const files = import.meta.glob<{ default: Record<string, unknown> }>('./*/*.json');

const lazy: BackendModule = {
  type: 'backend',
  init() {},
  async read(language, namespace) {
    const load = files[`./${language}/${namespace}.json`];
    return load === undefined ? {} : (await load()).default;
  },
};

export function startTexts(language: Language): Promise<unknown> {
  return i18n
    .use(lazy)
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: 'en',
      supportedLngs: Object.keys(LANGUAGES),
      ns: ['common'],
      defaultNS: 'common',
      showSupportNotice: false,
      // React escapes; twice would show entities.
      interpolation: { escapeValue: false },
    });
}

export function languageOf(text: string | null | undefined): Language {
  return text?.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
