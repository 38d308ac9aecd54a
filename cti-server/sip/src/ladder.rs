//! The last messages of every call as they went over the wire, for whoever must find out why it went wrong. Nothing is parsed and, but for
//! streams, nothing copied: the bytes are there already. What is secret in them is masked when they are read ([`mask`]), not here.
//!
//! A message belongs to a call by its Call-ID, and only if it comes from, or goes to, an address of that call's far side: who knows a
//! Call-ID must not be able to push a call's own messages out.

pub(crate) mod mask;

use crate::api::{Path, Transport};
use bytes::Bytes;
use cti_types::{LegId, Now, Tick, TrunkId, Utc};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// Messages kept of one Call-ID. At the bound the oldest behind the first [`BEGIN_MAX`] is left out and counted: how a call began and what
/// it did last tell most.
const MESSAGES_MAX: usize = 64;
const BEGIN_MAX: usize = 16;
/// Bytes kept of one Call-ID; at the bound as with messages.
const CALL_BYTES_MAX: usize = 96 * 1024;
/// Bytes kept of one message; what is behind is cut off.
const MESSAGE_BYTES_MAX: usize = 8 * 1024;
/// Counted for each message beside its text.
const ENTRY_BYTES: usize = 256;
/// Counted for each Call-ID.
const RECORD_BYTES: usize = 512;
/// How long the messages of a leg that is over are kept, if the bound of all together ([`crate::Limits::ladder_bytes`]) allows it.
pub const KEPT_FOR: Duration = Duration::from_secs(900);
/// Call-IDs kept of the probes of one trunk, each of which has its own; the oldest is forgotten.
const PROBES_MAX: usize = 4;
/// Addresses of the far side of one Call-ID; messages of further ones are not kept.
const FAR_MAX: usize = 8;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    In,
    Out,
}

/// Whose messages they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    Leg(LegId),
    /// OPTIONS that ask how a trunk does.
    Probes(TrunkId),
    /// Our registration with a trunk.
    Registration(TrunkId),
}

/// One message that was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub at: Now,
    pub way: Way,
    pub path: Path,
    /// As it was on the wire; of a long one the beginning.
    pub bytes: Bytes,
    /// How long it was.
    pub length: usize,
    /// How often it went the same way again, and when last: a retransmission is no second message.
    pub repeats: u32,
    pub last: Utc,
}

impl Seen {
    fn is(&self, way: Way, remote: SocketAddr, bytes: &Bytes) -> bool {
        self.length == bytes.len() && self.way == way && self.path.remote == remote && bytes.starts_with(&self.bytes)
    }
}

/// What is kept of one leg or trunk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// In the order they came and went.
    pub messages: Vec<Seen>,
    /// Messages that are not there any more, or never were, because of a bound.
    pub left_out: u64,
}

/// How much is kept, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LadderSize {
    pub bytes: usize,
    /// Messages left out since the start because too much of calls under way was kept already.
    pub left_out: u64,
}

/// What is kept of one Call-ID.
#[derive(Debug, Default)]
struct Record {
    whose: Vec<Whose>,
    far: Vec<IpAddr>,
    seen: Vec<Seen>,
    bytes: usize,
    left_out: u64,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Ladder {
    records: HashMap<Arc<str>, Record>,
    calls: BTreeMap<Whose, Vec<Arc<str>>>,
    /// Legs that are over, in that order.
    over: VecDeque<(Tick, LegId)>,
    /// Legs of which nothing is kept any more, until they are asked for.
    forgotten: Vec<LegId>,
    /// The packet that is being handled, and whether it is kept already.
    at_hand: Option<(Path, Bytes, bool)>,
    bytes: usize,
    bytes_max: usize,
    left_out: u64,
}

impl Ladder {
    pub(crate) fn new(bytes_max: usize) -> Ladder {
        Ladder {
            records: HashMap::new(),
            calls: BTreeMap::new(),
            over: VecDeque::new(),
            forgotten: Vec::new(),
            at_hand: None,
            bytes: 0,
            bytes_max,
            left_out: 0,
        }
    }

    /// A packet came. It stays at hand until the next one, as a new call is known only when it has been read.
    pub(crate) fn came(&mut self, now: Now, path: Path, bytes: Bytes, call_id: Option<&str>) {
        let call = call_id.filter(|_| !self.records.is_empty());
        let kept = call.is_some_and(|call| self.keep(now, Way::In, path, &bytes, call));
        self.at_hand = Some((path, bytes, kept));
    }

