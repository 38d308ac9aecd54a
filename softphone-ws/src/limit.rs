//! How much one socket may ask: a token bucket. It reads no clock.

use std::time::Duration;

/// Holds up to `burst` tokens and gains `per_s` a second.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// In millionths of a token, so that a microsecond at one token a second counts.
    filled: u64,
    full: u64,
    per_s: u64,
    last: Duration,
}

const TOKEN: u64 = 1_000_000;

impl Bucket {
    /// A full bucket at time zero.
    pub(crate) fn new(per_s: u32, burst: u32) -> Self {
        let full = u64::from(burst) * TOKEN;
        Bucket { filled: full, full, per_s: u64::from(per_s), last: Duration::ZERO }
    }

    /// Takes one token; `false` when there is none. `at` is any clock that doesn't run backwards.
    pub(crate) fn take(&mut self, at: Duration) -> bool {
        let micros = u64::try_from(at.saturating_sub(self.last).as_micros()).unwrap_or(u64::MAX);
        self.last = self.last.max(at);
        self.filled = self.filled.saturating_add(micros.saturating_mul(self.per_s)).min(self.full);
        if self.filled < TOKEN {
            return false;
        }
        self.filled -= TOKEN;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let mut bucket = Bucket::new(20, 40);
        let passed = |bucket: &mut Bucket, ms| (0..100).filter(|_| bucket.take(Duration::from_millis(ms))).count();
        assert_eq!(passed(&mut bucket, 0), 40);
        assert_eq!(passed(&mut bucket, 49), 0);
        assert_eq!(passed(&mut bucket, 50), 1);
        assert_eq!(passed(&mut bucket, 1_050), 20);
        assert_eq!(passed(&mut bucket, 1_000_000), 40);
    }

    #[test]
    fn a_clock_that_steps_back_gives_nothing() {
        let mut bucket = Bucket::new(1, 1);
        assert!(bucket.take(Duration::from_secs(10)));
        assert!(!bucket.take(Duration::from_secs(5)));
        assert!(!bucket.take(Duration::from_secs(10)));
        assert!(bucket.take(Duration::from_secs(11)));
    }
}
