//! Calls to the outside: an agent dials, carriers answer in every way there is. Carriers are own phones; what they must not be asked is asked here.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests, which read the clock")]

mod common_cases;

use common_cases::{Numbering, Place, TRUNK, Voice, closed, events, interaction, make, participant, segments, text};
use cti_phone::raw::{RawDialog, RawPeer, Received};
use cti_phone::{Call, Description, IncomingCall, IncomingCalls, Media, UserAgent};
use e2e::{Desk, Heard, House, PATIENCE, Recording, eventually, hear_each_other, until, within};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

on_shared!(
    a_dialled_call_rings_the_agent_first_and_both_talk_and_are_recorded,
    each_way_of_not_answering_has_its_word_and_cause,
    a_503_goes_to_the_second_trunk_and_says_why,
    a_silent_trunk_is_passed_over,
    a_challenge_is_answered_and_one_of_another_realm_is_not,
    early_media_is_heard_and_without_it_a_ring_back_tone,
    early_media_is_heard_by_who_asks_a_number_or_is_transferred_to_one,
    a_person_is_told_from_a_machine_where_that_is_wanted,
    an_agent_who_gives_up_cancels_the_call,
    what_may_not_be_dialled_is_refused_before_any_telephone_rings,
    nobody_else_has_a_call_relayed,
    a_redirection_elsewhere_is_not_followed,
    a_redirection_to_another_number_is_judged_as_if_it_were_dialled,
    a_program_has_an_agent_call_once_for_each_key,
    a_trunk_that_loses_its_probes_is_shown_down_and_up_again,
);

const CUSTOMER: u16 = 600;
const AGENT: u16 = 1500;
const ANNOUNCEMENT: u16 = 1000;
/// Of who answers behind a network that announced something.
const LIFTED: u16 = 2700;
/// The frequencies of the busy and of the congestion tone.
const BUSY: [u16; 1] = [425];
/// The ring-back tone of the server.
const RING_BACK: u16 = 425;
const QUIET: Duration = Duration::from_millis(1200);

/// A number in London nobody else dials: a number range for drama.
fn somebody_in_london() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(100);
    format!("+44207946{:04}", NEXT.fetch_add(1, Ordering::Relaxed) % 1000)
}

/// Who dials: an agent with a queue and a telephone, a rule that allows it, and a number nobody else calls.
struct Dialler {
    place: Place,
    desk: Desk,
    number: String,
}

impl Dialler {
    async fn new(house: &House) -> Dialler {
        let place = Place::new(house).await;
        let number = somebody_in_london();
        allow(&place).await;
        let shown = json!({ "outbound": { "caller_id": "+12025550100", "caller_name": "Example Shop" }, "wrap_up_max_ms": 60_000 });
        let answer = place.rest.patch(&format!("/queues/{}", place.queue), &shown).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let desk = place.desk(house).await;
        Dialler { place, desk, number }
    }

    /// A trunk that takes this number only.
    async fn trunk(&self, peer: SocketAddr, priority: u16, more: Value) -> String {
        let mut outbound = json!({ "prefixes": [self.number], "priority": priority });
        outbound.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let row = json!({
            "name": format!("carrier {peer}"), "sources": ["127.0.0.1"], "source_port": peer.port(), "peer": peer.to_string(),
            "country": "GB", "outbound": outbound,
        });
        make(&self.place.rest, "/trunks", row).await
    }

    /// Dials until the server knows the trunk made just before; the telephone rings when this returns.
    async fn dial(&mut self) -> IncomingCall {
        let command = json!({ "do": "dial", "number": self.number, "queue": self.place.queue });
        self.desk.screen.tell(command).await;
        self.desk.phone.rings().await
    }

    /// Dials, and lifts the own telephone.
    async fn lift(&mut self) -> Call {
        let incoming = self.dial().await;
        incoming.ring().await;
        let mut call = incoming.answer(Media::tone(AGENT)).await.unwrap();
        within("the agent's call", call.answered()).await.unwrap();
        call
    }

    async fn over(&self) -> Value {
        self.desk.finish_wrap_up().await;
        closed(&self.place.rest, &self.number).await
    }
}

