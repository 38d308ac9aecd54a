//! `sip:`, `sips:` and `tel:` URIs (RFC 3261 19.1, RFC 3966), borrowed from the message. It resolves no name.

use std::borrow::Cow;
use std::net::IpAddr;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Sip,
    Sips,
    Tel,
    Other,
}

/// A URI split into its parts, each as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uri<'a> {
    pub scheme: Scheme,
    /// User part still escaped, without password; for `tel:` the subscriber number.
    pub user: Option<&'a str>,
    pub password: Option<&'a str>,
    /// Host without IPv6 brackets; empty for `tel:`.
    pub host: &'a str,
    pub port: Option<u16>,
    /// Everything from the first `;`, without it; empty if none.
    pub params: &'a str,
    /// Everything behind `?`; empty if none.
    pub headers: &'a str,
}

impl<'a> Uri<'a> {
    /// `None` when it is no URI of a known form. An unknown scheme gives `Scheme::Other` with everything in `host`.
    pub fn parse(text: &'a str) -> Option<Uri<'a>> {
        let (scheme, rest) = text.trim_ascii().split_once(':')?;
        if rest.is_empty() || rest.bytes().any(|b| b.is_ascii_control() || b == b' ' || b == b'<' || b == b'>') {
            return None;
        }
        let mut chars = scheme.bytes();
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b);
        if !chars.next().is_some_and(|b| b.is_ascii_alphabetic()) || !chars.all(plain) {
            return None;
        }
        if scheme.eq_ignore_ascii_case("sip") {
            Uri::parse_sip(Scheme::Sip, rest)
        } else if scheme.eq_ignore_ascii_case("sips") {
            Uri::parse_sip(Scheme::Sips, rest)
        } else if scheme.eq_ignore_ascii_case("tel") {
            let (number, params) = rest.split_once(';').unwrap_or((rest, ""));
            let dialable = |b: u8| b.is_ascii_hexdigit() || b"+-.()*#".contains(&b);
            (!number.is_empty() && number.bytes().all(dialable)).then_some(Uri {
                scheme: Scheme::Tel,
                user: Some(number),
                password: None,
                host: "",
                port: None,
                params,
                headers: "",
            })
        } else {
            Some(Uri { scheme: Scheme::Other, user: None, password: None, host: rest, port: None, params: "", headers: "" })
        }
    }

    fn parse_sip(scheme: Scheme, rest: &'a str) -> Option<Uri<'a>> {
        // A user part may hold `;`, `?` and `/` unescaped, so it is cut off first (RFC 3261 25.1 user-unreserved).
        let (user, rest) = match rest.rsplit_once('@') {
            Some((user, rest)) => (Some(user), rest),
            None => (None, rest),
        };
        let (rest, headers) = rest.split_once('?').unwrap_or((rest, ""));
        let (hostport, params) = rest.split_once(';').unwrap_or((rest, ""));
        let (host, port) = host_port(hostport)?;
        let (user, password) = match user {
            Some(user) => match user.split_once(':') {
                Some((user, password)) => (Some(user), Some(password)),
                None => (Some(user), None),
            },
            None => (None, None),
        };
        if user.is_some_and(|user| user.is_empty() || user.contains('@')) {
            return None;
        }
        Some(Uri { scheme, user, password, host, port, params, headers })
    }

    /// The user part without escapes and without user parameters (`+358123;npdi` is `+358123`).
    pub fn user_plain(&self) -> Option<Cow<'a, str>> {
        let user = self.user?;
        Some(unescape(user.split_once(';').map_or(user, |(user, _)| user)))
    }

    /// Value of a URI parameter; empty when it has none.
    pub fn param(&self, name: &str) -> Option<&'a str> {
        super::param(self.params, name)
    }

    /// Whether the text is a `sips:` URI.
    pub fn is_sips(text: &str) -> bool {
        Uri::parse(text).is_some_and(|uri| uri.scheme == Scheme::Sips)
    }

    /// The host when it is an address literal.
    pub fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
}

/// `host[:port]` with IPv6 in brackets. `None` when either is malformed.
pub(super) fn host_port(text: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        host.parse::<std::net::Ipv6Addr>().ok()?;
        (host, rest.trim_ascii())
    } else {
        let end = text.find(':').unwrap_or(text.len());
        let (host, rest) = text.split_at(end);
        let host = host.trim_ascii();
        if host.is_empty() || !host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)) {
            return None;
        }
        (host, rest)
    };
    if port.is_empty() {
        return Some((host, None));
    }
    let digits = port.strip_prefix(':')?.trim_ascii();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some((host, Some(digits.parse().ok().filter(|port| *port != 0)?)))
}

/// Replaces `%hh`. Invalid escapes stay as they are; what is no UTF-8 afterwards stays escaped as a whole.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = |b: Option<&u8>| b.and_then(|b| (*b as char).to_digit(16));
        match (*first, hex(tail.first()), hex(tail.get(1))) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(out).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Escapes what may not stand in a user part (RFC 3261 25.1 `unreserved` and `user-unreserved` stay).
pub fn escape_user(text: &str) -> Cow<'_, str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,/".contains(&b);
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for b in text.bytes() {
        if plain(b) {
            out.push(b as char);
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_split_into_their_parts() {
        type Row = (&'static str, Scheme, Option<&'static str>, &'static str, Option<u16>, &'static str, &'static str);
        let table: [Row; 10] = [
            ("sip:alice@example.com", Scheme::Sip, Some("alice"), "example.com", None, "", ""),
            ("SIPS:example.com:5061", Scheme::Sips, None, "example.com", Some(5061), "", ""),
            ("sip:+358%209@[2001:db8::1]:5070;lr?a=b", Scheme::Sip, Some("+358 9"), "2001:db8::1", Some(5070), "lr", "a=b"),
            ("sip:a;b?c/d@h;transport=tcp", Scheme::Sip, Some("a"), "h", None, "transport=tcp", ""),
            ("sip:user:pass@h", Scheme::Sip, Some("user"), "h", None, "", ""),
            ("sip:john.doe@10.0.0.1", Scheme::Sip, Some("john.doe"), "10.0.0.1", None, "", ""),
            ("tel:+1-201-555-0123;phone-context=x", Scheme::Tel, Some("+1-201-555-0123"), "", None, "phone-context=x", ""),
            ("tel:*31#", Scheme::Tel, Some("*31#"), "", None, "", ""),
            ("urn:service:sos", Scheme::Other, None, "service:sos", None, "", ""),
            ("sip:%ff@h", Scheme::Sip, Some("%ff"), "h", None, "", ""),
        ];
        for (text, scheme, user, host, port, params, headers) in table {
            let uri = Uri::parse(text).unwrap();
            let plain = uri.user_plain();
            let got = (uri.scheme, plain.as_deref(), uri.host, uri.port, uri.params, uri.headers);
            assert_eq!(got, (scheme, user, host, port, params, headers), "{text}");
        }
    }

    #[test]
    fn what_is_no_uri_is_none() {
        for text in
            ["", "sip:", "alice", "sip:@h", "sip:a@", "sip:a@h:0", "sip:a@h:99999", "sip:[::1", "sip:a b@c", "1p:x", "tel:", "sip:a@h:x"]
        {
            assert_eq!(Uri::parse(text), None, "{text}");
        }
    }

    #[test]
    fn escaping_is_undone_by_unescaping() {
        for text in ["1234", "*31#", "a b@c", "ä", "%"] {
            assert_eq!(unescape(&escape_user(text)), text);
        }
        assert_eq!(escape_user("#"), "%23");
    }
}
