//! Media's edges against the real server: late offers, two codecs, silence, loss, digits, ports, and packets of strangers.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "a test of time limits reads the clock")]

mod common_cases;

use common_cases::{
    Line, Numbering, Place, Speech, TRUNK, Voice, closed, events, interaction, offer, participant, path, segments, somebody, text,
};
use cti_media::rtcp;
use cti_phone::{Codec, Description, DigitsBy, Direction, EndReason, Media, Sound};
use e2e::{Database, Desk, Heard, House, Recording, Rest, Setup, eventually, hear_each_other, until, within};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

on_shared!(
    an_invite_without_a_description_gets_our_offer,
    a_law_on_one_side_and_mu_law_on_the_other,
    an_inactive_hold_silences_both_sides,
    a_digit_sent_three_times_and_by_info_counts_once,
    digits_come_by_info_alone,
    keys_of_a_caller_who_sends_no_events_are_heard_as_tones,
    an_agents_keys_reach_who_takes_no_events_by_info_or_as_tones,
    a_wrong_digit_is_explained_and_the_menu_comes_again,
    a_strangers_packets_are_neither_heard_nor_recorded,
    a_source_that_moves_is_believed_only_by_signalling,
);

mod short_patience {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        Box::pin(lost_media_and_what_is_none(Database::Sqlite)).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        Box::pin(lost_media_and_what_is_none(Database::Postgres)).await;
    }
}

mod few_ports {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        ports_run_out_and_rest(Database::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        ports_run_out_and_rest(Database::Postgres).await;
    }
}

const CALLER: u16 = 600;
const AGENT: u16 = 1500;
const STRANGER: u16 = 2300;
const BEGIN: Numbering = Numbering { ssrc: 0x0dd_ba11, sequence: 65_500, timestamp: 4_000_000_000 };
/// Packets in a second of media.
const SECOND: u64 = 50;

/// The interaction of this number with its one recording sealed.
async fn recorded(rest: &Rest, number: &str) -> Value {
    closed(rest, number).await;
    let sealed =
        |one: &Value| one.pointer("/recordings/0/parts/0").is_some() && one.pointer("/recordings/0/ended_at").is_some_and(Value::is_i64);
    interaction(rest, number, "the recording", sealed).await
}

/// Left only the caller, right only the agent, nothing else but pauses.
async fn assert_pure(rest: &Rest, one: &Value, least: usize) {
    let parts = Recording::of(rest, one).await;
    let [part] = parts.as_slice() else { panic!("one part, not {}", parts.len()) };
    let left = Heard::of(&part.left, CALLER, &[AGENT, STRANGER]);
    let right = Heard::of(&part.right, AGENT, &[CALLER, STRANGER]);
    for (name, heard) in [("left", left), ("right", right)] {
        assert!(heard.right >= least && heard.other <= 2, "{name}: {heard:?}, {} ms", part.ms());
    }
}

// ---- descriptions and codecs

async fn an_invite_without_a_description_gets_our_offer(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut desk = place.desk(&house).await;
    let caller = somebody(CALLER).await;
    let mut out = caller.agent.call(caller.options(&house, &place.number).late_offer()).unwrap();
    within("the answer", out.answered()).await.unwrap();
    let taken = desk.phone.lifted(AGENT).await;
    hear_each_other(&out, CALLER, &taken, AGENT).await;
    out.hang_up().await.unwrap();
    let one = recorded(&place.rest, &caller.number).await;
    assert_eq!((text(&one, "/close_reason"), segments(&one, "agent")), ("completed", vec!["ringing", "talking"]));
    assert_pure(&place.rest, &one, 8).await;
}

