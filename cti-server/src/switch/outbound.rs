//! Calls to the outside: who may dial what, by which trunk it goes, what becomes of it. Extends [`Rooms`].
//!
//! The choice of a trunk is `cti-sip`'s, the rules of dialling `crm-core`'s, the participants' life `cti-interaction`'s; here
//! they are put together. A leg keeps its port and its offer while it is tried by one trunk after the other.

use super::Effect;
use super::directory::Dialler;
use super::lines::{Line, Turned};
use super::rooms::{Contact, Rooms};
use super::spending::Spending;
use bytes::Bytes;
use crm_core::dial::{self, Dialled, Permit, Person, Place, Refusal};
use crm_core::model::{Detection, DialRuleId};
use cti_call::Input as CallInput;
use cti_interaction::{DialAsked, DialFor, Input as Said};
use cti_media::sdp::{Answer, Local};
use cti_sip::api::{Caller, Command as Sip, Incoming, Origin, Redirection, Route, Target, Wanted, Why, fails_over};
use cti_types::acd::{AgentState, AimRoom, AssignmentPhase};
use cti_types::dial::NumberClass;
use cti_types::event::{Body, PartyEnd, TrunkWhy};
use cti_types::media::{Codec, Direction};
use cti_types::{
    AgentId, AssignmentId, HoursId, InteractionId, LegId, Now, Number, ParticipantId, Party, PlayId, QueueId, Tick, TrunkId, UserId,
};
use softphone_protocol::{ErrorCode, WireError};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Longest time a called number may ring; then it counts as not answered. Networks give up at two to three minutes.
const RING_MAX: Duration = Duration::from_secs(120);
/// Most trunks one call is tried by; then it has failed. Each may cost the caller some seconds.
const TRIES_MAX: usize = 5;
/// How long the telephone of somebody who has no queue may ring for their own call.
const OWN_RING: Duration = Duration::from_secs(30);
/// About how long an agent hears that the number is busy, or cannot be reached, before their call ends.
const TONE_MS: usize = 2_500;
/// Microseconds of a day, for what a person has spent in it.
const DAY_US: i64 = 86_400_000_000;

/// A party outside that is to be called.
pub(super) struct Outside {
    pub(super) interaction: InteractionId,
    pub(super) participant: ParticipantId,
    /// Who dials, and by whose rights.
    pub(super) by: AgentId,
    pub(super) number: Number,
    /// Whose caller id it shows; `None`: none is shown.
    pub(super) queue: Option<QueueId>,
    pub(super) purpose: DialFor,
}

/// One call to the outside, from its first trunk to its end.
struct OutsideCall {
    interaction: InteractionId,
    participant: ParticipantId,
    purpose: DialFor,
    by: AgentId,
    wanted: Wanted,
    permit: Permit,
    caller: Caller,
    tried: Vec<TrunkId>,
    /// The trunk it is on now.
    trunk: TrunkId,
    sdp: Option<Bytes>,
    rang: bool,
    answered: Option<Tick>,
}

/// What is under way, and what was spent.
#[derive(Default)]
pub(super) struct Outbound {
    calls: BTreeMap<LegId, OutsideCall>,
    pub(super) spending: Spending,
    /// Telephones of ours that dialled by themselves: the leg they called in by.
    own: BTreeMap<LegId, InteractionId>,
    /// Calls whose number was not reached, and why, with the far side's cause (Q.850), until the agent who dialled is told.
    unreached: BTreeMap<InteractionId, (PartyEnd, Option<u16>)>,
    /// Their legs, while they hear it.
    told: BTreeSet<LegId>,
    /// How calls of trusted trunks came, which is told on where they are sent on.
    pub(super) histories: BTreeMap<InteractionId, Vec<(String, String)>>,
    /// Calls for help from telephones nobody is signed in on, until their port is open: by whose rights, and whom.
    pub(super) help: BTreeMap<InteractionId, (UserId, Number)>,
}

impl Outbound {
    /// Whether the leg is that of a telephone of ours that dialled by itself.
    pub(super) fn is_own(&self, leg: LegId) -> bool {
        self.own.contains_key(&leg)
    }

    /// The leg by which a telephone of ours dialled this call by itself.
    pub(super) fn own_leg(&self, interaction: InteractionId) -> Option<LegId> {
        self.own.iter().find(|(_, of)| **of == interaction).map(|(leg, _)| *leg)
    }

