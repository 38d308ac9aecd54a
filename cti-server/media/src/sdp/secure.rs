//! How one leg's media is protected, as we offer and answer it: in the clear, with keys in the SDP, or as a web phone's. It reads no wire.

use super::crypto::{self, Crypto, KeyMaterial};
use super::web::{IceSeed, Ours, PROTO, Setup, WebLine};
use super::{Audio, SdpError};
use cti_types::srtp::{Srtp, SrtpSuite};
use cti_types::web::{DtlsRole, Fingerprint, IceCredentials, Protection, Web};
use sdp_types::{Attribute, Media, Session};
use std::net::IpAddr;

/// Our line's name in our own first offer.
const FIRST_MID: &str = "0";
/// What we offer, the strongest first; a phone takes the first it knows (RFC 4568 5.1.2).
const OFFERED_SUITES: [SrtpSuite; 5] = [
    SrtpSuite::AeadAes256Gcm,
    SrtpSuite::AeadAes128Gcm,
    SrtpSuite::AesCm256Sha1_80,
    SrtpSuite::AesCm128Sha1_80,
    SrtpSuite::AesCm128Sha1_32,
];

/// Under which profile keys are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Profile {
    /// RTP/SAVP: whoever does not know it refuses (RFC 4568 3.1).
    Savp,
    /// RTP/AVP: whoever does not know keys passes over them (RFC 8643).
    Avp,
}

impl Profile {
    pub(super) fn of(audio: &Audio) -> Profile {
        if audio.encrypted { Profile::Savp } else { Profile::Avp }
    }
}

/// Our keys for a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Keys {
    pub(super) profile: Profile,
    pub(super) lines: Vec<Crypto>,
    /// Without a key of theirs the stream is in the clear.
    pub(super) optional: bool,
}

impl Keys {
    /// For an offer of ours.
    pub(super) fn offered(material: &KeyMaterial, profile: Profile, optional: bool) -> Keys {
        let line = |(tag, suite): (u32, SrtpSuite)| material.key(suite).map(|key| Crypto { tag, key });
        Keys { profile, lines: (1..).zip(OFFERED_SUITES).filter_map(line).collect(), optional }
    }

    /// The other side's answer: one of our lines, with a key of theirs. `None`: in the clear, where that may be.
    pub(super) fn answered(&self, audio: &Audio) -> Result<Option<Protection>, SdpError> {
        if !(audio.encrypted || self.profile == Profile::Avp && audio.keyed) {
            return if self.optional { Ok(None) } else { Err(SdpError::NotEncrypted) };
        }
        // RFC 8643 3.3: who tells keys that cannot be used has not declined, the stream fails.
        let theirs = audio.crypto.first().ok_or(SdpError::NoCommonKey)?;
        let same = |line: &&Crypto| line.tag == theirs.tag && line.key.suite() == theirs.key.suite();
        let ours = self.lines.iter().find(same).ok_or(SdpError::NoCommonKey)?;
        Ok(Some(Protection::Keys(Srtp { send: ours.key.clone(), receive: theirs.key.clone() })))
    }
}

/// What our audio line says of protection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Secure {
    Plain,
    Keys(Keys),
    Web(Ours),
}

impl Secure {
    pub(super) fn proto(&self) -> &str {
        match self {
            Secure::Plain | Secure::Keys(Keys { profile: Profile::Avp, .. }) => "RTP/AVP",
            Secure::Keys(Keys { profile: Profile::Savp, .. }) => "RTP/SAVP",
            Secure::Web(ours) => &ours.proto,
        }
    }

    pub(super) fn write_session(&self, session: &mut Session) {
        match self {
            Secure::Plain | Secure::Keys(_) => {}
            Secure::Web(ours) => ours.write_session(session),
        }
    }

    pub(super) fn write_media(&self, ip: IpAddr, port: u16, media: &mut Media) {
        match self {
            Secure::Plain => {}
            Secure::Keys(keys) => {
                media.attributes.extend(keys.lines.iter().map(|line| Attribute::with_value("crypto", crypto::write(line.tag, &line.key))));
            }
            Secure::Web(ours) => ours.write_media(ip, port, media),
        }
    }
}

