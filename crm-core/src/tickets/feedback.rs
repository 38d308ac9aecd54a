//! What customers say of a ticket that is over: entered by an agent, or by the customer through a link that works once.

use super::invalid;
use super::save::Draft;
use crate::audit::{Action, write_audit};
use crate::db::{args, text};
use crate::error::{Result, StoreError};
use crate::model::{Check, Kind, Secret, TicketId, TicketRow, Who};
use crate::store::Store;
use cti_types::Utc;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// How long a link works.
pub const FEEDBACK_DAYS: i64 = 30;
/// Characters of base 32 in its token: 200 bits.
const TOKEN_CHARS: usize = 40;
/// How often it is tried anew when the ticket was changed meanwhile.
const TRIES: usize = 5;

/// The customer's word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TicketRating)]
pub struct Rating {
    /// 1 (bad) to 5 (good).
    pub score: i64,
    /// At most 2,000 characters.
    #[serde(default)]
    pub comment: String,
}

fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

fn checked(mut rating: Rating) -> Result<Rating> {
    let mut check = Check::default();
    check.range("score", rating.score, 1, 5);
    check.text("comment", &mut rating.comment, 2_000);
    let errors = check.into_errors();
    if errors.is_empty() { Ok(rating) } else { Err(StoreError::Invalid { resource: "rating", errors }) }
}

fn rate(draft: &mut Draft, now: Utc, rating: &Rating, via: &str) -> Result<()> {
    if draft.row.state.live {
        return Err(invalid("score", "wait until the ticket is resolved"));
    }
    draft.row.state.satisfaction = Some(rating.score);
    draft.row.state.satisfaction_comment.clone_from(&rating.comment);
    draft.row.state.satisfaction_at = Some(now);
    draft.row.state.satisfaction_via = Some(via.to_owned());
    Ok(())
}

impl Store {
    /// Enters what the customer said of a ticket that is over.
    ///
    /// # Errors
    /// `Invalid`, `VersionConflict`, `NotFound`, `Unavailable`.
    pub async fn rate_ticket(&self, who: &Who, now: Utc, id: TicketId, version: i64, rating: Rating) -> Result<TicketRow> {
        let rating = checked(rating)?;
        self.edit_ticket(who, now, id, Some(version), |draft| rate(draft, now, &rating, "agent")).await
    }

    /// Makes a token by which the customer may rate a ticket once, within [`FEEDBACK_DAYS`]. It is kept nowhere else; one made earlier no
    /// longer works.
    ///
    /// # Errors
    /// `Invalid` while the ticket is live, `NotFound`, `Unavailable`.
    pub async fn create_feedback(&self, who: &Who, now: Utc, id: TicketId) -> Result<(Secret, Utc)> {
        if self.ticket(id).await?.state.live {
            return Err(invalid("", "wait until the ticket is resolved"));
        }
        let token = self.with_chance(|chance| chance.token(TOKEN_CHARS));
        let expires = Utc(now.0.saturating_add(FEEDBACK_DAYS * 86_400_000_000));
        let mut tx = self.db.begin().await?;
        tx.execute("DELETE FROM ticket_feedback WHERE ticket_id = $1", vec![text(id)]).await?;
        tx.execute("DELETE FROM ticket_feedback WHERE expires_at < $1", args![now]).await?;
        let sql = "INSERT INTO ticket_feedback (token_hash, ticket_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
        tx.execute_on("feedback", sql, args![hash(&token), id.to_string(), now, expires]).await?;
        let after = Some(json!({ "feedback_until": expires }));
        write_audit(self, &mut tx, who, now, Action::Create, "feedback", &id.to_string(), None, after).await?;
        tx.commit().await?;
        Ok((Secret::new(token), expires))
    }

    /// The number of the ticket that a token rates; none for one that is unknown, used or expired. Asking uses nothing up.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn feedback_number(&self, now: Utc, token: &Secret) -> Result<Option<i64>> {
        let sql =
            "SELECT t.number FROM ticket_feedback f JOIN ticket t ON t.id = f.ticket_id WHERE f.token_hash = $1 AND f.expires_at > $2";
        let rows = self.db.fetch(sql, args![hash(token.reveal()), now]).await?;
        rows.first().map(|row| row.int(0)).transpose()
    }

    /// Rates a ticket by a token, which then is used up. A rating that is refused leaves it usable.
    ///
    /// # Errors
    /// `NotFound` for a token that is unknown, used or expired; `Invalid`, `Unavailable`.
    pub async fn use_feedback(&self, now: Utc, token: &Secret, rating: Rating) -> Result<()> {
        let rating = checked(rating)?;
        let (hash, who) = (hash(token.reveal()), Who::system("feedback"));
        let unknown = || StoreError::NotFound { resource: "feedback" };
        let mut tries = 0;
        loop {
            let sql = "SELECT ticket_id FROM ticket_feedback WHERE token_hash = $1 AND expires_at > $2";
            let rows = self.db.fetch(sql, args![hash.as_str(), now]).await?;
            let id: TicketId = rows.first().ok_or_else(unknown)?.id(0)?;
            let before = self.ticket(id).await?;
            let context = self.context(&before).await?;
            let mut draft = Draft::new(before, context);
            rate(&mut draft, now, &rating, "link")?;
            self.settle_draft(&who, now, &mut draft).await?;
            let mut tx = self.db.begin().await?;
            // Two at once: only one of them deletes it.
            if tx.execute("DELETE FROM ticket_feedback WHERE token_hash = $1", args![hash.as_str()]).await? == 0 {
                return Err(unknown());
            }
            match self.save_ticket_in(&mut tx, &who, now, &draft).await {
                Ok(()) => {
                    tx.commit().await?;
                    self.changed(Kind::Ticket, id);
                    return Ok(());
                }
                Err(StoreError::VersionConflict { .. }) if tries < TRIES => tries += 1,
                Err(error) => return Err(error),
            }
        }
    }
}