async fn a_law_on_one_side_and_mu_law_on_the_other(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut desk = place.desk(&house).await;
    let caller = somebody(CALLER).await;
    let options = caller.options(&house, &place.number).media(Media::tone(CALLER).with_codecs(&[Codec::Pcma]));
    let mut out = caller.agent.call(options).unwrap();
    assert_eq!(within("the answer", out.answered()).await.unwrap().codec, Codec::Pcma);
    let incoming = desk.phone.rings().await;
    let mut taken = incoming.answer(Media::tone(AGENT).with_codecs(&[Codec::Pcmu])).await.unwrap();
    assert_eq!(within("the answer", taken.answered()).await.unwrap().codec, Codec::Pcmu);
    hear_each_other(&out, CALLER, &taken, AGENT).await;
    assert_eq!((out.media().codec, taken.media().codec), (Some(Codec::Pcma), Some(Codec::Pcmu)));
    taken.hang_up().await.unwrap();
    let one = recorded(&place.rest, &caller.number).await;
    assert_eq!(text(&one, "/close_reason"), "completed");
    assert_pure(&place.rest, &one, 8).await;
    let mut codecs: Vec<&str> = events(&one, "media_report").iter().map(|report| text(report, "/body/codec")).collect();
    codecs.sort_unstable();
    assert_eq!(codecs, ["PCMA", "PCMU"]);
}

async fn an_inactive_hold_silences_both_sides(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut desk = place.desk(&house).await;
    let caller = somebody(CALLER).await;
    let out = caller.connected(&house, &place.number).await;
    let taken = desk.phone.lifted(AGENT).await;
    hear_each_other(&out, CALLER, &taken, AGENT).await;
    taken.offer(Direction::Inactive).await.unwrap();
    desk.screen.shown("hold").await;
    let (music, nothing) = (out.media().received, taken.media().received);
    until("a second of music at the caller", || out.media().received >= music + SECOND).await;
    assert!(taken.media().received <= nothing + 2, "an inactive phone is sent nothing");
    taken.retrieve().await.unwrap();
    hear_each_other(&out, CALLER, &taken, AGENT).await;
    out.hang_up().await.unwrap();
    let one = recorded(&place.rest, &caller.number).await;
    assert_eq!(segments(&one, "agent"), ["ringing", "talking", "holding", "talking"]);
    assert_pure(&place.rest, &one, 16).await;
}

// ---- digits: the way through the menu proves them

/// A caller who pressed 2 and is asked for an account number.
async fn asked_for_the_account(house: &House, by: DigitsBy) -> (Rest, String, cti_phone::Call) {
    let (rest, caller) = (house.new_rest(), somebody(CALLER).await);
    let out = caller.connected(house, house.ivr()).await;
    interaction(&rest, &caller.number, "the menu", |one| path(one).contains(&"menu")).await;
    out.send_digits("2", by, 3).await.unwrap();
    interaction(&rest, &caller.number, "the question", |one| path(one).contains(&"account")).await;
    (rest, caller.number, out)
}

async fn a_digit_sent_three_times_and_by_info_counts_once(house: Arc<House>) {
    let (rest, number, out) = asked_for_the_account(&house, DigitsBy::Both).await;
    // Each key by both ways before the next, as gateways do; 55 is two presses and not one heard twice.
    for key in ["4", "1", "5", "5"] {
        out.send_digits(key, DigitsBy::Both, 3).await.unwrap();
    }
    let one = interaction(&rest, &number, "the queue", |one| path(one).contains(&"support")).await;
    assert_eq!(text(&one, "/data/account"), "4155");
    out.hang_up().await.unwrap();
    let one = closed(&rest, &number).await;
    assert_eq!(path(&one), ["pick-up", "welcome", "menu", "support-topic", "account", "thanks", "support"]);
}

async fn digits_come_by_info_alone(house: Arc<House>) {
    let (rest, number, out) = asked_for_the_account(&house, DigitsBy::Info).await;
    out.send_digits("7788", DigitsBy::Info, 1).await.unwrap();
    let one = interaction(&rest, &number, "the queue", |one| path(one).contains(&"support")).await;
    assert_eq!(text(&one, "/data/account"), "7788");
    out.hang_up().await.unwrap();
    assert_eq!(text(&closed(&rest, &number).await, "/close_reason"), "abandoned");
}