    /// What this person's calls under way cost by this rule so far, those not answered yet with a minute: a limit is to hold however many
    /// are made at once.
    fn being_spent(&self, now: Now, user: UserId, rule: DialRuleId) -> u64 {
        let of = |call: &&OutsideCall| call.by == user && call.permit.rule == Some(rule);
        let length = |call: &OutsideCall| call.answered.map_or(Duration::ZERO, |answered| now.tick.since(answered));
        self.calls.values().filter(of).map(|call| call.permit.cost(length(call))).sum()
    }

    /// Whether the leg is one of these calls.
    pub(super) fn has(&self, leg: LegId) -> bool {
        self.calls.contains_key(&leg)
    }
}

impl Rooms {
    /// Reads what somebody dials, and judges whether they may.
    pub(super) fn may_dial(&self, now: Now, user: UserId, raw: &str) -> Result<(Dialled, Permit), Refusal> {
        let nobody =
            Dialler { place: Place { country: self.directory.country(None).to_owned(), ..Place::default() }, ..Dialler::default() };
        let dialling = &self.directory.dialling;
        let dialler = dialling.people.get(&user).unwrap_or(&nobody);
        let dialled = dial::read(raw, &dialler.place, |number| self.directory.numbers.contains_key(number))?;
        let day = now.utc.0.div_euclid(DAY_US);
        let open = |hours: HoursId| dialling.hours.get(&hours).is_some_and(|hours| hours.is_open(now.utc));
        let spent =
            |rule: DialRuleId| self.outbound.spending.of(user, rule, day).saturating_add(self.outbound.being_spent(now, user, rule));
        let permit = dial::permit(&dialling.rules, &dialled, Person { roles: &dialler.roles }, open, spent)?;
        Ok((dialled, permit))
    }

    /// The same for a command: what is wrong, in the words of the wire.
    pub(super) fn check_dial(&self, now: Now, user: UserId, raw: &str) -> Result<(Dialled, Permit), WireError> {
        let (dialled, permit) = self.may_dial(now, user, raw).map_err(|refusal| {
            let code = match refusal {
                Refusal::NotANumber | Refusal::NoSuchNumber => ErrorCode::BadValue,
                Refusal::NoRule(_) | Refusal::Forbidden(_) | Refusal::OutsideHours | Refusal::CostCap(_) => ErrorCode::Forbidden,
            };
            WireError::new(code, refusal.to_string()).field("number")
        })?;
        if dialled.class == NumberClass::Internal {
            return Err(WireError::new(ErrorCode::BadValue, "this is a number of our own: transfer or consult instead").field("number"));
        }
        Ok((dialled, permit))
    }

    // ---- the verb

    /// An agent calls a number: their own telephone first. Gives the interaction that was opened; of a call for help the one they are in,
    /// if it is made by the telephone they hold. `detect`: whether it is listened who answers; `None`: as configured.
    pub(super) fn dial(
        &mut self,
        now: Now,
        user: UserId,
        raw: &str,
        (queue, detect): (QueueId, Option<bool>),
    ) -> Result<InteractionId, WireError> {
        if let Some(number) = self.help_wanted(now, user, raw)
            && let Some(interaction) = self.make_way(now, user, &number)
        {
            return Ok(interaction);
        }
        let interaction = InteractionId::new(now.utc, &mut self.chance);
        self.dial_as(now, interaction, user, raw, Some(queue))?;
        self.measured.ask(interaction, detect);
        Ok(interaction)
    }

