//! The handle the switch holds, and the HTTP route that opens sockets. What a socket says once open is in `session`.

use crate::auth::{self, Authenticator, Identity};
use crate::config::Config;
use crate::hub::{Hub, NoSeat, Seat};
use crate::session::{self, End};
use crate::topic::TopicKey;
use axum::Router;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use cti_types::UserId;
use serde_json::{Value, json};
use softphone_protocol::{Command, Outcome, Role, SUBPROTOCOL, ServerMessage, SessionNo, WireError};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use tokio::sync::mpsc;

/// What the gateway tells the switch. Of one session: `Opened`, its commands in their order, `Closed`.
#[derive(Clone, Debug, PartialEq)]
pub enum FromGateway {
    /// A socket said hello.
    Opened { session: SessionNo, user: UserId },
    /// To be answered by [`Gateway::reply`] with the same `id`. `role`: the highest of this login, which may have fewer than its user.
    Command { session: SessionNo, user: UserId, role: Role, id: u64, command: Command },
    /// The socket is gone, for whatever reason.
    Closed { session: SessionNo, user: UserId },
}

/// What the gateway counts, for metrics. Totals are since start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GatewayStats {
    /// Sockets open now.
    pub sockets: usize,
    /// Topics kept now.
    pub topics: usize,
    /// Bytes of deltas and snapshots kept now.
    pub held_bytes: usize,
    /// Snapshots sent to clients that were too far behind for deltas.
    pub resyncs: u64,
    /// Sockets closed because their client read too slowly.
    pub too_slow: u64,
    /// Attempts to open a socket that were refused.
    pub refused: u64,
    /// Entries left out because a topic was at its bound.
    pub entries_left_out: u64,
}

/// The gateway's handle: cheap to clone, and none of its functions waits.
#[derive(Clone)]
pub struct Gateway(Arc<Shell>);

pub(crate) struct Shell {
    pub(crate) hub: Arc<Hub>,
    pub(crate) to_switch: mpsc::Sender<FromGateway>,
    pub(crate) authenticator: Arc<dyn Authenticator>,
}

impl Gateway {
    /// Starts the gateway; must be called within a Tokio runtime. When `to_switch` is full, commands are answered `busy` and new
    /// sockets wait; when its receiver is dropped, sockets close.
    pub fn new(config: Config, authenticator: Arc<dyn Authenticator>, to_switch: mpsc::Sender<FromGateway>) -> Self {
        let epoch = u64::try_from(session::utc_ms()).unwrap_or(0);
        let hub = Arc::new(Hub::new(config, epoch));
        tokio::spawn(Hub::beat(Arc::downgrade(&hub), Arc::clone(&hub.dirty), hub.config.conflate));
        Gateway(Arc::new(Shell { hub, to_switch, authenticator }))
    }

    /// The route `/ws/v1`, to be merged into the server's router.
    pub fn router(&self) -> Router {
        Router::new().route("/ws/v1", any(open)).with_state(self.clone())
    }

    /// Changes entries of a topic: a view as JSON text, or `None` to remove the entry. All changes of one call make one delta, except
    /// that topics other than `me` are joined to a few deltas a second. What changes nothing is not sent.
    pub fn publish(&self, topic: TopicKey, changes: Vec<(String, Option<Arc<str>>)>) {
        self.0.hub.publish(topic, changes, false);
    }

    /// The topics of records and of people's work that somebody follows now. Into others of them nothing is published. With another number
    /// than before, a topic was forgotten in between and is empty.
    pub fn followed_records(&self) -> Vec<(TopicKey, u64)> {
        self.0.hub.transient()
    }

    /// Who may see a record may have changed: each of its followers is looked at again, and follows it no longer if they may not.
    pub fn look_again(&self, topic: TopicKey) {
        self.0.hub.doubt(topic);
    }

    /// Makes these the topic's only entries.
    pub fn replace(&self, topic: TopicKey, entries: Vec<(String, Value)>) {
        let changes = entries.into_iter().map(|(name, value)| (name, Some(Arc::from(value.to_string())))).collect();
        self.0.hub.publish(topic, changes, true);
    }

    /// Answers a command. What was published before is sent before it. A session that is gone is passed over.
    pub fn reply(&self, session: SessionNo, id: u64, result: Result<Value, WireError>) {
        if let Some(session) = self.0.hub.session(session) {
            let result = match result {
                Ok(value) => Outcome::Ok { value },
                Err(error) => Outcome::Error(error),
            };
            session.say(&ServerMessage::Reply { id: Some(id), result });
        }
    }

