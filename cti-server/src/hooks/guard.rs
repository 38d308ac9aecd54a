//! Which addresses webhooks may lead to. Pure.

use crate::config::Network;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether something may be sent to this address: a public one, or one the configuration names.
pub(super) fn may_reach(ip: IpAddr, allowed: &[Network]) -> bool {
    is_public(ip) || allowed.iter().any(|network| network.holds(ip))
}

/// Whether it is an address of the public Internet, by the IANA registries of special-purpose addresses (RFC 6890) and multicast.
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = match (a, b, c) {
        // This network, private, shared (RFC 6598), loopback, link-local, private, private.
        (0 | 10 | 127, _, _) | (100, 64..=127, _) | (169, 254, _) | (172, 16..=31, _) | (192, 168, _) => true,
        // Protocol assignments, documentation, AS112 and 6to4 relays, benchmarks.
        (192, 0, 0 | 2) | (192, 31, 196) | (192, 52, 193) | (192, 88, 99) | (192, 175, 48) | (198, 18 | 19, _) | (198, 51, 100) => true,
        (203, 0, 113) => true,
        // Multicast, reserved, broadcast.
        (224.., _, _) => true,
        _ => false,
    };
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, third, zeros @ .., sixth, last] = ip.segments();
    let inner = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match (first, second) {
        // NAT64 (RFC 6052) and 6to4 (RFC 3056) lead to the IPv4 address inside.
        (0x64, 0xff9b) if third == 0 && zeros == [0, 0, 0] => is_public_v4(inner(sixth, last)),
        (0x2002, _) => is_public_v4(inner(second, third)),
        // Teredo, ORCHID and other protocol assignments (2001::/23), documentation.
        (0x2001, 0..=0x1ff | 0xdb8) | (0x3fff, 0..=0xfff) => false,
        // Global unicast is 2000::/3; everything else is local, multicast or reserved.
        (0x2000..=0x3fff, _) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_reached_unless_it_is_allowed() {
        let public =
            ["1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2606:4700::1111", "2a00:1450::1", "::ffff:1.1.1.1"];
        let private = [
            "0.0.0.0",
            "10.0.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2002:a00:1::",
            "2001::1",
            "2001:db8::1",
            "fec0::1",
            "::7f00:1",
        ];
        for ip in public {
            assert!(may_reach(ip.parse().unwrap(), &[]), "{ip}");
        }
        for ip in private {
            assert!(!may_reach(ip.parse().unwrap(), &[]), "{ip}");
        }
        let allowed = ["127.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        for (ip, may) in [("127.0.0.1", true), ("::ffff:127.0.0.1", true), ("fd00::1", true), ("10.0.0.1", false), ("::1", false)] {
            assert_eq!(may_reach(ip.parse().unwrap(), &allowed), may, "{ip}");
        }
    }
}
