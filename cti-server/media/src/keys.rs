//! Keys heard as tones (DTMF, ITU-T Q.23 and Q.24), for phones that do not send them as events. It knows no packets.
//!
//! Goertzel filters over 12.75 ms blocks that overlap by half. A voice makes such pairs by chance, so a key must be a pair with the
//! right twist, hold most of the sound's power, have no second harmonics, and last: two keys a call are not worth a menu that
//! jumps by itself.

use crate::event::Digit;
use std::f32::consts::TAU;

const LOW: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
const HIGH: [f32; 4] = [1209.0, 1336.0, 1477.0, 1633.0];
const KEYS: [[char; 4]; 4] = [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];

/// Samples of one block at 8 kHz, and between the beginnings of two.
const BLOCK: usize = 102;
const STEP: usize = 51;
/// The quietest tone taken: −36 dBm0 is asked for by Q.24; below this a line's noise would do. Of full scale, squared.
const LEAST_POWER: f32 = 1.0e5;
/// The low tone may be louder by 8 dB, the high one by 4 (Q.24 table 1: what networks do to a key).
const LOW_TWIST: f32 = 6.31;
const HIGH_TWIST: f32 = 2.51;
/// The two tones hold so much of the block's power; speech spreads it.
const PURITY: f32 = 0.75;
/// The next tone of the same group is so much weaker (8 dB).
const ALONE: f32 = 6.31;
/// A tone's second harmonic is so much weaker (a vowel's is not).
const HARMONIC: f32 = 8.0;
/// Blocks of one key that make it pressed: 38 ms; Q.24 asks for 40 ms to be taken and 23 to be left.
const BLOCKS_ON: u32 = 5;
/// Blocks without it that make it let go: 26 ms.
const BLOCKS_OFF: u32 = 4;

/// Listens to one stream at 8 kHz.
#[derive(Clone, Debug, Default)]
pub struct KeyListener {
    /// The samples of the block that is not full; less than [`BLOCK`].
    waiting: Vec<i16>,
    /// What the last blocks held, and how many.
    run: Option<(char, u32)>,
    /// A key that is held: it, the blocks since it was pressed, the blocks it is missing.
    pressed: Option<(char, u32, u32)>,
}

impl KeyListener {
    pub fn new() -> KeyListener {
        KeyListener::default()
    }

    /// Hears the next samples; a key is told when it is let go.
    pub fn hear(&mut self, samples: &[i16], mut report: impl FnMut(Digit)) {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.extend_from_slice(samples);
        let mut from = 0;
        while let Some(block) = waiting.get(from..from + BLOCK) {
            self.block(key_of(block), &mut report);
            from += STEP;
        }
        waiting.drain(..from);
        self.waiting = waiting;
    }

    /// The stream ends or begins anew: a held key is let go.
    pub fn reset(&mut self, mut report: impl FnMut(Digit)) {
        self.let_go(&mut report);
        *self = KeyListener::new();
    }

    fn block(&mut self, heard: Option<char>, report: &mut impl FnMut(Digit)) {
        self.run = match (self.run, heard) {
            (Some((key, blocks)), Some(heard)) if key == heard => Some((key, blocks + 1)),
            (_, Some(heard)) => Some((heard, 1)),
            (_, None) => None,
        };
        if let Some((key, blocks, missing)) = &mut self.pressed {
            *blocks += 1;
            if heard == Some(*key) {
                *missing = 0;
                return;
            }
            *missing += 1;
            let another = self.run.is_some_and(|(_, blocks)| blocks >= BLOCKS_ON);
            if *missing < BLOCKS_OFF && !another {
                return;
            }
            self.let_go(report);
        }
        if let Some((key, blocks)) = self.run.filter(|(_, blocks)| *blocks >= BLOCKS_ON) {
            self.pressed = Some((key, blocks, 0));
        }
    }

    fn let_go(&mut self, report: &mut impl FnMut(Digit)) {
        if let Some((digit, blocks, missing)) = self.pressed.take() {
            report(Digit { digit, duration_ms: (blocks - missing + 1) * STEP as u32 / 8 });
        }
    }
}

