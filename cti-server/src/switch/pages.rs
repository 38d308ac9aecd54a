//! The telephone in the page: the standing connection of each agent who is signed in with the browser, and what becomes of a call while its
//! page is gone. It knows no packets; how pages are shown is in `views`. Extends [`Rooms`].

use super::Effect;
use super::agents::{Done, refuse};
use super::lines::Ringing;
use super::rooms::Rooms;
use cti_call::{Input as CallInput, cause};
use cti_interaction::Input as Said;
use cti_media::sdp::{IceSeed, Local, Negotiator, Offer};
use cti_types::acd::{AcdInput, NotReadyReason, Presence};
use cti_types::event::{Body, Purpose};
use cti_types::media::{Codec, Direction, EngineCommand, Stream, StreamStats};
use cti_types::web::Protection;
use cti_types::{AgentId, LegId, Now, Tick, UserId};
use serde_json::{Value, json};
use softphone_protocol::{AudioState, AudioView, ErrorCode, QualityView, SessionNo, WireError};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

/// What pages are answered, whatever telephones speak: a browser's own codec first.
const CODECS: [Codec; 3] = [Codec::Opus, Codec::Pcmu, Codec::Pcma];
/// How long an agent may hear themselves.
const ECHO: Duration = Duration::from_secs(60);

/// What a page says of itself.
pub(super) struct PageOffer {
    pub(super) sdp: String,
    pub(super) client: String,
    pub(super) label: String,
    pub(super) take_over: bool,
}

/// The standing connection of one agent.
pub(super) struct Page {
    /// The standing leg.
    leg: LegId,
    state: AudioState,
    since: Tick,
    client: String,
    label: String,
    session: Option<SessionNo>,
    stream: Stream,
    /// The call it is in, ringing or up.
    call: Option<LegId>,
    /// It was answered before the engine had it.
    lifted: bool,
    /// Until when that waits for the page.
    until: Option<Tick>,
    /// Until when the agent hears themselves.
    echo: Option<Tick>,
    quality: Option<QualityView>,
}

/// All of them: at most one for each agent.
pub(super) struct Pages {
    /// Where their media goes; `None`: the browser is no telephone here.
    address: Option<SocketAddr>,
    wait: Duration,
    by_agent: BTreeMap<AgentId, Page>,
    /// Whose a leg is, the standing one and that of its call.
    by_leg: BTreeMap<LegId, AgentId>,
    /// Each `until` and `echo`; one that holds no longer does nothing.
    timers: BTreeSet<(Tick, AgentId)>,
}

impl Pages {
    pub(super) fn new(address: Option<SocketAddr>, wait: Duration) -> Pages {
        Pages { address, wait, by_agent: BTreeMap::new(), by_leg: BTreeMap::new(), timers: BTreeSet::new() }
    }

    /// Whether the leg is a standing one, or of a call in one.
    pub(super) fn has(&self, leg: LegId) -> bool {
        self.by_leg.contains_key(&leg)
    }

    fn stands(&self, leg: LegId) -> Option<AgentId> {
        let agent = self.by_leg.get(&leg)?;
        self.by_agent.get(agent).filter(|page| page.leg == leg).map(|_| *agent)
    }

    /// The name by which the agent knows their page.
    pub(super) fn label(&self, agent: AgentId) -> Option<&str> {
        self.by_agent.get(&agent).map(|page| page.label.as_str())
    }

    pub(super) fn poll_timeout(&self) -> Option<Tick> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// The agent's page as their screens show it; `wall` reads the clock of a tick.
    pub(super) fn view(&self, agent: AgentId, now: Now, wall: impl Fn(Now, Tick) -> i64) -> AudioView {
        let Some(page) = self.by_agent.get(&agent) else {
            let (client, label, session, until_ms, quality) = Default::default();
            let (state, since_ms, echo_test) = (AudioState::None, now.utc.ms(), false);
            return AudioView { state, since_ms, client, label, session, until_ms, echo_test, quality };
        };
        AudioView {
            state: page.state,
            since_ms: wall(now, page.since),
            client: Some(page.client.clone()),
            label: Some(page.label.clone()),
            session: page.session,
            until_ms: page.until.map(|until| wall(now, until)),
            echo_test: page.echo.is_some(),
            quality: page.quality,
        }
    }

