//! Saying why: the chosen agent, those who came close, and a bounded sample of the others. Changes nothing.

use crate::engine::Acd;
use crate::limits::CANDIDATES_MAX;
use crate::model::Agent;
use crate::slab::{AgentIx, ItemIx};
use cti_types::Now;
use cti_types::acd::{AssignmentPhase, Candidate, Decision, Presence, Rejected};

impl Acd {
    /// The decision for an item with this agent chosen, or with nobody. Looks at no more agents than a decision keeps, twice over.
    pub(crate) fn decide(&self, now: Now, item_ix: ItemIx, chosen: Option<AgentIx>) -> Decision {
        let item = &self.items[item_ix];
        let (queue, pool) = (&self.queues[item.queue], &self.pools[item.pool]);
        let mut candidates: Vec<Candidate> = Vec::with_capacity(CANDIDATES_MAX);
        if let Some(agent) = chosen {
            candidates.push(self.candidate(now, item_ix, agent, None));
        }
        // Nearest first: the available who fit, then the signed in, then the rest.
        let near = pool.ready.iter().map(|rank| rank.3).take(CANDIDATES_MAX);
        let staffed = queue.staffed.iter().copied().take(CANDIDATES_MAX);
        let others = queue.members.iter().copied().take(CANDIDATES_MAX);
        for agent in near.chain(staffed).chain(others) {
            if candidates.len() >= CANDIDATES_MAX {
                break;
            }
            let id = self.agents[agent].id;
            if !candidates.iter().any(|shown| shown.agent == id) {
                let why = self.why_not(item_ix, agent, chosen);
                candidates.push(self.candidate(now, item_ix, agent, Some(why)));
            }
        }
        Decision {
            rule: "longest_idle".into(),
            age_ms: now.tick.since(item.standing.since).as_millis() as u64,
            priority: queue.settings.priority.saturating_add(item.standing.priority),
            credit_ms: item.standing.credit().as_millis() as u64,
            score_ms: item.standing.score(queue.settings.order, now.tick).map(|score| score.as_millis() as u64),
            not_shown: queue.members.len().saturating_sub(candidates.len()) as u32,
            candidates,
        }
    }

    fn candidate(&self, now: Now, item: ItemIx, agent: AgentIx, rejected: Option<Rejected>) -> Candidate {
        let agent = &self.agents[agent];
        let idle_ms = if agent.is_available() { now.tick.since(agent.idle_since).as_millis() as u64 } else { 0 };
        Candidate { agent: agent.id, proficiency: agent.proficiency_sum(&self.pools[self.items[item].pool].needs), idle_ms, rejected }
    }

    /// What lasts longest is named first: signed out, then skills, then what may change in a moment.
    fn why_not(&self, item: ItemIx, agent: AgentIx, chosen: Option<AgentIx>) -> Rejected {
        let agent = &self.agents[agent];
        let needs = &self.pools[self.items[item].pool].needs;
        if let Some(away) = away(agent.presence) {
            return away;
        }
        for need in needs {
            match agent.proficiency(need.skill) {
                None => return Rejected::MissingSkill(need.skill),
                Some(have) if have < need.proficiency_min => return Rejected::ProficiencyTooLow(need.skill),
                Some(_) => {}
            }
        }
        if self.has_declined(item, agent.id) {
            Rejected::DeclinedThis
        } else if agent.is_reserved() {
            Rejected::Reserved
        } else if agent.assignments.len() >= agent.capacity {
            let wrap_up = !agent.assignments.is_empty() && agent.assignments.iter().all(|held| held.1 == AssignmentPhase::WrapUp);
            if wrap_up { Rejected::WrapUp } else { Rejected::Busy }
        } else if let Some(away) = agent.pending.and_then(away) {
            away
        } else if !agent.reachable {
            Rejected::DeviceUnreachable
        } else {
            match chosen.map(|chosen| &self.agents[chosen]) {
                Some(chosen) if equally_idle_but_less_proficient(agent, chosen, needs) => Rejected::LessProficient,
                Some(_) | None => Rejected::LessIdle,
            }
        }
    }
}

fn equally_idle_but_less_proficient(agent: &Agent, chosen: &Agent, needs: &[cti_types::flow::SkillNeed]) -> bool {
    agent.idle_since == chosen.idle_since && agent.proficiency_sum(needs) < chosen.proficiency_sum(needs)
}

pub(crate) fn away(presence: Presence) -> Option<Rejected> {
    match presence {
        Presence::LoggedOut => Some(Rejected::LoggedOut),
        Presence::NotReady(reason) => Some(Rejected::NotReady(reason)),
        Presence::Ready => None,
    }
}
