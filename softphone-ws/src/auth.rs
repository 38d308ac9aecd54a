//! Who is at the other end, and does the page belong to us. Looking sessions up is the [`Authenticator`]'s part.

use crate::topic::TopicKey;
use axum::http::{HeaderMap, Uri, header};
use cti_types::{CustomerId, QueueId, TeamId, UserId};
use futures_util::future::BoxFuture;
use softphone_protocol::{Role, Topic};
use std::time::Duration;

/// A person who showed a valid session or token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub user: UserId,
    /// Which session or token was shown, by a name that is no secret: [`crate::Gateway::kick_login`] closes what came by it.
    pub login: String,
    /// As shown to people.
    pub name: String,
    pub roles: Vec<Role>,
    pub team: Option<TeamId>,
    /// Queues whose summary the person may follow without being a supervisor: those they serve.
    pub queues: Vec<QueueId>,
    /// How long the session or token still lasts; then the socket is closed. `None`: it has no end.
    pub expires_in: Option<Duration>,
}

impl Identity {
    /// The highest role of this login. `None`: it gives no commands.
    pub(crate) fn role(&self) -> Option<Role> {
        self.roles.iter().copied().max()
    }

    /// The topic the gateway keeps for what this person calls `topic`; `None` when they may not follow it.
    pub(crate) fn key(&self, topic: Topic) -> Option<TopicKey> {
        let oversees = self.roles.iter().any(|role| matches!(role, Role::Supervisor | Role::Administrator));
        match topic {
            Topic::Me => Some(TopicKey::Me(self.user)),
            Topic::Floor => oversees.then_some(TopicKey::Floor),
            Topic::Team(id) => oversees.then_some(TopicKey::Team(id)),
            Topic::Queue(id) => (oversees || self.queues.contains(&id)).then_some(TopicKey::Queue(id)),
            // Whoever has one of these roles may work and read customers; a login without them has no live view.
            Topic::MyWork => (!self.roles.is_empty()).then_some(TopicKey::MyWork(self.user)),
            Topic::Customer(id) => (!self.roles.is_empty()).then_some(TopicKey::Customer(id)),
        }
    }
}

/// Whether somebody may follow a record now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MayFollow {
    Yes,
    /// They may not, or there is none.
    No,
    /// It cannot be looked up at the moment.
    NotNow,
}

/// Turns what a client shows into a person. Called once for each attempt to open a socket, and again if logins ended meanwhile.
pub trait Authenticator: Send + Sync + 'static {
    /// `cookie` is the value of the session cookie, `bearer` the token of the `Authorization` header; with both, the token counts.
    /// `None`: not valid, for whatever reason.
    fn authenticate<'a>(&'a self, cookie: Option<&'a str>, bearer: Option<&'a str>) -> BoxFuture<'a, Option<Identity>>;

    /// Whether this person sees the customer. Asked when they begin to follow the record, and again by
    /// [`crate::Gateway::look_again`]; their role has allowed it.
    fn sees_customer<'a>(&'a self, who: &'a Identity, customer: CustomerId) -> BoxFuture<'a, MayFollow>;
}

/// The value of the cookie `name` (RFC 6265 5.4).
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(n, _)| *n == name)
        .map(|(_, value)| value.trim_matches('"'))
}

/// The token of `Authorization: Bearer …` (RFC 6750 2.1); the scheme's name is in any case (RFC 9110 11.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// May a page of this request's `Origin` open a socket? Without this check any page in the world could, with the visitor's cookie
/// (RFC 6455 10.2). Programs send no `Origin` and are judged by their token alone.
///
/// `uri`: of the request, where HTTP/2 may have the host. `only_secure`: browsers reach us by TLS only, so that a page without it is not ours,
/// whatever its host says: somebody on the way may have written it.
pub fn is_own_page(headers: &HeaderMap, uri: Option<&Uri>, allowed: &[String], only_secure: bool) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let Some(origin) = origins.next() else {
        return true;
    };
    let (Ok(origin), None) = (origin.to_str(), origins.next()) else {
        return false;
    };
    if allowed.iter().any(|a| a.eq_ignore_ascii_case(origin)) {
        return true;
    }
    let Some((scheme, authority)) = origin.split_once("://") else {
        return false;
    };
    if only_secure && scheme != "https" && !is_loopback(authority) {
        return false;
    }
    // HTTP/2 carries the host in :authority (RFC 9113 8.3.1).
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).or_else(|| uri?.authority().map(|a| a.as_str()));
    host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
}

