//! What agents and supervisors do to a call, by command, with real voices: who hears whom at every party, and what each channel of the
//! recording holds.

#![allow(clippy::unwrap_used, reason = "tests")]

use cti_phone::{Call, EndReason};
use e2e::record::{assert_tiled, closed, interaction, kinds, now_us, text};
use e2e::{Caller, Database, Desk, Heard, House, Recording, Screen, until, within};
use serde_json::{Value, json};

/// Noah Williams of the sample customers.
const NOAH: &str = "+12025550112";
const CALLER: u16 = 600;
const ALICE: u16 = 1500;
const BOB: u16 = 1050;
const BOSS: u16 = 2100;
const VOICES: [u16; 4] = [CALLER, ALICE, BOB, BOSS];

/// Waits until this telephone hears these voices and no other of the four. Music is none of them.
async fn hears(who: &str, call: &Call, voices: &[u16]) {
    until(&format!("{who} hears {voices:?}"), || {
        let Some(levels) = call.tones_heard(&VOICES) else { return false };
        let is_heard = |level: &cti_phone::ToneLevel| level.share > 0.12 && level.dbfs > -45.0;
        VOICES.iter().zip(&levels).all(|(voice, level)| voices.contains(voice) == is_heard(level))
    })
    .await;
}

async fn start() -> House {
    House::start(Database::Sqlite).await
}

/// Noah has called the queue and talks with Alice.
async fn talking(house: &House) -> (Call, Desk, Call) {
    let mut alice = Desk::ready(house, "alice").await;
    let caller = Caller::new(NOAH, CALLER).await;
    let out = caller.call(house, house.queue());
    let taken = alice.phone.lifted(ALICE).await;
    alice.screen.shown("talking").await;
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
    (out, alice, taken)
}

async fn call_shows(screen: &Screen, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    let find = |entries: &serde_json::Map<String, Value>| {
        entries.iter().find(|(key, value)| key.starts_with("call/") && fits(value)).map(|(_, value)| value.clone())
    };
    screen.wait(what, find).await
}

fn agent(desk: &Desk) -> Value {
    json!({ "kind": "agent", "id": desk.user })
}

