//! The rooms and the translating between them. Pure: no await, no lock, no I/O.
//!
//! [`Rooms::handle`] gives one event to the room it is for and then lets the rooms talk until all are silent; what is to
//! be done outside is drained as [`Effect`]s. How a leg is negotiated is in `lines`, what flows ask in `flows`,
//! what people ask in `agents` and, of calls, in `verbs`, what these do in `control`, what screens show in `views`; messages are in
//! `messages`, what the media engine measures in `measured`.

use super::agents::Desks;
use super::asked::Behalf;
use super::clips::Library;
use super::directory::Directory;
use super::flows::Runs;
use super::handset::Handsets;
use super::lines::Lines;
use super::measured::Measured;
use super::media_address::MediaAddress;
use super::messages::Messages;
use super::outbound::Outbound;
use super::pages::{PageOffer, Pages};
use super::peers::Peers;
use super::{Audience, Effect, Event, Found, Gap, RecordingFact};
use crm_core::card::Matched;
use cti_acd::Acd;
use cti_call::{Calls, Input as CallInput, Output as CallOutput, Signal};
use cti_interaction::{Input as Said, Interactions, Output as Life};
use cti_sip::Endpoint;
use cti_sip::api::{Command as Sip, Event as SipEvent, Output as SipOutput};
use cti_types::acd::{AcdInput, AcdOutput, AgentState, Overflow, QueueSettings};
use cti_types::call::{LegEnd, LegFact};
use cti_types::event::{Body, LeaveReason};
use cti_types::media::EngineEvent;
use cti_types::{AgentId, Chance, InteractionId, LegId, Now, OwnerEpoch, ParticipantId, Party, PlayId, QueueId, RecordingId, Tick};
use serde_json::Value;
use softphone_protocol::{Command, Role};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

/// Fixed at start.
pub struct RoomsConfig {
    pub sip: cti_sip::Config,
    /// Where the media of each SIP address is bound and what its SDP says; the first serves what is signalled from none of them.
    pub media: Vec<MediaAddress>,
    /// First and last RTP port.
    pub media_ports: (u16, u16),
    /// How long a port rests before it is used again.
    pub port_rest: Duration,
    /// Codecs and encryption of our legs.
    pub spoken: super::Spoken,
    /// How long an offer waits for the customer's card.
    pub card_wait: Duration,
    /// How long an agent may be without any socket before they are not ready.
    pub sockets_grace: Duration,
    /// Where the media of pages goes, as their SDP says it; `None`: agents have no telephone in the browser.
    pub pages: Option<SocketAddr>,
    /// How long a call waits for an agent whose page is gone.
    pub page_wait: Duration,
    pub calls: cti_call::Settings,
    pub interactions: cti_interaction::Limits,
    pub acd: cti_acd::Limits,
    pub clips: Library,
    /// This life of the server as owner of the rooms and of what they log.
    pub epoch: OwnerEpoch,
    /// Where each agent's log stream stands, by what the database holds.
    pub agent_seqs: BTreeMap<AgentId, u64>,
}

/// Totals since start, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    pub calls_arrived: u64,
    /// Refused before an interaction began: full, no such number, no codec, no port.
    pub calls_refused: u64,
    pub calls_refused_no_port: u64,
    pub offers: u64,
    pub offers_taken: u64,
    /// What the ACD and interactions said to each other late, twice, or to an earlier owner.
    pub stale_messages: u64,
    /// A settle that had to be cut, or a failed check: a bug.
    pub invariant_broken: u64,
}

/// What is kept of each open interaction beside the rooms' own state: what screens show and flows read.
pub(super) struct Contact {
    pub(super) customer: ParticipantId,
    pub(super) party: Party,
    /// The number of ours they dialled, or were shown.
    pub(super) called: String,
    pub(super) found: Option<Found>,
    pub(super) collected: Vec<(String, Option<String>)>,
    pub(super) path: Vec<String>,
    pub(super) queue: Option<QueueId>,
    pub(super) since: Tick,
    pub(super) recording: Option<RecordingId>,
    /// The queue by whose rule it was last decided whether to record.
    pub(super) decided: Option<QueueId>,
    /// The queue on whose screens it is shown as waiting.
    pub(super) shown_in: Option<QueueId>,
}

