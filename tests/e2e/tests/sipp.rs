//! Callers and a desk phone that are not ours: SIPp with scenarios of our own, as trunks and their peers send them.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common_cases;

use common_cases::{Place, closed, events, make, path, segments, stranger, text};
use e2e::{House, Phone, Rest, eventually, within};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, UdpSocket};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;
use tokio::process::{Child, Command};

on_shared!(
    fifty_callers_at_twenty_a_second_are_all_served_and_recorded_once,
    callers_over_tcp_are_served_as_well,
    callers_who_hang_up_at_once_leave_nothing_open,
    a_key_sent_by_info_chooses_in_the_menu,
    a_cancel_after_the_answer_changes_nothing,
    a_phone_registers_and_takes_a_queue_call,
);

/// Longer than any scenario takes, in seconds; then SIPp ends with an error.
const SIPP_MAX_S: &str = "60";

/// One run of SIPp: a scenario with a folder and a port of its own.
struct Sipp {
    scenario: &'static str,
    folder: TempDir,
    port: u16,
    tcp: bool,
}

impl Sipp {
    fn new(scenario: &'static str) -> Sipp {
        // SIPp takes only a port that is named; nobody else has this one now.
        let probe = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = probe.local_addr().unwrap().port();
        Sipp { scenario, folder: tempfile::tempdir().unwrap(), port, tcp: false }
    }

    /// Starts it: one call for each line of fields, so many of them a second.
    fn start(&self, house: &House, service: &str, lines: &[String], a_second: u32) -> Child {
        let fields = self.folder.path().join("fields.csv");
        std::fs::write(&fields, format!("SEQUENTIAL\n{}\n", lines.join("\n"))).unwrap();
        let scenario = std::path::absolute(format!("sipp/{}.xml", self.scenario)).expect("tests run in their package's folder");
        let mut command = Command::new("sipp");
        command.arg(house.sip().to_string()).arg("-sf").arg(scenario).arg("-inf").arg(fields);
        command.args(["-i", "127.0.0.1", "-p", &self.port.to_string(), "-s", service, "-t", if self.tcp { "t1" } else { "u1" }]);
        command.args(["-m", &lines.len().to_string(), "-r", &a_second.to_string(), "-timeout", SIPP_MAX_S, "-timeout_error", "-nostdin"]);
        command.arg("-trace_err").arg("-error_file").arg(self.errors());
        command.current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        match command.spawn() {
            Ok(child) => child,
            Err(error) => panic!("SIPp cannot be started ({error}): install the Debian package sip-tester"),
        }
    }

    fn errors(&self) -> std::path::PathBuf {
        self.folder.path().join("errors.log")
    }

    /// Waits for its end: 0 is every call as the scenario has it.
    async fn succeeded(&self, mut child: Child) {
        let status = within("the end of SIPp", child.wait()).await.unwrap();
        let errors = std::fs::read_to_string(self.errors()).unwrap_or_default();
        assert!(status.success(), "{}: {status}\n{errors}", self.scenario);
    }

    /// Runs these callers to their end.
    async fn run(&self, house: &House, service: &str, lines: &[String], a_second: u32) {
        self.succeeded(self.start(house, service, lines, a_second)).await;
    }
}

fn callers(count: usize) -> Vec<String> {
    (0..count).map(|_| stranger()).collect()
}

/// A flow of this document, live, and the number that leads into it.
async fn flow(rest: &Rest, nodes: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = format!("+1202555{:04}", 8000 + NEXT.fetch_add(1, Ordering::Relaxed));
    let id = make(rest, "/flows", json!({ "name": format!("flow of {number}") })).await;
    let version = rest.post(&format!("/flows/{id}/versions"), &json!({ "source": format!("name = \"sipp\"\n{nodes}") })).await;
    assert_eq!(version.status, 201, "{}", version.body);
    let live = rest.post(&format!("/flows/{id}/versions/1/publish"), &json!({})).await;
    assert_eq!(live.status, 200, "{}", live.body);
    make(rest, "/numbers", json!({ "number": number, "entry": { "to": "flow", "flow": id } })).await;
    number
}

/// Says good-bye and hangs up.
const GOODBYE: &str = r#"start = "answer"
[nodes.answer]
type = "answer"
next = "goodbye"
[nodes.goodbye]
type = "play"
prompts = ["goodbye"]
next = "end"
[nodes.end]
type = "hang_up"
"#;

