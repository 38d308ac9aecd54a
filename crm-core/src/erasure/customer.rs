//! Erasing a customer: refused under a legal hold or while they are on the line; else everything in one transaction, with the certificate.

use super::certificate::{Certificate, Remains};
use super::files::{self, complete};
use super::holds::{held_customers, held_interactions};
use super::traces::{self, Wiped};
use super::wipe;
use crate::audit::{Action, write_audit};
use crate::crud::{get_in, row_values};
use crate::customers::drop_unlinked;
use crate::db::{Row, Tx, Value, args, text};
use crate::error::{Result, StoreError};
use crate::identity::members;
use crate::model::{Check, Customer, ErasureId, Kind, ListQuery, Page, Stored, Who};
use crate::store::Store;
use cti_types::{CustomerId, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// What is left of the customer's own row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EraseMode {
    /// An empty row, so that what refers to it (orders, figures) still does.
    Anonymise,
    /// Nothing; refused where something must be kept that refers to it.
    Erase,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseRequest {
    #[serde(default = "anonymise")]
    pub mode: EraseMode,
    /// Stands in the certificate: it must not name the person.
    pub reason: String,
}

fn anonymise() -> EraseMode {
    EraseMode::Anonymise
}

/// Whether all of it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErasureState {
    /// The database holds nothing any more; files of recordings are being erased.
    Files,
    Done,
}

/// An erasure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ErasureView {
    #[schema(value_type = Uuid)]
    pub id: ErasureId,
    pub state: ErasureState,
    pub certificate: Certificate,
    #[schema(value_type = Option<i64>)]
    pub completed_at: Option<Utc>,
    /// Of the certificate's JSON, once it is complete.
    pub sha256: Option<String>,
}

/// How the sweep of old data names itself.
pub(super) const RETENTION: &str = "retention";
const ERASURE: &str = "id, state, certificate, completed_at, sha256";

impl Store {
    /// Erases a customer, with those merged into them. `version`: the one that was looked at; none for a policy.
    ///
    /// # Errors
    /// `NotFound`, `VersionConflict`, `Invalid` without a reason, `Unavailable`; `Refused` under a legal hold, while an interaction with them
    /// is open, or where rows must be kept that refer to them.
    pub async fn erase_customer(
        &self,
        who: &Who,
        now: Utc,
        customer: CustomerId,
        version: Option<i64>,
        request: EraseRequest,
    ) -> Result<ErasureView> {
        let mut reason = request.reason;
        let mut check = Check::default();
        check.name("reason", &mut reason);
        let errors = check.into_errors();
        if !errors.is_empty() {
            return Err(StoreError::Invalid { resource: "erasure", errors });
        }
        let mut tx = self.db.begin().await?;
        tx.lock_row("customer", customer).await?;
        let stored = get_in::<Customer>(&mut tx, customer).await?.ok_or(StoreError::NotFound { resource: "customer" })?;
        if version.is_some_and(|version| version != stored.version) {
            return Err(StoreError::VersionConflict { resource: "customer", current: stored.version });
        }
        let members = members(&mut tx, customer).await?;
        let interactions = wipe::interactions(&mut tx, customer, &members).await?;
        may_be_erased(&mut tx, &members, &interactions).await?;

        let id: ErasureId = self.new_id(now);
        let mut certificate = Certificate {
            id,
            customer_id: customer,
            mode: request.mode,
            reason,
            at: now,
            by: who.user,
            erased: Vec::new(),
            remains: Vec::new(),
        };
        let sql = "INSERT INTO erasure (id, customer_id, at, user_id, state, certificate) VALUES ($1, $2, $3, $4, 'files', '{}')";
        tx.execute(sql, args![id.to_string(), customer.to_string(), now, who.user.map(|user| user.to_string())]).await?;
        let numbers = wipe::numbers(&mut tx, customer, &members).await?;
        remains(&mut tx, &stored, &members, &numbers, &mut certificate).await?;
        let mut wiped = Wiped::default();
        wipe::log(&mut tx, now, &interactions, id, &mut wiped).await?;
        import_files(&mut tx, who, now, id, &mut wiped, &mut certificate).await?;
        wiped.add("attachment", "deleted", crate::attachments::erase(&mut tx, now, customer, id).await?);
        wipe::tickets_with_nobody_else(&mut tx, now, customer, request.mode, &mut wiped).await?;
        let points = wipe::points(&mut tx, &members).await?;
        wipe::references(&mut tx, now, customer, request.mode, &mut wiped).await?;
        wipe::nameless(&mut tx, now, &interactions, &numbers.own, request.mode, &mut wiped).await?;
        wipe::former_callbacks(&mut tx, now, &numbers.former, request.mode, &mut wiped).await?;
        traces::customers(&mut tx, &members, &mut wiped).await?;
        wipe::identity(&mut tx, &members, &mut wiped).await?;
        wiped.add("contact_point", "deleted", drop_unlinked(&mut tx, &points).await?);
        wipe_row(&mut tx, now, &stored, request.mode, &mut wiped).await?;
        wiped.tell(self, &mut tx, who, now).await?;
        certificate.erased = wiped.erased;
        let document = serde_json::to_string(&certificate).map_err(|e| StoreError::corrupt_from("a certificate as JSON", e))?;
        tx.execute("UPDATE erasure SET certificate = $2 WHERE id = $1", args![id.to_string(), document]).await?;
        complete(&mut tx, now, id).await?;
        let after = Some(json!({ "erasure": id, "mode": request.mode }));
        write_audit(self, &mut tx, who, now, Action::Of("erase"), "customer", &customer.to_string(), None, after).await?;
        tx.commit().await?;
        self.changed(Kind::Customer, customer);
        self.erasure(id).await
    }

