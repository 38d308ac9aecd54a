//! One call, all the way: trunk, menu, queue, offer with the card, desk phone, hold, wrap-up, and what the record says of it.

#![allow(clippy::unwrap_used, reason = "tests")]

use cti_phone::{DigitsBy, EndReason, Media};
use e2e::record::{assert_tiled, interaction, kinds, now_us, number, text, visited};
use e2e::{Caller, Desk, Heard, House, Recording, Seen, hear_each_other, on_both, until, within};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

on_both!(a_call_from_the_trunk_to_the_record, the_card_comes_before_the_phone_rings, the_phone_holds_and_retrieves);

/// Noah Williams of the sample customers: gold, one open ticket, five earlier calls.
const NOAH: &str = "+12025550112";
const CALLER: u16 = 600;
const AGENT: u16 = 1500;
/// The offer and the INVITE leave the server at the same moment by different sockets and come to different threads of this process.
const SAME_MOMENT: Duration = Duration::from_millis(50);

async fn a_call_from_the_trunk_to_the_record(house: House) {
    let since = now_us();
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new(NOAH, CALLER).await;
    let mut out = caller.connected(&house, house.ivr()).await;
    until("the greeting", || out.media().received > 25).await;
    interaction(&house, NOAH, since, "the menu", |one| visited(one, "menu")).await;
    out.send_digits("5", DigitsBy::Rtp, 3).await.unwrap();
    out.send_digits("1", DigitsBy::Info, 1).await.unwrap();

    let incoming = alice.phone.rings().await;
    let offer = alice.screen.entry("offer/", |_| true).await;
    assert_eq!(text(&offer, "/queue_name"), "sales");
    assert_eq!(text(&offer, "/cards/0/name"), "Noah Williams");
    let mut taken = { incoming }.answer(Media::tone(AGENT)).await.unwrap();
    within("the answer", taken.answered()).await.unwrap();
    let before = spoken(&out, &taken);
    hear_each_other(&out, CALLER, &taken, AGENT).await;
    alice.screen.shown("talking").await;
    let mut said = since_then(&out, &taken, before);

    // Hold by command: the caller hears music, the agent nothing.
    let leg = alice.leg().await;
    alice.screen.tell(json!({ "do": "hold", "call": leg })).await;
    alice.screen.shown("hold").await;
    out.expect_tone(Some(AGENT));
    taken.expect_tone(Some(CALLER));
    let before = (out.media(), taken.media());
    until("music for the caller, silence for the agent", || {
        let (one, other) = (out.media(), taken.media());
        // A packet may have been on its way.
        let silent = other.windows_right <= before.1.windows_right + 1 && other.windows_wrong == before.1.windows_wrong;
        one.windows_wrong >= before.0.windows_wrong + 5 && silent
    })
    .await;
    alice.screen.tell(json!({ "do": "retrieve", "call": leg })).await;
    alice.screen.shown("talking").await;
    let before = spoken(&out, &taken);
    hear_each_other(&out, CALLER, &taken, AGENT).await;
    for (all, more) in said.iter_mut().zip(since_then(&out, &taken, before)) {
        *all += more;
    }

    taken.hang_up().await.unwrap();
    assert_eq!(within("the end of the caller's call", out.ended()).await, EndReason::RemoteHungUp);
    let wrap_up = alice.screen.entry("wrap_up/", |_| true).await;
    alice.screen.shown("wrap_up").await;
    let code = house.rest().find("/wrap-up-codes", "name", "Order placed").await;
    let assignment = text(&wrap_up, "/assignment").to_owned();
    alice.screen.tell(json!({ "do": "set_wrap_up", "assignment": assignment, "code": text(&code, "/id"), "note": "Two lamps." })).await;
    alice.screen.tell(json!({ "do": "finish_wrap_up", "assignment": assignment })).await;
    alice.screen.shown("ready").await;

    let sealed =
        |one: &Value| one.pointer("/recordings/0/parts/0").is_some() && one.pointer("/recordings/0/ended_at").is_some_and(Value::is_i64);
    let one =
        interaction(&house, NOAH, since, "the closed interaction with its recording", |one| text(one, "/state") == "closed" && sealed(one))
            .await;
    check_record(&one, &alice, text(&code, "/id"));
    check_recording(&house, &one, said).await;
}

/// Packets of voice the caller's phone and the agent's sent so far.
fn spoken(out: &cti_phone::Call, taken: &cti_phone::Call) -> [u64; 2] {
    [out.media().sent, taken.media().sent]
}

fn since_then(out: &cti_phone::Call, taken: &cti_phone::Call, before: [u64; 2]) -> [u64; 2] {
    let now = spoken(out, taken);
    [now[0] - before[0], now[1] - before[1]]
}

