//! Who gets a ticket: the first rule that fits, and whom it chooses. Pure; whose turn it is and who has how much are arguments.

use crate::model::{AgentPick, Stored, TicketPriority, TicketRule, TicketTypeId};
use cti_types::UserId;
use std::collections::BTreeMap;

/// What rules and triggers look at.
#[derive(Clone, Debug)]
pub struct About<'a> {
    pub type_id: TicketTypeId,
    pub priority: TicketPriority,
    /// Of the main customer; `none` without one.
    pub tier: &'a str,
    pub language: Option<&'a str>,
}

fn fits(rule: &TicketRule, about: &About<'_>) -> bool {
    let language = || about.language.is_some_and(|language| rule.languages.contains(language));
    rule.active
        && (rule.types.is_empty() || rule.types.contains(&about.type_id))
        && (rule.priorities.is_empty() || rule.priorities.contains(&about.priority))
        && (rule.tiers.is_empty() || rule.tiers.contains(about.tier))
        && (rule.languages.is_empty() || language())
}

/// The rule that decides: of those that fit the one with the smallest `sort`, then the oldest.
pub fn choose<'a>(rules: &'a [Stored<TicketRule>], about: &About<'_>) -> Option<&'a Stored<TicketRule>> {
    rules.iter().filter(|rule| fits(rule, about)).min_by_key(|rule| (rule.sort, rule.id))
}

/// Whom the rule chooses among `candidates`. `turn` counts up with each choice; `open` are live tickets, none where there is no entry.
pub fn pick(how: AgentPick, candidates: &[UserId], turn: i64, open: &BTreeMap<UserId, i64>) -> Option<UserId> {
    match how {
        AgentPick::Nobody => None,
        AgentPick::RoundRobin => {
            let count = i64::try_from(candidates.len()).ok().filter(|count| *count > 0)?;
            candidates.get(usize::try_from(turn.rem_euclid(count)).ok()?).copied()
        }
        // The first of several smallest.
        AgentPick::LeastOpen => candidates.iter().copied().min_by_key(|agent| open.get(agent).copied().unwrap_or(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TicketRuleId;
    use cti_types::Utc;
    use serde_json::{Value, json};
    use uuid::Uuid;

    fn rule(id: u128, fields: &Value) -> Stored<TicketRule> {
        let mut all = json!({ "name": format!("{id}"), "pick": "nobody" });
        all.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        let data = serde_json::from_value(all).expect("a rule");
        Stored { id: TicketRuleId(Uuid::from_u128(id)), version: 1, created_at: Utc(0), updated_at: Utc(0), data }
    }

    #[test]
    fn the_first_rule_whose_conditions_all_hold_decides() {
        let repair = TicketTypeId(Uuid::from_u128(7));
        let rules = [
            rule(1, &json!({ "sort": 9 })),
            rule(2, &json!({ "sort": 1, "types": [repair], "priorities": ["high", "urgent"] })),
            rule(3, &json!({ "sort": 2, "tiers": ["gold"], "languages": ["zh"] })),
            rule(4, &json!({ "sort": 0, "active": false })),
            rule(5, &json!({ "sort": 2, "tiers": ["gold"] })),
        ];
        let chosen = |type_id, priority, tier, language| {
            choose(&rules, &About { type_id, priority, tier, language }).map(|rule| rule.id.0.as_u128())
        };
        let other = TicketTypeId(Uuid::from_u128(8));
        let table = [
            (repair, TicketPriority::Urgent, "gold", Some("zh"), 2),
            (repair, TicketPriority::Low, "gold", Some("zh"), 3),
            (other, TicketPriority::Urgent, "gold", Some("en"), 5),
            (other, TicketPriority::Urgent, "gold", None, 5),
            (other, TicketPriority::Normal, "none", None, 1),
        ];
        for (type_id, priority, tier, language, expected) in table {
            assert_eq!(chosen(type_id, priority, tier, language), Some(expected), "{priority:?} {tier} {language:?}");
        }
        assert!(choose(&rules[1..2], &About { type_id: other, priority: TicketPriority::Low, tier: "none", language: None }).is_none());
    }

    #[test]
    fn agents_are_chosen_in_turn_or_by_what_they_have() {
        let agents: Vec<UserId> = (1..=3).map(UserId::from_u128).collect();
        let turns: Vec<_> = (0..4).map(|turn| pick(AgentPick::RoundRobin, &agents, turn, &BTreeMap::new())).collect();
        assert_eq!(turns, [Some(agents[0]), Some(agents[1]), Some(agents[2]), Some(agents[0])]);
        let open = BTreeMap::from([(agents[0], 2), (agents[1], 1), (agents[2], 1)]);
        assert_eq!(pick(AgentPick::LeastOpen, &agents, 0, &open), Some(agents[1]));
        assert_eq!(pick(AgentPick::LeastOpen, &agents, 0, &BTreeMap::from([(agents[0], 1)])), Some(agents[1]));
        assert_eq!(pick(AgentPick::RoundRobin, &[], 5, &open), None);
        assert_eq!(pick(AgentPick::Nobody, &agents, 5, &open), None);
    }
}
