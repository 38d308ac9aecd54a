//! Random logs of valid interactions and sign-ins, from a seed. Every path an interaction can take through queues and agents occurs.

use crate::NOW;
use crm_core::{JournalEntry, JournalRecord};
use cti_types::acd::{Candidate, Decision, NotReadyReason, OfferEnd, Presence, Rejected};
use cti_types::event::*;
use cti_types::flow::{FlowRef, QueueLeft, SkillNeed};
use cti_types::*;
use std::time::Duration;

/// The people and queues a log is about.
#[derive(Clone, Debug)]
pub struct Cast {
    pub agents: Vec<AgentId>,
    pub queues: Vec<QueueId>,
    pub customers: Vec<CustomerId>,
    pub codes: Vec<WrapUpCodeId>,
}

impl Cast {
    /// Fixed ids, none of which need exist as rows.
    pub fn fixed() -> Cast {
        let ids = |from: u128, count: u128| (from..from + count).collect::<Vec<u128>>();
        Cast {
            agents: ids(0xa000, 8).into_iter().map(AgentId::from_u128).collect(),
            queues: ids(0xb000, 3).into_iter().map(QueueId::from_u128).collect(),
            customers: ids(0xc000, 20).into_iter().map(CustomerId::from_u128).collect(),
            codes: ids(0xd000, 4).into_iter().map(WrapUpCodeId::from_u128).collect(),
        }
    }
}

/// `interactions` interactions and the agents' sign-ins of a day, interleaved by time as a journal would hold them.
pub fn random_log(seed: u64, interactions: usize, cast: &Cast) -> Vec<JournalRecord> {
    let mut chance = Chance::from_number(seed);
    let mut records: Vec<(i64, JournalRecord)> = Vec::new();
    for agent in &cast.agents {
        agent_day(&mut chance, *agent, &mut records);
    }
    for _ in 0..interactions {
        let start = NOW.0 + chance.below(8 * 3_600_000_000) as i64;
        Story::new(&mut chance, Utc(start), cast).tell(&mut records);
    }
    // Stable: what one stream says at one instant stays in its order.
    records.sort_by_key(|(at, _)| *at);
    records.into_iter().map(|(_, record)| record).collect()
}

/// `interactions` that begin evenly over `span`, with the time of each record (µs since 1970), as a busy server's journal would hold them.
pub fn busy_log(seed: u64, interactions: usize, span: Duration, cast: &Cast) -> Vec<(i64, JournalRecord)> {
    let mut chance = Chance::from_number(seed);
    let mut records: Vec<(i64, JournalRecord)> = Vec::new();
    for _ in 0..interactions {
        let start = NOW.0 + chance.below(span.as_micros() as u64) as i64;
        Story::new(&mut chance, Utc(start), cast).tell(&mut records);
    }
    records.sort_by_key(|(at, _)| *at);
    records
}

/// Records with positions 1, 2, 3 …
pub fn entries(records: &[JournalRecord]) -> Vec<JournalEntry> {
    records.iter().enumerate().map(|(at, record)| JournalEntry { position: at as u64 + 1, record: record.clone() }).collect()
}

fn pick<T: Copy>(chance: &mut Chance, from: &[T]) -> T {
    from[chance.below(from.len() as u64) as usize]
}

fn agent_day(chance: &mut Chance, agent: AgentId, records: &mut Vec<(i64, JournalRecord)>) {
    let mut at = NOW.0;
    let mut bodies = vec![Body::SignedIn { device: "phone".into() }];
    for _ in 0..chance.below(30) {
        let reason = NotReadyReason::Chosen(ReasonId::from_u128(u128::from(chance.below(3))));
        bodies.push(match chance.below(5) {
            0 => Body::PresenceChanged { presence: Presence::NotReady(reason), pending: None },
            1 => Body::PresenceChanged { presence: Presence::NotReady(NotReadyReason::NoAnswer), pending: None },
            2 => Body::PresenceChanged { presence: Presence::Ready, pending: Some(Presence::NotReady(reason)) },
            3 => Body::TakenOver { device: "browser".into() },
            _ => Body::PresenceChanged { presence: Presence::Ready, pending: None },
        });
    }
    if chance.below(2) == 0 {
        bodies.push(Body::PresenceChanged { presence: Presence::LoggedOut, pending: None });
        bodies.push(Body::SignedOut);
    }
    for (seq, body) in bodies.into_iter().enumerate() {
        let event = Event { stream: Stream::Agent(agent), seq: seq as u64 + 1, owner_epoch: 1, at: Utc(at), version: 1, body };
        records.push((at, JournalRecord::Event(event)));
        // Now and then two things happen at one instant.
        at += chance.below(4).min(1) as i64 * (1_000_000 + chance.below(600_000_000) as i64);
    }
}

