//! The log added up: each stream numbered without gap, segments tiling, everything opened ended once. Sees no effect but the log.

use super::{Check, ensure};
use cti_types::acd::{NotReadyReason, OfferEnd, Presence};
use cti_types::event::{Body, CloseReason, Event, Purpose, SegmentKind, Stream, WorkEnd};
use cti_types::flow::SkillNeed;
use cti_types::{AgentId, AssignmentId, InteractionId, OfferId, ParticipantId, QueueId, RecordingId, Tick, Utc, WorkItemId};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How long a decline is remembered (`cti_acd::DECLINE_MEMORY`), and a second.
const DECLINE: Duration = Duration::from_secs(31);
/// Longer than any offer timeout of the simulated house, and than work for one agent rings.
const OFFER_MAX: Duration = Duration::from_secs(31);

#[derive(Default)]
struct Contact {
    participants: BTreeMap<ParticipantId, (Option<AgentId>, Option<SegmentKind>)>,
    assignments: BTreeMap<AssignmentId, (AgentId, ParticipantId)>,
    /// Since when the work that just overflowed waits.
    carried: Option<Tick>,
    flow: bool,
    /// An agent or a supervisor sent the customer elsewhere.
    sent_on: bool,
    recordings: BTreeSet<RecordingId>,
    closed: bool,
}

pub(crate) struct Work {
    pub(crate) interaction: InteractionId,
    /// `None`: for one agent, who has no line before them.
    pub(crate) queue: Option<QueueId>,
    pub(crate) priority: u8,
    pub(crate) skills: Vec<SkillNeed>,
    pub(crate) since: Tick,
    pub(crate) credit: Duration,
    pub(crate) arrival: u64,
    pub(crate) offer: Option<OfferId>,
    /// The step in which it last began to wait.
    pub(crate) waiting_step: u64,
    pub(crate) declined: BTreeMap<AgentId, Tick>,
}

impl Work {
    pub(crate) fn has_declined(&self, agent: AgentId, now: Tick) -> bool {
        self.declined.get(&agent).is_some_and(|at| now.since(*at) < DECLINE)
    }
}

pub(crate) struct Person {
    pub(crate) presence: Presence,
    pub(crate) pending: Option<Presence>,
    pub(crate) offers: BTreeSet<OfferId>,
    pub(crate) assignments: BTreeMap<AssignmentId, InteractionId>,
}

impl Default for Person {
    fn default() -> Person {
        Person { presence: Presence::LoggedOut, pending: None, offers: BTreeSet::new(), assignments: BTreeMap::new() }
    }
}

#[derive(Default)]
struct Written {
    seq: u64,
    at: Option<Utc>,
    events: Vec<Event>,
}

/// An offer as it is in the log; handed to the order check.
pub(crate) struct Offered {
    pub(crate) work: WorkItemId,
    pub(crate) agent: AgentId,
}

#[derive(Default)]
pub(crate) struct Totals {
    pub(crate) calls: u64,
    pub(crate) completed: u64,
    pub(crate) abandoned: u64,
    pub(crate) offers: u64,
    pub(crate) transfers: u64,
    pub(crate) conferences: u64,
    pub(crate) supervisions: u64,
    pub(crate) messages: u64,
}

#[derive(Default)]
pub(crate) struct Log {
    streams: BTreeMap<Stream, Written>,
    contacts: BTreeMap<InteractionId, Contact>,
    pub(crate) works: BTreeMap<WorkItemId, Work>,
    offers: BTreeMap<OfferId, (WorkItemId, AgentId, Tick)>,
    /// Agents' own calls, which need not be all they have.
    dials: BTreeSet<WorkItemId>,
    pub(crate) people: BTreeMap<AgentId, Person>,
    arrivals: u64,
    pub(crate) totals: Totals,
}

impl Log {
    /// Takes one event in. An offer is returned for the order check.
    pub(crate) fn add(&mut self, now: Tick, step: u64, event: &Event) -> Check<Option<Offered>> {
        let written = self.streams.entry(event.stream).or_default();
        ensure!(event.seq == written.seq + 1, "I3: {:?} jumps from {} to {}", event.stream, written.seq, event.seq);
        ensure!(written.at.is_none_or(|at| at <= event.at), "I3: {:?} goes back in time at {}", event.stream, event.seq);
        written.seq = event.seq;
        written.at = Some(event.at);
        written.events.push(event.clone());
        match event.stream {
            Stream::Interaction(id) => self.contact(now, step, id, event),
            Stream::Agent(id) => self.person(id, &event.body).map(|()| None),
        }
    }

    fn person(&mut self, id: AgentId, body: &Body) -> Check {
        let person = self.people.entry(id).or_default();
        let out = person.presence == Presence::LoggedOut;
        match body {
            Body::SignedIn { .. } => {
                ensure!(out, "agent {id} signs in twice");
                person.presence = Presence::NotReady(NotReadyReason::Unspecified);
            }
            Body::PresenceChanged { presence, pending } => {
                ensure!(!out, "agent {id} changes presence while signed out");
                ensure!(*presence != Presence::LoggedOut, "agent {id} is logged out by a change of presence");
                (person.presence, person.pending) = (*presence, *pending);
            }
            Body::TakenOver { .. } => ensure!(!out, "agent {id} moves while signed out"),
            Body::SignedOut => {
                ensure!(!out, "agent {id} signs out twice");
                (person.presence, person.pending) = (Presence::LoggedOut, None);
            }
            other => return Err(format!("{} in the stream of an agent", other.kind())),
        }
        Ok(())
    }

