/** Which customer work is about, and what a new one is filled with. Pure. */
import type { CardView } from '../../api/protocol';
import type { Work } from './works';

export type Match =
  | { readonly is: 'looking' | 'none' }
  | { readonly is: 'one'; readonly card: CardView }
  /** A record whose content this person may not see. */
  | { readonly is: 'hidden' }
  | { readonly is: 'several'; readonly cards: readonly CardView[] };

/** Whom somebody said it is, or one exact match; several, or matches by the last digits, are for the person to choose from. */
export function matchOf(work: Work): Match {
  const [first] = work.cards;
  if (first === undefined) return { is: work.cardPending ? 'looking' : 'none' };
  const seen = work.cards.filter((card) => !card.hidden);
  if (seen.length === 0) return { is: 'hidden' };
  const only = seen[0];
  const said = first.matched === 'asked';
  if (said && first.hidden) return { is: 'hidden' };
  if (only !== undefined && (said || (work.cards.length === 1 && only.matched === 'exact')))
    return { is: 'one', card: only };
  return { is: 'several', cards: work.cards };
}

export interface NewCustomerDraft {
  kind: 'person' | 'company';
  given_name: string;
  family_name: string;
  company: string;
  phone: string;
  email: string;
  language: string;
  notes: string;
}

const FIELD_OF: readonly (readonly [RegExp, keyof NewCustomerDraft])[] = [
  [/^(given|first)_?name$/, 'given_name'],
  [/^(family|last|sur)_?name$/, 'family_name'],
  [/^company(_name)?$/, 'company'],
  [/^e?_?mail(_address)?$/, 'email'],
  [/^(language|lang)$/, 'language'],
];

/** Filled from the call: number, display name, and what the flow collected under a name that says what it is. */
export function draftOf(work: Work): NewCustomerDraft {
  const draft: NewCustomerDraft = {
    kind: 'person',
    given_name: '',
    family_name: '',
    company: '',
    phone: work.caller?.number ?? '',
    email: '',
    language: '',
    notes: '',
  };
  // A display name is what the network sent: a beginning, to be corrected by who speaks with them.
  const display = work.caller?.display?.trim() ?? '';
  if (display !== '' && !/^[+\d\s()-]+$/.test(display)) {
    const words = display.split(/\s+/);
    draft.family_name = words.length > 1 ? (words.pop() ?? '') : '';
    draft.given_name = words.join(' ');
  }
  for (const { key, value } of work.collected) {
    const field = FIELD_OF.find(([pattern]) => pattern.test(key.toLowerCase()))?.[1];
    if (field !== undefined && field !== 'kind' && value) draft[field] = value;
  }
  if (draft.company !== '' && draft.given_name === '' && draft.family_name === '') draft.kind = 'company';
  return draft;
}

/** A text of the server by language: the person's own, or any. */
export function inLanguage<T>(texts: { readonly [language: string]: T }, language: string): T | undefined {
  const short = language.split('-')[0] ?? language;
  return texts[language] ?? texts[short] ?? texts.en ?? Object.values(texts)[0];
}
