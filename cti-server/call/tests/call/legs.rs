//! What legs hear and when they end, as the engine and the interactions are told of it.

use crate::harness::*;
use cti_call::{Input, Signal, cause};
use cti_types::acd::NotReadyReason;
use cti_types::call::{LegEnd, LegFact};
use cti_types::*;

#[test]
fn the_music_stops_when_the_voices_pass() {
    assert_eq!(House::ringing().both(), ("music".into(), String::new()));
    let house = House::talking();
    assert_eq!(house.both(), ("A".into(), "C".into()));
    assert_eq!((house.recorded(CUSTOMER), house.recorded(AGENT)), (vec![RECORDING], vec![]));
}

#[test]
fn hold_plays_music_to_the_customer_and_nothing_to_the_agent() {
    let mut house = House::talking();
    house.say(Input::Hold { leg: AGENT });
    assert_eq!(house.both(), ("hold music".into(), String::new()));
    house.say(Input::Retrieve { leg: AGENT });
    assert_eq!(house.both(), ("A".into(), "C".into()));
    assert_eq!(house.facts, [LegFact::Held(AGENT), LegFact::Retrieved(AGENT)]);
}

#[test]
fn held_by_both_it_is_retrieved_when_both_have() {
    let mut house = House::talking();
    house.say(Input::FarHold { leg: AGENT, held: true });
    house.say(Input::Hold { leg: AGENT });
    house.say(Input::FarHold { leg: AGENT, held: true });
    assert!(house.calls.is_held_by_device(AGENT) && house.calls.is_held_by_command(AGENT));
    house.say(Input::FarHold { leg: AGENT, held: false });
    assert_eq!(house.hears(CUSTOMER), "hold music");
    house.say(Input::Retrieve { leg: AGENT });
    assert_eq!(house.hears(CUSTOMER), "A");
    assert_eq!(house.facts, [LegFact::Held(AGENT), LegFact::Retrieved(AGENT)]);
}

#[test]
fn a_customer_who_holds_us_puts_nobody_of_ours_on_hold() {
    let mut house = House::talking();
    house.say(Input::FarHold { leg: CUSTOMER, held: true });
    assert_eq!((house.facts.as_slice(), house.both()), (&[][..], ("A".into(), "C".into())));
}

#[test]
fn a_phone_that_holds_before_it_is_connected_is_held_when_it_is() {
    let mut house = House::ringing();
    house.say(Input::Answered { leg: AGENT });
    house.say(Input::FarHold { leg: AGENT, held: true });
    house.say(Input::Connect { customer: CUSTOMER, agent: AGENT, recording: None, hold_music: hold_music() });
    assert_eq!(house.hears(CUSTOMER), "hold music");
    assert_eq!(house.facts.last(), Some(&LegFact::Held(AGENT)));
}

#[test]
fn when_the_agent_ends_the_customer_hears_nothing_and_is_recorded_no_more_until_somebody_comes() {
    let mut house = House::talking();
    house.say(Input::Ended { leg: AGENT, failed: false });
    assert_eq!(house.facts, [LegFact::Ended(AGENT, LegEnd::FarSide)]);
    assert_eq!((house.hears(CUSTOMER), house.recorded(CUSTOMER)), (String::new(), vec![]));
    assert_eq!((house.recordings_over.len(), house.closed.as_slice()), (0, &[AGENT][..]));
    house.say(Input::End { leg: CUSTOMER, cause: cause::NORMAL_CLEARING });
    assert_eq!(house.recordings_over, [RECORDING]);
    assert!(house.calls.is_empty());
}

#[test]
fn a_leg_ends_once_whatever_comes_after() {
    let mut house = House::talking();
    house.say(Input::End { leg: AGENT, cause: cause::NORMAL_CLEARING });
    house.say(Input::Ended { leg: AGENT, failed: false });
    house.say(Input::Refused { leg: AGENT, code: 487 });
    house.say(Input::Answered { leg: AGENT });
    assert_eq!(house.facts, [LegFact::Ended(AGENT, LegEnd::OurSide)]);
    assert_eq!(house.signals.last(), Some(&Signal::End { leg: AGENT, cause: cause::NORMAL_CLEARING }));
}

#[test]
fn media_that_stays_lost_ends_the_leg_and_media_that_returns_does_not() {
    let mut house = House::talking();
    house.say(Input::MediaLost { leg: CUSTOMER });
    house.wait(29);
    house.say(Input::MediaBack { leg: CUSTOMER });
    house.wait(60);
    assert_eq!(house.facts, []);
    house.say(Input::MediaLost { leg: CUSTOMER });
    house.wait(31);
    assert_eq!(house.facts, [LegFact::Ended(CUSTOMER, LegEnd::Lost)]);
    assert!(house.calls.poll_timeout().is_none());
}

