//! Offers: finding the item for an agent and the agent for an item, and the ways an offer ends.

use crate::engine::Acd;
use crate::limits::{DECLINE_MEMORY, DECLINES_MAX};
use crate::model::{Offer, Place, Timer};
use crate::slab::{AgentIx, ItemIx, OfferIx, Slot};
use cti_types::acd::{AcdOutput, NotReadyReason, OfferEnd, Presence, Stale};
use cti_types::{AgentId, AssignmentId, Now, OfferId};

impl Acd {
    /// The first item over all of the agent's pools that they have not declined.
    pub(crate) fn best_item(&self, agent: AgentIx) -> Option<ItemIx> {
        let agent = &self.agents[agent];
        if self.declines.contains_key(&agent.id) {
            // Bounded by what one agent can decline within the decline memory, one offer at a time.
            let firsts = agent
                .pools
                .iter()
                .filter_map(|&(pool, _)| self.pools[pool].waiting.iter().find(|&(_, &item)| !self.has_declined(item, agent.id)));
            return firsts.min_by_key(|&(&place, _)| place).map(|(_, &item)| item);
        }
        let (place, pool) = agent.pools.iter().map(|&(pool, _)| (self.heads[pool.n()], pool)).min()?;
        (place != Place::NONE).then(|| self.pools[pool].waiting.get(&place).copied()).flatten()
    }

    /// The available agent who fits, is longest idle and has not declined the item.
    fn best_agent(&self, item: ItemIx) -> Option<AgentIx> {
        let ready = &self.pools[self.items[item].pool].ready;
        ready.iter().find(|rank| !self.has_declined(item, rank.2)).map(|rank| rank.3)
    }

    pub(crate) fn has_declined(&self, item: ItemIx, agent: AgentId) -> bool {
        self.items[item].declined.iter().any(|&(who, _)| who == agent)
    }

    /// Offers a waiting item if somebody can take it.
    pub(crate) fn match_item(&mut self, now: Now, item: ItemIx) {
        if let Some(agent) = self.best_agent(item) {
            self.open_offer(now, item, agent);
        }
    }

    /// Holds a waiting item out to an available agent.
    pub(crate) fn open_offer(&mut self, now: Now, item_ix: ItemIx, agent_ix: AgentIx) {
        let decision = self.decide(now, item_ix, Some(agent_ix));
        self.unlink(item_ix);
        self.unlist(agent_ix);
        let id = OfferId::new(now.utc, &mut self.chance);
        let queue_ix = self.items[item_ix].queue;
        let until = now.tick + self.queues[queue_ix].settings.offer_timeout;
        let offer = self.offers.insert(Offer { id, item: item_ix, agent: agent_ix, until });
        self.offer_ix.insert(id, offer);
        self.timers.insert((until, Timer::OfferEnds(offer)));
        let (item, agent, queue) = (&mut self.items[item_ix], &mut self.agents[agent_ix], &mut self.queues[queue_ix]);
        item.offer = Some(offer);
        agent.offer = Some(offer);
        queue.offered += 1;
        self.outputs.push_back(AcdOutput::Offer {
            offer: id,
            work: item.work,
            interaction: item.interaction,
            queue: Some(queue.settings.id),
            agent: agent.id,
            until,
            decision,
        });
        self.queue_changed(queue_ix);
        self.agent_changed(agent_ix);
        self.recount(agent_ix);
    }

    /// Ends an offer. The caller settles the agent and says what becomes of the item, which is nowhere until then.
    pub(crate) fn end_offer(&mut self, ix: OfferIx, end: OfferEnd) -> (ItemIx, AgentIx) {
        let offer = self.offers.remove(ix);
        self.offer_ix.remove(&offer.id);
        self.timers.remove(&(offer.until, Timer::OfferEnds(ix)));
        let item = &mut self.items[offer.item];
        item.offer = None;
        let (work, queue) = (item.work, item.queue);
        self.queues[queue].offered -= 1;
        self.agents[offer.agent].offer = None;
        self.outputs.push_back(AcdOutput::OfferEnded { offer: offer.id, work, agent: self.agents[offer.agent].id, end });
        self.queue_changed(queue);
        self.agent_changed(offer.agent);
        (offer.item, offer.agent)
    }

