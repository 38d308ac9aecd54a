//! The bytes of a file made UTF-8, piece by piece, or refused. Keeps at most a character.

use crate::model::ImportEncoding;
use encoding_rs::{Decoder, DecoderResult, GB18030, UTF_8};

/// Why a file cannot be read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    #[error("the file is UTF-16; save it as UTF-8 (in Excel: CSV UTF-8)")]
    Utf16,
    #[error("line {line} is not UTF-8; save the file as UTF-8 or set the encoding to gb18030")]
    Utf8 { line: u64 },
    #[error("line {line} is not GB18030; save the file as UTF-8")]
    Gb18030 { line: u64 },
    #[error("line {line} has a NUL: this is no text file")]
    Binary { line: u64 },
}

/// See the module.
pub struct Text {
    encoding: ImportEncoding,
    decoder: Decoder,
    /// The first byte, while there is only one.
    first: Vec<u8>,
    begun: bool,
    line: u64,
}

impl Text {
    pub fn new(encoding: ImportEncoding) -> Text {
        let coding = match encoding {
            ImportEncoding::Utf8 => UTF_8,
            ImportEncoding::Gb18030 => GB18030,
        };
        Text { encoding, decoder: coding.new_decoder_with_bom_removal(), first: Vec::new(), begun: false, line: 1 }
    }

    /// What these bytes are in UTF-8; `last`: none follow. The byte order mark is left out.
    ///
    /// # Errors
    /// See [`NotText`]; the file is to be refused.
    pub fn feed(&mut self, bytes: &[u8], last: bool) -> Result<String, NotText> {
        if self.begun {
            return self.decode(bytes, last);
        }
        self.first.extend_from_slice(bytes);
        if self.first.len() < 2 && !last {
            return Ok(String::new());
        }
        if matches!(self.first.as_slice(), [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) {
            return Err(NotText::Utf16);
        }
        self.begun = true;
        let first = std::mem::take(&mut self.first);
        self.decode(&first, last)
    }

    fn decode(&mut self, bytes: &[u8], last: bool) -> Result<String, NotText> {
        let size = self.decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len() * 4);
        let mut out = String::with_capacity(size);
        let (result, _) = self.decoder.decode_to_string_without_replacement(bytes, &mut out, last);
        if let Some(at) = out.find('\0') {
            let line = self.line + lines(out.get(..at).unwrap_or_default());
            return Err(NotText::Binary { line });
        }
        self.line += lines(&out);
        let line = self.line;
        match result {
            DecoderResult::InputEmpty => Ok(out),
            // The buffer has room for all of it; were it ever full, what is left would be lost, so it is refused.
            DecoderResult::Malformed(..) | DecoderResult::OutputFull => Err(match self.encoding {
                ImportEncoding::Utf8 => NotText::Utf8 { line },
                ImportEncoding::Gb18030 => NotText::Gb18030 { line },
            }),
        }
    }
}

fn lines(text: &str) -> u64 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole text, fed in pieces of this many bytes.
    fn fed(encoding: ImportEncoding, bytes: &[u8], size: usize) -> Result<String, NotText> {
        let mut text = Text::new(encoding);
        let mut out = String::new();
        for piece in bytes.chunks(size) {
            out += &text.feed(piece, false)?;
        }
        out += &text.feed(&[], true)?;
        Ok(out)
    }

    #[test]
    fn texts_are_read_however_they_are_cut() {
        let utf8 = "name\nÜnal 王小明 \u{1F600}\n".as_bytes();
        let bom = [b"\xEF\xBB\xBF", utf8].concat();
        let gb: &[u8] = &[b'a', b'\n', 0xCD, 0xF5, 0xD0, 0xA1, 0xC3, 0xF7];
        for size in 1..12 {
            assert_eq!(fed(ImportEncoding::Utf8, utf8, size).as_deref(), Ok("name\nÜnal 王小明 \u{1F600}\n"), "{size}");
            assert_eq!(fed(ImportEncoding::Utf8, &bom, size).as_deref(), Ok("name\nÜnal 王小明 \u{1F600}\n"), "{size}");
            assert_eq!(fed(ImportEncoding::Gb18030, gb, size).as_deref(), Ok("a\n王小明"), "{size}");
            assert_eq!(fed(ImportEncoding::Utf8, b"", size).as_deref(), Ok(""));
        }
    }

    #[test]
    fn what_is_no_such_text_is_refused_with_its_line() {
        let table: &[(&[u8], NotText)] = &[
            (b"\xFF\xFEa\0", NotText::Utf16),
            (b"a\nb\xE4c\n", NotText::Utf8 { line: 2 }),
            (b"a\nb\n\xE2\x82", NotText::Utf8 { line: 3 }),
            (b"a\nb\0", NotText::Binary { line: 2 }),
        ];
        for (bytes, expected) in table {
            for size in 1..4 {
                assert_eq!(fed(ImportEncoding::Utf8, bytes, size), Err(*expected), "{bytes:?} by {size}");
            }
        }
        assert_eq!(fed(ImportEncoding::Gb18030, b"a\n\xFF", 1), Err(NotText::Gb18030 { line: 2 }));
    }
}
