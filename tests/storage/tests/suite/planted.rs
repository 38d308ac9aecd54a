//! A word planted in every text column that can hold a person's data, and looked for everywhere once the person is erased. A column that is in
//! neither list fails the test: whoever adds one says whether it can.

use super::erasure::who;
use super::identity::customer;
use crm_core::erasure::{EraseMode, EraseRequest, ErasureState, FileFolder};
use crm_core::import::file_name;
use crm_core::model::*;
use cti_types::CustomerId;
use serde_json::json;
use std::collections::BTreeSet;
use storage::{NOW, SchemaColumn, TestStore, on_both};

on_both!(nothing_planted_is_found_of_who_was_erased, what_is_erased_has_another_version);

/// What is planted. In lower case, as some columns keep it so.
const WORD: &str = "zanzibar";

/// Columns that can hold a person's data.
const PLANTED: &[(&str, &[&str])] = &[
    ("article_request", &["title", "details", "query"]),
    ("attachment", &["name"]),
    ("audit", &["before_json", "after_json"]),
    ("callback", &["number", "raw_number", "reason"]),
    ("callback_attempt", &["note"]),
    ("complaint_step", &["done"]),
    ("contact_point", &["value", "raw", "detail", "tail"]),
    ("contract", &["notes", "external_id"]),
    (
        "customer",
        &[
            "name",
            "given_name",
            "family_name",
            "company",
            "notes",
            "external_id",
            "attributes",
            "name_search",
            "family_search",
            "fields",
            "birthday",
        ],
    ),
    ("customer_alias", &["external_id"]),
    ("customer_consent", &["basis", "source"]),
    ("customer_contact_point", &["label", "raw", "detail"]),
    ("customer_merge", &["choices", "log"]),
    ("customer_order", &["tracking", "external_id", "notes"]),
    ("customer_relation", &["note"]),
    ("customer_value", &["inputs"]),
    ("duplicate_pair", &["reasons"]),
    ("merge_row", &["row_key", "dropped"]),
    ("note", &["text"]),
    ("notification", &["title"]),
    ("open_item", &["title"]),
    ("personal", &["value"]),
    ("product_owned", &["serial", "external_id", "notes"]),
    ("reminder", &["title"]),
    ("script_run", &["data", "run"]),
    ("task", &["title", "text"]),
    (
        "ticket",
        &[
            "title",
            "title_search",
            "description",
            "contact",
            "tags",
            "custom",
            "work",
            "address",
            "external_id",
            "fields",
            "satisfaction_comment",
        ],
    ),
    ("ticket_comment", &["text"]),
    ("ticket_merge", &["moved"]),
    ("ticket_status", &["note"]),
    ("ticket_tag", &["tag"]),
    ("webhook_event", &["body"]),
];

/// The other tables, and why nothing of a person is in them. Those that have planted columns are exempt by column: see [`WORDS`].
const EXEMPT: &[(&[&str], &str)] = &[
    (
        &["site", "team", "skill", "reason", "hours", "queue", "wrap_up_code", "trunk", "flow", "flow_version", "number", "dial_rule"],
        "configuration of calls",
    ),
    (&["app_user", "phone", "session", "api_token", "agent_presence"], "of people who work here, not of customers"),
    (&["custom_field", "formula", "formula_version", "rule", "script", "script_version", "product", "webhook"], "configuration"),
    (&["sla_policy", "ticket_template", "ticket_type", "ticket_rule", "ticket_trigger", "ticket_counter", "ticket_sweep"], "configuration"),
    (&["retention_policy", "import_job", "projector_mark", "duplicate_mark"], "configuration and marks"),
    (
        &["knowledge_category", "knowledge_article", "knowledge_article_version", "knowledge_document", "knowledge_comment"],
        "written for everybody",
    ),
    (&["knowledge_tally", "knowledge_use", "knowledge_rating", "rule_outcome"], "ids and figures"),
    (&["knowledge_query"], "kept without who asked; numbers and addresses are masked when it is written"),
    (
        &["event", "interaction", "interaction_customer", "participant", "segment", "work_item", "offer", "assignment", "message"],
        "the log and what is made from it refer to `personal` for what is a person's",
    ),
    (&["recording", "recording_part", "recording_erased", "interval_stat"], "ids, names of files made of ids, figures"),
    (&["match_key", "audit_customer", "customer_share", "legal_hold", "retention_kept"], "ids, and reasons that must not name anybody"),
    (&["export_run", "import_run", "import_error"], "names of columns and reasons, without values of rows"),
    (&["erasure", "file_erasure"], "the certificate, and names of files made of ids"),
    (&["ticket_customer", "ticket_interaction", "ticket_watcher", "ticket_fired", "ticket_notice", "ticket_feedback"], "ids and digests"),
    (&["webhook_delivery"], "ids, and words for what went wrong"),
];

