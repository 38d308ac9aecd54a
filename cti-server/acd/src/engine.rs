//! The room's surface: inputs in, outputs out, timers, questions. The rules are in the modules it calls.

use crate::aims::Aimed;
use crate::limits::Limits;
use crate::model::{Agent, Item, Offer, Place, Pool, Queue, Standing, Timer};
use crate::queues::Newcomer;
use crate::slab::{AgentIx, ItemIx, OfferIx, PoolIx, QueueIx, Slab};
use cti_types::acd::{AcdInput, AcdOutput, AgentState, Aim, Decision, QueueState, Stale};
use cti_types::{AgentId, AssignmentId, Chance, Now, OfferId, OwnerEpoch, QueueId, Tick, WorkItemId};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

/// The automatic call distributor of one owner node. See the crate's page for the rules.
pub struct Acd {
    pub(crate) epoch: OwnerEpoch,
    pub(crate) limits: Limits,
    pub(crate) chance: Chance,
    pub(crate) agents: Slab<AgentIx, Agent>,
    pub(crate) queues: Slab<QueueIx, Queue>,
    pub(crate) pools: Slab<PoolIx, Pool>,
    pub(crate) items: Slab<ItemIx, Item>,
    pub(crate) offers: Slab<OfferIx, Offer>,
    /// Work for one agent each.
    pub(crate) aims: BTreeMap<WorkItemId, Aimed>,
    // Looked up only, never iterated: their order would differ from run to run.
    pub(crate) agent_ix: HashMap<AgentId, AgentIx>,
    pub(crate) queue_ix: HashMap<QueueId, QueueIx>,
    pub(crate) work_ix: HashMap<WorkItemId, ItemIx>,
    pub(crate) offer_ix: HashMap<OfferId, OfferIx>,
    pub(crate) aim_offers: HashMap<OfferId, WorkItemId>,
    /// Work of queues under way: whose it is, and since when. As many as agents hold.
    pub(crate) handled: BTreeMap<AssignmentId, (QueueId, Tick)>,
    /// Open declines of each agent; absent is none.
    pub(crate) declines: HashMap<AgentId, u32>,
    /// The first place of each pool, by slot: read for every pool of an agent who becomes available, so kept close together.
    pub(crate) heads: Vec<Place>,
    /// Pools without items, longest unused first.
    pub(crate) unused_pools: BTreeSet<(u64, PoolIx)>,
    pub(crate) uses: u64,
    pub(crate) arrivals: u64,
    pub(crate) timers: BTreeSet<(Tick, Timer)>,
    /// Emptied by the caller after each input; holds at most what one input can cause.
    pub(crate) outputs: VecDeque<AcdOutput>,
    pub(crate) changed_agents: Vec<AgentIx>,
    pub(crate) changed_queues: Vec<QueueIx>,
    pub(crate) stale: u64,
    pub(crate) refused: u64,
}

impl Acd {
    /// An empty room, owned in this epoch. `chance` gives the offers their ids.
    pub fn new(limits: Limits, chance: Chance, epoch: OwnerEpoch) -> Acd {
        Acd {
            epoch,
            limits,
            chance,
            agents: Slab::new(),
            queues: Slab::new(),
            pools: Slab::new(),
            items: Slab::new(),
            offers: Slab::new(),
            aims: BTreeMap::new(),
            agent_ix: HashMap::new(),
            queue_ix: HashMap::new(),
            work_ix: HashMap::new(),
            offer_ix: HashMap::new(),
            aim_offers: HashMap::new(),
            handled: BTreeMap::new(),
            declines: HashMap::new(),
            heads: Vec::new(),
            unused_pools: BTreeSet::new(),
            uses: 0,
            arrivals: 0,
            timers: BTreeSet::new(),
            outputs: VecDeque::new(),
            changed_agents: Vec::new(),
            changed_queues: Vec::new(),
            stale: 0,
            refused: 0,
        }
    }

