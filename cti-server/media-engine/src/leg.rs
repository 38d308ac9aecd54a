//! One leg on its thread: what comes in. Whom it is passed on to is the worker's affair, what goes out is in `outgoing`, what only web
//! phones have in `web`.

use crate::counters::EngineCounters;
use crate::identity::Identity;
use crate::listening::Listening;
use crate::outgoing::Playing;
use crate::report::Reports;
use crate::sockets::Sockets;
use crate::srtp::Guard;
use crate::web::{Instants, WebEnd};
use bytes::BytesMut;
use cti_media::SAMPLE_RATE;
use cti_media::convert::Converter;
use cti_media::ear::Ear;
use cti_media::event::{Digit, DigitSender, EventPayload, EventReceiver};
use cti_media::forward::{Input, Rewriter};
use cti_media::playback::Pacer;
use cti_media::quality::{self, Impairment};
use cti_media::reception::Reception;
use cti_media::rtp::{self, Header};
use cti_media::source::{SourceLock, Verdict};
use cti_media::voice::Voice;
use cti_types::media::{Answerer, Codec, DetectReason, Direction, EngineEvent, Stream, StreamStats, Tap, TapSide};
use cti_types::tap::{FRAME_BYTES_MAX, TapFrame, TapSink};
use cti_types::web::Protection;
use cti_types::{LegId, Tick};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Comfort noise (RFC 3389), sent by some phones in pauses without having been agreed.
const COMFORT_NOISE: u8 = 13;

/// Silence after which the page of a standing leg is lost that is in no call. A browser checks its path every few seconds.
const IDLE_LOSS_AFTER: Duration = Duration::from_secs(10);

/// What every leg of a thread uses.
pub(crate) struct Surroundings {
    pub(crate) sink: Arc<dyn TapSink>,
    pub(crate) events: Arc<dyn Fn(EngineEvent) + Send + Sync>,
    pub(crate) loss_after: Duration,
    pub(crate) page_loss_after: Duration,
    pub(crate) rtcp_interval: Duration,
    pub(crate) identity: Option<Arc<Identity>>,
    pub(crate) instants: Instants,
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
    /// With the ticks a second of its duration.
    Event(EventPayload, u32),
    /// A sign of life, not passed on.
    Noise,
}

/// A packet that was accepted.
pub(crate) struct Received<'a> {
    pub(crate) input: Input,
    pub(crate) header: Header,
    /// Its timestamp without wraps, and the clock that is of.
    pub(crate) ticks: i64,
    pub(crate) clock: u32,
    pub(crate) content: Content,
    pub(crate) payload: &'a [u8],
    /// An event that is for us and for nobody who hears the leg.
    pub(crate) kept: bool,
}

impl Received<'_> {
    /// Of comfort noise, in −dBov. RFC 3389 3.1: the level is the first byte, its upper bit zero.
    pub(crate) fn noise_level(&self) -> u8 {
        self.payload.first().map_or(127, |level| level & 0x7F)
    }
}

