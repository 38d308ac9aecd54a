//! What a web phone's audio line says of ICE, DTLS and multiplexing (RFC 8839, RFC 8122, RFC 8842, RFC 8829), read and written. It
//! agrees nothing and draws no random number.

use super::parse::value;
use cti_types::web::{DtlsRole, Fingerprint, IceCredentials};
use sdp_types::{Attribute, Media, Session};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// What a browser writes (RFC 8829 5.1.2), and the same without feedback.
pub(super) const PROTO: &str = "UDP/TLS/RTP/SAVPF";
const PROTO_WITHOUT_FEEDBACK: &str = "UDP/TLS/RTP/SAVP";
/// RFC 8839 5.4: a name has 4 to 256 characters, a password 22 to 256. More is refused.
const UFRAG_CHARS: std::ops::RangeInclusive<usize> = 4..=256;
const PWD_CHARS: std::ops::RangeInclusive<usize> = 22..=256;
/// Fingerprints of one line looked at; the rest is ignored.
const FINGERPRINTS_MAX: usize = 8;
/// The longest `a=mid` repeated in an answer; with a longer one the line is not taken.
const MID_CHARS_MAX: usize = 32;
/// RFC 8445 5.1.2.1: a host candidate (126) on the only address, of RTP.
const HOST_PRIORITY: u32 = (126 << 24) | (65_535 << 8) | 255;

/// Who wants to begin the handshake (RFC 4145 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setup {
    Active,
    Passive,
    Either,
}

/// The part of an audio line that only web phones have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebLine {
    pub(super) proto: String,
    pub(super) remote: IceCredentials,
    pub(super) fingerprint: Fingerprint,
    pub(super) setup: Setup,
    /// Its name in the session, and whether that stands in a bundle (RFC 9143).
    pub(super) mid: Option<String>,
    pub(super) bundled: bool,
}

/// Secret bytes from which all names and passwords of a leg's checks follow; nobody else's may be the same.
#[derive(Clone, PartialEq, Eq)]
pub struct IceSeed([u8; 32]);

impl IceSeed {
    /// `bytes` must be such that nobody can guess them.
    pub fn new(bytes: [u8; 32]) -> IceSeed {
        IceSeed(bytes)
    }

    /// Those after so many restarts. 48 random bits of name, 144 of password: RFC 8445 5.3 asks for 24 and 128.
    pub(super) fn credentials(&self, restarts: u32) -> IceCredentials {
        use base64::Engine as _;
        let digest = Sha256::new().chain_update(b"cordboard ice").chain_update(self.0).chain_update(restarts.to_be_bytes()).finalize();
        // Base64 has just the characters that ICE allows.
        let text = base64::engine::general_purpose::STANDARD_NO_PAD.encode(digest);
        let (ufrag, rest) = text.split_at(8);
        IceCredentials { ufrag: ufrag.to_owned(), pwd: rest[..24].to_owned() }
    }
}

impl std::fmt::Debug for IceSeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IceSeed(…)")
    }
}

/// Whether this profile is a web phone's.
pub(super) fn is_web(proto: &str) -> bool {
    proto.eq_ignore_ascii_case(PROTO) || proto.eq_ignore_ascii_case(PROTO_WITHOUT_FEEDBACK)
}

/// Reads the part. `None` when something is missing or weak: such a line cannot be answered in safety.
pub(super) fn parse(session: &Session, media: &Media) -> Option<WebLine> {
    // One socket serves both: who cannot do that is no browser (RFC 8834 4.5 makes it a must).
    if !media.attributes.iter().any(|attribute| attribute.attribute == "rtcp-mux") {
        return None;
    }
    let near = |name: &str| value(media, name).or_else(|| of_session(session, name)).map(str::trim);
    let ufrag = near("ice-ufrag").filter(|text| UFRAG_CHARS.contains(&text.len()) && is_ice(text))?;
    let pwd = near("ice-pwd").filter(|text| PWD_CHARS.contains(&text.len()) && is_ice(text))?;
    let setup = match near("setup").unwrap_or("actpass") {
        "active" => Setup::Active,
        "passive" => Setup::Passive,
        "actpass" => Setup::Either,
        // `holdconn` wants no connection at all.
        _ => return None,
    };
    let mid = value(media, "mid").map(str::trim);
    if mid.is_some_and(|mid| mid.len() > MID_CHARS_MAX || !mid.bytes().all(|byte| byte.is_ascii_graphic())) {
        return None;
    }
    Some(WebLine {
        proto: if media.proto.eq_ignore_ascii_case(PROTO) { PROTO.to_owned() } else { PROTO_WITHOUT_FEEDBACK.to_owned() },
        remote: IceCredentials { ufrag: ufrag.to_owned(), pwd: pwd.to_owned() },
        fingerprint: fingerprint(session, media)?,
        setup,
        mid: mid.map(str::to_owned),
        bundled: mid.is_some_and(|mid| in_bundle(session, mid)),
    })
}

