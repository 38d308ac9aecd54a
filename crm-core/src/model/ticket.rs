//! A ticket: what people write of it, what the program keeps of it, and the words both use. Rules of the fields only.

use super::{
    Check, Column, Kind, NoticeId, Reference, Resource, TicketCommentId, TicketId, TicketTriggerId, TicketTypeId, columns, is_line,
};
use cti_types::{CustomerId, InteractionId, QueueId, TeamId, UserId, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Most tags of a ticket.
pub const TAGS_MAX: usize = 50;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// As in JSON and in the database.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = ();
            fn from_str(word: &str) -> Result<Self, ()> {
                $name::ALL.iter().copied().find(|one| one.word() == word).ok_or(())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// How pressing it is.
    TicketPriority { Low = "low", Normal = "normal", High = "high", Urgent = "urgent" }
}

words! {
    /// Where it stands.
    TicketStatus {
        /// Nobody has looked at it.
        New = "new",
        Open = "open",
        /// The customer's answer is waited for.
        Pending = "pending",
        /// Something of ours or a third party's is waited for.
        OnHold = "on_hold",
        Resolved = "resolved",
        Closed = "closed",
    }
}

words! {
    /// How far a complaint has come.
    ComplaintStep {
        Record = "record",
        Assign = "assign",
        Schedule = "schedule",
        Answer = "answer",
        FollowUp = "follow_up",
        Evaluation = "evaluation",
    }
}

impl TicketPriority {
    /// One step more pressing; the highest stays.
    pub fn raised(self) -> TicketPriority {
        match self {
            TicketPriority::Low => TicketPriority::Normal,
            TicketPriority::Normal => TicketPriority::High,
            TicketPriority::High | TicketPriority::Urgent => TicketPriority::Urgent,
        }
    }
}

impl TicketStatus {
    /// Neither resolved nor closed.
    pub fn is_live(self) -> bool {
        match self {
            TicketStatus::New | TicketStatus::Open | TicketStatus::Pending | TicketStatus::OnHold => true,
            TicketStatus::Resolved | TicketStatus::Closed => false,
        }
    }
}

/// Something a customer wants settled. The fields people write; a change names only those that change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Ticket {
    #[schema(value_type = Uuid)]
    pub type_id: TicketTypeId,
    /// 1 to 200 characters. Left out of a new ticket: that of its type's template.
    #[serde(default)]
    pub title: String,
    /// At most 20,000 characters. Left out of a new ticket: that of its type's template.
    #[serde(default)]
    pub description: String,
    /// Left out: its type's.
    #[serde(default)]
    pub priority: Option<TicketPriority>,
    /// The main customer; further ones are linked by `/tickets/{id}/customers`.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub customer_id: Option<CustomerId>,
    /// Whom to speak with, where that is another customer of ours, such as a person in a company.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub contact_id: Option<CustomerId>,
    /// Whom to speak with and how, in words; at most 200 characters.
    #[serde(default)]
    pub contact: String,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub queue_id: Option<QueueId>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub team_id: Option<TeamId>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub assignee_id: Option<UserId>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub parent_id: Option<TicketId>,
    /// At most 50 words, kept in lower case.
    #[serde(default)]
    pub tags: BTreeSet<String>,
    /// At most 100 values: texts of at most 1,000 characters, numbers, true, false.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub custom: BTreeMap<String, Json>,
    /// Values of the fields that an administrator defined for tickets, by key. A change names only those that change; `null` clears.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub fields: BTreeMap<String, Json>,
    /// What is to be done on site, for the printed order; at most 5,000 characters.
    #[serde(default)]
    pub work: String,
    /// Where; at most 500 characters, in lines.
    #[serde(default)]
    pub address: String,
    /// When; microseconds since 1970, UTC.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub appointment_at: Option<Utc>,
    /// The id in another system; unique where given.
    #[serde(default)]
    pub external_id: Option<String>,
}

fn check_custom(check: &mut Check, custom: &BTreeMap<String, Json>) {
    check.count("custom", custom.len(), 100);
    for (key, value) in custom.iter().take(100) {
        let right = (1..=64).contains(&key.len()) && is_line(key);
        check.that(right, "custom", "use keys of 1 to 64 characters without control characters");
        let field = if right { format!("custom.{key}") } else { "custom".to_owned() };
        match value {
            Json::String(text) => check.line(&field, text, 1_000),
            Json::Number(_) | Json::Bool(_) => {}
            Json::Null | Json::Array(_) | Json::Object(_) => check.wrong(field, "give a text, a number, true or false"),
        }
    }
}

/// Tags as they are kept: trimmed, in lower case.
pub(crate) fn tidy_tag(tag: &str) -> String {
    tag.trim().to_lowercase()
}

