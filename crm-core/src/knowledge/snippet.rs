//! The piece of a text that shows why it was found, with the places of what was looked for. Positions, not markup: screens draw the marks.

use super::tokens::{Token, tokens};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Characters of a snippet.
pub const SNIPPET_MAX: usize = 160;
/// Characters shown before the first hit, where there are as many.
const BEFORE: usize = 30;
/// Marked places of one text; further ones stay unmarked.
const MARKS_MAX: usize = 50;

/// A marked place: characters (Unicode scalar values) from the beginning of the text, `to` behind the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TextMark)]
pub struct Mark {
    pub from: usize,
    pub to: usize,
}

/// A text with marked places, in their order and apart from each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MarkedText)]
pub struct Marked {
    /// Plain text: to be shown as it is, never as Markdown or HTML.
    pub text: String,
    pub marks: Vec<Mark>,
    /// There is more of it before or behind.
    pub cut_before: bool,
    pub cut_after: bool,
}

/// The whole text, on one line.
pub fn whole(text: &str, wanted: &BTreeSet<&str>) -> Marked {
    let line = one_line(text);
    let hits = hits(&line, wanted);
    let end = line.chars().count();
    piece(&line, &hits, 0, end)
}

/// The piece of at most [`SNIPPET_MAX`] characters with the most different words of those wanted; the beginning when there are none.
pub fn snippet(text: &str, wanted: &BTreeSet<&str>) -> Marked {
    let line = one_line(text);
    let hits = hits(&line, wanted);
    let end = line.chars().count();
    let from = best_start(&line, &hits, end);
    piece(&line, &hits, from, (from + SNIPPET_MAX).min(end))
}

/// Every character keeps its place, so that marks fit both forms.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }).collect()
}

fn hits(line: &str, wanted: &BTreeSet<&str>) -> Vec<Token> {
    tokens(line).into_iter().filter(|token| wanted.contains(token.text.as_str())).collect()
}

fn best_start(line: &str, hits: &[Token], end: usize) -> usize {
    let mut best = (0, 0);
    for (at, hit) in hits.iter().enumerate() {
        let room = hit.from.saturating_sub(BEFORE) + SNIPPET_MAX;
        let within = hits.iter().skip(at).take_while(|other| other.to <= room);
        let different = within.map(|other| other.text.as_str()).collect::<BTreeSet<_>>().len();
        if different > best.0 {
            best = (different, hit.from);
        }
    }
    // At the end of the text there is room for more before it.
    let from = best.1.saturating_sub(BEFORE).min(end.saturating_sub(SNIPPET_MAX));
    if from == 0 {
        return 0;
    }
    // Not in the middle of a word, where a space is near.
    let space = line.chars().skip(from).take(BEFORE / 2).position(char::is_whitespace);
    space.map_or(from, |after| (from + after + 1).min(best.1.max(from)))
}

fn piece(line: &str, hits: &[Token], from: usize, to: usize) -> Marked {
    let text: String = line.chars().skip(from).take(to.saturating_sub(from)).collect();
    let mut marks: Vec<Mark> = Vec::new();
    let mut places: Vec<(usize, usize)> = hits.iter().map(|hit| (hit.from, hit.to)).collect();
    places.sort_unstable();
    for (start, end) in places.into_iter().filter(|(start, end)| *start >= from && *end <= to) {
        let mark = Mark { from: start - from, to: end - from };
        // Pairs of Chinese characters overlap: one mark for all that hang together.
        if let Some(last) = marks.last_mut().filter(|last| mark.from <= last.to) {
            last.to = last.to.max(mark.to);
        } else if marks.len() < MARKS_MAX {
            marks.push(mark);
        } else {
            break;
        }
    }
    Marked { text, marks, cut_before: from > 0, cut_after: to < line.chars().count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(marked: &Marked) -> String {
        let mut out = String::new();
        for (at, c) in marked.text.chars().enumerate() {
            if marked.marks.iter().any(|mark| mark.from == at) {
                out.push('[');
            }
            out.push(c);
            if marked.marks.iter().any(|mark| mark.to == at + 1) {
                out.push(']');
            }
        }
        out
    }

    #[test]
    fn what_was_looked_for_is_marked_in_either_language() {
        let table: [(&str, &[&str], &str); 5] = [
            ("Reset the password", &["password", "reset"], "[Reset] the [password]"),
            ("Zoë's\ncafé", &["zoe"], "[Zoë's] café"),
            ("请重置密码后登录", &["重置", "置密", "密码"], "请[重置密码]后登录"),
            ("nothing here", &["password"], "nothing here"),
            ("", &["x"], ""),
        ];
        for (text, wanted, expected) in table {
            let wanted = wanted.iter().copied().collect();
            assert_eq!(shown(&whole(text, &wanted)), expected);
            assert_eq!(shown(&snippet(text, &wanted)), expected);
        }
    }

    #[test]
    fn a_snippet_is_where_most_different_words_stand_together() {
        let text = format!("password {} Then the password can be reset here. {}", "filler ".repeat(60), "more ".repeat(60));
        let found = snippet(&text, &["password", "reset"].into());
        assert!(shown(&found).contains("Then the [password] can be [reset] here."), "{found:?}");
        assert!(found.cut_before && found.cut_after);
        assert!(found.text.chars().count() <= SNIPPET_MAX);
    }

    #[test]
    fn marks_lie_within_the_text_whatever_it_is() {
        let texts = ["a ".repeat(500), "密码".repeat(400), "\0\u{7}password\r\n".repeat(40), "😀password👩‍👩‍👧".repeat(30), "p".repeat(3_000)];
        for text in texts {
            for marked in [whole(&text, &["password", "密码", "a"].into()), snippet(&text, &["password", "密码", "a"].into())] {
                let length = marked.text.chars().count();
                assert!(marked.marks.iter().all(|mark| mark.from < mark.to && mark.to <= length), "{marked:?}");
                assert!(marked.marks.windows(2).all(|pair| pair[0].to < pair[1].from), "{marked:?}");
                assert!(!marked.text.chars().any(char::is_control));
            }
        }
    }
}
