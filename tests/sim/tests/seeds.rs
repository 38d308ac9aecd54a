//! Plays seeds in CI: `SIM_SEEDS` of them (100 when not set), and one twice.

use sim::{Options, Sum, run};

#[test]
fn every_seed_keeps_every_rule() {
    let seeds = std::env::var("SIM_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(100);
    let mut sum = Sum::default();
    for seed in 0..seeds {
        match run(seed, Options::default()) {
            Ok(report) => sum.add(report),
            Err(failure) => panic!("{failure}"),
        }
    }
    println!("simulator: {sum}");
    let total = sum.total();
    assert!(total.transfers.min(total.conferences).min(total.supervisions).min(total.messages) > 0, "the seeds must play call control");
    assert!(sum.total().completed > seeds, "the seeds must play conversations, not only failures");
}

#[test]
fn the_same_seed_plays_the_same_way() {
    let options = Options { arrivals_seconds: 300, calls: 30, ..Options::default() };
    assert_eq!(run(4_711, options), run(4_711, options));
    assert_ne!(run(4_711, options).map(|r| r.trace_hash), run(4_712, options).map(|r| r.trace_hash));
}
