//! Reading an interaction as the REST interface gives it, and what must hold of every one.

use crate::{House, eventually};
use serde_json::Value;

/// The text at this place, or an empty one.
pub fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// The number at this place.
pub fn number(value: &Value, path: &str) -> i64 {
    value.pointer(path).and_then(Value::as_i64).unwrap_or_else(|| panic!("no number {path} in {value}"))
}

/// The interaction of this number that is not older than the test, once it shows what is asked.
pub async fn interaction(house: &House, caller: &str, since_us: i64, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    eventually(what, async || {
        let all = house.rest().interactions_of(caller).await;
        all.into_iter().find(|one| number(one, "/opened_at") >= since_us && fits(one))
    })
    .await
}

/// Whether the caller went through this node of the flow.
pub fn visited(one: &Value, node: &str) -> bool {
    one.get("events")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .any(|event| text(event, "/kind") == "node_visited" && text(event, "/body/node") == node)
}

/// µs since 1970, UTC.
pub fn now_us() -> i64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    since.as_micros() as i64
}

/// I3: the segments of each participant join without gap or overlap, from joining to leaving.
pub fn assert_tiled(one: &Value) {
    for participant in one.get("participants").and_then(Value::as_array).unwrap() {
        let mut at = number(participant, "/joined_at");
        for segment in participant.get("segments").and_then(Value::as_array).unwrap() {
            assert_eq!(number(segment, "/started_at"), at, "{participant:#}");
            at = number(segment, "/ended_at");
        }
        assert_eq!(number(participant, "/left_at"), at, "{participant:#}");
    }
}

/// The kinds of the segments of the first participant with this role.
pub fn kinds(one: &Value, role: &str) -> Vec<String> {
    let participants = one.get("participants").and_then(Value::as_array).unwrap();
    let participant = participants.iter().find(|p| text(p, "/role") == role).unwrap();
    let segments = participant.get("segments").and_then(Value::as_array).unwrap();
    segments.iter().map(|segment| text(segment, "/kind").to_owned()).collect()
}

/// Waits until the interaction of this number is closed, and gives it after checking what must hold of every one.
pub async fn closed(house: &House, caller: &str, since_us: i64) -> Value {
    let one = interaction(house, caller, since_us, "the closed interaction", |one| text(one, "/state") == "closed").await;
    assert_tiled(&one);
    for offer in one.pointer("/work_items").and_then(Value::as_array).into_iter().flatten().flat_map(offers) {
        assert!(offer.get("outcome").is_some_and(Value::is_string), "an offer that never ended: {offer}");
    }
    one
}

fn offers(work: &Value) -> Vec<Value> {
    work.get("offers").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// How each offer of the interaction ended, in their order.
pub fn outcomes(one: &Value) -> Vec<String> {
    let works = one.pointer("/work_items").and_then(Value::as_array).into_iter().flatten();
    works.flat_map(offers).map(|offer| text(&offer, "/outcome").to_owned()).collect()
}
