//! One leg's received audio as frames for a mix: put in order, decoded, made up where it is lost, at the rates listeners want.
//!
//! It is fed packets as they come and pulled once every 20 ms. What is decoded is decoded once, however many listen.

use crate::codec::{self, Decoder};
use crate::conceal::Concealer;
use crate::jitter::{JitterBuffer, Pull};
use crate::resample::Resampler;
use crate::rtp::Header;
use cti_types::Tick;
use cti_types::media::Codec;
use std::time::Duration;

/// The time of one frame of a mix.
pub const FRAME: Duration = Duration::from_millis(20);
/// Frames a second.
pub const FRAMES_PER_SECOND: u32 = 50;
/// A lost packet is taken for no less.
const LENGTH_MIN: Duration = Duration::from_millis(5);
/// Samples decoded ahead at most (a packet of 120 ms at 48 kHz, and a frame): at the bound the rest of a packet is thrown away.
const AHEAD_MAX: usize = 8 * 960;

/// What a packet holds.
#[derive(Clone, Debug)]
enum Body {
    Audio(Codec, Box<[u8]>),
    /// Comfort noise (RFC 3389) of this level, in −dBov.
    Noise(u8),
    /// A packet of something else in the same numbering: silence of its time.
    Filler,
}

/// The audio of one leg.
pub struct Voice {
    jitter: JitterBuffer<Body>,
    /// The stream it is of; another one begins anew.
    source: Option<u32>,
    /// The newest timestamp and its place on the sender's clock, in ticks without wraps, and that clock in Hz.
    timestamp: Option<(u32, i64, u32)>,
    decoder: Decoder,
    conceal: Concealer,
    /// What the last packet covered: a lost one is taken for as long.
    length: Duration,
    noise: Option<Noise>,
    /// Decoded, not yet pulled.
    ahead: Vec<i16>,
    frame: Vec<i16>,
    silent: bool,
    converted: Vec<Converted>,
}

#[derive(Clone, Debug)]
struct Converted {
    rate: u32,
    resampler: Resampler,
    frame: Vec<i16>,
    done: bool,
}

/// White noise of a level.
#[derive(Clone, Copy, Debug)]
struct Noise {
    peak: i32,
    state: u32,
}

impl Default for Voice {
    fn default() -> Voice {
        Voice {
            jitter: JitterBuffer::new(),
            source: None,
            timestamp: None,
            decoder: Decoder::new(Codec::Pcmu),
            conceal: Concealer::new(Codec::Pcmu.sample_rate()),
            length: FRAME,
            noise: None,
            ahead: Vec::new(),
            frame: Vec::new(),
            silent: true,
            converted: Vec::new(),
        }
    }
}

impl Voice {
    pub fn new() -> Voice {
        Voice::default()
    }

    /// A packet of audio of the stream `source`.
    pub fn audio(&mut self, now: Tick, source: u32, header: &Header, codec: Codec, payload: &[u8]) {
        let length = codec::length(codec, payload);
        // What cannot be read is made up, and for as long as the others.
        if !length.is_zero() {
            self.length = length.max(LENGTH_MIN);
        }
        self.take(now, source, header, codec.clock(), Body::Audio(codec, payload.into()));
    }

    /// A packet of comfort noise; `level` in −dBov (RFC 3389 3.1).
    pub fn noise(&mut self, now: Tick, source: u32, header: &Header, level: u8) {
        self.take(now, source, header, self.decoder.codec().clock(), Body::Noise(level));
    }

    /// A packet of the stream that is no audio, as an event.
    pub fn other(&mut self, now: Tick, source: u32, header: &Header) {
        self.take(now, source, header, self.decoder.codec().clock(), Body::Filler);
    }

    /// Moves on by one frame.
    pub fn pull(&mut self, now: Tick) {
        self.frame.clear();
        for converted in &mut self.converted {
            converted.done = false;
        }
        while self.ahead.len() < self.frame_samples() {
            match self.jitter.pull(now) {
                Pull::Packet(body) => self.play(body),
                Pull::Two(one, two) => self.play_both(one, two),
                Pull::Missing => self.make_up(),
                Pull::Nothing => break,
            }
        }
        let samples = self.frame_samples();
        self.silent = self.ahead.is_empty();
        if self.silent {
            if let Some(noise) = &mut self.noise {
                self.silent = false;
                self.frame.extend((0..samples).map(|_| noise.next()));
            }
            return;
        }
        let ready = samples.min(self.ahead.len());
        self.frame.extend(self.ahead.drain(..ready));
        self.frame.resize(samples, 0);
    }

