//! Carriers that are real: Kamailio in front of the server, over UDP and over TLS. It registers us, challenges our calls, stays in the way of
//! every request of a call, and is stopped while calls go through it. What own carriers are asked is in `outbound`.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests, which read the clock")]

mod common_cases;
mod common_kamailio;

use common_cases::{Place, closed, events, make, participant, somebody, text};
use common_kamailio::{Kamailio, PASSWORD, REALM, USER};
use cti_phone::{Call, CallOptions, IncomingCalls, Media, UserAgent};
use e2e::{Database, Desk, House, Rest, Setup, certificate, eventually, hear_each_other, interface, within};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const CUSTOMER: u16 = 600;
const AGENT: u16 = 1500;
const COLLEAGUE: u16 = 1050;
const SOMEBODY: u16 = 2700;
/// Refreshed before half of it; who does not answer is given up at its end.
const SESSION_S: u64 = 8;
/// How often carriers are probed. A probe is lost when the next is due.
const PROBE_S: u64 = 2;
/// How long a carrier may say nothing to a call before the next is tried.
const SILENCE: Duration = Duration::from_secs(4);
/// What a busy machine may add.
const SLACK: Duration = Duration::from_secs(3);
/// What our calls show.
const OURS: &str = "+12025550100";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    Udp,
    Tls,
}

/// A server that speaks TLS and believes these carriers, a place in it, and somebody outside whom every carrier reaches.
struct Scene {
    house: House,
    place: Place,
    desk: Desk,
    outside: UserAgent,
    calls: IncomingCalls,
    keys: TempDir,
}

/// A number in London nobody dialled before: a range for drama.
fn london() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("+442079460{:03}", NEXT.fetch_add(1, Ordering::Relaxed) % 1000)
}

impl Scene {
    async fn new(carriers: &[u8]) -> Scene {
        let keys = tempfile::tempdir().unwrap();
        let of = |last: &u8| certificate(keys.path(), IpAddr::V4(Ipv4Addr::new(127, 0, 0, *last))).pem();
        let roots: String = carriers.iter().map(of).collect();
        std::fs::write(keys.path().join("roots.pem"), roots).unwrap();
        let own = IpAddr::V4(Ipv4Addr::LOCALHOST);
        certificate(keys.path(), own);
        let file = |name: &str| keys.path().join(name).display().to_string();
        let setup = Setup::default()
            .set("SIP__INTERFACE", format!("[{}]", interface(own, "tls", keys.path())))
            .set("SIP__TRUNK_TLS__ROOTS", file("roots.pem"))
            .set("SIP__SESSION_EXPIRES_S", SESSION_S)
            .set("SIP__MIN_SE_S", 4);
        let house = House::start_with(Database::Sqlite, setup).await;
        let place = calling_place(&house).await;
        make(&place.rest, "/dial-rules", json!({ "name": "everybody", "sort": 100 })).await;
        let desk = place.desk(&house).await;
        let outside = UserAgent::bind(SocketAddr::new(own, 0)).await.unwrap();
        let calls = outside.incoming();
        Scene { house, place, desk, outside, calls, keys }
    }

    async fn carrier(&self, last: u8) -> Kamailio {
        Kamailio::start(last, self.keys.path(), &self.place.number, self.outside.local_addr()).await
    }

    /// The carrier as a trunk that is up and registered.
    async fn trunk(&self, carrier: &Kamailio, over: Over, priority: u16) -> String {
        let (transport, peer) = match over {
            Over::Udp => ("udp", carrier.udp),
            Over::Tls => ("tls", carrier.tls),
        };
        let row = json!({
            "name": format!("kamailio at {}", carrier.ip), "sources": [carrier.ip], "transport": transport, "peer": peer, "trusted": true,
            "country": "GB",
            "outbound": {
                "prefixes": ["+44"], "priority": priority, "account": { "user": USER, "realm": REALM, "password": PASSWORD },
                "register_s": 60, "probe_s": PROBE_S, "probe_fall": 1, "probe_rise": 1,
            },
        });
        let trunk = make(&self.place.rest, "/trunks", row).await;
        health(&self.place.rest, &trunk, "up").await;
        eventually("a registration with the carrier", async || {
            let status = self.place.rest.read(&format!("/trunks/{trunk}/status")).await;
            (text(&status, "/registered") == "yes").then_some(())
        })
        .await;
        trunk
    }

