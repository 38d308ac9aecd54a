//! Who a request comes from: session cookie or API token. What they may do stands in `access`.

use super::Api;
use super::access::{Right, allows};
use super::problem::{Answer, Problem};
use crate::clock::Clock;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use crm_core::auth::Principal;
use crm_core::model::{ApiTokenId, User, UserRole};
use crm_core::{Secret, Store, StoreError, Stored, Viewer, Who};
use cti_types::{CustomerId, Now};
use futures_util::future::BoxFuture;
use softphone_ws::{Authenticator, Identity, MayFollow};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

/// The session cookie's name; the gateway reads the same.
pub(super) const COOKIE: &str = "cordboard_session";
/// How long a sign-in lasts: a long shift.
pub(super) const SESSION_LIFETIME: Duration = Duration::from_secs(12 * 3_600);
/// A longer token is not looked up.
const TOKEN_BYTES_MAX: usize = 256;

/// Somebody signed in. Put into each request by `guard`, taken out by handlers.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) user: Stored<User>,
    /// What counts for this request: a token may hold fewer than its user.
    pub(super) roles: BTreeSet<UserRole>,
    /// The API token, where one was used.
    pub(super) token: Option<ApiTokenId>,
    /// The session's token, where it came by cookie.
    pub(super) session: Option<Secret>,
    /// Names session or token, see [`Principal::login`].
    pub(super) login: String,
}

impl Caller {
    fn new(principal: Principal, session: Option<Secret>) -> Caller {
        Caller { user: principal.user, roles: principal.roles, token: principal.token, session, login: principal.login }
    }

    pub(super) fn may(&self, right: Right) -> bool {
        allows(&self.roles, right)
    }

    /// The highest of the login's roles, as the switch judges; who has none of its roles counts as an agent.
    pub(super) fn role(&self) -> softphone_protocol::Role {
        self.roles.iter().copied().filter_map(role).max().unwrap_or(softphone_protocol::Role::Agent)
    }

    /// With whose eyes customers are read.
    pub(super) fn viewer(&self) -> Viewer {
        Viewer::of(self.user.id, self.roles.clone(), self.user.team_id)
    }

    /// As the audit names them.
    pub(super) fn who(&self) -> Who {
        Who::user(self.user.id, if self.token.is_some() { "api_token" } else { "api" })
    }

    /// Signed in by a password that somebody else knows: nothing else is allowed before it is changed.
    pub(super) fn must_change_password(&self) -> bool {
        self.session.is_some() && self.user.must_change_password
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        parts.extensions.get::<Caller>().cloned().ok_or_else(|| Problem::unauthorized("no valid session or token"))
    }
}

/// The value of our cookie (RFC 6265 5.4).
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.trim_matches('"'))
}

/// The token of `Authorization: Bearer …`; the scheme's name is in any case (RFC 9110 11.1).
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

fn secret(token: &str) -> Option<Secret> {
    (token.len() <= TOKEN_BYTES_MAX).then(|| Secret::new(token))
}

/// Who sent a request; `None`: nobody we know. With cookie and token, the token counts.
///
/// # Errors
/// 503 when the database is away, 429 when this address has shown too many wrong tokens.
pub(super) async fn authenticate(api: &Api, headers: &HeaderMap, address: Option<IpAddr>) -> Answer<Option<Caller>> {
    let now = api.state.clock.now();
    if let Some(token) = bearer(headers) {
        return by_token(api, now, token, address).await;
    }
    let Some(session) = cookie(headers).and_then(secret) else { return Ok(None) };
    // A wrong cookie is not counted: a forgotten page that keeps asking must not lock out its whole house.
    let principal = api.state.store.session(now.utc, &session).await?;
    Ok(principal.map(|principal| Caller::new(principal, Some(session))))
}

async fn by_token(api: &Api, now: Now, token: &str, address: Option<IpAddr>) -> Answer<Option<Caller>> {
    api.attempts.check(now.tick, address)?;
    let found = match secret(token) {
        Some(token) => api.state.store.api_token(now.utc, &token).await?,
        None => None,
    };
    if found.is_none() {
        api.attempts.failed(now.tick, address);
    }
    Ok(found.map(|principal| Caller::new(principal, None)))
}

