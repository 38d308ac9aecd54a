//! Desk phones: registered with digest; they ring, are lifted, refuse, hold, hang up. Extends [`World`].

use crate::callers::{CallerAct, caller_of, sdp};
use crate::house::{PHONES, phone_id};
use crate::oracle::{Check, ensure};
use crate::world::{Task, World};
use cti_sip::api::{Command, Event, Incoming};
use cti_types::{AgentId, LegId, Tick};
use softphone_protocol::{ShownState, key};
use std::time::Duration;

pub(crate) struct PhoneCall {
    pub(crate) phone: usize,
    caller: Option<usize>,
    media_port: u16,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ringing { since: Tick },
    Up,
}

/// What a person does with a phone.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PhoneAct {
    Ring,
    Answer,
    Reject(u16),
    HangUp,
    Hold(bool),
}

/// A phone whose offer is over stops ringing within this: a lost CANCEL is sent again for 32 s.
const RINGS_ON: Duration = Duration::from_secs(40);
const OFFER_MAX: Duration = Duration::from_secs(25);

impl World {
    pub(crate) fn phone_event(&mut self, event: Event) {
        match event {
            Event::Incoming { leg, call } => self.phone_rings(leg, &call),
            Event::Ended { leg, .. } | Event::Refused { leg, .. } => {
                self.phone_calls.remove(&leg);
            }
            Event::Reinvite { leg, .. } => {
                let port = self.phone_calls.get(&leg).map_or(0, |c| c.media_port);
                let now = self.now();
                self.phones.handle_command(now, Command::AnswerReinvite { leg, sdp: sdp(PHONES.ip(), port, "0 8", "sendrecv", 9) });
            }
            Event::Ringing { .. }
            | Event::Answered { .. }
            | Event::Confirmed { .. }
            | Event::ReinviteAnswered { .. }
            | Event::ReinviteRefused { .. }
            | Event::Referred { .. }
            | Event::Redirected { .. }
            | Event::Digit { .. }
            | Event::DigitsRefused { .. }
            | Event::Registered { .. }
            | Event::Unregistered { .. }
            | Event::Trunk(_) => {}
        }
    }

    fn phone_rings(&mut self, leg: LegId, call: &Incoming) {
        let now = self.now();
        let Some(phone) = call.called.strip_prefix('p').and_then(|n| n.parse::<usize>().ok()) else {
            self.phones.handle_command(now, Command::Reject { leg, code: 404, retry_after: None, warning: None });
            return;
        };
        let busy = self.phone_calls.values().any(|c| c.phone == phone);
        self.phone_count += 1;
        let media_port = 20_000 + 2 * (self.phone_count % 20_000) as u16;
        let caller = call.caller.as_deref().and_then(caller_of);
        self.phone_calls.insert(leg, PhoneCall { phone, caller, media_port, state: State::Ringing { since: self.tick } });
        let act = |world: &mut World, ms: u64, act: PhoneAct| world.later(Duration::from_millis(ms), Task::Phone(leg, act));
        let ring = self.chance.below(200);
        let think = 500 + self.chance.below(6_000);
        if busy && self.odds(90) {
            act(self, ring, PhoneAct::Reject(486));
            return;
        }
        match self.chance.below(100) {
            0..=69 => {
                act(self, ring, PhoneAct::Ring);
                act(self, think, PhoneAct::Answer);
            }
            70..=73 => act(self, ring, PhoneAct::Reject(486)),
            74..=78 => {
                act(self, ring, PhoneAct::Ring);
                let code = [486, 603, 480][self.chance.below(3) as usize];
                act(self, think, PhoneAct::Reject(code));
            }
            79 => act(self, ring, PhoneAct::Reject(500)),
            80..=86 => act(self, ring, PhoneAct::Ring),
            // Lifted around the time the offer runs out: the answer crosses the CANCEL.
            87..=92 => {
                act(self, ring, PhoneAct::Ring);
                let seconds = 5 + self.chance.below(15);
                let jitter = self.chance.below(120);
                act(self, (seconds * 1_000 + jitter).saturating_sub(60), PhoneAct::Answer);
            }
            93..=95 => {
                act(self, ring, PhoneAct::Ring);
                self.phone_leaves(phone);
            }
            // Answers at once, without ringing.
            _ => act(self, 5, PhoneAct::Answer),
        }
        if let Some(n) = caller
            && self.odds(6)
        {
            let at = Duration::from_millis(self.chance.below(4_000));
            self.later(at, Task::Caller(n, CallerAct::HangUp));
        }
    }

