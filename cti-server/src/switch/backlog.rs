//! Records that the journal has not taken yet: they wait here in order, so that no sequence gets a gap. It decides nothing about calls.

use crate::journal::{AppendError, Record};
use std::collections::VecDeque;

/// Most records that wait for a journal that takes nothing: an hour of a few hundred calls. Beyond it the newest are lost and counted.
const WAITING_MAX: usize = 200_000;
/// Of them, how many are tried at once; fewer where so many do not fit into a segment.
const CHUNK: usize = 1_000;

/// See the module.
#[derive(Debug)]
pub struct Backlog {
    waiting: VecDeque<Record>,
    most: usize,
    errors: u64,
    lost: u64,
}

impl Default for Backlog {
    fn default() -> Backlog {
        Backlog { waiting: VecDeque::new(), most: WAITING_MAX, errors: 0, lost: 0 }
    }
}

impl Backlog {
    /// Nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Appends that failed since the start. Their records wait and are tried again.
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// Records lost since the start: beyond the bound, or such as no journal can hold.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Appends, in order, what waits and then these. What the journal does not take now waits.
    pub fn write(&mut self, records: Vec<Record>, mut append: impl FnMut(&[Record]) -> Result<(), AppendError>) {
        if self.waiting.is_empty() {
            match append(&records) {
                Ok(()) => return,
                Err(error) => tracing::error!(%error, "the journal takes nothing; its records wait in memory"),
            }
            self.errors += 1;
        }
        self.waiting.extend(records);
        self.drain(append);
        let over = self.waiting.len().saturating_sub(self.most);
        if over > 0 {
            tracing::error!(over, "records lost: the journal took nothing for too long");
            self.waiting.truncate(self.most);
            self.lost += over as u64;
        }
    }

