//! Finding tickets. Each list goes along one index, chosen here by the most telling filter; the other filters look at its rows. No list
//! counts, skips or sorts.

use super::invalid;
use super::load::{columns, read_ticket};
use crate::crud::prefix_range;
use crate::db::{Value, args, text};
use crate::error::Result;
use crate::model::{PAGE_DEFAULT, PAGE_MAX, Page, TicketId, TicketPriority, TicketRow, TicketStatus, TicketTypeId, tidy_tag};
use crate::store::Store;
use cti_types::{CustomerId, InteractionId, QueueId, TeamId, UserId, Utc};

/// Which tickets. All that are given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TicketFilter {
    /// A number, with or without `#`, or the beginning of a title. Then in the order of titles.
    pub search: Option<String>,
    /// Changed at or after. Then the earliest changed first.
    pub updated_since: Option<Utc>,
    /// Live, and promised to be done before. Then the earliest due first.
    pub due_before: Option<Utc>,
    /// Any customer linked, not only the main one. With this and the next ones: the latest made first.
    pub customer: Option<CustomerId>,
    pub interaction: Option<InteractionId>,
    pub parent: Option<TicketId>,
    /// Watched by.
    pub watcher: Option<UserId>,
    pub assignee: Option<UserId>,
    pub tag: Option<String>,
    pub breached: Option<bool>,
    pub team: Option<TeamId>,
    pub queue: Option<QueueId>,
    pub kind: Option<TicketTypeId>,
    pub status: Option<TicketStatus>,
    pub priority: Option<TicketPriority>,
    pub live: Option<bool>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
    /// 1 to [`PAGE_MAX`].
    pub limit: Option<u32>,
}

/// Along which index a list goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// By id, the latest first. The column names whose id: that of the table the list goes along.
    Newest(&'static str),
    /// By a time and id, the earliest first.
    Time(&'static str),
    Title,
}

impl Order {
    /// Where a list in this order goes on behind a ticket.
    fn cursor(self, last: &TicketRow) -> String {
        match self {
            Order::Newest(_) | Order::Title => last.id.to_string(),
            Order::Time("t.due_at") => format!("{}.{}", last.state.due_at.unwrap_or_default().0, last.id),
            Order::Time(_) => format!("{}.{}", last.updated_at.0, last.id),
        }
    }
}

/// A statement being put together.
struct Plan {
    from: &'static str,
    order: Order,
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Plan {
    /// `?` in the condition is the value.
    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        self.conditions.push(condition.replace('?', &format!("${}", self.values.len())));
    }

    /// A filter by equality: the first such makes the list go along its index, a later one looks at the rows. The empty text added keeps
    /// both databases from taking its index instead, of which most rows might be.
    fn equal(&mut self, led: &mut bool, column: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            let condition = if *led { format!("(t.{column} || '') = ?") } else { format!("t.{column} = ?") };
            self.and(&condition, value.to_string());
            *led = true;
        }
    }

    /// Takes a lower bound away from the index that a page further on walks from its own: of two, SQLite would walk from either. `nothing`
    /// is what leaves the value as it is.
    fn let_go(&mut self, column: &str, nothing: &str) {
        let bound = format!("{column} >= ");
        for condition in self.conditions.iter_mut().filter(|condition| condition.starts_with(&bound)) {
            *condition = condition.replacen(&bound, &format!("({column}{nothing}) >= "), 1);
        }
    }
}

fn number_of(search: &str) -> Option<i64> {
    let digits = search.strip_prefix('#').unwrap_or(search);
    digits.parse().ok().filter(|number| *number > 0 && digits.bytes().all(|b| b.is_ascii_digit()))
}

fn flag(value: bool) -> i64 {
    i64::from(value)
}

