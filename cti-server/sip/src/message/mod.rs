//! Bytes ↔ message: an index over the text, values read only when asked for. It judges nothing ([`check`] does).
//!
//! Parsing never panics and keeps whatever it doesn't know as it came. What breaks the grammar but can still be
//! answered is remembered as a [`Defect`]; only what cannot be answered at all is an [`enum@Error`].

mod body;
pub mod check;
mod fields;
mod name;
mod refer;
mod uri;
mod write;

pub use body::{Digit, Sdp, digit, sdp_of};
pub(crate) use fields::unquote;
pub use fields::{CSeq, NameAddr, Params, Values, Via, param};
pub use name::{Method, Name, is_header_name};
pub use refer::{ReferTo, Replaces};
pub use uri::{Scheme, Uri, escape_user, unescape};
pub(crate) use write::wants_sips;
pub use write::{Head, Writer, reason_phrase};

use bytes::Bytes;
use thiserror::Error;

/// Longest start line and headers together; more is [`Error::TooLong`].
pub const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Most header lines; more is a [`Defect`].
pub const HEADERS_MAX: usize = 256;
/// Longest Request-URI; more is answered 414.
pub const URI_BYTES_MAX: usize = 2048;

/// Bytes that are not a SIP message, or nothing one could answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Error {
    #[error("no complete head: no start line, or no empty line after the headers")]
    Incomplete,
    #[error("the head is longer than {HEAD_BYTES_MAX} bytes")]
    TooLong,
    #[error("the start line is neither a SIP request nor a SIP response")]
    StartLine,
}

/// A fault that spoils the message but leaves it answerable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// A line is no `name: value`.
    HeaderLine,
    /// A NUL or a bare CR in the head.
    Control,
    TooManyHeaders,
    /// The Request-URI holds white space or is empty.
    RequestUri,
    /// The body is shorter than Content-Length says (RFC 3261 18.3), or Content-Length is no number.
    ContentLength,
    /// Not `SIP/2.0`.
    Version,
}

/// Part of the head.
type Span = (u32, u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    Request { method: Method, name: Span, uri: Span },
    Response { code: u16, reason: Span },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Field {
    name: Name,
    text: Span,
    value: Span,
}

/// One parsed message. Headers are found by scanning the index; a message has a few dozen at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    head: Box<str>,
    start: Start,
    fields: Vec<Field>,
    body: Bytes,
    defect: Option<Defect>,
}

impl Message {
    /// Parses one datagram or one framed message. Bytes behind Content-Length are dropped (RFC 3261 18.3).
    pub fn parse(bytes: &Bytes) -> Result<Message, Error> {
        // RFC 3261 7.5: empty lines before the start line are ignored.
        let skip = bytes.iter().take_while(|b| **b == b'\r' || **b == b'\n').count();
        let whole = bytes.get(skip..).unwrap_or_default();
        let (head_len, body_at) = head_end(whole).ok_or(Error::Incomplete)?;
        if head_len > HEAD_BYTES_MAX {
            return Err(Error::TooLong);
        }
        let mut defect = None;
        let head = head_text(whole.get(..head_len).unwrap_or_default(), &mut defect);
        let mut lines = Lines { text: &head, at: 0 };
        let first = lines.next().ok_or(Error::Incomplete)?;
        let start = start_line(&head, first, &mut defect).ok_or(Error::StartLine)?;
        let mut fields = Vec::with_capacity(20);
        for line in lines {
            if fields.len() >= HEADERS_MAX {
                defect.get_or_insert(Defect::TooManyHeaders);
                break;
            }
            match field(&head, line) {
                Some(field) => fields.push(field),
                None => {
                    defect.get_or_insert(Defect::HeaderLine);
                }
            }
        }
        let body = bytes.slice((skip + body_at).min(bytes.len())..);
        let mut message = Message { head, start, fields, body, defect };
        message.cut_body();
        Ok(message)
    }

    fn cut_body(&mut self) {
        let Some(text) = self.get(Name::ContentLength) else { return };
        match text.parse::<usize>() {
            Ok(length) if length <= self.body.len() && text.bytes().all(|b| b.is_ascii_digit()) => self.body.truncate(length),
            _ => {
                self.defect.get_or_insert(Defect::ContentLength);
            }
        }
    }