fn check_record(one: &Value, alice: &Desk, code: &str) {
    assert_eq!((text(one, "/close_reason"), text(one, "/from"), text(one, "/agent_id")), ("completed", NOAH, alice.user.as_str()));
    assert_eq!((text(one, "/wrap_up_code_id"), text(one, "/note"), text(one, "/data/topic")), (code, "Two lamps.", "sales"));
    assert_tiled(one);
    assert_eq!(kinds(one, "customer").last().map(String::as_str), Some("talking"));
    for kind in ["ivr", "waiting", "talking", "on_hold"] {
        assert!(kinds(one, "customer").iter().any(|k| k == kind), "{kind} in {:?}", kinds(one, "customer"));
    }
    assert_eq!(kinds(one, "agent"), ["ringing", "talking", "holding", "talking", "wrap_up"]);
    // The customer's sums agree with their segments to the millisecond.
    let customer = one.get("participants").and_then(Value::as_array).unwrap().iter().find(|p| text(p, "/role") == "customer").unwrap();
    let sum = |kinds: &[&str]| -> i64 {
        let segments = customer.get("segments").and_then(Value::as_array).unwrap();
        let fits = segments.iter().filter(|s| kinds.contains(&text(s, "/kind")));
        fits.map(|s| number(s, "/ended_at") - number(s, "/started_at")).sum()
    };
    for (field, kinds) in [("/wait_ms", &["waiting", "ringing"][..]), ("/talk_ms", &["talking"]), ("/hold_ms", &["on_hold"])] {
        assert!((sum(kinds) - number(one, field) * 1000).abs() <= 1000, "{field}: {} against {}", number(one, field), sum(kinds));
    }
    assert_eq!(text(one, "/work_items/0/offers/0/outcome"), "accepted");
    let decision = one.pointer("/work_items/0/offers/0/decision/candidates").and_then(Value::as_array).unwrap();
    assert_eq!(text(&decision[0], "/agent"), alice.user);
    assert!(decision.len() >= 5 && decision[1..].iter().all(|c| c.get("rejected").is_some_and(|why| !why.is_null())));
}

/// Left: the customer alone. Right: our side alone. Both at the same time, and as long as they talked: so many packets each, for a
/// phone on a machine that stands still says nothing.
async fn check_recording(house: &House, one: &Value, said: [u64; 2]) {
    let parts = Recording::of(house.rest(), one).await;
    let [part] = parts.as_slice() else { panic!("one part, not {}", parts.len()) };
    let (left, right) = (Heard::of(&part.left, CALLER, &[AGENT]), Heard::of(&part.right, AGENT, &[CALLER]));
    for (name, heard, said) in [("left", left, said[0]), ("right", right, said[1])] {
        let windows = (said / 5) as usize;
        assert!(windows >= 10 && heard.right + 4 >= windows, "{name}: {heard:?} of {windows}, {} ms", part.ms());
    }
    assert!(right.other <= 2, "music and cross-talk have no place on the right: {right:?}");
    assert!(left.other <= 2, "only the customer is on the left: {left:?}");
    assert_eq!(number(one, "/recordings/0/parts/0/duration_ms") as usize, part.ms());
}

async fn the_card_comes_before_the_phone_rings(house: House) {
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new(NOAH, CALLER).await;
    let _out = caller.call(&house, house.queue());
    let incoming = alice.phone.rings().await;
    let rang = incoming.arrived();
    let with_card = |seen: &Seen| {
        let card = seen.value.as_ref().is_some_and(|view| text(view, "/cards/0/name") == "Noah Williams");
        seen.key.starts_with("offer/") && card
    };
    alice.screen.entry("offer/", |view| text(view, "/cards/0/name") == "Noah Williams").await;
    let shown: Instant = alice.screen.seen().iter().find(|seen| with_card(seen)).unwrap().at;
    assert!(shown < rang + SAME_MOMENT, "the card came {:?} after the ring", shown - rang);
    let offer = alice.screen.entry("offer/", |_| true).await;
    assert_eq!(offer.pointer("/cards/0/recent").and_then(Value::as_array).map(Vec::len), Some(5));
    assert_eq!(text(&offer, "/cards/0/tier"), "gold");
    assert_eq!(text(&offer, "/cards/0/reasons/0/texts/en"), "the open ticket: Printer will not wake up");
    assert_eq!(text(&offer, "/cards/0/reasons/0/why/en/0"), "open tickets: 1 (at least 1)");
}

async fn the_phone_holds_and_retrieves(house: House) {
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new(NOAH, CALLER).await;
    let out = caller.call(&house, house.queue());
    let taken = alice.phone.lifted(AGENT).await;
    hear_each_other(&out, CALLER, &taken, AGENT).await;
    taken.hold().await.unwrap();
    alice.screen.shown("hold").await;
    out.expect_tone(Some(AGENT));
    let before = out.media().windows_wrong;
    until("music while the phone holds", || out.media().windows_wrong >= before + 5).await;
    let leg = alice.leg().await;
    let refusal = alice.screen.ask(json!({ "do": "retrieve", "call": leg })).await.unwrap_err();
    assert_eq!(refusal.code, "wrong_state", "what the phone holds only the phone retrieves");
    taken.retrieve().await.unwrap();
    alice.screen.shown("talking").await;
    hear_each_other(&out, CALLER, &taken, AGENT).await;
}
