//! Offer and answer as phones write them, good and bad.

use super::*;
use cti_types::media::{Codec, Direction, Stream};
use proptest::prelude::*;

const PHONE: &str = "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=call\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\n\
m=audio 4000 RTP/AVP 9 8 0 101\r\na=rtpmap:9 G722/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:30\r\n";

fn offer(text: &str) -> Offer {
    Offer::parse(text.as_bytes()).unwrap()
}

/// A description with this m-section and a session-level address.
fn with_media(media: &str) -> Offer {
    offer(&format!("v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\n{media}"))
}

fn local(direction: Direction) -> Local {
    Local { ip: "192.0.2.1".parse().unwrap(), port: 20000, direction }
}

fn answered(offer: &Offer) -> (String, Stream) {
    let (body, stream) = Negotiator::new(5).answer(offer, local(Direction::SendRecv), &[]).unwrap();
    (String::from_utf8(body.to_vec()).unwrap(), stream)
}

fn lines<'a>(body: &'a str, prefix: &str) -> Vec<&'a str> {
    body.lines().filter(|line| line.starts_with(prefix)).collect()
}

fn version(body: &[u8]) -> u64 {
    let body = std::str::from_utf8(body).unwrap();
    lines(body, "o=")[0].split(' ').nth(2).unwrap().parse().unwrap()
}

#[test]
fn a_phones_offer_is_answered_with_the_common_codecs_in_its_order() {
    let (body, stream) = answered(&offer(PHONE));
    assert_eq!(lines(&body, "m="), ["m=audio 20000 RTP/AVP 8 0 101"]);
    assert_eq!(lines(&body, "c="), ["c=IN IP4 192.0.2.1"]);
    assert_eq!(lines(&body, "o="), ["o=- 5 1 IN IP4 192.0.2.1"]);
    assert_eq!(lines(&body, "a=fmtp"), ["a=fmtp:101 0-15"]);
    assert!(body.contains("a=sendrecv\r\n"));
    assert_eq!(
        stream,
        Stream {
            remote: "10.0.0.9:4000".parse().unwrap(),
            remote_rtcp: "10.0.0.9:4001".parse().unwrap(),
            also_from: Vec::new(),
            send: (8, Codec::Pcma),
            accept: vec![(8, Codec::Pcma), (0, Codec::Pcmu)],
            event_receive: Some(101),
            event_send: Some(101),
            wide_event_receive: None,
            wide_event_send: None,
            direction: Direction::SendRecv,
            ptime_ms: 30,
            srtp: None,
        }
    );
}

#[test]
fn a_preference_comes_before_the_order_of_the_offer() {
    let (body, stream) = Negotiator::new(5).answer(&offer(PHONE), local(Direction::SendRecv), &[Codec::Pcmu]).unwrap();
    assert_eq!(stream.send, (0, Codec::Pcmu));
    assert!(String::from_utf8(body.to_vec()).unwrap().contains("m=audio 20000 RTP/AVP 0 8 101\r\n"));
}