    fn dial_as(&mut self, now: Now, interaction: InteractionId, user: UserId, raw: &str, queue: Option<QueueId>) -> Result<(), WireError> {
        let help = self.help_wanted(now, user, raw).is_some();
        self.may_begin(user, queue, help)?;
        let settings = queue.and_then(|queue| self.directory.queues.get(&queue)).map(|queue| queue.settings.clone());
        let queue = queue.filter(|_| settings.is_some());
        if queue.is_none() && !help {
            return Err(WireError::new(ErrorCode::NotFound, "no such queue").field("queue"));
        }
        let (dialled, _) = self.check_dial(now, user, raw)?;
        self.takes_call(help)?;
        let customer = ParticipantId::new(now.utc, &mut self.chance);
        let party = Party { number: dialled.number.clone(), raw: raw.trim().to_owned(), display: None };
        let contact = Contact {
            customer,
            party: party.clone(),
            called: String::new(),
            found: None,
            collected: Vec::new(),
            path: Vec::new(),
            queue,
            since: now.tick,
            recording: None,
            decided: None,
            shown_in: None,
        };
        self.contacts.insert(interaction, contact);
        let shown = queue.and_then(|queue| self.directory.dialling.callers.get(&queue));
        let to = shown.and_then(|shown| shown.caller_id.clone()).unwrap_or_default();
        let (wrap_up_max, ring) = settings.map_or((Duration::ZERO, OWN_RING), |settings| (settings.wrap_up_max, settings.offer_timeout));
        let room = if help { AimRoom::Any } else { AimRoom::BesideWrapUp };
        let asked = DialAsked { agent: user, party, to, queue, wrap_up_max, ring, room };
        self.say(now, Said::DialAsked { interaction, customer, asked });
        self.effects.push_back(Effect::LookUp { interaction, number: dialled.number });
        Ok(())
    }

    /// An agent dials on their own telephone: the same call as by command, but the telephone is in it already. It is one of the
    /// agent's first queue.
    pub(super) fn dialled_on_phone(&mut self, now: Now, leg: LegId, call: &Incoming) -> Result<(), Turned> {
        let Origin::Phone(phone) = call.origin else { return Err((404, None, None)) };
        let Some(agent) = self.desks.agent_on(phone) else { return self.help_from(now, leg, phone, call) };
        let help = self.help_wanted(now, agent, &call.called).is_some();
        let queue = self.directory.agents.get(&agent).and_then(|agent| agent.settings.queues.first().copied());
        if queue.is_none() && !help {
            return Err((403, None, Some("this agent has no queue".into())));
        }
        self.may_begin(agent, queue, help).and_then(|()| self.check_dial(now, agent, &call.called).map(drop)).map_err(turned)?;
        self.takes_call(help).map_err(turned)?;
        let interaction = InteractionId::new(now.utc, &mut self.chance);
        self.own_line(now, leg, interaction, call)?;
        self.outbound.own.insert(leg, interaction);
        self.calls.handle(now, CallInput::Incoming { leg, group: interaction });
        if help {
            self.hold_others(now, agent);
        }
        // Nothing has happened since it was judged, so it is not refused now.
        if let Err(error) = self.dial_as(now, interaction, agent, &call.called, queue) {
            self.calls.handle(now, CallInput::End { leg, cause: cti_call::cause::NORMAL_CLEARING });
            return Err(turned(error));
        }
        self.open(leg);
        Ok(())
    }

    /// Drained or full, the house takes no calls but those that save lives.
    fn takes_call(&self, help: bool) -> Result<(), WireError> {
        if self.interactions.has_room() && self.accepting || help && self.interactions.has_room_for_help() {
            return Ok(());
        }
        Err(WireError::new(ErrorCode::Busy, "the server takes no new calls now"))
    }

    /// The interaction is over. A telephone that dialled and was not let in is told that its line is busy.
    pub(super) fn dialling_over(&mut self, now: Now, interaction: InteractionId) {
        self.outbound.histories.remove(&interaction);
        self.outbound.unreached.remove(&interaction);
        self.outbound.help.remove(&interaction);
        if let Some(leg) = self.outbound.own_leg(interaction) {
            self.calls.handle(now, CallInput::End { leg, cause: USER_BUSY });
        }
    }

    /// Whether the agent can make a call for this queue now. The time after an earlier call goes on beside it; a call for help needs
    /// nothing but a telephone.
    fn may_begin(&self, user: UserId, queue: Option<QueueId>, help: bool) -> Result<(), WireError> {
        self.signed_in(user)?;
        let agent = self.directory.agents.get(&user).filter(|agent| agent.active);
        let agent = agent.ok_or_else(|| WireError::new(ErrorCode::Forbidden, "this user has not the role of an agent"))?;
        if !help && !queue.is_some_and(|queue| agent.settings.queues.contains(&queue)) {
            return Err(WireError::new(ErrorCode::Forbidden, "not one of this agent's queues").field("queue"));
        }
        let state = self.agents.get(&user);
        let talks = |state: &AgentState| state.assignments.iter().any(|(_, phase)| *phase == AssignmentPhase::Active);
        if !help && state.is_some_and(talks) {
            return Err(WireError::new(ErrorCode::WrongState, "you are in a call: end it first, or consult the number or transfer to it"));
        }
        if !help && state.is_some_and(|state| !state.offers.is_empty()) {
            return Err(WireError::new(ErrorCode::WrongState, "a call is offered to you: answer or decline it first"));
        }
        if !state.is_some_and(|state| state.reachable) {
            return Err(WireError::new(ErrorCode::DeviceUnreachable, "the agent's telephone cannot be reached"));
        }
        Ok(())
    }