    /// The frame of the last pull at `rate`; `None` when there is nothing to hear.
    pub fn frame(&mut self, rate: u32) -> Option<&[i16]> {
        if self.silent {
            return None;
        }
        let own = self.rate();
        if rate == own {
            return Some(&self.frame);
        }
        if !self.converted.iter().any(|known| known.rate == rate) {
            // At most one for each rate listeners have: three.
            self.converted.push(Converted { rate, resampler: Resampler::new(own, rate)?, frame: Vec::new(), done: false });
        }
        let converted = self.converted.iter_mut().find(|known| known.rate == rate)?;
        if !converted.done {
            converted.done = true;
            converted.frame.clear();
            converted.resampler.run(&self.frame, &mut converted.frame);
        }
        Some(&converted.frame)
    }

    fn rate(&self) -> u32 {
        self.decoder.codec().sample_rate()
    }

    fn packet_samples(&self) -> usize {
        (self.length.as_micros() as usize * self.rate() as usize / 1_000_000).max(1)
    }

    fn frame_samples(&self) -> usize {
        (self.rate() / FRAMES_PER_SECOND) as usize
    }

    fn take(&mut self, now: Tick, source: u32, header: &Header, clock: u32, body: Body) {
        if self.source != Some(source) {
            self.source = Some(source);
            self.jitter = JitterBuffer::new();
            self.timestamp = None;
        }
        // RFC 4733 2.2.1: all packets of an event bear the timestamp of its beginning.
        let stream_us = (!matches!(body, Body::Filler)).then(|| {
            let (last, place, was) = self.timestamp.unwrap_or((header.timestamp, 0, clock));
            // Another codec may count otherwise: the place is the same time on its clock.
            let place = if was == clock { place } else { place * i64::from(clock) / i64::from(was) };
            // RFC 3550 5.1: timestamps wrap; the nearer way round is the right one.
            let place = place + i64::from(header.timestamp.wrapping_sub(last) as i32);
            self.timestamp = Some((header.timestamp, place, clock));
            place * 1_000_000 / i64::from(clock)
        });
        self.jitter.insert(now, header.sequence, stream_us, self.length, body);
    }

    fn play(&mut self, body: Body) {
        match body {
            Body::Audio(codec, payload) => {
                self.noise = None;
                self.follow(codec);
                let from = self.ahead.len();
                if self.decoder.decode(&payload, &mut self.ahead) && from < AHEAD_MAX {
                    self.ahead.truncate(AHEAD_MAX);
                    self.conceal.heard(&mut self.ahead[from..]);
                } else {
                    self.make_up();
                }
            }
            Body::Noise(level) => {
                let noise = Noise::new(level, self.noise);
                self.noise = Some(noise);
                self.make_up();
            }
            Body::Filler => self.fill(|_, out| out.fill(0)),
        }
    }

    /// Two packets in the time of the second, one blended into the other.
    fn play_both(&mut self, one: Body, two: Body) {
        let from = self.ahead.len();
        self.play(one);
        let first: Vec<i16> = self.ahead.drain(from.min(self.ahead.len())..).collect();
        self.play(two);
        let Some(second) = self.ahead.get_mut(from..).filter(|second| second.len() == first.len()) else { return };
        let all = second.len() as i32 + 1;
        for (index, (new, old)) in second.iter_mut().zip(&first).enumerate() {
            let part = index as i32 + 1;
            *new = ((i32::from(*new) * part + i32::from(*old) * (all - part)) / all) as i16;
        }
    }

    /// What stands in for a packet that is not there: noise in an agreed pause, else the voice's own past. Opus' decoder could make something up,
    /// too. But it falls silent with the second packet, and the state it is left in keeps what really comes too quiet for 100 ms.
    fn make_up(&mut self) {
        self.fill(|voice, out| match &mut voice.noise {
            Some(noise) => out.fill_with(|| noise.next()),
            None => voice.conceal.fill(out),
        });
    }

    fn fill(&mut self, fill: impl FnOnce(&mut Voice, &mut [i16])) {
        let mut made_up = vec![0; self.packet_samples()];
        fill(self, &mut made_up);
        self.ahead.extend_from_slice(&made_up);
    }

    /// The sender may change the codec with any packet.
    fn follow(&mut self, codec: Codec) {
        if self.decoder.codec() == codec {
            return;
        }
        let before = self.rate();
        self.decoder = Decoder::new(codec);
        if self.rate() != before {
            self.conceal = Concealer::new(self.rate());
            self.ahead.clear();
            self.converted.clear();
        }
    }
}

impl Noise {
    /// Louder than this is no background (RFC 3389 gives no bound; a phone that lies must not roar).
    const LEVEL_LOUDEST: u8 = 30;

