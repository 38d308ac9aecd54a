//! How long a call lasts whose far side says nothing, against the real server: session timers, UPDATE, glare, hold by each kind of request, and
//! where media is learnt from. Other edges of SIP are in `sip_cases`, of media in `media_cases`.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "a test of time limits reads the clock")]

mod common_cases;

use common_cases::{
    Line, Numbering, Place, Speech, TRUNK, Voice, asked, closed, events, interaction, offer, participant, raw_phone, segments, somebody,
    text,
};
use cti_phone::raw::{RawDialog, Received};
use cti_phone::{Call, Description, Direction, EndReason};
use e2e::{Caller, Database, Desk, House, Setup, until, within};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Makes of each `async fn(Arc<House>)` a test on SQLite and one on PostgreSQL, on a server whose sessions are short.
macro_rules! on_short_sessions {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::short_sessions(e2e::Database::Sqlite).await).await; })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::short_sessions(e2e::Database::Postgres).await).await; })*
        }
    };
}

on_short_sessions!(
    a_phone_that_vanishes_while_it_holds_is_gone_within_the_session,
    a_caller_who_promised_to_refresh_and_vanished_is_given_up,
    a_network_that_lost_the_caller_is_not_taken_for_a_caller_who_hung_up,
    a_caller_without_session_timers_is_refreshed_and_stays,
    a_refresh_that_meets_the_callers_reinvite_is_491_for_both_and_both_come_again,
    too_short_a_session_is_422_and_told_the_least,
    a_phone_holds_and_retrieves_by_update,
    a_phone_retrieves_by_a_reinvite_without_a_description,
    a_caller_behind_nat_is_heard_from_where_the_call_came,
    a_phone_behind_nat_is_heard_from_where_it_registered,
);

const CALLER: u16 = 600;
const AGENT: u16 = 1500;
/// Nobody listens there: port 9 discards.
const NOWHERE: u16 = 9;
/// Packets in a second of media.
const SECOND: u64 = 50;
const BEGIN: Numbering = Numbering { ssrc: 0x0ca1_1e12, sequence: 7, timestamp: 1_600 };
/// The server's session interval: refreshed before half of it.
const SESSION: Duration = Duration::from_secs(8);
/// How late the end of a session may be seen.
const SLACK: Duration = Duration::from_secs(3);
/// The address of a telephone behind a NAT that does not look into descriptions: nothing is heard from there.
const BEHIND_NAT: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 99));
const TAG: &str = "tag-of-the-phone";

/// The server of the tests that run now. It ends with the last of them.
async fn short_sessions(database: Database) -> Arc<House> {
    static SQLITE: tokio::sync::Mutex<Weak<House>> = tokio::sync::Mutex::const_new(Weak::new());
    static POSTGRES: tokio::sync::Mutex<Weak<House>> = tokio::sync::Mutex::const_new(Weak::new());
    let place = match database {
        Database::Sqlite => &SQLITE,
        Database::Postgres => &POSTGRES,
    };
    let mut place = place.lock().await;
    if let Some(house) = place.upgrade() {
        return house;
    }
    let setup = Setup::default().set("SIP__SESSION_EXPIRES_S", SESSION.as_secs()).set("SIP__MIN_SE_S", 4);
    let house = Arc::new(House::start_with(database, setup).await);
    *place = Arc::downgrade(&house);
    house
}

/// A caller with a voice, talking to an agent whose telephone's every message and packet is the test's.
struct Talk {
    place: Place,
    caller: Caller,
    out: Call,
    desk: Desk,
    phone: Line,
    voice: Voice,
    _speech: Speech,
}