    // ---- the call

    /// Calls a number for a participant who waits for it. Its end is said as `OutsideFailed`, or as of any other leg once it was answered.
    pub(super) fn call_outside(&mut self, now: Now, outside: &Outside) {
        let participant = outside.participant;
        let (dialled, permit) = match self.may_dial(now, outside.by, outside.number.as_str().unwrap_or_default()) {
            Ok((dialled, permit)) if dialled.class != NumberClass::Internal => (dialled, permit),
            Ok(_) | Err(_) => return self.outside_failed(now, participant, PartyEnd::Forbidden, None),
        };
        let Dialled { number, class, country } = dialled;
        let number = number.as_str().unwrap_or_default().to_owned();
        let wanted = Wanted { number, country, emergency: class == NumberClass::Emergency };
        let route = self.sip.route(now, &wanted, &[]);
        self.note_route(now, outside.interaction, participant, &route);
        let Some(trunk) = route.trunk else { return self.outside_failed(now, participant, PartyEnd::Congestion, None) };
        let target = target(&wanted, trunk);
        let Some(leg) = self.outside_line(now, outside.interaction, participant, &target) else {
            return self.outside_failed(now, participant, PartyEnd::Congestion, None);
        };
        let caller = Caller { diverted: self.diverted_from(outside), ..self.caller_of(outside.queue) };
        let call = OutsideCall {
            interaction: outside.interaction,
            participant,
            purpose: outside.purpose,
            by: outside.by,
            wanted,
            permit,
            caller,
            tried: Vec::new(),
            trunk,
            sdp: None,
            rang: false,
            answered: None,
        };
        self.outbound.calls.insert(leg, call);
        self.calls.handle(now, CallInput::Outgoing { leg, group: outside.interaction });
        self.open(leg);
    }

    /// What a queue's calls show.
    fn caller_of(&self, queue: Option<QueueId>) -> Caller {
        let shown = queue.and_then(|queue| self.directory.dialling.callers.get(&queue));
        let Some(shown) = shown else { return Caller::default() };
        let number = shown.caller_id.clone().unwrap_or_default();
        if shown.withheld {
            Caller { asserted: Some(number).filter(|n| !n.is_empty()), ..Caller::default() }
        } else {
            Caller { display: shown.caller_name.clone(), user: number, ..Caller::default() }
        }
    }

    /// The number of ours that the customer called whom this call sends on to the outside.
    fn diverted_from(&self, outside: &Outside) -> Option<String> {
        let called = &self.contacts.get(&outside.interaction)?.called;
        (outside.purpose == DialFor::Transfer && self.directory.numbers.contains_key(called)).then(|| called.clone())
    }

    /// The leg's port is open: the INVITE goes out, unless the trunk's media must be encrypted and no keys may be told to it.
    pub(super) fn outside_opened(&mut self, now: Now, leg: LegId) {
        if self.lines.get(leg).is_some_and(|line| line.negotiator.is_usable()) {
            return self.offer_outside(now, leg);
        }
        if let Some(call) = self.outbound.calls.get_mut(&leg) {
            call.tried.push(call.trunk);
        }
        if !self.try_next(now, leg) {
            self.outside_unusable(now, leg);
        }
    }

    fn offer_outside(&mut self, now: Now, leg: LegId) {
        let agents_codec = self.outbound.calls.get(&leg).and_then(|call| self.codec_of_agent(call.interaction));
        // The agent's codec first: then both sides share it and packets pass untouched.
        let codecs = self.lines.spoken.beside(agents_codec);
        let Some(line) = self.lines.get_mut(leg) else { return };
        let local = Local { ip: line.address.public, port: line.port, direction: Direction::SendRecv };
        let sdp = line.negotiator.offer(local, &codecs);
        let Some(call) = self.outbound.calls.get_mut(&leg) else { return };
        call.sdp = Some(sdp);
        self.invite_outside(now, leg);
    }

