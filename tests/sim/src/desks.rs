//! Agents at their screens: sockets, commands sensible and not, always by what the screen shows. Extends [`World`].

use crate::house::{CODE, REASON, agent_id, phone_id};
use crate::oracle::Check;
use crate::world::{Task, World};
use cti_server::switch::Event;
use cti_types::{AssignmentId, LegId, OfferId, UserId, WrapUpCodeId};
use softphone_protocol::{Command, Device, PresenceAsked, SessionNo, key};
use std::time::Duration;

pub(crate) struct Desk {
    pub(crate) user: UserId,
    n: usize,
    sockets: Vec<SessionNo>,
    /// Ids of things that were on the screen once: what stale commands name.
    seen: Vec<String>,
}

impl Desk {
    pub(crate) fn new(n: usize) -> Desk {
        Desk { user: agent_id(n), n, sockets: Vec::new(), seen: Vec::new() }
    }

    /// The server is gone and every socket with it.
    pub(crate) fn crash(&mut self) {
        self.sockets.clear();
    }
}

/// What the screen shows, as far as an agent acts on it.
#[derive(Default)]
struct Shown {
    presence: String,
    offer: Option<OfferId>,
    call: Option<(LegId, String)>,
    wrap_up: Option<AssignmentId>,
}

impl World {
    pub(crate) fn desk_turn(&mut self, n: usize) -> Check {
        if !self.ending_quietly {
            let pause = 300 + self.chance.below(4_000);
            self.later(Duration::from_millis(pause), Task::Desk(n));
        }
        let user = self.desks[n].user;
        if self.desks[n].sockets.is_empty() || self.odds(1) {
            self.sessions += 1;
            let session = SessionNo(self.sessions);
            self.desks[n].sockets.push(session);
            return self.give(Event::SocketOpened { session, user });
        }
        if self.odds(2) {
            let all = self.odds(40);
            let gone: Vec<SessionNo> =
                if all { std::mem::take(&mut self.desks[n].sockets) } else { self.desks[n].sockets.drain(..1).collect() };
            for session in gone {
                self.give(Event::SocketClosed { session, user })?;
            }
            return Ok(());
        }
        let shown = self.shown(n);
        let command = if self.odds(4) { self.nonsense(n) } else { self.sensible(n, &shown) };
        let Some(command) = command else { return Ok(()) };
        self.command(n, command.clone())?;
        // A double click.
        if self.odds(3) { self.command(n, command) } else { Ok(()) }
    }

    fn command(&mut self, n: usize, command: Command) -> Check {
        let desk = &self.desks[n];
        let at = self.chance.below(desk.sockets.len() as u64) as usize;
        let (session, user) = (desk.sockets[at], desk.user);
        self.commands += 1;
        self.give(Event::Command { session, user, id: self.commands, command })
    }

    fn shown(&mut self, n: usize) -> Shown {
        let mut shown = Shown::default();
        let mut seen = Vec::new();
        for (name, value) in self.screens.me(self.desks[n].user) {
            if name == key::AGENT {
                shown.presence = value.get("presence").and_then(|p| p.as_str()).unwrap_or_default().to_owned();
                if value.get("pending").is_some_and(|p| !p.is_null()) {
                    shown.presence = "pending".into();
                }
                continue;
            }
            let Some((kind, id)) = name.split_once('/') else { continue };
            seen.push(id.to_owned());
            let state = value.get("state").and_then(|s| s.as_str()).unwrap_or_default();
            match kind {
                "offer" => shown.offer = id.parse().ok(),
                "call" => shown.call = id.parse().ok().map(|leg| (leg, state.to_owned())),
                "wrap_up" => shown.wrap_up = id.parse().ok(),
                _ => {}
            }
        }
        let all = &mut self.desks[n].seen;
        for id in seen {
            if !all.contains(&id) {
                all.push(id);
            }
        }
        shown
    }

