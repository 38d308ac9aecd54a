//! Passwords, sessions and tokens: who gets in, who does not, and for how long.

use crate::config::user;
use crm_core::auth::LoginError;
use crm_core::model::*;
use crm_core::{Secret, StoreError, Who};
use cti_types::Utc;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;
use storage::{NOW, TestStore, on_both};

on_both!(
    the_right_password_gets_in_and_nothing_else_does,
    repeated_failures_lock_the_name_for_a_while,
    failures_of_long_ago_are_forgotten,
    failures_at_once_are_all_counted,
    a_session_lasts_as_long_as_it_should,
    a_new_password_ends_all_sessions,
    a_token_can_do_no_more_than_its_user,
    the_first_start_makes_one_administrator_once,
);

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

fn later(seconds: i64) -> Utc {
    Utc(NOW.0 + seconds * 1_000_000)
}

async fn ann(db: &TestStore) -> Stored<User> {
    let mut data = user("ann");
    data.password = Some(secret("correct horse battery"));
    db.store.insert(&Who::system("test"), NOW, data).await.expect("a user")
}

async fn the_right_password_gets_in_and_nothing_else_does(db: TestStore) {
    let ann = ann(&db).await;
    let none = db.store.insert(&Who::system("test"), NOW, user("bob")).await.expect("a user without a password");
    let signed_in = db.store.login(NOW, " ANN ", &secret("correct horse battery")).await.expect("signed in");
    assert_eq!(signed_in.id, ann.id);
    for (login, password) in [("ann", "wrong"), ("ann", ""), ("nobody", "correct horse battery"), (none.login.as_str(), "")] {
        let refused = db.store.login(NOW, login, &secret(password)).await;
        assert!(matches!(refused, Err(LoginError::Refused)), "{login}: {refused:?}");
    }
    db.store.update::<User>(&Who::system("test"), NOW, ann.id, 1, &json!({ "active": false })).await.expect("a change");
    assert!(matches!(db.store.login(NOW, "ann", &secret("correct horse battery")).await, Err(LoginError::Refused)));
}

async fn repeated_failures_lock_the_name_for_a_while(db: TestStore) {
    ann(&db).await;
    for _ in 0..100 {
        assert!(db.store.login(NOW, "ann", &secret("wrong")).await.is_err());
    }
    let right = secret("correct horse battery");
    assert!(matches!(db.store.login(later(1), "ann", &right).await, Err(LoginError::Refused)), "locked even for the right one");
    db.store.login(later(31), "ann", &right).await.expect("open again");
    assert!(db.store.login(later(32), "ann", &secret("wrong")).await.is_err());
    db.store.login(later(33), "ann", &right).await.expect("success began the count anew");
}

async fn failures_of_long_ago_are_forgotten(db: TestStore) {
    ann(&db).await;
    // 99 wrong passwords an hour before NOW.
    db.sql("UPDATE app_user SET failures = 99, locked_until = 1767596400000000").await;
    let right = secret("correct horse battery");
    assert!(db.store.login(NOW, "ann", &secret("wrong")).await.is_err());
    db.store.login(later(1), "ann", &right).await.expect("not locked by one more");
    db.sql("UPDATE app_user SET failures = 99, locked_until = 1767600000000000").await;
    assert!(db.store.login(NOW, "ann", &secret("wrong")).await.is_err());
    assert!(db.store.login(later(1), "ann", &right).await.is_err(), "the hundredth in a row locks");
}

async fn failures_at_once_are_all_counted(db: TestStore) {
    ann(&db).await;
    db.sql("UPDATE app_user SET failures = 94, locked_until = 1767600000000000").await;
    let tries = (0..6).map(|_| {
        let store = db.store.clone();
        tokio::spawn(async move { store.login(NOW, "ann", &secret("wrong")).await })
    });
    for done in tries.collect::<Vec<_>>() {
        assert!(done.await.expect("a try").is_err());
    }
    assert!(db.store.login(later(1), "ann", &secret("correct horse battery")).await.is_err(), "94 and 6 lock");
}

