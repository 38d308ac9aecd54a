//! A room with small numbers for ids, a hand-moved clock, and outputs as short words. Checks the invariants after each input.

use cti_acd::{Acd, Limits};
use cti_types::acd::*;
use cti_types::flow::SkillNeed;
use cti_types::*;
use std::time::Duration;

pub(crate) const SECOND: u64 = 1_000_000;
/// Of the room under test.
pub(crate) const EPOCH: OwnerEpoch = OwnerEpoch(5);

pub(crate) fn a(n: u128) -> AgentId {
    AgentId::from_u128(n)
}
pub(crate) fn q(n: u128) -> QueueId {
    QueueId::from_u128(n)
}
pub(crate) fn w(n: u128) -> WorkItemId {
    WorkItemId::from_u128(n)
}
pub(crate) fn s(n: u128) -> SkillId {
    SkillId::from_u128(n)
}
pub(crate) fn asg(n: u128) -> AssignmentId {
    AssignmentId::from_u128(n)
}
pub(crate) fn need(skill: u128, proficiency_min: u8) -> SkillNeed {
    SkillNeed { skill: s(skill), proficiency_min }
}
pub(crate) fn lunch() -> Presence {
    Presence::NotReady(NotReadyReason::Chosen(ReasonId::from_u128(7)))
}

/// An open queue with a 20 s offer and no limits.
pub(crate) fn queue(n: u128) -> QueueSettings {
    QueueSettings {
        id: q(n),
        name: format!("queue {n}"),
        skills: Vec::new(),
        priority: 0,
        order: QueueOrder::Priority,
        offer_timeout: Duration::from_secs(20),
        wrap_up_max: Duration::ZERO,
        wait_max: None,
        size_max: None,
        leave_when_unstaffed: false,
        overflow: Overflow::Flow,
        open: true,
    }
}

pub(crate) fn agent(n: u128, queues: &[u128]) -> AgentSettings {
    AgentSettings { id: a(n), skills: Vec::new(), queues: queues.iter().map(|&n| q(n)).collect(), capacity: 1 }
}

pub(crate) struct Room {
    pub(crate) acd: Acd,
    pub(crate) tick: u64,
}

impl Room {
    /// At second 1000, with these queues.
    pub(crate) fn new(queues: Vec<QueueSettings>) -> Room {
        let mut room = Room { acd: Acd::new(Limits::default(), Chance::from_number(1), EPOCH), tick: 1000 * SECOND };
        for settings in queues {
            room.tell(AcdInput::SetQueue(settings));
        }
        room
    }

    pub(crate) fn now(&self) -> Now {
        Now { tick: Tick(self.tick), utc: Utc(self.tick as i64) }
    }

    pub(crate) fn outputs(&mut self, input: AcdInput) -> Vec<AcdOutput> {
        let now = self.now();
        self.acd.handle(now, input);
        self.acd.check().expect("the invariants hold");
        std::iter::from_fn(|| self.acd.poll()).collect()
    }

    /// The outputs in words, without the states.
    pub(crate) fn tell(&mut self, input: AcdInput) -> Vec<String> {
        self.outputs(input).iter().filter_map(words).collect()
    }

    /// Lets time pass, running each timer at its tick.
    pub(crate) fn pass(&mut self, seconds: u64) -> Vec<String> {
        let end = self.tick + seconds * SECOND;
        let mut said = Vec::new();
        while let Some(due) = self.acd.poll_timeout().filter(|due| due.0 <= end) {
            self.tick = self.tick.max(due.0);
            let now = self.now();
            self.acd.handle_timeout(now);
            self.acd.check().expect("the invariants hold");
            said.extend(std::iter::from_fn(|| self.acd.poll()).filter_map(|output| words(&output)));
        }
        self.tick = end;
        said
    }

