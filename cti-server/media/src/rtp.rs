//! RTP packets (RFC 3550 5.1): bytes to header and payload and back. It keeps nothing between packets.

use rtp_rs::{RtpPacketBuilder, RtpReader, Seq};

/// The largest packet the engine reads or writes: 60 ms of G.711 with every CSRC and a small extension fits many times over.
/// A longer datagram is cut by the socket and then refused by the payload's own checks.
pub const PACKET_BYTES_MAX: usize = 1500;

/// Bytes of a header without CSRC and extension, as we write it.
pub const HEADER_BYTES: usize = 12;

/// What we read of a header and write into one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// 0–127.
    pub payload_type: u8,
    /// Begins a talkspurt or an event.
    pub marker: bool,
    pub sequence: u16,
    /// In 1/8000 s.
    pub timestamp: u32,
    pub ssrc: u32,
}

/// Bytes that are no RTP packet, or a packet that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RtpError {
    #[error("not an RTP version 2 packet")]
    NotRtp,
    #[error("payload type above 127")]
    PayloadType,
    #[error("the packet is longer than the buffer")]
    TooLong,
}

/// Reads a packet. CSRC, header extension and padding are stepped over.
pub fn parse(bytes: &[u8]) -> Result<(Header, &[u8]), RtpError> {
    let reader = RtpReader::new(bytes).map_err(|_| RtpError::NotRtp)?;
    let header = Header {
        payload_type: reader.payload_type(),
        marker: reader.mark(),
        sequence: reader.sequence_number().into(),
        timestamp: reader.timestamp(),
        ssrc: reader.ssrc(),
    };
    Ok((header, reader.payload()))
}

/// Writes a packet into `out` and returns its length.
pub fn write(header: &Header, payload: &[u8], out: &mut [u8]) -> Result<usize, RtpError> {
    if header.payload_type > 127 {
        return Err(RtpError::PayloadType);
    }
    RtpPacketBuilder::new()
        .payload_type(header.payload_type)
        .marked(header.marker)
        .sequence(Seq::from(header.sequence))
        .timestamp(header.timestamp)
        .ssrc(header.ssrc)
        .payload(payload)
        .build_into(out)
        .map_err(|_| RtpError::TooLong)
}

/// Writes a packet whose payload is mapped byte by byte (µ-law to A-law or back).
pub fn write_mapped(header: &Header, payload: &[u8], map: &[u8; 256], out: &mut [u8]) -> Result<usize, RtpError> {
    let length = write(header, payload, out)?;
    for code in &mut out[HEADER_BYTES..length] {
        *code = map[usize::from(*code)];
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEADER: Header = Header { payload_type: 8, marker: true, sequence: 65535, timestamp: 0xFFFF_FF60, ssrc: 0xDEAD_BEEF };

    #[test]
    fn a_written_packet_reads_back() {
        let mut out = [0; 200];
        let length = write(&HEADER, &[7; 160], &mut out).unwrap();
        assert_eq!(length, 172);
        assert_eq!(parse(&out[..length]), Ok((HEADER, &[7u8; 160][..])));
    }

    #[test]
    fn csrc_extension_and_padding_are_stepped_over() {
        let bytes = RtpPacketBuilder::new()
            .payload_type(0)
            .add_csrc(1)
            .add_csrc(2)
            .extension(0xBEDE, &[1, 2, 3, 4])
            .payload(&[9, 9, 9])
            .padded(rtp_rs::Pad::round_to(4))
            .build()
            .unwrap();
        assert_eq!(parse(&bytes).unwrap().1, &[9, 9, 9]);
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert_eq!(write(&HEADER, &[0; 160], &mut [0; 100]), Err(RtpError::TooLong));
        assert_eq!(write(&Header { payload_type: 128, ..HEADER }, &[], &mut [0; 100]), Err(RtpError::PayloadType));
        assert_eq!(parse(&[0x40; 172]), Err(RtpError::NotRtp));
    }

    #[test]
    fn a_mapped_payload_leaves_the_header_alone() {
        let mut out = [0; 200];
        let length = write_mapped(&HEADER, &[0xFF; 4], &crate::g711::MU_TO_A, &mut out).unwrap();
        assert_eq!(parse(&out[..length]), Ok((HEADER, &[0xD5u8; 4][..])));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok((header, payload)) = parse(&bytes) {
                prop_assert!(header.payload_type < 128 && payload.len() + HEADER_BYTES <= bytes.len());
            }
        }
    }
}
