//! Pools: who fits which work, who of them is available, what waits there. Decides nothing.

use crate::engine::Acd;
use crate::model::{Agent, Place, Pool, Rank, Tally};
use crate::slab::{AgentIx, ItemIx, PoolIx, QueueIx, Slot};
use cti_types::Tick;
use cti_types::flow::SkillNeed;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

fn rank(agent: &Agent, ix: AgentIx, listed: Tick, proficiency: u32) -> Rank {
    (listed, Reverse(proficiency), agent.id, ix)
}

impl Acd {
    /// The pool of this queue for these merged needs, made if there is none.
    pub(crate) fn pool_for(&mut self, queue: QueueIx, needs: Vec<SkillNeed>) -> PoolIx {
        if let Some(&pool) = self.queues[queue].pools.get(&needs) {
            return pool;
        }
        let pool = self.pools.insert(Pool {
            queue,
            needs: needs.clone(),
            fits: Vec::new(),
            ready: BTreeSet::new(),
            waiting: BTreeMap::new(),
            items: 0,
            unused_since: self.uses,
        });
        self.unused_pools.insert((self.uses, pool));
        if self.heads.len() <= pool.n() {
            self.heads.resize(pool.n() + 1, Place::NONE);
        }
        self.heads[pool.n()] = Place::NONE;
        self.fill_pool(pool, queue, &needs);
        self.queues[queue].pools.insert(needs, pool);
        pool
    }

    /// Finds who fits a new pool among those who have its rarest skill.
    fn fill_pool(&mut self, pool: PoolIx, queue: QueueIx, needs: &[SkillNeed]) {
        let queue = &self.queues[queue];
        let nobody = BTreeSet::new();
        let able = needs.iter().map(|need| queue.by_skill.get(&need.skill).unwrap_or(&nobody)).min_by_key(|able| able.len());
        let into = &mut self.pools[pool];
        for &ix in able.unwrap_or(&queue.members) {
            let agent = &mut self.agents[ix];
            if let Some(proficiency) = agent.fits(needs) {
                agent.pools.push((pool, proficiency));
                into.fits.push(ix);
                if let Some(listed) = agent.listed {
                    into.ready.insert(rank(agent, ix, listed, proficiency));
                }
            }
        }
    }

    /// An item belongs to the pool from now on.
    pub(crate) fn join_pool(&mut self, pool: PoolIx) {
        let pool_ref = &mut self.pools[pool];
        if pool_ref.items == 0 {
            self.unused_pools.remove(&(pool_ref.unused_since, pool));
        }
        pool_ref.items += 1;
    }

    /// An item no longer belongs to the pool. Unused pools are kept for the next of their kind, up to the bound.
    pub(crate) fn leave_pool(&mut self, pool: PoolIx) {
        let pool_ref = &mut self.pools[pool];
        pool_ref.items -= 1;
        if pool_ref.items > 0 {
            return;
        }
        self.uses += 1;
        pool_ref.unused_since = self.uses;
        self.unused_pools.insert((self.uses, pool));
        if self.unused_pools.len() > self.limits.idle_pools_max
            && let Some(&(_, oldest)) = self.unused_pools.first()
        {
            self.drop_pool(oldest);
        }
    }

    /// Forgets a pool that has no items.
    pub(crate) fn drop_pool(&mut self, ix: PoolIx) {
        let pool = self.pools.remove(ix);
        self.unused_pools.remove(&(pool.unused_since, ix));
        self.queues[pool.queue].pools.remove(&pool.needs);
        self.heads[ix.n()] = Place::NONE;
        for agent in pool.fits {
            let pools = &mut self.agents[agent].pools;
            if let Some(at) = pools.iter().position(|entry| entry.0 == ix) {
                pools.swap_remove(at);
            }
        }
    }

    /// Puts an available agent into their pools.
    pub(crate) fn list(&mut self, ix: AgentIx) {
        let agent = &mut self.agents[ix];
        agent.listed = Some(agent.idle_since);
        for &(pool, proficiency) in &agent.pools {
            self.pools[pool].ready.insert(rank(agent, ix, agent.idle_since, proficiency));
        }
    }

    /// Takes an agent out of their pools, if there.
    pub(crate) fn unlist(&mut self, ix: AgentIx) {
        let agent = &mut self.agents[ix];
        let Some(listed) = agent.listed.take() else { return };
        for &(pool, proficiency) in &agent.pools {
            self.pools[pool].ready.remove(&rank(agent, ix, listed, proficiency));
        }
    }

    /// Makes an agent who is in no pool and no figure a member of a queue; `settle` does the rest.
    pub(crate) fn attach_agent(&mut self, ix: AgentIx, queue_ix: QueueIx) {
        let (agent, queue) = (&mut self.agents[ix], &mut self.queues[queue_ix]);
        agent.queues.push(queue_ix);
        queue.members.insert(ix);
        for have in &agent.skills {
            queue.by_skill.entry(have.0).or_default().insert(ix);
        }
        for (needs, &pool) in &queue.pools {
            if let Some(proficiency) = agent.fits(needs) {
                agent.pools.push((pool, proficiency));
                self.pools[pool].fits.push(ix);
            }
        }
    }

    /// Takes an agent out of all their queues, figures and pools; tells which queues these were.
    pub(crate) fn detach_agent(&mut self, ix: AgentIx) -> Vec<QueueIx> {
        self.unlist(ix);
        self.set_tally(ix, Tally::Out);
        let agent = &mut self.agents[ix];
        for (pool, _) in std::mem::take(&mut agent.pools) {
            self.pools[pool].fits.retain(|&other| other != ix);
        }
        let queues = std::mem::take(&mut agent.queues);
        for &queue in &queues {
            let queue = &mut self.queues[queue];
            queue.members.remove(&ix);
            for have in &agent.skills {
                if let Some(able) = queue.by_skill.get_mut(&have.0) {
                    able.remove(&ix);
                    if able.is_empty() {
                        queue.by_skill.remove(&have.0);
                    }
                }
            }
        }
        queues
    }

    /// Puts an item at its place in its queue.
    pub(crate) fn link(&mut self, ix: ItemIx) {
        let item = &self.items[ix];
        let queue = &mut self.queues[item.queue];
        queue.order.insert(item.place, ix);
        if !item.stays {
            queue.ages.insert((item.standing.since, ix));
        }
        let pool = &mut self.pools[item.pool];
        pool.waiting.insert(item.place, ix);
        let head = &mut self.heads[item.pool.n()];
        *head = (*head).min(item.place);
        self.queue_changed(self.items[ix].queue);
    }

    /// Takes an item out of the waiting line; tells whether it was there.
    pub(crate) fn unlink(&mut self, ix: ItemIx) -> bool {
        let item = &self.items[ix];
        let queue = &mut self.queues[item.queue];
        if queue.order.remove(&item.place).is_none() {
            return false;
        }
        queue.ages.remove(&(item.standing.since, ix));
        let pool = &mut self.pools[item.pool];
        pool.waiting.remove(&item.place);
        self.heads[item.pool.n()] = pool.waiting.first_key_value().map_or(Place::NONE, |(&place, _)| place);
        self.queue_changed(self.items[ix].queue);
        true
    }
}
