//! One sample rate to another, between 8, 16 and 48 kHz. Linear phase, made for speech; it keeps the past of one stream.

use std::collections::VecDeque;
use std::f64::consts::PI;
use std::sync::LazyLock;

/// Taps of the filter at the lower of the two rates: a passband up to 0.85 of what the lower rate can hold.
const TAPS: usize = 24;

/// The filters for factors 2, 3 and 6, at the higher rate.
static FILTERS: LazyLock<[Vec<f32>; 3]> = LazyLock::new(|| [2, 3, 6].map(design));

/// A windowed sinc (Blackman) with its edge at 0.92 of the lower rate's half.
fn design(factor: usize) -> Vec<f32> {
    let length = TAPS * factor;
    let middle = (length - 1) as f64 / 2.0;
    let edge = 0.92 / (2.0 * factor as f64);
    let window = |n: f64| 0.42 - 0.5 * (2.0 * PI * n / (length - 1) as f64).cos() + 0.08 * (4.0 * PI * n / (length - 1) as f64).cos();
    let sinc = |x: f64| if x.abs() < 1e-9 { 2.0 * edge } else { (2.0 * PI * edge * x).sin() / (PI * x) };
    let taps: Vec<f64> = (0..length).map(|n| sinc(n as f64 - middle) * window(n as f64)).collect();
    let sum: f64 = taps.iter().sum();
    taps.iter().map(|tap| (tap / sum) as f32).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Same,
    Up(usize),
    Down(usize),
}

/// The conversion of one stream.
#[derive(Clone, Debug)]
pub struct Resampler {
    way: Way,
    filter: &'static [f32],
    /// The newest input samples, oldest first: as many as the filter needs.
    past: VecDeque<f32>,
    /// Down: input samples until the next output.
    wait: usize,
}

impl Resampler {
    /// `None` when one rate is not 1, 2, 3 or 6 times the other.
    pub fn new(from: u32, to: u32) -> Option<Resampler> {
        let way = match (from, to) {
            (0, _) | (_, 0) => return None,
            (from, to) if from == to => Way::Same,
            (from, to) if to % from == 0 => Way::Up((to / from) as usize),
            (from, to) if from % to == 0 => Way::Down((from / to) as usize),
            _ => return None,
        };
        let (filter, length): (&'static [f32], usize) = match way {
            Way::Same => (&[], 0),
            Way::Up(factor) => (filter(factor)?, TAPS),
            Way::Down(factor) => (filter(factor)?, TAPS * factor),
        };
        Some(Resampler { way, filter, past: VecDeque::from(vec![0.0; length]), wait: 0 })
    }

    /// Appends what `input` becomes. Multiples of the factor give the exact share of samples.
    pub fn run(&mut self, input: &[i16], out: &mut Vec<i16>) {
        match self.way {
            Way::Same => out.extend_from_slice(input),
            Way::Up(factor) => self.up(factor, input, out),
            Way::Down(factor) => self.down(factor, input, out),
        }
    }

    fn push(&mut self, sample: i16) {
        self.past.pop_front();
        self.past.push_back(f32::from(sample));
    }

    fn up(&mut self, factor: usize, input: &[i16], out: &mut Vec<i16>) {
        for sample in input {
            self.push(*sample);
            for phase in 0..factor {
                let taps = self.filter.iter().skip(phase).step_by(factor);
                let sum: f32 = self.past.iter().rev().zip(taps).map(|(sample, tap)| sample * tap).sum();
                out.push(rounded(sum * factor as f32));
            }
        }
    }

    fn down(&mut self, factor: usize, input: &[i16], out: &mut Vec<i16>) {
        for sample in input {
            self.push(*sample);
            if self.wait == 0 {
                self.wait = factor;
                // The filter is symmetric, so its direction makes no difference.
                let (old, new) = self.past.as_slices();
                let (first, rest) = self.filter.split_at(old.len());
                out.push(rounded(dot(old, first) + dot(new, rest)));
            }
            self.wait -= 1;
        }
    }
}

fn filter(factor: usize) -> Option<&'static [f32]> {
    let [two, three, six] = &*FILTERS;
    match factor {
        2 => Some(two),
        3 => Some(three),
        6 => Some(six),
        _ => None,
    }
}

fn dot(samples: &[f32], taps: &[f32]) -> f32 {
    samples.iter().zip(taps).map(|(sample, tap)| sample * tap).sum()
}

fn rounded(value: f32) -> i16 {
    value.round().clamp(f32::from(i16::MIN), f32::from(i16::MAX)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(rate: u32, hz: f64, length: usize) -> Vec<i16> {
        (0..length).map(|n| (10_000.0 * (2.0 * PI * hz * n as f64 / f64::from(rate)).sin()) as i16).collect()
    }

    fn amplitude(rate: u32, hz: f64, samples: &[i16]) -> f64 {
        let (mut re, mut im) = (0.0, 0.0);
        for (n, sample) in samples.iter().enumerate() {
            let angle = 2.0 * PI * hz * n as f64 / f64::from(rate);
            re += f64::from(*sample) * angle.cos();
            im += f64::from(*sample) * angle.sin();
        }
        2.0 * re.hypot(im) / samples.len() as f64
    }

    #[test]
    fn speech_keeps_its_level_and_gains_no_image_between_all_rates() {
        for from in [8000, 16_000, 48_000] {
            for to in [8000, 16_000, 48_000] {
                let mut resampler = Resampler::new(from, to).unwrap();
                for hz in [300.0, 1000.0, 3000.0] {
                    let mut out = Vec::new();
                    for frame in sine(from, hz, from as usize / 5).chunks(from as usize / 50) {
                        let before = out.len();
                        resampler.run(frame, &mut out);
                        assert_eq!(out.len() - before, to as usize / 50, "each frame gives its exact share");
                    }
                    let steady = &out[to as usize / 10..];
                    let level = amplitude(to, hz, steady);
                    assert!((9000.0..10_500.0).contains(&level), "{from} → {to}, {hz} Hz: {level}");
                    if to > 8000 {
                        let image = amplitude(to, 8000.0 - hz, steady);
                        assert!(hz > 2900.0 || image < 60.0, "{from} → {to}: image of {hz} Hz at {image}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_hold_is_taken_out() {
        for (from, to, hz) in [(16_000, 8000, 5500.0), (48_000, 8000, 6000.0), (48_000, 16_000, 11_000.0)] {
            let mut out = Vec::new();
            Resampler::new(from, to).unwrap().run(&sine(from, hz, from as usize / 5), &mut out);
            let loudest = out[to as usize / 10..].iter().map(|sample| sample.unsigned_abs()).max();
            assert!(loudest < Some(60), "{from} → {to}: {loudest:?}");
        }
    }

    #[test]
    fn other_ratios_are_refused() {
        assert!(Resampler::new(8000, 44_100).is_none() && Resampler::new(0, 8000).is_none() && Resampler::new(8000, 40_000).is_none());
    }
}
