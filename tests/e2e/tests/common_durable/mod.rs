//! What the tests of crashes and absences share: a crew that carries many calls at once, and the checks of what must be in the record
//! whatever happened. Stops nothing itself.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, which clippy does not see as tests")]
#![allow(dead_code, reason = "no test file needs all of it")]

use crm_core::Store;
use crm_core::invariants::Violations;
use cti_phone::{Call, CallOptions, IncomingCalls, Media, RegisterOptions, Registration, UserAgent};
use e2e::{Heard, House, Recording, Rest, Screen, eventually, within};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The crew's number leads straight to its queue.
const NUMBER: &str = "+12025550160";
/// Callers' numbers are this and the call's index in three digits.
const CALLERS: &str = "+12025553";
/// Tones of this many calls can be told apart; then they begin anew.
const VOICES: usize = 50;

pub(crate) fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

pub(crate) fn number(value: &Value, path: &str) -> i64 {
    value.pointer(path).and_then(Value::as_i64).unwrap_or_else(|| panic!("no number {path} in {value:#}"))
}

fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    value.pointer(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// µs since the epoch.
pub(crate) fn now_us() -> i64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap().as_micros() as i64
}

/// A size that can be set for the full run.
pub(crate) fn size(name: &str, default: usize) -> usize {
    std::env::var(name).ok().map_or(default, |given| given.parse().unwrap_or_else(|_| panic!("{name}: {given} is no number")))
}

/// The caller's and the agent's tone of a call, Hz: no multiple of one is another.
pub(crate) fn voices(index: usize) -> (u16, u16) {
    let step = 20 * (index % VOICES) as u16;
    (400 + step, 1900 + step)
}

pub(crate) fn caller_number(index: usize) -> String {
    format!("{CALLERS}{index:03}")
}

/// Somebody of the crew at work.
pub(crate) struct Member {
    /// The id of the person.
    pub(crate) user: String,
    pub(crate) rest: Rest,
    pub(crate) screen: Screen,
    _registration: Registration,
}

/// Both ends of a call that is up.
pub(crate) struct Talk {
    pub(crate) index: usize,
    pub(crate) caller: Call,
    pub(crate) agent: Call,
}

type Lifted = Arc<Mutex<BTreeMap<usize, oneshot::Sender<Call>>>>;

fn lock(lifted: &Lifted) -> MutexGuard<'_, BTreeMap<usize, oneshot::Sender<Call>>> {
    lifted.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Agents who lift every call at once and are free again when it is over, and people who call them.
pub(crate) struct Crew {
    pub(crate) members: Vec<Member>,
    sip: SocketAddr,
    callers: UserAgent,
    lifted: Lifted,
    _desks: UserAgent,
    phones: Vec<JoinHandle<()>>,
}

impl Drop for Crew {
    fn drop(&mut self) {
        for phone in &self.phones {
            phone.abort();
        }
    }
}

async fn made(rest: &Rest, kind: &str, body: Value) -> String {
    let answer = rest.post(kind, &body).await;
    assert!(answer.status < 300, "POST {kind}: {} {}", answer.status, answer.body);
    text(&answer.body, "/id").to_owned()
}

impl Crew {
    /// Makes a queue without wrap-up, its number and the agents, and puts them to work.
    pub(crate) async fn hire(house: &House, count: usize) -> Crew {
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let (desks, callers) = (UserAgent::bind(anywhere).await.unwrap(), UserAgent::bind(anywhere).await.unwrap());
        let rest = house.rest();
        let queue = json!({ "name": "crew", "wrap_up_max_ms": 0, "recording": { "policy": "always" } });
        let queue = made(rest, "/queues", queue).await;
        made(rest, "/numbers", json!({ "number": NUMBER, "name": "crew", "entry": { "to": "queue", "queue": queue } })).await;
        let mut crew =
            Crew { members: Vec::new(), sip: house.sip(), callers, lifted: Lifted::default(), _desks: desks.clone(), phones: Vec::new() };
        for n in 0..count {
            let (login, password, phone) = (format!("crew-{n}"), format!("a quiet word {n}"), format!("crew-phone-{n}"));
            let body = json!({ "username": phone, "name": phone, "password": password });
            let phone_id = made(rest, "/phones", body).await;
            let body = json!({
                "login": login, "name": format!("Crew {n}"), "roles": ["agent"], "queues": [queue], "phone_id": phone_id,
                "password": password, "must_change_password": false,
            });
            let user = made(rest, "/users", body).await;
            crew.phones.push(tokio::spawn(lift_all(desks.incoming_for(&phone), crew.lifted.clone())));
            // What was made a moment ago comes to the calls' side a moment later.
            let register = RegisterOptions::new(house.sip(), &phone, &password);
            let registration = eventually("the new phone may register", async || desks.register(register.clone()).await.ok()).await;
            let person = rest.sign_in(&login, &password).await;
            let screen = Screen::open(house.http(), &person).await;
            let sign_in = json!({ "do": "sign_in", "device": { "kind": "phone", "id": phone_id } });
            eventually("the new agent may sign in", async || screen.ask(sign_in.clone()).await.ok()).await;
            screen.tell(json!({ "do": "set_presence", "presence": "ready" })).await;
            screen.shown("ready").await;
            crew.members.push(Member { user, rest: person, screen, _registration: registration });
        }
        crew
    }