async fn sealed(house: &House, since: i64) -> Value {
    let whole = |one: &Value| {
        let all = one.pointer("/recordings").and_then(Value::as_array);
        text(one, "/state") == "closed" && all.is_some_and(|all| !all.is_empty() && all.iter().all(|r| r.pointer("/parts/0").is_some()))
    };
    interaction(house, NOAH, since, "the closed interaction with its recordings", whole).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_consulted_speaks_with_the_agent_alone_and_then_has_the_customer() {
    let since = now_us();
    let house = start().await;
    let (out, alice, taken) = talking(&house).await;
    let mut bob = Desk::ready(&house, "bob").await;
    let leg = alice.leg().await;
    alice.screen.tell(json!({ "do": "consult", "call": leg, "to": agent(&bob) })).await;
    hears("the caller", &out, &[]).await;
    let offer = bob.screen.entry("offer/", |_| true).await;
    assert_eq!((text(&offer, "/purpose"), text(&offer, "/cards/0/name")), ("consult", "Noah Williams"));
    let asked = bob.phone.lifted(BOB).await;
    call_shows(&alice.screen, "that bob is asked", |call| call.pointer("/actions/consulting") == Some(&Value::Bool(true))).await;
    hears("alice", &taken, &[BOB]).await;
    hears("bob", &asked, &[ALICE]).await;
    hears("the caller", &out, &[]).await;

    alice.screen.tell(json!({ "do": "swap", "call": leg })).await;
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
    hears("bob", &asked, &[]).await;
    alice.screen.tell(json!({ "do": "swap", "call": leg })).await;
    hears("bob", &asked, &[ALICE]).await;

    alice.screen.tell(json!({ "do": "complete", "call": leg })).await;
    let mut taken = taken;
    assert_eq!(within("the end of alice's part", taken.ended()).await, EndReason::RemoteHungUp);
    hears("the caller", &out, &[BOB]).await;
    hears("bob", &asked, &[CALLER]).await;
    alice.screen.shown("wrap_up").await;
    out.hang_up().await.unwrap();
    bob.screen.shown("wrap_up").await;
    alice.finish_wrap_up().await;
    bob.finish_wrap_up().await;
    let one = sealed(&house, since).await;
    assert_tiled(&one);
    let customer = kinds(&one, "customer");
    assert_eq!(customer[customer.len() - 5..], ["talking", "on_hold", "talking", "on_hold", "talking"]);
    check_consultation(&house, &one).await;
}

/// The first recording is the customer's: whatever they were told, and nothing that was said aside. The second is what was said aside.
async fn check_consultation(house: &House, one: &Value) {
    let parts = Recording::of(house.rest(), one).await;
    let [part] = parts.as_slice() else { panic!("one part, not {}", parts.len()) };
    let heard = |samples: &[i16], voice: u16| {
        let others: Vec<u16> = VOICES.into_iter().filter(|other| *other != voice).collect();
        Heard::of(samples, voice, &others).right
    };
    assert!(heard(&part.left, CALLER) > 0 && heard(&part.left, ALICE) == 0 && heard(&part.left, BOB) == 0);
    assert!(heard(&part.right, ALICE) > 0 && heard(&part.right, BOB) > 0 && heard(&part.right, CALLER) == 0);
    let aside = one.pointer("/recordings/1").expect("a recording of what was said aside");
    let mut only = one.clone();
    only["recordings"] = json!([aside]);
    let parts = Recording::of(house.rest(), &only).await;
    assert!(parts.iter().any(|part| heard(&part.left, BOB) > 0 && heard(&part.right, ALICE) > 0));
    assert!(parts.iter().all(|part| heard(&part.left, CALLER) == 0 && heard(&part.right, CALLER) == 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_conference_everybody_hears_everybody_and_it_outlives_who_made_it() {
    let since = now_us();
    let house = start().await;
    let (out, alice, taken) = talking(&house).await;
    let mut bob = Desk::ready(&house, "bob").await;
    let leg = alice.leg().await;
    alice.screen.tell(json!({ "do": "consult", "call": leg, "to": agent(&bob) })).await;
    let asked = bob.phone.lifted(BOB).await;
    hears("bob", &asked, &[ALICE]).await;
    alice.screen.tell(json!({ "do": "conference", "call": leg })).await;
    hears("the caller", &out, &[ALICE, BOB]).await;
    hears("alice", &taken, &[CALLER, BOB]).await;
    hears("bob", &asked, &[CALLER, ALICE]).await;

    alice.screen.tell(json!({ "do": "mute", "call": leg, "muted": true })).await;
    hears("the caller", &out, &[BOB]).await;
    hears("bob", &asked, &[CALLER]).await;
    hears("alice", &taken, &[CALLER, BOB]).await;
    alice.screen.tell(json!({ "do": "mute", "call": leg, "muted": false })).await;
    hears("the caller", &out, &[ALICE, BOB]).await;

    taken.hang_up().await.unwrap();
    hears("the caller", &out, &[BOB]).await;
    hears("bob", &asked, &[CALLER]).await;
    asked.hang_up().await.unwrap();
    let mut out = out;
    assert_eq!(within("the end of the call", out.ended()).await, EndReason::RemoteHungUp);
    alice.finish_wrap_up().await;
    bob.finish_wrap_up().await;
    let one = sealed(&house, since).await;
    let parts = Recording::of(house.rest(), &one).await;
    let mixed = parts
        .iter()
        .flat_map(|part| part.right.chunks_exact(800))
        .filter(|window| [ALICE, BOB].iter().all(|voice| cti_media::tone::level_db(window, f64::from(*voice)) > -30.0));
    assert!(mixed.count() > 0, "both of ours are on the right");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_transferred_to_an_agent_or_a_queue_is_recorded_on_in_the_same_recording() {
    let since = now_us();
    let house = start().await;
    let (out, alice, _taken) = talking(&house).await;
    let mut bob = Desk::ready(&house, "bob").await;
    let leg = alice.leg().await;
    let refusal = alice.screen.ask(json!({ "do": "transfer", "call": leg, "to": agent(&alice) })).await.unwrap_err();
    assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("bad_value", Some("to")));
    alice.screen.tell(json!({ "do": "transfer", "call": leg, "to": agent(&bob) })).await;
    alice.screen.shown("wrap_up").await;
    hears("the caller", &out, &[]).await;
    let second = bob.phone.lifted(BOB).await;
    hears("the caller", &out, &[BOB]).await;
    hears("bob", &second, &[CALLER]).await;
    alice.finish_wrap_up().await;
    alice.screen.shown("ready").await;

    let queue = house.rest().find("/queues", "name", "sales").await;
    let leg = bob.leg().await;
    bob.screen.tell(json!({ "do": "transfer", "call": leg, "to": { "kind": "queue", "id": text(&queue, "/id") } })).await;
    let mut alice = alice;
    let third = alice.phone.lifted(ALICE).await;
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &third, &[CALLER]).await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    bob.finish_wrap_up().await;
    let one = sealed(&house, since).await;
    assert_tiled(&one);
    assert_eq!(one.pointer("/recordings").and_then(Value::as_array).map(Vec::len), Some(1));
    let parts = Recording::of(house.rest(), &one).await;
    for voice in [ALICE, BOB] {
        let others: Vec<u16> = VOICES.into_iter().filter(|other| *other != voice).collect();
        assert!(parts.iter().any(|part| Heard::of(&part.right, voice, &others).right > 0), "{voice} is on the right");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_nobody_takes_brings_the_customer_back_to_the_queue() {
    let since = now_us();
    let house = start().await;
    let (out, alice, _taken) = talking(&house).await;
    let mut bob = Desk::ready(&house, "bob").await;
    let leg = alice.leg().await;
    alice.screen.tell(json!({ "do": "transfer", "call": leg, "to": agent(&bob) })).await;
    let refused = bob.phone.rings().await;
    refused.ring().await;
    refused.reject(603).await;
    // Bob said no to the transfer; the queue may offer it to him all the same.
    let again = bob.phone.lifted(BOB).await;
    hears("the caller", &out, &[BOB]).await;
    hears("bob", &again, &[CALLER]).await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    bob.finish_wrap_up().await;
    let one = closed(&house, NOAH, since).await;
    let said: Vec<&str> = one.get("events").and_then(Value::as_array).unwrap().iter().map(|event| text(event, "/kind")).collect();
    assert!(said.contains(&"transferred") && said.contains(&"transfer_failed"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_listens_whispers_barges_in_and_takes_over() {
    let since = now_us();
    let house = start().await;
    let (out, alice, taken) = talking(&house).await;
    let mut boss = Desk::open(&house, "supervisor").await;
    let refusal = alice.screen.ask(json!({ "do": "supervise", "agent": boss.user, "mode": "listen" })).await.unwrap_err();
    assert_eq!(refusal.code, "forbidden");
    boss.screen.tell(json!({ "do": "supervise", "agent": alice.user, "mode": "listen" })).await;
    let ear = boss.phone.lifted(BOSS).await;
    hears("the boss", &ear, &[CALLER, ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
    hears("the caller", &out, &[ALICE]).await;
    let shown = call_shows(&alice.screen, "alice's call", |_| true).await;
    let parties = shown.pointer("/parties").and_then(Value::as_array).unwrap();
    assert!(parties.iter().all(|party| text(party, "/role") != "supervisor"), "who only listens is not seen");

    let leg = boss.leg().await;
    boss.screen.tell(json!({ "do": "set_mode", "call": leg, "mode": "whisper" })).await;
    hears("alice", &taken, &[CALLER, BOSS]).await;
    hears("the caller", &out, &[ALICE]).await;
    boss.screen.tell(json!({ "do": "set_mode", "call": leg, "mode": "barge" })).await;
    hears("the caller", &out, &[ALICE, BOSS]).await;
    hears("alice", &taken, &[CALLER, BOSS]).await;
    boss.screen.tell(json!({ "do": "set_mode", "call": leg, "mode": "listen" })).await;
    hears("the caller", &out, &[ALICE]).await;

    boss.screen.tell(json!({ "do": "intercept", "call": leg })).await;
    let mut taken = taken;
    assert_eq!(within("the end of alice's part", taken.ended()).await, EndReason::RemoteHungUp);
    hears("the caller", &out, &[BOSS]).await;
    hears("the boss", &ear, &[CALLER]).await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    boss.finish_wrap_up().await;
    let one = sealed(&house, since).await;
    assert_tiled(&one);
    assert_eq!(kinds(&one, "supervisor")[..3], ["ringing", "listening", "whispering"]);
    let parts = Recording::of(house.rest(), &one).await;
    let window_with = |wanted: &[u16]| {
        parts.iter().flat_map(|part| part.right.chunks_exact(800)).any(|window| {
            VOICES.iter().all(|voice| wanted.contains(voice) == (cti_media::tone::level_db(window, f64::from(*voice)) > -30.0))
        })
    };
    assert!(window_with(&[ALICE]) && window_with(&[ALICE, BOSS]) && window_with(&[BOSS]));
    let audit = house.rest().read("/audit?resource=interaction").await;
    let actions: Vec<&str> = audit.pointer("/items").and_then(Value::as_array).unwrap().iter().map(|row| text(row, "/action")).collect();
    assert!(actions.contains(&"supervise") && actions.contains(&"intercept"), "{actions:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_takes_a_waiting_call_and_ends_another_by_force() {
    let since = now_us();
    let house = start().await;
    let mut boss = Desk::open(&house, "supervisor").await;
    let queue = house.rest().find("/queues", "name", "sales").await;
    let topic = format!("queue/{}", text(&queue, "/id"));
    boss.screen.follow(&[&topic]).await;
    // Somebody is signed in, so that the queue takes work, and nobody is ready.
    let alice = Desk::open(&house, "alice").await;
    let caller = Caller::new(NOAH, CALLER).await;
    let out = caller.call(&house, house.queue());
    let waiting =
        |entries: &serde_json::Map<String, Value>| entries.iter().find(|(key, _)| key.starts_with("waiting/")).map(|e| e.1.clone());
    let view = boss.screen.wait_in(&topic, "a waiting call", waiting).await;
    assert_eq!(text(&view, "/caller/number"), NOAH);
    boss.screen.tell(json!({ "do": "take_waiting", "interaction": text(&view, "/interaction") })).await;
    let taken = boss.phone.lifted(BOSS).await;
    hears("the caller", &out, &[BOSS]).await;
    hears("the boss", &taken, &[CALLER]).await;
    boss.screen.wait_in(&topic, "no waiting call", |entries| (!entries.keys().any(|key| key.starts_with("waiting/"))).then_some(())).await;
    let refusal = alice.screen.ask(json!({ "do": "force_release", "interaction": text(&view, "/interaction") })).await.unwrap_err();
    assert_eq!(refusal.code, "forbidden");
    boss.screen.tell(json!({ "do": "force_release", "interaction": text(&view, "/interaction") })).await;
    let mut out = out;
    assert_eq!(within("the end of the call", out.ended()).await, EndReason::RemoteHungUp);
    boss.finish_wrap_up().await;
    closed(&house, NOAH, since).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_customer_is_back_when_the_one_asked_is_let_go_and_a_party_that_is_put_out_is_gone() {
    let since = now_us();
    let house = start().await;
    let (out, alice, taken) = talking(&house).await;
    let mut bob = Desk::ready(&house, "bob").await;
    let leg = alice.leg().await;
    let refusal = alice.screen.ask(json!({ "do": "complete", "call": leg })).await.unwrap_err();
    assert_eq!(refusal.code, "wrong_state");
    alice.screen.tell(json!({ "do": "consult", "call": leg, "to": agent(&bob) })).await;
    let mut asked = bob.phone.lifted(BOB).await;
    hears("bob", &asked, &[ALICE]).await;
    alice.screen.tell(json!({ "do": "return", "call": leg })).await;
    assert_eq!(within("the end of bob's part", asked.ended()).await, EndReason::RemoteHungUp);
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
    bob.screen.shown("ready").await;

    alice.screen.tell(json!({ "do": "consult", "call": leg, "to": agent(&bob) })).await;
    let mut asked = bob.phone.lifted(BOB).await;
    hears("bob", &asked, &[ALICE]).await;
    alice.screen.tell(json!({ "do": "conference", "call": leg })).await;
    hears("the caller", &out, &[ALICE, BOB]).await;
    let shown = call_shows(&alice.screen, "bob in the call", |call| {
        call.pointer("/parties").and_then(Value::as_array).is_some_and(|parties| parties.iter().any(|p| text(p, "/agent") == bob.user))
    })
    .await;
    let parties = shown.pointer("/parties").and_then(Value::as_array).unwrap();
    let participant = parties.iter().find(|party| text(party, "/agent") == bob.user).map(|party| text(party, "/participant")).unwrap();
    alice.screen.tell(json!({ "do": "drop_party", "call": leg, "participant": participant })).await;
    assert_eq!(within("the end of bob's part", asked.ended()).await, EndReason::RemoteHungUp);
    hears("the caller", &out, &[ALICE]).await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    closed(&house, NOAH, since).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_recording_holds_nothing_of_the_meantime() {
    let since = now_us();
    let house = start().await;
    let (out, alice, taken) = talking(&house).await;
    let leg = alice.leg().await;
    alice.screen.tell(json!({ "do": "record", "call": leg, "what": "pause" })).await;
    call_shows(&alice.screen, "the pause", |call| call.get("recording_paused") == Some(&Value::Bool(true))).await;
    // Another voice, which is heard and must not be recorded.
    taken.say(cti_phone::Sound::tone(BOB));
    hears("the caller", &out, &[BOB]).await;
    taken.say(cti_phone::Sound::tone(ALICE));
    hears("the caller", &out, &[ALICE]).await;
    alice.screen.tell(json!({ "do": "record", "call": leg, "what": "resume" })).await;
    let before = out.media().received;
    until("a second of talk", || out.media().received > before + 50).await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    let one = sealed(&house, since).await;
    let parts = Recording::of(house.rest(), &one).await;
    let heard = |voice: u16| parts.iter().map(|part| Heard::of(&part.right, voice, &[CALLER]).right).sum::<usize>();
    assert!(heard(ALICE) > 0 && heard(BOB) == 0, "{} and {}", heard(ALICE), heard(BOB));
    let said: Vec<&str> = one.get("events").and_then(Value::as_array).unwrap().iter().map(|event| text(event, "/kind")).collect();
    assert!(said.contains(&"recording_paused") && said.contains(&"recording_resumed"), "{said:?}");
}
