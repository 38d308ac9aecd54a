//! Whether a request may be worked on, and which answer it gets if not. It knows no dialog and no account.

use super::body::Sdp;
use super::{CSeq, Defect, Message, Method, Name, NameAddr, Scheme, URI_BYTES_MAX, Uri, sdp_of};
use std::borrow::Cow;

/// Longest Call-ID, From and To taken; longer is answered 400.
const VALUE_BYTES_MAX: usize = 1024;

/// Extensions a request may require: session timers, reliable provisional answers (RFC 3262), Replaces (RFC 3891), REFER without notices
/// (RFC 4488).
const UNDERSTOOD: [&str; 4] = ["timer", "100rel", "replaces", "norefersub"];

/// An answer without body: code, reason phrase, and header lines that belong to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    /// `None`: the usual phrase.
    pub reason: Option<Cow<'static, str>>,
    pub headers: Vec<(&'static str, String)>,
}

impl Reply {
    pub fn new(code: u16) -> Reply {
        Reply { code, reason: None, headers: Vec::new() }
    }

    pub fn bad(reason: impl Into<Cow<'static, str>>) -> Reply {
        Reply { code: 400, reason: Some(reason.into()), headers: Vec::new() }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Reply {
        self.headers.push((name, value.into()));
        self
    }
}

/// RFC 3261 8.2: what must hold of any request before it is looked at more closely.
pub fn request(message: &Message) -> Result<(), Reply> {
    defect(message)?;
    singles(message)?;
    let method = message.method();
    uri(message.request_uri())?;
    let text = message.get(Name::CSeq).unwrap_or_default();
    if CSeq::method_text(text) != message.method_text() {
        return Err(Reply::bad("CSeq Method Mismatch"));
    }
    if let Some(text) = message.get(Name::MaxForwards) {
        match text.parse::<u16>() {
            Ok(hops) if hops <= 255 && text.bytes().all(|b| b.is_ascii_digit()) => {
                // As a back-to-back agent we stand where a proxy would: a loop must end here (RFC 3261 16.3).
                if hops == 0 && method == Method::Invite {
                    return Err(Reply::new(483));
                }
            }
            _ => return Err(Reply::bad("Malformed Max-Forwards")),
        }
    }
    // RFC 3261 8.2.2.3: Require is not looked at in ACK and CANCEL.
    if !matches!(method, Method::Ack | Method::Cancel) {
        let understood = |option: &&str| UNDERSTOOD.iter().any(|known| option.eq_ignore_ascii_case(known));
        let required: Vec<&str> = message.values(Name::Require).filter(|option| !understood(option)).collect();
        if !required.is_empty() {
            return Err(Reply::new(420).with("Unsupported", required.join(", ")));
        }
    }
    content(message, method)
}

fn defect(message: &Message) -> Result<(), Reply> {
    match message.defect() {
        None => Ok(()),
        Some(Defect::Version) => Err(Reply::new(505)),
        Some(Defect::RequestUri) => Err(Reply::bad("Malformed Request-URI")),
        Some(Defect::HeaderLine) => Err(Reply::bad("Malformed Header Line")),
        Some(Defect::Control) => Err(Reply::bad("Control Character in Header")),
        Some(Defect::ContentLength) => Err(Reply::bad("Bad Content-Length")),
        Some(Defect::TooManyHeaders) => Err(Reply::new(513)),
    }
}

fn singles(message: &Message) -> Result<(), Reply> {
    for name in [Name::From, Name::To, Name::CallId, Name::CSeq] {
        let text = message.get(name).filter(|text| !text.is_empty());
        let Some(text) = text else { return Err(Reply::bad(format!("Missing {}", name.as_str()))) };
        if text.len() > VALUE_BYTES_MAX {
            return Err(Reply::bad(format!("{} Too Long", name.as_str())));
        }
    }
    for name in [Name::From, Name::To, Name::CallId, Name::CSeq, Name::MaxForwards, Name::ContentLength, Name::ContentType] {
        if message.count(name) > 1 {
            return Err(Reply::bad(format!("Multiple {}", name.as_str())));
        }
    }
    for (name, address) in [(Name::From, message.from()), (Name::To, message.to())] {
        if address.is_none_or(|a| !a.uri.contains(':')) {
            return Err(Reply::bad(format!("Malformed {}", name.as_str())));
        }
    }
    if message.call_id().is_none_or(|id| id.contains([' ', '\t'])) {
        return Err(Reply::bad("Malformed Call-ID"));
    }
    if message.cseq().is_none() {
        return Err(Reply::bad("Malformed CSeq"));
    }
    Ok(())
}

fn uri(text: &str) -> Result<(), Reply> {
    if text.len() > URI_BYTES_MAX {
        return Err(Reply::new(414));
    }
    match Uri::parse(text).map(|uri| uri.scheme) {
        Some(Scheme::Sip | Scheme::Sips | Scheme::Tel) => Ok(()),
        Some(Scheme::Other) => Err(Reply::new(416)),
        None => Err(Reply::bad("Malformed Request-URI")),
    }
}

fn content(message: &Message, method: Method) -> Result<(), Reply> {
    let session = matches!(method, Method::Invite | Method::Update);
    if session {
        let contact = message.values(Name::Contact).next();
        let Some(contact) = contact else {
            return if method == Method::Invite { Err(Reply::bad("Missing Contact")) } else { Ok(()) };
        };
        let usable = NameAddr::parse(contact).and_then(|c| c.parsed_uri()).is_some_and(|uri| uri.scheme != Scheme::Other);
        if !usable {
            return Err(Reply::bad("Malformed Contact"));
        }
    }
    if message.body().is_empty() || method == Method::Ack {
        return Ok(());
    }
    if message.get(Name::ContentType).is_none() {
        return Err(Reply::bad("Missing Content-Type"));
    }
    if message.values(Name::ContentEncoding).any(|coding| !coding.eq_ignore_ascii_case("identity")) {
        return Err(Reply::new(415).with("Accept-Encoding", "identity"));
    }
    if session && sdp_of(message) == Sdp::Unsupported {
        return Err(Reply::new(415).with("Accept", "application/sdp"));
    }
    Ok(())
}
