//! Everything that happened with a customer, on all channels, the latest first: sources merged by (at, id). Writes nothing.
//!
//! Another part of the program adds its rows with one line in [`SOURCES`]: where they stand, which columns are the customer, the time and
//! the id (an index on those three must serve them), and what is shown. One statement reads a page of all sources together.

use crate::db::{Row, args, listed, placeholders};
use crate::error::{Result, StoreError};
use crate::model::{CustomField, Customer, Kind, PAGE_DEFAULT, PAGE_MAX, Page, Resource as _, TicketId};
use crate::rights::{Verb, differing, mask, may};
use crate::store::Store;
use crate::viewer::Viewer;
use cti_types::{CustomerId, UserId, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// Most characters of a title.
const TITLE_MAX: usize = 500;
/// Customers merged into one whose log is shown as well; the further ones' is left out.
const MERGED_MAX: usize = 20;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelineEntry {
    /// Of the row it tells of.
    pub id: Uuid,
    #[schema(value_type = i64)]
    pub at: Utc,
    /// `interaction`, `ticket`, `order`, `callback`, `task`, `note`, `script`, `consent`, `open_item`, `change`.
    pub kind: String,
    /// A line or two: the note, the title of what it is, an order's number, what was done.
    pub title: Option<String>,
    /// What it is more closely: channel and direction, a ticket's number, an order's sum in minor units and its currency, the kind of item,
    /// the kind of row changed.
    pub detail: Option<String>,
    /// How it stands, or stood at its end.
    pub state: Option<String>,
    /// Who served or did it.
    #[schema(value_type = Option<Uuid>)]
    pub user_id: Option<UserId>,
    /// Their name now.
    pub user: Option<String>,
    /// What was changed, as far as the reader may read it.
    pub changes: Vec<FieldChange>,
}

/// A field that was changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldChange {
    /// `tier`, `fields.contract_class`.
    pub field: String,
    #[schema(value_type = Value)]
    pub before: Option<Json>,
    #[schema(value_type = Value)]
    pub after: Option<Json>,
}

/// Where entries come from.
struct Source {
    kind: &'static str,
    from: &'static str,
    /// The column that is the customer's id, and what else must hold.
    customer: &'static str,
    at: &'static str,
    id: &'static str,
    /// Rows of the log, and of the audit, have the ids of customers merged since: those are asked for as well.
    of_merged: bool,
    /// Title, detail, state, the user's id, and the JSON of before and after, in this order.
    shown: [&'static str; 6],
}

const NONE: &str = "CAST(NULL AS TEXT)";

/// A row of the audit about a customer. Each resource is a range of its own in the index.
const fn changes(resource: &'static str) -> Source {
    Source {
        kind: "change",
        from: "audit a",
        customer: resource,
        at: "a.at",
        id: "a.id",
        of_merged: true,
        shown: ["a.action", "a.resource", NONE, "a.user_id", "a.before_json", "a.after_json"],
    }
}

/// See the module.
const SOURCES: &[Source] = &[
    Source {
        kind: "interaction",
        from: "interaction_customer ic JOIN interaction i ON i.id = ic.interaction_id LEFT JOIN personal p ON p.id = i.note_ref",
        customer: "ic.customer_id",
        at: "ic.opened_at",
        id: "ic.interaction_id",
        of_merged: true,
        shown: ["p.value", "i.channel || ' ' || i.direction", "COALESCE(i.close_reason, i.state)", "i.agent_id", NONE, NONE],
    },
    Source {
        kind: "open_item",
        from: "open_item o",
        customer: "o.customer_id",
        at: "o.created_at",
        id: "o.id",
        of_merged: false,
        shown: ["o.title", "o.kind", "o.state", NONE, NONE, NONE],
    },
    Source {
        kind: "consent",
        from: "customer_consent n",
        customer: "n.customer_id",
        at: "n.at",
        id: "n.id",
        of_merged: false,
        shown: ["n.source", "n.channel", "n.state", "n.user_id", NONE, NONE],
    },
    Source {
        kind: "ticket",
        from: "ticket_customer l JOIN ticket t ON t.id = l.ticket_id",
        customer: "l.customer_id",
        at: "l.made_at",
        id: "l.ticket_id",
        of_merged: false,
        shown: ["t.title", "CAST(t.number AS TEXT)", "t.status", "t.assignee_id", NONE, NONE],
    },
    Source {
        kind: "order",
        from: "customer_order r",
        customer: "r.customer_id",
        at: "r.placed_at",
        id: "r.id",
        of_merged: false,
        shown: ["r.number", "CAST(r.total_minor AS TEXT) || ' ' || r.currency", "r.state", NONE, NONE, NONE],
    },
    Source {
        kind: "callback",
        from: "callback b",
        customer: "b.customer_id",
        at: "b.made_at",
        id: "b.id",
        of_merged: false,
        shown: ["b.reason", "b.raw_number", "b.state", "b.created_by", NONE, NONE],
    },
    Source {
        kind: "task",
        from: "task k",
        customer: "k.customer_id",
        at: "k.made_at",
        id: "k.id",
        of_merged: false,
        shown: ["k.title", NONE, "k.state", "k.created_by", NONE, NONE],
    },
    Source {
        kind: "note",
        from: "note e",
        customer: "e.customer_id",
        at: "e.created_at",
        id: "e.id",
        of_merged: false,
        shown: ["e.text", "e.subject", NONE, "e.author_id", NONE, NONE],
    },
    Source {
        kind: "script",
        from: "script_run g LEFT JOIN script c ON c.id = g.script_id",
        customer: "g.customer_id",
        at: "g.created_at",
        id: "g.id",
        of_merged: false,
        shown: ["c.name", NONE, "g.state", "g.agent_id", NONE, NONE],
    },
    changes("a.resource = 'customer' AND a.resource_id"),
    changes("a.resource = 'customer_contacts' AND a.resource_id"),
    changes("a.resource = 'customer_relation' AND a.resource_id"),
    changes("a.resource = 'customer_share' AND a.resource_id"),
];

/// Which entries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimelineQuery {
    /// Only these kinds; empty: all the reader may read.
    pub kinds: BTreeSet<String>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
    /// 1 to [`PAGE_MAX`].
    pub limit: Option<u32>,
}

