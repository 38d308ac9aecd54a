//! The API over a real socket with a SQLite store in a temporary folder. One module for each group of behaviours.

mod attachments;
mod calls;
mod customer_view;
mod customers;
mod description;
mod erasure;
mod fields;
mod floor;
mod flows;
mod hostile;
mod identity;
mod imports;
mod in_force;
mod interactions;
mod knowledge;
mod matrix;
mod once;
mod orders;
mod rights;
mod rows;
mod rules;
mod running;
mod scripts;
mod session;
mod sight;
mod tickets;
mod web;
mod webhooks;
mod work;

use super::*;
use crate::switch::run::{Inboxes, inboxes};
use crate::switch::{Event, Question};
use crm_core::model::{ApiToken, User, UserRole};
use crm_core::{StoreOptions, Who};
use cti_types::{Chance, UserId, Utc};
use futures_util::{SinkExt, StreamExt};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use softphone_protocol::{ErrorCode, WireError};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// The password of everybody made by [`House::user`].
const PASSWORD: &str = "correct horse battery";
const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

/// A server with nothing behind it but the store.
struct House {
    url: String,
    client: reqwest::Client,
    store: Store,
    clock: Clock,
    folder: tempfile::TempDir,
    drain: watch::Sender<bool>,
    inboxes: Option<Inboxes>,
    asks: Asks,
    chores: Arc<Chores>,
    gateway: softphone_ws::Gateway,
    _commands: mpsc::Receiver<softphone_ws::FromGateway>,
}

/// An answer, read to its end.
#[derive(Debug)]
struct Got {
    status: u16,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}")).to_str().unwrap()
    }

    /// The answer, which must have this status.
    #[track_caller]
    fn is(self, status: u16) -> Got {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }

    /// A refusal of this kind.
    #[track_caller]
    fn refused(self, status: u16, kind: &str) -> Value {
        let got = self.is(status);
        assert_eq!(got.header("content-type"), "application/problem+json");
        let body = got.json();
        assert_eq!(body["type"], format!("urn:cordboard:problem:{kind}"), "{body}");
        assert_eq!(body["status"], status);
        body
    }
}

/// A request to be sent; `who` is a token or, with `cookie`, a session.
struct Ask<'a> {
    house: &'a House,
    builder: reqwest::RequestBuilder,
}

impl Ask<'_> {
    fn token(mut self, token: &str) -> Self {
        self.builder = self.builder.bearer_auth(token);
        self
    }

    fn cookie(self, session: &str) -> Self {
        let value = format!("cordboard_session={session}");
        self.header("cookie", &value)
    }

    fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value).unwrap());
        self
    }

    fn json(mut self, body: &Value) -> Self {
        self.builder = self.builder.json(body);
        self
    }

    fn version(self, version: i64) -> Self {
        let tag = format!("\"{version}\"");
        self.header("if-match", &tag)
    }

    async fn send(self) -> Got {
        let response = self.builder.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap().to_vec();
        let _ = self.house;
        Got { status, headers, bytes }
    }
}

/// A WebSocket that has said hello and was welcomed.
struct Socket(tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>);

impl Socket {
    async fn frame(&mut self) -> Message {
        tokio::time::timeout(Duration::from_secs(20), self.0.next()).await.expect("nothing came to the socket").unwrap().unwrap()
    }

    /// Reads on to the close, and gives its code and reason.
    async fn end(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(frame) = self.frame().await {
                return frame.map_or((1005, String::new()), |frame| (frame.code.into(), frame.reason.as_str().to_owned()));
            }
        }
    }

    /// Reads on to the next snapshot or delta of this topic that has this entry, and gives it.
    async fn entry(&mut self, topic: &str, entry: &str) -> Value {
        loop {
            let frame = self.frame().await;
            let Message::Text(text) = frame else { continue };
            let message: Value = serde_json::from_str(&text).unwrap();
            if message["topic"] == topic {
                for part in ["state", "set"] {
                    if let Some(value) = message[part].get(entry) {
                        return value.clone();
                    }
                }
            }
        }
    }

    async fn still_open(&mut self) {
        self.0.send(Message::text(json!({ "type": "ping" }).to_string())).await.unwrap();
        loop {
            match self.frame().await {
                Message::Text(text) if text.contains("\"pong\"") => return,
                Message::Close(frame) => panic!("{frame:?}"),
                _ => {}
            }
        }
    }
}

