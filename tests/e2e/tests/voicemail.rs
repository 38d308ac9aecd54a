//! Messages from the beep to the wrap-up, with real voices: what is in the recording, who may hear it, what a restart leaves of it. And
//! whether a call is recorded at all, by its queue's rule.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests, which read the clock")]

mod common_cases;

use common_cases::{Place, events, integer, make, somebody, text};
use cti_phone::{Call, DigitsBy, EndReason, Media, Sound};
use e2e::{Caller, Database, Desk, Heard, House, Recording, Rest, Screen, eventually, hear_each_other, until, within};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

on_shared!(
    a_caller_whom_nobody_serves_leaves_a_message_that_an_agent_hears_and_deals_with,
    silence_ends_a_message_and_who_says_nothing_leaves_none,
    a_flow_takes_a_message_and_lets_the_caller_speak_it_anew,
    a_flow_takes_a_message_for_an_agent_who_finds_it_in_their_mailbox,
    a_message_for_an_agent_is_in_their_mailbox_until_they_take_it,
    a_queue_sends_who_waits_too_long_to_the_mailbox_of_an_agent,
    a_customer_is_sent_to_leave_a_message_for_a_queue_or_an_agent_by_either_way,
    what_a_queue_records_on_demand_or_never_or_by_share,
    half_of_a_queues_calls_are_recorded_as_each_calls_id_draws,
    how_a_call_sounds_is_on_the_screen_and_in_the_record,
);

const CALLER: u16 = 600;
const AGENT: u16 = 1500;
/// The tone before a message.
const BEEP: u16 = 1000;

/// A queue that sends callers to leave a message after a second, and its only agent.
async fn place(house: &House, more: Value) -> Place {
    let place = Place::new(house).await;
    let mut row = json!({ "wait_max_ms": 1_000, "overflow": { "to": "voicemail" }, "wrap_up_max_ms": 60_000 });
    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = place.rest.patch(&format!("/queues/{}", place.queue), &row).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    // The switch takes changes in their order: what is made after it finds it in force.
    let phone = place.phone(house, cti_phone::Transport::Udp).await;
    phone.registration.unwrap().unregister().await.unwrap();
    place
}

/// The interactions of this number on a channel, once there are as many as wanted and they fit.
async fn on_channel(rest: &Rest, number: &str, channel: &str, count: usize, what: &str, fits: impl Fn(&Value) -> bool) -> Vec<Value> {
    eventually(what, async || {
        let all = rest.interactions_of(number).await;
        let mut mine: Vec<Value> = all.into_iter().filter(|one| text(one, "/channel") == channel).collect();
        mine.sort_by_key(|one| integer(one, "/opened_at"));
        (mine.len() == count && mine.iter().all(&fits)).then_some(mine)
    })
    .await
}

async fn one(rest: &Rest, number: &str, channel: &str, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    on_channel(rest, number, channel, 1, what, fits).await.remove(0)
}

fn is_closed(one: &Value) -> bool {
    text(one, "/state") == "closed"
}

/// A packet of voice.
const PACKET_MS: u64 = 20;

/// Waits until the caller is asked to speak, and then until their phone said so many ms of voice.
async fn speaks(rest: &Rest, caller: &Caller, call: &Call, times: usize, ms: u64) {
    one(rest, &caller.number, "voice", "the beep", |one| events(one, "message_begun").len() == times).await;
    let before = call.media().sent;
    until("enough was said", || call.media().sent >= before + ms / PACKET_MS).await;
}

async fn ends(call: &mut Call) {
    assert_eq!(within("the end of the call", call.ended()).await, EndReason::RemoteHungUp);
}

/// The first part of a recording by its id, as soon as this person may have it.
async fn heard(rest: &Rest, recording: &str) -> Recording {
    let path = format!("/recordings/{recording}");
    eventually("the sealed message", async || {
        let answer = rest.get(&path).await;
        (answer.status == 200 && answer.body.pointer("/parts/0").is_some()).then_some(())
    })
    .await;
    Recording::read(&rest.bytes(&format!("{path}/parts/1")).await)
}

