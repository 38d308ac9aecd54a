//! Which codecs are spoken on our legs, and whether their media is encrypted. Negotiates nothing itself.

use super::web::{Signalling, WebMedia};
use cti_media::sdp::{IceSeed, KEY_BYTES_MAX, KeyMaterial, Negotiator, SrtpPolicy};
use cti_types::Chance;
use cti_types::media::Codec;
use cti_types::web::Fingerprint;

/// As configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The most wanted first. Never empty.
    pub codecs: Vec<Codec>,
    pub srtp: SrtpPolicy,
    /// Whether keys are told also on legs whose signalling anybody on the way can read.
    pub srtp_over_plain: bool,
    /// The certificate that web phones are shown; `None`: they are not spoken to.
    pub web: Option<Fingerprint>,
}

impl Default for Spoken {
    /// What every telephone speaks, in the clear.
    fn default() -> Spoken {
        Spoken { codecs: vec![Codec::Pcmu, Codec::Pcma], srtp: SrtpPolicy::Off, srtp_over_plain: false, web: None }
    }
}

impl Spoken {
    /// For a new leg that is signalled so. `rule`: its trunk's or telephone's own; `None`: as everywhere.
    pub(super) fn negotiator(&self, rule: Option<SrtpPolicy>, signalling: Signalling, chance: &mut Chance) -> Negotiator {
        let mut negotiator = Negotiator::new(chance.u64() >> 2).allowing(&self.codecs);
        if let Some(certificate) = self.web.as_ref().filter(|_| signalling.web != WebMedia::Never) {
            let seed = IceSeed::new(chance.bytes());
            negotiator = negotiator.speaking_web(certificate.clone(), seed, signalling.web == WebMedia::Offered);
        }
        let keys_may_pass = signalling.secure || self.srtp_over_plain;
        let policy = match rule.unwrap_or(self.srtp) {
            SrtpPolicy::Off => return negotiator,
            SrtpPolicy::Allowed if !keys_may_pass => return negotiator,
            SrtpPolicy::Required if !keys_may_pass => return negotiator.encrypting_without_keys(),
            policy @ (SrtpPolicy::Allowed | SrtpPolicy::Required) => policy,
        };
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

    /// Of a telephone that is no browser.
    fn plain_or(secure: bool) -> Signalling {
        Signalling { secure, web: WebMedia::Never }
    }

    #[test]
    fn the_other_sides_codec_is_offered_first_if_it_is_spoken() {
        let spoken = Spoken { codecs: vec![Codec::Pcmu, Codec::G722, Codec::Opus], ..Spoken::default() };
        assert_eq!(spoken.beside(Some(Codec::G722)), [Codec::G722, Codec::Pcmu, Codec::Opus]);
        assert_eq!(spoken.beside(Some(Codec::Pcma)), spoken.codecs);
        assert_eq!(spoken.beside(None), spoken.codecs);
    }

    #[test]
    fn keys_are_taken_and_told_over_plain_signalling_only_where_that_was_configured() {
        let offer = "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 4 RTP/SAVP 0\r\n\
            a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR\r\n";
        let offer = cti_media::sdp::Offer::parse(offer.as_bytes()).unwrap();
        let local = cti_media::sdp::Local { ip: [10, 0, 0, 1].into(), port: 4000, direction: cti_types::media::Direction::SendRecv };
        for srtp in [SrtpPolicy::Allowed, SrtpPolicy::Required] {
            for (srtp_over_plain, secure, taken) in [(false, false, false), (false, true, true), (true, false, true)] {
                let spoken = Spoken { srtp, srtp_over_plain, ..Spoken::default() };
                let mut negotiator = spoken.negotiator(None, plain_or(secure), &mut Chance::from_number(1));
                assert_eq!(negotiator.is_usable(), taken || srtp == SrtpPolicy::Allowed);
                assert_eq!(negotiator.admits(&offer).is_ok(), taken, "{srtp:?} {srtp_over_plain} {secure}");
                let answer = negotiator.answer(&offer, local, &[]);
                assert_eq!(answer.is_ok_and(|(_, stream)| stream.srtp.is_some()), taken, "{srtp:?} {srtp_over_plain} {secure}");
                let offered = spoken.negotiator(None, plain_or(secure), &mut Chance::from_number(1)).offer(local, &spoken.codecs);
                assert_eq!(std::str::from_utf8(&offered).unwrap().contains("a=crypto:"), taken, "{srtp:?} {srtp_over_plain} {secure}");
            }
        }
    }

    #[test]
    fn an_answer_in_the_clear_is_none_where_encryption_is_required() {
        let answer = "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 4 RTP/AVP 0\r\n";
        let answer = cti_media::sdp::Answer::parse(answer.as_bytes()).unwrap();
        let local = cti_media::sdp::Local { ip: [10, 0, 0, 1].into(), port: 4000, direction: cti_types::media::Direction::SendRecv };
        for secure in [false, true] {
            let spoken = Spoken { srtp: SrtpPolicy::Required, ..Spoken::default() };
            let mut negotiator = spoken.negotiator(None, plain_or(secure), &mut Chance::from_number(1));
            negotiator.offer(local, &spoken.codecs);
            assert!(negotiator.accept(&answer).is_err(), "{secure}");
        }
    }

    #[test]
    fn the_rule_of_a_trunk_or_telephone_goes_before_that_of_the_house() {
        let local = cti_media::sdp::Local { ip: [10, 0, 0, 1].into(), port: 4000, direction: cti_types::media::Direction::SendRecv };
        let (off, required) = (SrtpPolicy::Off, SrtpPolicy::Required);
        for (house, rule, encrypted) in
            [(off, None, false), (off, Some(required), true), (required, None, true), (required, Some(off), false)]
        {
            let spoken = Spoken { srtp: house, ..Spoken::default() };
            let offer = spoken.negotiator(rule, plain_or(true), &mut Chance::from_number(1)).offer(local, &spoken.codecs);
            let text = String::from_utf8(offer.to_vec()).unwrap();
            assert_eq!((text.contains("RTP/SAVP"), text.contains("a=crypto:")), (encrypted, encrypted), "{house:?} {rule:?}");
        }
    }

    #[test]
    fn web_phones_are_spoken_to_where_there_may_be_some_and_offered_to_where_there_are() {
        use cti_types::web::FingerprintHash;
        let local = cti_media::sdp::Local { ip: [10, 0, 0, 1].into(), port: 4000, direction: cti_types::media::Direction::SendRecv };
        let certificate = Fingerprint::new(FingerprintHash::Sha256, &[1; 32]);
        let rows = [
            (None, WebMedia::Offered, false),
            (certificate.clone(), WebMedia::Never, false),
            (certificate.clone(), WebMedia::Answered, false),
            (certificate, WebMedia::Offered, true),
        ];
        for (web, media, offered) in rows {
            let spoken = Spoken { web, ..Spoken::default() };
            let body =
                spoken.negotiator(None, Signalling { secure: true, web: media }, &mut Chance::from_number(1)).offer(local, &spoken.codecs);
            assert_eq!(std::str::from_utf8(&body).unwrap().contains("UDP/TLS/RTP/SAVPF"), offered, "{media:?}");
        }
    }
}
