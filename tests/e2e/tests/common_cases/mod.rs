//! What the SIP and media cases share: one server for a file's tests, a queue with a phone for each of them, a caller who sends what the
//! test writes. Their voice is in `voice`. Holds no test.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, which clippy does not see as tests")]
#![allow(dead_code, unreachable_pub, unused_imports, reason = "each of the files uses its part")]

mod voice;

use cti_phone::digest::{Algorithm, Challenge};
use cti_phone::raw::{RawDialog, RawPeer, Received};
use cti_phone::{AgentOptions, Description, RegisterOptions, Transport, UserAgent};
use e2e::{Caller, Database, Desk, House, PATIENCE, Phone, Rest, Screen, eventually};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};

pub use voice::{Numbering, Speech, Voice};

/// The demo's trunk: callers from here are known.
pub const TRUNK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Makes of each `async fn(Arc<House>)` a test on SQLite and one on PostgreSQL; those that run at the same time share a server.
#[macro_export]
macro_rules! on_shared {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name($crate::common_cases::shared(e2e::Database::Sqlite).await).await; })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name($crate::common_cases::shared(e2e::Database::Postgres).await).await; })*
        }
    };
}

/// The server of the tests that run now. It ends with the last of them.
pub async fn shared(database: Database) -> Arc<House> {
    static SQLITE: tokio::sync::Mutex<Weak<House>> = tokio::sync::Mutex::const_new(Weak::new());
    static POSTGRES: tokio::sync::Mutex<Weak<House>> = tokio::sync::Mutex::const_new(Weak::new());
    let place = match database {
        Database::Sqlite => &SQLITE,
        Database::Postgres => &POSTGRES,
    };
    let mut place = place.lock().await;
    if let Some(house) = place.upgrade() {
        return house;
    }
    let house = Arc::new(House::start(database).await);
    *place = Arc::downgrade(&house);
    house
}

/// A number no other test of this program uses, and its place in the count.
fn unique() -> (u32, String) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    (n, format!("+1202555{:04}", 2000 + n))
}

/// A caller's number that no customer has.
pub fn stranger() -> String {
    unique().1
}

/// Makes a row and gives its id.
pub async fn make(rest: &Rest, path: &str, row: Value) -> String {
    let answer = rest.post(path, &row).await;
    assert_eq!(answer.status, 201, "{path} {row}: {}", answer.body);
    text(&answer.body, "/id").to_owned()
}

pub fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

