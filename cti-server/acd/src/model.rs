//! What the room remembers of agents, queues, pools, items and offers. Data and small questions; no decisions.

use crate::expect::Learnt;
use crate::limits::ASSIGNMENTS_MAX;
use crate::slab::{AgentIx, ItemIx, OfferIx, PoolIx, QueueIx};
use cti_types::acd::{
    AgentState, AimRoom, AssignmentPhase, CREDIT_MAX, NotReadyReason, Presence, QueueOrder, QueueSettings, QueueState, WEIGHT_MAX,
};
use cti_types::flow::SkillNeed;
use cti_types::{AgentId, AssignmentId, InteractionId, OfferId, QueueId, SkillId, Tick, WorkItemId};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// An item's place among all waiting work, smallest first: inverted rank (8 bits), when the waiting began after all shifts (64),
/// arrival number (56). Waiting adds the same to every item, so this does not change while an item waits, by either order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(u128);

/// Added to every beginning, so that shifts to before the clock's zero keep their order: more than all shifts together.
const BEGINNINGS_FROM: u64 = 1 << 62;

impl Place {
    /// Behind every item: the head of an empty pool.
    pub(crate) const NONE: Place = Place(u128::MAX);

    pub(crate) fn new(settings: &QueueSettings, standing: Standing, arrival: u64) -> Place {
        let (rank, shift) = match settings.order {
            QueueOrder::Priority => (settings.priority.saturating_add(standing.priority), standing.credit()),
            QueueOrder::Score { .. } => (settings.priority, standing.worth(settings.order) + standing.credit()),
        };
        let began = (standing.since.0.saturating_add(BEGINNINGS_FROM)).saturating_sub(shift.as_micros() as u64);
        Place(u128::from(u8::MAX - rank) << 120 | u128::from(began) << 56 | u128::from(arrival & 0x00ff_ffff_ffff_ffff))
    }
}

/// What an item brings to its place in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) priority: u8,
    pub(crate) since: Tick,
    /// As given; counts up to the bound.
    pub(crate) credit: Duration,
}

impl Standing {
    pub(crate) fn credit(&self) -> Duration {
        self.credit.min(CREDIT_MAX)
    }

    /// What the item's own priority is worth in waiting.
    fn worth(&self, order: QueueOrder) -> Duration {
        match order {
            QueueOrder::Priority => Duration::ZERO,
            QueueOrder::Score { weight } => weight.min(WEIGHT_MAX) * u32::from(self.priority),
        }
    }

    /// The additive score at this time; `None` where the queue has none.
    pub(crate) fn score(&self, order: QueueOrder, now: Tick) -> Option<Duration> {
        match order {
            QueueOrder::Priority => None,
            QueueOrder::Score { .. } => Some(self.worth(order) + now.since(self.since) + self.credit()),
        }
    }
}

/// An available agent's place in a pool, best first: longest idle, most proficient, lowest id.
pub(crate) type Rank = (Tick, Reverse<u32>, AgentId, AgentIx);

/// How an agent counts in the figures of their queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tally {
    /// Logged out.
    Out,
    /// Signed in, neither available nor busy.
    Idle,
    /// Could be offered work now.
    Ready,
    /// Has an assignment or an offer and no room for more.
    Busy,
}

pub(crate) struct Agent {
    pub(crate) id: AgentId,
    /// Sorted by skill, each once.
    pub(crate) skills: Vec<(SkillId, u8)>,
    /// As configured, sorted; may name queues that are not known yet.
    pub(crate) queue_ids: Vec<QueueId>,
    pub(crate) capacity: usize,
    pub(crate) queues: Vec<QueueIx>,
    /// The pools this agent fits, with the summed proficiency there.
    pub(crate) pools: Vec<(PoolIx, u32)>,
    pub(crate) presence: Presence,
    pub(crate) since: Tick,
    pub(crate) pending: Option<Presence>,
    pub(crate) reachable: bool,
    pub(crate) offer: Option<OfferIx>,
    /// Work for this agent alone that is held out to them now.
    pub(crate) aimed: Option<WorkItemId>,
    /// Work for this agent alone that waits for them, the first come first.
    pub(crate) aims: Vec<WorkItemId>,
    pub(crate) assignments: Vec<(AssignmentId, AssignmentPhase)>,
    pub(crate) idle_since: Tick,
    /// The idle time under which the agent stands in the pools; `None` while in none.
    pub(crate) listed: Option<Tick>,
    pub(crate) tally: Tally,
    /// Configuration is gone; the rest stays until the last assignment ends.
    pub(crate) removed: bool,
    pub(crate) changed: bool,
}

