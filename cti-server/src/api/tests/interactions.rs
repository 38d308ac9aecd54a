//! Interactions and the sound of their recordings, by those who may see and hear them.

use super::*;
use crm_core::{JournalEntry, JournalRecord};
use cti_types::event::{Body, CallDirection, Channel, CloseReason, Event, LeaveReason, Personal, PersonalKind, Role, SegmentKind, Stream};
use cti_types::{InteractionId, ParticipantId, PersonalId, RecordingId, Utc};

const WAV: &[u8] = b"RIFF0123456789abcdefghijklmnopqrstuvwxyz";
const OPENED: i64 = 1_767_225_600_000_000;

/// One recorded call of this agent, in the log and on the disk.
struct Talk {
    id: InteractionId,
    recording: RecordingId,
    /// Path of its only part.
    sound: String,
}

async fn talk(house: &House, number: u128, agent: UserId) -> Talk {
    let id = InteractionId::from_u128(number);
    let (caller, desk) = (ParticipantId::from_u128(number + 1), ParticipantId::from_u128(number + 2));
    let (recording, from) = (RecordingId::from_u128(number + 3), PersonalId::from_u128(number + 4));
    let file = format!("2026/01/01/{number}.wav");
    let path = house.folder.path().join("recordings").join(&file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, WAV).unwrap();
    let joined = |participant, role, agent| Body::ParticipantJoined { participant, role, agent };
    let segment = |participant, segment| Body::SegmentStarted { participant, segment, queue: None };
    let left = |participant, reason| Body::ParticipantLeft { participant, reason };
    let bodies = vec![
        Body::Opened {
            channel: Channel::Voice,
            direction: CallDirection::Inbound,
            from: Some(from),
            from_raw: None,
            to: "+15550100".into(),
            trunk: None,
            call_id: None,
            origin: None,
        },
        joined(caller, Role::Customer, None),
        segment(caller, SegmentKind::Talking),
        joined(desk, Role::Agent, Some(agent)),
        segment(desk, SegmentKind::Talking),
        Body::RecordingStarted { recording },
        left(caller, LeaveReason::HungUp),
        left(desk, LeaveReason::OtherLeft),
        Body::RecordingPart { recording, part: 1, file, offset_ms: 0, duration_ms: 1000, bytes: WAV.len() as u64, sha256: "ab".repeat(32) },
        Body::RecordingEnded { recording, frames_dropped: 0 },
        Body::Closed { reason: CloseReason::Completed },
    ];
    let personal = Personal { id: from, interaction: id, kind: PersonalKind::Number, value: "+12125550123".into() };
    let event = |(at, body)| {
        let at = at as u64;
        let stamp = Utc(OPENED + number as i64 * 1_000_000 + at as i64 * 1000);
        JournalRecord::Event(Event { stream: Stream::Interaction(id), seq: at + 1, owner_epoch: 1, at: stamp, version: 1, body })
    };
    let records = std::iter::once(JournalRecord::Personal(personal)).chain(bodies.into_iter().enumerate().map(event));
    let entries: Vec<JournalEntry> =
        records.zip(number as u64 * 100..).map(|(record, position)| JournalEntry { position, record }).collect();
    let last = entries.last().unwrap().position;
    house.store.project("node", &entries, last).await.unwrap();
    Talk { id, recording, sound: format!("/recordings/{recording}/parts/1") }
}

#[tokio::test]
async fn a_supervisor_sees_all_and_an_agent_what_they_took_part_in() {
    let house = House::open().await;
    let (ann, bob) = (house.person("ann", &[UserRole::Agent]).await, house.person("bob", &[UserRole::Agent]).await);
    let boss = house.token(UserRole::Supervisor).await;
    let (ann_token, bob_token) = (house.token_of(ann, &[UserRole::Agent]).await, house.token_of(bob, &[UserRole::Agent]).await);
    let call = talk(&house, 10, ann).await;
    let (read, meta) = (format!("/interactions/{}", call.id), format!("/recordings/{}", call.recording));

    let seen = house.get(&read).token(&boss).send().await.is(200).json();
    assert_eq!((&seen["from"], &seen["state"]), (&json!("+12125550123"), &json!("closed")));
    assert_eq!(seen["participants"].as_array().unwrap().len(), 2);
    assert_eq!(seen["events"].as_array().unwrap().len(), 11);
    assert_eq!(seen["recordings"][0]["parts"][0]["bytes"], WAV.len());
    for path in [&read, &meta, &call.sound] {
        house.get(path).token(&ann_token).send().await.is(200);
        house.get(path).token(&bob_token).send().await.refused(404, "not-found");
    }
}

