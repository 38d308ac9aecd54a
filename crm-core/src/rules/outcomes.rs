//! What became of what rules said, and so how often each was right.

use crate::audit::{Action, write_audit};
use crate::db::args;
use crate::error::{Result, StoreError};
use crate::knowledge::rank::solved_share;
use crate::model::{Hours, Queue, Rule, RuleKind, Who};
use crate::rules::RuleSet;
use crate::store::Store;
use cti_types::{InteractionId, RuleId, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use utoipa::ToSchema;

const DAY_US: i64 = 86_400_000_000;
/// Longest time a hit rate is asked for, in days.
const DAYS_MAX: i64 = 800;

/// What the agent says of it: a reason was right or wrong, an offer accepted or declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RuleOutcome)]
pub enum Outcome {
    Right,
    Wrong,
    Accepted,
    Declined,
}

impl Outcome {
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Right => "right",
            Outcome::Wrong => "wrong",
            Outcome::Accepted => "accepted",
            Outcome::Declined => "declined",
        }
    }

    fn of(kind: RuleKind) -> [Outcome; 2] {
        match kind {
            RuleKind::Reason => [Outcome::Right, Outcome::Wrong],
            RuleKind::Offer => [Outcome::Accepted, Outcome::Declined],
        }
    }
}

/// An outcome to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRuleOutcome)]
pub struct NewOutcome {
    #[schema(value_type = Uuid)]
    pub rule_id: RuleId,
    /// The version that spoke.
    pub rule_version: i64,
    #[schema(value_type = Uuid)]
    pub interaction_id: InteractionId,
    pub outcome: Outcome,
}

/// By what a time is parted, in UTC. Weeks begin on Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    Day,
    Week,
    Month,
}

/// How often a rule was right.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = RuleHitRate)]
pub struct HitRate {
    #[schema(value_type = Uuid)]
    pub rule_id: RuleId,
    pub all: PeriodRate,
    /// Those in which anything was said of it, the earliest first.
    pub periods: Vec<PeriodRate>,
}

/// The same for one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = RulePeriodRate)]
pub struct PeriodRate {
    #[schema(value_type = i64)]
    pub start_at: Utc,
    /// Right, or accepted.
    pub hits: u64,
    /// Wrong, or declined.
    pub misses: u64,
    /// hits / (hits + misses); none without any.
    pub hit_rate: Option<f64>,
    /// What of it can be relied on: the lower bound of Wilson's interval at 95 %.
    pub reliable: f64,
}

impl PeriodRate {
    fn new(start_at: Utc, hits: u64, misses: u64) -> PeriodRate {
        let all = hits + misses;
        let hit_rate = (all > 0).then(|| hits as f64 / all as f64);
        PeriodRate { start_at, hits, misses, hit_rate, reliable: solved_share(hits, all) }
    }
}

impl Store {
    /// Keeps what became of what a rule said in a contact; said again, the last word counts.
    ///
    /// # Errors
    /// `Invalid` when the rule is not there, or an outcome does not fit its kind; `Unavailable`.
    pub async fn keep_outcome(&self, who: &Who, now: Utc, new: NewOutcome) -> Result<()> {
        let bad = |field: &str, mend: &str| StoreError::invalid("rule_outcome", field, mend);
        let rule = match self.get::<Rule>(new.rule_id).await {
            Ok(rule) => rule,
            Err(StoreError::NotFound { .. }) => return Err(bad("rule_id", "choose a rule that exists")),
            Err(error) => return Err(error),
        };
        if !(1..=rule.version).contains(&new.rule_version) {
            return Err(bad("rule_version", "name the version that spoke"));
        }
        if !Outcome::of(rule.kind).contains(&new.outcome) {
            return Err(bad("outcome", "a reason is right or wrong, an offer accepted or declined"));
        }
        let mut tx = self.db.begin().await?;
        let sql = "INSERT INTO rule_outcome (rule_id, interaction_id, rule_version, agent_id, outcome, at) VALUES ($1, $2, $3, $4, $5, $6) \
                   ON CONFLICT (rule_id, interaction_id) DO UPDATE SET rule_version = $3, agent_id = $4, outcome = $5, at = $6";
        let agent = who.user.map(|user| user.to_string());
        let row = args![new.rule_id.to_string(), new.interaction_id.to_string(), new.rule_version, agent, new.outcome.word(), now];
        tx.execute(sql, row).await?;
        let after = Some(json!({ "interaction": new.interaction_id, "outcome": new.outcome, "rule_version": new.rule_version }));
        write_audit(self, &mut tx, who, now, Action::Create, "rule_outcome", &new.rule_id.to_string(), None, after).await?;
        tx.commit().await
    }

    /// The rules as they stand, ready to be asked. The switch has its own from its snapshot.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn rule_set(&self) -> Result<RuleSet> {
        let (rules, queues, hours) = (self.all::<Rule>().await?, self.all::<Queue>().await?, self.all::<Hours>().await?);
        let of_queues = queues.iter().filter_map(|queue| Some((queue.id, queue.hours_id?)));
        Ok(RuleSet::new(&rules, queues.iter().map(|queue| (queue.id, queue.zone.as_str()))).with_hours(&hours, of_queues))
    }

    /// How often a rule was right between two times, `to` not included.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` for a time that is too long or ends before it begins; `Unavailable`.
    pub async fn hit_rate(&self, rule: RuleId, from: Utc, to: Utc, period: Period) -> Result<HitRate> {
        self.get::<Rule>(rule).await?;
        if to <= from || to.0.saturating_sub(from.0) > DAYS_MAX * DAY_US || from.0 < 0 {
            return Err(StoreError::invalid("rule", "to", format!("choose a time after `from`, at most {DAYS_MAX} days")));
        }
        let sql = format!(
            "SELECT at / {DAY_US}, outcome, COUNT(*) FROM rule_outcome WHERE rule_id = $1 AND at >= $2 AND at < $3 \
             GROUP BY at / {DAY_US}, outcome ORDER BY 1"
        );
        let rows = self.db.fetch(sql, args![rule.to_string(), from, to]).await?;
        let mut periods: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
        for row in &rows {
            let counts = periods.entry(start_of(row.int(0)?, period)).or_default();
            match row.text(1)? {
                "right" | "accepted" => counts.0 += row.int(2)?.max(0) as u64,
                _ => counts.1 += row.int(2)?.max(0) as u64,
            }
        }
        let (hits, misses) = periods.values().fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
        let periods = periods.into_iter().map(|(day, (hits, misses))| PeriodRate::new(Utc(day * DAY_US), hits, misses)).collect();
        Ok(HitRate { rule_id: rule, all: PeriodRate::new(from, hits, misses), periods })
    }
}

/// The first day of the period a day belongs to, both in days since 1970.
fn start_of(day: i64, period: Period) -> i64 {
    match period {
        Period::Day => day,
        // 1970 began on a Thursday.
        Period::Week => day - (day + 3).rem_euclid(7),
        Period::Month => {
            let first = jiff::Timestamp::from_microsecond(day * DAY_US).map(|at| at.to_zoned(jiff::tz::TimeZone::UTC).date().day());
            day - i64::from(first.unwrap_or(1)) + 1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_belong_to_weeks_from_monday_and_to_months() {
        // 2026-11-22 is a Sunday; days since 1970.
        let day = 20_779;
        let table = [(Period::Day, 20_779), (Period::Week, 20_773), (Period::Month, 20_758)];
        for (period, expected) in table {
            assert_eq!(start_of(day, period), expected, "{period:?}");
        }
        assert_eq!(start_of(20_773, Period::Week), 20_773);
    }
}