    pub(crate) fn accepted(&mut self, now: Now, id: OfferId, assignment: AssignmentId) {
        if let Some(&work) = self.aim_offers.get(&id) {
            return self.aim_accepted(now, work, assignment);
        }
        let Some(offer) = self.open(id) else { return };
        let (item, agent) = self.end_offer(offer, OfferEnd::Accepted);
        self.learn_acceptance(now, item, agent, assignment);
        self.forget_item(item);
        self.take_assignment(now, agent, assignment);
        self.settle(now, agent);
    }

    pub(crate) fn declined(&mut self, now: Now, id: OfferId) {
        if let Some(&work) = self.aim_offers.get(&id) {
            return self.aim_failed(now, work, OfferEnd::Declined, None);
        }
        let Some(offer) = self.open(id) else { return };
        let (item, agent) = self.end_offer(offer, OfferEnd::Declined);
        self.remember_decline(now, item, agent);
        self.settle(now, agent);
        self.requeue(now, item);
    }

    pub(crate) fn failed(&mut self, now: Now, id: OfferId, reason: NotReadyReason) {
        let end = match reason {
            NotReadyReason::NoAnswer => OfferEnd::NoAnswer,
            NotReadyReason::DeviceBusy => OfferEnd::DeviceBusy,
            NotReadyReason::DeviceUnreachable | NotReadyReason::ConnectionLost => OfferEnd::DeviceUnreachable,
            NotReadyReason::Chosen(_) | NotReadyReason::Unspecified => OfferEnd::Declined,
        };
        if let Some(&work) = self.aim_offers.get(&id) {
            return self.aim_failed(now, work, end, Some(reason));
        }
        let Some(offer) = self.open(id) else { return };
        self.fail_offer(now, offer, end, reason);
    }

    /// The offer's timer is due.
    pub(crate) fn rang_out(&mut self, now: Now, offer: OfferIx) {
        self.fail_offer(now, offer, OfferEnd::NoAnswer, NotReadyReason::NoAnswer);
    }

    fn fail_offer(&mut self, now: Now, offer: OfferIx, end: OfferEnd, reason: NotReadyReason) {
        let (item, agent) = self.end_offer(offer, end);
        self.ask_presence(now, agent, Presence::NotReady(reason));
        self.requeue(now, item);
    }

    fn open(&mut self, id: OfferId) -> Option<OfferIx> {
        let offer = self.offer_ix.get(&id).copied();
        if offer.is_none() {
            // Over, taken twice, or an earlier owner's: whoever still believes in it is told.
            self.stale += 1;
            self.outputs.push_back(AcdOutput::Stale(Stale::Offer(id)));
        }
        offer
    }

    fn remember_decline(&mut self, now: Now, item_ix: ItemIx, agent: AgentIx) {
        let agent = self.agents[agent].id;
        if self.items[item_ix].declined.len() >= DECLINES_MAX {
            self.forget_oldest_decline(item_ix);
        }
        let item = &mut self.items[item_ix];
        item.declined.push((agent, now.tick + DECLINE_MEMORY));
        if let [(_, until)] = item.declined[..] {
            self.timers.insert((until, Timer::DeclineForgotten(item_ix)));
        }
        *self.declines.entry(agent).or_default() += 1;
    }

    /// Forgets the oldest decline and keeps the item's timer at the oldest one left.
    pub(crate) fn forget_oldest_decline(&mut self, item_ix: ItemIx) {
        let item = &mut self.items[item_ix];
        if item.declined.is_empty() {
            return;
        }
        let (agent, until) = item.declined.remove(0);
        self.timers.remove(&(until, Timer::DeclineForgotten(item_ix)));
        if let Some(&(_, next)) = item.declined.first() {
            self.timers.insert((next, Timer::DeclineForgotten(item_ix)));
        }
        if let Some(count) = self.declines.get_mut(&agent) {
            *count -= 1;
            if *count == 0 {
                self.declines.remove(&agent);
            }
        }
    }

    /// The oldest decline is old enough: that agent may be offered the item again.
    pub(crate) fn forget_declines(&mut self, now: Now, item: ItemIx) {
        while self.items[item].declined.first().is_some_and(|oldest| oldest.1 <= now.tick) {
            self.forget_oldest_decline(item);
        }
        if self.items[item].offer.is_none() {
            self.match_item(now, item);
        }
    }
}
