//! Arbitrary bytes as SDP: as an offer, as the answer to ours, and as a second offer, with and without web phones. It looks for
//! panics and for bodies of ours that can't be read back.
#![no_main]

use cti_media::sdp::{Description, IceSeed, Local, Negotiator};
use cti_types::media::{Codec, Direction};
use cti_types::web::{Fingerprint, FingerprintHash};
use libfuzzer_sys::fuzz_target;

const CODECS: [Codec; 2] = [Codec::Pcma, Codec::Pcmu];

fuzz_target!(|data: &[u8]| {
    let (first, second) = match data.iter().position(|b| *b == 0) {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, data),
    };
    let Ok(first) = Description::parse(first) else { return };
    let local = Local { ip: std::net::Ipv4Addr::new(192, 0, 2, 1).into(), port: 4000, direction: Direction::SendRecv };

    let print = Fingerprint::new(FingerprintHash::Sha256, &[1; 32]).expect("32 bytes");
    let web = |session, offering| Negotiator::new(session).speaking_web(print.clone(), IceSeed::new([2; 32]), offering);
    let mut called = web(1, false);
    if let Ok((body, _)) = called.answer(&first, local, &CODECS) {
        Description::parse(&body).expect("our answer can be read");
    }
    let mut calling = Negotiator::new(2);
    let offer = calling.offer(local, &CODECS);
    Description::parse(&offer).expect("our offer can be read");
    let _ = calling.accept(&first);
    let mut to_web = web(3, true);
    let offer = to_web.offer(local, &CODECS);
    Description::parse(&offer).expect("our offer to a web phone can be read");
    let _ = to_web.accept(&first);

    let Ok(second) = Description::parse(second) else { return };
    for side in [&mut called, &mut calling, &mut to_web] {
        if let Ok((body, _)) = side.answer(&second, local, &CODECS) {
            Description::parse(&body).expect("our second answer can be read");
        }
        let body = side.offer(local, &CODECS);
        Description::parse(&body).expect("our second offer can be read");
        let _ = side.accept(&first);
    }
});
