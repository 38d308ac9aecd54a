//! Call control by REST, as an integrator does it: the same verbs as by WebSocket, in one's own name and in an agent's, with real voices.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common_control;

use common_control::*;
use cti_phone::EndReason;
use e2e::record::{assert_tiled, closed, now_us, text};
use e2e::{Caller, Desk, House, eventually, on_both, until, within};
use serde_json::{Value, json};

on_both!(
    an_agents_call_is_controlled_from_its_hold_to_its_end,
    a_consultation_becomes_a_conference_and_a_transfer,
    a_customer_is_sent_to_a_number,
    a_supervisor_hears_steps_in_takes_over_and_ends,
    calls_that_wait_are_seen_moved_taken_and_declined,
    nobody_sees_or_touches_the_calls_of_others,
);

async fn an_agents_call_is_controlled_from_its_hold_to_its_end(house: House) {
    let talk = Talk::begin(house).await;
    let id = talk.id().await;
    let Talk { house, since, out, alice, taken, .. } = talk;
    let rest = &alice.rest;
    let call = live(rest, &id, "the call", |_| true).await;
    assert_eq!((text(&call, "/direction"), text(&call, "/number"), text(&call, "/queue_name")), ("inbound", NOAH, "sales"));
    assert_eq!(party(&call, &alice.user).map(|party| text(party, "/state")), Some("talking"));
    assert_eq!((call.get("recording"), call.get("waiting")), (Some(&json!(true)), Some(&json!(false))));

    tell(rest, &id, "hold", json!({})).await;
    hears("the caller", &out, &[]).await;
    hears_not("alice", &taken, CALLER, &out).await;
    assert_eq!(verb(rest, &id, "hold", json!({})).await.status, 409, "it is on hold already");
    live(rest, &id, "the hold", |call| party(call, "customer").is_some_and(|party| text(party, "/state") == "on_hold")).await;
    tell(rest, &id, "retrieve", json!({})).await;
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
    tell(rest, &id, "digits", json!({ "digits": "12#" })).await;
    until("the digits", || out.media().digits == "12#").await;
    tell(rest, &id, "mute", json!({ "muted": true })).await;
    let muted = |call: &Value| party(call, &alice.user).is_some_and(|party| party.get("muted") == Some(&json!(true)));
    live(rest, &id, "the muting", muted).await;
    hears_not("the caller", &out, ALICE, &taken).await;
    hears("alice", &taken, &[CALLER]).await;
    // An integrator with the right acts in her name.
    let admin = house.rest();
    let path = format!("/calls/{id}/mute?as_agent={}", alice.user);
    assert_eq!(admin.post(&path, &json!({ "muted": false })).await.status, 204);
    hears("the caller", &out, &[ALICE]).await;
    tell(rest, &id, "record", json!({ "what": "pause" })).await;
    live(rest, &id, "the pause", |call| call.get("recording_paused") == Some(&json!(true))).await;
    tell(rest, &id, "record", json!({ "what": "resume" })).await;
    assert_eq!(verb(rest, &id, "answer", json!({})).await.status, 409, "a desk phone is answered by lifting it");

    tell(rest, &id, "hang-up", json!({})).await;
    let (mut out, mut taken) = (out, taken);
    assert_eq!(within("the end of alice's part", taken.ended()).await, EndReason::RemoteHungUp);
    assert_eq!(within("the end of the call", out.ended()).await, EndReason::RemoteHungUp);
    assert_eq!(verb(rest, &id, "hold", json!({})).await.status, 404);
    alice.finish_wrap_up().await;
    let one = closed(&house, NOAH, since).await;
    assert_tiled(&one);
    for kind in ["muted", "recording_paused", "recording_resumed"] {
        assert!(said(&one).contains(&kind), "{kind}");
    }
    let audit = admin.read("/audit?resource=interaction&action=mute").await;
    let row = audit.pointer("/items/0").expect("who did it in her name");
    assert_eq!((text(row, "/via"), text(row, "/resource_id"), text(row, "/after/agent")), ("api_token", id.as_str(), alice.user.as_str()));
}

