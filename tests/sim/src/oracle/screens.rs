//! What screens show against what the log says (I5), the order of offers (I4), and work that waits though somebody is free.

use super::log::{Log, Offered};
use super::{Check, Engine, ensure};
use crate::house::House;
use cti_server::switch::Audience;
use cti_types::acd::Presence;
use cti_types::event::SegmentKind;
use cti_types::{AgentId, InteractionId, Tick, WorkItemId};
use serde_json::Value;
use softphone_protocol::{FloorAgentView, QueueView, ShownState, key};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

/// Work and a free agent may stand beside each other no longer than this.
const IDLE_MAX: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(crate) struct Screens {
    topics: BTreeMap<Audience, BTreeMap<String, Value>>,
    floor_agents: BTreeMap<AgentId, FloorAgentView>,
    stuck: BTreeMap<(WorkItemId, AgentId), Tick>,
}

impl Screens {
    pub(crate) fn publish(&mut self, audience: Audience, key: &str, value: Option<&str>) -> Check {
        let value = value.map(serde_json::from_str::<Value>).transpose().map_err(|e| format!("I5: {key}: {e}"))?;
        let topic = self.topics.entry(audience).or_default();
        match value {
            Some(value) => {
                if audience == Audience::Floor && key.starts_with("agent/") {
                    let view: FloorAgentView = serde_json::from_value(value.clone()).map_err(|e| format!("I5: {key}: {e}"))?;
                    self.floor_agents.insert(view.agent, view);
                }
                topic.insert(key.to_owned(), value);
            }
            None => {
                topic.remove(key);
            }
        }
        Ok(())
    }

    pub(crate) fn me(&self, agent: AgentId) -> impl Iterator<Item = (&str, &Value)> {
        self.topics.get(&Audience::Me(agent)).into_iter().flatten().map(|(key, value)| (key.as_str(), value))
    }

    /// The calls shown as waiting in any queue.
    pub(crate) fn waiting(&self) -> Vec<InteractionId> {
        let queues = self.topics.iter().filter(|(audience, _)| matches!(audience, Audience::Queue(_)));
        let ids = queues.flat_map(|(_, topic)| topic.keys()).filter_map(|name| name.strip_prefix("waiting/")?.parse().ok());
        ids.collect()
    }

    /// Who is in a call, as the floor shows it.
    pub(crate) fn in_calls(&self) -> impl Iterator<Item = AgentId> {
        self.floor_agents.iter().filter(|(_, view)| view.interaction.is_some()).map(|(agent, _)| *agent)
    }

    pub(crate) fn agent(&self, agent: AgentId) -> Option<&FloorAgentView> {
        self.floor_agents.get(&agent)
    }

    /// I4: of what waited before this step and this agent could serve, the first in the queue's order is offered.
    pub(crate) fn check_order(now: Tick, step: u64, house: &House, log: &Log, offered: &Offered) -> Check {
        let Some(chosen) = log.works.get(&offered.work) else { return Ok(()) };
        // Work for one agent has no line it could jump.
        let Some(chosen_queue) = chosen.queue else { return Ok(()) };
        let place = |w: &super::log::Work, queue| (Reverse(house.standing(queue, w.priority, now.since(w.since) + w.credit)), w.arrival);
        for (id, other) in &log.works {
            let Some(queue) = other.queue else { continue };
            let waited = other.offer.is_none() && other.waiting_step < step;
            if waited
                && place(other, queue) < place(chosen, chosen_queue)
                && house.may_serve(offered.agent, queue, &other.skills)
                && !other.has_declined(offered.agent, now)
            {
                return Err(format!("I4: {} is offered {} though {id} was ahead of it", offered.agent, offered.work));
            }
        }
        Ok(())
    }

    /// After every step.
    pub(crate) fn check(&mut self, now: Tick, house: &House, log: &Log, engine: &Engine) -> Check {
        self.check_queues(house, log)?;
        for (agent, person) in &log.people {
            let state = person.assignments.iter().filter_map(|(a, i)| log.segment_of(*a, *i)).map(shown_as).max_by_key(|s| match s {
                ShownState::Talking => 2,
                ShownState::Hold => 1,
                _ => 0,
            });
            let expected = match (state, person.presence) {
                (Some(state), _) => state,
                (None, _) if !person.offers.is_empty() => ShownState::Reserved,
                (None, Presence::LoggedOut) => ShownState::LoggedOut,
                (None, Presence::NotReady(_)) => ShownState::NotReady,
                (None, Presence::Ready) => ShownState::Ready,
            };
            let shown = self.floor_agents.get(agent).map_or(ShownState::LoggedOut, |view| view.state);
            ensure!(shown == expected, "I5: {agent} is shown as {shown:?}, by the log {expected:?}");
            self.check_me(*agent, log, engine)?;
        }
        self.check_idle(now, house, log)
    }

