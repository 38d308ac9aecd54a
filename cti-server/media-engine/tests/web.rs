//! Web phones through real sockets: who is answered, what is on the wire before and after the handshake, and calls with plain phones.

#![allow(clippy::disallowed_methods, reason = "the phone's end of a handshake reads the clock")]

mod support;

use cti_media::rtp;
use cti_media_engine::{Clock, EngineConfig};
use cti_types::Tick;
use cti_types::media::{Codec, Direction, EngineEvent};
use cti_types::web::{DtlsRole, WebFailure};
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use support::House;
use support::browser::{Browser, config, dtls, receive};

/// A clock that can be put on, and by how many µs it was.
fn clock() -> (Clock, Arc<AtomicU64>) {
    let (begin, ahead) = (Instant::now(), Arc::new(AtomicU64::new(0)));
    let by = ahead.clone();
    (Clock::new(move || Tick(begin.elapsed().as_micros() as u64 + by.load(Ordering::Relaxed))), ahead)
}

#[test]
fn a_web_phone_and_a_plain_one_talk_whoever_begins_the_handshake() {
    for role in [DtlsRole::Server, DtlsRole::Client] {
        let house = House::with(config());
        let (mut web, mut plain) = (Browser::connected(&house, role), house.call(Codec::Pcmu));
        house.hear(&web.phone, &plain);
        house.hear(&plain, &web.phone);
        for code in 0..20 {
            web.say(code);
            assert_eq!(plain.listen().1, [code; 160], "{role:?}");
            plain.say(code);
            assert_eq!(web.listen().1, [code; 160], "{role:?}");
        }
        assert_eq!(house.close(web.phone.leg).packets_foreign, 0);
    }
}

#[test]
fn nothing_is_sent_to_who_has_not_shown_the_password() {
    let house = House::with(config());
    let mut web = Browser::new(&house, DtlsRole::Client);
    house.play(&web.phone, 1, &[0; 1600], true);
    web.phone.rtp.send_to(&web.check_packet("another of 22 bytes .."), web.phone.to).unwrap();
    // A handshake, plain media, plain reports.
    web.dtls = dtls(&web.certificate, DtlsRole::Client);
    web.turn();
    web.phone.say(66);
    web.phone.rtp.send_to(&[0x81, 203, 0, 1, 0, 0, 0, 1], web.phone.to).unwrap();
    web.phone.rtp.send_to(&[0x81, 203, 0, 1, 0, 0, 0, 1], web.phone.rtcp_to()).unwrap();
    while house.engine.counters().foreign < 5 {
        house.settle();
    }
    assert!(web.phone.hears_nothing());
    assert_eq!(house.engine.counters().packets_in, 0);
}

#[test]
fn before_the_handshake_nothing_goes_either_way_and_playback_begins_with_its_first_sample() {
    let house = House::with(config());
    let (mut web, mut plain) = (Browser::new(&house, DtlsRole::Server), house.call(Codec::Pcmu));
    house.hear(&web.phone, &plain);
    house.hear(&plain, &web.phone);
    web.check();
    web.phone.say(66);
    plain.say(66);
    let mut samples = vec![0; 16_000];
    samples[..160].fill(1000);
    house.play(&web.phone, 1, &samples, false);
    house.settle();
    assert!(web.phone.hears_nothing() && plain.hears_nothing());
    web.shake_hands();
    let mut first = [0; 160];
    cti_media::g711::encode(Codec::Pcmu, &samples[..160], &mut first);
    assert_eq!(web.listen().1, first, "the first packet of what was asked for early");
}

#[test]
fn another_certificate_than_the_one_signalled_ends_it_without_keys() {
    for role in [DtlsRole::Server, DtlsRole::Client] {
        let house = House::with(config());
        let mut web = Browser::new(&house, role);
        web.certificate = dimpl::certificate::generate_self_signed_certificate().unwrap();
        web.dtls = dtls(&web.certificate, web.role);
        web.check();
        // It does its half until it is told no more.
        let failed = loop {
            web.turn();
            if let Ok(event) = house.events.recv_timeout(Duration::from_millis(5)) {
                break event;
            }
            web.phone.rtp.set_nonblocking(true).unwrap();
            let mut buffer = [0; 2048];
            while let Ok(length) = web.phone.rtp.recv(&mut buffer) {
                web.take(&buffer[..length]);
            }
            web.phone.rtp.set_nonblocking(false).unwrap();
        };
        assert_eq!(failed, EngineEvent::Unprotected { leg: web.phone.leg, failure: WebFailure::OtherCertificate });
        house.play(&web.phone, 1, &[0; 1600], true);
        house.settle();
        assert_eq!(house.close(web.phone.leg).packets_sent, 0);
    }
}

#[test]
fn a_handshake_that_is_not_done_in_time_is_given_up() {
    let (clock, ahead) = clock();
    let house = House::with_clock(config(), clock);
    let mut web = Browser::new(&house, DtlsRole::Server);
    web.check();
    // Media would be missed at ten seconds: it is told besides.
    ahead.store(12_500_000, Ordering::Relaxed);
    let known = house.try_open(support::free_pair()).unwrap();
    let mut events = vec![house.next(), house.next(), house.next()];
    events.retain(|event| *event != EngineEvent::Opened { leg: known });
    let leg = web.phone.leg;
    assert!(events.contains(&EngineEvent::Unprotected { leg, failure: WebFailure::NoHandshake }), "{events:?}");
    assert!(events.contains(&EngineEvent::MediaLost { leg }), "{events:?}");
}

