//! The parser against odd and hostile messages, against itself, and against `rsip`.

use crate::rig::{SDP, inside, invite, respond};
use bytes::Bytes;
use cti_sip::message::{Defect, Error, Message, Method, Name, Writer};
use proptest::prelude::*;

fn parse(text: &str) -> Message {
    Message::parse(&Bytes::from(text.to_owned())).unwrap()
}

/// In the spirit of RFC 4475 3.1.1.1: everything legal at once.
const TORTUOUS: &str = "\r\n\r\nINVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\n\
    TO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\n\
    from   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8\r\n\
    MaX-fOrWaRdS: 0068\r\nCall-ID: wsinv.ndaksdj@192.0.2.1\r\nCSeq: 0009\r\n  INVITE\r\n\
    Via  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw\r\ns :\r\n\
    NewFangledHeader:   newfangled value\r\n continued newfangled value\r\nUnknownHeaderWithUnusualValue: ;;,,;;,;\r\n\
    Content-Type: application/sdp\r\nRoute:\r\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\r\n\
    v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239\r\n\
    m:\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =\r\n      newvalue ;\r\n  secondparam ; q = 0.33\r\n\r\nbody";

#[test]
fn a_tortuous_message_is_read_right() {
    let m = parse(TORTUOUS);
    assert_eq!((m.method(), m.defect()), (Method::Invite, None));
    assert_eq!((m.to().unwrap().uri, m.to().unwrap().tag()), ("sip:vivekg@chair-dnrc.example.com", Some("1918181833n")));
    assert_eq!((m.from().unwrap().display().as_deref(), m.from().unwrap().tag()), (Some("J Rosenberg \\\""), Some("98asjd8")));
    assert_eq!((m.cseq().unwrap().number, m.get(Name::Subject), m.get(Name::MaxForwards)), (9, Some(""), Some("0068")));
    let vias: Vec<_> = m.values(Name::Via).map(|v| cti_sip::message::Via::parse(v).unwrap()).collect();
    let got: Vec<_> = vias.iter().map(|v| (v.transport, v.host, v.branch())).collect();
    let wanted = [
        ("UDP", "192.0.2.2", Some("390skdjuw")),
        ("TCP", "spindle.example.com", Some("z9hG4bK9ikj8")),
        ("UDP", "192.168.255.111", Some("z9hG4bK30239")),
    ];
    assert_eq!(got, wanted);
    assert_eq!(m.header("unknownheaderwithunusualvalue"), Some(";;,,;;,;"));
    assert_eq!(m.contact(), Some("sip:jdrosen@example.com"));
    assert_eq!(m.body().as_ref(), b"body");
}

