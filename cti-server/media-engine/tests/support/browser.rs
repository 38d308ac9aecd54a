//! The other end of a leg to a web phone: its checks, its half of the handshake, its keys. It asserts little.

use super::{House, Phone};
use cti_media::rtp::{self, Header};
use cti_media_engine::{EngineConfig, Guard, Identity, fingerprint_of};
use cti_types::LegId;
use cti_types::media::{Codec, Direction, EngineCommand, EngineEvent, Stream};
use cti_types::srtp::{Srtp, SrtpKey, SrtpSuite};
use cti_types::web::{DtlsRole, FingerprintHash, IceCredentials, Protection, Web};
use dimpl::{Dtls, DtlsCertificate, KeyingMaterial, Output, SrtpProfile};
use is::stun::{StunMessage, TransId};
use is::{DefaultSha1HmacProvider, Sha1HmacProvider};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const PASSWORD: &str = "a password of 22 bytes";

fn tag(key: &[u8], parts: &[&[u8]]) -> [u8; 20] {
    DefaultSha1HmacProvider.sha1_hmac(key, parts)
}

/// An engine that speaks with web phones.
pub fn config() -> EngineConfig {
    EngineConfig { web: Some(Arc::new(Identity::new().unwrap())), ..EngineConfig::default() }
}

/// The other end of a web leg: its socket, its half of the handshake, its keys.
pub struct Browser {
    pub phone: Phone,
    pub certificate: DtlsCertificate,
    pub dtls: Dtls,
    /// Ours as the engine's side was told it, the far side's role.
    pub role: DtlsRole,
    pub ufrag: String,
    pub guard: Option<Guard>,
}

impl Browser {
    /// A leg whose engine has this role; nothing was sent yet.
    pub fn new(house: &House, engine_role: DtlsRole) -> Browser {
        let phone = house.unanswered(Codec::Pcmu);
        let certificate = dimpl::certificate::generate_self_signed_certificate().unwrap();
        let role = if engine_role == DtlsRole::Server { DtlsRole::Client } else { DtlsRole::Server };
        let dtls = dtls(&certificate, role);
        let browser = Browser { phone, certificate, dtls, role, ufrag: "ours".into(), guard: None };
        browser.agree(house, engine_role, Direction::SendRecv);
        browser
    }

    /// A page, whose leg stands without a call on the thread of this group. Its checks bear this name. It is connected.
    pub fn standing(house: &House, group: u64, ufrag: &str) -> Browser {
        static LEGS: AtomicU64 = AtomicU64::new(1_000_000);
        let leg = LegId::from_u128(u128::from(LEGS.fetch_add(1, Ordering::Relaxed)));
        house.send(EngineCommand::Stand { leg, group, ssrc: 0xCD00_0001, sequence: 65_530, timestamp: 77 });
        assert_eq!(house.next(), EngineEvent::Opened { leg });
        Browser::page(house, leg, group, ufrag)
    }

    /// A page of this standing leg, with a port, a certificate and a name of its own; connected.
    pub fn page(house: &House, leg: LegId, group: u64, ufrag: &str) -> Browser {
        let port = house.engine.pages().unwrap().port();
        let (phone, role) = (Phone::new(leg, port, Codec::Pcmu), DtlsRole::Client);
        let certificate = dimpl::certificate::generate_self_signed_certificate().unwrap();
        let dtls = dtls(&certificate, role);
        let mut page = Browser { phone, certificate, dtls, role, ufrag: ufrag.into(), guard: None };
        house.send(EngineCommand::SetStream { leg, stream: page.stream(DtlsRole::Server, Direction::SendRecv) });
        house.settle_group(group);
        page.check();
        page.shake_hands();
        assert_eq!(house.next(), EngineEvent::Connected { leg });
        page
    }

    /// As SDP would say it.
    pub fn stream(&self, engine_role: DtlsRole, direction: Direction) -> Stream {
        let web = Web {
            local: IceCredentials { ufrag: self.ufrag.clone(), pwd: PASSWORD.into() },
            remote_ufrag: "them".into(),
            role: engine_role,
            fingerprint: fingerprint_of(&self.certificate.certificate, FingerprintHash::Sha256),
        };
        let nowhere: SocketAddr = "0.0.0.0:9".parse().unwrap();
        let plain = self.phone.stream(direction);
        Stream { remote: nowhere, remote_rtcp: nowhere, srtp: Some(Protection::Web(Box::new(web))), ..plain }
    }

    pub fn agree(&self, house: &House, engine_role: DtlsRole, direction: Direction) {
        house.send(EngineCommand::SetStream { leg: self.phone.leg, stream: self.stream(engine_role, direction) });
        house.settle();
    }

