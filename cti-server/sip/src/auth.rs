//! Digest authentication (RFC 7616, RFC 8760) from stored HA1: challenges, nonces, counts. It keeps no password.

use crate::api::PhoneAccount;
use crate::message::{Message, Name, Uri, Values};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cti_types::{Chance, Now, PhoneId, Tick};
use md5::Md5;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::time::Duration;

/// Most Authorization lines of one request that are looked at.
const LINES_MAX: usize = 4;
const NONCE_BYTES: usize = 18;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    Md5,
    Sha256,
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha256 => "SHA-256",
        }
    }

    fn hex(self, text: &str) -> String {
        match self {
            Algorithm::Md5 => hex::encode(Md5::digest(text)),
            Algorithm::Sha256 => hex::encode(Sha256::digest(text)),
        }
    }
}

/// What a request's credentials are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Good(PhoneId),
    /// No credentials for our realm.
    Missing,
    /// Right, but with an old, foreign or used-up nonce.
    Stale,
    /// Unknown user or wrong password: one answer and the same work for both.
    Bad,
}

/// Nonces are `time · random · HMAC`, so none is stored before it was used well. They are short: a challenge to a stranger should not be
/// larger than the request.
pub(crate) struct Digests {
    secret: [u8; 32],
    life: Duration,
    realm: String,
    nonces_max: usize,
    /// Highest count seen of each nonce that was used well.
    used: BTreeMap<(u64, u32), u32>,
    /// Nonces issued before are stale: their counts were forgotten.
    floor: u64,
}

/// The fields of one Authorization header.
#[derive(Default)]
struct Credentials<'a> {
    user: &'a str,
    realm: &'a str,
    nonce: &'a str,
    uri: &'a str,
    response: &'a str,
    algorithm: &'a str,
    qop: &'a str,
    nc: &'a str,
    cnonce: &'a str,
}

impl<'a> Credentials<'a> {
    fn parse(text: &'a str) -> Option<Credentials<'a>> {
        let (scheme, rest) = text.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("digest") {
            return None;
        }
        let mut out = Credentials::default();
        for pair in Values::new(rest) {
            let Some((name, value)) = pair.split_once('=') else { continue };
            let value = crate::message::unquote(value.trim_ascii());
            match name.trim_ascii().to_ascii_lowercase().as_str() {
                "username" => out.user = value,
                "realm" => out.realm = value,
                "nonce" => out.nonce = value,
                "uri" => out.uri = value,
                "response" => out.response = value,
                "algorithm" => out.algorithm = value,
                "qop" => out.qop = value,
                "nc" => out.nc = value,
                "cnonce" => out.cnonce = value,
                _ => {}
            }
        }
        Some(out)
    }
}

impl Digests {
    pub(crate) fn new(secret: [u8; 32], life: Duration, realm: &str, nonces_max: usize) -> Digests {
        Digests { secret, life, realm: realm.to_owned(), nonces_max: nonces_max.max(1), used: BTreeMap::new(), floor: 0 }
    }

    /// Values of the `WWW-Authenticate` headers, the stronger first (RFC 8760 2.4).
    pub(crate) fn challenges(&self, now: Now, chance: &mut Chance, sha256: bool, stale: bool) -> Vec<String> {
        let nonce = self.nonce(now.tick.0, chance.u32());
        let stale = if stale { ", stale=true" } else { "" };
        let offered = if sha256 { &[Algorithm::Sha256, Algorithm::Md5][..] } else { &[Algorithm::Md5] };
        let value = |a: &Algorithm| format!(r#"Digest realm="{}", nonce="{nonce}", algorithm={}, qop="auth"{stale}"#, self.realm, a.name());
        offered.iter().map(value).collect()
    }

    /// The user name a request's credentials for our realm claim, before they are judged.
    pub(crate) fn claimed<'a>(&self, message: &'a Message) -> Option<&'a str> {
        self.given(message).map(|given| given.user)
    }

    /// A keyed hash, so that nobody can choose names that collide.
    pub(crate) fn name_hash(&self, user: &str) -> u64 {
        let hash = Sha256::new().chain_update(self.secret).chain_update(b"name").chain_update(user).finalize();
        hash.iter().take(8).fold(0, |value, byte| value << 8 | u64::from(*byte))
    }

