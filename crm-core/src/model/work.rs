//! What people have to do for customers: tasks, callbacks, reminders, notes, and what they are told. Rules of the fields only.

use super::{CallbackId, Check, Column, Kind, NoteId, NotificationId, Reference, ReminderId, Resource, TaskId, columns};
use cti_types::{CustomerId, InteractionId, QueueId, TeamId, UserId, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::ToSchema;
use uuid::Uuid;

/// Whose work it is. Written `user:<id>`, `team:<id>`, `queue:<id>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Owner {
    User(UserId),
    Team(TeamId),
    Queue(QueueId),
}

/// A text that names no owner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write an owner as user:<id>, team:<id> or queue:<id>")]
pub struct NoOwner;

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Owner::User(id) => write!(f, "user:{id}"),
            Owner::Team(id) => write!(f, "team:{id}"),
            Owner::Queue(id) => write!(f, "queue:{id}"),
        }
    }
}

impl FromStr for Owner {
    type Err = NoOwner;
    fn from_str(text: &str) -> Result<Owner, NoOwner> {
        match text.split_once(':') {
            Some(("user", id)) => id.parse().map(Owner::User).map_err(|_| NoOwner),
            Some(("team", id)) => id.parse().map(Owner::Team).map_err(|_| NoOwner),
            Some(("queue", id)) => id.parse().map(Owner::Queue).map_err(|_| NoOwner),
            Some(_) | None => Err(NoOwner),
        }
    }
}

impl TryFrom<String> for Owner {
    type Error = NoOwner;
    fn try_from(text: String) -> Result<Owner, NoOwner> {
        text.parse()
    }
}

impl From<Owner> for String {
    fn from(owner: Owner) -> String {
        owner.to_string()
    }
}

impl Owner {
    fn reference(self) -> Reference {
        let (table, id) = match self {
            Owner::User(id) => ("app_user", id.to_string()),
            Owner::Team(id) => ("team", id.to_string()),
            Owner::Queue(id) => ("queue", id.to_string()),
        };
        Reference { field: "owner".into(), table, id }
    }
}

/// Most urgent work has this priority; usual work has 0.
pub const WORK_PRIORITY_MAX: u8 = 3;
/// A step of priority counts like so much lateness.
const STEP_US: i64 = 4 * 3_600_000_000;
/// Work without a time is placed as if it were due so long after it was made.
const UNDATED_US: i64 = 30 * 86_400_000_000;

/// Where work stands in a list, the smallest first: when it is due, four hours earlier for each step of priority; without a time, thirty
/// days after it was made.
pub fn sort_at(due: Option<Utc>, made: Utc, priority: u8) -> Utc {
    let base = due.map_or_else(|| made.0.saturating_add(UNDATED_US), |due| due.0);
    Utc(base.saturating_sub(i64::from(priority.min(WORK_PRIORITY_MAX)) * STEP_US))
}

fn customer_reference(id: Option<CustomerId>) -> impl Iterator<Item = Reference> {
    id.into_iter().map(|id| Reference { field: "customer_id".into(), table: "customer", id: id.to_string() })
}

/// How far a task is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    #[default]
    Open,
    InProgress,
    Done,
    Cancelled,
}

impl TaskState {
    /// Whether somebody still has to do something.
    pub fn is_open(self) -> bool {
        match self {
            TaskState::Open | TaskState::InProgress => true,
            TaskState::Done | TaskState::Cancelled => false,
        }
    }
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Task {
    pub title: String,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub state: TaskState,
    /// 0 usual to 3 most urgent.
    #[serde(default)]
    pub priority: u8,
    /// Microseconds since 1970, UTC.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub due_at: Option<Utc>,
    /// When its owner is to be reminded; left out when it is made, that is when it is due. Emptied once that was done.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub reminder_at: Option<Utc>,
    /// `user:<id>`, `team:<id>` or `queue:<id>`; none: nobody yet.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub owner: Option<Owner>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub customer_id: Option<CustomerId>,
    #[serde(default)]
    pub ticket_id: Option<Uuid>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub interaction_id: Option<InteractionId>,
    /// Who made it. The server says so, as of the three below.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>, read_only)]
    pub created_by: Option<UserId>,
    #[serde(default)]
    #[schema(value_type = i64, read_only)]
    pub made_at: Utc,
    /// When it was done or cancelled.
    #[serde(default)]
    #[schema(value_type = Option<i64>, read_only)]
    pub done_at: Option<Utc>,
    /// Its place in lists, the smallest first.
    #[serde(default)]
    #[schema(value_type = i64, read_only)]
    pub sort_at: Utc,
}

impl Resource for Task {
    type Id = TaskId;
    const KIND: Kind = Kind::Task;
    const TABLE: &'static str = "task";
    const COLUMNS: &'static [Column] = columns!(
        title: Text, text: Text, state: Text, priority: Int, due_at: Int, reminder_at: Int, owner: Text, customer_id: Text, ticket_id: Text,
        interaction_id: Text, created_by: Text, made_at: Int, done_at: Int, sort_at: Int,
    );