#[test]
fn what_is_no_sip_is_an_error() {
    let table: [(&[u8], Error); 8] = [
        (b"", Error::Incomplete),
        (b"\r\n\r\n", Error::Incomplete),
        (b"INVITE sip:a SIP/2.0\r\n", Error::Incomplete),
        (b"GET / HTTP/1.1\r\n\r\n", Error::StartLine),
        (b"SIP/2.0 OK\r\n\r\n", Error::StartLine),
        (b"SIP/2.0 99 Low\r\n\r\n", Error::StartLine),
        (b"IN{VITE sip:a SIP/2.0\r\n\r\n", Error::StartLine),
        (b"\xff\xfe\x00\n\n", Error::StartLine),
    ];
    for (bytes, error) in table {
        assert_eq!(Message::parse(&Bytes::copy_from_slice(bytes)), Err(error), "{:?}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn spoilt_messages_are_read_with_their_defect() {
    let table = [
        ("OPTIONS sip:a SIP/2.0\r\nx\r\n\r\n", Defect::HeaderLine),
        ("OPTIONS sip:a SIP/2.0\r\nx: a\rb\r\n\r\n", Defect::Control),
        ("OPTIONS sip:a SIP/2.0\r\nx: a\0b\r\n\r\n", Defect::Control),
        ("OPTIONS sip:a SIP/2.1\r\n\r\n", Defect::Version),
        ("OPTIONS sip:a SIP/2.0\r\nl: 5\r\n\r\nab", Defect::ContentLength),
        ("OPTIONS sip:a b SIP/2.0\r\n\r\n", Defect::RequestUri),
    ];
    for (text, defect) in table {
        assert_eq!(parse(text).defect(), Some(defect), "{text:?}");
    }
    let many = format!("OPTIONS sip:a SIP/2.0\r\n{}\r\n", "x: y\r\n".repeat(300));
    assert_eq!(parse(&many).defect(), Some(Defect::TooManyHeaders));
}

#[test]
fn latin_1_in_a_name_costs_only_the_letter() {
    let bytes = [b"INVITE sip:a SIP/2.0\r\nFrom: \"J\xfcrgen\" <sip:a@b>;tag=1\r\nl: 0\r\n\r\n".as_slice()].concat();
    let m = Message::parse(&Bytes::from(bytes)).unwrap();
    assert_eq!((m.from().unwrap().display().as_deref(), m.from().unwrap().tag()), (Some("J?rgen"), Some("1")));
}

#[test]
fn bytes_behind_the_content_length_are_dropped() {
    let m = parse("OPTIONS sip:a SIP/2.0\r\nContent-Length: 2\r\n\r\nabcd");
    assert_eq!((m.body().as_ref(), m.defect()), (&b"ab"[..], None));
}

fn touch(m: &Message) {
    let _ = (m.via(), m.from().map(|f| (f.tag(), f.display(), f.parsed_uri().map(|u| u.user_plain()))), m.to().map(|t| t.tag()));
    let _ = (m.cseq(), m.contact(), m.call_id(), m.method_text(), m.request_uri(), m.reason_text(), m.headers().count());
    let _ = (cti_sip::message::check::request(m), cti_sip::message::sdp_of(m), cti_sip::message::digit(m));
    for name in [Name::Via, Name::Route, Name::Contact, Name::Require] {
        let _ = m.values(name).count();
    }
}

fn samples() -> Vec<String> {
    let call = parse(&invite("c1", "z9hG4bKa1", 1, SDP));
    vec![
        invite("c1", "z9hG4bKa1", 1, SDP),
        inside("BYE", "x", 2, "z9hG4bKb", None),
        respond(&call, 200, "far", "Contact: <sip:a@b>\r\n", SDP),
        TORTUOUS.into(),
    ]
}

fn word() -> impl Strategy<Value = String> {
    "[A-Za-z0-9.~+-]{1,12}"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_are_parsed_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(m) = Message::parse(&Bytes::from(bytes)) { touch(&m); }
    }

    #[test]
    fn mutated_messages_are_parsed_or_refused(which in 0usize..4, edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 1..20)) {
        let mut bytes = samples()[which].clone().into_bytes();
        for (at, byte, kind) in edits {
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, b"\r\n\";<>,:@% \t="[byte as usize % 13]),
                _ => { bytes.remove(at); }
            }
        }
        if let Ok(m) = Message::parse(&Bytes::from(bytes)) { touch(&m); }
    }

    #[test]
    fn what_is_written_is_read_back(
        method in "[A-Z]{1,10}", user in word(), headers in proptest::collection::vec((word(), "[ -~äö]{0,30}"), 0..20),
        body in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        let uri = format!("sip:{user}@example.com");
        let mut writer = Writer::request(&method, &uri);
        for (name, value) in &headers { writer.header(&format!("X-{name}"), value); }
        let m = Message::parse(&writer.finish(Some(("a/b", &body)))).unwrap();
        prop_assert_eq!((m.method_text(), m.request_uri(), m.defect()), (method.as_str(), uri.as_str(), None));
        let got: Vec<_> = m.headers().take(headers.len()).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        let wanted: Vec<_> = headers.iter().map(|(n, v)| (format!("X-{n}"), v.trim_ascii().to_owned())).collect();
        prop_assert_eq!(got, wanted);
        prop_assert_eq!(m.body().as_ref(), body.as_slice());
    }

    /// What `rsip` accepts we read alike.
    #[test]
    fn rsip_agrees(
        method in prop::sample::select(vec!["INVITE", "BYE", "OPTIONS", "REGISTER", "INFO"]), user in "[a-z0-9]{1,8}", host in "[a-z]{1,8}\\.example",
        port in proptest::option::of(1u16..), tag in "[a-z0-9]{1,10}", branch in "[a-z0-9]{1,10}", call in "[a-z0-9@]{1,20}", cseq in 1u32..0x7fff_ffff,
        compact in any::<bool>(), display in proptest::option::of("[A-Za-z][A-Za-z ]{0,8}[A-Za-z]"), body in "[a-z\r\n=]{0,40}",
    ) {
        use rsip::prelude::*;
        let port_text = port.map(|p| format!(":{p}")).unwrap_or_default();
        let shown = display.as_ref().map(|d| format!("\"{d}\" ")).unwrap_or_default();
        // `rsip` finds headers by their long form only: it gets that, we get either.
        let write = |compact: bool| {
            let n = |long: &'static str, short: &'static str| if compact { short } else { long };
            format!(
                "{method} sip:{user}@{host}{port_text} SIP/2.0\r\n{}: SIP/2.0/UDP {host}{port_text};branch=z9hG4bK{branch}\r\n\
                 {}: {shown}<sip:{user}@{host}>;tag={tag}\r\n{}: <sip:b@{host}>\r\n{}: {call}\r\nCSeq: {cseq} {method}\r\n\
                 Max-Forwards: 70\r\n{}: {}\r\n\r\n{body}",
                n("Via", "v"), n("From", "f"), n("To", "t"), n("Call-ID", "i"), n("Content-Length", "l"), body.len()
            )
        };
        let ours = parse(&write(compact));
        prop_assert_eq!(ours.defect(), None);
        let Ok(theirs) = rsip::Request::try_from(write(false).as_bytes()) else { return Ok(()) };
        prop_assert_eq!(theirs.method.to_string(), ours.method_text());
        prop_assert_eq!(theirs.uri.to_string(), ours.request_uri());
        let cseq_header = theirs.cseq_header().unwrap().typed().unwrap();
        prop_assert_eq!(cseq_header.seq, ours.cseq().unwrap().number);
        prop_assert_eq!(theirs.call_id_header().unwrap().value(), ours.call_id().unwrap());
        let from = theirs.from_header().unwrap().typed().unwrap();
        prop_assert_eq!(from.tag().map(|t| t.value().to_owned()), ours.from().unwrap().tag().map(str::to_owned));
        prop_assert_eq!(from.uri.to_string(), ours.from().unwrap().uri);
        prop_assert_eq!(from.display_name.as_deref().map(|d| d.trim_matches('"').to_owned()), ours.from().unwrap().display().map(|d| d.into_owned()));
        let via = theirs.via_header().unwrap().typed().unwrap();
        prop_assert_eq!(via.branch().map(|b| b.value().to_owned()), ours.via().unwrap().branch().map(str::to_owned));
        prop_assert_eq!(via.uri.host_with_port.to_string(), format!("{}{port_text}", ours.via().unwrap().host));
        prop_assert_eq!(theirs.body.as_slice(), ours.body().as_ref());
    }
}
