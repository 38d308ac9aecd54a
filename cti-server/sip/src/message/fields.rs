//! Header values read on demand: lists, parameters, addresses, Via, CSeq. Everything borrows from the message.

use super::name::is_token;
use super::uri::host_port;
use super::{Method, Uri};
use std::borrow::Cow;

/// The values of a comma-separated list; commas in quotes and in `<>` don't separate. Empty values are left out.
#[derive(Clone, Debug)]
pub struct Values<'a> {
    rest: &'a str,
}

impl<'a> Values<'a> {
    pub fn new(text: &'a str) -> Values<'a> {
        Values { rest: text }
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = &'a str;
    fn next(&mut self) -> Option<&'a str> {
        while !self.rest.is_empty() {
            let end = find_outside(self.rest, b',').unwrap_or(self.rest.len());
            let (value, rest) = self.rest.split_at(end);
            self.rest = rest.get(1..).unwrap_or_default();
            let value = value.trim_ascii();
            if !value.is_empty() {
                return Some(value);
            }
        }
        None
    }
}

/// Where `wanted` first stands outside of quotes and angle brackets.
fn find_outside(text: &str, wanted: u8) -> Option<usize> {
    let (mut quoted, mut escaped, mut angle) = (false, false, false);
    for (at, b) in text.bytes().enumerate() {
        if escaped {
            escaped = false;
        } else if quoted {
            match b {
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
        } else if b == wanted && !angle {
            return Some(at);
        } else {
            match b {
                b'"' => quoted = true,
                b'<' => angle = true,
                b'>' => angle = false,
                _ => {}
            }
        }
    }
    None
}

/// `;name=value` parameters, given without the first `;`. Values lose their quotes but keep inner escapes.
#[derive(Clone, Debug)]
pub struct Params<'a> {
    rest: &'a str,
}

impl<'a> Params<'a> {
    pub fn new(text: &'a str) -> Params<'a> {
        Params { rest: text }
    }
}

impl<'a> Iterator for Params<'a> {
    type Item = (&'a str, Option<&'a str>);
    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let end = find_outside(self.rest, b';').unwrap_or(self.rest.len());
            let (param, rest) = self.rest.split_at(end);
            self.rest = rest.get(1..).unwrap_or_default();
            let param = param.trim_ascii();
            if param.is_empty() {
                continue;
            }
            return Some(match param.split_once('=') {
                Some((name, value)) => (name.trim_ascii_end(), Some(unquote(value.trim_ascii()))),
                None => (param, None),
            });
        }
        None
    }
}

/// The parameters as written, quotes and all.
pub(super) fn raw_params(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        while !text.is_empty() {
            let (param, rest) = text.split_at(find_outside(text, b';').unwrap_or(text.len()));
            text = rest.get(1..).unwrap_or_default();
            if !param.trim_ascii().is_empty() {
                return Some(param.trim_ascii());
            }
        }
        None
    })
}

/// Value of the first parameter of that name, empty when it has none; `None` when it is not there.
pub fn param<'a>(params: &'a str, name: &str) -> Option<&'a str> {
    Params::new(params).find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.unwrap_or_default())
}

/// Takes the quotes off, if it has both.
pub(crate) fn unquote(text: &str) -> &str {
    text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text)
}

/// From, To, Contact, Route and their like: `"name" <uri>;params` or `uri;params`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameAddr<'a> {
    display: &'a str,
    pub uri: &'a str,
    /// Header parameters without the first `;`.
    pub params: &'a str,
}

impl<'a> NameAddr<'a> {
    /// `None` when it is malformed. The URI itself is not looked into.
    pub fn parse(text: &'a str) -> Option<NameAddr<'a>> {
        let text = text.trim_ascii();
        let angle = match text.strip_prefix('"') {
            Some(_) => Some(end_of_quoted(text)? + text.get(end_of_quoted(text)?..)?.find('<')?),
            None => text.find('<'),
        };
        let Some(angle) = angle else {
            // RFC 3261 20: without brackets all parameters belong to the header.
            let (uri, params) = text.split_once(';').unwrap_or((text, ""));
            let uri = uri.trim_ascii();
            return (!uri.is_empty() && !uri.contains([' ', '"', '>'])).then_some(NameAddr { display: "", uri, params });
        };
        let (display, rest) = text.split_at(angle);
        let (uri, rest) = rest.get(1..)?.split_once('>')?;
        let rest = rest.trim_ascii();
        let params = if rest.is_empty() { "" } else { rest.strip_prefix(';')? };
        let uri = uri.trim_ascii();
        (!uri.is_empty()).then_some(NameAddr { display: display.trim_ascii(), uri, params })
    }

    /// The display name without quotes and escapes; `None` when empty.
    pub fn display(&self) -> Option<Cow<'a, str>> {
        let inner = unquote(self.display);
        if inner.trim_ascii().is_empty() {
            return None;
        }
        if inner.len() == self.display.len() || !inner.contains('\\') {
            return Some(Cow::Borrowed(inner));
        }
        let mut out = String::with_capacity(inner.len());
        let mut chars = inner.chars();
        while let Some(c) = chars.next() {
            out.push(if c == '\\' { chars.next().unwrap_or('\\') } else { c });
        }
        Some(Cow::Owned(out))
    }

    pub fn tag(&self) -> Option<&'a str> {
        param(self.params, "tag").filter(|tag| !tag.is_empty())
    }

    pub fn param(&self, name: &str) -> Option<&'a str> {
        param(self.params, name)
    }

    pub fn parsed_uri(&self) -> Option<Uri<'a>> {
        Uri::parse(self.uri)
    }
}

