//! Answers to digest challenges (RFC 7616, RFC 8760): MD5 and SHA-256, with qop=auth or without. No socket, no clock.

use crate::error::PhoneError;
use sha2::Digest as _;

/// Hash of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    Md5,
    Sha256,
}

impl Algorithm {
    fn hash(self, text: &str) -> String {
        match self {
            Self::Md5 => hex::encode(md5::Md5::digest(text.as_bytes())),
            Self::Sha256 => hex::encode(sha2::Sha256::digest(text.as_bytes())),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }
}

/// A challenge from `WWW-Authenticate` or `Proxy-Authenticate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    pub realm: String,
    pub nonce: String,
    pub opaque: Option<String>,
    pub algorithm: Algorithm,
    /// The server offers `qop=auth`.
    pub qop_auth: bool,
    /// Our nonce was too old, not our password wrong.
    pub stale: bool,
}

impl Challenge {
    /// Reads one header value.
    ///
    /// # Errors
    /// `Challenge` for another scheme, an unknown algorithm, or no nonce.
    pub fn parse(value: &str) -> Result<Self, PhoneError> {
        let rest = value.trim().split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("digest"));
        let (_, rest) = rest.ok_or(PhoneError::Challenge("not Digest"))?;
        let pairs = pairs(rest);
        let get = |name: &str| pairs.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone());
        let algorithm = match get("algorithm") {
            None => Algorithm::Md5,
            Some(name) if name.eq_ignore_ascii_case("MD5") => Algorithm::Md5,
            Some(name) if name.eq_ignore_ascii_case("SHA-256") => Algorithm::Sha256,
            Some(_) => return Err(PhoneError::Challenge("unknown algorithm")),
        };
        Ok(Self {
            realm: get("realm").unwrap_or_default(),
            nonce: get("nonce").ok_or(PhoneError::Challenge("no nonce"))?,
            opaque: get("opaque"),
            algorithm,
            qop_auth: get("qop").is_some_and(|qop| qop.split(',').any(|one| one.trim().eq_ignore_ascii_case("auth"))),
            stale: get("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        })
    }

    /// The best of several challenges: the first of the wanted algorithm, else the first that can be read (RFC 8760 2.4).
    pub fn choose<'a>(values: impl Iterator<Item = &'a str>, wanted: Algorithm) -> Result<Self, PhoneError> {
        let mut first = Err(PhoneError::Challenge("none given"));
        for value in values {
            match Self::parse(value) {
                Ok(challenge) if challenge.algorithm == wanted => return Ok(challenge),
                Ok(challenge) if first.is_err() => first = Ok(challenge),
                Ok(_) | Err(_) => {}
            }
        }
        first
    }

    /// The value of `Authorization` for a request. `count` is how often this nonce was used, this time included.
    pub fn answer(&self, user: &str, password: &str, method: &str, uri: &str, count: u32, cnonce: &str) -> String {
        let hash = |text: String| self.algorithm.hash(&text);
        let ha1 = hash(format!("{user}:{}:{password}", self.realm));
        let ha2 = hash(format!("{method}:{uri}"));
        let response = if self.qop_auth {
            hash(format!("{ha1}:{}:{count:08x}:{cnonce}:auth:{ha2}", self.nonce))
        } else {
            hash(format!("{ha1}:{}:{ha2}", self.nonce))
        };
        let mut out = format!(
            "Digest username=\"{user}\", realm=\"{}\", nonce=\"{}\", uri=\"{uri}\", response=\"{response}\", algorithm={}",
            self.realm,
            self.nonce,
            self.algorithm.name()
        );
        if let Some(opaque) = &self.opaque {
            out.push_str(&format!(", opaque=\"{opaque}\""));
        }
        if self.qop_auth {
            out.push_str(&format!(", qop=auth, nc={count:08x}, cnonce=\"{cnonce}\""));
        }
        out
    }
}

/// `name=value` or `name="value"` pairs separated by commas; commas inside quotes stay.
fn pairs(text: &str) -> Vec<(String, String)> {
    let (mut out, mut quoted, mut escaped) = (Vec::new(), false, false);
    let (mut key, mut value, mut in_value) = (String::new(), String::new(), false);
    for c in text.chars().chain([',']) {
        let part = if in_value { &mut value } else { &mut key };
        match c {
            _ if escaped => {
                part.push(c);
                escaped = false;
            }
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                out.push((key.trim().to_owned(), value.trim().to_owned()));
                (key, value, in_value) = (String::new(), String::new(), false);
            }
            '=' if !in_value => in_value = true,
            _ => part.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7616 3.9.1.
    const REALM: &str = "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=ALG, \
                         nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";

    #[test]
    fn examples_of_rfc_7616() {
        for (algorithm, response) in
            [("MD5", "8ca523f5e9506fed4657c9700eebdbec"), ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")]
        {
            let challenge = Challenge::parse(&REALM.replace("ALG", algorithm)).unwrap();
            let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
            let answer = challenge.answer("Mufasa", "Circle of Life", "GET", "/dir/index.html", 1, cnonce);
            assert!(answer.contains(&format!("response=\"{response}\"")), "{answer}");
            assert!(answer.contains("nc=00000001") && answer.contains("opaque="), "{answer}");
        }
    }

    #[test]
    fn without_qop_as_in_rfc_2069() {
        let challenge = Challenge::parse("Digest realm=\"r\", nonce=\"n\"").unwrap();
        let ha1 = Algorithm::Md5.hash("u:r:p");
        let ha2 = Algorithm::Md5.hash("REGISTER:sip:h");
        let expected = Algorithm::Md5.hash(&format!("{ha1}:n:{ha2}"));
        let answer = challenge.answer("u", "p", "REGISTER", "sip:h", 1, "c");
        assert!(answer.contains(&expected) && !answer.contains("nc="), "{answer}");
    }

    #[test]
    fn the_wanted_algorithm_is_chosen_where_offered() {
        let md5 = "Digest realm=\"r\", nonce=\"1\", algorithm=MD5";
        let sha = "Digest realm=\"r\", nonce=\"2\", algorithm=SHA-256";
        let odd = "Digest realm=\"r\", nonce=\"3\", algorithm=SHA-512-256";
        for (values, wanted, nonce) in [
            (vec![md5, sha], Algorithm::Sha256, "2"),
            (vec![sha, md5], Algorithm::Md5, "1"),
            (vec![odd, md5], Algorithm::Sha256, "1"),
            (vec![sha, md5], Algorithm::Sha256, "2"),
        ] {
            assert_eq!(Challenge::choose(values.into_iter(), wanted).unwrap().nonce, nonce);
        }
        assert!(Challenge::choose([odd].into_iter(), Algorithm::Md5).is_err());
        assert!(Challenge::choose(["Basic realm=\"r\""].into_iter(), Algorithm::Md5).is_err());
    }

    #[test]
    fn quotes_hide_commas() {
        let challenge = Challenge::parse("Digest realm=\"a, \\\"b\\\"\", nonce=\"n,m\", stale=TRUE, qop=auth").unwrap();
        assert_eq!((challenge.realm.as_str(), challenge.nonce.as_str()), ("a, \"b\"", "n,m"));
        assert!(challenge.stale && challenge.qop_auth);
    }
}