/// Names of columns that hold no person's data in the tables that have planted ones. Ids are known by their names' end.
const WORDS: &[(&[&str], &str)] = &[
    (
        &["kind", "state", "status", "priority", "tier", "visibility", "channel", "outcome", "complaint_step", "satisfaction_via"],
        "words of ours",
    ),
    (&["resource", "action", "via", "subject", "table_name", "merged_into", "dedupe"], "words of ours and ids"),
    (&["media_type", "sha256"], "what kind of file it is"),
    (&["language", "languages", "zone", "currency", "date", "time"], "of a person, and nobody is known by it; dates go with their row"),
    (&["owner", "created_by", "undone_by", "decided_by", "offered_to", "by_user", "mentions"], "of people who work here"),
    (&["number", "lines", "delivery", "carrier", "entitlements", "name"], "what was sold and who carried it: the books need it"),
];

fn is_exempt(table: &str, column: &str) -> bool {
    let left = PLANTED.iter().any(|(planted, _)| *planted == table);
    let word = column == "id" || column.ends_with("_id") || WORDS.iter().any(|(words, _)| words.contains(&column));
    (left && word) || EXEMPT.iter().any(|(tables, _)| tables.contains(&table))
}

#[tokio::test]
async fn every_text_column_is_thought_of() {
    let db = storage::sqlite_store().await;
    let columns: Vec<SchemaColumn> = db.columns().await.into_iter().filter(|column| column.text).collect();
    let known: BTreeSet<(&str, &str)> = columns.iter().map(|column| (column.table.as_str(), column.name.as_str())).collect();
    for (table, names) in PLANTED {
        for name in *names {
            assert!(known.contains(&(*table, *name)), "{table}.{name} is planted, and not there");
        }
    }
    let planted =
        |column: &SchemaColumn| PLANTED.iter().any(|(table, names)| *table == column.table && names.contains(&column.name.as_str()));
    for column in columns.iter().filter(|column| !planted(column)) {
        let SchemaColumn { table, name, .. } = column;
        assert!(is_exempt(table, name), "{table}.{name}: can it hold a person's data? Plant it here, or say why not");
    }
}

struct Plants<'a> {
    db: &'a TestStore,
    columns: Vec<SchemaColumn>,
    number: u64,
}

impl Plants<'_> {
    /// A row with the word in all its planted columns; JSON where a list or an object is read from it. Gives its id.
    async fn row(&mut self, table: &str, given: &[(&str, &str)]) -> String {
        self.number += 1;
        let id = format!("00000000-0000-7000-8000-{:012}", self.number);
        let values: Vec<(&str, String)> = PLANTED
            .iter()
            .filter(|(planted, _)| *planted == table)
            .flat_map(|(_, names)| names.iter())
            .map(|name| (*name, format!("{WORD} {}", self.number)))
            .map(|(name, value)| if name.ends_with("_json") { (name, json!({ "title": value }).to_string()) } else { (name, value) })
            .collect();
        let mut row: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        row.retain(|(name, _)| !given.iter().any(|(other, _)| other == name));
        row.extend(given);
        if self.columns.iter().any(|column| column.table == table && column.name == "id") && !given.iter().any(|(name, _)| *name == "id") {
            row.push(("id", &id));
        }
        self.db.row(&self.columns, table, &row).await;
        id
    }
}