pub(crate) struct Leg {
    /// Of a standing leg in a call: the call's.
    pub(crate) id: LegId,
    /// Set for a leg that stands without a call: its own id.
    pub(crate) standing: Option<LegId>,
    /// Unique on its thread for ever, unlike its slot.
    pub(crate) number: u64,
    pub(crate) port: u16,
    pub(crate) sockets: Sockets,
    pub(crate) stream: Option<Stream>,
    pub(crate) lock: SourceLock,
    /// Whom it hears, open or not (yet); at most [`HEARD_MAX`](cti_types::media::HEARD_MAX).
    pub(crate) hears: Vec<LegId>,
    /// Slots of the legs on this thread that hear it.
    pub(crate) listeners: Vec<usize>,
    /// It hears one leg with another codec.
    pub(crate) converter: Option<Box<Converter>>,
    /// The stream that is converted, or was last, before any other was passed on untouched.
    pub(crate) converted: Option<Input>,
    /// It is heard in a mix.
    pub(crate) voice: Option<Box<Voice>>,
    /// It hears a mix.
    pub(crate) ear: Option<Box<Ear>>,
    pub(crate) mixes: u32,
    pub(crate) out: Rewriter,
    pub(crate) play: Option<Playing>,
    pub(crate) plays: u32,
    pub(crate) digits: DigitSender,
    pub(crate) digit_pace: Option<Pacer>,
    pub(crate) digit_sequence: u16,
    pub(crate) digit_runs: u32,
    /// Its events pass to nobody.
    pub(crate) keeps_digits: bool,
    pub(crate) reports: Reports,
    pub(crate) reception: Reception,
    tap_received: Option<Tap>,
    tap_heard: Option<Tap>,
    pub(crate) packets_sent: u64,
    /// Those sent before the call of a standing leg.
    sent_before: u64,
    pub(crate) octets_sent: u64,
    /// When the timer heap next looks at this leg.
    pub(crate) wake: Tick,
    pub(crate) guard: Option<Box<Guard>>,
    pub(crate) web: Option<Box<WebEnd>>,
    pub(crate) listening: Listening,
    /// The codec received last, and the scores told last.
    codec: Option<Codec>,
    told: (f32, f32),
    events: EventReceiver,
    /// SSRC of the stream being received, and how many streams there were.
    ssrc: Option<u32>,
    source: u32,
    /// Its newest timestamp, the same without wraps, and the clock of its audio.
    timestamp: Option<(u32, i64)>,
    clock: u32,
    /// The last sign of life, or when media began to be expected.
    alive: Tick,
    lost: bool,
    pub(crate) foreign: u64,
    tap_dropped: u64,
}