/// The strongest fingerprint that is understood, of the line or else of the session.
fn fingerprint(session: &Session, media: &Media) -> Option<Fingerprint> {
    let of = |attributes: &[Attribute]| {
        let lines = attributes.iter().filter(|attribute| attribute.attribute == "fingerprint").take(FINGERPRINTS_MAX);
        lines.filter_map(|line| Fingerprint::parse(line.value.as_deref()?)).max_by_key(Fingerprint::hash)
    };
    of(&media.attributes).or_else(|| of(&session.attributes))
}

fn in_bundle(session: &Session, mid: &str) -> bool {
    let groups = session.attributes.iter().filter(|attribute| attribute.attribute == "group");
    groups.filter_map(|group| group.value.as_deref()).any(|group| {
        let mut words = group.split_ascii_whitespace();
        words.next() == Some("BUNDLE") && words.any(|word| word == mid)
    })
}

fn of_session<'a>(session: &'a Session, name: &str) -> Option<&'a str> {
    session.attributes.iter().find(|attribute| attribute.attribute == name)?.value.as_deref()
}

fn is_ice(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
}

/// What our audio line says beside RTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ours {
    pub(super) proto: String,
    pub(super) ice: IceCredentials,
    pub(super) fingerprint: Fingerprint,
    /// `None` in an offer: the other side chooses.
    pub(super) role: Option<DtlsRole>,
    pub(super) mid: Option<String>,
    pub(super) bundled: bool,
}

impl Ours {
    /// What stands before the first media line.
    pub(super) fn write_session(&self, session: &mut Session) {
        session.attributes.push(Attribute::new("ice-lite"));
        if let Some(mid) = self.mid.as_ref().filter(|_| self.bundled) {
            session.attributes.push(Attribute::with_value("group", format!("BUNDLE {mid}")));
        }
    }

    /// What stands in the audio line.
    pub(super) fn write_media(&self, ip: IpAddr, port: u16, media: &mut Media) {
        let setup = match self.role {
            Some(DtlsRole::Client) => "active",
            Some(DtlsRole::Server) => "passive",
            None => "actpass",
        };
        let mut say = |attribute: Attribute| media.attributes.push(attribute);
        if let Some(mid) = &self.mid {
            say(Attribute::with_value("mid", mid));
        }
        say(Attribute::with_value("ice-ufrag", &self.ice.ufrag));
        say(Attribute::with_value("ice-pwd", &self.ice.pwd));
        say(Attribute::with_value("fingerprint", &self.fingerprint));
        say(Attribute::with_value("setup", setup));
        say(Attribute::new("rtcp-mux"));
        say(Attribute::with_value("candidate", format!("1 1 udp {HOST_PRIORITY} {ip} {port} typ host")));
        say(Attribute::new("end-of-candidates"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_passwords_follow_from_the_seed_and_differ_after_each_restart() {
        let seed = IceSeed::new([7; 32]);
        let mut seen = Vec::new();
        for restarts in 0..100 {
            let one = seed.credentials(restarts);
            assert!(UFRAG_CHARS.contains(&one.ufrag.len()) && PWD_CHARS.contains(&one.pwd.len()));
            assert!(is_ice(&one.ufrag) && is_ice(&one.pwd));
            assert_eq!(one, IceSeed::new([7; 32]).credentials(restarts));
            assert!(!seen.contains(&one));
            seen.push(one);
        }
        assert!(!seen.contains(&IceSeed::new([8; 32]).credentials(0)));
        assert_eq!(format!("{seed:?}"), "IceSeed(…)");
    }
}
