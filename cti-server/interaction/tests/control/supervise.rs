//! Supervision: how it begins, what it follows, how it ends; and what supervisors do by hand.

use crate::harness::*;
use cti_interaction::{Input, Output, Target};
use cti_types::event::{Body, LeaveReason, Purpose, Role, SegmentKind::*, SuperviseMode};
use cti_types::{AgentId, ParticipantId};

fn supervise(house: &mut House, target: ParticipantId, of_call: bool, intercept: bool) {
    house.say(Input::SuperviseAsked { supervisor: BOSS, target, mode: SuperviseMode::Listen, of_call, intercept });
}

/// Ann talks, the boss listens.
fn listening(of_call: bool) -> (House, ParticipantId, ParticipantId) {
    let (mut house, ann) = House::talking();
    supervise(&mut house, ann, of_call, false);
    let boss = house.lift_last();
    (house, ann, boss)
}

#[test]
fn the_supervisors_telephone_rings_and_they_hear_when_they_lift() {
    let (mut house, ann) = House::talking();
    supervise(&mut house, ann, false, false);
    assert_eq!((house.ring().agent, house.ring().purpose), (BOSS, Some(Purpose::Supervision)));
    assert_eq!(house.does(CUSTOMER), Some(Talking), "nobody notices");
    let boss = house.lift_last();
    assert!(house.asked.contains(&Output::Supervise { participant: boss, target: ann, mode: SuperviseMode::Listen }));
    assert_eq!(house.does(boss), Some(Listening));
    for (mode, does) in [(SuperviseMode::Whisper, Whispering), (SuperviseMode::Barge, Barging), (SuperviseMode::Listen, Listening)] {
        house.say(Input::ModeChanged { participant: boss, mode });
        assert_eq!(house.does(boss), Some(does));
        assert_eq!(house.asked.last(), Some(&Output::Supervise { participant: boss, target: ann, mode }));
    }
    let roles: Vec<Role> = house.room.participants(ID).iter().map(|view| view.role).collect();
    assert!(roles.contains(&Role::Supervisor));
    house.hang_up(boss);
    assert_eq!((house.left(boss), house.does(ann)), (Some(LeaveReason::HungUp), Some(Talking)));
    assert_eq!(house.said("wrap_up_started"), 0, "supervision has none");
}

#[test]
fn supervision_of_an_agent_ends_with_their_part() {
    for how in ["hang up", "transfer", "customer leaves"] {
        let (mut house, ann, boss) = listening(false);
        match how {
            "hang up" => house.hang_up(ann),
            "transfer" => house.say(Input::TransferAsked { by: ann, to: queue(OTHER_QUEUE) }),
            _ => house.hang_up(CUSTOMER),
        }
        assert!(house.is_dropped(boss), "{how}");
        assert_eq!((house.said("supervision_ended"), house.left(boss)), (1, Some(LeaveReason::OtherLeft)), "{how}");
    }
}

#[test]
fn supervision_of_a_call_waits_for_and_follows_whoever_is_next() {
    let (mut house, ann, boss) = listening(true);
    house.say(Input::TransferAsked { by: ann, to: queue(OTHER_QUEUE) });
    assert!(!house.is_dropped(boss));
    let bob = house.serve(BOB);
    assert_eq!(house.asked.last(), Some(&Output::Supervise { participant: boss, target: bob, mode: SuperviseMode::Listen }));
    assert_eq!(house.said("supervision_moved"), 1);
    house.hang_up(CUSTOMER);
    assert!(house.is_dropped(boss));
}

#[test]
fn supervision_of_a_call_goes_on_with_the_one_consulted_when_they_take_over() {
    let (mut house, ann, boss) = listening(true);
    house.say(Input::ConsultAsked { by: ann, to: Target::Agent(BOB) });
    let bob = house.lift_last();
    assert_eq!(house.said("supervision_moved"), 0, "it follows Ann");
    house.say(Input::Completed { by: ann });
    assert_eq!(house.asked.last(), Some(&Output::Supervise { participant: boss, target: bob, mode: SuperviseMode::Listen }));
}

#[test]
fn supervision_of_a_call_ends_when_only_somebody_outside_is_with_the_customer() {
    for how in ["transfer", "conference"] {
        let (mut house, ann, boss) = listening(true);
        let to = Target::Number(number());
        house.say(if how == "transfer" { Input::TransferAsked { by: ann, to } } else { Input::ConsultAsked { by: ann, to } });
        let outside = house.dials.last().expect("the number is called").0;
        assert!(!house.is_dropped(boss), "{how}: they may fail to answer");
        house.say(Input::OutsideAnswered { participant: outside });
        if how == "conference" {
            house.say(Input::Conferenced { by: ann });
            assert!(!house.is_dropped(boss), "Ann is there");
            house.hang_up(ann);
        }
        assert!(house.is_dropped(boss) && !house.is_dropped(CUSTOMER), "{how}");
        assert_eq!((house.said("supervision_ended"), house.does(boss)), (1, None), "{how}");
    }
}

