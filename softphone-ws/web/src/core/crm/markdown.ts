/** The part of Markdown that articles use, read into plain data: the screen draws it as elements, so that no HTML in it is ever alive. */

export type Inline =
  | { readonly is: 'text' | 'strong' | 'em' | 'code'; readonly text: string }
  | { readonly is: 'link'; readonly text: string; readonly href: string };

export type Block =
  | { readonly is: 'heading'; readonly level: number; readonly text: readonly Inline[] }
  | { readonly is: 'text' | 'quote'; readonly text: readonly Inline[] }
  | { readonly is: 'code'; readonly text: string }
  | { readonly is: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly is: 'line' };

const INLINE = /\*\*([^*]+)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)/g;
const LISTED = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/;

/** Only where a link may lead without harm. */
const harmless = (href: string) => /^(https?:\/\/|mailto:|tel:|\/(?!\/))/i.test(href);

export function inline(text: string): Inline[] {
  const out: Inline[] = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > at) out.push({ is: 'text', text: text.slice(at, match.index) });
    at = match.index + match[0].length;
    const [, strong, strong2, em, code, label, href] = match;
    if (strong !== undefined || strong2 !== undefined)
      out.push({ is: 'strong', text: strong ?? strong2 ?? '' });
    else if (em !== undefined) out.push({ is: 'em', text: em });
    else if (code !== undefined) out.push({ is: 'code', text: code });
    else if (label !== undefined && href !== undefined && harmless(href))
      out.push({ is: 'link', text: label, href });
    else out.push({ is: 'text', text: match[0] });
  }
  if (at < text.length) out.push({ is: 'text', text: text.slice(at) });
  return out;
}

export function markdown(source: string): Block[] {
  const lines = source.split(/\r?\n/);
  const blocks: Block[] = [];
  let at = 0;
  const take = (belongs: (line: string) => boolean) => {
    const from = at;
    while (at < lines.length && belongs(lines[at] ?? '')) at++;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const heading = /^(#{1,4})\s+(.*)$/.exec(line);
    const listed = LISTED.exec(line);
    if (line.trim() === '') at++;
    else if (/^\s*```/.test(line)) {
      at++;
      blocks.push({ is: 'code', text: take((one) => !/^\s*```/.test(one)).join('\n') });
      at++;
    } else if (heading !== null) {
      at++;
      blocks.push({ is: 'heading', level: heading[1]?.length ?? 1, text: inline(heading[2] ?? '') });
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      at++;
      blocks.push({ is: 'line' });
    } else if (listed !== null) {
      const items = take((one) => LISTED.test(one) || (/^\s{2,}\S/.test(one) && one.trim() !== ''));
      const joined: string[] = [];
      for (const item of items) {
        const begun = LISTED.exec(item);
        if (begun !== null) joined.push(begun[2] ?? '');
        else joined.push(`${joined.pop() ?? ''} ${item.trim()}`);
      }
      blocks.push({ is: 'list', ordered: listed[1] !== undefined, items: joined.map(inline) });
    } else if (/^\s*>/.test(line)) {
      const quoted = take((one) => /^\s*>/.test(one)).map((one) => one.replace(/^\s*>\s?/, ''));
      blocks.push({ is: 'quote', text: inline(quoted.join(' ')) });
    } else {
      const own = (one: string) =>
        one.trim() !== '' && !/^(#{1,4}\s|\s*```|\s*>)/.test(one) && !LISTED.test(one);
      blocks.push({ is: 'text', text: inline(take((one) => own(one)).join(' ')) });
    }
  }
  return blocks;
}
