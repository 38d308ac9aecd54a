//! A user agent: one signalling socket for any number of callers and phones; transactions of RFC 3261 17 in their basics. Calls live in `call`.

use crate::callee::IncomingCall;
use crate::error::PhoneError;
use crate::lock;
use crate::media::MediaThread;
use crate::message::{self, all, branch_of, cseq_of, first, header, param, unique};
use crate::transaction::ClientTransaction;
use crate::wire::{Transport, Wire};
use bytes::Bytes;
use rsip::{Method, Request, Response, SipMessage};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Calls that rang and were not yet taken by their listener; one more is answered 503.
const INCOMING_MAX: usize = 4096;
/// In-dialog messages waiting for one call; more are dropped and come again.
const MAILBOX_MAX: usize = 32;

/// How an agent is set up.
#[derive(Clone, Debug)]
pub struct AgentOptions {
    pub transport: Transport,
    /// Estimate of the round trip; retransmissions start after it, transactions give up after 64 of it (RFC 3261 17.1.1.1).
    pub t1: Duration,
    /// The thread that carries the media; `None` starts one for this agent.
    pub media: Option<MediaThread>,
}

impl Default for AgentOptions {
    fn default() -> Self {
        Self { transport: Transport::Udp, t1: Duration::from_millis(500), media: None }
    }
}

/// What went over an agent's socket so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgentCounts {
    /// Messages that came and went, retransmissions included.
    pub received: u64,
    pub sent: u64,
    /// Messages sent again because no answer came.
    pub sent_again: u64,
    /// Requests that came again.
    pub came_again: u64,
    /// Messages rsip refused to read.
    pub unreadable: u64,
}

/// A user agent endpoint. Cheap to clone; its socket closes when the last clone and the last call are gone.
#[derive(Clone, Debug)]
pub struct UserAgent {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    wire: Wire,
    pub(crate) local: SocketAddr,
    pub(crate) media: MediaThread,
    pub(crate) t1: Duration,
    tables: Mutex<Tables>,
    received: AtomicU64,
    sent: AtomicU64,
    sent_again: AtomicU64,
    came_again: AtomicU64,
    unreadable: AtomicU64,
}

/// What a call is told by the agent.
#[derive(Debug)]
pub(crate) enum Mail {
    Request(Box<Request>, SocketAddr),
    Ack(Box<Request>),
    Cancel,
}

#[derive(Debug, Default)]
struct Tables {
    clients: HashMap<String, Client>,
    servers: HashMap<String, Server>,
    dialogs: HashMap<(String, String), mpsc::Sender<Mail>>,
    listeners: HashMap<String, mpsc::Sender<IncomingCall>>,
    anyone: Option<mpsc::Sender<IncomingCall>>,
    /// Oldest first, all with the same life: 64 × T1.
    fading: VecDeque<(Instant, Fading)>,
}

#[derive(Debug)]
enum Fading {
    Client(String),
    Server(String),
}

#[derive(Debug)]
struct Client {
    responses: mpsc::Sender<Response>,
    invite: Option<Box<Request>>,
    to: SocketAddr,
    finished: bool,
    ack: Option<Bytes>,
}

#[derive(Debug)]
struct Server {
    last: Option<Bytes>,
    mailbox: Option<mpsc::Sender<Mail>>,
}

/// The incoming calls of one user, or of everyone not listened to by name.
#[derive(Debug)]
pub struct IncomingCalls(mpsc::Receiver<IncomingCall>);

impl IncomingCalls {
    /// The next call; `None` when another listener took this one's place.
    pub async fn recv(&mut self) -> Option<IncomingCall> {
        self.0.recv().await
    }
}

impl UserAgent {
    /// A UDP agent on this address (port 0: any free one) with its own media thread. Needs a running Tokio runtime.
    pub async fn bind(addr: SocketAddr) -> Result<Self, PhoneError> {
        Self::bind_with(addr, AgentOptions::default()).await
    }

    /// An agent set up otherwise.
    pub async fn bind_with(addr: SocketAddr, options: AgentOptions) -> Result<Self, PhoneError> {
        let (wire, local, mut arrivals) = Wire::bind(options.transport, addr).await.map_err(PhoneError::Socket)?;
        let media = match options.media {
            Some(media) => media,
            None => MediaThread::start().map_err(PhoneError::Socket)?,
        };
        let inner = Arc::new(Inner {
            wire,
            local,
            media,
            t1: options.t1,
            tables: Mutex::default(),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            sent_again: AtomicU64::new(0),
            came_again: AtomicU64::new(0),
            unreadable: AtomicU64::new(0),
        });
        let weak: Weak<Inner> = Arc::downgrade(&inner);
        tokio::spawn(async move {
            let mut sweep = tokio::time::interval(Duration::from_secs(1));
            loop {
                tokio::select! {
                    arrival = arrivals.recv() => {
                        let (Some((bytes, from)), Some(inner)) = (arrival, weak.upgrade()) else { return };
                        inner.arrived(&bytes, from);
                    }
                    now = sweep.tick() => {
                        let Some(inner) = weak.upgrade() else { return };
                        inner.sweep(now.into_std());
                    }
                }
            }
        });
        Ok(Self { inner })
    }

