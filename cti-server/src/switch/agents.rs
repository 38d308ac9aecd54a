//! Agents at their screens: sockets, which telephone is whose, and what they ask for. Extends [`Rooms`].

use super::Effect;
use super::pages::PageOffer;
use super::rooms::Rooms;
use cti_call::Input as CallInput;
use cti_interaction::{AssignmentView, Input as Said};
use cti_types::acd::{AcdInput, AgentState, NotReadyReason, Presence};
use cti_types::event::{Body, LeaveReason, PartyEnd, Stream};
use cti_types::stream::StreamWriter;
use cti_types::{AgentId, AssignmentId, InteractionId, LegId, Now, OwnerEpoch, PhoneId, Tick, UserId, Utc, WrapUpCodeId};
use softphone_protocol::{Command, Device, ErrorCode, PresenceAsked, SessionNo, ShownState, WireError};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What an agent telephones with while signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Telephone {
    Phone(PhoneId),
    /// A page in the browser, whichever has the audio.
    Page,
}

/// One user's place: their open sockets and, while signed in as an agent, their telephone.
#[derive(Default)]
pub(super) struct Desk {
    sockets: BTreeSet<SessionNo>,
    pub(super) owner: Option<SessionNo>,
    pub(super) telephone: Option<Telephone>,
    gone: Option<Tick>,
    pub(super) shown: Option<(ShownState, Tick)>,
}

/// An assignment as the agent's screen and the wrap-up rules need it.
pub(super) struct Work {
    pub(super) view: AssignmentView,
    pub(super) answered: Tick,
    pub(super) code: Option<WrapUpCodeId>,
    pub(super) note: Option<String>,
    /// Why the number that was dialled was not reached.
    pub(super) outcome: Option<PartyEnd>,
}

/// All desks.
pub(super) struct Desks {
    grace: Duration,
    desks: BTreeMap<UserId, Desk>,
    /// Who is signed in on which telephone.
    by_phone: BTreeMap<PhoneId, AgentId>,
    /// Who is signed in with the browser.
    at_page: BTreeSet<AgentId>,
    pub(super) works: BTreeMap<AssignmentId, Work>,
    by_agent: BTreeSet<(AgentId, AssignmentId)>,
    seqs: BTreeMap<AgentId, u64>,
    /// When each agent's stream ended in the server's life before.
    lasts: BTreeMap<AgentId, Utc>,
    logs: BTreeMap<AgentId, StreamWriter>,
    timers: BTreeSet<(Tick, UserId)>,
    started: Now,
    epoch: OwnerEpoch,
}

impl Desks {
    pub(super) fn new(grace: Duration, seqs: BTreeMap<AgentId, u64>, started: Now, epoch: OwnerEpoch) -> Desks {
        let (desks, by_phone, at_page, works, by_agent) = Default::default();
        let (lasts, logs, timers) = Default::default();
        Desks { grace, desks, by_phone, at_page, works, by_agent, seqs, lasts, logs, timers, started, epoch }
    }

    pub(super) fn desk_mut(&mut self, user: UserId) -> &mut Desk {
        self.desks.entry(user).or_default()
    }

    fn telephone_of(&self, agent: AgentId) -> Option<Telephone> {
        self.desks.get(&agent).and_then(|desk| desk.telephone)
    }

    /// The desk phone an agent is signed in on.
    pub(super) fn phone_of(&self, agent: AgentId) -> Option<PhoneId> {
        match self.telephone_of(agent)? {
            Telephone::Phone(phone) => Some(phone),
            Telephone::Page => None,
        }
    }

    /// Whether an agent is signed in with the browser.
    pub(super) fn is_at_page(&self, agent: AgentId) -> bool {
        self.at_page.contains(&agent)
    }

    pub(super) fn agent_on(&self, phone: PhoneId) -> Option<AgentId> {
        self.by_phone.get(&phone).copied()
    }

    /// Since when the agent is in the state that screens show.
    pub(super) fn shown_since(&self, agent: AgentId) -> Option<Tick> {
        self.desks.get(&agent).and_then(|desk| desk.shown).map(|(_, since)| since)
    }

    fn set_telephone(&mut self, agent: AgentId, telephone: Option<Telephone>) {
        let desk = self.desks.entry(agent).or_default();
        match std::mem::replace(&mut desk.telephone, telephone) {
            Some(Telephone::Phone(old)) => {
                self.by_phone.remove(&old);
            }
            Some(Telephone::Page) => {
                self.at_page.remove(&agent);
            }
            None => {}
        }
        match telephone {
            Some(Telephone::Phone(new)) => {
                self.by_phone.insert(new, agent);
            }
            Some(Telephone::Page) => {
                self.at_page.insert(agent);
            }
            None => {}
        }
    }

