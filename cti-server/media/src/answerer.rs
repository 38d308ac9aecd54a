//! Who answered an outgoing call, a person or a machine, by the rhythm of the first seconds. It hears samples and knows no words.
//!
//! A person says something short and waits. A machine has a long greeting, or one of many words, or a beep. The parameters
//! have the names and the usual values of this trade; every one is a guess that suits one country better than the other.

use cti_types::media::{Answerer, DetectLimits, DetectReason};
use std::time::Duration;

/// What is judged at once: 10 ms.
const BLOCK: usize = 80;
const BLOCK_MS: u32 = 10;

/// Listens to the first seconds of one answered call.
#[derive(Clone, Debug)]
pub struct AnswerListener {
    limits: DetectLimits,
    /// Words that were long enough.
    words: u32,
    /// Sound of the word under way, its short dips left out; 0 between words.
    word_ms: u32,
    /// Silence since the last sound.
    silence_ms: u32,
    /// Time since the answer, and since the first word began.
    elapsed_ms: u32,
    greeting_ms: u32,
    /// Samples of a block that is not full.
    waiting: Vec<i16>,
    told: bool,
}

impl AnswerListener {
    pub fn new(limits: DetectLimits) -> AnswerListener {
        let (words, word_ms, silence_ms, elapsed_ms, greeting_ms) = Default::default();
        AnswerListener { limits, words, word_ms, silence_ms, elapsed_ms, greeting_ms, waiting: Vec::new(), told: false }
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
        if loud {
            let was_word = self.is_word();
            self.silence_ms = 0;
            self.word_ms += BLOCK_MS;
            // A click is no word.
            self.words += u32::from(self.is_word() && !was_word);
        } else {
            self.silence_ms += BLOCK_MS;
            if self.silence_ms >= self.limits.between_words_silence_ms {
                self.word_ms = 0;
            }
        }
        self.greeting_ms = if self.words == 0 && self.word_ms == 0 { 0 } else { self.greeting_ms + BLOCK_MS };
        let verdict = self.judge();
        self.told = verdict.is_some();
        verdict
    }

    /// The sound under way is long enough for a word.
    fn is_word(&self) -> bool {
        self.word_ms >= self.limits.word_ms_min.max(1)
    }