/// Answers the WebSocket gateway by the same sessions and tokens.
#[derive(Clone)]
pub struct Authentication(Store, Clock);

impl Authentication {
    pub fn new(store: Store, clock: Clock) -> Authentication {
        Authentication(store, clock)
    }

    async fn identity(&self, cookie: Option<&str>, bearer: Option<&str>) -> Result<Option<Identity>, StoreError> {
        let Authentication(store, clock) = self;
        let now = clock.now().utc;
        let principal = match (bearer, cookie) {
            (Some(token), _) => match secret(token) {
                Some(token) => store.api_token(now, &token).await?,
                None => None,
            },
            (None, Some(token)) => match secret(token) {
                // Who must change their password does that first.
                Some(token) => store.session(now, &token).await?.filter(|principal| !principal.user.must_change_password),
                None => None,
            },
            (None, None) => None,
        };
        let Some(principal) = principal else { return Ok(None) };
        let expires_in = principal.expires_at.map(|at| Duration::from_micros(at.0.saturating_sub(now.0).max(0) as u64));
        let login = principal.login;
        let Stored { id, data: user, .. } = principal.user;
        let roles = principal.roles.into_iter().filter_map(role).collect();
        Ok(Some(Identity { user: id, login, name: user.name, roles, team: user.team_id, queues: user.queues, expires_in }))
    }
}

/// What the gateway knows of roles: analysts have no live view.
fn role(role: UserRole) -> Option<softphone_protocol::Role> {
    match role {
        UserRole::Agent => Some(softphone_protocol::Role::Agent),
        UserRole::Supervisor => Some(softphone_protocol::Role::Supervisor),
        UserRole::Admin => Some(softphone_protocol::Role::Administrator),
        UserRole::Analyst => None,
    }
}

/// The other way round.
fn user_role(role: softphone_protocol::Role) -> UserRole {
    match role {
        softphone_protocol::Role::Agent => UserRole::Agent,
        softphone_protocol::Role::Supervisor => UserRole::Supervisor,
        softphone_protocol::Role::Administrator => UserRole::Admin,
    }
}

impl Authenticator for Authentication {
    fn authenticate<'a>(&'a self, cookie: Option<&'a str>, bearer: Option<&'a str>) -> BoxFuture<'a, Option<Identity>> {
        Box::pin(async move {
            self.identity(cookie, bearer).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "a socket's login cannot be looked up");
                None
            })
        })
    }

    /// By the same rule as over REST.
    fn sees_customer<'a>(&'a self, who: &'a Identity, customer: CustomerId) -> BoxFuture<'a, MayFollow> {
        Box::pin(async move {
            let roles = who.roles.iter().copied().map(user_role).collect();
            match self.0.may_see(&Viewer::of(who.user, roles, who.team), customer).await {
                Ok(()) => MayFollow::Yes,
                Err(StoreError::NotFound { .. }) => MayFollow::No,
                Err(error) => {
                    tracing::warn!(%error, "who may follow a record cannot be looked up");
                    MayFollow::NotNow
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, value.parse().unwrap());
        }
        map
    }

    #[test]
    fn the_session_cookie_is_found_among_others() {
        let h = headers(&[("cookie", "a=1; cordboard_session=x=y; cordboard_sessions=2"), ("cookie", "other=3")]);
        assert_eq!(cookie(&h), Some("x=y"));
        assert_eq!(cookie(&headers(&[("cookie", "cordboard=1")])), None);
    }

    #[test]
    fn a_token_is_read_from_the_bearer_scheme_only() {
        assert_eq!(bearer(&headers(&[("authorization", "bEARER abc")])), Some("abc"));
        assert_eq!(bearer(&headers(&[("authorization", "Basic abc")])), None);
        assert_eq!(bearer(&headers(&[("authorization", "Bearer ")])), None);
    }
}
