//! Texts with gaps: `Dear {{customer.name}}`. What is put in is never read again, so a customer's name cannot open a gap of its own;
//! for HTML everything is escaped. Pure.

use std::collections::BTreeMap;

/// What there is to put in.
pub const GAPS: &[&str] = &[
    "agent.name",
    "contact",
    "customer.company",
    "customer.name",
    "ticket.number",
    "ticket.priority",
    "ticket.status",
    "ticket.title",
    "today",
];

/// How the text is to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Plain,
    /// As the content of an element: markup escaped, line breaks as `<br>`.
    Html,
}

/// A piece of a template.
enum Piece<'a> {
    Text(&'a str),
    Gap(&'a str),
}

/// Braces that do not close are text.
fn pieces(mut rest: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else { break };
        out.push(Piece::Text(before));
        out.push(Piece::Gap(name.trim()));
        rest = after;
    }
    out.push(Piece::Text(rest));
    out
}

/// The first gap there is nothing for.
pub fn unknown(template: &str) -> Option<&str> {
    pieces(template).into_iter().find_map(|piece| match piece {
        Piece::Gap(name) if !GAPS.contains(&name) => Some(name),
        Piece::Gap(_) | Piece::Text(_) => None,
    })
}

/// The template with its gaps filled; one without a value stays empty.
pub fn render(template: &str, values: &BTreeMap<&str, String>, form: Form) -> String {
    let mut out = String::with_capacity(template.len());
    for piece in pieces(template) {
        let text = match piece {
            Piece::Text(text) => text,
            Piece::Gap(name) => values.get(name).map_or("", String::as_str),
        };
        match form {
            Form::Plain => out.push_str(text),
            Form::Html => escape(text, &mut out),
        }
    }
    out
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("<br>\n"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_once_and_html_is_escaped() {
        let values =
            BTreeMap::from([("customer.name", "<b>{{ticket.title}}</b> & \"Söhne\"".to_owned()), ("ticket.number", "42".to_owned())]);
        let table = [
            ("No. {{ticket.number}}", Form::Plain, "No. 42"),
            ("{{ ticket.number }}{{today}}.", Form::Plain, "42."),
            ("Dear {{customer.name}}!", Form::Plain, "Dear <b>{{ticket.title}}</b> & \"Söhne\"!"),
            ("<{{customer.name}}>\nx", Form::Html, "&lt;&lt;b&gt;{{ticket.title}}&lt;/b&gt; &amp; &quot;Söhne&quot;&gt;<br>\nx"),
            ("{{ never closed", Form::Plain, "{{ never closed"),
            ("}} {{nonsense}}", Form::Plain, "}} "),
        ];
        for (template, form, expected) in table {
            assert_eq!(render(template, &values, form), expected, "{template}");
        }
    }

    #[test]
    fn a_gap_there_is_nothing_for_is_named() {
        assert_eq!(unknown("Dear {{customer.name}}, {{customer.password}}"), Some("customer.password"));
        assert_eq!(unknown("{{today}} {{ agent.name }} {"), None);
    }
}
