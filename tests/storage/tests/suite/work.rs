//! Tasks, callbacks, reminders and notifications: whose they are, in which order, and each thing said once.

use super::config::{queue, user};
use crm_core::model::*;
use crm_core::{ListQuery, StoreError, Who};
use cti_types::{CustomerId, Utc};
use serde_json::{Value, json};
use storage::{NOW, TestStore, on_both};

on_both!(
    the_list_has_everything_of_oneself_ones_team_and_queues_the_most_urgent_first,
    what_is_due_is_said_once_though_two_look,
    a_birthday_comes_again_each_year,
    a_contract_end_is_said_to_its_owner_or_the_customers,
    a_callback_becomes_due_is_taken_left_lying_and_due_again,
    a_moved_callback_waits_for_its_new_time,
    who_serves_a_queue_is_concerned_by_its_work,
    what_was_told_long_ago_is_forgotten,
);

const HOUR: i64 = 3_600_000_000;

fn who() -> Who {
    Who::system("test")
}

fn later(hours: i64) -> Utc {
    Utc(NOW.0 + hours * HOUR)
}

async fn person(db: &TestStore, login: &str, more: impl FnOnce(&mut User)) -> Stored<User> {
    let mut data = user(login);
    more(&mut data);
    db.store.insert(&who(), NOW, data).await.expect("a user")
}

async fn customer(db: &TestStore, more: Value) -> CustomerId {
    let mut data = json!({ "name": "Ann" });
    for (name, value) in more.as_object().expect("an object") {
        data[name] = value.clone();
    }
    db.store.insert::<Customer>(&who(), NOW, serde_json::from_value(data).expect("a customer")).await.expect("a customer").id
}

async fn task(db: &TestStore, title: &str, owner: Option<Owner>, due: Option<i64>, priority: u8) -> Stored<Task> {
    let data = json!({ "title": title, "owner": owner, "due_at": due.map(later), "priority": priority });
    db.store.create_task(&who(), NOW, serde_json::from_value(data).expect("a task")).await.expect("a task")
}

async fn callback(db: &TestStore, reason: &str, owner: Owner, hours: i64) -> Stored<Callback> {
    let data = json!({ "number": "+14155552671", "reason": reason, "from_at": later(hours), "until_at": later(hours + 2),
        "zone": "Europe/London", "owner": owner });
    db.store.create_callback(&who(), NOW, serde_json::from_value(data).expect("a callback")).await.expect("a callback")
}

async fn unread(db: &TestStore, user: &Stored<User>) -> Vec<(String, String)> {
    let page = db.store.notifications(user.id, true, &ListQuery::default()).await.expect("notifications");
    page.items.into_iter().map(|one| (one.kind, one.title)).collect()
}

fn told(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(kind, title)| ((*kind).to_owned(), (*title).to_owned())).collect()
}

