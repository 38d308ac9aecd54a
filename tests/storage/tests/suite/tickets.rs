//! Tickets: making, changing, finding, merging, and what happens when nobody looks after them.

use crm_core::model::*;
use crm_core::orders::Upserted;
use crm_core::tickets::complaint::{Answer, Assign, Done, Evaluation, FollowUp, Schedule};
use crm_core::tickets::list::TicketFilter;
use crm_core::tickets::{AssignTo, CustomersOf, Rating};
use crm_core::timeline::TimelineQuery;
use crm_core::{ListQuery, Resource, Secret, StoreError, Stored, Viewer, Who};
use cti_types::{CustomerId, UserId, Utc};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use storage::{NOW, TestStore, on_both};

on_both!(
    a_ticket_takes_what_it_lacks_from_its_type_and_reads_back,
    wrong_fields_are_named_and_nothing_is_written,
    fields_defined_for_tickets_are_judged_when_they_are_written,
    a_change_is_based_on_a_version_and_keeps_its_history,
    rules_give_tickets_in_turn_and_to_who_has_least,
    tickets_are_found_by_each_filter_and_page_by_page,
    a_merged_ticket_leaves_everything_to_the_survivor,
    parents_do_not_stand_below_themselves,
    comments_tell_whom_they_name_and_answer_in_time,
    promised_times_pause_over_a_weekend_and_follow_changed_hours,
    a_trigger_does_its_work_once_whoever_sweeps,
    sweeps_take_what_is_due_in_batches,
    a_complaint_goes_its_way_and_says_what_is_missing,
    a_rating_link_works_once,
    a_ticket_pushed_twice_is_one_and_keeps_what_people_did,
    a_deleted_customer_leaves_their_tickets,
    tickets_are_seen_by_who_sees_whom_they_are_about,
);

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;

fn who() -> Who {
    Who::system("test")
}

fn later(us: i64) -> Utc {
    Utc(NOW.0 + us)
}

async fn make<R: Resource>(db: &TestStore, row: Value) -> Stored<R> {
    let row = serde_json::from_value::<R>(row).expect("a row");
    db.store.insert(&who(), NOW, row).await.expect("a row")
}

async fn user(db: &TestStore, login: &str) -> UserId {
    make::<User>(db, json!({ "login": login, "name": login, "roles": ["agent"] })).await.id
}

async fn customer(db: &TestStore, name: &str) -> CustomerId {
    let data: Customer = serde_json::from_value(json!({ "name": name, "tier": "gold", "language": "zh" })).expect("a customer");
    db.store.create_customer(&who(), NOW, data, &[]).await.expect("a customer").0.id
}

async fn kind(db: &TestStore, fields: Value) -> TicketTypeId {
    let mut row = json!({ "name": "Request" });
    row.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    make::<TicketType>(db, row).await.id
}

async fn ticket(db: &TestStore, at: Utc, kind: TicketTypeId, fields: Value) -> TicketRow {
    let mut row = json!({ "type_id": kind, "title": "Something" });
    row.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    db.store.create_ticket(&who(), at, &row).await.expect("a ticket")
}

async fn status(db: &TestStore, at: Utc, ticket: &TicketRow, to: TicketStatus) -> TicketRow {
    let version = db.store.ticket(ticket.id).await.expect("the ticket").version;
    db.store.set_ticket_status(&who(), at, ticket.id, version, to, "").await.expect("a status")
}

fn fields_of<T: std::fmt::Debug>(refused: Result<T, StoreError>) -> Vec<String> {
    match refused {
        Err(StoreError::Invalid { errors, .. }) => errors.into_iter().map(|error| error.field).collect(),
        other => panic!("{other:?}"),
    }
}

async fn found(db: &TestStore, filter: TicketFilter) -> Vec<i64> {
    db.store.tickets(&filter).await.expect("a page").items.iter().map(|ticket| ticket.state.number).collect()
}

async fn a_ticket_takes_what_it_lacks_from_its_type_and_reads_back(db: TestStore) {
    let ann = customer(&db, "Ann").await;
    let queue = make::<Queue>(&db, json!({ "name": "Support" })).await.id;
    let template = json!({ "name": "t", "title": "For {{customer.name}}", "text": "No. {{ticket.number}} of {{today}}" });
    let template = make::<TicketTemplate>(&db, template).await.id;
    let repair = kind(&db, json!({ "priority": "high", "queue_id": queue, "template_id": template })).await;
    let fields = json!({
        "type_id": repair, "customer_id": ann, "tags": ["VIP ", "lamp"], "custom": { "serial": "X-1", "count": 2, "paid": true },
        "contact": "Bob, 5 pm", "external_id": "E-1",
    });
    let made = db.store.create_ticket(&who(), NOW, &fields).await.expect("a ticket");
    assert_eq!((made.data.title.as_str(), made.data.description.as_str()), ("For Ann", "No. 1 of 2026-01-05"));
    assert_eq!((made.priority(), made.data.queue_id, made.state.number), (TicketPriority::High, Some(queue), 1));
    assert_eq!((made.state.status, made.version, made.state.live), (TicketStatus::New, 1, true));
    assert_eq!(made.data.tags, BTreeSet::from(["lamp".to_owned(), "vip".to_owned()]));
    assert_eq!(db.store.ticket(made.id).await.expect("the ticket"), made);
    let detail = db.store.ticket_detail(made.id).await.expect("the ticket");
    assert_eq!((detail.customers, detail.watchers.len()), (vec![ann], 0));
    let own = ticket(&db, NOW, repair, json!({ "title": "Own", "priority": "low" })).await;
    assert_eq!((own.data.title.as_str(), own.priority(), own.state.number), ("Own", TicketPriority::Low, 2));
    let twice = db.store.create_ticket(&who(), NOW, &json!({ "type_id": repair, "title": "x", "external_id": "E-1" })).await;
    assert!(matches!(&twice, Err(StoreError::Unique { field, .. }) if field == "external_id"), "{twice:?}");
}

