//! Reminding people once of what is due: tasks, contracts' ends, birthdays, dates of their own. When something is due is said in `calendar`.

mod calendar;

pub use calendar::next_at;

use crate::crud::{column_list, read_row};
use crate::db::{Row, Tx, args, text};
use crate::error::{Result, StoreError};
use crate::model::{Birthday, Contract, Kind, Owner, Reminder, ReminderId, ReminderKind, Resource, Stored, Task, Who};
use crate::notifications::{Told, notify, people_of};
use crate::store::Store;
use cti_types::{CustomerId, UserId, Utc};
use serde_json::Value as Json;

/// Things of each kind said in one round; the rest in the next.
const SWEEP_MAX: usize = 200;

/// Reminders of one customer's birthday that follow it; further ones are set right when their time comes.
const FOLLOW_MAX: usize = 500;

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub reminders: usize,
    pub tasks: usize,
    pub contracts: usize,
}

/// The next time of an active reminder.
fn scheduled(reminder: &Reminder, now: Utc) -> Option<Utc> {
    if reminder.active { next_at(reminder, now) } else { None }
}

fn check_has_time(reminder: &Reminder, now: Utc) -> Result<()> {
    let gone = reminder.active && reminder.kind == ReminderKind::Once && scheduled(reminder, now).is_none();
    if gone { Err(StoreError::invalid(Kind::Reminder.word(), "date", "choose a time that has not passed")) } else { Ok(()) }
}

impl Store {
    /// Makes a reminder, of whoever makes it unless it says otherwise.
    ///
    /// # Errors
    /// As [`Store::insert`]; `Invalid` for a time that has passed.
    pub async fn create_reminder(&self, who: &Who, now: Utc, data: Reminder) -> Result<Stored<Reminder>> {
        let mut data = Reminder { owner: data.owner.or(who.user.map(Owner::User)), created_by: who.user, next_at: None, ..data };
        self.fill_birthday(&mut data).await?;
        // Faults of the fields come first: of a date that is none the time is unknown.
        self.prepare(&mut data, None).await?;
        check_has_time(&data, now)?;
        data.next_at = scheduled(&data, now);
        self.insert(who, now, data).await
    }

    /// Changes a reminder.
    ///
    /// # Errors
    /// As [`Store::update`].
    pub async fn update_reminder(&self, who: &Who, now: Utc, id: ReminderId, version: i64, patch: &Json) -> Result<Stored<Reminder>> {
        // Whose birthday it is may be what is changed.
        let said = patch.get("customer_id").and_then(Json::as_str).and_then(|id| id.parse().ok());
        let customer = if said.is_some() { said } else { self.get::<Reminder>(id).await?.data.customer_id };
        let born = match customer {
            Some(customer) => self.birthday_of(customer).await?,
            None => None,
        };
        let fix = move |old: &Stored<Reminder>, data: &mut Reminder| {
            data.created_by = old.created_by;
            if let Some(born) = born.filter(|_| data.kind == ReminderKind::Birthday && data.customer_id == customer) {
                data.date = born.date();
            }
            data.next_at = scheduled(data, now);
            Ok(())
        };
        self.update_with(who, now, id, version, patch, fix).await
    }

    /// Says everything that is due, each thing once, however many servers look. Not more than a few hundred things at a time: whoever calls
    /// comes again.
    ///
    /// # Errors
    /// `Unavailable`; what was said before stays said.
    pub async fn sweep_reminders(&self, now: Utc) -> Result<Swept> {
        Ok(Swept {
            reminders: self.sweep_own(now).await?,
            tasks: self.sweep_tasks(now).await?,
            contracts: self.sweep_contracts(now).await?,
        })
    }

