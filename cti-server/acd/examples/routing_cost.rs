//! What a routing decision costs: 10,000 agents, 50 skills, 20,000 items waiting. Prints decisions a second and percentiles.
//!
//! `cargo run --release -p cti-acd --example routing_cost`

use cti_acd::{Acd, Limits};
use cti_types::acd::*;
use cti_types::flow::SkillNeed;
use cti_types::*;
use std::time::{Duration, Instant};

const AGENTS: u128 = 10_000;
const QUEUES: u128 = 40;
const SKILLS: u64 = 50;
const WAITING: u128 = 20_000;
const DECISIONS: usize = 400_000;

struct Floor {
    acd: Acd,
    chance: Chance,
    tick: u64,
    works: u128,
}

impl Floor {
    fn tell(&mut self, input: AcdInput) -> Option<(OfferId, AgentId)> {
        self.tick += 50;
        self.acd.handle(Now { tick: Tick(self.tick), utc: Utc(self.tick as i64) }, input);
        let mut offered = None;
        while let Some(output) = self.acd.poll() {
            if let AcdOutput::Offer { offer, agent, .. } = output {
                offered = Some((offer, agent));
            }
        }
        offered
    }

    fn needs(&mut self) -> Vec<SkillNeed> {
        let count = 1 + self.chance.below(2);
        (0..count)
            .map(|_| {
                let skill = SkillId::from_u128(self.chance.below(SKILLS) as u128);
                SkillNeed { skill, proficiency_min: 1 + self.chance.below(5) as u8 }
            })
            .collect()
    }

    fn arrive(&mut self) -> Option<(OfferId, AgentId)> {
        self.works += 1;
        let work = WorkItemId::from_u128(self.works);
        let queue = QueueId::from_u128(self.chance.below(QUEUES as u64) as u128);
        let (priority, skills, since) = (self.chance.below(10) as u8, self.needs(), Tick(self.tick));
        let (interaction, credit) = (InteractionId::from_u128(self.works), Duration::from_secs(self.chance.below(60)));
        self.tell(AcdInput::Enqueue { work, interaction, queue, priority, skills, since, credit, stays: false })
    }
}

fn floor() -> Floor {
    let mut floor = Floor {
        acd: Acd::new(Limits::default(), Chance::from_number(1), OwnerEpoch(1)),
        chance: Chance::from_number(2),
        tick: 1,
        works: 0,
    };
    for n in 0..QUEUES {
        floor.tell(AcdInput::SetQueue(QueueSettings {
            id: QueueId::from_u128(n),
            name: String::new(),
            skills: Vec::new(),
            priority: 0,
            order: QueueOrder::Priority,
            offer_timeout: Duration::from_secs(3600),
            wrap_up_max: Duration::ZERO,
            wait_max: None,
            size_max: None,
            leave_when_unstaffed: false,
            overflow: Overflow::Flow,
            open: true,
        }));
    }
    for n in 0..AGENTS {
        let skills = (0..8).map(|_| (SkillId::from_u128(floor.chance.below(SKILLS) as u128), 1 + floor.chance.below(10) as u8)).collect();
        let queues = (0..4).map(|_| QueueId::from_u128(floor.chance.below(QUEUES as u64) as u128)).collect();
        floor.tell(AcdInput::SetAgent(AgentSettings { id: AgentId::from_u128(n), skills, queues, capacity: 1 }));
        floor.tell(AcdInput::SetPresence { agent: AgentId::from_u128(n), presence: Presence::Ready });
    }
    floor
}

fn report(name: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let total: Duration = took.iter().sum();
    let at = |share: f64| took.get((took.len() as f64 * share) as usize).copied().unwrap_or_default();
    let rate = took.len() as f64 / total.as_secs_f64();
    println!("{name}: {} decisions, {rate:.0}/s, p50 {:?}, p99 {:?}, max {:?}", took.len(), at(0.5), at(0.99), at(0.99999));
}

#[allow(clippy::disallowed_methods, reason = "a measuring program reads the clock")]
fn main() {
    let mut floor = floor();
    let mut talking = std::collections::VecDeque::new();
    let mut arrivals = Vec::new();
    // First work finds idle agents, then the line fills up behind busy ones.
    while floor.acd_waiting() < WAITING {
        let start = Instant::now();
        let offered = floor.arrive();
        arrivals.push(start.elapsed());
        if let Some((offer, agent)) = offered {
            let assignment = AssignmentId::from_u128(floor.works);
            floor.tell(AcdInput::Accepted { offer, assignment });
            talking.push_back((agent, assignment));
        }
    }
    report("work arrives", arrivals);
    let mut releases = Vec::new();
    while releases.len() < DECISIONS {
        let Some((agent, assignment)) = talking.pop_front() else { break };
        let start = Instant::now();
        let offered = floor.tell(AcdInput::Released { agent, assignment });
        releases.push(start.elapsed());
        let more = if floor.acd_waiting() < WAITING { floor.arrive() } else { None };
        for (offer, agent) in offered.into_iter().chain(more) {
            let assignment = AssignmentId::from_u128(floor.works << 32 | releases.len() as u128);
            floor.tell(AcdInput::Accepted { offer, assignment });
            talking.push_back((agent, assignment));
        }
    }
    report("agent comes free", releases);
}

impl Floor {
    fn acd_waiting(&self) -> u128 {
        (0..QUEUES).filter_map(|n| self.acd.queue(QueueId::from_u128(n))).map(|queue| u128::from(queue.waiting)).sum()
    }
}
