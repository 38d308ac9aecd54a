//! From whom a leg accepts media: symmetric RTP that locks to one source. It judges addresses and numbering, not payloads.
//!
//! Many phones sit behind address translation, so their packets do not come from where their SDP says. The first valid
//! source is believed, and then only that one, until signalling moves the stream. "Valid" is checked by the caller (RTP
//! version, an agreed payload type, a direction in which we receive) and here: one packet from the very address of the
//! SDP, or from elsewhere two packets in a row with one SSRC and consecutive sequence numbers.

use cti_types::Tick;
use std::net::SocketAddr;
use std::time::Duration;

/// After a move by signalling the old source keeps sending for a moment; it must not win the lock again meanwhile.
const OLD_SOURCE_BARRED: Duration = Duration::from_secs(2);

/// What is to be done with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// From the locked source.
    Accept,
    /// The lock closed on this packet's source: accept it; a new stream begins.
    Locked,
    /// Not (yet) from a source we believe: drop and count.
    Foreign,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    from: SocketAddr,
    ssrc: u32,
    next: u16,
}

/// The lock of one leg.
#[derive(Clone, Debug, Default)]
pub struct SourceLock {
    signalled: Option<SocketAddr>,
    locked: Option<SocketAddr>,
    /// One unknown source on trial; another one's packet takes its place, so a flood cannot fill anything.
    candidate: Option<Candidate>,
    barred: Option<(SocketAddr, Tick)>,
}

impl SourceLock {
    pub fn new() -> SourceLock {
        SourceLock::default()
    }

    /// Where signalling says the media comes from. A change unlocks; the unspecified address of an old-style hold
    /// (`c=0.0.0.0`, RFC 3264 8.4) is no place, so it changes nothing.
    pub fn signalled(&mut self, now: Tick, remote: SocketAddr) {
        if remote.ip().is_unspecified() || self.signalled == Some(remote) {
            return;
        }
        self.signalled = Some(remote);
        self.candidate = None;
        if let Some(old) = self.locked.take_if(|locked| *locked != remote) {
            self.barred = Some((old, now + OLD_SOURCE_BARRED));
        }
    }

    /// Judges a packet that is valid in itself.
    pub fn check(&mut self, now: Tick, from: SocketAddr, ssrc: u32, sequence: u16) -> Verdict {
        if let Some(locked) = self.locked {
            return if locked == from { Verdict::Accept } else { Verdict::Foreign };
        }
        let Some(signalled) = self.signalled else { return Verdict::Foreign };
        if from == signalled {
            return self.lock(from);
        }
        let barred = self.barred.is_some_and(|(old, until)| old == from && now < until);
        if barred || from.is_ipv4() != signalled.is_ipv4() {
            return Verdict::Foreign;
        }
        match self.candidate {
            Some(Candidate { from: same, ssrc: one, next }) if same == from && one == ssrc && next == sequence => self.lock(from),
            Some(_) | None => {
                self.candidate = Some(Candidate { from, ssrc, next: sequence.wrapping_add(1) });
                Verdict::Foreign
            }
        }
    }

    /// The source we believe; media for the leg is sent there (symmetric RTP).
    pub fn locked(&self) -> Option<SocketAddr> {
        self.locked
    }

