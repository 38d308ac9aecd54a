//! Many people with the whole floor on their screens: how long a change of one agent takes to reach them all, and what that costs the server.
//! No call is made and no telephone is needed.

use crate::agents::{Desk, SIGN_INS, User, Users};
use crate::process;
use crate::report::{FloorAgents, Generator, Percentiles, Report};
use anyhow::Context as _;
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Longest wait for the floor's first state, and after the last change for the last delta.
const WAIT: Duration = Duration::from_secs(10);
/// How often it is looked whether the last delta has come.
const AGAIN: Duration = Duration::from_millis(50);

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The file `setup --supervisors --out` wrote.
    #[arg(long)]
    users: PathBuf,
    /// Sign in only the first so many of the file.
    #[arg(long, default_value_t = 200)]
    agents: usize,
    /// Changes of an agent's state each second, by one after the other.
    #[arg(long, default_value_t = 20.0)]
    changes: f64,
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// The server's process on this machine.
    #[arg(long)]
    server_pid: Option<u32>,
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
}

/// One agent's latest change.
struct Change {
    number: u64,
    state: &'static str,
    at: Instant,
}

/// What was changed, and when the screens heard of it.
#[derive(Default)]
struct Board(Mutex<Marks>);

#[derive(Default)]
struct Marks {
    made: u64,
    latest: HashMap<String, Change>,
    took_ms: Vec<f64>,
}

impl Board {
    fn marks(&self) -> MutexGuard<'_, Marks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changes(&self, agent: &str, state: &'static str) {
        let mut marks = self.marks();
        marks.made += 1;
        let change = Change { number: marks.made, state, at: Instant::now() };
        marks.latest.insert(agent.to_owned(), change);
    }

    /// A screen was sent this; `heard` is the latest change of each agent it has heard of.
    fn seen(&self, message: &Value, at: Instant, heard: &mut HashMap<String, u64>) {
        if message.get("topic").and_then(Value::as_str) != Some("floor") {
            return;
        }
        let Some(Value::Object(entries)) = message.get("set") else { return };
        let mut marks = self.marks();
        for (name, entry) in entries {
            let Some(agent) = name.strip_prefix("agent/") else { continue };
            let Some(change) = marks.latest.get(agent) else { continue };
            let is_it = entry.get("state").and_then(Value::as_str) == Some(change.state);
            if is_it && heard.get(agent) != Some(&change.number) {
                heard.insert(agent.to_owned(), change.number);
                let took = at.saturating_duration_since(change.at).as_secs_f64() * 1_000.0;
                marks.took_ms.push(took);
            }
        }
    }

    fn deltas(&self) -> u64 {
        self.marks().took_ms.len() as u64
    }
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Report> {
    anyhow::ensure!(args.changes.is_finite() && args.changes > 0.0, "--changes must be above zero");
    let users = Users::read(&args.users)?;
    let board = Arc::new(Board::default());
    let screens = open_all(&users, args.agents, &board).await?;
    anyhow::ensure!(!screens.is_empty(), "no user in the file");
    let (server_before, own_before, began) = (cpu(args.server_pid)?, process::cpu_s(std::process::id())?, Instant::now());
    let until = began + Duration::from_secs(args.seconds);
    let mut tick = tokio::time::interval(Duration::from_secs_f64(1.0 / args.changes));
    let mut turn = 0;
    while Instant::now() < until {
        tick.tick().await;
        let Some(screen) = screens.get(turn % screens.len()) else { break };
        screen.orders.send(()).await.context("a screen's socket closed")?;
        turn += 1;
    }
    let took = began.elapsed().as_secs_f64();
    let (server, own) = (cpu(args.server_pid)?, process::cpu_s(std::process::id())? - own_before);
    let changes = turn as u64;
    let expected = changes * screens.len() as u64;
    let last = Instant::now() + WAIT;
    while board.deltas() < expected && Instant::now() < last {
        tokio::time::sleep(AGAIN).await;
    }
    let deltas = board.deltas();
    let server_cpu_s = server.zip(server_before).map(|(after, before)| after - before);
    let floor = FloorAgents {
        screens: screens.len() as u64,
        changes,
        changes_per_s: changes as f64 / took,
        missing: expected.saturating_sub(deltas),
        delta_ms: Percentiles::of(std::mem::take(&mut board.marks().took_ms)),
        server_cores: server_cpu_s.map(|cpu_s| cpu_s / took),
        server_us_per_delta: server_cpu_s.map(|cpu_s| cpu_s * 1e6 / deltas.max(1) as f64),
        server_rss_mb: args.server_pid.map(process::rss_mb).transpose()?,
    };
    let generator = Generator { cpu_s: own, cores: own / took };
    Ok(Report { floor_agents: Some(floor), generator: Some(generator), ..Report::default() })
}

