//! What people ask of calls: transfer, consultation, conference, recording, supervision. Looks whether they may and whether it means
//! something now; the interactions do it. Extends [`Rooms`].

use super::Effect;
use super::agents::{Done, refuse};
use super::lines::Ringing;
use super::rooms::Rooms;
use crm_core::model::UserRole;
use cti_call::Input as CallInput;
use cti_interaction::{Input as Said, MessageState, Target};
use cti_types::acd::Presence;
use cti_types::event::SuperviseMode;
use cti_types::mailbox::Mailbox;
use cti_types::{AgentId, InteractionId, LegId, Now, ParticipantId, QueueId, UserId, Utc};
use softphone_protocol::{Command, ErrorCode, ModeAsked, RecordAsked, Role, TargetAsked, WireError};

/// Something of calls that somebody did and that is kept in the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    pub at: Utc,
    pub by: UserId,
    /// By which way: `screen`, `phone`, `api`, `api_token`.
    pub via: &'static str,
    /// `supervise`, `intercept`, `force_release`, `take`, `move`, `set_presence`, `identify`; what somebody did in an agent's name: the verb.
    pub action: &'static str,
    /// None: it is about an agent alone.
    pub interaction: Option<InteractionId>,
    /// Whom it is about.
    pub agent: Option<AgentId>,
    /// `listen`, `whisper`, `barge` of supervision; the presence that was set.
    pub mode: Option<&'static str>,
}

/// By a command from a screen.
pub(super) const BY_SCREEN: &str = "screen";
/// By a key of the telephone.
pub(super) const BY_KEY: &str = "phone";

const NO_INTERCEPTION: &str = "whom you would replace does not talk with the customer, or is a supervisor who has taken the call over";

fn mode(asked: ModeAsked) -> SuperviseMode {
    match asked {
        ModeAsked::Listen => SuperviseMode::Listen,
        ModeAsked::Whisper => SuperviseMode::Whisper,
        ModeAsked::Barge => SuperviseMode::Barge,
    }
}

fn wrong(message: &str) -> WireError {
    WireError::new(ErrorCode::WrongState, message)
}

impl Rooms {
    /// A command about a call, from a screen or from an integrator in somebody's name. Whatever it changes has been said when the rooms
    /// are silent again.
    pub(super) fn verb(&mut self, now: Now, user: UserId, command: Command) -> Done {
        match command {
            Command::Transfer { call, to } => self.transfer(now, user, call, &to),
            Command::Consult { call, to } => self.ask_aside(now, user, call, &to),
            Command::Complete { call } => self.of_consultation(now, user, call, |by| Said::Completed { by }),
            Command::Swap { call } if self.asks_by_second_line(call) => {
                refuse(ErrorCode::WrongState, "the telephone asks by a line of its own: go to and fro there")
            }
            Command::Swap { call } => self.of_consultation(now, user, call, |by| Said::Swapped { by }),
            Command::Conference { call } => self.of_consultation(now, user, call, |by| Said::Conferenced { by }),
            Command::Return { call } => {
                let by = self.own_call(user, call)?.participant;
                if !self.interactions.actions(by).give_up {
                    return refuse(ErrorCode::WrongState, "nobody is asked");
                }
                self.say(now, Said::Returned { by });
                Ok(())
            }
            Command::DropParty { call, participant } => self.drop_party(now, user, call, participant),
            Command::Mute { call, muted } => {
                self.own_call(user, call)?;
                if !self.calls.is_up(call) {
                    return refuse(ErrorCode::WrongState, "the call is not answered");
                }
                self.calls.handle(now, CallInput::Mute { leg: call, muted });
                Ok(())
            }
            Command::Record { call, what } => self.record(now, user, call, what),
            Command::Supervise { agent, mode: asked, of_call, intercept } => {
                self.supervise(now, user, agent, mode(asked), of_call, intercept)
            }
            Command::SetMode { call, mode: asked } => self.set_mode(now, user, call, mode(asked), BY_SCREEN),
            Command::Intercept { call } => {
                let (interaction, participant) = self.own_supervision(user, call)?;
                if !self.interactions.can_intercept(participant) {
                    return refuse(ErrorCode::WrongState, NO_INTERCEPTION);
                }
                let (via, action) = (BY_SCREEN, "intercept");
                self.audit(Audited { at: now.utc, by: user, via, action, interaction: Some(interaction), agent: None, mode: None });
                self.say(now, Said::Intercepted { participant });
                Ok(())
            }
            Command::ForceRelease { interaction, participant } => self.force_release(now, user, interaction, participant),
            Command::TakeWaiting { interaction } => self.take_waiting(now, user, interaction),
            Command::MoveWaiting { interaction, queue, priority } => self.move_waiting(now, user, interaction, queue, priority),
            _ => refuse(ErrorCode::UnknownCommand, "this is no command about a call"),
        }
    }

