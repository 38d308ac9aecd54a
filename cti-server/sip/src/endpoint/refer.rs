//! Transfers that phones ask for: REFER inside a dialog with its notices (RFC 3515, RFC 4488), and Replaces (RFC 3891) in a Refer-To or
//! in an INVITE. Who the target is and whether it may be called is the switch's.

use super::leg::{Leg, Refer, State};
use super::{ALLOW, Endpoint};
use crate::api::{Event, Origin, Path, Referred};
use crate::dialog::write_contact;
use crate::message::check::Reply;
use crate::message::{Head, Message, Method, Name, ReferTo, Replaces, reason_phrase};
use crate::transaction::{ClientUse, reply_path};
use cti_types::{LegId, Now};
use std::net::IpAddr;

/// How long a phone waits for the next notice (RFC 3515 2.4.4). The last one comes before.
const NOTICES_S: u32 = 60;

impl Endpoint {
    /// A phone wants its call to go elsewhere.
    pub(super) fn on_refer(&mut self, now: Now, path: Path, id: LegId, message: &Message, key: String) {
        let Some(leg) = self.legs.get(&id) else { return };
        // Whoever calls in over a trunk would have calls made at our cost.
        let refusal = match (leg.peer, &leg.state) {
            (Origin::Trunk(_), _) => Some(Reply::new(403)),
            (Origin::Phone(_), State::Up(session)) if !leg.over && session.refer.is_none() => None,
            (Origin::Phone(_), _) => Some(Reply::new(491)),
        };
        let to = match refusal {
            Some(refusal) => Err(refusal),
            None => self.referred(id, message),
        };
        let to = match to {
            Ok(to) => to,
            Err(refusal) => return self.settle(now, path, message, key, &refusal),
        };
        let head = Head::of(message, path.remote, None);
        let server = self.servers.start(&self.io, key, message, reply_path(path, message), head, None);
        let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) else { return };
        // RFC 3515 2.4.6: the first need not be numbered, and old phones do not know the number.
        let again = std::mem::replace(&mut session.referred, true);
        let number = message.cseq().map(|cseq| cseq.number).filter(|_| again);
        let silent = message.header("Refer-Sub").is_some_and(|value| value.trim_ascii().eq_ignore_ascii_case("false"));
        session.refer = Some(Refer { server: Some(server), id: number, silent });
        self.io.event(Event::Referred { leg: id, to });
    }

    fn referred(&self, id: LegId, message: &Message) -> Result<Referred, Reply> {
        let ReferTo { user, host, replaces } = ReferTo::of(message)?;
        if !self.is_ours(&host) {
            return Err(Reply::new(403));
        }
        let Some(replaces) = replaces else { return Ok(Referred::User(user)) };
        let peer = self.legs.get(&id).map(|leg| leg.peer);
        let other = self.replaced(&replaces).filter(|(other, early)| *other != id && !early).map(|(other, _)| other);
        // Of another phone's call it learns no more than of one that does not exist. A 481 would be about the call it speaks in.
        let own = other.filter(|other| self.legs.get(other).map(|leg| leg.peer) == peer);
        own.map(Referred::Call).ok_or_else(|| Reply::new(404))
    }

    /// Whether a host in a target is this house: what goes elsewhere is not for us to call.
    fn is_ours(&self, host: &str) -> bool {
        let config = &self.io.config;
        let domains = config.domains.is_empty() || config.domains.iter().any(|domain| domain.eq_ignore_ascii_case(host));
        let address =
            || host.parse().is_ok_and(|ip: IpAddr| config.listen.iter().any(|(_, at)| at.ip() == ip || config.public(*at).ip() == ip));
        host.is_empty() || domains || config.realm.eq_ignore_ascii_case(host) || address()
    }

    /// The call with a phone or trunk that a Replaces names, and whether it only rings yet (RFC 3891 3).
    fn replaced(&self, replaces: &Replaces) -> Option<(LegId, bool)> {
        let Replaces { call_id, to_tag, from_tag, .. } = replaces;
        if let Some(id) = self.by_tag.get(to_tag) {
            let leg = self.legs.get(id).filter(|leg| !leg.over)?;
            let dialog = match &leg.state {
                State::Up(session) => &session.dialog,
                // RFC 3891 3: what we have not answered ourselves is taken over by nobody.
                State::Offered(_) | State::Calling(_) | State::Closing(_) => return None,
            };
            return (dialog.call_id == *call_id && dialog.remote_tag == *from_tag).then_some((*id, false));
        }
        let attempt = self.attempts.get(self.by_early_tag.get(to_tag)?)?;
        let invite = Message::parse(&attempt.invite).ok()?;
        let named = invite.call_id() == Some(call_id.as_str()) && attempt.heard.contains(from_tag);
        attempt.leg.filter(|_| named).map(|leg| (leg, true))
    }

    /// The call that an INVITE is to take the place of, if it says one.
    ///
    /// # Errors
    /// The answer to an INVITE whose Replaces cannot be obeyed.
    pub(super) fn asked_replaces(&self, origin: Origin, message: &Message) -> Result<Option<LegId>, Reply> {
        let mut lines = message.lines(Name::Replaces);
        let Some(line) = lines.next() else { return Ok(None) };
        // RFC 3891 3: more than one is a bad request.
        let replaces = Replaces::parse(line).filter(|_| lines.next().is_none()).ok_or_else(|| Reply::bad("Malformed Replaces"))?;
        match origin {
            Origin::Phone(_) => {}
            // Nobody outside takes the place of one of our people.
            Origin::Trunk(_) => return Err(Reply::new(403)),
        }
        let (leg, early) = self.replaced(&replaces).ok_or_else(|| Reply::new(481))?;
        let with_phone = self.legs.get(&leg).is_some_and(|leg| matches!(leg.peer, Origin::Phone(_)));
        match (with_phone, early || !replaces.early_only) {
            (true, true) => Ok(Some(leg)),
            (true, false) => Err(Reply::new(486)),
            (false, _) => Err(Reply::new(481)),
        }
    }

    /// The switch gives the call away, or says why not.
    pub(super) fn answer_refer(&mut self, now: Now, id: LegId, code: u16) {
        let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) else { return };
        let Some(refer) = &mut session.refer else { return };
        let Some(server) = refer.server.take() else { return };
        let silent = refer.silent;
        if !(200..=299).contains(&code) {
            session.refer = None;
            let code = if (300..=699).contains(&code) { code } else { 500 };
            return self.reply_refusal(now, server, &Reply::new(code));
        }
        if silent {
            session.refer = None;
        }
        let reply = self.servers.leg(server).zip(self.servers.begin(server, 202, None, false));
        let Some(((_, reply), mut writer)) = reply else { return };
        write_contact(&mut writer, &self.io, reply, self.servers.is_sips(server));
        writer.header("Allow", ALLOW).header("Server", &self.io.config.user_agent);
        if silent {
            // RFC 4488 4: that its wish was understood.
            writer.header("Refer-Sub", "false").header("Supported", "norefersub");
        }
        self.servers.reply(now, &mut self.io, server, 202, writer.finish(None));
        self.notice(now, id, 100);
    }

    /// The call is given away, and the phone's part ends: it is told first. A REFER nobody has answered is refused.
    pub(super) fn refer_done(&mut self, now: Now, id: LegId) {
        self.answer_refer(now, id, 487);
        self.notice(now, id, 200);
        if let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) {
            session.refer = None;
        }
    }

    /// The phone has hung up: it wants no notices any more.
    pub(super) fn forget_refer(&mut self, now: Now, id: LegId) {
        self.answer_refer(now, id, 487);
        if let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) {
            session.refer = None;
        }
    }

    /// How the transfer goes, as the start of a response (RFC 3515 2.4.5, RFC 3420).
    fn notice(&mut self, now: Now, id: LegId, code: u16) {
        let Some(session) = self.legs.get_mut(&id).and_then(Leg::session) else { return };
        let Some(refer) = &session.refer else { return };
        let event = refer.id.map_or("refer".to_owned(), |id| format!("refer;id={id}"));
        let state = if code >= 200 { "terminated;reason=noresource".to_owned() } else { format!("active;expires={NOTICES_S}") };
        let (branch, cseq) = (self.io.branch(), session.dialog.next_cseq());
        let (mut writer, path) = session.dialog.request(&self.io, "NOTIFY", cseq, &branch);
        write_contact(&mut writer, &self.io, path, session.dialog.is_sips());
        writer.header("Event", event).header("Subscription-State", state).header("Allow", ALLOW);
        let body = format!("SIP/2.0 {code} {}\r\n", reason_phrase(code));
        let notify = writer.finish(Some(("message/sipfrag;version=2.0", body.as_bytes())));
        self.clients.start(now, &mut self.io, ClientUse::Nobody, Method::Notify, branch, path, notify);
    }
}
