//! RTCP (RFC 3550 6): the reports we send and what we take from theirs. When to send is the engine's affair.

use cti_types::Tick;
use rtcp_types::{Bye, Compound, Packet, ReceiverReport, RtcpPacketWriterExt, Sdes, SdesChunk, SdesItem, SenderReport};
use std::time::Duration;

/// The longest compound packet we write (SR with one block, SDES, BYE) with room to spare.
pub const COMPOUND_BYTES_MAX: usize = 256;
/// Packets looked at in one received compound; the rest is ignored.
const PACKETS_MAX: usize = 16;

/// One reception report (RFC 3550 6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportBlock {
    /// Whose packets it is about.
    pub ssrc: u32,
    /// Of 256, since the last report.
    pub fraction_lost: u8,
    pub cumulative_lost: u32,
    pub highest_sequence: u32,
    /// In 1/8000 s.
    pub jitter: u32,
    /// Middle 32 bits of the NTP time of the last sender report; 0 if none came.
    pub last_sr: u32,
    /// In 1/65536 s.
    pub delay_since_sr: u32,
}

/// What a sender says about what it sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderInfo {
    pub ntp: u64,
    pub rtp_timestamp: u32,
    pub packets: u32,
    pub octets: u32,
}

/// A compound packet to send.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    pub ssrc: u32,
    /// RFC 3550 6.5.1; no personal data in it.
    pub cname: &'a str,
    /// With it a sender report goes out, without it a receiver report.
    pub sender: Option<SenderInfo>,
    pub report: Option<ReportBlock>,
    pub bye: bool,
}

/// What we take from a received compound packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Incoming {
    /// The last sender report in it.
    pub sender: Option<SenderInfo>,
    /// What they say of the stream with our SSRC.
    pub about_us: Option<ReportBlock>,
    pub bye: bool,
}

/// Bytes that are no RTCP, or a report that cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RtcpError {
    #[error("not a valid RTCP compound packet")]
    NotRtcp,
    #[error("the report does not fit its fields or the buffer")]
    Unwritable,
}

/// A time span as 1/65536 s, the unit of LSR and DLSR.
pub fn short_ntp(time: Duration) -> u32 {
    ((time.as_micros() << 16) / 1_000_000) as u32
}

/// Our NTP time: seconds since this process's clock began. RFC 3550 6.4.1 lets a sender use elapsed time for wall-clock time.
pub fn ntp(now: Tick) -> u64 {
    ((u128::from(now.0) << 32) / 1_000_000) as u64
}

/// The middle 32 bits of an NTP time, which comes back as LSR.
pub fn middle(ntp: u64) -> u32 {
    (ntp >> 16) as u32
}

/// Round trip by RFC 3550 6.4.1: now − LSR − DLSR. `None` without a report of ours, or when the far side's numbers give a
/// negative time or one above ten seconds (a clock that lies).
pub fn round_trip(now: Tick, about_us: &ReportBlock) -> Option<Duration> {
    const LONGEST: u32 = 10 << 16;
    if about_us.last_sr == 0 {
        return None;
    }
    let span = middle(ntp(now)).wrapping_sub(about_us.last_sr).wrapping_sub(about_us.delay_since_sr);
    (span <= LONGEST).then(|| Duration::from_micros((u64::from(span) * 1_000_000) >> 16))
}

/// Reads a compound packet, keeping the block about `our_ssrc`.
pub fn parse(bytes: &[u8], our_ssrc: u32) -> Result<Incoming, RtcpError> {
    let mut incoming = Incoming::default();
    let mut reported = false;
    for packet in Compound::parse(bytes).map_err(|_| RtcpError::NotRtcp)?.take(PACKETS_MAX) {
        match packet.map_err(|_| RtcpError::NotRtcp)? {
            Packet::Sr(sr) => {
                incoming.sender = Some(SenderInfo {
                    ntp: sr.ntp_timestamp(),
                    rtp_timestamp: sr.rtp_timestamp(),
                    packets: sr.packet_count(),
                    octets: sr.octet_count(),
                });
                incoming.about_us = sr.report_blocks().find(|block| block.ssrc() == our_ssrc).map(|b| block(&b)).or(incoming.about_us);
                reported = true;
            }
            Packet::Rr(rr) => {
                incoming.about_us = rr.report_blocks().find(|block| block.ssrc() == our_ssrc).map(|b| block(&b)).or(incoming.about_us);
                reported = true;
            }
            Packet::Bye(_) => incoming.bye = true,
            _ => {}
        }
    }
    // RFC 3550 6.1: a compound begins with a report; some phones send a lone BYE, which is harmless.
    if reported || incoming.bye { Ok(incoming) } else { Err(RtcpError::NotRtcp) }
}

