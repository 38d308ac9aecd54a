//! Who hears whom on one thread, and the mixes: every 20 ms each voice is pulled once and summed for each listener.
//!
//! A leg that hears one other is served without this, packet by packet or by its own conversion. A leg that hears more has an *ear*; whoever is heard
//! by an ear has a *voice*. Both go when they are no longer needed, so that two who are left alone are forwarded again.

use super::Worker;
use crate::leg::Leg;
use cti_media::mixer::{self, FRAME_SAMPLES_MAX};
use cti_media::playback::Pacer;
use cti_media::voice::{FRAME, FRAMES_PER_SECOND, Voice};
use cti_types::media::HEARD_MAX;
use cti_types::{LegId, Tick};

/// What the mixes of a thread share.
pub(super) struct Mixing {
    /// When the next frame is due; `None` without an ear.
    pace: Option<Pacer>,
    /// Slots of the legs that hear a mix, and of those that are heard in one. Bounded by the legs.
    ears: Vec<usize>,
    voices: Vec<usize>,
    sum: Box<[i32; FRAME_SAMPLES_MAX]>,
}

impl Mixing {
    pub(super) fn new() -> Mixing {
        Mixing { pace: None, ears: Vec::new(), voices: Vec::new(), sum: Box::new([0; FRAME_SAMPLES_MAX]) }
    }

    pub(super) fn deadline(&self) -> Option<Tick> {
        self.pace.map(|pace| pace.next())
    }
}

impl Worker {
    pub(super) fn leg(&mut self, slot: usize) -> Option<&mut Leg> {
        self.legs.get_mut(slot)?.as_deref_mut()
    }

    /// A leg is to hear these from now on.
    pub(super) fn hear(&mut self, id: LegId, from: &[LegId]) {
        let Some(slot) = self.slots.get(&id).copied() else { return };
        let mut wanted: Vec<LegId> = Vec::with_capacity(from.len().min(HEARD_MAX));
        for heard in from {
            if wanted.len() == HEARD_MAX {
                tracing::error!(leg = %id, asked = from.len(), "a leg can hear {HEARD_MAX} others; the rest is left out");
                break;
            }
            if !wanted.contains(heard) {
                wanted.push(*heard);
            }
        }
        let Some(leg) = self.leg(slot) else { return };
        if leg.hears == wanted {
            return;
        }
        let mixed = wanted.len() > 1;
        leg.set_mixed(mixed);
        let before = std::mem::replace(&mut leg.hears, wanted.clone());
        self.mixing.ears.retain(|ear| *ear != slot);
        if mixed {
            self.mixing.ears.push(slot);
        }
        for heard in &before {
            self.forget_listener(*heard, slot);
        }
        for heard in wanted {
            self.add_listener(id, heard, slot);
        }
        self.pace_mixes();
    }

    /// Whoever was told to hear a leg before it was there hears it now.
    pub(super) fn heard_at_last(&mut self, id: LegId, slot: usize) {
        let waiting = self.legs.iter().enumerate().filter_map(|(slot, other)| Some((slot, other.as_ref()?)));
        let listeners = waiting.filter(|(_, other)| other.hears.contains(&id)).map(|(slot, _)| slot).collect();
        if let Some(leg) = self.leg(slot) {
            leg.listeners = listeners;
        }
        self.give_voice(slot);
    }

    /// A leg goes: it hears nobody any more, and is heard by nobody.
    pub(super) fn leave_mixes(&mut self, heard: &[LegId], slot: usize) {
        self.mixing.ears.retain(|ear| *ear != slot);
        self.mixing.voices.retain(|voice| *voice != slot);
        for heard in heard {
            self.forget_listener(*heard, slot);
        }
        self.pace_mixes();
    }

    fn add_listener(&mut self, id: LegId, heard: LegId, listener: usize) {
        if self.routes.get(heard).is_some_and(|lane| lane != self.index) {
            tracing::error!(leg = %id, %heard, "legs of different groups cannot hear each other: they are on different threads");
        }
        let Some(slot) = self.slots.get(&heard).copied() else { return };
        if let Some(leg) = self.leg(slot) {
            leg.listeners.push(listener);
        }
        self.give_voice(slot);
    }

    fn forget_listener(&mut self, heard: LegId, listener: usize) {
        let Some(slot) = self.slots.get(&heard).copied() else { return };
        if let Some(leg) = self.leg(slot) {
            leg.listeners.retain(|slot| *slot != listener);
        }
        self.give_voice(slot);
    }

    /// A leg has a voice while a mix needs it.
    fn give_voice(&mut self, slot: usize) {
        let Some(leg) = self.legs.get(slot).and_then(Option::as_ref) else { return };
        let needed = leg.listeners.iter().any(|listener| self.mixing.ears.contains(listener));
        let Some(leg) = self.leg(slot) else { return };
        if needed == leg.voice.is_some() {
            return;
        }
        leg.voice = needed.then(|| Box::new(Voice::new()));
        self.mixing.voices.retain(|voice| *voice != slot);
        if needed {
            self.mixing.voices.push(slot);
        }
    }

    fn pace_mixes(&mut self) {
        if self.mixing.ears.is_empty() {
            self.mixing.pace = None;
        } else if self.mixing.pace.is_none() {
            // On one grid with the other threads' and with playbacks, to spare wakes.
            let step = FRAME.as_micros() as u64;
            self.mixing.pace = Some(Pacer::new(Tick((self.now.0 / step + 1) * step), FRAME));
        }
    }

    /// Mixes the frames that are due.
    pub(super) fn mixes_due(&mut self) {
        let now = self.now;
        let Some(due) = self.mixing.pace.as_mut().map(|pace| pace.due(now)) else { return };
        for frame in 0..due.packets {
            self.mix_frame(if frame == 0 { due.skipped } else { 0 });
        }
    }

    fn mix_frame(&mut self, skipped: u32) {
        let now = self.now;
        let (voices, ears) = (std::mem::take(&mut self.mixing.voices), std::mem::take(&mut self.mixing.ears));
        for slot in &voices {
            if let Some(voice) = self.leg(*slot).and_then(|leg| leg.voice.as_mut()) {
                voice.pull(now);
            }
        }
        for slot in &ears {
            let Some(rate) = self.leg(*slot).and_then(Leg::mix_rate) else { continue };
            let samples = ((rate / FRAMES_PER_SECOND) as usize).min(FRAME_SAMPLES_MAX);
            self.mixing.sum[..samples].fill(0);
            let heard = self.leg(*slot).map(|leg| std::mem::take(&mut leg.hears)).unwrap_or_default();
            for source in heard.iter().filter_map(|id| self.slots.get(id).copied()) {
                let voice = self.legs.get_mut(source).and_then(Option::as_mut).and_then(|leg| leg.voice.as_mut());
                if let Some(frame) = voice.and_then(|voice| voice.frame(rate)) {
                    mixer::add(&mut self.mixing.sum[..samples], frame);
                }
            }
            if let Some(leg) = self.legs.get_mut(*slot).and_then(Option::as_mut) {
                leg.hears = heard;
                leg.hear_mix(now, &self.mixing.sum[..samples], skipped, &self.around, &mut self.counters);
            }
        }
        (self.mixing.voices, self.mixing.ears) = (voices, ears);
    }
}