/// Each of these called once and was served by the flow.
async fn all_served(rest: &Rest, numbers: &[String]) {
    assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len());
    for number in numbers {
        let one = closed(rest, number).await;
        assert_eq!((text(&one, "/close_reason"), text(&one, "/from")), ("served_by_flow", number.as_str()));
        assert_eq!((path(&one), segments(&one, "customer")), (vec!["answer", "goodbye", "end"], vec!["arriving", "ivr"]));
    }
}

async fn fifty_callers_at_twenty_a_second_are_all_served_and_recorded_once(house: Arc<House>) {
    let rest = house.new_rest();
    let (number, numbers) = (flow(&rest, GOODBYE).await, callers(50));
    Sipp::new("listens").run(&house, &number, &numbers, 20).await;
    all_served(&rest, &numbers).await;
}

async fn callers_over_tcp_are_served_as_well(house: Arc<House>) {
    let rest = house.new_rest();
    let (number, numbers) = (flow(&rest, GOODBYE).await, callers(5));
    Sipp { tcp: true, ..Sipp::new("listens") }.run(&house, &number, &numbers, 10).await;
    all_served(&rest, &numbers).await;
}

async fn callers_who_hang_up_at_once_leave_nothing_open(house: Arc<House>) {
    let place = Place::new(&house).await;
    let numbers = callers(20);
    Sipp::new("hangs_up").run(&house, &place.number, &numbers, 20).await;
    for number in &numbers {
        let one = closed(&place.rest, number).await;
        assert_eq!((text(&one, "/close_reason"), text(&one, "/work_items/0/outcome")), ("abandoned", "abandoned"));
    }
}

async fn a_key_sent_by_info_chooses_in_the_menu(house: Arc<House>) {
    let rest = house.new_rest();
    let numbers = callers(1);
    Sipp::new("key_by_info").run(&house, house.ivr(), &numbers, 1).await;
    let one = closed(&rest, &numbers[0]).await;
    assert_eq!((text(&one, "/data/topic"), text(&one, "/close_reason")), ("sales", "abandoned"), "{:?}", path(&one));
    assert_eq!(path(&one).last(), Some(&"sales"));
}

async fn a_cancel_after_the_answer_changes_nothing(house: Arc<House>) {
    let place = Place::new(&house).await;
    let numbers = callers(1);
    Sipp::new("cancel_too_late").run(&house, &place.number, &numbers, 1).await;
    let one = closed(&place.rest, &numbers[0]).await;
    assert_eq!((text(&one, "/close_reason"), text(&one, "/work_items/0/outcome")), ("abandoned", "abandoned"));
    assert_eq!(segments(&one, "customer"), ["arriving", "waiting"]);
}

async fn a_phone_registers_and_takes_a_queue_call(house: Arc<House>) {
    let place = Place::new(&house).await;
    let mut registers = Sipp::new("registers");
    let credentials = format!("{0};[authentication username={0} password={1}]", place.sip_user, place.sip_password);
    // The switch hears of a new phone a moment after the row was made.
    eventually("the registration", async || {
        let status = registers.start(&house, &place.sip_user, std::slice::from_ref(&credentials), 1).wait().await;
        status.unwrap().success().then_some(())
    })
    .await;
    let desk = place.desk_with(&house, Phone::unregistered(&place.sip_user).await).await;
    registers.scenario = "takes_a_call";
    let phone = registers.start(&house, &place.sip_user, std::slice::from_ref(&place.sip_user), 1);
    let caller = common_cases::somebody(600).await;
    let out = caller.connected(&house, &place.number).await;
    desk.screen.shown("talking").await;
    out.hang_up().await.unwrap();
    registers.succeeded(phone).await;
    desk.screen.shown("ready").await;
    let one = closed(&place.rest, &caller.number).await;
    assert_eq!((text(&one, "/close_reason"), segments(&one, "agent")), ("completed", vec!["ringing", "talking"]));
    let accepted = |offer: &Value| text(offer, "/outcome") == "accepted";
    assert!(one.pointer("/work_items/0/offers/0").is_some_and(accepted) && events(&one, "closed").len() == 1);
}
