//! Takes what is secret out of a message before a person reads it: what passwords could be guessed from, keys of encrypted media, digits,
//! and the tokens by which trunks and telephones are known. It judges by names, and hides what it cannot read.

use std::borrow::Cow;

/// What stands where a secret was.
pub(crate) const MASK: &str = "[masked]";

/// Headers that carry digest parameters (RFC 7616, RFC 3261 22.4).
const DIGEST_HEADERS: [&str; 6] =
    ["authorization", "proxy-authorization", "www-authenticate", "proxy-authenticate", "authentication-info", "proxy-authentication-info"];
/// Of their parameters, those that tell nothing about a password and nothing that could be sent again.
const PLAIN_PARAMS: [&str; 9] = ["username", "realm", "uri", "algorithm", "qop", "nc", "stale", "domain", "userhash"];
/// Parameters of URIs by which a push service reaches a telephone (RFC 8599).
const URI_SECRETS: [&str; 2] = ["pn-prid=", "pn-param="];
/// Lines of SDP, up to the character after which they are secret (RFC 4568, RFC 8866 5.12, RFC 4567, RFC 8839).
const SDP_SECRETS: [&str; 4] = ["a=crypto:", "k=", "a=key-mgmt:", "a=ice-pwd:"];
/// A token shorter than this is no secret, and would be found everywhere.
const TOKEN_BYTES_MIN: usize = 8;

/// The message as text without its secrets. `tokens`: further words that must not be seen.
pub(crate) fn masked(bytes: &[u8], tokens: &[&str]) -> String {
    let text = String::from_utf8_lossy(bytes);
    // RFC 3261 7.5: empty lines before the start line are no end of the head.
    let text = text.trim_start_matches(['\r', '\n']);
    let (head, body) = text.split_at(head_end(text));
    let mut out = String::with_capacity(text.len());
    let mut digits = false;
    for line in logical_lines(head) {
        digits |= is_digits(line);
        out.push_str(&head_line(line));
    }
    // A part of a body of several parts has a head of its own.
    digits |= body.split_inclusive('\n').any(is_digits);
    for line in body.split_inclusive('\n') {
        out.push_str(&body_line(line, digits));
    }
    for token in tokens.iter().filter(|token| token.len() >= TOKEN_BYTES_MIN) {
        if out.contains(token) {
            out = out.replace(token, MASK);
        }
    }
    out
}

/// Where the body begins, by the rule of the parser: a bare LF ends a line, too.
fn head_end(text: &str) -> usize {
    let ends = ["\n\r\n", "\n\n"].into_iter().filter_map(|end| text.find(end).map(|at| at + end.len()));
    ends.min().unwrap_or(text.len())
}

/// Lines together with those that continue them (RFC 3261 7.3.1).
fn logical_lines(head: &str) -> impl Iterator<Item = &str> {
    let mut rest = head;
    std::iter::from_fn(move || {
        let mut end = 0;
        loop {
            end += rest.get(end..)?.find('\n').map_or(rest.len() - end, |at| at + 1);
            if !rest.get(end..).is_some_and(|next| next.starts_with([' ', '\t'])) {
                break;
            }
        }
        let (line, after) = rest.split_at(end);
        rest = after;
        (!line.is_empty()).then_some(line)
    })
}

fn name_of(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    Some((name.trim_ascii(), value))
}

/// Whether a line says that a body holds pressed digits.
fn is_digits(line: &str) -> bool {
    let kind = name_of(line).filter(|(name, _)| name.eq_ignore_ascii_case("content-type") || name.eq_ignore_ascii_case("c"));
    kind.is_some_and(|(_, value)| {
        let value = value.to_ascii_lowercase();
        value.contains("dtmf") || value.contains("digits")
    })
}

fn head_line(line: &str) -> Cow<'_, str> {
    if let Some((name, value)) = name_of(line).filter(|(name, _)| DIGEST_HEADERS.iter().any(|known| name.eq_ignore_ascii_case(known))) {
        return format!("{name}: {}{}", digest(value.trim_ascii()), line_end(line)).into();
    }
    let mut line = without_passwords(line);
    for secret in URI_SECRETS {
        if let Cow::Owned(cleaned) = after_each(&line, secret, &[';', '>', '"', ' ', '\r', '\n']) {
            line = cleaned.into();
        }
    }
    line
}

fn line_end(line: &str) -> &str {
    line.get(line.trim_end_matches(['\r', '\n']).len()..).unwrap_or_default()
}

