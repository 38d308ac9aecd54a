//! G.711 code words to linear samples. Decodes only; the media engine has the encoder.
//!
//! ITU-T G.711 (1988), tables 1 and 2; scaled to 16 bits (A-law 13 bits << 3, µ-law 14 bits << 2).

use cti_types::media::Codec;

static MU_LAW: [i16; 256] = table(false);
static A_LAW: [i16; 256] = table(true);

/// The linear value of each code word of `codec`, if it is of G.711.
pub(crate) fn decoder(codec: Codec) -> Option<&'static [i16; 256]> {
    match codec {
        Codec::Pcmu => Some(&MU_LAW),
        Codec::Pcma => Some(&A_LAW),
        Codec::G722 | Codec::Opus => None,
    }
}

const fn table(a_law: bool) -> [i16; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = if a_law { from_a_law(code as u8) } else { from_mu_law(code as u8) };
        code += 1;
    }
    table
}

const fn from_mu_law(code: u8) -> i16 {
    // All bits are sent inverted (G.711 table 2, note 2).
    let code = !code;
    let segment = (code >> 4) & 7;
    let step = (code & 0x0f) as i16;
    // Decision values are biased by 33 so that segments double; 33 << 2 is 132.
    let magnitude = (((step << 3) + 132) << segment) - 132;
    if code & 0x80 != 0 { -magnitude } else { magnitude }
}

const fn from_a_law(code: u8) -> i16 {
    // Even bits are sent inverted (G.711 table 1, note 2).
    let code = code ^ 0x55;
    let segment = (code >> 4) & 7;
    let step = (code & 0x0f) as i16;
    let magnitude = if segment == 0 { (step << 4) + 8 } else { ((step << 4) + 0x108) << (segment - 1) };
    if code & 0x80 != 0 { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_words_have_the_values_of_the_standard() {
        let mu = [(0xff, 0), (0x7f, 0), (0x80, 32124), (0x00, -32124), (0xfe, 8), (0xef, 132), (0xf0, 120), (0x8f, 16764)];
        for (code, value) in mu {
            assert_eq!(decoder(Codec::Pcmu).unwrap()[code], value, "µ-law {code:#x}");
        }
        let a = [(0xd5, 8), (0x55, -8), (0xaa, 32256), (0x2a, -32256), (0xd4, 24), (0xc5, 264), (0xc0, 344)];
        for (code, value) in a {
            assert_eq!(decoder(Codec::Pcma).unwrap()[code], value, "A-law {code:#x}");
        }
    }

    #[test]
    fn each_half_of_a_table_is_the_other_negated() {
        for codec in [Codec::Pcmu, Codec::Pcma] {
            let table = decoder(codec).unwrap();
            for code in 0..128 {
                assert_eq!(table[code], -table[code + 128]);
            }
        }
    }
}
