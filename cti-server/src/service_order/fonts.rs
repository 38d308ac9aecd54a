//! Two typefaces every reader of PDF has without their being in the file: Helvetica for what WinAnsi holds, STSong-Light with the
//! character map UniGB-UCS2-H for the rest (ISO 32000-1 9.6.2.2, 9.7.5.2). Which character is drawn by which, and how wide it is. Pure.

/// Helvetica's widths in thousandths of the size, from code 32 (Adobe Font Metrics; codes without a character: 350, as the bullet).
const WIDTHS: [u16; 224] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278,
    278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722,
    667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556,
    556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, 350, 556, 350, 222, 556, 333, 1000, 556, 556, 333, 1000, 667,
    333, 1000, 350, 611, 350, 350, 222, 222, 333, 333, 350, 556, 1000, 333, 1000, 500, 333, 944, 350, 500, 667, 278, 333, 556, 556, 556,
    556, 260, 556, 333, 737, 370, 556, 584, 333, 737, 333, 400, 584, 333, 333, 333, 556, 537, 278, 333, 333, 365, 556, 834, 834, 834, 611,
    667, 667, 667, 667, 667, 667, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278, 722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722,
    722, 722, 667, 667, 611, 556, 556, 556, 556, 556, 556, 889, 500, 556, 556, 556, 556, 278, 278, 278, 278, 556, 556, 556, 556, 556, 556,
    556, 584, 611, 556, 556, 556, 556, 500, 556, 500,
];

/// WinAnsi's codes 128 to 159; a blank where there is none.
const HIGH: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/// Letters of Latin Extended-A, U+0100 to U+017F, that neither typeface has, as the letters they are read as without their marks.
const PLAIN: &str =
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiJjJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOERrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    /// One byte a character.
    Latin,
    /// Two bytes a character, each as wide as it is high.
    Chinese,
}

/// How a character is written and how wide it is, in thousandths of the size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Glyph {
    pub(super) face: Face,
    pub(super) code: u16,
    pub(super) width: u16,
}

fn win_ansi(c: char) -> Option<u8> {
    match c {
        ' '..='~' | '\u{A0}'..='\u{FF}' => u8::try_from(u32::from(c)).ok(),
        _ => HIGH.chars().position(|high| high == c && high != ' ').and_then(|at| u8::try_from(at + 128).ok()),
    }
}

fn latin(code: u8) -> Glyph {
    let width = WIDTHS.get(usize::from(code).saturating_sub(32)).copied().unwrap_or(556);
    Glyph { face: Face::Latin, code: u16::from(code), width }
}

/// The glyph of a character that [`clean`] has let through.
pub(super) fn glyph(c: char) -> Glyph {
    if let Some(code) = win_ansi(c) {
        return latin(code);
    }
    if ('\u{100}'..='\u{17F}').contains(&c) {
        let plain = PLAIN.as_bytes().get(u32::from(c) as usize - 0x100).copied();
        return latin(plain.unwrap_or(b'?'));
    }
    // Beyond the first plane UCS-2 has no code: an empty square.
    Glyph { face: Face::Chinese, code: u16::try_from(u32::from(c)).unwrap_or(0x25A1), width: 1000 }
}

/// Text as it may be printed: line breaks are kept, tabs are blanks; other control characters and what changes the direction of writing or
/// is drawn as nothing is left out.
pub(super) fn clean(text: &str) -> String {
    let kept = |c: char| match c {
        '\n' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\t' => Some(' '),
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' => {
            None
        }
        c if c.is_control() => None,
        c => Some(c),
    };
    text.chars().filter_map(kept).collect()
}

/// How wide a text is at this size, in points.
pub(super) fn width(text: &str, size: f32) -> f32 {
    text.chars().map(|c| f32::from(glyph(c).width)).sum::<f32>() * size / 1000.0
}

/// Marks that do not begin a line, and those that do not end one (GB/T 15834).
const NOT_FIRST: &str = "，。、；：？！）》」』】〉”’…";
const NOT_LAST: &str = "（《「『【〈“‘";

/// Whether a line may end between two characters.
fn may_break(before: char, after: char) -> bool {
    if after == ' ' || NOT_FIRST.contains(after) || NOT_LAST.contains(before) {
        return false;
    }
    let chinese = |c| glyph(c).face == Face::Chinese;
    before == ' ' || before == '-' || chinese(before) || chinese(after)
}

