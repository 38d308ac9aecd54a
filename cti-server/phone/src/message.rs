//! SIP messages through rsip, with the help rsip does not give: headers by name, parameters, compact forms, raw URIs. Bytes only.

use crate::error::PhoneError;
use bytes::Bytes;
use rsip::headers::{Header, Headers, UntypedHeader as _};
use rsip::{Method, Request, SipMessage, StatusCode, Uri, Version};
use std::hash::{BuildHasher as _, RandomState};
use std::net::SocketAddr;

/// A number no other call of this process, and very likely no other process, has got.
pub(crate) fn unique() -> u64 {
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    static KEYS: std::sync::OnceLock<RandomState> = std::sync::OnceLock::new();
    let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    KEYS.get_or_init(RandomState::new).hash_one(count)
}

/// A branch of RFC 3261's own kind.
pub(crate) fn new_branch() -> String {
    format!("z9hG4bK{:016x}", unique())
}

/// Reads one message.
///
/// # Errors
/// `BadMessage` for all that rsip refuses.
pub fn parse(bytes: &[u8]) -> Result<SipMessage, PhoneError> {
    SipMessage::try_from(bytes).map_err(|error| PhoneError::BadMessage(error.to_string()))
}

macro_rules! pairs {
    ($header:expr, $($variant:ident => $name:literal),* $(,)?) => {
        match $header {
            $(Header::$variant(inner) => ($name, inner.value()),)*
            Header::Other(name, value) => (long_form(name), value.as_str()),
        }
    };
}

/// A header's long name and its value.
pub fn pair(header: &Header) -> (&str, &str) {
    pairs!(header,
        Accept => "Accept", AcceptEncoding => "Accept-Encoding", AcceptLanguage => "Accept-Language", AlertInfo => "Alert-Info",
        Allow => "Allow", AuthenticationInfo => "Authentication-Info", Authorization => "Authorization", CSeq => "CSeq",
        CallId => "Call-ID", CallInfo => "Call-Info", Contact => "Contact", ContentDisposition => "Content-Disposition",
        ContentEncoding => "Content-Encoding", ContentLanguage => "Content-Language", ContentLength => "Content-Length",
        ContentType => "Content-Type", Date => "Date", ErrorInfo => "Error-Info", Event => "Event", Expires => "Expires",
        From => "From", InReplyTo => "In-Reply-To", MaxForwards => "Max-Forwards", MimeVersion => "MIME-Version",
        MinExpires => "Min-Expires", Organization => "Organization", Priority => "Priority",
        ProxyAuthenticate => "Proxy-Authenticate", ProxyAuthorization => "Proxy-Authorization", ProxyRequire => "Proxy-Require",
        RecordRoute => "Record-Route", ReplyTo => "Reply-To", Require => "Require", RetryAfter => "Retry-After", Route => "Route",
        Server => "Server", Subject => "Subject", SubscriptionState => "Subscription-State", Supported => "Supported",
        Timestamp => "Timestamp", To => "To", Unsupported => "Unsupported", UserAgent => "User-Agent", Via => "Via",
        Warning => "Warning", WwwAuthenticate => "WWW-Authenticate",
    )
}

// RFC 3261 7.3.3: rsip keeps compact names as unknown headers.
fn long_form(name: &str) -> &str {
    match name {
        "v" => "Via",
        "f" => "From",
        "t" => "To",
        "i" => "Call-ID",
        "m" => "Contact",
        "l" => "Content-Length",
        "c" => "Content-Type",
        "k" => "Supported",
        _ => name,
    }
}

/// All values of a header, in order, one for each line.
pub fn all<'a>(headers: &'a Headers, name: &'a str) -> impl Iterator<Item = &'a str> {
    headers.iter().map(pair).filter(move |(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// The first value of a header.
pub fn first<'a>(headers: &'a Headers, name: &'a str) -> Option<&'a str> {
    all(headers, name).next()
}

/// A parameter behind the address (`;tag=…` of a From, `;branch=…` of a Via).
pub fn param<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    let after = value.rfind('>').map_or(value, |end| value.get(end..).unwrap_or_default());
    after.split(';').skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
    })
}

/// The URI in `"Name" <uri>;param` or `uri;param`.
pub fn uri_of(value: &str) -> &str {
    match value.rfind('<') {
        Some(start) => value.get(start + 1..).and_then(|rest| rest.split('>').next()).unwrap_or_default(),
        None => value.split(';').next().unwrap_or_default().trim(),
    }
}

/// The display name in front of an address, without quotes.
pub fn display_of(value: &str) -> Option<&str> {
    let name = value.split('<').next()?.trim().trim_matches('"');
    (value.contains('<') && !name.is_empty()).then_some(name)
}

/// The user part of a URI, empty if it has none.
pub fn user_of(uri: &str) -> &str {
    let rest = uri.split_once(':').map_or(uri, |(_, rest)| rest);
    rest.split_once('@').map_or("", |(user, _)| user)
}

