//! Queues: settings, entry, limits, and the ways an item leaves without an agent.

use crate::engine::Acd;
use crate::limits::NEEDS_MAX;
use crate::model::{Item, Place, Queue, Standing, Tally, Timer, merge_needs};
use crate::slab::{AgentIx, ItemIx, QueueIx};
use cti_types::acd::{AcdOutput, OfferEnd, Overflow, QueueSettings};
use cti_types::flow::{QueueLeft, SkillNeed};
use cti_types::{InteractionId, Now, QueueId, WorkItemId};

/// Work that is to wait in a queue.
pub(crate) struct Newcomer {
    pub(crate) work: WorkItemId,
    pub(crate) interaction: InteractionId,
    /// Its own, besides the queue's.
    pub(crate) skills: Vec<SkillNeed>,
    pub(crate) standing: Standing,
    pub(crate) stays: bool,
}

impl Acd {
    pub(crate) fn set_queue(&mut self, now: Now, settings: QueueSettings) {
        let id = settings.id;
        let queue = match self.queue_ix.get(&id) {
            Some(&queue) if !self.queues[queue].removed => {
                self.change_queue(now, queue, settings);
                return;
            }
            // Back while its last offers still ring: the shell becomes a queue again.
            Some(&queue) => queue,
            None if self.queues.len() >= self.limits.queues_max => {
                self.refused += 1;
                return;
            }
            None => {
                let queue = self.queues.insert(Queue::new(settings.clone()));
                self.queue_ix.insert(id, queue);
                queue
            }
        };
        self.queues[queue].removed = false;
        let members: Vec<AgentIx> =
            self.agents.iter().filter(|(_, agent)| agent.queue_ids.binary_search(&id).is_ok()).map(|(ix, _)| ix).collect();
        for &agent in &members {
            self.unlist(agent);
            self.set_tally(agent, Tally::Out);
            self.attach_agent(agent, queue);
        }
        for agent in members {
            self.settle(now, agent);
        }
        self.change_queue(now, queue, settings);
    }

    /// Takes over new settings and puts every item where it now belongs.
    fn change_queue(&mut self, now: Now, queue: QueueIx, settings: QueueSettings) {
        self.queues[queue].settings = settings;
        let items: Vec<ItemIx> = self.items.iter().filter(|(_, item)| item.queue == queue).map(|(ix, _)| ix).collect();
        for item in items {
            self.replace_item(item);
        }
        if !self.queues[queue].settings.open {
            self.send_all_away(queue, QueueLeft::Closed);
        }
        self.check_staffing(queue);
        let waiting: Vec<ItemIx> = self.queues[queue].order.values().copied().collect();
        for item in waiting {
            self.match_item(now, item);
        }
        self.queue_changed(queue);
    }

    /// Computes an item's place, pool and limit anew from its queue's settings.
    fn replace_item(&mut self, ix: ItemIx) {
        let waited = self.unlink(ix);
        let item = &self.items[ix];
        let (queue, old_pool) = (item.queue, item.pool);
        let settings = &self.queues[queue].settings;
        let needs = merge_needs(&settings.skills, &item.skills);
        let place = Place::new(settings, item.standing, item.arrival);
        let limit_at = settings.wait_max.filter(|_| !item.stays).map(|wait_max| item.entered + wait_max);
        let pool = self.pool_for(queue, needs);
        self.join_pool(pool);
        self.leave_pool(old_pool);
        self.stop_wait_timer(ix);
        let item = &mut self.items[ix];
        item.pool = pool;
        item.place = place;
        item.limit_at = limit_at;
        if let Some(at) = limit_at {
            self.timers.insert((at, Timer::WaitEnds(ix)));
        }
        if waited {
            self.link(ix);
        }
    }

    pub(crate) fn remove_queue(&mut self, now: Now, id: QueueId) {
        let Some(&queue) = self.queue_ix.get(&id) else {
            self.stale += 1;
            return;
        };
        if self.queues[queue].removed {
            self.stale += 1;
            return;
        }
        self.send_all_away(queue, QueueLeft::NoSuchQueue);
        // Everybody leaves this queue and comes back to the others they serve.
        let members: Vec<AgentIx> = self.queues[queue].members.iter().copied().collect();
        for agent in members {
            let others = self.detach_agent(agent);
            for other in others.into_iter().filter(|&other| other != queue) {
                self.attach_agent(agent, other);
            }
            self.settle(now, agent);
        }
        self.queues[queue].removed = true;
        self.queue_changed(queue);
        self.drop_queue_if_over(queue);
    }

    fn drop_queue_if_over(&mut self, ix: QueueIx) {
        let queue = &self.queues[ix];
        if !queue.removed || queue.pools.values().any(|&pool| self.pools[pool].items > 0) {
            return;
        }
        let pools: Vec<_> = queue.pools.values().copied().collect();
        for pool in pools {
            self.drop_pool(pool);
        }
        let queue = self.queues.remove(ix);
        self.queue_ix.remove(&queue.settings.id);
        self.outputs.push_back(AcdOutput::Queue(queue.state()));
    }

