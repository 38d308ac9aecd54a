//! From whom a leg accepts media: symmetric RTP that locks to one source. It judges addresses and numbering, not payloads.
//!
//! Many phones sit behind address translation, so their packets do not come from where their SDP says. They come, with a
//! port of the translator's choice, from the address their signalling comes from: it passed the same translator. So a source
//! is believed only if its IP is the SDP's or one the signalling came from. Whoever else guesses our port is nobody, however
//! early and well-formed the packets are: such a one would be sent the call's audio (RFC 7362 section 5).
//!
//! The first valid source is believed, and then only that one, until signalling moves the stream or the very address of the
//! SDP speaks up. "Valid" is checked by the caller (RTP version, an agreed payload type, a direction in which we receive) and
//! here: one packet from the very address of the SDP, or from another port or IP that may be believed two packets in a row
//! with one SSRC and consecutive sequence numbers.

use cti_types::Tick;
use std::net::{IpAddr, SocketAddr};
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
    /// IPs besides that of `signalled` whose packets may be believed.
    also_from: Vec<IpAddr>,
    locked: Option<SocketAddr>,
    /// One unknown source on trial; another one's packet takes its place, so a flood cannot fill anything.
    candidate: Option<Candidate>,
    barred: Option<(SocketAddr, Tick)>,
}

impl SourceLock {
    pub fn new() -> SourceLock {
        SourceLock::default()
    }

