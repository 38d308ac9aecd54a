//! Records the database refused, kept in a file beside the journal until it takes them. Asks no database itself.
//!
//! One refused record makes all that follows in its stream wrong to project, so from then on the whole stream is kept here. The file has
//! one line of JSON for each record, in the order of the journal, and is written before the mark of the database passes them.

use crm_core::{JournalEntry, JournalRecord};
use cti_types::event::{Event, Personal, Stream};
use cti_types::{AgentId, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Most records kept. At the bound the projector stands still: the journal keeps the rest, and nothing is passed over.
pub const RECORDS_MAX: usize = 10_000;

/// Why nothing more is kept.
#[derive(Debug, thiserror::Error)]
pub enum AsideError {
    #[error("{RECORDS_MAX} records of the log are kept aside already")]
    Full,
    #[error("a record of the log cannot be written as JSON")]
    Form(#[from] serde_json::Error),
    #[error("the records kept aside cannot be written to {}", .path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// One line of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// In this node's journal.
    pub position: u64,
    /// What the database said; the same for all of a stream.
    pub why: String,
    record: Form,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Form {
    Event(Event),
    Personal(Personal),
}

impl Kept {
    pub fn new(entry: &JournalEntry, why: &str) -> Kept {
        let record = match entry.record.clone().tidy() {
            JournalRecord::Event(event) => Form::Event(event),
            JournalRecord::Personal(personal) => Form::Personal(personal),
        };
        Kept { position: entry.position, why: why.to_owned(), record }
    }

    pub fn record(&self) -> JournalRecord {
        match &self.record {
            Form::Event(event) => JournalRecord::Event(event.clone()),
            Form::Personal(personal) => JournalRecord::Personal(personal.clone()),
        }
    }

    fn stream(&self) -> Stream {
        match &self.record {
            Form::Event(event) => event.stream,
            Form::Personal(personal) => Stream::Interaction(personal.interaction),
        }
    }
}

/// The stream a record belongs to: a personal value goes with the interaction whose events refer to it.
pub fn stream_of(record: &JournalRecord) -> Stream {
    match record {
        JournalRecord::Event(event) => event.stream,
        JournalRecord::Personal(personal) => Stream::Interaction(personal.interaction),
    }
}

#[derive(Debug, Default)]
struct Inner {
    kept: Vec<Kept>,
    streams: BTreeSet<Stream>,
}

/// See the module.
#[derive(Debug)]
pub struct Aside {
    path: PathBuf,
    inner: Mutex<Inner>,
}

impl Aside {
    /// Reads the file; none is an empty one. A last line that was not finished is left out: the mark had not passed its record.
    ///
    /// # Errors
    /// The file cannot be read, or a line of it is not one of ours: somebody must look at it.
    pub fn open(path: &Path) -> io::Result<Aside> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let (whole, torn) = text.rsplit_once('\n').unwrap_or(("", text.as_str()));
        let mut inner = Inner::default();
        for (at, line) in whole.lines().enumerate() {
            let kept: Kept = serde_json::from_str(line).map_err(|error| {
                io::Error::new(io::ErrorKind::InvalidData, format!("line {} of {} is no record: {error}", at + 1, path.display()))
            })?;
            inner.streams.insert(kept.stream());
            inner.kept.push(kept);
        }
        let aside = Aside { path: path.to_owned(), inner: Mutex::new(inner) };
        if !torn.is_empty() {
            aside.rewrite(&aside.lock().kept)?;
        }
        Ok(aside)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn is_empty(&self) -> bool {
        self.lock().kept.is_empty()
    }

    pub fn len(&self) -> usize {
        self.lock().kept.len()
    }

    /// Whether records of this stream must not be projected before those kept here.
    pub fn holds(&self, stream: Stream) -> bool {
        self.lock().streams.contains(&stream)
    }

    /// The last sequence number and time kept of each agent's stream: where it goes on, though the database does not know.
    pub fn agents(&self) -> BTreeMap<AgentId, (u64, Utc)> {
        let mut last = BTreeMap::new();
        for kept in &self.lock().kept {
            if let Form::Event(Event { stream: Stream::Agent(agent), seq, at, .. }) = kept.record {
                let known = last.entry(agent).or_insert((seq, at));
                *known = (known.0.max(seq), known.1.max(at));
            }
        }
        last
    }

    /// Keeps further records, on the disk when this returns. What is kept already (the mark had not passed it before a crash) is left out.
    ///
    /// # Errors
    /// None of them is kept.
    pub fn add(&self, more: Vec<Kept>) -> Result<(), AsideError> {
        let mut inner = self.lock();
        let known: BTreeSet<u64> = inner.kept.iter().map(|kept| kept.position).collect();
        let more: Vec<Kept> = more.into_iter().filter(|kept| !known.contains(&kept.position)).collect();
        if inner.kept.len() + more.len() > RECORDS_MAX {
            return Err(AsideError::Full);
        }
        let lines = lines(&more)?;
        self.append(&lines).map_err(|source| AsideError::Write { path: self.path.clone(), source })?;
        inner.streams.extend(more.iter().map(Kept::stream));
        inner.kept.extend(more);
        Ok(())
    }

    /// What is kept, stream by stream, each in the order of the journal.
    pub fn by_stream(&self) -> BTreeMap<Stream, Vec<Kept>> {
        let mut all: BTreeMap<Stream, Vec<Kept>> = BTreeMap::new();
        for kept in &self.lock().kept {
            all.entry(kept.stream()).or_default().push(kept.clone());
        }
        all
    }

    /// Lets go of records that the database has taken.
    ///
    /// # Errors
    /// The file still has them; they would be handed in again, which changes nothing.
    pub fn remove(&self, positions: &BTreeSet<u64>) -> Result<(), AsideError> {
        let mut inner = self.lock();
        let left: Vec<Kept> = inner.kept.iter().filter(|kept| !positions.contains(&kept.position)).cloned().collect();
        self.rewrite(&left).map_err(|source| AsideError::Write { path: self.path.clone(), source })?;
        inner.streams = left.iter().map(Kept::stream).collect();
        inner.kept = left;
        Ok(())
    }

    fn append(&self, lines: &str) -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(&self.path)?;
        let before = file.metadata()?.len();
        let written = file.write_all(lines.as_bytes()).and_then(|()| file.sync_data());
        if written.is_err() {
            // Half a line would swallow the next one.
            file.set_len(before)?;
        }
        written?;
        self.sync_folder()
    }

    fn rewrite(&self, left: &[Kept]) -> io::Result<()> {
        let fresh = self.path.with_extension("new");
        let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&fresh)?;
        file.write_all(lines(left)?.as_bytes())?;
        file.sync_data()?;
        std::fs::rename(&fresh, &self.path)?;
        self.sync_folder()
    }

    /// A file that is new or renamed stands in its folder for good only then.
    fn sync_folder(&self) -> io::Result<()> {
        self.path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    }
}

fn lines(kept: &[Kept]) -> Result<String, serde_json::Error> {
    let mut lines = String::new();
    for kept in kept {
        lines.push_str(&serde_json::to_string(kept)?);
        lines.push('\n');
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cti_types::event::{Body, PersonalKind};
    use cti_types::{InteractionId, PersonalId};

    fn event(position: u64, stream: Stream, seq: u64) -> Kept {
        let event = Event { stream, seq, owner_epoch: 1, at: Utc(seq as i64), version: 1, body: Body::SignedOut };
        Kept::new(&JournalEntry { position, record: JournalRecord::Event(event) }, "refused")
    }

    fn agent(n: u128) -> Stream {
        Stream::Agent(AgentId::from_u128(n))
    }

    #[test]
    fn what_is_kept_is_there_after_a_restart_until_it_is_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("aside.jsonl");
        let interaction = InteractionId::from_u128(5);
        let personal = Personal { id: PersonalId::from_u128(1), interaction, kind: PersonalKind::Note, value: "a\nb".into() };
        let personal = Kept::new(&JournalEntry { position: 9, record: JournalRecord::Personal(personal) }, "refused");
        let aside = Aside::open(&path).unwrap();
        aside.add(vec![event(7, agent(1), 3), event(8, agent(1), 4), personal.clone()]).unwrap();
        // As after a crash before the mark moved: the same again.
        aside.add(vec![event(8, agent(1), 4)]).unwrap();

        let again = Aside::open(&path).unwrap();
        assert_eq!(
            again.by_stream().into_values().flatten().collect::<Vec<_>>(),
            aside.by_stream().into_values().flatten().collect::<Vec<_>>()
        );
        assert_eq!((again.len(), again.agents()), (3, BTreeMap::from([(AgentId::from_u128(1), (4, Utc(4)))])));
        assert!(again.holds(agent(1)) && again.holds(Stream::Interaction(interaction)) && !again.holds(agent(2)));

        again.remove(&BTreeSet::from([7, 8])).unwrap();
        let last = Aside::open(&path).unwrap();
        assert_eq!(last.by_stream(), BTreeMap::from([(Stream::Interaction(interaction), vec![personal])]));
        assert!(!last.holds(agent(1)));
    }

    #[test]
    fn a_line_that_was_not_finished_is_left_out_and_the_next_one_stands_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("aside.jsonl");
        Aside::open(&path).unwrap().add(vec![event(1, agent(1), 1)]).unwrap();
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"position\":2,").unwrap();
        let aside = Aside::open(&path).unwrap();
        assert_eq!(aside.len(), 1);
        aside.add(vec![event(2, agent(1), 2)]).unwrap();
        assert_eq!(Aside::open(&path).unwrap().len(), 2);
    }

    #[test]
    fn a_line_that_is_no_record_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("aside.jsonl");
        std::fs::write(&path, "hello\n").unwrap();
        assert!(Aside::open(&path).unwrap_err().to_string().contains("line 1"));
    }

    #[test]
    fn at_the_bound_nothing_more_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let aside = Aside::open(&folder.path().join("aside.jsonl")).unwrap();
        aside.add((0..RECORDS_MAX as u64).map(|n| event(n, agent(1), n)).collect()).unwrap();
        assert!(matches!(aside.add(vec![event(99_999, agent(1), 9)]), Err(AsideError::Full)));
        assert_eq!(aside.len(), RECORDS_MAX);
    }
}
