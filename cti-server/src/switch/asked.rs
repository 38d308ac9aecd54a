//! What the REST API asks of calls: to dial, the verbs of the WebSocket in one's own name or an agent's, and which calls are live. Judges
//! in whose name somebody may act; the verbs themselves are in `agents` and `verbs`. Extends [`Rooms`].

use super::Effect;
use super::Found;
use super::agents::Done;
use super::live::Look;
use super::rooms::Rooms;
use super::targets::TargetsAsked;
use super::verbs::Audited;
use super::why::WhyAsked;
use crm_core::card::CARDS_MAX;
use cti_interaction::AssignmentView;
use cti_types::{AgentId, InteractionId, LegId, Now, OfferId, QueueId, ReasonId, UserId};
use serde_json::{Value, json};
use softphone_protocol::{Command, ErrorCode, PresenceView, Role, SessionNo, WireError};

/// A question of the API, to be answered once.
#[derive(Debug)]
pub enum Question {
    /// Somebody (`by`, `via`, `role` as in [`Act`]) has an agent call a number. Answered with the interaction.
    /// `detect`: whether it is listened who answers; `None`: as configured.
    Dial { by: UserId, via: &'static str, role: Role, user: UserId, number: String, queue: QueueId, detect: Option<bool> },
    /// Answered with nothing.
    Act(Act),
    /// Answered with a [`LiveCall`](super::LiveCall), or a page of them.
    Look(Look),
    /// Answered with nothing, once all that was put into the same inbox before is done.
    InForce,
    /// A supervisor (`by`, `via`, `role` as in [`Act`]) sets an agent's presence. Answered with nothing.
    Presence { by: UserId, via: &'static str, role: Role, agent: AgentId, presence: PresenceView, reason: Option<ReasonId> },
    /// Answered with [`TransferTargets`](super::TransferTargets).
    Targets(TargetsAsked),
    /// Answered with [`Why`](super::Why).
    Why(WhyAsked),
    /// Answered with nothing.
    Identify(Identify),
}

/// Somebody (`by`, `via`, `role` as in [`Act`]) says who the customer of a contact is.
#[derive(Clone, Debug, PartialEq)]
pub struct Identify {
    pub by: UserId,
    pub via: &'static str,
    pub role: Role,
    pub interaction: InteractionId,
    /// This customer alone.
    pub found: Found,
}

/// Somebody does something to a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// Who asks.
    pub by: UserId,
    /// `api`, `api_token`: for the audit.
    pub via: &'static str,
    /// The highest role of the login. A token may have fewer than its user.
    pub role: Role,
    /// In whose name: by their telephone, with their rights.
    pub agent: AgentId,
    pub interaction: InteractionId,
    /// For the audit: `hold`, `transfer`, …
    pub verb: &'static str,
    /// The leg, offer or assignment it names is not looked at: it is the agent's in this interaction.
    pub command: Command,
}

/// Who really acts while a command in somebody's name is carried out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Behalf {
    pub(super) by: UserId,
    pub(super) via: &'static str,
    pub(super) agent: AgentId,
    /// Something of it is in the audit.
    pub(super) audited: bool,
}

/// Sockets are numbered from 1.
const NO_SOCKET: SessionNo = SessionNo(0);

impl Rooms {
    pub(super) fn asked(&mut self, now: Now, ask: u64, question: Question) {
        self.role = match &question {
            Question::Dial { role, .. } | Question::Act(Act { role, .. }) | Question::Look(Look { role, .. }) => *role,
            Question::InForce => Role::Administrator,
            Question::Presence { role, .. } | Question::Targets(TargetsAsked { role, .. }) | Question::Identify(Identify { role, .. }) => {
                *role
            }
            // Who may ask is judged by who has the log.
            Question::Why(_) => Role::Agent,
        };
        let result = match question {
            Question::Dial { by, via, user, number, queue, detect, role: _ } => {
                self.dial_for(now, (by, via), user, &number, (queue, detect))
            }
            Question::Act(act) => self.act(now, act).map(|()| Value::Null),
            Question::Look(look) => self.look(now, &look),
            Question::InForce => Ok(Value::Null),
            Question::Presence { by, via, agent, presence, reason, role: _ } => {
                self.behalf = Some(Behalf { by, via, agent: by, audited: false });
                let done = self.set_presence_of(now, by, agent, presence, reason);
                self.behalf = None;
                done.map(|()| Value::Null)
            }
            Question::Targets(asked) => Ok(self.targets(now, &asked)),
            Question::Why(asked) => Ok(self.why(now, asked)),
            Question::Identify(said) => self.identify(now, said).map(|()| Value::Null),
        };
        self.role = Role::Administrator;
        self.settle(now);
        self.effects.push_back(Effect::Answered { ask, result });
    }

    /// Dials, and gives the interaction as commands and the API are answered with it.
    pub(super) fn dialled(&mut self, now: Now, user: UserId, number: &str, terms: (QueueId, Option<bool>)) -> Result<Value, WireError> {
        self.dial(now, user, number, terms).map(|interaction| json!({ "interaction": interaction }))
    }

