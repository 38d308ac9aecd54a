//! What customers allow and forbid, channel by channel, with its history; and whether they may be contacted, which campaigns ask before each
//! contact. Never changes what was recorded.

use crate::audit::{Action, write_audit};
use crate::db::{Row, Tx, args, text};
use crate::error::{Result, StoreError};
use crate::model::{Check, Consent, ConsentId, ConsentState, ContactChannel, Kind, ListQuery, NewConsent, Page, Who};
use crate::store::Store;
use crate::viewer::Viewer;
use cti_types::{CustomerId, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Why somebody may, or may not, be contacted on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactReason {
    /// They said so, and it still holds.
    Granted,
    /// They said no.
    Denied,
    /// They said yes until a time that is over.
    Expired,
    /// They said nothing, and this channel needs no consent beforehand.
    NothingSaid,
    /// They said nothing, and this channel needs consent beforehand.
    ConsentMissing,
}

/// Whether somebody may be contacted on a channel of our own accord. Answering them is another matter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MayContact {
    pub channel: ContactChannel,
    pub allowed: bool,
    pub reason: ContactReason,
    /// What it rests on; none: nothing was ever said.
    pub consent: Option<Consent>,
}

/// The rule. Electronic messages need consent beforehand (Directive 2002/58/EC, article 13 (1)), so no word is a no; calls by persons and
/// letters do not (13 (3) leaves calls to the member states; a house in a stricter one records `denied` or asks for `granted`).
pub fn decide(channel: ContactChannel, latest: Option<&Consent>, now: Utc) -> MayContact {
    let silent = match channel {
        ContactChannel::Voice | ContactChannel::Post => ContactReason::NothingSaid,
        ContactChannel::Sms | ContactChannel::Email | ContactChannel::Chat => ContactReason::ConsentMissing,
    };
    let reason = match latest.map(|consent| (consent.state, consent.until)) {
        Some((ConsentState::Granted, Some(until))) if until <= now => ContactReason::Expired,
        Some((ConsentState::Granted, _)) => ContactReason::Granted,
        Some((ConsentState::Denied, _)) => ContactReason::Denied,
        Some((ConsentState::Unknown, _)) | None => silent,
    };
    let allowed = match reason {
        ContactReason::Granted | ContactReason::NothingSaid => true,
        ContactReason::Denied | ContactReason::Expired | ContactReason::ConsentMissing => false,
    };
    MayContact { channel, allowed, reason, consent: latest.cloned() }
}

const COLUMNS: &str = "id, channel, state, basis, source, at, until, recorded_at, user_id";

impl Store {
    /// Whether a customer may be contacted on a channel now: one row by one index.
    ///
    /// # Errors
    /// `Unavailable`: then do not.
    pub async fn may_contact(&self, customer: CustomerId, channel: ContactChannel, now: Utc) -> Result<MayContact> {
        let sql = format!("SELECT {COLUMNS} FROM customer_consent WHERE customer_id = $1 AND channel = $2 AND current = 1");
        let rows = self.db.fetch(sql, args![customer.to_string(), channel.word()]).await?;
        let latest = rows.first().map(read).transpose()?;
        Ok(decide(channel, latest.as_ref(), now))
    }

    /// The same for each channel.
    ///
    /// # Errors
    /// `NotFound` also for a customer the viewer may not see; `Unavailable`.
    pub async fn consents(&self, viewer: &Viewer, customer: CustomerId, now: Utc) -> Result<Vec<MayContact>> {
        self.may_see(viewer, customer).await?;
        let sql =
            format!("SELECT {COLUMNS} FROM customer_consent WHERE customer_id = $1 AND current = 1 AND channel IN ($2, $3, $4, $5, $6)");
        let mut values = vec![text(customer)];
        values.extend(ContactChannel::ALL.map(|channel| channel.word().into()));
        let latest = self.db.fetch(sql, values).await?.iter().map(read).collect::<Result<Vec<_>>>()?;
        let of = |channel| latest.iter().find(|consent| consent.channel == channel);
        Ok(ContactChannel::ALL.into_iter().map(|channel| decide(channel, of(channel), now)).collect())
    }

    /// A page of what a customer said, the latest first.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` for a bad cursor, `Unavailable`.
    pub async fn consent_history(&self, viewer: &Viewer, customer: CustomerId, query: &ListQuery) -> Result<Page<Consent>> {
        self.may_see(viewer, customer).await?;
        let bad = || StoreError::invalid("customer_consent", "cursor", "give back the `next` of the page before");
        let (at, id) = match &query.cursor {
            None => (i64::MAX, String::new()),
            Some(cursor) => {
                let (at, id) = cursor.split_once('.').ok_or_else(bad)?;
                (at.parse().map_err(|_| bad())?, id.parse::<ConsentId>().map_err(|_| bad())?.to_string())
            }
        };
        let limit = query.limit();
        let sql = format!(
            "SELECT {COLUMNS} FROM customer_consent WHERE customer_id = $1 AND (at, id) < ($2, $3) \
             ORDER BY at DESC, id DESC LIMIT {}",
            limit + 1
        );
        let rows = self.db.fetch(sql, args![customer.to_string(), at, id]).await?;
        let items = rows.iter().take(limit).map(read).collect::<Result<Vec<_>>>()?;
        let next = if rows.len() > limit { items.last().map(|last| format!("{}.{}", last.at.0, last.id)) } else { None };
        Ok(Page { items, next })
    }

