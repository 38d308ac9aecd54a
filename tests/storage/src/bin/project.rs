//! What the projector costs: the log of many calls at once, in batches as a running server makes them. Prints the CPU time of a call.
//!
//! `cargo run --release -p storage --bin project -- --calls 2000 [--rate 20] [--postgres]`

use crm_core::{JournalEntry, JournalRecord, Store};
use std::time::Duration;
use storage::log::{Cast, busy_log};
use storage::{TestStore, postgres_store, sqlite_store};

/// How long records gather into a batch in the server.
const BATCH_US: i64 = 150_000;

struct Args {
    calls: usize,
    rate: u64,
    postgres: bool,
}

fn args() -> Result<Args, String> {
    let mut args = Args { calls: 2_000, rate: 20, postgres: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || words.next().and_then(|n| n.parse::<u64>().ok()).filter(|n| *n > 0).ok_or(format!("{word}: give a number"));
        match word.as_str() {
            "--calls" => args.calls = usize::try_from(number()?).map_err(|error| error.to_string())?,
            "--rate" => args.rate = number()?,
            "--postgres" => args.postgres = true,
            _ => return Err(format!("{word}: there is --calls N, --rate CALLS_PER_SECOND and --postgres")),
        }
    }
    Ok(args)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args = args()?;
    let span = Duration::from_secs((args.calls as u64).div_ceil(args.rate));
    let log = busy_log(1, args.calls, span, &Cast::fixed());
    let events = log.iter().filter(|(_, record)| matches!(record, JournalRecord::Event(_))).count();
    let batches = batches(log);
    let db: TestStore = if args.postgres { postgres_store().await } else { sqlite_store().await };
    let before = Cpu::now(&db)?;
    run(&db.store, &batches).await?;
    let after = Cpu::now(&db)?;
    let violations = db.store.violations().await?;
    if violations.streams_with_gaps + violations.untiled > 0 {
        return Err(format!("{violations:?}").into());
    }
    let each = |ticks: u64| ticks * 1_000_000 / TICKS_PER_S / args.calls as u64;
    let (ours, servers) = (each(after.ours - before.ours), each(after.servers - before.servers));
    let (database, calls, batches) = (if args.postgres { "postgres" } else { "sqlite" }, args.calls, batches.len());
    println!("{database}: {calls} calls, {events} events, {batches} batches: {ours} us of CPU a call here, {servers} us in the server");
    Ok(())
}

fn batches(log: Vec<(i64, JournalRecord)>) -> Vec<Vec<JournalEntry>> {
    let mut batches: Vec<Vec<JournalEntry>> = Vec::new();
    let mut window = i64::MIN;
    for (position, (at, record)) in (1_u64..).zip(log) {
        if at / BATCH_US != window || batches.is_empty() {
            window = at / BATCH_US;
            batches.push(Vec::new());
        }
        if let Some(batch) = batches.last_mut() {
            batch.push(JournalEntry { position, record });
        }
    }
    batches
}

async fn run(store: &Store, batches: &[Vec<JournalEntry>]) -> Result<(), crm_core::StoreError> {
    for batch in batches {
        let up_to = batch.last().map_or(0, |entry| entry.position);
        store.project("node", batch, up_to).await?;
    }
    Ok(())
}

/// Linux counts CPU time in hundredths of a second for programs, whatever its own clock (`man 5 proc`, USER_HZ).
const TICKS_PER_S: u64 = 100;

/// CPU time used so far, in ticks.
struct Cpu {
    ours: u64,
    /// Of the database server and its processes; 0 where there is none.
    servers: u64,
}

impl Cpu {
    fn now(db: &TestStore) -> std::io::Result<Cpu> {
        let ours = stat("self").map_or(0, |stat| stat.ticks);
        let Some(server) = &db.server else { return Ok(Cpu { ours, servers: 0 }) };
        let postmaster = server.pid();
        let mut servers = 0;
        for entry in std::fs::read_dir("/proc")? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let of_server = |stat: &Stat| stat.parent == postmaster || name == postmaster;
            servers += stat(&name).filter(of_server).map_or(0, |stat| stat.ticks);
        }
        Ok(Cpu { ours, servers })
    }
}

struct Stat {
    parent: String,
    ticks: u64,
}

/// `/proc/PID/stat`: after the name in parentheses come state (3), parent (4), …, utime (14), stime (15).
fn stat(pid: &str) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Stat { parent: (*fields.get(1)?).to_owned(), ticks: number(11)? + number(12)? })
}
