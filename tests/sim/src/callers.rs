//! Callers at the trunk: when they call, what they press, and how they go. Extends [`World`].

use crate::house::{CARRIER, NUMBERS, TRUNK_ID};
use crate::oracle::Check;
use crate::world::{Task, World};
use bytes::Bytes;
use cti_sip::api::{Caller as From, Command, Event, Target};
use cti_types::LegId;
use cti_types::media::EngineEvent;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

pub(crate) struct Caller {
    pub(crate) leg: LegId,
    media_port: u16,
    pub(crate) over: bool,
    answered: bool,
    keys: Vec<(u64, char)>,
}

/// What a caller does at a time of their own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CallerAct {
    HangUp,
    Key(char),
    Hold(bool),
}

pub(crate) fn sdp(ip: IpAddr, port: u16, formats: &str, direction: &str, version: u64) -> Bytes {
    let event = if formats.contains('0') || formats.contains('8') { " 101" } else { "" };
    Bytes::from(format!(
        "v=0\r\no=- 1 {version} IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP {formats}{event}\r\n\
         a=rtpmap:101 telephone-event/8000\r\na={direction}\r\n"
    ))
}

impl World {
    pub(crate) fn call_arrives(&mut self) {
        let n = self.callers.len();
        let leg = LegId::from_u128(0x1000_0000 + n as u128);
        let media_port = 20_000 + 2 * n as u16;
        let number = match self.chance.below(20) {
            0 => NUMBERS[2],
            1..=12 => NUMBERS[0],
            _ => NUMBERS[1],
        };
        let formats = ["0 8", "8", "0", "8 0", "0 8", "8", "0", "9"][self.chance.below(8) as usize];
        let formats = if formats == "9" && self.odds(70) { "0" } else { formats };
        let body = if self.odds(5) { Bytes::new() } else { sdp(CARRIER.ip(), media_port, formats, "sendrecv", 1) };
        let user = if self.odds(10) { String::new() } else { format!("+1212555{n:04}") };
        let from = From { user, ..From::default() };
        let keys = self.draw_keys();
        self.callers.push(Caller { leg, media_port, over: false, answered: false, keys });
        let patience = match self.chance.below(20) {
            0 | 1 => self.chance.below(3_000),
            2..=6 => 3_000 + self.chance.below(30_000),
            _ => 30_000 + self.chance.below(240_000),
        };
        self.later(Duration::from_millis(patience), Task::Caller(n, CallerAct::HangUp));
        let target = Target::Trunk { trunk: TRUNK_ID, number: number.into() };
        let ring_timeout = Duration::from_secs(120);
        let now = self.now();
        self.carrier.handle_command(now, Command::Invite { leg, target, from, sdp: body, headers: Vec::new(), ring_timeout });
    }

    /// Key presses with their time after the answer, in ms.
    fn draw_keys(&mut self) -> Vec<(u64, char)> {
        let text = match self.chance.below(10) {
            0..=3 => "1",
            4 | 5 => "212345#",
            6 => "7777",
            7 => "92123",
            8 => "111",
            _ => "",
        };
        let mut at = 300 + self.chance.below(2_500);
        let mut keys = Vec::new();
        for key in text.chars() {
            keys.push((at, key));
            at += 120 + self.chance.below(800);
        }
        keys
    }

    /// Somebody outside is called by an agent: they lift and talk a while, or their network says why not.
    fn outsider_called(&mut self, leg: LegId) {
        let now = self.now();
        let port = 10_000 + 2 * (self.outsiders.len() % 2_000) as u16;
        if self.odds(35) {
            let code = [486, 404, 480, 503][self.chance.below(4) as usize];
            self.carrier.handle_command(now, Command::Reject { leg, code, retry_after: None, warning: None });
            return;
        }
        self.outsiders.insert(leg, port);
        self.carrier.handle_command(now, Command::Answer { leg, sdp: sdp(CARRIER.ip(), port, "0 8", "sendrecv", 1) });
        let talk = Duration::from_millis(self.chance.below(40_000));
        self.later(talk, Task::Outsider(leg));
    }

