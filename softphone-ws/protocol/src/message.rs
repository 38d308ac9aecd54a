//! What client and server say to each other. Reading with good errors is in [`decode`](crate::decode).

use crate::topic::Topic;
use crate::view::{PresenceView, Role};
use cti_types::{AssignmentId, FlowId, InteractionId, LegId, OfferId, ParticipantId, PhoneId, QueueId, ReasonId, UserId, WrapUpCodeId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;
use ts_rs::TS;

/// One open socket, numbered from 1 within one run of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(transparent)]
pub struct SessionNo(pub u64);

impl fmt::Display for SessionNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How far a client has followed a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct At {
    /// Changes when the numbering begins anew, for example after a restart of the server. Below 2^53.
    pub epoch: u64,
    /// The last version seen; each delta adds one.
    pub version: u64,
}

/// What a client sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMessage {
    /// The first message on a socket. Follows `me` and every topic named, from where the client left it.
    Hello {
        /// At most 200 topics; those that may not be followed are answered by `refused`.
        #[serde(default)]
        #[ts(type = "{ [topic in Topic]?: At }")]
        resume: BTreeMap<Topic, At>,
    },
    /// Follow these topics; each answers with a snapshot, or with `refused`.
    Subscribe { topics: Vec<Topic> },
    /// Follow these no longer. `me` may be left, too.
    Unsubscribe { topics: Vec<Topic> },
    /// Do something; answered by a `reply` with the same id.
    Command {
        /// The client's own number for it, unique on this socket, below 2^53.
        id: u64,
        command: Command,
    },
    /// Answered by `pong`; for clients that cannot see the WebSocket's own pings.
    Ping,
}