    /// Whose epoch it is: goes with everything that [`Acd::poll`] says.
    pub fn epoch(&self) -> OwnerEpoch {
        self.epoch
    }

    /// Takes what was said to the owner of this epoch. For an earlier owner it is stale and answered so, that the sender may say anew
    /// what still holds. For a later one it is stale, too, but the answer is that owner's: this room has been taken over.
    pub fn handle_from(&mut self, now: Now, epoch: OwnerEpoch, input: AcdInput) {
        if epoch == self.epoch {
            self.handle(now, input);
            return;
        }
        self.stale += 1;
        if epoch < self.epoch
            && let Some(about) = about(&input)
        {
            self.outputs.push_back(AcdOutput::Stale(about));
        }
    }

    /// Takes one input to its end. Unknown ids and repetitions are counted by [`Acd::stale`] and change nothing.
    pub fn handle(&mut self, now: Now, input: AcdInput) {
        match input {
            AcdInput::SetQueue(settings) => self.set_queue(now, settings),
            AcdInput::RemoveQueue(queue) => self.remove_queue(now, queue),
            AcdInput::SetAgent(settings) => self.set_agent(now, settings),
            AcdInput::RemoveAgent(agent) => self.remove_agent(now, agent),
            AcdInput::Enqueue { work, interaction, queue, priority, skills, since, credit, stays } => {
                let newcomer = Newcomer { work, interaction, skills, standing: Standing { priority, since, credit }, stays };
                self.enqueue(now, queue, newcomer);
            }
            AcdInput::Aim(aim) => self.aim(now, aim),
            AcdInput::Withdraw { work } => self.withdraw(now, work),
            AcdInput::SetPresence { agent, presence } => self.set_presence(now, agent, presence),
            AcdInput::DeviceReachable { agent, reachable } => self.set_reachable(now, agent, reachable),
            AcdInput::Accepted { offer, assignment } => self.accepted(now, offer, assignment),
            AcdInput::Declined { offer } => self.declined(now, offer),
            AcdInput::Failed { offer, reason } => self.failed(now, offer, reason),
            AcdInput::Occupied { agent, assignment } => self.occupied(now, agent, assignment),
            AcdInput::WrapUp { agent, assignment } => self.wrap_up(agent, assignment),
            AcdInput::Released { agent, assignment } => self.released(now, agent, assignment),
        }
        self.tell_changes();
    }

    /// Runs every timer that is due, earliest first.
    pub fn handle_timeout(&mut self, now: Now) {
        while let Some(&(at, timer)) = self.timers.first() {
            if at > now.tick {
                break;
            }
            self.timers.pop_first();
            match timer {
                Timer::OfferEnds(offer) => self.rang_out(now, offer),
                Timer::DeclineForgotten(item) => self.forget_declines(now, item),
                Timer::WaitEnds(item) => self.wait_ended(now, item),
                Timer::AimEnds(work) => self.aim_timed_out(now, work),
            }
        }
        self.tell_changes();
    }

    /// When [`Acd::handle_timeout`] is next wanted.
    pub fn poll_timeout(&self) -> Option<Tick> {
        self.timers.first().map(|timer| timer.0)
    }

    /// The next output; drain it after every `handle…`. Changed agents and queues come last, each at most once per input.
    pub fn poll(&mut self) -> Option<AcdOutput> {
        self.outputs.pop_front()
    }

    /// The agent as last told; `None` when unknown.
    pub fn agent(&self, agent: AgentId) -> Option<AgentState> {
        self.agent_ix.get(&agent).map(|&ix| self.agent_state(ix))
    }

    /// The queue's figures; `None` when unknown or removed.
    pub fn queue(&self, queue: QueueId) -> Option<QueueState> {
        self.queue_ix.get(&queue).map(|&ix| &self.queues[ix]).filter(|queue| !queue.removed).map(Queue::state)
    }

