//! The ACD room driven alone: agents become free one after the other, work waits; how long each decision takes.

use crate::process;
use crate::report::{Percentiles, Routing};
use anyhow::Context as _;
use cti_acd::{Acd, Limits};
use cti_types::acd::{AcdInput, AcdOutput, AgentSettings, Overflow, Presence, QueueOrder, QueueSettings};
use cti_types::flow::SkillNeed;
use cti_types::{AgentId, AssignmentId, Chance, InteractionId, Now, OfferId, OwnerEpoch, QueueId, SkillId, Tick, Utc, WorkItemId};
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=50_000))]
    agents: u32,
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    skills: u32,
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..=45_000))]
    waiting: u32,
    #[arg(long, default_value_t = 100_000)]
    decisions: u64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long)]
    pub(crate) json: Option<std::path::PathBuf>,
}

/// Skills of one agent, and so the queues they serve.
const SKILLS_EACH: u32 = 3;

struct Drive {
    acd: Acd,
    chance: Chance,
    micros: u64,
    works: u128,
    skills: u32,
}

impl Drive {
    fn now(&mut self) -> Now {
        self.micros += 50;
        Now { tick: Tick(self.micros), utc: Utc(1_700_000_000_000_000 + self.micros as i64) }
    }

    fn tell(&mut self, input: AcdInput) {
        let now = self.now();
        self.acd.handle(now, input);
    }

    /// The first offer among what the room has to say; the rest is read and dropped.
    fn offer(&mut self) -> Option<(OfferId, AgentId)> {
        let mut found = None;
        while let Some(output) = self.acd.poll() {
            if let AcdOutput::Offer { offer, agent, .. } = output {
                found = Some((offer, agent));
            }
        }
        found
    }

    fn enqueue(&mut self) {
        self.works += 1;
        let n = self.works;
        let queue = self.chance.below(u64::from(self.skills)) as u32;
        let proficiency_min = 1 + self.chance.below(5) as u8;
        let skills = vec![SkillNeed { skill: skill(queue), proficiency_min }];
        let priority = self.chance.below(3) as u8;
        let since = Tick(self.micros);
        let (work, interaction) = (WorkItemId::from_u128(n), InteractionId::from_u128(n));
        let (queue, credit, stays) = (queue_id(queue), Duration::ZERO, false);
        self.tell(AcdInput::Enqueue { work, interaction, queue, priority, skills, since, credit, stays });
    }
}

fn skill(n: u32) -> SkillId {
    SkillId::from_u128(1 + u128::from(n))
}

fn queue_id(n: u32) -> QueueId {
    QueueId::from_u128(1 + u128::from(n))
}

fn queue(n: u32) -> QueueSettings {
    QueueSettings {
        id: queue_id(n),
        name: format!("queue {n}"),
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
    }
}

fn filled(args: &Args) -> Drive {
    let limits = Limits::default();
    let mut drive = Drive {
        acd: Acd::new(limits, Chance::from_number(args.seed), OwnerEpoch(1)),
        chance: Chance::from_number(args.seed ^ 0x5eed),
        micros: 1,
        works: 0,
        skills: args.skills,
    };
    for n in 0..args.skills {
        drive.tell(AcdInput::SetQueue(queue(n)));
    }
    for n in 0..args.agents {
        let mut own: Vec<u32> = (0..SKILLS_EACH.min(args.skills)).map(|k| (n + k * 7) % args.skills).collect();
        own.sort_unstable();
        own.dedup();
        // Five and up meets every demand of `enqueue`, so that no agent stays without work.
        let skills = own.iter().map(|&k| (skill(k), 5 + drive.chance.below(6) as u8)).collect();
        let id = AgentId::from_u128(1 + u128::from(n));
        let queues = own.into_iter().map(queue_id).collect();
        drive.tell(AcdInput::SetAgent(AgentSettings { id, skills, queues, capacity: 1 }));
        drive.tell(AcdInput::DeviceReachable { agent: id, reachable: true });
        drive.offer();
    }
    for _ in 0..args.waiting {
        drive.enqueue();
        drive.offer();
    }
    drive
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Routing> {
    let mut drive = filled(args);
    let mut took_us = Vec::with_capacity(args.decisions as usize);
    let (mut busy, mut fresh) = (std::collections::VecDeque::new(), 0u32);
    for n in 0..args.decisions {
        // First every agent becomes ready, afterwards the one longest at work is released.
        let input = if fresh < args.agents {
            fresh += 1;
            AcdInput::SetPresence { agent: AgentId::from_u128(u128::from(fresh)), presence: Presence::Ready }
        } else {
            let (agent, assignment) = busy.pop_front().context("no agent got any work: too few waiting for these skills")?;
            AcdInput::Released { agent, assignment }
        };
        let now = drive.now();
        let start = Instant::now();
        drive.acd.handle(now, input);
        let offer = drive.offer();
        took_us.push(start.elapsed().as_secs_f64() * 1e6);
        if let Some((offer, agent)) = offer {
            let assignment = AssignmentId::from_u128(u128::from(n) + 1);
            drive.tell(AcdInput::Accepted { offer, assignment });
            drive.offer();
            busy.push_back((agent, assignment));
            drive.enqueue();
            // A free agent may take it at once; that one stays reserved, as one who does not lift would.
            drive.offer();
        }
    }
    let total_s = took_us.iter().sum::<f64>() / 1e6;
    let decisions = took_us.len() as u64;
    Ok(Routing {
        decisions,
        decisions_per_s: decisions as f64 / total_s,
        us: Percentiles::of(took_us).context("no decision was made")?,
        rss_mb: process::rss_mb(std::process::id())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_kept_busy_to_the_last_decision() {
        let args = Args { agents: 20, skills: 5, waiting: 200, decisions: 500, seed: 7, json: None };
        let routing = run(&args).unwrap();
        assert_eq!(routing.decisions, 500);
        assert!(routing.us.p50 > 0.0);
    }
}
