//! Calls we owe customers: promised, due, taken, tried, over. Dials nothing: whoever does tells how it went.

mod plan;

pub use plan::{After, Window, after_attempt};

use crate::audit::Action;
use crate::crud::{change_of, find_in, update_in, update_in_as};
use crate::db::{Row, args, text};
use crate::error::{Result, StoreError};
use crate::model::{AttemptInput, AttemptView, Callback, CallbackId, CallbackState, Check, Kind, Owner, Resource, Stored, Who};
use crate::notifications::{Told, notify, people_of};
use crate::number::normalise;
use crate::store::Store;
use cti_types::{UserId, Utc};
use serde_json::Value as Json;

/// A callback somebody took and did nothing about is due again after so long.
const TAKEN_US: i64 = 30 * 60_000_000;
/// Callbacks made due at once; the rest in the next round.
pub(crate) const SWEEP_MAX: usize = 200;

impl Callback {
    /// The time the customer chose.
    pub fn window(&self) -> Window<'_> {
        Window { from: self.from_at, until: self.until_at, zone: &self.zone }
    }
}

fn over() -> StoreError {
    StoreError::invalid(Kind::Callback.word(), "state", "it is over; make a new one")
}

impl Store {
    /// Promises a call.
    ///
    /// # Errors
    /// `Invalid` with each wrong field; `Unavailable`.
    pub async fn create_callback(&self, who: &Who, now: Utc, data: Callback) -> Result<Stored<Callback>> {
        if data.until_at <= now {
            return Err(StoreError::invalid(Kind::Callback.word(), "until_at", "choose a time that has not passed"));
        }
        let (number, raw_number) = self.callback_number(&data.number)?;
        let data = Callback {
            number,
            raw_number,
            state: CallbackState::Scheduled,
            next_at: Some(data.from_at),
            attempts: 0,
            offered_to: None,
            offered_at: None,
            created_by: who.user,
            made_at: now,
            done_at: None,
            ..data
        };
        self.insert(who, now, data).await
    }

    /// Changes what was promised. A new time makes it wait for that.
    ///
    /// # Errors
    /// As [`Store::update`]; `Invalid` when it is over.
    pub async fn update_callback(&self, who: &Who, now: Utc, id: CallbackId, version: i64, patch: &Json) -> Result<Stored<Callback>> {
        let number = patch.get("number").and_then(Json::as_str).map(|raw| self.callback_number(raw)).transpose()?;
        let fix = move |old: &Stored<Callback>, data: &mut Callback| {
            if !old.state.is_open() {
                return Err(over());
            }
            (data.number, data.raw_number) = number.unwrap_or_else(|| (old.number.clone(), old.raw_number.clone()));
            (data.state, data.next_at, data.attempts) = (old.state, old.next_at, old.attempts);
            (data.offered_to, data.offered_at) = (old.offered_to, old.offered_at);
            (data.created_by, data.made_at, data.done_at) = (old.created_by, old.made_at, old.done_at);
            if (data.from_at, data.until_at) != (old.from_at, old.until_at) {
                if data.until_at <= now {
                    return Err(StoreError::invalid(Kind::Callback.word(), "until_at", "choose a time that has not passed"));
                }
                (data.state, data.next_at) = (CallbackState::Scheduled, Some(data.from_at.max(now)));
                (data.offered_to, data.offered_at) = (None, None);
            }
            Ok(())
        };
        self.update_with(who, now, id, version, patch, fix).await
    }

    fn callback_number(&self, raw: &str) -> Result<(String, String)> {
        let raw = raw.trim();
        match normalise(raw, self.country()).as_str() {
            Some(number) if raw.chars().count() <= 64 => Ok((number.to_owned(), raw.to_owned())),
            Some(_) | None => Err(StoreError::invalid(Kind::Callback.word(), "number", "give a telephone number")),
        }
    }

    /// Somebody takes it before them, to call. Also one whose time has not come: the customer may be called early.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` when it is over; `Clash` when somebody else has it; `Unavailable`.
    pub async fn take_callback(&self, who: &Who, now: Utc, id: CallbackId, user: UserId) -> Result<Stored<Callback>> {
        self.step_callback(who, now, id, move |data| {
            if data.state == CallbackState::Offered && data.offered_to != Some(user) {
                let what = "somebody else has taken this callback".to_owned();
                let mend = "take another one".to_owned();
                return Err(StoreError::Clash { resource: Kind::Callback.word(), field: "state", what, mend });
            }
            (data.state, data.next_at) = (CallbackState::Offered, Some(Utc(now.0 + TAKEN_US)));
            (data.offered_to, data.offered_at) = (Some(user), Some(now));
            Ok(None)
        })
        .await
    }

    /// Notes how a try went, and when the next one is.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` when it is over, or for the note; `Unavailable`.
    pub async fn attempt_callback(&self, who: &Who, now: Utc, id: CallbackId, input: AttemptInput) -> Result<Stored<Callback>> {
        let mut input = input;
        let mut check = Check::default();
        check.text("note", &mut input.note, 2_000);
        let errors = check.into_errors();
        if !errors.is_empty() {
            return Err(StoreError::Invalid { resource: Kind::Callback.word(), errors });
        }
        self.step_callback(who, now, id, move |data| {
            let after = after_attempt(&data.window(), data.attempts, data.attempts_max, data.gap_minutes, now, input.outcome);
            (data.state, data.attempts, data.next_at) = (after.state, after.attempts, after.next_at);
            (data.offered_to, data.offered_at) = (None, None);
            data.done_at = if after.state.is_open() { None } else { Some(now) };
            Ok(Some(input))
        })
        .await
    }

