//! Who answered an outgoing call, a person or a machine, by the rhythm of the first seconds. It hears samples and knows no words.
//!
//! A person says something short and waits. A machine has a long greeting, or one of many words, or a beep. The parameters
//! have the names and the usual values of this trade; every one is a guess that suits one country better than the other.

use cti_types::media::{Answerer, DetectLimits, DetectReason};
use std::time::Duration;

/// What is judged at once: 10 ms.
const BLOCK: usize = 80;
const BLOCK_MS: u32 = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing was said yet.
    Waiting,
    /// A word, for so many ms.
    Speaking(u32),
    /// Silence after words, for so many ms.
    Pausing(u32),
}

/// Listens to the first seconds of one answered call.
#[derive(Clone, Debug)]
pub struct AnswerListener {
    limits: DetectLimits,
    state: State,
    words: u32,
    /// Time since the answer, and since the first word.
    elapsed_ms: u32,
    greeting_ms: u32,
    /// Samples of a block that is not full.
    waiting: Vec<i16>,
    told: bool,
}

impl AnswerListener {
    pub fn new(limits: DetectLimits) -> AnswerListener {
        AnswerListener { limits, state: State::Waiting, words: 0, elapsed_ms: 0, greeting_ms: 0, waiting: Vec::new(), told: false }
    }

    /// Hears the next samples (8 kHz). The verdict comes once.
    pub fn hear(&mut self, samples: &[i16]) -> Option<(Answerer, DetectReason)> {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.extend_from_slice(samples);
        let whole = waiting.len() / BLOCK * BLOCK;
        let verdict = waiting[..whole].chunks_exact(BLOCK).find_map(|block| self.block(is_loud(block, self.limits.silence_level)));
        waiting.drain(..whole);
        self.waiting = waiting;
        verdict
    }

    /// Nothing came for so long (silence suppression, or no media at all): it counts as silence.
    pub fn silence(&mut self, time: Duration) -> Option<(Answerer, DetectReason)> {
        let blocks = (time.as_millis() / u128::from(BLOCK_MS)).min(u128::from(self.limits.total_ms / BLOCK_MS + 1));
        (0..blocks).find_map(|_| self.block(false))
    }

    fn block(&mut self, loud: bool) -> Option<(Answerer, DetectReason)> {
        if self.told {
            return None;
        }
        self.elapsed_ms += BLOCK_MS;
        self.state = match (self.state, loud) {
            (State::Waiting, false) => State::Waiting,
            (State::Waiting | State::Pausing(_), true) => State::Speaking(BLOCK_MS),
            (State::Speaking(ms), true) => State::Speaking(ms + BLOCK_MS),
            (State::Speaking(ms), false) => {
                // A click is no word.
                if ms >= self.limits.word_ms_min {
                    self.words += 1;
                }
                if self.words == 0 { State::Waiting } else { State::Pausing(BLOCK_MS) }
            }
            (State::Pausing(ms), false) => State::Pausing(ms + BLOCK_MS),
        };
        if self.state == State::Waiting {
            self.greeting_ms = 0;
        } else {
            self.greeting_ms += BLOCK_MS;
        }
        let verdict = self.judge();
        self.told = verdict.is_some();
        verdict
    }

    fn judge(&self) -> Option<(Answerer, DetectReason)> {
        let limits = &self.limits;
        match self.state {
            State::Waiting if self.elapsed_ms >= limits.initial_silence_ms => Some((Answerer::Machine, DetectReason::InitialSilence)),
            State::Pausing(ms) if ms >= limits.after_greeting_silence_ms => Some((Answerer::Person, DetectReason::ShortGreeting)),
            State::Speaking(_) if self.greeting_ms >= limits.greeting_ms => Some((Answerer::Machine, DetectReason::LongGreeting)),
            State::Pausing(_) if self.words > limits.words => Some((Answerer::Machine, DetectReason::ManyWords)),
            State::Waiting | State::Speaking(_) | State::Pausing(_) if self.elapsed_ms >= limits.total_ms => {
                Some((Answerer::Unsure, DetectReason::TooLong))
            }
            State::Waiting | State::Speaking(_) | State::Pausing(_) => None,
        }
    }
}

/// The mean size of the samples is above the level.
fn is_loud(block: &[i16], level: u16) -> bool {
    let sum: u32 = block.iter().map(|sample| u32::from(sample.unsigned_abs())).sum();
    sum / block.len().max(1) as u32 > u32::from(level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Listens to runs of (loud, ms) in packets of 20 ms.
    fn verdict(runs: &[(bool, usize)]) -> Option<(Answerer, DetectReason)> {
        let mut listener = AnswerListener::new(DetectLimits::default());
        let samples: Vec<i16> = runs
            .iter()
            .flat_map(|(loud, ms)| {
                (0..ms * 8).map(move |n| {
                    if !loud {
                        20
                    } else if n % 16 < 8 {
                        4000
                    } else {
                        -4000
                    }
                })
            })
            .collect();
        samples.chunks(160).find_map(|packet| listener.hear(packet))
    }

    #[test]
    fn the_rhythm_of_the_first_seconds_tells_who_it_is() {
        use Answerer::{Machine, Person, Unsure};
        let words = |count: usize| [(true, 150), (false, 100)].repeat(count);
        let rows = [
            ("hello?", vec![(false, 500), (true, 400), (false, 1000)], Some((Person, DetectReason::ShortGreeting))),
            (
                "first and last name",
                vec![(false, 300), (true, 300), (false, 150), (true, 500), (false, 1000)],
                Some((Person, DetectReason::ShortGreeting)),
            ),
            ("nobody speaks", vec![(false, 3000)], Some((Machine, DetectReason::InitialSilence))),
            ("you have reached", vec![(false, 300), (true, 2500)], Some((Machine, DetectReason::LongGreeting))),
            ("many words", [vec![(false, 300)], words(5)].concat(), Some((Machine, DetectReason::ManyWords))),
            (
                "a click, then hello",
                vec![(false, 300), (true, 40), (false, 900), (true, 400), (false, 900)],
                Some((Person, DetectReason::ShortGreeting)),
            ),
            ("over too soon", vec![(false, 300), (true, 400), (false, 300)], None),
        ];
        for (name, runs, wanted) in rows {
            assert_eq!(verdict(&runs), wanted, "{name}");
        }
        let patient = DetectLimits { initial_silence_ms: 60_000, ..DetectLimits::default() };
        let mut listener = AnswerListener::new(patient);
        assert_eq!(listener.silence(Duration::from_secs(9)), Some((Unsure, DetectReason::TooLong)));
    }

    #[test]
    fn no_media_at_all_is_silence() {
        let mut listener = AnswerListener::new(DetectLimits::default());
        assert_eq!(listener.silence(Duration::from_millis(2400)), None);
        assert_eq!(listener.silence(Duration::from_millis(200)), Some((Answerer::Machine, DetectReason::InitialSilence)));
        assert_eq!(listener.silence(Duration::from_secs(100)), None, "once only");
    }

    proptest! {
        #[test]
        fn there_is_one_verdict_and_it_comes_in_time(samples in proptest::collection::vec(any::<i16>(), 0..500), repeat in 1usize..200) {
            let limits = DetectLimits::default();
            let (mut listener, mut verdicts, mut heard) = (AnswerListener::new(limits), 0, 0);
            for _ in 0..repeat {
                verdicts += usize::from(listener.hear(&samples).is_some());
                heard += samples.len();
            }
            prop_assert!(verdicts <= 1);
            prop_assert!(heard < (limits.total_ms as usize + 10) * 8 || verdicts == 1);
        }
    }
}
