//! What topics show: plain structs with text, ids and times, as a screen needs them. Filled by the switch, no rule lives here.

use crate::floor::{QueueFiguresView, SupervisedView};
use crate::message::{Device, SessionNo};
use cti_types::acd::NotReadyReason;
use cti_types::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// What a person may do here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Agent,
    Supervisor,
    Administrator,
}

/// The one word a screen shows for an agent; derived from presence and assignments, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ShownState {
    LoggedOut,
    NotReady,
    Ready,
    /// An offer is open.
    Reserved,
    Talking,
    Hold,
    /// Deals with a message.
    Handling,
    WrapUp,
}

/// The half of an agent's state that a person sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PresenceView {
    LoggedOut,
    NotReady,
    Ready,
}

/// Whence a reason for not being ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    /// One of the administrator's; `id` and `name` say which.
    Chosen,
    Unspecified,
    NoAnswer,
    DeviceBusy,
    DeviceUnreachable,
    ConnectionLost,
}

/// Why an agent is not ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReasonView {
    pub kind: ReasonKind,
    /// Only for `chosen`.
    #[ts(as = "Option<String>")]
    pub id: Option<ReasonId>,
    /// The administrator's words, only for `chosen`; the system's reasons are worded by the screen.
    pub name: Option<String>,
}

impl ReasonView {
    /// `name` is used for chosen reasons only.
    pub fn new(reason: NotReadyReason, name: Option<String>) -> Self {
        let system = |kind| ReasonView { kind, id: None, name: None };
        match reason {
            NotReadyReason::Chosen(id) => ReasonView { kind: ReasonKind::Chosen, id: Some(id), name },
            NotReadyReason::Unspecified => system(ReasonKind::Unspecified),
            NotReadyReason::NoAnswer => system(ReasonKind::NoAnswer),
            NotReadyReason::DeviceBusy => system(ReasonKind::DeviceBusy),
            NotReadyReason::DeviceUnreachable => system(ReasonKind::DeviceUnreachable),
            NotReadyReason::ConnectionLost => system(ReasonKind::ConnectionLost),
        }
    }
}

/// A presence asked for while busy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PendingView {
    pub presence: PresenceView,
    pub reason: Option<ReasonView>,
}

/// Entry `agent` of `me`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AgentView {
    pub state: ShownState,
    pub presence: PresenceView,
    /// Only with presence `not_ready`.
    pub reason: Option<ReasonView>,
    pub pending: Option<PendingView>,
    /// When `state` began, in ms since the Unix epoch.
    pub since_ms: i64,
    /// The telephone in use while signed in.
    pub device: Option<DeviceView>,
    /// The socket that shows the pop; `null` while none does.
    pub owner_session: Option<SessionNo>,
}

/// A telephone as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeviceView {
    pub device: Device,
    /// As the administrator calls it, e.g. `Desk 12`.
    pub name: String,
    /// Can be reached now (a desk phone is registered, a browser is connected).
    pub reachable: bool,
    /// Can be answered by command.
    pub can_answer: bool,
}

/// How far a page's standing connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AudioState {
    /// No page has offered its audio.
    None,
    /// Answered; checks and handshake are under way.
    Connecting,
    /// Calls can be answered.
    Connected,
    /// Nothing comes from the page any more. A call is kept for it until `until_ms`.
    Lost,
}

/// Entry `audio` of `me`: the page that is the agent's telephone, while they are signed in with the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AudioView {
    pub state: AudioState,
    /// When `state` began, in ms since the Unix epoch.
    pub since_ms: i64,
    /// The page that has the audio, by its own name and by people's; `null` with state `none`.
    pub client: Option<String>,
    pub label: Option<String>,
    /// That page's socket; `null`: it has none just now.
    pub session: Option<SessionNo>,
    /// Until when a call is kept for a page that is gone, in ms since the Unix epoch.
    pub until_ms: Option<i64>,
    /// The agent hears themselves.
    pub echo_test: bool,
    /// How the connection sounds, in a call or in an echo test; `null`: nothing is measured yet.
    pub quality: Option<QualityView>,
}