    /// Closes one socket.
    pub fn kick(&self, session: SessionNo, end: End) {
        if let Some(session) = self.0.hub.session(session) {
            session.close(end);
        }
    }

    /// Closes all sockets of a user, for example when they were made inactive or their roles changed. One that is just being opened is
    /// looked up again.
    pub fn kick_user(&self, user: UserId, end: End) {
        self.0.hub.close_where(end, |session| session.user == user);
    }

    /// Closes the sockets that came by this session or token, when it was ended ([`crate::Identity::login`]).
    pub fn kick_login(&self, login: &str, end: End) {
        self.0.hub.close_where(end, |session| session.login == login);
    }

    /// Refuses new sockets and closes the open ones (1001): the server is going down.
    pub fn shut_down(&self) {
        self.0.hub.shut();
    }

    pub fn stats(&self) -> GatewayStats {
        let hub = &self.0.hub;
        let (topics, held_bytes) = hub.topics();
        GatewayStats {
            sockets: hub.sockets(),
            topics,
            held_bytes,
            resyncs: hub.counters.resyncs.load(Relaxed),
            too_slow: hub.counters.too_slow.load(Relaxed),
            refused: hub.counters.refused.load(Relaxed),
            entries_left_out: hub.counters.entries_left_out.load(Relaxed),
        }
    }
}

async fn open(
    State(gateway): State<Gateway>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    match admit(&gateway.0, &uri, &headers, upgrade).await {
        Ok(response) => response,
        Err(response) => {
            gateway.0.hub.counters.refused.fetch_add(1, Relaxed);
            response
        }
    }
}

async fn admit(
    shell: &Arc<Shell>,
    uri: &Uri,
    headers: &HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Response> {
    let config = &shell.hub.config;
    if !auth::is_own_page(headers, Some(uri), &config.allowed_origins, config.only_secure) {
        return Err(problem(StatusCode::FORBIDDEN, "this page may not open a socket here"));
    }
    // The plain faults of a request come before the look-up, which costs us more.
    let upgrade = upgrade.map_err(IntoResponse::into_response)?;
    if !upgrade.requested_protocols().any(|p| p.as_bytes() == SUBPROTOCOL.as_bytes()) {
        return Err(problem(StatusCode::BAD_REQUEST, "the subprotocol cordboard.v1 must be offered"));
    }
    let (identity, seat) = seated(shell, headers).await?;
    let shell = Arc::clone(shell);
    let hard_max = config.message_bytes_max.saturating_mul(16);
    Ok(upgrade
        .protocols([SUBPROTOCOL])
        // The library would take 128 KiB for each socket at once; what clients send is far shorter.
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(hard_max)
        .max_frame_size(hard_max)
        .on_upgrade(move |socket| session::run(shell, seat, identity, socket)))
}

/// What one read of a socket may bring; a longer message takes several.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// Most looks at a login for one socket; each further one is needed only if a login ended while the one before was under way. Then 503.
const LOOKS_MAX: u32 = 8;

/// Who this is, and a place for them.
async fn seated(shell: &Shell, headers: &HeaderMap) -> Result<(Identity, Seat), Response> {
    let (cookie, bearer) = (auth::cookie(headers, &shell.hub.config.cookie), auth::bearer(headers));
    for _ in 0..LOOKS_MAX {
        let ended = shell.hub.ended();
        let identity = match (cookie, bearer) {
            (None, None) => None,
            (cookie, bearer) => shell.authenticator.authenticate(cookie, bearer).await,
        };
        let Some(identity) = identity else {
            let mut response = problem(StatusCode::UNAUTHORIZED, "sign in first");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
            return Err(response);
        };
        let seat = shell.hub.take_seat(identity.user, &identity.login).map_err(|why| match why {
            NoSeat::UserFull => problem(StatusCode::TOO_MANY_REQUESTS, "this person has too many sockets open"),
            NoSeat::Full => problem(StatusCode::SERVICE_UNAVAILABLE, "too many sockets are open"),
            NoSeat::ShuttingDown => problem(StatusCode::SERVICE_UNAVAILABLE, "the server is going down"),
        });
        let seat = seat.map_err(come_back)?;
        // A login that ended before there was a seat had no socket to close: what was looked up may be old.
        if shell.hub.ended() == ended {
            return Ok((identity, seat));
        }
    }
    Err(come_back(problem(StatusCode::SERVICE_UNAVAILABLE, "logins are changing just now")))
}

fn come_back(mut response: Response) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("5"));
    response
}

/// RFC 9457.
fn problem(status: StatusCode, detail: &str) -> Response {
    let body = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": detail,
    });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
