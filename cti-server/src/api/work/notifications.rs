//! `/notifications`: what one was told, and what of it one has read.

use super::super::Api;
use super::super::access::{Access, Right};
use super::super::caller::Caller;
use super::super::endpoint::Endpoint;
use super::super::extract::{JsonBody, Query};
use super::super::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use crm_core::Page;
use crm_core::model::{Notification, NotificationId};
use serde::{Deserialize, Serialize};
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
