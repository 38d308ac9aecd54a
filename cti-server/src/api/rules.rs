//! What rules say of a contact, what became of it, and how often each rule was right. Rules themselves are edited in `rows`.

use super::Api;
use super::access::{Access, Right};
use super::caller::Caller;
use super::endpoint::Endpoint;
use super::extract::{JsonBody, PathOf, Query};
use super::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use crm_core::rules::{Advice, Facts, HitRate, NewOutcome, Period};
use cti_types::{CustomerId, QueueId, RuleId, Utc};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

const TAG: &str = "rules";
/// Days of a hit rate when nothing is said.
const DAYS_DEFAULT: i64 = 30;
const DAY_US: i64 = 86_400_000_000;
/// Values of a contact that is tried.
const DATA_MAX: usize = 50;

/// A contact to ask the rules of.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RuleContact)]
struct Contact {
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    customer_id: Option<CustomerId>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    queue_id: Option<QueueId>,
    /// What a flow would have collected, known as `ivr.KEY`. At most 50 values.
    #[serde(default)]
    data: BTreeMap<String, String>,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/rules/evaluate", Access::Needs(Right::CustomersRead), evaluate)
            .says(TAG, "What the rules say of a contact")
            .more("The same that comes with a call's card; for trying rules, and for contacts that are no calls.")
            .takes::<Contact>()
            .answers::<Advice>(200, "At most three reasons and three offers, each with why")
            .refuses(404, "No such customer"),
        Endpoint::post("/rule-outcomes", Access::Needs(Right::CallsAct), outcome)
            .says(TAG, "Say what became of what a rule said in a contact")
            .more("A reason was right or wrong, an offer accepted or declined. Said again, the last word counts.")
            .takes::<NewOutcome>()
            .answers_nothing(204, "Kept"),
        Endpoint::get("/rules/{id}/hit-rate", Access::Needs(Right::ConfigRead), hit_rate)
            .says(TAG, "How often a rule was right")
            .query("from", "Microseconds since 1970; 30 days before `to` when nothing is said")
            .query("to", "Microseconds since 1970, not included; now when nothing is said")
            .query("period", "day, week (from Monday) or month, in UTC; day when nothing is said")
            .answers::<HitRate>(200, "All together and by period")
            .refuses(404, "No such rule")
            .refuses(422, "A time or period was refused"),
    ]
}

async fn evaluate(State(api): State<Arc<Api>>, caller: Caller, body: JsonBody) -> Answer<Json<Advice>> {
    let Contact { customer_id, queue_id, data } = body.parse()?;
    if data.len() > DATA_MAX {
        return Err(Problem::invalid("data", format!("leave at most {DATA_MAX}")));
    }
    let (store, now) = (&api.state.store, api.state.clock.utc());
    let mut facts = match customer_id {
        Some(id) => {
            store.may_see(&caller.viewer(), id).await?;
            store.card(id).await?.map(|card| Facts::of_card(&card, now)).ok_or_else(|| Problem::not_found("customer"))?
        }
        None => Facts::default(),
    };
    facts.add_collected(data.iter().map(|(key, value)| (key.as_str(), Some(value.as_str()))));
    Ok(Json(store.rule_set().await?.advise(now, queue_id, facts)))
}

async fn outcome(State(api): State<Arc<Api>>, caller: Caller, body: JsonBody) -> Answer<StatusCode> {
    let new: NewOutcome = body.parse()?;
    api.state.store.keep_outcome(&caller.who(), api.state.clock.utc(), new).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn hit_rate(State(api): State<Arc<Api>>, path: PathOf, mut query: Query) -> Answer<Json<HitRate>> {
    let rule: RuleId = path.get("id", "rule")?;
    let micros = "give microseconds since 1970";
    let to = query.parse::<i64>("to", micros)?.map_or_else(|| api.state.clock.utc(), Utc);
    let from = query.parse::<i64>("from", micros)?.map_or(Utc(to.0.saturating_sub(DAYS_DEFAULT * DAY_US)), Utc);
    let period = match query.take("period").as_deref() {
        None | Some("day") => Period::Day,
        Some("week") => Period::Week,
        Some("month") => Period::Month,
        Some(_) => return Err(Problem::invalid("period", "choose day, week or month")),
    };
    query.nothing_else()?;
    Ok(Json(api.state.store.hit_rate(rule, from, to, period).await?))
}