impl House {
    /// Opens a WebSocket with this header.
    async fn socket(&self, header: &'static str, value: &str) -> Socket {
        let mut request = format!("{}/ws/v1", self.url.replace("http:", "ws:")).into_client_request().unwrap();
        request.headers_mut().insert(header, value.parse().unwrap());
        request.headers_mut().insert("sec-websocket-protocol", softphone_protocol::SUBPROTOCOL.parse().unwrap());
        let (mut stream, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        stream.send(Message::text(json!({ "type": "hello" }).to_string())).await.unwrap();
        let mut socket = Socket(stream);
        let welcome = socket.frame().await;
        assert!(welcome.to_text().unwrap().contains("\"welcome\""), "{welcome:?}");
        socket
    }

    async fn open() -> House {
        House::with(|_| {}).await
    }

    /// A house in which something is otherwise.
    async fn with(change: impl FnOnce(&mut ApiState)) -> House {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::start();
        let database = format!("sqlite:{}", folder.path().join("db.sqlite").display());
        let store = Store::open(&database, StoreOptions::new(Chance::from_number(7))).await.unwrap();
        let journal = Journal::open(&folder.path().join("journal"), crate::journal::Options::default()).unwrap().0;
        let recordings = folder.path().join("recordings");
        std::fs::create_dir(&recordings).unwrap();
        let imports = folder.path().join("imports");
        std::fs::create_dir(&imports).unwrap();
        let attachments = folder.path().join("attachments");
        std::fs::create_dir(&attachments).unwrap();
        let attachments = Attachments::new(attachments);
        let chores = Arc::new(Chores::new(store.clone(), clock, ::recordings::LocalStore::new(&recordings), imports, attachments.clone()));
        let (to_switch, commands) = mpsc::channel(64);
        let authentication = Arc::new(Authentication::new(store.clone(), clock));
        let gateway = softphone_ws::Gateway::new(softphone_ws::Config::default(), authentication, to_switch);
        let (inbox, inboxes) = inboxes();
        let (drain, draining) = watch::channel(false);
        let asks = Asks::default();
        let mut state = ApiState {
            store: store.clone(),
            clock,
            gateway: gateway.clone(),
            recordings: ::recordings::LocalStore::new(recordings),
            attachments,
            clips: Library::silent(&["en/welcome", "music/hold"], 20),
            journal: Arc::new(journal),
            projector: Arc::default(),
            net: Arc::default(),
            pulse: watch::channel(None).1,
            inbox,
            asks: asks.clone(),
            in_force: crate::in_force::in_force(u64::MAX).1,
            chores: Arc::clone(&chores),
            secure_cookies: false,
            demo_logins: Vec::new(),
            draining,
            allowed_origins: Vec::new(),
            embed_origins: Vec::new(),
            app: web::APP,
            seed: [7; 32],
            figures: Vec::new(),
            recordings_failing: Box::new(|| 0),
        };
        change(&mut state);
        let app = router(Arc::new(state)).merge(gateway.router()).into_make_service_with_connect_info::<SocketAddr>();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        House { url, client, store, clock, folder, drain, inboxes: Some(inboxes), asks, chores, gateway, _commands: commands }
    }

    /// A switch that answers each question so. Gives what it was asked.
    fn switch(&mut self, answer: fn(&Question) -> Result<Value, WireError>) -> mpsc::Receiver<Question> {
        let (mut inboxes, asks) = (self.inboxes.take().expect("no switch yet"), self.asks.clone());
        // What nobody reads is dropped.
        let (told, heard) = mpsc::channel(64);
        tokio::spawn(async move {
            while let Some(event) = inboxes.next_of_desk().await {
                if let Event::Asked { ask, question } = event {
                    asks.answer(ask, answer(&question));
                    let _ = told.try_send(*question);
                }
            }
        });
        heard
    }

    fn switch_without_calls(&mut self) {
        self.switch(|_| Err(WireError::new(ErrorCode::NotFound, "no such live call").field("call")));
    }

    fn ask(&self, method: &str, path: &str) -> Ask<'_> {
        let path = if path.starts_with("/api/") || !path.starts_with('/') { path.to_owned() } else { format!("/api/v1{path}") };
        let url = format!("{}{}", self.url, if path.starts_with('/') { path } else { format!("/{path}") });
        Ask { house: self, builder: self.client.request(method.parse().unwrap(), url) }
    }

    fn get(&self, path: &str) -> Ask<'_> {
        self.ask("GET", path)
    }

    fn post(&self, path: &str, body: &Value) -> Ask<'_> {
        self.ask("POST", path).json(body)
    }

    fn patch(&self, path: &str, body: &Value) -> Ask<'_> {
        self.ask("PATCH", path).json(body)
    }

    /// Runs a statement past the store, to break what it holds.
    async fn sql(&self, statement: &'static str) {
        use sqlx::Connection;
        let url = format!("sqlite:{}", self.folder.path().join("db.sqlite").display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }

    /// A user without a password: hashing takes time.
    async fn person(&self, login: &str, roles: &[UserRole]) -> UserId {
        self.insert_user(login, roles, None).await
    }

    /// A user who can sign in with [`PASSWORD`].
    async fn user(&self, login: &str, roles: &[UserRole]) -> UserId {
        self.insert_user(login, roles, Some(PASSWORD)).await
    }

    async fn insert_user(&self, login: &str, roles: &[UserRole], password: Option<&str>) -> UserId {
        let user = json!({ "login": login, "name": login, "roles": roles, "password": password });
        let user: User = serde_json::from_value(user).unwrap();
        self.store.insert(&Who::system("test"), self.clock.utc(), user).await.unwrap().id
    }

    /// A token of a person, with all of the roles given.
    async fn token_of(&self, user: UserId, roles: &[UserRole]) -> String {
        let roles = roles.iter().copied().collect();
        let token = ApiToken { user_id: user, name: "test".into(), roles, expires_at: None };
        let made = self.store.create_api_token(&Who::system("test"), self.clock.utc(), token).await.unwrap();
        made.1.reveal().to_owned()
    }

    /// A token of a new person of this role.
    async fn token(&self, role: UserRole) -> String {
        let login = serde_json::to_value(role).unwrap().as_str().unwrap().to_owned();
        let user = self.person(&login, &[role]).await;
        self.token_of(user, &[role]).await
    }

    async fn admin(&self) -> String {
        self.token(UserRole::Admin).await
    }

    /// Signs in and gives the value of the cookie.
    async fn sign_in(&self, login: &str, password: &str) -> String {
        let got = self.post("/session", &json!({ "login": login, "password": password })).send().await.is(200);
        let cookie = got.header("set-cookie");
        cookie.split(';').next().unwrap().strip_prefix("cordboard_session=").unwrap().to_owned()
    }
}