/// Entry `offer/<id>` of `me`: work held out to this agent. Sent before the telephone rings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferView {
    #[ts(as = "String")]
    pub offer: OfferId,
    #[ts(as = "String")]
    pub interaction: InteractionId,
    /// Of the work, or for whose work the agent is asked; `null`: none.
    #[ts(as = "Option<String>")]
    pub queue: Option<QueueId>,
    pub queue_name: Option<String>,
    /// `transfer`, `given_back`, `consult`, `taken`: work for this agent alone; `message`: somebody left one. `null`: the queue's next call.
    pub purpose: Option<String>,
    pub caller: CallerView,
    /// Customers with the caller's number, the likely first. Empty: unknown, or the look-up is not back yet (see `card_pending`).
    pub cards: Vec<CardView>,
    /// The look-up is still under way; the entry is replaced when it is back.
    pub card_pending: bool,
    /// What the flow collected and may be shown, in the order it was set.
    pub collected: Vec<CollectedView>,
    /// Names of the flow's nodes the caller went through, first to last.
    pub path: Vec<String>,
    /// When the waiting began, in ms since the Unix epoch.
    pub waiting_since_ms: i64,
    /// When the offer ends unanswered, in ms since the Unix epoch.
    pub until_ms: i64,
    /// What the person must do on the device to answer.
    pub device_note: DeviceNote,
}

/// How an offer is answered on the agent's device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeviceNote {
    /// By lifting the desk phone.
    LiftPhone,
    /// By the command `answer`.
    AnswerHere,
    /// It answers by itself.
    AutoAnswer,
    /// By the command `accept`: a message, for which no telephone rings.
    AcceptHere,
}

/// The far party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallerView {
    /// E.164 or as normalised; `null` when withheld.
    pub number: Option<String>,
    /// The display name the network sent. Not verified.
    pub display: Option<String>,
}

/// One value the flow collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CollectedView {
    pub key: String,
    /// `null` for a masked value, of which only the presence is shown.
    pub value: Option<String>,
}

/// A customer as the pop shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CardView {
    #[ts(as = "String")]
    pub customer: CustomerId,
    /// The agent may not see this customer: there is a record, and all else here is empty.
    pub hidden: bool,
    /// `exact`; or `last_digits`, `main_number`: perhaps theirs.
    pub matched: String,
    /// Why this one stands before the next: `number`, `last_contact`, `preferred_number`, `earlier`; `null` for the last.
    pub likelier: Option<String>,
    pub name: String,
    /// The administrator's word, e.g. `gold`.
    pub tier: Option<String>,
    /// `YYYY-MM-DD`, or `--MM-DD` where the year is not known.
    pub birthday: Option<String>,
    /// Of the fields an administrator defined those that stand on the card, have a value, and may be read by the agent; in their order.
    pub fields: Vec<CardFieldView>,
    /// BCP 47, e.g. `en`, `zh`.
    pub language: Option<String>,
    /// Whom they work for, live with, belong to.
    pub related: Vec<RelatedView>,
    /// What formulas gave: lifetime value, churn signal.
    pub values: Vec<ValueView>,
    /// Channels they do not want to be contacted on: `voice`, `sms`, `email`, `chat`, `post`.
    pub do_not_contact: Vec<String>,
    /// The last five, the newest first.
    pub recent: Vec<RecentView>,
    /// What colleagues noted about them.
    pub notes: String,
    /// What is open with them, the most urgent first.
    pub open_items: Vec<OpenItemView>,
    /// Why they probably call, the likeliest first; at most three. Of the first three customers only.
    pub reasons: Vec<SaidView>,
    /// What to suggest to them, in the same way.
    pub offers: Vec<SaidView>,
    /// The last orders and open ones before them, the latest first.
    pub orders: Vec<OrderView>,
    /// What they have still to pay, for each currency.
    pub due: Vec<AmountView>,
    /// When the last warranty of what they own ends, in ms since the Unix epoch.
    pub warranty_until_ms: Option<i64>,
}

/// A field an administrator defined, as the card shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CardFieldView {
    pub key: String,
    /// How it is called, by language; none: by its key.
    pub labels: BTreeMap<String, String>,
    /// One, or of a list of several all that were chosen.
    pub values: Vec<CardFieldValueView>,
}