    /// An erasure with its certificate.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn erasure(&self, id: ErasureId) -> Result<ErasureView> {
        let rows = self.db.fetch(format!("SELECT {ERASURE} FROM erasure WHERE id = $1"), vec![text(id)]).await?;
        rows.first().map_or(Err(StoreError::NotFound { resource: "erasure" }), read)
    }

    /// A page of erasures, the latest first. `query.equals` may name `customer_id`.
    ///
    /// # Errors
    /// `Invalid` for another filter or a bad cursor; `Unavailable`.
    pub async fn erasures(&self, query: &ListQuery) -> Result<Page<ErasureView>> {
        let mut conditions = vec!["1 = 1".to_owned()];
        let mut values: Vec<Value> = Vec::new();
        if let Some(cursor) = &query.cursor {
            let bad = |_| StoreError::invalid("erasure", "cursor", "give back the `next` of the page before");
            values.push(text(cursor.parse::<ErasureId>().map_err(bad)?));
            conditions.push(format!("id < ${}", values.len()));
        }
        for (field, wanted) in &query.equals {
            if field != "customer_id" {
                return Err(StoreError::invalid("erasure", field.clone(), "filter by customer_id"));
            }
            values.push(Value::from(wanted.as_str()));
            conditions.push(format!("customer_id = ${}", values.len()));
        }
        let limit = query.limit();
        let sql = format!("SELECT {ERASURE} FROM erasure WHERE {} ORDER BY id DESC LIMIT {}", conditions.join(" AND "), limit + 1);
        let rows = self.db.fetch(sql, values).await?;
        let more = rows.len() > limit;
        let items = rows.iter().take(limit).map(read).collect::<Result<Vec<_>>>()?;
        let next = if more { items.last().map(|item| item.id.to_string()) } else { None };
        Ok(Page { items, next })
    }
}

async fn may_be_erased(tx: &mut Tx, members: &[String], interactions: &[String]) -> Result<()> {
    if !held_customers(tx, members).await?.is_empty() {
        return Err(StoreError::refused("customer", "the customer, or an interaction with them, is under a legal hold", "lift it first"));
    }
    if !held_interactions(tx, interactions).await?.is_empty() {
        return Err(StoreError::refused("customer", "an interaction of theirs is under a legal hold", "lift it first"));
    }
    if wipe::any_open(tx, interactions).await? {
        return Err(StoreError::refused("customer", "an interaction with them is open", "try again when it is over"));
    }
    Ok(())
}