#[tokio::test]
async fn interactions_are_listed_by_filters_the_latest_first() {
    let house = House::open().await;
    let ann = house.person("ann", &[UserRole::Agent]).await;
    let boss = house.token(UserRole::Supervisor).await;
    let mut ids = Vec::new();
    for number in [10, 20, 30] {
        ids.insert(0, talk(&house, number, ann).await.id.to_string());
    }
    let listed = async |query: &str| -> Vec<String> {
        let page = house.get(&format!("/interactions?{query}")).token(&boss).send().await.is(200).json();
        page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(listed("").await, ids);
    assert_eq!(listed("number=(212)+555-0123&state=closed&reason=completed").await, ids);
    assert_eq!(listed("number=%2B15550199").await, [""; 0]);
    assert_eq!(listed("direction=inbound&channel=voice&recorded=true").await, ids);
    assert_eq!(listed("number=%2B12125550123&direction=inbound").await, ids);
    for none in ["direction=outbound", "channel=voicemail", "recorded=false", "talk_max_s=0&answered=true&talk_min_s=5", "text=moon"] {
        assert_eq!(listed(none).await, [""; 0], "{none}");
    }
    assert_eq!(listed("from=2026-01-01T00:00:20Z").await, ids[..2]);
    assert_eq!(listed(&format!("to={}", OPENED + 20_000_000)).await, ids[2..]);
    let first = house.get("/interactions?limit=2").token(&boss).send().await.is(200).json();
    assert_eq!(listed(&format!("limit=2&cursor={}", first["next"].as_str().unwrap())).await, ids[2..]);
    for (query, field) in [
        ("from=monday", "from"),
        ("queue=x", "queue"),
        ("state=half", "state"),
        ("reason=x", "reason"),
        ("direction=up", "direction"),
        ("recorded=2", "recorded"),
        ("a=b", "a"),
    ] {
        let refused = house.get(&format!("/interactions?{query}")).token(&boss).send().await.refused(422, "invalid");
        assert_eq!(refused["errors"][0]["field"], field);
    }
}

#[tokio::test]
async fn an_agents_list_is_their_own_whatever_they_ask_for() {
    let house = House::open().await;
    let (ann, bob) = (house.person("ann", &[UserRole::Agent]).await, house.person("bob", &[UserRole::Agent]).await);
    talk(&house, 10, ann).await;
    let bob_token = house.token_of(bob, &[UserRole::Agent]).await;
    for query in [String::new(), format!("?agent={ann}")] {
        let page = house.get(&format!("/interactions{query}")).token(&bob_token).send().await.is(200).json();
        assert_eq!(page["items"], json!([]), "{query}");
    }
}

#[tokio::test]
async fn a_recording_is_heard_whole_and_in_ranges() {
    let house = House::open().await;
    let ann = house.person("ann", &[UserRole::Agent]).await;
    let token = house.token_of(ann, &[UserRole::Agent]).await;
    let call = talk(&house, 10, ann).await;
    let ask = || house.get(&call.sound).token(&token);

    let whole = ask().send().await.is(200);
    assert_eq!(whole.bytes, WAV);
    assert_eq!((whole.header("content-type"), whole.header("accept-ranges")), ("audio/wav", "bytes"));
    assert_eq!(whole.header("content-length"), "40");
    assert_eq!(whole.header("cache-control"), "private, no-cache");
    let tag = whole.header("etag").to_owned();
    assert_eq!(tag, format!("\"{}\"", "ab".repeat(32)));
    ask().header("if-none-match", &tag).send().await.is(304);

    for (range, content, bytes) in [("bytes=4-13", "bytes 4-13/40", &WAV[4..14]), ("bytes=-3", "bytes 37-39/40", &WAV[37..])] {
        let part = ask().header("range", range).send().await.is(206);
        assert_eq!((part.header("content-range"), part.bytes.as_slice()), (content, bytes));
    }
    let outside = ask().header("range", "bytes=40-").send().await;
    assert_eq!(outside.header("content-range"), "bytes */40");
    outside.refused(416, "outside");
    assert_eq!(ask().header("range", "bytes=0-1").header("if-range", "\"other\"").send().await.is(200).bytes, WAV);
    assert_eq!(ask().header("range", "bytes=0-1").header("if-range", &tag).send().await.is(206).bytes, b"RI");
    let head = house.ask("HEAD", &call.sound).token(&token).send().await.is(200);
    assert_eq!((head.header("content-length"), head.bytes.len()), ("40", 0));
}

#[tokio::test]
async fn a_large_recording_is_sent_in_full() {
    let house = House::open().await;
    let ann = house.person("ann", &[UserRole::Agent]).await;
    let token = house.token_of(ann, &[UserRole::Agent]).await;
    let call = talk(&house, 10, ann).await;
    let sound: Vec<u8> = (0..200_001_u32).map(|n| (n % 251) as u8).collect();
    std::fs::write(house.folder.path().join("recordings/2026/01/01/10.wav"), &sound).unwrap();
    assert!(house.get(&call.sound).token(&token).send().await.is(200).bytes == sound);
    let part = house.get(&call.sound).token(&token).header("range", "bytes=1000-").send().await.is(206);
    assert!(part.bytes == sound[1000..]);
}

#[tokio::test]
async fn a_part_that_is_not_there_is_not_found() {
    let house = House::open().await;
    let boss = house.token(UserRole::Supervisor).await;
    let ann = house.person("ann", &[UserRole::Agent]).await;
    let call = talk(&house, 10, ann).await;
    let other = call.sound.replace("/parts/1", "/parts/2");
    house.get(&other).token(&boss).send().await.refused(404, "not-found");
    std::fs::remove_file(house.folder.path().join("recordings/2026/01/01/10.wav")).unwrap();
    house.get(&call.sound).token(&boss).send().await.refused(404, "not-found");
}

/// Who heard what, by the audit.
async fn heard(house: &House, admin: &str) -> Vec<(String, String)> {
    let audit = house.get("/audit?action=listen").token(admin).send().await.is(200).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    audit["items"].as_array().unwrap().iter().map(|entry| (text(&entry["user"]), text(&entry["resource_id"]))).collect()
}

#[tokio::test]
async fn who_hears_a_recording_is_noted_once_for_all_the_ranges_a_player_asks_for() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (ann, boss) = (house.person("ann", &[UserRole::Agent]).await, house.person("boss", &[UserRole::Supervisor]).await);
    let token = house.token_of(ann, &[UserRole::Agent]).await;
    let call = talk(&house, 10, ann).await;
    // What is not heard is not noted.
    house.ask("HEAD", &call.sound).token(&token).send().await.is(200);
    house.get(&call.sound).token(&token).header("range", "bytes=99-").send().await.is(416);
    house.get(&format!("/recordings/{}", call.recording)).token(&token).send().await.is(200);
    assert_eq!(heard(&house, &admin).await, []);

    let ranges: Vec<String> = (0..30).map(|from| format!("bytes={from}-{}", from + 9)).collect();
    let all = ranges.iter().map(|range| house.get(&call.sound).token(&token).header("range", range).send());
    assert!(futures_util::future::join_all(all).await.iter().all(|got| got.status == 206));
    house.get(&call.sound).token(&token).send().await.is(200);
    let by_ann = (ann.to_string(), call.recording.to_string());
    assert_eq!(heard(&house, &admin).await, std::slice::from_ref(&by_ann));

    // Another login of another person, and one of the same.
    let of_boss = house.token_of(boss, &[UserRole::Supervisor]).await;
    house.get(&call.sound).token(&of_boss).send().await.is(200);
    let other = house.token_of(ann, &[UserRole::Agent]).await;
    house.get(&call.sound).token(&other).send().await.is(200);
    assert_eq!(heard(&house, &admin).await, [by_ann.clone(), (boss.to_string(), call.recording.to_string()), by_ann]);
}

