//! Taking customers over from CSV files, and giving them out.

use crm_core::export::{COLUMNS, Columns};
use crm_core::identity::MergeRequest;
use crm_core::import::{ImportProgress, ImportState, ImportStep, file_name, read_header};
use crm_core::model::*;
use crm_core::{ListQuery, Store, StoreError, Who};
use cti_types::Number;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use storage::{NOW, TestStore, on_both, options};

on_both!(
    each_row_becomes_a_customer_and_each_wrong_one_is_named,
    a_trial_writes_nothing_and_says_what_would_be,
    rows_change_who_has_their_id,
    rows_about_somebody_who_is_there_are_passed_over,
    a_stopped_import_goes_on_behind_its_last_row,
    an_import_that_cannot_be_begun_is_refused,
    what_was_exported_may_be_imported,
    webhooks_hear_of_each_row,
    a_file_on_its_way_is_nobody_elses,
);

fn who() -> Who {
    Who::system("test")
}

/// A folder with files of imports.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// An import whose file is there.
    async fn job(&self, store: &Store, policy: &str, mapping: &[(&str, &str)], text: &str) -> ImportJobId {
        let mapping: Vec<Value> = mapping.iter().map(|(column, to)| json!({ "column": column, "to": to })).collect();
        let job = json!({ "name": "test", "policy": policy, "mapping": mapping });
        let job = store.insert(&who(), NOW, serde_json::from_value::<ImportJob>(job).expect("a job")).await.expect("a job");
        self.file(store, job.id, text).await;
        job.id
    }

    async fn file(&self, store: &Store, id: ImportJobId, text: &str) {
        let path = self.path().join(file_name(id));
        std::fs::write(&path, text).expect("a file");
        store.import_received(&who(), NOW, id, &read_header(&path, ",").expect("a header")).await.expect("received");
    }

    async fn start(&self, store: &Store, id: ImportJobId, dry: bool) -> Result<ImportProgress, StoreError> {
        let header = read_header(&self.path().join(file_name(id)), ",").expect("a header");
        store.start_import(&who(), NOW, id, dry, &header).await
    }

    async fn run(&self, store: &Store, id: ImportJobId, dry: bool) -> ImportProgress {
        self.start(store, id, dry).await.expect("a start");
        while store.import_step(NOW, self.path()).await.expect("a step") != ImportStep::Idle {}
        store.import_progress(id).await.expect("progress")
    }
}

async fn names(db: &TestStore) -> Vec<String> {
    db.texts("SELECT name FROM customer ORDER BY name").await
}

const MAPPING: [(&str, &str); 5] =
    [("Nr", "external_id"), ("Name", "name"), ("Tel", "phone"), ("Mail", "email"), ("Ort", "attributes.city")];

async fn each_row_becomes_a_customer_and_each_wrong_one_is_named(db: TestStore) {
    let folder = Folder::new();
    let mut text = String::from("Nr,Name,Tel,Mail,Ort\r\n");
    for n in 0..2_500 {
        text += &format!("{n},Kunde {n},+4420794{n:05},k{n}@example.com,\"Bonn, {n}\"\r\n");
    }
    // A cell missing, no mail address, an id twice, a name that is none; far apart and close together.
    text += "x1,Ada,+442079460001\r\nx2,Ada,,no mail,\r\n7,Ada,,,\r\nx3,,,,\r\nx4,Ada,,,\r\nx4,Bob,,,\r\n";
    let id = folder.job(&db.store, "insert", &MAPPING, &text).await;
    let done = folder.run(&db.store, id, false).await;
    assert_eq!((done.state, done.rows, done.created, done.failed), (ImportState::Done, 2_506, 2_501, 5));
    assert_eq!(done.bytes, done.bytes_done);
    let errors = db.store.import_errors(id, &ListQuery::default()).await.expect("errors").items;
    let errors: Vec<(i64, i64, &str)> = errors.iter().map(|e| (e.row, e.line, e.field.as_str())).collect();
    assert_eq!(errors, [(2_501, 2_502, ""), (2_502, 2_503, "Mail"), (2_503, 2_504, "Nr"), (2_504, 2_505, "Name"), (2_506, 2_507, "Nr")]);
    let cards = db.store.who_is(NOW, &Number::E164("+442079402499".into())).await.expect("cards");
    assert_eq!(cards.iter().map(|card| card.name.as_str()).collect::<Vec<_>>(), ["Kunde 2499"]);
    let customer = db.store.get::<Customer>(cards[0].customer).await.expect("a customer");
    assert_eq!((customer.external_id.as_deref(), customer.attributes["city"].as_str()), (Some("2499"), "Bonn, 2499"));
    let (lines, next) = db.store.import_error_lines(id, folder.path(), None).await.expect("lines");
    assert_eq!(next, None);
    let first = "import_row,import_line,import_column,import_error,Nr,Name,Tel,Mail,Ort\r\n2501,2502,,";
    assert!(lines.starts_with(first) && lines.contains(",x1,Ada,'+442079460001\r\n"), "{lines}");
    assert!(matches!(folder.start(&db.store, id, false).await, Err(StoreError::Refused { .. })), "it is over");
}