pub fn integer(value: &Value, path: &str) -> i64 {
    value.pointer(path).and_then(Value::as_i64).unwrap_or_else(|| panic!("no number {path} in {value}"))
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A queue of its own, the number that leads there, and one agent's account with a desk phone.
pub struct Place {
    pub rest: Rest,
    /// What a caller dials.
    pub number: String,
    pub queue: String,
    login: String,
    pub sip_user: String,
    pub sip_password: String,
    phone_id: String,
    user: String,
}

impl Place {
    pub async fn new(house: &House) -> Place {
        let rest = house.new_rest();
        let (n, number) = unique();
        let (login, sip_user, sip_password) = (format!("case{n}"), format!("case-{n}"), format!("phone-secret-{n}"));
        let queue = json!({ "name": format!("case {n}"), "wrap_up_max_ms": 0, "recording": { "policy": "always" } });
        let queue = make(&rest, "/queues", queue).await;
        make(&rest, "/numbers", json!({ "number": number, "entry": { "to": "queue", "queue": queue } })).await;
        let phone_id = make(&rest, "/phones", json!({ "username": sip_user, "password": sip_password })).await;
        let user = json!({
            "login": login, "name": format!("Case {n}"), "roles": ["agent"], "queues": [queue], "phone_id": phone_id, "password": PASSWORD,
        });
        let user = make(&rest, "/users", user).await;
        let place = Place { rest, number, queue, login, sip_user, sip_password, phone_id, user };
        // The switch takes all changes in their order: once a phone can register, the number made before it is in force.
        let phone = place.phone(house, Transport::Udp).await;
        phone.registration.expect("a registration").unregister().await.expect("the phone signs off");
        place
    }

    /// The same place once its house was started again: nothing but the way there is another.
    pub fn again(self, house: &House) -> Place {
        Place { rest: house.new_rest(), ..self }
    }

    /// Whether media of the telephone is encrypted from now on: `off`, `optional`, `required`.
    pub async fn set_srtp(&self, house: &House, rule: &str) {
        let answer = self.rest.patch(&format!("/phones/{}", self.phone_id), &json!({ "srtp": rule })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        // What is made later is in force later.
        Place::new(house).await;
    }

    /// The agent at a screen, signed in with the browser and not ready; its page has no audio yet.
    pub async fn at_page(&self, house: &House) -> Screen {
        let screen = self.screen(house).await;
        let sign_in = json!({ "do": "sign_in", "device": { "kind": "browser" } });
        eventually("the sign-in", async || screen.ask(sign_in.clone()).await.ok()).await;
        screen.shown("not_ready").await;
        screen
    }

    /// One more screen of the agent's.
    pub async fn screen(&self, house: &House) -> Screen {
        let rest = house.new_rest().sign_in(&self.login, PASSWORD).await;
        Screen::open(house.http(), &rest).await
    }

    /// One more telephone of the agent's number, registered over this transport.
    pub async fn phone(&self, house: &House, transport: Transport) -> Phone {
        let options = AgentOptions { transport, ..AgentOptions::default() };
        let agent = UserAgent::bind_with(SocketAddr::new(TRUNK, 0), options).await.expect("a socket for the phone");
        let calls = agent.incoming_for(&self.sip_user);
        let register = RegisterOptions::new(house.sip(), self.sip_user.as_str(), self.sip_password.as_str());
        let registration = eventually("the phone's registration", async || agent.register(register.clone()).await.ok()).await;
        Phone { agent, calls, registration: Some(registration), user: self.sip_user.clone() }
    }

    /// The agent with this telephone, ready.
    pub async fn desk_with(&self, house: &House, phone: Phone) -> Desk {
        let desk = self.signed_in_with(house, phone).await;
        desk.go_ready().await;
        desk
    }

    /// A desk where work waits: its first piece may be offered before anybody sees the state ready.
    pub async fn desk_where_work_waits(&self, house: &House) -> Desk {
        let desk = self.signed_in_with(house, self.phone(house, Transport::Udp).await).await;
        desk.take_calls().await;
        desk
    }

    async fn signed_in_with(&self, house: &House, phone: Phone) -> Desk {
        let rest = house.new_rest().sign_in(&self.login, PASSWORD).await;
        let screen = Screen::open(house.http(), &rest).await;
        let sign_in = json!({ "do": "sign_in", "device": { "kind": "phone", "id": self.phone_id } });
        eventually("the sign-in", async || screen.ask(sign_in.clone()).await.ok()).await;
        screen.shown("not_ready").await;
        let (login, user, phone_id) = (self.login.clone(), self.user.clone(), self.phone_id.clone());
        Desk { login, user, phone_id, rest, screen, phone }
    }

    /// The same with a telephone on UDP.
    pub async fn desk(&self, house: &House) -> Desk {
        let phone = self.phone(house, Transport::Udp).await;
        self.desk_with(house, phone).await
    }
}

const PASSWORD: &str = "a long enough password";

/// A new caller with a voice and a number of their own.
pub async fn somebody(voice: u16) -> Caller {
    Caller::new(&stranger(), voice).await
}

/// The only interaction of this number, once it fits.
pub async fn interaction(rest: &Rest, number: &str, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    eventually(what, async || {
        let all = rest.interactions_of(number).await;
        assert!(all.len() <= 1, "{number} called once: {all:#?}");
        all.into_iter().find(|one| fits(one))
    })
    .await
}

/// The only interaction of this number, closed; its segments tile, and it closed exactly once (I3).
pub async fn closed(rest: &Rest, number: &str) -> Value {
    let one = interaction(rest, number, "the closed interaction", |one| text(one, "/state") == "closed").await;
    check_closed(&one);
    one
}

/// The same for a caller whose number does not tell.
pub async fn closed_by_id(rest: &Rest, id: &str) -> Value {
    let one = eventually("the closed interaction", async || {
        let answer = rest.get(&format!("/interactions/{id}")).await;
        (answer.status == 200 && text(&answer.body, "/state") == "closed").then_some(answer.body)
    })
    .await;
    check_closed(&one);
    one
}

fn check_closed(one: &Value) {
    assert_eq!(events(one, "closed").len(), 1, "{one:#}");
    for participant in list(one, "participants") {
        let mut at = integer(participant, "/joined_at");
        for segment in list(participant, "segments") {
            assert_eq!(integer(segment, "/started_at"), at, "{participant:#}");
            at = integer(segment, "/ended_at");
        }
        assert_eq!(integer(participant, "/left_at"), at, "{participant:#}");
    }
}

/// The bodies of the events of one kind.
pub fn events<'a>(one: &'a Value, kind: &str) -> Vec<&'a Value> {
    list(one, "events").iter().filter(|event| text(event, "/kind") == kind).collect()
}