    /// What must hold whenever the rooms are silent: calls in pages are up or ring, and who is not at a page has none but for a call.
    pub(super) fn check(&self, is_line: impl Fn(LegId) -> bool, is_at_page: impl Fn(AgentId) -> bool) -> Result<(), String> {
        for (agent, page) in &self.by_agent {
            if let Some(call) = page.call.filter(|call| !is_line(*call)) {
                return Err(format!("the page of {agent} is in call {call}, which is over"));
            }
            if page.call.is_none() && !is_at_page(*agent) {
                return Err(format!("the page of {agent} stands for nobody"));
            }
            if page.until.is_some() && page.call.is_none() {
                return Err(format!("the page of {agent} is waited for without a call"));
            }
        }
        let legs: usize = self.by_agent.values().map(|page| 1 + usize::from(page.call.is_some())).sum();
        if legs != self.by_leg.len() {
            return Err(format!("pages have {legs} legs, and {} are known", self.by_leg.len()));
        }
        Ok(())
    }

    fn set_state(&mut self, now: Now, agent: AgentId, state: AudioState) {
        if let Some(page) = self.by_agent.get_mut(&agent)
            && page.state != state
        {
            (page.state, page.since) = (state, now.tick);
        }
    }
}

impl Ringing {
    /// The agent has asked for it just now, with the page before them: it does not ring there.
    pub(super) fn answers_itself(&self) -> bool {
        matches!(self.purpose, Some(Purpose::Dial | Purpose::Supervision | Purpose::Taken))
    }
}

impl Rooms {
    // ---- commands

    /// Whether agents may sign in with the browser.
    pub(super) fn pages_are_served(&self) -> bool {
        self.pages.address.is_some() && self.lines.spoken.web.is_some()
    }

    /// A page offers its half of the connection; ours is the answer. What was there of an earlier page of the agent's goes on in this one.
    pub(super) fn audio_offer(&mut self, now: Now, session: SessionNo, user: UserId, offer: PageOffer) -> Result<Value, WireError> {
        if !self.desks.is_at_page(user) {
            return Err(WireError::new(ErrorCode::NotSignedIn, "sign in with the browser first"));
        }
        let PageOffer { sdp, client, label, take_over } = offer;
        if let Some(page) = self.pages.by_agent.get(&user).filter(|page| page.client != client && !take_over)
            && (page.session.is_some() || matches!(page.state, AudioState::Connecting | AudioState::Connected))
        {
            return Err(WireError::new(ErrorCode::Taken, "another page of yours has the audio: ask with take_over").field("client"));
        }
        // The page is on a socket that came after: this offer was made before it, and waited somewhere.
        if self.pages.by_agent.get(&user).is_some_and(|page| page.client == client && page.session > Some(session)) {
            return Err(WireError::new(ErrorCode::WrongState, "this page has a newer connection").field("client"));
        }
        let (answer, stream) = self.agree_with_page(&sdp)?;
        let standing = match self.pages.by_agent.get(&user) {
            Some(page) => page.leg,
            None => self.stand(now),
        };
        self.echo_over(user);
        self.effects.push_back(Effect::Engine(EngineCommand::SetStream { leg: standing, stream: stream.clone() }));
        let before = self.pages.by_agent.remove(&user);
        let (state, since, session) = (AudioState::Connecting, now.tick, Some(session));
        let (lifted, echo, quality) = (before.as_ref().is_some_and(|page| page.lifted), None, None);
        let (call, until) = before.map_or((None, None), |page| (page.call, page.until));
        if let Some(call) = call {
            self.lines.set_page_stream(call, &stream);
        }
        let page = Page { leg: standing, state, since, client, label, session, stream, call, lifted, until, echo, quality };
        self.pages.by_leg.insert(standing, user);
        self.pages.by_agent.insert(user, page);
        self.acd.handle(now, AcdInput::DeviceReachable { agent: user, reachable: false });
        self.show_audio(now, user);
        Ok(json!({ "sdp": answer }))
    }

