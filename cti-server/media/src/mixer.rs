//! Several voices as one: their sum, and the control that keeps it from clipping. It knows no packets.

/// Samples of the longest frame that is mixed: 20 ms at 48 kHz.
pub const FRAME_SAMPLES_MAX: usize = 960;

/// The loudest a mix gets; a little below full scale, so that no codec's own rounding clips it.
const LOUDEST: f32 = 32_000.0;
/// Up to here the last guard leaves a sample as it is.
const KNEE: f32 = 29_000.0;
/// How fast a turned-down mix comes back: by this part of the way each frame (about half a second in all).
const RECOVERY: f32 = 0.05;
/// The part of a frame over which the gain changes: 5 ms of 20.
const RAMP_PART: usize = 4;

/// Adds a voice to the sum. The longer of the two is cut.
pub fn add(sum: &mut [i32], voice: &[i16]) {
    for (total, sample) in sum.iter_mut().zip(voice) {
        *total += i32::from(*sample);
    }
}

/// Keeps one listener's mix within 16 bits: turns the whole mix down when its peak would not fit, at once but over a short
/// ramp, and slowly up again. What still sticks out during the ramp is bent, not cut.
#[derive(Clone, Debug)]
pub struct Limiter {
    gain: f32,
}

impl Default for Limiter {
    fn default() -> Limiter {
        Limiter { gain: 1.0 }
    }
}

impl Limiter {
    pub fn new() -> Limiter {
        Limiter::default()
    }

    /// Turns a frame's sum into samples, as many as both hold.
    pub fn apply(&mut self, sum: &[i32], out: &mut [i16]) {
        let peak = sum.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0) as f32;
        let fits = if peak > LOUDEST { LOUDEST / peak } else { 1.0 };
        let target = fits.min(self.gain + (1.0 - self.gain) * RECOVERY);
        let from = self.gain;
        self.gain = if target > 0.999 { 1.0 } else { target };
        if from >= 1.0 && self.gain >= 1.0 {
            for (sample, total) in out.iter_mut().zip(sum) {
                *sample = bend(*total as f32);
            }
            return;
        }
        let ramp = (sum.len() / RAMP_PART).max(1);
        for (index, (sample, total)) in out.iter_mut().zip(sum).enumerate() {
            let way = ((index + 1) as f32 / ramp as f32).min(1.0);
            *sample = bend(*total as f32 * (from + (self.gain - from) * way));
        }
    }
}

/// Untouched below the knee; above it bent so that nothing reaches full scale, without a corner at the knee.
fn bend(value: f32) -> i16 {
    let size = value.abs();
    if size <= KNEE {
        return value as i16;
    }
    let room = f32::from(i16::MAX) - KNEE;
    let over = (size - KNEE) / room;
    (KNEE + room * over / (1.0 + over)).copysign(value) as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::{level_db, sine};
    use proptest::prelude::*;

    fn mix(voices: &[Vec<i16>]) -> Vec<i16> {
        let (mut limiter, mut mixed) = (Limiter::new(), Vec::new());
        for frame in 0..voices[0].len() / 160 {
            let (mut sum, mut out) = ([0; 160], [0; 160]);
            for voice in voices {
                add(&mut sum, &voice[frame * 160..(frame + 1) * 160]);
            }
            limiter.apply(&sum, &mut out);
            mixed.extend(out);
        }
        mixed
    }

    #[test]
    fn what_fits_is_the_plain_sum() {
        let (one, two) = (sine(440.0, -12.0, 0, 1600), sine(1000.0, -12.0, 0, 1600));
        let wanted: Vec<i16> = one.iter().zip(&two).map(|(a, b)| a + b).collect();
        assert_eq!(mix(&[one, two]), wanted);
    }

    #[test]
    fn three_loud_voices_are_all_heard_without_clipping_or_new_tones() {
        let tones = [440.0, 1000.0, 1700.0];
        let mixed = mix(&tones.map(|hz| sine(hz, -3.0, 0, 8000)));
        assert!(mixed.iter().all(|sample| sample.unsigned_abs() < 32_767));
        let steady = &mixed[1600..];
        for hz in tones {
            assert!(level_db(steady, hz) > -15.0, "{hz}: {}", level_db(steady, hz));
        }
        // Where the harmonics and sums of a clipped mix would lie.
        for hz in [1320.0, 3000.0, 1440.0, 2140.0, 560.0, 2700.0] {
            assert!(level_db(steady, hz) < -45.0, "{hz}: {}", level_db(steady, hz));
        }
    }

    #[test]
    fn a_loud_moment_does_not_keep_the_mix_quiet() {
        let mut voice = sine(440.0, 0.0, 0, 16_000);
        let shout = sine(440.0, 0.0, 0, 1600);
        for (sample, more) in voice.iter_mut().zip(&shout) {
            *sample = (i32::from(*sample) + i32::from(*more)).clamp(-32_768, 32_767) as i16;
        }
        let mixed = mix(&[voice, [shout, vec![0; 14_400]].concat()]);
        assert!(level_db(&mixed[12_000..], 440.0) > -1.0);
    }

    proptest! {
        #[test]
        fn any_sum_of_sixteen_fits_and_keeps_its_sign(sums in proptest::collection::vec(-16 * 32_768..16 * 32_767i32, 1..960)) {
            let mut limiter = Limiter::new();
            let mut out = vec![0; sums.len()];
            for _ in 0..3 {
                limiter.apply(&sums, &mut out);
                for (sample, sum) in out.iter().zip(&sums) {
                    prop_assert!(i32::from(*sample).signum() * sum.signum() >= 0);
                    prop_assert!(sum.unsigned_abs() > 29_000 || i32::from(sample.unsigned_abs()) <= sum.unsigned_abs() as i32);
                }
            }
        }

        #[test]
        fn the_order_of_voices_makes_no_difference(one in any::<[i16; 32]>(), two in any::<[i16; 32]>(), three in any::<[i16; 32]>()) {
            let (mut a, mut b) = ([0; 32], [0; 32]);
            for voice in [&one, &two, &three] {
                add(&mut a, voice);
            }
            for voice in [&three, &one, &two] {
                add(&mut b, voice);
            }
            prop_assert_eq!(a, b);
        }
    }
}