    fn text(&self, span: Span) -> &str {
        self.head.get(span.0 as usize..span.1 as usize).unwrap_or_default()
    }

    pub fn is_request(&self) -> bool {
        matches!(self.start, Start::Request { .. })
    }

    /// The method of a request, or for a response the one its CSeq names.
    pub fn method(&self) -> Method {
        match self.start {
            Start::Request { method, .. } => method,
            Start::Response { .. } => self.cseq().map_or(Method::Other, |cseq| cseq.method),
        }
    }

    /// The method of a request as written; empty for a response.
    pub fn method_text(&self) -> &str {
        match self.start {
            Start::Request { name, .. } => self.text(name),
            Start::Response { .. } => "",
        }
    }

    /// The Request-URI as written; empty for a response.
    pub fn request_uri(&self) -> &str {
        match self.start {
            Start::Request { uri, .. } => self.text(uri),
            Start::Response { .. } => "",
        }
    }

    /// Status code of a response; 0 for a request.
    pub fn code(&self) -> u16 {
        match self.start {
            Start::Request { .. } => 0,
            Start::Response { code, .. } => code,
        }
    }

    /// Reason phrase of a response as written; empty for a request.
    pub fn reason_text(&self) -> &str {
        match self.start {
            Start::Request { .. } => "",
            Start::Response { reason, .. } => self.text(reason),
        }
    }

    pub fn defect(&self) -> Option<Defect> {
        self.defect
    }

    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// First value line of a known header.
    pub fn get(&self, name: Name) -> Option<&str> {
        self.fields.iter().find(|f| f.name == name).map(|f| self.text(f.value))
    }

    /// How many lines a known header has.
    pub fn count(&self, name: Name) -> usize {
        self.fields.iter().filter(|f| f.name == name).count()
    }

    /// All value lines of a known header, in order.
    pub fn lines(&self, name: Name) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |f| f.name == name).map(|f| self.text(f.value))
    }

    /// All values of a header that is a comma-separated list, over all its lines, in order (RFC 3261 7.3.1).
    pub fn values(&self, name: Name) -> impl Iterator<Item = &str> {
        self.lines(name).flat_map(Values::new)
    }

    /// First value line of a header by its text, known or not, in any case of letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().find(|(text, _)| text.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Every header as it came, in order: name and value line.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|f| (self.text(f.text), self.text(f.value)))
    }

    pub fn from(&self) -> Option<NameAddr<'_>> {
        self.get(Name::From).and_then(NameAddr::parse)
    }

    pub fn to(&self) -> Option<NameAddr<'_>> {
        self.get(Name::To).and_then(NameAddr::parse)
    }

    pub fn call_id(&self) -> Option<&str> {
        self.get(Name::CallId).filter(|id| !id.is_empty())
    }

    pub fn cseq(&self) -> Option<CSeq> {
        self.get(Name::CSeq).and_then(CSeq::parse)
    }

    /// The topmost Via.
    pub fn via(&self) -> Option<Via<'_>> {
        self.values(Name::Via).next().and_then(Via::parse)
    }

    /// URI of the first Contact; `None` when there is none or it is `*`.
    pub fn contact(&self) -> Option<&str> {
        self.values(Name::Contact).next().and_then(NameAddr::parse).map(|c| c.uri)
    }
}

/// Length of the head without the empty line, and where the body begins. Bare LF line ends are understood as well.
fn head_end(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(at) = bytes.get(from..)?.iter().position(|b| *b == b'\n').map(|at| from + at) {
        match (bytes.get(at + 1), bytes.get(at + 2)) {
            (Some(b'\n'), _) => return Some((at + 1, at + 2)),
            (Some(b'\r'), Some(b'\n')) => return Some((at + 1, at + 3)),
            _ => from = at + 1,
        }
    }
    None
}

