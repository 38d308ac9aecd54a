//! The tool against the real server, in small: setup twice, then recorded calls that must be whole at both ends, on disk and in the log.

use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A server in a folder of its own; dropped, it is killed.
struct Server {
    child: Child,
    ready: Value,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone: the test has said so.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `CORDBOARD_BIN`, or the one this workspace builds.
fn server_program() -> PathBuf {
    if let Some(given) = std::env::var_os("CORDBOARD_BIN") {
        return given.into();
    }
    // Tests run in their package's folder.
    let root = Path::new("../..");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo).args(["build", "--quiet", "-p", "cordboard"]).current_dir(root).status();
    assert!(built.expect("cargo can be run").success(), "the server does not build");
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from).join("debug/cordboard")
}

fn start(folder: &Path) -> Server {
    let mut command = Command::new(server_program());
    command.args(["demo", "--ready-json", "--no-callers", "--no-agents", "--http", "127.0.0.1:0", "--sip", "127.0.0.1:0", "--data"]);
    let log = std::fs::File::create(folder.join("server.log")).expect("a log file");
    command.arg(folder.join("data")).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CORDBOARD_")) {
        command.env_remove(name);
    }
    let mut child = command.spawn().expect("the server can be started");
    let mut line = String::new();
    let out = child.stdout.take().expect("its output");
    BufReader::new(out).read_line(&mut line).expect("its first line");
    let ready = serde_json::from_str(&line).unwrap_or_default();
    let server = Server { child, ready };
    assert!(server.ready.is_object(), "not ready: {line}{}", std::fs::read_to_string(folder.join("server.log")).unwrap_or_default());
    server
}

fn tool(args: &[&str]) {
    let done = Command::new(env!("CARGO_BIN_EXE_cti-load")).args(args).output().expect("the tool can be run");
    assert!(done.status.success(), "cti-load {}: {}", args[0], String::from_utf8_lossy(&done.stderr));
}

#[test]
fn twenty_recorded_calls_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let text = |name: &str| server.ready[name].as_str().unwrap().to_owned();
    let (users, json, pid) = (folder.path().join("users.json"), folder.path().join("load.json"), server.child.id().to_string());
    let users = users.to_str().unwrap();
    // A port that is free now: another run may be under way on this machine. The demo's own trunk has the same address and any port.
    let port = std::net::UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).unwrap().port().to_string();
    for agents in ["3", "25"] {
        let customers = ["--source-port", port.as_str(), "--customers", "10", "--out", users];
        tool(&[&["setup", "--http", &text("http"), "--token", &text("token"), "--agents", agents], customers.as_slice()].concat());
    }
    let to = format!("sip:+12025550190@{}", text("sip"));
    let mut report = Value::Null;
    for cps in ["5", "2", "0.5"] {
        let what = ["--cps", cps, "--calls", "20", "--talk", "3", "--record-wait-s", "30", "--json", json.to_str().unwrap()];
        tool(&[&["calls", "--target", &text("sip"), "--to", &to, "--users", users, "--server-pid", &pid], what.as_slice()].concat());
        report = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
        // Two voices of three seconds in packets of 20 ms. When the callers themselves did not get to say them, the machine has too
        // little for so many at once, and nothing is known of the server.
        if report.pointer("/rtp/sent").and_then(Value::as_u64).unwrap_or(0) > 20 * 2 * 150 * 95 / 100 {
            break;
        }
    }
    let number = |path: &str| report.pointer(path).and_then(Value::as_u64).unwrap_or(u64::MAX);
    let counts = ["/calls/completed", "/calls/failed", "/log/closed", "/log/completed", "/log/doubled", "/rtp/lost", "/rtp/wrong_tone"];
    assert_eq!(counts.map(number), [20, 0, 20, 20, 0, 0, 0], "{report:#}");
    assert_eq!(["/recordings/found", "/recordings/right_tones"].map(number), [20, 20], "{report:#}");
    assert!(report["recordings"]["seconds_missing"].as_f64().unwrap() < 2.0, "{report:#}");
    assert!(report["pop_ms"]["p50"].as_f64().is_some() && report["x_floor"].as_f64().is_some(), "{report:#}");
}
