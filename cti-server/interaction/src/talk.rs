//! In contact and after it: hold, who leaves and what that means for the others, wrap-up.

use crate::interaction::{Assignment, Interaction, Phase};
use crate::room::Desk;
use crate::words::{DialFor, Output};
use crate::work::For;
use cti_types::acd::{AcdInput, NotReadyReason};
use cti_types::event::{AssignmentEnd, Body, CloseReason, FlowEnd, LeaveReason, PartyEnd, PersonalKind, Role, SegmentKind, WorkEnd};
use cti_types::{AgentId, AssignmentId, ParticipantId, WrapUpCodeId};

impl Interaction {
    pub(crate) fn held(&mut self, participant: ParticipantId, held: bool) {
        if let Some(talker) = self.talkers.get_mut(&participant) {
            talker.holding = held;
        }
    }

    /// A connection is over, by its far side.
    pub(crate) fn left(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, reason: LeaveReason) {
        if self.called.contains_key(&participant) {
            self.outside_failed(desk, participant, PartyEnd::Failed, None);
        } else if participant == self.customer {
            self.customer_left(desk, reason);
        } else if self.talkers.contains_key(&participant) {
            self.talker_left(desk, participant, reason);
            self.dismiss_if_alone(desk);
        } else if self.supervisions.contains_key(&participant) {
            self.end_supervision(desk, participant, reason);
        } else if let Some(by) = self.asked_by(participant) {
            self.consulted_left(desk, by, participant, reason);
        } else if let Some(offer) = self.offer_of(participant) {
            let reason = NotReadyReason::DeviceUnreachable;
            desk.out.push_back(Output::Acd(AcdInput::Failed { offer, reason }));
        }
    }

    /// The connection of one of ours is lost for good. A customer left alone waits again, where they did before.
    pub(crate) fn agent_lost(&mut self, desk: &mut Desk<'_>, participant: ParticipantId) {
        if !self.talkers.contains_key(&participant) {
            return self.left(desk, participant, LeaveReason::Lost);
        }
        self.talker_left(desk, participant, LeaveReason::Lost);
        let alone = self.talkers.is_empty() && self.has_customer() && !self.is_waited_for();
        match self.place.clone() {
            Some(place) if alone => {
                self.enqueue(desk, For::Customer, place, (desk.now.tick, Vec::new()));
            }
            Some(_) | None => self.dismiss_if_alone(desk),
        }
    }

    /// Nobody is left who speaks for us, and nobody is on the way: the customer's call ends too.
    pub(crate) fn dismiss_if_alone(&mut self, desk: &mut Desk<'_>) {
        if self.talkers.is_empty() && !self.is_waited_for() {
            self.dismiss_customer(desk, LeaveReason::OtherLeft);
        }
    }

    /// Somebody or something is on the way for the customer.
    fn is_waited_for(&self) -> bool {
        self.customers_work().is_some() || self.is_transferring() || self.flow.is_some() || self.leaving
    }

    /// A number is called that the customer waits for.
    pub(crate) fn is_transferring(&self) -> bool {
        self.called.values().any(|called| called.purpose == DialFor::Transfer)
    }

    /// Takes one of our side out of the conversation, whose connection is over or will be; the customer stays.
    pub(crate) fn talker_left(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, reason: LeaveReason) {
        if self.talkers.remove(&participant).is_none() {
            return;
        }
        let consult = self.consults.remove(&participant);
        self.contact_over(desk, participant, reason);
        if let Some(consult) = consult {
            self.asker_left(desk, participant, consult);
        }
        self.inherit(desk);
        self.targets_left(desk);
    }

    /// The same, by us.
    pub(crate) fn release(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, reason: LeaveReason) {
        desk.out.push_back(Output::Drop { interaction: self.id, participant });
        self.talker_left(desk, participant, reason);
    }

    /// Ends the connection of somebody who is in contact but not with the customer.
    pub(crate) fn put_out(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, reason: LeaveReason) {
        desk.out.push_back(Output::Drop { interaction: self.id, participant });
        self.contact_over(desk, participant, reason);
    }

    pub(crate) fn contact_over(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, reason: LeaveReason) {
        if self.active(participant).is_some() {
            self.agent_left(desk, participant, reason);
        } else {
            self.leave(desk, participant, reason);
        }
    }

    /// The customer is somebody's: when the agent of the queue has gone, one of those who stay owes its wrap-up.
    pub(crate) fn inherit(&mut self, desk: &mut Desk<'_>) {
        let in_talk = |a: &Assignment| a.phase == Phase::Active && self.talkers.contains_key(&a.participant);
        if self.queue.is_none() || self.assignments.values().any(|a| in_talk(a) && a.queue.is_some()) {
            return;
        }
        let heir = self.assignments.iter().find(|(_, a)| in_talk(a)).map(|(id, _)| *id);
        let (queue, wrap_up_max) = (self.queue, self.wrap_up_max);
        if let Some(id) = heir
            && let Some(assignment) = self.assignments.get_mut(&id)
        {
            (assignment.queue, assignment.wrap_up_max) = (queue, wrap_up_max);
            self.say_assignment(desk, id);
        }
    }

    /// We end the customer's part.
    pub(crate) fn dismiss_customer(&mut self, desk: &mut Desk<'_>, reason: LeaveReason) {
        if self.has_customer() {
            desk.out.push_back(Output::Drop { interaction: self.id, participant: self.customer });
            self.customer_left(desk, reason);
        }
    }

