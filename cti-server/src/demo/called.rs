//! Who can be called from the demo: the telephones of its customers, which ring and are lifted. They see nothing of the server.

use super::agents::stopped;
use super::samples::{CUSTOMERS, STRANGER};
use cti_phone::{IncomingCall, IncomingCalls, Media};
use cti_types::Chance;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Conversations at once; one more hears that the line is busy.
const TALKS_MAX: usize = 20;
/// Nobody talks longer.
const TALK_MAX: Duration = Duration::from_secs(240);

/// The customers' telephones, at the other end of the demo's trunk.
pub(super) struct Called {
    pub(super) calls: IncomingCalls,
    pub(super) chance: Chance,
}

impl Called {
    /// Takes calls until told to stop.
    pub(super) async fn take(mut self, mut stop: watch::Receiver<bool>) {
        let mut talks = JoinSet::new();
        loop {
            tokio::select! {
                () = stopped(&mut stop) => break,
                Some(_) = talks.join_next(), if !talks.is_empty() => {}
                call = self.calls.recv() => {
                    let Some(call) = call else { break };
                    match refusal(call.to_user(), talks.len()) {
                        Some(code) => call.reject(code).await,
                        None => {
                            let ring = Duration::from_millis(1_500 + self.chance.below(3_000));
                            let voice = 500 + 10 * self.chance.below(20) as u16;
                            talks.spawn(one_call(call, ring, voice));
                        }
                    }
                }
            }
        }
    }
}

/// With which status a call to this number is refused; `None`: somebody is there.
fn refusal(number: &str, talks: usize) -> Option<u16> {
    if number == STRANGER || talks >= TALKS_MAX {
        Some(486)
    } else if CUSTOMERS.iter().any(|customer| customer.number == number) {
        None
    } else {
        Some(404)
    }
}

async fn one_call(mut call: IncomingCall, ring: Duration, voice: u16) {
    call.ring().await;
    if tokio::time::timeout(ring, call.cancelled()).await.is_ok() {
        return;
    }
    let mut call = match call.answer(Media::tone(voice)).await {
        Ok(call) => call,
        Err(error) => return tracing::debug!(%error, "a simulated customer could not lift"),
    };
    if tokio::time::timeout(TALK_MAX, call.ended()).await.is_err() {
        // Fails only when the other side was faster.
        let _ = call.hang_up().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_lift_the_stranger_is_busy_and_other_numbers_are_nobodys() {
        let customer = CUSTOMERS[0].number;
        for (number, talks, expected) in [
            (customer, 0, None),
            (customer, TALKS_MAX, Some(486)),
            (STRANGER, 0, Some(486)),
            ("+442079460999", 0, Some(404)),
            ("", 0, Some(404)),
        ] {
            assert_eq!(refusal(number, talks), expected, "{number}");
        }
    }
}
