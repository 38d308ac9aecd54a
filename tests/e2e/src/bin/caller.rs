//! Callers for tests that are written in another language: calls over real SIP and RTP, placed, steered and listened to by lines of JSON on
//! standard input, answered on standard output. Judges nothing.
//!
//! `caller IP:PORT`, where the server speaks SIP over UDP. Each line asks for one thing and has a number that comes back with what became of
//! it: `{"id":1,"do":"call","from":"+12025550111","to":"+12025550101","tone":600}` → `{"id":1,"ok":{"call":0,…}}` or `{"id":1,"error":"…"}`.
//! Lines are carried out side by side, so many calls are many lines. At the end of the input all calls are ended.

#![allow(clippy::disallowed_methods, reason = "a caller lives in real time")]

use anyhow::{Context as _, ensure};
use cti_phone::{Call, CallOptions, CallState, DigitsBy, EndReason, Media, Sound, UserAgent};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::sync::mpsc;

/// Answers on their way out; at the bound whoever answers waits for the reader.
const ANSWERS_MAX: usize = 256;
/// Calls of one run; more are refused.
const CALLS_MAX: usize = 10_000;
/// Most frequencies measured in one look.
const TONES_MAX: usize = 64;
/// Where the loudest frequency is looked for, in Hz.
const SCAN: std::ops::RangeInclusive<u16> = 200..=3_600;
const SCAN_STEP: usize = 50;
/// Nothing is quieter, in dB of full scale.
const QUIET_DB: f32 = -120.0;
/// How long the far side may take to agree to the end of a call when all is over.
const GOODBYE: Duration = Duration::from_secs(3);
/// How often the end of a telephone event is said (RFC 4733 2.5.1.4).
const KEY_ENDS: u8 = 3;

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Asked {
    /// Calls `to` as `from`, speaking in a tone. `headers` are further lines of the INVITE.
    Call {
        from: String,
        to: String,
        #[serde(default)]
        display: Option<String>,
        tone: u16,
        #[serde(default)]
        headers: Vec<(String, String)>,
    },
    HangUp {
        call: usize,
    },
    Digits {
        call: usize,
        digits: String,
    },
    /// Speaks in another tone from now on; without one it is silent.
    Say {
        call: usize,
        tone: Option<u16>,
    },
    /// How the call stands, and what went over its sockets.
    State {
        call: usize,
    },
    /// What is heard just now: the last 200 ms.
    Look {
        call: usize,
        #[serde(default)]
        tones: Vec<u16>,
    },
}

/// Everybody who calls, from one address.
struct Callers {
    agent: UserAgent,
    target: SocketAddr,
    calls: Mutex<Vec<Arc<Call>>>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let target = std::env::args().nth(1).context("where is the server's SIP? usage: caller IP:PORT")?;
    let target: SocketAddr = target.parse().with_context(|| format!("{target} is no IP:PORT"))?;
    let agent = UserAgent::bind(SocketAddr::new(target.ip(), 0)).await.context("no socket for the callers")?;
    let callers = Arc::new(Callers { agent, target, calls: Mutex::default() });
    let (answers, mut outgoing) = mpsc::channel::<String>(ANSWERS_MAX);
    let writer = tokio::spawn(async move {
        let mut out = tokio::io::stdout();
        while let Some(line) = outgoing.recv().await {
            if out.write_all(line.as_bytes()).await.is_err() || out.flush().await.is_err() {
                return;
            }
        }
    });
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await.context("the input cannot be read")? {
        let (callers, answers) = (callers.clone(), answers.clone());
        tokio::spawn(async move {
            // Whoever asked has gone: the input ends as well.
            let _ = answers.send(callers.answer(&line).await).await;
        });
    }
    let all: Vec<Arc<Call>> = callers.calls().clone();
    let goodbye = async {
        for call in all {
            // Most are over already.
            let _ = call.hang_up().await;
        }
    };
    let _ = tokio::time::timeout(GOODBYE, goodbye).await;
    drop(answers);
    writer.abort();
    Ok(())
}

