//! What agents and supervisors do to a call, by command, with real voices: who hears whom at every party, and what each channel of the
//! recording holds.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common_control;

use common_control::*;
use cti_phone::{Call, DigitsBy, EndReason};
use e2e::record::{assert_tiled, closed, kinds, now_us, text};
use e2e::{Caller, Desk, Heard, House, Recording, Screen, eventually, on_both, until, within};
use serde_json::{Value, json};

on_both!(
    who_is_consulted_speaks_with_the_agent_alone_and_then_has_the_customer,
    in_a_conference_everybody_hears_everybody_and_it_outlives_who_made_it,
    a_customer_transferred_to_an_agent_or_a_queue_is_recorded_on_in_the_same_recording,
    a_transfer_nobody_takes_brings_the_customer_back_to_the_queue,
    a_supervisor_listens_whispers_barges_in_and_takes_over,
    a_supervisor_says_by_keys_how_well_they_are_heard_and_the_keys_reach_nobody,
    of_two_supervisors_who_take_over_one_wins_and_the_other_is_refused,
    a_supervisor_of_a_team_follows_a_call_within_it_and_no_further,
    an_agent_is_taken_out_by_force_and_the_customer_waits_for_another,
    a_supervisor_takes_a_waiting_call_and_ends_another_by_force,
    the_customer_is_back_when_the_one_asked_is_let_go_and_a_party_that_is_put_out_is_gone,
    a_paused_recording_holds_nothing_of_the_meantime,
    a_pause_ends_with_the_part_of_the_agent_who_asked_for_it,
);

async fn who_is_consulted_speaks_with_the_agent_alone_and_then_has_the_customer(house: House) {
    let Talk { house, since, out, alice, taken, leg } = Talk::begin(house).await;
    let mut bob = Desk::ready(&house, "bob").await;
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
    let one = sealed(&house, NOAH, since).await;
    assert_tiled(&one);
    let customer = kinds(&one, "customer");
    assert_eq!(customer[customer.len() - 5..], ["talking", "on_hold", "talking", "on_hold", "talking"]);
    check_consultation(&house, &one).await;
}

/// The first recording is the customer's: whatever they were told, and nothing that was said aside. The second is what was said aside.
async fn check_consultation(house: &House, one: &Value) {
    let parts = recording(house.rest(), one, 0).await;
    assert_eq!(parts.len(), 1);
    assert_eq!(voices_in(&parts), (vec![CALLER], vec![ALICE, BOB]));
    assert_eq!(voices_in(&recording(house.rest(), one, 1).await), (vec![BOB], vec![ALICE]));
}

async fn in_a_conference_everybody_hears_everybody_and_it_outlives_who_made_it(house: House) {
    let Talk { house, since, out, alice, taken, leg } = Talk::begin(house).await;
    let mut bob = Desk::ready(&house, "bob").await;
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
    let one = sealed(&house, NOAH, since).await;
    let parts = Recording::of(house.rest(), &one).await;
    let mixed = parts
        .iter()
        .flat_map(|part| part.right.chunks_exact(800))
        .filter(|window| [ALICE, BOB].iter().all(|voice| cti_media::tone::level_db(window, f64::from(*voice)) > -30.0));
    assert!(mixed.count() > 0, "both of ours are on the right");
    assert_eq!(marks(&one), ["consulted", "held", "conferenced", "retrieved"]);
}

async fn a_customer_transferred_to_an_agent_or_a_queue_is_recorded_on_in_the_same_recording(house: House) {
    let Talk { house, since, out, alice, taken: _taken, leg } = Talk::begin(house).await;
    let mut bob = Desk::ready(&house, "bob").await;
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
    let one = sealed(&house, NOAH, since).await;
    assert_tiled(&one);
    assert_eq!(one.pointer("/recordings").and_then(Value::as_array).map(Vec::len), Some(1));
    assert_eq!(marks(&one), ["transferred", "transferred"]);
    let parts = Recording::of(house.rest(), &one).await;
    for voice in [ALICE, BOB] {
        let others: Vec<u16> = VOICES.into_iter().filter(|other| *other != voice).collect();
        assert!(parts.iter().any(|part| Heard::of(&part.right, voice, &others).right > 0), "{voice} is on the right");
    }
}

