//! The room's invariants (I1, I2, I4, liveness) looked at from outside the fast paths, for tests and the simulator.

use crate::engine::Acd;
use crate::model::{Item, Place, Queue, Standing, Tally, Timer, merge_needs};
use crate::slab::{AgentIx, ItemIx, QueueIx, Slot};
use cti_types::acd::{Presence, QueueOrder};

macro_rules! ensure {
    ($holds:expr, $($say:tt)+) => {
        if !$holds {
            return Err(format!($($say)+));
        }
    };
}

impl Acd {
    /// Verifies every invariant by a full look at everything; slow.
    ///
    /// # Errors
    /// The first one that does not hold, in words.
    pub fn check(&self) -> Result<(), String> {
        self.check_items()?;
        self.check_offers()?;
        self.check_agents()?;
        for (ix, queue) in self.queues.iter() {
            self.check_queue(ix, queue)?;
            self.check_order(queue)?;
        }
        self.check_pools()?;
        self.check_aims()?;
        ensure!(self.timers.len() == self.timers_wanted(), "timers without an owner");
        Ok(())
    }

    /// I1: an item is waiting or offered, and has a way out. I4: it stands where its priority, age and arrival put it.
    fn check_items(&self) -> Result<(), String> {
        ensure!(self.work_ix.len() == self.items.len(), "I1: an item without a name");
        ensure!(self.items.len() <= self.limits.waiting_max, "I6: more items than the bound");
        for (ix, item) in self.items.iter() {
            let (work, queue) = (item.work, &self.queues[item.queue]);
            ensure!(self.work_ix.get(&work) == Some(&ix), "I1: {work} is not found by its name");
            let place = Place::new(&queue.settings, item.standing, item.arrival);
            ensure!(item.place == place, "I4: {work} stands at the wrong place");
            let pool = &self.pools[item.pool];
            ensure!(pool.queue == item.queue, "I1: {work} is in a pool of another queue");
            ensure!(pool.needs == merge_needs(&queue.settings.skills, &item.skills), "I1: {work} is in a pool of other needs");
            let waits = [
                queue.order.get(&place) == Some(&ix),
                item.stays && queue.order.contains_key(&place) || queue.ages.contains(&(item.standing.since, ix)),
                pool.waiting.get(&place) == Some(&ix),
                item.offer.is_none(),
            ];
            ensure!(waits.iter().all(|&w| w) || waits.iter().all(|&w| !w), "I1: {work} is half waiting: {waits:?}");
            ensure!(item.declined.is_sorted_by_key(|decline| decline.1), "declines of {work} are out of order");
        }
        Ok(())
    }

    /// I2: an open offer belongs to one item and one agent with room for it, and ends by a timer at the latest.
    fn check_offers(&self) -> Result<(), String> {
        ensure!(self.offer_ix.len() == self.offers.len(), "I2: an offer without a name");
        for (ix, offer) in self.offers.iter() {
            let (id, agent) = (offer.id, &self.agents[offer.agent]);
            ensure!(self.items[offer.item].offer == Some(ix), "I2: the item of {id} does not know of it");
            ensure!(agent.offer == Some(ix), "I2: the agent of {id} does not know of it");
            ensure!(agent.assignments.len() < agent.capacity, "I2: {id} exceeds the capacity of {}", agent.id);
            ensure!(self.timers.contains(&(offer.until, Timer::OfferEnds(ix))), "I2: {id} has no end");
        }
        Ok(())
    }

    fn check_agents(&self) -> Result<(), String> {
        let mut handling = 0;
        for (ix, agent) in self.agents.iter() {
            let id = agent.id;
            ensure!(self.agent_ix.get(&id) == Some(&ix), "I1: {id} is not found by its name");
            ensure!(agent.tally == agent.tally_now(), "I5: {id} is counted as {:?}", agent.tally);
            ensure!(agent.listed == agent.is_available().then_some(agent.idle_since), "{id} is listed as {:?}", agent.listed);
            ensure!(agent.offer.is_none_or(|offer| self.offers[offer].agent == ix), "I2: {id} has another agent's offer");
            let free = agent.assignments.is_empty() && !agent.is_reserved();
            ensure!(agent.pending.is_none() || !free, "I1: nothing holds up the pending presence of {id}");
            let declines = self.items.iter().flat_map(|(_, item)| &item.declined).filter(|decline| decline.0 == id).count();
            let handled = |held: &&(cti_types::AssignmentId, cti_types::acd::AssignmentPhase)| self.handled.contains_key(&held.0);
            handling += agent.assignments.iter().filter(handled).count();
            ensure!(self.declines.get(&id).map_or(0, |&n| n as usize) == declines, "declines of {id} are miscounted");
        }
        ensure!(handling == self.handled.len(), "I6: work is said to be under way that nobody has");
        Ok(())
    }

    /// I4 once more, in the queue's own words: next to each other in the line stand no two items in the wrong order.
    fn check_order(&self, queue: &Queue) -> Result<(), String> {
        let order = queue.settings.order;
        let line: Vec<&Item> = queue.order.values().map(|&ix| &self.items[ix]).collect();
        for (ahead, behind) in line.iter().zip(line.iter().skip(1)) {
            let (a, b) = (ahead.standing, behind.standing);
            // All ages are measured at the latest beginning; waiting on adds the same to both.
            let now = a.since.max(b.since);
            let waited = |item: Standing| now.since(item.since) + item.credit();
            let right = match order {
                QueueOrder::Priority => (a.priority, waited(a)) >= (b.priority, waited(b)),
                QueueOrder::Score { .. } => a.score(order, now) >= b.score(order, now),
            };
            ensure!(right, "I4: {} stands before {}", ahead.work, behind.work);
        }
        Ok(())
    }