    fn check(&mut self, check: &mut Check) {
        check.name("title", &mut self.title);
        check.text("text", &mut self.text, 10_000);
        check.range("priority", i64::from(self.priority), 0, i64::from(WORK_PRIORITY_MAX));
        check.time("due_at", self.due_at);
        check.time("reminder_at", self.reminder_at);
        self.sort_at = sort_at(self.due_at, self.made_at, self.priority);
    }

    fn references(&self) -> Vec<Reference> {
        customer_reference(self.customer_id).chain(self.owner.map(Owner::reference)).collect()
    }

    fn customer(&self) -> Option<CustomerId> {
        self.customer_id
    }

    fn owner(&self) -> Option<Owner> {
        self.owner
    }
}

/// How far a callback is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallbackState {
    /// Its time has not come.
    #[default]
    Scheduled,
    /// To be called now.
    Due,
    /// An agent has it before them.
    Offered,
    /// Called without reaching anybody; its next time has not come.
    Attempted,
    Done,
    /// Given up: as often tried as it may be.
    Failed,
    Cancelled,
}

impl CallbackState {
    pub fn word(self) -> &'static str {
        match self {
            CallbackState::Scheduled => "scheduled",
            CallbackState::Due => "due",
            CallbackState::Offered => "offered",
            CallbackState::Attempted => "attempted",
            CallbackState::Done => "done",
            CallbackState::Failed => "failed",
            CallbackState::Cancelled => "cancelled",
        }
    }

    /// Whether somebody still has to do something.
    pub fn is_open(self) -> bool {
        match self {
            CallbackState::Scheduled | CallbackState::Due | CallbackState::Offered | CallbackState::Attempted => true,
            CallbackState::Done | CallbackState::Failed | CallbackState::Cancelled => false,
        }
    }
}

/// A call we owe somebody, at a time they chose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Callback {
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub customer_id: Option<CustomerId>,
    /// Where to call, in any form; kept normalised (E.164) with the form it came in beside it.
    pub number: String,
    #[serde(default)]
    #[schema(read_only)]
    pub raw_number: String,
    /// What it is about.
    #[serde(default)]
    pub reason: String,
    /// The time the customer chose: from, until (microseconds since 1970, UTC), at most a day.
    #[schema(value_type = i64)]
    pub from_at: Utc,
    #[schema(value_type = i64)]
    pub until_at: Utc,
    /// The customer's time zone, IANA: tries on later days are at the same hours there.
    pub zone: String,
    /// `user:<id>`, `team:<id>` or `queue:<id>`: who is to call.
    #[schema(value_type = String)]
    pub owner: Owner,
    /// 0 usual to 3 most urgent.
    #[serde(default)]
    pub priority: u8,
    /// How often it is tried, 1–20.
    #[serde(default = "three")]
    pub attempts_max: u8,
    /// Minutes between two tries, 1–1440.
    #[serde(default = "thirty")]
    pub gap_minutes: u16,
    #[serde(default)]
    pub ticket_id: Option<Uuid>,
    /// The interaction in which it was promised.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub interaction_id: Option<InteractionId>,
    /// The server says this and all below.
    #[serde(default)]
    #[schema(read_only)]
    pub state: CallbackState,
    /// When it is to be tried next.
    #[serde(default)]
    #[schema(value_type = Option<i64>, read_only)]
    pub next_at: Option<Utc>,
    #[serde(default)]
    #[schema(read_only)]
    pub attempts: u8,
    /// Who has it before them, and since when.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>, read_only)]
    pub offered_to: Option<UserId>,
    #[serde(default)]
    #[schema(value_type = Option<i64>, read_only)]
    pub offered_at: Option<Utc>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>, read_only)]
    pub created_by: Option<UserId>,
    #[serde(default)]
    #[schema(value_type = i64, read_only)]
    pub made_at: Utc,
    #[serde(default)]
    #[schema(value_type = Option<i64>, read_only)]
    pub done_at: Option<Utc>,
    #[serde(default)]
    #[schema(value_type = i64, read_only)]
    pub sort_at: Utc,
}

