//! The projector: applying once, twice, in pieces, late; and what can be read of it.

use crm_core::interactions::InteractionFilter;
use crm_core::{JournalEntry, JournalRecord, Who};
use cti_types::event::{Body, CallDirection, Channel, Event, Personal, PersonalKind, Role, Stream};
use cti_types::{AgentId, InteractionId, ParticipantId, PersonalId, RecordingId, Utc};
use std::collections::BTreeMap;
use storage::log::{Cast, entries, random_log};
use storage::{NOW, TestStore, on_both};

on_both!(
    applying_twice_changes_nothing,
    a_batch_cut_anywhere_gives_the_same_rows,
    events_of_another_node_may_come_late,
    segments_tile_and_sequences_have_no_gap,
    counts_add_up_to_the_interactions,
    filters_find_what_the_log_says,
    an_interaction_is_read_with_everything,
    erased_values_are_gone_and_the_figures_stay,
    masked_values_are_never_shown,
    what_is_open_is_found_at_a_start,
    presence_is_told_in_intervals,
    a_character_no_database_holds_does_not_stop_the_log,
    records_kept_aside_come_in_late_without_moving_the_mark,
    an_interaction_under_way_is_read_as_it_stood_at_one_moment,
    a_stream_that_another_server_went_on_with_is_read_anew,
);

const NODE: &str = "node-1";

pub(crate) async fn project_all(db: &TestStore, node: &str, records: &[JournalRecord]) {
    for batch in entries(records).chunks(1_000) {
        let up_to = batch.last().expect("a record").position;
        db.store.project(node, batch, up_to).await.expect("a projected batch");
    }
}

/// All that can be seen of the projections, as text.
pub(crate) async fn everything(db: &TestStore) -> String {
    let mut filter = InteractionFilter { limit: Some(500), ..InteractionFilter::default() };
    let mut seen = String::new();
    loop {
        let page = db.store.interactions(&filter).await.expect("a page");
        for item in &page.items {
            let detail = db.store.interaction(item.id).await.expect("an interaction");
            seen.push_str(&serde_json::to_string(&detail).expect("JSON"));
            seen.push('\n');
        }
        filter.cursor = page.next;
        if filter.cursor.is_none() {
            break;
        }
    }
    for agent in Cast::fixed().agents {
        seen.push_str(&format!("{:?}\n", db.store.presence_intervals(agent, Utc(0), Utc(i64::MAX)).await.expect("intervals")));
    }
    seen + &format!("{:?}", db.store.interval_stats(Utc(0), Utc(i64::MAX), None).await.expect("counts"))
}

async fn applying_twice_changes_nothing(db: TestStore) {
    let log = entries(&random_log(1, 60, &Cast::fixed()));
    let up_to = log.len() as u64;
    assert_eq!(db.store.mark(NODE).await.expect("a mark"), None);
    let first = db.store.project(NODE, &log, up_to).await.expect("the first time");
    assert_eq!((first.skipped, first.gaps, first.strays), (0, 0, 0));
    let seen = everything(&db).await;
    let second = db.store.project(NODE, &log, up_to).await.expect("the second time");
    assert_eq!((second.events, second.skipped), (0, up_to));
    // The same events out of another journal: known by stream and number, not only by the mark.
    let third = db.store.project("node-2", &log, up_to).await.expect("another node");
    assert_eq!(third.events, 0);
    assert_eq!(everything(&db).await, seen);
    assert_eq!(db.store.mark(NODE).await.expect("a mark"), Some(up_to));
}

async fn a_batch_cut_anywhere_gives_the_same_rows(db: TestStore) {
    let log = random_log(2, 40, &Cast::fixed());
    let all = entries(&log);
    let whole = storage::sqlite_store().await;
    project_all(&whole, NODE, &log).await;
    // Pieces that overlap, as after a crash between writing and noting how far: the mark cuts them.
    let mut at = 0;
    for size in [1, 2, 3, 5, 8, 13, 21, 34, 55].into_iter().cycle() {
        let end = (at + size).min(all.len());
        let again = at.saturating_sub(4);
        let report = db.store.project(NODE, &all[again..end], all[end - 1].position).await.expect("a piece");
        assert_eq!(report.skipped, (at - again) as u64);
        at = end;
        if at == all.len() {
            break;
        }
    }
    assert_eq!(everything(&db).await, everything(&whole).await);
}

