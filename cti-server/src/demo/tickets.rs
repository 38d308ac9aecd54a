//! The demo's tickets: what is promised, a few requests, and a complaint on its way. Made once.

use super::seed::Seeded;
use anyhow::Context;
use crm_core::model::{Hours, NewComment, Resource, SlaPolicy, TicketRow, TicketStatus, TicketTemplate, TicketTrigger, TicketType};
use crm_core::tickets::complaint::{Assign, Done, Schedule};
use crm_core::tickets::list::TicketFilter;
use crm_core::{ListQuery, Store, Stored, Who};
use cti_types::{UserId, Utc};
use serde_json::{Value, json};

const VIA: &str = "demo";
const HOUR_US: i64 = 3_600_000_000;

/// By the place of the customer in the samples: title, description, priority, tags, hours since it was made.
const REQUESTS: [(usize, &str, &str, &str, &[&str], i64); 4] = [
    (3, "Printer will not wake up", "Since the update it stays dark. Switched off and on twice.", "high", &["printer"], 3),
    (4, "Invoice shows the wrong address", "The old address is on the invoice of this month.", "normal", &["invoice"], 26),
    (8, "键盘更换", "空格键失灵，希望寄送新的键盘。", "normal", &["keyboard"], 5),
    (24, "Scale shows nothing after the update", "The bakery weighs by hand until it works.", "urgent", &["scale", "vip"], 1),
];

/// Writes them, unless there are tickets already.
pub(super) async fn fill(store: &Store, now: Utc, seeded: &Seeded) -> anyhow::Result<()> {
    let there = store.tickets(&TicketFilter { limit: Some(1), ..TicketFilter::default() }).await?;
    if !there.items.is_empty() {
        return Ok(());
    }
    let filler = Filler { store, who: Who::system(VIA), now };
    let request = filler.ways(seeded).await?;
    for (customer, title, description, priority, tags, hours) in REQUESTS {
        let fields = json!({
            "type_id": request.id, "title": title, "description": description, "priority": priority, "tags": tags,
            "customer_id": seeded.customers.get(customer), "queue_id": seeded.support,
        });
        Box::pin(filler.ticket(hours, &fields)).await?;
    }
    Box::pin(filler.complaint(seeded)).await
}

struct Filler<'a> {
    store: &'a Store,
    who: Who,
    now: Utc,
}

impl Filler<'_> {
    /// The row of this name, made if there is none.
    async fn ensure<R: Resource>(&self, row: Value) -> anyhow::Result<Stored<R>> {
        let name = row["name"].as_str().unwrap_or_default().to_owned();
        let query = ListQuery { limit: Some(1), equals: vec![("name".to_owned(), name.clone())], ..ListQuery::default() };
        if let Some(found) = self.store.list::<R>(&query).await?.items.into_iter().next() {
            return Ok(found);
        }
        let made = self.store.insert(&self.who, self.now, serde_json::from_value::<R>(row)?).await;
        made.with_context(|| format!("cannot make the {} {name}", R::KIND.word()))
    }

    /// What tickets go by. Gives the type of requests.
    async fn ways(&self, seeded: &Seeded) -> anyhow::Result<Stored<TicketType>> {
        let week: Vec<Value> = (1..=5).map(|day| json!({ "day": day, "from": "08:00", "to": "18:00" })).collect();
        let office = self.ensure::<Hours>(json!({ "name": "Office hours", "zone": "Europe/London", "weekly": week })).await?;
        let policy = json!({
            "name": "Service", "hours_id": office.id, "targets": [
                { "priority": "urgent", "first_response_ms": 1_800_000, "resolution_ms": 14_400_000 },
                { "tier": "gold", "first_response_ms": 3_600_000, "resolution_ms": 28_800_000 },
                { "first_response_ms": 14_400_000, "resolution_ms": 86_400_000 },
            ],
        });
        let policy = self.ensure::<SlaPolicy>(policy).await?;
        let thanks = json!({
            "name": "Thank you", "title": "Your request {{ticket.number}}",
            "text": "Dear {{customer.name}},\n\nthank you for your message about \"{{ticket.title}}\". We are on it.\n\n{{agent.name}}",
        });
        self.ensure::<TicketTemplate>(thanks).await?;
        let complaint =
            json!({ "name": "Complaint", "complaint": true, "priority": "high", "queue_id": seeded.support, "sla_policy_id": policy.id });
        self.ensure::<TicketType>(complaint).await?;
        let told: Vec<&UserId> = seeded.users.get("supervisor").into_iter().collect();
        let late = json!({
            "name": "Late", "moment": { "when": "after_breach", "clock": "resolution" },
            "actions": [{ "do": "raise_priority" }, { "do": "notify", "assignee": true, "watchers": true, "users": told }],
        });
        self.ensure::<TicketTrigger>(late).await?;
        self.ensure(json!({ "name": "Request", "queue_id": seeded.support, "sla_policy_id": policy.id })).await
    }

    async fn ticket(&self, hours: i64, fields: &Value) -> anyhow::Result<TicketRow> {
        let at = Utc(self.now.0 - hours * HOUR_US);
        self.store.create_ticket(&self.who, at, fields).await.context("cannot make a ticket")
    }

    /// A complaint that was assigned and scheduled, and a request that was answered.
    async fn complaint(&self, seeded: &Seeded) -> anyhow::Result<()> {
        let Some(responsible) = seeded.users.get("jonas").copied() else { return Ok(()) };
        let query = ListQuery { equals: vec![("name".to_owned(), "Complaint".to_owned())], ..ListQuery::default() };
        let Some(kind) = self.store.list::<TicketType>(&query).await?.items.into_iter().next() else { return Ok(()) };
        let fields = json!({
            "type_id": kind.id, "title": "Monthly statement is late again", "customer_id": seeded.customers.get(19),
            "description": "Third month in a row. The accountant had to estimate.", "assignee_id": responsible,
        });
        let ticket = self.ticket(4, &fields).await?;
        let who = Who::user(responsible, VIA);
        let at = |hours: i64| Utc(self.now.0 - hours * HOUR_US);
        let assign = Done::Assign(Assign { responsible_id: responsible, note: String::new() });
        let ticket = self.store.take_step(&who, at(3), ticket.id, ticket.version, assign).await?;
        let plan = "Find out with accounting why it is late; call back.".to_owned();
        let schedule = Done::Schedule(Schedule { answer_by: Utc(self.now.0 + 48 * HOUR_US), plan });
        let ticket = self.store.take_step(&who, at(2), ticket.id, ticket.version, schedule).await?;
        let said = NewComment { text: "Accounting looks into it. @supervisor for your information.".to_owned(), public: false };
        self.store.comment_ticket(&who, at(2), ticket.id, said).await?;
        self.store.set_ticket_status(&who, at(1), ticket.id, self.store.ticket(ticket.id).await?.version, TicketStatus::OnHold, "").await?;
        Ok(())
    }
}
