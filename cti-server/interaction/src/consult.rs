//! Asking somebody while the customer is on hold, and what can come of it: back to the customer, a transfer, a conference.

use crate::interaction::{Consult, ConsultState, Interaction};
use crate::room::Desk;
use crate::words::{DialFor, Output, Target};
use crate::work::For;
use cti_types::event::{Body, ConsultEnd, LeaveReason, PartyEnd, Purpose, RecordingMark, TransferHow, WorkEnd};
use cti_types::{ParticipantId, QueueId};
use std::time::Duration;

impl Interaction {
    pub(crate) fn consult_asked(&mut self, desk: &mut Desk<'_>, by: ParticipantId, to: Target) {
        if !self.actions(by).consult || matches!(to, Target::Flow(_) | Target::Voicemail(_)) {
            return;
        }
        self.write(desk, Body::ConsultStarted { by, to: to.word() });
        self.mark(desk, RecordingMark::Consulted);
        self.consults.insert(by, Consult { to: to.word(), other: None, work: None, state: ConsultState::Called });
        desk.out.push_back(Output::Aside { participant: by, aside: true });
        let (mut work, mut other) = (None, None);
        match to {
            Target::Agent(agent) | Target::AgentElseVoicemail(agent) => {
                work = Some(self.aim(desk, For::Consult { by }, Purpose::Consult, agent, self.agent_of(by)));
            }
            Target::Queue { queue, .. } => work = Some(self.ask_queue(desk, by, queue)),
            Target::Number(number) => {
                let agent = self.agent_of(by);
                other = agent.map(|agent| self.call_number(desk, number, agent, DialFor::Consult { by }));
            }
            Target::Flow(_) | Target::Voicemail(_) => {}
        }
        if let Some(consult) = self.consults.get_mut(&by) {
            (consult.work, consult.other) = (work, other);
        }
    }

    /// Whoever of the queue is free. The agent waits behind the queue's own customers of the same age.
    fn ask_queue(&mut self, desk: &mut Desk<'_>, by: ParticipantId, queue: QueueId) -> cti_types::WorkItemId {
        let (since, credit, wrap_up_max) = (desk.now.tick, Duration::ZERO, Duration::ZERO);
        let place = crate::work::Place { queue, priority: 0, skills: Vec::new(), since, credit, wrap_up_max };
        self.enqueue(desk, For::Consult { by }, place, (desk.now.tick, Vec::new()))
    }

    /// Who asked this participant, if anybody does.
    pub(crate) fn asked_by(&self, other: ParticipantId) -> Option<ParticipantId> {
        self.consults.iter().find(|(_, consult)| consult.other == Some(other)).map(|(by, _)| *by)
    }

    pub(crate) fn consult_answered(&mut self, desk: &mut Desk<'_>, by: ParticipantId, other: ParticipantId) {
        let Some(consult) = self.consults.get_mut(&by) else {
            // Nobody asks any more.
            self.put_out(desk, other, LeaveReason::Withdrawn);
            return;
        };
        (consult.state, consult.other, consult.work) = (ConsultState::Speaking, Some(other), None);
        self.held(by, false);
        desk.out.push_back(Output::Consult { interaction: self.id, by, other });
    }

    /// Who was to be asked did not come: the agent is back with the customer.
    pub(crate) fn consult_failed(&mut self, desk: &mut Desk<'_>, by: ParticipantId) {
        if self.consults.remove(&by).is_some() {
            self.write(desk, Body::ConsultEnded { by, how: ConsultEnd::Failed });
            self.back_with_customer(desk, by);
        }
    }

    fn back_with_customer(&mut self, desk: &mut Desk<'_>, by: ParticipantId) {
        self.held(by, false);
        desk.out.push_back(Output::Aside { participant: by, aside: false });
    }

    pub(crate) fn returned(&mut self, desk: &mut Desk<'_>, by: ParticipantId) {
        let Some(consult) = self.consults.remove(&by) else { return };
        self.let_go(desk, &consult);
        self.write(desk, Body::ConsultEnded { by, how: ConsultEnd::Returned });
        self.back_with_customer(desk, by);
    }

