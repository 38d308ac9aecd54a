//! `POST /session/password`: a person changes their own password.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{JsonBody, Peer};
use super::super::problem::{Answer, Problem};
use super::{SessionView, begin};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use crm_core::auth::LoginError;
use crm_core::model::User;
use crm_core::{Secret, StoreError};
use serde::Deserialize;
use softphone_ws::End;
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordChange {
    #[schema(value_type = String)]
    old_password: Secret,
    /// 10 to 200 characters.
    #[schema(value_type = String)]
    new_password: Secret,
}

pub(super) async fn change(State(api): State<Arc<Api>>, caller: Caller, peer: Peer, body: JsonBody) -> Answer<Response> {
    if caller.session.is_none() {
        return Err(Problem::forbidden("sign in with the password to change it"));
    }
    let PasswordChange { old_password, new_password } = body.parse()?;
    if old_password == new_password {
        return Err(Problem::invalid("new_password", "choose another password"));
    }
    let (now, name) = (api.state.clock.now(), caller.user.login.as_str());
    api.attempts.begin(now.tick, name, peer.0)?;
    match api.state.store.change_password(now.utc, caller.user.id, &old_password, new_password).await {
        Ok(()) => {}
        Err(LoginError::Refused) => {
            api.attempts.failed(now.tick, peer.0);
            return Err(Problem::invalid("old_password", "give the present password"));
        }
        Err(LoginError::Store(error)) => {
            api.attempts.forgive(name, peer.0);
            return Err(rename(error).into());
        }
    }
    api.attempts.forgive(name, peer.0);
    api.state.gateway.kick_user(caller.user.id, End::LoginEnded);
    let user = api.state.store.get::<User>(caller.user.id).await?;
    let cookie = begin(&api, user.id).await?;
    let view = SessionView::of(&api, user, caller.roles, false).await?;
    Ok(([(header::SET_COOKIE, cookie)], Json(view)).into_response())
}

/// The store speaks of the user's field; here it has another name.
fn rename(error: StoreError) -> StoreError {
    match error {
        StoreError::Invalid { resource, mut errors } => {
            for error in errors.iter_mut().filter(|error| error.field == "password") {
                error.field = "new_password".to_owned();
            }
            StoreError::Invalid { resource, errors }
        }
        other => other,
    }
}
