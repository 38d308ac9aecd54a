//! Two weeks of earlier calls, so that cards and lists are not empty on the first day. The interaction room itself writes them, driven
//! with invented times and facts, so they are exactly what real calls would have left. Recordings are not invented.

use super::samples::{COLLEAGUES, CUSTOMERS, Colleague, IVR_NUMBER, OUTCOMES, Part, QUEUE_NUMBER, Sample};
use super::seed::Seeded;
use anyhow::Context;
use crm_core::number::normalise;
use crm_core::{JournalEntry, JournalRecord, Store};
use cti_interaction::{Arrival, Input, Interactions, Limits, Output};
use cti_types::acd::{AcdInput, AcdOutput, Candidate, Decision, OfferEnd, Rejected};
use cti_types::event::{CallDirection, LeaveReason};
use cti_types::flow::FlowRef;
use cti_types::{
    AgentId, AssignmentId, Chance, CustomerId, InteractionId, Now, OfferId, OwnerEpoch, ParticipantId, Party, QueueId, Tick, Utc,
    WorkItemId,
};
use std::time::Duration;

/// The history has a place of its own among the writers of the log, so that it is written once.
const NODE: &str = "demo-history";
/// Before every server.
const EPOCH: OwnerEpoch = OwnerEpoch(0);
const DAY_US: i64 = 86_400_000_000;
/// How far back it goes.
const DAYS: u64 = 14;
/// Records in one transaction.
const BATCH: usize = 500;
const WRAP_UP_MAX: Duration = Duration::from_secs(20);
const RING_MAX: Duration = Duration::from_secs(15);

/// Writes the history unless it stands there already. Gives the number of calls written.
///
/// # Errors
/// When the store is away.
pub(super) async fn write(store: &Store, now: Utc, seeded: &Seeded, chance: &mut Chance) -> anyhow::Result<usize> {
    if store.mark(NODE).await?.is_some() {
        return Ok(0);
    }
    let (entries, calls) = make(now, seeded, chance)?;
    for batch in entries.chunks(BATCH) {
        let up_to = batch.last().map_or(0, |entry| entry.position);
        store.project(NODE, batch, up_to).await.context("cannot write the sample history")?;
    }
    Ok(calls)
}

fn make(now: Utc, seeded: &Seeded, chance: &mut Chance) -> anyhow::Result<(Vec<JournalEntry>, usize)> {
    let mut starts: Vec<(i64, usize)> = Vec::new();
    for (at, sample) in CUSTOMERS.iter().enumerate() {
        for _ in 0..sample.contacts {
            let day = 1 + chance.below(DAYS) as i64;
            // Between 8 and 18 hours of some zone; a demo has no night shift.
            let within = 8 * 3_600_000_000 + chance.below(10 * 3_600_000_000) as i64;
            starts.push((now.0 - now.0.rem_euclid(DAY_US) - day * DAY_US + within, at));
        }
    }
    starts.sort_unstable();
    let mut room = Interactions::new(Limits::default(), Chance::from_seed(chance.bytes()), EPOCH);
    let mut entries = Vec::new();
    let mut tick = Tick(1_000_000);
    for (start, at) in &starts {
        let (Some(sample), Some(customer)) = (CUSTOMERS.get(*at), seeded.customers.get(*at)) else { continue };
        let mut past =
            Past { room: &mut room, chance, seeded, now: Now { tick, utc: Utc(*start) }, said: Said::default(), log: Vec::new() };
        past.call(sample, *customer);
        tick = past.now.tick + Duration::from_secs(3_600);
        for record in std::mem::take(&mut past.log) {
            entries.push(JournalEntry { position: entries.len() as u64 + 1, record });
        }
    }
    anyhow::ensure!(room.is_empty(), "a call of the sample history was left open");
    Ok((entries, starts.len()))
}

/// What the room named and the next fact refers to.
#[derive(Default)]
struct Said {
    work: Option<WorkItemId>,
    ringing: Option<ParticipantId>,
    accepted: Option<(OfferId, AssignmentId)>,
}

/// One earlier call.
struct Past<'a> {
    room: &'a mut Interactions,
    chance: &'a mut Chance,
    seeded: &'a Seeded,
    now: Now,
    said: Said,
    log: Vec<JournalRecord>,
}

