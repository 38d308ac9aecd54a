//! The room's surface: legs from their beginning to their end, inputs in, outputs out. Who hears whom is in `hearing`, bridges
//! are in `bridges`.

use crate::audio::{Audio, Heard};
use crate::bridges::Bridge;
use crate::{Input, MEMBERS_MAX, Output, Settings, Signal, cause};
use cti_types::acd::NotReadyReason;
use cti_types::call::{LegEnd, LegFact};
use cti_types::event::SuperviseMode;
use cti_types::media::{Clip, EngineCommand};
use cti_types::{InteractionId, LegId, Now, PlayId, RecordingId, Tick};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LegState {
    /// Incoming, not answered.
    Arriving,
    /// Outgoing, nothing heard yet.
    Dialling,
    Ringing,
    Up,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Holder {
    /// By the far side's re-INVITE.
    Device,
    /// By a command.
    Command,
    /// Nobody is there who could hear.
    Away,
}

/// A clip that is repeated, and the playback's name.
pub(crate) type Music = (PlayId, Clip);

/// Whom a leg listens to, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Supervision {
    pub(crate) target: LegId,
    pub(crate) mode: SuperviseMode,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Recorded {
    pub(crate) recording: RecordingId,
    pub(crate) paused: bool,
}

#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) group: InteractionId,
    pub(crate) state: LegState,
    /// It is not answered, but what it sends is to be heard (an announcement of the network); one that calls in hears, too.
    pub(crate) early: bool,
    /// Who hears that while it speaks in no bridge.
    pub(crate) awaited_by: Option<LegId>,
    pub(crate) holders: BTreeSet<Holder>,
    /// The bridge it speaks in, if any.
    pub(crate) speaks: Option<LegId>,
    /// The other bridge it belongs to and is on hold in: of an agent who consults.
    pub(crate) parked: Option<LegId>,
    pub(crate) muted: bool,
    /// Only while in no bridge.
    pub(crate) supervises: Option<Supervision>,
    pub(crate) recording: Option<Recorded>,
    /// A message that is being spoken.
    pub(crate) message: Option<RecordingId>,
    pub(crate) play: Option<(PlayId, Vec<Clip>)>,
    pub(crate) music: Option<Music>,
    heard: Heard,
    lost_until: Option<Tick>,
    /// Nothing came from it before it was answered, which it need not.
    silent: bool,
}

impl Leg {
    /// Whether it can hear.
    pub(crate) fn hears(&self) -> bool {
        self.state == LegState::Up || self.early && self.state == LegState::Arriving
    }
}

/// All legs.
pub struct Calls {
    settings: Settings,
    pub(crate) legs: BTreeMap<LegId, Leg>,
    pub(crate) bridges: BTreeMap<LegId, Bridge>,
    /// The legs of each interaction: what one of them does is heard by no others.
    pub(crate) groups: BTreeMap<InteractionId, BTreeSet<LegId>>,
    timers: BTreeSet<(Tick, LegId)>,
    pub(crate) out: VecDeque<Output>,
}

impl Calls {
    pub fn new(settings: Settings) -> Calls {
        let (legs, bridges, groups, timers, out) = Default::default();
        Calls { settings, legs, bridges, groups, timers, out }
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

    /// Whether media passes though the leg is not answered, or did before it was.
    pub fn is_early(&self, leg: LegId) -> bool {
        self.legs.get(&leg).is_some_and(|l| l.early)
    }

    /// Whether the leg is in a bridge.
    pub fn is_bridged(&self, leg: LegId) -> bool {
        self.legs.get(&leg).is_some_and(|l| l.speaks.is_some())
    }

    /// Whether the leg's own telephone holds the call: then only the telephone can retrieve it.
    pub fn is_held_by_device(&self, leg: LegId) -> bool {
        self.legs.get(&leg).is_some_and(|l| l.holders.contains(&Holder::Device))
    }

    /// Whether a command holds the call.
    pub fn is_held_by_command(&self, leg: LegId) -> bool {
        self.legs.get(&leg).is_some_and(|l| l.holders.contains(&Holder::Command))
    }

    /// Whether nobody is at the leg, which is kept for who was.
    pub fn is_away(&self, leg: LegId) -> bool {
        self.legs.get(&leg).is_some_and(|l| l.holders.contains(&Holder::Away))
    }

    pub fn is_muted(&self, leg: LegId) -> bool {
        self.legs.get(&leg).is_some_and(|l| l.muted)
    }

    /// The recording of the leg, and whether it is paused.
    pub fn recording(&self, leg: LegId) -> Option<(RecordingId, bool)> {
        self.legs.get(&leg).and_then(|l| l.recording).map(|recorded| (recorded.recording, recorded.paused))
    }

    /// The far side of the bridge the leg speaks in: the one it is about, or for that one the first of the others.
    pub fn peer(&self, leg: LegId) -> Option<LegId> {
        let bridge = self.legs.get(&leg)?.speaks?;
        if bridge != leg {
            return Some(bridge);
        }
        self.bridges.get(&bridge)?.members.iter().copied().find(|member| *member != leg)
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
            self.end(leg, LegEnd::Lost, Some(cause::RECOVERY_ON_TIMER));
        }
    }

