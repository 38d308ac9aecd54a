//! Finding customers: lists and searches, each served by an index and read by keyset. Writes nothing; who calls is `card`'s matter.
//!
//! A list is *hits* in the order of an index (a key and an id), joined with the customers and filtered by what no index serves: whether the
//! viewer sees them, and further fields. Hits are looked at by the window, so that no page reads more than [`WINDOW`] of ten million: a page
//! may be short, even empty, and its `next` says where to go on.

use crate::activity::{self, Activity};
use crate::crud::{column_list, prefix_range};
use crate::customers::read_customer;
use crate::db::{Row, Value, text};
use crate::error::{Result, StoreError};
use crate::model::{Customer, CustomerKind, ListQuery, PAGE_DEFAULT, PAGE_MAX, Page, Resource as _, Stored};
use crate::number::normalise;
use crate::store::Store;
use crate::viewer::Viewer;
use cti_types::{CustomerId, Number, TeamId, UserId, Utc};
use serde::Serialize;
use std::collections::BTreeSet;

/// Hits looked at for one page when not all of them need be shown.
pub const WINDOW: usize = 2_000;
const DAY_US: i64 = 86_400_000_000;
/// Fewer digits are not looked for at the end of numbers: they would be found everywhere.
const TAIL_MIN: usize = 4;

/// Which customers. All that are given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomerFilter {
    /// The beginning of a name, a family name, a mail address or a number, the last digits of a number, or the whole id in another system.
    pub search: Option<String>,
    pub tier: Option<String>,
    pub owner: Option<UserId>,
    pub team: Option<TeamId>,
    pub kind: Option<CustomerKind>,
    pub language: Option<String>,
    pub external_id: Option<String>,
    /// No contact in so many days, or never; those longest ago first.
    pub not_contacted_days: Option<u32>,
    /// Whose birthday lies between these days of the year, both included, the first of them at the beginning; as in [`crate::model::Birthday::parse_day`].
    pub birthdays: Option<(i64, i64)>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
    /// 1 to [`PAGE_MAX`].
    pub limit: Option<u32>,
}

/// A customer as a list shows them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CustomerRow {
    #[serde(flatten)]
    pub customer: Stored<Customer>,
    #[serde(flatten)]
    pub activity: Activity,
}

/// Where a page went on to: the key and the id of the last hit looked at.
struct Place {
    id: String,
    key: String,
}

/// The cursor that goes on behind a hit. Its key is found again by ids: it may be a name or a number of somebody who is not shown, and
/// cursors stand in addresses. Only the time of who is shown is written out, as it may be another one when the cursor comes back.
fn cursor(id: &str, mark: &str, key: &str, shown: bool) -> String {
    match mark {
        BY_ID => id.to_owned(),
        BY_TIME if shown => format!("{id}.{mark}{key}"),
        mark => format!("{id}.{mark}"),
    }
}

// How the key of a hit is found again: the first letter of its mark.
const BY_ID: &str = "";
const BY_TIME: &str = "t";
const BY_DAY: &str = "b";
const BY_NAME: &str = "n";
const BY_FAMILY: &str = "f";
/// The whole id in another system, which comes before all.
const BY_EXTERNAL_ID: &str = "x";
/// With the id of the contact point: its value, its last digits.
const BY_VALUE: &str = "v";
const BY_TAIL: &str = "d";

/// A statement put together, its values numbered as they come.
#[derive(Default)]
struct Sql {
    values: Vec<Value>,
}

impl Sql {
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// The condition of going on behind a place, beside a lower bound that is its key. Where key and id stand in two tables.
    fn behind(&mut self, key: &str, id: &str, place: Option<&Place>, at: &Value) -> String {
        let Some(place) = place else { return String::new() };
        let (same, last) = (self.bind(at.clone()), self.bind(place.id.as_str()));
        format!(" AND ({key} > {same} OR {id} > {last})")
    }

    /// From where an index over `(key, id)` is walked: from `start`, or from behind a place; one bound alone, for of two SQLite would walk from
    /// either. As a row value both databases find it in the index, however many keys are equal.
    fn walk_from(&mut self, key: &str, start: Value, place: Option<(Value, &str)>) -> String {
        match place {
            Some((at, id)) if at >= start => {
                let (at, id) = (self.bind(at), self.bind(id));
                format!("({key}, id) > ({at}, {id})")
            }
            Some(_) | None => format!("{key} >= {}", self.bind(start)),
        }
    }
}