/// The agent's telephone says that its media is at `ip`; it is at 127.0.0.1.
async fn talk(house: &House, ip: IpAddr) -> Talk {
    let place = Place::new(house).await;
    let mut peer = raw_phone(house, &place).await;
    let desk = place.desk_with(house, e2e::Phone::unregistered(&place.sip_user).await).await;
    let caller = somebody(CALLER).await;
    let out = caller.connected(house, &place.number).await;
    let invite = asked(&mut peer, "INVITE").await;
    let voice = Voice::open().await;
    let server = Description::parse(invite.body()).unwrap().audio;
    let contact = format!("Contact: <sip:{}@{}>", place.sip_user, peer.local_addr());
    peer.respond(&invite, 200, TAG, &[&contact, "Allow: INVITE, ACK, BYE, CANCEL"], &offer(ip, voice.port(), 1, "sendrecv")).await.unwrap();
    asked(&mut peer, "ACK").await;
    desk.screen.shown("talking").await;
    let speech = voice.speak(server, AGENT, BEGIN);
    let phone = Line { dialog: RawDialog::accept(&peer, &invite, TAG), peer, number: caller.number.clone() };
    let talk = Talk { place, caller, out, desk, phone, voice, _speech: speech };
    talk.both_hear().await;
    talk
}

impl Talk {
    async fn both_hear(&self) {
        heard(&self.out, AGENT).await;
        self.voice.hear(CALLER).await;
    }

    /// Music at the caller, nothing at the phone, for a second.
    async fn is_held(&self) {
        self.desk.screen.shown("hold").await;
        let (music, nothing) = (self.out.media(), self.voice.received());
        until("a second of music at the caller", || self.out.media().received >= music.received + SECOND).await;
        assert!(self.voice.received() <= nothing + 2, "a phone that holds is sent nothing");
        assert!(self.out.media().windows_right <= music.windows_right + 1, "the agent is not heard: {:?}", self.out.media());
    }

    /// Hangs up at the phone; the agent's segments.
    async fn over(mut self) -> Vec<String> {
        self.phone.bye().await;
        let one = closed(&self.place.rest, &self.caller.number).await;
        assert_eq!(text(&one, "/close_reason"), "completed");
        segments(&one, "agent").into_iter().map(str::to_owned).collect()
    }
}

/// Waits until the caller has heard this tone for a second.
async fn heard(call: &Call, hz: u16) {
    call.expect_tone(Some(hz));
    let before = call.media().windows_right;
    until(&format!("a second of {hz} Hz"), || call.media().windows_right >= before + 5).await;
}

/// Takes the server's refreshing re-INVITE and answers it with this description.
async fn refreshed(line: &mut Line, sdp: &str) -> Received {
    let refresh = line.asked("INVITE").await;
    let contact = format!("Contact: {}", line.dialog.contact);
    line.peer.respond(&refresh, 200, "", &[&contact], sdp).await.unwrap();
    line.asked("ACK").await;
    refresh
}

// ---- who is gone

async fn a_phone_that_vanishes_while_it_holds_is_gone_within_the_session(house: Arc<House>) {
    let mut talk = talk(&house, TRUNK).await;
    talk.phone.reoffer(&offer(TRUNK, talk.voice.port(), 2, "inactive")).await;
    talk.is_held().await;
    let vanished = Instant::now();
    drop((talk.phone, talk.voice));
    let reason = within("the end at the caller", talk.out.ended()).await;
    let took = vanished.elapsed();
    assert_eq!(reason, EndReason::RemoteHungUp);
    assert!(took <= SESSION + SLACK, "{took:?}");
    let one = closed(&talk.place.rest, &talk.caller.number).await;
    assert_eq!((segments(&one, "agent").last(), segments(&one, "customer").last()), (Some(&"holding"), Some(&"on_hold")));
    let left = |role: &str| text(participant(&one, role), "/leave_reason");
    assert_eq!((left("customer"), left("agent")), ("other_left", "lost"));
    // The engine reports a leg when its sockets are closed and its ports are given back.
    let reported = |one: &serde_json::Value| events(one, "media_report").len() == 2;
    interaction(&talk.place.rest, &talk.caller.number, "both legs closed", reported).await;
    talk.desk.screen.shown("ready").await;
}