    /// The address of the signalling socket.
    pub fn local_addr(&self) -> SocketAddr {
        self.inner.local
    }

    /// The media thread, to share it with another agent.
    pub fn media_thread(&self) -> MediaThread {
        self.inner.media.clone()
    }

    /// Takes all calls nobody listens to by name; a later listener takes the place of an earlier one.
    pub fn incoming(&self) -> IncomingCalls {
        let (calls, inbox) = mpsc::channel(INCOMING_MAX);
        lock(&self.inner.tables).anyone = Some(calls);
        IncomingCalls(inbox)
    }

    /// Takes the calls whose request URI has this user part.
    pub fn incoming_for(&self, user: &str) -> IncomingCalls {
        let (calls, inbox) = mpsc::channel(INCOMING_MAX);
        lock(&self.inner.tables).listeners.insert(user.to_owned(), calls);
        IncomingCalls(inbox)
    }

    /// What went over the socket so far.
    pub fn counts(&self) -> AgentCounts {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let inner = &self.inner;
        AgentCounts {
            received: get(&inner.received),
            sent: get(&inner.sent),
            sent_again: get(&inner.sent_again),
            came_again: get(&inner.came_again),
            unreadable: get(&inner.unreadable),
        }
    }

    /// Sends OPTIONS and gives the status of the answer.
    ///
    /// # Errors
    /// `Timeout` when none comes.
    pub async fn options(&self, target: SocketAddr) -> Result<u16, PhoneError> {
        let uri = format!("sip:{target}");
        let headers = vec![
            header("Max-Forwards", "70"),
            header("From", format!("<sip:probe@{}>;tag={:x}", self.inner.local, unique())),
            header("To", format!("<{uri}>")),
            header("Call-ID", format!("{:016x}", unique())),
            header("CSeq", "1 OPTIONS"),
        ];
        Ok(self.inner.start(Method::Options, &uri, headers, Vec::new(), target).finish().await?.status_code.code())
    }
}

impl Inner {
    /// The Contact of a user of this agent.
    pub(crate) fn contact(&self, user: &str) -> String {
        let transport = if self.wire.reliable() { ";transport=tcp" } else { "" };
        format!("<sip:{user}@{}{transport}>", self.local)
    }

    pub(crate) fn send(&self, bytes: &Bytes, to: SocketAddr) {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.wire.send(bytes, to);
    }

    /// Sends again what was not answered; nothing over a reliable transport.
    pub(crate) fn send_again(&self, bytes: &Bytes, to: SocketAddr) {
        if !self.wire.reliable() {
            self.sent_again.fetch_add(1, Ordering::Relaxed);
            self.send(bytes, to);
        }
    }

    pub(crate) fn via(&self, branch: &str) -> rsip::Header {
        header("Via", format!("SIP/2.0/{} {};branch={branch};rport", self.wire.name(), self.local))
    }

    /// Starts a client transaction with a branch of its own.
    pub(crate) fn start(
        self: &Arc<Self>,
        method: Method,
        uri: &str,
        headers: Vec<rsip::Header>,
        body: Vec<u8>,
        to: SocketAddr,
    ) -> ClientTransaction {
        self.start_with(&message::new_branch(), method, uri, headers, body, to)
    }

    /// Starts a client transaction; a CANCEL brings the branch of its INVITE.
    pub(crate) fn start_with(
        self: &Arc<Self>,
        branch: &str,
        method: Method,
        uri: &str,
        mut headers: Vec<rsip::Header>,
        body: Vec<u8>,
        to: SocketAddr,
    ) -> ClientTransaction {
        headers.insert(0, self.via(branch));
        let request = message::request(method, uri, headers, body);
        let bytes = Bytes::from(request.to_string());
        let (responses, inbox) = mpsc::channel(16);
        let invite = method == Method::Invite;
        let key = format!("{branch} {method}");
        let client = Client { responses, invite: invite.then(|| Box::new(request)), to, finished: false, ack: None };
        let now = Instant::now();
        {
            let mut tables = lock(&self.tables);
            tables.clients.insert(key.clone(), client);
            tables.fading.push_back((now + self.t1 * 64, Fading::Client(key.clone())));
        }
        self.send(&bytes, to);
        ClientTransaction::new(self.clone(), branch, key, bytes, to, invite, inbox)
    }

