//! Where webhooks may lead besides the public Internet, and whose certificates they believe.

use serde::Deserialize;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhooksConfig {
    /// Networks of your own that webhooks may lead to: `["10.1.0.0/16", "127.0.0.1"]`. To all other private, local and reserved addresses
    /// nothing is sent, whatever name leads there: whoever may make a webhook could otherwise reach what only this machine may.
    pub private_allowed: Vec<Network>,
    /// Whose certificates are believed, PEM; by default the machine's roots.
    pub roots: Option<PathBuf>,
}

/// An address range, written `10.1.0.0/16`; without a length, one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    address: IpAddr,
    length: u8,
}

/// A text that is no network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoNetwork(String);

impl fmt::Display for NoNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is no network; write it as 10.1.0.0/16", self.0)
    }
}

impl FromStr for Network {
    type Err = NoNetwork;
    fn from_str(text: &str) -> Result<Network, NoNetwork> {
        let bad = || NoNetwork(text.to_owned());
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| bad())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Ok(most), str::parse).map_err(|_| bad())?;
        if length > most { Err(bad()) } else { Ok(Network { address, length }) }
    }
}

impl TryFrom<String> for Network {
    type Error = NoNetwork;
    fn try_from(text: String) -> Result<Network, NoNetwork> {
        text.parse()
    }
}

impl Network {
    pub fn holds(&self, ip: IpAddr) -> bool {
        let bits = |ip: IpAddr| match ip {
            IpAddr::V4(ip) => (u128::from(u32::from(ip)) << 96, 32),
            IpAddr::V6(ip) => (u128::from(ip), 128),
        };
        let ((own, kind), (other, other_kind)) = (bits(self.address), bits(ip.to_canonical()));
        // A shift by all bits is none: a length of 0 holds every address of its kind.
        let mask = u128::MAX.checked_shl(128 - u32::from(self.length)).unwrap_or(0);
        kind == other_kind && own & mask == other & mask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        let table = [
            ("10.1.0.0/16", "10.1.255.255", true),
            ("10.1.0.0/16", "10.2.0.0", false),
            ("10.1.0.0/16", "::ffff:10.1.0.1", true),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("0.0.0.0/0", "203.0.113.1", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "fe80::1", false),
            ("::1", "::1", true),
        ];
        for (network, ip, holds) in table {
            assert_eq!(network.parse::<Network>().unwrap().holds(ip.parse().unwrap()), holds, "{network} {ip}");
        }
        for text in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/x", "localhost"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
