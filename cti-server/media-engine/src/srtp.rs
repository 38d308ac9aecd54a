//! SRTP and SRTCP of one stream (RFC 3711, RFC 7714): packets sealed on the way out, opened and checked on the way in.
//!
//! Keys come from signalling. A packet that does not bear a right tag, or was there before, is nothing: nobody is told.

use bytes::BytesMut;
use cti_types::srtp::{Srtp, SrtpKey, SrtpSuite};
use rtc_srtp::context::Context;
use rtc_srtp::crypto;
use rtc_srtp::option::{srtcp_replay_protection, srtp_replay_protection};
use rtc_srtp::protection_profile::ProtectionProfile;

/// Packets so far behind the newest are taken for replayed (RFC 3711 3.3.2: at least 64).
const REPLAY_WINDOW: usize = 128;
/// Senders (SSRC) of one key. Each has shown a right tag, so only the far side can reach the bound; a further one is refused
/// until there is a new key. What they sent before stays refused as replayed as long as the key lives.
const SENDERS_MAX: usize = 8;
/// Both directions of one stream.
pub struct Guard {
    keys: Srtp,
    send: Context,
    receive: Vec<(u32, Context)>,
}

impl Guard {
    /// `None` when the cryptographic library does not know the suite.
    pub fn new(keys: &Srtp) -> Option<Guard> {
        Some(Guard { send: context(&keys.send)?, receive: Vec::new(), keys: keys.clone() })
    }

    /// Signalling agreed on keys anew. A direction whose key is the same goes on: begun anew it would use its key stream twice.
    pub fn change(&mut self, keys: &Srtp) -> bool {
        if self.keys.send != keys.send {
            let Some(send) = context(&keys.send) else { return false };
            self.send = send;
        }
        if self.keys.receive != keys.receive {
            self.receive.clear();
        }
        self.keys = keys.clone();
        true
    }

    /// A packet as it goes out. `None`: it is no RTP, or the key has served its time (2^48 packets).
    pub fn seal(&mut self, packet: &[u8]) -> Option<BytesMut> {
        self.send.encrypt_rtp(packet).ok()
    }

    /// A report as it goes out.
    pub fn seal_report(&mut self, packet: &[u8]) -> Option<BytesMut> {
        self.send.encrypt_rtcp(packet).ok()
    }

    /// What a received packet says; `None` if it is not theirs.
    pub fn open(&mut self, packet: &[u8]) -> Option<BytesMut> {
        let ssrc = u32::from_be_bytes(*packet.get(8..12)?.first_chunk()?);
        self.with(ssrc, |context| context.decrypt_rtp(packet).ok())
    }

    /// What a received report says. One that says it is not encrypted is nothing: that was not agreed, and the library gives it
    /// back without a look at its tag.
    pub fn open_report(&mut self, packet: &[u8]) -> Option<BytesMut> {
        let index = packet.len().checked_sub(index_from_end(self.keys.receive.suite()))?;
        if packet.get(index)? & 0x80 == 0 {
            return None;
        }
        let ssrc = u32::from_be_bytes(*packet.get(4..8)?.first_chunk()?);
        self.with(ssrc, |context| context.decrypt_rtcp(packet).ok())
    }

    /// Tries with what is known of the sender; a new one is remembered only once its tag was right.
    fn with(&mut self, ssrc: u32, open: impl FnOnce(&mut Context) -> Option<BytesMut>) -> Option<BytesMut> {
        if let Some((_, context)) = self.receive.iter_mut().find(|(known, _)| *known == ssrc) {
            return open(context);
        }
        if self.receive.len() >= SENDERS_MAX {
            return None;
        }
        let mut context = context(&self.keys.receive)?;
        let opened = open(&mut context)?;
        self.receive.push((ssrc, context));
        Some(opened)
    }
}

/// Where the word with the E flag and the index of SRTCP begins, counted from the end: before the tag of ten bytes, which
/// SRTCP has in all these suites (RFC 3711 5.2, RFC 4568 6.2), or last with GCM (RFC 7714 9.1).
const fn index_from_end(suite: SrtpSuite) -> usize {
    match suite {
        SrtpSuite::AesCm128Sha1_80 | SrtpSuite::AesCm128Sha1_32 | SrtpSuite::AesCm256Sha1_80 | SrtpSuite::AesCm256Sha1_32 => 14,
        SrtpSuite::AeadAes128Gcm | SrtpSuite::AeadAes256Gcm => 4,
    }
}