#[test]
fn formats_are_read_as_phones_write_them() {
    use Codec::{G722, Opus, Pcma, Pcmu};
    let rows: [(&str, &str, &[Format]); 14] = [
        ("static", "m=audio 4 RTP/AVP 0 8\r\n", &[Format::Audio(0, Pcmu), Format::Audio(8, Pcma)]),
        ("dynamic", "m=audio 4 RTP/AVP 96\r\na=rtpmap:96 pcma/8000/1\r\n", &[Format::Audio(96, Pcma)]),
        ("a static number with another codec", "m=audio 4 RTP/AVP 0\r\na=rtpmap:0 FOO/8000\r\n", &[]),
        ("another rate", "m=audio 4 RTP/AVP 96\r\na=rtpmap:96 PCMU/16000\r\n", &[]),
        ("two channels", "m=audio 4 RTP/AVP 96\r\na=rtpmap:96 PCMU/8000/2\r\n", &[]),
        ("events without fmtp", "m=audio 4 RTP/AVP 97\r\na=rtpmap:97 telephone-event/8000\r\n", &[Format::Event(97)]),
        ("events in a list", "m=audio 4 RTP/AVP 97\r\na=rtpmap:97 telephone-event/8000\r\na=fmtp:97 0-9,10,11\r\n", &[Format::Event(97)]),
        ("events without keys", "m=audio 4 RTP/AVP 97\r\na=rtpmap:97 telephone-event/8000\r\na=fmtp:97 32-36\r\n", &[]),
        ("events of Opus", "m=audio 4 RTP/AVP 97\r\na=rtpmap:97 telephone-event/48000\r\n", &[Format::WideEvent(97)]),
        ("events at another rate", "m=audio 4 RTP/AVP 97\r\na=rtpmap:97 telephone-event/16000\r\n", &[]),
        ("static G.722", "m=audio 4 RTP/AVP 9\r\n", &[Format::Audio(9, G722)]),
        ("Opus", "m=audio 4 RTP/AVP 96\r\na=rtpmap:96 OPUS/48000/2\r\na=fmtp:96 useinbandfec=1\r\n", &[Format::Audio(96, Opus)]),
        ("Opus written wrong", "m=audio 4 RTP/AVP 96\r\na=rtpmap:96 opus/48000\r\n", &[]),
        ("one codec twice", "m=audio 4 RTP/AVP 8 96\r\na=rtpmap:96 PCMA/8000\r\n", &[Format::Audio(8, Pcma)]),
    ];
    for (name, media, wanted) in rows {
        assert_eq!(with_media(media).audio().unwrap().formats, wanted, "{name}");
    }
}

#[test]
fn addresses_and_rtcp_are_taken_from_the_nearest_line() {
    let rows = [
        ("session", "m=audio 4000 RTP/AVP 0\r\n", "10.0.0.9:4000", "10.0.0.9:4001"),
        ("media", "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 10.0.0.7\r\n", "10.0.0.7:4000", "10.0.0.7:4001"),
        ("IPv6", "m=audio 4000 RTP/AVP 0\r\nc=IN IP6 2001:db8::7\r\n", "[2001:db8::7]:4000", "[2001:db8::7]:4001"),
        ("rtcp port", "m=audio 4000 RTP/AVP 0\r\na=rtcp:5005\r\n", "10.0.0.9:4000", "10.0.0.9:5005"),
        ("rtcp address", "m=audio 4000 RTP/AVP 0\r\na=rtcp:5005 IN IP4 10.0.0.3\r\n", "10.0.0.9:4000", "10.0.0.3:5005"),
        ("rtcp nonsense", "m=audio 65535 RTP/AVP 0\r\na=rtcp:x\r\n", "10.0.0.9:65535", "10.0.0.9:65535"),
    ];
    for (name, media, remote, rtcp) in rows {
        let offer = with_media(media);
        let audio = offer.audio().unwrap();
        assert_eq!((audio.remote.to_string().as_str(), audio.remote_rtcp.to_string().as_str()), (remote, rtcp), "{name}");
    }
}

#[test]
fn what_cannot_be_used_is_no_audio() {
    let rows = [
        ("nothing", ""),
        ("video", "m=video 4000 RTP/AVP 0\r\n"),
        ("another profile", "m=audio 4000 RTP/SAVPF 0\r\n"),
        ("feedback profile", "m=audio 4000 RTP/AVPF 0\r\n"),
        ("port 0", "m=audio 0 RTP/AVP 0\r\n"),
        ("a group", "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 224.1.1.1/127\r\n"),
        ("everybody", "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 255.255.255.255\r\n"),
        ("a name", "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 phone.example\r\n"),
    ];
    for (name, media) in rows {
        let error = Negotiator::new(1).answer(&with_media(media), local(Direction::SendRecv), &[]).unwrap_err();
        assert!(matches!(error, SdpError::NoAudio), "{name}: {error}");
        assert_eq!(error.sip_status(), 488);
    }
    let error = Negotiator::new(1).answer(
        &with_media("m=audio 4 RTP/AVP 18 101\r\na=rtpmap:101 telephone-event/8000\r\n"),
        local(Direction::SendRecv),
        &[],
    );
    assert!(matches!(error, Err(SdpError::NoCommonCodec)));
}

