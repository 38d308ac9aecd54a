//! Legs that stand without a call, on the one port of all pages: patched into calls on any thread, taken out, loaded anew.

mod support;

use cti_media_engine::EngineConfig;
use cti_types::LegId;
use cti_types::media::{Codec, EngineCommand, EngineEvent, OpenError, StreamStats};
use std::time::Duration;
use support::browser::{Browser, config};
use support::{House, LOCALHOST, Phone};

/// The group of the plain phones in `support`, and one on the other of two threads.
const CALL: u64 = 7;
const OTHER: u64 = 2;

fn house(page_loss_after: Duration) -> House {
    House::with(EngineConfig { threads: 2, pages: Some((LOCALHOST, 0).into()), page_loss_after, ..config() })
}

fn patient() -> House {
    house(Duration::from_secs(60))
}

fn leg(number: u128) -> LegId {
    LegId::from_u128(2_000_000 + number)
}

fn hear(house: &House, leg: LegId, from: LegId) {
    house.send(EngineCommand::Hear { leg, from: vec![from] });
}

/// The page is in a call with the phone, under this name.
fn attach(house: &House, page: &Browser, phone: &Phone, call: LegId) {
    house.send(EngineCommand::Attach { standing: page.phone.leg, leg: call, group: CALL });
    assert_eq!(house.next(), EngineEvent::Opened { leg: call });
    hear(house, call, phone.leg);
    hear(house, phone.leg, call);
    house.settle();
}

fn both_hear(page: &mut Browser, phone: &mut Phone) {
    for code in 0..10 {
        page.say(code);
        assert_eq!(phone.listen().1, [code; 160]);
        phone.say(code);
        assert_eq!(page.listen().1, [code; 160]);
    }
}

/// Packets that came, whatever became of them.
fn taken_in(house: &House) -> u64 {
    let counters = house.engine.counters();
    counters.packets_in + counters.foreign + counters.dropped
}

fn closed(house: &House) -> (LegId, u16, StreamStats) {
    match house.next() {
        EngineEvent::Closed { leg, port, stats } => (leg, port, stats),
        other => panic!("{other:?} instead of a close"),
    }
}

#[test]
fn a_page_is_patched_into_one_call_after_another_without_a_handshake() {
    for stands in [CALL, OTHER] {
        let house = patient();
        let (mut page, mut phone) = (Browser::standing(&house, stands, "page"), house.call(Codec::Pcmu));
        for call in 1..=3 {
            attach(&house, &page, &phone, leg(call));
            both_hear(&mut page, &mut phone);
            house.send(EngineCommand::Close { leg: leg(call) });
            let (closed, port, stats) = closed(&house);
            assert_eq!((closed, port), (leg(call), 0));
            assert_eq!((stats.packets_sent, stats.packets_received, stats.packets_foreign), (10, 10, 0), "of this call alone");
            // Nobody hears it now.
            house.settle();
            let before = taken_in(&house);
            page.say(99);
            while taken_in(&house) == before {
                house.settle();
            }
            assert!(phone.hears_nothing());
        }
        house.send(EngineCommand::Close { leg: page.phone.leg });
        assert_eq!(closed(&house).0, page.phone.leg);
    }
}

#[test]
fn pages_share_the_port_and_each_hears_its_own_call() {
    let house = patient();
    let mut pairs: Vec<(Browser, Phone)> = (0..3)
        .map(|number| {
            let (page, phone) = (Browser::standing(&house, number, &format!("page{number}")), house.call(Codec::Pcmu));
            attach(&house, &page, &phone, leg(10 + u128::from(number)));
            (page, phone)
        })
        .collect();
    assert!(pairs.iter().all(|(page, _)| page.phone.to == pairs[0].0.phone.to));
    for (page, phone) in &mut pairs {
        both_hear(page, phone);
    }
}

#[test]
fn a_page_that_is_loaded_anew_goes_on_in_the_same_call() {
    let house = patient();
    let (mut old, mut phone) = (Browser::standing(&house, OTHER, "before"), house.call(Codec::Pcmu));
    attach(&house, &old, &phone, leg(20));
    both_hear(&mut old, &mut phone);
    // It lives on the thread of the call now.
    let mut new = Browser::page(&house, old.phone.leg, CALL, "after");
    both_hear(&mut new, &mut phone);
    let before = house.engine.counters().foreign;
    old.say(66);
    while house.engine.counters().foreign == before {
        house.settle();
    }
    assert!(phone.hears_nothing(), "the page before is heard no more");
    both_hear(&mut new, &mut phone);
}

#[test]
fn a_page_that_falls_silent_in_a_call_is_told_and_so_is_its_return() {
    let house = house(Duration::from_millis(1_000));
    let (mut page, phone) = (Browser::standing(&house, CALL, "page"), house.call(Codec::Pcmu));
    house.nothing_for(Duration::from_millis(1_300));
    house.send(EngineCommand::Attach { standing: page.phone.leg, leg: leg(30), group: CALL });
    assert_eq!(house.next(), EngineEvent::Opened { leg: leg(30) });
    hear(&house, phone.leg, leg(30));
    house.settle_group(CALL);
    page.say(1);
    assert_eq!(phone.listen().1, [1; 160]);
    assert_eq!(house.next(), EngineEvent::MediaLost { leg: leg(30) });
    page.say(2);
    assert_eq!(phone.listen().1, [2; 160]);
    assert_eq!(house.next(), EngineEvent::MediaBack { leg: leg(30) });
}

#[test]
fn a_page_hears_itself_until_a_call_comes() {
    let house = patient();
    let (mut page, mut phone) = (Browser::standing(&house, OTHER, "page"), house.call(Codec::Pcmu));
    hear(&house, page.phone.leg, page.phone.leg);
    house.settle_group(OTHER);
    page.say(5);
    assert_eq!(page.listen().1, [5; 160]);
    attach(&house, &page, &phone, leg(40));
    both_hear(&mut page, &mut phone);
}

#[test]
fn the_end_of_a_standing_leg_is_the_end_of_its_call() {
    let house = patient();
    let (page, phone) = (Browser::standing(&house, OTHER, "page"), house.call(Codec::Pcmu));
    attach(&house, &page, &phone, leg(50));
    house.send(EngineCommand::Close { leg: page.phone.leg });
    assert_eq!([closed(&house).0, closed(&house).0], [leg(50), page.phone.leg]);
    assert!(house.engine.send(EngineCommand::Close { leg: leg(50) }).is_err());
    house.settle();
    assert_eq!(house.engine.counters().legs, 1);
}

#[test]
fn what_does_not_stand_or_is_in_a_call_is_not_attached() {
    let house = patient();
    let (page, phone) = (Browser::standing(&house, CALL, "page"), house.call(Codec::Pcmu));
    attach(&house, &page, &phone, leg(60));
    for standing in [page.phone.leg, phone.leg] {
        house.send(EngineCommand::Attach { standing, leg: leg(61), group: CALL });
        assert_eq!(house.next(), EngineEvent::OpenFailed { leg: leg(61), error: OpenError::Bind });
    }
    assert!(house.engine.send(EngineCommand::Attach { standing: leg(99), leg: leg(61), group: CALL }).is_err());
    let nowhere = House::with(config());
    nowhere.send(EngineCommand::Stand { leg: leg(62), group: CALL, ssrc: 1, sequence: 1, timestamp: 1 });
    assert_eq!(nowhere.next(), EngineEvent::OpenFailed { leg: leg(62), error: OpenError::Bind });
}
