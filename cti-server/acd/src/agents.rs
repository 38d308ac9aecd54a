//! Agents: settings, presence with its pending change, reachability, assignments. Chooses no work; asks `offers` for it.

use crate::engine::Acd;
use crate::limits::ASSIGNMENTS_MAX;
use crate::model::{Agent, Tally, is_system};
use crate::slab::{AgentIx, QueueIx};
use cti_types::acd::{AcdOutput, AgentSettings, AssignmentPhase, OfferEnd, Presence};
use cti_types::{AgentId, AssignmentId, Now};
use std::cmp::Reverse;

impl Acd {
    pub(crate) fn set_agent(&mut self, now: Now, settings: AgentSettings) {
        let agent = match self.agent_ix.get(&settings.id) {
            Some(&agent) => agent,
            None if self.agents.len() >= self.limits.agents_max => {
                self.refused += 1;
                return;
            }
            None => {
                let agent = self.agents.insert(Agent::new(settings.id, now.tick));
                self.agent_ix.insert(settings.id, agent);
                agent
            }
        };
        let left = self.detach_agent(agent);
        let mut skills = settings.skills;
        skills.sort_unstable_by_key(|&(skill, proficiency)| (skill, Reverse(proficiency)));
        skills.dedup_by_key(|have| have.0);
        let mut queue_ids = settings.queues;
        queue_ids.sort_unstable();
        queue_ids.dedup();
        let queues: Vec<QueueIx> = queue_ids.iter().filter_map(|id| self.queue_ix.get(id).copied()).collect();
        let state = &mut self.agents[agent];
        state.skills = skills;
        state.queue_ids = queue_ids;
        state.capacity = (settings.capacity as usize).min(ASSIGNMENTS_MAX);
        state.removed = false;
        for queue in queues {
            if !self.queues[queue].removed {
                self.attach_agent(agent, queue);
            }
        }
        self.settle_offer_without_room(now, agent);
        for queue in left {
            self.check_staffing(queue);
        }
    }

    pub(crate) fn remove_agent(&mut self, now: Now, id: AgentId) {
        let Some(agent) = self.known_agent(id) else { return };
        let left = self.detach_agent(agent);
        let state = &mut self.agents[agent];
        state.removed = true;
        state.pending = None;
        state.queue_ids = Vec::new();
        state.skills = Vec::new();
        if state.presence != Presence::LoggedOut {
            state.presence = Presence::LoggedOut;
            state.since = now.tick;
        }
        self.settle_offer_without_room(now, agent);
        for queue in left {
            self.check_staffing(queue);
        }
        self.drop_agent_if_over(agent);
    }

    /// Applies the rules of a presence asked for by a person or the system; see the crate's page.
    pub(crate) fn set_presence(&mut self, now: Now, id: AgentId, presence: Presence) {
        let Some(agent) = self.known_agent(id) else { return };
        self.ask_presence(now, agent, presence);
    }

    pub(crate) fn ask_presence(&mut self, now: Now, agent: AgentIx, presence: Presence) {
        let state = &mut self.agents[agent];
        let (busy, offer, aimed) = (!state.assignments.is_empty(), state.offer, state.aimed.is_some());
        let system = is_system(presence);
        // A system reason signs nobody in, and does not undo what a person has already asked for.
        let asked_away = state.pending.is_some_and(|pending| pending != Presence::Ready && !is_system(pending));
        if system && (state.presence == Presence::LoggedOut || asked_away) {
            return self.settle(now, agent);
        }
        if presence == state.presence {
            if state.pending.take().is_some() {
                self.agent_changed(agent);
            }
            return self.settle(now, agent);
        }
        let mut returned = None;
        match (presence, offer) {
            // Signing in is never pending: who is logged out is not at work.
            _ if state.presence == Presence::LoggedOut => self.apply_presence(now, agent, presence),
            _ if busy => state.pending = Some(presence),
            (Presence::LoggedOut, Some(offer)) => {
                returned = Some(self.end_offer(offer, OfferEnd::Withdrawn).0);
                self.apply_presence(now, agent, presence);
            }
            (Presence::NotReady(_) | Presence::Ready, Some(_)) => state.pending = Some(presence),
            (Presence::NotReady(_) | Presence::Ready, None) if aimed => state.pending = Some(presence),
            (Presence::NotReady(_) | Presence::Ready | Presence::LoggedOut, None) => self.apply_presence(now, agent, presence),
        }
        self.agent_changed(agent);
        self.settle(now, agent);
        if let Some(item) = returned {
            self.requeue(now, item);
        }
    }

    fn apply_presence(&mut self, now: Now, agent: AgentIx, presence: Presence) {
        let state = &mut self.agents[agent];
        state.pending = None;
        state.presence = presence;
        state.since = now.tick;
        if presence == Presence::Ready {
            state.idle_since = now.tick;
        }
        self.agent_changed(agent);
    }

    pub(crate) fn set_reachable(&mut self, now: Now, id: AgentId, reachable: bool) {
        let Some(agent) = self.known_agent(id) else { return };
        if std::mem::replace(&mut self.agents[agent].reachable, reachable) != reachable {
            self.agent_changed(agent);
            self.settle(now, agent);
        }
    }

    pub(crate) fn occupied(&mut self, now: Now, id: AgentId, assignment: AssignmentId) {
        let Some(agent) = self.known_agent(id) else { return };
        let state = &self.agents[agent];
        if state.assignments.iter().any(|held| held.0 == assignment) {
            self.stale += 1;
            return;
        }
        if state.assignments.len() >= ASSIGNMENTS_MAX {
            self.refused += 1;
            return;
        }
        self.take_assignment(now, agent, assignment);
        self.settle_offer_without_room(now, agent);
    }