impl Store {
    /// A page of what happened with a customer, the latest first. Changes only for who may read them.
    ///
    /// # Errors
    /// `NotFound`, also for a customer the viewer may not see; `Invalid` for an unknown kind or a bad cursor; `Unavailable`.
    pub async fn timeline(&self, viewer: &Viewer, customer: CustomerId, query: &TimelineQuery) -> Result<Page<TimelineEntry>> {
        let (stored, _) = self.customer(viewer, customer).await?;
        let owns = viewer.owns(stored.owner_id);
        let invalid = |field: &str, mend: &str| StoreError::invalid("timeline", field, mend);
        if let Some(odd) = query.kinds.iter().find(|kind| !SOURCES.iter().any(|source| source.kind == kind.as_str())) {
            let known: BTreeSet<&str> = SOURCES.iter().map(|source| source.kind).collect();
            let odd: String = odd.chars().take(40).collect();
            let known = known.into_iter().collect::<Vec<_>>().join(", ");
            return Err(invalid("kinds", &format!("there is no kind {odd}; choose of {known}")));
        }
        let may_changes = may(viewer, owns, Customer::KIND.word(), "changes", Verb::Read);
        let wanted =
            |source: &&Source| (query.kinds.is_empty() || query.kinds.contains(source.kind)) && (source.kind != "change" || may_changes);
        let sources: Vec<&Source> = SOURCES.iter().filter(wanted).collect();
        let (at, id) = match &query.cursor {
            None => (i64::MAX, String::new()),
            Some(cursor) => {
                let parts = cursor.split_once('.').and_then(|(at, id)| Some((at.parse::<i64>().ok()?, id.parse::<Uuid>().ok()?)));
                let (at, id) = parts.ok_or_else(|| invalid("cursor", "give back the `next` of the page before"))?;
                (at, id.hyphenated().to_string())
            }
        };
        if sources.is_empty() {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let limit = query.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX) as usize;
        let mut values = args![customer.to_string(), at, at, id];
        let sql = format!("SELECT customer_id FROM customer_alias WHERE survivor_id = $1 ORDER BY customer_id LIMIT {MERGED_MAX}");
        for row in self.db.fetch(sql, vec![crate::db::text(customer)]).await? {
            values.push(row.text(0)?.into());
        }
        // $1 is the customer, those merged into them stand from $5 on.
        let merged = 5..=values.len();
        let mut parts: Vec<String> = Vec::new();
        for source in sources {
            parts.push(source.select(parts.len(), 1, limit + 1));
            for who in merged.clone().filter(|_| source.of_merged) {
                parts.push(source.select(parts.len(), who, limit + 1));
            }
        }
        let sql = format!("SELECT * FROM ({}) AS line ORDER BY at DESC, id DESC LIMIT {}", parts.join(" UNION ALL "), limit + 1);
        let rows = self.db.fetch(sql, values).await?;
        let defined = if may_changes { self.field_definitions(Kind::Customer.word()).await? } else { Vec::new() };
        let mut items = Vec::with_capacity(limit.min(rows.len()));
        for row in rows.iter().take(limit) {
            let entry = read(row, viewer, owns, &defined)?;
            // An interaction in which both of two stood comes twice.
            if items.last().is_none_or(|last: &TimelineEntry| (last.id, &last.kind) != (entry.id, &entry.kind)) {
                items.push(entry);
            }
        }
        let next = if rows.len() > limit { items.last().map(|last| format!("{}.{}", last.at.0, last.id.hyphenated())) } else { None };
        // Tickets of others that they are linked to, and notes on such.
        let of = self.tickets_in(&items).await?;
        let hidden = self.hidden_tickets(viewer, of.values().copied().collect()).await?;
        items.retain(|item| of.get(&item.id).is_none_or(|ticket| !hidden.contains(ticket)));
        self.name_users(&mut items).await?;
        Ok(Page { items, next })
    }

