//! What becomes of a call once somebody talks in it: connecting, recording, consultations, conferences, supervision, other flows.
//! Carries out in the call room what the interactions decide. Extends [`Rooms`].

use super::Effect;
use super::directory::RecordingPolicy;
use super::rooms::Rooms;
use cti_call::Input as CallInput;
use cti_interaction::{Input as Said, Output as Life};
use cti_types::event::{Body, FlowEnd, LeaveReason, SuperviseMode};
use cti_types::media::Clip;
use cti_types::{FlowId, InteractionId, LegId, Now, ParticipantId, PlayId, QueueId, RecordingId};
use softphone_protocol::Role;

impl Rooms {
    pub(super) fn on_control(&mut self, now: Now, life: Life) {
        match life {
            Life::Aside { participant, aside } => self.aside(now, participant, aside),
            Life::Consult { interaction, by, other } => self.consult(now, interaction, by, other),
            Life::Swap { by } => self.of_leg(now, by, |agent| CallInput::Swap { agent }),
            Life::Merge { by, .. } if self.handsets.second_of(by).is_some() => self.join_lines(now, by),
            Life::Merge { by, stays: true } => self.of_leg(now, by, |agent| CallInput::Merge { agent }),
            Life::Merge { by, stays: false } => self.of_leg(now, by, |agent| CallInput::Complete { agent }),
            Life::Supervise { participant, target, mode } => self.supervises(now, participant, target, mode),
            Life::Replace { old, new } => {
                let asked = self.end_second_line_of(now, old);
                if let (Some(old), Some(new)) = (self.lines.leg_of(old), self.lines.leg_of(new)) {
                    self.calls.handle(now, CallInput::Replace { old, new });
                }
                if let Some((other, with_customer)) = asked {
                    self.go_on_asking(now, new, other, with_customer);
                }
            }
            Life::EnterFlow { interaction, flow } => self.enter_flow(now, interaction, flow),
            Life::ResumeRecording { interaction } => self.resume_recording(now, interaction),
            Life::EnterVoicemail { interaction, mailbox } => self.enter_voicemail(now, interaction, mailbox),
            _ => {}
        }
    }

    /// Somebody hears an agent: the one they asked for or, with supervision of a call, whoever has the customer next; if they may. By whose
    /// login that comes about says nothing: it may be an agent's transfer.
    fn supervises(&mut self, now: Now, participant: ParticipantId, target: ParticipantId, mode: SuperviseMode) {
        let (Some(leg), Some(heard)) = (self.lines.leg_of(participant), self.lines.leg_of(target)) else { return };
        let agent = |leg| self.lines.get(leg).and_then(|line| line.agent).map(|ringing| ringing.agent);
        let allowed = agent(leg).zip(agent(heard)).is_none_or(|(by, of)| self.may_supervise_as(Role::Administrator, by, Some(of)));
        // Who took the agent's place in the same step was allowed to when they asked, and the customer has nobody else.
        if allowed || !self.interactions.supervises(participant) {
            self.calls.handle(now, CallInput::Supervise { leg, target: heard, mode });
        } else {
            self.calls.handle(now, CallInput::End { leg, cause: cti_call::cause::NORMAL_CLEARING });
            // A leg that we end says nothing of itself: without this the supervisor was busy as long as the call went on.
            self.say(now, Said::Left { participant, reason: LeaveReason::OtherLeft });
        }
    }

    fn of_leg(&mut self, now: Now, participant: ParticipantId, input: impl FnOnce(LegId) -> CallInput) {
        if let Some(leg) = self.lines.leg_of(participant) {
            self.calls.handle(now, input(leg));
        }
    }

    pub(super) fn connect(&mut self, now: Now, interaction: InteractionId, customer: ParticipantId, other: ParticipantId) {
        let legs = (self.lines.leg_of(customer), self.lines.leg_of(other));
        let (Some(customer), Some(other)) = legs else { return };
        let hold_music = self.hold_music(now, interaction);
        self.calls.handle(now, CallInput::Connect { customer, agent: other, recording: None, hold_music });
        self.record_by_rule(now, interaction, customer);
        self.changed_calls.insert(interaction);
    }

