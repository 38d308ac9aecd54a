//! An agent's screen without a browser: the real WebSocket, commands and the state they bring about. Decides nothing.

use anyhow::{Context, anyhow, bail};
use crm_core::model::Secret;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Map, Value};
use softphone_protocol::{ClientMessage, Command, Outcome, SUBPROTOCOL, ServerMessage, Topic};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Longest wait for the connection and its welcome.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// A change the screen would draw.
#[derive(Clone, Debug)]
pub(super) enum Change {
    /// An entry of `me` was added or replaced.
    Set(String, Value),
    Gone(String),
    /// A command was refused.
    Refused(String),
}

/// See the module.
pub(super) struct Screen {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next_id: u64,
    changes: std::collections::VecDeque<Change>,
}

impl Screen {
    /// Opens the socket with a session and says hello; `me` is followed from then on.
    pub(super) async fn open(http: SocketAddr, session: &Secret) -> anyhow::Result<Screen> {
        let connect = async {
            let mut request = format!("ws://{http}/ws/v1").into_client_request()?;
            let cookie = format!("{}={}", softphone_ws::Config::default().cookie, session.reveal());
            request.headers_mut().insert("cookie", cookie.parse()?);
            request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse()?);
            let (socket, _) = tokio_tungstenite::connect_async(request).await.context("the WebSocket was refused")?;
            let mut screen = Screen { socket, next_id: 1, changes: Default::default() };
            screen.send(&ClientMessage::Hello { resume: BTreeMap::new() }).await?;
            Ok(screen)
        };
        tokio::time::timeout(CONNECT_WITHIN, connect).await.map_err(|_| anyhow!("the WebSocket did not open in time"))?
    }

    async fn send(&mut self, message: &ClientMessage) -> anyhow::Result<()> {
        let text = serde_json::to_string(message)?;
        Ok(self.socket.send(Message::text(text)).await?)
    }

    /// Sends a command; a refusal comes as a change.
    pub(super) async fn command(&mut self, command: Command) -> anyhow::Result<()> {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&ClientMessage::Command { id, command }).await
    }

    /// The next change.
    ///
    /// # Errors
    /// When the socket is gone. Cancel-safe: a change is taken off the socket whole or not at all.
    pub(super) async fn next(&mut self) -> anyhow::Result<Change> {
        loop {
            if let Some(change) = self.changes.pop_front() {
                return Ok(change);
            }
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => self.take(serde_json::from_str(&text)?),
                Some(Ok(Message::Close(_))) | None => bail!("the server closed the WebSocket"),
                // Pings are answered by the library.
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
            }
        }
    }

    fn take(&mut self, message: ServerMessage) {
        match message {
            ServerMessage::Snapshot { topic: Topic::Me, state, .. } => self.set(state),
            ServerMessage::Delta { topic: Topic::Me, set, del, .. } => {
                self.changes.extend(del.into_iter().map(Change::Gone));
                self.set(set);
            }
            ServerMessage::Reply { result: Outcome::Error(error), .. } => self.changes.push_back(Change::Refused(error.message)),
            ServerMessage::Snapshot { .. }
            | ServerMessage::Delta { .. }
            | ServerMessage::Reply { .. }
            | ServerMessage::Welcome { .. }
            | ServerMessage::Refused { .. }
            | ServerMessage::Pong { .. } => {}
        }
    }

    fn set(&mut self, entries: Map<String, Value>) {
        self.changes.extend(entries.into_iter().map(|(key, value)| Change::Set(key, value)));
    }

    pub(super) async fn close(mut self) {
        // The server notices a socket that is simply gone, too.
        let _ = self.socket.close(None).await;
    }
}