    /// With the customer everything ends: who waits for them, who talks with them, who is called or asked for them.
    pub(crate) fn customer_left(&mut self, desk: &mut Desk<'_>, reason: LeaveReason) {
        if !self.has_customer() {
            return;
        }
        let abandoned = self.customers_work().is_some();
        if self.flow.is_some() {
            self.reason.get_or_insert(CloseReason::LeftInFlow);
            self.leave_flow(desk, FlowEnd::CallerLeft);
        }
        self.customer_lost = reason == LeaveReason::Lost;
        if std::mem::take(&mut self.leaving) {
            self.reason.get_or_insert(CloseReason::LeftInFlow);
        }
        self.leave(desk, self.customer, reason);
        for work in self.works.keys().copied().collect::<Vec<_>>() {
            // The ACD answers with OfferEnded::Withdrawn for each open offer, which drops the ringing agents.
            self.withdraw_work(desk, work, WorkEnd::Abandoned);
        }
        if abandoned {
            self.reason.get_or_insert(CloseReason::Abandoned);
        }
        for participant in std::mem::take(&mut self.called).into_keys().filter(|id| *id != self.customer).collect::<Vec<_>>() {
            self.cancelled(desk, participant);
        }
        for by in std::mem::take(&mut self.consults).into_keys() {
            self.write(desk, Body::ConsultEnded { by, how: cti_types::event::ConsultEnd::Over });
        }
        for participant in std::mem::take(&mut self.supervisions).into_keys() {
            self.write(desk, Body::SupervisionEnded { participant });
        }
        self.talkers.clear();
        self.back = None;
        let phase = |participant: &ParticipantId| self.active(*participant).is_some();
        let outside = |participant: &ParticipantId| self.participants.get(participant).is_some_and(|p| p.role == Role::Outside);
        let rest: Vec<ParticipantId> = self.participants.keys().copied().filter(|p| phase(p) || outside(p)).collect();
        for participant in rest {
            self.put_out(desk, participant, LeaveReason::OtherLeft);
        }
    }

    /// The agent's conversation is over: wrap-up, or the end where there is none.
    fn agent_left(&mut self, desk: &mut Desk<'_>, participant: ParticipantId, reason: LeaveReason) {
        let Some((&id, assignment)) = self.assignments.iter_mut().find(|(_, a)| a.participant == participant && a.phase == Phase::Active)
        else {
            return;
        };
        if assignment.wrap_up_max.is_zero() {
            self.end_assignment_for(desk, id, AssignmentEnd::NoWrapUp, reason);
            return;
        }
        let until = desk.now.tick + assignment.wrap_up_max;
        assignment.phase = Phase::WrapUp { until, ended: reason };
        let (agent, queue) = (assignment.agent, assignment.queue);
        desk.timers.insert((until, id));
        self.segment(desk, participant, SegmentKind::WrapUp, queue);
        let until = Some(self.log.anchor().utc(until));
        self.write(desk, Body::WrapUpStarted { assignment: id, until });
        desk.out.push_back(Output::Acd(AcdInput::WrapUp { agent, assignment: id }));
        desk.out.push_back(Output::Parties { interaction: self.id });
        self.say_assignment(desk, id);
    }

    // ---- by hand

    pub(crate) fn party_dropped(&mut self, desk: &mut Desk<'_>, by: AgentId, participant: ParticipantId) {
        if let Some(asker) = self.asked_by(participant) {
            self.returned(desk, asker);
        } else if participant == self.customer {
            self.write(desk, Body::PartyDropped { by, participant });
            self.dismiss_customer(desk, LeaveReason::Dropped);
        } else if self.talkers.contains_key(&participant) {
            self.write(desk, Body::PartyDropped { by, participant });
            self.release(desk, participant, LeaveReason::Dropped);
            self.dismiss_if_alone(desk);
        }
    }

    // ---- wrap-up

    pub(crate) fn wrap_up_set(&mut self, desk: &mut Desk<'_>, assignment: AssignmentId, code: Option<WrapUpCodeId>, note: Option<String>) {
        if self.assignments.contains_key(&assignment) {
            let note = note.map(|text| self.personal(desk, PersonalKind::Note, text));
            self.write(desk, Body::WrapUpSet { assignment, code, note });
        }
    }

    pub(crate) fn wrap_up_finished(&mut self, desk: &mut Desk<'_>, assignment: AssignmentId) {
        if self.in_wrap_up(assignment) {
            self.end_assignment(desk, assignment, AssignmentEnd::Finished);
        }
    }

    pub(crate) fn wrap_up_expired(&mut self, desk: &mut Desk<'_>, assignment: AssignmentId) {
        if self.in_wrap_up(assignment) {
            self.end_assignment(desk, assignment, AssignmentEnd::WrapUpTimeout);
        }
    }

    fn in_wrap_up(&self, assignment: AssignmentId) -> bool {
        self.assignments.get(&assignment).is_some_and(|a| matches!(a.phase, Phase::WrapUp { .. }))
    }

    pub(crate) fn end_assignment(&mut self, desk: &mut Desk<'_>, id: AssignmentId, end: AssignmentEnd) {
        self.end_assignment_for(desk, id, end, LeaveReason::Finished);
    }

    fn end_assignment_for(&mut self, desk: &mut Desk<'_>, id: AssignmentId, end: AssignmentEnd, mut reason: LeaveReason) {
        let Some(assignment) = self.assignments.remove(&id) else { return };
        desk.by_assignment.remove(&id);
        if let Phase::WrapUp { until, ended } = assignment.phase {
            desk.timers.remove(&(until, id));
            // The end of the wrap-up says nothing; that the line was lost does.
            if ended == LeaveReason::Lost {
                reason = ended;
            }
        }
        self.write(desk, Body::AssignmentEnded { assignment: id, end });
        self.leave(desk, assignment.participant, reason);
        desk.out.push_back(Output::AssignmentOver { assignment: id, agent: assignment.agent });
        desk.out.push_back(Output::Acd(AcdInput::Released { agent: assignment.agent, assignment: id }));
    }
}