    /// What the customer hears when nobody is with them, by their queue.
    pub(super) fn hold_music(&mut self, now: Now, interaction: InteractionId) -> Option<(PlayId, Clip)> {
        let queue = self.contacts.get(&interaction).and_then(|c| c.queue).and_then(|q| self.directory.queues.get(&q));
        let clip = queue.and_then(|q| self.clips.get(&q.music))?;
        Some((PlayId::new(now.utc, &mut self.chance), clip))
    }

    // ---- recording

    /// Begins, goes on with or ends the recording as the call's queue has it. Asked anew only when the call became another queue's.
    fn record_by_rule(&mut self, now: Now, interaction: InteractionId, customer: LegId) {
        let Some(contact) = self.contacts.get_mut(&interaction) else { return };
        let queue = contact.queue;
        if contact.decided.is_some() && contact.decided == queue {
            return;
        }
        contact.decided = queue;
        let policy = queue.and_then(|queue| self.directory.queues.get(&queue)).map_or(RecordingPolicy::Never, |queue| queue.recording);
        let recorded = self.calls.recording(customer).is_some();
        let record = match (policy, queue) {
            (RecordingPolicy::Always, _) => true,
            (RecordingPolicy::Never, _) => false,
            // What an agent began goes on with the next.
            (RecordingPolicy::OnDemand, _) | (RecordingPolicy::Percent(_), None) => recorded,
            (RecordingPolicy::Percent(percent), Some(queue)) => self.record_a_share(now, interaction, queue, percent, recorded),
        };
        match (recorded, record) {
            (false, true) => self.start_recording(now, interaction, customer),
            (true, false) => self.calls.handle(now, CallInput::Record { leg: customer, recording: None }),
            (false, false) | (true, true) => {}
        }
    }

    /// Drawn from the random half of the interaction's id (RFC 9562 5.7): whoever asks again, for another queue or after the fact, draws
    /// the same. A call that is recorded already is not cut in two by chance.
    fn record_a_share(&mut self, now: Now, interaction: InteractionId, queue: QueueId, percent: u8, recorded: bool) -> bool {
        let drawn = ((interaction.0.as_u128() & u128::from(u32::MAX)) % 100) as u8;
        let record = recorded || drawn < percent;
        self.say(now, Said::Note { interaction, body: Body::RecordingDecided { queue, percent, drawn, record } });
        record
    }

    /// Whether an agent may have this call recorded: not where its queue's calls never are.
    pub(super) fn may_record(&self, interaction: InteractionId) -> bool {
        let queue = self.contacts.get(&interaction).and_then(|contact| contact.queue).and_then(|id| self.directory.queues.get(&id));
        queue.is_none_or(|queue| queue.recording != RecordingPolicy::Never)
    }

    pub(super) fn start_recording(&mut self, now: Now, interaction: InteractionId, customer: LegId) {
        let recording = self.begin_recording(now, interaction);
        if let Some(contact) = self.contacts.get_mut(&interaction) {
            contact.recording = Some(recording);
        }
        self.say(now, Said::Recorded { interaction, recording: Some(recording) });
        self.calls.handle(now, CallInput::Record { leg: customer, recording: Some(recording) });
    }

    pub(super) fn begin_recording(&mut self, now: Now, interaction: InteractionId) -> RecordingId {
        let recording = RecordingId::new(now.utc, &mut self.chance);
        self.recordings.insert(recording, interaction);
        self.effects.push_back(Effect::RecordBegin { recording, interaction, at: now.tick, started: now.utc });
        recording
    }

    fn resume_recording(&mut self, now: Now, interaction: InteractionId) {
        let customer = self.contacts.get(&interaction).and_then(|contact| self.lines.leg_of(contact.customer));
        if let Some(leg) = customer {
            self.calls.handle(now, CallInput::PauseRecording { leg, paused: false });
        }
        self.changed_calls.insert(interaction);
    }

