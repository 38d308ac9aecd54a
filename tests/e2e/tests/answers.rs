//! Answers of a carrier that want more than an ACK: provisional ones that are acknowledged themselves (RFC 3262), and several to one call
//! (RFC 3261 13.2.2.4). The test writes every message of the carrier; voices are measured.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common_cases;

use common_cases::{Numbering, Place, TRUNK, Voice, asked, closed, events, make, offer, text};
use cti_phone::raw::{RawPeer, Received};
use cti_phone::{Call, Description};
use e2e::{Desk, House, PATIENCE, eventually, until};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

on_shared!(
    a_provisional_answer_that_wants_it_is_acknowledged_and_its_media_heard,
    of_two_that_answer_the_first_has_the_call_and_the_other_is_hung_up,
);

const CUSTOMER: u16 = 600;
const AGENT: u16 = 1500;
const ANNOUNCEMENT: u16 = 1000;
const BEGIN: Numbering = Numbering { ssrc: 7, sequence: 1, timestamp: 1 };

/// An agent who has dialled and lifted their telephone, and the carrier that was called.
struct Dialled {
    place: Place,
    desk: Desk,
    own: Call,
    number: String,
    carrier: RawPeer,
    invite: Received,
    /// Where the server wants the carrier's media.
    server: SocketAddr,
}

async fn dialled(house: &House) -> Dialled {
    static NEXT: AtomicU32 = AtomicU32::new(700);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let (place, number) = (Place::new(house).await, format!("+442079460{:03}", n % 1000));
    make(&place.rest, "/dial-rules", json!({ "name": format!("everybody {n}"), "sort": 100 })).await;
    let mut carrier = RawPeer::udp(SocketAddr::new(TRUNK, 0)).await.unwrap();
    let at = carrier.local_addr();
    let row = json!({
        "name": format!("carrier {at}"), "sources": ["127.0.0.1"], "source_port": at.port(), "peer": at.to_string(), "country": "GB",
        "outbound": { "prefixes": [number], "priority": 1 },
    });
    let trunk = make(&place.rest, "/trunks", row).await;
    eventually("the trunk in the switch", async || (place.rest.get(&format!("/trunks/{trunk}/status")).await.status == 200).then_some(()))
        .await;
    let mut desk = place.desk(house).await;
    desk.screen.tell(json!({ "do": "dial", "number": number, "queue": place.queue })).await;
    let own = desk.phone.lifted(AGENT).await;
    let invite = asked(&mut carrier, "INVITE").await;
    let server = Description::parse(invite.body()).unwrap().audio;
    Dialled { place, desk, own, number, carrier, invite, server }
}

impl Dialled {
    /// Answers the INVITE as the fork of this tag.
    async fn answer(&mut self, code: u16, tag: &str, extra: &[&str], sdp: &str) {
        let contact = format!("Contact: <sip:{tag}@{}>", self.carrier.local_addr());
        let extra = [&[contact.as_str()][..], extra].concat();
        self.carrier.respond(&self.invite, code, tag, &extra, sdp).await.unwrap();
    }

    /// The next request of this method in the dialog of a fork.
    async fn asked_as(&mut self, method: &str, tag: &str) -> Received {
        let to = format!("tag={tag}");
        let fits = |r: &Received| {
            r.method().is_some_and(|of| of.to_string() == method) && r.header("To").is_some_and(|value| value.ends_with(&to))
        };
        self.carrier.wait_for(PATIENCE, fits).await.unwrap_or_else(|error| panic!("no {method} to {tag}: {error}"))
    }

    /// Waits until the agent hears this tone for a second.
    async fn agent_hears(&self, hz: u16) {
        self.own.expect_tone(Some(hz));
        let before = self.own.media().windows_right;
        until(&format!("a second of {hz} Hz at the agent"), || self.own.media().windows_right >= before + 5).await;
    }

    /// The agent hangs up, and the fork of this tag hears of it.
    async fn over(mut self, tag: &str) -> serde_json::Value {
        self.own.hang_up().await.unwrap();
        let bye = self.asked_as("BYE", tag).await;
        self.carrier.respond(&bye, 200, "", &[], "").await.unwrap();
        self.desk.screen.shown("ready").await;
        closed(&self.place.rest, &self.number).await
    }
}

async fn a_provisional_answer_that_wants_it_is_acknowledged_and_its_media_heard(house: Arc<House>) {
    let mut call = dialled(&house).await;
    assert!(
        call.invite.headers().iter().any(|header| header.to_string().starts_with("Supported") && header.to_string().contains("100rel"))
    );
    let voice = Voice::open().await;
    let sdp = offer(TRUNK, voice.port(), 1, "sendrecv");
    call.answer(183, "t1", &["Require: 100rel", "RSeq: 7"], &sdp).await;
    let prack = call.asked_as("PRACK", "t1").await;
    let number = call.invite.cseq().unwrap().0;
    assert_eq!(prack.header("RAck"), Some(format!("7 {number} INVITE").as_str()));
    call.carrier.respond(&prack, 200, "", &[], "").await.unwrap();
    let announcing = voice.speak(call.server, ANNOUNCEMENT, BEGIN);
    call.agent_hears(ANNOUNCEMENT).await;

    // The answer needs no description any more: they are agreed (RFC 3262 5).
    let next = announcing.stop();
    call.answer(200, "t1", &[], "").await;
    let ack = call.asked_as("ACK", "t1").await;
    assert_eq!(ack.cseq(), Some((number, "ACK")));
    let _speech = voice.speak(call.server, CUSTOMER, next);
    call.agent_hears(CUSTOMER).await;
    voice.hear(AGENT).await;
    let one = call.over("t1").await;
    assert_eq!(text(&one, "/close_reason"), "completed");
}

async fn of_two_that_answer_the_first_has_the_call_and_the_other_is_hung_up(house: Arc<House>) {
    let mut call = dialled(&house).await;
    let (first, second) = (Voice::open().await, Voice::open().await);
    for tag in ["t1", "t2"] {
        call.answer(180, tag, &[], "").await;
    }
    call.answer(200, "t1", &[], &offer(TRUNK, first.port(), 1, "sendrecv")).await;
    call.asked_as("ACK", "t1").await;
    call.answer(200, "t2", &[], &offer(TRUNK, second.port(), 1, "sendrecv")).await;
    call.asked_as("ACK", "t2").await;
    let bye = call.asked_as("BYE", "t2").await;
    call.carrier.respond(&bye, 200, "", &[], "").await.unwrap();

    let _speech = first.speak(call.server, CUSTOMER, BEGIN);
    call.agent_hears(CUSTOMER).await;
    first.hear(AGENT).await;
    assert_eq!(second.received(), 0, "nothing is said to who was hung up");
    let one = call.over("t1").await;
    assert_eq!((text(&one, "/close_reason"), events(&one, "trunk_chosen").len()), ("completed", 1));
}
