//! What the tests of call control share: a call under way between a customer and Alice, who hears whom, what a recording holds, and numbers
//! outside that can be dialled. Holds no test.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which clippy does not see as tests")]
#![allow(dead_code, unreachable_pub, reason = "each of the files uses its part")]

use cti_phone::{Call, IncomingCall, IncomingCalls, Media, UserAgent};
use e2e::record::{interaction, now_us, text};
use e2e::{Answer, Caller, Desk, Heard, House, Recording, Rest, Screen, eventually, steadily, until, within};
use serde_json::{Map, Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Noah Williams of the sample customers.
pub const NOAH: &str = "+12025550112";
pub const CALLER: u16 = 600;
pub const ALICE: u16 = 1500;
pub const BOB: u16 = 1050;
pub const BOSS: u16 = 2100;
/// Of somebody outside who is called.
pub const FAR: u16 = 2700;
pub const VOICES: [u16; 5] = [CALLER, ALICE, BOB, BOSS, FAR];

/// Noah has called the queue and talks with Alice.
pub struct Talk {
    pub house: House,
    /// When it began, for finding it in the log.
    pub since: i64,
    /// Noah's end.
    pub out: Call,
    pub alice: Desk,
    /// Alice's end, and its leg.
    pub taken: Call,
    pub leg: String,
}

impl Talk {
    pub async fn begin(house: House) -> Talk {
        let since = now_us();
        let mut alice = Desk::ready(&house, "alice").await;
        let caller = Caller::new(NOAH, CALLER).await;
        let out = caller.call(&house, house.queue());
        let taken = alice.phone.lifted(ALICE).await;
        alice.screen.shown("talking").await;
        hears("the caller", &out, &[ALICE]).await;
        hears("alice", &taken, &[CALLER]).await;
        let leg = alice.leg().await;
        Talk { house, since, out, alice, taken, leg }
    }

    /// The interaction's id, while it is live.
    pub async fn id(&self) -> String {
        let view = self.alice.screen.entry("call/", |_| true).await;
        text(&view, "/interaction").to_owned()
    }
}

/// Long enough for a window of a recording to hold nothing but what is heard.
const HEARING: Duration = Duration::from_millis(250);

/// Waits until this telephone hears these voices and no other of ours, for a moment at a stretch. Music is none of them.
pub async fn hears(who: &str, call: &Call, voices: &[u16]) {
    steadily(&format!("{who} hears {voices:?}"), HEARING, || {
        let Some(levels) = call.tones_heard(&VOICES) else { return false };
        let is_heard = |level: &cti_phone::ToneLevel| level.share > 0.12 && level.dbfs > -45.0;
        VOICES.iter().zip(&levels).all(|(voice, level)| voices.contains(voice) == is_heard(level))
    })
    .await;
}

/// Lets a second pass, by what another telephone hears, in which this one is not sent this voice: who hears nobody may be sent nothing.
pub async fn hears_not(who: &str, call: &Call, voice: u16, meanwhile: &Call) {
    call.expect_tone(Some(voice));
    let (before, passed) = (call.media().windows_right, meanwhile.media().received);
    until("a second at another telephone", || meanwhile.media().received >= passed + 50).await;
    // What was on its way, and a window that was begun.
    assert!(call.media().windows_right <= before + 1, "{who} hears {voice} Hz");
}

pub async fn call_shows(screen: &Screen, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    let find = |entries: &Map<String, Value>| {
        entries.iter().find(|(key, value)| key.starts_with("call/") && fits(value)).map(|(_, value)| value.clone())
    };
    screen.wait(what, find).await
}

/// An agent as a target.
pub fn agent(desk: &Desk) -> Value {
    json!({ "kind": "agent", "id": desk.user })
}

/// A queue as a target.
pub async fn queue(house: &House, name: &str) -> Value {
    let queue = house.rest().find("/queues", "name", name).await;
    json!({ "kind": "queue", "id": text(&queue, "/id") })
}

/// The closed interaction, all its recordings sealed.
pub async fn sealed(house: &House, number: &str, since: i64) -> Value {
    let whole = |one: &Value| {
        let all = one.pointer("/recordings").and_then(Value::as_array);
        text(one, "/state") == "closed" && all.is_some_and(|all| !all.is_empty() && all.iter().all(|r| r.pointer("/parts/0").is_some()))
    };
    interaction(house, number, since, "the closed interaction with its recordings", whole).await
}

/// The parts of one of the interaction's recordings.
pub async fn recording(rest: &Rest, one: &Value, n: usize) -> Vec<Recording> {
    let mut only = one.clone();
    only["recordings"] = json!([one.pointer(&format!("/recordings/{n}")).expect("a recording")]);
    Recording::of(rest, &only).await
}

/// In how many windows of a channel this voice is heard, and no other.
pub fn windows_of(channel: &[i16], voice: u16) -> usize {
    let others: Vec<u16> = VOICES.into_iter().filter(|other| *other != voice).collect();
    Heard::of(channel, voice, &others).right
}

/// The voices that a recording's channels hold, each alone in some window: left, right.
pub fn voices_in(parts: &[Recording]) -> (Vec<u16>, Vec<u16>) {
    let heard = |channel: fn(&Recording) -> &[i16]| {
        let some = |voice: &u16| parts.iter().any(|part| windows_of(channel(part), *voice) > 0);
        VOICES.into_iter().filter(some).collect()
    };
    (heard(|part| &part.left), heard(|part| &part.right))
}

/// The kinds of the interaction's events, in their order.
pub fn said(one: &Value) -> Vec<&str> {
    let events = one.get("events").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    events.iter().map(|event| text(event, "/kind")).collect()
}

/// The bodies of the events of one kind.
pub fn bodies<'a>(one: &'a Value, kind: &str) -> Vec<&'a Value> {
    let events = one.get("events").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    events.iter().filter(|event| text(event, "/kind") == kind).filter_map(|event| event.get("body")).collect()
}

