//! Legal holds: while one stands, neither a person nor a policy erases what it is about. Set and lifted with a reason, both in the audit.

use crate::audit::{Action, write_audit};
use crate::db::{Row, Tx, Value, args, listed, text};
use crate::error::{Result, StoreError};
use crate::model::{Check, LegalHoldId, ListQuery, Page, Who};
use crate::store::Store;
use cti_types::{UserId, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// What a hold is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoldSubject {
    /// A customer and all their interactions.
    Customer,
    /// One interaction, with its recordings; and so whom it was with.
    Interaction,
}

impl HoldSubject {
    const fn word(self) -> &'static str {
        match self {
            HoldSubject::Customer => "customer",
            HoldSubject::Interaction => "interaction",
        }
    }
}

/// A hold to be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldRequest {
    pub subject: HoldSubject,
    /// Of the customer or the interaction.
    pub subject_id: Uuid,
    /// Such as the matter's number.
    pub reason: String,
}

/// A hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LegalHold {
    #[schema(value_type = Uuid)]
    pub id: LegalHoldId,
    pub subject: HoldSubject,
    pub subject_id: Uuid,
    pub reason: String,
    #[schema(value_type = i64)]
    pub set_at: Utc,
    #[schema(value_type = Option<Uuid>)]
    pub set_by: Option<UserId>,
    /// None: it stands.
    #[schema(value_type = Option<i64>)]
    pub lifted_at: Option<Utc>,
    #[schema(value_type = Option<Uuid>)]
    pub lifted_by: Option<UserId>,
    pub lift_reason: Option<String>,
}

const HOLD: &str = "id, subject_kind, subject_id, reason, set_at, set_by, lifted_at, lifted_by, lift_reason";

impl Store {
    /// Sets a hold.
    ///
    /// # Errors
    /// `Invalid` without a reason or for a subject that is not there, `Unavailable`.
    pub async fn set_hold(&self, who: &Who, now: Utc, request: HoldRequest) -> Result<LegalHold> {
        let reason = reason(request.reason)?;
        let (table, subject) = (request.subject.word(), request.subject_id.hyphenated().to_string());
        let mut tx = self.db.begin().await?;
        let known = match request.subject {
            HoldSubject::Customer => {
                "SELECT id FROM customer WHERE id = $1 UNION ALL SELECT customer_id FROM customer_alias WHERE customer_id = $1"
            }
            HoldSubject::Interaction => "SELECT id FROM interaction WHERE id = $1",
        };
        if tx.fetch(known, args![subject.as_str()]).await?.is_empty() {
            return Err(StoreError::invalid("legal_hold", "subject_id", format!("choose a {table} that exists")));
        }
        let id: LegalHoldId = self.new_id(now);
        let sql = "INSERT INTO legal_hold (id, subject_kind, subject_id, reason, set_at, set_by) VALUES ($1, $2, $3, $4, $5, $6)";
        let by = who.user.map(|user| user.to_string());
        tx.execute(sql, args![id.to_string(), table, subject.as_str(), reason.as_str(), now, by]).await?;
        let after = Some(json!({ "hold": id, "reason": reason }));
        write_audit(self, &mut tx, who, now, Action::Of("hold"), table, &subject, None, after).await?;
        tx.commit().await?;
        self.hold(id).await
    }

    /// Lifts a hold.
    ///
    /// # Errors
    /// `NotFound`, `Refused` for one that was lifted already, `Invalid` without a reason, `Unavailable`.
    pub async fn lift_hold(&self, who: &Who, now: Utc, id: LegalHoldId, why: String) -> Result<LegalHold> {
        let why = reason(why)?;
        let hold = self.hold(id).await?;
        let mut tx = self.db.begin().await?;
        let sql = "UPDATE legal_hold SET lifted_at = $2, lifted_by = $3, lift_reason = $4 WHERE id = $1 AND lifted_at IS NULL";
        let by = who.user.map(|user| user.to_string());
        if tx.execute(sql, args![id.to_string(), now, by, why.as_str()]).await? == 0 {
            return Err(StoreError::refused("legal_hold", "the hold was lifted already", "set another one if need be"));
        }
        let subject = hold.subject_id.hyphenated().to_string();
        let after = Some(json!({ "hold": id, "reason": why }));
        write_audit(self, &mut tx, who, now, Action::Of("lift"), hold.subject.word(), &subject, None, after).await?;
        tx.commit().await?;
        self.hold(id).await
    }

