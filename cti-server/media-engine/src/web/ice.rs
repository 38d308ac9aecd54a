//! The path to a web phone as ICE-lite sees it (RFC 8445 2.5): who has shown the password is answered and believed, nobody else is sent a
//! byte. It asks nothing itself, and owns no socket.
//!
//! Messages are read, checked and written by `is`, the ICE of str0m. Its agent is not used: it keeps every address it meets for as long as
//! a call lasts, chooses among them by priorities that mean nothing to an end that never asks, and wants a timer of its own every three
//! seconds. A lite end needs the last few addresses and the time of the last check.

use cti_types::Tick;
use cti_types::web::{IceCredentials, Web};
use is::stun::StunMessage;
use is::{DefaultSha1HmacProvider, Sha1HmacProvider};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

/// RFC 7675 5.1: consent ends so long after the last check that showed the password.
const CONSENT: Duration = Duration::from_secs(30);
/// Addresses believed at once; of more, the one believed first is forgotten, unless it is the one chosen. A phone that moves between
/// networks has two or three.
const KNOWN_MAX: usize = 4;
/// The longest answer: a header, an IPv6 address, a tag, a checksum.
pub(super) const ANSWER_BYTES_MAX: usize = 128;

pub(crate) struct Path {
    local: IceCredentials,
    remote_ufrag: String,
    /// Who has shown the password, the last to do so for the first time at the end.
    known: VecDeque<SocketAddr>,
    /// The one the phone has chosen last.
    chosen: Option<SocketAddr>,
    /// When consent ends; `None`: it has ended.
    until: Option<Tick>,
}

impl Path {
    pub(super) fn new(now: Tick, web: &Web) -> Path {
        Path {
            local: web.local.clone(),
            remote_ufrag: web.remote_ufrag.clone(),
            known: VecDeque::new(),
            chosen: None,
            until: Some(now + CONSENT),
        }
    }

    /// Checks bear another name and password from now on. Media goes where it went until somebody shows them (RFC 8445 12.1.1).
    pub(super) fn renew(&mut self, web: &Web) {
        self.local = web.local.clone();
        self.remote_ufrag = web.remote_ufrag.clone();
    }

    /// Takes a check; what it is answered, and the length of that. `None`: it is nobody's we know, and gets no answer. RFC 8489 9.1.3
    /// asks for an error then; a stranger is not told that somebody is here.
    pub(super) fn check(&mut self, now: Tick, from: SocketAddr, packet: &[u8], answer: &mut [u8]) -> Option<usize> {
        let check = StunMessage::parse(packet).ok().filter(StunMessage::is_binding_request)?;
        let (ours, theirs) = check.split_username()?;
        let password = self.local.pwd.as_bytes();
        if ours != self.local.ufrag || theirs != self.remote_ufrag || !check.verify(password, tag) {
            return None;
        }
        let written = StunMessage::binding_reply(check.trans_id(), from).to_bytes(Some(password), answer, tag);
        self.until = Some(now + CONSENT);
        self.believe(from);
        if check.use_candidate() {
            self.chosen = Some(from);
        }
        written.ok()
    }

    fn believe(&mut self, from: SocketAddr) {
        if self.known.contains(&from) {
            return;
        }
        if self.known.len() >= KNOWN_MAX {
            let oldest = self.known.iter().position(|known| Some(*known) != self.chosen).unwrap_or(0);
            self.known.remove(oldest);
        }
        self.known.push_back(from);
    }

    /// Whether a packet from there may be looked at.
    pub(crate) fn knows(&self, from: SocketAddr) -> bool {
        self.known.contains(&from)
    }

    /// Where to send: what the phone chose, before that who was believed last. `None` without consent.
    pub(crate) fn target(&self) -> Option<SocketAddr> {
        self.chosen.or(self.known.back().copied())
    }

    pub(super) fn deadline(&self) -> Tick {
        self.until.unwrap_or(Tick(u64::MAX))
    }

    /// Forgets everybody if consent has ended; true when that is news.
    pub(super) fn expire(&mut self, now: Tick) -> bool {
        let over = self.until.is_some_and(|until| now >= until);
        if over {
            (self.until, self.chosen) = (None, None);
            self.known.clear();
        }
        over
    }
}

/// Whose check this is, by the name of ours that it bears and the password it shows; `known` says what goes with a name.
pub(crate) fn whose<'a, T>(packet: &[u8], known: impl FnOnce(&str) -> Option<(T, &'a str)>) -> Option<T> {
    let check = StunMessage::parse(packet).ok().filter(StunMessage::is_binding_request)?;
    let (ours, _) = check.split_username()?;
    let (whose, password) = known(ours)?;
    check.verify(password.as_bytes(), tag).then_some(whose)
}

