//! Calls that agents make on the telephone itself, calls made in the time after another, and calls for help, which always go.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common_control;

use common_control::*;
use cti_phone::{CallOptions, EndReason, IncomingCall, Media, PhoneError, RegisterOptions, UserAgent};
use e2e::record::{assert_tiled, closed, interaction, kinds, now_us, text};
use e2e::{Caller, Database, Desk, House, Phone, Setup, on_both, within};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};

on_both!(
    a_desk_phone_dials_by_itself_and_both_talk_and_are_recorded,
    a_desk_phone_is_told_that_the_number_rings_and_is_answered_or_refused_with_it,
    a_desk_phone_is_refused_what_no_rule_allows_and_so_is_a_telephone_nobody_knows,
    in_the_time_after_a_call_the_next_may_be_dialled,
    who_is_in_a_call_is_told_why_they_cannot_dial,
    a_call_for_help_by_command_puts_the_customer_on_hold,
    a_call_for_help_comes_before_a_call_that_is_offered,
    a_desk_phone_calls_for_help_beside_a_call,
    a_telephone_nobody_is_signed_in_on_calls_for_help_and_nothing_else,
);

/// Where desk phones are whose calls must not be taken for the demo's trunk, which is 127.0.0.1.
const DESKS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// A desk on a telephone of another address, so that its calls are its own.
async fn desk(house: &House, login: &str) -> Desk {
    let mut desk = Desk::open(house, login).await;
    let account = house.account(login).clone();
    let (user, password) = (account.phone.unwrap(), account.phone_password.unwrap());
    let agent = UserAgent::bind(SocketAddr::from((DESKS, 0))).await.unwrap();
    let calls = agent.incoming_for(&user);
    if let Some(registration) = desk.phone.registration.take() {
        registration.unregister().await.unwrap();
    }
    let registration = agent.register(RegisterOptions::new(house.sip(), user.as_str(), password.as_str())).await.unwrap();
    desk.phone = Phone { agent, calls, registration: Some(registration), user };
    desk.screen.entry("agent", |view| view.pointer("/device/reachable") == Some(&Value::Bool(true))).await;
    desk
}

/// What the desk's telephone sends when this number is dialled on it.
fn dialled(house: &House, desk: &Desk, number: &str) -> CallOptions {
    let password = house.account(&desk.login).phone_password.clone().unwrap();
    let user = desk.phone.user.as_str();
    let options = CallOptions::new(house.sip(), format!("sip:{number}@{}", house.sip())).from_user(user).media(Media::tone(ALICE));
    options.credentials(user, password.as_str())
}

async fn lift(incoming: IncomingCall, voice: u16) -> cti_phone::Call {
    incoming.ring().await;
    let mut call = incoming.answer(Media::tone(voice)).await.unwrap();
    within("the end of the answer", call.answered()).await.unwrap();
    call
}

async fn a_desk_phone_dials_by_itself_and_both_talk_and_are_recorded(house: House) {
    let since = now_us();
    let mut far = Outside::allowed(&house).await;
    let alice = desk(&house, "alice").await;
    let own = alice.phone.agent.call(dialled(&house, &alice, &far.number)).unwrap();
    let lifted = far.lifted().await;
    hears("alice", &own, &[FAR]).await;
    hears("the one outside", &lifted, &[ALICE]).await;
    let shown = call_shows(&alice.screen, "alice's call", |call| text(call, "/state") == "talking").await;
    assert_eq!((text(&shown, "/purpose"), text(&shown, "/caller/number")), ("dial", far.number.as_str()));
    own.hang_up().await.unwrap();
    let mut lifted = lifted;
    assert_eq!(within("the end outside", lifted.ended()).await, EndReason::RemoteHungUp);
    alice.finish_wrap_up().await;

    let one = sealed(&house, &far.number, since).await;
    assert_tiled(&one);
    assert_eq!((text(&one, "/direction"), text(&one, "/close_reason")), ("outbound", "completed"));
    assert_eq!(kinds(&one, "agent"), ["ringing", "dialling", "talking", "wrap_up"]);
    assert_eq!(voices_in(&recording(house.rest(), &one, 0).await), (vec![FAR], vec![ALICE]));
}