    /// Drain until `None` after every `handle`.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// Stale inputs (of a leg that is over, or in a state in which they mean nothing) change nothing.
    pub fn handle(&mut self, now: Now, input: Input) {
        match input {
            Input::Incoming { leg, group } => self.add(leg, group, LegState::Arriving),
            Input::Outgoing { leg, group } => self.add(leg, group, LegState::Dialling),
            Input::Ringing { .. } | Input::Early { .. } | Input::Answered { .. } | Input::Answer { .. } | Input::Redialled { .. } => {
                self.progress(now, &input)
            }
            Input::Refused { leg, code } => {
                let rang = self.legs.get(&leg).is_some_and(|l| l.state == LegState::Ringing);
                self.end(leg, refusal(code, rang), None);
            }
            Input::Ended { leg, failed } => {
                let end = match (failed, self.is_up(leg)) {
                    (false, _) => LegEnd::FarSide,
                    (true, true) => LegEnd::Lost,
                    (true, false) => LegEnd::Failed,
                };
                self.end(leg, end, None);
            }
            Input::End { leg, cause } => self.end(leg, LegEnd::OurSide, Some(cause)),
            Input::FarHold { leg, held } => self.hold(leg, Holder::Device, held),
            Input::Hold { leg } => self.hold(leg, Holder::Command, true),
            Input::Retrieve { leg } => self.hold(leg, Holder::Command, false),
            Input::Away { leg, away } => self.hold(leg, Holder::Away, away),
            Input::PlayEnded { leg, play, interrupted } => self.play_ended(leg, play, interrupted),
            Input::MediaLost { leg } => self.media_lost(now, leg),
            Input::MediaBack { leg } => {
                let Some(entry) = self.legs.get_mut(&leg) else { return };
                entry.silent = false;
                if let Some(until) = entry.lost_until.take() {
                    self.timers.remove(&(until, leg));
                }
            }
            Input::Play { leg, play, clips } => self.change(leg, |entry| entry.play = Some((play, clips))),
            Input::StopPlay { leg } => self.change(leg, |entry| entry.play = None),
            Input::Music { leg, music } => self.change(leg, |entry| entry.music = music),
            Input::Connect { customer, agent, recording, hold_music } => self.connect(customer, agent, recording, hold_music),
            Input::Consult { agent, other, recording, hold_music } => self.consult(agent, other, recording, hold_music),
            Input::Swap { agent } => self.swap(agent),
            Input::Merge { agent } => self.merge(agent, true),
            Input::Complete { agent } => self.merge(agent, false),
            Input::Replace { old, new } => self.replace(old, new),
            Input::Leave { leg } => self.leave(leg),
            Input::Mute { leg, muted } => self.mute(leg, muted),
            Input::Supervise { leg, target, mode } => self.supervise(leg, target, mode),
            Input::SetMode { leg, mode } => self.set_mode(leg, mode),
            Input::Record { leg, recording } => {
                self.record(leg, recording);
                self.settle(leg);
            }
            Input::TakeMessage { leg, recording } => self.take_message(leg, recording),
            Input::PauseRecording { leg, paused } => self.change(leg, |entry| {
                if let Some(recorded) = &mut entry.recording {
                    recorded.paused = paused;
                }
            }),
        }
    }

    fn add(&mut self, leg: LegId, group: InteractionId, state: LegState) {
        if self.legs.contains_key(&leg) {
            return;
        }
        self.groups.entry(group).or_default().insert(leg);
        let entry = Leg {
            group,
            state,
            early: false,
            awaited_by: None,
            holders: BTreeSet::new(),
            speaks: None,
            parked: None,
            muted: false,
            supervises: None,
            recording: None,
            message: None,
            play: None,
            music: None,
            heard: Heard::default(),
            lost_until: None,
            silent: false,
        };
        self.legs.insert(leg, entry);
    }

