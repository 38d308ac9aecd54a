//! The workspace as cargo describes it: packages, who imports whom, licences. Reads cargo's words only; judges by tables it is given.

use crate::Fault;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::process::Command;

/// How a package is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Part of what is built: `[dependencies]` and `[build-dependencies]`.
    Built,
    /// Only by tests and examples.
    Test,
}

/// A package of any origin.
#[derive(Clone, Debug, Default)]
pub struct Package {
    pub name: String,
    pub id: String,
    /// The licence expression of its manifest.
    pub licence: Option<String>,
    pub ours: bool,
    /// Folder of the manifest, from the root; only of our packages.
    pub folder: String,
    /// What the manifest imports from this workspace, on any platform and with any feature.
    pub imports: BTreeSet<(String, Kind)>,
}

/// The workspace with everything it is built from.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    pub packages: Vec<Package>,
}

impl Workspace {
    /// Asks cargo about the workspace in `root`, for this machine's platform, without the network.
    ///
    /// # Errors
    /// What cargo said when it cannot answer, for example because a crate was never downloaded.
    pub fn load(root: &Path) -> io::Result<Workspace> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let host = host()?;
        let mut command = Command::new(cargo);
        // Crates for other platforms need not be there: `cargo build` does not fetch them either.
        command.args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &host]);
        let output = command.current_dir(root).output()?;
        if !output.status.success() {
            return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        let value: Value = serde_json::from_slice(&output.stdout)?;
        Ok(Workspace::read(&value))
    }

    /// Reads the JSON of `cargo metadata`, format version 1.
    pub fn read(value: &Value) -> Workspace {
        let root = text(&value["workspace_root"]);
        let ours: BTreeSet<String> = list(&value["workspace_members"]).map(text).collect();
        // `packages` holds what the lock file holds; only what `resolve` names is built on this platform.
        let built: BTreeSet<String> = list(&value["resolve"]["nodes"]).map(|node| text(&node["id"])).collect();
        let described = list(&value["packages"]).filter(|package| built.contains(&text(&package["id"])));
        let packages = described.map(|package| read_package(package, &root, &ours)).collect();
        Workspace { packages }
    }

    pub fn ours(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.ours)
    }

    /// Imports between our packages that no table allows, and packages that stand in no table.
    pub fn wrong_edges(&self, may: &[(&str, &[&str])], tests: &[&str], may_in_tests: &[(&str, &str)]) -> Vec<Fault> {
        let mut faults = Vec::new();
        for package in self.ours().filter(|package| !tests.contains(&package.name.as_str())) {
            let name = package.name.as_str();
            let Some((_, allowed)) = may.iter().find(|(importer, _)| *importer == name) else {
                faults.push(Fault::new(name, "stands in no table of imports"));
                continue;
            };
            for (imported, kind) in &package.imports {
                let imported = imported.as_str();
                let free = !tests.contains(&imported) && (allowed.contains(&"*") || allowed.contains(&imported));
                let for_tests = *kind == Kind::Test && may_in_tests.contains(&(name, imported));
                if !free && !for_tests {
                    faults.push(Fault::new(name, format!("imports {imported}, which the table does not allow")));
                }
            }
        }
        faults
    }

    /// Crates of others whose licence is not allowed or cannot be read. `known` is asked when the manifest says nothing.
    pub fn wrong_licences(&self, allowed: &[&str], known: &[(&str, &str)]) -> Vec<Fault> {
        let mut faults = Vec::new();
        for package in self.packages.iter().filter(|package| !package.ours) {
            let read = known.iter().find(|(name, _)| *name == package.name).map(|(_, licence)| *licence);
            let Some(expression) = package.licence.as_deref().or(read) else {
                faults.push(Fault::new(package.name.as_str(), "names no licence"));
                continue;
            };
            if crate::licence::satisfied(expression, allowed) != Some(true) {
                faults.push(Fault::new(package.name.as_str(), format!("licence {expression} is not in the list of allowed ones")));
            }
        }
        faults
    }
}

fn read_package(package: &Value, root: &str, members: &BTreeSet<String>) -> Package {
    let id = text(&package["id"]);
    let ours = members.contains(&id);
    let manifest = text(&package["manifest_path"]);
    let folder = manifest.strip_prefix(root).and_then(|path| path.strip_suffix("/Cargo.toml")).unwrap_or_default();
    let imports = list(&package["dependencies"]).filter(|dependency| ours && dependency["path"].is_string()).map(|dependency| {
        let kind = if dependency["kind"] == "dev" { Kind::Test } else { Kind::Built };
        (text(&dependency["name"]), kind)
    });
    Package {
        name: text(&package["name"]),
        licence: package["license"].as_str().map(str::to_owned),
        folder: folder.trim_start_matches('/').to_owned(),
        imports: imports.collect(),
        ours,
        id,
    }
}

