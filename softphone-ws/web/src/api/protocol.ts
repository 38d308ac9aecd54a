// Made from the Rust crate softphone-protocol; not edited by hand.
// Made anew by: UPDATE=1 cargo test -p softphone-protocol

export const SUBPROTOCOL = "cordboard.v1";

/**
 * Which commands mean something in the call just now.
 */
export type ActionsView = { hold: boolean, retrieve: boolean, transfer: boolean, consult: boolean,
/**
 * Complete, swap and conference.
 */
consulting: boolean, return: boolean, mute: boolean, record: boolean,
/**
 * Set the mode, and intercept.
 */
supervising: boolean, };

/**
 * Entry `agent` of `me`.
 */
export type AgentView = { state: ShownState, presence: PresenceView,
/**
 * Only with presence `not_ready`.
 */
reason: ReasonView | null, pending: PendingView | null,
/**
 * When `state` began, in ms since the Unix epoch.
 */
since_ms: number,
/**
 * The telephone in use while signed in.
 */
device: DeviceView | null,
/**
 * The socket that shows the pop; `null` while none does.
 */
owner_session: SessionNo | null, };

/**
 * A sum of money.
 */
export type AmountView = {
/**
 * ISO 4217.
 */
currency: string,
/**
 * In minor units.
 */
minor: number, };

/**
 * How far a client has followed a topic.
 */
export type At = {
/**
 * Changes when the numbering begins anew, for example after a restart of the server. Below 2^53.
 */
epoch: number,
/**
 * The last version seen; each delta adds one.
 */
version: number, };

/**
 * How far a page's standing connection is.
 */
export type AudioState = "none" | "connecting" | "connected" | "lost";

/**
 * Entry `audio` of `me`: the page that is the agent's telephone, while they are signed in with the browser.
 */
export type AudioView = { state: AudioState,
/**
 * When `state` began, in ms since the Unix epoch.
 */
since_ms: number,
/**
 * The page that has the audio, by its own name and by people's; `null` with state `none`.
 */
client: string | null, label: string | null,
/**
 * That page's socket; `null`: it has none just now.
 */
session: SessionNo | null,
/**
 * Until when a call is kept for a page that is gone, in ms since the Unix epoch.
 */
until_ms: number | null,
/**
 * The agent hears themselves.
 */
echo_test: boolean,
/**
 * How the connection sounds, in a call or in an echo test; `null`: nothing is measured yet.
 */
quality: QualityView | null, };

/**
 * Where a leg of this agent stands.
 */
export type CallState = "ringing" | "dialling" | "talking" | "held" | "consulting" | "on_hold" | "listening" | "whispering" | "barging";

/**
 * Entry `call/<leg>` of `me`.
 */
export type CallView = { interaction: string,
/**
 * The agent's own leg; commands name it.
 */
leg: string, assignment: string | null, state: CallState,
/**
 * When `state` began, in ms since the Unix epoch.
 */
since_ms: number,
/**
 * When the two began to talk, in ms since the Unix epoch; `null` while ringing.
 */
answered_ms: number | null, queue_name: string | null, caller: CallerView, cards: Array<CardView>, collected: Array<CollectedView>, recording: boolean,
/**
 * The recording gets nothing just now.
 */
recording_paused: boolean,
/**
 * This agent is heard by nobody.
 */
muted: boolean,
/**
 * Work without a queue: `transfer`, `consult`, `dial`, `supervision`, …; `null`: the queue's.
 */
purpose: string | null,
/**
 * Everybody else in the call, as far as this agent may know.
 */
parties: Array<PartyView>, actions: ActionsView,
/**
 * How the agent's own leg sounds; `null`: nothing is measured yet.
 */
quality: QualityView | null,
/**
 * Who answered the number that was dialled: `person`, `machine`, `unsure`; `null`: it is not listened, or not told yet.
 */
answerer: string | null,
/**
 * What this agent has set so far of how it came out.
 */
code: string | null, note: string | null, };