impl Past<'_> {
    fn call(&mut self, sample: &Sample, customer: CustomerId) {
        let interaction = InteractionId::new(self.now.utc, self.chance);
        let caller = ParticipantId::new(self.now.utc, self.chance);
        let direct = self.chance.below(4) == 0;
        let arrival = Arrival {
            direction: CallDirection::Inbound,
            from: Party { number: normalise(sample.number, "US"), raw: sample.number.to_owned(), display: Some(sample.name.to_owned()) },
            to: if direct { QUEUE_NUMBER } else { IVR_NUMBER }.to_owned(),
            trunk: Some(self.seeded.trunk),
            call_id: None,
        };
        self.say(Input::Arrived { interaction, participant: caller, arrival });
        self.pass(20);
        self.say(Input::Identified { interaction, customers: vec![customer] });
        let sales = direct || self.chance.below(2) == 0;
        if !direct && !self.menu(interaction, caller, sales) {
            return;
        }
        let queue = if sales { self.seeded.sales } else { self.seeded.support };
        self.say(Input::QueueAsked {
            interaction,
            queue,
            priority: 0,
            skills: Vec::new(),
            credit: Duration::ZERO,
            wrap_up_max: WRAP_UP_MAX,
        });
        let wait = 1_500 + self.chance.below(45_000);
        self.pass(wait);
        if self.chance.below(12) == 0 {
            self.say(Input::Left { participant: caller, reason: LeaveReason::HungUp });
            return;
        }
        let mut agents: Vec<&Colleague> = COLLEAGUES.iter().filter(|c| c.role == Part::Agent && c.simulated).collect();
        if self.chance.below(15) == 0 {
            // Rings out once; the next agent takes it.
            let first = agents.remove(self.chance.below(agents.len() as u64) as usize);
            self.offer(interaction, queue, first, false);
        }
        let taken = self.chance.below(agents.len() as u64) as usize;
        if let Some(agent) = agents.get(taken) {
            self.offer(interaction, queue, agent, true);
        }
        self.talk(caller);
    }

    /// The way through the flow; false when the caller gave up on the way.
    fn menu(&mut self, interaction: InteractionId, caller: ParticipantId, sales: bool) -> bool {
        let flow = FlowRef { flow: self.seeded.flow, version: self.seeded.flow_version };
        self.say(Input::FlowEntered { interaction, flow });
        for (node, ms) in [("pick-up", 40), ("welcome", 3_200), ("menu", 2_000)] {
            self.say(Input::NodeVisited { interaction, node: node.into() });
            self.pass(ms);
        }
        let choosing = 1_000 + self.chance.below(6_000);
        self.pass(choosing);
        if self.chance.below(12) == 0 {
            self.say(Input::Left { participant: caller, reason: LeaveReason::HungUp });
            return false;
        }
        let (nodes, topic): (&[&str], _) =
            if sales { (&["sales-topic", "sales-tier", "sales"], "sales") } else { (&["support-topic", "account", "support"], "support") };
        for node in nodes {
            self.say(Input::NodeVisited { interaction, node: (*node).into() });
            if *node == "account" {
                self.pass(5_000);
            }
        }
        self.say(Input::DataSet { interaction, key: "topic".into(), value: topic.into(), masked: false });
        true
    }

    /// Holds the work out to this agent, who takes it or lets it ring out.
    fn offer(&mut self, interaction: InteractionId, queue: QueueId, to: &Colleague, taken: bool) {
        let (Some(work), Some(agent)) = (self.said.work, self.seeded.users.get(to.login).copied()) else { return };
        let offer = OfferId::new(self.now.utc, self.chance);
        let (until, decision) = (self.now.tick + RING_MAX, self.decision(agent));
        self.acd(AcdOutput::Offer { offer, work, interaction, queue: Some(queue), agent, until, decision });
        let Some(participant) = self.said.ringing else { return };
        self.pass(60);
        self.say(Input::AgentRinging { participant });
        if !taken {
            self.pass(RING_MAX.as_millis() as u64 - 60);
            self.acd(AcdOutput::OfferEnded { offer, work, agent, end: OfferEnd::NoAnswer });
            return;
        }
        let lift = 1_200 + self.chance.below(5_000);
        self.pass(lift);
        self.say(Input::AgentAnswered { participant });
        self.acd(AcdOutput::OfferEnded { offer, work, agent, end: OfferEnd::Accepted });
    }

    fn acd(&mut self, output: AcdOutput) {
        self.say(Input::Acd { epoch: EPOCH, output });
    }

    fn decision(&mut self, chosen: AgentId) -> Decision {
        let seen = |agent, idle_ms, rejected| Candidate { agent, proficiency: 5, idle_ms, rejected };
        let mut candidates = vec![seen(chosen, 40_000 + self.chance.below(300_000), None)];
        let others = COLLEAGUES.iter().filter(|c| c.role == Part::Agent && c.simulated).filter_map(|c| self.seeded.users.get(c.login));
        for agent in others.filter(|agent| **agent != chosen) {
            let busy = self.chance.below(2) == 0;
            let rejected = if busy { Rejected::Busy } else { Rejected::LessIdle };
            candidates.push(seen(*agent, if busy { 0 } else { self.chance.below(40_000) }, Some(rejected)));
        }
        Decision { rule: "longest_idle".into(), candidates, ..Decision::default() }
    }

    /// The conversation and what comes after it.
    fn talk(&mut self, caller: ParticipantId) {
        let (Some(agent), Some((_, assignment))) = (self.said.ringing, self.said.accepted) else { return };
        let (before, after) = (20_000 + self.chance.below(120_000), 10_000 + self.chance.below(120_000));
        self.pass(before);
        if self.chance.below(3) == 0 {
            self.say(Input::Held { participant: agent });
            let held = 8_000 + self.chance.below(30_000);
            self.pass(held);
            self.say(Input::Retrieved { participant: agent });
        }
        self.pass(after);
        let who = if self.chance.below(2) == 0 { agent } else { caller };
        self.say(Input::Left { participant: who, reason: LeaveReason::HungUp });
        let (code, note) = OUTCOMES[self.chance.below(OUTCOMES.len() as u64) as usize];
        let writing = 3_000 + self.chance.below(12_000);
        self.pass(writing);
        self.say(Input::WrapUpSet { assignment, code: self.seeded.codes.get(code).copied(), note: Some(note.to_owned()) });
        self.pass(500);
        self.say(Input::WrapUpFinished { assignment });
    }

    fn pass(&mut self, ms: u64) {
        self.now.tick = self.now.tick + Duration::from_millis(ms);
        self.now.utc.0 += ms as i64 * 1000;
    }

    fn say(&mut self, input: Input) {
        self.room.handle(self.now, input);
        while let Some(output) = self.room.poll() {
            match output {
                Output::Log(event) => self.log.push(JournalRecord::Event(event)),
                Output::Personal(personal) => self.log.push(JournalRecord::Personal(personal)),
                Output::Acd(AcdInput::Enqueue { work, .. }) => self.said.work = Some(work),
                Output::Acd(AcdInput::Accepted { offer, assignment }) => self.said.accepted = Some((offer, assignment)),
                Output::Ring(ring) => self.said.ringing = Some(ring.participant),
                Output::Acd(_)
                | Output::Drop { .. }
                | Output::OfferOver { .. }
                | Output::Connect { .. }
                | Output::Waiting { .. }
                | Output::DialOutside { .. }
                | Output::NotReached { .. }
                | Output::Aside { .. }
                | Output::Consult { .. }
                | Output::Swap { .. }
                | Output::Merge { .. }
                | Output::Supervise { .. }
                | Output::Replace { .. }
                | Output::EnterFlow { .. }
                | Output::EnterVoicemail { .. }
                | Output::ResumeRecording { .. }
                | Output::Message(_)
                | Output::Parties { .. }
                | Output::BackToFlow { .. }
                | Output::Assignment(_)
                | Output::AssignmentOver { .. }
                | Output::Closed { .. } => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cti_types::event::{Body, CloseReason};
    use cti_types::{FlowId, TrunkId, UserId, WrapUpCodeId};
    use std::collections::BTreeMap;

    fn seeded() -> Seeded {
        let ids = |names: Vec<&'static str>| names.into_iter().zip(100..).map(|(name, n)| (name, UserId::from_u128(n))).collect();
        Seeded {
            sales: QueueId::from_u128(1),
            support: QueueId::from_u128(2),
            trunk: TrunkId::from_u128(3),
            flow: FlowId::from_u128(4),
            flow_version: 1,
            users: ids(COLLEAGUES.iter().map(|c| c.login).collect()),
            phones: BTreeMap::new(),
            codes: super::super::samples::CODES.into_iter().zip(50..).map(|(name, n)| (name, WrapUpCodeId::from_u128(n))).collect(),
            customers: (0..CUSTOMERS.len()).map(|n| CustomerId::from_u128(1000 + n as u128)).collect(),
        }
    }

    #[test]
    fn every_call_of_the_past_is_closed_and_lies_in_the_past() {
        let now = Utc(1_763_762_400_000_000);
        let (entries, calls) = make(now, &seeded(), &mut Chance::from_number(11)).unwrap();
        let mut ends = Vec::new();
        for entry in &entries {
            let JournalRecord::Event(event) = &entry.record else { continue };
            assert!(event.at < now && event.at.0 > now.0 - (DAYS as i64 + 1) * DAY_US, "{event:?}");
            if let Body::Closed { reason } = &event.body {
                ends.push(*reason);
            }
        }
        assert_eq!(ends.len(), calls);
        let served = ends.iter().filter(|end| **end == CloseReason::Completed).count();
        assert!(served * 10 > calls * 7 && served < calls, "{served} of {calls}");
        assert!(entries.windows(2).all(|pair| pair[0].position < pair[1].position));
    }
}