    /// Records an assignment the agent has now; more than the capacity only when work outside queues brings it.
    pub(crate) fn take_assignment(&mut self, now: Now, agent: AgentIx, assignment: AssignmentId) {
        let state = &mut self.agents[agent];
        if !state.assignments.iter().any(|held| held.0 == assignment) {
            state.assignments.push((assignment, AssignmentPhase::Active));
        }
        state.idle_since = now.tick;
        self.agent_changed(agent);
    }

    pub(crate) fn wrap_up(&mut self, id: AgentId, assignment: AssignmentId) {
        let Some(agent) = self.known_agent(id) else { return };
        let held = self.agents[agent].assignments.iter_mut().find(|held| held.0 == assignment);
        match held {
            Some((_, phase @ AssignmentPhase::Active)) => {
                *phase = AssignmentPhase::WrapUp;
                self.agent_changed(agent);
            }
            Some((_, AssignmentPhase::WrapUp)) | None => self.stale += 1,
        }
    }

    pub(crate) fn released(&mut self, now: Now, id: AgentId, assignment: AssignmentId) {
        // Not `known_agent`: a removed agent's assignments still go on to their end.
        let Some(&agent) = self.agent_ix.get(&id) else {
            self.stale += 1;
            return;
        };
        let state = &mut self.agents[agent];
        let Some(at) = state.assignments.iter().position(|held| held.0 == assignment) else {
            self.stale += 1;
            return;
        };
        state.assignments.remove(at);
        state.idle_since = now.tick;
        self.learn_end(now.tick, assignment);
        self.agent_changed(agent);
        self.settle(now, agent);
        self.drop_agent_if_over(agent);
    }

    /// Brings everything that follows from an agent's state in line with it: the pending presence, the offer of the best work
    /// if they are available, their place in the pools, the figures of their queues. Ends every change of an agent.
    pub(crate) fn settle(&mut self, now: Now, agent: AgentIx) {
        self.drop_impossible_aims(agent);
        let state = &self.agents[agent];
        if let Some(pending) = state.pending
            && state.assignments.is_empty()
            && !state.is_reserved()
        {
            self.apply_presence(now, agent, pending);
        }
        self.drop_impossible_aims(agent);
        // Who was sent to this agent comes before what any agent can take.
        if let Some(work) = self.first_possible_aim(agent) {
            self.unlist(agent);
            self.offer_aim(now, work);
        }
        let state = &self.agents[agent];
        let wanted = state.is_available().then_some(state.idle_since);
        if state.listed != wanted {
            self.unlist(agent);
            if wanted.is_some() {
                match self.best_item(agent) {
                    Some(item) => self.open_offer(now, item, agent),
                    None => self.list(agent),
                }
            }
        }
        self.recount(agent);
    }

    /// Withdraws an open offer that the agent has no room for or may no longer take, then settles the agent.
    fn settle_offer_without_room(&mut self, now: Now, agent: AgentIx) {
        let state = &self.agents[agent];
        let room = state.assignments.len() < state.capacity && !state.removed;
        let returned = state.offer.filter(|_| !room).map(|offer| self.end_offer(offer, OfferEnd::Withdrawn).0);
        self.agent_changed(agent);
        self.settle(now, agent);
        if let Some(item) = returned {
            self.requeue(now, item);
        }
    }

    /// Moves the agent to the right figure of each of their queues.
    pub(crate) fn recount(&mut self, agent: AgentIx) {
        let tally = self.agents[agent].tally_now();
        if tally == self.agents[agent].tally {
            return;
        }
        self.set_tally(agent, tally);
        if tally == Tally::Out {
            for at in 0..self.agents[agent].queues.len() {
                let queue = self.agents[agent].queues[at];
                self.check_staffing(queue);
            }
        }
    }

    pub(crate) fn set_tally(&mut self, agent: AgentIx, tally: Tally) {
        let before = std::mem::replace(&mut self.agents[agent].tally, tally);
        if before == tally {
            return;
        }
        for at in 0..self.agents[agent].queues.len() {
            let ix = self.agents[agent].queues[at];
            let queue = &mut self.queues[ix];
            match before {
                Tally::Out => {
                    queue.staffed.insert(agent);
                }
                Tally::Ready => queue.ready -= 1,
                Tally::Busy => queue.busy -= 1,
                Tally::Idle => {}
            }
            match tally {
                Tally::Out => {
                    queue.staffed.remove(&agent);
                }
                Tally::Ready => queue.ready += 1,
                Tally::Busy => queue.busy += 1,
                Tally::Idle => {}
            }
            self.queue_changed(ix);
        }
    }

    /// The agent, if known and not removed; otherwise the input is stale.
    fn known_agent(&mut self, id: AgentId) -> Option<AgentIx> {
        let agent = self.agent_ix.get(&id).copied().filter(|&agent| !self.agents[agent].removed);
        if agent.is_none() {
            self.stale += 1;
        }
        agent
    }

    fn drop_agent_if_over(&mut self, agent: AgentIx) {
        let state = &self.agents[agent];
        if state.removed && state.assignments.is_empty() {
            self.outputs.push_back(AcdOutput::Agent(self.agent_state(agent)));
            let state = self.agents.remove(agent);
            self.agent_ix.remove(&state.id);
        }
    }
}