    pub(crate) fn enqueue(&mut self, now: Now, queue: QueueId, newcomer: Newcomer) {
        let Newcomer { work, interaction, skills, standing, stays } = newcomer;
        if self.work_ix.contains_key(&work) || self.aims.contains_key(&work) {
            self.stale += 1;
            return;
        }
        let Some(&queue) = self.queue_ix.get(&queue).filter(|&&queue| !self.queues[queue].removed) else {
            self.outputs.push_back(AcdOutput::Left { work, reason: QueueLeft::NoSuchQueue, overflow: Overflow::Flow });
            return;
        };
        let settings = &self.queues[queue].settings;
        let needs = merge_needs(&settings.skills, &skills);
        let full = self.items.len() >= self.limits.waiting_max || needs.len() > NEEDS_MAX;
        if let Some(reason) = self.no_entry(queue, stays).or(full.then_some(QueueLeft::Full)) {
            self.outputs.push_back(AcdOutput::Left { work, reason, overflow: settings.overflow });
            return;
        }
        let standing = Standing { since: standing.since.min(now.tick), ..standing };
        let place = Place::new(settings, standing, self.arrivals);
        let limit_at = settings.wait_max.filter(|_| !stays).map(|wait_max| now.tick + wait_max);
        let arrival = self.arrivals;
        let expected = self.queues[queue].expected_at(place).filter(|_| !stays);
        self.arrivals += 1;
        let pool = self.pool_for(queue, needs);
        self.join_pool(pool);
        let item = self.items.insert(Item {
            work,
            interaction,
            queue,
            pool,
            standing,
            skills,
            entered: now.tick,
            expected,
            arrival,
            place,
            stays,
            limit_at,
            declined: Vec::new(),
            offer: None,
        });
        self.work_ix.insert(work, item);
        if let Some(at) = limit_at {
            self.timers.insert((at, Timer::WaitEnds(item)));
        }
        self.link(item);
        self.match_item(now, item);
        // Checked after the match: work that need not wait is welcome in a full queue.
        let queue = &self.queues[queue];
        let over = queue.settings.size_max.is_some_and(|most| queue.ages.len() > most as usize);
        if self.items[item].offer.is_none() && !stays && over {
            self.send_away(item, QueueLeft::Full);
        }
    }

    pub(crate) fn withdraw(&mut self, now: Now, work: WorkItemId) {
        if self.aims.contains_key(&work) {
            return self.withdraw_aim(now, work);
        }
        let Some(&item) = self.work_ix.get(&work) else {
            self.stale += 1;
            return;
        };
        let agent = self.items[item].offer.map(|offer| self.end_offer(offer, OfferEnd::Withdrawn).1);
        self.forget_item(item);
        if let Some(agent) = agent {
            self.settle(now, agent);
        }
    }

    /// An item whose offer failed goes back to its place and to the next agent, unless its time here is over.
    pub(crate) fn requeue(&mut self, now: Now, item: ItemIx) {
        let over = self.items[item].limit_at.is_some_and(|at| at <= now.tick);
        if let Some(reason) = self.no_entry(self.items[item].queue, self.items[item].stays).or(over.then_some(QueueLeft::WaitLimit)) {
            self.send_away(item, reason);
            return;
        }
        self.link(item);
        self.match_item(now, item);
    }

    /// Why it may not wait in this queue, if so.
    fn no_entry(&self, queue: QueueIx, stays: bool) -> Option<QueueLeft> {
        let queue = &self.queues[queue];
        if queue.removed {
            Some(QueueLeft::NoSuchQueue)
        } else if stays {
            None
        } else if !queue.settings.open {
            Some(QueueLeft::Closed)
        } else if queue.is_deserted() {
            Some(QueueLeft::NobodyStaffed)
        } else {
            None
        }
    }

    /// The item's longest wait is over. One that is held out to an agent just now is looked at again if that fails.
    pub(crate) fn wait_ended(&mut self, now: Now, item: ItemIx) {
        debug_assert!(self.items[item].limit_at.is_some_and(|at| at <= now.tick));
        if self.items[item].offer.is_none() {
            self.send_away(item, QueueLeft::WaitLimit);
        }
    }

    /// Sends everybody away when the last agent of a queue that does not wait for nobody has signed out.
    pub(crate) fn check_staffing(&mut self, queue: QueueIx) {
        if self.queues.get(queue).is_some_and(Queue::is_deserted) {
            self.send_all_away(queue, QueueLeft::NobodyStaffed);
        }
    }

    fn send_all_away(&mut self, queue: QueueIx, reason: QueueLeft) {
        let waiting: Vec<ItemIx> = self.queues[queue].order.values().copied().collect();
        let all = reason == QueueLeft::NoSuchQueue;
        for item in waiting {
            if all || !self.items[item].stays {
                self.send_away(item, reason);
            }
        }
    }

    fn send_away(&mut self, item: ItemIx, reason: QueueLeft) {
        let overflow = self.queues[self.items[item].queue].settings.overflow;
        self.outputs.push_back(AcdOutput::Left { work: self.items[item].work, reason, overflow });
        self.forget_item(item);
    }

    /// Removes an item that no offer holds, from wherever it is.
    pub(crate) fn forget_item(&mut self, ix: ItemIx) {
        self.unlink(ix);
        self.stop_wait_timer(ix);
        while !self.items[ix].declined.is_empty() {
            self.forget_oldest_decline(ix);
        }
        let item = self.items.remove(ix);
        self.work_ix.remove(&item.work);
        self.leave_pool(item.pool);
        self.drop_queue_if_over(item.queue);
    }

    fn stop_wait_timer(&mut self, ix: ItemIx) {
        if let Some(at) = self.items[ix].limit_at {
            self.timers.remove(&(at, Timer::WaitEnds(ix)));
        }
    }
}