fn tag(key: &[u8], parts: &[&[u8]]) -> [u8; 20] {
    DefaultSha1HmacProvider.sha1_hmac(key, parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cti_types::web::{DtlsRole, Fingerprint, FingerprintHash};
    use is::stun::TransId;
    use proptest::prelude::*;

    fn web(ufrag: &str, pwd: &str) -> Web {
        let local = IceCredentials { ufrag: ufrag.into(), pwd: pwd.into() };
        let fingerprint = Fingerprint::new(FingerprintHash::Sha256, &[0; 32]).unwrap();
        Web { local, remote_ufrag: "them".into(), role: DtlsRole::Server, fingerprint }
    }

    fn path() -> Path {
        Path::new(Tick(0), &web("ours", "a password of 22 bytes"))
    }

    fn from(port: u16) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, 9], port))
    }

    fn check(user: &str, password: &str, chosen: bool) -> Vec<u8> {
        let mut bytes = vec![0; 300];
        let message = StunMessage::binding_request(user, TransId::new(), true, 1, 5, chosen);
        let length = message.to_bytes(Some(password.as_bytes()), &mut bytes, tag).unwrap();
        bytes.truncate(length);
        bytes
    }

    fn asked(path: &mut Path, now: u64, port: u16, packet: &[u8]) -> Option<Vec<u8>> {
        let mut answer = [0; ANSWER_BYTES_MAX];
        let length = path.check(Tick(now), from(port), packet, &mut answer)?;
        Some(answer[..length].to_vec())
    }

    #[test]
    fn who_shows_the_password_is_answered_and_believed() {
        let mut path = path();
        assert_eq!((path.knows(from(1)), path.target()), (false, None));
        let packet = check("ours:them", "a password of 22 bytes", false);
        let answer = asked(&mut path, 1, 1, &packet).unwrap();
        assert!(answer.len() <= packet.len(), "no more goes out than came in");
        let answer = StunMessage::parse(&answer).unwrap();
        assert!(answer.is_successful_binding_response() && answer.verify(b"a password of 22 bytes", tag));
        assert_eq!(answer.trans_id(), StunMessage::parse(&packet).unwrap().trans_id());
        assert_eq!(answer.mapped_address(), Some(from(1)));
        assert_eq!((path.knows(from(1)), path.knows(from(2)), path.target()), (true, false, Some(from(1))));
    }

    #[test]
    fn the_choice_of_the_phone_counts_and_its_last_one() {
        let mut path = path();
        let mut say = |port, chosen| {
            asked(&mut path, 1, port, &check("ours:them", "a password of 22 bytes", chosen)).unwrap();
            path.target()
        };
        assert_eq!(say(1, false), Some(from(1)));
        assert_eq!(say(2, true), Some(from(2)));
        assert_eq!(say(3, false), Some(from(2)));
        assert_eq!(say(3, true), Some(from(3)));
    }

    #[test]
    fn strangers_get_no_answer() {
        let good = check("ours:them", "a password of 22 bytes", true);
        let mut bent = good.clone();
        bent[30] ^= 1;
        let answer = asked(&mut path(), 0, 1, &good).unwrap();
        let rows = [
            ("another password", check("ours:them", "another of 22 bytes ..", true)),
            ("another name", check("hours:them", "a password of 22 bytes", true)),
            ("another far name", check("ours:their", "a password of 22 bytes", true)),
            ("bent", bent),
            ("an answer", answer),
            ("cut", good[..good.len() - 4].to_vec()),
            ("nothing", Vec::new()),
        ];
        for (name, packet) in rows {
            let mut path = path();
            assert_eq!(asked(&mut path, 1, 1, &packet), None, "{name}");
            assert_eq!(path.target(), None, "{name}");
        }
    }

    #[test]
    fn no_more_than_four_are_known_and_the_chosen_one_stays() {
        let mut path = path();
        asked(&mut path, 1, 1, &check("ours:them", "a password of 22 bytes", true)).unwrap();
        for port in 2..20 {
            asked(&mut path, 1, port, &check("ours:them", "a password of 22 bytes", false)).unwrap();
            assert!(path.known.len() <= KNOWN_MAX && path.knows(from(1)) && path.knows(from(port)));
        }
        assert_eq!(path.target(), Some(from(1)));
    }

    #[test]
    fn consent_ends_half_a_minute_after_the_last_check_and_comes_back_with_the_next() {
        let mut path = path();
        let second = 1_000_000;
        let good = check("ours:them", "a password of 22 bytes", true);
        asked(&mut path, 5 * second, 1, &good).unwrap();
        assert_eq!(path.deadline(), Tick(35 * second));
        assert!(!path.expire(Tick(35 * second - 1)) && path.target().is_some());
        assert!(path.expire(Tick(35 * second)));
        assert_eq!((path.target(), path.knows(from(1)), path.deadline()), (None, false, Tick(u64::MAX)));
        assert!(!path.expire(Tick(99 * second)), "said once");
        asked(&mut path, 100 * second, 1, &good).unwrap();
        assert_eq!((path.target(), path.deadline()), (Some(from(1)), Tick(130 * second)));
    }

    #[test]
    fn after_a_restart_only_the_new_password_counts_and_media_goes_on_meanwhile() {
        let mut path = path();
        let old = check("ours:them", "a password of 22 bytes", true);
        asked(&mut path, 1, 1, &old).unwrap();
        path.renew(&web("anew", "another of 22 bytes ..."));
        assert_eq!((asked(&mut path, 2, 2, &old), path.target()), (None, Some(from(1))));
        asked(&mut path, 3, 2, &check("anew:them", "another of 22 bytes ...", true)).unwrap();
        assert_eq!(path.target(), Some(from(2)));
    }

    #[test]
    fn whose_a_check_is_shows_its_password_and_not_its_name_alone() {
        let known = |name: &str| (name == "ours").then_some((7, "a password of 22 bytes"));
        assert_eq!(whose(&check("ours:them", "a password of 22 bytes", true), known), Some(7));
        assert_eq!(whose(&check("hours:them", "a password of 22 bytes", true), known), None);
        assert_eq!(whose(&check("ours:them", "another of 22 bytes ...", true), known), None);
        assert_eq!(whose(&[0, 1, 0, 0], known), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_no_check(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(asked(&mut path(), 0, 1, &bytes), None);
        }

        #[test]
        fn any_bent_check_is_none(place in 0usize..100, bit in 0u32..8) {
            let mut packet = check("ours:them", "a password of 22 bytes", true);
            let place = place % (packet.len() - 8);
            packet[place] ^= 1 << bit;
            // Behind the tag only the checksum is left, which is no protection and not looked at.
            prop_assert_eq!(asked(&mut path(), 0, 1, &packet), None);
        }
    }
}
