//! Any history of verbs over any participants: the room's check holds after each, everything ends, and the log tells it without a gap.

use crate::harness::*;
use cti_interaction::{Input, Target};
use cti_types::event::{Body, LeaveReason, PartyEnd, SuperviseMode};
use cti_types::{AgentId, FlowId, ParticipantId, RecordingId};
use proptest::prelude::*;
use std::collections::BTreeMap;

const AGENTS: [AgentId; 4] = [ANN, BOB, EVE, BOSS];

fn target(n: u8) -> Target {
    match n % 7 {
        0 => queue(QUEUE),
        1 => queue(OTHER_QUEUE),
        2 => Target::Number(number()),
        3 => Target::Flow(FlowId::from_u128(1)),
        n => Target::Agent(AGENTS[usize::from(n - 3)]),
    }
}

/// One of those who are there now.
fn somebody(house: &House, n: u8) -> ParticipantId {
    let all = house.room.participants(ID);
    all.get(usize::from(n) % all.len().max(1)).map_or(CUSTOMER, |view| view.participant)
}

fn step(house: &mut House, verb: u8, a: u8, b: u8) {
    let (who, agent) = (somebody(house, a), AGENTS[usize::from(b) % 4]);
    let mode = [SuperviseMode::Listen, SuperviseMode::Whisper, SuperviseMode::Barge][usize::from(b) % 3];
    let reasons = [PartyEnd::Busy, PartyEnd::NoAnswer, PartyEnd::Failed];
    match verb {
        0 | 1 => {
            // An agent who is free is offered what waits.
            if let Some(work) = house.acd.waiting()
                && house.acd.is_free(agent)
            {
                let output = house.acd.offer(work, agent);
                house.say(Input::Acd { epoch: EPOCH, output });
            }
        }
        2 | 3 => house.say(Input::AgentAnswered { participant: who }),
        4 => house.say(Input::AgentRinging { participant: who }),
        5 => house.say(Input::AgentFailed { participant: who, reason: cti_types::acd::NotReadyReason::NoAnswer }),
        6 => house.say(Input::TransferAsked { by: who, to: target(b) }),
        7 | 8 => house.say(Input::ConsultAsked { by: who, to: target(b) }),
        9 => house.say(Input::Completed { by: who }),
        10 => house.say(Input::Returned { by: who }),
        11 => house.say(Input::Swapped { by: who }),
        12 => house.say(Input::Conferenced { by: who }),
        13 => house.say(Input::PartyDropped { by: agent, participant: who }),
        14 => house.say(Input::OutsideRinging { participant: who }),
        15 | 16 => house.say(Input::OutsideAnswered { participant: who }),
        17 => house.say(Input::OutsideFailed { participant: who, reason: reasons[usize::from(b) % 3], cause: None }),
        18 | 19 => {
            house.say(Input::SuperviseAsked {
                supervisor: agent,
                target: who,
                mode,
                of_call: b.is_multiple_of(2),
                intercept: b.is_multiple_of(5),
            });
        }
        20 => house.say(Input::ModeChanged { participant: who, mode }),
        21 => house.say(Input::Intercepted { participant: who }),
        22 if b.is_multiple_of(4) => house.say(Input::ForceReleased { interaction: ID, by: agent, participant: Some(who) }),
        22 if b.is_multiple_of(2) => house.say(Input::AgentLost { participant: who }),
        23 => house.say(Input::TakenFromQueue { interaction: ID, agent }),
        24 => house.say(Input::MovedInQueue { interaction: ID, queue: OTHER_QUEUE, priority: b % 9, wrap_up_max: WRAP_UP }),
        25 => house.say(Input::Held { participant: who }),
        26 => house.say(Input::Retrieved { participant: who }),
        27 if who != CUSTOMER || b.is_multiple_of(8) => house.hang_up(who),
        28 => house.say(Input::Recorded { interaction: ID, recording: Some(RecordingId::from_u128(1)) }),
        29 | 30 => house.say(Input::RecordingPaused { by: who, paused: b.is_multiple_of(2) }),
        31 => house.wait(std::time::Duration::from_secs(u64::from(b))),
        _ => {}
    }
}

/// No event without what it is about, every participant and work item begun and ended once, the sequence without a gap.
fn tell(house: &House) -> Result<(), TestCaseError> {
    let mut inside: BTreeMap<ParticipantId, bool> = BTreeMap::new();
    let (mut works, mut assignments, mut offers) = (0i64, 0i64, 0i64);
    for (event, seq) in house.log.iter().zip(1..) {
        prop_assert_eq!(event.seq, seq);
        match event.body {
            Body::ParticipantJoined { participant, .. } => prop_assert_eq!(inside.insert(participant, false), None),
            Body::SegmentStarted { participant, .. } => {
                prop_assert!(inside.insert(participant, true).is_some(), "{participant} does something and is not there");
            }
            Body::ParticipantLeft { participant, .. } => prop_assert_eq!(inside.remove(&participant), Some(true)),
            Body::WorkQueued { .. } | Body::WorkAimed { .. } => works += 1,
            Body::WorkEnded { .. } => works -= 1,
            Body::Assigned { .. } => assignments += 1,
            Body::AssignmentEnded { .. } => assignments -= 1,
            Body::Offered { .. } => offers += 1,
            Body::OfferEnded { .. } => offers -= 1,
            _ => {}
        }
    }
    prop_assert!(inside.is_empty());
    prop_assert_eq!((works, assignments, offers, house.said("closed")), (0, 0, 0, 1));
    prop_assert_eq!(house.said("consult_started"), house.said("consult_ended"));
    prop_assert_eq!(house.said("supervision_started"), house.said("supervision_ended") + house.said("intercepted"));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_history_of_verbs_loses_a_customer_or_an_agent(
        verbs in proptest::collection::vec((0u8..32, any::<u8>(), any::<u8>()), 1..120),
    ) {
        let mut house = House::waiting();
        for (verb, a, b) in verbs {
            step(&mut house, verb, a, b);
            if house.room.is_empty() {
                break;
            }
        }
        house.say(Input::Left { participant: CUSTOMER, reason: LeaveReason::HungUp });
        house.wait(WRAP_UP * 2);
        prop_assert!(house.room.is_empty(), "everything ends with the customer");
        tell(&house)?;
    }
}