async fn a_trial_writes_nothing_and_says_what_would_be(db: TestStore) {
    let folder = Folder::new();
    let text = "Nr,Name,Tel,Mail,Ort\n1,Ada,,,\n2,,,,\n3,Bob,,,\n";
    let id = folder.job(&db.store, "insert", &MAPPING, text).await;
    let tried = folder.run(&db.store, id, true).await;
    assert_eq!((tried.state, tried.rows, tried.created, tried.failed), (ImportState::Checked, 3, 2, 1));
    assert!(names(&db).await.is_empty());
    let done = folder.run(&db.store, id, false).await;
    assert_eq!((done.state, done.created, done.failed), (ImportState::Done, 2, 1));
    assert_eq!(names(&db).await, ["Ada", "Bob"]);
}

async fn rows_change_who_has_their_id(db: TestStore) {
    let folder = Folder::new();
    let id = folder.job(&db.store, "insert", &MAPPING, "Nr,Name,Tel,Mail,Ort\n1,Ada,+442079460001,,Bonn\n2,Bob,,,\n3,Cy,,,\n").await;
    folder.run(&db.store, id, false).await;
    // 3 is merged into 2: a row about 3 is about 2.
    let ids: BTreeMap<String, cti_types::CustomerId> =
        db.store.list::<Customer>(&ListQuery::default()).await.expect("all").items.into_iter().map(|c| (c.data.name, c.id)).collect();
    let request = MergeRequest { merged_id: ids["Cy"], merged_version: Some(1), choices: BTreeMap::new() };
    db.store.merge_customers(&who(), NOW, ids["Bob"], 1, &request).await.expect("a merge");
    let text = "Nr,Name,Tel,Mail,Ort\n1,Ada King,+442079460002,,\n2,Bob,,,\n3,Bobby,,,\n4,Di,,,\n4,Diana,,,Rome\n,Nobody,,,\n";
    let id = folder.job(&db.store, "update", &MAPPING, text).await;
    let done = folder.run(&db.store, id, false).await;
    assert_eq!((done.created, done.updated, done.unchanged, done.failed), (1, 3, 1, 1), "{done:?}");
    assert_eq!(names(&db).await, ["Ada King", "Bobby", "Diana"]);
    let ada = db.store.get::<Customer>(ids["Ada"]).await.expect("Ada");
    assert_eq!((ada.version, ada.attributes["city"].as_str()), (2, "Bonn"), "an empty cell changes nothing");
    let contacts = db.store.contacts(ids["Ada"]).await.expect("contacts");
    assert_eq!(contacts.iter().map(|c| c.value.as_str()).collect::<Vec<_>>(), ["+442079460001", "+442079460002"]);
    let again = folder.job(&db.store, "update", &MAPPING, text).await;
    let done = folder.run(&db.store, again, false).await;
    // "2,Bob" and "3,Bobby" are one customer by turns; "4,Di" and "4,Diana" as well.
    assert_eq!((done.created, done.updated, done.failed), (0, 4, 1), "{done:?}");
}

async fn rows_about_somebody_who_is_there_are_passed_over(db: TestStore) {
    let folder = Folder::new();
    let id = folder.job(&db.store, "skip", &MAPPING, "Nr,Name,Tel,Mail,Ort\n1,Ada,+442079460001,ada@example.com,\n").await;
    folder.run(&db.store, id, false).await;
    let text =
        "Nr,Name,Tel,Mail,Ort\n1,A,,,\n2,B,020 7946 0001,,\n3,C,+442079460001,,\n4,D,,ADA@example.com,\n5,E,,e@x.com,\n6,F,,e@x.com,\n";
    let id = folder.job(&db.store, "skip", &MAPPING, text).await;
    let done = folder.run(&db.store, id, false).await;
    assert_eq!((done.created, done.skipped, done.failed), (2, 4, 0), "a number of another country is another number: {done:?}");
    assert_eq!(names(&db).await, ["Ada", "B", "E"]);
}

