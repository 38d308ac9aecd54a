//! The journal on real files: torn at every byte, full, deleted under a reader, opened twice.

use super::record::{self, FRAME_HEADER};
use super::segment::SEGMENT_HEADER;
use super::*;
use cti_types::event::{Body, Event, Personal, PersonalKind, Stream};
use cti_types::{AgentId, Chance, InteractionId, PersonalId, Utc};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

const SMALL: Options = Options { segment_bytes: 4096, bytes_max: 16 * 4096 };

fn event(seq: u64) -> Record {
    Record::Event(Event {
        stream: Stream::Agent(AgentId::from_u128(7)),
        seq,
        owner_epoch: 1,
        at: Utc(1_000_000 + seq as i64),
        version: 1,
        body: Body::SignedIn { device: format!("phone {seq}") },
    })
}

fn person(n: u128) -> Record {
    let (id, interaction) = (PersonalId::from_u128(n), InteractionId::from_u128(1));
    Record::Person(Personal { id, interaction, kind: PersonalKind::Number, value: "+4930123456".to_owned() })
}

fn state(key: &str, bytes: &[u8]) -> Record {
    Record::State { key: key.to_owned(), bytes: bytes.to_vec() }
}

fn gone(key: &str) -> Record {
    Record::StateGone { key: key.to_owned() }
}

fn open(dir: &Path) -> (Journal, Recovery) {
    Journal::open(dir, SMALL).unwrap()
}

fn seqs(batch: &[(u64, Record)]) -> Vec<u64> {
    batch.iter().filter_map(|(_, record)| if let Record::Event(event) = record { Some(event.seq) } else { None }).collect()
}

fn all(journal: &Journal, from: u64) -> Vec<(u64, Record)> {
    let mut reader = journal.reader(from);
    let mut found = Vec::new();
    loop {
        let batch = reader.next_batch(7).unwrap();
        if batch.is_empty() {
            return found;
        }
        found.extend(batch);
    }
}

fn segments(dir: &Path) -> Vec<PathBuf> {
    super::segment::list(dir).unwrap().into_iter().map(|(_, path)| path).collect()
}

#[test]
fn what_was_appended_is_read_in_order_without_waiting_for_a_sync() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, recovery) = open(dir.path());
    assert_eq!(recovery, Recovery::default());
    journal.append(&[person(1), event(1), state("leg/1", b"x"), event(2)]).unwrap();
    journal.append(&[event(3)]).unwrap();
    let mut reader = journal.reader(0);
    let batch = reader.next_batch(100).unwrap();
    assert_eq!(batch, vec![(1, person(1)), (2, event(1)), (4, event(2)), (5, event(3))]);
    assert_eq!(reader.position(), 5);
    assert!(reader.next_batch(100).unwrap().is_empty());
    journal.append(&[event(4)]).unwrap();
    assert_eq!(reader.next_batch(100).unwrap(), vec![(6, event(4))]);
}

#[test]
fn a_cause_is_never_split_between_batches() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path());
    for cause in 0..10 {
        journal.append(&[event(cause * 3), event(cause * 3 + 1), event(cause * 3 + 2)]).unwrap();
    }
    let mut reader = journal.reader(0);
    assert_eq!(seqs(&reader.next_batch(1).unwrap()), vec![0, 1, 2]);
    assert_eq!(seqs(&reader.next_batch(4).unwrap()), vec![3, 4, 5, 6, 7, 8]);
}

#[test]
fn a_reader_may_begin_anywhere() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path());
    for seq in 1..=60 {
        journal.append(&[event(seq)]).unwrap();
    }
    assert!(segments(dir.path()).len() > 2);
    for from in 0..=60 {
        assert_eq!(seqs(&all(&journal, from)), (from + 1..=60).collect::<Vec<_>>(), "from {from}");
    }
}

#[test]
fn reopening_continues_positions() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..5 {
        let (journal, recovery) = open(dir.path());
        assert_eq!(recovery.last_position, round * 20);
        assert_eq!((recovery.cut_bytes, recovery.lost_records), (0, 0));
        for seq in round * 20 + 1..=round * 20 + 20 {
            journal.append(&[event(seq)]).unwrap();
        }
    }
    let (journal, _) = open(dir.path());
    assert_eq!(seqs(&all(&journal, 0)), (1..=100).collect::<Vec<_>>());
}

