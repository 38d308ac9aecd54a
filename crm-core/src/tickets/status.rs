//! Which status may follow which, and what a change does to a ticket's times. Pure.

use crate::model::{ComplaintStep, TicketState, TicketStatus, TicketType};
use cti_types::Utc;

/// What may follow. A ticket that was looked at is not new again; what is over is opened again before anything else.
pub const fn following(status: TicketStatus) -> &'static [TicketStatus] {
    use TicketStatus::{Closed, New, OnHold, Open, Pending, Resolved};
    match status {
        New => &[Open, Pending, OnHold, Resolved, Closed],
        Open => &[Pending, OnHold, Resolved, Closed],
        Pending => &[Open, OnHold, Resolved, Closed],
        OnHold => &[Open, Pending, Resolved, Closed],
        Resolved => &[Open, Closed],
        Closed => &[Open],
    }
}

/// Changes the status.
///
/// # Errors
/// How to mend it, in words, when it may not follow, its type does not know it, or a step of a complaint is missing.
pub fn change(state: &mut TicketState, kind: &TicketType, to: TicketStatus, now: Utc) -> Result<(), String> {
    let from = state.status;
    if state.merged_into.is_some() {
        return Err("go on with the ticket it was merged into".to_owned());
    }
    let allowed: Vec<&str> = following(from).iter().filter(|status| kind.allows(**status)).map(|status| status.word()).collect();
    if !following(from).contains(&to) || !kind.allows(to) {
        return Err(format!("after {} choose one of {}", from.word(), allowed.join(", ")));
    }
    let missing = match to {
        TicketStatus::Resolved if state.complaint && state.complaint_step < Some(ComplaintStep::Answer) => Some("answer"),
        TicketStatus::Closed if state.complaint && state.complaint_step < Some(ComplaintStep::Evaluation) => Some("evaluation"),
        TicketStatus::New
        | TicketStatus::Open
        | TicketStatus::Pending
        | TicketStatus::OnHold
        | TicketStatus::Resolved
        | TicketStatus::Closed => None,
    };
    if let Some(step) = missing {
        return Err(format!("this is a complaint: do its step {step} first"));
    }
    put(state, to, now);
    Ok(())
}

/// Sets a status without asking whether it may follow.
pub(crate) fn put(state: &mut TicketState, to: TicketStatus, now: Utc) {
    let was_live = state.live;
    state.status = to;
    state.status_at = now;
    state.live = to.is_live();
    if state.live && !was_live {
        state.reopened_count += 1;
        state.resolved_at = None;
        state.closed_at = None;
    }
    if !state.live {
        state.resolved_at = state.resolved_at.or(Some(now));
    }
    if to == TicketStatus::Closed {
        state.closed_at = Some(now);
    }
    // Who was asked something, or told the solution, has been answered.
    if matches!(to, TicketStatus::Pending | TicketStatus::Resolved) {
        state.responded_at = state.responded_at.or(Some(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn kind(statuses: &[&str]) -> TicketType {
        serde_json::from_value(json!({ "name": "t", "statuses": statuses })).expect("a type")
    }

    fn state(complaint: bool) -> TicketState {
        TicketState::new(1, Utc(0), complaint, None)
    }

    #[test]
    fn every_pair_of_statuses_is_allowed_or_named() {
        use TicketStatus::*;
        let refused = [
            (Open, New),
            (Pending, New),
            (OnHold, New),
            (Resolved, New),
            (Closed, New),
            (Resolved, Pending),
            (Resolved, OnHold),
            (Closed, Pending),
            (Closed, OnHold),
            (Closed, Resolved),
        ];
        for from in TicketStatus::ALL.iter().copied() {
            for to in TicketStatus::ALL.iter().copied() {
                let mut ticket = state(false);
                put(&mut ticket, from, Utc(1));
                let done = change(&mut ticket, &kind(&[]), to, Utc(2));
                assert_eq!(done.is_ok(), from != to && !refused.contains(&(from, to)), "{from:?} {to:?}");
                assert_eq!(ticket.status, if done.is_ok() { to } else { from });
            }
        }
    }

    #[test]
    fn a_type_allows_its_own_statuses_only() {
        let mut ticket = state(false);
        let refused = change(&mut ticket, &kind(&["open", "resolved"]), TicketStatus::OnHold, Utc(1));
        assert_eq!(refused, Err("after new choose one of open, resolved, closed".to_owned()));
    }

    #[test]
    fn reopening_counts_and_takes_the_end_back() {
        let (mut ticket, kind) = (state(false), kind(&[]));
        for (at, to) in [(1, TicketStatus::Open), (2, TicketStatus::Resolved), (3, TicketStatus::Closed)] {
            change(&mut ticket, &kind, to, Utc(at)).expect("a change");
        }
        assert_eq!((ticket.responded_at, ticket.resolved_at, ticket.closed_at), (Some(Utc(2)), Some(Utc(2)), Some(Utc(3))));
        change(&mut ticket, &kind, TicketStatus::Open, Utc(4)).expect("opened again");
        assert_eq!((ticket.reopened_count, ticket.live, ticket.resolved_at, ticket.closed_at), (1, true, None, None));
        assert_eq!(ticket.responded_at, Some(Utc(2)), "an answer stays given");
    }

    #[test]
    fn a_complaint_is_not_over_before_its_steps_are() {
        let (mut ticket, kind) = (state(true), kind(&[]));
        let refused = change(&mut ticket, &kind, TicketStatus::Resolved, Utc(1));
        assert_eq!(refused, Err("this is a complaint: do its step answer first".to_owned()));
        ticket.complaint_step = Some(ComplaintStep::FollowUp);
        change(&mut ticket, &kind, TicketStatus::Resolved, Utc(1)).expect("it was answered");
        assert!(change(&mut ticket, &kind, TicketStatus::Closed, Utc(2)).is_err());
        ticket.complaint_step = Some(ComplaintStep::Evaluation);
        change(&mut ticket, &kind, TicketStatus::Closed, Utc(2)).expect("it was evaluated");
    }
}
