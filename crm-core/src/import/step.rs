//! One batch of an import: read, check, look up who is there, write, and the place behind it, all in one transaction.

use super::file::{Place, Raw, ReadFault, file_name, read_rows};
use super::plan::{Draft, Plan, Wrong};
use super::run::{ImportState, Run};
use crate::audit::{Action, write_audit};
use crate::bulk::{Bulk, IMPORT_MAX, insert_rows};
use crate::crud::{column_list, patched, read_row, update_in};
use crate::customers::{CONTACTS_MAX, Point, contact_kind};
use crate::db::{Tx, Value, args, listed};
use crate::error::{Result, StoreError};
use crate::model::{ContactKind, CustomField, Customer, ImportJobId, ImportPolicy, Kind, Stored};
use crate::store::{Change, Store};
use crate::upsert::contacts_in;
use cti_types::{CustomerId, Utc};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Errors kept of one import; further ones are counted.
const ERRORS_MAX: i64 = 100_000;
/// Rows of a batch. Two of the widest statements' worth: a batch is one transaction, and others wait for it on SQLite.
const BATCH: usize = IMPORT_MAX;

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportStep {
    /// No import is under way.
    Idle,
    /// So many rows of this one.
    Did { import: ImportJobId, rows: usize },
    /// This one came to its end; the trial of one, too.
    Ended { import: ImportJobId, state: ImportState, clean: bool },
}

/// A row, read and checked as far as that goes without looking anybody up.
struct Ready {
    row: i64,
    line: i64,
    byte: i64,
    next: Place,
    read: std::result::Result<Checked, Wrong>,
}

struct Checked {
    draft: Draft,
    points: Vec<Point>,
    /// As a new customer; refused where the row alone makes none.
    fresh: std::result::Result<Customer, Wrong>,
}

/// Somebody who is there.
struct There {
    stored: Stored<Customer>,
    points: BTreeSet<(ContactKind, String)>,
    sort: i64,
}

/// Who of a batch's rows is there.
#[derive(Default)]
struct Known {
    by_external_id: BTreeMap<String, CustomerId>,
    customers: BTreeMap<CustomerId, There>,
    points: BTreeSet<(ContactKind, String)>,
    owners: BTreeSet<String>,
}

/// What becomes of a batch.
#[derive(Default)]
struct Outcome {
    created: i64,
    updated: i64,
    unchanged: i64,
    skipped: i64,
    errors: Vec<(i64, i64, i64, Wrong)>,
    /// Whose contact points are added to, and those they had.
    contacts: Vec<(CustomerId, Option<Json>)>,
}

impl Store {
    /// Does the next batch of the import that is next. `folder`: where the files are.
    ///
    /// # Errors
    /// `Unavailable`, and what else the database says; nothing of the batch is written then, and the next step tries it again.
    pub async fn import_step(&self, now: Utc, folder: &Path) -> Result<ImportStep> {
        let Some(run) = self.next_import().await? else { return Ok(ImportStep::Idle) };
        let (store, path) = (self.clone(), folder.join(file_name(run.id)));
        let defined = self.field_definitions(Kind::Customer.word()).await?;
        // Reading and checking take some ten milliseconds of a core.
        let read = tokio::task::spawn_blocking(move || {
            let (run, read) = read_batch(&store, &defined, &path, run);
            (run, read, defined)
        });
        let read = read.await;
        let (run, read, defined) = read.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        match read {
            Ok((ready, end)) => self.take_over(now, run, &defined, ready, end).await,
            Err(fault) => {
                self.fail_import(now, run.id, &fault.to_string()).await?;
                Ok(ImportStep::Ended { import: run.id, state: ImportState::Failed, clean: false })
            }
        }
    }

