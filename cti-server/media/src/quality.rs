//! How a call sounds, by the E-model (ITU-T G.107, with the codecs' figures of G.113 appendix I and G.107.1 for wider bands
//! left out): loss, delay and codec to a rating and a mean opinion score. It measures nothing.

use cti_types::media::Codec;
use std::time::Duration;

/// R of a call without impairment: G.107's default values give 93.2.
const BEST: f32 = 93.2;

/// What one direction of a call suffered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Impairment {
    pub codec: Codec,
    /// 0–1.
    pub loss: f32,
    pub jitter: Duration,
    /// There and back.
    pub round_trip: Duration,
}

/// Equipment impairment and robustness to loss (Ie and Bpl of G.113 appendix I). G.711 with concealment; for G.722 and Opus, which
/// are better than the narrow band this scale ends at, what keeps them comparable: no impairment without loss.
const fn figures(codec: Codec) -> (f32, f32) {
    match codec {
        Codec::Pcmu | Codec::Pcma => (0.0, 25.1),
        Codec::G722 => (0.0, 20.0),
        Codec::Opus => (0.0, 30.0),
    }
}

/// The transmission rating R, 0–100.
pub fn rating(impairment: &Impairment) -> f32 {
    let (equipment, robustness) = figures(impairment.codec);
    let loss_percent = impairment.loss.clamp(0.0, 1.0) * 100.0;
    // G.107 eq. 7-29, with random loss (BurstR = 1).
    let effective = equipment + (95.0 - equipment) * loss_percent / (loss_percent + robustness);
    // One way: half the round trip, the listener's buffer (twice the jitter, as most phones do), a packet's time.
    let one_way_ms = impairment.round_trip.as_secs_f32() * 500.0 + impairment.jitter.as_secs_f32() * 2000.0 + 20.0;
    (BEST - delay_impairment(one_way_ms) - effective).clamp(0.0, 100.0)
}

/// Idd of G.107 eq. 7-27: nothing up to 100 ms.
fn delay_impairment(one_way_ms: f32) -> f32 {
    if one_way_ms <= 100.0 {
        return 0.0;
    }
    let x = (one_way_ms / 100.0).log2();
    25.0 * ((1.0 + x.powi(6)).powf(1.0 / 6.0) - 3.0 * (1.0 + (x / 3.0).powi(6)).powf(1.0 / 6.0) + 2.0)
}

/// The mean opinion score of a rating, 1–4.5 (G.107 annex B).
pub fn opinion(rating: f32) -> f32 {
    if rating <= 0.0 {
        return 1.0;
    }
    if rating >= 100.0 {
        return 4.5;
    }
    (1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7e-6).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn score(codec: Codec, loss: f32, jitter_ms: u64, round_trip_ms: u64) -> f32 {
        opinion(rating(&Impairment {
            codec,
            loss,
            jitter: Duration::from_millis(jitter_ms),
            round_trip: Duration::from_millis(round_trip_ms),
        }))
    }

    #[test]
    fn ratings_become_the_scores_of_the_standards_table() {
        // G.107 table B.1.
        for (rating, wanted) in [(90.0, 4.34), (80.0, 4.03), (70.0, 3.60), (60.0, 3.10), (50.0, 2.58)] {
            assert!((opinion(rating) - wanted).abs() < 0.01, "{rating}: {}", opinion(rating));
        }
        assert_eq!((opinion(-5.0), opinion(100.0)), (1.0, 4.5));
    }

    #[test]
    fn delay_costs_what_the_standard_says() {
        // G.107 eq. 7-27, worked out by hand for x = 1 and x = 2.
        assert!(delay_impairment(100.0) < 0.01);
        assert!((delay_impairment(200.0) - 3.05).abs() < 0.1, "{}", delay_impairment(200.0));
        assert!((delay_impairment(400.0) - 24.1).abs() < 1.0, "{}", delay_impairment(400.0));
    }

    #[test]
    fn good_fair_and_bad_lines_are_told_apart() {
        assert!(score(Codec::Pcma, 0.0, 1, 40) > 4.35);
        assert!((3.5..4.2).contains(&score(Codec::Pcma, 0.03, 10, 100)));
        assert!(score(Codec::Pcma, 0.2, 30, 300) < 2.6);
        assert!(score(Codec::Opus, 0.05, 5, 100) > score(Codec::Pcmu, 0.05, 5, 100));
    }

    proptest! {
        #[test]
        fn more_loss_jitter_or_delay_is_never_better(loss in 0f32..1.0, jitter in 0u64..500, trip in 0u64..3000, more in 0f32..0.5) {
            for codec in Codec::ALL {
                let base = score(codec, loss, jitter, trip);
                prop_assert!((1.0..=4.5).contains(&base));
                prop_assert!(score(codec, loss + more, jitter, trip) <= base + 1e-4);
                prop_assert!(score(codec, loss, jitter + 100, trip) <= base + 1e-4);
                prop_assert!(score(codec, loss, jitter, trip + 500) <= base + 1e-4);
            }
        }
    }
}
