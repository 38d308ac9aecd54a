//! What only a bare peer can do to a phone: crossing messages, retransmissions, odd requirements, and a registrar that checks digests.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use cti_phone::digest::{Algorithm, Challenge};
use cti_phone::message::param;
use cti_phone::raw::{RawDialog, RawPeer, Received};
use cti_phone::rsip::Method;
use cti_phone::{CallOptions, EndReason, Media, PhoneError, RegisterOptions, RegistrationState};
use std::time::Duration;
use support::{PATIENCE, anywhere, hasty, pair};

fn is(method: Method) -> impl Fn(&Received) -> bool {
    move |received| received.method() == Some(method)
}

#[tokio::test]
async fn a_200_that_crossed_the_cancel_is_acknowledged_and_ended() {
    let a = hasty().await;
    let mut peer = RawPeer::udp(anywhere()).await.unwrap();
    let mut out = a.call(CallOptions::new(peer.local_addr(), "sip:1@127.0.0.1")).unwrap();
    let invite = peer.wait_for(PATIENCE, is(Method::Invite)).await.unwrap();
    peer.respond(&invite, 180, "t", &[], "").await.unwrap();
    out.ringing().await.unwrap();
    out.cancel().await;
    let cancel = peer.wait_for(PATIENCE, is(Method::Cancel)).await.unwrap();
    assert!(cti_phone::raw::same_transaction(&invite, &cancel));
    let contact = format!("Contact: <sip:1@{}>", peer.local_addr());
    let offer = peer.offer(9);
    peer.respond(&invite, 200, "t", &[&contact], &offer).await.unwrap();
    peer.respond(&cancel, 200, "t", &[], "").await.unwrap();
    peer.wait_for(PATIENCE, is(Method::Ack)).await.unwrap();
    let bye = peer.wait_for(PATIENCE, is(Method::Bye)).await.unwrap();
    assert_eq!(bye.header("To").and_then(|to| param(to, "tag")), Some("t"));
    peer.respond(&bye, 200, "t", &[], "").await.unwrap();
    assert_eq!(out.ended().await, EndReason::Cancelled);
}

#[tokio::test]
async fn a_2xx_that_comes_again_is_acknowledged_again() {
    let a = hasty().await;
    let mut peer = RawPeer::udp(anywhere()).await.unwrap();
    let mut out = a.call(CallOptions::new(peer.local_addr(), "sip:1@127.0.0.1")).unwrap();
    let invite = peer.wait_for(PATIENCE, is(Method::Invite)).await.unwrap();
    let contact = format!("Contact: <sip:1@{}>", peer.local_addr());
    let offer = peer.offer(9);
    for _ in 0..3 {
        peer.respond(&invite, 200, "t", &[&contact], &offer).await.unwrap();
        peer.wait_for(PATIENCE, is(Method::Ack)).await.unwrap();
    }
    out.answered().await.unwrap();
}

#[tokio::test]
async fn a_refusal_that_comes_again_is_acknowledged_again() {
    let a = hasty().await;
    let mut peer = RawPeer::udp(anywhere()).await.unwrap();
    let mut out = a.call(CallOptions::new(peer.local_addr(), "sip:1@127.0.0.1")).unwrap();
    let invite = peer.wait_for(PATIENCE, is(Method::Invite)).await.unwrap();
    for _ in 0..2 {
        peer.respond(&invite, 486, "t", &[], "").await.unwrap();
        let ack = peer.wait_for(PATIENCE, is(Method::Ack)).await.unwrap();
        assert!(cti_phone::raw::same_transaction(&invite, &ack));
    }
    assert_eq!(out.ended().await, EndReason::Refused(486));
}

#[tokio::test]
async fn unknown_requirements_are_refused_with_420() {
    let (_, b) = pair().await;
    let _calls = b.incoming();
    let mut peer = RawPeer::udp(anywhere()).await.unwrap();
    let mut dialog = peer.dialog(b.local_addr(), "sip:1@127.0.0.1", "raw");
    let offer = peer.offer(9);
    peer.send(dialog.request("INVITE", &["Require: timetravel"], &offer), b.local_addr()).await.unwrap();
    let answer = peer.wait_for(PATIENCE, |received| received.answers("INVITE", 420)).await.unwrap();
    assert_eq!(answer.header("Unsupported"), Some("timetravel"));
}

#[tokio::test]
async fn an_answer_is_sent_until_it_is_acknowledged() {
    let b = hasty().await;
    let mut calls = b.incoming();
    let mut peer = RawPeer::udp(anywhere()).await.unwrap();
    let mut dialog = peer.dialog(b.local_addr(), "sip:1@127.0.0.1", "raw");
    let offer = peer.offer(9);
    peer.send(dialog.request("INVITE", &[], &offer), b.local_addr()).await.unwrap();
    let mut call = calls.recv().await.unwrap().answer(Media::default()).await.unwrap();
    let ok = |received: &Received| received.answers("INVITE", 200);
    let first = peer.wait_for(PATIENCE, ok).await.unwrap();
    peer.wait_for(PATIENCE, ok).await.unwrap();
    dialog.confirm(&first);
    peer.send(dialog.ack(1, ""), b.local_addr()).await.unwrap();
    peer.send(dialog.request("BYE", &[], ""), b.local_addr()).await.unwrap();
    peer.wait_for(PATIENCE, |received| received.answers("BYE", 200)).await.unwrap();
    assert_eq!(call.ended().await, EndReason::RemoteHungUp);
}

