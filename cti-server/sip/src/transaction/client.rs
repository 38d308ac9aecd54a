//! Client transactions (RFC 3261 17.1, RFC 6026 8.4): retransmission, time-outs, ACK of refusals and of repeated 2xx.

use super::{ClientId, ClientUse};
use crate::api::{Path, Transport};
use crate::io::Io;
use crate::message::{CSeq, Message, Method, Name, Writer};
use crate::timers::{Slot, Timer};
use bytes::Bytes;
use cti_types::Now;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// Most different To tags of 2xx whose ACK is kept in one transaction; those of further forks are not answered again.
const FORKS_MAX: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// `Calling` of the INVITE machine, `Trying` of the other.
    Trying,
    Proceeding,
    /// RFC 6026 7.2: a 2xx came; more may come.
    Accepted,
    Completed,
}

#[derive(Debug)]
struct Client {
    usage: ClientUse,
    branch: String,
    method: Method,
    path: Path,
    request: Bytes,
    state: State,
    interval: Duration,
    retry: Slot,
    limit: Slot,
    /// Whether Timer B goes on in Proceeding. Initial INVITEs are bounded by their ring time instead.
    bounded: bool,
    /// ACK of each 2xx by To tag.
    acks: Vec<(String, Bytes, Path)>,
    /// ACK of the refusal.
    refusal_ack: Option<Bytes>,
}

/// A response the user of the transaction must see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delivered {
    pub(crate) id: ClientId,
    pub(crate) usage: ClientUse,
}

/// A transaction that ended without a word from the far side, or after its last linger timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) usage: ClientUse,
    /// `Some(408)` for a time-out, `Some(503)` for a failed transport (RFC 3261 8.1.3.1), `None` after an orderly end.
    pub(crate) failure: Option<u16>,
}

#[derive(Debug, Default)]
pub(crate) struct Clients {
    all: BTreeMap<ClientId, Client>,
    by_branch: HashMap<(String, Method), ClientId>,
    next: u64,
}

impl Clients {
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// Sends a request and starts its machine.
    pub(crate) fn start(
        &mut self,
        now: Now,
        io: &mut Io,
        usage: ClientUse,
        method: Method,
        branch: String,
        path: Path,
        request: Bytes,
    ) -> ClientId {
        self.next += 1;
        let id = ClientId(self.next);
        let mut client = Client {
            usage,
            branch: branch.clone(),
            method,
            path,
            request,
            state: State::Trying,
            interval: io.config.t1,
            retry: None,
            limit: None,
            bounded: !matches!(usage, ClientUse::Attempt(_)),
            acks: Vec::new(),
            refusal_ack: None,
        };
        io.send(path, client.request.clone());
        if path.transport == Transport::Udp {
            io.timers.set(&mut client.retry, now.tick + client.interval, Timer::ClientRetry(id));
        }
        let limit = io.config.t1_64();
        io.timers.set(&mut client.limit, now.tick + limit, Timer::ClientLimit(id));
        self.by_branch.insert((branch, method), id);
        self.all.insert(id, client);
        id
    }

    /// A response came in. What is new to the user of its transaction is delivered; the rest is dealt with here.
    pub(crate) fn response(&mut self, now: Now, io: &mut Io, path: Path, message: &Message) -> Option<Delivered> {
        let branch = message.via()?.branch()?;
        let id = *self.by_branch.get(&(branch.to_owned(), message.cseq()?.method))?;
        let client = self.all.get_mut(&id)?;
        if path.transport == client.path.transport && path.remote == client.path.remote {
            // From now on this transaction knows the stream the shell opened for it.
            client.path = path;
        }
        let usage = client.usage;
        let deliver = if client.method == Method::Invite {
            client.invite_response(now, io, id, message)
        } else {
            client.plain_response(now, io, id, message)
        };
        if client.state == State::Completed && client.path.transport != Transport::Udp {
            // RFC 3261 17.1.1.2 and 17.1.2.2: timers D and K are zero on reliable transports.
            self.remove(io, id);
        }
        deliver.then_some(Delivered { id, usage })
    }

    /// Sends the ACK of a 2xx and keeps it for retransmissions of that 2xx.
    pub(crate) fn acknowledge(&mut self, io: &mut Io, id: ClientId, tag: &str, path: Path, ack: Bytes) {
        io.send(path, ack.clone());
        if let Some(client) = self.all.get_mut(&id).filter(|c| c.acks.len() < FORKS_MAX) {
            client.acks.push((tag.to_owned(), ack, path));
        }
    }

    /// CANCEL of an INVITE (RFC 3261 9.1), in a transaction of its own, with a Reason (RFC 3326).
    pub(crate) fn cancel(&mut self, now: Now, io: &mut Io, id: ClientId, reason: Option<&str>) {
        let Some(client) = self.all.get(&id).filter(|c| matches!(c.state, State::Trying | State::Proceeding)) else { return };
        let Some(mut writer) = derived(&client.request, Method::Cancel, None) else { return };
        if let Some(reason) = reason {
            writer.header("Reason", reason);
        }
        let (branch, path) = (client.branch.clone(), client.path);
        self.start(now, io, ClientUse::Nobody, Method::Cancel, branch, path, writer.finish(None));
    }

    /// Timers A and E.
    pub(crate) fn retry(&mut self, now: Now, io: &mut Io, id: ClientId) {
        let Some(client) = self.all.get_mut(&id) else { return };
        client.retry = None;
        let invite = client.method == Method::Invite;
        if matches!(client.state, State::Accepted | State::Completed) || (invite && client.state == State::Proceeding) {
            return;
        }
        io.send(client.path, client.request.clone());
        client.interval = match client.state {
            // RFC 3261 17.1.1.2: timer A doubles without a ceiling; 17.1.2.2: timer E up to T2, in Proceeding always T2.
            State::Trying if invite => client.interval * 2,
            State::Trying => (client.interval * 2).min(io.config.t2),
            State::Proceeding | State::Accepted | State::Completed => io.config.t2,
        };
        io.timers.set(&mut client.retry, now.tick + client.interval, Timer::ClientRetry(id));
    }