    fn new(level: u8, before: Option<Noise>) -> Noise {
        let level = f32::from(level.clamp(Noise::LEVEL_LOUDEST, 127));
        // A uniform distribution's peak is √3 of its power's root.
        let peak = 32_768.0 * 10f32.powf(-level / 20.0) * 3f32.sqrt();
        Noise { peak: peak as i32, state: before.map_or(1, |before| before.state) }
    }

    fn next(&mut self) -> i16 {
        // Knuth's multiplier; noise need not be unpredictable.
        self.state = self.state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let part = (self.state >> 16) as i32 - 32_768;
        (part * self.peak / 32_768) as i16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::g711;
    use crate::tone::{level_db, sine};
    use proptest::prelude::*;

    fn header(number: u32) -> Header {
        Header { payload_type: 0, marker: false, sequence: number as u16, timestamp: number.wrapping_mul(160), ssrc: 1 }
    }

    /// What is heard of a 440 Hz tone whose packets `lost` are lost.
    fn heard(lost: impl Fn(u32) -> bool) -> Vec<i16> {
        let (mut voice, mut heard) = (Voice::new(), Vec::new());
        for number in 0..100 {
            let now = Tick(u64::from(number) * 20_000);
            let mut payload = [0; 160];
            g711::encode(Codec::Pcma, &sine(400.0, -12.0, u64::from(number) * 160, 160), &mut payload);
            if !lost(number) {
                voice.audio(now, 1, &header(number), Codec::Pcma, &payload);
            }
            voice.pull(now + Duration::from_millis(15));
            heard.extend_from_slice(voice.frame(8000).unwrap_or(&[0; 160]));
        }
        heard
    }

    #[test]
    fn a_voice_passes_whole() {
        let heard = heard(|_| false);
        assert!((level_db(&heard[1600..], 400.0) + 12.0).abs() < 0.3);
    }

    #[test]
    fn one_lost_packet_in_ten_is_hardly_heard() {
        let heard = heard(|number| number % 10 == 7);
        assert!((level_db(&heard[1600..], 400.0) + 12.0).abs() < 1.0, "{}", level_db(&heard[1600..], 400.0));
    }

    #[test]
    fn a_voice_that_stops_is_silent_and_not_repeated() {
        let heard = heard(|number| number >= 50);
        assert!(heard[58 * 160..].iter().all(|sample| *sample == 0));
    }

    #[test]
    fn comfort_noise_sounds_at_its_level_until_the_voice_is_back() {
        let mut voice = Voice::new();
        let mut noise = Vec::new();
        voice.noise(Tick(0), 1, &header(0), 40);
        for step in 1..50 {
            voice.pull(Tick(step * 20_000));
            noise.extend_from_slice(voice.frame(8000).unwrap());
        }
        let power: f64 = noise.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / noise.len() as f64;
        let level = 10.0 * (power / 32_768f64.powi(2)).log10();
        assert!((level + 40.0).abs() < 1.0, "{level}");
    }

    #[test]
    fn listeners_of_another_rate_hear_the_same_voice() {
        let mut voice = Voice::new();
        let mut wide = Vec::new();
        for number in 0..50 {
            let now = Tick(u64::from(number) * 20_000);
            let mut payload = [0; 160];
            g711::encode(Codec::Pcmu, &sine(400.0, -12.0, u64::from(number) * 160, 160), &mut payload);
            voice.audio(now, 1, &header(number), Codec::Pcmu, &payload);
            voice.pull(now + Duration::from_millis(15));
            if let Some(frame) = voice.frame(48_000) {
                assert_eq!(frame.len(), 960);
                wide.extend_from_slice(frame);
            }
        }
        let mut back = Vec::new();
        Resampler::new(48_000, 8000).unwrap().run(&wide, &mut back);
        assert!((level_db(&back[800..], 400.0) + 12.0).abs() < 0.5);
    }

    proptest! {
        #[test]
        fn any_packets_give_whole_frames(packets in proptest::collection::vec(
            (any::<u16>(), any::<u32>(), 0..3u8, 0..500usize, any::<bool>()), 1..100,
        )) {
            let mut voice = Voice::new();
            for (step, (sequence, timestamp, kind, length, pull)) in packets.into_iter().enumerate() {
                let now = Tick(step as u64 * 7000);
                let header = Header { payload_type: 0, marker: false, sequence, timestamp, ssrc: 1 };
                match kind {
                    0 => voice.audio(now, 1, &header, Codec::Pcmu, &vec![1; length]),
                    1 => voice.noise(now, 1, &header, length as u8),
                    _ => voice.other(now, 1, &header),
                }
                if pull {
                    voice.pull(now);
                    for rate in [8000, 16_000, 48_000] {
                        prop_assert!(voice.frame(rate).is_none_or(|frame| frame.len() == rate as usize / 50));
                    }
                }
            }
        }
    }
}