#[test]
fn every_other_media_line_is_answered_with_port_0_in_its_place() {
    let media = "m=audio 3000 RTP/SAVP 0\r\nm=video 4002 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\nm=audio 4000 RTP/AVP 0\r\nm=audio 5000 RTP/AVP 8\r\n";
    let (body, stream) = answered(&with_media(media));
    assert_eq!(lines(&body, "m="), ["m=audio 0 RTP/SAVP 0", "m=video 0 RTP/AVP 96", "m=audio 20000 RTP/AVP 0", "m=audio 0 RTP/AVP 8"]);
    assert_eq!(stream.remote.port(), 4000);
}

#[test]
fn the_answered_direction_is_what_both_want() {
    use Direction::{Inactive, RecvOnly, SendOnly, SendRecv};
    // Offered, we want, answered (RFC 3264 6.1), the far side holds us.
    let rows = [
        ("sendrecv", SendRecv, SendRecv, false),
        ("sendonly", SendRecv, RecvOnly, true),
        ("recvonly", SendRecv, SendOnly, false),
        ("inactive", SendRecv, Inactive, true),
        ("sendrecv", SendOnly, SendOnly, false),
        ("sendonly", SendOnly, Inactive, true),
        ("recvonly", SendOnly, SendOnly, false),
        ("sendrecv", Inactive, Inactive, false),
    ];
    for (offered, want, wanted, holds) in rows {
        let mut negotiator = Negotiator::new(1);
        let (body, stream) =
            negotiator.answer(&with_media(&format!("m=audio 4000 RTP/AVP 0\r\na={offered}\r\n")), local(want), &[]).unwrap();
        assert_eq!((stream.direction, negotiator.remote_holds()), (wanted, holds), "{offered} {want:?}");
        let attribute = format!("a={}\r\n", format!("{wanted:?}").to_lowercase());
        assert!(std::str::from_utf8(&body).unwrap().contains(&attribute));
    }
}

#[test]
fn a_session_level_direction_counts_unless_the_media_has_its_own() {
    let session = |media: &str| offer(&format!("v=0\r\ns=-\r\nc=IN IP4 1.2.3.4\r\na=sendonly\r\nm=audio 4 RTP/AVP 0\r\n{media}"));
    assert_eq!(session("").audio().unwrap().direction, Direction::SendOnly);
    assert_eq!(session("a=recvonly\r\n").audio().unwrap().direction, Direction::RecvOnly);
}

#[test]
fn the_unspecified_address_is_a_hold() {
    for address in ["IP4 0.0.0.0", "IP6 ::"] {
        let mut negotiator = Negotiator::new(1);
        let held = with_media(&format!("m=audio 4000 RTP/AVP 0\r\nc=IN {address}\r\n"));
        let (_, stream) = negotiator.answer(&held, local(Direction::SendRecv), &[]).unwrap();
        assert!(!stream.direction.sends() && negotiator.remote_holds(), "{address}");
        let (_, stream) = negotiator.answer(&offer(PHONE), local(Direction::SendRecv), &[]).unwrap();
        assert!(stream.direction.sends() && !negotiator.remote_holds(), "{address}");
    }
}

#[test]
fn packet_time_is_clamped_to_what_we_send() {
    for (text, wanted) in
        [("ptime:20", 20), ("ptime:5", 10), ("ptime:45", 40), ("ptime:500", 60), ("ptime:x", 20), ("ptime:0", 20), ("maxptime:10", 10)]
    {
        assert_eq!(with_media(&format!("m=audio 4 RTP/AVP 0\r\na={text}\r\n")).audio().unwrap().ptime_ms, wanted, "{text}");
    }
}

#[test]
fn the_version_rises_only_when_the_body_changes() {
    let mut negotiator = Negotiator::new(9);
    let mut answer = |direction| version(&negotiator.answer(&offer(PHONE), local(direction), &[]).unwrap().0);
    assert_eq!(answer(Direction::SendRecv), 1);
    assert_eq!(answer(Direction::SendRecv), 1);
    assert_eq!(answer(Direction::SendOnly), 2);
    assert_eq!(version(&negotiator.offer(local(Direction::SendRecv), &[Codec::Pcma, Codec::Pcmu])), 3);
}

