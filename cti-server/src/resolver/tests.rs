//! Against a name server on a socket of ours, which says what the test tells it to and notes what it was asked.

use super::*;
use hickory_resolver::proto::op::{Message, OpCode, ResponseCode};
use hickory_resolver::proto::rr::rdata::{NAPTR, SOA, SRV};
use hickory_resolver::proto::rr::{Name, Record};
use std::sync::{Mutex, PoisonError};
use tokio::net::UdpSocket;

/// How long the zone's empty answers are to be believed.
const NOTHING_S: u32 = 20;

#[derive(Default)]
struct Zone {
    records: Vec<Record>,
    asked: Vec<(String, RecordType)>,
}

struct NameServer {
    address: SocketAddr,
    zone: Arc<Mutex<Zone>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl NameServer {
    async fn with(records: Vec<Record>) -> NameServer {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let zone = Arc::new(Mutex::new(Zone { records, asked: Vec::new() }));
        let answering = Arc::clone(&zone);
        let task = tokio::spawn(async move {
            let mut buffer = [0; 4096];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let question = Message::from_vec(&buffer[..length]).unwrap();
                let answer = answer(&mut answering.lock().unwrap_or_else(PoisonError::into_inner), &question);
                socket.send_to(&answer.to_vec().unwrap(), from).await.unwrap();
            }
        });
        NameServer { address, zone, task }
    }

    fn resolver(&self) -> Resolver {
        Resolver::new(&[self.address], Clock::start(), [7; 32]).unwrap()
    }

    fn asked(&self) -> Vec<(String, RecordType)> {
        std::mem::take(&mut self.zone.lock().unwrap_or_else(PoisonError::into_inner).asked)
    }

    fn now_says(&self, records: Vec<Record>) {
        self.zone.lock().unwrap_or_else(PoisonError::into_inner).records = records;
    }
}

fn answer(zone: &mut Zone, question: &Message) -> Message {
    let query = question.queries.first().unwrap().clone();
    let same = |record: &&Record| record.name.to_ascii().eq_ignore_ascii_case(&query.name().to_ascii());
    zone.asked.push((query.name().to_ascii().to_lowercase(), query.query_type()));
    let known: Vec<Record> = zone.records.iter().filter(same).cloned().collect();
    let right: Vec<Record> = known.iter().filter(|record| record.record_type() == query.query_type()).cloned().collect();
    let mut answer = Message::response(question.metadata.id, OpCode::Query);
    answer.metadata.recursion_available = true;
    if known.is_empty() {
        answer.metadata.response_code = ResponseCode::NXDomain;
    }
    if right.is_empty() {
        let soa = SOA::new(name("ns.test."), name("mail.test."), 1, 3600, 600, 86_400, NOTHING_S);
        answer.add_authority(Record::from_rdata(name("test."), NOTHING_S, RData::SOA(soa)));
    }
    answer.add_query(query);
    answer.add_answers(right);
    answer
}

fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

fn host(of: &str, ttl: u32, ip: &str) -> Record {
    Record::from_rdata(name(of), ttl, RData::from(ip.parse::<IpAddr>().unwrap()))
}

fn srv(of: &str, ttl: u32, priority: u16, port: u16, target: &str) -> Record {
    Record::from_rdata(name(of), ttl, RData::SRV(SRV::new(priority, 1, port, name(target))))
}

fn naptr(of: &str, order: u16, service: &str, replacement: &str) -> Record {
    let bytes = |text: &str| text.as_bytes().into();
    Record::from_rdata(name(of), 300, RData::NAPTR(NAPTR::new(order, 10, bytes("s"), bytes(service), bytes(""), name(replacement))))
}

fn texts(addresses: &[SocketAddr]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}

fn about(ttl: Duration, seconds: u64) {
    assert!(ttl <= Duration::from_secs(seconds) && ttl + Duration::from_secs(5) > Duration::from_secs(seconds), "{ttl:?}");
}

#[tokio::test]
async fn naptr_leads_to_srv_and_srv_to_addresses_in_the_order_of_priority() {
    let server = NameServer::with(vec![
        naptr("carrier.test.", 20, "SIP+D2U", "_sip._udp.second.test."),
        naptr("carrier.test.", 10, "SIP+D2U", "_sip._udp.first.test."),
        naptr("carrier.test.", 5, "SIPS+D2T", "_sips._tcp.secure.test."),
        srv("_sip._udp.first.test.", 120, 20, 5070, "b.test."),
        srv("_sip._udp.first.test.", 120, 10, 5060, "a.test."),
        srv("_sip._udp.second.test.", 120, 1, 5080, "c.test."),
        srv("_sips._tcp.secure.test.", 120, 1, 5061, "c.test."),
        host("a.test.", 90, "192.0.2.1"),
        host("a.test.", 90, "2001:db8::1"),
        host("b.test.", 40, "192.0.2.2"),
        host("c.test.", 600, "192.0.2.3"),
    ])
    .await;
    let (found, ttl) = server.resolver().look_up("carrier.test", Transport::Udp).await;
    assert_eq!(texts(&found), ["192.0.2.1:5060", "[2001:db8::1]:5060", "192.0.2.2:5070", "192.0.2.3:5080"]);
    // Of all of them, the address of b.test lives shortest.
    about(ttl, 40);
    let (found, _) = server.resolver().look_up("carrier.test", Transport::Tls).await;
    assert_eq!(texts(&found), ["192.0.2.3:5061"]);
}

