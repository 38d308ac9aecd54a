//! `kill -9` under recorded calls: what the log, the recordings and the people's states say after the restart.
//!
//! `KILL_CALLS` (10) calls are up when the server dies; 50 is the full size.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests, which read the clock")]

mod common_durable;

use common_durable::*;
use cti_phone::{Call, Media};
use e2e::{Caller, Desk, Heard, House, eventually, on_both, until, within};
use serde_json::Value;
use std::time::{Duration, Instant};

on_both!(a_kill_loses_no_call);

const NOAH: &str = "+12025550112";
const EMMA: &str = "+442079460011";
const AVA: &str = "+12025550113";
/// A call whose answer is this old when the server dies is in the log and audible.
const SAFE: Duration = Duration::from_secs(1);
/// What may be missing at the end of a recording, and by how much the time of the end may be off, µs.
const LOST_MAX_US: i64 = 1_000_000;
/// Starts that are killed themselves, at even steps of the time a start takes.
const KILLED_STARTS: u32 = 6;

/// A call that was over before, with its wrap-up.
async fn finished_call(house: &House, since: i64) -> Value {
    let mut alice = Desk::ready(house, "alice").await;
    let caller = Caller::new(NOAH, 600).await;
    let out = caller.call(house, house.queue());
    let taken = alice.phone.lifted(1500).await;
    e2e::hear_each_other(&out, 600, &taken, 1500).await;
    taken.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    the_one(house, NOAH, since, "the closed call", closed_and_sealed).await
}

/// A call that is over while its agent is still in wrap-up; both stay for the kill.
async fn call_in_wrap_up(house: &House) -> Desk {
    let mut bob = Desk::ready(house, "bob").await;
    let caller = Caller::new(EMMA, 600).await;
    let out = caller.call(house, house.queue());
    let taken = bob.phone.lifted(1500).await;
    e2e::hear_each_other(&out, 600, &taken, 1500).await;
    out.hang_up().await.unwrap();
    bob.screen.shown("wrap_up").await;
    bob
}

/// Somebody who waits in the queue, hearing music: nobody is free.
async fn waiting_caller(house: &House) -> Call {
    let caller = Caller::new(AVA, 600).await;
    let mut out = caller.call(house, house.queue());
    within("the music", out.answered()).await.unwrap();
    until("music", || out.media().received > 25).await;
    out
}

async fn a_kill_loses_no_call(mut house: House) {
    let (count, since) = (size("KILL_CALLS", 10), now_us());
    let began = Instant::now();
    house.start_again().await;
    let start = began.elapsed();
    let before = finished_call(&house, since).await;
    let crew = Crew::hire(&house, count).await;
    let mut talks = Vec::new();
    for index in 0..count {
        talks.push(crew.talk(index).await);
    }
    for talk in &talks {
        talk.hear_each_other().await;
    }
    let bob = call_in_wrap_up(&house).await;
    let waiting = waiting_caller(&house).await;
    let safe = Instant::now() + SAFE;
    until("every answer is old enough", || Instant::now() >= safe).await;
    let killed = now_us();
    house.kill();
    // The phones have lost their server; nothing they send may matter to the next one.
    drop((crew, talks, bob, waiting));

    for step in 1..=KILLED_STARTS {
        house.start_and_kill(start * step / KILLED_STARTS).await;
    }
    house.start_again().await;
    for index in 0..count {
        check_lost_call(&house, index, since, killed).await;
    }
    check_other_lost_calls(&house, since, killed).await;
    assert_eq!(the_one(&house, NOAH, since, "the call from before", closed_and_sealed).await, before, "a closed call is not touched");
    assert_everybody_signed_out(&house).await;
    assert_healthy(&house).await;

    calls_are_taken_again(&house).await;
    rebuild_changes_no_row(&mut house).await;
}

/// A call that was up: closed for the loss of the server at the time of the kill, its sound kept up to its last second.
async fn check_lost_call(house: &House, index: usize, since: i64, killed: i64) {
    let one = the_one(house, &caller_number(index), since, "the lost call", closed_and_sealed).await;
    assert_whole(&one);
    assert_eq!(text(&one, "/close_reason"), "server_lost");
    let off = number(&one, "/closed_at") - killed;
    assert!(off.abs() <= LOST_MAX_US, "closed {off} µs from the kill");
    let participants = one.pointer("/participants").and_then(Value::as_array).unwrap();
    assert_eq!(participants.iter().map(|p| text(p, "/leave_reason")).collect::<Vec<_>>(), ["server_lost", "server_lost"]);
    assert_eq!((text(&one, "/work_items/0/outcome"), text(&one, "/assignments/0/outcome")), ("assigned", "server_lost"));
    let (caller, agent) = voices(index);
    let (sound, end) = check_recording(house, &one, caller, agent).await;
    assert!((killed - end).abs() <= LOST_MAX_US, "the sound ends {} µs before the kill", killed - end);
    for (channel, own, other) in [(&sound.left, caller, agent), (&sound.right, agent, caller)] {
        let last_second = Heard::of(&channel[channel.len() - 8_000..], own, &[other]);
        assert!(last_second.right >= 5, "{last_second:?}");
    }
}

/// One in wrap-up keeps why its customer left; one that waited has no agent.
async fn check_other_lost_calls(house: &House, since: i64, killed: i64) {
    let wrapping = the_one(house, EMMA, since, "the call in wrap-up", closed_and_sealed).await;
    assert_whole(&wrapping);
    assert_eq!(text(&wrapping, "/assignments/0/outcome"), "server_lost");
    assert!(number(&wrapping, "/assignments/0/wrap_up_at") < number(&wrapping, "/assignments/0/ended_at"));
    let customer = wrapping.pointer("/participants").and_then(Value::as_array).unwrap().iter().find(|p| text(p, "/role") == "customer");
    assert_eq!(text(customer.unwrap(), "/leave_reason"), "hung_up");
    let waiting = the_one(house, AVA, since, "the call that waited", |one| text(one, "/state") == "closed").await;
    assert_whole(&waiting);
    assert_eq!((text(&waiting, "/close_reason"), text(&waiting, "/work_items/0/outcome")), ("server_lost", "server_lost"));
    for one in [&wrapping, &waiting] {
        assert!((number(one, "/closed_at") - killed).abs() <= LOST_MAX_US);
    }
}

async fn assert_everybody_signed_out(house: &House) {
    let store = store(house).await;
    assert_eq!(store.open_agents().await.unwrap(), []);
    assert_eq!(store.open_interactions().await.unwrap(), []);
    store.close().await;
    assert_eq!(counted(house, "cordboard_agents_signed_in").await, 0);
}

async fn calls_are_taken_again(house: &House) {
    let since = now_us();
    let mut mei = Desk::ready(house, "mei").await;
    let caller = Caller::new(NOAH, 600).await;
    let out = caller.agent.call(caller.options(house, house.queue()).media(Media::tone(600))).unwrap();
    let taken = mei.phone.lifted(1500).await;
    e2e::hear_each_other(&out, 600, &taken, 1500).await;
    taken.hang_up().await.unwrap();
    mei.finish_wrap_up().await;
    let one = the_one(house, NOAH, since, "the new call", closed_and_sealed).await;
    assert_whole(&one);
    assert_eq!(text(&one, "/close_reason"), "completed");
    check_recording(house, &one, 600, 1500).await;
    eventually("no file is left open", async || {
        let open = house.folder().join("data/recordings/.open");
        std::fs::read_dir(open).map_or(true, |mut notes| notes.next().is_none()).then_some(())
    })
    .await;
}
