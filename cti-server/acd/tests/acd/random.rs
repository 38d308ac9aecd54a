//! Random histories: the invariants hold after every input, and each offer is the one a full scan would make.

use crate::harness::*;
use cti_types::acd::*;
use cti_types::flow::SkillNeed;
use cti_types::*;
use proptest::prelude::*;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

const AGENTS: u128 = 8;
const QUEUES: u128 = 4;

struct Work {
    queue: QueueId,
    priority: u8,
    skills: Vec<SkillNeed>,
    since: Tick,
    credit: Duration,
    arrival: u64,
}

/// The same world kept in plain lists and looked through from end to end.
#[derive(Default)]
struct Mirror {
    queues: BTreeMap<QueueId, QueueSettings>,
    agents: BTreeMap<AgentId, AgentSettings>,
    states: BTreeMap<AgentId, AgentState>,
    idle_since: BTreeMap<AgentId, Tick>,
    work: BTreeMap<WorkItemId, Work>,
    declined: BTreeMap<(WorkItemId, AgentId), Tick>,
    arrivals: u64,
}

impl Mirror {
    fn fits(&self, agent: AgentId, work: WorkItemId, now: Tick) -> Option<u32> {
        let (settings, item) = (&self.agents[&agent], &self.work[&work]);
        if !settings.queues.contains(&item.queue) || self.declined.get(&(work, agent)).is_some_and(|&until| until > now) {
            return None;
        }
        let mut highest = BTreeMap::new();
        for need in self.queues.get(&item.queue)?.skills.iter().chain(&item.skills) {
            let least = highest.entry(need.skill).or_insert(0);
            *least = need.proficiency_min.max(*least);
        }
        highest.iter().try_fold(0, |sum, (skill, &least)| {
            let have = settings.skills.iter().find(|have| have.0 == *skill)?.1;
            (have >= least).then_some(sum + u32::from(have))
        })
    }

    fn is_free(&self, agent: AgentId) -> bool {
        let state = &self.states[&agent];
        let room = state.assignments.len() < self.agents[&agent].capacity as usize;
        state.presence == Presence::Ready && state.pending.is_none() && state.reachable && state.offers.is_empty() && room
    }

    /// By the words of the rules: rank, then what was waited and given at this time, then arrival.
    fn place(&self, work: WorkItemId, now: Tick) -> (Reverse<u8>, Reverse<Duration>, u64) {
        let item = &self.work[&work];
        let queue = &self.queues[&item.queue];
        let waited = now.since(item.since) + item.credit;
        let (rank, score) = match queue.order {
            QueueOrder::Priority => (queue.priority + item.priority, waited),
            QueueOrder::Score { weight } => (queue.priority, waited + weight * u32::from(item.priority)),
        };
        (Reverse(rank), Reverse(score), item.arrival)
    }

    /// Takes over what the room says of its agents; idle time is worked out here, from the changes.
    fn look(&mut self, room: &Room) {
        let now = Tick(room.tick);
        for &id in self.agents.keys() {
            let Some(state) = room.acd.agent(id) else { continue };
            let before = self.states.insert(id, state.clone());
            let became_ready = state.presence == Presence::Ready && before.as_ref().is_none_or(|b| b.presence != Presence::Ready);
            let ids = |state: &AgentState| state.assignments.iter().map(|held| held.0).collect::<Vec<_>>();
            if became_ready || before.is_none_or(|before| ids(&before) != ids(&state)) {
                self.idle_since.insert(id, now);
            }
        }
    }