    async fn take_over(&self, now: Utc, run: Run, defined: &[CustomField], ready: Vec<Ready>, end: bool) -> Result<ImportStep> {
        let dry = run.state == ImportState::Checking;
        let mut tx = self.db.begin().await?;
        let mut known = known(&mut tx, &ready, run.job.policy == ImportPolicy::Skip).await?;
        let (mut outcome, mut bulk) = (Outcome::default(), Bulk::default());
        // External ids and contact points of this batch's own rows.
        let mut own: BTreeSet<String> = BTreeSet::new();
        let mut own_points: BTreeSet<(ContactKind, String)> = BTreeSet::new();
        let (mut done, mut place, mut cut) = (0, run.place, false);
        for Ready { row, line, byte, next, read } in ready {
            let checked = match read {
                Ok(checked) => checked,
                Err(wrong) => {
                    outcome.errors.push((row, line, byte, wrong));
                    (done, place) = (done + 1, next);
                    continue;
                }
            };
            let external_id = checked.draft.external_id().map(ToOwned::to_owned);
            let twin = external_id.as_ref().is_some_and(|id| own.contains(id));
            if twin && run.job.policy == ImportPolicy::Update && !dry {
                // The row before it is not written yet: it begins the next batch.
                cut = true;
                break;
            }
            let there = external_id.as_ref().and_then(|id| known.by_external_id.get(id)).copied();
            let is_met = |point: &Point| {
                let key = (point.kind, point.value.clone());
                own_points.contains(&key) || known.points.contains(&key)
            };
            let met = run.job.policy == ImportPolicy::Skip && checked.points.iter().any(is_met);
            let result = match run.job.policy {
                ImportPolicy::Skip if twin || there.is_some() || met => {
                    outcome.skipped += 1;
                    Ok(())
                }
                ImportPolicy::Insert if twin || there.is_some() => {
                    Err((run.plan.column(&checked.draft, "external_id"), "another customer has this id already".to_owned()))
                }
                ImportPolicy::Update if external_id.is_none() => {
                    Err((run.plan.column(&checked.draft, "external_id"), "give it an id: by it those who are there are found".to_owned()))
                }
                ImportPolicy::Update if twin => {
                    outcome.updated += 1;
                    Ok(())
                }
                ImportPolicy::Update if there.is_some() => {
                    let there = there.and_then(|id| known.customers.get_mut(&id));
                    let tx = if dry { None } else { Some(&mut tx) };
                    self.change_by_row(tx, now, &run, defined, &mut bulk, &known.owners, there, checked, &mut outcome).await?
                }
                ImportPolicy::Skip | ImportPolicy::Insert | ImportPolicy::Update => {
                    let stranger = checked.draft.owner().is_some_and(|owner| !known.owners.contains(owner));
                    let column = run.plan.column(&checked.draft, "owner_id");
                    let points = checked.points;
                    match checked.fresh {
                        Ok(_) if stranger => Err((column, "there is no such user".to_owned())),
                        Ok(customer) => {
                            own.extend(external_id);
                            own_points.extend(points.iter().map(|point| (point.kind, point.value.clone())));
                            if !dry {
                                bulk.customer(self, now, &customer, points)?;
                            }
                            outcome.created += 1;
                            Ok(())
                        }
                        Err(wrong) => Err(wrong),
                    }
                }
            };
            if let Err(wrong) = result {
                outcome.errors.push((row, line, byte, wrong));
            }
            (done, place) = (done + 1, next);
        }
        let end = end && !cut;
        if !dry {
            bulk.write(self, &mut tx, &run.who, now).await?;
            for (id, before) in std::mem::take(&mut outcome.contacts) {
                let after = serde_json::to_value(contacts_in(&mut tx, id).await?).ok();
                write_audit(self, &mut tx, &run.who, now, Action::Update, "customer_contacts", &id.to_string(), before, after).await?;
            }
        }
        write_errors(&mut tx, &run, &outcome).await?;
        let state = match (end, dry) {
            (false, _) => run.state,
            (true, true) => ImportState::Checked,
            (true, false) => ImportState::Done,
        };
        if !advance(&mut tx, now, &run, place, &outcome, state).await? {
            // Stopped meanwhile, or another node was faster: nothing of this batch is written.
            return Ok(ImportStep::Did { import: run.id, rows: 0 });
        }
        let changed = outcome.created + outcome.updated > 0 && !dry;
        if changed {
            let after = json!({ "rows": [run.place.row + 1, place.row], "created": outcome.created, "updated": outcome.updated });
            write_audit(self, &mut tx, &run.who, now, Action::Of("import"), "import", &run.id.to_string(), None, Some(after)).await?;
        }
        tx.commit().await?;
        if changed {
            self.changed(Kind::ImportJob, run.id);
            // Whoever has one of them before them reads anew; they are not told one by one.
            self.tell(Change { many: true, ..Change::new(Kind::Customer, "") });
        }
        if end {
            let clean = run.failed == 0 && outcome.errors.is_empty();
            return Ok(ImportStep::Ended { import: run.id, state, clean });
        }
        Ok(ImportStep::Did { import: run.id, rows: done })
    }

