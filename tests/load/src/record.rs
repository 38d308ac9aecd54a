//! Is each call one closed interaction in the server's log, and is its recording the sound of that call? Asked through the API.

use crate::agents::Users;
use crate::api::Api;
use crate::report::{Log, Recordings};
use crate::{recordings, tones};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::time::{Duration, Instant, SystemTime};

/// How often a log that is not complete yet is asked again.
const AGAIN: Duration = Duration::from_millis(500);
/// Talk too short to tell its tones.
const TALK_LEAST_S: f64 = 1.0;

/// What was done, as the tool knows it.
pub(crate) struct Made {
    pub(crate) since: SystemTime,
    /// Calls that reached the server, and those of them that were talked to their end.
    pub(crate) started: u32,
    pub(crate) completed: u64,
    pub(crate) talk_s: f64,
    pub(crate) number_base: u64,
    /// How long the log and the recordings may take to be complete.
    pub(crate) wait: Duration,
}

/// The log's and, where calls were recorded and long enough, the recordings' truth.
pub(crate) async fn check(users: &Users, made: &Made) -> anyhow::Result<(Log, Option<Recordings>)> {
    let api = Api::new(&users.http, &users.token);
    // The two clocks are one machine's or nearly so; numbers sort out what is not ours.
    let since = made.since.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_micros() as i64 - 1_000_000;
    let until = Instant::now() + made.wait;
    let (log, completed) = loop {
        let (log, completed) = read_log(&api, since, made).await?;
        if log.closed >= u64::from(made.started) || Instant::now() >= until {
            break (log, completed);
        }
        tokio::time::sleep(AGAIN).await;
    };
    let mut found = None;
    if users.recorded && made.talk_s >= TALK_LEAST_S {
        found = Some(hear(&api, completed, made, until).await?);
    }
    Ok((log, found))
}

/// What the log says of our calls, and the completed ones: call → interaction.
async fn read_log(api: &Api, since: i64, made: &Made) -> anyhow::Result<(Log, BTreeMap<u32, String>)> {
    let mut log = Log { expected: u64::from(made.started), ..Log::default() };
    let (mut seen, mut completed) = (BTreeSet::new(), BTreeMap::new());
    for item in api.all(&format!("interactions?from={since}")).await? {
        let text = |name: &str| item.get(name).and_then(Value::as_str);
        let call = text("from").and_then(|number| tones::call_of(made.number_base, number)).filter(|call| *call < made.started);
        let (Some(call), Some(id)) = (call, text("id")) else { continue };
        log.found += 1;
        log.doubled += u64::from(!seen.insert(call));
        log.closed += u64::from(text("state") == Some("closed"));
        if text("close_reason") == Some("completed") {
            log.completed += 1;
            completed.insert(call, id.to_owned());
        }
    }
    Ok((log, completed))
}

/// Listens to the recording of each completed call.
async fn hear(api: &Api, completed: BTreeMap<u32, String>, made: &Made, until: Instant) -> anyhow::Result<Recordings> {
    let mut out = Recordings { expected: made.completed, ..Recordings::default() };
    for (call, interaction) in completed {
        let Some(parts) = sealed_parts(api, &interaction, until).await? else { continue };
        out.found += 1;
        let mut both_s = 0.0;
        for path in &parts {
            let wav = api.fetch(path).await?;
            // A part that cannot be read has no right tones.
            let Ok(heard) = recordings::listen(Cursor::new(wav)) else { continue };
            if heard.left.zip(heard.right) == Some(tones::pair(call)) {
                both_s += heard.both_s;
            }
        }
        if both_s > 0.0 {
            out.right_tones += 1;
            out.seconds_missing += (made.talk_s - recordings::EDGE_S - both_s).max(0.0);
        }
    }
    out.seconds_missing += out.expected.saturating_sub(out.right_tones) as f64 * made.talk_s;
    Ok(out)
}

/// Paths of the parts of an interaction's recordings, once they are sealed; none when that does not come in time.
async fn sealed_parts(api: &Api, interaction: &str, until: Instant) -> anyhow::Result<Option<Vec<String>>> {
    loop {
        let detail = api.get(&format!("interactions/{interaction}")).await?;
        let parts = parts_of(&detail);
        if !parts.is_empty() {
            return Ok(Some(parts));
        }
        if Instant::now() >= until {
            return Ok(None);
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Empty while a recording is not ended.
fn parts_of(detail: &Value) -> Vec<String> {
    let list = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut paths = Vec::new();
    for recording in list(detail, "recordings") {
        if recording.get("ended_at").is_none_or(Value::is_null) {
            return Vec::new();
        }
        let Some(id) = recording.get("id").and_then(Value::as_str) else { continue };
        let numbers = list(&recording, "parts").into_iter().filter_map(|part| part.get("part")?.as_u64());
        paths.extend(numbers.map(|number| format!("recordings/{id}/parts/{number}")));
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parts_count_only_once_all_recordings_have_ended() {
        let recording = |ended: Value| json!({ "id": "a", "ended_at": ended, "parts": [{ "part": 0 }, { "part": 1 }] });
        let both = json!({ "recordings": [recording(json!(5))] });
        assert_eq!(parts_of(&both), ["recordings/a/parts/0", "recordings/a/parts/1"]);
        assert!(parts_of(&json!({ "recordings": [recording(json!(5)), recording(Value::Null)] })).is_empty());
        assert!(parts_of(&json!({ "recordings": [] })).is_empty());
    }
}