impl Resource for Ticket {
    type Id = TicketId;
    const KIND: Kind = Kind::Ticket;
    const TABLE: &'static str = "ticket";
    const COLUMNS: &'static [Column] = columns!(
        type_id: Text, title: Text, description: Text, priority: Text, customer_id: Text, contact_id: Text, contact: Text,
        queue_id: Text, team_id: Text, assignee_id: Text, parent_id: Text, tags: Json, custom: Json, work: Text, address: Text,
        appointment_at: Int, external_id: Text, fields: Json,
    );
    const SEARCH: &'static str = "title_search";
    const MERGED: &'static [&'static str] = &["custom", "fields"];

    fn check(&mut self, check: &mut Check) {
        self.title = self.title.trim().to_owned();
        check.that(!self.title.is_empty(), "title", "give it a value");
        check.line("title", &self.title, 200);
        check.text("description", &mut self.description, 20_000);
        check.line("contact", &self.contact, 200);
        check.text("work", &mut self.work, 5_000);
        check.text("address", &mut self.address, 500);
        check.optional("external_id", &mut self.external_id, 200);
        check.count("tags", self.tags.len(), TAGS_MAX);
        let tags: BTreeSet<String> = self.tags.iter().map(|tag| tidy_tag(tag)).collect();
        let right = tags.iter().all(|tag| (1..=64).contains(&tag.chars().count()) && is_line(tag));
        check.that(right, "tags", "use words of 1 to 64 characters without control characters");
        self.tags = tags;
        check_custom(check, &self.custom);
        if let Some(at) = self.appointment_at {
            check.that(jiff::Timestamp::from_microsecond(at.0).is_ok(), "appointment_at", "give microseconds since 1970");
        }
    }

    fn references(&self) -> Vec<Reference> {
        let one = |field: &str, table, id: Option<String>| id.map(|id| Reference { field: field.to_owned(), table, id });
        let all = [
            one("type_id", "ticket_type", Some(self.type_id.to_string())),
            one("customer_id", "customer", self.customer_id.map(|id| id.to_string())),
            one("contact_id", "customer", self.contact_id.map(|id| id.to_string())),
            one("queue_id", "queue", self.queue_id.map(|id| id.to_string())),
            one("team_id", "team", self.team_id.map(|id| id.to_string())),
            one("assignee_id", "app_user", self.assignee_id.map(|id| id.to_string())),
            one("parent_id", "ticket", self.parent_id.map(|id| id.to_string())),
        ];
        all.into_iter().flatten().collect()
    }

    fn custom_fields(&self) -> Option<&BTreeMap<String, Json>> {
        Some(&self.fields)
    }

    fn derived(&self) -> Vec<(&'static str, String)> {
        vec![("title_search", self.title.to_lowercase())]
    }

    fn customer(&self) -> Option<CustomerId> {
        self.customer_id
    }
}

/// What the program keeps of a ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TicketState {
    /// Counts up through the whole deployment; what people say on the telephone.
    pub number: i64,
    pub status: TicketStatus,
    /// Since when.
    #[schema(value_type = i64)]
    pub status_at: Utc,
    /// Neither resolved nor closed.
    pub live: bool,
    pub reopened_count: i64,
    /// The ticket that goes on in its place.
    #[schema(value_type = Option<Uuid>)]
    pub merged_into: Option<TicketId>,
    #[schema(value_type = Option<Uuid>)]
    pub created_by: Option<UserId>,
    /// The first answer to the customer: a public comment, or being asked something.
    #[schema(value_type = Option<i64>)]
    pub responded_at: Option<Utc>,
    #[schema(value_type = Option<i64>)]
    pub resolved_at: Option<Utc>,
    #[schema(value_type = Option<i64>)]
    pub closed_at: Option<Utc>,
    /// Business time promised until the first answer; none: nothing is promised.
    pub response_target_ms: Option<i64>,
    /// When it will have passed; none while the clock stands still and once it is answered.
    #[schema(value_type = Option<i64>)]
    pub response_due_at: Option<Utc>,
    /// What is left of it while the clock stands still; negative: over.
    pub response_left_ms: Option<i64>,
    #[schema(value_type = Option<i64>)]
    pub response_breached_at: Option<Utc>,
    /// The same until it is resolved.
    pub resolution_target_ms: Option<i64>,
    #[schema(value_type = Option<i64>)]
    pub resolution_due_at: Option<Utc>,
    pub resolution_left_ms: Option<i64>,
    #[schema(value_type = Option<i64>)]
    pub resolution_breached_at: Option<Utc>,
    /// The earlier of both, while it is live.
    #[schema(value_type = Option<i64>)]
    pub due_at: Option<Utc>,
    /// One of both was broken.
    pub breached: bool,
    /// When the program looks at it next.
    #[schema(value_type = Option<i64>)]
    pub next_escalation_at: Option<Utc>,
    pub complaint: bool,
    /// Of a complaint: the last step done.
    pub complaint_step: Option<ComplaintStep>,
    /// Of a complaint: who answers for it.
    #[schema(value_type = Option<Uuid>)]
    pub responsible_id: Option<UserId>,
    /// The customer's word, 1 (bad) to 5 (good).
    pub satisfaction: Option<i64>,
    pub satisfaction_comment: String,
    #[schema(value_type = Option<i64>)]
    pub satisfaction_at: Option<Utc>,
    /// `agent` or `link`.
    pub satisfaction_via: Option<String>,
}

