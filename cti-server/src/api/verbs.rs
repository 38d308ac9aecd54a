//! `POST /calls/{id}/…`: what can be done to a live call, in one's own name or an agent's. Reads what is asked and passes it on: the
//! switch judges and does it, as it does for the same command of the WebSocket.

use super::Api;
use super::access::{Access, Right};
use super::caller::Caller;
use super::calls::refused;
use super::endpoint::Endpoint;
use super::extract::{JsonBody, PathOf, Query, parse};
use super::once::{IdempotencyKey, Made, once};
use super::problem::{Answer, Problem};
use crate::switch::{Act, Event, Question};
use axum::extract::State;
use axum::response::Response;
use cti_types::{AssignmentId, FlowId, InteractionId, LegId, OfferId, ParticipantId, QueueId, UserId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use softphone_protocol::{Command, ModeAsked, RecordAsked, TargetAsked};
use std::sync::Arc;
use utoipa::ToSchema;

/// The switch puts in the agent's leg, offer or assignment of the call, or message, that is named in the path.
const OWN: LegId = LegId::from_u128(0);
const OWN_OFFER: OfferId = OfferId::from_u128(0);
const OWN_ASSIGNMENT: AssignmentId = AssignmentId::from_u128(0);

/// How a body becomes a command.
type Make<B> = fn(InteractionId, B) -> Command;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let mut all = own();
    all.extend(of_messages());
    all.extend(overseeing());
    all
}

/// What agents do in their own calls.
fn own() -> Vec<Endpoint> {
    vec![
        verb::<CallNothing>("answer", "Answer a call that rings, on devices that can be answered from afar", |_, _| Command::Answer {
            call: OWN,
        }),
        verb::<CallNothing>("decline", "Say no to a call that is offered", |_, _| Command::Decline { offer: OWN_OFFER }),
        verb::<CallNothing>("hang-up", "Leave the call", |_, _| Command::HangUp { call: OWN }),
        verb::<CallNothing>("hold", "Put the others on hold", |_, _| Command::Hold { call: OWN }),
        verb::<CallNothing>("retrieve", "Be back from hold", |_, _| Command::Retrieve { call: OWN }),
        verb::<CallDigits>("digits", "Send digits to the far side", |_, CallDigits { digits }| Command::SendDigits { call: OWN, digits }),
        verb::<CallMute>("mute", "Be heard by nobody, or again", |_, CallMute { muted }| Command::Mute { call: OWN, muted }),
        verb::<CallTo>("transfer", "Give the customer away at once", |_, CallTo { to }| Command::Transfer { call: OWN, to: to.into() }),
        verb::<CallTo>("consult", "Put the customer on hold and ask somebody; not a flow", |_, CallTo { to }| Command::Consult {
            call: OWN,
            to: to.into(),
        }),
        verb::<CallNothing>("swap", "Speak with the other of the customer and the one consulted", |_, _| Command::Swap { call: OWN }),
        verb::<CallNothing>("complete", "Give the customer to the one consulted", |_, _| Command::Complete { call: OWN }),
        verb::<CallNothing>("return", "Let the one consulted go and be back with the customer", |_, _| Command::Return { call: OWN }),
        verb::<CallNothing>("conference", "Bring the customer, the one consulted and the agent together", |_, _| Command::Conference {
            call: OWN,
        }),
        verb::<CallParty>("drop-party", "Put somebody out of the call; the customer: end it", |_, CallParty { participant }| {
            Command::DropParty { call: OWN, participant }
        }),
        verb::<CallRecord>("record", "Start, stop, pause or resume the recording", |_, CallRecord { what }| Command::Record {
            call: OWN,
            what,
        }),
        verb::<CallNothing>(
            "take",
            "Take a waiting call: for agents of its queue, and for every supervisor, as a queue belongs to no team",
            |interaction, _| Command::TakeWaiting { interaction },
        ),
    ]
}

