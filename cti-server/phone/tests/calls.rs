//! One phone calls another over real sockets: sound, hold, keys, and every way a call begins and ends.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use cti_phone::{
    AgentOptions, Behaviour, CallEvent, CallState, Codec, DeskOptions, DeskPhone, DigitsBy, Direction, EndReason, Media, PhoneError,
    PhoneEvent, Sound, Transport, UserAgent,
};
use std::time::Duration;
use support::{anywhere, connect, eventually, hasty, lossy, pair, to};

#[tokio::test]
async fn both_voices_pass_whole_and_unmixed() {
    for codec in [Codec::Pcmu, Codec::Pcma] {
        let (a, b) = pair().await;
        let (out, taken) = connect(&a, &b, Media::tone(600).with_codecs(&[codec]), Media::tone(1500)).await;
        out.expect_tone(Some(1500));
        taken.expect_tone(Some(600));
        eventually("five right windows", || out.media().windows_right >= 5 && taken.media().windows_right >= 5).await;
        let heard = taken.tones_heard(&[600, 1500]).unwrap();
        assert!(heard[0].share > 0.9 && heard[1].share < 0.01, "{heard:?}");
        out.hang_up().await.unwrap();
        for report in [out.media(), taken.media()] {
            assert_eq!((report.lost, report.late, report.windows_wrong, report.windows_silent), (0, 0, 0, 0), "{report:?}");
            assert_eq!((report.ssrc_changes, report.timestamp_jumps, report.codec), (0, 0, Some(codec)), "{report:?}");
            assert!(!report.transit_us.is_empty() && report.transit_us.iter().all(|&us| us < 5_000_000), "{report:?}");
        }
    }
}

#[tokio::test]
async fn a_wrong_tone_and_silence_are_noticed() {
    let (a, b) = pair().await;
    let (out, taken) = connect(&a, &b, Media::tone(600), Media { send: Sound::Silence, ..Media::default() }).await;
    taken.expect_tone(Some(625));
    out.expect_tone(Some(1500));
    eventually("wrong and silent windows", || taken.media().windows_wrong >= 2 && out.media().windows_silent >= 2).await;
    assert_eq!((taken.media().windows_right, out.media().windows_right), (0, 0));
}

#[tokio::test]
async fn hold_stops_both_voices_and_retrieve_brings_them_back() {
    let (a, b) = pair().await;
    let (out, taken) = connect(&a, &b, Media::tone(600), Media::tone(1500)).await;
    let mut events = taken.events();
    eventually("sound", || out.media().received > 2 && taken.media().received > 2).await;
    out.hold().await.unwrap();
    assert!(matches!(events.recv().await, Ok(CallEvent::Acknowledged | CallEvent::PeerDirection(Direction::SendOnly))));
    let sent = (out.media().sent, taken.media().sent);
    tokio::time::sleep(Duration::from_millis(200)).await;
    // One packet each may have been on its way.
    assert!(out.media().sent <= sent.0 + 1 && taken.media().sent <= sent.1 + 1);
    out.retrieve().await.unwrap();
    let before = (out.media().received, taken.media().received);
    eventually("sound again", || out.media().received > before.0 + 5 && taken.media().received > before.1 + 5).await;
}

#[tokio::test]
async fn two_holds_at_once_are_sorted_out() {
    let (a, b) = (hasty().await, hasty().await);
    let (out, taken) = connect(&a, &b, Media::default(), Media::default()).await;
    let (one, two) = tokio::join!(out.hold(), taken.hold());
    one.unwrap();
    two.unwrap();
    let (one, two) = tokio::join!(out.retrieve(), taken.retrieve());
    one.unwrap();
    two.unwrap();
    let before = (out.media().received, taken.media().received);
    eventually("sound again", || out.media().received > before.0 + 5 && taken.media().received > before.1 + 5).await;
}

