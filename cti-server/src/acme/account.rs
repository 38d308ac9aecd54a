//! The key of our account with a certificate authority, and what it signs: JWS with ES256 (RFC 7515, RFC 7518 3.4, RFC 8555 6.2). Sends nothing.

use crate::https::write_private;
use anyhow::{Context, anyhow};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{KeyPair, PublicKeyData, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::ErrorKind;
use std::path::Path;

/// Bytes of a number on the curve P-256.
const NUMBER: usize = 32;

/// See the module.
pub(super) struct Account {
    key: KeyPair,
    x: String,
    y: String,
}

impl Account {
    /// The key kept in this file; a new one where there is none.
    pub(super) fn open(path: &Path) -> anyhow::Result<Account> {
        let key = match std::fs::read_to_string(path) {
            Ok(text) => KeyPair::from_pem(&text).with_context(|| format!("cannot use the key {}", path.display()))?,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let key = KeyPair::generate()?;
                write_private(path, &key.serialize_pem())?;
                key
            }
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        Account::of(key)
    }

    fn of(key: KeyPair) -> anyhow::Result<Account> {
        // SEC 1 2.3.3: an uncompressed point.
        let point = key.der_bytes().strip_prefix(&[4]).and_then(|point| point.split_at_checked(NUMBER));
        let (x, y) = point.filter(|(_, y)| y.len() == NUMBER).ok_or_else(|| anyhow!("the account's key is not of the curve P-256"))?;
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        Ok(Account { key, x, y })
    }

    /// RFC 7638: what names the key in answers to challenges.
    pub(super) fn thumbprint(&self) -> String {
        let Account { x, y, .. } = self;
        let text = format!("{{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"{x}\",\"y\":\"{y}\"}}");
        URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
    }

    /// A request's body. `by`: the account's address, once there is one. No payload: it is read what is at `url` (RFC 8555 6.3).
    pub(super) fn signed(&self, nonce: &str, url: &str, by: Option<&str>, payload: Option<&Value>) -> anyhow::Result<String> {
        let mut head = json!({ "alg": "ES256", "nonce": nonce, "url": url });
        match by {
            Some(by) => head["kid"] = json!(by),
            None => head["jwk"] = json!({ "kty": "EC", "crv": "P-256", "x": self.x, "y": self.y }),
        }
        let head = URL_SAFE_NO_PAD.encode(head.to_string());
        let payload = payload.map(|payload| URL_SAFE_NO_PAD.encode(payload.to_string())).unwrap_or_default();
        let signature = self.key.sign(format!("{head}.{payload}").as_bytes())?;
        let signature = fixed(&signature).ok_or_else(|| anyhow!("the signature has another form than ECDSA's"))?;
        Ok(json!({ "protected": head, "payload": payload, "signature": URL_SAFE_NO_PAD.encode(signature) }).to_string())
    }
}

/// An ECDSA signature in DER as two numbers of fixed length (RFC 7518 3.4).
fn fixed(der: &[u8]) -> Option<[u8; 2 * NUMBER]> {
    let [0x30, length, rest @ ..] = der else { return None };
    if usize::from(*length) != rest.len() {
        return None;
    }
    let (r, rest) = number(rest)?;
    let (s, rest) = number(rest)?;
    let mut both = [0; 2 * NUMBER];
    let (first, second) = both.split_at_mut(NUMBER);
    first.copy_from_slice(&r);
    second.copy_from_slice(&s);
    rest.is_empty().then_some(both)
}

/// A positive INTEGER, and what follows it.
fn number(der: &[u8]) -> Option<([u8; NUMBER], &[u8])> {
    let [0x02, length, rest @ ..] = der else { return None };
    let (digits, rest) = rest.split_at_checked(usize::from(*length))?;
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    let digits = digits.get(zeros..)?;
    let mut number = [0; NUMBER];
    number.get_mut(NUMBER.checked_sub(digits.len())?..)?.copy_from_slice(digits);
    Some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_has_two_numbers_of_fixed_length() {
        let mut expected = [0; 64];
        (expected[31], expected[63]) = (5, 0x81);
        assert_eq!(fixed(&[0x30, 7, 2, 1, 5, 2, 2, 0, 0x81]), Some(expected));
        for wrong in [&[][..], &[0x30, 7, 2, 1, 5], &[0x30, 6, 2, 1, 5, 2, 2, 0], &[0x31, 6, 2, 1, 5, 2, 1, 1]] {
            assert_eq!(fixed(wrong), None, "{wrong:?}");
        }
        let account = Account::of(KeyPair::generate().unwrap()).unwrap();
        for n in 0..50 {
            let body: Value = serde_json::from_str(&account.signed(&n.to_string(), "https://ca.example/x", None, None).unwrap()).unwrap();
            assert_eq!(URL_SAFE_NO_PAD.decode(body["signature"].as_str().unwrap()).unwrap().len(), 64);
            assert_eq!(body["payload"], "");
        }
    }

    #[test]
    fn the_account_is_named_once_it_has_an_address() {
        let folder = tempfile::tempdir().unwrap();
        let account = Account::open(&folder.path().join("key.pem")).unwrap();
        let again = Account::open(&folder.path().join("key.pem")).unwrap();
        assert_eq!(account.thumbprint(), again.thumbprint());
        assert_eq!(account.thumbprint().len(), 43);
        let head = |by| -> Value {
            let body: Value = serde_json::from_str(&account.signed("n", "u", by, Some(&json!({}))).unwrap()).unwrap();
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body["protected"].as_str().unwrap()).unwrap()).unwrap()
        };
        assert_eq!(head(None)["jwk"]["crv"], "P-256");
        assert_eq!((&head(Some("a"))["kid"], &head(Some("a"))["jwk"]), (&json!("a"), &Value::Null));
    }
}
