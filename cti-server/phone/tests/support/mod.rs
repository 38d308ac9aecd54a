//! What the tests of the phone share: agents, a way to wait for a state, a network that loses packets.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(dead_code, reason = "each test binary uses its part")]

use cti_phone::{AgentOptions, Call, CallOptions, IncomingCalls, Media, MediaThread, UserAgent};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::UdpSocket;

pub(crate) fn anywhere() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

/// Longest wait for anything: only a failing test waits so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until it is so.
pub(crate) async fn eventually(what: &str, mut so: impl FnMut() -> bool) {
    let mut tick = tokio::time::interval(Duration::from_millis(5));
    let wait = async {
        while !so() {
            tick.tick().await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "never: {what}");
}

/// An agent with short timers, so that what is tested by waiting does not take long.
pub(crate) async fn hasty() -> UserAgent {
    UserAgent::bind_with(anywhere(), AgentOptions { t1: Duration::from_millis(60), ..AgentOptions::default() }).await.unwrap()
}

/// Two agents that share a media thread.
pub(crate) async fn pair() -> (UserAgent, UserAgent) {
    let media = Some(MediaThread::start().unwrap());
    let options = AgentOptions { media, ..AgentOptions::default() };
    (UserAgent::bind_with(anywhere(), options.clone()).await.unwrap(), UserAgent::bind_with(anywhere(), options).await.unwrap())
}

pub(crate) fn to(agent: &UserAgent) -> CallOptions {
    CallOptions::new(agent.local_addr(), format!("sip:100@{}", agent.local_addr()))
}

/// A call between two agents, answered.
pub(crate) async fn connect(caller: &UserAgent, callee: &UserAgent, ours: Media, theirs: Media) -> (Call, Call) {
    let mut calls: IncomingCalls = callee.incoming();
    let mut out = caller.call(to(callee).media(ours)).unwrap();
    let taken = calls.recv().await.unwrap().answer(theirs).await.unwrap();
    out.answered().await.unwrap();
    (out, taken)
}

/// A relay to `target` that loses some of the datagrams: `loses(n)` is asked for the n-th, both directions counted together.
pub(crate) async fn lossy(target: SocketAddr, loses: impl Fn(u64) -> bool + Send + 'static) -> SocketAddr {
    let (outer, inner) = (UdpSocket::bind(anywhere()).await.unwrap(), UdpSocket::bind(anywhere()).await.unwrap());
    let at = outer.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut a, mut b) = (vec![0; 65536], vec![0; 65536]);
        let (mut client, mut n) = (None, 0);
        loop {
            tokio::select! {
                Ok((len, from)) = outer.recv_from(&mut a) => {
                    client = Some(from);
                    n += 1;
                    if !loses(n) {
                        inner.send_to(&a[..len], target).await.unwrap();
                    }
                }
                Ok((len, _)) = inner.recv_from(&mut b) => {
                    n += 1;
                    if let Some(client) = client.filter(|_| !loses(n)) {
                        outer.send_to(&b[..len], client).await.unwrap();
                    }
                }
            }
        }
    });
    at
}
