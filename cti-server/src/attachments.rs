//! The folder of attached files, each by its id. It knows neither names nor types, and gives nothing away but what it is asked for by id.

use crm_core::model::AttachmentId;
use recordings::LocalStore;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// See the module. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Attachments {
    root: PathBuf,
}

/// A file on its way: what is left of it goes with it unless it is kept.
pub(crate) struct Arriving {
    path: PathBuf,
    file: tokio::fs::File,
    hash: Sha256,
    pub(crate) bytes: u64,
    kept: bool,
}

impl Attachments {
    /// `root`: an existing folder that only the server may read.
    pub fn new(root: PathBuf) -> Attachments {
        Attachments { root }
    }

    /// The folder, for erasing by name.
    pub(crate) fn folder(&self) -> LocalStore {
        LocalStore::new(self.root.clone())
    }

    fn path(&self, id: AttachmentId) -> PathBuf {
        self.root.join(id.to_string())
    }

    /// Begins a file. The id is new, so that nothing of that name is there.
    pub(crate) async fn begin(&self, id: AttachmentId) -> io::Result<Arriving> {
        let path = self.path(id);
        let mut options = tokio::fs::OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(&path).await?;
        Ok(Arriving { path, file, hash: Sha256::new(), bytes: 0, kept: false })
    }

    /// Opens a file to be read.
    pub(crate) fn open(&self, id: AttachmentId) -> io::Result<File> {
        File::open(self.path(id))
    }

    /// Erases a file. One that is not there counts as erased.
    pub(crate) fn delete(&self, id: AttachmentId) -> io::Result<()> {
        match std::fs::remove_file(self.path(id)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    /// The files that were written so long ago or longer.
    pub(crate) fn older_than(&self, age: Duration) -> io::Result<Vec<AttachmentId>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&self.root)?.flatten() {
            let old = entry.metadata()?.modified()?.elapsed().is_ok_and(|passed| passed > age);
            let id: Option<AttachmentId> = Path::new(&entry.file_name()).to_str().and_then(|name| name.parse().ok());
            found.extend(id.filter(|_| old));
        }
        Ok(found)
    }
}

impl Arriving {
    pub(crate) async fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.hash.update(piece);
        self.bytes += piece.len() as u64;
        self.file.write_all(piece).await
    }

    /// The file is whole and on the disk: its SHA-256.
    pub(crate) async fn end(&mut self) -> io::Result<String> {
        self.file.flush().await?;
        self.file.sync_data().await?;
        Ok(hex::encode(std::mem::take(&mut self.hash).finalize()))
    }

    /// It stays.
    pub(crate) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use uuid::Uuid;

    #[tokio::test]
    async fn a_file_stays_only_when_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let files = Attachments::new(folder.path().to_owned());
        let (one, other) = (AttachmentId(Uuid::from_u128(1)), AttachmentId(Uuid::from_u128(2)));
        for (id, keep) in [(one, true), (other, false)] {
            let mut file = files.begin(id).await.unwrap();
            file.write(b"hel").await.unwrap();
            file.write(b"lo").await.unwrap();
            assert_eq!(file.end().await.unwrap(), hex::encode(Sha256::digest(b"hello")));
            assert_eq!(file.bytes, 5);
            if keep {
                file.keep();
            }
        }
        assert!(files.begin(one).await.is_err(), "nothing is written over");
        let mut text = String::new();
        files.open(one).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "hello");
        assert!(files.open(other).is_err());
        assert_eq!(files.older_than(Duration::ZERO).unwrap(), [one]);
        assert_eq!(files.older_than(Duration::from_secs(3_600)).unwrap(), []);
        files.delete(one).unwrap();
        files.delete(one).unwrap();
    }
}