    fn drain(&mut self, mut append: impl FnMut(&[Record]) -> Result<(), AppendError>) {
        let mut most = CHUNK;
        while !self.waiting.is_empty() {
            let chunk = self.waiting.len().min(most);
            match append(&self.waiting.make_contiguous()[..chunk]) {
                Ok(()) => {
                    self.waiting.drain(..chunk);
                    continue;
                }
                Err(AppendError::Full | AppendError::Io(_)) => {
                    self.errors += 1;
                    return;
                }
                // One that cannot be written must not hold up all that come after it.
                Err(error @ (AppendError::CauseTooLarge { .. } | AppendError::Encode(_))) if chunk == 1 => {
                    tracing::error!(%error, "a record is lost: no journal can hold it");
                    self.waiting.pop_front();
                    self.lost += 1;
                }
                Err(AppendError::CauseTooLarge { .. } | AppendError::Encode(_)) => most = chunk / 2,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Journal, Options};
    use std::cell::{Cell, RefCell};
    use std::io;

    fn record(n: u64) -> Record {
        Record::State { key: n.to_string(), bytes: Vec::new() }
    }

    fn numbers(records: &[Record]) -> Vec<u64> {
        let number = |record: &Record| if let Record::State { key, .. } = record { key.parse().ok() } else { None };
        records.iter().filter_map(number).collect()
    }

    /// A journal that takes what it is told to take.
    #[derive(Default)]
    struct Disk {
        takes: Cell<bool>,
        written: RefCell<Vec<u64>>,
        tries: Cell<usize>,
    }

    impl Disk {
        fn append(&self, records: &[Record]) -> Result<(), AppendError> {
            self.tries.set(self.tries.get() + 1);
            if !self.takes.get() {
                return Err(AppendError::Io(io::Error::from(io::ErrorKind::StorageFull)));
            }
            self.written.borrow_mut().extend(numbers(records));
            Ok(())
        }
    }

    #[test]
    fn what_a_full_disk_does_not_take_waits_in_order_and_is_written_before_what_comes_after() {
        let (disk, mut backlog) = (Disk::default(), Backlog::default());
        for n in 0..3_500 {
            backlog.write(vec![record(2 * n), record(2 * n + 1)], |records| disk.append(records));
        }
        assert_eq!((backlog.waiting.len(), backlog.errors(), backlog.lost()), (7_000, 3_501, 0));
        disk.takes.set(true);
        disk.tries.set(0);
        backlog.write(vec![record(7_000)], |records| disk.append(records));
        assert!(backlog.is_empty());
        assert_eq!(*disk.written.borrow(), (0..=7_000).collect::<Vec<_>>());
        assert_eq!(disk.tries.get(), 8, "in chunks, not one by one");
    }

    #[test]
    fn without_new_records_a_retry_drains_what_waits() {
        let (disk, mut backlog) = (Disk::default(), Backlog::default());
        backlog.write(vec![record(1), record(2)], |records| disk.append(records));
        disk.takes.set(true);
        backlog.write(Vec::new(), |records| disk.append(records));
        assert_eq!((backlog.is_empty(), disk.written.borrow().as_slice()), (true, [1, 2].as_slice()));
    }

    #[test]
    fn beyond_the_bound_the_newest_are_lost_and_counted() {
        let disk = Disk::default();
        let mut backlog = Backlog { most: 10, ..Backlog::default() };
        for n in 0..8 {
            backlog.write(vec![record(2 * n), record(2 * n + 1)], |records| disk.append(records));
        }
        assert_eq!((backlog.waiting.len(), backlog.lost()), (10, 6));
        disk.takes.set(true);
        backlog.write(vec![record(99)], |records| disk.append(records));
        assert_eq!(*disk.written.borrow(), (0..10).chain([99]).collect::<Vec<_>>());
    }

    #[test]
    fn a_record_that_no_journal_can_hold_is_lost_alone() {
        let written = RefCell::new(Vec::new());
        let append = |records: &[Record]| {
            let numbers = numbers(records);
            // Two at most, and never the fourth.
            if numbers.len() > 2 || numbers.contains(&4) {
                return Err(AppendError::CauseTooLarge { bytes: usize::MAX });
            }
            written.borrow_mut().extend(numbers);
            Ok(())
        };
        let mut backlog = Backlog::default();
        backlog.write((0..9).map(record).collect(), append);
        assert_eq!((backlog.is_empty(), backlog.lost()), (true, 1));
        assert_eq!(*written.borrow(), [0, 1, 2, 3, 5, 6, 7, 8]);
    }

    #[test]
    fn a_real_journal_at_its_bound_gets_everything_once_there_is_room_again() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { segment_bytes: 4096, bytes_max: 8 * 4096 };
        let (journal, _) = Journal::open(folder.path(), options).unwrap();
        let mut backlog = Backlog::default();
        let mut said = 0;
        while backlog.waiting.len() < 300 {
            said += 1;
            backlog.write(vec![event(said)], |records| journal.append(records));
        }
        assert!(journal.last_position() > 0 && !journal.accepting());
        // The projector reads on as the backlog drains, and whole segments go.
        let mut found = Vec::new();
        while !backlog.is_empty() {
            let batch = journal.reader(found.len() as u64).next_batch(10_000).unwrap();
            assert!(!batch.is_empty(), "the journal takes nothing more though all of it is projected");
            found.extend(batch);
            journal.projected(found.len() as u64);
            backlog.write(Vec::new(), |records| journal.append(records));
        }
        found.extend(journal.reader(found.len() as u64).next_batch(10_000).unwrap());
        let seqs: Vec<u64> =
            found.iter().filter_map(|(_, record)| if let Record::Event(event) = record { Some(event.seq) } else { None }).collect();
        assert_eq!(seqs, (1..=said).collect::<Vec<_>>());
    }

    fn event(seq: u64) -> Record {
        use cti_types::event::{Body, Event, Stream};
        let (stream, body) = (Stream::Agent(cti_types::AgentId::from_u128(7)), Body::SignedIn { device: "desk".repeat(20) });
        Record::Event(Event { stream, seq, owner_epoch: 1, at: cti_types::Utc(seq as i64), version: 1, body })
    }
}