    fn agree_with_page(&mut self, sdp: &str) -> Result<(String, Stream), WireError> {
        let (Some(address), Some(certificate)) = (self.pages.address, self.lines.spoken.web.clone()) else {
            return Err(WireError::new(ErrorCode::DeviceCannot, "the browser is no telephone here: media.webrtc is off"));
        };
        let unusable = |why: String| WireError::new(ErrorCode::BadValue, why).field("sdp");
        let offer = Offer::parse(sdp.as_bytes()).map_err(|error| unusable(error.to_string()))?;
        // Each offer is of a new page, which may know nothing of the one before.
        let seed = IceSeed::new(self.chance.bytes());
        let mut negotiator = Negotiator::new(self.chance.u64() >> 2).allowing(&CODECS).speaking_web(certificate, seed, false);
        let local = Local { ip: address.ip(), port: address.port(), direction: Direction::SendRecv };
        let (answer, stream) = negotiator.answer(&offer, local, &CODECS).map_err(|error| unusable(error.to_string()))?;
        if !matches!(stream.srtp, Some(Protection::Web(_))) {
            return Err(unusable("the offer is no browser's: it has no DTLS-SRTP".into()));
        }
        if stream.direction != Direction::SendRecv {
            return Err(unusable("the audio is to go both ways".into()));
        }
        Ok((String::from_utf8_lossy(&answer).into_owned(), stream))
    }

    /// A new standing leg.
    fn stand(&mut self, now: Now) -> LegId {
        let leg = LegId::new(now.utc, &mut self.chance);
        let group = leg.0.as_u128() as u64;
        let (ssrc, sequence, timestamp) = (self.chance.u32(), self.chance.u32() as u16, self.chance.u32());
        self.effects.push_back(Effect::Engine(EngineCommand::Stand { leg, group, ssrc, sequence, timestamp }));
        leg
    }

    pub(super) fn audio_release(&mut self, now: Now, user: UserId) -> Done {
        let Some(page) = self.pages.by_agent.get(&user) else { return refuse(ErrorCode::WrongState, "no page has the audio") };
        if page.call.is_some() {
            return refuse(ErrorCode::WrongState, "a call is up in it: end it first");
        }
        self.drop_page(now, user);
        self.acd.handle(now, AcdInput::DeviceReachable { agent: user, reachable: false });
        self.show_audio(now, user);
        Ok(())
    }

    pub(super) fn echo_test(&mut self, now: Now, user: UserId, on: bool) -> Done {
        let page = self.pages.by_agent.get_mut(&user).filter(|page| page.state == AudioState::Connected && page.call.is_none());
        let Some(page) = page else { return refuse(ErrorCode::WrongState, "the audio is not connected, or in a call") };
        if on {
            let until = now.tick + ECHO;
            page.echo = Some(until);
            let leg = page.leg;
            self.pages.timers.insert((until, user));
            self.effects.push_back(Effect::Engine(EngineCommand::Hear { leg, from: vec![leg] }));
        } else {
            self.echo_over(user);
        }
        self.show_audio(now, user);
        Ok(())
    }

    fn echo_over(&mut self, agent: AgentId) {
        if let Some(page) = self.pages.by_agent.get_mut(&agent)
            && let Some(until) = page.echo.take()
        {
            self.pages.timers.remove(&(until, agent));
            self.effects.push_back(Effect::Engine(EngineCommand::Hear { leg: page.leg, from: Vec::new() }));
        }
    }

    /// The agent answers a call that rings in their page.
    pub(super) fn answer_in_page(&mut self, now: Now, user: UserId, call: LegId) -> Done {
        if !self.lines.get(call).is_some_and(|line| line.in_page) {
            return refuse(ErrorCode::DeviceCannot, "a desk phone is answered by lifting it");
        }
        if self.calls.is_up(call) {
            return refuse(ErrorCode::WrongState, "the call is answered already");
        }
        let page = self.pages.by_agent.get_mut(&user);
        let Some(page) = page.filter(|page| page.state == AudioState::Connected && page.call == Some(call)) else {
            return refuse(ErrorCode::WrongState, "the audio is not connected yet");
        };
        if self.lines.is_open(call) {
            self.calls.handle(now, CallInput::Answered { leg: call });
        } else {
            page.lifted = true;
        }
        Ok(())
    }

    // ---- calls

