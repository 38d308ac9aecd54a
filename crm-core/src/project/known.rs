//! Folds of interactions, kept from one batch to the next: a call's events come in a dozen batches, and reading and parsing its whole stream
//! for each of them cost more than all the rest. Only a shortcut: whatever is not here is read from the database.

use super::fold::Fold;
use cti_types::InteractionId;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Folds kept, some kilobytes each. At the bound the oldest interaction's is forgotten (ids sort by time): its stream is read again.
const KNOWN_MAX: usize = 8_192;
/// Of these, interactions that are closed: enough for what comes of them in the next seconds.
const CLOSED_MAX: usize = 1_024;

/// A stream without a gap, folded up to its event `last`.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) fold: Fold,
    pub(super) last: u64,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Folds(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    known: BTreeMap<InteractionId, Known>,
    /// Those that came back closed, in that order, and again each time they do; no longer than [`CLOSED_MAX`].
    closed: VecDeque<InteractionId>,
}

impl Folds {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes out what is known of these. It comes back with [`Folds::put`] once the transaction is committed; if that fails, it is gone.
    pub(super) fn take<'a>(&self, ids: impl Iterator<Item = &'a InteractionId>) -> BTreeMap<InteractionId, Known> {
        let mut kept = self.lock();
        ids.filter_map(|id| Some((*id, kept.known.remove(id)?))).collect()
    }

    pub(super) fn put(&self, folds: Vec<(InteractionId, Known)>) {
        let mut kept = self.lock();
        for (id, known) in folds {
            if known.fold.is_closed() {
                kept.closed.push_back(id);
            }
            kept.known.insert(id, known);
        }
        while kept.closed.len() > CLOSED_MAX {
            let oldest = kept.closed.pop_front();
            oldest.and_then(|id| kept.known.remove(&id));
        }
        while kept.known.len() > KNOWN_MAX {
            kept.known.pop_first();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cti_types::Utc;
    use cti_types::event::{Body, CloseReason};

    #[test]
    fn at_the_bound_the_oldest_are_forgotten() {
        let folds = Folds::default();
        let id = |n: usize| InteractionId::from_u128(n as u128);
        folds.put((0..KNOWN_MAX + 3).map(|n| (id(n), Known { fold: Fold::new(id(n)), last: 1 })).collect());
        let ids: Vec<InteractionId> = (0..6).map(id).collect();
        assert_eq!(folds.take(ids.iter()).into_keys().collect::<Vec<_>>(), ids[3..]);
        assert!(folds.take(ids.iter()).is_empty(), "what was taken is out");
    }

    #[test]
    fn of_closed_ones_fewer_are_kept() {
        let folds = Folds::default();
        let id = |n: usize| InteractionId::from_u128(n as u128);
        let closed = |n: usize| {
            let mut fold = Fold::new(id(n));
            fold.apply(Utc(1), &Body::Closed { reason: CloseReason::Completed });
            (id(n), Known { fold, last: 1 })
        };
        folds.put(vec![(id(0), Known { fold: Fold::new(id(0)), last: 1 })]);
        folds.put((1..=CLOSED_MAX + 2).map(closed).collect());
        let left = folds.take([0, 1, 2, 3].map(id).iter());
        assert_eq!(left.into_keys().collect::<Vec<_>>(), [id(0), id(3)]);
    }
}
