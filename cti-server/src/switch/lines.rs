//! Voice legs between signalling and the media engine: ports, SDP, and which participant a leg is. Extends [`Rooms`].

use super::Effect;
use super::directory::Entry;
use super::ladders::Ladders;
use super::media_address::MediaAddress;
use super::numbers::Numbers;
use super::rooms::{Contact, Rooms};
use super::spoken::Spoken;
use bytes::Bytes;
use cti_call::Input as CallInput;
use cti_interaction::{Arrival, Input as Said};
use cti_media::event::{DigitError, DigitMerge, DigitPace, Way};
use cti_media::ports::PortPool;
use cti_media::sdp::{Answer, Format, Local, Negotiator, Offer};
use cti_sip::api::{Caller, Command as Sip, Incoming, Target};
use cti_types::acd::NotReadyReason;
use cti_types::event::{Body, CallDirection, CloseReason, LeaveReason, Purpose};
use cti_types::media::{Codec, Direction, EngineCommand, Stream, StreamStats};
use cti_types::web::Protection;
use cti_types::{AgentId, Chance, InteractionId, LegId, Now, Number, OfferId, ParticipantId, Party, QueueId, Tick};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

/// One pair of ports in so many is not given to who calls in: they are for the telephones those calls need, and for calls for help.
const KEPT_PART: usize = 64;
/// Of a leg in a page.
const NO_PORT: u16 = 0;
/// How often another port is tried when one cannot be bound.
const OPEN_TRIES_MAX: u32 = 3;
/// A refused caller is asked to come back after this.
const RETRY_AFTER: Duration = Duration::from_secs(5);
/// How much longer than the ACD's offer an INVITE may live: the ACD ends it first.
const RING_MARGIN: Duration = Duration::from_secs(5);

/// An agent's telephone that is to ring.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ringing {
    pub(super) interaction: InteractionId,
    pub(super) participant: ParticipantId,
    pub(super) agent: AgentId,
    pub(super) offer: OfferId,
    /// Of the work, or for whose work the agent is asked.
    pub(super) queue: Option<QueueId>,
    /// `None`: work of a queue.
    pub(super) purpose: Option<Purpose>,
    /// Who aimed the work at them.
    pub(super) by: Option<AgentId>,
    pub(super) until: Tick,
}

impl Ringing {
    /// The agent's own doing: they know whom their telephone rings for.
    pub(super) fn is_own(&self) -> bool {
        matches!(self.purpose, Some(Purpose::Dial | Purpose::Supervision))
    }
}

/// One leg.
pub(super) struct Line {
    pub(super) interaction: InteractionId,
    pub(super) participant: ParticipantId,
    /// Set for our people's legs.
    pub(super) agent: Option<Ringing>,
    /// A number outside that we dialled.
    pub(super) outside: bool,
    pub(super) codec: Option<Codec>,
    /// Telephone-events were agreed: those it sends us, those we send it.
    events: (bool, bool),
    pub(super) port: u16,
    tries: u32,
    opened: bool,
    /// No port could be opened: the engine has nothing to close.
    portless: bool,
    pub(super) negotiator: Negotiator,
    /// What the far side offered and we have not answered.
    offer: Option<Offer>,
    /// Our answer, made and agreed before the call is answered.
    agreed: Option<(Bytes, Stream)>,
    digits: DigitMerge,
    /// How far the engine is with the digits it was given to send here.
    dialling: DigitPace,
    /// Where its media is bound and what its SDP says.
    pub(super) address: MediaAddress,
    /// Where the INVITE came from, for a leg that called us: its media may come from there.
    called_from: Option<IpAddr>,
    /// Of whom it is a further leg: it is no participant itself.
    pub(super) speaks_for: Option<ParticipantId>,
    /// It is an agent's page: nothing is signalled, and its ports are not its own.
    pub(super) in_page: bool,
}

impl Line {
    /// The codec it sends, or will.
    pub(super) fn codec_agreed(&self) -> Option<Codec> {
        self.codec.or_else(|| self.agreed.as_ref().map(|(_, stream)| stream.send.1))
    }

    /// Whose sound it carries.
    pub(super) fn speaker(&self) -> ParticipantId {
        self.speaks_for.unwrap_or(self.participant)
    }