#[test]
fn who_lifts_to_take_a_place_that_is_gone_takes_nobody_elses() {
    let (mut house, ann) = House::talking();
    supervise(&mut house, ann, true, true);
    let boss = house.ring().participant;
    house.say(Input::TransferAsked { by: ann, to: Target::Agent(BOB) });
    let bob = house.lift_last();
    house.lift(boss);
    assert!(house.is_dropped(boss) && !house.is_dropped(bob));
    assert_eq!(house.all_do(&[CUSTOMER, bob]), [Some(Talking); 2]);
}

#[test]
fn a_supervisor_who_lifts_when_the_agent_has_gone_hears_nobody() {
    let (mut house, ann) = House::talking();
    supervise(&mut house, ann, false, false);
    house.say(Input::TransferAsked { by: ann, to: queue(OTHER_QUEUE) });
    let ringing = house.rings.iter().rev().find(|ring| ring.agent == BOSS).expect("the boss rings").participant;
    house.lift(ringing);
    assert!(house.is_dropped(ringing) && house.left(ringing) == Some(LeaveReason::Withdrawn));
    assert_eq!(house.said("supervision_started"), 0);
}

#[test]
fn a_supervisor_takes_the_agents_place_and_then_owes_the_wrap_up() {
    let (mut house, ann, boss) = listening(false);
    house.say(Input::Intercepted { participant: boss });
    assert!(house.asked.contains(&Output::Replace { old: ann, new: boss }) && house.is_dropped(ann) && !house.is_dropped(boss));
    assert_eq!(house.all_do(&[CUSTOMER, ann, boss]), [Some(Talking), Some(WrapUp), Some(Talking)]);
    assert_eq!(house.said("intercepted"), 1);
    house.hang_up(CUSTOMER);
    assert_eq!(house.does(boss), Some(WrapUp));
}

#[test]
fn intercepting_at_once_happens_when_the_supervisor_lifts() {
    let (mut house, ann) = House::talking();
    supervise(&mut house, ann, false, true);
    assert_eq!(house.does(ann), Some(Talking));
    let boss = house.lift_last();
    assert_eq!(house.all_do(&[CUSTOMER, ann, boss]), [Some(Talking), Some(WrapUp), Some(Talking)]);
}

#[test]
fn intercepting_takes_a_consultation_over_as_well() {
    let (mut house, ann, boss) = listening(false);
    house.say(Input::ConsultAsked { by: ann, to: Target::Agent(BOB) });
    let bob = house.lift_last();
    house.say(Input::Intercepted { participant: boss });
    assert_eq!(house.all_do(&[CUSTOMER, boss, bob]), [Some(OnHold), Some(Consulting), Some(Consulting)]);
    house.say(Input::Completed { by: boss });
    assert_eq!(house.all_do(&[CUSTOMER, bob]), [Some(Talking); 2]);
}

#[test]
fn a_second_supervisor_listens_beside_the_first_and_nobody_twice() {
    let (mut house, ann, boss) = listening(false);
    supervise(&mut house, ann, false, false);
    supervise(&mut house, boss, false, false);
    house.say(Input::SuperviseAsked { supervisor: EVE, target: ann, mode: SuperviseMode::Barge, of_call: false, intercept: false });
    let eve = house.lift_last();
    assert_eq!((house.does(eve), house.does(boss), house.said("supervision_started")), (Some(Barging), Some(Listening), 2));
    house.say(Input::Intercepted { participant: eve });
    assert!(house.is_dropped(boss), "the one they listened to is out");
}

/// Ann talks, the boss listens, Eve has barged in.
fn two_supervisors(of_call: bool) -> (House, ParticipantId, ParticipantId, ParticipantId) {
    let (mut house, ann, boss) = listening(of_call);
    house.say(Input::SuperviseAsked { supervisor: EVE, target: ann, mode: SuperviseMode::Barge, of_call, intercept: false });
    let eve = house.lift_last();
    (house, ann, boss, eve)
}

