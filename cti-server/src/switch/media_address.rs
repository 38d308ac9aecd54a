//! Which address a leg's media is bound to and which its SDP shows: those of the interface its signalling uses. It binds nothing.

use std::net::IpAddr;

/// One address on which SIP is spoken, and what it means for media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaAddress {
    /// The signalling's own address.
    pub signalling: IpAddr,
    /// Where RTP sockets are bound.
    pub rtp: IpAddr,
    /// What SDP says instead of `rtp`, for NAT.
    pub public: IpAddr,
}

impl MediaAddress {
    /// One address for everything.
    pub fn plain(ip: IpAddr) -> MediaAddress {
        MediaAddress { signalling: ip, rtp: ip, public: ip }
    }

    /// The one of the interface with this address. A leg that is not signalled from any of them (its phone is gone, its trunk has no way
    /// out) will not come up; it gets the first.
    pub(super) fn of(all: &[MediaAddress], signalling: Option<IpAddr>) -> MediaAddress {
        let found = all.iter().find(|address| Some(address.signalling) == signalling).or(all.first()).copied();
        found.unwrap_or(MediaAddress::plain(signalling.unwrap_or(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leg_gets_the_address_of_its_interface() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let first = MediaAddress { signalling: ip("10.0.0.5"), rtp: ip("10.0.0.6"), public: ip("203.0.113.7") };
        let second = MediaAddress::plain(ip("2001:db8::5"));
        let table = [(Some("10.0.0.5"), first), (Some("2001:db8::5"), second), (Some("10.0.0.9"), first), (None, first)];
        for (signalling, wanted) in table {
            assert_eq!(MediaAddress::of(&[first, second], signalling.map(ip)), wanted);
        }
    }
}
