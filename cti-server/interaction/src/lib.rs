//! The life of interactions on any channel: participants, segments, work items, assignments, wrap-up, closure.
//!
//! It knows no SIP and no media. It is told facts ([`Input`]), keeps the truth of who is in the interaction and in
//! what state, and says what neighbours must do ([`Output`]): enqueue, ring, connect, hang up. Every change is an
//! [`Event`] of the log; segments tile each participant's time because starting one ends the one before.

mod interaction;

pub use interaction::{AssignmentView, ParticipantView};

use cti_types::acd::{AcdInput, AcdOutput, Decision, NotReadyReason, OfferEnd};
use cti_types::event::{Body, CallDirection, CloseReason, Event, FlowEnd, LeaveReason, Personal};
use cti_types::flow::{FlowRef, QueueLeft, SkillNeed};
use cti_types::stream::StreamWriter;
use cti_types::{
    AgentId, AssignmentId, Chance, CustomerId, InteractionId, Now, OfferId, ParticipantId, Party, QueueId, Tick, TrunkId, WorkItemId,
    WrapUpCodeId,
};
use interaction::Interaction;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// The bounds of the room; at each the newcomer is refused, what is under way is not harmed.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most interactions open at once; one more is refused by [`Interactions::has_room`].
    pub open_max: usize,
    /// Most values a flow may set on one interaction; more are ignored.
    pub data_max: usize,
    /// Most node visits logged per interaction; more are not logged.
    pub visits_max: usize,
    /// How long a closed interaction still takes notes (the sealed recording, the last media report).
    pub late_notes: Duration,
    /// Most closed interactions that still take notes; beyond it the oldest is forgotten, its late notes are dropped.
    pub late_max: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { open_max: 20_000, data_max: 64, visits_max: 1_000, late_notes: Duration::from_secs(300), late_max: 50_000 }
    }
}

/// What the room is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A contact arrived. `participant` is the customer's.
    Arrived {
        interaction: InteractionId,
        participant: ParticipantId,
        arrival: Arrival,
    },
    /// The look-up answered: all matches, the likely first.
    Identified {
        interaction: InteractionId,
        customers: Vec<CustomerId>,
    },
    FlowEntered {
        interaction: InteractionId,
        flow: FlowRef,
    },
    NodeVisited {
        interaction: InteractionId,
        node: String,
    },
    DataSet {
        interaction: InteractionId,
        key: String,
        value: String,
        masked: bool,
    },
    /// The flow ended by itself (hang-up or error); handing to a queue is `QueueAsked`.
    FlowEnded {
        interaction: InteractionId,
        how: FlowEnd,
    },
    /// The customer is to wait for an agent.
    QueueAsked {
        interaction: InteractionId,
        queue: QueueId,
        priority: u8,
        skills: Vec<SkillNeed>,
        wrap_up_max: Duration,
    },
    /// What the ACD says of offers; that work left a queue is `WorkLeft`.
    Acd(AcdOutput),
    /// The ACD sent the work away: into another queue, with that queue's wrap-up limit, or back to its flow.
    WorkLeft {
        work: WorkItemId,
        reason: QueueLeft,
        overflow: Option<(QueueId, Duration)>,
    },
    AgentRinging {
        participant: ParticipantId,
    },
    AgentAnswered {
        participant: ParticipantId,
    },
    /// The agent's telephone failed the offer.
    AgentFailed {
        participant: ParticipantId,
        reason: NotReadyReason,
    },
    /// The agent turned the offer down.
    AgentDeclined {
        offer: OfferId,
    },
    Held {
        participant: ParticipantId,
    },
    Retrieved {
        participant: ParticipantId,
    },
    /// A participant's connection is over.
    Left {
        participant: ParticipantId,
        reason: LeaveReason,
    },
    WrapUpSet {
        assignment: AssignmentId,
        code: Option<WrapUpCodeId>,
        note: Option<String>,
    },
    WrapUpFinished {
        assignment: AssignmentId,
    },
    /// The interaction could not be served (refused before answer, protocol failure).
    Refused {
        interaction: InteractionId,
        reason: CloseReason,
    },
    /// A fact of another room that belongs in this interaction's log (recordings, media). Keeps the interaction's order.
    Note {
        interaction: InteractionId,
        body: Body,
    },
    /// The server stops: whatever is open is ended with the reason.
    Shutdown,
}