impl Agent {
    pub(crate) fn new(id: AgentId, now: Tick) -> Agent {
        Agent {
            id,
            skills: Vec::new(),
            queue_ids: Vec::new(),
            capacity: 0,
            queues: Vec::new(),
            pools: Vec::new(),
            presence: Presence::LoggedOut,
            since: now,
            pending: None,
            reachable: true,
            offer: None,
            aimed: None,
            aims: Vec::new(),
            assignments: Vec::new(),
            idle_since: now,
            listed: None,
            tally: Tally::Out,
            removed: false,
            changed: false,
        }
    }

    /// Could be offered something, skills aside.
    pub(crate) fn is_available(&self) -> bool {
        self.presence == Presence::Ready
            && self.pending.is_none()
            && self.reachable
            && !self.is_reserved()
            && self.assignments.len() < self.capacity
            && !self.removed
    }

    /// Whether what they have leaves room for work for them alone.
    pub(crate) fn has_room(&self, room: AimRoom) -> bool {
        let talks = || self.assignments.iter().filter(|held| held.1 == AssignmentPhase::Active).count();
        let free = match room {
            AimRoom::Free => self.assignments.len() < self.capacity,
            AimRoom::BesideWrapUp => talks() < self.capacity,
            AimRoom::Any => true,
        };
        free && self.assignments.len() < ASSIGNMENTS_MAX
    }

    /// Something is held out to them.
    pub(crate) fn is_reserved(&self) -> bool {
        self.offer.is_some() || self.aimed.is_some()
    }

    pub(crate) fn tally_now(&self) -> Tally {
        if self.presence == Presence::LoggedOut {
            Tally::Out
        } else if self.is_available() {
            Tally::Ready
        } else if self.is_reserved() || !self.assignments.is_empty() {
            Tally::Busy
        } else {
            Tally::Idle
        }
    }

    pub(crate) fn proficiency(&self, skill: SkillId) -> Option<u8> {
        self.skills.binary_search_by_key(&skill, |have| have.0).ok().and_then(|at| self.skills.get(at)).map(|have| have.1)
    }

    /// The summed proficiency over `needs`, or `None` when one of them is not met.
    pub(crate) fn fits(&self, needs: &[SkillNeed]) -> Option<u32> {
        needs.iter().try_fold(0, |sum, need| {
            let have = self.proficiency(need.skill)?;
            (have >= need.proficiency_min).then_some(sum + u32::from(have))
        })
    }

    /// Summed proficiency over `needs`, counting what is lacking as nothing.
    pub(crate) fn proficiency_sum(&self, needs: &[SkillNeed]) -> u32 {
        needs.iter().map(|need| self.proficiency(need.skill).map_or(0, u32::from)).sum()
    }

    pub(crate) fn state(&self, offer: Option<OfferId>) -> AgentState {
        AgentState {
            agent: self.id,
            presence: self.presence,
            since: self.since,
            pending: self.pending,
            offers: offer.into_iter().collect(),
            assignments: self.assignments.clone(),
            reachable: self.reachable,
        }
    }
}

pub(crate) struct Queue {
    pub(crate) settings: QueueSettings,
    /// Configuration is gone; the shell stays until the last open offer of its work ends.
    pub(crate) removed: bool,
    pub(crate) members: BTreeSet<AgentIx>,
    pub(crate) by_skill: BTreeMap<SkillId, BTreeSet<AgentIx>>,
    /// Members signed in.
    pub(crate) staffed: BTreeSet<AgentIx>,
    pub(crate) ready: u32,
    pub(crate) busy: u32,
    /// Waiting items in the order of service.
    pub(crate) order: BTreeMap<Place, ItemIx>,
    /// Waiting items by age, but for those that stay.
    pub(crate) ages: BTreeSet<(Tick, ItemIx)>,
    pub(crate) offered: u32,
    pub(crate) pools: BTreeMap<Vec<SkillNeed>, PoolIx>,
    pub(crate) told: Option<QueueState>,
    pub(crate) changed: bool,
    pub(crate) learnt: Learnt,
}

