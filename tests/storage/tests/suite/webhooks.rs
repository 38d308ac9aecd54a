//! The outbox: written with each change or not at all, sent in order, tried again, given up, replayed.

use crm_core::model::*;
use crm_core::webhooks::{DISABLE_AFTER_US, GIVE_UP_US, KEPT_US, REPLAY_MAX, Sent};
use crm_core::{ListQuery, StoreError, Who};
use cti_types::Utc;
use serde_json::{Value, json};
use storage::{NOW, TestStore, on_both};

on_both!(
    a_change_and_its_event_are_written_together_or_not_at_all,
    changes_of_one_row_go_in_their_order_and_are_claimed_once,
    one_kind_that_is_never_taken_does_not_keep_others_waiting,
    what_is_not_taken_is_tried_again_for_a_day_and_then_failed,
    a_webhook_that_takes_nothing_for_three_days_is_switched_off_and_administrators_are_told,
    events_are_replayed_from_a_time_on_page_by_page,
    old_events_are_forgotten_with_their_deliveries,
    a_new_wish_is_known_at_once,
);

const SECOND: i64 = 1_000_000;

fn who() -> Who {
    Who::system("test")
}

fn later(us: i64) -> Utc {
    Utc(NOW.0 + us)
}

async fn hook(db: &TestStore, name: &str, kinds: &[&str]) -> Stored<Webhook> {
    let data = json!({ "name": name, "url": "https://example.com/hook", "kinds": kinds });
    db.store.create_webhook(&who(), NOW, serde_json::from_value(data).expect("a webhook")).await.expect("a webhook").0
}

async fn skill(db: &TestStore, at: Utc, name: &str) -> Stored<Skill> {
    db.store.insert(&who(), at, Skill { name: name.into() }).await.expect("a skill")
}

async fn deliveries(db: &TestStore, id: WebhookId) -> Vec<DeliveryView> {
    let query = ListQuery { limit: Some(500), ..ListQuery::default() };
    let mut all = db.store.webhook_deliveries(id, &query).await.expect("deliveries").items;
    all.reverse();
    all
}

fn answered(at: Utc, status: u16) -> Sent {
    Sent { at, status: Some(status), error: None, duration_ms: 5 }
}

async fn a_change_and_its_event_are_written_together_or_not_at_all(db: TestStore) {
    let all = hook(&db, "All", &["skill.*"]).await;
    let made = skill(&db, NOW, "German").await;
    // Refused by its UNIQUE name: in the same transaction as its event.
    db.store.insert(&who(), NOW, Skill { name: "German".into() }).await.expect_err("a second of the name");
    db.store.update::<Skill>(&who(), NOW, made.id, 1, &json!({ "name": "French" })).await.expect("a change");
    db.store.update::<Skill>(&who(), NOW, made.id, 1, &json!({ "name": "Dutch" })).await.expect_err("a stale change");
    db.store.delete::<Skill>(&who(), NOW, made.id, 2).await.expect("a deletion");
    let kinds: Vec<String> = deliveries(&db, all.id).await.into_iter().map(|one| one.kind).collect();
    assert_eq!(kinds, ["skill.created", "skill.updated", "skill.deleted"]);
    let due = db.store.claim_deliveries(all.id, NOW, 10).await.expect("what is due");
    let body: Value = serde_json::from_str(&due[0].body).expect("JSON");
    assert_eq!((&body["kind"], &body["resource_id"], &body["data"]["name"]), (&json!("skill.created"), &json!(made.id), &json!("German")));
}