    /// How an unanswered leg goes on.
    fn progress(&mut self, now: Now, input: &Input) {
        let arriving = |leg: &LegId| self.legs.get(leg).is_some_and(|entry| entry.state == LegState::Arriving);
        let (leg, from, to): (LegId, &[LegState], LegState) = match *input {
            Input::Early { leg, .. } if arriving(&leg) => (leg, &[LegState::Arriving], LegState::Arriving),
            Input::Ringing { leg } | Input::Early { leg, .. } => (leg, &[LegState::Dialling, LegState::Ringing], LegState::Ringing),
            Input::Redialled { leg } => (leg, &[LegState::Dialling, LegState::Ringing], LegState::Dialling),
            Input::Answered { leg } => (leg, &[LegState::Dialling, LegState::Ringing], LegState::Up),
            Input::Answer { leg } => (leg, &[LegState::Arriving], LegState::Up),
            _ => return,
        };
        let Some(entry) = self.legs.get_mut(&leg).filter(|entry| from.contains(&entry.state)) else { return };
        let before = std::mem::replace(&mut entry.state, to);
        if let Input::Early { awaited_by, .. } = *input {
            (entry.early, entry.awaited_by) = (true, awaited_by);
        }
        if matches!(input, Input::Redialled { .. }) {
            (entry.early, entry.awaited_by) = (false, None);
        }
        let silent = to == LegState::Up && std::mem::take(&mut entry.silent);
        if matches!(input, Input::Answer { .. }) {
            self.out.push_back(Output::Signal(Signal::Answer { leg }));
        }
        let fact = match to {
            LegState::Up => Some(LegFact::Answered(leg)),
            LegState::Ringing => Some(LegFact::Ringing(leg)),
            LegState::Dialling | LegState::Arriving => None,
        };
        self.out.extend(fact.filter(|_| before != to).map(Output::Fact));
        if silent {
            // The engine said it once: it counts from the answer on.
            self.media_lost(now, leg);
        }
        self.settle(leg);
    }

    fn media_lost(&mut self, now: Now, leg: LegId) {
        let until = now.tick + self.settings.lost_media;
        let Some(entry) = self.legs.get_mut(&leg) else { return };
        if entry.state != LegState::Up {
            entry.silent = true;
        } else if entry.lost_until.is_none() {
            entry.lost_until = Some(until);
            self.timers.insert((until, leg));
        }
    }

    fn take_message(&mut self, leg: LegId, recording: Option<RecordingId>) {
        let Some(entry) = self.legs.get_mut(&leg) else { return };
        let before = std::mem::replace(&mut entry.message, recording);
        // Untapped before it is over: nothing may be sent to a recording that was ended.
        self.settle(leg);
        if let Some(recording) = before.filter(|_| before != recording) {
            self.out.push_back(Output::RecordingOver { recording });
        }
    }

    fn change(&mut self, leg: LegId, change: impl FnOnce(&mut Leg)) {
        if let Some(entry) = self.legs.get_mut(&leg) {
            change(entry);
            self.settle(leg);
        }
    }

    fn mute(&mut self, leg: LegId, muted: bool) {
        if let Some(entry) = self.legs.get_mut(&leg)
            && entry.muted != muted
        {
            entry.muted = muted;
            self.settle(leg);
            self.out.push_back(Output::Fact(LegFact::Muted(leg, muted)));
        }
    }

    fn hold(&mut self, leg: LegId, holder: Holder, held: bool) {
        let Some(entry) = self.legs.get_mut(&leg) else { return };
        // A command can only hold what is up and bridged; a device's hold is a fact to be remembered at any time.
        if holder == Holder::Command && held && (entry.state != LegState::Up || entry.speaks.is_none()) {
            return;
        }
        let before = entry.holders.is_empty();
        if held {
            entry.holders.insert(holder);
        } else {
            entry.holders.remove(&holder);
        }
        let after = entry.holders.is_empty();
        let bridge = entry.speaks;
        if before == after {
            return;
        }
        self.settle(leg);
        // A customer who holds us is a matter of media direction only: nobody on our side is on hold.
        if bridge.is_some_and(|bridge| bridge != leg) {
            self.out.push_back(Output::Fact(if after { LegFact::Retrieved(leg) } else { LegFact::Held(leg) }));
        }
    }

    fn play_ended(&mut self, leg: LegId, play: PlayId, interrupted: bool) {
        let Some(entry) = self.legs.get_mut(&leg) else { return };
        if !interrupted && entry.play.as_ref().is_some_and(|(id, _)| *id == play) {
            entry.play = None;
            entry.heard.play_ended(play);
            self.out.push_back(Output::Played { leg, play });
            self.settle(leg);
        }
    }

