//! What goes wrong around the calls: configuration changes, clock steps, a full journal, crashes, a stop. Extends [`World`].

use crate::oracle::Check;
use crate::world::{Task, World};
use cti_server::recovery::{begin_message, close_agent, close_interaction, cut_off, waiting_message};
use cti_server::switch::{Event, Revived};
use cti_types::event::{Body, Event as LogEvent, Stream};
use cti_types::{InteractionId, RecordingId, Tick};
use std::collections::BTreeMap;
use std::time::Duration;

const HOUR: i64 = 3_600_000_000;

impl World {
    pub(crate) fn chaos(&mut self) -> Check {
        if self.ending {
            return Ok(());
        }
        let pause = 8_000 + self.chance.below(40_000);
        self.later(Duration::from_millis(pause), Task::Chaos);
        match self.chance.below(20) {
            0..=7 => {
                let what = self.house.change(&mut self.chance);
                self.trace(|| what);
                self.give(Event::Directory(Box::new(self.house.directory.clone())))
            }
            8..=11 => {
                self.utc_offset += if self.odds(50) { HOUR } else { -HOUR };
                self.trace(|| "the clock steps".into());
                Ok(())
            }
            12 | 13 => {
                let pause = Duration::from_millis(500 + self.chance.below(8_000));
                self.later(pause, Task::Accepting(true));
                self.give(Event::Accepting(false))
            }
            14 | 15 => {
                self.open_fails = if self.open_fails > 1 { 1 } else { 40 };
                Ok(())
            }
            16 => {
                for _ in 0..12 {
                    let at = Duration::from_millis(self.chance.below(500));
                    self.later(at, Task::CallArrives);
                }
                Ok(())
            }
            17 if self.odds(30) => self.give(Event::Shutdown),
            18 | 19 if self.odds(25) => self.crash(),
            _ => {
                let phone = self.chance.below(self.registrations.len() as u64) as usize;
                self.phone_leaves(phone);
                Ok(())
            }
        }
    }

    /// The process dies and starts again: the log is closed as the server's start does it, and the rooms begin anew.
    fn crash(&mut self) -> Check {
        self.trace(|| "the server dies and starts again".into());
        self.generation += 1;
        let open = self.oracle_engine.crash();
        self.sockets.clear();
        self.stands.clear();
        self.failing.clear();
        self.leg_of_media.clear();
        self.screens.crash();
        for desk in &mut self.desks {
            desk.crash();
        }
        for registration in &mut self.registrations {
            registration.server_died(self.tick);
        }
        self.crashed_at = Some(self.tick);
        let alive = self.now().utc;
        let mut closing: Vec<LogEvent> = Vec::new();
        let mut messages: Vec<Revived> = Vec::new();
        for (stream, events) in self.log.streams() {
            match stream {
                Stream::Interaction(id) => {
                    let parts: Vec<Body> = open.iter().filter(|(_, i)| **i == id).map(|(r, _)| part(*r)).collect();
                    // Any id that no other has.
                    let message = InteractionId::from_u128(id.0.as_u128().wrapping_add(u128::from(self.generation) << 64));
                    let ended = close_interaction(events, alive, &parts, message);
                    let all = [events, &ended].concat();
                    messages.extend(waiting_message(id, &all));
                    let begun = cut_off(id, &all, message).map(|cut_off| begin_message(cut_off, message, None, None)).unwrap_or_default();
                    messages.extend(waiting_message(message, &begun));
                    closing.extend(ended.into_iter().chain(begun));
                }
                Stream::Agent(_) => closing.extend(close_agent(events, alive)),
            }
        }
        for event in &closing {
            self.log.add(self.tick, self.steps, event)?;
        }
        let (mut seqs, mut lasts) = (BTreeMap::new(), BTreeMap::new());
        for (stream, events) in self.log.streams() {
            if let (Stream::Agent(id), Some(last)) = (stream, events.last()) {
                seqs.insert(id, last.seq);
                lasts.insert(id, last.at);
            }
        }
        let now = self.now();
        self.rooms = crate::world::rooms(self.seed ^ u64::from(self.generation) << 32, now, seqs, self.tight)?;
        self.rooms.agents_went_on_until(lasts);
        self.unrevived = messages.len();
        self.give(Event::Directory(Box::new(self.house.directory.clone())))?;
        self.unrevived = 0;
        self.give(Event::Revive(messages))?;
        self.give(Event::Accepting(true))
    }

    /// After the last arrival nothing is taken away any more, and what was is given back.
    pub(crate) fn begin_to_end(&mut self) -> Check {
        self.ending = true;
        self.open_fails = 0;
        self.house.restore();
        self.ends_at = self.tick + Duration::from_secs(15 * 60);
        self.give(Event::Accepting(true))?;
        self.give(Event::Directory(Box::new(self.house.directory.clone())))
    }
}

pub(crate) fn part(recording: RecordingId) -> Body {
    Body::RecordingPart { recording, part: 1, file: "f.wav".into(), offset_ms: 0, duration_ms: 1_000, bytes: 44, sha256: "0".into() }
}

/// No tick: a time that never comes.
pub(crate) const NEVER: Tick = Tick(u64::MAX);
