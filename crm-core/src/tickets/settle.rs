//! Brings a ticket's promised times up to date: targets, what is due, what is broken, when to look again. Pure.

use super::rules::About;
use super::triggers;
use crate::model::{SlaPolicy, StatusChange, Stored, TicketRow, TicketStatus, TicketTrigger, TicketTriggerId, TicketType};
use crate::sla::clock::until;
use crate::sla::{Calendar, Run, read};
use cti_types::{UserId, Utc};
use std::collections::BTreeSet;

/// What a ticket goes by, read before it is changed.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) kind: TicketType,
    pub(crate) policy: Option<SlaPolicy>,
    pub(crate) calendar: Calendar,
    /// Active ones, in their order.
    pub(crate) triggers: Vec<Stored<TicketTrigger>>,
    pub(crate) fired: BTreeSet<TicketTriggerId>,
    /// The earliest first.
    pub(crate) history: Vec<StatusChange>,
    /// Of the main customer.
    pub(crate) tier: String,
    pub(crate) language: Option<String>,
    pub(crate) watchers: Vec<UserId>,
}

impl Context {
    pub(crate) fn about<'a>(&'a self, row: &TicketRow) -> About<'a> {
        About { type_id: row.data.type_id, priority: row.priority(), tier: &self.tier, language: self.language.as_deref() }
    }
}

