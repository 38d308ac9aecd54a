//! How the databases look things up: the plan of every statement of a list or a search on a table that grows with customers or calls.
//!
//! Kept in `tests/plans/`; run with UPDATE=1 to write them anew, and read the difference. Whatever stands there, no such table is ever read
//! whole, and only those lists walk an index from its end that say so here (`walk`): they stop when the page is full.

use super::config::queue;
use crm_core::customer_list::CustomerFilter;
use crm_core::interactions::InteractionFilter;
use crm_core::model::*;
use crm_core::tickets::list::TicketFilter;
use crm_core::timeline::TimelineQuery;
use crm_core::{Backend, ListQuery, Statement, Stored, Viewer, Who};
use cti_types::{AgentId, CustomerId, Number, QueueId, TeamId, UserId, Utc};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use storage::{NOW, TestStore, on_both};

on_both!(lists_and_searches_go_along_an_index);

/// Tables that are never read whole.
const LARGE: [&str; 29] = [
    "audit",
    "callback",
    "contact_point",
    "contract",
    "customer",
    "customer_alias",
    "customer_consent",
    "customer_contact_point",
    "customer_merge",
    "customer_order",
    "customer_relation",
    "customer_share",
    "customer_value",
    "duplicate_pair",
    "interaction",
    "interaction_customer",
    "match_key",
    "note",
    "notification",
    "open_item",
    "personal",
    "product_owned",
    "recording",
    "script_run",
    "task",
    "ticket",
    "ticket_customer",
    "webhook_delivery",
    "webhook_event",
];

/// The plans of a test's statements, and what is wrong with them.
struct Plans<'a> {
    db: &'a TestStore,
    text: String,
    wrong: Vec<String>,
}

impl Plans<'_> {
    /// Of the statements this sends: each finds what it reads.
    async fn find<T>(&mut self, name: &str, work: impl Future<Output = T>) -> T {
        self.note(name, work, false).await
    }

    /// The same of a list that begins at one end of everything.
    async fn walk<T>(&mut self, name: &str, work: impl Future<Output = T>) -> T {
        self.note(name, work, true).await
    }

    async fn note<T>(&mut self, name: &str, work: impl Future<Output = T>, walks: bool) -> T {
        // What the test itself read.
        self.db.store.statements();
        let done = work.await;
        let mut seen = BTreeSet::new();
        writeln!(self.text, "{name}").expect("a String");
        for statement in self.db.store.statements() {
            if !seen.insert(statement.clone()) {
                continue;
            }
            let plan = explain(self.db, &statement).await;
            for line in &plan {
                writeln!(self.text, "    {line}").expect("a String");
                if let Some(why) = wrong(self.db.store.backend(), &statement.sql, line, &plan, walks) {
                    self.wrong.push(format!("{name}: {why}: {}\n  {}", line.trim(), statement.sql));
                }
            }
            self.text.push_str("    --\n");
        }
        done
    }
}

/// Lines, the inner ones indented.
async fn explain(db: &TestStore, statement: &Statement) -> Vec<String> {
    let Statement { sql, types } = statement;
    match db.store.backend() {
        Backend::Sqlite => {
            let mut connection = sqlx::SqliteConnection::connect(&db.url).await.expect("a connection");
            let query = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(query).fetch_all(&mut connection).await.expect("a plan");
            let mut depth = BTreeMap::from([(0_i64, 0_usize)]);
            let line = |(id, parent, _, text): (i64, i64, i64, String)| {
                let at = depth.get(&parent).copied().unwrap_or(0);
                depth.insert(id, at + 1);
                format!("{}{text}", "  ".repeat(at))
            };
            rows.into_iter().map(line).collect()
        }
        Backend::Postgres => {
            let mut connection = sqlx::PgConnection::connect(&db.url).await.expect("a connection");
            // Small tables are read whole if that is allowed; and the plan is to be that of any value.
            let prepared = if types.is_empty() { "PREPARE p AS".to_owned() } else { format!("PREPARE p ({}) AS", types.join(", ")) };
            let set = format!("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; {prepared} {sql}");
            sqlx::raw_sql(AssertSqlSafe(set)).execute(&mut connection).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
            let values = if types.is_empty() { String::new() } else { format!(" ({})", vec!["NULL"; types.len()].join(", ")) };
            let query = AssertSqlSafe(format!("EXPLAIN (COSTS OFF) EXECUTE p{values}"));
            sqlx::query_scalar::<_, String>(query).fetch_all(&mut connection).await.expect("a plan")
        }
    }
}