    fn codec_of_agent(&self, interaction: InteractionId) -> Option<Codec> {
        let legs = self.interactions.participants(interaction).into_iter().filter_map(|view| self.lines.leg_of(view.participant));
        legs.filter_map(|leg| self.lines.get(leg)).filter(|line| line.agent.is_some()).find_map(Line::codec_agreed)
    }

    fn invite_outside(&mut self, now: Now, leg: LegId) {
        let Some(call) = self.outbound.calls.get(&leg) else { return };
        let Some(sdp) = call.sdp.clone() else { return };
        let (target, from) = (target(&call.wanted, call.trunk), call.caller.clone());
        // Only the customer's call was sent on; an agent who asks somebody calls by themselves.
        let history = self.outbound.histories.get(&call.interaction).filter(|_| call.purpose == DialFor::Transfer);
        let headers = history.cloned().unwrap_or_default();
        self.sip.handle_command(now, Sip::Invite { leg, target, from, sdp, headers, ring_timeout: RING_MAX });
    }

    /// The far side rings, or its network plays something.
    pub(super) fn outside_rings(&mut self, now: Now, leg: LegId, sdp: Option<Bytes>) {
        let Some(call) = self.outbound.calls.get_mut(&leg) else { return };
        let participant = call.participant;
        let first = !std::mem::replace(&mut call.rang, true);
        // The offer stays open: the final answer may be another callee's (RFC 3261 13.2.1, forking).
        let early = sdp.as_deref().and_then(|sdp| {
            let line = self.lines.get(leg)?;
            let answer = Answer::parse(sdp).ok()?;
            line.negotiator.clone().accept(&answer).ok()
        });
        if first {
            self.say(now, Said::OutsideRinging { participant });
        }
        match early {
            Some(stream) => {
                self.set_stream(leg, stream);
                let awaited_by = self.waiting_leg(leg);
                self.calls.handle(now, CallInput::Early { leg, awaited_by });
                self.tell_progress(now, leg, first, true);
                self.hear_early(now, leg);
            }
            None => {
                self.calls.handle(now, CallInput::Ringing { leg });
                if !self.tell_progress(now, leg, first, false) && first {
                    self.ring_back(now, leg);
                }
            }
        }
    }

    /// The leg of a telephone that dialled by itself and is not answered yet.
    fn unanswered(&self, leg: LegId) -> Option<LegId> {
        self.dialling_leg(leg).filter(|own| self.outbound.is_own(*own) && !self.calls.is_up(*own))
    }

    /// A telephone that dialled by itself is told that the number rings, and makes the tone itself; or `early` hears what the network
    /// plays (RFC 3960 3.1). False: the agent is answered already.
    fn tell_progress(&mut self, now: Now, leg: LegId, first: bool, early: bool) -> bool {
        let Some(own) = self.unanswered(leg) else { return false };
        let sdp = if early && !self.calls.is_early(own) { self.open_early(own) } else { None };
        if sdp.is_some() {
            self.calls.handle(now, CallInput::Early { leg: own, awaited_by: None });
            self.sip.handle_command(now, Sip::Provisional { leg: own, code: 183, sdp });
        } else if first {
            self.sip.handle_command(now, Sip::Provisional { leg: own, code: 180, sdp: None });
        }
        true
    }

    /// Who dialled speaks with nobody else: they and the network are together from now on, and keys reach it.
    fn hear_early(&mut self, now: Now, leg: LegId) {
        let Some(interaction) = self.outbound.calls.get(&leg).map(|call| call.interaction) else { return };
        if let Some(agent) = self.dialling_leg(leg) {
            let hold_music = self.hold_music(now, interaction);
            self.calls.handle(now, CallInput::Connect { customer: leg, agent, recording: None, hold_music });
        }
    }

    /// A ring-back tone for who dialled, while nothing comes from the network.
    fn ring_back(&mut self, now: Now, leg: LegId) {
        let clip = self.clips.get(super::clips::RING_BACK);
        let (Some(agent), Some(clip)) = (self.dialling_leg(leg), clip) else { return };
        let play = PlayId::new(now.utc, &mut self.chance);
        self.calls.handle(now, CallInput::Music { leg: agent, music: Some((play, clip)) });
    }

    /// The leg of the agent who dialled and waits in no conversation. What tone or music those hear who consult or are transferred is
    /// `control`'s.
    fn dialling_leg(&self, leg: LegId) -> Option<LegId> {
        match self.outbound.calls.get(&leg)?.purpose {
            DialFor::Customer { agent } => self.lines.leg_of(agent),
            DialFor::Transfer | DialFor::Consult { .. } => None,
        }
    }