#[test]
fn our_offer_is_agreed_with_their_numbers_for_sending_and_ours_for_receiving() {
    let mut negotiator = Negotiator::new(9);
    let body = negotiator.offer(local(Direction::SendRecv), &[Codec::Pcmu, Codec::Pcma]);
    assert!(std::str::from_utf8(&body).unwrap().contains("m=audio 20000 RTP/AVP 0 8 101\r\n"));
    let answer = with_media("m=audio 4000 RTP/AVP 8 96\r\na=rtpmap:96 telephone-event/8000\r\n");
    let stream = negotiator.accept(&answer).unwrap();
    assert_eq!((stream.send, stream.accept), ((8, Codec::Pcma), vec![(8, Codec::Pcma)]));
    assert_eq!((stream.event_receive, stream.event_send), (Some(101), Some(96)));
    assert!(!negotiator.is_offering());
    assert!(matches!(Negotiator::new(9).accept(&answer), Err(SdpError::NothingOffered)));
}

#[test]
fn a_second_answer_to_the_same_offer_replaces_the_first() {
    let mut negotiator = Negotiator::new(9);
    negotiator.offer(local(Direction::SendRecv), &[Codec::Pcmu, Codec::Pcma]);
    let early = negotiator.accept(&with_media("m=audio 4000 RTP/AVP 0\r\n")).unwrap();
    let at_last = negotiator.accept(&with_media("m=audio 5000 RTP/AVP 8\r\n")).unwrap();
    assert_eq!((early.remote.port(), at_last.remote.port(), at_last.send), (4000, 5000, (8, Codec::Pcma)));
    negotiator.answer(&offer(PHONE), local(Direction::SendRecv), &[]).unwrap();
    assert!(matches!(negotiator.accept(&offer(PHONE)), Err(SdpError::NothingOffered)), "an exchange of theirs came between");
}

#[test]
fn an_answer_without_events_agrees_none() {
    let mut negotiator = Negotiator::new(9);
    negotiator.offer(local(Direction::SendRecv), &[Codec::Pcmu]);
    let stream = negotiator.accept(&with_media("m=audio 4000 RTP/AVP 0\r\n")).unwrap();
    assert_eq!((stream.event_receive, stream.event_send), (None, None));
}

#[test]
fn an_answer_that_refuses_or_shares_nothing_leaves_the_offer_open() {
    let mut negotiator = Negotiator::new(9);
    negotiator.offer(local(Direction::SendRecv), &[Codec::Pcmu]);
    assert!(matches!(negotiator.accept(&with_media("m=audio 0 RTP/AVP 0\r\n")), Err(SdpError::Refused)));
    assert!(matches!(negotiator.accept(&with_media("")), Err(SdpError::Refused)));
    assert!(matches!(negotiator.accept(&with_media("m=audio 4 RTP/AVP 8\r\n")), Err(SdpError::NoCommonCodec)));
    assert!(negotiator.is_offering());
    negotiator.withdraw();
    assert!(!negotiator.is_offering());
}

#[test]
fn our_hold_is_answered_and_retrieved() {
    let mut negotiator = Negotiator::new(9);
    negotiator.answer(&offer(PHONE), local(Direction::SendRecv), &[]).unwrap();
    negotiator.offer(local(Direction::SendOnly), &[Codec::Pcma]);
    let stream = negotiator.accept(&with_media("m=audio 4000 RTP/AVP 8\r\na=recvonly\r\n")).unwrap();
    assert_eq!((stream.direction, negotiator.remote_holds()), (Direction::SendOnly, false));
    negotiator.offer(local(Direction::SendRecv), &[Codec::Pcma]);
    assert_eq!(negotiator.accept(&with_media("m=audio 4000 RTP/AVP 8\r\n")).unwrap().direction, Direction::SendRecv);
}

#[test]
fn later_offers_keep_their_numbers_and_every_media_line() {
    let mut negotiator = Negotiator::new(9);
    let first = with_media(
        "m=video 4002 RTP/AVP 99\r\nm=audio 4000 RTP/AVP 96 97\r\na=rtpmap:96 PCMU/8000\r\na=rtpmap:97 telephone-event/8000\r\n",
    );
    negotiator.answer(&first, local(Direction::SendRecv), &[]).unwrap();
    let body = negotiator.offer(local(Direction::SendOnly), &[Codec::Pcmu, Codec::Pcma]);
    let body = std::str::from_utf8(&body).unwrap();
    assert_eq!(lines(body, "m="), ["m=video 0 RTP/AVP 99", "m=audio 20000 RTP/AVP 96 8 97"]);
}

