//! `cti-load`: callers and agents by the hundred against a SIP server, and what the server made of them, as one JSON object.
//! It measures; it judges nothing.

#![allow(clippy::disallowed_methods, reason = "a measuring tool reads the clock")]

mod agents;
mod api;
mod calls;
mod floor;
mod floor_agents;
mod plot;
mod pop;
mod process;
mod record;
mod recordings;
mod report;
mod routing;
mod setup;
mod soak;
mod tones;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use report::Report;
use std::path::Path;

#[derive(Parser)]
#[command(name = "cti-load", version, about = "Callers and agents by the hundred against a SIP server")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make queue, numbers, trunk and agents with phones through the API; safe to repeat.
    Setup(setup::Args),
    /// Make calls and measure.
    Calls(calls::Args),
    /// The machine's own floor: receive and send of the same packets on one thread, one socket a flow.
    Floor(floor::Args),
    /// Agents with the whole floor on their screens: how long a change takes to reach them all.
    FloorAgents(floor_agents::Args),
    /// Drive the ACD room alone, without network.
    Routing(routing::Args),
    /// Very many calls of many kinds, and what stays behind of them.
    Soak(soak::Args),
    /// Look up callers in a filled database.
    Pop(pop::Args),
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    // One thread for signalling and one for media: the tool fits on one core beside the server's.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start the runtime")?;
    runtime.block_on(async {
        match cli.command {
            Command::Setup(args) => setup::run(args).await,
            Command::Calls(args) => {
                let json = args.json.clone();
                let report = calls::run(args).await?;
                write_json(&report, json.as_deref())
            }
            Command::Floor(args) => {
                let json = args.json.clone();
                let report = Report { floor: Some(floor::run(&args)?), ..Report::default() };
                write_json(&report, json.as_deref())
            }
            Command::FloorAgents(args) => {
                let json = args.json.clone();
                let report = floor_agents::run(args).await?;
                write_json(&report, json.as_deref())
            }
            Command::Routing(args) => {
                let json = args.json.clone();
                let report = Report { routing: Some(routing::run(&args)?), ..Report::default() };
                write_json(&report, json.as_deref())
            }
            Command::Soak(args) => {
                let json = args.json.clone();
                let report = soak::run(args).await?;
                write_json(&report, json.as_deref())
            }
            Command::Pop(args) => {
                let json = args.json.clone();
                let report = Report { lookup: Some(pop::run(args).await?), ..Report::default() };
                write_json(&report, json.as_deref())
            }
        }
    })
}

/// To the file, or to standard output without one.
fn write_json(report: &Report, file: Option<&Path>) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(report)?;
    match file {
        Some(path) => std::fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display())),
        None => {
            println!("{text}");
            Ok(())
        }
    }
}
