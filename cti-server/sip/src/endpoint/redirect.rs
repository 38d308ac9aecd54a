//! Redirections of our calls by trunks (3xx, RFC 3261 8.1.3.4): which places they name, and trying those the switch allows. Whether a
//! number may be called is not known here; that nothing goes to anybody but a trunk of ours is.

use super::Endpoint;
use super::leg::{AttemptId, Cancel, Place, Refusal, State, Turned};
use super::outgoing::{Again, seconds};
use super::session::cause_of;
use super::trunk_calls::at_peer;
use crate::api::{Event, Redirection, Transport};
use crate::message::{Message, Name, NameAddr, Scheme, Uri, escape_user};
use cti_types::{LegId, Now};
use std::net::SocketAddr;

/// Most places of one redirection that are tried; less preferred ones are left out.
const PLACES_MAX: usize = 5;
/// Most Contacts looked at; those behind are not seen.
const CONTACTS_MAX: usize = 20;

impl Endpoint {
    /// A trunk redirects a call: the switch is asked which of the places may be tried. Once in a call; and false when no place is a
    /// trunk's of ours, because nobody sends our calls elsewhere.
    pub(super) fn redirected(&mut self, id: AttemptId, message: &Message) -> bool {
        let Some(attempt) = self.attempts.get(&id) else { return false };
        let Some(leg) = attempt.leg.filter(|_| attempt.by.trunk.is_some() && !attempt.by.redirected && attempt.cancel == Cancel::No) else {
            return false;
        };
        let Ok(invite) = Message::parse(&attempt.invite) else { return false };
        let called = Uri::parse(invite.request_uri()).and_then(|uri| uri.user_plain()).unwrap_or_default().into_owned();
        let contacts = message.values(Name::Contact).take(CONTACTS_MAX).filter_map(NameAddr::parse);
        let mut found: Vec<(u16, Redirection, Place)> = contacts.filter_map(|contact| self.place(&contact, &called)).collect();
        // RFC 3261 20.10: the highest q first, and of equals the first named.
        found.sort_by_key(|(q, _, _)| std::cmp::Reverse(*q));
        found.truncate(PLACES_MAX);
        if found.is_empty() {
            return false;
        }
        let retry_after = message.get(Name::RetryAfter).and_then(seconds);
        let refusal = Refusal { code: message.code(), retry_after, cause: cause_of(message) };
        let (to, places): (Vec<Redirection>, Vec<Place>) = found.into_iter().map(|(_, to, place)| (to, place)).unzip();
        if let Some(attempt) = self.attempts.get_mut(&id) {
            attempt.turned = Some(Turned { refusal, places });
        }
        self.io.event(Event::Redirected { leg, to });
        true
    }

    /// Where a Contact leads, with its preference in thousandths; `None` when that is no trunk of ours.
    fn place(&self, contact: &NameAddr<'_>, called: &str) -> Option<(u16, Redirection, Place)> {
        let uri = contact.parsed_uri().filter(|uri| matches!(uri.scheme, Scheme::Sip | Scheme::Sips))?;
        let usual = if uri.scheme == Scheme::Sips { Transport::Tls } else { Transport::Udp };
        let peer = SocketAddr::new(uri.ip()?, uri.port.unwrap_or(usual.usual_port()));
        let trunk = self.trunks.with_peer(peer)?;
        let (transport, _) = trunk.peer?;
        let path = self.io.config.path_to(transport, peer)?;
        let user = uri.user_plain().filter(|user| !user.is_empty());
        let same = user.as_deref().is_none_or(|user| user.trim_start_matches('+') == called.trim_start_matches('+'));
        let number = match user.as_deref() {
            None => called.to_owned(),
            // To this trunk numbers go without it, so they come without it.
            Some(user) if !trunk.out.plus && user.starts_with(|c: char| ('1'..='9').contains(&c)) => format!("+{user}"),
            Some(user) => user.to_owned(),
        };
        // The URI is our own: headers of theirs would be headers of our INVITE, and parameters may lead to another number still
        // (RFC 4694 5.1).
        let text = at_peer(trunk, &escape_user(user.as_deref().filter(|_| !same).unwrap_or(called)), (transport, peer));
        let redirection = Redirection { trunk: trunk.id, number, same };
        Some((thousandths(contact.param("q")), redirection, Place { uri: text, path }))
    }

    /// The switch has said which places may be tried.
    pub(super) fn follow(&mut self, now: Now, leg: LegId, allowed: &[usize]) {
        let Some(State::Calling(calling)) = self.legs.get(&leg).map(|leg| &leg.state) else { return };
        let turned = |id: &AttemptId| self.attempts.get(id).is_some_and(|attempt| attempt.turned.is_some());
        let Some(id) = calling.attempts.iter().copied().find(turned) else { return };
        let Some(attempt) = self.attempts.get_mut(&id) else { return };
        let Some(Turned { refusal, places }) = attempt.turned.take() else { return };
        attempt.places = allowed.iter().take(PLACES_MAX).filter_map(|place| places.get(*place).cloned()).collect();
        if !self.next_place(now, id, false) {
            self.attempt_refused(now, id, refusal);
        }
    }

    /// The same call to the next place of its redirection, when the one before failed, or is `silent` and may still answer. True when it
    /// is on its way.
    pub(super) fn next_place(&mut self, now: Now, id: AttemptId, silent: bool) -> bool {
        let Some(attempt) = self.attempts.get_mut(&id) else { return false };
        let Some(Place { uri, path }) = attempt.places.pop_front() else { return false };
        let Some(mut again) = Again::of(attempt) else { return false };
        again.by.redirected = true;
        // An account is for the trunk that asked for it, not for where it sends us.
        again.by.challenges = 0;
        self.attempt_again(now, id, Again { uri: Some(uri), path, silent, ..again })
    }
}

/// A `q` (RFC 3261 25.1 `qvalue`); what is none counts as the most preferred, as a missing one does.
fn thousandths(q: Option<&str>) -> u16 {
    let parsed = q.and_then(|text| text.parse::<f32>().ok()).filter(|q| (0.0..=1.0).contains(q));
    parsed.map_or(1000, |q| (q * 1000.0).round() as u16)
}
