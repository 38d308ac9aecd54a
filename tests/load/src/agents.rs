//! The agents' end: phones that lift, and agents signed in over WebSocket whose pops are timed.

use crate::tones;
use anyhow::Context as _;
use cti_phone::{Call, Codec, IncomingCall, IncomingCalls, Media, RegisterOptions, Registration, UserAgent};
use futures_util::{SinkExt as _, StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// Agents signing in at the same time: passwords are dear to check, and a server has only so many turns.
pub(crate) const SIGN_INS: usize = 4;

/// What `setup --out` writes and `calls --users` reads; the line of `demo --ready-json` has the same shape.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Users {
    /// Where calls must come from to belong to the trunk made for them.
    #[serde(default)]
    pub(crate) from: Option<SocketAddr>,
    pub(crate) http: String,
    #[serde(default)]
    pub(crate) token: String,
    pub(crate) users: Vec<User>,
    #[serde(default)]
    pub(crate) numbers: Numbers,
    /// Whether calls to them are recorded.
    #[serde(default = "yes")]
    pub(crate) recorded: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Numbers {
    pub(crate) ivr: Option<String>,
    pub(crate) queue: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct User {
    /// What the person signs in with.
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) role: String,
    pub(crate) password: String,
    pub(crate) phone: Option<String>,
    pub(crate) phone_password: Option<String>,
    #[serde(default)]
    pub(crate) phone_id: Option<String>,
}

impl Users {
    pub(crate) fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is not what setup writes", file.display()))
    }
}

/// The agent's end of a call.
pub(crate) struct AgentSide {
    /// When the phone got its INVITE.
    pub(crate) arrived: Instant,
    pub(crate) call: Call,
}

/// Where callers and agents of one call find each other.
pub(crate) struct Board {
    number_base: u64,
    codec: Codec,
    ring: Duration,
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    waiting: HashMap<u32, oneshot::Sender<AgentSide>>,
    started: HashMap<u32, Instant>,
    /// INVITE sent → card seen; the first card of a call counts.
    pops: HashMap<u32, Duration>,
}

