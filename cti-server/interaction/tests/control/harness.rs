//! The room with a clock and a plain ACD beside it: one agent is offered work at a time, and what is taken is theirs until released.

use cti_interaction::{Arrival, DialAsked, DialFor, Input, Interactions, Limits, Output, Ring, Target};
use cti_types::acd::{AcdInput, AcdOutput, Aim, AimRoom, Decision, OfferEnd, Rejected, Stale};
use cti_types::event::{Body, CallDirection, CloseReason, Event, LeaveReason, SegmentKind};
use cti_types::*;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub(crate) const ID: InteractionId = InteractionId::from_u128(1);
pub(crate) const CUSTOMER: ParticipantId = ParticipantId::from_u128(2);
pub(crate) const QUEUE: QueueId = QueueId::from_u128(3);
pub(crate) const OTHER_QUEUE: QueueId = QueueId::from_u128(4);
pub(crate) const ANN: AgentId = AgentId::from_u128(5);
pub(crate) const BOB: AgentId = AgentId::from_u128(6);
pub(crate) const EVE: AgentId = AgentId::from_u128(7);
pub(crate) const BOSS: AgentId = AgentId::from_u128(8);
pub(crate) const WRAP_UP: Duration = Duration::from_secs(60);
pub(crate) const EPOCH: OwnerEpoch = OwnerEpoch(5);

/// What the ACD must do, in plain lists.
#[derive(Default)]
pub(crate) struct PlainAcd {
    /// Work with the agent it is for, or none; and its place.
    pub(crate) works: BTreeMap<WorkItemId, Option<AgentId>>,
    pub(crate) queued: Vec<(WorkItemId, QueueId, u8, Tick)>,
    pub(crate) aimed: Vec<Aim>,
    offers: BTreeMap<OfferId, (WorkItemId, AgentId)>,
    /// Whose each work is.
    whose: BTreeMap<WorkItemId, InteractionId>,
    /// Of what is in queues: no limit is for it.
    pub(crate) staying: BTreeSet<WorkItemId>,
    held: BTreeMap<AgentId, BTreeSet<AssignmentId>>,
    /// Agents who take nothing.
    pub(crate) away: BTreeSet<AgentId>,
    count: u128,
}

impl PlainAcd {
    /// Work of a queue that is offered to nobody.
    pub(crate) fn waiting(&self) -> Option<WorkItemId> {
        let offered = |work: &WorkItemId| self.offers.values().any(|(of, _)| of == work);
        self.works.iter().find(|(work, aimed)| aimed.is_none() && !offered(work)).map(|(work, _)| *work)
    }

    pub(crate) fn is_free(&self, agent: AgentId) -> bool {
        !self.is_busy(agent) && !self.away.contains(&agent)
    }

    fn is_busy(&self, agent: AgentId) -> bool {
        self.held.get(&agent).is_some_and(|held| !held.is_empty()) || self.offers.values().any(|(_, other)| *other == agent)
    }

    pub(crate) fn offer(&mut self, work: WorkItemId, agent: AgentId) -> AcdOutput {
        self.count += 1;
        let offer = OfferId::from_u128(1000 + self.count);
        self.offers.insert(offer, (work, agent));
        let (until, decision) = (Tick(u64::MAX), Decision::default());
        let interaction = self.whose.get(&work).copied().unwrap_or(ID);
        AcdOutput::Offer { offer, work, interaction, queue: None, agent, until, decision }
    }

    fn end(&mut self, offer: OfferId, end: OfferEnd) -> AcdOutput {
        match self.offers.remove(&offer) {
            Some((work, agent)) => AcdOutput::OfferEnded { offer, work, agent, end },
            None => AcdOutput::Stale(Stale::Offer(offer)),
        }
    }