/// What a telephone offers that knows no telephone events.
fn without_events(voice: &Voice) -> String {
    offer(TRUNK, voice.port(), 1, "sendrecv").replace(" 0 101\r\na=rtpmap:101 telephone-event/8000", " 0")
}

async fn keys_of_a_caller_who_sends_no_events_are_heard_as_tones(house: Arc<House>) {
    let (rest, voice, mut line) = (house.new_rest(), Voice::open().await, Line::new(&house, house.ivr()).await);
    let server = line.connect(&without_events(&voice)).await;
    interaction(&rest, &line.number, "the menu", |one| path(one).contains(&"menu")).await;
    let next = voice.press(server.audio, "2", BEGIN).await;
    interaction(&rest, &line.number, "the question", |one| path(one).contains(&"account")).await;
    // 55 is two presses and not one held long.
    voice.press(server.audio, "4155", next).await;
    let one = interaction(&rest, &line.number, "the queue", |one| path(one).contains(&"support")).await;
    assert_eq!(text(&one, "/data/account"), "4155");
    line.bye().await;
    let one = closed(&rest, &line.number).await;
    assert_eq!(path(&one), ["pick-up", "welcome", "menu", "support-topic", "account", "thanks", "support"]);
}

async fn an_agents_keys_reach_who_takes_no_events_by_info_or_as_tones(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut desk = place.desk(&house).await;
    for takes_info in [true, false] {
        let (voice, mut line) = (Voice::open().await, Line::new(&house, &place.number).await);
        let without_events = without_events(&voice);
        let allow = if takes_info { "Allow: INVITE, ACK, BYE, CANCEL, INFO" } else { "Allow: INVITE, ACK, BYE, CANCEL" };
        line.connect_with(&[allow], &without_events).await;
        let taken = desk.phone.lifted(AGENT).await;
        voice.hear(AGENT).await;
        let send = json!({ "do": "send_digits", "call": desk.leg().await, "digits": "55555" });
        desk.screen.tell(send).await;
        if takes_info {
            // Pressed on the telephone itself, behind those.
            taken.send_digits("9", DigitsBy::Rtp, 3).await.unwrap();
            for key in "555559".chars() {
                let info = line.asked("INFO").await;
                let said = String::from_utf8_lossy(info.body()).into_owned();
                assert!(said.contains(&format!("Signal={key}\r\n")), "{said}");
                line.peer.respond(&info, 200, "", &[], "").await.unwrap();
            }
        } else {
            for hz in [770, 1336] {
                voice.hear(hz).await;
            }
            voice.hear(AGENT).await;
            taken.send_digits("99999", DigitsBy::Rtp, 3).await.unwrap();
            for hz in [852, 1477] {
                voice.hear(hz).await;
            }
        }
        line.bye().await;
        closed(&place.rest, &line.number).await;
        desk.screen.shown("ready").await;
    }
}

async fn a_wrong_digit_is_explained_and_the_menu_comes_again(house: Arc<House>) {
    let (rest, caller) = (house.new_rest(), somebody(CALLER).await);
    let out = caller.connected(&house, house.ivr()).await;
    interaction(&rest, &caller.number, "the menu", |one| path(one).contains(&"menu")).await;
    // Three wrong ones use the two retries up; then the menu's own way goes on. Each is explained: the prompt is interrupted by the next.
    for key in ["5", "6", "7"] {
        let before = out.media().received;
        out.send_digits(key, DigitsBy::Rtp, 3).await.unwrap();
        until("half a second of a prompt", || out.media().received >= before + SECOND / 2).await;
    }
    let one = interaction(&rest, &caller.number, "the queue", |one| path(one).contains(&"support")).await;
    assert!(one.pointer("/data/topic").is_none(), "no choice was made: {one:#}");
    out.hang_up().await.unwrap();
    let one = closed(&rest, &caller.number).await;
    assert_eq!((path(&one).last(), text(&one, "/close_reason")), (Some(&"support"), "abandoned"));
}

