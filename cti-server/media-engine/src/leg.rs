//! One leg on its thread: what comes in. Whom it is passed on to is the worker's affair, what goes out is in `outgoing`.

use crate::counters::EngineCounters;
use crate::outgoing::Playing;
use crate::report::Reports;
use crate::sockets::Pair;
use cti_media::event::{Digit, DigitSender, EventPayload, EventReceiver};
use cti_media::forward::{Input, Rewriter};
use cti_media::playback::Pacer;
use cti_media::reception::Reception;
use cti_media::rtp::{self, Header};
use cti_media::source::{SourceLock, Verdict};
use cti_types::media::{Codec, Direction, EngineEvent, Stream, StreamStats, Tap};
use cti_types::tap::{FRAME_BYTES_MAX, TapFrame, TapSink};
use cti_types::{LegId, Tick};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Comfort noise (RFC 3389), sent by some phones in pauses without having been agreed.
const COMFORT_NOISE: u8 = 13;

/// What every leg of a thread uses.
pub(crate) struct Surroundings {
    pub(crate) sink: Arc<dyn TapSink>,
    pub(crate) events: Arc<dyn Fn(EngineEvent) + Send + Sync>,
    pub(crate) loss_after: Duration,
    pub(crate) rtcp_interval: Duration,
}

impl Surroundings {
    pub(crate) fn tell(&self, event: EngineEvent) {
        (self.events)(event);
    }
}

/// What a packet carries, by its payload type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Audio(Codec),
    Event(EventPayload),
    /// A sign of life, not passed on.
    Noise,
}

/// A packet that was accepted.
pub(crate) struct Received<'a> {
    pub(crate) input: Input,
    pub(crate) header: Header,
    pub(crate) content: Content,
    pub(crate) payload: &'a [u8],
}

pub(crate) struct Leg {
    pub(crate) id: LegId,
    /// Unique on its thread for ever, unlike its slot.
    pub(crate) number: u64,
    pub(crate) port: u16,
    pub(crate) sockets: Pair,
    pub(crate) stream: Option<Stream>,
    pub(crate) lock: SourceLock,
    /// Whom it hears, open or not (yet).
    pub(crate) hears: Option<LegId>,
    /// Slots of the legs on this thread that hear it.
    pub(crate) listeners: Vec<usize>,
    pub(crate) out: Rewriter,
    pub(crate) play: Option<Playing>,
    pub(crate) plays: u32,
    pub(crate) digits: DigitSender,
    pub(crate) digit_pace: Option<Pacer>,
    pub(crate) digit_sequence: u16,
    pub(crate) digit_runs: u32,
    pub(crate) reports: Reports,
    pub(crate) reception: Reception,
    pub(crate) tap: Option<Tap>,
    pub(crate) packets_sent: u64,
    pub(crate) octets_sent: u64,
    /// When the timer heap next looks at this leg.
    pub(crate) wake: Tick,
    events: EventReceiver,
    /// SSRC of the stream being received, and how many streams there were.
    ssrc: Option<u32>,
    source: u32,
    /// The last sign of life, or when media began to be expected.
    alive: Tick,
    lost: bool,
    foreign: u64,
    tap_dropped: u64,
}

impl Leg {
    pub(crate) fn new(id: LegId, number: u64, port: u16, sockets: Pair, out: Rewriter, reports: Reports) -> Leg {
        Leg {
            id,
            number,
            port,
            sockets,
            stream: None,
            lock: SourceLock::new(),
            hears: None,
            listeners: Vec::new(),
            out,
            play: None,
            plays: 0,
            digits: DigitSender::new(),
            digit_pace: None,
            digit_sequence: 0,
            digit_runs: 0,
            reports,
            reception: Reception::new(),
            tap: None,
            packets_sent: 0,
            octets_sent: 0,
            wake: Tick(u64::MAX),
            events: EventReceiver::new(),
            ssrc: None,
            source: 0,
            alive: Tick(0),
            lost: false,
            foreign: 0,
            tap_dropped: 0,
        }
    }

    /// Signalling agreed on a stream.
    pub(crate) fn set_stream(&mut self, now: Tick, stream: Stream, around: &Surroundings) {
        self.lock.signalled(now, stream.remote, &stream.also_from);
        self.out.set_ptime(stream.ptime_ms);
        if !self.misses_media() {
            self.alive = now;
        }
        if let Some(play) = &mut self.play {
            play.set_ptime(now, stream.ptime_ms);
        }
        self.stream = Some(stream);
        if !self.misses_media() && self.lost {
            // Held now: its silence is agreed from here on.
            self.sign_of_life(now, around);
        }
    }

