//! Answering a trunk's digest challenge (RFC 7616, RFC 8760, RFC 3261 22). Answers only the trunk's own realm; keeps no password.

use crate::api::Account;
use crate::message::{Message, Name, Values, unquote};
use cti_types::Chance;
use md5::Md5;
use sha2::{Digest as _, Sha256};

/// Most challenges of one response that are looked at.
const CHALLENGES_MAX: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Algorithm {
    Md5,
    Sha256,
}

impl Algorithm {
    fn of(name: &str) -> Option<Algorithm> {
        match name {
            "" => Some(Algorithm::Md5),
            name if name.eq_ignore_ascii_case("md5") => Some(Algorithm::Md5),
            name if name.eq_ignore_ascii_case("sha-256") => Some(Algorithm::Sha256),
            _ => None,
        }
    }

    fn hex(self, text: &str) -> String {
        match self {
            Algorithm::Md5 => hex::encode(Md5::digest(text)),
            Algorithm::Sha256 => hex::encode(Sha256::digest(text)),
        }
    }
}

/// One challenge that this account can answer.
#[derive(Debug)]
struct Challenge<'a> {
    algorithm: Algorithm,
    nonce: &'a str,
    opaque: Option<&'a str>,
    /// `qop=auth` is offered. Without any qop the answer is that of RFC 2069, which old carriers still want.
    qop: bool,
    stale: bool,
}

/// Why a challenge is not answered, for the log of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// No challenge of the account's realm in an algorithm it has a digest for.
    NotOurs,
    /// The credentials were refused: the same again would be, too.
    Refused,
}

/// The header that answers the challenge of a 401 or 407: its name and value.
///
/// `again`: credentials were sent with the request already; then only a stale nonce is a reason to answer once more.
pub(crate) fn answer(
    account: &Account,
    response: &Message,
    method: &str,
    uri: &str,
    again: bool,
    chance: &mut Chance,
) -> Result<(&'static str, String), Unanswered> {
    let (asked, name) = match response.code() {
        407 => (Name::ProxyAuthenticate, "Proxy-Authorization"),
        _ => (Name::WwwAuthenticate, "Authorization"),
    };
    let mine = response.lines(asked).take(CHALLENGES_MAX).filter_map(|line| challenge(account, line));
    // The strongest that we have a digest for (RFC 8760 2.4 leaves the order to the server; a weaker one first must not win).
    let best = mine.max_by_key(|c| c.algorithm).ok_or(Unanswered::NotOurs)?;
    if again && !best.stale {
        return Err(Unanswered::Refused);
    }
    let cnonce = chance.token(16);
    Ok((name, credentials(account, &best, method, uri, &cnonce)))
}

fn challenge<'a>(account: &Account, line: &'a str) -> Option<Challenge<'a>> {
    let (scheme, rest) = line.trim_ascii().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("digest") {
        return None;
    }
    let (mut realm, mut nonce, mut algorithm, mut qop) = ("", "", "", None);
    let (mut opaque, mut stale) = (None, false);
    for pair in Values::new(rest) {
        let Some((name, value)) = pair.split_once('=') else { continue };
        let value = unquote(value.trim_ascii());
        match name.trim_ascii().to_ascii_lowercase().as_str() {
            "realm" => realm = value,
            "nonce" => nonce = value,
            "algorithm" => algorithm = value,
            "qop" => qop = Some(value.split(',').any(|q| q.trim_ascii().eq_ignore_ascii_case("auth"))),
            "opaque" => opaque = Some(value),
            "stale" => stale = value.eq_ignore_ascii_case("true"),
            _ => {}
        }
    }
    let algorithm = Algorithm::of(algorithm)?;
    // A realm that is not the configured one may be anybody's who wants to see our digest.
    let ours = realm == account.realm && !nonce.is_empty() && ha1(account, algorithm).is_some();
    // qop=auth-int alone cannot be answered: the body is hashed by nobody we know of.
    (ours && qop != Some(false)).then_some(Challenge { algorithm, nonce, opaque, qop: qop.is_some(), stale })
}

fn ha1(account: &Account, algorithm: Algorithm) -> Option<&str> {
    match algorithm {
        Algorithm::Md5 => account.ha1_md5.as_deref(),
        Algorithm::Sha256 => account.ha1_sha256.as_deref(),
    }
}

