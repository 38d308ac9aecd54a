//! Figures of queues and agents, counted from the log. The formulas are the store's; here is only who may ask for what.

mod agents;
mod intervals;

use super::Api;
use super::access::{Access, Right};
use super::endpoint::Endpoint;
use super::extract::Query;
use super::problem::{Answer, Problem};
use cti_types::Utc;

const TAG: &str = "statistics";
const READ: Access = Access::Needs(Right::InteractionsOwn);
const DAY_US: i64 = 86_400_000_000;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![intervals::endpoint(), agents::endpoint()]
}

/// `from` and `to`: by default the last day until now, at most so many days.
fn span(api: &Api, query: &mut Query, days_max: i64) -> Answer<(Utc, Utc)> {
    let to = query.time("to")?.unwrap_or_else(|| api.state.clock.utc());
    let from = query.time("from")?.unwrap_or(Utc(to.0.saturating_sub(DAY_US)));
    let days = to.0.saturating_sub(from.0);
    if days < 0 || days > days_max * DAY_US {
        return Err(Problem::invalid("from", format!("give a time before `to`, and at most {days_max} days before it")));
    }
    Ok((from, to))
}