    /// Judges one datagram. `None`: it is not accepted, and is counted.
    pub(crate) fn receive<'a>(
        &mut self,
        now: Tick,
        from: SocketAddr,
        bytes: &'a [u8],
        around: &Surroundings,
        counters: &mut EngineCounters,
    ) -> Option<Received<'a>> {
        let Some((header, content, payload)) = self.understand(from, bytes) else {
            self.foreign += 1;
            counters.foreign += 1;
            return None;
        };
        if !self.expects_media() {
            // Packets under way when a hold begins: from the right one, but nobody is to hear them.
            counters.dropped += 1;
            return None;
        }
        match self.lock.check(now, from, header.ssrc, header.sequence) {
            Verdict::Foreign => {
                self.foreign += 1;
                counters.foreign += 1;
                return None;
            }
            Verdict::Locked => self.new_source(header.ssrc, around),
            Verdict::Accept if self.ssrc != Some(header.ssrc) => self.new_source(header.ssrc, around),
            Verdict::Accept => {}
        }
        counters.packets_in += 1;
        self.sign_of_life(now, around);
        let clock = matches!(content, Content::Audio(_)).then_some(header.timestamp);
        self.reception.packet(now, header.ssrc, header.sequence, clock);
        match content {
            Content::Audio(codec) => self.copy(now, header.timestamp, codec, payload, around, counters),
            Content::Event(event) => {
                let id = self.id;
                self.events.receive(now, header.timestamp, event, |digit| around.tell(digit_event(id, digit)));
            }
            Content::Noise => {}
        }
        Some(Received { input: Input::Leg { leg: self.number, source: self.source }, header, content, payload })
    }

    /// Anything that shows the far side is there.
    pub(crate) fn sign_of_life(&mut self, now: Tick, around: &Surroundings) {
        self.alive = now;
        if std::mem::take(&mut self.lost) {
            around.tell(EngineEvent::MediaBack { leg: self.id });
        }
    }

    /// Media was agreed in our direction.
    pub(crate) fn expects_media(&self) -> bool {
        self.stream.as_ref().is_some_and(|stream| stream.direction.receives())
    }

    /// Media was told lost and is not back.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost
    }

    /// Whether silence would mean that media is lost. A far side that holds (`sendonly`) may play music to us, or send nothing.
    fn misses_media(&self) -> bool {
        self.stream.as_ref().is_some_and(|stream| stream.direction == Direction::SendRecv)
    }

    /// The next moment this leg wants to be looked at though no packet comes.
    pub(crate) fn deadline(&self, around: &Surroundings) -> Tick {
        let never = Tick(u64::MAX);
        let loss = if self.misses_media() && !self.lost { self.alive + around.loss_after } else { never };
        let digits = self.digit_pace.map_or(never, |pace| pace.next());
        let event = self.events.deadline().unwrap_or(never);
        loss.min(digits).min(event).min(self.play_deadline()).min(self.reports.next)
    }

    /// What is due on the receiving side.
    pub(crate) fn check_reception(&mut self, now: Tick, around: &Surroundings) {
        let id = self.id;
        self.events.expire(now, |digit| around.tell(digit_event(id, digit)));
        if self.misses_media() && !self.lost && now >= self.alive + around.loss_after {
            self.lost = true;
            around.tell(EngineEvent::MediaLost { leg: self.id });
        }
    }

    /// What is still open is over: a pressed digit, a playback.
    pub(crate) fn finish(&mut self, around: &Surroundings) {
        let id = self.id;
        self.events.reset(|digit| around.tell(digit_event(id, digit)));
        self.stop_play(around);
    }

    pub(crate) fn stats(&self) -> StreamStats {
        StreamStats {
            packets_sent: self.packets_sent,
            packets_received: self.reception.received(),
            packets_lost: self.reception.lost(),
            packets_foreign: self.foreign,
            jitter_ms: self.reception.jitter_ms(),
            round_trip_ms: self.reports.round_trip_ms,
            far_loss: self.reports.far_loss,
            tap_dropped: self.tap_dropped,
        }
    }

    /// Header, content and payload if this is RTP of an agreed payload type.
    fn understand<'a>(&self, from: SocketAddr, bytes: &'a [u8]) -> Option<(Header, Content, &'a [u8])> {
        let stream = self.stream.as_ref()?;
        let (header, payload) = rtp::parse(bytes).ok()?;
        let number = header.payload_type;
        let content = if let Some((_, codec)) = stream.accept.iter().find(|(known, _)| *known == number) {
            (!payload.is_empty()).then_some(Content::Audio(*codec))?
        } else if stream.event_receive == Some(number) {
            Content::Event(EventPayload::parse(payload)?)
        } else if number == COMFORT_NOISE && self.lock.locked() == Some(from) {
            Content::Noise
        } else {
            return None;
        };
        Some((header, content, payload))
    }

    fn new_source(&mut self, ssrc: u32, around: &Surroundings) {
        let id = self.id;
        self.events.reset(|digit| around.tell(digit_event(id, digit)));
        self.ssrc = Some(ssrc);
        self.source = self.source.wrapping_add(1);
    }

    /// A copy for the recording.
    fn copy(&mut self, at: Tick, timestamp: u32, codec: Codec, payload: &[u8], around: &Surroundings, counters: &mut EngineCounters) {
        let Some(Tap { recording, channel }) = self.tap else { return };
        for (index, part) in payload.chunks(FRAME_BYTES_MAX).enumerate() {
            let timestamp = timestamp.wrapping_add((index * FRAME_BYTES_MAX) as u32);
            let frame = TapFrame { recording, channel, at, timestamp, source: self.source, codec, payload: part.into() };
            if !around.sink.push(frame) {
                self.tap_dropped += 1;
                counters.tap_dropped += 1;
            }
        }
    }
}

fn digit_event(leg: LegId, Digit { digit, duration_ms }: Digit) -> EngineEvent {
    EngineEvent::Digit { leg, digit, duration_ms }
}