/// The large table a name stands for in a statement.
fn large(sql: &str, name: &str) -> bool {
    LARGE.iter().any(|table| {
        *table == name
            || [format!(" {table} {name} "), format!(" {table} AS {name} "), format!(" {table} {name})")]
                .iter()
                .any(|alias| format!("{sql} ").contains(alias))
    })
}

/// What is wrong with a line of a plan.
fn wrong(backend: Backend, sql: &str, line: &str, plan: &[String], walks: bool) -> Option<&'static str> {
    let text = line.trim_start().trim_start_matches("->").trim_start();
    match backend {
        Backend::Sqlite => {
            let mut words = text.split(' ');
            let (first, name) = (words.next()?, words.next()?);
            if first != "SCAN" || !large(sql, name) {
                return (text.contains("AUTOMATIC") && large(sql, name)).then_some("an index is made for it each time");
            }
            if !text.contains(" USING ") {
                return Some("read whole");
            }
            (!walks).then_some("a whole index is walked")
        }
        Backend::Postgres => {
            if let Some(rest) = text.strip_prefix("Seq Scan on ") {
                return large(sql, rest.split(' ').next()?).then_some("read whole");
            }
            let scan = ["Index Scan ", "Index Only Scan "].iter().any(|scan| text.starts_with(scan));
            let name = text.split(" on ").nth(1)?.split(' ').next()?;
            // Its conditions stand below it, further in than itself.
            let below = plan.iter().skip_while(|other| !std::ptr::eq(other.as_str(), line)).skip(1);
            let indent = |line: &str| line.len() - line.trim_start().len();
            let bounded = below.take_while(|other| indent(other) > indent(line)).any(|other| other.trim_start().starts_with("Index Cond:"));
            (scan && large(sql, name) && !bounded && !walks).then_some("a whole index is walked")
        }
    }
}

fn by(field: &str, value: impl ToString) -> ListQuery {
    ListQuery { equals: vec![(field.to_owned(), value.to_string())], ..ListQuery::default() }
}

