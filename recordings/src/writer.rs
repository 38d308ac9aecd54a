//! A writer thread: takes frames and commands in rounds, keeps each recording's timeline and file. Hashes nothing.
//!
//! A round reads the clock, then takes everything that is queued, and only then moves the recordings on to that moment:
//! no queued packet can come too late because the thread did. Between rounds frames only gather in the queue, so that a
//! busy thread wakes three times a second and not for every packet.

use crate::decode;
use crate::note::Note;
use crate::notes::Notes;
use crate::recorder::{Command, Events, Gap, Lane, PACKET_MS, RecorderConfig};
use crate::seal::Job;
use crate::timeline::{Pair, Timeline};
use crate::wav::{self, Wav};
use crate::{NARROW, RecordingEvent, WIDE};
use cti_types::tap::TapFrame;
use cti_types::{InteractionId, RecordingId, Tick, Utc};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::Duration;

pub(crate) struct Writer {
    config: RecorderConfig,
    notes: Arc<Notes>,
    lane: Arc<Lane>,
    frames: Receiver<TapFrame>,
    seal: SyncSender<Job>,
    events: Events,
    /// At most `live_max`.
    live: BTreeMap<RecordingId, Live>,
}

/// One open recording.
struct Live {
    interaction: InteractionId,
    begin: Tick,
    timeline: Timeline,
    /// Of timelines before a change of rate.
    late: u64,
    output: Output,
    /// When it ends, once that is known.
    end: Option<Tick>,
    dropped: u64,
}

/// How long a recording that cannot be written waits before it is tried again.
const RETRY_EVERY: Duration = Duration::from_secs(5);

/// The parts of one recording.
struct Output {
    root: PathBuf,
    notes: Arc<Notes>,
    recording: RecordingId,
    interaction: InteractionId,
    started: Utc,
    pairs_max: u64,
    rate: u32,
    /// The time of all pairs so far, written or lost, in 1/16000 s.
    time: u64,
    parts: u32,
    open: Option<Part>,
    /// Parts that are complete, for the sealing thread; at most a few between two rounds.
    done: Vec<Note>,
    /// A failure to be told.
    failed: Option<io::Error>,
    /// Until a part that is tried anew has sound on the disk.
    missing: Option<Missing>,
    retry_at: Option<Tick>,
    /// What was missing and when that ended, to be told; at most a few between two rounds.
    gaps: Vec<(Missing, u64)>,
}

/// The part that grows.
struct Part {
    note: Note,
    wav: Wav,
    /// As [`Output::time`].
    began: u64,
    rate: u32,
}

/// What the disk did not take.
struct Missing {
    /// As [`Output::time`].
    from: u64,
    /// Packets that came meanwhile.
    frames: u64,
}

impl Writer {
    pub(crate) fn new(
        config: RecorderConfig,
        notes: Arc<Notes>,
        lane: Arc<Lane>,
        frames: Receiver<TapFrame>,
        seal: SyncSender<Job>,
        events: Events,
    ) -> Writer {
        Writer { config, notes, lane, frames, seal, events, live: BTreeMap::new() }
    }

    fn round(&mut self, commands: Vec<Command>, stop: bool) {
        let now = (self.config.clock)();
        self.obey(commands);
        self.take_frames();
        self.take_gaps();
        if stop {
            for live in self.live.values_mut() {
                live.end.get_or_insert(now);
            }
        }
        let hold_back = self.config.hold_back;
        let mut ended = Vec::new();
        for (recording, live) in &mut self.live {
            let Live { timeline, output, end, .. } = live;
            let over = end.filter(|end| stop || now >= *end + hold_back);
            match (over, *end) {
                (Some(end), _) => timeline.finish(end, &mut |pairs| output.write(pairs)),
                (None, Some(end)) => timeline.advance(now.min(end + hold_back), &mut |pairs| output.write(pairs)),
                (None, None) => timeline.advance(now, &mut |pairs| output.write(pairs)),
            }
            output.flush(over.is_some());
            if over.is_some() {
                output.end_missing(output.time);
                ended.push(*recording);
            } else if end.is_none() {
                output.retry(now);
            }
        }
        self.hand_on(&ended);
    }

    fn obey(&mut self, commands: Vec<Command>) {
        for command in commands {
            match command {
                Command::Begin { recording, interaction, at, started } => self.begin(recording, interaction, at, started),
                Command::End { recording, at } => {
                    if let Some(live) = self.live.get_mut(&recording) {
                        live.end.get_or_insert(at);
                    }
                }
            }
        }
    }