/// When the clock ran. It runs while the ticket is live, but not, where the policy has it so, while the customer is waited for.
pub(crate) fn runs(history: &[StatusChange], pause_while_pending: bool) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut since = None;
    for change in history {
        let running = change.status.is_live() && !(pause_while_pending && change.status == TicketStatus::Pending);
        match (since, running) {
            (None, true) => since = Some(change.at),
            (Some(from), false) => {
                runs.push(Run { from, to: Some(change.at) });
                since = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }
    runs.extend(since.map(|from| Run { from, to: None }));
    runs
}

/// Of one promise.
#[derive(Default)]
struct Promise {
    target_ms: Option<i64>,
    due_at: Option<Utc>,
    left_ms: Option<i64>,
    breached_at: Option<Utc>,
}

fn promise(calendar: &Calendar, target_ms: Option<i64>, runs: &[Run], kept: bool, now: Utc) -> Promise {
    let Some(target) = target_ms else { return Promise::default() };
    let reading = read(calendar, target.saturating_mul(1_000), runs, now);
    let running = runs.last().is_some_and(|run| run.to.is_none());
    Promise {
        target_ms,
        due_at: reading.due_at.filter(|_| !kept),
        // While the clock runs, what is left changes by itself.
        left_ms: (!kept && !running).then_some(reading.left_us.div_euclid(1_000)),
        breached_at: reading.breached_at,
    }
}

/// Brings the times up to date with the row, its history and what it goes by.
pub(crate) fn settle(row: &mut TicketRow, context: &Context, now: Utc) {
    let target = context.policy.as_ref().and_then(|policy| policy.target(row.priority(), &context.tier));
    let pause = context.policy.as_ref().is_some_and(|policy| policy.pause_while_pending);
    let runs = runs(&context.history, pause);
    let state = &mut row.state;

    let first = until(&runs, state.responded_at);
    let response = promise(&context.calendar, target.and_then(|t| t.first_response_ms), &first, state.responded_at.is_some(), now);
    let resolution = promise(&context.calendar, target.and_then(|t| t.resolution_ms), &runs, !state.live, now);
    state.response_target_ms = response.target_ms;
    state.response_due_at = response.due_at;
    state.response_left_ms = response.left_ms;
    state.response_breached_at = response.breached_at;
    state.resolution_target_ms = resolution.target_ms;
    state.resolution_due_at = resolution.due_at;
    state.resolution_left_ms = resolution.left_ms;
    state.resolution_breached_at = resolution.breached_at;
    state.breached = response.breached_at.is_some() || resolution.breached_at.is_some();
    let due = [state.response_due_at, state.resolution_due_at];
    state.due_at = if state.live { due.into_iter().flatten().min() } else { None };

    let breaches = [(state.response_due_at, state.response_breached_at), (state.resolution_due_at, state.resolution_breached_at)];
    let next_breach = breaches.into_iter().filter(|(_, breached)| breached.is_none()).filter_map(|(due, _)| due).min();
    let about = context.about(row);
    let waiting = context.triggers.iter().filter(|trigger| !context.fired.contains(&trigger.id));
    let next_trigger = waiting.filter_map(|trigger| triggers::moment(trigger, &about, &row.state, &context.calendar, now)).min();
    row.state.next_escalation_at = [next_breach.filter(|_| row.state.live), next_trigger].into_iter().flatten().min();
}

/// The triggers whose moment has come and who have not done their work, in their order.
pub(crate) fn due(row: &TicketRow, context: &Context, now: Utc) -> Vec<Stored<TicketTrigger>> {
    let about = context.about(row);
    let due = |trigger: &&Stored<TicketTrigger>| {
        !context.fired.contains(&trigger.id)
            && triggers::moment(trigger, &about, &row.state, &context.calendar, now).is_some_and(|at| at <= now)
    };
    context.triggers.iter().filter(due).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Ticket, TicketId, TicketState};
    use crate::tickets::status;
    use serde_json::{Value, json};
    use uuid::Uuid;

    const MINUTE: i64 = 60_000_000;

    fn context(policy: Value, triggers: &[Value]) -> Context {
        let triggers = triggers.iter().enumerate().map(|(at, data)| Stored {
            id: TicketTriggerId(Uuid::from_u128(at as u128 + 1)),
            version: 1,
            created_at: Utc(0),
            updated_at: Utc(0),
            data: serde_json::from_value(data.clone()).expect("a trigger"),
        });
        Context {
            kind: serde_json::from_value(json!({ "name": "t" })).expect("a type"),
            policy: Some(serde_json::from_value(policy).expect("a policy")),
            calendar: Calendar::Always,
            triggers: triggers.collect(),
            fired: BTreeSet::new(),
            history: vec![StatusChange { at: Utc(0), status: TicketStatus::New, user_id: None, note: String::new() }],
            tier: "none".into(),
            language: None,
            watchers: Vec::new(),
        }
    }

    fn row() -> TicketRow {
        let data: Ticket = serde_json::from_value(json!({ "type_id": Uuid::from_u128(1), "title": "x" })).expect("a ticket");
        let state = TicketState::new(1, Utc(0), false, None);
        TicketRow { id: TicketId(Uuid::from_u128(1)), version: 1, created_at: Utc(0), updated_at: Utc(0), data, state }
    }

    fn go(row: &mut TicketRow, context: &mut Context, to: TicketStatus, minute: i64) {
        let at = Utc(minute * MINUTE);
        status::change(&mut row.state, &context.kind, to, at).expect("a change");
        context.history.push(StatusChange { at, status: to, user_id: None, note: String::new() });
        settle(row, context, at);
    }

    fn minutes(at: Option<Utc>) -> Option<i64> {
        at.map(|at| at.0 / MINUTE)
    }

    fn policy(pause: bool) -> Value {
        let targets = json!([
            { "priority": "urgent", "resolution_ms": 30 * 60_000 },
            { "first_response_ms": 10 * 60_000, "resolution_ms": 60 * 60_000 },
        ]);
        json!({ "name": "p", "pause_while_pending": pause, "targets": targets })
    }

    #[test]
    fn the_clock_stands_still_while_the_customer_is_waited_for_and_when_it_is_over() {
        let (mut row, mut context) = (row(), context(policy(true), &[]));
        settle(&mut row, &context, Utc(0));
        assert_eq!((minutes(row.state.response_due_at), minutes(row.state.resolution_due_at)), (Some(10), Some(60)));
        assert_eq!((minutes(row.state.due_at), minutes(row.state.next_escalation_at)), (Some(10), Some(10)));
        go(&mut row, &mut context, TicketStatus::Pending, 5);
        assert_eq!((row.state.response_due_at, row.state.resolution_due_at, row.state.due_at), (None, None, None));
        assert_eq!((row.state.response_left_ms, row.state.resolution_left_ms), (None, Some(55 * 60_000)));
        assert_eq!(row.state.next_escalation_at, None);
        go(&mut row, &mut context, TicketStatus::Open, 105);
        assert_eq!((minutes(row.state.resolution_due_at), row.state.resolution_left_ms), (Some(160), None));
        go(&mut row, &mut context, TicketStatus::Resolved, 150);
        assert_eq!((row.state.due_at, row.state.next_escalation_at, row.state.breached), (None, None, false));
        go(&mut row, &mut context, TicketStatus::Open, 1_000);
        assert_eq!(minutes(row.state.resolution_due_at), Some(1_010), "ten minutes were left");
    }

    #[test]
    fn a_policy_may_count_while_the_customer_is_waited_for() {
        let (mut row, mut context) = (row(), context(policy(false), &[]));
        go(&mut row, &mut context, TicketStatus::Pending, 5);
        assert_eq!(minutes(row.state.resolution_due_at), Some(60));
    }

    #[test]
    fn another_priority_has_another_target_from_the_beginning() {
        let (mut row, context) = (row(), context(policy(true), &[]));
        settle(&mut row, &context, Utc(40 * MINUTE));
        assert_eq!((minutes(row.state.response_breached_at), row.state.resolution_breached_at), (Some(10), None));
        row.data.priority = Some(crate::model::TicketPriority::Urgent);
        settle(&mut row, &context, Utc(40 * MINUTE));
        assert_eq!((row.state.response_breached_at, minutes(row.state.resolution_breached_at)), (None, Some(30)));
        assert!(row.state.breached && row.state.next_escalation_at.is_none());
    }

    #[test]
    fn the_next_look_is_at_the_first_breach_or_trigger_that_has_not_fired() {
        let before = json!({ "name": "b", "moment": { "when": "before_breach", "clock": "response", "ms": 240_000 },
            "actions": [{ "do": "raise_priority" }] });
        let stale = json!({ "name": "s", "moment": { "when": "unchanged", "status": "new", "ms": 480_000 },
            "actions": [{ "do": "raise_priority" }] });
        let (mut row, mut context) = (row(), context(policy(true), &[before, stale]));
        let mut looks = Vec::new();
        let mut now = Utc(0);
        for _ in 0..6 {
            settle(&mut row, &context, now);
            let Some(next) = row.state.next_escalation_at else { break };
            now = next;
            looks.push(now.0 / MINUTE);
            settle(&mut row, &context, now);
            context.fired.extend(due(&row, &context, now).iter().map(|trigger| trigger.id));
        }
        assert_eq!(looks, [6, 8, 10, 60]);
    }
}