impl Leg {
    pub(crate) fn new(id: LegId, number: u64, port: u16, sockets: Sockets, out: Rewriter, reports: Reports) -> Leg {
        Leg {
            id,
            standing: None,
            number,
            port,
            sockets,
            stream: None,
            lock: SourceLock::new(),
            hears: Vec::new(),
            listeners: Vec::new(),
            converter: None,
            converted: None,
            voice: None,
            ear: None,
            mixes: 0,
            out,
            play: None,
            plays: 0,
            digits: DigitSender::new(),
            digit_pace: None,
            digit_sequence: 0,
            digit_runs: 0,
            keeps_digits: false,
            reports,
            reception: Reception::new(),
            tap_received: None,
            tap_heard: None,
            packets_sent: 0,
            sent_before: 0,
            octets_sent: 0,
            wake: Tick(u64::MAX),
            guard: None,
            web: None,
            listening: Listening::default(),
            codec: None,
            told: (0.0, 0.0),
            events: EventReceiver::new(),
            ssrc: None,
            source: 0,
            timestamp: None,
            clock: SAMPLE_RATE,
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
        self.out.set_clock(stream.send.1.clock());
        self.set_protection(now, stream.srtp.as_ref(), around);
        let id = self.id;
        self.listening.agreed(&stream, |digit| around.tell(digit_event(id, digit)));
        if !self.misses_media() || self.standing.is_some() {
            self.alive = now;
        }
        self.stream = Some(stream);
        self.pace_play(now);
        if !self.misses_media() && self.lost {
            // Held now: its silence is agreed from here on.
            self.sign_of_life(now, around);
        }
    }

    /// Protection is agreed on, changed or gone. Without a guard where there should be one, nothing passes.
    fn set_protection(&mut self, now: Tick, protection: Option<&Protection>, around: &Surroundings) {
        let keys = match protection {
            Some(Protection::Web(web)) => return self.set_web(now, web, around),
            Some(Protection::Keys(keys)) => Some(keys),
            None => None,
        };
        if self.web.take().is_some() {
            self.guard = None;
        }
        let kept = match (&mut self.guard, keys) {
            (Some(guard), Some(keys)) => guard.change(keys),
            (_, _) => false,
        };
        if !kept {
            self.guard = keys.and_then(Guard::new).map(Box::new);
            if keys.is_some() && self.guard.is_none() {
                tracing::error!(leg = %self.id, "the suite agreed for encrypted media is not available");
            }
        }
    }

    /// A standing leg is this leg of a call from now on; its numbers are of the call alone.
    pub(crate) fn attach(&mut self, now: Tick, id: LegId) {
        self.id = id;
        self.alive = now;
        self.sent_before = self.packets_sent;
        (self.reception, self.foreign, self.tap_dropped, self.told) = (Reception::new(), 0, 0, (0.0, 0.0));
        self.reports.begin(self.packets_sent, false);
    }

    /// The call is over; nothing of it is left.
    pub(crate) fn detach(&mut self, now: Tick, standing: LegId, around: &Surroundings) {
        self.finish(around);
        self.out.interrupt();
        self.hears.clear();
        self.listeners.clear();
        (self.converter, self.converted, self.voice, self.ear) = (None, None, None, None);
        self.digits.clear();
        (self.digit_pace, self.keeps_digits) = (None, false);
        self.listening.detect(now, None);
        self.set_tap(None);
        self.id = standing;
        self.told = (0.0, 0.0);
    }

    /// Whether it stands, and is in a call.
    pub(crate) fn is_attached(&self) -> bool {
        self.standing.is_some_and(|standing| standing != self.id)
    }

    /// The page of a standing leg is another from now on.
    pub(crate) fn begin_anew(&mut self) {
        if self.standing.is_some() {
            self.reports.begin(self.packets_sent, true);
        }
    }

    /// The page of a standing leg can be heard, and hears.
    pub(crate) fn tell_connected(&mut self, around: &Surroundings) {
        if let Some(leg) = self.standing
            && !self.awaits_keys()
        {
            self.lost = false;
            around.tell(EngineEvent::Connected { leg });
        }
    }

    /// A web phone's handshake is done: media begins now, and is missed from now on.
    pub(crate) fn keys_came(&mut self, now: Tick) {
        self.alive = now;
        self.pace_play(now);
    }

    /// The stream is to be encrypted.
    pub(crate) fn is_guarded(&self) -> bool {
        self.stream.as_ref().is_some_and(|stream| stream.srtp.is_some())
    }

    /// What an encrypted datagram says; `None`, counted, when it is not theirs. Before anything is learnt from it.
    pub(crate) fn unseal(&mut self, from: SocketAddr, bytes: &[u8], counters: &mut EngineCounters) -> Option<BytesMut> {
        if self.may_be_theirs(from) {
            if let Some(opened) = self.guard.as_mut().and_then(|guard| guard.open(bytes)) {
                return Some(opened);
            }
            counters.unauthentic += 1;
        }
        self.foreign += 1;
        counters.foreign += 1;
        None
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
        // A web phone's has shown password and tag: there is nothing to guess.
        let verdict = if self.web.is_some() { Verdict::Accept } else { self.lock.check(now, from, header.ssrc, header.sequence) };
        match verdict {
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
        if let Content::Audio(codec) = content {
            self.clock = codec.clock();
        }
        let timestamp = matches!(content, Content::Audio(_)).then_some((header.timestamp, self.clock));
        self.reception.packet(now, header.ssrc, header.sequence, timestamp);
        match content {
            Content::Audio(codec) => {
                let id = self.id;
                self.codec = Some(codec);
                let verdict = self.listening.hear(now, codec, payload, |digit| around.tell(digit_event(id, digit)));
                self.tell_verdict(verdict, around);
                self.copy(now, header.timestamp, codec, payload, around, counters);
            }
            Content::Event(event, clock) => {
                let id = self.id;
                self.events.set_clock(clock);
                self.events.receive(now, header.timestamp, event, |digit| around.tell(digit_event(id, digit)));
            }
            Content::Noise => {}
        }
        let ticks = self.unwrap(header.timestamp);
        let kept = self.keeps_digits && matches!(content, Content::Event(..));
        let input = Input::Leg { leg: self.number, source: self.source };
        Some(Received { input, header, ticks, clock: self.clock, content, payload, kept })
    }

    /// A timestamp without wraps: the nearer way round is the right one (RFC 3550 5.1).
    fn unwrap(&mut self, timestamp: u32) -> i64 {
        let (last, place) = self.timestamp.unwrap_or((timestamp, i64::from(timestamp)));
        let place = place + i64::from(timestamp.wrapping_sub(last) as i32);
        self.timestamp = Some((timestamp, place));
        place
    }

    /// What it says, for those who hear it in a mix.
    pub(crate) fn speak(&mut self, now: Tick, said: &Received<'_>) {
        let Some(voice) = &mut self.voice else { return };
        match said.content {
            Content::Audio(codec) => voice.audio(now, self.source, &said.header, codec, said.payload),
            Content::Event(..) => voice.other(now, self.source, &said.header),
            Content::Noise => voice.noise(now, self.source, &said.header, said.noise_level()),
        }
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

    fn loss_after(&self, around: &Surroundings) -> Duration {
        match self.standing {
            None => around.loss_after,
            Some(_) if self.is_attached() => around.page_loss_after,
            Some(_) => IDLE_LOSS_AFTER,
        }
    }

    /// The next moment this leg wants to be looked at though no packet comes.
    pub(crate) fn deadline(&self, around: &Surroundings) -> Tick {
        let never = Tick(u64::MAX);
        let loss = if self.misses_media() && !self.lost { self.alive + self.loss_after(around) } else { never };
        let digits = self.digit_pace.map_or(never, |pace| pace.next());
        let event = self.events.deadline().unwrap_or(never);
        let known = loss.min(digits).min(event).min(self.listening.deadline()).min(self.play_deadline()).min(self.reports.next);
        known.min(self.web_deadline()).min(self.conversion_deadline())
    }

    /// What is due on the receiving side.
    pub(crate) fn check_reception(&mut self, now: Tick, around: &Surroundings) {
        let id = self.id;
        self.events.expire(now, |digit| around.tell(digit_event(id, digit)));
        let verdict = self.listening.look(now);
        self.tell_verdict(verdict, around);
        if self.misses_media() && now >= self.alive + self.loss_after(around) {
            self.lose(around);
        }
        self.web_due(now, around);
    }

    /// Nothing more is heard of the far side, or it no longer consents to be sent anything.
    pub(crate) fn lose(&mut self, around: &Surroundings) {
        if !std::mem::replace(&mut self.lost, true) {
            around.tell(EngineEvent::MediaLost { leg: self.id });
        }
    }

    fn tell_verdict(&self, verdict: Option<(Answerer, DetectReason)>, around: &Surroundings) {
        if let Some((answerer, reason)) = verdict {
            around.tell(EngineEvent::Detected { leg: self.id, answerer, reason });
        }
    }

    /// Tells how the leg sounds once it is known, and when that has changed.
    pub(crate) fn tell_quality(&mut self, around: &Surroundings) {
        const NEWS: f32 = 0.3;
        let stats = self.stats();
        let moved = |score: f32, told: f32| score > 0.0 && (score - told).abs() >= NEWS;
        if moved(stats.score_heard, self.told.0) || moved(stats.score_far, self.told.1) {
            let measured = |score: f32, told: f32| if score > 0.0 { score } else { told };
            self.told = (measured(stats.score_heard, self.told.0), measured(stats.score_far, self.told.1));
            around.tell(EngineEvent::Quality { leg: self.id, stats });
        }
    }

    /// What is still open is over: a pressed digit, a playback.
    pub(crate) fn finish(&mut self, around: &Surroundings) {
        let id = self.id;
        self.events.reset(|digit| around.tell(digit_event(id, digit)));
        self.listening.end_keys(|digit| around.tell(digit_event(id, digit)));
        self.stop_play(around);
    }

    pub(crate) fn stats(&self) -> StreamStats {
        let round_trip = Duration::from_secs_f32(self.reports.round_trip_ms.clamp(0.0, 10_000.0) / 1000.0);
        let score = |codec: Codec, loss: f32, jitter_ms: f32| {
            let jitter = Duration::from_secs_f32(jitter_ms.clamp(0.0, 10_000.0) / 1000.0);
            quality::opinion(quality::rating(&Impairment { codec, loss, jitter, round_trip }))
        };
        let (received, lost) = (self.reception.received(), self.reception.lost());
        let loss = lost as f32 / (received + lost).max(1) as f32;
        let sent = self.stream.as_ref().map(|stream| stream.send.1).filter(|_| self.reports.heard_of_us);
        StreamStats {
            score_heard: self.codec.map_or(0.0, |codec| score(codec, loss, self.reception.jitter_ms())),
            score_far: sent.map_or(0.0, |codec| score(codec, self.reports.far_loss, self.reports.far_jitter_ms)),
            packets_sent: self.packets_sent - self.sent_before,
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
            Content::Event(EventPayload::parse(payload)?, SAMPLE_RATE)
        } else if stream.wide_event_receive == Some(number) {
            Content::Event(EventPayload::parse(payload)?, Codec::Opus.clock())
        } else if number == COMFORT_NOISE && (self.web.is_some() || self.lock.locked() == Some(from)) {
            Content::Noise
        } else {
            return None;
        };
        Some((header, content, payload))
    }

    fn new_source(&mut self, ssrc: u32, around: &Surroundings) {
        let id = self.id;
        self.events.reset(|digit| around.tell(digit_event(id, digit)));
        self.listening.end_keys(|digit| around.tell(digit_event(id, digit)));
        self.ssrc = Some(ssrc);
        self.timestamp = None;
        self.source = self.source.wrapping_add(1);
    }

    /// Begins or ends a copy; `None` ends both.
    pub(crate) fn set_tap(&mut self, tap: Option<Tap>) {
        match tap {
            Some(tap) if tap.side == TapSide::Received => self.tap_received = Some(tap),
            Some(tap) => self.tap_heard = Some(tap),
            None => (self.tap_received, self.tap_heard) = (None, None),
        }
    }

    /// A copy of what came from the far side.
    fn copy(&mut self, at: Tick, timestamp: u32, codec: Codec, payload: &[u8], around: &Surroundings, counters: &mut EngineCounters) {
        let Some(tap) = self.tap_received else { return };
        self.tap_dropped += hand_over(tap, Piece { at, timestamp, source: self.source, codec, payload }, around, counters);
    }

    /// A copy of what has just gone to the far side, with the timestamp it went with.
    pub(crate) fn copy_heard(
        &mut self,
        (at, timestamp): (Tick, u32),
        codec: Codec,
        payload: &[u8],
        around: &Surroundings,
        counters: &mut EngineCounters,
    ) {
        let Some(tap) = self.tap_heard else { return };
        self.tap_dropped += hand_over(tap, Piece { at, timestamp, source: self.out.run(), codec, payload }, around, counters);
    }
}

/// The audio of one packet, to be copied.
struct Piece<'a> {
    at: Tick,
    timestamp: u32,
    source: u32,
    codec: Codec,
    payload: &'a [u8],
}

/// Gives a copy to the recorder; says how many frames it could not take.
fn hand_over(tap: Tap, piece: Piece<'_>, around: &Surroundings, counters: &mut EngineCounters) -> u64 {
    let Tap { recording, channel, side: _ } = tap;
    let Piece { at, source, codec, .. } = piece;
    let frame = TapFrame { recording, channel, at, timestamp: piece.timestamp, source, codec, payload: piece.payload.into() };
    let dropped = u64::from(piece.payload.len() > FRAME_BYTES_MAX || !around.sink.push(frame));
    counters.tap_dropped += dropped;
    dropped
}

fn digit_event(leg: LegId, Digit { digit, duration_ms }: Digit) -> EngineEvent {
    EngineEvent::Digit { leg, digit, duration_ms }
}
