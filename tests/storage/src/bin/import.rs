//! Customers taken over from a CSV file by a program that is killed now and then: nobody twice, nobody lost. Prints how fast.
//!
//! `cargo run --release -p storage --bin import -- --rows 1000000 --kills 10 [--postgres]`
//!
//! It makes the file, starts itself again as the one who imports (`--work`), kills that with SIGKILL at random places of the file, starts it
//! anew, and at the end counts in the database who is there. The time is that of the working process alone, its starts included.

use crm_core::import::{ImportState, ImportStep, file_name, read_header};
use crm_core::model::{ImportJob, ImportJobId};
use crm_core::{Store, StoreError, Who};
use cti_types::Chance;
use serde_json::json;
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use storage::{NOW, TestStore, options, postgres_store, sqlite_store};

type Done<T> = Result<T, Box<dyn Error>>;

struct Args {
    rows: u64,
    kills: u64,
    postgres: bool,
    seed: u64,
    /// The address and the folder: this is the process that works.
    work: Option<(String, PathBuf)>,
}

fn args() -> Done<Args> {
    let mut args = Args { rows: 20_000, kills: 5, postgres: false, seed: 1, work: None };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut next = || words.next().ok_or(format!("{word}: give a value"));
        match word.as_str() {
            "--rows" => args.rows = next()?.parse()?,
            "--kills" => args.kills = next()?.parse()?,
            "--seed" => args.seed = next()?.parse()?,
            "--postgres" => args.postgres = true,
            "--work" => args.work = Some((next()?, PathBuf::from(next()?))),
            _ => return Err(format!("{word}: there is --rows N, --kills N, --seed N and --postgres").into()),
        }
    }
    Ok(args)
}

#[tokio::main]
async fn main() -> Done<()> {
    let args = args()?;
    match &args.work {
        Some((url, folder)) => work(url, folder).await,
        None => oversee(&args).await,
    }
}

/// Imports until there is nothing left to import, and goes on as the server does when the database is busy. Tells nobody: who watches reads
/// the database.
async fn work(url: &str, folder: &Path) -> Done<()> {
    // Its own ids: another life of a server draws others.
    let store = Store::open(url, options(u64::from(std::process::id()))).await?;
    loop {
        match store.import_step(NOW, folder).await {
            Ok(ImportStep::Idle) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.is_unavailable() => tokio::time::sleep(Duration::from_millis(100)).await,
            Err(error) => return Err(error.into()),
        }
    }
}

async fn oversee(args: &Args) -> Done<()> {
    let db: TestStore = if args.postgres { postgres_store().await } else { sqlite_store().await };
    let folder = tempfile::tempdir()?;
    let id = set_up(&db.store, folder.path(), args.rows).await?;
    let mut chance = Chance::from_number(args.seed);
    let (mut killed, mut took) = (0, Duration::ZERO);
    loop {
        let began = now();
        let mut child = start(&db.url, folder.path())?;
        let until = if killed < args.kills { Some(next_kill(&db.store, id, args, killed, &mut chance).await?) } else { None };
        let ended = watch(&db.store, id, &mut child, until).await?;
        took += began.elapsed();
        if ended {
            break;
        }
        killed += 1;
    }
    check(&db, id, args.rows).await?;
    let rate = args.rows as f64 / took.as_secs_f64();
    let (database, rows, seconds) = (if args.postgres { "postgres" } else { "sqlite" }, args.rows, took.as_secs_f64());
    println!("{database}: {rows} rows, killed {killed} times, {seconds:.1} s, {rate:.0} rows/s, nobody twice, nobody lost");
    Ok(())
}

/// The only clock of this program: it measures, and decides nothing by it.
#[expect(clippy::disallowed_methods, reason = "how long an import takes is what is measured")]
fn now() -> Instant {
    Instant::now()
}

async fn set_up(store: &Store, folder: &Path, rows: u64) -> Done<ImportJobId> {
    let who = Who::system("test");
    let columns = [("Nr", "external_id"), ("Vorname", "given_name"), ("Name", "family_name"), ("Tel", "phone"), ("Mail", "email")];
    let mapping = columns.into_iter().chain([("Ort", "attributes.city")]).map(|(column, to)| json!({ "column": column, "to": to }));
    let job = json!({ "name": "all", "policy": "insert", "mapping": mapping.collect::<Vec<_>>() });
    let id = store.insert(&who, NOW, serde_json::from_value::<ImportJob>(job)?).await?.id;
    let path = folder.join(file_name(id));
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
    writeln!(file, "Nr,Vorname,Name,Tel,Mail,Ort")?;
    let mut line = String::new();
    for n in 0..rows {
        line.clear();
        // Names repeat as they do in life; numbers and mail addresses are each their own.
        let (given, family) = (n % 997, (n / 7) % 4_999);
        write!(line, "{n},Given{given},Family{family},+1201{n:07},c{n}@example.com,\"Bonn, {}\"", n % 100)?;
        writeln!(file, "{line}")?;
    }
    file.flush()?;
    let header = read_header(&path, ",")?;
    store.import_received(&who, NOW, id, &header).await?;
    store.start_import(&who, NOW, id, false, &header).await?;
    Ok(id)
}

fn start(url: &str, folder: &Path) -> Done<Child> {
    Ok(Command::new(std::env::current_exe()?).arg("--work").arg(url).arg(folder).spawn()?)
}

/// At which row the next life ends: somewhere in what is left, so that none of the kills comes too late.
async fn next_kill(store: &Store, id: ImportJobId, args: &Args, killed: u64, chance: &mut Chance) -> Done<u64> {
    let done = store.import_progress(id).await?.rows as u64;
    let left = args.rows.saturating_sub(done) / (args.kills - killed + 1);
    Ok(done + 1 + chance.below(left.max(1)))
}

/// Waits for the end, or kills the process once it is past a row. True: it came to its end.
async fn watch(store: &Store, id: ImportJobId, child: &mut Child, until: Option<u64>) -> Done<bool> {
    loop {
        if let Some(status) = child.try_wait()? {
            return if status.success() { Ok(true) } else { Err(format!("the import failed: {status}").into()) };
        }
        let progress = match store.import_progress(id).await {
            Ok(progress) => progress,
            // The database is busy with the import.
            Err(StoreError::Unavailable(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        if until.is_some_and(|row| progress.rows as u64 >= row) && progress.state == ImportState::Running {
            // SIGKILL: in the middle of a batch, as likely as not.
            child.kill()?;
            child.wait()?;
            return Ok(false);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn check(db: &TestStore, id: ImportJobId, rows: u64) -> Done<()> {
    let progress = db.store.import_progress(id).await?;
    let counts = [
        "SELECT CAST(COUNT(*) AS TEXT) FROM customer",
        "SELECT CAST(COUNT(DISTINCT external_id) AS TEXT) FROM customer",
        "SELECT CAST(COUNT(*) AS TEXT) FROM customer_contact_point",
        "SELECT CAST(COUNT(*) AS TEXT) FROM contact_point",
        "SELECT CAST(COUNT(DISTINCT customer_id) AS TEXT) FROM match_key",
    ];
    let mut found = Vec::new();
    for count in counts {
        found.push(db.texts(count).await.concat().parse::<u64>()?);
    }
    let right = [rows, rows, 2 * rows, 2 * rows, rows];
    let whole = progress.state == ImportState::Done && (progress.rows as u64, progress.created as u64, progress.failed) == (rows, rows, 0);
    if found != right || !whole {
        return Err(format!("found {found:?} instead of {right:?}; {progress:?}").into());
    }
    Ok(())
}