/// The key of one block.
fn key_of(block: &[i16]) -> Option<char> {
    let total: f32 = block.iter().map(|sample| f32::from(*sample) * f32::from(*sample)).sum::<f32>() / BLOCK as f32;
    if total < LEAST_POWER {
        return None;
    }
    let (row, low) = strongest(block, LOW)?;
    let (column, high) = strongest(block, HIGH)?;
    let twisted = low > high * LOW_TWIST || high > low * HIGH_TWIST;
    if twisted || low + high < total * PURITY {
        return None;
    }
    let harmonic = power(block, LOW[row] * 2.0) * HARMONIC > low || power(block, HIGH[column] * 2.0) * HARMONIC > high;
    (!harmonic).then_some(KEYS[row][column])
}

/// The strongest tone of a group and its power, if it stands alone.
fn strongest(block: &[i16], group: [f32; 4]) -> Option<(usize, f32)> {
    let powers = group.map(|hz| power(block, hz));
    let best = (0..4).max_by(|a, b| powers[*a].total_cmp(&powers[*b]))?;
    let alone = (0..4).all(|other| {
        other == best || powers[other] * ALONE < powers[best] || other.abs_diff(best) == 1 && powers[other] * 2.0 < powers[best]
    });
    alone.then_some((best, powers[best]))
}

/// The mean power of a sine of `hz` in the block (Goertzel).
fn power(block: &[i16], hz: f32) -> f32 {
    let coefficient = 2.0 * (TAU * hz / 8000.0).cos();
    let (mut before, mut last) = (0.0f32, 0.0f32);
    for sample in block {
        let next = f32::from(*sample) + coefficient * last - before;
        before = last;
        last = next;
    }
    let energy = last * last + before * before - coefficient * last * before;
    2.0 * energy / (BLOCK * BLOCK) as f32
}