async fn wrong_fields_are_named_and_nothing_is_written(db: TestStore) {
    let request = kind(&db, json!({})).await;
    let nobody = "00000000-0000-7000-8000-000000000009";
    let table = [
        (json!({ "title": "" }), vec!["title"]),
        (json!({ "title": "a\nb" }), vec!["title"]),
        (json!({ "descripton": "typo" }), vec!["descripton"]),
        (json!({ "priority": "asap" }), vec![""]),
        (json!({ "type_id": nobody }), vec!["type_id"]),
        (json!({ "customer_id": nobody, "assignee_id": nobody }), vec!["customer_id", "assignee_id"]),
        (json!({ "parent_id": nobody }), vec!["parent_id"]),
        (json!({ "custom": { "a": [1] } }), vec!["custom.a"]),
        (json!({ "tags": ["a\u{7}"] }), vec!["tags"]),
        (json!({ "work": "\u{0}" }), vec!["work"]),
    ];
    for (wrong, expected) in table {
        let mut row = json!({ "type_id": request, "title": "Right" });
        row.as_object_mut().expect("an object").extend(wrong.as_object().expect("an object").clone());
        assert_eq!(fields_of(db.store.create_ticket(&who(), NOW, &row).await), expected, "{wrong}");
    }
    assert!(found(&db, TicketFilter::default()).await.is_empty());
}

async fn fields_defined_for_tickets_are_judged_when_they_are_written(db: TestStore) {
    let request = kind(&db, json!({})).await;
    for field in [
        json!({ "key": "class", "type": "list", "required": true, "options": [{ "value": "a" }, { "value": "b" }] }),
        json!({ "key": "level", "type": "list", "depends_on": "class", "options": [{ "value": "a1", "when": ["a"] }, { "value": "any" }] }),
        json!({ "key": "cost", "type": "number", "editable_by": ["supervisor"] }),
    ] {
        let mut field = field;
        field["resource"] = json!("ticket");
        make::<CustomField>(&db, field).await;
    }
    for (fields, expected) in [
        (json!({}), vec!["fields.class"]),
        (json!({ "class": "z" }), vec!["fields.class"]),
        (json!({ "class": "b", "level": "a1" }), vec!["fields.level"]),
        (json!({ "class": "a", "cost": "much" }), vec!["fields.cost"]),
        (json!({ "class": "a", "other": 1 }), vec!["fields.other"]),
    ] {
        let row = json!({ "type_id": request, "title": "x", "fields": fields });
        assert_eq!(fields_of(db.store.create_ticket(&who(), NOW, &row).await), expected, "{fields}");
    }
    let made = ticket(&db, NOW, request, json!({ "fields": { "class": "a", "level": "a1", "cost": 7 } })).await;
    let change =
        async |version, fields: Value| db.store.update_ticket(&who(), later(1), made.id, version, &json!({ "fields": fields })).await;
    assert_eq!(fields_of(change(1, json!({ "class": "b" })).await), ["fields.level"], "what depends on it no longer goes with it");
    let changed = change(1, json!({ "class": "b", "level": null })).await.expect("a change");
    assert_eq!(serde_json::to_value(&changed.data.fields).expect("JSON"), json!({ "class": "b", "cost": 7 }));
    let agent = Viewer::of(
        make::<User>(&db, json!({ "login": "amy", "name": "Amy", "roles": ["agent"] })).await.id,
        [UserRole::Agent].into(),
        None,
    );
    let may = async |fields: Value| db.store.check_ticket_fields(&agent, Some(made.id), &json!({ "fields": fields })).await;
    may(json!({ "class": "a", "cost": 7 })).await.expect("sent back as it was");
    for fields in [json!({ "cost": 8 }), json!({ "cost": null }), Value::Null] {
        let refused = may(fields.clone()).await;
        assert!(matches!(&refused, Err(StoreError::NotAllowed { errors, .. }) if errors[0].field == "fields.cost"), "{fields} {refused:?}");
    }
}

async fn a_change_is_based_on_a_version_and_keeps_its_history(db: TestStore) {
    let request = kind(&db, json!({ "statuses": ["open", "resolved"] })).await;
    let made = ticket(&db, NOW, request, json!({ "custom": { "a": 1, "b": 2 } })).await;
    let mut patch = serde_json::to_value(&made).expect("JSON");
    patch["title"] = json!("Other");
    patch["custom"] = json!({ "b": null, "c": 3 });
    let changed = db.store.update_ticket(&who(), later(1), made.id, 1, &patch).await.expect("a change");
    assert_eq!((changed.version, changed.data.title.as_str(), changed.updated_at), (2, "Other", later(1)));
    assert_eq!(serde_json::to_value(&changed.data.custom).expect("JSON"), json!({ "a": 1, "c": 3 }));
    let stale = db.store.update_ticket(&who(), later(1), made.id, 1, &json!({ "title": "x" })).await;
    assert!(matches!(stale, Err(StoreError::VersionConflict { current: 2, .. })), "{stale:?}");
    let pending = db.store.set_ticket_status(&who(), later(2), made.id, 2, TicketStatus::Pending, "").await;
    assert_eq!(fields_of(pending), ["status"]);
    status(&db, later(2), &made, TicketStatus::Resolved).await;
    let open = status(&db, later(3), &made, TicketStatus::Open).await;
    assert_eq!((open.state.reopened_count, open.state.resolved_at), (1, None));
    let history = db.store.ticket_history(made.id).await.expect("the history");
    let words: Vec<_> = history.statuses.iter().map(|change| (change.at, change.status.word())).collect();
    assert_eq!(words, [(NOW, "new"), (later(2), "resolved"), (later(3), "open")]);
    let audit = db.store.audit(&ListQuery { equals: vec![("resource".into(), "ticket".into())], ..ListQuery::default() }).await;
    assert_eq!(audit.expect("the audit").items.len(), 4);
}