/// The caller's voice for about so long, and nothing else: neither greeting nor beep.
fn assert_says(part: &Recording, ms: usize) {
    let (left, right) = (Heard::of(&part.left, CALLER, &[AGENT, BEEP]), Heard::of(&part.right, AGENT, &[CALLER, BEEP]));
    assert!(left.right * 100 + 400 >= ms && left.other <= 2, "{left:?} of {ms} ms");
    assert!(right.right == 0 && right.other == 0, "{right:?}");
}

async fn accept(desk: &Desk) -> Value {
    let offer = desk.screen.entry("offer/", |offer| text(offer, "/purpose") == "message").await;
    assert_eq!(text(&offer, "/device_note"), "accept_here");
    desk.screen.tell(json!({ "do": "accept", "offer": offer["offer"] })).await;
    desk.screen.shown("handling").await;
    desk.screen.entry("message/", |message| message.pointer("/assignment").is_some_and(Value::is_string)).await
}

async fn a_caller_whom_nobody_serves_leaves_a_message_that_an_agent_hears_and_deals_with(house: Arc<House>) {
    let place = place(&house, json!({})).await;
    let caller = somebody(CALLER).await;
    let mut call = caller.connected(&house, &place.number).await;
    speaks(&place.rest, &caller, &call, 1, 2_500).await;
    call.send_digits("#", DigitsBy::Rtp, 3).await.unwrap();
    ends(&mut call).await;
    let origin = one(&place.rest, &caller.number, "voice", "the closed call", is_closed).await;
    assert_eq!(text(&origin, "/close_reason"), "left_message");
    assert!(common_cases::segments(&origin, "customer").contains(&"voicemail"));

    let mut desk = place.desk_where_work_waits(&house).await;
    let offer = desk.screen.entry("offer/", |_| true).await;
    assert_eq!(text(&offer, "/caller/number"), caller.number);
    let message = accept(&desk).await;
    assert_eq!(text(&message, "/origin"), text(&origin, "/id"));
    let rang = tokio::time::timeout(Duration::from_millis(300), desk.phone.calls.recv()).await;
    assert!(rang.is_err(), "no telephone rings for a message");
    let part = heard(&desk.rest, text(&message, "/recording")).await;
    let (length, said) = (integer(&message, "/duration_ms"), part.ms() as i64);
    assert!(length >= 2_300 && (said - 1_000..=said + 1_000).contains(&length), "{message} and {said} ms");
    assert_says(&part, 2_300);

    desk.screen.tell(json!({ "do": "finish_message", "assignment": message["assignment"] })).await;
    desk.finish_wrap_up().await;
    desk.screen.no_entry("message/").await;
    let message = one(&place.rest, &caller.number, "voicemail", "the message, dealt with", is_closed).await;
    assert_eq!((text(&message, "/close_reason"), text(&message, "/origin_id")), ("completed", text(&origin, "/id")));
    assert_eq!(text(&message, "/message/queue_id"), place.queue);
    assert_eq!(common_cases::segments(&message, "agent"), ["ringing", "handling", "wrap_up"]);
    let since = |one: &Value| integer(one, "/work_items/0/since");
    assert!((since(&message) - since(&origin)).abs() < 50_000, "the message brings the age of its call");
}

async fn silence_ends_a_message_and_who_says_nothing_leaves_none(house: Arc<House>) {
    let place = place(&house, json!({ "voicemail": { "silence_seconds": 2 } })).await;
    let (speaker, silent) = (somebody(CALLER).await, somebody(CALLER).await);
    let mut speaking = speaker.connected(&house, &place.number).await;
    let quiet = Media { send: Sound::Silence, ..Media::tone(CALLER) };
    let mut listening = silent.agent.call(silent.options(&house, &place.number).media(quiet)).unwrap();
    speaks(&place.rest, &speaker, &speaking, 1, 1_500).await;
    speaking.say(Sound::Silence);
    ends(&mut speaking).await;
    ends(&mut listening).await;
    let message = one(&place.rest, &speaker.number, "voicemail", "the message", |_| true).await;
    let length = integer(&message, "/message/duration_ms");
    let all = heard(&place.rest, text(&message, "/message/recording_id")).await.ms() as i64;
    assert!(length >= 1_200 && (1_400..3_000).contains(&(all - length)), "the silence at its end does not count: {length} of {all}");
    let nothing = one(&place.rest, &silent.number, "voice", "the call without a message", is_closed).await;
    assert_eq!(text(events(&nothing, "message_ended")[0], "/body/end"), "too_short");
    assert_eq!(text(&nothing, "/close_reason"), "served_by_flow");
    assert_eq!(place.rest.interactions_of(&silent.number).await.len(), 1);
}