impl Board {
    pub(crate) fn new(number_base: u64, codec: Codec, ring: Duration) -> Self {
        Self { number_base, codec, ring, entries: Mutex::default() }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn expect(&self, call: u32) -> oneshot::Receiver<AgentSide> {
        let (sender, receiver) = oneshot::channel();
        self.entries().waiting.insert(call, sender);
        receiver
    }

    pub(crate) fn started(&self, call: u32, at: Instant) {
        self.entries().started.insert(call, at);
    }

    pub(crate) fn forget(&self, call: u32) {
        let mut entries = self.entries();
        entries.waiting.remove(&call);
        entries.started.remove(&call);
    }

    pub(crate) fn pops(&self) -> Vec<Duration> {
        self.entries().pops.values().copied().collect()
    }

    fn popped(&self, number: &str, at: Instant) {
        let Some(call) = tones::call_of(self.number_base, number) else { return };
        let mut entries = self.entries();
        if let Some(&started) = entries.started.get(&call) {
            entries.pops.entry(call).or_insert(at.saturating_duration_since(started));
        }
    }

    /// Lifts the phone for a call that was expected; any other is refused with 404.
    async fn lift(&self, incoming: IncomingCall) {
        let arrived = incoming.arrived();
        let Some(call) = tones::call_of(self.number_base, incoming.from_user()) else { return incoming.reject(404).await };
        if !self.entries().waiting.contains_key(&call) {
            return incoming.reject(404).await;
        }
        if !self.ring.is_zero() {
            incoming.ring().await;
            tokio::time::sleep(self.ring).await;
        }
        let media = Media::tone(tones::pair(call).1).with_codecs(&[self.codec]);
        // Without an answer the caller's side runs into its wait limit and says so.
        let Ok(answered) = incoming.answer(media).await else { return };
        let waiting = self.entries().waiting.remove(&call);
        if let Some(waiting) = waiting {
            let _ = waiting.send(AgentSide { arrived, call: answered });
        }
    }
}

/// Phones at work; dropped, they stop.
pub(crate) struct Phones {
    _agent: UserAgent,
    /// Held so that they are refreshed.
    registrations: Vec<Registration>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Drop for Phones {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Phones for whoever is called.
pub(crate) fn listen(agent: &UserAgent, board: &Arc<Board>) -> Phones {
    let tasks = vec![tokio::spawn(serve(agent.incoming(), board.clone()))];
    Phones { _agent: agent.clone(), registrations: Vec::new(), tasks }
}

async fn serve(mut calls: IncomingCalls, board: Arc<Board>) {
    while let Some(incoming) = calls.recv().await {
        let board = board.clone();
        tokio::spawn(async move { board.lift(incoming).await });
    }
}

/// Registers the phones of the first `most` agents and signs them in and ready.
pub(crate) async fn sign_in(
    agent: &UserAgent,
    registrar: SocketAddr,
    users: &Users,
    most: usize,
    board: &Arc<Board>,
) -> anyhow::Result<Phones> {
    let mut phones = Phones { _agent: agent.clone(), registrations: Vec::new(), tasks: Vec::new() };
    let http = reqwest::Client::new();
    let (http, registrar) = (&http, &registrar);
    let with_phones =
        users.users.iter().filter_map(|user| Some((user, user.phone.as_deref()?, user.phone_password.as_deref()?))).take(most);
    let mut signed_in = futures_util::stream::iter(with_phones)
        .map(|(user, phone, password)| async move {
            let serving = tokio::spawn(serve(agent.incoming_for(phone), board.clone()));
            let registration = agent.register(RegisterOptions::new(*registrar, phone, password)).await;
            let registration = registration.with_context(|| format!("phone {phone} cannot register"))?;
            let mut desk = Desk::open(http, &users.http, user).await.with_context(|| format!("{} cannot sign in", user.name))?;
            desk.ready(phone).await.with_context(|| format!("{} cannot get ready", user.name))?;
            anyhow::Ok((registration, [serving, tokio::spawn(desk.watch(board.clone()))]))
        })
        .buffer_unordered(SIGN_INS);
    while let Some((registration, tasks)) = signed_in.try_next().await? {
        phones.registrations.push(registration);
        phones.tasks.extend(tasks);
    }
    drop(signed_in);
    anyhow::ensure!(!phones.registrations.is_empty(), "no user with a phone in the file");
    Ok(phones)
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// One agent's WebSocket.
pub(crate) struct Desk {
    socket: Socket,
    next_id: u64,
    /// Who it is.
    pub(crate) user_id: Option<String>,
    /// The phones shown, by name or id, from the topic `me`.
    me: serde_json::Map<String, Value>,
    phone_id: Option<String>,
}

impl Desk {
    /// Signs in with name and password and opens the socket.
    pub(crate) async fn open(http: &reqwest::Client, base: &str, user: &User) -> anyhow::Result<Self> {
        let login = json!({ "login": user.name, "password": user.password });
        let response = http.post(format!("{base}/api/v1/session")).json(&login).send().await?.error_for_status()?;
        let cookie: Vec<String> = response
            .headers()
            .get_all("set-cookie")
            .iter()
            .filter_map(|value| value.to_str().ok()?.split(';').next().map(str::to_owned))
            .collect();
        let session: Value = response.json().await.unwrap_or(Value::Null);
        let mut request = format!("{}/ws/v1", base.replacen("http", "ws", 1)).into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", HeaderValue::from_static("cordboard.v1"));
        headers.insert("origin", HeaderValue::from_str(base)?);
        if !cookie.is_empty() {
            headers.insert("cookie", HeaderValue::from_str(&cookie.join("; "))?);
        }
        if let Some(token) = session.get("token").and_then(Value::as_str) {
            headers.insert("authorization", HeaderValue::from_str(&format!("Bearer {token}"))?);
        }
        let (socket, _) = tokio_tungstenite::connect_async(request).await.context("no WebSocket")?;
        let phone_id = user.phone_id.clone().or_else(|| find_id(&session, "phone_id"));
        let user_id = session.pointer("/user/id").and_then(Value::as_str).map(str::to_owned);
        let mut desk = Self { socket, next_id: 1, user_id, me: serde_json::Map::new(), phone_id };
        desk.send(&json!({ "type": "hello" })).await?;
        Ok(desk)
    }

    pub(crate) async fn send(&mut self, message: &Value) -> anyhow::Result<()> {
        Ok(self.socket.send(Message::Text(Utf8Bytes::from(message.to_string()))).await?)
    }

    /// The next message; nothing is lost when the wait for it is given up.
    pub(crate) async fn next(&mut self) -> anyhow::Result<Value> {
        loop {
            match self.socket.next().await.context("the WebSocket closed")?? {
                Message::Text(text) => return Ok(serde_json::from_str(text.as_str())?),
                Message::Close(_) => anyhow::bail!("the WebSocket closed"),
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    /// Sends a command without waiting for its reply; gives its number.
    pub(crate) async fn ask(&mut self, command: Value) -> anyhow::Result<u64> {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&json!({ "type": "command", "id": id, "command": command })).await?;
        Ok(id)
    }

    pub(crate) async fn command(&mut self, command: Value) -> anyhow::Result<()> {
        let id = self.ask(command).await?;
        let wait = async {
            loop {
                let message = self.next().await?;
                if message.get("type").and_then(Value::as_str) == Some("reply") && message.get("id").and_then(Value::as_u64) == Some(id) {
                    let result = message.get("result").cloned().unwrap_or_default();
                    anyhow::ensure!(result.get("status").and_then(Value::as_str) == Some("ok"), "refused: {result}");
                    return Ok(());
                }
                self.note(&message);
            }
        };
        tokio::time::timeout(Duration::from_secs(10), wait).await.context("no reply")?
    }

    fn note(&mut self, message: &Value) {
        for key in ["state", "set"] {
            if let Some(Value::Object(entries)) = message.get(key) {
                self.me.extend(entries.clone());
            }
        }
    }

    /// Signs in on the phone and becomes ready.
    async fn ready(&mut self, phone: &str) -> anyhow::Result<()> {
        let id = match &self.phone_id {
            Some(id) => id.clone(),
            None => self.phone_of(phone).await?,
        };
        self.command(json!({ "do": "sign_in", "device": { "kind": "phone", "id": id }, "take_over": true })).await?;
        self.command(json!({ "do": "set_presence", "presence": "ready" })).await
    }

    /// The id of the phone, from what `me` shows of the agent's devices.
    async fn phone_of(&mut self, phone: &str) -> anyhow::Result<String> {
        let wait = async {
            loop {
                let all = Value::Object(self.me.clone());
                if let Some(id) = find_phone(&all, phone) {
                    return Ok(id);
                }
                let message = self.next().await?;
                self.note(&message);
            }
        };
        tokio::time::timeout(Duration::from_secs(10), wait).await.context("the phone is not among the agent's devices")?
    }

    /// Times the cards of offers until the socket closes, finishes wrap-ups at once, and gets ready again after a missed call.
    async fn watch(mut self, board: Arc<Board>) {
        while let Ok(message) = self.next().await {
            let at = Instant::now();
            for key in ["state", "set"] {
                let Some(Value::Object(entries)) = message.get(key) else { continue };
                for (name, entry) in entries {
                    if let Some(number) = carded_number(name, entry) {
                        board.popped(number, at);
                    }
                    if let Some(command) = next_step(name, entry)
                        && self.ask(command).await.is_err()
                    {
                        return;
                    }
                }
            }
        }
    }
}

/// What somebody in a hurry does about an entry of `me`.
fn next_step(name: &str, entry: &Value) -> Option<Value> {
    if name.starts_with("wrap_up/") {
        return Some(json!({ "do": "finish_wrap_up", "assignment": entry.get("assignment")? }));
    }
    let idle = name == "agent" && entry.get("presence")?.as_str()? == "not_ready";
    idle.then(|| json!({ "do": "set_presence", "presence": "ready" }))
}

/// The caller's number of an offer that shows a card.
fn carded_number<'a>(name: &str, entry: &'a Value) -> Option<&'a str> {
    let cards = entry.get("cards")?.as_array()?;
    (name.starts_with("offer/") && !cards.is_empty()).then(|| entry.get("caller")?.get("number")?.as_str())?
}

fn find_id(value: &Value, key: &str) -> Option<String> {
    match value {
        Value::Object(map) => {
            map.get(key).and_then(Value::as_str).map(str::to_owned).or_else(|| map.values().find_map(|inner| find_id(inner, key)))
        }
        Value::Array(items) => items.iter().find_map(|inner| find_id(inner, key)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// A device `{"kind": "phone", "id": …}` beside or inside something named like the phone.
fn find_phone(value: &Value, phone: &str) -> Option<String> {
    match value {
        Value::Object(map) => {
            let device = map.get("device").unwrap_or(value);
            let is_phone = device.get("kind").and_then(Value::as_str) == Some("phone");
            let id = device.get("id").and_then(Value::as_str);
            let named = map.get("name").and_then(Value::as_str).is_some_and(|name| name.contains(phone));
            match id {
                Some(id) if is_phone && named => Some(id.to_owned()),
                _ => map.values().find_map(|inner| find_phone(inner, phone)),
            }
        }
        Value::Array(items) => items.iter().find_map(|inner| find_phone(inner, phone)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_offer_with_a_card_is_a_pop() {
        let entry = |cards: Value| json!({ "caller": { "number": "+12025550001" }, "cards": cards });
        assert_eq!(carded_number("offer/1", &entry(json!([{ "name": "x" }]))), Some("+12025550001"));
        assert_eq!(carded_number("offer/1", &entry(json!([]))), None);
        assert_eq!(carded_number("call/1", &entry(json!([{}]))), None);
    }

    #[test]
    fn wrap_ups_are_finished_and_missed_calls_forgiven() {
        let step = |name: &str, entry: Value| next_step(name, &entry).map(|step| step["do"].clone());
        assert_eq!(step("wrap_up/1", json!({ "assignment": "1" })), Some(json!("finish_wrap_up")));
        assert_eq!(step("agent", json!({ "presence": "not_ready" })), Some(json!("set_presence")));
        assert_eq!(step("agent", json!({ "presence": "ready" })), None);
        assert_eq!(step("agent", Value::Null), None);
        assert_eq!(step("call/1", json!({})), None);
    }

    #[test]
    fn the_phone_is_found_among_the_devices() {
        let me = json!({ "agent": { "device": null }, "devices": { "list": [
            { "device": { "kind": "browser" }, "name": "this browser" },
            { "device": { "kind": "phone", "id": "a" }, "name": "other" },
            { "device": { "kind": "phone", "id": "b" }, "name": "load-7" },
        ] } });
        assert_eq!(find_phone(&me, "load-7").as_deref(), Some("b"));
        assert_eq!(find_phone(&me, "none"), None);
    }

    #[test]
    fn the_demo_line_can_be_read() {
        let line = r#"{"http":"http://h","sip":"h:1","token":"t","users":[{"name":"a","role":"agent","password":"p","phone":"1","phone_password":"q"},
            {"name":"s","role":"supervisor","password":"p","phone":null,"phone_password":null}],"numbers":{"ivr":"+1","queue":"+2"}}"#;
        let users: Users = serde_json::from_str(line).unwrap();
        assert_eq!((users.users.len(), users.numbers.queue.as_deref()), (2, Some("+2")));
    }
}