    async fn sweep_own(&self, now: Utc) -> Result<usize> {
        let sql = format!("SELECT id FROM reminder WHERE next_at IS NOT NULL AND next_at <= $1 ORDER BY next_at, id LIMIT {SWEEP_MAX}");
        let mut said = 0;
        for row in self.db.fetch(sql, args![now]).await? {
            let id: ReminderId = row.id(0)?;
            let reminder = match self.get::<Reminder>(id).await {
                // Deleted between the two reads.
                Err(StoreError::NotFound { .. }) => continue,
                read => read?,
            };
            let Some(due) = reminder.next_at else { continue };
            let mut tx = self.db.begin().await?;
            if self.set_right(&mut tx, now, &reminder, due).await? {
                tx.commit().await?;
                continue;
            }
            // From now on, not from when it was due: what was missed while no server ran is said once.
            let next = scheduled(&reminder, now).map(|at| at.0);
            let sql = "UPDATE reminder SET next_at = $3 WHERE id = $1 AND next_at = $2";
            if tx.execute(sql, args![id.to_string(), due, next]).await? == 0 {
                continue;
            }
            let kind = if reminder.kind == ReminderKind::Birthday { "birthday" } else { "reminder" };
            let told = Due { kind, resource: Reminder::KIND, id: id.to_string(), title: reminder.title.clone(), due };
            let people = match reminder.owner {
                Some(owner) => people_of(&mut tx, owner).await?,
                None => Vec::new(),
            };
            self.say(tx, now, &people, told, reminder.customer_id).await?;
            said += 1;
        }
        Ok(said)
    }

    /// Gives a reminder of a birthday the day its customer's record has.
    async fn fill_birthday(&self, reminder: &mut Reminder) -> Result<()> {
        if let Some(customer) = reminder.customer_id.filter(|_| reminder.kind == ReminderKind::Birthday)
            && let Some(born) = self.birthday_of(customer).await?
        {
            reminder.date = born.date();
        }
        Ok(())
    }

    async fn birthday_of(&self, customer: CustomerId) -> Result<Option<Birthday>> {
        let rows = self.db.fetch("SELECT birthday FROM customer WHERE id = $1", vec![text(customer)]).await?;
        Ok(rows.first().and_then(|row| row.opt_text(0)).and_then(Birthday::parse))
    }

    /// Whether the reminder came to its time by a day that is not the customer's birthday any more, as after a merge: then it is moved, and
    /// nothing is said.
    async fn set_right(&self, tx: &mut Tx, now: Utc, reminder: &Stored<Reminder>, due: Utc) -> Result<bool> {
        let Some(customer) = reminder.customer_id.filter(|_| reminder.kind == ReminderKind::Birthday) else { return Ok(false) };
        let rows = tx.fetch("SELECT birthday FROM customer WHERE id = $1", vec![text(customer)]).await?;
        let born = rows.first().and_then(|row| row.opt_text(0)).and_then(Birthday::parse);
        match born {
            Some(born) if Birthday::parse(&reminder.date).map(Birthday::day_of_year) != Some(born.day_of_year()) => {
                follow(tx, now, reminder, Some(due), born).await?;
                Ok(true)
            }
            Some(_) | None => Ok(false),
        }
    }

    async fn sweep_tasks(&self, now: Utc) -> Result<usize> {
        let sql = format!(
            "SELECT id, title, owner, customer_id, reminder_at, state, created_by FROM task WHERE reminder_at IS NOT NULL AND \
             reminder_at <= $1 ORDER BY reminder_at, id LIMIT {SWEEP_MAX}"
        );
        let mut said = 0;
        for row in self.db.fetch(sql, args![now]).await? {
            let (due, customer) = (Utc(row.int(4)?), row.opt_id(3)?);
            let told = Due { kind: "task", resource: Task::KIND, id: row.text(0)?.to_owned(), title: row.text(1)?.to_owned(), due };
            let mut tx = self.db.begin().await?;
            if !taken_off(&mut tx, "UPDATE task SET reminder_at = NULL WHERE id = $1 AND reminder_at = $2", &told).await? {
                continue;
            }
            let owner = row.opt_text(2).map(str::parse::<Owner>).transpose().map_err(|e| StoreError::corrupt_from("a task's owner", e))?;
            let people = match (row.text(5)?, owner.or(row.opt_id::<UserId>(6)?.map(Owner::User))) {
                ("open" | "in_progress", Some(owner)) => people_of(&mut tx, owner).await?,
                _ => Vec::new(),
            };
            self.say(tx, now, &people, told, customer).await?;
            said += 1;
        }
        Ok(said)
    }