/// A value of such a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CardFieldValueView {
    /// A text, a number, `2026-01-31`, `true` or `false`, or what a list stores.
    pub value: String,
    /// Of a list: how it is shown, by language.
    pub labels: BTreeMap<String, String>,
}

/// What a rule says of a contact. What became of it is told to `POST /rule-outcomes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SaidView {
    #[ts(as = "String")]
    pub rule: RuleId,
    /// The rule's version that spoke.
    pub rule_version: i64,
    /// One line of plain text by language, e.g. `en`, `zh`; a screen shows its own, or any.
    pub texts: BTreeMap<String, String>,
    /// By the same languages: what was found that made the rule speak, a line each.
    pub why: BTreeMap<String, Vec<String>>,
}

/// Somebody a customer belongs together with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RelatedView {
    #[ts(as = "String")]
    pub customer: CustomerId,
    /// What they are to the customer: `works_for`, `household`, `parent_company`, `upstream_supplier`.
    pub relation: String,
    /// `null`: the agent may not see them.
    pub name: Option<String>,
    pub tier: Option<String>,
}

/// What a formula gave for a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ValueView {
    /// `lifetime_value`, `churn`.
    pub name: String,
    pub unit: String,
    /// In thousandths; `null`: nothing can be said.
    pub value_milli: Option<i64>,
}

/// One of a customer's orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OrderView {
    pub id: String,
    pub number: String,
    /// `open`, `processing`, `shipped`, `delivered`, `cancelled`, `returned`.
    pub state: String,
    pub placed_ms: i64,
    /// ISO 4217; amounts are in its minor units.
    pub currency: String,
    pub total_minor: i64,
    pub due_minor: i64,
    pub due_ms: Option<i64>,
    /// `none`, `preparing`, `on_the_way`, `pick_up`, `delivered`, `failed`.
    pub delivery: String,
    pub delivery_ms: Option<i64>,
    pub tracking: Option<String>,
}

/// A sum of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AmountView {
    /// ISO 4217.
    pub currency: String,
    /// In minor units.
    pub minor: i64,
}

/// A row that somebody changed. Nothing personal: what it says now is read where one may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChangeView {
    /// `customer`, `order`, `task`, …
    pub kind: String,
    pub id: String,
    /// As it is now; none where that is not known, and of what is gone.
    pub version: Option<i64>,
    /// Who changed it; none: the program itself.
    #[ts(as = "Option<String>")]
    pub by: Option<UserId>,
    /// Counts the changes told here, so that no two are the same.
    pub count: u64,
}

/// How much is to be done; each figure stops at 1000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WorkCountsView {
    pub tasks: i64,
    /// Of those, the ones whose time has come.
    pub tasks_late: i64,
    pub callbacks: i64,
    pub callbacks_due: i64,
    /// Notifications not read.
    pub unread: i64,
}

/// Something open with a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OpenItemView {
    pub id: String,
    /// Which row it is: `ticket`, `order`, `callback`, or `open_item`, a mere note of one.
    pub record: String,
    /// `ticket`, `order`, `callback`.
    pub kind: String,
    pub title: String,
    /// When it is due, in ms since the Unix epoch.
    pub due_ms: Option<i64>,
}

/// An earlier interaction of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RecentView {
    #[ts(as = "String")]
    pub interaction: InteractionId,
    /// When it began, in ms since the Unix epoch.
    pub at_ms: i64,
    pub queue_name: Option<String>,
    /// Who spoke with the customer.
    pub agent_name: Option<String>,
    /// The wrap-up code's name.
    pub wrap_up: Option<String>,
    /// How long it lasted, in ms; `null` while it is open.
    pub duration_ms: Option<i64>,
}

/// Where a leg of this agent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    Ringing,
    /// The agent has lifted and waits for the number they dialled.
    Dialling,
    Talking,
    /// The customer hears music, put there by the agent.
    Held,
    /// Speaking aside, or waiting for who is to be asked: the customer hears music.
    Consulting,
    /// Asked by a colleague, who speaks with the customer just now.
    OnHold,
    /// A supervisor, in each of the three modes.
    Listening,
    Whispering,
    Barging,
}