    /// A row about somebody who is there. `tx`: none for a trial.
    async fn change_by_row(
        &self,
        tx: Option<&mut Tx>,
        now: Utc,
        run: &Run,
        defined: &[CustomField],
        bulk: &mut Bulk,
        owners: &BTreeSet<String>,
        there: Option<&mut There>,
        checked: Checked,
        outcome: &mut Outcome,
    ) -> Result<std::result::Result<(), Wrong>> {
        let Some(there) = there else { return Err(StoreError::corrupt("a customer found by their external id is not there")) };
        let Checked { draft, points, .. } = checked;
        if draft.owner().is_some_and(|owner| !owners.contains(owner)) {
            return Ok(Err((run.plan.column(&draft, "owner_id"), "there is no such user".to_owned())));
        }
        let mut fields = draft.fields.clone();
        // Who is found by the id of one merged into them keeps their own.
        fields.remove("external_id");
        // Attributes are added to those there are, not put in their place.
        if let Some(Json::Object(given)) = fields.get_mut("attributes") {
            for (key, value) in &there.stored.data.attributes {
                given.entry(key.clone()).or_insert_with(|| Json::from(value.as_str()));
            }
        }
        let refused = |error| first_wrong(error, &run.plan, &draft);
        let mut data = match patched(&there.stored, &Json::Object(fields)) {
            Ok(data) => data,
            Err(error) => return refused(error).map(Err),
        };
        if let Err(error) = self.checked(defined, Some(&there.stored.data), &mut data, &[]) {
            return refused(error).map(Err);
        }
        let fresh: Vec<Point> = points.into_iter().filter(|point| !there.points.contains(&(point.kind, point.value.clone()))).collect();
        if there.points.len() + fresh.len() > CONTACTS_MAX {
            return Ok(Err((String::new(), format!("the customer would have more than {CONTACTS_MAX} contact points"))));
        }
        if data == there.stored.data && fresh.is_empty() {
            outcome.unchanged += 1;
            return Ok(Ok(()));
        }
        outcome.updated += 1;
        if let Some(tx) = tx {
            there.stored = update_in(self, tx, &run.who, now, &there.stored, data, Vec::new()).await?;
            if !fresh.is_empty() {
                outcome.contacts.push((there.stored.id, serde_json::to_value(contacts_in(tx, there.stored.id).await?).ok()));
            }
            there.points.extend(fresh.iter().map(|point| (point.kind, point.value.clone())));
            let sort = there.sort;
            there.sort += fresh.len() as i64;
            bulk.contacts(self, now, there.stored.id, sort, fresh);
        }
        Ok(Ok(()))
    }
}

type Batch = (Vec<Ready>, bool);

fn read_batch(store: &Store, defined: &[CustomField], path: &Path, run: Run) -> (Run, std::result::Result<Batch, ReadFault>) {
    let read = read_rows(path, run.place, &run.job.delimiter, BATCH).map(|piece| {
        let ready = piece.rows.into_iter().map(|raw| ready(store, defined, &run.plan, raw)).collect();
        (ready, piece.end)
    });
    (run, read)
}

fn ready(store: &Store, defined: &[CustomField], plan: &Plan, raw: Raw) -> Ready {
    let Raw { row, line, byte, next, record } = raw;
    // The file was checked when it came; what is not UTF-8 now was cut or changed since.
    let read = match csv::StringRecord::from_byte_record(record) {
        Ok(record) => plan.read(record.len(), record.iter()).and_then(|draft| check(store, defined, plan, draft)),
        Err(_) => Err((String::new(), "the row is not UTF-8".to_owned())),
    };
    Ready { row: row as i64, line: line as i64, byte: byte as i64, next, read }
}

fn check(store: &Store, defined: &[CustomField], plan: &Plan, mut draft: Draft) -> std::result::Result<Checked, Wrong> {
    Plan::type_fields(&mut draft, defined);
    let wrong = |error| first_wrong(error, plan, &draft).unwrap_or_else(|error| (String::new(), error.to_string()));
    let points = store.points(&draft.contacts).map_err(wrong)?;
    let fresh = serde_json::from_value::<Customer>(Json::Object(draft.fields.clone()))
        .map_err(|error| crate::crud::bad_fields("customer", &error))
        .and_then(|mut customer| store.checked(defined, None, &mut customer, &[]).map(|_| customer))
        .map_err(wrong);
    Ok(Checked { draft, points, fresh })
}

/// The first field that was refused, by its column; another error stays what it is.
fn first_wrong(error: StoreError, plan: &Plan, draft: &Draft) -> Result<Wrong> {
    let StoreError::Invalid { errors, .. } = error else { return Err(error) };
    let first = errors.into_iter().next();
    Ok(first.map_or((String::new(), "the row was refused".to_owned()), |error| (plan.column(draft, &error.field), error.mend)))
}