/// The flow's nodes in the order they were visited.
pub fn path(one: &Value) -> Vec<&str> {
    events(one, "node_visited").into_iter().map(|event| text(event, "/body/node")).collect()
}

pub fn participant<'a>(one: &'a Value, role: &str) -> &'a Value {
    list(one, "participants").iter().find(|p| text(p, "/role") == role).unwrap_or_else(|| panic!("no {role} in {one:#}"))
}

/// The segments of the first participant in this role.
pub fn segments<'a>(one: &'a Value, role: &str) -> Vec<&'a str> {
    list(participant(one, role), "segments").iter().map(|segment| text(segment, "/kind")).collect()
}

/// A caller whose every message is written by the test.
pub struct Line {
    pub peer: RawPeer,
    pub dialog: RawDialog,
    pub number: String,
}

impl Line {
    /// A UDP socket at `ip`, about to call `to`.
    pub async fn at(house: &House, ip: IpAddr, to: &str) -> Line {
        let peer = RawPeer::udp(SocketAddr::new(ip, 0)).await.expect("a socket");
        let number = stranger();
        let dialog = peer.dialog(house.sip(), &format!("sip:{to}@{}", house.sip()), &number);
        Line { peer, dialog, number }
    }

    /// The same from the trunk.
    pub async fn new(house: &House, to: &str) -> Line {
        Line::at(house, TRUNK, to).await
    }

    pub async fn send(&mut self, text: &str) {
        self.peer.send(text, self.dialog.target).await.expect("the message goes out");
    }

    /// Sends the next request; gives its text, to be sent again.
    pub async fn request(&mut self, method: &str, extra: &[&str], body: &str) -> String {
        let text = self.dialog.request(method, extra, body);
        self.send(&text).await;
        text
    }

    /// The next final response to this method.
    pub async fn response(&mut self, method: &str) -> Received {
        let fits = |r: &Received| r.status().is_some_and(|code| code >= 200) && r.cseq().is_some_and(|(_, of)| of == method);
        self.peer.wait_for(PATIENCE, fits).await.unwrap_or_else(|error| panic!("no response to {method}: {error}"))
    }

    /// The next request of this method from the server.
    pub async fn asked(&mut self, method: &str) -> Received {
        let fits = |r: &Received| r.method().is_some_and(|of| of.to_string() == method);
        self.peer.wait_for(PATIENCE, fits).await.unwrap_or_else(|error| panic!("no {method}: {error}"))
    }

