/** Letters and digits that are not mistaken for one another when read aloud. */
const SIGNS = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** A one-time password of 4 groups of 4 signs out of random bytes, each of which gives less than one sign; give it 64. */
export function passwordFrom(bytes: Uint8Array): string {
  // Bytes beyond the last whole multiple are left out, so that no sign is likelier.
  const fair = [...bytes].filter((byte) => byte < SIGNS.length * Math.floor(256 / SIGNS.length));
  const signs = fair.slice(0, 16).map((byte) => SIGNS[byte % SIGNS.length]);
  return [0, 4, 8, 12].map((at) => signs.slice(at, at + 4).join('')).join('-');
}