/// The head as text with folded lines joined. Length never changes, so what was not touched is as it came.
fn head_text(head: &[u8], defect: &mut Option<Defect>) -> Box<str> {
    let (mut folded, mut odd, mut before) = (false, false, 0);
    for b in head {
        folded |= before == b'\n' && matches!(b, b' ' | b'\t');
        odd |= *b == 0 || (before == b'\r' && *b != b'\n');
        before = *b;
    }
    if odd {
        *defect = Some(Defect::Control);
    }
    match std::str::from_utf8(head) {
        Ok(text) if !folded && !odd => return text.into(),
        _ => {}
    }
    let mut bytes = head.to_vec();
    for at in 0..bytes.len() {
        // RFC 3261 7.3.1: a line that begins with white space continues the one before.
        let continues = matches!(bytes.get(at + 1), Some(b' ' | b'\t'));
        if bytes[at] == b'\n' && continues {
            bytes[at] = b' ';
            if let Some(before) = at.checked_sub(1).and_then(|at| bytes.get_mut(at)) {
                if *before == b'\r' {
                    *before = b' ';
                }
            }
        } else if bytes[at] == 0 || (bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
            bytes[at] = b' ';
        }
    }
    // Old phones send Latin-1 names. A call is worth more than an accent: what is no UTF-8 becomes '?'.
    loop {
        match std::str::from_utf8(&bytes) {
            Ok(text) => return text.into(),
            Err(error) => {
                let from = error.valid_up_to();
                let bad = error.error_len().unwrap_or(bytes.len() - from);
                bytes.iter_mut().skip(from).take(bad.max(1)).for_each(|b| *b = b'?');
            }
        }
    }
}

/// Spans of the lines of a head, without their line ends.
struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Lines<'_> {
    type Item = Span;
    fn next(&mut self) -> Option<Span> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let (line, len) = match rest.as_bytes().iter().position(|b| *b == b'\n') {
            Some(end) => (&rest[..end], end + 1),
            None => (rest, rest.len()),
        };
        let line = line.strip_suffix('\r').unwrap_or(line);
        let span = (self.at as u32, (self.at + line.len()) as u32);
        self.at += len;
        Some(span)
    }
}

fn field(head: &str, line: Span) -> Option<Field> {
    let text = head.get(line.0 as usize..line.1 as usize)?;
    let colon = text.as_bytes().iter().position(|b| *b == b':')?;
    let (name, value) = (text.get(..colon)?.trim_end_matches([' ', '\t']), text.get(colon + 1..)?);
    if name.is_empty() || !name.bytes().all(name::is_token) {
        return None;
    }
    let begin = line.0 + colon as u32 + 1 + (value.len() - value.trim_ascii_start().len()) as u32;
    let value = value.trim_ascii();
    Some(Field { name: Name::of(name), text: (line.0, line.0 + name.len() as u32), value: (begin, begin + value.len() as u32) })
}

fn start_line(head: &str, line: Span, defect: &mut Option<Defect>) -> Option<Start> {
    let text = head.get(line.0 as usize..line.1 as usize)?;
    let span = |part: &str| {
        let at = part.as_ptr() as usize - head.as_ptr() as usize;
        (at as u32, (at + part.len()) as u32)
    };
    if let Some(rest) = text.strip_prefix("SIP/") {
        let (version, rest) = rest.split_once(' ')?;
        let (code, reason) = rest.split_once(' ').unwrap_or((rest, &rest[rest.len()..]));
        let code: u16 = code.parse().ok().filter(|_| code.len() == 3)?;
        if !(100..=699).contains(&code) {
            return None;
        }
        if version != "2.0" {
            defect.get_or_insert(Defect::Version);
        }
        return Some(Start::Response { code, reason: span(reason) });
    }
    let (name, rest) = text.split_once(' ')?;
    let (uri, version) = rest.trim_end_matches(' ').rsplit_once(' ')?;
    if name.is_empty() || !name.bytes().all(name::is_token) || !starts_with_ignore_case(version, "SIP/") {
        return None;
    }
    if !version.eq_ignore_ascii_case("SIP/2.0") {
        *defect = Some(Defect::Version);
    } else if uri.is_empty() || uri.bytes().any(|b| b.is_ascii_whitespace() || b == b'<' || b == b'>') {
        *defect = Some(Defect::RequestUri);
    }
    Some(Start::Request { method: Method::of(name), name: span(name), uri: span(uri) })
}

fn starts_with_ignore_case(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|t| t.eq_ignore_ascii_case(start))
}