/// Writes a compound packet into `out` and returns its length.
pub fn write(outgoing: &Outgoing<'_>, out: &mut [u8]) -> Result<usize, RtcpError> {
    let block = outgoing.report.map(|report| {
        rtcp_types::ReportBlock::builder(report.ssrc)
            .fraction_lost(report.fraction_lost)
            .cumulative_lost(report.cumulative_lost & 0xFF_FFFF)
            .extended_sequence_number(report.highest_sequence)
            .interarrival_jitter(report.jitter)
            .last_sender_report_timestamp(report.last_sr)
            .delay_since_last_sender_report_timestamp(report.delay_since_sr)
    });
    let mut compound = Compound::builder();
    if let Some(sender) = outgoing.sender {
        let mut sr = SenderReport::builder(outgoing.ssrc)
            .ntp_timestamp(sender.ntp)
            .rtp_timestamp(sender.rtp_timestamp)
            .packet_count(sender.packets)
            .octet_count(sender.octets);
        if let Some(block) = block {
            sr = sr.add_report_block(block);
        }
        compound = compound.add_packet(sr);
    } else {
        let mut rr = ReceiverReport::builder(outgoing.ssrc);
        if let Some(block) = block {
            rr = rr.add_report_block(block);
        }
        compound = compound.add_packet(rr);
    }
    let chunk = SdesChunk::builder(outgoing.ssrc).add_item(SdesItem::builder(SdesItem::CNAME, outgoing.cname));
    compound = compound.add_packet(Sdes::builder().add_chunk(chunk));
    if outgoing.bye {
        compound = compound.add_packet(Bye::builder().add_source(outgoing.ssrc));
    }
    compound.write_into(out).map_err(|_| RtcpError::Unwritable)
}

fn block(block: &rtcp_types::ReportBlock<'_>) -> ReportBlock {
    ReportBlock {
        ssrc: block.ssrc(),
        fraction_lost: block.fraction_lost(),
        cumulative_lost: block.cumulative_lost(),
        highest_sequence: block.extended_sequence_number(),
        jitter: block.interarrival_jitter(),
        last_sr: block.last_sender_report_timestamp(),
        delay_since_sr: block.delay_since_last_sender_report_timestamp(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BLOCK: ReportBlock = ReportBlock {
        ssrc: 42,
        fraction_lost: 12,
        cumulative_lost: 77,
        highest_sequence: 0x1_0005,
        jitter: 9,
        last_sr: 0xAABB_CCDD,
        delay_since_sr: 65536,
    };
    const INFO: SenderInfo = SenderInfo { ntp: 0x1122_3344_5566_7788, rtp_timestamp: 5, packets: 6, octets: 7 };

    fn written(outgoing: &Outgoing<'_>) -> Vec<u8> {
        let mut out = [0; COMPOUND_BYTES_MAX];
        let length = write(outgoing, &mut out).unwrap();
        out[..length].to_vec()
    }

    #[test]
    fn a_sender_report_reads_back() {
        let bytes = written(&Outgoing { ssrc: 1, cname: "a", sender: Some(INFO), report: Some(BLOCK), bye: false });
        assert_eq!(parse(&bytes, 42), Ok(Incoming { sender: Some(INFO), about_us: Some(BLOCK), bye: false }));
        assert_eq!(parse(&bytes, 43), Ok(Incoming { sender: Some(INFO), about_us: None, bye: false }));
    }

    #[test]
    fn who_sent_nothing_writes_a_receiver_report_and_says_goodbye() {
        let bytes = written(&Outgoing { ssrc: 1, cname: "a", sender: None, report: Some(BLOCK), bye: true });
        assert_eq!(bytes[1], 201);
        assert_eq!(parse(&bytes, 42), Ok(Incoming { sender: None, about_us: Some(BLOCK), bye: true }));
    }

    #[test]
    fn the_longest_report_fits_its_buffer_and_a_short_buffer_is_an_error() {
        let outgoing = Outgoing { ssrc: 1, cname: &"c".repeat(36), sender: Some(INFO), report: Some(BLOCK), bye: true };
        assert!(written(&outgoing).len() <= COMPOUND_BYTES_MAX);
        assert_eq!(write(&outgoing, &mut [0; 20]), Err(RtcpError::Unwritable));
    }

    #[test]
    fn the_round_trip_is_what_passed_without_their_delay() {
        let (sent, back) = (Tick(7_000_000), Tick(8_040_000));
        let about_us = ReportBlock { last_sr: middle(ntp(sent)), delay_since_sr: short_ntp(Duration::from_secs(1)), ..BLOCK };
        let measured = round_trip(back, &about_us).unwrap();
        assert!(measured.abs_diff(Duration::from_millis(40)) < Duration::from_micros(50), "{measured:?}");
        assert_eq!(round_trip(back, &ReportBlock { last_sr: 0, ..about_us }), None);
        assert_eq!(round_trip(back, &ReportBlock { delay_since_sr: 2 << 16, ..about_us }), None, "a negative time");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let _ = parse(&bytes, 1);
        }
        #[test]
        fn any_damage_to_a_report_is_read_or_refused(at in 0usize..100, value in any::<u8>()) {
            let mut bytes = written(&Outgoing { ssrc: 1, cname: "abc", sender: Some(INFO), report: Some(BLOCK), bye: true });
            let at = at % bytes.len();
            bytes[at] = value;
            let _ = parse(&bytes, 42);
        }
    }
}
