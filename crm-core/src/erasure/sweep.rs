//! Carrying out retention policies in small steps: the next rows that are old enough, without those held, each step one transaction.
//!
//! A sweep goes through its kind by time and remembers how far it is. A step looks at a window of keys, however few of them are to be erased,
//! and its mark moves past them in any case: neither many rows that stay nor one that cannot be erased stop it. What it passes because of a
//! hold or a fault is noted and looked at again when the sweep has caught up; now and then it begins anew, for what came late. A policy that
//! fails leaves the others their turn. Which rows of a kind: `kinds`.

use super::customer::{EraseMode, EraseRequest, RETENTION};
use super::holds::{Subjects, held_customers, held_interactions};
use super::kinds::{Sweeping, Window};
use super::retention::cutoff;
use super::traces::Wiped;
use super::{files, wipe};
use crate::audit::{Action, write_audit};
use crate::db::{Row, Tx, args, listed, text};
use crate::error::{Result, StoreError};
use crate::identity::references::{OnErase, TICKET};
use crate::model::{ImportJobId, Resource as _, RetentionKind, RetentionPolicy, Stored, Who};
use crate::store::Store;
use cti_types::Utc;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Keys a step looks at.
const WINDOW: i64 = 5_000;
/// Rows of a step.
const STEP: i64 = 500;
/// Customers of a step: each is an erasure of its own.
const CUSTOMERS: i64 = 20;
/// Held rows looked at again in a step.
const KEPT: i64 = 200;

/// What a step of all policies did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub looked: u64,
    pub erased: u64,
    /// Kept because of a hold, or because they could not be erased.
    pub held: u64,
    /// A policy has not come to the end of what is old enough.
    pub behind: bool,
    /// Policies whose step failed, and why; without values of rows.
    pub faults: Vec<(RetentionKind, String)>,
}

/// A row that is old enough: its time, its id, whose hold counts, and what is erased.
struct Item {
    at: i64,
    id: String,
    subject: (String, String),
    target: String,
}

impl Swept {
    fn add(&mut self, other: Swept) {
        self.looked += other.looked;
        self.erased += other.erased;
        self.held += other.held;
        self.behind |= other.behind;
        self.faults.extend(other.faults);
    }
}

