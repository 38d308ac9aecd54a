//! What an administrator can read at night: the SIP of a call, drawn and as JSON, without its secrets, and why somebody does not get in.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common_cases;

use common_cases::{Line, Place, TRUNK, closed, interaction, make, offer, path, register, somebody, stranger, text};
use cti_phone::DigitsBy;
use cti_phone::raw::RawPeer;
use e2e::{House, eventually, hear_each_other};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

on_shared!(
    the_sip_of_a_call_can_be_read_while_it_is_up_and_afterwards,
    digits_pressed_in_a_call_are_not_shown,
    a_trunks_registration_is_shown_without_what_proves_us,
    who_may_not_read_it_does_not_and_who_does_stands_in_the_audit,
    why_a_telephone_or_a_trunk_does_not_get_in_is_shown,
);

const CALLER: u16 = 600;
const AGENT: u16 = 1500;

/// The first words of each message, with its direction.
fn steps(leg: &Value) -> Vec<String> {
    let messages = leg.get("messages").and_then(Value::as_array).unwrap();
    let step = |message: &Value| {
        let first = text(message, "/first_line");
        let what = first.strip_prefix("SIP/2.0 ").map_or(first.split(' ').next(), |status| status.get(..3)).unwrap();
        format!("{} {what}", text(message, "/way"))
    };
    messages.iter().map(step).collect()
}

async fn the_sip_of_a_call_can_be_read_while_it_is_up_and_afterwards(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut desk = place.desk(&house).await;
    let caller = somebody(CALLER).await;
    let out = caller.connected(&house, &place.number).await;
    let taken = desk.phone.lifted(AGENT).await;
    hear_each_other(&out, CALLER, &taken, AGENT).await;
    let one = interaction(&place.rest, &caller.number, "the call", |_| true).await;
    let ladder = format!("/interactions/{}/sip", text(&one, "/id"));
    let up = place.rest.read(&ladder).await;
    let legs = up["legs"].as_array().unwrap();
    assert_eq!(legs.len(), 2, "{up:#}");
    assert_eq!(steps(&legs[0]).first().map(String::as_str), Some("in INVITE"));
    assert!(steps(&legs[0]).contains(&"out 200".to_owned()) && steps(&legs[0]).contains(&"in ACK".to_owned()), "{up:#}");
    assert_eq!(steps(&legs[1]).first().map(String::as_str), Some("out INVITE"));
    assert!(steps(&legs[1]).contains(&"in 200".to_owned()) && steps(&legs[1]).contains(&"out ACK".to_owned()), "{up:#}");
    let roles: Vec<&str> = legs
        .iter()
        .map(|leg| {
            let of = one["participants"].as_array().unwrap().iter().find(|p| p["id"] == leg["participant"]).unwrap();
            text(of, "/role")
        })
        .collect();
    assert_eq!(roles, ["customer", "agent"]);
    out.hang_up().await.unwrap();
    closed(&place.rest, &caller.number).await;
    let after = eventually("the end of both legs", async || {
        let after = place.rest.read(&ladder).await;
        let ended = |leg: usize, bye: &str| steps(&after["legs"][leg]).contains(&bye.to_owned());
        (ended(0, "in BYE") && ended(1, "out BYE")).then_some(after)
    })
    .await;
    let invite = &after["legs"][0]["messages"][0];
    assert_eq!((text(invite, "/transport"), text(invite, "/local")), ("UDP", house.sip().to_string().as_str()));
    assert!(text(invite, "/text").contains("m=audio ") && text(invite, "/remote").starts_with("127.0.0.1:"));
    let drawn = place.rest.text(&ladder).await;
    for part in ["Cordboard", " INVITE (SDP) ", "<", ">", "BYE", "200 OK INVITE (SDP)", "m=audio "] {
        assert!(drawn.contains(part), "{part} in\n{drawn}");
    }
}

async fn digits_pressed_in_a_call_are_not_shown(house: Arc<House>) {
    let (rest, caller) = (house.new_rest(), somebody(CALLER).await);
    let out = caller.connected(&house, house.ivr()).await;
    let one = interaction(&rest, &caller.number, "the menu", |one| path(one).contains(&"menu")).await;
    out.send_digits("2", DigitsBy::Info, 1).await.unwrap();
    interaction(&rest, &caller.number, "the question", |one| path(one).contains(&"account")).await;
    out.send_digits("7788", DigitsBy::Info, 1).await.unwrap();
    interaction(&rest, &caller.number, "the queue", |one| path(one).contains(&"support")).await;
    let ladder = rest.read(&format!("/interactions/{}/sip", text(&one, "/id"))).await;
    let messages = ladder["legs"][0]["messages"].as_array().unwrap();
    let infos: Vec<&str> = messages.iter().map(|m| text(m, "/text")).filter(|m| m.starts_with("INFO ")).collect();
    assert_eq!(infos.len(), 5);
    for info in infos {
        let body = info.split("\r\n\r\n").nth(1).unwrap();
        assert!(body.contains("[masked]") && !body.lines().any(|line| line.starts_with("Signal") && !line.contains("[masked]")), "{info}");
    }
    out.hang_up().await.unwrap();
    closed(&rest, &caller.number).await;
}