    fn check_queues(&self, house: &House, log: &Log) -> Check {
        let floor = self.topics.get(&Audience::Floor);
        for queue in house.directory.queues.keys() {
            let Some(value) = floor.and_then(|topic| topic.get(&key::queue(*queue))) else { continue };
            let view: QueueView = serde_json::from_value(value.clone()).map_err(|e| format!("I5: {e}"))?;
            let mine = || log.works.values().filter(|w| w.queue == Some(*queue));
            let waiting = mine().filter(|w| w.offer.is_none()).count();
            let offered = mine().filter(|w| w.offer.is_some()).count();
            let shown = (view.waiting as usize, view.offered as usize);
            ensure!(
                shown == (waiting, offered),
                "I5: {} shows {shown:?} waiting and offered, the log says {:?}",
                view.name,
                (waiting, offered)
            );
        }
        Ok(())
    }

    /// An agent's own screen shows no offer, call or wrap-up that is over, and each wrap-up that is not.
    fn check_me(&self, agent: AgentId, log: &Log, engine: &Engine) -> Check {
        let Some(person) = log.people.get(&agent) else { return Ok(()) };
        let mut wrap_ups = 0;
        for (key, _) in self.me(agent) {
            match key.split_once('/') {
                Some(("offer", id)) => {
                    let open = id.parse().is_ok_and(|id| person.offers.contains(&id));
                    ensure!(open, "I5: {agent} is shown offer {id}, which is over");
                }
                Some(("call", id)) => {
                    let up = id.parse().is_ok_and(|leg| engine.is_up(leg));
                    ensure!(up, "I5: {agent} is shown call {id}, which is over");
                }
                Some(("wrap_up", id)) => {
                    wrap_ups += 1;
                    let open = id.parse().is_ok_and(|id| person.assignments.contains_key(&id));
                    ensure!(open, "I5: {agent} is shown wrap-up {id}, which is over");
                }
                Some(("message", id)) => {
                    let open = id.parse().is_ok_and(|id| log.is_open(id));
                    ensure!(open, "I5: {agent} is shown message {id}, which is over");
                }
                _ => {}
            }
        }
        let wanted = person.assignments.iter().filter(|(a, i)| log.segment_of(**a, **i) == Some(SegmentKind::WrapUp)).count();
        ensure!(wrap_ups == wanted, "I5: {agent} is shown {wrap_ups} wrap-ups, the log has {wanted}");
        Ok(())
    }

    /// Liveness: no waiting work beside an agent who is ready, reachable, free and able.
    fn check_idle(&mut self, now: Tick, house: &House, log: &Log) -> Check {
        let mut still = BTreeMap::new();
        for (agent, person) in &log.people {
            let free = person.presence == Presence::Ready
                && person.pending.is_none()
                && person.offers.is_empty()
                && person.assignments.is_empty()
                && self.floor_agents.get(agent).is_some_and(|view| view.device_reachable);
            if !free {
                continue;
            }
            for (id, work) in &log.works {
                let serves = work.queue.is_some_and(|queue| house.may_serve(*agent, queue, &work.skills));
                if work.offer.is_none() && serves && !work.has_declined(*agent, now) {
                    let since = self.stuck.get(&(*id, *agent)).copied().unwrap_or(now);
                    ensure!(now.since(since) <= IDLE_MAX, "liveness: {id} waits though {agent} is ready and free");
                    still.insert((*id, *agent), since);
                }
            }
        }
        self.stuck = still;
        Ok(())
    }

    /// A new server begins with empty screens.
    pub(crate) fn crash(&mut self) {
        *self = Screens::default();
    }
}

/// What an agent is shown as who does this.
fn shown_as(segment: SegmentKind) -> ShownState {
    match segment {
        SegmentKind::Talking | SegmentKind::Dialling | SegmentKind::Consulting => ShownState::Talking,
        SegmentKind::Listening | SegmentKind::Whispering | SegmentKind::Barging => ShownState::Talking,
        SegmentKind::Holding | SegmentKind::OnHold => ShownState::Hold,
        SegmentKind::Handling => ShownState::Handling,
        SegmentKind::Arriving | SegmentKind::Ivr | SegmentKind::Waiting | SegmentKind::Ringing => ShownState::WrapUp,
        SegmentKind::Voicemail | SegmentKind::WrapUp => ShownState::WrapUp,
    }
}
