//! When a delivery is tried, given up and signed, and which of those that wait may go next. Pure.

use cti_types::Utc;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::VecDeque;

/// The first wait after a failure; each further failure doubles it.
const WAIT_FIRST_US: i64 = 5_000_000;
/// The longest wait.
const WAIT_MAX_US: i64 = 3_600_000_000;
/// A delivery is tried for a day, then it is `failed`.
pub const GIVE_UP_US: i64 = 24 * 3_600_000_000;
/// A webhook that took nothing for so long is switched off.
pub const DISABLE_AFTER_US: i64 = 3 * 86_400_000_000;

/// When a delivery made at `created` is tried again after its `attempts`th failure at `now`; `None`: it is given up. `draw` is a number by
/// chance: waits differ by up to a fifth, so that what failed together does not come back together.
pub fn next_try(created: Utc, attempts: i64, now: Utc, draw: u64) -> Option<Utc> {
    let doublings = (attempts - 1).clamp(0, 20) as u32;
    let wait = (WAIT_FIRST_US << doublings).min(WAIT_MAX_US);
    // 80 to 120 % of it.
    let jittered = wait / 100 * (80 + (draw % 41) as i64);
    let next = Utc(now.0.saturating_add(jittered));
    (next.0 < created.0.saturating_add(GIVE_UP_US)).then_some(next)
}

/// The header that shows whoever has the secret that a body is ours and of this time:
/// `t=<seconds since 1970>,v1=<hex of HMAC-SHA256(secret, t "." body)>` (RFC 2104). The time is signed too, so that nobody can send an old
/// body again later.
pub fn signature(secret: &str, at: Utc, body: &str) -> String {
    let seconds = at.0.div_euclid(1_000_000);
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    format!("t={seconds},v1={}", hex::encode(mac.finalize().into_bytes()))
}

/// A delivery that waits and whose time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub id: i64,
    /// What it tells of: of one row, an earlier change goes before a later one.
    pub resource_id: String,
    pub created_at: Utc,
    /// The first of its row that waits; itself, when it may go.
    pub first: i64,
}

/// What waits of one kind, the longest due first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfKind {
    /// Deliveries of this kind that some server is at.
    pub under_way: i64,
    pub due: Vec<Waiting>,
}

/// What is to be done with what waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turns<'a> {
    /// May go, in this order.
    pub go: Vec<i64>,
    /// Waited too long.
    pub late: Vec<&'a Waiting>,
    /// Wait for an earlier change of their row.
    pub behind: Vec<&'a Waiting>,
}

/// Shares `max` places among the kinds: each goes to the kind with the fewest under way, among equals by chance (`draw`), so that neither
/// many nor slow deliveries of one kind keep the others waiting for long.
pub fn turns(kinds: &[OfKind], now: Utc, max: usize, draw: u64) -> Turns<'_> {
    let mut turns = Turns::default();
    let mut left = Vec::with_capacity(kinds.len());
    for kind in kinds {
        let mut ready = VecDeque::new();
        for one in &kind.due {
            if one.created_at.0.saturating_add(GIVE_UP_US) <= now.0 {
                turns.late.push(one);
            } else if one.first == one.id {
                ready.push_back(one.id);
            } else {
                turns.behind.push(one);
            }
        }
        left.push((kind.under_way, ready));
    }
    if !left.is_empty() {
        let count = left.len() as u64;
        left.rotate_left((draw % count) as usize);
    }
    while turns.go.len() < max {
        let Some((under_way, ready)) = left.iter_mut().filter(|(_, ready)| !ready.is_empty()).min_by_key(|(under_way, _)| *under_way)
        else {
            break;
        };
        *under_way += 1;
        turns.go.extend(ready.pop_front());
    }
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_to_an_hour_and_end_after_a_day() {
        let created = Utc(0);
        // The middle of the jitter.
        let wait = |attempts, now| next_try(created, attempts, Utc(now), 20).map(|at| (at.0 - now) / 1_000_000);
        let table =
            [(1, Some(5)), (2, Some(10)), (3, Some(20)), (10, Some(2560)), (11, Some(3600)), (60, Some(3600)), (i64::MAX, Some(3600))];
        for (attempts, seconds) in table {
            assert_eq!(wait(attempts, 0), seconds, "{attempts}");
        }
        assert_eq!(wait(20, GIVE_UP_US - 3_600_000_001), Some(3600));
        assert_eq!(wait(20, GIVE_UP_US - 3_600_000_000), None);
        assert_eq!(wait(20, GIVE_UP_US), None);
        for draw in 0..1_000 {
            let at = next_try(created, 2, Utc(0), draw).unwrap().0;
            assert!((8_000_000..=12_000_000).contains(&at), "{at}");
        }
    }

    #[test]
    fn a_signature_is_that_of_rfc_2104_over_time_and_body() {
        // Made by: printf '%s' '1700000000.{"a":1}' | openssl dgst -sha256 -hmac whsec_test
        let made = signature("whsec_test", Utc(1_700_000_000_999_999), "{\"a\":1}");
        assert_eq!(made, "t=1700000000,v1=38877139021993b830af32feea6e18a8da83eb2f6e49ee50bd9e4cf4ca4d3789");
        assert_ne!(made, signature("whsec_test", Utc(1_700_000_001_000_000), "{\"a\":1}"));
        assert_ne!(made, signature("whsec_tesu", Utc(1_700_000_000_000_000), "{\"a\":1}"));
    }

    fn one(id: i64, first: i64, created: i64) -> Waiting {
        Waiting { id, resource_id: format!("r{first}"), created_at: Utc(created), first }
    }

    #[test]
    fn changes_of_one_row_go_one_after_the_other_and_others_pass() {
        let kinds = [OfKind { under_way: 0, due: vec![one(1, 1, 0), one(2, 1, 0), one(3, 3, 0), one(4, 1, -GIVE_UP_US)] }];
        let turns = turns(&kinds, Utc(0), 10, 0);
        assert_eq!(turns.go, [1, 3]);
        assert_eq!(turns.behind.iter().map(|one| one.id).collect::<Vec<_>>(), [2]);
        assert_eq!(turns.late.iter().map(|one| one.id).collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn the_kind_with_the_fewest_under_way_goes_first() {
        let kind = |under_way, ids: &[i64]| OfKind { under_way, due: ids.iter().map(|id| one(*id, *id, 0)).collect() };
        let table: [(Vec<OfKind>, usize, u64, &[i64]); 6] = [
            (vec![kind(0, &[1, 2, 3]), kind(0, &[9])], 2, 0, &[1, 9]),
            (vec![kind(0, &[1, 2, 3]), kind(0, &[9])], 2, 1, &[9, 1]),
            (vec![kind(2, &[1, 2, 3]), kind(0, &[8, 9])], 2, 0, &[8, 9]),
            (vec![kind(3, &[1, 2, 3]), kind(0, &[])], 2, 5, &[1, 2]),
            (vec![kind(1, &[1, 2]), kind(0, &[7, 8, 9])], 4, 7, &[7, 8, 1, 9]),
            (vec![], 4, 7, &[]),
        ];
        for (kinds, max, draw, expected) in table {
            assert_eq!(turns(&kinds, Utc(0), max, draw).go, expected, "{kinds:?}");
        }
    }
}