/// Agents may dial everything but the dear numbers. The switch takes changes in their order, so what is made after it finds it in force.
async fn allow(place: &Place) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("everybody {} {}", place.number, NEXT.fetch_add(1, Ordering::Relaxed));
    make(&place.rest, "/dial-rules", json!({ "name": name, "sort": 100 })).await;
}

/// A carrier that is an own phone.
struct Carrier {
    agent: UserAgent,
    calls: IncomingCalls,
}

impl Carrier {
    async fn new(number: &str) -> Carrier {
        let agent = UserAgent::bind(SocketAddr::new(TRUNK, 0)).await.unwrap();
        let calls = agent.incoming_for(number);
        Carrier { agent, calls }
    }

    fn address(&self) -> SocketAddr {
        self.agent.local_addr()
    }

    async fn called(&mut self) -> IncomingCall {
        within("the carrier's call", self.calls.recv()).await.unwrap()
    }
}

/// A carrier whose every message the test writes.
async fn raw_carrier() -> RawPeer {
    RawPeer::udp(SocketAddr::new(TRUNK, 0)).await.unwrap()
}

async fn invited(peer: &mut RawPeer) -> Received {
    peer.wait_for(PATIENCE, |r| r.method() == Some(cti_phone::rsip::Method::Invite)).await.unwrap()
}

/// Until the server has taken in what was made: the trunk's status can be read.
async fn known(place: &Place, trunk: &str) {
    eventually("the trunk in the switch", async || (place.rest.get(&format!("/trunks/{trunk}/status")).await.status == 200).then_some(()))
        .await;
}

async fn a_dialled_call_rings_the_agent_first_and_both_talk_and_are_recorded(house: Arc<House>) {
    let mut dialler = Dialler::new(&house).await;
    let mut carrier = Carrier::new(&dialler.number).await;
    let trunk = dialler.trunk(carrier.address(), 1, json!({})).await;
    known(&dialler.place, &trunk).await;

    let ringing = dialler.dial().await;
    assert_eq!(ringing.from_user(), dialler.number, "their own telephone shows the number");
    let early = tokio::time::timeout(Duration::from_millis(300), carrier.calls.recv()).await;
    assert!(early.is_err(), "the number is called only when the agent has lifted");
    let mut own = ringing.answer(Media::tone(AGENT)).await.unwrap();
    within("the agent's call", own.answered()).await.unwrap();

    let call = carrier.called().await;
    assert_eq!((call.from_user(), call.from_display()), ("+12025550100", Some("Example Shop")));
    assert!(call.header("P-Asserted-Identity").unwrap().contains("+12025550100"));
    assert_eq!(call.header("X-Interaction"), None, "nothing of ours goes to a carrier");
    call.ring().await;
    let mut far = call.answer(Media::tone(CUSTOMER)).await.unwrap();
    within("the customer's call", far.answered()).await.unwrap();
    hear_each_other(&own, AGENT, &far, CUSTOMER).await;
    dialler.desk.screen.entry("call/", |view| text(view, "/state") == "talking").await;
    far.hang_up().await.unwrap();
    within("the end of the agent's call", own.ended()).await;

    let wrap_up = dialler.desk.screen.entry("wrap_up/", |_| true).await;
    assert!(wrap_up.get("outcome").unwrap().is_null());
    let one = dialler.over().await;
    assert_eq!((text(&one, "/direction"), text(&one, "/close_reason")), ("outbound", "completed"));
    assert_eq!((text(&one, "/from"), text(&one, "/to")), (dialler.number.as_str(), "+12025550100"));
    assert_eq!(segments(&one, "agent").last().copied(), Some("wrap_up"));
    assert!(segments(&one, "agent").contains(&"talking") && segments(&one, "customer").contains(&"talking"));
    assert_eq!(text(events(&one, "trunk_chosen")[0], "/body/trunk"), trunk);

    let sealed = |one: &Value| one.pointer("/recordings/0/parts/0").is_some();
    let one = interaction(&dialler.place.rest, &dialler.number, "the recording", sealed).await;
    let part = Recording::of(&dialler.place.rest, &one).await.remove(0);
    let (left, right) = (Heard::of(&part.left, CUSTOMER, &[AGENT]), Heard::of(&part.right, AGENT, &[CUSTOMER]));
    assert!(left.right >= 5 && left.other <= 2, "{left:?}");
    assert!(right.right >= 5 && right.other <= 2, "{right:?}");
}