async fn a_stopped_import_goes_on_behind_its_last_row(db: TestStore) {
    let folder = Folder::new();
    let mut text = String::from("Nr,Name,Tel,Mail,Ort\n");
    for n in 0..3_300 {
        text += &format!("{n},Kunde {n},,,\n");
    }
    let id = folder.job(&db.store, "insert", &MAPPING, &text).await;
    folder.start(&db.store, id, false).await.expect("a start");
    db.store.import_step(NOW, folder.path()).await.expect("a step");
    let stopped = db.store.stop_import(&who(), NOW, id).await.expect("a stop");
    assert_eq!((stopped.state, stopped.rows, stopped.created), (ImportState::Stopped, 1_000, 1_000));
    assert_eq!(db.store.import_step(NOW, folder.path()).await.expect("a step"), ImportStep::Idle);
    folder.start(&db.store, id, false).await.expect("a start");
    db.store.import_step(NOW, folder.path()).await.expect("a step");
    // A batch is being read while the server dies: another life of it begins where the database says.
    db.store.close().await;
    let store = Store::open(&db.url, options(2)).await.expect("the store again");
    while store.import_step(NOW, folder.path()).await.expect("a step") != ImportStep::Idle {}
    let done = store.import_progress(id).await.expect("progress");
    assert_eq!((done.state, done.created, done.failed), (ImportState::Done, 3_300, 0));
    let ids: BTreeSet<String> = db.texts("SELECT external_id FROM customer").await.into_iter().collect();
    assert_eq!(ids.len(), 3_300);
    std::fs::remove_file(folder.path().join(file_name(id))).expect("the file");
    let gone = folder.job(&store, "insert", &MAPPING, "Nr,Name,Tel,Mail,Ort\nz,Z,,,\n").await;
    folder.start(&store, gone, false).await.expect("a start");
    std::fs::remove_file(folder.path().join(file_name(gone))).expect("the file");
    store.import_step(NOW, folder.path()).await.expect("a step");
    let failed = store.import_progress(gone).await.expect("progress");
    assert!(failed.state == ImportState::Failed && failed.fault.is_some(), "{failed:?}");
}

async fn an_import_that_cannot_be_begun_is_refused(db: TestStore) {
    let folder = Folder::new();
    let id = folder.job(&db.store, "insert", &[("Nope", "name")], "Name\nAda\n").await;
    let refused = folder.start(&db.store, id, false).await;
    assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == "mapping[0].column"), "{refused:?}");
    for mapping in [json!([{ "column": "a", "to": "nmae" }]), json!([{ "column": "a", "to": "name" }, { "column": "b", "to": "name" }])] {
        let job = json!({ "name": "x", "mapping": mapping });
        let refused = db.store.insert(&who(), NOW, serde_json::from_value::<ImportJob>(job).expect("a job")).await;
        assert!(matches!(refused, Err(StoreError::Invalid { .. })), "{refused:?}");
    }
    let fit = folder.job(&db.store, "insert", &[("Name", "name")], "Name\nAda\n").await;
    folder.start(&db.store, fit, false).await.expect("a start");
    for dry in [false, true] {
        assert!(matches!(folder.start(&db.store, fit, dry).await, Err(StoreError::Refused { .. })));
    }
}

async fn what_was_exported_may_be_imported(db: TestStore) {
    let columns = Columns::parse(COLUMNS).expect("columns");
    let row = json!({ "name": "=HYPERLINK(\"x\")", "notes": "two\nlines, \"quoted\"", "external_id": "@1", "given_name": "'tis" });
    super::identity::customer(&db, row, &["+442079460001", "ada@example.com"]).await;
    let mut text = columns.header();
    let id = db.store.begin_export(&who(), NOW, &columns, false).await.expect("an export");
    let (rows, next) = db.store.export_page("", None).await.expect("a page");
    assert_eq!((rows.len(), next), (1, None));
    for (customer, contacts) in &rows {
        text += &columns.line(customer, contacts);
    }
    db.store.note_export(id, 1, Some(NOW)).await.expect("noted");
    let listed = db.store.exports(&ListQuery::default()).await.expect("the list").items;
    assert_eq!((listed[0].rows, listed[0].ended_at), (1, Some(NOW)));
    let before = rows[0].0.clone();
    db.store.delete::<Customer>(&who(), NOW, before.id, 1).await.expect("a deletion");
    let folder = Folder::new();
    let mapping = ["name", "notes", "given_name", "external_id"].map(|name| (name, name)).into_iter();
    let mapping: Vec<(&str, &str)> = mapping.chain([("phone_1", "phone"), ("email_1", "email")]).collect();
    let id = folder.job(&db.store, "insert", &mapping, &text).await;
    let done = folder.run(&db.store, id, false).await;
    assert_eq!((done.created, done.failed), (1, 0), "{:?}", db.store.import_errors(id, &ListQuery::default()).await);
    let after = db.store.list::<Customer>(&ListQuery::default()).await.expect("all").items.remove(0);
    assert_eq!(after.data, before.data);
    assert_eq!(db.store.contacts(after.id).await.expect("contacts").len(), 2);
}

