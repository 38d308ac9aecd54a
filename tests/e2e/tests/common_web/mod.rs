//! A browser as a telephone: headless Chromium on a page of `tests/e2e/web`, with SIP.js or as an agent's desktop, steered over a WebSocket,
//! speaking a tone it takes for a microphone, heard by Web Audio. Holds no test.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, which clippy does not see as tests")]
#![allow(dead_code, unreachable_pub, reason = "a module of test programs, each of which uses its own part")]

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path as UrlPath, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use e2e::within;
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Component, Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

/// Samples a second and length of what the browser takes for a microphone, played over and over; whole periods of any voice here.
const RATE_HZ: u32 = 48_000;
const SPEECH_S: u32 = 10;
/// A tone is heard from this level up, in dB of a bin, and only if no other is within [`APART_DB`].
const HEARD_DB: f64 = -50.0;
const APART_DB: f64 = 20.0;
/// Looks, ten a second, that show a voice.
const LOOKS: usize = 10;
/// Commands waiting for the page: a test sends one and waits.
const COMMANDS_MAX: usize = 16;

/// What the page said so far.
#[derive(Default)]
struct Said {
    /// How often a page was loaded.
    ready: usize,
    done: Vec<(u64, Option<String>, Value)>,
    sessions: Vec<String>,
    heard: Vec<Value>,
}

struct Shared {
    said: Mutex<Said>,
    changes: watch::Sender<usize>,
    commands: tokio::sync::Mutex<mpsc::Receiver<Value>>,
}

/// A running browser. Dropped, it is killed; what it printed is shown when the test failed.
pub struct Browser {
    child: Child,
    folder: TempDir,
    serving: AbortHandle,
    shared: Arc<Shared>,
    changed: watch::Receiver<usize>,
    commands: mpsc::Sender<Value>,
    asked: u64,
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.serving.abort();
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let printed = std::fs::read(self.folder.path().join("output.log")).unwrap_or_default();
            eprintln!("---- the browser printed\n{}\n----", String::from_utf8_lossy(&printed));
            eprintln!("---- its calls: {:?}", lock(&self.shared.said).sessions);
        }
    }
}

impl Browser {
    /// Starts a browser with SIP.js that speaks in a tone of `voice` Hz and can tell these tones apart, and waits for its page.
    pub async fn start(voice: u16, tones: &[u16]) -> Browser {
        Browser::with("phone", voice, tones).await
    }

    /// The same as the page of an agent, which has the server's audio through what the test carries to and fro.
    pub async fn desk(voice: u16, tones: &[u16]) -> Browser {
        Browser::with("desk", voice, tones).await
    }

    async fn with(page: &'static str, voice: u16, tones: &[u16]) -> Browser {
        let folder = tempfile::tempdir().expect("a temporary folder");
        speak(&folder.path().join("voice.wav"), voice);
        let (commands, waiting) = mpsc::channel(COMMANDS_MAX);
        let (changes, changed) = watch::channel(0);
        let shared = Arc::new(Shared { said: Mutex::default(), changes, commands: tokio::sync::Mutex::new(waiting) });
        let (at, serving) = serve(page, shared.clone()).await;
        let tones: Vec<String> = tones.iter().map(u16::to_string).collect();
        let child = start(folder.path(), &format!("http://{at}/?tones={}", tones.join(",")));
        let browser = Browser { child, folder, serving, shared, changed, commands, asked: 0 };
        browser.wait("the browser's page", |said| (said.ready > 0).then_some(())).await;
        browser
    }

    /// Loads the page anew and waits for it.
    pub async fn reload(&mut self) {
        let before = lock(&self.shared.said).ready;
        self.ask(json!({ "command": "reload" })).await;
        self.wait("the page loaded anew", |said| (said.ready > before).then_some(())).await;
    }

    /// Registers over the WebSocket at this address.
    pub async fn register(&mut self, server: &str, user: &str, password: &str) {
        self.ask(json!({ "command": "register", "server": server, "user": user, "password": password })).await;
    }

    /// Gives a command and waits until it is carried out; what came of it.
    pub async fn ask(&mut self, mut command: Value) -> Value {
        self.asked += 1;
        let number = self.asked;
        command["number"] = json!(number);
        self.commands.send(command.clone()).await.expect("the page is there");
        let find =
            |said: &Said| said.done.iter().find(|(done, ..)| *done == number).map(|(_, error, value)| (error.clone(), value.clone()));
        let (error, value) = self.wait(&format!("{command}"), find).await;
        assert_eq!(error, None, "{command}");
        value
    }

    /// Waits until its call came to this state for the `times`th time.
    pub async fn call_is(&self, state: &str, times: usize) {
        let so = |said: &Said| (said.sessions.iter().filter(|seen| *seen == state).count() >= times).then_some(());
        self.wait(&format!("{state} in the browser"), so).await;
    }

    /// Waits for a second in which it hears only this tone.
    pub async fn hears(&self, voice: u16, others: &[u16]) {
        let level = |look: &Value, hz: u16| look["levels"][hz.to_string()].as_f64().unwrap_or(-200.0);
        let clear = |look: &Value| {
            let loud = level(look, voice);
            loud >= HEARD_DB && others.iter().all(|other| level(look, *other) + APART_DB <= loud)
        };
        self.second_of(&format!("{voice} Hz in the browser's ear"), clear).await;
    }