fn three() -> u8 {
    3
}
fn thirty() -> u16 {
    30
}

impl Resource for Callback {
    type Id = CallbackId;
    const KIND: Kind = Kind::Callback;
    const TABLE: &'static str = "callback";
    const COLUMNS: &'static [Column] = columns!(
        customer_id: Text, number: Text, raw_number: Text, reason: Text, from_at: Int, until_at: Int, zone: Text, owner: Text, priority: Int,
        attempts_max: Int, gap_minutes: Int, ticket_id: Text, interaction_id: Text, state: Text, next_at: Int, attempts: Int,
        offered_to: Text, offered_at: Int, created_by: Text, made_at: Int, done_at: Int, sort_at: Int,
    );
    const SEARCH: &'static str = "number";

    fn check(&mut self, check: &mut Check) {
        check.name("number", &mut self.number);
        check.line("reason", &self.reason, 1_000);
        check.time("from_at", Some(self.from_at));
        check.time("until_at", Some(self.until_at));
        let length = self.until_at.0.saturating_sub(self.from_at.0);
        check.that((1..=86_400_000_000).contains(&length), "until_at", "let it be after from_at, by a day at most");
        check.zone("zone", &self.zone);
        check.range("priority", i64::from(self.priority), 0, i64::from(WORK_PRIORITY_MAX));
        check.range("attempts_max", i64::from(self.attempts_max), 1, 20);
        check.range("gap_minutes", i64::from(self.gap_minutes), 1, 1_440);
        self.sort_at = sort_at(Some(self.next_at.unwrap_or(self.from_at)), self.made_at, self.priority);
    }

    fn references(&self) -> Vec<Reference> {
        customer_reference(self.customer_id).chain([self.owner.reference()]).collect()
    }

    fn customer(&self) -> Option<CustomerId> {
        self.customer_id
    }

    fn owner(&self) -> Option<Owner> {
        Some(self.owner)
    }
}

/// How a try to call somebody back ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// They were spoken to.
    Reached,
    NoAnswer,
    Busy,
    /// A machine answered.
    Machine,
    /// The call did not come about.
    Failed,
    /// The number is not theirs, or does not exist: it is not tried again.
    WrongNumber,
    /// Whoever had it before them gave it back without calling; it does not count as a try.
    Returned,
}

impl AttemptOutcome {
    pub fn word(self) -> &'static str {
        match self {
            AttemptOutcome::Reached => "reached",
            AttemptOutcome::NoAnswer => "no_answer",
            AttemptOutcome::Busy => "busy",
            AttemptOutcome::Machine => "machine",
            AttemptOutcome::Failed => "failed",
            AttemptOutcome::WrongNumber => "wrong_number",
            AttemptOutcome::Returned => "returned",
        }
    }
}

/// What is told of a try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttemptInput {
    pub outcome: AttemptOutcome,
    #[serde(default)]
    pub note: String,
    /// The call itself.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub interaction_id: Option<InteractionId>,
}

/// A try as it was noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttemptView {
    #[schema(value_type = i64)]
    pub at: Utc,
    #[schema(value_type = Option<Uuid>)]
    pub user_id: Option<UserId>,
    pub outcome: String,
    pub note: String,
    #[schema(value_type = Option<Uuid>)]
    pub interaction_id: Option<InteractionId>,
}