    // ---- an agent's own call

    fn own_call(&self, user: UserId, call: LegId) -> Result<Ringing, WireError> {
        let mine = self.lines.get(call).and_then(|line| line.agent).filter(|ringing| ringing.agent == user);
        mine.ok_or_else(|| WireError::new(ErrorCode::NotFound, "no such call of yours, or it is over").field("call"))
    }

    /// Gives the customer away at once. What a desk phone's REFER means is in `handset`.
    pub(super) fn transfer(&mut self, now: Now, user: UserId, call: LegId, to: &TargetAsked) -> Done {
        let by = self.own_call(user, call)?.participant;
        if !self.interactions.actions(by).transfer {
            return refuse(ErrorCode::WrongState, "only who talks alone with the customer, and asks nobody, can transfer them");
        }
        let to = self.target(now, user, to)?;
        self.say(now, Said::TransferAsked { by, to });
        Ok(())
    }

    fn ask_aside(&mut self, now: Now, user: UserId, call: LegId, to: &TargetAsked) -> Done {
        let by = self.own_call(user, call)?.participant;
        if !self.interactions.actions(by).consult {
            return refuse(ErrorCode::WrongState, "you do not talk with a customer, ask somebody already, or the call is full");
        }
        let to = self.target(now, user, to)?;
        if let Target::AgentElseVoicemail(id) = to
            && self.agents.get(&id).is_none_or(|state| state.presence == Presence::LoggedOut)
        {
            return Err(wrong("this agent is not signed in").field("to"));
        }
        self.say(now, Said::ConsultAsked { by, to });
        Ok(())
    }

    /// Ends a consultation in one of its ways. What a desk phone's REFER with Replaces means is in `handset`.
    pub(super) fn of_consultation(&mut self, now: Now, user: UserId, call: LegId, said: impl FnOnce(ParticipantId) -> Said) -> Done {
        let by = self.own_call(user, call)?.participant;
        if !self.interactions.actions(by).consulting {
            return refuse(ErrorCode::WrongState, "nobody who is asked has answered");
        }
        self.say(now, said(by));
        Ok(())
    }

    pub(super) fn target(&self, now: Now, user: UserId, to: &TargetAsked) -> Result<Target, WireError> {
        let unknown = |what: &str| WireError::new(ErrorCode::NotFound, format!("no such {what}")).field("to");
        match to {
            TargetAsked::Queue { id } => {
                let queue = self.directory.queues.get(id).ok_or_else(|| unknown("queue"))?;
                self.takes_work(now, *id).map_err(|error| error.field("to"))?;
                Ok(Target::Queue { queue: *id, wrap_up_max: queue.settings.wrap_up_max })
            }
            TargetAsked::Agent { id } if *id == user => Err(WireError::new(ErrorCode::BadValue, "that is yourself").field("to")),
            TargetAsked::Agent { id } => {
                let agent = self.directory.agents.get(id).filter(|agent| agent.active).ok_or_else(|| unknown("agent"))?;
                let there = self.agents.get(id).is_some_and(|state| state.presence != Presence::LoggedOut);
                match (there, agent.voicemail) {
                    (_, true) => Ok(Target::AgentElseVoicemail(*id)),
                    (true, false) => Ok(Target::Agent(*id)),
                    (false, false) => Err(wrong("this agent is not signed in").field("to")),
                }
            }
            TargetAsked::QueueVoicemail { id } => {
                let known = self.directory.queues.contains_key(id);
                known.then_some(Target::Voicemail(Mailbox::Queue(*id))).ok_or_else(|| unknown("queue"))
            }
            TargetAsked::AgentVoicemail { id } => {
                let known = self.directory.agents.get(id).is_some_and(|agent| agent.active && agent.voicemail);
                known.then_some(Target::Voicemail(Mailbox::Agent(*id))).ok_or_else(|| unknown("agent who takes messages"))
            }
            TargetAsked::Flow { id } => {
                let known = self.directory.flows.contains_key(id);
                known.then_some(Target::Flow(*id)).ok_or_else(|| unknown("flow, or it has no live version"))
            }
            TargetAsked::Number { number } => {
                let (dialled, _) = self.check_dial(now, user, number).map_err(|error| error.field("to"))?;
                Ok(Target::Number(dialled.number))
            }
        }
    }