async fn each_way_of_not_answering_has_its_word_and_cause(house: Arc<House>) {
    for (code, word, cause, reason, told) in [
        (486, "busy", 17, "busy", true),
        (480, "no_answer", 18, "no_answer", false),
        (404, "invalid", 1, "unreachable", true),
        (603, "rejected", 21, "declined", true),
    ] {
        let mut dialler = Dialler::new(&house).await;
        let mut carrier = Carrier::new(&dialler.number).await;
        let trunk = dialler.trunk(carrier.address(), 1, json!({})).await;
        known(&dialler.place, &trunk).await;
        let mut own = dialler.lift().await;
        carrier.called().await.reject(code).await;
        if told {
            let all = |levels: Vec<cti_phone::ToneLevel>| levels.iter().all(|level| level.share > 0.2);
            until("the tone", || own.tones_heard(&BUSY).is_some_and(all)).await;
        }
        within("the end of the agent's call", own.ended()).await;
        let wrap_up = dialler.desk.screen.entry("wrap_up/", |_| true).await;
        assert_eq!(text(&wrap_up, "/outcome"), word, "{code}");
        let one = dialler.over().await;
        assert_eq!(text(&one, "/close_reason"), "not_reached", "{code}");
        let failed = events(&one, "outside_failed");
        assert_eq!(text(failed[0], "/body/reason"), word, "{code}");
        assert_eq!(failed[0].pointer("/body/cause").and_then(Value::as_i64), Some(cause), "{code}");
        assert_eq!(text(participant(&one, "customer"), "/leave_reason"), reason, "{code}");
        assert_eq!(events(&one, "trunk_chosen").len(), 1, "{code}: it is the answer, no other trunk is tried");
    }
}

async fn a_503_goes_to_the_second_trunk_and_says_why(house: Arc<House>) {
    let mut dialler = Dialler::new(&house).await;
    let (mut first, mut second) = (Carrier::new(&dialler.number).await, Carrier::new(&dialler.number).await);
    let one = dialler.trunk(first.address(), 1, json!({})).await;
    let two = dialler.trunk(second.address(), 2, json!({})).await;
    known(&dialler.place, &two).await;
    let own = dialler.lift().await;
    first.called().await.reject(503).await;
    let mut far = second.called().await.answer(Media::tone(CUSTOMER)).await.unwrap();
    within("the customer's call", far.answered()).await.unwrap();
    hear_each_other(&own, AGENT, &far, CUSTOMER).await;
    let resting = dialler.place.rest.read(&format!("/trunks/{one}/status")).await;
    assert_eq!(resting.get("resting"), Some(&json!(true)));
    own.hang_up().await.unwrap();
    let record = dialler.over().await;
    let chosen: Vec<&str> = events(&record, "trunk_chosen").iter().map(|event| text(event, "/body/trunk")).collect();
    assert_eq!(chosen, [one.as_str(), two.as_str()]);
    let others = events(&record, "trunk_chosen")[1].pointer("/body/others").and_then(Value::as_array).unwrap().clone();
    assert!(others.iter().any(|other| text(other, "/trunk") == one && text(other, "/why") == "tried"), "{others:?}");
    assert_eq!(text(&record, "/close_reason"), "completed");
}

async fn a_silent_trunk_is_passed_over(house: Arc<House>) {
    let mut dialler = Dialler::new(&house).await;
    let silent = raw_carrier().await;
    let mut second = Carrier::new(&dialler.number).await;
    dialler.trunk(silent.local_addr(), 1, json!({})).await;
    let two = dialler.trunk(second.address(), 2, json!({})).await;
    known(&dialler.place, &two).await;
    let own = dialler.lift().await;
    let far = second.called().await.answer(Media::tone(CUSTOMER)).await.unwrap();
    hear_each_other(&own, AGENT, &far, CUSTOMER).await;
    own.hang_up().await.unwrap();
    assert_eq!(text(&dialler.over().await, "/close_reason"), "completed");
}