/// Index behind the closing quote of a text that begins with one.
fn end_of_quoted(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, b) in text.bytes().enumerate().skip(1) {
        match b {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Command sequence number and method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CSeq {
    /// Below 2^31 (RFC 3261 8.1.1.5).
    pub number: u32,
    pub method: Method,
}

impl CSeq {
    pub fn parse(text: &str) -> Option<CSeq> {
        let (number, method) = text.split_once([' ', '\t'])?;
        let method = method.trim_ascii();
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) || method.is_empty() || !method.bytes().all(is_token) {
            return None;
        }
        let number = number.parse().ok().filter(|n: &u32| *n < 1 << 31)?;
        Some(CSeq { number, method: Method::of(method) })
    }

    /// The method as written.
    pub fn method_text(text: &str) -> &str {
        text.split_once([' ', '\t']).map_or("", |(_, method)| method.trim_ascii())
    }
}

/// One Via value (RFC 3261 20.42).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Via<'a> {
    /// `UDP`, `TCP`, … as written.
    pub transport: &'a str,
    /// Host without IPv6 brackets.
    pub host: &'a str,
    pub port: Option<u16>,
    pub params: &'a str,
}

impl<'a> Via<'a> {
    pub fn parse(text: &'a str) -> Option<Via<'a>> {
        let (protocol, rest) = text.split_once('/')?;
        let (version, rest) = rest.split_once('/')?;
        let rest = rest.trim_ascii_start();
        let (transport, rest) = rest.split_at(rest.find([' ', '\t'])?);
        let sip = protocol.trim_ascii().eq_ignore_ascii_case("SIP") && version.trim_ascii() == "2.0";
        if !sip || transport.is_empty() || !transport.bytes().all(is_token) {
            return None;
        }
        let (sent_by, params) = rest.split_once(';').unwrap_or((rest, ""));
        let (host, port) = host_port(sent_by.trim_ascii())?;
        Some(Via { transport, host, port, params })
    }

    pub fn branch(&self) -> Option<&'a str> {
        param(self.params, "branch").filter(|b| !b.is_empty())
    }

    /// Whether the sender asks for RFC 3581: answer to the source port.
    pub fn wants_rport(&self) -> bool {
        param(self.params, "rport").is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_split_at_commas_outside_of_quotes_and_brackets() {
        let list = r#" "Doe, \"J\"" <sip:a,b@c>;q=1 ,, <sip:d>,"x<y" <sip:e> "#;
        let values: Vec<_> = Values::new(list).collect();
        assert_eq!(values, [r#""Doe, \"J\"" <sip:a,b@c>;q=1"#, "<sip:d>", r#""x<y" <sip:e>"#]);
    }

    #[test]
    fn addresses_are_read_in_every_form() {
        type Row = (&'static str, Option<&'static str>, &'static str, Option<&'static str>);
        let table: [Row; 7] = [
            (r#""J \"R\" \\ <x>" <sip:a@b;p>;tag=1"#, Some(r#"J "R" \ <x>"#), "sip:a@b;p", Some("1")),
            ("Anna K <sip:a@b> ; tag = x", Some("Anna K"), "sip:a@b", Some("x")),
            ("<sip:a@b>", None, "sip:a@b", None),
            ("sip:a@b;tag=7", None, "sip:a@b", Some("7")),
            (r#""" <sip:a@b>;x="y;tag=no";tag=z"#, None, "sip:a@b", Some("z")),
            ("tel:+1-2;tag=t", None, "tel:+1-2", Some("t")),
            ("Ä Ö <sip:a@b>", Some("Ä Ö"), "sip:a@b", None),
        ];
        for (text, display, uri, tag) in table {
            let parsed = NameAddr::parse(text).unwrap();
            assert_eq!((parsed.display().as_deref(), parsed.uri, parsed.tag()), (display, uri, tag), "{text}");
        }
        for text in ["", "<>", "<sip:a", r#""open <sip:a>"#, "<sip:a> x", "a b"] {
            assert_eq!(NameAddr::parse(text), None, "{text}");
        }
    }

    #[test]
    fn via_is_read_with_odd_spacing_and_ipv6() {
        let via = Via::parse("SIP / 2.0 / UDP  [2001:db8::9]:5070 ;rport;branch=z9hG4bK1").unwrap();
        assert_eq!(
            (via.transport, via.host, via.port, via.branch(), via.wants_rport()),
            ("UDP", "2001:db8::9", Some(5070), Some("z9hG4bK1"), true)
        );
        for text in ["", "SIP/2.0/UDP", "SIP/3.0/UDP h", "HTTP/2.0/UDP h", "SIP/2.0/UDP h:0", "SIP/2.0/UDP ;branch=x"] {
            assert_eq!(Via::parse(text), None, "{text}");
        }
    }

    #[test]
    fn cseq_is_a_number_below_2_to_31_and_a_method() {
        assert_eq!(CSeq::parse("0009  INVITE"), Some(CSeq { number: 9, method: Method::Invite }));
        assert_eq!(CSeq::parse("2147483647 X"), Some(CSeq { number: 2_147_483_647, method: Method::Other }));
        for text in ["", "1", "2147483648 INVITE", "-1 INVITE", "+1 INVITE", "x INVITE", "1 IN VITE"] {
            assert_eq!(CSeq::parse(text), None, "{text}");
        }
    }
}