    /// Whether the queue would keep what comes now. Who is sent there by hand must not be sent away at once, with nobody to go back to.
    fn takes_work(&self, now: Now, id: QueueId) -> Done {
        let Some(queue) = self.directory.queues.get(&id) else { return refuse(ErrorCode::NotFound, "no such queue") };
        let (settings, state) = (queue.settings_at(now.utc), self.acd.queue(id));
        let waiting = state.as_ref().map_or(0, |state| state.waiting);
        let deserted = settings.leave_when_unstaffed && state.is_none_or(|state| state.staffed == 0);
        if !settings.open {
            refuse(ErrorCode::WrongState, "this queue is closed now")
        } else if deserted {
            refuse(ErrorCode::WrongState, "nobody is signed in for this queue")
        } else if settings.size_max.is_some_and(|most| waiting >= most) {
            refuse(ErrorCode::WrongState, "this queue is full")
        } else {
            Ok(())
        }
    }

    fn drop_party(&mut self, now: Now, user: UserId, call: LegId, participant: ParticipantId) -> Done {
        let mine = self.own_call(user, call)?;
        // Who is asked aside is with who asks, not with the customer.
        let talks = self.calls.is_bridged(call) && self.interactions.asked_by(mine.participant).is_none();
        let inside = self.interactions.of_participant(participant) == Some(mine.interaction);
        let all = self.interactions.participants(mine.interaction);
        let role = all.iter().find(|view| view.participant == participant).map(|view| view.role);
        let supervisor = role == Some(cti_types::event::Role::Supervisor);
        if !inside || participant == mine.participant || supervisor {
            return Err(WireError::new(ErrorCode::NotFound, "no such party that you could put out").field("participant"));
        }
        if !talks {
            return refuse(ErrorCode::WrongState, "you do not talk in this call");
        }
        self.say(now, Said::PartyDropped { by: user, participant });
        Ok(())
    }

    fn record(&mut self, now: Now, user: UserId, call: LegId, what: RecordAsked) -> Done {
        let mine = self.own_call(user, call)?;
        let interaction = mine.interaction;
        let customer = self.contacts.get(&interaction).and_then(|contact| self.lines.leg_of(contact.customer));
        let talks = self.calls.is_bridged(call) && self.interactions.asked_by(mine.participant).is_none();
        let Some(customer) = customer.filter(|_| talks) else {
            return refuse(ErrorCode::WrongState, "there is nobody to record");
        };
        let recorded = self.calls.recording(customer);
        match (what, recorded) {
            (RecordAsked::Start, None) if !self.may_record(interaction) => {
                return refuse(ErrorCode::Forbidden, "calls of this queue are never recorded");
            }
            (RecordAsked::Start, None) => self.start_recording(now, interaction, customer),
            (RecordAsked::Stop, Some(_)) => self.calls.handle(now, CallInput::Record { leg: customer, recording: None }),
            (RecordAsked::Pause, Some((_, false))) | (RecordAsked::Resume, Some((_, true))) => {
                let paused = what == RecordAsked::Pause;
                self.calls.handle(now, CallInput::PauseRecording { leg: customer, paused });
                self.say(now, Said::RecordingPaused { by: mine.participant, paused });
            }
            (RecordAsked::Start, Some(_)) => return refuse(ErrorCode::WrongState, "the call is recorded already"),
            (RecordAsked::Stop | RecordAsked::Pause | RecordAsked::Resume, None) => {
                return refuse(ErrorCode::WrongState, "the call is not recorded");
            }
            (RecordAsked::Pause, Some((_, true))) => return refuse(ErrorCode::WrongState, "the recording is paused already"),
            (RecordAsked::Resume, Some((_, false))) => return refuse(ErrorCode::WrongState, "the recording is not paused"),
        }
        self.changed_calls.insert(interaction);
        Ok(())
    }

