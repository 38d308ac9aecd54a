//! Passwords, sessions and tokens. Says who somebody is; what a role may do is decided where it is asked.
//!
//! Passwords are argon2id; sessions and API tokens are drawn from 160 random bits and more and kept only as SHA-256. An unknown name, a wrong
//! password and a locked name get the same answer after the same work, so that nobody learns which names exist.

use crate::audit::{Action, write_audit};
use crate::db::{Tx, Value, args, text};
use crate::error::{Result, StoreError};
use crate::model::{ApiToken, ApiTokenId, Credential, Kind, Resource, Secret, Stored, User, UserRole, Who};
use crate::passwords;
use crate::store::Store;
use cti_types::{UserId, Utc};
use md5::Md5;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::time::Duration;

/// Wrong passwords of a name that are free; each further one locks it for twice as long, up to [`LOCK_MAX`]. Many, as the store does not
/// know who asks: with few, anybody could lock anybody out. Whoever lets people sign in bounds the failures of each address far lower.
const FAILURES_FREE: i64 = 100;
/// The count does not go beyond this: the lock no longer grows there, and a long attack must be forgotten in a finite time.
const FAILURES_MAX: i64 = FAILURES_FREE + 10;
/// One failure is forgotten after so long without a lock. Slow guessing thus stays below one try a minute.
const FAILURE_DRAIN_US: i64 = 60_000_000;
/// The first lock.
const LOCK_FIRST: Duration = Duration::from_secs(30);
/// The longest lock.
const LOCK_MAX: Duration = Duration::from_secs(900);
/// Longest wait for a turn to hash; then `Unavailable`, so that a flood of sign-ins cannot pile up without bound.
const HASH_WAIT_MAX: Duration = Duration::from_secs(5);
/// How stale a session's `seen_at` may be: it is not written with every request.
const SEEN_STEP_US: i64 = 60_000_000;
/// A longer password is not looked at.
const PASSWORD_BYTES_MAX: usize = 1024;

/// Why signing in failed.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Unknown name, wrong password, not active, or locked for now: deliberately not told apart.
    #[error("name or password is wrong, or the name is locked for a while")]
    Refused,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who a request comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    pub user: Stored<User>,
    /// What they may do with this request: a token's roles, where one was used, else the user's.
    pub roles: BTreeSet<UserRole>,
    /// The API token used; `None`: a session.
    pub token: Option<ApiTokenId>,
    /// Names the session or token and is no secret: the same as long as it is the same one. Of a token, [`token_login`].
    pub login: String,
    /// When the session or token ends; `None`: a token without an end.
    pub expires_at: Option<Utc>,
}

/// The digest of RFC 7616 3.4.2, `H(user:realm:password)` in hex: with MD5 and with SHA-256.
pub fn ha1(username: &str, realm: &str, password: &str) -> (String, String) {
    let text = format!("{username}:{realm}:{password}");
    (hex::encode(Md5::digest(text.as_bytes())), hex::encode(Sha256::digest(text.as_bytes())))
}

/// What [`Principal::login`] says of this token.
pub fn token_login(token: ApiTokenId) -> String {
    format!("token:{token}")
}

fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// What a write-only field becomes.
pub(crate) async fn credential_columns(store: &Store, credential: Credential) -> Result<Vec<(&'static str, Value)>> {
    Ok(match credential {
        Credential::Password(password) => {
            vec![("password_hash", Value::from(store.hash_password(password).await?)), ("failures", Value::from(0_i64))]
        }
        Credential::Digest { username, password } => {
            let (md5, sha256) = ha1(&username, store.realm(), password.reveal());
            vec![("ha1_md5", Value::from(md5)), ("ha1_sha256", Value::from(sha256))]
        }
        Credential::RealmDigest { username, realm, password } => {
            let (md5, sha256) = ha1(&username, &realm, password.reveal());
            vec![("ha1_md5", Value::from(md5)), ("ha1_sha256", Value::from(sha256))]
        }
    })
}

/// The failures of a name: a bucket that leaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Failures {
    count: i64,
    /// Until when the name is locked, or was; from then on the count drains. µs since 1970; column `locked_until`.
    since: i64,
}

impl Failures {
    fn one_more(self, now: Utc) -> Failures {
        let drained = (now.0 - self.since).max(0) / FAILURE_DRAIN_US;
        let left = (self.count - drained).max(0);
        let count = (left + 1).min(FAILURES_MAX);
        let over = count - FAILURES_FREE;
        if over >= 0 {
            let lock = (LOCK_FIRST * 2_u32.saturating_pow(over as u32)).min(LOCK_MAX);
            return Failures { count, since: now.0.saturating_add(lock.as_micros() as i64) };
        }
        // What has drained is taken off the time, too: the part of a minute that is left over is not lost.
        let since = if left == 0 { now.0 } else { self.since + drained * FAILURE_DRAIN_US };
        Failures { count, since }
    }
}

