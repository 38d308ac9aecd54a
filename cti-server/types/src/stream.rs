//! Writing one stream of the log: numbers its events without gap and dates them by the anchor the stream, or the sign-in, began with.

use crate::event::{Body, Event, Stream};
use crate::id::OwnerEpoch;
use crate::time::{Anchor, Now, Utc};

/// The version of [`Body`] written now.
const BODY_VERSION: u16 = 1;

/// See the module.
#[derive(Clone, Debug)]
pub struct StreamWriter {
    stream: Stream,
    anchor: Anchor,
    seq: u64,
    last: Utc,
    epoch: OwnerEpoch,
}

impl StreamWriter {
    pub fn new(stream: Stream, now: Now) -> StreamWriter {
        StreamWriter::resume(stream, now, 0)
    }

    /// Goes on after event `seq`.
    pub fn resume(stream: Stream, now: Now, seq: u64) -> StreamWriter {
        StreamWriter { stream, anchor: now.into(), seq, last: Utc(i64::MIN), epoch: OwnerEpoch::default() }
    }

    /// The same, written by this owner.
    #[must_use]
    pub fn owned_by(self, epoch: OwnerEpoch) -> StreamWriter {
        StreamWriter { epoch, ..self }
    }

    /// Times of what is written from here on are not before `last`, the time of the event this goes on after.
    pub fn not_before(&mut self, last: Utc) {
        self.last = self.last.max(last);
    }

    /// A new sign-in begins: from here on the clock of `now` counts. Times in the stream still never go back.
    pub fn reanchor(&mut self, now: Now) {
        self.anchor = now.into();
    }

    pub fn anchor(&self) -> Anchor {
        self.anchor
    }

    pub fn event(&mut self, now: Now, body: Body) -> Event {
        self.seq += 1;
        self.last = self.last.max(self.anchor.utc(now.tick));
        Event { stream: self.stream, seq: self.seq, owner_epoch: self.epoch.0, at: self.last, version: BODY_VERSION, body }
    }
}