async fn a_challenge_is_answered_and_one_of_another_realm_is_not(house: Arc<House>) {
    for (realm, answered) in [("carrier.example", true), ("evil.example", false)] {
        let mut dialler = Dialler::new(&house).await;
        let mut carrier = raw_carrier().await;
        let account = json!({ "account": { "user": "us", "realm": "carrier.example", "password": "between us" } });
        let trunk = dialler.trunk(carrier.local_addr(), 1, account).await;
        known(&dialler.place, &trunk).await;
        let row = dialler.place.rest.read(&format!("/trunks/{trunk}")).await;
        assert!(row.pointer("/outbound/account/password").is_none(), "{row}");
        let mut own = dialler.lift().await;
        let first = invited(&mut carrier).await;
        let challenge = format!("WWW-Authenticate: Digest realm=\"{realm}\", nonce=\"n0\", algorithm=MD5, qop=\"auth\"");
        carrier.respond(&first, 401, "t1", &[&challenge], "").await.unwrap();
        if answered {
            let is_second = |r: &Received| r.method() == Some(cti_phone::rsip::Method::Invite) && r.cseq() == Some((2, "INVITE"));
            let second = carrier.wait_for(PATIENCE, is_second).await.unwrap();
            let given = second.header("Authorization").unwrap();
            assert!(
                given.contains("username=\"us\"") && given.contains("realm=\"carrier.example\"") && !given.contains("between"),
                "{given}"
            );
            carrier.respond(&second, 486, "t2", &[], "").await.unwrap();
        } else {
            let more = |r: &Received| r.method() == Some(cti_phone::rsip::Method::Invite) && r.header("Authorization").is_some();
            assert_eq!(carrier.count(QUIET, more).await, 0, "nothing is told to another realm");
        }
        within("the end of the agent's call", own.ended()).await;
        let one = dialler.over().await;
        let word = if answered { "busy" } else { "rejected" };
        assert_eq!(text(events(&one, "outside_failed")[0], "/body/reason"), word);
    }
}

async fn early_media_is_heard_and_without_it_a_ring_back_tone(house: Arc<House>) {
    let mut dialler = Dialler::new(&house).await;
    let mut carrier = raw_carrier().await;
    let trunk = dialler.trunk(carrier.local_addr(), 1, json!({})).await;
    known(&dialler.place, &trunk).await;
    let mut own = dialler.lift().await;
    let invite = invited(&mut carrier).await;
    own.expect_tone(Some(RING_BACK));
    carrier.respond(&invite, 180, "t1", &[], "").await.unwrap();
    until("the ring-back tone", || own.media().windows_right >= 3).await;

    // The network answers with an announcement before the call is refused.
    let rtp = Voice::open().await;
    own.expect_tone(Some(ANNOUNCEMENT));
    let before = own.media().windows_right;
    let contact = format!("Contact: <sip:{}>", carrier.local_addr());
    let sdp = carrier.offer(rtp.port());
    carrier.respond(&invite, 183, "t1", &[&contact], &sdp).await.unwrap();
    let offered = Description::parse(invite.body()).unwrap();
    let playing = rtp.speak(offered.audio, ANNOUNCEMENT, Numbering { ssrc: 7, sequence: 1, timestamp: 1 });
    until("a second of the announcement", || own.media().windows_right >= before + 5).await;
    drop(playing);
    carrier.respond(&invite, 404, "t1", &["Reason: Q.850;cause=1"], "").await.unwrap();
    within("the end of the agent's call", own.ended()).await;
    let one = dialler.over().await;
    assert_eq!(text(events(&one, "outside_failed")[0], "/body/reason"), "invalid");
    assert!(one.pointer("/recordings/0").is_none(), "nobody was reached, nothing is recorded");
}

