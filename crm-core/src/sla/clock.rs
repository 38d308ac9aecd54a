//! How far a promised time has run: used, left, due, breached. Computed anew from when the clock ran, so that changed hours, targets and
//! priorities take effect backwards as well. Keeps nothing.

use super::Calendar;
use cti_types::Utc;

/// A stretch during which the clock ran; without an end it still does. Stretches come in order and do not overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub from: Utc,
    pub to: Option<Utc>,
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Business time used until now, or until the clock stopped.
    pub used_us: i64,
    /// Of the target; negative: so much over.
    pub left_us: i64,
    /// When the target is or was used up, if the clock runs on. `None` while it stands still, or when no business time is to come.
    pub due_at: Option<Utc>,
    /// When it was used up, if that has happened.
    pub breached_at: Option<Utc>,
}

/// Reads the clock. A run that ends at the very moment its target is used up has kept it; one that has no end breaks it then.
pub fn read(calendar: &Calendar, target_us: i64, runs: &[Run], now: Utc) -> Reading {
    let mut used = 0;
    let (mut due_at, mut breached_at) = (None, None);
    for run in runs {
        let end = run.to.unwrap_or(now).max(run.from);
        if breached_at.is_none() {
            let due = calendar.after(run.from, target_us - used);
            let broken = |due: &Utc| if run.to.is_some() { *due < end } else { *due <= now };
            breached_at = due.filter(broken);
            if run.to.is_none() {
                due_at = due;
            }
        } else if run.to.is_none() {
            due_at = breached_at;
        }
        used += calendar.between(run.from, end);
    }
    Reading { used_us: used, left_us: target_us - used, due_at, breached_at }
}

/// The runs as they would be had the clock been stopped for good at `at`.
pub fn until(runs: &[Run], at: Option<Utc>) -> Vec<Run> {
    let Some(at) = at else { return runs.to_vec() };
    let cut = |run: &Run| Run { from: run.from, to: Some(run.to.map_or(at, |to| to.min(at))) };
    runs.iter().filter(|run| run.from < at).map(cut).collect()
}
