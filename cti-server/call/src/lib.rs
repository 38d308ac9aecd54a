//! Voice: legs, bridges, hold, and what each leg hears. No SIP text, no packets, no queues.
//!
//! What a leg hears is *derived* from its state (bridged, held, waiting, played to) and only the difference to what it
//! hears now is sent to the media engine; so no sequence of events can leave music running under a conversation.

mod audio;

use audio::{Audio, Heard};
use cti_types::acd::NotReadyReason;
use cti_types::call::{LegEnd, LegFact};
use cti_types::media::{Clip, EngineCommand, Tap};
use cti_types::tap::Channel;
use cti_types::{InteractionId, LegId, Now, PlayId, RecordingId, Tick};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// Q.850 causes this room gives (ITU-T Q.850 table 1).
pub mod cause {
    pub const NORMAL_CLEARING: u16 = 16;
    pub const NO_ANSWER: u16 = 19;
    pub const RECOVERY_ON_TIMER: u16 = 102;
}

#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long after the engine said `MediaLost` a leg is given up.
    pub lost_media: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { lost_media: Duration::from_secs(30) }
    }
}

/// What the room is told.
#[derive(Clone, Debug)]
pub enum Input {
    /// An incoming leg whose port is open, not yet answered.
    Incoming {
        leg: LegId,
        group: InteractionId,
    },
    /// An outgoing leg whose INVITE is on its way.
    Outgoing {
        leg: LegId,
        group: InteractionId,
    },

    // From signalling.
    Ringing {
        leg: LegId,
    },
    Answered {
        leg: LegId,
    },
    Refused {
        leg: LegId,
        code: u16,
    },
    /// The far side ended it (`failed`: protocol or transport did).
    Ended {
        leg: LegId,
        failed: bool,
    },
    /// The far side's SDP holds us, or no longer does.
    FarHold {
        leg: LegId,
        held: bool,
    },

    // From the media engine.
    PlayEnded {
        leg: LegId,
        play: PlayId,
        interrupted: bool,
    },
    MediaLost {
        leg: LegId,
    },
    MediaBack {
        leg: LegId,
    },

    // From flows, interactions and agents.
    Answer {
        leg: LegId,
    },
    Play {
        leg: LegId,
        play: PlayId,
        clips: Vec<Clip>,
    },
    StopPlay {
        leg: LegId,
    },
    /// What the leg hears while nobody talks to it; `None` ends it. `play` names the playback.
    Music {
        leg: LegId,
        music: Option<(PlayId, Clip)>,
    },
    /// The two hear each other, and are recorded when asked.
    Connect {
        customer: LegId,
        agent: LegId,
        recording: Option<RecordingId>,
        hold_music: Option<(PlayId, Clip)>,
    },
    Hold {
        leg: LegId,
    },
    Retrieve {
        leg: LegId,
    },
    End {
        leg: LegId,
        cause: u16,
    },
}

/// What must be done outside.
#[derive(Clone, Debug)]
pub enum Output {
    Signal(Signal),
    Engine(EngineCommand),
    Fact(LegFact),
    /// A playback asked for by a flow is over.
    Played {
        leg: LegId,
        play: PlayId,
    },
    /// The recording of this bridge gets nothing more.
    RecordingOver {
        recording: RecordingId,
    },
}