/// What a person asks of the house. `call` is the agent's own leg, as in `CallView`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// Sign in as an agent on a device. Refused with `taken` when signed in on another device, unless `take_over`.
    SignIn {
        device: Device,
        #[serde(default)]
        #[ts(as = "Option<bool>", optional)]
        take_over: bool,
    },
    SignOut,
    /// While busy it stays pending and applies when the work is done.
    SetPresence {
        presence: PresenceAsked,
        /// Only with `not_ready`.
        #[ts(as = "Option<String>", optional = nullable)]
        reason: Option<ReasonId>,
    },
    /// For supervisors: set the presence of an agent. While they are busy it stays pending, as their own would; `logged_out` signs them out.
    SetPresenceOf {
        #[ts(as = "String")]
        agent: UserId,
        presence: PresenceView,
        /// Only with `not_ready`.
        #[ts(as = "Option<String>", optional = nullable)]
        reason: Option<ReasonId>,
    },
    /// Say no to an offer; it goes back to its place and to the next agent.
    Decline {
        #[ts(as = "String")]
        offer: OfferId,
    },
    /// Take an offer for which no telephone rings: a message.
    Accept {
        #[ts(as = "String")]
        offer: OfferId,
    },
    /// Take a message by hand: out of one's own mailbox, or out of a queue one serves.
    TakeMessage {
        #[ts(as = "String")]
        interaction: InteractionId,
    },
    /// The message is dealt with; wrap-up begins.
    FinishMessage {
        #[ts(as = "String")]
        assignment: AssignmentId,
    },
    /// Give the message back: it waits where it did.
    ReturnMessage {
        #[ts(as = "String")]
        assignment: AssignmentId,
    },
    /// The page's half of its standing connection, an SDP offer; the reply's value is our answer, `{ "sdp": "…" }`. A later one of the same
    /// page, or of any while the audio is lost, replaces it, and a call goes on there. Refused with `taken` while another page has the
    /// audio, unless `take_over`.
    AudioOffer {
        /// One audio stream, both ways, with ICE and DTLS-SRTP; at most 16,000 bytes.
        sdp: String,
        /// The page's own name for itself, which a reload does not change: 1–64 characters.
        client: String,
        /// How people tell this page from their others, at most 80 characters.
        label: String,
        #[serde(default)]
        #[ts(as = "Option<bool>", optional)]
        take_over: bool,
    },
    /// Give the audio up: the agent has no telephone until a page offers again. Not in a call.
    AudioRelease,
    /// Hear oneself, to try microphone and speaker. It ends by itself after a minute, and when a call comes.
    EchoTest {
        on: bool,
    },
    /// Answer a ringing leg, on devices that can be answered from afar.
    Answer {
        #[ts(as = "String")]
        call: LegId,
    },
    Hold {
        #[ts(as = "String")]
        call: LegId,
    },
    Retrieve {
        #[ts(as = "String")]
        call: LegId,
    },
    HangUp {
        #[ts(as = "String")]
        call: LegId,
    },
    SendDigits {
        #[ts(as = "String")]
        call: LegId,
        /// 1–32 of `0-9 * # A-D`.
        digits: String,
    },
    /// Call a number: the agent's own telephone rings first, then the number is dialled. Answered with the interaction's id.
    Dial {
        /// As a person writes it: E.164, or as it is dialled where the agent sits. At most 40 characters.
        number: String,
        /// One of the agent's queues: whose number the call shows, and whose rules for recording and wrap-up hold.
        #[ts(as = "String")]
        queue: QueueId,
        /// Whether it is listened who answers, a person or a machine; `null`: as the rule, the queue or the trunk has it.
        #[serde(default)]
        #[ts(optional = nullable)]
        detect: Option<bool>,
    },
    /// Give the customer away at once; only while nobody else of ours talks with them. The agent is in wrap-up then.
    Transfer {
        #[ts(as = "String")]
        call: LegId,
        to: TargetAsked,
    },
    /// Put the customer on hold and ask somebody.
    Consult {
        #[ts(as = "String")]
        call: LegId,
        /// Not a flow, and no voicemail.
        to: TargetAsked,
    },
    /// Give the customer to the one consulted.
    Complete {
        #[ts(as = "String")]
        call: LegId,
    },
    /// Let the one consulted go, also while they are still called, and be back with the customer.
    Return {
        #[ts(as = "String")]
        call: LegId,
    },
    /// Speak with the other of the customer and the one consulted.
    Swap {
        #[ts(as = "String")]
        call: LegId,
    },
    /// Bring the customer, the one consulted and oneself together.
    Conference {
        #[ts(as = "String")]
        call: LegId,
    },
    /// Put somebody out of the call. The customer: end it.
    DropParty {
        #[ts(as = "String")]
        call: LegId,
        /// As in `PartyView`.
        #[ts(as = "String")]
        participant: ParticipantId,
    },
    Mute {
        #[ts(as = "String")]
        call: LegId,
        muted: bool,
    },
    Record {
        #[ts(as = "String")]
        call: LegId,
        what: RecordAsked,
    },
    /// For supervisors: hear the call an agent is in, wherever it goes. One's own telephone rings for it.
    Supervise {
        #[ts(as = "String")]
        agent: UserId,
        mode: ModeAsked,
        /// Go on with whoever has the customer next, as it does unless said otherwise; `false`: it ends with this agent's part.
        #[serde(default = "yes")]
        #[ts(as = "Option<bool>", optional)]
        of_call: bool,
        /// Take the agent's place as soon as the telephone is lifted.
        #[serde(default)]
        #[ts(as = "Option<bool>", optional)]
        intercept: bool,
    },
    /// Change how well one is heard. `call` is the supervisor's own leg.
    SetMode {
        #[ts(as = "String")]
        call: LegId,
        mode: ModeAsked,
    },
    /// Take the place of the agent one supervises; not of a supervisor who has done so already.
    Intercept {
        #[ts(as = "String")]
        call: LegId,
    },
    /// For supervisors: take somebody out of a call, or end all of it.
    ForceRelease {
        #[ts(as = "String")]
        interaction: InteractionId,
        /// `null`: the whole call.
        #[ts(as = "Option<String>", optional = nullable)]
        participant: Option<ParticipantId>,
    },
    /// Take a waiting call oneself: for agents of its queue, and for every supervisor, as a queue belongs to no team.
    TakeWaiting {
        #[ts(as = "String")]
        interaction: InteractionId,
    },
    /// For every supervisor, as a queue belongs to no team: move a waiting call in its queue, or into another. Its age is kept.
    MoveWaiting {
        #[ts(as = "String")]
        interaction: InteractionId,
        #[ts(as = "String")]
        queue: QueueId,
        /// 0–9; the higher is served first.
        priority: u8,
    },
    /// Code and note may be set more than once; the last holds.
    SetWrapUp {
        #[ts(as = "String")]
        assignment: AssignmentId,
        #[ts(as = "Option<String>", optional = nullable)]
        code: Option<WrapUpCodeId>,
        /// At most 4,000 characters.
        #[ts(optional = nullable)]
        note: Option<String>,
    },
    FinishWrapUp {
        #[ts(as = "String")]
        assignment: AssignmentId,
    },
    /// This socket becomes the one that shows the pop. The audio goes with `audio_offer`.
    TakeOver,
}