    /// The agent calls London, by whatever carrier; both ends, and the headers London saw.
    async fn dial(&mut self, number: &str) -> (Call, Call, String) {
        self.desk.screen.tell(json!({ "do": "dial", "number": number, "queue": self.place.queue })).await;
        let own = self.desk.phone.lifted(AGENT).await;
        let incoming = within("the call in London", self.calls.recv()).await.unwrap();
        incoming.ring().await;
        let seen = incoming.invite().to_string();
        let mut far = incoming.answer(Media::tone(CUSTOMER)).await.unwrap();
        within("London's call", far.answered()).await.unwrap();
        hear_each_other(&own, AGENT, &far, CUSTOMER).await;
        (own, far, seen)
    }

    /// Somebody outside calls our number by this carrier.
    fn calls_us(&self, carrier: &Kamailio, from: &str, headers: &[(&str, &str)]) -> Call {
        let mut options = CallOptions::new(carrier.udp, format!("sip:{}@{REALM}", self.place.number));
        options = options.from_user(from).media(Media::tone(CUSTOMER));
        for (name, value) in headers {
            options = options.header(*name, *value);
        }
        self.outside.call(options).unwrap()
    }

    async fn wrapped_up(&self) {
        self.desk.screen.no_entry("call/").await;
        self.desk.screen.shown("ready").await;
    }
}

/// A place whose queue shows our number to those it calls.
async fn calling_place(house: &House) -> Place {
    let place = Place::new(house).await;
    let shown = json!({ "outbound": { "caller_id": OURS } });
    assert_eq!(place.rest.patch(&format!("/queues/{}", place.queue), &shown).await.status, 200);
    place
}

async fn health(rest: &Rest, trunk: &str, wanted: &str) {
    eventually(&format!("a carrier that is {wanted}"), async || {
        let answer = rest.get(&format!("/trunks/{trunk}/status")).await;
        (answer.status == 200 && text(&answer.body, "/health") == wanted).then_some(())
    })
    .await;
}

fn trunk_of(record: &Value) -> Vec<&str> {
    events(record, "trunk_chosen").iter().map(|event| text(event, "/body/trunk")).collect()
}

