//! A leg that has ended holds no descriptor. Alone in its binary, since descriptors are counted for the whole process.

#![allow(clippy::unwrap_used, reason = "in a test's helper a panic is the failure to report")]

mod support;

use cti_types::media::{Codec, EngineCommand};
use support::House;

fn open_descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[test]
fn closing_legs_leaves_no_descriptor_open() {
    let house = House::new();
    let before = open_descriptors();
    for round in 0..3 {
        let phones: Vec<_> = (0..20).map(|_| house.call(Codec::Pcmu)).collect();
        assert_eq!(open_descriptors(), before + 20 * 4, "round {round}: two of each leg, two of each phone");
        for phone in &phones {
            house.play(phone, 1, &[0; 160], true);
            house.send(EngineCommand::Hear { leg: phone.leg, from: vec![phones[0].leg] });
        }
        for phone in &phones {
            house.close(phone.leg);
        }
        drop(phones);
        assert_eq!(open_descriptors(), before, "round {round}");
    }
    house.settle();
    assert_eq!(house.engine.counters().legs, 0);
}
