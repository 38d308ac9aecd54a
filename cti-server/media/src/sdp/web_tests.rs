//! Offer and answer with web phones, as browsers write them, good and bad.

use super::*;
use cti_types::media::{Codec, Direction, Stream};
use cti_types::web::{DtlsRole, Fingerprint, FingerprintHash, Protection, Web};

const UFRAG: &str = "Vd5B";
const PWD: &str = "p9fU0kVmWvT6ssZ8BfrJ+1x/";

fn print_of(byte: u8) -> Fingerprint {
    Fingerprint::new(FingerprintHash::Sha256, &[byte; 32]).unwrap()
}

/// What a browser offers, in the order it writes it, with what the tests change.
fn browser(ufrag: &str, print: &Fingerprint, setup: &str) -> String {
    format!(
        "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=extmap-allow-mixed\r\n\
         a=msid-semantic: WMS stream\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n\
         a=candidate:1 1 udp 2122260223 0a1b2c3d-0000-4000-8000-000000000000.local 51472 typ host generation 0\r\n\
         a=ice-ufrag:{ufrag}\r\na=ice-pwd:{PWD}\r\na=ice-options:trickle\r\na=fingerprint:{print}\r\na=setup:{setup}\r\na=mid:0\r\n\
         a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=sendrecv\r\na=msid:stream track\r\na=rtcp-mux\r\na=rtcp-rsize\r\n\
         a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\n\
         a=fmtp:63 111/111\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:13 CN/8000\r\n\
         a=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\na=ssrc:1 cname:x\r\n"
    )
}

fn read(text: &str) -> Description {
    Description::parse(text.as_bytes()).unwrap()
}

fn local(direction: Direction) -> Local {
    Local { ip: "192.0.2.1".parse().unwrap(), port: 20000, direction }
}

fn negotiator(offering: bool) -> Negotiator {
    Negotiator::new(5).allowing(&Codec::ALL).speaking_web(print_of(1), IceSeed::new([9; 32]), offering)
}

fn answered(negotiator: &mut Negotiator, text: &str) -> (String, Stream) {
    let (body, stream) = negotiator.answer(&read(text), local(Direction::SendRecv), &[]).unwrap();
    (String::from_utf8(body.to_vec()).unwrap(), stream)
}

fn web(stream: &Stream) -> Web {
    match &stream.srtp {
        Some(Protection::Web(web)) => (**web).clone(),
        other => panic!("no web phone's stream: {other:?}"),
    }
}

fn value<'a>(body: &'a str, name: &str) -> &'a str {
    let prefix = format!("a={name}:");
    body.lines().find_map(|line| line.strip_prefix(prefix.as_str())).unwrap_or_else(|| panic!("no {name} in {body}"))
}

#[test]
fn a_browsers_offer_is_answered_as_ice_lite_with_one_candidate_and_our_certificate() {
    let (body, stream) = answered(&mut negotiator(false), &browser(UFRAG, &print_of(7), "actpass"));
    let web = web(&stream);
    assert_eq!((web.remote_ufrag.as_str(), web.role, &web.fingerprint), (UFRAG, DtlsRole::Server, &print_of(7)));
    assert_eq!((value(&body, "ice-ufrag"), value(&body, "ice-pwd")), (web.local.ufrag.as_str(), web.local.pwd.as_str()));
    assert_eq!(value(&body, "fingerprint"), print_of(1).to_string());
    assert_eq!(value(&body, "setup"), "passive");
    assert_eq!(value(&body, "candidate"), "1 1 udp 2130706431 192.0.2.1 20000 typ host");
    assert_eq!((value(&body, "group"), value(&body, "mid")), ("BUNDLE 0", "0"));
    assert!(body.contains("m=audio 20000 UDP/TLS/RTP/SAVPF 111 9 0 8 110 126\r\n"), "{body}");
    for flag in ["a=ice-lite\r\n", "a=rtcp-mux\r\n", "a=end-of-candidates\r\n", "a=sendrecv\r\n"] {
        assert_eq!(body.matches(flag).count(), 1, "{flag}");
    }
    assert!(body.find("a=ice-lite") < body.find("m=audio"), "ice-lite stands before the first media line (RFC 8839 5.3)");
    assert!(!body.contains("a=crypto") && !body.contains(PWD));
    assert_eq!((stream.send, stream.direction), ((111, Codec::Opus), Direction::SendRecv));
    assert_eq!((stream.event_send, stream.wide_event_send), (Some(126), Some(110)));
    read(&body);
}