impl Command {
    /// The leg the command is about, if it names one.
    pub fn call_mut(&mut self) -> Option<&mut LegId> {
        match self {
            Command::Answer { call }
            | Command::Hold { call }
            | Command::Retrieve { call }
            | Command::HangUp { call }
            | Command::SendDigits { call, .. }
            | Command::Transfer { call, .. }
            | Command::Consult { call, .. }
            | Command::Complete { call }
            | Command::Return { call }
            | Command::Swap { call }
            | Command::Conference { call }
            | Command::DropParty { call, .. }
            | Command::Mute { call, .. }
            | Command::Record { call, .. }
            | Command::SetMode { call, .. }
            | Command::Intercept { call } => Some(call),
            Command::SignIn { .. }
            | Command::SignOut
            | Command::SetPresence { .. }
            | Command::SetPresenceOf { .. }
            | Command::Decline { .. }
            | Command::Accept { .. }
            | Command::TakeMessage { .. }
            | Command::FinishMessage { .. }
            | Command::ReturnMessage { .. }
            | Command::Dial { .. }
            | Command::Supervise { .. }
            | Command::ForceRelease { .. }
            | Command::TakeWaiting { .. }
            | Command::MoveWaiting { .. }
            | Command::SetWrapUp { .. }
            | Command::FinishWrapUp { .. }
            | Command::AudioOffer { .. }
            | Command::AudioRelease
            | Command::EchoTest { .. }
            | Command::TakeOver => None,
        }
    }
}

fn yes() -> bool {
    true
}

/// To whom a call is to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TargetAsked {
    Queue {
        #[ts(as = "String")]
        id: QueueId,
    },
    Agent {
        #[ts(as = "String")]
        id: UserId,
    },
    Flow {
        #[ts(as = "String")]
        id: FlowId,
    },
    Number {
        /// As a person writes it, at most 40 characters.
        number: String,
    },
    /// The customer leaves a message for this queue.
    QueueVoicemail {
        #[ts(as = "String")]
        id: QueueId,
    },
    /// The same for this agent.
    AgentVoicemail {
        #[ts(as = "String")]
        id: UserId,
    },
}

/// What is to become of the recording of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RecordAsked {
    Start,
    Stop,
    /// Until it is resumed, or who paused it talks with the customer no longer.
    Pause,
    Resume,
}

/// How well a supervisor is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ModeAsked {
    /// Nobody hears the supervisor, or sees them in the call.
    Listen,
    /// Only the agent does.
    Whisper,
    /// Everybody does.
    Barge,
}

/// Which device is the agent's telephone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Device {
    /// A registered desk phone.
    Phone {
        #[ts(as = "String")]
        id: PhoneId,
    },
    /// A page of the agent's, whichever has the audio (`AudioView`).
    Browser,
}

/// The presence a person may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PresenceAsked {
    Ready,
    NotReady,
}

/// What the server sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    /// The answer to `hello`.
    Welcome {
        session: SessionNo,
        #[ts(as = "String")]
        user: UserId,
        /// As shown to people.
        name: String,
        roles: Vec<Role>,
        /// The subprotocol in use.
        protocol: String,
        /// Milliseconds since the Unix epoch when this was sent; a client shows times relative to it.
        server_time: i64,
        /// How often the server pings, in milliseconds. Silence of more than twice that means the connection is gone.
        ping_every_ms: u64,
    },
    /// A topic's whole state; replaces what the client had of it.
    Snapshot {
        topic: Topic,
        epoch: u64,
        version: u64,
        /// Entry name → view.
        #[ts(type = "{ [key: string]: unknown }")]
        state: Map<String, Value>,
    },
    /// What changed. `version` is the one before plus 1, else the client has missed something and subscribes anew.
    Delta {
        topic: Topic,
        epoch: u64,
        version: u64,
        /// Entries added or replaced.
        #[ts(type = "{ [key: string]: unknown }")]
        set: Map<String, Value>,
        /// Names of entries gone.
        del: Vec<String>,
    },
    /// What came of a command, or why a message could not be read.
    Reply {
        /// The command's id; null when the message had none that could be read.
        id: Option<u64>,
        result: Outcome,
    },
    /// The topic is not followed.
    Refused { topic: Topic, error: WireError },
    /// The answer to `ping`.
    Pong {
        /// Milliseconds since the Unix epoch.
        server_time: i64,
    },
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    Ok {
        /// Depends on the command; mostly null. What it changed comes as deltas, sent before this reply.
        #[ts(type = "unknown")]
        value: Value,
    },
    Error(WireError),
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WireError {
    pub code: ErrorCode,
    /// English, one sentence, for logs and for people who read no other text of it.
    pub message: String,
    /// The field of the message or command that is wrong, where one is.
    pub field: Option<String>,
}