const WEB_PHONE: &str = "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=call\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\n\
m=audio 4000 RTP/AVP 96 9 0 8 101 102\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\na=rtpmap:9 G722/8000\r\n\
a=rtpmap:101 telephone-event/48000\r\na=rtpmap:102 telephone-event/8000\r\na=ptime:30\r\n";

#[test]
fn wider_codecs_are_answered_where_they_are_allowed_with_their_events_and_packet_time() {
    let answer = |codecs: &[Codec], prefer: &[Codec]| {
        let answer = Negotiator::new(5).allowing(codecs).answer(&offer(WEB_PHONE), local(Direction::SendRecv), prefer);
        answer.map(|(body, stream)| (String::from_utf8(body.to_vec()).unwrap(), stream))
    };
    let (body, stream) = answer(&Codec::ALL, &[]).unwrap();
    assert_eq!(lines(&body, "m="), ["m=audio 20000 RTP/AVP 96 9 0 8 101 102"]);
    assert!(body.contains("a=rtpmap:96 opus/48000/2\r\n") && body.contains("a=rtpmap:9 G722/8000\r\n"));
    assert!(body.contains("a=rtpmap:101 telephone-event/48000\r\n") && body.contains("a=rtpmap:102 telephone-event/8000\r\n"));
    assert_eq!((stream.send, stream.ptime_ms), ((96, Codec::Opus), 20), "Opus has no packets of 30 ms");
    assert_eq!((stream.event_send, stream.wide_event_send), (Some(102), Some(101)));
    let (body, stream) = answer(&Codec::ALL, &[Codec::G722]).unwrap();
    assert_eq!((stream.send, stream.ptime_ms), ((9, Codec::G722), 30));
    assert_eq!(lines(&body, "m="), ["m=audio 20000 RTP/AVP 9 96 0 8 101 102"]);
    let (body, stream) = answer(&[Codec::Pcma], &[]).unwrap();
    assert_eq!((lines(&body, "m="), stream.send), (vec!["m=audio 20000 RTP/AVP 8 102"], (8, Codec::Pcma)));
    assert!(matches!(answer(&[], &[]), Err(SdpError::NoCommonCodec)));
}

#[test]
fn our_offer_of_all_codecs_is_taken_by_one_who_speaks_them() {
    let (mut ours, mut theirs) = (Negotiator::new(1).allowing(&Codec::ALL), Negotiator::new(2).allowing(&[Codec::Pcmu, Codec::Opus]));
    let body = ours.offer(local(Direction::SendRecv), &[Codec::Opus, Codec::G722, Codec::Pcma, Codec::Pcmu]);
    let text = std::str::from_utf8(&body).unwrap();
    assert_eq!(lines(text, "m="), ["m=audio 20000 RTP/AVP 111 9 8 0 101 110"]);
    let (body, answered) = theirs.answer(&Offer::parse(&body).unwrap(), local(Direction::SendRecv), &[]).unwrap();
    let stream = ours.accept(&Answer::parse(&body).unwrap()).unwrap();
    assert_eq!((answered.send, stream.send), ((111, Codec::Opus), (111, Codec::Opus)));
    assert_eq!(stream.accept, [(111, Codec::Opus), (0, Codec::Pcmu)]);
    assert_eq!((stream.event_receive, stream.wide_event_receive), (Some(101), Some(110)));
    // A later offer keeps the numbers, and takes none that they use otherwise (RFC 3264 8.3.2).
    let mut later = Negotiator::new(3);
    later.answer(&with_media("m=audio 4 RTP/AVP 0 111\r\na=rtpmap:111 telephone-event/8000\r\n"), local(Direction::SendRecv), &[]).unwrap();
    let body = later.offer(local(Direction::SendRecv), &[Codec::Pcmu, Codec::Opus]);
    assert_eq!(lines(std::str::from_utf8(&body).unwrap(), "m="), ["m=audio 20000 RTP/AVP 0 96 111 110"]);
}