    fn take(&mut self, input: AcdInput) -> Vec<AcdOutput> {
        match input {
            AcdInput::Enqueue { work, interaction, queue, priority, since, stays, .. } => {
                self.works.insert(work, None);
                self.whose.insert(work, interaction);
                if stays {
                    self.staying.insert(work);
                }
                self.queued.push((work, queue, priority, since));
                Vec::new()
            }
            AcdInput::Aim(aim) => {
                self.aimed.push(aim);
                if self.is_busy(aim.agent) || self.away.contains(&aim.agent) {
                    return vec![AcdOutput::AimEnded { work: aim.work, why: Rejected::Busy }];
                }
                self.works.insert(aim.work, Some(aim.agent));
                self.whose.insert(aim.work, aim.interaction);
                vec![self.offer(aim.work, aim.agent)]
            }
            AcdInput::Withdraw { work } => {
                self.works.remove(&work);
                let offers: Vec<OfferId> = self.offers.iter().filter(|(_, (of, _))| *of == work).map(|(id, _)| *id).collect();
                offers.into_iter().map(|offer| self.end(offer, OfferEnd::Withdrawn)).collect()
            }
            AcdInput::Accepted { offer, assignment } => {
                if let Some((work, agent)) = self.offers.get(&offer).copied() {
                    self.works.remove(&work);
                    self.held.entry(agent).or_default().insert(assignment);
                }
                vec![self.end(offer, OfferEnd::Accepted)]
            }
            AcdInput::Declined { offer } => self.not_taken(offer, OfferEnd::Declined),
            AcdInput::Failed { offer, .. } => self.not_taken(offer, OfferEnd::NoAnswer),
            AcdInput::Released { agent, assignment } => {
                let held = self.held.entry(agent).or_default();
                assert!(held.remove(&assignment), "an assignment is released twice");
                Vec::new()
            }
            AcdInput::WrapUp { .. } => Vec::new(),
            other => panic!("{other:?}"),
        }
    }

    fn not_taken(&mut self, offer: OfferId, end: OfferEnd) -> Vec<AcdOutput> {
        if let Some((work, _)) = self.offers.get(&offer).copied()
            && self.works.get(&work).is_some_and(Option::is_some)
        {
            self.works.remove(&work);
        }
        vec![self.end(offer, end)]
    }
}

pub(crate) struct House {
    pub(crate) room: Interactions,
    pub(crate) acd: PlainAcd,
    pub(crate) ms: u64,
    pub(crate) log: Vec<Event>,
    pub(crate) rings: Vec<Ring>,
    pub(crate) dials: Vec<(ParticipantId, DialFor)>,
    pub(crate) asked: Vec<Output>,
    /// Of each assignment that was told, whether a line was lost.
    pub(crate) lines_lost: Vec<bool>,
}

impl House {
    pub(crate) fn new() -> House {
        let room = Interactions::new(Limits::default(), Chance::from_number(7), EPOCH);
        let (acd, log, rings, dials, asked, lines_lost) = Default::default();
        House { room, acd, ms: 0, log, rings, dials, asked, lines_lost }
    }

    pub(crate) fn arrival() -> Arrival {
        let from = Party { number: number(), raw: "2025550123".into(), display: None };
        let direction = CallDirection::Inbound;
        Arrival { direction, from, to: "+12025550100".into(), trunk: None, call_id: None }
    }

    /// The customer waits in the queue with priority 3.
    pub(crate) fn waiting() -> House {
        let mut house = House::new();
        let arrival = House::arrival();
        house.say(Input::Arrived { interaction: ID, participant: CUSTOMER, arrival });
        let (skills, credit) = (Vec::new(), Duration::ZERO);
        house.say(Input::QueueAsked { interaction: ID, queue: QUEUE, priority: 3, skills, credit, wrap_up_max: WRAP_UP });
        house
    }

    /// Ann talks with the customer.
    pub(crate) fn talking() -> (House, ParticipantId) {
        let mut house = House::waiting();
        let ann = house.serve(ANN);
        house.asked.clear();
        (house, ann)
    }

    /// What waits in a queue is offered to this agent; the participant that rings.
    pub(crate) fn offer(&mut self, agent: AgentId) -> ParticipantId {
        let work = self.acd.waiting().expect("something waits");
        let offer = self.acd.offer(work, agent);
        self.say(Input::Acd { epoch: EPOCH, output: offer });
        self.rings.last().expect("a telephone rings").participant
    }

    pub(crate) fn serve(&mut self, agent: AgentId) -> ParticipantId {
        let participant = self.offer(agent);
        self.lift(participant);
        participant
    }

    pub(crate) fn lift(&mut self, participant: ParticipantId) {
        self.say(Input::AgentRinging { participant });
        self.say(Input::AgentAnswered { participant });
    }

    /// The last telephone that was made to ring.
    pub(crate) fn ring(&self) -> Ring {
        *self.rings.last().expect("a telephone rings")
    }

