//! Attacks over real sockets, and what holds meanwhile: a call that is up is heard on both sides, a new one comes in. Each attack has a
//! server of its own, as the limits count for all strangers together. What each does to the server is printed (`--nocapture`).

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "the tests say how long something took")]

mod common_attacks;
mod common_cases;

use common_attacks::{Fraud, Good, OnLine, Slow, carrier, flood, ip, new_call, report, secure_house, slowly};
use common_cases::{Line, Numbering, Place, TRUNK, Voice, closed, interaction, make, offer, raw_phone, text};
use cti_phone::digest::{Algorithm, Challenge};
use cti_phone::raw::{RawPeer, Received, values};
use cti_phone::{Description, PhoneError, Transport};
use e2e::{Database, House, PATIENCE, eventually, until};
use serde_json::{Value, json};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, UdpSocket};

/// How long nothing may come, where nothing is expected.
const QUIET: Duration = Duration::from_millis(1500);
const CALLER: u16 = 600;
const AGENT: u16 = 1500;
const STRANGER: u16 = 2300;

async fn house() -> House {
    House::start(Database::Sqlite).await
}

fn invites(r: &Received) -> bool {
    r.method() == Some(cti_phone::rsip::Method::Invite)
}

// ---- passwords

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessed_passwords_are_hardly_looked_at_and_the_telephone_they_are_for_works_on() {
    const GUESSES: u32 = 100;
    let house = house().await;
    let good = Good::up(&house).await;
    let user = good.place.sip_user.clone();
    let mut peer = RawPeer::udp(SocketAddr::new(ip(20), 0)).await.unwrap();
    let mut dialog = peer.dialog(house.sip(), &format!("sip:{}", house.sip()), &user);
    dialog.to = format!("<sip:{user}@{}>", house.sip());
    let (mut authorization, mut answered) = (None::<String>, 0);
    for n in 0..GUESSES {
        let lines: Vec<String> = authorization.iter().map(|value: &String| format!("Authorization: {value}")).collect();
        let request = dialog.request("REGISTER", &lines.iter().map(String::as_str).collect::<Vec<_>>(), "");
        peer.send(request, house.sip()).await.unwrap();
        if let Ok(answer) = peer.receive(Duration::from_millis(30)).await {
            assert_eq!(answer.status(), Some(401));
            answered += 1;
            let challenge = Challenge::choose(values(&answer, "WWW-Authenticate").into_iter(), Algorithm::Sha256).unwrap();
            authorization = Some(challenge.answer(&user, &format!("guess {n}"), "REGISTER", &dialog.request_uri, 1, "c0ffee"));
        }
    }
    assert!((2..=15).contains(&answered), "{answered} of {GUESSES} were answered");
    // The owner's telephone, where it stands, registers once more.
    let again = good.place.phone(&house, Transport::Udp).await;
    again.registration.unwrap().unregister().await.unwrap();
    let shown = good.place.rest.read("/sip/refused").await;
    let entries = shown["requests"].as_array().unwrap();
    let wrong = entries.iter().find(|entry| text(entry, "/reason") == "wrong_password").unwrap();
    assert!(text(wrong, "/phone") == good.desk.phone_id && wrong["count"].as_u64() >= Some(2), "{wrong:#}");
    let rest = house.rest();
    let (wrong, slowed) = (rest.figure("cordboard_sip_wrong_credentials_total").await, rest.figure("cordboard_sip_slowed_total").await);
    report("REGISTER guessing", &format!("{GUESSES} guesses, {answered} answered, {wrong} judged, {slowed} not looked at"));
    assert!(wrong <= 15);
    good.unharmed().await;
}

