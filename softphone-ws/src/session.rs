//! One open socket: greeting, reading with its limits, writing at the client's pace, closing. It holds no state of calls or agents.

use crate::auth::{Identity, MayFollow};
use crate::gateway::{FromGateway, Shell};
use crate::hub::{Hub, Seat, Session};
use crate::limit::Bucket;
use crate::topic::TopicKey;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use cti_types::Utc;
use futures_util::stream::SplitSink;
use futures_util::{Sink, SinkExt, StreamExt};
use softphone_protocol::{At, BadMessage, ClientMessage, ErrorCode, Outcome, SUBPROTOCOL, ServerMessage, Topic, WireError};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::{Instant, sleep_until, timeout};

/// Why a socket ends. The client gets the close code and text (RFC 6455 7.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// 1000: the client closed it, or the network did.
    Gone,
    /// 1001: the server goes down; come back in a moment.
    Shutdown,
    /// 1002: a frame could not be read or was far too long.
    Unreadable,
    /// 1008: nothing but refused messages.
    Abuse,
    /// 1013: the client reads too slowly; come back.
    TooSlow,
    /// 4401: the login behind it has ended; sign in again.
    LoginEnded,
    /// 4408: nothing was heard from the client, or no hello.
    Silent,
    /// 4409: roles or settings changed; come back to get the new ones.
    Renew,
}

impl End {
    /// The WebSocket close code.
    pub fn code(self) -> u16 {
        match self {
            End::Gone => 1000,
            End::Shutdown => 1001,
            End::Unreadable => 1002,
            End::Abuse => 1008,
            End::TooSlow => 1013,
            End::LoginEnded => 4401,
            End::Silent => 4408,
            End::Renew => 4409,
        }
    }

    fn text(self) -> &'static str {
        match self {
            End::Gone => "",
            End::Shutdown => "server going down",
            End::Unreadable => "unreadable or far too long",
            End::Abuse => "too many refused messages",
            End::TooSlow => "reading too slowly",
            End::LoginEnded => "the login has ended; sign in again",
            End::Silent => "no sign of life",
            End::Renew => "roles or settings have changed; connect again",
        }
    }
}

/// Messages refused in a row before the socket is closed. Bounds what a client that ignores every refusal costs.
const REFUSED_IN_A_ROW_MAX: u32 = 100;
/// Bytes taken from topics at a time: what a slow socket holds beyond the shared deltas is this and one message.
const BATCH_BYTES: usize = 64 * 1024;
/// How long the closing handshake may take.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

/// Milliseconds since the Unix epoch.
#[allow(clippy::disallowed_methods, reason = "the gateway is shell: it tells clients the server's time")]
pub(crate) fn utc_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Utc(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)).ms()
}

/// Lives as long as the socket.
pub(crate) async fn run(shell: Arc<Shell>, seat: Seat, identity: Identity, mut socket: WebSocket) {
    let session = Arc::clone(&seat.session);
    // A time beyond what the clock can say is no limit.
    let login_ends = identity.expires_in.and_then(|after| Instant::now().checked_add(after));
    let hello_within = shell.hub.config.hello_within;
    let greeted = tokio::select! {
        greeted = timeout(hello_within, hello(&mut socket, shell.hub.config.message_bytes_max)) => greeted.unwrap_or(Err(End::Silent)),
        end = session.closed() => Err(end),
    };
    let end = match greeted {
        Ok(resume) => follow_and_talk(&shell, &session, &identity, login_ends, &mut socket, resume).await,
        Err(end) => end,
    };
    if end == End::TooSlow {
        shell.hub.counters.too_slow.fetch_add(1, Relaxed);
    }
    tracing::debug!(session = session.no.0, user = %session.user, code = end.code(), "socket ended");
    // The place is free before the farewell: a client that returns at once must not meet its own ghost at the limit.
    drop(seat);
    farewell(socket, end).await;
}

