//! The rows people edit, as plain data with their rules. No SQL: a resource says its table and columns, `crud` does the rest.
//!
//! Every resource is stored as [`Stored<R>`]: the fields of `R` with `id`, `version` and the two times beside them. Times are microseconds
//! since 1970 in UTC, durations milliseconds. Passwords are [`Secret`]s: read from a request, never written to an answer, a log or the audit.

mod birthday;
mod check;
mod config;
mod customers;
mod fields;
mod formulas;
mod hours;
mod imports;
mod knowledge;
mod orders;
mod outbound;
mod people;
mod relations;
mod retention;
mod rules;
mod scripts;
mod ticket;
mod ticketing;
mod voicemail;
mod webhooks;
mod work;

pub use birthday::Birthday;
pub use check::Check;
pub(crate) use check::is_line;
pub use config::*;
pub use customers::*;
pub use fields::*;
pub use formulas::*;
pub use hours::*;
pub use imports::*;
pub use knowledge::*;
pub use orders::*;
pub use outbound::*;
pub use people::*;
pub use relations::*;
pub use retention::*;
pub use rules::*;
pub use scripts::*;
pub use ticket::*;
pub use ticketing::*;
pub use voicemail::*;
pub use webhooks::*;
pub use work::*;

use crate::error::FieldError;
use cti_types::Utc;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::hash::Hash;
use std::str::FromStr;
use utoipa::ToSchema;
use uuid::Uuid;

/// How a field is held in its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    Text,
    Int,
    /// 0 or 1.
    Bool,
    /// Lists, maps and unions, as JSON text.
    Json,
}

/// A column that has the name of its field.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub name: &'static str,
    pub kind: ColumnKind,
}

/// Which kind of row changed. The word is that of the API's path and of the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Site,
    Team,
    User,
    ApiToken,
    Queue,
    Skill,
    Reason,
    WrapUpCode,
    Hours,
    Number,
    Trunk,
    DialRule,
    Phone,
    Flow,
    Customer,
    OpenItem,
    CustomField,
    Formula,
    ImportJob,
    RetentionPolicy,
    Ticket,
    TicketType,
    SlaPolicy,
    TicketRule,
    TicketTrigger,
    TicketTemplate,
    KnowledgeCategory,
    KnowledgeArticle,
    ArticleRequest,
    Script,
    Rule,
    Product,
    Order,
    Contract,
    ProductOwned,
    Task,
    Callback,
    Reminder,
    Note,
    Notification,
    Webhook,
}

impl Kind {
    /// The word for one of them, as in messages and the audit.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Site => "site",
            Kind::Team => "team",
            Kind::User => "user",
            Kind::ApiToken => "api_token",
            Kind::Queue => "queue",
            Kind::Skill => "skill",
            Kind::Reason => "reason",
            Kind::WrapUpCode => "wrap_up_code",
            Kind::Hours => "hours",
            Kind::Number => "number",
            Kind::Trunk => "trunk",
            Kind::DialRule => "dial_rule",
            Kind::Phone => "phone",
            Kind::Flow => "flow",
            Kind::Customer => "customer",
            Kind::OpenItem => "open_item",
            Kind::CustomField => "custom_field",
            Kind::Formula => "formula",
            Kind::ImportJob => "import",
            Kind::RetentionPolicy => "retention_policy",
            Kind::Ticket => "ticket",
            Kind::TicketType => "ticket_type",
            Kind::SlaPolicy => "sla_policy",
            Kind::TicketRule => "ticket_rule",
            Kind::TicketTrigger => "ticket_trigger",
            Kind::TicketTemplate => "ticket_template",
            Kind::KnowledgeCategory => "knowledge_category",
            Kind::KnowledgeArticle => "knowledge_article",
            Kind::ArticleRequest => "article_request",
            Kind::Script => "script",
            Kind::Rule => "rule",
            Kind::Product => "product",
            Kind::Order => "order",
            Kind::Contract => "contract",
            Kind::ProductOwned => "product_owned",
            Kind::Task => "task",
            Kind::Callback => "callback",
            Kind::Reminder => "reminder",
            Kind::Note => "note",
            Kind::Notification => "notification",
            Kind::Webhook => "webhook",
        }
    }

    /// Whether calls depend on it, so that the switch must load its snapshot anew.
    pub const fn is_config(self) -> bool {
        !matches!(
            self,
            Kind::ApiToken
                | Kind::Customer
                | Kind::OpenItem
                | Kind::CustomField
                | Kind::Formula
                | Kind::ImportJob
                | Kind::RetentionPolicy
                | Kind::Ticket
                | Kind::TicketType
                | Kind::SlaPolicy
                | Kind::TicketRule
                | Kind::TicketTrigger
                | Kind::TicketTemplate
                | Kind::KnowledgeCategory
                | Kind::KnowledgeArticle
                | Kind::ArticleRequest
                | Kind::Script
                | Kind::Product
                | Kind::Order
                | Kind::Contract
                | Kind::ProductOwned
                | Kind::Task
                | Kind::Callback
                | Kind::Reminder
                | Kind::Note
                | Kind::Notification
                | Kind::Webhook
        )
    }
}