#[tokio::test]
async fn a_recording_that_the_browser_has_kept_is_noted_as_heard() {
    let house = House::open().await;
    let admin = house.admin().await;
    let ann = house.person("ann", &[UserRole::Agent]).await;
    let token = house.token_of(ann, &[UserRole::Agent]).await;
    let call = talk(&house, 10, ann).await;
    let tag = format!("\"{}\"", "ab".repeat(32));
    house.get(&call.sound).token(&token).header("if-none-match", &tag).send().await.is(304);
    assert_eq!(heard(&house, &admin).await.len(), 1);
    let audit = house.get("/audit?action=listen").token(&admin).send().await.is(200).json();
    assert_eq!(audit["items"][0]["after"], json!({ "interaction": call.id, "part": 1 }));
    assert_eq!(audit["items"][0]["resource"], "recording");
}

#[tokio::test]
async fn a_recording_is_not_played_when_it_cannot_be_noted() {
    let house = House::open().await;
    let ann = house.person("ann", &[UserRole::Agent]).await;
    let token = house.token_of(ann, &[UserRole::Agent]).await;
    let call = talk(&house, 10, ann).await;
    house.sql("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END").await;
    let refused = house.get(&call.sound).token(&token).send().await;
    assert!(refused.status >= 500 && refused.bytes != WAV, "{refused:?}");
    house.sql("DROP TRIGGER full").await;
    house.get(&call.sound).token(&token).send().await.is(200);
}