fn bad_cursor() -> StoreError {
    StoreError::invalid(Customer::KIND.word(), "cursor", "give back the `next` of the page before")
}

/// How hits are found.
struct Plan {
    /// A SELECT of `key`, `id` and `mark` in the order of the first two; `:window` stands for how many.
    hits: String,
    /// How many values the hits have; those of the filter come behind them.
    bound: usize,
    /// What of them is left out.
    filter: Vec<String>,
    /// The key is a number.
    numeric: bool,
}

impl Plan {
    fn hits(&self, window: usize) -> String {
        self.hits.replace(":window", &window.to_string())
    }

    fn key(&self, row: &Row, at: usize) -> Result<String> {
        if self.numeric { Ok(row.int(at)?.to_string()) } else { Ok(row.text(at)?.to_owned()) }
    }
}

impl Store {
    /// A page of customers, in the order of what they were found by; see the module for short pages.
    ///
    /// # Errors
    /// `Invalid` for a bad cursor; `Unavailable`.
    pub async fn find_customers(&self, viewer: &Viewer, now: Utc, filter: &CustomerFilter) -> Result<Page<CustomerRow>> {
        let limit = filter.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX) as usize;
        let place = match &filter.cursor {
            Some(cursor) => Some(self.cursor_place(cursor).await?),
            None => None,
        };
        let mut sql = Sql::default();
        let plan = self.plan(&mut sql, now, filter, place.as_ref())?;
        let mut conditions = plan.filter.clone();
        conditions.extend(viewer.condition("customer", &mut sql.values));
        let all_shown = conditions.is_empty();
        let conditions = conditions.iter().fold(String::new(), |all, condition| all + " AND " + condition);
        // As a rule nearly all are shown; only where few are is the whole window looked at.
        let windows = if all_shown { [limit + 1, limit + 1] } else { [(limit + 1) * 2, WINDOW.max((limit + 1) * 2)] };
        let mut end = None;
        for window in windows {
            // CROSS JOIN: the hits lead, whatever the planner thinks of their number.
            let statement = format!(
                "SELECT {}, {}, h.key, h.mark FROM ({}) AS h CROSS JOIN customer WHERE customer.id = h.id{conditions} \
                 ORDER BY h.key, h.id LIMIT {}",
                qualified(),
                activity::COLUMNS,
                plan.hits(window),
                limit + 1
            );
            let rows = self.db.fetch(statement, sql.values.clone()).await?;
            let page = read_page(&plan, &rows, limit)?;
            if rows.len() > limit || all_shown {
                return Ok(page);
            }
            // A short page: it goes on behind the window, if that was full.
            let statement =
                format!("SELECT key, id, mark FROM ({}) AS h ORDER BY key, id LIMIT 1 OFFSET {}", plan.hits(window), window - 1);
            let values = sql.values.iter().take(plan.bound).cloned().collect();
            let rows = self.db.fetch(statement, values).await?;
            let Some(last) = rows.first() else { return Ok(page) };
            end = Some((page, cursor(last.text(1)?, last.text(2)?, "", false)));
        }
        Ok(end.map_or(Page { items: Vec::new(), next: None }, |(page, next)| Page { next: Some(next), ..page }))
    }

    /// Customers found by a text, for the program itself: [`Store::find_customers`] without the viewer.
    ///
    /// # Errors
    /// `Invalid` for a bad cursor; `Unavailable`.
    pub async fn search_customers(&self, wanted: &str, query: &ListQuery) -> Result<Page<Stored<Customer>>> {
        let search = Some(wanted.to_owned());
        let filter = CustomerFilter { search, cursor: query.cursor.clone(), limit: query.limit, ..CustomerFilter::default() };
        let page = self.find_customers(&Viewer::program(), Utc(0), &filter).await?;
        Ok(Page { items: page.items.into_iter().map(|row| row.customer).collect(), next: page.next })
    }

    /// The place a cursor names.
    async fn cursor_place(&self, cursor: &str) -> Result<Place> {
        let (id, mark) = cursor.split_once('.').unwrap_or((cursor, BY_ID));
        let id = id.parse::<CustomerId>().map_err(|_| bad_cursor())?.to_string();
        let (how, rest) = mark.split_at_checked(1).unwrap_or_default();
        let (sql, of) = match (how, rest) {
            (BY_ID, "") => return Ok(Place { key: id.clone(), id }),
            (BY_EXTERNAL_ID, "") => return Ok(Place { key: String::new(), id }),
            (BY_TIME, "") => ("SELECT CAST(last_contact_at AS TEXT) FROM customer WHERE id = $1", id.as_str()),
            (BY_TIME, key) => return Ok(Place { key: key.to_owned(), id }),
            (BY_DAY, "") => ("SELECT CAST(birth_day AS TEXT) FROM customer WHERE id = $1", id.as_str()),
            (BY_NAME, "") => ("SELECT name_search FROM customer WHERE id = $1", id.as_str()),
            (BY_FAMILY, "") => ("SELECT family_search FROM customer WHERE id = $1", id.as_str()),
            (BY_VALUE, point) => ("SELECT value FROM contact_point WHERE id = $1", point),
            (BY_TAIL, point) => ("SELECT tail FROM contact_point WHERE id = $1", point),
            (_, _) => return Err(bad_cursor()),
        };
        // Somebody who was merged or erased since has no place any more: one begins anew.
        let rows = self.db.fetch(sql, vec![Value::from(of)]).await?;
        let key = rows.first().and_then(|row| row.opt_text(0)).ok_or_else(bad_cursor)?.to_owned();
        Ok(Place { id, key })
    }

    fn plan(&self, sql: &mut Sql, now: Utc, filter: &CustomerFilter, place: Option<&Place>) -> Result<Plan> {
        let wanted = filter.search.as_deref().map(str::trim).filter(|wanted| !wanted.is_empty());
        let old = filter.not_contacted_days.map(|days| now.0 - i64::from(days) * DAY_US);
        let mut rest: Vec<String> = Vec::new();
        let mut by_tier = filter.tier.as_ref();
        let mut by_team = filter.team;
        let mut by_owner = filter.owner;
        let mut by_birthday = filter.birthdays;
        let mut by_external = filter.external_id.as_ref();
        // Where something else leads.
        let late = |sql: &mut Sql, rest: &mut Vec<String>| {
            if let Some(old) = old {
                rest.push(format!("customer.last_contact_at < {}", sql.bind(old)));
            }
        };
        let mut plan = match wanted {
            Some(wanted) => {
                let plan = self.by_text(sql, wanted, place);
                late(sql, &mut rest);
                plan
            }
            // There is one at most.
            None if by_external.is_some() => {
                let plan = by_external_id(sql, by_external.take().map_or("", String::as_str), place);
                late(sql, &mut rest);
                plan
            }
            None if by_birthday.is_some() => {
                let plan = by_day(sql, by_birthday.take().unwrap_or_default(), place)?;
                late(sql, &mut rest);
                plan
            }
            None if old.is_some() || by_tier.is_some() || by_team.is_some() || by_owner.is_some() => {
                // The most telling one leads; the others are checked.
                let lead = if let Some(owner) = by_owner.take() {
                    format!("owner_id = {}", sql.bind(text(owner)))
                } else if let Some(team) = by_team.take() {
                    format!("team_id = {}", sql.bind(text(team)))
                } else if let Some(tier) = by_tier.take() {
                    format!("tier = {}", sql.bind(tier.as_str()))
                } else {
                    "1 = 1".to_owned()
                };
                by_contact(sql, &lead, old, place)?
            }
            None => by_id(sql, place),
        };
        for (column, value) in [
            ("tier", by_tier.map(|tier| Value::from(tier.as_str()))),
            ("team_id", by_team.map(text)),
            ("owner_id", by_owner.map(text)),
            ("kind", filter.kind.map(|kind| Value::from(kind_word(kind)))),
            ("language", filter.language.as_ref().map(|language| Value::from(language.as_str()))),
            ("external_id", by_external.map(|id| Value::from(id.as_str()))),
        ] {
            if let Some(value) = value {
                rest.push(format!("customer.{column} = {}", sql.bind(value)));
            }
        }
        if let Some((first, last)) = by_birthday {
            rest.push(format!("customer.birth_day >= {} AND customer.birth_day <= {}", sql.bind(first), sql.bind(last)));
        }
        plan.filter.extend(rest);
        Ok(plan)
    }

    /// By what the text looks like.
    fn by_text(&self, sql: &mut Sql, wanted: &str, place: Option<&Place>) -> Plan {
        let lower = wanted.to_lowercase();
        if wanted.contains('@') {
            return by_point(sql, "email", "value", &lower, place);
        }
        let digits: String = wanted.chars().filter(char::is_ascii_digit).collect();
        if digits.len() >= 3 && wanted.chars().all(|c| c.is_ascii_digit() || " +-().*#/".contains(c)) {
            return match normalise(wanted, self.country()) {
                Number::E164(number) => by_point(sql, "phone", "value", &number, place),
                _ if wanted.trim_start().starts_with('+') => by_point(sql, "phone", "value", &format!("+{digits}"), place),
                // National, local, or the last digits somebody remembers.
                _ if digits.len() >= TAIL_MIN => {
                    let tail: String = digits.trim_start_matches('0').chars().rev().collect();
                    let tail = if tail.len() >= TAIL_MIN { tail } else { digits.chars().rev().collect() };
                    by_point(sql, "phone", "tail", &tail, place)
                }
                _ => by_point(sql, "phone", "value", wanted, place),
            };
        }
        by_name(sql, wanted, &lower, place)
    }
}