/// One interaction being told.
struct Story<'a> {
    chance: &'a mut Chance,
    cast: &'a Cast,
    id: InteractionId,
    at: Utc,
    seq: u64,
    told: Vec<(i64, JournalRecord)>,
    customer: ParticipantId,
}

impl<'a> Story<'a> {
    fn new(chance: &'a mut Chance, at: Utc, cast: &'a Cast) -> Self {
        let id = InteractionId::new(at, chance);
        let customer = ParticipantId::new(at, chance);
        Self { chance, cast, id, at, seq: 0, told: Vec::new(), customer }
    }

    fn say(&mut self, body: Body) {
        self.seq += 1;
        let event = Event { stream: Stream::Interaction(self.id), seq: self.seq, owner_epoch: 1, at: self.at, version: 1, body };
        self.told.push((self.at.0, JournalRecord::Event(event)));
    }

    fn personal(&mut self, kind: PersonalKind, value: String) -> PersonalId {
        let id = PersonalId::new(self.at, self.chance);
        self.told.push((self.at.0, JournalRecord::Personal(Personal { id, interaction: self.id, kind, value })));
        id
    }

    fn wait(&mut self, max_ms: u64) {
        self.at = Utc(self.at.0 + 1_000 + self.chance.below(max_ms * 1_000) as i64);
    }

    fn segment(&mut self, participant: ParticipantId, segment: SegmentKind, queue: Option<QueueId>) {
        self.say(Body::SegmentStarted { participant, segment, queue });
    }

    fn tell(mut self, records: &mut Vec<(i64, JournalRecord)>) {
        let reason = self.arrive_and_be_served();
        self.say(Body::ParticipantLeft { participant: self.customer, reason: LeaveReason::HungUp });
        // Sealing may end after the call did.
        self.say(Body::Closed { reason });
        records.append(&mut self.told);
    }

    fn arrive_and_be_served(&mut self) -> CloseReason {
        let digits = self.chance.below(40);
        let from = (self.chance.below(8) > 0).then(|| self.personal(PersonalKind::Number, format!("+4420794600{digits:02}")));
        let from_raw = from.map(|_| self.personal(PersonalKind::RawNumber, format!("020794600{digits:02}")));
        let call_id = Some(self.chance.token(12));
        self.say(Body::Opened {
            channel: Channel::Voice,
            direction: CallDirection::Inbound,
            from,
            from_raw,
            to: "+442079460999".into(),
            trunk: Some(TrunkId::from_u128(1)),
            call_id,
            origin: None,
        });
        self.say(Body::ParticipantJoined { participant: self.customer, role: Role::Customer, agent: None });
        self.segment(self.customer, SegmentKind::Arriving, None);
        if self.chance.below(3) > 0 {
            let mut customers = vec![pick(self.chance, &self.cast.customers)];
            let other = pick(self.chance, &self.cast.customers);
            if !customers.contains(&other) && self.chance.below(4) == 0 {
                customers.push(other);
            }
            self.say(Body::Identified { customers });
        }
        self.wait(200);
        if !self.flow() {
            return CloseReason::LeftInFlow;
        }
        let queue = pick(self.chance, &self.cast.queues);
        self.queue(queue)
    }

    /// The flow; false when the caller left in it.
    fn flow(&mut self) -> bool {
        let flow = FlowRef { flow: FlowId::from_u128(7), version: 2 };
        self.segment(self.customer, SegmentKind::Ivr, None);
        self.say(Body::FlowEntered { flow });
        for node in ["welcome", "menu"] {
            self.say(Body::NodeVisited { node: node.into() });
            self.wait(4_000);
        }
        let value = self.personal(PersonalKind::FlowValue, self.seq.to_string());
        self.say(Body::DataSet { key: "choice".into(), value, masked: self.seq.is_multiple_of(2) });
        let stays = self.chance.below(6) > 0;
        self.say(Body::FlowLeft { flow, how: if stays { FlowEnd::Queued } else { FlowEnd::CallerLeft } });
        stays
    }

    fn queue(&mut self, queue: QueueId) -> CloseReason {
        let work = WorkItemId::new(self.at, self.chance);
        let skills = vec![SkillNeed { skill: SkillId::from_u128(3), proficiency_min: 2 }];
        self.segment(self.customer, SegmentKind::Waiting, Some(queue));
        self.say(Body::WorkQueued { work, queue, priority: 3, skills, since: self.at, credit_ms: 0 });
        self.wait(40_000);
        match self.chance.below(10) {
            0 => {
                self.say(Body::WorkEnded { work, end: WorkEnd::Abandoned });
                return CloseReason::Abandoned;
            }
            1 => {
                self.say(Body::WorkEnded { work, end: WorkEnd::Left(QueueLeft::WaitLimit) });
                return CloseReason::ServedByFlow;
            }
            2 => {
                // The same item goes on in another queue and keeps its age.
                let other = pick(self.chance, &self.cast.queues);
                self.say(Body::WorkEnded { work, end: WorkEnd::Overflowed(other) });
                self.segment(self.customer, SegmentKind::Waiting, Some(other));
                self.say(Body::WorkQueued {
                    work,
                    queue: other,
                    priority: 3,
                    skills: Vec::new(),
                    since: Utc(self.at.0 - 20_000_000),
                    credit_ms: 30_000,
                });
                self.wait(20_000);
            }
            3 => {
                self.say(Body::WorkEnded { work, end: WorkEnd::ServerLost });
                return CloseReason::ServerLost;
            }
            _ => {}
        }
        while self.chance.below(3) == 0 {
            self.offer(work, false);
        }
        let (agent, participant) = self.offer(work, true);
        self.assigned(work, agent, participant);
        CloseReason::Completed
    }