#[tokio::test]
async fn an_answer_nobody_acknowledges_ends_in_a_bye() {
    let b = hasty().await;
    let mut calls = b.incoming();
    let mut peer = RawPeer::udp(anywhere()).await.unwrap();
    let mut dialog = peer.dialog(b.local_addr(), "sip:1@127.0.0.1", "raw");
    let offer = peer.offer(9);
    peer.send(dialog.request("INVITE", &[], &offer), b.local_addr()).await.unwrap();
    let mut call = calls.recv().await.unwrap().answer(Media::default()).await.unwrap();
    let bye = peer.wait_for(PATIENCE, is(Method::Bye)).await.unwrap();
    peer.respond(&bye, 200, "", &[], "").await.unwrap();
    assert_eq!(call.ended().await, EndReason::Timeout);
}

#[tokio::test]
async fn requests_outside_any_dialog_get_481_and_options_200() {
    let (a, b) = pair().await;
    let mut peer = RawPeer::udp(anywhere()).await.unwrap();
    let mut dialog = peer.dialog(b.local_addr(), "sip:1@127.0.0.1", "raw");
    dialog.to.push_str(";tag=none");
    peer.send(dialog.request("BYE", &[], ""), b.local_addr()).await.unwrap();
    peer.wait_for(PATIENCE, |received| received.answers("BYE", 481)).await.unwrap();
    assert_eq!(a.options(b.local_addr()).await.unwrap(), 200);
    let _ = RawDialog::cancel(&dialog);
}

/// Challenges every REGISTER once with both algorithms and checks the answer; gives the algorithm used.
async fn registrar(peer: &mut RawPeer, password: &str, nonce: &str) -> Result<String, Received> {
    let first = peer.wait_for(PATIENCE, is(Method::Register)).await.unwrap();
    let challenges =
        ["SHA-256", "MD5"].map(|name| format!("WWW-Authenticate: Digest realm=\"r\", nonce=\"{nonce}\", qop=\"auth\", algorithm={name}"));
    peer.respond(&first, 401, "t", &[&challenges[0], &challenges[1]], "").await.unwrap();
    let second = peer.wait_for(PATIENCE, is(Method::Register)).await.unwrap();
    let sent = second.header("Authorization").unwrap().to_owned();
    let field =
        |name: &str| sent.split(", ").find_map(|part| part.trim_start_matches("Digest ").strip_prefix(&format!("{name}="))).unwrap();
    let algorithm = field("algorithm").to_owned();
    let challenge = Challenge::parse(&format!("Digest realm=\"r\", nonce=\"{nonce}\", qop=\"auth\", algorithm={algorithm}")).unwrap();
    let uri = field("uri").trim_matches('"').to_owned();
    let expected = challenge.answer("u", password, "REGISTER", &uri, 1, field("cnonce").trim_matches('"'));
    if !expected.contains(field("response")) {
        return Err(second);
    }
    let contact = format!("Contact: {};expires=2", second.header("Contact").unwrap());
    peer.respond(&second, 200, "t", &[&contact], "").await.unwrap();
    Ok(algorithm)
}

#[tokio::test]
async fn registers_with_the_better_digest_refreshes_and_leaves() {
    for (prefer, name) in [(Algorithm::Sha256, "SHA-256"), (Algorithm::Md5, "MD5")] {
        let (a, _) = pair().await;
        let mut peer = RawPeer::udp(anywhere()).await.unwrap();
        let options = RegisterOptions { prefer, ..RegisterOptions::new(peer.local_addr(), "u", "secret") };
        let (registration, algorithm) = tokio::join!(a.register(options), registrar(&mut peer, "secret", "n1"));
        let registration = registration.unwrap();
        assert_eq!(algorithm.unwrap(), name);
        assert_eq!(registration.state(), RegistrationState::Registered { expires_s: 2 });
        // The refresh uses the same nonce with the next count.
        let refresh = peer.wait_for(PATIENCE, is(Method::Register)).await.unwrap();
        assert!(refresh.header("Authorization").unwrap().contains("nc=00000002"));
        peer.respond(&refresh, 200, "t", &["Expires: 600"], "").await.unwrap();
        let leave = async {
            let last = peer.wait_for(PATIENCE, |received| received.header("Expires") == Some("0")).await.unwrap();
            peer.respond(&last, 200, "t", &[], "").await.unwrap();
        };
        let (left, ()) = tokio::join!(registration.unregister(), leave);
        left.unwrap();
    }
}

#[tokio::test]
async fn a_wrong_password_is_not_tried_for_ever() {
    let (a, _) = pair().await;
    let mut peer = RawPeer::udp(anywhere()).await.unwrap();
    let options = RegisterOptions::new(peer.local_addr(), "u", "guess");
    let wrong = async {
        let second = registrar(&mut peer, "secret", "n1").await.unwrap_err();
        let again = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n2\", algorithm=MD5";
        peer.respond(&second, 401, "t", &[again], "").await.unwrap();
        peer.count(Duration::from_millis(100), is(Method::Register)).await
    };
    let (registration, more) = tokio::join!(a.register(options), wrong);
    assert!(matches!(registration, Err(PhoneError::Refused(401))));
    assert_eq!(more, 0);
}
