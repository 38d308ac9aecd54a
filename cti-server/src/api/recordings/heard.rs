//! Who hears which recording stands in the audit before the first byte is sent. A player asks for many ranges of one file: they are one
//! hearing. In memory only, so after a restart the next request counts anew.

use super::super::Api;
use super::super::caller::Caller;
use super::super::problem::{Answer, Problem};
use crm_core::interactions::RecordingView;
use cti_types::{RecordingId, Tick};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Requests of one login for one part count as one hearing for so long after the one that was noted.
const ONE_HEARING: Duration = Duration::from_secs(600);
/// Longest wait for the audit's row. Then the sound is refused: it is not played unnoted.
const NOTE_WITHIN: Duration = Duration::from_secs(3);
/// Hearings remembered. At the bound the oldest is forgotten, and its next request is noted once more.
const HEARINGS_MAX: usize = 10_000;

/// Which session or token hears which part.
type Key = (String, RecordingId, i64);

/// When it was last noted; locked while it is being noted, so that ranges asked for at once wait for one row.
type Noted = Arc<tokio::sync::Mutex<Option<Tick>>>;

/// See the module.
#[derive(Debug, Default)]
pub(in super::super) struct Hearings(Mutex<BTreeMap<Key, (Tick, Noted)>>);

impl Hearings {
    fn of(&self, now: Tick, key: Key) -> Noted {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= HEARINGS_MAX && !known.contains_key(&key) {
            let oldest = known.iter().min_by_key(|(_, (since, _))| *since).map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                known.remove(&oldest);
            }
        }
        let (since, noted) = known.entry(key).or_insert_with(|| (now, Noted::default()));
        *since = now;
        Arc::clone(noted)
    }
}

/// Notes that the caller hears this part, unless that was noted a moment ago.
///
/// # Errors
/// 503 when it cannot be noted.
pub(super) async fn note(api: &Api, caller: &Caller, recording: &RecordingView, part: i64) -> Answer<()> {
    let now = api.state.clock.now();
    let noted = api.hearings.of(now.tick, (caller.login.clone(), recording.id, part));
    let note = async {
        let mut noted = noted.lock().await;
        if noted.is_some_and(|at| now.tick.since(at) < ONE_HEARING) {
            return Ok(());
        }
        api.state.store.audit_listening(&caller.who(), now.utc, recording, part).await?;
        *noted = Some(now.tick);
        Ok(())
    };
    match tokio::time::timeout(NOTE_WITHIN, note).await {
        Ok(done) => done,
        Err(_) => Err(Problem::unavailable("the hearing cannot be noted in the audit")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_the_bound_the_oldest_hearing_is_forgotten() {
        let hearings = Hearings::default();
        let key = |n: u128| ("session:1".to_owned(), RecordingId::from_u128(n), 1);
        let first = hearings.of(Tick(0), key(0));
        for n in 1..=HEARINGS_MAX as u128 {
            hearings.of(Tick(n as u64), key(n));
        }
        assert_eq!(hearings.0.lock().unwrap().len(), HEARINGS_MAX);
        assert!(!Arc::ptr_eq(&first, &hearings.of(Tick(99_999), key(0))));
    }
}