/// See the module.
pub struct Rooms {
    pub(super) sip: Endpoint,
    pub(super) calls: Calls,
    pub(super) interactions: Interactions,
    pub(super) acd: Acd,
    pub(super) runs: Runs,
    pub(super) lines: Lines,
    pub(super) desks: Desks,
    pub(super) outbound: Outbound,
    pub(super) handsets: Handsets,
    pub(super) pages: Pages,
    pub(super) peers: Peers,
    pub(super) directory: Directory,
    pub(super) clips: Library,
    pub(super) contacts: BTreeMap<InteractionId, Contact>,
    pub(super) recordings: BTreeMap<RecordingId, InteractionId>,
    gaps: super::gaps::Gathered,
    pub(super) messages: Messages,
    pub(super) floor: super::floor::Floor,
    pub(super) measured: Measured,
    /// Whose parties changed while the rooms talked; shown when they are silent.
    pub(super) changed_calls: BTreeSet<InteractionId>,
    pub(super) agents: BTreeMap<AgentId, AgentState>,
    /// Queues as the ACD has them, so that only changes are told.
    queue_settings: BTreeMap<QueueId, QueueSettings>,
    next_hours: Tick,
    pub(super) accepting: bool,
    draining: bool,
    pub(super) card_wait: Duration,
    pub(super) chance: Chance,
    pub(super) counters: Counters,
    pub(super) effects: VecDeque<Effect>,
    /// The highest role of the login that acts now: with it no more is allowed, whatever its user's roles. A telephone has no login.
    pub(super) role: Role,
    /// Who really acts while a command in an agent's name is carried out.
    pub(super) behalf: Option<Behalf>,
}

/// How often queues are opened and closed by their hours.
const HOURS_EVERY: Duration = Duration::from_secs(15);
/// Most translations one event may cause; beyond it something talks in a circle.
const SETTLE_MAX: usize = 100_000;

impl Rooms {
    pub fn new(config: RoomsConfig, mut chance: Chance, now: Now) -> anyhow::Result<Rooms> {
        let mut part = || Chance::from_seed(chance.bytes());
        let rooms = Rooms {
            sip: Endpoint::new(config.sip, part()),
            calls: Calls::new(config.calls),
            interactions: Interactions::new(config.interactions, part(), config.epoch),
            acd: Acd::new(config.acd, part(), config.epoch),
            runs: Runs::default(),
            lines: Lines::new(config.media, config.media_ports, config.port_rest, config.spoken)?,
            desks: Desks::new(config.sockets_grace, config.agent_seqs, now, config.epoch),
            outbound: Outbound::default(),
            handsets: Handsets::default(),
            pages: Pages::new(config.pages, config.page_wait),
            peers: Peers::default(),
            directory: Directory::default(),
            clips: config.clips,
            contacts: BTreeMap::new(),
            recordings: BTreeMap::new(),
            gaps: super::gaps::Gathered::default(),
            messages: Messages::default(),
            floor: super::floor::Floor::default(),
            measured: Measured::default(),
            changed_calls: BTreeSet::new(),
            agents: BTreeMap::new(),
            queue_settings: BTreeMap::new(),
            next_hours: now.tick,
            accepting: true,
            draining: false,
            card_wait: config.card_wait,
            chance: part(),
            counters: Counters::default(),
            effects: VecDeque::new(),
            role: Role::Administrator,
            behalf: None,
        };
        Ok(rooms)
    }

    /// When each agent's log stream ended in the server's life before. Said once, before any event: a system clock that was set
    /// back since then does not turn the streams back.
    pub fn agents_went_on_until(&mut self, lasts: BTreeMap<AgentId, cti_types::Utc>) {
        self.desks.went_on_until(lasts);
    }