fn plan(filter: &TicketFilter) -> Plan {
    let mut plan = Plan { from: "ticket t", order: Order::Newest("t.id"), conditions: Vec::new(), values: Vec::new() };
    let mut led = true;
    let search = filter.search.as_deref().map(str::trim).filter(|search| !search.is_empty());
    if let Some(search) = search {
        match number_of(search) {
            Some(number) => plan.and("t.number = ?", number),
            None => {
                let (from, to) = prefix_range(&search.to_lowercase());
                plan.order = Order::Title;
                plan.and("t.title_search >= ?", from);
                plan.and("t.title_search < ?", to);
            }
        }
    } else if let Some(due) = filter.due_before {
        plan.order = Order::Time("t.due_at");
        plan.and("t.due_at < ?", due);
    } else if let Some(since) = filter.updated_since {
        plan.order = Order::Time("t.updated_at");
        plan.and("t.updated_at >= ?", since);
    } else if let Some(customer) = filter.customer {
        (plan.from, plan.order) = ("ticket_customer l JOIN ticket t ON t.id = l.ticket_id", Order::Newest("l.ticket_id"));
        plan.and("l.customer_id = ?", customer.to_string());
    } else if let Some(interaction) = filter.interaction {
        (plan.from, plan.order) = ("ticket_interaction l JOIN ticket t ON t.id = l.ticket_id", Order::Newest("l.ticket_id"));
        plan.and("l.interaction_id = ?", interaction.to_string());
    } else if let Some(watcher) = filter.watcher {
        (plan.from, plan.order) = ("ticket_watcher l JOIN ticket t ON t.id = l.ticket_id", Order::Newest("l.ticket_id"));
        plan.and("l.user_id = ?", watcher.to_string());
    } else if let Some(tag) = filter.tag.as_deref().filter(|_| filter.assignee.is_none() && filter.parent.is_none()) {
        (plan.from, plan.order) = ("ticket_tag l JOIN ticket t ON t.id = l.ticket_id", Order::Newest("l.ticket_id"));
        plan.and("l.tag = ?", tidy_tag(tag));
    } else {
        led = false;
    }
    plan.equal(&mut led, "parent_id", filter.parent);
    plan.equal(&mut led, "assignee_id", filter.assignee);
    if !led && (filter.breached == Some(true) || filter.live == Some(true)) {
        // Few of all, with an index of their own.
        led = true;
    }
    plan.equal(&mut led, "team_id", filter.team);
    plan.equal(&mut led, "queue_id", filter.queue);
    plan.equal(&mut led, "type_id", filter.kind);
    plan.equal(&mut led, "status", filter.status.map(TicketStatus::word));
    plan.equal(&mut led, "priority", filter.priority.map(TicketPriority::word));
    if let Some(breached) = filter.breached {
        // Written out, not bound: only so the index over the few of them is found.
        plan.conditions.push(format!("t.breached = {}", flag(breached)));
    }
    if let Some(live) = filter.live {
        plan.conditions.push(format!("t.live = {}", flag(live)));
    }
    also(&mut plan, filter);
    plan
}

/// The cursor of a list by this filter that goes on behind this ticket.
pub(super) fn cursor_behind(filter: &TicketFilter, last: &TicketRow) -> String {
    plan(filter).order.cursor(last)
}

/// Filters that have an index of their own, where another one leads.
fn also(plan: &mut Plan, filter: &TicketFilter) {
    let through = |plan: &mut Plan, table: &str, column: &str, value: Option<String>| {
        if let Some(value) = value.filter(|_| !plan.from.starts_with(table)) {
            plan.and(&format!("EXISTS (SELECT 1 FROM {table} x WHERE x.ticket_id = t.id AND x.{column} = ?)"), value);
        }
    };
    through(plan, "ticket_customer", "customer_id", filter.customer.map(|id| id.to_string()));
    through(plan, "ticket_interaction", "interaction_id", filter.interaction.map(|id| id.to_string()));
    through(plan, "ticket_watcher", "user_id", filter.watcher.map(|id| id.to_string()));
    through(plan, "ticket_tag", "tag", filter.tag.as_deref().map(tidy_tag));
    if let Some(due) = filter.due_before.filter(|_| plan.order != Order::Time("t.due_at")) {
        plan.and("t.due_at < ?", due);
    }
    if let Some(since) = filter.updated_since.filter(|_| plan.order != Order::Time("t.updated_at")) {
        plan.and("t.updated_at + 0 >= ?", since);
    }
}

