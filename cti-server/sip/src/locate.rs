//! In which order the addresses of a host are tried (RFC 3263 4, RFC 2782). Pure: records and chance are arguments, nothing is looked up.

use crate::api::Transport;
use cti_types::Chance;

/// Most records of one answer that are looked at; a longer answer is somebody's mistake.
pub const RECORDS_MAX: usize = 32;

/// One SRV record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Srv {
    pub priority: u16,
    pub weight: u16,
    pub port: u16,
    /// `.`: the service is decidedly not offered (RFC 2782).
    pub target: String,
}

/// One NAPTR record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naptr {
    pub order: u16,
    pub preference: u16,
    pub flags: String,
    pub service: String,
    pub replacement: String,
}

/// Names to ask for SRV records, best first: those that NAPTR records give for this transport, or the usual one (RFC 3263 4.1, 4.2).
/// The transport of a trunk is configured, so records of others are passed over.
pub fn srv_names(host: &str, transport: Transport, records: &[Naptr]) -> Vec<String> {
    let (service, label) = match transport {
        Transport::Udp => ("SIP+D2U", "_sip._udp"),
        Transport::Tcp => ("SIP+D2T", "_sip._tcp"),
        Transport::Tls => ("SIPS+D2T", "_sips._tcp"),
        Transport::Ws => ("SIP+D2W", "_sip._ws"),
        Transport::Wss => ("SIPS+D2W", "_sips._wss"),
    };
    let fits = |r: &&Naptr| r.flags.eq_ignore_ascii_case("s") && r.service.eq_ignore_ascii_case(service) && !r.replacement.is_empty();
    let mut found: Vec<&Naptr> = records.iter().take(RECORDS_MAX).filter(fits).collect();
    found.sort_by_key(|r| (r.order, r.preference));
    let names: Vec<String> = found.into_iter().map(|r| r.replacement.trim_end_matches('.').to_owned()).collect();
    if names.is_empty() { vec![format!("{label}.{host}")] } else { names }
}

/// The records in the order they are to be tried: by priority, and among equals by lot, weighted (RFC 2782).
pub fn in_order(records: Vec<Srv>, chance: &mut Chance) -> Vec<Srv> {
    let mut left: Vec<Srv> = records.into_iter().take(RECORDS_MAX).filter(|r| r.target != "." && !r.target.is_empty()).collect();
    // RFC 2782: those of weight 0 stand first, so that they have a very small chance.
    left.sort_by_key(|r| (r.priority, r.weight));
    let mut ordered = Vec::with_capacity(left.len());
    while let Some(priority) = left.first().map(|r| r.priority) {
        let same = left.iter().take_while(|r| r.priority == priority).count();
        let total: u64 = left.iter().take(same).map(|r| u64::from(r.weight)).sum();
        let lot = chance.below(total + 1);
        let mut sum = 0;
        let at = left.iter().take(same).position(|r| {
            sum += u64::from(r.weight);
            sum >= lot
        });
        ordered.push(left.remove(at.unwrap_or(0)));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn srv(priority: u16, weight: u16, target: &str) -> Srv {
        Srv { priority, weight, port: 5060, target: target.into() }
    }

    fn naptr(order: u16, preference: u16, service: &str, replacement: &str) -> Naptr {
        Naptr { order, preference, flags: "S".into(), service: service.into(), replacement: replacement.into() }
    }

    #[test]
    fn naptr_records_of_the_transport_name_the_srv_records_best_first() {
        let records = [
            naptr(20, 10, "SIP+D2U", "_sip._udp.b.example."),
            naptr(10, 50, "SIP+D2U", "_sip._udp.a2.example."),
            naptr(10, 20, "sip+d2u", "_sip._udp.a1.example."),
            naptr(1, 1, "SIP+D2T", "_sip._tcp.a.example."),
            Naptr { flags: "u".into(), ..naptr(1, 1, "SIP+D2U", "x") },
        ];
        assert_eq!(
            srv_names("x.example", Transport::Udp, &records),
            ["_sip._udp.a1.example", "_sip._udp.a2.example", "_sip._udp.b.example"]
        );
        assert_eq!(srv_names("x.example", Transport::Tcp, &records), ["_sip._tcp.a.example"]);
        assert_eq!(srv_names("x.example", Transport::Udp, &[]), ["_sip._udp.x.example"]);
    }

    #[test]
    fn smaller_priorities_come_first_and_a_lone_dot_offers_nothing() {
        let records = vec![srv(20, 0, "c"), srv(10, 0, "a"), srv(30, 9, "."), srv(15, 5, "b")];
        let ordered = in_order(records, &mut Chance::from_number(1));
        assert_eq!(ordered.iter().map(|r| r.target.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn equals_are_shared_by_weight_and_each_is_tried_once() {
        let mut chance = Chance::from_number(5);
        let mut first = [0u32; 3];
        for _ in 0..3000 {
            let ordered = in_order(vec![srv(1, 0, "0"), srv(1, 10, "1"), srv(1, 30, "2")], &mut chance);
            assert_eq!(ordered.len(), 3);
            first[ordered[0].target.parse::<usize>().unwrap()] += 1;
        }
        assert!(first[0] < 150 && (600..900).contains(&first[1]) && (2000..2400).contains(&first[2]), "{first:?}");
    }
}