    /// The agent's assignments.
    pub(super) fn works_of(&self, agent: AgentId) -> impl Iterator<Item = (AssignmentId, &Work)> {
        let ids = self.by_agent.range((agent, AssignmentId::from_u128(0))..).take_while(move |(a, _)| *a == agent);
        ids.filter_map(|(_, id)| self.works.get(id).map(|work| (*id, work)))
    }

    /// Who works on this interaction, wrap-up and all.
    pub(super) fn agents_of(&self, interaction: InteractionId) -> impl Iterator<Item = AgentId> {
        self.works.values().filter(move |work| work.view.interaction == interaction).map(|work| work.view.agent)
    }

    /// What the interaction room says of an assignment.
    pub(super) fn set_work(&mut self, view: &AssignmentView) {
        let work = self.works.entry(view.assignment);
        work.or_insert(Work { view: *view, answered: view.since, code: None, note: None, outcome: None }).view = *view;
        self.by_agent.insert((view.agent, view.assignment));
    }

    /// The number that was dialled was not reached: shown in wrap-up.
    pub(super) fn not_reached(&mut self, assignment: AssignmentId, outcome: PartyEnd) {
        if let Some(work) = self.works.get_mut(&assignment) {
            work.outcome = Some(outcome);
        }
    }

    pub(super) fn signed_in(&self) -> usize {
        self.by_phone.len() + self.at_page.len()
    }

    pub(super) fn sign_out(&mut self, agent: AgentId) {
        self.set_telephone(agent, None);
        let Some(desk) = self.desks.get_mut(&agent) else { return };
        if let Some(at) = desk.gone.take() {
            self.timers.remove(&(at, agent));
        }
        if desk.sockets.is_empty() {
            self.desks.remove(&agent);
        }
    }

