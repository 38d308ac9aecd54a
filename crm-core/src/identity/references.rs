//! The tables that refer to a customer, and what a merge and an erasure do with their rows. A new table that does adds a line here; a test
//! finds those that do not.
//!
//! Not in the list: what refers to customers in the log (`interaction_customer`, `interaction`, `event`). The log is the truth and is not
//! rewritten; who reads it by customer asks for all ids that lead to them, see [`SAME_CUSTOMER`].

/// All ids that one customer's rows in the log may have: their own, and those merged into them. `?` stands for the parameter.
///
/// ```text
/// … WHERE ic.customer_id IN (SELECT $1 UNION ALL SELECT customer_id FROM customer_alias WHERE survivor_id = $1)
/// ```
pub const SAME_CUSTOMER: &str =
    "SELECT CAST(? AS TEXT) AS customer_id UNION ALL SELECT a.customer_id FROM customer_alias a WHERE a.survivor_id = ?";

/// What a merge does with the rows of the customer that goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnMerge {
    /// They are the survivor's from now on. `keys`: the table's primary key, all of it TEXT.
    Move { keys: &'static [&'static str] },
    /// As `Move`, but the survivor may have the like already, and only one may be: then the row is dropped, and comes back when the merge is
    /// undone. `same`: the columns that, with the customer's, must be unique, all of it TEXT; `columns`: all other columns, to bring it back.
    /// `behind`: a column by which rows are ordered; those that come are put behind the survivor's. `parents`: columns that refer to rows of
    /// other tables, and the tables; what they refer to may be gone when the merge is undone, and then the row is not brought back.
    Unique {
        same: &'static [&'static str],
        columns: &'static [RefColumn],
        behind: Option<&'static str>,
        parents: &'static [(&'static str, &'static str)],
    },
    /// As `Move`, and of the rows of one customer that are alike in `same` one is marked by the column `mark`: the latest by `at` and `id`,
    /// before and after.
    Latest { keys: &'static [&'static str], same: &'static str, mark: &'static str },
    /// One end of a relation; `other`: the column with the other one. What cannot be any more is dropped, see `ends`.
    Ends { other: &'static str },
}

/// A column that is kept of a dropped row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefColumn {
    pub name: &'static str,
    /// BIGINT; else TEXT.
    pub int: bool,
}

const fn text(name: &'static str) -> RefColumn {
    RefColumn { name, int: false }
}
const fn int(name: &'static str) -> RefColumn {
    RefColumn { name, int: true }
}

/// A column that is emptied, and the SQL of what it then holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Emptied {
    pub name: &'static str,
    pub to: &'static str,
}

const fn empty(name: &'static str) -> Emptied {
    Emptied { name, to: "''" }
}
const fn to(name: &'static str, to: &'static str) -> Emptied {
    Emptied { name, to }
}

/// Rows of another table that hang on the emptied ones: by `column`, which has their `id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Below {
    pub table: &'static str,
    pub column: &'static str,
    /// None: the rows are deleted.
    pub columns: &'static [Emptied],
}

/// What an erasure does with the rows of the customer who is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnErase {
    /// They go in any case.
    Delete,
    /// They stay for the figures, with these columns emptied. When the customer's row goes as well, they go, or refer to nobody (`stays`).
    Blank { columns: &'static [Emptied], below: &'static [Below], stays: bool },
    /// They must stay, such as orders that the books need, but for these columns; who erases the row itself is refused while there are any.
    Keep { columns: &'static [Emptied] },
}

/// A table that refers to a customer.
#[derive(Clone, Copy, Debug)]
pub struct Reference {
    pub table: &'static str,
    /// The one with the customer's id.
    pub column: &'static str,
    pub merge: OnMerge,
    pub erase: OnErase,
    /// The rows' words in the audit, whose before and after are masked when the customer is erased, and by the first of which webhooks are told;
    /// `resource_id` is the column `id`. Rows that have words have `version` and `updated_at` as well, which each write raises. None: what
    /// the rows say is a part of the customer.
    pub audit: &'static [&'static str],
}

/// What rows that name no customer are found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// One of the customer's interactions.
    Interaction,
    /// A telephone number that is nobody else's.
    Number,
    /// One of the tickets that were emptied.
    Ticket,
}

