//! Rules against facts: what speaks, in which order, and why.

use super::*;
use crate::rules::Fact;
use serde_json::{Value as Json, json};
use uuid::Uuid;

const NOW: Utc = Utc(1_767_600_000_000_000);

fn condition(value: &Json) -> Condition {
    Condition::parse(value, "conditions").unwrap_or_else(|wrong| panic!("{wrong:?}: {value}"))
}

fn facts() -> Facts {
    let mut facts = Facts::default();
    for (name, text) in
        [("card.name", "Noah"), ("card.tier", "gold"), ("ivr.choice", "2"), ("items.ticket.title", "Printer"), ("recent.wrap_up", "")]
    {
        facts.set(name, text);
    }
    for (name, number) in [("items.ticket.count", 2_i64), ("items.ticket.due_in_hours", -5), ("recent.days_ago", 1)] {
        facts.set(name, number);
    }
    facts.set("card.tags", Fact::List(vec!["VIP".into(), "b2b".into()]));
    facts.set("card.blocked", false);
    facts
}

fn rule(n: u128, change: impl FnOnce(&mut Rule)) -> Stored<Rule> {
    let mut data = Rule {
        name: n.to_string(),
        kind: RuleKind::Reason,
        conditions: Condition::All(Vec::new()),
        texts: BTreeMap::from([("en".into(), format!("about {n}")), ("zh".into(), format!("关于 {n}"))]),
        score: 500,
        queues: Vec::new(),
        active: true,
        valid_from: None,
        valid_until: None,
    };
    change(&mut data);
    Stored { id: RuleId(Uuid::from_u128(n)), version: 1, created_at: NOW, updated_at: NOW, data }
}

fn said(rules: &[Stored<Rule>], queue: Option<QueueId>) -> (Vec<u128>, Vec<u128>) {
    let advice = RuleSet::new(rules, []).advise(NOW, queue, facts());
    let ids = |said: &[Said]| said.iter().map(|one| one.rule.0.as_u128()).collect();
    (ids(&advice.reasons), ids(&advice.offers))
}

#[test]
fn each_operator_on_each_kind_of_fact() {
    let t = |field: &str, op: &str, value: Json| json!({ "field": field, "op": op, "value": value });
    let table = [
        (t("card.tier", "eq", json!("GOLD")), true),
        (t("card.tier", "ne", json!("gold")), false),
        (t("card.region", "ne", json!("x")), true),
        (t("card.region", "eq", json!("x")), false),
        (t("items.ticket.count", "ge", json!(2)), true),
        (t("items.ticket.count", "gt", json!(2)), false),
        (t("items.ticket.due_in_hours", "lt", json!(0)), true),
        (t("items.ticket.count", "le", json!(1.5)), false),
        (t("ivr.choice", "eq", json!(2)), true),
        (t("ivr.choice", "gt", json!("1")), true),
        (t("ivr.choice", "in", json!(["1", 2])), true),
        (t("ivr.choice", "in", json!(["1", "3"])), false),
        (t("card.name", "gt", json!(3)), false),
        (t("card.name", "contains", json!("OA")), true),
        (t("card.name", "starts_with", json!("no")), true),
        (t("card.name", "starts_with", json!("oa")), false),
        (t("card.tags", "contains", json!("vip")), true),
        (t("card.tags", "contains", json!("vi")), false),
        (t("card.blocked", "eq", json!(false)), true),
        (t("card.blocked", "eq", json!("false")), false),
        (json!({ "field": "card.tier", "op": "exists" }), true),
        (json!({ "field": "recent.wrap_up", "op": "missing" }), true),
        (json!({ "all": [] }), true),
        (json!({ "any": [] }), false),
        (json!({ "not": { "any": [] } }), true),
        (
            json!({ "all": [t("card.tier", "eq", json!("gold")), { "any": [t("card.name", "eq", json!("x")), t("ivr.choice", "eq", json!("2"))] }] }),
            true,
        ),
        (json!({ "all": [t("card.tier", "eq", json!("gold")), { "not": t("ivr.choice", "eq", json!("2")) }] }), false),
    ];
    for (value, expected) in table {
        let condition = condition(&value);
        assert_eq!(condition.holds(&facts()), expected, "{value}");
        assert_eq!(serde_json::to_value(&condition).unwrap(), value, "it is written as it was read");
    }
}

