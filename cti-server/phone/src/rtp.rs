//! RTP packets (RFC 3550), telephone events (RFC 4733) and the time mark hidden in a payload. Bytes only: no socket, no clock.

/// Bytes of a header without extension or contributors.
pub(crate) const HEADER: usize = 12;

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) payload_type: u8,
    pub(crate) marker: bool,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
}

/// Writes the header into the first 12 bytes of `out`.
pub(crate) fn write(header: Header, out: &mut [u8; HEADER]) {
    let [v, pt, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3] = out;
    *v = 0x80;
    *pt = header.payload_type | if header.marker { 0x80 } else { 0 };
    [*s0, *s1] = header.sequence.to_be_bytes();
    [*t0, *t1, *t2, *t3] = header.timestamp.to_be_bytes();
    [*c0, *c1, *c2, *c3] = header.ssrc.to_be_bytes();
}

/// Header and payload, or `None` if it is not RTP (RTCP's types 192–223 are told apart by RFC 5761 4).
pub(crate) fn parse(packet: &[u8]) -> Option<(Header, &[u8])> {
    let (head, mut rest) = packet.split_first_chunk::<HEADER>()?;
    let &[v, pt, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3] = head;
    if v >> 6 != 2 || (192..=223).contains(&pt) {
        return None;
    }
    rest = rest.get(usize::from(v & 0x0f) * 4..)?;
    if v & 0x10 != 0 {
        let (&[_, _, l0, l1], after) = rest.split_first_chunk::<4>()?;
        rest = after.get(usize::from(u16::from_be_bytes([l0, l1])) * 4..)?;
    }
    if v & 0x20 != 0 {
        let padding = usize::from(*rest.last()?);
        rest = rest.get(..rest.len().checked_sub(padding)?)?;
    }
    let header = Header {
        payload_type: pt & 0x7f,
        marker: pt & 0x80 != 0,
        sequence: u16::from_be_bytes([s0, s1]),
        timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
        ssrc: u32::from_be_bytes([c0, c1, c2, c3]),
    };
    Some((header, rest))
}

/// Bytes the mark takes from the start of a payload: 2 ms.
pub(crate) const MARK: usize = 16;

// Nibbles written as the quietest 16 codes of either law, so that a mark is a gap of 2 ms and never a click.
const MAGIC: [u8; 8] = [0xa, 0x5, 0xc, 0x3, 0x9, 0x6, 0xe, 0x1];

/// Writes `micros` (a time both ends share, wrapping) over the start of a G.711 payload; a payload shorter than [`MARK`] stays as it is.
pub(crate) fn mark(payload: &mut [u8], mu_law: bool, micros: u32) {
    let Some(place) = payload.first_chunk_mut::<MARK>() else { return };
    let base = if mu_law { 0xf0 } else { 0xd0 };
    let time = (0..8).map(|n| (micros >> (28 - 4 * n)) as u8 & 0x0f);
    for (byte, nibble) in place.iter_mut().zip(MAGIC.into_iter().chain(time)) {
        *byte = base | nibble;
    }
}

/// The time written by [`mark`], if the payload came through untouched.
pub(crate) fn read_mark(payload: &[u8]) -> Option<u32> {
    let (magic, rest) = payload.split_first_chunk::<8>()?;
    let base = magic.first()? & 0xf0;
    let marked = (base == 0xf0 || base == 0xd0) && magic.iter().zip(MAGIC).all(|(&byte, nibble)| byte == base | nibble);
    if !marked {
        return None;
    }
    let (time, _) = rest.split_first_chunk::<8>()?;
    time.iter().try_fold(0u32, |sum, &byte| (byte & 0xf0 == base).then_some((sum << 4) | u32::from(byte & 0x0f)))
}

/// The event number of a key (RFC 4733 3.2), `None` for anything that is no key.
pub(crate) fn event_of(key: char) -> Option<u8> {
    match key {
        '0'..='9' => Some(key as u8 - b'0'),
        '*' => Some(10),
        '#' => Some(11),
        'A'..='D' => Some(key as u8 - b'A' + 12),
        _ => None,
    }
}

/// The key of an event number.
pub(crate) fn key_of(event: u8) -> Option<char> {
    "0123456789*#ABCD".chars().nth(usize::from(event))
}

/// The four bytes of a telephone event: volume −10 dBm0, duration in timestamp units.
pub(crate) fn event_payload(event: u8, end: bool, duration: u16) -> [u8; 4] {
    let [d0, d1] = duration.to_be_bytes();
    [event, 0x0a | if end { 0x80 } else { 0 }, d0, d1]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: Header = Header { payload_type: 8, marker: true, sequence: 65535, timestamp: 0xdead_beef, ssrc: 7 };

    #[test]
    fn what_is_written_is_read() {
        let mut bytes = [0; HEADER];
        write(SAMPLE, &mut bytes);
        let mut packet = bytes.to_vec();
        packet.extend([1, 2, 3]);
        assert_eq!(parse(&packet), Some((SAMPLE, &[1u8, 2, 3][..])));
    }

    #[test]
    fn contributors_extension_and_padding_are_stepped_over() {
        let mut bytes = [0; HEADER];
        write(SAMPLE, &mut bytes);
        bytes[0] |= 0x31;
        let mut packet = bytes.to_vec();
        packet.extend([0; 4]); // one contributor
        packet.extend([0xbe, 0xde, 0, 1, 9, 9, 9, 9]);
        packet.extend([42, 0, 2]); // a byte of payload, two of padding
        assert_eq!(parse(&packet).map(|(_, payload)| payload), Some(&[42u8][..]));
    }

    #[test]
    fn no_cut_packet_panics_or_passes_for_rtp() {
        let mut bytes = [0; HEADER];
        write(SAMPLE, &mut bytes);
        bytes[0] = 0xbf;
        for len in 0..HEADER {
            assert_eq!(parse(&bytes[..len]), None);
        }
        assert_eq!(parse(&bytes), None);
        assert_eq!(parse(&[0x80, 200, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0]), None, "a sender report");
    }

    #[test]
    fn a_mark_is_read_back_and_a_tone_is_none() {
        for (mu, time) in [(true, 0), (false, u32::MAX), (true, 0x1234_5678)] {
            let mut payload = [0x55; 160];
            mark(&mut payload, mu, time);
            assert_eq!(read_mark(&payload), Some(time));
        }
        assert_eq!(read_mark(&[0xff; 160]), None);
        assert_eq!(read_mark(&[0xfa; 4]), None);
    }

    #[test]
    fn keys_and_events_agree() {
        for key in "0123456789*#ABCD".chars() {
            assert_eq!(event_of(key).and_then(key_of), Some(key));
        }
        assert_eq!(event_of('x'), None);
        assert_eq!(key_of(16), None);
    }
}