fn keys(byte: u8) -> KeyMaterial {
    let mut next = byte;
    KeyMaterial::draw(|run| {
        run.fill(next);
        next += 1;
    })
}

fn secure(policy: SrtpPolicy, byte: u8) -> Negotiator {
    Negotiator::new(u64::from(byte)).encrypting(policy, keys(byte))
}

#[test]
fn an_encrypted_offer_is_answered_with_its_suite_and_our_own_key() {
    let (mut ours, mut theirs) = (secure(SrtpPolicy::Required, 1), secure(SrtpPolicy::Allowed, 100));
    let body = ours.offer(local(Direction::SendRecv), &[Codec::Pcmu]);
    let text = std::str::from_utf8(&body).unwrap();
    assert_eq!(lines(text, "m="), ["m=audio 20000 RTP/SAVP 0 101"]);
    assert_eq!(lines(text, "a=crypto").len(), 5);
    let (body, answered) = theirs.answer(&Offer::parse(&body).unwrap(), local(Direction::SendRecv), &[]).unwrap();
    let text = std::str::from_utf8(&body).unwrap();
    assert_eq!((lines(text, "a=crypto").len(), lines(text, "a=crypto:1 AEAD_AES_256_GCM inline:").len()), (1, 1));
    let stream = ours.accept(&Answer::parse(&body).unwrap()).unwrap();
    let keys_of = |stream: Stream| match stream.srtp {
        Some(cti_types::web::Protection::Keys(keys)) => keys,
        other => panic!("no keys: {other:?}"),
    };
    let (one, two) = (keys_of(stream), keys_of(answered));
    assert_eq!((&one.send, &one.receive), (&two.receive, &two.send));
    assert_ne!(one.send, one.receive);
    // A later offer of whoever merely allowed it stays encrypted, with the same key.
    let body = theirs.offer(local(Direction::SendOnly), &[Codec::Pcmu]);
    assert!(std::str::from_utf8(&body).unwrap().contains("RTP/SAVP"));
    let (_, again) = ours.answer(&Offer::parse(&body).unwrap(), local(Direction::SendRecv), &[]).unwrap();
    assert_eq!(keys_of(again), one);
}

#[test]
fn the_policy_decides_what_is_offered_and_taken() {
    use SrtpPolicy::{Allowed, Off, Required};
    let rows = [
        (Off, Off, Ok(false)),
        (Off, Allowed, Ok(false)),
        (Off, Required, Err(488)),
        (Allowed, Off, Ok(false)),
        (Allowed, Allowed, Ok(true)),
        (Allowed, Required, Ok(true)),
        (Required, Off, Err(488)),
        (Required, Allowed, Ok(true)),
        (Required, Required, Ok(true)),
    ];
    for (offering, answering, wanted) in rows {
        let body = secure(offering, 1).offer(local(Direction::SendRecv), &[Codec::Pcma]);
        let answer = secure(answering, 100).answer(&Offer::parse(&body).unwrap(), local(Direction::SendRecv), &[]);
        let found = answer.map(|(_, stream)| stream.srtp.is_some()).map_err(|error| error.sip_status());
        assert_eq!(found, wanted, "{offering:?} → {answering:?}");
    }
}

#[test]
fn an_answer_that_drops_or_swaps_the_encryption_is_refused() {
    let rows = [
        ("plain", "m=audio 4 RTP/AVP 0\r\n".to_owned()),
        ("no key", "m=audio 4 RTP/SAVP 0\r\n".to_owned()),
        ("a tag we did not offer", format!("m=audio 4 RTP/SAVP 0\r\na=crypto:9 AEAD_AES_128_GCM inline:{}\r\n", "A".repeat(38) + "==")),
        ("another suite", format!("m=audio 4 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{}\r\n", "A".repeat(40))),
    ];
    for (name, media) in rows {
        let mut ours = secure(SrtpPolicy::Required, 1);
        ours.offer(local(Direction::SendRecv), &[Codec::Pcmu]);
        assert_eq!(ours.accept(&with_media(&media)).unwrap_err().sip_status(), 488, "{name}");
        assert!(ours.is_offering());
    }
}

