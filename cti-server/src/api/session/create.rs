//! `POST /session`: signing in with name and password.

use super::super::Api;
use super::super::extract::{JsonBody, Peer};
use super::super::problem::{Answer, Problem};
use super::{SessionView, begin};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use crm_core::Secret;
use crm_core::auth::LoginError;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A longer name is nobody's.
const LOGIN_BYTES_MAX: usize = 64;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    login: String,
    #[schema(value_type = String)]
    password: Secret,
}

pub(super) async fn create(State(api): State<Arc<Api>>, peer: Peer, body: JsonBody) -> Answer<Response> {
    let SignIn { login, password } = body.parse()?;
    let name = login.trim().to_ascii_lowercase();
    let now = api.state.clock.now();
    let refused = || Problem::unauthorized("name or password is wrong, or the name is locked for a while");
    if name.len() > LOGIN_BYTES_MAX {
        return Err(refused());
    }
    api.attempts.begin(now.tick, &name, peer.0)?;
    let user = match api.state.store.login(now.utc, &name, &password).await {
        Ok(user) => user,
        Err(LoginError::Refused) => {
            api.attempts.failed(now.tick, peer.0);
            return Err(refused());
        }
        Err(LoginError::Store(error)) => {
            api.attempts.forgive(&name, peer.0);
            return Err(error.into());
        }
    };
    api.attempts.forgive(&name, peer.0);
    let cookie = begin(&api, user.id).await?;
    let (roles, must_change) = (user.roles.clone(), user.must_change_password);
    let view = SessionView::of(&api, user, roles, must_change).await?;
    Ok(([(header::SET_COOKIE, cookie)], Json(view)).into_response())
}