/// Whether it is this machine itself that the browser runs on, where nobody is on the way (Secure Contexts 3.1).
fn is_loopback(authority: &str) -> bool {
    let name = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
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
    fn only_our_own_pages_and_programs_may_open_a_socket() {
        let allowed = vec!["https://desk.example.com".to_owned()];
        let table: &[(&[(&'static str, &str)], bool)] = &[
            (&[("host", "cc.example.com")], true),
            (&[("host", "cc.example.com"), ("origin", "https://cc.example.com")], true),
            (&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")], true),
            (&[("host", "CC.example.com"), ("origin", "https://cc.EXAMPLE.com")], true),
            (&[("host", "cc.example.com"), ("origin", "https://desk.example.com")], true),
            (&[("host", "cc.example.com"), ("origin", "http://desk.example.com")], false),
            (&[("host", "cc.example.com"), ("origin", "https://cc.example.com:8443")], false),
            (&[("host", "cc.example.com"), ("origin", "https://evil.example")], false),
            (&[("host", "cc.example.com"), ("origin", "null")], false),
            (&[("origin", "https://cc.example.com")], false),
            (&[("host", "cc.example.com"), ("origin", "https://cc.example.com"), ("origin", "https://evil.example")], false),
        ];
        for (pairs, expected) in table {
            let uri = Uri::from_static("/ws/v1");
            assert_eq!(is_own_page(&headers(pairs), Some(&uri), &allowed, false), *expected, "{pairs:?}");
            // With TLS only, none of those without it is left.
            let plain = pairs.iter().any(|(name, value)| *name == "origin" && value.starts_with("http://") && !value.contains("127.0.0.1"));
            assert_eq!(is_own_page(&headers(pairs), Some(&uri), &allowed, true), *expected && !plain, "{pairs:?}");
        }
    }

    #[test]
    fn the_session_cookie_is_found_among_others() {
        let h = headers(&[("cookie", "a=1; sid=x=y; sidx=2"), ("cookie", "other=3")]);
        assert_eq!(cookie(&h, "sid"), Some("x=y"));
        assert_eq!(cookie(&h, "other"), Some("3"));
        assert_eq!(cookie(&h, "si"), None);
    }

    #[test]
    fn a_token_is_read_from_the_bearer_scheme_only() {
        assert_eq!(bearer(&headers(&[("authorization", "bearer abc")])), Some("abc"));
        assert_eq!(bearer(&headers(&[("authorization", "Basic abc")])), None);
        assert_eq!(bearer(&headers(&[("authorization", "Bearer ")])), None);
        assert_eq!(bearer(&headers(&[])), None);
    }

    #[test]
    fn an_agent_follows_themselves_and_their_own_queues_only() {
        let own = QueueId::from_u128(1);
        let agent = Identity {
            user: UserId::from_u128(5),
            login: "session:1".into(),
            name: "A".into(),
            roles: vec![Role::Agent],
            team: Some(TeamId::from_u128(3)),
            queues: vec![own],
            expires_in: None,
        };
        assert_eq!(agent.key(Topic::Me), Some(TopicKey::Me(agent.user)));
        assert_eq!(agent.key(Topic::Queue(own)), Some(TopicKey::Queue(own)));
        assert_eq!(agent.key(Topic::Queue(QueueId::from_u128(2))), None);
        assert_eq!(agent.key(Topic::Floor), None);
        assert_eq!(agent.key(Topic::Team(TeamId::from_u128(3))), None);
        let customer = cti_types::CustomerId::from_u128(8);
        assert_eq!(agent.key(Topic::MyWork), Some(TopicKey::MyWork(agent.user)));
        assert_eq!(agent.key(Topic::Customer(customer)), Some(TopicKey::Customer(customer)));
        let analyst = Identity { roles: vec![], ..agent.clone() };
        assert_eq!((analyst.key(Topic::MyWork), analyst.key(Topic::Customer(customer))), (None, None));
        let boss = Identity { roles: vec![Role::Supervisor], ..agent };
        assert_eq!(boss.key(Topic::Floor), Some(TopicKey::Floor));
        assert_eq!(boss.key(Topic::Queue(QueueId::from_u128(2))), Some(TopicKey::Queue(QueueId::from_u128(2))));
    }
}
