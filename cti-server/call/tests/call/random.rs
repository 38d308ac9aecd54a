//! Any history of verbs: the room's check holds after each, and a plain second reading of the rules hears the same.

use crate::harness::*;
use cti_call::{Input, cause};
use cti_types::event::SuperviseMode;
use cti_types::{LegId, RecordingId};
use proptest::prelude::*;

const LEGS: u128 = 7;

fn leg() -> impl Strategy<Value = LegId> {
    (2..2 + LEGS).prop_map(LegId::from_u128)
}

fn mode() -> impl Strategy<Value = SuperviseMode> {
    prop_oneof![Just(SuperviseMode::Listen), Just(SuperviseMode::Whisper), Just(SuperviseMode::Barge)]
}

fn recording() -> impl Strategy<Value = Option<RecordingId>> {
    proptest::option::of((1..4u128).prop_map(RecordingId::from_u128))
}

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        3 => leg().prop_map(|leg| Input::Outgoing { leg, group: GROUP }),
        6 => leg().prop_map(|leg| Input::Answered { leg }),
        3 => (leg(), proptest::option::of(leg())).prop_map(|(leg, awaited_by)| Input::Early { leg, awaited_by }),
        1 => leg().prop_map(|leg| Input::Redialled { leg }),
        6 => (leg(), leg(), recording())
            .prop_map(|(customer, agent, recording)| Input::Connect { customer, agent, recording, hold_music: hold_music() }),
        6 => (leg(), leg(), recording())
            .prop_map(|(agent, other, recording)| Input::Consult { agent, other, recording, hold_music: hold_music() }),
        2 => leg().prop_map(|agent| Input::Swap { agent }),
        2 => leg().prop_map(|agent| Input::Merge { agent }),
        2 => leg().prop_map(|agent| Input::Complete { agent }),
        2 => (leg(), leg()).prop_map(|(old, new)| Input::Replace { old, new }),
        1 => leg().prop_map(|leg| Input::Leave { leg }),
        2 => (leg(), any::<bool>()).prop_map(|(leg, muted)| Input::Mute { leg, muted }),
        4 => (leg(), leg(), mode()).prop_map(|(leg, target, mode)| Input::Supervise { leg, target, mode }),
        2 => (leg(), mode()).prop_map(|(leg, mode)| Input::SetMode { leg, mode }),
        2 => (leg(), recording()).prop_map(|(leg, recording)| Input::Record { leg, recording }),
        1 => (leg(), any::<bool>()).prop_map(|(leg, paused)| Input::PauseRecording { leg, paused }),
        2 => leg().prop_map(|leg| Input::Hold { leg }),
        2 => leg().prop_map(|leg| Input::Retrieve { leg }),
        2 => (leg(), any::<bool>()).prop_map(|(leg, held)| Input::FarHold { leg, held }),
        2 => (leg(), any::<bool>()).prop_map(|(leg, away)| Input::Away { leg, away }),
        3 => leg().prop_map(|leg| Input::End { leg, cause: cause::NORMAL_CLEARING }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn after_any_history_everybody_hears_what_they_should(inputs in proptest::collection::vec(input(), 0..60)) {
        let mut house = House::new();
        for input in inputs {
            house.say(input);
            for (leg, heard) in &house.hears {
                prop_assert!(!heard.contains(leg), "{leg} hears itself");
                let up = !house.closed.contains(leg) || house.calls.is_up(*leg);
                prop_assert!(up || heard.is_empty() || house.closed.contains(leg));
            }
            for (leg, taps) in &house.taps {
                let recording = house.calls.recording(*leg);
                prop_assert!(taps.iter().all(|tap| recording == Some((tap.recording, false))), "{leg} is tapped for {taps:?}");
                prop_assert!(taps.len() == 2 && house.calls.is_bridged(*leg));
            }
        }
    }

    #[test]
    fn two_who_talk_hear_each_other_or_one_of_them_holds_or_is_muted(inputs in proptest::collection::vec(input(), 0..60)) {
        let mut house = House::new();
        for input in inputs {
            house.say(input);
        }
        for one in (2..2 + LEGS).map(LegId::from_u128).filter(|leg| house.calls.is_up(*leg)) {
            let holds = |leg| house.calls.is_held_by_device(leg) || house.calls.is_held_by_command(leg) || house.calls.is_away(leg);
            let quiet = |leg| house.calls.is_muted(leg) || holds(leg);
            let Some(other) = house.calls.peer(one).filter(|other| house.calls.is_up(*other) && house.calls.peer(*other) == Some(one)) else {
                continue;
            };
            let hears = house.hears.get(&one).is_some_and(|heard| heard.contains(&other));
            prop_assert!(hears || quiet(one) || quiet(other), "{one} does not hear {other}");
        }
    }
}