async fn early_media_is_heard_by_who_asks_a_number_or_is_transferred_to_one(house: Arc<House>) {
    let mut dialler = Dialler::new(&house).await;
    let (mut carrier, mut network) = (Carrier::new(&dialler.number).await, raw_carrier().await);
    let second = somebody_in_london();
    dialler.trunk(carrier.address(), 1, json!({})).await;
    let trunk = dialler.trunk(network.local_addr(), 1, json!({ "prefixes": [second] })).await;
    known(&dialler.place, &trunk).await;
    let mut own = dialler.lift().await;
    let mut far = carrier.called().await.answer(Media::tone(CUSTOMER)).await.unwrap();
    within("the customer's call", far.answered()).await.unwrap();
    hear_each_other(&own, AGENT, &far, CUSTOMER).await;
    let leg = dialler.desk.leg().await;
    let to = json!({ "kind": "number", "number": second });
    let contact = format!("Contact: <sip:{}>", network.local_addr());
    let rtp = Voice::open().await;
    let sdp = network.offer(rtp.port()).replace("AVP 0 8 ", "AVP 0 ");
    let from_start = Numbering { ssrc: 7, sequence: 1, timestamp: 1 };

    // The agent asks: first the tone, then what the network says, and the customer when it has refused.
    dialler.desk.screen.tell(json!({ "do": "consult", "call": leg, "to": to })).await;
    let invite = invited(&mut network).await;
    own.expect_tone(Some(RING_BACK));
    let before = own.media().windows_right;
    carrier_says(&mut network, &invite, 180, &[], "").await;
    until("the ring-back tone", || own.media().windows_right >= before + 3).await;
    carrier_says(&mut network, &invite, 183, &[&contact], &sdp).await;
    let offered = Description::parse(invite.body()).unwrap();
    let playing = rtp.speak(offered.audio, ANNOUNCEMENT, from_start);
    own.expect_tone(Some(ANNOUNCEMENT));
    let before = own.media().windows_right;
    until("a second of the announcement", || own.media().windows_right >= before + 5).await;
    assert_eq!(rtp.received(), 0, "nobody is heard by who has not answered");
    drop(playing);
    carrier_says(&mut network, &invite, 486, &[], "").await;
    hear_each_other(&own, AGENT, &far, CUSTOMER).await;

    // The customer is transferred: they hear the network, and then who lifts.
    dialler.desk.screen.tell(json!({ "do": "transfer", "call": leg, "to": to })).await;
    within("the end of the agent's call", own.ended()).await;
    let invite = invited(&mut network).await;
    carrier_says(&mut network, &invite, 183, &[&contact], &sdp).await;
    let offered = Description::parse(invite.body()).unwrap();
    let playing = rtp.speak(offered.audio, ANNOUNCEMENT, from_start);
    far.expect_tone(Some(ANNOUNCEMENT));
    let before = far.media().windows_right;
    until("a second of the announcement", || far.media().windows_right >= before + 5).await;
    assert_eq!(rtp.received(), 0, "nobody is heard by who has not answered");
    let _speaking = rtp.speak(offered.audio, LIFTED, playing.stop());
    carrier_says(&mut network, &invite, 200, &[&contact], &sdp).await;
    rtp.hear(CUSTOMER).await;
    far.expect_tone(Some(LIFTED));
    let before = far.media().windows_right;
    until("a second of who lifted", || far.media().windows_right >= before + 5).await;
    far.hang_up().await.unwrap();

    let one = dialler.over().await;
    assert_eq!(text(&one, "/close_reason"), "completed");
    let sealed = |one: &Value| one.pointer("/recordings/0/parts/0").is_some();
    let one = interaction(&dialler.place.rest, &dialler.number, "the recording", sealed).await;
    let part = Recording::of(&dialler.place.rest, &one).await.remove(0);
    let heard = |voice: u16, others: &[u16]| Heard::of(&part.right, voice, others).right;
    assert!(heard(AGENT, &[LIFTED, ANNOUNCEMENT]) >= 5 && heard(LIFTED, &[AGENT, ANNOUNCEMENT]) >= 5);
    assert_eq!(heard(ANNOUNCEMENT, &[AGENT, LIFTED]), 0, "a network's announcement is nobody's word");
}

/// The carrier answers this INVITE.
async fn carrier_says(carrier: &mut RawPeer, invite: &Received, code: u16, extra: &[&str], body: &str) {
    carrier.respond(invite, code, "t1", extra, body).await.unwrap();
}