async fn set_failures(tx: &mut Tx, user: UserId, failures: Failures) -> Result<()> {
    let sql = "UPDATE app_user SET failures = $2, locked_until = $3 WHERE id = $1";
    tx.execute(sql, args![user.to_string(), failures.count, failures.since]).await.map(drop)
}

impl Store {
    async fn hash_password(&self, password: Secret) -> Result<String> {
        let salt = self.with_chance(|chance| chance.bytes::<16>());
        let hashed = self.hashing_turn(move || passwords::hash(password.reveal(), &salt)).await?;
        hashed.map_err(|error| StoreError::corrupt_from("a password cannot be hashed", error))
    }

    async fn verify_password(&self, password: Secret, hash: String) -> Result<bool> {
        self.hashing_turn(move || passwords::verify(password.reveal(), &hash)).await
    }

    /// Runs dear work on a blocking thread, few at a time.
    async fn hashing_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let turn = tokio::time::timeout(HASH_WAIT_MAX, self.hashing().acquire()).await;
        let _permit = match turn {
            Ok(permit) => permit.map_err(|error| StoreError::Unavailable(Box::new(error)))?,
            Err(elapsed) => return Err(StoreError::Unavailable(Box::new(elapsed))),
        };
        tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Unavailable(Box::new(error)))
    }

    /// Checks a name and password.
    ///
    /// # Errors
    /// `Refused` for everything that is the person's; `Store` when the database is away.
    pub async fn login(&self, now: Utc, login: &str, password: &Secret) -> Result<Stored<User>, LoginError> {
        if password.reveal().len() > PASSWORD_BYTES_MAX {
            return Err(LoginError::Refused);
        }
        let sql = "SELECT id, password_hash, active, failures, locked_until FROM app_user WHERE login = $1";
        let rows = self.db.fetch(sql, args![login.trim().to_ascii_lowercase()]).await?;
        let found = rows.first();
        // A hash of nothing anybody types: the same work for a name that does not exist or has no password.
        let hash = found.and_then(|row| row.opt_text(1)).filter(|hash| !hash.is_empty()).unwrap_or(DECOY).to_owned();
        let right = self.verify_password(password.clone(), hash).await?;
        let Some(row) = found else {
            // The same statements as for a name that exists; they find no row.
            self.note_failure(now, None).await?;
            return Err(LoginError::Refused);
        };
        let (id, active, failures, locked_until) = (row.id::<UserId>(0)?, row.int(2)? != 0, row.int(3)?, row.int(4)?);
        if !active || now.0 < locked_until {
            self.note_failure(now, None).await?;
            return Err(LoginError::Refused);
        }
        if !right {
            self.note_failure(now, Some(id)).await?;
            return Err(LoginError::Refused);
        }
        if failures > 0 {
            let mut tx = self.db.begin().await?;
            set_failures(&mut tx, id, Failures::default()).await?;
            tx.commit().await?;
        }
        Ok(self.get::<User>(id).await?)
    }

    /// Counts a wrong password. `None` goes the same way and counts nothing, so that the time it takes tells nothing either.
    async fn note_failure(&self, now: Utc, user: Option<UserId>) -> Result<()> {
        let id = user.map_or(String::new(), |user| user.to_string());
        let mut tx = self.db.begin().await?;
        // Writing the row first makes attempts at once take turns, on either database: none is lost from the count.
        tx.execute("UPDATE app_user SET failures = failures WHERE id = $1", args![id.as_str()]).await?;
        let rows = tx.fetch("SELECT failures, locked_until FROM app_user WHERE id = $1", args![id]).await?;
        let so_far = match rows.first() {
            Some(row) => Failures { count: row.int(0)?, since: row.int(1)? },
            None => Failures::default(),
        };
        set_failures(&mut tx, user.unwrap_or(UserId::from_u128(0)), so_far.one_more(now)).await?;
        tx.commit().await
    }

    /// Changes a person's own password: the old one must be right. All their sessions end.
    ///
    /// # Errors
    /// `Refused` when the old password is wrong, `Store(Invalid)` when the new one is too short.
    pub async fn change_password(&self, now: Utc, user: UserId, old: &Secret, new: Secret) -> Result<(), LoginError> {
        let stored = self.get::<User>(user).await?;
        self.login(now, &stored.login, old).await?;
        let mut data = stored.data.clone();
        data.password = Some(new);
        let columns = self.prepare(&mut data, None).await?;
        let mut tx = self.db.begin().await?;
        for (name, value) in columns {
            tx.execute(format!("UPDATE app_user SET {name} = $2 WHERE id = $1"), vec![text(user), value]).await?;
        }
        let sql = "UPDATE app_user SET must_change_password = 0, version = version + 1, updated_at = $2 WHERE id = $1";
        tx.execute(sql, args![user.to_string(), now]).await?;
        tx.execute("DELETE FROM session WHERE user_id = $1", vec![text(user)]).await?;
        let who = Who::user(user, "api");
        let after = Some(json!({ "password": "***" }));
        write_audit(self, &mut tx, &who, now, Action::Update, User::KIND.word(), &user.to_string(), None, after).await?;
        tx.commit().await?;
        self.changed(Kind::User, user);
        Ok(())
    }

    /// Begins a session and gives its token, which is kept nowhere else.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn create_session(&self, now: Utc, user: UserId, lifetime: Duration) -> Result<Secret> {
        let token = self.with_chance(|chance| chance.token(52));
        let mut tx = self.db.begin().await?;
        let sql = "INSERT INTO session (token_hash, user_id, created_at, expires_at, seen_at) VALUES ($1, $2, $3, $4, $3)";
        let expires = now.0.saturating_add(i64::try_from(lifetime.as_micros()).unwrap_or(i64::MAX));
        tx.execute_on("session", sql, args![token_hash(&token), user.to_string(), now, expires]).await?;
        tx.execute("DELETE FROM session WHERE expires_at < $1", args![now]).await?;
        tx.commit().await?;
        Ok(Secret::new(token))
    }

    /// Who a session's token belongs to; `None` when it is unknown, expired or its user is not active.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn session(&self, now: Utc, token: &Secret) -> Result<Option<Principal>> {
        let hash = token_hash(token.reveal());
        let rows = self.db.fetch("SELECT user_id, expires_at, seen_at FROM session WHERE token_hash = $1", args![hash.as_str()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let expires_at = Utc(row.int(1)?);
        if expires_at <= now {
            return Ok(None);
        }
        let Some(user) = self.active_user(row.id(0)?).await? else { return Ok(None) };
        if now.0 - row.int(2)? > SEEN_STEP_US {
            let mut tx = self.db.begin().await?;
            tx.execute("UPDATE session SET seen_at = $2 WHERE token_hash = $1", args![hash.as_str(), now]).await?;
            tx.commit().await?;
        }
        let roles = user.roles.clone();
        let login = format!("session:{hash}");
        Ok(Some(Principal { user, roles, token: None, login, expires_at: Some(expires_at) }))
    }

    /// Ends a session. An unknown token is no error: it is ended already.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn revoke_session(&self, token: &Secret) -> Result<()> {
        let mut tx = self.db.begin().await?;
        tx.execute("DELETE FROM session WHERE token_hash = $1", args![token_hash(token.reveal())]).await?;
        tx.commit().await
    }

    /// Ends all sessions of a user.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn revoke_sessions(&self, user: UserId) -> Result<()> {
        let mut tx = self.db.begin().await?;
        tx.execute("DELETE FROM session WHERE user_id = $1", vec![text(user)]).await?;
        tx.commit().await
    }

    /// Makes an API token. The token itself is given only here.
    ///
    /// # Errors
    /// `Invalid` when it would hold a role its user does not have, or as [`Store::insert`].
    pub async fn create_api_token(&self, who: &Who, now: Utc, data: ApiToken) -> Result<(Stored<ApiToken>, Secret)> {
        let mut data = data;
        self.prepare(&mut data, None).await?;
        let user = self.get::<User>(data.user_id).await?;
        if !data.roles.is_subset(&user.roles) {
            return Err(StoreError::invalid("api_token", "roles", "choose only roles its user has"));
        }
        let token = format!("cb_{}", self.with_chance(|chance| chance.token(52)));
        let mut tx = self.db.begin().await?;
        let stored = self.insert_in(&mut tx, who, now, data, vec![("token_hash", Value::from(token_hash(&token)))]).await?;
        tx.commit().await?;
        self.changed(Kind::ApiToken, stored.id);
        Ok((stored, Secret::new(token)))
    }

    /// Who an API token acts for; `None` when it is unknown, expired or its user is not active.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn api_token(&self, now: Utc, token: &Secret) -> Result<Option<Principal>> {
        let rows = self.db.fetch("SELECT id FROM api_token WHERE token_hash = $1", args![token_hash(token.reveal())]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let stored = self.get::<ApiToken>(row.id(0)?).await?;
        if stored.expires_at.is_some_and(|expires| expires <= now) {
            return Ok(None);
        }
        let Some(user) = self.active_user(stored.user_id).await? else { return Ok(None) };
        // A role taken from the user is taken from the token.
        let roles = stored.roles.intersection(&user.roles).copied().collect();
        Ok(Some(Principal { user, roles, token: Some(stored.id), login: token_login(stored.id), expires_at: stored.expires_at }))
    }

    async fn active_user(&self, id: UserId) -> Result<Option<Stored<User>>> {
        match self.get::<User>(id).await {
            Ok(user) => Ok(user.active.then_some(user)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes the first administrator when there is no user at all, and gives the login and the one-time password to print once.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn ensure_admin(&self, now: Utc) -> Result<Option<(String, Secret)>> {
        if !self.db.fetch("SELECT id FROM app_user LIMIT 1", Vec::new()).await?.is_empty() {
            return Ok(None);
        }
        // 16 characters of base 32: 80 bits, to be changed at the first sign-in.
        let password = Secret::new(self.with_chance(|chance| chance.token(16)));
        let admin = User {
            login: "admin".to_owned(),
            name: "Administrator".to_owned(),
            roles: BTreeSet::from([UserRole::Admin, UserRole::Supervisor, UserRole::Analyst]),
            team_id: None,
            skills: Vec::new(),
            queues: Vec::new(),
            phone_id: None,
            language: "en".to_owned(),
            active: true,
            must_change_password: true,
            voicemail: false,
            password: Some(password.clone()),
        };
        match self.insert(&Who::system("start"), now, admin).await {
            Ok(user) => Ok(Some((user.login.clone(), password))),
            // Two nodes starting at once: the other one was first.
            Err(StoreError::Unique { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// argon2id with the default cost, of a value that cannot be typed.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$Y29yZGJvYXJkLWRlY295$8Yq1kGq7p3n0tqk6r1fVQ2mY0a5kq0mJw8E1vVJr0bQ";

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::password_hash::phc::PasswordHash;

    #[test]
    fn ha1_is_that_of_the_rfc() {
        // RFC 7616 3.9.1: user Mufasa, realm http-auth@example.org, password Circle of Life.
        let (md5, sha256) = ha1("Mufasa", "http-auth@example.org", "Circle of Life");
        assert_eq!(md5, "3d78807defe7de2157e2b0b6573a855f");
        assert_eq!(sha256, "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232");
    }

    #[test]
    fn failures_drain_one_a_minute_and_lock_beyond_the_free_ones() {
        let minute = FAILURE_DRAIN_US;
        let start = 1_000_000_000 * minute;
        let mut failures = Failures::default();
        for n in 1..FAILURES_FREE {
            failures = failures.one_more(Utc(start + n));
            assert_eq!(failures.count, n);
        }
        assert!(failures.since <= start + FAILURES_FREE, "not locked");
        let locked = failures.one_more(Utc(start + 200));
        assert_eq!(locked, Failures { count: FAILURES_FREE, since: start + 200 + 30_000_000 });
        // Ten minutes after the lock ten are forgotten, and after a day all.
        assert_eq!(locked.one_more(Utc(locked.since + 10 * minute)).count, FAILURES_FREE - 9);
        assert_eq!(locked.one_more(Utc(locked.since + 1_440 * minute)).count, 1);
    }

    #[test]
    fn a_try_just_within_the_minute_does_not_stop_the_draining() {
        let mut failures = Failures::default();
        let mut now = 1_000_000_000 * FAILURE_DRAIN_US;
        for _ in 0..10_000 {
            now += FAILURE_DRAIN_US - 1_000;
            failures = failures.one_more(Utc(now));
        }
        assert!(failures.count < 3, "{failures:?}");
    }

    #[test]
    fn the_count_and_the_lock_have_a_bound() {
        let mut failures = Failures::default();
        for _ in 0..10_000 {
            failures = failures.one_more(Utc(failures.since.max(1)));
        }
        assert_eq!(failures.count, FAILURES_MAX);
        let now = Utc(failures.since);
        assert_eq!(failures.one_more(now).since - now.0, LOCK_MAX.as_micros() as i64);
    }

    #[test]
    fn the_decoy_costs_what_a_real_hash_costs() {
        let decoy = PasswordHash::new(DECOY).expect("a PHC string");
        let real = passwords::hash("anything", b"0123456789abcdef").expect("a hash");
        let real = PasswordHash::new(&real).expect("a PHC string");
        assert_eq!(decoy.algorithm, real.algorithm);
        assert_eq!(decoy.params.to_string(), real.params.to_string());
    }
}