async fn changes_of_one_row_go_in_their_order_and_are_claimed_once(db: TestStore) {
    let all = hook(&db, "All", &["*"]).await;
    let first = skill(&db, NOW, "German").await;
    for (version, name) in [(1, "French"), (2, "Dutch")] {
        db.store.update::<Skill>(&who(), NOW, first.id, version, &json!({ "name": name })).await.expect("a change");
    }
    skill(&db, NOW, "Greek").await;
    let own = all.id.to_string();
    let mut taken = Vec::new();
    loop {
        let due = db.store.claim_deliveries(all.id, later(taken.len() as i64), 10).await.expect("what is due");
        if due.is_empty() {
            break;
        }
        assert!(db.store.claim_deliveries(all.id, later(0), 10).await.expect("what is due").is_empty(), "all are claimed");
        for one in due {
            let body: Value = serde_json::from_str(&one.body).expect("JSON");
            if body["resource_id"] != json!(own) {
                taken.push(format!("{} {}", one.kind, body["data"]["name"].as_str().unwrap_or_default()));
            }
            db.store.note_delivery(all.id, &one, &answered(NOW, 204)).await.expect("a note");
        }
    }
    let german: Vec<&String> = taken.iter().filter(|one| !one.contains("Greek")).collect();
    assert_eq!(german, ["skill.created German", "skill.updated French", "skill.updated Dutch"]);
    assert_eq!(taken.len(), 4);
    assert!(deliveries(&db, all.id).await.iter().all(|one| one.state == "delivered" && one.last_status == Some(204)));
}

async fn one_kind_that_is_never_taken_does_not_keep_others_waiting(db: TestStore) {
    let one = hook(&db, "One", &["skill.*", "team.*"]).await;
    for n in 0..520 {
        skill(&db, NOW, &format!("s{n}")).await;
    }
    let row = skill(&db, NOW, "often").await;
    for version in 1..80 {
        db.store.update::<Skill>(&who(), NOW, row.id, version, &json!({ "name": format!("often {version}") })).await.expect("a change");
    }
    // All that there is room for is under way and is not taken.
    for at in 0..3 {
        let due = db.store.claim_deliveries(one.id, later(at * SECOND), 4).await.expect("what is due");
        assert_eq!(due.len(), 4);
        for delivery in due {
            db.store.note_delivery(one.id, &delivery, &answered(later(at * SECOND), 500)).await.expect("a note");
        }
    }
    db.store.insert(&who(), later(3 * SECOND), Team { name: "North".into(), site_id: None }).await.expect("a team");
    let due = db.store.claim_deliveries(one.id, later(3 * SECOND), 3).await.expect("what is due");
    assert!(due.iter().any(|delivery| delivery.kind == "team.created"), "{:?}", due.iter().map(|one| &one.kind).collect::<Vec<_>>());
}

async fn what_is_not_taken_is_tried_again_for_a_day_and_then_failed(db: TestStore) {
    let one = hook(&db, "One", &["skill.created"]).await;
    skill(&db, NOW, "German").await;
    let mut now = NOW;
    let mut tries = 0;
    loop {
        let due = db.store.claim_deliveries(one.id, now, 10).await.expect("what is due");
        let Some(delivery) = due.first() else { break };
        tries += 1;
        db.store.note_delivery(one.id, delivery, &answered(now, 500)).await.expect("a note");
        let state = &deliveries(&db, one.id).await[0];
        assert_eq!((state.attempts, state.last_status), (tries, Some(500)));
        match state.next_at {
            Some(next) => {
                assert!(next > now);
                assert!(db.store.claim_deliveries(one.id, Utc(next.0 - 1), 10).await.expect("nothing").is_empty());
                now = next;
            }
            None => {
                assert_eq!(state.state, "failed");
                break;
            }
        }
    }
    assert!((20..60).contains(&tries), "{tries}");
    assert!(now.0 < NOW.0 + GIVE_UP_US && now.0 > NOW.0 + GIVE_UP_US / 2);
    // One that waited behind others for a day is given up without a try.
    skill(&db, NOW, "French").await;
    assert!(db.store.claim_deliveries(one.id, later(GIVE_UP_US), 10).await.expect("nothing").is_empty());
    assert_eq!(deliveries(&db, one.id).await[1].last_error.as_deref(), Some("expired"));
}