/// The bytes of one segment with four single records and a cause of three, and where each cause ends.
fn torn_material() -> (Vec<u8>, String, Vec<(usize, u64)>) {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path());
    let mut frames = Vec::new();
    let mut ends = vec![(SEGMENT_HEADER, 0)];
    let causes: [&[Record]; 4] = [&[event(1)], &[event(2)], &[event(3), state("k", b"three"), event(4)], &[event(5)]];
    let mut position = 0;
    for cause in causes {
        journal.append(cause).unwrap();
        for (index, record) in cause.iter().enumerate() {
            position += 1;
            record::encode(record, position, index + 1 < cause.len(), &mut frames).unwrap();
        }
        ends.push((SEGMENT_HEADER + frames.len(), position));
    }
    drop(journal);
    let path = segments(dir.path()).remove(0);
    let bytes = fs::read(&path).unwrap();
    assert_eq!(&bytes[SEGMENT_HEADER..SEGMENT_HEADER + frames.len()], &frames);
    (bytes, path.file_name().unwrap().to_str().unwrap().to_owned(), ends)
}

fn opens_at_the_last_whole_cause(name: &str, bytes: &[u8], expected: u64, what: &str) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(name), bytes).unwrap();
    let (journal, recovery) = open(dir.path());
    assert_eq!(recovery.last_position, expected, "{what}");
    assert_eq!(recovery.state.contains_key("k"), expected >= 5, "{what}");
    journal.append(&[event(99)]).unwrap();
    let found = all(&journal, 0);
    assert_eq!(found.last(), Some(&(expected + 1, event(99))), "{what}");
    drop(journal);
    let (journal, again) = open(dir.path());
    assert_eq!((again.last_position, again.cut_bytes), (expected + 1, 0), "{what}");
    assert_eq!(all(&journal, 0), found, "{what}");
}

#[test]
fn a_file_cut_at_any_byte_opens_at_the_last_whole_cause() {
    let (bytes, name, ends) = torn_material();
    for cut in SEGMENT_HEADER..=ends.last().unwrap().0 {
        let expected = ends.iter().rev().find(|(end, _)| *end <= cut).unwrap().1;
        opens_at_the_last_whole_cause(&name, &bytes[..cut], expected, &format!("cut at {cut}"));
    }
}

#[test]
fn a_file_garbled_at_any_byte_opens_before_the_garbled_cause() {
    let (bytes, name, ends) = torn_material();
    for at in SEGMENT_HEADER..ends.last().unwrap().0 {
        let mut garbled = bytes.clone();
        garbled[at] ^= 0x5a;
        let expected = ends.iter().rev().find(|(end, _)| *end <= at).unwrap().1;
        opens_at_the_last_whole_cause(&name, &garbled, expected, &format!("garbled at {at}"));
    }
}

#[test]
fn a_newest_segment_without_a_header_is_taken_for_never_begun() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path());
    for seq in 1..=40 {
        journal.append(&[event(seq)]).unwrap();
    }
    drop(journal);
    fs::write(dir.path().join(format!("{:020}.seg", 41)), vec![0; 4096]).unwrap();
    let (journal, recovery) = open(dir.path());
    assert_eq!((recovery.last_position, recovery.lost_records), (40, 0));
    assert_eq!(all(&journal, 0).len(), 40);
}

#[test]
fn damage_in_an_old_segment_is_counted_and_the_rest_still_read() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path());
    for seq in 1..=60 {
        journal.append(&[event(seq)]).unwrap();
    }
    drop(journal);
    let files = segments(dir.path());
    let mut bytes = fs::read(&files[0]).unwrap();
    bytes[SEGMENT_HEADER + FRAME_HEADER + 1] ^= 1;
    fs::write(&files[0], bytes).unwrap();
    let second: u64 = files[1].file_stem().unwrap().to_str().unwrap().parse().unwrap();
    let (journal, recovery) = open(dir.path());
    assert_eq!((recovery.last_position, recovery.lost_records), (60, second - 1));
    assert_eq!(seqs(&all(&journal, 0)), (second..=60).collect::<Vec<_>>());
}

