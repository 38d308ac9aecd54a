//! `GET /customers`: finding them.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::Query;
use super::super::problem::{Answer, Problem};
use super::row;
use axum::Json;
use axum::extract::State;
use crm_core::Page;
use crm_core::customer_list::CustomerFilter;
use crm_core::model::{Birthday, CustomerKind};
use serde_json::Value;
use std::sync::Arc;

/// A hundred years: more is never.
const DAYS_MAX: u32 = 36_500;

pub(super) async fn list(State(api): State<Arc<Api>>, caller: Caller, query: Query) -> Answer<Json<Page<Value>>> {
    let (store, viewer) = (&api.state.store, caller.viewer());
    let filter = filter(&caller, query)?;
    let page = store.find_customers(&viewer, api.state.clock.utc(), &filter).await?;
    let defined = store.field_definitions("customer").await?;
    let items = page.items.iter().map(|item| row(&viewer, &defined, &item.customer, &item.activity)).collect::<Answer<Vec<_>>>()?;
    Ok(Json(Page { items, next: page.next }))
}

fn filter(caller: &Caller, mut query: Query) -> Answer<CustomerFilter> {
    const ID: &str = "give an id";
    let owner = match query.take("owner").as_deref() {
        None => None,
        Some("me") => Some(caller.user.id),
        Some(text) => Some(text.parse().map_err(|_| Problem::invalid("owner", "give an id, or me"))?),
    };
    let kind = match query.take("kind").as_deref() {
        None => None,
        Some("person") => Some(CustomerKind::Person),
        Some("company") => Some(CustomerKind::Company),
        Some(_) => return Err(Problem::invalid("kind", "give person or company")),
    };
    let days: Option<u32> = query.parse("not_contacted_days", "give a number of days")?;
    if days.is_some_and(|days| days > DAYS_MAX) {
        return Err(Problem::invalid("not_contacted_days", format!("give at most {DAYS_MAX}")));
    }
    let birthdays = match (query.take("birthday_from").as_deref(), query.take("birthday_to").as_deref()) {
        (None, None) => None,
        (from, to) => Some(part_of_year(from.unwrap_or("01-01"), to.unwrap_or("12-31"))?),
    };
    let filter = CustomerFilter {
        search: query.take("search"),
        tier: query.take("tier"),
        owner,
        team: query.parse("team", ID)?,
        kind,
        language: query.take("language"),
        external_id: query.take("external_id"),
        not_contacted_days: days,
        birthdays,
        cursor: query.take("cursor"),
        limit: query.limit()?,
    };
    query.nothing_else()?;
    Ok(filter)
}

/// A part of the year.
fn part_of_year(from: &str, to: &str) -> Answer<(i64, i64)> {
    let day = |field: &str, text: &str| Birthday::parse_day(text).ok_or_else(|| Problem::invalid(field, "write month and day as MM-DD"));
    let (from, to) = (day("birthday_from", from)?, day("birthday_to", to)?);
    if from > to {
        return Err(Problem::invalid("birthday_to", "give a later day; around New Year ask for the end of the year and for its beginning"));
    }
    Ok((from, to))
}