    pub(crate) fn agent(&mut self, settings: AgentSettings) -> Vec<String> {
        self.tell(AcdInput::SetAgent(settings))
    }
    pub(crate) fn presence(&mut self, n: u128, presence: Presence) -> Vec<String> {
        self.tell(AcdInput::SetPresence { agent: a(n), presence })
    }
    pub(crate) fn ready(&mut self, n: u128) -> Vec<String> {
        self.presence(n, Presence::Ready)
    }
    /// A ready agent of these queues, one second after the last one.
    pub(crate) fn ready_agent(&mut self, n: u128, queues: &[u128]) {
        self.tick += SECOND;
        self.agent(agent(n, queues));
        self.ready(n);
    }
    pub(crate) fn call(&mut self, n: u128, queue: u128) -> Vec<String> {
        self.call_with(n, queue, 0, Vec::new(), self.tick)
    }
    pub(crate) fn call_with(&mut self, n: u128, queue: u128, priority: u8, skills: Vec<SkillNeed>, since: u64) -> Vec<String> {
        let (interaction, since, credit) = (InteractionId::from_u128(n), Tick(since), Duration::ZERO);
        self.tell(AcdInput::Enqueue { work: w(n), interaction, queue: q(queue), priority, skills, since, credit, stays: false })
    }
    /// A message for the queue.
    pub(crate) fn message(&mut self, n: u128, queue: u128) -> Vec<String> {
        let (interaction, since, credit) = (InteractionId::from_u128(n), Tick(self.tick), Duration::ZERO);
        let (queue, skills) = (q(queue), Vec::new());
        self.tell(AcdInput::Enqueue { work: w(n), interaction, queue, priority: 0, skills, since, credit, stays: true })
    }
    /// A call that has waited so many seconds and is given as many on top.
    pub(crate) fn call_credited(&mut self, n: u128, queue: u128, priority: u8, age: u64, credit: u64) -> Vec<String> {
        let (interaction, since, credit) = (InteractionId::from_u128(n), Tick(self.tick - age * SECOND), Duration::from_secs(credit));
        self.tell(AcdInput::Enqueue { work: w(n), interaction, queue: q(queue), priority, skills: Vec::new(), since, credit, stays: false })
    }
    /// The open offer of an agent.
    pub(crate) fn offer(&self, n: u128) -> OfferId {
        self.state(n).offers[0]
    }
    pub(crate) fn state(&self, n: u128) -> AgentState {
        self.acd.agent(a(n)).expect("the agent is known")
    }
    pub(crate) fn decline(&mut self, n: u128) -> Vec<String> {
        let offer = self.offer(n);
        self.tell(AcdInput::Declined { offer })
    }
    /// The agent takes their offer; the assignment has the agent's number.
    pub(crate) fn accept(&mut self, n: u128) -> Vec<String> {
        let offer = self.offer(n);
        self.tell(AcdInput::Accepted { offer, assignment: asg(n) })
    }
    pub(crate) fn release(&mut self, n: u128) -> Vec<String> {
        self.tell(AcdInput::Released { agent: a(n), assignment: asg(n) })
    }
    pub(crate) fn withdraw(&mut self, n: u128) -> Vec<String> {
        self.tell(AcdInput::Withdraw { work: w(n) })
    }
}

fn words(output: &AcdOutput) -> Option<String> {
    match output {
        AcdOutput::Offer { work, agent, .. } => Some(format!("offer w{} a{}", work.0.as_u128(), agent.0.as_u128())),
        AcdOutput::OfferEnded { work, agent, end, .. } => Some(format!("{end:?} w{} a{}", work.0.as_u128(), agent.0.as_u128())),
        AcdOutput::Left { work, reason, .. } => Some(format!("left w{} {reason:?}", work.0.as_u128())),
        AcdOutput::AimEnded { work, why } => Some(format!("aim w{} {why:?}", work.0.as_u128())),
        AcdOutput::Stale(_) => Some("stale".into()),
        AcdOutput::Agent(_) | AcdOutput::Queue(_) => None,
    }
}

/// Nothing said.
pub(crate) const SILENCE: [&str; 0] = [];