    /// An offer with the agent's leg; whether they take it.
    fn offer(&mut self, work: WorkItemId, taken: bool) -> (AgentId, ParticipantId) {
        let agent = pick(self.chance, &self.cast.agents);
        let offer = OfferId::new(self.at, self.chance);
        let participant = ParticipantId::new(self.at, self.chance);
        let candidates = vec![
            Candidate { agent, proficiency: 5, idle_ms: 12_345, rejected: None },
            Candidate { agent: self.cast.agents[0], proficiency: 5, idle_ms: 1, rejected: Some(Rejected::LessIdle) },
        ];
        let decision = Decision { rule: "longest_idle".into(), age_ms: 4_321, priority: 3, candidates, ..Decision::default() };
        self.say(Body::Offered { offer, work, agent, decision });
        self.say(Body::ParticipantJoined { participant, role: Role::Agent, agent: Some(agent) });
        self.segment(participant, SegmentKind::Ringing, None);
        self.wait(8_000);
        let end =
            if taken { OfferEnd::Accepted } else { pick(self.chance, &[OfferEnd::Declined, OfferEnd::NoAnswer, OfferEnd::DeviceBusy]) };
        self.say(Body::OfferEnded { offer, work, agent, end });
        if !taken {
            self.say(Body::ParticipantLeft { participant, reason: LeaveReason::NoAnswer });
        }
        (agent, participant)
    }

    fn assigned(&mut self, work: WorkItemId, agent: AgentId, participant: ParticipantId) {
        let assignment = AssignmentId::new(self.at, self.chance);
        let recording = RecordingId::new(self.at, self.chance);
        self.say(Body::WorkEnded { work, end: WorkEnd::Assigned(assignment) });
        self.say(Body::Assigned { assignment, work, agent, participant });
        self.segment(self.customer, SegmentKind::Talking, None);
        self.segment(participant, SegmentKind::Talking, None);
        self.say(Body::RecordingStarted { recording });
        for _ in 0..self.chance.below(3) {
            self.wait(60_000);
            self.segment(self.customer, SegmentKind::OnHold, None);
            self.segment(participant, SegmentKind::Holding, None);
            self.say(Body::RecordingMarker { recording, mark: RecordingMark::Held });
            self.wait(20_000);
            self.say(Body::RecordingMarker { recording, mark: RecordingMark::Retrieved });
            self.segment(self.customer, SegmentKind::Talking, None);
            self.segment(participant, SegmentKind::Talking, None);
        }
        self.wait(120_000);
        if self.chance.below(4) == 0 {
            self.say(Body::RecordingGap { recording, offset_ms: 40, frames: 3, lost_ms: 60 });
            let (answerer, reason) = ("person".into(), "short_greeting".into());
            self.say(Body::AnswererDetected { participant: self.customer, answerer, reason });
        }
        let packets_received = self.chance.below(10_000);
        let jitter_ms = self.chance.below(4_000) as f32 / 977.0;
        self.say(Body::MediaReport {
            participant: self.customer,
            codec: "PCMU".into(),
            packets_sent: 100,
            packets_received,
            packets_lost: 1,
            jitter_ms,
            score_heard: 4.3,
            score_far: 4.2,
            round_trip_ms: 3.5,
        });
        self.segment(participant, SegmentKind::WrapUp, None);
        self.say(Body::WrapUpStarted { assignment, until: Some(Utc(self.at.0 + 60_000_000)) });
        self.say(Body::RecordingPart {
            recording,
            part: 1,
            file: format!("{recording}.wav"),
            offset_ms: 0,
            duration_ms: 1_000,
            bytes: 32_044,
            sha256: "00".repeat(32),
        });
        self.say(Body::RecordingEnded { recording, frames_dropped: 0 });
        self.wait(20_000);
        let note = self.personal(PersonalKind::Note, "called about the invoice".into());
        let code = Some(pick(self.chance, &self.cast.codes));
        self.say(Body::WrapUpSet { assignment, code, note: Some(note) });
        self.wait(5_000);
        self.say(Body::ParticipantLeft { participant, reason: LeaveReason::Finished });
        self.say(Body::AssignmentEnded { assignment, end: AssignmentEnd::Finished });
    }
}