#[test]
fn damage_under_a_running_reader_is_an_error_that_can_be_skipped() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path());
    for seq in 1..=3 {
        journal.append(&[event(seq)]).unwrap();
    }
    let mut frame = Vec::new();
    record::encode(&event(1), 1, false, &mut frame).unwrap();
    let path = segments(dir.path()).remove(0);
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, b"?", (SEGMENT_HEADER + frame.len() + FRAME_HEADER + 3) as u64).unwrap();
    let mut reader = journal.reader(0);
    assert_eq!(seqs(&reader.next_batch(10).unwrap()), vec![1]);
    assert!(matches!(reader.next_batch(10), Err(ReadError::Damaged { position: 2 })));
    reader.skip();
    journal.append(&[event(4)]).unwrap();
    assert_eq!(reader.position(), 3, "the rest of a damaged segment cannot be framed with trust");
}

#[test]
fn two_servers_cannot_share_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path());
    let refused = Journal::open(dir.path(), SMALL).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::ResourceBusy);
    drop(journal);
    open(dir.path());
}

#[test]
fn files_are_for_the_owner_only() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("a/journal");
    let (journal, _) = open(&folder);
    for seq in 1..=60 {
        journal.append(&[event(seq)]).unwrap();
    }
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for entry in fs::read_dir(&folder).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}

#[test]
fn at_the_bound_new_calls_are_refused_and_calls_under_way_use_the_reserve() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path());
    let mut written = 0;
    while journal.accepting() {
        written += 1;
        journal.append(&[event(written)]).unwrap();
    }
    let at_bound = written;
    let full = loop {
        match journal.append(&[event(written + 1)]) {
            Ok(()) => written += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(full, AppendError::Full));
    assert!(written - at_bound > at_bound / 5, "{at_bound} to the bound, {written} in all");
    assert!(journal.fill() > 1.2);
    assert_eq!(journal.stats().append_errors, 1);
    assert_eq!(seqs(&all(&journal, 0)), (1..=written).collect::<Vec<_>>());
    journal.projected(written);
    assert!(journal.accepting());
    journal.append(&[event(written + 1)]).unwrap();
}

#[test]
fn a_live_state_in_an_old_segment_does_not_hold_a_full_journal_at_its_bound() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path());
    journal.append(&[Record::State { key: "epoch".to_owned(), bytes: vec![7] }]).unwrap();
    let mut written = 0;
    while journal.accepting() {
        written += 1;
        journal.append(&[event(written)]).unwrap();
    }
    journal.projected(journal.stats().last);
    assert!(journal.accepting());
    drop(journal);
    let (_, recovered) = open(dir.path());
    assert_eq!(recovered.state.get("epoch"), Some(&vec![7]));
}

#[test]
fn projected_segments_are_deleted_and_their_events_not_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path());
    for seq in 1..=60 {
        journal.append(&[event(seq)]).unwrap();
    }
    let before = segments(dir.path());
    journal.projected(59);
    assert_eq!(journal.stats().segments, 1);
    drop(journal);
    let after = segments(dir.path());
    assert_eq!(after.len(), 1);
    assert_eq!(after[0], before[before.len() - 1]);
    let (journal, recovery) = open(dir.path());
    assert_eq!((recovery.last_position, recovery.lost_records), (60, 0));
    assert_eq!(seqs(&all(&journal, 59)), vec![60]);
    let mut late = journal.reader(0);
    late.next_batch(1).unwrap();
    assert_eq!(late.missing(), recovery.oldest_position);
}

#[test]
fn a_reader_in_a_deleted_segment_reads_on() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path());
    for seq in 1..=60 {
        journal.append(&[event(seq)]).unwrap();
    }
    let mut reader = journal.reader(0);
    assert_eq!(seqs(&reader.next_batch(2).unwrap()), vec![1, 2]);
    journal.projected(60);
    let rest = seqs(&reader.next_batch(1000).unwrap());
    assert_eq!(rest.last(), Some(&60));
    assert_eq!(reader.missing() as usize + rest.len() + 2, 60);
}