/// The text in lines no wider than `most`, in points. Words are kept whole where they fit on a line.
pub(super) fn wrap(text: &str, size: f32, most: f32) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for piece in pieces(paragraph) {
            if !line.is_empty() && width(line.as_str(), size) + width(piece.trim_end(), size) > most {
                lines.push(std::mem::take(&mut line));
            }
            for c in piece.chars() {
                // A word longer than a line is cut.
                if c != ' ' && !line.is_empty() && width(&line, size) + width(c.encode_utf8(&mut [0; 4]), size) > most {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(c);
            }
        }
        lines.push(line);
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

/// A paragraph in pieces between which a line may end.
fn pieces(paragraph: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut begin, mut before) = (0, None);
    for (at, c) in paragraph.char_indices() {
        if before.is_some_and(|before| may_break(before, c)) {
            out.extend(paragraph.get(begin..at));
            begin = at;
        }
        before = Some(c);
    }
    out.extend(paragraph.get(begin..));
    out
}

/// The characters of a line as runs of one typeface, in the bytes a PDF string has.
pub(super) fn runs(line: &str) -> Vec<(Face, Vec<u8>)> {
    let mut out: Vec<(Face, Vec<u8>)> = Vec::new();
    for c in line.chars() {
        let Glyph { face, code, .. } = glyph(c);
        let [high, low] = code.to_be_bytes();
        let bytes: &[u8] = match face {
            Face::Latin => &[low],
            Face::Chinese => &[high, low],
        };
        match out.last_mut().filter(|(last, _)| *last == face) {
            Some((_, run)) => run.extend_from_slice(bytes),
            None => out.push((face, bytes.to_vec())),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole() {
        assert_eq!((HIGH.chars().count(), PLAIN.len()), (32, 128));
        let table =
            [(' ', 278), ('A', 667), ('i', 222), ('W', 944), ('~', 584), ('€', 556), ('“', 333), ('ß', 611), ('ÿ', 500), ('é', 556)];
        for (c, expected) in table {
            assert_eq!(glyph(c).width, expected, "{c}");
        }
    }

    #[test]
    fn each_character_has_its_typeface_and_code() {
        let table = [
            ('A', Face::Latin, 0x41),
            ('ü', Face::Latin, 0xFC),
            ('€', Face::Latin, 0x80),
            ('Ÿ', Face::Latin, 0x9F),
            ('Ł', Face::Latin, 0x4C),
            ('ž', Face::Latin, 0x9E),
            ('ő', Face::Latin, 0x6F),
            ('中', Face::Chinese, 0x4E2D),
            ('Ж', Face::Chinese, 0x0416),
            ('，', Face::Chinese, 0xFF0C),
            ('😀', Face::Chinese, 0x25A1),
        ];
        for (c, face, code) in table {
            let glyph = glyph(c);
            assert_eq!((glyph.face, glyph.code), (face, code), "{c}");
        }
        assert_eq!(runs("ab中c"), [(Face::Latin, b"ab".to_vec()), (Face::Chinese, vec![0x4E, 0x2D]), (Face::Latin, b"c".to_vec())]);
    }

    #[test]
    fn what_is_no_text_is_left_out() {
        assert_eq!(clean("a\u{0}b\u{7}\u{1b}[2J\tc\nd\r\u{202E}e\u{200B}\u{FEFF}f\u{2028}g\u{85}"), "ab[2J c\ndef\ng");
    }

    #[test]
    fn lines_are_no_wider_than_they_may_be_and_lose_nothing() {
        let long =
            "The quick brown fox jumps over the lazy dog. ".repeat(5) + &"W".repeat(200) + "敏捷的棕色狐狸跳过了懒狗。".repeat(9).as_str();
        for most in [60.0, 100.0, 333.0] {
            let lines = wrap(&long, 10.0, most);
            assert!(lines.len() > 3);
            for line in &lines {
                // One mark may hang over where it must not begin the next line.
                assert!(width(line, 10.0) <= most, "{line}");
            }
            let squeezed = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            assert_eq!(squeezed(&lines.concat()), squeezed(&long));
        }
    }

    #[test]
    fn words_stay_whole_and_marks_stay_with_what_they_follow() {
        assert_eq!(wrap("one two three", 10.0, width("one two", 10.0)), ["one two", "three"]);
        assert_eq!(wrap("a\n\nb", 10.0, 100.0), ["a", "", "b"]);
        assert_eq!(wrap("中文字，好", 10.0, 30.0), ["中文", "字，好"]);
        assert_eq!(wrap("", 10.0, 100.0), [""]);
        assert_eq!(wrap("x", 10.0, 1.0), ["x"]);
    }
}
