//! The demo: one command that fills a store, starts the server and lets simulated callers and agents work with it over real SIP, RTP and
//! WebSockets. It is a visitor of the server like any other; nothing in the server knows of it.

mod agents;
mod called;
mod callers;
mod customer_view;
mod history;
mod knowledge;
mod live;
mod samples;
mod screen;
mod secrets;
mod seed;
#[cfg(test)]
mod tests;
mod tickets;
mod work;

use crate::clock::Clock;
use crate::config::Config;
use crate::server::{self, Server};
use agents::Agent;
use anyhow::Context;
use called::Called;
use callers::Callers;
use cti_phone::{AgentOptions, MediaThread, UserAgent};
use cti_sip::api::Transport;
use cti_types::Chance;
use samples::{COLLEAGUES, CUSTOMERS, IVR_NUMBER, Part, QUEUE_NUMBER, STRANGER};
use secrets::Secrets;
use seed::Seeded;
use serde_json::json;
use softphone_ws::web::App;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Where the demo keeps its data when it is not told.
const FOLDER: &str = "cordboard-data";
/// How long the simulated people may take to hang up and sign out at the end.
const GOODBYE: Duration = Duration::from_secs(8);
/// Variables with our prefix that are about something else.
const NOT_CONFIGURATION: [&str; 1] = ["CORDBOARD_LOG"];
/// How long a visitor's own call may go on after the end, in seconds.
const DRAIN_S: u64 = 5;

/// How the demo is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Pages, REST and WebSocket. Port 0: any free one.
    pub http: SocketAddr,
    /// SIP over UDP and TCP. Port 0: any free one.
    pub sip: SocketAddr,
    /// The folder of everything; `None`: `cordboard-data` in the current one.
    pub data: Option<PathBuf>,
    /// `postgres://…` or `sqlite:PATH`; `None`: SQLite in the folder.
    pub database: Option<String>,
    /// Simulated callers, who can be called as well. Without them the trunk takes calls from every port of the own machine.
    pub callers: bool,
    /// Simulated agents. Their logins and phones exist in any case.
    pub agents: bool,
    /// The pages.
    pub app: App,
    /// Print one line of JSON when ready and nothing else.
    pub ready_json: bool,
    /// Average time between two simulated calls.
    pub pace: Duration,
}

/// Runs until Ctrl-C or SIGTERM, then ends the calls and stops in order.
///
/// # Errors
/// When the folder, the store or a socket cannot be used.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let data = options.data.clone().unwrap_or_else(|| PathBuf::from(FOLDER));
    make_folder(&data)?;
    let config = configure(&options, &data)?;
    let mut chance = Chance::from_seed(server::os_seed()?);
    let media = MediaThread::start().context("cannot start the simulated phones' media")?;
    let callers_line = if options.callers { Some(line(&options, &media).await?) } else { None };
    let callers = callers_line.as_ref().map(UserAgent::local_addr);
    let (secrets, seeded, token) = fill(&config, &options, callers, &mut chance).await?;

    let server = Box::pin(Server::start(config, options.app)).await?;
    let (stop, stopped) = watch::channel(false);
    let mut people = JoinSet::new();
    if options.agents {
        let line = line(&options, &media).await?;
        for agent in simulated(&server, &secrets, &seeded, &line, &mut chance) {
            people.spawn(agent.work(stopped.clone()));
        }
    }
    if let Some(line) = callers_line {
        let called = Called { calls: line.incoming(), chance: Chance::from_seed(chance.bytes()) };
        people.spawn(called.take(stopped.clone()));
        let callers = Callers { line, sip: server.sip(), pace: options.pace, chance: Chance::from_seed(chance.bytes()) };
        people.spawn(callers.call(stopped.clone()));
    }
    if options.ready_json {
        say(&ready(server.url(), server.sip(), server.sip_sockets(), &secrets, &token).to_string());
    } else {
        say(&banner(&server, &secrets, &token, &options, &data));
        people.spawn(live::watch(server.store().clone(), Clock::start(), stopped));
    }

    asked_to_stop().await?;
    if !options.ready_json {
        say("\nStopping: calls are ended and agents sign out.");
    }
    // Nobody listens when there are no simulated people.
    let _ = stop.send(true);
    let goodbye = async { while people.join_next().await.is_some() {} };
    if tokio::time::timeout(GOODBYE, goodbye).await.is_err() {
        tracing::warn!("some simulated people did not leave in time");
    }
    server.stop().await;
    Ok(())
}