#[test]
fn the_latest_state_of_a_key_wins_and_an_ended_one_stays_ended() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path());
    journal.append(&[state("a", b"1"), state("b", b"1")]).unwrap();
    journal.append(&[state("a", b"2"), gone("b"), state("c", b"")]).unwrap();
    drop(journal);
    let (_, recovery) = open(dir.path());
    assert_eq!(recovery.state, BTreeMap::from([("a".to_owned(), b"2".to_vec()), ("c".to_owned(), Vec::new())]));
}

#[test]
fn live_states_move_out_of_old_segments_so_that_these_can_go() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path());
    journal.append(&[state("live", b"kept"), state("over", b"not kept")]).unwrap();
    journal.append(&[gone("over")]).unwrap();
    for seq in 1..=200 {
        journal.append(&[event(seq)]).unwrap();
        journal.projected(journal.last_position());
    }
    assert!(journal.stats().segments <= 2, "{:?}", journal.stats());
    drop(journal);
    let (journal, recovery) = open(dir.path());
    assert_eq!(recovery.state, BTreeMap::from([("live".to_owned(), b"kept".to_vec())]));
    assert!(recovery.oldest_position > 100);
    assert_eq!(journal.stats().states, 1);
}

#[test]
fn more_live_state_than_a_segment_moves_bit_by_bit_and_none_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path());
    let expected: BTreeMap<_, _> = (0..40).map(|n| (format!("leg/{n}"), vec![n as u8; 150])).collect();
    for (key, bytes) in &expected {
        journal.append(&[state(key, bytes)]).unwrap();
    }
    for seq in 1..=400 {
        journal.append(&[event(seq)]).unwrap();
        journal.projected(journal.last_position());
    }
    assert!(journal.accepting());
    drop(journal);
    let (_, recovery) = open(dir.path());
    assert_eq!(recovery.state, expected);
}

#[test]
fn positions_continue_after_the_databases_mark_when_the_folder_was_lost() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path());
    journal.continue_after(5000).unwrap();
    let mut reader = journal.reader(5000);
    assert!(reader.next_batch(10).unwrap().is_empty());
    journal.append(&[event(1)]).unwrap();
    assert_eq!(reader.next_batch(10).unwrap(), vec![(5001, event(1))]);
    drop(journal);
    let (journal, recovery) = open(dir.path());
    assert_eq!((recovery.last_position, recovery.lost_records), (5001, 0));
    assert_eq!(all(&journal, 5000), vec![(5001, event(1))]);
}

#[test]
fn a_cause_larger_than_a_segment_is_refused_and_harms_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path());
    journal.append(&[event(1)]).unwrap();
    assert!(matches!(journal.append(&[event(2), state("big", &[1; 5000])]), Err(AppendError::CauseTooLarge { .. })));
    assert!(matches!(journal.append(&[state(&"k".repeat(256), b"")]), Err(AppendError::Encode(EncodeError::KeyTooLong { bytes: 256 }))));
    journal.append(&[event(3)]).unwrap();
    assert_eq!(seqs(&all(&journal, 0)), vec![1, 3]);
}

#[test]
fn frames_longer_than_a_read_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(dir.path(), Options { segment_bytes: 4 << 20, bytes_max: 16 << 20 }).unwrap();
    let long = |seq: u64| {
        let Record::Event(mut long) = event(seq) else { unreachable!() };
        long.body = Body::SignedIn { device: "x".repeat(600_000) };
        Record::Event(long)
    };
    for seq in 1..=8 {
        journal.append(&[event(seq * 2), long(seq * 2 + 1)]).unwrap();
    }
    for from in [0, 1, 2, 7] {
        assert_eq!(all(&journal, from).len() as u64, 16 - from);
    }
}