async fn a_desk_phone_is_told_that_the_number_rings_and_is_answered_or_refused_with_it(house: House) {
    let since = now_us();
    let mut far = Outside::allowed(&house).await;
    let (alice, bob) = (desk(&house, "alice").await, desk(&house, "bob").await);
    let mut own = alice.phone.agent.call(dialled(&house, &alice, &far.number)).unwrap();
    let rings = far.called().await;
    assert_eq!(own.state(), cti_phone::CallState::Calling, "nobody has answered, and nothing rings yet");
    rings.ring().await;
    assert_eq!(within("the ringing", own.ringing()).await.unwrap(), 180);
    call_shows(&alice.screen, "alice's call", |call| text(call, "/state") == "dialling").await;
    rings.reject(486).await;
    let refused = within("the number's own refusal", own.answered()).await;
    assert!(matches!(refused, Err(PhoneError::Refused(486))), "{refused:?}");
    alice.finish_wrap_up().await;
    let one = closed(&house, &far.number, since).await;
    assert_eq!((text(&one, "/close_reason"), text(bodies(&one, "outside_failed")[0], "/reason")), ("not_reached", "busy"));

    // Who gives up while it rings cancels the call of the number.
    let own = bob.phone.agent.call(dialled(&house, &bob, &far.number)).unwrap();
    let mut rings = far.called().await;
    rings.ring().await;
    call_shows(&bob.screen, "bob's call", |call| text(call, "/state") == "dialling").await;
    own.cancel().await;
    within("the end of the ringing", rings.cancelled()).await;
}

async fn a_desk_phone_is_refused_what_no_rule_allows_and_so_is_a_telephone_nobody_knows(house: House) {
    let mut far = Outside::forbidden(&house).await;
    let alice = desk(&house, "alice").await;
    let mut own = alice.phone.agent.call(dialled(&house, &alice, &far.number)).unwrap();
    let refused = within("the refusal", own.answered()).await;
    assert!(matches!(refused, Err(PhoneError::Refused(403))), "{refused:?}");
    for number in ["+881612345678", "+442079460958;phone-context=evil", "nobody"] {
        let mut own = alice.phone.agent.call(dialled(&house, &alice, number)).unwrap();
        let refused = within("the refusal", own.answered()).await;
        assert!(matches!(refused, Err(PhoneError::Refused(403 | 404))), "{number}: {refused:?}");
    }

    // The same words from telephones that have not our password, or are nobody's.
    let stranger = UserAgent::bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, 3), 0))).await.unwrap();
    let user = alice.phone.user.as_str();
    let to = format!("sip:{}@{}", far.number, house.sip());
    for credentials in [None, Some((user, "not the password")), Some(("999", "no such phone"))] {
        let mut options = CallOptions::new(house.sip(), to.as_str()).from_user(user);
        if let Some((user, password)) = credentials {
            options = options.credentials(user, password);
        }
        let refused = within("the refusal", stranger.call(options).unwrap().answered()).await;
        assert!(refused.is_err(), "{credentials:?}: {refused:?}");
    }
    // And from one that is ours, where nobody is signed in.
    let bob = desk(&house, "bob").await;
    bob.screen.tell(json!({ "do": "sign_out" })).await;
    let mut own = bob.phone.agent.call(dialled(&house, &bob, &far.number)).unwrap();
    let refused = within("the refusal", own.answered()).await;
    assert!(matches!(refused, Err(PhoneError::Refused(403))), "{refused:?}");
    assert!(far.was_not_called());
    alice.screen.shown("not_ready").await;
    assert!(house.rest().interactions_of(&far.number).await.is_empty(), "nothing of it is a call");
}