    pub(crate) fn outsider_leaves(&mut self, leg: LegId) {
        if self.outsiders.contains_key(&leg) {
            let now = self.now();
            self.carrier.handle_command(now, Command::End { leg, cause: Some(16) });
        }
    }

    /// False: it is no call of the server's to somebody outside.
    fn outsider_event(&mut self, event: &Event) -> bool {
        match event {
            Event::Incoming { leg, .. } => self.outsider_called(*leg),
            Event::Refused { leg, .. } | Event::Ended { leg, .. } if self.outsiders.contains_key(leg) => {
                self.outsiders.remove(leg);
            }
            Event::Reinvite { leg, .. } if self.outsiders.contains_key(leg) => {
                let port = self.outsiders.get(leg).copied().unwrap_or_default();
                let now = self.now();
                let body = sdp(CARRIER.ip(), port, "0 8", "sendrecv", 9);
                self.carrier.handle_command(now, Command::AnswerReinvite { leg: *leg, sdp: body });
            }
            // Given up before it was lifted: nothing of it was kept.
            Event::Refused { leg, .. } | Event::Ended { leg, .. } => return self.is_nobodys(*leg),
            _ => return false,
        }
        true
    }

    fn is_nobodys(&self, leg: LegId) -> bool {
        let n = leg.0.as_u128().wrapping_sub(0x1000_0000);
        n >= self.callers.len() as u128
    }

    pub(crate) fn caller_event(&mut self, event: Event) -> Check {
        if self.outsider_event(&event) {
            return Ok(());
        }
        let n = |leg: LegId| (leg.0.as_u128() - 0x1000_0000) as usize;
        match event {
            Event::Answered { leg, .. } => {
                let n = n(leg);
                self.callers[n].answered = true;
                for (at, key) in std::mem::take(&mut self.callers[n].keys) {
                    self.later(Duration::from_millis(at), Task::Caller(n, CallerAct::Key(key)));
                }
                if self.odds(10) {
                    let at = 5_000 + self.chance.below(40_000);
                    self.later(Duration::from_millis(at), Task::Caller(n, CallerAct::Hold(true)));
                    self.later(Duration::from_millis(at + 4_000), Task::Caller(n, CallerAct::Hold(false)));
                }
            }
            Event::Refused { leg, .. } | Event::Ended { leg, .. } => self.callers[n(leg)].over = true,
            Event::Reinvite { leg, .. } => {
                let body = sdp(CARRIER.ip(), self.callers[n(leg)].media_port, "0 8", "sendrecv", 9);
                let now = self.now();
                self.carrier.handle_command(now, Command::AnswerReinvite { leg, sdp: body });
            }
            Event::Incoming { .. }
            | Event::Ringing { .. }
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
        Ok(())
    }

    pub(crate) fn caller_acts(&mut self, n: usize, act: CallerAct) {
        let Some(caller) = self.callers.get(n).filter(|c| !c.over) else { return };
        let (leg, port, answered) = (caller.leg, caller.media_port, caller.answered);
        let now = self.now();
        match act {
            CallerAct::HangUp => self.carrier.handle_command(now, Command::End { leg, cause: Some(16) }),
            CallerAct::Key(digit) => {
                let server_leg = self.leg_of_media.get(&SocketAddr::new(CARRIER.ip(), port)).copied();
                if let Some(leg) = server_leg.filter(|leg| self.sockets.contains_key(leg)) {
                    let generation = self.generation;
                    let event = EngineEvent::Digit { leg, digit, duration_ms: 100 };
                    self.later(Duration::from_millis(1), Task::Engine(generation, event));
                }
            }
            CallerAct::Hold(held) if answered => {
                let direction = if held { "sendonly" } else { "sendrecv" };
                let body = sdp(CARRIER.ip(), port, "0 8", direction, if held { 2 } else { 3 });
                self.carrier.handle_command(now, Command::Reinvite { leg, sdp: body });
            }
            CallerAct::Hold(_) => {}
        }
    }
}

/// The caller whose number a phone shows.
pub(crate) fn caller_of(number: &str) -> Option<usize> {
    number.strip_prefix("+1212555")?.parse().ok()
}
