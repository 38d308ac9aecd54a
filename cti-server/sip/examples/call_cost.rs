//! What a message and a call cost: `cargo run --release -p cti-sip --example call_cost`. It measures, it checks nothing.

use bytes::Bytes;
use cti_sip::message::{Message, Name};
use cti_sip::{Caller, Command, Config, Endpoint, Event, Output, Path, Target, Transport, Trunk};
use cti_types::{Chance, LegId, Now, Tick, TrunkId, Utc};
use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

const SDP: &str = "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\n";

#[allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn timed(times: u32, mut work: impl FnMut(u32)) -> Duration {
    let start = Instant::now();
    (0..times).for_each(&mut work);
    start.elapsed() / times
}

fn address(side: usize) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, side as u8 + 1], 5060))
}

fn endpoint(side: usize) -> Endpoint {
    let mut endpoint = Endpoint::new(Config::new("x", vec![(Transport::Udp, address(side))], [1; 32]), Chance::from_number(side as u64));
    let peer = address(1 - side);
    let trunk = Trunk {
        id: TrunkId::from_u128(1),
        sources: vec![(peer.ip(), 32)],
        source_port: None,
        peer: Some((Transport::Udp, peer)),
        calls_max: None,
        trusted: true,
        out: cti_sip::Outward::default(),
    };
    endpoint.handle_command(Now::default(), Command::SetTrunks(vec![trunk]));
    endpoint
}

/// Carries packets until both sides are silent; the called side answers, the calling side hangs up.
fn settle(ends: &mut [Endpoint; 2], now: Now, packets: &mut Vec<Bytes>) {
    loop {
        let mut idle = true;
        for side in 0..2 {
            while let Some(output) = ends[side].poll_output() {
                idle = false;
                match output {
                    Output::Transmit { bytes, .. } => {
                        if packets.len() < 8 {
                            packets.push(bytes.clone());
                        }
                        let path = Path { transport: Transport::Udp, local: address(1 - side), remote: address(side), stream: None };
                        ends[1 - side].handle_packet(now, path, bytes);
                    }
                    Output::Event(Event::Incoming { leg, .. }) => {
                        ends[side].handle_command(now, Command::Provisional { leg, code: 180, sdp: None });
                        ends[side].handle_command(now, Command::Answer { leg, sdp: SDP.into() });
                    }
                    Output::Event(Event::Answered { leg, .. }) => ends[side].handle_command(now, Command::End { leg, cause: None }),
                    Output::Event(_) => {}
                }
            }
        }
        if idle {
            return;
        }
    }
}

fn main() {
    let mut ends = [endpoint(0), endpoint(1)];
    let mut packets = Vec::new();
    let calls = 20_000;
    let call = timed(calls, |n| {
        let now = Now { tick: Tick(u64::from(n) * 5_000), utc: Utc(i64::from(n) * 5_000) };
        for end in &mut ends {
            end.handle_timeout(now);
        }
        let target = Target::Trunk { trunk: TrunkId::from_u128(1), number: "100".into() };
        let from = Caller { user: "200".into(), ..Caller::default() };
        let leg = LegId::from_u128(u128::from(n) + 1);
        let ring_timeout = Duration::from_secs(60);
        ends[0].handle_command(now, Command::Invite { leg, target, from, sdp: SDP.into(), headers: vec![], ring_timeout });
        settle(&mut ends, now, &mut packets);
    });
    let invite = packets.first().cloned().unwrap_or_default();
    let parse = timed(200_000, |_| {
        let message = Message::parse(black_box(&invite));
        black_box(message.as_ref().ok().and_then(|m| Some((m.via()?.branch()?, m.cseq()?, m.get(Name::To)?))));
    });
    println!("parse of an INVITE of {} bytes: {} ns", invite.len(), parse.as_nanos());
    println!("a call (INVITE, 100, 180, 200, ACK, BYE, 200) through two endpoints: {:.1} us", call.as_nanos() as f64 / 1000.0);
    println!("held at the end: {:?}", ends[0].counts());
}
