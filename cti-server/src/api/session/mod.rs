//! Signing in and out. Sessions and passwords are kept by the store; this hands out the cookie.

mod create;
mod end;
mod password;
mod read;

use super::Api;
use super::access::Access;
use super::caller::{COOKIE, SESSION_LIFETIME};
use super::endpoint::Endpoint;
use super::problem::{Answer, Problem};
use axum::http::HeaderValue;
use crm_core::model::{Phone, User, UserRole};
use crm_core::{Secret, StoreError, Stored};
use cti_types::{PhoneId, QueueId, TeamId, UserId};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

const PATH: &str = "/session";
const TAG: &str = "session";

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post(PATH, Access::Open, create::create)
            .says(TAG, "Sign in")
            .more("Sets the session cookie (HttpOnly, SameSite=Strict). An unknown name and a wrong password get the same answer.")
            .takes::<create::SignIn>()
            .answers::<SessionView>(200, "Signed in")
            .refuses(401, "Name or password is wrong, or the name is locked")
            .refuses(429, "Too many failures of this name or address; Retry-After says when to come back"),
        Endpoint::get(PATH, Access::SignedIn, read::read)
            .says(TAG, "Who am I")
            .answers::<SessionView>(200, "The person behind the cookie or token"),
        Endpoint::delete(PATH, Access::SignedIn, end::end).says(TAG, "Sign out").answers_nothing(204, "Signed out; the cookie is void"),
        Endpoint::post(format!("{PATH}/password"), Access::SignedIn, password::change)
            .says(TAG, "Change one's own password")
            .more("Ends all sessions of the person and sets the cookie of a new one.")
            .takes::<password::PasswordChange>()
            .answers::<SessionView>(200, "Changed")
            .refuses(403, "Not with an API token")
            .refuses(429, "Too many wrong passwords"),
    ]
}

/// The person signed in.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(super) struct SessionView {
    user: SessionUser,
    /// What counts for this session or token.
    roles: BTreeSet<UserRole>,
    /// Everything but this group is refused until the password is changed.
    must_change_password: bool,
    /// The desk phone their calls ring on when they do not say otherwise.
    phone: Option<SessionPhone>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
struct SessionUser {
    #[schema(value_type = Uuid)]
    id: UserId,
    login: String,
    name: String,
    language: String,
    #[schema(value_type = Option<Uuid>)]
    team_id: Option<TeamId>,
    /// The queues they serve.
    #[schema(value_type = Vec<Uuid>)]
    queues: Vec<QueueId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
struct SessionPhone {
    #[schema(value_type = Uuid)]
    id: PhoneId,
    username: String,
    name: String,
}

impl SessionView {
    async fn of(api: &Api, user: Stored<User>, roles: BTreeSet<UserRole>, must_change_password: bool) -> Answer<SessionView> {
        let phone = match user.phone_id {
            None => None,
            Some(id) => match api.state.store.get::<Phone>(id).await {
                Ok(phone) => Some(SessionPhone { id, username: phone.data.username, name: phone.data.name }),
                Err(StoreError::NotFound { .. }) => None,
                Err(error) => return Err(error.into()),
            },
        };
        let Stored { id, data: User { login, name, language, team_id, queues, .. }, .. } = user;
        Ok(SessionView { user: SessionUser { id, login, name, language, team_id, queues }, roles, must_change_password, phone })
    }
}

/// Begins a session and gives the header that sets its cookie.
async fn begin(api: &Api, user: UserId) -> Answer<HeaderValue> {
    let token = api.state.store.create_session(api.state.clock.utc(), user, SESSION_LIFETIME).await?;
    set_cookie(api, &token, SESSION_LIFETIME.as_secs())
}

/// A lifetime of 0 takes the cookie away (RFC 6265 5.2.2).
fn set_cookie(api: &Api, token: &Secret, lifetime_s: u64) -> Answer<HeaderValue> {
    let secure = if api.state.secure_cookies { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={lifetime_s}{secure}", token.reveal());
    HeaderValue::try_from(cookie).map_err(|_| {
        tracing::error!("a session token does not fit into a cookie");
        Problem::unexpected()
    })
}
