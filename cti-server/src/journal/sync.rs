//! The thread that makes appended bytes durable, prepares the next segment and deletes old ones. It appends nothing.

use super::Shared;
use super::segment;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// How long a power cut may reach back.
const SYNC_EVERY: Duration = Duration::from_millis(50);

/// Runs until the journal is dropped, with one last round then.
pub(super) fn run(shared: &Shared, stopped: &Receiver<()>) {
    let mut failing = false;
    loop {
        let last_round = match stopped.recv_timeout(SYNC_EVERY) {
            Ok(()) | Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => true,
        };
        match round(shared, !last_round) {
            Ok(()) => failing = false,
            Err(error) => {
                shared.lock().sync.errors += 1;
                // Said once for each time it begins, not twenty times a second.
                if !std::mem::replace(&mut failing, true) {
                    tracing::error!(%error, "the journal cannot be synced: a power cut could lose events");
                }
            }
        }
        if last_round {
            return;
        }
    }
}

struct Work {
    files: Vec<Arc<File>>,
    folder: Option<PathBuf>,
    doomed: Vec<PathBuf>,
    /// Where to prepare a file, and of what size.
    spare: Option<(PathBuf, u64)>,
}

fn take(shared: &Shared, prepare: bool) -> Work {
    let mut writer = shared.lock();
    let mut files = std::mem::take(&mut writer.sync.closed);
    if std::mem::take(&mut writer.sync.dirty) {
        files.extend(writer.active_file());
    }
    let folder = std::mem::take(&mut writer.sync.folder).then(|| writer.folder().to_owned());
    let doomed = std::mem::take(&mut writer.sync.doomed);
    let spare = (prepare && !writer.sync.spare).then(|| (writer.spare_path(), writer.segment_bytes()));
    Work { files, folder, doomed, spare }
}

fn round(shared: &Shared, prepare: bool) -> io::Result<()> {
    let work = take(shared, prepare);
    if let Err(error) = sync_all(&work) {
        let mut writer = shared.lock();
        writer.sync.folder |= work.folder.is_some();
        writer.sync.closed.extend(work.files);
        writer.sync.doomed.extend(work.doomed);
        return Err(error);
    }
    let mut result = Ok(());
    for path in work.doomed {
        if let Err(error) = std::fs::remove_file(path) {
            // Found again, and dropped again, at the next start.
            result = Err(error);
        }
    }
    if let Some((path, size)) = work.spare {
        segment::preallocate(&path, size)?.sync_all()?;
        shared.lock().sync.spare = true;
    }
    result
}

fn sync_all(work: &Work) -> io::Result<()> {
    for file in &work.files {
        file.sync_data()?;
    }
    match &work.folder {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
