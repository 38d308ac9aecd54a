//! An agent's screen: a WebSocket client that keeps the state of every topic it follows and when it heard of each change.

use crate::{PATIENCE, Rest};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A change as it came in.
#[derive(Clone, Debug)]
pub struct Seen {
    pub at: Instant,
    pub topic: String,
    pub key: String,
    /// `None`: the entry is gone.
    pub value: Option<Value>,
}

/// Why a command was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub code: String,
    pub message: String,
    pub field: Option<String>,
}

#[derive(Default)]
struct State {
    topics: BTreeMap<String, Map<String, Value>>,
    seen: Vec<Seen>,
    replies: BTreeMap<u64, Value>,
    closed: bool,
}

/// One open socket. Dropped, it is cut without a word, as a lost network would.
pub struct Screen {
    out: tokio::sync::Mutex<(SplitSink<Socket, Message>, u64)>,
    state: Arc<Mutex<State>>,
    changed: watch::Receiver<u64>,
    reader: tokio::task::AbortHandle,
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Screen {
    /// Opens a socket for somebody who is signed in.
    pub async fn open(http: &str, person: &Rest) -> Screen {
        let url = format!("{}/ws/v1", http.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("an address");
        let (header, value) = person.login();
        request.headers_mut().insert(header, value.parse().expect("a header"));
        request.headers_mut().insert("sec-websocket-protocol", "cordboard.v1".parse().expect("a header"));
        let (socket, _) = tokio_tungstenite::connect_async(request).await.expect("the WebSocket opens");
        let (mut sink, stream) = socket.split();
        sink.send(Message::text(json!({ "type": "hello" }).to_string())).await.expect("hello goes out");
        let state = Arc::new(Mutex::new(State::default()));
        let (changes, changed) = watch::channel(0);
        let reader = tokio::spawn(read(stream, state.clone(), changes)).abort_handle();
        let screen = Screen { out: tokio::sync::Mutex::new((sink, 1)), state, changed, reader };
        screen.wait("the first state", |entries| entries.get("agent").cloned().or(Some(Value::Null))).await;
        screen
    }

    /// Follows these topics besides `me`.
    pub async fn follow(&self, topics: &[&str]) {
        let message = json!({ "type": "subscribe", "topics": topics }).to_string();
        self.out.lock().await.0.send(Message::text(message)).await.expect("the subscription goes out");
    }

    /// Asks for something, `{"do": …}`, and waits for the reply.
    ///
    /// # Errors
    /// What the server says when it refuses.
    pub async fn ask(&self, command: Value) -> Result<Value, Refusal> {
        let id = {
            let mut out = self.out.lock().await;
            out.1 += 1;
            let id = out.1;
            let message = json!({ "type": "command", "id": id, "command": command }).to_string();
            out.0.send(Message::text(message)).await.expect("the command goes out");
            id
        };
        let reply = self.when(&format!("a reply to {command}"), |state| state.replies.remove(&id)).await;
        match reply.get("status").and_then(Value::as_str) {
            Some("ok") => Ok(reply.get("value").cloned().unwrap_or(Value::Null)),
            _ => {
                let text = |name: &str| reply.get(name).and_then(Value::as_str).map(str::to_owned);
                Err(Refusal { code: text("code").unwrap_or_default(), message: text("message").unwrap_or_default(), field: text("field") })
            }
        }
    }

    /// The same for what must be done.
    pub async fn tell(&self, command: Value) {
        let what = command.to_string();
        if let Err(refusal) = self.ask(command).await {
            panic!("{what} was refused: {refusal:?}");
        }
    }

    /// Waits until the entries of `me` show it.
    pub async fn wait<T>(&self, what: &str, look: impl FnMut(&Map<String, Value>) -> Option<T>) -> T {
        self.wait_in("me", what, look).await
    }

    /// Waits until the entries of a topic show it.
    pub async fn wait_in<T>(&self, topic: &str, what: &str, mut look: impl FnMut(&Map<String, Value>) -> Option<T>) -> T {
        self.when(what, |state| state.topics.get(topic).and_then(&mut look)).await
    }

    /// Waits for an entry of `me` whose name begins so, and that fits.
    pub async fn entry(&self, prefix: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let find =
            |entries: &Map<String, Value>| entries.iter().find(|(key, value)| key.starts_with(prefix) && fits(value)).map(|e| e.1.clone());
        self.wait(&format!("an entry {prefix}"), find).await
    }

    /// Waits until no entry of `me` begins so.
    pub async fn no_entry(&self, prefix: &str) {
        self.wait(&format!("no entry {prefix}"), |entries| (!entries.keys().any(|key| key.starts_with(prefix))).then_some(())).await;
    }

    /// Waits until the agent is shown in this state; gives the view.
    pub async fn shown(&self, state: &str) -> Value {
        self.entry("agent", |view| view.get("state").and_then(Value::as_str) == Some(state)).await
    }

    /// Every change so far, oldest first.
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.state).seen.clone()
    }

    /// Waits until the server has closed the socket.
    pub async fn closed(&self) {
        self.when("the end of the socket", |state| state.closed.then_some(())).await;
    }

    async fn when<T>(&self, what: &str, mut look: impl FnMut(&mut State) -> Option<T>) -> T {
        let mut changed = self.changed.clone();
        let wait = async {
            loop {
                changed.mark_unchanged();
                if let Some(found) = look(&mut lock(&self.state)) {
                    return Some(found);
                }
                if changed.changed().await.is_err() {
                    return look(&mut lock(&self.state));
                }
            }
        };
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(Some(found)) => found,
            Ok(None) => panic!("the socket closed before {what}"),
            Err(_) => panic!("never: {what}; the screen shows {:#?}", lock(&self.state).topics),
        }
    }
}

async fn read(mut stream: SplitStream<Socket>, state: Arc<Mutex<State>>, changes: watch::Sender<u64>) {
    while let Some(Ok(message)) = stream.next().await {
        let Message::Text(text) = message else { continue };
        let message: Value = serde_json::from_str(&text).expect("the server speaks JSON");
        take(&mut lock(&state), &message);
        changes.send_modify(|n| *n += 1);
    }
    lock(&state).closed = true;
    changes.send_modify(|n| *n += 1);
}

fn take(state: &mut State, message: &Value) {
    let at = Instant::now();
    let field = |name: &str| message.get(name).cloned().unwrap_or(Value::Null);
    let topic = field("topic").as_str().unwrap_or_default().to_owned();
    let kind = field("type");
    match kind.as_str() {
        Some("snapshot") => {
            state.topics.insert(topic.clone(), Map::new());
            set(state, at, &topic, &field("state"));
        }
        Some("delta") => {
            for key in field("del").as_array().into_iter().flatten().filter_map(Value::as_str) {
                state.topics.entry(topic.clone()).or_default().remove(key);
                state.seen.push(Seen { at, topic: topic.clone(), key: key.to_owned(), value: None });
            }
            set(state, at, &topic, &field("set"));
        }
        Some("reply") => {
            if let Some(id) = field("id").as_u64() {
                state.replies.insert(id, field("result"));
            }
        }
        _ => {}
    }
}

fn set(state: &mut State, at: Instant, topic: &str, entries: &Value) {
    for (key, value) in entries.as_object().into_iter().flatten() {
        state.topics.entry(topic.to_owned()).or_default().insert(key.clone(), value.clone());
        state.seen.push(Seen { at, topic: topic.to_owned(), key: key.clone(), value: Some(value.clone()) });
    }
}