/// Crates under a package that are not pure, with the way to them, tests and build scripts excepted.
///
/// `tree` is [`tree_of`] the package: the features are those it asks for itself, so that what another member of the workspace switches on
/// in a crate both use is not held against it.
pub fn impure(tree: &str, impure: &[&str]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut way: Vec<&str> = Vec::new();
    for line in tree.lines() {
        let digits = line.chars().take_while(char::is_ascii_digit).count();
        let depth: usize = line[..digits].parse().unwrap_or_default();
        let name = line[digits..].split(' ').next().unwrap_or_default();
        way.truncate(depth);
        way.push(name);
        if impure.contains(&name) {
            faults.push(Fault::new(way[0], format!("is built with {name}: {}", way.join(" → "))));
        }
    }
    faults
}

/// What this package is built from when it is built alone: lines of a depth and a crate, as `cargo tree --prefix depth` writes them.
///
/// # Errors
/// What cargo said when it cannot answer.
pub fn tree_of(root: &Path, name: &str) -> io::Result<String> {
    tree(root, &["--package", name, "--edges", "normal", "--prefix", "depth"])
}

/// What of the workspace in `root` builds this crate, with whatever features, as `cargo tree` draws it; empty: nothing does.
///
/// # Errors
/// What cargo said when it cannot answer.
pub fn builders(root: &Path, name: &str) -> io::Result<String> {
    tree(root, &["--workspace", "--all-features", "--invert", name])
}

fn tree(root: &Path, arguments: &[&str]) -> io::Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(["tree", "--locked", "--offline"]).args(arguments).current_dir(root).output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn host() -> io::Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| io::Error::other("rustc -vV names no host"))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Kind, Workspace, impure};
    use serde_json::{Value, json};

    /// A room that imports another room, which is built with an impure crate; a tool that tests; a crate without a licence.
    fn small() -> Value {
        let package = |name: &str, imports: &[(&str, Option<&str>)], licence: Option<&str>| {
            let dependencies: Vec<Value> =
                imports.iter().map(|(name, kind)| json!({"name": name, "kind": kind, "path": "/repo/x"})).collect();
            json!({"id": name, "name": name, "license": licence, "manifest_path": format!("/repo/rooms/{name}/Cargo.toml"),
                   "dependencies": dependencies})
        };
        let node = |id: &str, deps: &[(&str, Option<&str>)]| {
            let deps: Vec<Value> = deps.iter().map(|(pkg, kind)| json!({"pkg": pkg, "dep_kinds": [{"kind": kind}]})).collect();
            json!({"id": id, "deps": deps})
        };
        json!({
            "workspace_root": "/repo",
            "workspace_members": ["room", "other", "tool"],
            "packages": [
                package("room", &[("other", None), ("tool", Some("dev"))], Some("MIT")),
                package("other", &[], Some("MIT")),
                package("tool", &[("room", None)], Some("MIT")),
                package("middle", &[], Some("MIT")),
                package("socket", &[], Some("GPL-3.0")),
                package("silent", &[], None),
                package("elsewhere", &[], Some("GPL-3.0")),
            ],
            "resolve": {"nodes": [
                node("room", &[("other", None), ("tool", Some("dev"))]),
                node("other", &[("middle", None), ("silent", Some("dev"))]),
                node("tool", &[("socket", None)]),
                node("middle", &[("socket", None)]),
                node("socket", &[]),
                node("silent", &[]),
            ]},
        })
    }

    fn said(faults: Vec<crate::Fault>) -> Vec<String> {
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_edge_that_is_not_in_the_table_is_a_fault() {
        let all = Workspace::read(&small());
        assert_eq!(all.ours().next().map(|p| (p.folder.as_str(), p.imports.len())), Some(("rooms/room", 2)));
        assert!(all.ours().next().is_some_and(|p| p.imports.contains(&("tool".to_owned(), Kind::Test))));
        let wrong = all.wrong_edges(&[("room", &[]), ("other", &[])], &["tool"], &[("room", "tool")]);
        assert_eq!(said(wrong), ["room: imports other, which the table does not allow"]);
        assert!(all.wrong_edges(&[("room", &["other"]), ("other", &[])], &["tool"], &[("room", "tool")]).is_empty());
    }

    #[test]
    fn a_package_in_no_table_and_an_imported_test_package_are_faults() {
        let wrong = Workspace::read(&small()).wrong_edges(&[("room", &["*"])], &["tool"], &[]);
        assert_eq!(said(wrong), ["room: imports tool, which the table does not allow", "other: stands in no table of imports"]);
    }

    #[test]
    fn an_impure_crate_is_found_behind_others() {
        let tree = "0room v0.1.0 (/repo/rooms/room)\n1other v0.1.0\n2middle v1.0.0\n3socket v2.0.0\n1pure v1.0.0\n2socket v2.0.0 (*)\n";
        let ways = ["room: is built with socket: room → other → middle → socket", "room: is built with socket: room → pure → socket"];
        assert_eq!(said(impure(tree, &["socket"])), ways);
        assert!(impure(tree, &["silent"]).is_empty());
    }

    #[test]
    fn a_licence_must_be_allowed_or_known_by_reading() {
        let all = Workspace::read(&small());
        let wrong = said(all.wrong_licences(&["MIT"], &[]));
        assert_eq!(wrong, ["socket: licence GPL-3.0 is not in the list of allowed ones", "silent: names no licence"]);
        assert!(all.wrong_licences(&["MIT", "GPL-3.0"], &[("silent", "MIT")]).is_empty());
    }
}