    /// An INVITE that is refused, and its ACK.
    pub async fn refused(&mut self, extra: &[&str], body: &str) -> Received {
        self.request("INVITE", extra, body).await;
        let refusal = self.response("INVITE").await;
        let ack = self.dialog.ack_refusal();
        self.send(&ack).await;
        refusal
    }

    /// Calls with this description and acknowledges the answer; gives the server's description.
    pub async fn connect(&mut self, offer: &str) -> Description {
        self.connect_with(&[], offer).await
    }

    /// The same with these header lines.
    pub async fn connect_with(&mut self, extra: &[&str], offer: &str) -> Description {
        self.request("INVITE", extra, offer).await;
        let answer = self.response("INVITE").await;
        assert_eq!(answer.status(), Some(200), "{:?}", answer.bytes);
        self.dialog.confirm(&answer);
        let ack = self.dialog.ack(self.dialog.cseq, "");
        self.send(&ack).await;
        Description::parse(answer.body()).expect("the server's description")
    }

    /// A re-INVITE with this description; gives the server's.
    pub async fn reoffer(&mut self, offer: &str) -> Description {
        self.connect(offer).await
    }

    /// Hangs up.
    pub async fn bye(&mut self) {
        self.request("BYE", &[], "").await;
        assert_eq!(self.response("BYE").await.status(), Some(200));
    }
}

/// A telephone whose every message is written by the test, registered with digest.
pub async fn raw_phone(house: &House, place: &Place) -> RawPeer {
    let peer = RawPeer::udp(SocketAddr::new(TRUNK, 0)).await.unwrap();
    registered(peer, house.sip(), place).await
}

/// The same on a socket that is there, with this address of the server.
pub async fn registered(mut peer: RawPeer, server: SocketAddr, place: &Place) -> RawPeer {
    let mut dialog = peer.dialog(server, &format!("sip:{server}"), &place.sip_user);
    dialog.to = format!("<sip:{}@{server}>", place.sip_user);
    let granted = register(&mut peer, &mut dialog, &place.sip_user, &place.sip_password, 600).await;
    assert_eq!(granted.status(), Some(200));
    peer
}

/// REGISTER, the challenge, and REGISTER with its answer; gives the last response.
pub async fn register(peer: &mut RawPeer, dialog: &mut RawDialog, user: &str, password: &str, expires_s: u32) -> Received {
    let (uri, expires) = (dialog.request_uri.clone(), format!("Expires: {expires_s}"));
    let request = dialog.request("REGISTER", &[&expires], "");
    peer.send(request, dialog.target).await.unwrap();
    let challenge = peer.wait_for(PATIENCE, |r| r.answers("REGISTER", 401)).await.unwrap();
    let values = cti_phone::raw::values(&challenge, "WWW-Authenticate");
    let answer = Challenge::choose(values.into_iter(), Algorithm::Sha256).unwrap().answer(user, password, "REGISTER", &uri, 1, "c0ffee");
    let request = dialog.request("REGISTER", &[&expires, &format!("Authorization: {answer}")], "");
    peer.send(request, dialog.target).await.unwrap();
    peer.wait_for(PATIENCE, |r| r.status().is_some()).await.unwrap()
}

/// The next request of this method at a raw phone.
pub async fn asked(peer: &mut RawPeer, method: &str) -> Received {
    let fits = |r: &Received| r.method().is_some_and(|of| of.to_string() == method);
    peer.wait_for(PATIENCE, fits).await.unwrap_or_else(|error| panic!("no {method}: {error}"))
}

/// A description with µ-law and telephone events for media at this port.
pub fn offer(ip: IpAddr, port: u16, version: u32, direction: &str) -> String {
    let family = if ip.is_ipv4() { "IP4" } else { "IP6" };
    format!(
        "v=0\r\no=- 7 {version} IN IP4 {TRUNK}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n\
         a=rtpmap:101 telephone-event/8000\r\na={direction}\r\n"
    )
}