    fn begin(&mut self, recording: RecordingId, interaction: InteractionId, at: Tick, started: Utc) {
        let Entry::Vacant(vacant) = self.live.entry(recording) else {
            self.lane.control().live -= 1;
            return;
        };
        let mut output = Output {
            root: self.config.dir.clone(),
            notes: Arc::clone(&self.notes),
            recording,
            interaction,
            started,
            pairs_max: self.config.part_pairs_max(),
            rate: NARROW,
            time: 0,
            parts: 0,
            open: None,
            done: Vec::new(),
            failed: None,
            missing: None,
            retry_at: None,
            gaps: Vec::new(),
        };
        output.open_part();
        let timeline = Timeline::new(at, self.config.hold_back, NARROW);
        vacant.insert(Live { interaction, begin: at, timeline, late: 0, output, end: None, dropped: 0 });
    }

    /// Places what is queued, but no more than one queue's worth: what comes meanwhile is for the next round.
    fn take_frames(&mut self) {
        for _ in 0..self.config.queue_frames.max(2) {
            let Ok(frame) = self.frames.try_recv() else { return };
            self.lane.queued.fetch_sub(1, Ordering::Relaxed);
            if !self.live.contains_key(&frame.recording) {
                // It may have begun since this round did.
                let commands = std::mem::take(&mut self.lane.control().commands);
                self.obey(commands);
            }
            let Some(live) = self.live.get_mut(&frame.recording) else { continue };
            if live.end.is_some_and(|end| frame.at > end) {
                continue;
            }
            // It is placed all the same: what comes after it may find room again.
            live.dropped += u64::from(live.output.count_lost());
            if decode::rate_for(frame.codec) > live.timeline.rate() {
                live.widen(frame.at, self.config.hold_back);
            }
            let Live { timeline, output, .. } = live;
            timeline.place(&frame, &mut |pairs| output.write(pairs));
        }
    }

    fn take_gaps(&mut self) {
        for (recording, gap) in self.lane.take_gaps() {
            let Some(live) = self.live.get_mut(&recording) else { continue };
            let Gap { first, last, frames } = gap;
            live.dropped += frames;
            let (offset_ms, lost_ms) = (first.since(live.begin).as_millis() as u64, last.since(first).as_millis() as u64 + PACKET_MS);
            (self.events)(RecordingEvent::Gap { recording, interaction: live.interaction, offset_ms, frames, lost_ms });
        }
    }

    /// Tells failures, and gives complete parts and ended recordings to the sealing thread.
    fn hand_on(&mut self, ended: &[RecordingId]) {
        let failing = self.live.values().filter(|live| live.output.missing.is_some()).count();
        self.lane.failing.store(failing, Ordering::Relaxed);
        for (recording, live) in &mut self.live {
            let (recording, interaction) = (*recording, live.interaction);
            if let Some(error) = live.output.failed.take() {
                (self.events)(RecordingEvent::Failed { recording, interaction, error });
            }
            for (Missing { from, frames }, to) in live.output.gaps.drain(..) {
                let [offset_ms, until_ms] = [from, to].map(|time| time * 1000 / u64::from(WIDE));
                let lost_ms = until_ms.saturating_sub(offset_ms);
                (self.events)(RecordingEvent::Gap { recording, interaction, offset_ms, frames, lost_ms });
            }
            for note in live.output.done.drain(..) {
                // The receiver lives until every writer thread has ended.
                let _ = self.seal.send(Job::Seal(note));
            }
        }
        if !ended.is_empty() {
            // Before the end is told: whoever hears of it may begin the next.
            self.lane.control().live -= ended.len();
        }
        for recording in ended {
            let Some(live) = self.live.remove(recording) else { continue };
            let _ = self.seal.send(Job::Ended {
                recording: *recording,
                interaction: live.interaction,
                frames_dropped: live.dropped,
                frames_late: live.late + live.timeline.late(),
            });
        }
    }
}

/// Runs rounds until the recorder stops; the last one ends what is open.
pub(crate) fn run(mut writer: Writer) {
    loop {
        let (commands, stop) = writer.lane.wait(writer.config.flush_every);
        writer.round(commands, stop);
        if stop {
            return;
        }
    }
}

impl Live {
    /// From `at` on the recording is wide. What was heard before is written; a packet of before that comes now is cut.
    fn widen(&mut self, at: Tick, hold_back: Duration) {
        let Live { timeline, output, .. } = self;
        let from = if timeline.is_untouched() {
            self.begin
        } else {
            timeline.finish(at, &mut |pairs| output.write(pairs));
            at
        };
        self.late += timeline.late();
        *timeline = Timeline::new(from, hold_back, WIDE);
        output.change_rate(WIDE);
    }
}

