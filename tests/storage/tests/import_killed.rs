//! An import whose process is killed again and again: the small version of `--bin import` (see there for a million rows).

use std::process::Command;

fn run(more: &[&str]) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_import")).args(["--rows", "12000", "--kills", "4"]).args(more).output().expect("the program");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("killed 4 times") && said.contains("nobody twice, nobody lost"), "{said}");
}

#[test]
fn nobody_is_imported_twice_or_lost_on_sqlite() {
    run(&[]);
}

#[test]
fn nobody_is_imported_twice_or_lost_on_postgres() {
    run(&["--postgres"]);
}