#[test]
fn what_is_missing_or_weak_is_not_answered() {
    let good = browser(UFRAG, &print_of(7), "actpass");
    let sha1 = format!("a=fingerprint:sha-1 {}", ["AB"; 20].join(":"));
    let rows = [
        ("no rtcp-mux", good.replace("a=rtcp-mux\r\n", "")),
        ("no name", good.replace(&format!("a=ice-ufrag:{UFRAG}\r\n"), "")),
        ("a short name", good.replace("a=ice-ufrag:Vd5B", "a=ice-ufrag:Vd5")),
        ("no password", good.replace(&format!("a=ice-pwd:{PWD}\r\n"), "")),
        ("a short password", good.replace(PWD, "p9fU0kVmWvT6ssZ8BfrJ+")),
        ("another character", good.replace(PWD, "p9fU0kVmWvT6ssZ8BfrJ+1x-")),
        ("no fingerprint", good.replace("a=fingerprint:", "a=finger:")),
        ("only SHA-1", good.replace(&format!("a=fingerprint:{}", print_of(7)), &sha1)),
        ("no connection wanted", good.replace("a=setup:actpass", "a=setup:holdconn")),
        ("a line break in mid", good.replace("a=mid:0", &format!("a=mid:{}", "x".repeat(40)))),
        ("DTLS over TCP", good.replace("UDP/TLS/RTP/SAVPF", "TCP/TLS/RTP/SAVPF")),
        ("feedback without DTLS", good.replace("UDP/TLS/RTP/SAVPF", "RTP/SAVPF")),
    ];
    for (name, text) in rows {
        let refused = negotiator(false).answer(&read(&text), local(Direction::SendRecv), &[]);
        assert_eq!(refused.map(|_| ()).unwrap_err().sip_status(), 488, "{name}");
    }
    let without = Negotiator::new(5).allowing(&Codec::ALL).answer(&read(&good), local(Direction::SendRecv), &[]);
    assert!(matches!(without, Err(SdpError::NoCommonKey)), "where web phones are not spoken to");
}

#[test]
fn what_the_session_says_serves_for_the_line_and_the_strongest_fingerprint_counts() {
    let strong = Fingerprint::new(FingerprintHash::Sha512, &[3; 64]).unwrap();
    let line = format!("a=fingerprint:{}\r\n", print_of(7));
    let text = browser(UFRAG, &print_of(7), "active").replace(&line, "");
    let text = text.replacen("t=0 0\r\n", &format!("t=0 0\r\n{line}a=fingerprint:{strong}\r\n"), 1);
    let (_, stream) = answered(&mut negotiator(false), &text);
    assert_eq!(web(&stream).fingerprint, strong);
}

#[test]
fn roles_follow_the_setup_and_stay_in_later_offers() {
    for (setup, ours, written) in
        [("actpass", DtlsRole::Server, "passive"), ("active", DtlsRole::Server, "passive"), ("passive", DtlsRole::Client, "active")]
    {
        let mut side = negotiator(false);
        let (body, stream) = answered(&mut side, &browser(UFRAG, &print_of(7), setup));
        assert_eq!((web(&stream).role, value(&body, "setup")), (ours, written));
        let (body, stream) = answered(&mut side, &browser(UFRAG, &print_of(7), "actpass"));
        assert_eq!((web(&stream).role, value(&body, "setup")), (ours, written), "the handshake that was done is kept");
        let (_, stream) = answered(&mut side, &browser(UFRAG, &print_of(8), "actpass"));
        assert_eq!(web(&stream).role, DtlsRole::Server, "another certificate, another handshake");
    }
}

#[test]
fn a_hold_changes_nothing_of_the_path_and_a_restart_gets_a_new_name_and_password() {
    let mut side = negotiator(false);
    let offer = browser(UFRAG, &print_of(7), "actpass");
    let (_, first) = answered(&mut side, &offer);
    let (body, held) = answered(&mut side, &offer.replace("a=sendrecv", "a=inactive"));
    assert_eq!((web(&held), held.direction), (web(&first), Direction::Inactive));
    assert!(side.remote_holds() && body.contains("a=inactive"));
    let (body, again) = answered(&mut side, &browser("wXyZ", &print_of(7), "actpass"));
    let (one, other) = (web(&first), web(&again));
    assert_eq!(other.remote_ufrag, "wXyZ");
    assert!(one.local.ufrag != other.local.ufrag && one.local.pwd != other.local.pwd);
    assert_eq!(value(&body, "ice-ufrag"), other.local.ufrag);
    assert_eq!((one.role, one.fingerprint), (other.role, other.fingerprint), "no new handshake");
}