    /// The leg of whoever waits for this call and hears what comes of it: the agent who dialled or consults, the customer who is transferred.
    fn waiting_leg(&self, leg: LegId) -> Option<LegId> {
        let call = self.outbound.calls.get(&leg)?;
        match call.purpose {
            DialFor::Customer { agent } => self.lines.leg_of(agent),
            DialFor::Transfer => self.lines.leg_of(self.contacts.get(&call.interaction)?.customer),
            // A telephone that asks by a second line makes its own tone, and that line is not answered yet.
            DialFor::Consult { by } => self.lines.leg_of(by).filter(|_| self.handsets.second_of(by).is_none()),
        }
    }

    /// The number was answered, and the description it sent is agreed.
    pub(super) fn outside_answered(&mut self, now: Now, leg: LegId) {
        let Some(call) = self.outbound.calls.get_mut(&leg) else { return };
        call.answered = Some(now.tick);
        let (participant, interaction, dialled) = (call.participant, call.interaction, matches!(call.purpose, DialFor::Customer { .. }));
        if let Some(own) = self.unanswered(leg) {
            self.calls.handle(now, CallInput::Answer { leg: own });
        }
        self.say(now, Said::OutsideAnswered { participant });
        if dialled {
            let detection = self.detection(leg);
            self.listen_who_answers(interaction, leg, detection.as_ref());
        }
    }

    /// What the rule that allows the call, its queue, or its trunk says of listening who answers: the first that says anything.
    fn detection(&self, leg: LegId) -> Option<Detection> {
        let call = self.outbound.calls.get(&leg)?;
        let dialling = &self.directory.dialling;
        let rule = call.permit.rule.and_then(|id| dialling.rules.iter().find(|rule| rule.id == id)).and_then(|rule| rule.detect.as_ref());
        let queue = self.contacts.get(&call.interaction).and_then(|contact| contact.queue);
        let queue = queue.and_then(|queue| dialling.callers.get(&queue)).and_then(|shown| shown.detect.as_ref());
        rule.or(queue).or_else(|| dialling.trunk_detects.get(&call.trunk)).cloned()
    }

    /// The carrier sends the call on: to the same number by another way, or to another number, which is judged as if it were dialled.
    pub(super) fn outside_redirected(&mut self, now: Now, leg: LegId, to: &[Redirection]) {
        let mut places = Vec::new();
        if let Some(call) = self.outbound.calls.get(&leg) {
            let (by, trunk, dialled) = (call.by, call.trunk, call.wanted.number.clone());
            for (place, to) in to.iter().enumerate() {
                let judged = if to.same { Ok(None) } else { self.may_be_sent_to(now, by, &dialled, &to.number).map(Some) };
                match judged {
                    Ok(permit) => {
                        places.push(place);
                        // Which of them answers is not known yet: the dearest counts.
                        let call = self.outbound.calls.get_mut(&leg);
                        if let Some((call, permit)) = call.zip(permit).filter(|(call, new)| new.minute_cost > call.permit.minute_cost) {
                            call.permit = permit;
                        }
                    }
                    Err(why) => tracing::warn!(%trunk, %why, "a trunk sends a call to a number that may not be called: not followed"),
                }
            }
        }
        self.sip.handle_command(now, Sip::Follow { leg, places });
    }

    /// Nobody is sent where they could not dial, nor to our own numbers, nor to the emergency services; and a carrier, or who answers in
    /// its place, sends nobody abroad or to a dear number who did not dial there.
    fn may_be_sent_to(&self, now: Now, by: AgentId, dialled: &str, number: &str) -> Result<Permit, String> {
        let judged = |number: &str| self.may_dial(now, by, number).map_err(|refusal| refusal.to_string());
        let ((from, _), (to, permit)) = (judged(dialled)?, judged(number)?);
        let dear = matches!(to.class, NumberClass::Premium | NumberClass::Satellite);
        if matches!(to.class, NumberClass::Internal | NumberClass::Emergency) {
            Err("it is a number of our own, or for help".into())
        } else if to.country != from.country || (dear && to.class != from.class) {
            Err("it is in another country, or dearer, than the number that was dialled".into())
        } else {
            Ok(permit)
        }
    }

