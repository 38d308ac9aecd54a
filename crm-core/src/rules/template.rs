//! Texts with placeholders: `Good day {card.name}`. What is put in is plain text and cannot become anything else. Pure.

use super::facts::Facts;

/// Characters of one value that are put in.
const VALUE_MAX: usize = 200;
/// Stands for what is not known.
const UNKNOWN: &str = "…";

/// What the text is for: how a value's own characters are kept from meaning something in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// Shown as it is.
    Plain,
    /// Markdown (CommonMark 2.4: a backslash before ASCII punctuation).
    Markdown,
}

/// A part of a text.
enum Part<'a> {
    Text(&'a str),
    Fact(&'a str),
}

/// The names in a text.
///
/// # Errors
/// How to mend a brace that is not closed or holds no name. `{{` and `}}` are braces.
pub fn names(text: &str) -> Result<Vec<&str>, String> {
    let parts = parts(text)?;
    Ok(parts.into_iter().filter_map(|part| if let Part::Fact(name) = part { Some(name) } else { None }).collect())
}

/// The text with its facts put in; what is not known shows as `…`. A text that is wrong comes back as it is.
pub fn render(text: &str, facts: &Facts, purpose: For) -> String {
    let Ok(parts) = parts(text) else { return text.to_owned() };
    let mut out = String::with_capacity(text.len());
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Fact(name) => match facts.get(name) {
                Some(fact) => put(&fact.shown(), purpose, &mut out),
                None => out.push_str(UNKNOWN),
            },
        }
    }
    out
}

fn put(value: &str, purpose: For, out: &mut String) {
    for c in value.chars().take(VALUE_MAX) {
        // A line break would begin something new.
        let c = if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
        if purpose == For::Markdown && c.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(c);
    }
}

fn parts(text: &str) -> Result<Vec<Part<'_>>, String> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        out.push(Part::Text(before));
        if let Some(after) = from.strip_prefix("{{") {
            out.push(Part::Text("{"));
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            out.push(Part::Text("}"));
            rest = after;
        } else if let Some((name, after)) = from.strip_prefix('{').and_then(|from| from.split_once('}')) {
            if !super::condition::is_name(name) {
                return Err("put the name of a fact such as card.name between braces; write {{ for a brace".to_owned());
            }
            out.push(Part::Fact(name));
            rest = after;
        } else {
            return Err("close the brace, or write {{ or }} for one".to_owned());
        }
    }
    out.push(Part::Text(rest));
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_put_in_and_mean_nothing_there() {
        let mut facts = Facts::default();
        facts.set("card.name", "<b>[Ann](x)\n# {card.tier}");
        facts.set("card.tier", "gold");
        facts.set("items.count", 2_i64);
        let table = [
            ("Hello {card.tier}, {items.count} open", For::Plain, "Hello gold, 2 open"),
            ("{card.name}", For::Plain, "<b>[Ann](x) # {card.tier}"),
            ("{card.name}", For::Markdown, "\\<b\\>\\[Ann\\]\\(x\\) \\# \\{card\\.tier\\}"),
            ("{{{card.tier}}}", For::Plain, "{gold}"),
            ("{ivr.account}?", For::Plain, "…?"),
            ("", For::Plain, ""),
        ];
        for (text, purpose, expected) in table {
            assert_eq!(render(text, &facts, purpose), expected, "{text}");
        }
    }

    #[test]
    fn a_brace_that_is_wrong_is_named() {
        for text in ["{", "}", "{card.name", "{}", "{card name}", "{name}", "{card..x}"] {
            assert!(names(text).is_err(), "{text}");
        }
        assert_eq!(names("{card.name} {{x}} {answers.budget}").unwrap(), ["card.name", "answers.budget"]);
    }
}
