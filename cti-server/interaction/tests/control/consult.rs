//! Consultations and what comes of them.

use crate::harness::*;
use cti_interaction::{Input, Output, Target};
use cti_types::call::PARTIES_MAX;
use cti_types::event::{Body, ConsultEnd, LeaveReason, PartyEnd, SegmentKind, SegmentKind::*};
use cti_types::{AgentId, ParticipantId};

fn ask(house: &mut House, by: ParticipantId, to: Target) {
    house.say(Input::ConsultAsked { by, to });
}

/// Ann talks with the customer and has asked Bob, who has lifted.
fn consulting() -> (House, ParticipantId, ParticipantId) {
    let (mut house, ann) = House::talking();
    ask(&mut house, ann, Target::Agent(BOB));
    let bob = house.lift_last();
    (house, ann, bob)
}

fn ends(house: &House) -> Vec<ConsultEnd> {
    let end = |event: &cti_types::event::Event| match event.body {
        Body::ConsultEnded { how, .. } => Some(how),
        _ => None,
    };
    house.log.iter().filter_map(end).collect()
}

#[test]
fn the_customer_is_on_hold_from_the_asking_on() {
    let (mut house, ann) = House::talking();
    ask(&mut house, ann, Target::Agent(BOB));
    assert_eq!(house.all_do(&[CUSTOMER, ann]), [Some(OnHold), Some(Consulting)]);
    assert_eq!(house.asked, [Output::Aside { participant: ann, aside: true }]);
    let bob = house.lift_last();
    assert_eq!(house.all_do(&[CUSTOMER, ann, bob]), [Some(OnHold), Some(Consulting), Some(Consulting)]);
    assert!(house.asked.contains(&Output::Consult { interaction: ID, by: ann, other: bob }));
}

#[test]
fn whatever_ends_the_consultation_gives_the_customer_back() {
    for how in ["returned", "bob hangs up", "bob declines", "bob is busy", "returned while it rings"] {
        let (mut house, ann) = House::talking();
        if how == "bob is busy" {
            house.acd.away.insert(BOB);
        }
        ask(&mut house, ann, Target::Agent(BOB));
        match how {
            "returned" => {
                house.lift_last();
                house.say(Input::Returned { by: ann });
            }
            "bob hangs up" => {
                let bob = house.lift_last();
                house.hang_up(bob);
            }
            "bob declines" => house.say(Input::AgentDeclined { offer: house.ring().offer }),
            "returned while it rings" => house.say(Input::Returned { by: ann }),
            _ => {}
        }
        assert_eq!(house.all_do(&[CUSTOMER, ann]), [Some(Talking); 2], "{how}");
        assert!(house.asked.contains(&Output::Aside { participant: ann, aside: false }), "{how}");
        if how != "bob is busy" {
            assert!(how == "bob hangs up" || house.is_dropped(house.ring().participant), "{how}");
        }
        assert_eq!(house.room.participants(ID).len(), 2, "{how}");
        assert_eq!(
            ends(&house),
            [if how.starts_with("returned") || how == "bob hangs up" { ConsultEnd::Returned } else { ConsultEnd::Failed }]
        );
    }
}

#[test]
fn a_completed_consultation_is_a_transfer_and_the_new_agent_owes_the_wrap_up() {
    let (mut house, ann, bob) = consulting();
    house.say(Input::Completed { by: ann });
    assert_eq!(house.all_do(&[CUSTOMER, ann, bob]), [Some(Talking), Some(WrapUp), Some(Talking)]);
    let merge = house.asked.iter().position(|asked| *asked == Output::Merge { by: ann, stays: false });
    let dropped = house.asked.iter().position(|asked| *asked == Output::Drop { interaction: ID, participant: ann });
    assert!(merge.is_some() && merge < dropped, "they are together before she is gone");
    house.hang_up(CUSTOMER);
    assert_eq!(house.does(bob), Some(WrapUp));
}

#[test]
fn an_agent_who_hangs_up_while_asking_leaves_the_customer_with_the_one_asked() {
    let (mut house, ann, bob) = consulting();
    house.hang_up(ann);
    assert!(house.is_connected(bob) && !house.is_dropped(CUSTOMER));
    assert_eq!(house.all_do(&[CUSTOMER, ann, bob]), [Some(Talking), Some(WrapUp), Some(Talking)]);
    assert_eq!(ends(&house), [ConsultEnd::Completed]);
}

#[test]
fn an_agent_who_hangs_up_while_it_still_rings_lets_the_customer_go() {
    let (mut house, ann) = House::talking();
    ask(&mut house, ann, Target::Agent(BOB));
    let ringing = house.ring().participant;
    house.hang_up(ann);
    assert!(house.is_dropped(ringing) && house.is_dropped(CUSTOMER));
    assert_eq!(ends(&house), [ConsultEnd::Over]);
}

#[test]
fn to_and_fro_the_other_waits() {
    let (mut house, ann, bob) = consulting();
    house.say(Input::Swapped { by: ann });
    assert_eq!(house.all_do(&[CUSTOMER, ann, bob]), [Some(Talking), Some(Talking), Some(OnHold)]);
    house.say(Input::Swapped { by: ann });
    assert_eq!(house.all_do(&[CUSTOMER, ann, bob]), [Some(OnHold), Some(Consulting), Some(Consulting)]);
    assert_eq!(house.asked.iter().filter(|asked| **asked == Output::Swap { by: ann }).count(), 2);
    house.say(Input::Swapped { by: ann });
    house.hang_up(bob);
    assert_eq!(house.all_do(&[CUSTOMER, ann]), [Some(Talking); 2]);
}