/**
 * The far party.
 */
export type CallerView = {
/**
 * E.164 or as normalised; `null` when withheld.
 */
number: string | null,
/**
 * The display name the network sent. Not verified.
 */
display: string | null, };

/**
 * A value of such a field.
 */
export type CardFieldValueView = {
/**
 * A text, a number, `2026-01-31`, `true` or `false`, or what a list stores.
 */
value: string,
/**
 * Of a list: how it is shown, by language.
 */
labels: { [key in string]: string }, };

/**
 * A field an administrator defined, as the card shows it.
 */
export type CardFieldView = { key: string,
/**
 * How it is called, by language; none: by its key.
 */
labels: { [key in string]: string },
/**
 * One, or of a list of several all that were chosen.
 */
values: Array<CardFieldValueView>, };

/**
 * A customer as the pop shows them.
 */
export type CardView = { customer: string,
/**
 * The agent may not see this customer: there is a record, and all else here is empty.
 */
hidden: boolean,
/**
 * `exact`; or `last_digits`, `main_number`: perhaps theirs.
 */
matched: string,
/**
 * Why this one stands before the next: `number`, `last_contact`, `preferred_number`, `earlier`; `null` for the last.
 */
likelier: string | null, name: string,
/**
 * The administrator's word, e.g. `gold`.
 */
tier: string | null,
/**
 * `YYYY-MM-DD`, or `--MM-DD` where the year is not known.
 */
birthday: string | null,
/**
 * Of the fields an administrator defined those that stand on the card, have a value, and may be read by the agent; in their order.
 */
fields: Array<CardFieldView>,
/**
 * BCP 47, e.g. `en`, `zh`.
 */
language: string | null,
/**
 * Whom they work for, live with, belong to.
 */
related: Array<RelatedView>,
/**
 * What formulas gave: lifetime value, churn signal.
 */
values: Array<ValueView>,
/**
 * Channels they do not want to be contacted on: `voice`, `sms`, `email`, `chat`, `post`.
 */
do_not_contact: Array<string>,
/**
 * The last five, the newest first.
 */
recent: Array<RecentView>,
/**
 * What colleagues noted about them.
 */
notes: string,
/**
 * What is open with them, the most urgent first.
 */
open_items: Array<OpenItemView>,
/**
 * Why they probably call, the likeliest first; at most three. Of the first three customers only.
 */
reasons: Array<SaidView>,
/**
 * What to suggest to them, in the same way.
 */
offers: Array<SaidView>,
/**
 * The last orders and open ones before them, the latest first.
 */
orders: Array<OrderView>,
/**
 * What they have still to pay, for each currency.
 */
due: Array<AmountView>,
/**
 * When the last warranty of what they own ends, in ms since the Unix epoch.
 */
warranty_until_ms: number | null, };

/**
 * A row that somebody changed. Nothing personal: what it says now is read where one may.
 */
export type ChangeView = {
/**
 * `customer`, `order`, `task`, …
 */
kind: string, id: string,
/**
 * As it is now; none where that is not known, and of what is gone.
 */
version: number | null,
/**
 * Who changed it; none: the program itself.
 */
by: string | null,
/**
 * Counts the changes told here, so that no two are the same.
 */
count: number, };

/**
 * What a client sends.
 */
export type ClientMessage = { "type": "hello",
/**
 * At most 200 topics; those that may not be followed are answered by `refused`.
 */
resume: { [topic in Topic]?: At }, } | { "type": "subscribe", topics: Array<Topic>, } | { "type": "unsubscribe", topics: Array<Topic>, } | { "type": "command",
/**
 * The client's own number for it, unique on this socket, below 2^53.
 */
id: number, command: Command, } | { "type": "ping" };

/**
 * One value the flow collected.
 */
export type CollectedView = { key: string,
/**
 * `null` for a masked value, of which only the presence is shown.
 */
value: string | null, };

