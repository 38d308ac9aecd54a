//! Connections to a peer over real sockets and real TLS: who is believed, what is sent on them, and that they come back.

use crate::clock::Clock;
use crate::config::{InterfaceConfig, SipTransport, TrunkTlsConfig};
use crate::net::tls::{acceptor, tests::certificate};
use crate::net::{Net, NetCounters};
use crate::switch::run::{Inboxes, inboxes};
use crate::switch::{Event, Link};
use bytes::Bytes;
use cti_sip::api::{Path, Transport};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;

const MESSAGE: &str = "OPTIONS sip:x SIP/2.0\r\nContent-Length: 0\r\n\r\n";
/// Longer than anything here takes.
const SOON: Duration = Duration::from_secs(10);

/// A trunk's end.
struct Peer {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    certificate: PathBuf,
    key: PathBuf,
    _folder: tempfile::TempDir,
}

impl Peer {
    async fn new() -> Peer {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key, _) = certificate(folder.path());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Peer { listener, acceptor: acceptor(&certificate, &key).unwrap(), certificate, key, _folder: folder }
    }

    fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }

    async fn accepted(&self) -> std::io::Result<TlsStream<TcpStream>> {
        let (stream, _) = tokio::time::timeout(SOON, self.listener.accept()).await.expect("a connection")?;
        self.acceptor.accept(stream).await
    }
}

/// Our end.
struct Ours {
    net: Net,
    inboxes: Inboxes,
    _folder: tempfile::TempDir,
}

impl Ours {
    async fn believing(trunk_tls: TrunkTlsConfig) -> Ours {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key, _) = certificate(folder.path());
        let mut interface = InterfaceConfig::simple("127.0.0.1:0".parse().unwrap(), None);
        interface.transports = vec![SipTransport::Tls];
        (interface.certificate, interface.key) = (Some(certificate), Some(key));
        let (inbox, inboxes) = inboxes();
        let net = Net::open(&[interface], &trunk_tls, inbox, Clock::start(), Arc::new(NetCounters::default())).await.unwrap();
        Ours { net, inboxes, _folder: folder }
    }

    async fn of(peer: &Peer) -> Ours {
        Ours::believing(TrunkTlsConfig { roots: Some(peer.certificate.clone()), ..TrunkTlsConfig::default() }).await
    }

    fn path(&self, peer: &Peer) -> Path {
        Path { transport: Transport::Tls, local: self.net.local(), remote: peer.address(), stream: None }
    }

    fn link(&self, peer: &Peer, name: &str) -> Link {
        Link { path: self.path(peer), name: name.to_owned() }
    }

    async fn event(&mut self) -> Event {
        tokio::time::timeout(SOON, self.inboxes.next_of_sip()).await.expect("an event")
    }
}

async fn read(stream: &mut TlsStream<TcpStream>) -> String {
    let mut buffer = vec![0; MESSAGE.len()];
    tokio::time::timeout(SOON, stream.read_exact(&mut buffer)).await.expect("a message").unwrap();
    String::from_utf8(buffer).unwrap()
}

#[tokio::test]
async fn messages_go_both_ways_on_a_connection_opened_ahead() {
    let peer = Peer::new().await;
    let mut ours = Ours::of(&peer).await;
    ours.net.keep(vec![ours.link(&peer, "127.0.0.1")]);
    // Before the handshake is done: it waits.
    ours.net.send(ours.path(&peer), Bytes::from_static(MESSAGE.as_bytes()));
    let mut stream = peer.accepted().await.unwrap();
    assert_eq!(read(&mut stream).await, MESSAGE);
    stream.write_all(MESSAGE.as_bytes()).await.unwrap();
    let Event::Packet { path, bytes } = ours.event().await else { panic!("a packet") };
    assert_eq!((path.transport, path.remote, &bytes[..]), (Transport::Tls, peer.address(), MESSAGE.as_bytes()));
    ours.net.send(path, Bytes::from_static(MESSAGE.as_bytes()));
    assert_eq!(read(&mut stream).await, MESSAGE);
}

