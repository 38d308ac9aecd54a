//! The first start, a second server on the same folder, and the stop on SIGTERM.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests, which read the clock")]

mod common_durable;

use common_durable::*;
use cti_phone::EndReason;
use cti_phone::raw::RawPeer;
use e2e::{Caller, Database, Desk, House, Setup, eventually, hear_each_other, program, send_term, within};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Lines};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Stdio};
use std::time::Duration;

const NOAH: &str = "+12025550112";
/// Longer than a server takes to say that it cannot start.
const SOON: Duration = Duration::from_secs(10);

mod sqlite {
    #[tokio::test(flavor = "multi_thread")]
    async fn the_first_start_makes_an_administrator_whose_password_works_once() {
        super::first_start(None).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_stop_lets_calls_go_on_to_their_end() {
        super::graceful_stop(super::Database::Sqlite).await;
    }
}

mod postgres {
    #[tokio::test(flavor = "multi_thread")]
    async fn the_first_start_makes_an_administrator_whose_password_works_once() {
        let server = tokio::task::spawn_blocking(storage::postgres).await.unwrap();
        let url = server.create_database();
        super::first_start(Some(url)).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_stop_lets_calls_go_on_to_their_end() {
        super::graceful_stop(super::Database::Postgres).await;
    }
}

/// `serve` on a configuration of its own; killed when dropped.
struct Serve {
    child: Child,
    out: Lines<BufReader<ChildStdout>>,
    http: String,
    sip: SocketAddr,
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn configuration(folder: &Path, database: Option<&str>) -> PathBuf {
    let database = database.map_or(String::new(), |url| format!("database = \"{url}\"\n"));
    let file = folder.join("cordboard.toml");
    let data = folder.join("data");
    let text = format!(
        "data = \"{}\"\nhttp = \"127.0.0.1:0\"\n{database}[sip]\nlisten = \"127.0.0.1:0\"\n[media]\nports = [30000, 30099]\n",
        data.display()
    );
    std::fs::write(&file, text).unwrap();
    file
}

impl Serve {
    /// Starts and waits until it says where it listens.
    fn start(file: &Path) -> Serve {
        let mut command = program();
        let mut child = command.args(["serve", "--config"]).arg(file).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let http = out.next().expect("the server starts").unwrap();
        let http = http.strip_prefix("HTTP").unwrap().trim().to_owned();
        let sip = out.next().unwrap().unwrap();
        let sip = sip.strip_prefix("SIP").unwrap().split_whitespace().next().unwrap().parse().unwrap();
        Serve { child, out, http, sip }
    }