    pub(crate) fn phone_leaves(&mut self, phone: usize) {
        // It would come back, when no telephone registers any more.
        if self.ending_quietly {
            return;
        }
        let back = self.tick + Duration::from_secs(5 + self.chance.below(40));
        let tick = self.tick;
        let bytes = self.registrations[phone].leave(tick, back, &mut self.chance);
        self.send_from_phones(bytes);
    }

    pub(crate) fn phone_acts(&mut self, leg: LegId, act: PhoneAct) {
        let now = self.now();
        let Some(call) = self.phone_calls.get_mut(&leg) else { return };
        let (port, caller, rings) = (call.media_port, call.caller, call.state != State::Up);
        match act {
            PhoneAct::Ring if rings => self.phones.handle_command(now, Command::Provisional { leg, code: 180, sdp: None }),
            PhoneAct::Answer if rings => {
                call.state = State::Up;
                let formats = if self.odds(50) { "0 8" } else { "8 0" };
                let formats = if self.odds(2) { "18" } else { formats };
                self.phones.handle_command(now, Command::Answer { leg, sdp: sdp(PHONES.ip(), port, formats, "sendrecv", 1) });
                self.talk(leg, caller);
            }
            PhoneAct::Reject(code) if rings => {
                self.phone_calls.remove(&leg);
                self.phones.handle_command(now, Command::Reject { leg, code, retry_after: None, warning: None });
            }
            PhoneAct::HangUp if !rings => {
                self.phone_calls.remove(&leg);
                self.phones.handle_command(now, Command::End { leg, cause: Some(16) });
            }
            PhoneAct::Hold(held) if !rings => {
                let direction = if held { "sendonly" } else { "sendrecv" };
                let body = sdp(PHONES.ip(), port, "0 8", direction, if held { 2 } else { 3 });
                self.phones.handle_command(now, Command::Reinvite { leg, sdp: body });
            }
            PhoneAct::Ring | PhoneAct::Answer | PhoneAct::Reject(_) | PhoneAct::HangUp | PhoneAct::Hold(_) => {}
        }
    }

    /// How a conversation goes: holds, and who hangs up, sometimes both at once.
    fn talk(&mut self, leg: LegId, caller: Option<usize>) {
        let length = 1_000 + self.chance.below(40_000);
        self.later(Duration::from_millis(length), Task::Phone(leg, PhoneAct::HangUp));
        if self.odds(20) {
            let at = self.chance.below(length);
            self.later(Duration::from_millis(at), Task::Phone(leg, PhoneAct::Hold(true)));
            self.later(Duration::from_millis(at + 3_000), Task::Phone(leg, PhoneAct::Hold(false)));
        }
        let Some(n) = caller else { return };
        let at = match self.chance.below(10) {
            // CANCEL or BYE crossing the answer.
            0 => self.chance.below(60),
            // BYE crossing BYE.
            1 | 2 => (length + self.chance.below(40)).saturating_sub(20),
            3..=6 => self.chance.below(length),
            _ => return,
        };
        self.later(Duration::from_millis(at), Task::Caller(n, CallerAct::HangUp));
    }

    /// A phone that rings belongs to an open offer of the agent on it, give or take what the network needs.
    pub(crate) fn check_phones(&self) -> Check {
        for call in self.phone_calls.values() {
            if let State::Ringing { since } = call.state {
                let rings = self.tick.since(since);
                let crashed = self.crashed_at.is_some_and(|at| at >= since);
                ensure!(crashed || rings <= OFFER_MAX + RINGS_ON, "I2: phone {} rings without an offer", call.phone);
            }
        }
        for desk in &self.desks {
            let Some(view) = self.screens.agent(desk.user).filter(|v| v.state != ShownState::LoggedOut) else { continue };
            let Some(phone) = self.phone_of(desk.user) else { continue };
            let settled = self.registrations[phone].until.is_some_and(|until| until > self.tick + Duration::from_secs(1));
            ensure!(!settled || view.device_reachable, "{} is shown unreachable on a registered phone", desk.user);
        }
        Ok(())
    }

    /// The phone an agent's own screen names.
    fn phone_of(&self, agent: AgentId) -> Option<usize> {
        let (_, view) = self.screens.me(agent).find(|(key, _)| *key == key::AGENT)?;
        let id = view.pointer("/device/device/id")?.as_str()?.parse().ok()?;
        (0..self.registrations.len()).find(|n| phone_id(*n) == id)
    }
}
