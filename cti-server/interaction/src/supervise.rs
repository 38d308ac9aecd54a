//! Supervisors: hearing an agent, coaching, joining, taking over, and taking somebody out. Who may is decided by the neighbours.

use crate::interaction::{Interaction, Supervision};
use crate::room::Desk;
use crate::words::Output;
use crate::work::{For, Work};
use cti_types::call::PARTIES_MAX;
use cti_types::event::{Body, LeaveReason, PartyEnd, Purpose, RecordingMark, Role, SuperviseMode, WorkEnd};
use cti_types::{AgentId, ParticipantId, WorkItemId};

/// What a supervisor asks for.
pub(crate) struct Asked {
    pub(crate) supervisor: AgentId,
    pub(crate) target: ParticipantId,
    pub(crate) mode: SuperviseMode,
    pub(crate) of_call: bool,
    pub(crate) intercept: bool,
}

impl Interaction {
    pub(crate) fn supervise_asked(&mut self, desk: &mut Desk<'_>, asked: Asked) {
        let Asked { supervisor, target, mode, of_call, intercept } = asked;
        let there_already =
            self.participants.values().any(|p| p.agent == Some(supervisor) && p.segment != cti_types::event::SegmentKind::WrapUp);
        let may = self.can_be_supervised(target) && (!intercept || self.can_be_intercepted(target));
        if !may || there_already || self.parties() >= PARTIES_MAX {
            return;
        }
        self.aim(desk, For::Supervision { target, mode, of_call, intercept }, Purpose::Supervision, supervisor, Some(supervisor));
    }

    /// An agent who speaks with the customer, or who is asked.
    pub(crate) fn can_be_supervised(&self, target: ParticipantId) -> bool {
        self.active(target).is_some() && !self.supervisions.contains_key(&target) && self.message.is_none()
    }

    /// An agent who speaks with the customer; not one whose customer is still called, who can be given to nobody. Of two supervisors who
    /// want the call at once the first has it: nobody takes it from them.
    pub(crate) fn can_be_intercepted(&self, target: ParticipantId) -> bool {
        let is_agent = self.participants.get(&target).is_some_and(|p| p.role == Role::Agent);
        is_agent && self.talkers.contains_key(&target) && !self.called.contains_key(&self.customer)
    }

    /// Whether this supervisor can take the place of whom they hear.
    pub(crate) fn can_intercept(&self, supervisor: ParticipantId) -> bool {
        self.supervisions.get(&supervisor).is_some_and(|supervision| self.can_be_intercepted(supervision.target))
    }

    pub(crate) fn supervisor_lifted(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, supervision: Supervision, intercept: bool) {
        let Supervision { target, mode, of_call } = supervision;
        // Whose place is to be taken was chosen: nobody else loses theirs.
        let other = || self.next_target().filter(|_| of_call && !intercept);
        let target = if self.can_be_supervised(target) { Some(target) } else { other() };
        let Some(target) = target else {
            // The agent has gone while the supervisor's telephone rang.
            self.put_out(desk, participant, LeaveReason::Withdrawn);
            return;
        };
        self.supervisions.insert(participant, Supervision { target, mode, of_call });
        self.write(desk, Body::SupervisionStarted { participant, target, mode });
        desk.out.push_back(Output::Supervise { participant, target, mode });
        if intercept {
            self.intercepted(desk, participant);
        }
    }

    pub(crate) fn mode_changed(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, mode: SuperviseMode) {
        let Some(supervision) = self.supervisions.get_mut(&participant).filter(|supervision| supervision.mode != mode) else { return };
        supervision.mode = mode;
        let target = supervision.target;
        self.write(desk, Body::SupervisionModeChanged { participant, mode });
        desk.out.push_back(Output::Supervise { participant, target, mode });
    }

    pub(crate) fn intercepted(&mut self, desk: &mut Desk<'_>, participant: ParticipantId) {
        if !self.can_intercept(participant) {
            return;
        }
        let Some(Supervision { target: old, .. }) = self.supervisions.remove(&participant) else { return };
        self.talkers.remove(&old);
        self.write(desk, Body::Intercepted { participant, from: old });
        self.mark(desk, RecordingMark::Intercepted);
        desk.out.push_back(Output::Replace { old, new: participant });
        self.talkers.insert(participant, crate::interaction::Talker::default());
        if let Some(consult) = self.consults.remove(&old) {
            self.consults.insert(participant, consult);
            for work in self.works.values_mut().filter(|work| work.purpose == For::Consult { by: old }) {
                work.purpose = For::Consult { by: participant };
            }
            for called in self.called.values_mut().filter(|called| called.purpose == crate::words::DialFor::Consult { by: old }) {
                called.purpose = crate::words::DialFor::Consult { by: participant };
            }
        }
        self.put_out(desk, old, LeaveReason::Forced);
        self.inherit(desk);
        self.targets_left(desk);
    }

