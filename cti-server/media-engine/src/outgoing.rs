//! What a leg sends: what it hears, what is played to it, digits. All of it is one stream through the leg's rewriter.

use crate::counters::EngineCounters;
use crate::leg::{Content, Leg, Received, Surroundings};
use cti_media::codec::{Encoder, PAYLOAD_BYTES_MAX};
use cti_media::convert::{Converted, Converter};
use cti_media::ear::Ear;
use cti_media::event::{DIGIT_STEP, EventPayload};
use cti_media::forward::{Input, Span};
use cti_media::playback::{Pacer, Player};
use cti_media::resample::Resampler;
use cti_media::rtp::{self, Header, PACKET_BYTES_MAX};
use cti_media::{SAMPLE_RATE, codec, g711, keys, samples_of_ms, ticks_of};
use cti_types::media::{Clip, Codec, EngineEvent, SILENCE, Stream};
use cti_types::{PlayId, Tick};
use std::net::SocketAddr;
use std::time::Duration;

/// Playing legs of one thread are woken together on this grid, to spare wakes. It only moves the second packet of a playback.
const GRID_US: u64 = 5000;
/// The longest packet sent.
const FRAME_MS_MAX: u32 = 60;
/// The playback that is keys; nobody asked for it by this id, so nobody misses its end.
const TONES: PlayId = PlayId::from_u128(0);
/// A key as tones, and the silence behind it: as with events.
const DIGIT_PRESSED_MS: u32 = 100;
const DIGIT_PAUSE_SAMPLES: usize = samples_of_ms(60) as usize;
/// Samples of a clip in it.
const FRAME_SAMPLES_MAX: usize = samples_of_ms(FRAME_MS_MAX) as usize;

/// A playback under way.
pub(crate) struct Playing {
    id: PlayId,
    player: Player,
    /// `None` until the stream is agreed, and a web phone's keys are there: nothing of a greeting is lost by being asked for early.
    pace: Option<Pacer>,
    frame_ms: u8,
    input: Input,
    sequence: u16,
    timestamp: u32,
    /// For codecs other than G.711.
    encoder: Option<(Encoder, Resampler)>,
}

impl Playing {
    /// The payload of the next packet, and its length; `None` when nothing is left.
    fn next(&mut self, codec: Codec, payload: &mut [u8]) -> Option<usize> {
        let length = samples_of_ms(u32::from(self.frame_ms).min(FRAME_MS_MAX)) as usize;
        if codec.is_g711() {
            return self.player.fill(codec, &mut payload[..length]).then_some(length);
        }
        let mut samples = [0; FRAME_SAMPLES_MAX];
        if !self.player.fill_samples(&mut samples[..length]) {
            return None;
        }
        let fresh = self.encoder.take().filter(|(encoder, _)| encoder.codec() == codec);
        let fresh = fresh.or_else(|| Some((Encoder::new(codec), Resampler::new(SAMPLE_RATE, codec.sample_rate())?)));
        let (encoder, resampler) = self.encoder.insert(fresh?);
        let mut wide = Vec::with_capacity(FRAME_SAMPLES_MAX * 6);
        resampler.run(&samples[..length], &mut wide);
        Some(encoder.encode(&wide, payload))
    }

    fn set_ptime(&mut self, now: Tick, ptime_ms: u8) {
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
        self.play = Some(Playing {
            id,
            player: Player::new(clips, repeat, offset_ms),
            pace: None,
            frame_ms: 20,
            input: Input::Play(self.plays),
            sequence: 0,
            timestamp: 0,
            encoder: None,
        });
        self.pace_play(now);
    }