fn cpu(pid: Option<u32>) -> anyhow::Result<Option<f64>> {
    pid.map(process::cpu_s).transpose()
}

/// One open screen; dropped, it closes.
struct Screen {
    orders: mpsc::Sender<()>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn open_all(users: &Users, most: usize, board: &Arc<Board>) -> anyhow::Result<Vec<Screen>> {
    let http = reqwest::Client::new();
    let (http, base) = (&http, users.http.as_str());
    let mut opened = futures_util::stream::iter(users.users.iter().take(most))
        .map(|user| async move { open(http, base, user).await.with_context(|| format!("{} cannot open the floor", user.name)) })
        .buffer_unordered(SIGN_INS);
    let mut screens = Vec::new();
    while let Some((desk, user)) = opened.try_next().await? {
        // One order waits while the one before is sent.
        let (orders, waiting) = mpsc::channel(1);
        screens.push(Screen { orders, task: tokio::spawn(work(desk, user, waiting, board.clone())) });
    }
    Ok(screens)
}

/// Signs in without a telephone: nobody is called, and the state changes all the same.
async fn open(http: &reqwest::Client, base: &str, user: &User) -> anyhow::Result<(Desk, String)> {
    let mut desk = Desk::open(http, base, user).await?;
    let id = desk.user_id.clone().context("the session names no user")?;
    desk.command(json!({ "do": "sign_in", "device": { "kind": "browser" }, "take_over": true })).await?;
    desk.command(json!({ "do": "set_presence", "presence": "not_ready" })).await?;
    desk.send(&json!({ "type": "subscribe", "topics": ["floor"] })).await?;
    let wait = async {
        loop {
            let message = desk.next().await?;
            let text = |name: &str| message.get(name).and_then(Value::as_str);
            match (text("type"), text("topic")) {
                (Some("snapshot"), Some("floor")) => return anyhow::Ok(()),
                (Some("refused"), Some("floor")) => anyhow::bail!("the floor is not theirs: run setup with --supervisors"),
                _ => {}
            }
        }
    };
    tokio::time::timeout(WAIT, wait).await.context("the floor does not come")??;
    Ok((desk, id))
}

/// Changes its state when told to, and notes what it hears of all.
async fn work(mut desk: Desk, user: String, mut orders: mpsc::Receiver<()>, board: Arc<Board>) {
    let (mut ready, mut heard) = (false, HashMap::new());
    loop {
        tokio::select! {
            order = orders.recv() => {
                if order.is_none() {
                    return;
                }
                ready = !ready;
                let presence = if ready { "ready" } else { "not_ready" };
                board.changes(&user, presence);
                if desk.ask(json!({ "do": "set_presence", "presence": presence })).await.is_err() {
                    return;
                }
            }
            message = desk.next() => match message {
                Ok(message) => board.seen(&message, Instant::now(), &mut heard),
                Err(_) => return,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_counts_once_for_each_screen_and_only_when_it_is_shown() {
        let (board, mut one, mut two) = (Board::default(), HashMap::new(), HashMap::new());
        let shown = |state: &str| json!({ "type": "delta", "topic": "floor", "set": { "agent/a": { "state": state }, "queue/q": {} } });
        board.changes("a", "ready");
        let at = Instant::now();
        board.seen(&shown("not_ready"), at, &mut one);
        assert_eq!(board.deltas(), 0);
        for heard in [&mut one, &mut two] {
            board.seen(&shown("ready"), at, heard);
            board.seen(&shown("ready"), at, heard);
        }
        assert_eq!(board.deltas(), 2);
        board.changes("a", "not_ready");
        board.seen(&shown("not_ready"), at, &mut one);
        assert_eq!((board.deltas(), board.marks().made), (3, 2));
    }
}
