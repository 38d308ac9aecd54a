/** Telephone numbers as people write them. */

/** What is sent to the server: digits, `+`, `*`, `#`; `null`: it is no number. */
export function dialable(text: string): string | null {
  const number = text
    .trim()
    .replace(/^tel:/i, '')
    .replace(/[\s()./\u00a0-]/g, '');
  return /^\+?[0-9*#]{2,39}$/.test(number) ? number : null;
}

/** Keys of a dial pad among typed or pasted characters. */
export function digitsOf(text: string): string {
  return text
    .toUpperCase()
    .replace(/[^0-9*#A-D]/g, '')
    .slice(0, 32);
}