async fn in_the_time_after_a_call_the_next_may_be_dialled(house: House) {
    let mut far = Outside::allowed(&house).await;
    let Talk { house, since, out, mut alice, .. } = Talk::begin(house).await;
    out.hang_up().await.unwrap();
    let first = alice.screen.entry("wrap_up/", |_| true).await;
    let sales = queue(&house, "sales").await;
    alice.screen.tell(json!({ "do": "dial", "number": far.number, "queue": text(&sales, "/id") })).await;
    let own = alice.phone.lifted(ALICE).await;
    let lifted = far.lifted().await;
    hears("alice", &own, &[FAR]).await;
    hears("the one outside", &lifted, &[ALICE]).await;
    alice.screen.shown("talking").await;
    // The wrap-up of the first goes on beside it, and is finished by itself.
    let code = json!({ "do": "set_wrap_up", "assignment": text(&first, "/assignment"), "note": "called back" });
    alice.screen.tell(code).await;
    alice.screen.tell(json!({ "do": "finish_wrap_up", "assignment": text(&first, "/assignment") })).await;
    closed(&house, NOAH, since).await;
    hears("alice", &own, &[FAR]).await;
    lifted.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    alice.screen.shown("ready").await;
    closed(&house, &far.number, since).await;
}

async fn who_is_in_a_call_is_told_why_they_cannot_dial(house: House) {
    let mut far = Outside::allowed(&house).await;
    let Talk { house, out, alice, taken, .. } = Talk::begin(house).await;
    let sales = queue(&house, "sales").await;
    let dial = json!({ "do": "dial", "number": far.number, "queue": text(&sales, "/id") });
    let refusal = alice.screen.ask(dial).await.unwrap_err();
    assert_eq!(refusal.code, "wrong_state");
    assert!(refusal.message.contains("you are in a call"), "{}", refusal.message);
    assert!(far.was_not_called());
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
}

async fn a_call_for_help_by_command_puts_the_customer_on_hold(house: House) {
    let mut police = Outside::emergency(&house).await;
    let talk = Talk::begin(house).await;
    let id = talk.id().await;
    let Talk { house, since, out, alice, taken, leg } = talk;
    let sales = queue(&house, "sales").await;
    let made = alice.screen.ask(json!({ "do": "dial", "number": "911", "queue": text(&sales, "/id") })).await.unwrap();
    assert_eq!(text(&made, "/interaction"), id, "by the telephone she holds");
    let lifted = police.lifted().await;
    hears("alice", &taken, &[FAR]).await;
    hears("the police", &lifted, &[ALICE]).await;
    hears("the caller", &out, &[]).await;
    alice.screen.tell(json!({ "do": "return", "call": leg })).await;
    hears("the caller", &out, &[ALICE]).await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    let one = closed(&house, NOAH, since).await;
    assert!(kinds(&one, "customer").iter().any(|kind| kind == "on_hold"));
    assert_eq!(text(bodies(&one, "consult_ended")[0], "/how"), "returned");
}

async fn a_call_for_help_comes_before_a_call_that_is_offered(house: House) {
    let since = now_us();
    let mut police = Outside::emergency(&house).await;
    let mut alice = Desk::ready(&house, "alice").await;
    let mut bob = Desk::open(&house, "bob").await;
    let caller = e2e::Caller::new(NOAH, CALLER).await;
    let out = caller.call(&house, house.queue());
    let mut offered = alice.phone.rings().await;
    offered.ring().await;
    let sales = queue(&house, "sales").await;
    alice.screen.tell(json!({ "do": "dial", "number": "911", "queue": text(&sales, "/id") })).await;
    within("the end of the ringing", offered.cancelled()).await;
    let own = alice.phone.lifted(ALICE).await;
    let lifted = police.lifted().await;
    hears("alice", &own, &[FAR]).await;
    hears("the police", &lifted, &[ALICE]).await;
    // The customer keeps their place, for the next who is free.
    bob.take_calls().await;
    let taken = bob.phone.lifted(BOB).await;
    hears("the caller", &out, &[BOB]).await;
    hears("bob", &taken, &[CALLER]).await;
    own.hang_up().await.unwrap();
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    bob.finish_wrap_up().await;
    let one = closed(&house, NOAH, since).await;
    assert_eq!(e2e::record::outcomes(&one), ["withdrawn", "accepted"]);
}