async fn webhooks_hear_of_each_row(db: TestStore) {
    let hook = json!({ "name": "All", "url": "https://example.com/", "kinds": ["customer.*", "customer_contacts.*"] });
    db.store.create_webhook(&who(), NOW, serde_json::from_value(hook).expect("a webhook")).await.expect("a webhook");
    let folder = Folder::new();
    let made = "Nr,Name,Tel,Mail,Ort\n1,Ada,+442079460001,,Bonn\n2,Bo,,,Bonn\n";
    let job = folder.job(&db.store, "update", &MAPPING, made).await;
    folder.run(&db.store, job, false).await;
    let told = async || db.texts("SELECT kind FROM webhook_event ORDER BY seq").await;
    assert_eq!(told().await, ["customer.created", "customer.created"]);
    let body = db.texts("SELECT body FROM webhook_event ORDER BY seq").await;
    let body: Value = serde_json::from_str(&body[0]).expect("an event");
    assert_eq!((&body["data"]["name"], &body["data"]["external_id"]), (&json!("Ada"), &json!("1")));
    // The first is changed and has a number more; the second is as it was.
    folder.file(&db.store, job, "Nr,Name,Tel,Mail,Ort\n1,Ada King,+442079460002,,Bonn\n2,Bo,,,Bonn\n").await;
    folder.run(&db.store, job, false).await;
    assert_eq!(told().await[2..], ["customer.updated", "customer_contacts.updated"]);
}

async fn a_file_on_its_way_is_nobody_elses(db: TestStore) {
    let (folder, store) = (Folder::new(), &db.store);
    let id = folder.job(store, "insert", &[("Name", "name")], "Name\nAda\n").await;
    let header = read_header(&folder.path().join(file_name(id)), ",").expect("a header");
    let state = async || store.import_progress(id).await.expect("progress").state;
    let refused = |done: Result<ImportProgress, StoreError>| assert!(matches!(done, Err(StoreError::Refused { .. })), "{done:?}");
    let first = store.import_receiving(id).await.expect("a name");
    assert_eq!(state().await, ImportState::Receiving);
    refused(folder.start(store, id, false).await);
    // Another begins to send: the first one's file is taken no more, and its end does not stand in the other's way.
    let second = store.import_receiving(id).await.expect("another name");
    assert_ne!(first, second);
    let put = || -> std::io::Result<()> { panic!("the file must stay where it is") };
    let late = store.import_received_as(&who(), NOW, id, &first, &header, put).await;
    assert!(matches!(late, Err(StoreError::Refused { .. })), "{late:?}");
    store.import_not_received(id, &first).await.expect("nothing to do");
    assert_eq!(state().await, ImportState::Receiving);
    let mut moved = 0;
    let put = || {
        moved += 1;
        Ok(())
    };
    store.import_received_as(&who(), NOW, id, &second, &header, put).await.expect("received");
    assert_eq!((moved, state().await), (1, ImportState::Uploaded));
    // One that does not come to its end leaves the import as it was.
    let third = store.import_receiving(id).await.expect("a name");
    store.import_not_received(id, &third).await.expect("noted");
    assert_eq!(state().await, ImportState::Uploaded);
    // Under way nothing is taken: neither a new file nor one that was being sent before.
    folder.start(store, id, false).await.expect("a start");
    let busy = store.import_receiving(id).await;
    assert!(matches!(busy, Err(StoreError::Refused { .. })), "{busy:?}");
    let put = || -> std::io::Result<()> { panic!("the file must stay where it is") };
    let late = store.import_received_as(&who(), NOW, id, &third, &header, put).await;
    assert!(matches!(late, Err(StoreError::Refused { .. })), "{late:?}");
}