    pub(super) fn wrap_up_over(&mut self, assignment: AssignmentId) {
        if let Some(work) = self.works.remove(&assignment) {
            self.by_agent.remove(&(work.view.agent, assignment));
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Tick> {
        self.timers.first().map(|(at, _)| *at)
    }

    fn log(&mut self, agent: AgentId) -> &mut StreamWriter {
        let (seq, started) = (self.seqs.get(&agent).copied().unwrap_or(0), self.started);
        let (last, epoch) = (self.lasts.get(&agent).copied(), self.epoch);
        self.logs.entry(agent).or_insert_with(|| {
            let mut log = StreamWriter::resume(Stream::Agent(agent), started, seq).owned_by(epoch);
            if let Some(last) = last {
                log.not_before(last);
            }
            log
        })
    }

    /// A clock that was set back between two lives of the server must not turn the agents' streams back.
    pub(super) fn went_on_until(&mut self, lasts: BTreeMap<AgentId, Utc>) {
        self.lasts = lasts;
    }
}

pub(super) type Done = Result<(), WireError>;

pub(super) fn refuse(code: ErrorCode, message: &str) -> Done {
    Err(WireError::new(code, message))
}

impl Rooms {
    // ---- sockets

    pub(super) fn socket_opened(&mut self, now: Now, session: SessionNo, user: UserId) {
        let desk = self.desks.desk_mut(user);
        desk.sockets.insert(session);
        desk.owner.get_or_insert(session);
        if let Some(at) = desk.gone.take() {
            self.desks.timers.remove(&(at, user));
        }
        self.show_agent(now, user);
    }

    pub(super) fn socket_closed(&mut self, now: Now, session: SessionNo, user: UserId) {
        let until = now.tick + self.desks.grace;
        let Some(desk) = self.desks.desks.get_mut(&user) else { return };
        desk.sockets.remove(&session);
        if desk.owner == Some(session) {
            desk.owner = desk.sockets.first().copied();
        }
        if desk.sockets.is_empty() {
            if desk.telephone.is_some() {
                desk.gone = Some(until);
                self.desks.timers.insert((until, user));
            } else {
                self.desks.desks.remove(&user);
            }
        }
        self.page_socket_closed(now, session, user);
        self.show_agent(now, user);
    }

    /// The grace time is over: not ready, with the system's reason. A call under way goes on.
    pub(super) fn sockets_gone(&mut self, now: Now) {
        while let Some(&(at, user)) = self.desks.timers.first() {
            if at > now.tick {
                break;
            }
            self.desks.timers.remove(&(at, user));
            self.desks.desk_mut(user).gone = None;
            self.return_messages(now, user);
            let presence = Presence::NotReady(NotReadyReason::ConnectionLost);
            self.acd.handle(now, AcdInput::SetPresence { agent: user, presence });
        }
    }

    // ---- telephones

    pub(super) fn phone_reachable(&mut self, now: Now, phone: PhoneId, reachable: bool) {
        if let Some(agent) = self.desks.agent_on(phone) {
            self.acd.handle(now, AcdInput::DeviceReachable { agent, reachable });
        }
    }

    // ---- commands

    pub(super) fn command(&mut self, now: Now, session: SessionNo, user: UserId, command: Command) -> Done {
        if !self.directory.agents.get(&user).is_some_and(|agent| agent.active) {
            return refuse(ErrorCode::Forbidden, "this user has not the role of an agent");
        }
        match command {
            Command::SignIn { device: Device::Phone { id }, take_over } => self.sign_in(now, session, user, id, take_over),
            Command::SignIn { device: Device::Browser, take_over } => self.sign_in_at_page(now, session, user, take_over),
            Command::SignOut => {
                self.signed_in(user)?;
                self.acd.handle(now, AcdInput::SetPresence { agent: user, presence: Presence::LoggedOut });
                Ok(())
            }
            Command::SetPresence { presence, reason } => self.set_presence(now, user, presence, reason),
            Command::SetPresenceOf { agent, presence, reason } => self.set_presence_of(now, user, agent, presence, reason),
            Command::Decline { offer } => {
                if !self.agents.get(&user).is_some_and(|state| state.offers.contains(&offer)) {
                    return Err(WireError::new(ErrorCode::NotFound, "no such offer, or it is over").field("offer"));
                }
                self.say(now, Said::AgentDeclined { offer });
                Ok(())
            }
            Command::Answer { call } => {
                self.own_leg(user, call)?;
                self.answer_in_page(now, user, call)
            }
            Command::AudioOffer { sdp, client, label, take_over } => {
                self.audio_offer(now, session, user, PageOffer { sdp, client, label, take_over }).map(drop)
            }
            Command::AudioRelease => self.audio_release(now, user),
            Command::EchoTest { on } => self.echo_test(now, user, on),
            Command::Hold { call } => {
                self.own_talk(user, call)?;
                if self.calls.is_held_by_command(call) {
                    return refuse(ErrorCode::WrongState, "the call is on hold already");
                }
                self.calls.handle(now, CallInput::Hold { leg: call });
                Ok(())
            }
            Command::Retrieve { call } => {
                self.own_talk(user, call)?;
                if self.calls.is_held_by_device(call) {
                    return refuse(ErrorCode::WrongState, "the telephone itself holds the call: retrieve it there");
                }
                if !self.calls.is_held_by_command(call) {
                    return refuse(ErrorCode::WrongState, "the call is not on hold");
                }
                self.calls.handle(now, CallInput::Retrieve { leg: call });
                Ok(())
            }
            Command::HangUp { call } => self.hang_up(now, user, call),
            Command::SendDigits { call, digits } => {
                self.own_talk(user, call)?;
                let Some(leg) = self.calls.peer(call) else { return refuse(ErrorCode::WrongState, "nobody is there to hear them") };
                self.send_digits(now, leg, digits).map_err(|error| WireError::new(ErrorCode::Busy, error.to_string()).field("digits"))
            }
            Command::Dial { number, queue, detect } => self.dialled(now, user, &number, (queue, detect)).map(drop),
            Command::Accept { offer } => self.accept(now, user, offer),
            Command::TakeMessage { interaction } => self.take_by_hand(now, user, interaction),
            Command::FinishMessage { assignment } => {
                self.message_done(now, user, assignment, |assignment| Said::MessageHandled { assignment })
            }
            Command::ReturnMessage { assignment } => {
                self.message_done(now, user, assignment, |assignment| Said::MessageReturned { assignment })
            }
            Command::SetWrapUp { assignment, code, note } => self.set_wrap_up(now, user, assignment, code, note),
            Command::FinishWrapUp { assignment } => self.finish_wrap_up(now, user, assignment),
            Command::TakeOver => {
                self.desks.desk_mut(user).owner = Some(session);
                self.show_agent(now, user);
                Ok(())
            }
            of_call => self.verb(now, user, of_call),
        }
    }

    fn sign_in(&mut self, now: Now, session: SessionNo, user: UserId, phone: PhoneId, take_over: bool) -> Done {
        let Some(entry) = self.directory.phones.get(&phone) else {
            return Err(WireError::new(ErrorCode::NotFound, "no such phone").field("device"));
        };
        if entry.owner.is_some_and(|owner| owner != user) {
            return Err(WireError::new(ErrorCode::Forbidden, "this phone belongs to somebody else").field("device"));
        }
        if let Some(other) = self.desks.agent_on(phone).filter(|other| *other != user) {
            if !take_over {
                return Err(WireError::new(ErrorCode::Taken, "another agent is signed in on this phone").field("device"));
            }
            if self.agents.get(&other).is_some_and(|state| !state.assignments.is_empty()) {
                return Err(WireError::new(ErrorCode::WrongState, "the other agent is busy on this phone").field("device"));
            }
            self.acd.handle(now, AcdInput::SetPresence { agent: other, presence: Presence::LoggedOut });
            self.settle(now);
        }
        self.sit_down(now, session, user, Telephone::Phone(phone), take_over)
    }

    fn sign_in_at_page(&mut self, now: Now, session: SessionNo, user: UserId, take_over: bool) -> Done {
        if !self.pages_are_served() {
            let why = "the browser is no telephone here: media.webrtc is off";
            return Err(WireError::new(ErrorCode::DeviceCannot, why).field("device"));
        }
        self.sit_down(now, session, user, Telephone::Page, take_over)
    }

    fn sit_down(&mut self, now: Now, session: SessionNo, user: UserId, telephone: Telephone, take_over: bool) -> Done {
        match self.desks.telephone_of(user) {
            Some(current) if current == telephone => {}
            Some(_) if !take_over => {
                return Err(WireError::new(ErrorCode::Taken, "signed in on another device: ask with take_over").field("device"));
            }
            Some(_) => {
                if !self.lines.legs_of_agent(user).is_empty() {
                    return refuse(ErrorCode::WrongState, "a call is up on the other device: end it first");
                }
                self.bind(now, user, telephone, true);
            }
            None => self.bind(now, user, telephone, false),
        }
        if take_over {
            self.desks.desk_mut(user).owner = Some(session);
        }
        self.show_agent(now, user);
        Ok(())
    }

    fn bind(&mut self, now: Now, user: UserId, telephone: Telephone, moved: bool) {
        self.desks.set_telephone(user, Some(telephone));
        let (device, reachable) = match telephone {
            Telephone::Phone(phone) => {
                let name = self.directory.phones.get(&phone).map(|p| p.name.clone()).unwrap_or_default();
                (name, !self.sip.contacts(phone).is_empty())
            }
            // It is when it has its audio.
            Telephone::Page => ("browser".to_owned(), false),
        };
        let log = self.desks.log(user);
        if !moved {
            log.reanchor(now);
        }
        let body = if moved { Body::TakenOver { device } } else { Body::SignedIn { device } };
        let event = log.event(now, body);
        self.effects.push_back(Effect::Log(event));
        if moved || telephone == Telephone::Page {
            self.page_left(now, user);
        }
        self.acd.handle(now, AcdInput::DeviceReachable { agent: user, reachable });
        if !moved {
            let presence = Presence::NotReady(NotReadyReason::Unspecified);
            self.acd.handle(now, AcdInput::SetPresence { agent: user, presence });
        }
    }

    pub(super) fn set_presence(&mut self, now: Now, user: UserId, presence: PresenceAsked, reason: Option<cti_types::ReasonId>) -> Done {
        self.signed_in(user)?;
        if let Some(reason) = reason
            && !self.directory.reasons.contains_key(&reason)
        {
            return Err(WireError::new(ErrorCode::BadValue, "no such reason").field("reason"));
        }
        let presence = match presence {
            PresenceAsked::Ready => Presence::Ready,
            PresenceAsked::NotReady => Presence::NotReady(reason.map_or(NotReadyReason::Unspecified, NotReadyReason::Chosen)),
        };
        self.acd.handle(now, AcdInput::SetPresence { agent: user, presence });
        Ok(())
    }

    pub(super) fn hang_up(&mut self, now: Now, user: UserId, call: LegId) -> Done {
        self.own_leg(user, call)?;
        let Some(ringing) = self.lines.get(call).and_then(|line| line.agent) else { return Ok(()) };
        if self.calls.is_up(call) || self.outbound.is_own(call) {
            self.calls.handle(now, CallInput::End { leg: call, cause: cti_call::cause::NORMAL_CLEARING });
            self.say(now, Said::Left { participant: ringing.participant, reason: LeaveReason::HungUp });
        } else {
            self.say(now, Said::AgentDeclined { offer: ringing.offer });
        }
        Ok(())
    }

    fn set_wrap_up(&mut self, now: Now, user: UserId, assignment: AssignmentId, code: Option<WrapUpCodeId>, note: Option<String>) -> Done {
        let queue = self.own_work(user, assignment)?.view.queue;
        if let Some(code) = code
            && !self.directory.codes_for(queue).any(|(id, _)| id == code)
        {
            return Err(WireError::new(ErrorCode::BadValue, "no such wrap-up code for this queue").field("code"));
        }
        let mut participant = None;
        if let Some(work) = self.desks.works.get_mut(&assignment) {
            work.code = code.or(work.code);
            work.note = note.clone().or(work.note.take());
            participant = Some(work.view.participant);
        }
        self.say(now, Said::WrapUpSet { assignment, code, note });
        self.show_wrap_up(now, assignment);
        if let Some(leg) = participant.and_then(|participant| self.lines.leg_of(participant)) {
            self.show_call(now, leg);
        }
        Ok(())
    }

    fn finish_wrap_up(&mut self, now: Now, user: UserId, assignment: AssignmentId) -> Done {
        let work = self.own_work(user, assignment)?;
        if work.view.wrap_up_until.is_none() {
            return refuse(ErrorCode::WrongState, "the call is still up");
        }
        if self.directory.wants_code(work.view.queue) && work.code.is_none() {
            return Err(WireError::new(ErrorCode::WrongState, "this queue wants a wrap-up code first").field("code"));
        }
        self.say(now, Said::WrapUpFinished { assignment });
        Ok(())
    }

    pub(super) fn signed_in(&self, user: UserId) -> Done {
        if self.desks.telephone_of(user).is_some() { Ok(()) } else { refuse(ErrorCode::NotSignedIn, "sign in first") }
    }

    /// Whoever is at a page needs its audio for what they ask; other telephones ring, or do not.
    pub(super) fn within_reach(&self, user: UserId) -> Done {
        if self.desks.is_at_page(user) && !self.agents.get(&user).is_some_and(|state| state.reachable) {
            return refuse(ErrorCode::DeviceUnreachable, "your page has no audio: connect it first");
        }
        Ok(())
    }

    fn own_leg(&self, user: UserId, call: LegId) -> Done {
        let mine = self.lines.get(call).and_then(|line| line.agent).is_some_and(|a| a.agent == user);
        if mine { Ok(()) } else { Err(WireError::new(ErrorCode::NotFound, "no such call of yours, or it is over").field("call")) }
    }

    fn own_talk(&self, user: UserId, call: LegId) -> Done {
        self.own_leg(user, call)?;
        if self.calls.peer(call).is_some() { Ok(()) } else { refuse(ErrorCode::WrongState, "the call is not connected") }
    }

    pub(super) fn own_work(&self, user: UserId, assignment: AssignmentId) -> Result<&Work, WireError> {
        let mine = self.desks.works.get(&assignment).filter(|work| work.view.agent == user);
        mine.ok_or_else(|| WireError::new(ErrorCode::NotFound, "no such assignment of yours, or it is over").field("assignment"))
    }

    // ---- what the ACD says of an agent

    pub(super) fn agent_changed(&mut self, now: Now, state: AgentState) {
        let agent = state.agent;
        let old = self.agents.insert(agent, state.clone());
        let old_presence = old.as_ref().map_or(Presence::LoggedOut, |o| o.presence);
        let old_pending = old.and_then(|o| o.pending);
        if state.presence != old_presence || state.pending != old_pending {
            let body = match state.presence {
                Presence::LoggedOut => Body::SignedOut,
                presence @ (Presence::NotReady(_) | Presence::Ready) => Body::PresenceChanged { presence, pending: state.pending },
            };
            let event = self.desks.log(agent).event(now, body);
            self.effects.push_back(Effect::Log(event));
        }
        // What the ACD says now counts: a sign-in may be on its way behind this.
        let out = |state: &AgentState| state.presence == Presence::LoggedOut && state.assignments.is_empty();
        if out(&state) && self.acd.agent(agent).is_none_or(|latest| out(&latest)) {
            self.signed_out(now, agent);
            self.agents.remove(&agent);
        }
        self.show_agent(now, agent);
    }

    /// The agent has no telephone any more.
    pub(super) fn signed_out(&mut self, now: Now, agent: AgentId) {
        let was_at_page = self.desks.is_at_page(agent);
        self.desks.sign_out(agent);
        if was_at_page {
            self.page_left(now, agent);
        }
    }
}
