/** Small readings of what people write: mentions, money, moments. */

/** A colleague being named where the cursor stands: `@` and what follows of their login. */
export function mentionAt(text: string, cursor: number): { from: number; word: string } | null {
  const found = /(^|[^A-Za-z0-9._@-])@([A-Za-z0-9._-]{0,40})$/.exec(text.slice(0, cursor));
  if (found === null) return null;
  const word = found[2] ?? '';
  return { from: cursor - word.length - 1, word: word.toLowerCase() };
}

/** The text with the login in the place of what was begun, and where the cursor stands then. */
export function mention(
  text: string,
  from: number,
  cursor: number,
  login: string,
): { text: string; cursor: number } {
  const put = `@${login} `;
  return {
    text: text.slice(0, from) + put + text.slice(cursor).replace(/^ /, ''),
    cursor: from + put.length,
  };
}

/** A text in pieces, those that name a colleague apart. */
export function mentions(text: string): { text: string; login: boolean }[] {
  const pieces = text.split(/(?<![A-Za-z0-9._@-])(@[A-Za-z0-9][A-Za-z0-9._-]*)/);
  return pieces.map((piece, n) => ({ text: piece, login: n % 2 === 1 })).filter((piece) => piece.text !== '');
}

function digitsOf(currency: string): number {
  try {
    return (
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ??
      2
    );
  } catch {
    return 2;
  }
}

/** Minor units as the person's language writes money; an unknown currency by its letters. */
export function money(minor: number, currency: string, language: string): string {
  const major = minor / 10 ** digitsOf(currency);
  try {
    return new Intl.NumberFormat(language, { style: 'currency', currency }).format(major);
  } catch {
    return `${major} ${currency}`;
  }
}

/** Minor units out of what was typed; `null`: no amount. */
export function minorOf(text: string, currency: string): number | null {
  const plain = text.trim().replace(/\s/g, '').replace(',', '.');
  if (!/^-?\d{1,12}(\.\d{0,4})?$/.test(plain)) return null;
  return Math.round(Number(plain) * 10 ** digitsOf(currency));
}

/** Minor units as they are typed. */
export function majorText(minor: number, currency: string): string {
  const digits = digitsOf(currency);
  return (minor / 10 ** digits).toFixed(digits);
}

/** Microseconds since 1970 for `<input type="datetime-local">`, in this computer's zone. */
export function localInput(us: number | null | undefined): string {
  if (us === null || us === undefined) return '';
  const at = new Date(us / 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The other way; `null`: nothing was said. */
export function fromLocalInput(text: string): number | null {
  const ms = text === '' ? Number.NaN : new Date(text).getTime();
  return Number.isFinite(ms) ? ms * 1000 : null;
}

/** Only what is said: a query's parameters without the empty ones. */
export function given<T extends Record<string, string | number | boolean | null | undefined>>(
  query: T,
): { [K in keyof T]?: string } {
  const said = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== '' && value !== false,
  );
  return Object.fromEntries(said.map(([key, value]) => [key, String(value)])) as { [K in keyof T]?: string };
}

/** Bytes in a few letters. */
export function bytes(count: number, language: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  }).format(count / 1000 ** step);
}
