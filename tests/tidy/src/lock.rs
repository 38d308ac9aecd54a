//! The lock file as text: which crates stand in it and where they come from. Resolves nothing.

use crate::Fault;

/// The public registry, as cargo writes it. Anything else in a committed lock file would bind it to one network.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Crates in the lock file that are banned, but for those of which only the name is there.
pub fn banned(lock: &str, table: &[(&str, &str)], locked_only: &[(&str, &str)]) -> Vec<Fault> {
    let names = lock.lines().filter_map(|line| value(line, "name"));
    names
        .filter(|name| !locked_only.iter().any(|(only, _)| only == name))
        .filter_map(|name| table.iter().find(|(banned, _)| *banned == name))
        .map(|(name, why)| Fault::new("Cargo.lock", format!("{name} is banned: {why}")))
        .collect()
}

/// Crates from elsewhere than the public registry.
pub fn elsewhere(lock: &str) -> Vec<Fault> {
    let sources = lock.lines().enumerate().filter_map(|(at, line)| Some((at + 1, value(line, "source")?)));
    sources
        .filter(|(_, source)| *source != REGISTRY)
        .map(|(line, _)| Fault::new(format!("Cargo.lock:{line}"), "not from the public registry"))
        .collect()
}

fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.strip_prefix(key)?.trim_start().strip_prefix('=')?.trim().strip_prefix('"')?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::{banned, elsewhere};

    const LOCK: &str = r#"
[[package]]
name = "native-tls"
source = "registry+https://github.com/rust-lang/crates.io-index"

[[package]]
name = "fine"
source = "git+https://example.com/fine"
dependencies = [
 "native-tls",
]
"#;

    #[test]
    fn a_banned_crate_is_found_once() {
        let table = [("native-tls", "one TLS"), ("ring", "no")];
        let found = banned(LOCK, &table, &[("ring", "an option")]);
        assert_eq!(found.len(), 1);
        assert!(found[0].what.contains("one TLS"));
        assert!(banned(LOCK, &table, &[("native-tls", "an option")]).is_empty());
    }

    #[test]
    fn a_crate_from_elsewhere_is_found_by_its_line() {
        let found = elsewhere(LOCK);
        assert_eq!(found.iter().map(|f| f.place.as_str()).collect::<Vec<_>>(), ["Cargo.lock:8"]);
    }
}
