//! `POST /calls`: an integrator has an agent call a number. The switch judges and does it; nothing of a call is kept here.

use super::Api;
use super::access::{Access, Right, allows};
use super::caller::Caller;
use super::endpoint::{BASE, Endpoint};
use super::extract::JsonBody;
use super::once::{IdempotencyKey, Made, once};
use super::problem::{Answer, Problem};
use crate::switch::{Event, Question};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cti_types::{InteractionId, QueueId, UserId};
use serde::{Deserialize, Serialize};
use softphone_protocol::{ErrorCode, WireError};
use std::sync::Arc;
use utoipa::ToSchema;

const PATH: &str = "/calls";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let make = Endpoint::post(PATH, Access::Needs(Right::CallsMake), create)
        .says("calls", "Have an agent call a number")
        .more(
            "The agent's own telephone rings first; when it is lifted, the number is called. Agents call for themselves, supervisors and \
             administrators for anybody. An agent who is in a call can call for help only: then the customer waits. What becomes of the call is \
             in the interaction and on the agent's screen.",
        )
        .takes::<NewCall>()
        .idempotent()
        .answers::<CallMade>(201, "The agent's telephone rings; Location is the interaction")
        .refuses(403, "Not allowed to this person, or this number is not")
        .refuses(409, "The agent is not signed in, is in a call, or cannot be reached")
        .refuses(503, "No new calls are taken now");
    vec![make]
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCall {
    /// Who calls: an agent who is signed in on a telephone.
    #[schema(value_type = Uuid)]
    user: UserId,
    /// As a person writes it: E.164, or as it is dialled where the agent sits.
    number: String,
    /// One of the agent's queues: its number is shown, its rules for recording and wrap-up hold.
    #[schema(value_type = Uuid)]
    queue: QueueId,
    /// Whether it is listened who answers, a person or a machine; left out: as the dial rule, the queue or the trunk has it.
    #[serde(default)]
    detect: Option<bool>,
}

#[derive(Serialize, ToSchema)]
struct CallMade {
    #[schema(value_type = Uuid)]
    interaction: InteractionId,
}

async fn create(State(api): State<Arc<Api>>, caller: Caller, key: IdempotencyKey, body: JsonBody) -> Answer<Response> {
    let asked: NewCall = super::extract::parse(body.value().clone())?;
    if asked.user != caller.user.id && !allows(&caller.roles, Right::CallsForOthers) {
        return Err(Problem::forbidden("you can call for yourself only"));
    }
    let (asks, inbox) = (api.state.asks.clone(), api.state.inbox.clone());
    let (by, via, role) = (caller.user.id, caller.who().via, caller.role());
    let work = async move {
        let NewCall { user, number, queue, detect } = asked;
        let question = Box::new(Question::Dial { by, via, role, user, number, queue, detect });
        let reply = asks.ask(async |ask| inbox.desk(Event::Asked { ask, question }).await).await;
        let value = reply.map_err(refused)?;
        let interaction = value.get("interaction").and_then(|id| id.as_str()).and_then(|id| id.parse().ok());
        let Some(interaction) = interaction else { return Err(Problem::unexpected()) };
        Made::at(&CallMade { interaction }, format!("{BASE}/interactions/{interaction}"))
    };
    once(&api, &caller, PATH, key, &body, work).await
}

/// What the switch refuses with, as a problem.
pub(super) fn refused(error: WireError) -> Problem {
    let WireError { code, message, field } = error;
    match code {
        ErrorCode::BadValue => Problem::invalid(field.unwrap_or_default(), message),
        ErrorCode::Forbidden => Problem::forbidden(&message),
        ErrorCode::NotFound if matches!(field.as_deref(), Some("call" | "interaction")) => Problem::not_found("live call"),
        ErrorCode::NotFound => Problem::invalid(field.unwrap_or_default(), message),
        ErrorCode::WrongState | ErrorCode::NotSignedIn | ErrorCode::DeviceUnreachable | ErrorCode::Taken | ErrorCode::DeviceCannot => {
            Problem::conflict(message)
        }
        ErrorCode::Busy | ErrorCode::SlowDown => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Not just now").detail(message),
        ErrorCode::BadJson
        | ErrorCode::BadMessage
        | ErrorCode::UnknownCommand
        | ErrorCode::TooBig
        | ErrorCode::HelloFirst
        | ErrorCode::TooManyTopics
        | ErrorCode::Internal => Problem::unexpected(),
    }
}