async fn a_session_lasts_as_long_as_it_should(db: TestStore) {
    let ann = ann(&db).await;
    let token = db.store.create_session(NOW, ann.id, Duration::from_secs(3600)).await.expect("a session");
    let principal = db.store.session(later(120), &token).await.expect("a look-up").expect("a session");
    assert_eq!((principal.user.id, principal.roles), (ann.id, BTreeSet::from([UserRole::Agent])));
    assert!(db.store.session(later(3600), &token).await.expect("a look-up").is_none(), "expired");
    assert!(db.store.session(NOW, &secret("guess")).await.expect("a look-up").is_none());
    db.store.revoke_session(&token).await.expect("signed out");
    assert!(db.store.session(later(120), &token).await.expect("a look-up").is_none());
    db.store.revoke_session(&token).await.expect("signing out twice is no error");
}

async fn a_new_password_ends_all_sessions(db: TestStore) {
    let ann = ann(&db).await;
    let begin = async || db.store.create_session(NOW, ann.id, Duration::from_secs(3600)).await.expect("a session");
    let alive = async |token: &Secret| db.store.session(NOW, token).await.expect("a look-up").is_some();
    let first = begin().await;
    let wrong = db.store.change_password(NOW, ann.id, &secret("wrong"), secret("a new long password")).await;
    assert!(matches!(wrong, Err(LoginError::Refused)));
    assert!(alive(&first).await);
    let short = db.store.change_password(NOW, ann.id, &secret("correct horse battery"), secret("short")).await;
    assert!(matches!(short, Err(LoginError::Store(StoreError::Invalid { .. }))), "{short:?}");
    db.store.change_password(NOW, ann.id, &secret("correct horse battery"), secret("a new long password")).await.expect("changed");
    assert!(!alive(&first).await);
    db.store.login(NOW, "ann", &secret("a new long password")).await.expect("the new one");
    let second = begin().await;
    let version = db.store.get::<User>(ann.id).await.expect("the user").version;
    let patch = json!({ "password": "set by an admin" });
    db.store.update::<User>(&Who::system("test"), NOW, ann.id, version, &patch).await.expect("a change");
    assert!(!alive(&second).await);
    db.store.login(NOW, "ann", &secret("set by an admin")).await.expect("the newest");
}

async fn a_token_can_do_no_more_than_its_user(db: TestStore) {
    let mut data = user("ann");
    data.roles = BTreeSet::from([UserRole::Agent, UserRole::Admin]);
    let ann = db.store.insert(&Who::system("test"), NOW, data).await.expect("a user");
    let token = |roles: &[UserRole]| ApiToken {
        user_id: ann.id,
        name: "reports".into(),
        roles: roles.iter().copied().collect(),
        expires_at: Some(later(60)),
    };
    let too_much = db.store.create_api_token(&Who::system("test"), NOW, token(&[UserRole::Analyst])).await;
    assert!(matches!(too_much, Err(StoreError::Invalid { .. })));
    let (row, secret) = db.store.create_api_token(&Who::system("test"), NOW, token(&[UserRole::Admin])).await.expect("a token");
    let principal = db.store.api_token(NOW, &secret).await.expect("a look-up").expect("a token");
    assert_eq!((principal.token, principal.roles), (Some(row.id), BTreeSet::from([UserRole::Admin])));
    assert!(db.store.api_token(later(60), &secret).await.expect("a look-up").is_none(), "expired");
    db.store.update::<User>(&Who::system("test"), NOW, ann.id, 1, &json!({ "roles": ["agent"] })).await.expect("a change");
    let principal = db.store.api_token(NOW, &secret).await.expect("a look-up").expect("a token");
    assert!(principal.roles.is_empty(), "a role taken from the user is taken from the token");
    db.store.delete::<ApiToken>(&Who::system("test"), NOW, row.id, 1).await.expect("deleted");
    assert!(db.store.api_token(NOW, &secret).await.expect("a look-up").is_none());
}

async fn the_first_start_makes_one_administrator_once(db: TestStore) {
    let (login, password) = db.store.ensure_admin(NOW).await.expect("a start").expect("an administrator");
    let admin = db.store.login(NOW, &login, &password).await.expect("signed in");
    assert!(admin.must_change_password && admin.roles.contains(&UserRole::Admin));
    assert!(db.store.ensure_admin(NOW).await.expect("a second start").is_none());
}