/// What may still hold values of theirs.
async fn remains(
    tx: &mut Tx,
    stored: &Stored<Customer>,
    members: &[String],
    numbers: &wipe::Numbers,
    certificate: &mut Certificate,
) -> Result<()> {
    let (count, latest) = wipe::exports(tx, stored.created_at).await?;
    if count > 0 {
        let why = "exports made while they were a customer may hold them; they are with those who made them".to_owned();
        let exports = latest.iter().filter_map(|id| id.parse().ok()).collect();
        certificate.remains.push(Remains { what: "exports".to_owned(), why, count: Some(count), exports });
    }
    let others = wipe::as_candidate(tx, members).await?;
    if others > 0 {
        certificate.left(
            "interactions_of_others",
            "they stood in them as a further candidate by a number that others have as well",
            Some(others),
        );
    }
    let tickets = wipe::tickets_of_others(tx, stored.id).await?;
    if tickets > 0 {
        certificate.left(
            "tickets_of_others",
            "they are linked to tickets of others, or are their contact, and something may be written of them there",
            Some(tickets),
        );
    }
    let callbacks = wipe::callbacks_to(tx, &numbers.shared).await?;
    if callbacks > 0 {
        certificate.left(
            "callbacks_of_others",
            "promised to a number of theirs that others have as well, to nobody by name",
            Some(callbacks),
        );
    }
    certificate.left("webhooks", "who is told of changes over HTTP was told of theirs, and is told of this", None);
    certificate.left("journal", "records of the last calls stand in the server's journal until its segment is full and projected", None);
    let why = "copies of the database that were made before, and pages of its files that it has freed and not yet written anew";
    certificate.left("backups", why, None);
    Ok(())
}

/// Files that customers were imported from: when somebody asks for the erasure, those of imports that came to their end go at once; a policy
/// leaves them to their own time. A file that is still needed is named.
async fn import_files(tx: &mut Tx, who: &Who, now: Utc, id: ErasureId, wiped: &mut Wiped, certificate: &mut Certificate) -> Result<()> {
    let asked = who.via != RETENTION;
    if asked {
        wiped.add("import_files", "deleted", files::note_imports(tx, now, id).await?);
    }
    let left = files::imports_left(tx, now, asked).await?;
    if left > 0 {
        let why = "files of imports may hold rows of theirs until the import has come to its end, or a month has gone by";
        certificate.left("import_files", why, Some(left));
    }
    Ok(())
}

/// The customer's own row. Not by the usual way: the audit would keep what it was.
async fn wipe_row(tx: &mut Tx, now: Utc, stored: &Stored<Customer>, mode: EraseMode, wiped: &mut Wiped) -> Result<()> {
    match mode {
        EraseMode::Erase => {
            let rows = tx.execute_on("customer", "DELETE FROM customer WHERE id = $1", vec![text(stored.id)]).await?;
            wiped.add("customer", "deleted", rows);
        }
        EraseMode::Anonymise => {
            let mut sets = vec!["version = version + 1".to_owned(), "updated_at = $1".to_owned()];
            let mut values = vec![Value::from(now)];
            for (name, value) in row_values(&nobody(stored))? {
                values.push(value);
                sets.push(format!("{name} = ${}", values.len()));
            }
            values.push(text(stored.id));
            let sql = format!("UPDATE customer SET {} WHERE id = ${}", sets.join(", "), values.len());
            wiped.add("customer", "emptied", tx.execute_on("customer", sql, values).await?);
        }
    }
    Ok(())
}

/// What an anonymised customer is. Seen by whom they were seen by: orders and tickets that stay are not everybody's for that.
fn nobody(was: &Customer) -> Customer {
    Customer {
        kind: was.kind,
        name: "(erased)".to_owned(),
        given_name: None,
        family_name: None,
        company: None,
        language: None,
        tier: "none".to_owned(),
        notes: String::new(),
        owner_id: was.owner_id,
        external_id: None,
        attributes: std::collections::BTreeMap::new(),
        languages: Vec::new(),
        team_id: was.team_id,
        visibility: was.visibility,
        fields: std::collections::BTreeMap::new(),
        birthday: None,
    }
}

fn read(row: &Row) -> Result<ErasureView> {
    let certificate = serde_json::from_str(row.text(2)?).map_err(|e| StoreError::corrupt_from("the certificate of an erasure", e))?;
    let state = match row.text(1)? {
        "files" => ErasureState::Files,
        "done" => ErasureState::Done,
        other => return Err(StoreError::corrupt(format!("an erasure is {other}"))),
    };
    Ok(ErasureView {
        id: row.id(0)?,
        state,
        certificate,
        completed_at: row.opt_int(3).map(Utc),
        sha256: row.opt_text(4).map(ToOwned::to_owned),
    })
}