impl Output {
    /// Writes through part ends. What the disk does not take is missing.
    fn write(&mut self, mut pairs: &[Pair]) {
        while !pairs.is_empty() {
            if self.open.is_none() && self.missing.is_none() {
                self.open_part();
            }
            let Some(part) = &mut self.open else {
                self.time += time(pairs.len() as u64, self.rate);
                return;
            };
            let room = (self.pairs_max - part.wav.pairs()).min(pairs.len() as u64) as usize;
            let (now, rest) = pairs.split_at(room);
            let written = part.wav.write(now);
            let full = part.wav.pairs() >= self.pairs_max;
            self.time += time(room as u64, self.rate);
            pairs = rest;
            match written {
                Err(error) => self.fail(error),
                Ok(()) if full => self.flush(true),
                Ok(()) => {}
            }
        }
    }

    fn open_part(&mut self) {
        let offset_ms = self.time * 1000 / u64::from(WIDE);
        let note = Note::new(self.recording, self.interaction, self.parts + 1, self.started, offset_ms);
        match self.notes.begun(&note).and_then(|()| create(&self.root.join(&note.file), self.rate)) {
            Ok(wav) => {
                self.parts += 1;
                self.open = Some(Part { note, wav, began: self.time, rate: self.rate });
                if self.missing.is_some() {
                    // The header alone shows whether there is any room.
                    self.flush(false);
                }
            }
            Err(error) => {
                // Best effort: a note without a file is also taken away at the next start.
                let _ = self.notes.gone(self.recording, note.part);
                self.fail(error);
            }
        }
    }

    /// What follows has this rate: it goes to a new part, or to the one that has no sample yet.
    fn change_rate(&mut self, rate: u32) {
        self.rate = rate;
        let Some(part) = &mut self.open else { return };
        if part.wav.pairs() > 0 {
            return self.flush(true);
        }
        let path = self.root.join(&part.note.file);
        match std::fs::remove_file(&path).and_then(|()| Wav::create(&path, rate)) {
            Ok(fresh) => (part.wav, part.rate) = (fresh, rate),
            Err(error) => self.fail(error),
        }
    }

    /// Brings the file up to date; `last`: the part is complete.
    fn flush(&mut self, last: bool) {
        let Some(part) = &mut self.open else { return };
        if let Err(error) = part.wav.flush() {
            return self.fail(error);
        }
        let (began, sounds) = (part.began, part.wav.pairs() > 0);
        if sounds {
            self.end_missing(began);
        }
        if last {
            self.done.extend(self.open.take().map(|part| part.note));
        }
    }

    /// What was written so far is sealed; what comes until the disk takes it again is missing.
    fn fail(&mut self, error: io::Error) {
        let mut from = self.time;
        if let Some(Part { note, wav, began, rate }) = self.open.take() {
            // Dropped, it writes what there is still room for.
            drop(wav);
            let kept = wav::pairs_in(&self.root.join(&note.file));
            if kept > 0 {
                self.end_missing(began);
            }
            from = began + time(kept, rate);
            self.done.push(note);
        }
        if self.missing.is_none() {
            self.missing = Some(Missing { from, frames: 0 });
            self.failed = Some(error);
        }
        self.retry_at = None;
    }

    fn end_missing(&mut self, to: u64) {
        self.gaps.extend(self.missing.take().map(|missing| (missing, to)));
    }

    /// Counts a packet that comes now, if it is lost as far as is known.
    fn count_lost(&mut self) -> bool {
        let Some(missing) = self.missing.as_mut().filter(|_| self.open.is_none()) else { return false };
        missing.frames += 1;
        true
    }

    /// There may be room again.
    fn retry(&mut self, now: Tick) {
        if self.open.is_some() || self.missing.is_none() {
            return;
        }
        match self.retry_at {
            None => self.retry_at = Some(now + RETRY_EVERY),
            Some(at) if now < at => {}
            Some(_) => self.open_part(),
        }
    }
}

/// So many pairs at this rate, in 1/16000 s.
fn time(pairs: u64, rate: u32) -> u64 {
    pairs * u64::from(WIDE / rate)
}

/// Makes a part's file, and the folder of its day if this is the first in it.
fn create(path: &Path, rate: u32) -> io::Result<Wav> {
    match Wav::create(path, rate) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Some(folder) = path.parent() {
                DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            }
            Wav::create(path, rate)
        }
        done => done,
    }
}
