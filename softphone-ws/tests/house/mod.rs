//! A gateway on a free port of 127.0.0.1 and clients that speak to it through tokio-tungstenite. Holds no test itself.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, which clippy does not see as tests")]

use axum::http::HeaderValue;
use futures_util::future::BoxFuture;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Map, Value, json};
use softphone_ws::protocol::{At, ErrorCode, Outcome, Role, SUBPROTOCOL, ServerMessage, SessionNo, Topic, WireError};
use softphone_ws::{Authenticator, Config, FromGateway, Gateway, Identity, MayFollow, TopicKey};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Longer than anything here takes; reached only by a failing test.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const ANN: cti_types::UserId = cti_types::UserId::from_u128(1);
pub(crate) const BOB: cti_types::UserId = cti_types::UserId::from_u128(2);

/// Knows `ann` (agent) and `boss` (supervisor), `brief`, whose login ends at once, and `slow`, whose first look-up waits for
/// [`House::slow`] and who is nobody from then on.
#[derive(Default)]
struct Logins {
    slow: Arc<Slow>,
    hidden: Hidden,
}

/// Customers whom nobody sees.
pub(crate) type Hidden = Arc<Mutex<BTreeSet<cti_types::CustomerId>>>;

/// The first look-up of `slow`.
#[derive(Default)]
pub(crate) struct Slow {
    /// It is under way.
    pub(crate) asked: Notify,
    /// It may be answered.
    pub(crate) go: Notify,
    looks: AtomicUsize,
}

impl Authenticator for Logins {
    fn authenticate<'a>(&'a self, cookie: Option<&'a str>, bearer: Option<&'a str>) -> BoxFuture<'a, Option<Identity>> {
        let login = bearer.or(cookie).unwrap_or_default().to_owned();
        let with = |user, roles, expires_in| {
            Some(Identity { user, login: login.clone(), name: "N".into(), roles, team: None, queues: Vec::new(), expires_in })
        };
        let who = |user, role, expires_in| with(user, vec![role], expires_in);
        if login == "slow" {
            let (slow, first) = (Arc::clone(&self.slow), self.slow.looks.fetch_add(1, Relaxed) == 0);
            let identity = who(ANN, Role::Agent, None).filter(|_| first);
            return Box::pin(async move {
                if first {
                    slow.asked.notify_one();
                    slow.go.notified().await;
                }
                identity
            });
        }
        let identity = match bearer.or(cookie) {
            Some("ann") => who(ANN, Role::Agent, None),
            Some("ann-2") => who(ANN, Role::Agent, None),
            Some("boss") => who(BOB, Role::Supervisor, None),
            Some("reader") => with(BOB, Vec::new(), None),
            Some("brief") => who(ANN, Role::Agent, Some(Duration::from_millis(1))),
            _ => None,
        };
        Box::pin(async move { identity })
    }

    fn sees_customer<'a>(&'a self, _: &'a Identity, customer: cti_types::CustomerId) -> BoxFuture<'a, MayFollow> {
        let hidden = self.hidden.lock().unwrap().contains(&customer);
        Box::pin(async move { if hidden { MayFollow::No } else { MayFollow::Yes } })
    }
}

pub(crate) struct House {
    pub(crate) gateway: Gateway,
    pub(crate) address: SocketAddr,
    pub(crate) events: mpsc::Receiver<FromGateway>,
    pub(crate) slow: Arc<Slow>,
    pub(crate) hidden: Hidden,
}

impl House {
    pub(crate) async fn open(config: Config) -> House {
        House::with_inbox(config, 1_000).await
    }

    pub(crate) async fn with_inbox(config: Config, inbox: usize) -> House {
        let (to_switch, events) = mpsc::channel(inbox);
        let logins = Logins::default();
        let (slow, hidden) = (Arc::clone(&logins.slow), Arc::clone(&logins.hidden));
        let gateway = Gateway::new(config, Arc::new(logins), to_switch);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = gateway.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        House { gateway, address, events, slow, hidden }
    }