    /// How a call was sent on before it came: kept with the interaction, and told on where it goes on to the outside.
    pub(super) fn keep_history(&mut self, now: Now, interaction: InteractionId, history: &[(String, String)]) {
        for (header, key) in [("Diversion", "diversion"), ("History-Info", "history_info")] {
            let values: Vec<&str> = history.iter().filter(|(name, _)| name == header).map(|(_, value)| value.as_str()).collect();
            if !values.is_empty() {
                let (key, value) = (key.to_owned(), values.join(", "));
                self.say(now, Said::DataSet { interaction, key, value, masked: false });
            }
        }
        if !history.is_empty() {
            self.outbound.histories.insert(interaction, history.to_vec());
        }
    }

    // ---- ends

    /// A final refusal: the next trunk, or the end. True when the call goes on.
    pub(super) fn outside_refused(&mut self, now: Now, leg: LegId, code: u16, cause: Option<u16>, retry_after: Option<Duration>) -> bool {
        let Some(call) = self.outbound.calls.get_mut(&leg) else { return false };
        if (300..400).contains(&code) {
            tracing::warn!(trunk = %call.trunk, code, "a redirection was not followed: it leads nowhere we may call");
        }
        if fails_over(code, call.rang) {
            let failed = call.trunk;
            call.tried.push(failed);
            self.sip.trunk_failed(now, failed, retry_after);
            if self.try_next(now, leg) {
                return true;
            }
        }
        let Some(call) = self.outbound.calls.get(&leg) else { return false };
        let (participant, reason) = (call.participant, cti_sip::outcome(code, cause, call.rang, false));
        self.outside_failed(now, participant, reason, Some(cause.unwrap_or_else(|| cti_sip::cause_of_code(code))));
        false
    }

    /// Sends the call by the next trunk; false when there is none.
    fn try_next(&mut self, now: Now, leg: LegId) -> bool {
        while let Some(call) = self.outbound.calls.get(&leg).filter(|call| call.tried.len() < TRIES_MAX) {
            let (interaction, participant, wanted) = (call.interaction, call.participant, call.wanted.clone());
            let route = self.sip.route(now, &wanted, &call.tried);
            self.note_route(now, interaction, participant, &route);
            let Some(trunk) = route.trunk else { return false };
            // Each trunk has its own rule of encryption, and keys that the one before was told are not told again.
            let negotiator = self.negotiator_out(&target(&wanted, trunk));
            let usable = negotiator.is_usable();
            if let Some(call) = self.outbound.calls.get_mut(&leg) {
                (call.trunk, call.rang) = (trunk, false);
                call.tried.extend((!usable).then_some(trunk));
            }
            if usable {
                if let Some(line) = self.lines.get_mut(leg) {
                    (line.negotiator, line.codec) = (negotiator, None);
                }
                self.calls.handle(now, CallInput::Redialled { leg });
                self.offer_outside(now, leg);
                return true;
            }
        }
        false
    }

    /// What the far side answered cannot be used.
    pub(super) fn outside_unusable(&mut self, now: Now, leg: LegId) {
        if let Some(participant) = self.outbound.calls.get(&leg).map(|call| call.participant) {
            self.outside_failed(now, participant, PartyEnd::Failed, Some(INCOMPATIBLE));
        }
    }

    fn outside_failed(&mut self, now: Now, participant: ParticipantId, reason: PartyEnd, cause: Option<u16>) {
        self.say(now, Said::OutsideFailed { participant, reason, cause });
    }

    /// The leg is over in whatever way: what it cost is put down.
    pub(super) fn outside_over(&mut self, now: Now, leg: LegId) {
        self.outbound.own.remove(&leg);
        self.outbound.told.remove(&leg);
        if let Some(agent) = self.dialling_leg(leg) {
            self.calls.handle(now, CallInput::Music { leg: agent, music: None });
        }
        let Some(call) = self.outbound.calls.remove(&leg) else { return };
        if let (Some(rule), Some(answered)) = (call.permit.rule, call.answered) {
            let day = now.utc.0.div_euclid(DAY_US);
            self.effects.extend(self.outbound.spending.add(call.by, rule, day, call.permit.cost(now.tick.since(answered))));
        }
    }