/// What kind of party was asked first, and how that ended.
pub fn consultation(one: &Value) -> (&str, &str) {
    (text(bodies(one, "consult_started")[0], "/to/to"), text(bodies(one, "consult_ended")[0], "/how"))
}

/// What is marked in the interaction's first recording, in its order.
pub fn marks(one: &Value) -> Vec<&str> {
    let marks = one.pointer("/recordings/0/markers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    marks.iter().map(|mark| text(mark, "/mark")).collect()
}

/// The participant of this role, the first.
pub fn participant<'a>(one: &'a Value, role: &str) -> &'a Value {
    let all = one.get("participants").and_then(Value::as_array).unwrap();
    all.iter().find(|participant| text(participant, "/role") == role).unwrap_or_else(|| panic!("no {role} in {one:#}"))
}

/// Waits until a call waits in a queue that this screen follows; gives its view.
pub async fn waiting_call(screen: &Screen, topic: &str, fits: impl Fn(&Value) -> bool) -> Value {
    let find = |entries: &Map<String, Value>| {
        entries.iter().find(|(key, view)| key.starts_with("waiting/") && fits(view)).map(|(_, view)| view.clone())
    };
    screen.wait_in(topic, "a waiting call", find).await
}

pub async fn no_waiting_call(screen: &Screen, topic: &str) {
    let none = |entries: &Map<String, Value>| (!entries.keys().any(|key| key.starts_with("waiting/"))).then_some(());
    screen.wait_in(topic, "no waiting call", none).await;
}

/// From which moment on a recording's right channel holds this voice, alone or among others, ms.
pub fn on_the_right_from_ms(parts: &[Recording], voice: u16) -> Option<usize> {
    let mut windows = parts.iter().flat_map(|part| part.right.chunks_exact(800));
    windows.position(|window| is_in(window, voice)).map(|at| at * 100)
}

/// Whether a window of a recording holds this voice, alone or among others.
pub fn is_in(window: &[i16], voice: u16) -> bool {
    cti_media::tone::level_db(window, f64::from(voice)) > -30.0
}