/// The customer's columns under their table's name: the hits have an `id`, too.
fn qualified() -> String {
    column_list::<Customer>().split(", ").map(|column| format!("customer.{column}")).collect::<Vec<_>>().join(", ")
}

fn kind_word(kind: CustomerKind) -> &'static str {
    match kind {
        CustomerKind::Person => "person",
        CustomerKind::Company => "company",
    }
}

/// The customers of a page, each once.
fn read_page(plan: &Plan, rows: &[Row], limit: usize) -> Result<Page<CustomerRow>> {
    let key_at = 4 + Customer::COLUMNS.len() + 3;
    let (mut items, mut seen, mut last) = (Vec::with_capacity(limit.min(rows.len())), BTreeSet::new(), None);
    for row in rows.iter().take(limit) {
        let (customer, activity) = read_customer(row)?;
        last = Some(cursor(&customer.id.to_string(), row.text(key_at + 1)?, &plan.key(row, key_at)?, true));
        if seen.insert(customer.id) {
            items.push(CustomerRow { customer, activity });
        }
    }
    Ok(Page { items, next: last.filter(|_| rows.len() > limit) })
}

/// In the order they were made.
fn by_id(sql: &mut Sql, place: Option<&Place>) -> Plan {
    let behind = place.map_or(String::new(), |place| format!(" WHERE id > {}", sql.bind(place.id.as_str())));
    let hits = format!("SELECT id AS key, id, '{BY_ID}' AS mark FROM customer{behind} ORDER BY id LIMIT :window");
    Plan { hits, bound: sql.values.len(), filter: Vec::new(), numeric: false }
}