    /// Remembers the ACK of a 2xx, to be sent again when the 2xx comes again (RFC 3261 13.2.2.4).
    pub(crate) fn keep_ack(&self, key: &str, ack: Bytes) {
        if let Some(client) = lock(&self.tables).clients.get_mut(key) {
            client.ack = Some(ack);
        }
    }

    /// Opens the mailbox of a dialog.
    pub(crate) fn open_dialog(&self, call_id: &str, tag: &str) -> mpsc::Receiver<Mail> {
        let (mailbox, inbox) = mpsc::channel(MAILBOX_MAX);
        lock(&self.tables).dialogs.insert((call_id.to_owned(), tag.to_owned()), mailbox);
        inbox
    }

    pub(crate) fn close_dialog(&self, call_id: &str, tag: &str) {
        lock(&self.tables).dialogs.remove(&(call_id.to_owned(), tag.to_owned()));
    }

    /// Answers a request; the answer is sent again whenever the request comes again.
    pub(crate) fn respond(&self, request: &Request, from: SocketAddr, bytes: Bytes) {
        if let Some(key) = server_key(request)
            && let Some(server) = lock(&self.tables).servers.get_mut(&key)
        {
            server.last = Some(bytes.clone());
        }
        self.send(&bytes, from);
    }

    pub(crate) fn refuse(&self, request: &Request, from: SocketAddr, code: u16) {
        self.respond(request, from, message::response(request, code, &format!("{:x}", unique()), Vec::new(), Vec::new()));
    }

    fn arrived(self: &Arc<Self>, bytes: &Bytes, from: SocketAddr) {
        self.received.fetch_add(1, Ordering::Relaxed);
        match message::parse(bytes) {
            Ok(SipMessage::Request(request)) => self.request(request, from),
            Ok(SipMessage::Response(response)) => self.response(response),
            Err(error) => {
                self.unreadable.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(%error, "unreadable message");
            }
        }
    }

    fn response(&self, response: Response) {
        let Some(branch) = branch_of(&response.headers) else { return };
        let Some((_, method)) = cseq_of(&response.headers) else { return };
        let key = format!("{branch} {method}");
        let code = response.status_code.code();
        let mut tables = lock(&self.tables);
        let Some(client) = tables.clients.get_mut(&key) else { return };
        let again = client.finished && code >= 200;
        client.finished |= code >= 200;
        let (to, mut ack) = (client.to, None);
        if let Some(invite) = &client.invite
            && code >= 300
        {
            ack = Some(ack_refusal(invite, &response));
        } else if again {
            ack = client.ack.clone();
        }
        if !again {
            let _ = client.responses.try_send(response);
        }
        drop(tables);
        if let Some(ack) = ack {
            self.send(&ack, to);
        }
    }

    fn request(self: &Arc<Self>, request: Request, from: SocketAddr) {
        let call_id = first(&request.headers, "Call-ID").unwrap_or_default().to_owned();
        let to_tag = first(&request.headers, "To").and_then(|to| param(to, "tag")).map(str::to_owned);
        if request.method == Method::Ack {
            let dialog = (call_id, to_tag.unwrap_or_default());
            if let Some(mailbox) = lock(&self.tables).dialogs.get(&dialog) {
                let _ = mailbox.try_send(Mail::Ack(Box::new(request)));
            }
            return;
        }
        let Some(key) = server_key(&request) else { return };
        if !self.new_server(&key, from) {
            return;
        }
        match (request.method, to_tag) {
            (Method::Cancel, _) => self.cancel(&request, from),
            (_, Some(tag)) => {
                let mailbox = lock(&self.tables).dialogs.get(&(call_id, tag)).cloned();
                match mailbox {
                    Some(mailbox) => {
                        // A full mailbox forgets the transaction, so that the retransmission is taken for new.
                        if mailbox.try_send(Mail::Request(Box::new(request), from)).is_err() {
                            lock(&self.tables).servers.remove(&key);
                        }
                    }
                    None => self.refuse(&request, from, 481),
                }
            }
            (Method::Options, None) => {
                let extra = vec![header("Allow", crate::call::ALLOW), header("Accept", "application/sdp")];
                self.respond(&request, from, message::response(&request, 200, &format!("{:x}", unique()), extra, Vec::new()));
            }
            (Method::Invite, None) => self.invited(request, from, &key),
            (_, None) => self.refuse(&request, from, 405),
        }
    }

