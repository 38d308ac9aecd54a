//! What a handshake with a web phone costs the media thread in CPU, and a packet to and from a plain phone: in the clear, with keys from
//! the SDP, with keys from a handshake. Prints one line each.
//!
//! `cargo run --release -p cti-media-engine --example encrypted_cost [calls] [rounds]`
//!
//! Each round every call's first phone says a packet, the second hears it and answers; CPU time is that of the media thread alone.

#![allow(clippy::unwrap_used, reason = "a tool for the bench: what fails is to be seen")]

#[path = "../tests/support/mod.rs"]
mod support;

use cti_media_engine::Guard;
use cti_types::media::{Codec, Direction, EngineCommand, Stream};
use cti_types::srtp::{Srtp, SrtpKey, SrtpSuite};
use cti_types::web::{DtlsRole, Protection};
use support::browser::{Browser, config, receive};
use support::{House, Phone};

const SUITE: SrtpSuite = SrtpSuite::AeadAes256Gcm;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let calls: usize = arguments.next().map_or(50, |text| text.parse().unwrap());
    let rounds: usize = arguments.next().map_or(200, |text| text.parse().unwrap());
    handshakes(calls);
    for kind in ["plain", "sdes", "dtls"] {
        packets(kind, calls, rounds);
    }
}

fn handshakes(count: usize) {
    let house = House::with(config());
    // What is made once is made before.
    drop(Browser::connected(&house, DtlsRole::Server));
    for role in [DtlsRole::Server, DtlsRole::Client] {
        let before = thread_cpu_us("media-0");
        for _ in 0..count {
            let browser = Browser::connected(&house, role);
            house.close(browser.phone.leg);
        }
        println!("handshake as {role:?}  {:.0} us of the media thread", (thread_cpu_us("media-0") - before) / count as f64);
    }
}

/// The first phone of a call and what it seals with.
enum First {
    Sealed(Phone, Box<Guard>),
    Web(Box<Browser>),
    Plain(Phone),
}

fn packets(kind: &str, calls: usize, rounds: usize) {
    let house = House::with(config());
    let mut pairs: Vec<(First, Phone)> = (0..calls).map(|_| (first(&house, kind), house.call(Codec::Pcmu))).collect();
    for (first, second) in &pairs {
        let phone = match first {
            First::Sealed(phone, _) | First::Plain(phone) => phone,
            First::Web(browser) => &browser.phone,
        };
        house.hear(phone, second);
        house.hear(second, phone);
    }
    let before = thread_cpu_us("media-0");
    for round in 0..rounds {
        for (first, _) in &mut pairs {
            match first {
                First::Plain(phone) => phone.say(round as u8),
                First::Web(browser) => browser.say(round as u8),
                First::Sealed(phone, guard) => {
                    let mut out = [0; 200];
                    let length = cti_media::rtp::write(&phone.header, &[round as u8; 160], &mut out).unwrap();
                    phone.header.sequence = phone.header.sequence.wrapping_add(1);
                    phone.header.timestamp = phone.header.timestamp.wrapping_add(160);
                    phone.rtp.send_to(&guard.seal(&out[..length]).unwrap(), phone.to).unwrap();
                }
            }
        }
        for (_, second) in &mut pairs {
            second.listen();
            second.say(round as u8);
        }
        for (first, _) in &pairs {
            match first {
                First::Sealed(phone, _) | First::Plain(phone) => receive(&phone.rtp),
                First::Web(browser) => receive(&browser.phone.rtp),
            };
        }
    }
    let each = (thread_cpu_us("media-0") - before) / (2 * calls * rounds) as f64;
    println!("{kind:5}  {each:.2} us a packet");
}

fn first(house: &House, kind: &str) -> First {
    match kind {
        "plain" => First::Plain(house.call(Codec::Pcmu)),
        "sdes" => {
            let phone = house.unanswered(Codec::Pcmu);
            let key = |byte| SrtpKey::new(SUITE, &vec![byte; SUITE.key_bytes() + SUITE.salt_bytes()]).unwrap();
            let keys = Srtp { send: key(1), receive: key(2) };
            let stream = Stream { srtp: Some(Protection::Keys(keys.clone())), ..phone.stream(Direction::SendRecv) };
            house.send(EngineCommand::SetStream { leg: phone.leg, stream });
            house.settle();
            First::Sealed(phone, Box::new(Guard::new(&Srtp { send: keys.receive, receive: keys.send }).unwrap()))
        }
        _ => First::Web(Box::new(Browser::connected(house, DtlsRole::Server))),
    }
}

/// CPU time of a thread of this process by its name, in µs.
fn thread_cpu_us(name: &str) -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path());
    let mut named = tasks.filter(|path| std::fs::read_to_string(path.join("comm")).is_ok_and(|comm| comm.trim() == name));
    let schedstat = std::fs::read_to_string(named.next().unwrap().join("schedstat")).unwrap();
    schedstat.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1000.0
}
