//! Server transactions (RFC 3261 17.2, RFC 6026 8.5): absorbing retransmissions, repeating answers until the ACK.

use super::ServerId;
use crate::api::{Path, Transport};
use crate::io::Io;
use crate::message::{Head, Message, Method, Name, Writer};
use crate::timers::{Slot, Timer};
use bytes::Bytes;
use cti_types::{LegId, Now};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// `Trying` and `Proceeding`.
    Proceeding,
    /// RFC 6026 7.1: a 2xx was sent; the dialog repeats it, the transaction swallows repeated INVITEs.
    Accepted,
    Completed,
    /// The ACK of a refusal came.
    Confirmed,
}

#[derive(Debug)]
struct Server {
    key: String,
    invite: bool,
    /// Where answers go (RFC 3261 18.2.2).
    path: Path,
    head: Head,
    /// The request's sequence number.
    number: u32,
    /// The leg this INVITE is about, so that CANCEL finds it.
    leg: Option<LegId>,
    state: State,
    last: Option<Bytes>,
    interval: Duration,
    retry: Slot,
    limit: Slot,
}

#[derive(Debug, Default)]
pub(crate) struct Servers {
    all: BTreeMap<ServerId, Server>,
    by_key: HashMap<String, ServerId>,
    next: u64,
}

/// What makes two requests the same transaction (RFC 3261 17.2.3). `method` is INVITE to find the transaction an ACK or
/// CANCEL is about. `None` when the request has no readable Via.
pub(crate) fn server_key(message: &Message, method: Method) -> Option<String> {
    let via = message.via()?;
    let name = if method == Method::Other { message.method_text() } else { method.as_str() };
    let mut key = format!("{name} {}:{} ", via.host.to_ascii_lowercase(), via.port.unwrap_or(5060));
    match via.branch() {
        Some(branch) if branch.starts_with("z9hG4bK") => key.push_str(branch),
        // Without the cookie the branch promises nothing: what RFC 2543 compared identifies the request.
        other => {
            let from = message.from().and_then(|f| f.tag()).unwrap_or_default();
            let number = message.cseq().map_or(0, |c| c.number);
            let call = message.call_id().unwrap_or_default();
            key.extend([other.unwrap_or_default(), "|", call, "|", from, "|", &number.to_string()]);
        }
    }
    Some(key)
}

impl Servers {
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    pub(crate) fn find(&self, key: &str) -> Option<ServerId> {
        self.by_key.get(key).copied()
    }

    /// The leg of an INVITE transaction and the address its answers go to.
    pub(crate) fn leg(&self, id: ServerId) -> Option<(Option<LegId>, Path)> {
        self.all.get(&id).map(|s| (s.leg, s.path))
    }

    /// Whether our Contact in answers must be a `sips:` URI.
    pub(crate) fn is_sips(&self, id: ServerId) -> bool {
        self.all.get(&id).is_some_and(|s| s.head.is_sips())
    }

    /// The sequence number of the request; 0 when the transaction is gone.
    pub(crate) fn number(&self, id: ServerId) -> u32 {
        self.all.get(&id).map_or(0, |server| server.number)
    }

    /// Begins a transaction for a new request. `path` is where its answers go.
    pub(crate) fn start(&mut self, io: &Io, key: String, message: &Message, path: Path, head: Head, leg: Option<LegId>) -> ServerId {
        self.next += 1;
        let id = ServerId(self.next);
        self.by_key.insert(key.clone(), id);
        let server = Server {
            key,
            invite: message.method() == Method::Invite,
            path,
            head,
            number: message.cseq().map_or(0, |cseq| cseq.number),
            leg,
            state: State::Proceeding,
            last: None,
            interval: io.config.t1,
            retry: None,
            limit: None,
        };
        self.all.insert(id, server);
        id
    }

    /// Begins an answer; finish it with [`Servers::reply`]. `None` when the transaction is gone.
    pub(crate) fn begin(&self, id: ServerId, code: u16, reason: Option<&str>, dialog: bool) -> Option<Writer> {
        Some(self.all.get(&id)?.head.response(code, reason, dialog))
    }