/// The one with this id in another system.
fn by_external_id(sql: &mut Sql, external_id: &str, place: Option<&Place>) -> Plan {
    let one = sql.bind(external_id);
    let behind = place.map_or(String::new(), |place| format!(" AND id > {}", sql.bind(place.id.as_str())));
    let hits = format!("SELECT id AS key, id, '{BY_ID}' AS mark FROM customer WHERE external_id = {one}{behind} ORDER BY id LIMIT :window");
    Plan { hits, bound: sql.values.len(), filter: Vec::new(), numeric: false }
}

/// By their birthdays, in the order of the year.
fn by_day(sql: &mut Sql, (first, last): (i64, i64), place: Option<&Place>) -> Result<Plan> {
    let from = sql.walk_from("birth_day", Value::from(first), place.map(numbered).transpose()?);
    let last = sql.bind(last);
    let hits = format!(
        "SELECT birth_day AS key, id, '{BY_DAY}' AS mark FROM customer WHERE {from} AND birth_day <= {last} ORDER BY birth_day, id LIMIT :window"
    );
    Ok(Plan { hits, bound: sql.values.len(), filter: Vec::new(), numeric: true })
}

/// A place whose key is a number.
fn numbered(place: &Place) -> Result<(Value, &str)> {
    let key = place.key.parse::<i64>().map_err(|_| bad_cursor())?;
    Ok((Value::from(key), place.id.as_str()))
}