/// Waits for the first message that is a hello.
async fn hello(socket: &mut WebSocket, message_bytes_max: usize) -> Result<BTreeMap<Topic, At>, End> {
    for _ in 0..REFUSED_IN_A_ROW_MAX {
        let refusal = match socket.recv().await {
            None => return Err(End::Gone),
            Some(Err(_)) => return Err(End::Unreadable),
            Some(Ok(Message::Close(_))) => return Err(End::Gone),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Binary(_))) => not_text(),
            Some(Ok(Message::Text(text))) if text.len() > message_bytes_max => too_big(message_bytes_max),
            Some(Ok(Message::Text(text))) => match ClientMessage::decode(&text) {
                Ok(ClientMessage::Hello { resume }) => return Ok(resume),
                Ok(ClientMessage::Command { id, .. }) => BadMessage { id: Some(id), error: hello_first() },
                Ok(ClientMessage::Subscribe { .. } | ClientMessage::Unsubscribe { .. } | ClientMessage::Ping) => {
                    BadMessage { id: None, error: hello_first() }
                }
                Err(bad) => bad,
            },
        };
        let text = serde_json::to_string(&refused(refusal)).map_err(|_| End::Unreadable)?;
        socket.send(Message::text(text)).await.map_err(|_| End::Gone)?;
    }
    Err(End::Abuse)
}

async fn follow_and_talk(
    shell: &Shell,
    session: &Arc<Session>,
    identity: &Identity,
    login_ends: Option<Instant>,
    socket: &mut WebSocket,
    resume: BTreeMap<Topic, At>,
) -> End {
    let (no, user) = (session.no, session.user);
    let welcome = ServerMessage::Welcome {
        session: no,
        user,
        name: identity.name.clone(),
        roles: identity.roles.clone(),
        protocol: SUBPROTOCOL.to_owned(),
        server_time: utc_ms(),
        ping_every_ms: u64::try_from(shell.hub.config.ping_every.as_millis()).unwrap_or(u64::MAX),
    };
    let Ok(welcome) = serde_json::to_string(&welcome) else { return End::Unreadable };
    if shell.to_switch.send(FromGateway::Opened { session: no, user }).await.is_err() {
        return End::Shutdown;
    }
    let mut follows = resume.into_iter().map(|(topic, at)| (topic, Some(at))).collect::<BTreeMap<_, _>>();
    // `me` is always followed, first so that it is within the limit.
    let me = follows.remove(&Topic::Me).flatten();
    follow_all(shell, session, identity, std::iter::once((Topic::Me, me)).chain(follows)).await;
    let login_ended = async {
        match login_ends {
            Some(at) => sleep_until(at).await,
            None => std::future::pending().await,
        }
    };
    let end = tokio::select! {
        end = talk(shell, session, identity, socket, welcome.into()) => end,
        () = login_ended => End::LoginEnded,
    };
    // A switch that is gone needs no news.
    let _ = shell.to_switch.send(FromGateway::Closed { session: no, user }).await;
    end
}

async fn talk(shell: &Shell, session: &Arc<Session>, identity: &Identity, socket: &mut WebSocket, welcome: Utf8Bytes) -> End {
    let (mut sink, mut stream) = socket.split();
    // One task, no spawn: reading goes on while a write waits for the client.
    tokio::select! {
        end = Reader::new(shell, session, identity).run(&mut stream) => end,
        end = write(&shell.hub, session, &mut sink, welcome) => end,
        end = session.closed() => end,
        end = look_again(shell, session, identity) => end,
    }
}

/// Ends what this person follows and may not see any more.
async fn look_again(shell: &Shell, session: &Arc<Session>, identity: &Identity) -> End {
    loop {
        for key in session.doubted().await {
            // What cannot be looked up now is left for the next change.
            if sees(shell, identity, key).await == MayFollow::No && shell.hub.unfollow(session, key) {
                session.say(&ServerMessage::Refused { topic: key.wire(), error: not_yours() });
            }
        }
    }
}

/// Takes what the client sends, within its limits.
struct Reader<'a> {
    shell: &'a Shell,
    session: &'a Arc<Session>,
    identity: &'a Identity,
    bucket: Bucket,
    began: Instant,
    refused_in_a_row: u32,
}

impl<'a> Reader<'a> {
    fn new(shell: &'a Shell, session: &'a Arc<Session>, identity: &'a Identity) -> Self {
        let config = &shell.hub.config;
        let bucket = Bucket::new(config.messages_per_s, config.messages_burst);
        Reader { shell, session, identity, bucket, began: Instant::now(), refused_in_a_row: 0 }
    }