/// Why somebody is to be reminded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReminderKind {
    /// Once, on its date.
    Once,
    /// Each year on its day.
    Yearly,
    /// Each year on the customer's birthday.
    Birthday,
}

impl ReminderKind {
    pub fn word(self) -> &'static str {
        match self {
            ReminderKind::Once => "once",
            ReminderKind::Yearly => "yearly",
            ReminderKind::Birthday => "birthday",
        }
    }
}

/// Something somebody wants to be reminded of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reminder {
    pub kind: ReminderKind,
    pub title: String,
    /// `user:<id>`, `team:<id>` or `queue:<id>`: who is reminded, of a team or queue everybody. Left out when it is made: who makes it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub owner: Option<Owner>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub customer_id: Option<CustomerId>,
    /// `YYYY-MM-DD`; of a yearly one the year does not count. A birthday is the customer's by their record, where that has one: then it may be
    /// left out, and follows when the record changes.
    #[serde(default)]
    pub date: String,
    /// `HH:MM` at which it is said.
    #[serde(default = "morning")]
    pub time: String,
    /// IANA time zone of date and time.
    pub zone: String,
    /// So many days before the date, 0–365.
    #[serde(default)]
    pub days_before: u16,
    #[serde(default = "yes")]
    pub active: bool,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>, read_only)]
    pub created_by: Option<UserId>,
    /// When it is due next; none: never again.
    #[serde(default)]
    #[schema(value_type = Option<i64>, read_only)]
    pub next_at: Option<Utc>,
}

fn is_date(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok_and(|date| date.to_string() == text)
}
fn morning() -> String {
    "09:00".to_owned()
}
fn yes() -> bool {
    true
}

impl Resource for Reminder {
    type Id = ReminderId;
    const KIND: Kind = Kind::Reminder;
    const TABLE: &'static str = "reminder";
    const COLUMNS: &'static [Column] = columns!(
        kind: Text, title: Text, owner: Text, customer_id: Text, date: Text, time: Text, zone: Text, days_before: Int, active: Bool,
        created_by: Text, next_at: Int,
    );
    const SEARCH: &'static str = "title";

    fn check(&mut self, check: &mut Check) {
        check.name("title", &mut self.title);
        let mend = match self.kind {
            ReminderKind::Birthday if self.date.is_empty() => {
                "write the birthday into the customer's record, or give it here as YYYY-MM-DD"
            }
            ReminderKind::Birthday | ReminderKind::Once | ReminderKind::Yearly => "write it as YYYY-MM-DD",
        };
        check.that(is_date(&self.date), "date", mend);
        check.that(self.time.parse::<jiff::civil::Time>().is_ok() && self.time.len() == 5, "time", "write it as HH:MM");
        check.zone("zone", &self.zone);
        check.range("days_before", i64::from(self.days_before), 0, 365);
        let birthday_of_nobody = self.kind == ReminderKind::Birthday && self.customer_id.is_none();
        check.that(!birthday_of_nobody, "customer_id", "say whose birthday it is");
    }

    fn references(&self) -> Vec<Reference> {
        customer_reference(self.customer_id).chain(self.owner.map(Owner::reference)).collect()
    }

    fn customer(&self) -> Option<CustomerId> {
        self.customer_id
    }

    fn owner(&self) -> Option<Owner> {
        self.owner
    }
}

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoteSubject {
    Customer,
    Ticket,
    Order,
    Interaction,
}

impl NoteSubject {
    pub fn word(self) -> &'static str {
        match self {
            NoteSubject::Customer => "customer",
            NoteSubject::Ticket => "ticket",
            NoteSubject::Order => "order",
            NoteSubject::Interaction => "interaction",
        }
    }
}

/// What somebody wrote down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    pub subject: NoteSubject,
    pub subject_id: Uuid,
    /// Whose record it belongs to. Of a customer, an order, and of tickets and interactions of somebody known, the server knows it.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub customer_id: Option<CustomerId>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>, read_only)]
    pub author_id: Option<UserId>,
    /// `@login` tells that colleague.
    pub text: String,
    /// Who was mentioned and is known.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, read_only)]
    pub mentions: Vec<UserId>,
}

