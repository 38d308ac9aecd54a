//! One handshake with a web phone: packets in, packets and at the end keys out (RFC 5764). It owns no socket and knows no RTP.
//!
//! The protocol is done by `dimpl`, the DTLS of str0m. What is wrong in itself, a bent or foreign record, is passed over as if it had not
//! come: whoever can send to the phone's path must not be able to end its call. What never gets better ends the handshake at its time.

use crate::identity::{Identity, fingerprint_of};
use cti_types::Tick;
use cti_types::srtp::{Srtp, SrtpKey, SrtpSuite};
use cti_types::web::{DtlsRole, Fingerprint, Web, WebFailure};
use dimpl::{Dtls, KeyingMaterial, Output, SrtpProfile};
use std::time::{Duration, Instant};

/// By then after it was agreed the handshake is done, or the leg is given up.
pub(crate) const HANDSHAKE_MAX: Duration = Duration::from_secs(12);
/// The largest record that is written.
const RECORD_BYTES_MAX: usize = 2048;
/// Outputs taken at once. A handshake has a dozen; beyond, the rest is taken at its next turn.
const OUTPUTS_MAX: usize = 64;
/// The soonest next turn that time brings, whatever the library says: a thread must not spin.
const AGAIN_AFTER: Duration = Duration::from_millis(1);

/// The engine's ticks as the library's instants, and back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instants {
    tick: Tick,
    instant: Instant,
}

impl Instants {
    /// `now` by the engine's clock is this very moment.
    #[allow(clippy::disallowed_methods, reason = "the library wants instants; this one is only a place to count ticks from")]
    pub(crate) fn from(now: Tick) -> Instants {
        Instants { tick: now, instant: Instant::now() }
    }

    fn instant(self, tick: Tick) -> Instant {
        self.instant + tick.since(self.tick)
    }

    fn tick(self, instant: Instant) -> Tick {
        self.tick + instant.saturating_duration_since(self.instant)
    }
}

/// What a handshake comes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Keys(Srtp),
    Failed(WebFailure),
}

pub(super) struct Handshake {
    dtls: Dtls,
    instants: Instants,
    role: DtlsRole,
    /// The certificate the far side must show, and whether it did.
    wanted: Fingerprint,
    shown: bool,
    begun: bool,
    /// When it must be done; `None`: it is.
    until: Option<Tick>,
    /// When the library wants to be asked next.
    wake: Tick,
    /// What the library said last of a packet it did not like.
    pub(super) trouble: Option<String>,
}

impl Handshake {
    /// Ready to be begun, by whoever does that.
    pub(super) fn new(now: Tick, instants: Instants, identity: &Identity, web: &Web) -> Handshake {
        let mut dtls = Dtls::new_auto(identity.config(), identity.certificate(), instants.instant(now));
        dtls.set_active(web.role == DtlsRole::Client);
        let until = now + HANDSHAKE_MAX;
        Handshake {
            dtls,
            instants,
            role: web.role,
            wanted: web.fingerprint.clone(),
            shown: false,
            begun: false,
            until: Some(until),
            wake: until,
            trouble: None,
        }
    }

    /// Whether what was agreed now is this handshake (RFC 8842 4).
    pub(super) fn is_for(&self, web: &Web) -> bool {
        self.role == web.role && self.wanted == web.fingerprint
    }

    /// The phone has shown that the path is its own: if it waits for us, we begin.
    pub(super) fn path_is_there(&mut self, now: Tick, send: &mut dyn FnMut(&[u8])) -> Option<Outcome> {
        match self.role {
            DtlsRole::Client if !self.begun => self.turn(now, send),
            DtlsRole::Client | DtlsRole::Server => None,
        }
    }

    /// A record from an address that has shown the password.
    pub(super) fn packet(&mut self, now: Tick, bytes: &[u8], send: &mut dyn FnMut(&[u8])) -> Option<Outcome> {
        // Its timers first, so that it knows what time it is.
        let before = self.turn(now, send);
        if before.is_some() {
            return before;
        }
        if let Err(error) = self.dtls.handle_packet(bytes) {
            self.trouble = Some(error.to_string());
        }
        self.drain(now, send)
    }

    pub(super) fn deadline(&self) -> Tick {
        self.until.map_or(self.wake, |until| until.min(self.wake))
    }

    /// What time brings: flights sent again, and the end.
    pub(super) fn due(&mut self, now: Tick, send: &mut dyn FnMut(&[u8])) -> Option<Outcome> {
        if self.until.is_some_and(|until| now >= until) {
            return Some(Outcome::Failed(WebFailure::NoHandshake));
        }
        if self.begun && now >= self.wake { self.turn(now, send) } else { None }
    }

    fn turn(&mut self, now: Tick, send: &mut dyn FnMut(&[u8])) -> Option<Outcome> {
        self.begun = true;
        if let Err(error) = self.dtls.handle_timeout(self.instants.instant(now)) {
            self.trouble = Some(error.to_string());
        }
        self.drain(now, send)
    }