/**
 * What a person asks of the house. `call` is the agent's own leg, as in `CallView`.
 */
export type Command = { "do": "sign_in", device: Device, take_over?: boolean, } | { "do": "sign_out" } | { "do": "set_presence", presence: PresenceAsked,
/**
 * Only with `not_ready`.
 */
reason?: string | null, } | { "do": "set_presence_of", agent: string, presence: PresenceView,
/**
 * Only with `not_ready`.
 */
reason?: string | null, } | { "do": "decline", offer: string, } | { "do": "accept", offer: string, } | { "do": "take_message", interaction: string, } | { "do": "finish_message", assignment: string, } | { "do": "return_message", assignment: string, } | { "do": "audio_offer",
/**
 * One audio stream, both ways, with ICE and DTLS-SRTP; at most 16,000 bytes.
 */
sdp: string,
/**
 * The page's own name for itself, which a reload does not change: 1–64 characters.
 */
client: string,
/**
 * How people tell this page from their others, at most 80 characters.
 */
label: string, take_over?: boolean, } | { "do": "audio_release" } | { "do": "echo_test", on: boolean, } | { "do": "answer", call: string, } | { "do": "hold", call: string, } | { "do": "retrieve", call: string, } | { "do": "hang_up", call: string, } | { "do": "send_digits", call: string,
/**
 * 1–32 of `0-9 * # A-D`.
 */
digits: string, } | { "do": "dial",
/**
 * As a person writes it: E.164, or as it is dialled where the agent sits. At most 40 characters.
 */
number: string,
/**
 * One of the agent's queues: whose number the call shows, and whose rules for recording and wrap-up hold.
 */
queue: string,
/**
 * Whether it is listened who answers, a person or a machine; `null`: as the rule, the queue or the trunk has it.
 */
detect?: boolean | null, } | { "do": "transfer", call: string, to: TargetAsked, } | { "do": "consult", call: string,
/**
 * Not a flow, and no voicemail.
 */
to: TargetAsked, } | { "do": "complete", call: string, } | { "do": "return", call: string, } | { "do": "swap", call: string, } | { "do": "conference", call: string, } | { "do": "drop_party", call: string,
/**
 * As in `PartyView`.
 */
participant: string, } | { "do": "mute", call: string, muted: boolean, } | { "do": "record", call: string, what: RecordAsked, } | { "do": "supervise", agent: string, mode: ModeAsked,
/**
 * Go on with whoever has the customer next, as it does unless said otherwise; `false`: it ends with this agent's part.
 */
of_call?: boolean,
/**
 * Take the agent's place as soon as the telephone is lifted.
 */
intercept?: boolean, } | { "do": "set_mode", call: string, mode: ModeAsked, } | { "do": "intercept", call: string, } | { "do": "force_release", interaction: string,
/**
 * `null`: the whole call.
 */
participant?: string | null, } | { "do": "take_waiting", interaction: string, } | { "do": "move_waiting", interaction: string, queue: string,
/**
 * 0–9; the higher is served first.
 */
priority: number, } | { "do": "set_wrap_up", assignment: string, code?: string | null,
/**
 * At most 4,000 characters.
 */
note?: string | null, } | { "do": "finish_wrap_up", assignment: string, } | { "do": "take_over" };

/**
 * Which device is the agent's telephone.
 */
export type Device = { "kind": "phone", id: string, } | { "kind": "browser" };

/**
 * How an offer is answered on the agent's device.
 */
export type DeviceNote = "lift_phone" | "answer_here" | "auto_answer" | "accept_here";

/**
 * A telephone as shown.
 */
export type DeviceView = { device: Device,
/**
 * As the administrator calls it, e.g. `Desk 12`.
 */
name: string,
/**
 * Can be reached now (a desk phone is registered, a browser is connected).
 */
reachable: boolean,
/**
 * Can be answered by command.
 */
can_answer: boolean, };

/**
 * Why something was not done, for programs.
 */
