//! Who hears whom after each verb: C the customer, A the agent, B a colleague, O somebody outside, S the supervisor.

use crate::harness::*;
use cti_call::{Input, MEMBERS_MAX, cause};
use cti_types::call::LegFact;
use cti_types::event::SuperviseMode;
use cti_types::{InteractionId, LegId, RecordingId};

/// One step and what everybody hears after it, as `C:A A:C`; who is not named is not looked at.
type Step = (Input, &'static str);

fn run(house: &mut House, steps: Vec<Step>) {
    for (input, expected) in steps {
        let text = format!("{input:?}");
        house.say(input);
        for word in expected.split_whitespace() {
            let (who, hears) = word.split_once(':').expect("leg:hears");
            let leg = [CUSTOMER, AGENT, BOB, OUTSIDE, SUPERVISOR].into_iter().find(|leg| letter(*leg).to_string() == who).expect("a leg");
            assert_eq!(house.hears(leg), hears.replace('~', "hold music"), "{who} after {text}");
        }
    }
}

fn consult(other: LegId) -> Input {
    Input::Consult { agent: AGENT, other, recording: Some(ASIDE), hold_music: hold_music() }
}

fn with(legs: &[LegId]) -> House {
    let mut house = House::talking();
    for leg in legs {
        house.up(*leg);
    }
    house
}

fn end(leg: LegId) -> Input {
    Input::End { leg, cause: cause::NORMAL_CLEARING }
}

#[test]
fn who_is_consulted_is_heard_by_the_agent_alone_until_the_customer_is_back() {
    let mut house = with(&[BOB]);
    run(
        &mut house,
        vec![
            (Input::Hold { leg: AGENT }, "C:~ A: B:"),
            (consult(BOB), "C:~ A:B B:A"),
            (Input::Swap { agent: AGENT }, "C:A A:C B:~"),
            (Input::Swap { agent: AGENT }, "C:~ A:B B:A"),
            (end(BOB), "C:A A:C"),
        ],
    );
    assert_eq!(house.recordings_over, [ASIDE]);
}

#[test]
fn who_is_away_counts_as_holding_wherever_they_speak_until_they_are_back() {
    let mut house = with(&[BOB]);
    run(
        &mut house,
        vec![
            (Input::Away { leg: AGENT, away: true }, "C:~ A:"),
            (Input::Away { leg: AGENT, away: true }, "C:~ A:"),
            (Input::Retrieve { leg: AGENT }, "C:~ A:"),
            (Input::Away { leg: AGENT, away: false }, "C:A A:C"),
            (consult(BOB), "C:~ A:B B:A"),
            (Input::Away { leg: AGENT, away: true }, "C:~ A: B:~"),
            (Input::Swap { agent: AGENT }, "C:~ A: B:~"),
            (Input::Merge { agent: AGENT }, "C:B B:C A:"),
            (Input::Away { leg: AGENT, away: false }, "C:AB A:CB B:CA"),
        ],
    );
}

#[test]
fn a_hold_by_command_outlasts_being_away() {
    let mut house = House::talking();
    run(
        &mut house,
        vec![
            (Input::Hold { leg: AGENT }, "C:~ A:"),
            (Input::Away { leg: AGENT, away: true }, "C:~ A:"),
            (Input::Away { leg: AGENT, away: false }, "C:~ A:"),
            (Input::Retrieve { leg: AGENT }, "C:A A:C"),
        ],
    );
}

#[test]
fn a_consultation_is_recorded_by_itself_at_the_one_consulted() {
    let mut house = with(&[BOB]);
    house.say(consult(BOB));
    assert_eq!((house.recorded(CUSTOMER), house.recorded(BOB), house.recorded(AGENT)), (vec![RECORDING], vec![ASIDE], vec![]));
    house.say(Input::Complete { agent: AGENT });
    assert_eq!((house.recorded(CUSTOMER), house.recorded(BOB)), (vec![RECORDING], vec![]));
    assert_eq!(house.recordings_over, [ASIDE]);
}

#[test]
fn a_completed_consultation_leaves_the_two_together_and_the_agent_out() {
    let mut house = with(&[OUTSIDE]);
    run(
        &mut house,
        vec![
            (consult(OUTSIDE), "C:~ A:O O:A"),
            (Input::Complete { agent: AGENT }, "C:O O:C A:"),
            (end(AGENT), "C:O O:C"),
            (Input::FarHold { leg: OUTSIDE, held: true }, "C:~ O:"),
        ],
    );
    assert!(!house.calls.is_bridged(AGENT) && house.recorded(CUSTOMER) == [RECORDING]);
}

#[test]
fn completing_while_the_customer_is_spoken_with_gives_the_same() {
    let mut house = with(&[BOB]);
    run(&mut house, vec![(consult(BOB), ""), (Input::Swap { agent: AGENT }, "C:A"), (Input::Complete { agent: AGENT }, "C:B B:C A:")]);
}

#[test]
fn in_a_conference_everybody_hears_everybody_else() {
    let mut house = with(&[BOB, OUTSIDE]);
    run(
        &mut house,
        vec![
            (consult(BOB), ""),
            (Input::Merge { agent: AGENT }, "C:AB A:CB B:CA"),
            (consult(OUTSIDE), "C:B A:O B:C O:A"),
            (Input::Merge { agent: AGENT }, "C:ABO A:CBO B:CAO O:CAB"),
            (Input::Hold { leg: BOB }, "C:AO A:CO B: O:CA"),
            (Input::Retrieve { leg: BOB }, "C:ABO B:CAO"),
            (end(AGENT), "C:BO B:CO O:CB"),
            (end(BOB), "C:O O:C"),
            (end(OUTSIDE), "C:"),
        ],
    );
    assert_eq!(house.recordings_over, [ASIDE, ASIDE]);
}

#[test]
fn a_customer_who_holds_plays_no_music_into_a_conference() {
    let mut house = with(&[BOB]);
    run(
        &mut house,
        vec![
            (consult(BOB), ""),
            (Input::Merge { agent: AGENT }, "C:AB"),
            (Input::FarHold { leg: CUSTOMER, held: true }, "C: A:B B:A"),
            (Input::FarHold { leg: CUSTOMER, held: false }, "C:AB A:CB"),
        ],
    );
}

#[test]
fn who_is_muted_is_heard_by_nobody_and_hears_everybody() {
    let mut house = with(&[BOB]);
    run(
        &mut house,
        vec![
            (consult(BOB), ""),
            (Input::Merge { agent: AGENT }, ""),
            (Input::Mute { leg: AGENT, muted: true }, "C:B A:CB B:C"),
            (Input::Mute { leg: AGENT, muted: true }, "C:B A:CB B:C"),
            (Input::Mute { leg: AGENT, muted: false }, "C:AB A:CB B:CA"),
        ],
    );
    assert_eq!(house.facts, [LegFact::Muted(AGENT, true), LegFact::Muted(AGENT, false)]);
}

#[test]
fn a_muted_agent_who_is_alone_with_the_customer_leaves_them_in_silence_and_one_who_holds_does_not() {
    let mut house = House::talking();
    run(
        &mut house,
        vec![
            (Input::Mute { leg: AGENT, muted: true }, "C:silence A:C"),
            (Input::Hold { leg: AGENT }, "C:~ A:"),
            (Input::Retrieve { leg: AGENT }, "C:silence A:C"),
            (Input::Mute { leg: AGENT, muted: false }, "C:A A:C"),
        ],
    );
}

#[test]
fn a_supervisor_is_heard_as_the_mode_says() {
    use SuperviseMode::*;
    let mut house = with(&[SUPERVISOR]);
    let (leg, target) = (SUPERVISOR, AGENT);
    run(
        &mut house,
        vec![
            (Input::Supervise { leg, target, mode: Listen }, "C:A A:C S:CA"),
            (Input::SetMode { leg, mode: Whisper }, "C:A A:CS S:CA"),
            (Input::SetMode { leg, mode: Barge }, "C:AS A:CS S:CA"),
            (Input::Mute { leg, muted: true }, "C:A A:C S:CA"),
            (Input::Mute { leg, muted: false }, "C:AS A:CS"),
            (Input::SetMode { leg, mode: Listen }, "C:A A:C S:CA"),
            (end(SUPERVISOR), "C:A A:C"),
        ],
    );
}

#[test]
fn the_keys_of_a_supervisor_reach_nobody_until_they_have_the_call_themselves() {
    let mut house = with(&[SUPERVISOR]);
    for mode in [SuperviseMode::Listen, SuperviseMode::Barge] {
        house.say(Input::Supervise { leg: SUPERVISOR, target: AGENT, mode });
        assert!(house.keys_kept.contains(&SUPERVISOR) && house.keys_kept.len() == 1);
    }
    house.say(Input::Replace { old: AGENT, new: SUPERVISOR });
    assert!(house.keys_kept.is_empty());
}

#[test]
fn supervision_goes_on_when_either_side_takes_another_telephone() {
    let mut house = with(&[BOB, SUPERVISOR, OUTSIDE]);
    run(
        &mut house,
        vec![
            (Input::Supervise { leg: SUPERVISOR, target: AGENT, mode: SuperviseMode::Whisper }, "C:A A:CS S:CA"),
            (Input::Replace { old: AGENT, new: BOB }, "C:B B:CS S:CB A:"),
            (Input::Replace { old: SUPERVISOR, new: OUTSIDE }, "C:B B:CO O:CB S:"),
        ],
    );
}

#[test]
fn a_supervisor_follows_the_agent_through_hold_consultation_and_conference() {
    use SuperviseMode::*;
    let mut house = with(&[BOB, SUPERVISOR]);
    let (leg, target) = (SUPERVISOR, AGENT);
    run(
        &mut house,
        vec![
            (Input::Supervise { leg, target, mode: Whisper }, "C:A A:CS S:CA"),
            (Input::Hold { leg: AGENT }, "C:~ A:S S:A"),
            (consult(BOB), "C:~ A:BS B:A S:AB"),
            (Input::SetMode { leg, mode: Barge }, "C:~ A:BS B:AS S:AB"),
            (Input::Swap { agent: AGENT }, "C:AS A:CS B:~ S:CA"),
            (Input::Merge { agent: AGENT }, "C:ABS A:CBS B:CAS S:CAB"),
            (Input::SetMode { leg, mode: Listen }, "C:AB A:CB B:CA S:CAB"),
            (end(AGENT), "C:B B:C S:"),
            (Input::Supervise { leg, target: BOB, mode: Listen }, "C:B B:C S:CB"),
        ],
    );
}

#[test]
fn a_barging_supervisor_stays_with_the_customer_while_the_agent_holds() {
    let mut house = with(&[SUPERVISOR]);
    let mode = SuperviseMode::Barge;
    run(
        &mut house,
        vec![
            (Input::Supervise { leg: SUPERVISOR, target: AGENT, mode }, ""),
            (Input::Hold { leg: AGENT }, "C:S A: S:CA"),
            (Input::FarHold { leg: SUPERVISOR, held: true }, "C:~ A: S:"),
        ],
    );
}

#[test]
fn a_whisper_is_never_sent_to_the_customer_whose_recording_is_what_they_hear() {
    let mut house = with(&[SUPERVISOR]);
    house.say(Input::Supervise { leg: SUPERVISOR, target: AGENT, mode: SuperviseMode::Whisper });
    assert_eq!((house.hears(CUSTOMER), house.recorded(CUSTOMER), house.recorded(AGENT)), ("A".into(), vec![RECORDING], vec![]));
}

#[test]
fn a_supervisor_who_intercepts_takes_the_agents_place() {
    let mut house = with(&[SUPERVISOR]);
    run(
        &mut house,
        vec![
            (Input::Supervise { leg: SUPERVISOR, target: AGENT, mode: SuperviseMode::Listen }, ""),
            (Input::Replace { old: AGENT, new: SUPERVISOR }, "C:S S:C A:"),
            (end(AGENT), "C:S S:C"),
            (Input::Hold { leg: SUPERVISOR }, "C:~ S:"),
        ],
    );
    assert_eq!(house.recorded(CUSTOMER), [RECORDING]);
}

#[test]
fn of_two_supervisors_one_takes_the_agents_place_and_the_other_is_with_them() {
    let mut house = with(&[BOB, SUPERVISOR]);
    run(
        &mut house,
        vec![
            (Input::Supervise { leg: SUPERVISOR, target: AGENT, mode: SuperviseMode::Listen }, "C:A A:C S:CA"),
            (Input::Supervise { leg: BOB, target: AGENT, mode: SuperviseMode::Barge }, "C:AB A:CB B:CA S:CAB"),
            (Input::Replace { old: AGENT, new: SUPERVISOR }, "C:BS S:CB B:CS A:"),
            (end(AGENT), "C:BS S:CB B:CS"),
            (Input::Replace { old: AGENT, new: BOB }, "C:BS S:CB B:CS"),
            (end(BOB), "C:S S:C"),
            (end(SUPERVISOR), "C:"),
            (end(CUSTOMER), ""),
        ],
    );
    assert!(house.calls.is_empty() && house.closed.len() == 4);
}

#[test]
fn an_agent_replaced_in_a_consultation_is_replaced_in_both_bridges() {
    let mut house = with(&[BOB, OUTSIDE]);
    run(
        &mut house,
        vec![
            (consult(BOB), ""),
            (Input::Replace { old: AGENT, new: OUTSIDE }, "C:~ O:B B:O A:"),
            (Input::Swap { agent: OUTSIDE }, "C:O O:C B:~"),
        ],
    );
}

#[test]
fn the_customer_who_leaves_a_bridge_ends_it_and_an_agent_who_leaves_it_waits_alone() {
    let mut house = with(&[BOB]);
    run(&mut house, vec![(consult(BOB), ""), (Input::Leave { leg: AGENT }, "C: A: B:")]);
    assert!([CUSTOMER, AGENT, BOB].iter().all(|leg| !house.calls.is_bridged(*leg)));
    let mut house = with(&[BOB]);
    run(&mut house, vec![(consult(BOB), ""), (end(CUSTOMER), "A:B B:A"), (end(BOB), "A:")]);
}

#[test]
fn a_recording_goes_on_with_whoever_comes_next_and_pauses_between() {
    let mut house = with(&[BOB]);
    house.say(end(AGENT));
    assert_eq!((house.recorded(CUSTOMER), house.recordings_over.len()), (vec![], 0));
    house.say(Input::Connect { customer: CUSTOMER, agent: BOB, recording: None, hold_music: None });
    assert_eq!((house.recorded(CUSTOMER), house.hears(CUSTOMER)), (vec![RECORDING], "B".into()));
    house.say(Input::PauseRecording { leg: CUSTOMER, paused: true });
    assert_eq!((house.recorded(CUSTOMER), house.calls.recording(CUSTOMER)), (vec![], Some((RECORDING, true))));
    house.say(Input::PauseRecording { leg: CUSTOMER, paused: false });
    assert_eq!(house.recorded(CUSTOMER), [RECORDING]);
    house.say(Input::Record { leg: CUSTOMER, recording: Some(RecordingId::from_u128(99)) });
    assert_eq!((house.recorded(CUSTOMER), house.recordings_over.as_slice()), (vec![RecordingId::from_u128(99)], &[RECORDING][..]));
    house.say(Input::Record { leg: CUSTOMER, recording: None });
    assert_eq!((house.recorded(CUSTOMER), house.recordings_over.len()), (vec![], 2));
}

#[test]
fn early_media_of_a_called_number_is_heard_before_it_is_answered_and_is_not_recorded() {
    let mut house = House::new();
    house.say(Input::Outgoing { leg: AGENT, group: GROUP });
    house.say(Input::Answered { leg: AGENT });
    house.say(Input::Outgoing { leg: CUSTOMER, group: GROUP });
    let recording = Some(RECORDING);
    run(
        &mut house,
        vec![
            (Input::Connect { customer: CUSTOMER, agent: AGENT, recording, hold_music: None }, "A: C:"),
            (Input::Music { leg: AGENT, music: hold_music() }, "A:~ C:"),
            (Input::Early { leg: CUSTOMER, awaited_by: None }, "A:C C:"),
        ],
    );
    assert_eq!(house.recorded(CUSTOMER), []);
    run(&mut house, vec![(Input::Answered { leg: CUSTOMER }, "A:C C:A")]);
    assert_eq!(house.recorded(CUSTOMER), [RECORDING]);
}

/// The agent has put the customer aside and hears the tone of somebody outside who is called.
fn asking() -> House {
    let mut house = House::talking();
    run(
        &mut house,
        vec![
            (Input::Hold { leg: AGENT }, "C:~ A:"),
            (Input::Music { leg: AGENT, music: Some((MUSIC, clip())) }, "C:~ A:music"),
            (Input::Outgoing { leg: OUTSIDE, group: GROUP }, "C:~ A:music"),
            (Input::Ringing { leg: OUTSIDE }, "C:~ A:music O:"),
        ],
    );
    house
}

const EARLY: Input = Input::Early { leg: OUTSIDE, awaited_by: Some(AGENT) };

#[test]
fn early_media_of_who_is_consulted_is_heard_by_the_agent_alone_and_is_in_no_recording() {
    let mut house = asking();
    run(&mut house, vec![(EARLY, "C:~ A:O O:")]);
    assert_eq!((house.recorded(CUSTOMER), house.recorded(AGENT), house.recorded(OUTSIDE)), (vec![RECORDING], vec![], vec![]));
    // Between the answer and the consultation the tone does not sound anew.
    run(&mut house, vec![(Input::Answered { leg: OUTSIDE }, "C:~ A:O O:"), (consult(OUTSIDE), "C:~ A:O O:A")]);
    assert_eq!(house.recorded(OUTSIDE), [ASIDE]);
    run(&mut house, vec![(Input::Swap { agent: AGENT }, "C:A A:C O:~"), (Input::Complete { agent: AGENT }, "C:O O:C A:")]);
}

#[test]
fn what_was_heard_early_is_over_when_the_number_is_called_another_way() {
    let mut house = asking();
    let anew = Input::Redialled { leg: OUTSIDE };
    run(&mut house, vec![(EARLY, "C:~ A:O"), (anew, "C:~ A:music"), (Input::Ringing { leg: OUTSIDE }, "C:~ A:music")]);
}

#[test]
fn an_agent_whose_consultation_fails_after_early_media_hears_the_tone_and_then_the_customer() {
    for over in [Input::Refused { leg: OUTSIDE, code: 486 }, end(OUTSIDE)] {
        let mut house = asking();
        run(
            &mut house,
            vec![
                (EARLY, "C:~ A:O"),
                (over, "C:~ A:music"),
                (Input::Retrieve { leg: AGENT }, "C:A A:C"),
                (Input::Music { leg: AGENT, music: None }, "C:A A:C"),
            ],
        );
    }
}

#[test]
fn an_agent_who_is_back_with_the_customer_hears_no_early_media_any_more() {
    run(&mut asking(), vec![(EARLY, "C:~ A:O"), (Input::Retrieve { leg: AGENT }, "C:A A:C O:"), (end(OUTSIDE), "C:A A:C")]);
}

#[test]
fn a_whisper_is_heard_beside_the_early_media_of_who_is_consulted() {
    let mut house = with(&[SUPERVISOR]);
    let mode = SuperviseMode::Whisper;
    run(
        &mut house,
        vec![
            (Input::Supervise { leg: SUPERVISOR, target: AGENT, mode }, ""),
            (Input::Hold { leg: AGENT }, "C:~ A:S"),
            (Input::Outgoing { leg: OUTSIDE, group: GROUP }, ""),
            (EARLY, "C:~ A:OS S:A O:"),
        ],
    );
}

#[test]
fn a_customer_who_is_transferred_to_a_number_hears_its_early_media_instead_of_music() {
    let early = || Input::Early { leg: OUTSIDE, awaited_by: Some(CUSTOMER) };
    let transferred = || {
        let mut house = House::talking();
        run(
            &mut house,
            vec![
                (Input::Outgoing { leg: OUTSIDE, group: GROUP }, "C:A"),
                (early(), "C:A A:C O:"),
                (end(AGENT), "C:O O:"),
                (Input::Music { leg: CUSTOMER, music: Some((MUSIC, clip())) }, "C:O O:"),
            ],
        );
        assert_eq!(house.recorded(CUSTOMER), [], "nobody of our side says anything yet");
        house
    };
    let mut house = transferred();
    run(&mut house, vec![(Input::Answered { leg: OUTSIDE }, "C:O O:")]);
    assert_eq!(house.recorded(CUSTOMER), []);
    house.say(Input::Connect { customer: CUSTOMER, agent: OUTSIDE, recording: None, hold_music: hold_music() });
    assert_eq!((house.hears(CUSTOMER), house.hears(OUTSIDE), house.recorded(CUSTOMER)), ("O".into(), "C".into(), vec![RECORDING]));
    // Once with the customer it is heard in the bridge only.
    run(&mut house, vec![(Input::Leave { leg: OUTSIDE }, "C: O:")]);

    run(&mut transferred(), vec![(Input::Refused { leg: OUTSIDE, code: 486 }, "C:music")]);
    run(&mut transferred(), vec![(end(CUSTOMER), "O:")]);
}

#[test]
fn who_dialled_by_themselves_hears_the_network_and_is_answered_with_the_number() {
    let mut house = House::new();
    house.say(Input::Incoming { leg: AGENT, group: GROUP });
    house.say(Input::Outgoing { leg: CUSTOMER, group: GROUP });
    let connect = |recording| Input::Connect { customer: CUSTOMER, agent: AGENT, recording, hold_music: None };
    run(
        &mut house,
        vec![
            (Input::Early { leg: CUSTOMER, awaited_by: None }, "A: C:"),
            // Nobody is connected who could not hear it.
            (connect(None), "A: C:"),
            (Input::Early { leg: AGENT, awaited_by: None }, "A: C:"),
            (connect(None), "A:C C:"),
            (Input::Answer { leg: AGENT }, "A:C C:"),
            (Input::Answered { leg: CUSTOMER }, "A:C C:A"),
        ],
    );
}

#[test]
fn verbs_that_mean_nothing_now_change_nothing() {
    let mut house = with(&[BOB, SUPERVISOR]);
    let stranger = LegId::from_u128(77);
    house.say(Input::Outgoing { leg: stranger, group: InteractionId::from_u128(99) });
    house.say(Input::Answered { leg: stranger });
    let (leg, mode) = (SUPERVISOR, SuperviseMode::Barge);
    let before = [CUSTOMER, AGENT, BOB, SUPERVISOR].map(|leg| house.hears(leg));
    for input in [
        Input::Swap { agent: AGENT },
        Input::Merge { agent: AGENT },
        Input::Complete { agent: AGENT },
        consult(stranger),
        consult(AGENT),
        consult(CUSTOMER),
        Input::Consult { agent: BOB, other: SUPERVISOR, recording: None, hold_music: None },
        Input::Replace { old: CUSTOMER, new: BOB },
        Input::Replace { old: AGENT, new: stranger },
        Input::Supervise { leg, target: stranger, mode },
        Input::Supervise { leg, target: leg, mode },
        Input::Supervise { leg: AGENT, target: CUSTOMER, mode },
        Input::SetMode { leg, mode },
        Input::Leave { leg: BOB },
        Input::PauseRecording { leg: BOB, paused: true },
    ] {
        let text = format!("{input:?}");
        house.say(input);
        assert_eq!([CUSTOMER, AGENT, BOB, SUPERVISOR].map(|leg| house.hears(leg)), before, "{text}");
    }
}

#[test]
fn one_more_than_a_bridge_holds_is_not_let_in() {
    let mut house = House::talking();
    let legs: Vec<LegId> = (0..MEMBERS_MAX as u128).map(|n| LegId::from_u128(100 + n)).collect();
    for leg in &legs {
        house.up(*leg);
        house.say(Input::Connect { customer: CUSTOMER, agent: *leg, recording: None, hold_music: None });
    }
    assert_eq!(legs.iter().filter(|leg| house.calls.is_bridged(**leg)).count(), MEMBERS_MAX - 2);
}
