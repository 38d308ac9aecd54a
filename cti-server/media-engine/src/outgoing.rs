//! What a leg sends: what it hears, what is played to it, digits. All of it is one stream through the leg's rewriter.

use crate::counters::EngineCounters;
use crate::leg::{Content, Leg, Received, Surroundings};
use cti_media::event::DIGIT_STEP;
use cti_media::forward::{Input, Span};
use cti_media::playback::{Pacer, Player};
use cti_media::rtp::{self, Header, PACKET_BYTES_MAX};
use cti_media::{g711, samples_of_ms};
use cti_types::media::{Clip, EngineEvent, Stream};
use cti_types::{PlayId, Tick};
use std::net::SocketAddr;
use std::time::Duration;

/// Playing legs of one thread are woken together on this grid, to spare wakes. It only moves the second packet of a playback.
const GRID_US: u64 = 5000;
/// The most samples of one packet: 60 ms.
const FRAME_SAMPLES_MAX: usize = 480;

/// A playback under way.
pub(crate) struct Playing {
    id: PlayId,
    player: Player,
    /// `None` until the stream is agreed: nothing of a greeting is lost by being asked for early.
    pace: Option<Pacer>,
    frame_ms: u8,
    input: Input,
    sequence: u16,
    timestamp: u32,
}

impl Playing {
    pub(crate) fn set_ptime(&mut self, now: Tick, ptime_ms: u8) {
        if self.pace.is_none() || self.frame_ms != ptime_ms {
            let first = self.pace.map_or(now, |pace| pace.next());
            self.frame_ms = ptime_ms;
            self.pace = Some(Pacer::new(first, Duration::from_millis(u64::from(ptime_ms))));
        }
    }
}

impl Leg {
    /// Begins a playback; one under way is interrupted.
    pub(crate) fn start_play(&mut self, now: Tick, id: PlayId, clips: Vec<Clip>, repeat: bool, offset_ms: u64, around: &Surroundings) {
        self.stop_play(around);
        self.plays = self.plays.wrapping_add(1);
        let mut playing = Playing {
            id,
            player: Player::new(clips, repeat, offset_ms),
            pace: None,
            frame_ms: 20,
            input: Input::Play(self.plays),
            sequence: 0,
            timestamp: 0,
        };
        if let Some(stream) = &self.stream {
            playing.set_ptime(now, stream.ptime_ms);
        }
        self.play = Some(playing);
    }

    /// What is heard goes on with the next packet.
    pub(crate) fn stop_play(&mut self, around: &Surroundings) {
        if let Some(play) = self.play.take() {
            around.tell(EngineEvent::PlayEnded { leg: self.id, play: play.id, interrupted: true });
        }
    }

    pub(crate) fn play_deadline(&self) -> Tick {
        let pace = self.play.as_ref().filter(|_| self.digit_pace.is_none()).and_then(|play| play.pace);
        pace.map_or(Tick(u64::MAX), |pace| pace.next())
    }

    /// Queues digits to send.
    pub(crate) fn send_digits(&mut self, now: Tick, digits: &str) {
        if self.stream.as_ref().and_then(|stream| stream.event_send).is_none() {
            tracing::debug!(leg = %self.id, "digits not sent: the far side takes no telephone-event");
            return;
        }
        if let Err(error) = self.digits.queue(digits) {
            tracing::warn!(leg = %self.id, %error, "digits not sent");
            return;
        }
        if self.digit_pace.is_none() && self.digits.active() {
            self.digit_runs = self.digit_runs.wrapping_add(1);
            self.digit_sequence = 0;
            self.digit_pace = Some(Pacer::new(now, DIGIT_STEP));
        }
    }

    /// A packet of a leg this one hears.
    pub(crate) fn hear(&mut self, now: Tick, heard: &Received<'_>, counters: &mut EngineCounters) {
        if self.play.is_some() || self.digit_pace.is_some() {
            return;
        }
        let Some((to, stream)) = self.target() else {
            self.out.interrupt();
            return;
        };
        let (payload_type, span, map) = match heard.content {
            Content::Audio(codec) => {
                let (payload_type, wanted) = stream.send;
                let span = Span { samples: heard.payload.len() as u32, event: false };
                (payload_type, span, g711::transcode_table(codec, wanted))
            }
            Content::Event(event) => {
                let Some(payload_type) = stream.event_send else {
                    return self.out.skip(heard.input, heard.header.sequence);
                };
                (payload_type, Span { samples: u32::from(event.duration), event: true }, None)
            }
            Content::Noise => return self.out.skip(heard.input, heard.header.sequence),
        };
        let Some(header) = self.out.rewrite(now, heard.input, &heard.header, span, payload_type) else {
            counters.dropped += 1;
            return;
        };
        self.send(to, &header, heard.payload, map, counters);
    }