export type ErrorCode = "bad_json" | "bad_message" | "unknown_command" | "bad_value" | "too_big" | "hello_first" | "slow_down" | "busy" | "forbidden" | "not_found" | "wrong_state" | "not_signed_in" | "taken" | "device_cannot" | "device_unreachable" | "too_many_topics" | "internal";

/**
 * Entry `agent/<id>` of `floor` and of `team/<id>`.
 */
export type FloorAgentView = { agent: string, name: string, team: string | null, state: ShownState, reason: ReasonView | null, pending: PendingView | null,
/**
 * When `state` began, in ms since the Unix epoch.
 */
since_ms: number, device_reachable: boolean,
/**
 * The interaction they are in, if any.
 */
interaction: string | null, queue_name: string | null,
/**
 * The worst of the mean opinion scores of their call, in tenths; `null`: none is measured.
 */
score_tenths: number | null,
/**
 * Whom they have on the line, or whose message they deal with.
 */
caller: CallerView | null,
/**
 * The likeliest customer; what may be seen of them is read by REST.
 */
customer: string | null,
/**
 * Who listens to them, or speaks with them.
 */
supervised_by: Array<SupervisedView>, };

/**
 * Entry `call/<interaction>` of `floor`: a call or message that is not over.
 */
export type FloorCallView = { interaction: string,
/**
 * `inbound`, `outbound`, `internal`.
 */
direction: string | null, caller: CallerView,
/**
 * The likeliest customer; what may be seen of them is read by REST.
 */
customer: string | null,
/**
 * The queue it waits in, or whose call it is.
 */
queue: string | null, queue_name: string | null,
/**
 * When it began, or its waiting did, in ms since the Unix epoch.
 */
since_ms: number,
/**
 * Waits in the queue: it may be taken or moved.
 */
waiting: boolean,
/**
 * Held out to an agent now.
 */
offered: boolean,
/**
 * Nobody is on the line: it is a message.
 */
message: boolean,
/**
 * While it waits, the queue's and its own priority together: the higher is served first, and of equals the one who waited longer.
 */
priority: number | null, recording: boolean,
/**
 * The worst of its mean opinion scores, in tenths; `null`: none is measured.
 */
score_tenths: number | null,
/**
 * Everybody in it, rung or called for it.
 */
parties: Array<FloorPartyView>, };

/**
 * One who is in a call of the floor.
 */
export type FloorPartyView = { participant: string,
/**
 * `customer`, `agent`, `supervisor`, `outside`.
 */
role: string, agent: string | null,
/**
 * The colleague's name; `null` for others.
 */
name: string | null,
/**
 * `talking`, `on_hold`, `ringing`, …: the words of segments.
 */
state: string,
/**
 * When `state` began, in ms since the Unix epoch.
 */
since_ms: number, };

/**
 * Entry `message/<interaction>` of `me`: a message in the agent's own mailbox, or one they deal with.
 */
export type MessageView = { interaction: string,
/**
 * The call in which it was left.
 */
origin: string | null,
/**
 * To be heard by REST: `/recordings/<id>/parts/1`. Sealed within a second or two after the message was left.
 */
recording: string,
/**
 * `null`: nobody has taken it.
 */
assignment: string | null,
/**
 * `null`: of the agent's own mailbox.
 */
queue_name: string | null, caller: CallerView, cards: Array<CardView>,
/**
 * When it was left, in ms since the Unix epoch.
 */
left_ms: number, duration_ms: number, };

/**
 * How well a supervisor is heard.
 */
export type ModeAsked = "listen" | "whisper" | "barge";

/**
 * Entry `offer/<id>` of `me`: work held out to this agent. Sent before the telephone rings.
 */