    pub(crate) fn at_hand(&self) -> Option<&Bytes> {
        self.at_hand.as_ref().map(|(_, bytes, _)| bytes)
    }

    /// The packet at hand has been handled.
    pub(crate) fn handled(&mut self) {
        self.at_hand = None;
    }

    /// A message went out.
    pub(crate) fn went(&mut self, now: Now, path: Path, bytes: &Bytes) {
        if self.records.is_empty() {
            return;
        }
        if let Some(call) = call_id_of(bytes) {
            self.keep(now, Way::Out, path, bytes, call);
        }
    }

    /// From now on messages with this Call-ID, to and from this address, are kept.
    pub(crate) fn begin(&mut self, whose: Whose, call_id: &str, far: IpAddr) {
        let call: Arc<str> = call_id.into();
        let far = far.to_canonical();
        let record = self.records.entry(Arc::clone(&call)).or_default();
        if record.whose.is_empty() {
            self.bytes += RECORD_BYTES;
        }
        if !record.far.contains(&far) && record.far.len() < FAR_MAX {
            record.far.push(far);
        }
        if record.whose.contains(&whose) {
            return;
        }
        record.whose.push(whose);
        let calls = self.calls.entry(whose).or_default();
        calls.push(call);
        let most = match whose {
            Whose::Leg(_) => usize::MAX,
            Whose::Probes(_) => PROBES_MAX,
            Whose::Registration(_) => 1,
        };
        if calls.len() > most {
            let oldest = calls.remove(0);
            self.forget_call(&oldest, whose);
        }
    }

    /// The same for the call that the packet at hand begins, which is the first to be kept.
    pub(crate) fn begin_at_hand(&mut self, now: Now, leg: LegId, call_id: &str) {
        let Some((path, bytes, kept)) = self.at_hand.clone() else { return };
        self.begin(Whose::Leg(leg), call_id, path.remote.ip());
        if !kept {
            self.keep(now, Way::In, path, &bytes, call_id);
        }
    }

    /// The leg is over. What still belongs to its dialogs is kept as well, for as long as the rest is.
    pub(crate) fn over(&mut self, now: Now, leg: LegId) {
        if self.calls.contains_key(&Whose::Leg(leg)) {
            self.over.push_back((now.tick, leg));
        }
        self.forget_old(now);
    }

    /// Nothing more will come of this trunk.
    pub(crate) fn forget_trunk(&mut self, trunk: TrunkId) {
        self.forget(Whose::Probes(trunk));
        self.forget(Whose::Registration(trunk));
    }

    /// Forgets what was over long ago.
    pub(crate) fn forget_old(&mut self, now: Now) {
        while self.over.front().is_some_and(|(at, _)| now.tick.since(*at) >= KEPT_FOR) {
            self.forget_first();
        }
    }

    /// Legs of which nothing is kept any more, each said once.
    pub(crate) fn take_forgotten(&mut self) -> Vec<LegId> {
        std::mem::take(&mut self.forgotten)
    }

    pub(crate) fn keeps(&self, leg: LegId) -> bool {
        self.calls.contains_key(&Whose::Leg(leg))
    }

    pub(crate) fn size(&self) -> LadderSize {
        LadderSize { bytes: self.bytes, left_out: self.left_out }
    }

    /// The first message of a leg: that which made it.
    pub(crate) fn first(&self, leg: LegId) -> Option<&Seen> {
        self.records.get(self.calls.get(&Whose::Leg(leg))?.first()?)?.seen.first()
    }

    /// What is kept; `None`: nothing ever was, or it is forgotten.
    pub(crate) fn of(&self, whose: Whose) -> Option<Kept> {
        let mut kept = Kept::default();
        for record in self.calls.get(&whose)?.iter().filter_map(|call| self.records.get(call)) {
            kept.messages.extend_from_slice(&record.seen);
            kept.left_out += record.left_out;
        }
        kept.messages.sort_by_key(|seen| seen.at.tick);
        Some(kept)
    }