    /// Timers B, D, F, K and M.
    pub(crate) fn limit(&mut self, io: &mut Io, id: ClientId) -> Option<Done> {
        let client = self.remove(io, id)?;
        let failure = matches!(client.state, State::Trying | State::Proceeding).then_some(408);
        Some(Done { usage: client.usage, failure })
    }

    /// Forgets a transaction without a word: its user gave up.
    pub(crate) fn destroy(&mut self, io: &mut Io, id: ClientId) {
        self.remove(io, id);
    }

    /// The shell could not send on `path`: all that wait for an answer over it have failed.
    pub(crate) fn failed(&mut self, io: &mut Io, path: Path) -> Vec<Done> {
        let same = |c: &Client| {
            let streams_differ = matches!((c.path.stream, path.stream), (Some(a), Some(b)) if a != b);
            c.path.transport == path.transport && c.path.remote == path.remote && !streams_differ
        };
        let waits = |c: &Client| c.state == State::Trying || (c.state == State::Proceeding && c.method != Method::Invite);
        // An ICMP error may be forged or pass: what ends a call keeps trying until timer F, or the far side keeps the call.
        let ends = |c: &Client| matches!(c.usage, ClientUse::Bye(_) | ClientUse::Nobody) && c.path.transport == Transport::Udp;
        let ids: Vec<ClientId> = self.all.iter().filter(|(_, c)| same(c) && waits(c) && !ends(c)).map(|(id, _)| *id).collect();
        ids.into_iter().filter_map(|id| self.remove(io, id)).map(|c| Done { usage: c.usage, failure: Some(503) }).collect()
    }

    fn remove(&mut self, io: &mut Io, id: ClientId) -> Option<Client> {
        let mut client = self.all.remove(&id)?;
        io.timers.clear(&mut client.retry);
        io.timers.clear(&mut client.limit);
        self.by_branch.remove(&(client.branch.clone(), client.method));
        Some(client)
    }
}

impl Client {
    fn invite_response(&mut self, now: Now, io: &mut Io, id: ClientId, message: &Message) -> bool {
        match (self.state, message.code()) {
            (State::Trying | State::Proceeding, 100..=199) => {
                self.state = State::Proceeding;
                io.timers.clear(&mut self.retry);
                if !self.bounded {
                    io.timers.clear(&mut self.limit);
                }
                true
            }
            (State::Trying | State::Proceeding, 200..=299) => {
                self.state = State::Accepted;
                io.timers.clear(&mut self.retry);
                let linger = io.config.t1_64();
                io.timers.set(&mut self.limit, now.tick + linger, Timer::ClientLimit(id));
                true
            }
            (State::Accepted, 200..=299) => {
                let tag = message.to().and_then(|to| to.tag()).unwrap_or_default();
                match self.acks.iter().find(|(known, _, _)| known == tag) {
                    Some((_, ack, path)) => {
                        io.send(*path, ack.clone());
                        false
                    }
                    None => self.acks.len() < FORKS_MAX,
                }
            }
            (State::Trying | State::Proceeding, _) => {
                self.state = State::Completed;
                io.timers.clear(&mut self.retry);
                // RFC 3261 17.1.1.2: timer D is at least 32 s.
                let linger = io.config.t1_64().max(Duration::from_secs(32));
                io.timers.set(&mut self.limit, now.tick + linger, Timer::ClientLimit(id));
                self.refusal_ack = derived(&self.request, Method::Ack, message.get(Name::To)).map(|w| w.finish(None));
                self.send_refusal_ack(io);
                true
            }
            (State::Completed, 300..) => {
                self.send_refusal_ack(io);
                false
            }
            (State::Accepted | State::Completed, _) => false,
        }
    }

    fn send_refusal_ack(&self, io: &mut Io) {
        if let Some(ack) = &self.refusal_ack {
            io.send(self.path, ack.clone());
        }
    }

    fn plain_response(&mut self, now: Now, io: &mut Io, id: ClientId, message: &Message) -> bool {
        match (self.state, message.code()) {
            (State::Trying | State::Proceeding, 100..=199) => {
                self.state = State::Proceeding;
                true
            }
            (State::Trying | State::Proceeding, _) => {
                self.state = State::Completed;
                io.timers.clear(&mut self.retry);
                let linger = io.config.t4;
                io.timers.set(&mut self.limit, now.tick + linger, Timer::ClientLimit(id));
                true
            }
            (State::Accepted | State::Completed, _) => false,
        }
    }
}

/// ACK of a refusal (RFC 3261 17.1.1.3) or CANCEL (9.1): same Request-URI, Via, Route, From, Call-ID and number as the request.
fn derived(request: &Bytes, method: Method, to: Option<&str>) -> Option<Writer> {
    let request = Message::parse(request).ok()?;
    let CSeq { number, .. } = request.cseq()?;
    let mut writer = Writer::request(method.as_str(), request.request_uri());
    writer.header("Via", request.values(Name::Via).next()?);
    for route in request.lines(Name::Route) {
        writer.header("Route", route);
    }
    writer
        .header("Max-Forwards", 70)
        .header("From", request.get(Name::From)?)
        .header("To", to.or(request.get(Name::To))?)
        .header("Call-ID", request.call_id()?)
        .header("CSeq", format_args!("{number} {}", method.as_str()));
    Some(writer)
}