async fn the_list_has_everything_of_oneself_ones_team_and_queues_the_most_urgent_first(db: TestStore) {
    let sales = db.store.insert(&who(), NOW, queue("Sales")).await.expect("a queue").id;
    let other = db.store.insert(&who(), NOW, queue("Other")).await.expect("a queue").id;
    let team = db.store.insert(&who(), NOW, Team { name: "A".into(), site_id: None }).await.expect("a team").id;
    let ann = person(&db, "ann", |user| (user.team_id, user.queues) = (Some(team), vec![sales])).await;
    let bob = person(&db, "bob", |_| {}).await;
    task(&db, "none due", Some(Owner::User(ann.id)), None, 0).await;
    task(&db, "team's", Some(Owner::Team(team)), Some(5), 0).await;
    task(&db, "urgent", Some(Owner::User(ann.id)), Some(8), 3).await;
    task(&db, "queue's", Some(Owner::Queue(sales)), Some(6), 0).await;
    task(&db, "another queue's", Some(Owner::Queue(other)), Some(1), 0).await;
    task(&db, "bob's", Some(Owner::User(bob.id)), Some(1), 0).await;
    task(&db, "nobody's", None, Some(1), 0).await;
    callback(&db, "promised", Owner::Queue(sales), 2).await;
    let done = task(&db, "done", Some(Owner::User(ann.id)), Some(1), 0).await;
    let done = db.store.update_task(&who(), NOW, done.id, 1, &json!({ "state": "done" })).await.expect("a change");
    assert_eq!(done.done_at, Some(NOW));
    let note = json!({ "subject": "interaction", "subject_id": uuid(7), "text": "@ann look" });
    db.store.create_note(&Who::user(bob.id, "test"), later(3), serde_json::from_value(note).expect("a note")).await.expect("a note");

    let (mut titles, mut cursor) = (Vec::new(), None);
    loop {
        let query = ListQuery { limit: Some(2), cursor, ..ListQuery::default() };
        let page = db.store.my_work(&ann, &query).await.expect("a page");
        titles.extend(page.items.into_iter().map(|entry| entry.title));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(titles, ["urgent", "promised", "Ann Example", "team's", "queue's", "none due"]);
    let counts = db.store.my_work_counts(&ann, later(5)).await.expect("counts");
    assert_eq!(counts, WorkCounts { tasks: 4, tasks_late: 2, callbacks: 1, callbacks_due: 0, unread: 1 });
    assert_eq!(db.store.my_work(&bob, &ListQuery::default()).await.expect("a page").items.len(), 1);
}

fn uuid(n: u128) -> String {
    CustomerId::from_u128(n).to_string()
}

async fn what_is_due_is_said_once_though_two_look(db: TestStore) {
    let ann = person(&db, "ann", |_| {}).await;
    let sales = db.store.insert(&who(), NOW, queue("Sales")).await.expect("a queue").id;
    let bob = person(&db, "bob", |user| user.queues = vec![sales]).await;
    task(&db, "mine", Some(Owner::User(ann.id)), Some(1), 0).await;
    task(&db, "the queue's", Some(Owner::Queue(sales)), Some(1), 0).await;
    let over = task(&db, "over", Some(Owner::User(ann.id)), Some(1), 0).await;
    db.store.update_task(&who(), NOW, over.id, 1, &json!({ "state": "cancelled" })).await.expect("a change");
    db.store.sweep_reminders(NOW).await.expect("a round");
    assert_eq!(unread(&db, &ann).await, told(&[]));
    let (one, two) = tokio::join!(db.store.sweep_reminders(later(2)), db.store.sweep_reminders(later(2)));
    let (one, two) = (one.expect("a round"), two.expect("a round"));
    assert_eq!(one.tasks + two.tasks, 3, "each is taken by one of them");
    db.store.sweep_reminders(later(3)).await.expect("a round");
    assert_eq!(unread(&db, &ann).await, told(&[("task", "mine")]));
    assert_eq!(unread(&db, &bob).await, told(&[("task", "the queue's")]));
    let read = db.store.read_notifications(ann.id, later(3), &[]).await.expect("a reading");
    assert_eq!((read, unread(&db, &ann).await), (1, told(&[])));
}

async fn a_birthday_comes_again_each_year(db: TestStore) {
    let ann = person(&db, "ann", |_| {}).await;
    let mei = customer(&db, json!({ "name": "Mei" })).await;
    let birthday = json!({ "kind": "birthday", "title": "Mei", "customer_id": mei, "date": "1990-01-06", "zone": "UTC" });
    let who = Who::user(ann.id, "test");
    let made = db.store.create_reminder(&who, NOW, serde_json::from_value(birthday).expect("a reminder")).await.expect("a reminder");
    // NOW is 5 January 2026, 08:00 UTC.
    assert_eq!((made.owner, made.next_at), (Some(Owner::User(ann.id)), Some(later(25))));
    assert_eq!(db.store.sweep_reminders(later(24)).await.expect("a round").reminders, 0);
    assert_eq!(db.store.sweep_reminders(later(26)).await.expect("a round").reminders, 1);
    assert_eq!(db.store.sweep_reminders(later(27)).await.expect("a round").reminders, 0);
    assert_eq!(unread(&db, &ann).await, told(&[("birthday", "Mei")]));
    let next = db.store.get::<Reminder>(made.id).await.expect("the reminder").next_at;
    assert_eq!(next, Some(later(25 + 365 * 24)));
    let off = db.store.update_reminder(&who, NOW, made.id, 1, &json!({ "active": false })).await.expect("a change");
    assert_eq!(off.next_at, None);
    let gone = json!({ "kind": "once", "title": "x", "date": "2026-01-05", "time": "07:59", "zone": "UTC" });
    let gone = db.store.create_reminder(&who, NOW, serde_json::from_value(gone).expect("a reminder")).await;
    assert!(matches!(gone, Err(StoreError::Invalid { .. })), "{gone:?}");
}

async fn a_contract_end_is_said_to_its_owner_or_the_customers(db: TestStore) {
    let (ann, bob) = (person(&db, "ann", |_| {}).await, person(&db, "bob", |_| {}).await);
    let kept = customer(&db, json!({ "owner_id": bob.id })).await;
    for (number, owner) in [("C1", Some(ann.id)), ("C2", None)] {
        let contract =
            json!({ "customer_id": kept, "number": number, "kind": "support", "starts_at": 1, "remind_at": later(1), "owner_id": owner });
        db.store.insert::<Contract>(&who(), NOW, serde_json::from_value(contract).expect("a contract")).await.expect("a contract");
    }
    assert_eq!(db.store.sweep_reminders(later(1)).await.expect("a round").contracts, 2);
    assert_eq!(db.store.sweep_reminders(later(2)).await.expect("a round").contracts, 0);
    assert_eq!(unread(&db, &ann).await, told(&[("contract_end", "C1")]));
    assert_eq!(unread(&db, &bob).await, told(&[("contract_end", "C2")]));
}

async fn a_callback_becomes_due_is_taken_left_lying_and_due_again(db: TestStore) {
    let (ann, bob) = (person(&db, "ann", |_| {}).await, person(&db, "bob", |_| {}).await);
    let made = callback(&db, "offer", Owner::User(ann.id), 1).await;
    assert_eq!(db.store.sweep_callbacks(NOW).await.expect("a round"), 0);
    assert_eq!(db.store.sweep_callbacks(later(1)).await.expect("a round"), 1);
    assert_eq!(db.store.sweep_callbacks(later(1)).await.expect("a round"), 0);
    assert_eq!(unread(&db, &ann).await, told(&[("callback", "offer")]));
    let due = db.store.due_callbacks(Owner::User(ann.id), &ListQuery::default()).await.expect("what is due");
    assert_eq!(due.items.len(), 1);
    let taken = db.store.take_callback(&who(), later(1), made.id, ann.id).await.expect("it is taken");
    assert_eq!((taken.state, taken.offered_to), (CallbackState::Offered, Some(ann.id)));
    let second = db.store.take_callback(&who(), later(1), made.id, bob.id).await;
    assert!(matches!(second, Err(StoreError::Clash { .. })), "{second:?}");
    assert_eq!(db.store.sweep_callbacks(later(1)).await.expect("a round"), 0);
    assert_eq!(db.store.sweep_callbacks(later(2)).await.expect("a round"), 1);
    let tried = |outcome| AttemptInput { outcome, note: String::new(), interaction_id: None };
    let mut at = later(2);
    for (state, attempts) in [(CallbackState::Attempted, 1), (CallbackState::Attempted, 2), (CallbackState::Failed, 3)] {
        let after = db.store.attempt_callback(&who(), at, made.id, tried(AttemptOutcome::NoAnswer)).await.expect("a try");
        assert_eq!((after.state, after.attempts, after.offered_to), (state, attempts, None));
        at = after.next_at.unwrap_or(at);
    }
    let over = db.store.attempt_callback(&who(), at, made.id, tried(AttemptOutcome::Reached)).await;
    assert!(matches!(over, Err(StoreError::Invalid { .. })), "{over:?}");
    assert_eq!(db.store.callback_attempts(made.id).await.expect("attempts").len(), 3);
    let query = ListQuery { equals: vec![("resource_id".into(), made.id.to_string())], ..ListQuery::default() };
    let actions: Vec<String> = db.store.audit(&query).await.expect("the audit").items.into_iter().map(|row| row.action).collect();
    assert_eq!(actions.iter().filter(|action| *action == "due").count(), 2, "{actions:?}");
}

async fn a_moved_callback_waits_for_its_new_time(db: TestStore) {
    let ann = person(&db, "ann", |_| {}).await;
    let made = callback(&db, "offer", Owner::User(ann.id), 1).await;
    db.store.sweep_callbacks(later(1)).await.expect("a round");
    let patch = json!({ "from_at": later(30), "until_at": later(31), "number": "(415) 555-2672", "state": "done", "attempts": 9 });
    let moved = db.store.update_callback(&who(), later(1), made.id, 2, &patch).await.expect("a change");
    assert_eq!((moved.state, moved.attempts, moved.next_at), (CallbackState::Scheduled, 0, Some(later(30))), "the server says the state");
    assert_eq!((moved.number.as_str(), moved.raw_number.as_str()), ("+14155552672", "(415) 555-2672"));
    assert_eq!(db.store.sweep_callbacks(later(29)).await.expect("a round"), 0);
    let cancelled = db.store.cancel_callback(&who(), later(29), made.id).await.expect("a change");
    assert_eq!((cancelled.state, cancelled.next_at), (CallbackState::Cancelled, None));
}

async fn who_serves_a_queue_is_concerned_by_its_work(db: TestStore) {
    let sales = db.store.insert(&who(), NOW, queue("Sales")).await.expect("a queue").id;
    let team = db.store.insert(&who(), NOW, Team { name: "A".into(), site_id: None }).await.expect("a team").id;
    let ann = person(&db, "ann", |user| user.queues = vec![sales]).await.id;
    let bob = person(&db, "bob", |user| user.team_id = Some(team)).await.id;
    let eve = person(&db, "eve", |user| user.queues = vec![sales]).await.id;
    let table = [
        (vec![Owner::Queue(sales)], vec![ann]),
        (vec![Owner::Team(team)], vec![bob]),
        (vec![Owner::User(bob), Owner::Queue(sales)], vec![ann, bob]),
        (vec![Owner::User(eve)], vec![]),
        (vec![], vec![]),
    ];
    let following = [ann, bob].into_iter().collect();
    for (owners, mut people) in table {
        people.sort();
        assert_eq!(db.store.people_concerned(&following, &owners).await.expect("people"), people, "{owners:?}");
    }
}

async fn what_was_told_long_ago_is_forgotten(db: TestStore) {
    let ann = person(&db, "ann", |_| {}).await;
    task(&db, "old", Some(Owner::User(ann.id)), Some(1), 0).await;
    db.store.sweep_reminders(later(1)).await.expect("a round");
    assert_eq!(db.store.forget_notifications(later(24 * 179)).await.expect("a round"), 0);
    assert_eq!(db.store.forget_notifications(later(24 * 181)).await.expect("a round"), 1);
    assert_eq!(unread(&db, &ann).await, told(&[]));
}