    /// A hold.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn hold(&self, id: LegalHoldId) -> Result<LegalHold> {
        let rows = self.db.fetch(format!("SELECT {HOLD} FROM legal_hold WHERE id = $1"), vec![text(id)]).await?;
        rows.first().map_or(Err(StoreError::NotFound { resource: "legal_hold" }), read)
    }

    /// A page of holds, the latest first. `query.equals` may name `subject_id` and `standing` (true or false).
    ///
    /// # Errors
    /// `Invalid` for another filter or a bad cursor; `Unavailable`.
    pub async fn holds(&self, query: &ListQuery) -> Result<Page<LegalHold>> {
        let mut conditions = vec!["1 = 1".to_owned()];
        let mut values: Vec<Value> = Vec::new();
        if let Some(cursor) = &query.cursor {
            let bad = |_| StoreError::invalid("legal_hold", "cursor", "give back the `next` of the page before");
            values.push(text(cursor.parse::<LegalHoldId>().map_err(bad)?));
            conditions.push(format!("id < ${}", values.len()));
        }
        for (field, wanted) in &query.equals {
            match (field.as_str(), wanted.as_str()) {
                ("subject_id", id) => {
                    values.push(Value::from(id));
                    conditions.push(format!("subject_kind IN ('customer', 'interaction') AND subject_id = ${}", values.len()));
                }
                ("standing", "true") => conditions.push("lifted_at IS NULL".to_owned()),
                ("standing", "false") => conditions.push("lifted_at IS NOT NULL".to_owned()),
                _ => return Err(StoreError::invalid("legal_hold", field.clone(), "filter by subject_id or standing (true, false)")),
            }
        }
        let limit = query.limit();
        let sql = format!("SELECT {HOLD} FROM legal_hold WHERE {} ORDER BY id DESC LIMIT {}", conditions.join(" AND "), limit + 1);
        let rows = self.db.fetch(sql, values).await?;
        let more = rows.len() > limit;
        let items = rows.iter().take(limit).map(read).collect::<Result<Vec<_>>>()?;
        let next = if more { items.last().map(|item| item.id.to_string()) } else { None };
        Ok(Page { items, next })
    }
}

fn reason(mut reason: String) -> Result<String> {
    let mut check = Check::default();
    check.text("reason", &mut reason, 1_000);
    check.that(!reason.trim().is_empty(), "reason", "say why");
    let errors = check.into_errors();
    if errors.is_empty() { Ok(reason.trim().to_owned()) } else { Err(StoreError::Invalid { resource: "legal_hold", errors }) }
}

/// Refuses to take away by hand what has to do with these customers, or with these interactions, while a hold stands. Somebody who was only a
/// further candidate in a held interaction is not held for that.
pub(crate) async fn refuse_held(tx: &mut Tx, resource: &'static str, of: &Subjects) -> Result<()> {
    let customers = held_through(tx, &of.customers, " AND ic.rank = 0").await?;
    if customers.is_empty() && held_interactions(tx, &of.interactions).await?.is_empty() {
        return Ok(());
    }
    Err(StoreError::refused(resource, "its customer, or an interaction it has to do with, is under a legal hold", "lift it first"))
}

/// Whom and which interactions a row has to do with.
#[derive(Debug, Default)]
pub(crate) struct Subjects {
    pub(crate) customers: Vec<String>,
    pub(crate) interactions: Vec<String>,
}

/// Which of these customers are held: by name, by the name of one merged into them, or through one of their interactions.
pub(super) async fn held_customers(tx: &mut Tx, customers: &[String]) -> Result<BTreeSet<String>> {
    held_through(tx, customers, "").await
}

