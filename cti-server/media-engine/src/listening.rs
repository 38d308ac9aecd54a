//! What is heard in a leg's audio besides voices: keys pressed as tones, and who answered. For legs that need it; others are not decoded.

use cti_media::answerer::AnswerListener;
use cti_media::codec::Decoder;
use cti_media::event::Digit;
use cti_media::keys::KeyListener;
use cti_media::resample::Resampler;
use cti_media::{SAMPLE_RATE, codec};
use cti_types::Tick;
use cti_types::media::{Answerer, Codec, DetectLimits, DetectReason, Stream};
use std::time::Duration;

/// Without a packet for so long, there was silence.
const SILENT_AFTER: Duration = Duration::from_millis(60);
/// How often it is looked whether nothing comes at all.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Who listens, and the audio at 8 kHz for all of them.
#[derive(Default)]
pub(crate) struct Listening {
    keys: Option<KeyListener>,
    answer: Option<AnswerListener>,
    /// Up to when the answer was listened to.
    until: Tick,
    decoder: Option<(Decoder, Resampler)>,
    decoded: Vec<i16>,
    samples: Vec<i16>,
}

impl Listening {
    /// Signalling agreed on a stream: keys come as tones when nothing was said about events. A key that is held is let go.
    pub(crate) fn agreed(&mut self, stream: &Stream, report: impl FnMut(Digit)) {
        let tones = stream.event_receive.is_none() && stream.wide_event_receive.is_none();
        if tones && self.keys.is_none() {
            self.keys = Some(KeyListener::new());
        } else if !tones {
            self.end_keys(report);
            self.keys = None;
        }
    }

    /// Listens who answered, or no longer.
    pub(crate) fn detect(&mut self, now: Tick, limits: Option<DetectLimits>) {
        self.answer = limits.map(AnswerListener::new);
        self.until = now;
    }

    /// When to call [`Listening::look`].
    pub(crate) fn deadline(&self) -> Tick {
        if self.answer.is_some() { self.until + LOOK_EVERY } else { Tick(u64::MAX) }
    }

    /// The stream begins anew or ends.
    pub(crate) fn end_keys(&mut self, report: impl FnMut(Digit)) {
        if let Some(keys) = &mut self.keys {
            keys.reset(report);
        }
        self.decoder = None;
    }

    /// A packet of audio.
    pub(crate) fn hear(&mut self, now: Tick, codec: Codec, payload: &[u8], report: impl FnMut(Digit)) -> Option<(Answerer, DetectReason)> {
        if self.keys.is_none() && self.answer.is_none() {
            return None;
        }
        self.decode(codec, payload);
        if let Some(keys) = &mut self.keys {
            keys.hear(&self.samples, report);
        }
        let gap = now.since(self.until);
        let length = codec::length(codec, payload);
        let answer = self.answer.as_mut()?;
        let before = if gap > SILENT_AFTER + length { answer.silence(gap.saturating_sub(length)) } else { None };
        self.until = now;
        let verdict = before.or_else(|| answer.hear(&self.samples));
        if verdict.is_some() {
            self.answer = None;
        }
        verdict
    }

    /// Nothing came for a while, perhaps.
    pub(crate) fn look(&mut self, now: Tick) -> Option<(Answerer, DetectReason)> {
        if now < self.deadline() {
            return None;
        }
        let gap = now.since(self.until);
        self.until = now;
        let verdict = self.answer.as_mut()?.silence(gap);
        if verdict.is_some() {
            self.answer = None;
        }
        verdict
    }

    fn decode(&mut self, codec: Codec, payload: &[u8]) {
        let known = self.decoder.take().filter(|(decoder, _)| decoder.codec() == codec);
        let fresh = || Some((Decoder::new(codec), Resampler::new(codec.sample_rate(), SAMPLE_RATE)?));
        self.decoded.clear();
        self.samples.clear();
        self.decoder = known.or_else(fresh);
        if let Some((decoder, resampler)) = &mut self.decoder {
            decoder.decode(payload, &mut self.decoded);
            resampler.run(&self.decoded, &mut self.samples);
        }
    }
}