// ---- packets of others

/// A caller with a voice of single packets, talking to an agent who hears them.
struct Talk {
    place: Place,
    line: Line,
    voice: Voice,
    speech: Speech,
    /// Where the server wants the caller's media.
    server: SocketAddr,
    desk: Desk,
    taken: cti_phone::Call,
}

async fn talk(house: &House) -> Talk {
    let place = Place::new(house).await;
    let mut desk = place.desk(house).await;
    let voice = Voice::open().await;
    let mut line = Line::new(house, &place.number).await;
    let server: Description = line.connect(&offer(TRUNK, voice.port(), 1, "sendrecv")).await;
    let speech = voice.speak(server.audio, CALLER, BEGIN);
    let taken = desk.phone.lifted(AGENT).await;
    voice.hear(AGENT).await;
    heard(&taken, CALLER).await;
    Talk { place, line, voice, speech, server: server.audio, desk, taken }
}

/// Waits until the phone has heard this tone for a second.
async fn heard(phone: &cti_phone::Call, hz: u16) {
    phone.expect_tone(Some(hz));
    let before = phone.media().windows_right;
    until(&format!("a second of {hz} Hz"), || phone.media().windows_right >= before + 5).await;
}

async fn a_strangers_packets_are_neither_heard_nor_recorded(house: Arc<House>) {
    let mut talk = talk(&house).await;
    let before = talk.taken.media();
    let (stranger, other) = (Voice::open().await, Voice::open().await);
    // One with numbers of their own, one who knows and continues the caller's.
    let _own = stranger.speak(talk.server, STRANGER, Numbering { ssrc: 1, sequence: 1, timestamp: 1 });
    let _copied = other.speak(talk.server, STRANGER, talk.speech.next());
    heard(&talk.taken, CALLER).await;
    let after = talk.taken.media();
    assert!(after.windows_wrong <= before.windows_wrong + 1, "the stranger was heard: {after:?}");
    assert_eq!((after.sequence_jumps, after.ssrc_changes), (before.sequence_jumps, before.ssrc_changes), "and left no trace in the stream");
    assert_eq!((stranger.received(), other.received()), (0, 0), "nor was anything sent there");
    assert!(talk.voice.hears(AGENT));
    talk.line.bye().await;
    let one = recorded(&talk.place.rest, &talk.line.number).await;
    assert_pure(&talk.place.rest, &one, 16).await;
}

async fn a_source_that_moves_is_believed_only_by_signalling(house: Arc<House>) {
    let mut talk = talk(&house).await;
    let moved = Voice::open().await;
    let speech = moved.speak(talk.server, STRANGER, talk.speech.stop());
    // The old source is silent, the new one goes on with its numbers; still nobody follows it.
    talk.taken.expect_tone(Some(STRANGER));
    let (before, sent) = (talk.taken.media(), talk.voice.received());
    until("a second of the agent's voice at the old place", || talk.voice.received() >= sent + SECOND).await;
    assert_eq!((talk.taken.media().windows_right, moved.received()), (before.windows_right, 0));
    let answer = talk.line.reoffer(&offer(TRUNK, moved.port(), 2, "sendrecv")).await;
    assert_eq!(answer.audio, talk.server);
    heard(&talk.taken, STRANGER).await;
    moved.hear(AGENT).await;
    drop(speech);
    talk.line.bye().await;
    let one = closed(&talk.place.rest, &talk.line.number).await;
    assert_eq!(text(&one, "/close_reason"), "completed");
    talk.desk.screen.shown("ready").await;
}

// ---- media that stops