async fn a_person_is_told_from_a_machine_where_that_is_wanted(house: Arc<House>) {
    // What the queue says, what the command says, whether it is by REST, how the far side greets, and what it is taken for.
    let rows = [
        (Value::Null, json!(true), false, false, Some("machine")),
        (Value::Null, json!(true), true, false, Some("machine")),
        (json!({ "greeting_ms": 1_000 }), Value::Null, false, false, Some("machine")),
        (json!({}), Value::Null, true, true, Some("person")),
        (json!({}), json!(false), true, true, None),
        (json!({ "on": false }), Value::Null, false, false, None),
    ];
    for (queue, asked, by_rest, stops, answerer) in rows {
        let mut dialler = Dialler::new(&house).await;
        let answer =
            dialler.place.rest.patch(&format!("/queues/{}", dialler.place.queue), &json!({ "outbound": { "detect": queue } })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let mut carrier = Carrier::new(&dialler.number).await;
        let trunk = dialler.trunk(carrier.address(), 1, json!({})).await;
        known(&dialler.place, &trunk).await;
        let mut call = json!({ "number": dialler.number, "queue": dialler.place.queue, "detect": asked });
        if by_rest {
            call["user"] = json!(dialler.desk.user);
            let made = dialler.place.rest.post("/calls", &call).await;
            assert_eq!(made.status, 201, "{}", made.body);
        } else {
            call["do"] = json!("dial");
            dialler.desk.screen.tell(call).await;
        }
        let mut own = dialler.desk.phone.lifted(AGENT).await;
        let mut far = carrier.called().await.answer(Media::tone(CUSTOMER)).await.unwrap();
        within("the customer's call", far.answered()).await.unwrap();
        if stops {
            let word = std::time::Instant::now();
            until("a word was said", || word.elapsed() > Duration::from_millis(500)).await;
            far.say(cti_phone::Sound::Silence);
        }
        match answerer {
            Some(answerer) => {
                dialler.desk.screen.entry("call/", |view| text(view, "/answerer") == answerer).await;
            }
            // Longer than any verdict takes.
            None => {
                let answered = std::time::Instant::now();
                until("a verdict would have come", || answered.elapsed() > Duration::from_secs(3)).await;
            }
        }
        far.hang_up().await.unwrap();
        within("the end of the agent's call", own.ended()).await;
        let one = dialler.over().await;
        let told: Vec<&str> = events(&one, "answerer_detected").iter().map(|event| text(event, "/body/answerer")).collect();
        assert_eq!(told, Vec::from_iter(answerer), "{queue} {asked}");
        let shown = participant(&one, "customer").get("answerer").and_then(Value::as_str);
        assert_eq!(shown, answerer, "{queue} {asked}");
    }
}

async fn an_agent_who_gives_up_cancels_the_call(house: Arc<House>) {
    let mut dialler = Dialler::new(&house).await;
    let mut carrier = Carrier::new(&dialler.number).await;
    let trunk = dialler.trunk(carrier.address(), 1, json!({})).await;
    known(&dialler.place, &trunk).await;
    let own = dialler.lift().await;
    let mut call = carrier.called().await;
    call.ring().await;
    own.hang_up().await.unwrap();
    within("the CANCEL", call.cancelled()).await;
    let one = dialler.over().await;
    assert_eq!(text(&one, "/close_reason"), "not_reached");

    // Not lifting the own telephone calls nobody at all.
    dialler.desk.screen.shown("ready").await;
    let ringing = dialler.dial().await;
    ringing.reject(603).await;
    dialler.desk.screen.no_entry("call/").await;
    assert!(tokio::time::timeout(QUIET, carrier.calls.recv()).await.is_err());
    dialler.desk.screen.shown("ready").await;
}

async fn what_may_not_be_dialled_is_refused_before_any_telephone_rings(house: Arc<House>) {
    let mut dialler = Dialler::new(&house).await;
    let mut carrier = raw_carrier().await;
    // This trunk would take them all.
    let mut row = json!({ "name": format!("everything {}", carrier.local_addr()), "sources": ["127.0.0.1"], "country": "GB" });
    let fields = row.as_object_mut().unwrap();
    fields.insert("source_port".into(), json!(carrier.local_addr().port()));
    fields.insert("peer".into(), json!(carrier.local_addr().to_string()));
    fields.insert("outbound".into(), json!({ "prefixes": ["+449", "+881", "+8", "+4487", "+1900"], "priority": 1 }));
    let trunk = make(&dialler.place.rest, "/trunks", row).await;
    known(&dialler.place, &trunk).await;
    for (number, code) in [
        ("+44 909 879 0879", "forbidden"),
        ("+881 6 12345678", "forbidden"),
        ("+1 900 234 5678", "forbidden"),
        ("5555", "forbidden"),
        ("+999123456789", "bad_value"),
        ("sip:+442079460958@203.0.113.9", "bad_value"),
        ("+442079460958;phone-context=evil", "bad_value"),
        (dialler.place.number.as_str(), "bad_value"),
    ] {
        let refusal = dialler.desk.screen.ask(json!({ "do": "dial", "number": number, "queue": dialler.place.queue })).await.unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), (code, Some("number")), "{number}: {refusal:?}");
    }
    assert!(tokio::time::timeout(QUIET, dialler.desk.phone.calls.recv()).await.is_err(), "no telephone rang");
    assert_eq!(carrier.count(Duration::from_millis(100), |r| r.method() == Some(cti_phone::rsip::Method::Invite)).await, 0);
    dialler.desk.screen.shown("ready").await;
}