impl Store {
    /// A page of tickets.
    ///
    /// # Errors
    /// `Invalid` for a bad cursor; `Unavailable`.
    pub async fn tickets(&self, filter: &TicketFilter) -> Result<Page<TicketRow>> {
        let limit = filter.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX) as usize;
        let mut plan = plan(filter);
        if let Some(cursor) = &filter.cursor {
            self.go_on(&mut plan, cursor).await?;
        }
        let order = match plan.order {
            Order::Newest(id) => format!("{id} DESC"),
            Order::Time(column) => format!("{column}, t.id"),
            Order::Title => "t.title_search, t.id".to_owned(),
        };
        let clause = if plan.conditions.is_empty() { "1 = 1".to_owned() } else { plan.conditions.join(" AND ") };
        let sql = format!("SELECT {} FROM {} WHERE {clause} ORDER BY {order} LIMIT {}", columns(), plan.from, limit + 1);
        let rows = self.db.fetch(sql, plan.values).await?;
        let items = rows.iter().take(limit).map(read_ticket).collect::<Result<Vec<_>>>()?;
        let last = items.last().filter(|_| rows.len() > limit);
        let next = last.map(|last| plan.order.cursor(last));
        Ok(Page { items, next })
    }

    /// Only what follows the cursor.
    async fn go_on(&self, plan: &mut Plan, cursor: &str) -> Result<()> {
        let bad = || invalid("cursor", "give back the `next` of the page before");
        match plan.order {
            Order::Newest(column) => {
                let id: TicketId = cursor.parse().map_err(|_| bad())?;
                plan.and(&format!("{column} < ?"), id.to_string());
            }
            Order::Time(column) => {
                let (at, id) = cursor.split_once('.').ok_or_else(bad)?;
                let (at, id): (i64, TicketId) = (at.parse().map_err(|_| bad())?, id.parse().map_err(|_| bad())?);
                plan.let_go(column, " + 0");
                plan.and(&format!("({column}, t.id) > ({at}, ?)"), id.to_string());
            }
            Order::Title => {
                let id: TicketId = cursor.parse().map_err(|_| bad())?;
                let rows = self.db.fetch("SELECT title_search FROM ticket WHERE id = $1", vec![text(id)]).await?;
                // Titles are long and may hold anything: the cursor is the ticket, not its title.
                let title = rows.first().ok_or_else(bad)?.text(0)?.to_owned();
                plan.let_go("t.title_search", " || ''");
                plan.values.extend(args![title, id.to_string()]);
                let at = plan.values.len();
                plan.conditions.push(format!("(t.title_search, t.id) > (${}, ${at})", at - 1));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_number_is_told_from_a_title() {
        let table = [("42", Some(42)), ("#42", Some(42)), ("# 42", None), ("+42", None), ("0", None), ("42 chairs", None), ("-1", None)];
        for (search, number) in table {
            assert_eq!(number_of(search), number, "{search}");
        }
    }

    #[test]
    fn the_most_telling_filter_leads_and_the_others_look_at_its_rows() {
        let user = UserId::from_u128(1);
        let (status, live) = (Some(TicketStatus::Closed), Some(true));
        let team = Some(TeamId(Uuid::from_u128(2)));
        let table = [
            (TicketFilter { status, ..TicketFilter::default() }, "t.status = $1"),
            (TicketFilter { status, assignee: Some(user), ..TicketFilter::default() }, "t.assignee_id = $1 AND (t.status || '') = $2"),
            (TicketFilter { team, live, ..TicketFilter::default() }, "(t.team_id || '') = $1 AND t.live = 1"),
            (
                TicketFilter { tag: Some(" VIP".into()), assignee: Some(user), ..TicketFilter::default() },
                "t.assignee_id = $1 AND EXISTS (SELECT 1 FROM ticket_tag x WHERE x.ticket_id = t.id AND x.tag = $2)",
            ),
            (TicketFilter { tag: Some("vip".into()), team, ..TicketFilter::default() }, "l.tag = $1 AND (t.team_id || '') = $2"),
            (
                TicketFilter { search: Some("#7".into()), due_before: Some(Utc(5)), ..TicketFilter::default() },
                "t.number = $1 AND t.due_at < $2",
            ),
        ];
        for (filter, expected) in table {
            assert_eq!(plan(&filter).conditions.join(" AND "), expected, "{filter:?}");
        }
    }
}