/// A flow with this voicemail node, and a number that leads there.
async fn flow(place: &Place, node: &str) -> String {
    let source = format!(
        "name = \"messages\"\nstart = \"a\"\n[nodes.a]\ntype = \"answer\"\nnext = \"m\"\n[nodes.m]\ntype = \"voicemail\"\n{node}\n\
         next = \"end\"\notherwise = \"end\"\n[nodes.end]\ntype = \"hang_up\"\n"
    );
    let rest = &place.rest;
    let flow = make(rest, "/flows", json!({ "name": format!("messages {}", place.number) })).await;
    let answer = rest.post(&format!("/flows/{flow}/versions"), &json!({ "source": source })).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let answer = rest.post(&format!("/flows/{flow}/versions/1/publish"), &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let number = common_cases::stranger();
    make(rest, "/numbers", json!({ "number": number, "entry": { "to": "flow", "flow": flow } })).await;
    number
}

async fn a_flow_takes_a_message_and_lets_the_caller_speak_it_anew(house: Arc<House>) {
    let place = place(&house, json!({})).await;
    let queue = place.rest.read(&format!("/queues/{}", place.queue)).await;
    let node = format!("queue = {:?}\nprompts = \"voicemail-greeting\"\nreview = \"voicemail-review\"", text(&queue, "/name"));
    let number = flow(&place, &node).await;
    let caller = somebody(CALLER).await;
    let mut call = eventually("the number in force", async || {
        let mut call = caller.call(&house, &number);
        call.answered().await.is_ok().then_some(call)
    })
    .await;
    speaks(&place.rest, &caller, &call, 1, 1_500).await;
    call.send_digits("#2", DigitsBy::Rtp, 3).await.unwrap();
    speaks(&place.rest, &caller, &call, 2, 2_500).await;
    // The call ends at the start of the last key, which may be before it is out.
    let _ = call.send_digits("#1", DigitsBy::Rtp, 3).await;
    ends(&mut call).await;
    let origin = one(&place.rest, &caller.number, "voice", "the closed call", is_closed).await;
    let ended: Vec<&str> = events(&origin, "message_ended").iter().map(|event| text(event, "/body/end")).collect();
    assert_eq!(ended, ["again", "left"]);
    assert_eq!(common_cases::path(&origin), ["a", "m", "end"]);
    let message = one(&place.rest, &caller.number, "voicemail", "the message", |_| true).await;
    assert_says(&heard(&place.rest, text(&message, "/message/recording_id")).await, 2_300);
    assert_eq!(message.pointer("/message/recording_id"), events(&origin, "message_begun")[1].pointer("/body/recording"));
}

async fn a_flow_takes_a_message_for_an_agent_who_finds_it_in_their_mailbox(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut desk = place.desk(&house).await;
    let number = flow(&place, &format!("agent = {:?}\nprompts = \"voicemail-greeting\"", desk.login)).await;
    let caller = somebody(CALLER).await;
    let mut call = eventually("the number in force", async || {
        let mut call = caller.call(&house, &number);
        call.answered().await.is_ok().then_some(call)
    })
    .await;
    speaks(&place.rest, &caller, &call, 1, 2_000).await;
    // The call ends at the start of the key, which may be before it is out.
    let _ = call.send_digits("#", DigitsBy::Rtp, 3).await;
    ends(&mut call).await;
    let origin = one(&place.rest, &caller.number, "voice", "the closed call", is_closed).await;
    assert_eq!(common_cases::path(&origin), ["a", "m", "end"]);
    assert_eq!(text(events(&origin, "message_ended")[0], "/body/end"), "left");
    // Nobody is asked: it waits on their screen until they take it.
    let message = desk.screen.entry("message/", |message| text(message, "/caller/number") == caller.number).await;
    assert!(message["assignment"].is_null() && message["queue_name"].is_null(), "{message}");
    take(&desk, &message).await;
    assert_says(&heard(&desk.rest, text(&message, "/recording")).await, 1_800);
    desk.screen.tell(json!({ "do": "finish_message", "assignment": taken_by(&desk).await })).await;
    desk.screen.no_entry("message/").await;
    let message = one(&place.rest, &caller.number, "voicemail", "the message, dealt with", is_closed).await;
    assert_eq!((text(&message, "/close_reason"), text(&message, "/origin_id")), ("completed", text(&origin, "/id")));
    let rang = tokio::time::timeout(Duration::from_millis(300), desk.phone.calls.recv()).await;
    assert!(rang.is_err(), "no telephone rings for a message");
}

/// Takes a message that waits in the agent's own mailbox.
async fn take(desk: &Desk, message: &Value) {
    desk.screen.tell(json!({ "do": "take_message", "interaction": message["interaction"] })).await;
}

/// The assignment of the message the agent deals with.
async fn taken_by(desk: &Desk) -> Value {
    desk.screen.entry("message/", |message| message["assignment"].is_string()).await["assignment"].clone()
}

async fn a_customer_is_sent_to_leave_a_message_for_a_queue_or_an_agent_by_either_way(house: Arc<House>) {
    let (here, there) = (Place::new(&house).await, Place::new(&house).await);
    let (mut desk, mut colleague) = (here.desk(&house).await, there.desk(&house).await);
    let answer = here.rest.patch(&format!("/users/{}", colleague.user), &json!({ "voicemail": true })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    // The change ended their socket.
    colleague.screen.closed().await;
    colleague.screen = Screen::open(house.http(), &colleague.rest).await;
    colleague.screen.shown("ready").await;
    let ways = [true, false].into_iter().flat_map(|by_rest| [(by_rest, "queue_voicemail"), (by_rest, "agent_voicemail")]);
    for (by_rest, kind) in ways {
        let caller = somebody(CALLER).await;
        let mut call = caller.call(&house, &here.number);
        let mut taken = desk.phone.lifted(AGENT).await;
        hear_each_other(&call, CALLER, &taken, AGENT).await;
        let view = desk.screen.entry("call/", |view| text(view, "/state") == "talking").await;
        let to = json!({ "kind": kind, "id": if kind == "queue_voicemail" { &there.queue } else { &colleague.user } });
        let path = format!("/calls/{}/transfer", text(&view, "/interaction"));
        eventually(&format!("a transfer to {kind}"), async || {
            if by_rest {
                return (desk.rest.post(&path, &json!({ "to": to })).await.status == 204).then_some(());
            }
            desk.screen.ask(json!({ "do": "transfer", "call": view["leg"], "to": to })).await.ok().map(drop)
        })
        .await;
        ends(&mut taken).await;
        speaks(&here.rest, &caller, &call, 1, 2_000).await;
        call.hang_up().await.unwrap();
        within("the end of the caller's call", call.ended()).await;
        let origin = one(&here.rest, &caller.number, "voice", "the closed call", is_closed).await;
        assert_eq!(text(events(&origin, "transferred")[0], "/body/to/to"), kind);
        assert_eq!(text(events(&origin, "message_ended")[0], "/body/end"), "left");

        let message = colleague.screen.entry(if kind == "queue_voicemail" { "offer/" } else { "message/" }, |_| true).await;
        assert_eq!(text(&message, "/caller/number"), caller.number);
        let message = if kind == "queue_voicemail" {
            accept(&colleague).await
        } else {
            take(&colleague, &message).await;
            message
        };
        // The greeting and the beep are not in it, nor is what was said before.
        assert_says(&heard(&colleague.rest, text(&message, "/recording")).await, 1_800);
        colleague.screen.tell(json!({ "do": "finish_message", "assignment": taken_by(&colleague).await })).await;
        colleague.screen.no_entry("message/").await;
        colleague.screen.shown("ready").await;
        desk.screen.shown("ready").await;
    }
}

async fn a_message_for_an_agent_is_in_their_mailbox_until_they_take_it(house: Arc<House>) {
    let (here, there) = (Place::new(&house).await, Place::new(&house).await);
    let mut desk = here.desk(&house).await;
    let absent = there.desk(&house).await;
    let absent_user = absent.user.clone();
    absent.screen.tell(json!({ "do": "sign_out" })).await;
    let answer = here.rest.patch(&format!("/users/{absent_user}"), &json!({ "voicemail": true })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let caller = somebody(CALLER).await;
    let mut call = caller.call(&house, &here.number);
    let taken = desk.phone.lifted(AGENT).await;
    hear_each_other(&call, CALLER, &taken, AGENT).await;
    let leg = desk.leg().await;
    let transfer = json!({ "do": "transfer", "call": leg, "to": { "kind": "agent", "id": absent_user } });
    eventually("the change in force", async || desk.screen.ask(transfer.clone()).await.ok()).await;
    speaks(&here.rest, &caller, &call, 1, 2_000).await;
    call.hang_up().await.unwrap();
    within("the end of the caller's call", call.ended()).await;
    let origin = one(&here.rest, &caller.number, "voice", "the closed call", is_closed).await;
    assert_eq!(events(&origin, "transfer_failed").len(), 1);

    let absent = there.desk(&house).await;
    let message = absent.screen.entry("message/", |message| text(message, "/caller/number") == caller.number).await;
    assert!(message["assignment"].is_null() && message["queue_name"].is_null(), "{message}");
    let recording = text(&message, "/recording").to_owned();
    assert_eq!(absent.rest.get(&format!("/recordings/{recording}")).await.status, 404, "who has not taken it has no part in it");
    assert_eq!(desk.rest.get(&format!("/recordings/{recording}")).await.status, 404, "nor has who was in the call before");
    let refusal = desk.screen.ask(json!({ "do": "take_message", "interaction": message["interaction"] })).await.unwrap_err();
    assert_eq!(refusal.code, "forbidden");
    absent.screen.tell(json!({ "do": "take_message", "interaction": message["interaction"] })).await;
    let taken = absent.screen.entry("message/", |message| message["assignment"].is_string()).await;
    assert_says(&heard(&absent.rest, &recording).await, 1_800);
    absent.screen.tell(json!({ "do": "return_message", "assignment": taken["assignment"] })).await;
    absent.screen.entry("message/", |message| message["assignment"].is_null()).await;
    absent.screen.shown("ready").await;
    // The same by REST.
    let path = format!("/calls/{}", text(&message, "/interaction"));
    let answer = desk.rest.post(&format!("{path}/take-message"), &json!({})).await;
    assert_eq!(answer.status, 403, "{}", answer.body);
    for verb in ["take-message", "return-message", "take-message", "finish-message"] {
        let answer = absent.rest.post(&format!("{path}/{verb}"), &json!({})).await;
        assert_eq!(answer.status, 204, "{verb}: {}", answer.body);
    }
    let answer = absent.rest.post(&format!("{path}/finish-message"), &json!({})).await;
    assert!([404, 409].contains(&answer.status), "{}", answer.body);
    absent.screen.no_entry("message/").await;
    one(&here.rest, &caller.number, "voicemail", "the message, dealt with", is_closed).await;
}

async fn a_queue_sends_who_waits_too_long_to_the_mailbox_of_an_agent(house: Arc<House>) {
    let elsewhere = Place::new(&house).await;
    let owner = elsewhere.desk(&house).await;
    // An id, but no user's.
    let nobody = json!({ "overflow": { "to": "agent_voicemail", "agent": elsewhere.queue } });
    let refused = elsewhere.rest.patch(&format!("/queues/{}", elsewhere.queue), &nobody).await;
    assert_eq!((refused.status, text(&refused.body, "/errors/0/field")), (422, "overflow.agent"), "{}", refused.body);

    let here = place(&house, json!({ "overflow": { "to": "agent_voicemail", "agent": owner.user } })).await;
    let caller = somebody(CALLER).await;
    let mut call = caller.connected(&house, &here.number).await;
    speaks(&here.rest, &caller, &call, 1, 2_000).await;
    call.send_digits("#", DigitsBy::Rtp, 3).await.unwrap();
    ends(&mut call).await;
    let origin = one(&here.rest, &caller.number, "voice", "the closed call", is_closed).await;
    assert_eq!(text(&origin, "/close_reason"), "left_message");

    let message = owner.screen.entry("message/", |message| text(message, "/caller/number") == caller.number).await;
    assert!(message["assignment"].is_null() && message["queue_name"].is_null(), "{message}");
    // Whoever serves the queue it came from has no part in it.
    let desk = here.desk(&house).await;
    let take = json!({ "do": "take_message", "interaction": message["interaction"] });
    assert_eq!(desk.screen.ask(take.clone()).await.unwrap_err().code, "forbidden");
    owner.screen.tell(take).await;
    let taken = owner.screen.entry("message/", |message| message["assignment"].is_string()).await;
    assert_says(&heard(&owner.rest, text(&message, "/recording")).await, 1_800);
    owner.screen.tell(json!({ "do": "finish_message", "assignment": taken["assignment"] })).await;
    let message = one(&here.rest, &caller.number, "voicemail", "the message, dealt with", is_closed).await;
    assert_eq!((text(&message, "/message/agent_id"), text(&message, "/origin_id")), (owner.user.as_str(), text(&origin, "/id")));
}

async fn what_a_queue_records_on_demand_or_never_or_by_share(house: Arc<House>) {
    let rules = [
        (json!({ "policy": "on_demand" }), false, true),
        (json!({ "policy": "never" }), false, false),
        (json!({ "policy": "percent", "percent": 0 }), false, true),
        (json!({ "policy": "percent", "percent": 100 }), true, false),
    ];
    for (policy, at_once, by_hand) in rules {
        let place = Place::new(&house).await;
        let answer = place.rest.patch(&format!("/queues/{}", place.queue), &json!({ "recording": policy })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let mut desk = place.desk(&house).await;
        let caller = somebody(CALLER).await;
        let call = caller.call(&house, &place.number);
        let taken = desk.phone.lifted(AGENT).await;
        hear_each_other(&call, CALLER, &taken, AGENT).await;
        let view = desk.screen.entry("call/", |call| text(call, "/state") == "talking").await;
        assert_eq!(view["recording"], json!(at_once), "{policy}");
        let start = json!({ "do": "record", "call": desk.leg().await, "what": "start" });
        match (by_hand, desk.screen.ask(start).await) {
            (true, result) => {
                result.unwrap();
                desk.screen.entry("call/", |call| call["recording"] == json!(true)).await;
                hear_each_other(&call, CALLER, &taken, AGENT).await;
            }
            (false, result) => assert_eq!(result.unwrap_err().code, if at_once { "wrong_state" } else { "forbidden" }, "{policy}"),
        }
        call.hang_up().await.unwrap();
        let one = common_cases::closed(&place.rest, &caller.number).await;
        assert_eq!(one["recorded"], json!(at_once || by_hand), "{policy}");
        let decided: Vec<Value> = events(&one, "recording_decided").iter().map(|event| event["body"]["record"].clone()).collect();
        let share = text(&policy, "/policy") == "percent";
        assert_eq!(decided, if share { vec![json!(at_once)] } else { Vec::new() }, "{policy}");
    }
}

async fn half_of_a_queues_calls_are_recorded_as_each_calls_id_draws(house: Arc<House>) {
    const CALLS_MIN: usize = 10;
    // That so many draw alike happens once in half a million million times.
    const CALLS_MAX: usize = 40;
    let place = Place::new(&house).await;
    let half = json!({ "recording": { "policy": "percent", "percent": 50 } });
    let answer = place.rest.patch(&format!("/queues/{}", place.queue), &half).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let mut desk = place.desk(&house).await;
    let (mut calls, mut recorded) = (0, 0);
    while calls < CALLS_MIN || recorded == 0 || recorded == calls {
        assert!(calls < CALLS_MAX, "{recorded} of {calls} were recorded");
        let caller = somebody(CALLER).await;
        let call = caller.call(&house, &place.number);
        let taken = desk.phone.lifted(AGENT).await;
        hear_each_other(&call, CALLER, &taken, AGENT).await;
        call.hang_up().await.unwrap();
        let one = common_cases::closed(&place.rest, &caller.number).await;
        // The random half of a UUID of version 7 (RFC 9562 5.7).
        let id = text(&one, "/id");
        let drawn = u32::from_str_radix(&id[id.len() - 8..], 16).unwrap() % 100;
        let record = drawn < 50;
        let decided = &events(&one, "recording_decided")[0]["body"];
        assert_eq!((&decided["percent"], &decided["drawn"], &decided["record"]), (&json!(50), &json!(drawn), &json!(record)));
        assert_eq!(one["recorded"], json!(record), "{drawn} of {id}");
        calls += 1;
        recorded += usize::from(record);
        desk.screen.shown("ready").await;
    }
}

async fn how_a_call_sounds_is_on_the_screen_and_in_the_record(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut desk = place.desk(&house).await;
    let caller = somebody(CALLER).await;
    let call = caller.call(&house, &place.number);
    let taken = desk.phone.lifted(AGENT).await;
    hear_each_other(&call, CALLER, &taken, AGENT).await;
    let good = |quality: Option<&Value>| quality.and_then(|q| q["heard_tenths"].as_u64()).is_some_and(|tenths| (38..=45).contains(&tenths));
    let customer = |call: &Value| {
        let parties = call["parties"].as_array().cloned().unwrap_or_default();
        parties.into_iter().find(|party| text(party, "/role") == "customer")
    };
    let both = |call: &Value| good(call.get("quality")) && good(customer(call).as_ref().and_then(|party| party.get("quality")));
    desk.screen.entry("call/", both).await;
    call.hang_up().await.unwrap();
    let reported = |one: &Value| events(one, "media_report").len() == 2;
    let one = common_cases::interaction(&place.rest, &caller.number, "both legs' reports", reported).await;
    for role in ["customer", "agent"] {
        let media = &common_cases::participant(&one, role)["media"];
        assert!(media["score_heard"].as_f64().unwrap() > 3.8, "{role}: {media}");
        assert!(media["packets_received"].as_u64().unwrap() > 50, "{role}: {media}");
    }
}

/// Of a server that is killed: one of its own, on either database.
async fn a_kill_loses_no_message(database: Database) {
    let mut house = House::start(database).await;
    let here = place(&house, json!({})).await;
    let (first, second) = (somebody(CALLER).await, somebody(CALLER).await);
    let mut call = first.connected(&house, &here.number).await;
    speaks(&here.rest, &first, &call, 1, 2_000).await;
    call.send_digits("#", DigitsBy::Rtp, 3).await.unwrap();
    ends(&mut call).await;
    let cut_off = second.connected(&house, &here.number).await;
    speaks(&here.rest, &second, &cut_off, 1, 3_500).await;
    house.kill();
    drop(cut_off);

    house.start_again().await;
    let (rest, mut here) = (house.new_rest(), here);
    here.rest = house.new_rest();
    let desk = here.desk_where_work_waits(&house).await;
    for (caller, least) in [(&first, 1_800), (&second, 2_000)] {
        let message = accept(&desk).await;
        assert_eq!(text(&message, "/caller/number"), caller.number, "in the order in which they were left");
        assert_says(&heard(&desk.rest, text(&message, "/recording")).await, least);
        desk.screen.tell(json!({ "do": "finish_message", "assignment": message["assignment"] })).await;
        desk.finish_wrap_up().await;
        one(&rest, &caller.number, "voicemail", "the message, dealt with", is_closed).await;
    }
    // A stop in order leaves a message as well.
    let third = somebody(CALLER).await;
    desk.screen.tell(json!({ "do": "set_presence", "presence": "not_ready" })).await;
    let mut call = third.connected(&house, &here.number).await;
    speaks(&rest, &third, &call, 1, 1_500).await;
    call.send_digits("#", DigitsBy::Rtp, 3).await.unwrap();
    ends(&mut call).await;
    one(&rest, &third.number, "voicemail", "the message", |_| true).await;
    let topic = format!("queue/{}", here.queue);
    desk.screen.follow(&[topic.as_str()]).await;
    let waits = |entries: &serde_json::Map<String, Value>| {
        let counted = entries.get("queue").is_some_and(|queue| queue["messages"] == json!(1) && queue["waiting"] == json!(1));
        let listed = entries.iter().any(|(key, value)| key.starts_with("waiting/") && value["message"] == json!(true));
        (counted && listed).then_some(())
    };
    desk.screen.wait_in(&topic, "the message that waits", waits).await;
    assert!(house.terminate().await.success());
    house.start_again().await;
    here.rest = house.new_rest();
    let desk = here.desk_where_work_waits(&house).await;
    let message = accept(&desk).await;
    assert_eq!(text(&message, "/caller/number"), third.number);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_loses_no_message_on_sqlite() {
    a_kill_loses_no_message(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_loses_no_message_on_postgres() {
    a_kill_loses_no_message(Database::Postgres).await;
}
