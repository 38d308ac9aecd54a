//! What is different about our calls by trunks: where they go and whom they say is calling, challenges, a peer that does not answer,
//! reliable provisional answers (RFC 3262). Redirections are in `redirect`, what all calls of ours have in common is in `outgoing`.

use super::Endpoint;
use super::leg::{Attempt, AttemptId, Because, By, Cancel, Early, Refusal};
use super::outgoing::{Again, Hop};
use super::trunks::scheme;
use crate::api::{Caller, Path, Transport, Trunk};
use crate::dialog::Dialog;
use crate::message::{Message, Method, Name, Uri, escape_user};
use crate::timers::Timer;
use crate::transaction::ClientUse;
use cti_types::{Now, TrunkId};
use std::net::SocketAddr;

/// How often one call answers a challenge: once, and once more when the nonce was stale.
const CHALLENGES_MAX: u8 = 2;
/// Most forks of one INVITE whose reliable answers are acknowledged; those of further ones come again until they give up.
const EARLY_MAX: usize = 8;

impl Endpoint {
    /// Where a call by a trunk goes, with the headers that say who calls; or the code it is refused with.
    pub(super) fn trunk_hop(&self, id: TrunkId, number: &str, from: &Caller) -> Result<Hop, u16> {
        let trunk = self.trunks.get(id).ok_or(503u16)?;
        let (transport, peer) = trunk.peer.ok_or(503u16)?;
        let path = self.io.config.path_to(transport, peer).ok_or(503u16)?;
        let host = trunk.out.domain.clone().unwrap_or_else(|| self.io.config.public(path.local).to_string());
        let lines = crate::trunk::identity(trunk, from, &host);
        let by = By { trunk: Some(id), ..By::default() };
        let uri = trunk_uri(trunk, number, (transport, peer));
        let to = format!("<{}>", uri.split(';').next().unwrap_or(&uri));
        Ok(Hop { uri, to, path, pinned: false, host: trunk.out.domain.clone(), lines, by })
    }

    /// The trunk's peer said nothing at all for too long: its next address, or the end of this try.
    pub(super) fn trunk_silent(&mut self, now: Now, id: AttemptId) {
        let waits = self.attempts.get(&id).is_some_and(|a| !a.provisional && a.leg.is_some() && a.cancel == Cancel::No);
        if waits && !self.next_peer(now, id, true) && !self.next_place(now, id, true) {
            // A CANCEL may not be sent before anything was heard (RFC 3261 9.1); an answer that still comes is hung up.
            let leg = self.attempts.get_mut(&id).and_then(|attempt| attempt.leg.take());
            self.give_up(now, &[id], Because::Unsaid);
            self.branch_over(now, leg, id, Refusal::ours(408));
        }
    }

    /// RFC 3263 4.3: the same call to the next address of the trunk, when the one before failed, or is `silent` and may still answer.
    /// True when it is on its way.
    pub(super) fn next_peer(&mut self, now: Now, id: AttemptId, silent: bool) -> bool {
        let Some(attempt) = self.attempts.get(&id).filter(|a| !a.provisional && !a.by.redirected) else { return false };
        let mut by = attempt.by;
        let Some(trunk) = by.trunk.and_then(|id| self.trunks.get(id)) else { return false };
        let Some(peer) = trunk.out.further.get(by.peers).copied() else { return false };
        let Some(path) = self.io.config.path_to(peer.0, peer.1) else { return false };
        by.peers += 1;
        let uri = Message::parse(&attempt.invite).ok().and_then(|invite| {
            let user = Uri::parse(invite.request_uri())?.user?.to_owned();
            Some(at_peer(trunk, &user, peer))
        });
        let Some(again) = Again::of(attempt).map(|again| Again { uri, path, by, silent, ..again }) else { return false };
        self.attempt_again(now, id, again)
    }

