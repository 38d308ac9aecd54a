//! How long work will probably wait, and how wrong that was of late. Orders and chooses nothing.
//!
//! With `n` items before it, `c` agents at work and a mean handling time `h`, an item waits until `n + 1` of the work under way and before
//! it is done: `(n + 1) × h ÷ c`. This is the queue-length estimator QL of Ibrahim and Whitt, "Real-Time Delay Estimation in Overloaded
//! Multiserver Queues with Abandonments" (Management Science 55, 2009), after Whitt, "Predicting Queueing Delays" (Management Science 45,
//! 1999). It leaves out who gives up before, so it is too long rather than too short.
//!
//! - `h` is measured from acceptance to the end of wrap-up, over the latest work of the queue ([`HANDLING_WEIGHT`]).
//! - `c` are the agents of the queue who are ready or busy, times the share of this queue in what they accept out of all their queues
//!   ([`SHARE_WEIGHT`]): agents with skills for several queues count in each by what they do there.
//! - The error is the mean of |expected − waited| over the latest accepted work ([`ERROR_WEIGHT`]), each expected when it entered at the
//!   end of the line. For exponential handling times the theory has a standard deviation of the wait itself ÷ √(n + 1).

use crate::engine::Acd;
use crate::model::{Place, Queue};
use crate::slab::{AgentIx, ItemIx};
use cti_types::{AssignmentId, Now, Tick};
use std::time::Duration;

/// One new handling time counts so much against the mean of those before it: one in eight.
const HANDLING_WEIGHT: u64 = 8;
/// The same of one acceptance against the share.
const SHARE_WEIGHT: u64 = 32;
/// The same of one error.
const ERROR_WEIGHT: u64 = 16;
/// The whole of an agent's work; shares are parts of it.
const WHOLE: u64 = 1 << 16;
/// A smaller share counts as this: what was not done of late is not impossible.
const SHARE_MIN: u64 = WHOLE / 16;
/// A longer wait counts as this.
const EXPECTED_MAX: Duration = Duration::from_secs(86_400);

/// What a queue has learnt of its work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Learnt {
    handling: Option<Duration>,
    share: u64,
    error: Option<Duration>,
}

impl Default for Learnt {
    fn default() -> Learnt {
        Learnt { handling: None, share: WHOLE, error: None }
    }
}

/// Moves a mean towards a new value; the first value is the mean.
fn blend(mean: Option<Duration>, new: Duration, weight: u64) -> Duration {
    let new = new.min(EXPECTED_MAX).as_micros() as u64;
    let mean = mean.map_or(new, |mean| mean.as_micros() as u64);
    Duration::from_micros((mean * (weight - 1) + new) / weight)
}

impl Queue {
    /// How long work with so many items before it will wait; `None`: nobody works, or nothing was measured yet.
    pub(crate) fn expected(&self, before: usize) -> Option<Duration> {
        if self.ready > 0 && before == 0 {
            return Some(Duration::ZERO);
        }
        let workers = u64::from(self.ready) + u64::from(self.busy);
        let handling = self.learnt.handling.filter(|_| workers > 0)?.as_micros();
        let capacity = workers * self.learnt.share.max(SHARE_MIN);
        let wait = handling * (before as u128 + 1) * u128::from(WHOLE) / u128::from(capacity);
        Some(Duration::from_micros(wait.min(EXPECTED_MAX.as_micros()) as u64))
    }

    /// How wrong that was of late; `None`: nothing came true yet.
    pub(crate) fn expected_error(&self) -> Option<Duration> {
        self.learnt.error
    }

    /// What work that enters at this place now expects. Only at the end of the line: who is let in before others is not told the truth
    /// by their number alone.
    pub(crate) fn expected_at(&self, place: Place) -> Option<Duration> {
        let last = self.order.last_key_value().is_none_or(|(last, _)| *last < place);
        last.then(|| self.expected(self.order.len())).flatten()
    }
}

impl Acd {
    /// The work was accepted: what was expected of it comes true, and its handling begins.
    pub(crate) fn learn_acceptance(&mut self, now: Now, item: ItemIx, agent: AgentIx, assignment: AssignmentId) {
        let item = &self.items[item];
        for &ix in &self.agents[agent].queues {
            let learnt = &mut self.queues[ix].learnt;
            let done = if ix == item.queue { WHOLE } else { 0 };
            learnt.share = (learnt.share * (SHARE_WEIGHT - 1) + done) / SHARE_WEIGHT;
        }
        let queue = &mut self.queues[item.queue];
        if let Some(expected) = item.expected {
            let error = now.tick.since(item.entered).abs_diff(expected);
            queue.learnt.error = Some(blend(queue.learnt.error, error, ERROR_WEIGHT));
        }
        self.handled.insert(assignment, (queue.settings.id, now.tick));
    }

    /// The assignment is over, wrap-up and all.
    pub(crate) fn learn_end(&mut self, now: Tick, assignment: AssignmentId) {
        let Some((queue, began)) = self.handled.remove(&assignment) else { return };
        let Some(&ix) = self.queue_ix.get(&queue) else { return };
        let learnt = &mut self.queues[ix].learnt;
        learnt.handling = Some(blend(learnt.handling, now.since(began), HANDLING_WEIGHT));
        self.queue_changed(ix);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_moves_by_its_weight_and_begins_with_the_first_value() {
        let ms = Duration::from_millis;
        assert_eq!(blend(None, ms(800), 8), ms(800));
        assert_eq!(blend(Some(ms(800)), ms(1600), 8), ms(900));
        assert_eq!(blend(Some(ms(800)), ms(800), 8), ms(800));
    }
}