/// What a leg needs to speak with web phones, and what it agreed with one.
#[derive(Clone, Debug)]
pub(super) struct WebSide {
    fingerprint: Fingerprint,
    seed: IceSeed,
    /// Our first offer is a web phone's.
    offering: bool,
    /// How often the far side began its checks anew (RFC 8839 4.4.1.1.1).
    restarts: u32,
    agreed: Option<Agreed>,
}

/// What holds until it is agreed otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Agreed {
    proto: String,
    remote: IceCredentials,
    fingerprint: Fingerprint,
    role: DtlsRole,
    mid: Option<String>,
    bundled: bool,
}

impl WebSide {
    pub(super) fn new(fingerprint: Fingerprint, seed: IceSeed, offering: bool) -> WebSide {
        WebSide { fingerprint, seed, offering, restarts: 0, agreed: None }
    }

    /// The far side is a web phone.
    pub(super) fn is_agreed(&self) -> bool {
        self.agreed.is_some()
    }

    /// Our offer to somebody who has said nothing yet is for a web phone.
    pub(super) fn is_offering(&self) -> bool {
        self.offering
    }

    /// Answers a line: what holds then, what our line says, what the stream is.
    pub(super) fn answer(&self, line: &WebLine) -> (WebSide, Ours, Protection) {
        let standing = self.agreed.as_ref().filter(|agreed| agreed.fingerprint == line.fingerprint);
        let role = match line.setup {
            Setup::Active => DtlsRole::Server,
            Setup::Passive => DtlsRole::Client,
            // RFC 8842 5.3: the handshake that was done is kept with its roles. First we wait: nobody who has not shown that
            // the path is theirs can make us send.
            Setup::Either => standing.map_or(DtlsRole::Server, |agreed| agreed.role),
        };
        // Who begins anew is answered with new ones, too (RFC 8839 4.4.2).
        let restarted = self.agreed.as_ref().is_some_and(|agreed| agreed.remote != line.remote);
        let mut next = self.clone();
        next.restarts = self.restarts.wrapping_add(u32::from(restarted));
        let mid = line.mid.clone();
        let protection = next.agree(line, role, mid, line.bundled);
        let ours = Ours { role: Some(role), ..next.ours() };
        (next, ours, protection)
    }

    /// What our line says in an offer.
    pub(super) fn offer(&self) -> Ours {
        self.ours()
    }

    /// Takes the answer to our offer: what holds then, what the stream is.
    pub(super) fn accept(&self, line: &WebLine) -> Result<(WebSide, Protection), SdpError> {
        let role = match line.setup {
            Setup::Active => DtlsRole::Server,
            Setup::Passive => DtlsRole::Client,
            // RFC 5763 5: an answer must choose.
            Setup::Either => return Err(SdpError::NoCommonKey),
        };
        let offered = self.ours();
        let mut next = self.clone();
        let protection = next.agree(line, role, offered.mid, offered.bundled);
        Ok((next, protection))
    }

    fn agree(&mut self, line: &WebLine, role: DtlsRole, mid: Option<String>, bundled: bool) -> Protection {
        let (remote, fingerprint) = (line.remote.clone(), line.fingerprint.clone());
        let web =
            Web { local: self.seed.credentials(self.restarts), remote_ufrag: remote.ufrag.clone(), role, fingerprint: fingerprint.clone() };
        self.agreed = Some(Agreed { proto: line.proto.clone(), remote, fingerprint, role, mid, bundled });
        Protection::Web(Box::new(web))
    }

    fn ours(&self) -> Ours {
        let (proto, mid, bundled) = match &self.agreed {
            Some(agreed) => (agreed.proto.clone(), agreed.mid.clone(), agreed.bundled),
            None => (PROTO.to_owned(), Some(FIRST_MID.to_owned()), true),
        };
        Ours { proto, ice: self.seed.credentials(self.restarts), fingerprint: self.fingerprint.clone(), role: None, mid, bundled }
    }
}