/// RFC 8643.
#[test]
fn our_offer_that_leaves_the_choice_is_encrypted_by_who_tells_a_key_and_plain_to_who_does_not() {
    let key = "A".repeat(38) + "==";
    let rows = [
        ("no key", "m=audio 4 RTP/AVP 0\r\n".to_owned(), Ok(false)),
        ("a key", format!("m=audio 4 RTP/AVP 0\r\na=crypto:2 AEAD_AES_128_GCM inline:{key}\r\n"), Ok(true)),
        ("a key, under the other profile", format!("m=audio 4 RTP/SAVP 0\r\na=crypto:2 AEAD_AES_128_GCM inline:{key}\r\n"), Ok(true)),
        ("a tag we did not offer", format!("m=audio 4 RTP/AVP 0\r\na=crypto:9 AEAD_AES_128_GCM inline:{key}\r\n"), Err(488)),
        ("a suite we do not know", format!("m=audio 4 RTP/AVP 0\r\na=crypto:1 F8_128_HMAC_SHA1_80 inline:{key}\r\n"), Err(488)),
        ("the other profile without a key", "m=audio 4 RTP/SAVP 0\r\n".to_owned(), Err(488)),
    ];
    for (name, media, wanted) in rows {
        let mut ours = secure(SrtpPolicy::Allowed, 1);
        let body = ours.offer(local(Direction::SendRecv), &[Codec::Pcmu]);
        let text = std::str::from_utf8(&body).unwrap();
        assert_eq!((lines(text, "m="), lines(text, "a=crypto").len()), (vec!["m=audio 20000 RTP/AVP 0 101"], 5));
        let found = ours.accept(&with_media(&media)).map(|stream| stream.srtp.is_some()).map_err(|error| error.sip_status());
        assert_eq!(found, wanted, "{name}");
    }
}

#[test]
fn what_was_agreed_where_there_was_a_choice_stays() {
    let (one, two) = (local(Direction::SendRecv), local(Direction::SendOnly));
    let plain = with_media("m=audio 4 RTP/AVP 0\r\n");
    let mut ours = secure(SrtpPolicy::Allowed, 1);
    ours.offer(one, &[Codec::Pcmu]);
    ours.accept(&plain).unwrap();
    let later = ours.offer(two, &[Codec::Pcmu]);
    assert!(lines(std::str::from_utf8(&later).unwrap(), "a=crypto").is_empty(), "once in the clear, always");

    let (mut ours, mut theirs) = (secure(SrtpPolicy::Allowed, 1), secure(SrtpPolicy::Allowed, 100));
    let body = ours.offer(one, &[Codec::Pcmu]);
    let (body, _) = theirs.answer(&Offer::parse(&body).unwrap(), one, &[]).unwrap();
    let text = std::str::from_utf8(&body).unwrap();
    assert_eq!((lines(text, "m="), lines(text, "a=crypto").len()), (vec!["m=audio 20000 RTP/AVP 0 101"], 1));
    ours.accept(&Answer::parse(&body).unwrap()).unwrap();
    for (name, side) in [("who offered", &mut ours), ("who answered", &mut theirs)] {
        let later = side.offer(two, &[Codec::Pcmu]);
        let text = std::str::from_utf8(&later).unwrap();
        assert_eq!((lines(text, "m="), lines(text, "a=crypto").len()), (vec!["m=audio 20000 RTP/AVP 0 101"], 5), "{name}");
        assert_eq!(side.accept(&plain).unwrap_err().sip_status(), 488, "{name}: no longer a choice");
    }
}

#[test]
fn their_offer_that_leaves_the_choice_is_answered_as_the_policy_says() {
    use SrtpPolicy::{Allowed, Off, Required};
    let key = "A".repeat(38) + "==";
    let usable = format!("m=audio 4 RTP/AVP 0\r\na=crypto:1 AEAD_AES_128_GCM inline:{key}\r\n");
    let unknown = format!("m=audio 4 RTP/AVP 0\r\na=crypto:1 F8_128_HMAC_SHA1_80 inline:{key}\r\n");
    let rows = [
        (Off, &usable, Ok(false)),
        (Allowed, &usable, Ok(true)),
        (Required, &usable, Ok(true)),
        (Off, &unknown, Ok(false)),
        (Allowed, &unknown, Ok(false)),
        (Required, &unknown, Err(488)),
    ];
    for (policy, media, wanted) in rows {
        let mut ours = secure(policy, 1);
        let offer = with_media(media);
        assert_eq!(ours.admits(&offer).map_err(|error| error.sip_status()), wanted.map(drop), "{policy:?}");
        let answer = ours.answer(&offer, local(Direction::SendRecv), &[]).map_err(|error| error.sip_status());
        if let Ok((body, stream)) = &answer {
            let text = std::str::from_utf8(body).unwrap();
            assert_eq!((text.contains("RTP/AVP"), text.contains("a=crypto:1 ")), (true, stream.srtp.is_some()), "{policy:?}");
        }
        assert_eq!(answer.map(|(_, stream)| stream.srtp.is_some()), wanted, "{policy:?} {media}");
    }
}