/// What agents do with messages, which are interactions as calls are.
fn of_messages() -> Vec<Endpoint> {
    vec![
        verb::<CallNothing>("accept", "Take a message that is offered", |_, _| Command::Accept { offer: OWN_OFFER }),
        verb::<CallNothing>("take-message", "Take a message out of one's own mailbox, or out of a queue one serves", |interaction, _| {
            Command::TakeMessage { interaction }
        }),
        verb::<CallNothing>("finish-message", "The message is dealt with; wrap-up begins", |_, _| Command::FinishMessage {
            assignment: OWN_ASSIGNMENT,
        }),
        verb::<CallNothing>("return-message", "Give the message back: it waits where it did", |_, _| Command::ReturnMessage {
            assignment: OWN_ASSIGNMENT,
        }),
    ]
}

/// What supervisors do in the calls of others.
fn overseeing() -> Vec<Endpoint> {
    vec![
        oversee::<CallSupervise>(
            "supervise",
            "Hear an agent of the call, and whoever has the customer next; one's own telephone rings for it",
            |_, asked| {
                let CallSupervise { agent, mode, of_call, intercept } = asked;
                Command::Supervise { agent, mode, of_call, intercept }
            },
        ),
        oversee::<CallMode>("mode", "Change how well one is heard while supervising", |_, CallMode { mode }| Command::SetMode {
            call: OWN,
            mode,
        }),
        oversee::<CallNothing>(
            "intercept",
            "Take the place of the agent one supervises; not of a supervisor who has done so already",
            |_, _| Command::Intercept { call: OWN },
        ),
        oversee::<CallRelease>(
            "force-release",
            "Take somebody out of the call, or end all of it",
            |interaction, CallRelease { participant }| Command::ForceRelease { interaction, participant },
        ),
        oversee::<CallMove>(
            "move",
            "Move a waiting call in its queue or into another; its age is kept. For every supervisor, as a queue belongs to no team",
            |interaction, CallMove { queue, priority }| Command::MoveWaiting { interaction, queue, priority },
        ),
    ]
}

fn verb<B: DeserializeOwned + ToSchema + Send + 'static>(name: &'static str, says: &str, make: Make<B>) -> Endpoint {
    endpoint(name, Right::CallsAct, says, make)
}

fn oversee<B: DeserializeOwned + ToSchema + Send + 'static>(name: &'static str, says: &str, make: Make<B>) -> Endpoint {
    endpoint(name, Right::CallsOversee, says, make)
}

fn endpoint<B: DeserializeOwned + ToSchema + Send + 'static>(name: &'static str, right: Right, says: &str, make: Make<B>) -> Endpoint {
    let handler = move |State(api): State<Arc<Api>>, caller: Caller, key: IdempotencyKey, path: PathOf, query: Query, body: JsonBody| {
        act::<B>(api, caller, key, path, query, body, name, make)
    };
    let endpoint = Endpoint::post(format!("/calls/{{id}}/{name}"), Access::Needs(right), handler).says("calls", says);
    // What somebody's rights over others allow is done in their own name.
    let endpoint = if right == Right::CallsAct && !matches!(name, "take" | "take-message") {
        endpoint.query("as_agent", "In whose name: an agent one may supervise. Left out: one's own")
    } else {
        endpoint
    };
    endpoint
        .takes::<B>()
        .idempotent()
        .answers_nothing(204, "Done")
        .refuses(403, "Not allowed to this person, or not in this agent's name")
        .refuses(404, "No such call, or the agent is not in it")
        .refuses(409, "It cannot be done to the call as it is, or the first request with this key is under way")
        .refuses(503, "It cannot be taken just now")
}