    /// Ends the leg in every room below, once; bridges that are nothing without it fall apart.
    fn end(&mut self, leg: LegId, end: LegEnd, signal: Option<u16>) {
        let Some(entry) = self.legs.get(&leg) else { return };
        if let Some(cause) = signal {
            self.out.push_back(Output::Signal(Signal::End { leg, cause }));
        }
        for bridge in [entry.parked, entry.speaks].into_iter().flatten() {
            self.leave_bridge(leg, bridge);
        }
        let Some(mut entry) = self.legs.remove(&leg) else { return };
        if let Some(until) = entry.lost_until {
            self.timers.remove(&(until, leg));
        }
        if let Some(group) = self.groups.get_mut(&entry.group) {
            group.remove(&leg);
        }
        self.settle_group(entry.group);
        if self.groups.get(&entry.group).is_some_and(BTreeSet::is_empty) {
            self.groups.remove(&entry.group);
        }
        for command in entry.heard.tap_to(leg, None) {
            self.engine(command);
        }
        if let Some(recorded) = entry.recording {
            self.out.push_back(Output::RecordingOver { recording: recorded.recording });
        }
        self.out.extend(entry.message.map(|recording| Output::RecordingOver { recording }));
        self.engine(EngineCommand::Close { leg });
        self.out.push_back(Output::Fact(LegFact::Ended(leg, end)));
    }

    /// Sends the engine what is to be heard otherwise than now, for every leg this one may be heard by.
    pub(crate) fn settle(&mut self, leg: LegId) {
        if let Some(group) = self.legs.get(&leg).map(|entry| entry.group) {
            self.settle_group(group);
        }
    }

    /// The oldest leg, the customer's, first: the music stops in the same engine turn in which the voices pass. A supervisor's keys are
    /// kept back before anybody hears them.
    fn settle_group(&mut self, group: InteractionId) {
        let legs: Vec<LegId> = self.groups.get(&group).into_iter().flatten().copied().collect();
        for leg in &legs {
            let Some(entry) = self.legs.get_mut(leg) else { continue };
            let command = entry.heard.keep_keys(*leg, entry.supervises.is_some());
            self.out.extend(command.map(Output::Engine));
        }
        for leg in legs {
            let (audio, tap): (Audio, Option<RecordingId>) = (self.wanted(leg), self.wanted_tap(leg));
            let Some(entry) = self.legs.get_mut(&leg) else { continue };
            let commands = entry.heard.turn_to(leg, audio).into_iter().chain(entry.heard.tap_to(leg, tap));
            self.out.extend(commands.map(Output::Engine));
        }
    }

    fn engine(&mut self, command: EngineCommand) {
        self.out.push_back(Output::Engine(command));
    }

    /// Bridges and legs agree, and every leg hears what it should; the simulator calls it after every step.
    pub fn check(&self) -> Result<(), String> {
        for (id, bridge) in &self.bridges {
            let size = bridge.members.len();
            if !bridge.members.contains(id) || !(2..=MEMBERS_MAX).contains(&size) {
                return Err(format!("bridge {id} is about somebody who is not there, or has {size} members"));
            }
            let of = |leg: &LegId| self.legs.get(leg).is_some_and(|leg| leg.speaks == Some(*id) || leg.parked == Some(*id));
            if !bridge.members.iter().all(of) {
                return Err(format!("a leg of bridge {id} does not know it"));
            }
        }
        for (id, leg) in &self.legs {
            for bridge in leg.speaks.iter().chain(&leg.parked) {
                let times = self.bridges.get(bridge).map_or(0, |bridge| bridge.members.iter().filter(|member| *member == id).count());
                if times != 1 {
                    return Err(format!("leg {id} is {times} times in its bridge {bridge}"));
                }
            }
            if leg.parked.is_some() && (leg.speaks.is_none() || leg.speaks == leg.parked) {
                return Err(format!("leg {id} has parked the only bridge it is in"));
            }
            if leg.supervises.is_some() && leg.speaks.is_some() {
                return Err(format!("leg {id} supervises and is in a bridge itself"));
            }
            if !leg.heard.is(&self.wanted(*id), self.wanted_tap(*id), leg.supervises.is_some()) {
                return Err(format!("leg {id} hears {:?} and should hear {:?}", leg.heard, self.wanted(*id)));
            }
            if !self.groups.get(&leg.group).is_some_and(|group| group.contains(id)) {
                return Err(format!("leg {id} is not known to its interaction"));
            }
        }
        if self.groups.values().map(BTreeSet::len).sum::<usize>() != self.legs.len() {
            return Err("an interaction knows a leg that is over".into());
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