/// A verb of the REST interface, `POST /calls/{id}/…`.
pub async fn verb(rest: &Rest, id: &str, verb: &str, body: Value) -> Answer {
    rest.post(&format!("/calls/{id}/{verb}"), &body).await
}

/// The same for what must be done.
pub async fn tell(rest: &Rest, id: &str, what: &str, body: Value) {
    let answer = verb(rest, id, what, body).await;
    assert_eq!(answer.status, 204, "{what}: {}", answer.body);
}

/// Waits until the live call shows it.
pub async fn live(rest: &Rest, id: &str, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    eventually(what, async || {
        let answer = rest.get(&format!("/calls/{id}")).await;
        (answer.status == 200 && fits(&answer.body)).then_some(answer.body)
    })
    .await
}

/// The party of this agent, or the first in this role.
pub fn party<'a>(call: &'a Value, who: &str) -> Option<&'a Value> {
    let all = call.get("parties").and_then(Value::as_array)?;
    all.iter().find(|party| text(party, "/agent") == who || text(party, "/role") == who)
}

/// A number in London, of those kept for drama, that nobody else of this run has.
fn in_london() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(100);
    format!("+44207946{:04}", NEXT.fetch_add(1, Ordering::Relaxed) % 1000)
}

/// Somebody outside, behind a carrier of their own that takes no other number.
pub struct Outside {
    pub number: String,
    calls: IncomingCalls,
    _carrier: UserAgent,
}

impl Outside {
    /// With a rule by which everybody may dial them.
    pub async fn allowed(house: &House) -> Outside {
        let number = in_london();
        // Before the trunk: the switch takes changes in their order, and knows of the rule when it knows the trunk.
        let rule = json!({ "name": format!("to {number}"), "sort": 100 });
        let made = house.rest().post("/dial-rules", &rule).await;
        assert_eq!(made.status, 201, "{}", made.body);
        Outside::new(house, &number).await
    }

    /// Without a rule.
    pub async fn forbidden(house: &House) -> Outside {
        Outside::new(house, &in_london()).await
    }

    /// The police, as they are reached from where the demo's people sit.
    pub async fn emergency(house: &House) -> Outside {
        Outside::new(house, "911").await
    }

    async fn new(house: &House, number: &str) -> Outside {
        let carrier = UserAgent::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.expect("a socket for the carrier");
        let calls = carrier.incoming_for(number);
        let peer = carrier.local_addr();
        // A short number belongs to no prefix of E.164: that trunk takes all.
        let prefixes = if number.starts_with('+') { json!([number]) } else { json!([]) };
        let row = json!({
            "name": format!("carrier {number}"), "sources": ["127.0.0.1"], "source_port": peer.port(), "peer": peer.to_string(),
            "country": "GB", "outbound": { "prefixes": prefixes, "priority": 1 },
        });
        let made = house.rest().post("/trunks", &row).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let path = format!("/trunks/{}/status", text(&made.body, "/id"));
        eventually("the trunk in the switch", async || (house.rest().get(&path).await.status == 200).then_some(())).await;
        Outside { number: number.to_owned(), calls, _carrier: carrier }
    }

    /// As a target.
    pub fn target(&self) -> Value {
        json!({ "kind": "number", "number": self.number })
    }

    /// Waits until it is called.
    pub async fn called(&mut self) -> IncomingCall {
        within("the call outside", self.calls.recv()).await.expect("a call")
    }

    /// Waits until it is called, and lifts.
    pub async fn lifted(&mut self) -> Call {
        let incoming = self.called().await;
        incoming.ring().await;
        let mut call = incoming.answer(Media::tone(FAR)).await.expect("the call is taken");
        within("the end of the answer", call.answered()).await.expect("the call is up");
        call
    }

    /// Whether nobody has called it by now.
    pub fn was_not_called(&mut self) -> bool {
        futures_util::FutureExt::now_or_never(self.calls.recv()).is_none()
    }
}