    /// Tries to open a socket with these headers.
    pub(crate) async fn attempt(&self, headers: &[(&'static str, &str)]) -> Result<(Client, Response), tungstenite::Error> {
        let mut request = format!("ws://{}/ws/v1", self.address).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
        }
        let (socket, response) = tokio_tungstenite::connect_async(request).await?;
        Ok((Client(socket), response))
    }

    /// The HTTP status with which an attempt is refused.
    pub(crate) async fn refusal(&self, headers: &[(&'static str, &str)]) -> u16 {
        match self.attempt(headers).await {
            Err(tungstenite::Error::Http(response)) => response.status().as_u16(),
            Err(e) => panic!("{e}"),
            Ok(_) => panic!("the socket was opened"),
        }
    }

    /// An open socket that has not said hello.
    pub(crate) async fn raw(&self, login: &str) -> Client {
        let bearer = format!("Bearer {login}");
        self.attempt(&[("authorization", &bearer), ("sec-websocket-protocol", SUBPROTOCOL)]).await.unwrap().0
    }

    /// A socket that has said hello and read its welcome and the snapshot (or deltas) of `me`, which must come with it.
    pub(crate) async fn client(&mut self, login: &str) -> (Client, SessionNo) {
        let mut client = self.raw(login).await;
        client.say(json!({"type": "hello"})).await;
        let no = client.welcome().await;
        assert!(matches!(self.event().await, FromGateway::Opened { session, .. } if session == no));
        client.snapshot(Topic::Me).await;
        (client, no)
    }

    pub(crate) async fn event(&mut self) -> FromGateway {
        tokio::time::timeout(PATIENCE, self.events.recv()).await.expect("nothing came to the switch").unwrap()
    }

    pub(crate) fn put(&self, topic: TopicKey, entry: &str, value: Value) {
        self.publish(topic, vec![(entry, Some(value))]);
    }

    pub(crate) fn publish(&self, topic: TopicKey, changes: Vec<(&str, Option<Value>)>) {
        let changes = changes.into_iter().map(|(entry, value)| (entry.to_owned(), value.map(|value| value.to_string().into()))).collect();
        self.gateway.publish(topic, changes);
    }
}

pub(crate) struct Client(pub(crate) WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    pub(crate) async fn say(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// The next frame that is no ping.
    pub(crate) async fn frame(&mut self) -> Message {
        loop {
            let frame = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("nothing came to the client").unwrap().unwrap();
            if !frame.is_ping() {
                return frame;
            }
        }
    }

    pub(crate) async fn hear(&mut self) -> ServerMessage {
        let frame = self.frame().await;
        serde_json::from_str(frame.to_text().unwrap()).unwrap_or_else(|e| panic!("{e}: {frame:?}"))
    }

    pub(crate) async fn welcome(&mut self) -> SessionNo {
        match self.hear().await {
            ServerMessage::Welcome { session, protocol, .. } => {
                assert_eq!(protocol, SUBPROTOCOL);
                session
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn snapshot(&mut self, expected: Topic) -> (At, Map<String, Value>) {
        match self.hear().await {
            ServerMessage::Snapshot { topic, epoch, version, state } if topic == expected => (At { epoch, version }, state),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn delta(&mut self, expected: Topic) -> (At, Map<String, Value>, Vec<String>) {
        match self.hear().await {
            ServerMessage::Delta { topic, epoch, version, set, del } if topic == expected => (At { epoch, version }, set, del),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn error(&mut self) -> (Option<u64>, WireError) {
        match self.hear().await {
            ServerMessage::Reply { id, result: Outcome::Error(error) } => (id, error),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn error_code(&mut self) -> (Option<u64>, ErrorCode) {
        let (id, error) = self.error().await;
        (id, error.code)
    }

    /// Reads on until the server closes, and gives code and reason.
    pub(crate) async fn close(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(frame) = self.frame().await {
                return frame.map_or((1005, String::new()), |frame| (frame.code.into(), frame.reason.as_str().to_owned()));
            }
        }
    }

    /// The code of [`Client::close`].
    pub(crate) async fn close_code(&mut self) -> u16 {
        self.close().await.0
    }
}