#[test]
fn a_waiting_reader_is_woken_by_an_append() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path());
    let reader = journal.reader(0);
    assert!(!reader.wait(Duration::ZERO));
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| reader.wait(Duration::from_secs(60)));
        while journal.shared.waiting.load(Ordering::SeqCst) == 0 {
            std::thread::yield_now();
        }
        journal.append(&[event(1)]).unwrap();
        assert!(waiter.join().unwrap());
    });
}

#[test]
fn a_reader_beside_the_writer_sees_everything_once_and_in_order() {
    const LAST: u64 = 5000;
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(dir.path(), Options { segment_bytes: 16 * 1024, bytes_max: 64 << 20 }).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for seq in (1..=LAST).step_by(2) {
                journal.append(&[event(seq), state("k", &seq.to_le_bytes()), event(seq + 1)]).unwrap();
            }
        });
        let mut reader = journal.reader(0);
        let mut next = 1;
        while next <= LAST {
            reader.wait(Duration::from_secs(60));
            for seq in seqs(&reader.next_batch(50).unwrap()) {
                assert_eq!(seq, next);
                next += 1;
            }
            journal.projected(reader.position());
        }
    });
    assert_eq!(journal.stats().append_errors, 0);
    assert!(journal.stats().segments < 20);
}

/// Random appends, states, projections and reopenings, some after a torn tail, against a model in memory.
#[test]
fn any_history_is_found_again_after_reopening() {
    for seed in 0..40 {
        let mut chance = Chance::from_number(seed);
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, _) = open(dir.path());
        let mut states: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let (mut events, mut mark) = (Vec::new(), 0);
        for step in 0..300 {
            match chance.below(20) {
                0 => {
                    drop(journal);
                    if chance.below(2) == 0 {
                        tear(dir.path(), &mut chance);
                    }
                    let recovery;
                    (journal, recovery) = open(dir.path());
                    assert_eq!(recovery.state, states, "seed {seed} step {step}");
                    assert_eq!(recovery.lost_records, 0);
                }
                1..=3 => {
                    let mut reader = journal.reader(mark);
                    let found: Vec<u64> = seqs(&reader.next_batch(chance.below(40) as usize + 1).unwrap());
                    assert_eq!(found, events[..found.len()], "seed {seed} step {step}");
                    events.drain(..found.len());
                    mark = reader.position();
                    journal.projected(mark);
                }
                _ => {
                    let cause: Vec<Record> = (0..=chance.below(4)).map(|n| random_record(&mut chance, step * 10 + n)).collect();
                    if journal.append(&cause).is_ok() {
                        apply(&cause, &mut states, &mut events);
                    }
                }
            }
        }
        assert_eq!(seqs(&all(&journal, mark)), events, "seed {seed}");
    }
}

fn random_record(chance: &mut Chance, seq: u64) -> Record {
    let key = format!("key/{}", chance.below(12));
    match chance.below(5) {
        0 | 1 => event(seq),
        2 | 3 => state(&key, &vec![chance.u32() as u8; chance.below(200) as usize]),
        _ => gone(&key),
    }
}

fn apply(cause: &[Record], states: &mut BTreeMap<String, Vec<u8>>, events: &mut Vec<u64>) {
    for record in cause {
        match record {
            Record::Event(event) => events.push(event.seq),
            Record::Person(_) => {}
            Record::State { key, bytes } => drop(states.insert(key.clone(), bytes.clone())),
            Record::StateGone { key } => drop(states.remove(key)),
        }
    }
}

/// Half a cause at the end of the newest segment, as a kill in the middle of a write leaves it.
fn tear(dir: &Path, chance: &mut Chance) {
    let path = segments(dir).pop().unwrap();
    let bytes = fs::read(&path).unwrap();
    let scan = super::segment::scan(&bytes).unwrap();
    let mut frames = Vec::new();
    record::encode(&event(77_777), scan.last + 1, true, &mut frames).unwrap();
    record::encode(&state("torn", b"never"), scan.last + 2, false, &mut frames).unwrap();
    let len = (chance.below(frames.len() as u64) as usize).min(bytes.len() - scan.end);
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &frames[..len], scan.end as u64).unwrap();
}