fn make_folder(data: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data);
    made.with_context(|| format!("cannot make the data folder {}", data.display()))
}

/// The demo's configuration: written into its folder, so that `serve --config` can go on from there, and read with the environment over it.
fn configure(options: &Options, data: &Path) -> anyhow::Result<Config> {
    let path = data.join("cordboard.toml");
    let table = json!({
        "data": std::path::absolute(data)?,
        "http": options.http,
        // Any SIP phone may be pointed at the demo, and every one knows MD5.
        "sip": { "listen": options.sip, "digest": "md5" },
        "limits": { "drain_s": DRAIN_S },
        // A receiver on the visitor's own machine is what there is to try webhooks with.
        "webhooks": { "private_allowed": ["127.0.0.0/8", "::1"] },
    });
    std::fs::write(&path, toml::to_string(&table)?).with_context(|| format!("cannot write {}", path.display()))?;
    let mut config = Config::load(&path, std::env::vars().filter(|(name, _)| !NOT_CONFIGURATION.contains(&name.as_str())))?;
    // What was said on the command line counts.
    config.http = options.http;
    config.sip.listen = Some(options.sip);
    config.database = options.database.clone().or(config.database);
    if config.tls.is_on() {
        // The simulated agents trust no certificate made here.
        config.tls.plain.get_or_insert(SocketAddr::from(([127, 0, 0, 1], 0)));
    }
    config.demo_logins = COLLEAGUES.iter().filter(|c| !c.simulated).map(|c| c.login.to_owned()).collect();
    Ok(config)
}

/// A signalling socket on the server's own address, so that its trunk knows it.
async fn line(options: &Options, media: &MediaThread) -> anyhow::Result<UserAgent> {
    let agent_options = AgentOptions { media: Some(media.clone()), ..AgentOptions::default() };
    UserAgent::bind_with(SocketAddr::new(options.sip.ip(), 0), agent_options).await.context("cannot open a socket for the simulated phones")
}

/// Makes the store what the demo needs, before the server opens it.
async fn fill(
    config: &Config,
    options: &Options,
    callers: Option<SocketAddr>,
    chance: &mut Chance,
) -> anyhow::Result<(Secrets, Seeded, String)> {
    let logins: Vec<&str> = COLLEAGUES.iter().map(|c| c.login).collect();
    let phones: Vec<&str> = COLLEAGUES.iter().filter_map(|c| c.phone).collect();
    let mut secrets = Secrets::open(&config.data, &logins, &phones, chance)?;
    let store = server::open_store(config, chance).await?;
    let now = Clock::start().utc();
    let seeded = seed::fill(&store, now, &secrets, options.sip.ip(), callers).await?;
    history::write(&store, now, &seeded, chance).await?;
    customer_view::compute(&store, now, &seeded).await?;
    let admin = seeded.users.get("admin").copied().context("the demo has no administrator")?;
    let token = seed::token(&store, now, &mut secrets, admin).await?;
    store.close().await;
    Ok((secrets, seeded, token))
}