    /// A leg about which nothing is known but where it is.
    fn fresh(interaction: InteractionId, participant: ParticipantId, port: u16, negotiator: Negotiator, address: MediaAddress) -> Line {
        Line {
            interaction,
            participant,
            agent: None,
            outside: false,
            codec: None,
            events: (false, false),
            port,
            tries: 1,
            opened: false,
            portless: false,
            negotiator,
            offer: None,
            agreed: None,
            digits: DigitMerge::new(),
            dialling: DigitPace::default(),
            address,
            called_from: None,
            speaks_for: None,
            in_page: false,
        }
    }

    /// What was agreed of its stream.
    fn agreed_on(&mut self, stream: &Stream) {
        self.codec = Some(stream.send.1);
        self.events =
            (stream.event_receive.or(stream.wide_event_receive).is_some(), stream.event_send.or(stream.wide_event_send).is_some());
    }
}

/// All legs, the ports, and the telephones that wait for a card before they ring.
pub(super) struct Lines {
    lines: BTreeMap<LegId, Line>,
    by_participant: BTreeMap<ParticipantId, LegId>,
    /// Legs that are over and whose sockets the engine is closing: what the last report is for.
    closing: BTreeMap<LegId, (InteractionId, ParticipantId, Option<Codec>, u16)>,
    ports: PortPool,
    addresses: Vec<MediaAddress>,
    waiting: BTreeMap<ParticipantId, (Tick, Ringing)>,
    deadlines: BTreeSet<(Tick, ParticipantId)>,
    pub(super) numbers: Numbers,
    pub(super) spoken: Spoken,
    pub(super) ladders: Ladders,
}

impl Lines {
    pub(super) fn new(addresses: Vec<MediaAddress>, ports: (u16, u16), rest: Duration, spoken: Spoken) -> anyhow::Result<Lines> {
        Ok(Lines {
            lines: BTreeMap::new(),
            by_participant: BTreeMap::new(),
            closing: BTreeMap::new(),
            ports: PortPool::new(ports.0, ports.1, rest)?,
            addresses,
            waiting: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            numbers: Numbers::default(),
            spoken,
            ladders: Ladders::default(),
        })
    }

    pub(super) fn get(&self, leg: LegId) -> Option<&Line> {
        self.lines.get(&leg)
    }

    pub(super) fn get_mut(&mut self, leg: LegId) -> Option<&mut Line> {
        self.lines.get_mut(&leg)
    }

    /// A leg that came in by itself is the one this agent's telephone would have got. False when it is gone.
    fn assign(&mut self, leg: LegId, ringing: Ringing) -> bool {
        let Some(line) = self.lines.get_mut(&leg) else { return false };
        self.by_participant.remove(&line.participant);
        (line.participant, line.agent) = (ringing.participant, Some(ringing));
        self.ladders.note(line.interaction, leg, line.participant);
        self.by_participant.insert(ringing.participant, leg);
        true
    }

    pub(super) fn leg_of(&self, participant: ParticipantId) -> Option<LegId> {
        self.by_participant.get(&participant).copied()
    }

    /// A leg that came in by itself takes the place of this one, which is nobody's then.
    pub(super) fn hand_over(&mut self, old: LegId, new: LegId) {
        let Some(line) = self.lines.get(&old) else { return };
        let (participant, agent) = (line.participant, line.agent);
        let Some(line) = self.lines.get_mut(&new) else { return };
        let nobody = std::mem::replace(&mut line.participant, participant);
        line.agent = agent;
        if let Some(line) = self.lines.get_mut(&old) {
            (line.participant, line.agent, line.speaks_for) = (nobody, None, Some(participant));
        }
        self.by_participant.insert(participant, new);
        self.by_participant.insert(nobody, old);
    }

    /// The legs of an agent, ringing or up.
    pub(super) fn legs_of_agent(&self, agent: AgentId) -> Vec<LegId> {
        let mine = |line: &Line| line.agent.is_some_and(|a| a.agent == agent);
        self.lines.iter().filter(|(_, line)| mine(line)).map(|(leg, _)| *leg).collect()
    }

    /// Whether the engine has the leg.
    pub(super) fn is_open(&self, leg: LegId) -> bool {
        self.lines.get(&leg).is_some_and(|line| line.opened)
    }

    /// A page has offered its stream anew.
    pub(super) fn set_page_stream(&mut self, leg: LegId, stream: &Stream) {
        if let Some(line) = self.lines.get_mut(&leg) {
            line.agreed_on(stream);
        }
    }

    pub(super) fn ports_used(&self) -> usize {
        self.ports.used()
    }