    /// Where signalling says the media comes from, and the IPs it came from itself. A change of `remote` unlocks; the
    /// unspecified address of an old-style hold (`c=0.0.0.0`, RFC 3264 8.4) is no place, so it changes nothing. A change of
    /// `also_from` counts for what is learnt from now on.
    pub fn signalled(&mut self, now: Tick, remote: SocketAddr, also_from: &[IpAddr]) {
        self.also_from = also_from.to_vec();
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
        if self.locked == Some(from) {
            return Verdict::Accept;
        }
        let Some(signalled) = self.signalled else { return Verdict::Foreign };
        if from == signalled {
            // Also when another was learnt: that was a guess, this is what was agreed.
            return self.lock(from);
        }
        let barred = self.barred.is_some_and(|(old, until)| old == from && now < until);
        if self.locked.is_some() || barred || !self.may_be_learnt(signalled.ip(), from.ip()) {
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

    /// Whether a packet from there could be believed at all, judged by its address alone: cheap, and it changes nothing.
    pub fn may_be(&self, from: SocketAddr) -> bool {
        self.locked == Some(from) || self.signalled.is_some_and(|signalled| self.may_be_learnt(signalled.ip(), from.ip()))
    }

    /// The source we believe; media for the leg is sent there (symmetric RTP).
    pub fn locked(&self) -> Option<SocketAddr> {
        self.locked
    }

    /// An IPv4 address may be written as an IPv6 one by a socket that takes both.
    fn may_be_learnt(&self, signalled: IpAddr, from: IpAddr) -> bool {
        let from = from.to_canonical();
        signalled.to_canonical() == from || self.also_from.iter().any(|known| known.to_canonical() == from)
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

    /// The outer address of the phone's net, which its signalling comes from.
    const OUTER: [IpAddr; 1] = [IpAddr::V4(std::net::Ipv4Addr::new(9, 9, 9, 9))];

    fn lock(remote: &str) -> SourceLock {
        let mut lock = SourceLock::new();
        lock.signalled(Tick(0), at(remote), &OUTER);
        lock
    }

    #[test]
    fn only_the_ips_of_the_sdp_and_of_the_signalling_can_be_learnt_from_any_port() {
        let rows = [
            ("the SDP's IP, another port", "10.0.0.1:61000", true),
            ("the signalling's IP", "9.9.9.9:61000", true),
            ("the same, as a socket for both families writes it", "[::ffff:9.9.9.9]:61000", true),
            ("a stranger", "6.6.6.6:61000", false),
            ("a stranger with the SDP's port", "6.6.6.6:4000", false),
            ("a neighbour of the SDP's IP", "10.0.0.2:4000", false),
        ];
        for (name, from, wanted) in rows {
            let mut lock = lock("10.0.0.1:4000");
            let verdicts = [1, 2, 3].map(|sequence| lock.check(Tick(0), at(from), 1, sequence));
            let learnt = [Verdict::Foreign, Verdict::Locked, Verdict::Accept];
            assert_eq!(verdicts, if wanted { learnt } else { [Verdict::Foreign; 3] }, "{name}");
            assert_eq!(lock.check(Tick(0), at("10.0.0.1:4000"), 7, 1), Verdict::Locked, "{name}: the phone itself");
        }
    }

    #[test]
    fn without_a_signalling_source_only_the_ip_of_the_sdp_is_believed() {
        let mut lock = SourceLock::new();
        lock.signalled(Tick(0), at("10.0.0.1:4000"), &[]);
        for sequence in 0..3 {
            assert_eq!(lock.check(Tick(0), at("9.9.9.9:1"), 1, sequence), Verdict::Foreign);
        }
    }

    #[test]
    fn the_signalled_address_takes_the_lock_back_and_keeps_it() {
        let mut lock = lock("10.0.0.1:4000");
        lock.check(Tick(0), at("9.9.9.9:1"), 1, 5);
        assert_eq!(lock.check(Tick(0), at("9.9.9.9:1"), 1, 6), Verdict::Locked);
        assert_eq!(lock.check(Tick(0), at("9.9.9.9:2"), 1, 7), Verdict::Foreign, "one learnt does not give way to another");
        assert_eq!(lock.check(Tick(0), at("9.9.9.9:2"), 1, 8), Verdict::Foreign);
        assert_eq!(lock.check(Tick(0), at("10.0.0.1:4000"), 2, 90), Verdict::Locked);
        for sequence in 7..10 {
            assert_eq!(lock.check(Tick(0), at("9.9.9.9:1"), 1, sequence), Verdict::Foreign);
        }
        assert_eq!(lock.locked(), Some(at("10.0.0.1:4000")));
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
            ("two in a row", &[("9.9.9.9:9", 1, 65535), ("9.9.9.9:9", 1, 0)], true),
            ("one", &[("9.9.9.9:9", 1, 5)], false),
            ("a gap", &[("9.9.9.9:9", 1, 5), ("9.9.9.9:9", 1, 7)], false),
            ("a repeat", &[("9.9.9.9:9", 1, 5), ("9.9.9.9:9", 1, 5)], false),
            ("two SSRCs", &[("9.9.9.9:9", 1, 5), ("9.9.9.9:9", 2, 6)], false),
            ("two sources", &[("9.9.9.9:9", 1, 5), ("9.9.9.9:10", 1, 6)], false),
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
        lock.signalled(Tick(0), at("10.0.0.2:4000"), &["10.0.0.1".parse().unwrap()]);
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
        lock.signalled(Tick(0), at("192.168.1.1:4000"), &OUTER);
        let later = Tick(0) + OLD_SOURCE_BARRED;
        lock.check(later, at("9.9.9.9:1"), 1, 100);
        assert_eq!(lock.check(later, at("9.9.9.9:1"), 1, 101), Verdict::Locked);
    }

    #[test]
    fn an_old_style_hold_keeps_the_lock() {
        let mut lock = lock("10.0.0.1:4000");
        lock.check(Tick(0), at("9.9.9.9:1"), 1, 5);
        lock.check(Tick(0), at("9.9.9.9:1"), 1, 6);
        lock.signalled(Tick(0), at("0.0.0.0:4000"), &OUTER);
        lock.signalled(Tick(0), at("10.0.0.1:4000"), &OUTER);
        assert_eq!(lock.locked(), Some(at("9.9.9.9:1")));
    }
}