    async fn sweep_contracts(&self, now: Utc) -> Result<usize> {
        let sql = format!(
            "SELECT k.id, k.number, k.customer_id, k.remind_at, k.state, COALESCE(k.owner_id, c.owner_id) FROM contract k \
             JOIN customer c ON c.id = k.customer_id WHERE k.remind_at IS NOT NULL AND k.remind_at <= $1 \
             ORDER BY k.remind_at, k.id LIMIT {SWEEP_MAX}"
        );
        let mut said = 0;
        for row in self.db.fetch(sql, args![now]).await? {
            let (due, customer) = (Utc(row.int(3)?), row.opt_id(2)?);
            let (id, title) = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
            let told = Due { kind: "contract_end", resource: Contract::KIND, id, title, due };
            let mut tx = self.db.begin().await?;
            if !taken_off(&mut tx, "UPDATE contract SET remind_at = NULL WHERE id = $1 AND remind_at = $2", &told).await? {
                continue;
            }
            let people = match (row.text(4)?, owner_of(&row)?) {
                ("active" | "suspended", Some(user)) => people_of(&mut tx, Owner::User(user)).await?,
                _ => Vec::new(),
            };
            self.say(tx, now, &people, told, customer).await?;
            said += 1;
        }
        Ok(said)
    }

    /// Tells people and commits.
    async fn say(&self, mut tx: Tx, now: Utc, people: &[UserId], due: Due, customer: Option<CustomerId>) -> Result<()> {
        let Due { kind, resource, id, title, due } = due;
        let cause = format!("{}:{id}:{}", resource.word(), due.0);
        let told = Told { kind, title, resource: resource.word(), resource_id: id, customer, by: None, cause };
        let changes = notify(self, &mut tx, now, people, &told).await?;
        tx.commit().await?;
        for change in changes {
            self.tell(change);
        }
        Ok(())
    }
}

/// Reminders of a birthday go by the customer's record; called with each write that changes it. Cleared, they keep the day they have.
pub(crate) async fn birthday_changed(tx: &mut Tx, now: Utc, customer: CustomerId, born: Option<Birthday>) -> Result<()> {
    let Some(born) = born else { return Ok(()) };
    let columns = column_list::<Reminder>();
    let sql = format!("SELECT {columns} FROM reminder WHERE customer_id = $1 AND kind = 'birthday' ORDER BY id LIMIT {FOLLOW_MAX}");
    for row in tx.fetch(sql, vec![text(customer)]).await? {
        let reminder = read_row::<Reminder>(&row)?;
        follow(tx, now, &reminder, reminder.next_at, born).await?;
    }
    Ok(())
}

/// Moves a reminder to a birthday, if nobody moved it meanwhile.
async fn follow(tx: &mut Tx, now: Utc, reminder: &Stored<Reminder>, due: Option<Utc>, born: Birthday) -> Result<()> {
    let moved = Reminder { date: born.date(), ..reminder.data.clone() };
    let next = scheduled(&moved, now).map(|at| at.0);
    let sql = "UPDATE reminder SET date = $2, next_at = $3, version = version + 1, updated_at = $4 \
               WHERE id = $1 AND COALESCE(next_at, 0) = $5 AND version = $6";
    let values = args![reminder.id.to_string(), moved.date, next, now, due.map_or(0, |at| at.0), reminder.version];
    tx.execute_on(Reminder::KIND.word(), sql, values).await.map(drop)
}

/// Something whose time has come.
struct Due {
    kind: &'static str,
    resource: Kind,
    id: String,
    title: String,
    due: Utc,
}

/// Whether this server is the one to say it. The row keeps its version: nobody's form need be read again for this.
async fn taken_off(tx: &mut Tx, sql: &'static str, due: &Due) -> Result<bool> {
    Ok(tx.execute(sql, vec![text(&due.id), due.due.into()]).await? > 0)
}

fn owner_of(row: &Row) -> Result<Option<UserId>> {
    row.opt_id(5)
}
