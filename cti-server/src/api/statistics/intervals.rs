//! `GET /statistics/intervals`: quarter hours of queues, with what follows from them.

use super::super::Api;
use super::super::access::Right;
use super::super::caller::Caller;
use super::super::endpoint::Endpoint;
use super::super::extract::Query;
use super::super::problem::{Answer, Problem};
use super::{READ, TAG, span};
use axum::Json;
use axum::extract::State;
use crm_core::stats::{IntervalStat, IntervalSums, LEVEL_MS, QueueFigures};
use cti_types::{QueueId, Utc};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

const DAYS_MAX: i64 = 92;

pub(super) fn endpoint() -> Endpoint {
    Endpoint::get("/statistics/intervals", READ, list)
        .says(TAG, "Quarter hours of queues")
        .more(
            "Counted by when calls entered the queue; messages are not. Service level: answered within `level_ms` ÷ (offered − abandoned within \
             it); the other forms beside it. The same figures as the floor's `today` and `lately`. Agents get those of queues they serve.",
        )
        .query("from", "Intervals that begin at or after: RFC 3339, or microseconds since 1970; by default a day before `to`")
        .query("to", "Before, in the same forms; by default now. At most 92 days after `from`")
        .query("queue", "Id of a queue; left out: all")
        .query("by", "total: all queues together")
        .answers::<Intervals>(200, "By time, then queue; at most 10,000")
        .refuses(400, "The query cannot be read")
        .refuses(403, "Not a queue of yours")
        .refuses(422, "Some values were refused")
}

#[derive(Serialize, ToSchema)]
struct Intervals {
    #[schema(value_type = i64)]
    from: Utc,
    #[schema(value_type = i64)]
    to: Utc,
    /// Within how long an answer counts for the service level.
    level_ms: i64,
    items: Vec<Interval>,
    /// All of them together.
    total: Total,
}

#[derive(Serialize, ToSchema)]
struct Interval {
    /// None: all queues together.
    #[schema(value_type = Option<Uuid>)]
    queue_id: Option<QueueId>,
    #[schema(value_type = i64)]
    start_at: Utc,
    #[serde(flatten)]
    sums: IntervalSums,
    figures: QueueFigures,
}

#[derive(Serialize, ToSchema)]
#[schema(as = IntervalTotal)]
struct Total {
    #[serde(flatten)]
    sums: IntervalSums,
    figures: QueueFigures,
}

async fn list(State(api): State<Arc<Api>>, caller: Caller, mut query: Query) -> Answer<Json<Intervals>> {
    let (from, to) = span(&api, &mut query, DAYS_MAX)?;
    let queue: Option<QueueId> = query.parse("queue", "give an id")?;
    let together = match query.take("by").as_deref() {
        None | Some("queue") => false,
        Some("total") => true,
        Some(_) => return Err(Problem::invalid("by", "write total, or leave it out")),
    };
    query.nothing_else()?;
    let all = caller.may(Right::InteractionsAll);
    if !all && queue.is_some_and(|queue| !caller.user.queues.contains(&queue)) {
        return Err(Problem::forbidden("you do not serve this queue"));
    }
    let mut stats = api.state.store.interval_stats(from, to, queue).await?;
    stats.retain(|stat| all || caller.user.queues.contains(&stat.queue_id));
    let mut total = IntervalSums::default();
    for stat in &stats {
        total.add(&stat.sums());
    }
    let items =
        if together { by_time(&stats) } else { stats.iter().map(|stat| of(Some(stat.queue_id), stat.start_at, stat.sums())).collect() };
    Ok(Json(Intervals { from, to, level_ms: LEVEL_MS, items, total: Total { sums: total, figures: total.figures() } }))
}

fn of(queue_id: Option<QueueId>, start_at: Utc, sums: IntervalSums) -> Interval {
    Interval { queue_id, start_at, sums, figures: sums.figures() }
}

fn by_time(stats: &[IntervalStat]) -> Vec<Interval> {
    let mut all: BTreeMap<Utc, IntervalSums> = BTreeMap::new();
    for stat in stats {
        all.entry(stat.start_at).or_default().add(&stat.sums());
    }
    all.into_iter().map(|(at, sums)| of(None, at, sums)).collect()
}
