//! What each person has spent today by which dial rule, kept in the journal as state so that a restart does not make it nothing. What a call
//! costs and what the cap means is not decided here.

use super::Effect;
use super::rooms::Rooms;
use crm_core::model::DialRuleId;
use cti_types::UserId;
use std::collections::BTreeMap;

/// How the keys of these states begin: `spent/USER/RULE`. The bytes are the day and the sum, each 8 bytes little-endian.
const KEY: &str = "spent/";

/// Of each person by each rule: the day, and thousandths. Of other days nothing is kept, so it holds at most persons times rules.
#[derive(Debug, Default)]
pub(super) struct Spending {
    spent: BTreeMap<(UserId, DialRuleId), (i64, u64)>,
}

impl Spending {
    /// What the states of the server's life before say. Keys that are none of these are passed over.
    fn restored(states: &BTreeMap<String, Vec<u8>>) -> Spending {
        let read = |(key, bytes): (&String, &Vec<u8>)| {
            let (user, rule) = key.strip_prefix(KEY)?.split_once('/')?;
            let (day, spent) = bytes.split_at_checked(8)?;
            let (day, spent) = (i64::from_le_bytes(day.try_into().ok()?), u64::from_le_bytes(spent.try_into().ok()?));
            Some(((user.parse().ok()?, rule.parse().ok()?), (day, spent)))
        };
        Spending { spent: states.iter().filter_map(read).collect() }
    }

    pub(super) fn of(&self, user: UserId, rule: DialRuleId, day: i64) -> u64 {
        self.spent.get(&(user, rule)).filter(|(of, _)| *of == day).map_or(0, |(_, spent)| *spent)
    }

    /// Puts it down. What is to be kept of it, and what of other days is to be forgotten.
    pub(super) fn add(&mut self, user: UserId, rule: DialRuleId, day: i64, cost: u64) -> Vec<Effect> {
        let spent = self.of(user, rule, day).saturating_add(cost);
        let old: Vec<(UserId, DialRuleId)> = self.spent.iter().filter(|(_, (of, _))| *of != day).map(|(of, _)| *of).collect();
        self.spent.retain(|_, (of, _)| *of == day);
        self.spent.insert((user, rule), (day, spent));
        let bytes = [day.to_le_bytes(), spent.to_le_bytes()].concat();
        let gone = old.into_iter().filter(|of| *of != (user, rule)).map(|of| Effect::StateGone { key: key(of) });
        gone.chain([Effect::State { key: key((user, rule)), bytes }]).collect()
    }
}

fn key((user, rule): (UserId, DialRuleId)) -> String {
    format!("{KEY}{user}/{rule}")
}

impl Rooms {
    /// What the journal kept of the server's life before. Said once, before any event.
    pub fn goes_on_with(&mut self, states: &BTreeMap<String, Vec<u8>>) {
        self.outbound.spending = Spending::restored(states);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 20_000;

    fn ids(n: u128) -> (UserId, DialRuleId) {
        (UserId::from_u128(n), DialRuleId(uuid::Uuid::from_u128(100 + n)))
    }

    /// What a journal would hold after these effects.
    fn kept(states: &mut BTreeMap<String, Vec<u8>>, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::State { key, bytes } => drop(states.insert(key, bytes)),
                Effect::StateGone { key } => drop(states.remove(&key)),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_restart_knows_what_was_spent_and_the_next_day_forgets_it() {
        let (mut spending, mut states) = (Spending::default(), BTreeMap::from([("alive".to_owned(), vec![1, 2])]));
        let ((ann, by_a), (bob, by_b)) = (ids(1), ids(2));
        kept(&mut states, spending.add(ann, by_a, DAY, 30));
        kept(&mut states, spending.add(ann, by_a, DAY, 12));
        kept(&mut states, spending.add(bob, by_b, DAY, 7));
        let mut again = Spending::restored(&states);
        assert_eq!((again.of(ann, by_a, DAY), again.of(bob, by_b, DAY), again.of(ann, by_b, DAY)), (42, 7, 0));
        assert_eq!(again.of(ann, by_a, DAY + 1), 0);
        kept(&mut states, again.add(ann, by_a, DAY + 1, 5));
        assert_eq!((again.of(ann, by_a, DAY + 1), again.of(bob, by_b, DAY + 1)), (5, 0));
        assert_eq!(states.keys().filter(|key| key.starts_with(KEY)).count(), 1, "of the day before nothing is kept: {states:?}");
    }

    #[test]
    fn what_is_no_such_state_is_passed_over() {
        let (user, rule) = ids(1);
        let states = [
            ("spent/".to_owned(), vec![0; 16]),
            (format!("spent/{user}"), vec![0; 16]),
            (format!("spent/{user}/x"), vec![0; 16]),
            (format!("spent/{user}/{rule}"), vec![0; 15]),
        ];
        assert!(Spending::restored(&states.into()).spent.is_empty());
    }
}