    /// Waits until it has heard speech or music for a second in all: both have pauses, and a busy browser stops to listen.
    pub async fn hears_anything(&self) {
        lock(&self.shared.said).heard.clear();
        let heard = |look: &&Value| look["loudest"].as_f64().unwrap_or(-200.0) >= HEARD_DB;
        let find = |said: &Said| (said.heard.iter().filter(heard).count() >= LOOKS).then_some(());
        self.wait("a sound in the browser's ear", find).await;
    }

    /// Waits until all of the last looks, beginning now, were so.
    async fn second_of(&self, what: &str, so: impl Fn(&Value) -> bool) {
        lock(&self.shared.said).heard.clear();
        let find = |said: &Said| {
            let last = said.heard.len().checked_sub(LOOKS)?;
            said.heard[last..].iter().all(&so).then_some(())
        };
        self.wait(what, find).await;
    }

    async fn wait<T>(&self, what: &str, find: impl Fn(&Said) -> Option<T>) -> T {
        let mut changed = self.changed.clone();
        let look = async {
            loop {
                changed.mark_unchanged();
                if let Some(found) = find(&lock(&self.shared.said)) {
                    return found;
                }
                changed.changed().await.expect("the page is there");
            }
        };
        within(what, look).await
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn page_folder() -> PathBuf {
    std::path::absolute("web").expect("tests run in their package's folder")
}

/// What the microphone says: a tone, in a file.
fn speak(path: &Path, voice: u16) {
    let spec = hound::WavSpec { channels: 1, sample_rate: RATE_HZ, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(path, spec).expect("a WAV file");
    for n in 0..RATE_HZ * SPEECH_S {
        let phase = std::f64::consts::TAU * f64::from(voice) * f64::from(n) / f64::from(RATE_HZ);
        writer.write_sample((phase.sin() * 8000.0) as i16).expect("a sample");
    }
    writer.finalize().expect("the WAV file");
}

fn start(folder: &Path, page: &str) -> Child {
    let output = std::fs::File::create(folder.join("output.log")).expect("a log file");
    let errors = output.try_clone().expect("the log file twice");
    let mut command = Command::new("chromium");
    command
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--enable-logging=stderr"])
        // It is to speak with nobody but us.
        .args([
            "--no-proxy-server",
            "--ignore-certificate-errors",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ])
        .args(["--autoplay-policy=no-user-gesture-required", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"])
        .args(["--allow-loopback-in-peer-connection", "--disable-features=WebRtcHideLocalIpsWithMdns,MediaRouter,OptimizationHints"])
        .arg(format!("--use-file-for-fake-audio-capture={}", folder.join("voice.wav").display()))
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(page)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors);
    match command.spawn() {
        Ok(child) => child,
        Err(error) => panic!("chromium cannot be started ({error}): install the Debian package chromium"),
    }
}

/// Serves the page, SIP.js where it needs that, and the socket it is steered by.
async fn serve(page: &'static str, shared: Arc<Shared>) -> (SocketAddr, AbortHandle) {
    let library = page_folder().join("node_modules/sip.js/lib");
    assert!(page != "phone" || library.join("index.js").is_file(), "no SIP.js: run `npm ci` in tests/e2e/web");
    let file = move |ending: &str| page_folder().join(format!("{page}.{ending}"));
    let router = Router::new()
        .route("/", get(move || async move { Html(std::fs::read_to_string(file("html")).expect("the page")) }))
        .route(&format!("/{page}.js"), get(move || async move { script(&file("js")) }))
        .route("/sip/{*path}", get(move |UrlPath(path): UrlPath<String>| std::future::ready(library_file(&library, &path))))
        .route("/steer", get(steer))
        .with_state(shared);
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port for the page");
    let at = listener.local_addr().expect("its address");
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    (at, serving.abort_handle())
}

fn library_file(library: &Path, path: &str) -> Response {
    if Path::new(path).components().all(|part| matches!(part, Component::Normal(_))) {
        return script(&library.join(path));
    }
    StatusCode::NOT_FOUND.into_response()
}

fn script(path: &Path) -> Response {
    match std::fs::read(path) {
        Ok(bytes) => ([(header::CONTENT_TYPE, "text/javascript")], bytes).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn steer(State(shared): State<Arc<Shared>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |socket| carry(shared, socket))
}

/// Commands to the page, and what it says from there.
async fn carry(shared: Arc<Shared>, mut socket: WebSocket) {
    let mut commands = shared.commands.lock().await;
    loop {
        tokio::select! {
            command = commands.recv() => {
                let Some(command) = command else { return };
                if socket.send(Message::Text(command.to_string().into())).await.is_err() {
                    return;
                }
            }
            message = socket.recv() => {
                let Some(Ok(message)) = message else { return };
                if let Message::Text(text) = message {
                    note(&shared, &serde_json::from_str(&text).expect("the page speaks JSON"));
                }
            }
        }
    }
}

fn note(shared: &Shared, message: &Value) {
    let mut said = lock(&shared.said);
    if message.get("ready").is_some() {
        said.ready += 1;
    } else if let Some(number) = message.get("done").and_then(Value::as_u64) {
        let error = message.get("error").and_then(Value::as_str).map(str::to_owned);
        said.done.push((number, error, message.get("value").cloned().unwrap_or(Value::Null)));
    } else if let Some(state) = message.get("session").and_then(Value::as_str) {
        said.sessions.push(state.to_owned());
    } else if let Some(heard) = message.get("heard") {
        said.heard.push(heard.clone());
    }
    drop(said);
    shared.changes.send_modify(|n| *n += 1);
}
