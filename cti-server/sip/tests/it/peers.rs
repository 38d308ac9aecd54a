//! Trunks with several addresses: the one that answers is watched, registered with and called first (RFC 3263 4.3).

use crate::calling::call;
use crate::rig::*;
use cti_sip::message::Message;
use cti_sip::{Account, Command, Health, Outward, Probe, Registered, Target, Transport, Trunk, TrunkStatus};
use std::time::Duration;

const FIRST: &str = "192.0.2.10:5060";
const SECOND: &str = "192.0.2.20:5060";

fn trunk(change: impl FnOnce(&mut Outward)) -> Trunk {
    let at = |text: &str| (Transport::Udp, text.parse().unwrap());
    let mut out = Outward { further: vec![at(SECOND)], ..Outward::default() };
    change(&mut out);
    Trunk { id: trunk_id(), sources: Vec::new(), source_port: None, peer: Some(at(FIRST)), calls_max: None, trusted: true, out }
}

fn probed(out: &mut Outward) {
    out.probe = Some(Probe { every: Duration::from_secs(10), fall: 2, rise: 1 });
}

fn registered(out: &mut Outward) {
    out.register_for = Some(Duration::from_secs(600));
    out.account = Some(Account { user: "us".into(), realm: "r".into(), ha1_md5: None, ha1_sha256: None });
}

fn status(rig: &Rig) -> TrunkStatus {
    rig.endpoint.trunks().first().copied().unwrap()
}

/// Where the last request of this method went, and itself.
fn last(rig: &Rig, method: &str) -> (String, Message) {
    let is = |m: &Message| m.is_request() && m.method_text() == method;
    let sent = rig.sent.iter().rev().find(|s| is(&s.message)).unwrap_or_else(|| panic!("no {method}"));
    (sent.path.remote.to_string(), sent.message.clone())
}

#[test]
fn a_dead_first_address_gives_its_place_to_the_next_which_must_answer_to_be_used() {
    let mut rig = Rig::new();
    rig.command(Command::SetTrunks(vec![trunk(|out| {
        probed(out);
        registered(out);
    })]));
    rig.pass(10);
    assert_eq!((last(&rig, "OPTIONS").0, last(&rig, "REGISTER").0), (FIRST.to_owned(), FIRST.to_owned()));
    // Two probes have no answer.
    rig.pass(20_500);
    assert_eq!(status(&rig).health, Health::Down);
    let (to, probe) = last(&rig, "OPTIONS");
    assert_eq!((to.as_str(), last(&rig, "REGISTER").0.as_str()), (SECOND, SECOND));
    rig.receive(SECOND, &respond(&probe, 200, "p", "", ""));
    assert_eq!(status(&rig).health, Health::Up);
    rig.receive(SECOND, &respond(&last(&rig, "REGISTER").1, 200, "r", "Expires: 600\r\n", ""));
    assert_eq!(status(&rig).registered, Registered::Yes);
    call(&mut rig, Target::Trunk { trunk: trunk_id(), number: "+4420".into() }, 60_000);
    assert_eq!(last(&rig, "INVITE").0, SECOND);
}

#[test]
fn the_same_addresses_in_another_order_change_nothing_and_others_do() {
    let mut rig = Rig::new();
    rig.command(Command::SetTrunks(vec![trunk(probed)]));
    rig.pass(20_500);
    rig.receive(SECOND, &respond(&last(&rig, "OPTIONS").1, 200, "p", "", ""));
    rig.command(Command::SetTrunks(vec![trunk(probed)]));
    assert_eq!(status(&rig).health, Health::Up, "who was found to answer stays first");
    let elsewhere = trunk(|out| {
        probed(out);
        out.further = vec![(Transport::Udp, "192.0.2.30:5060".parse().unwrap())];
    });
    rig.command(Command::SetTrunks(vec![elsewhere]));
    assert_eq!(status(&rig).health, Health::Unknown, "what was learnt of others says nothing");
}

#[test]
fn without_probes_a_registrar_that_does_not_answer_gives_its_place_to_the_next() {
    let mut rig = Rig::new();
    rig.command(Command::SetTrunks(vec![trunk(registered)]));
    rig.pass(10);
    rig.receive(FIRST, &respond(&last(&rig, "REGISTER").1, 503, "r", "", ""));
    rig.pass(10_000);
    assert_eq!(last(&rig, "REGISTER").0, SECOND);
    // What is refused for good would be refused elsewhere as well.
    rig.receive(SECOND, &respond(&last(&rig, "REGISTER").1, 403, "r", "", ""));
    rig.take_sent();
    rig.pass(11_000);
    assert_eq!(last(&rig, "REGISTER").0, SECOND);
}
