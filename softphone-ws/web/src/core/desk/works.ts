/** What an agent has before them: calls, messages and wrap-ups, each with what was told of it from the offer on. Pure. */
import type {
  CallerView,
  CallView,
  CardView,
  CollectedView,
  MessageView,
  OfferView,
  WrapUpView,
} from '../../api/protocol';
import type { Me } from '../me';
import { isSupervision } from '../phone/verbs';

export type Stage = 'offered' | 'live' | 'message' | 'wrap_up';

export interface Work {
  readonly interaction: string;
  readonly stage: Stage;
  readonly offer: OfferView | null;
  readonly call: CallView | null;
  readonly message: MessageView | null;
  readonly wrapUp: WrapUpView | null;
  readonly assignment: string | null;
  /** `null`: not known any more, after a reload in wrap-up. */
  readonly caller: CallerView | null;
  readonly queue: string | null;
  readonly queueName: string | null;
  readonly purpose: string | null;
  readonly cards: readonly CardView[];
  readonly cardPending: boolean;
  readonly collected: readonly CollectedView[];
  readonly path: readonly string[];
  /** When the caller began to wait, in ms since the Unix epoch. */
  readonly waitingSinceMs: number | null;
}

const URGENCY: readonly Stage[] = ['offered', 'live', 'wrap_up', 'message'];

/**
 * The most urgent first. `before`: what was shown until now, from which is taken what a later view does not tell any more. Messages in
 * one's mailbox are work only once they were taken; work that is merely listened to by a supervisor is shown, too.
 */
export function worksOf(me: Me, before: readonly Work[]): Work[] {
  const ids = new Set<string>();
  for (const { interaction } of me.offers) ids.add(interaction);
  for (const { interaction } of me.calls) ids.add(interaction);
  for (const { interaction, assignment } of me.messages) if (assignment !== null) ids.add(interaction);
  for (const { interaction } of me.wrapUps) ids.add(interaction);
  const works = [...ids].map((id) =>
    workOf(
      id,
      me,
      before.find(({ interaction }) => interaction === id),
    ),
  );
  return works.sort((a, b) => URGENCY.indexOf(a.stage) - URGENCY.indexOf(b.stage));
}

function workOf(interaction: string, me: Me, before: Work | undefined): Work {
  const here = <T extends { interaction: string }>(all: readonly T[]) =>
    all.find((one) => one.interaction === interaction) ?? null;
  const offer = here(me.offers);
  const calls = me.calls.filter((call) => call.interaction === interaction);
  const call = calls.find(({ state }) => state !== 'ringing') ?? calls[0] ?? null;
  const message = here(me.messages);
  const wrapUp = here(me.wrapUps);
  const live = call !== null && call.state !== 'ringing';
  const told = [call, message, offer].filter((view) => view !== null);
  const cards = told.find((view) => view.cards.length > 0)?.cards ?? before?.cards ?? [];
  return {
    interaction,
    stage: live
      ? 'live'
      : offer !== null || call !== null
        ? 'offered'
        : wrapUp !== null
          ? 'wrap_up'
          : 'message',
    offer,
    call,
    message,
    wrapUp,
    assignment: wrapUp?.assignment ?? call?.assignment ?? message?.assignment ?? null,
    caller: told[0]?.caller ?? before?.caller ?? null,
    queue: offer?.queue ?? before?.queue ?? null,
    queueName: told.find((view) => view.queue_name !== null)?.queue_name ?? before?.queueName ?? null,
    purpose: call?.purpose ?? offer?.purpose ?? before?.purpose ?? null,
    cards,
    cardPending: offer?.card_pending === true && cards.length === 0,
    collected: call?.collected ?? offer?.collected ?? before?.collected ?? [],
    path: offer?.path ?? before?.path ?? [],
    waitingSinceMs: offer?.waiting_since_ms ?? before?.waitingSinceMs ?? null,
  };
}

/** Work in which one only listens has neither outcome nor wrap-up. */
export function isOwnWork(work: Work): boolean {
  return work.call === null || !isSupervision(work.call);
}

/** Which work is shown: what just came, else what was chosen, else the most urgent. */
export function shownWork(
  works: readonly Work[],
  known: ReadonlySet<string>,
  chosen: string | null,
): Work | null {
  const fresh = works.find(
    (work) => !known.has(work.interaction) && (work.stage === 'offered' || work.stage === 'live'),
  );
  return fresh ?? works.find((work) => work.interaction === chosen) ?? works[0] ?? null;
}