#[test]
fn our_offer_to_a_web_phone_is_agreed_by_its_answer() {
    let mut side = negotiator(true);
    let body = side.offer(local(Direction::SendRecv), &[Codec::Pcmu, Codec::Opus]);
    let body = std::str::from_utf8(&body).unwrap();
    assert!(body.contains("m=audio 20000 UDP/TLS/RTP/SAVPF 0 111 101 110\r\n"), "{body}");
    assert_eq!((value(body, "setup"), value(body, "mid"), value(body, "group")), ("actpass", "0", "BUNDLE 0"));
    let offered = read(body);
    assert!(offered.audio().unwrap().web.is_some(), "what we write we can read");
    let answer = browser(UFRAG, &print_of(7), "active");
    let stream = side.accept(&read(&answer)).unwrap();
    assert_eq!((web(&stream).role, web(&stream).local.ufrag.as_str()), (DtlsRole::Server, value(body, "ice-ufrag")));
    let passive = side.accept(&read(&answer.replace("a=setup:active", "a=setup:passive"))).unwrap();
    assert_eq!(web(&passive).role, DtlsRole::Client);
    // A later offer of ours asks for no restart.
    let later = side.offer(local(Direction::SendOnly), &[Codec::Pcmu]);
    assert_eq!(value(std::str::from_utf8(&later).unwrap(), "ice-ufrag"), value(body, "ice-ufrag"));
}

#[test]
fn an_answer_that_is_no_web_phones_or_chooses_no_role_is_refused() {
    let plain = "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 4 RTP/AVP 0\r\n";
    let mut side = negotiator(true);
    side.offer(local(Direction::SendRecv), &[Codec::Pcmu]);
    assert!(matches!(side.accept(&read(plain)), Err(SdpError::NotEncrypted)));
    assert!(side.accept(&read(&browser(UFRAG, &print_of(7), "actpass"))).is_err());
    assert!(side.is_offering());
    let mut desk = negotiator(false);
    desk.offer(local(Direction::SendRecv), &[Codec::Pcmu]);
    assert!(matches!(desk.accept(&read(&browser(UFRAG, &print_of(7), "active"))), Err(SdpError::NoCommonKey)));
}

#[test]
fn a_web_phones_call_never_goes_on_in_the_clear() {
    let mut side = negotiator(false);
    answered(&mut side, &browser(UFRAG, &print_of(7), "actpass"));
    let plain = "v=0\r\no=- 1 2 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 4 RTP/AVP 0\r\n";
    assert!(matches!(side.answer(&read(plain), local(Direction::SendRecv), &[]), Err(SdpError::NotEncrypted)));
    let body = side.offer(local(Direction::SendRecv), &[Codec::Pcmu]);
    assert!(std::str::from_utf8(&body).unwrap().contains("UDP/TLS/RTP/SAVPF"));
}

#[test]
fn a_line_of_each_kind_is_chosen_from_as_the_leg_may_and_the_other_is_refused() {
    let web_line = browser(UFRAG, &print_of(7), "actpass");
    let both = format!("{web_line}m=audio 4000 RTP/AVP 0\r\nc=IN IP4 10.0.0.9\r\n");
    let (body, stream) = answered(&mut negotiator(false), &both);
    assert!(matches!(stream.srtp, Some(Protection::Web(_))));
    assert!(body.contains("m=audio 0 RTP/AVP 0\r\n"));
    let mut plain = Negotiator::new(5).allowing(&Codec::ALL);
    let (body, stream) = answered(&mut plain, &both);
    assert_eq!((stream.srtp, stream.remote.to_string().as_str()), (None, "10.0.0.9:4000"));
    assert!(body.contains("m=audio 0 UDP/TLS/RTP/SAVPF"));
}

#[test]
fn cut_anywhere_a_browsers_body_is_read_or_refused() {
    let text = browser(UFRAG, &print_of(7), "actpass");
    for end in 0..text.len() {
        if let Ok(offer) = Description::parse(&text.as_bytes()[..end])
            && let Ok((body, _)) = negotiator(false).answer(&offer, local(Direction::SendRecv), &[])
        {
            Description::parse(&body).unwrap();
        }
    }
}
