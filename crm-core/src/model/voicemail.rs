//! What callers meet who leave a message for a queue, and how it is told who answered a call of ours. Rules of the fields only.

use super::Check;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a queue takes messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QueueVoicemail {
    /// Name of the clip said before the tone.
    pub greeting: String,
    /// Longest message, 5–600.
    pub max_seconds: u32,
    /// So much silence ends it, 2–30; 0: none does.
    pub silence_seconds: u32,
}

impl Default for QueueVoicemail {
    fn default() -> QueueVoicemail {
        QueueVoicemail { greeting: "voicemail-greeting".to_owned(), max_seconds: 120, silence_seconds: 5 }
    }
}

impl QueueVoicemail {
    pub(super) fn check(&self, check: &mut Check) {
        check.line("voicemail.greeting", &self.greeting, 200);
        check.range("voicemail.max_seconds", i64::from(self.max_seconds), 5, 600);
        if self.silence_seconds != 0 {
            check.range("voicemail.silence_seconds", i64::from(self.silence_seconds), 2, 30);
        }
    }
}

/// Whether it is listened who answers a call of ours, a person or a machine, and by which measures. Times in ms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Detection {
    /// Unset: it is not listened, whatever else says so.
    pub on: bool,
    /// Silence before the first word after which it is a machine.
    pub initial_silence_ms: u32,
    /// Speech with its short pauses that is too long for a person.
    pub greeting_ms: u32,
    /// Silence after words that shows a person waiting.
    pub after_greeting_silence_ms: u32,
    /// More words than this are a machine's.
    pub words: u32,
    /// Shorter sounds are no words.
    pub word_ms_min: u32,
    /// A sound of this length without a pause is no person's word.
    pub word_ms_max: u32,
    /// Silence that ends a word; after less the same word goes on.
    pub between_words_silence_ms: u32,
    /// Without a verdict by then it is unsure.
    pub total_ms: u32,
    /// Mean sample size below which there is silence, of 32,767.
    pub silence_level: u16,
}

impl Default for Detection {
    fn default() -> Detection {
        let usual = cti_types::media::DetectLimits::default();
        Detection {
            on: true,
            initial_silence_ms: usual.initial_silence_ms,
            greeting_ms: usual.greeting_ms,
            after_greeting_silence_ms: usual.after_greeting_silence_ms,
            words: usual.words,
            word_ms_min: usual.word_ms_min,
            word_ms_max: usual.word_ms_max,
            between_words_silence_ms: usual.between_words_silence_ms,
            total_ms: usual.total_ms,
            silence_level: usual.silence_level,
        }
    }
}

impl Detection {
    pub(super) fn check(&self, check: &mut Check, field: &str) {
        for (name, ms, least) in [
            ("initial_silence_ms", self.initial_silence_ms, 100),
            ("greeting_ms", self.greeting_ms, 100),
            ("after_greeting_silence_ms", self.after_greeting_silence_ms, 100),
            ("word_ms_min", self.word_ms_min, 10),
            ("word_ms_max", self.word_ms_max, 100),
            ("between_words_silence_ms", self.between_words_silence_ms, 10),
            ("total_ms", self.total_ms, 500),
        ] {
            check.range(format!("{field}.{name}"), i64::from(ms), least, 60_000);
        }
        check.that(self.word_ms_min <= self.word_ms_max, format!("{field}.word_ms_max"), "give no less than word_ms_min");
        check.range(format!("{field}.words"), i64::from(self.words), 1, 100);
        check.range(format!("{field}.silence_level"), i64::from(self.silence_level), 1, 20_000);
    }
}
