//! When triggers do their work. Pure: the moment is computed from how the ticket stands; that each does it once is the store's matter.

use super::rules::About;
use crate::model::{SlaClock, TicketState, TicketTrigger, TriggerMoment};
use crate::sla::Calendar;
use cti_types::Utc;

fn fits(trigger: &TicketTrigger, about: &About<'_>) -> bool {
    trigger.active
        && (trigger.types.is_empty() || trigger.types.contains(&about.type_id))
        && (trigger.priorities.is_empty() || trigger.priorities.contains(&about.priority))
        && (trigger.tiers.is_empty() || trigger.tiers.contains(about.tier))
}

/// When the promised time is, or was, broken. A promise kept has no such moment, nor one whose clock stands still.
fn breach(state: &TicketState, clock: SlaClock) -> Option<Utc> {
    match clock {
        SlaClock::Response => state.response_breached_at.or(state.response_due_at),
        SlaClock::Resolution => state.resolution_breached_at.or(state.resolution_due_at),
    }
}

/// So long after a moment, or before it when `ms` is negative; `None`: never.
fn plus(at: Utc, ms: i64, calendar: &Calendar) -> Option<Utc> {
    let us = ms.saturating_mul(1_000);
    if us < 0 { calendar.before(at, us.saturating_neg()) } else { calendar.after(at, us) }
}

