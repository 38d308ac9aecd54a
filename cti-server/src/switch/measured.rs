//! What the media engine tells of calls while they last: how each leg sounds, and who answered the number that was dialled. Extends [`Rooms`].

use super::Effect;
use super::rooms::Rooms;
use crm_core::model::Detection;
use cti_types::event::Body;
use cti_types::media::{Answerer, DetectLimits, DetectReason, EngineCommand, StreamStats};
use cti_types::{InteractionId, LegId, Now};
use softphone_protocol::QualityView;
use std::collections::BTreeMap;

/// Of legs that are up and interactions that are open.
#[derive(Default)]
pub(super) struct Measured {
    legs: BTreeMap<LegId, QualityView>,
    answerers: BTreeMap<InteractionId, Answerer>,
    /// Whether who dialled wants to know who answers.
    asked: BTreeMap<InteractionId, bool>,
}

impl Measured {
    pub(super) fn quality(&self, leg: LegId) -> Option<QualityView> {
        self.legs.get(&leg).copied()
    }

    pub(super) fn answerer(&self, interaction: InteractionId) -> Option<Answerer> {
        self.answerers.get(&interaction).copied()
    }

    /// What the dial command said of it.
    pub(super) fn ask(&mut self, interaction: InteractionId, detect: Option<bool>) {
        self.asked.extend(detect.map(|detect| (interaction, detect)));
    }

    pub(super) fn leg_over(&mut self, leg: LegId) {
        self.legs.remove(&leg);
    }

    pub(super) fn over(&mut self, interaction: InteractionId) {
        self.answerers.remove(&interaction);
        self.asked.remove(&interaction);
    }
}

impl Rooms {
    /// The engine tells it once, and then when a score has moved: no more than one message for each report of RTCP.
    pub(super) fn quality_changed(&mut self, now: Now, leg: LegId, stats: &StreamStats) {
        tracing::info!(%leg, heard = stats.score_heard, far = stats.score_far, "a call's quality changed");
        let Some(interaction) = self.lines.get(leg).map(|line| line.interaction) else { return };
        self.measured.legs.insert(leg, quality(stats));
        self.changed_calls.insert(interaction);
        for agent in self.interactions.participants(interaction).into_iter().filter_map(|view| view.agent) {
            self.show_agent(now, agent);
        }
    }

    /// The worst score that is measured in an interaction, in tenths.
    pub(super) fn worst_score(&self, interaction: InteractionId) -> Option<u8> {
        let legs = self.interactions.participants(interaction).into_iter().filter_map(|view| self.lines.leg_of(view.participant));
        let views = legs.filter_map(|leg| self.measured.quality(leg));
        views.flat_map(|view| [view.heard_tenths, view.far_tenths]).flatten().min()
    }

    /// The number an agent dialled was answered: listens who did, where the command, the rule, the queue or the trunk wants it.
    pub(super) fn listen_who_answers(&mut self, interaction: InteractionId, leg: LegId, configured: Option<&Detection>) {
        let limits = match self.measured.asked.get(&interaction) {
            Some(false) => None,
            Some(true) => Some(configured.map_or_else(DetectLimits::default, limits)),
            None => configured.filter(|detection| detection.on).map(limits),
        };
        if limits.is_some() {
            self.effects.push_back(Effect::Engine(EngineCommand::Detect { leg, limits }));
        }
    }

    /// The engine has heard enough of a leg.
    pub(super) fn detected(&mut self, now: Now, leg: LegId, answerer: Answerer, reason: DetectReason) {
        if self.heard_out(now, leg, reason) {
            return;
        }
        // A message may have been finished while the engine's word was on its way: nobody answered anything there.
        let Some(interaction) = self.lines.get(leg).filter(|line| line.outside).map(|line| line.interaction) else { return };
        self.measured.answerers.insert(interaction, answerer);
        self.changed_calls.insert(interaction);
        let (answerer, reason) = (answerer.word().to_owned(), reason.word().to_owned());
        self.note_media(now, leg, |participant| Body::AnswererDetected { participant, answerer, reason });
    }
}

fn limits(of: &Detection) -> DetectLimits {
    DetectLimits {
        initial_silence_ms: of.initial_silence_ms,
        greeting_ms: of.greeting_ms,
        after_greeting_silence_ms: of.after_greeting_silence_ms,
        words: of.words,
        word_ms_min: of.word_ms_min,
        word_ms_max: of.word_ms_max,
        between_words_silence_ms: of.between_words_silence_ms,
        total_ms: of.total_ms,
        silence_level: of.silence_level,
    }
}

pub(super) fn quality(stats: &StreamStats) -> QualityView {
    let tenths = |score: f32| (score > 0.0).then(|| (score * 10.0).round().clamp(10.0, 50.0) as u8);
    let whole = |value: f32| value.clamp(0.0, 1e6).round() as u32;
    let all = stats.packets_received + stats.packets_lost;
    QualityView {
        heard_tenths: tenths(stats.score_heard),
        far_tenths: tenths(stats.score_far),
        far_lost_permille: whole(stats.far_loss.clamp(0.0, 1.0) * 1000.0),
        lost_permille: (stats.packets_lost * 1000).checked_div(all).unwrap_or_default() as u32,
        jitter_ms: whole(stats.jitter_ms),
        round_trip_ms: whole(stats.round_trip_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_measured_is_not_shown_as_bad() {
        let nothing = quality(&StreamStats::default());
        assert_eq!(nothing, QualityView::default());
        let stats = StreamStats {
            packets_received: 990,
            packets_lost: 10,
            jitter_ms: 3.6,
            round_trip_ms: 20.4,
            score_heard: 4.36,
            far_loss: 0.0204,
            ..StreamStats::default()
        };
        let view = quality(&stats);
        assert_eq!((view.heard_tenths, view.far_tenths, view.lost_permille, view.far_lost_permille), (Some(44), None, 10, 20));
        assert_eq!((view.jitter_ms, view.round_trip_ms), (4, 20));
    }
}