    fn contact(&mut self, now: Tick, step: u64, id: InteractionId, event: &Event) -> Check<Option<Offered>> {
        let body = &event.body;
        if let Body::Opened { .. } = body {
            ensure!(event.seq == 1, "{id} opens twice");
            self.contacts.insert(id, Contact::default());
            self.totals.calls += 1;
            return Ok(None);
        }
        let Some(contact) = self.contacts.get_mut(&id) else { return Err(format!("{id} does not begin with opened")) };
        let late = matches!(
            body,
            Body::RecordingPart { .. }
                | Body::RecordingEnded { .. }
                | Body::MediaReport { .. }
                | Body::RecordingGap { .. }
                | Body::RecordingFailed { .. }
                | Body::MessageEnded { .. }
                | Body::AnswererDetected { .. }
                | Body::MediaLost { .. }
                | Body::MediaBack { .. }
        );
        ensure!(late || !contact.closed, "I3: {} in {id} after its close", body.kind());
        match body {
            Body::ParticipantJoined { participant, agent, .. } => {
                let before = contact.participants.insert(*participant, (*agent, None));
                ensure!(before.is_none(), "I3: {participant} joins twice");
            }
            Body::SegmentStarted { participant, segment, .. } => {
                let Some(entry) = contact.participants.get_mut(participant) else {
                    return Err(format!("I3: a segment of {participant} who is not there"));
                };
                entry.1 = Some(*segment);
            }
            Body::ParticipantLeft { participant, .. } => {
                let gone = contact.participants.remove(participant);
                ensure!(gone.is_some_and(|(_, segment)| segment.is_some()), "I3: {participant} leaves without a segment");
            }
            Body::FlowEntered { .. } => ensure!(!std::mem::replace(&mut contact.flow, true), "{id} enters a flow in a flow"),
            Body::FlowLeft { .. } => ensure!(std::mem::replace(&mut contact.flow, false), "{id} leaves no flow"),
            Body::RecordingStarted { recording } => {
                ensure!(contact.recordings.insert(*recording), "{recording} starts twice");
            }
            Body::RecordingEnded { recording, .. } => ensure!(contact.recordings.remove(recording), "{recording} ends twice"),
            Body::Closed { reason } => {
                contact.closed = true;
                let open = !contact.participants.is_empty() || !contact.assignments.is_empty() || contact.flow;
                ensure!(!open, "I3: {id} closes with something open");
                ensure!(!self.works.values().any(|w| w.interaction == id), "I3: {id} closes with open work");
                match reason {
                    CloseReason::Completed => self.totals.completed += 1,
                    CloseReason::Abandoned => self.totals.abandoned += 1,
                    _ => {}
                }
            }
            Body::Transferred { .. } => {
                contact.sent_on = true;
                self.totals.transfers += 1;
            }
            // Its work brings the age that its caller had.
            Body::MessageLeft { .. } => {
                contact.sent_on = true;
                self.totals.messages += 1;
            }
            Body::ForceReleased { .. } => contact.sent_on = true,
            // A page that does not come back gives its caller back.
            Body::MediaLost { .. } => contact.sent_on = true,
            Body::Conferenced { .. } => self.totals.conferences += 1,
            Body::SupervisionStarted { .. } => self.totals.supervisions += 1,
            Body::WorkEnded { end: WorkEnd::Moved(_) | WorkEnd::Taken(_), .. } => {
                contact.sent_on = true;
                return self.work(now, step, id, event);
            }
            _ => return self.work(now, step, id, event),
        }
        Ok(None)
    }

