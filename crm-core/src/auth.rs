//! Passwords, sessions and tokens. Says who somebody is; what a role may do is decided where it is asked.
//!
//! Passwords are argon2id; sessions and API tokens are drawn from 160 random bits and more and kept only as SHA-256. An unknown name, a wrong
//! password and a locked name get the same answer after the same work, so that nobody learns which names exist.

use crate::audit::{Action, write_audit};
use crate::db::{Value, args, text};
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

/// Wrong passwords in a row that are free; each further one locks the name for twice as long, up to [`LOCK_MAX`]. Many, as the store does not
/// know who asks: with few, anybody could lock anybody out. Whoever lets people sign in bounds the failures of each address far lower.
const FAILURES_FREE: i64 = 100;
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
}

/// The digest of RFC 7616 3.4.2, `H(user:realm:password)` in hex: with MD5 and with SHA-256.
pub fn ha1(username: &str, realm: &str, password: &str) -> (String, String) {
    let text = format!("{username}:{realm}:{password}");
    (hex::encode(Md5::digest(text.as_bytes())), hex::encode(Sha256::digest(text.as_bytes())))
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
    })
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
        let Some(row) = found else { return Err(LoginError::Refused) };
        let (id, active, failures, locked_until) = (row.id::<UserId>(0)?, row.int(2)? != 0, row.int(3)?, row.int(4)?);
        if !active || now.0 < locked_until {
            return Err(LoginError::Refused);
        }
        if !right {
            self.note_failure(now, id, failures + 1).await?;
            return Err(LoginError::Refused);
        }
        if failures > 0 {
            self.set_failures(id, 0, 0).await?;
        }
        Ok(self.get::<User>(id).await?)
    }

    async fn note_failure(&self, now: Utc, user: UserId, failures: i64) -> Result<()> {
        let over = failures - FAILURES_FREE;
        let lock = if over < 0 { Duration::ZERO } else { (LOCK_FIRST * 2_u32.saturating_pow(over.min(10) as u32)).min(LOCK_MAX) };
        self.set_failures(user, failures, now.0 + lock.as_micros() as i64).await
    }

    async fn set_failures(&self, user: UserId, failures: i64, locked_until: i64) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let sql = "UPDATE app_user SET failures = $2, locked_until = $3 WHERE id = $1";
        tx.execute(sql, args![user.to_string(), failures, locked_until]).await?;
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
        if row.int(1)? <= now.0 {
            return Ok(None);
        }
        let Some(user) = self.active_user(row.id(0)?).await? else { return Ok(None) };
        if now.0 - row.int(2)? > SEEN_STEP_US {
            let mut tx = self.db.begin().await?;
            tx.execute("UPDATE session SET seen_at = $2 WHERE token_hash = $1", args![hash, now]).await?;
            tx.commit().await?;
        }
        let roles = user.roles.clone();
        Ok(Some(Principal { user, roles, token: None }))
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
        Ok(Some(Principal { user, roles, token: Some(stored.id) }))
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
    fn the_decoy_costs_what_a_real_hash_costs() {
        let decoy = PasswordHash::new(DECOY).expect("a PHC string");
        let real = passwords::hash("anything", b"0123456789abcdef").expect("a hash");
        let real = PasswordHash::new(&real).expect("a PHC string");
        assert_eq!(decoy.algorithm, real.algorithm);
        assert_eq!(decoy.params.to_string(), real.params.to_string());
    }
}