/// What an id of ours can do.
pub trait Id: Copy + Eq + Ord + Hash + fmt::Display + fmt::Debug + FromStr + Serialize + DeserializeOwned + Send + Sync + 'static {
    fn from_uuid(id: Uuid) -> Self;
}

macro_rules! ids {
    ($($name:ident),*) => {$(
        impl Id for cti_types::$name {
            fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}
ids!(
    UserId,
    QueueId,
    SkillId,
    TeamId,
    SiteId,
    TrunkId,
    PhoneId,
    NumberId,
    FlowId,
    ReasonId,
    WrapUpCodeId,
    HoursId,
    CustomerId,
    PersonalId,
    ContactPointId,
    RuleId
);

macro_rules! own_id {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(s).map(Self)
            }
        }
        impl Id for $name {
            fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}
own_id!(
    /// An open item of a customer.
    OpenItemId,
    /// An API token (not the token itself).
    ApiTokenId,
    /// One row of the audit.
    AuditId,
    /// A rule of who may dial what.
    DialRuleId,
    /// A field defined at run time.
    CustomFieldId,
    /// A formula over a customer's history.
    FormulaId,
    /// A relation between two customers.
    RelationId,
    /// What a customer allowed or forbade once.
    ConsentId,
    /// Two customers made one.
    MergeId,
    /// Two customers who may be one.
    DuplicateId,
    /// A CSV file taken over.
    ImportJobId,
    /// Customers taken out of the house.
    ExportId,
    /// The certificate of a customer erased.
    ErasureId,
    /// What may not be erased.
    LegalHoldId,
    /// How long a kind of data is kept.
    RetentionPolicyId,
    /// A ticket.
    TicketId,
    /// A kind of ticket.
    TicketTypeId,
    /// Times promised.
    SlaPolicyId,
    /// A rule of who gets which tickets.
    TicketRuleId,
    /// What happens when a ticket is not looked after.
    TicketTriggerId,
    /// A text with gaps.
    TicketTemplateId,
    /// Something said about a ticket.
    TicketCommentId,
    /// Something a person should know of.
    NoticeId,
    /// Something that is sold.
    ProductId,
    /// An order of a customer.
    OrderId,
    /// A contract with a customer.
    ContractId,
    /// A thing a customer has of us.
    ProductOwnedId,
    /// Something to be done.
    TaskId,
    /// A call we owe somebody.
    CallbackId,
    /// Something to be reminded of.
    ReminderId,
    /// What somebody wrote down.
    NoteId,
    /// A file on a ticket or a note.
    AttachmentId,
    /// What somebody is told.
    NotificationId,
    /// Somebody who is told of changes over HTTP.
    WebhookId,
    /// An article of the knowledge base.
    KnowledgeArticleId,
    /// A category of articles.
    KnowledgeCategoryId,
    /// An article somebody misses.
    ArticleRequestId,
    /// A comment on an article.
    ArticleCommentId,
    /// What agents are led through.
    ScriptId,
    /// A script under way, or gone through.
    ScriptRunId
);

/// A column of another table that holds this resource's id, alone or inside JSON.
#[derive(Clone, Copy, Debug)]
pub struct UsedBy {
    pub table: &'static str,
    pub column: &'static str,
}

/// An id in a field that must exist when the row is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    pub field: String,
    pub table: &'static str,
    pub id: String,
}

/// Two rows that cannot both stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    pub field: &'static str,
    /// A sentence that names both and what they share.
    pub what: String,
    pub mend: String,
}

/// What a write-only field becomes in columns that no resource reads back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// Hashed with argon2id into `password_hash`.
    Password(Secret),
    /// Hashed with user name and realm into `ha1_md5` and `ha1_sha256`.
    Digest { username: String, password: Secret },
    /// The same for somebody else's realm.
    RealmDigest { username: String, realm: String, password: Secret },
}