#[test]
fn what_is_wrong_with_a_condition_is_named_by_its_place() {
    let deep = (0..8).fold(json!({ "all": [] }), |inner, _| json!({ "not": inner }));
    let many: Vec<Json> = (0..51).map(|_| json!({ "field": "card.tier", "op": "exists" })).collect();
    let halves = json!({ "all": [{ "any": &many[..30] }, { "any": &many[..30] }] });
    let table = [
        (json!([]), "conditions"),
        (json!({}), "conditions.field"),
        (json!({ "all": {} }), "conditions.all"),
        (json!({ "all": [{ "field": "tier", "op": "exists" }] }), "conditions.all[0].field"),
        (json!({ "any": [{ "all": [] }, { "field": "card.tier", "op": "is", "value": 1 }] }), "conditions.any[1].op"),
        (json!({ "not": { "field": "card.tier", "op": "in", "value": "x" } }), "conditions.not.value"),
        (json!({ "field": "card.tier", "op": "eq", "value": [] }), "conditions.value"),
        (json!({ "field": "card.tier", "op": "eq", "value": "a\nb" }), "conditions.value"),
        (json!({ "field": "card.tier", "op": "missing", "value": 1 }), "conditions.value"),
        (json!({ "all": [], "any": [] }), "conditions.all"),
        (json!({ "all": many }), "conditions.all"),
        (halves, "conditions.all[1].any[20]"),
        (deep, "conditions.not.not.not.not.not.not.not"),
    ];
    for (value, place) in table {
        let wrong = Condition::parse(&value, "conditions").expect_err("it is wrong");
        assert_eq!(wrong.0, place, "{value}: {}", wrong.1);
        assert!(!wrong.1.is_empty());
        let message = serde_json::from_value::<Condition>(value).expect_err("it is wrong").to_string();
        assert!(message.contains(&format!("field `{place}`")), "{message}");
    }
}

#[test]
fn the_strongest_three_of_each_kind_speak() {
    let mut rules: Vec<Stored<Rule>> = (1..=6).map(|n| rule(n, |rule| rule.score = 100 * n as i64)).collect();
    rules.push(rule(7, |rule| rule.score = 600));
    rules.extend((11..=12).map(|n| rule(n, |rule| rule.kind = RuleKind::Offer)));
    assert_eq!(said(&rules, None), (vec![6, 7, 5], vec![11, 12]));
}

#[test]
fn a_rule_speaks_for_its_queues_in_its_time_while_it_is_active() {
    let queue = |n| QueueId(Uuid::from_u128(n));
    let later = Some(Utc(NOW.0 + 1));
    let rules = [
        rule(1, |rule| rule.queues = vec![queue(1)]),
        rule(2, |rule| rule.active = false),
        rule(3, |rule| rule.valid_from = later),
        rule(4, |rule| rule.valid_until = Some(NOW)),
        rule(5, |rule| (rule.valid_from, rule.valid_until) = (Some(NOW), later)),
    ];
    assert_eq!(said(&rules, Some(queue(1))).0, [1, 5]);
    assert_eq!(said(&rules, Some(queue(2))).0, [5]);
    assert_eq!(said(&rules, None).0, [5]);
}

#[test]
fn what_is_said_names_what_was_found() {
    let conditions = json!({ "all": [
        { "field": "items.ticket.count", "op": "ge", "value": 1 },
        { "any": [{ "field": "card.tier", "op": "eq", "value": "silver" }, { "field": "card.tier", "op": "in", "value": ["gold", "vip"] }] },
        { "not": { "field": "recent.days_ago", "op": "gt", "value": 7 } },
        { "field": "recent.wrap_up", "op": "missing" },
    ] });
    let one = rule(1, |rule| {
        rule.conditions = condition(&conditions);
        rule.texts = BTreeMap::from([
            ("en".into(), "ticket {items.ticket.title} of {card.name}".into()),
            ("zh".into(), "工单 {items.ticket.title}".into()),
        ]);
    });
    let advice = RuleSet::new(&[one], []).advise(NOW, None, facts());
    let said = &advice.reasons[0];
    assert_eq!(said.texts["en"], "ticket Printer of Noah");
    assert_eq!(said.texts["zh"], "工单 Printer");
    assert_eq!(
        said.why["en"],
        [
            "open tickets: 2 (at least 1)",
            "tier: gold (one of gold, vip)",
            "days since the last contact: 1 (not more than 7)",
            "outcome of the last contact not known"
        ]
    );
    assert_eq!(
        said.why["zh"],
        ["未结工单：2（至少 1）", "客户等级：gold（属于 gold, vip）", "距上次联系天数：1（不符：大于 7）", "上次结果未知"]
    );
}