    /// The agent a supervision of the call goes on with.
    fn next_target(&self) -> Option<ParticipantId> {
        self.talkers.keys().copied().find(|talker| self.can_be_supervised(*talker))
    }

    /// Somebody new has the customer: supervisions of the call that have nobody go on with them, or end if none of ours is there.
    pub(crate) fn supervise_next(&mut self, desk: &mut Desk<'_>) {
        let orphans: Vec<(ParticipantId, SuperviseMode)> = self
            .supervisions
            .iter()
            .filter(|(_, supervision)| !self.can_be_supervised(supervision.target))
            .map(|(id, supervision)| (*id, supervision.mode))
            .collect();
        for (participant, mode) in orphans {
            let Some(target) = self.next_target() else {
                // Nobody yet: the customer waits.
                if !self.talkers.is_empty() {
                    self.dismiss_supervisor(desk, participant, LeaveReason::OtherLeft);
                }
                continue;
            };
            if let Some(supervision) = self.supervisions.get_mut(&participant) {
                supervision.target = target;
            }
            self.write(desk, Body::SupervisionMoved { participant, target });
            desk.out.push_back(Output::Supervise { participant, target, mode });
        }
    }

    /// Somebody's part has ended: supervision of them ends, or goes on with who has the customer now or next.
    pub(crate) fn targets_left(&mut self, desk: &mut Desk<'_>) {
        let over: Vec<ParticipantId> = self
            .supervisions
            .iter()
            .filter(|(_, supervision)| !supervision.of_call && !self.can_be_supervised(supervision.target))
            .map(|(id, _)| *id)
            .collect();
        for participant in over {
            self.dismiss_supervisor(desk, participant, LeaveReason::OtherLeft);
        }
        for work in self.moot_supervisions() {
            self.withdraw_work(desk, work, WorkEnd::NotTaken(PartyEnd::Cancelled));
        }
        self.supervise_next(desk);
    }

    /// Telephones of supervisors that ring for somebody whose part has ended, and for nobody else.
    fn moot_supervisions(&self) -> Vec<WorkItemId> {
        let moot = |work: &Work| match work.purpose {
            For::Supervision { target, of_call, intercept, .. } => (intercept || !of_call) && !self.can_be_supervised(target),
            For::Customer | For::Consult { .. } | For::Dial | For::Message => false,
        };
        self.works.iter().filter(|(_, work)| moot(work)).map(|(id, _)| *id).collect()
    }

    fn dismiss_supervisor(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, reason: LeaveReason) {
        desk.out.push_back(Output::Drop { interaction: self.id, participant });
        self.end_supervision(desk, participant, reason);
    }

    pub(crate) fn end_supervision(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, reason: LeaveReason) {
        if self.supervisions.remove(&participant).is_some() {
            self.write(desk, Body::SupervisionEnded { participant });
            self.contact_over(desk, participant, reason);
        }
    }

    pub(crate) fn force_released(&mut self, desk: &mut Desk<'_>, by: AgentId, participant: Option<ParticipantId>) {
        let Some(target) = participant else {
            if self.has_customer() {
                self.write(desk, Body::ForceReleased { by, participant });
                self.dismiss_customer(desk, LeaveReason::Forced);
            }
            return;
        };
        if self.talkers.contains_key(&target) {
            self.write(desk, Body::ForceReleased { by, participant });
            self.release(desk, target, LeaveReason::Forced);
            match self.place.clone() {
                // A customer left alone waits again, where they did before.
                Some(place) if self.talkers.is_empty() && self.has_customer() => {
                    self.enqueue(desk, For::Customer, place, (desk.now.tick, Vec::new()));
                }
                Some(_) | None => self.dismiss_if_alone(desk),
            }
        } else if let Some(asker) = self.asked_by(target) {
            self.write(desk, Body::ForceReleased { by, participant });
            self.returned(desk, asker);
        } else if self.supervisions.contains_key(&target) {
            self.write(desk, Body::ForceReleased { by, participant });
            self.dismiss_supervisor(desk, target, LeaveReason::Forced);
        } else if let Some(assignment) = self.handling(target) {
            self.write(desk, Body::ForceReleased { by, participant });
            self.message_returned(desk, assignment);
        }
    }
}
