//! G.711 samples to bytes and back, by the formulas of ITU-T G.711. Not fast on purpose: tones are encoded once and cached.

/// One of the two laws; also the codec of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Codec {
    /// µ-law, static payload type 0.
    Pcmu,
    /// A-law, static payload type 8.
    Pcma,
}

impl Codec {
    /// Static RTP payload type (RFC 3551 6).
    pub fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }

    /// The codec of a static payload type, if it is one of ours.
    pub fn from_payload_type(pt: u8) -> Option<Self> {
        match pt {
            0 => Some(Self::Pcmu),
            8 => Some(Self::Pcma),
            _ => None,
        }
    }

    /// The encoding name of RFC 3551, as it stands in `a=rtpmap`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
        }
    }

    /// One 16-bit linear sample as one byte.
    pub fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Pcmu => encode_mu(sample),
            Self::Pcma => encode_a(sample),
        }
    }

    /// One byte as a 16-bit linear sample.
    pub fn decode(self, byte: u8) -> i16 {
        match self {
            Self::Pcmu => MU[byte as usize],
            Self::Pcma => A[byte as usize],
        }
    }

    /// The byte of digital silence.
    pub fn silence(self) -> u8 {
        self.encode(0)
    }
}

static MU: [i16; 256] = table(true);
static A: [i16; 256] = table(false);

const fn table(mu: bool) -> [i16; 256] {
    let mut out = [0; 256];
    let mut code = 0;
    while code < 256 {
        out[code] = if mu { decode_mu(code as u8) } else { decode_a(code as u8) };
        code += 1;
    }
    out
}

const fn decode_mu(byte: u8) -> i16 {
    let code = !byte;
    let magnitude = ((((code & 0x0f) as i32) << 3) + 0x84) << ((code & 0x70) >> 4);
    (if code & 0x80 != 0 { 0x84 - magnitude } else { magnitude - 0x84 }) as i16
}

const fn decode_a(byte: u8) -> i16 {
    let code = byte ^ 0x55;
    let low = ((code & 0x0f) as i32) << 4;
    let segment = (code & 0x70) >> 4;
    let magnitude = match segment {
        0 => low + 8,
        _ => (low + 0x108) << (segment - 1),
    };
    (if code & 0x80 != 0 { magnitude } else { -magnitude }) as i16
}

fn encode_mu(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    // 32635 + the bias of 132 is the largest value the last segment holds.
    let magnitude = i32::from(sample).abs().min(32635) + 132;
    let segment = magnitude.ilog2() - 7;
    let mantissa = (magnitude >> (segment + 3)) & 0x0f;
    !(sign | ((segment as u8) << 4) | mantissa as u8)
}

fn encode_a(sample: i16) -> u8 {
    let (mask, value) = if sample >= 0 { (0xd5, i32::from(sample) >> 3) } else { (0x55, -(i32::from(sample) >> 3) - 1) };
    let value = value.min(0xfff);
    let segment = if value < 0x20 { 0 } else { value.ilog2() - 4 };
    let mantissa = if segment < 2 { (value >> 1) & 0x0f } else { (value >> segment) & 0x0f };
    (((segment as u8) << 4) | mantissa as u8) ^ mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_survives_a_round_trip() {
        for codec in [Codec::Pcmu, Codec::Pcma] {
            for code in 0..=255 {
                let sample = codec.decode(code);
                assert_eq!(codec.decode(codec.encode(sample)), sample, "{codec:?} {code:#x}");
            }
        }
    }

    #[test]
    fn known_points_of_the_standard() {
        for (codec, byte, sample) in [
            (Codec::Pcmu, 0xff, 0),
            (Codec::Pcmu, 0x80, 32124),
            (Codec::Pcmu, 0x00, -32124),
            (Codec::Pcma, 0xd5, 8),
            (Codec::Pcma, 0xaa, 32256),
            (Codec::Pcma, 0x2a, -32256),
        ] {
            assert_eq!(codec.decode(byte), sample, "{codec:?} {byte:#x}");
        }
    }

    #[test]
    fn error_stays_within_half_a_step() {
        for codec in [Codec::Pcmu, Codec::Pcma] {
            for sample in (-32000..32000).step_by(37) {
                let error = (i32::from(codec.decode(codec.encode(sample))) - i32::from(sample)).abs();
                assert!(error <= 16 + i32::from(sample).abs() / 16, "{codec:?} {sample} {error}");
            }
        }
    }
}