export type OfferView = { offer: string, interaction: string,
/**
 * Of the work, or for whose work the agent is asked; `null`: none.
 */
queue: string | null, queue_name: string | null,
/**
 * `transfer`, `given_back`, `consult`, `taken`: work for this agent alone; `message`: somebody left one. `null`: the queue's next call.
 */
purpose: string | null, caller: CallerView,
/**
 * Customers with the caller's number, the likely first. Empty: unknown, or the look-up is not back yet (see `card_pending`).
 */
cards: Array<CardView>,
/**
 * The look-up is still under way; the entry is replaced when it is back.
 */
card_pending: boolean,
/**
 * What the flow collected and may be shown, in the order it was set.
 */
collected: Array<CollectedView>,
/**
 * Names of the flow's nodes the caller went through, first to last.
 */
path: Array<string>,
/**
 * When the waiting began, in ms since the Unix epoch.
 */
waiting_since_ms: number,
/**
 * When the offer ends unanswered, in ms since the Unix epoch.
 */
until_ms: number,
/**
 * What the person must do on the device to answer.
 */
device_note: DeviceNote, };

/**
 * Something open with a customer.
 */
export type OpenItemView = { id: string,
/**
 * Which row it is: `ticket`, `order`, `callback`, or `open_item`, a mere note of one.
 */
record: string,
/**
 * `ticket`, `order`, `callback`.
 */
kind: string, title: string,
/**
 * When it is due, in ms since the Unix epoch.
 */
due_ms: number | null, };

/**
 * One of a customer's orders.
 */
export type OrderView = { id: string, number: string,
/**
 * `open`, `processing`, `shipped`, `delivered`, `cancelled`, `returned`.
 */
state: string, placed_ms: number,
/**
 * ISO 4217; amounts are in its minor units.
 */
currency: string, total_minor: number, due_minor: number, due_ms: number | null,
/**
 * `none`, `preparing`, `on_the_way`, `pick_up`, `delivered`, `failed`.
 */
delivery: string, delivery_ms: number | null, tracking: string | null, };

/**
 * What came of a command.
 */
export type Outcome = { "status": "ok",
/**
 * Depends on the command; mostly null. What it changed comes as deltas, sent before this reply.
 */
value: unknown, } | { "status": "error" } & WireError;

/**
 * One who is in the call, rings for it or is called for it.
 */
export type PartyView = { participant: string,
/**
 * `customer`, `agent`, `supervisor`, `outside`.
 */
role: string, agent: string | null,
/**
 * The colleague's name; `null` for others.
 */
name: string | null,
/**
 * `talking`, `on_hold`, `ringing`, …: the words of segments.
 */
state: string,
/**
 * When `state` began, in ms since the Unix epoch.
 */
since_ms: number, muted: boolean,
/**
 * How their leg sounds; `null`: nothing is measured yet.
 */
quality: QualityView | null, };

/**
 * A presence asked for while busy.
 */
export type PendingView = { presence: PresenceView, reason: ReasonView | null, };

/**
 * The presence a person may ask for.
 */
export type PresenceAsked = "ready" | "not_ready";

/**
 * The half of an agent's state that a person sets.
 */
export type PresenceView = "logged_out" | "not_ready" | "ready";

/**
 * How a leg sounds, coarsely: told again when an opinion has moved by 0.3, at most every few seconds.
 */
export type QualityView = {
/**
 * Mean opinion scores (ITU-T G.107) in tenths, 10 to 45: of what we hear of them, and of what they hear by their own reports;
 * `null`: not measured.
 */
heard_tenths: number | null, far_tenths: number | null,
/**
 * Packets of theirs that did not come, of a thousand.
 */
lost_permille: number,
/**
 * Packets of ours that did not come there, by their own reports, of a thousand.
 */
far_lost_permille: number, jitter_ms: number,
/**
 * 0: not measured.
 */
round_trip_ms: number, };

/**
 * How a queue did in some time; counted by when calls entered it, by the formulas of `GET /statistics/intervals`.
 */
export type QueueFiguresView = { offered: number, answered: number, abandoned: number,
/**
 * Answered in time, of those offered but for who gave up within it, in thousandths; `null`: none was offered.
 */
level_permille: number | null,
/**
 * Average speed of answer; `null`: none was answered.
 */
asa_ms: number | null,
/**
 * Average handling time: talk, hold and wrap-up; `null`: none was answered.
 */
aht_ms: number | null, };