/// A kind of row that people create, edit and delete through the store.
pub trait Resource: Serialize + DeserializeOwned + Clone + fmt::Debug + Send + Sync + 'static {
    type Id: Id;
    const KIND: Kind;
    const TABLE: &'static str;
    const COLUMNS: &'static [Column];
    /// Where its id may stand; while it does, deleting is refused.
    const USED_BY: &'static [UsedBy] = &[];
    /// The field a list's search text is compared with.
    const SEARCH: &'static str = "name";
    /// Fields of which a change names only the parts that change (RFC 7396). Of the others it names the whole: parts of one kind of
    /// entry, or of one order, mean nothing in another.
    const MERGED: &'static [&'static str] = &[];

    /// Checks and tidies the fields (trims names, …), noting every one that is wrong.
    fn check(&mut self, check: &mut Check);

    /// Ids in it that must exist.
    fn references(&self) -> Vec<Reference> {
        Vec::new()
    }

    /// The write-only field, if this write carries it.
    fn credential(&self) -> Option<Credential> {
        None
    }

    /// Rules about what may follow what. `old` is the row as it stands.
    fn check_change(&self, _old: &Self, _check: &mut Check) {}

    /// Whether a row must be held against all others of its kind with [`Resource::clash`] before it is written. For small tables.
    const HAS_CLASHES: bool = false;

    /// What this row and another one may not both say, where that is more than equal text (which a UNIQUE column refuses).
    fn clash(&self, _other: &Self) -> Option<Clash> {
        None
    }

    /// Values of fields defined at run time, of a resource that has them.
    fn custom_fields(&self) -> Option<&std::collections::BTreeMap<String, serde_json::Value>> {
        None
    }

    /// Keys by which those who may be the same are found; kept in `match_key` with each write.
    fn match_keys(&self) -> Vec<i64> {
        Vec::new()
    }

    /// Whether a change from `old` may have changed [`Resource::match_keys`].
    fn match_keys_may_differ(&self, _old: &Self) -> bool {
        false
    }

    /// [`Resource::clash`], where more than two rows are in it. `others` are all rows but this one, whose id is `own` once it has one.
    fn clash_among(&self, _own: Option<Self::Id>, _others: &[(Self::Id, Self)]) -> Option<Clash> {
        None
    }

    /// The day reminders of birthdays follow.
    fn birthday(&self) -> Option<Birthday> {
        None
    }

    /// Further columns with numbers derived from the fields.
    fn derived_numbers(&self) -> Vec<(&'static str, Option<i64>)> {
        Vec::new()
    }

    /// The customer it belongs to: whoever looks at them is told of its changes.
    fn customer(&self) -> Option<cti_types::CustomerId> {
        None
    }

    /// Whose work it is: they are told of its changes.
    fn owner(&self) -> Option<Owner> {
        None
    }

    /// Further columns derived from the fields, such as lower-case names to search by.
    fn derived(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// A row as it stands in the database.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(bound = "")]
pub struct Stored<R: Resource> {
    #[schema(value_type = Uuid)]
    pub id: R::Id,
    /// Grows by one with each write; a write names the version it is based on.
    pub version: i64,
    /// Microseconds since 1970, UTC.
    #[schema(value_type = i64)]
    pub created_at: Utc,
    #[schema(value_type = i64)]
    pub updated_at: Utc,
    #[serde(flatten)]
    pub data: R,
}

impl<R: Resource> std::ops::Deref for Stored<R> {
    type Target = R;
    fn deref(&self) -> &R {
        &self.data
    }
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Give it back as `cursor` to get what follows; none: this was the last page.
    pub next: Option<String>,
}

/// Most items of a page. The API refuses to be asked for more; the store itself cuts it to this.
pub const PAGE_MAX: u32 = 500;
/// Items of a page when nothing is asked for.
pub const PAGE_DEFAULT: u32 = 50;

/// Which part of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// The `next` of the page before.
    pub cursor: Option<String>,
    /// 1 to [`PAGE_MAX`]; `None`: [`PAGE_DEFAULT`].
    pub limit: Option<u32>,
    /// Only rows whose name begins with this, whatever the case.
    pub search: Option<String>,
    /// Only rows whose field equals this. Fields are those of the JSON form; true and false for flags.
    pub equals: Vec<(String, String)>,
}

impl ListQuery {
    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX) as usize
    }
}

/// A value that is taken in and never given out: not by serde, not by `Debug`.
#[derive(Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }
    /// The value itself, for hashing it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Who makes a change, and through what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// `None`: the program itself.
    pub user: Option<cti_types::UserId>,
    /// `api`, `start`, `demo`, …
    pub via: &'static str,
}

impl Who {
    /// A signed-in person.
    pub fn user(user: cti_types::UserId, via: &'static str) -> Self {
        Self { user: Some(user), via }
    }
    /// The program itself.
    pub fn system(via: &'static str) -> Self {
        Self { user: None, via }
    }
}

/// A row of the audit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    #[schema(value_type = Uuid)]
    pub id: AuditId,
    #[schema(value_type = i64)]
    pub at: Utc,
    #[schema(value_type = Option<Uuid>)]
    pub user: Option<cti_types::UserId>,
    pub via: String,
    /// `create`, `update`, `delete`, `listen`, or what else was done: `merge`, `unmerge`, `import`, `export`, `erase`, `hold`, `lift`.
    pub action: String,
    /// The kind of row, as [`Kind::word`] says it.
    pub resource: String,
    pub resource_id: String,
    #[schema(value_type = Value)]
    pub before: Option<serde_json::Value>,
    #[schema(value_type = Value)]
    pub after: Option<serde_json::Value>,
}

/// The errors a [`Check`] gathered, for whoever reports them.
pub type Errors = Vec<FieldError>;

macro_rules! columns {
    ($($name:ident: $kind:ident),* $(,)?) => {
        &[$($crate::model::Column { name: stringify!($name), kind: $crate::model::ColumnKind::$kind }),*]
    };
}
pub(crate) use columns;