    fn judge(&self) -> Option<(Answerer, DetectReason)> {
        let limits = &self.limits;
        let spoken = self.words > 0;
        if !spoken && self.word_ms == 0 && self.elapsed_ms >= limits.initial_silence_ms {
            Some((Answerer::Machine, DetectReason::InitialSilence))
        } else if spoken && self.silence_ms >= limits.after_greeting_silence_ms {
            Some((Answerer::Person, DetectReason::ShortGreeting))
        } else if self.words > limits.words {
            Some((Answerer::Machine, DetectReason::ManyWords))
        } else if self.word_ms >= limits.word_ms_max {
            Some((Answerer::Machine, DetectReason::LongWord))
        } else if self.is_word() && self.greeting_ms >= limits.greeting_ms {
            Some((Answerer::Machine, DetectReason::LongGreeting))
        } else if self.elapsed_ms >= limits.total_ms {
            Some((Answerer::Unsure, DetectReason::TooLong))
        } else {
            None
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
    use std::f64::consts::{PI, TAU};

    /// Somebody who speaks on a line: harmonics of a pitch that wanders, through the resonances of a vowel, with breath, swelling and
    /// sinking with each syllable; and between words the noise of the line.
    struct Speaker {
        spoken: Vec<i16>,
        pitch_hz: f64,
        phase: f64,
        chance: u32,
    }

    impl Speaker {
        fn new(pitch_hz: f64) -> Speaker {
            Speaker { spoken: Vec::new(), pitch_hz, phase: 0.0, chance: 7 }
        }

        /// From −1 to 1, by Knuth's multiplier.
        fn noise(&mut self) -> f64 {
            self.chance = self.chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(self.chance >> 8) / f64::from(1 << 23) - 1.0
        }

        fn pause(mut self, ms: usize) -> Speaker {
            for _ in 0..ms * 8 {
                let line = 40.0 * self.noise();
                self.spoken.push(line as i16);
            }
            self
        }

        /// Syllables of `ms` each without a stop between them. Between two it sinks to a third, never to silence.
        fn says(mut self, syllables: usize, ms: usize) -> Speaker {
            for n in 0..syllables * ms * 8 {
                let time = n as f64 / 8000.0;
                let hz = self.pitch_hz * (1.0 + 0.1 * (TAU * 2.5 * time).sin());
                self.phase += TAU * hz / 8000.0;
                let resonance = |hz: f64| [500.0, 1500.0, 2500.0].iter().map(|at| (-((hz - at) / 200.0).powi(2)).exp()).sum::<f64>() + 0.1;
                let weights: Vec<f64> = (1..=20).map(|k| f64::from(k) * hz).take_while(|hz| *hz < 3400.0).map(resonance).collect();
                let voiced: f64 = weights.iter().zip(1..).map(|(weight, k)| weight * (f64::from(k) * self.phase).sin()).sum();
                let sound = 0.7 * voiced / weights.iter().sum::<f64>() + 0.3 * self.noise();
                let swell = 0.35 + 0.65 * (PI * n as f64 / (ms * 8) as f64).sin().powi(2);
                self.spoken.push((6000.0 * swell * sound) as i16);
            }
            self
        }

        fn hello() -> Speaker {
            Speaker::new(190.0).pause(400).says(2, 180).pause(1500)
        }

        /// "Hello, you've reached … We cannot come to the telephone right now. Please leave …" in six seconds.
        fn machine() -> Speaker {
            let greeting = Speaker::new(120.0).pause(600).says(2, 190).pause(300).says(7, 160).pause(450).says(10, 150);
            greeting.pause(400).says(8, 160).pause(1000)
        }

        /// The verdict, and after how many ms of packets of 20 ms.
        fn heard_with(&self, limits: DetectLimits) -> Option<(Answerer, DetectReason, usize)> {
            let mut listener = AnswerListener::new(limits);
            let mut packets = self.spoken.chunks(160).enumerate();
            packets.find_map(|(n, packet)| listener.hear(packet).map(|(who, why)| (who, why, (n + 1) * 20)))
        }
    }

    #[test]
    fn a_short_hello_is_a_person_and_a_machines_greeting_is_known_before_it_ends() {
        use Answerer::{Machine, Person};
        use DetectReason::{InitialSilence, LongGreeting, ManyWords, ShortGreeting};
        let name = Speaker::new(110.0).pause(300).says(3, 170).pause(200).says(2, 170).pause(1500);
        let twice = Speaker::new(210.0).pause(900).says(2, 180).pause(500).says(2, 200).pause(1500);
        let halting = Speaker::new(120.0).pause(300).says(1, 200).pause(120).says(1, 200).pause(120).says(1, 200).pause(120).says(3, 200);
        for (what, speaker, who, why, within_ms) in [
            ("hello?", Speaker::hello(), Person, ShortGreeting, 1600),
            ("first and last name", name, Person, ShortGreeting, 2240),
            ("hello … hello?", twice, Person, ShortGreeting, 3000),
            ("a machine", Speaker::machine(), Machine, LongGreeting, 2300),
            ("a machine that reads word by word", halting, Machine, ManyWords, 1500),
            ("the noise of a line", Speaker::new(100.0).pause(4000), Machine, InitialSilence, 2500),
        ] {
            let heard = speaker.heard_with(DetectLimits::default());
            assert!(heard.is_some_and(|(w, y, ms)| (w, y) == (who, why) && ms <= within_ms), "{what}: {heard:?}");
        }
    }

    #[test]
    fn a_pause_shorter_than_that_between_words_leaves_it_one_word() {
        // The stops within "what did Kate put" are silent, too.
        let stops = |ms| (0..4).fold(Speaker::new(130.0).pause(300), |speaker, _| speaker.says(1, 140).pause(ms)).pause(1500);
        let few = |silence| DetectLimits { words: 2, between_words_silence_ms: silence, ..DetectLimits::default() };
        let verdict = |speaker: Speaker, limits| speaker.heard_with(limits).map(|(who, why, _)| (who, why));
        let (person, machine) = (Some((Answerer::Person, DetectReason::ShortGreeting)), Some((Answerer::Machine, DetectReason::ManyWords)));
        assert_eq!(verdict(stops(30), few(50)), person);
        assert_eq!(verdict(stops(90), few(50)), machine);
        assert_eq!(verdict(stops(90), few(150)), person);
        // Sounds too short for words are one when the silences between them count for nothing.
        let cut = Speaker::new(130.0).pause(300).says(1, 70).pause(30).says(1, 70).pause(3000);
        assert_eq!(verdict(cut, DetectLimits::default()), person);
    }

    #[test]
    fn a_sound_longer_than_a_word_can_be_is_a_machine() {
        let patient = DetectLimits { greeting_ms: 60_000, words: 100, word_ms_max: 2000, total_ms: 20_000, ..DetectLimits::default() };
        let (who, why, ms) = Speaker::new(120.0).pause(500).says(30, 150).heard_with(patient).unwrap();
        assert_eq!((who, why), (Answerer::Machine, DetectReason::LongWord));
        assert!((2500..=2540).contains(&ms), "{ms}");
        // The same speech with a breath in each two seconds is as long, and is none.
        let breathes = (0..4).fold(Speaker::new(120.0).pause(500), |speaker, _| speaker.says(10, 150).pause(200)).pause(1000);
        let (who, why, _) = breathes.heard_with(patient).unwrap();
        assert_eq!((who, why), (Answerer::Person, DetectReason::ShortGreeting));
    }

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
