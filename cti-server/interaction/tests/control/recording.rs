//! What the log says of a recording, and how long a pause lasts.

use crate::harness::*;
use cti_interaction::{Input, Output, Target};
use cti_types::event::{Body, Event, RecordingMark, RecordingMark::*, ResumeReason, SuperviseMode};
use cti_types::{ParticipantId, RecordingId};

const RECORDED: Input = Input::Recorded { interaction: ID, recording: Some(RecordingId::from_u128(1)) };

/// Ann talks with the customer and has paused the recording.
fn paused() -> (House, ParticipantId) {
    let (mut house, ann) = House::talking();
    house.say(RECORDED);
    house.say(Input::RecordingPaused { by: ann, paused: true });
    assert_eq!(house.room.recording_paused_by(ID), Some(ann));
    (house, ann)
}

/// Each end of a pause: by whom, and why.
fn resumed(house: &House) -> Vec<(Option<cti_types::AgentId>, ResumeReason)> {
    let end = |event: &Event| match event.body {
        Body::RecordingResumed { by, reason, .. } => Some((by, reason)),
        _ => None,
    };
    house.log.iter().filter_map(end).collect()
}

#[test]
fn a_pause_ends_with_the_part_of_who_asked_for_it() {
    for how in ["a queue", "an agent", "a number", "completion", "conference", "intercepted", "by force"] {
        let (mut house, ann) = paused();
        match how {
            "a queue" => house.say(Input::TransferAsked { by: ann, to: queue(OTHER_QUEUE) }),
            "an agent" => house.say(Input::TransferAsked { by: ann, to: Target::Agent(BOB) }),
            "a number" => house.say(Input::TransferAsked { by: ann, to: Target::Number(number()) }),
            "intercepted" => {
                let (supervisor, mode) = (BOSS, SuperviseMode::Listen);
                house.say(Input::SuperviseAsked { supervisor, target: ann, mode, of_call: false, intercept: false });
                let boss = house.lift_last();
                assert_eq!(resumed(&house), []);
                house.say(Input::Intercepted { participant: boss });
            }
            "by force" => house.say(Input::ForceReleased { interaction: ID, by: BOSS, participant: Some(ann) }),
            _ => {
                house.say(Input::ConsultAsked { by: ann, to: Target::Agent(BOB) });
                house.lift_last();
                assert_eq!(resumed(&house), [], "she is still there");
                house.say(if how == "completion" { Input::Completed { by: ann } } else { Input::Conferenced { by: ann } });
                if how == "conference" {
                    assert_eq!(resumed(&house), [], "in a conference it is hers as well");
                    house.hang_up(ann);
                }
            }
        }
        assert_eq!(resumed(&house), [(None, ResumeReason::AgentLeft)], "{how}");
        let at = |wanted: &Output| house.asked.iter().position(|output| output == wanted);
        let (dropped, resumes) =
            (at(&Output::Drop { interaction: ID, participant: ann }), at(&Output::ResumeRecording { interaction: ID }));
        assert!(resumes.is_some() && dropped < resumes, "{how}: nothing of hers is recorded");
        assert_eq!(house.room.recording_paused_by(ID), None, "{how}");
    }
}

#[test]
fn a_pause_that_was_ended_or_whose_call_or_recording_is_over_does_not_end_again() {
    for how in ["resumed", "stopped", "the customer leaves"] {
        let (mut house, ann) = paused();
        match how {
            "resumed" => house.say(Input::RecordingPaused { by: ann, paused: false }),
            "stopped" => house.say(Input::Recorded { interaction: ID, recording: None }),
            _ => house.hang_up(CUSTOMER),
        }
        if how != "the customer leaves" {
            house.say(Input::TransferAsked { by: ann, to: queue(OTHER_QUEUE) });
        }
        let asked = if how == "resumed" { vec![(Some(ANN), ResumeReason::Asked)] } else { Vec::new() };
        assert_eq!(resumed(&house), asked, "{how}");
        assert!(!house.asked.contains(&Output::ResumeRecording { interaction: ID }), "{how}");
    }
}

#[test]
fn the_recording_is_marked() {
    let (mut house, ann) = House::talking();
    house.say(RECORDED);
    house.say(RECORDED);
    house.say(Input::Held { participant: ann });
    house.say(Input::Retrieved { participant: ann });
    house.say(Input::RecordingPaused { by: ann, paused: true });
    house.say(Input::RecordingPaused { by: ann, paused: false });
    house.say(Input::ConsultAsked { by: ann, to: Target::Agent(BOB) });
    house.lift_last();
    house.say(Input::Conferenced { by: ann });
    let mark = |event: &Event| match event.body {
        Body::RecordingMarker { mark, .. } => Some(mark),
        _ => None,
    };
    let marks: Vec<RecordingMark> = house.log.iter().filter_map(mark).collect();
    assert_eq!(marks, [Held, Retrieved, Consulted, Held, Conferenced, Retrieved]);
    assert_eq!((house.said("recording_started"), house.said("recording_paused"), house.said("recording_resumed")), (1, 1, 1));
}