/// A customer with the word wherever it can stand; gives them.
async fn planted(db: &TestStore, import: &str) -> CustomerId {
    let row = json!({
        "name": "Zanzibar A", "given_name": "zanzibar", "family_name": "Zanzibar", "company": "zanzibar", "notes": "zanzibar",
        "external_id": "zanzibar-1", "attributes": { "city": "zanzibar" },
    });
    let of = customer(db, row, &["+442079460001", "ada@zanzibar.example"]).await;
    db.run(&format!("UPDATE customer SET birthday = '{WORD}', fields = '{{\"hobby\":\"{WORD}\"}}'")).await;
    db.run(&format!("UPDATE contact_point SET raw = '{WORD}', detail = '{WORD}', tail = '{WORD}'")).await;
    db.run(&format!("UPDATE customer_contact_point SET label = '{WORD}', raw = '{WORD}', detail = '{WORD}'")).await;
    // Of what was deleted by hand only the audit and the outbox still speak.
    let gone = json!({ "customer_id": of, "kind": "order", "title": "Zanzibar lamp" });
    let gone = db.store.insert(&who(), NOW, serde_json::from_value::<OpenItem>(gone).expect("an item")).await.expect("an item");
    let mut plants = Plants { db, columns: db.columns().await, number: 0 };
    plants.row("webhook_event", &[("resource", "open_item"), ("resource_id", &gone.id.to_string())]).await;
    db.store.delete::<OpenItem>(&who(), NOW, gone.id, 1).await.expect("a deletion");

    let customer = of.to_string();
    let own = ("customer_id", customer.as_str());
    let user = plants.row("app_user", &[("roles", "[]"), ("skills", "[]"), ("queues", "[]")]).await;
    let other =
        plants.row("customer", &[("attributes", "{}"), ("fields", "{}"), ("name", "B"), ("name_search", "b"), ("kind", "person")]).await;
    db.run(&format!("UPDATE customer SET birthday = NULL, given_name = NULL, family_name = NULL, company = NULL, notes = '', external_id = NULL, family_search = '' WHERE id = '{other}'")).await;
    let interaction = plants.row("interaction", &[("state", "closed")]).await;
    plants.row("interaction_customer", &[("interaction_id", &interaction), own, ("rank", "0")]).await;
    plants.row("personal", &[("interaction_id", &interaction)]).await;
    let formula = plants.row("formula", &[]).await;
    plants.row("customer_value", &[own, ("formula_id", &formula)]).await;
    plants.row("customer_consent", &[own]).await;
    plants.row("customer_relation", &[("from_id", &customer), ("to_id", &other), ("kind", "household")]).await;
    plants.row("duplicate_pair", &[("a_id", &customer), ("b_id", &other)]).await;
    let merge = plants.row("customer_merge", &[("survivor_id", &customer), ("state", "done")]).await;
    plants.row("merge_row", &[("merge_id", &merge)]).await;
    plants.row("customer_alias", &[("survivor_id", &customer), ("merge_id", &merge), own_alias()]).await;
    for table in ["open_item", "customer_order", "contract", "product_owned", "reminder"] {
        plants.row(table, &[own]).await;
    }
    // Such that name them, and such that name nobody and are theirs by the interaction, by their number or by a ticket.
    let kind = plants.row("ticket_type", &[("statuses", "[]")]).await;
    let ticket = plants.row("ticket", &[own, ("type_id", &kind), ("number", "1")]).await;
    let nameless = plants.row("ticket", &[("type_id", &kind), ("number", "2")]).await;
    plants.row("attachment", &[("ticket_id", &ticket)]).await;
    plants.row("ticket_merge", &[("ticket_id", &ticket), ("into_id", &nameless)]).await;
    plants.row("ticket_interaction", &[("ticket_id", &nameless), ("interaction_id", &interaction)]).await;
    for ticket in [&ticket, &nameless] {
        for table in ["ticket_tag", "ticket_status", "ticket_comment", "complaint_step"] {
            plants.row(table, &[("ticket_id", ticket)]).await;
        }
    }
    let by_interaction = ("interaction_id", interaction.as_str());
    plants.row("script_run", &[own, ("agent_id", "a"), by_interaction]).await;
    plants.row("script_run", &[("agent_id", "b"), by_interaction]).await;
    plants.row("article_request", &[by_interaction]).await;
    plants.row("note", &[own]).await;
    plants.row("note", &[("subject", "interaction"), ("subject_id", &interaction)]).await;
    plants.row("note", &[("subject", "ticket"), ("subject_id", &ticket)]).await;
    let task = plants.row("task", &[own]).await;
    plants.row("task", &[by_interaction]).await;
    plants.row("task", &[("ticket_id", &ticket)]).await;
    let callback = plants.row("callback", &[own]).await;
    plants.row("callback_attempt", &[("callback_id", &callback)]).await;
    plants.row("callback", &[by_interaction]).await;
    plants.row("callback", &[("ticket_id", &ticket)]).await;
    plants.row("callback", &[("number", "+442079460001")]).await;
    plants.row("notification", &[("user_id", &user), own, ("dedupe", "1")]).await;
    plants.row("notification", &[("user_id", &user), ("resource_id", &task), ("dedupe", "2")]).await;
    // Whatever was done to a row.
    plants.row("audit", &[("action", "due"), ("resource", "callback"), ("resource_id", &callback)]).await;
    plants.row("audit", &[("action", "update"), ("resource", "ticket"), ("resource_id", &nameless)]).await;
    plants.row("webhook_event", &[("resource", "task"), ("resource_id", &task)]).await;
    // A file of an import that came to its end.
    plants.row("import_job", &[("id", import)]).await;
    plants.row("import_run", &[("import_id", import), ("state", "done"), ("ended_at", &NOW.0.to_string())]).await;
    of
}

