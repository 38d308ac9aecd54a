//! A database that is away: said so, soon, and over when it is back.

use crm_core::model::Queue;
use crm_core::{ListQuery, Store, StoreError, Who};
use cti_types::Number;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;
use storage::log::{Cast, entries, random_log};
use storage::{NOW, TestStore, options, postgres, sqlite_store};

/// Far more than the 2 s a connection may take, far less than anybody would wait.
const SOON: Duration = Duration::from_secs(15);

async fn soon<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    tokio::time::timeout(SOON, work).await.expect("an answer in time")
}

#[tokio::test]
async fn a_stopped_postgres_is_unavailable_and_comes_back() {
    // A server of its own: the shared one must not be stopped under others.
    let server = Arc::new(postgres());
    let url = server.create_database();
    let store = Store::open(&url, options(1)).await.expect("a store");
    let log = entries(&random_log(1, 5, &Cast::fixed()));
    store.project("node", &log[..10], 10).await.expect("a batch");

    server.stop();
    let up_to = log.len() as u64;
    assert!(soon(store.project("node", &log, up_to)).await.is_err_and(|error| error.is_unavailable()));
    assert!(soon(store.who_is(NOW, &Number::E164("+14155552671".into()))).await.is_err_and(|error| error.is_unavailable()));
    assert!(soon(store.list::<Queue>(&ListQuery::default())).await.is_err_and(|error| error.is_unavailable()));
    assert!(soon(store.ping()).await.is_err_and(|error| error.is_unavailable()));
    let opened = soon(Store::open(&url, options(2))).await;
    assert!(opened.is_err_and(|error| error.is_unavailable()));

    server.start();
    store.ping().await.expect("it is back");
    assert_eq!(store.mark("node").await.expect("a mark"), Some(10));
    store.project("node", &log, up_to).await.expect("the rest");
    assert_eq!(store.rebuild(&mut |_| {}).await.expect("a rebuild").rows_changed, 0);
}

#[tokio::test]
async fn a_closed_store_is_unavailable() {
    let TestStore { store, .. } = &sqlite_store().await;
    store.close().await;
    assert!(soon(store.ping()).await.is_err_and(|error| error.is_unavailable()));
}

#[tokio::test]
async fn an_address_that_is_none_is_said_so() {
    for url in ["mysql://localhost/x", "cordboard.db", "sqlite::memory:"] {
        assert!(matches!(Store::open(url, options(1)).await, Err(StoreError::Address { .. })), "{url}");
    }
}

#[tokio::test]
async fn a_new_sqlite_file_is_its_owners_alone_and_opens_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cordboard.db");
    let url = format!("sqlite:{}", path.display());
    let store = Store::open(&url, options(1)).await.expect("a new store");
    let data: Queue = serde_json::from_value(serde_json::json!({ "name": "Sales" })).expect("a queue");
    let row = store.insert(&Who::system("test"), NOW, data).await.expect("a queue");
    for entry in std::fs::read_dir(folder.path()).expect("the folder").flatten() {
        assert_eq!(entry.metadata().expect("a file").permissions().mode() & 0o077, 0, "{:?}", entry.file_name());
    }
    store.close().await;
    let again = Store::open(&url, options(2)).await.expect("the same store");
    assert_eq!(again.get::<Queue>(row.id).await.expect("the queue"), row);
}