impl Queue {
    pub(crate) fn new(settings: QueueSettings) -> Queue {
        Queue {
            settings,
            removed: false,
            members: BTreeSet::new(),
            by_skill: BTreeMap::new(),
            staffed: BTreeSet::new(),
            ready: 0,
            busy: 0,
            order: BTreeMap::new(),
            ages: BTreeSet::new(),
            offered: 0,
            pools: BTreeMap::new(),
            told: None,
            changed: false,
            learnt: Learnt::default(),
        }
    }

    /// Nobody is signed in and the queue does not let work wait for nobody.
    pub(crate) fn is_deserted(&self) -> bool {
        self.settings.leave_when_unstaffed && self.staffed.is_empty()
    }

    pub(crate) fn state(&self) -> QueueState {
        QueueState {
            queue: self.settings.id,
            waiting: self.order.len() as u32,
            staying: (self.order.len() - self.ages.len()) as u32,
            offered: self.offered,
            oldest: self.ages.first().map(|age| age.0),
            staffed: self.staffed.len() as u32,
            ready: self.ready,
            busy: self.busy,
            expected: self.expected(self.order.len()),
            expected_error: self.expected_error(),
        }
    }
}

/// All work of one queue that needs the same skills, and who can do it.
pub(crate) struct Pool {
    pub(crate) queue: QueueIx,
    pub(crate) needs: Vec<SkillNeed>,
    /// Members with the skills, available or not.
    pub(crate) fits: Vec<AgentIx>,
    pub(crate) ready: BTreeSet<Rank>,
    pub(crate) waiting: BTreeMap<Place, ItemIx>,
    /// Items that belong here, waiting or offered.
    pub(crate) items: u32,
    /// When the last item went, in the engine's own counting; meaningful while `items` is 0.
    pub(crate) unused_since: u64,
}

pub(crate) struct Item {
    pub(crate) work: WorkItemId,
    pub(crate) interaction: InteractionId,
    pub(crate) queue: QueueIx,
    pub(crate) pool: PoolIx,
    pub(crate) standing: Standing,
    /// What the item itself asks for; the pool has this and the queue's.
    pub(crate) skills: Vec<SkillNeed>,
    pub(crate) entered: Tick,
    /// How long it was expected to wait when it entered, where that could be said.
    pub(crate) expected: Option<Duration>,
    pub(crate) arrival: u64,
    pub(crate) place: Place,
    /// No limit of the queue is for it.
    pub(crate) stays: bool,
    /// When the wait in this queue is over.
    pub(crate) limit_at: Option<Tick>,
    /// Who said no, until when that is remembered; oldest first.
    pub(crate) declined: Vec<(AgentId, Tick)>,
    /// `None`: it waits in its queue.
    pub(crate) offer: Option<OfferIx>,
}

pub(crate) struct Offer {
    pub(crate) id: OfferId,
    pub(crate) item: ItemIx,
    pub(crate) agent: AgentIx,
    pub(crate) until: Tick,
}

/// What a due tick is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    OfferEnds(OfferIx),
    /// The oldest decline of the item is forgotten.
    DeclineForgotten(ItemIx),
    WaitEnds(ItemIx),
    /// Work for one agent has waited, or rung, long enough.
    AimEnds(WorkItemId),
}

/// Set by the system and not by a person.
pub(crate) fn is_system(presence: Presence) -> bool {
    match presence {
        Presence::NotReady(reason) => match reason {
            NotReadyReason::NoAnswer | NotReadyReason::DeviceBusy | NotReadyReason::DeviceUnreachable | NotReadyReason::ConnectionLost => {
                true
            }
            NotReadyReason::Chosen(_) | NotReadyReason::Unspecified => false,
        },
        Presence::LoggedOut | Presence::Ready => false,
    }
}

/// The queue's needs and the item's as one list, sorted, each skill once with the higher minimum.
pub(crate) fn merge_needs(queue: &[SkillNeed], item: &[SkillNeed]) -> Vec<SkillNeed> {
    let mut needs: Vec<SkillNeed> = queue.iter().chain(item).copied().collect();
    needs.sort_unstable_by_key(|need| (need.skill, Reverse(need.proficiency_min)));
    needs.dedup_by_key(|need| need.skill);
    needs
}
