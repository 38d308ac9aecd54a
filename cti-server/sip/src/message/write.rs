//! Builds messages into one buffer. It decides nothing about what belongs into them.

use super::fields::raw_params;
use super::{Message, Name, Via};
use bytes::Bytes;
use std::fmt::{Display, Write};
use std::net::SocketAddr;

/// One message being written. Values can't break out of their line: control characters become spaces.
#[derive(Clone, Debug)]
pub struct Writer {
    out: String,
}

impl Writer {
    pub fn request(method: &str, uri: &str) -> Writer {
        let mut writer = Writer { out: String::with_capacity(1024) };
        writer.clean(format_args!("{method} {uri} SIP/2.0"));
        writer
    }

    /// `reason`: `None` for the usual phrase.
    pub fn response(code: u16, reason: Option<&str>) -> Writer {
        let mut writer = Writer { out: String::with_capacity(1024) };
        writer.clean(format_args!("SIP/2.0 {code} {}", reason.unwrap_or_else(|| reason_phrase(code))));
        writer
    }

    pub fn header(&mut self, name: &str, value: impl Display) -> &mut Writer {
        self.clean(format_args!("{name}: {value}"));
        self
    }

    /// Lines that were written by a `Writer` or copied by [`Head`], each with its CRLF.
    pub fn lines(&mut self, lines: &str) -> &mut Writer {
        self.out.push_str(lines);
        self
    }

    fn clean(&mut self, line: std::fmt::Arguments<'_>) {
        let from = self.out.len();
        // Writing to a String cannot fail.
        let _ = self.out.write_fmt(line);
        if self.out.as_bytes().iter().skip(from).any(|b| b.is_ascii_control() && *b != b'\t') {
            let cleaned = self.out.split_off(from).replace(|c: char| c.is_ascii_control() && c != '\t', " ");
            self.out.push_str(&cleaned);
        }
        self.out.push_str("\r\n");
    }

    /// Adds Content-Length and the body with its type.
    pub fn finish(mut self, body: Option<(&str, &[u8])>) -> Bytes {
        match body {
            Some((kind, body)) if !body.is_empty() => {
                self.header("Content-Type", kind).header("Content-Length", body.len());
                self.out.push_str("\r\n");
                let mut bytes = self.out.into_bytes();
                bytes.extend_from_slice(body);
                bytes.into()
            }
            _ => {
                self.out.push_str("Content-Length: 0\r\n\r\n");
                self.out.into_bytes().into()
            }
        }
    }
}

/// What every response to one request repeats (RFC 3261 8.2.6.2): all Via, From, To with our tag, Call-ID, CSeq.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    text: String,
    /// Record-Route lines, for responses that make a dialog (RFC 3261 12.1.1).
    record_route: String,
    /// The request asked for TLS on every hop.
    sips: bool,
}

impl Head {
    /// `source` is where the request came from, for `received` and `rport`; `tag` is put into To unless it has one.
    pub fn of(request: &Message, source: SocketAddr, tag: Option<&str>) -> Head {
        let mut text = String::with_capacity(512);
        for (index, via) in request.values(Name::Via).enumerate() {
            text.push_str("Via: ");
            match Via::parse(via) {
                Some(parsed) if index == 0 => write_received(&mut text, via, &parsed, source),
                _ => text.push_str(via),
            }
            text.push_str("\r\n");
        }
        for name in [Name::From, Name::To, Name::CallId, Name::CSeq] {
            let Some(value) = request.get(name) else { continue };
            text.extend([name.as_str(), ": ", value]);
            if let (Name::To, Some(tag)) = (name, tag) {
                if request.to().is_none_or(|to| to.tag().is_none()) {
                    text.extend([";tag=", tag]);
                }
            }
            text.push_str("\r\n");
        }
        let mut record_route = String::new();
        for line in request.lines(Name::RecordRoute) {
            record_route.extend(["Record-Route: ", line, "\r\n"]);
        }
        Head { text, record_route, sips: wants_sips(request) }
    }

    /// Whether our Contact in an answer must be a `sips:` URI.
    pub(crate) fn is_sips(&self) -> bool {
        self.sips
    }

    /// A response begun with these lines; `dialog` adds Record-Route.
    pub fn response(&self, code: u16, reason: Option<&str>, dialog: bool) -> Writer {
        let mut writer = Writer::response(code, reason);
        writer.lines(&self.text);
        if dialog {
            writer.lines(&self.record_route);
        }
        writer
    }
}

/// RFC 3261 12.1.1: the Request-URI, or the top Record-Route, or without one the Contact is a `sips:` URI.
pub(crate) fn wants_sips(request: &Message) -> bool {
    let next =
        request.values(Name::RecordRoute).next().and_then(super::NameAddr::parse).map(|route| route.uri).or_else(|| request.contact());
    super::Uri::is_sips(request.request_uri()) || next.is_some_and(super::Uri::is_sips)
}

/// RFC 3261 18.2.1 and RFC 3581 4: where the request really came from.
fn write_received(out: &mut String, text: &str, via: &Via<'_>, source: SocketAddr) {
    let sent_by = text.split_once(';').map_or(text, |(sent_by, _)| sent_by);
    out.push_str(sent_by.trim_ascii_end());
    let rport = via.wants_rport();
    for param in raw_params(via.params) {
        let name = param.split_once('=').map_or(param, |(name, _)| name).trim_ascii();
        if !name.eq_ignore_ascii_case("received") && !name.eq_ignore_ascii_case("rport") {
            out.extend([";", param]);
        }
    }
    let ip = source.ip().to_canonical();
    if rport || via.host.parse() != Ok(ip) {
        let _ = write!(out, ";received={ip}");
    }
    if rport {
        let _ = write!(out, ";rport={}", source.port());
    }
}

/// The usual reason phrase (RFC 3261 21 and later registrations).
pub fn reason_phrase(code: u16) -> &'static str {
    match code {
        100 => "Trying",
        180 => "Ringing",
        181 => "Call Is Being Forwarded",
        182 => "Queued",
        183 => "Session Progress",
        200 => "OK",
        202 => "Accepted",
        302 => "Moved Temporarily",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        410 => "Gone",
        413 => "Request Entity Too Large",
        414 => "Request-URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Unsupported URI Scheme",
        420 => "Bad Extension",
        422 => "Session Interval Too Small",
        423 => "Interval Too Brief",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        482 => "Loop Detected",
        483 => "Too Many Hops",
        484 => "Address Incomplete",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        491 => "Request Pending",
        500 => "Server Internal Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        504 => "Server Time-out",
        505 => "Version Not Supported",
        513 => "Message Too Large",
        600 => "Busy Everywhere",
        603 => "Decline",
        604 => "Does Not Exist Anywhere",
        606 => "Not Acceptable",
        _ => match code / 100 {
            1 => "Session Progress",
            2 => "OK",
            3 => "Redirection",
            4 => "Request Failure",
            5 => "Server Failure",
            _ => "Global Failure",
        },
    }
}