    /// False when it is no message of a call that is known.
    fn keep(&mut self, now: Now, way: Way, path: Path, bytes: &Bytes, call: &str) -> bool {
        while self.bytes + MESSAGE_BYTES_MAX + ENTRY_BYTES > self.bytes_max && self.forget_first() {}
        let Some(record) = self.records.get_mut(call) else { return false };
        let far = path.remote.ip().to_canonical();
        if !record.far.contains(&far) {
            // Only a request of ours leads a dialog to a new place: an answer goes to whoever sent something.
            if way == Way::In || bytes.starts_with(b"SIP/2.0 ") || record.far.len() >= FAR_MAX {
                return false;
            }
            record.far.push(far);
        }
        if let Some(same) = record.seen.iter_mut().rev().find(|seen| seen.is(way, path.remote, bytes)) {
            (same.repeats, same.last) = (same.repeats.saturating_add(1), now.utc);
            return true;
        }
        let text = alone(path.transport, bytes);
        let size = text.len() + ENTRY_BYTES;
        if self.bytes + size > self.bytes_max {
            record.left_out += 1;
            self.left_out += 1;
            return true;
        }
        while record.seen.len() >= MESSAGES_MAX || (record.bytes + size > CALL_BYTES_MAX && !record.seen.is_empty()) {
            let gone = record.seen.remove(BEGIN_MAX.min(record.seen.len() - 1));
            let freed = gone.bytes.len() + ENTRY_BYTES;
            record.bytes -= freed;
            self.bytes -= freed;
            record.left_out += 1;
        }
        record.bytes += size;
        self.bytes += size;
        record.seen.push(Seen { at: now, way, path, bytes: text, length: bytes.len(), repeats: 0, last: now.utc });
        true
    }

    /// Forgets the leg that was over first; false when none is over.
    fn forget_first(&mut self) -> bool {
        let Some((_, leg)) = self.over.pop_front() else { return false };
        self.forget(Whose::Leg(leg));
        self.forgotten.push(leg);
        true
    }

    fn forget(&mut self, whose: Whose) {
        for call in self.calls.remove(&whose).into_iter().flatten() {
            self.forget_call(&call, whose);
        }
    }