/// The same, of the interactions those for which the condition holds.
async fn held_through(tx: &mut Tx, customers: &[String], which: &str) -> Result<BTreeSet<String>> {
    let mut held = BTreeSet::new();
    for chunk in customers.chunks(512) {
        let (list, values) = listed(1, chunk);
        let statements = [
            format!("SELECT subject_id FROM legal_hold WHERE subject_kind = 'customer' AND subject_id IN ({list}) AND lifted_at IS NULL"),
            format!(
                "SELECT a.survivor_id FROM customer_alias a JOIN legal_hold h ON h.subject_kind = 'customer' AND h.subject_id = a.customer_id \
                 WHERE a.survivor_id IN ({list}) AND h.lifted_at IS NULL"
            ),
            // From the holds, which are few, to whose they are: by the key of `interaction_customer`.
            format!(
                "SELECT ic.customer_id FROM legal_hold h JOIN interaction_customer ic ON ic.interaction_id = h.subject_id \
                 WHERE h.subject_kind = 'interaction' AND h.lifted_at IS NULL AND ic.customer_id IN ({list}){which}"
            ),
            format!(
                "SELECT a.survivor_id FROM legal_hold h JOIN interaction_customer ic ON ic.interaction_id = h.subject_id \
                 JOIN customer_alias a ON a.customer_id = ic.customer_id \
                 WHERE h.subject_kind = 'interaction' AND h.lifted_at IS NULL AND a.survivor_id IN ({list}){which}"
            ),
        ];
        for sql in statements {
            for row in tx.fetch(sql, values.clone()).await? {
                held.insert(row.text(0)?.to_owned());
            }
        }
    }
    Ok(held)
}

/// Which of these interactions are held, themselves or through one of their customers.
pub(super) async fn held_interactions(tx: &mut Tx, interactions: &[String]) -> Result<BTreeSet<String>> {
    let mut held = BTreeSet::new();
    for chunk in interactions.chunks(512) {
        let (list, values) = listed(1, chunk);
        let statements = [
            format!(
                "SELECT subject_id FROM legal_hold WHERE subject_kind = 'interaction' AND subject_id IN ({list}) AND lifted_at IS NULL"
            ),
            format!(
                "SELECT ic.interaction_id FROM interaction_customer ic \
                 JOIN legal_hold h ON h.subject_kind = 'customer' AND h.subject_id = ic.customer_id \
                 WHERE ic.interaction_id IN ({list}) AND h.lifted_at IS NULL"
            ),
            // Theirs by the id of one merged with whom is held: both ways round.
            format!(
                "SELECT ic.interaction_id FROM interaction_customer ic JOIN customer_alias a ON a.customer_id = ic.customer_id \
                 JOIN legal_hold h ON h.subject_kind = 'customer' AND h.subject_id = a.survivor_id \
                 WHERE ic.interaction_id IN ({list}) AND h.lifted_at IS NULL"
            ),
            format!(
                "SELECT ic.interaction_id FROM interaction_customer ic JOIN customer_alias a ON a.survivor_id = ic.customer_id \
                 JOIN legal_hold h ON h.subject_kind = 'customer' AND h.subject_id = a.customer_id \
                 WHERE ic.interaction_id IN ({list}) AND h.lifted_at IS NULL"
            ),
        ];
        for sql in statements {
            for row in tx.fetch(sql, values.clone()).await? {
                held.insert(row.text(0)?.to_owned());
            }
        }
    }
    Ok(held)
}

fn read(row: &Row) -> Result<LegalHold> {
    let subject = match row.text(1)? {
        "customer" => HoldSubject::Customer,
        "interaction" => HoldSubject::Interaction,
        other => return Err(StoreError::corrupt(format!("a legal hold is about a {other}"))),
    };
    Ok(LegalHold {
        id: row.id(0)?,
        subject,
        subject_id: row.id(2)?,
        reason: row.text(3)?.to_owned(),
        set_at: Utc(row.int(4)?),
        set_by: row.opt_id(5)?,
        lifted_at: row.opt_int(6).map(Utc),
        lifted_by: row.opt_id(7)?,
        lift_reason: row.opt_text(8).map(ToOwned::to_owned),
    })
}