async fn a_desk_phone_calls_for_help_beside_a_call(house: House) {
    let since = now_us();
    let mut police = Outside::emergency(&house).await;
    let mut alice = desk(&house, "alice").await;
    alice.go_ready().await;
    let caller = e2e::Caller::new(NOAH, CALLER).await;
    let out = caller.call(&house, house.queue());
    let taken = lift(alice.phone.rings().await, ALICE).await;
    hears("the caller", &out, &[ALICE]).await;
    // A second line of the telephone; what it does with the first is its own matter.
    let own = alice.phone.agent.call(dialled(&house, &alice, "911")).unwrap();
    let lifted = police.lifted().await;
    hears("alice on the second line", &own, &[FAR]).await;
    hears("the police", &lifted, &[ALICE]).await;
    hears("the caller", &out, &[]).await;
    own.hang_up().await.unwrap();
    let mut lifted = lifted;
    assert_eq!(within("the end of the police's part", lifted.ended()).await, EndReason::RemoteHungUp);
    // The telephone had not put the first line on hold itself: the customer is there again at once.
    hears("the caller", &out, &[ALICE]).await;
    hears("alice on the first line", &taken, &[CALLER]).await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    // The police were asked aside, and only for a while: one story of one call.
    let one = closed(&house, NOAH, since).await;
    assert_tiled(&one);
    assert!(kinds(&one, "customer").iter().any(|kind| kind == "on_hold"));
    assert_eq!(text(bodies(&one, "consult_ended")[0], "/how"), "returned");
    assert_eq!(kinds(&one, "outside"), ["dialling", "ringing", "consulting"]);
}

async fn a_telephone_nobody_is_signed_in_on_calls_for_help_and_nothing_else(house: House) {
    let since = now_us();
    let mut police = Outside::emergency(&house).await;
    let alice = desk(&house, "alice").await;
    alice.screen.tell(json!({ "do": "sign_out" })).await;
    let mut refused = alice.phone.agent.call(dialled(&house, &alice, "+12025550199")).unwrap();
    assert!(matches!(within("the refusal", refused.answered()).await, Err(PhoneError::Refused(403))));
    let own = alice.phone.agent.call(dialled(&house, &alice, "911")).unwrap();
    let lifted = police.lifted().await;
    hears("alice", &own, &[FAR]).await;
    hears("the police", &lifted, &[ALICE]).await;
    own.hang_up().await.unwrap();
    let mut lifted = lifted;
    assert_eq!(within("the end of the police's part", lifted.ended()).await, EndReason::RemoteHungUp);
    let one = interaction(&house, &alice.phone.user, since, "the end of the call for help", |one| text(one, "/state") == "closed").await;
    assert_tiled(&one);
    assert_eq!(kinds(&one, "outside"), ["dialling", "ringing", "talking"]);
    assert_eq!(text(&one, "/close_reason"), "completed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_that_takes_no_more_calls_still_calls_for_help() {
    let house = House::start_with(Database::Sqlite, Setup::default().set("LIMITS__INTERACTIONS_MAX", 1)).await;
    let mut police = Outside::emergency(&house).await;
    let Talk { house, out, .. } = Talk::begin(house).await;
    let mut late = Caller::new("+12025550177", CALLER).await.call(&house, house.queue());
    assert!(matches!(within("the refusal", late.answered()).await, Err(PhoneError::Refused(503))));
    let bob = desk(&house, "bob").await;
    let own = bob.phone.agent.call(dialled(&house, &bob, "911")).unwrap();
    let lifted = police.lifted().await;
    hears("bob", &own, &[FAR]).await;
    hears("the police", &lifted, &[ALICE]).await;
    hears("the caller", &out, &[ALICE]).await;
}