/// A contact as it arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    pub direction: CallDirection,
    pub from: Party,
    /// Our number, as dialled.
    pub to: String,
    pub trunk: Option<TrunkId>,
    pub call_id: Option<String>,
}

/// What neighbours must do.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// For the log, in order.
    Log(Event),
    /// For the log, before the event that names it.
    Personal(Personal),
    Acd(AcdInput),
    /// Make this agent's telephone ring. `participant` is new.
    Ring {
        interaction: InteractionId,
        participant: ParticipantId,
        agent: AgentId,
        offer: OfferId,
        queue: QueueId,
        until: Tick,
    },
    /// Whatever rings or talks for this participant must end. The offer, if any, ended as said.
    Drop {
        interaction: InteractionId,
        participant: ParticipantId,
    },
    /// The offer is over, for the agent's screen.
    OfferOver {
        interaction: InteractionId,
        offer: OfferId,
        agent: AgentId,
        end: OfferEnd,
    },
    /// These two hear each other from now on.
    Connect {
        interaction: InteractionId,
        customer: ParticipantId,
        agent: ParticipantId,
        assignment: AssignmentId,
    },
    /// The customer waits in this queue: music.
    Waiting {
        interaction: InteractionId,
        customer: ParticipantId,
        queue: QueueId,
    },
    /// The customer's flow goes on with why there was no agent.
    BackToFlow {
        interaction: InteractionId,
        reason: QueueLeft,
    },
    /// An assignment's phase changed, for the agent's screen.
    Assignment(AssignmentView),
    /// The assignment is over, for the agent's screen.
    AssignmentOver {
        assignment: AssignmentId,
        agent: AgentId,
    },
    /// Closed for good; nothing of it is kept here.
    Closed {
        interaction: InteractionId,
    },
}

/// All open interactions.
pub struct Interactions {
    limits: Limits,
    chance: Chance,
    open: BTreeMap<InteractionId, Interaction>,
    by_participant: BTreeMap<ParticipantId, InteractionId>,
    by_work: BTreeMap<WorkItemId, InteractionId>,
    by_offer: BTreeMap<OfferId, InteractionId>,
    by_assignment: BTreeMap<AssignmentId, InteractionId>,
    /// Wrap-up limits, earliest first.
    timers: BTreeSet<(Tick, AssignmentId)>,
    /// Streams of closed interactions that may still get a note, and the order in which they are forgotten.
    late: BTreeMap<InteractionId, StreamWriter>,
    forget: VecDeque<(Tick, InteractionId)>,
    out: VecDeque<Output>,
}

impl Interactions {
    pub fn new(limits: Limits, chance: Chance) -> Interactions {
        Interactions {
            limits,
            chance,
            open: BTreeMap::new(),
            by_participant: BTreeMap::new(),
            by_work: BTreeMap::new(),
            by_offer: BTreeMap::new(),
            by_assignment: BTreeMap::new(),
            timers: BTreeSet::new(),
            late: BTreeMap::new(),
            forget: VecDeque::new(),
            out: VecDeque::new(),
        }
    }

    /// Whether one more interaction may be opened.
    pub fn has_room(&self) -> bool {
        self.open.len() < self.limits.open_max
    }

    /// How many are open.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// The interaction a participant is in, while both are open.
    pub fn of_participant(&self, participant: ParticipantId) -> Option<InteractionId> {
        self.by_participant.get(&participant).copied()
    }

    /// The interaction an assignment belongs to, while it is open.
    pub fn of_assignment(&self, assignment: AssignmentId) -> Option<InteractionId> {
        self.by_assignment.get(&assignment).copied()
    }

    /// The work item waiting or offered now, if any.
    pub fn work(&self, interaction: InteractionId) -> Option<WorkItemId> {
        self.open.get(&interaction).and_then(Interaction::open_work)
    }

    /// Every participant now in the interaction.
    pub fn participants(&self, interaction: InteractionId) -> Vec<ParticipantView> {
        self.open.get(&interaction).map(Interaction::participants).unwrap_or_default()
    }