    pub(super) fn poll_timeout(&self) -> Option<Tick> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// The call room has ended the leg; only the engine's last report is still to come.
    pub(super) fn leg_over(&mut self, leg: LegId) {
        if let Some(line) = self.lines.remove(&leg) {
            self.by_participant.remove(&line.participant);
            if !line.portless {
                self.closing.insert(leg, (line.interaction, line.speaker(), line.codec, line.port));
            }
        }
    }

    fn insert(&mut self, leg: LegId, line: Line) {
        self.by_participant.insert(line.participant, leg);
        self.ladders.note(line.interaction, leg, line.participant);
        self.lines.insert(leg, line);
    }

    fn open_command(&self, leg: LegId, chance: &mut Chance) -> Option<EngineCommand> {
        let line = self.lines.get(&leg)?;
        // Legs of one interaction share a thread; the low half of its id is random.
        let group = line.interaction.0.as_u128() as u64;
        let (ssrc, sequence, timestamp) = (chance.u32(), chance.u32() as u16, chance.u32());
        Some(EngineCommand::Open { leg, group, ip: line.address.rtp, port: line.port, ssrc, sequence, timestamp })
    }
}

impl Rooms {
    // ---- incoming

    pub(super) fn incoming(&mut self, now: Now, leg: LegId, call: &Incoming) {
        self.counters.calls_arrived += 1;
        let taken = match self.by_handset(now, leg, call) {
            Some(taken) => taken,
            None => self.admit(now, leg, call),
        };
        if let Err((code, retry_after, warning)) = taken {
            self.counters.calls_refused += 1;
            self.sip.handle_command(now, Sip::Reject { leg, code, retry_after, warning });
        }
    }

    /// Takes the call in, or says with which status it is refused.
    fn admit(&mut self, now: Now, leg: LegId, call: &Incoming) -> Result<(), Turned> {
        let trunk = call.origin.trunk();
        let country = self.directory.country(trunk).to_owned();
        let called = self.lines.numbers.read(&call.called, &country);
        let Some((to, entry)) = self.directory.entry(&called, &call.called, trunk) else { return self.dialled_on_phone(now, leg, call) };
        if !self.accepting {
            return Err((503, Some(RETRY_AFTER), None));
        }
        let (to, entry) = (to.to_owned(), entry.clone());
        self.take_in(now, leg, call, (&to, Some(entry))).map(drop)
    }

    /// Opens an interaction with the caller as its customer. Where it leads is the entry's, or the caller's of this who has none.
    pub(super) fn take_in(
        &mut self,
        now: Now,
        leg: LegId,
        call: &Incoming,
        (to, entry): (&str, Option<Entry>),
    ) -> Result<InteractionId, Turned> {
        let help = entry.is_none();
        if !(self.interactions.has_room() || help && self.interactions.has_room_for_help()) {
            return Err((503, Some(RETRY_AFTER), None));
        }
        let trunk = call.origin.trunk();
        let country = self.directory.country(trunk).to_owned();
        let offer = usable_offer(call, &self.lines.spoken.codecs)?;
        let negotiator = self.negotiator_in(call, offer.as_ref())?;
        let kept = if help { 0 } else { self.lines.ports.capacity() / KEPT_PART };
        let Some(port) = self.lines.ports.allocate_leaving(now.tick, kept) else {
            self.counters.calls_refused_no_port += 1;
            return Err((503, Some(RETRY_AFTER), None));
        };
        let interaction = InteractionId::new(now.utc, &mut self.chance);
        let participant = ParticipantId::new(now.utc, &mut self.chance);
        let number = call.caller.as_deref().map_or(Number::Anonymous, |raw| self.lines.numbers.read(raw, &country));
        let display = call.display.clone().filter(|_| number != Number::Anonymous);
        let party =
            Party { number, raw: call.caller.as_deref().unwrap_or_default().chars().filter(|c| !c.is_control()).collect(), display };
        let direction = if trunk.is_some() { CallDirection::Inbound } else { CallDirection::Internal };
        let arrival = Arrival { direction, from: party.clone(), to: to.to_owned(), trunk, call_id: Some(call.call_id.clone()) };
        let address = MediaAddress::of(&self.lines.addresses, Some(call.path.local.ip()));
        let mut line = Line::fresh(interaction, participant, port, negotiator, address);
        (line.offer, line.called_from) = (offer, Some(call.path.remote.ip()));
        self.lines.insert(leg, line);
        if let Some(entry) = entry {
            self.runs.enter(interaction, entry, &party, to, &mut self.chance);
        }
        let contact = Contact {
            customer: participant,
            party: party.clone(),
            called: to.to_owned(),
            found: None,
            collected: Vec::new(),
            path: Vec::new(),
            queue: None,
            since: now.tick,
            recording: None,
            decided: None,
            shown_in: None,
        };
        self.contacts.insert(interaction, contact);
        self.say(now, Said::Arrived { interaction, participant, arrival });
        self.keep_history(now, interaction, &call.history);
        self.calls.handle(now, CallInput::Incoming { leg, group: interaction });
        if party.number == Number::Anonymous {
            self.found(now, interaction, super::Found::default());
        } else {
            self.effects.push_back(Effect::LookUp { interaction, number: party.number });
        }
        self.open(leg);
        Ok(interaction)
    }