fn context(key: &SrtpKey) -> Option<Context> {
    let profile = match key.suite() {
        SrtpSuite::AesCm128Sha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
        SrtpSuite::AesCm128Sha1_32 => ProtectionProfile::Aes128CmHmacSha1_32,
        SrtpSuite::AesCm256Sha1_80 => ProtectionProfile::Aes256CmHmacSha1_80,
        SrtpSuite::AesCm256Sha1_32 => ProtectionProfile::Aes256CmHmacSha1_32,
        SrtpSuite::AeadAes128Gcm => ProtectionProfile::AeadAes128Gcm,
        SrtpSuite::AeadAes256Gcm => ProtectionProfile::AeadAes256Gcm,
    };
    let provider = crypto::default_provider().ok()?;
    let (rtp, rtcp) = (srtp_replay_protection(REPLAY_WINDOW), srtcp_replay_protection(REPLAY_WINDOW));
    Context::new(key.key(), key.salt(), profile, Some(rtp), Some(rtcp), provider.crypto()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cti_media::rtp::{self, Header};
    use proptest::prelude::*;

    /// The most a packet grows: the longest tag (16 bytes, RFC 7714) and the index of SRTCP.
    const GROWTH_BYTES_MAX: usize = 20;

    fn key(suite: SrtpSuite, byte: u8) -> SrtpKey {
        SrtpKey::new(suite, &vec![byte; suite.key_bytes() + suite.salt_bytes()]).unwrap()
    }

    fn ends(suite: SrtpSuite) -> (Guard, Guard) {
        let (one, two) = (key(suite, 1), key(suite, 2));
        let guard = |send: &SrtpKey, receive: &SrtpKey| Guard::new(&Srtp { send: send.clone(), receive: receive.clone() }).unwrap();
        (guard(&one, &two), guard(&two, &one))
    }

    fn packet(sequence: u16, ssrc: u32) -> Vec<u8> {
        let header = Header { payload_type: 8, marker: false, sequence, timestamp: u32::from(sequence) * 160, ssrc };
        let mut out = [0; 200];
        let length = rtp::write(&header, &[7; 160], &mut out).unwrap();
        out[..length].to_vec()
    }

    const REPORT: [u8; 8] = [0x80, 201, 0, 1, 0, 0, 0, 9];

    #[test]
    fn each_suite_seals_and_opens_packets_and_reports() {
        for suite in SrtpSuite::ALL {
            let (mut ours, mut theirs) = ends(suite);
            for sequence in [65_534, 65_535, 0, 1] {
                let plain = packet(sequence, 9);
                let sealed = ours.seal(&plain).unwrap();
                assert!(sealed.len() > plain.len() && sealed.len() <= plain.len() + GROWTH_BYTES_MAX);
                assert_ne!(sealed[12..172], plain[12..], "{suite:?}");
                assert_eq!(theirs.open(&sealed).unwrap(), plain, "{suite:?}, over the wrap of the numbers");
            }
            let sealed = ours.seal_report(&REPORT).unwrap();
            assert!(sealed.len() <= REPORT.len() + GROWTH_BYTES_MAX);
            assert_eq!(theirs.open_report(&sealed).unwrap(), REPORT[..]);
        }
    }

    /// RFC 3711 appendix B.3: the session keys come from the master key by the key derivation; here what they do to a packet
    /// of zeros was computed by libsrtp's `rtp_decoder` test (RFC 3711 B.2 has its key stream).
    #[test]
    fn the_packet_of_the_reference_implementation_is_the_same() {
        let hex = |text: &str| hex_bytes(text);
        let bytes = hex("e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6");
        let key = SrtpKey::new(SrtpSuite::AesCm128Sha1_80, &bytes).unwrap();
        let mut guard = Guard::new(&Srtp { send: key.clone(), receive: key }).unwrap();
        let plain = hex("800f1234decafbadcafebabeabababababababababababababababab");
        let sealed = hex("800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb");
        assert_eq!(guard.seal(&plain).unwrap(), sealed);
        assert_eq!(guard.open(&sealed).unwrap(), plain);
    }

    fn hex_bytes(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn changed_replayed_and_foreign_packets_are_nothing() {
        for suite in SrtpSuite::ALL {
            let (mut ours, mut theirs) = ends(suite);
            let sealed = ours.seal(&packet(5, 9)).unwrap();
            for bit in 0..sealed.len() * 8 {
                let mut bent = sealed.to_vec();
                bent[bit / 8] ^= 1 << (bit % 8);
                assert!(theirs.open(&bent).is_none(), "{suite:?}, bit {bit}");
            }
            assert!(theirs.open(&sealed).is_some() && theirs.open(&sealed).is_none(), "{suite:?}");
            let report = ours.seal_report(&REPORT).unwrap();
            assert!(theirs.open_report(&report).is_some() && theirs.open_report(&report).is_none());
            // Our own packet, sent back to us.
            assert!(ours.open(&sealed).is_none());
        }
    }

    #[test]
    fn a_forged_sender_takes_no_place_and_a_real_one_cannot_come_back_with_old_packets() {
        let (mut ours, mut theirs) = ends(SrtpSuite::AeadAes128Gcm);
        for ssrc in 0..1000 {
            assert!(theirs.open(&packet(1, ssrc)).is_none());
        }
        let old = ours.seal(&packet(1, 1)).unwrap();
        assert!(theirs.open(&old).is_some());
        for ssrc in 2..=SENDERS_MAX as u32 {
            assert!(theirs.open(&ours.seal(&packet(1, ssrc)).unwrap()).is_some());
        }
        assert!(theirs.open(&old).is_none());
        assert!(theirs.open(&ours.seal(&packet(1, 99)).unwrap()).is_none(), "the bound");
    }

    #[test]
    fn a_direction_goes_on_when_only_the_other_has_a_new_key() {
        let suite = SrtpSuite::AesCm128Sha1_80;
        let (mut ours, mut theirs) = ends(suite);
        let first = ours.seal(&packet(1, 9)).unwrap();
        assert!(theirs.open(&first).is_some());
        assert!(theirs.change(&Srtp { send: key(suite, 3), receive: key(suite, 1) }));
        assert!(theirs.open(&first).is_none(), "still known as replayed");
        assert!(ours.change(&Srtp { send: key(suite, 1), receive: key(suite, 3) }));
        assert!(theirs.open(&ours.seal(&packet(2, 9)).unwrap()).is_some());
        assert!(ours.open(&theirs.seal(&packet(2, 8)).unwrap()).is_some());
    }

    proptest! {
        #[test]
        fn any_bytes_are_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for suite in SrtpSuite::ALL {
                let (mut ours, _) = ends(suite);
                prop_assert!(ours.open(&bytes).is_none() && ours.open_report(&bytes).is_none());
                let _ = (ours.seal(&bytes), ours.seal_report(&bytes));
            }
        }
    }
}
