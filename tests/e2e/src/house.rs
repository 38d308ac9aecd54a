//! The real program as a child process in a folder of its own, started as a clean test bed. Knows no SIP.

use crate::rest::Rest;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;
use storage::TempPostgres;
use tempfile::TempDir;

/// RTP ports of one server: enough for any test, few enough for forty servers side by side.
const PORTS_EACH: u16 = 400;
/// First of the ports whose sockets claim a range of RTP ports.
const CLAIMS: u16 = 11_950;
/// Lines of the server's log shown when a test fails.
const LOG_LINES: usize = 60;

/// Which database the server keeps its store in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    /// A database of its own on a PostgreSQL shared by the tests that run at the same time.
    Postgres,
}

/// How a server is set up beyond the test bed's defaults.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Configuration by its environment names: `LIMITS__SOCKETS_GRACE_S` → `1`.
    pub environment: BTreeMap<String, String>,
    /// Variables as they are, for libraries loaded into the program.
    pub process: BTreeMap<String, String>,
}

impl Setup {
    /// Sets one value.
    pub fn set(mut self, name: &str, value: impl ToString) -> Setup {
        self.environment.insert(name.to_owned(), value.to_string());
        self
    }
}

/// The wall clock of a server, and of nobody else: a file that `libfaketime` (Debian's package `faketime`) reads at every look at it.
/// The monotonic clock is not touched.
pub struct WallClock {
    folder: TempDir,
}

impl WallClock {
    /// Goes as ours does.
    ///
    /// # Panics
    /// When a file cannot be written.
    pub fn new() -> WallClock {
        let clock = WallClock { folder: tempfile::tempdir().expect("a temporary folder") };
        clock.step(0);
        clock
    }

    /// From now on it is so many seconds ahead of ours.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn step(&self, ahead_s: i64) {
        // In one step: a reader must not meet an empty file.
        let (new, file) = (self.folder.path().join("new"), self.file());
        std::fs::write(&new, format!("{ahead_s:+}s\n")).and_then(|()| std::fs::rename(&new, &file)).expect("the clock's file");
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("ahead")
    }

    /// What makes a server look at this clock.
    ///
    /// # Panics
    /// When the library is not installed.
    pub fn setup(&self) -> Setup {
        let library = std::fs::read_dir("/usr/lib").expect("/usr/lib").filter_map(Result::ok);
        let library = library.map(|entry| entry.path().join("faketime/libfaketimeMT.so.1")).find(|path| path.exists());
        let library = library.expect("libfaketime: install Debian's package faketime");
        let entry = |name: &str, value: &Path| (name.to_owned(), value.display().to_string());
        let one = Path::new("1");
        let process = BTreeMap::from([
            entry("LD_PRELOAD", &library),
            entry("FAKETIME_TIMESTAMP_FILE", &self.file()),
            entry("FAKETIME_NO_CACHE", one),
            entry("FAKETIME_DONT_FAKE_MONOTONIC", one),
            entry("NO_FAKE_STAT", one),
        ]);
        Setup { process, ..Setup::default() }
    }
}

impl Default for WallClock {
    fn default() -> WallClock {
        WallClock::new()
    }
}

/// One account of the test bed.
#[derive(Clone, Debug, Deserialize)]
pub struct Account {
    /// The login.
    pub name: String,
    pub role: String,
    pub password: String,
    /// The SIP user of their desk phone.
    pub phone: Option<String>,
    pub phone_password: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Numbers {
    ivr: String,
    queue: String,
}

/// Where a kind of SIP is spoken.
#[derive(Clone, Debug, Deserialize)]
struct Socket {
    transport: String,
    address: SocketAddr,
}

/// The line the program prints when it is ready.
#[derive(Clone, Debug, Deserialize)]
struct Ready {
    http: String,
    sip: SocketAddr,
    sockets: Vec<Socket>,
    token: String,
    users: Vec<Account>,
    numbers: Numbers,
}

/// A running server with its folder. Dropped, it is killed; its log is shown when the test failed.
pub struct House {
    child: Option<Child>,
    ready: Ready,
    setup: Setup,
    database: Database,
    url: Option<String>,
    folder: TempDir,
    ports: (u16, u16),
    _claim: UdpSocket,
    rest: Rest,
    postgres: Option<Arc<TempPostgres>>,
}

impl House {
    /// A server as the test bed makes it.
    pub async fn start(database: Database) -> House {
        House::start_with(database, Setup::default()).await
    }