    /// A new leg to a number outside, with a port where the target is reached; `None`: no port is free. It is opened by [`Rooms::open`].
    pub(super) fn outside_line(
        &mut self,
        now: Now,
        interaction: InteractionId,
        participant: ParticipantId,
        target: &Target,
    ) -> Option<LegId> {
        let port = self.lines.ports.allocate(now.tick)?;
        let leg = LegId::new(now.utc, &mut self.chance);
        let negotiator = self.negotiator_out(target);
        let address = MediaAddress::of(&self.lines.addresses, self.sip.leaves_by(target));
        let mut line = Line::fresh(interaction, participant, port, negotiator, address);
        line.outside = true;
        self.lines.insert(leg, line);
        Some(leg)
    }

    /// The leg of a telephone of ours that dials by itself. It is opened by [`Rooms::open`], and answered when the one dialled answers.
    pub(super) fn own_line(&mut self, now: Now, leg: LegId, interaction: InteractionId, call: &Incoming) -> Result<(), Turned> {
        let offer = usable_offer(call, &self.lines.spoken.codecs)?;
        let negotiator = self.negotiator_in(call, offer.as_ref())?;
        let port = self.lines.ports.allocate(now.tick).ok_or((503, Some(RETRY_AFTER), None))?;
        let address = MediaAddress::of(&self.lines.addresses, Some(call.path.local.ip()));
        let participant = ParticipantId::new(now.utc, &mut self.chance);
        let mut line = Line::fresh(interaction, participant, port, negotiator, address);
        (line.offer, line.called_from) = (offer, Some(call.path.remote.ip()));
        self.lines.insert(leg, line);
        Ok(())
    }

    pub(super) fn open(&mut self, leg: LegId) {
        if let Some(command) = self.lines.open_command(leg, &mut self.chance) {
            self.effects.push_back(Effect::Engine(command));
        }
    }

    pub(super) fn opened(&mut self, now: Now, leg: LegId) {
        let Some(line) = self.lines.lines.get_mut(&leg) else { return };
        if std::mem::replace(&mut line.opened, true) {
            return;
        }
        let (interaction, agent, outside, in_page) = (line.interaction, line.agent, line.outside, line.in_page);
        if self.outbound.is_own(leg) {
            return self.own_ready(now, leg);
        }
        if self.handset_opened(now, leg) {
            return;
        }
        match agent {
            None if outside => self.outside_opened(now, leg),
            None if self.help_opened(now, interaction) => {}
            None => self.start_flow(now, interaction),
            Some(ringing) if in_page => self.page_rings(now, leg, &ringing),
            Some(ringing) => self.invite(now, leg, ringing),
        }
    }

    pub(super) fn open_failed(&mut self, now: Now, leg: LegId) {
        let Some(line) = self.lines.lines.get_mut(&leg) else {
            // The leg ended before the engine answered; nothing was opened, so nothing will be closed.
            if let Some((_, _, _, port)) = self.lines.closing.remove(&leg).filter(|(.., port)| *port != NO_PORT) {
                self.lines.ports.mark_bad(now.tick, port);
            }
            return;
        };
        if line.in_page {
            line.portless = true;
            let participant = line.participant;
            return self.say(now, Said::AgentFailed { participant, reason: NotReadyReason::DeviceUnreachable });
        }
        self.lines.ports.mark_bad(now.tick, line.port);
        let next = if line.tries < OPEN_TRIES_MAX { self.lines.ports.allocate(now.tick) } else { None };
        if let Some(port) = next {
            line.tries += 1;
            line.port = port;
            self.open(leg);
            return;
        }
        line.portless = true;
        let (interaction, participant, ours, outside) = (line.interaction, line.participant, line.agent.is_some(), line.outside);
        if outside {
            self.outside_unusable(now, leg);
        } else if ours {
            self.say(now, Said::AgentFailed { participant, reason: NotReadyReason::DeviceUnreachable });
        } else if self.handsets.has(leg) {
            self.sip.handle_command(now, Sip::Reject { leg, code: 503, retry_after: Some(RETRY_AFTER), warning: None });
        } else {
            self.counters.calls_refused += 1;
            self.sip.handle_command(now, Sip::Reject { leg, code: 503, retry_after: Some(RETRY_AFTER), warning: None });
            self.say(now, Said::Refused { interaction, reason: CloseReason::Failed });
        }
    }