#[test]
fn of_two_supervisors_who_intercept_one_wins_and_nobody_is_left_over() {
    for of_call in [true, false] {
        let (mut house, ann, boss, eve) = two_supervisors(of_call);
        assert!(house.room.can_intercept(boss) && house.room.can_intercept(eve));
        house.say(Input::Intercepted { participant: boss });
        assert!(!house.room.can_intercept(eve) && !house.room.can_be_intercepted(boss), "Eve is refused");
        house.say(Input::Intercepted { participant: eve });
        assert_eq!(
            (house.said("intercepted"), house.all_do(&[CUSTOMER, ann, boss])),
            (1, vec![Some(Talking), Some(WrapUp), Some(Talking)])
        );
        // With the call she goes on beside who has it now, as she was.
        assert_eq!((house.does(eve), house.is_dropped(eve)), (of_call.then_some(Barging), !of_call));
        house.hang_up(CUSTOMER);
        assert!(house.is_dropped(boss) && house.is_dropped(eve));
        assert_eq!((house.does(eve), house.acd.is_free(EVE)), (None, true));
        house.wait(WRAP_UP);
        assert!(!house.room.is_open(ID));
    }
}

#[test]
fn who_was_second_to_be_called_for_an_interception_is_called_no_longer() {
    for of_call in [true, false] {
        let (mut house, ann) = House::talking();
        supervise(&mut house, ann, of_call, true);
        let boss = house.ring().participant;
        house.say(Input::SuperviseAsked { supervisor: EVE, target: ann, mode: SuperviseMode::Listen, of_call, intercept: true });
        let eve = house.ring().participant;
        house.lift(boss);
        assert_eq!((house.does(boss), house.left(eve)), (Some(Talking), Some(LeaveReason::Withdrawn)));
        assert!(house.is_dropped(eve) && house.acd.is_free(EVE) && !house.is_dropped(boss));
        supervise_by(&mut house, EVE, boss);
        assert!(house.acd.is_free(EVE), "nor is she for the place of who has it now");
    }
}

fn supervise_by(house: &mut House, supervisor: AgentId, target: ParticipantId) {
    house.say(Input::SuperviseAsked { supervisor, target, mode: SuperviseMode::Listen, of_call: true, intercept: true });
}

#[test]
fn an_agent_taken_out_leaves_the_customer_at_their_place() {
    let (mut house, ann) = House::talking();
    let before = house.acd.queued[0];
    house.say(Input::ForceReleased { interaction: ID, by: BOSS, participant: Some(ann) });
    assert!(house.is_dropped(ann) && !house.is_dropped(CUSTOMER));
    assert_eq!((house.does(ann), house.waits_in()), (Some(WrapUp), Some((before.1, before.2, before.3))));
}

#[test]
fn a_customer_whose_agent_is_lost_is_back_at_their_place() {
    let (mut house, ann) = House::talking();
    let before = house.acd.queued[0];
    house.say(Input::AgentLost { participant: ann });
    assert_eq!((house.does(ann), house.waits_in()), (Some(WrapUp), Some((before.1, before.2, before.3))));
    assert!(!house.is_dropped(CUSTOMER));
}

#[test]
fn whoever_else_talks_keeps_the_customer_of_an_agent_who_is_lost() {
    let (mut house, ann) = House::talking();
    house.say(Input::ConsultAsked { by: ann, to: Target::Agent(BOB) });
    let bob = house.lift_last();
    house.say(Input::AgentLost { participant: ann });
    assert_eq!((house.all_do(&[CUSTOMER, bob]), house.waits_in()), (vec![Some(Talking); 2], None));
}

#[test]
fn a_supervisor_who_is_lost_changes_nothing_for_the_others() {
    let (mut house, ann, boss) = listening(true);
    house.say(Input::AgentLost { participant: boss });
    assert_eq!((house.left(boss), house.all_do(&[CUSTOMER, ann])), (Some(LeaveReason::Lost), vec![Some(Talking); 2]));
}

#[test]
fn an_agent_taken_out_of_a_conference_leaves_the_others_together() {
    let (mut house, ann) = House::talking();
    house.say(Input::ConsultAsked { by: ann, to: Target::Agent(BOB) });
    let bob = house.lift_last();
    house.say(Input::Conferenced { by: ann });
    house.say(Input::ForceReleased { interaction: ID, by: BOSS, participant: Some(ann) });
    assert_eq!((house.all_do(&[CUSTOMER, bob]), house.waits_in()), (vec![Some(Talking); 2], None));
}

#[test]
fn a_call_that_is_ended_by_force_ends_for_everybody() {
    let (mut house, ann, boss) = listening(true);
    house.say(Input::ForceReleased { interaction: ID, by: EVE, participant: None });
    assert_eq!((house.left(CUSTOMER), house.does(ann)), (Some(LeaveReason::Forced), Some(WrapUp)));
    assert!(house.is_dropped(boss) && house.is_dropped(CUSTOMER));
    let by: Vec<AgentId> = house
        .log
        .iter()
        .filter_map(|event| match event.body {
            Body::ForceReleased { by, .. } => Some(by),
            _ => None,
        })
        .collect();
    assert_eq!(by, [EVE]);
}