/// Media is lost after a second and ends the call after two more.
async fn lost_media_and_what_is_none(database: Database) {
    let setup = Setup::default().set("MEDIA__LOSS_AFTER_S", 1).set("MEDIA__LOSS_ENDS_AFTER_S", 2);
    let house = House::start_with(database, setup).await;
    tokio::join!(
        stopped_media_ends_the_call(&house),
        a_lost_line_is_shown_as_one_in_the_wrap_up(&house),
        hold_is_not_lost_media(&house),
        silence_suppression_is_not_lost_media(&house)
    );
}

async fn a_lost_line_is_shown_as_one_in_the_wrap_up(house: &House) {
    let mut alice = Desk::ready(house, "alice").await;
    for lost in [true, false] {
        let caller = somebody(CALLER).await;
        let mut out = caller.connected(house, house.queue()).await;
        let taken = alice.phone.lifted(AGENT).await;
        hear_each_other(&out, CALLER, &taken, AGENT).await;
        if lost {
            out.say(Sound::Nothing);
            within("the end", out.ended()).await;
        } else {
            out.hang_up().await.unwrap();
        }
        let shown = alice.screen.entry("wrap_up/", |_| true).await;
        assert_eq!(shown.get("line_lost").and_then(serde_json::Value::as_bool), Some(lost), "{shown:#}");
        alice.finish_wrap_up().await;
        let one = closed(house.rest(), &caller.number).await;
        assert_eq!(text(participant(&one, "customer"), "/leave_reason"), if lost { "lost" } else { "hung_up" });
        alice.screen.shown("ready").await;
    }
}

async fn stopped_media_ends_the_call(house: &House) {
    let place = Place::new(house).await;
    let mut desk = place.desk(house).await;
    let caller = somebody(CALLER).await;
    let mut out = caller.connected(house, &place.number).await;
    let taken = desk.phone.lifted(AGENT).await;
    hear_each_other(&out, CALLER, &taken, AGENT).await;
    out.say(Sound::Nothing);
    let lost = |one: &Value| !events(one, "media_lost").is_empty();
    interaction(&place.rest, &caller.number, "media lost", lost).await;
    out.say(Sound::tone(CALLER));
    let back = |one: &Value| !events(one, "media_back").is_empty();
    interaction(&place.rest, &caller.number, "media back", back).await;
    heard(&taken, CALLER).await;
    let stopped = Instant::now();
    out.say(Sound::Nothing);
    assert_eq!(within("the end", out.ended()).await, EndReason::RemoteHungUp);
    let took = stopped.elapsed();
    let one = closed(&place.rest, &caller.number).await;
    assert!((Duration::from_millis(2800)..Duration::from_secs(5)).contains(&took), "after the limit, not before: {took:?}: {one:#}");
    assert_eq!((text(participant(&one, "customer"), "/leave_reason"), text(&one, "/close_reason")), ("lost", "completed"));
    assert_eq!((events(&one, "media_lost").len(), events(&one, "media_back").len()), (2, 1));
}

async fn hold_is_not_lost_media(house: &House) {
    let place = Place::new(house).await;
    let mut desk = place.desk(house).await;
    let caller = somebody(CALLER).await;
    let out = caller.connected(house, &place.number).await;
    let taken = desk.phone.lifted(AGENT).await;
    hear_each_other(&out, CALLER, &taken, AGENT).await;
    taken.hold().await.unwrap();
    desk.screen.shown("hold").await;
    let music = out.media().received;
    until("four seconds of music", || out.media().received >= music + 4 * SECOND).await;
    taken.retrieve().await.unwrap();
    hear_each_other(&out, CALLER, &taken, AGENT).await;
    out.hang_up().await.unwrap();
    let one = closed(&place.rest, &caller.number).await;
    assert!(events(&one, "media_lost").is_empty(), "{one:#}");
    assert_eq!(text(participant(&one, "customer"), "/leave_reason"), "hung_up");
}