    fn lock(&mut self, from: SocketAddr) -> Verdict {
        self.locked = Some(from);
        self.candidate = None;
        self.barred = None;
        Verdict::Locked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn lock(remote: &str) -> SourceLock {
        let mut lock = SourceLock::new();
        lock.signalled(Tick(0), at(remote));
        lock
    }

    #[test]
    fn the_signalled_address_locks_at_once_and_shuts_others_out() {
        let mut lock = lock("10.0.0.1:4000");
        assert_eq!(lock.check(Tick(0), at("10.0.0.1:4000"), 1, 5), Verdict::Locked);
        assert_eq!(lock.check(Tick(0), at("10.0.0.1:4000"), 2, 900), Verdict::Accept, "a new SSRC of the same source");
        for sequence in 0..5 {
            assert_eq!(lock.check(Tick(0), at("6.6.6.6:1"), 1, sequence), Verdict::Foreign);
        }
        assert_eq!(lock.locked(), Some(at("10.0.0.1:4000")));
    }

    #[test]
    fn another_address_needs_two_consecutive_packets_of_one_ssrc() {
        let rows: [(&str, &[(&str, u32, u16)], bool); 6] = [
            ("two in a row", &[("7.7.7.7:9", 1, 65535), ("7.7.7.7:9", 1, 0)], true),
            ("one", &[("7.7.7.7:9", 1, 5)], false),
            ("a gap", &[("7.7.7.7:9", 1, 5), ("7.7.7.7:9", 1, 7)], false),
            ("a repeat", &[("7.7.7.7:9", 1, 5), ("7.7.7.7:9", 1, 5)], false),
            ("two SSRCs", &[("7.7.7.7:9", 1, 5), ("7.7.7.7:9", 2, 6)], false),
            ("two sources", &[("7.7.7.7:9", 1, 5), ("7.7.7.7:10", 1, 6)], false),
        ];
        for (name, packets, wanted) in rows {
            let mut lock = lock("10.0.0.1:4000");
            for (from, ssrc, sequence) in packets {
                lock.check(Tick(0), at(from), *ssrc, *sequence);
            }
            assert_eq!(lock.locked().is_some(), wanted, "{name}");
        }
    }

    #[test]
    fn nothing_is_believed_before_signalling_or_from_the_other_address_family() {
        assert_eq!(SourceLock::new().check(Tick(0), at("1.1.1.1:1"), 1, 1), Verdict::Foreign);
        let mut lock = lock("10.0.0.1:4000");
        for sequence in 0..3 {
            assert_eq!(lock.check(Tick(0), at("[2001:db8::1]:4"), 1, sequence), Verdict::Foreign);
        }
    }

    #[test]
    fn a_move_by_signalling_unlocks_and_bars_the_old_source_for_a_while() {
        let mut lock = lock("10.0.0.1:4000");
        lock.check(Tick(0), at("10.0.0.1:4000"), 1, 5);
        lock.signalled(Tick(0), at("10.0.0.2:4000"));
        assert_eq!(lock.locked(), None);
        assert_eq!(lock.check(Tick(1), at("10.0.0.1:4000"), 1, 6), Verdict::Foreign);
        assert_eq!(lock.check(Tick(2), at("10.0.0.1:4000"), 1, 7), Verdict::Foreign);
        assert_eq!(lock.check(Tick(3), at("10.0.0.2:4000"), 9, 1), Verdict::Locked);
    }

    #[test]
    fn an_old_source_that_goes_on_is_believed_again_in_the_end() {
        let mut lock = lock("10.0.0.1:4000");
        lock.check(Tick(0), at("9.9.9.9:1"), 1, 5);
        lock.check(Tick(0), at("9.9.9.9:1"), 1, 6);
        lock.signalled(Tick(0), at("192.168.1.1:4000"));
        let later = Tick(0) + OLD_SOURCE_BARRED;
        lock.check(later, at("9.9.9.9:1"), 1, 100);
        assert_eq!(lock.check(later, at("9.9.9.9:1"), 1, 101), Verdict::Locked);
    }

    #[test]
    fn an_old_style_hold_keeps_the_lock() {
        let mut lock = lock("10.0.0.1:4000");
        lock.check(Tick(0), at("9.9.9.9:1"), 1, 5);
        lock.check(Tick(0), at("9.9.9.9:1"), 1, 6);
        lock.signalled(Tick(0), at("0.0.0.0:4000"));
        lock.signalled(Tick(0), at("10.0.0.1:4000"));
        assert_eq!(lock.locked(), Some(at("9.9.9.9:1")));
    }
}