/// Those longest without contact first.
fn by_contact(sql: &mut Sql, lead: &str, old: Option<i64>, place: Option<&Place>) -> Result<Plan> {
    let old = old.map_or(String::new(), |old| format!(" AND last_contact_at < {}", sql.bind(old)));
    let from = sql.walk_from("last_contact_at", Value::from(0_i64), place.map(numbered).transpose()?);
    let hits = format!(
        "SELECT last_contact_at AS key, id, '{BY_TIME}' AS mark FROM customer WHERE {lead}{old} AND {from} ORDER BY last_contact_at, id LIMIT :window"
    );
    Ok(Plan { hits, bound: sql.values.len(), filter: Vec::new(), numeric: true })
}

/// Where a range of texts begins: at its own beginning, or at the place it goes on from.
fn lower(from: &str, place: Option<&Place>) -> Value {
    Value::from(place.map_or(from, |place| place.key.as_str().max(from)))
}

/// By a contact point, in the order of `column`. Of several that fit, the first counts.
fn by_point(sql: &mut Sql, kind: &'static str, column: &'static str, beginning: &str, place: Option<&Place>) -> Plan {
    let (from, to) = prefix_range(beginning);
    let at = lower(&from, place);
    let (low, high) = (sql.bind(at.clone()), sql.bind(to));
    let behind = sql.behind(&format!("p.{column}"), "cc.customer_id", place, &at);
    // Only telephones have a tail; asked for the kind as well, SQLite would walk all telephones by the other index.
    let of_kind = |alias: &str| if column == "tail" { String::new() } else { format!("{alias}.kind = '{kind}' AND ") };
    let mark = if column == "tail" { BY_TAIL } else { BY_VALUE };
    let hits = format!(
        "SELECT p.{column} AS key, cc.customer_id AS id, '{mark}' || p.id AS mark FROM contact_point p JOIN customer_contact_point cc ON cc.contact_point_id = p.id \
         WHERE {}p.{column} >= {low} AND p.{column} < {high}{behind} \
         ORDER BY p.{column}, cc.customer_id LIMIT :window",
        of_kind("p")
    );
    let bound = sql.values.len();
    let first = format!(
        "NOT EXISTS (SELECT 1 FROM customer_contact_point c2 JOIN contact_point p2 ON p2.id = c2.contact_point_id \
         WHERE c2.customer_id = h.id AND {}p2.{column} >= {} AND p2.{column} < h.key)",
        of_kind("p2"),
        sql.bind(from)
    );
    Plan { hits, bound, filter: vec![first], numeric: false }
}

/// By the beginning of the name, or of the family name where the name begins otherwise; before all, by the whole id in another system.
fn by_name(sql: &mut Sql, wanted: &str, beginning: &str, place: Option<&Place>) -> Plan {
    let (from, to) = prefix_range(beginning);
    let mut branches = Vec::with_capacity(3);
    for (mark, column) in [(BY_NAME, "name_search"), (BY_FAMILY, "family_search")] {
        let at = place.map(|place| (Value::from(place.key.as_str()), place.id.as_str()));
        let (low, high) = (sql.walk_from(column, Value::from(from.as_str()), at), sql.bind(to.as_str()));
        branches.push(format!(
            "SELECT * FROM (SELECT {column} AS key, id, '{mark}' AS mark FROM customer \
             WHERE {low} AND {column} < {high} ORDER BY {column}, id LIMIT :window) AS of_{column}"
        ));
    }
    if place.is_none() {
        let id = sql.bind(wanted);
        branches.push(format!("SELECT '' AS key, id, '{BY_EXTERNAL_ID}' AS mark FROM customer WHERE external_id = {id}"));
    }
    let hits = format!("SELECT * FROM ({}) AS u ORDER BY key, id LIMIT :window", branches.join(" UNION ALL "));
    let bound = sql.values.len();
    let (low, high) = (sql.bind(from), sql.bind(to));
    let once = format!("(h.mark <> '{BY_FAMILY}' OR NOT (customer.name_search >= {low} AND customer.name_search < {high}))");
    Plan { hits, bound, filter: vec![once], numeric: false }
}
