//! `DELETE /session`: signing out.

use super::super::Api;
use super::super::caller::Caller;
use super::super::problem::{Answer, Problem};
use super::set_cookie;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use crm_core::Secret;
use softphone_ws::End;
use std::sync::Arc;

pub(super) async fn end(State(api): State<Arc<Api>>, caller: Caller) -> Answer<Response> {
    let Some(session) = &caller.session else {
        return Err(Problem::conflict("a token has no session; delete the token instead"));
    };
    api.state.store.revoke_session(session).await?;
    api.state.gateway.kick_login(&caller.login, End::LoginEnded);
    let cookie = set_cookie(&api, &Secret::new(""), 0)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