async fn events_of_another_node_may_come_late(db: TestStore) {
    let log = random_log(3, 30, &Cast::fixed());
    let whole = storage::sqlite_store().await;
    project_all(&whole, NODE, &log).await;
    // Every third event goes through another node's journal, which is read after the first one's.
    let (mut first, mut second): (Vec<JournalEntry>, Vec<JournalEntry>) = (Vec::new(), Vec::new());
    for entry in entries(&log) {
        if entry.position.is_multiple_of(3) { second.push(entry) } else { first.push(entry) }
    }
    let report = db.store.project("a", &first, 1_000_000).await.expect("the first node");
    assert!(report.gaps > 0);
    let report = db.store.project("b", &second, 1_000_000).await.expect("the second node");
    assert_eq!(report.gaps, 0);
    assert_eq!(everything(&db).await, everything(&whole).await);
}

async fn segments_tile_and_sequences_have_no_gap(db: TestStore) {
    project_all(&db, NODE, &random_log(4, 120, &Cast::fixed())).await;
    assert_eq!(db.store.violations().await.expect("a check"), crm_core::invariants::Violations::default());
    // Taking the second event of a stream away must be seen.
    let broken: Vec<JournalRecord> = random_log(5, 3, &Cast { agents: vec![AgentId::from_u128(1)], ..Cast::fixed() })
        .into_iter()
        .filter(|record| !matches!(record, JournalRecord::Event(event) if event.seq == 3 && matches!(event.stream, Stream::Interaction(_))))
        .collect();
    project_all(&db, "node-2", &broken).await;
    let violations = db.store.violations().await.expect("a check");
    assert_eq!(violations.streams_with_gaps, 3);
    assert!(violations.untiled > 0, "the first segment is missing: {violations:?}");
}

/// What the log itself says of each interaction, computed without the projector.
fn told(log: &[JournalRecord]) -> BTreeMap<InteractionId, Vec<Body>> {
    let mut all: BTreeMap<InteractionId, Vec<Body>> = BTreeMap::new();
    for record in log {
        if let JournalRecord::Event(event) = record {
            if let Stream::Interaction(id) = event.stream {
                all.entry(id).or_default().push(event.body.clone());
            }
        }
    }
    all
}

async fn counts_add_up_to_the_interactions(db: TestStore) {
    let log = random_log(6, 150, &Cast::fixed());
    project_all(&db, NODE, &log).await;
    let stats = db.store.interval_stats(Utc(0), Utc(i64::MAX), None).await.expect("counts");
    let count =
        |matching: fn(&Body) -> bool| log.iter().filter(|r| matches!(r, JournalRecord::Event(e) if matching(&e.body))).count() as i64;
    assert_eq!(stats.iter().map(|s| s.offered).sum::<i64>(), count(|body| matches!(body, Body::WorkQueued { .. })));
    assert_eq!(stats.iter().map(|s| s.answered).sum::<i64>(), count(|body| matches!(body, Body::Assigned { .. })));
    for stat in &stats {
        assert_eq!(stat.start_at.0 % 900_000_000, 0);
        // I5 in the small: every work of a finished log ended in exactly one way.
        assert_eq!(stat.offered, stat.answered + stat.abandoned + stat.overflowed + stat.lost, "{stat:?}");
        assert!(stat.answered_in_level <= stat.answered);
    }
    let details = db.store.interactions(&InteractionFilter { limit: Some(500), ..InteractionFilter::default() }).await.expect("a page");
    let wrap_up: i64 = details.items.iter().map(|item| item.wrap_up_ms).sum();
    assert_eq!(stats.iter().map(|s| s.wrap_up_ms).sum::<i64>(), wrap_up);
    let one = stats[0].queue_id;
    let of_one = db.store.interval_stats(Utc(0), Utc(i64::MAX), Some(one)).await.expect("counts");
    assert_eq!(of_one, stats.iter().filter(|s| s.queue_id == one).cloned().collect::<Vec<_>>());
}