/// One who is in the call, rings for it or is called for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PartyView {
    #[ts(as = "String")]
    pub participant: ParticipantId,
    /// `customer`, `agent`, `supervisor`, `outside`.
    pub role: String,
    #[ts(as = "Option<String>")]
    pub agent: Option<AgentId>,
    /// The colleague's name; `null` for others.
    pub name: Option<String>,
    /// `talking`, `on_hold`, `ringing`, …: the words of segments.
    pub state: String,
    /// When `state` began, in ms since the Unix epoch.
    pub since_ms: i64,
    pub muted: bool,
    /// How their leg sounds; `null`: nothing is measured yet.
    pub quality: Option<QualityView>,
}

/// How a leg sounds, coarsely: told again when an opinion has moved by 0.3, at most every few seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QualityView {
    /// Mean opinion scores (ITU-T G.107) in tenths, 10 to 45: of what we hear of them, and of what they hear by their own reports;
    /// `null`: not measured.
    pub heard_tenths: Option<u8>,
    pub far_tenths: Option<u8>,
    /// Packets of theirs that did not come, of a thousand.
    pub lost_permille: u32,
    /// Packets of ours that did not come there, by their own reports, of a thousand.
    pub far_lost_permille: u32,
    pub jitter_ms: u32,
    /// 0: not measured.
    pub round_trip_ms: u32,
}

/// Which commands mean something in the call just now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ActionsView {
    pub hold: bool,
    pub retrieve: bool,
    pub transfer: bool,
    pub consult: bool,
    /// Complete, swap and conference.
    pub consulting: bool,
    #[serde(rename = "return")]
    #[ts(rename = "return")]
    pub give_up: bool,
    pub mute: bool,
    pub record: bool,
    /// Set the mode, and intercept.
    pub supervising: bool,
}

/// Entry `waiting/<interaction>` of `queue/<id>`: a call that waits there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WaitingView {
    #[ts(as = "String")]
    pub interaction: InteractionId,
    pub caller: CallerView,
    /// When its waiting began, in ms since the Unix epoch.
    pub since_ms: i64,
    /// Held out to an agent now.
    pub offered: bool,
    /// Nobody is on the line: it is a message.
    pub message: bool,
    /// The likeliest customer; what may be seen of them is read by REST.
    #[ts(as = "Option<String>")]
    pub customer: Option<CustomerId>,
    /// The queue's and its own priority together: the higher is served first, and of equals the one who waited longer.
    pub priority: Option<u8>,
}

/// Entry `message/<interaction>` of `me`: a message in the agent's own mailbox, or one they deal with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MessageView {
    #[ts(as = "String")]
    pub interaction: InteractionId,
    /// The call in which it was left.
    #[ts(as = "Option<String>")]
    pub origin: Option<InteractionId>,
    /// To be heard by REST: `/recordings/<id>/parts/1`. Sealed within a second or two after the message was left.
    #[ts(as = "String")]
    pub recording: RecordingId,
    /// `null`: nobody has taken it.
    #[ts(as = "Option<String>")]
    pub assignment: Option<AssignmentId>,
    /// `null`: of the agent's own mailbox.
    pub queue_name: Option<String>,
    pub caller: CallerView,
    pub cards: Vec<CardView>,
    /// When it was left, in ms since the Unix epoch.
    pub left_ms: i64,
    pub duration_ms: u64,
}

/// Entry `call/<leg>` of `me`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallView {
    #[ts(as = "String")]
    pub interaction: InteractionId,
    /// The agent's own leg; commands name it.
    #[ts(as = "String")]
    pub leg: LegId,
    #[ts(as = "Option<String>")]
    pub assignment: Option<AssignmentId>,
    pub state: CallState,
    /// When `state` began, in ms since the Unix epoch.
    pub since_ms: i64,
    /// When the two began to talk, in ms since the Unix epoch; `null` while ringing.
    pub answered_ms: Option<i64>,
    pub queue_name: Option<String>,
    pub caller: CallerView,
    pub cards: Vec<CardView>,
    pub collected: Vec<CollectedView>,
    pub recording: bool,
    /// The recording gets nothing just now.
    pub recording_paused: bool,
    /// This agent is heard by nobody.
    pub muted: bool,
    /// Work without a queue: `transfer`, `consult`, `dial`, `supervision`, …; `null`: the queue's.
    pub purpose: Option<String>,
    /// Everybody else in the call, as far as this agent may know.
    pub parties: Vec<PartyView>,
    pub actions: ActionsView,
    /// How the agent's own leg sounds; `null`: nothing is measured yet.
    pub quality: Option<QualityView>,
    /// Who answered the number that was dialled: `person`, `machine`, `unsure`; `null`: it is not listened, or not told yet.
    pub answerer: Option<String>,
    /// What this agent has set so far of how it came out.
    #[ts(as = "Option<String>")]
    pub code: Option<WrapUpCodeId>,
    pub note: Option<String>,
}