/// Host and port of a URI whose host is an address; the port is 5060 if none is given.
pub fn address_of(uri: &str) -> Option<SocketAddr> {
    let rest = uri.split_once(':').map_or(uri, |(_, rest)| rest);
    let host = rest.split_once('@').map_or(rest, |(_, host)| host).split([';', '?']).next()?;
    host.parse().ok().or_else(|| Some(SocketAddr::new(host.parse().ok()?, 5060)))
}

/// The number and the method of a CSeq.
pub fn cseq_of(headers: &Headers) -> Option<(u32, &str)> {
    let (number, method) = first(headers, "CSeq")?.trim().split_once(' ')?;
    Some((number.parse().ok()?, method.trim()))
}

/// The branch of the topmost Via.
pub fn branch_of(headers: &Headers) -> Option<&str> {
    param(first(headers, "Via")?.split(',').next()?, "branch")
}

/// A header by name; rsip need not know it.
pub fn header(name: &str, value: impl Into<String>) -> Header {
    Header::Other(name.to_owned(), value.into())
}

// rsip cannot take apart every URI it may have to send (dots in the user, IPv6): as a host it is written as it is.
fn raw_uri(uri: &str) -> Uri {
    let rest = uri.strip_prefix("sip:").unwrap_or(uri);
    Uri { scheme: Some(rsip::Scheme::Sip), host_with_port: rsip::Host::Domain(rest.into()).into(), ..Uri::default() }
}

/// Writes a request; Content-Length is added.
pub(crate) fn request(method: Method, uri: &str, headers: Vec<Header>, body: Vec<u8>) -> Request {
    let mut headers = headers;
    headers.push(header("Content-Length", body.len().to_string()));
    Request { method, uri: raw_uri(uri), version: Version::V2, headers: headers.into(), body }
}

/// Writes the response to a request: Via, From, To, Call-ID and CSeq as they came (RFC 3261 8.2.6.2), `tag` put to a To without one.
pub(crate) fn response(request: &Request, code: u16, tag: &str, extra: Vec<Header>, body: Vec<u8>) -> Bytes {
    let mut headers: Vec<Header> = all(&request.headers, "Via").map(|via| header("Via", via)).collect();
    headers.extend(all(&request.headers, "Record-Route").map(|route| header("Record-Route", route)));
    for name in ["From", "To", "Call-ID", "CSeq"] {
        let Some(value) = first(&request.headers, name) else { continue };
        let tagless = name == "To" && code > 100 && param(value, "tag").is_none();
        headers.push(header(name, if tagless { format!("{value};tag={tag}") } else { value.to_owned() }));
    }
    headers.extend(extra);
    headers.push(header("Content-Length", body.len().to_string()));
    let status_code = StatusCode::from(code);
    Bytes::from(rsip::Response { status_code, version: Version::V2, headers: headers.into(), body }.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_uris_are_taken_apart() {
        for (value, tag, uri, user, display) in [
            ("\"A;tag=no\" <sip:1@h:5070;x=y>;tag=t1", Some("t1"), "sip:1@h:5070;x=y", "1", Some("A;tag=no")),
            ("sip:john.doe@h;tag=t2", Some("t2"), "sip:john.doe@h", "john.doe", None),
            ("<sip:10.0.0.1>", None, "sip:10.0.0.1", "", None),
        ] {
            assert_eq!((param(value, "tag"), uri_of(value), user_of(uri), display_of(value)), (tag, uri, user, display), "{value}");
        }
    }

    #[test]
    fn addresses_come_with_or_without_port() {
        for (uri, address) in [
            ("sip:a@127.0.0.1:5070;transport=udp", Some("127.0.0.1:5070")),
            ("sip:127.0.0.1", Some("127.0.0.1:5060")),
            ("sip:[::1]:5080", Some("[::1]:5080")),
            ("sip:a@example.com", None),
        ] {
            assert_eq!(address_of(uri), address.map(|address| address.parse().unwrap()), "{uri}");
        }
    }

    #[test]
    fn compact_headers_are_found_by_their_long_name() {
        let text = "OPTIONS sip:a@h SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bKx\r\nf: <sip:b@h>;tag=1\r\nCSeq: 7 OPTIONS\r\n\r\n";
        let SipMessage::Request(request) = parse(text.as_bytes()).unwrap() else { panic!("a request") };
        assert_eq!(branch_of(&request.headers), Some("z9hG4bKx"));
        assert_eq!(first(&request.headers, "From").and_then(|from| param(from, "tag")), Some("1"));
        assert_eq!(cseq_of(&request.headers), Some((7, "OPTIONS")));
    }

    #[test]
    fn odd_uris_are_written_as_they_are() {
        for uri in ["sip:john.doe@10.0.0.1:5070;transport=tcp", "sip:a@[::1]:5060"] {
            let text = request(Method::Options, uri, vec![], vec![]).to_string();
            assert!(text.starts_with(&format!("OPTIONS {uri} SIP/2.0\r\n")), "{text}");
        }
    }
}