    async fn run(mut self, stream: &mut (impl futures_util::Stream<Item = Result<Message, axum::Error>> + Unpin)) -> End {
        loop {
            let heard = match timeout(self.shell.hub.config.dead_after, stream.next()).await {
                Err(_) => return End::Silent,
                Ok(None) => return End::Gone,
                Ok(Some(Err(_))) => return End::Unreadable,
                Ok(Some(Ok(message))) => message,
            };
            let done = match heard {
                Message::Text(text) => self.text(&text).await,
                Message::Binary(_) => Err(not_text()),
                Message::Ping(_) | Message::Pong(_) => continue,
                Message::Close(_) => return End::Gone,
            };
            match done {
                Ok(()) => self.refused_in_a_row = 0,
                Err(refusal) => {
                    self.session.say(&refused(refusal));
                    self.refused_in_a_row += 1;
                }
            }
            if self.refused_in_a_row >= REFUSED_IN_A_ROW_MAX {
                return End::Abuse;
            }
        }
    }

    async fn text(&mut self, text: &str) -> Result<(), BadMessage> {
        let message_bytes_max = self.shell.hub.config.message_bytes_max;
        let in_time = self.bucket.take(self.began.elapsed());
        if text.len() > message_bytes_max {
            return Err(too_big(message_bytes_max));
        }
        let message = ClientMessage::decode(text)?;
        let id = match &message {
            ClientMessage::Command { id, .. } => Some(*id),
            ClientMessage::Hello { .. } | ClientMessage::Subscribe { .. } | ClientMessage::Unsubscribe { .. } | ClientMessage::Ping => None,
        };
        if !in_time {
            return Err(BadMessage { id, error: WireError::new(ErrorCode::SlowDown, "too many messages; wait a second") });
        }
        match message {
            ClientMessage::Hello { .. } => Err(BadMessage { id, error: hello_first() }),
            ClientMessage::Subscribe { topics } => {
                follow_all(self.shell, self.session, self.identity, topics.into_iter().map(|topic| (topic, None))).await;
                Ok(())
            }
            ClientMessage::Unsubscribe { topics } => {
                for key in topics.into_iter().filter_map(|topic| self.identity.key(topic)) {
                    self.shell.hub.unfollow(self.session, key);
                }
                Ok(())
            }
            ClientMessage::Ping => {
                self.session.say(&ServerMessage::Pong { server_time: utc_ms() });
                Ok(())
            }
            ClientMessage::Command { id, command } => {
                let Some(role) = self.identity.role() else {
                    return Err(BadMessage {
                        id: Some(id),
                        error: WireError::new(ErrorCode::Forbidden, "commands are not for this login"),
                    });
                };
                let command = FromGateway::Command { session: self.session.no, user: self.session.user, role, id, command };
                self.shell.to_switch.try_send(command).map_err(|e| {
                    if matches!(e, TrySendError::Closed(_)) {
                        self.session.close(End::Shutdown);
                    }
                    BadMessage { id: Some(id), error: WireError::new(ErrorCode::Busy, "the server is busy; send it again") }
                })
            }
        }
    }
}

/// Follows what one message names; of more than a socket may follow the rest is refused without a look.
async fn follow_all(shell: &Shell, session: &Arc<Session>, identity: &Identity, topics: impl Iterator<Item = (Topic, Option<At>)> + Send) {
    let most = shell.hub.config.topics_per_socket_max;
    for (n, (topic, at)) in topics.enumerate() {
        if n < most {
            follow(shell, session, identity, topic, at).await;
        } else {
            session.say(&ServerMessage::Refused { topic, error: too_many(most) });
        }
    }
}

async fn follow(shell: &Shell, session: &Arc<Session>, identity: &Identity, topic: Topic, at: Option<At>) {
    let (hub, refuse) = (&shell.hub, |error| session.say(&ServerMessage::Refused { topic, error }));
    let Some(key): Option<TopicKey> = identity.key(topic) else { return refuse(not_yours()) };
    // Before anything is looked up for it: one message may name many topics.
    if hub.has_room(session, key) {
        match sees(shell, identity, key).await {
            MayFollow::Yes => {}
            MayFollow::No => return refuse(not_yours()),
            MayFollow::NotNow => return refuse(WireError::new(ErrorCode::Busy, "it cannot be looked up now; send it again")),
        }
        if hub.follow(session, key, at) {
            return;
        }
    }
    refuse(too_many(hub.config.topics_per_socket_max));
}