    /// Every offer just made was the best for the agent and the best for the work; every item is in exactly one place.
    fn judge(&mut self, room: &Room, outputs: &[AcdOutput], configured: bool) {
        let now = Tick(room.tick);
        self.look(room);
        for output in outputs {
            match output {
                AcdOutput::OfferEnded { work, end: OfferEnd::Accepted, .. } | AcdOutput::Left { work, .. } => {
                    self.work.remove(work);
                }
                AcdOutput::OfferEnded { work, agent, end: OfferEnd::Declined, .. } => {
                    self.declined.insert((*work, *agent), now + Duration::from_secs(30));
                }
                AcdOutput::OfferEnded { .. }
                | AcdOutput::Offer { .. }
                | AcdOutput::AimEnded { .. }
                | AcdOutput::Stale(_)
                | AcdOutput::Agent(_)
                | AcdOutput::Queue(_) => {}
            }
        }
        for output in outputs {
            let AcdOutput::Offer { work, agent, decision, .. } = output else { continue };
            assert_eq!(decision.candidates[0].agent, *agent);
            if configured || !self.work.contains_key(work) {
                continue;
            }
            let rank = |agent: AgentId| self.fits(agent, *work, now).map(|sum| (self.idle_since[&agent], Reverse(sum), agent));
            let chosen = rank(*agent).expect("the chosen one fits");
            for &other in self.agents.keys().filter(|&&other| self.is_free(other)) {
                assert!(rank(other).is_none_or(|other| chosen < other), "{other} should have been chosen instead of {agent}");
            }
            for &other in self.work.keys().filter(|&&other| room.acd.position(other).is_some()) {
                let first = self.fits(*agent, other, now).is_none() || self.place(*work, now) < self.place(other, now);
                assert!(first, "{other} should have been offered instead of {work}");
            }
        }
        for &work in self.work.keys() {
            let waits = room.acd.position(work).is_some();
            let able = |agent: AgentId| self.is_free(agent) && self.fits(agent, work, now).is_some();
            assert!(!waits || !self.agents.keys().any(|&agent| able(agent)), "{work} waits beside a free agent");
        }
    }
}

type Step = (u8, u8, u8, u8);

fn needs(x: u8) -> Vec<SkillNeed> {
    match x % 5 {
        0 | 1 => vec![],
        2 => vec![need(1, x % 7)],
        3 => vec![need(2, 1)],
        _ => vec![need(1, 2), need(2, x % 4)],
    }
}

fn presence(x: u8) -> Presence {
    match x % 8 {
        0..=4 => Presence::Ready,
        5 => lunch(),
        6 => Presence::NotReady(NotReadyReason::ConnectionLost),
        _ => Presence::LoggedOut,
    }
}

/// Turns four numbers into an input that mostly makes sense; `None` lets only time pass.
fn input(room: &Room, mirror: &mut Mirror, (kind, x, y, z): Step, n: u128) -> Option<AcdInput> {
    let (id, queue_id) = (a(u128::from(x) % AGENTS + 1), q(u128::from(y) % QUEUES + 1));
    let state = room.acd.agent(id);
    let offer = state.as_ref().and_then(|state| state.offers.first().copied()).unwrap_or(OfferId::from_u128(n));
    let held = state.and_then(|state| state.assignments.get(z as usize % 2).map(|held| held.0)).unwrap_or(asg(n));
    Some(match kind % 32 {
        0..=7 => {
            let since = Tick(room.tick - u64::from(z % 4) * SECOND);
            let (priority, skills) = (x % 3, needs(z));
            mirror.arrivals += 1;
            let credit = Duration::from_millis(u64::from(x / 16) * 250);
            let item = Work { queue: queue_id, priority, skills: skills.clone(), since, credit, arrival: mirror.arrivals };
            mirror.work.insert(w(n), item);
            let interaction = InteractionId::from_u128(n);
            AcdInput::Enqueue { work: w(n), interaction, queue: queue_id, priority, skills, since, credit, stays: false }
        }
        8..=12 => AcdInput::SetPresence { agent: id, presence: presence(y) },
        13..=16 => AcdInput::Accepted { offer, assignment: asg(n) },
        17 | 18 => AcdInput::Declined { offer },
        19 => AcdInput::Failed { offer, reason: NotReadyReason::DeviceBusy },
        20 => AcdInput::Occupied { agent: id, assignment: asg(n) },
        21 => AcdInput::WrapUp { agent: id, assignment: held },
        22..=25 => AcdInput::Released { agent: id, assignment: held },
        26 => AcdInput::DeviceReachable { agent: id, reachable: !y.is_multiple_of(4) },
        27 => {
            let work = *mirror.work.keys().nth(x as usize % mirror.work.len().max(1))?;
            mirror.work.remove(&work);
            AcdInput::Withdraw { work }
        }
        28 => AcdInput::SetAgent(random_agent(mirror, id, y, z)),
        29 => AcdInput::SetQueue(random_queue(mirror, queue_id, x, z)),
        30 if z.is_multiple_of(4) => {
            mirror.agents.remove(&id);
            mirror.states.remove(&id);
            AcdInput::RemoveAgent(id)
        }
        30 if z % 4 == 1 => {
            mirror.queues.remove(&queue_id);
            AcdInput::RemoveQueue(queue_id)
        }
        31 if z < 200 => AcdInput::Aim(Aim {
            work: w(n),
            interaction: InteractionId::from_u128(n),
            agent: id,
            since: Tick(room.tick),
            ring: Duration::from_secs(20),
            wait: Duration::from_secs(u64::from(z % 3) * 10),
            needs_ready: y.is_multiple_of(2),
            blames: x.is_multiple_of(2),
            room: [AimRoom::Free, AimRoom::BesideWrapUp, AimRoom::Any][usize::from(y % 3)],
        }),
        _ => return None,
    })
}