async fn a_trunks_registration_is_shown_without_what_proves_us(house: Arc<House>) {
    let rest = house.new_rest();
    let mut carrier = RawPeer::udp(SocketAddr::new(TRUNK, 0)).await.unwrap();
    let at = carrier.local_addr();
    let account = json!({ "user": "us", "realm": "carrier.example", "password": "between us" });
    let row = json!({
        "name": format!("registrar {at}"), "sources": ["127.0.0.1"], "source_port": at.port(), "peer": at.to_string(), "country": "GB",
        "outbound": { "account": account, "register_s": 600, "prefixes": ["+4420794699"] },
    });
    let trunk = make(&rest, "/trunks", row).await;
    let asked = common_cases::asked(&mut carrier, "REGISTER").await;
    let challenge = "WWW-Authenticate: Digest realm=\"carrier.example\", nonce=\"the-nonce\", algorithm=MD5, qop=\"auth\"";
    carrier.respond(&asked, 401, "r", &[challenge], "").await.unwrap();
    let with = |r: &cti_phone::raw::Received| r.header("Authorization").is_some();
    let proved = carrier.wait_for(e2e::PATIENCE, with).await.unwrap();
    let contact = format!("Contact: {};expires=600", proved.header("Contact").unwrap());
    carrier.respond(&proved, 200, "r", &[&contact], "").await.unwrap();
    let ladder = eventually("the registration", async || {
        let ladder = rest.read(&format!("/trunks/{trunk}/sip")).await;
        (ladder.pointer("/legs/0/messages/3").is_some()).then_some(ladder)
    })
    .await;
    assert_eq!(
        (text(&ladder, "/legs/0/kind"), steps(&ladder["legs"][0])),
        ("registration", vec!["out REGISTER".to_owned(), "in 401".to_owned(), "out REGISTER".to_owned(), "in 200".to_owned()])
    );
    let shown = ladder.to_string();
    let token = asked.header("Contact").unwrap().split([':', '@']).nth(1).unwrap().to_owned();
    assert!(token.len() >= 16 && !shown.contains(&token), "the Contact by which the carrier's calls are known");
    assert!(shown.contains("username=") && !shown.contains("the-nonce"), "{ladder:#}");
    let response = proved.header("Authorization").unwrap().split("response=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(!shown.contains(&response));
}

async fn who_may_not_read_it_does_not_and_who_does_stands_in_the_audit(house: Arc<House>) {
    let place = Place::new(&house).await;
    let desk = place.desk(&house).await;
    let mut line = Line::new(&house, &place.number).await;
    line.connect(&offer(TRUNK, 9, 1, "sendrecv")).await;
    let one = interaction(&place.rest, &line.number, "the call", |_| true).await;
    let id = text(&one, "/id").to_owned();
    assert_eq!(desk.rest.get(&format!("/interactions/{id}/sip")).await.status, 403);
    assert_eq!(desk.rest.get("/sip/refused").await.status, 403);
    assert_eq!(place.rest.get("/interactions/00000000-0000-7000-8000-000000000000/sip").await.status, 404);
    place.rest.read(&format!("/interactions/{id}/sip")).await;
    let noted = place.rest.items(&format!("/audit?resource=interaction&resource_id={id}&action=read_sip")).await;
    assert_eq!(noted.len(), 1, "{noted:?}");
    line.bye().await;
    closed(&place.rest, &line.number).await;
}

async fn why_a_telephone_or_a_trunk_does_not_get_in_is_shown(house: Arc<House>) {
    let place = Place::new(&house).await;
    let entries = async |of: &dyn Fn(&Value) -> bool| {
        let shown = place.rest.read("/sip/refused").await;
        shown["requests"].as_array().unwrap().iter().filter(|entry| of(entry)).cloned().collect::<Vec<Value>>()
    };
    // A telephone with a wrong password.
    let from = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 60));
    let mut peer = RawPeer::udp(SocketAddr::new(from, 0)).await.unwrap();
    let mut dialog = peer.dialog(house.sip(), &format!("sip:{}", house.sip()), &place.sip_user);
    dialog.to = format!("<sip:{}@{}>", place.sip_user, house.sip());
    assert_eq!(register(&mut peer, &mut dialog, &place.sip_user, "not the password", 600).await.status(), Some(401));
    let here = |entry: &Value| text(entry, "/remote").starts_with("127.0.0.60:");
    let phone = entries(&here).await;
    let wrong = phone.iter().find(|entry| text(entry, "/reason") == "wrong_password").unwrap_or_else(|| panic!("{phone:#?}"));
    assert!(wrong["phone"].is_string() && text(wrong, "/method") == "REGISTER" && wrong["code"] == 401, "{wrong:#}");
    assert!(text(wrong, "/text").contains(&place.sip_user) && text(wrong, "/text").contains("response=[masked]"), "{wrong:#}");
    // With the right one it gets in, and what it was asked before is no trouble any more.
    assert_eq!(register(&mut peer, &mut dialog, &place.sip_user, &place.sip_password, 600).await.status(), Some(200));
    assert!(!entries(&here).await.iter().any(|entry| text(entry, "/reason") == "no_credentials"));
    // A trunk that calls a number that is not ours.
    let nobody = stranger();
    let mut line = Line::new(&house, &nobody).await;
    assert_eq!(line.refused(&[], &offer(TRUNK, 9, 1, "sendrecv")).await.status(), Some(404));
    let calls = entries(&|entry: &Value| text(entry, "/method") == "INVITE" && entry["code"] == 404 && entry["trunk"].is_string()).await;
    assert!(calls.iter().any(|entry| text(entry, "/phrase") == "Not Found" && entry["count"].as_u64() >= Some(1)), "{calls:#?}");
}