    // ---- supervision

    /// Administrators supervise everybody; a supervisor their own team, or everybody when they belong to none. Asked about whoever acts now.
    pub(super) fn may_supervise(&self, user: UserId, agent: Option<AgentId>) -> bool {
        self.may_supervise_as(self.role, user, agent)
    }

    /// The same by a login of this role, whoever acts now.
    pub(super) fn may_supervise_as(&self, role: Role, user: UserId, agent: Option<AgentId>) -> bool {
        let Some(person) = self.directory.dialling.people.get(&user) else { return false };
        let has = |role| person.roles.contains(&role);
        if has(UserRole::Admin) && role == Role::Administrator {
            return true;
        }
        let team = |id: &UserId| self.directory.agents.get(id).and_then(|agent| agent.team);
        let own = team(&user);
        let supervisor = has(UserRole::Supervisor) || has(UserRole::Admin);
        supervisor && role >= Role::Supervisor && agent.is_none_or(|agent| own.is_none() || team(&agent) == own)
    }

    fn supervise(&mut self, now: Now, user: UserId, agent: AgentId, mode: SuperviseMode, of_call: bool, intercept: bool) -> Done {
        if user == agent || !self.may_supervise(user, Some(agent)) {
            return Err(WireError::new(ErrorCode::Forbidden, "you do not supervise this agent").field("agent"));
        }
        self.signed_in(user)?;
        self.within_reach(user)?;
        let busy = self.agents.get(&user).is_none_or(|state| !state.assignments.is_empty() || !state.offers.is_empty());
        if busy {
            return refuse(ErrorCode::WrongState, "you are busy yourself");
        }
        let work = self.desks.works_of(agent).map(|(_, work)| work.view).find(|view| view.wrap_up_until.is_none());
        let Some(view) = work.filter(|view| self.interactions.can_be_supervised(view.participant)) else {
            return Err(wrong("this agent is in no call, or it is full").field("agent"));
        };
        if intercept && !self.interactions.can_be_intercepted(view.participant) {
            return Err(wrong(NO_INTERCEPTION).field("agent"));
        }
        let (via, action) = (BY_SCREEN, if intercept { "intercept" } else { "supervise" });
        let interaction = view.interaction;
        self.audit(Audited {
            at: now.utc,
            by: user,
            via,
            action,
            interaction: Some(interaction),
            agent: Some(agent),
            mode: Some(mode.word()),
        });
        self.say(now, Said::SuperviseAsked { supervisor: user, target: view.participant, mode, of_call, intercept });
        Ok(())
    }

    /// How well a supervisor is heard from now on.
    pub(super) fn set_mode(&mut self, now: Now, user: UserId, call: LegId, mode: SuperviseMode, via: &'static str) -> Done {
        let (interaction, participant) = self.own_supervision(user, call)?;
        self.audit(Audited {
            at: now.utc,
            by: user,
            via,
            action: "supervise",
            interaction: Some(interaction),
            agent: None,
            mode: Some(mode.word()),
        });
        self.say(now, Said::ModeChanged { participant, mode });
        Ok(())
    }

    /// The supervision this leg of theirs is for.
    fn own_supervision(&self, user: UserId, call: LegId) -> Result<(InteractionId, ParticipantId), WireError> {
        let mine = self.own_call(user, call)?;
        let supervises = self.interactions.supervisor(mine.interaction, user) == Some(mine.participant);
        supervises.then_some((mine.interaction, mine.participant)).ok_or_else(|| wrong("you supervise nobody in this call"))
    }