    pub(super) fn engine_closed(&mut self, now: Now, leg: LegId, port: u16, stats: StreamStats) {
        if port != NO_PORT {
            self.lines.ports.release(now.tick, port);
        }
        let Some((interaction, participant, codec, _)) = self.lines.closing.remove(&leg) else { return };
        let Some(codec) = codec else { return };
        let body = Body::MediaReport {
            participant,
            codec: codec_name(codec).to_owned(),
            packets_sent: stats.packets_sent,
            packets_received: stats.packets_received,
            packets_lost: stats.packets_lost,
            jitter_ms: stats.jitter_ms,
            round_trip_ms: stats.round_trip_ms,
            score_heard: stats.score_heard,
            score_far: stats.score_far,
        };
        self.say(now, Said::Note { interaction, body });
    }

    /// The call room wants the incoming leg answered.
    pub(super) fn answer(&mut self, now: Now, leg: LegId) {
        if !self.agree(now, leg) {
            return;
        }
        let Some(line) = self.lines.lines.get_mut(&leg) else { return };
        let ours = local(line);
        let sdp = match line.agreed.take() {
            None => line.negotiator.offer(ours, &self.lines.spoken.codecs),
            Some((sdp, stream)) => {
                self.set_stream(leg, stream);
                sdp
            }
        };
        self.sip.handle_command(now, Sip::Answer { leg, sdp });
    }

    /// Makes our answer to the offer of a leg that called us, once: what is said early is said again when the call is answered (RFC 3261
    /// 13.2.1). False: nothing can be agreed, and the call is refused.
    fn agree(&mut self, now: Now, leg: LegId) -> bool {
        let Some(line) = self.lines.lines.get_mut(&leg) else { return false };
        let Some(offer) = line.offer.take() else { return true };
        let ours = local(line);
        let error = match line.negotiator.answer(&offer, ours, &[]) {
            Ok(agreed) => {
                line.agreed = Some(agreed);
                return true;
            }
            Err(error) => error,
        };
        let (interaction, agents) = (line.interaction, line.agent.is_some());
        self.sip.handle_command(now, Sip::Reject { leg, code: 488, retry_after: None, warning: Some(error.to_string()) });
        // With a second line only what was asked by it is over; an agent's is said to have ended.
        if !agents && !self.handsets.has(leg) {
            self.say(now, Said::Refused { interaction, reason: CloseReason::Rejected });
        }
        false
    }

    // ---- a telephone of ours that dials by itself

    /// Its agent is at it already: the number is called as soon as the port is open and the ACD knows of the call.
    fn own_ready(&mut self, now: Now, leg: LegId) {
        let ready = self.lines.get(leg).filter(|line| line.opened && line.agent.is_some()).map(|line| line.participant);
        if let Some(participant) = ready
            && self.agree(now, leg)
        {
            self.say(now, Said::AgentAnswered { participant });
        }
    }

    /// Opens its ear before it is answered: the description to tell it. `None` for one that made no offer, and for a browser, which would
    /// let the time of the handshake pass if it reads no description that comes early.
    pub(super) fn open_early(&mut self, leg: LegId) -> Option<Bytes> {
        let (sdp, stream) = self.lines.get(leg)?.agreed.clone().filter(|(_, stream)| !matches!(stream.srtp, Some(Protection::Web(_))))?;
        self.set_stream(leg, stream);
        Some(sdp)
    }