async fn lists_and_searches_go_along_an_index(db: TestStore) {
    let who = Who::system("test");
    let store = &db.store;
    let row = json!({ "name": "Ann Example", "family_name": "Example", "tier": "gold", "external_id": "K1", "birthday": "1986-03-08" });
    let contacts = [ContactInput::new(ContactKind::Phone, "+442079460011"), ContactInput::new(ContactKind::Email, "ann@example.org")];
    let data: Customer = serde_json::from_value(row).expect("a customer");
    let ann = store.create_customer(&who, NOW, data.clone(), &contacts).await.expect("a customer").0.id;
    let second = Customer { external_id: None, ..data };
    store.create_customer(&who, NOW, second, &[]).await.expect("a customer");
    let kind: TicketType = serde_json::from_value(json!({ "name": "Request" })).expect("a type");
    let kind = store.insert(&who, NOW, kind).await.expect("a type").id;
    let ticket = store.create_ticket(&who, NOW, &json!({ "type_id": kind, "title": "Lamp", "customer_id": ann })).await.expect("a ticket");
    let agent: User = serde_json::from_value(json!({ "login": "bob", "name": "Bob", "roles": ["agent"] })).expect("a user");
    let agent = store.insert(&who, NOW, agent).await.expect("a user");
    let team = store.insert(&who, NOW, Team { name: "North".into(), site_id: None }).await.expect("a team").id;
    let desk: QueueId = store.insert(&who, NOW, queue("Desk")).await.expect("a queue").id;

    let mut plans = Plans { db: &db, text: String::new(), wrong: Vec::new() };
    who_is(&mut plans, ann).await;
    customers(&mut plans, agent.id, team).await;
    of_a_customer(&mut plans, ann).await;
    interactions(&mut plans, ann, desk).await;
    many_tickets(&db).await;
    tickets(&mut plans, ann, agent.id, team, desk, kind, ticket.id).await;
    records(&mut plans, ann).await;
    work(&mut plans, ann, &agent).await;

    let name = match store.backend() {
        Backend::Sqlite => "sqlite",
        Backend::Postgres => "postgres",
    };
    let kept = PathBuf::from(format!("tests/plans/{name}.txt"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(kept.parent().expect("a folder")).expect("the folder");
        std::fs::write(&kept, &plans.text).expect("the plans are written");
    }
    assert!(plans.wrong.is_empty(), "{}", plans.wrong.join("\n"));
    let before = std::fs::read_to_string(&kept).unwrap_or_default();
    let differs = before.lines().zip(plans.text.lines()).find(|(before, now)| before != now);
    assert!(before == plans.text, "plans changed, first {differs:?}; run this test with UPDATE=1 and read the difference of {name}.txt");
}

async fn who_is(plans: &mut Plans<'_>, ann: CustomerId) {
    let store = plans.db.store.clone();
    let numbers = [
        ("card by number", Number::E164("+442079460011".into())),
        ("card by last digits", Number::Other("02079460011".into())),
        ("card of nobody", Number::E164("+493012345678".into())),
    ];
    for (name, number) in numbers {
        plans.find(name, store.who_is(NOW, &number)).await.expect("cards");
    }
    plans.find("card by id", store.card(ann)).await.expect("a card");
}

async fn customers(plans: &mut Plans<'_>, agent: UserId, team: TeamId) {
    let store = plans.db.store.clone();
    let all = Viewer::program();
    let seen = Viewer::of(agent, BTreeSet::from([UserRole::Agent]), Some(team));
    let none = CustomerFilter { limit: Some(1), ..CustomerFilter::default() };
    let filters = [
        ("", true, none.clone()),
        (" by tier", false, CustomerFilter { tier: Some("gold".into()), ..none.clone() }),
        (" by owner", false, CustomerFilter { owner: Some(agent), ..none.clone() }),
        (" by team", false, CustomerFilter { team: Some(team), ..none.clone() }),
        (" by kind", true, CustomerFilter { kind: Some(CustomerKind::Person), ..none.clone() }),
        (" by language", true, CustomerFilter { language: Some("en".into()), ..none.clone() }),
        (" by external id", false, CustomerFilter { external_id: Some("K1".into()), ..none.clone() }),
        (" by birthday", false, CustomerFilter { birthdays: Some((301, 331)), ..none.clone() }),
        (
            " by birthday, not contacted",
            false,
            CustomerFilter { birthdays: Some((301, 331)), not_contacted_days: Some(30), ..none.clone() },
        ),
        (" not contacted", false, CustomerFilter { not_contacted_days: Some(30), ..none.clone() }),
        (" not contacted, by tier", false, CustomerFilter { not_contacted_days: Some(30), tier: Some("gold".into()), ..none.clone() }),
        (" by name", false, CustomerFilter { search: Some("ann".into()), ..none.clone() }),
        (" by number", false, CustomerFilter { search: Some("+44207".into()), ..none.clone() }),
        (" by last digits", false, CustomerFilter { search: Some("0011".into()), ..none.clone() }),
        (" by mail", false, CustomerFilter { search: Some("ann@".into()), ..none.clone() }),
    ];
    for (viewer, as_who) in [(&all, ""), (&seen, " as an agent")] {
        for (what, walks, filter) in &filters {
            let name = format!("customers{what}{as_who}");
            let page = plans.note(&name, store.find_customers(viewer, NOW, filter), *walks).await.expect("a page");
            let on = CustomerFilter { cursor: page.next.clone(), ..filter.clone() };
            if page.next.is_some() {
                plans.note(&format!("{name}, next page"), store.find_customers(viewer, NOW, &on), *walks).await.expect("a page");
            }
        }
    }
    plans.find("customers searched for", store.search_customers("ann", &ListQuery::default())).await.expect("a page");
    plans.find("duplicates to decide", store.duplicate_pairs(&all, &ListQuery::default())).await.expect("a page");
}

async fn of_a_customer(plans: &mut Plans<'_>, ann: CustomerId) {
    let store = plans.db.store.clone();
    let (all, query) = (Viewer::program(), ListQuery::default());
    plans.find("timeline", store.timeline(&all, ann, &TimelineQuery::default())).await.expect("a page");
    let calls = TimelineQuery { kinds: BTreeSet::from(["interaction".to_owned()]), ..TimelineQuery::default() };
    plans.find("timeline of interactions", store.timeline(&all, ann, &calls)).await.expect("a page");
    plans.find("relations", store.relations(&all, ann, &query)).await.expect("a page");
    plans.find("consents", store.consents(&all, ann, NOW)).await.expect("consents");
    plans.find("consent history", store.consent_history(&all, ann, &query)).await.expect("a page");
    plans.find("duplicates of one", store.duplicates_of(&all, ann)).await.expect("duplicates");
    plans.find("merges of one", store.merges_of(ann)).await.expect("merges");
    plans.find("notes of one", store.notes_of(ann, &query)).await.expect("a page");
    plans.find("amounts due", store.amounts_due(ann)).await.expect("amounts");
    plans.find("entitlements", store.entitlements(ann, NOW)).await.expect("entitlements");
}

async fn interactions(plans: &mut Plans<'_>, ann: CustomerId, desk: QueueId) {
    let store = plans.db.store.clone();
    let none = InteractionFilter::default();
    let filters = [
        ("", true, none.clone()),
        (" of a time", false, InteractionFilter { from: Some(NOW), to: Some(Utc(NOW.0 + 1)), ..none.clone() }),
        (" of a queue", false, InteractionFilter { queue: Some(desk), ..none.clone() }),
        (" of an agent", false, InteractionFilter { agent: Some(AgentId::from_u128(1)), ..none.clone() }),
        (" of a customer", false, InteractionFilter { customer: Some(ann), ..none.clone() }),
        (" of a number", false, InteractionFilter { number: Some("+442079460011".into()), ..none.clone() }),
        (" that are open", false, InteractionFilter { state: Some("open".into()), ..none.clone() }),
        (" that closed so", false, InteractionFilter { reason: Some("completed".into()), ..none }),
    ];
    for (what, walks, filter) in filters {
        plans.note(&format!("interactions{what}"), store.interactions(&filter), walks).await.expect("a page");
    }
}

/// PostgreSQL chooses between several indexes by what it counted: a table with some rows, as different as those of many customers are.
async fn many_tickets(db: &TestStore) {
    if db.store.backend() == Backend::Sqlite {
        return;
    }
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for column in db.columns().await.into_iter().filter(|column| column.table == "ticket") {
        let value = match column.name.as_str() {
            "id" => "'00000000-0000-7000-8000-' || lpad(n::text, 12, '0')",
            "customer_id" | "contact_id" | "queue_id" | "team_id" | "assignee_id" | "parent_id" => "md5((n % 500)::text)",
            "type_id" => "md5((n % 50)::text)",
            // The latest ones are read by the lists that have no filter.
            "status" => "CASE WHEN n > 1800 THEN t.status ELSE md5((n % 50)::text) END",
            "priority" => "CASE WHEN n > 1800 THEN t.priority ELSE md5((n % 50)::text) END",
            "title_search" => "md5(n::text)",
            "updated_at" => "t.updated_at - n",
            "live" => "n % 2",
            "number" => "n + 1000",
            "external_id" => continue,
            name => &format!("t.\"{name}\""),
        };
        values.push(value.to_owned());
        names.push(format!("\"{}\"", column.name));
    }
    let (names, values) = (names.join(", "), values.join(", "));
    db.run(&format!(
        "SET session_replication_role = replica; INSERT INTO ticket ({names}) SELECT {values} FROM (SELECT * FROM ticket LIMIT 1) AS t, \
         generate_series(1, 2000) AS n; \
         SET session_replication_role = DEFAULT; ANALYZE ticket"
    ))
    .await;
}

async fn tickets(plans: &mut Plans<'_>, ann: CustomerId, agent: UserId, team: TeamId, desk: QueueId, kind: TicketTypeId, ticket: TicketId) {
    let store = plans.db.store.clone();
    let none = TicketFilter::default();
    let filters = [
        ("", true, none.clone()),
        (" by title", false, TicketFilter { search: Some("lam".into()), ..none.clone() }),
        (" by number", false, TicketFilter { search: Some("#1".into()), ..none.clone() }),
        (" changed since", false, TicketFilter { updated_since: Some(NOW), ..none.clone() }),
        (" due before", false, TicketFilter { due_before: Some(NOW), ..none.clone() }),
        (" of a customer", false, TicketFilter { customer: Some(ann), ..none.clone() }),
        (" below one", false, TicketFilter { parent: Some(ticket), ..none.clone() }),
        (" watched", false, TicketFilter { watcher: Some(agent), ..none.clone() }),
        (" of an agent", false, TicketFilter { assignee: Some(agent), ..none.clone() }),
        (" of an agent, live", false, TicketFilter { assignee: Some(agent), live: Some(true), ..none.clone() }),
        (" with a tag", false, TicketFilter { tag: Some("vip".into()), ..none.clone() }),
        (" breached", true, TicketFilter { breached: Some(true), ..none.clone() }),
        (" of a team", false, TicketFilter { team: Some(team), ..none.clone() }),
        (" of a queue", false, TicketFilter { queue: Some(desk), ..none.clone() }),
        (" of a type", false, TicketFilter { kind: Some(kind), ..none.clone() }),
        (" in a status", false, TicketFilter { status: Some(TicketStatus::New), ..none.clone() }),
        (" of a priority", false, TicketFilter { priority: Some(TicketPriority::High), ..none.clone() }),
        (" live", true, TicketFilter { live: Some(true), ..none }),
    ];
    for (what, walks, filter) in filters {
        plans.note(&format!("tickets{what}"), store.tickets(&filter), walks).await.expect("a page");
    }
    plans.find("ticket with all of it", store.ticket_detail(ticket)).await.expect("the ticket");
    plans.find("comments of a ticket", store.ticket_comments(ticket, &ListQuery::default())).await.expect("a page");
    plans.find("notices", store.notices(agent, true, &ListQuery::default())).await.expect("a page");
}

async fn records(plans: &mut Plans<'_>, ann: CustomerId) {
    let store = plans.db.store.clone();
    plans.walk("orders", store.list_of_customers::<Order>(&ListQuery::default())).await.expect("a page");
    plans.walk("contracts", store.list_of_customers::<Contract>(&ListQuery::default())).await.expect("a page");
    plans.walk("products owned", store.list_of_customers::<ProductOwned>(&ListQuery::default())).await.expect("a page");
    for (field, value) in [("customer_id", ann.to_string()), ("number", "7".into()), ("external_id", "O1".into())] {
        let query = by(field, value);
        plans.find(&format!("orders by {field}"), store.list_of_customers::<Order>(&query)).await.expect("a page");
        plans.find(&format!("contracts by {field}"), store.list_of_customers::<Contract>(&query)).await.expect("a page");
    }
    for (field, value) in [("customer_id", ann.to_string()), ("serial", "S".into()), ("external_id", "O1".into())] {
        let query = by(field, value);
        plans.find(&format!("products owned by {field}"), store.list_of_customers::<ProductOwned>(&query)).await.expect("a page");
    }
    plans.walk("audit", store.audit(&ListQuery::default())).await.expect("a page");
    let filters =
        [("resource", "customer".to_owned()), ("resource_id", ann.to_string()), ("user", ann.to_string()), ("action", "erase".to_owned())];
    for (field, value) in filters {
        plans.find(&format!("audit by {field}"), store.audit(&by(field, value))).await.expect("a page");
    }
    let both =
        ListQuery { equals: vec![("resource".into(), "customer".into()), ("resource_id".into(), ann.to_string())], ..ListQuery::default() };
    plans.find("audit of a row", store.audit(&both)).await.expect("a page");
}

async fn work(plans: &mut Plans<'_>, ann: CustomerId, agent: &Stored<User>) {
    let store = plans.db.store.clone();
    let owner = Owner::User(agent.id);
    plans.walk("tasks", store.list_work::<Task>(&ListQuery::default())).await.expect("a page");
    plans.walk("callbacks", store.list_work::<Callback>(&ListQuery::default())).await.expect("a page");
    for (field, value) in [("owner", owner.to_string()), ("customer_id", ann.to_string())] {
        let query = by(field, value);
        plans.find(&format!("tasks by {field}"), store.list_work::<Task>(&query)).await.expect("a page");
        plans.find(&format!("callbacks by {field}"), store.list_work::<Callback>(&query)).await.expect("a page");
        plans.find(&format!("reminders by {field}"), store.list_work::<Reminder>(&query)).await.expect("a page");
    }
    plans.find("callbacks to a number", store.list_work::<Callback>(&by("number", "+442079460011"))).await.expect("a page");
    plans.find("my work", store.my_work(agent, &ListQuery::default())).await.expect("a page");
    plans.find("my work, counted", store.my_work_counts(agent, NOW)).await.expect("counts");
    plans.find("due callbacks", store.due_callbacks(owner, &ListQuery::default())).await.expect("a page");
    plans.find("notifications", store.notifications(agent.id, true, &ListQuery::default())).await.expect("a page");
}
