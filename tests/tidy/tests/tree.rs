//! The rules laid on the real tree.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use tidy::rules;
use tidy::rust;
use tidy::tree::{self, File};
use tidy::workspace::{self, Workspace};
use tidy::{Fault, lock, none};

fn files() -> Vec<File> {
    let files = tree::files(&tree::root()).expect("the tree can be read");
    assert!(files.iter().any(|file| file.path == "Cargo.toml"), "the root of the repository was not found");
    files
}

fn workspace() -> &'static Workspace {
    static WORKSPACE: LazyLock<Workspace> = LazyLock::new(|| {
        let workspace = Workspace::load(&tree::root()).expect("cargo metadata answers; `cargo fetch --locked` once if a crate is missing");
        assert!(workspace.ours().count() > 10, "cargo metadata lists the packages");
        workspace
    });
    &WORKSPACE
}

/// Every Rust file with its text.
fn rust_files(files: &[File]) -> impl Iterator<Item = (&str, &str)> {
    files.iter().filter(|file| file.is_rust()).filter_map(|file| Some((file.path.as_str(), file.text.as_deref()?)))
}

#[test]
fn packages_import_only_whom_the_table_allows() {
    none(&workspace().wrong_edges(rules::MAY_IMPORT, rules::TEST_PACKAGES, rules::MAY_IMPORT_IN_TESTS));
}

#[test]
fn every_package_takes_the_lints_of_the_workspace() {
    let mut faults = Vec::new();
    for package in workspace().ours() {
        let place = format!("{}/Cargo.toml", package.folder);
        let manifest = fs::read_to_string(tree::root().join(&place)).expect("a member has a manifest");
        let lints = manifest.split_once("[lints]").map(|(_, rest)| rest.trim_start());
        if !lints.is_some_and(|lints| lints.starts_with("workspace = true")) {
            faults.push(Fault::new(place, "does not say `[lints] workspace = true`"));
        }
    }
    none(&faults);
}

#[test]
fn no_crate_under_a_pure_package_touches_the_world() {
    let tree = |name: &&str| workspace::tree_of(&tree::root(), name).expect("cargo tree answers");
    none(&rules::PURE.iter().flat_map(|name| workspace::impure(&tree(name), rules::IMPURE_CRATES)).collect::<Vec<_>>());
}

#[test]
fn pure_code_touches_no_socket_file_clock_or_thread() {
    let (files, workspace) = (files(), workspace());
    let packages = workspace.ours().filter(|package| rules::PURE.contains(&package.name.as_str()));
    let mut folders: Vec<(String, &[&str])> = packages.map(|package| (format!("{}/src/", package.folder), &[] as &[&str])).collect();
    assert_eq!(folders.len(), rules::PURE.len(), "a pure package is gone");
    folders.extend(rules::PURE_FOLDERS.iter().map(|(folder, shell)| ((*folder).to_owned(), *shell)));
    let mut faults = Vec::new();
    for (folder, shell) in &folders {
        let own = rust_files(&files).filter(|(path, _)| path.strip_prefix(folder).is_some_and(|file| !shell.contains(&file)));
        let built: Vec<(&str, rust::Built)> = own.map(|(path, text)| (path, rust::without_tests(&rust::tokens(text)))).collect();
        assert!(!built.is_empty(), "{folder} has source files");
        let tests: Vec<String> = built.iter().flat_map(|(path, built)| module_paths(path, &built.test_modules)).collect();
        // A module of a test module is a test, too.
        let is_test = |path: &str| tests.iter().any(|test| path == format!("{test}.rs") || path.starts_with(&format!("{test}/")));
        for (path, built) in built.iter().filter(|(path, _)| !is_test(path)) {
            faults.extend(rust::impure(path, &built.tokens));
        }
    }
    none(&faults);
}

/// Where the modules declared in a file have their own files, without `.rs`.
fn module_paths(path: &str, modules: &[String]) -> Vec<String> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let base = match file {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        _ => format!("{folder}/{}", file.trim_end_matches(".rs")),
    };
    modules.iter().map(|module| format!("{base}/{module}")).collect()
}

#[test]
fn every_module_says_its_job_in_its_first_line() {
    none(&rust_files(&files()).filter_map(|(path, text)| rust::first_line(path, text)).collect::<Vec<_>>());
}

#[test]
fn no_work_is_put_off_and_no_test_switched_off() {
    none(&rust_files(&files()).flat_map(|(path, text)| rust::put_off(path, &rust::tokens(text))).collect::<Vec<_>>());
}

#[test]
fn files_fit_in_the_head() {
    let files = files();
    let mut long: Vec<(usize, &str)> = rust_files(&files).map(|(path, text)| (text.lines().count(), path)).collect();
    long.retain(|(lines, _)| *lines > rules::LINES_NOTED);
    long.sort_unstable_by(|a, b| b.cmp(a));
    for (lines, path) in &long {
        println!("{lines} lines, more than {}: {path}", rules::LINES_NOTED);
    }
    let too_long = long.iter().filter(|(lines, _)| *lines > rules::LINES_MAX);
    none(&too_long.map(|(lines, path)| Fault::new(*path, format!("{lines} lines"))).collect::<Vec<_>>());
}

#[test]
fn no_banned_crate_and_no_other_registry_is_in_a_lock_file() {
    let mut faults = Vec::new();
    for file in files().iter().filter(|file| file.path == "Cargo.lock" || file.path.ends_with("/Cargo.lock")) {
        let text = file.text.as_deref().unwrap_or_default();
        faults.extend(lock::banned(text, rules::BANNED, rules::LOCKED_ONLY).into_iter().chain(lock::elsewhere(text)));
    }
    none(&faults);
}

