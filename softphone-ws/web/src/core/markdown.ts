/** A small Markdown, as scripts and articles are written in: into a tree that a screen draws as text. No HTML comes of it. */

export type Inline =
  | { readonly is: 'text' | 'strong' | 'em' | 'code'; readonly text: string }
  | { readonly is: 'link'; readonly text: string; readonly href: string };

export type Block =
  | { readonly is: 'heading'; readonly level: number; readonly inline: Inline[] }
  | { readonly is: 'paragraph' | 'quote'; readonly inline: Inline[] }
  | { readonly is: 'list'; readonly ordered: boolean; readonly items: Inline[][] }
  | { readonly is: 'code'; readonly text: string };

const INLINE =
  /\\([!-/:-@[-`{-~])|`([^`]+)`|\*\*([^*]+)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)/g;
/** What a link may lead to; anything else stays text. */
const SAFE = /^(https?:\/\/|mailto:|tel:)/i;

export function inlineOf(text: string): Inline[] {
  const all: Inline[] = [];
  let at = 0;
  const plain = (more: string) => {
    const last = all.at(-1);
    if (more === '') return;
    if (last?.is === 'text') all[all.length - 1] = { is: 'text', text: last.text + more };
    else all.push({ is: 'text', text: more });
  };
  for (const match of text.matchAll(INLINE)) {
    plain(text.slice(at, match.index));
    at = match.index + match[0].length;
    const [, escaped, code, strong, strong2, em, label, href] = match;
    if (escaped !== undefined) plain(escaped);
    else if (code !== undefined) all.push({ is: 'code', text: code });
    else if (strong !== undefined || strong2 !== undefined)
      all.push({ is: 'strong', text: strong ?? strong2 ?? '' });
    else if (em !== undefined) all.push({ is: 'em', text: em });
    else if (label !== undefined && href !== undefined && SAFE.test(href))
      all.push({ is: 'link', text: label, href });
    else plain(match[0]);
  }
  plain(text.slice(at));
  return all;
}

const ITEM = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/;

export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  let open = null as Block | null;
  for (let n = 0; n < lines.length; n++) {
    const line = lines[n] ?? '';
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    const item = ITEM.exec(line);
    if (line.startsWith('```')) {
      const end = lines.findIndex((other, at) => at > n && other.startsWith('```'));
      const until = end < 0 ? lines.length : end;
      blocks.push({ is: 'code', text: lines.slice(n + 1, until).join('\n') });
      n = until;
      open = null;
    } else if (line.trim() === '') open = null;
    else if (heading !== null) {
      blocks.push({ is: 'heading', level: heading[1]?.length ?? 1, inline: inlineOf(heading[2] ?? '') });
      open = null;
    } else if (item !== null) {
      const ordered = item[1] !== undefined;
      if (open?.is !== 'list' || open.ordered !== ordered) {
        open = { is: 'list', ordered, items: [] };
        blocks.push(open);
      }
      open.items.push(inlineOf(item[2] ?? ''));
    } else {
      const quote = line.startsWith('>');
      const is: 'quote' | 'paragraph' = quote ? 'quote' : 'paragraph';
      const inline = inlineOf(quote ? line.replace(/^>\s?/, '') : line);
      if (open?.is === is) open.inline.push({ is: 'text', text: '\n' }, ...inline);
      else {
        open = { is, inline };
        blocks.push(open);
      }
    }
  }
  return blocks;
}