impl Store {
    /// One step of each active policy. To be called again at once while it erases something or is behind. A policy that fails is named in what
    /// comes back, and the others have their turn.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn retention_sweep(&self, now: Utc) -> Result<Swept> {
        let mut all = Swept::default();
        for policy in self.all::<RetentionPolicy>().await?.into_iter().filter(|policy| policy.active) {
            match self.sweep_step(now, &policy).await {
                Ok(swept) => all.add(swept),
                Err(error) if error.is_unavailable() => return Err(error),
                Err(error) => all.faults.push((policy.kind, error.to_string())),
            }
        }
        Ok(all)
    }

    async fn sweep_step(&self, now: Utc, policy: &Stored<RetentionPolicy>) -> Result<Swept> {
        let sql = "SELECT mark_at, mark_id, pass_began_at FROM retention_policy WHERE id = $1";
        let rows = self.db.fetch(sql, vec![text(policy.id)]).await?;
        let Some(row) = rows.first() else { return Ok(Swept::default()) };
        let pass_began = row.int(2)?;
        let mut sweeping =
            Sweeping { kind: policy.kind, cutoff: cutoff(now, policy.days), mark_at: row.int(0)?, mark_id: row.text(1)?.to_owned() };
        let limit = if policy.kind == RetentionKind::Customers { CUSTOMERS } else { STEP };
        let window = sweeping.window(WINDOW);
        let window = self.db.fetch(window.0, window.1).await?.first().map(Window::read).transpose()?;
        let (mut swept, mut caught_up) = (Swept::default(), true);
        if let Some(window) = window {
            let page = sweeping.page(&window, limit);
            let items = self.db.fetch(page.0, page.1).await?.iter().map(item).collect::<Result<Vec<_>>>()?;
            let full = items.len() >= limit as usize;
            // Behind the last one where there may be more in the window, else behind the window.
            let mark = items.last().filter(|_| full).map_or((window.at, window.id), |last| (last.at, last.id.clone()));
            swept = self.erase_or_keep(now, &sweeping, items).await?;
            caught_up = !full && window.rows < WINDOW;
            (sweeping.mark_at, sweeping.mark_id) = mark;
        }
        let mut began = if pass_began == 0 { now.0 } else { pass_began };
        if caught_up {
            swept.add(Swept { looked: 0, held: 0, ..self.look_again(now, &sweeping).await? });
            if now.0 - began >= sweeping.pass_us() {
                (sweeping.mark_at, sweeping.mark_id, began) = (0, String::new(), now.0);
            }
        }
        swept.behind = !caught_up;
        let mut tx = self.db.begin().await?;
        let sql =
            "UPDATE retention_policy SET mark_at = $2, mark_id = $3, pass_began_at = $4, swept_at = $5, swept = swept + $6 WHERE id = $1";
        let values = args![policy.id.to_string(), sweeping.mark_at, sweeping.mark_id, began, now, swept.erased];
        tx.execute(sql, values).await?;
        if swept.erased > 0 {
            let after = Some(json!({ "kind": policy.kind, "erased": swept.erased }));
            let (who, word) = (Who::system(RETENTION), RetentionPolicy::KIND.word());
            write_audit(self, &mut tx, &who, now, Action::Of("sweep"), word, &policy.id.to_string(), None, after).await?;
        }
        tx.commit().await?;
        Ok(swept)
    }

    /// What was held before, a part of it at a time, the one looked at longest ago first.
    async fn look_again(&self, now: Utc, sweeping: &Sweeping) -> Result<Swept> {
        let sql = format!("SELECT subject_id FROM retention_kept WHERE kind = $1 ORDER BY since, subject_id LIMIT {KEPT}");
        let rows = self.db.fetch(sql, args![sweeping.kind.word()]).await?;
        let ids = rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect::<Result<Vec<_>>>()?;
        if ids.is_empty() {
            return Ok(Swept::default());
        }
        let again = sweeping.again(&ids);
        let items = self.db.fetch(again.0, again.1).await?.iter().map(item).collect::<Result<Vec<_>>>()?;
        // Those that are still held are noted again, as looked at now.
        let mut tx = self.db.begin().await?;
        let (list, values) = listed(2, &ids);
        let sql = format!("DELETE FROM retention_kept WHERE kind = $1 AND subject_id IN ({list})");
        tx.execute(sql, [args![sweeping.kind.word()], values].concat()).await?;
        tx.commit().await?;
        self.erase_or_keep(now, sweeping, items).await
    }

    /// As `erase_items`. What cannot be erased is noted as what is held: it is looked at again, and the sweep goes on.
    async fn erase_or_keep(&self, now: Utc, sweeping: &Sweeping, items: Vec<Item>) -> Result<Swept> {
        let ids: Vec<String> = items.iter().map(|item| item.id.clone()).collect();
        match self.erase_items(now, sweeping, items).await {
            Err(error) if !error.is_unavailable() => {
                let mut tx = self.db.begin().await?;
                keep(&mut tx, now, sweeping.kind, &ids).await?;
                tx.commit().await?;
                let faults = vec![(sweeping.kind, error.to_string())];
                Ok(Swept { looked: ids.len() as u64, held: ids.len() as u64, faults, ..Swept::default() })
            }
            done => done,
        }
    }

    async fn erase_items(&self, now: Utc, sweeping: &Sweeping, items: Vec<Item>) -> Result<Swept> {
        let mut swept = Swept { looked: items.len() as u64, ..Swept::default() };
        if items.is_empty() {
            return Ok(swept);
        }
        let mut tx = self.db.begin().await?;
        let held = held(&mut tx, sweeping.kind, &items).await?;
        let (kept, mut free): (Vec<Item>, Vec<Item>) = items.into_iter().partition(|item| held.contains(&item.id));
        let mut kept: Vec<String> = kept.into_iter().map(|item| item.id).collect();
        if sweeping.kind == RetentionKind::Customers {
            drop(tx);
            let mut refused = Vec::new();
            for item in std::mem::take(&mut free) {
                match self.erase_old(now, &item).await {
                    Ok(true) => swept.erased += 1,
                    Ok(false) => refused.push(item.id),
                    Err(error) if error.is_unavailable() => return Err(error),
                    Err(error) => {
                        swept.faults.push((sweeping.kind, error.to_string()));
                        refused.push(item.id);
                    }
                }
            }
            kept.extend(refused);
            tx = self.db.begin().await?;
        } else {
            swept.erased = erase(self, &mut tx, now, sweeping.kind, free.into_iter().map(|item| item.target).collect()).await?;
        }
        swept.held = kept.len() as u64;
        keep(&mut tx, now, sweeping.kind, &kept).await?;
        tx.commit().await?;
        Ok(swept)
    }

    /// Anonymises a customer nobody had to do with; false: that was refused.
    async fn erase_old(&self, now: Utc, item: &Item) -> Result<bool> {
        let Ok(customer) = item.id.parse() else { return Ok(false) };
        let request = EraseRequest { mode: EraseMode::Anonymise, reason: RETENTION.to_owned() };
        match self.erase_customer(&Who::system(RETENTION), now, customer, None, request).await {
            Ok(_) => Ok(true),
            Err(StoreError::NotFound { .. }) => Ok(true),
            Err(StoreError::Refused { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The imports whose files are still wanted: those that are not over, and those over for less than they are kept.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn import_files_wanted(&self, now: Utc) -> Result<BTreeSet<ImportJobId>> {
        let over = self.imports_over(Utc(cutoff(now, self.import_days().await?))).await?;
        let rows = self.db.fetch("SELECT import_id FROM import_run", Vec::new()).await?;
        let mut wanted = rows.iter().map(|row| row.id(0)).collect::<Result<BTreeSet<ImportJobId>>>()?;
        for id in over {
            wanted.remove(&id);
        }
        Ok(wanted)
    }
}

/// Which of these a hold keeps: on their own customer or interaction, or on one they have to do with.
async fn held(tx: &mut Tx, kind: RetentionKind, items: &[Item]) -> Result<BTreeSet<String>> {
    let mut subjects: BTreeSet<(String, String)> = BTreeSet::new();
    let mut of: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let ids: Vec<String> = items.iter().map(|item| item.target.clone()).collect();
    for (word, sql) in touched(kind) {
        for chunk in ids.chunks(512) {
            let (list, values) = listed(1, chunk);
            for row in tx.fetch(sql.replace("{}", &list), values).await? {
                of.entry(row.text(0)?.to_owned()).or_default().push((word.to_owned(), row.text(1)?.to_owned()));
            }
        }
    }
    for item in items {
        // What the audit says of contact points is the customer's as well.
        let word = if item.subject.0 == "customer_contacts" { "customer".to_owned() } else { item.subject.0.clone() };
        of.entry(item.target.clone()).or_default().push((word, item.subject.1.clone()));
    }
    subjects.extend(of.values().flatten().cloned());
    let all = |word: &str| subjects.iter().filter(|(of, _)| of == word).map(|(_, id)| id.clone()).collect::<Vec<_>>();
    let customers = held_customers(tx, &all("customer")).await?;
    let interactions = held_interactions(tx, &all("interaction")).await?;
    let is_held = |(word, id): &(String, String)| match word.as_str() {
        "customer" => customers.contains(id),
        "interaction" => interactions.contains(id),
        _ => false,
    };
    let kept = |item: &&Item| of.get(&item.target).is_some_and(|subjects| subjects.iter().any(is_held));
    Ok(items.iter().filter(kept).map(|item| item.id.clone()).collect())
}

/// Whom and which interactions a row of a table has to do with beside what its own columns say of its customer.
pub(crate) async fn subjects_of(tx: &mut Tx, table: &str, id: &str) -> Result<Subjects> {
    let kind = match table {
        "ticket" => RetentionKind::Tickets,
        "note" => RetentionKind::Notes,
        "task" => RetentionKind::Tasks,
        "callback" => RetentionKind::Callbacks,
        _ => return Ok(Subjects::default()),
    };
    let mut subjects = Subjects::default();
    for (word, sql) in touched(kind) {
        let list = if word == "customer" { &mut subjects.customers } else { &mut subjects.interactions };
        for row in tx.fetch(sql.replace("{}", "$1"), vec![text(id)]).await? {
            list.push(row.text(1)?.to_owned());
        }
    }
    Ok(subjects)
}

/// Whom and which interactions rows of a kind have to do with beside what is their subject: what a hold is asked for, and a statement of rows
/// with these ids (`{}`).
fn touched(kind: RetentionKind) -> Vec<(&'static str, String)> {
    let one = |word, sql: &str| (word, sql.to_owned());
    // Of everybody the ticket is about that a row's column names.
    let of_ticket = |table: &str, column: &str| {
        let links = |what: &str, from: &str| {
            format!(
                "SELECT x.id, l.{what} FROM {table} x JOIN {from} WHERE x.id IN ({{}}) AND l.{what} IS NOT NULL",
                from = from.replace('?', column)
            )
        };
        [
            ("customer", links("customer_id", "ticket_customer l ON l.ticket_id = x.?")),
            ("customer", links("contact_id", "ticket l ON l.id = x.?")),
            ("interaction", links("interaction_id", "ticket_interaction l ON l.ticket_id = x.?")),
        ]
    };
    let with = |first: (&'static str, String), more: [(&'static str, String); 3]| [vec![first], more.to_vec()].concat();
    let own = |table: &str| {
        let sql = format!("SELECT id, interaction_id FROM {table} WHERE id IN ({{}}) AND interaction_id IS NOT NULL");
        with(("interaction", sql), of_ticket(table, "ticket_id"))
    };
    match kind {
        RetentionKind::Tickets => of_ticket("ticket", "id").to_vec(),
        // The ids of all subjects are of their own kind: one that is no ticket's finds none.
        RetentionKind::Notes => with(
            one("interaction", "SELECT id, subject_id FROM note WHERE id IN ({}) AND subject = 'interaction'"),
            of_ticket("note", "subject_id"),
        ),
        RetentionKind::Tasks => own("task"),
        RetentionKind::Callbacks => own("callback"),
        RetentionKind::Audit => vec![one("customer", "SELECT audit_id, customer_id FROM audit_customer WHERE audit_id IN ({})")],
        RetentionKind::Recordings
        | RetentionKind::Messages
        | RetentionKind::Interactions
        | RetentionKind::Customers
        | RetentionKind::Imports
        | RetentionKind::Exports => Vec::new(),
    }
}

/// Notes what was passed, as looked at now.
async fn keep(tx: &mut Tx, now: Utc, kind: RetentionKind, ids: &[String]) -> Result<()> {
    for id in ids {
        let sql = "INSERT INTO retention_kept (kind, subject_id, since) VALUES ($1, $2, $3) \
                   ON CONFLICT (kind, subject_id) DO UPDATE SET since = excluded.since";
        tx.execute(sql, args![kind.word(), id.as_str(), now]).await?;
    }
    Ok(())
}

async fn erase(store: &Store, tx: &mut Tx, now: Utc, kind: RetentionKind, ids: Vec<String>) -> Result<u64> {
    let mut wiped = Wiped::default();
    let count = ids.len() as u64;
    let (table, words, how): (&'static str, &[&'static str], OnErase) = match kind {
        RetentionKind::Recordings | RetentionKind::Messages => {
            let noted = files::note(tx, now, "recording_id", &ids, None, RETENTION).await?.recordings;
            wiped.rows.extend(ids.into_iter().map(|id| ("recording", id, Action::Of("erase"))));
            wiped.tell(store, tx, &Who::system(RETENTION), now).await?;
            return Ok(noted);
        }
        RetentionKind::Interactions => {
            wipe::personal(tx, &ids).await?;
            wipe::answers(tx, now, &ids, &mut wiped).await?;
            wiped.rows.extend(ids.into_iter().map(|id| ("interaction", id, Action::Of("erase"))));
            wiped.tell(store, tx, &Who::system(RETENTION), now).await?;
            return Ok(count);
        }
        // Each is an erasure of its own.
        RetentionKind::Customers => return Ok(0),
        RetentionKind::Audit => return delete(tx, "audit", "id", &ids).await,
        RetentionKind::Exports => return delete(tx, "export_run", "id", &ids).await,
        RetentionKind::Imports => return delete(tx, "import_error", "import_id", &ids).await,
        RetentionKind::Tickets => ("ticket", &["ticket", "feedback"], TICKET),
        RetentionKind::Notes => ("note", &["note"], OnErase::Delete),
        RetentionKind::Tasks => ("task", &["task"], OnErase::Delete),
        RetentionKind::Callbacks => ("callback", &["callback"], OnErase::Delete),
    };
    // A row that goes, or is emptied, goes from the audit and from what is still to be told of it as well.
    wipe::rows(tx, now, table, words, how, &ids, EraseMode::Erase, &mut wiped).await?;
    wiped.tell(store, tx, &Who::system(RETENTION), now).await?;
    Ok(count)
}

async fn delete(tx: &mut Tx, table: &str, column: &str, ids: &[String]) -> Result<u64> {
    let mut rows = 0;
    for chunk in ids.chunks(512) {
        let (list, values) = listed(1, chunk);
        rows += tx.execute(format!("DELETE FROM {table} WHERE {column} IN ({list})"), values).await?;
    }
    Ok(rows)
}

fn item(row: &Row) -> Result<Item> {
    Ok(Item {
        at: row.int(0)?,
        id: row.text(1)?.to_owned(),
        subject: (row.text(2)?.to_owned(), row.text(3)?.to_owned()),
        target: row.text(4)?.to_owned(),
    })
}