    /// Records what a customer said about one or more channels.
    ///
    /// # Errors
    /// `Invalid`, `NotFound`, `Unavailable`.
    pub async fn record_consent(
        &self,
        viewer: &Viewer,
        who: &Who,
        now: Utc,
        customer: CustomerId,
        new: &NewConsent,
    ) -> Result<Vec<Consent>> {
        check(new, now)?;
        self.may_see(viewer, customer).await?;
        let mut tx = self.db.begin().await?;
        // Touching the customer's row makes two writers take turns on either database.
        if tx.execute("UPDATE customer SET updated_at = updated_at WHERE id = $1", vec![text(customer)]).await? == 0 {
            return Err(StoreError::NotFound { resource: "customer" });
        }
        let mut recorded = Vec::with_capacity(new.channels.len());
        for channel in &new.channels {
            let consent = Consent {
                id: self.new_id(now),
                channel: *channel,
                state: new.state,
                basis: new.basis.clone(),
                source: new.source.clone(),
                at: new.at.unwrap_or(now),
                until: new.until,
                recorded_at: now,
                user_id: who.user,
            };
            insert(&mut tx, customer, &consent).await?;
            recorded.push(consent);
        }
        let after = serde_json::to_value(&recorded).ok().map(|consents| json!({ "consents": consents }));
        write_audit(self, &mut tx, who, now, Action::Create, "customer_consent", &customer.to_string(), None, after).await?;
        tx.commit().await?;
        self.changed(Kind::Customer, customer);
        Ok(recorded)
    }
}

fn check(new: &NewConsent, now: Utc) -> Result<()> {
    let mut check = Check::default();
    let distinct: BTreeSet<ContactChannel> = new.channels.iter().copied().collect();
    check.that(!distinct.is_empty() && distinct.len() == new.channels.len(), "channels", "name one to five channels, each once");
    check.line("basis", &new.basis, 100);
    check.line("source", &new.source, 200);
    check.that(new.at.is_none_or(|at| at <= now && at.0 > 0), "at", "give a time that is over");
    let granted = new.state == ConsentState::Granted;
    check.that(new.until.is_none() || granted, "until", "leave it out: only a grant ends");
    check.that(new.until.is_none_or(|until| until > new.at.unwrap_or(now)), "until", "give a time after the consent");
    let errors = check.into_errors();
    if errors.is_empty() { Ok(()) } else { Err(StoreError::Invalid { resource: "customer_consent", errors }) }
}

/// Writes it down; it counts unless something said later is known.
async fn insert(tx: &mut Tx, customer: CustomerId, consent: &Consent) -> Result<()> {
    let (owner, channel) = (customer.to_string(), consent.channel.word());
    let lapse = "UPDATE customer_consent SET current = 0 WHERE customer_id = $1 AND channel = $2 AND current = 1 AND at <= $3";
    tx.execute(lapse, args![owner.as_str(), channel, consent.at]).await?;
    let later = "SELECT id FROM customer_consent WHERE customer_id = $1 AND channel = $2 AND current = 1";
    let current = tx.fetch(later, args![owner.as_str(), channel]).await?.is_empty();
    let row = args![
        consent.id.to_string(),
        channel,
        consent.state.word(),
        consent.basis.as_str(),
        consent.source.as_str(),
        consent.at,
        consent.until.map(|until| until.0),
        consent.recorded_at,
        consent.user_id.map(|user| user.to_string()),
        owner.as_str(),
        current,
    ];
    let sql =
        format!("INSERT INTO customer_consent ({COLUMNS}, customer_id, current) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
    tx.execute_on("customer_consent", sql, row).await.map(drop)
}

fn read(row: &Row) -> Result<Consent> {
    let odd = |what: &str| StoreError::corrupt(format!("a consent has no known {what}"));
    Ok(Consent {
        id: row.id(0)?,
        channel: ContactChannel::from_word(row.text(1)?).ok_or_else(|| odd("channel"))?,
        state: ConsentState::from_word(row.text(2)?).ok_or_else(|| odd("state"))?,
        basis: row.text(3)?.to_owned(),
        source: row.text(4)?.to_owned(),
        at: Utc(row.int(5)?),
        until: row.opt_int(6).map(Utc),
        recorded_at: Utc(row.int(7)?),
        user_id: row.opt_id(8)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_be_contacted() {
        use ConsentState::{Denied, Granted, Unknown};
        use ContactChannel::{Email, Post, Voice};
        let said = |state, until: Option<i64>| Consent {
            id: ConsentId(uuid::Uuid::nil()),
            channel: Voice,
            state,
            basis: String::new(),
            source: String::new(),
            at: Utc(10),
            until: until.map(Utc),
            recorded_at: Utc(10),
            user_id: None,
        };
        for (channel, latest, allowed, reason) in [
            (Voice, None, true, ContactReason::NothingSaid),
            (Post, None, true, ContactReason::NothingSaid),
            (Email, None, false, ContactReason::ConsentMissing),
            (Email, Some(said(Granted, None)), true, ContactReason::Granted),
            (Email, Some(said(Granted, Some(101))), true, ContactReason::Granted),
            (Email, Some(said(Granted, Some(100))), false, ContactReason::Expired),
            (Voice, Some(said(Granted, Some(100))), false, ContactReason::Expired),
            (Voice, Some(said(Denied, None)), false, ContactReason::Denied),
            (Voice, Some(said(Unknown, None)), true, ContactReason::NothingSaid),
            (Email, Some(said(Unknown, None)), false, ContactReason::ConsentMissing),
        ] {
            let answer = decide(channel, latest.as_ref(), Utc(100));
            assert_eq!((answer.allowed, answer.reason), (allowed, reason), "{channel:?} {latest:?}");
        }
    }
}