async fn filters_find_what_the_log_says(db: TestStore) {
    let cast = Cast::fixed();
    let log = random_log(7, 100, &cast);
    project_all(&db, NODE, &log).await;
    let told = told(&log);
    let find = async |filter: InteractionFilter| {
        let page = db.store.interactions(&InteractionFilter { limit: Some(500), ..filter }).await.expect("a page");
        let mut ids: Vec<InteractionId> = page.items.iter().map(|item| item.id).collect();
        ids.sort();
        ids
    };
    let expected = |matching: &dyn Fn(&[Body]) -> bool| told.iter().filter(|(_, b)| matching(b)).map(|(id, _)| *id).collect::<Vec<_>>();
    assert_eq!(find(InteractionFilter::default()).await, expected(&|_| true));
    let agent = cast.agents[2];
    let last_agent =
        |bodies: &[Body]| bodies.iter().rev().find_map(|b| if let Body::Assigned { agent, .. } = b { Some(*agent) } else { None });
    let of_agent = find(InteractionFilter { agent: Some(agent), ..InteractionFilter::default() }).await;
    assert_eq!(of_agent, expected(&|bodies| last_agent(bodies) == Some(agent)));
    let queue = cast.queues[1];
    let last_queue =
        |bodies: &[Body]| bodies.iter().rev().find_map(|b| if let Body::WorkQueued { queue, .. } = b { Some(*queue) } else { None });
    let of_queue = find(InteractionFilter { queue: Some(queue), ..InteractionFilter::default() }).await;
    assert_eq!(of_queue, expected(&|bodies| last_queue(bodies) == Some(queue)));
    let customer = cast.customers[4];
    let of_customer = find(InteractionFilter { customer: Some(customer), ..InteractionFilter::default() }).await;
    let named = |bodies: &[Body]| bodies.iter().any(|b| matches!(b, Body::Identified { customers } if customers.contains(&customer)));
    assert_eq!(of_customer, expected(&|bodies| named(bodies)));
    let reason = InteractionFilter { reason: Some("abandoned".into()), state: Some("closed".into()), ..InteractionFilter::default() };
    let abandoned = |bodies: &[Body]| matches!(bodies.last(), Some(Body::Closed { reason }) if reason.word() == "abandoned");
    assert_eq!(find(reason).await, expected(&|bodies| abandoned(bodies)));
    let half = Utc(NOW.0 + 4 * 3_600_000_000);
    let early = find(InteractionFilter { to: Some(half), ..InteractionFilter::default() }).await;
    let late = find(InteractionFilter { from: Some(half), ..InteractionFilter::default() }).await;
    assert_eq!(early.len() + late.len(), told.len());
    let mut paged = Vec::new();
    let mut filter = InteractionFilter { limit: Some(7), ..InteractionFilter::default() };
    loop {
        let page = db.store.interactions(&filter).await.expect("a page");
        paged.extend(page.items.iter().map(|item| (item.opened_at, item.id)));
        filter.cursor = page.next;
        if filter.cursor.is_none() {
            break;
        }
    }
    assert_eq!(paged.len(), told.len());
    assert!(paged.windows(2).all(|pair| pair[0] > pair[1]), "the latest first, none twice");
    // By a number, whichever way: each once, page by page.
    let all = db.store.interactions(&InteractionFilter { limit: Some(500), ..InteractionFilter::default() }).await.expect("a page").items;
    let numbers: Vec<String> = all.iter().flat_map(|one| one.from.iter().chain([&one.to]).cloned()).take(6).collect();
    for number in numbers {
        let with: Vec<InteractionId> =
            all.iter().filter(|one| one.to == number || one.from.as_deref() == Some(number.as_str())).map(|one| one.id).collect();
        let mut filter = InteractionFilter { number: Some(number), limit: Some(3), ..InteractionFilter::default() };
        let mut found = Vec::new();
        loop {
            let page = db.store.interactions(&filter).await.expect("a page");
            found.extend(page.items.iter().map(|item| item.id));
            filter.cursor = page.next;
            if filter.cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, with, "{filter:?}");
    }
}

/// An interaction that went all the way to an agent.
async fn completed(db: &TestStore) -> InteractionId {
    let filter = InteractionFilter { reason: Some("completed".into()), limit: Some(500), ..InteractionFilter::default() };
    let page = db.store.interactions(&filter).await.expect("a page");
    page.items.iter().find(|item| item.from.is_some()).expect("a completed call with a number").id
}

async fn an_interaction_is_read_with_everything(db: TestStore) {
    let log = random_log(8, 40, &Cast::fixed());
    project_all(&db, NODE, &log).await;
    let id = completed(&db).await;
    let detail = db.store.interaction(id).await.expect("an interaction");
    assert_eq!(detail.events.len(), told(&log)[&id].len());
    assert!(detail.summary.from.as_deref().is_some_and(|from| from.starts_with("+44")));
    assert_eq!(detail.note.as_deref(), Some("called about the invoice"));
    assert!(detail.participants.iter().all(|p| !p.segments.is_empty() && p.left_at.is_some()));
    let offer = detail.work_items.iter().flat_map(|w| &w.offers).next().expect("an offer");
    assert_eq!((offer.decision.rule.as_str(), offer.decision.candidates.len()), ("longest_idle", 2));
    assert_eq!(detail.recordings[0].parts.len(), 1);
    assert_eq!(db.store.recording(detail.recordings[0].id).await.expect("a recording"), detail.recordings[0]);
    assert_eq!(detail.assignments[0].outcome.as_deref(), Some("finished"));
    assert_eq!(detail.events[0].body["from"].as_str(), detail.summary.from.as_deref(), "a value instead of its reference");
    let talking: i64 = detail.participants[0]
        .segments
        .iter()
        .filter(|s| s.kind == "talking")
        .map(|s| s.ended_at.expect("an end").0 - s.started_at.0)
        .sum();
    assert_eq!(detail.summary.talk_ms, talking / 1_000);
    let stored = db.store.stream_events(Stream::Interaction(id)).await.expect("the stream");
    assert_eq!(stored.into_iter().map(|event| event.body).collect::<Vec<_>>(), told(&log)[&id]);
}

