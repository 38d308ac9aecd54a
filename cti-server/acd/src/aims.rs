//! Work for one agent, without a queue: offered to them, refused at once, or waiting until they are free. Chooses nobody.

use crate::decide::away;
use crate::engine::Acd;
use crate::limits::AIMS_MAX;
use crate::model::Timer;
use crate::slab::{AgentIx, ItemIx};
use cti_types::acd::{AcdOutput, Aim, AimRoom, AssignmentPhase, Candidate, Decision, NotReadyReason, OfferEnd, Presence, Rejected};
use cti_types::{AssignmentId, Now, OfferId, Tick, WorkItemId};

/// Work for one agent that is not over.
pub(crate) struct Aimed {
    aim: Aim,
    agent: AgentIx,
    /// `None`: it waits.
    offer: Option<OfferId>,
    until: Tick,
}

impl Aimed {
    pub(crate) fn offer(&self) -> Option<OfferId> {
        self.offer
    }

    pub(crate) fn agent(&self) -> AgentIx {
        self.agent
    }

    pub(crate) fn until(&self) -> Tick {
        self.until
    }

    pub(crate) fn room(&self) -> AimRoom {
        self.aim.room
    }
}

impl Acd {
    pub(crate) fn aim(&mut self, now: Now, aim: Aim) {
        let work = aim.work;
        if self.work_ix.contains_key(&work) || self.aims.contains_key(&work) {
            self.stale += 1;
            return;
        }
        let Some(&agent) = self.agent_ix.get(&aim.agent) else {
            self.outputs.push_back(AcdOutput::AimEnded { work, why: Rejected::LoggedOut });
            return;
        };
        let mut why = self.why_not_aimed(agent, &aim);
        let mut returned = None;
        if why == Some(Rejected::Reserved) && aim.room == AimRoom::Any {
            returned = self.withdraw_held_out(agent);
            why = self.why_not_aimed(agent, &aim);
        }
        let busy = matches!(why, Some(Rejected::Busy | Rejected::Reserved | Rejected::WrapUp));
        let waits = busy && !aim.wait.is_zero() && self.agents[agent].aims.len() < AIMS_MAX;
        match why {
            Some(why) if !waits => {
                self.outputs.push_back(AcdOutput::AimEnded { work, why });
                self.settle(now, agent);
            }
            Some(_) | None => {
                let until = now.tick + aim.wait;
                self.aims.insert(work, Aimed { aim, agent, offer: None, until });
                self.timers.insert((until, Timer::AimEnds(work)));
                self.agents[agent].aims.push(work);
                self.settle(now, agent);
            }
        }
        if let Some(item) = returned {
            self.requeue(now, item);
        }
    }

    /// Ends what is held out to the agent, for a call that does not wait. Work of a queue is given back, to be returned to its place.
    fn withdraw_held_out(&mut self, agent: AgentIx) -> Option<ItemIx> {
        if let Some(work) = self.agents[agent].aimed {
            self.end_aim(work, OfferEnd::Withdrawn, None);
        }
        self.agents[agent].offer.map(|offer| self.end_offer(offer, OfferEnd::Withdrawn).0)
    }

    /// Why the work cannot be held out to its agent now. What lasts longest is named first.
    fn why_not_aimed(&self, agent: AgentIx, aim: &Aim) -> Option<Rejected> {
        let agent = &self.agents[agent];
        let absent = |presence: Presence| match presence {
            Presence::NotReady(_) if !aim.needs_ready => None,
            Presence::NotReady(_) | Presence::Ready | Presence::LoggedOut => away(presence),
        };
        if agent.removed {
            Some(Rejected::LoggedOut)
        } else if let Some(absent) = absent(agent.presence).or(agent.pending.and_then(absent)) {
            Some(absent)
        } else if !agent.reachable {
            Some(Rejected::DeviceUnreachable)
        } else if agent.is_reserved() {
            Some(Rejected::Reserved)
        } else if !agent.has_room(aim.room) {
            let wrap_up = agent.assignments.iter().all(|held| held.1 == AssignmentPhase::WrapUp);
            Some(if wrap_up { Rejected::WrapUp } else { Rejected::Busy })
        } else {
            None
        }
    }

    /// The first of the work waiting for this agent that they can take now.
    pub(crate) fn first_possible_aim(&self, agent: AgentIx) -> Option<WorkItemId> {
        let possible = |work: &&WorkItemId| self.aims.get(work).is_some_and(|aimed| self.why_not_aimed(agent, &aimed.aim).is_none());
        self.agents[agent].aims.iter().find(possible).copied()
    }

