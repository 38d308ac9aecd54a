//! The flow documents shipped with the program, as text. Parse them against your configuration.

/// Greeting, one menu in English and Mandarin, account number, queues `sales` and `support`.
pub const DEMO: &str = include_str!("../flows/demo.toml");
/// Greeting and the queue `support`.
pub const SIMPLE: &str = include_str!("../flows/simple.toml");