    /// I1, I2 for work that is for one agent: it waits for them or is held out to them, within their capacity, and ends.
    fn check_aims(&self) -> Result<(), String> {
        for (work, aimed) in &self.aims {
            let agent = &self.agents[aimed.agent()];
            ensure!(self.timers.contains(&(aimed.until(), Timer::AimEnds(*work))), "I1: {work} has no end");
            ensure!(agent.presence != Presence::LoggedOut && !agent.removed, "I1: {work} waits for somebody who is not there");
            match aimed.offer() {
                Some(offer) => {
                    ensure!(self.aim_offers.get(&offer) == Some(work) && agent.aimed == Some(*work), "I2: {offer} is half open");
                    ensure!(agent.offer.is_none() && agent.has_room(aimed.room()), "I2: {offer} exceeds a capacity");
                }
                None => ensure!(agent.aims.contains(work), "I1: the agent of {work} does not know of it"),
            }
        }
        let known = self.agents.iter().map(|(_, agent)| agent.aims.len() + usize::from(agent.aimed.is_some())).sum::<usize>();
        ensure!(known == self.aims.len(), "I1: an agent knows of work that is over");
        ensure!(self.aim_offers.len() <= self.aims.len(), "I2: an offer for work that is over");
        Ok(())
    }

    /// I5: the figures of a queue add up.
    fn check_queue(&self, ix: QueueIx, queue: &Queue) -> Result<(), String> {
        let id = queue.settings.id;
        let members = |tally: Tally| queue.members.iter().filter(|&&agent| self.agents[agent].tally == tally).count();
        ensure!(queue.ready as usize == members(Tally::Ready), "I5: {id} miscounts ready agents");
        ensure!(queue.busy as usize == members(Tally::Busy), "I5: {id} miscounts busy agents");
        ensure!(queue.staffed.len() + members(Tally::Out) == queue.members.len(), "I5: {id} miscounts its staff");
        let offered = self.items.iter().filter(|(_, item)| item.queue == ix && item.offer.is_some()).count();
        ensure!(queue.offered as usize == offered, "I5: {id} miscounts its offers");
        let staying = queue.order.values().filter(|&&item| self.items[item].stays).count();
        ensure!(queue.order.len() == queue.ages.len() + staying, "I1: {id} has two lengths");
        let waiting = self.items.iter().filter(|(_, item)| item.queue == ix && item.offer.is_none()).count();
        ensure!(queue.order.len() == waiting, "I5: {id} miscounts its items");
        let shut = queue.removed || !queue.settings.open || queue.is_deserted();
        ensure!(!shut || queue.ages.is_empty(), "I1: work waits in {id}, which is shut");
        ensure!(!queue.removed || queue.order.is_empty(), "I1: work waits in {id}, which was removed");
        ensure!(!queue.removed || (queue.members.is_empty() && offered > 0), "I1: {id} was removed and is still here");
        Ok(())
    }

    /// Liveness: no available agent stands beside an item they may take.
    fn check_pools(&self) -> Result<(), String> {
        for (ix, pool) in self.pools.iter() {
            let head = pool.waiting.first_key_value().map_or(Place::NONE, |(&place, _)| place);
            ensure!(self.heads.get(ix.n()) == Some(&head), "pool {ix:?} has the wrong head");
            ensure!(self.queues[pool.queue].pools.get(&pool.needs) == Some(&ix), "pool {ix:?} is not found by its needs");
            let items = self.items.iter().filter(|(_, item)| item.pool == ix).count();
            ensure!(pool.items as usize == items, "pool {ix:?} miscounts its items");
            ensure!(self.unused_pools.contains(&(pool.unused_since, ix)) == (items == 0), "pool {ix:?} is wrongly (un)used");
            let able: Vec<AgentIx> =
                self.queues[pool.queue].members.iter().copied().filter(|&agent| self.agents[agent].fits(&pool.needs).is_some()).collect();
            let mut fits = pool.fits.clone();
            fits.sort_unstable();
            ensure!(fits == able, "pool {ix:?} has the wrong agents");
            let listed = able.iter().filter(|&&agent| self.agents[agent].listed.is_some()).count();
            ensure!(pool.ready.len() == listed, "pool {ix:?} miscounts who is available");
            for &item in pool.waiting.values() {
                self.check_nobody_free_for(item)?;
            }
        }
        Ok(())
    }

    fn check_nobody_free_for(&self, item: ItemIx) -> Result<(), String> {
        let free = self.pools[self.items[item].pool].ready.iter().find(|rank| !self.has_declined(item, rank.2));
        ensure!(free.is_none(), "liveness: {:?} is available for {}, which waits", free.map(|rank| rank.2), self.items[item].work);
        Ok(())
    }

    fn timers_wanted(&self) -> usize {
        let items = self.items.iter().map(|(ix, item)| {
            let limit = item.limit_at.is_some_and(|at| self.timers.contains(&(at, Timer::WaitEnds(ix))));
            usize::from(limit) + usize::from(!item.declined.is_empty())
        });
        self.offers.len() + self.aims.len() + items.sum::<usize>()
    }
}
