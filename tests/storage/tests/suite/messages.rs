//! Messages, and what is found in recordings: as the log has them, as they are read, and through a rebuild.

use super::log::project_all;
use crm_core::JournalRecord;
use cti_types::event::*;
use cti_types::mailbox::{Left, Mailbox};
use cti_types::*;
use storage::{NOW, TestStore, on_both};

on_both!(
    a_message_is_read_with_its_recording_and_heard_by_whom_it_was_given,
    marks_and_gaps_stand_with_their_recording,
    a_message_is_no_call_in_the_figures,
);

const CALL: InteractionId = InteractionId::from_u128(1);
const MESSAGE: InteractionId = InteractionId::from_u128(2);
const RECORDING: RecordingId = RecordingId::from_u128(3);
const QUEUE: QueueId = QueueId::from_u128(4);
const ANN: AgentId = AgentId::from_u128(5);
const BOB: AgentId = AgentId::from_u128(6);

fn stream(id: InteractionId, bodies: Vec<Body>) -> Vec<JournalRecord> {
    let event = |(n, body)| {
        let (stream, seq, at) = (Stream::Interaction(id), n as u64 + 1, Utc(NOW.0 + n as i64 * 1_000_000));
        JournalRecord::Event(Event { stream, seq, owner_epoch: 1, at, version: 1, body })
    };
    bodies.into_iter().enumerate().map(event).collect()
}

fn opened(channel: Channel, from: Option<PersonalId>, origin: Option<InteractionId>) -> Body {
    let (direction, to) = (CallDirection::Inbound, "+12025550100".to_owned());
    Body::Opened { channel, direction, from, from_raw: None, to, trunk: None, call_id: None, origin }
}

/// A call with a message, and the message as Ann dealt with it.
fn left_and_taken() -> Vec<JournalRecord> {
    let (mailbox, participant, customer) = (Mailbox::Queue(QUEUE), ParticipantId::from_u128(7), ParticipantId::from_u128(8));
    let (work, assignment, from) = (WorkItemId::from_u128(9), AssignmentId::from_u128(10), PersonalId::from_u128(11));
    let left = Left { recording: RECORDING, mailbox, duration_ms: 4_000, since: NOW, priority: 0 };
    let call = vec![
        opened(Channel::Voice, None, None),
        Body::ParticipantJoined { participant: customer, role: Role::Customer, agent: None },
        Body::SegmentStarted { participant: customer, segment: SegmentKind::Voicemail, queue: None },
        Body::RecordingStarted { recording: RECORDING },
        Body::MessageBegun { recording: RECORDING, mailbox },
        Body::MessageEnded { recording: RECORDING, end: MessageEnd::Left, duration_ms: 4_000, message: Some(MESSAGE) },
        Body::ParticipantLeft { participant: customer, reason: LeaveReason::HungUp },
        Body::Closed { reason: CloseReason::LeftMessage },
    ];
    let message = vec![
        opened(Channel::Voicemail, Some(from), Some(CALL)),
        Body::MessageLeft { left },
        Body::WorkQueued { work, queue: QUEUE, priority: 0, skills: Vec::new(), since: NOW, credit_ms: 0 },
        Body::ParticipantJoined { participant, role: Role::Agent, agent: Some(ANN) },
        Body::SegmentStarted { participant, segment: SegmentKind::Handling, queue: Some(QUEUE) },
        Body::WorkEnded { work, end: WorkEnd::Assigned(assignment) },
        Body::Assigned { assignment, work, agent: ANN, participant },
        Body::MessageHandled { assignment },
        Body::AssignmentEnded { assignment, end: AssignmentEnd::Finished },
        Body::ParticipantLeft { participant, reason: LeaveReason::Finished },
        Body::Closed { reason: CloseReason::Completed },
    ];
    let number = Personal { id: from, interaction: MESSAGE, kind: PersonalKind::Number, value: "+12025550123".into() };
    [vec![JournalRecord::Personal(number)], stream(CALL, call), stream(MESSAGE, message)].concat()
}

async fn a_message_is_read_with_its_recording_and_heard_by_whom_it_was_given(db: TestStore) {
    project_all(&db, "node", &left_and_taken()).await;
    let message = db.store.interaction(MESSAGE).await.expect("an answer");
    assert_eq!((message.summary.channel.as_str(), message.origin_id, message.summary.recorded), ("voicemail", Some(CALL), true));
    let about = message.message.expect("what it is about");
    assert_eq!((about.recording_id, about.queue_id, about.agent_id, about.duration_ms), (RECORDING, Some(QUEUE), None, 4_000));
    assert_eq!(db.store.caller_of(MESSAGE).await.expect("an answer").number, Number::E164("+12025550123".into()));
    assert!(db.store.is_message(CALL, RECORDING).await.expect("an answer"));
    assert!(!db.store.is_message(CALL, RecordingId::from_u128(99)).await.expect("an answer"));
    for (agent, hears) in [(ANN, true), (BOB, false)] {
        assert_eq!(db.store.took_message(RECORDING, agent).await.expect("an answer"), hears);
    }
    assert!(db.store.interaction(CALL).await.expect("an answer").message.is_none());
    let report = db.store.rebuild(&mut |_| {}).await.expect("an answer");
    assert_eq!(report.rows_changed, 0);
}

async fn marks_and_gaps_stand_with_their_recording(db: TestStore) {
    let bodies = vec![
        opened(Channel::Voice, None, None),
        Body::RecordingStarted { recording: RECORDING },
        Body::RecordingMarker { recording: RECORDING, mark: RecordingMark::Held },
        Body::RecordingMarker { recording: RECORDING, mark: RecordingMark::Retrieved },
        Body::RecordingGap { recording: RECORDING, offset_ms: 1_500, frames: 7, lost_ms: 140 },
        Body::RecordingMarker { recording: RECORDING, mark: RecordingMark::Transferred },
        Body::RecordingPaused { recording: RECORDING, by: Some(ANN) },
        Body::RecordingResumed { recording: RECORDING, by: None, reason: ResumeReason::AgentLeft },
        Body::RecordingEnded { recording: RECORDING, frames_dropped: 7 },
    ];
    project_all(&db, "node", &stream(CALL, bodies)).await;
    let recording = db.store.recording(RECORDING).await.expect("an answer");
    let marks: Vec<(&str, i64)> = recording.markers.iter().map(|marker| (marker.mark.as_str(), marker.offset_ms)).collect();
    assert_eq!(marks, [("held", 1_000), ("retrieved", 2_000), ("transferred", 4_000), ("paused", 5_000), ("resumed", 6_000)]);
    assert_eq!(recording.gaps.iter().map(|gap| (gap.offset_ms, gap.frames, gap.lost_ms)).collect::<Vec<_>>(), [(1_500, 7, 140)]);
    let report = db.store.rebuild(&mut |_| {}).await.expect("an answer");
    assert_eq!(report.rows_changed, 0);
}

async fn a_message_is_no_call_in_the_figures(db: TestStore) {
    project_all(&db, "node", &left_and_taken()).await;
    let stats = db.store.interval_stats(Utc(0), Utc(i64::MAX), None).await.expect("an answer");
    assert!(stats.is_empty(), "{stats:?}");
}