    fn sensible(&mut self, n: usize, shown: &Shown) -> Option<Command> {
        let dice = self.chance.below(100);
        if let Some(assignment) = shown.wrap_up {
            return match dice {
                0..=29 => Some(Command::SetWrapUp { assignment, code: Some(CODE), note: None }),
                30..=39 => Some(Command::SetWrapUp { assignment, code: None, note: Some("a note".into()) }),
                40..=69 => Some(Command::FinishWrapUp { assignment }),
                70..=72 => Some(Command::SignOut),
                _ => None,
            };
        }
        if let Some((call, state)) = &shown.call {
            let call = *call;
            return match (state.as_str(), dice) {
                ("talking", 0..=7) => Some(Command::Hold { call }),
                ("talking", 8..=9) => Some(Command::SendDigits { call, digits: "12#".into() }),
                ("talking", 10..=14) => Some(Command::HangUp { call }),
                ("talking", 15..=16) => Some(Command::SetPresence { presence: PresenceAsked::NotReady, reason: Some(REASON) }),
                ("talking", 17) => Some(Command::SignOut),
                ("held", 0..=49) => Some(Command::Retrieve { call }),
                ("held", 50..=54) => Some(Command::HangUp { call }),
                ("ringing", 0..=4) => Some(Command::HangUp { call }),
                ("ringing", 5..=9) => Some(Command::Decline { offer: shown.offer? }),
                ("ringing", 10) => Some(Command::SignOut),
                ("ringing", 11) => Some(Command::SetPresence { presence: PresenceAsked::NotReady, reason: None }),
                ("ringing", 12) => Some(Command::Answer { call }),
                _ => None,
            };
        }
        match (shown.presence.as_str(), dice) {
            ("not_ready", 0..=59) => Some(Command::SetPresence { presence: PresenceAsked::Ready, reason: None }),
            ("ready", 0..=1) => Some(Command::SetPresence { presence: PresenceAsked::NotReady, reason: Some(REASON) }),
            ("ready", 2) => Some(Command::SignOut),
            ("ready", 3) => Some(Command::TakeOver),
            ("ready", 4) => Some(self.sign_in(n, 50)),
            ("ready" | "not_ready" | "pending", _) => None,
            (_, 0..=59) => Some(self.sign_in(n, 15)),
            _ => None,
        }
    }

    /// On the own phone, or with these odds on somebody's.
    fn sign_in(&mut self, n: usize, stray: u64) -> Command {
        let other = self.chance.below(self.desks.len() as u64) as usize;
        let phone = if self.odds(stray) { other } else { self.desks[n].n };
        Command::SignIn { device: Device::Phone { id: phone_id(phone) }, take_over: self.odds(40) }
    }

    /// What a broken or malicious client sends: things that are over, another's, or were never there.
    fn nonsense(&mut self, n: usize) -> Option<Command> {
        let whose = self.chance.below(self.desks.len() as u64) as usize;
        let whose = if self.odds(50) { n } else { whose };
        let seen = &self.desks[whose].seen;
        let at = self.chance.below(seen.len() as u64) as usize;
        let id: u128 = seen.get(at).and_then(|id| id.parse::<LegId>().ok()).map_or(99, |id| id.0.as_u128());
        Some(match self.chance.below(11) {
            0 => Command::Decline { offer: OfferId::from_u128(id) },
            1 => Command::Hold { call: LegId::from_u128(id) },
            2 => Command::Retrieve { call: LegId::from_u128(id) },
            3 => Command::HangUp { call: LegId::from_u128(id) },
            4 => Command::SendDigits { call: LegId::from_u128(id), digits: "1".into() },
            5 => Command::FinishWrapUp { assignment: AssignmentId::from_u128(id) },
            6 => Command::SetWrapUp { assignment: AssignmentId::from_u128(id), code: Some(WrapUpCodeId::from_u128(id)), note: None },
            7 => Command::SignIn { device: Device::Browser, take_over: false },
            8 => Command::SignIn { device: Device::Phone { id: phone_id(1_000) }, take_over: true },
            9 => Command::SetPresence { presence: PresenceAsked::NotReady, reason: Some(cti_types::ReasonId::from_u128(id)) },
            _ => Command::Answer { call: LegId::from_u128(id) },
        })
    }
}