    /// When [`Interactions::handle_timeout`] is next needed.
    pub fn poll_timeout(&self) -> Option<Tick> {
        let wrap_up = self.timers.first().map(|(at, _)| *at);
        let forget = self.forget.front().map(|(at, _)| *at);
        wrap_up.into_iter().chain(forget).min()
    }

    /// Ends wrap-ups whose limit has come, and forgets what closed long ago.
    pub fn handle_timeout(&mut self, now: Now) {
        while let Some(&(at, id)) = self.forget.front()
            && (at <= now.tick || self.forget.len() > self.limits.late_max)
        {
            self.forget.pop_front();
            self.late.remove(&id);
        }
        while let Some(&(at, assignment)) = self.timers.first() {
            if at > now.tick {
                break;
            }
            self.timers.remove(&(at, assignment));
            if let Some(id) = self.by_assignment.get(&assignment).copied() {
                self.with(id, now, |i, desk| i.wrap_up_expired(desk, assignment));
            }
        }
    }

    /// Drain until `None` after every `handle`.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// Stale inputs (of something that is over) change nothing.
    pub fn handle(&mut self, now: Now, input: Input) {
        match input {
            Input::Arrived { interaction, participant, arrival } => self.arrive(now, interaction, participant, arrival),
            Input::Identified { interaction, customers } => {
                self.with(interaction, now, |i, desk| i.identified(desk, customers));
            }
            Input::FlowEntered { interaction, flow } => self.with(interaction, now, |i, desk| i.flow_entered(desk, flow)),
            Input::NodeVisited { interaction, node } => {
                let most = self.limits.visits_max;
                self.with(interaction, now, |i, desk| i.node_visited(desk, node, most));
            }
            Input::DataSet { interaction, key, value, masked } => {
                let most = self.limits.data_max;
                self.with(interaction, now, |i, desk| i.data_set(desk, key, value, masked, most));
            }
            Input::FlowEnded { interaction, how } => self.with(interaction, now, |i, desk| i.flow_ended(desk, how)),
            Input::QueueAsked { interaction, queue, priority, skills, wrap_up_max } => {
                self.with(interaction, now, |i, desk| i.queue_asked(desk, queue, priority, skills, wrap_up_max));
            }
            Input::Acd(output) => self.acd(now, output),
            Input::WorkLeft { work, reason, overflow } => {
                if let Some(id) = self.by_work.get(&work).copied() {
                    self.with(id, now, |i, desk| i.work_left(desk, work, reason, overflow));
                }
            }
            Input::AgentRinging { participant } => self.of(participant, now, |i, desk| i.agent_ringing(desk, participant)),
            Input::AgentAnswered { participant } => self.of(participant, now, |i, desk| i.agent_answered(desk, participant)),
            Input::AgentFailed { participant, reason } => {
                self.of(participant, now, |i, desk| i.agent_failed(desk, participant, reason));
            }
            Input::AgentDeclined { offer } => {
                if let Some(id) = self.by_offer.get(&offer).copied() {
                    self.with(id, now, |i, desk| i.agent_declined(desk, offer));
                }
            }
            Input::Held { participant } => self.of(participant, now, |i, desk| i.held(desk, participant)),
            Input::Retrieved { participant } => self.of(participant, now, |i, desk| i.retrieved(desk, participant)),
            Input::Left { participant, reason } => self.of(participant, now, |i, desk| i.left(desk, participant, reason)),
            Input::WrapUpSet { assignment, code, note } => {
                if let Some(id) = self.by_assignment.get(&assignment).copied() {
                    self.with(id, now, |i, desk| i.wrap_up_set(desk, assignment, code, note));
                }
            }
            Input::WrapUpFinished { assignment } => {
                if let Some(id) = self.by_assignment.get(&assignment).copied() {
                    self.with(id, now, |i, desk| i.wrap_up_finished(desk, assignment));
                }
            }
            Input::Refused { interaction, reason } => self.with(interaction, now, |i, desk| i.refused(desk, reason)),
            Input::Note { interaction, body } => self.note(now, interaction, body),
            Input::Shutdown => {
                let all: Vec<InteractionId> = self.open.keys().copied().collect();
                for id in all {
                    self.with(id, now, |i, desk| i.shutdown(desk));
                }
            }
        }
    }