async fn a_caller_who_promised_to_refresh_and_vanished_is_given_up(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut line = Line::new(&house, &place.number).await;
    let timer = ["Supported: timer", "Session-Expires: 6;refresher=uac"];
    line.request("INVITE", &timer, &offer(TRUNK, NOWHERE, 1, "inactive")).await;
    let answer = line.response("INVITE").await;
    assert_eq!((answer.header("Session-Expires"), answer.header("Require")), (Some("6;refresher=uac"), Some("timer")));
    line.dialog.confirm(&answer);
    let ack = line.dialog.ack(line.dialog.cseq, "");
    line.send(&ack).await;
    // One more interval from here on: after that nobody refreshes.
    tokio::time::timeout(Duration::from_secs(2), line.asked("UPDATE")).await.unwrap_err();
    let began = Instant::now();
    line.request("UPDATE", &timer, "").await;
    let answer = line.response("UPDATE").await;
    assert_eq!((answer.status(), answer.header("Session-Expires")), (Some(200), Some("6;refresher=uac")));
    let bye = line.asked("BYE").await;
    let took = began.elapsed();
    assert_eq!(bye.header("Reason"), Some("Q.850;cause=102"));
    assert!((Duration::from_secs(4)..Duration::from_secs(6)).contains(&took), "a third before the end: {took:?}");
    line.peer.respond(&bye, 200, "", &[], "").await.unwrap();
    let one = closed(&place.rest, &line.number).await;
    assert_eq!(text(participant(&one, "customer"), "/leave_reason"), "lost");
}

async fn a_caller_without_session_timers_is_refreshed_and_stays(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut desk = place.desk(&house).await;
    let voice = Voice::open().await;
    let mut line = Line::new(&house, &place.number).await;
    let own = offer(TRUNK, voice.port(), 1, "sendrecv");
    line.request("INVITE", &[], &own).await;
    let answer = line.response("INVITE").await;
    line.dialog.confirm(&answer);
    let ack = line.dialog.ack(line.dialog.cseq, "");
    line.send(&ack).await;
    let _speech = voice.speak(Description::parse(answer.body()).unwrap().audio, CALLER, BEGIN);
    let taken = desk.phone.lifted(AGENT).await;
    let began = Instant::now();
    while began.elapsed() <= SESSION {
        let refresh = refreshed(&mut line, &own).await;
        assert_eq!(refresh.body(), answer.body(), "nothing changes");
    }
    heard(&taken, CALLER).await;
    voice.hear(AGENT).await;
    let view = desk.screen.shown("talking").await;
    assert!(view.is_object());
    line.bye().await;
    let one = closed(&place.rest, &line.number).await;
    assert_eq!((text(&one, "/close_reason"), segments(&one, "agent")), ("completed", vec!["ringing", "talking"]));
}

async fn a_network_that_lost_the_caller_is_not_taken_for_a_caller_who_hung_up(house: Arc<House>) {
    // ITU-T Q.850: temporary failure, and normal call clearing.
    for (cause, reason) in [(41, "lost"), (16, "hung_up")] {
        let place = Place::new(&house).await;
        let mut line = Line::new(&house, &place.number).await;
        line.connect(&offer(TRUNK, NOWHERE, 1, "sendrecv")).await;
        line.request("BYE", &[&format!("Reason: Q.850;cause={cause}")], "").await;
        assert_eq!(line.response("BYE").await.status(), Some(200));
        let one = closed(&place.rest, &line.number).await;
        assert_eq!(text(participant(&one, "customer"), "/leave_reason"), reason, "{cause}");
    }
}

// ---- what crosses