fn random_agent(mirror: &mut Mirror, id: AgentId, y: u8, z: u8) -> AgentSettings {
    let queues = (1..=QUEUES).filter(|n| z >> n & 1 == 1 || y.is_multiple_of(3)).map(q).collect();
    let settings = AgentSettings { id, skills: vec![(s(1), y % 10), (s(2), z % 5)], queues, capacity: u32::from(y % 5 / 3) + 1 };
    mirror.agents.insert(id, settings.clone());
    settings
}

fn random_queue(mirror: &mut Mirror, id: QueueId, x: u8, z: u8) -> QueueSettings {
    let settings = QueueSettings {
        id,
        skills: needs(z / 3),
        priority: x % 3,
        order: if x % 3 == 1 { QueueOrder::Score { weight: Duration::from_secs(u64::from(z % 3)) } } else { QueueOrder::Priority },
        wait_max: (x.is_multiple_of(2)).then_some(Duration::from_secs(25)),
        size_max: (x.is_multiple_of(5)).then_some(4),
        leave_when_unstaffed: z.is_multiple_of(4),
        open: !z.is_multiple_of(9),
        ..queue(1)
    };
    mirror.queues.insert(id, settings.clone());
    settings
}

/// Plays the steps and returns all that was said.
fn play(steps: &[Step]) -> Vec<AcdOutput> {
    let mut room = Room::new(vec![]);
    let mut mirror = Mirror::default();
    let mut said = Vec::new();
    for n in 1..=QUEUES {
        // The second is ordered by score from the start.
        let order = if n == 2 { QueueOrder::Score { weight: Duration::from_secs(2) } } else { QueueOrder::Priority };
        let settings = QueueSettings { order, ..queue(n) };
        mirror.queues.insert(q(n), settings.clone());
        room.tell(AcdInput::SetQueue(settings));
    }
    for n in 1..=AGENTS {
        let settings = random_agent(&mut mirror, a(n), n as u8 * 3, 0x1e);
        room.agent(settings);
    }
    mirror.look(&room);
    for (at, &step) in steps.iter().enumerate() {
        // Each step has its own tick, so that two declines are never forgotten together.
        let end = room.tick + 1 + u64::from(step.3 % 16) * SECOND / 4;
        while let Some(due) = room.acd.poll_timeout().filter(|due| due.0 <= end) {
            room.tick = room.tick.max(due.0);
            let now = room.now();
            room.acd.handle_timeout(now);
            room.acd.check().expect("the invariants hold");
            let outputs: Vec<_> = std::iter::from_fn(|| room.acd.poll()).collect();
            mirror.judge(&room, &outputs, false);
            said.extend(outputs);
        }
        room.tick = end;
        if let Some(input) = input(&room, &mut mirror, step, at as u128 + 1000) {
            let configured =
                matches!(input, AcdInput::SetAgent(_) | AcdInput::SetQueue(_) | AcdInput::RemoveAgent(_) | AcdInput::RemoveQueue(_));
            let outputs = room.outputs(input);
            mirror.judge(&room, &outputs, configured);
            said.extend(outputs);
        }
    }
    said
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_keeps_the_invariants_and_every_offer_is_the_best(steps in prop::collection::vec(any::<Step>(), 400)) {
        play(&steps);
    }
}

#[test]
fn the_same_history_is_told_in_the_same_words() {
    let mut chance = Chance::from_number(3);
    let steps: Vec<Step> = (0..3000).map(|_| chance.bytes::<4>().into()).collect();
    let said = play(&steps);
    let offers = said.iter().filter(|output| matches!(output, AcdOutput::Offer { .. })).count();
    assert!(offers > 100, "only {offers} offers: the history is too quiet to show anything");
    assert_eq!(play(&steps), said);
}