async fn a_webhook_that_takes_nothing_for_three_days_is_switched_off_and_administrators_are_told(db: TestStore) {
    let mut chief = super::config::user("chief");
    chief.roles = [UserRole::Admin].into();
    let chief = db.store.insert(&who(), NOW, chief).await.expect("an administrator").id;
    let one = hook(&db, "One", &["skill.*"]).await;
    let fail = async |at: Utc, name: &str| {
        skill(&db, at, name).await;
        let due = db.store.claim_deliveries(one.id, at, 10).await.expect("what is due");
        let last = due.last().expect("a delivery");
        db.store
            .note_delivery(one.id, last, &Sent { at, status: None, error: Some("timeout"), duration_ms: 10_000 })
            .await
            .expect("a note");
    };
    fail(NOW, "a").await;
    fail(later(DISABLE_AFTER_US - SECOND), "b").await;
    let status = db.store.webhook_status(one.id).await.expect("a status");
    assert_eq!((status.active, status.failing_since), (true, Some(NOW)));
    fail(later(DISABLE_AFTER_US), "c").await;
    let status = db.store.webhook_status(one.id).await.expect("a status");
    assert_eq!((status.active, status.failing_since, status.disabled_at), (false, None, Some(later(DISABLE_AFTER_US))));
    let told = db.store.notifications(chief, true, &ListQuery::default()).await.expect("notifications").items;
    assert_eq!(told.iter().map(|one| (one.kind.as_str(), one.title.as_str())).collect::<Vec<_>>(), [("webhook_disabled", "One")]);
    // What it wants is kept, but nothing more is queued for it.
    let before = deliveries(&db, one.id).await.len();
    skill(&db, later(DISABLE_AFTER_US + SECOND), "d").await;
    assert_eq!(deliveries(&db, one.id).await.len(), before);
    assert!(db.store.webhook_targets().await.expect("targets").is_empty());
    let replayed = db.store.replay_since(&who(), later(DISABLE_AFTER_US + 2 * SECOND), one.id, later(DISABLE_AFTER_US + SECOND), 0).await;
    assert_eq!(replayed.expect("a replay").queued, 1);
}

async fn events_are_replayed_from_a_time_on_page_by_page(db: TestStore) {
    let one = hook(&db, "One", &["skill.created"]).await;
    hook(&db, "Other", &["*"]).await;
    for n in 0..(REPLAY_MAX as i64 + 5) {
        let row = skill(&db, later(n * SECOND), &format!("s{n}")).await;
        if n < 3 {
            db.store.delete::<Skill>(&who(), later(n * SECOND), row.id, 1).await.expect("a deletion");
        }
    }
    let before = deliveries_count(&db, one.id).await;
    let (mut queued, mut after) = (0, 0);
    loop {
        let replayed = db.store.replay_since(&who(), NOW, one.id, later(2 * SECOND), after).await.expect("a replay");
        queued += replayed.queued;
        match replayed.next {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(queued, REPLAY_MAX + 3, "those of its kind since then");
    assert_eq!(deliveries_count(&db, one.id).await - before, queued);
    let gone = db.store.replay_delivery(&who(), NOW, one.id, 999_999).await;
    assert!(matches!(gone, Err(StoreError::NotFound { .. })), "{gone:?}");
}

async fn deliveries_count(db: &TestStore, id: WebhookId) -> usize {
    let (mut count, mut cursor) = (0, None);
    loop {
        let query = ListQuery { limit: Some(500), cursor, ..ListQuery::default() };
        let page = db.store.webhook_deliveries(id, &query).await.expect("deliveries");
        count += page.items.len();
        cursor = page.next;
        if cursor.is_none() {
            return count;
        }
    }
}

async fn old_events_are_forgotten_with_their_deliveries(db: TestStore) {
    let one = hook(&db, "One", &["skill.*"]).await;
    skill(&db, NOW, "German").await;
    skill(&db, later(SECOND), "French").await;
    assert_eq!(db.store.forget_events(later(KEPT_US)).await.expect("a round"), 0);
    assert_eq!(db.store.forget_events(later(KEPT_US + SECOND)).await.expect("a round"), 1);
    assert_eq!(deliveries(&db, one.id).await.len(), 1);
    db.store.delete::<Webhook>(&who(), NOW, one.id, 1).await.expect("a deletion");
}

async fn a_new_wish_is_known_at_once(db: TestStore) {
    skill(&db, NOW, "before").await;
    let one = hook(&db, "One", &["queue.*"]).await;
    skill(&db, NOW, "not wanted").await;
    db.store.update::<Webhook>(&who(), NOW, one.id, 1, &json!({ "kinds": ["skill.*"] })).await.expect("a change");
    skill(&db, NOW, "wanted").await;
    db.store.update::<Webhook>(&who(), NOW, one.id, 2, &json!({ "active": false })).await.expect("a change");
    skill(&db, NOW, "not told").await;
    assert_eq!(deliveries(&db, one.id).await.len(), 1);
}