// ---- floods

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_invites_from_one_source_stops_at_the_door() {
    let house = house().await;
    let good = Good::up(&house).await;
    let (before, begin) = (house.cpu(), Instant::now());
    let sent = tokio::spawn(flood(house.sip(), vec![ip(21)], 300, 100));
    let took = new_call(&house).await;
    let (sent, answered) = sent.await.unwrap();
    let rest = house.rest();
    let limited = eventually("the flood at the door", async || {
        let limited = rest.figure("cordboard_sip_limited_total").await;
        (limited > sent / 2).then_some(limited)
    })
    .await;
    let cpu = house.cpu().saturating_sub(before).as_millis();
    let seconds = begin.elapsed().as_secs_f32();
    report(
        "INVITE flood, 1 source",
        &format!(
            "{sent} sent in {seconds:.1} s, {answered} answered, {limited} dropped at the door, {cpu} ms of CPU, a new call in {took:?}"
        ),
    );
    assert!(answered <= 500, "{answered}");
    let dropped = rest.read("/sip/refused").await;
    let source = dropped["dropped"].as_array().unwrap().iter().find(|source| text(source, "/source") == "127.0.0.21").unwrap().clone();
    assert!(text(&source, "/why") == "too_much" && source["count"].as_u64() > Some(sent / 4), "{source}");
    good.unharmed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_invites_from_a_thousand_sources_leaves_the_way_in_open() {
    let house = house().await;
    let good = Good::up(&house).await;
    let (before, begin) = (house.cpu(), Instant::now());
    let sources = (0..1_000u16).map(|n| IpAddr::from([127, 9, (n / 250) as u8, (n % 250) as u8 + 1])).collect();
    let sent = tokio::spawn(flood(house.sip(), sources, 200, 250));
    let took = [new_call(&house).await, new_call(&house).await];
    let (sent, answered) = sent.await.unwrap();
    let rest = house.rest();
    let cpu = house.cpu().saturating_sub(before).as_millis();
    let (limited, lost) = (rest.figure("cordboard_sip_limited_total").await, rest.figure("cordboard_switch_lost_total").await);
    let seconds = begin.elapsed().as_secs_f32();
    report(
        "INVITE flood, 1,000 sources",
        &format!(
            "{sent} sent in {seconds:.1} s, {answered} answered, {limited} dropped at the door and {lost} behind it, {cpu} ms of CPU, \
             new calls in {took:?}"
        ),
    );
    assert!(limited + lost > sent / 10, "all strangers together are limited: {limited} and {lost}");
    let table = rest.read("/sip/refused").await;
    assert!(table["requests"].as_array().unwrap().len() <= 192 && table["dropped"].as_array().unwrap().len() <= 256);
    good.unharmed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scanners_are_not_answered_when_they_say_so_and_cut_off_when_they_do_not() {
    let house = house().await;
    let good = Good::up(&house).await;
    let mut peer = RawPeer::udp(SocketAddr::new(ip(22), 0)).await.unwrap();
    for n in 0..50 {
        let mut dialog = peer.dialog(house.sip(), &format!("sip:{}@{}", 1000 + n, house.sip()), "100");
        let method = ["OPTIONS", "INVITE", "REGISTER"][n % 3];
        let request = dialog.request(method, &["User-Agent: friendly-scanner"], "");
        peer.send(request, house.sip()).await.unwrap();
    }
    assert_eq!(peer.count(QUIET, |_| true).await, 0, "not a word");
    let rest = house.rest();
    assert_eq!(rest.figure("cordboard_sip_scanners_total").await, 50);
    let (sent, answered) = flood(house.sip(), vec![ip(23)], 200, 5).await;
    let (scanners, shown) = (50, rest.read("/sip/refused").await);
    let why = |source: &str| {
        shown["dropped"].as_array().unwrap().iter().find(|of| text(of, "/source") == source).map(|of| text(of, "/why").to_owned())
    };
    assert_eq!((why("127.0.0.22").as_deref(), why("127.0.0.23").as_deref()), (Some("scanner"), Some("too_much")));
    assert!(answered <= 150, "{answered} of {sent}");
    report("scanners", &format!("{scanners} with a scanner's name: 0 answered; {sent} without: {answered} answered"));
    good.unharmed().await;
}

// ---- digests, numbers and headers

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_digest_goes_to_nobody_but_the_trunk_it_is_for() {
    let house = house().await;
    let rest = house.new_rest();
    let account = json!({ "user": "us", "realm": "carrier.example", "password": "between us" });
    let row = json!({
        "name": "with account", "sources": ["192.0.2.1"], "peer": "127.0.0.1:9", "country": "GB",
        "outbound": { "account": account, "prefixes": ["+4420794697"] },
    });
    make(&rest, "/trunks", row).await;
    let challenge = "WWW-Authenticate: Digest realm=\"carrier.example\", nonce=\"n0\", algorithm=MD5, qop=\"auth\"";
    let told = |r: &Received| r.header("Authorization").or(r.header("Proxy-Authorization")).is_some();

    // A telephone of ours that is called, and wants to see our digest.
    let place = Place::new(&house).await;
    let mut phone = raw_phone(&house, &place).await;
    let _desk = place.desk_with(&house, e2e::Phone::unregistered(&place.sip_user).await).await;
    let mut line = Line::new(&house, &place.number).await;
    line.connect(&offer(TRUNK, 9, 1, "sendrecv")).await;
    let invite = common_cases::asked(&mut phone, "INVITE").await;
    phone.respond(&invite, 401, "t", &[challenge], "").await.unwrap();
    phone.respond(&invite, 407, "t", &[&challenge.replace("WWW", "Proxy")], "").await.unwrap();
    assert_eq!(phone.count(QUIET, told).await, 0, "a telephone is told nothing");
    line.bye().await;
    closed(&place.rest, &line.number).await;

    // A caller whom we hang up on.
    let OnLine { mut line, taken, desk: _desk } = Good::on_line(&house).await;
    taken.hang_up().await.unwrap();
    let bye = line.asked("BYE").await;
    line.peer.respond(&bye, 401, "", &[challenge], "").await.unwrap();
    assert_eq!(line.peer.count(QUIET, told).await, 0, "a caller is told nothing");
    report("digest leak", "challenges of a telephone, of a caller: 0 digests (of another realm, of a redirection: tests of the trunks)");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirection_leads_to_no_dear_number_not_even_by_a_trunk_of_ours() {
    let house = house().await;
    let good = Good::up(&house).await;
    let mut fraud = Fraud::new(&house).await;
    // The first carrier is in league with a dear number, or somebody answers in its place.
    let invite = fraud.dialled().await;
    let contact = format!("Contact: <sip:+18765551234@{}>", fraud.second.local_addr());
    fraud.first.respond(&invite, 302, "t", &[&contact], "").await.unwrap();
    assert_eq!(fraud.second.count(QUIET, invites).await, 0, "nobody calls the number we are sent to");
    let over = fraud.over().await;
    assert_eq!(text(common_cases::events(&over, "outside_failed")[0], "/body/reason"), "failed");

    // A telephone of ours that sends its calls on to a number outside.
    let place = Place::new(&house).await;
    let mut phone = raw_phone(&house, &place).await;
    let _desk = place.desk_with(&house, e2e::Phone::unregistered(&place.sip_user).await).await;
    let mut line = Line::new(&house, &place.number).await;
    line.connect(&offer(TRUNK, 9, 1, "sendrecv")).await;
    let invite = common_cases::asked(&mut phone, "INVITE").await;
    phone.respond(&invite, 302, "t", &[&contact], "").await.unwrap();
    assert_eq!(fraud.second.count(QUIET, invites).await, 0, "a telephone forwards to nobody");
    line.bye().await;
    closed(&place.rest, &line.number).await;
    report("toll fraud through 302", "of a carrier to another number by a trunk of ours, of a telephone: 0 calls went out");
    good.unharmed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refer_leads_to_no_dear_number_and_one_of_a_caller_leads_nowhere() {
    const DEAR: [&str; 2] = ["+19005551234", "+88161234567"];
    let house = house().await;
    let good = Good::up(&house).await;
    // Whoever may dial may dial anything but what must be named, and a carrier would take that as well.
    make(&good.place.rest, "/dial-rules", json!({ "name": "everybody", "sort": 100 })).await;
    let mut carriers = [carrier(&good.place, "+1900", 1).await, carrier(&good.place, "+881", 1).await];
    let OnLine { mut line, taken, desk: _desk } = Good::on_line(&house).await;
    let ours = [DEAR[0], DEAR[1], good.place.number.as_str(), good.place.sip_user.as_str()];
    let sip = house.sip();
    for user in DEAR {
        let refused = taken.refer(format!("<sip:{user}@{sip}>"), &[]).await;
        assert!(matches!(refused, Err(PhoneError::Refused(403))), "a telephone, {user}: {refused:?}");
    }
    let elsewhere = taken.refer("<sip:somebody@203.0.113.9>", &[]).await;
    assert!(matches!(elsewhere, Err(PhoneError::Refused(404))), "a telephone, to another house: {elsewhere:?}");
    for user in ours {
        line.request("REFER", &[&format!("Refer-To: <sip:{user}@{sip}>")], "").await;
        assert_eq!(line.response("REFER").await.status(), Some(403), "a caller, {user}");
    }
    for carrier in &mut carriers {
        assert_eq!(carrier.count(QUIET, invites).await, 0, "nobody calls the number we are sent to");
    }
    line.bye().await;
    report("toll fraud through REFER", "of a telephone to dear numbers and another house, of a caller to anywhere: 0 calls went out");
    good.unharmed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_smuggled_in_headers_is_refused_or_stays_where_it_was() {
    const DEAR: &str = "+19005551234";
    let house = house().await;
    let good = Good::up(&house).await;
    let asserted = format!("P-Asserted-Identity: <sip:{DEAR}@127.0.0.1>");
    let refused: Vec<(&str, String)> = vec![
        ("a bare CR", format!("Subject: x\r{asserted}")),
        ("a NUL", format!("Subject: x\0{asserted}")),
        ("a second From", "From: <sip:+19005551234@127.0.0.1>;tag=2".to_owned()),
        ("a second To", "To: <sip:+19005551234@127.0.0.1>".to_owned()),
        ("a second Call-ID", "Call-ID: another".to_owned()),
        ("a second CSeq", "CSeq: 7 INVITE".to_owned()),
        ("a second Max-Forwards", "Max-Forwards: 255".to_owned()),
        ("a line without a colon", "P-Asserted-Identity".to_owned()),
    ];
    for (what, header) in &refused {
        let mut line = Line::new(&house, &good.place.number).await;
        assert_eq!(line.refused(&[header], &offer(TRUNK, 9, 1, "sendrecv")).await.status(), Some(400), "{what}");
        assert!(good.place.rest.interactions_of(&line.number).await.is_empty(), "{what}");
    }
    // Folded into another header it is no header, nor is what is escaped in a number.
    let place = Place::new(&house).await;
    let mut phone = raw_phone(&house, &place).await;
    let desk = place.desk_with(&house, e2e::Phone::unregistered(&place.sip_user).await).await;
    let mut taken = 0;
    for (user, header) in [
        ("", format!("Subject: hello\r\n {asserted}")),
        ("", "X-Interaction: 00000000-0000-7000-8000-000000000000\r\nX-Evil: yes".to_owned()),
        ("%0D%0AX-Evil%3A%20yes%0D%0A", "Subject: hello".to_owned()),
    ] {
        let mut line = Line::new(&house, &place.number).await;
        line.dialog.from = line.dialog.from.replace("sip:+", &format!("sip:{user}+"));
        line.request("INVITE", &[&header], &offer(TRUNK, 9, 1, "sendrecv")).await;
        let answer = line.response("INVITE").await;
        assert_eq!(answer.status(), Some(200), "{header}");
        line.dialog.confirm(&answer);
        let ack = line.dialog.ack(line.dialog.cseq, "");
        line.send(&ack).await;
        let rings = common_cases::asked(&mut phone, "INVITE").await;
        phone.respond(&rings, 180, "t", &[], "").await.unwrap();
        let id = rings.header("X-Interaction").unwrap().to_owned();
        assert!(!id.starts_with("00000000") && rings.header("X-Evil").is_none() && rings.header("P-Asserted-Identity").is_none());
        let from = eventually("the interaction", async || {
            let answer = place.rest.get(&format!("/interactions/{id}")).await;
            (answer.status == 200).then(|| text(&answer.body, "/from").to_owned())
        })
        .await;
        assert_ne!(from, DEAR, "{header}");
        line.bye().await;
        let cancel = common_cases::asked(&mut phone, "CANCEL").await;
        phone.respond(&cancel, 200, "t", &[], "").await.unwrap();
        phone.respond(&rings, 487, "t", &[], "").await.unwrap();
        desk.screen.shown("ready").await;
        taken += 1;
    }
    // A trunk that is not trusted says who calls in From only.
    let source = ip(24);
    let row = json!({ "name": "not trusted", "sources": [source.to_string()], "trusted": false, "country": "US" });
    make(&good.place.rest, "/trunks", row).await;
    let mut line = eventually("the trunk in force", async || {
        let mut line = Line::at(&house, source, &place.number).await;
        line.request("INVITE", &[&asserted], &offer(TRUNK, 9, 1, "sendrecv")).await;
        let answer = line.response("INVITE").await;
        if answer.status() != Some(200) {
            return None;
        }
        line.dialog.confirm(&answer);
        let ack = line.dialog.ack(line.dialog.cseq, "");
        line.send(&ack).await;
        Some(line)
    })
    .await;
    interaction(&place.rest, &line.number, "the call of its From", |one| text(one, "/from") != DEAR).await;
    line.bye().await;
    // A stranger's word is not even read.
    let mut line = Line::at(&house, ip(25), &place.number).await;
    assert_eq!(line.refused(&[&asserted], &offer(TRUNK, 9, 1, "sendrecv")).await.status(), Some(401));
    assert!(place.rest.interactions_of(DEAR).await.is_empty());
    report("header smuggling", &format!("{} refused, {taken} without effect", refused.len()));
    good.unharmed().await;
}

// ---- lengths and time

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lying_length_costs_only_who_lies() {
    let house = house().await;
    let good = Good::up(&house).await;
    let body = offer(TRUNK, 9, 1, "sendrecv");
    let true_length = format!("Content-Length: {}", body.len());
    let mut refused = 0;
    for lie in ["99999", "-1", "18446744073709551617", "12x", "", "0x10"] {
        let mut line = Line::new(&house, &good.place.number).await;
        let request = line.dialog.request("INVITE", &[], &body).replace(&true_length, &format!("Content-Length: {lie}"));
        line.send(&request).await;
        assert_eq!(line.response("INVITE").await.status(), Some(400), "{lie}");
        refused += 1;
    }
    // Shorter than what came: the rest is dropped (RFC 3261 18.3), and what is left is no description.
    let mut line = Line::new(&house, &good.place.number).await;
    let request = line.dialog.request("INVITE", &[], &body).replace(&true_length, "Content-Length: 5");
    line.send(&request).await;
    assert!(matches!(line.response("INVITE").await.status(), Some(400 | 488)));
    // The largest datagram there is.
    let peer = UdpSocket::bind(SocketAddr::new(ip(26), 0)).await.unwrap();
    peer.send_to(&vec![b'A'; 65_000], house.sip()).await.unwrap();
    let huge = format!("OPTIONS sip:a SIP/2.0\r\n{}", "X: y\r\n".repeat(10_000));
    peer.send_to(huge.as_bytes(), house.sip()).await.unwrap();

    let begin = Instant::now();
    let head = "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.27;branch=z9hG4bKx\r\n";
    let lies = [
        format!("{head}Content-Length: 99999999\r\n\r\n"),
        format!("{head}Content-Length: -1\r\n\r\n"),
        format!("{head}Content-Length: 5\r\nContent-Length: 50\r\n\r\n"),
        format!("{head}\r\n"),
        format!("{head}{}", "X: y\r\n".repeat(20_000)),
    ];
    for (n, lie) in lies.iter().enumerate() {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::new(ip(27), 0)).unwrap();
        let mut stream = socket.connect(house.sip()).await.unwrap();
        // A server that has seen enough does not read the rest.
        let _ = stream.write_all(lie.as_bytes()).await;
        let mut rest = Vec::new();
        let end = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
        assert!(end.is_ok(), "connection {n} is still open");
    }
    let took = new_call(&house).await;
    let tcp = lies.len();
    report(
        "lying Content-Length",
        &format!("UDP: {refused} answered 400; TCP: {tcp} connections closed in {:?}; a new call in {took:?}", begin.elapsed()),
    );
    good.unharmed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_connections_are_closed_and_are_few_for_each_source() {
    let folder = tempfile::tempdir().unwrap();
    let house = secure_house(folder.path()).await;
    let good = Good::up(&house).await;
    let (before, begin) = (house.cpu(), Instant::now());
    let second = ip(2);
    let kinds = [(Slow::Tcp, house.sip()), (Slow::Tls, house.sip_on("TLS", second)), (Slow::Web, house.sip_on("WS", second))];
    let mut all = tokio::task::JoinSet::new();
    for (n, (kind, at)) in kinds.into_iter().enumerate() {
        all.spawn(slowly(kind, at, ip(30 + n as u8), 40));
    }
    let took = new_call(&house).await;
    let mut said = Vec::new();
    while let Some(done) = all.join_next().await {
        let (kind, at_once, last) = done.unwrap();
        assert!(at_once >= 8, "{kind:?}: only 32 of 40 may stay, {at_once} were closed at once");
        assert!(last < Duration::from_secs(15), "{kind:?}: the last was closed after {last:?}");
        said.push(format!("{kind:?} {at_once} at once, the last after {:.1} s", last.as_secs_f32()));
    }
    let cpu = house.cpu().saturating_sub(before).as_millis();
    report(
        "slow TCP, TLS, WebSocket",
        &format!(
            "3 x 40 connections, a byte a second: closed {}; {cpu} ms of CPU in {:.1} s, a new call in {took:?}",
            said.join("; "),
            begin.elapsed().as_secs_f32()
        ),
    );
    assert!(house.rest().figure("cordboard_sip_streams_closed_total").await >= 24);
    good.unharmed().await;
}

// ---- media

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn packets_of_others_are_neither_heard_nor_answered_before_or_after_the_caller_speaks() {
    let house = house().await;
    let place = Place::new(&house).await;
    let mut desk = place.desk(&house).await;
    let voice = Voice::open().await;
    let mut line = Line::new(&house, &place.number).await;
    let server: Description = line.connect(&offer(TRUNK, voice.port(), 1, "sendrecv")).await;
    // Before the caller has said a word: right payload type, steady numbers, from everywhere but where the caller is.
    let early = [Voice::open_at(ip(40)).await, Voice::open_at(ip(41)).await];
    let first = Numbering { ssrc: 7, sequence: 1, timestamp: 1 };
    let _early: Vec<_> = early.iter().map(|voice| voice.speak(server.audio, STRANGER, first)).collect();
    let taken = desk.phone.lifted(AGENT).await;
    voice.hear(AGENT).await;
    assert_eq!(taken.media().windows_right, 0);
    let begin = Numbering { ssrc: 0x5eed, sequence: 100, timestamp: 1_000 };
    let speech = voice.speak(server.audio, CALLER, begin);
    taken.expect_tone(Some(CALLER));
    until("the caller's voice", || taken.media().windows_right >= 5).await;
    // Afterwards one who continues the caller's own numbers, and one who says goodbye in the caller's name.
    let late = Voice::open_at(ip(42)).await;
    let _copied = late.speak(server.audio, STRANGER, speech.next());
    let bye = [0x80 | 1, 203, 0, 1, 0, 0, 0x5e, 0xed];
    let control = SocketAddr::new(server.audio.ip(), server.audio.port() + 1);
    late.rtcp.send_to(&bye, control).await.unwrap();
    let before = taken.media();
    until("two more seconds of the caller", || taken.media().windows_right >= before.windows_right + 10).await;
    let after = taken.media();
    assert!(after.windows_wrong <= before.windows_wrong + 1, "{after:?}");
    assert_eq!((after.ssrc_changes, after.sequence_jumps), (before.ssrc_changes, before.sequence_jumps));
    let stolen: u64 = early.iter().chain([&late]).map(Voice::received).sum();
    assert_eq!(stolen, 0, "the call's sound went to nobody else");
    line.bye().await;
    let one: Value = closed(&place.rest, &line.number).await;
    assert_eq!(text(&one, "/close_reason"), "completed");
    report("RTP injection and theft", "3 sources of packets and a false RTCP BYE, before and after: 0 heard, 0 packets sent to them");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_neither_ended_nor_moved_by_who_only_knows_its_names() {
    let house = house().await;
    let OnLine { mut line, taken, desk: _desk } = Good::on_line(&house).await;
    let mut thief = RawPeer::udp(SocketAddr::new(ip(43), 0)).await.unwrap();
    let mut codes = Vec::new();
    for (method, body) in [("BYE", String::new()), ("INVITE", offer(ip(43), 9, 2, "sendrecv")), ("UPDATE", offer(ip(43), 9, 2, "sendrecv"))]
    {
        let mut dialog = line.dialog.clone();
        dialog.cseq += 10;
        let request = dialog.request(method, &[], &body);
        thief.send(request, house.sip()).await.unwrap();
        let answer = thief.wait_for(PATIENCE, |r| r.status().is_some_and(|code| code >= 200)).await.unwrap();
        codes.push(answer.status().unwrap());
    }
    assert_eq!(codes, [403, 403, 403]);
    assert_eq!(line.peer.count(QUIET, |r| r.method().is_some()).await, 0, "the caller is asked nothing");
    taken.hang_up().await.unwrap();
    let bye = line.asked("BYE").await;
    line.peer.respond(&bye, 200, "", &[], "").await.unwrap();
    let one = closed(&house.new_rest(), &line.number).await;
    assert_eq!(text(&one, "/close_reason"), "completed");
    report("a dialog's names in a stranger's hands", "BYE, INVITE, UPDATE from elsewhere: 403, the call went on");
}