    /// The one consulted, or still called, is wanted no longer.
    fn let_go(&mut self, desk: &mut Desk<'_>, consult: &Consult) {
        if let Some(work) = consult.work {
            self.withdraw_work(desk, work, WorkEnd::NotTaken(PartyEnd::Cancelled));
        }
        let Some(other) = consult.other else { return };
        if self.called.remove(&other).is_some() {
            self.cancelled(desk, other);
        } else if consult.state != ConsultState::Called {
            self.put_out(desk, other, LeaveReason::OtherLeft);
            self.targets_left(desk);
        }
    }

    /// The one consulted hung up.
    pub(crate) fn consulted_left(&mut self, desk: &mut Desk<'_>, by: ParticipantId, other: ParticipantId, reason: LeaveReason) {
        if self.consults.get(&by).is_none_or(|consult| consult.state == ConsultState::Called) {
            // A telephone that was still ringing: the offer's end says what follows.
            if let Some(offer) = self.offer_of(other) {
                let reason = cti_types::acd::NotReadyReason::DeviceUnreachable;
                desk.out.push_back(Output::Acd(cti_types::acd::AcdInput::Failed { offer, reason }));
            }
            return;
        }
        self.consults.remove(&by);
        self.contact_over(desk, other, reason);
        self.write(desk, Body::ConsultEnded { by, how: ConsultEnd::Returned });
        self.back_with_customer(desk, by);
        self.targets_left(desk);
    }

    /// Who asked has left the call altogether: with somebody there, the customer is theirs; else the asking ends.
    pub(crate) fn asker_left(&mut self, desk: &mut Desk<'_>, by: ParticipantId, consult: Consult) {
        match (consult.state, consult.other) {
            (ConsultState::Speaking | ConsultState::Swapped, Some(other)) => {
                self.write(desk, Body::Transferred { by, to: consult.to, how: TransferHow::Consulted });
                self.write(desk, Body::ConsultEnded { by, how: ConsultEnd::Completed });
                self.mark(desk, RecordingMark::Transferred);
                self.connected(desk, other);
            }
            (ConsultState::Speaking | ConsultState::Swapped, None) | (ConsultState::Called, _) => {
                self.let_go(desk, &consult);
                self.write(desk, Body::ConsultEnded { by, how: ConsultEnd::Over });
            }
        }
    }

    pub(crate) fn swapped(&mut self, desk: &mut Desk<'_>, by: ParticipantId) {
        let Some(consult) = self.consults.get_mut(&by) else { return };
        consult.state = match consult.state {
            ConsultState::Called => return,
            ConsultState::Speaking => ConsultState::Swapped,
            ConsultState::Swapped => ConsultState::Speaking,
        };
        let to_customer = consult.state == ConsultState::Swapped;
        self.held(by, false);
        self.write(desk, Body::Swapped { by, to_customer });
        desk.out.push_back(Output::Swap { by });
    }

    pub(crate) fn completed(&mut self, desk: &mut Desk<'_>, by: ParticipantId) {
        let Some((consult, other)) = self.take_consulted(by) else { return };
        self.write(desk, Body::Transferred { by, to: consult.to, how: TransferHow::Consulted });
        self.write(desk, Body::ConsultEnded { by, how: ConsultEnd::Completed });
        self.mark(desk, RecordingMark::Transferred);
        desk.out.push_back(Output::Merge { by, stays: false });
        self.talkers.insert(other, crate::interaction::Talker::default());
        self.release(desk, by, LeaveReason::Transferred);
    }

    pub(crate) fn conferenced(&mut self, desk: &mut Desk<'_>, by: ParticipantId) {
        let Some((_, other)) = self.take_consulted(by) else { return };
        self.write(desk, Body::ConsultEnded { by, how: ConsultEnd::Conferenced });
        self.write(desk, Body::Conferenced { by, joined: other });
        self.mark(desk, RecordingMark::Conferenced);
        desk.out.push_back(Output::Merge { by, stays: true });
        self.held(by, false);
        self.talkers.insert(other, crate::interaction::Talker::default());
    }

    /// The consultation, if somebody is there; it is over then.
    fn take_consulted(&mut self, by: ParticipantId) -> Option<(Consult, ParticipantId)> {
        let consult = self.consults.get(&by)?;
        let other = consult.other.filter(|_| consult.state != ConsultState::Called)?;
        self.consults.remove(&by).map(|consult| (consult, other))
    }
}
