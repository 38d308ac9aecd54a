//! `/notifications`: what one was told, and what of it one has read; and what supervisors write to their people.

use super::super::Api;
use super::super::access::{Access, Right};
use super::super::caller::Caller;
use super::super::endpoint::Endpoint;
use super::super::extract::{JsonBody, Query};
use super::super::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use crm_core::Page;
use crm_core::model::{Notification, NotificationId, Owner};
use crm_core::notifications::Readers;
use cti_types::{QueueId, TeamId, UserId};
use serde::{Deserialize, Serialize};
use softphone_protocol::Role;
use std::sync::Arc;
use utoipa::ToSchema;

const PATH: &str = "/notifications";
const TAG: &str = "notifications";
const NEEDS: Access = Access::Needs(Right::Notifications);

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(PATH, NEEDS, list)
            .says(TAG, "What one was told, the latest first")
            .query("unread", "true: only what one has not read")
            .pages(false)
            .answers_page::<Notification>(),
        Endpoint::post(format!("{PATH}/read"), NEEDS, read)
            .says(TAG, "Mark notifications as read")
            .takes::<Reading>()
            .answers::<Read>(200, "How many there were"),
        Endpoint::post(PATH, Access::Needs(Right::CallsOversee), write)
            .says(TAG, "Write to people")
            .more(
                "It stands on their screens at once, and in their notifications as `message`. A supervisor with a team writes to its people \
                 only. The audit has that it was written and to how many.",
            )
            .takes::<Message>()
            .answers::<Told>(201, "To how many"),
    ]
}

/// Which ones.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NotificationReading)]
struct Reading {
    /// At most 500; left out or empty, the oldest 500 unread ones.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    ids: Vec<NotificationId>,
}

/// What became of them.
#[derive(Serialize, ToSchema)]
#[schema(as = NotificationsRead)]
struct Read {
    read: u64,
}

/// Something to be said to people: name them, or a team, or a queue, or everybody.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMessage)]
struct Message {
    /// At most 100.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    users: Vec<UserId>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    team: Option<TeamId>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    queue: Option<QueueId>,
    #[serde(default)]
    everybody: bool,
    /// 1 to 500 characters.
    text: String,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = MessageTold)]
struct Told {
    told: usize,
}

async fn write(State(api): State<Arc<Api>>, caller: Caller, body: JsonBody) -> Answer<(StatusCode, Json<Told>)> {
    let Message { users, team, queue, everybody, text } = body.parse()?;
    let readers = match (users.is_empty(), team, queue, everybody) {
        (false, None, None, false) => Readers::Named(users),
        (true, Some(team), None, false) => Readers::Of(Owner::Team(team)),
        (true, None, Some(queue), false) => Readers::Of(Owner::Queue(queue)),
        (true, None, None, true) => Readers::Everybody,
        _ => return Err(Problem::invalid("users", "name people, or one of team, queue and everybody")),
    };
    let within = if caller.role() == Role::Administrator { None } else { caller.user.team_id };
    let told = api.state.store.write_to(&caller.who(), api.state.clock.utc(), &readers, within, &text).await?;
    Ok((StatusCode::CREATED, Json(Told { told })))
}

async fn list(State(api): State<Arc<Api>>, caller: Caller, mut query: Query) -> Answer<Json<Page<Notification>>> {
    let unread = query.parse::<bool>("unread", "write true or false")?.unwrap_or(false);
    let query = query.into_list()?;
    if query.search.is_some() {
        return Err(Problem::invalid("search", "there is no such filter"));
    }
    Ok(Json(api.state.store.notifications(caller.user.id, unread, &query).await?))
}

async fn read(State(api): State<Arc<Api>>, caller: Caller, body: JsonBody) -> Answer<Json<Read>> {
    let Reading { ids } = body.parse()?;
    let read = api.state.store.read_notifications(caller.user.id, api.state.clock.utc(), &ids).await?;
    Ok(Json(Read { read }))
}
