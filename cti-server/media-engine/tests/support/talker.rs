//! A phone that says a tone in any codec and measures what it hears.

use crate::support::{self, Continuity, House, Phone};
use cti_media::codec::{Decoder, Encoder, PAYLOAD_BYTES_MAX};
use cti_media::resample::Resampler;
use cti_media::tone::{level_db, sine};
use cti_media_engine::Clock;
use cti_types::Tick;
use cti_types::media::Codec;
use std::time::Duration;

/// A tone at −12 dB is heard if it is louder than this, and not heard if it is quieter than the next.
const HEARD_DB: f64 = -20.0;
const UNHEARD_DB: f64 = -30.0;

pub struct Talker {
    pub phone: Phone,
    pub hz: f64,
    pub said: u64,
    /// Every so manieth of its packets is lost on the way.
    pub loses: Option<u64>,
    /// What was heard, at 8 kHz.
    pub heard: Vec<i16>,
    stream: Continuity,
    encoder: Encoder,
    up: Resampler,
    decoder: Decoder,
    down: Resampler,
}

impl Talker {
    pub fn new(house: &House, codec: Codec, hz: f64) -> Talker {
        let phone = house.call(codec);
        Talker {
            phone,
            hz,
            said: 0,
            loses: None,
            heard: Vec::new(),
            stream: Continuity::default(),
            encoder: Encoder::new(codec),
            up: Resampler::new(8000, codec.sample_rate()).unwrap(),
            decoder: Decoder::new(codec),
            down: Resampler::new(codec.sample_rate(), 8000).unwrap(),
        }
    }

    pub fn say(&mut self) {
        let (mut wide, mut payload) = (Vec::new(), [0; PAYLOAD_BYTES_MAX]);
        self.up.run(&sine(self.hz, -12.0, self.said * 160, 160), &mut wide);
        let length = self.encoder.encode(&wide, &mut payload);
        self.said += 1;
        if self.loses.is_some_and(|every| self.said.is_multiple_of(every)) {
            self.phone.lose();
        } else {
            self.phone.say_payload(&payload[..length]);
        }
    }

    /// Takes in what has come, which must be one stream in its own codec.
    pub fn listen(&mut self) {
        while let Some((header, payload)) = self.phone.next_waiting() {
            self.stream.check(header);
            assert_eq!(header.payload_type, self.phone.header.payload_type);
            let mut decoded = Vec::new();
            assert!(self.decoder.decode(&payload, &mut decoded));
            self.down.run(&decoded, &mut self.heard);
        }
    }

    /// Which tones the last `ms` heard hold; each is clearly there or clearly not.
    pub fn hears(&self, ms: usize, tones: &[f64]) -> Vec<f64> {
        let heard = &self.heard[self.heard.len().saturating_sub(ms * 8)..];
        assert!(heard.len() == ms * 8, "only {} samples were heard", heard.len());
        loud(heard, tones)
    }
}

pub fn loud(samples: &[i16], tones: &[f64]) -> Vec<f64> {
    let level = |hz: &f64| level_db(samples, *hz);
    for hz in tones {
        assert!(level(hz) > HEARD_DB || level(hz) < UNHEARD_DB, "{hz} Hz at {} dB", level(hz));
    }
    tones.iter().copied().filter(|hz| level(hz) > HEARD_DB).collect()
}

/// How far talkers may be behind and still make it up, as a phone's jitter buffer would allow.
const BEHIND_MAX: Duration = Duration::from_millis(60);

/// All talk for `packets` packets of 20 ms, at their pace: the mix runs on the engine's clock. A pause of the machine is not made up by
/// talking faster, which would be thrown away as too much at once.
pub fn talk(packets: u32, talkers: &mut [&mut Talker]) {
    let clock = Clock::starting_now();
    let mut next = Tick(0);
    for _ in 0..packets {
        for talker in talkers.iter_mut() {
            talker.say();
        }
        next = next + Duration::from_millis(20);
        let now = clock.now();
        if now > next && now.since(next) > BEHIND_MAX {
            next = now;
        }
        while clock.now() < next {
            let left = next.since(clock.now());
            for talker in talkers.iter_mut() {
                talker.listen();
            }
            support::rest(left.min(Duration::from_millis(5)));
        }
    }
    for talker in talkers.iter_mut() {
        talker.listen();
    }
}
