//! Folds of interactions, kept from one batch to the next: a call's events come in a dozen batches, and reading and parsing its whole stream
//! for each of them cost more than all the rest. Only a shortcut: whatever is not here is read from the database.

use super::fold::Fold;
use cti_types::InteractionId;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Folds kept, some kilobytes each. At the bound the oldest interaction's is forgotten (ids sort by time): its stream is read again.
const KNOWN_MAX: usize = 8_192;

/// A stream without a gap, folded up to its event `last`.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) fold: Fold,
    pub(super) last: u64,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Folds(Mutex<BTreeMap<InteractionId, Known>>);

impl Folds {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<InteractionId, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes out what is known of these. It comes back with [`Folds::put`] once the transaction is committed; if that fails, it is gone.
    pub(super) fn take<'a>(&self, ids: impl Iterator<Item = &'a InteractionId>) -> BTreeMap<InteractionId, Known> {
        let mut known = self.lock();
        ids.filter_map(|id| Some((*id, known.remove(id)?))).collect()
    }

    pub(super) fn put(&self, folds: Vec<(InteractionId, Known)>) {
        let mut known = self.lock();
        known.extend(folds);
        while known.len() > KNOWN_MAX {
            known.pop_first();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_the_bound_the_oldest_are_forgotten() {
        let folds = Folds::default();
        let id = |n: usize| InteractionId::from_u128(n as u128);
        folds.put((0..KNOWN_MAX + 3).map(|n| (id(n), Known { fold: Fold::new(id(n)), last: 1 })).collect());
        let ids: Vec<InteractionId> = (0..6).map(id).collect();
        assert_eq!(folds.take(ids.iter()).into_keys().collect::<Vec<_>>(), ids[3..]);
        assert!(folds.take(ids.iter()).is_empty(), "what was taken is out");
    }
}
