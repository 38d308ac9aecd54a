//! The command line: serve, demo, check, rebuild. The web app is built into this program and not into the library under it, so that a change
//! of a page compiles nothing else anew.

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand};
use cti_server::config::Config;
use cti_server::server::{self, Server};
use cti_server::{demo, directory, net};
use cti_types::Chance;
use softphone_ws::web::{App, File};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

include!(concat!(env!("OUT_DIR"), "/web_app.rs"));

/// A contact center in one program.
#[derive(Parser)]
#[command(name = "cordboard", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    Serve(ConfigArg),
    /// Run a demonstration: sample data, simulated callers and agents over real SIP and RTP. Needs no configuration.
    Demo(DemoArgs),
    /// Check the configuration file and, with its database, the flows.
    Check(ConfigArg),
    /// Make the log's tables anew from its events and say how many rows differed.
    Rebuild(ConfigArg),
}

#[derive(Args)]
struct ConfigArg {
    /// The configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

#[derive(Args)]
struct DemoArgs {
    /// Where pages, REST and WebSocket are served.
    #[arg(long, default_value = "127.0.0.1:8080")]
    http: SocketAddr,
    /// Where SIP is spoken.
    #[arg(long, default_value = "127.0.0.1:5060")]
    sip: SocketAddr,
    /// Folder for the data; kept for the next time.
    #[arg(long, value_name = "DIR", default_value = "cordboard-data")]
    data: PathBuf,
    /// PostgreSQL instead of SQLite in the folder: postgres://…
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// No simulated callers.
    #[arg(long)]
    no_callers: bool,
    /// No simulated agents.
    #[arg(long)]
    no_agents: bool,
    /// When ready, print one line of JSON and nothing else.
    #[arg(long)]
    ready_json: bool,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("CORDBOARD_LOG").unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
        )
        .with_writer(std::io::stderr)
        .init();
    let run = || -> anyhow::Result<()> {
        let cli = Cli::parse();
        // Control, media and the projector have threads of their own: two are enough for sockets and pages, and where there is one core a
        // second would only be woken in vain.
        let workers = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(2));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build()?;
        runtime.block_on(run(cli.command))
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cordboard: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        // Boxed, as the demo below is: these futures are large, and every other command would carry them.
        Command::Serve(arg) => Box::pin(serve(load(&arg)?)).await,
        Command::Demo(args) => {
            Box::pin(demo::run(demo::Options {
                http: args.http,
                sip: args.sip,
                app: APP,
                data: Some(args.data),
                database: args.database,
                callers: !args.no_callers,
                agents: !args.no_agents,
                ready_json: args.ready_json,
                pace: Duration::from_secs(4),
            }))
            .await
        }
        Command::Check(arg) => check(load(&arg)?).await,
        Command::Rebuild(arg) => rebuild(load(&arg)?).await,
    }
}

fn load(arg: &ConfigArg) -> anyhow::Result<Config> {
    Config::load(&arg.config, std::env::vars())
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let server = Box::pin(Server::start(config, APP)).await?;
    println!("HTTP  {}", server.url());
    for (transport, address) in server.sip_sockets() {
        println!("SIP   {address} ({})", transport.via());
    }
    if let Some((login, password)) = server.first_admin() {
        println!("An administrator was made: login {login}, one-time password {password}");
        println!("It is shown only this once; you are asked to change it when you sign in.");
    }
    stop_signal().await?;
    println!("Draining: no new calls; calls under way go on until they end. Again to stop at once.");
    tokio::select! {
        () = server.stop() => {}
        signal = stop_signal() => signal?,
    }
    Ok(())
}

async fn stop_signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

async fn check(config: Config) -> anyhow::Result<()> {
    for warning in config.warnings() {
        println!("{warning}");
    }
    net::check(&config.sip.interfaces(), &config.sip.trunk_tls)?;
    server::check_tls(&config)?;
    println!("configuration: fine");
    let clips = server::library(&config)?;
    let mut chance = Chance::from_seed(server::os_seed()?);
    let store = server::open_store(&config, &mut chance).await?;
    let snapshot = store.config_snapshot().await?;
    let (_, faults) = directory::build(&snapshot, &clips);
    for fault in &faults {
        println!("{fault}");
    }
    println!("{} flows, {} numbers, {} faults", snapshot.flows.len(), snapshot.numbers.len(), faults.len());
    if faults.is_empty() { Ok(()) } else { bail!("the database holds configuration that calls cannot use") }
}

async fn rebuild(config: Config) -> anyhow::Result<()> {
    let mut chance = Chance::from_seed(server::os_seed()?);
    let store = server::open_store(&config, &mut chance).await?;
    let report = store.rebuild(&mut |_| {}).await.context("cannot rebuild")?;
    println!("{} interactions and {} agents made anew; {} rows differed", report.interactions, report.agents, report.rows_changed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_app_is_there_or_says_why_not() {
        assert_ne!(APP.file("index.html").is_some(), APP.left_out.is_some());
        assert_eq!(APP.file("no/such/file"), None);
        for one in APP.files {
            assert_eq!(APP.file(one.path), Some(one), "{}", one.path);
            assert!(one.tag.starts_with('"') && one.tag.ends_with('"') && !one.path.starts_with(['/', '.']));
        }
    }
}