/// Digest parameters, of which only the plain ones are shown. What is not Digest, or has quotes that do not close, is hidden whole.
fn digest(value: &str) -> String {
    let (scheme, rest) = value.split_once([' ', '\t', '\r', '\n']).unwrap_or((value, ""));
    // Authentication-Info has no scheme.
    let (scheme, rest) = if scheme.contains('=') { ("", value) } else { (scheme, rest) };
    if !(scheme.is_empty() || scheme.eq_ignore_ascii_case("digest")) || rest.matches('"').count() % 2 == 1 {
        let shown = if scheme.chars().all(|c| c.is_ascii_alphanumeric()) { scheme } else { "" };
        return format!("{shown} {MASK}").trim_ascii_start().to_owned();
    }
    let shown = params(rest).into_iter().map(|param| match param.split_once('=') {
        Some((name, _)) if PLAIN_PARAMS.iter().any(|known| name.trim_ascii().eq_ignore_ascii_case(known)) => param.trim_ascii().to_owned(),
        Some((name, _)) if name.trim_ascii().chars().all(|c| c.is_ascii_alphanumeric() || c == '-') => {
            format!("{}={MASK}", name.trim_ascii())
        }
        Some(_) | None => MASK.to_owned(),
    });
    let shown: Vec<String> = shown.collect();
    format!("{scheme} {}", shown.join(", ")).trim_ascii_start().to_owned()
}

/// The parts between commas that stand in no quotes.
fn params(text: &str) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
    .collect()
}

/// URIs may carry a password (RFC 3261 19.1.1): `sip:user:password@host`. A comma may stand in one; in a name it ends the URI.
fn without_passwords(line: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let (mut kept, mut from) = (0, 0);
    while let Some(uri) = find_uri(line, from) {
        let rest = line.get(uri..).unwrap_or_default();
        let mut colon = None;
        let end = rest.char_indices().find(|(at, c)| {
            if *c == ':' {
                colon.get_or_insert(*at);
            }
            matches!(c, '@' | '>' | '<' | '"' | ' ' | '\t' | '\r' | '\n') || (*c == ',' && colon.is_none())
        });
        if let (Some(colon), Some((end, '@'))) = (colon, end) {
            out.push_str(line.get(kept..=uri + colon).unwrap_or_default());
            out.push_str(MASK);
            kept = uri + end;
        }
        from = uri + end.map_or(rest.len(), |(at, _)| at);
    }
    if kept == 0 {
        return line.into();
    }
    out.push_str(line.get(kept..).unwrap_or_default());
    out.into()
}

/// Behind the next `sip:` or `sips:`, from here on.
fn find_uri(line: &str, from: usize) -> Option<usize> {
    let bytes = line.as_bytes().get(from..)?;
    bytes.windows(4).enumerate().find_map(|(at, four)| {
        let (scheme, last) = four.split_at(3);
        let secure = last == b"s" || last == b"S";
        let behind = match () {
            () if !scheme.eq_ignore_ascii_case(b"sip") => return None,
            () if last == b":" => 4,
            () if secure && bytes.get(at + 4) == Some(&b':') => 5,
            () => return None,
        };
        Some(from + at + behind)
    })
}

/// Hides what follows each `key`, up to one of `ends`.
fn after_each<'a>(line: &'a str, key: &str, ends: &[char]) -> Cow<'a, str> {
    let lower = line.to_ascii_lowercase();
    if !lower.contains(key) {
        return line.into();
    }
    let mut out = String::with_capacity(line.len());
    let mut from = 0;
    while let Some(at) = lower.get(from..).and_then(|rest| rest.find(key)).map(|at| from + at + key.len()) {
        out.push_str(line.get(from..at).unwrap_or_default());
        out.push_str(MASK);
        let rest = line.get(at..).unwrap_or_default();
        from = at + rest.find(ends).unwrap_or(rest.len());
    }
    out.push_str(line.get(from..).unwrap_or_default());
    out.into()
}

fn body_line(line: &str, digits: bool) -> Cow<'_, str> {
    let (text, end) = line.split_at(line.len() - line_end(line).len());
    if let Some(name) = SDP_SECRETS.iter().find(|name| text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))) {
        // Tag and suite of a crypto line say why two sides do not agree; the key comes third (RFC 4568 9.1).
        let plain = text.get(..name.len()).unwrap_or_default();
        let shown = if *name == "a=crypto:" { two_words(text).unwrap_or(plain) } else { plain };
        return format!("{shown} {MASK}{end}").into();
    }
    let (name, value) = text.split_once(['=', ':']).unwrap_or(("", text));
    let signal = name.trim_ascii().eq_ignore_ascii_case("signal");
    let harmless = ["duration", "content-type", "content-length", "content-disposition"];
    let harmless = harmless.iter().any(|known| name.trim_ascii().eq_ignore_ascii_case(known));
    if signal || (digits && !harmless && !value.trim_ascii().is_empty() && !text.starts_with("--")) {
        let kept = text.get(..text.len() - value.len()).unwrap_or_default();
        return format!("{kept}{MASK}{end}").into();
    }
    line.into()
}