    /// A call of this index; the INVITE is out when this returns.
    pub(crate) fn call(&self, index: usize) -> Call {
        let options = CallOptions::new(self.sip, format!("sip:{NUMBER}@{}", self.sip)).from_user(caller_number(index));
        self.callers.call(options.media(Media::tone(voices(index).0))).unwrap()
    }

    /// Calls and waits until caller and agent are connected.
    pub(crate) async fn talk(&self, index: usize) -> Talk {
        let (lift, lifted) = oneshot::channel();
        lock(&self.lifted).insert(index, lift);
        let mut caller = self.call(index);
        let answer = within("the answer to the caller", caller.answered()).await;
        answer.unwrap_or_else(|error| panic!("call {index} was not answered: {error}"));
        let agent = within("the agent", lifted).await.unwrap();
        Talk { index, caller, agent }
    }
}

impl Talk {
    /// Waits until each has heard only the other for a second.
    pub(crate) async fn hear_each_other(&self) {
        let (caller, agent) = voices(self.index);
        e2e::hear_each_other(&self.caller, caller, &self.agent, agent).await;
    }
}

async fn lift_all(mut calls: IncomingCalls, lifted: Lifted) {
    while let Some(incoming) = calls.recv().await {
        let index: usize = incoming.from_user().strip_prefix(CALLERS).and_then(|rest| rest.parse().ok()).expect("a caller of the crew");
        // A caller who is gone already.
        let Ok(mut call) = incoming.answer(Media::tone(voices(index).1)).await else { continue };
        if call.answered().await.is_ok()
            && let Some(lift) = lock(&lifted).remove(&index)
        {
            let _ = lift.send(call);
        }
    }
}

/// The one interaction with this number not older than `since`, once it fits.
pub(crate) async fn the_one(house: &House, caller: &str, since_us: i64, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    eventually(&format!("{what} of {caller}"), async || {
        let mut all = house.rest().interactions_of(caller).await;
        all.retain(|one| number(one, "/opened_at") >= since_us);
        assert!(all.len() <= 1, "{} interactions of one call", all.len());
        all.into_iter().find(|one| fits(one))
    })
    .await
}

/// Closed, and its recording with it.
pub(crate) fn closed_and_sealed(one: &Value) -> bool {
    text(one, "/state") == "closed" && one.pointer("/recordings/0/ended_at").is_some_and(Value::is_i64)
}