async fn erased_values_are_gone_and_the_figures_stay(db: TestStore) {
    project_all(&db, NODE, &random_log(9, 40, &Cast::fixed())).await;
    let id = completed(&db).await;
    let before = db.store.interaction(id).await.expect("an interaction");
    let number = before.summary.from.clone().expect("a number");
    let find = async || {
        let filter = InteractionFilter { number: Some(number.clone()), limit: Some(500), ..InteractionFilter::default() };
        db.store.interactions(&filter).await.expect("a page").items.iter().any(|item| item.id == id)
    };
    assert!(find().await);
    let erased = db.store.erase_personal(&Who::system("test"), NOW, id).await.expect("erasure");
    assert!(erased >= 3, "number, raw number, note: {erased}");
    assert!(!find().await);
    let after = db.store.interaction(id).await.expect("an interaction");
    let said = serde_json::to_string(&after).expect("JSON");
    assert!(!said.contains(&number) && !said.contains("invoice"));
    assert_eq!((after.summary.talk_ms, after.events.len()), (before.summary.talk_ms, before.events.len()));
    let report = db.store.rebuild(&mut |_| {}).await.expect("a rebuild");
    assert_eq!(report.rows_changed, 0, "the log never held the values");
}

async fn masked_values_are_never_shown(db: TestStore) {
    let log = random_log(10, 40, &Cast::fixed());
    project_all(&db, NODE, &log).await;
    let mut masked = 0;
    for (id, bodies) in told(&log) {
        let is_masked = bodies.iter().any(|body| matches!(body, Body::DataSet { masked: true, .. }));
        let detail = db.store.interaction(id).await.expect("an interaction");
        let shown = detail.data["choice"].as_deref();
        assert_eq!(shown == Some("***"), is_masked);
        let event = detail.events.iter().find(|event| event.kind == "data_set").expect("the event");
        assert_eq!(event.body["value"].as_str(), shown);
        masked += u32::from(is_masked);
    }
    assert!(masked > 0);
}

async fn what_is_open_is_found_at_a_start(db: TestStore) {
    let log = random_log(11, 10, &Cast::fixed());
    let told = told(&log);
    let (lost, _) = told.iter().next().expect("an interaction");
    // The server died before it could close this one.
    let cut: Vec<JournalRecord> = log
        .into_iter()
        .filter(
            |r| !matches!(r, JournalRecord::Event(e) if e.stream == Stream::Interaction(*lost) && matches!(e.body, Body::Closed { .. })),
        )
        .collect();
    project_all(&db, NODE, &cut).await;
    assert_eq!(db.store.open_interactions().await.expect("open ones"), [*lost]);
    let seqs = db.store.agent_seqs().await.expect("sequences");
    for (agent, seq) in seqs {
        let events = db.store.stream_events(Stream::Agent(agent)).await.expect("a stream");
        assert_eq!(events.last().expect("an event").seq, seq);
        let open = db.store.presence_intervals(agent, Utc(0), Utc(i64::MAX)).await.expect("intervals").iter().any(|i| i.ended_at.is_none());
        assert_eq!(db.store.open_agents().await.expect("agents").contains(&agent), open);
    }
}

async fn presence_is_told_in_intervals(db: TestStore) {
    project_all(&db, NODE, &random_log(12, 0, &Cast::fixed())).await;
    for agent in Cast::fixed().agents {
        let intervals = db.store.presence_intervals(agent, Utc(0), Utc(i64::MAX)).await.expect("intervals");
        assert!(!intervals.is_empty());
        assert!(intervals.windows(2).all(|pair| pair[0].ended_at == Some(pair[1].started_at)), "no gap while signed in");
        let events = db.store.stream_events(Stream::Agent(agent)).await.expect("a stream");
        let signed_out = matches!(events.last().map(|e| &e.body), Some(Body::SignedOut));
        assert_eq!(intervals.last().expect("an interval").ended_at.is_some(), signed_out);
    }
}

