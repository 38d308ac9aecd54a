//! How much a stranger is answered over UDP: the source may be forged, so no more bytes go out than came in. It knows no transaction.
//!
//! An answer that is too large is written anew with what the standards require and nothing else. The smallest legal requests are
//! smaller still than a challenge; such answers are few for each network, and few for all together.

use crate::gate::Bucket;
use bytes::Bytes;
use cti_types::Tick;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Answers larger than their request: a second, and at once, to one network. Further ones are not sent.
const NET_RATE: u32 = 1;
const NET_BURST: u32 = 4;
/// The same to all networks together.
const ALL_RATE: u32 = 200;
/// Networks remembered; at the bound those that could have the burst again are forgotten, and while none can, no further network is answered.
const NETS_MAX: usize = 1_024;

#[derive(Debug, Default)]
pub(crate) struct Modesty {
    nets: HashMap<IpAddr, Bucket>,
    all: Option<Bucket>,
}

impl Modesty {
    /// The answer to a request of `came` bytes from `source`, made smaller if it must be; `None`: none is sent.
    pub(crate) fn fit(&mut self, now: Tick, source: IpAddr, came: usize, answer: Bytes) -> Option<Bytes> {
        if answer.len() <= came {
            return Some(answer);
        }
        let text = std::str::from_utf8(&answer).unwrap_or_default();
        let mut least = lean(text, usize::MAX);
        if least.len() > came {
            least = lean(text, 1);
        }
        (least.len() <= came || self.may_exceed(now, network(source))).then(|| least.into())
    }

    fn may_exceed(&mut self, now: Tick, net: IpAddr) -> bool {
        if self.nets.len() >= NETS_MAX && !self.nets.contains_key(&net) {
            self.nets.retain(|_, bucket| !bucket.is_full(now, NET_RATE, NET_BURST));
            if self.nets.len() >= NETS_MAX {
                return false;
            }
        }
        let bucket = self.nets.entry(net).or_insert(Bucket::full(NET_BURST, now));
        bucket.take(now, NET_RATE, NET_BURST) && self.all.get_or_insert(Bucket::full(ALL_RATE, now)).take(now, ALL_RATE, ALL_RATE)
    }
}

/// Whose addresses somebody can forge or fill together.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & 0xffff_ff00)),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !(u128::MAX >> 48))),
    }
}

/// The same answer in compact form (RFC 3261 7.3.3), with the headers its code requires and the last `challenges` challenges: the last is
/// the one every phone knows.
fn lean(answer: &str, challenges: usize) -> String {
    let mut out = String::with_capacity(answer.len());
    let challenge = |line: &&str| line.starts_with("WWW-Authenticate:");
    let mut passed_over = answer.split("\r\n").filter(challenge).count().saturating_sub(challenges);
    let code = answer.get(8..11).unwrap_or_default();
    for line in answer.split("\r\n").take_while(|line| !line.is_empty()) {
        if challenge(&line) && passed_over > 0 {
            passed_over -= 1;
            continue;
        }
        let Some((name, value)) = line.split_once(": ") else {
            push(&mut out, line);
            continue;
        };
        let short = match name {
            "Via" => "v",
            "From" => "f",
            "To" => "t",
            "Call-ID" => "i",
            "Content-Length" => "l",
            "Supported" | "Server" | "Accept-Encoding" if code != "415" => continue,
            "Accept" if code != "415" => continue,
            // RFC 3261 21.4.6: only a 405 must say what is allowed.
            "Allow" if code != "405" => continue,
            other => other,
        };
        push(&mut out, &format!("{short}:{value}"));
    }
    out.push_str("\r\n");
    out
}

fn push(out: &mut String, line: &str) {
    out.extend([line, "\r\n"]);
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\n\
         Call-ID: 1\r\nCSeq: 1 REGISTER\r\nWWW-Authenticate: Digest strong\r\nWWW-Authenticate: Digest old\r\nServer: x\r\n\
         Content-Length: 0\r\n\r\n";

    fn source(net: u32) -> IpAddr {
        IpAddr::V4((net << 8).into())
    }

    #[test]
    fn an_answer_no_larger_than_the_request_goes_out_as_it_is() {
        let answer = Bytes::from(ANSWER);
        assert_eq!(Modesty::default().fit(Tick(0), source(1), ANSWER.len(), answer.clone()), Some(answer));
    }

    #[test]
    fn a_larger_one_first_loses_its_luxury_and_then_all_challenges_but_the_last() {
        let mut modesty = Modesty::default();
        let mut fit = |came| String::from_utf8(modesty.fit(Tick(0), source(1), came, ANSWER.into()).unwrap().to_vec()).unwrap();
        let lean = fit(ANSWER.len() - 1);
        assert!(lean.contains("\r\nf:<sip:a@b>;tag=1\r\n") && lean.contains("strong") && !lean.contains("Server"), "{lean}");
        let least = fit(lean.len() - 1);
        assert!(!least.contains("strong") && least.contains("old") && least.ends_with("l:0\r\n\r\n"), "{least}");
        let parsed = crate::message::Message::parse(&Bytes::from(least)).unwrap();
        assert_eq!((parsed.code(), parsed.defect(), parsed.call_id()), (401, None, Some("1")));
    }

    #[test]
    fn what_stays_larger_is_rare_for_a_network_and_for_all() {
        let mut modesty = Modesty::default();
        let mut sent = |second: u64, net: u32| modesty.fit(Tick(second * 1_000_000), source(net), 1, ANSWER.into()).is_some();
        assert_eq!((0..100).filter(|_| sent(0, 1)).count(), 4);
        assert_eq!((0..100).filter(|_| sent(1, 1)).count(), 1);
        assert_eq!((0..1_000).filter(|n| sent(1, 2 + n)).count(), 199);
        assert_eq!((0..5_000).filter(|n| sent(1, 2_000 + n)).count(), 0);
        assert!(modesty.nets.len() <= NETS_MAX);
    }
}