async fn nobody_else_has_a_call_relayed(house: Arc<House>) {
    let dialler = Dialler::new(&house).await;
    let mut carrier = raw_carrier().await;
    let trunk = dialler.trunk(carrier.local_addr(), 1, json!({})).await;
    known(&dialler.place, &trunk).await;
    // Another carrier's call, and a stranger's, to a number that is not ours.
    let other = Carrier::new("nobody").await;
    let uri = format!("sip:{}@{}", dialler.number, house.sip());
    let options = cti_phone::CallOptions::new(house.sip(), uri.as_str()).from_user("+12025550199");
    let mut call = other.agent.call(options).unwrap();
    let refused = within("the refusal", call.answered()).await;
    assert!(refused.is_err(), "{refused:?}");
    let mut stranger = RawPeer::udp("127.0.0.9:0".parse().unwrap()).await.unwrap();
    let mut dialog: RawDialog = stranger.dialog(house.sip(), &uri, "+12025550199");
    let offer = stranger.offer(9);
    let invite = dialog.request("INVITE", &[], &offer);
    stranger.send(invite, house.sip()).await.unwrap();
    let challenged = stranger.wait_for(PATIENCE, |r| r.status().is_some_and(|code| code >= 300)).await.unwrap();
    assert_eq!(challenged.status(), Some(401));
    assert_eq!(carrier.count(QUIET, |r| r.method() == Some(cti_phone::rsip::Method::Invite)).await, 0, "nothing went out");
}

async fn a_redirection_elsewhere_is_not_followed(house: Arc<House>) {
    let mut dialler = Dialler::new(&house).await;
    let (mut carrier, mut elsewhere) = (raw_carrier().await, raw_carrier().await);
    let trunk = dialler.trunk(carrier.local_addr(), 1, json!({})).await;
    known(&dialler.place, &trunk).await;
    let mut own = dialler.lift().await;
    let invite = invited(&mut carrier).await;
    let contact = format!("Contact: <sip:+18765231234@{}>", elsewhere.local_addr());
    carrier.respond(&invite, 302, "t1", &[&contact], "").await.unwrap();
    within("the end of the agent's call", own.ended()).await;
    assert_eq!(elsewhere.count(QUIET, |_| true).await, 0);
    let one = dialler.over().await;
    assert_eq!(text(events(&one, "outside_failed")[0], "/body/reason"), "failed");
}