/**
 * Entry `queue` of `queue/<id>`, and `queue/<id>` of `floor`.
 */
export type QueueView = { queue: string, name: string,
/**
 * Items waiting, those held out to an agent not counted.
 */
waiting: number,
/**
 * Of these, messages.
 */
messages: number,
/**
 * Items held out to an agent now.
 */
offered: number,
/**
 * When the longest-waiting caller began to wait, in ms since the Unix epoch.
 */
oldest_ms: number | null,
/**
 * Agents of the queue signed in; of these ready and free; of these busy.
 */
staffed: number, ready: number, busy: number,
/**
 * Takes new work.
 */
open: boolean,
/**
 * How long who came now would probably wait; `null`: nobody works, or nothing was measured yet.
 */
expected_wait_ms: number | null,
/**
 * How far what was expected lay from what came true of late, on average; `null`: nothing to compare yet.
 */
expected_error_ms: number | null,
/**
 * Since midnight in the queue's time zone; `null`: not counted yet.
 */
today: QueueFiguresView | null,
/**
 * In the running quarter hour and the one before it.
 */
lately: QueueFiguresView | null, };

/**
 * Whence a reason for not being ready.
 */
export type ReasonKind = "chosen" | "unspecified" | "no_answer" | "device_busy" | "device_unreachable" | "connection_lost";

/**
 * Why an agent is not ready.
 */
export type ReasonView = { kind: ReasonKind,
/**
 * Only for `chosen`.
 */
id: string | null,
/**
 * The administrator's words, only for `chosen`; the system's reasons are worded by the screen.
 */
name: string | null, };

/**
 * An earlier interaction of a customer.
 */
export type RecentView = { interaction: string,
/**
 * When it began, in ms since the Unix epoch.
 */
at_ms: number, queue_name: string | null,
/**
 * Who spoke with the customer.
 */
agent_name: string | null,
/**
 * The wrap-up code's name.
 */
wrap_up: string | null,
/**
 * How long it lasted, in ms; `null` while it is open.
 */
duration_ms: number | null, };

/**
 * What is to become of the recording of a call.
 */
export type RecordAsked = "start" | "stop" | "pause" | "resume";

/**
 * Somebody a customer belongs together with.
 */
export type RelatedView = { customer: string,
/**
 * What they are to the customer: `works_for`, `household`, `parent_company`, `upstream_supplier`.
 */
relation: string,
/**
 * `null`: the agent may not see them.
 */
name: string | null, tier: string | null, };

/**
 * What a person may do here.
 */
export type Role = "agent" | "supervisor" | "administrator";

/**
 * What a rule says of a contact. What became of it is told to `POST /rule-outcomes`.
 */
export type SaidView = { rule: string,
/**
 * The rule's version that spoke.
 */
rule_version: number,
/**
 * One line of plain text by language, e.g. `en`, `zh`; a screen shows its own, or any.
 */
texts: { [key in string]: string },
/**
 * By the same languages: what was found that made the rule speak, a line each.
 */
why: { [key in string]: Array<string> }, };

/**
 * What the server sends.
 */
export type ServerMessage = { "type": "welcome", session: SessionNo, user: string,
/**
 * As shown to people.
 */
name: string, roles: Array<Role>,
/**
 * The subprotocol in use.
 */
protocol: string,
/**
 * Milliseconds since the Unix epoch when this was sent; a client shows times relative to it.
 */
server_time: number,
/**
 * How often the server pings, in milliseconds. Silence of more than twice that means the connection is gone.
 */
ping_every_ms: number, } | { "type": "snapshot", topic: Topic, epoch: number, version: number,
/**
 * Entry name → view.
 */
state: { [key: string]: unknown }, } | { "type": "delta", topic: Topic, epoch: number, version: number,
/**
 * Entries added or replaced.
 */
set: { [key: string]: unknown },
/**
 * Names of entries gone.
 */
del: Array<string>, } | { "type": "reply",
/**
 * The command's id; null when the message had none that could be read.
 */
id: number | null, result: Outcome, } | { "type": "refused", topic: Topic, error: WireError, } | { "type": "pong",
/**
 * Milliseconds since the Unix epoch.
 */
server_time: number, };

