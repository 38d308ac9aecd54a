//! Questions about an interaction, and whether its state agrees with itself. Changes nothing.

use crate::interaction::{ConsultState, Interaction, Participant, Phase};
use crate::room::Desk;
use crate::words::{Actions, AssignmentView, Output, ParticipantView};
use crate::work::For;
use cti_types::call::PARTIES_MAX;
use cti_types::event::{LeaveReason, Role, SegmentKind};
use cti_types::{AgentId, AssignmentId, ParticipantId, WorkItemId};

impl Interaction {
    /// The work the customer waits for.
    pub(crate) fn open_work(&self) -> Option<WorkItemId> {
        self.customers_work().map(|(id, _)| id)
    }

    pub(crate) fn participants(&self) -> Vec<ParticipantView> {
        let view = |(&participant, p): (&ParticipantId, &Participant)| ParticipantView {
            participant,
            role: p.role,
            agent: p.agent,
            segment: p.segment,
            since: p.since,
        };
        self.participants.iter().map(view).collect()
    }

    /// How many are in the call, ring for it, or are called for it.
    pub(crate) fn parties(&self) -> usize {
        let pending = self.works.len().saturating_sub(self.offers.len());
        self.participants.values().filter(|p| p.segment != SegmentKind::WrapUp).count() + pending
    }

    /// What the participant can do now.
    pub(crate) fn actions(&self, participant: ParticipantId) -> Actions {
        let talks = self.talkers.contains_key(&participant) && self.agent_of(participant).is_some();
        // A customer who is still called can be given to nobody.
        if !talks || !self.has_customer() || self.called.contains_key(&self.customer) {
            return Actions::default();
        }
        let consult = self.consults.get(&participant);
        let free = consult.is_none();
        Actions {
            transfer: free && self.talkers.len() == 1 && self.works.values().all(|work| work.purpose != For::Customer),
            consult: free && self.parties() < PARTIES_MAX,
            give_up: consult.is_some(),
            consulting: consult.is_some_and(|consult| consult.state != ConsultState::Called),
        }
    }

    /// The supervisor's participant, if they are here as one.
    pub(crate) fn supervisor(&self, agent: AgentId) -> Option<ParticipantId> {
        self.supervisions.keys().copied().find(|participant| self.agent_of(*participant) == Some(agent))
    }

    pub(crate) fn assignment_view(&self, id: AssignmentId) -> Option<AssignmentView> {
        let assignment = self.assignments.get(&id)?;
        let participant = self.participants.get(&assignment.participant)?;
        Some(AssignmentView {
            assignment: id,
            interaction: self.id,
            agent: assignment.agent,
            participant: assignment.participant,
            queue: assignment.queue,
            wrap_up_until: match assignment.phase {
                Phase::Active => None,
                Phase::WrapUp { until, .. } => Some(until),
            },
            line_lost: match assignment.phase {
                Phase::Active => false,
                Phase::WrapUp { ended, .. } => ended == LeaveReason::Lost || (self.customer_lost && ended == LeaveReason::OtherLeft),
            },
            segment: participant.segment,
            since: participant.since,
        })
    }

    pub(crate) fn say_assignment(&self, desk: &mut Desk<'_>, id: AssignmentId) {
        if let Some(view) = self.assignment_view(id) {
            desk.out.push_back(Output::Assignment(view));
        }
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        for (id, offer) in &self.offers {
            if !self.participants.contains_key(&offer.participant) {
                return Err(format!("offer {id} has no participant"));
            }
            // A withdrawn work item's offers live on until the ACD's answer in the same step.
            if !self.works.contains_key(&offer.work) {
                return Err(format!("offer {id} is for work that is over"));
            }
        }
        for (id, assignment) in &self.assignments {
            if !self.participants.contains_key(&assignment.participant) {
                return Err(format!("assignment {id} has no participant"));
            }
        }
        for (id, work) in &self.works {
            if let For::Consult { by } = work.purpose
                && self.consults.get(&by).is_none_or(|consult| consult.work != Some(*id))
            {
                return Err(format!("work {id} is for a question nobody asks"));
            }
        }
        if self.works.values().filter(|work| matches!(work.purpose, For::Customer | For::Message)).count() > 1 {
            return Err("the customer waits twice".into());
        }
        self.check_parties()?;
        let over = self.participants.is_empty() && self.works.is_empty() && self.assignments.is_empty();
        if over && !self.has_open_message() { Err("over, but not closed".into()) } else { Ok(()) }
    }

    fn check_parties(&self) -> Result<(), String> {
        if self.parties() > PARTIES_MAX {
            return Err(format!("{} parties", self.parties()));
        }
        let outside = |id: &ParticipantId| self.participants.get(id).is_some_and(|p| p.role == Role::Outside);
        let in_contact = |id: &ParticipantId| self.active(*id).is_some() || outside(id);
        for id in self.talkers.keys() {
            if !in_contact(id) || !self.has_customer() {
                return Err(format!("{id} talks and is not in contact, or not with a customer"));
            }
        }
        for (by, consult) in &self.consults {
            if !self.talkers.contains_key(by) {
                return Err(format!("{by} asks and does not talk with the customer"));
            }
            let there = consult.other.is_some_and(|other| in_contact(&other) && !self.talkers.contains_key(&other));
            if consult.state != ConsultState::Called && !there {
                return Err(format!("{by} asks somebody who is not there"));
            }
            if consult.state == ConsultState::Called
                && consult.work.is_none()
                && consult.other.is_none_or(|o| !self.called.contains_key(&o))
            {
                return Err(format!("{by} asks nobody"));
            }
        }
        for id in self.supervisions.keys() {
            if self.active(*id).is_none() || self.talkers.contains_key(id) {
                return Err(format!("{id} supervises without being there, or talks as well"));
            }
        }
        if let Some(by) = self.paused_by.filter(|by| !self.talkers.contains_key(by)) {
            return Err(format!("the recording is paused by {by}, who is not with the customer"));
        }
        if let Some(id) = self.called.keys().find(|id| !self.participants.contains_key(id)) {
            return Err(format!("{id} is called and no participant"));
        }
        // I1: who is in contact is in it in some way that ends.
        for assignment in self.assignments.values().filter(|a| a.phase == Phase::Active) {
            let id = assignment.participant;
            let speaks = self.talkers.contains_key(&id) || self.supervisions.contains_key(&id) || self.asked_by(id).is_some();
            let somewhere = speaks || self.handling(id).is_some();
            if !somewhere {
                return Err(format!("{id} is in contact with nobody"));
            }
        }
        Ok(())
    }
}