    /// Stops it; what it said besides.
    fn stop(mut self) -> Vec<String> {
        send_term(&self.child);
        let said: Vec<String> = self.out.by_ref().map(Result::unwrap).collect();
        assert!(self.child.wait().unwrap().success(), "it ends in order");
        said
    }
}

async fn first_start(database: Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let file = configuration(folder.path(), database.as_deref());
    let (mut server, path) = (Serve::start(&file), file.clone());
    let line = server.out.by_ref().map(Result::unwrap).find(|line| line.contains("password")).expect("the administrator's line");
    let (login, password) = line.split_once("login ").and_then(|(_, rest)| rest.split_once(", one-time password ")).expect(&line);
    let client = reqwest::Client::new();
    let session = format!("{}/api/v1/session", server.http);
    let answer = client.post(&session).json(&json!({ "login": login, "password": password })).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let cookie = answer.headers().get("set-cookie").unwrap().to_str().unwrap().split(';').next().unwrap().to_owned();
    let view: Value = answer.json().await.unwrap();
    assert_eq!(view.pointer("/must_change_password"), Some(&Value::Bool(true)), "{view}");
    let users = client.get(format!("{}/api/v1/users", server.http)).header("cookie", &cookie).send().await.unwrap();
    assert_eq!(users.status(), 403, "nothing else before it is changed");
    let own = json!({ "old_password": password, "new_password": "a word of my own" });
    let changed = client.post(format!("{session}/password")).header("cookie", &cookie).json(&own).send().await.unwrap();
    assert!(changed.status().is_success(), "{}", changed.status());

    second_server_is_refused(&path).await;
    let login = login.to_owned();
    let said = tokio::task::spawn_blocking(move || server.stop()).await.unwrap();
    assert!(!said.iter().any(|line| line.contains("password ")), "{said:?}");

    let again = Serve::start(&path);
    let answer = client.post(format!("{}/api/v1/session", again.http));
    let answer = answer.json(&json!({ "login": login, "password": "a word of my own" })).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_ne!(again.sip.port(), 0);
    let said = tokio::task::spawn_blocking(move || again.stop()).await.unwrap();
    assert!(!said.iter().any(|line| line.contains("administrator")), "the second start makes none: {said:?}");
}

/// Another server on the same folder ends at once and says why; the first goes on.
async fn second_server_is_refused(file: &Path) {
    let mut command = program();
    command.args(["serve", "--config"]).arg(file);
    let run = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = tokio::time::timeout(SOON, run).await.expect("it ends by itself").unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("in use by another server"), "{said}");
}

async fn graceful_stop(database: Database) {
    let mut house = House::start_with(database, Setup::default().set("LIMITS__DRAIN_S", 60)).await;
    let since = now_us();
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new(NOAH, 600).await;
    let mut out = caller.call(&house, house.queue());
    let taken = alice.phone.lifted(1500).await;
    hear_each_other(&out, 600, &taken, 1500).await;

    house.ask_to_stop();
    eventually("new calls are refused", async || {
        let (status, body) = readiness(&house).await;
        (status == 503 && body.pointer("/draining") == Some(&Value::Bool(true))).then_some(())
    })
    .await;
    eventually("503 with the time to come back", async || new_call_is_refused(&house).await.then_some(())).await;
    hear_each_other(&out, 600, &taken, 1500).await;
    alice.screen.shown("talking").await;
    taken.hang_up().await.unwrap();
    assert_eq!(within("the caller's end", out.ended()).await, EndReason::RemoteHungUp);
    alice.finish_wrap_up().await;
    drop(alice);
    assert!(within("the end of the server", house.ended()).await.success());

    house.start_again().await;
    let one = the_one(&house, NOAH, since, "the call", closed_and_sealed).await;
    assert_whole(&one);
    assert_eq!(text(&one, "/close_reason"), "completed");
    check_recording(&house, &one, 600, 1500).await;
    let open = house.folder().join("data/recordings/.open");
    assert!(std::fs::read_dir(open).map_or(true, |mut notes| notes.next().is_none()), "nothing was left to seal");
    assert_healthy(&house).await;
}

/// Whether an INVITE from a socket of its own gets 503 with `Retry-After`.
async fn new_call_is_refused(house: &House) -> bool {
    let mut peer = RawPeer::udp(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let (local, to) = (peer.local_addr(), house.sip());
    let invite = format!(
        "INVITE sip:{number}@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bK{port}\r\nMax-Forwards: 70\r\n\
         From: <sip:+12025550113@{local}>;tag={port}\r\nTo: <sip:{number}@{to}>\r\nCall-ID: {port}@drain\r\nCSeq: 1 INVITE\r\n\
         Contact: <sip:{local}>\r\nContent-Length: 0\r\n\r\n",
        number = house.queue(),
        port = local.port(),
    );
    peer.send(invite, to).await.unwrap();
    let answer = peer.wait_for(SOON, |received| received.status().is_some_and(|code| code >= 200)).await.unwrap();
    let refused = answer.status() == Some(503) && answer.header("Retry-After").is_some_and(|wait| wait.parse::<u32>().is_ok_and(|s| s > 0));
    let ack = format!(
        "ACK sip:{number}@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bK{port}\r\nMax-Forwards: 70\r\n\
         From: <sip:+12025550113@{local}>;tag={port}\r\nTo: {answered}\r\nCall-ID: {port}@drain\r\nCSeq: 1 ACK\r\n\
         Content-Length: 0\r\n\r\n",
        number = house.queue(),
        port = local.port(),
        answered = answer.header("To").unwrap_or_default(),
    );
    peer.send(ack, to).await.unwrap();
    refused
}