    pub(super) fn set_stream(&mut self, leg: LegId, mut stream: Stream) {
        if let Some(line) = self.lines.lines.get_mut(&leg) {
            line.agreed_on(&stream);
            // A telephone we called was reached where it had registered from.
            let phone = line.agent.and_then(|ringing| self.desks.phone_of(ringing.agent));
            let registered = phone.map(|phone| self.sip.contacts(phone)).unwrap_or_default();
            stream.also_from = line.called_from.into_iter().chain(registered.iter().map(|contact| contact.path.remote.ip())).collect();
            self.effects.push_back(Effect::Engine(EngineCommand::SetStream { leg, stream }));
        }
    }

    /// ACK came; it carries the answer when the INVITE, or a re-INVITE, had no offer.
    pub(super) fn confirmed(&mut self, now: Now, leg: LegId, sdp: Option<Bytes>) {
        let Some(line) = self.lines.lines.get_mut(&leg) else { return };
        if !line.negotiator.is_offering() {
            return;
        }
        let answer = sdp.as_deref().map(|sdp| Answer::parse(sdp).and_then(|answer| line.negotiator.accept(&answer)));
        match answer {
            Some(Ok(stream)) => {
                let held = line.negotiator.remote_holds();
                self.set_stream(leg, stream);
                self.calls.handle(now, CallInput::FarHold { leg, held });
            }
            // What was agreed before goes on (RFC 3261 14.1).
            Some(Err(_)) | None if line.codec.is_some() => line.negotiator.withdraw(),
            // Our offer was never answered: there is no session to go on with.
            Some(Err(_)) | None => {
                let participant = line.participant;
                self.calls.handle(now, CallInput::End { leg, cause: cause::INCOMPATIBLE });
                self.say(now, Said::Left { participant, reason: LeaveReason::Failed });
            }
        }
    }

    /// Their re-INVITE: hold, retrieve, a new address, or a wish for our offer.
    pub(super) fn reinvited(&mut self, now: Now, leg: LegId, sdp: Option<Bytes>) {
        let Some(line) = self.lines.lines.get_mut(&leg) else { return };
        let local = Local { ip: line.address.public, port: line.port, direction: Direction::SendRecv };
        let Some(sdp) = sdp else {
            let sdp = line.negotiator.offer(local, &self.lines.spoken.codecs);
            self.sip.handle_command(now, Sip::AnswerReinvite { leg, sdp });
            return;
        };
        let answered = Offer::parse(&sdp).and_then(|offer| line.negotiator.answer(&offer, local, &[]));
        match answered {
            Ok((sdp, stream)) => {
                let held = line.negotiator.remote_holds();
                if let Some(agreed) = &mut line.agreed {
                    // Not answered yet: the answer repeats this one.
                    *agreed = (sdp.clone(), stream.clone());
                }
                self.set_stream(leg, stream);
                self.sip.handle_command(now, Sip::AnswerReinvite { leg, sdp });
                self.calls.handle(now, CallInput::FarHold { leg, held });
            }
            Err(_) => self.sip.handle_command(now, Sip::RejectReinvite { leg, code: 488 }),
        }
    }

    /// The answer to our re-INVITE: to an offer, or to one that only kept the session alive by repeating what we said last.
    pub(super) fn reinvite_answered(&mut self, now: Now, leg: LegId, sdp: Option<Bytes>) {
        let Some(line) = self.lines.lines.get_mut(&leg) else { return };
        match sdp.as_deref().map(|sdp| Answer::parse(sdp).and_then(|answer| line.negotiator.accept(&answer))) {
            Some(Ok(stream)) => {
                let held = line.negotiator.remote_holds();
                self.set_stream(leg, stream);
                self.calls.handle(now, CallInput::FarHold { leg, held });
            }
            Some(Err(_)) | None => self.reinvite_refused(leg),
        }
    }

    /// What was agreed before goes on (RFC 3261 14.1).
    pub(super) fn reinvite_refused(&mut self, leg: LegId) {
        if let Some(line) = self.lines.lines.get_mut(&leg)
            && line.negotiator.is_offering()
        {
            line.negotiator.withdraw();
        }
    }

    // ---- outgoing to an agent's telephone

    /// The offer is on the agent's screen first: at once when the card is there, else when it comes or its time is over.
    pub(super) fn ring(&mut self, now: Now, ringing: Ringing) {
        if ringing.purpose == Some(Purpose::Message) {
            return self.ring_screen(now, ringing);
        }
        let own = self.outbound.own_leg(ringing.interaction).filter(|_| ringing.purpose == Some(Purpose::Dial));
        if let Some(leg) = own.filter(|leg| self.lines.assign(*leg, ringing)) {
            return self.own_ready(now, leg);
        }
        if ringing.is_own() || self.contacts.get(&ringing.interaction).is_some_and(|c| c.found.is_some()) {
            self.ring_now(now, ringing);
            return;
        }
        let at = now.tick + self.card_wait;
        self.lines.waiting.insert(ringing.participant, (at, ringing));
        self.lines.deadlines.insert((at, ringing.participant));
    }