impl Resource for Note {
    type Id = NoteId;
    const KIND: Kind = Kind::Note;
    const TABLE: &'static str = "note";
    const COLUMNS: &'static [Column] =
        columns!(subject: Text, subject_id: Text, customer_id: Text, author_id: Text, text: Text, mentions: Json);
    const SEARCH: &'static str = "text";

    fn check(&mut self, check: &mut Check) {
        check.that(!self.text.trim().is_empty(), "text", "give it a value");
        check.text("text", &mut self.text, 10_000);
    }

    fn references(&self) -> Vec<Reference> {
        let mut all: Vec<Reference> = customer_reference(self.customer_id).collect();
        if self.subject == NoteSubject::Order {
            all.push(Reference { field: "subject_id".into(), table: "customer_order", id: self.subject_id.to_string() });
        }
        all
    }

    fn customer(&self) -> Option<CustomerId> {
        self.customer_id
    }
}

/// Something somebody is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notification {
    #[schema(value_type = Uuid)]
    pub id: NotificationId,
    #[schema(value_type = i64)]
    pub at: Utc,
    /// `mention`, `task`, `callback`, `reminder`, `birthday`, `contract_end`, `webhook_disabled`; `message`: `title` is what `by` wrote.
    pub kind: String,
    pub title: String,
    /// What it is about, as the audit names it: `note`, `task`, `contract`, …
    pub resource: String,
    pub resource_id: String,
    #[schema(value_type = Option<Uuid>)]
    pub customer_id: Option<CustomerId>,
    #[schema(value_type = Option<Uuid>)]
    pub by: Option<UserId>,
    #[schema(value_type = Option<i64>)]
    pub read_at: Option<Utc>,
}

/// One thing on somebody's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkEntry {
    /// `task`, `callback`, `notification`.
    pub kind: String,
    pub id: Uuid,
    pub title: String,
    pub state: String,
    /// Its place in the list, the smallest first.
    #[schema(value_type = i64)]
    pub sort_at: Utc,
    #[schema(value_type = Option<i64>)]
    pub due_at: Option<Utc>,
    pub priority: u8,
    /// None: it is one's own.
    #[schema(value_type = Option<String>)]
    pub owner: Option<Owner>,
    #[schema(value_type = Option<Uuid>)]
    pub customer_id: Option<CustomerId>,
    pub ticket_id: Option<Uuid>,
    /// Of a notification: what it is about.
    pub resource: Option<String>,
    pub resource_id: Option<String>,
}

/// How much is on somebody's list; each figure stops at [`WORK_COUNT_MAX`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkCounts {
    pub tasks: i64,
    /// Of those, the ones whose time has come.
    pub tasks_late: i64,
    pub callbacks: i64,
    pub callbacks_due: i64,
    pub unread: i64,
}

/// Counting goes no further: a screen shows "999+".
pub const WORK_COUNT_MAX: i64 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_read_as_it_is_written() {
        for owner in [Owner::User(UserId::from_u128(1)), Owner::Team(TeamId::from_u128(2)), Owner::Queue(QueueId::from_u128(3))] {
            assert_eq!(owner.to_string().parse(), Ok(owner));
            assert_eq!(serde_json::from_value::<Owner>(serde_json::to_value(owner).unwrap()).unwrap(), owner);
        }
        for text in ["", "user", "user:", "user:x", "site:00000000-0000-0000-0000-000000000001"] {
            assert_eq!(text.parse::<Owner>(), Err(NoOwner), "{text}");
        }
    }

    #[test]
    fn the_most_urgent_work_stands_first() {
        let (hour, day) = (3_600_000_000, 86_400_000_000);
        let made = Utc(1_000 * day);
        let at = |due: Option<i64>, priority| sort_at(due.map(Utc), made, priority).0;
        let in_order = [
            at(Some(made.0), 3),
            at(Some(made.0 + hour), 3),
            at(Some(made.0), 2),
            at(Some(made.0), 0),
            at(Some(made.0 + hour), 0),
            at(None, 3),
            at(None, 0),
            at(Some(made.0 + 31 * day), 0),
        ];
        assert!(in_order.is_sorted_by(|a, b| a < b), "{in_order:?}");
    }
}