    /// A server set up otherwise.
    pub async fn start_with(database: Database, setup: Setup) -> House {
        let begin = move || {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let (postgres, url) = match database {
                Database::Sqlite => (None, None),
                Database::Postgres => {
                    let server = shared_postgres();
                    let url = server.create_database();
                    (Some(server), Some(url))
                }
            };
            let (ports, claim) = free_ports();
            let (child, ready) = spawn(folder.path(), url.as_deref(), ports, &setup);
            let rest = Rest::new(&ready.http, &ready.token);
            House { child: Some(child), ready, setup, database, url, folder, ports, _claim: claim, rest, postgres }
        };
        tokio::task::spawn_blocking(begin).await.expect("a server")
    }

    pub fn database(&self) -> Database {
        self.database
    }

    /// The PostgreSQL underneath, to stop it for a while. It is shared: such a test has a file of its own.
    pub fn postgres(&self) -> Option<&Arc<TempPostgres>> {
        self.postgres.as_ref()
    }

    /// Where SIP is spoken.
    pub fn sip(&self) -> SocketAddr {
        self.ready.sip
    }

    /// Where SIP is spoken in this way (`UDP`, `TCP`, `TLS`, `WS`, `WSS`) on this address, of those set up beside the first.
    pub fn sip_on(&self, transport: &str, ip: IpAddr) -> SocketAddr {
        let fits = |socket: &&Socket| socket.transport == transport && socket.address.ip() == ip;
        self.ready.sockets.iter().rev().find(fits).unwrap_or_else(|| panic!("no {transport} on {ip}")).address
    }

    /// The time its process has had on the processors so far.
    ///
    /// # Panics
    /// When it does not run.
    pub fn cpu(&self) -> Duration {
        /// `USER_HZ`: the same on every Linux (proc(5)).
        const TICKS_A_SECOND: u64 = 100;
        let id = self.child.as_ref().expect("the server runs").id();
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).expect("its figures");
        // Behind the name, which may hold anything: user and system time are the 12th and 13th.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_ascii_whitespace();
        let ticks: u64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
        Duration::from_millis(ticks * 1000 / TICKS_A_SECOND)
    }

    pub fn http(&self) -> &str {
        &self.ready.http
    }

    /// An API client with the administrator's token.
    pub fn rest(&self) -> &Rest {
        &self.rest
    }

    /// A client with connections of its own, for tests that share a house: a pooled connection dies with the runtime that made it.
    pub fn new_rest(&self) -> Rest {
        Rest::new(&self.ready.http, &self.ready.token)
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The number that leads through the flow.
    pub fn ivr(&self) -> &str {
        &self.ready.numbers.ivr
    }

    /// The number that leads straight to the sales queue.
    pub fn queue(&self) -> &str {
        &self.ready.numbers.queue
    }

    pub fn account(&self, login: &str) -> &Account {
        self.ready.users.iter().find(|user| user.name == login).unwrap_or_else(|| panic!("no account {login}"))
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("the server can be killed");
            child.wait().expect("the server is gone");
        }
    }

    /// SIGTERM, and waits for the end.
    pub async fn terminate(&mut self) -> ExitStatus {
        self.ask_to_stop();
        self.ended().await
    }

    /// SIGTERM.
    pub fn ask_to_stop(&self) {
        send_term(self.child.as_ref().expect("the server runs"));
    }

    /// Waits until the server has ended by itself.
    pub async fn ended(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("the server runs");
        tokio::task::spawn_blocking(move || child.wait().expect("the server ends")).await.expect("waiting")
    }

    /// Starts the server again on the same folder and database; its ports may be others.
    pub async fn start_again(&mut self) {
        self.kill();
        let (folder, url, ports, setup) = (self.folder.path().to_owned(), self.url.clone(), self.ports, self.setup.clone());
        let (child, ready) =
            tokio::task::spawn_blocking(move || spawn(&folder, url.as_deref(), ports, &setup)).await.expect("the server again");
        self.rest = Rest::new(&ready.http, &ready.token);
        self.child = Some(child);
        self.ready = ready;
    }

    /// Begins a start on the same folder and database, and `kill -9`s it after this time, ready or not.
    pub async fn start_and_kill(&mut self, after: Duration) {
        self.kill();
        let mut child = demo(self.folder.path(), self.url.as_deref(), self.ports, &self.setup).spawn().expect("the server can be started");
        tokio::time::sleep(after).await;
        child.kill().expect("the server can be killed");
        child.wait().expect("the server is gone");
    }

