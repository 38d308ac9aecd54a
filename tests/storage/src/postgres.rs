//! A PostgreSQL server in a temporary folder, from Debian's packages, stopped and removed when dropped. Runs no query but CREATE DATABASE.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

/// Ports tried: between finding a free one and the server taking it, somebody else may.
const STARTS_MAX: usize = 5;

/// A running server. All users are trusted, so it listens on 127.0.0.1 alone.
pub struct TempPostgres {
    folder: tempfile::TempDir,
    programs: PathBuf,
    port: u16,
    databases: AtomicU32,
}

/// Starts a server.
///
/// # Panics
/// With the reason, when PostgreSQL is not installed or does not start: a suite that skipped it would prove nothing.
pub fn postgres() -> TempPostgres {
    let programs = programs();
    let folder = tempfile::Builder::new().prefix("cordboard-pg-").tempdir().expect("a temporary folder");
    if is_root() {
        // The server refuses to run as root, and its own user must be able to enter the folder.
        run(Command::new("chown").arg("postgres").arg(folder.path()));
    }
    let mut server = TempPostgres { folder, programs, port: 0, databases: AtomicU32::new(0) };
    run(server.program("initdb").args([
        "-D",
        &server.data(),
        "-A",
        "trust",
        "-U",
        "postgres",
        "-E",
        "UTF8",
        "--no-sync",
        "--no-instructions",
    ]));
    for _ in 0..STARTS_MAX {
        server.port = free_port();
        if server.try_start().status.success() {
            return server;
        }
    }
    let log = std::fs::read_to_string(server.log()).unwrap_or_default();
    panic!("PostgreSQL did not start in {STARTS_MAX} attempts:\n{log}");
}

impl TempPostgres {
    /// Address of a new, empty database.
    ///
    /// # Panics
    /// When the server does not make it.
    pub fn create_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let port = self.port.to_string();
        // template0 copies faster than template1 once the latter has been connected to.
        let args = ["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-T", "template0", &name];
        run(Command::new(self.programs.join("createdb")).args(args));
        format!("postgres://postgres@127.0.0.1:{}/{name}?sslmode=disable", self.port)
    }

    /// The process all others of the server are children of.
    ///
    /// # Panics
    /// When the server does not run.
    pub fn pid(&self) -> String {
        let file = std::fs::read_to_string(Path::new(&self.data()).join("postmaster.pid")).expect("the server's pid file");
        file.lines().next().expect("a pid").trim().to_owned()
    }

    /// Stops the server at once, as a crash would: connections break, committed work stays.
    ///
    /// # Panics
    /// When it does not stop.
    pub fn stop(&self) {
        run(self.program("pg_ctl").args(["-D", &self.data(), "-m", "immediate", "-w", "stop"]));
    }

    /// Starts a stopped server again, on the same port.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(&self) {
        let output = self.try_start();
        assert!(output.status.success(), "PostgreSQL did not start again: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn try_start(&self) -> Output {
        let options = format!("-p {} -h 127.0.0.1 -k {} -c fsync=off -c max_connections=300", self.port, self.folder.path().display());
        let args = ["-D", &self.data(), "-l", &self.log(), "-w", "-t", "60", "-o", &options, "start"];
        self.program("pg_ctl").args(args).output().expect("pg_ctl runs")
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn log(&self) -> String {
        self.folder.path().join("log").display().to_string()
    }

    /// One of the server's programs, as its unprivileged user.
    fn program(&self, name: &str) -> Command {
        let path = self.programs.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        // Somewhere its user may be, whatever folder the tests run in.
        command.current_dir("/");
        command
    }
}

impl Drop for TempPostgres {
    fn drop(&mut self) {
        // Already stopped by a test is right as well.
        let _ = self.program("pg_ctl").args(["-D", &self.data(), "-m", "immediate", "-w", "stop"]).output();
    }
}

/// The newest installed version's folder of programs.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let version = |path: &Path| path.parent().and_then(|p| p.file_name()?.to_str()?.parse::<u32>().ok()).unwrap_or(0);
    versions
        .filter(|path| path.join("initdb").exists() && path.join("pg_ctl").exists())
        .max_by_key(|path| version(path))
        .expect("PostgreSQL's programs under /usr/lib/postgresql/*/bin: install the Debian package `postgresql`")
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    id.stdout.starts_with(b"0\n")
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|socket| socket.local_addr()).expect("a free port").port()
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
