//! Which call plays which tones: each pair is its own among any 1,225 calls in a row, and all are apart from each other.

/// Tones of callers: 400, 425 … 1000 Hz.
const CALLER: u32 = 25;
/// Tones of agents: 1200, 1225 … 2400 Hz.
const AGENT: u32 = 49;

/// First caller's number unless told otherwise: in a range set aside for fiction.
pub(crate) const NUMBER_BASE: u64 = 12_025_550_000;

/// Caller's and agent's tone of the n-th call, in Hz.
pub(crate) fn pair(call: u32) -> (u16, u16) {
    let caller = call % CALLER;
    let agent = (call * 7 + call / CALLER) % AGENT;
    (400 + 25 * caller as u16, 1200 + 25 * agent as u16)
}

/// All tones of callers.
pub(crate) fn callers() -> Vec<u16> {
    (0..CALLER as u16).map(|n| 400 + 25 * n).collect()
}

/// All tones of agents.
pub(crate) fn agents() -> Vec<u16> {
    (0..AGENT as u16).map(|n| 1200 + 25 * n).collect()
}

/// The caller's number of the n-th call.
pub(crate) fn number(base: u64, call: u32) -> String {
    format!("+{}", base + u64::from(call))
}

/// Which call a number belongs to; the plus may have been dropped on the way.
pub(crate) fn call_of(base: u64, number: &str) -> Option<u32> {
    let number: u64 = number.trim_start_matches('+').parse().ok()?;
    u32::try_from(number.checked_sub(base)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn pairs_are_unique_in_a_round_and_differ_from_their_neighbours() {
        let all: BTreeSet<_> = (0..CALLER * AGENT).map(pair).collect();
        assert_eq!(all.len(), (CALLER * AGENT) as usize);
        for call in 0..5000 {
            let (one, next) = (pair(call), pair(call + 1));
            assert!(one.0 != next.0 && one.1 != next.1, "{call}");
            assert!(callers().contains(&one.0) && agents().contains(&one.1));
        }
    }

    #[test]
    fn numbers_lead_back_to_their_call() {
        assert_eq!(call_of(12_025_550_000, &number(12_025_550_000, 77)), Some(77));
        assert_eq!(call_of(12_025_550_000, "12025550001"), Some(1));
        assert_eq!(call_of(12_025_550_000, "12025549999"), None);
        assert_eq!(call_of(12_025_550_000, "anonymous"), None);
    }
}