#[tokio::test]
async fn keys_arrive_once_each_by_either_way() {
    let (a, b) = pair().await;
    for (by, repeats, rtp, info) in [(DigitsBy::Rtp, 3, "12#", ""), (DigitsBy::Info, 1, "", "12#"), (DigitsBy::Both, 3, "12#", "12#")] {
        let (out, taken) = connect(&a, &b, Media::default(), Media::default()).await;
        let mut events = taken.events();
        eventually("sound", || taken.media().received > 0).await;
        out.send_digits("12#", by, repeats).await.unwrap();
        eventually("keys", || taken.media().digits == rtp).await;
        out.hang_up().await.unwrap();
        let mut keys = String::new();
        while let Ok(event) = events.recv().await {
            match event {
                CallEvent::InfoDigit(key) => keys.push(key),
                CallEvent::Ended(_) => break,
                _ => {}
            }
        }
        assert_eq!(keys, info, "{by:?}");
        assert_eq!(taken.media().lost, 0);
    }
    let (out, _taken) = connect(&a, &b, Media { events: false, ..Media::default() }, Media::default()).await;
    assert!(out.send_digits("1", DigitsBy::Rtp, 3).await.is_err(), "not agreed on");
    assert!(out.send_digits("x", DigitsBy::Info, 3).await.is_err(), "no key");
}

#[tokio::test]
async fn an_invite_without_a_description_is_answered_with_an_offer() {
    let (a, b) = pair().await;
    let mut calls = b.incoming();
    let mut out = a.call(to(&b).late_offer().media(Media::tone(700).with_codecs(&[Codec::Pcma]))).unwrap();
    let mut taken = calls.recv().await.unwrap().answer(Media::tone(900)).await.unwrap();
    assert_eq!(out.answered().await.unwrap().codec, Codec::Pcma);
    assert_eq!(taken.answered().await.unwrap().codec, Codec::Pcma);
    taken.expect_tone(Some(700));
    out.expect_tone(Some(900));
    eventually("both tones", || out.media().windows_right > 0 && taken.media().windows_right > 0).await;
}

#[tokio::test]
async fn without_a_common_codec_the_call_is_refused_with_488() {
    let (a, b) = pair().await;
    let mut calls = b.incoming();
    let mut out = a.call(to(&b).media(Media::default().with_codecs(&[Codec::Pcma]))).unwrap();
    let answer = calls.recv().await.unwrap().answer(Media::default().with_codecs(&[Codec::Pcmu])).await;
    assert!(matches!(answer, Err(PhoneError::Refused(488))));
    assert!(matches!(out.answered().await, Err(PhoneError::Refused(488))));
}

#[tokio::test]
async fn a_caller_who_gives_up_stops_the_ringing() {
    let (a, b) = pair().await;
    let mut calls = b.incoming();
    let mut out = a.call(to(&b)).unwrap();
    let mut incoming = calls.recv().await.unwrap();
    incoming.ring().await;
    assert_eq!(out.ringing().await.unwrap(), 180);
    out.cancel().await;
    assert_eq!(incoming.cancelled().await, EndReason::Cancelled);
    assert_eq!(out.ended().await, EndReason::Cancelled);
    assert!(incoming.answer(Media::default()).await.is_err());
}

#[tokio::test]
async fn refusals_come_with_their_status() {
    let (a, b) = pair().await;
    let mut calls = b.incoming();
    for code in [486, 603, 404] {
        let mut out = a.call(to(&b)).unwrap();
        calls.recv().await.unwrap().reject(code).await;
        assert!(matches!(out.answered().await, Err(PhoneError::Refused(found)) if found == code));
        assert_eq!(out.ended().await, EndReason::Refused(code));
    }
    let mut out = a.call(to(&b)).unwrap();
    drop(calls.recv().await.unwrap());
    assert_eq!(out.ended().await, EndReason::Refused(480), "a dropped call is refused");
}

#[tokio::test]
async fn either_side_may_hang_up_or_both_at_once() {
    let (a, b) = pair().await;
    let (mut out, mut taken) = connect(&a, &b, Media::default(), Media::default()).await;
    out.hang_up().await.unwrap();
    assert_eq!((out.ended().await, taken.ended().await), (EndReason::HungUp, EndReason::RemoteHungUp));
    let (mut out, mut taken) = connect(&a, &b, Media::default(), Media::default()).await;
    taken.hang_up().await.unwrap();
    assert_eq!((out.ended().await, taken.ended().await), (EndReason::RemoteHungUp, EndReason::HungUp));
    let (mut out, mut taken) = connect(&a, &b, Media::default(), Media::default()).await;
    let (one, two) = tokio::join!(out.hang_up(), taken.hang_up());
    assert!(one.is_ok() || two.is_ok());
    let ends = (out.ended().await, taken.ended().await);
    assert!(ends.0 == EndReason::HungUp || ends.1 == EndReason::HungUp, "{ends:?}");
    let (out, mut taken) = connect(&a, &b, Media::default(), Media::default()).await;
    drop(out);
    assert_eq!(taken.ended().await, EndReason::RemoteHungUp, "a dropped call hangs up");
}