async fn act<B: DeserializeOwned>(
    api: Arc<Api>,
    caller: Caller,
    key: IdempotencyKey,
    path: PathOf,
    mut query: Query,
    body: JsonBody,
    verb: &'static str,
    make: Make<B>,
) -> Answer<Response> {
    let interaction: InteractionId = path.get("id", "live call")?;
    let agent: Option<UserId> = query.parse("as_agent", "give the id of an agent")?;
    query.nothing_else()?;
    let (by, agent) = (caller.user.id, agent.unwrap_or(caller.user.id));
    if agent != by && !caller.may(Right::CallsForOthers) {
        return Err(Problem::forbidden("you can act for yourself only"));
    }
    let command = make(interaction, parse(body.value().clone())?);
    command.check().map_err(refused)?;
    let (via, role) = (caller.who().via, caller.role());
    let question = Box::new(Question::Act(Act { by, via, role, agent, interaction, verb, command }));
    let (asks, inbox) = (api.state.asks.clone(), api.state.inbox.clone());
    let work = async move {
        let reply = asks.ask(async |ask| inbox.desk(Event::Asked { ask, question }).await).await;
        reply.map_err(refused).map(|_| Made::done())
    };
    // The same key in another agent's name is another request.
    let scope = format!("/calls/{interaction}/{verb}?as_agent={agent}");
    once(&api, &caller, &scope, key, &body, work).await
}

// ---- bodies

/// An empty object.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallNothing {}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallDigits {
    /// 1 to 32 of `0-9 * # A-D`.
    digits: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallMute {
    muted: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallTo {
    to: CallTarget,
}

/// To whom a call is to go.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum CallTarget {
    Queue {
        #[schema(value_type = Uuid)]
        id: QueueId,
    },
    Agent {
        #[schema(value_type = Uuid)]
        id: UserId,
    },
    Flow {
        #[schema(value_type = Uuid)]
        id: FlowId,
    },
    Number {
        /// As a person writes it, at most 40 characters.
        number: String,
    },
    /// The customer leaves a message for this queue. Only to transfer.
    QueueVoicemail {
        #[schema(value_type = Uuid)]
        id: QueueId,
    },
    /// The same for this agent.
    AgentVoicemail {
        #[schema(value_type = Uuid)]
        id: UserId,
    },
}

impl From<CallTarget> for TargetAsked {
    fn from(target: CallTarget) -> TargetAsked {
        match target {
            CallTarget::Queue { id } => TargetAsked::Queue { id },
            CallTarget::Agent { id } => TargetAsked::Agent { id },
            CallTarget::Flow { id } => TargetAsked::Flow { id },
            CallTarget::Number { number } => TargetAsked::Number { number },
            CallTarget::QueueVoicemail { id } => TargetAsked::QueueVoicemail { id },
            CallTarget::AgentVoicemail { id } => TargetAsked::AgentVoicemail { id },
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallParty {
    /// As in the live call.
    #[schema(value_type = Uuid)]
    participant: ParticipantId,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallRecord {
    /// `start`, `stop`, `pause`, `resume`. A pause ends by itself when who paused it talks with the customer no longer.
    #[schema(value_type = String)]
    what: RecordAsked,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallSupervise {
    /// Who is to be heard: an agent who is in this call.
    #[schema(value_type = Uuid)]
    agent: UserId,
    /// `listen`, `whisper`, `barge`.
    #[schema(value_type = String)]
    mode: ModeAsked,
    /// Go on with whoever has the customer next, as it does unless said otherwise; `false`: it ends with this agent's part.
    #[serde(default = "yes")]
    of_call: bool,
    /// Take the agent's place as soon as the telephone is lifted.
    #[serde(default)]
    intercept: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallMode {
    /// `listen`, `whisper`, `barge`.
    #[schema(value_type = String)]
    mode: ModeAsked,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallRelease {
    /// Left out: the whole call.
    #[schema(value_type = Option<Uuid>)]
    participant: Option<ParticipantId>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallMove {
    /// The queue it waits in, or another.
    #[schema(value_type = Uuid)]
    queue: QueueId,
    /// 0 to 9; the higher is served first.
    priority: u8,
}