/// The id of somebody who was merged into them.
fn own_alias() -> (&'static str, &'static str) {
    ("customer_id", "00000000-0000-7000-8000-999999999999")
}

/// Where the word stands.
async fn found(db: &TestStore) -> BTreeSet<String> {
    let columns = db.columns().await;
    let texts = columns.iter().filter(|column| column.text);
    let all: Vec<String> = texts
        .map(|SchemaColumn { table, name, .. }| format!("SELECT '{table}.{name}' FROM {table} WHERE LOWER(\"{name}\") LIKE '%{WORD}%'"))
        .collect();
    let mut found = BTreeSet::new();
    // Databases take only so many parts in one statement.
    for part in all.chunks(100) {
        found.extend(db.texts(&part.join(" UNION ALL ")).await);
    }
    found
}

async fn nothing_planted_is_found_of_who_was_erased(db: TestStore) {
    let (import, imports) = ("00000000-0000-7000-8000-888888888888", tempfile::tempdir().expect("a folder"));
    let id: ImportJobId = import.parse().expect("an id");
    std::fs::write(imports.path().join(file_name(id)), format!("Name\n{WORD}\n")).expect("a file");
    let of = planted(&db, import).await;
    let before = found(&db).await;
    for (table, names) in PLANTED {
        for name in *names {
            assert!(before.contains(&format!("{table}.{name}")), "{table}.{name} was not planted");
        }
    }
    let request = EraseRequest { mode: EraseMode::Anonymise, reason: "asked for, case 7".into() };
    let done = db.store.erase_customer(&who(), NOW, of, None, request).await.expect("an erasure");
    assert_eq!(found(&db).await, BTreeSet::new());
    assert_eq!(done.state, ErasureState::Files, "a file is still there");
    for file in db.store.files_to_erase(10).await.expect("files") {
        if file.folder != FileFolder::Attachments {
            assert_eq!((file.folder, file.file.as_str()), (FileFolder::Imports, file_name(id).as_str()));
            std::fs::remove_file(imports.path().join(&file.file)).expect("a file");
        }
        db.store.file_erased(NOW, &file, true).await.expect("noted");
    }
    assert_eq!(std::fs::read_dir(imports.path()).expect("the folder").count(), 0);
    let certificate = db.store.erasure(done.id).await.expect("the certificate");
    assert_eq!(certificate.state, ErasureState::Done);
    // What was done is said of each table that was planted.
    let said: BTreeSet<&str> = certificate.certificate.erased.iter().map(|erased| erased.what.as_str()).collect();
    for (table, _) in PLANTED.iter().filter(|(table, _)| *table != "callback_attempt") {
        assert!(said.contains(table), "{table}: {said:?}");
    }
    assert!(said.contains("import_files"));
}

async fn what_is_erased_has_another_version(db: TestStore) {
    let of = customer(&db, json!({ "name": "Ada" }), &[]).await;
    let item = json!({ "customer_id": of, "kind": "order", "title": "Lamp" });
    let item = db.store.insert(&who(), NOW, serde_json::from_value::<OpenItem>(item).expect("an item")).await.expect("an item");
    let request = EraseRequest { mode: EraseMode::Anonymise, reason: "asked for".into() };
    db.store.erase_customer(&who(), NOW, of, None, request).await.expect("an erasure");
    let stale = db.store.update::<OpenItem>(&who(), NOW, item.id, 1, &json!({ "title": "Lamp" })).await;
    assert!(stale.is_err(), "what somebody had before them does not come back: {stale:?}");
    assert_eq!(db.store.get::<OpenItem>(item.id).await.expect("an item").version, 2);
}