async fn a_transfer_nobody_takes_brings_the_customer_back_to_the_queue(house: House) {
    let Talk { house, since, out, alice, taken: _taken, leg } = Talk::begin(house).await;
    let mut bob = Desk::ready(&house, "bob").await;
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

async fn a_supervisor_listens_whispers_barges_in_and_takes_over(house: House) {
    let Talk { house, since, out, alice, taken, .. } = Talk::begin(house).await;
    // The recording began before.
    let began = now_us();
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
    let whispered_until = ((now_us() - began) / 1000) as usize;
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
    let one = sealed(&house, NOAH, since).await;
    assert_tiled(&one);
    assert_eq!(kinds(&one, "supervisor")[..3], ["ringing", "listening", "whispering"]);
    assert_eq!(marks(&one), ["intercepted"]);
    let parts = Recording::of(house.rest(), &one).await;
    let window_with = |wanted: &[u16]| {
        parts.iter().flat_map(|part| part.right.chunks_exact(800)).any(|window| {
            VOICES.iter().all(|voice| wanted.contains(voice) == (cti_media::tone::level_db(window, f64::from(*voice)) > -30.0))
        })
    };
    assert!(window_with(&[ALICE]) && window_with(&[ALICE, BOSS]) && window_with(&[BOSS]));
    // The supervisor is heard in it when the customer hears them, and never whispering: after a barge of a second or so.
    let loud = |window: &[i16], voice: u16| cti_media::tone::level_db(window, f64::from(voice)) > -30.0;
    let with_boss = parts.iter().flat_map(|part| part.right.chunks_exact(800)).position(|window| loud(window, BOSS));
    assert!(with_boss.unwrap() * 100 >= whispered_until, "{with_boss:?} of {whispered_until} ms");
    assert!(parts.iter().flat_map(|part| part.left.chunks_exact(800)).all(|window| !loud(window, BOSS)), "left is the customer alone");
    let audit = house.rest().read("/audit?resource=interaction").await;
    let actions: Vec<&str> = audit.pointer("/items").and_then(Value::as_array).unwrap().iter().map(|row| text(row, "/action")).collect();
    assert!(actions.contains(&"supervise") && actions.contains(&"intercept"), "{actions:?}");
}

async fn a_supervisor_says_by_keys_how_well_they_are_heard_and_the_keys_reach_nobody(house: House) {
    let Talk { house, since, out, alice, taken, leg } = Talk::begin(house).await;
    let mut boss = Desk::open(&house, "supervisor").await;
    boss.screen.tell(json!({ "do": "supervise", "agent": alice.user, "mode": "listen" })).await;
    let ear = boss.phone.lifted(BOSS).await;
    hears("the boss", &ear, &[CALLER, ALICE]).await;
    let steps: [(&str, DigitsBy, &[u16], &[u16]); 5] = [
        ("2", DigitsBy::Rtp, &[ALICE], &[CALLER, BOSS]),
        ("3", DigitsBy::Info, &[ALICE, BOSS], &[CALLER, BOSS]),
        ("7", DigitsBy::Rtp, &[ALICE, BOSS], &[CALLER, BOSS]),
        ("1", DigitsBy::Both, &[ALICE], &[CALLER]),
        ("3", DigitsBy::Rtp, &[ALICE, BOSS], &[CALLER, BOSS]),
    ];
    for (key, by, caller, agent) in steps {
        ear.send_digits(key, by, 3).await.unwrap();
        hears("the caller", &out, caller).await;
        hears("alice", &taken, agent).await;
    }
    // The only one the caller hears: without a mix, packets are passed on as they are.
    alice.screen.tell(json!({ "do": "mute", "call": leg, "muted": true })).await;
    hears("the caller", &out, &[BOSS]).await;
    ear.send_digits("2", DigitsBy::Rtp, 3).await.unwrap();
    call_shows(&boss.screen, "the whispering", |call| text(call, "/state") == "whispering").await;
    hears("alice", &taken, &[CALLER, BOSS]).await;
    assert_eq!((out.media().digits.as_str(), taken.media().digits.as_str()), ("", ""));

    boss.screen.tell(json!({ "do": "intercept", "call": boss.leg().await })).await;
    hears("the caller", &out, &[BOSS]).await;
    ear.send_digits("7", DigitsBy::Rtp, 3).await.unwrap();
    until("a key of who has the call now", || out.media().digits == "7").await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    boss.finish_wrap_up().await;
    let one = closed(&house, NOAH, since).await;
    assert_eq!(kinds(&one, "supervisor")[..6], ["ringing", "listening", "whispering", "barging", "listening", "barging"]);
    let audit = house.rest().read("/audit?resource=interaction").await;
    let rows = audit.pointer("/items").and_then(Value::as_array).unwrap();
    assert_eq!(rows.iter().filter(|row| text(row, "/via") == "phone").count(), 5, "{audit:#}");
}

async fn of_two_supervisors_who_take_over_one_wins_and_the_other_is_refused(house: House) {
    let bob = house.rest().find("/users", "login", "bob").await;
    let both = house.rest().patch(&format!("/users/{}", text(&bob, "/id")), &json!({ "roles": ["agent", "supervisor"] })).await;
    assert_eq!(both.status, 200, "{}", both.body);
    let Talk { house, since, out, alice, mut taken, .. } = Talk::begin(house).await;
    let (mut boss, mut bob) = (Desk::open(&house, "supervisor").await, Desk::open(&house, "bob").await);
    boss.screen.tell(json!({ "do": "supervise", "agent": alice.user, "mode": "listen" })).await;
    let mut ear = boss.phone.lifted(BOSS).await;
    bob.screen.tell(json!({ "do": "supervise", "agent": alice.user, "mode": "barge" })).await;
    let mut mouth = bob.phone.lifted(BOB).await;
    hears("the caller", &out, &[ALICE, BOB]).await;
    hears("the boss", &ear, &[CALLER, ALICE, BOB]).await;

    let intercept = async |desk: &Desk| desk.screen.ask(json!({ "do": "intercept", "call": desk.leg().await })).await;
    let (by_boss, by_bob) = tokio::join!(intercept(&boss), intercept(&bob));
    // The other goes on as they were: the boss is heard by nobody, and bob by everybody.
    let (winner, loser, refusal, heard) = match (by_boss, by_bob) {
        (Ok(_), Err(refusal)) => (&boss, &bob, refusal, vec![BOB, BOSS]),
        (Err(refusal), Ok(_)) => (&bob, &boss, refusal, vec![BOB]),
        (by_boss, by_bob) => panic!("one wins: {by_boss:?} and {by_bob:?}"),
    };
    assert_eq!(refusal.code, "wrong_state");
    assert_eq!(within("the end of alice's part", taken.ended()).await, EndReason::RemoteHungUp);
    hears("the caller", &out, &heard).await;
    out.hang_up().await.unwrap();
    for call in [&mut ear, &mut mouth] {
        assert_eq!(within("the end of a supervisor's part", call.ended()).await, EndReason::RemoteHungUp);
    }
    alice.finish_wrap_up().await;
    winner.finish_wrap_up().await;
    loser.screen.shown("not_ready").await;
    let one = closed(&house, NOAH, since).await;
    assert_eq!((bodies(&one, "intercepted").len(), bodies(&one, "supervision_ended").len()), (1, 1));
    eventually("no leg", async || (house.rest().figure("cordboard_legs").await == 0).then_some(())).await;
}

async fn a_supervisor_of_a_team_follows_a_call_within_it_and_no_further(house: House) {
    let rest = house.rest();
    let south = rest.post("/teams", &json!({ "name": "south" })).await;
    let jonas = rest.find("/users", "login", "jonas").await;
    let moved = rest.patch(&format!("/users/{}", text(&jonas, "/id")), &json!({ "team_id": text(&south.body, "/id") })).await;
    assert_eq!(moved.status, 200, "{}", moved.body);
    let Talk { house, since, out, alice, taken, leg } = Talk::begin(house).await;
    let mut boss = Desk::open(&house, "supervisor").await;
    boss.screen.tell(json!({ "do": "supervise", "agent": alice.user, "mode": "listen" })).await;
    let mut ear = boss.phone.lifted(BOSS).await;
    hears("the boss", &ear, &[CALLER, ALICE]).await;
    alice.screen.tell(json!({ "do": "hold", "call": leg })).await;
    hears("the caller", &out, &[]).await;
    alice.screen.tell(json!({ "do": "retrieve", "call": leg })).await;
    hears("the boss", &ear, &[CALLER, ALICE]).await;

    let mut bob = Desk::ready(&house, "bob").await;
    alice.screen.tell(json!({ "do": "transfer", "call": leg, "to": agent(&bob) })).await;
    let second = bob.phone.lifted(BOB).await;
    hears("the caller", &out, &[BOB]).await;
    hears("the boss", &ear, &[CALLER, BOB]).await;
    drop(taken);

    let mut jonas = Desk::ready(&house, "jonas").await;
    let refusal = boss.screen.ask(json!({ "do": "supervise", "agent": jonas.user, "mode": "listen" })).await.unwrap_err();
    assert_eq!(refusal.code, "forbidden");
    bob.screen.tell(json!({ "do": "transfer", "call": bob.leg().await, "to": agent(&jonas) })).await;
    let third = jonas.phone.lifted(FAR).await;
    hears("the caller", &out, &[FAR]).await;
    hears("jonas", &third, &[CALLER]).await;
    assert_eq!(within("the end of the supervision", ear.ended()).await, EndReason::RemoteHungUp);
    boss.screen.shown("not_ready").await;
    drop(second);
    out.hang_up().await.unwrap();
    for desk in [&alice, &bob, &jonas] {
        desk.finish_wrap_up().await;
    }
    let one = closed(&house, NOAH, since).await;
    assert_tiled(&one);
    assert_eq!(bodies(&one, "supervision_ended").len(), 1);
}

async fn an_agent_is_taken_out_by_force_and_the_customer_waits_for_another(house: House) {
    let Talk { house, since, out, alice, taken, .. } = Talk::begin(house).await;
    let boss = Desk::open(&house, "supervisor").await;
    let view = alice.screen.entry("call/", |_| true).await;
    let id = text(&view, "/interaction");
    let live = boss.rest.read(&format!("/calls/{id}")).await;
    let parties = live.pointer("/parties").and_then(Value::as_array).unwrap();
    let hers = parties.iter().find(|party| text(party, "/agent") == alice.user).unwrap();
    let release = json!({ "do": "force_release", "interaction": id, "participant": text(hers, "/participant") });
    assert_eq!(alice.screen.ask(release.clone()).await.unwrap_err().code, "forbidden");
    boss.screen.tell(release).await;
    let mut taken = taken;
    assert_eq!(within("the end of alice's part", taken.ended()).await, EndReason::RemoteHungUp);
    let mut bob = Desk::open(&house, "bob").await;
    bob.take_calls().await;
    let next = bob.phone.lifted(BOB).await;
    hears("the caller", &out, &[BOB]).await;
    hears("bob", &next, &[CALLER]).await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    bob.finish_wrap_up().await;
    let one = closed(&house, NOAH, since).await;
    assert_tiled(&one);
    assert_eq!(bodies(&one, "force_released").len(), 1);
}

async fn a_supervisor_takes_a_waiting_call_and_ends_another_by_force(house: House) {
    let since = now_us();
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
    // A login with fewer roles than its user allows no more than they do.
    let both = json!({ "login": "both", "name": "Both", "roles": ["agent", "supervisor"], "password": "good enough for two" });
    let both = house.rest().post("/users", &both).await;
    let as_agent = json!({ "name": "tool", "user_id": text(&both.body, "/id"), "roles": ["agent"] });
    let token = house.rest().post("/api-tokens", &as_agent).await;
    assert_eq!(token.status, 201, "{}", token.body);
    let tool = Screen::open(house.http(), &house.rest().with_token(text(&token.body, "/token"))).await;
    let refusal = tool.ask(json!({ "do": "force_release", "interaction": text(&view, "/interaction") })).await.unwrap_err();
    assert_eq!(refusal.code, "forbidden");
    boss.screen.tell(json!({ "do": "force_release", "interaction": text(&view, "/interaction") })).await;
    let mut out = out;
    assert_eq!(within("the end of the call", out.ended()).await, EndReason::RemoteHungUp);
    boss.finish_wrap_up().await;
    closed(&house, NOAH, since).await;
}

async fn the_customer_is_back_when_the_one_asked_is_let_go_and_a_party_that_is_put_out_is_gone(house: House) {
    let Talk { house, since, out, alice, taken, leg } = Talk::begin(house).await;
    let mut bob = Desk::ready(&house, "bob").await;
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

async fn a_paused_recording_holds_nothing_of_the_meantime(house: House) {
    let Talk { house, since, out, alice, taken, leg } = Talk::begin(house).await;
    alice.screen.tell(json!({ "do": "record", "call": leg, "what": "pause" })).await;
    call_shows(&alice.screen, "the pause", |call| call.get("recording_paused") == Some(&Value::Bool(true))).await;
    // Another voice, which is heard and must not be recorded.
    taken.say(cti_phone::Sound::tone(BOB));
    hears("the caller", &out, &[BOB]).await;
    taken.say(cti_phone::Sound::tone(ALICE));
    hears("the caller", &out, &[ALICE]).await;
    // What is asked aside meanwhile is not recorded either.
    let mut bob = Desk::ready(&house, "bob").await;
    alice.screen.tell(json!({ "do": "consult", "call": leg, "to": agent(&bob) })).await;
    let asked = bob.phone.lifted(BOB).await;
    hears("bob", &asked, &[ALICE]).await;
    alice.screen.tell(json!({ "do": "return", "call": leg })).await;
    hears("the caller", &out, &[ALICE]).await;
    alice.screen.tell(json!({ "do": "record", "call": leg, "what": "resume" })).await;
    let before = out.media().received;
    until("a second of talk", || out.media().received > before + 50).await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    let one = sealed(&house, NOAH, since).await;
    assert_eq!(one.pointer("/recordings").and_then(Value::as_array).map(Vec::len), Some(1));
    let parts = Recording::of(house.rest(), &one).await;
    let heard = |voice: u16| parts.iter().map(|part| Heard::of(&part.right, voice, &[CALLER]).right).sum::<usize>();
    assert!(heard(ALICE) > 0 && heard(BOB) == 0, "{} and {}", heard(ALICE), heard(BOB));
    let said: Vec<&str> = one.get("events").and_then(Value::as_array).unwrap().iter().map(|event| text(event, "/kind")).collect();
    assert!(said.contains(&"recording_paused") && said.contains(&"recording_resumed"), "{said:?}");
}

/// The recording is paused, and what the agent then says in another voice is heard.
async fn says_unrecorded(desk: &Desk, end: &Call, out: &Call) {
    desk.screen.tell(json!({ "do": "record", "call": desk.leg().await, "what": "pause" })).await;
    call_shows(&desk.screen, "the pause", |call| call["recording_paused"] == json!(true)).await;
    end.say(cti_phone::Sound::tone(FAR));
    hears("the caller", out, &[FAR]).await;
}

async fn a_pause_ends_with_the_part_of_the_agent_who_asked_for_it(house: House) {
    let Talk { house, since, out, mut alice, taken, leg } = Talk::begin(house).await;
    let mut bob = Desk::ready(&house, "bob").await;
    let mut boss = Desk::open(&house, "supervisor").await;
    says_unrecorded(&alice, &taken, &out).await;
    alice.screen.tell(json!({ "do": "transfer", "call": leg, "to": agent(&bob) })).await;
    let second = bob.phone.lifted(BOB).await;
    hears("the caller", &out, &[BOB]).await;
    call_shows(&bob.screen, "that it is recorded", |call| {
        (call["recording"].as_bool(), call["recording_paused"].as_bool()) == (Some(true), Some(false))
    })
    .await;
    alice.finish_wrap_up().await;
    alice.screen.shown("ready").await;

    says_unrecorded(&bob, &second, &out).await;
    let sales = queue(&house, "sales").await;
    bob.screen.tell(json!({ "do": "transfer", "call": bob.leg().await, "to": sales })).await;
    let third = alice.phone.lifted(ALICE).await;
    hears("the caller", &out, &[ALICE]).await;

    says_unrecorded(&alice, &third, &out).await;
    boss.screen.tell(json!({ "do": "supervise", "agent": alice.user, "mode": "listen", "intercept": true })).await;
    let fourth = boss.phone.lifted(BOSS).await;
    hears("the caller", &out, &[BOSS]).await;
    hears("the boss", &fourth, &[CALLER]).await;
    out.hang_up().await.unwrap();
    for desk in [&alice, &bob, &boss] {
        desk.finish_wrap_up().await;
    }
    let one = sealed(&house, NOAH, since).await;
    assert_eq!(one.pointer("/recordings").and_then(Value::as_array).map(Vec::len), Some(1));
    let parts = Recording::of(house.rest(), &one).await;
    assert_eq!(voices_in(&parts), (vec![CALLER], vec![ALICE, BOB, BOSS]), "the next one's voice, and nothing of a pause");
    let (transferred, intercepted) = (["paused", "transferred", "resumed"], ["paused", "intercepted", "resumed"]);
    assert_eq!(marks(&one), [transferred, transferred, intercepted].concat());
    let resumed = bodies(&one, "recording_resumed");
    assert!(resumed.iter().all(|body| body["by"].is_null() && text(body, "/reason") == "agent_left"), "{resumed:#?}");
}