    /// An agent's page is to ring: the call's leg is made of the standing one.
    pub(super) fn ring_page(&mut self, now: Now, ringing: Ringing) {
        self.show_offer(now, &ringing);
        // A call that has ended in this very moment is taken out of the page first.
        if self.pages.by_agent.get(&ringing.agent).is_some_and(|page| page.call.is_some()) {
            self.settle_calls(now);
        }
        let (participant, agent) = (ringing.participant, ringing.agent);
        let free = self.pages.by_agent.get(&agent).filter(|page| page.state == AudioState::Connected && page.call.is_none());
        let Some((standing, stream)) = free.map(|page| (page.leg, page.stream.clone())) else {
            self.say(now, Said::AgentFailed { participant, reason: NotReadyReason::DeviceUnreachable });
            return;
        };
        self.echo_over(agent);
        let leg = LegId::new(now.utc, &mut self.chance);
        self.page_line(leg, ringing, &stream);
        if let Some(page) = self.pages.by_agent.get_mut(&agent) {
            (page.call, page.lifted) = (Some(leg), false);
        }
        self.pages.by_leg.insert(leg, agent);
        self.calls.handle(now, CallInput::Outgoing { leg, group: ringing.interaction });
        self.show_call(now, leg);
        self.show_audio(now, agent);
        let group = ringing.interaction.0.as_u128() as u64;
        self.effects.push_back(Effect::Engine(EngineCommand::Attach { standing, leg, group }));
    }

    /// The leg is in the page: it rings there, or is answered by having been asked for.
    pub(super) fn page_rings(&mut self, now: Now, leg: LegId, ringing: &Ringing) {
        self.calls.handle(now, CallInput::Ringing { leg });
        let lifted = self.pages.by_agent.get(&ringing.agent).is_some_and(|page| page.lifted);
        if lifted || ringing.answers_itself() {
            self.calls.handle(now, CallInput::Answered { leg });
        }
    }

    /// A leg of a call is over; if it was in a page, that is free.
    pub(super) fn page_free(&mut self, now: Now, leg: LegId) {
        let Some(agent) = self.pages.by_leg.get(&leg).copied() else { return };
        let Some(page) = self.pages.by_agent.get_mut(&agent).filter(|page| page.call == Some(leg)) else { return };
        (page.call, page.quality) = (None, None);
        let until = page.until.take();
        self.pages.by_leg.remove(&leg);
        if let Some(until) = until {
            self.pages.timers.remove(&(until, agent));
        }
        if !self.desks.is_at_page(agent) {
            self.drop_page(now, agent);
        }
        self.show_audio(now, agent);
    }

    /// The agent is signed out, or at another telephone. A call that is up ends first.
    pub(super) fn page_left(&mut self, now: Now, agent: AgentId) {
        if self.pages.by_agent.get(&agent).is_some_and(|page| page.call.is_none()) {
            self.drop_page(now, agent);
        }
        self.show_audio(now, agent);
    }

    fn drop_page(&mut self, now: Now, agent: AgentId) {
        let Some(page) = self.pages.by_agent.remove(&agent) else { return };
        for at in [page.until, page.echo].into_iter().flatten() {
            self.pages.timers.remove(&(at, agent));
        }
        self.pages.by_leg.remove(&page.leg);
        if let Some(call) = page.call {
            self.pages.by_leg.remove(&call);
            self.calls.handle(now, CallInput::End { leg: call, cause: cause::NORMAL_CLEARING });
        }
        self.effects.push_back(Effect::Engine(EngineCommand::Close { leg: page.leg }));
    }

    /// The page's socket is gone; its media may go on.
    pub(super) fn page_socket_closed(&mut self, now: Now, session: SessionNo, user: UserId) {
        if let Some(page) = self.pages.by_agent.get_mut(&user)
            && page.session == Some(session)
        {
            page.session = None;
            self.show_audio(now, user);
        }
    }

    // ---- what the engine tells

    /// The engine could not open a standing leg: no page has the audio then. False: it is none.
    pub(super) fn stand_failed(&mut self, now: Now, leg: LegId) -> bool {
        let Some(agent) = self.pages.stands(leg) else { return false };
        tracing::warn!(%leg, "a page cannot be served: the media engine is full");
        if let Some(page) = self.pages.by_agent.remove(&agent) {
            self.pages.by_leg.remove(&page.leg);
            self.pages.by_leg.retain(|leg, _| Some(*leg) != page.call);
        }
        self.show_audio(now, agent);
        true
    }

