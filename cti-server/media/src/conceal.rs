//! What stands in for audio that never came: the voice's last pitch period, repeated and faded out. For any codec.
//!
//! After the idea of ITU-T G.711 Appendix I: the ear misses a short gap when what was heard goes on at its pitch. From 60 ms
//! on there is silence, because a longer guess is a robot's.

/// Highest and lowest pitch looked for: 400 and 66 Hz.
const PERIOD_MIN_MS_TENTHS: usize = 25;
const PERIOD_MAX_MS_TENTHS: usize = 150;
/// How much of the past is compared.
const TEMPLATE_MS: usize = 10;
/// Samples a millisecond at which the pitch is looked for at first.
const COARSE_PER_MS: usize = 8;
/// The concealed part is at full level so long …
const FULL_MS: usize = 10;
/// … and silent from here on.
const SILENT_MS: usize = 60;
/// Over so much the real audio is faded in again.
const FADE_MS: usize = 5;

/// The past of one voice.
#[derive(Clone, Debug)]
pub struct Concealer {
    per_ms: usize,
    /// The newest samples, as many as pitch search needs.
    past: Vec<i16>,
    /// Samples concealed since the last real one, and the period they repeat.
    run: usize,
    period: usize,
}

impl Concealer {
    /// For audio of `rate` samples a second.
    pub fn new(rate: u32) -> Concealer {
        let per_ms = (rate / 1000).max(1) as usize;
        let reach = per_ms * PERIOD_MAX_MS_TENTHS / 10 + per_ms * TEMPLATE_MS;
        Concealer { per_ms, past: vec![0; reach], run: 0, period: 0 }
    }

    /// Real audio, remembered; its beginning is joined to what was made up before it.
    pub fn heard(&mut self, frame: &mut [i16]) {
        if self.run > 0 {
            let fade = (self.per_ms * FADE_MS).min(frame.len());
            let mut tail = vec![0; fade];
            self.fill(&mut tail);
            for (index, (sample, made_up)) in frame.iter_mut().zip(&tail).enumerate() {
                let new = (index + 1) as i32;
                let all = fade as i32 + 1;
                *sample = ((i32::from(*sample) * new + i32::from(*made_up) * (all - new)) / all) as i16;
            }
            self.run = 0;
        }
        let keep = self.past.len();
        if frame.len() >= keep {
            self.past.copy_from_slice(&frame[frame.len() - keep..]);
        } else {
            self.past.copy_within(frame.len().., 0);
            self.past[keep - frame.len()..].copy_from_slice(frame);
        }
    }

    /// Makes up the next samples.
    pub fn fill(&mut self, out: &mut [i16]) {
        if self.run == 0 {
            self.period = self.pitch();
        }
        let (full, silent) = (self.per_ms * FULL_MS, self.per_ms * SILENT_MS);
        let from = self.past.len() - self.period;
        for sample in out {
            let place = from + self.run % self.period;
            let left = silent.saturating_sub(self.run.max(full)) as i32;
            let value = i32::from(self.past.get(place).copied().unwrap_or(0));
            *sample = (value * left / (silent - full) as i32) as i16;
            self.run += 1;
        }
    }

    /// The shift at which the newest samples are most like those before them: looked for as at 8 kHz, where a voice's pitch is found as
    /// well and at a small part of the cost, and then around what was found.
    fn pitch(&self) -> usize {
        let shortest = self.per_ms * PERIOD_MIN_MS_TENTHS / 10;
        let longest = self.per_ms * PERIOD_MAX_MS_TENTHS / 10;
        let step = (self.per_ms / COARSE_PER_MS).max(1);
        let coarse = self.likest((shortest..=longest).step_by(step), step).unwrap_or(longest);
        let near = coarse.saturating_sub(step - 1).max(shortest)..=(coarse + step - 1).min(longest);
        if step == 1 { coarse } else { self.likest(near, 1).unwrap_or(coarse) }
    }

    /// Of these shifts the one at which the newest samples, of which every `step`th is looked at, are most like those before them.
    fn likest(&self, shifts: impl Iterator<Item = usize>, step: usize) -> Option<usize> {
        let template = self.per_ms * TEMPLATE_MS;
        let end = self.past.len();
        let newest = &self.past[end - template..];
        let likeness = |shift: usize| {
            let before = &self.past[end - template - shift..end - shift];
            let (mut product, mut energy) = (0.0f32, 1.0f32);
            for (a, b) in newest.iter().zip(before).step_by(step) {
                product += f32::from(*a) * f32::from(*b);
                energy += f32::from(*b) * f32::from(*b);
            }
            product / energy.sqrt()
        };
        shifts.map(|shift| (likeness(shift), shift)).reduce(|best, one| if one.0 > best.0 { one } else { best }).map(|(_, shift)| shift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::{level_db, sine};

    #[test]
    fn a_lost_frame_goes_on_at_the_voices_pitch() {
        for hz in [100.0, 250.0, 390.0] {
            let mut concealer = Concealer::new(8000);
            concealer.heard(&mut sine(hz, -12.0, 0, 480));
            let mut made_up = vec![0; 80];
            concealer.fill(&mut made_up);
            let wanted = sine(hz, -12.0, 480, 80);
            let error: f64 = made_up.iter().zip(&wanted).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
            let power: f64 = wanted.iter().map(|sample| f64::from(*sample).powi(2)).sum();
            assert!(error < power * 0.1, "{hz} Hz: {}", error / power);
        }
    }

    #[test]
    fn a_long_loss_fades_into_silence() {
        let mut concealer = Concealer::new(8000);
        concealer.heard(&mut sine(200.0, -6.0, 0, 480));
        let mut made_up = vec![0; 960];
        concealer.fill(&mut made_up);
        assert!(level_db(&made_up[..80], 200.0) > -10.0);
        assert!(level_db(&made_up[320..480], 200.0) < level_db(&made_up[160..320], 200.0));
        assert!(made_up[480..].iter().all(|sample| *sample == 0));
    }

    #[test]
    fn real_audio_comes_back_without_a_click() {
        let mut concealer = Concealer::new(16_000);
        concealer.heard(&mut vec![10_000; 800]);
        concealer.fill(&mut [0; 320]);
        let mut back = vec![-10_000; 320];
        concealer.heard(&mut back);
        let steps = back.windows(2).map(|pair| (i32::from(pair[0]) - i32::from(pair[1])).abs()).max();
        assert!(steps < Some(700), "{steps:?}");
        assert_eq!(back[319], -10_000);
    }

    #[test]
    fn silence_is_concealed_by_silence() {
        let mut made_up = [9; 160];
        Concealer::new(8000).fill(&mut made_up);
        assert_eq!(made_up, [0; 160]);
    }
}