impl TicketState {
    pub(crate) const COLUMNS: &'static [Column] = columns!(
        number: Int, status: Text, status_at: Int, live: Bool, reopened_count: Int, merged_into: Text, created_by: Text, responded_at: Int,
        resolved_at: Int, closed_at: Int, response_target_ms: Int, response_due_at: Int, response_left_ms: Int, response_breached_at: Int,
        resolution_target_ms: Int, resolution_due_at: Int, resolution_left_ms: Int, resolution_breached_at: Int, due_at: Int,
        breached: Bool, next_escalation_at: Int, complaint: Bool, complaint_step: Text, responsible_id: Text, satisfaction: Int,
        satisfaction_comment: Text, satisfaction_at: Int, satisfaction_via: Text,
    );

    /// Of a ticket just made.
    pub(crate) fn new(number: i64, now: Utc, complaint: bool, created_by: Option<UserId>) -> TicketState {
        TicketState {
            number,
            status: TicketStatus::New,
            status_at: now,
            live: true,
            reopened_count: 0,
            merged_into: None,
            created_by,
            responded_at: None,
            resolved_at: None,
            closed_at: None,
            response_target_ms: None,
            response_due_at: None,
            response_left_ms: None,
            response_breached_at: None,
            resolution_target_ms: None,
            resolution_due_at: None,
            resolution_left_ms: None,
            resolution_breached_at: None,
            due_at: None,
            breached: false,
            next_escalation_at: None,
            complaint,
            complaint_step: complaint.then_some(ComplaintStep::Record),
            responsible_id: None,
            satisfaction: None,
            satisfaction_comment: String::new(),
            satisfaction_at: None,
            satisfaction_via: None,
        }
    }
}

/// A ticket as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TicketRow {
    #[schema(value_type = Uuid)]
    pub id: TicketId,
    /// Grows by one with each write; it is the ETag.
    pub version: i64,
    /// Microseconds since 1970, UTC.
    #[schema(value_type = i64)]
    pub created_at: Utc,
    #[schema(value_type = i64)]
    pub updated_at: Utc,
    #[serde(flatten)]
    pub data: Ticket,
    #[serde(flatten)]
    pub state: TicketState,
}

impl TicketRow {
    /// Set by the store in every row.
    pub fn priority(&self) -> TicketPriority {
        self.data.priority.unwrap_or(TicketPriority::Normal)
    }
}

/// A ticket with what hangs on it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TicketDetail {
    #[serde(flatten)]
    pub ticket: TicketRow,
    /// All customers, the main one first.
    #[schema(value_type = Vec<Uuid>)]
    pub customers: Vec<CustomerId>,
    #[schema(value_type = Vec<Uuid>)]
    pub watchers: Vec<UserId>,
    /// The latest linked first, at most 100.
    #[schema(value_type = Vec<Uuid>)]
    pub interactions: Vec<InteractionId>,
    /// At most 100.
    #[schema(value_type = Vec<Uuid>)]
    pub children: Vec<TicketId>,
    /// Those that were merged into it, at most 100.
    #[schema(value_type = Vec<Uuid>)]
    pub merged: Vec<TicketId>,
}

/// A line of its status history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = TicketStatusChange)]
pub struct StatusChange {
    #[schema(value_type = i64)]
    pub at: Utc,
    pub status: TicketStatus,
    /// None: the program itself.
    #[schema(value_type = Option<Uuid>)]
    pub user_id: Option<UserId>,
    pub note: String,
}

/// A trigger that has done its work on a ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = TicketTriggerFired)]
pub struct Fired {
    #[schema(value_type = Uuid)]
    pub trigger_id: TicketTriggerId,
    #[schema(value_type = i64)]
    pub at: Utc,
}

/// How it came to where it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TicketHistory {
    /// The earliest first, at most 1,000.
    pub statuses: Vec<StatusChange>,
    pub escalations: Vec<Fired>,
}

/// Something said about a ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TicketComment {
    #[schema(value_type = Uuid)]
    pub id: TicketCommentId,
    #[schema(value_type = i64)]
    pub at: Utc,
    /// None: the program itself.
    #[schema(value_type = Option<Uuid>)]
    pub user_id: Option<UserId>,
    /// For the customer; otherwise among ourselves.
    pub public: bool,
    pub text: String,
    /// Who is named in it by `@login`.
    #[schema(value_type = Vec<Uuid>)]
    pub mentions: Vec<UserId>,
}

/// A comment to be written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// 1 to 10,000 characters. `@login` tells whoever has that login.
    pub text: String,
    #[serde(default)]
    pub public: bool,
}

words! {
    /// Why somebody is told.
    NoticeKind { Assigned = "assigned", Mentioned = "mentioned", Escalated = "escalated", Commented = "commented" }
}

/// Something a person should know of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = TicketNotice)]
pub struct Notice {
    #[schema(value_type = Uuid)]
    pub id: NoticeId,
    #[schema(value_type = i64)]
    pub at: Utc,
    pub kind: NoticeKind,
    #[schema(value_type = Uuid)]
    pub ticket_id: TicketId,
    pub number: i64,
    pub title: String,
    #[schema(value_type = Option<i64>)]
    pub read_at: Option<Utc>,
}