async fn a_redirection_to_another_number_is_judged_as_if_it_were_dialled(house: Arc<House>) {
    for (number, allowed) in [("+19002345678", false), ("+442079460999", true)] {
        let mut dialler = Dialler::new(&house).await;
        let mut carrier = raw_carrier().await;
        let trunk = dialler.trunk(carrier.local_addr(), 1, json!({})).await;
        known(&dialler.place, &trunk).await;
        let mut own = dialler.lift().await;
        let invite = invited(&mut carrier).await;
        let contact = format!("Contact: <sip:{number}@{}>", carrier.local_addr());
        carrier.respond(&invite, 302, "t1", &[&contact], "").await.unwrap();
        let is_second = |r: &Received| r.method() == Some(cti_phone::rsip::Method::Invite) && r.cseq() == Some((2, "INVITE"));
        if allowed {
            let second = carrier.wait_for(PATIENCE, is_second).await.unwrap();
            assert!(String::from_utf8_lossy(&second.bytes).starts_with(&format!("INVITE sip:{number}@")));
            carrier.respond(&second, 486, "t2", &[], "").await.unwrap();
        } else {
            assert_eq!(carrier.count(QUIET, is_second).await, 0, "nothing goes to a premium number");
        }
        within("the end of the agent's call", own.ended()).await;
        let one = dialler.over().await;
        let word = if allowed { "busy" } else { "failed" };
        assert_eq!(text(events(&one, "outside_failed")[0], "/body/reason"), word, "{number}");
    }
}

async fn a_program_has_an_agent_call_once_for_each_key(house: Arc<House>) {
    let mut dialler = Dialler::new(&house).await;
    let mut carrier = Carrier::new(&dialler.number).await;
    let trunk = dialler.trunk(carrier.address(), 1, json!({})).await;
    known(&dialler.place, &trunk).await;
    let body = json!({ "user": dialler.desk.user, "number": dialler.number, "queue": dialler.place.queue });
    let made = dialler.place.rest.post("/calls", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let ringing = dialler.desk.phone.rings().await;
    let busy = dialler.place.rest.post("/calls", &body).await;
    assert_eq!(busy.status, 409, "{}", busy.body);
    let own = ringing.answer(Media::tone(AGENT)).await.unwrap();
    let far = carrier.called().await.answer(Media::tone(CUSTOMER)).await.unwrap();
    hear_each_other(&own, AGENT, &far, CUSTOMER).await;
    far.hang_up().await.unwrap();
    drop(own);
    let one = dialler.over().await;
    assert_eq!(text(&one, "/id"), text(&made.body, "/interaction"));
    let sealed = |one: &Value| one.pointer("/recordings/0/parts/0").is_some();
    let one = interaction(&dialler.place.rest, &dialler.number, "the recording", sealed).await;
    let part = Recording::of(&dialler.place.rest, &one).await.remove(0);
    assert!(Heard::of(&part.left, CUSTOMER, &[AGENT]).right >= 5, "left whom was called");
    assert!(Heard::of(&part.right, AGENT, &[CUSTOMER]).right >= 5, "right the agent");
    let wrong = json!({ "user": dialler.desk.user, "number": "+881612345678", "queue": dialler.place.queue });
    assert_eq!(dialler.place.rest.post("/calls", &wrong).await.status, 403);
    // An agent calls for nobody else.
    let other = Dialler::new(&house).await;
    assert_eq!(other.desk.rest.post("/calls", &body).await.status, 403);
}

async fn a_trunk_that_loses_its_probes_is_shown_down_and_up_again(house: Arc<House>) {
    let dialler = Dialler::new(&house).await;
    let mut carrier = raw_carrier().await;
    let watched = json!({ "probe_s": 2, "probe_fall": 1, "probe_rise": 1 });
    let trunk = dialler.trunk(carrier.local_addr(), 1, watched).await;
    let path = format!("/trunks/{trunk}/status");
    let health = async |wanted: &str| {
        eventually(&format!("a trunk that is {wanted}"), async || {
            let answer = dialler.place.rest.get(&path).await;
            (answer.status == 200 && text(&answer.body, "/health") == wanted).then_some(())
        })
        .await;
    };
    let probe = carrier.wait_for(PATIENCE, |r| r.method() == Some(cti_phone::rsip::Method::Options)).await.unwrap();
    carrier.respond(&probe, 200, "t", &[], "").await.unwrap();
    health("up").await;
    // The next is not answered, and counts as lost when the one after it is due.
    health("down").await;
    let answering = tokio::spawn(async move {
        while let Ok(probe) = carrier.wait_for(PATIENCE, |r| r.method() == Some(cti_phone::rsip::Method::Options)).await {
            carrier.respond(&probe, 200, "t", &[], "").await.unwrap();
        }
    });
    health("up").await;
    answering.abort();
}