async fn a_refresh_that_meets_the_callers_reinvite_is_491_for_both_and_both_come_again(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut line = Line::new(&house, &place.number).await;
    line.connect(&offer(TRUNK, NOWHERE, 1, "sendrecv")).await;
    let refresh = line.asked("INVITE").await;
    assert_eq!(line.refused(&[], &offer(TRUNK, NOWHERE, 2, "sendonly")).await.status(), Some(491));
    let refused = Instant::now();
    line.peer.respond(&refresh, 491, "", &[], "").await.unwrap();
    line.asked("ACK").await;
    // RFC 3261 14.1: the Call-ID is the caller's, so the server waits 2 s at most.
    let again = refreshed(&mut line, &offer(TRUNK, NOWHERE, 1, "sendrecv")).await;
    assert!(refused.elapsed() < Duration::from_secs(3), "{:?}", refused.elapsed());
    assert_eq!(again.body(), refresh.body());
    assert!(again.cseq() > refresh.cseq());
    let answer = line.reoffer(&offer(TRUNK, NOWHERE, 2, "sendonly")).await;
    assert_eq!(answer.direction, Direction::RecvOnly);
    line.bye().await;
    closed(&place.rest, &line.number).await;
}

async fn too_short_a_session_is_422_and_told_the_least(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut line = Line::new(&house, &place.number).await;
    let refusal = line.refused(&["Supported: timer", "Session-Expires: 3"], &offer(TRUNK, NOWHERE, 1, "sendrecv")).await;
    assert_eq!((refusal.status(), refusal.header("Min-SE")), (Some(422), Some("4")));
    assert!(place.rest.interactions_of(&line.number).await.is_empty());
}

// ---- hold

async fn a_phone_holds_and_retrieves_by_update(house: Arc<House>) {
    let mut talk = talk(&house, TRUNK).await;
    for (version, direction, answered) in [(2, "sendonly", Direction::RecvOnly), (3, "sendrecv", Direction::SendRecv)] {
        talk.phone.request("UPDATE", &[], &offer(TRUNK, talk.voice.port(), version, direction)).await;
        let answer = talk.phone.response("UPDATE").await;
        assert_eq!(answer.status(), Some(200));
        assert_eq!(Description::parse(answer.body()).unwrap().direction, answered);
        if version == 2 {
            talk.is_held().await;
        }
    }
    talk.desk.screen.shown("talking").await;
    talk.both_hear().await;
    assert_eq!(talk.over().await, ["ringing", "talking", "holding", "talking"]);
}

async fn a_phone_retrieves_by_a_reinvite_without_a_description(house: Arc<House>) {
    let mut talk = talk(&house, TRUNK).await;
    talk.phone.reoffer(&offer(TRUNK, talk.voice.port(), 2, "sendonly")).await;
    // Before the server's own refresh is due, which would make this one 491.
    talk.desk.screen.shown("hold").await;
    talk.phone.request("INVITE", &[], "").await;
    let answer = talk.phone.response("INVITE").await;
    assert_eq!(answer.status(), Some(200));
    let offered = Description::parse(answer.body()).unwrap();
    assert_eq!(offered.direction, Direction::SendRecv, "the server offers a call, not the hold");
    let ack = talk.phone.dialog.ack(talk.phone.dialog.cseq, &offer(TRUNK, talk.voice.port(), 3, "sendrecv"));
    talk.phone.send(&ack).await;
    talk.desk.screen.shown("talking").await;
    talk.both_hear().await;
    assert_eq!(talk.over().await, ["ringing", "talking", "holding", "talking"]);
}

// ---- where media is learnt from

async fn a_caller_behind_nat_is_heard_from_where_the_call_came(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut desk = place.desk(&house).await;
    let voice = Voice::open().await;
    let mut line = Line::new(&house, &place.number).await;
    let server: SocketAddr = line.connect(&offer(BEHIND_NAT, voice.port(), 1, "sendrecv")).await.audio;
    let _speech = voice.speak(server, CALLER, BEGIN);
    let taken = desk.phone.lifted(AGENT).await;
    heard(&taken, CALLER).await;
    voice.hear(AGENT).await;
    line.bye().await;
    closed(&place.rest, &line.number).await;
}

async fn a_phone_behind_nat_is_heard_from_where_it_registered(house: Arc<House>) {
    let talk = talk(&house, BEHIND_NAT).await;
    assert_eq!(talk.over().await, ["ringing", "talking"]);
}