/// Rows that are a customer's though they name none: written before anybody knew who it is.
#[derive(Clone, Copy, Debug)]
pub struct Nameless {
    pub table: &'static str,
    pub by: By,
    /// With `{}` for the list of what they are found by.
    pub found: &'static str,
    pub erase: OnErase,
    /// As in [`Reference`].
    pub audit: &'static [&'static str],
}

/// See [`Nameless`]. A ticket comes before what is found by tickets.
pub const NAMELESS: &[Nameless] = &[
    Nameless {
        table: "ticket",
        by: By::Interaction,
        found: "id IN (SELECT ti.ticket_id FROM ticket_interaction ti WHERE ti.interaction_id IN ({})) AND customer_id IS NULL \
                AND contact_id IS NULL AND NOT EXISTS (SELECT 1 FROM ticket_customer tc WHERE tc.ticket_id = ticket.id)",
        erase: TICKET,
        audit: &["ticket", "feedback"],
    },
    Nameless {
        table: "script_run",
        by: By::Interaction,
        found: "interaction_id IN ({}) AND customer_id IS NULL",
        erase: OnErase::Delete,
        audit: &["script_run"],
    },
    Nameless {
        table: "note",
        by: By::Interaction,
        found: "subject = 'interaction' AND subject_id IN ({}) AND customer_id IS NULL",
        erase: OnErase::Delete,
        audit: &["note"],
    },
    Nameless {
        table: "note",
        by: By::Ticket,
        found: "subject = 'ticket' AND subject_id IN ({}) AND customer_id IS NULL",
        erase: OnErase::Delete,
        audit: &["note"],
    },
    Nameless { table: "task", by: By::Interaction, found: "interaction_id IN ({}) AND customer_id IS NULL", erase: TASK, audit: &["task"] },
    Nameless { table: "task", by: By::Ticket, found: "ticket_id IN ({}) AND customer_id IS NULL", erase: TASK, audit: &["task"] },
    Nameless {
        table: "callback",
        by: By::Interaction,
        found: "interaction_id IN ({}) AND customer_id IS NULL",
        erase: OnErase::Delete,
        audit: &["callback"],
    },
    Nameless {
        table: "callback",
        by: By::Ticket,
        found: "ticket_id IN ({}) AND customer_id IS NULL",
        erase: OnErase::Delete,
        audit: &["callback"],
    },
    Nameless {
        table: "callback",
        by: By::Number,
        found: "number IN ({}) AND customer_id IS NULL",
        erase: OnErase::Delete,
        audit: &["callback"],
    },
    // Who asks for an article writes what the customer said.
    Nameless {
        table: "article_request",
        by: By::Interaction,
        found: "interaction_id IN ({})",
        erase: OnErase::Blank { columns: &[to("title", "'(erased)'"), empty("details"), to("query", "NULL")], below: &[], stays: true },
        audit: &["article_request"],
    },
];

/// What of a ticket may name somebody.
pub(crate) const TICKET: OnErase = OnErase::Blank {
    columns: &[
        to("title", "'(erased)'"),
        empty("title_search"),
        empty("description"),
        empty("contact"),
        to("tags", "'[]'"),
        to("external_id", "NULL"),
        to("custom", "'{}'"),
        to("fields", "'{}'"),
        empty("work"),
        empty("address"),
        empty("satisfaction_comment"),
    ],
    below: &[
        Below { table: "ticket_comment", column: "ticket_id", columns: &[empty("text")] },
        Below { table: "ticket_status", column: "ticket_id", columns: &[empty("note")] },
        Below { table: "complaint_step", column: "ticket_id", columns: &[] },
        Below { table: "ticket_tag", column: "ticket_id", columns: &[] },
        Below { table: "ticket_feedback", column: "ticket_id", columns: &[] },
        // Their files follow, as those of which there is no row.
        Below { table: "attachment", column: "ticket_id", columns: &[] },
        // It holds tags and customers.
        Below { table: "ticket_merge", column: "ticket_id", columns: &[] },
        Below { table: "ticket_merge", column: "into_id", columns: &[] },
    ],
    stays: true,
};
/// What of a task may.
const TASK: OnErase = OnErase::Blank { columns: &[to("title", "'(erased)'"), empty("text")], below: &[], stays: false };

/// Rows that are the survivor's from now on.
const MOVE: OnMerge = OnMerge::Move { keys: &["id"] };

