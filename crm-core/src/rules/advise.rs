//! What the rules say of a contact: at most three reasons and three offers, the strongest first, each with why. Pure.

use super::condition::Condition;
use super::facts::Facts;
use super::template::{For, names, render};
use super::words::words;
use crate::model::{Hours, Rule, RuleKind, Stored};
use crate::sla::Calendar;
use cti_types::{HoursId, QueueId, RuleId, Utc};
use jiff::tz::TimeZone;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Reasons, and offers, that are shown.
pub const SAID_MAX: usize = 3;
/// Tests shown of what made a rule speak.
const WHY_MAX: usize = 5;

/// What one rule says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RuleSaid)]
pub struct Said {
    #[schema(value_type = Uuid)]
    pub rule: RuleId,
    /// The rule's version: an outcome names it.
    pub rule_version: i64,
    pub score: i64,
    /// By language, with the facts put in. Plain text.
    pub texts: BTreeMap<String, String>,
    /// By the same languages: what was found true, a line each.
    pub why: BTreeMap<String, Vec<String>>,
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RuleAdvice)]
pub struct Advice {
    pub reasons: Vec<Said>,
    pub offers: Vec<Said>,
}

/// The rules that are active, ready to be asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleSet {
    /// The strongest first; of two alike the one made first.
    rules: Vec<Ready>,
    zones: BTreeMap<QueueId, TimeZone>,
    /// Opening hours that a rule asks for, by how facts name them: no others are looked at.
    hours: BTreeMap<String, Calendar>,
    /// Opening hours of queues, if a rule asks for them.
    queue_hours: BTreeMap<QueueId, Calendar>,
    asks_queue: bool,
}

/// How facts name opening hours.
fn hours_name(name: &str) -> String {
    let letters = name.trim().chars().flat_map(char::to_lowercase).map(|c| if c.is_alphanumeric() { c } else { '_' });
    format!("hours.{}", letters.collect::<String>())
}

#[derive(Clone, Debug, PartialEq)]
struct Ready {
    id: RuleId,
    version: i64,
    kind: RuleKind,
    score: i64,
    conditions: Condition,
    texts: BTreeMap<String, String>,
    /// Empty: all.
    queues: BTreeSet<QueueId>,
    valid: (Option<Utc>, Option<Utc>),
}

impl RuleSet {
    /// Of the rules as they are stored, with the zone of each queue.
    pub fn new<'a>(rules: &[Stored<Rule>], zones: impl IntoIterator<Item = (QueueId, &'a str)>) -> RuleSet {
        let ready = |rule: &Stored<Rule>| Ready {
            id: rule.id,
            version: rule.version,
            kind: rule.kind,
            score: rule.score,
            conditions: rule.conditions.clone(),
            texts: rule.texts.clone(),
            queues: rule.queues.iter().copied().collect(),
            valid: (rule.valid_from, rule.valid_until),
        };
        let mut rules: Vec<Ready> = rules.iter().filter(|rule| rule.active).map(ready).collect();
        rules.sort_by_key(|rule| (std::cmp::Reverse(rule.score), rule.id));
        let zones = zones.into_iter().filter_map(|(queue, zone)| Some((queue, TimeZone::get(zone).ok()?))).collect();
        RuleSet { rules, zones, ..RuleSet::default() }
    }

    /// With the opening hours there are, and which of them hold for a queue.
    #[must_use]
    pub fn with_hours<'a>(
        mut self,
        hours: impl IntoIterator<Item = &'a Stored<Hours>>,
        queues: impl IntoIterator<Item = (QueueId, HoursId)>,
    ) -> RuleSet {
        let mut asked: BTreeSet<&str> = BTreeSet::new();
        for rule in &self.rules {
            asked.extend(rule.conditions.fields());
            // A text that is wrong was refused when it was written.
            asked.extend(rule.texts.values().flat_map(|text| names(text).unwrap_or_default()));
        }
        let asks = |name: &str| asked.iter().any(|field| field.strip_prefix(name).is_some_and(|rest| rest.starts_with(".open")));
        let asks_queue = asks("queue");
        let mut by_id: BTreeMap<HoursId, Calendar> = BTreeMap::new();
        let mut by_name = BTreeMap::new();
        for one in hours {
            let (name, calendar) = (hours_name(&one.name), Calendar::from(&one.data));
            if asks(&name) {
                by_name.insert(name, calendar.clone());
            }
            by_id.insert(one.id, calendar);
        }
        self.queue_hours = queues.into_iter().filter_map(|(queue, hours)| Some((queue, by_id.get(&hours)?.clone()))).collect();
        (self.hours, self.asks_queue) = (by_name, asks_queue);
        self
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What they say of a contact for this queue at `now`. The time on the queue's wall (UTC without a queue) is added to the facts, and
    /// the opening hours that rules ask for.
    pub fn advise(&self, now: Utc, queue: Option<QueueId>, facts: Facts) -> Advice {
        let mut advice = Advice::default();
        if self.rules.is_empty() {
            return advice;
        }
        let mut facts = facts;
        let zone = queue.and_then(|queue| self.zones.get(&queue)).cloned().unwrap_or(TimeZone::UTC);
        facts.add_time(now, &zone);
        for (name, calendar) in &self.hours {
            facts.add_opening(name, calendar, now);
        }
        if let Some(queue) = queue.filter(|_| self.asks_queue) {
            facts.add_opening("queue", self.queue_hours.get(&queue).unwrap_or(&Calendar::Always), now);
        }
        for rule in &self.rules {
            let said = match rule.kind {
                RuleKind::Reason => &mut advice.reasons,
                RuleKind::Offer => &mut advice.offers,
            };
            if said.len() < SAID_MAX && rule.speaks(now, queue, &facts) {
                said.push(rule.said(&facts));
            }
            if advice.reasons.len() == SAID_MAX && advice.offers.len() == SAID_MAX {
                break;
            }
        }
        advice
    }
}

impl Ready {
    fn speaks(&self, now: Utc, queue: Option<QueueId>, facts: &Facts) -> bool {
        let (from, until) = self.valid;
        let valid = from.is_none_or(|from| from <= now) && until.is_none_or(|until| now < until);
        let here = self.queues.is_empty() || queue.is_some_and(|queue| self.queues.contains(&queue));
        valid && here && self.conditions.holds(facts)
    }

    fn said(&self, facts: &Facts) -> Said {
        let mut tests = Vec::new();
        self.conditions.why(facts, &mut tests);
        tests.truncate(WHY_MAX);
        let why = |language: &String| tests.iter().map(|(test, failed)| words(test, *failed, facts, language)).collect();
        Said {
            rule: self.id,
            rule_version: self.version,
            score: self.score,
            texts: self.texts.iter().map(|(language, text)| (language.clone(), render(text, facts, For::Plain))).collect(),
            why: self.texts.keys().map(|language| (language.clone(), why(language))).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
