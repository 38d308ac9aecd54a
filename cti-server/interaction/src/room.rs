//! The room's surface: all open interactions, their indexes and timers; inputs in, outputs out. What happens in one is in `interaction`.

use crate::Limits;
use crate::interaction::Interaction;
use crate::supervise::Asked;
use crate::words::{Actions, Demand, HeldOut, Input, Kept, MessageView, Output, ParticipantView, Restored};
use cti_types::acd::{AcdInput, AcdOutput, Rejected, Stale};
use cti_types::event::{Body, CallDirection, MessageEnd, PartyEnd, Stream};
use cti_types::stream::StreamWriter;
use cti_types::{
    AgentId, AssignmentId, Chance, InteractionId, Now, OfferId, OwnerEpoch, ParticipantId, QueueId, RecordingId, Tick, WorkItemId,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// All open interactions.
pub struct Interactions {
    limits: Limits,
    chance: Chance,
    epoch: OwnerEpoch,
    /// The latest owner of the ACD that was heard of.
    acd_epoch: OwnerEpoch,
    stale: u64,
    open: BTreeMap<InteractionId, Interaction>,
    /// Of those open, how many are messages.
    messages: usize,
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
    /// An empty room of the owner of this epoch, who has the ACD as well until another epoch is heard from there.
    pub fn new(limits: Limits, chance: Chance, epoch: OwnerEpoch) -> Interactions {
        Interactions {
            limits,
            chance,
            epoch,
            acd_epoch: epoch,
            stale: 0,
            open: BTreeMap::new(),
            messages: 0,
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
        self.open.len() - self.messages < self.limits.open_max
    }

    /// Whether one more may be opened in which somebody calls for help: a few are kept for them beyond the bound of the others.
    pub fn has_room_for_help(&self) -> bool {
        self.open.len() - self.messages < self.limits.open_max + self.limits.open_max.div_ceil(64)
    }

    /// Whether one more message may be left.
    pub fn has_room_for_message(&self) -> bool {
        self.messages < self.limits.messages_max
    }

    /// Messages that wait or are being dealt with.
    pub fn messages(&self) -> usize {
        self.messages
    }

    pub fn is_open(&self, interaction: InteractionId) -> bool {
        self.open.contains_key(&interaction)
    }

    /// The message an open interaction is about, if it is about one.
    pub fn message(&self, interaction: InteractionId) -> Option<MessageView> {
        self.open.get(&interaction).and_then(Interaction::message_view)
    }

    /// How many are open, messages among them.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// The owner of the ACD for whom [`Output::Acd`] is meant.
    pub fn acd_epoch(&self) -> OwnerEpoch {
        self.acd_epoch
    }

    /// What was heard of an owner of the ACD who had been followed by another; it changed nothing.
    pub fn stale(&self) -> u64 {
        self.stale
    }

    /// The interaction a participant is in, while both are open.
    pub fn of_participant(&self, participant: ParticipantId) -> Option<InteractionId> {
        self.by_participant.get(&participant).copied()
    }

    /// The interaction an assignment belongs to, while it is open.
    pub fn of_assignment(&self, assignment: AssignmentId) -> Option<InteractionId> {
        self.by_assignment.get(&assignment).copied()
    }

    /// The interaction an offer is of, while it is open.
    pub fn of_offer(&self, offer: OfferId) -> Option<InteractionId> {
        self.by_offer.get(&offer).copied()
    }

    /// Which way the contact came, while it is open.
    pub fn direction(&self, interaction: InteractionId) -> Option<CallDirection> {
        self.open.get(&interaction).and_then(|interaction| interaction.direction)
    }

    /// The work item waiting or offered now, if any.
    pub fn work(&self, interaction: InteractionId) -> Option<WorkItemId> {
        self.open.get(&interaction).and_then(Interaction::open_work)
    }

    /// What the participant can do in the call now.
    pub fn actions(&self, participant: ParticipantId) -> Actions {
        self.interaction_of(participant).map(|interaction| interaction.actions(participant)).unwrap_or_default()
    }

    /// Whether a supervisor can begin to follow this participant.
    pub fn can_be_supervised(&self, participant: ParticipantId) -> bool {
        self.interaction_of(participant).is_some_and(|i| i.can_be_supervised(participant) && i.parties() < cti_types::call::PARTIES_MAX)
    }

    /// Whether a supervisor can take the place of this participant.
    pub fn can_be_intercepted(&self, participant: ParticipantId) -> bool {
        self.interaction_of(participant).is_some_and(|i| i.can_be_intercepted(participant))
    }

    /// Whether this supervisor can take the place of whom they hear.
    pub fn can_intercept(&self, supervisor: ParticipantId) -> bool {
        self.interaction_of(supervisor).is_some_and(|i| i.can_intercept(supervisor))
    }

    /// Whether the customer waits in a queue, and no telephone has been lifted for them.
    pub fn waits_in_queue(&self, interaction: InteractionId) -> bool {
        self.open.get(&interaction).is_some_and(|interaction| interaction.waiting_in_queue().is_some())
    }

    /// Whether they supervise now; not who has taken the place of whom they heard.
    pub fn supervises(&self, participant: ParticipantId) -> bool {
        self.interaction_of(participant).is_some_and(|interaction| interaction.supervisions.contains_key(&participant))
    }

    /// Whom this participant supervises now.
    pub fn supervised_by(&self, supervisor: ParticipantId) -> Option<ParticipantId> {
        self.interaction_of(supervisor).and_then(|interaction| interaction.supervisions.get(&supervisor)).map(|one| one.target)
    }

    /// The participant by which this person supervises in the interaction.
    pub fn supervisor(&self, interaction: InteractionId, agent: AgentId) -> Option<ParticipantId> {
        self.open.get(&interaction).and_then(|interaction| interaction.supervisor(agent))
    }

    /// Who asked this participant aside, if anybody does.
    pub fn asked_by(&self, participant: ParticipantId) -> Option<ParticipantId> {
        self.interaction_of(participant).and_then(|interaction| interaction.asked_by(participant))
    }

    /// Who paused the recording; they talk with the customer.
    pub fn recording_paused_by(&self, interaction: InteractionId) -> Option<ParticipantId> {
        self.open.get(&interaction).and_then(|interaction| interaction.paused_by)
    }

    fn interaction_of(&self, participant: ParticipantId) -> Option<&Interaction> {
        self.by_participant.get(&participant).and_then(|id| self.open.get(id))
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

    /// Stale inputs (of something that is over, or in a state in which they mean nothing) change nothing.
    pub fn handle(&mut self, now: Now, input: Input) {
        match input {
            Input::Arrived { interaction, participant, arrival } => {
                self.begin(now, interaction, participant, |i, desk| i.arrived(desk, arrival));
            }
            Input::DialAsked { interaction, customer, asked } => {
                self.begin(now, interaction, customer, |i, desk| i.dial_asked(desk, asked));
            }
            Input::HelpCalled { interaction, by, number } => self.with(interaction, now, |i, desk| i.help_called(desk, by, number)),
            Input::Identified { interaction, customers } => self.with(interaction, now, |i, desk| i.identified(desk, customers)),
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
            Input::QueueAsked { interaction, queue, priority, skills, credit, wrap_up_max } => {
                self.with(interaction, now, |i, desk| i.queue_asked(desk, Demand { queue, priority, skills, credit, wrap_up_max }));
            }
            Input::Acd { epoch, output } => {
                if self.is_current(now, epoch) {
                    self.acd(now, output);
                }
            }
            Input::WorkLeft { epoch, work, reason, overflow, voicemail } => {
                if self.is_current(now, epoch)
                    && let Some(id) = self.by_work.get(&work).copied()
                {
                    self.with(id, now, |i, desk| i.work_left(desk, work, reason, overflow, voicemail));
                }
            }
            Input::ForceReleased { interaction, by, participant } => {
                self.with(interaction, now, |i, desk| i.force_released(desk, by, participant));
            }
            Input::TakenFromQueue { interaction, agent } => self.with(interaction, now, |i, desk| i.taken_from_queue(desk, agent)),
            Input::MovedInQueue { interaction, queue, priority, wrap_up_max } => {
                self.with(interaction, now, |i, desk| i.moved_in_queue(desk, queue, priority, wrap_up_max));
            }
            Input::MessageBegun { interaction, recording, mailbox } => {
                self.with(interaction, now, |i, desk| i.message_begun(desk, recording, mailbox));
            }
            Input::MessageDropped { interaction, recording, end, duration_ms } => {
                self.message_dropped(now, interaction, recording, end, duration_ms);
            }
            Input::MessageKept { interaction, message, kept } => self.message_kept(now, interaction, message, kept),
            Input::MessageRestored { message, restored } => self.message_restored(now, message, restored),
            Input::QueueBack(queue) => self.queue_back(now, queue),
            Input::MessageAsked { interaction, agent } => self.with(interaction, now, |i, desk| i.message_asked(desk, agent)),
            Input::Recorded { interaction, recording } => self.with(interaction, now, |i, desk| i.recorded(desk, recording)),
            Input::Refused { interaction, reason } => self.with(interaction, now, |i, desk| i.refused(desk, reason)),
            Input::Note { interaction, body } => self.note(now, interaction, body),
            Input::Shutdown => {
                let all: Vec<InteractionId> = self.open.keys().copied().collect();
                for id in all {
                    self.with(id, now, |i, desk| i.shutdown(desk));
                }
            }
            of_one => self.of_one(now, of_one),
        }
    }

    /// Inputs about one participant, offer or assignment, whose interaction is found by it.
    fn of_one(&mut self, now: Now, input: Input) {
        match input {
            Input::AgentRinging { participant } => self.of(participant, now, |i, _| i.agent_ringing(participant)),
            Input::AgentAnswered { participant } => self.of(participant, now, |i, desk| i.agent_answered(desk, participant)),
            Input::AgentFailed { participant, reason } => {
                self.of(participant, now, |i, desk| i.agent_failed(desk, participant, reason));
            }
            Input::AgentDeclined { offer } => {
                if let Some(id) = self.by_offer.get(&offer).copied() {
                    self.with(id, now, |i, desk| i.agent_declined(desk, offer));
                }
            }
            Input::Held { participant } => self.of(participant, now, |i, _| i.held(participant, true)),
            Input::Retrieved { participant } => self.of(participant, now, |i, _| i.held(participant, false)),
            Input::RecordingPaused { by, paused } => self.of(by, now, |i, desk| i.recording_paused(desk, by, paused)),
            Input::Left { participant, reason } => self.of(participant, now, |i, desk| i.left(desk, participant, reason)),
            Input::AgentLost { participant } => self.of(participant, now, |i, desk| i.agent_lost(desk, participant)),
            Input::TransferAsked { by, to } => self.of(by, now, |i, desk| i.transfer_asked(desk, by, to)),
            Input::ConsultAsked { by, to } => self.of(by, now, |i, desk| i.consult_asked(desk, by, to)),
            Input::Completed { by } => self.of(by, now, |i, desk| i.completed(desk, by)),
            Input::Returned { by } => self.of(by, now, |i, desk| i.returned(desk, by)),
            Input::Swapped { by } => self.of(by, now, |i, desk| i.swapped(desk, by)),
            Input::Conferenced { by } => self.of(by, now, |i, desk| i.conferenced(desk, by)),
            Input::PartyDropped { by, participant } => self.of(participant, now, |i, desk| i.party_dropped(desk, by, participant)),
            Input::OutsideRinging { participant } => self.of(participant, now, |i, _| i.outside_ringing(participant)),
            Input::OutsideAnswered { participant } => self.of(participant, now, |i, desk| i.outside_answered(desk, participant)),
            Input::OutsideFailed { participant, reason, cause } => {
                self.of(participant, now, |i, desk| i.outside_failed(desk, participant, reason, cause));
            }
            Input::SuperviseAsked { supervisor, target, mode, of_call, intercept } => {
                let asked = Asked { supervisor, target, mode, of_call, intercept };
                self.of(target, now, |i, desk| i.supervise_asked(desk, asked));
            }
            Input::ModeChanged { participant, mode } => self.of(participant, now, |i, desk| i.mode_changed(desk, participant, mode)),
            Input::Intercepted { participant } => self.of(participant, now, |i, desk| i.intercepted(desk, participant)),
            Input::MessageHandled { assignment } => self.of_work(assignment, now, |i, desk| i.message_handled(desk, assignment)),
            Input::MessageReturned { assignment } => self.of_work(assignment, now, |i, desk| i.message_returned(desk, assignment)),
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
            _ => {}
        }
    }

    fn begin(&mut self, now: Now, id: InteractionId, customer: ParticipantId, act: impl FnOnce(&mut Interaction, &mut Desk<'_>)) {
        // Whoever opens one has asked which bound is theirs.
        if self.open.contains_key(&id) || !self.has_room_for_help() {
            return;
        }
        self.open.insert(id, Interaction::new(id, now, customer, self.epoch));
        self.with(id, now, act);
    }

    fn message_dropped(&mut self, now: Now, origin: InteractionId, recording: RecordingId, end: MessageEnd, duration_ms: u64) {
        if self.open.contains_key(&origin) {
            self.with(origin, now, |i, desk| i.message_dropped(desk, recording, end, duration_ms));
        } else {
            self.note(now, origin, Body::MessageEnded { recording, end, duration_ms, message: None });
        }
    }

    fn message_kept(&mut self, now: Now, origin: InteractionId, message: InteractionId, kept: Kept) {
        if self.open.contains_key(&message) {
            return;
        }
        if !self.has_room_for_message() {
            let (recording, duration_ms) = (kept.recording, kept.duration_ms);
            return self.message_dropped(now, origin, recording, MessageEnd::NoRoom, duration_ms);
        }
        let mut place = (now.tick, 0);
        if self.open.contains_key(&origin) {
            self.with(origin, now, |i, desk| place = i.message_kept(desk, message, &kept));
        } else {
            // The call ended first: what was said of it is delivered all the same.
            let (recording, duration_ms, end) = (kept.recording, kept.duration_ms, MessageEnd::Left);
            self.note(now, origin, Body::MessageEnded { recording, end, duration_ms, message: Some(message) });
        }
        let nobody = ParticipantId::new(now.utc, &mut self.chance);
        self.open.insert(message, Interaction::new(message, now, nobody, self.epoch));
        self.messages += 1;
        self.with(message, now, |i, desk| i.message_left(desk, origin, kept, place));
    }

    /// More than the bound are taken in: they were there before.
    fn message_restored(&mut self, now: Now, message: InteractionId, restored: Restored) {
        if self.open.contains_key(&message) {
            return;
        }
        let nobody = ParticipantId::new(now.utc, &mut self.chance);
        let mut interaction = Interaction::new(message, now, nobody, self.epoch);
        // A system clock that was set back does not turn the stream back; from here on it goes by ticks.
        let anchor = Now { utc: now.utc.max(restored.last), ..now };
        interaction.log = StreamWriter::resume(Stream::Interaction(message), anchor, restored.seq).owned_by(self.epoch);
        self.open.insert(message, interaction);
        self.messages += 1;
        self.with(message, now, |i, desk| i.message_restored(desk, restored));
    }

    fn queue_back(&mut self, now: Now, queue: QueueId) {
        if self.messages == 0 {
            return;
        }
        let messages: Vec<InteractionId> = self.open.iter().filter(|(_, i)| i.has_open_message()).map(|(id, _)| *id).collect();
        for id in messages {
            self.with(id, now, |i, desk| i.queue_back(desk, queue));
        }
    }

    fn of_work(&mut self, assignment: AssignmentId, now: Now, act: impl FnOnce(&mut Interaction, &mut Desk<'_>)) {
        if let Some(id) = self.by_assignment.get(&assignment).copied() {
            self.with(id, now, act);
        }
    }

    fn acd(&mut self, now: Now, output: AcdOutput) {
        match output {
            AcdOutput::Offer { offer, work, interaction, queue: _, agent, until, decision } => {
                let held_out = HeldOut { offer, work, agent, until, decision };
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
            AcdOutput::AimEnded { work, why } => {
                if let Some(id) = self.by_work.get(&work).copied() {
                    self.with(id, now, |i, desk| i.aim_ended(desk, work, not_held_out(why)));
                }
            }
            // The answer to an acceptance that was granted to nobody, if the offer's end was not heard.
            AcdOutput::Stale(Stale::Offer(offer)) => {
                if let Some(id) = self.by_offer.get(&offer).copied() {
                    self.with(id, now, |i, desk| i.offer_void(desk, offer));
                }
            }
            // What still holds was said anew when the new owner's epoch was heard.
            AcdOutput::Stale(Stale::Work(_) | Stale::Assignment(_)) => {}
            AcdOutput::Left { .. } | AcdOutput::Agent(_) | AcdOutput::Queue(_) => {}
        }
    }

    /// Whether the ACD's present owner speaks. A new one knows nothing of what was said to the one before: the offers of that one are
    /// void, and what waits or is under way is said again.
    fn is_current(&mut self, now: Now, epoch: OwnerEpoch) -> bool {
        if epoch < self.acd_epoch {
            self.stale += 1;
            return false;
        }
        if epoch > self.acd_epoch {
            self.acd_epoch = epoch;
            for id in self.open.keys().copied().collect::<Vec<_>>() {
                self.with(id, now, Interaction::acd_taken_over);
            }
        }
        true
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
        interaction.follow(&mut desk);
        interaction.close_if_over(&mut desk);
        if interaction.is_closed() {
            self.messages -= usize::from(interaction.message.is_some());
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
        let messages = self.open.values().filter(|interaction| interaction.message.is_some()).count();
        if messages != self.messages {
            return Err(format!("{messages} messages are counted as {}", self.messages));
        }
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

/// Why an agent was not even asked, as who wanted them is told.
fn not_held_out(why: Rejected) -> PartyEnd {
    match why {
        Rejected::Busy | Rejected::Reserved | Rejected::WrapUp => PartyEnd::Busy,
        Rejected::LoggedOut | Rejected::NotReady(_) | Rejected::DeviceUnreachable => PartyEnd::Unreachable,
        Rejected::MissingSkill(_) | Rejected::ProficiencyTooLow(_) | Rejected::DeclinedThis => PartyEnd::Failed,
        Rejected::LessIdle | Rejected::LessProficient => PartyEnd::Failed,
    }
}