/// I1, I3: closed with nothing open, the segments of each participant join, every decision is kept, the sequence has no gap.
pub(crate) fn assert_whole(one: &Value) {
    assert_eq!(text(one, "/state"), "closed", "{one:#}");
    assert!(!list(one, "/participants").is_empty() && !list(one, "/work_items").is_empty(), "{one:#}");
    for participant in list(one, "/participants") {
        let mut at = number(participant, "/joined_at");
        for segment in list(participant, "/segments") {
            assert_eq!(number(segment, "/started_at"), at, "{participant:#}");
            at = number(segment, "/ended_at");
        }
        assert_eq!(number(participant, "/left_at"), at, "{participant:#}");
    }
    for item in list(one, "/work_items") {
        assert!(number(item, "/ended_at") > 0);
        for offer in list(item, "/offers") {
            assert!(!text(offer, "/outcome").is_empty() && !list(offer, "/decision/candidates").is_empty(), "{offer:#}");
        }
    }
    for assignment in list(one, "/assignments") {
        assert!(number(assignment, "/ended_at") > 0);
    }
    let seqs: Vec<i64> = list(one, "/events").iter().map(|event| number(event, "/seq")).collect();
    assert_eq!(seqs, (1..=seqs.len() as i64).collect::<Vec<_>>(), "{one:#}");
    let after: Vec<&str> = list(one, "/events").iter().map(|event| text(event, "/kind")).skip_while(|kind| *kind != "closed").collect();
    // What the engine measured and what the disk sealed may come after the last person left.
    let late = |kind: &&str| kind.starts_with("recording_") || *kind == "media_report";
    assert!(after.first() == Some(&"closed") && after[1..].iter().all(late), "{after:?}");
}

/// The one part of the recording: what is downloaded is what was sealed, and each channel holds its own voice alone. Returns the sound and
/// when it ends, µs since the epoch.
pub(crate) async fn check_recording(house: &House, one: &Value, caller: u16, agent: u16) -> (Recording, i64) {
    assert_eq!(list(one, "/recordings/0/parts").len(), 1, "{one:#}");
    let part = one.pointer("/recordings/0/parts/0").unwrap();
    let path = format!("/recordings/{}/parts/{}", text(one, "/recordings/0/id"), number(part, "/part"));
    let bytes = house.rest().bytes(&path).await;
    assert_eq!(hex::encode(Sha256::digest(&bytes)), text(part, "/sha256"));
    assert_eq!(bytes.len() as i64, number(part, "/bytes"));
    let sound = Recording::read(&bytes);
    assert_eq!(sound.ms() as i64, number(part, "/duration_ms"));
    let windows = (sound.ms() / 100).min(number(one, "/talk_ms") as usize / 100);
    for (name, channel, own, other) in [("left", &sound.left, caller, agent), ("right", &sound.right, agent, caller)] {
        // A phone of ours on a busy machine may fall silent for a moment; the voice of the other side is never here.
        let (heard, foreign) = (Heard::of(channel, own, &[other]), Heard::of(channel, other, &[own]));
        assert!(heard.right * 10 >= windows * 8 && foreign.right == 0, "{name}: {heard:?}, {foreign:?} of {windows} windows of 100 ms");
    }
    let end = number(one, "/recordings/0/started_at") + (number(part, "/offset_ms") + number(part, "/duration_ms")) * 1_000;
    (sound, end)
}

/// The store the server writes, opened beside it.
pub(crate) async fn store(house: &House) -> Store {
    Store::open(&house.database_url(), storage::options(17)).await.expect("the server's database opens")
}

/// Nothing in the whole log is broken.
pub(crate) async fn assert_healthy(house: &House) {
    let store = store(house).await;
    assert_eq!(store.violations().await.unwrap(), Violations::default());
    store.close().await;
}

/// Stops the server and makes every projection anew: each row is found as it is.
pub(crate) async fn rebuild_changes_no_row(house: &mut House) {
    assert!(house.terminate().await.success(), "the server ends in order");
    let said = house.command("rebuild");
    assert!(said.contains("; 0 rows differed"), "{said}");
}

/// The value of one figure of `/metrics`.
pub(crate) async fn metric(house: &House, name: &str) -> f64 {
    let text = reqwest::get(format!("{}/metrics", house.http())).await.expect("an answer").text().await.expect("a text");
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned));
    line.and_then(|value| value.trim().parse().ok()).unwrap_or_else(|| panic!("no figure {name} in {text}"))
}

/// A figure that counts.
pub(crate) async fn counted(house: &House, name: &str) -> u64 {
    metric(house, name).await.round() as u64
}

/// Status and body of `/ready`.
pub(crate) async fn readiness(house: &House) -> (u16, Value) {
    let answer = reqwest::get(format!("{}/ready", house.http())).await.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.json().await.expect("a body"))
}

/// Waits until everything that was written down is in the database.
pub(crate) async fn caught_up(house: &House) {
    eventually("the journal is in the database", async || {
        (counted(house, "cordboard_projector_behind").await == 0 && counted(house, "cordboard_projector_failing").await == 0).then_some(())
    })
    .await;
}
