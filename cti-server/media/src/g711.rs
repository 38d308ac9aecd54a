//! ITU-T G.711 in both laws: samples to codes, codes to samples, one law to the other. It knows no packets.
//!
//! Samples are 16-bit linear: the 14-bit values of the µ-law tables times 4, the 13-bit values of the A-law tables
//! times 8. On a decision value (the boundary between two codes) a positive sample takes the outer code and a negative
//! one the inner, as ITU-T G.191's reference does; G.711 leaves that open.

use cti_types::media::Codec;

/// µ-law bias in 16-bit units: 33 of 14 bits (G.711 table 2a/b, note 1), times 4.
const MU_BIAS: i32 = 33 << 2;
/// Largest magnitude before the bias would overflow the eighth segment: 8158 of 14 bits, times 4, plus the lost bits.
const MU_MAGNITUDE_MAX: i32 = (8158 << 2) + 3;
/// A-law transmits every even bit inverted (G.711 table 1a/b, note 1).
const A_TOGGLE: u8 = 0x55;

const MU_DECODE: [i16; 256] = mu_decode_table();
const A_DECODE: [i16; 256] = a_decode_table();
/// µ-law code → A-law code of the same level.
pub const MU_TO_A: [u8; 256] = mu_to_a_table();
/// A-law code → µ-law code of the same level.
pub const A_TO_MU: [u8; 256] = a_to_mu_table();

/// One sample to its µ-law code.
pub const fn mu_encode(sample: i16) -> u8 {
    let (sign, magnitude) = if sample < 0 { (0x80, !(sample as i32)) } else { (0, sample as i32) };
    let magnitude = if magnitude > MU_MAGNITUDE_MAX { MU_MAGNITUDE_MAX } else { magnitude };
    let biased = (magnitude + MU_BIAS) as u32;
    // The bias puts the leading one at bit 7 of the first segment, bit 14 of the eighth.
    let segment = 24 - biased.leading_zeros();
    let step = (biased >> (segment + 3)) & 0x0F;
    !(sign | (segment << 4) as u8 | step as u8)
}

/// One µ-law code to its sample.
pub const fn mu_decode(code: u8) -> i16 {
    MU_DECODE[code as usize]
}

/// One sample to its A-law code.
pub const fn a_encode(sample: i16) -> u8 {
    let (sign, magnitude) = if sample < 0 { (0, !(sample as i32)) } else { (0x80, sample as i32) };
    let magnitude = magnitude as u32;
    // The first two segments share one step size, so everything below 256 counts as the first.
    let segment = if magnitude < 256 { 0 } else { 24 - magnitude.leading_zeros() };
    let shift = if segment == 0 { 4 } else { segment + 3 };
    let step = (magnitude >> shift) & 0x0F;
    (sign | (segment << 4) as u8 | step as u8) ^ A_TOGGLE
}

/// One A-law code to its sample.
pub const fn a_decode(code: u8) -> i16 {
    A_DECODE[code as usize]
}

/// The code of silence; zero for a codec that has no codes.
pub const fn silence(codec: Codec) -> u8 {
    match codec {
        Codec::Pcmu => 0xFF,
        Codec::Pcma => 0xD5,
        Codec::G722 | Codec::Opus => 0,
    }
}

/// Encodes as many samples as both slices hold; does nothing for a codec that is not of G.711.
pub fn encode(codec: Codec, samples: &[i16], out: &mut [u8]) {
    let one = match codec {
        Codec::Pcmu => mu_encode,
        Codec::Pcma => a_encode,
        Codec::G722 | Codec::Opus => return,
    };
    for (code, sample) in out.iter_mut().zip(samples) {
        *code = one(*sample);
    }
}

/// Decodes as many codes as both slices hold; does nothing for a codec that is not of G.711.
pub fn decode(codec: Codec, codes: &[u8], out: &mut [i16]) {
    let table = match codec {
        Codec::Pcmu => &MU_DECODE,
        Codec::Pcma => &A_DECODE,
        Codec::G722 | Codec::Opus => return,
    };
    for (sample, code) in out.iter_mut().zip(codes) {
        *sample = table[usize::from(*code)];
    }
}

/// The table that turns codes of `from` into codes of `to`; `None` when they are the same law, or not of G.711.
pub const fn transcode_table(from: Codec, to: Codec) -> Option<&'static [u8; 256]> {
    match (from, to) {
        (Codec::Pcmu, Codec::Pcma) => Some(&MU_TO_A),
        (Codec::Pcma, Codec::Pcmu) => Some(&A_TO_MU),
        _ => None,
    }
}

const fn mu_decode_table() -> [i16; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        let bits = !(code as u8);
        let segment = (bits >> 4) & 7;
        let step = (bits & 0x0F) as i32;
        let magnitude = (((step << 3) + MU_BIAS) << segment) - MU_BIAS;
        table[code] = if bits & 0x80 != 0 { -magnitude } else { magnitude } as i16;
        code += 1;
    }
    table
}

