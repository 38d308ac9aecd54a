//! `GET /interactions`: a page of them by filters.

use super::super::Api;
use super::super::access::Right;
use super::super::caller::Caller;
use super::super::extract::Query;
use super::super::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use crm_core::Page;
use crm_core::interactions::{InteractionFilter, InteractionSummary, WORDS_MAX};
use cti_types::Utc;
use cti_types::event::{CallDirection, Channel, CloseReason};
use std::collections::BTreeSet;
use std::sync::Arc;

const ID: &str = "give an id";
const YES: &str = "write true or false";

pub(super) async fn list(State(api): State<Arc<Api>>, caller: Caller, query: Query) -> Answer<Json<Page<InteractionSummary>>> {
    let mut filter = filter(query)?;
    if !caller.may(Right::InteractionsAll) {
        filter.agent = Some(caller.user.id);
    }
    let store = &api.state.store;
    if let Some(customer) = filter.customer {
        // The log has the ids of those who were merged since.
        let customer = store.merged_into(customer).await?.unwrap_or(customer);
        if store.visible(&caller.viewer(), BTreeSet::from([customer])).await?.is_empty() {
            // Which numbers they called by is part of what is not seen.
            return Ok(Json(Page { items: Vec::new(), next: None }));
        }
    }
    Ok(Json(store.interactions(&filter).await?))
}

fn filter(mut query: Query) -> Answer<InteractionFilter> {
    let filter = InteractionFilter {
        from: time(&mut query, "from")?,
        to: time(&mut query, "to")?,
        queue: query.parse("queue", ID)?,
        agent: query.parse("agent", ID)?,
        customer: query.parse("customer", ID)?,
        number: query.take("number"),
        state: one_of(&mut query, "state", |word| matches!(word, "open" | "closed"))?,
        reason: one_of(&mut query, "reason", |word| CloseReason::from_word(word).is_some())?,
        direction: one_of(&mut query, "direction", |word| CallDirection::from_word(word).is_some())?,
        channel: one_of(&mut query, "channel", |word| Channel::from_word(word).is_some())?,
        wrap_up_code: query.parse("wrap_up_code", ID)?,
        recorded: query.parse("recorded", YES)?,
        answered: query.parse("answered", YES)?,
        talk_min_ms: seconds(&mut query, "talk_min_s")?,
        talk_max_ms: seconds(&mut query, "talk_max_s")?,
        team: query.parse("team", ID)?,
        words: words(&mut query)?,
        cursor: query.take("cursor"),
        limit: query.limit()?,
    };
    query.nothing_else()?;
    Ok(filter)
}

fn time(query: &mut Query, name: &str) -> Answer<Option<Utc>> {
    let Some(text) = query.take(name) else { return Ok(None) };
    let micros = text.parse::<i64>().ok().or_else(|| text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond));
    micros
        .map(|micros| Some(Utc(micros)))
        .ok_or_else(|| Problem::invalid(name, "write it as 2026-01-31T08:00:00Z, or as microseconds since 1970"))
}

fn seconds(query: &mut Query, name: &str) -> Answer<Option<i64>> {
    let seconds: Option<u32> = query.parse(name, "give whole seconds")?;
    Ok(seconds.map(|seconds| i64::from(seconds) * 1000))
}

fn words(query: &mut Query) -> Answer<Vec<String>> {
    let words: Vec<String> = query.take("text").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    if words.len() > WORDS_MAX {
        return Err(Problem::invalid("text", format!("give at most {WORDS_MAX} words")));
    }
    Ok(words)
}

fn one_of(query: &mut Query, name: &str, known: impl Fn(&str) -> bool) -> Answer<Option<String>> {
    match query.take(name) {
        Some(word) if !known(&word) => Err(Problem::invalid(name, "there is no such value")),
        word => Ok(word),
    }
}
