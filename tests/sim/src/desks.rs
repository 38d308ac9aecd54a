//! Agents at their screens: sockets, commands sensible and not, always by what the screen shows. Extends [`World`].

use crate::engine::PAGE_SDP;
use crate::house::{CODE, REASON, SALES, SUPPORT, agent_id, phone_id};
use crate::oracle::Check;
use crate::world::{Task, World};
use cti_server::switch::{Act, Event, Look, Question, Where};
use cti_types::{AssignmentId, FlowId, InteractionId, LegId, OfferId, ParticipantId, UserId, WrapUpCodeId};
use serde_json::Value;
use softphone_protocol::{Command, Device, ModeAsked, PresenceAsked, RecordAsked, Role, SessionNo, TargetAsked, key};
use std::time::Duration;

pub(crate) struct Desk {
    pub(crate) user: UserId,
    n: usize,
    /// Telephones in the page, mostly.
    browser: bool,
    sockets: Vec<SessionNo>,
    /// Ids of things that were on the screen once: what stale commands name.
    seen: Vec<String>,
}

impl Desk {
    pub(crate) fn new(n: usize) -> Desk {
        Desk { user: agent_id(n), n, browser: n % 3 == 2, sockets: Vec::new(), seen: Vec::new() }
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
    /// Of a message, which is taken on the screen.
    message_offer: Option<OfferId>,
    /// One that is being dealt with, and one in the own mailbox.
    handling: Option<AssignmentId>,
    mailbox: Option<InteractionId>,
    call: Option<(LegId, String)>,
    /// Of the call, and who else is in it.
    interaction: Option<InteractionId>,
    parties: Vec<ParticipantId>,
    wrap_up: Option<AssignmentId>,
    /// How the audio of the agent's page is; empty without one.
    audio: String,
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
        if self.odds(10) {
            return self.by_api(n, &shown, command);
        }
        self.command(n, command.clone())?;
        // A double click.
        if self.odds(3) { self.command(n, command) } else { Ok(()) }
    }

    fn command(&mut self, n: usize, command: Command) -> Check {
        let desk = &self.desks[n];
        let at = self.chance.below(desk.sockets.len() as u64) as usize;
        let (session, user) = (desk.sockets[at], desk.user);
        self.commands += 1;
        let role = self.login();
        self.give(Event::Command { session, user, role, id: self.commands, command })
    }

    /// The highest role of a login, which may be a token with fewer than its user.
    fn login(&mut self) -> Role {
        if self.odds(30) { Role::Agent } else { Role::Administrator }
    }