    pub(super) fn cancel_ring(&mut self, participant: ParticipantId) {
        if let Some((at, _)) = self.lines.waiting.remove(&participant) {
            self.lines.deadlines.remove(&(at, participant));
        }
    }

    /// The card is there: who waited for it rings; who rings already gets it on the screen.
    pub(super) fn card_came(&mut self, now: Now, interaction: InteractionId) {
        let waiting: Vec<Ringing> = self.lines.waiting.values().map(|(_, r)| *r).filter(|r| r.interaction == interaction).collect();
        for ringing in waiting {
            self.cancel_ring(ringing.participant);
            self.ring_now(now, ringing);
        }
        self.show_contact(now, interaction);
    }

    pub(super) fn ring_overdue(&mut self, now: Now) {
        while let Some(&(at, participant)) = self.lines.deadlines.first() {
            if at > now.tick {
                break;
            }
            self.lines.deadlines.remove(&(at, participant));
            if let Some((_, ringing)) = self.lines.waiting.remove(&participant) {
                self.ring_now(now, ringing);
            }
        }
    }

    /// The leg of a call in an agent's page.
    pub(super) fn page_line(&mut self, leg: LegId, ringing: Ringing, stream: &Stream) {
        // Its offers and answers are the page's, not the call's.
        let negotiator = Negotiator::new(0);
        let address = MediaAddress::of(&self.lines.addresses, None);
        let mut line = Line::fresh(ringing.interaction, ringing.participant, NO_PORT, negotiator, address);
        (line.agent, line.in_page) = (Some(ringing), true);
        line.agreed_on(stream);
        self.lines.insert(leg, line);
    }

    fn ring_now(&mut self, now: Now, ringing: Ringing) {
        if self.desks.is_at_page(ringing.agent) {
            return self.ring_page(now, ringing);
        }
        self.show_offer(now, &ringing);
        let participant = ringing.participant;
        let phone = self.desks.phone_of(ringing.agent).map(Target::Phone);
        let negotiator = phone.as_ref().map(|phone| self.negotiator_out(phone)).filter(Negotiator::is_usable);
        let port = negotiator.as_ref().and_then(|_| self.lines.ports.allocate(now.tick));
        let (Some(negotiator), Some(port)) = (negotiator, port) else {
            self.say(now, Said::AgentFailed { participant, reason: NotReadyReason::DeviceUnreachable });
            return;
        };
        let address = MediaAddress::of(&self.lines.addresses, phone.and_then(|phone| self.sip.leaves_by(&phone)));
        let leg = LegId::new(now.utc, &mut self.chance);
        let interaction = ringing.interaction;
        let mut line = Line::fresh(interaction, participant, port, negotiator, address);
        line.agent = Some(ringing);
        self.lines.insert(leg, line);
        self.calls.handle(now, CallInput::Outgoing { leg, group: interaction });
        self.show_call(now, leg);
        self.open(leg);
    }

    fn invite(&mut self, now: Now, leg: LegId, ringing: Ringing) {
        let customer = self.contacts.get(&ringing.interaction).and_then(|c| self.lines.leg_of(c.customer));
        let customer_codec = customer.and_then(|leg| self.lines.get(leg)).and_then(|line| line.codec);
        let Some(phone) = self.desks.phone_of(ringing.agent) else {
            let participant = ringing.participant;
            self.say(now, Said::AgentFailed { participant, reason: NotReadyReason::DeviceUnreachable });
            return;
        };
        let Some(line) = self.lines.lines.get_mut(&leg) else { return };
        let local = Local { ip: line.address.public, port: line.port, direction: Direction::SendRecv };
        // The customer's codec first: then both sides share it and packets pass untouched.
        let codecs = self.lines.spoken.beside(customer_codec);
        let sdp = line.negotiator.offer(local, &codecs);
        let party = self.contacts.get(&ringing.interaction).map(|c| &c.party);
        let from = Caller {
            display: party.and_then(|p| p.display.clone()),
            user: party.and_then(|p| p.number.as_str()).unwrap_or_default().to_owned(),
            referred_by: self.referrer(&ringing),
            ..Caller::default()
        };
        let ring_timeout = ringing.until.since(now.tick) + RING_MARGIN;
        let headers = vec![("X-Interaction".to_owned(), ringing.interaction.to_string())];
        self.sip.handle_command(now, Sip::Invite { leg, target: Target::Phone(phone), from, sdp, headers, ring_timeout });
    }