    /// The tickets that these entries are, or are notes on.
    async fn tickets_in(&self, items: &[TimelineEntry]) -> Result<BTreeMap<Uuid, TicketId>> {
        let of = |kind: Kind| items.iter().filter(move |item| item.kind == kind.word()).map(|item| item.id);
        let mut tickets: BTreeMap<Uuid, TicketId> = of(Kind::Ticket).map(|id| (id, TicketId(id))).collect();
        let notes: Vec<String> = of(Kind::Note).map(|id| id.to_string()).collect();
        if !notes.is_empty() {
            let (list, values) = listed(1, &notes);
            let sql = format!("SELECT id, subject_id FROM note WHERE subject = 'ticket' AND id IN ({list})");
            for row in self.db.fetch(sql, values).await? {
                tickets.insert(row.id(0)?, row.id(1)?);
            }
        }
        Ok(tickets)
    }

    async fn name_users(&self, items: &mut [TimelineEntry]) -> Result<()> {
        let ids: BTreeSet<UserId> = items.iter().filter_map(|item| item.user_id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let sql = format!("SELECT id, name FROM app_user WHERE id IN ({})", placeholders(1, ids.len()));
        let mut names: BTreeMap<UserId, String> = BTreeMap::new();
        for row in self.db.fetch(sql, ids.iter().map(crate::db::text).collect()).await? {
            names.insert(row.id(0)?, row.text(1)?.to_owned());
        }
        for item in items {
            item.user = item.user_id.and_then(|id| names.get(&id).cloned());
        }
        Ok(())
    }
}

impl Source {
    /// The latest of this source before (`$2`, `$4`); `$3` is `$2` again. The n-th of a statement; `who`: the place of the customer's id.
    fn select(&self, n: usize, who: usize, limit: usize) -> String {
        let Source { kind, from, customer, at, id, of_merged: _, shown: [title, detail, state, user, before, after] } = self;
        format!(
            "SELECT * FROM (SELECT {id} AS id, {at} AS at, '{kind}' AS kind, {title} AS title, {detail} AS detail, {state} AS state, \
             {user} AS user_id, {before} AS before_json, {after} AS after_json FROM {from} \
             WHERE {customer} = ${who} AND {at} <= $2 AND ({at} < $3 OR {id} < $4) ORDER BY {at} DESC, {id} DESC LIMIT {limit}) AS s{n}"
        )
    }
}

fn read(row: &Row, viewer: &Viewer, owns: bool, defined: &[CustomField]) -> Result<TimelineEntry> {
    let owned = |at: usize| row.opt_text(at).map(|text| text.chars().take(TITLE_MAX).collect::<String>());
    let kind = row.text(2)?.to_owned();
    let side = |at: usize| -> Result<Map<String, Json>> {
        let Some(text) = row.opt_text(at) else { return Ok(Map::new()) };
        Ok(match serde_json::from_str(text).map_err(|error| StoreError::corrupt_from("an audit row", error))? {
            Json::Object(fields) => fields,
            // Contact points are audited as a list.
            other @ (Json::Array(_) | Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_)) => {
                Map::from_iter([("contacts".to_owned(), other)])
            }
        })
    };
    let mut changes = Vec::new();
    if kind == "change" {
        let (mut before, mut after) = (side(7)?, side(8)?);
        if row.opt_text(4) == Some(Kind::Customer.word()) {
            for fields in [&mut before, &mut after] {
                fields.remove("version");
                mask(viewer, owns, Kind::Customer.word(), defined, fields);
            }
        }
        let value = |of: &Map<String, Json>, field: &str| match field.strip_prefix("fields.") {
            Some(key) => of.get("fields").and_then(|fields| fields.get(key)).cloned(),
            None => of.get(field).cloned(),
        };
        for field in differing(&before, &after) {
            let (before, after) = (value(&before, &field), value(&after, &field));
            changes.push(FieldChange { field, before, after });
        }
    }
    Ok(TimelineEntry {
        id: row.id(0)?,
        at: Utc(row.int(1)?),
        kind,
        title: owned(3),
        detail: owned(4),
        state: owned(5),
        user_id: row.opt_id(6)?,
        user: None,
        changes,
    })
}