    /// Another of the program's commands (`check`, `rebuild`) on this server's configuration; what it prints. The server must not run.
    ///
    /// # Panics
    /// When the command fails.
    pub fn command(&self, name: &str) -> String {
        let mut command = configured(self.folder.path(), self.url.as_deref(), self.ports, &self.setup);
        command.args([name, "--config"]).arg(self.folder.path().join("data/cordboard.toml"));
        let output = command.output().expect("the command can be run");
        assert!(output.status.success(), "{name}: {}; {}", output.status, self.log());
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The address of its database.
    pub fn database_url(&self) -> String {
        self.url.clone().unwrap_or_else(|| format!("sqlite:{}", self.folder.path().join("data/cordboard.db").display()))
    }

    fn log(&self) -> String {
        let text = std::fs::read_to_string(log_of(self.folder.path())).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("---- the server's last words\n{}\n----", self.log());
        }
    }
}

fn log_of(folder: &Path) -> PathBuf {
    folder.join("stderr.log")
}

/// Asks a server of ours to stop.
pub fn send_term(child: &Child) {
    // The standard library sends only SIGKILL.
    let sent = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().expect("kill can be run");
    assert!(sent.success(), "SIGTERM was not sent");
}

/// The program as a command with no word said to it yet, and none of our environment's configuration.
pub fn program() -> Command {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CORDBOARD_")) {
        command.env_remove(name);
    }
    command.env("CORDBOARD_LOG", std::env::var("E2E_LOG").unwrap_or_else(|_| "info".into()));
    command.stdin(Stdio::null());
    command
}

/// The same with the configuration of one server.
fn configured(folder: &Path, url: Option<&str>, ports: (u16, u16), setup: &Setup) -> Command {
    let log = std::fs::File::options().create(true).append(true).open(log_of(folder)).expect("a log file");
    let mut command = program();
    command.stdout(Stdio::piped()).stderr(log);
    command.env("CORDBOARD_MEDIA__PORTS", format!("[{}, {}]", ports.0, ports.1));
    if let Some(url) = url {
        command.env("CORDBOARD_DATABASE", url);
    }
    for (name, value) in &setup.environment {
        command.env(format!("CORDBOARD_{name}"), value);
    }
    command.envs(&setup.process);
    command
}

fn demo(folder: &Path, url: Option<&str>, ports: (u16, u16), setup: &Setup) -> Command {
    let mut command = configured(folder, url, ports, setup);
    command.args(["demo", "--ready-json", "--no-callers", "--no-agents", "--http", "127.0.0.1:0", "--sip", "127.0.0.1:0", "--data"]);
    command.arg(folder.join("data"));
    command
}

fn spawn(folder: &Path, url: Option<&str>, ports: (u16, u16), setup: &Setup) -> (Child, Ready) {
    let mut command = demo(folder, url, ports, setup);
    let mut child = command.spawn().expect("the server can be started");
    let mut line = String::new();
    let out = child.stdout.take().expect("its output");
    // At the end of its output the server is gone: the log says why.
    BufReader::new(out).read_line(&mut line).expect("its first line");
    match serde_json::from_str(&line) {
        Ok(ready) => (child, ready),
        Err(error) => {
            let _ = child.kill();
            let log = std::fs::read_to_string(log_of(folder)).unwrap_or_default();
            panic!("the server did not become ready ({error}): {line}\n{log}");
        }
    }
}

/// The program: `CORDBOARD_BIN`, or the one this workspace builds.
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(given) = std::env::var_os("CORDBOARD_BIN") {
            return given.into();
        }
        // Tests run in their package's folder.
        let root = Path::new("../..");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo).args(["build", "--quiet", "-p", "cordboard"]).current_dir(root).status();
        assert!(built.expect("cargo can be run").success(), "the server does not build");
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        target.join("debug/cordboard")
    })
}

/// A range of RTP ports that no other server of the tests has now. The socket is the claim to it: another test program
/// cannot bind the same port while it is held.
fn free_ports() -> ((u16, u16), UdpSocket) {
    const SLOTS: u16 = 40;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    for _ in 0..SLOTS {
        let slot = NEXT.fetch_add(1, Ordering::Relaxed) % SLOTS;
        if let Ok(claim) = UdpSocket::bind(("127.0.0.1", CLAIMS + slot)) {
            let first = 12_000 + slot * PORTS_EACH;
            return ((first, first + PORTS_EACH - 1), claim);
        }
    }
    panic!("forty servers of tests are running already");
}

fn shared_postgres() -> Arc<TempPostgres> {
    static SHARED: Mutex<Weak<TempPostgres>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let server = Arc::new(storage::postgres());
        *shared = Arc::downgrade(&server);
        server
    })
}