    /// Takes what the library has to say. After a failure it is asked no more.
    fn drain(&mut self, now: Tick, send: &mut dyn FnMut(&[u8])) -> Option<Outcome> {
        let mut buffer = [0; RECORD_BYTES_MAX];
        let soonest = now + AGAIN_AFTER;
        self.wake = soonest;
        let mut outcome = None;
        for _ in 0..OUTPUTS_MAX {
            match self.dtls.poll_output(&mut buffer) {
                Output::Packet(packet) => send(packet),
                Output::PeerCert(certificate) => {
                    if fingerprint_of(certificate, self.wanted.hash()) != self.wanted {
                        return Some(Outcome::Failed(WebFailure::OtherCertificate));
                    }
                    self.shown = true;
                }
                Output::KeyingMaterial(material, profile) => {
                    if !self.shown {
                        return Some(Outcome::Failed(WebFailure::OtherCertificate));
                    }
                    self.until = None;
                    let keys = keys(self.role, &material, profile);
                    outcome = Some(keys.map_or(Outcome::Failed(WebFailure::NoKeys), Outcome::Keys));
                }
                Output::Timeout(at) => {
                    self.wake = self.instants.tick(at).max(soonest);
                    break;
                }
                // Browsers say goodbye with their BYE, and it is that which ends the call. Data was not agreed.
                _ => {}
            }
        }
        outcome
    }
}

/// RFC 5764 4.2: the client's key, the server's, the client's salt, the server's.
fn keys(role: DtlsRole, material: &KeyingMaterial, profile: SrtpProfile) -> Option<Srtp> {
    let suite = match profile {
        SrtpProfile::AES128_CM_SHA1_80 => SrtpSuite::AesCm128Sha1_80,
        SrtpProfile::AEAD_AES_128_GCM => SrtpSuite::AeadAes128Gcm,
        SrtpProfile::AEAD_AES_256_GCM => SrtpSuite::AeadAes256Gcm,
        _ => return None,
    };
    let (key, salt) = (suite.key_bytes(), suite.salt_bytes());
    let one = |number: usize| {
        let key = material.get(number * key..)?.get(..key)?;
        let salts = material.get(2 * suite.key_bytes()..)?;
        let salt = salts.get(number * salt..)?.get(..salt)?;
        SrtpKey::new(suite, &[key, salt].concat())
    };
    let (client, server) = (one(0)?, one(1)?);
    Some(match role {
        DtlsRole::Client => Srtp { send: client, receive: server },
        DtlsRole::Server => Srtp { send: server, receive: client },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use cti_types::web::{FingerprintHash, IceCredentials};
    use proptest::prelude::*;
    use std::sync::OnceLock;

    fn identity() -> &'static Identity {
        static IDENTITY: OnceLock<Identity> = OnceLock::new();
        IDENTITY.get_or_init(|| Identity::new().unwrap())
    }

    fn handshake(role: DtlsRole) -> Handshake {
        let local = IceCredentials { ufrag: "ours".into(), pwd: "a password of 22 bytes".into() };
        let fingerprint = Fingerprint::new(FingerprintHash::Sha256, identity().fingerprint().bytes()).unwrap();
        let web = Web { local, remote_ufrag: "them".into(), role, fingerprint };
        Handshake::new(Tick(0), Instants::from(Tick(0)), identity(), &web)
    }

    /// What the first turn of a client sends.
    fn hello() -> Vec<u8> {
        let mut sent = Vec::new();
        handshake(DtlsRole::Client).path_is_there(Tick(1), &mut |packet| sent.push(packet.to_vec()));
        sent.swap_remove(0)
    }

    #[test]
    fn keys_stand_in_the_order_of_the_standard() {
        let bytes: Vec<u8> = [[1; 16], [2; 16]].concat().into_iter().chain([3; 14]).chain([4; 14]).collect();
        let material = KeyingMaterial::new(&bytes);
        let ours = keys(DtlsRole::Client, &material, SrtpProfile::AES128_CM_SHA1_80).unwrap();
        assert_eq!((ours.send.key(), ours.send.salt()), (&[1; 16][..], &[3; 14][..]));
        assert_eq!((ours.receive.key(), ours.receive.salt()), (&[2; 16][..], &[4; 14][..]));
        let theirs = keys(DtlsRole::Server, &material, SrtpProfile::AES128_CM_SHA1_80).unwrap();
        assert_eq!((&theirs.send, &theirs.receive), (&ours.receive, &ours.send));
        assert_eq!(keys(DtlsRole::Client, &KeyingMaterial::new(&bytes[..59]), SrtpProfile::AES128_CM_SHA1_80), None);
    }

    #[test]
    fn a_server_sends_nothing_by_itself_and_a_client_only_once_the_path_is_there() {
        let mut sent = 0;
        let mut server = handshake(DtlsRole::Server);
        for second in 0..11 {
            let now = Tick(second * 1_000_000);
            assert_eq!(server.path_is_there(now, &mut |_| sent += 1), None);
            assert_eq!(server.due(now, &mut |_| sent += 1), None);
            assert_eq!(handshake(DtlsRole::Client).due(now, &mut |_| sent += 1), None);
        }
        assert_eq!(sent, 0);
        assert_eq!(server.due(Tick(12_000_000), &mut |_| {}), Some(Outcome::Failed(WebFailure::NoHandshake)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_records_and_bent_hellos_give_no_keys(
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
            kind in 20u8..27,
            flips in proptest::collection::vec((0usize..2000, 0u32..8), 0..4),
        ) {
            let mut bent = hello();
            for (place, bit) in flips {
                let place = place % bent.len();
                bent[place] ^= 1 << bit;
            }
            let mut record = vec![kind, 254, 253, 0, 0, 0, 0, 0, 0, 0, 1];
            record.extend((bytes.len() as u16).to_be_bytes());
            record.extend(&bytes);
            for role in [DtlsRole::Server, DtlsRole::Client] {
                let mut one = handshake(role);
                for packet in [&bytes, &record, &bent, &bent, &record] {
                    let outcome = one.packet(Tick(1), packet, &mut |_| {});
                    prop_assert!(!matches!(outcome, Some(Outcome::Keys(_))));
                }
            }
        }
    }
}