fn too_many(most: usize) -> WireError {
    WireError::new(ErrorCode::TooManyTopics, format!("at most {most} topics on one socket"))
}

async fn sees(shell: &Shell, identity: &Identity, key: TopicKey) -> MayFollow {
    match key {
        TopicKey::Customer(customer) => shell.authenticator.sees_customer(identity, customer).await,
        TopicKey::Me(_) | TopicKey::MyWork(_) | TopicKey::Queue(_) | TopicKey::Team(_) | TopicKey::Floor => MayFollow::Yes,
    }
}

fn not_yours() -> WireError {
    WireError::new(ErrorCode::Forbidden, "this topic is not for you")
}

type SocketSink<'a> = SplitSink<&'a mut WebSocket, Message>;

/// Sends the welcome, then whatever the client has not seen, at its pace.
async fn write(hub: &Hub, session: &Session, sink: &mut SocketSink<'_>, welcome: Utf8Bytes) -> End {
    let config = &hub.config;
    if let Err(end) = send(sink, Message::Text(welcome), config.write_within).await {
        return end;
    }
    let mut next_ping = Instant::now() + config.ping_every;
    loop {
        // Replies are taken first and sent last: what the switch published before it answered is in this batch.
        let replies = session.take_replies();
        let missed = hub.collect(session, BATCH_BYTES);
        let idle = replies.is_empty() && missed.is_empty();
        // Fed first and flushed together: one write to the socket where several messages wait.
        for text in missed.into_iter().chain(replies) {
            if let Err(end) = within(config.write_within, sink.feed(Message::Text(text))).await {
                return end;
            }
        }
        if !idle && let Err(end) = within(config.write_within, sink.flush()).await {
            return end;
        }
        let ping_due = tokio::select! {
            biased;
            () = sleep_until(next_ping) => true,
            () = session.wake.notified(), if idle => false,
            () = std::future::ready(()), if !idle => false,
        };
        if ping_due {
            next_ping = Instant::now() + config.ping_every;
            if let Err(end) = send(sink, Message::Ping(Default::default()), config.write_within).await {
                return end;
            }
        }
    }
}

async fn send(sink: &mut (impl Sink<Message> + Unpin), message: Message, within: Duration) -> Result<(), End> {
    self::within(within, sink.send(message)).await
}

/// Waits for the socket to take something; a client that reads too slowly is not waited for.
async fn within<E>(limit: Duration, taking: impl Future<Output = Result<(), E>>) -> Result<(), End> {
    match timeout(limit, taking).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Gone),
        Err(_) => Err(End::TooSlow),
    }
}

/// Says why, and reads on for a moment: closing with unread bytes would reset the connection and lose the reason.
async fn farewell(mut socket: WebSocket, end: End) {
    let frame = CloseFrame { code: end.code(), reason: Utf8Bytes::from_static(end.text()) };
    let goodbye = async {
        // Fails when the client closed first; reading on then sends the answer to its close frame.
        let _ = socket.send(Message::Close(Some(frame))).await;
        while let Some(Ok(_)) = socket.recv().await {}
    };
    let _ = timeout(CLOSE_WITHIN, goodbye).await;
}

fn refused(bad: BadMessage) -> ServerMessage {
    ServerMessage::Reply { id: bad.id, result: Outcome::Error(bad.error) }
}

fn not_text() -> BadMessage {
    BadMessage { id: None, error: WireError::new(ErrorCode::BadJson, "messages are text frames with JSON") }
}

fn too_big(max: usize) -> BadMessage {
    BadMessage { id: None, error: WireError::new(ErrorCode::TooBig, format!("a message is at most {max} bytes")) }
}

fn hello_first() -> WireError {
    WireError::new(ErrorCode::HelloFirst, "the first message is hello, and only the first")
}