    /// A trunk's 401 or 407: the same INVITE with credentials (RFC 3261 22.2), to where the first went and nowhere else.
    pub(super) fn answer_challenge(&mut self, now: Now, id: AttemptId, message: &Message) -> bool {
        let Some(attempt) = self.attempts.get(&id) else { return false };
        let mut by = attempt.by;
        // Whoever was redirected to asks for its own account's digest, not for that of the trunk that led there.
        let asks = if by.redirected { self.trunks.with_peer(attempt.path.remote) } else { by.trunk.and_then(|id| self.trunks.get(id)) };
        let account = asks.and_then(|trunk| trunk.out.account.as_ref());
        let (Some(account), Ok(invite)) = (account.filter(|_| by.challenges < CHALLENGES_MAX), Message::parse(&attempt.invite)) else {
            return false;
        };
        let uri = invite.request_uri();
        let answer = crate::uac_auth::answer(account, message, "INVITE", uri, by.challenges > 0, &mut self.io.chance);
        let Ok(credentials) = answer else { return false };
        by.challenges += 1;
        let Some(again) = Again::of(attempt).map(|again| Again { by, credentials: Some(credentials), ..again }) else { return false };
        self.attempt_again(now, id, again)
    }

    /// RFC 3262 4: acknowledges a provisional answer that wants it. False for one that came again or out of order: it says nothing new.
    pub(super) fn acknowledge_provisional(&mut self, now: Now, path: Path, id: AttemptId, message: &Message) -> bool {
        let reliable = message.values(Name::Require).any(|option| option.eq_ignore_ascii_case("100rel"));
        let number = message.header("RSeq").and_then(|text| text.trim_ascii().parse::<u32>().ok()).filter(|n| *n > 0);
        let Some(number) = number.filter(|_| reliable && message.code() > 100) else { return true };
        let Some(tag) = message.to().and_then(|to| to.tag()).map(str::to_owned) else { return true };
        let Some(attempt) = self.attempts.get_mut(&id) else { return false };
        let Ok(invite) = Message::parse(&attempt.invite) else { return false };
        let cseq = invite.cseq().map_or(1, |cseq| cseq.number);
        if !attempt.early.iter().any(|early| early.tag == tag) {
            if attempt.early.len() >= EARLY_MAX {
                return true;
            }
            let dialog = Box::new(Dialog::calling(&invite, message, path, attempt.pinned));
            attempt.early.push(Early { tag: tag.clone(), number: number.wrapping_sub(1), dialog });
        }
        let next = |early: &&mut Early| early.tag == tag && early.number.wrapping_add(1) == number;
        let Some(early) = attempt.early.iter_mut().find(next) else { return false };
        early.number = number;
        let (branch, next) = (self.io.branch(), early.dialog.next_cseq());
        let (mut writer, path) = early.dialog.request(&self.io, "PRACK", next, &branch);
        writer.header("RAck", format_args!("{number} {cseq} INVITE"));
        self.clients.start(now, &mut self.io, ClientUse::Nobody, Method::Prack, branch, path, writer.finish(None));
        true
    }

    /// A call by a trunk was sent: how long its peer may say nothing.
    pub(super) fn watch_silence(&mut self, now: Now, id: AttemptId) {
        let Some(attempt) = self.attempts.get_mut(&id) else { return };
        let limit = attempt.by.trunk.and_then(|trunk| self.trunks.get(trunk)).map(|trunk| trunk.out.silence_max);
        if let Some(limit) = limit {
            self.io.timers.set(&mut attempt.limit, now.tick + limit, Timer::TrunkSilent(id));
        }
    }
}

/// The last number used in a dialog that began before its answer, so that those of the session go on from there.
pub(super) fn cseq_after_early(attempt: &Attempt, answer: &Message) -> u32 {
    let tag = answer.to().and_then(|to| to.tag());
    attempt.early.iter().find(|early| Some(early.tag.as_str()) == tag).map_or(0, |early| early.dialog.local_cseq)
}

fn trunk_uri(trunk: &Trunk, number: &str, peer: (Transport, SocketAddr)) -> String {
    let number = if trunk.out.plus { number } else { number.trim_start_matches('+') };
    at_peer(trunk, &escape_user(number), peer)
}

/// The Request-URI of a user at the trunk: by its domain where it has one, else by the address.
pub(super) fn at_peer(trunk: &Trunk, user: &str, (transport, peer): (Transport, SocketAddr)) -> String {
    match &trunk.out.domain {
        Some(domain) => format!("{}:{user}@{domain}", scheme(trunk)),
        None if trunk.out.sips => format!("sips:{user}@{peer}"),
        None => format!("sip:{user}@{peer}{}", transport.uri_param()),
    }
}
