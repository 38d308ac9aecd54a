//! Keeps `softphone-ws/web/src/api/protocol.ts` equal to the wire types. `UPDATE=1` writes it instead of comparing.

use softphone_protocol::typescript::generate;
use std::path::PathBuf;

fn file() -> PathBuf {
    PathBuf::from("../web/src/api/protocol.ts")
}

#[test]
fn the_typescript_file_is_up_to_date() {
    let text = generate();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(file().parent().unwrap()).unwrap();
        std::fs::write(file(), &text).unwrap();
    }
    let stored = std::fs::read_to_string(file()).unwrap_or_default();
    assert!(stored == text, "protocol.ts is stale; run: UPDATE=1 cargo test -p softphone-protocol");
}

#[test]
fn every_type_that_is_used_is_declared() {
    let text = generate();
    for name in
        ["At", "ClientMessage", "ServerMessage", "Command", "Outcome", "ErrorCode", "Topic", "OfferView", "CardView", "FloorAgentView"]
    {
        assert_eq!(text.matches(&format!("export type {name} =")).count(), 1, "{name}");
    }
    assert!(!text.contains("bigint"));
}