    fn dial_for(
        &mut self,
        now: Now,
        (by, via): (UserId, &'static str),
        user: UserId,
        number: &str,
        terms: (QueueId, Option<bool>),
    ) -> Result<Value, WireError> {
        if user != by && !self.may_supervise(by, Some(user)) {
            return Err(WireError::new(ErrorCode::Forbidden, "you do not act for this agent").field("user"));
        }
        let interaction = self.dial(now, user, number, terms)?;
        if user != by {
            let audited = Audited { at: now.utc, by, via, action: "dial", interaction: Some(interaction), agent: Some(user), mode: None };
            self.effects.push_back(Effect::Audit(audited));
        }
        Ok(json!({ "interaction": interaction }))
    }

    fn act(&mut self, now: Now, act: Act) -> Done {
        let Act { by, via, agent, interaction, verb, command, role: _ } = act;
        if agent != by && !self.may_supervise(by, Some(agent)) {
            return Err(WireError::new(ErrorCode::Forbidden, "you do not act for this agent").field("as_agent"));
        }
        // In somebody's name is done what is done in their own calls. What their rights over others allow is theirs to do.
        let of_others = matches!(
            command,
            Command::Supervise { .. }
                | Command::SetMode { .. }
                | Command::Intercept { .. }
                | Command::ForceRelease { .. }
                | Command::MoveWaiting { .. }
                | Command::SetPresenceOf { .. }
                | Command::TakeWaiting { .. }
                | Command::TakeMessage { .. }
        );
        if agent != by && of_others {
            return Err(WireError::new(ErrorCode::Forbidden, "this is done in one's own name only").field("as_agent"));
        }
        let command = self.placed(agent, interaction, command)?;
        self.behalf = Some(Behalf { by, via, agent, audited: false });
        let done = self.command(now, NO_SOCKET, agent, command);
        let behalf = self.behalf.take();
        if done.is_ok() && agent != by && behalf.is_some_and(|behalf| !behalf.audited) {
            let audited = Audited { at: now.utc, by, via, action: verb, interaction: Some(interaction), agent: Some(agent), mode: None };
            self.effects.push_back(Effect::Audit(audited));
        }
        done
    }

    fn identify(&mut self, now: Now, said: Identify) -> Done {
        let Identify { by, via, role: _, interaction, mut found } = said;
        let agents = self.interactions.participants(interaction).into_iter().filter_map(|view| view.agent);
        let who: Vec<AgentId> = agents.chain(self.desks.agents_of(interaction)).collect();
        if !who.contains(&by) && !who.iter().any(|agent| self.may_supervise(by, Some(*agent))) {
            return Err(WireError::new(ErrorCode::NotFound, "no such contact of yours, or it is over").field("interaction"));
        }
        // Behind stands whom else it may have been, should this prove wrong.
        let before = self.contacts.get_mut(&interaction).and_then(|contact| contact.found.take());
        let others = before.map(|before| before.cards).unwrap_or_default();
        found.cards.extend(others.into_iter().filter(|card| !found.customers.contains(&card.customer)));
        found.cards.truncate(CARDS_MAX);
        self.found(now, interaction, found);
        let audited = Audited { at: now.utc, by, via, action: "identify", interaction: Some(interaction), agent: None, mode: None };
        self.effects.push_back(Effect::Audit(audited));
        Ok(())
    }

    /// The command about what the agent has in this interaction.
    fn placed(&self, agent: AgentId, interaction: InteractionId, mut command: Command) -> Result<Command, WireError> {
        let unknown = || WireError::new(ErrorCode::NotFound, "no such call, or it is over for this agent").field("call");
        if let Some(call) = command.call_mut() {
            *call = self.leg_in(agent, interaction).ok_or_else(unknown)?;
        }
        if let Command::Decline { offer } | Command::Accept { offer } = &mut command {
            *offer = self.offer_in(agent, interaction).ok_or_else(unknown)?;
        }
        if let Command::FinishMessage { assignment } | Command::ReturnMessage { assignment } = &mut command {
            let mut mine = self.desks.works_of(agent).filter(|(_, work)| work.view.interaction == interaction);
            *assignment = mine.next().map(|(id, _)| id).ok_or_else(unknown)?;
        }
        if let Command::Supervise { agent: target, .. } = &command {
            let talks = |view: &AssignmentView| view.interaction == interaction && view.wrap_up_until.is_none();
            if !self.desks.works_of(*target).any(|(_, work)| talks(&work.view)) {
                return Err(WireError::new(ErrorCode::WrongState, "this agent is not in the call").field("agent"));
            }
        }
        Ok(command)
    }

    /// The leg of an agent's telephone in this interaction.
    pub(super) fn leg_in(&self, agent: AgentId, interaction: InteractionId) -> Option<LegId> {
        let here = |leg: &LegId| self.lines.get(*leg).is_some_and(|line| line.interaction == interaction);
        self.lines.legs_of_agent(agent).into_iter().find(here)
    }

    fn offer_in(&self, agent: AgentId, interaction: InteractionId) -> Option<OfferId> {
        let offers = self.agents.get(&agent).map(|state| state.offers.as_slice()).unwrap_or_default();
        offers.iter().copied().find(|offer| self.interactions.of_offer(*offer) == Some(interaction))
    }
}
