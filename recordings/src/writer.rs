//! A writer thread: takes frames and commands in rounds, keeps each recording's timeline and file. Hashes nothing.
//!
//! A round reads the clock, then takes everything that is queued, and only then moves the recordings on to that moment:
//! no queued packet can come too late because the thread did. Between rounds frames only gather in the queue, so that a
//! busy thread wakes three times a second and not for every packet.

use crate::decode;
use crate::note::Note;
use crate::notes::Notes;
use crate::recorder::{Command, Events, Lane, RecorderConfig};
use crate::seal::Job;
use crate::timeline::{Pair, Timeline};
use crate::wav::Wav;
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
    /// The failure was told.
    told: bool,
}

/// The parts of one recording.
struct Output {
    root: PathBuf,
    notes: Arc<Notes>,
    recording: RecordingId,
    interaction: InteractionId,
    started: Utc,
    pairs_max: u64,
    rate: u32,
    /// The time of all parts so far, in 1/16000 s.
    written: u64,
    parts: u32,
    open: Option<(Note, Wav)>,
    /// Parts that are complete, for the sealing thread; at most a few between two rounds.
    done: Vec<Note>,
    failed: Option<io::Error>,
    broken: bool,
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
                ended.push(*recording);
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
            written: 0,
            parts: 0,
            open: None,
            done: Vec::new(),
            failed: None,
            broken: false,
        };
        output.open_part();
        let timeline = Timeline::new(at, self.config.hold_back, NARROW);
        vacant.insert(Live { interaction, begin: at, timeline, late: 0, output, end: None, dropped: 0, told: false });
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
            if live.output.broken {
                live.dropped += 1;
                continue;
            }
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
            live.dropped += gap.frames;
            let offset_ms = gap.first.since(live.begin).as_millis() as u64;
            (self.events)(RecordingEvent::Gap { recording, interaction: live.interaction, offset_ms, frames: gap.frames });
        }
    }

    /// Tells failures, and gives complete parts and ended recordings to the sealing thread.
    fn hand_on(&mut self, ended: &[RecordingId]) {
        for (recording, live) in &mut self.live {
            if let Some(error) = live.output.failed.take().filter(|_| !live.told) {
                live.told = true;
                (self.events)(RecordingEvent::Failed { recording: *recording, interaction: live.interaction, error });
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
    /// Writes through part ends. After a failure it takes everything and keeps nothing.
    fn write(&mut self, mut pairs: &[Pair]) {
        while !pairs.is_empty() && !self.broken {
            let Some((_, wav)) = &mut self.open else {
                self.open_part();
                continue;
            };
            let room = (self.pairs_max - wav.pairs()).min(pairs.len() as u64) as usize;
            let (now, rest) = pairs.split_at(room);
            if let Err(error) = wav.write(now) {
                return self.fail(error);
            }
            self.written += room as u64 * u64::from(WIDE / self.rate);
            pairs = rest;
            if wav.pairs() >= self.pairs_max {
                self.flush(true);
            }
        }
    }

    fn open_part(&mut self) {
        self.parts += 1;
        let offset_ms = self.written * 1000 / u64::from(WIDE);
        let note = Note::new(self.recording, self.interaction, self.parts, self.started, offset_ms);
        match self.notes.begun(&note).and_then(|()| create(&self.root.join(&note.file), self.rate)) {
            Ok(wav) => self.open = Some((note, wav)),
            Err(error) => {
                // Best effort: a note without a file is also taken away at the next start.
                let _ = self.notes.gone(self.recording, self.parts);
                self.fail(error);
            }
        }
    }

    /// What follows has this rate: it goes to a new part, or to the one that has no sample yet.
    fn change_rate(&mut self, rate: u32) {
        self.rate = rate;
        let Some((note, wav)) = &mut self.open else { return };
        if wav.pairs() > 0 {
            return self.flush(true);
        }
        let path = self.root.join(&note.file);
        match std::fs::remove_file(&path).and_then(|()| Wav::create(&path, rate)) {
            Ok(fresh) => *wav = fresh,
            Err(error) => self.fail(error),
        }
    }

    /// Brings the file up to date; `last`: the part is complete.
    fn flush(&mut self, last: bool) {
        let Some((_, wav)) = &mut self.open else { return };
        if let Err(error) = wav.flush() {
            return self.fail(error);
        }
        if last {
            self.done.extend(self.open.take().map(|(note, _)| note));
        }
    }

    /// Gives up; what was written so far is sealed.
    fn fail(&mut self, error: io::Error) {
        tracing::error!(recording = %self.recording, %error, "a recording cannot be written; the call goes on without");
        self.broken = true;
        self.failed = Some(error);
        self.done.extend(self.open.take().map(|(note, _)| note));
    }
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