    /// It is not wanted any more.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` when it is over; `Unavailable`.
    pub async fn cancel_callback(&self, who: &Who, now: Utc, id: CallbackId) -> Result<Stored<Callback>> {
        self.step_callback(who, now, id, move |data| {
            (data.state, data.next_at, data.done_at) = (CallbackState::Cancelled, None, Some(now));
            (data.offered_to, data.offered_at) = (None, None);
            Ok(None)
        })
        .await
    }

    /// One step of a callback that is not over, with the try that made it.
    async fn step_callback(
        &self,
        who: &Who,
        now: Utc,
        id: CallbackId,
        step: impl FnOnce(&mut Callback) -> Result<Option<AttemptInput>> + Send,
    ) -> Result<Stored<Callback>> {
        let mut tx = self.db.begin().await?;
        let old = find_in::<Callback>(&mut tx, "id", text(id)).await?;
        let old = old.ok_or(StoreError::NotFound { resource: Kind::Callback.word() })?;
        if !old.state.is_open() {
            return Err(over());
        }
        let mut data = old.data.clone();
        let tried = step(&mut data)?;
        self.prepare(&mut data, Some(&old.data)).await?;
        let stored = update_in(self, &mut tx, who, now, &old, data, Vec::new()).await?;
        if let Some(AttemptInput { outcome, note, interaction_id }) = tried {
            // The row's version grows with each, so it numbers them.
            let sql = "INSERT INTO callback_attempt (callback_id, ordinal, at, user_id, outcome, note, interaction_id) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7)";
            let user = who.user.map(|user| user.to_string());
            let interaction = interaction_id.map(|id| id.to_string());
            tx.execute_on("callback", sql, args![id.to_string(), stored.version, now, user, outcome.word(), note, interaction]).await?;
        }
        tx.commit().await?;
        self.tell(change_of(who, id, Some(stored.version), &[&stored.data, &old.data]));
        Ok(stored)
    }

    /// How the tries went, in their order.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn callback_attempts(&self, id: CallbackId) -> Result<Vec<AttemptView>> {
        let sql =
            "SELECT at, user_id, outcome, note, interaction_id FROM callback_attempt WHERE callback_id = $1 ORDER BY ordinal LIMIT 200";
        let read = |row: &Row| {
            Ok(AttemptView {
                at: Utc(row.int(0)?),
                user_id: row.opt_id(1)?,
                outcome: row.text(2)?.to_owned(),
                note: row.text(3)?.to_owned(),
                interaction_id: row.opt_id(4)?,
            })
        };
        self.db.fetch(sql, vec![text(id)]).await?.iter().map(read).collect()
    }

    /// Makes due whatever's time has come, and what was taken and left lying. Says how many.
    ///
    /// # Errors
    /// `Unavailable`; what was done before stays done.
    pub async fn sweep_callbacks(&self, now: Utc) -> Result<usize> {
        let sql = format!(
            "SELECT id FROM callback WHERE state IN ('scheduled', 'attempted', 'offered') AND next_at IS NOT NULL AND next_at <= $1 \
             ORDER BY next_at, id LIMIT {SWEEP_MAX}"
        );
        let who = Who::system("sweep");
        let rows = self.db.fetch(sql, args![now]).await?;
        let mut done = 0;
        for row in &rows {
            done += usize::from(self.make_due(&who, now, row.id(0)?).await?);
        }
        Ok(done)
    }

    async fn make_due(&self, who: &Who, now: Utc, id: CallbackId) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let Some(old) = find_in::<Callback>(&mut tx, "id", text(id)).await? else { return Ok(false) };
        let waits = match old.state {
            CallbackState::Scheduled | CallbackState::Attempted | CallbackState::Offered => true,
            CallbackState::Due | CallbackState::Done | CallbackState::Failed | CallbackState::Cancelled => false,
        };
        let Some(next) = old.next_at.filter(|next| waits && *next <= now) else { return Ok(false) };
        let mut data = Callback { state: CallbackState::Due, offered_to: None, offered_at: None, ..old.data.clone() };
        self.prepare(&mut data, Some(&old.data)).await?;
        let stored = match update_in_as(self, &mut tx, who, now, Action::Became("due"), &old, data, Vec::new()).await {
            // Another node, or a person, was faster.
            Err(StoreError::VersionConflict { .. } | StoreError::NotFound { .. }) => return Ok(false),
            done => done?,
        };
        let mut changes = vec![change_of(who, id, Some(stored.version), &[&stored.data])];
        if let Owner::User(_) = stored.owner {
            let told = Told {
                kind: "callback",
                title: stored.reason.clone(),
                resource: Callback::KIND.word(),
                resource_id: id.to_string(),
                customer: stored.customer_id,
                by: None,
                cause: format!("callback:{id}:{}", next.0),
            };
            let people = people_of(&mut tx, stored.owner).await?;
            changes.extend(notify(self, &mut tx, now, &people, &told).await?);
        }
        tx.commit().await?;
        for change in changes {
            self.tell(change);
        }
        Ok(true)
    }
}