    /// The first credentials for our realm.
    fn given<'a>(&self, message: &'a Message) -> Option<Credentials<'a>> {
        let lines = message.lines(Name::Authorization).chain(message.lines(Name::ProxyAuthorization)).take(LINES_MAX);
        lines.filter_map(Credentials::parse).find(|given| given.realm == self.realm)
    }

    /// Judges a request. `account` finds an account by digest user name.
    pub(crate) fn verify<'a>(&mut self, now: Now, message: &Message, account: impl Fn(&str) -> Option<&'a PhoneAccount>) -> Verdict {
        let Some(given) = self.given(message) else { return Verdict::Missing };
        let algorithm = match given.algorithm {
            "" => Algorithm::Md5,
            name if name.eq_ignore_ascii_case("md5") => Algorithm::Md5,
            name if name.eq_ignore_ascii_case("sha-256") => Algorithm::Sha256,
            _ => return Verdict::Bad,
        };
        // RFC 7616 3.4: qop was offered, so it must be used; without it a replay could not be seen.
        if !given.qop.eq_ignore_ascii_case("auth") || given.cnonce.is_empty() || !same_uri(given.uri, message.request_uri()) {
            return Verdict::Bad;
        }
        let known = account(given.user);
        let stored = known.and_then(|a| if algorithm == Algorithm::Md5 { a.ha1_md5.as_deref() } else { a.ha1_sha256.as_deref() });
        // An unknown name is checked against an HA1 nobody has, so that it takes the same work.
        let ha1 = stored.map_or_else(|| algorithm.hex(&hex::encode(self.secret)), str::to_ascii_lowercase);
        let ha2 = algorithm.hex(&format!("{}:{}", message.method_text(), given.uri));
        let wanted = algorithm.hex(&format!("{ha1}:{}:{}:{}:{}:{ha2}", given.nonce, given.nc, given.cnonce, given.qop));
        let right = same(wanted.as_bytes(), given.response.to_ascii_lowercase().as_bytes());
        match known {
            Some(known) if right && stored.is_some() => {
                if self.use_nonce(now.tick, given.nonce, given.nc) {
                    Verdict::Good(known.id)
                } else {
                    Verdict::Stale
                }
            }
            _ => Verdict::Bad,
        }
    }

    fn nonce(&self, issued: u64, random: u32) -> String {
        let mut raw = [0; NONCE_BYTES];
        // Six bytes of microseconds are nine years of running.
        raw[..6].copy_from_slice(&issued.to_be_bytes()[2..]);
        raw[6..10].copy_from_slice(&random.to_be_bytes());
        // 64 bits cannot be guessed within a nonce's life, and a forged nonce would only save its maker one request.
        raw[10..].copy_from_slice(&self.mac(issued, random)[..8]);
        URL_SAFE_NO_PAD.encode(raw)
    }

    /// HMAC-SHA-256 (RFC 2104).
    fn mac(&self, issued: u64, random: u32) -> [u8; 32] {
        let pad = |byte: u8| {
            let mut block = [byte; 64];
            block.iter_mut().zip(self.secret).for_each(|(b, s)| *b ^= s);
            block
        };
        let inner = Sha256::new().chain_update(pad(0x36)).chain_update(issued.to_be_bytes()).chain_update(random.to_be_bytes()).finalize();
        Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
    }

    /// True when the nonce is ours, fresh, and the count higher than any before (RFC 7616 3.3 `nc`).
    fn use_nonce(&mut self, now: Tick, nonce: &str, nc: &str) -> bool {
        let Ok(raw) = URL_SAFE_NO_PAD.decode(nonce) else { return false };
        let Ok(raw) = <[u8; NONCE_BYTES]>::try_from(raw) else { return false };
        let issued = raw[..6].iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
        let random = raw[6..10].iter().fold(0, |value, byte| value << 8 | u32::from(*byte));
        if !same(self.nonce(issued, random).as_bytes(), nonce.as_bytes()) {
            return false;
        }
        let count = if nc.len() == 8 { u32::from_str_radix(nc, 16).unwrap_or(0) } else { 0 };
        let expired = issued > now.0 || now.since(Tick(issued)) > self.life || issued < self.floor;
        let before = self.used.get(&(issued, random)).copied().unwrap_or(0);
        if expired || count <= before {
            return false;
        }
        self.used.insert((issued, random), count);
        let horizon = now.back(self.life).0;
        while let Some((&(oldest, _), _)) = self.used.first_key_value() {
            if oldest >= horizon && self.used.len() <= self.nonces_max {
                break;
            }
            self.used.pop_first();
            // What is forgotten must not be good again.
            self.floor = self.floor.max(oldest + 1);
        }
        true
    }
}

/// Compares in time that doesn't depend on where they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |acc, (x, y)| acc | (x ^ y)) == 0
}

/// RFC 7616 3.4.6: both name the same resource. Phones differ in parameters, so user, host and port decide.
fn same_uri(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let (Some(a), Some(b)) = (Uri::parse(a), Uri::parse(b)) else { return false };
    a.user == b.user && a.host.eq_ignore_ascii_case(b.host) && a.port.unwrap_or(5060) == b.port.unwrap_or(5060)
}