    /// The same by REST, now and then by a supervisor in the agent's name; and a look at what is live.
    fn by_api(&mut self, n: usize, shown: &Shown, mut command: Command) -> Check {
        let user = self.desks[n].user;
        let by = if self.odds(30) { agent_id(0) } else { user };
        let of_call = command.call_mut().is_some();
        let interaction = match &command {
            Command::ForceRelease { interaction, .. } | Command::TakeWaiting { interaction } | Command::MoveWaiting { interaction, .. } => {
                Some(*interaction)
            }
            Command::Decline { .. } | Command::Supervise { .. } => shown.interaction,
            _ if of_call => shown.interaction,
            _ => None,
        };
        self.commands += 1;
        let at = Where::Page { after: None, limit: 3 };
        let question = match interaction {
            Some(interaction) => Question::Act(Act { by, via: "api", agent: user, role: self.login(), interaction, verb: "act", command }),
            None => Question::Look(Look { by, role: self.login(), at }),
        };
        self.give(Event::Asked { ask: self.commands, question: Box::new(question) })
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
            if name == key::AUDIO {
                shown.audio = value.get("state").and_then(Value::as_str).unwrap_or_default().to_owned();
                continue;
            }
            let Some((kind, id)) = name.split_once('/') else { continue };
            seen.push(id.to_owned());
            let state = value.get("state").and_then(|s| s.as_str()).unwrap_or_default();
            match kind {
                "offer" if value.get("device_note").and_then(Value::as_str) == Some("accept_here") => shown.message_offer = id.parse().ok(),
                "offer" => shown.offer = id.parse().ok(),
                "message" => match value.get("assignment").and_then(Value::as_str) {
                    Some(assignment) => shown.handling = assignment.parse().ok(),
                    None => shown.mailbox = id.parse().ok(),
                },
                "call" => {
                    shown.call = id.parse().ok().map(|leg| (leg, state.to_owned()));
                    let id = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
                    shown.interaction = id(value, "interaction").and_then(|id| id.parse().ok());
                    let parties = value.get("parties").and_then(Value::as_array).into_iter().flatten();
                    shown.parties = parties.filter_map(|party| id(party, "participant")?.parse().ok()).collect();
                }
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
        if !shown.audio.is_empty()
            && let Some(command) = self.of_audio(n, &shown.audio)
        {
            return Some(command);
        }
        let dice = self.chance.below(100);
        if let Some(assignment) = shown.wrap_up {
            return match dice {
                0..=29 => Some(Command::SetWrapUp { assignment, code: Some(CODE), note: None }),
                30..=39 => Some(Command::SetWrapUp { assignment, code: None, note: Some("a note".into()) }),
                40..=69 => Some(Command::FinishWrapUp { assignment }),
                70..=72 => Some(Command::SignOut),
                73..=80 => Some(self.dial()),
                _ => None,
            };
        }
        if let Some(offer) = shown.message_offer {
            return match dice {
                0..=69 => Some(Command::Accept { offer }),
                70..=75 => Some(Command::Decline { offer }),
                _ => None,
            };
        }
        if let Some(assignment) = shown.handling {
            return match dice {
                0..=39 => Some(Command::FinishMessage { assignment }),
                40..=43 => Some(Command::ReturnMessage { assignment }),
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
                ("talking", 18..=21) => Some(Command::Transfer { call, to: self.target() }),
                ("talking", 22..=31) => Some(Command::Consult { call, to: self.target() }),
                ("talking", 32) => Some(Command::Mute { call, muted: self.odds(60) }),
                ("talking", 45) => Some(self.dial()),
                ("talking", 33..=34) => Some(Command::Record { call, what: self.record() }),
                ("talking" | "consulting", 35..=36) => Some(self.drop_or_release(call, shown)),
                ("consulting", 0..=29) => Some(Command::Complete { call }),
                ("consulting", 37..=69) => Some(Command::Conference { call }),
                ("consulting", 70..=74) => Some(Command::Return { call }),
                ("consulting", 75..=79) | ("talking", 37..=44) => Some(Command::Swap { call }),
                ("consulting" | "on_hold", 80..=82) => Some(Command::HangUp { call }),
                ("listening" | "whispering" | "barging", 0..=29) => Some(Command::SetMode { call, mode: self.mode() }),
                ("listening" | "whispering" | "barging", 30..=36) => Some(Command::Intercept { call }),
                ("listening" | "whispering" | "barging", 37..=44) => Some(Command::HangUp { call }),
                ("listening" | "whispering" | "barging", 45..=49) => Some(self.drop_or_release(call, shown)),
                ("held", 0..=49) => Some(Command::Retrieve { call }),
                ("held", 50..=54) => Some(Command::HangUp { call }),
                ("ringing", 0..=4) => Some(Command::HangUp { call }),
                ("ringing", 5..=9) => Some(Command::Decline { offer: shown.offer? }),
                ("ringing", 10) => Some(Command::SignOut),
                ("ringing", 11) => Some(Command::SetPresence { presence: PresenceAsked::NotReady, reason: None }),
                ("ringing", 12) => Some(Command::Answer { call }),
                ("ringing", 13..=69) if self.desks[n].browser => Some(Command::Answer { call }),
                _ => None,
            };
        }
        if let Some(command) = self.supervisors_wish(shown) {
            return Some(command);
        }
        match (shown.presence.as_str(), dice) {
            ("not_ready", 0..=59) => Some(Command::SetPresence { presence: PresenceAsked::Ready, reason: None }),
            ("ready", 0..=1) => Some(Command::SetPresence { presence: PresenceAsked::NotReady, reason: Some(REASON) }),
            ("ready", 2) => Some(Command::SignOut),
            ("ready", 3) => Some(Command::TakeOver),
            ("ready", 4) => Some(self.sign_in(n, 50)),
            ("ready" | "not_ready", 70..=72) => Some(self.dial()),
            ("ready" | "not_ready" | "pending", _) => None,
            (_, 0..=59) => Some(self.sign_in(n, 15)),
            _ => None,
        }
    }

    /// What a page does about its audio: connects it, and again when it is lost; loads anew, plays with the echo, is closed.
    fn of_audio(&mut self, n: usize, state: &str) -> Option<Command> {
        let eager = match state {
            "none" | "lost" => 60,
            _ => 2,
        };
        if self.odds(eager) {
            let page = self.chance.below(2);
            let (client, take_over) = (format!("page {n} {page}"), self.odds(50));
            return Some(Command::AudioOffer { sdp: PAGE_SDP.into(), client, label: String::new(), take_over });
        }
        match self.chance.below(100) {
            0 => Some(Command::AudioRelease),
            1..=2 => Some(Command::EchoTest { on: self.odds(70) }),
            _ => None,
        }
    }

    // ---- calls

    /// Somebody outside, or for help.
    fn dial(&mut self) -> Command {
        let number = if self.odds(30) { "911" } else { "+12025550142" };
        Command::Dial { number: number.into(), queue: if self.odds(50) { SALES } else { SUPPORT }, detect: None }
    }

    fn somebody(&mut self) -> UserId {
        agent_id(self.chance.below(self.desks.len() as u64) as usize)
    }

    fn target(&mut self) -> TargetAsked {
        match self.chance.below(6) {
            5 if self.odds(50) => TargetAsked::Number { number: "+12025550143".into() },
            5 if self.odds(50) => TargetAsked::AgentVoicemail { id: self.somebody() },
            5 => TargetAsked::QueueVoicemail { id: if self.odds(50) { SALES } else { SUPPORT } },
            0 => TargetAsked::Queue { id: if self.odds(50) { SALES } else { SUPPORT } },
            1 => TargetAsked::Flow { id: FlowId::from_u128(1 + u128::from(self.chance.below(3))) },
            _ => TargetAsked::Agent { id: self.somebody() },
        }
    }

    fn mode(&mut self) -> ModeAsked {
        [ModeAsked::Listen, ModeAsked::Whisper, ModeAsked::Barge][self.chance.below(3) as usize]
    }

    fn record(&mut self) -> RecordAsked {
        [RecordAsked::Start, RecordAsked::Stop, RecordAsked::Pause, RecordAsked::Resume][self.chance.below(4) as usize]
    }

    fn drop_or_release(&mut self, call: LegId, shown: &Shown) -> Command {
        let at = self.chance.below(shown.parties.len() as u64) as usize;
        let party = shown.parties.get(at).copied();
        match (shown.interaction, party) {
            (Some(interaction), participant) if self.odds(50) => {
                Command::ForceRelease { interaction, participant: participant.filter(|_| self.odds(70)) }
            }
            (_, Some(participant)) => Command::DropParty { call, participant },
            (_, None) => Command::Swap { call },
        }
    }

    /// Now and then somebody with nothing to do listens to another, or takes or moves a call that waits. Many may not.
    fn supervisors_wish(&mut self, shown: &Shown) -> Option<Command> {
        if !matches!(shown.presence.as_str(), "ready" | "not_ready") {
            return None;
        }
        if let Some(interaction) = shown.mailbox.filter(|_| self.odds(25)) {
            return Some(Command::TakeMessage { interaction });
        }
        // In the end no message may be left over that nobody has the skills for.
        if self.ending && self.odds(60) {
            let waiting = self.screens.waiting();
            let some = waiting.get(self.chance.below(waiting.len() as u64) as usize).copied();
            let by_hand = self.odds(50);
            let take = |interaction| if by_hand { Command::TakeMessage { interaction } } else { Command::TakeWaiting { interaction } };
            return some.map(take);
        }
        if !self.odds(8) {
            return None;
        }
        let waiting = self.screens.waiting();
        let some = waiting.get(self.chance.below(waiting.len() as u64) as usize).copied();
        match (self.chance.below(9), some) {
            (0, Some(interaction)) => Some(Command::TakeWaiting { interaction }),
            (1, Some(interaction)) => {
                let queue = if self.odds(50) { SALES } else { SUPPORT };
                Some(Command::MoveWaiting { interaction, queue, priority: self.chance.below(10) as u8 })
            }
            _ => {
                let busy: Vec<UserId> = self.screens.in_calls().collect();
                let at = self.chance.below(busy.len() as u64) as usize;
                let agent = busy.get(at).copied().unwrap_or_else(|| self.somebody());
                let mode = self.mode();
                Some(Command::Supervise { agent, mode, of_call: self.odds(50), intercept: self.odds(15) })
            }
        }
    }

    /// With the browser, on the own phone, or with these odds on somebody's.
    fn sign_in(&mut self, n: usize, stray: u64) -> Command {
        if self.desks[n].browser && self.odds(85) {
            return Command::SignIn { device: Device::Browser, take_over: self.odds(40) };
        }
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
        let call = LegId::from_u128(id);
        Some(match self.chance.below(25) {
            23 => Command::AudioOffer { sdp: "v=0".into(), client: "a page".into(), label: String::new(), take_over: true },
            24 => Command::EchoTest { on: true },
            19 => Command::Accept { offer: OfferId::from_u128(id) },
            20 => Command::TakeMessage { interaction: InteractionId::from_u128(id) },
            21 => Command::FinishMessage { assignment: AssignmentId::from_u128(id) },
            22 => Command::ReturnMessage { assignment: AssignmentId::from_u128(id) },
            11 => Command::Transfer { call, to: self.target() },
            12 => Command::Consult { call, to: self.target() },
            13 => Command::Complete { call },
            14 => Command::Return { call },
            15 => Command::Conference { call },
            16 => Command::DropParty { call, participant: ParticipantId::from_u128(id) },
            17 => Command::Intercept { call },
            18 => Command::ForceRelease { interaction: InteractionId::from_u128(id), participant: None },
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