async fn rules_give_tickets_in_turn_and_to_who_has_least(db: TestStore) {
    let (ann, bob) = (user(&db, "ann").await, user(&db, "bob").await);
    let gone = user(&db, "gone").await;
    db.store.update::<User>(&who(), NOW, gone, 1, &json!({ "active": false })).await.expect("a change");
    let request = kind(&db, json!({})).await;
    let queue = make::<Queue>(&db, json!({ "name": "VIP" })).await.id;
    let vip = json!({ "name": "vip", "sort": 1, "tiers": ["gold"], "languages": ["zh"], "queue_id": queue, "agents": [gone, ann, bob], "pick": "round_robin" });
    make::<TicketRule>(&db, vip).await;
    make::<TicketRule>(&db, json!({ "name": "rest", "sort": 2, "agents": [bob, ann], "pick": "least_open" })).await;
    let gold = customer(&db, "Gold").await;
    let mut given = Vec::new();
    for _ in 0..3 {
        let made = ticket(&db, NOW, request, json!({ "customer_id": gold })).await;
        assert_eq!(made.data.queue_id, Some(queue));
        given.push(made.data.assignee_id);
    }
    assert_eq!(given, [Some(ann), Some(bob), Some(ann)]);
    // Ann has two, Bob one.
    let next = ticket(&db, NOW, request, json!({})).await;
    assert_eq!(next.data.assignee_id, Some(bob));
    let tie = ticket(&db, NOW, request, json!({})).await;
    assert_eq!(tie.data.assignee_id, Some(bob), "named first");
    let named = ticket(&db, NOW, request, json!({ "queue_id": queue })).await;
    assert_eq!(named.data.assignee_id, None, "no rule is asked where somebody has chosen");
    let by_rule = AssignTo { by_rule: true, ..AssignTo::default() };
    let assigned = db.store.assign_ticket(&who(), NOW, named.id, 1, &by_rule).await.expect("assigned");
    assert_eq!((assigned.data.assignee_id, assigned.data.queue_id), (Some(ann), None));
    let notices = db.store.notices(ann, true, &ListQuery::default()).await.expect("notices");
    assert_eq!(notices.items.len(), 3);
    assert!(notices.items.iter().all(|notice| notice.kind == NoticeKind::Assigned));
}

