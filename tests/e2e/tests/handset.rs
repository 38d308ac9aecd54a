//! What a plain desk phone does by itself, with real voices: transfer (REFER), a second call as a consultation, going to and fro, giving the
//! customer to the one asked (Replaces), and taking a call over on another telephone.

#![allow(clippy::unwrap_used, reason = "tests")]

use cti_phone::{Call, CallEvent, CallOptions, EndReason, Media, PhoneError, UserAgent};
use e2e::record::{assert_tiled, closed, interaction, kinds, now_us, text};
use e2e::{Caller, Database, Desk, Heard, House, Recording, eventually, until, within};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

/// Noah Williams of the sample customers.
const NOAH: &str = "+12025550112";
const CALLER: u16 = 600;
const ALICE: u16 = 1500;
const BOB: u16 = 1050;
const OTHER: u16 = 2100;
const VOICES: [u16; 4] = [CALLER, ALICE, BOB, OTHER];

/// Waits until this telephone hears these voices and no other of the four. Music is none of them.
async fn hears(who: &str, call: &Call, voices: &[u16]) {
    until(&format!("{who} hears {voices:?}"), || {
        let Some(levels) = call.tones_heard(&VOICES) else { return false };
        let is_heard = |level: &cti_phone::ToneLevel| level.share > 0.12 && level.dbfs > -45.0;
        VOICES.iter().zip(&levels).all(|(voice, level)| voices.contains(voice) == is_heard(level))
    })
    .await;
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

fn target(house: &House, user: &str) -> String {
    format!("<sip:{user}@{}>", house.sip())
}

/// The same for the far side of another call (RFC 3891: escaped as a header of the URI).
fn replacing(house: &House, user: &str, replaces: &str) -> String {
    let escaped = replaces.replace('@', "%40").replace(';', "%3B").replace('=', "%3D");
    format!("<sip:{user}@{}?Replaces={escaped}>", house.sip())
}

/// The telephone's own call to somebody, by its account.
fn dialled(house: &House, desk: &Desk, user: &str, voice: u16) -> Call {
    let account = house.account(&desk.login);
    let (sip_user, password) = (account.phone.clone().unwrap(), account.phone_password.clone().unwrap());
    let options = CallOptions::new(house.sip(), format!("sip:{user}@{}", house.sip())).from_user(sip_user.as_str());
    desk.phone.agent.call(options.credentials(sip_user, password).media(Media::tone(voice))).unwrap()
}

/// What the telephone is told of its transfer, up to the end of its call.
async fn told(events: &mut Receiver<CallEvent>) -> Vec<u16> {
    let mut codes = Vec::new();
    let listen = async {
        loop {
            match events.recv().await {
                Ok(CallEvent::Transfer(code)) => codes.push(code),
                Ok(CallEvent::Ended(_)) | Err(_) => break,
                Ok(_) => {}
            }
        }
    };
    within("the end of the call", listen).await;
    codes
}

fn said(one: &Value) -> Vec<&str> {
    one.get("events").and_then(Value::as_array).unwrap().iter().map(|event| text(event, "/kind")).collect()
}

async fn sealed(house: &House, since: i64) -> Value {
    let whole = |one: &Value| {
        let all = one.pointer("/recordings").and_then(Value::as_array);
        text(one, "/state") == "closed" && all.is_some_and(|all| !all.is_empty() && all.iter().all(|r| r.pointer("/parts/0").is_some()))
    };
    interaction(house, NOAH, since, "the closed interaction with its recordings", whole).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phones_refer_is_the_transfer_to_a_colleague_or_a_queue_and_is_told_how_it_went() {
    let since = now_us();
    let house = House::start(Database::Sqlite).await;
    let (out, alice, taken) = talking(&house).await;
    let mut bob = Desk::ready(&house, "bob").await;
    let mut events = taken.events();
    taken.refer(target(&house, &bob.phone.user), &[]).await.unwrap();
    assert_eq!(told(&mut events).await, [100, 200]);
    alice.screen.shown("wrap_up").await;
    hears("the caller", &out, &[]).await;
    let incoming = bob.phone.rings().await;
    let by = incoming.header("Referred-By").unwrap_or_default().to_owned();
    assert!(by.starts_with(&format!("<sip:{}@", alice.phone.user)), "by whom, as we know her: {by}");
    incoming.ring().await;
    let mut second = incoming.answer(Media::tone(BOB)).await.unwrap();
    within("the end of the answer", second.answered()).await.unwrap();
    hears("the caller", &out, &[BOB]).await;
    hears("bob", &second, &[CALLER]).await;
    alice.finish_wrap_up().await;
    alice.screen.shown("ready").await;

    // By the number of the queue, and without notices.
    let mut alice = alice;
    let mut events = second.events();
    second.refer(target(&house, house.queue()), &[("Refer-Sub", "false")]).await.unwrap();
    assert_eq!(told(&mut events).await, [0u16; 0]);
    let third = alice.phone.lifted(ALICE).await;
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &third, &[CALLER]).await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    bob.finish_wrap_up().await;
    let one = sealed(&house, since).await;
    assert_tiled(&one);
    assert_eq!(said(&one).iter().filter(|kind| **kind == "transferred").count(), 2);
    assert_eq!(one.pointer("/recordings").and_then(Value::as_array).map(Vec::len), Some(1), "one recording goes on through both");
    let parts = Recording::of(house.rest(), &one).await;
    for voice in [ALICE, BOB] {
        let others: Vec<u16> = VOICES.into_iter().filter(|other| *other != voice).collect();
        assert!(parts.iter().any(|part| Heard::of(&part.right, voice, &others).right > 0), "{voice} is on the right");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_by_refer_where_the_agent_may_not_dial_and_no_caller_sends_anybody() {
    let house = House::start(Database::Sqlite).await;
    let (out, alice, taken) = talking(&house).await;
    let refused = async |call: &Call, user: &str| match call.refer(target(&house, user), &[]).await {
        Err(PhoneError::Refused(code)) => code,
        other => panic!("{user}: {other:?}"),
    };
    // Premium, satellite, a network without a plan, no number at all, and oneself.
    for (user, code) in
        [("+19002345678", 403), ("+88161234567", 403), ("+999123456789", 404), ("nobody", 404), (alice.phone.user.as_str(), 404)]
    {
        assert_eq!(refused(&taken, user).await, code, "{user}");
    }
    for user in ["+19002345678", "+12025550100", house.queue(), alice.phone.user.as_str()] {
        assert_eq!(refused(&out, user).await, 403, "{user}: a caller has nobody called");
    }
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
    alice.screen.shown("talking").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phones_second_call_is_a_consultation_and_refer_with_replaces_completes_it() {
    let since = now_us();
    let house = House::start(Database::Sqlite).await;
    let (out, alice, taken) = talking(&house).await;
    let mut bob = Desk::ready(&house, "bob").await;
    taken.hold().await.unwrap();
    alice.screen.shown("hold").await;
    let mut aside = dialled(&house, &alice, &bob.phone.user, ALICE);
    let offer = bob.screen.entry("offer/", |_| true).await;
    assert_eq!((text(&offer, "/purpose"), text(&offer, "/cards/0/name")), ("consult", "Noah Williams"));
    let asked = bob.phone.lifted(BOB).await;
    within("the second call's answer", aside.answered()).await.unwrap();
    hears("alice", &aside, &[BOB]).await;
    hears("bob", &asked, &[ALICE]).await;
    hears("the caller", &out, &[]).await;

    let replaces = aside.replaces().await.unwrap();
    let (mut events, mut taken) = (taken.events(), taken);
    taken.refer(replacing(&house, &bob.phone.user, &replaces), &[]).await.unwrap();
    assert_eq!(told(&mut events).await, [100, 200]);
    assert_eq!(within("the end of the first call", taken.ended()).await, EndReason::RemoteHungUp);
    assert_eq!(within("the end of the second call", aside.ended()).await, EndReason::RemoteHungUp);
    hears("the caller", &out, &[BOB]).await;
    hears("bob", &asked, &[CALLER]).await;
    alice.screen.shown("wrap_up").await;
    out.hang_up().await.unwrap();
    bob.screen.shown("wrap_up").await;
    alice.finish_wrap_up().await;
    bob.finish_wrap_up().await;
    let one = sealed(&house, since).await;
    assert_tiled(&one);
    let said = said(&one);
    assert!(said.contains(&"consult_started") && said.contains(&"transferred"), "{said:?}");
    let customer = kinds(&one, "customer");
    assert_eq!(customer[customer.len() - 3..], ["talking", "on_hold", "talking"]);
    let parts = Recording::of(house.rest(), &one).await;
    let heard = |samples: &[i16], voice: u16| {
        let others: Vec<u16> = VOICES.into_iter().filter(|other| *other != voice).collect();
        Heard::of(samples, voice, &others).right
    };
    let customers = parts.iter().filter(|part| heard(&part.left, CALLER) > 0).collect::<Vec<_>>();
    assert!(customers.iter().any(|part| heard(&part.right, ALICE) > 0 && heard(&part.right, BOB) > 0), "the customer's holds both in turn");
    let aside = one.pointer("/recordings/1").expect("a recording of what was said aside");
    let mut only = one.clone();
    only["recordings"] = json!([aside]);
    let parts = Recording::of(house.rest(), &only).await;
    assert!(parts.iter().any(|part| heard(&part.left, BOB) > 0 && heard(&part.right, ALICE) > 0));
    assert!(parts.iter().all(|part| heard(&part.left, CALLER) == 0 && heard(&part.right, CALLER) == 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_goes_to_and_fro_between_its_two_calls_and_hangs_up_the_second() {
    let since = now_us();
    let house = House::start(Database::Sqlite).await;
    let (out, alice, taken) = talking(&house).await;
    let mut bob = Desk::ready(&house, "bob").await;
    taken.hold().await.unwrap();
    let mut aside = dialled(&house, &alice, &bob.phone.user, ALICE);
    let mut asked = bob.phone.lifted(BOB).await;
    within("the second call's answer", aside.answered()).await.unwrap();
    hears("bob", &asked, &[ALICE]).await;

    aside.hold().await.unwrap();
    taken.retrieve().await.unwrap();
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;
    hears("bob", &asked, &[]).await;
    taken.hold().await.unwrap();
    aside.retrieve().await.unwrap();
    hears("bob", &asked, &[ALICE]).await;
    hears("the caller", &out, &[]).await;

    aside.hang_up().await.unwrap();
    assert_eq!(within("the end of bob's part", asked.ended()).await, EndReason::RemoteHungUp);
    bob.screen.shown("ready").await;
    alice.screen.shown("hold").await;
    taken.retrieve().await.unwrap();
    hears("the caller", &out, &[ALICE]).await;
    alice.screen.shown("talking").await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    let one = closed(&house, NOAH, since).await;
    assert_tiled(&one);
    assert_eq!(said(&one).iter().filter(|kind| **kind == "swapped").count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_asked_by_a_second_call_and_does_not_come_leaves_the_customer_where_they_were() {
    let house = House::start(Database::Sqlite).await;
    let (out, alice, taken) = talking(&house).await;
    let mut bob = Desk::ready(&house, "bob").await;
    taken.hold().await.unwrap();
    let mut aside = dialled(&house, &alice, &bob.phone.user, ALICE);
    let refused = bob.phone.rings().await;
    refused.ring().await;
    refused.reject(603).await;
    let refusal = within("the refusal of the second call", aside.answered()).await;
    assert!(matches!(refusal, Err(PhoneError::Refused(480))), "{refusal:?}");
    // A premium number is asked no more than dialled, and a flow not at all.
    for (user, code) in [("+19002345678", 403), (house.ivr(), 403), ("nobody", 404)] {
        let mut call = dialled(&house, &alice, user, ALICE);
        let refusal = within("the refusal", call.answered()).await;
        assert!(matches!(refusal, Err(PhoneError::Refused(got)) if got == code), "{user}: {refusal:?}");
    }
    taken.retrieve().await.unwrap();
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &taken, &[CALLER]).await;

    // The customer goes while somebody is being asked: both telephones are free again.
    let mut aside = dialled(&house, &alice, &bob.phone.user, ALICE);
    let mut ringing = bob.phone.rings().await;
    ringing.ring().await;
    out.hang_up().await.unwrap();
    within("the end of bob's ringing", ringing.cancelled()).await;
    assert!(within("the end of the second call", aside.answered()).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn hanging_up_the_first_call_gives_the_customer_to_who_is_asked() {
    let house = House::start(Database::Sqlite).await;
    let (out, alice, taken) = talking(&house).await;
    let mut bob = Desk::ready(&house, "bob").await;
    taken.hold().await.unwrap();
    let mut aside = dialled(&house, &alice, &bob.phone.user, ALICE);
    let asked = bob.phone.lifted(BOB).await;
    within("the second call's answer", aside.answered()).await.unwrap();
    hears("bob", &asked, &[ALICE]).await;
    taken.hang_up().await.unwrap();
    assert_eq!(within("the end of the second call", aside.ended()).await, EndReason::RemoteHungUp);
    hears("the caller", &out, &[BOB]).await;
    hears("bob", &asked, &[CALLER]).await;
    alice.screen.shown("wrap_up").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_takes_their_call_over_on_another_telephone_of_theirs_and_nobody_else_does() {
    let since = now_us();
    let house = House::start(Database::Sqlite).await;
    let mut alice = Desk::ready(&house, "alice").await;
    let bob = Desk::open(&house, "bob").await;
    let row = json!({ "username": "alices-other", "password": "another-secret", "owner_id": alice.user });
    let made = house.rest().post("/phones", &row).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let agent = UserAgent::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    // The switch knows the telephone once it can register.
    let register = cti_phone::RegisterOptions::new(house.sip(), "alices-other", "another-secret");
    let _registration = eventually("the other telephone's registration", async || agent.register(register.clone()).await.ok()).await;
    let other = |replaces: &str| {
        let options = CallOptions::new(house.sip(), target(&house, "x").trim_matches(['<', '>'])).from_user("alices-other");
        let options = options.credentials("alices-other", "another-secret").header("Replaces", replaces);
        agent.call(options.media(Media::tone(OTHER))).unwrap()
    };

    // While it rings.
    let caller = Caller::new(NOAH, CALLER).await;
    let out = caller.call(&house, house.queue());
    let mut ringing = alice.phone.rings().await;
    ringing.ring().await;
    alice.screen.shown("reserved").await;
    let name = ringing.replaces().await.unwrap();
    let early = eventually("the call taken on the other telephone", async || {
        let mut call = other(&format!("{name};early-only"));
        call.answered().await.ok().map(|_| call)
    })
    .await;
    within("the end of the first telephone's ringing", ringing.cancelled()).await;
    alice.screen.shown("talking").await;
    hears("the caller", &out, &[OTHER]).await;
    hears("alice", &early, &[CALLER]).await;

    // Answered, and by somebody else's telephone.
    let name = early.replaces().await.unwrap();
    let account = house.account("bob");
    let (user, password) = (account.phone.clone().unwrap(), account.phone_password.clone().unwrap());
    let options = CallOptions::new(house.sip(), target(&house, "x").trim_matches(['<', '>'])).from_user(user.as_str());
    let mut theft = bob.phone.agent.call(options.credentials(user, password).header("Replaces", name.as_str())).unwrap();
    let refusal = within("the refusal", theft.answered()).await;
    assert!(matches!(refusal, Err(PhoneError::Refused(403))), "{refusal:?}");
    let mut unknown = other("nobody;to-tag=a;from-tag=b");
    assert!(matches!(within("the refusal", unknown.answered()).await, Err(PhoneError::Refused(481))));

    // Answered, and back on the first telephone.
    let (mut back, mut early) = (dialled_instead(&house, &alice, &name), early);
    within("the answer", back.answered()).await.unwrap();
    assert_eq!(within("the end on the other telephone", early.ended()).await, EndReason::RemoteHungUp);
    hears("the caller", &out, &[ALICE]).await;
    hears("alice", &back, &[CALLER]).await;
    out.hang_up().await.unwrap();
    alice.finish_wrap_up().await;
    let one = closed(&house, NOAH, since).await;
    assert_tiled(&one);
    assert_eq!(said(&one).iter().filter(|kind| **kind == "assigned").count(), 1, "it was one agent's call all the time");
}

/// The desk's own telephone takes the place of a call that is named so.
fn dialled_instead(house: &House, desk: &Desk, replaces: &str) -> Call {
    let account = house.account(&desk.login);
    let (user, password) = (account.phone.clone().unwrap(), account.phone_password.clone().unwrap());
    let options = CallOptions::new(house.sip(), format!("sip:x@{}", house.sip())).from_user(user.as_str());
    desk.phone.agent.call(options.credentials(user, password).header("Replaces", replaces).media(Media::tone(ALICE))).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_the_place_of_an_agent_with_a_second_call_goes_on_asking() {
    let since = now_us();
    let house = House::start(Database::Sqlite).await;
    let (out, alice, taken) = talking(&house).await;
    let mut bob = Desk::ready(&house, "bob").await;
    let mut boss = Desk::open(&house, "supervisor").await;
    taken.hold().await.unwrap();
    let mut aside = dialled(&house, &alice, &bob.phone.user, ALICE);
    let asked = bob.phone.lifted(BOB).await;
    within("the second call's answer", aside.answered()).await.unwrap();
    hears("bob", &asked, &[ALICE]).await;

    // Who is asked cannot take the call to another telephone: it is about theirs.
    let name = asked.replaces().await.unwrap();
    let mut moved = dialled_instead(&house, &bob, &name);
    let refusal = within("the refusal", moved.answered()).await;
    assert!(matches!(refusal, Err(PhoneError::Refused(486))), "{refusal:?}");
    hears("bob", &asked, &[ALICE]).await;

    boss.screen.tell(json!({ "do": "supervise", "agent": alice.user, "mode": "listen" })).await;
    let ear = boss.phone.lifted(OTHER).await;
    boss.screen.tell(json!({ "do": "intercept", "call": boss.leg().await })).await;
    let mut taken = taken;
    assert_eq!(within("the end of alice's first call", taken.ended()).await, EndReason::RemoteHungUp);
    assert_eq!(within("the end of alice's second call", aside.ended()).await, EndReason::RemoteHungUp);
    hears("bob", &asked, &[OTHER]).await;
    hears("the boss", &ear, &[BOB]).await;
    hears("the caller", &out, &[]).await;
    boss.screen.tell(json!({ "do": "complete", "call": boss.leg().await })).await;
    hears("the caller", &out, &[BOB]).await;
    hears("bob", &asked, &[CALLER]).await;
    out.hang_up().await.unwrap();
    for desk in [&alice, &bob, &boss] {
        desk.finish_wrap_up().await;
    }
    assert_tiled(&closed(&house, NOAH, since).await);
}