#[tokio::test]
async fn a_lossy_line_costs_retransmissions_and_nothing_else() {
    for modulus in [2, 3] {
        let (a, b) = (hasty().await, hasty().await);
        let relay = lossy(b.local_addr(), move |n| n % modulus == 1).await;
        let mut calls = b.incoming();
        let mut options = to(&b);
        options.target = relay;
        let mut out = a.call(options).unwrap();
        let mut taken = calls.recv().await.unwrap().answer(Media::default()).await.unwrap();
        out.answered().await.unwrap();
        eventually("sound", || taken.media().received > 2).await;
        out.hang_up().await.unwrap();
        assert_eq!(taken.ended().await, EndReason::RemoteHungUp);
        assert!(a.counts().sent_again > 0, "{:?}", a.counts());
    }
}

#[tokio::test]
async fn a_silent_target_times_out() {
    let a = UserAgent::bind_with(anywhere(), AgentOptions { t1: Duration::from_millis(20), ..AgentOptions::default() }).await.unwrap();
    let deaf = tokio::net::UdpSocket::bind(anywhere()).await.unwrap();
    let mut out = a.call(cti_phone::CallOptions::new(deaf.local_addr().unwrap(), "sip:1@127.0.0.1")).unwrap();
    assert!(matches!(out.answered().await, Err(PhoneError::Timeout)));
    assert_eq!(a.counts().sent_again, 6, "RFC 3261 17.1.1.2: seven INVITEs in all");
}

#[tokio::test]
async fn signalling_over_tcp() {
    let tcp = AgentOptions { transport: Transport::Tcp, ..AgentOptions::default() };
    let a = UserAgent::bind_with(anywhere(), tcp.clone()).await.unwrap();
    let b = UserAgent::bind_with(anywhere(), tcp).await.unwrap();
    let (out, mut taken) = connect(&a, &b, Media::default(), Media::default()).await;
    taken.hold().await.unwrap();
    taken.retrieve().await.unwrap();
    out.hang_up().await.unwrap();
    assert_eq!(taken.ended().await, EndReason::RemoteHungUp);
}

#[tokio::test]
async fn desk_phones_keep_their_habits() {
    let (a, b) = pair().await;
    let answer = Behaviour::Answer { ring: Duration::from_millis(30), hang_up_after: Some(Duration::from_millis(300)) };
    let options = DeskOptions { user: "100".into(), register: None, media: Media::tone(800), behaviour: answer };
    let mut phone = DeskPhone::start(&b, options).await.unwrap();
    let mut out = a.call(to(&b).from_user("77")).unwrap();
    assert_eq!(out.ringing().await.unwrap(), 180);
    out.answered().await.unwrap();
    assert_eq!(out.ended().await, EndReason::RemoteHungUp);
    assert!(matches!(phone.next_event().await, Some(PhoneEvent::Rang { from_user, .. }) if from_user == "77"));
    assert!(matches!(phone.next_event().await, Some(PhoneEvent::Answered { .. })));
    assert!(matches!(phone.next_event().await, Some(PhoneEvent::Ended { reason: EndReason::HungUp, media, .. }) if media.received > 5));

    phone.set_behaviour(Behaviour::Reject(486));
    let mut out = a.call(to(&b)).unwrap();
    assert_eq!(out.ended().await, EndReason::Refused(486));

    phone.set_behaviour(Behaviour::Ignore);
    let mut out = a.call(to(&b)).unwrap();
    out.ringing().await.unwrap();
    assert!(matches!(out.state(), CallState::Ringing(180)));
    out.hang_up().await.unwrap();
    assert_eq!(out.ended().await, EndReason::Cancelled);
    phone.stop().await.unwrap();
}

#[tokio::test]
async fn calls_go_to_the_user_they_are_for() {
    let (a, b) = pair().await;
    let (mut named, mut rest) = (b.incoming_for("100"), b.incoming());
    let _one = a.call(to(&b)).unwrap();
    assert_eq!(named.recv().await.unwrap().to_user(), "100");
    let other = cti_phone::CallOptions::new(b.local_addr(), format!("sip:john.doe@{}", b.local_addr())).from_display("J D");
    let _two = a.call(other).unwrap();
    let incoming = rest.recv().await.unwrap();
    assert_eq!((incoming.to_user(), incoming.from_user(), incoming.from_display()), ("john.doe", "caller", Some("J D")));
}