/// When this trigger is to do its work on a ticket that stands so; `None`: not as things are. A moment that has passed means now, but for a
/// trigger of business hours: then it is the next moment within them. `calendar`: of the ticket's policy.
pub fn moment(trigger: &TicketTrigger, about: &About<'_>, state: &TicketState, calendar: &Calendar, now: Utc) -> Option<Utc> {
    if !fits(trigger, about) || state.merged_into.is_some() {
        return None;
    }
    let calendar = if trigger.business_hours { calendar } else { &Calendar::Always };
    let at = match trigger.moment {
        TriggerMoment::BeforeBreach { clock, ms } => breach(state, clock).filter(|_| state.live).and_then(|at| plus(at, -ms, calendar)),
        TriggerMoment::AfterBreach { clock, ms } => breach(state, clock).filter(|_| state.live).and_then(|at| plus(at, ms, calendar)),
        TriggerMoment::Unchanged { status, ms } => (state.status == status).then(|| plus(state.status_at, ms, calendar)).flatten(),
        TriggerMoment::Reopened { times } => (state.live && state.reopened_count >= times).then_some(state.status_at),
    }?;
    match calendar {
        Calendar::Always => Some(at),
        Calendar::Hours(_) => calendar.opening(at.max(now)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{TicketPriority, TicketStatus, TicketTypeId};
    use serde_json::{Value, json};
    use uuid::Uuid;

    const MINUTE: i64 = 60_000_000;

    fn trigger(moment: &Value) -> TicketTrigger {
        serde_json::from_value(json!({ "name": "t", "moment": moment, "actions": [{ "do": "raise_priority" }] })).expect("a trigger")
    }

    /// Around the clock, at the beginning.
    fn moment(trigger: &TicketTrigger, about: &About<'_>, state: &TicketState) -> Option<Utc> {
        super::moment(trigger, about, state, &Calendar::Always, Utc(0))
    }

    #[test]
    fn a_trigger_of_business_hours_waits_by_them_and_works_in_them() {
        let hours = json!({ "name": "h", "zone": "UTC", "weekly": (1..=5).map(|day| json!({ "day": day, "from": "09:00", "to": "17:00" })).collect::<Vec<_>>() });
        let calendar = Calendar::from(&serde_json::from_value::<crate::model::Hours>(hours).expect("hours"));
        // 1970-01-05 was a Monday.
        let at = |day: i64, hour: i64| Utc(((day - 1) * 24 + hour) * 60 * MINUTE);
        let hour = 3_600_000;
        let unchanged = json!({ "when": "unchanged", "status": "new", "ms": 2 * hour });
        let before = json!({ "when": "before_breach", "clock": "resolution", "ms": 3 * hour });
        let after = json!({ "when": "after_breach", "clock": "resolution" });
        // When the status changed and the promise ends, what the clock says, and when the work is done.
        let table = [
            (&unchanged, at(5, 10), None, at(5, 10), at(5, 12)),
            (&unchanged, at(5, 16), None, at(5, 16), at(6, 10)),
            // Friday afternoon; then looked at on Sunday, after a server was down: on Monday.
            (&unchanged, at(9, 16), None, at(9, 16), at(12, 10)),
            (&unchanged, at(9, 10), None, at(11, 12), at(12, 9)),
            (&unchanged, at(5, 10), None, at(6, 11), at(6, 11)),
            (&before, at(5, 9), Some(at(6, 11)), at(5, 9), at(5, 16)),
            (&before, at(5, 9), Some(at(12, 10)), at(5, 9), at(9, 15)),
            (&after, at(5, 9), Some(at(9, 17)), at(5, 9), at(12, 9)),
        ];
        for (when, since, due, now, expected) in table {
            let mut trigger = trigger(when);
            trigger.business_hours = true;
            let mut state = TicketState::new(1, since, false, None);
            state.resolution_due_at = due;
            assert_eq!(super::moment(&trigger, &about(), &state, &calendar, now), Some(expected), "{when} {since:?} {due:?} {now:?}");
        }
    }

    fn about() -> About<'static> {
        About { type_id: TicketTypeId(Uuid::from_u128(1)), priority: TicketPriority::High, tier: "gold", language: None }
    }

    #[test]
    fn each_kind_of_moment_follows_from_how_the_ticket_stands() {
        let mut state = TicketState::new(1, Utc(0), false, None);
        state.response_due_at = Some(Utc(60 * MINUTE));
        state.resolution_breached_at = Some(Utc(30 * MINUTE));
        state.resolution_due_at = Some(Utc(30 * MINUTE));
        state.reopened_count = 2;
        let table = [
            (json!({ "when": "before_breach", "clock": "response", "ms": 600_000 }), Some(50)),
            (json!({ "when": "after_breach", "clock": "response" }), Some(60)),
            (json!({ "when": "after_breach", "clock": "resolution", "ms": 900_000 }), Some(45)),
            (json!({ "when": "unchanged", "status": "new", "ms": 3_600_000 }), Some(60)),
            (json!({ "when": "unchanged", "status": "open", "ms": 3_600_000 }), None),
            (json!({ "when": "reopened", "times": 2 }), Some(0)),
            (json!({ "when": "reopened", "times": 3 }), None),
        ];
        for (when, minutes) in &table {
            assert_eq!(moment(&trigger(when), &about(), &state), minutes.map(|minutes| Utc(minutes * MINUTE)), "{when}");
        }
        // Answered in time, or waiting: nothing is broken, and nothing will be.
        state.response_due_at = None;
        assert_eq!(moment(&trigger(&table[0].0), &about(), &state), None);
        // Over: promises count no more, a wait in a status does.
        (state.live, state.status) = (false, TicketStatus::Resolved);
        assert_eq!(moment(&trigger(&table[2].0), &about(), &state), None);
        let stale = json!({ "when": "unchanged", "status": "resolved", "ms": 1_000 });
        assert_eq!(moment(&trigger(&stale), &about(), &state), Some(Utc(1_000_000)));
    }

    #[test]
    fn a_trigger_is_about_its_own_tickets_only() {
        let state = TicketState::new(1, Utc(0), false, None);
        let mut all = trigger(&json!({ "when": "unchanged", "status": "new", "ms": 1_000 }));
        let moment_now = |trigger: &TicketTrigger| moment(trigger, &about(), &state);
        assert!(moment_now(&all).is_some());
        all.tiers = ["silver".to_owned()].into();
        assert_eq!(moment_now(&all), None);
        all.tiers = ["gold".to_owned()].into();
        all.priorities = [TicketPriority::High].into();
        all.types = [about().type_id].into();
        assert!(moment_now(&all).is_some());
        all.active = false;
        assert_eq!(moment_now(&all), None);
    }
}