    /// The number an agent dialled was not reached.
    pub(super) fn not_reached(&mut self, assignment: AssignmentId, reason: PartyEnd, cause: Option<u16>) {
        if let Some(interaction) = self.desks.works.get(&assignment).map(|work| work.view.interaction) {
            self.outbound.unreached.insert(interaction, (reason, cause));
        }
        self.desks.not_reached(assignment, reason);
    }

    /// An agent whose call is to end hears before that why the number was not reached, as on any telephone. False: there is nothing to hear.
    pub(super) fn hears_why(&mut self, now: Now, interaction: InteractionId, leg: LegId) -> bool {
        let ours = self.lines.get(leg).is_some_and(|line| line.agent.is_some()) && self.calls.is_up(leg);
        let Some((reason, _)) = self.outbound.unreached.get(&interaction).filter(|_| ours).copied() else { return false };
        self.outbound.unreached.remove(&interaction);
        let tone = match reason {
            PartyEnd::Busy | PartyEnd::Rejected => super::clips::BUSY,
            PartyEnd::Congestion | PartyEnd::Invalid | PartyEnd::Unreachable | PartyEnd::Failed => super::clips::CONGESTION,
            PartyEnd::NoAnswer | PartyEnd::Forbidden | PartyEnd::Cancelled => return false,
        };
        let Some(clip) = self.clips.get(tone) else { return false };
        let rounds = TONE_MS.div_ceil((clip.samples.len() / 8).max(1));
        let (play, clips) = (PlayId::new(now.utc, &mut self.chance), vec![clip; rounds]);
        self.outbound.told.insert(leg);
        self.calls.handle(now, CallInput::Play { leg, play, clips });
        true
    }

    /// Why the number was not reached, as a Q.850 cause for the telephone that dialled it by itself and was not answered.
    pub(super) fn told_why(&mut self, interaction: InteractionId, leg: LegId) -> Option<u16> {
        if !self.outbound.is_own(leg) || self.calls.is_up(leg) {
            return None;
        }
        let (reason, cause) = self.outbound.unreached.remove(&interaction)?;
        // Causes that say nothing beside a status that does (see `cti_sip::outcome`).
        cause.filter(|cause| !matches!(cause, 0 | 16 | 31 | 127)).or(match reason {
            PartyEnd::Busy => Some(USER_BUSY),
            PartyEnd::Rejected | PartyEnd::Forbidden => Some(REJECTED),
            PartyEnd::Invalid => Some(UNALLOCATED),
            PartyEnd::Congestion => Some(NO_CIRCUIT),
            PartyEnd::NoAnswer | PartyEnd::Unreachable | PartyEnd::Failed | PartyEnd::Cancelled => None,
        })
    }

    /// The tone was heard. False: what was played is a flow's.
    pub(super) fn heard_why(&mut self, now: Now, leg: LegId) -> bool {
        let told = self.outbound.told.remove(&leg);
        if told {
            self.calls.handle(now, CallInput::End { leg, cause: cti_call::cause::NORMAL_CLEARING });
        }
        told
    }

    /// Which trunk, and why not the others: kept with the interaction.
    fn note_route(&mut self, now: Now, interaction: InteractionId, participant: ParticipantId, route: &Route) {
        let others = route.why.iter().filter(|(_, why)| *why != Why::Chosen);
        let others = others.map(|(trunk, why)| TrunkWhy { trunk: *trunk, why: why.word().to_owned() }).collect();
        let body = Body::TrunkChosen { participant, trunk: route.trunk, others };
        self.say(now, Said::Note { interaction, body });
    }
}

fn target(wanted: &Wanted, trunk: TrunkId) -> Target {
    let number = wanted.number.clone();
    if wanted.emergency { Target::Emergency { trunk, number } } else { Target::Trunk { trunk, number } }
}

/// How a telephone is told why its call is not made.
pub(super) fn turned(error: WireError) -> Turned {
    let code = match error.code {
        ErrorCode::BadValue | ErrorCode::NotFound => 404,
        ErrorCode::Busy => 503,
        ErrorCode::WrongState => 486,
        _ => 403,
    };
    (code, None, Some(error.message))
}

/// Q.850 1: unallocated number.
const UNALLOCATED: u16 = 1;
/// Q.850 17: user busy.
const USER_BUSY: u16 = 17;
/// Q.850 21: call rejected.
const REJECTED: u16 = 21;
/// Q.850 34: no circuit available.
const NO_CIRCUIT: u16 = 34;
/// Q.850 88: incompatible destination.
const INCOMPATIBLE: u16 = 88;
