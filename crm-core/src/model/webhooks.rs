//! Who is told of changes over HTTP, and of which. Rules of the fields only; telling them is in `webhooks`.

use super::{Check, Column, Kind, Resource, WebhookId, columns, is_line};
use cti_types::Utc;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use utoipa::ToSchema;

/// Most kinds named by one webhook.
const KINDS_MAX: usize = 50;
/// Longest address.
const URL_MAX: usize = 1_000;

/// Somebody who wants to be told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    pub name: String,
    /// `https://…`; `http://` only to this machine, to try it.
    pub url: String,
    /// Which events: `customer.updated`, all of a resource `ticket.*`, or all `*`.
    pub kinds: Vec<String>,
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

impl Resource for Webhook {
    type Id = WebhookId;
    const KIND: Kind = Kind::Webhook;
    const TABLE: &'static str = "webhook";
    const COLUMNS: &'static [Column] = columns!(name: Text, url: Text, kinds: Json, active: Bool);

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
        if let Err(mend) = check_url(&self.url) {
            check.wrong("url", mend);
        }
        check.that(!self.kinds.is_empty(), "kinds", "name at least one kind of event, or *");
        check.count("kinds", self.kinds.len(), KINDS_MAX);
        for (at, kind) in self.kinds.iter().enumerate().take(KINDS_MAX) {
            check.that(is_pattern(kind), format!("kinds[{at}]"), "write it as customer.updated, customer.* or *");
        }
    }
}

fn is_pattern(pattern: &str) -> bool {
    let word = |word: &str| (1..=40).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    pattern == "*" || pattern.split_once('.').is_some_and(|(resource, verb)| word(resource) && (verb == "*" || word(verb)))
}

/// Whether an event of this kind (`customer.updated`) is one of those a webhook names.
pub fn is_wanted(patterns: &[String], kind: &str) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(start) => kind.starts_with(start),
        None => pattern == kind,
    })
}

/// What an address must be. Whether its host may be reached is looked at when it is.
fn check_url(url: &str) -> Result<(), &'static str> {
    if url.len() > URL_MAX || !url.is_ascii() || !is_line(url) || url.contains([' ', '\\', '#']) {
        return Err("write it in at most 1000 ASCII characters, without spaces and fragment");
    }
    let (secure, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return Err("begin it with https://"),
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("leave out user and password; what is sent is signed");
    }
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) => (host, port.strip_prefix(':').or(if port.is_empty() { None } else { Some("x") })),
        None => match authority.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if host.is_empty() || port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return Err("name a host, and a port only as a number");
    }
    let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if secure || here { Ok(()) } else { Err("use https://; http:// is for this machine only") }
}

/// How a webhook does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WebhookStatus {
    pub active: bool,
    /// Since when nothing was taken.
    #[schema(value_type = Option<i64>)]
    pub failing_since: Option<Utc>,
    /// When it was switched off for that.
    #[schema(value_type = Option<i64>)]
    pub disabled_at: Option<Utc>,
    /// Deliveries that wait, counted up to 1,000.
    pub pending: i64,
}

/// One event on its way to one webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeliveryView {
    pub id: i64,
    /// Stays the same however often it is sent.
    pub event_id: String,
    pub kind: String,
    pub resource_id: String,
    /// `pending`, `delivered`, `failed`.
    pub state: String,
    #[schema(value_type = i64)]
    pub created_at: Utc,
    pub attempts: i64,
    /// When it is tried next, while it is pending.
    #[schema(value_type = Option<i64>)]
    pub next_at: Option<Utc>,
    #[schema(value_type = Option<i64>)]
    pub last_at: Option<Utc>,
    /// The last answer's HTTP status.
    pub last_status: Option<i64>,
    /// Why there was none: `timeout`, `refused_address`, `unreachable`, `tls`, `unreadable`.
    pub last_error: Option<String>,
    pub duration_ms: Option<i64>,
    /// The delivery this one repeats.
    pub replay_of: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_this_machine_are_addresses() {
        let table = [
            ("https://example.com/hook", true),
            ("https://example.com", true),
            ("https://example.com:8443/a?b=c", true),
            ("https://[2001:db8::1]:8443/", true),
            ("http://127.0.0.1:9000/hook", true),
            ("http://localhost/hook", true),
            ("http://[::1]:9000/hook", true),
            ("http://example.com/hook", false),
            ("http://127.0.0.1.example.com/", false),
            ("https://user:secret@example.com/", false),
            ("https://example.com/#x", false),
            ("https://example.com:port/", false),
            ("https://[2001:db8::1]x/", false),
            ("https:///path", false),
            ("ftp://example.com/", false),
            ("https://exa mple.com/", false),
            ("https://例え.jp/", false),
        ];
        for (url, right) in table {
            assert_eq!(check_url(url).is_ok(), right, "{url}");
        }
    }

    #[test]
    fn a_webhook_names_events_alone_by_resource_or_all() {
        let table = [
            (vec!["customer.updated"], "customer.updated", true),
            (vec!["customer.updated"], "customer.created", false),
            (vec!["customer.*"], "customer.created", true),
            (vec!["customer.*"], "customer_contacts.updated", false),
            (vec!["ticket.*", "order.created"], "order.created", true),
            (vec!["*"], "anything.deleted", true),
        ];
        for (patterns, kind, wanted) in table {
            let patterns: Vec<String> = patterns.into_iter().map(str::to_owned).collect();
            assert_eq!(is_wanted(&patterns, kind), wanted, "{patterns:?} {kind}");
        }
        for pattern in ["", "customer", "Customer.*", "*.updated", "customer.", "customer.*x"] {
            assert!(!is_pattern(pattern), "{pattern}");
        }
    }
}