    /// The handshake with a page is done, or its packets have come back.
    pub(super) fn page_connected(&mut self, now: Now, leg: LegId) {
        let Some(agent) = self.pages.by_leg.get(&leg).copied() else { return };
        self.pages.set_state(now, agent, AudioState::Connected);
        let Some(page) = self.pages.by_agent.get_mut(&agent) else { return };
        let (call, until) = (page.call, page.until.take());
        if let Some(until) = until {
            self.pages.timers.remove(&(until, agent));
        }
        if let Some(call) = call.filter(|_| until.is_some()) {
            self.calls.handle(now, CallInput::Away { leg: call, away: false });
            self.note_media(now, call, |participant| Body::MediaBack { participant });
        }
        if self.desks.is_at_page(agent) {
            self.acd.handle(now, AcdInput::DeviceReachable { agent, reachable: true });
        }
        self.show_audio(now, agent);
    }

    /// Packets come again, by the same handshake.
    pub(super) fn page_back(&mut self, now: Now, leg: LegId) {
        let page = self.pages.by_leg.get(&leg).and_then(|agent| self.pages.by_agent.get(agent));
        if page.is_some_and(|page| page.state == AudioState::Lost) {
            self.page_connected(now, leg);
        }
    }

    /// Nothing comes from a page: it is offered no calls. Who is in one hears music for as long as it is kept; one that only rings goes on
    /// to the next agent.
    pub(super) fn page_lost(&mut self, now: Now, leg: LegId) {
        let Some(agent) = self.pages.by_leg.get(&leg).copied() else { return };
        let until = now.tick + self.pages.wait;
        let Some(page) = self.pages.by_agent.get_mut(&agent).filter(|page| page.state != AudioState::Lost) else { return };
        let call = page.call;
        let up = call.filter(|call| self.calls.is_up(*call));
        if up.is_some() && page.until.is_none() {
            page.until = Some(until);
            self.pages.timers.insert((until, agent));
        }
        self.pages.set_state(now, agent, AudioState::Lost);
        self.echo_over(agent);
        match (up, call) {
            (Some(call), _) => {
                self.calls.handle(now, CallInput::Away { leg: call, away: true });
                self.note_media(now, call, |participant| Body::MediaLost { participant });
            }
            (None, Some(call)) => {
                if let Some(participant) = self.lines.get(call).map(|line| line.participant) {
                    self.say(now, Said::AgentFailed { participant, reason: NotReadyReason::DeviceUnreachable });
                }
            }
            (None, None) => {}
        }
        if self.desks.is_at_page(agent) {
            self.acd.handle(now, AcdInput::DeviceReachable { agent, reachable: false });
        }
        self.show_audio(now, agent);
    }

    /// How a page sounds.
    pub(super) fn page_quality(&mut self, now: Now, leg: LegId, stats: &StreamStats) {
        let Some(agent) = self.pages.by_leg.get(&leg).copied() else { return };
        if let Some(page) = self.pages.by_agent.get_mut(&agent) {
            page.quality = Some(super::measured::quality(stats));
            self.show_audio(now, agent);
        }
    }

    // ---- time

    /// Echo tests end; and calls whose page did not come back go to their queue.
    pub(super) fn pages_due(&mut self, now: Now) {
        while let Some(&(at, agent)) = self.pages.timers.first() {
            if at > now.tick {
                break;
            }
            self.pages.timers.remove(&(at, agent));
            let Some(page) = self.pages.by_agent.get_mut(&agent) else { continue };
            let echo = page.echo.is_some_and(|until| until <= now.tick);
            let gone = page.until.take_if(|until| *until <= now.tick).and(page.call);
            if echo {
                self.echo_over(agent);
            }
            if let Some(call) = gone {
                self.page_gone(now, agent, call);
            }
            self.show_audio(now, agent);
        }
    }

    /// The page did not come back in time. The agent is not ready for anything else, and the customer is not to wait for them.
    fn page_gone(&mut self, now: Now, agent: AgentId, call: LegId) {
        let presence = Presence::NotReady(NotReadyReason::ConnectionLost);
        self.acd.handle(now, AcdInput::SetPresence { agent, presence });
        let Some(participant) = self.lines.get(call).map(|line| line.participant) else { return };
        self.calls.handle(now, CallInput::End { leg: call, cause: cause::RECOVERY_ON_TIMER });
        self.say(now, Said::AgentLost { participant });
    }
}