#[test]
fn a_conference_goes_on_until_the_last_of_ours_has_left() {
    let (mut house, ann, bob) = consulting();
    house.say(Input::Conferenced { by: ann });
    assert_eq!(house.all_do(&[CUSTOMER, ann, bob]), [Some(Talking); 3]);
    ask(&mut house, bob, Target::Number(number()));
    assert_eq!(house.all_do(&[CUSTOMER, ann, bob]), [Some(Talking), Some(Talking), Some(Consulting)], "the customer still has Ann");
    let (outside, _) = house.dials[0];
    house.say(Input::OutsideAnswered { participant: outside });
    house.say(Input::Conferenced { by: bob });
    house.hang_up(ann);
    house.hang_up(bob);
    assert_eq!(house.all_do(&[CUSTOMER, outside]), [Some(Talking); 2]);
    assert!(!house.is_dropped(CUSTOMER));
    house.hang_up(outside);
    assert!(house.is_dropped(CUSTOMER));
    assert_eq!(house.segments(ann).last(), Some(&WrapUp));
    assert_eq!(house.segments(bob).last(), Some(&WrapUp), "who stayed with the customer owes the wrap-up, too");
}

#[test]
fn an_agent_who_holds_in_a_conference_leaves_the_customer_with_the_others() {
    let (mut house, ann, bob) = consulting();
    house.say(Input::Conferenced { by: ann });
    house.say(Input::Held { participant: bob });
    assert_eq!(house.all_do(&[CUSTOMER, ann, bob]), [Some(Talking), Some(Talking), Some(Holding)]);
    house.say(Input::Held { participant: ann });
    assert_eq!(house.does(CUSTOMER), Some(OnHold));
}

#[test]
fn a_party_is_dropped_and_the_rest_goes_on() {
    let (mut house, ann, bob) = consulting();
    house.say(Input::Conferenced { by: ann });
    house.say(Input::PartyDropped { by: ANN, participant: bob });
    assert_eq!((house.left(bob), house.does(CUSTOMER)), (Some(LeaveReason::Dropped), Some(Talking)));
    assert!(house.is_dropped(bob));
    house.say(Input::PartyDropped { by: ANN, participant: CUSTOMER });
    assert_eq!((house.left(CUSTOMER), house.does(ann)), (Some(LeaveReason::Dropped), Some(WrapUp)));
}

#[test]
fn with_the_customer_everything_ends() {
    for swapped in [false, true] {
        let (mut house, ann, bob) = consulting();
        if swapped {
            house.say(Input::Swapped { by: ann });
        }
        house.hang_up(CUSTOMER);
        assert!(house.is_dropped(bob) && house.is_dropped(ann));
        assert_eq!((house.does(ann), house.left(bob), ends(&house)), (Some(WrapUp), Some(LeaveReason::OtherLeft), vec![ConsultEnd::Over]));
    }
}

#[test]
fn a_number_is_asked_like_an_agent() {
    let (mut house, ann) = House::talking();
    ask(&mut house, ann, Target::Number(number()));
    let (outside, _) = house.dials[0];
    house.say(Input::OutsideFailed { participant: outside, reason: PartyEnd::NoAnswer, cause: None });
    assert_eq!(house.all_do(&[CUSTOMER, ann]), [Some(Talking); 2]);
    ask(&mut house, ann, Target::Number(number()));
    let (outside, _) = house.dials[1];
    house.say(Input::OutsideAnswered { participant: outside });
    house.say(Input::Completed { by: ann });
    assert_eq!(house.all_do(&[CUSTOMER, ann, outside]), [Some(Talking), Some(WrapUp), Some(Talking)]);
}

#[test]
fn whoever_of_a_queue_is_free_is_asked() {
    let (mut house, ann) = House::talking();
    ask(&mut house, ann, queue(OTHER_QUEUE));
    let bob = house.serve(BOB);
    assert_eq!(house.all_do(&[CUSTOMER, ann, bob]), [Some(OnHold), Some(Consulting), Some(Consulting)]);
    house.say(Input::Returned { by: ann });
    assert_eq!(house.left(bob), Some(LeaveReason::OtherLeft), "who was asked has no wrap-up");
}

#[test]
fn nobody_asks_twice_at_once_or_what_is_no_person() {
    let (mut house, ann) = House::talking();
    ask(&mut house, ann, Target::Flow(cti_types::FlowId::from_u128(1)));
    ask(&mut house, ann, Target::Agent(BOB));
    ask(&mut house, ann, Target::Agent(EVE));
    for input in [Input::Completed { by: ann }, Input::Swapped { by: ann }, Input::Conferenced { by: ann }] {
        house.say(input);
    }
    assert_eq!((house.said("consult_started"), ends(&house).len(), house.does(ann)), (1, 0, Some(Consulting)));
}

#[test]
fn one_more_than_a_call_holds_is_not_asked() {
    let (mut house, ann) = House::talking();
    for n in 0..PARTIES_MAX as u128 {
        ask(&mut house, ann, Target::Agent(AgentId::from_u128(100 + n)));
        if house.said("consult_started") == n as usize + 1 {
            house.lift_last();
            house.say(Input::Conferenced { by: ann });
        }
    }
    assert_eq!(house.room.participants(ID).len(), PARTIES_MAX);
    assert_eq!(house.does(ann), Some(SegmentKind::Talking));
}