#[tokio::test]
async fn a_part_is_drawn_and_saved_by_who_may_hear_it() {
    let house = House::open().await;
    let (ann, bob) = (house.person("ann", &[UserRole::Agent]).await, house.person("bob", &[UserRole::Agent]).await);
    let (ann_token, bob_token) = (house.token_of(ann, &[UserRole::Agent]).await, house.token_of(bob, &[UserRole::Agent]).await);
    let call = talk(&house, 10, ann).await;
    // Two pairs of samples behind a header that says 8000 Hz.
    let mut sound = vec![0; 44];
    sound[24..28].copy_from_slice(&8_000_u32.to_le_bytes());
    for sample in [5_i16, -7, -9, 3] {
        sound.extend(sample.to_le_bytes());
    }
    std::fs::write(house.folder.path().join("recordings/2026/01/01/10.wav"), &sound).unwrap();
    let path = format!("/recordings/{}/peaks?width=100", call.recording);
    let drawn = house.get(&path).token(&ann_token).send().await.is(200);
    assert_eq!(drawn.json(), json!({ "part": 1, "rate": 8000, "duration_ms": 0, "customer": [5, 9], "agent": [7, 3] }));
    house.get(&path).token(&ann_token).header("if-none-match", drawn.header("etag")).send().await.is(304);
    house.get(&path).token(&bob_token).send().await.refused(404, "not-found");
    for query in ["width=9", "width=4001", "part=x", "a=b"] {
        house.get(&format!("/recordings/{}/peaks?{query}", call.recording)).token(&ann_token).send().await.refused(422, "invalid");
    }
    house.get(&format!("/recordings/{}/peaks?part=2", call.recording)).token(&ann_token).send().await.refused(404, "not-found");
    let admin = house.admin().await;
    assert_eq!(heard(&house, &admin).await.len(), 0, "a drawing is not heard");
    let saved = house.get(&format!("{}?download=true", call.sound)).token(&ann_token).send().await.is(200);
    assert_eq!(saved.header("content-disposition"), format!("attachment; filename=\"{}-1.wav\"", call.id));
    assert_eq!(heard(&house, &admin).await.len(), 1);
}
