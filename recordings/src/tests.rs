//! The recorder on real files: tones, parts, gaps, a full queue, failures and the death of the process.

use super::*;
use cti_types::media::Codec;
use cti_types::tap::{Channel, TapFrame, TapSink};
use cti_types::{Tick, Utc};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// 2026-03-01T12:00:00Z.
const STARTED: Utc = Utc(1_772_366_400_000_000);
const PATIENCE: Duration = Duration::from_secs(60);

/// A recorder with a clock of its own and its events.
struct Bench {
    dir: tempfile::TempDir,
    clock: Arc<AtomicU64>,
    recorder: Recorder,
    events: Receiver<RecordingEvent>,
}

fn config(dir: &Path, clock: &Arc<AtomicU64>) -> RecorderConfig {
    let clock = Arc::clone(clock);
    let mut config = RecorderConfig::new(dir, Arc::new(move || Tick(clock.load(Ordering::SeqCst))));
    config.flush_every = Duration::from_millis(1);
    config
}

impl Bench {
    fn new(change: impl FnOnce(&mut RecorderConfig)) -> Bench {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicU64::new(0));
        let mut config = config(dir.path(), &clock);
        change(&mut config);
        let (sender, events) = sync_channel(1000);
        let recorder = Recorder::start(config, Arc::new(move |event| sender.send(event).unwrap())).unwrap();
        Bench { dir, clock, recorder, events }
    }

    fn begin(&self, n: u128) {
        assert!(self.recorder.begin(RecordingId::from_u128(n), InteractionId::from_u128(100 + n), self.now(), STARTED));
    }

    fn now(&self) -> Tick {
        Tick(self.clock.load(Ordering::SeqCst))
    }

    /// 20 ms of tones on both sides of every recording, `left_hz` and `right_hz` by recording.
    fn talk(&self, packets: u64, recordings: &[(u128, u64, u64)]) {
        let handle = self.recorder.handle();
        for _ in 0..packets {
            let at = self.now();
            for (n, left, right) in recordings {
                for (channel, hz) in [(Channel::Left, *left), (Channel::Right, *right)] {
                    let frame = tone(*n, channel, at, hz);
                    while !handle.push(frame.clone()) {
                        std::thread::yield_now();
                    }
                }
            }
            self.clock.fetch_add(20_000, Ordering::SeqCst);
        }
    }

    fn end(&self, n: u128) {
        self.recorder.end(RecordingId::from_u128(n), self.now());
        self.clock.fetch_add(1_000_000, Ordering::SeqCst);
    }

    fn event(&self) -> RecordingEvent {
        self.events.recv_timeout(PATIENCE).unwrap()
    }

    /// Events up to the end of one recording.
    fn parts(&self, n: u128) -> Vec<PartSealed> {
        let mut parts = Vec::new();
        loop {
            match self.event() {
                RecordingEvent::PartSealed(part) => parts.push(part),
                RecordingEvent::Ended { recording, interaction, frames_dropped, frames_late } => {
                    assert_eq!((recording, interaction), (RecordingId::from_u128(n), InteractionId::from_u128(100 + n)));
                    assert_eq!((frames_dropped, frames_late), (0, 0));
                    return parts;
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Samples of a tone in µ-law; `at` on a multiple of 20 ms keeps the phase.
fn tone(n: u128, channel: Channel, at: Tick, hz: u64) -> TapFrame {
    let table = g711::decoder(Codec::Pcmu).unwrap();
    let period = 8000 / hz;
    let codes: Vec<u8> = (0..period)
        .map(|phase| {
            let wanted = (8000.0 * (std::f64::consts::TAU * phase as f64 / period as f64).sin()) as i32;
            (0..=255_u8).min_by_key(|code| (i32::from(table[usize::from(*code)]) - wanted).abs()).unwrap()
        })
        .collect();
    let first = at.0 * 8 / 1000;
    let payload: Vec<u8> = (first..first + 160).map(|sample| codes[(sample % period) as usize]).collect();
    let recording = RecordingId::from_u128(n);
    TapFrame { recording, channel, at, timestamp: first as u32, source: 3, codec: Codec::Pcmu, payload: payload.into() }
}

/// How much of `hz` is in the samples: amplitude by correlation.
fn amplitude(samples: &[i16], hz: u64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (index, sample) in samples.iter().enumerate() {
        let angle = std::f64::consts::TAU * hz as f64 * index as f64 / 8000.0;
        re += f64::from(*sample) * angle.cos();
        im += f64::from(*sample) * angle.sin();
    }
    2.0 * re.hypot(im) / samples.len().max(1) as f64
}

fn read(path: &Path) -> [Vec<i16>; 2] {
    let mut reader = hound::WavReader::open(path).unwrap();
    assert_eq!((reader.spec().channels, reader.spec().sample_rate, reader.spec().bits_per_sample), (2, 8000, 16));
    let samples: Vec<i16> = reader.samples().map(Result::unwrap).collect();
    [0, 1].map(|side| samples.iter().skip(side).step_by(2).copied().collect())
}

fn has_only(samples: &[i16], hz: u64, not: u64) {
    assert!(amplitude(samples, hz) > 7000.0, "{hz} Hz: {}", amplitude(samples, hz));
    assert!(amplitude(samples, not) < 200.0, "{not} Hz: {}", amplitude(samples, not));
}

#[test]
fn each_side_is_on_its_own_channel_and_the_hash_is_that_of_the_file() {
    let bench = Bench::new(|_| {});
    bench.begin(1);
    bench.talk(100, &[(1, 400, 1000)]);
    bench.end(1);
    let parts = bench.parts(1);
    assert_eq!(parts.len(), 1);
    let (recording, interaction) = (RecordingId::from_u128(1), InteractionId::from_u128(101));
    assert_eq!(parts[0].file, format!("2026/03/01/{interaction}-{recording}-1.wav"));
    assert_eq!((parts[0].part, parts[0].offset_ms, parts[0].duration_ms, parts[0].bytes), (1, 0, 2000, 44 + 64_000));
    let path = bench.dir.path().join(&parts[0].file);
    let [left, right] = read(&path);
    has_only(&left, 400, 1000);
    has_only(&right, 1000, 400);
    assert_eq!(parts[0].sha256, hex::encode(Sha256::digest(std::fs::read(&path).unwrap())));
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn recordings_do_not_mix() {
    for threads in [1, 3] {
        let bench = Bench::new(|config| config.threads = threads);
        let talkers = [(1, 400, 1000), (2, 500, 800), (3, 1600, 2000)];
        for (n, _, _) in talkers {
            bench.begin(n);
        }
        bench.talk(50, &talkers);
        for (n, left, right) in talkers {
            bench.end(n);
            let parts = bench.parts(n);
            let [samples, other] = read(&bench.dir.path().join(&parts[0].file));
            has_only(&samples[..8000], left, right);
            has_only(&other[..8000], right, left);
        }
    }
}

#[test]
fn hold_is_silence_and_the_file_goes_on() {
    let bench = Bench::new(|_| {});
    bench.begin(1);
    bench.talk(50, &[(1, 400, 1000)]);
    bench.clock.fetch_add(2_000_000, Ordering::SeqCst);
    bench.talk(50, &[(1, 400, 1000)]);
    bench.end(1);
    let parts = bench.parts(1);
    assert_eq!(parts[0].duration_ms, 4000);
    let [left, right] = read(&bench.dir.path().join(&parts[0].file));
    assert!(left[8010..23_990].iter().chain(&right[8010..23_990]).all(|sample| *sample == 0));
    has_only(&left[24_000..], 400, 1000);
}

#[test]
fn a_full_part_is_followed_by_the_next_without_a_gap() {
    let bench = Bench::new(|config| config.part_bytes_max = 44 + 4 * 8 * 700);
    bench.begin(1);
    bench.talk(100, &[(1, 400, 1000)]);
    bench.end(1);
    let parts = bench.parts(1);
    let numbers: Vec<_> = parts.iter().map(|part| (part.part, part.offset_ms, part.duration_ms)).collect();
    assert_eq!(numbers, vec![(1, 0, 700), (2, 700, 700), (3, 1400, 600)]);
    let left: Vec<i16> = parts.iter().flat_map(|part| read(&bench.dir.path().join(&part.file))[0].clone()).collect();
    has_only(&left, 400, 1000);
}

#[test]
fn a_full_queue_refuses_at_once_and_is_counted_with_its_place() {
    let gate = Arc::new(Mutex::new(()));
    let held = gate.lock().unwrap();
    let bench = Bench::new(|config| {
        config.queue_frames = 10;
        let (inner, gate) = (Arc::clone(&config.clock), Arc::clone(&gate));
        // The writer thread stands while the gate is shut: every round begins with the clock.
        config.clock = Arc::new(move || {
            drop(gate.lock().unwrap_or_else(PoisonError::into_inner));
            inner()
        });
    });
    bench.begin(1);
    let handle = bench.recorder.handle();
    let mut taken = 0;
    for n in 0..40 {
        taken += u64::from(handle.push(tone(1, Channel::Left, Tick(n * 20_000), 400)));
    }
    assert_eq!(taken, 10);
    assert_eq!(bench.recorder.stats(), Stats { live: 1, queued: 10, frames_dropped: 30, failing: 0 });
    drop(held);
    let gap = bench.event();
    assert!(matches!(gap, RecordingEvent::Gap { offset_ms: 200, frames: 30, lost_ms: 600, .. }), "{gap:?}");
    bench.clock.store(800_000, Ordering::SeqCst);
    bench.end(1);
    let (mut sealed, mut dropped) = (None, None);
    while dropped.is_none() {
        match bench.event() {
            RecordingEvent::PartSealed(part) => sealed = Some(part),
            RecordingEvent::Ended { frames_dropped, .. } => dropped = Some(frames_dropped),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((sealed.unwrap().duration_ms, dropped), (800, Some(30)));
}

#[test]
fn an_unwritable_folder_is_told_once_and_harms_no_other_recording() {
    let bench = Bench::new(|_| {});
    std::fs::write(bench.dir.path().join("2026"), b"in the way").unwrap();
    bench.begin(1);
    assert!(matches!(bench.event(), RecordingEvent::Failed { recording, .. } if recording == RecordingId::from_u128(1)));
    bench.talk(5, &[(1, 400, 1000)]);
    std::fs::remove_file(bench.dir.path().join("2026")).unwrap();
    bench.begin(2);
    bench.talk(50, &[(1, 400, 1000), (2, 400, 1000)]);
    bench.end(1);
    let gap = bench.event();
    assert!(matches!(gap, RecordingEvent::Gap { offset_ms: 0, frames: 110, lost_ms: 1100, .. }), "{gap:?}");
    let ended = bench.event();
    assert!(matches!(ended, RecordingEvent::Ended { frames_dropped: 110, .. }), "{ended:?}");
    bench.end(2);
    assert_eq!(bench.parts(2).len(), 1);
}

/// Not a behaviour of its own: the process whose files can grow only so far, for the next test. Without the variable there is nothing
/// to do.
#[test]
fn the_process_without_room() {
    if std::env::var_os("RECORDINGS_NO_ROOM").is_none() {
        return;
    }
    let bench = Bench::new(|_| {});
    let probe = bench.dir.path().join("probe");
    std::fs::write(&probe, vec![0; 1 << 20]).unwrap_err();
    let room_ms = (std::fs::metadata(&probe).unwrap().len() - 44) / 32;
    bench.begin(1);
    bench.talk(300, &[(1, 400, 1000)]);
    let failed = bench.event();
    assert!(matches!(failed, RecordingEvent::Failed { .. }), "{failed:?}");
    assert_eq!(bench.recorder.stats().failing, 1);
    // It is tried again, and a new file has room.
    bench.clock.fetch_add(6_000_000, Ordering::SeqCst);
    let second = format!("2026/03/01/{}-{}-2.wav", InteractionId::from_u128(101), RecordingId::from_u128(1));
    while !bench.dir.path().join(&second).exists() {
        std::thread::yield_now();
    }
    bench.talk(50, &[(1, 400, 1000)]);
    bench.end(1);
    let (mut parts, mut gaps) = (Vec::new(), Vec::new());
    let lost = loop {
        match bench.event() {
            RecordingEvent::PartSealed(part) => parts.push(part),
            RecordingEvent::Gap { offset_ms, frames, lost_ms, .. } => gaps.push((offset_ms, frames, lost_ms)),
            RecordingEvent::Ended { frames_dropped, .. } => break frames_dropped,
            other @ RecordingEvent::Failed { .. } => panic!("{other:?}"),
        }
    };
    let places: Vec<_> = parts.iter().map(|part| (part.part, part.offset_ms, part.duration_ms)).collect();
    assert_eq!(places, [(1, 0, room_ms), (2, 11_500, 1_500)], "up to the end of the room, and from the new attempt on");
    assert_eq!(gaps, [(room_ms, lost, 11_500 - room_ms)]);
    let [left, right] = read(&bench.dir.path().join(&parts[1].file));
    // The half second held back before anybody spoke again is silent.
    has_only(&left[4_000..], 400, 1000);
    has_only(&right[4_000..], 1000, 400);
    assert_eq!(bench.recorder.stats().failing, 0);
}

#[test]
fn a_recording_goes_on_in_a_new_part_when_the_disk_takes_it_again_and_says_what_is_missing() {
    // Files of 64 or 128 KiB (the shells differ), some seconds. Beyond it a write fails, as on a full disk; the signal is not wanted.
    let limited = "trap '' XFSZ; ulimit -f 128; exec \"$0\" \"$@\"";
    let child = std::process::Command::new("sh")
        .args(["-c", limited])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "tests::the_process_without_room", "--nocapture"])
        .env("RECORDINGS_NO_ROOM", "1")
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
}

#[test]
fn more_recordings_than_allowed_are_refused_until_one_ends() {
    let bench = Bench::new(|config| config.live_max = 2);
    let begin = |n| bench.recorder.begin(RecordingId::from_u128(n), InteractionId::from_u128(100 + n), bench.now(), STARTED);
    assert_eq!([1, 2, 3].map(begin), [true, true, false]);
    bench.end(1);
    bench.parts(1);
    assert!(begin(3));
}

#[test]
fn a_stop_seals_what_is_open() {
    let bench = Bench::new(|_| {});
    bench.begin(1);
    bench.talk(50, &[(1, 400, 1000)]);
    let Bench { dir, recorder, events, .. } = bench;
    recorder.shutdown();
    let RecordingEvent::PartSealed(part) = events.recv_timeout(PATIENCE).unwrap() else { panic!("no part") };
    assert_eq!(part.duration_ms, 1000);
    assert!(matches!(events.recv_timeout(PATIENCE).unwrap(), RecordingEvent::Ended { .. }));
    assert!(matches!(events.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected)));
    read(&dir.path().join(part.file));
}

#[test]
fn a_part_is_reported_after_restarts_until_it_is_linked() {
    let bench = Bench::new(|_| {});
    bench.begin(1);
    bench.talk(50, &[(1, 400, 1000)]);
    bench.end(1);
    let part = bench.parts(1).remove(0);
    let Bench { dir, recorder, .. } = bench;
    recorder.shutdown();
    let found = recover(dir.path()).unwrap();
    assert_eq!(found, vec![Recovered { recording: part.recording, interaction: part.interaction, part: Some(part.clone()) }]);
    let clock = Arc::new(AtomicU64::new(0));
    let recorder = Recorder::start(config(dir.path(), &clock), Arc::new(|_| {})).unwrap();
    recorder.linked(part.recording, part.part);
    recorder.shutdown();
    assert_eq!(recover(dir.path()).unwrap(), vec![]);
    assert!(dir.path().join(part.file).exists());
}

#[test]
fn a_recording_without_a_sample_leaves_no_file() {
    let bench = Bench::new(|_| {});
    bench.begin(1);
    bench.recorder.end(RecordingId::from_u128(1), bench.now());
    bench.clock.fetch_add(1_000_000, Ordering::SeqCst);
    assert_eq!(bench.parts(1), vec![]);
    assert_eq!(recover(bench.dir.path()).unwrap(), vec![]);
}

/// 20 ms of a tone in G.722, packet by packet.
struct WideTone {
    encoder: audio_codec::g722::G722Encoder,
    hz: f64,
    said: u64,
}

impl WideTone {
    fn new(hz: f64) -> WideTone {
        WideTone { encoder: audio_codec::g722::G722Encoder::new(), hz, said: 0 }
    }

    fn frame(&mut self, channel: Channel, at: Tick) -> TapFrame {
        let sample = |n: u64| (8000.0 * (std::f64::consts::TAU * self.hz * n as f64 / 16_000.0).sin()) as i16;
        let samples: Vec<i16> = (self.said * 320..(self.said + 1) * 320).map(sample).collect();
        let payload = audio_codec::Encoder::encode(&mut self.encoder, &samples);
        let timestamp = self.said as u32 * 160;
        self.said += 1;
        let recording = RecordingId::from_u128(1);
        TapFrame { recording, channel, at, timestamp, source: 9, codec: Codec::G722, payload: payload.into() }
    }
}

/// The channels of a wide part.
fn read_wide(path: &Path) -> [Vec<i16>; 2] {
    let mut reader = hound::WavReader::open(path).unwrap();
    assert_eq!(reader.spec().sample_rate, WIDE);
    let samples: Vec<i16> = reader.samples().map(Result::unwrap).collect();
    // Every second sample of a side: the same tones at the rate the measuring below knows.
    [0, 1].map(|side| samples.iter().skip(side).step_by(4).copied().collect())
}

#[test]
fn a_wide_codec_in_the_middle_begins_a_wide_part_where_the_narrow_one_ends() {
    let bench = Bench::new(|_| {});
    bench.begin(1);
    bench.talk(50, &[(1, 400, 1000)]);
    let (handle, mut wide) = (bench.recorder.handle(), WideTone::new(1000.0));
    for _ in 0..50 {
        let at = bench.now();
        for frame in [tone(1, Channel::Left, at, 400), wide.frame(Channel::Right, at)] {
            while !handle.push(frame.clone()) {
                std::thread::yield_now();
            }
        }
        bench.clock.fetch_add(20_000, Ordering::SeqCst);
    }
    bench.end(1);
    let parts = bench.parts(1);
    let numbers: Vec<_> = parts.iter().map(|part| (part.part, part.offset_ms, part.duration_ms)).collect();
    assert_eq!(numbers, vec![(1, 0, 1000), (2, 1000, 1000)]);
    let [left, right] = read(&bench.dir.path().join(&parts[0].file));
    has_only(&left, 400, 1000);
    has_only(&right, 1000, 400);
    let [left, right] = read_wide(&bench.dir.path().join(&parts[1].file));
    has_only(&left[400..], 400, 1000);
    has_only(&right[400..], 1000, 400);
}

#[test]
fn a_call_that_is_wide_from_the_start_is_one_wide_part() {
    let bench = Bench::new(|_| {});
    bench.begin(1);
    let (handle, mut left, mut right) = (bench.recorder.handle(), WideTone::new(400.0), WideTone::new(1000.0));
    for _ in 0..50 {
        let at = bench.now();
        for frame in [left.frame(Channel::Left, at), right.frame(Channel::Right, at)] {
            while !handle.push(frame.clone()) {
                std::thread::yield_now();
            }
        }
        bench.clock.fetch_add(20_000, Ordering::SeqCst);
    }
    bench.end(1);
    let parts = bench.parts(1);
    assert_eq!((parts.len(), parts[0].part, parts[0].duration_ms, parts[0].bytes), (1, 1, 1000, 44 + 64_000));
    let [left, right] = read_wide(&bench.dir.path().join(&parts[0].file));
    has_only(&left[400..], 400, 1000);
    has_only(&right[400..], 1000, 400);
    assert_eq!(recover(bench.dir.path()).unwrap()[0].part, Some(parts[0].clone()));
}

/// Not a behaviour of its own: the process that the next test kills. Without the variable there is nothing to do.
#[test]
fn the_process_that_is_killed() {
    let Ok(dir) = std::env::var("RECORDINGS_KILL_DIR") else { return };
    let clock = Arc::new(AtomicU64::new(0));
    let recorder = Recorder::start(config(Path::new(&dir), &clock), Arc::new(|_| {})).unwrap();
    assert!(recorder.begin(RecordingId::from_u128(1), InteractionId::from_u128(101), Tick(0), STARTED));
    let handle = recorder.handle();
    for packet in 0..500 {
        let at = Tick(packet * 20_000);
        clock.store(at.0, Ordering::SeqCst);
        for (channel, hz) in [(Channel::Left, 400), (Channel::Right, 1000)] {
            while !handle.push(tone(1, channel, at, hz)) {
                std::thread::yield_now();
            }
        }
    }
    std::fs::write(Path::new(&dir).join("ready"), b"").unwrap();
    loop {
        std::thread::park();
    }
}

#[test]
fn after_a_kill_the_file_plays_to_the_last_second_and_is_sealed_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::the_process_that_is_killed", "--nocapture"])
        .env("RECORDINGS_KILL_DIR", dir.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let wav = dir.path().join(format!("2026/03/01/{}-{}-1.wav", InteractionId::from_u128(101), RecordingId::from_u128(1)));
    // Ten seconds were spoken; all but the hold-back reaches the file within one more round.
    let written = || std::fs::metadata(&wav).map_or(0, |metadata| metadata.len()) >= 44 + 4 * 8 * 9400;
    while !(dir.path().join("ready").exists() && written()) {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let [left, right] = read(&wav);
    assert!(left.len() >= 9000 * 8, "playable as it lies: {} ms", left.len() / 8);
    has_only(&left[..72_000], 400, 1000);
    has_only(&right[..72_000], 1000, 400);
    let found = recover(dir.path()).unwrap();
    let part = found[0].part.clone().unwrap();
    assert_eq!((found.len(), part.part, part.offset_ms), (1, 1, 0));
    assert!(part.duration_ms >= 9400, "{}", part.duration_ms);
    assert_eq!(part.sha256, hex::encode(Sha256::digest(std::fs::read(&wav).unwrap())));
}

#[test]
fn what_a_dead_server_left_is_repaired_whatever_its_length() {
    let dir = tempfile::tempdir().unwrap();
    let lengths = [0, 10, 44, 46, 48, 1001, 32_044];
    let notes = notes::Notes::open(dir.path()).unwrap();
    std::fs::create_dir_all(dir.path().join("2026/03/01")).unwrap();
    for (part, len) in (1..).zip(lengths) {
        let (recording, interaction) = (RecordingId::from_u128(1), InteractionId::from_u128(101));
        let note = note::Note::new(recording, interaction, part, STARTED, 0);
        notes.begun(&note).unwrap();
        std::fs::write(dir.path().join(note.file), vec![0; len]).unwrap();
    }
    let found = recover(dir.path()).unwrap();
    let bytes: Vec<_> = found.iter().map(|found| found.part.as_ref().map_or(0, |part| part.bytes)).collect();
    assert_eq!(bytes, vec![0, 0, 0, 0, 48, 1000, 32_044]);
    for part in found.into_iter().filter_map(|found| found.part) {
        read(&dir.path().join(part.file));
    }
}