    /// Handles one event completely.
    pub fn handle(&mut self, now: Now, event: Event) {
        match event {
            Event::Packet { path, bytes } => self.sip.handle_packet(now, path, bytes),
            Event::PathFailed { path } => self.sip.handle_failed(now, path),
            Event::Engine(event) => self.on_engine(now, event),
            Event::SocketOpened { session, user } => self.socket_opened(now, session, user),
            Event::SocketClosed { session, user } => self.socket_closed(now, session, user),
            Event::Command { session, user, role, id, command } => {
                self.role = role;
                let result = match command {
                    Command::Dial { number, queue, detect } => self.dialled(now, user, &number, (queue, detect)),
                    Command::AudioOffer { sdp, client, label, take_over } => {
                        self.audio_offer(now, session, user, PageOffer { sdp, client, label, take_over })
                    }
                    command => self.command(now, session, user, command).map(|()| Value::Null),
                };
                self.role = Role::Administrator;
                self.settle(now);
                self.effects.push_back(Effect::Reply { session, id, result });
            }
            Event::Asked { ask, question } => self.asked(now, ask, *question),
            Event::Sip { ask, asked } => {
                let result = self.sip_kept(asked);
                self.effects.push_back(Effect::Answered { ask, result });
            }
            Event::Resolved { trunk, name, addresses, ttl } => self.resolved(now, trunk, &name, addresses, ttl),
            Event::Revive(messages) => self.revive(now, messages),
            Event::Found { interaction, found } if !self.somebody_said_who(interaction) => self.found(now, interaction, found),
            Event::Found { .. } => {}
            Event::Recording(fact) => self.on_recording(now, fact),
            Event::Directory(directory) => self.set_directory(now, *directory),
            Event::Figures(figures) => self.figures_counted(now, figures),
            Event::Accepting(accepting) => self.set_accepting(now, accepting),
            Event::Busy(busy) => self.sip.handle_command(now, Sip::SetBusy(busy)),
            Event::Drain => {
                self.draining = true;
                self.set_accepting(now, false);
            }
            Event::Shutdown => self.say(now, Said::Shutdown),
        }
        self.settle(now);
    }

