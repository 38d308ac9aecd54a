/** Texts with marked places, and categories as a tree. */
import type { components } from '../../api/rest';

type Schemas = components['schemas'];

/** The text in pieces; marks count characters (Unicode scalar values). */
export function marked({
  text,
  marks,
}: Schemas['MarkedText']): { text: string; mark: boolean; from: number }[] {
  const letters = [...text];
  const out: { text: string; mark: boolean; from: number }[] = [];
  const put = (from: number, to: number, mark: boolean) => {
    if (to > from) out.push({ text: letters.slice(from, to).join(''), mark, from });
  };
  let at = 0;
  for (const { from, to } of marks) {
    put(at, from, false);
    put(from, to, true);
    at = to;
  }
  put(at, letters.length, false);
  return out;
}

/** Categories in the order of their tree, each with how deep it stands. A ring, or a parent that is gone, hides nothing. */
export function tree(
  categories: readonly Schemas['StoredKnowledgeCategory'][],
): { id: string; name: string; depth: number }[] {
  const out: { id: string; name: string; depth: number }[] = [];
  const seen = new Set<string>();
  const known = new Set(categories.map((one) => one.id));
  const sorted = [...categories].sort(
    (a, b) => (a.sort ?? 0) - (b.sort ?? 0) || a.name.localeCompare(b.name),
  );
  const below = (parent: string | null, depth: number) => {
    for (const one of sorted) {
      const own = one.parent_id && known.has(one.parent_id) ? one.parent_id : null;
      if (own !== parent || seen.has(one.id)) continue;
      seen.add(one.id);
      out.push({ id: one.id, name: one.name, depth });
      below(one.id, depth + 1);
    }
  };
  below(null, 0);
  for (const one of sorted) if (!seen.has(one.id)) out.push({ id: one.id, name: one.name, depth: 0 });
  return out;
}