    pub fn connected(house: &House, engine_role: DtlsRole) -> Browser {
        let mut browser = Browser::new(house, engine_role);
        browser.check();
        browser.shake_hands();
        browser
    }

    pub fn check_packet(&self, password: &str) -> Vec<u8> {
        let user = format!("{}:them", self.ufrag);
        let mut bytes = vec![0; 300];
        let message = StunMessage::binding_request(&user, TransId::new(), true, 1, 5, true);
        let length = message.to_bytes(Some(password.as_bytes()), &mut bytes, tag).unwrap();
        bytes.truncate(length);
        bytes
    }

    /// Shows that the path is its own, and waits for the answer.
    pub fn check(&mut self) {
        self.phone.rtp.send_to(&self.check_packet(PASSWORD), self.phone.to).unwrap();
        loop {
            let packet = receive(&self.phone.rtp);
            if let Ok(answer) = StunMessage::parse(&packet) {
                assert!(answer.is_successful_binding_response() && answer.verify(PASSWORD.as_bytes(), tag));
                return;
            }
            // Whoever begins the handshake does so at once.
            self.take(&packet);
        }
    }

    pub fn take(&mut self, packet: &[u8]) {
        if matches!(packet, [20..=63, ..]) {
            self.dtls.handle_packet(packet).unwrap();
        }
    }

    /// Does its half until it has keys.
    pub fn shake_hands(&mut self) {
        while !self.turn() {
            let packet = receive(&self.phone.rtp);
            self.take(&packet);
        }
    }

    /// Sends what the handshake wants to send; true when it has keys.
    pub fn turn(&mut self) -> bool {
        self.dtls.handle_timeout(Instant::now()).unwrap();
        let mut buffer = [0; 2048];
        loop {
            match self.dtls.poll_output(&mut buffer) {
                Output::Packet(packet) => {
                    self.phone.rtp.send_to(packet, self.phone.to).unwrap();
                }
                Output::KeyingMaterial(material, profile) => self.guard = Some(guard(self.role, &material, profile)),
                Output::Timeout(_) => return self.guard.is_some(),
                _ => {}
            }
        }
    }

    pub fn sealed(&mut self, code: u8) -> Vec<u8> {
        let mut out = [0; 200];
        let length = rtp::write(&self.phone.header, &[code; 160], &mut out).unwrap();
        self.phone.header.sequence = self.phone.header.sequence.wrapping_add(1);
        self.phone.header.timestamp = self.phone.header.timestamp.wrapping_add(160);
        self.guard.as_mut().unwrap().seal(&out[..length]).unwrap().to_vec()
    }

    pub fn say(&mut self, code: u8) {
        let sealed = self.sealed(code);
        self.phone.rtp.send_to(&sealed, self.phone.to).unwrap();
    }

    /// The next packet of media it hears.
    pub fn listen(&mut self) -> (Header, Vec<u8>) {
        loop {
            let packet = receive(&self.phone.rtp);
            if matches!(packet.as_slice(), [128..=191, kind, ..] if !(192..=223).contains(kind)) {
                let opened = self.guard.as_mut().unwrap().open(&packet).expect("sealed with the keys of the handshake");
                let (header, payload) = rtp::parse(&opened).unwrap();
                return (header, payload.to_vec());
            }
        }
    }
}

pub fn dtls(certificate: &DtlsCertificate, role: DtlsRole) -> Dtls {
    let mut dtls = Dtls::new_12(Arc::new(dimpl::Config::default()), certificate.clone(), Instant::now());
    dtls.set_active(role == DtlsRole::Client);
    dtls
}

fn guard(role: DtlsRole, material: &KeyingMaterial, profile: SrtpProfile) -> Guard {
    let suite = match profile {
        SrtpProfile::AES128_CM_SHA1_80 => SrtpSuite::AesCm128Sha1_80,
        SrtpProfile::AEAD_AES_128_GCM => SrtpSuite::AeadAes128Gcm,
        _ => SrtpSuite::AeadAes256Gcm,
    };
    let (key, salt) = (suite.key_bytes(), suite.salt_bytes());
    let one = |n: usize| {
        let bytes = [&material[n * key..][..key], &material[2 * key + n * salt..][..salt]].concat();
        SrtpKey::new(suite, &bytes).unwrap()
    };
    let (client, server) = (one(0), one(1));
    let keys = if role == DtlsRole::Client { Srtp { send: client, receive: server } } else { Srtp { send: server, receive: client } };
    Guard::new(&keys).unwrap()
}

pub fn receive(socket: &UdpSocket) -> Vec<u8> {
    let mut buffer = [0; 2048];
    let length = socket.recv(&mut buffer).expect("a packet was to come");
    buffer[..length].to_vec()
}
