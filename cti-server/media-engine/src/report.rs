//! A leg's RTCP: when to report, what to say, what to believe.

use crate::leg::{Leg, Surroundings};
use cti_media::SAMPLE_RATE;
use cti_media::rtcp::{self, COMPOUND_BYTES_MAX, Outgoing, ReportBlock, SenderInfo};
use cti_types::Tick;
use std::net::SocketAddr;
use std::time::Duration;

/// State of the reports of one leg.
pub(crate) struct Reports {
    pub(crate) next: Tick,
    pub(crate) round_trip_ms: f32,
    pub(crate) far_loss: f32,
    pub(crate) far_jitter_ms: f32,
    /// They have reported what they hear of us.
    pub(crate) heard_of_us: bool,
    cname: String,
    /// Spreads the intervals; any sequence that differs from leg to leg does.
    spread: u32,
    /// Middle of the NTP time of their last sender report, and when it came.
    last_sr: Option<(u32, Tick)>,
    /// Where their reports come from: behind address translation that is where ours must go.
    from: Option<SocketAddr>,
    sent_reported: u64,
    /// Packets of ours they miss, by their last report.
    far_lost: u32,
    /// What was sent and missed when the far end, or the call of a standing leg, began.
    before: (u64, u32),
}

impl Reports {
    pub(crate) fn new(now: Tick, ssrc: u32, interval: Duration) -> Reports {
        let mut reports = Reports {
            next: now,
            round_trip_ms: 0.0,
            far_loss: 0.0,
            far_jitter_ms: 0.0,
            heard_of_us: false,
            cname: format!("{ssrc:08x}@cordboard"),
            spread: ssrc,
            last_sr: None,
            from: None,
            sent_reported: 0,
            far_lost: 0,
            before: (0, 0),
        };
        reports.schedule(now, interval);
        reports
    }

    /// What they say is about what is sent from now on; `fresh`: it is another who counts, from nothing.
    pub(crate) fn begin(&mut self, sent: u64, fresh: bool) {
        if fresh {
            (self.far_lost, self.last_sr, self.from) = (0, None, None);
        }
        self.before = (sent, self.far_lost);
        (self.far_loss, self.far_jitter_ms, self.heard_of_us) = (0.0, 0.0, false);
    }

    /// RFC 3550 6.2: half to one and a half intervals, so that reports of many legs do not march in step.
    fn schedule(&mut self, now: Tick, interval: Duration) {
        self.spread = self.spread.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let part = f64::from(self.spread) / f64::from(u32::MAX);
        self.next = now + interval.mul_f64(0.5 + part);
    }
}

impl Leg {
    /// Takes a report, which came beside RTP from a web phone. False when it is not theirs or no RTCP.
    pub(crate) fn reported(&mut self, now: Tick, from: SocketAddr, bytes: &[u8], around: &Surroundings) -> bool {
        let Some(stream) = &self.stream else { return false };
        let theirs = |known: Option<SocketAddr>| known.is_some_and(|known| known.ip() == from.ip());
        let may_be = match &self.web {
            Some(web) => web.path.knows(from),
            None => theirs(self.lock.locked()) || theirs(Some(stream.remote_rtcp)) || theirs(Some(stream.remote)),
        };
        if !may_be {
            return false;
        }
        let opened;
        let bytes = if self.is_guarded() {
            opened = self.guard.as_mut().and_then(|guard| guard.open_report(bytes));
            let Some(opened) = &opened else { return false };
            opened
        } else {
            bytes
        };
        let Ok(incoming) = rtcp::parse(bytes, self.out.ssrc()) else { return false };
        self.reports.from = Some(from);
        if let Some(sender) = incoming.sender {
            self.reports.last_sr = Some((rtcp::middle(sender.ntp), now));
        }
        if let Some(about_us) = incoming.about_us {
            self.believe(now, &about_us);
        }
        if !incoming.bye {
            self.sign_of_life(now, around);
        }
        true
    }

    /// Sends a report, the last one with a BYE.
    pub(crate) fn report(&mut self, now: Tick, bye: bool, around: &Surroundings) {
        self.reports.schedule(now, around.rtcp_interval);
        if !bye {
            self.tell_quality(around);
        }
        let Some(to) = self.report_target() else { return };
        let sender = (self.packets_sent > self.reports.sent_reported).then(|| SenderInfo {
            ntp: rtcp::ntp(now),
            rtp_timestamp: self.out.timestamp_at(now),
            packets: self.packets_sent as u32,
            octets: self.octets_sent as u32,
        });
        self.reports.sent_reported = self.packets_sent;
        let report = self.reception.report(now, self.reports.last_sr);
        let outgoing = Outgoing { ssrc: self.out.ssrc(), cname: &self.reports.cname, sender, report, bye };
        let mut out = [0; COMPOUND_BYTES_MAX];
        if let Ok(length) = rtcp::write(&outgoing, &mut out) {
            let report = &out[..length];
            let guarded = self.is_guarded();
            let socket = if self.web.is_some() { self.sockets.rtp() } else { self.sockets.rtcp() };
            // A report that cannot be sent is made up for by the next.
            if !guarded {
                let _ = socket.send_to(report, to);
            } else if let Some(sealed) = self.guard.as_mut().and_then(|guard| guard.seal_report(report)) {
                let _ = socket.send_to(&sealed, to);
            }
        }
    }

    fn believe(&mut self, now: Tick, about_us: &ReportBlock) {
        if let Some(span) = rtcp::round_trip(now, about_us) {
            self.reports.round_trip_ms = span.as_secs_f32() * 1000.0;
        }
        // 24 bits signed: more received than expected (duplicates) is no loss.
        let lost = if about_us.cumulative_lost < 0x80_0000 { about_us.cumulative_lost } else { 0 };
        self.reports.far_lost = lost;
        let (sent, lost) = (self.packets_sent.saturating_sub(self.reports.before.0), lost.saturating_sub(self.reports.before.1));
        if sent > 0 {
            self.reports.far_loss = (lost as f32 / sent as f32).min(1.0);
            self.reports.heard_of_us = true;
        }
        let clock = self.stream.as_ref().map_or(SAMPLE_RATE, |stream| stream.send.1.clock());
        self.reports.far_jitter_ms = about_us.jitter as f32 * 1000.0 / clock as f32;
    }

    fn report_target(&self) -> Option<SocketAddr> {
        let stream = self.stream.as_ref()?;
        if let Some(web) = &self.web {
            return web.path.target();
        }
        let beside = |rtp: SocketAddr| SocketAddr::new(rtp.ip(), rtp.port().checked_add(1).unwrap_or(rtp.port()));
        let elsewhere = self.lock.locked().filter(|locked| locked.ip() != stream.remote.ip()).map(beside);
        let to = self.reports.from.or(elsewhere).unwrap_or(stream.remote_rtcp);
        (!to.ip().is_unspecified()).then_some(to)
    }
}