#[test]
fn consent_that_ends_is_lost_media_and_nothing_is_sent_until_it_is_back() {
    let (clock, ahead) = clock();
    let house = House::with_clock(EngineConfig { loss_after: Duration::from_secs(600), ..config() }, clock);
    let (mut web, mut plain) = (Browser::connected(&house, DtlsRole::Server), house.call(Codec::Pcmu));
    house.hear(&web.phone, &plain);
    house.hear(&plain, &web.phone);
    plain.say(1);
    assert_eq!(web.listen().1[0], 1);
    ahead.store(31_000_000, Ordering::Relaxed);
    plain.say(2);
    assert_eq!(house.next(), EngineEvent::MediaLost { leg: web.phone.leg });
    plain.say(3);
    web.say(4);
    house.settle();
    assert!(plain.hears_nothing(), "what comes without consent is not believed");
    web.check();
    assert_eq!(house.next(), EngineEvent::MediaBack { leg: web.phone.leg });
    plain.say(5);
    // The one sent before the thread looked at its clock may have gone out.
    let heard = web.listen().1[0];
    assert!(heard == 5 || heard == 2 && web.listen().1[0] == 5, "{heard}");
}

#[test]
fn a_phone_that_moves_to_another_network_is_followed_after_a_restart_of_its_checks() {
    let house = House::with(config());
    let (mut web, mut plain) = (Browser::connected(&house, DtlsRole::Server), house.call(Codec::Pcmu));
    house.hear(&web.phone, &plain);
    house.hear(&plain, &web.phone);
    web.say(1);
    assert_eq!(plain.listen().1[0], 1);
    web.ufrag = "anew".into();
    web.agree(&house, DtlsRole::Server, Direction::SendRecv);
    // Until the new path is shown, the old one serves.
    plain.say(2);
    assert_eq!(web.listen().1[0], 2);
    let elsewhere = UdpSocket::bind("127.0.0.1:0").unwrap();
    elsewhere.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let before = std::mem::replace(&mut web.phone.rtp, elsewhere);
    let sealed = web.sealed(66);
    web.phone.rtp.send_to(&sealed, web.phone.to).unwrap();
    web.check();
    web.say(3);
    assert_eq!(plain.listen().1[0], 3, "what came from there before the check was nothing");
    plain.say(4);
    assert_eq!(web.listen().1[0], 4);
    before.set_nonblocking(true).unwrap();
    assert!(before.recv(&mut [0; 10]).is_err());
}

#[test]
fn a_hold_keeps_the_keys() {
    let house = House::with(config());
    let (mut web, mut plain) = (Browser::connected(&house, DtlsRole::Server), house.call(Codec::Pcmu));
    house.hear(&plain, &web.phone);
    house.hear(&web.phone, &plain);
    web.say(1);
    assert_eq!(plain.listen().1[0], 1);
    web.agree(&house, DtlsRole::Server, Direction::Inactive);
    plain.say(2);
    web.agree(&house, DtlsRole::Server, Direction::SendRecv);
    web.say(3);
    plain.say(4);
    assert_eq!((plain.listen().1[0], web.listen().1[0]), (3, 4));
}

#[test]
fn bent_replayed_and_plain_packets_and_records_of_nobody_change_nothing() {
    let house = House::with(config());
    let (mut web, plain) = (Browser::connected(&house, DtlsRole::Server), house.call(Codec::Pcmu));
    house.hear(&plain, &web.phone);
    let first = web.sealed(1);
    let mut bent = web.sealed(66);
    bent[60] ^= 1;
    let plain_packet = {
        let mut out = [0; 200];
        let n = rtp::write(&web.phone.header, &[67; 160], &mut out).unwrap();
        out[..n].to_vec()
    };
    let record = [&[22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 9, 0, 4][..], &[1, 2, 3, 4]].concat();
    let alert = [&[21, 254, 253, 0, 0, 0, 0, 0, 0, 0, 10, 0, 2][..], &[2, 40]].concat();
    for packet in [&first, &first, &bent, &plain_packet, &record, &alert] {
        web.phone.rtp.send_to(packet, web.phone.to).unwrap();
    }
    web.say(2);
    assert_eq!((plain.listen().1[0], plain.listen().1[0]), (1, 2));
    let stats = house.close(web.phone.leg);
    assert_eq!((stats.packets_received, stats.packets_foreign), (2, 3));
    house.settle();
    assert_eq!(house.engine.counters().unauthentic, 3);
}

#[test]
fn reports_go_beside_the_media_and_are_sealed() {
    let house = House::with(EngineConfig { rtcp_interval: Duration::from_millis(50), ..config() });
    let (mut web, mut plain) = (Browser::connected(&house, DtlsRole::Server), house.call(Codec::Pcmu));
    house.hear(&web.phone, &plain);
    web.say(1);
    plain.say(1);
    let report = loop {
        let packet = receive(&web.phone.rtp);
        if matches!(packet.as_slice(), [128..=191, 192..=223, ..]) {
            break packet;
        }
    };
    assert!(web.guard.as_mut().unwrap().open_report(&report).is_some());
    // Theirs is believed: it says that it is there.
    let ours = web.guard.as_mut().unwrap().seal_report(&[0x80, 201, 0, 1, 0, 0, 0, 9]).unwrap();
    web.phone.rtp.send_to(&ours, web.phone.to).unwrap();
    web.phone.rtp.send_to(&[0x80, 201, 0, 1, 0, 0, 0, 9], web.phone.to).unwrap();
    while house.engine.counters().foreign == 0 {
        house.settle();
    }
    assert_eq!(house.engine.counters().foreign, 1, "only the one in the clear");
}