    /// What is due on the sending side.
    pub(crate) fn send_due(&mut self, now: Tick, around: &Surroundings, counters: &mut EngineCounters) {
        self.digits_due(now, counters);
        if self.digit_pace.is_none() {
            self.play_due(now, around, counters);
        }
        if now >= self.reports.next {
            self.report(now, false, around);
        }
    }

    fn digits_due(&mut self, now: Tick, counters: &mut EngineCounters) {
        let Some(mut pace) = self.digit_pace else { return };
        let due = pace.due(now);
        self.digit_pace = Some(pace);
        for _ in 0..due.packets {
            let agreed = self.target().and_then(|(to, stream)| stream.event_send.map(|number| (to, number)));
            let Some((to, payload_type)) = agreed else {
                // Held or renegotiated meanwhile: digits make no sense later.
                self.digits.clear();
                self.digit_pace = None;
                return;
            };
            let Some(packet) = self.digits.step() else {
                self.digit_pace = None;
                return;
            };
            let header =
                Header { payload_type, marker: packet.marker, sequence: self.digit_sequence, timestamp: packet.timestamp, ssrc: 0 };
            self.digit_sequence = self.digit_sequence.wrapping_add(1);
            let span = Span { samples: u32::from(packet.payload.duration), event: true };
            if let Some(header) = self.out.rewrite(now, Input::Digits(self.digit_runs), &header, span, payload_type) {
                self.send(to, &Header { marker: packet.marker, ..header }, &packet.payload.bytes(), None, counters);
            }
        }
    }

    fn play_due(&mut self, now: Tick, around: &Surroundings, counters: &mut EngineCounters) {
        let Some(mut play) = self.play.take() else { return };
        let (Some(mut pace), Some(stream)) = (play.pace, self.stream.as_ref()) else {
            self.play = Some(play);
            return;
        };
        let (payload_type, codec) = stream.send;
        let length = samples_of_ms(u32::from(play.frame_ms)).min(FRAME_SAMPLES_MAX as u32);
        let first = play.sequence == 0 && play.timestamp == 0;
        let due = pace.due(now);
        play.timestamp = play.timestamp.wrapping_add(due.skipped.wrapping_mul(length));
        let mut codes = [0; FRAME_SAMPLES_MAX];
        let codes = &mut codes[..length as usize];
        for _ in 0..due.packets {
            if !play.player.fill(codec, codes) {
                around.tell(EngineEvent::PlayEnded { leg: self.id, play: play.id, interrupted: false });
                return;
            }
            let header = Header { payload_type, marker: false, sequence: play.sequence, timestamp: play.timestamp, ssrc: 0 };
            play.timestamp = play.timestamp.wrapping_add(length);
            let Some(to) = self.target().map(|(to, _)| to) else {
                // Held: time goes on, nothing is sent.
                self.out.interrupt();
                continue;
            };
            play.sequence = play.sequence.wrapping_add(1);
            let span = Span { samples: length, event: false };
            if let Some(header) = self.out.rewrite(now, play.input, &header, span, payload_type) {
                self.send(to, &header, codes, None, counters);
            }
        }
        if first && due.packets > 0 {
            let interval = Duration::from_millis(u64::from(play.frame_ms));
            let next = (now + interval).0;
            pace = Pacer::new(Tick(next - next % GRID_US), interval);
        }
        play.pace = Some(pace);
        self.play = Some(play);
    }

    /// Where media goes, if any may be sent: to the source we locked to (symmetric RTP), before that where the SDP says.
    fn target(&self) -> Option<(SocketAddr, &Stream)> {
        let stream = self.stream.as_ref().filter(|stream| stream.direction.sends())?;
        let to = self.lock.locked().unwrap_or(stream.remote);
        (!to.ip().is_unspecified()).then_some((to, stream))
    }

    fn send(&mut self, to: SocketAddr, header: &Header, payload: &[u8], map: Option<&[u8; 256]>, counters: &mut EngineCounters) {
        let mut out = [0; PACKET_BYTES_MAX];
        let written = match map {
            Some(map) => rtp::write_mapped(header, payload, map, &mut out),
            None => rtp::write(header, payload, &mut out),
        };
        let sent = written.is_ok_and(|length| self.sockets.rtp.send_to(&out[..length], to).is_ok());
        if sent {
            self.packets_sent += 1;
            self.octets_sent += payload.len() as u64;
            counters.packets_out += 1;
        } else {
            // A full socket buffer or no route just now: as good as lost on the way. The sequence number stays used.
            counters.dropped += 1;
        }
    }
}
