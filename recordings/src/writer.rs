//! A writer thread: takes frames and commands in rounds, keeps each recording's timeline and file. Hashes nothing.
//!
//! A round reads the clock, then takes everything that is queued, and only then moves the recordings on to that moment:
//! no queued packet can come too late because the thread did. Between rounds frames only gather in the queue, so that a
//! busy thread wakes three times a second and not for every packet.

use crate::RecordingEvent;
use crate::note::{self, Note};
use crate::recorder::{Command, Events, Lane, RecorderConfig};
use crate::seal::Job;
use crate::timeline::{Pair, Timeline};
use crate::wav::Wav;
use cti_types::tap::TapFrame;
use cti_types::{InteractionId, RecordingId, Tick, Utc};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender};

pub(crate) struct Writer {
    config: RecorderConfig,
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
    timeline: Timeline,
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
    recording: RecordingId,
    interaction: InteractionId,
    started: Utc,
    pairs_max: u64,
    /// Pairs in all parts so far.
    pairs: u64,
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
        lane: Arc<Lane>,
        frames: Receiver<TapFrame>,
        seal: SyncSender<Job>,
        events: Events,
    ) -> Writer {
        Writer { config, lane, frames, seal, events, live: BTreeMap::new() }
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
            recording,
            interaction,
            started,
            pairs_max: self.config.part_pairs_max(),
            pairs: 0,
            parts: 0,
            open: None,
            done: Vec::new(),
            failed: None,
            broken: false,
        };
        output.open_part();
        let timeline = Timeline::new(at, self.config.hold_back);
        vacant.insert(Live { interaction, timeline, output, end: None, dropped: 0, told: false });
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
            let Live { timeline, output, .. } = live;
            timeline.place(&frame, &mut |pairs| output.write(pairs));
        }
    }

    fn take_gaps(&mut self) {
        for (recording, gap) in self.lane.take_gaps() {
            let Some(live) = self.live.get_mut(&recording) else { continue };
            live.dropped += gap.frames;
            let offset_ms = live.timeline.offset_ms(gap.first);
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
                frames_late: live.timeline.late(),
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
            self.pairs += room as u64;
            pairs = rest;
            if wav.pairs() >= self.pairs_max {
                self.flush(true);
            }
        }
    }

    fn open_part(&mut self) {
        self.parts += 1;
        let offset_ms = self.pairs * 1000 / u64::from(crate::SAMPLE_RATE);
        let note = Note::new(self.recording, self.interaction, self.parts, self.started, offset_ms);
        match note.write(&self.root).and_then(|path| Wav::create(&path)) {
            Ok(wav) => self.open = Some((note, wav)),
            Err(error) => {
                // Best effort: a note without a file is also taken away at the next start.
                let _ = note::remove(&self.root, self.recording, self.parts);
                self.fail(error);
            }
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