    /// The telephone of who transferred the call here, for the one that rings.
    fn referrer(&self, ringing: &Ringing) -> Option<String> {
        let by = ringing.by.filter(|_| ringing.purpose == Some(Purpose::Transfer))?;
        let phone = self.directory.phones.get(&self.desks.phone_of(by)?)?;
        Some(phone.account.user.clone())
    }

    pub(super) fn far_answered(&mut self, now: Now, leg: LegId, sdp: Option<Bytes>) {
        let Some(line) = self.lines.lines.get_mut(&leg) else { return };
        match sdp.as_deref().map(|sdp| Answer::parse(sdp).and_then(|answer| line.negotiator.accept(&answer))) {
            Some(Ok(stream)) => {
                self.set_stream(leg, stream);
                self.calls.handle(now, CallInput::Answered { leg });
            }
            // RFC 3262 4: a reliable provisional answer has agreed already, and the 2xx repeats nothing.
            None if line.outside && line.codec.is_some() => self.calls.handle(now, CallInput::Answered { leg }),
            Some(Err(_)) | None => {
                let (participant, outside) = (line.participant, line.outside);
                if outside {
                    self.outside_unusable(now, leg);
                } else {
                    self.say(now, Said::AgentFailed { participant, reason: NotReadyReason::DeviceUnreachable });
                }
                self.calls.handle(now, CallInput::End { leg, cause: cause::INCOMPATIBLE });
            }
        }
    }

    // ---- digits

    /// Lets the far side of a leg hear digits, after those still being sent there: as events, or by INFO where it takes those only, else
    /// the engine sends tones. An error: more would wait than the engine keeps.
    pub(super) fn send_digits(&mut self, now: Now, leg: LegId, digits: String) -> Result<(), DigitError> {
        if let Some(line) = self.lines.lines.get_mut(&leg) {
            line.dialling.take(now.tick, digits.len())?;
            if !line.events.1 && self.sip.takes_info(leg) {
                self.sip.handle_command(now, Sip::SendDigits { leg, digits });
            } else {
                self.effects.push_back(Effect::Engine(EngineCommand::SendDigits { leg, digits }));
            }
        }
        Ok(())
    }

    /// Whether telephone-events were agreed on this leg: those it sends us, and those we send it.
    pub(super) fn events_of(&self, leg: LegId) -> (bool, bool) {
        self.lines.get(leg).map_or((false, false), |line| line.events)
    }

    /// A digit by either way; the same press by both counts once.
    pub(super) fn digit(&mut self, now: Now, leg: LegId, digit: char, way: Way) {
        let Some(line) = self.lines.lines.get_mut(&leg) else { return };
        if line.digits.accept(now.tick, way, digit) && !self.handsets.has(leg) {
            self.pressed(now, leg, digit, way);
        }
    }
}

/// Our end of a leg that both speak on.
fn local(line: &Line) -> Local {
    Local { ip: line.address.public, port: line.port, direction: Direction::SendRecv }
}

/// With which status a caller is turned away, when to come back, and why in words.
pub(super) type Turned = (u16, Option<Duration>, Option<String>);

/// The offer of an INVITE, if it has one; or why it is of no use.
fn usable_offer(call: &Incoming, spoken: &[Codec]) -> Result<Option<Offer>, Turned> {
    let Some(sdp) = &call.sdp else { return Ok(None) };
    let offer = Offer::parse(sdp).map_err(|error| (error.sip_status(), None, Some(error.to_string())))?;
    let formats = offer.audio().map(|audio| audio.formats.as_slice()).unwrap_or_default();
    if !formats.iter().any(|format| matches!(format, Format::Audio(_, codec) if spoken.contains(codec))) {
        let names: Vec<&str> = spoken.iter().map(|codec| codec.name()).collect();
        return Err((488, None, Some(format!("no codec in common: spoken here: {}", names.join(", ")))));
    }
    Ok(Some(offer))
}

mod cause {
    /// Q.850 88: incompatible destination.
    pub(super) const INCOMPATIBLE: u16 = 88;
}

fn codec_name(codec: Codec) -> &'static str {
    codec.name()
}