/// See the module.
pub const REFERENCES: &[Reference] = &[
    Reference {
        table: "customer_contact_point",
        column: "customer_id",
        merge: OnMerge::Unique {
            same: &["contact_point_id"],
            columns: &[
                text("label"),
                int("preferred"),
                int("valid"),
                int("sort"),
                int("valid_from"),
                int("valid_until"),
                text("raw"),
                text("detail"),
            ],
            behind: Some("sort"),
            parents: &[("contact_point_id", "contact_point")],
        },
        erase: OnErase::Delete,
        audit: &[],
    },
    Reference {
        table: "open_item",
        column: "customer_id",
        merge: MOVE,
        erase: OnErase::Blank { columns: &[empty("title")], below: &[], stays: false },
        audit: &["open_item"],
    },
    Reference {
        table: "customer_share",
        column: "customer_id",
        merge: OnMerge::Unique { same: &["kind", "target_id"], columns: &[], behind: None, parents: &[] },
        erase: OnErase::Delete,
        audit: &[],
    },
    Reference {
        table: "customer_relation",
        column: "from_id",
        merge: OnMerge::Ends { other: "to_id" },
        erase: OnErase::Delete,
        audit: &[],
    },
    Reference {
        table: "customer_relation",
        column: "to_id",
        merge: OnMerge::Ends { other: "from_id" },
        erase: OnErase::Delete,
        audit: &[],
    },
    Reference {
        table: "customer_consent",
        column: "customer_id",
        merge: OnMerge::Latest { keys: &["id"], same: "channel", mark: "current" },
        erase: OnErase::Delete,
        audit: &[],
    },
    // Computed anew when something happens.
    Reference {
        table: "customer_value",
        column: "customer_id",
        merge: OnMerge::Unique {
            same: &["formula_id"],
            columns: &[int("number"), int("value_milli"), text("inputs"), int("computed_at")],
            behind: None,
            parents: &[("formula_id", "formula")],
        },
        erase: OnErase::Delete,
        audit: &[],
    },
    Reference { table: "ticket", column: "customer_id", merge: MOVE, erase: TICKET, audit: &["ticket", "feedback"] },
    // Somebody else's ticket, with whom to speak of it.
    Reference {
        table: "ticket",
        column: "contact_id",
        merge: MOVE,
        erase: OnErase::Blank { columns: &[empty("contact")], below: &[], stays: true },
        audit: &["ticket"],
    },
    Reference {
        table: "ticket_customer",
        column: "customer_id",
        merge: OnMerge::Unique { same: &["ticket_id"], columns: &[int("made_at")], behind: None, parents: &[("ticket_id", "ticket")] },
        erase: OnErase::Delete,
        audit: &[],
    },
    // What was answered in a contact.
    Reference { table: "script_run", column: "customer_id", merge: MOVE, erase: OnErase::Delete, audit: &["script_run"] },
    Reference {
        table: "customer_order",
        column: "customer_id",
        merge: MOVE,
        // The books need its number and what was ordered; nobody needs where the parcel is, or the id in the other system that knows them.
        erase: OnErase::Keep { columns: &[empty("notes"), to("tracking", "NULL"), to("external_id", "NULL")] },
        audit: &["order"],
    },
    Reference {
        table: "contract",
        column: "customer_id",
        merge: MOVE,
        erase: OnErase::Keep { columns: &[empty("notes"), to("external_id", "NULL")] },
        audit: &["contract"],
    },
    Reference {
        table: "product_owned",
        column: "customer_id",
        merge: MOVE,
        erase: OnErase::Blank { columns: &[to("serial", "NULL"), to("external_id", "NULL"), empty("notes")], below: &[], stays: false },
        audit: &["product_owned"],
    },
    Reference { table: "task", column: "customer_id", merge: MOVE, erase: TASK, audit: &["task"] },
    // Without a number there is nobody to call back.
    Reference { table: "callback", column: "customer_id", merge: MOVE, erase: OnErase::Delete, audit: &["callback"] },
    Reference { table: "reminder", column: "customer_id", merge: MOVE, erase: OnErase::Delete, audit: &["reminder"] },
    Reference { table: "note", column: "customer_id", merge: MOVE, erase: OnErase::Delete, audit: &["note"] },
    Reference { table: "notification", column: "customer_id", merge: MOVE, erase: OnErase::Delete, audit: &[] },
];

/// Tables that hold ids of customers and are dealt with by name: the log, and what this crate keeps of merges and erasures.
pub const NOT_MOVED: &[&str] = &["interaction_customer", "interaction", "match_key", "customer_alias", "erasure", "audit_customer"];
