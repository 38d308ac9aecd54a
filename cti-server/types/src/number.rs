//! Telephone numbers as they are held inside: normalised once, at the edge. Normalising itself lives in `crm-core::number`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Who or what a call is from or to, after normalising with the trunk's country.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Number {
    /// ITU-T E.164 with the leading `+`.
    E164(String),
    /// An internal extension or a network short code, digits as dialled.
    Short(String),
    /// An emergency number of the country.
    Emergency(String),
    /// The caller withheld their number (RFC 3323, RFC 3325). A value, not a lack.
    Anonymous,
    /// Not a telephone number (`sip:alice@example.com`), or one no rule of the country accepts; as it came.
    Other(String),
}

impl Number {
    /// What is shown and matched; `None` for anonymous.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Number::E164(s) | Number::Short(s) | Number::Emergency(s) | Number::Other(s) => Some(s),
            Number::Anonymous => None,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str().unwrap_or("anonymous"))
    }
}

/// A number with what came beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    pub number: Number,
    /// The number exactly as the other side sent it.
    pub raw: String,
    /// Display name as sent, if any; not trusted.
    pub display: Option<String>,
}
