//! Encrypted streams through real sockets: what is on the wire, who is believed, and calls between an encrypted and a plain leg.

#![allow(clippy::unwrap_used, reason = "in a test's helper a panic is the failure to report")]

mod support;

use cti_media::rtp::{self, Header};
use cti_media_engine::Guard;
use cti_types::media::{Codec, Direction, EngineCommand, Stream};
use cti_types::srtp::{Srtp, SrtpKey, SrtpSuite};
use cti_types::web::Protection;
use support::{House, Phone};

fn keys(suite: SrtpSuite) -> Srtp {
    let key = |byte| SrtpKey::new(suite, &vec![byte; suite.key_bytes() + suite.salt_bytes()]).unwrap();
    Srtp { send: key(1), receive: key(2) }
}

/// A phone whose stream is encrypted, with its end of the keys.
struct Safe {
    phone: Phone,
    guard: Guard,
}

impl Safe {
    fn new(house: &House, suite: SrtpSuite) -> Safe {
        let phone = house.unanswered(Codec::Pcmu);
        let keys = keys(suite);
        let stream = Stream { srtp: Some(Protection::Keys(keys.clone())), ..phone.stream(Direction::SendRecv) };
        house.send(EngineCommand::SetStream { leg: phone.leg, stream });
        house.settle();
        let Srtp { send, receive } = keys;
        Safe { phone, guard: Guard::new(&Srtp { send: receive, receive: send }).unwrap() }
    }

    fn sealed(&mut self, code: u8) -> Vec<u8> {
        let mut out = [0; 200];
        let length = rtp::write(&self.phone.header, &[code; 160], &mut out).unwrap();
        self.phone.header.sequence = self.phone.header.sequence.wrapping_add(1);
        self.phone.header.timestamp = self.phone.header.timestamp.wrapping_add(160);
        self.guard.seal(&out[..length]).unwrap().to_vec()
    }

    fn say(&mut self, code: u8) {
        let sealed = self.sealed(code);
        self.phone.rtp.send_to(&sealed, self.phone.to).unwrap();
    }

    fn listen(&mut self) -> (Header, Vec<u8>) {
        let mut buffer = [0; 1500];
        let length = self.phone.rtp.recv(&mut buffer).unwrap();
        let opened = self.guard.open(&buffer[..length]).expect("sealed with our key");
        let (header, payload) = rtp::parse(&opened).unwrap();
        (header, payload.to_vec())
    }
}

#[test]
fn an_encrypted_and_a_plain_phone_talk_in_every_suite() {
    for suite in SrtpSuite::ALL {
        let house = House::new();
        let (mut safe, mut plain) = (Safe::new(&house, suite), house.call(Codec::Pcmu));
        house.hear(&safe.phone, &plain);
        house.hear(&plain, &safe.phone);
        for code in 0..20 {
            safe.say(code);
            assert_eq!(plain.listen().1, [code; 160], "{suite:?}");
            plain.say(code);
            assert_eq!(safe.listen().1, [code; 160], "{suite:?}");
        }
        assert_eq!(house.close(safe.phone.leg).packets_foreign, 0);
    }
}

#[test]
fn playback_goes_out_encrypted_too() {
    let house = House::new();
    let mut safe = Safe::new(&house, SrtpSuite::AesCm128Sha1_80);
    house.play(&safe.phone, 1, &[0; 1600], true);
    assert_eq!(safe.listen().1, [0xFF; 160]);
}

#[test]
fn plain_bent_and_replayed_packets_are_dropped_counted_and_learn_nothing() {
    let house = House::new();
    let (mut safe, plain) = (Safe::new(&house, SrtpSuite::AesCm128Sha1_80), house.call(Codec::Pcmu));
    house.hear(&plain, &safe.phone);
    // Before the phone speaks, from its own address: a stranger behind the same translation.
    let mut bent = safe.sealed(66);
    bent[60] ^= 1;
    for packet in [&bent, &bent] {
        safe.phone.rtp.send_to(packet, safe.phone.to).unwrap();
    }
    safe.phone.say(67);
    safe.phone.say(68);
    let first = safe.sealed(1);
    for _ in 0..3 {
        safe.phone.rtp.send_to(&first, safe.phone.to).unwrap();
    }
    safe.say(2);
    assert_eq!((plain.listen().1[0], plain.listen().1[0]), (1, 2));
    let stats = house.close(safe.phone.leg);
    assert_eq!((stats.packets_received, stats.packets_foreign), (2, 6));
    house.settle();
    assert_eq!(house.engine.counters().unauthentic, 6);
}

#[test]
fn a_renewed_description_with_the_same_keys_goes_on_and_a_new_key_takes_over() {
    let house = House::new();
    let (mut safe, mut plain) = (Safe::new(&house, SrtpSuite::AeadAes128Gcm), house.call(Codec::Pcmu));
    house.hear(&safe.phone, &plain);
    house.hear(&plain, &safe.phone);
    safe.say(1);
    plain.listen();
    let suite = SrtpSuite::AeadAes128Gcm;
    let stream = Stream { srtp: Some(Protection::Keys(keys(suite))), ..safe.phone.stream(Direction::SendRecv) };
    house.send(EngineCommand::SetStream { leg: safe.phone.leg, stream });
    house.settle();
    safe.say(2);
    assert_eq!(plain.listen().1[0], 2);
    let theirs = SrtpKey::new(suite, &vec![9; suite.key_bytes() + suite.salt_bytes()]).unwrap();
    let renewed = Srtp { send: keys(suite).send, receive: theirs.clone() };
    let stream = Stream { srtp: Some(Protection::Keys(renewed.clone())), ..safe.phone.stream(Direction::SendRecv) };
    house.send(EngineCommand::SetStream { leg: safe.phone.leg, stream });
    house.settle();
    safe.say(66);
    safe.guard.change(&Srtp { send: theirs, receive: renewed.send });
    safe.say(3);
    assert_eq!(plain.listen().1[0], 3);
    plain.say(4);
    assert_eq!(safe.listen().1[0], 4);
}

#[test]
fn reports_are_encrypted_and_forged_ones_are_no_sign_of_life() {
    let config =
        cti_media_engine::EngineConfig { rtcp_interval: std::time::Duration::from_millis(50), ..cti_media_engine::EngineConfig::default() };
    let house = House::with(config);
    let (mut safe, mut plain) = (Safe::new(&house, SrtpSuite::AesCm128Sha1_80), house.call(Codec::Pcmu));
    house.hear(&safe.phone, &plain);
    safe.say(1);
    plain.say(1);
    safe.listen();
    let mut buffer = [0; 1500];
    let length = safe.phone.rtcp.recv(&mut buffer).unwrap();
    assert!(safe.guard.open_report(&buffer[..length]).is_some());
    // A lone goodbye in the clear.
    safe.phone.rtcp.send_to(&[0x81, 203, 0, 1, 0, 0, 0, 1], safe.phone.rtcp_to()).unwrap();
    safe.say(2);
    let before = house.engine.counters().foreign;
    while house.engine.counters().foreign == before && before == 0 {
        house.settle();
    }
    assert_eq!(house.engine.counters().foreign, 1);
}
