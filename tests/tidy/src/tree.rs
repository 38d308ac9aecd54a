//! The repository's files: which there are, and what they say. Judges nothing.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders that are never part of the source, for trees without git.
const NOT_SOURCE: &[&str] = &["target", ".git", "node_modules"];

/// One file that belongs to the repository.
#[derive(Clone, Debug)]
pub struct File {
    /// From the root, with `/`.
    pub path: String,
    /// `None` when it is no text.
    pub text: Option<String>,
}

impl File {
    pub fn is_rust(&self) -> bool {
        self.ends_in("rs")
    }

    /// Whether the name has this extension.
    pub fn ends_in(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|e| e == extension)
    }

    /// Whether the file only tests: it lies in a folder `tests` or is called so.
    pub fn is_test(&self) -> bool {
        self.path.split('/').any(|part| part == "tests" || part == "tests.rs")
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// Every file git tracks or would track; without git every file outside the build's folders.
///
/// # Errors
/// What the file system says.
pub fn files(root: &Path) -> io::Result<Vec<File>> {
    let listed = git(root, &["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let mut paths = match listed {
        Some(listed) => listed,
        None => walk(root)?,
    };
    paths.sort();
    paths.dedup();
    // A file deleted but not yet committed is still listed.
    paths.retain(|path| root.join(path).is_file());
    paths.into_iter().map(|path| Ok(File { text: read(&root.join(&path))?, path })).collect()
}

/// The paths git tracks, `None` without git.
pub fn tracked(root: &Path) -> Option<Vec<String>> {
    git(root, &["ls-files", "-z"])
}

fn git(root: &Path, arguments: &[&str]) -> Option<Vec<String>> {
    // The tree may belong to another user than the one who tests it, as in containers.
    let output = Command::new("git").args(["-c", "safe.directory=*", "-C"]).arg(root).args(arguments).output().ok()?;
    let listed = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    Some(listed.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

fn walk(root: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let path = entry.path();
            if !entry.file_type()?.is_dir() {
                found.extend(path.strip_prefix(root).ok().and_then(Path::to_str).map(str::to_owned));
            } else if !NOT_SOURCE.iter().any(|name| entry.file_name() == *name) {
                folders.push(path);
            }
        }
    }
    Ok(found)
}

fn read(path: &Path) -> io::Result<Option<String>> {
    let bytes = std::fs::read(path)?;
    Ok(if bytes.contains(&0) { None } else { String::from_utf8(bytes).ok() })
}
