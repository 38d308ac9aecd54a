//! The lists and searches of screens, each asked for many times with other words. What is timed is the store's call.

use super::{AT, fill, number};
use crate::report::Percentiles;
use crm_core::customer_list::CustomerFilter;
use crm_core::interactions::InteractionFilter;
use crm_core::model::UserRole;
use crm_core::tickets::list::TicketFilter;
use crm_core::timeline::TimelineQuery;
use crm_core::{Store, Viewer};
use cti_types::{AgentId, Chance, CustomerId, Number, TeamId, UserId};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// What is asked for, by the names of the report.
const ASKS: [&str; 21] = [
    "card_by_last_digits",
    "card_of_nobody",
    "customers",
    "customers_by_tier",
    "customers_by_external_id",
    "customers_by_name",
    "customers_by_family_name",
    "customers_by_number",
    "customers_by_last_digits",
    "customers_not_contacted_days",
    "customers_not_contacted_days_by_tier",
    "customers_by_name_as_agent",
    "timeline",
    "interactions",
    "interactions_of_customer",
    "interactions_of_agent",
    "tickets",
    "tickets_live",
    "tickets_of_customer",
    "tickets_by_title",
    "tickets_by_number",
];

pub(super) struct Asker<'a> {
    store: &'a Store,
    customers: u64,
    chance: Chance,
    all: Viewer,
    agent: Viewer,
}

impl<'a> Asker<'a> {
    pub(super) fn new(store: &'a Store, customers: u64, chance: Chance) -> Self {
        let agent = Viewer::of(UserId::from_u128(7), BTreeSet::from([UserRole::Agent]), Some(TeamId::from_u128(8)));
        Self { store, customers, chance, all: Viewer::program(), agent }
    }

    /// Milliseconds by what was asked for.
    pub(super) async fn all(mut self, times: u64) -> anyhow::Result<BTreeMap<&'static str, Percentiles>> {
        let mut all = BTreeMap::new();
        for what in ASKS {
            let mut took_ms = Vec::with_capacity(times as usize);
            for _ in 0..times {
                took_ms.push(self.ask(what).await?);
            }
            if let Some(ms) = Percentiles::of(took_ms) {
                all.insert(what, ms);
            }
        }
        Ok(all)
    }

    /// One that is there.
    async fn customer(&self, n: u64) -> anyhow::Result<CustomerId> {
        let cards = self.store.who_is(AT, &Number::E164(number(n))).await?;
        cards.first().map(|card| card.customer).ok_or_else(|| anyhow::anyhow!("a customer that was written is not found"))
    }

    async fn find(&self, viewer: &Viewer, filter: CustomerFilter) -> anyhow::Result<f64> {
        let from = Instant::now();
        self.store.find_customers(viewer, AT, &filter).await?;
        Ok(ms_since(from))
    }

    async fn search(&self, viewer: &Viewer, wanted: String) -> anyhow::Result<f64> {
        self.find(viewer, CustomerFilter { search: Some(wanted), ..CustomerFilter::default() }).await
    }

    async fn interactions(&self, filter: InteractionFilter) -> anyhow::Result<f64> {
        let from = Instant::now();
        self.store.interactions(&filter).await?;
        Ok(ms_since(from))
    }

    async fn tickets(&self, filter: TicketFilter) -> anyhow::Result<f64> {
        let from = Instant::now();
        self.store.tickets(&filter).await?;
        Ok(ms_since(from))
    }

    async fn who_is(&self, wanted: Number) -> anyhow::Result<f64> {
        let from = Instant::now();
        self.store.who_is(AT, &wanted).await?;
        Ok(ms_since(from))
    }

    async fn ask(&mut self, what: &str) -> anyhow::Result<f64> {
        let n = self.chance.below(self.customers);
        let all = &self.all;
        let digits = number(n).trim_start_matches('+').to_owned();
        let (name, family) = fill::name(n);
        let end = |text: &str, count: usize| text.chars().skip(text.chars().count().saturating_sub(count)).collect::<String>();
        let days = CustomerFilter { not_contacted_days: Some(30), ..CustomerFilter::default() };
        let tier = || Some("gold".to_owned());
        match what {
            "card_by_last_digits" => self.who_is(Number::Other(end(&digits, 10))).await,
            "card_of_nobody" => self.who_is(Number::E164(format!("+4420{:08}", n % 100_000_000))).await,
            "customers" => self.find(all, CustomerFilter::default()).await,
            "customers_by_tier" => self.find(all, CustomerFilter { tier: tier(), ..CustomerFilter::default() }).await,
            "customers_by_external_id" => {
                self.find(all, CustomerFilter { external_id: Some(format!("C{n:09}")), ..CustomerFilter::default() }).await
            }
            "customers_by_name" => self.search(all, name.chars().take(3 + n as usize % 8).collect()).await,
            "customers_by_family_name" => self.search(all, family.to_lowercase()).await,
            "customers_by_number" => self.search(all, format!("+{digits}")).await,
            "customers_by_last_digits" => self.search(all, end(&digits, 4 + n as usize % 4)).await,
            "customers_not_contacted_days" => self.find(all, days).await,
            "customers_not_contacted_days_by_tier" => self.find(all, CustomerFilter { tier: tier(), ..days }).await,
            "customers_by_name_as_agent" => self.search(&self.agent, name).await,
            "timeline" => {
                let customer = self.customer(n).await?;
                let from = Instant::now();
                self.store.timeline(all, customer, &TimelineQuery::default()).await?;
                Ok(ms_since(from))
            }
            "interactions" => self.interactions(InteractionFilter::default()).await,
            "interactions_of_customer" => {
                let customer = Some(self.customer(n).await?);
                self.interactions(InteractionFilter { customer, ..InteractionFilter::default() }).await
            }
            "interactions_of_agent" => {
                let agent = Some(AgentId::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0000 + u128::from(n % 200)));
                self.interactions(InteractionFilter { agent, ..InteractionFilter::default() }).await
            }
            "tickets" => self.tickets(TicketFilter::default()).await,
            "tickets_live" => self.tickets(TicketFilter { live: Some(true), ..TicketFilter::default() }).await,
            "tickets_of_customer" => {
                let customer = Some(self.customer(n).await?);
                self.tickets(TicketFilter { customer, ..TicketFilter::default() }).await
            }
            "tickets_by_title" => self.tickets(TicketFilter { search: Some(name), ..TicketFilter::default() }).await,
            "tickets_by_number" => {
                self.tickets(TicketFilter { search: Some(format!("#{}", 1 + n % 1_000)), ..TicketFilter::default() }).await
            }
            other => anyhow::bail!("{other}: nothing is asked by this name"),
        }
    }
}

fn ms_since(from: Instant) -> f64 {
    from.elapsed().as_secs_f64() * 1000.0
}