    /// Place in the waiting line, 1 is next; `None` when unknown or held out to an agent just now. Counts the items before it,
    /// so it is for announcements and not for every decision.
    pub fn position(&self, work: WorkItemId) -> Option<u32> {
        let item = &self.items[*self.work_ix.get(&work)?];
        item.offer.is_none().then(|| self.queues[item.queue].order.range(..item.place).count() as u32 + 1)
    }

    /// How long this work will probably still wait; `None` when that cannot be said (see `expect`), it is unknown, or it is held out to an
    /// agent just now. As costly as [`Acd::position`].
    pub fn expected_wait(&self, work: WorkItemId) -> Option<Duration> {
        let before = self.position(work)?.saturating_sub(1);
        self.queues[self.items[*self.work_ix.get(&work)?].queue].expected(before as usize)
    }

    /// The queue work is in, its effective priority there, and when its waiting began; `None` when unknown.
    pub fn standing(&self, work: WorkItemId) -> Option<(QueueId, u8, Tick)> {
        let item = &self.items[*self.work_ix.get(&work)?];
        let settings = &self.queues[item.queue].settings;
        Some((settings.id, settings.priority.saturating_add(item.standing.priority), item.standing.since))
    }

    /// Who is there for this work, and why nobody is offered it now. `None` when the work is unknown.
    pub fn explain(&self, now: Now, work: WorkItemId) -> Option<Decision> {
        self.work_ix.get(&work).map(|&item| self.decide(now, item, None))
    }

    /// Inputs so far that came late or twice and were ignored.
    pub fn stale(&self) -> u64 {
        self.stale
    }

    /// Inputs so far refused at a bound for which there is no answer: agents, queues, assignments of one agent.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    pub(crate) fn agent_state(&self, agent: AgentIx) -> AgentState {
        let agent = &self.agents[agent];
        let aimed = agent.aimed.and_then(|work| self.aims.get(&work)).and_then(Aimed::offer);
        agent.state(agent.offer.map(|offer| self.offers[offer].id).or(aimed))
    }

    pub(crate) fn agent_changed(&mut self, agent: AgentIx) {
        if !std::mem::replace(&mut self.agents[agent].changed, true) {
            self.changed_agents.push(agent);
        }
    }

    pub(crate) fn queue_changed(&mut self, queue: QueueIx) {
        if !std::mem::replace(&mut self.queues[queue].changed, true) {
            self.changed_queues.push(queue);
        }
    }

    /// States go out once, as they are at the end of an input.
    fn tell_changes(&mut self) {
        for agent in std::mem::take(&mut self.changed_agents) {
            if self.agents.get(agent).is_some() {
                self.agents[agent].changed = false;
                self.outputs.push_back(AcdOutput::Agent(self.agent_state(agent)));
            }
        }
        for queue in std::mem::take(&mut self.changed_queues) {
            if self.queues.get(queue).is_some() {
                let queue = &mut self.queues[queue];
                queue.changed = false;
                let state = queue.state();
                if queue.told.as_ref() != Some(&state) {
                    queue.told = Some(state.clone());
                    self.outputs.push_back(AcdOutput::Queue(state));
                }
            }
        }
    }
}

/// What of the sender's an input is about; `None` for what no interaction says.
fn about(input: &AcdInput) -> Option<Stale> {
    match input {
        AcdInput::Enqueue { work, .. } | AcdInput::Aim(Aim { work, .. }) | AcdInput::Withdraw { work } => Some(Stale::Work(*work)),
        AcdInput::Accepted { offer, .. } | AcdInput::Declined { offer } | AcdInput::Failed { offer, .. } => Some(Stale::Offer(*offer)),
        AcdInput::Occupied { assignment, .. } | AcdInput::WrapUp { assignment, .. } | AcdInput::Released { assignment, .. } => {
            Some(Stale::Assignment(*assignment))
        }
        AcdInput::SetQueue(_)
        | AcdInput::RemoveQueue(_)
        | AcdInput::SetAgent(_)
        | AcdInput::RemoveAgent(_)
        | AcdInput::SetPresence { .. }
        | AcdInput::DeviceReachable { .. } => None,
    }
}