#[tokio::test]
async fn without_naptr_the_usual_srv_name_and_without_that_the_usual_port() {
    let server = NameServer::with(vec![
        srv("_sip._tcp.srv.test.", 60, 1, 5090, "a.test."),
        host("a.test.", 60, "192.0.2.1"),
        host("plain.test.", 60, "192.0.2.9"),
        srv("_sip._udp.nothing.test.", 60, 0, 0, "."),
        host("nothing.test.", 60, "192.0.2.8"),
    ])
    .await;
    let resolver = server.resolver();
    for (name, transport, wanted) in [
        ("srv.test", Transport::Tcp, vec!["192.0.2.1:5090"]),
        ("plain.test", Transport::Udp, vec!["192.0.2.9:5060"]),
        ("plain.test", Transport::Tls, vec!["192.0.2.9:5061"]),
        // The lone dot: the host lives, but takes no calls.
        ("nothing.test", Transport::Udp, vec![]),
    ] {
        let (found, _) = resolver.look_up(name, transport).await;
        assert_eq!(texts(&found), wanted, "{name} {transport:?}");
    }
}

#[tokio::test]
async fn a_port_that_is_said_is_the_port_and_no_srv_record_is_asked_for() {
    let server = NameServer::with(vec![srv("_sip._udp.plain.test.", 60, 1, 5090, "a.test."), host("plain.test.", 60, "192.0.2.9")]).await;
    let (found, _) = server.resolver().look_up("plain.test:5066", Transport::Udp).await;
    assert_eq!(texts(&found), ["192.0.2.9:5066"]);
    let asked = server.asked();
    assert!(asked.iter().all(|(_, kind)| matches!(kind, RecordType::A | RecordType::AAAA)), "{asked:?}");
}

#[tokio::test]
async fn that_there_is_nothing_is_believed_as_long_as_the_zone_says() {
    let server = NameServer::with(Vec::new()).await;
    let resolver = server.resolver();
    let (found, ttl) = resolver.look_up("nobody.test", Transport::Udp).await;
    assert_eq!(texts(&found), Vec::<String>::new());
    about(ttl, NOTHING_S.into());
    assert!(!server.asked().is_empty());
    resolver.look_up("nobody.test", Transport::Udp).await;
    assert_eq!(server.asked(), [], "the name server is not asked again");
}

#[tokio::test]
async fn a_changed_record_is_found_when_the_old_one_is_too_old_and_the_same_records_keep_their_order() {
    let both = |ttl: u32| -> Vec<Record> {
        let equal = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"].map(|ip| host("carrier.test.", ttl, ip));
        equal.into()
    };
    let server = NameServer::with(both(1)).await;
    let resolver = server.resolver();
    let (first, ttl) = resolver.look_up("carrier.test:5060", Transport::Udp).await;
    assert!(first.len() == 5 && ttl <= Duration::from_secs(1), "{first:?} {ttl:?}");
    let mut turned = both(1);
    turned.reverse();
    server.now_says(turned);
    server.asked();
    // Until the name server is asked again.
    let again = async {
        loop {
            let (found, _) = resolver.look_up("carrier.test:5060", Transport::Udp).await;
            if !server.asked().is_empty() {
                return found;
            }
        }
    };
    assert_eq!(tokio::time::timeout(Duration::from_secs(10), again).await.unwrap(), first);
    server.now_says(vec![host("carrier.test.", 60, "192.0.2.77")]);
    let moved = async { while texts(&resolver.look_up("carrier.test:5060", Transport::Udp).await.0) != ["192.0.2.77:5060"] {} };
    tokio::time::timeout(Duration::from_secs(10), moved).await.unwrap();
}

#[tokio::test]
async fn a_dead_name_server_is_given_up_and_the_next_one_answers() {
    let server = NameServer::with(vec![host("carrier.test.", 60, "192.0.2.1")]).await;
    // Nobody answers there.
    let dead = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let both = [dead.local_addr().unwrap(), server.address];
    let resolver = Resolver::new(&both, Clock::start(), [7; 32]).unwrap();
    let (found, _) = resolver.look_up("carrier.test:5060", Transport::Udp).await;
    assert_eq!(texts(&found), ["192.0.2.1:5060"]);
    let alone = Resolver::new(&both[..1], Clock::start(), [7; 32]).unwrap();
    assert_eq!(alone.look_up("carrier.test:5060", Transport::Udp).await, (Vec::new(), TTL));
}