/**
 * One open socket, numbered from 1 within one run of the server.
 */
export type SessionNo = number;

/**
 * The one word a screen shows for an agent; derived from presence and assignments, never stored.
 */
export type ShownState = "logged_out" | "not_ready" | "ready" | "reserved" | "talking" | "hold" | "handling" | "wrap_up";

/**
 * A supervisor who is with an agent.
 */
export type SupervisedView = { agent: string, name: string | null,
/**
 * `ringing`, `listening`, `whispering`, `barging`.
 */
mode: string, };

/**
 * To whom a call is to go.
 */
export type TargetAsked = { "kind": "queue", id: string, } | { "kind": "agent", id: string, } | { "kind": "flow", id: string, } | { "kind": "number",
/**
 * As a person writes it, at most 40 characters.
 */
number: string, } | { "kind": "queue_voicemail", id: string, } | { "kind": "agent_voicemail", id: string, };

/**
 * What a client can follow. Written `me`, `my-work`, `floor`, `queue/<id>`, `team/<id>`, `customer/<id>`.
 */
export type Topic = "me" | "my-work" | "floor" | `queue/${string}` | `team/${string}` | `customer/${string}`;

/**
 * What a formula gave for a customer.
 */
export type ValueView = {
/**
 * `lifetime_value`, `churn`.
 */
name: string, unit: string,
/**
 * In thousandths; `null`: nothing can be said.
 */
value_milli: number | null, };

/**
 * Entry `waiting/<interaction>` of `queue/<id>`: a call that waits there.
 */
export type WaitingView = { interaction: string, caller: CallerView,
/**
 * When its waiting began, in ms since the Unix epoch.
 */
since_ms: number,
/**
 * Held out to an agent now.
 */
offered: boolean,
/**
 * Nobody is on the line: it is a message.
 */
message: boolean,
/**
 * The likeliest customer; what may be seen of them is read by REST.
 */
customer: string | null,
/**
 * The queue's and its own priority together: the higher is served first, and of equals the one who waited longer.
 */
priority: number | null, };

/**
 * Why something was not done.
 */
export type WireError = { code: ErrorCode,
/**
 * English, one sentence, for logs and for people who read no other text of it.
 */
message: string,
/**
 * The field of the message or command that is wrong, where one is.
 */
field: string | null, };

/**
 * How much is to be done; each figure stops at 1000.
 */
export type WorkCountsView = { tasks: number,
/**
 * Of those, the ones whose time has come.
 */
tasks_late: number, callbacks: number, callbacks_due: number,
/**
 * Notifications not read.
 */
unread: number, };

/**
 * A choice of outcome.
 */
export type WrapUpCodeView = { id: string, name: string, };

/**
 * Entry `wrap_up/<assignment>` of `me`.
 */
export type WrapUpView = { assignment: string, interaction: string,
/**
 * When it ends by itself, in ms since the Unix epoch; `null`: it has no limit.
 */
until_ms: number | null,
/**
 * A code must be chosen before it can be finished.
 */
required: boolean, codes: Array<WrapUpCodeView>,
/**
 * What is set so far.
 */
code: string | null, note: string | null,
/**
 * Why the number that was dialled was not reached: `busy`, `no_answer`, `invalid`, `rejected`, `congestion`, `forbidden`,
 * `failed`; `null`: it was, or nobody was dialled.
 */
outcome: string | null,
/**
 * Nobody hung up: the customer's line, or one's own, was lost.
 */
line_lost: boolean, };