async fn a_character_no_database_holds_does_not_stop_the_log(db: TestStore) {
    let (interaction, id) = (InteractionId::from_u128(1), PersonalId::from_u128(2));
    let personal = Personal { id, interaction, kind: PersonalKind::Number, value: "+44\u{0}207946".into() };
    let opened = Body::Opened {
        channel: Channel::Voice,
        direction: CallDirection::Inbound,
        from: Some(id),
        from_raw: None,
        to: "9\u{0}9".into(),
        trunk: None,
        call_id: Some("a\u{0}b".into()),
        origin: None,
    };
    let event = Event { stream: Stream::Interaction(interaction), seq: 1, owner_epoch: 1, at: NOW, version: 1, body: opened };
    project_all(&db, NODE, &[JournalRecord::Personal(personal), JournalRecord::Event(event)]).await;
    let detail = db.store.interaction(interaction).await.expect("an interaction");
    assert_eq!(detail.summary.to, "9\u{FFFD}9");
    assert_eq!(db.store.rebuild(&mut |_| {}).await.expect("a rebuild").rows_changed, 0);
}

async fn records_kept_aside_come_in_late_without_moving_the_mark(db: TestStore) {
    let log = random_log(14, 20, &Cast::fixed());
    let whole = storage::sqlite_store().await;
    project_all(&whole, NODE, &log).await;
    // The later half of every third stream was kept aside.
    let third =
        |record: &JournalRecord| matches!(record, JournalRecord::Event(event) if event.seq > 4 && event.stream.uuid().as_u128() % 3 == 0);
    let (late, at_once): (Vec<JournalEntry>, Vec<JournalEntry>) = entries(&log).into_iter().partition(|entry| third(&entry.record));
    assert!(!late.is_empty());
    db.store.project(NODE, &at_once, 1_000_000).await.expect("what was not refused");
    let late: Vec<JournalRecord> = late.into_iter().map(|entry| entry.record).collect();
    for _ in 0..2 {
        db.store.project_late(&late).await.expect("what was kept aside");
    }
    assert_eq!(db.store.mark(NODE).await.expect("a mark"), Some(1_000_000));
    assert_eq!(everything(&db).await, everything(&whole).await);
}

async fn an_interaction_under_way_is_read_as_it_stood_at_one_moment(db: TestStore) {
    let id = InteractionId::from_u128(77);
    let told = move |seq: u64, body: Body| {
        JournalRecord::Event(Event { stream: Stream::Interaction(id), seq, owner_epoch: 1, at: Utc(NOW.0 + seq as i64), version: 1, body })
    };
    let opened = Body::Opened {
        channel: Channel::Voice,
        direction: CallDirection::Inbound,
        from: None,
        from_raw: None,
        to: "+442079460999".into(),
        trunk: None,
        call_id: None,
        origin: None,
    };
    project_all(&db, NODE, &[told(1, opened)]).await;
    let writer = tokio::spawn({
        let store = db.store.clone();
        async move {
            for n in 0..300_u64 {
                let participant = ParticipantId::from_u128(u128::from(n));
                let records = [
                    told(2 * n + 2, Body::ParticipantJoined { participant, role: Role::Customer, agent: None }),
                    told(2 * n + 3, Body::RecordingStarted { recording: RecordingId::from_u128(u128::from(n)) }),
                ];
                store.project_late(&records).await.expect("a projected batch");
            }
        }
    });
    let mut seen = BTreeMap::new();
    while !writer.is_finished() {
        let detail = db.store.interaction(id).await.expect("the interaction");
        let joined = detail.participants.len();
        assert_eq!((detail.events.len(), detail.recordings.len()), (1 + 2 * joined, joined));
        assert_eq!(detail.summary.recorded, joined > 0);
        *seen.entry(joined).or_insert(0) += 1;
    }
    writer.await.expect("the writer");
    assert!(seen.len() > 2, "read while it was written: {seen:?}");
}

async fn a_stream_that_another_server_went_on_with_is_read_anew(db: TestStore) {
    let log = random_log(15, 20, &Cast::fixed());
    let whole = storage::sqlite_store().await;
    project_all(&whole, NODE, &log).await;
    let other = crm_core::Store::open(&db.url, storage::options(2)).await.expect("a second server");
    // The servers take turns, ten records each: what one keeps of a stream in memory is soon behind.
    for (turn, batch) in entries(&log).chunks(10).enumerate() {
        let (store, node) = if turn % 2 == 0 { (&db.store, "a") } else { (&other, "b") };
        store.project(node, batch, batch.last().expect("a record").position).await.expect("a projected batch");
    }
    assert_eq!(everything(&db).await, everything(&whole).await);
    other.close().await;
}