#[test]
fn what_only_stands_in_the_lock_file_is_built_by_nothing() {
    for (name, why) in rules::LOCKED_ONLY {
        assert_eq!(workspace::builders(&tree::root(), name).expect("cargo tree answers"), "", "{name} is built, not only locked ({why})");
    }
}

#[test]
fn every_crate_is_under_an_allowed_licence() {
    none(&workspace().wrong_licences(rules::LICENCES, rules::LICENCES_READ));
}

#[test]
fn both_databases_have_the_same_migrations_numbered_without_gap() {
    let names = |database: &str| -> Vec<String> {
        let folder = format!("migrations/{database}/");
        files().iter().filter_map(|file| file.path.strip_prefix(&folder).map(str::to_owned)).collect()
    };
    let (sqlite, postgres) = (names("sqlite"), names("postgres"));
    assert_eq!(sqlite, postgres, "migrations/sqlite and migrations/postgres differ in names");
    assert!(!sqlite.is_empty());
    for (at, name) in sqlite.iter().enumerate() {
        assert!(name.starts_with(&format!("{:04}_", at + 1)), "{name} is not number {:04}", at + 1);
    }
}

#[test]
fn lock_files_are_committed() {
    let (root, files) = (tree::root(), files());
    let tracked: Option<BTreeSet<String>> = tree::tracked(&root).map(|paths| paths.into_iter().collect());
    let there = |path: &str| tracked.as_ref().map_or_else(|| root.join(path).is_file(), |tracked| tracked.contains(path));
    let mut wanted = vec!["Cargo.lock".to_owned()];
    for path in files.iter().map(|file| file.path.as_str()) {
        if let Some(folder) = path.strip_suffix("package.json").filter(|folder| folder.is_empty() || folder.ends_with('/')) {
            wanted.push(format!("{folder}package-lock.json"));
        }
        if let Some(folder) = path.strip_suffix("fuzz/Cargo.toml") {
            wanted.push(format!("{folder}fuzz/Cargo.lock"));
        }
    }
    none(&wanted.iter().filter(|path| !there(path)).map(|path| Fault::new(path.as_str(), "is not committed")).collect::<Vec<_>>());
}

#[test]
fn nothing_names_a_path_of_one_machine() {
    // Put together here so that this file does not name them itself.
    let anywhere: Vec<String> = ["work", "root", "home"].iter().map(|folder| format!("/{folder}/")).collect();
    let temporary = format!("/{}/", "tmp");
    let mut faults = Vec::new();
    for file in files() {
        let Some(text) = file.text.as_deref() else { continue };
        for (at, line) in text.lines().enumerate() {
            let place = || format!("{}:{}", file.path, at + 1);
            faults.extend(anywhere.iter().filter(|path| names_path(line, path)).map(|path| Fault::new(place(), format!("names {path}"))));
            if !file.is_test() && !file.is_rust() && names_path(line, &temporary) {
                faults.push(Fault::new(place(), format!("names {temporary}")));
            }
        }
        if file.is_rust() && !file.is_test() {
            faults.extend(temporary_in_code(&file.path, text, &temporary));
        }
    }
    none(&faults);
}

/// Whether the line names an absolute path: one that does not merely go on from a word, as in an address of the API.
fn names_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '/' | '-' | '_' | '~' | '}' | '>' | '*' | '$'))
    })
}

fn temporary_in_code(path: &str, text: &str, temporary: &str) -> Vec<Fault> {
    let built = rust::without_tests(&rust::tokens(text)).tokens;
    let names = |token: &&rust::Token| matches!(&token.kind, rust::TokenKind::Text(text) if names_path(text, temporary));
    built.iter().filter(names).map(|token| Fault::new(format!("{path}:{}", token.line), format!("names {temporary}"))).collect()
}

#[test]
fn no_file_sends_downloads_elsewhere() {
    let mut faults = Vec::new();
    for file in files() {
        let text = file.text.as_deref().unwrap_or_default();
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let cargo = file.path.ends_with(".cargo/config.toml") && (text.contains("[source") || text.contains("[registr"));
        let npm = name == ".npmrc" && text.contains("registry");
        if cargo || npm {
            faults.push(Fault::new(file.path.as_str(), "names a registry of its own"));
        }
        if name == "package-lock.json" {
            let wrong = text.lines().enumerate().filter(|(_, line)| {
                line.trim_start().strip_prefix("\"resolved\": \"").is_some_and(|from| !from.starts_with("https://registry.npmjs.org/"))
            });
            faults.extend(wrong.map(|(at, _)| Fault::new(format!("{}:{}", file.path, at + 1), "not from the public registry")));
        }
    }
    none(&faults);
}

#[test]
fn links_between_documents_lead_somewhere() {
    let (root, mut faults) = (tree::root(), Vec::new());
    for file in files().iter().filter(|file| file.ends_in("md")) {
        let text = file.text.as_deref().unwrap_or_default();
        let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
        for (at, line) in text.lines().enumerate() {
            for target in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let target = target.split('#').next().unwrap_or_default();
                let outside = target.is_empty() || target.contains("://") || target.starts_with("mailto:");
                if !outside && !root.join(folder).join(target).exists() {
                    faults.push(Fault::new(format!("{}:{}", file.path, at + 1), format!("leads to {target}, which is not there")));
                }
            }
        }
    }
    none(&faults);
}

#[test]
fn the_code_map_names_every_package() {
    let map = fs::read_to_string(tree::root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there");
    let missing =
        workspace().ours().filter(|package| !map.contains(&format!("`{}`", package.name))).map(|p| p.name.clone()).collect::<Vec<_>>();
    none(&missing.iter().map(|name| Fault::new(name.as_str(), "stands not in ARCHITECTURE.md")).collect::<Vec<_>>());
}
