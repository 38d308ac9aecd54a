//! The folder that holds sealed parts, for those who play, count or erase them. It writes none.

use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Parts in a local folder. Every path is relative to it and cannot lead out of it.
#[derive(Clone, Debug)]
pub struct LocalStore {
    root: PathBuf,
}

/// A path that is not one of a recording.
#[derive(Debug, thiserror::Error)]
#[error("not a path inside the recordings' folder")]
pub struct PathError;

impl LocalStore {
    pub fn new(root: impl Into<PathBuf>) -> LocalStore {
        LocalStore { root: root.into() }
    }

    /// Opens a part for reading; `file` as in [`crate::PartSealed::file`].
    ///
    /// # Errors
    /// `InvalidInput` around [`PathError`] for a path that leads out, `NotFound` for one that leads nowhere.
    pub fn open(&self, file: &str) -> io::Result<File> {
        File::open(self.path(file)?)
    }

    /// Size of a part in bytes.
    pub fn len(&self, file: &str) -> io::Result<u64> {
        Ok(std::fs::metadata(self.path(file)?)?.len())
    }

    /// Erases a part. One that is not there counts as erased.
    pub fn delete(&self, file: &str) -> io::Result<()> {
        match self.path(file).and_then(std::fs::remove_file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    /// The real path: only plain names below the root, and no symbolic link that leads out.
    fn path(&self, file: &str) -> io::Result<PathBuf> {
        let relative = Path::new(file);
        let plain = relative.components().all(|component| matches!(component, Component::Normal(_)));
        if file.is_empty() || !plain {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, PathError));
        }
        let root = self.root.canonicalize()?;
        let path = root.join(relative).canonicalize()?;
        if path.starts_with(&root) { Ok(path) } else { Err(io::Error::new(io::ErrorKind::InvalidInput, PathError)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn parts_are_opened_measured_and_erased() {
        let dir = tempfile::tempdir().unwrap();
        let store = LocalStore::new(dir.path());
        std::fs::create_dir_all(dir.path().join("2026/01")).unwrap();
        std::fs::write(dir.path().join("2026/01/a.wav"), b"hello").unwrap();
        let mut text = String::new();
        store.open("2026/01/a.wav").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), store.len("2026/01/a.wav").unwrap()), ("hello", 5));
        store.delete("2026/01/a.wav").unwrap();
        store.delete("2026/01/a.wav").unwrap();
        assert_eq!(store.open("2026/01/a.wav").unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(dir.path().join("secret"), b"x").unwrap();
        std::os::unix::fs::symlink(dir.path().join("secret"), root.join("link")).unwrap();
        let absolute = dir.path().join("secret");
        let store = LocalStore::new(root);
        for file in ["", "../secret", "a/../../secret", "/etc/passwd", "./../secret", "link", absolute.to_str().unwrap()] {
            for error in
                [store.open(file).unwrap_err(), store.len(file).unwrap_err(), store.delete(file).err().unwrap_or_else(|| panic!("{file}"))]
            {
                assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{file}");
            }
        }
    }
}