#[test]
fn who_is_not_answered_need_not_speak_and_is_missed_from_the_answer_on() {
    let mut house = House::talking();
    house.say(Input::Outgoing { leg: OUTSIDE, group: GROUP });
    house.say(Input::Early { leg: OUTSIDE, awaited_by: None });
    house.facts.clear();
    house.say(Input::MediaLost { leg: OUTSIDE });
    house.wait(100);
    assert_eq!(house.facts, []);
    house.say(Input::Answered { leg: OUTSIDE });
    house.wait(31);
    assert_eq!(house.facts, [LegFact::Answered(OUTSIDE), LegFact::Ended(OUTSIDE, LegEnd::Lost)]);
}

#[test]
fn a_refusal_says_what_the_person_or_the_telephone_did() {
    use NotReadyReason::*;
    for (rang, code, end) in [
        (false, 486, LegEnd::NotTaken(DeviceBusy)),
        (true, 486, LegEnd::Declined),
        (true, 603, LegEnd::Declined),
        (false, 603, LegEnd::Declined),
        (true, 480, LegEnd::Declined),
        (false, 480, LegEnd::NotTaken(DeviceUnreachable)),
        (false, 408, LegEnd::NotTaken(DeviceUnreachable)),
        (true, 408, LegEnd::NotTaken(NoAnswer)),
        (false, 404, LegEnd::NotTaken(DeviceUnreachable)),
        (false, 503, LegEnd::NotTaken(DeviceUnreachable)),
        (true, 487, LegEnd::OurSide),
    ] {
        let mut house = House::new();
        house.say(Input::Outgoing { leg: AGENT, group: GROUP });
        if rang {
            house.say(Input::Ringing { leg: AGENT });
        }
        house.facts.clear();
        house.say(Input::Refused { leg: AGENT, code });
        assert_eq!(house.facts, [LegFact::Ended(AGENT, end)], "{code} rang {rang}");
    }
}

#[test]
fn a_prompt_is_heard_instead_of_music_and_ends_once() {
    let prompt = PlayId::from_u128(9);
    let mut house = House::ringing();
    house.say(Input::Play { leg: CUSTOMER, play: prompt, clips: vec![clip()] });
    assert_eq!(house.hears(CUSTOMER), "prompt");
    house.plays.remove(&CUSTOMER);
    house.say(Input::PlayEnded { leg: CUSTOMER, play: prompt, interrupted: false });
    assert_eq!(house.hears(CUSTOMER), "music");
}

#[test]
fn legs_of_different_interactions_are_never_connected() {
    let mut house = House::new();
    house.say(Input::Incoming { leg: CUSTOMER, group: GROUP });
    house.say(Input::Answer { leg: CUSTOMER });
    house.say(Input::Outgoing { leg: AGENT, group: InteractionId::from_u128(99) });
    house.say(Input::Answered { leg: AGENT });
    house.say(Input::Connect { customer: CUSTOMER, agent: AGENT, recording: Some(RECORDING), hold_music: None });
    assert_eq!((house.both(), house.taps.len()), ((String::new(), String::new()), 0));
}

#[test]
fn a_message_is_taken_of_a_leg_that_is_alone_and_is_played_nothing() {
    let (message, beep) = (RecordingId::from_u128(20), PlayId::from_u128(9));
    let mut house = House::ringing();
    house.say(Input::Music { leg: CUSTOMER, music: None });
    house.say(Input::Play { leg: CUSTOMER, play: beep, clips: vec![clip()] });
    house.say(Input::TakeMessage { leg: CUSTOMER, recording: Some(message) });
    assert_eq!(house.recorded(CUSTOMER), [], "the beep is not in it");
    house.plays.remove(&CUSTOMER);
    house.say(Input::PlayEnded { leg: CUSTOMER, play: beep, interrupted: false });
    assert_eq!(house.recorded(CUSTOMER), [message]);
    house.say(Input::TakeMessage { leg: CUSTOMER, recording: None });
    assert_eq!((house.recorded(CUSTOMER), house.recordings_over.as_slice()), (vec![], [message].as_slice()));
    let again = RecordingId::from_u128(21);
    house.say(Input::TakeMessage { leg: CUSTOMER, recording: Some(again) });
    house.say(Input::Ended { leg: CUSTOMER, failed: false });
    assert_eq!(house.recordings_over, [message, again], "whoever hangs up has finished");
}