    /// False when the request came before; the last answer then goes out again.
    fn new_server(&self, key: &str, from: SocketAddr) -> bool {
        let mut tables = lock(&self.tables);
        if let Some(server) = tables.servers.get(key) {
            let last = server.last.clone();
            drop(tables);
            self.came_again.fetch_add(1, Ordering::Relaxed);
            if let Some(last) = last {
                self.send(&last, from);
            }
            return false;
        }
        tables.servers.insert(key.to_owned(), Server { last: None, mailbox: None });
        tables.fading.push_back((Instant::now() + self.t1 * 64, Fading::Server(key.to_owned())));
        true
    }

    fn cancel(&self, request: &Request, from: SocketAddr) {
        let invite = branch_of(&request.headers).map(|branch| format!("{branch} INVITE"));
        let mailbox = invite.and_then(|key| lock(&self.tables).servers.get(&key).and_then(|server| server.mailbox.clone()));
        self.refuse(request, from, if mailbox.is_some() { 200 } else { 481 });
        if let Some(mailbox) = mailbox {
            let _ = mailbox.try_send(Mail::Cancel);
        }
    }

    fn invited(self: &Arc<Self>, request: Request, from: SocketAddr, key: &str) {
        if let Some(unknown) = first(&request.headers, "Require") {
            // RFC 3261 8.2.2.3. We know no extension, so whatever is required is unknown.
            let extra = vec![header("Unsupported", unknown)];
            self.respond(&request, from, message::response(&request, 420, &format!("{:x}", unique()), extra, Vec::new()));
            return;
        }
        let uri = request.uri.to_string();
        let listener = {
            let tables = lock(&self.tables);
            tables.listeners.get(message::user_of(&uri)).or(tables.anyone.as_ref()).cloned()
        };
        let Some(listener) = listener else { return self.refuse(&request, from, 404) };
        let Ok(place) = listener.try_reserve() else { return self.refuse(&request, from, 503) };
        let tag = format!("{:016x}", unique());
        let call_id = first(&request.headers, "Call-ID").unwrap_or_default().to_owned();
        let inbox = self.open_dialog(&call_id, &tag);
        {
            let mut tables = lock(&self.tables);
            let mailbox = tables.dialogs.get(&(call_id, tag.clone())).cloned();
            if let Some(server) = tables.servers.get_mut(key) {
                server.mailbox = mailbox;
            }
        }
        self.respond(&request, from, message::response(&request, 100, &tag, Vec::new(), Vec::new()));
        place.send(IncomingCall::new(UserAgent { inner: self.clone() }, request, from, tag, inbox));
    }

    /// Forgets transactions whose time is over.
    fn sweep(&self, now: Instant) {
        let mut tables = lock(&self.tables);
        while let Some((at, _)) = tables.fading.front() {
            if *at > now {
                return;
            }
            match tables.fading.pop_front() {
                Some((_, Fading::Client(key))) => {
                    let waits = tables.clients.get(&key).is_some_and(|client| !client.finished && !client.responses.is_closed());
                    if waits {
                        // A call that still rings; it gets the same life once more.
                        tables.fading.push_back((now + self.t1 * 64, Fading::Client(key)));
                    } else {
                        tables.clients.remove(&key);
                    }
                }
                Some((_, Fading::Server(key))) => {
                    let rings = tables.servers.get(&key).is_some_and(|s| s.mailbox.as_ref().is_some_and(|mailbox| !mailbox.is_closed()));
                    if rings {
                        tables.fading.push_back((now + self.t1 * 64, Fading::Server(key)));
                    } else {
                        tables.servers.remove(&key);
                    }
                }
                None => return,
            }
        }
    }
}

fn server_key(request: &Request) -> Option<String> {
    Some(format!("{} {}", branch_of(&request.headers)?, request.method))
}

/// RFC 3261 17.1.1.3: the ACK of a refusal has the INVITE's branch, URI, From and Call-ID, and the response's To.
fn ack_refusal(invite: &Request, response: &Response) -> Bytes {
    let mut headers = Vec::new();
    if let Some(via) = first(&invite.headers, "Via") {
        headers.push(header("Via", via));
    }
    headers.push(header("Max-Forwards", "70"));
    for (name, from) in [("From", &invite.headers), ("To", &response.headers), ("Call-ID", &invite.headers)] {
        headers.extend(first(from, name).map(|value| header(name, value)));
    }
    headers.extend(all(&invite.headers, "Route").map(|route| header("Route", route)));
    let number = cseq_of(&invite.headers).map_or(1, |(number, _)| number);
    headers.push(header("CSeq", format!("{number} ACK")));
    Bytes::from(message::request(Method::Ack, &invite.uri.to_string(), headers, Vec::new()).to_string())
}