    /// When [`Rooms::handle_timeout`] is next needed.
    pub fn poll_timeout(&self) -> Option<Tick> {
        [
            self.sip.poll_timeout(),
            self.calls.poll_timeout(),
            self.interactions.poll_timeout(),
            self.acd.poll_timeout(),
            self.runs.poll_timeout(),
            self.lines.poll_timeout(),
            self.desks.poll_timeout(),
            self.pages.poll_timeout(),
            self.peers.poll_timeout(),
            Some(self.next_hours),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    pub fn handle_timeout(&mut self, now: Now) {
        let due = |at: Option<Tick>| at.is_some_and(|at| at <= now.tick);
        if due(self.sip.poll_timeout()) {
            self.sip.handle_timeout(now);
        }
        if due(self.calls.poll_timeout()) {
            self.calls.handle_timeout(now);
        }
        if due(self.interactions.poll_timeout()) {
            self.interactions.handle_timeout(now);
        }
        if due(self.acd.poll_timeout()) {
            self.acd.handle_timeout(now);
        }
        if due(self.runs.poll_timeout()) {
            self.runs_timeout(now);
        }
        if due(self.lines.poll_timeout()) {
            self.ring_overdue(now);
        }
        if due(self.desks.poll_timeout()) {
            self.sockets_gone(now);
        }
        if due(self.pages.poll_timeout()) {
            self.pages_due(now);
        }
        if due(self.peers.poll_timeout()) {
            self.peers_due(now);
        }
        if now.tick >= self.next_hours {
            self.next_hours = now.tick + HOURS_EVERY;
            self.tell_queues(now);
            self.tidy_ladders(now);
        }
        self.settle(now);
    }

    /// What the shell must do; drain after every `handle`.
    pub fn drain(&mut self) -> impl Iterator<Item = Effect> + '_ {
        self.effects.drain(..)
    }

    pub fn counters(&self) -> Counters {
        Counters { stale_messages: self.acd.stale() + self.interactions.stale(), ..self.counters }
    }

    /// Interactions open, legs up, ports in use, SIP state: for gauges and leak checks.
    pub fn gauges(&self) -> Gauges {
        Gauges {
            interactions: self.interactions.len() - self.interactions.messages(),
            messages: self.interactions.messages(),
            legs: self.calls.len(),
            recordings: self.recordings.len(),
            ports_used: self.lines.ports_used(),
            agents_signed_in: self.desks.signed_in(),
            sip: self.sip.counts(),
            trunks: self.sip.trunks(),
            refused: self.sip.refused_counts(),
            ladder: self.sip.ladder_size(),
        }
    }

    /// Invariants I1–I4 and I8 as far as the rooms see them. An error is a bug.
    pub fn check(&self) -> Result<(), String> {
        self.acd.check().map_err(|why| format!("acd: {why}"))?;
        self.interactions.check().map_err(|why| format!("interaction: {why}"))?;
        self.calls.check().map_err(|why| format!("call: {why}"))?;
        let (is_line, is_at_page) = (|leg| self.lines.get(leg).is_some(), |agent| self.desks.is_at_page(agent));
        self.pages.check(is_line, is_at_page).map_err(|why| format!("switch: {why}"))?;
        if let Some(id) = self.contacts.keys().find(|id| !self.interactions.is_open(**id)) {
            return Err(format!("switch: contact {id} has no open interaction"));
        }
        for (id, contact) in &self.contacts {
            let recording = self.lines.leg_of(contact.customer).and_then(|leg| self.calls.recording(leg));
            let paused = recording.is_some_and(|(_, paused)| paused);
            if paused != self.interactions.recording_paused_by(*id).is_some() {
                return Err(format!("switch: the recording of {id} is paused by nobody who talks, or is not paused after all"));
            }
        }
        Ok(())
    }

    pub(crate) fn broken(&mut self) {
        self.counters.invariant_broken += 1;
    }

    // ---- letting the rooms talk

    pub(super) fn say(&mut self, now: Now, said: Said) {
        self.interactions.handle(now, said);
    }

    pub(super) fn settle(&mut self, now: Now) {
        for _ in 0..SETTLE_MAX {
            if let Some(life) = self.interactions.poll() {
                self.on_life(now, life);
            } else if let Some(output) = self.acd.poll() {
                self.on_acd(now, output);
            } else if let Some(output) = self.calls.poll() {
                self.on_call(now, output);
            } else if let Some(output) = self.sip.poll_output() {
                match output {
                    SipOutput::Transmit { path, bytes } => self.effects.push_back(Effect::Send { path, bytes }),
                    SipOutput::Event(event) => self.on_sip(now, event),
                }
            } else if let Some(news) = self.sip.poll_source() {
                self.effects.push_back(Effect::Source(news));
            } else if !self.poll_runs(now) {
                self.show_changed_calls(now);
                return;
            }
        }
        self.broken();
    }

    /// What the call room has to say goes before what follows.
    pub(super) fn settle_calls(&mut self, now: Now) {
        while let Some(output) = self.calls.poll() {
            self.on_call(now, output);
        }
    }

    fn on_sip(&mut self, now: Now, event: SipEvent) {
        match event {
            SipEvent::Incoming { leg, call } => self.incoming(now, leg, &call),
            SipEvent::Ringing { leg, sdp, .. } if self.outbound.has(leg) => self.outside_rings(now, leg, sdp),
            SipEvent::Ringing { leg, .. } => self.calls.handle(now, CallInput::Ringing { leg }),
            SipEvent::Answered { leg, sdp } => self.far_answered(now, leg, sdp),
            SipEvent::Refused { leg, code, retry_after, cause } => {
                if !self.outside_refused(now, leg, code, cause, retry_after) {
                    self.calls.handle(now, CallInput::Refused { leg, code });
                }
            }
            SipEvent::Confirmed { leg, sdp } => self.confirmed(now, leg, sdp),
            SipEvent::Reinvite { leg, sdp } => self.reinvited(now, leg, sdp),
            SipEvent::ReinviteAnswered { leg, sdp } => self.reinvite_answered(now, leg, sdp),
            SipEvent::ReinviteRefused { leg, .. } => self.reinvite_refused(leg),
            SipEvent::Referred { leg, to } => self.referred(now, leg, &to),
            SipEvent::Redirected { leg, to } => self.outside_redirected(now, leg, &to),
            SipEvent::Digit { leg, digit, .. } => self.digit(now, leg, digit, cti_media::event::Way::Info),
            SipEvent::DigitsRefused { leg, digits } => {
                self.effects.push_back(Effect::Engine(cti_types::media::EngineCommand::SendDigits { leg, digits }))
            }
            SipEvent::Ended { leg, by, cause } => {
                self.calls.handle(now, CallInput::Ended { leg, failed: by.is_loss(cause) });
            }
            SipEvent::Registered { phone, .. } => self.phone_reachable(now, phone, true),
            SipEvent::Unregistered { phone } => self.phone_reachable(now, phone, false),
            SipEvent::Trunk(status) => {
                tracing::info!(trunk = %status.trunk, health = status.health.word(), registered = status.registered.word(), "a trunk changed");
            }
        }
    }

    fn on_engine(&mut self, now: Now, event: EngineEvent) {
        match event {
            EngineEvent::Opened { leg } => self.opened(now, leg),
            EngineEvent::OpenFailed { leg, .. } => {
                if !self.stand_failed(now, leg) {
                    self.open_failed(now, leg);
                }
            }
            EngineEvent::Digit { leg, digit, .. } => self.digit(now, leg, digit, cti_media::event::Way::Rtp),
            EngineEvent::PlayEnded { leg, play, interrupted } => {
                self.calls.handle(now, CallInput::PlayEnded { leg, play, interrupted });
            }
            EngineEvent::Connected { leg } => self.page_connected(now, leg),
            EngineEvent::MediaLost { leg } | EngineEvent::Unprotected { leg, .. } if self.pages.has(leg) => self.page_lost(now, leg),
            EngineEvent::MediaBack { leg } if self.pages.has(leg) => self.page_back(now, leg),
            EngineEvent::MediaLost { leg } => {
                self.calls.handle(now, CallInput::MediaLost { leg });
                self.note_media(now, leg, |participant| Body::MediaLost { participant });
            }
            EngineEvent::MediaBack { leg } => {
                self.calls.handle(now, CallInput::MediaBack { leg });
                self.note_media(now, leg, |participant| Body::MediaBack { participant });
            }
            EngineEvent::Unprotected { leg, failure } => self.unprotected(now, leg, failure),
            EngineEvent::Quality { leg, stats } => {
                self.quality_changed(now, leg, &stats);
                self.page_quality(now, leg, &stats);
            }
            EngineEvent::Detected { leg, answerer, reason } => self.detected(now, leg, answerer, reason),
            EngineEvent::Closed { leg, port, stats } => self.engine_closed(now, leg, port, stats),
        }
    }

    pub(super) fn note_media(&mut self, now: Now, leg: LegId, body: impl FnOnce(ParticipantId) -> Body) {
        if let Some(line) = self.lines.get(leg) {
            let (interaction, body) = (line.interaction, body(line.speaker()));
            self.say(now, Said::Note { interaction, body });
        }
    }

    fn on_call(&mut self, now: Now, output: CallOutput) {
        match output {
            CallOutput::Signal(Signal::Answer { leg }) => self.answer(now, leg),
            // Nothing is signalled to a page but what its screen shows.
            CallOutput::Signal(Signal::End { leg, .. }) if self.lines.get(leg).is_some_and(|line| line.in_page) => {}
            CallOutput::Signal(Signal::End { leg, cause }) => {
                self.sip.handle_command(now, Sip::End { leg, cause: Some(cause) });
            }
            CallOutput::Engine(command) => self.effects.push_back(Effect::Engine(command)),
            CallOutput::Played { leg, .. } if self.heard_why(now, leg) => {}
            CallOutput::Played { leg, play } => self.flow_played(now, leg, play),
            CallOutput::RecordingOver { recording } => self.recording_over(now, recording),
            CallOutput::Fact(fact) => self.on_fact(now, fact),
        }
    }

    fn on_fact(&mut self, now: Now, fact: LegFact) {
        let leg = match fact {
            LegFact::Ringing(leg) | LegFact::Answered(leg) | LegFact::Held(leg) | LegFact::Retrieved(leg) => leg,
            LegFact::Muted(leg, _) | LegFact::Ended(leg, _) => leg,
        };
        let Some(line) = self.lines.get(leg) else { return };
        let (participant, interaction) = (line.participant, line.interaction);
        let is_customer = self.contacts.get(&interaction).is_some_and(|contact| contact.customer == participant);
        let is_ours = line.agent.is_some();
        match fact {
            LegFact::Ringing(_) if line.outside => {}
            LegFact::Ringing(_) => self.say(now, Said::AgentRinging { participant }),
            LegFact::Answered(_) if line.outside => self.outside_answered(now, leg),
            LegFact::Answered(_) if !is_ours => {}
            LegFact::Answered(_) => self.say(now, Said::AgentAnswered { participant }),
            LegFact::Held(_) => {
                self.say(now, Said::Held { participant });
                self.handset_turned(now, participant, false);
            }
            LegFact::Retrieved(_) => {
                self.say(now, Said::Retrieved { participant });
                self.handset_turned(now, participant, true);
            }
            LegFact::Muted(_, muted) => {
                self.say(now, Said::Note { interaction, body: Body::Muted { participant, muted } });
                self.show_call(now, leg);
            }
            LegFact::Ended(_, end) => {
                let ringing = line.agent;
                self.lines.leg_over(leg);
                self.page_free(now, leg);
                self.ladder_over(leg);
                self.outside_over(now, leg);
                if let Some(ringing) = ringing {
                    self.publish(Audience::Me(ringing.agent), softphone_protocol::key::call(leg), None);
                }
                self.measured.leg_over(leg);
                if is_customer {
                    self.runs.end(interaction);
                }
                self.speaker_gone(now, leg);
                self.leg_ended(now, participant, ringing.map(|r| r.offer), end);
                self.handset_over(now, leg, participant);
            }
        }
    }

    fn leg_ended(&mut self, now: Now, participant: ParticipantId, offer: Option<cti_types::OfferId>, end: LegEnd) {
        match (end, offer) {
            (LegEnd::NotTaken(reason), Some(_)) => self.say(now, Said::AgentFailed { participant, reason }),
            (LegEnd::Declined, Some(offer)) => self.say(now, Said::AgentDeclined { offer }),
            (LegEnd::OurSide, _) => {}
            (LegEnd::Lost, _) => self.say(now, Said::Left { participant, reason: LeaveReason::Lost }),
            (LegEnd::Failed, _) => self.say(now, Said::Left { participant, reason: LeaveReason::Failed }),
            (LegEnd::FarSide | LegEnd::NotTaken(_) | LegEnd::Declined, _) => {
                self.say(now, Said::Left { participant, reason: LeaveReason::HungUp });
            }
        }
    }

    fn on_acd(&mut self, now: Now, output: AcdOutput) {
        let epoch = self.acd.epoch();
        match output {
            AcdOutput::Offer { .. } => {
                self.counters.offers += 1;
                self.say(now, Said::Acd { epoch, output });
            }
            AcdOutput::OfferEnded { .. } | AcdOutput::AimEnded { .. } | AcdOutput::Stale(_) => self.say(now, Said::Acd { epoch, output }),
            AcdOutput::Left { work, reason, overflow } => {
                let (overflow, voicemail) = match overflow {
                    Overflow::Queue(queue) => (self.directory.queues.get(&queue).map(|q| (queue, q.settings.wrap_up_max)), None),
                    Overflow::Voicemail(mailbox) => (None, Some(mailbox).filter(|mailbox| self.is_there(*mailbox))),
                    Overflow::Flow => (None, None),
                };
                self.say(now, Said::WorkLeft { epoch, work, reason, overflow, voicemail });
            }
            AcdOutput::Agent(state) => self.agent_changed(now, state),
            AcdOutput::Queue(state) => self.show_queue(now, &state),
        }
    }

    fn on_life(&mut self, now: Now, life: Life) {
        match life {
            Life::Log(event) => self.effects.push_back(Effect::Log(event)),
            Life::Personal(personal) => self.effects.push_back(Effect::Personal(personal)),
            Life::Acd(input) => self.acd.handle_from(now, self.interactions.acd_epoch(), input),
            Life::Ring(cti_interaction::Ring { interaction, participant, agent, offer, queue, purpose, by, until }) => {
                self.ring(now, super::lines::Ringing { interaction, participant, agent, offer, queue, purpose, by, until });
            }
            Life::Drop { interaction, participant } => self.drop_participant(now, interaction, participant),
            Life::OfferOver { offer, agent, end, .. } => {
                if end == cti_types::acd::OfferEnd::Accepted {
                    self.counters.offers_taken += 1;
                }
                self.screen_offer_over(offer);
                self.publish(Audience::Me(agent), softphone_protocol::key::offer(offer), None);
            }
            Life::Connect { interaction, customer, other } => self.connect(now, interaction, customer, other),
            Life::DialOutside { interaction, participant, number, by, queue, purpose } => {
                self.call_outside(now, &super::outbound::Outside { interaction, participant, by, number, queue, purpose });
            }
            Life::NotReached { assignment, reason, cause } => self.not_reached(assignment, reason, cause),
            Life::Waiting { interaction, customer, queue } => self.waiting(now, interaction, customer, queue),
            Life::BackToFlow { interaction, reason } => self.back_to_flow(now, interaction, reason),
            Life::Assignment(view) => self.show_assignment(now, &view),
            Life::AssignmentOver { assignment, agent } => {
                self.desks.wrap_up_over(assignment);
                self.publish(Audience::Me(agent), softphone_protocol::key::wrap_up(assignment), None);
            }
            Life::Aside { .. }
            | Life::Consult { .. }
            | Life::Swap { .. }
            | Life::Merge { .. }
            | Life::Supervise { .. }
            | Life::Replace { .. }
            | Life::EnterVoicemail { .. }
            | Life::ResumeRecording { .. }
            | Life::EnterFlow { .. } => self.on_control(now, life),
            Life::Message(view) => self.message_changed(view),
            Life::Parties { interaction } => {
                self.changed_calls.insert(interaction);
            }
            Life::Closed { interaction } => {
                self.changed_calls.remove(&interaction);
                let shown_in = self.contacts.remove(&interaction).and_then(|contact| contact.shown_in);
                self.hide_waiting(interaction, shown_in);
                self.hide_floor_call(interaction);
                self.message_over(interaction);
                self.measured.over(interaction);
                self.runs.end(interaction);
                self.runs.take_cause(interaction);
                self.dialling_over(now, interaction);
            }
        }
    }

    fn waiting(&mut self, now: Now, interaction: InteractionId, customer: ParticipantId, queue: Option<QueueId>) {
        let contact = self.contacts.get_mut(&interaction);
        // Without a queue of its own it is still a call of the last one: its music plays on.
        let queue = contact.and_then(|contact| {
            contact.queue = queue.or(contact.queue);
            contact.queue
        });
        let music = queue.and_then(|queue| self.directory.queues.get(&queue)).and_then(|q| self.clips.get(&q.music));
        if let Some(leg) = self.lines.leg_of(customer) {
            // A caller may be handed over before anything answered the call; music needs an answered one.
            self.calls.handle(now, CallInput::Answer { leg });
            let music = music.map(|clip| (PlayId::new(now.utc, &mut self.chance), clip));
            self.calls.handle(now, CallInput::Music { leg, music });
        }
    }

    fn drop_participant(&mut self, now: Now, interaction: InteractionId, participant: ParticipantId) {
        if self.contacts.get(&interaction).is_some_and(|c| c.customer == participant) {
            self.runs.end(interaction);
        }
        self.cancel_ring(participant);
        self.end_second_of(now, participant, cti_call::cause::NORMAL_CLEARING);
        if let Some(leg) = self.lines.leg_of(participant)
            && !self.hears_why(now, interaction, leg)
        {
            let cause = self.runs.take_cause(interaction).or_else(|| self.told_why(interaction, leg));
            let cause = cause.unwrap_or(cti_call::cause::NORMAL_CLEARING);
            self.calls.handle(now, CallInput::End { leg, cause });
        }
    }

    /// Whether who the customer is was said by a person, who knows better than the number.
    fn somebody_said_who(&self, interaction: InteractionId) -> bool {
        let found = self.contacts.get(&interaction).and_then(|contact| contact.found.as_ref());
        found.and_then(|found| found.cards.first()).is_some_and(|card| card.matched == Matched::Asked)
    }

    pub(super) fn found(&mut self, now: Now, interaction: InteractionId, found: Found) {
        if !self.contacts.contains_key(&interaction) {
            return;
        }
        self.say(now, Said::Identified { interaction, customers: found.customers.clone() });
        self.runs.set_customer(interaction, &found.values);
        if let Some(contact) = self.contacts.get_mut(&interaction) {
            contact.found = Some(found);
        }
        self.advise(now, interaction, None);
        self.card_came(now, interaction);
        self.message_card_came(now, interaction);
        self.show_known_customer(now, interaction);
    }

    fn on_recording(&mut self, now: Now, fact: RecordingFact) {
        match fact {
            RecordingFact::PartSealed { recording, interaction, part, file, offset_ms, duration_ms, bytes, sha256 } => {
                let body = Body::RecordingPart { recording, part, file, offset_ms, duration_ms, bytes, sha256 };
                self.say(now, Said::Note { interaction, body });
                self.effects.push_back(Effect::RecordLinked { recording, part });
            }
            RecordingFact::Gap { recording, interaction, gap } => {
                if let Some(gap) = self.gaps.add(now.tick, recording, gap) {
                    self.note_gap(now, recording, interaction, gap);
                }
            }
            RecordingFact::Failed { recording, interaction, reason } => {
                self.say(now, Said::Note { interaction, body: Body::RecordingFailed { recording, reason } });
            }
            RecordingFact::Ended { recording, interaction, frames_dropped } => {
                self.recordings.remove(&recording);
                if let Some(gap) = self.gaps.end(recording) {
                    self.note_gap(now, recording, interaction, gap);
                }
                self.say(now, Said::Note { interaction, body: Body::RecordingEnded { recording, frames_dropped } });
            }
        }
    }

    fn note_gap(&mut self, now: Now, recording: RecordingId, interaction: InteractionId, gap: Gap) {
        let Gap { offset_ms, frames, lost_ms } = gap;
        self.say(now, Said::Note { interaction, body: Body::RecordingGap { recording, offset_ms, frames, lost_ms } });
    }

    fn set_accepting(&mut self, now: Now, accepting: bool) {
        self.accepting = accepting && !self.draining;
        self.sip.handle_command(now, Sip::SetAccepting(self.accepting));
    }

    fn set_directory(&mut self, now: Now, directory: Directory) {
        let old = std::mem::replace(&mut self.directory, directory);
        self.set_trunks(now);
        let new = &self.directory;
        self.sip.handle_command(now, Sip::SetPhones(new.phones.values().map(|p| p.account.clone()).collect()));
        let mut gone = Vec::new();
        for (id, agent) in &new.agents {
            if !agent.active {
                gone.push(*id);
            } else if old.agents.get(id) != Some(agent) {
                self.acd.handle(now, AcdInput::SetAgent(agent.settings.clone()));
            }
        }
        gone.extend(old.agents.keys().filter(|id| !new.agents.contains_key(id)));
        for id in gone {
            if self.agents.contains_key(&id) {
                self.acd.handle(now, AcdInput::RemoveAgent(id));
                self.signed_out(now, id);
            }
        }
        self.tell_queues(now);
        self.show_all(now);
    }

    /// Tells the ACD of queues that changed, opened or closed.
    fn tell_queues(&mut self, now: Now) {
        let settings: BTreeMap<QueueId, QueueSettings> =
            self.directory.queues.iter().map(|(id, queue)| (*id, queue.settings_at(now.utc))).collect();
        for (id, queue) in &settings {
            if self.queue_settings.get(id) != Some(queue) {
                self.acd.handle(now, AcdInput::SetQueue(queue.clone()));
            }
        }
        let gone: Vec<QueueId> = self.queue_settings.keys().filter(|id| !settings.contains_key(id)).copied().collect();
        for id in &gone {
            self.acd.handle(now, AcdInput::RemoveQueue(*id));
        }
        let back: Vec<QueueId> = settings.keys().filter(|id| !self.queue_settings.contains_key(id)).copied().collect();
        self.queue_settings = settings;
        for queue in &back {
            self.say(now, Said::QueueBack(*queue));
        }
        if !gone.is_empty() || !back.is_empty() {
            let theirs = |contact: &Contact| contact.queue.is_some_and(|queue| gone.contains(&queue) || back.contains(&queue));
            self.changed_calls.extend(self.contacts.iter().filter(|(_, contact)| theirs(contact)).map(|(id, _)| *id));
        }
    }
}

/// What is there now.
#[derive(Clone, Debug)]
pub struct Gauges {
    /// Open, messages not counted.
    pub interactions: usize,
    /// Messages that wait or are being dealt with.
    pub messages: usize,
    pub legs: usize,
    /// Recordings whose last part is not yet in the log.
    pub recordings: usize,
    pub ports_used: usize,
    pub agents_signed_in: usize,
    pub sip: cti_sip::Counts,
    /// How every trunk does.
    pub trunks: Vec<cti_sip::TrunkStatus>,
    pub refused: cti_sip::RefusedCounts,
    pub ladder: cti_sip::LadderSize,
}