    fn work(&mut self, now: Tick, step: u64, id: InteractionId, event: &Event) -> Check<Option<Offered>> {
        let Some(contact) = self.contacts.get_mut(&id) else { return Ok(None) };
        match &event.body {
            Body::WorkQueued { work, queue, priority, skills, credit_ms, since } => {
                self.arrivals += 1;
                // Whoever was sent on or given back keeps the age they had; both times are by the stream's own clock.
                let age = Duration::from_micros(u64::try_from(event.at.0 - since.0).unwrap_or_default());
                let carried = contact.carried.take().unwrap_or(now);
                let since = if contact.sent_on { now.back(age) } else { carried };
                let skills = skills.clone();
                let (queue, priority, arrival, declined) = (Some(*queue), *priority, self.arrivals, BTreeMap::new());
                let credit = Duration::from_millis(*credit_ms);
                let entry =
                    Work { interaction: id, queue, priority, skills, since, credit, arrival, offer: None, waiting_step: step, declined };
                ensure!(self.works.insert(*work, entry).is_none(), "I1: {work} is queued twice");
            }
            Body::WorkAimed { work, priority, purpose, .. } => {
                if *purpose == Purpose::Dial {
                    self.dials.insert(*work);
                }
                self.arrivals += 1;
                let (priority, arrival, declined) = (*priority, self.arrivals, BTreeMap::new());
                let (queue, skills, offer, since, waiting_step) = (None, Vec::new(), None, now, step);
                let credit = Duration::ZERO;
                let entry = Work { interaction: id, queue, priority, skills, since, credit, arrival, offer, waiting_step, declined };
                ensure!(self.works.insert(*work, entry).is_none(), "I1: {work} is aimed twice");
            }
            Body::WorkEnded { work, end } => {
                let Some(gone) = self.works.remove(work) else { return Err(format!("I1: {work} ends twice")) };
                match end {
                    WorkEnd::Overflowed(_) | WorkEnd::Left(_) | WorkEnd::Moved(_) => contact.carried = Some(gone.since),
                    WorkEnd::Assigned(_) | WorkEnd::Abandoned | WorkEnd::Taken(_) | WorkEnd::NotTaken(_) | WorkEnd::ServerLost => {}
                }
            }
            Body::Offered { offer, work, agent, .. } => {
                let Some(entry) = self.works.get_mut(work) else { return Err(format!("I2: offer of {work}, which is over")) };
                ensure!(entry.offer.is_none(), "I2: {work} is offered twice at once");
                let person = self.people.entry(*agent).or_default();
                ensure!(person.offers.is_empty(), "I2: {agent} has two offers");
                let free = person.assignments.is_empty() || self.dials.contains(work);
                ensure!(free, "I2: {agent} is offered more than their capacity");
                ensure!(!entry.has_declined(*agent, Tick(now.0 + 2_000_000)), "{agent} is offered {work} again right after declining it");
                entry.offer = Some(*offer);
                person.offers.insert(*offer);
                self.offers.insert(*offer, (*work, *agent, now));
                self.totals.offers += 1;
                return Ok(Some(Offered { work: *work, agent: *agent }));
            }
            Body::OfferEnded { offer, work, agent, end } => {
                let was = self.offers.remove(offer);
                ensure!(was.is_some_and(|(w, a, _)| w == *work && a == *agent), "I2: {offer} ends twice or as another's");
                self.people.entry(*agent).or_default().offers.remove(offer);
                if let Some(entry) = self.works.get_mut(work) {
                    (entry.offer, entry.waiting_step) = (None, step);
                    if *end == OfferEnd::Declined {
                        entry.declined.insert(*agent, now);
                    }
                }
            }
            Body::Assigned { assignment, work, agent, participant } => {
                ensure!(contact.participants.contains_key(participant), "I1: {assignment} without its participant");
                let person = self.people.entry(*agent).or_default();
                person.assignments.insert(*assignment, id);
                let alone = person.assignments.len() == 1 || self.dials.contains(work);
                ensure!(alone, "I2: {agent} holds more than their capacity");
                ensure!(contact.assignments.insert(*assignment, (*agent, *participant)).is_none(), "{assignment} twice");
            }
            Body::AssignmentEnded { assignment, .. } => {
                let Some((agent, _)) = contact.assignments.remove(assignment) else { return Err(format!("I1: {assignment} ends twice")) };
                self.people.entry(agent).or_default().assignments.remove(assignment);
            }
            _ => {}
        }
        Ok(None)
    }

    /// After every step: what cannot be said of a single event.
    pub(crate) fn check(&self, now: Tick) -> Check {
        for (offer, (_, agent, since)) in &self.offers {
            ensure!(now.since(*since) <= OFFER_MAX, "I2: {offer} to {agent} does not end");
        }
        for (id, contact) in &self.contacts {
            let bare = contact.participants.values().any(|(_, segment)| segment.is_none());
            ensure!(!bare, "I3: a participant of {id} has no segment");
        }
        Ok(())
    }

    /// What the agent does in an assignment.
    pub(crate) fn segment_of(&self, assignment: AssignmentId, interaction: InteractionId) -> Option<SegmentKind> {
        let contact = self.contacts.get(&interaction)?;
        let (_, participant) = contact.assignments.get(&assignment)?;
        contact.participants.get(participant)?.1
    }

    pub(crate) fn is_open(&self, interaction: InteractionId) -> bool {
        self.contacts.get(&interaction).is_some_and(|contact| !contact.closed)
    }

    pub(crate) fn open(&self) -> usize {
        self.contacts.values().filter(|c| !c.closed).count()
    }

    pub(crate) fn first_open(&self) -> Option<String> {
        let (id, contact) = self.contacts.iter().find(|(_, c)| !c.closed || !c.recordings.is_empty())?;
        let what = if contact.closed { "has a recording without end" } else { "is open" };
        let participants: Vec<_> = contact.participants.values().collect();
        Some(format!("{id} {what}: participants {participants:?}, assignments {:?}", contact.assignments))
    }

    /// Every stream's events, for the recovery after a crash.
    pub(crate) fn streams(&self) -> impl Iterator<Item = (Stream, &[Event])> {
        self.streams.iter().map(|(stream, written)| (*stream, written.events.as_slice()))
    }
}