    /// The call room gives nothing more to it.
    pub(super) fn recording_over(&mut self, now: Now, recording: RecordingId) {
        self.effects.push_back(Effect::RecordEnd { recording, at: now.tick });
        let Some(interaction) = self.recordings.get(&recording).copied() else { return };
        if let Some(contact) = self.contacts.get_mut(&interaction).filter(|contact| contact.recording == Some(recording)) {
            contact.recording = None;
            self.say(now, Said::Recorded { interaction, recording: None });
            self.changed_calls.insert(interaction);
        }
    }

    // ---- consultation

    /// The customer waits while somebody is called for the agent, who hears it ring.
    fn aside(&mut self, now: Now, participant: ParticipantId, aside: bool) {
        let Some(leg) = self.lines.leg_of(participant) else { return };
        // A telephone that asks by a second line makes the tone itself.
        let by_handset = self.handsets.second_of(participant).is_some();
        let ring_back = self.clips.get(super::clips::RING_BACK).filter(|_| aside && !by_handset);
        let music = ring_back.map(|clip| (PlayId::new(now.utc, &mut self.chance), clip));
        self.calls.handle(now, if aside { CallInput::Hold { leg } } else { CallInput::Retrieve { leg } });
        self.calls.handle(now, CallInput::Music { leg, music });
        if !aside {
            self.end_second_of(now, participant, cti_call::cause::NO_ANSWER);
            if self.calls.is_held_by_device(leg) || self.calls.is_away(leg) {
                // The telephone itself holds the customer still, or nobody is at it.
                self.say(now, Said::Held { participant });
            }
        }
    }

    fn consult(&mut self, now: Now, interaction: InteractionId, by: ParticipantId, other: ParticipantId) {
        let (Some(agent), Some(other)) = (self.lines.leg_of(by), self.lines.leg_of(other)) else { return };
        let hold_music = self.hold_music(now, interaction);
        // What is said aside is recorded when the call is, by itself: the customer's recording is not to hold it. A pause is one for both.
        let customer = self.contacts.get(&interaction).filter(|contact| contact.recording.is_some()).map(|contact| contact.customer);
        let recording = customer.and_then(|customer| self.calls.recording(self.lines.leg_of(customer)?));
        let recorded = recording.is_some_and(|(_, paused)| !paused);
        let recording = recorded.then(|| self.begin_recording(now, interaction));
        if let Some(recording) = recording {
            self.say(now, Said::Note { interaction, body: Body::RecordingStarted { recording } });
        }
        match self.handsets.second_of(by) {
            Some(second) => self.consult_by_second(now, (agent, second), other, recording, hold_music),
            None => self.calls.handle(now, CallInput::Consult { agent, other, recording, hold_music }),
        }
    }

    fn go_on_asking(&mut self, now: Now, by: ParticipantId, other: ParticipantId, with_customer: bool) {
        let Some((agent, interaction)) = self.lines.leg_of(by).and_then(|leg| Some((leg, self.lines.get(leg)?.interaction))) else {
            return;
        };
        self.consult(now, interaction, by, other);
        if with_customer {
            self.calls.handle(now, CallInput::Swap { agent });
        }
    }

    // ---- flows

    /// The customer goes on in this flow.
    fn enter_flow(&mut self, now: Now, interaction: InteractionId, flow: FlowId) {
        let Some(contact) = self.contacts.get(&interaction) else { return };
        let Some(entry) = self.directory.flows.get(&flow).cloned() else {
            self.say(now, Said::FlowEnded { interaction, how: FlowEnd::Error });
            return;
        };
        let (party, values) = (contact.party.clone(), contact.found.as_ref().map(|found| found.values.clone()));
        let called = contact.called.clone();
        self.runs.end(interaction);
        self.runs.enter(interaction, entry, &party, &called, &mut self.chance);
        if let Some(values) = values {
            self.runs.set_customer(interaction, &values);
        }
        self.start_flow(now, interaction);
    }
}