    fn force_release(&mut self, now: Now, user: UserId, interaction: InteractionId, participant: Option<ParticipantId>) -> Done {
        let all = self.interactions.participants(interaction);
        if all.is_empty() {
            return Err(WireError::new(ErrorCode::NotFound, "no such call, or it is over").field("interaction"));
        }
        let whom = participant.map(|id| all.iter().find(|view| view.participant == id));
        if whom == Some(None) {
            return Err(WireError::new(ErrorCode::NotFound, "nobody of this name is in the call").field("participant"));
        }
        // Whoever is nobody of ours belongs to the team of somebody who is in the call; a call nobody of ours is in belongs to none.
        let supervised = || all.iter().find_map(|view| view.agent.filter(|agent| self.may_supervise(user, Some(*agent))));
        let agent = whom.flatten().and_then(|view| view.agent).or_else(supervised);
        if !self.may_supervise(user, agent) || (agent.is_none() && all.iter().any(|view| view.agent.is_some())) {
            return refuse(ErrorCode::Forbidden, "you do not supervise this call");
        }
        let (via, action) = (BY_SCREEN, "force_release");
        self.audit(Audited { at: now.utc, by: user, via, action, interaction: Some(interaction), agent, mode: None });
        self.say(now, Said::ForceReleased { interaction, by: user, participant });
        Ok(())
    }

    // ---- calls that wait

    fn waiting_in(&self, interaction: InteractionId) -> Result<QueueId, WireError> {
        let queue = self.contacts.get(&interaction).and_then(|contact| contact.queue);
        // A message may wait for a queue that is gone.
        let message = self.interactions.message(interaction).map(|message| message.state);
        let message_waits = matches!(message, Some(MessageState::Waiting { .. }));
        let waits = queue.filter(|_| message_waits || self.interactions.waits_in_queue(interaction));
        waits.ok_or_else(|| WireError::new(ErrorCode::NotFound, "no such call waits, or somebody has it already").field("interaction"))
    }

    fn take_waiting(&mut self, now: Now, user: UserId, interaction: InteractionId) -> Done {
        if self.interactions.message(interaction).is_some() {
            return self.take_by_hand(now, user, interaction);
        }
        let queue = self.waiting_in(interaction)?;
        let serves = self.directory.agents.get(&user).is_some_and(|agent| agent.settings.queues.contains(&queue));
        if !serves && !self.may_supervise(user, None) {
            return refuse(ErrorCode::Forbidden, "you do not serve this queue");
        }
        self.signed_in(user)?;
        self.within_reach(user)?;
        let busy = self.agents.get(&user).is_none_or(|state| !state.assignments.is_empty() || !state.offers.is_empty());
        if busy {
            return refuse(ErrorCode::WrongState, "you are busy yourself");
        }
        self.audit(Audited {
            at: now.utc,
            by: user,
            via: BY_SCREEN,
            action: "take",
            interaction: Some(interaction),
            agent: None,
            mode: None,
        });
        self.say(now, Said::TakenFromQueue { interaction, agent: user });
        Ok(())
    }

    fn move_waiting(&mut self, now: Now, user: UserId, interaction: InteractionId, queue: QueueId, priority: u8) -> Done {
        self.waiting_in(interaction)?;
        if !self.may_supervise(user, None) {
            return refuse(ErrorCode::Forbidden, "only supervisors move waiting calls");
        }
        let Some(to) = self.directory.queues.get(&queue) else {
            return Err(WireError::new(ErrorCode::NotFound, "no such queue").field("queue"));
        };
        let wrap_up_max = to.settings.wrap_up_max;
        // Within its own queue it takes no room that it has not already.
        if self.contacts.get(&interaction).and_then(|contact| contact.queue) != Some(queue) {
            self.takes_work(now, queue).map_err(|error| error.field("queue"))?;
        }
        self.audit(Audited {
            at: now.utc,
            by: user,
            via: BY_SCREEN,
            action: "move",
            interaction: Some(interaction),
            agent: None,
            mode: None,
        });
        self.say(now, Said::MovedInQueue { interaction, queue, priority, wrap_up_max });
        Ok(())
    }

    pub(super) fn audit(&mut self, mut audited: Audited) {
        if let Some(behalf) = &mut self.behalf {
            (audited.by, audited.via) = (behalf.by, behalf.via);
            audited.agent = audited.agent.or(Some(behalf.agent).filter(|agent| *agent != behalf.by));
            behalf.audited = true;
        }
        self.effects.push_back(Effect::Audit(audited));
    }
}
