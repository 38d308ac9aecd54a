//! Plays seeds of the simulator from the command line and says how much was played. The playing itself is in the library.

use clap::Parser;
use sim::{Options, run, run_traced};
use std::process::ExitCode;

/// Plays the call center in virtual time, one seed after another.
#[derive(Parser)]
struct Arguments {
    /// First and one past the last seed, as 0..1000.
    #[arg(long, default_value = "0..100")]
    seeds: String,
    /// Play this one seed and print the end of its trace.
    #[arg(long)]
    trace: Option<u64>,
    /// Lines of the trace to print.
    #[arg(long, default_value_t = 200)]
    lines: usize,
    /// Go on after a failure, printing only its last line.
    #[arg(long)]
    go_on: bool,
}

fn range(text: &str) -> Option<(u64, u64)> {
    let (from, to) = text.split_once("..")?;
    Some((from.parse().ok()?, to.parse().ok()?))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let options = Options::default();
    if let Some(seed) = arguments.trace {
        let (result, trace) = run_traced(seed, options, arguments.lines);
        for line in trace {
            println!("{line}");
        }
        return match result {
            Ok(report) => {
                println!("{report:?}");
                ExitCode::SUCCESS
            }
            Err(failure) => {
                println!("seed {seed} step {}: {}", failure.step, failure.why);
                ExitCode::FAILURE
            }
        };
    }
    let Some((from, to)) = range(&arguments.seeds) else {
        eprintln!("--seeds wants a range like 0..1000");
        return ExitCode::FAILURE;
    };
    let mut sum = sim::Sum::default();
    let mut failed = 0_u32;
    for seed in from..to {
        match run(seed, options) {
            Ok(report) => sum.add(report),
            Err(failure) if arguments.go_on => {
                failed += 1;
                println!("seed {seed} step {}: {}", failure.step, failure.why);
            }
            Err(failure) => {
                println!("{failure}");
                return ExitCode::FAILURE;
            }
        }
    }
    println!("{sum}");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
