//! A client transaction (RFC 3261 17.1): sends its request again until it is answered or its time is over.

use crate::agent::Inner;
use crate::error::PhoneError;
use bytes::Bytes;
use rsip::Response;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// A request on its way: sends it again until it is answered.
#[derive(Debug)]
pub(crate) struct ClientTransaction {
    agent: Arc<Inner>,
    /// Branch and method.
    pub(crate) key: String,
    pub(crate) branch: String,
    bytes: Bytes,
    to: SocketAddr,
    invite: bool,
    responses: mpsc::Receiver<Response>,
    again_at: Instant,
    interval: Duration,
    give_up_at: Instant,
    /// A provisional response came.
    pub(crate) provisional: bool,
}

impl ClientTransaction {
    /// A transaction whose request was sent just now.
    pub(crate) fn new(
        agent: Arc<Inner>,
        branch: &str,
        key: String,
        bytes: Bytes,
        to: SocketAddr,
        invite: bool,
        responses: mpsc::Receiver<Response>,
    ) -> Self {
        let (now, t1) = (Instant::now(), agent.t1);
        Self {
            agent,
            key,
            branch: branch.to_owned(),
            bytes,
            to,
            invite,
            responses,
            again_at: now + t1,
            interval: t1,
            give_up_at: now + t1 * 64,
            provisional: false,
        }
    }

    /// The next response. May be dropped and called again without losing one.
    pub(crate) async fn next(&mut self) -> Result<Response, PhoneError> {
        loop {
            // RFC 3261 17.1.1.2: a provisional response ends an INVITE's retransmissions and its time limit.
            let quiet = self.invite && self.provisional;
            let wake = tokio::time::Instant::from_std(self.again_at.min(self.give_up_at));
            tokio::select! {
                response = self.responses.recv() => {
                    let response = response.ok_or(PhoneError::Timeout)?;
                    self.provisional |= response.status_code.code() < 200;
                    return Ok(response);
                }
                () = tokio::time::sleep_until(wake), if !quiet => {
                    let now = Instant::now();
                    // Woken late, it does first what was due first.
                    if self.give_up_at <= self.again_at.min(now) {
                        return Err(PhoneError::Timeout);
                    }
                    self.agent.send_again(&self.bytes, self.to);
                    self.interval *= 2;
                    if !self.invite {
                        // T2, 4 s, caps all but the INVITE (RFC 3261 17.1.2.2).
                        self.interval = self.interval.min(self.agent.t1 * 8);
                    }
                    self.again_at += self.interval;
                }
            }
        }
    }

    /// The final response.
    pub(crate) async fn finish(mut self) -> Result<Response, PhoneError> {
        loop {
            let response = self.next().await?;
            if response.status_code.code() >= 200 {
                return Ok(response);
            }
        }
    }
}
