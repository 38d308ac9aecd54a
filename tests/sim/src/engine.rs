//! The media engine as the rooms see it: opens, plays, closes, loses media. No packet, no audio. Extends [`World`].

use crate::oracle::Check;
use crate::world::{Task, World};
use cti_types::media::{Answerer, DetectReason, EngineCommand, EngineEvent, OpenError, StreamStats};
use cti_types::web::WebFailure;
use cti_types::{LegId, PlayId};
use std::time::Duration;

/// A leg with open sockets.
pub(crate) struct Sockets {
    port: u16,
    play: Option<PlayId>,
}

/// The SDP of a page as Chromium writes it, without what nobody here reads.
pub(crate) const PAGE_SDP: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 110 126\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n\
    a=fingerprint:sha-256 01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F:20\r\n\
    a=setup:actpass\r\na=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n\
    a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\n";

impl World {
    /// A page's handshake is done soon, or never; and now and then its media is gone for a while, or for good.
    fn page_streams(&mut self, leg: LegId) {
        if self.odds(5) {
            return self.engine_says(12_000_000, EngineEvent::Unprotected { leg, failure: WebFailure::NoHandshake });
        }
        let done = 50_000 + self.chance.below(400_000);
        self.engine_says(done, EngineEvent::Connected { leg });
        if self.odds(30) {
            let lost = done + self.chance.below(60_000_000);
            self.engine_says(lost, EngineEvent::MediaLost { leg });
            if self.odds(60) {
                let back = lost + self.chance.below(40_000_000);
                self.engine_says(back, EngineEvent::MediaBack { leg });
            }
        }
    }

    fn engine_says(&mut self, micros: u64, event: EngineEvent) {
        let generation = self.generation;
        self.later(Duration::from_micros(micros), Task::Engine(generation, event));
    }

    pub(crate) fn engine_command(&mut self, command: EngineCommand) -> Check {
        let soon = self.chance.below(2_000);
        match command {
            EngineCommand::Open { leg, port, .. } => {
                if self.odds(self.open_fails) {
                    self.failing.insert(leg, port);
                    self.engine_says(soon, EngineEvent::OpenFailed { leg, error: OpenError::Bind });
                } else {
                    self.sockets.insert(leg, Sockets { port, play: None });
                    self.engine_says(soon, EngineEvent::Opened { leg });
                }
            }
            EngineCommand::Stand { leg, .. } => {
                if self.odds(self.open_fails) {
                    self.engine_says(soon, EngineEvent::OpenFailed { leg, error: OpenError::Full });
                } else {
                    self.stands.insert(leg);
                    self.engine_says(soon, EngineEvent::Opened { leg });
                }
            }
            EngineCommand::Attach { standing, leg, .. } => {
                if self.stands.contains(&standing) && !self.odds(self.open_fails) {
                    self.sockets.insert(leg, Sockets { port: 0, play: None });
                    self.engine_says(soon, EngineEvent::Opened { leg });
                } else {
                    self.engine_says(soon, EngineEvent::OpenFailed { leg, error: OpenError::Bind });
                }
            }
            EngineCommand::SetStream { leg, .. } if self.stands.contains(&leg) => self.page_streams(leg),
            EngineCommand::SetStream { leg, stream } => {
                self.leg_of_media.insert(stream.remote, leg);
                if self.odds(1) {
                    let lost = self.chance.below(20_000_000);
                    self.engine_says(lost, EngineEvent::MediaLost { leg });
                    if self.odds(50) {
                        self.engine_says(lost + 5_000_000, EngineEvent::MediaBack { leg });
                    }
                }
            }
            EngineCommand::Play { leg, play, clips, repeat, .. } => {
                self.interrupt(leg);
                if let Some(sockets) = self.sockets.get_mut(&leg) {
                    sockets.play = Some(play);
                    if !repeat {
                        let micros: u64 = clips.iter().map(|clip| clip.samples.len() as u64 * 125).sum();
                        self.engine_says(micros + soon, EngineEvent::PlayEnded { leg, play, interrupted: false });
                    }
                }
            }
            EngineCommand::StopPlay { leg } => self.interrupt(leg),
            EngineCommand::Close { leg } => {
                if self.stands.remove(&leg) {
                    self.engine_says(soon, EngineEvent::Closed { leg, port: 0, stats: StreamStats::default() });
                }
                if let Some(sockets) = self.sockets.remove(&leg) {
                    let stats = StreamStats { packets_sent: 10, packets_received: 10, ..StreamStats::default() };
                    self.engine_says(soon, EngineEvent::Closed { leg, port: sockets.port, stats });
                }
            }
            // Somebody leaves a message: they say nothing, or fall silent some time, or go on.
            EngineCommand::Detect { leg, limits: Some(limits) } => {
                let silence = u64::from(limits.initial_silence_ms) * 1_000;
                let (wait, reason) = match self.chance.below(10) {
                    0 | 1 => (silence, DetectReason::InitialSilence),
                    2..=6 => (silence + self.chance.below(12_000_000), DetectReason::ShortGreeting),
                    _ => return Ok(()),
                };
                self.engine_says(wait, EngineEvent::Detected { leg, answerer: Answerer::Unsure, reason });
            }
            EngineCommand::Hear { .. }
            | EngineCommand::SendDigits { .. }
            | EngineCommand::KeepDigits { .. }
            | EngineCommand::Tap { .. }
            | EngineCommand::Detect { limits: None, .. } => {}
        }
        Ok(())
    }

    fn interrupt(&mut self, leg: LegId) {
        if let Some(play) = self.sockets.get_mut(&leg).and_then(|s| s.play.take()) {
            self.engine_says(500, EngineEvent::PlayEnded { leg, play, interrupted: true });
        }
    }

    /// Whether what the engine was about to say is still true: a leg that was closed says nothing but that.
    pub(crate) fn engine_still(&mut self, event: &EngineEvent) -> bool {
        match event {
            // Of a page: no port was its own.
            EngineEvent::Closed { port: 0, .. } => true,
            EngineEvent::Closed { port, .. } => {
                self.oracle_engine.port_free(self.tick, *port);
                true
            }
            EngineEvent::OpenFailed { leg, .. } => {
                if let Some(port) = self.failing.remove(leg) {
                    self.oracle_engine.port_free(self.tick, port);
                }
                true
            }
            // What the engine said just before a close may arrive after it.
            EngineEvent::Opened { .. } | EngineEvent::Digit { .. } | EngineEvent::Quality { .. } | EngineEvent::Detected { .. } => true,
            EngineEvent::Connected { leg } | EngineEvent::Unprotected { leg, .. } => self.stands.contains(leg),
            EngineEvent::PlayEnded { leg, play, interrupted } => {
                let Some(sockets) = self.sockets.get_mut(leg) else { return *interrupted };
                if !interrupted && sockets.play != Some(*play) {
                    return false;
                }
                if !interrupted {
                    sockets.play = None;
                }
                true
            }
            EngineEvent::MediaLost { leg } | EngineEvent::MediaBack { leg } => self.sockets.contains_key(leg) || self.stands.contains(leg),
        }
    }
}