/// Registered by digest, probed, called and calling; every request of a call goes through the carrier.
async fn both_ways(over: Over, last: u8) {
    let mut scene = Scene::new(&[last]).await;
    let carrier = scene.carrier(last).await;
    let trunk = scene.trunk(&carrier, over, 1).await;

    let number = london();
    let (own, mut far, seen) = scene.dial(&number).await;
    assert!(seen.contains("Record-Route:") && seen.contains(&carrier.ip.to_string()), "{seen}");
    // The agent hangs up: BYE takes the carrier's way, or London would not know.
    own.hang_up().await.unwrap();
    within("the end in London", far.ended()).await;
    let record = closed(&scene.place.rest, &number).await;
    assert_eq!(trunk_of(&record), [trunk.as_str()]);
    assert_eq!(text(&record, "/close_reason"), "completed");
    scene.wrapped_up().await;

    let caller = somebody(CUSTOMER).await.number;
    let mut call = scene.calls_us(&carrier, &caller, &[]);
    let mut taken = scene.desk.phone.lifted(AGENT).await;
    within("the answer outside", call.answered()).await.unwrap();
    hear_each_other(&taken, AGENT, &call, CUSTOMER).await;
    // Longer than a session: it was refreshed through the carrier.
    let refreshed = call.media().received + 50 * (SESSION_S + 1);
    e2e::until("a call longer than its session", || call.media().received >= refreshed).await;
    call.hang_up().await.unwrap();
    within("the end at the agent", taken.ended()).await;
    let record = closed(&scene.place.rest, &caller).await;
    assert_eq!(text(participant(&record, "customer"), "/leave_reason"), "hung_up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_carrier_over_udp_registers_us_and_carries_calls_both_ways() {
    both_ways(Over::Udp, 21).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_carrier_over_tls_registers_us_and_carries_calls_both_ways() {
    both_ways(Over::Tls, 22).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_calls_and_who_withholds_it_is_told_through_the_carrier() {
    let mut scene = Scene::new(&[23]).await;
    let carrier = scene.carrier(23).await;
    scene.trunk(&carrier, Over::Tls, 1).await;
    let asserted = somebody(CUSTOMER).await.number;
    let identity = format!("<sip:{asserted}@{REALM}>");
    for (headers, shown) in [
        (vec![("P-Asserted-Identity", identity.as_str())], asserted.as_str()),
        (vec![("P-Asserted-Identity", identity.as_str()), ("Privacy", "id")], "anonymous"),
    ] {
        let mut call = scene.calls_us(&carrier, "anonymous", &headers);
        let incoming = scene.desk.phone.rings().await;
        assert_eq!(incoming.from_user(), shown, "{headers:?}");
        let mut taken = incoming.answer(Media::tone(AGENT)).await.unwrap();
        within("the answer outside", call.answered()).await.unwrap();
        call.hang_up().await.unwrap();
        within("the end at the agent", taken.ended()).await;
        scene.wrapped_up().await;
    }
    for (withheld, from) in [(false, OURS), (true, "anonymous")] {
        let shown = json!({ "outbound": { "withheld": withheld } });
        assert_eq!(scene.place.rest.patch(&format!("/queues/{}", scene.place.queue), &shown).await.status, 200);
        // The switch takes changes in their order: once it knows this trunk, it knows what is shown.
        let later = json!({ "name": format!("later {withheld}"), "sources": [format!("127.0.9.{}", u8::from(withheld))], "country": "GB" });
        let later = make(&scene.place.rest, "/trunks", later).await;
        eventually("the change", async || (scene.place.rest.get(&format!("/trunks/{later}/status")).await.status == 200).then_some(()))
            .await;
        let (own, mut far, seen) = scene.dial(&london()).await;
        let line = |name: &str| seen.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
        assert!(line("From:").contains(&format!("sip:{from}@")), "{seen}");
        assert!(line("P-Asserted-Identity:").contains(OURS), "{seen}");
        assert_eq!(line("Privacy:").trim(), if withheld { "id" } else { "" });
        own.hang_up().await.unwrap();
        within("the end in London", far.ended()).await;
        scene.wrapped_up().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_carrier_that_stops_voices_go_on_until_the_session_ends_and_new_calls_take_the_next() {
    let mut scene = Scene::new(&[24, 25]).await;
    let (mut first, second) = (scene.carrier(24).await, scene.carrier(25).await);
    let one = scene.trunk(&first, Over::Tls, 1).await;
    let two = scene.trunk(&second, Over::Udp, 2).await;
    let beside = calling_place(&scene.house).await;
    let mut colleague = beside.desk(&scene.house).await;
    let number = london();
    let (mut own, far, _) = scene.dial(&number).await;

    first.kill();
    let stopped = Instant::now();
    let next = london();
    colleague.screen.tell(json!({ "do": "dial", "number": next, "queue": beside.queue })).await;
    let theirs = colleague.phone.lifted(COLLEAGUE).await;
    // What is said does not go through the carrier.
    hear_each_other(&own, AGENT, &far, CUSTOMER).await;
    let incoming = within("the next call in London", scene.calls.recv()).await.unwrap();
    let took = incoming.arrived() - stopped;
    let bound = Duration::from_secs(PROBE_S) + SILENCE + SLACK;
    assert!(took <= bound, "the next call went by the second carrier after {took:?}, not {bound:?}");
    let mut answered = incoming.answer(Media::tone(SOMEBODY)).await.unwrap();
    within("the next call's answer", answered.answered()).await.unwrap();
    hear_each_other(&theirs, COLLEAGUE, &answered, SOMEBODY).await;
    health(&scene.place.rest, &one, "down").await;
    let took = stopped.elapsed();
    let bound = 2 * Duration::from_secs(PROBE_S) + SILENCE + SLACK;
    assert!(took <= bound, "it was shown down after {took:?}, not {bound:?}");

    // Refreshes have no way any more: the call ends with its session, as one that was lost, and the agent is free again.
    within("the end of the first call", own.ended()).await;
    let took = stopped.elapsed();
    assert!(took <= Duration::from_secs(SESSION_S) + SILENCE + SLACK, "the call ended after {took:?}");
    let record = closed(&scene.place.rest, &number).await;
    assert_eq!(trunk_of(&record), [one.as_str()]);
    let left = |role: &str| text(participant(&record, role), "/leave_reason");
    assert_eq!((left("customer"), left("agent")), ("lost", "other_left"));
    scene.wrapped_up().await;
    theirs.hang_up().await.unwrap();
    within("the end of the next call in London", answered.ended()).await;
    assert_eq!(trunk_of(&closed(&beside.rest, &next).await).last(), Some(&two.as_str()));

    let number = london();
    let (own, mut far, _) = scene.dial(&number).await;
    own.hang_up().await.unwrap();
    within("the end in London", far.ended()).await;
    let newest = closed(&scene.place.rest, &number).await;
    assert_eq!(trunk_of(&newest), [two.as_str()]);
    let others = events(&newest, "trunk_chosen")[0].pointer("/body/others").and_then(Value::as_array).unwrap().clone();
    assert!(others.iter().any(|other| text(other, "/trunk") == one && text(other, "/why") == "down"), "{others:?}");
    // Calls to us come by the second as well.
    let caller = somebody(CUSTOMER).await.number;
    let mut call = scene.calls_us(&second, &caller, &[]);
    let taken = scene.desk.phone.lifted(AGENT).await;
    within("the answer outside", call.answered()).await.unwrap();
    hear_each_other(&taken, AGENT, &call, CUSTOMER).await;
    call.hang_up().await.unwrap();
}