    /// Sends an answer and moves on. A second final answer is not sent. Returns where it went.
    pub(crate) fn reply(&mut self, now: Now, io: &mut Io, id: ServerId, code: u16, bytes: Bytes) -> Option<Path> {
        let server = self.all.get_mut(&id).filter(|s| s.state == State::Proceeding)?;
        let path = server.path;
        io.send(path, bytes.clone());
        server.last = Some(bytes);
        if code < 200 {
            return Some(path);
        }
        let udp = path.transport == Transport::Udp;
        if server.invite && code < 300 {
            server.state = State::Accepted;
            server.last = None;
        } else {
            server.state = State::Completed;
        }
        if !server.invite && !udp {
            // RFC 3261 17.2.2: timer J is zero on reliable transports.
            self.remove(io, id);
            return Some(path);
        }
        if server.state == State::Completed && server.invite && udp {
            io.timers.set(&mut server.retry, now.tick + server.interval, Timer::ServerRetry(id));
        }
        let linger = io.config.t1_64();
        io.timers.set(&mut server.limit, now.tick + linger, Timer::ServerLimit(id));
        Some(path)
    }

    /// The request came again: the last answer is repeated, except a 2xx to INVITE, which the dialog repeats.
    pub(crate) fn again(&mut self, io: &mut Io, id: ServerId) {
        let Some(server) = self.all.get(&id) else { return };
        match (server.state, &server.last) {
            (State::Proceeding | State::Completed, Some(last)) => io.send(server.path, last.clone()),
            (State::Proceeding | State::Completed, None) | (State::Accepted | State::Confirmed, _) => {}
        }
    }

    /// An ACK with the INVITE's branch came. True when it was for a refusal and ends here.
    pub(crate) fn ack(&mut self, now: Now, io: &mut Io, id: ServerId) -> bool {
        let Some(server) = self.all.get_mut(&id) else { return false };
        match server.state {
            State::Completed => {
                // RFC 3261 17.2.1: the ACK stops timers G and H; timer I then absorbs repeated ACKs.
                server.state = State::Confirmed;
                io.timers.clear(&mut server.retry);
                if server.path.transport == Transport::Udp {
                    let linger = io.config.t4;
                    io.timers.set(&mut server.limit, now.tick + linger, Timer::ServerLimit(id));
                } else {
                    self.remove(io, id);
                }
                true
            }
            State::Confirmed => true,
            State::Proceeding | State::Accepted => false,
        }
    }

    /// Timer G.
    pub(crate) fn retry(&mut self, now: Now, io: &mut Io, id: ServerId) {
        let Some(server) = self.all.get_mut(&id) else { return };
        server.retry = None;
        let (State::Completed, Some(last)) = (server.state, &server.last) else { return };
        io.send(server.path, last.clone());
        server.interval = (server.interval * 2).min(io.config.t2);
        io.timers.set(&mut server.retry, now.tick + server.interval, Timer::ServerRetry(id));
    }

    /// Timers H, I, J and L.
    pub(crate) fn limit(&mut self, io: &mut Io, id: ServerId) {
        self.remove(io, id);
    }

    fn remove(&mut self, io: &mut Io, id: ServerId) {
        if let Some(mut server) = self.all.remove(&id) {
            io.timers.clear(&mut server.retry);
            io.timers.clear(&mut server.limit);
            self.by_key.remove(&server.key);
        }
    }
}

/// Where answers to a request go (RFC 3261 18.2.2, RFC 3581 4): the same stream; for UDP the source address, with the
/// source port when `rport` was asked for, else the port of the Via.
pub(crate) fn reply_path(path: Path, message: &Message) -> Path {
    let Some(via) = message.via().filter(|via| path.transport == Transport::Udp && !via.wants_rport()) else { return path };
    let mut path = path;
    path.remote.set_port(via.port.unwrap_or(5060));
    path
}

/// The Via header exists and can be read: without it there is nowhere to answer to.
pub(crate) fn answerable(message: &Message) -> bool {
    message.count(Name::Via) > 0 && message.via().is_some()
}