/// The first two words where a third follows.
fn two_words(text: &str) -> Option<&str> {
    text.match_indices(' ').nth(1).and_then(|(at, _)| text.get(..at))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Header line or body as it came, and as it is shown.
    const HEADERS: &[(&str, &str)] = &[
        (
            "Authorization: Digest username=\"201\", realm=\"pbx\", nonce=\"N0\", uri=\"sip:pbx;a=b\", response=\"deadbeef\", algorithm=MD5, \
             qop=auth, nc=00000001, cnonce=\"abc\", opaque=\"o\"",
            "Authorization: Digest username=\"201\", realm=\"pbx\", nonce=[masked], uri=\"sip:pbx;a=b\", response=[masked], algorithm=MD5, \
             qop=auth, nc=00000001, cnonce=[masked], opaque=[masked]",
        ),
        ("proxy-AUTHORIZATION : digest response = \"x,y\" , username=u", "proxy-AUTHORIZATION: digest response=[masked], username=u"),
        ("Authorization: Digest username=\"a\",\r\n response=\"folded\"", "Authorization: Digest username=\"a\", response=[masked]"),
        ("Authorization: Digest username=\"open, response=\"deadbeef\"", "Authorization: Digest [masked]"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [masked]"),
        ("Authorization: Bearer ey.abc.def", "Authorization: Bearer [masked]"),
        ("Authorization: Digest new-secret=5", "Authorization: Digest new-secret=[masked]"),
        (
            "WWW-Authenticate: Digest realm=\"pbx\", nonce=\"N0\", stale=true",
            "WWW-Authenticate: Digest realm=\"pbx\", nonce=[masked], stale=true",
        ),
        ("Authentication-Info: rspauth=\"r\", qop=auth", "Authentication-Info: rspauth=[masked], qop=auth"),
        (
            "Contact: <sip:a@b;PN-PRID=tok,en;pn-provider=x>;pn-param=zz",
            "Contact: <sip:a@b;PN-PRID=[masked];pn-provider=x>;pn-param=[masked]",
        ),
        ("To: <sip:ann:pass@h:5060>, <sips:b:word@h>", "To: <sip:ann:[masked]@h:5060>, <sips:b:[masked]@h>"),
        ("To: <sip:ann:pa,ss@h>, sip:b, <SIP:c:word@h>", "To: <sip:ann:[masked]@h>, sip:b, <SIP:c:[masked]@h>"),
        ("X: sip:sip:sip:a:word@h", "X: sip:sip:[masked]@h"),
        ("Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx", "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx"),
        ("Subject: a=crypto:1 is no SDP here", "Subject: a=crypto:1 is no SDP here"),
    ];

    #[test]
    fn headers_show_what_is_needed_and_nothing_that_could_be_used() {
        for (came, shown) in HEADERS {
            let text = masked(format!("REGISTER sip:a SIP/2.0\r\n{came}\r\nCSeq: 1 REGISTER\r\n\r\n").as_bytes(), &[]);
            assert_eq!(text, format!("REGISTER sip:a SIP/2.0\r\n{shown}\r\nCSeq: 1 REGISTER\r\n\r\n"), "{came}");
        }
    }

    #[test]
    fn keys_of_media_and_digits_are_hidden() {
        let table = [
            (
                "application/sdp",
                "v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0|2^20\r\na=ice-pwd:geheim\r\nk=clear:x\r\na=rtpmap:8 PCMA/8000\r\n",
                "v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 [masked]\r\na=ice-pwd: [masked]\r\nk= [masked]\r\na=rtpmap:8 PCMA/8000\r\n",
            ),
            ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", "Signal=[masked]\r\nDuration=160\r\n"),
            ("application/dtmf-relay", "signal= 5\nDuration= 160", "signal=[masked]\nDuration= 160"),
            ("application/dtmf", "7", "[masked]"),
            ("application/vnd.nortelnetworks.digits", "d=5\r\n", "d=[masked]\r\n"),
            (
                "multipart/mixed;boundary=b",
                "--b\r\nContent-Type: application/dtmf\r\n\r\n9\r\n--b--\r\n",
                "--b\r\nContent-Type: application/dtmf\r\n\r\n[masked]\r\n--b--\r\n",
            ),
        ];
        for (kind, body, shown) in table {
            let head = format!("INFO sip:a SIP/2.0\r\nContent-Type: {kind}\r\n\r\n");
            assert_eq!(masked(format!("{head}{body}").as_bytes(), &[]), format!("{head}{shown}"), "{kind}: {body}");
        }
    }

    #[test]
    fn tokens_are_hidden_wherever_they_stand() {
        let text = "INVITE sip:abcdefghijklmnopqrst@10.0.0.1 SIP/2.0\r\nTo: <sip:abcdefghijklmnopqrst@x>\r\n\r\n";
        assert_eq!(masked(text.as_bytes(), &["abcdefghijklmnopqrst", "sip", ""]), text.replace("abcdefghijklmnopqrst", MASK));
    }

    #[test]
    fn empty_lines_before_a_message_hide_nothing_from_us() {
        let text = "\r\n\r\nREGISTER sip:a SIP/2.0\r\nAuthorization: Digest response=\"abc\"\r\n\r\na=crypto:1 inline:abc";
        assert!(!masked(text.as_bytes(), &[]).contains("abc"));
    }

    #[test]
    fn what_is_cut_off_or_no_text_does_no_harm() {
        for bytes in [
            &b""[..],
            b"\xff\xfe\x00",
            b"Authorization: Digest response=\"abc",
            b"\r\n\r\n",
            b"INVITE",
            b"a\n\nk=x",
            b"a\n\r\nk=x",
            b"sip:",
        ] {
            let text = masked(bytes, &[]);
            assert!(!text.contains("abc") && !text.contains("k=x"), "{text}");
        }
    }
}
