/** The SIP messages of a call as a ladder: a column for the server and one for each far side, an arrow for each message. Pure. */
import type { components } from '../../api/rest';

type Schemas = components['schemas'];
export type SipMessage = Schemas['SipMessage'];

export interface Arrow {
  /** From 1, by time. */
  number: number;
  message: SipMessage;
  leg: number;
  /** Columns; `to` has the head. */
  from: number;
  to: number;
  /** `INVITE (SDP) ×3`, `180 Ringing INVITE`. */
  label: string;
  /** Of a response its class (1 to 6), of a request 0. */
  status: number;
  /** Since the message before, in µs. */
  after: number;
}

export interface Ladder {
  /** Addresses; `null` is the server. Who called stands on the left of it. */
  columns: readonly (string | null)[];
  arrows: readonly Arrow[];
  leftOut: number;
}

/** `legs`: which legs to draw; none: all. */
export function ladderOf(sip: Schemas['SipLadder'], legs: ReadonlySet<number> | null = null): Ladder {
  const all = sip.legs
    .flatMap((leg, index) => leg.messages.map((message) => ({ message, leg: index })))
    .filter(({ leg }) => legs === null || legs.has(leg))
    .sort((a, b) => a.message.at - b.message.at);
  const remotes = [...new Set(all.map(({ message }) => message.remote))];
  const columns = remotes.length === 0 ? [null] : [remotes[0] as string, null, ...remotes.slice(1)];
  const ours = columns.indexOf(null);
  const arrows = all.map(({ message, leg }, index) => {
    const far = columns.indexOf(message.remote);
    const before = all[index - 1]?.message.at ?? message.at;
    return {
      number: index + 1,
      message,
      leg,
      from: message.way === 'in' ? far : ours,
      to: message.way === 'in' ? ours : far,
      label: labelOf(message),
      status: Number(/^SIP\/2\.0 (\d)/.exec(message.first_line)?.[1] ?? 0),
      after: message.at - before,
    };
  });
  const chosen = sip.legs.filter((_, index) => legs === null || legs.has(index));
  return { columns, arrows, leftOut: chosen.reduce((sum, leg) => sum + leg.left_out, 0) };
}

function labelOf({ first_line, text, repeats }: SipMessage): string {
  const line = printable(first_line);
  const what = line.startsWith('SIP/2.0 ')
    ? `${line.slice(8)} ${/^cseq:\s*\d+\s+(\S+)/im.exec(text)?.[1] ?? ''}`.trim()
    : (line.split(' ')[0] ?? '');
  const sdp = /\nv=0/.test(text) ? ' (SDP)' : '';
  return `${what}${sdp}${repeats > 0 ? ` ×${repeats + 1}` : ''}`;
}

/** Nothing that a terminal or an editor would take for a command. */
export function printable(text: string): string {
  return Array.from(text.replaceAll('\r\n', '\n'), (letter) => {
    const code = letter.codePointAt(0) ?? 0;
    const control = (code < 32 && letter !== '\n' && letter !== '\t') || (code >= 127 && code < 160);
    return control ? '�' : letter;
  }).join('');
}

/** One message with where it went, to be copied. */
export function messageText({ number, message }: Arrow): string {
  const { way, local, remote, transport, at, bytes } = message;
  const [from, to] = way === 'in' ? [remote, local] : [local, remote];
  const time = new Date(at / 1000).toISOString();
  return `---- ${number}  ${time}  ${transport} ${from} > ${to}  ${bytes} bytes\n${printable(message.text)}`;
}

export function ladderText(ladder: Ladder): string {
  return ladder.arrows.map(messageText).join('\n\n');
}