/// RFC 7616 3.4.1 with `nc` always 1: each challenge is answered once, by one request.
fn credentials(account: &Account, challenge: &Challenge<'_>, method: &str, uri: &str, cnonce: &str) -> String {
    let Challenge { algorithm, nonce, opaque, qop, stale: _ } = challenge;
    let ha1 = ha1(account, *algorithm).unwrap_or_default().to_ascii_lowercase();
    let ha2 = algorithm.hex(&format!("{method}:{uri}"));
    let response = match qop {
        true => algorithm.hex(&format!("{ha1}:{nonce}:00000001:{cnonce}:auth:{ha2}")),
        false => algorithm.hex(&format!("{ha1}:{nonce}:{ha2}")),
    };
    let name = if *algorithm == Algorithm::Sha256 { "SHA-256" } else { "MD5" };
    let mut out = format!(
        r#"Digest username="{}", realm="{}", nonce="{nonce}", uri="{uri}", response="{response}", algorithm={name}"#,
        account.user, account.realm
    );
    if *qop {
        out.push_str(&format!(r#", qop=auth, nc=00000001, cnonce="{cnonce}""#));
    }
    if let Some(opaque) = opaque {
        out.push_str(&format!(r#", opaque="{opaque}""#));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn account() -> Account {
        // RFC 7616 3.9.1, with its user, realm and password.
        let text = "Mufasa:http-auth@example.org:Circle of Life";
        Account {
            user: "Mufasa".into(),
            realm: "http-auth@example.org".into(),
            ha1_md5: Some(Algorithm::Md5.hex(text)),
            ha1_sha256: Some(Algorithm::Sha256.hex(text)),
        }
    }

    fn response(code: u16, lines: &[&str]) -> Message {
        let mut text = format!("SIP/2.0 {code} X\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n");
        for line in lines {
            text.push_str(line);
            text.push_str("\r\n");
        }
        Message::parse(&Bytes::from(text + "\r\n")).unwrap()
    }

    fn ask(account: &Account, response: &Message, again: bool) -> Result<(&'static str, String), Unanswered> {
        answer(account, response, "INVITE", "sip:1@x", again, &mut Chance::from_number(1))
    }

    #[test]
    fn the_digest_is_that_of_rfc_7616() {
        let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
        let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        for (algorithm, wanted) in [
            (Algorithm::Md5, "8ca523f5e9506fed4657c9700eebdbec"),
            (Algorithm::Sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ] {
            let challenge = Challenge { algorithm, nonce, opaque: None, qop: true, stale: false };
            let line = credentials(&account(), &challenge, "GET", "/dir/index.html", cnonce);
            assert!(line.contains(&format!(r#"response="{wanted}""#)), "{line}");
        }
    }

    #[test]
    fn only_the_configured_realm_is_answered_and_the_stronger_way_wins() {
        let md5 = r#"WWW-Authenticate: Digest realm="http-auth@example.org", nonce="n", algorithm=MD5, qop="auth", opaque="o""#;
        let sha = r#"WWW-Authenticate: Digest realm="http-auth@example.org", nonce="m", algorithm=SHA-256, qop="auth,auth-int""#;
        let foreign = r#"WWW-Authenticate: Digest realm="evil.example", nonce="n", algorithm=MD5, qop="auth""#;
        let odd = r#"WWW-Authenticate: Digest realm="http-auth@example.org", nonce="n", algorithm=SHA-512-256, qop="auth""#;
        let integrity = r#"WWW-Authenticate: Digest realm="http-auth@example.org", nonce="n", qop="auth-int""#;
        let basic = r#"WWW-Authenticate: Basic realm="http-auth@example.org""#;
        let table: [(&[&str], Option<&str>); 6] = [
            (&[md5], Some("algorithm=MD5")),
            (&[md5, sha], Some("algorithm=SHA-256")),
            (&[foreign], None),
            (&[foreign, md5], Some(r#"nonce="n""#)),
            (&[odd, integrity, basic], None),
            (&[], None),
        ];
        for (lines, wanted) in table {
            let got = ask(&account(), &response(401, lines), false);
            match (got, wanted) {
                (Ok(("Authorization", value)), Some(part)) => assert!(value.contains(part), "{value}"),
                (Err(Unanswered::NotOurs), None) => {}
                (got, _) => panic!("{lines:?}: {got:?}"),
            }
        }
    }

    #[test]
    fn a_proxy_is_answered_in_its_own_header_and_nothing_of_the_challenge_is_left_out() {
        let line = r#"Proxy-Authenticate: Digest realm="http-auth@example.org", nonce="n", qop="auth", opaque="o""#;
        let (name, value) = ask(&account(), &response(407, &[line]), false).unwrap();
        assert_eq!(name, "Proxy-Authorization");
        for part in [r#"username="Mufasa""#, r#"uri="sip:1@x""#, "qop=auth, nc=00000001, cnonce=", r#"opaque="o""#] {
            assert!(value.contains(part), "{part} in {value}");
        }
        assert!(!value.contains("Circle"));
    }

    #[test]
    fn refused_credentials_are_sent_again_only_when_the_nonce_was_stale() {
        let plain = r#"WWW-Authenticate: Digest realm="http-auth@example.org", nonce="n", qop="auth""#;
        let stale = r#"WWW-Authenticate: Digest realm="http-auth@example.org", nonce="n", qop="auth", stale=TRUE"#;
        assert_eq!(ask(&account(), &response(401, &[plain]), true), Err(Unanswered::Refused));
        assert!(ask(&account(), &response(401, &[stale]), true).is_ok());
    }

    #[test]
    fn without_a_digest_of_the_algorithm_nothing_is_answered() {
        let sha = r#"WWW-Authenticate: Digest realm="http-auth@example.org", nonce="m", algorithm=SHA-256, qop="auth""#;
        let only_md5 = Account { ha1_sha256: None, ..account() };
        assert_eq!(ask(&only_md5, &response(401, &[sha]), false), Err(Unanswered::NotOurs));
    }
}