    /// A playback begins, or goes on at another packet time, when something can be sent.
    pub(crate) fn pace_play(&mut self, now: Tick) {
        if self.awaits_keys() {
            return;
        }
        if let (Some(play), Some(stream)) = (&mut self.play, &self.stream) {
            play.set_ptime(now, stream.ptime_ms);
        }
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

    /// Queues digits to send: as events, or as tones where the far side takes none.
    pub(crate) fn send_digits(&mut self, now: Tick, digits: &str, around: &Surroundings) {
        if self.stream.as_ref().and_then(events_out).is_none() {
            return self.send_tones(now, digits, around);
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

    /// Tones are played like anything else, each after the one before it. Whoever hears music is to press no keys.
    fn send_tones(&mut self, now: Tick, digits: &str, around: &Surroundings) {
        let tone = |key| keys::tones_of(key, DIGIT_PRESSED_MS).map(|tone| [tone, vec![0; DIGIT_PAUSE_SAMPLES]].concat());
        let samples: Vec<i16> = digits.chars().filter_map(tone).flatten().collect();
        let clip = Clip { name: "keys".into(), samples: samples.into() };
        match &mut self.play {
            Some(play) if play.id == TONES || play.id == SILENCE => play.player.append(clip),
            Some(_) => tracing::debug!(leg = %self.id, "keys not sent: something is played"),
            None => self.start_play(now, TONES, vec![clip], false, 0, around),
        }
    }

    /// What it hears changes, and comes from a mix or from one leg.
    pub(crate) fn set_mixed(&mut self, mixed: bool) {
        if mixed && self.ear.is_none() {
            self.mixes = self.mixes.wrapping_add(1);
            self.ear = Some(Box::new(Ear::new(Codec::Pcmu)));
        } else if !mixed {
            self.ear = None;
            self.out.interrupt();
        }
        self.converter = None;
    }

    /// Samples a second of the mix it wants; `None` without an ear or a stream.
    pub(crate) fn mix_rate(&mut self) -> Option<u32> {
        let (_, codec) = self.stream.as_ref()?.send;
        let ear = self.ear.as_mut()?;
        ear.follow(codec);
        Some(ear.rate())
    }

    /// One frame of the mix it hears; `skipped` frames before it were not mixed.
    pub(crate) fn hear_mix(&mut self, now: Tick, sum: &[i32], skipped: u32, around: &Surroundings, counters: &mut EngineCounters) {
        let Some(mut ear) = self.ear.take() else { return };
        ear.skip(skipped);
        ear.push(sum);
        let target = self.target().map(|(to, stream)| (to, stream.send, stream.ptime_ms));
        match target {
            None => {
                self.out.interrupt();
                ear.forget();
            }
            Some(_) if self.play.is_some() || self.digit_pace.is_some() => ear.forget(),
            Some((to, (payload_type, codec), ptime_ms)) => {
                let input = Input::Mix(self.mixes);
                let mut payload = [0; PAYLOAD_BYTES_MAX];
                while let Some(packet) = ear.packet(ptime_ms, &mut payload) {
                    let payload = &payload[..packet.length];
                    let header = Header { payload_type, marker: false, sequence: packet.sequence, timestamp: packet.timestamp, ssrc: 0 };
                    let span = Span { samples: packet.span, event: false };
                    if let Some(header) = self.out.rewrite(now, input, &header, span, payload_type) {
                        self.send(to, &header, payload, None, counters);
                        self.copy_heard((now, header.timestamp), codec, payload, around, counters);
                    }
                }
            }
        }
        self.ear = Some(ear);
    }

    /// A packet of a leg this one hears.
    pub(crate) fn hear(&mut self, now: Tick, heard: &Received<'_>, around: &Surroundings, counters: &mut EngineCounters) {
        if self.ear.is_some() || self.play.is_some() || self.digit_pace.is_some() {
            return;
        }
        let Some((to, stream)) = self.target() else {
            self.out.interrupt();
            return;
        };
        match heard.content {
            Content::Audio(codec) => {
                let (payload_type, wanted) = stream.send;
                if codec != wanted && !(codec.is_g711() && wanted.is_g711()) {
                    self.conversion(now, heard.input, wanted).audio(now, &heard.header, codec, heard.payload);
                    return;
                }
                if self.converted.take().is_some() {
                    self.converter = None;
                    self.out.interrupt();
                }
                let span = Span { samples: ticks_of(codec::length(codec, heard.payload), codec.clock()), event: false };
                let Some(header) = self.out.rewrite(now, heard.input, &heard.header, span, payload_type) else {
                    counters.dropped += 1;
                    return;
                };
                self.send(to, &header, heard.payload, g711::transcode_table(codec, wanted), counters);
                self.copy_heard((now, header.timestamp), codec, heard.payload, around, counters);
            }
            Content::Event(event, clock) => {
                let agreed = (stream.send.1, events_out(stream));
                self.hear_event(now, to, heard, (event, clock), agreed, counters);
            }
            Content::Noise if self.converted == Some(heard.input) => {
                let wanted = stream.send.1;
                self.conversion(now, heard.input, wanted).noise(now, &heard.header, heard.noise_level());
            }
            Content::Noise => self.out.skip(heard.input, heard.header.sequence),
        }
    }

    /// The conversion of what is heard into the codec that is sent: the one under way, or a new one.
    fn conversion(&mut self, now: Tick, input: Input, wanted: Codec) -> &mut Converter {
        let goes_on = self.converted == Some(input) && self.converter.as_ref().is_some_and(|known| known.codec() == wanted);
        if !goes_on {
            // It has numbers of its own.
            self.out.interrupt();
            self.converted = Some(input);
            self.converter = None;
        }
        self.converter.get_or_insert_with(|| Box::new(Converter::new(now, wanted)))
    }

    pub(crate) fn conversion_deadline(&self) -> Tick {
        self.converter.as_ref().map_or(Tick(u64::MAX), |converter| converter.deadline())
    }

    /// Sends what is converted by now. The conversion is over when something else is sent, nothing may be, or nobody speaks.
    fn conversion_due(&mut self, now: Tick, around: &Surroundings, counters: &mut EngineCounters) {
        let (Some(mut converter), Some(input)) = (self.converter.take(), self.converted) else { return };
        if self.ear.is_some() || self.play.is_some() || self.digit_pace.is_some() {
            return;
        }
        let target = self.target().map(|(to, stream)| (to, stream.send, stream.ptime_ms));
        let Some((to, (payload_type, codec), ptime_ms)) = target.filter(|(_, (_, codec), _)| *codec == converter.codec()) else { return };
        converter.due(now, ptime_ms, |packet, payload| {
            let Converted { sequence, timestamp, span, marker } = packet;
            let header = Header { payload_type, marker, sequence, timestamp, ssrc: 0 };
            let Some(header) = self.out.rewrite(now, input, &header, Span { samples: span, event: false }, payload_type) else {
                counters.dropped += 1;
                return;
            };
            self.send(to, &header, payload, None, counters);
            self.copy_heard((now, header.timestamp), codec, payload, around, counters);
        });
        if !converter.is_over() {
            self.converter = Some(converter);
        }
    }

    /// An event of the leg it hears, on the clock of what it is sent.
    fn hear_event(
        &mut self,
        now: Tick,
        to: SocketAddr,
        heard: &Received<'_>,
        (event, clock): (EventPayload, u32),
        (codec, events): (Codec, Option<(u8, u32)>),
        counters: &mut EngineCounters,
    ) {
        let mut header = heard.header;
        let events = events.filter(|_| !heard.kept);
        if self.converted == Some(heard.input) {
            let converter = self.conversion(now, heard.input, codec);
            converter.other(now, &header);
            let Some(numbers) = events.and_then(|_| converter.event(&header)) else { return };
            (header.sequence, header.timestamp) = numbers;
        } else if codec.clock() != heard.clock {
            header.timestamp = (heard.ticks * i64::from(codec.clock()) / i64::from(heard.clock)) as u32;
        }
        let Some((payload_type, wanted)) = events else { return self.out.skip(heard.input, header.sequence) };
        let duration = (u32::from(event.duration) * (wanted / 1000) / (clock / 1000)).min(u32::from(u16::MAX));
        let span = Span { samples: duration, event: true };
        let Some(header) = self.out.rewrite(now, heard.input, &header, span, payload_type) else {
            counters.dropped += 1;
            return;
        };
        if wanted == clock {
            self.send(to, &header, heard.payload, None, counters);
        } else {
            self.send(to, &header, &EventPayload { duration: duration as u16, ..event }.bytes(), None, counters);
        }
    }

    /// What is due on the sending side.
    pub(crate) fn send_due(&mut self, now: Tick, around: &Surroundings, counters: &mut EngineCounters) {
        self.digits_due(now, counters);
        self.conversion_due(now, around, counters);
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
            let agreed = self.target().and_then(|(to, stream)| Some((to, events_out(stream)?, stream.send.1.clock())));
            let Some((to, (payload_type, clock), stream_clock)) = agreed else {
                // Held or renegotiated meanwhile: digits make no sense later.
                self.digits.clear();
                self.digit_pace = None;
                return;
            };
            let Some(mut packet) = self.digits.step() else {
                self.digit_pace = None;
                return;
            };
            // The sender counts eighths of a millisecond.
            packet.timestamp = packet.timestamp.wrapping_mul(stream_clock / SAMPLE_RATE);
            packet.payload.duration = packet.payload.duration.saturating_mul((clock / SAMPLE_RATE) as u16);
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
        let length = u32::from(play.frame_ms).min(FRAME_MS_MAX) * (codec.clock() / 1000);
        let first = play.sequence == 0 && play.timestamp == 0;
        let due = pace.due(now);
        play.timestamp = play.timestamp.wrapping_add(due.skipped.wrapping_mul(length));
        let mut payload = [0; PAYLOAD_BYTES_MAX];
        for _ in 0..due.packets {
            let Some(bytes) = play.next(codec, &mut payload) else {
                around.tell(EngineEvent::PlayEnded { leg: self.id, play: play.id, interrupted: false });
                return;
            };
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
                self.send(to, &header, &payload[..bytes], None, counters);
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

    /// Where media goes, if any may be sent: to the source we locked to (symmetric RTP), before that where the SDP says; to a web phone
    /// where its checks came from, once there are keys.
    fn target(&self) -> Option<(SocketAddr, &Stream)> {
        let stream = self.stream.as_ref().filter(|stream| stream.direction.sends())?;
        if let Some(web) = &self.web {
            return web.path.target().filter(|_| !self.awaits_keys()).map(|to| (to, stream));
        }
        let to = self.lock.locked().unwrap_or(stream.remote);
        (!to.ip().is_unspecified()).then_some((to, stream))
    }

    /// Gives a packet to the kernel, encrypted where that was agreed: never in the clear instead.
    fn put_out(&mut self, packet: &[u8], to: SocketAddr) -> bool {
        if !self.is_guarded() {
            return self.sockets.rtp().send_to(packet, to).is_ok();
        }
        let sealed = self.guard.as_mut().and_then(|guard| guard.seal(packet));
        sealed.is_some_and(|sealed| self.sockets.rtp().send_to(&sealed, to).is_ok())
    }

    fn send(&mut self, to: SocketAddr, header: &Header, payload: &[u8], map: Option<&[u8; 256]>, counters: &mut EngineCounters) {
        let mut out = [0; PACKET_BYTES_MAX];
        let written = match map {
            Some(map) => rtp::write_mapped(header, payload, map, &mut out),
            None => rtp::write(header, payload, &mut out),
        };
        let sent = written.is_ok_and(|length| self.put_out(&out[..length], to));
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

/// How events are sent: with the clock of the audio beside them where that was agreed, else with the other.
fn events_out(stream: &Stream) -> Option<(u8, u32)> {
    let usual = stream.event_send.map(|number| (number, SAMPLE_RATE));
    let wide = stream.wide_event_send.map(|number| (number, Codec::Opus.clock()));
    if stream.send.1.clock() == SAMPLE_RATE { usual.or(wide) } else { wide.or(usual) }
}
