//! A name server on a socket of the test's own: it says what the test tells it to, and notes what it was asked.

use hickory_resolver::proto::op::{Message, OpCode, ResponseCode};
use hickory_resolver::proto::rr::rdata::{NAPTR, SOA, SRV};
use hickory_resolver::proto::rr::{Name, RData, Record};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::UdpSocket;

/// How long any answer, also an empty one, is to be believed: the server asks again as soon as it ever does.
const TTL_S: u32 = 1;

#[derive(Default)]
struct Zone {
    records: Vec<Record>,
    asked: Vec<String>,
}

/// See the module. It ends when it is dropped.
pub struct NameServer {
    pub address: SocketAddr,
    zone: Arc<Mutex<Zone>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl NameServer {
    /// Knows nothing yet.
    pub async fn start() -> NameServer {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket for the name server");
        let address = socket.local_addr().expect("its address");
        let zone = Arc::new(Mutex::new(Zone::default()));
        let answering = Arc::clone(&zone);
        let task = tokio::spawn(async move {
            let mut buffer = [0; 4096];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let Ok(question) = Message::from_vec(&buffer[..length]) else { continue };
                let answer = lock(&answering).answer(&question).to_vec().expect("an answer in bytes");
                let _ = socket.send_to(&answer, from).await;
            }
        });
        NameServer { address, zone, task }
    }

    /// From now on UDP calls to `domain` go to these hosts, in this order; each has an address and a port.
    pub fn leads(&self, domain: &str, hosts: &[(&str, SocketAddr)]) {
        lock(&self.zone).records = services(domain, hosts);
    }

    /// The same, and `domain` says that its UDP calls are those of another domain (NAPTR, RFC 3263 4.1).
    pub fn delegates(&self, domain: &str, other: &str, hosts: &[(&str, SocketAddr)]) {
        let bytes = |text: &str| text.as_bytes().into();
        let pointer = NAPTR::new(10, 10, bytes("s"), bytes("SIP+D2U"), bytes(""), name(&format!("_sip._udp.{other}")));
        let mut records = services(other, hosts);
        records.push(Record::from_rdata(name(domain), TTL_S, RData::NAPTR(pointer)));
        lock(&self.zone).records = records;
    }

    /// Whether it was asked for this name.
    pub fn was_asked(&self, host: &str) -> bool {
        lock(&self.zone).asked.iter().any(|asked| asked == name(host).to_ascii().as_str())
    }
}

impl Zone {
    fn answer(&mut self, question: &Message) -> Message {
        let mut answer = Message::response(question.metadata.id, OpCode::Query);
        answer.metadata.recursion_available = true;
        let Some(query) = question.queries.first().cloned() else { return answer };
        let asked = query.name().to_ascii().to_lowercase();
        let known: Vec<&Record> = self.records.iter().filter(|record| record.name.to_ascii() == asked).collect();
        let right: Vec<Record> =
            known.iter().filter(|record| record.record_type() == query.query_type()).map(|record| (*record).clone()).collect();
        if known.is_empty() {
            answer.metadata.response_code = ResponseCode::NXDomain;
        }
        if right.is_empty() {
            let soa = SOA::new(name("ns.test"), name("mail.test"), 1, 3600, 600, 86_400, TTL_S);
            answer.add_authority(Record::from_rdata(name("test"), TTL_S, RData::SOA(soa)));
        }
        self.asked.push(asked);
        answer.add_query(query);
        answer.add_answers(right);
        answer
    }
}

/// The SRV records of a domain, its hosts in this order, and their addresses.
fn services(domain: &str, hosts: &[(&str, SocketAddr)]) -> Vec<Record> {
    let of = (0..).zip(hosts).flat_map(|(priority, (host, at))| {
        let service = SRV::new(priority, 1, at.port(), name(host));
        let srv = Record::from_rdata(name(&format!("_sip._udp.{domain}")), TTL_S, RData::SRV(service));
        [srv, Record::from_rdata(name(host), TTL_S, RData::from(at.ip()))]
    });
    of.collect()
}

fn name(text: &str) -> Name {
    let mut name = Name::from_ascii(text).expect("a name");
    name.set_fqdn(true);
    name
}

fn lock(zone: &Mutex<Zone>) -> MutexGuard<'_, Zone> {
    zone.lock().unwrap_or_else(PoisonError::into_inner)
}
