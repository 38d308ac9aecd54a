//! Simulated callers: real SIP and RTP over the demo's trunk, every few seconds, with the habits of people. They see nothing of the server.

use super::agents::stopped;
use super::samples::{CUSTOMERS, IVR_NUMBER, QUEUE_NUMBER, STRANGER};
use cti_phone::{Call, CallOptions, DigitsBy, Media, UserAgent};
use cti_types::Chance;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Calls at once; while so many are up, the next caller waits their turn.
const CALLS_MAX: usize = 6;
/// Nobody stays longer: a call that hangs must not take a place for ever.
const CALL_MAX: Duration = Duration::from_secs(240);
/// Longest wait for the server's consent to a hang-up.
const HANG_UP_WITHIN: Duration = Duration::from_secs(5);

/// All simulated callers.
pub(super) struct Callers {
    pub(super) line: UserAgent,
    pub(super) sip: SocketAddr,
    /// Between two calls, on average.
    pub(super) pace: Duration,
    pub(super) chance: Chance,
}

/// Who calls and what they will do.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Plan {
    /// `None`: withheld.
    number: Option<&'static str>,
    name: &'static str,
    dials: &'static str,
    voice: u16,
    /// Keys, each after so long.
    keys: Vec<(Duration, String)>,
    /// From the last key, or the answer, until they hang up if nobody did before.
    patience: Duration,
}

impl Callers {
    /// Calls until told to stop, then hangs up everywhere.
    pub(super) async fn call(mut self, mut stop: watch::Receiver<bool>) {
        let told = stop.clone();
        let mut calls = JoinSet::new();
        let mut busy: BTreeSet<Option<&'static str>> = BTreeSet::new();
        let mut next = Instant::now();
        loop {
            tokio::select! {
                () = stopped(&mut stop) => break,
                Some(ended) = calls.join_next(), if !calls.is_empty() => {
                    if let Ok(number) = ended {
                        busy.remove(&number);
                    }
                }
                () = tokio::time::sleep_until(next) => {
                    let plan = plan(&mut self.chance);
                    if calls.len() < CALLS_MAX && busy.insert(plan.number) {
                        calls.spawn(one_call(self.line.clone(), self.sip, plan, told.clone()));
                    }
                    let pace_ms = self.pace.as_millis().max(100) as u64;
                    next = Instant::now() + Duration::from_millis(pace_ms / 2 + self.chance.below(pace_ms));
                }
            }
        }
        while calls.join_next().await.is_some() {}
    }
}

fn plan(chance: &mut Chance) -> Plan {
    let seconds = |chance: &mut Chance, from: u64, to: u64| Duration::from_millis(from * 1000 + chance.below((to - from) * 1000));
    let voice = 400 + 25 * chance.below(24) as u16;
    let (number, name, chinese) = match chance.below(20) {
        0 => (None, "Anonymous", false),
        1 => (Some(STRANGER), "", false),
        _ => {
            let sample = &CUSTOMERS[chance.below(CUSTOMERS.len() as u64) as usize];
            (Some(sample.number), sample.name, sample.language == "zh")
        }
    };
    let habit = chance.below(20);
    if habit < 4 {
        // Knows the direct number.
        let patience = seconds(chance, 40, 90);
        return Plan { number, name, dials: QUEUE_NUMBER, voice, keys: Vec::new(), patience };
    }
    let mut keys = Vec::new();
    if habit >= 6 {
        if chinese {
            keys.push((seconds(chance, 4, 7), "9".to_owned()));
        }
        if chance.below(10) == 0 {
            keys.push((seconds(chance, 4, 7), "5".to_owned()));
        }
        let support = chance.below(2) == 0;
        keys.push((seconds(chance, 4, 8), if support { "2" } else { "1" }.to_owned()));
        if support && chance.below(2) == 0 {
            keys.push((seconds(chance, 3, 5), format!("{}#", 4100 + chance.below(25))));
        }
    }
    let patience = match habit {
        // Hangs up in the menu.
        4 | 5 => seconds(chance, 2, 6),
        // Soon tired of the music.
        6 | 7 => seconds(chance, 3, 12),
        _ => seconds(chance, 45, 120),
    };
    Plan { number, name, dials: IVR_NUMBER, voice, keys, patience }
}

/// Gives the caller's number back: it may call again.
async fn one_call(line: UserAgent, sip: SocketAddr, plan: Plan, mut stop: watch::Receiver<bool>) -> Option<&'static str> {
    let to = format!("sip:{}@{sip}", plan.dials);
    let mut options = CallOptions::new(sip, to).media(Media::tone(plan.voice));
    match plan.number {
        Some(number) => options = options.from_user(number),
        None => {
            // RFC 3323 4.1: how a caller without a name is written.
            options = options.from_user("anonymous").from_display("Anonymous");
            options.from_host = Some("anonymous.invalid".to_owned());
        }
    }
    if plan.number.is_some() && !plan.name.is_empty() {
        options = options.from_display(plan.name);
    }
    match line.call(options) {
        Ok(mut call) => {
            tokio::select! {
                _ = tokio::time::timeout(CALL_MAX, through(&mut call, &plan)) => {}
                () = stopped(&mut stop) => {}
            }
            // Refused when the other side was faster.
            let _ = tokio::time::timeout(HANG_UP_WITHIN, call.hang_up()).await;
        }
        Err(error) => tracing::warn!(%error, "a simulated caller cannot call"),
    }
    plan.number
}

async fn through(call: &mut Call, plan: &Plan) {
    if let Err(error) = call.answered().await {
        tracing::debug!(%error, "a simulated caller was not answered");
        return;
    }
    for (wait, keys) in &plan.keys {
        if tokio::time::timeout(*wait, call.ended()).await.is_ok() {
            return;
        }
        if call.send_digits(keys, DigitsBy::Rtp, 3).await.is_err() {
            return;
        }
    }
    let _ = tokio::time::timeout(plan.patience, call.ended()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_show_every_habit() {
        let mut chance = Chance::from_number(3);
        let plans: Vec<Plan> = (0..500).map(|_| plan(&mut chance)).collect();
        let any = |what: &str, fits: fn(&Plan) -> bool| assert!(plans.iter().any(fits), "nobody {what}");
        any("is anonymous", |p| p.number.is_none());
        any("is a stranger", |p| p.number == Some(STRANGER));
        any("calls straight to the queue", |p| p.dials == QUEUE_NUMBER);
        any("changes the language", |p| p.keys.iter().any(|(_, keys)| keys == "9"));
        any("chooses wrongly first", |p| p.keys.iter().any(|(_, keys)| keys == "5"));
        any("gives an account number", |p| p.keys.iter().any(|(_, keys)| keys.ends_with('#')));
        any("hangs up in the menu", |p| p.dials == IVR_NUMBER && p.keys.is_empty());
        any("gives up waiting", |p| !p.keys.is_empty() && p.patience < Duration::from_secs(12));
    }
}