async fn tickets_are_found_by_each_filter_and_page_by_page(db: TestStore) {
    let (ann, gold) = (user(&db, "ann").await, customer(&db, "Gold").await);
    let team = make::<Team>(&db, json!({ "name": "Red" })).await.id;
    let queue = make::<Queue>(&db, json!({ "name": "Support" })).await.id;
    let policy = json!({ "name": "p", "targets": [{ "priority": "urgent", "resolution_ms": 3_600_000 }] });
    let policy = make::<SlaPolicy>(&db, policy).await.id;
    let request = kind(&db, json!({ "sla_policy_id": policy })).await;
    let other = kind(&db, json!({ "name": "Other" })).await;
    let table = [
        (request, json!({ "title": "Lamp is dark", "assignee_id": ann, "tags": ["vip"] })),
        (request, json!({ "title": "Lamp flickers", "team_id": team, "customer_id": gold })),
        (other, json!({ "title": "Stuhl quietscht", "queue_id": queue, "tags": ["vip"], "assignee_id": ann })),
        (request, json!({ "title": "lamp is gone 键盘", "priority": "urgent" })),
        (request, json!({ "title": "100%_", "contact_id": gold })),
    ];
    let mut made = Vec::new();
    for (at, (kind, fields)) in table.into_iter().enumerate() {
        made.push(ticket(&db, later(at as i64 * MINUTE), kind, fields).await);
    }
    let done = status(&db, later(10 * MINUTE), &made[0], TicketStatus::Resolved).await;
    db.store.watch_ticket(&who(), later(11 * MINUTE), made[1].id, ann).await.expect("watched");
    let filter = TicketFilter::default;
    let search = |text: &str| TicketFilter { search: Some(text.into()), ..filter() };
    let table = [
        (filter(), vec![5, 4, 3, 2, 1]),
        (search("2"), vec![2]),
        (search("#4"), vec![4]),
        (search("LAMP"), vec![2, 1, 4]),
        (search("100%"), vec![5]),
        (search("nothing"), vec![]),
        (TicketFilter { status: Some(TicketStatus::Resolved), ..filter() }, vec![1]),
        (TicketFilter { live: Some(true), ..filter() }, vec![5, 4, 3, 2]),
        (TicketFilter { live: Some(false), ..filter() }, vec![1]),
        (TicketFilter { assignee: Some(ann), ..filter() }, vec![3, 1]),
        (TicketFilter { assignee: Some(ann), live: Some(true), ..filter() }, vec![3]),
        (TicketFilter { assignee: Some(ann), kind: Some(request), ..filter() }, vec![1]),
        (TicketFilter { team: Some(team), ..filter() }, vec![2]),
        (TicketFilter { queue: Some(queue), ..filter() }, vec![3]),
        (TicketFilter { kind: Some(other), ..filter() }, vec![3]),
        (TicketFilter { customer: Some(gold), ..filter() }, vec![2]),
        (TicketFilter { priority: Some(TicketPriority::Urgent), ..filter() }, vec![4]),
        (TicketFilter { tag: Some("VIP".into()), ..filter() }, vec![3, 1]),
        (TicketFilter { tag: Some("vip".into()), assignee: Some(ann), live: Some(true), ..filter() }, vec![3]),
        (TicketFilter { watcher: Some(ann), ..filter() }, vec![2]),
        (TicketFilter { breached: Some(true), ..filter() }, vec![]),
        (TicketFilter { due_before: Some(later(HOUR * 2)), ..filter() }, vec![4]),
        (TicketFilter { due_before: Some(later(HOUR)), ..filter() }, vec![]),
        (TicketFilter { updated_since: Some(later(3 * MINUTE)), ..filter() }, vec![4, 5, 1, 2]),
        (TicketFilter { updated_since: Some(later(3 * MINUTE)), live: Some(true), search: Some("lamp".into()), ..filter() }, vec![2, 4]),
    ];
    for (filter, expected) in table {
        let mut paged = Vec::new();
        let mut cursor = None;
        loop {
            let page = db.store.tickets(&TicketFilter { limit: Some(2), cursor, ..filter.clone() }).await.expect("a page");
            paged.extend(page.items.iter().map(|ticket| ticket.state.number));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(paged, expected, "{filter:?}");
        assert_eq!(found(&db, filter.clone()).await, expected, "{filter:?}");
    }
    let bad = db.store.tickets(&TicketFilter { cursor: Some("x".into()), ..filter() }).await;
    assert_eq!(fields_of(bad), ["cursor"]);
    assert_eq!(done.state.number, 1);
}

async fn a_merged_ticket_leaves_everything_to_the_survivor(db: TestStore) {
    let (ann, bob) = (user(&db, "ann").await, user(&db, "bob").await);
    let (gold, silver) = (customer(&db, "Gold").await, customer(&db, "Silver").await);
    let request = kind(&db, json!({})).await;
    let first = ticket(&db, NOW, request, json!({ "customer_id": gold, "tags": ["a"] })).await;
    let second = ticket(&db, later(MINUTE), request, json!({ "customer_id": silver, "tags": ["b"], "parent_id": first.id })).await;
    let child = ticket(&db, NOW, request, json!({ "parent_id": first.id })).await;
    db.store.watch_ticket(&who(), NOW, first.id, ann).await.expect("watched");
    db.store.watch_ticket(&who(), NOW, first.id, bob).await.expect("watched");
    db.store.watch_ticket(&who(), NOW, second.id, bob).await.expect("watched");
    let survivor = db.store.merge_ticket(&who(), later(1), first.id, 1, second.id).await.expect("merged");
    assert_eq!((survivor.id, survivor.version, survivor.data.parent_id), (second.id, 2, None));
    assert_eq!(survivor.data.tags, BTreeSet::from(["a".to_owned(), "b".to_owned()]));
    let detail = db.store.ticket_detail(second.id).await.expect("the survivor");
    assert_eq!((detail.customers[0], detail.customers.len()), (silver, 2));
    assert_eq!(detail.watchers.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([ann, bob]));
    assert_eq!((detail.children, detail.merged), (vec![child.id], vec![first.id]));
    let merged = db.store.ticket(first.id).await.expect("the merged one");
    assert_eq!((merged.state.status, merged.state.merged_into), (TicketStatus::Closed, Some(second.id)));
    assert_eq!(found(&db, TicketFilter { customer: Some(gold), ..TicketFilter::default() }).await, [2, 1]);
    let version = merged.version;
    assert_eq!(fields_of(db.store.merge_ticket(&who(), NOW, first.id, version, second.id).await), ["into"]);
    assert_eq!(fields_of(db.store.merge_ticket(&who(), NOW, child.id, 2, first.id).await), ["into"]);
    assert_eq!(fields_of(db.store.merge_ticket(&who(), NOW, child.id, 2, child.id).await), ["into"]);
    assert_eq!(fields_of(db.store.set_ticket_status(&who(), NOW, first.id, version, TicketStatus::Open, "").await), ["status"]);
    let of = CustomersOf { customers: vec![gold], main: Some(gold) };
    let changed = db.store.set_ticket_customers(&who(), NOW, second.id, 2, &of).await.expect("customers");
    assert_eq!(db.store.ticket_detail(changed.id).await.expect("the ticket").customers, [gold]);
    // One more beside the main one is a change, too.
    let silver = customer(&db, "Silver").await;
    let of = CustomersOf { customers: vec![gold, silver], main: Some(gold) };
    let more = db.store.set_ticket_customers(&who(), NOW, second.id, changed.version, &of).await.expect("customers");
    assert_eq!(more.version, changed.version + 1);
    let audit = ListQuery { equals: vec![("resource_id".into(), second.id.to_string())], ..ListQuery::default() };
    let audit = db.store.audit(&audit).await.expect("the audit").items;
    assert!(
        audit.iter().any(|row| row.after.as_ref().is_some_and(|after| after["customers"].as_array().map(Vec::len) == Some(2))),
        "{audit:?}"
    );
    let same = db.store.set_ticket_customers(&who(), NOW, second.id, more.version, &of).await.expect("customers");
    assert_eq!(same.version, more.version, "the same again is none");
}

async fn parents_do_not_stand_below_themselves(db: TestStore) {
    let request = kind(&db, json!({})).await;
    let mut chain = vec![ticket(&db, NOW, request, json!({})).await];
    for at in 0..5 {
        chain.push(ticket(&db, NOW, request, json!({ "parent_id": chain[at].id })).await);
    }
    let deeper = db.store.create_ticket(&who(), NOW, &json!({ "type_id": request, "title": "x", "parent_id": chain[5].id })).await;
    assert_eq!(fields_of(deeper), ["parent_id"]);
    let round = db.store.update_ticket(&who(), NOW, chain[0].id, 1, &json!({ "parent_id": chain[2].id })).await;
    assert_eq!(fields_of(round), ["parent_id"]);
    let below = TicketFilter { parent: Some(chain[0].id), ..TicketFilter::default() };
    assert_eq!(found(&db, below).await, [2]);
}

async fn comments_tell_whom_they_name_and_answer_in_time(db: TestStore) {
    let (ann, bob) = (user(&db, "ann").await, user(&db, "bob").await);
    let policy = json!({ "name": "p", "targets": [{ "first_response_ms": 600_000 }] });
    let policy = make::<SlaPolicy>(&db, policy).await.id;
    let request = kind(&db, json!({ "sla_policy_id": policy })).await;
    let made = ticket(&db, NOW, request, json!({ "assignee_id": ann })).await;
    assert_eq!((made.state.response_due_at, made.state.due_at), (Some(later(10 * MINUTE)), Some(later(10 * MINUTE))));
    let by_ann = Who::user(ann, "test");
    let inner = NewComment { text: "@bob, please. @ann @nobody".into(), public: false };
    let said = db.store.comment_ticket(&by_ann, later(MINUTE), made.id, inner).await.expect("a comment");
    assert_eq!(said.mentions.iter().copied().collect::<BTreeSet<_>>(), BTreeSet::from([ann, bob]));
    assert_eq!(db.store.ticket(made.id).await.expect("the ticket").state.responded_at, None);
    let public = NewComment { text: "We are on it.".into(), public: true };
    db.store.comment_ticket(&by_ann, later(2 * MINUTE), made.id, public).await.expect("a comment");
    let answered = db.store.ticket(made.id).await.expect("the ticket");
    assert_eq!(
        (answered.state.responded_at, answered.state.due_at, answered.updated_at),
        (Some(later(2 * MINUTE)), None, later(2 * MINUTE))
    );
    let page = db.store.ticket_comments(made.id, &ListQuery { limit: Some(1), ..ListQuery::default() }).await.expect("a page");
    assert_eq!((page.items.len(), page.items[0].id), (1, said.id));
    let rest = db.store.ticket_comments(made.id, &ListQuery { cursor: page.next, ..ListQuery::default() }).await.expect("a page");
    assert_eq!((rest.items[0].text.as_str(), rest.next), ("We are on it.", None));
    let told = async |user, unread| {
        let page = db.store.notices(user, unread, &ListQuery::default()).await.expect("notices");
        page.items.into_iter().map(|notice| (notice.id, notice.kind)).collect::<Vec<_>>()
    };
    let kinds: Vec<_> = told(bob, true).await.into_iter().map(|(_, kind)| kind).collect();
    assert_eq!(kinds, [NoticeKind::Mentioned]);
    assert_eq!(told(ann, true).await.len(), 1, "of being given it; not of her own words");
    let first = told(bob, true).await[0].0;
    assert!(matches!(db.store.read_notice(ann, NOW, first).await, Err(StoreError::NotFound { .. })));
    db.store.read_notice(bob, NOW, first).await.expect("read");
    assert_eq!((told(bob, true).await.len(), told(bob, false).await.len()), (0, 1));
}

async fn promised_times_pause_over_a_weekend_and_follow_changed_hours(db: TestStore) {
    let week = |from: &str| (1..=5).map(|day| json!({ "day": day, "from": from, "to": "17:00" })).collect::<Vec<_>>();
    let office = make::<Hours>(&db, json!({ "name": "h", "zone": "Europe/Berlin", "weekly": week("09:00") })).await;
    let policy = json!({ "name": "p", "hours_id": office.id, "targets": [{ "resolution_ms": 4 * 3_600_000 }] });
    let policy = make::<SlaPolicy>(&db, policy).await.id;
    let request = kind(&db, json!({ "sla_policy_id": policy })).await;
    // NOW is Monday 09:00 in Berlin; this is Friday 14:00.
    let friday = later(4 * 24 * HOUR + 5 * HOUR);
    let made = ticket(&db, friday, request, json!({})).await;
    assert_eq!(made.state.resolution_due_at, Some(Utc(friday.0 + 68 * HOUR)), "three hours on Friday and one on Monday");
    let waiting = status(&db, Utc(friday.0 + 2 * HOUR), &made, TicketStatus::Pending).await;
    assert_eq!((waiting.state.resolution_due_at, waiting.state.resolution_left_ms), (None, Some(2 * 3_600_000)));
    assert!(db.store.due_tickets(Utc(friday.0 + 60 * HOUR), 10).await.expect("due").is_empty());
    let monday = Utc(friday.0 + 68 * HOUR);
    let open = status(&db, monday, &made, TicketStatus::Open).await;
    assert_eq!(open.state.resolution_due_at, Some(Utc(monday.0 + 2 * HOUR)), "Monday 10:00 and the two hours left");
    // Offices open at eleven now, and did so on Friday as far as the clock goes: two hours were used then as well.
    db.store.sweep_tickets(monday, 10).await.expect("a sweep");
    let later_hours = json!({ "weekly": week("11:00") });
    db.store.update::<Hours>(&who(), monday, office.id, office.version, &later_hours).await.expect("other hours");
    let swept = db.store.sweep_tickets(Utc(monday.0 + MINUTE), 10).await.expect("a sweep");
    assert_eq!((swept.looked, swept.fired, swept.failed), (1, 0, 0));
    let moved = db.store.ticket(made.id).await.expect("the ticket");
    assert_eq!(moved.state.resolution_due_at, Some(Utc(monday.0 + 3 * HOUR)), "Monday 11:00 and two hours");
    assert_eq!(db.store.sweep_tickets(Utc(monday.0 + 2 * MINUTE), 10).await.expect("a sweep").looked, 0);
    let late = Utc(monday.0 + 4 * HOUR);
    assert_eq!(db.store.sweep_tickets(late, 10).await.expect("a sweep").looked, 1);
    let broken = db.store.ticket(made.id).await.expect("the ticket");
    assert_eq!((broken.state.breached, broken.state.resolution_breached_at), (true, Some(Utc(monday.0 + 3 * HOUR))));
    assert_eq!(found(&db, TicketFilter { breached: Some(true), ..TicketFilter::default() }).await, [1]);
}

async fn a_trigger_does_its_work_once_whoever_sweeps(db: TestStore) {
    let (ann, boss) = (user(&db, "ann").await, user(&db, "boss").await);
    let queue = make::<Queue>(&db, json!({ "name": "Second line" })).await.id;
    let policy = json!({ "name": "p", "targets": [{ "resolution_ms": 3_600_000 }] });
    let policy = make::<SlaPolicy>(&db, policy).await.id;
    let soon = json!({ "name": "soon", "sort": 1, "moment": { "when": "before_breach", "clock": "resolution", "ms": 600_000 },
        "actions": [{ "do": "raise_priority" }, { "do": "note", "text": "Ten minutes left" }] });
    let late = json!({ "name": "late", "sort": 2, "moment": { "when": "after_breach", "clock": "resolution" },
        "actions": [{ "do": "reassign", "queue_id": queue }, { "do": "notify", "watchers": true, "users": [boss] }] });
    let again =
        json!({ "name": "again", "sort": 3, "moment": { "when": "reopened", "times": 2 }, "actions": [{ "do": "note", "text": "Twice" }] });
    for trigger in [soon, late, again] {
        make::<TicketTrigger>(&db, trigger).await;
    }
    let request = kind(&db, json!({ "sla_policy_id": policy })).await;
    let made = ticket(&db, NOW, request, json!({ "assignee_id": ann })).await;
    db.store.watch_ticket(&who(), NOW, made.id, ann).await.expect("watched");
    db.store.sweep_tickets(NOW, 10).await.expect("a sweep");
    assert!(db.store.due_tickets(later(49 * MINUTE), 10).await.expect("due").is_empty());
    // Two nodes sweep at the same time.
    let at = later(50 * MINUTE);
    let (one, other) = tokio::join!(db.store.sweep_tickets(at, 10), db.store.sweep_tickets(at, 10));
    assert_eq!(one.expect("a sweep").fired + other.expect("a sweep").fired, 1);
    let raised = db.store.ticket(made.id).await.expect("the ticket");
    assert_eq!((raised.priority(), raised.state.next_escalation_at), (TicketPriority::High, Some(later(60 * MINUTE))));
    // Long away: the next sweep finds all that has come meanwhile.
    assert_eq!(db.store.sweep_tickets(later(5 * HOUR), 10).await.expect("a sweep").fired, 1);
    let moved = db.store.ticket(made.id).await.expect("the ticket");
    assert_eq!((moved.data.queue_id, moved.data.assignee_id, moved.state.breached), (Some(queue), None, true));
    for user in [ann, boss] {
        let notices = db.store.notices(user, true, &ListQuery::default()).await.expect("notices").items;
        assert_eq!(notices.iter().filter(|notice| notice.kind == NoticeKind::Escalated).count(), 1);
    }
    for hour in 0..4 {
        let to = if hour % 2 == 0 { TicketStatus::Resolved } else { TicketStatus::Open };
        status(&db, later((6 + hour) * HOUR), &made, to).await;
        db.store.sweep_tickets(later((6 + hour) * HOUR + MINUTE), 10).await.expect("a sweep");
    }
    let comments = db.store.ticket_comments(made.id, &ListQuery::default()).await.expect("comments").items;
    assert_eq!(comments.iter().map(|comment| comment.text.as_str()).collect::<Vec<_>>(), ["Ten minutes left", "Twice"]);
    assert!(comments.iter().all(|comment| comment.user_id.is_none() && !comment.public));
    assert_eq!(db.store.ticket_history(made.id).await.expect("history").escalations.len(), 3);
    assert_eq!(db.store.sweep_tickets(later(100 * HOUR), 10).await.expect("a sweep").fired, 0);
}

async fn sweeps_take_what_is_due_in_batches(db: TestStore) {
    let stale = json!({ "name": "stale", "moment": { "when": "unchanged", "status": "new", "ms": 60_000 }, "actions": [{ "do": "raise_priority" }] });
    make::<TicketTrigger>(&db, stale).await;
    let request = kind(&db, json!({})).await;
    for at in 0..7 {
        ticket(&db, later(at), request, json!({})).await;
    }
    db.store.sweep_tickets(later(MINUTE - 1), 100).await.expect("a sweep");
    let mut fired = Vec::new();
    for _ in 0..4 {
        fired.push(db.store.sweep_tickets(later(HOUR), 3).await.expect("a sweep").fired);
    }
    assert_eq!(fired, [3, 3, 1, 0]);
    // One that cannot be read stands in nobody's way.
    ticket(&db, later(HOUR), request, json!({})).await;
    db.sql("UPDATE ticket SET custom = 'nonsense' WHERE number = 8").await;
    let swept = db.store.sweep_tickets(later(2 * HOUR), 3).await.expect("a sweep");
    assert_eq!((swept.looked, swept.fired, swept.failed), (1, 0, 1));
    assert_eq!(db.store.sweep_tickets(later(2 * HOUR), 3).await.expect("a sweep").looked, 0);
}

async fn a_complaint_goes_its_way_and_says_what_is_missing(db: TestStore) {
    let ann = user(&db, "ann").await;
    let complaint = kind(&db, json!({ "name": "Complaint", "complaint": true })).await;
    let plain = ticket(&db, NOW, kind(&db, json!({})).await, json!({})).await;
    assert!(matches!(db.store.complaint(plain.id).await, Err(StoreError::NotFound { .. })));
    let made = ticket(&db, NOW, complaint, json!({})).await;
    assert_eq!(made.state.complaint_step, Some(ComplaintStep::Record));
    let answer = || Done::Answer(Answer { text: "We are sorry.".into(), channel: "voice".into() });
    let refused = db.store.take_step(&who(), NOW, made.id, 1, answer()).await;
    let Err(StoreError::Invalid { errors, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!((errors[0].field.as_str(), errors[0].mend.as_str()), ("step", "first comes assign, then schedule"));
    let schedule = Schedule { answer_by: later(HOUR), plan: "Call the warehouse".into() };
    let steps = [
        Done::Assign(Assign { responsible_id: ann, note: String::new() }),
        Done::Schedule(schedule),
        answer(),
        Done::FollowUp(FollowUp { outcome: "Not content".into(), settled: false }),
        answer(),
        Done::FollowUp(FollowUp { outcome: "Content".into(), settled: true }),
        Done::Evaluation(Evaluation { satisfaction: 4, justified: true, cause: "Lost parcel".into(), measures: "Scan twice".into() }),
    ];
    let mut version = 1;
    for (at, step) in steps.into_iter().enumerate() {
        if at == 2 {
            assert_eq!(fields_of(db.store.set_ticket_status(&who(), NOW, made.id, version, TicketStatus::Closed, "").await), ["status"]);
        }
        let row = db.store.take_step(&Who::user(ann, "test"), later(at as i64), made.id, version, step).await.expect("a step");
        assert!(row.version > version);
        version = row.version;
    }
    let way = db.store.complaint(made.id).await.expect("the complaint");
    assert_eq!((way.steps.len(), way.next.len()), (8, 0));
    assert!(way.steps.iter().skip(1).all(|step| step.responsible_id == Some(ann) && step.user_id == Some(ann)));
    let row = db.store.ticket(made.id).await.expect("the ticket");
    assert_eq!((row.state.responsible_id, row.state.satisfaction, row.state.responded_at), (Some(ann), Some(4), Some(later(2))));
    assert_eq!(row.state.status, TicketStatus::Open);
    status(&db, later(10), &made, TicketStatus::Closed).await;
    let past = Done::Schedule(Schedule { answer_by: NOW, plan: String::new() });
    let row = db.store.ticket(made.id).await.expect("the ticket");
    assert_eq!(fields_of(db.store.take_step(&who(), later(11), made.id, row.version, past).await), ["plan", "answer_by", "step"]);
}

async fn a_rating_link_works_once(db: TestStore) {
    let request = kind(&db, json!({})).await;
    let made = ticket(&db, NOW, request, json!({})).await;
    let rating = |score| Rating { score, comment: "Fast".into() };
    assert_eq!(fields_of(db.store.create_feedback(&who(), NOW, made.id).await), [""]);
    let row = status(&db, NOW, &made, TicketStatus::Resolved).await;
    let (old, _) = db.store.create_feedback(&who(), NOW, made.id).await.expect("a token");
    let (token, expires) = db.store.create_feedback(&who(), NOW, made.id).await.expect("a token");
    let unknown = |done: Result<(), StoreError>| assert!(matches!(done, Err(StoreError::NotFound { .. })), "{done:?}");
    unknown(db.store.use_feedback(NOW, &old, rating(5)).await);
    unknown(db.store.use_feedback(NOW, &Secret::new("guess"), rating(5)).await);
    unknown(db.store.use_feedback(expires, &token, rating(5)).await);
    assert_eq!(fields_of(db.store.use_feedback(NOW, &token, rating(6)).await), ["score"]);
    let (one, other) = tokio::join!(db.store.use_feedback(NOW, &token, rating(5)), db.store.use_feedback(NOW, &token, rating(1)));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    unknown(db.store.use_feedback(NOW, &token, rating(2)).await);
    let rated = db.store.ticket(made.id).await.expect("the ticket");
    assert_eq!(rated.state.satisfaction_via.as_deref(), Some("link"));
    assert!(rated.version > row.version);
    let entered = db.store.rate_ticket(&who(), NOW, made.id, rated.version, rating(3)).await.expect("a rating");
    assert_eq!((entered.state.satisfaction, entered.state.satisfaction_via.as_deref()), (Some(3), Some("agent")));
}

async fn a_deleted_customer_leaves_their_tickets(db: TestStore) {
    let gold = customer(&db, "Gold").await;
    let request = kind(&db, json!({})).await;
    let made = ticket(&db, NOW, request, json!({ "customer_id": gold, "contact_id": gold })).await;
    db.store.delete::<Customer>(&who(), NOW, gold, 1).await.expect("deleted");
    let row = db.store.ticket(made.id).await.expect("the ticket");
    assert_eq!((row.data.customer_id, row.data.contact_id), (None, None));
    assert!(db.store.ticket_detail(made.id).await.expect("the ticket").customers.is_empty());
    let used = db.store.delete::<TicketType>(&who(), NOW, request, 1).await;
    assert!(matches!(used, Err(StoreError::InUse { .. })), "{used:?}");
}

async fn tickets_are_seen_by_who_sees_whom_they_are_about(db: TestStore) {
    let (ann, bob) = (user(&db, "ann").await, user(&db, "bob").await);
    let viewer = |user| Viewer::of(user, BTreeSet::from([UserRole::Agent]), None);
    let (ann_sees, bob_sees) = (viewer(ann), viewer(bob));
    let hidden = json!({ "name": "Hilda", "visibility": "owner", "owner_id": bob });
    let hidden: Customer = serde_json::from_value(hidden).expect("a customer");
    let hidden = db.store.create_customer(&who(), NOW, hidden, &[]).await.expect("a customer").0.id;
    let open = customer(&db, "Olaf").await;
    let request = kind(&db, json!({})).await;
    let of_nobody = ticket(&db, NOW, request, json!({})).await;
    let main = ticket(&db, NOW, request, json!({ "customer_id": hidden })).await;
    let contact = ticket(&db, NOW, request, json!({ "customer_id": open, "contact_id": hidden })).await;
    let given = ticket(&db, NOW, request, json!({ "customer_id": hidden, "assignee_id": ann })).await;
    let all = [&of_nobody, &main, &contact, &given];
    for (ticket, seen) in all.into_iter().zip([true, false, false, true]) {
        assert!(db.store.ticket_for(&bob_sees, ticket.id).await.is_ok());
        assert_eq!(db.store.ticket_for(&ann_sees, ticket.id).await.is_ok(), seen, "{}", ticket.state.number);
    }
    let ids = BTreeSet::from(all.map(|ticket| ticket.id));
    let not_hers = BTreeSet::from([main.id, contact.id]);
    assert_eq!(db.store.hidden_tickets(&ann_sees, ids.clone()).await.expect("tickets"), not_hers);
    assert_eq!(db.store.hidden_tickets(&Viewer::program(), ids).await.expect("tickets"), BTreeSet::new());

    // Page by page, in each order, those she sees and no more.
    let orders = [
        TicketFilter::default(),
        TicketFilter { search: Some("some".into()), ..TicketFilter::default() },
        TicketFilter { updated_since: Some(Utc(0)), ..TicketFilter::default() },
    ];
    for order in orders {
        let (mut found, mut cursor) = (BTreeSet::new(), None);
        loop {
            let filter = TicketFilter { limit: Some(1), cursor, ..order.clone() };
            let page = db.store.tickets_for(&ann_sees, &filter).await.expect("a page");
            found.extend(page.items.iter().map(|ticket| ticket.id));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, BTreeSet::from([of_nobody.id, given.id]), "{order:?}");
    }
    let of_hidden = TicketFilter { customer: Some(hidden), ..TicketFilter::default() };
    assert!(db.store.tickets_for(&ann_sees, &of_hidden).await.expect("a page").items.is_empty());
    assert_eq!(db.store.tickets_for(&bob_sees, &of_hidden).await.expect("a page").items.len(), 2);

    // What is printed, told on the timeline and shown on the card of whom she does see.
    let order = db.store.service_order(&ann_sees, given.id).await.expect("an order");
    assert_eq!((order.customer, order.contact.as_str()), (None, ""));
    assert!(db.store.service_order(&bob_sees, given.id).await.expect("an order").customer.is_some());
    let note = json!({ "subject": "ticket", "subject_id": contact.id, "customer_id": open, "text": "of Hilda" });
    make::<Note>(&db, note).await;
    let query = TimelineQuery { kinds: BTreeSet::from(["note".into()]), ..TimelineQuery::default() };
    for (viewer, count) in [(&ann_sees, 0), (&bob_sees, 1)] {
        assert_eq!(db.store.timeline(viewer, open, &query).await.expect("a page").items.len(), count);
    }
    let query = TimelineQuery { kinds: BTreeSet::from(["ticket".into()]), ..TimelineQuery::default() };
    for (viewer, count) in [(&ann_sees, 0), (&bob_sees, 1)] {
        assert_eq!(db.store.timeline(viewer, open, &query).await.expect("a page").items.len(), count);
        let card = db.store.card(open).await.expect("a card").expect("a customer").for_viewer(viewer);
        assert_eq!(card.open_items.len(), count);
    }
}

async fn a_ticket_pushed_twice_is_one_and_keeps_what_people_did(db: TestStore) {
    let ann = user(&db, "ann").await;
    let request = kind(&db, json!({})).await;
    let data: Customer = serde_json::from_value(json!({ "name": "Gold", "external_id": "C 1" })).expect("a customer");
    let gold = db.store.create_customer(&who(), NOW, data, &[]).await.expect("a customer").0.id;
    let by = who();
    let push = async |at: i64, fields: Value| db.store.upsert_ticket(&Viewer::program(), &by, later(at), "T/1", &fields).await;
    let whole = json!({ "type_id": request, "title": "Lamp", "customer_external_id": "C 1" });
    let (made, how) = push(0, whole.clone()).await.expect("a ticket");
    assert_eq!(
        (how, made.version, made.data.customer_id, made.data.external_id.as_deref()),
        (Upserted::Created, 1, Some(gold), Some("T/1"))
    );
    let (same, how) = push(1, whole.clone()).await.expect("a ticket");
    assert_eq!((how, same.id, same.version), (Upserted::Unchanged, made.id, 1));
    let to = AssignTo { assignee_id: Some(ann), ..AssignTo::default() };
    db.store.assign_ticket(&who(), later(2), made.id, 1, &to).await.expect("assigned");
    let (changed, how) = push(3, json!({ "title": "Two lamps" })).await.expect("a ticket");
    assert_eq!((how, changed.data.title.as_str(), changed.data.assignee_id), (Upserted::Changed, "Two lamps", Some(ann)));
    let nobody = push(4, json!({ "customer_external_id": "C 2" })).await;
    assert_eq!(fields_of(nobody), ["customer_external_id"]);
    assert_eq!(fields_of(push(4, json!({ "external_id": "T/2" })).await), ["external_id"]);
    // Two at once make one.
    let (one, other) = (whole.clone(), whole);
    let program = Viewer::program();
    let both = tokio::join!(
        db.store.upsert_ticket(&program, &by, later(5), "T/9", &one),
        db.store.upsert_ticket(&program, &by, later(5), "T/9", &other),
    );
    assert_eq!(both.0.expect("a ticket").0.id, both.1.expect("a ticket").0.id);
    // Who may not see the customer is told of neither.
    db.store.update::<Customer>(&who(), NOW, gold, 1, &json!({ "visibility": "owner", "owner_id": ann })).await.expect("hidden");
    let stranger = Viewer::of(user(&db, "bob").await, BTreeSet::from([UserRole::Agent]), None);
    let hidden = db.store.upsert_ticket(&stranger, &by, later(6), "T/1", &json!({ "title": "Mine" })).await;
    assert!(matches!(hidden, Err(StoreError::NotFound { resource: "ticket" })), "{hidden:?}");
    let named = json!({ "type_id": request, "title": "x", "customer_id": gold });
    assert_eq!(fields_of(db.store.upsert_ticket(&stranger, &by, later(6), "T/3", &named).await), ["customer_id"]);
    let below = json!({ "type_id": request, "title": "x", "parent_id": made.id });
    assert_eq!(fields_of(db.store.upsert_ticket(&stranger, &by, later(6), "T/3", &below).await), ["parent_id"]);
    // Nobody takes the place of a contact whom they may not see, and nobody writes a field that is not theirs.
    let open = customer(&db, "Olaf").await;
    let field = json!({ "resource": "ticket", "key": "margin", "type": "text", "editable_by": ["supervisor"] });
    make::<CustomField>(&db, field).await;
    let fields = json!({ "type_id": request, "title": "x", "fields": { "margin": "9" } });
    let refused = db.store.upsert_ticket(&stranger, &by, later(6), "T/3", &fields).await;
    assert!(matches!(refused, Err(StoreError::NotAllowed { .. })), "{refused:?}");
    let bob = stranger.user;
    let with = json!({ "type_id": request, "title": "x", "customer_id": open, "contact_id": gold, "assignee_id": bob });
    db.store.upsert_ticket(&program, &by, later(6), "T/4", &with).await.expect("a ticket");
    let instead = db.store.upsert_ticket(&stranger, &by, later(6), "T/4", &json!({ "contact_id": open })).await;
    assert_eq!(fields_of(instead), ["contact_id"]);
}