#[tokio::test]
async fn a_lost_connection_is_opened_again_and_what_was_to_go_meanwhile_fails_at_once() {
    let peer = Peer::new().await;
    let mut ours = Ours::of(&peer).await;
    ours.net.keep(vec![ours.link(&peer, "127.0.0.1")]);
    drop(peer.accepted().await.unwrap());
    let Event::PathFailed { path } = ours.event().await else { panic!("the end of the connection") };
    assert_eq!(path.remote, peer.address());
    ours.net.send(ours.path(&peer), Bytes::from_static(MESSAGE.as_bytes()));
    assert!(matches!(ours.event().await, Event::PathFailed { .. }));
    let mut stream = peer.accepted().await.unwrap();
    ours.net.send(ours.path(&peer), Bytes::from_static(MESSAGE.as_bytes()));
    assert_eq!(read(&mut stream).await, MESSAGE);
}

#[tokio::test]
async fn a_peer_with_another_name_or_from_an_unknown_root_is_told_nothing() {
    let (peer, other) = (Peer::new().await, Peer::new().await);
    for (believed, name) in [(&peer, "sip.example.com"), (&other, "127.0.0.1"), (&peer, "no host at all")] {
        let mut ours = Ours::of(believed).await;
        ours.net.keep(vec![ours.link(&peer, name)]);
        ours.net.send(ours.path(&peer), Bytes::from_static(MESSAGE.as_bytes()));
        let told = async {
            let Ok(mut stream) = peer.accepted().await else { return 0 };
            let mut buffer = [0; 100];
            stream.read(&mut buffer).await.unwrap_or(0)
        };
        tokio::select! {
            bytes = told => assert_eq!(bytes, 0, "{name}"),
            event = ours.event() => assert!(matches!(event, Event::PathFailed { .. }), "{name}"),
        }
    }
}

#[tokio::test]
async fn a_connection_nobody_wants_any_more_is_closed_and_one_still_wanted_stays() {
    let (gone, stays) = (Peer::new().await, Peer::new().await);
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("roots.pem");
    let both = [&gone, &stays].map(|peer| std::fs::read_to_string(&peer.certificate).unwrap()).concat();
    std::fs::write(&roots, both).unwrap();
    let ours = Ours::believing(TrunkTlsConfig { roots: Some(roots), ..TrunkTlsConfig::default() }).await;
    ours.net.keep(vec![ours.link(&gone, "127.0.0.1"), ours.link(&stays, "127.0.0.1")]);
    let (mut first, mut second) = (gone.accepted().await.unwrap(), stays.accepted().await.unwrap());
    ours.net.keep(vec![ours.link(&stays, "127.0.0.1")]);
    let mut buffer = [0; 1];
    let ended = tokio::time::timeout(SOON, first.read(&mut buffer)).await.expect("its end");
    assert!(ended.is_err() || ended.is_ok_and(|length| length == 0));
    ours.net.send(ours.path(&stays), Bytes::from_static(MESSAGE.as_bytes()));
    assert_eq!(read(&mut second).await, MESSAGE);
}

#[tokio::test]
async fn a_peer_that_asks_for_our_certificate_gets_it() {
    let mut peer = Peer::new().await;
    let folder = tempfile::tempdir().unwrap();
    let (certificate_file, key_file, trusted) = certificate(folder.path());
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().unwrap();
    let own = vec![CertificateDer::from_pem_file(&peer.certificate).unwrap()];
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(own, PrivateKeyDer::from_pem_file(&peer.key).unwrap())
        .unwrap();
    peer.acceptor = TlsAcceptor::from(Arc::new(config));
    let roots = Some(peer.certificate.clone());
    let ours = Ours::believing(TrunkTlsConfig { roots, certificate: Some(certificate_file), key: Some(key_file) }).await;
    ours.net.keep(vec![ours.link(&peer, "127.0.0.1")]);
    let stream = peer.accepted().await.unwrap();
    assert_eq!(stream.get_ref().1.peer_certificates().unwrap(), [trusted]);
}