    fn arrive(&mut self, now: Now, id: InteractionId, participant: ParticipantId, arrival: Arrival) {
        if self.open.contains_key(&id) || !self.has_room() {
            return;
        }
        self.open.insert(id, Interaction::new(id, now, participant));
        self.with(id, now, |i, desk| i.arrived(desk, arrival));
    }

    fn acd(&mut self, now: Now, output: AcdOutput) {
        match output {
            AcdOutput::Offer { offer, work, interaction, queue, agent, until, decision } => {
                let held_out = HeldOut { offer, work, queue, agent, until, decision };
                if self.by_work.get(&work) == Some(&interaction) {
                    self.with(interaction, now, |i, desk| i.offered(desk, held_out));
                } else {
                    // The work ended while the offer was on its way.
                    self.out.push_back(Output::Acd(AcdInput::Withdraw { work }));
                }
            }
            AcdOutput::OfferEnded { offer, work: _, agent, end } => {
                if let Some(id) = self.by_offer.get(&offer).copied() {
                    self.with(id, now, |i, desk| i.offer_ended(desk, offer, agent, end));
                }
            }
            AcdOutput::Left { .. } | AcdOutput::Agent(_) | AcdOutput::Queue(_) => {}
        }
    }

    fn of(&mut self, participant: ParticipantId, now: Now, act: impl FnOnce(&mut Interaction, &mut Desk<'_>)) {
        if let Some(id) = self.by_participant.get(&participant).copied() {
            self.with(id, now, act);
        }
    }

    fn with(&mut self, id: InteractionId, now: Now, act: impl FnOnce(&mut Interaction, &mut Desk<'_>)) {
        let Some(mut interaction) = self.open.remove(&id) else { return };
        let mut desk = Desk {
            now,
            chance: &mut self.chance,
            out: &mut self.out,
            by_participant: &mut self.by_participant,
            by_work: &mut self.by_work,
            by_offer: &mut self.by_offer,
            by_assignment: &mut self.by_assignment,
            timers: &mut self.timers,
        };
        act(&mut interaction, &mut desk);
        interaction.close_if_over(&mut desk);
        if interaction.is_closed() {
            self.late.insert(id, interaction.into_log());
            self.forget.push_back((now.tick + self.limits.late_notes, id));
        } else {
            self.open.insert(id, interaction);
        }
    }

    fn note(&mut self, now: Now, id: InteractionId, body: Body) {
        if let Some(log) = self.late.get_mut(&id) {
            self.out.push_back(Output::Log(log.event(now, body)));
        } else {
            self.with(id, now, |interaction, desk| interaction.note(desk, body));
        }
    }

    /// Invariants I1 and I3 as far as this room sees them; the simulator calls it after every step.
    pub fn check(&self) -> Result<(), String> {
        for (id, interaction) in &self.open {
            interaction.check().map_err(|why| format!("{id}: {why}"))?;
        }
        let known = |id: &InteractionId| self.open.contains_key(id);
        if !self.by_participant.values().all(known)
            || !self.by_work.values().all(known)
            || !self.by_offer.values().all(known)
            || !self.by_assignment.values().all(known)
        {
            return Err("an index names an interaction that is closed".into());
        }
        Ok(())
    }
}

/// An offer of the ACD.
pub(crate) struct HeldOut {
    pub(crate) offer: OfferId,
    pub(crate) work: WorkItemId,
    pub(crate) queue: QueueId,
    pub(crate) agent: AgentId,
    pub(crate) until: Tick,
    pub(crate) decision: Decision,
}

/// What one interaction may touch of the room while it handles an input.
pub(crate) struct Desk<'a> {
    pub(crate) now: Now,
    pub(crate) chance: &'a mut Chance,
    pub(crate) out: &'a mut VecDeque<Output>,
    pub(crate) by_participant: &'a mut BTreeMap<ParticipantId, InteractionId>,
    pub(crate) by_work: &'a mut BTreeMap<WorkItemId, InteractionId>,
    pub(crate) by_offer: &'a mut BTreeMap<OfferId, InteractionId>,
    pub(crate) by_assignment: &'a mut BTreeMap<AssignmentId, InteractionId>,
    pub(crate) timers: &'a mut BTreeSet<(Tick, AssignmentId)>,
}