/// Entry `wrap_up/<assignment>` of `me`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WrapUpView {
    #[ts(as = "String")]
    pub assignment: AssignmentId,
    #[ts(as = "String")]
    pub interaction: InteractionId,
    /// When it ends by itself, in ms since the Unix epoch; `null`: it has no limit.
    pub until_ms: Option<i64>,
    /// A code must be chosen before it can be finished.
    pub required: bool,
    pub codes: Vec<WrapUpCodeView>,
    /// What is set so far.
    #[ts(as = "Option<String>")]
    pub code: Option<WrapUpCodeId>,
    pub note: Option<String>,
    /// Why the number that was dialled was not reached: `busy`, `no_answer`, `invalid`, `rejected`, `congestion`, `forbidden`,
    /// `failed`; `null`: it was, or nobody was dialled.
    pub outcome: Option<String>,
    /// Nobody hung up: the customer's line, or one's own, was lost.
    pub line_lost: bool,
}

/// A choice of outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WrapUpCodeView {
    #[ts(as = "String")]
    pub id: WrapUpCodeId,
    pub name: String,
}

/// Entry `queue` of `queue/<id>`, and `queue/<id>` of `floor`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QueueView {
    #[ts(as = "String")]
    pub queue: QueueId,
    pub name: String,
    /// Items waiting, those held out to an agent not counted.
    pub waiting: u32,
    /// Of these, messages.
    pub messages: u32,
    /// Items held out to an agent now.
    pub offered: u32,
    /// When the longest-waiting caller began to wait, in ms since the Unix epoch.
    pub oldest_ms: Option<i64>,
    /// Agents of the queue signed in; of these ready and free; of these busy.
    pub staffed: u32,
    pub ready: u32,
    pub busy: u32,
    /// Takes new work.
    pub open: bool,
    /// How long who came now would probably wait; `null`: nobody works, or nothing was measured yet.
    pub expected_wait_ms: Option<u64>,
    /// How far what was expected lay from what came true of late, on average; `null`: nothing to compare yet.
    pub expected_error_ms: Option<u64>,
    /// Since midnight in the queue's time zone; `null`: not counted yet.
    pub today: Option<QueueFiguresView>,
    /// In the running quarter hour and the one before it.
    pub lately: Option<QueueFiguresView>,
}

/// Entry `agent/<id>` of `floor` and of `team/<id>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FloorAgentView {
    #[ts(as = "String")]
    pub agent: AgentId,
    pub name: String,
    #[ts(as = "Option<String>")]
    pub team: Option<TeamId>,
    pub state: ShownState,
    pub reason: Option<ReasonView>,
    pub pending: Option<PendingView>,
    /// When `state` began, in ms since the Unix epoch.
    pub since_ms: i64,
    pub device_reachable: bool,
    /// The interaction they are in, if any.
    #[ts(as = "Option<String>")]
    pub interaction: Option<InteractionId>,
    pub queue_name: Option<String>,
    /// The worst of the mean opinion scores of their call, in tenths; `null`: none is measured.
    pub score_tenths: Option<u8>,
    /// Whom they have on the line, or whose message they deal with.
    pub caller: Option<CallerView>,
    /// The likeliest customer; what may be seen of them is read by REST.
    #[ts(as = "Option<String>")]
    pub customer: Option<CustomerId>,
    /// Who listens to them, or speaks with them.
    pub supervised_by: Vec<SupervisedView>,
}