const fn a_decode_table() -> [i16; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        let bits = code as u8 ^ A_TOGGLE;
        let segment = (bits >> 4) & 7;
        let step = (bits & 0x0F) as i32;
        let middle = (step << 4) + 8;
        let magnitude = if segment == 0 { middle } else { (middle + 256) << (segment - 1) };
        table[code] = if bits & 0x80 != 0 { magnitude } else { -magnitude } as i16;
        code += 1;
    }
    table
}

const fn mu_to_a_table() -> [u8; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = a_encode(MU_DECODE[code]);
        code += 1;
    }
    table
}

const fn a_to_mu_table() -> [u8; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = mu_encode(A_DECODE[code]);
        code += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mu_law_code_decodes_to_the_value_of_the_standard() {
        // Table 2, column 8: the quantised values are 0, 2, … 30, 33, 37, … 93, 99, … 8031.
        for index in 0..128u8 {
            let (segment, step) = (index / 16, i32::from(index % 16));
            let output = ((2 * step + 33) << segment) - 33;
            assert_eq!(i32::from(mu_decode(!index)), output * 4, "step {index}");
            assert_eq!(i32::from(mu_decode(!index & 0x7F)), -output * 4);
        }
        assert_eq!(mu_decode(0x80), 8031 * 4);
    }

    #[test]
    fn every_a_law_code_decodes_to_the_value_of_the_standard() {
        // Table 1: first 32 steps of 2 (in 4096ths of full scale), then 16 of 4, 8, … 128; the output is the middle.
        let mut lower = 0;
        for index in 0..128u8 {
            let width = if index < 32 { 2 } else { 2 << (index / 16 - 1) };
            let output = lower + width / 2;
            assert_eq!(i32::from(a_decode((index | 0x80) ^ 0x55)), output * 8, "step {index}");
            assert_eq!(i32::from(a_decode(index ^ 0x55)), -output * 8);
            lower += width;
        }
        assert_eq!(lower, 4096);
    }

    #[test]
    fn every_sample_takes_the_mu_law_interval_it_lies_in() {
        // Decision values of table 2a: 0, 1, 3, … 31, 35, … 95, 103, …; each is the lower edge of an interval.
        let mut edges = vec![0, 1];
        for segment in 0..8 {
            for _ in 0..(if segment == 0 { 15 } else { 16 }) {
                edges.push(edges[edges.len() - 1] + (2 << segment));
            }
        }
        assert_eq!(edges.len(), 129);
        assert_eq!((edges[16], edges[32], edges[128]), (31, 95, 8159));
        for sample in 0..=i16::MAX {
            let wanted = edges.partition_point(|edge| edge * 4 <= i32::from(sample)).min(128) - 1;
            assert_eq!(mu_encode(sample), !(wanted as u8), "sample {sample}");
            assert_eq!(mu_encode(!sample), !(wanted as u8 | 0x80), "sample {}", !sample);
        }
    }

    #[test]
    fn every_sample_takes_the_a_law_interval_it_lies_in() {
        let mut edges = vec![0];
        for index in 0..128 {
            let width = if index < 32 { 2 } else { 2 << (index / 16 - 1) };
            edges.push(edges[edges.len() - 1] + width);
        }
        for sample in 0..=i16::MAX {
            let wanted = edges.partition_point(|edge| edge * 8 <= i32::from(sample)).min(128) - 1;
            assert_eq!(a_encode(sample), (wanted as u8 | 0x80) ^ 0x55, "sample {sample}");
            assert_eq!(a_encode(!sample), wanted as u8 ^ 0x55, "sample {}", !sample);
        }
    }

    #[test]
    fn encoding_a_decoded_code_gives_it_back() {
        for code in 0..=255u8 {
            assert_eq!(a_encode(a_decode(code)), code);
            // µ-law has two zeros; the negative one comes back as the positive.
            let wanted = if code == 0x7F { 0xFF } else { code };
            assert_eq!(mu_encode(mu_decode(code)), wanted);
        }
    }

    #[test]
    fn transcoding_keeps_the_level_within_one_step() {
        for code in 0..=255u8 {
            let (from, to) = (i32::from(mu_decode(code)), i32::from(a_decode(MU_TO_A[usize::from(code)])));
            assert!((from - to).abs() <= 8 + from.abs() / 16, "µ {code:#04x}: {from} → {to}");
            let (from, to) = (i32::from(a_decode(code)), i32::from(mu_decode(A_TO_MU[usize::from(code)])));
            assert!((from - to).abs() <= 8 + from.abs() / 16, "A {code:#04x}: {from} → {to}");
        }
    }

    #[test]
    fn silence_is_the_code_of_the_smallest_positive_sample() {
        assert_eq!(silence(Codec::Pcmu), mu_encode(0));
        assert_eq!(silence(Codec::Pcma), a_encode(0));
        let mut samples = [1i16; 2];
        decode(Codec::Pcmu, &[0xFF, 0x7F], &mut samples);
        assert_eq!(samples, [0, 0]);
    }
}
