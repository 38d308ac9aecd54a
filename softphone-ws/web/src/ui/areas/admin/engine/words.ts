/** The words of descriptions: keys are put together from data, and are types where they are written down. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { CHOICES, type ChoiceName } from '../../../../core/admin/choices';
import type { FieldWord, GroupName, HintWord, ResourceWord, SectionWord } from '../../../../core/admin/spec';

export interface Words {
  field: (word: FieldWord) => string;
  hint: (word: HintWord) => string;
  section: (word: SectionWord) => string;
  group: (name: GroupName) => string;
  resource: (word: ResourceWord, form: 'one' | 'many' | 'about') => string;
  choice: (of: ChoiceName, value: string) => string;
  choices: (of: ChoiceName) => { value: string; label: string }[];
}

export function useWords(): Words {
  const { t } = useTranslation('admin');
  return useMemo(() => {
    const say = t as unknown as (key: string, options?: object) => string;
    const choice = (of: ChoiceName, value: string) => say(`choice.${of}.${value}`, { defaultValue: value });
    return {
      field: (word) => say(`field.${word}`),
      hint: (word) => say(`hint.${word}`),
      section: (word) => say(`section.${word}`),
      group: (name) => say(`group.${name}`),
      resource: (word, form) => say(`resource.${word}.${form}`),
      choice,
      choices: (of) =>
        (CHOICES[of] as readonly string[]).map((value) => ({ value, label: choice(of, value) })),
    };
  }, [t]);
}

const displayNames = (language: string, type: 'region' | 'language') =>
  new Intl.DisplayNames([language], { type, fallback: 'code' });

/** ISO 3166-1 alpha-2: every pair of letters the browser knows a name of. */
export function useCountries(): { value: string; label: string }[] {
  const { i18n } = useTranslation();
  return useMemo(() => {
    const names = displayNames(i18n.language, 'region');
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    // User-assigned and withdrawn codes that browsers name although nobody dials there.
    const none = /^(A[AC]|BU|CP|CS|D[DGY]|E[AUZ]|FX|IC|NT|O[A-Z]|Q[M-Z]|SU|TP|UN|X[A-JL-Z]|Y[DU]|Z[RZ])$/;
    return letters
      .flatMap((a) => letters.map((b) => a + b))
      .filter((code) => (code === 'OM' || !none.test(code)) && names.of(code) !== code)
      .map((value) => ({ value, label: `${names.of(value)} (${value})` }))
      .sort((a, b) => a.label.localeCompare(b.label, i18n.language));
  }, [i18n.language]);
}

/** Languages often spoken to callers; any other tag may be typed. */
const LANGUAGES = [
  'en',
  'zh',
  'de',
  'es',
  'fr',
  'it',
  'ja',
  'ko',
  'nl',
  'pl',
  'pt',
  'ru',
  'tr',
  'ar',
  'hi',
  'id',
  'vi',
  'th',
];

export function useLanguages(): { value: string; label: string }[] {
  const { i18n } = useTranslation();
  return useMemo(() => {
    const names = displayNames(i18n.language, 'language');
    return LANGUAGES.map((value) => ({ value, label: `${names.of(value)} (${value})` }));
  }, [i18n.language]);
}

export const ZONES: readonly string[] = [
  'UTC',
  ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC'),
];