    /// Holds work out to its agent, who can take it.
    pub(crate) fn offer_aim(&mut self, now: Now, work: WorkItemId) {
        let offer = OfferId::new(now.utc, &mut self.chance);
        let Some(aimed) = self.aims.get_mut(&work) else { return };
        self.timers.remove(&(aimed.until, Timer::AimEnds(work)));
        aimed.until = now.tick + aimed.aim.ring;
        aimed.offer = Some(offer);
        self.timers.insert((aimed.until, Timer::AimEnds(work)));
        self.aim_offers.insert(offer, work);
        let agent = &mut self.agents[aimed.agent];
        agent.aims.retain(|waiting| *waiting != work);
        agent.aimed = Some(work);
        let idle_ms = now.tick.since(agent.idle_since).as_millis() as u64;
        let decision = Decision {
            rule: "aimed".into(),
            age_ms: now.tick.since(aimed.aim.since).as_millis() as u64,
            candidates: vec![Candidate { agent: agent.id, proficiency: 0, idle_ms, rejected: None }],
            ..Decision::default()
        };
        let (interaction, agent, until, ix) = (aimed.aim.interaction, agent.id, aimed.until, aimed.agent);
        self.outputs.push_back(AcdOutput::Offer { offer, work, interaction, queue: None, agent, until, decision });
        self.agent_changed(ix);
    }

    /// Ends work that is for one agent, and its offer if one is open; whoever settles the agent is the caller.
    fn end_aim(&mut self, work: WorkItemId, end: OfferEnd, why: Option<Rejected>) -> Option<Aimed> {
        let aimed = self.aims.remove(&work)?;
        self.timers.remove(&(aimed.until, Timer::AimEnds(work)));
        let agent = &mut self.agents[aimed.agent];
        agent.aims.retain(|waiting| *waiting != work);
        match (aimed.offer, why) {
            (Some(offer), _) => {
                agent.aimed = None;
                self.aim_offers.remove(&offer);
                self.outputs.push_back(AcdOutput::OfferEnded { offer, work, agent: agent.id, end });
            }
            (None, Some(why)) => self.outputs.push_back(AcdOutput::AimEnded { work, why }),
            (None, None) => {}
        }
        self.agent_changed(aimed.agent);
        Some(aimed)
    }

    pub(crate) fn aim_accepted(&mut self, now: Now, work: WorkItemId, assignment: AssignmentId) {
        if let Some(aimed) = self.end_aim(work, OfferEnd::Accepted, None) {
            self.take_assignment(now, aimed.agent, assignment);
            self.settle(now, aimed.agent);
        }
    }

    pub(crate) fn aim_failed(&mut self, now: Now, work: WorkItemId, end: OfferEnd, reason: Option<NotReadyReason>) {
        let Some(aimed) = self.end_aim(work, end, None) else { return };
        match reason {
            Some(reason) if aimed.aim.blames => self.ask_presence(now, aimed.agent, Presence::NotReady(reason)),
            Some(_) | None => self.settle(now, aimed.agent),
        }
    }

    pub(crate) fn withdraw_aim(&mut self, now: Now, work: WorkItemId) {
        if let Some(aimed) = self.end_aim(work, OfferEnd::Withdrawn, None) {
            self.settle(now, aimed.agent);
        }
    }

    /// It rang, or waited, long enough.
    pub(crate) fn aim_timed_out(&mut self, now: Now, work: WorkItemId) {
        let Some(aimed) = self.aims.get(&work) else { return };
        if aimed.offer.is_some() {
            self.aim_failed(now, work, OfferEnd::NoAnswer, Some(NotReadyReason::NoAnswer));
            return;
        }
        let why = self.why_not_aimed(aimed.agent, &aimed.aim).unwrap_or(Rejected::Busy);
        if let Some(aimed) = self.end_aim(work, OfferEnd::Withdrawn, Some(why)) {
            self.settle(now, aimed.agent);
        }
    }

    /// Ends what this agent can no longer take: they signed out, went away, or have no room for what is held out to them.
    pub(crate) fn drop_impossible_aims(&mut self, ix: AgentIx) {
        let agent = &self.agents[ix];
        let gone = agent.removed || agent.presence == Presence::LoggedOut;
        let room = agent.aimed.and_then(|work| self.aims.get(&work)).is_none_or(|aimed| agent.has_room(aimed.room()));
        if let Some(work) = agent.aimed.filter(|_| gone || !room || agent.offer.is_some()) {
            self.end_aim(work, OfferEnd::Withdrawn, None);
        }
        for work in self.agents[ix].aims.clone() {
            let why = self.aims.get(&work).and_then(|aimed| self.why_not_aimed(ix, &aimed.aim));
            match why {
                Some(Rejected::Busy | Rejected::Reserved | Rejected::WrapUp) | None => {}
                Some(why) => drop(self.end_aim(work, OfferEnd::Withdrawn, Some(why))),
            }
        }
    }
}