    pub(crate) fn lift_last(&mut self) -> ParticipantId {
        let participant = self.ring().participant;
        self.lift(participant);
        participant
    }

    pub(crate) fn now(&self) -> Now {
        Now { tick: Tick(self.ms * 1000), utc: Utc(1_000_000_000 + self.ms as i64 * 1000) }
    }

    pub(crate) fn say(&mut self, input: Input) {
        self.ms += 10;
        let (now, text) = (self.now(), format!("{input:?}"));
        self.room.handle(now, input);
        self.drain();
        self.room.check().unwrap_or_else(|why| panic!("after {text}: {why}"));
    }

    fn drain(&mut self) {
        let now = self.now();
        while let Some(output) = self.room.poll() {
            match output {
                Output::Log(event) => self.log.push(event),
                Output::Acd(input) => {
                    for output in self.acd.take(input) {
                        self.room.handle(now, Input::Acd { epoch: EPOCH, output });
                    }
                }
                Output::Ring(ring) => self.rings.push(ring),
                Output::DialOutside { participant, purpose, .. } => self.dials.push((participant, purpose)),
                Output::Assignment(view) => self.lines_lost.push(view.line_lost),
                Output::Personal(_) | Output::Parties { .. } | Output::AssignmentOver { .. } => {}
                other => self.asked.push(other),
            }
        }
    }

    pub(crate) fn wait(&mut self, duration: Duration) {
        self.ms += duration.as_millis() as u64;
        let now = self.now();
        self.room.handle_timeout(now);
        self.drain();
        self.room.check().expect("the room agrees with itself");
    }

    pub(crate) fn hang_up(&mut self, participant: ParticipantId) {
        self.say(Input::Left { participant, reason: LeaveReason::HungUp });
    }

    pub(crate) fn does(&self, who: ParticipantId) -> Option<SegmentKind> {
        self.room.participants(ID).iter().find(|view| view.participant == who).map(|view| view.segment)
    }

    pub(crate) fn all_do(&self, who: &[ParticipantId]) -> Vec<Option<SegmentKind>> {
        who.iter().map(|who| self.does(*who)).collect()
    }

    pub(crate) fn segments(&self, who: ParticipantId) -> Vec<SegmentKind> {
        let of = |event: &Event| match event.body {
            Body::SegmentStarted { participant, segment, .. } if participant == who => Some(segment),
            _ => None,
        };
        self.log.iter().filter_map(of).collect()
    }

    pub(crate) fn left(&self, who: ParticipantId) -> Option<LeaveReason> {
        self.log.iter().find_map(|event| match event.body {
            Body::ParticipantLeft { participant, reason } if participant == who => Some(reason),
            _ => None,
        })
    }

    pub(crate) fn said(&self, kind: &str) -> usize {
        self.log.iter().filter(|event| event.body.kind() == kind).count()
    }

    pub(crate) fn closed(&self) -> Option<CloseReason> {
        self.log.iter().find_map(|event| match event.body {
            Body::Closed { reason } => Some(reason),
            _ => None,
        })
    }

    pub(crate) fn is_dropped(&self, participant: ParticipantId) -> bool {
        self.asked.contains(&Output::Drop { interaction: ID, participant })
    }

    /// The customer and this one hear each other.
    pub(crate) fn is_connected(&self, other: ParticipantId) -> bool {
        self.asked.contains(&Output::Connect { interaction: ID, customer: CUSTOMER, other })
    }

    pub(crate) fn waits_in(&self) -> Option<(QueueId, u8, Tick)> {
        let work = self.room.work(ID)?;
        self.acd.queued.iter().find(|(of, ..)| *of == work).map(|(_, queue, priority, since)| (*queue, *priority, *since))
    }
}

pub(crate) fn number() -> Number {
    Number::E164("+12025550123".into())
}

/// Ann dials for the queue.
pub(crate) fn dial() -> Input {
    let (party, to, ring) = (House::arrival().from, String::new(), Duration::from_secs(20));
    let (queue, room) = (Some(QUEUE), AimRoom::BesideWrapUp);
    let asked = DialAsked { agent: ANN, party, to, queue, wrap_up_max: WRAP_UP, ring, room };
    Input::DialAsked { interaction: ID, customer: CUSTOMER, asked }
}

pub(crate) fn queue(queue: QueueId) -> Target {
    Target::Queue { queue, wrap_up_max: WRAP_UP }
}