/// Looks up everybody the rows may be about, with a few statements; by contact points only where they count.
async fn known(tx: &mut Tx, ready: &[Ready], by_points: bool) -> Result<Known> {
    let (mut ids, mut owners) = (BTreeSet::new(), BTreeSet::new());
    let mut values: BTreeMap<ContactKind, BTreeSet<&str>> = BTreeMap::new();
    for checked in ready.iter().filter_map(|ready| ready.read.as_ref().ok()) {
        ids.extend(checked.draft.external_id());
        owners.extend(checked.draft.owner());
        for point in checked.points.iter().filter(|_| by_points) {
            values.entry(point.kind).or_default().insert(&point.value);
        }
    }
    let mut known = Known::default();
    for chunk in chunks(&owners) {
        let (list, values) = listed(1, &chunk);
        for row in tx.fetch(format!("SELECT id FROM app_user WHERE id IN ({list})"), values).await? {
            known.owners.insert(row.text(0)?.to_owned());
        }
    }
    for chunk in chunks(&ids) {
        let (list, values) = listed(1, &chunk);
        let sql = format!("SELECT external_id, survivor_id FROM customer_alias WHERE external_id IN ({list}) ORDER BY customer_id DESC");
        for row in tx.fetch(sql, values.clone()).await? {
            known.by_external_id.insert(row.text(0)?.to_owned(), row.id(1)?);
        }
        for row in tx.fetch(format!("SELECT external_id, id FROM customer WHERE external_id IN ({list})"), values).await? {
            known.by_external_id.insert(row.text(0)?.to_owned(), row.id(1)?);
        }
    }
    customers(tx, &mut known).await?;
    for (kind, values) in values {
        for chunk in chunks(&values) {
            let (list, values) = listed(2, &chunk);
            let sql = format!(
                "SELECT p.value FROM contact_point p WHERE p.kind = $1 AND p.value IN ({list}) \
                 AND EXISTS (SELECT 1 FROM customer_contact_point cc WHERE cc.contact_point_id = p.id)"
            );
            for row in tx.fetch(sql, [args![kind.word()], values].concat()).await? {
                known.points.insert((kind, row.text(0)?.to_owned()));
            }
        }
    }
    Ok(known)
}

/// Those who are there, with how they are reached.
async fn customers(tx: &mut Tx, known: &mut Known) -> Result<()> {
    let ids: BTreeSet<String> = known.by_external_id.values().map(ToString::to_string).collect();
    let ids: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    for chunk in chunks(&ids) {
        let (list, values) = listed(1, &chunk);
        let sql = format!("SELECT {} FROM customer WHERE id IN ({list})", column_list::<Customer>());
        for row in tx.fetch(sql, values.clone()).await? {
            let stored = read_row::<Customer>(&row)?;
            known.customers.insert(stored.id, There { stored, points: BTreeSet::new(), sort: 0 });
        }
        let sql = format!(
            "SELECT cc.customer_id, p.kind, p.value, cc.sort FROM customer_contact_point cc \
             JOIN contact_point p ON p.id = cc.contact_point_id WHERE cc.customer_id IN ({list})"
        );
        for row in tx.fetch(sql, values).await? {
            if let Some(there) = known.customers.get_mut(&row.id(0)?) {
                there.points.insert((contact_kind(row.text(1)?)?, row.text(2)?.to_owned()));
                there.sort = there.sort.max(row.int(3)? + 1);
            }
        }
    }
    Ok(())
}

/// As many as one statement takes.
fn chunks<'a>(values: &BTreeSet<&'a str>) -> Vec<Vec<&'a str>> {
    let all: Vec<&str> = values.iter().copied().collect();
    all.chunks(1_024).map(<[&str]>::to_vec).collect()
}

async fn write_errors(tx: &mut Tx, run: &Run, outcome: &Outcome) -> Result<()> {
    let room = (ERRORS_MAX - run.failed).max(0) as usize;
    let id = run.id.to_string();
    let row = |(row, line, byte, (field, reason)): &(i64, i64, i64, Wrong)| -> Vec<Value> {
        args![id.as_str(), *row, *line, *byte, field.as_str(), reason.as_str()]
    };
    let rows = outcome.errors.iter().take(room).map(row).collect();
    insert_rows(tx, "import", "INSERT INTO import_error (import_id, row_at, line_at, byte_at, field, reason)", "", rows).await
}

/// Moves the mark behind the batch, if it is still where the batch was read from.
async fn advance(tx: &mut Tx, now: Utc, run: &Run, place: Place, outcome: &Outcome, state: ImportState) -> Result<bool> {
    let ended = (state != run.state).then_some(now.0);
    let sql = "UPDATE import_run SET byte_at = $1, line_at = $2, row_at = $3, created = created + $4, updated = updated + $5, \
               unchanged = unchanged + $6, skipped = skipped + $7, failed = failed + $8, state = $9, ended_at = $10 \
               WHERE import_id = $11 AND state = $12 AND byte_at = $13";
    let failed = outcome.errors.len() as i64;
    let mut values = args![place.byte, place.line, place.row, outcome.created, outcome.updated, outcome.unchanged, outcome.skipped, failed];
    values.extend(args![state.word(), ended, run.id.to_string(), run.state.word(), run.place.byte]);
    Ok(tx.execute(sql, values).await? > 0)
}