/// For the signalling side of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    Answer { leg: LegId },
    End { leg: LegId, cause: u16 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LegState {
    /// Incoming, not answered.
    Arriving,
    /// Outgoing, nothing heard yet.
    Dialling,
    Ringing,
    Up,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Holder {
    /// By the far side's re-INVITE.
    Device,
    /// By a command.
    Command,
}

#[derive(Debug)]
struct Leg {
    group: InteractionId,
    state: LegState,
    holders: BTreeSet<Holder>,
    /// The bridge is named by its customer leg.
    bridge: Option<LegId>,
    play: Option<(PlayId, Vec<Clip>)>,
    music: Option<(PlayId, Clip)>,
    heard: Heard,
    lost_until: Option<Tick>,
}

#[derive(Debug)]
struct Bridge {
    agent: LegId,
    recording: Option<RecordingId>,
    hold_music: Option<(PlayId, Clip)>,
}

/// All legs.
pub struct Calls {
    settings: Settings,
    legs: BTreeMap<LegId, Leg>,
    bridges: BTreeMap<LegId, Bridge>,
    timers: BTreeSet<(Tick, LegId)>,
    out: VecDeque<Output>,
}

impl Calls {
    pub fn new(settings: Settings) -> Calls {
        Calls { settings, legs: BTreeMap::new(), bridges: BTreeMap::new(), timers: BTreeSet::new(), out: VecDeque::new() }
    }

    pub fn len(&self) -> usize {
        self.legs.len()
    }

    pub fn is_empty(&self) -> bool {
        self.legs.is_empty()
    }

    /// Whether the leg is answered.
    pub fn is_up(&self, leg: LegId) -> bool {
        self.legs.get(&leg).is_some_and(|l| l.state == LegState::Up)
    }

    /// Whether the leg's own telephone holds the call: then only the telephone can retrieve it.
    pub fn is_held_by_device(&self, leg: LegId) -> bool {
        self.legs.get(&leg).is_some_and(|l| l.holders.contains(&Holder::Device))
    }

    /// Whether a command holds the call.
    pub fn is_held_by_command(&self, leg: LegId) -> bool {
        self.legs.get(&leg).is_some_and(|l| l.holders.contains(&Holder::Command))
    }

    /// Whom the leg is bridged with.
    pub fn peer(&self, leg: LegId) -> Option<LegId> {
        let customer = self.legs.get(&leg)?.bridge?;
        if customer == leg { self.bridges.get(&customer).map(|b| b.agent) } else { Some(customer) }
    }

    pub fn poll_timeout(&self) -> Option<Tick> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// Gives up legs whose media did not come back.
    pub fn handle_timeout(&mut self, now: Now) {
        while let Some(&(at, leg)) = self.timers.first() {
            if at > now.tick {
                break;
            }
            self.timers.remove(&(at, leg));
            self.end(leg, LegEnd::MediaLost, Some(cause::RECOVERY_ON_TIMER));
        }
    }

    /// Drain until `None` after every `handle`.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// Stale inputs (of a leg that is over) change nothing.
    pub fn handle(&mut self, now: Now, input: Input) {
        match input {
            Input::Incoming { leg, group } => self.add(leg, group, LegState::Arriving),
            Input::Outgoing { leg, group } => self.add(leg, group, LegState::Dialling),
            Input::Ringing { leg } => {
                if let Some(entry) = self.legs.get_mut(&leg)
                    && entry.state == LegState::Dialling
                {
                    entry.state = LegState::Ringing;
                    self.out.push_back(Output::Fact(LegFact::Ringing(leg)));
                }
            }
            Input::Answered { leg } => {
                if let Some(entry) = self.legs.get_mut(&leg)
                    && matches!(entry.state, LegState::Dialling | LegState::Ringing)
                {
                    entry.state = LegState::Up;
                    self.out.push_back(Output::Fact(LegFact::Answered(leg)));
                }
            }
            Input::Refused { leg, code } => {
                let rang = self.legs.get(&leg).is_some_and(|l| l.state == LegState::Ringing);
                self.end(leg, refusal(code, rang), None);
            }
            Input::Ended { leg, failed } => {
                self.end(leg, if failed { LegEnd::Failed } else { LegEnd::FarSide }, None);
            }
            Input::FarHold { leg, held } => self.hold(leg, Holder::Device, held),
            Input::Hold { leg } => self.hold(leg, Holder::Command, true),
            Input::Retrieve { leg } => self.hold(leg, Holder::Command, false),
            Input::PlayEnded { leg, play, interrupted } => self.play_ended(leg, play, interrupted),
            Input::MediaLost { leg } => {
                let until = now.tick + self.settings.lost_media;
                if let Some(entry) = self.legs.get_mut(&leg)
                    && entry.lost_until.is_none()
                {
                    entry.lost_until = Some(until);
                    self.timers.insert((until, leg));
                }
            }
            Input::MediaBack { leg } => {
                if let Some(until) = self.legs.get_mut(&leg).and_then(|l| l.lost_until.take()) {
                    self.timers.remove(&(until, leg));
                }
            }
            Input::Answer { leg } => {
                if let Some(entry) = self.legs.get_mut(&leg)
                    && entry.state == LegState::Arriving
                {
                    entry.state = LegState::Up;
                    self.out.push_back(Output::Signal(Signal::Answer { leg }));
                    self.out.push_back(Output::Fact(LegFact::Answered(leg)));
                }
            }
            Input::Play { leg, play, clips } => {
                if let Some(entry) = self.legs.get_mut(&leg) {
                    entry.play = Some((play, clips));
                    self.apply(leg);
                }
            }
            Input::StopPlay { leg } => {
                if let Some(entry) = self.legs.get_mut(&leg) {
                    entry.play = None;
                    self.apply(leg);
                }
            }
            Input::Music { leg, music } => {
                if let Some(entry) = self.legs.get_mut(&leg) {
                    entry.music = music;
                    self.apply(leg);
                }
            }
            Input::Connect { customer, agent, recording, hold_music } => self.connect(customer, agent, recording, hold_music),
            Input::End { leg, cause } => self.end(leg, LegEnd::OurSide, Some(cause)),
        }
    }

    fn add(&mut self, leg: LegId, group: InteractionId, state: LegState) {
        self.legs.entry(leg).or_insert(Leg {
            group,
            state,
            holders: BTreeSet::new(),
            bridge: None,
            play: None,
            music: None,
            heard: Heard::default(),
            lost_until: None,
        });
    }

    fn connect(&mut self, customer: LegId, agent: LegId, recording: Option<RecordingId>, hold_music: Option<(PlayId, Clip)>) {
        let same_group = match (self.legs.get(&customer), self.legs.get(&agent)) {
            (Some(a), Some(b)) => a.group == b.group && a.bridge.is_none() && b.bridge.is_none(),
            _ => false,
        };
        if !same_group {
            return;
        }
        for leg in [customer, agent] {
            if let Some(entry) = self.legs.get_mut(&leg) {
                entry.bridge = Some(customer);
                entry.play = None;
                entry.music = None;
            }
        }
        self.bridges.insert(customer, Bridge { agent, recording, hold_music });
        // The customer first: the music stops in the same engine turn in which the voices pass.
        self.apply(customer);
        self.apply(agent);
        if let Some(recording) = recording {
            for (leg, channel) in [(customer, Channel::Left), (agent, Channel::Right)] {
                self.engine(EngineCommand::Tap { leg, tap: Some(Tap { recording, channel }) });
            }
        }
        // A phone may have put the call on hold between its answer and this.
        if self.legs.get(&agent).is_some_and(|l| !l.holders.is_empty()) {
            self.out.push_back(Output::Fact(LegFact::Held(agent)));
        }
    }

    fn hold(&mut self, leg: LegId, holder: Holder, held: bool) {
        let Some(entry) = self.legs.get_mut(&leg) else { return };
        // A command can only hold what is up and bridged; a device's hold is a fact to be remembered at any time.
        if holder == Holder::Command && held && (entry.state != LegState::Up || entry.bridge.is_none()) {
            return;
        }
        let before = entry.holders.is_empty();
        if held {
            entry.holders.insert(holder);
        } else {
            entry.holders.remove(&holder);
        }
        let after = entry.holders.is_empty();
        let Some(customer) = entry.bridge else { return };
        // A customer who holds us is a matter of media direction only: nobody on our side is on hold.
        if before == after || customer == leg {
            return;
        }
        self.apply(customer);
        self.apply(leg);
        self.out.push_back(Output::Fact(if after { LegFact::Retrieved(leg) } else { LegFact::Held(leg) }));
    }

    fn play_ended(&mut self, leg: LegId, play: PlayId, interrupted: bool) {
        let Some(entry) = self.legs.get_mut(&leg) else { return };
        if !interrupted && entry.play.as_ref().is_some_and(|(id, _)| *id == play) {
            entry.play = None;
            entry.heard.play_ended(play);
            self.out.push_back(Output::Played { leg, play });
            self.apply(leg);
        }
    }

    /// Ends the leg in every room below, once; its bridge falls apart.
    fn end(&mut self, leg: LegId, end: LegEnd, signal: Option<u16>) {
        let Some(entry) = self.legs.remove(&leg) else { return };
        if let Some(until) = entry.lost_until {
            self.timers.remove(&(until, leg));
        }
        if let Some(cause) = signal {
            self.out.push_back(Output::Signal(Signal::End { leg, cause }));
        }
        if let Some(customer) = entry.bridge
            && let Some(bridge) = self.bridges.remove(&customer)
        {
            let other = if customer == leg { bridge.agent } else { customer };
            if let Some(other_entry) = self.legs.get_mut(&other) {
                other_entry.bridge = None;
                other_entry.holders.remove(&Holder::Command);
                if bridge.recording.is_some() {
                    self.engine(EngineCommand::Tap { leg: other, tap: None });
                }
                self.apply(other);
            }
            if let Some(recording) = bridge.recording {
                self.engine(EngineCommand::Tap { leg, tap: None });
                self.out.push_back(Output::RecordingOver { recording });
            }
        }
        self.engine(EngineCommand::Close { leg });
        self.out.push_back(Output::Fact(LegFact::Ended(leg, end)));
    }

    /// Sends the engine the difference between what the leg should hear and what it hears.
    fn apply(&mut self, leg: LegId) {
        let audio = self.wanted(leg);
        if let Some(entry) = self.legs.get_mut(&leg) {
            for command in entry.heard.turn_to(leg, audio) {
                self.out.push_back(Output::Engine(command));
            }
        }
    }

    fn wanted(&self, leg: LegId) -> Audio {
        let Some(entry) = self.legs.get(&leg) else { return Audio::Nothing };
        if let Some(bridge) = entry.bridge.and_then(|customer| self.bridges.get(&customer).map(|b| (customer, b))) {
            let (customer, bridge) = bridge;
            let held = self.legs.get(&bridge.agent).is_some_and(|l| !l.holders.is_empty());
            return match (held, leg == customer) {
                (true, true) => match &bridge.hold_music {
                    Some((play, clip)) => Audio::Play { play: *play, clips: vec![clip.clone()], repeat: true },
                    None => Audio::Nothing,
                },
                (true, false) => Audio::Nothing,
                (false, true) => Audio::Leg(bridge.agent),
                (false, false) => Audio::Leg(customer),
            };
        }
        if let Some((play, clips)) = &entry.play {
            return Audio::Play { play: *play, clips: clips.clone(), repeat: false };
        }
        match &entry.music {
            Some((play, clip)) => Audio::Play { play: *play, clips: vec![clip.clone()], repeat: true },
            None => Audio::Nothing,
        }
    }

    fn engine(&mut self, command: EngineCommand) {
        self.out.push_back(Output::Engine(command));
    }

    /// Bridges and legs agree; the simulator calls it after every step.
    pub fn check(&self) -> Result<(), String> {
        for (customer, bridge) in &self.bridges {
            for leg in [customer, &bridge.agent] {
                if self.legs.get(leg).and_then(|l| l.bridge) != Some(*customer) {
                    return Err(format!("leg {leg} of a bridge does not know it"));
                }
            }
        }
        for (id, leg) in &self.legs {
            if leg.bridge.is_some_and(|b| !self.bridges.contains_key(&b)) {
                return Err(format!("leg {id} is in a bridge that is gone"));
            }
        }
        Ok(())
    }
}

/// What a final response to our INVITE says about the person and the telephone.
fn refusal(code: u16, rang: bool) -> LegEnd {
    match code {
        487 => LegEnd::OurSide,
        603 => LegEnd::Declined,
        // A person's "reject" key sends one of these from most desk phones, but only after it rang.
        480 | 486 | 600 if rang => LegEnd::Declined,
        486 | 600 => LegEnd::NotTaken(NotReadyReason::DeviceBusy),
        408 if rang => LegEnd::NotTaken(NotReadyReason::NoAnswer),
        _ => LegEnd::NotTaken(NotReadyReason::DeviceUnreachable),
    }
}