/// The samples of a key, for whoever must send it as tones: `ms` at −9 dB a tone, `None` for what is no key.
pub fn tones_of(key: char, ms: u32) -> Option<Vec<i16>> {
    let wanted = key.to_ascii_uppercase();
    let (row, column) = (0..16).map(|n| (n / 4, n % 4)).find(|(row, column)| KEYS[*row][*column] == wanted)?;
    let at = |n: u32, hz: f32| (TAU * hz * n as f32 / 8000.0).sin();
    Some((0..ms * 8).map(|n| (11_500.0 * (at(n, LOW[row]) + at(n, HIGH[column]))) as i16).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn heard(samples: &[i16]) -> Vec<(char, u32)> {
        let (mut listener, mut keys) = (KeyListener::new(), Vec::new());
        for packet in samples.chunks(160) {
            listener.hear(packet, |digit| keys.push((digit.digit, digit.duration_ms)));
        }
        listener.reset(|digit| keys.push((digit.digit, digit.duration_ms)));
        keys
    }

    fn pair(low: f32, low_db: f32, high: f32, high_db: f32, ms: u32) -> Vec<i16> {
        let at = |n: u32, hz: f32, db: f32| 32_767.0 * 10f32.powf(db / 20.0) * (TAU * hz * n as f32 / 8000.0).sin();
        (0..ms * 8).map(|n| (at(n, low, low_db) + at(n, high, high_db)) as i16).collect()
    }

    #[test]
    fn all_sixteen_keys_are_heard_once_each_with_their_length() {
        let mut samples = vec![0; 800];
        for key in "0123456789*#ABCD".chars() {
            samples.extend(tones_of(key, 100).unwrap());
            samples.extend(vec![0; 800]);
        }
        let keys = heard(&samples);
        assert_eq!(keys.iter().map(|(key, _)| *key).collect::<String>(), "0123456789*#ABCD");
        assert!(keys.iter().all(|(_, ms)| (75..=115).contains(ms)), "{keys:?}");
        assert_eq!(tones_of('x', 100), None);
    }

    #[test]
    fn twist_level_and_frequency_have_the_bounds_of_the_recommendation() {
        let rows = [
            ("even", pair(770.0, -12.0, 1336.0, -12.0, 80), true),
            ("low louder by 6 dB", pair(770.0, -9.0, 1336.0, -15.0, 80), true),
            ("low louder by 12 dB", pair(770.0, -6.0, 1336.0, -18.0, 80), false),
            ("high louder by 3 dB", pair(770.0, -12.0, 1336.0, -9.0, 80), true),
            ("high louder by 9 dB", pair(770.0, -18.0, 1336.0, -9.0, 80), false),
            ("quiet", pair(770.0, -33.0, 1336.0, -33.0, 80), true),
            ("too quiet", pair(770.0, -50.0, 1336.0, -50.0, 80), false),
            ("1.5 % high", pair(781.5, -12.0, 1356.0, -12.0, 80), true),
            ("5 % high", pair(808.5, -12.0, 1402.8, -12.0, 80), false),
            ("one tone", pair(770.0, -12.0, 1336.0, -80.0, 80), false),
            ("too short", pair(770.0, -12.0, 1336.0, -12.0, 22), false),
            ("just long enough", pair(770.0, -12.0, 1336.0, -12.0, 50), true),
        ];
        for (name, tone, taken) in rows {
            let samples = [vec![0; 400], tone, vec![0; 800]].concat();
            assert_eq!(heard(&samples).len(), usize::from(taken), "{name}");
        }
    }

    #[test]
    fn a_key_in_noise_is_heard_and_noise_alone_is_none() {
        let mut state = 1u32;
        let mut noise = |peak: i32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (((state >> 16) as i32 - 32_768) * peak / 32_768) as i16
        };
        let key: Vec<i16> = tones_of('7', 80).unwrap().iter().map(|sample| sample / 4 + noise(700)).collect();
        let pause: Vec<i16> = (0..800).map(|_| noise(700)).collect();
        let samples = [pause.clone(), key, pause].concat();
        assert_eq!(heard(&samples).iter().map(|(key, _)| *key).collect::<String>(), "7");
        assert!(heard(&(0..80_000).map(|_| noise(20_000)).collect::<Vec<_>>()).is_empty());
    }

    /// A voice: harmonics of a moving pitch under moving formants, a minute of it.
    #[test]
    fn a_minute_of_voices_presses_no_key() {
        let mut keys = Vec::new();
        for voice in 0..6 {
            let mut phase = 0.0f32;
            let samples: Vec<i16> = (0..80_000u32)
                .map(|n| {
                    let time = n as f32 / 8000.0;
                    let pitch = 90.0 + 35.0 * voice as f32 + 25.0 * (TAU * 0.7 * time).sin();
                    phase = (phase + pitch / 8000.0).fract();
                    let formants = [500.0 + 300.0 * (TAU * 1.3 * time).sin(), 1400.0 + 500.0 * (TAU * 0.9 * time).cos(), 2500.0];
                    let harmonic = |k: u32| {
                        let hz = pitch * k as f32;
                        let gain: f32 = formants.iter().map(|formant| 1.0 / (1.0 + ((hz - formant) / 90.0).powi(2))).sum();
                        gain * (TAU * phase * k as f32).sin()
                    };
                    (4000.0 * (1..30).map(harmonic).sum::<f32>()).clamp(-32_000.0, 32_000.0) as i16
                })
                .collect();
            keys.extend(heard(&samples));
        }
        assert!(keys.is_empty(), "{keys:?}");
    }

    proptest! {
        #[test]
        fn any_samples_in_any_pieces_are_heard_alike(samples in proptest::collection::vec(any::<i16>(), 0..3000), cut in 1usize..400) {
            let mut one = Vec::new();
            let mut listener = KeyListener::new();
            for piece in samples.chunks(cut) {
                listener.hear(piece, |digit| one.push((digit.digit, digit.duration_ms)));
                prop_assert!(listener.waiting.len() < BLOCK);
            }
            listener.reset(|digit| one.push((digit.digit, digit.duration_ms)));
            prop_assert_eq!(one, heard(&samples));
        }
    }
}
