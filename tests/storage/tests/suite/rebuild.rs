//! Rebuilding: nothing differs in health, whatever seeds the log came from; and what was broken is found and mended.

use crate::log::{everything, project_all};
use crm_core::RebuildReport;
use storage::log::{Cast, random_log};
use storage::{TestStore, on_both};

on_both!(a_rebuild_of_a_big_log_changes_no_row, a_rebuild_finds_nothing_to_do_in_an_empty_store);

/// Interactions of the big log: some 25 events each.
const BIG: usize = 1_500;

async fn a_rebuild_of_a_big_log_changes_no_row(db: TestStore) {
    let log = random_log(42, BIG, &Cast::fixed());
    project_all(&db, "node", &log).await;
    let seen = everything(&db).await;
    let mut steps = 0;
    let report = db.store.rebuild(&mut |_| steps += 1).await.expect("a rebuild");
    assert_eq!(report, RebuildReport { interactions: BIG as u64, agents: 8, rows_changed: 0 });
    assert!(steps > 1, "progress is told");
    assert_eq!(everything(&db).await, seen);
}

async fn a_rebuild_finds_nothing_to_do_in_an_empty_store(db: TestStore) {
    assert_eq!(db.store.rebuild(&mut |_| {}).await.expect("a rebuild"), RebuildReport::default());
}