    fn forget_call(&mut self, call: &str, whose: Whose) {
        let Some(record) = self.records.get_mut(call) else { return };
        record.whose.retain(|of| *of != whose);
        if record.whose.is_empty() {
            let freed = record.bytes + RECORD_BYTES;
            self.records.remove(call);
            self.bytes -= freed;
        }
    }
}

/// The bytes to keep: a long message is cut off, and one of a stream is copied, as it shares a buffer that may be far larger.
fn alone(transport: Transport, bytes: &Bytes) -> Bytes {
    if bytes.len() > MESSAGE_BYTES_MAX || transport.is_reliable() {
        Bytes::copy_from_slice(bytes.get(..MESSAGE_BYTES_MAX).unwrap_or(bytes))
    } else {
        bytes.clone()
    }
}

/// The Call-ID of a message that we wrote: always in the long form.
fn call_id_of(bytes: &[u8]) -> Option<&str> {
    const NAME: &[u8] = b"\r\nCall-ID: ";
    let from = memchr::memmem::find(bytes, NAME)? + NAME.len();
    let rest = bytes.get(from..)?;
    let length = memchr::memchr(b'\r', rest)?;
    std::str::from_utf8(rest.get(..length)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAR: &str = "192.0.2.10:5060";

    fn at(second: u64) -> Now {
        Now { tick: Tick(second * 1_000_000), utc: Utc(second as i64 * 1_000_000) }
    }

    fn path(remote: &str) -> Path {
        Path { transport: Transport::Udp, local: "198.51.100.1:5060".parse().unwrap(), remote: remote.parse().unwrap(), stream: None }
    }

    fn leg(n: u128) -> LegId {
        LegId::from_u128(n)
    }

    fn message(first: &str, call: &str, body: usize) -> Bytes {
        format!("{first}\r\nVia: x\r\nCall-ID: {call}\r\n\r\n{}", "b".repeat(body)).into()
    }

    /// A ladder with one call that its INVITE has begun.
    fn begun(bytes_max: usize) -> Ladder {
        let mut ladder = Ladder::new(bytes_max);
        call(&mut ladder, 1, "c1");
        ladder
    }

    fn call(ladder: &mut Ladder, n: u128, call: &str) {
        ladder.came(at(1), path(FAR), message("INVITE sip:a SIP/2.0", call, 0), Some(call));
        ladder.begin_at_hand(at(1), leg(n), call);
        ladder.handled();
    }

    fn lines(ladder: &Ladder, n: u128) -> Vec<String> {
        let line = |seen: &Seen| String::from_utf8_lossy(&seen.bytes).lines().next().unwrap_or_default().to_owned();
        ladder.of(Whose::Leg(leg(n))).map(|kept| kept.messages.iter().map(line).collect()).unwrap_or_default()
    }

    #[test]
    fn a_call_has_its_messages_in_both_directions_from_the_first_on() {
        let mut ladder = begun(1 << 20);
        ladder.went(at(2), path(FAR), &message("SIP/2.0 200 OK", "c1", 0));
        ladder.came(at(3), path(FAR), message("ACK sip:a SIP/2.0", "c1", 0), Some("c1"));
        ladder.went(at(4), path(FAR), &message("SIP/2.0 200 OK", "of another call", 0));
        assert_eq!(lines(&ladder, 1), ["INVITE sip:a SIP/2.0", "SIP/2.0 200 OK", "ACK sip:a SIP/2.0"]);
    }

    #[test]
    fn a_retransmission_is_counted_and_not_kept_twice() {
        let mut ladder = begun(1 << 20);
        let answer = message("SIP/2.0 200 OK", "c1", 0);
        for second in 2..6 {
            ladder.went(at(second), path(FAR), &answer);
        }
        let kept = ladder.of(Whose::Leg(leg(1))).unwrap();
        assert_eq!((kept.messages.len(), kept.messages[1].repeats, kept.messages[1].last), (2, 3, at(5).utc));
    }

    #[test]
    fn who_knows_the_call_id_but_is_not_its_far_side_leaves_no_trace() {
        let mut ladder = begun(1 << 20);
        ladder.came(at(2), path("203.0.113.66:5060"), message("BYE sip:a SIP/2.0", "c1", 0), Some("c1"));
        ladder.went(at(2), path("203.0.113.66:5060"), &message("SIP/2.0 403 Forbidden", "c1", 0));
        assert_eq!(lines(&ladder, 1).len(), 1);
        // Our own request to where the far side's Contact leads is the call's, and so is the answer.
        ladder.went(at(3), path("203.0.113.7:5060"), &message("BYE sip:b SIP/2.0", "c1", 0));
        ladder.came(at(4), path("203.0.113.7:5060"), message("SIP/2.0 200 OK", "c1", 0), Some("c1"));
        assert_eq!(lines(&ladder, 1).len(), 3);
    }

    #[test]
    fn of_a_long_call_the_beginning_and_the_end_are_kept() {
        let mut ladder = begun(1 << 20);
        for n in 0..200 {
            ladder.went(at(2 + n), path(FAR), &message(&format!("UPDATE sip:{n} SIP/2.0"), "c1", 100));
        }
        let kept = lines(&ladder, 1);
        assert_eq!((kept.len(), kept[0].as_str(), kept[BEGIN_MAX].as_str()), (64, "INVITE sip:a SIP/2.0", "UPDATE sip:152 SIP/2.0"));
        assert_eq!(kept[63], "UPDATE sip:199 SIP/2.0");
        assert_eq!(ladder.of(Whose::Leg(leg(1))).unwrap().left_out, 137);
    }

    #[test]
    fn a_long_message_is_cut_and_a_call_holds_no_more_than_its_bytes() {
        let mut ladder = begun(1 << 20);
        for n in 0..100 {
            ladder.went(at(2), path(FAR), &message(&format!("INFO sip:{n} SIP/2.0"), "c1", 60_000));
        }
        let kept = ladder.of(Whose::Leg(leg(1))).unwrap();
        assert!(kept.messages[1..].iter().all(|seen| seen.bytes.len() == MESSAGE_BYTES_MAX && seen.length > 60_000));
        assert!(ladder.size().bytes <= CALL_BYTES_MAX + RECORD_BYTES);
    }

    #[test]
    fn what_is_over_is_kept_a_while_and_then_forgotten_to_the_last_byte() {
        let mut ladder = begun(1 << 20);
        ladder.over(at(10), leg(1));
        ladder.went(at(11), path(FAR), &message("SIP/2.0 200 OK", "c1", 0));
        ladder.forget_old(at(10 + KEPT_FOR.as_secs() - 1));
        assert_eq!((lines(&ladder, 1).len(), ladder.take_forgotten()), (2, vec![]));
        ladder.forget_old(at(10 + KEPT_FOR.as_secs()));
        assert_eq!((ladder.size().bytes, ladder.records.len(), ladder.calls.len()), (0, 0, 0));
        assert_eq!((ladder.take_forgotten(), ladder.keeps(leg(1))), (vec![leg(1)], false));
    }

    #[test]
    fn at_the_bound_what_ended_first_goes_and_calls_under_way_lose_only_what_is_new() {
        let mut ladder = Ladder::new(64 * 1024);
        for n in 1..=3 {
            call(&mut ladder, n, &format!("c{n}"));
        }
        ladder.over(at(5), leg(2));
        ladder.over(at(6), leg(1));
        let fill = |ladder: &mut Ladder, n: usize| ladder.went(at(7), path(FAR), &message(&format!("INFO sip:{n} SIP/2.0"), "c3", 7_000));
        let mut n = 0;
        while ladder.keeps(leg(2)) {
            fill(&mut ladder, n);
            n += 1;
        }
        assert!(ladder.keeps(leg(3)) && n < 10, "{n}");
        for more in n..n + 20 {
            fill(&mut ladder, more);
        }
        assert!(!ladder.keeps(leg(1)) && lines(&ladder, 3)[0].starts_with("INVITE"));
        assert!(ladder.size().bytes <= 64 * 1024 && ladder.size().left_out > 0);
        assert_eq!(ladder.of(Whose::Leg(leg(3))).unwrap().left_out, ladder.size().left_out);
    }

    #[test]
    fn a_trunk_has_its_last_probes_and_all_of_its_registration() {
        let mut ladder = Ladder::new(1 << 20);
        let (trunk, far) = (TrunkId::from_u128(1), "192.0.2.10".parse().unwrap());
        for n in 0..10 {
            ladder.begin(Whose::Registration(trunk), "registration", far);
            ladder.went(at(n), path(FAR), &message(&format!("REGISTER sip:{n} SIP/2.0"), "registration", 0));
            ladder.begin(Whose::Probes(trunk), &format!("probe{n}"), far);
            ladder.went(at(n), path(FAR), &message("OPTIONS sip:a SIP/2.0", &format!("probe{n}"), 0));
        }
        let count = |whose| ladder.of(whose).map_or(0, |kept| kept.messages.len());
        assert_eq!((count(Whose::Registration(trunk)), count(Whose::Probes(trunk))), (10, PROBES_MAX));
        ladder.forget_trunk(trunk);
        assert_eq!((ladder.size().bytes, ladder.records.len()), (0, 0));
    }

    #[test]
    fn two_legs_with_one_call_id_both_see_it_and_the_last_takes_it_along() {
        let mut ladder = begun(1 << 20);
        call(&mut ladder, 2, "c1");
        ladder.over(at(2), leg(1));
        ladder.over(at(3), leg(2));
        ladder.forget_old(at(2 + KEPT_FOR.as_secs()));
        assert_eq!((ladder.keeps(leg(1)), lines(&ladder, 2).len()), (false, 1));
        ladder.forget_old(at(3 + KEPT_FOR.as_secs()));
        assert_eq!(ladder.size().bytes, 0);
    }

    #[test]
    fn a_message_of_a_stream_does_not_keep_its_buffer() {
        let mut ladder = Ladder::new(1 << 20);
        let buffer = Bytes::from(vec![b'x'; 1 << 20]);
        let mut way = path(FAR);
        way.transport = Transport::Tcp;
        let mut packet = message("INVITE sip:a SIP/2.0", "c1", 0).to_vec();
        packet.extend_from_slice(&buffer);
        let shared = Bytes::from(packet);
        let first = shared.slice(..60);
        ladder.came(at(1), way, first.clone(), Some("c1"));
        ladder.begin_at_hand(at(1), leg(1), "c1");
        let kept = ladder.of(Whose::Leg(leg(1))).unwrap();
        assert_eq!(kept.messages[0].bytes, first);
        assert_ne!(kept.messages[0].bytes.as_ptr(), first.as_ptr());
    }
}