fn simulated(server: &Server, secrets: &Secrets, seeded: &Seeded, line: &UserAgent, chance: &mut Chance) -> Vec<Agent> {
    let mut all = Vec::new();
    let agents = COLLEAGUES.iter().filter(|c| c.simulated);
    for (voice, colleague) in (1200..).step_by(200).zip(agents) {
        let Some(sip_user) = colleague.phone else { continue };
        let (Some(user), Some(phone)) = (seeded.users.get(colleague.login), seeded.phones.get(sip_user)) else { continue };
        all.push(Agent {
            user: *user,
            phone: *phone,
            sip_user: sip_user.to_owned(),
            sip_password: secrets.phone(sip_user).to_owned(),
            voice,
            http: server.plain(),
            sip: server.sip(),
            store: server.store().clone(),
            clock: Clock::start(),
            line: line.clone(),
            codes: seeded.codes.clone(),
            chance: Chance::from_seed(chance.bytes()),
        });
    }
    all
}

/// What a program that started the demo needs to know.
fn ready(http: String, sip: SocketAddr, sockets: &[(Transport, SocketAddr)], secrets: &Secrets, token: &str) -> serde_json::Value {
    let socket = |(transport, address): &(Transport, SocketAddr)| json!({ "transport": transport.via(), "address": address });
    let user = |c: &samples::Colleague| {
        let role = match c.role {
            Part::Agent => "agent",
            Part::Supervisor => "supervisor",
            Part::Admin => "admin",
        };
        json!({
            "name": c.login,
            "role": role,
            "password": secrets.person(c.login),
            "phone": c.phone,
            "phone_password": c.phone.map(|phone| secrets.phone(phone)),
        })
    };
    json!({
        "http": http,
        "sip": sip.to_string(),
        "sockets": sockets.iter().map(socket).collect::<Vec<_>>(),
        "token": token,
        "users": COLLEAGUES.iter().map(user).collect::<Vec<_>>(),
        "numbers": { "ivr": IVR_NUMBER, "queue": QUEUE_NUMBER },
    })
}

fn banner(server: &Server, secrets: &Secrets, token: &str, options: &Options, data: &Path) -> String {
    let mut lines = vec![String::new(), "  Cordboard demo".to_owned(), String::new()];
    let mut row = |label: &str, text: String| lines.push(format!("  {label:<14}{text}"));
    row("look", server.url());
    for (at, c) in COLLEAGUES.iter().filter(|c| !c.simulated).enumerate() {
        let what = match c.role {
            Part::Agent => "an agent: you",
            Part::Supervisor => "supervisor",
            Part::Admin => "administrator",
        };
        row(if at == 0 { "sign in" } else { "" }, format!("{:<12}{:<20}{what}", c.login, secrets.person(c.login)));
    }
    row("API token", token.to_owned());
    if let Some(phone) = COLLEAGUES.iter().find(|c| !c.simulated).and_then(|c| c.phone) {
        let password = secrets.phone(phone);
        row("your phone", format!("any SIP phone: server {}, user {phone}, password {password}", server.sip()));
    }
    row("dial", format!("{IVR_NUMBER} the menu, {QUEUE_NUMBER} straight to sales"));
    if let Some(customer) = CUSTOMERS.first().filter(|_| options.callers) {
        row("call out", format!("once signed in as an agent: {} is {}, who lifts; {STRANGER} is busy", customer.number, customer.name));
    }
    let agents: Vec<&str> = COLLEAGUES.iter().filter(|c| c.simulated).map(|c| c.name).collect();
    row("at work", if options.agents { agents.join(", ") } else { "nobody (--no-agents)".to_owned() });
    let pace = format!("a call about every {} s", options.pace.as_secs_f32());
    row("callers", if options.callers { pace } else { "none (--no-callers)".to_owned() });
    row("data", format!("{}; Ctrl-C stops", data.display()));
    lines.push(String::new());
    lines.join("\n")
}

/// Prints a line. A reader that went away is no reason to stop the server.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

async fn asked_to_stop() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result.context("cannot wait for Ctrl-C"),
        _ = terminate.recv() => Ok(()),
    }
}