async fn a_consultation_becomes_a_conference_and_a_transfer(house: House) {
    let talk = Talk::begin(house).await;
    let id = talk.id().await;
    let Talk { house, since, out, alice, taken, .. } = talk;
    let mut bob = Desk::ready(&house, "bob").await;
    let rest = &alice.rest;
    assert_eq!(verb(rest, &id, "complete", json!({})).await.status, 409, "nobody is asked");
    tell(rest, &id, "consult", json!({ "to": agent(&bob) })).await;
    let mut asked = bob.phone.lifted(BOB).await;
    hears("bob", &asked, &[ALICE]).await;
    hears("alice", &taken, &[BOB]).await;
    hears("the caller", &out, &[]).await;
    tell(rest, &id, "swap", json!({})).await;
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
    hears("bob", &asked, &[]).await;
    tell(rest, &id, "return", json!({})).await;
    assert_eq!(within("the end of bob's part", asked.ended()).await, EndReason::RemoteHungUp);
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
    bob.screen.shown("ready").await;

    tell(rest, &id, "consult", json!({ "to": agent(&bob) })).await;
    let mut asked = bob.phone.lifted(BOB).await;
    hears("bob", &asked, &[ALICE]).await;
    hears("alice", &taken, &[BOB]).await;
    tell(rest, &id, "conference", json!({})).await;
    hears("the caller", &out, &[ALICE, BOB]).await;
    hears("alice", &taken, &[CALLER, BOB]).await;
    hears("bob", &asked, &[CALLER, ALICE]).await;
    let call = live(rest, &id, "bob in the call", |call| party(call, &bob.user).is_some()).await;
    let participant = party(&call, &bob.user).map(|party| text(party, "/participant")).unwrap();
    tell(rest, &id, "drop-party", json!({ "participant": participant })).await;
    assert_eq!(within("the end of bob's part", asked.ended()).await, EndReason::RemoteHungUp);
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
    bob.screen.shown("ready").await;

    tell(rest, &id, "consult", json!({ "to": agent(&bob) })).await;
    let asked = bob.phone.lifted(BOB).await;
    hears("bob", &asked, &[ALICE]).await;
    hears("alice", &taken, &[BOB]).await;
    tell(rest, &id, "complete", json!({})).await;
    let mut taken = taken;
    assert_eq!(within("the end of alice's part", taken.ended()).await, EndReason::RemoteHungUp);
    hears("the caller", &out, &[BOB]).await;
    hears("bob", &asked, &[CALLER]).await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    bob.finish_wrap_up().await;
    let one = sealed(&house, NOAH, since).await;
    assert_tiled(&one);
    let parts = recording(house.rest(), &one, 0).await;
    assert_eq!(voices_in(&parts), (vec![CALLER], vec![ALICE, BOB]));
    let both = |window: &[i16]| is_in(window, ALICE) && is_in(window, BOB);
    assert!(parts.iter().flat_map(|part| part.right.chunks_exact(800)).any(both), "the conference is on the right");
    // What was said aside, each time by itself.
    for aside in 1..=3 {
        assert_eq!(voices_in(&recording(house.rest(), &one, aside).await), (vec![BOB], vec![ALICE]), "{aside}");
    }
}

async fn a_customer_is_sent_to_a_number(house: House) {
    let mut far = Outside::allowed(&house).await;
    let talk = Talk::begin(house).await;
    let id = talk.id().await;
    let Talk { house, since, out, alice, taken, .. } = talk;
    let own = verb(&alice.rest, &id, "transfer", json!({ "to": agent(&alice) })).await;
    assert_eq!((own.status, text(&own.body, "/errors/0/field")), (422, "to"), "{}", own.body);
    tell(&alice.rest, &id, "transfer", json!({ "to": far.target() })).await;
    let mut taken = taken;
    assert_eq!(within("the end of alice's part", taken.ended()).await, EndReason::RemoteHungUp);
    let lifted = far.lifted().await;
    hears("the caller", &out, &[FAR]).await;
    hears("the one outside", &lifted, &[CALLER]).await;
    let call = live(house.rest(), &id, "the two alone", |call| party(call, "outside").is_some()).await;
    assert_eq!(party(&call, "outside").map(|party| text(party, "/state")), Some("talking"));
    alice.finish_wrap_up().await;
    tell(house.rest(), &id, "force-release", json!({})).await;
    let (mut out, mut lifted) = (out, lifted);
    assert_eq!(within("the end of the call", out.ended()).await, EndReason::RemoteHungUp);
    assert_eq!(within("the end outside", lifted.ended()).await, EndReason::RemoteHungUp);
    let one = sealed(&house, NOAH, since).await;
    assert_tiled(&one);
    assert_eq!(voices_in(&recording(house.rest(), &one, 0).await), (vec![CALLER], vec![ALICE, FAR]));
}

