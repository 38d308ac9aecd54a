//! Rebuilding: nothing differs in health, whatever seeds the log came from; and what was broken is found and mended.

use crate::log::{everything, project_all};
use crm_core::RebuildReport;
use storage::log::{Cast, random_log};
use storage::{TestStore, on_both};

on_both!(
    a_rebuild_of_a_big_log_changes_no_row,
    a_rebuild_finds_nothing_to_do_in_an_empty_store,
    a_rebuild_mends_what_was_broken_and_counts_it
);

/// Interactions of the big log: some 25 events each.
const BIG: usize = 1_500;

async fn a_rebuild_of_a_big_log_changes_no_row(db: TestStore) {
    let log = random_log(42, BIG, &Cast::fixed());
    project_all(&db, "node", &log).await;
    let mut steps = 0;
    let report = db.store.rebuild(&mut |_| steps += 1).await.expect("a rebuild");
    assert_eq!(report, RebuildReport { interactions: BIG as u64, agents: 8, rows_changed: 0 });
    assert!(steps > 1, "progress is told");
}

async fn a_rebuild_finds_nothing_to_do_in_an_empty_store(db: TestStore) {
    assert_eq!(db.store.rebuild(&mut |_| {}).await.expect("a rebuild"), RebuildReport::default());
}

async fn a_rebuild_mends_what_was_broken_and_counts_it(db: TestStore) {
    project_all(&db, "node", &random_log(43, 30, &Cast::fixed())).await;
    let seen = everything(&db).await;
    let mut broken = 0;
    for statement in [
        "UPDATE interaction SET talk_ms = talk_ms + 1 WHERE state = 'closed'",
        "DELETE FROM segment WHERE ordinal = 1",
        "UPDATE agent_presence SET ended_at = NULL WHERE seq = 1 AND ended_at IS NOT NULL",
        "UPDATE interval_stat SET offered = offered + 1",
        "INSERT INTO participant (id, interaction_id, role, joined_at) VALUES ('00000000-0000-0000-0000-000000000001', 'gone', 'agent', 1)",
    ] {
        let rows = db.sql(statement).await;
        assert!(rows > 0, "{statement}");
        broken += rows;
    }
    assert_eq!(db.store.rebuild(&mut |_| {}).await.expect("a rebuild").rows_changed, broken);
    assert_eq!(everything(&db).await, seen);
    assert_eq!(db.store.rebuild(&mut |_| {}).await.expect("a second rebuild").rows_changed, 0);
}