#[test]
fn bounds_and_broken_bodies_are_malformed() {
    let many = "m=audio 4 RTP/AVP 0\r\n".repeat(MEDIA_MAX + 1);
    let rows = [
        ("empty", String::new()),
        ("no version", "s=-\r\n".to_owned()),
        ("too long", format!("{PHONE}a={}\r\n", "x".repeat(BODY_BYTES_MAX))),
        ("too many lines", format!("v=0\r\ns=-\r\nc=IN IP4 1.2.3.4\r\n{many}")),
        ("a port too large", "v=0\r\ns=-\r\nm=audio 70000 RTP/AVP 0\r\n".to_owned()),
    ];
    for (name, body) in rows {
        assert_eq!(Offer::parse(body.as_bytes()).unwrap_err().sip_status(), 400, "{name}");
    }
}

/// Lines near what phones send, to reach deep with random text.
fn any_description() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "[a-z]=[ -~]{0,40}",
        "m=(audio|video) [0-9]{1,5} RTP/(AVP|SAVP|AVPF)( [0-9]{1,3}){0,5}",
        "c=IN IP[46] ([0-9]{1,3}\\.){3}[0-9]{1,3}",
        "c=IN IP6 [0-9a-f:]{2,20}",
        "a=(rtpmap|fmtp):[0-9]{1,3} (PCMU|PCMA|G722|opus|telephone-event)?/?(8000|16000|48000)?(/2)?[0-9,-]{0,10}",
        "a=crypto:[0-9]{1,3} (AES_CM_128_HMAC_SHA1_80|AEAD_AES_128_GCM) inline:[A-Za-z0-9+/=]{30,44}[|;:A-Z0-9]{0,5}",
        "a=(sendrecv|sendonly|recvonly|inactive|rtcp:[0-9]{1,6}|ptime:[0-9.-]{0,6})",
    ];
    proptest::collection::vec(line, 0..20).prop_map(|lines| format!("v=0\r\n{}\r\n", lines.join("\r\n")))
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Offer::parse(&bytes);
    }

    /// Whatever is offered: an error that changes nothing, or an answer that reads back, has as many m-lines and sends
    /// what was offered.
    #[test]
    fn any_description_is_answered_or_refused(text in any_description(), prefer_pcmu in any::<bool>(), wide in any::<bool>()) {
        let Ok(offer) = Offer::parse(text.as_bytes()) else { return Ok(()) };
        let mut negotiator = Negotiator::new(1).allowing(if wide { &Codec::ALL } else { &[Codec::Pcmu, Codec::Pcma] });
        let prefer = if prefer_pcmu { vec![Codec::Pcmu] } else { vec![] };
        if let Ok((body, stream)) = negotiator.answer(&offer, local(Direction::SendRecv), &prefer) {
            let answer = Answer::parse(&body).unwrap();
            prop_assert_eq!(answer.session.medias.len(), offer.session.medias.len());
            prop_assert!(offer.audio().unwrap().formats.contains(&Format::Audio(stream.send.0, stream.send.1)));
            prop_assert!((10..=60).contains(&stream.ptime_ms));
            let mut other = Negotiator::new(2);
            other.offer(local(Direction::SendRecv), &[Codec::Pcmu, Codec::Pcma]);
            let _ = other.accept(&offer);
        } else {
            prop_assert_eq!(version(&negotiator.offer(local(Direction::SendRecv), &[Codec::Pcmu])), 1);
        }
    }
}