/// A phone that sends nothing while its owner listens still reports.
async fn silence_suppression_is_not_lost_media(house: &House) {
    let mut talk = talk(house).await;
    let at = talk.speech.stop();
    let report = rtcp::Outgoing { ssrc: at.ssrc, cname: "caller", sender: None, report: None, bye: false };
    let mut bytes = [0; rtcp::COMPOUND_BYTES_MAX];
    let length = rtcp::write(&report, &mut bytes).unwrap();
    let to = SocketAddr::new(talk.server.ip(), talk.server.port() + 1);
    // The time that passes is the agent's voice: a report every 400 ms, for four seconds.
    for _ in 0..10 {
        talk.voice.rtcp.send_to(&bytes[..length], to).await.unwrap();
        let before = talk.voice.received();
        until("the agent's voice", || talk.voice.received() >= before + SECOND * 2 / 5).await;
    }
    let speech = talk.voice.speak(talk.server, CALLER, at);
    heard(&talk.taken, CALLER).await;
    drop(speech);
    talk.line.bye().await;
    let one = closed(&talk.place.rest, &talk.line.number).await;
    assert!(events(&one, "media_lost").is_empty(), "{one:#}");
    assert_eq!(text(participant(&one, "customer"), "/leave_reason"), "hung_up");
}

// ---- ports

/// Two pairs of ports that rest for two seconds: one call more is refused, and a call that ended makes room only after the rest.
async fn ports_run_out_and_rest(database: Database) {
    const REST: Duration = Duration::from_secs(2);
    // Below the ranges of the other servers; the two databases' tests run side by side.
    let first = if database == Database::Sqlite { 11_000 } else { 11_500 } + (std::process::id() % 100) as u16 * 4;
    let setup = Setup::default().set("MEDIA__PORTS", format!("[{first}, {}]", first + 3)).set("MEDIA__PORT_REST_S", REST.as_secs());
    let house = House::start_with(database, setup).await;
    let mut calls = Vec::new();
    for _ in 0..2 {
        let mut line = Line::new(&house, house.queue()).await;
        let media = line.connect(&offer(TRUNK, 9, 1, "sendrecv")).await;
        assert!((first..first + 4).contains(&media.audio.port()));
        calls.push((line, media.audio.port()));
    }
    assert_ne!(calls[0].1, calls[1].1);
    let mut late = Line::new(&house, house.queue()).await;
    let refusal = late.refused(&[], &offer(TRUNK, 9, 1, "sendrecv")).await;
    assert_eq!(refusal.status(), Some(503));
    assert!(refusal.header("Retry-After").is_some());
    assert!(house.rest().interactions_of(&late.number).await.is_empty(), "a refused call leaves no record");
    let (mut gone, port) = calls.remove(0);
    let ended = Instant::now();
    gone.bye().await;
    let (mut next, media) = eventually("a call on the rested port", async || {
        let mut line = Line::new(&house, house.queue()).await;
        line.request("INVITE", &[], &offer(TRUNK, 9, 1, "sendrecv")).await;
        let answer = line.response("INVITE").await;
        if answer.status() == Some(503) {
            let ack = line.dialog.ack_refusal();
            line.send(&ack).await;
            return None;
        }
        line.dialog.confirm(&answer);
        let ack = line.dialog.ack(line.dialog.cseq, "");
        line.send(&ack).await;
        Some((line, Description::parse(answer.body()).unwrap()))
    })
    .await;
    assert!(ended.elapsed() >= REST, "the port did not rest: {:?}", ended.elapsed());
    assert_eq!(media.audio.port(), port, "the only one that can be free");
    next.bye().await;
    calls[0].0.bye().await;
    for number in [&gone.number, &next.number, &calls[0].0.number] {
        assert_eq!(text(&closed(house.rest(), number).await, "/close_reason"), "abandoned");
    }
}