impl WireError {
    /// An error that blames no field.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        WireError { code, message: message.into(), field: None }
    }
    /// The same, blaming `field`.
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for WireError {}

/// Why something was not done, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Not JSON, or not an object.
    BadJson,
    /// A `type` this version does not know, or a field that is missing or of the wrong kind.
    BadMessage,
    /// A `do` this version does not know.
    UnknownCommand,
    /// A field of a command is missing, of the wrong kind, or outside its limits.
    BadValue,
    /// The message is longer than the server reads.
    TooBig,
    /// The first message must be `hello`, and only the first.
    HelloFirst,
    /// Too many commands; wait a second.
    SlowDown,
    /// The server cannot take it just now; the same command may be sent again.
    Busy,
    /// Not allowed to this person.
    Forbidden,
    /// No such thing, or no longer.
    NotFound,
    /// It is there, but not in a state in which this can be done.
    WrongState,
    /// Not signed in as an agent.
    NotSignedIn,
    /// Signed in on another device, or the device is another's: ask with `take_over`.
    Taken,
    /// The device cannot do this from afar (a desk phone is answered by lifting it).
    DeviceCannot,
    /// The device is not registered, or does not answer.
    DeviceUnreachable,
    /// This socket follows as many topics as it may.
    TooManyTopics,
    /// The fault is ours.
    Internal,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn messages_look_as_documented() {
        let table: Vec<(Value, ClientMessage)> = vec![
            (json!({"type": "hello"}), ClientMessage::Hello { resume: BTreeMap::new() }),
            (
                json!({"type": "hello", "resume": {"me": {"epoch": 1, "version": 2}}}),
                ClientMessage::Hello { resume: BTreeMap::from([(Topic::Me, At { epoch: 1, version: 2 })]) },
            ),
            (json!({"type": "subscribe", "topics": ["floor"]}), ClientMessage::Subscribe { topics: vec![Topic::Floor] }),
            (json!({"type": "ping"}), ClientMessage::Ping),
            (
                json!({"type": "command", "id": 3, "command": {"do": "sign_in", "device": {"kind": "browser"}}}),
                ClientMessage::Command { id: 3, command: Command::SignIn { device: Device::Browser, take_over: false } },
            ),
            (
                json!({"type": "command", "id": 4, "command": {"do": "set_presence", "presence": "ready"}}),
                ClientMessage::Command { id: 4, command: Command::SetPresence { presence: PresenceAsked::Ready, reason: None } },
            ),
            (
                json!({"type": "command", "id": 5, "command": {"do": "hold", "call": "00000000-0000-0000-0000-000000000007"}}),
                ClientMessage::Command { id: 5, command: Command::Hold { call: LegId::from_u128(7) } },
            ),
            (
                json!({"type": "command", "id": 6, "command": {"do": "take_over"}}),
                ClientMessage::Command { id: 6, command: Command::TakeOver },
            ),
            (
                json!({"type": "command", "id": 8, "command": {"do": "audio_offer", "sdp": "v=0", "client": "c", "label": "l"}}),
                ClientMessage::Command {
                    id: 8,
                    command: Command::AudioOffer { sdp: "v=0".into(), client: "c".into(), label: "l".into(), take_over: false },
                },
            ),
            (
                json!({"type": "command", "id": 9, "command": {"do": "audio_release"}}),
                ClientMessage::Command { id: 9, command: Command::AudioRelease },
            ),
            (
                json!({"type": "command", "id": 10, "command": {"do": "echo_test", "on": true}}),
                ClientMessage::Command { id: 10, command: Command::EchoTest { on: true } },
            ),
            // Supervision is of the call.
            (
                json!({"type": "command", "id": 7, "command": {"do": "supervise", "agent": "00000000-0000-0000-0000-000000000007", "mode": "listen"}}),
                ClientMessage::Command {
                    id: 7,
                    command: Command::Supervise { agent: UserId::from_u128(7), mode: ModeAsked::Listen, of_call: true, intercept: false },
                },
            ),
        ];
        for (text, message) in table {
            assert_eq!(serde_json::from_value::<ClientMessage>(text).unwrap(), message);
        }
    }

    #[test]
    fn an_error_reply_carries_code_message_and_field() {
        let error = WireError::new(ErrorCode::BadValue, "no such digit").field("digits");
        let reply = ServerMessage::Reply { id: Some(9), result: Outcome::Error(error) };
        assert_eq!(
            serde_json::to_value(reply).unwrap(),
            json!({"type": "reply", "id": 9, "result": {"status": "error", "code": "bad_value", "message": "no such digit", "field": "digits"}})
        );
    }
}