impl Callers {
    fn calls(&self) -> MutexGuard<'_, Vec<Arc<Call>>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, call: usize) -> anyhow::Result<Arc<Call>> {
        self.calls().get(call).cloned().with_context(|| format!("there is no call {call}"))
    }

    /// One line in, one line out.
    async fn answer(&self, line: &str) -> String {
        let asked: Value = serde_json::from_str(line).unwrap_or_default();
        let id = asked.get("id").cloned().unwrap_or_default();
        let done = match serde_json::from_value::<Asked>(asked) {
            Ok(asked) => self.carry_out(asked).await,
            Err(error) => Err(error.into()),
        };
        let answer = match done {
            Ok(value) => json!({ "id": id, "ok": value }),
            Err(error) => json!({ "id": id, "error": format!("{error:#}") }),
        };
        format!("{answer}\n")
    }

    async fn carry_out(&self, asked: Asked) -> anyhow::Result<Value> {
        match asked {
            Asked::Call { from, to, display, tone, headers } => self.call(from, &to, display, tone, headers),
            Asked::HangUp { call } => {
                self.get(call)?.hang_up().await?;
                Ok(Value::Null)
            }
            Asked::Digits { call, digits } => {
                self.get(call)?.send_digits(&digits, DigitsBy::Rtp, KEY_ENDS).await?;
                Ok(Value::Null)
            }
            Asked::Say { call, tone } => {
                self.get(call)?.say(tone.map_or(Sound::Silence, Sound::tone));
                Ok(Value::Null)
            }
            Asked::State { call } => Ok(state(self.get(call)?.as_ref())),
            Asked::Look { call, tones } => {
                ensure!(tones.len() <= TONES_MAX, "at most {TONES_MAX} tones");
                Ok(look(self.get(call)?.as_ref(), &tones))
            }
        }
    }

    fn call(&self, from: String, to: &str, display: Option<String>, tone: u16, headers: Vec<(String, String)>) -> anyhow::Result<Value> {
        let mut calls = self.calls();
        ensure!(calls.len() < CALLS_MAX, "at most {CALLS_MAX} calls");
        let mut options = CallOptions::new(self.target, format!("sip:{to}@{}", self.target)).from_user(from).media(Media::tone(tone));
        if let Some(display) = display {
            // RFC 3261 25.1: in a quoted string these two are escaped.
            options = options.from_display(display.replace('\\', "\\\\").replace('"', "\\\""));
        }
        for (name, value) in headers {
            options = options.header(name, value);
        }
        let call = self.agent.call(options)?;
        let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let made = json!({ "call": calls.len(), "call_id": call.call_id(), "at_ms": at.as_secs_f64() * 1_000.0 });
        calls.push(Arc::new(call));
        Ok(made)
    }
}

fn state(call: &Call) -> Value {
    let (state, code, why) = match call.state() {
        CallState::Calling => ("calling", None, None),
        CallState::Ringing(code) => ("ringing", Some(code), None),
        CallState::Answered(answer) => ("answered", Some(answer.code), None),
        CallState::Ended(EndReason::HungUp) => ("ended", None, Some("hung_up")),
        CallState::Ended(EndReason::RemoteHungUp) => ("ended", None, Some("remote_hung_up")),
        CallState::Ended(EndReason::Refused(code)) => ("ended", Some(code), Some("refused")),
        CallState::Ended(EndReason::Cancelled) => ("ended", None, Some("cancelled")),
        CallState::Ended(EndReason::Timeout) => ("ended", None, Some("timeout")),
        CallState::Ended(EndReason::BadDescription) => ("ended", None, Some("bad_description")),
    };
    let media = call.media();
    json!({
        "state": state, "code": code, "why": why, "digits": media.digits,
        "received": media.received, "lost": media.lost, "gap_ms_max": media.gap_ms_max,
    })
}

/// Levels in dB of full scale: `db` of all that is heard (RMS), `tones` of each frequency asked for (peak), `loudest` in Hz with its `share`
/// of the energy. `received` tells whether packets still come: a look is at the last that came.
fn look(call: &Call, tones: &[u16]) -> Value {
    let scan: Vec<u16> = SCAN.step_by(SCAN_STEP).collect();
    let received = call.media().received;
    let (Some(levels), Some(scanned)) = (call.tones_heard(tones), call.tones_heard(&scan)) else {
        return json!({ "received": received, "db": QUIET_DB, "loudest": null, "share": 0.0, "tones": {} });
    };
    let levels: Map<String, Value> = tones.iter().zip(&levels).map(|(hz, level)| (hz.to_string(), json!(bounded(level.dbfs)))).collect();
    let loudest = scan.iter().zip(&scanned).max_by(|a, b| a.1.share.total_cmp(&b.1.share));
    // A sine's RMS is 3 dB under its peak, and the rest of the energy is what the share says.
    let db = loudest.map_or(QUIET_DB, |(_, level)| level.dbfs - 3.01 - 10.0 * level.share.log10());
    json!({
        "received": received,
        "db": bounded(db),
        "loudest": loudest.map(|(hz, _)| hz),
        "share": loudest.map_or(0.0, |(_, level)| level.share),
        "tones": levels,
    })
}

/// Of no energy at all there is no level.
fn bounded(db: f32) -> f32 {
    if db.is_finite() { db.max(QUIET_DB) } else { QUIET_DB }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_read_with_its_number_beside_it() {
        let line = r#"{"id":7,"do":"call","from":"+1","to":"+2","tone":600,"headers":[["User-Agent","<b>"]]}"#;
        let Ok(Asked::Call { tone, headers, display, .. }) = serde_json::from_str(line) else { panic!("{line}") };
        assert_eq!((tone, headers.len(), display), (600, 1, None));
        assert!(matches!(serde_json::from_str(r#"{"id":8,"do":"say","call":0,"tone":null}"#), Ok(Asked::Say { call: 0, tone: None })));
        assert!(serde_json::from_str::<Asked>(r#"{"id":9,"do":"dance"}"#).is_err());
    }

    #[test]
    fn silence_has_the_lowest_level() {
        for (db, expected) in
            [(f32::INFINITY, QUIET_DB), (f32::NEG_INFINITY, QUIET_DB), (f32::NAN, QUIET_DB), (-300.0, QUIET_DB), (-12.0, -12.0)]
        {
            assert_eq!(bounded(db).total_cmp(&expected), std::cmp::Ordering::Equal);
        }
    }
}
