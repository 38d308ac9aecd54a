//! Calls to the outside: who may dial what, by which trunk it goes, what becomes of it. Extends [`Rooms`].
//!
//! The choice of a trunk is `cti-sip`'s, the rules of dialling `crm-core`'s, the participants' life `cti-interaction`'s; here
//! they are put together. A leg keeps its port and its offer while it is tried by one trunk after the other.

use super::Effect;
use super::directory::Dialler;
use super::lines::Turned;
use super::rooms::{Contact, Rooms};
use bytes::Bytes;
use crm_core::dial::{self, Dialled, Permit, Person, Refusal};
use crm_core::model::DialRuleId;
use cti_call::Input as CallInput;
use cti_interaction::{DialAsked, DialFor, Input as Said};
use cti_media::sdp::{Answer, Local};
use cti_sip::api::{Caller, Command as Sip, Incoming, Origin, Route, Target, Wanted, Why, fails_over};
use cti_types::dial::NumberClass;
use cti_types::event::{Body, PartyEnd, TrunkWhy};
use cti_types::media::{Codec, Direction};
use cti_types::{AgentId, HoursId, InteractionId, LegId, Now, Number, ParticipantId, Party, PlayId, QueueId, Tick, TrunkId, UserId};
use softphone_protocol::{ErrorCode, WireError};
use std::collections::BTreeMap;
use std::time::Duration;

/// Longest time a called number may ring; then it counts as not answered. Networks give up at two to three minutes.
const RING_MAX: Duration = Duration::from_secs(120);
/// Most trunks one call is tried by; then it has failed. Each may cost the caller some seconds.
const TRIES_MAX: usize = 5;
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
    /// Of each person by each rule: the day, and thousandths. Of other days nothing is kept, so it holds at most persons times rules.
    spent: BTreeMap<(UserId, DialRuleId), (i64, u64)>,
    /// Telephones of ours that dialled by themselves: the leg they called in by.
    own: BTreeMap<LegId, InteractionId>,
    /// How the calls of others came, which are told on where they are sent on.
    pub(super) histories: BTreeMap<InteractionId, Vec<(String, String)>>,
}

impl Outbound {
    fn spent(&self, user: UserId, rule: DialRuleId, day: i64) -> u64 {
        self.spent.get(&(user, rule)).filter(|(of, _)| *of == day).map_or(0, |(_, spent)| *spent)
    }

    fn spend(&mut self, user: UserId, rule: DialRuleId, day: i64, cost: u64) {
        let spent = self.spent(user, rule, day) + cost;
        self.spent.retain(|_, (of, _)| *of == day);
        self.spent.insert((user, rule), (day, spent));
    }

    /// Whether the leg is that of a telephone of ours that dialled by itself.
    pub(super) fn is_own(&self, leg: LegId) -> bool {
        self.own.contains_key(&leg)
    }

    /// The leg by which a telephone of ours dialled this call by itself.
    pub(super) fn own_leg(&self, interaction: InteractionId) -> Option<LegId> {
        self.own.iter().find(|(_, of)| **of == interaction).map(|(leg, _)| *leg)
    }

    /// Whether the leg is one of these calls.
    pub(super) fn has(&self, leg: LegId) -> bool {
        self.calls.contains_key(&leg)
    }
}