#[test]
fn the_time_is_that_of_the_queue() {
    let queue = QueueId(Uuid::from_u128(1));
    // 2026-01-05 is a Monday: 08:00 UTC is 16:00 in Shanghai.
    let afternoon = rule(1, |rule| {
        rule.conditions = condition(&json!({ "all": [
            { "field": "time.hour", "op": "eq", "value": 16 }, { "field": "time.weekday", "op": "eq", "value": 1 },
            { "field": "time.date", "op": "ge", "value": "2026-01-05" },
        ] }));
    });
    let set = RuleSet::new(&[afternoon], [(queue, "Asia/Shanghai")]);
    assert_eq!(set.advise(NOW, Some(queue), facts()).reasons.len(), 1);
    assert_eq!(set.advise(NOW, None, facts()).reasons.len(), 0);
}

#[test]
fn opening_hours_are_facts() {
    let queue = QueueId(Uuid::from_u128(1));
    let id = |n: u128| HoursId(Uuid::from_u128(n));
    let hours = |n: u128, name: &str, zone: &str| Stored {
        id: id(n),
        version: 1,
        created_at: Utc(0),
        updated_at: Utc(0),
        data: serde_json::from_value::<Hours>(
            json!({ "name": name, "zone": zone, "weekly": [{ "day": 1, "from": "09:30", "to": "17:00" }] }),
        )
        .expect("hours"),
    };
    // 2026-01-05 08:00 UTC, a Monday: closed in London for an hour and a half, open in Shanghai, where it is 16:00.
    let all = [hours(1, "Head office (UK)", "Europe/London"), hours(2, "Shanghai", "Asia/Shanghai")];
    let table = [
        (json!({ "field": "hours.shanghai.open", "op": "eq", "value": true }), Some(queue), true),
        (json!({ "field": "hours.head_office__uk_.open", "op": "eq", "value": false }), None, true),
        (json!({ "field": "hours.head_office__uk_.opens_in_hours", "op": "eq", "value": 2 }), None, true),
        (json!({ "field": "hours.shanghai.opens_in_hours", "op": "missing" }), None, true),
        (json!({ "field": "queue.open", "op": "eq", "value": false }), Some(queue), true),
        (json!({ "field": "queue.open", "op": "eq", "value": true }), Some(QueueId(Uuid::from_u128(2))), true),
        (json!({ "field": "queue.open", "op": "exists" }), None, false),
        (json!({ "field": "hours.nowhere.open", "op": "exists" }), None, false),
    ];
    for (test, asked, speaks) in table {
        let one = rule(1, |rule| rule.conditions = condition(&test));
        let set = RuleSet::new(&[one], []).with_hours(&all, [(queue, id(1))]);
        assert_eq!(set.advise(NOW, asked, facts()).reasons.len(), usize::from(speaks), "{test}");
        assert!(set.hours.len() <= 1, "only hours that a rule asks for are looked at");
    }
}

/// The pop has 20 ms at its 99th percentile; all rules a house may have must be a small part of it.
#[test]
fn five_hundred_rules_are_asked_within_the_pops_time() {
    let rules: Vec<Stored<Rule>> = (0..500)
        .map(|n: u128| {
            rule(n, |rule| {
                let tests: Vec<Json> = (0..50)
                    .map(|t| json!({ "field": format!("card.attribute_{t}"), "op": if t == 49 { "exists" } else { "missing" } }))
                    .collect();
                rule.conditions = condition(&json!({ "all": tests }));
                rule.score = n as i64 + 1;
            })
        })
        .collect();
    let set = RuleSet::new(&rules, []);
    #[allow(clippy::disallowed_methods, reason = "it measures")]
    let start = std::time::Instant::now();
    const TIMES: u32 = 20;
    for _ in 0..TIMES {
        assert_eq!(set.advise(NOW, None, facts()), Advice::default(), "every rule reads all its conditions and none speaks");
    }
    let each = start.elapsed() / TIMES;
    println!("500 rules of 50 conditions each: {} us", each.as_micros());
    // A debug build on a busy machine; in release it is about a tenth.
    assert!(each.as_millis() < 200, "{each:?}");
}
