//! Which codecs are spoken on our legs, and whether their media is encrypted. Negotiates nothing itself.

use cti_media::sdp::{KEY_BYTES_MAX, KeyMaterial, Negotiator, SrtpPolicy};
use cti_types::Chance;
use cti_types::media::Codec;

/// As configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The most wanted first. Never empty.
    pub codecs: Vec<Codec>,
    pub srtp: SrtpPolicy,
    /// Where encryption is allowed, also on legs whose signalling anybody on the way can read, keys included.
    pub srtp_over_plain: bool,
}

impl Default for Spoken {
    /// What every telephone speaks, in the clear.
    fn default() -> Spoken {
        Spoken { codecs: vec![Codec::Pcmu, Codec::Pcma], srtp: SrtpPolicy::Off, srtp_over_plain: false }
    }
}

impl Spoken {
    /// For a new leg whose signalling is encrypted, or not.
    pub(super) fn negotiator(&self, secure: bool, chance: &mut Chance) -> Negotiator {
        let negotiator = Negotiator::new(chance.u64() >> 2).allowing(&self.codecs);
        let policy = match self.srtp {
            SrtpPolicy::Allowed if !secure && !self.srtp_over_plain => SrtpPolicy::Off,
            policy => policy,
        };
        if policy == SrtpPolicy::Off {
            return negotiator;
        }
        let keys = KeyMaterial::draw(|run| run.copy_from_slice(&chance.bytes::<KEY_BYTES_MAX>()[..run.len()]));
        negotiator.encrypting(policy, keys)
    }

    /// What to offer a leg that is to hear another: the other's codec first, so that packets can pass untouched.
    pub(super) fn beside(&self, other: Option<Codec>) -> Vec<Codec> {
        let shared = other.filter(|codec| self.codecs.contains(codec));
        shared.into_iter().chain(self.codecs.iter().copied().filter(|codec| Some(*codec) != shared)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_sides_codec_is_offered_first_if_it_is_spoken() {
        let spoken = Spoken { codecs: vec![Codec::Pcmu, Codec::G722, Codec::Opus], ..Spoken::default() };
        assert_eq!(spoken.beside(Some(Codec::G722)), [Codec::G722, Codec::Pcmu, Codec::Opus]);
        assert_eq!(spoken.beside(Some(Codec::Pcma)), spoken.codecs);
        assert_eq!(spoken.beside(None), spoken.codecs);
    }

    #[test]
    fn keys_are_taken_over_plain_signalling_only_where_that_was_configured() {
        let offer = "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 4 RTP/SAVP 0\r\n\
            a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR\r\n";
        let offer = cti_media::sdp::Offer::parse(offer.as_bytes()).unwrap();
        let local = cti_media::sdp::Local { ip: [10, 0, 0, 1].into(), port: 4000, direction: cti_types::media::Direction::SendRecv };
        for (srtp_over_plain, secure, taken) in [(false, false, false), (false, true, true), (true, false, true)] {
            let spoken = Spoken { srtp: SrtpPolicy::Allowed, srtp_over_plain, ..Spoken::default() };
            let answer = spoken.negotiator(secure, &mut Chance::from_number(1)).answer(&offer, local, &[]);
            assert_eq!(answer.is_ok_and(|(_, stream)| stream.srtp.is_some()), taken, "{srtp_over_plain} {secure}");
        }
    }
}