impl Rooms {
    /// Reads what somebody dials, and judges whether they may.
    pub(super) fn may_dial(&self, now: Now, user: UserId, raw: &str) -> Result<(Dialled, Permit), Refusal> {
        let nobody = Dialler::default();
        let dialling = &self.directory.dialling;
        let dialler = dialling.people.get(&user).unwrap_or(&nobody);
        let dialled = dial::read(raw, &dialler.place, |number| self.directory.numbers.contains_key(number))?;
        let day = now.utc.0.div_euclid(DAY_US);
        let open = |hours: HoursId| dialling.hours.get(&hours).is_some_and(|hours| hours.is_open(now.utc));
        let spent = |rule: DialRuleId| self.outbound.spent(user, rule, day);
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

    /// An agent calls a number: their own telephone first. Gives the interaction that was opened.
    pub(super) fn dial(&mut self, now: Now, user: UserId, raw: &str, queue: QueueId) -> Result<InteractionId, WireError> {
        let interaction = InteractionId::new(now.utc, &mut self.chance);
        self.dial_as(now, interaction, user, raw, queue)?;
        Ok(interaction)
    }

    fn dial_as(&mut self, now: Now, interaction: InteractionId, user: UserId, raw: &str, queue: QueueId) -> Result<(), WireError> {
        self.may_begin(user, queue)?;
        let Some(settings) = self.directory.queues.get(&queue).map(|q| q.settings.clone()) else {
            return Err(WireError::new(ErrorCode::NotFound, "no such queue").field("queue"));
        };
        let (dialled, _) = self.check_dial(now, user, raw)?;
        // Drained or without room for the log, the house takes no calls but those that save lives.
        if !self.interactions.has_room() || (!self.accepting && dialled.class != NumberClass::Emergency) {
            return Err(WireError::new(ErrorCode::Busy, "the server takes no new calls now"));
        }
        let customer = ParticipantId::new(now.utc, &mut self.chance);
        let party = Party { number: dialled.number.clone(), raw: raw.trim().to_owned(), display: None };
        let contact = Contact {
            customer,
            party: party.clone(),
            called: String::new(),
            found: None,
            collected: Vec::new(),
            path: Vec::new(),
            queue: Some(queue),
            since: now.tick,
            recording: None,
            decided: None,
            shown_in: None,
        };
        self.contacts.insert(interaction, contact);
        let to = self.directory.dialling.callers.get(&queue).and_then(|shown| shown.caller_id.clone()).unwrap_or_default();
        let (wrap_up_max, ring) = (settings.wrap_up_max, settings.offer_timeout);
        let asked = DialAsked { agent: user, party, to, queue, wrap_up_max, ring };
        self.say(now, Said::DialAsked { interaction, customer, asked });
        self.effects.push_back(Effect::LookUp { interaction, number: dialled.number });
        Ok(())
    }

    /// An agent dials on their own telephone: the same call as by command, but the telephone is in it already. It is one of the
    /// agent's first queue.
    pub(super) fn dialled_on_phone(&mut self, now: Now, leg: LegId, call: &Incoming) -> Result<(), Turned> {
        let Origin::Phone(phone) = call.origin else { return Err((404, None, None)) };
        let Some(agent) = self.desks.agent_on(phone) else { return Err((403, None, Some("nobody is signed in on this telephone".into()))) };
        let queues = self.directory.agents.get(&agent).map(|agent| agent.settings.queues.as_slice()).unwrap_or_default();
        let Some(queue) = queues.first().copied() else { return Err((403, None, Some("this agent has no queue".into()))) };
        self.may_begin(agent, queue).and_then(|()| self.check_dial(now, agent, &call.called).map(drop)).map_err(turned)?;
        let interaction = InteractionId::new(now.utc, &mut self.chance);
        self.own_line(now, leg, interaction, call)?;
        self.outbound.own.insert(leg, interaction);
        self.calls.handle(now, CallInput::Incoming { leg, group: interaction });
        // Nothing has happened since it was judged, so it is not refused now.
        if let Err(error) = self.dial_as(now, interaction, agent, &call.called, queue) {
            self.calls.handle(now, CallInput::End { leg, cause: cti_call::cause::NORMAL_CLEARING });
            return Err(turned(error));
        }
        self.open(leg);
        Ok(())
    }

    /// The interaction is over. A telephone that dialled and was not let in is told that its line is busy.
    pub(super) fn dialling_over(&mut self, now: Now, interaction: InteractionId) {
        self.outbound.histories.remove(&interaction);
        if let Some(leg) = self.outbound.own_leg(interaction) {
            self.calls.handle(now, CallInput::End { leg, cause: USER_BUSY });
        }
    }

    /// Whether the agent can make a call for this queue now.
    fn may_begin(&self, user: UserId, queue: QueueId) -> Result<(), WireError> {
        self.signed_in(user)?;
        let agent = self.directory.agents.get(&user).filter(|agent| agent.active);
        let agent = agent.ok_or_else(|| WireError::new(ErrorCode::Forbidden, "this user has not the role of an agent"))?;
        if !agent.settings.queues.contains(&queue) {
            return Err(WireError::new(ErrorCode::Forbidden, "not one of this agent's queues").field("queue"));
        }
        let state = self.agents.get(&user);
        if state.is_some_and(|state| !state.assignments.is_empty() || !state.offers.is_empty()) {
            return Err(WireError::new(ErrorCode::WrongState, "a call, or the time after it, is not over yet"));
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
        let caller = self.caller_of(outside.queue);
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
            Caller { display: None, user: String::new(), asserted: Some(number).filter(|n| !n.is_empty()) }
        } else {
            Caller { display: shown.caller_name.clone(), user: number, asserted: None }
        }
    }

    /// The leg's port is open: the INVITE goes out.
    pub(super) fn outside_opened(&mut self, now: Now, leg: LegId) {
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
        legs.filter_map(|leg| self.lines.get(leg)).filter(|line| line.agent.is_some()).find_map(|line| line.codec)
    }

    fn invite_outside(&mut self, now: Now, leg: LegId) {
        let Some(call) = self.outbound.calls.get(&leg) else { return };
        let Some(sdp) = call.sdp.clone() else { return };
        let (target, from) = (target(&call.wanted, call.trunk), call.caller.clone());
        let headers = self.outbound.histories.get(&call.interaction).cloned().unwrap_or_default();
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
                self.calls.handle(now, CallInput::Early { leg });
                self.hear_early(now, leg);
            }
            None => {
                self.calls.handle(now, CallInput::Ringing { leg });
                if first {
                    self.ring_back(now, leg);
                }
            }
        }
    }

    /// What the network plays is heard by who dialled, from now on. Who consults hears the ring-back tone: they speak elsewhere still.
    fn hear_early(&mut self, now: Now, leg: LegId) {
        let Some(interaction) = self.outbound.calls.get(&leg).map(|call| call.interaction) else { return };
        if let Some(agent) = self.waiting_leg(leg) {
            let hold_music = self.hold_music(now, interaction);
            self.calls.handle(now, CallInput::Connect { customer: leg, agent, recording: None, hold_music });
        }
    }

    /// A ring-back tone for who dialled, while nothing comes from the network.
    fn ring_back(&mut self, now: Now, leg: LegId) {
        let clip = self.clips.get(super::clips::RING_BACK);
        let (Some(agent), Some(clip)) = (self.waiting_leg(leg), clip) else { return };
        let play = PlayId::new(now.utc, &mut self.chance);
        self.calls.handle(now, CallInput::Music { leg: agent, music: Some((play, clip)) });
    }

    /// The leg of the agent who dialled and waits in no conversation. What those hear who transfer or consult is `control`'s.
    fn waiting_leg(&self, leg: LegId) -> Option<LegId> {
        match self.outbound.calls.get(&leg)?.purpose {
            DialFor::Customer { agent } => self.lines.leg_of(agent),
            DialFor::Transfer | DialFor::Consult { .. } => None,
        }
    }

    /// The number was answered, and the description it sent is agreed.
    pub(super) fn outside_answered(&mut self, now: Now, leg: LegId) {
        let Some(call) = self.outbound.calls.get_mut(&leg) else { return };
        call.answered = Some(now.tick);
        let participant = call.participant;
        self.say(now, Said::OutsideAnswered { participant });
    }

    // ---- ends

    /// A final refusal: the next trunk, or the end. True when the call goes on.
    pub(super) fn outside_refused(&mut self, now: Now, leg: LegId, code: u16, cause: Option<u16>, retry_after: Option<Duration>) -> bool {
        let Some(call) = self.outbound.calls.get_mut(&leg) else { return false };
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

    fn try_next(&mut self, now: Now, leg: LegId) -> bool {
        let Some(call) = self.outbound.calls.get(&leg).filter(|call| call.tried.len() < TRIES_MAX) else { return false };
        let (interaction, participant) = (call.interaction, call.participant);
        let route = self.sip.route(now, &call.wanted, &call.tried);
        self.note_route(now, interaction, participant, &route);
        let Some(trunk) = route.trunk else { return false };
        if let Some(call) = self.outbound.calls.get_mut(&leg) {
            (call.trunk, call.rang) = (trunk, false);
        }
        self.invite_outside(now, leg);
        true
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
        if let Some(agent) = self.waiting_leg(leg) {
            self.calls.handle(now, CallInput::Music { leg: agent, music: None });
        }
        let Some(call) = self.outbound.calls.remove(&leg) else { return };
        if let (Some(rule), Some(answered)) = (call.permit.rule, call.answered) {
            let minutes = now.tick.since(answered).as_secs().div_ceil(60).max(1);
            let day = now.utc.0.div_euclid(DAY_US);
            self.outbound.spend(call.by, rule, day, minutes * u64::from(call.permit.minute_cost));
        }
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
fn turned(error: WireError) -> Turned {
    let code = match error.code {
        ErrorCode::BadValue => 404,
        ErrorCode::Busy => 503,
        ErrorCode::WrongState => 486,
        _ => 403,
    };
    (code, None, Some(error.message))
}

/// Q.850 17: user busy.
const USER_BUSY: u16 = 17;
/// Q.850 88: incompatible destination.
const INCOMPATIBLE: u16 = 88;