async fn a_supervisor_hears_steps_in_takes_over_and_ends(house: House) {
    let talk = Talk::begin(house).await;
    let id = talk.id().await;
    let Talk { house, since, out, alice, taken, .. } = talk;
    // The recording began before.
    let began = now_us();
    let mut boss = Desk::open(&house, "supervisor").await;
    let rest = &boss.rest;
    let stray = verb(rest, &id, "supervise", json!({ "agent": boss.user, "mode": "listen" })).await;
    assert_eq!(stray.status, 409, "who is not in the call is not heard in it: {}", stray.body);
    tell(rest, &id, "supervise", json!({ "agent": alice.user, "mode": "listen" })).await;
    let ear = boss.phone.lifted(BOSS).await;
    hears("the boss", &ear, &[CALLER, ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
    hears("the caller", &out, &[ALICE]).await;
    let seen = live(&alice.rest, &id, "the call", |_| true).await;
    assert!(party(&seen, "supervisor").is_none(), "who only listens is not seen by agents");
    assert!(party(&live(rest, &id, "the call", |_| true).await, "supervisor").is_some());
    tell(rest, &id, "mode", json!({ "mode": "whisper" })).await;
    hears("alice", &taken, &[CALLER, BOSS]).await;
    hears("the boss", &ear, &[CALLER, ALICE]).await;
    hears("the caller", &out, &[ALICE]).await;
    let whispered_until = ((now_us() - began) / 1000) as usize;
    tell(rest, &id, "mode", json!({ "mode": "barge" })).await;
    hears("the caller", &out, &[ALICE, BOSS]).await;
    hears("alice", &taken, &[CALLER, BOSS]).await;
    hears("the boss", &ear, &[CALLER, ALICE]).await;
    tell(rest, &id, "intercept", json!({})).await;
    let mut taken = taken;
    assert_eq!(within("the end of alice's part", taken.ended()).await, EndReason::RemoteHungUp);
    hears("the caller", &out, &[BOSS]).await;
    hears("the boss", &ear, &[CALLER]).await;
    tell(rest, &id, "force-release", json!({})).await;
    let mut out = out;
    assert_eq!(within("the end of the call", out.ended()).await, EndReason::RemoteHungUp);
    alice.finish_wrap_up().await;
    boss.finish_wrap_up().await;
    let one = sealed(&house, NOAH, since).await;
    assert_tiled(&one);
    let parts = recording(house.rest(), &one, 0).await;
    assert_eq!(voices_in(&parts), (vec![CALLER], vec![ALICE, BOSS]), "left the customer, right whom they heard");
    let from = on_the_right_from_ms(&parts, BOSS).unwrap();
    assert!(from >= whispered_until, "a whisper is never recorded: {from} of {whispered_until} ms");
    let audit = house.rest().read("/audit?resource=interaction").await;
    let rows = audit.pointer("/items").and_then(Value::as_array).unwrap();
    let mut actions: Vec<&str> = rows.iter().filter(|row| text(row, "/via") == "api").map(|row| text(row, "/action")).collect();
    actions.sort_unstable();
    assert_eq!(actions, ["force_release", "intercept", "supervise", "supervise", "supervise"]);
}

async fn calls_that_wait_are_seen_moved_taken_and_declined(house: House) {
    let since = now_us();
    let boss = Desk::open(&house, "supervisor").await;
    let mut alice = Desk::open(&house, "alice").await;
    let caller = Caller::new(NOAH, CALLER).await;
    let out = caller.call(&house, house.queue());
    let waiting = eventually("a waiting call in the list", async || {
        let items = alice.rest.items("/calls").await;
        items.into_iter().find(|call| call.get("waiting") == Some(&json!(true)))
    })
    .await;
    let id = text(&waiting, "/id").to_owned();
    assert_eq!((text(&waiting, "/number"), text(&waiting, "/queue_name")), (NOAH, "sales"));
    let support = queue(&house, "support").await;
    let to_support = json!({ "queue": text(&support, "/id"), "priority": 3 });
    assert_eq!(verb(&alice.rest, &id, "move", to_support.clone()).await.status, 403);
    tell(&boss.rest, &id, "move", to_support).await;
    live(&boss.rest, &id, "the move", |call| text(call, "/queue_name") == "support").await;

    // Offered to her by the queue she says no; then she takes it of her own will.
    alice.take_calls().await;
    let mut ringing = alice.phone.rings().await;
    alice.screen.tell(json!({ "do": "set_presence", "presence": "not_ready" })).await;
    tell(&alice.rest, &id, "decline", json!({})).await;
    within("the end of the ringing", ringing.cancelled()).await;
    alice.screen.shown("not_ready").await;
    tell(&alice.rest, &id, "take", json!({})).await;
    let taken = alice.phone.lifted(ALICE).await;
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
    assert_eq!(verb(&alice.rest, &id, "take", json!({})).await.status, 404, "it waits no longer");
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    closed(&house, NOAH, since).await;
    assert_eq!(house.rest().get(&format!("/calls/{id}")).await.status, 404);
}

async fn nobody_sees_or_touches_the_calls_of_others(house: House) {
    let talk = Talk::begin(house).await;
    let id = talk.id().await;
    let Talk { house, out, alice, taken, .. } = talk;
    let bob = Desk::ready(&house, "bob").await;
    assert!(bob.rest.items("/calls").await.is_empty());
    assert_eq!(bob.rest.get(&format!("/calls/{id}")).await.status, 404);
    for what in ["hold", "hang-up", "complete", "take"] {
        assert_eq!(verb(&bob.rest, &id, what, json!({})).await.status, 404, "{what}");
    }
    let as_alice = bob.rest.post(&format!("/calls/{id}/hang-up?as_agent={}", alice.user), &json!({})).await;
    assert_eq!(as_alice.status, 403, "{}", as_alice.body);
    assert_eq!(verb(&bob.rest, &id, "force-release", json!({})).await.status, 403);
    let oversees = format!("/calls/{id}/force-release?as_agent={}", alice.user);
    assert_eq!(house.rest().post(&oversees, &json!({})).await.status, 403, "with one's own rights only");
    let seen = alice.rest.items("/calls").await;
    assert_eq!(seen.iter().map(|call| text(call, "/id")).collect::<Vec<_>>(), [id.as_str()]);
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
}
